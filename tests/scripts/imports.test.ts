import { describe, expect, test } from "vitest";
import { breaches, readTable } from "../../scripts/imports.mjs";

const architecture = `
<!-- imports:start -->
- \`util\`: helpers
- \`core\`: traces
- \`numpy\` \`linalg\`: libraries
- \`index.ts\`: the public names
<!-- imports:end -->
`;
const table = readTable(architecture);
const check = (files: Record<string, string>) => breaches(table, new Map(Object.entries(files)));

describe("the table", () => {
  test("is read line by line", () => {
    expect(table).toEqual([["util"], ["core"], ["numpy", "linalg"], ["index.ts"]]);
  });
  test("must be there, and well-formed", () => {
    expect(() => readTable("")).toThrow("lacks the table");
    expect(() => readTable(architecture.replace("- `core`", "core"))).toThrow("not a list of rooms: core");
    expect(() => readTable(architecture.replace("`core`", "`util`"))).toThrow("the room util stands twice");
  });
});

describe("imports", () => {
  test("down the list and inside a room are fine", () => {
    const files = {
      "util/a.ts": 'export const a = 1; // import "../core/b.ts"',
      "core/b.ts": 'import { a } from "../util/a.ts"; import "./c.ts"; export const b = a;',
      "core/c.ts": 'export const text = `import "fs"`; export const pattern = /"/;',
      "numpy/d.ts": 'export * from "../core/b.ts";',
      "linalg/e.ts": 'import type { D } from "../numpy/d.ts"; const os = await import("node:os");',
      "index.ts": 'export * as numpy from "./numpy/d.ts";',
    };
    expect(check(files)).toEqual([]);
  });
  test("up the list fail, those of types too", () => {
    const upward = "src/util/a.ts:1: util imports core, which stands after it in the import table";
    const core = { "core/b.ts": "export type B = 1;" };
    for (const text of [
      'import { B } from "../core/b.ts";',
      'import type { B } from "../core/b.ts";',
      'export type { B } from "../core/b.ts";',
      'export * from "../core/b.ts";',
      'type B = import("../core/b.ts").B;',
      'const b = await import("../core/b.ts");',
    ]) {
      expect(check({ "util/a.ts": text, ...core })).toEqual([upward]);
    }
  });
  test("in a circle of peers fail", () => {
    const files = {
      "numpy/a.ts": '\nimport "../linalg/b.ts";',
      "linalg/b.ts": 'import "../numpy/c.ts";',
      "numpy/c.ts": "export {};",
    };
    expect(check(files)).toEqual([
      "a circle of rooms: numpy imports linalg (src/numpy/a.ts:2), linalg imports numpy (src/linalg/b.ts:1)",
    ]);
  });
  test("of rooms and files that do not exist fail", () => {
    expect(check({ "attic/a.ts": "export {};" })).toEqual([
      "src/attic/a.ts: the room attic is not in the import table of ARCHITECTURE.md",
    ]);
    expect(check({ "core/a.ts": 'import "../util/gone.ts";' })).toEqual([
      "src/core/a.ts:1: imports ../util/gone.ts, which is not a file of src (an import ends in .ts)",
    ]);
  });
  test("of packages and of Node's modules fail", () => {
    expect(check({ "util/a.ts": 'import "node:fs";' })[0]).toContain("imports node:fs; use process.getBuiltinModule");
    expect(check({ "util/a.ts": 'import type { B } from "lodash";' })[0]).toContain("the library has no dependencies");
    expect(check({ "util/a.ts": 'const b = await import("lodash");' })[0]).toContain("the library has no dependencies");
    expect(check({ "util/a.ts": "const b = await import(name);" })[0]).toContain("must be a string");
  });
});

test("every definePrimitive call is marked pure", () => {
  const at = (text: string) => check({ "core/a.ts": text });
  expect(at("export const a: P = /* @__PURE__ */ definePrimitive({});")).toEqual([]);
  expect(at("export const a: P = /* @__PURE__ */ definePrimitive<P>({});")).toEqual([]);
  expect(at("export function definePrimitive(rules: R): P { return rules; }")).toEqual([]);
  expect(at("\nexport const a: P = definePrimitive({});")).toEqual([
    'src/core/a.ts:2: write "= /* @__PURE__ */ definePrimitive(", or bundlers must keep the primitive',
  ]);
});
