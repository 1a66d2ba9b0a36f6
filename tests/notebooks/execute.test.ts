import { formatWithOptions } from "node:util";
import { describe, expect, test, vi } from "vitest";
import { cellsOf, parseNotebook } from "../../notebooks/runner/document.ts";
import {
  AssertionError,
  CellStopped,
  codeFrame,
  formatValues,
  hasOwnText,
  type Output,
  runCells,
  Session,
  type SessionOptions,
} from "../../notebooks/runner/execute.ts";
import { nearestName, shareNames } from "../../notebooks/runner/names.ts";

const start = (options: Partial<SessionOptions> = {}): Session => new Session({ modules: {}, ...options });
const cell = (code: string, id = "cell-1"): { id: string; code: string } => ({ id, code });

/** Something that brings its own text, as the library's arrays do. */
class Labelled {
  readonly shape: readonly number[] = [2];
  readonly dtype = "float32";
  toString(): string {
    return "[1. 2.]";
  }
  [Symbol.toPrimitive](hint: string): string {
    if (hint === "string") return this.toString();
    throw new TypeError("an array of 2 elements is neither true nor false");
  }
}

describe("output", () => {
  test("is what the console was given, in order", async () => {
    const { text, outputs } = await start().run(
      cell("console.log('a', 1); console.warn('b'); console.error({ c: [1, 2] }); console.info(); console.debug('d')"),
    );
    expect(text).toBe("a 1\nb\n{ c: [ 1, 2 ] }\n\nd");
    expect(outputs.map((output) => output.level)).toEqual(["log", "warn", "error", "info", "debug"]);
  });
  test("is told as it is printed", async () => {
    const told: Output[] = [];
    await start({ onOutput: (output) => told.push(output) }).run(cell("console.log(1); console.log(2)"));
    expect(told.map((output) => output.text)).toEqual(["1", "2"]);
  });
  test("of a library stands in order with the cell's own", async () => {
    const modules = { library: { say: (text: string) => console.log(text) } };
    const { text } = await start({ modules }).run(
      cell("import { say } from 'library';\nconsole.log(1); say('two'); console.log(3)"),
    );
    expect(text).toBe("1\ntwo\n3");
  });
  test("goes where it went before, once the cell has run, and after a failure", async () => {
    const log = vi.spyOn(console, "log").mockImplementation(() => {});
    const before = console.log;
    await start().run(cell("console.log('inside')"));
    await start().run(cell("throw 1"));
    expect(console.log).toBe(before);
    expect(log).not.toHaveBeenCalled();
    log.mockRestore();
  });
  test("of functions of earlier cells belongs to the cell that runs", async () => {
    const session = start();
    await session.run(cell("const say = () => console.log('said');", "a"));
    expect((await session.run(cell("say();", "b"))).text).toBe("said");
  });
  test("ends in the value of the last expression", async () => {
    expect(await start().run(cell("console.log('a'); 1 + 1"))).toMatchObject({ text: "a\n2", value: 2 });
    expect(await start().run(cell("console.log('a'); undefined"))).toMatchObject({ text: "a", value: undefined });
    expect((await start().run(cell("null"))).text).toBe("null");
  });
  test("shows arrays of the library by their own text", async () => {
    const modules = { library: { x: new Labelled() } };
    const { text } = await start({ modules }).run(cell("import { x } from 'library';\nconsole.log(x, String(x)); x"));
    expect(text).toBe("[1. 2.] [1. 2.]\n[1. 2.]");
  });
  test("is formatted by what is passed in", async () => {
    const format = (values: readonly unknown[]): string => formatWithOptions({ colors: false }, ...values);
    const { text } = await start({ format }).run(cell("console.log('%s is %d', 'a', 1, { b: 'c' })"));
    expect(text).toBe("a is 1 { b: 'c' }");
  });
});

