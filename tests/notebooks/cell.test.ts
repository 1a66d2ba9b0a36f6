import { describe, expect, test } from "vitest";
import { type CellFunction, CellSyntaxError, type CompiledCell, compileCell } from "../../notebooks/runner/cell.ts";
import { type CellResult, Session, truthOf } from "../../notebooks/runner/execute.ts";

const modules = {
  tool: { default: "the default", one: 1, two: 2, "odd name": 3, deep: { a: 1 } },
};

/** Runs cells one after the other and gives their results; the first error is thrown. */
async function results(...cells: string[]): Promise<CellResult[]> {
  const session = new Session({ modules });
  const found: CellResult[] = [];
  for (const [index, code] of cells.entries()) {
    const result = await session.run({ id: `cell-${index + 1}`, code });
    if (result.error) throw result.error.cause;
    found.push(result);
  }
  return found;
}

/** The value of the last cell. */
async function run(...cells: string[]): Promise<unknown> {
  return (await results(...cells)).at(-1)?.value;
}

function fault(code: string): CellSyntaxError {
  try {
    compileCell(code);
  } catch (error) {
    if (error instanceof CellSyntaxError) return error;
    throw error;
  }
  throw new Error("the cell compiled");
}

describe("shared names", () => {
  test("a later cell reads what an earlier one declared", async () => {
    expect(await run("const x = 2; let y = 3; var z = 4;", "x + y + z")).toBe(9);
  });
  test("a name may be declared again, with another type and another kind", async () => {
    expect(await run("const f = 1;", "let f = 'two';", "function f() { return 3; }", "f()")).toBe(3);
    expect(await run("function f() { return 3; }", "const f = 1;", "f")).toBe(1);
  });
  test("functions of earlier cells see the new declaration", async () => {
    expect(await run("const a = 1; const f = () => a; function g() { return f(); }", "const a = 5;", "g()")).toBe(5);
  });
  test("a declaration may use the name's older value", async () => {
    expect(await run("const x = 1;", "const x = (globalThis, x) + 1; x")).toBe(2);
  });
  test("names of a block or function stay there", async () => {
    expect(await run("const x = 1; { const x = 2; let y = x; } x")).toBe(1);
    await expect(run("{ const hidden = 2; }", "hidden")).rejects.toThrow("hidden is not defined");
  });
  test("assignments reach the shared name from everywhere", async () => {
    expect(await run("let n = 0; const up = () => { n += 1; n++; ++n; };", "up(); up();", "n")).toBe(6);
  });
  test("names that shadow a shared one are left alone", async () => {
    expect(await run("const x = 1;", "((x) => x)(5) + (function (x) { return x; })(6) + x")).toBe(12);
    expect(await run("const e = 1;", "let seen; try { throw 2; } catch (e) { seen = e; } seen + e")).toBe(3);
    expect(
      await run("const x = 1;", "let s = 0; for (const x of [5, 6]) s += x; for (let x = 0; x < 2; x++) s += x; s + x"),
    ).toBe(13);
  });
  test("a default value of a parameter sees the shared name, not the body's", async () => {
    expect(await run("const x = 1;", "function f(a = x) { var x = 7; return a + x; } f()")).toBe(8);
  });
  test("a name that hides a global is found by later cells", async () => {
    expect(await run("const Map = 5; const name = 'mine';", "[Map, name]")).toEqual([5, "mine"]);
    expect(await run("const status = () => performance2; const performance2 = 3;", "status()")).toBe(3);
  });
  test("globals of the machine are reached", async () => {
    expect(await run("typeof structuredClone({}) + typeof performance.now() + Math.max(1, 2)")).toBe("objectnumber2");
  });
  test("the names of the host may be used by the cell", async () => {
    expect(await run("const $ = 3; const $truth = 4; const f = ($) => $ + $truth; if (f(1)) {} f(1) + $")).toBe(8);
  });
  test("names are reported in the result of the compiler", () => {
    const code =
      "import d, { a as b } from 'm'; const { c, e: [f = 1, ...g], ...h } = d; function i() {} class J {} enum K { A }";
    expect(new Set(compileCell(code).names)).toEqual(new Set(["d", "b", "c", "f", "g", "h", "i", "J", "K"]));
  });
});

