// The notebook format. In goes the text of a Markdown file; out come its blocks, and joined again they are that text,
// byte for byte. A fence that begins with ```ts is a cell; an ```output fence right after it is what the cell printed:
//
//   ```ts
//   console.log(1 + 1);
//   ```
//   ```output
//   2
//   ```
//
// Anything else is Markdown and stays as it is, other fences and `ts` fences with the word `example` included.

/** A stretch of Markdown between cells, as it stands in the file. */
export interface MarkdownBlock {
  readonly kind: "markdown";
  readonly text: string;
  /** The line of the file on which it starts, counted from one. */
  readonly line: number;
}

/** A cell. */
export interface CodeBlock {
  readonly kind: "code";
  /** `cell-3` for the third cell, or what the fence says: ```ts id=loss. Unique in the document. */
  readonly id: string;
  /** The code between the fences, with no line break at its end. */
  readonly code: string;
  /** The stored output, with no line break at its end; undefined if none is stored. */
  readonly output: string | undefined;
  /** The line of the file on which the code starts, counted from one. */
  readonly line: number;
  /** How the cell is fenced, verbatim. */
  readonly fences: Fences;
}

/** The text around the code and the output of a cell, which keeps the file as its author wrote it. */
export interface Fences {
  /** The opening line with its line break. */
  readonly open: string;
  /** From the end of the code to the end of its closing fence. */
  readonly close: string;
  /** From there to the start of the output: blank lines and the opening line. */
  readonly openOutput: string;
  /** From the end of the output to the end of its closing fence. */
  readonly closeOutput: string;
}

export type Block = MarkdownBlock | CodeBlock;

/** A notebook. */
export interface Notebook {
  readonly blocks: readonly Block[];
  /** How lines end in the file. */
  readonly newline: "\n" | "\r\n";
}

/** A text that is no notebook; the line is that of the file, counted from one. */
export class NotebookSyntaxError extends SyntaxError {
  override readonly name: string = "NotebookSyntaxError";
  readonly line: number;

  constructor(message: string, line: number) {
    super(`line ${line}: ${message}`);
    this.line = line;
  }
}

interface Fence {
  readonly marker: string;
  /** The first word after the marker. */
  readonly language: string;
  readonly words: readonly string[];
}

interface Line {
  readonly text: string;
  /** The line break, or nothing at the end of the file. */
  readonly end: string;
}

/** Reads a notebook. @throws {NotebookSyntaxError} where a cell is not closed or two cells have one id. */
export function parseNotebook(text: string): Notebook {
  const lines = splitLines(text);
  const blocks: Block[] = [];
  const ids = new Set<string>();
  let markdown: string[] = [];
  let markdownLine = 1;
  let cells = 0;

  const join = (from: number, to: number): string =>
    lines
      .slice(from, to)
      .map((line) => line.text + line.end)
      .join("");
  const closing = (from: number, marker: string): number => {
    for (let i = from; i < lines.length; i++) if (closes(lines[i]!.text, marker)) return i;
    return -1;
  };

  let at = 0;
  while (at < lines.length) {
    const line = lines[at]!;
    const fence = fenceOf(line.text);
    if (fence === undefined || !isCell(fence)) {
      // A fence of another language hides whatever stands in it, up to its end or the end of the file.
      const end = fence === undefined ? at : closing(at + 1, fence.marker);
      const next = end === -1 ? lines.length : end + 1;
      markdown.push(join(at, next));
      at = next;
      continue;
    }
    const close = closing(at + 1, fence.marker);
    if (close === -1) throw new NotebookSyntaxError("this cell has no closing fence", at + 1);
    if (markdown.length > 0) blocks.push({ kind: "markdown", text: markdown.join(""), line: markdownLine });
    cells += 1;
    const id = fence.words.find((word) => word.startsWith("id="))?.slice(3) ?? `cell-${cells}`;
    if (!/^[\w-]{1,64}$/.test(id)) {
      throw new NotebookSyntaxError(`"${id}" is no id: letters, digits, - and _ can stand in one`, at + 1);
    }
    if (ids.has(id)) throw new NotebookSyntaxError(`a second cell has the id ${id}`, at + 1);
    ids.add(id);

    const code = withoutLastBreak(lines.slice(at + 1, close));
    let end = close + 1;
    let output: { text: string; end: string } | undefined;
    let openOutput = "";
    let closeOutput = "";
    let start = close + 1;
    while (start < lines.length && lines[start]!.text.trim() === "") start += 1;
    const outputFence = start < lines.length ? fenceOf(lines[start]!.text) : undefined;
    if (outputFence?.language === "output") {
      const outputClose = closing(start + 1, outputFence.marker);
      if (outputClose === -1) throw new NotebookSyntaxError("this output has no closing fence", start + 1);
      output = withoutLastBreak(lines.slice(start + 1, outputClose));
      openOutput = join(close + 1, start + 1);
      closeOutput = output.end + join(outputClose, outputClose + 1);
      end = outputClose + 1;
    }
    blocks.push({
      kind: "code",
      id,
      code: code.text,
      output: output?.text,
      line: at + 2,
      fences: {
        open: line.text + line.end,
        close: code.end + join(close, close + 1),
        openOutput,
        closeOutput,
      },
    });
    at = end;
    markdown = [];
    markdownLine = at + 1;
  }
  if (markdown.length > 0) blocks.push({ kind: "markdown", text: markdown.join(""), line: markdownLine });
  return { blocks, newline: lines[0]?.end === "\r\n" ? "\r\n" : "\n" };
}

