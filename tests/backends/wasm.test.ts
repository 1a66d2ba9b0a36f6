import v8 from "node:v8";
import vm from "node:vm";
import { describe, expect, it } from "vitest";
import type { Backend } from "../../src/backends/backend.ts";
import { createReferenceBackend } from "../../src/backends/reference/backend.ts";
import { createWasmBackend, type WasmExecutable } from "../../src/backends/wasm/backend.ts";
import { wasmText } from "../../src/backends/wasm/text.ts";
import type { Expr } from "../../src/core/expr.ts";
import { BackendError, MemoryLimitError } from "../../src/errors/index.ts";
import type { TypedArray } from "../../src/types/dtype.ts";
import { cases, compare, differences, type ProgramCase, runCase, supported } from "./cases.ts";
import { generator, positive, programCase, type Sketch, small, wild } from "./sketch.ts";

const reference = createReferenceBackend();

async function check(backend: Backend, example: ProgramCase): Promise<void> {
  const actual = await runCase(backend, example);
  const expected = example.expected === "reference" ? await runCase(reference, example) : example.expected;
  expect(differences(example, actual, expected), example.name).toBeUndefined();
}

describe("every program gives what the reference gives", () => {
  const backend = createWasmBackend();
  for (const example of cases) {
    if (!supported(backend, example)) continue;
    it(example.name, async () => {
      const before = backend.memory().used;
      await check(backend, example);
      if (example.program.constants.size === 0) expect(backend.memory().used).toBe(before);
    });
  }
});

/** x as the first operand of one map over n elements. */
function mapped(s: Sketch, x: TypedArray, n = x.length): [buffer: number, out: number] {
  return [s.input("float32", x), s.output("float32", n)];
}

describe("sums", () => {
  it("of ten million tenths are right to six digits", () => {
    const backend = createWasmBackend();
    const n = 10_000_000;
    const example = programCase("sum", (s) => {
      const x = s.input("float32", new Float32Array(n).fill(0.1));
      const [all, columns, rows] = [s.output("float32", 1), s.output("float32", 100), s.output("float32", 5)];
      s.reduce("add", [], [n], [all, s.at([]), s.load(x, s.at([1]))]);
      s.reduce("add", [100], [n / 100], [columns, s.at([1]), s.load(x, s.at([1, 100]))]);
      s.reduce("add", [5], [n / 5], [rows, s.at([1]), s.load(x, s.at([1, 5]))]);
    });
    return runCase(backend, example).then((results) => {
      const terms = [n, n / 100, n / 5];
      for (const [i, sums] of results.entries()) {
        const exact = terms[i]! * Math.fround(0.1);
        for (const sum of sums as Float32Array) expect(Math.abs(sum / exact - 1)).toBeLessThan(1e-6);
      }
    });
  });
  it("do not depend on where the array lies or what ran before", async () => {
    const backend = createWasmBackend();
    const example = programCase("sum", (s) => {
      const x = s.input("float32", wild("float32", 5003));
      s.reduce("add", [], [5003], [s.output("float32", 1), s.at([]), s.load(x, s.at([1]))]);
    });
    const [first] = await runCase(backend, example);
    backend.allocate("int8", 5);
    const [second] = await runCase(backend, example);
    expect(compare(second!, first!, 0)).toBeUndefined();
  });
});

describe("an element's value does not depend on its place", () => {
  it.each(["exp", "sin", "tanh", "log1p", "cbrt"] as const)("%s", async (op) => {
    const backend = createWasmBackend();
    const results: number[] = [];
    for (const n of [1, 2, 4, 6, 16, 21, 64, 71]) {
      const example = programCase(op, (s) => {
        const [x, out] = mapped(s, new Float32Array(n).fill(0.7310585786));
        s.map([n], [out, s.at([1]), s.b.unary(op, s.load(x, s.at([1])))]);
      });
      const [values] = await runCase(backend, example);
      results.push(...(values as Float32Array));
    }
    expect(new Set(results).size).toBe(1);
  });
});