describe("declarations", () => {
  test.each([
    ["several declarators", "const a = 1, b = a + 1, c = b + 1; [a, b, c]", [1, 2, 3]],
    ["no value", "let a; let b: number | undefined, c = 1; [a, b, c]", [undefined, undefined, 1]],
    ["object pattern", "const { a, b: c, ...rest } = { a: 1, b: 2, d: 3 }; [a, c, rest]", [1, 2, { d: 3 }]],
    ["array pattern", "const [a, , b, ...rest] = [1, 2, 3, 4, 5]; [a, b, rest]", [1, 3, [4, 5]]],
    ["defaults", "const { a = 1, b: { c = 2 } = {}, d: [e = 3] = [] } = {} as any; [a, c, e]", [1, 2, 3]],
    ["defaults that use shared names", "const k = 5; const { a = k, [`b`]: b = a } = {} as any; [a, b]", [5, 5]],
    ["patterns beside names", "const x = 1, { y } = { y: 2 }, [z] = [3], w = 4; [x, y, z, w]", [1, 2, 3, 4]],
    [
      "the old value in the new",
      "let a = 1, b = 2; [a, b] = [b, a]; ({ a, c: b = 9 } = { a: a + 10 } as any); [a, b]",
      [12, 9],
    ],
    ["arrows without brackets", "const f = x => x + 1, g = (x: number) => f(x) * 2; g(1)", 4],
    ["var in a block", "if (1 > 0) { var inner = 3; var later; } [inner, later]", [3, undefined]],
    ["var in a loop", "for (var i = 0, n = 3; i < n; i++) {} i", 3],
    ["var in for of", "for (var [k, v] of Object.entries({ a: 1, b: 2 })) {} [k, v]", ["b", 2]],
    [
      "var in for in without a block",
      "const all = []; for (var q in { a: 1, b: 2 }) all.push(q); [all, q]",
      [["a", "b"], "b"],
    ],
    ["var before it is reached", "const early = late2; if (1 > 2) { var late2 = 3; } early", undefined],
    [
      "shorthand",
      "const a = 1; const f = () => 2; const o = { a, f, b: a, [a]: a }; [o.a, o.f(), o.b, o[1]]",
      [1, 2, 1, 1],
    ],
    ["members named like names", "const a = { a: 1 }; const b = { a: a.a, b() { return this.a; } }; b.b() + a?.a", 2],
    ["labels named like names", "const a = 1; a: for (;;) { for (;;) { break a; } } a", 1],
  ])("%s", async (_name, code, expected) => {
    expect(await run(code)).toEqual(expected);
  });

  test("functions are there before their line", async () => {
    expect(await run("const x = double(4);\nfunction double(n: number): number { return 2 * n; }", "x")).toBe(8);
    expect(
      await run(
        "even(10);\nfunction even(n) { return n === 0 ? true : odd(n - 1); }\nfunction odd(n) { return n === 0 ? false : even(n - 1); }\neven(7)",
      ),
    ).toBe(false);
  });
  test("async functions and generators", async () => {
    expect(
      await run("async function f() { return 1; }\nfunction* g() { yield 1; yield* [2, 3]; }", "[await f(), ...g()]"),
    ).toEqual([1, 1, 2, 3]);
    expect(
      await run("const xs = []; for await (const x of (async function* () { yield 1; yield 2; })()) xs.push(x); xs"),
    ).toEqual([1, 2]);
  });
  test("functions keep their names", async () => {
    expect(
      await run(
        "const f = () => 1, g = function () {}, h = class {}; let k; k = () => 2; const { l = () => 3 } = {}; [f, g, h, k, l].map((x) => x.name)",
      ),
    ).toEqual(["f", "g", "h", "k", "l"]);
    expect(
      await run(
        "let a: any; a ||= () => 1; let b: any; b ??= function () {}; const c = function own() {}; [a.name, b.name, c.name]",
      ),
    ).toEqual(["a", "b", "own"]);
    expect(await run("const f = (() => 1), __proto__ = () => 2; [f.name, f(), __proto__()]")).toEqual(["f", 1, 2]);
  });
  test("functions are called without a receiver", async () => {
    expect(
      await run("function me() { return this; }", "me() === undefined && me?.() === undefined && me`x` === undefined"),
    ).toBe(true);
  });
  test("classes", async () => {
    const code = `
      abstract class Shape<T> { static made = 0; readonly #side: number; constructor(private readonly label: T, side = 2) { this.#side = side; Shape.made++; }
        abstract area(): number; get side(): number { return this.#side; } describe() { return this.label + ":" + this.area(); } }
      class Square extends Shape<string> { static readonly zero = new Square("zero", 0); area() { return this.side ** 2; } static { Square.made += 10; } static make() { return new Square("made"); } }`;
    expect(await run(code, "[Square.make().describe(), Shape.made, Square.zero.area(), Square.name]")).toEqual([
      "made:4",
      2,
      0,
      "Square",
    ]);
    expect(await run("const B = class A { static make() { return new A(); } }; B.make() instanceof B")).toBe(true);
    expect(
      await run(
        "const x = 1; class C { x = x + 1; [`y`] = x; static s = x; ['m']() { return x; } } const c = new C(); [c.x, c.y, C.s, c.m()]",
      ),
    ).toEqual([2, 1, 1, 1]);
    expect(await run("const x = 1; class D { static { const x = 2; var y = 3; } } [x, typeof y]")).toEqual([
      1,
      "undefined",
    ]);
  });
  test("types leave no trace", async () => {
    const code = `
      import type { Missing } from "nowhere";
      interface P { x: number } type Q = P | null; declare const there: number;
      const id = <T,>(x: T): T => x;
      function pick(x: number): number; function pick(x: string): string; function pick(x: any) { return x; }
      const p = { x: 1 } satisfies P as P; let q!: Q;
      id<number>(p!.x) + pick(2)`;
    expect(await run(code)).toBe(3);
  });
  test("enums", async () => {
    expect(
      await run("enum Color { Red, Green = 5, Blue }\nconst enum Word { A = 'a' }", "[Color.Blue, Color[5], Word.A]"),
    ).toEqual([6, "Green", "a"]);
    expect(await run("enum E { A }", "enum E { B = 7 }", "Object.keys(E)")).toEqual(["7", "B"]);
  });
  test("export is allowed and means nothing", async () => {
    expect(
      await run("export const x = 1; export function f() { return x; } export class C {} export { x as y };", "f()"),
    ).toBe(1);
  });
});