/** The text of a notebook: what {@link parseNotebook} reads. */
export function serialiseNotebook(notebook: Notebook): string {
  return notebook.blocks
    .map((block) => {
      if (block.kind === "markdown") return block.text;
      const { open, close, openOutput, closeOutput } = block.fences;
      return open + block.code + close + (block.output === undefined ? "" : openOutput + block.output + closeOutput);
    })
    .join("");
}

/** The cells of a notebook. */
export function cellsOf(notebook: Notebook): CodeBlock[] {
  return notebook.blocks.filter((block) => block.kind === "code");
}

/** The notebook with other stored outputs, by the cells' ids; a cell whose output is empty gets no fence. */
export function withOutputs(notebook: Notebook, outputs: ReadonlyMap<string, string>): Notebook {
  const blocks = notebook.blocks.map((block): Block => {
    const fresh = block.kind === "code" ? outputs.get(block.id) : undefined;
    if (block.kind !== "code" || fresh === undefined) return block;
    const text = fresh.replace(/(\r?\n)+$/, "").replace(/\r?\n/g, notebook.newline);
    return { ...block, ...fencedOutput(text, block.fences, notebook.newline) };
  });
  return { ...notebook, blocks };
}

/** A cell made of its code and its output, fenced in the usual way. The line is not known before it is in a file. */
export function makeCell(
  id: string,
  code: string,
  output?: string,
  info = "ts",
  newline: "\n" | "\r\n" = "\n",
): CodeBlock {
  const marker = markerFor(code);
  const ended = newline + marker + newline;
  const fences = { open: marker + info + newline, close: code === "" ? marker + newline : ended };
  const cell = { kind: "code", id, code, output: undefined, line: 0 } as const;
  const full = { ...fences, openOutput: "", closeOutput: "" };
  if (output === undefined) return { ...cell, fences: full };
  return { ...cell, ...fencedOutput(output.replace(/\n+$/, ""), full, newline) };
}

function fencedOutput(text: string, fences: Fences, newline: string): Pick<CodeBlock, "output" | "fences"> {
  if (text === "") return { output: undefined, fences: { ...fences, openOutput: "", closeOutput: "" } };
  const marker = markerFor(text);
  const { openOutput, closeOutput } = fences;
  // The fences that stand there already serve, if they are long enough and were not around nothing.
  if (closeOutput.startsWith("\n") || closeOutput.startsWith("\r\n")) {
    if (closeOutput.includes(marker)) return { output: text, fences };
  }
  const gap = openOutput.slice(0, Math.max(0, openOutput.search(/[^\r\n]/)));
  const atEnd = fences.close.endsWith("\n") ? "" : newline;
  return {
    output: text,
    fences: {
      ...fences,
      openOutput: `${atEnd}${gap}${marker}output${newline}`,
      closeOutput: `${newline}${marker}${newline}`,
    },
  };
}

/** A fence that no line of the text closes. */
function markerFor(text: string): string {
  const runs = [...text.matchAll(/^ {0,3}(`{3,})/gm)].map((match) => match[1]!.length);
  return "`".repeat(Math.max(3, ...runs.map((length) => length + 1)));
}

function isCell({ language, words }: Fence): boolean {
  return (language === "ts" || language === "typescript") && !words.includes("example");
}

function fenceOf(line: string): Fence | undefined {
  const match = /^(?: {0,3})(`{3,}|~{3,})\s*([^`]*)$/.exec(line);
  if (!match) return undefined;
  const words = match[2]!.trim().split(/\s+/);
  const language = words.shift() ?? "";
  // An indented fence belongs to a list or a quotation, and is no cell.
  return { marker: match[1]!, language: line.startsWith(" ") ? "" : language, words };
}

function closes(line: string, marker: string): boolean {
  const match = /^ {0,3}(`{3,}|~{3,})\s*$/.exec(line);
  return match !== null && match[1]![0] === marker[0] && match[1]!.length >= marker.length;
}

function splitLines(text: string): Line[] {
  return [...text.matchAll(/(.*?)(\r?\n|$)/gs)]
    .map((match) => ({ text: match[1]!, end: match[2]! }))
    .filter((line, index, all) => index < all.length - 1 || line.text !== "" || line.end !== "");
}

function withoutLastBreak(lines: readonly Line[]): Line {
  const text = lines.map((line) => line.text + line.end).join("");
  const end = lines.at(-1)?.end ?? "";
  return { text: end === "" ? text : text.slice(0, -end.length), end };
}