describe("bounds by constants", () => {
  const backend = createWasmBackend();
  it.each([0, -0, 1, -2.5, Infinity, -Infinity, NaN])("%f", async (bound) => {
    for (const op of ["max", "min"] as const) {
      for (const first of [false, true]) {
        const example = programCase(op, (s) => {
          const [x, out] = mapped(s, new Float32Array([0, -0, NaN, Infinity, -Infinity, 3, -3, 1e-45, 1, -2.5, 7]));
          const [value, constant] = [s.load(x, s.at([1])), s.b.constant(bound, "float32")];
          s.map([11], [out, s.at([1]), first ? s.b.binary(op, constant, value) : s.b.binary(op, value, constant)]);
        });
        await check(backend, example);
      }
    }
  });
});

describe("products of matrices", () => {
  const sizes = [
    [4, 8, 8],
    [64, 64, 64],
    [65, 67, 300],
    [200, 33, 130],
    [7, 1100, 17],
    [193, 9, 257],
    [1, 500, 300],
    [300, 1, 500],
    [13, 2000, 3],
    [300, 3, 100],
    [5, 2, 600],
  ] as const;
  it.each(sizes)("%i by %i by %i, all strides", async (rows, columns, depth) => {
    const backend = createWasmBackend();
    for (const dtype of ["float32", "float64", "int32"] as const) {
      for (const form of ["NN", "NT", "TN", "TT"]) {
        await check(
          backend,
          programCase(`${dtype} ${form}`, (s) => {
            const x = s.input(dtype, small(dtype, 3 + 2 * rows * depth, 1));
            const y = s.input(dtype, small(dtype, depth * columns, 2));
            const [tall, wide] = [form[0] === "T", form[1] === "T"];
            s.contract(
              { batch: [2], rows, columns, depth },
              {
                buffer: x,
                offset: s.b.int(3),
                batchStrides: [rows * depth],
                rowStride: tall ? 1 : depth,
                columnStride: tall ? rows : 1,
              },
              {
                buffer: y,
                offset: s.b.int(0),
                batchStrides: [0],
                rowStride: wide ? 1 : columns,
                columnStride: wide ? depth : 1,
              },
              s.output(dtype, 2 * rows * columns),
            );
          }),
        );
      }
    }
  });
});

describe("sorts", () => {
  it.each([1, 39, 41, 300, 5000])("rows of %i", async (n) => {
    const backend = createWasmBackend();
    for (const dtype of ["float32", "float64", "int32", "uint32", "int8", "uint16", "bool", "int64"] as const) {
      await check(
        backend,
        programCase(dtype, (s) => {
          const data = wild(dtype, 2 * n, n);
          if (data instanceof Float32Array || data instanceof Float64Array) {
            for (const [i, x] of [Number.NaN, -0, 0, Infinity, -Infinity, -Number.NaN].entries()) data[(i * 7) % n] = x;
          }
          const inputs = [
            s.input("int8", small("int8", 2 * n, 9)),
            s.input(dtype, data),
            s.input(
              "int32",
              Array.from({ length: 2 * n }, (_, i) => i),
            ),
          ];
          for (const keys of [1, 2]) {
            const order = keys === 1 ? [inputs[1]!, inputs[0]!, inputs[2]!] : inputs;
            const kinds = keys === 1 ? ([dtype, "int8", "int32"] as const) : (["int8", dtype, "int32"] as const);
            s.sort(
              2,
              n,
              keys,
              order,
              kinds.map((d) => s.output(d, 2 * n)),
            );
          }
        }),
      );
    }
  });
});