describe("imports", () => {
  test.each([
    ["names", "import { one, two as deux } from 'tool'; one + deux", 3],
    ["default", "import d from 'tool'; d", "the default"],
    ["namespace", "import * as t from 'tool'; t.two", 2],
    ["default and names", "import d, { one } from 'tool'; [d, one]", ["the default", 1]],
    ["default and namespace", "import d, * as t from 'tool'; [d, t.one]", ["the default", 1]],
    ["string names", "import { 'odd name' as odd } from 'tool'; odd", 3],
    ["types among the names", "import { type Kind, one } from 'tool'; one", 1],
    ["for effect", "import 'tool'; 1", 1],
    ["dynamic", "const { one } = await import('tool'); one", 1],
    ["over several lines", "import {\n  one,\n  two,\n} from 'tool';\none + two", 3],
  ])("%s", async (_name, code, expected) => {
    expect(await run(code)).toEqual(expected);
  });
  test("imported names are shared, and may be imported or declared again", async () => {
    expect(
      await run("import { one } from 'tool';", "const f = () => one;", "import { two as one } from 'tool';", "f()"),
    ).toBe(2);
  });
  test("what is not there is named", async () => {
    await expect(run("import { tow } from 'tool';")).rejects.toThrow('"tool" exports no tow; did you mean two?');
    await expect(run("import { Kind } from 'tool';")).rejects.toThrow("a type is imported by `import type`");
    await expect(run("import { x } from 'tol';")).rejects.toThrow(
      'cannot find the module "tol"; a cell here can import "tool"',
    );
  });
});

describe("the value of a cell", () => {
  test.each([
    ["an expression", "1; 2", 2],
    ["after comments and empty statements", "3 // three\n;; // the end", 3],
    ["a sequence in brackets", "(1, 2)", 2],
    ["an object", "({ a: 1 })", { a: 1 }],
    ["an assignment", "let x = 1; x = 5", 5],
    ["awaited", "await Promise.resolve(4)", 4],
    ["none after a declaration", "1; const x = 2;", undefined],
    ["none after a statement", "if (1 < 2) { 3 }", undefined],
    ["none in an empty cell", "", undefined],
    ["none in a comment", "// nothing", undefined],
  ])("%s", async (_name, code, expected) => {
    expect(await run(code)).toEqual(expected);
  });
});

