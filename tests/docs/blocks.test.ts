/**
 * The code of the documentation runs. A page is run from top to bottom: its ```ts blocks share names in order, and what a
 * block prints is what the ```output block after it says. Blocks marked `ts example` are shown only; where a comment
 * `<!-- example of FILE -->` stands before one, it occurs in that file as it is.
 *
 * With WRITE_DOCS=1 the outputs are written into the pages instead of being compared (npm run docs:outputs).
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { formatWithOptions } from "node:util";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { compareOutputs, formatDifferences } from "../../notebooks/runner/compare.ts";
import { cellsOf, parseNotebook, serialiseNotebook, withOutputs } from "../../notebooks/runner/document.ts";
import { runCells, Session } from "../../notebooks/runner/execute.ts";

const root = new URL("../../", import.meta.url);
const pages = [
  "README.md",
  "CONTRIBUTING.md",
  ...readdirSync(new URL("docs/", root))
    .filter((name) => name.endsWith(".md") && name !== "errors.md") // whose examples tests/errors runs
    .map((name) => `docs/${name}`),
];

/** The library as a program would import it, and nothing else that is not part of every JavaScript world. */
const modules = (specifier: string): unknown => {
  if (!/^adjoint(\/\w+)?$/.test(specifier)) throw new Error(`a page imports ${JSON.stringify(specifier)}`);
  return import(/* @vite-ignore */ specifier);
};

describe.each(pages)("%s", (page) => {
  const place = new URL(page, root);
  const text = readFileSync(place, "utf8");
  const notebook = parseNotebook(text);
  const cells = cellsOf(notebook);

  // Settings that one page makes do not reach the next.
  beforeEach(() => void vi.resetModules());
  afterEach(() => void vi.resetModules());

  test("runs and prints what it says", async () => {
    const session = new Session({
      modules,
      // What Node prints, and what JavaScript takes for true.
      format: (values) => formatWithOptions({ colors: false }, ...values),
      truth: Boolean,
    });
    const { cells: results, failed } = await runCells(cells, session);
    if (failed?.error) {
      const { name, message, place: at, frame } = failed.error;
      const line = cells.find((cell) => cell.id === failed.id)!.line + (at?.line ?? 1) - 1;
      throw new Error(`${page}:${line}: ${name}: ${message}\n${frame}`);
    }
    const printed = results.map(({ outputs }) => outputs.map((output) => output.text).join("\n"));
    if (process.env.WRITE_DOCS === "1") {
      const outputs = new Map(results.map(({ id }, i) => [id, printed[i]!]));
      writeFileSync(place, serialiseNotebook(withOutputs(notebook, outputs)));
      return;
    }
    for (const [i, cell] of cells.entries()) {
      const differences = compareOutputs(printed[i]!, cell.output ?? "");
      expect(formatDifferences(differences), `${page}:${cell.line} (npm run docs:outputs)`).toBe("");
    }
  });

  const quoted = [...text.matchAll(/^<!-- example of (\S+) -->\r?\n(`{3,})ts example\r?\n([\s\S]*?)\r?\n\2$/gm)];

  test("quotes files as they are", () => {
    for (const [, file, , code] of quoted) {
      expect(existsSync(new URL(file!, root)), file).toBe(true);
      expect(readFileSync(new URL(file!, root), "utf8"), `${page} quotes ${file}`).toContain(code!);
    }
  });

  test("every comment that announces a quotation is followed by one", () => {
    expect(quoted.length).toBe(text.match(/^<!-- example of /gm)?.length ?? 0);
  });
});
