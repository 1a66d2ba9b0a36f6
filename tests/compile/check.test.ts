// Programs that break a rule are refused, with a text that says which; programs that keep them pass.
import { describe, expect, test } from "vitest";
import { checkProgram } from "../../src/compile/check.ts";
import type { MatrixView, Program, Stride } from "../../src/compile/ir.ts";
import { formatProgram } from "../../src/compile/text.ts";
import { JaxprTypeError } from "../../src/errors/index.ts";
import { cases } from "../backends/cases.ts";
import { programCase, type Sketch } from "../backends/sketch.ts";

const sketch = (build: (s: Sketch) => void): Program => programCase("p", build).program;

function refused(message: string, build: (s: Sketch) => void, change: Partial<Program> = {}): void {
  const program = { ...sketch(build), ...change };
  let error: unknown;
  try {
    checkProgram(program);
  } catch (e) {
    error = e;
  }
  expect(error).toBeInstanceOf(JaxprTypeError);
  const { message: text, parts } = error as JaxprTypeError;
  expect(text).toContain(message);
  expect(parts.fix).toBeDefined();
}

/** One map of four float32 elements. */
const plain = (s: Sketch): void =>
  s.map([4], [s.output("float32", 4), s.at([1]), s.load(s.input("float32", [1, 2, 3, 4]), s.at([1]))]);

test("the programs of the table are well formed and have a text", () => {
  for (const c of cases) {
    expect(() => checkProgram(c.program), c.name).not.toThrow();
    expect(formatProgram(c.program).startsWith(`program ${c.name}\n`)).toBe(true);
  }
});

describe("buffers", () => {
  test("have one role each", () => {
    refused("buffer 0 (f32[4]) is input and output", plain, {
      inputs: [0],
      outputs: [0],
    });
    refused("buffer 1 (f32[4]) is input and input", plain, { inputs: [1, 1] });
    refused("output 7 is no buffer", plain, { outputs: [7] });
    refused("is used, and is no input, output, constant or workspace", plain, {
      inputs: [],
    });
  });
  test("constants have the size and layout of their buffer", () => {
    const build = (s: Sketch): void =>
      s.map([4], [s.output("float32", 4), s.at([1]), s.load(s.constant("float32", [1, 2, 3, 4]), s.at([1]))]);
    refused("is a Float32Array of 3 entries", build, {
      constants: new Map([[1, new Float32Array(3)]]),
    });
    refused("is a Int32Array of 4 entries", build, {
      constants: new Map([[1, new Int32Array(4)]]),
    });
  });
  test("outputs are written, inputs and constants are not", () => {
    refused("output buffer 2 (i32[3]) is never written", (s) => {
      plain(s);
      s.output("int32", 3);
    });
    refused("is written, and is input", (s) =>
      s.map([1], [s.input("float32", [1]), s.at([1]), s.b.constant(1, "float32")]),
    );
    refused("is written, and is constant", (s) =>
      s.map([1], [s.constant("float32", [1]), s.at([1]), s.b.constant(1, "float32")]),
    );
  });
  test("workspace is read after it is written", () => {
    refused("buffer 0 (f32[2]) is read before it is written", (s) => {
      const w = s.workspace("float32", 2);
      s.map([2], [s.output("float32", 2), s.at([1]), s.load(w, s.at([1]))]);
      s.map([2], [w, s.at([1]), s.b.constant(1, "float32")]);
    });
    refused("is read before it is written", (s) => {
      const out = s.output("float32", 2);
      s.scatter("add", [2], {
        inside: s.b.constant(true, "bool"),
        index: s.at([1]),
        value: s.b.constant(1, "float32"),
        buffer: out,
      });
    });
  });
});

