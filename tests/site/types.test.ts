// The type worker's core knows the types of cells; and with it, all notebooks type-check, as they do in the page.
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { cellsOf, parseNotebook } from "../../notebooks/runner/document.ts";
import { TypeCore } from "../../site/editor/core.ts";
import { declarations } from "../../site/editor/declarations.mjs";
import type { Diagnosis } from "../../site/editor/protocol.ts";

// The sources say the same as the built declarations, and are never older than they should be.
const core = new TypeCore(declarations({ from: "src" }));

function setCells(...codes: string[]): void {
  core.setCells(codes.map((code, index) => ({ id: `cell-${index + 1}`, code })));
}

/** What is wrong in a cell: number, severity and the code that is marked. */
function faults(id: string, code: string): string[] {
  return core.diagnose(id).map((fault) => shown(fault, code));
}

const shown = ({ code, severity, from, to }: Diagnosis, source: string): string =>
  `${severity} ${code}: ${source.slice(from, to)}`;

const folder = new URL("../../notebooks/", import.meta.url);
const files = readdirSync(folder).filter((file) => file.endsWith(".md") && file !== "README.md");

test.each(files)("%s type-checks", (file) => {
  const cells = cellsOf(parseNotebook(readFileSync(new URL(file, folder), "utf8")));
  core.setCells(cells);
  const found = cells.flatMap(({ id, code, line }) =>
    core.diagnose(id).map(({ from, message }) => {
      const before = code.slice(0, from).split("\n");
      return `${file}:${line + before.length - 1}:${before.at(-1)!.length + 1} ${message}`;
    }),
  );
  expect(found).toEqual([]);
});
