// The type worker's core knows the types of cells; and with it, all notebooks type-check, as they do in the page.
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { cellsOf, parseNotebook } from "../../notebooks/runner/document.ts";
import { TypeCore } from "../../site/editor/core.ts";
import { declarations } from "../../site/editor/declarations.mjs";
import type { Diagnosis } from "../../site/editor/protocol.ts";

// The sources say the same as the built declarations, and are never older than they should be.
const known = declarations({ from: "src" });
const core = new TypeCore({
  files: {
    ...known.files,
    "/notebook/probe/index.d.mts": `import type { NDArray } from "adjoint";
import type { Shape } from "./shape.mjs";
export declare function draw(values: NDArray): Shape;`,
    "/notebook/probe/shape.d.mts": "export interface Shape { readonly corners: number }",
  },
  modules: { ...known.modules, "./probe/index.mjs": "/notebook/probe/index.d.mts" },
});

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

const imports = `import { grad, lax, numpy as jnp, random } from "adjoint";\nimport type { NDArray } from "adjoint";`;

test("a cell can import what the package exports and the modules beside the notebooks", () => {
  const manifest = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  const entries = Object.keys(manifest.exports).filter((name) => !name.endsWith(".json"));
  const names = Object.keys(known.modules);
  expect(names).toEqual(expect.arrayContaining(entries.map((name) => `adjoint${name.slice(1)}`)));
  expect(names).toEqual(expect.arrayContaining(["./data/digits.mjs", "./data/iris.mjs"]));
  for (const path of Object.values(known.modules)) expect(known.files[path], path).toBeDefined();
});

describe("cells as modules", () => {
  test("a name comes from the latest earlier cell that declares it", () => {
    const last = "const n: number = x;\nconst s: string = x;";
    setCells("const x = 'a';", "const x = 1;", last, "const x = true;", "const b: boolean = x;");
    expect(core.diagnose("cell-1")).toEqual([]);
    expect(core.diagnose("cell-2")).toEqual([]);
    expect(faults("cell-3", last)).toEqual(["error 2322: s"]);
    expect(core.diagnose("cell-5")).toEqual([]);
  });

  test("types, functions, classes, enums, imports and patterns are shared", () => {
    const first = `${imports}
type Params = { w: NDArray };
interface Named<T> { name: T }
class Counter { count = 0 }
enum Colour { red }
function twice(x: number): number { return 2 * x; }
const { a, b: [c, ...d] } = { a: 1, b: [2, 3, 4] };
for (var last = 0; last < 3; last++) {}
export const open = 1;
async function later() { return await Promise.resolve(3); }`;
    const second = `const p: Params = { w: jnp.ones(2) };
const named: Named<string> = { name: "n" };
const counter: Counter = new Counter();
const sum: number = twice(a) + c + d[0]! + last + open + counter.count + Colour.red + (await later());`;
    setCells(first, second);
    expect(faults("cell-1", first)).toEqual([]);
    expect(faults("cell-2", second)).toEqual([]);
  });

  test("a name of another cell can be assigned to, by its type", () => {
    const assigns = "step += 1;\nstep++;\n[step] = [2];\n({ step } = { step: 3 });\nstep = 'two';";
    setCells("let step = 0;", assigns);
    expect(faults("cell-2", assigns)).toEqual(["error 2322: step"]);
    expect(core.hover("cell-2", 0)?.declaration).toBe("let step: number");
  });

  test("a function may use what a later cell declares", () => {
    const uses = "const f = (x: number) => g(x) + 1;";
    setCells(uses, "const g = (x: number): number => x;", "const g = 'no';");
    expect(faults("cell-1", uses)).toEqual([]);
    setCells(uses, "const h = 1;");
    expect(faults("cell-1", uses)).toEqual(["error 2304: g"]);
  });

  test("functions of different cells may call each other", () => {
    const even = "const even = (n: number) => n === 0 || odd(n - 1);";
    const odd = "const odd = (n: number) => n !== 0 && even(n - 1);";
    setCells(even, odd);
    expect(faults("cell-1", even)).toEqual([]);
    expect(faults("cell-2", odd)).toEqual([]);
  });

  test("a cell may make a name anew from its former value", () => {
    const anew = "const x = x + 1;";
    setCells("const x = 1;", anew);
    expect(faults("cell-2", anew)).toEqual([]);
    setCells(anew);
    expect(faults("cell-1", anew)).toContain("error 2448: x");
  });

  test("cells that are moved, taken away or run with other code are seen so", () => {
    setCells("const x = 1;", "const y: number = x;");
    expect(core.diagnose("cell-2")).toEqual([]);
    core.setCell("cell-1", "const x = 'one';");
    expect(faults("cell-2", "const y: number = x;")).toEqual(["error 2322: y"]);
    setCells("const y: number = x;");
    expect(faults("cell-1", "const y: number = x;")).toEqual(["error 2304: x"]);
  });
});