describe("types", () => {
  const value = (message: string, make: (s: Sketch) => ReturnType<Sketch["at"]>): void =>
    refused(message, (s) => {
      const e = make(s);
      s.map([1], [s.output(e.dtype, 1), s.b.int(0), e]);
    });
  test("of operations", () => {
    value("add of float32 and int32, which differ", (s) => s.b.add(s.b.constant(1, "float32"), s.at([1])));
    value("there is no sin of int32", (s) => s.b.unary("sin", s.at([1])));
    value("there is no and of float32", (s) => s.b.and(s.b.constant(1, "float32"), s.b.constant(2, "float32")));
    value("there is no add of bool", (s) => s.b.add(s.b.constant(true, "bool"), s.b.constant(false, "bool")));
    value("there is no neg of bool", (s) => s.b.neg(s.b.constant(true, "bool")));
    value("there is no add of key<fry>", (s) => s.b.add(s.b.constant(1n, "key<fry>"), s.b.constant(2n, "key<fry>")));
    value("the condition of a select has dtype int32", (s) => s.b.select(s.at([1]), s.b.int(1), s.b.int(2)));
    value("select of float32 and int32 as float32", (s) =>
      s.b.select(s.b.constant(true, "bool"), s.b.constant(1, "float32"), s.b.int(2)),
    );
    value("there is no bitcast from float32 to float64", (s) => s.b.bitcast(s.b.constant(1, "float32"), "float64"));
    value("there is no bitcast from uint8 to bool", (s) => s.b.bitcast(s.b.constant(1, "uint8"), "bool"));
    value("there is no cast from key<fry> to int32", (s) => s.b.cast(s.b.constant(1n, "key<fry>"), "int32"));
    value("a constant of int32 is 1.5", (s) => ({ ...s.b.int(1), value: 1.5 }));
    value("0.1 is not a float32", (s) => ({
      ...s.b.constant(0, "float32"),
      value: 0.1,
    }));
    value("300 is out of the range of uint8", (s) => ({
      ...s.b.constant(0, "uint8"),
      value: 300,
    }));
    value("a constant of int64 holds a number", (s) => ({
      ...s.b.constant(0, "int64"),
      value: 3,
    }));
    value("add has 1 arguments instead of 2", (s) => ({
      ...s.b.add(s.b.index(0), s.b.index(0)),
      args: [s.b.index(0)],
    }));
    value("lt of int32 has dtype int32 instead of bool", (s) => ({
      ...s.b.lt(s.b.index(0), s.b.int(3)),
      dtype: "int32",
    }));
  });
  test("of loads and stores", () => {
    refused("a load of int32 from buffer 0 (f32[1])", (s) => {
      const x = s.input("float32", [1]);
      s.map([1], [s.output("int32", 1), s.at([1]), s.b.load(x, s.b.int(0), "int32")]);
    });
    refused("a store of int32 to buffer 0 (f32[1])", (s) =>
      s.map([1], [s.output("float32", 1), s.at([1]), s.b.int(3)]),
    );
    refused("the index of a load has dtype uint32", (s) => {
      const x = s.input("float32", [1]);
      s.map([1], [s.output("float32", 1), s.at([1]), s.load(x, s.b.constant(0, "uint32"))]);
    });
    refused("the index of a store has dtype int64", (s) =>
      s.map([1], [s.output("int32", 1), s.b.constant(0, "int64"), s.b.int(1)]),
    );
    refused("there is no buffer 9", (s) =>
      s.map([1], [s.output("int32", 1), s.at([1]), s.b.load(9, s.b.int(0), "int32")]),
    );
  });
  test("of combinations", () => {
    const x = (s: Sketch) => s.load(s.input("float32", [1, 2]), s.at([1]));
    refused("there is no combination by xor of float32", (s) =>
      s.reduce("xor", [], [2], [s.output("float32", 1), s.b.int(0), x(s)]),
    );
    refused("a store of int32 to", (s) => s.reduce("argmax", [], [2], [s.output("float32", 1), s.b.int(0), x(s)]));
    refused("argmin of nothing", (s) => s.reduce("argmin", [], [0], [s.output("int32", 1), s.b.int(0), x(s)]));
    refused("there is no combination by logaddexp of int32", (s) =>
      s.cumulative("logaddexp", [2], 0, false, [s.output("int32", 2), s.at([1]), s.b.index(0)]),
    );
    refused("axis 1 of a kernel of 1 loops", (s) =>
      s.cumulative("add", [2], 1, false, [s.output("int32", 2), s.at([1]), s.b.index(0)]),
    );
    refused("a contraction of", (s) => {
      const view = {
        buffer: s.input("float32", [1]),
        offset: s.b.int(0),
        batchStrides: [],
        rowStride: 1,
        columnStride: 1,
      };
      s.contract({ rows: 1, columns: 1, depth: 1 }, view, view, s.output("float64", 1));
    });
    refused("there is no combination by add of bool", (s) => {
      const view = {
        buffer: s.input("bool", [1]),
        offset: s.b.int(0),
        batchStrides: [],
        rowStride: 1,
        columnStride: 1,
      };
      s.contract({ rows: 1, columns: 1, depth: 1 }, view, view, s.output("bool", 1));
    });
    const walked = (s: Sketch, row: Stride, column: Stride): MatrixView => ({
      buffer: s.input("float32", [1, 2, 3, 4]),
      offset: s.b.int(0),
      batchStrides: [],
      rowStride: row,
      columnStride: column,
    });
    const walk = (...shape: readonly number[]): Stride => ({ shape, strides: shape.map(() => 0) });
    refused("strides (2*0+2*0, 1) of a matrix of 3 by 1", (s) =>
      s.contract({ rows: 3, columns: 1, depth: 1 }, walked(s, walk(2, 2), 1), walked(s, 1, 1), s.output("float32", 3)),
    );
    refused("walks over (2, 3) and (3, 2)", (s) =>
      s.contract(
        { rows: 1, columns: 1, depth: 6 },
        walked(s, 1, walk(2, 3)),
        walked(s, walk(3, 2), 1),
        s.output("float32", 1),
      ),
    );
    refused("matrix from 0, strides (2*3+2*1, 1) reaches element 4", (s) =>
      s.contract(
        { rows: 4, columns: 1, depth: 1 },
        walked(s, { shape: [2, 2], strides: [3, 1] }, 1),
        walked(s, 1, 1),
        s.output("float32", 4),
      ),
    );
    refused("the condition of a scatter has dtype int32", (s) => {
      const buffer = s.output("int32", 1);
      s.map([1], [buffer, s.at([1]), s.b.int(1)]);
      s.scatter("set", [1], {
        inside: s.b.int(1),
        index: s.b.int(0),
        value: s.b.int(1),
        buffer,
      });
    });
    refused("a sort of", (s) => s.sort(1, 2, 1, [s.input("float32", [1, 2])], [s.output("int32", 2)]));
    refused("a sort by 2 keys of 1 operands", (s) =>
      s.sort(1, 2, 2, [s.input("float32", [1, 2])], [s.output("float32", 2)]),
    );
    refused("a sort of 2 rows of 2", (s) => s.sort(2, 2, 1, [s.input("float32", [1, 2])], [s.output("float32", 4)]));
  });
});