describe("programs of many steps", () => {
  it("are cut into functions", async () => {
    const backend = createWasmBackend();
    const steps = 10_000;
    const example = programCase("chain", (s) => {
      const [x, out] = mapped(s, new Float32Array([1]));
      const cells = [s.workspace("float32", 1), s.workspace("float32", 1)] as const;
      const zero = s.b.int(0);
      s.map([], [cells[0], zero, s.load(x, zero)]);
      s.loop(2, () => {
        for (let i = 0; i < steps; i++) {
          const value = s.load(cells[(i % 2) as 0 | 1], zero);
          s.map([], [cells[((i + 1) % 2) as 0 | 1], zero, s.b.add(value, s.b.constant(i % 3, "float32"))]);
        }
      });
      s.map([], [out, zero, s.load(cells[0], zero)]);
    });
    const [result] = await runCase(backend, example);
    expect(result![0]).toBe(1 + 2 * 9999);
  });
  it("may have many loops, one after the other and one in the other", async () => {
    const backend = createWasmBackend();
    const example = programCase("loops", (s) => {
      const [x, out] = mapped(s, new Float32Array([1]));
      const zero = s.b.int(0);
      const cell = s.workspace("float32", 1);
      s.map([], [cell, zero, s.load(x, zero)]);
      const add = (n: Expr): void => s.map([], [cell, zero, s.b.add(s.load(cell, zero), s.b.cast(n, "float32"))]);
      for (let i = 0; i < 1500; i++) s.loop(2, (n) => add(n));
      const nest = (depth: number, sum: Expr): void => {
        if (depth === 0) add(sum);
        else s.loop(2, (n) => nest(depth - 1, s.b.add(n, sum)));
      };
      nest(9, zero);
      s.loop(3, (n) => {
        for (let i = 0; i < 300; i++) add(n);
      });
      s.map([], [out, zero, s.load(cell, zero)]);
    });
    await check(backend, example);
  });
  it("may read very many buffers at once", async () => {
    const backend = createWasmBackend();
    const example = programCase("many", (s) => {
      const out = s.output("float32", 5);
      let sum = s.load(s.constant("float32", [1, 2, 3, 4, 5]), s.at([1]));
      for (let i = 0; i < 1200; i++) {
        const x = i % 3 === 0 ? s.workspace("float32", 5) : s.input("float32", small("float32", 5, i));
        if (i % 3 === 0) s.map([5], [x, s.at([1]), s.b.constant(i, "float32")]);
        sum = s.b.add(sum, s.load(x, s.at([1])));
      }
      s.loop(2, (n) => s.map([5], [out, s.at([1]), s.b.add(sum, s.b.cast(n, "float32"))]));
    });
    await check(backend, example);
  });
  it("may hold long expressions", async () => {
    const backend = createWasmBackend();
    const example = programCase("long", (s) => {
      const [x, out] = mapped(s, positive("float32", 37));
      let value = s.load(x, s.at([1]));
      for (let i = 0; i < 3000; i++)
        value = s.b.add(s.b.mul(value, s.b.constant(0.5, "float32")), s.b.constant(i % 7, "float32"));
      s.map([37], [out, s.at([1]), value]);
    });
    await check(backend, example);
  });
});

