import { describe, expect, test } from "vitest";
import { cellsOf, parseNotebook, serialiseNotebook } from "../../notebooks/runner/document.ts";
import { fromIpynb, toIpynb } from "../../notebooks/runner/ipynb.ts";

interface File {
  cells: {
    cell_type: string;
    id: string;
    metadata: object;
    source: string[];
    execution_count?: number | null;
    outputs?: { output_type: string; name: string; text: string[] }[];
  }[];
  metadata: object;
  nbformat: number;
  nbformat_minor: number;
}

const tex = String.raw`$$
\begin{align}
f(x) &= \frac{1}{2} x^T A x \\
\nabla f &= A x
\end{align}
$$`;

const text = [
  `# Title\n\nInline $\\nabla_x f$ and "quotes".\n\n${tex}\n\n`,
  '```ts\nimport { grad } from "adjoint";\nimport * as jnp from "adjoint/numpy";\n\nconsole.log("a\\n\\tb");\n```\n```output\na\n\tb\n```\n\n',
  "```ts id=second\nassert(1 < 2);\n```\n\n## End\n",
].join("");

const convert = (source: string): File => JSON.parse(toIpynb(parseNotebook(source))) as File;
const back = (file: object): string => serialiseNotebook(fromIpynb(JSON.stringify(file)));

describe("to Jupyter", () => {
  const file = convert(text);
  test("the file is version 4.5 for Deno's kernel", () => {
    expect([file.nbformat, file.nbformat_minor]).toEqual([4, 5]);
    expect(file.metadata).toEqual({
      kernelspec: { name: "deno", display_name: "Deno", language: "typescript" },
      language_info: {
        name: "typescript",
        mimetype: "text/x.typescript",
        file_extension: ".ts",
        pygments_lexer: "typescript",
        codemirror_mode: "typescript",
        nbconvert_exporter: "script",
      },
    });
  });
  test("every cell has what its kind must have, and nothing else", () => {
    const ids = new Set<string>();
    for (const cell of file.cells) {
      expect(cell.id).toMatch(/^[a-zA-Z0-9-_]{1,64}$/);
      ids.add(cell.id);
      const keys =
        cell.cell_type === "code"
          ? ["cell_type", "execution_count", "id", "metadata", "outputs", "source"]
          : ["cell_type", "id", "metadata", "source"];
      expect(Object.keys(cell).sort()).toEqual(keys);
      for (const line of cell.source.slice(0, -1)) expect(line.endsWith("\n")).toBe(true);
      expect(cell.source.at(-1)?.endsWith("\n")).toBe(false);
    }
    expect(ids.size).toBe(file.cells.length);
  });
  test("cells stand in order", () => {
    expect(file.cells.map((cell) => [cell.cell_type, cell.id])).toEqual([
      ["code", "prelude"],
      ["markdown", "text-1"],
      ["code", "cell-1"],
      ["code", "second"],
      ["markdown", "text-2"],
    ]);
  });
  test("formulas are as they were", () => {
    expect(file.cells[1]!.source.join("")).toContain(tex);
  });
  test("outputs are a stream", () => {
    expect(file.cells[2]!.outputs).toEqual([{ output_type: "stream", name: "stdout", text: ["a\n", "\tb\n"] }]);
    expect(file.cells[2]!.execution_count).toBe(1);
    expect(file.cells[3]).toMatchObject({ outputs: [], execution_count: null });
  });
  test("the library is named as Deno finds it", () => {
    const code = file.cells[2]!.source.join("");
    expect(code).toContain('from "npm:adjoint@^0.1.0";');
    expect(code).toContain('from "npm:adjoint@^0.1.0/numpy";');
  });
  test("assertions bring their helper, and only they", () => {
    expect(file.cells[0]!.source.join("")).toContain("function assert(");
    expect(convert("```ts\n1\n```\n").cells).toHaveLength(1);
  });
});

describe("there and back", () => {
  test.each([
    ["the example", text],
    ["neighbouring cells", "```ts\n1\n```\n\n```ts\n2\n```\n```output\n2\n```\n"],
    ["an empty cell", "```ts\n```\n"],
    ["fences in code and output", "````ts\nconst s = `\n```\n`;\n````\n````output\n```\n````\n"],
    ["other words on the fence", "```typescript id=a\n1\n```\n"],
    ["other fences", "```sh\nnpm start\n```\n\n```ts example\nx\n```\n"],
    ["dynamic imports", '```ts\nconst a = await import("adjoint/lax");\nconst from = "adjoint";\n```\n'],
    ["two stretches of text", "One.\n\n<!-- next cell -->\n\nTwo.\n\n```ts\n1\n```\n"],
    ["text alone", "# Only text\n"],
  ])("%s", (_name, source) => {
    expect(serialiseNotebook(fromIpynb(toIpynb(parseNotebook(source))))).toBe(source);
  });
  test("twice is the same file", () => {
    const once = toIpynb(parseNotebook(text));
    expect(toIpynb(fromIpynb(once))).toBe(once);
  });
  test("line breaks of Windows become plain ones", () => {
    const source = text.replace(/\n/g, "\r\n");
    expect(serialiseNotebook(fromIpynb(toIpynb(parseNotebook(source))))).toBe(text);
  });
});

describe("from Jupyter", () => {
  const code = (source: string | string[], outputs: object[] = [], more: object = {}): object => ({
    cell_type: "code",
    metadata: {},
    execution_count: null,
    source,
    outputs,
    ...more,
  });
  const file = (...cells: object[]): object => ({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 });

  test("sources are lists or strings, and ids that Jupyter drew are dropped", () => {
    const found = back(file(code(["a\n", "b"], [], { id: "1f3a9c2e" }), code("c", [], { id: "loss" })));
    expect(found).toBe("```ts\na\nb\n```\n\n```ts id=loss\nc\n```\n");
  });
  test("outputs become text, in order", () => {
    const outputs = [
      { output_type: "stream", name: "stdout", text: "1\n" },
      { output_type: "stream", name: "stderr", text: ["2\n", "3"] },
      {
        output_type: "execute_result",
        data: { "text/html": "<b>", "text/plain": ["4"] },
        metadata: {},
        execution_count: 1,
      },
      { output_type: "display_data", data: { "image/png": "…" }, metadata: {} },
      { output_type: "error", ename: "TypeError", evalue: "no", traceback: [] },
    ];
    expect(cellsOf(fromIpynb(JSON.stringify(file(code("x", outputs)))))[0]!.output).toBe("1\n2\n3\n4\nTypeError: no");
  });
  test("any version of the library is the library", () => {
    const source = "import 'npm:adjoint';\nimport a from \"npm:adjoint@1.2.3/lax\";\nimport b from 'npm:adjointed';";
    expect(cellsOf(fromIpynb(JSON.stringify(file(code(source)))))[0]!.code).toBe(
      "import 'adjoint';\nimport a from \"adjoint/lax\";\nimport b from 'npm:adjointed';",
    );
  });
  test("raw cells are kept as text", () => {
    expect(back(file({ cell_type: "raw", metadata: {}, source: "r" }))).toBe("```raw\nr\n```\n");
  });
  test.each([
    ["{", "this is no .ipynb file"],
    ["{}", "it has no cells"],
    ["null", "it has no cells"],
    ['{"cells": [], "nbformat": 3}', "version 3"],
    ['{"cells": [], "nbformat": 4, "metadata": {"kernelspec": {"language": "python"}}}', "python"],
  ])("%s is refused", (source, message) => {
    expect(() => fromIpynb(source)).toThrow(message);
  });
});