describe("scope", () => {
  test("of loop variables and counters", () => {
    refused("loop variable 1 of a kernel of 1 loops", (s) =>
      s.map([2], [s.output("int32", 2), s.at([1]), s.b.index(1)]),
    );
    refused("loop variable 1 of a kernel of 1 loops", (s) =>
      s.reduce("add", [2], [3], [s.output("int32", 9), s.at([1, 1]), s.b.index(1)]),
    );
    refused("counter 0 is used outside its loop", (s) => {
      let counter = s.b.int(0);
      const out = s.output("int32", 1);
      s.loop(3, (c) => {
        counter = c;
        s.map([], [out, s.b.int(0), c]);
      });
      s.map([], [out, s.b.int(0), counter]);
    });
    const looping = (s: Sketch): void => s.loop(3, (c) => s.map([], [s.output("int32", 1), s.b.int(0), c]));
    refused("counter 0 of 0", looping, { counters: 0 });
    const inner = sketch(looping).steps;
    refused("counts an enclosing loop too", looping, {
      steps: [{ kind: "loop", counter: 0, length: 2, body: inner }],
    });
  });
  test("flags have their dtype", () => {
    refused("the selector is buffer 0 (f32[1])", (s) => s.branch(s.input("float32", [1]), () => {}));
    refused("the predicate is buffer 0 (i32[1])", (s) =>
      s.while(
        s.input("int32", [1]),
        () => {},
        () => {},
      ),
    );
    refused("a branch without cases", (s) => s.branch(s.input("int32", [1])));
  });
  test("the error names the step", () => {
    refused("at step 0 (loop) > 1 (map)", (s) => {
      const out = s.output("int32", 1);
      s.loop(2, (c) => {
        s.map([], [out, s.b.int(0), c]);
        s.map([], [out, s.b.int(0), s.b.index(3)]);
      });
    });
  });
});

