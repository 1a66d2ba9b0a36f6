import { describe, expect, test } from "vitest";
import {
  type CodeBlock,
  cellsOf,
  makeCell,
  NotebookSyntaxError,
  parseNotebook,
  serialiseNotebook,
  withOutputs,
} from "../../notebooks/runner/document.ts";

const example = [
  "# Title",
  "",
  "Some $x^2$ text.",
  "",
  "```ts",
  "const a = 1;",
  "",
  "console.log(a);",
  "```",
  "```output",
  "1",
  "```",
  "",
  "More.",
  "",
  "```ts id=last",
  "a + 1",
  "```",
  "",
].join("\n");

describe("parsing", () => {
  test("blocks in order, with their lines", () => {
    const { blocks } = parseNotebook(example);
    expect(blocks.map((block) => [block.kind, block.line])).toEqual([
      ["markdown", 1],
      ["code", 6],
      ["markdown", 13],
      ["code", 17],
    ]);
  });
  test("cells with ids, code and output", () => {
    const cells = cellsOf(parseNotebook(example));
    expect(cells.map(({ id, code, output }) => ({ id, code, output }))).toEqual([
      { id: "cell-1", code: "const a = 1;\n\nconsole.log(a);", output: "1" },
      { id: "last", code: "a + 1", output: undefined },
    ]);
  });
  test.each([
    ["typescript is ts", "```typescript\n1\n```\n", ["1"]],
    ["tildes", "~~~ts\n1\n~~~\n", ["1"]],
    ["longer fences hide shorter ones", "````ts\nconst s = `\n```\n`;\n````\n", ["const s = `\n```\n`;"]],
    ["an empty cell", "```ts\n```\n", [""]],
    ["a cell of blank lines", "```ts\n\n\n```\n", ["\n"]],
    ["no line break at the end of the file", "```ts\n1\n```", ["1"]],
    ["other languages are text", "```js\n1\n```\n```python\n2\n```\n```\n3\n```\n", []],
    ["examples are text", "```ts example\n1\n```\n", []],
    ["cells within other fences are text", "````md\n```ts\n1\n```\n````\n", []],
    ["an open fence of another language hides the rest", "```js\n1\n\n```ts\n2\n", []],
    ["indented fences are text", "- item\n\n  ```ts\n  1\n  ```\n", []],
    ["code spans are text", "a ```ts``` b\n", []],
    ["tsx is not ts", "```tsx\n1\n```\n", []],
  ])("%s", (_name, text, codes) => {
    expect(cellsOf(parseNotebook(text)).map((cell) => cell.code)).toEqual(codes);
    expect(serialiseNotebook(parseNotebook(text))).toBe(text);
  });
  test.each([
    ["right after the cell", "```ts\n1\n```\n```output\n2\n```\n", "2"],
    ["after blank lines", "```ts\n1\n```\n\n\n```output\n2\n3\n```\n", "2\n3"],
    ["empty", "```ts\n1\n```\n```output\n```\n", ""],
    ["after text it is another thing", "```ts\n1\n```\ntext\n```output\n2\n```\n", undefined],
    ["in a longer fence", "```ts\n1\n```\n````output\n```\n````\n", "```"],
  ])("output %s", (_name, text, output) => {
    expect(cellsOf(parseNotebook(text))[0]!.output).toBe(output);
    expect(serialiseNotebook(parseNotebook(text))).toBe(text);
  });
  test.each([
    ["# a\n\n```ts\n1\n", "line 3: this cell has no closing fence"],
    ["```ts\n1\n```\n```output\n2\n", "line 4: this output has no closing fence"],
    ["```ts id=a\n```\n```ts id=a\n```\n", "line 3: a second cell has the id a"],
    ["```ts id=cell-2\n```\n```ts\n```\n", "line 3: a second cell has the id cell-2"],
    ["```ts id=a.b\n```\n", 'line 1: "a.b" is no id'],
  ])("faults are named with their line (%#)", (text, message) => {
    expect(() => parseNotebook(text)).toThrow(NotebookSyntaxError);
    expect(() => parseNotebook(text)).toThrow(message);
  });
});

describe("serialising", () => {
  test.each([
    ["the example", example],
    ["nothing", ""],
    ["blank lines", "\n\n"],
    ["text alone", "a\nb"],
    ["line breaks of Windows", example.replace(/\n/g, "\r\n")],
    ["mixed line breaks", "a\r\n```ts\n1\r\n2\n```\r\n```output\n3\r\n```\nb"],
    ["trailing spaces", "```ts  \n1  \n```  \n```output \n2 \n``` \n"],
  ])("%s comes back as it was", (_name, text) => {
    expect(serialiseNotebook(parseNotebook(text))).toBe(text);
  });
});

describe("storing outputs", () => {
  const store = (text: string, outputs: Record<string, string>): string =>
    serialiseNotebook(withOutputs(parseNotebook(text), new Map(Object.entries(outputs))));

  test("replaces what is there and leaves other cells alone", () => {
    expect(store(example, { "cell-1": "2\n3\n" })).toBe(example.replace("output\n1\n", "output\n2\n3\n"));
  });
  test("adds a fence where there was none", () => {
    expect(store(example, { last: "2" })).toBe(example.replace("a + 1\n```\n", "a + 1\n```\n```output\n2\n```\n"));
  });
  test("removes the fence of a cell that prints nothing", () => {
    expect(store(example, { "cell-1": "" })).toBe(example.replace("```output\n1\n```\n", ""));
  });
  test("keeps the blank lines before a fence", () => {
    expect(store("```ts\n1\n```\n\n```output\n2\n```\n", { "cell-1": "3" })).toBe(
      "```ts\n1\n```\n\n```output\n3\n```\n",
    );
  });
  test("makes the fence longer than any in the output", () => {
    const text = store(example, { "cell-1": "a\n```\nb\n````" });
    expect(text).toContain("\n`````output\na\n```\nb\n````\n`````\n");
    expect(cellsOf(parseNotebook(text))[0]!.output).toBe("a\n```\nb\n````");
  });
  test("fills an empty fence", () => {
    expect(store("```ts\n1\n```\n```output\n```\n", { "cell-1": "3" })).toBe("```ts\n1\n```\n```output\n3\n```\n");
  });
  test("works at the end of a file without a line break", () => {
    expect(store("```ts\n1\n```", { "cell-1": "3" })).toBe("```ts\n1\n```\n```output\n3\n```\n");
  });
  test("uses the line breaks of the file", () => {
    expect(store("```ts\r\n1\r\n```\r\n", { "cell-1": "2\n3" })).toBe(
      "```ts\r\n1\r\n```\r\n```output\r\n2\r\n3\r\n```\r\n",
    );
  });
  test("twice is the same as once", () => {
    const once = store(example, { "cell-1": "5", last: "6" });
    expect(store(once, { "cell-1": "5", last: "6" })).toBe(once);
  });
});

describe("making cells", () => {
  test.each([
    ["1 + 1", "2"],
    ["", undefined],
    ["const s = `\n```\n`;", "```"],
    ["a\n\nb", "c\n\nd"],
  ])("a cell is read as it was made (%#)", (code, output) => {
    const cell: CodeBlock = makeCell("cell-1", code, output);
    const read = cellsOf(parseNotebook(serialiseNotebook({ blocks: [cell], newline: "\n" })));
    expect(read.map((each) => [each.code, each.output])).toEqual([[code, output]]);
  });
});
