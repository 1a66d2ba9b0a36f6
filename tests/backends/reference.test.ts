// The reference backend: every case of the table runs, passes the checks of programs and gives back its memory; kernels
// against direct formulas; errors.
import { describe, expect, test } from "vitest";
import { createReferenceBackend } from "../../src/backends/reference/backend.ts";
import { BackendError } from "../../src/errors/index.ts";
import type { TypedArray } from "../../src/types/dtype.ts";
import { cases, compare, differences, runCase, supported } from "./cases.ts";
import { filled, positive, programCase, type Sketch, small, wild } from "./sketch.ts";

const run = async (build: (s: Sketch) => void): Promise<TypedArray[]> =>
  runCase(createReferenceBackend(), programCase("p", build));
const numbers = (data: TypedArray): number[] => Array.from(data, Number);

test("the names of the cases are distinct", () => {
  expect(new Set(cases.map((c) => c.name)).size).toBe(cases.length);
});

test("every case runs, twice with the same result, and returns its memory", async () => {
  const backend = createReferenceBackend();
  for (const c of cases) {
    expect(supported(backend, c), c.name).toBe(true);
    const first = await runCase(backend, c);
    const expected = c.expected === "reference" ? first : c.expected;
    expect(differences(c, first, expected), c.name).toBeUndefined();
    expect(differences({ ...c, ulp: 0 }, await runCase(backend, c), first), c.name).toBeUndefined();
  }
  expect(backend.memory()).toEqual({ used: 0, reserved: 0, limit: Infinity });
});

describe("comparing", () => {
  test("finds what differs", () => {
    const f = (...values: number[]) => Float32Array.from(values);
    expect(compare(f(1, NaN, -0), f(1, NaN, -0), 0)).toBeUndefined();
    expect(compare(f(1), f(1 + 2 ** -23), 1)).toBeUndefined();
    expect(compare(f(1), f(1 + 2 ** -22), 1)).toContain(
      "element 0 is 1 instead of 1.000000238418579: 2 ulp, 1 allowed",
    );
    expect(compare(f(0), f(-0), 0)).toContain("instead of -0");
    expect(compare(f(0), f(-0), 1)).toBeUndefined();
    expect(compare(f(-1e-45), f(1e-45), 2)).toBeUndefined();
    expect(compare(f(NaN), f(1), 1e9)).toContain("NaN");
    expect(compare(f(1), new Float64Array([1]), 0)).toContain("Float32Array instead of a Float64Array");
    expect(compare(f(1), f(1, 2), 0)).toContain("1 elements instead of 2");
    expect(compare(Int32Array.of(1), Int32Array.of(2), 5)).toContain("is 1 instead of 2");
    expect(compare(BigInt64Array.of(1n), BigInt64Array.of(1n), 0)).toBeUndefined();
    expect(compare(new Float64Array([1]), new Float64Array([1 + 2 ** -52]), 1)).toBeUndefined();
  });
});

describe("map", () => {
  test("moves elements by index maps", async () => {
    const x = wild("int32", 35);
    const [transposed, padded] = await run((s) => {
      const { b } = s;
      const input = s.input("int32", x);
      s.map([7, 5], [s.output("int32", 35), s.at([5, 1]), s.load(input, s.at([1, 7]))]);
      const i = b.index(0);
      const clamped = b.max(b.int(0), b.min(b.int(34), b.sub(i, b.int(2))));
      s.map([39], [s.output("int32", 39), i, s.load(input, clamped)]);
    });
    expect(numbers(transposed!)).toEqual(Array.from({ length: 35 }, (_, k) => x[(k % 5) * 7 + Math.floor(k / 5)]));
    expect(numbers(padded!)).toEqual([x[0], x[0], ...x, x[34], x[34]]);
  });

  test("computes all values of an iteration before it stores one", async () => {
    const [x, y] = await run((s) => {
      const [x, y] = [s.output("float32", 3), s.output("float32", 3)];
      const i = s.at([1]);
      s.map([3], [x, i, s.b.cast(i, "float32")], [y, i, s.b.constant(7, "float32")]);
      s.map([3], [x, i, s.load(y, i)], [y, i, s.load(x, i)]);
    });
    expect([...x!, ...y!]).toEqual([7, 7, 7, 0, 1, 2]);
  });
});