describe("ranges of affine indices", () => {
  test("of loads and stores", () => {
    const load = (strides: number[], offset: number) => (s: Sketch) => {
      const x = s.input("float32", new Array(12).fill(0));
      s.map([3, 4], [s.output("float32", 12), s.at([4, 1]), s.load(x, s.at(strides, offset))]);
    };
    checkProgram(sketch(load([1, 3], 0)));
    checkProgram(sketch(load([-4, -1], 11)));
    refused("load at 1 + i0 * 4 + i1 reaches element 12 of buffer 0 (f32[12])", load([4, 1], 1));
    refused("reaches element -1 of", load([-4, -1], 10));
    refused("store at i0 * 5 reaches element 15 of buffer 0 (i32[15])", (s) =>
      s.map([4], [s.output("int32", 15), s.at([5]), s.b.int(1)]),
    );
  });
  test("with counters, and products of constants", () => {
    const build = (length: number) => (s: Sketch) => {
      const { b } = s;
      const out = s.output("int32", 12);
      s.loop(length, (c) => s.map([4], [out, b.sub(b.add(b.mul(c, b.int(4)), b.index(0)), b.int(0)), c]));
    };
    checkProgram(sketch(build(3)));
    refused("reaches element 15", build(4));
  });
  test("say nothing where a kernel does not run or the index is not affine", () => {
    checkProgram(
      sketch((s) => {
        const out = s.output("int32", 2);
        s.map([0], [out, s.at([1], 9), s.b.int(1)]);
        s.loop(0, (c) => s.map([], [out, s.b.add(c, s.b.int(50)), c]));
        s.map([6], [out, s.b.rem(s.b.index(0), s.b.int(2)), s.b.int(0)]);
      }),
    );
  });
  test("of matrices", () => {
    const build = (offset: number, rowStride: number) => (s: Sketch) => {
      const x = s.input("float32", new Array(12).fill(0));
      const lhs = {
        buffer: x,
        offset: s.b.int(offset),
        batchStrides: [],
        rowStride,
        columnStride: 1,
      };
      const rhs = {
        buffer: x,
        offset: s.b.int(0),
        batchStrides: [],
        rowStride: 3,
        columnStride: 1,
      };
      s.contract({ rows: 3, columns: 3, depth: 4 }, lhs, rhs, s.output("float32", 9));
    };
    checkProgram(sketch(build(0, 4)));
    checkProgram(sketch(build(8, -4)));
    refused("reaches element 12", build(1, 4));
    refused("reaches element -1", build(7, -4));
  });
});