describe("the listing of a program", () => {
  const backend = createWasmBackend();
  it("shows every instruction by name", () => {
    const example = programCase("doubled", (s) => {
      const [x, out] = mapped(s, new Float32Array(64));
      const value = s.load(x, s.at([1]));
      s.map([64], [out, s.at([1]), s.b.add(value, value)]);
    });
    const text = wasmText(backend.compile(example.program) as WasmExecutable);
    expect(text).toMatchInlineSnapshot(`
      "wasm module doubled: 239 bytes, 2 functions, 0 bytes of workspace
        table %0 %1 workspace
        func run (i32) -> ()
          local i32
          local.get 0
          i32.load offset=8
          local.set 1
          local.get 0
          i32.load offset=4
          local.get 0
          i32.load
          call map
        func map (i32 i32) -> ()
          local i32 i32 i32 v128 v128 v128 v128 v128 v128 v128 v128
          i32.const 0
          local.set 2
          local.get 1
          local.set 3
          local.get 0
          local.set 4
          loop
            local.get 3
            v128.load
            local.set 5
            local.get 3
            v128.load offset=16
            local.set 6
            local.get 3
            v128.load offset=32
            local.set 7
            local.get 3
            v128.load offset=48
            local.set 8
            local.get 5
            local.get 5
            f32x4.add
            local.set 9
            local.get 6
            local.get 6
            f32x4.add
            local.set 10
            local.get 7
            local.get 7
            f32x4.add
            local.set 11
            local.get 8
            local.get 8
            f32x4.add
            local.set 12
            local.get 4
            local.get 9
            v128.store
            local.get 4
            local.get 10
            v128.store offset=16
            local.get 4
            local.get 11
            v128.store offset=32
            local.get 4
            local.get 12
            v128.store offset=48
            local.get 3
            i32.const 64
            i32.add
            local.set 3
            local.get 4
            i32.const 64
            i32.add
            local.set 4
            local.get 2
            i32.const 16
            i32.add
            local.tee 2
            i32.const 64
            i32.lt_u
            br_if 0
          end"
    `);
  });
  it("can be made of all programs", () => {
    for (const { program } of cases.filter((c, i) => i % 20 === 0 && supported(backend, c))) {
      const lines = wasmText(backend.compile(program) as WasmExecutable).split("\n");
      expect(lines[0]).toContain(`wasm module ${program.name}`);
      expect(lines.some((line) => line.includes("undefined"))).toBe(false);
      // Every construct is closed.
      const count = (name: string) => lines.filter((line) => line.trim() === name).length;
      expect(count("end")).toBe(count("block") + count("loop") + count("if"));
    }
  });
});

describe("memory", () => {
  it("comes back, whatever the program", async () => {
    const backend = createWasmBackend();
    const next = generator(1);
    const some = cases.filter((c) => supported(backend, c) && c.program.constants.size === 0 && next() < 0.05);
    for (const example of some) await runCase(backend, example);
    expect(backend.memory().used).toBe(0);
    const { reserved } = backend.memory();
    for (const example of some) await runCase(backend, example);
    expect(backend.memory().reserved).toBe(reserved);
  });
  it("ends with an error that says how much", () => {
    const backend = createWasmBackend({ maximumPages: 10 });
    const storage = backend.allocate("float32", 100_000);
    expect(() => backend.allocate("float32", 100_000)).toThrow(MemoryLimitError);
    backend.free(storage);
    expect(backend.memory().used).toBe(0);
    expect(backend.allocate("float32", 100_000).bytes).toBe(400_000);
  });
  it("is copied in and out", () => {
    const backend = createWasmBackend();
    const storage = backend.allocate("int64", 3);
    const data = new BigInt64Array([1n, -(2n ** 63n), 5n]);
    backend.write(storage, data.subarray(0, 3));
    backend.allocate("float64", 1_000_000);
    const result = backend.read!(storage, "int64", 3);
    expect(result).toEqual(data);
    data[0] = 9n;
    expect(result[0]).toBe(1n);
    expect(() => backend.write(storage, new Float64Array(4))).toThrow(BackendError);
    expect(() => backend.read!(storage, "int64", 4)).toThrow("32 bytes were asked of a block of 24");
  });
  it("of a program's constants comes back when nobody holds the program", async () => {
    const backend = createWasmBackend();
    const example = cases.find((c) => c.program.constants.size > 0 && supported(backend, c))!;
    const use = (): void => {
      backend.compile(example.program);
      expect(backend.memory().used).toBeGreaterThan(0);
    };
    use();
    v8.setFlagsFromString("--expose-gc");
    const collect = vm.runInNewContext("gc") as () => void;
    for (let i = 0; i < 50 && backend.memory().used > 0; i++) {
      collect();
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    expect(backend.memory().used).toBe(0);
  });
  it("does not store what it cannot compute with", () => {
    const backend = createWasmBackend();
    expect(backend.supports("bfloat16")).toBe(false);
    expect(() => backend.allocate("bfloat16", 1)).toThrow("the wasm backend cannot store bfloat16");
    expect(() => backend.allocate("float16", 1)).toThrow(BackendError);
  });
});
