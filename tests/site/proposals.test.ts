import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { cellsOf, parseNotebook } from "../../notebooks/runner/document.ts";
import { findFunctions, namesOf } from "../../site/inspector/sources.ts";

const cells = (...codes: string[]) => codes.map((code, i) => ({ id: `cell-${i + 1}`, code }));

/** The arguments found for a function, as texts. */
function calls(name: string, ...codes: string[]): string[] {
  const { functions } = findFunctions(cells(...codes));
  const found = functions.find((each) => each.name === name);
  if (found === undefined) throw new Error(`${name} was not found`);
  return found.calls.map(({ text }) => text);
}

describe("arguments are proposed from", () => {
  const table: [string, string[], string[]][] = [
    ["a call", ["const f = (x) => x; const x = 1;", "f(x); f(2)"], ["x", "2"]],
    ["a call in TypeScript", ["const f = (x: NDArray) => x; f(2 as number, [1, 2] satisfies number[])"], ["2, [1, 2]"]],
    ["a call over several lines", ["const f = (x) => x;\nf(\n  1,\n  { a: 2 },\n)"], ["1, { a: 2 }"]],
    ["a gradient", ["const f = (x) => x; grad(f)(1); valueAndGrad(f, { argnums: 0 })(2)"], ["1", "2"]],
    ["a gradient of a gradient", ["const f = (x) => x; api.grad(jit(api.grad(f)))(1)"], ["1"]],
    ["a gradient with a name", ["const f = (x) => x; const df = grad(f);", "const ddf = grad(df);", "ddf(7)"], ["7"]],
    [
      "vjp, linearize, lower",
      ["const f = (x, y) => x; vjp(f, 1, 2); linearize(f, 3, 4); jit(f).lower(5, 6)"],
      ["1, 2", "3, 4", "5, 6"],
    ],
    ["jvp", ["const f = (x, y) => x; jvp(f, [1, 2], [0, 1])"], ["1, 2"]],
    ["a batch", ["const f = (x) => x; const X = 1; vmap(f)(X)"], ["X.get(0)"]],
    [
      "a batch by some arguments",
      ["const f = (w, x) => x; let w, X; vmap(grad(f), { inAxes: [null, 0] })(w, X)"],
      ["w, X.get(0)"],
    ],
    [
      "a batch with a name",
      ["const f = (w, x) => x; let w, X; const each = jit(vmap(f, [null, 0]));", "each(w, X)"],
      ["w, X.get(0)"],
    ],
    [
      "functions of arguments",
      ["const f = (x) => x; f((y) => y + 1); const m = [1]; f(m.map((v, i) => v * i))"],
      ["(y) => y + 1", "m.map((v, i) => v * i)"],
    ],
    ["a list of arguments", ["const f = (x) => x; const xs = [1]; f(...xs)"], ["...xs"]],
    [
      "JavaScript's own names",
      ["const f = (x) => x; f(Math.PI); f(new Float32Array(3))"],
      ["Math.PI", "new Float32Array(3)"],
    ],
  ];
  test.each(table)("%s", (_, codes, expected) => {
    expect(calls("f", ...codes)).toEqual(expected);
  });
});

describe("no arguments are proposed from", () => {
  const table: [string, string][] = [
    ["calls that use names of a function", "const f = (x) => x; const g = (y) => f(y);"],
    ["calls in loops that use their counters", "const f = (x) => x; for (let i = 0; i < 3; i++) f(i);"],
    ["names that no cell declares", "const f = (x) => x; f(unheardOf)"],
    ["calls of another f", "const f = (x) => x; { const f = 2; f(1) } const g = (f) => f(1);"],
    ["calls that change something", "const f = (x) => x; let i = 0; f(i++); f(i = 2)"],
    ["batches along other axes", "const f = (x) => x; const X = 1; vmap(f, { inAxes: 1 })(X); vmap(f, options)(X)"],
    ["other functions of functions", "const f = (x) => x; wrap(f)(1); f.call(undefined, 1)"],
    ["a name that names itself", "const f = grad(f); const g = f;"],
  ];
  test.each(table)("%s", (_, code) => {
    expect(calls("f", code)).toEqual([]);
  });
});

test("a name means the last declaration before it, and the uses say which", () => {
  const { functions } = findFunctions(
    cells("const x = 1; const f = (x) => x; f(x)", "f(x, x)", "const f = (a, b) => a; const x = 2;\nf(x)"),
  );
  expect(functions.filter(({ name }) => name === "f")).toEqual([
    {
      name: "f",
      cell: "cell-1",
      kind: "function",
      parameters: "x",
      calls: [
        { text: "x", cell: "cell-1", uses: [{ name: "x", cell: "cell-1" }], guessed: false },
        { text: "x, x", cell: "cell-2", uses: [{ name: "x", cell: "cell-1" }], guessed: false },
      ],
    },
    {
      name: "f",
      cell: "cell-3",
      kind: "function",
      parameters: "a, b",
      calls: [{ text: "x", cell: "cell-3", uses: [{ name: "x", cell: "cell-3" }], guessed: false }],
    },
  ]);
});

test("the same text is proposed once, and not too many", () => {
  expect(
    calls("f", `const f = (x) => x; ${"f(1); ".repeat(5)}${[2, 3, 4, 5, 6, 7, 8].map((n) => `f(${n})`).join("; ")}`),
  ).toEqual(["1", "2", "3", "4", "5", "6"]);
});

test("where there is no call, parameters that are names of the notebook are arguments", () => {
  const { functions } = findFunctions(
    cells("const f = (w, x) => w; const g = (w, f, z) => f(w, z); const h = ({ w }) => w;", "const [w, x] = [1, 2];"),
  );
  const uses = ["w", "x"].map((name) => ({ name, cell: "cell-2" }));
  const [f, g, h] = functions;
  expect(f?.calls).toEqual([{ text: "w, x", cell: "cell-1", uses, guessed: true }]);
  expect([g?.calls, h?.calls]).toEqual([[], []]);
});

test("imports and classes are no functions, and cells that cannot be read are named", () => {
  const { functions, broken } = findFunctions(
    cells(
      'import { f } from "adjoint"; class A {} f(1); new A()',
      "const = 2",
      "export function g(x = 1, ...rest) {} const h = jit((p, x) => p);",
    ),
  );
  expect(functions.map(({ name, kind, parameters }) => [name, kind, parameters])).toEqual([
    ["g", "function", "x = 1, ...rest"],
    ["h", "transformed", "p, x"],
  ]);
  expect(broken).toEqual(["cell-2"]);
  expect([...(namesOf({ id: "a", code: "import { q } from 'm'; const { r: [s] } = q; var t" }) ?? [])]).toEqual([
    "q",
    "s",
    "t",
  ]);
  expect(namesOf({ id: "a", code: "const" })).toBeUndefined();
});

test("most functions of the notebooks get proposals", () => {
  const folder = new URL("../../notebooks/", import.meta.url);
  let known = 0;
  let all = 0;
  for (const file of readdirSync(folder)) {
    if (!file.endsWith(".md") || file === "README.md") continue;
    const { functions, broken } = findFunctions(cellsOf(parseNotebook(readFileSync(new URL(file, folder), "utf8"))));
    expect(broken).toEqual([]);
    for (const { kind, calls: found } of functions) {
      if (kind === "value") continue;
      all += 1;
      if (found.length > 0) known += 1;
    }
  }
  expect(all).toBeGreaterThan(30);
  expect(known / all).toBeGreaterThan(0.6);
});