describe("reduce", () => {
  test("over the middle axis", async () => {
    const x = small("float64", 60, 3);
    const at = (i: number, j: number, k: number): number => Number(x[(i * 4 + j) * 5 + k]);
    const results = await run((s) => {
      const input = s.input("float64", x);
      for (const op of ["add", "mul", "max", "min", "argmax", "argmin"] as const) {
        const out = s.output(op.startsWith("arg") ? "int32" : "float64", 15);
        s.reduce(op, [3, 5], [4], [out, s.at([5, 1]), s.load(input, s.at([20, 1, 5]))]);
      }
    });
    const rows = Array.from({ length: 15 }, (_, n) => [0, 1, 2, 3].map((j) => at(Math.floor(n / 5), j, n % 5)));
    const expected = [
      rows.map(([a, b, c, d]) => a! + b! + c! + d!),
      rows.map(([a, b, c, d]) => a! * b! * c! * d!),
      rows.map((row) => Math.max(...row)),
      rows.map((row) => Math.min(...row)),
      rows.map((row) => row.indexOf(Math.max(...row))),
      rows.map((row) => row.indexOf(Math.min(...row))),
    ];
    results.forEach((result, i) => {
      // A product with a zero may be -0.
      expect(numbers(result).map((v) => v + 0)).toEqual(expected[i]!.map((v) => v + 0));
    });
  });

  test("sums of float32 are rounded once", async () => {
    const x = positive("float32", 5000);
    const [sum] = await run((s) =>
      s.reduce("add", [], [5000], [s.output("float32", 1), s.b.int(0), s.load(s.input("float32", x), s.at([1]))]),
    );
    // Scaled by 2^24 the elements are integers, so bigints give the exact sum.
    const exact = numbers(x).reduce((total, v) => total + BigInt(v * 2 ** 24), 0n);
    expect(sum![0]).toBe(Math.fround(Number(exact) / 2 ** 24));
  });

  test("nothing gives the neutral element", async () => {
    const results = await run((s) => {
      const { b } = s;
      const put = (
        op: "add" | "mul" | "max" | "min" | "and" | "or" | "xor",
        dtype: "float32" | "int8" | "uint16" | "bool" | "int64" | "uint64",
      ) => s.reduce(op, [1], [0], [s.output(dtype, 1), b.int(0), b.constant(1, dtype)]);
      for (const op of ["add", "mul", "max", "min"] as const) put(op, "float32");
      for (const op of ["add", "mul", "max", "min", "and", "or", "xor"] as const) put(op, "int8");
      for (const op of ["max", "min", "and"] as const) put(op, "uint16");
      for (const op of ["and", "or", "xor", "max", "min"] as const) put(op, "bool");
      for (const op of ["max", "min", "and"] as const) put(op, "int64");
      for (const op of ["mul", "max", "min", "and"] as const) put(op, "uint64");
    });
    expect(results.map((r) => r[0])).toEqual([
      ...[0, 1, -Infinity, Infinity],
      ...[0, 1, -128, 127, -1, 0, 0],
      ...[0, 65535, 65535],
      ...[1, 0, 0, 0, 1],
      ...[-(2n ** 63n), 2n ** 63n - 1n, -1n],
      ...[1n, 0n, 2n ** 64n - 1n, 2n ** 64n - 1n],
    ]);
  });

  test("the first NaN is the extreme", async () => {
    const results = await run((s) => {
      for (const values of [
        [1, 5, NaN, 9, NaN],
        [NaN, 1, 2, 3, 4],
        [5, 5, 1, 1, 3],
      ]) {
        const x = s.input("float32", values);
        for (const op of ["argmax", "argmin", "max", "min"] as const) {
          s.reduce(
            op,
            [],
            [5],
            [s.output(op.startsWith("arg") ? "int32" : "float32", 1), s.b.int(0), s.load(x, s.at([1]))],
          );
        }
      }
    });
    expect(results.map((r) => r[0])).toEqual([2, 2, NaN, NaN, 0, 0, NaN, NaN, 0, 2, 5, 1]);
  });
});