describe("statements without semicolons", () => {
  test.each([
    ["a call after a declaration", "const f = (x) => x\nlet a = 1\nf(a)\nf(a + 1)", 2],
    ["a call after an expression", "let n = 0\nconst up = () => n++\nn\nup()\nup()\nn", 2],
    ["a pattern after a declaration", "const a = 1\nconst { b } = { b: 2 }\nconst [c] = [3]\na + b + c", 6],
    ["an import after a call", "const f = () => 0\nf()\nimport { one } from 'tool'\none", 1],
    [
      "in blocks and branches",
      "let s = ''\nconst say = (x) => { s += x }\nif (s === '')\n  say('a')\nelse\n  say('b')\nfor (const x of [1, 2])\n  say(x)\ndo say('d'); while (1 > 2)\nsay('e')\ns",
      "a12de",
    ],
    [
      "return, throw, break and continue",
      "function f() {\n  for (;;) { if (1 > 2) continue\n break\n }\n  try { throw 3\n } catch (e) { return e }\n}\nf()",
      3,
    ],
    ["logical operators at the start of a line", "const a = 0\nconst b = a || 2\nconst c = b && 3\nc", 3],
    ["negations", "let x = 0\n!x\nconst y = 1\n!y", false],
    ["classes", "const g = () => 1\nclass A {\n  a = g\n  b = 2\n}\ng() + new A().b", 3],
  ])("%s", async (_name, code, expected) => {
    expect(await run(code)).toEqual(expected);
  });
});

describe("names that nobody declared", () => {
  test("reading one throws", async () => {
    await expect(run("missing + 1")).rejects.toThrow(new ReferenceError("missing is not defined"));
  });
  test("the nearest name is suggested", async () => {
    await expect(run("const gradient = 1;", "gradeint")).rejects.toThrow(
      "gradeint is not defined; did you mean gradient?",
    );
    await expect(run("const Loss = 1;", "loss")).rejects.toThrow("did you mean Loss?");
    await expect(run("asert(true)")).rejects.toThrow("did you mean assert?");
  });
  test("assigning to one throws", async () => {
    await expect(run("missing = 1")).rejects.toThrow("missing is not defined");
  });
  test("one that is declared further down says so", async () => {
    await expect(run("later; const later = 1;")).rejects.toThrow("later is declared, but that line has not run yet");
  });
  test("typeof does not throw", async () => {
    expect(await run("const x = 1;", "[typeof missing, typeof x, typeof (x), typeof Map, typeof performance]")).toEqual(
      ["undefined", "number", "number", "function", "object"],
    );
  });
  test("arguments is the function's own", async () => {
    expect(await run("(function () { return arguments.length; })(1, 2)")).toBe(2);
  });
});

describe("faults", () => {
  test.each([
    ["TypeScript that cannot be parsed", "const a = 1;\nconst b = = 2;", "Unexpected token", 2, 11],
    [
      "JavaScript that cannot be parsed",
      "let x: number = 1;\nlet x = 2;",
      "Identifier 'x' has already been declared",
      2,
      5,
    ],
    [
      "a column behind a type",
      "const f = (x: number, y: number): number => { let x = 1; let x = 2; };",
      "Identifier 'x' has already been declared",
      1,
      51,
    ],
    ["return", "return 1;", "'return' outside of function", 1, 1],
    ["a constant that is assigned to", "const a = 1;\nconst f = () => { a = 2; };", "a is declared with const", 2, 19],
    ["a constant that is counted up", "const a = 1; a++;", "a is declared with const", 1, 14],
    ["an import that is assigned to", "import { a } from 'm';\n[a] = [1];", "a is imported", 2, 1],
    ["a constant in a loop's head", "const a = 1; for (a of []) {}", "a is declared with const", 1, 19],
    ["default export", "export default 1;", "a cell has no exports", 1, 1],
    ["re-export", "1;\nexport { a } from 'm';", "a cell cannot export from a module", 2, 1],
    ["import.meta", "const u: string =\n  import.meta.url;", "import.meta cannot be used", 2, 3],
    ["namespace", "const a = 1;\n  namespace N { export const x = 1; }", "namespaces cannot be used", 2, 3],
    ["import attributes", "import x from 'm' with { type: 'json' };", "import attributes", 1, 1],
  ])("%s", (_name, code, message, line, column) => {
    const error = fault(code);
    expect(error.message).toContain(message);
    expect([error.line, error.column]).toEqual([line, column]);
  });
  test("the word namespace alone is no fault", async () => {
    expect(await run("const namespace = 1;\nnamespace + 1")).toBe(2);
    expect(await run("`\nnamespace N {\n`.length")).toBe(15);
  });
});