describe("the built-in formatter", () => {
  test.each<[string, unknown[], string]>([
    ["strings as they are", ["a", "b c"], "a b c"],
    ["primitives", [1, -0.5, true, null, undefined, 3n], "1 -0.5 true null undefined 3n"],
    ["lists and objects", [[1, "a"], { b: [2], c: "d" }, [], {}], '[ 1, "a" ] { b: [ 2 ], c: "d" } [] {}'],
    ["typed arrays", [Float32Array.of(1, 2)], "[ 1, 2 ]"],
    [
      "functions",
      [
        Math.max,
        (
          () => () =>
            1
        )(),
      ],
      "[function max] [function]",
    ],
    ["what has its own text", [new Labelled(), [new Labelled()]], "[1. 2.] [ [1. 2.] ]"],
    ["errors and dates", [new TypeError("t"), new Error("e"), /x/], "TypeError: t Error: e /x/"],
    ["maps and sets", [new Set([1]), new Map([[1, 2]])], "Set(1) [ 1 ] Map(1) [ [ 1, 2 ] ]"],
    ["deep things", [[[[[[1]]]]]], "[ [ [ [ […] ] ] ] ]"],
    ["symbols", [Symbol("s")], "Symbol(s)"],
  ])("%s", (_name, values, text) => {
    expect(formatValues(values)).toBe(text);
  });
  test("knows what has its own text", () => {
    expect([new Labelled(), Object.create(new Labelled()), { toString: () => "own" }].map(hasOwnText)).toEqual([
      true,
      true,
      false,
    ]);
    expect(
      [{}, [], () => 1, new Date(), new Map(), Object.create(null), null, "a", Float32Array.of(1)].some(hasOwnText),
    ).toBe(false);
  });
});

describe("assertions", () => {
  test("are counted", async () => {
    const result = await start().run(
      cell("assert(true); assert(1 < 2, 'order'); for (const x of [1, 2]) assert(x > 0);"),
    );
    expect(result).toMatchObject({ assertions: 4, error: undefined });
  });
  test("stop the cell when they do not hold", async () => {
    const { error, assertions, text } = await start().run(
      cell("assert(true);\nconsole.log('a');\nassert(1 > 2);\nconsole.log('b');"),
    );
    expect(error).toMatchObject({
      name: "AssertionError",
      message: "the condition does not hold",
      place: { line: 3, column: 1 },
    });
    expect(error?.cause).toBeInstanceOf(AssertionError);
    expect([assertions, text]).toEqual([1, "a"]);
  });
  test("say what was given", async () => {
    expect((await start().run(cell("assert(false, 'gradients agree')"))).error?.message).toBe("gradients agree");
  });
  test("understand arrays of one element, and reject others", async () => {
    const scalar = (value: number): object => ({ shape: [], dtype: "bool", [Symbol.toPrimitive]: () => value });
    const modules = { library: { yes: scalar(1), no: scalar(0), many: new Labelled() } };
    const use = "import { yes, no, many } from 'library';\n";
    expect((await start({ modules }).run(cell(`${use}assert(yes)`))).assertions).toBe(1);
    expect((await start({ modules }).run(cell(`${use}assert(no)`))).error?.name).toBe("AssertionError");
    expect((await start({ modules }).run(cell(`${use}assert(many)`))).error?.message).toContain(
      "neither true nor false",
    );
  });
  test("can be declared anew", async () => {
    expect(await start().run(cell("const assert = (x) => x; assert(7)"))).toMatchObject({ value: 7, assertions: 0 });
  });
});