test("cumulative", async () => {
  const x = small("float32", 12, 2);
  const [sum, reversed, log] = await run((s) => {
    const value = s.load(s.input("float32", x), s.at([4, 1]));
    s.cumulative("add", [3, 4], 0, false, [s.output("float32", 12), s.at([4, 1]), value]);
    s.cumulative("max", [3, 4], 1, true, [s.output("float32", 12), s.at([4, 1]), value]);
    const logs = s.load(s.input("float64", [1, 2, 3, -Infinity]), s.at([1]));
    s.cumulative("logaddexp", [4], 0, false, [s.output("float64", 4), s.at([1]), logs]);
  });
  const at = (i: number, j: number): number => Number(x[4 * i + j]);
  const places = Array.from({ length: 12 }, (_, n) => [Math.floor(n / 4), n % 4] as const);
  expect(numbers(sum!)).toEqual(
    places.map(([i, j]) => [0, 1, 2].filter((k) => k <= i).reduce((t, k) => t + at(k, j), 0)),
  );
  expect(numbers(reversed!)).toEqual(
    places.map(([i, j]) => Math.max(...[0, 1, 2, 3].filter((k) => k >= j).map((k) => at(i, k)))),
  );
  const total = [Math.E, Math.E + Math.exp(2), Math.E + Math.exp(2) + Math.exp(3)];
  for (const [i, t] of [...total, total[2]!].entries()) expect(log![i]).toBeCloseTo(Math.log(t), 14);
});

test("contract", async () => {
  const [m, n, k] = [5, 6, 7];
  const x = small("float32", 2 * m * k, 1);
  const y = small("float32", n * k, 2);
  const wide = wild("int64", 4, 3);
  const narrow = wild("uint8", 4, 4);
  const [result, integers, bytes] = await run((s) => {
    const zero = s.b.int(0);
    const lhs = {
      buffer: s.input("float32", x),
      offset: zero,
      batchStrides: [m * k],
      rowStride: 1,
      columnStride: m,
    };
    const rhs = {
      buffer: s.input("float32", y),
      offset: zero,
      batchStrides: [0],
      rowStride: 1,
      columnStride: k,
    };
    s.contract({ batch: [2], rows: m, columns: n, depth: k }, lhs, rhs, s.output("float32", 2 * m * n));
    for (const [dtype, data] of [
      ["int64", wide],
      ["uint8", narrow],
    ] as const) {
      const square = {
        buffer: s.input(dtype, data),
        offset: zero,
        batchStrides: [],
        rowStride: 2,
        columnStride: 1,
      };
      s.contract({ rows: 2, columns: 2, depth: 2 }, square, square, s.output(dtype, 4));
    }
  });
  const expected: number[] = [];
  for (let b = 0; b < 2; b++) {
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let sum = 0;
        for (let l = 0; l < k; l++) sum += Number(x[b * m * k + l * m + i]) * Number(y[j * k + l]);
        expected.push(sum);
      }
    }
  }
  expect(numbers(result!)).toEqual(expected);
  const squared = (d: TypedArray): bigint[] => {
    const [p, q, r, t] = Array.from(d, BigInt) as [bigint, bigint, bigint, bigint];
    return [p * p + q * r, p * q + q * t, r * p + t * r, r * q + t * t];
  };
  expect([...integers!]).toEqual(squared(wide).map((v) => BigInt.asIntN(64, v)));
  expect(Array.from(bytes!, BigInt)).toEqual(squared(narrow).map((v) => BigInt.asUintN(8, v)));
});

test("sort is stable, with NaN last and one zero", async () => {
  const x = [NaN, 0, -0, 3, NaN, -Infinity, -0, 1];
  const y = [5, 1, 2, 0, 4, 9, 1, 1];
  const [keys, tags, first, second, third] = await run((s) => {
    const a = s.input("float32", x);
    const c = s.input("uint8", y);
    const number = s.input("int32", [0, 1, 2, 3, 4, 5, 6, 7]);
    s.sort(1, 8, 1, [a, number], [s.output("float32", 8), s.output("int32", 8)]);
    s.sort(2, 4, 2, [a, c, number], [s.output("float32", 8), s.output("uint8", 8), s.output("int32", 8)]);
  });
  expect([...keys!]).toEqual([-Infinity, 0, -0, -0, 1, 3, NaN, NaN]);
  expect([...tags!]).toEqual([5, 1, 2, 6, 7, 3, 0, 4]);
  expect([...first!]).toEqual([0, -0, 3, NaN, -Infinity, -0, 1, NaN]);
  expect([...second!]).toEqual([1, 2, 0, 5, 9, 1, 1, 4]);
  expect([...third!]).toEqual([1, 2, 3, 0, 5, 6, 7, 4]);
});