describe("places of errors", () => {
  async function place(...cells: string[]): Promise<string> {
    const session = new Session({ modules });
    let found = "no error";
    for (const [index, code] of cells.entries()) {
      const { error } = await session.run({ id: `cell-${index + 1}`, code });
      if (error?.place) found = `${error.place.cell}:${error.place.line}:${error.place.column} ${error.trace.length}`;
    }
    return found;
  }
  test("lines and columns are those of the source", async () => {
    expect(await place("throw new Error('a');")).toBe("cell-1:1:7 1");
    expect(await place("const a = 1;\n\nconst b: number = 2; throw new Error('x');")).toBe("cell-1:3:28 1");
    expect(
      await place("interface A {\n  b: number;\n}\nenum E {\n  A,\n}\nconst x: A = null as unknown as A; x.b;"),
    ).toBe("cell-1:7:38 1");
    expect(await place("import {\n  one,\n} from 'tool';\nlet q: number = one; missing(q);")).toBe("cell-1:4:22 1");
    expect(await place("const n: number = 5;\nn();")).toBe("cell-1:2:1 1");
  });
  test("a function of an earlier cell is named, and the caller behind it", async () => {
    expect(await place("const f = (x: number) => {\n  if (x > 0) throw new Error('positive');\n};", "\nf(1);")).toBe(
      "cell-1:2:20 2",
    );
  });
  test("the last line may be a comment", async () => {
    expect(await place("throw new Error('a') // the end")).toBe("cell-1:1:7 1");
  });
  test("no line is added or removed", () => {
    const code =
      "import {\n  a,\n  b\n} from 'm';\nconst\n  x = 1,\n  y = 2;\ntype T = {\n  z: number;\n};\nfunction f(\n  u: T,\n) {\n  return u\n    && x\n    || y;\n}";
    expect(compileCell(code).code.split("\n")).toHaveLength(code.split("\n").length + 1);
  });
});

describe("loops", () => {
  async function ticks(code: string): Promise<number> {
    let count = 0;
    const session = new Session({
      modules,
      tick: () => {
        count += 1;
      },
    });
    const { error } = await session.run({ id: "cell-1", code });
    if (error) throw error.cause;
    return count;
  }
  test.each([
    ["for", "for (let i = 0; i < 3; i++) {}", 3],
    ["for without a block", "let s = 0; for (let i = 0; i < 3; i++) s += i", 3],
    ["for with nothing", "for (let i = 0; i < 3; i++);", 3],
    ["for of and for in", "for (const x of [1, 2]) x; for (const k in { a: 1 }) { k }", 3],
    ["while and do", "let i = 0; while (i < 2) i++; do { i--; } while (i > 0)", 4],
    ["nested, without blocks", "for (let i = 0; i < 2; i++) for (const x of [1, 2]) if (x > 1) x; else x", 6],
    [
      "in functions of loops with labels",
      "const f = () => { out: for (const a of [1, 2]) { for (;;) continue out; } }; f()",
      4,
    ],
  ])("%s", async (_name, code, expected) => {
    expect(await ticks(code)).toBe(expected);
  });
});

/** Something like an array of the library. */
class Fake {
  readonly shape: readonly number[];
  readonly dtype = "float32";
  readonly values: readonly number[];
  constructor(...values: number[]) {
    this.values = values;
    this.shape = values.length === 1 ? [] : [values.length];
  }
  [Symbol.toPrimitive](hint: string): number | string {
    if (hint === "string") return `[${this.values.join(" ")}]`;
    if (this.values.length !== 1) throw new TypeError("an array of several elements is neither true nor false");
    return this.values[0]!;
  }
}