describe("errors", () => {
  test("come with the place and the lines around it", async () => {
    const { error } = await start().run(cell("const a = 1;\nconst b: number[] = [];\nb[0]!.toFixed();\nconst c = 2;"));
    expect(error).toMatchObject({ name: "TypeError", place: { cell: "cell-1", line: 3, column: 7 } });
    expect(error?.frame).toBe(
      ["  2 | const b: number[] = [];", "> 3 | b[0]!.toFixed();", "    |       ^", "  4 | const c = 2;"].join("\n"),
    );
  });
  test("of the syntax, too", async () => {
    const { error } = await start().run(cell("const a = 1;\nconst b = = 2;"));
    expect(error).toMatchObject({ name: "SyntaxError", message: "Unexpected token", place: { line: 2, column: 11 } });
    expect(error?.frame).toContain("    |           ^");
  });
  test("name the cells on the way, from the inside out", async () => {
    const session = start();
    await session.run(cell("const inner = () => {\n  throw new RangeError('deep');\n};", "first"));
    await session.run(cell("const outer = () => inner();", "second"));
    const { error } = await session.run(cell("\nouter();", "third"));
    expect(error?.trace.map((place) => `${place.cell}:${place.line}`)).toEqual(["first:2", "second:1", "third:2"]);
    expect(error?.frame).toContain("> 2 |   throw new RangeError('deep');");
  });
  test("after many frames of a library still find the cell", async () => {
    const dive = (depth: number): void => {
      if (depth === 0) throw new Error("bottom");
      dive(depth - 1);
    };
    const { error } = await start({ modules: { library: { dive } } }).run(
      cell("import { dive } from 'library';\n\ndive(25);"),
    );
    expect(error?.place).toMatchObject({ cell: "cell-1", line: 3 });
  });
  test("do not show what the compiler did to names", async () => {
    expect((await start().run(cell("const f: any = 1; f();"))).error?.message).toBe("f is not a function");
    expect((await start().run(cell("const f: any = {}; f.g.h();"))).error?.message).toBe(
      "Cannot read properties of undefined (reading 'h')",
    );
    expect((await start().run(cell("const f: any = {}; f.g();"))).error?.message).toBe("f.g is not a function");
    expect((await start().run(cell("const F: any = 1; new F();"))).error?.message).toBe("F is not a constructor");
  });
  test("of a library that name places have them led back to the source", async () => {
    const where = (): never => {
      const place = /cell-1\.ts:\d+:\d+/.exec(new Error().stack ?? "")?.[0];
      throw new Error(`made at ${place}`);
    };
    const { error } = await start({ modules: { library: { where } } }).run(
      cell("import { where } from 'library';\nconst a: number = 1; const b = () => where.call(null); b();"),
    );
    expect(error?.message).toBe("made at cell-1.ts:2:44");
  });
  test("that are no errors are shown", async () => {
    expect((await start().run(cell("throw { a: 1 }"))).error).toMatchObject({
      name: "thrown",
      message: "{ a: 1 }",
      place: undefined,
    });
    expect((await start().run(cell("await Promise.reject('no')"))).error?.message).toBe("no");
  });
  test("leave the names declared before them", async () => {
    const session = start();
    expect((await session.run(cell("const a = 5; missing; const b = 6;"))).error?.message).toBe(
      "missing is not defined",
    );
    expect((await session.run(cell("a"))).value).toBe(5);
    expect((await session.run(cell("b"))).error?.message).toBe("b is declared, but that line has not run yet");
  });
  test("restore the limit of stack traces", async () => {
    const limit = Error.stackTraceLimit;
    await start().run(cell("throw new Error()"));
    expect(Error.stackTraceLimit).toBe(limit);
  });
});

describe("modules", () => {
  test("are loaded by functions, once they are asked for", async () => {
    const load = vi.fn(async () => ({ x: 1 }));
    const session = start({ modules: { lazy: load } });
    expect(load).not.toHaveBeenCalled();
    expect((await session.run(cell("import { x } from 'lazy'; x"))).value).toBe(1);
  });
  test("come from one function", async () => {
    const { value } = await start({ modules: (name) => ({ name }) }).run(cell("import { name } from 'any/path'; name"));
    expect(value).toBe("any/path");
  });
  test("that are not there are errors of the cell", async () => {
    const modules = { adjoint: {}, "adjoint/numpy": {} };
    const { error } = await start({ modules }).run(cell("1;\nimport { x } from 'adjont';"));
    expect(error?.message).toBe('cannot find the module "adjont"; a cell here can import "adjoint", "adjoint/numpy"');
  });
});