test("scatter combines in order and drops what is outside", async () => {
  const places = [0, 2, 0, 9, 2, -1];
  const updates = [5, 6, 7, 8, 9, 10];
  const results = await run((s) => {
    const i = s.at([1]);
    const index = s.load(s.input("int32", places), i);
    const value = s.load(s.input("float32", updates), i);
    const inside = s.b.and(s.b.ge(index, s.b.int(0)), s.b.lt(index, s.b.int(3)));
    for (const op of ["set", "add", "mul", "min", "max"] as const) {
      const buffer = s.output("float32", 3);
      s.map([3], [buffer, i, s.b.constant(6.5, "float32")]);
      s.scatter(op, [6], { inside, index, value, buffer });
    }
  });
  expect(results.map(numbers)).toEqual([
    [7, 6.5, 9],
    [18.5, 6.5, 21.5],
    [227.5, 6.5, 351],
    [5, 6.5, 6],
    [7, 6.5, 9],
  ]);
});

describe("storage", () => {
  const backend = createReferenceBackend();
  test("holds copies", () => {
    const storage = backend.allocate("int16", 3);
    const data = Int16Array.of(1, 2, 3);
    backend.write(storage, data);
    data[0] = 9;
    const copy = backend.read!(storage, "int16", 3);
    copy[1] = 9;
    expect([...backend.read!(storage, "int16", 3)]).toEqual([1, 2, 3]);
    expect([...backend.read!(storage, "int16", 2)]).toEqual([1, 2]);
    expect(storage.bytes).toBe(6);
    expect(backend.memory().used).toBe(6);
    backend.free(storage);
    expect(backend.memory().used).toBe(0);
    expect(() => backend.free(storage)).toThrow("freed twice");
    expect(() => backend.read!(storage, "int16", 1)).toThrow("after it was freed");
  });

  test("refuses what it cannot hold", () => {
    for (const dtype of ["float16", "bfloat16", "float0"] as const) {
      expect(backend.supports(dtype)).toBe(false);
      expect(() => backend.allocate(dtype, 1)).toThrow(BackendError);
    }
    expect(backend.supports("key<fry>")).toBe(true);
    const storage = backend.allocate("float32", 2);
    expect(() => backend.write(storage, new Float32Array(3))).toThrow("do not fit");
    expect(() => backend.read!(storage, "float64", 2)).toThrow("do not fit");
    expect(() => backend.read!({ bytes: 4 }, "float32", 1)).toThrow("another backend");
    backend.free(storage);
  });

  test("programs take as many arrays as they have inputs and outputs", () => {
    const { program } = programCase("p", (s) =>
      s.map([2], [s.output("float32", 2), s.at([1]), s.load(s.input("float32", [1, 2]), s.at([1]))]),
    );
    const executable = backend.compile(program);
    expect(() => backend.run(executable, [], [])).toThrow("has 1 inputs and was given 0");
    expect(() => backend.run({ program }, [], [])).toThrow("another backend");
  });
});

test("an index out of bounds is an error", async () => {
  const load = run((s) => {
    const index = s.load(s.input("int32", [0, 5]), s.at([1]));
    s.map([2], [s.output("float32", 2), s.at([1]), s.load(s.input("float32", [1, 2]), index)]);
  });
  await expect(load).rejects.toThrow("a load at element 5 of buffer 2, which has 2 elements");
  const store = run((s) => {
    const index = s.load(s.input("int32", [0, -1]), s.at([1]));
    s.map([2], [s.output("float32", 2), index, s.b.constant(1, "float32")]);
  });
  await expect(store).rejects.toThrow("a store at element -1");
});

test("keys move, compare and turn into integers", async () => {
  const keys = filled("key<fry>", [1n, 2n ** 63n, 3n]);
  const [copies, same, words] = await run((s) => {
    const x = s.load(s.input("key<fry>", keys), s.at([-1], 2));
    s.map([3], [s.output("key<fry>", 3), s.at([1]), x]);
    s.map([3], [s.output("bool", 3), s.at([1]), s.b.eq(x, s.b.constant(3n, "key<fry>"))]);
    s.map([3], [s.output("uint64", 3), s.at([1]), s.b.bitcast(x, "uint64")]);
  });
  expect([...copies!]).toEqual([3n, 2n ** 63n, 1n]);
  expect([...same!]).toEqual([1, 0, 0]);
  expect([...words!]).toEqual([3n, 2n ** 63n, 1n]);
});
