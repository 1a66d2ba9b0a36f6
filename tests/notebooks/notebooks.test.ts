// Every notebook runs, and gives what is stored in it.
import { readdirSync, readFileSync } from "node:fs";
import { formatWithOptions } from "node:util";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { compareOutputs, formatDifferences } from "../../notebooks/runner/compare.ts";
import { cellsOf, parseNotebook, serialiseNotebook } from "../../notebooks/runner/document.ts";
import { hasOwnText, runCells, Session } from "../../notebooks/runner/execute.ts";
import { fromIpynb, toIpynb } from "../../notebooks/runner/ipynb.ts";

const folder = new URL("../../notebooks/", import.meta.url);
const files = readdirSync(folder).filter((file) => file.endsWith(".md") && file !== "README.md");

describe.each(files)("%s", (file) => {
  const text = readFileSync(new URL(file, folder), "utf8");
  const notebook = parseNotebook(text);
  const cells = cellsOf(notebook);

  // Settings that one notebook makes do not reach the next: each gets a library of its own.
  beforeEach(() => void vi.resetModules());
  afterEach(() => void vi.resetModules());

  test("runs and prints what is stored", async () => {
    const session = new Session({
      modules: (specifier) =>
        import(/* @vite-ignore */ /^\.{1,2}\//.test(specifier) ? new URL(specifier, folder).href : specifier),
      format: (values) =>
        formatWithOptions({ colors: false }, ...values.map((value) => (hasOwnText(value) ? String(value) : value))),
    });
    const { cells: results, failed } = await runCells(cells, session);
    if (failed?.error) {
      const { name, message, place, frame } = failed.error;
      throw new Error(`${name}: ${message}\nat ${place?.cell}.ts:${place?.line}:${place?.column}\n${frame}`);
    }
    for (const [index, result] of results.entries()) {
      const differences = compareOutputs(result.text, cells[index]!.output ?? "");
      expect(formatDifferences(differences), result.id).toBe("");
    }
  });

  test("is the same after being read and written", () => {
    expect(serialiseNotebook(notebook)).toBe(text);
  });

  test("is the same after having been a Jupyter notebook", () => {
    expect(serialiseNotebook(fromIpynb(toIpynb(notebook)))).toBe(text);
  });
});

test("the seed notebook holds all of its assertions", () => {
  const cells = cellsOf(parseNotebook(readFileSync(new URL("autodiff.md", folder), "utf8")));
  const count = cells.reduce((sum, cell) => sum + (cell.code.match(/^assert\(/gm) ?? []).length, 0);
  expect(count).toBe(20);
});
