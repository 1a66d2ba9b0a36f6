// Notebooks of Jupyter. In goes our notebook and out comes the JSON of an .ipynb file for Deno's kernel, which runs
// TypeScript; and back. Cells, formulas and outputs survive both ways.

import {
  type Block,
  type CodeBlock,
  cellsOf,
  makeCell,
  type Notebook,
  parseNotebook,
  serialiseNotebook,
} from "./document.ts";

/** What Deno resolves the library's name to. */
const denoName = "npm:adjoint@^0.1.0";

/** Between two Markdown cells that no code cell separates. Markdown shows nothing for it. */
const separator = "<!-- next cell -->";

/** Deno has no `assert`: a notebook that uses it begins with this cell, which the way back leaves out. */
const prelude = `// The notebook's own helper: an assertion that understands arrays of one element.
function assert(condition: unknown, message = "the condition does not hold"): void {
  if (!(typeof condition === "object" ? Number(condition) : condition)) throw new Error(message);
}`;

interface JupyterOutput {
  output_type: string;
  name?: string;
  text?: string | string[];
  data?: Record<string, string | string[]>;
  ename?: string;
  evalue?: string;
}

interface JupyterCell {
  cell_type: string;
  id?: string;
  metadata: { adjoint?: { prelude?: boolean; info?: string } };
  source: string | string[];
  execution_count?: number | null;
  outputs?: (JupyterOutput & Record<string, unknown>)[];
}