describe("conditions", () => {
  async function inWorld(code: string): Promise<unknown> {
    const session = new Session({ modules: { fake: { one: new Fake(1), zero: new Fake(0), many: new Fake(1, 2) } } });
    const { value, error } = await session.run({
      id: "cell-1",
      code: `import { one, zero, many } from "fake";\n${code}`,
    });
    if (error) throw error.cause;
    return value;
  }
  test.each([
    "if (many) {}",
    "many ? 1 : 2",
    "many && 1",
    "many || 1",
    "!many",
    "!(1, many)",
    "while (many) {}",
    "do {} while (many)",
    "for (; many; ) {}",
    "if ((1, many)) {}",
    "(1 && many) || 2",
    "const f = () => many ? 1 : 2; f()",
    "let x = many; x ||= 1",
    "let x = many; x &&= 1",
    "((x) => { x ||= 1; })(many)",
    "[1].filter((x) => many && x)",
    "if (1 < 2 && many) {}",
  ])("an array of several elements is an error in: %s", async (code) => {
    await expect(inWorld(code)).rejects.toThrow("neither true nor false");
  });
  test.each([
    ["if (zero) 1; else found = 2", 2],
    ["found = one ? 1 : 2", 1],
    ["found = zero ? 1 : 2", 2],
    ["found = !zero", true],
    ["found = zero || 7", 7],
    ["found = one && 7", 7],
    ["found = (zero && 7) === zero", true],
    ["found = (one || 7) === one", true],
    ["let x = zero; x ||= 5; found = x", 5],
    ["let x = one; x &&= 5; found = x", 5],
    ["found = (many ?? 1) === many", true],
  ])("an array of one element counts as that element in: %s", async (code, expected) => {
    expect(await inWorld(`let found;\n${code};\nfound`)).toBe(expected);
  });
  test.each([
    [
      "values stay what they were",
      "[0 || 'a', '' || null, 0 && 1, 'b' && 2, null ?? 3, NaN || undefined]",
      ["a", null, 0, 2, 3, undefined],
    ],
    ["chains", "[1 && 2 && 3, 0 || '' || 4, (0 || 1) && (2 || 3), null?.x || 5]", [3, 4, 2, 5]],
    [
      "what is not needed does not run",
      "let n = 0; const up = () => ++n; [1 || up(), 0 && up(), 0 || up(), 1 && up(), n]",
      [1, 0, 1, 2, 2],
    ],
    [
      "conditionals nest",
      "const f = (x) => x > 0 ? x ? 'p' : 'q' : !x ? 'z' : 'n'; [f(1), f(0), f(-1)]",
      ["p", "z", "n"],
    ],
    ["await within", "[await Promise.resolve(0) || await Promise.resolve(2), (await 1) && (await 3)]", [2, 3]],
    [
      "yield within",
      "function* g() { const x = (yield 1) || (yield 2); return x && 9; } const it = g(); [it.next().value, it.next(0).value, it.next(5).value]",
      [1, 2, 9],
    ],
    ["re-entrance", "const f = (n) => n && f(n - 1) || n; [f(3), f(0)]", [1, 0]],
    [
      "comments and brackets around operators",
      "[(0 /* || */) /* && */ || ((2)), ((1)) // ?\n  ? (3) : 4, (1)&&(2)]",
      [2, 3, 2],
    ],
    [
      "logical assignment",
      "let a = 0, b = 1, c; a ||= 5; b &&= 6; c ??= 7; const o = { p: 0 }; o.p ||= 8; [a, b, c, o.p]",
      [5, 6, 7, 8],
    ],
    ["logical assignment does not evaluate what it keeps", "let a = 1, n = 0; const v = (a ||= ++n); [v, n]", [1, 0]],
    ["objects are true", "[{} ? 1 : 2, [] && 3, !new Date(0)]", [1, 3, false]],
  ])("%s", async (_name, code, expected) => {
    expect(await run(code)).toEqual(expected);
  });
  test("truth", () => {
    expect([0, "", null, undefined, Number.NaN, false, 0n].map(truthOf)).toEqual(new Array(7).fill(false));
    expect([1, "0", {}, [], () => 0, true, Symbol("s"), { shape: [2], dtype: "x" }].map(truthOf)).toEqual(
      new Array(8).fill(true),
    );
  });
});

describe("the compiled cell", () => {
  test("is plain data that runs without the compiler", async () => {
    const compiled = JSON.parse(JSON.stringify(compileCell("const x: number = 2;\nx + y"))) as CompiledCell;
    // biome-ignore lint/security/noGlobalEval: this is how a compiled cell is used
    const call = globalThis.eval(compiled.code) as CellFunction;
    const shared: Record<string, unknown> = { y: 3 };
    const nothing = () => {};
    expect(await call(shared, async () => ({}), nothing, Boolean, Boolean, nothing)).toBe(5);
    expect(shared).toEqual({ x: 2, y: 3 });
    expect(compiled.names).toEqual(["x"]);
  });
  test("a session takes it instead of compiling", async () => {
    const code = "const x = 1; throw new Error(`x`)";
    const result = await new Session({ modules }).run({ id: "cell-1", code }, compileCell(code));
    expect(result.error?.place).toEqual({ cell: "cell-1", line: 1, column: 20 });
  });
});