describe("workspace", () => {
  /** Three copies in a row: a to b to c, the last to the output. */
  const chain = (offsets: readonly [number, number, number]) => (s: Sketch) => {
    const i = s.at([1]);
    const [a, b, c] = offsets.map((offset) => s.workspace("float32", 8, offset)) as [number, number, number];
    s.map([8], [a, i, s.b.constant(1, "float32")]);
    s.map([8], [b, i, s.load(a, i)]);
    s.map([8], [c, i, s.load(b, i)]);
    s.map([8], [s.output("float32", 8), i, s.load(c, i)]);
  };
  test("is aligned and in range", () => {
    checkProgram(sketch(chain([0, 32, 64])));
    refused("stands at offset 8", chain([0, 32, 8]));
    refused("ends at byte 96 of a workspace of 80", chain([0, 32, 64]), {
      workspaceBytes: 80,
    });
  });
  test("is shared by those that are not alive together alone", () => {
    checkProgram(sketch(chain([0, 32, 0])));
    refused("buffer 0 (f32[8]) and buffer 1 (f32[8]) share memory while both are alive", chain([0, 16, 64]));
    refused("share memory", chain([0, 32, 48]));
  });
  test("a carry lives through its whole loop", () => {
    const build = (temporary: number) => (s: Sketch) => {
      const i = s.at([1]);
      const carry = s.workspace("float32", 4, 0);
      const next = s.workspace("float32", 4, 16);
      const late = s.workspace("float32", 4, temporary);
      s.map([4], [carry, i, s.b.constant(1, "float32")]);
      s.loop(3, () => {
        s.map([4], [next, i, s.load(carry, i)]);
        s.map([4], [carry, i, s.load(next, i)]);
        s.map([4], [late, i, s.b.constant(2, "float32")]);
      });
      s.map([4], [s.output("float32", 4), i, s.load(carry, i)]);
    };
    checkProgram(sketch(build(16)));
    refused("share memory", build(0));
  });
  test("a value that an iteration hands to the next, or that only some branches write, lives through the loop", () => {
    const build = (kind: "handed" | "branch" | "both branches", temporary: number) => (s: Sketch) => {
      const zero = s.b.int(0);
      const out = s.output("int32", 1);
      const which = s.input("int32", [0]);
      const x = s.workspace("int32", 1, 0);
      const late = s.workspace("int32", 1, temporary);
      s.loop(3, (c) => {
        const write = (): void => s.map([], [x, zero, c]);
        if (kind !== "handed") s.branch(which, write, kind === "branch" ? () => {} : write);
        s.map([], [out, zero, s.load(x, zero)]);
        s.map([], [late, zero, c]);
        if (kind === "handed") write();
      });
    };
    checkProgram(sketch(build("handed", 16)));
    checkProgram(sketch(build("branch", 16)));
    refused("share memory", build("handed", 0));
    refused("share memory", build("branch", 0));
    checkProgram(sketch(build("both branches", 0)));
  });
  test("temporaries of alternatives may share", () => {
    checkProgram(
      sketch((s) => {
        const zero = s.b.int(0);
        const out = s.output("int32", 1);
        const use = (): void => {
          const t = s.workspace("int32", 1, 0);
          s.map([], [t, zero, s.b.int(5)]);
          s.map([], [out, zero, s.load(t, zero)]);
        };
        s.branch(s.input("int32", [0]), use, use);
      }),
    );
  });
});

test("kernels other than maps do not read what they write", () => {
  refused("is read and written by one kernel", (s) => {
    const out = s.output("float32", 4);
    s.map([4], [out, s.at([1]), s.b.constant(1, "float32")]);
    s.cumulative("add", [4], 0, false, [out, s.at([1]), s.load(out, s.at([1]))]);
  });
});

test("long chains are checked and written without recursion", () => {
  const { program } = programCase("long", (s) => {
    let x = s.load(s.input("float32", [1]), s.b.int(0));
    for (let i = 0; i < 20000; i++) x = s.b.add(x, s.b.constant(i % 7, "float32"));
    s.map([1], [s.output("float32", 1), s.b.int(0), x]);
  });
  checkProgram(program);
  expect(formatProgram(program).split("\n").length).toBeGreaterThan(1000);
});
