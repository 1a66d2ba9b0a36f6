// The notebook under the reader's hands.
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parseNotebook } from "../../notebooks/runner/document.ts";
import { Book } from "../../site/notebook/book.ts";

const folder = new URL("../../notebooks/", import.meta.url);
const text = "# T\n\n```ts\n1\n```\n```output\n1\n```\n\nmore\n\n```ts id=two\n2\n```\n";
const codes = (book: Book) =>
  parseNotebook(book.text).blocks.flatMap((block) => (block.kind === "code" ? [block.code] : []));

describe("a book", () => {
  test("that nobody has touched is the text that it was made from", () => {
    expect(new Book(text).text).toBe(text);
    for (const file of readdirSync(folder).filter((name) => name.endsWith(".md") && name !== "README.md")) {
      const source = readFileSync(new URL(file, folder), "utf8");
      expect(new Book(source).text).toBe(source);
    }
  });

  test("forgets the output of code that changes, and keeps the id", () => {
    const book = new Book(text);
    book.setCode("cell-1", "3\n```");
    book.setCode("two", "4");
    expect(book.cell("cell-1")).toMatchObject({ code: "3\n```", output: undefined });
    expect(parseNotebook(book.text).blocks.at(-1)).toMatchObject({ id: "two", code: "4" });
    expect(codes(book)).toEqual(["3\n```", "4"]);
  });

  test("takes new cells, whose ids are new", () => {
    const book = new Book(text);
    const ids = [book.insert("cell-1", "before"), book.insert("cell-1", "after"), book.insert(undefined, "after")];
    expect(new Set([...ids, "cell-1", "two"]).size).toBe(5);
    for (const id of ids) book.setCode(id, id);
    expect(codes(book)).toEqual([ids[0], "1", ids[1], "2", ids[2]]);
    expect(new Book(book.text).cells).toHaveLength(5);
  });

  test("gives back a cell that was taken out", () => {
    const book = new Book(text);
    const removed = book.remove("cell-1");
    expect(codes(book)).toEqual(["2"]);
    book.restore(removed);
    expect(book.text).toBe(text);
    expect(() => book.remove("none")).toThrow("there is no cell none");
  });

  test("moves cells past their neighbours, and not beyond the edge", () => {
    const book = new Book(text);
    expect(book.move("two", -1)).toBe(true);
    expect(codes(book)).toEqual(["1", "2"]);
    expect(book.move("two", -1)).toBe(true);
    expect(codes(book)).toEqual(["2", "1"]);
    expect([book.move("two", -1), book.move("two", -1)]).toEqual([true, false]);
  });

  test("can be had with other outputs", () => {
    const book = new Book(text);
    const cells = new Book(
      book.textWith(
        new Map([
          ["cell-1", ""],
          ["two", "2\n2"],
        ]),
      ),
    ).cells;
    expect(cells.map(({ output }) => output)).toEqual([undefined, "2\n2"]);
    expect(book.text).toBe(text);
  });
});