/** The text of an .ipynb file (nbformat 4.5) with the cells of a notebook and their stored outputs. */
export function toIpynb(notebook: Notebook): string {
  const cells: JupyterCell[] = [];
  let markdown = 0;
  let executed = 0;
  if (cellsOf(notebook).some((cell) => /\bassert\s*\(/.test(cell.code))) {
    cells.push({
      cell_type: "code",
      id: "prelude",
      metadata: { adjoint: { prelude: true } },
      source: sourceLines(prelude),
      execution_count: null,
      outputs: [],
    });
  }
  for (const block of notebook.blocks) {
    if (block.kind === "markdown") {
      for (const text of block.text.replace(/\r\n/g, "\n").split(separator)) {
        if (text.trim() === "") continue;
        markdown += 1;
        const source = sourceLines(text.replace(/^\n+|\s+$/g, ""));
        cells.push({ cell_type: "markdown", id: `text-${markdown}`, metadata: {}, source });
      }
      continue;
    }
    executed += 1;
    const output = block.output?.replace(/\r\n/g, "\n");
    const info = block.fences.open.trim().replace(/^[`~]+\s*/, "");
    cells.push({
      cell_type: "code",
      id: block.id,
      metadata: info === "ts" ? {} : { adjoint: { info } },
      source: sourceLines(toDeno(block.code.replace(/\r\n/g, "\n"))),
      execution_count: output === undefined ? null : executed,
      outputs:
        output === undefined ? [] : [{ output_type: "stream", name: "stdout", text: sourceLines(`${output}\n`) }],
    });
  }
  const file = {
    cells,
    metadata: {
      kernelspec: { name: "deno", display_name: "Deno", language: "typescript" },
      language_info: {
        name: "typescript",
        mimetype: "text/x.typescript",
        file_extension: ".ts",
        pygments_lexer: "typescript",
        codemirror_mode: "typescript",
        nbconvert_exporter: "script",
      },
    },
    nbformat: 4,
    nbformat_minor: 5,
  };
  return `${JSON.stringify(file, undefined, 1)}\n`;
}

/**
 * The notebook in the text of an .ipynb file. Raw cells become fences of the language `raw`; of rich outputs the plain
 * text is taken.
 *
 * @throws {SyntaxError} where the text is no .ipynb file of version 4 or its language is another.
 */
export function fromIpynb(text: string): Notebook {
  const file = readFile(text);
  const blocks: Block[] = [];
  let cellCount = 0;
  for (const cell of file.cells) {
    if (cell.metadata?.adjoint?.prelude) continue;
    const source = joined(cell.source);
    const previous = blocks.at(-1);
    if (cell.cell_type !== "code") {
      const content = cell.cell_type === "raw" ? `\`\`\`raw\n${source}\n\`\`\`` : source;
      const gap = previous === undefined ? "" : previous.kind === "markdown" ? `\n${separator}\n\n` : "\n";
      blocks.push({ kind: "markdown", text: `${gap}${content}\n`, line: 0 });
      continue;
    }
    cellCount += 1;
    if (previous !== undefined) blocks.push({ kind: "markdown", text: "\n", line: 0 });
    blocks.push(codeBlock(cell, source, cellCount));
  }
  // Reading the text again joins neighbouring stretches of Markdown and counts the lines.
  return parseNotebook(serialiseNotebook({ blocks, newline: "\n" }));
}

function codeBlock(cell: JupyterCell, source: string, count: number): CodeBlock {
  const output = (cell.outputs ?? []).map(plainText).join("").replace(/\n+$/, "");
  const id = cell.id ?? "";
  // Ids that say only where a cell stands, and those that Jupyter draws, are not worth keeping.
  const named = /^[\w-]{1,64}$/.test(id) && !/^cell-\d+$|^[0-9a-f]{8}(-|$)|^[0-9a-f-]{32,}$/.test(id);
  const info = cell.metadata?.adjoint?.info ?? (named ? `ts id=${id}` : "ts");
  return makeCell(named ? id : `cell-${count}`, fromDeno(source), output === "" ? undefined : output, info);
}

function readFile(text: string): { cells: JupyterCell[] } {
  let file: {
    cells?: unknown;
    nbformat?: unknown;
    metadata?: { language_info?: { name?: string }; kernelspec?: { language?: string } };
  } | null;
  try {
    file = JSON.parse(text);
  } catch (error) {
    throw new SyntaxError(`this is no .ipynb file: ${(error as Error).message}`);
  }
  if (typeof file !== "object" || file === null || !Array.isArray(file.cells)) {
    throw new SyntaxError("this is no .ipynb file: it has no cells");
  }
  if (file.nbformat !== 4)
    throw new SyntaxError(`this .ipynb file has version ${String(file.nbformat)}, and 4 can be read`);
  const language = file.metadata?.kernelspec?.language ?? file.metadata?.language_info?.name ?? "typescript";
  if (language !== "typescript" && language !== "javascript") {
    throw new SyntaxError(`the cells of this .ipynb file are in ${language}, and TypeScript can be read`);
  }
  return { cells: file.cells as JupyterCell[] };
}

/** nbformat keeps text as a list of lines, each with its line break. */
function sourceLines(text: string): string[] {
  return text.split(/(?<=\n)/).filter((line) => line !== "");
}

function joined(text: string | readonly string[] | undefined): string {
  return (typeof text === "string" ? text : (text ?? []).join("")).replace(/\r\n/g, "\n");
}

function plainText(output: JupyterOutput): string {
  if (output.output_type === "error") return `${output.ename ?? "Error"}: ${output.evalue ?? ""}\n`;
  const text = joined(output.text ?? output.data?.["text/plain"]);
  return text === "" || text.endsWith("\n") ? text : `${text}\n`;
}

/** The place of a module's name: after `from`, `import` or `import(`. */
const importPlace = /(\bfrom\s*|\bimport\s*\(?\s*)(["'])/.source;

function toDeno(code: string): string {
  return code.replace(new RegExp(`${importPlace}adjoint(/[\\w/-]+)?\\2`, "g"), `$1$2${denoName}$3$2`);
}

function fromDeno(code: string): string {
  return code.replace(new RegExp(`${importPlace}npm:adjoint(?:@[^/"']*)?(/[\\w/-]+)?\\2`, "g"), "$1$2adjoint$3$2");
}