describe("what is wrong", () => {
  test("a wrong call is marked where it stands", () => {
    const code = `${imports}
const x = jnp.zeros([2, 3]);
const y = jnp.sum(x, "rows");
const z = x.reshap(6);
lax.cond(1, 2);`;
    setCells(code);
    const found = core.diagnose("cell-1");
    expect(found.map(({ from, to }) => code.slice(from, to))).toEqual(['"rows"', "reshap", "cond"]);
    expect(found[1]?.message).toContain("reshape");
  });

  test("code that cannot be parsed has its error in the code, wherever it is noticed", () => {
    for (const code of ["const a = (1 + 2", "function f() {", "const t = `open", "x.", "if (", "/* open"]) {
      setCells("const x = 1;", code, "const b = x;");
      const found = core.diagnose("cell-2");
      expect(found.length, code).toBeGreaterThan(0);
      for (const { from, to } of found) {
        expect(from).toBeLessThanOrEqual(to);
        expect(to).toBeLessThanOrEqual(code.length);
      }
      expect(core.diagnose("cell-3")).toEqual([]);
    }
  });

  test("a parameter without a type is no more than a warning", () => {
    const code = "const f = (x) => x;";
    setCells(code);
    expect(faults("cell-1", code)).toEqual(["warning 7006: x"]);
  });

  test("a cell has its own globals, and no document", () => {
    const code = 'assert(1 < 2, "order");\nconsole.log(performance.now());\ndocument.title;';
    setCells(code);
    expect(faults("cell-1", code)).toEqual(["error 2584: document"]);
  });

  test("modules are those that the page has", () => {
    const code = `import { flowers } from "./data/iris.mjs";
import { nothing } from "adjoint/nn";
import { relu } from "adjoint/nn";
import far from "https://example.org/module.js";
import fs from "node:fs";
const n: string = flowers[0]![0]!;`;
    setCells(code);
    expect(faults("cell-1", code)).toEqual(["error 2305: nothing", 'error 2591: "node:fs"', "error 2322: n"]);
  });

  test("modules beside the notebook import each other and the library", () => {
    const code = `import { draw } from "./probe/index.mjs";
const n: number = draw(jnp.ones(2)).corners;
const s: string = draw("ones").corners;`;
    setCells(imports, code);
    expect(faults("cell-2", code)).toEqual(["error 2322: s", 'error 2345: "ones"']);
  });

  test("an empty cell and the ends of lines are no trouble", () => {
    const code = "const a = 1;\r\nconst s: string = a;\r\n";
    setCells("", code);
    expect(core.diagnose("cell-1")).toEqual([]);
    expect(faults("cell-2", code)).toEqual(["error 2322: s"]);
  });
});

describe("what can stand at a place", () => {
  const labels = (id: string, position: number, explicit = false): string[] =>
    core.complete(id, position, explicit)?.entries.map(({ label }) => label) ?? [];

  test("the members of a namespace, with their kinds", () => {
    const code = "const y = jnp.zer(3);";
    setCells(imports, code);
    const found = core.complete("cell-2", code.indexOf("zer") + 3, false);
    expect(code.slice(found?.from, found?.to)).toBe("zer");
    const entries = new Map(found?.entries.map((entry) => [entry.label, entry]));
    expect([...entries.keys()]).toEqual(expect.arrayContaining(["zeros", "dot", "linalg", "float32", "pi", "einsum"]));
    expect(entries.get("zeros")?.kind).toBe("function");
    expect(entries.get("pi")?.kind).toBe("constant");
    expect(entries.has("x")).toBe(false);
  });

  test("the methods of an array", () => {
    const code = "const y = jnp.ones(3).";
    setCells(imports, code, "const later = 1;");
    expect(labels("cell-2", code.length)).toEqual(expect.arrayContaining(["add", "reshape", "shape", "at", "dtype"]));
  });

  test("names of earlier cells come before those of the language, and none of the header's own", () => {
    setCells(`${imports}\nlet total = 0;`, "total = 1;\nto", "const tomorrow = 1;");
    const entries = core.complete("cell-2", 13, false)?.entries ?? [];
    const boost = (label: string): number => entries.find((entry) => entry.label === label)?.boost ?? Number.NaN;
    expect(boost("total")).toBeGreaterThan(boost("Map"));
    expect(boost("grad")).toBeGreaterThan(boost("Map"));
    expect(entries.filter(({ label }) => label.startsWith("$cell"))).toEqual([]);
    expect(entries.some(({ label }) => label === "tomorrow")).toBe(false);
  });

  test("options of a call, and the modules of an import", () => {
    const code = 'jnp.sum(jnp.ones(3), { keep });\nimport { f } from "./da";';
    setCells(imports, code);
    expect(labels("cell-2", code.indexOf("keep") + 4)).toContain("keepdims");
    const found = core.complete("cell-2", code.length - 2, false);
    expect(code.slice(found?.from, found?.to)).toBe("./da");
    expect(found?.entries.map(({ label }) => label)).toEqual(
      expect.arrayContaining(["adjoint", "adjoint/nn", "./data/iris.mjs"]),
    );
  });

  test("a name is described by its declaration and its doc comment", () => {
    setCells(imports, "jnp.");
    const found = core.describe("cell-2", 4, "einsum");
    expect(found?.declaration).toContain("einsum(");
    expect(found?.documentation).not.toBe("");
    expect(core.describe("cell-2", 4, "nothing")).toBeUndefined();
  });
});

describe("what is known of a place", () => {
  test("a name", () => {
    const code = "const g = grad(f);";
    setCells(imports, "/** Squares. */\nconst f = (x: NDArray) => x.mul(x);", code);
    const found = core.hover("cell-3", code.indexOf("grad") + 1);
    expect(code.slice(found?.from, found?.to)).toBe("grad");
    expect(found?.declaration).toMatch(/^grad</);
    expect(found?.declaration).not.toMatch(/import|alias/);
    expect(core.hover("cell-3", code.indexOf("f)"))?.documentation).toBe("Squares.");
    expect(core.hover("cell-3", code.length)).toBeUndefined();
  });

  test("a call and the argument in it", () => {
    const code = "random.normal(key, [2], ";
    setCells(`${imports}\nconst key = random.key(0);`, code);
    const found = core.signature("cell-2", code.length);
    expect(found?.before).toBe("normal(");
    expect(found?.parameters[0]).toContain("key");
    expect(found?.active).toBe(2);
    expect(core.signature("cell-2", 3)).toBeUndefined();
  });
});