describe("stopping", () => {
  test("a loop ends, and its state is kept", async () => {
    let ticks = 0;
    const session = start({
      tick: () => {
        ticks += 1;
        if (ticks > 100) throw new CellStopped();
      },
    });
    const { error } = await session.run(cell("let n = 0; while (true) n += 1;"));
    expect(error).toMatchObject({ name: "CellStopped", message: "the cell was stopped" });
    ticks = 0;
    expect((await session.run(cell("n"))).value).toBe(100);
  });
});

describe("running cells again", () => {
  test("a cell may run twice, and changed", async () => {
    const session = start();
    await session.run(cell("const x = 1; const f = () => x;"));
    await session.run(cell("const x = 2; const g = () => { throw new Error(); };"));
    expect((await session.run(cell("f()", "other"))).value).toBe(2);
  });
});

describe("running a notebook", () => {
  const notebook = (...codes: string[]): ReturnType<typeof cellsOf> =>
    cellsOf(parseNotebook(codes.map((code) => `\`\`\`ts\n${code}\n\`\`\`\n`).join("")));

  test("sums what its cells did", async () => {
    const seen: string[] = [];
    const result = await runCells(notebook("assert(true)", "assert(1); assert(2)", "3"), start(), ({ id, text }) =>
      seen.push(id + text),
    );
    expect(result).toMatchObject({ assertions: 3, failed: undefined });
    expect(seen).toEqual(["cell-1", "cell-2", "cell-33"]);
    expect(result.milliseconds).toBeGreaterThanOrEqual(result.cells[0]!.milliseconds);
  });
  test("ends at the first cell that fails", async () => {
    const result = await runCells(notebook("1", "missing", "3"), start());
    expect(result.cells.map((each) => each.id)).toEqual(["cell-1", "cell-2"]);
    expect(result.failed?.id).toBe("cell-2");
  });
});

describe("code frames", () => {
  test("at the ends of a cell", () => {
    expect(codeFrame("a\nb", { line: 1, column: 1 })).toBe("> 1 | a\n    | ^\n  2 | b");
    expect(codeFrame("a\nb", { line: 2, column: 2 })).toBe("  1 | a\n> 2 | b\n    |  ^");
    expect(codeFrame("", { line: 1, column: 1 })).toBe("> 1 |\n    | ^");
  });
  test("number lines in columns, and keep tabs", () => {
    const code = Array.from({ length: 11 }, (_, i) => `\tline${i + 1}`).join("\n");
    expect(codeFrame(code, { line: 10, column: 3 })).toBe(
      "   9 | \tline9\n> 10 | \tline10\n     | \t ^\n  11 | \tline11",
    );
  });
});

describe("names", () => {
  test.each([
    ["gradd", ["grad", "grid"], "grad"],
    ["valueAndgrad", ["valueAndGrad", "value"], "valueAndGrad"],
    ["jacfdw", ["jacfwd", "jacrev"], "jacfwd"],
    ["x", ["y", "z"], undefined],
    ["X", ["x"], "x"],
    ["loss", ["lots", "boss"], "lots"],
    ["missing", ["something", "else"], undefined],
  ])("the nearest to %s", (name, names, expected) => {
    expect(nearestName(name, names)).toBe(expected);
  });
  test("go to the globals last, in both directions", () => {
    const globals = { status: 1 };
    const { values, declare } = shareNames({ globals });
    expect(values.status).toBe(1);
    values.status = 2;
    expect(globals.status).toBe(2);
    declare(["status"]);
    values.status = 3;
    expect([values.status, globals.status]).toEqual([3, 2]);
  });
  test("take a hint from outside", () => {
    const { values } = shareNames({ globals: {}, hint: (name) => (name === "w" ? "cell-2 declares it" : undefined) });
    expect(() => values.w).toThrow("w is not defined; cell-2 declares it");
    expect(() => values.v).toThrow(/^v is not defined$/);
  });
});
