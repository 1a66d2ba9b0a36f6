// The reference backend's scalar operations against independent formulas: integers by exact arithmetic on bigints, floats by
// JavaScript's own rounding.
import { expect, test } from "vitest";
import { createReferenceBackend } from "../../src/backends/reference/backend.ts";
import type { BinaryOp, Expr, ExprBuilder, UnaryOp } from "../../src/core/expr.ts";
import { type DType, dtypeBytes, dtypeKind, integerRange, type TypedArray } from "../../src/types/dtype.ts";
import { compare, runCase } from "./cases.ts";
import { edges, elementwise, filled, integerDTypes, pairs, storedDTypes, type Value, wild } from "./sketch.ts";

const backend = createReferenceBackend();

async function apply(
  inputs: readonly (readonly [DType, readonly Value[] | TypedArray])[],
  f: (b: ExprBuilder, ...xs: Expr[]) => Expr,
): Promise<TypedArray> {
  return (await runCase(backend, elementwise("scalar", inputs, f)))[0]!;
}

/** The elements as bigints. */
function bigints(data: TypedArray): bigint[] {
  const list: bigint[] = [];
  for (const v of data) list.push(BigInt(v));
  return list;
}

const bitsOf = (dtype: DType): number => 8 * dtypeBytes(dtype);
const wrap = (dtype: DType, x: bigint): bigint =>
  dtypeKind(dtype) === "i" ? BigInt.asIntN(bitsOf(dtype), x) : BigInt.asUintN(bitsOf(dtype), x);
const asBits = (dtype: DType, x: bigint): string =>
  BigInt.asUintN(bitsOf(dtype), x).toString(2).padStart(bitsOf(dtype), "0");

/** Exact results before wrapping; shifts by strings of bits. */
const integerOracle: {
  readonly [op in BinaryOp]?: (x: bigint, y: bigint, dtype: DType) => bigint;
} = {
  add: (x, y) => x + y,
  sub: (x, y) => x - y,
  mul: (x, y) => x * y,
  div: (x, y) => (y === 0n ? -1n : x / y),
  rem: (x, y) => (y === 0n ? x : x - (x / y) * y),
  max: (x, y) => (x > y ? x : y),
  min: (x, y) => (x < y ? x : y),
  and: (x, y) => x & y,
  or: (x, y) => x | y,
  xor: (x, y) => (x | y) - (x & y),
  shiftLeft: (x, y, d) => {
    const n = Number(BigInt.asUintN(bitsOf(d), y));
    return n >= bitsOf(d) ? 0n : x * 2n ** BigInt(n);
  },
  shiftRightLogical: (x, y, d) => {
    const n = Number(BigInt.asUintN(bitsOf(d), y));
    return n >= bitsOf(d) ? 0n : BigInt(`0b0${asBits(d, x).slice(0, bitsOf(d) - n)}`);
  },
  shiftRightArithmetic: (x, y, d) => {
    const bits = asBits(d, x);
    const n = Math.min(Number(BigInt.asUintN(bitsOf(d), y)), bits.length);
    return BigInt(`0b${bits[0]!.repeat(n)}${bits.slice(0, bits.length - n)}`);
  },
};

test.each(integerDTypes)("operations of two %s", async (dtype) => {
  const values = filled(dtype, [...edges(dtype), ...wild(dtype, 12, 7)]);
  const [xs, ys] = pairs(dtype, values, values);
  for (const [op, oracle] of Object.entries(integerOracle)) {
    const actual = await apply(
      [
        [dtype, xs],
        [dtype, ys],
      ],
      (b, x, y) => b.binary(op as BinaryOp, x!, y!),
    );
    const expected = filled(
      dtype,
      bigints(xs).map((x, i) => wrap(dtype, oracle(x, BigInt(ys[i]!), dtype))),
    );
    expect(compare(actual, expected, 0), op).toBeUndefined();
  }
});

test.each(integerDTypes)("operations of one %s", async (dtype) => {
  const values = filled(dtype, [...edges(dtype), ...wild(dtype, 40, 7)]);
  const oracles: { readonly [op in UnaryOp]?: (x: bigint) => bigint } = {
    neg: (x) => -x,
    abs: (x) => (x < 0n ? -x : x),
    not: (x) => -x - 1n,
    popcount: (x) => BigInt(asBits(dtype, x).replaceAll("0", "").length),
    clz: (x) => BigInt(`${asBits(dtype, x)}1`.indexOf("1")),
  };
  for (const [op, oracle] of Object.entries(oracles)) {
    const actual = await apply([[dtype, values]], (b, x) => b.unary(op as UnaryOp, x!));
    const expected = filled(
      dtype,
      bigints(values).map((x) => wrap(dtype, oracle(x))),
    );
    expect(compare(actual, expected, 0), op).toBeUndefined();
  }
});

test.each(storedDTypes)("comparisons of %s", async (dtype) => {
  const [xs, ys] = pairs(dtype, edges(dtype), edges(dtype));
  const oracles: {
    readonly [op in BinaryOp]?: (x: number | bigint, y: number | bigint) => boolean;
  } = {
    eq: (x, y) => x === y,
    ne: (x, y) => !(x === y),
    lt: (x, y) => x < y,
    le: (x, y) => x < y || x === y,
    gt: (x, y) => y < x,
    ge: (x, y) => y < x || x === y,
  };
  for (const [op, oracle] of Object.entries(oracles)) {
    const actual = await apply(
      [
        [dtype, xs],
        [dtype, ys],
      ],
      (b, x, y) => b.binary(op as BinaryOp, x!, y!),
    );
    expect(
      compare(
        actual,
        filled(
          "bool",
          [...xs].map((x, i) => oracle(x, ys[i]!)),
        ),
        0,
      ),
      op,
    ).toBeUndefined();
  }
});

test("logic of booleans", async () => {
  const [xs, ys] = [
    [0, 0, 1, 1],
    [0, 1, 0, 1],
  ];
  const results: { readonly [op in BinaryOp]?: number[] } = {
    and: [0, 0, 0, 1],
    or: [0, 1, 1, 1],
    xor: [0, 1, 1, 0],
    max: [0, 1, 1, 1],
    min: [0, 0, 0, 1],
  };
  for (const [op, expected] of Object.entries(results)) {
    const actual = await apply(
      [
        ["bool", xs],
        ["bool", ys],
      ],
      (b, x, y) => b.binary(op as BinaryOp, x!, y!),
    );
    expect([...actual], op).toEqual(expected);
  }
  expect([...(await apply([["bool", [0, 1]]], (b, x) => b.not(x!)))]).toEqual([1, 0]);
});

test("float32 arithmetic is rounded as storing to a Float32Array rounds", async () => {
  const [xs, ys] = pairs("float32", edges("float32"), filled("float32", [...edges("float32"), ...wild("float32", 9)]));
  const oracles: {
    readonly [op in BinaryOp]?: (x: number, y: number) => number;
  } = {
    add: (x, y) => x + y,
    sub: (x, y) => x - y,
    mul: (x, y) => x * y,
    div: (x, y) => x / y,
    rem: (x, y) => x % y,
    max: (x, y) =>
      Number.isNaN(x + y) && (Number.isNaN(x) || Number.isNaN(y))
        ? NaN
        : x > y
          ? x
          : y > x
            ? y
            : Object.is(x, -0)
              ? y
              : x,
    min: (x, y) =>
      Number.isNaN(x + y) && (Number.isNaN(x) || Number.isNaN(y))
        ? NaN
        : x < y
          ? x
          : y < x
            ? y
            : Object.is(x, -0)
              ? x
              : y,
  };
  for (const dtype of ["float32", "float64"] as const) {
    for (const [op, oracle] of Object.entries(oracles)) {
      const actual = await apply(
        [
          [dtype, [...xs]],
          [dtype, [...ys]],
        ],
        (b, x, y) => b.binary(op as BinaryOp, x!, y!),
      );
      const expected = filled(
        dtype,
        [...xs].map((x, i) => oracle(Number(x), Number(ys[i]!))),
      );
      expect(compare(actual, expected, 0), `${op} ${dtype}`).toBeUndefined();
    }
  }
});

test("rounding goes to the even neighbour of a half and keeps the sign of zero", async () => {
  const rows: readonly (readonly [number, number, number, number, number])[] = [
    // x, round, floor, ceil, trunc
    [0.5, 0, 0, 1, 0],
    [1.5, 2, 1, 2, 1],
    [2.5, 2, 2, 3, 2],
    [-0.5, -0, -1, -0, -0],
    [-1.5, -2, -2, -1, -1],
    [-2.5, -2, -3, -2, -2],
    [0.49999997, 0, 0, 1, 0],
    [-0.2, -0, -1, -0, -0],
    [4194303.5, 4194304, 4194303, 4194304, 4194303],
    [4194304.5, 4194304, 4194304, 4194305, 4194304],
    [16777216, 16777216, 16777216, 16777216, 16777216],
    [-0, -0, -0, -0, -0],
    [Infinity, Infinity, Infinity, Infinity, Infinity],
    [NaN, NaN, NaN, NaN, NaN],
  ];
  const x = rows.map((row) => row[0]);
  for (const dtype of ["float32", "float64"] as const) {
    for (const [i, op] of (["round", "floor", "ceil", "trunc"] as const).entries()) {
      const actual = await apply([[dtype, x]], (b, v) => b.unary(op, v!));
      expect(
        compare(
          actual,
          filled(
            dtype,
            rows.map((row) => row[i + 1]!),
          ),
          0,
        ),
        `${op} ${dtype}`,
      ).toBeUndefined();
    }
  }
});

/** The float32 nearest to an integer, by trying those around it; of two equally near the one with even bits. */
function nearestFloat32(x: bigint): number {
  const view = new Float32Array([Number(x)]);
  const bits = new Int32Array(view.buffer);
  const middle = bits[0]!;
  let best = view[0]!;
  let least = -1n;
  for (const candidate of [middle - 1, middle, middle + 1]) {
    bits[0] = candidate;
    if (!Number.isFinite(view[0]!) || !Number.isInteger(view[0]!)) continue;
    const distance = BigInt(view[0]!) > x ? BigInt(view[0]!) - x : x - BigInt(view[0]!);
    if (least < 0n || distance < least || (distance === least && candidate % 2 === 0)) {
      least = distance;
      best = view[0]!;
    }
  }
  return best;
}

test.each(integerDTypes)("casts from %s", async (from) => {
  const awkward = [
    0x20000020000001n,
    0x7fffffbfffffffffn,
    0x4000004000000001n,
    0x4000003fffffffffn,
    0x1000001n,
    0x1000003n,
  ];
  const values = filled(from, [...edges(from), ...wild(from, 60, 5), ...awkward.map((v) => wrap(from, v))]);
  const list = bigints(values);
  for (const to of integerDTypes) {
    if (to === from) continue;
    const actual = await apply([[from, values]], (b, x) => b.cast(x!, to));
    expect(
      compare(
        actual,
        filled(
          to,
          list.map((x) => wrap(to, x)),
        ),
        0,
      ),
      to,
    ).toBeUndefined();
  }
  const single = await apply([[from, values]], (b, x) => b.cast(x!, "float32"));
  expect(compare(single, filled("float32", list.map(nearestFloat32)), 0)).toBeUndefined();
  const double = await apply([[from, values]], (b, x) => b.cast(x!, "float64"));
  expect(compare(double, filled("float64", list.map(Number)), 0)).toBeUndefined();
  const truth = await apply([[from, values]], (b, x) => b.cast(x!, "bool"));
  expect([...truth]).toEqual(list.map((x) => (x === 0n ? 0 : 1)));
});

test("casts from floats saturate, truncate, and make NaN 0", async () => {
  const values = [
    0,
    -0,
    0.99,
    -0.99,
    127.9,
    128,
    -128.9,
    -129,
    255.5,
    256,
    32767.5,
    65535.9,
    2147483520,
    2147483648,
    -2147483904,
    4294967040,
    1e10,
    -1e10,
    2 ** 63,
    -(2 ** 63),
    2 ** 64,
    1e30,
    -1e30,
    Infinity,
    -Infinity,
    NaN,
  ];
  for (const from of ["float32", "float64"] as const) {
    const exact = [...filled(from, values)] as number[];
    for (const to of integerDTypes) {
      const [low, high] = integerRange(to);
      const expected = exact.map((x) => {
        if (Number.isNaN(x)) return 0n;
        if (!Number.isFinite(x)) return x > 0 ? high : low;
        const whole = BigInt(Math.trunc(x));
        return whole > high ? high : whole < low ? low : whole;
      });
      const actual = await apply([[from, values]], (b, x) => b.cast(x!, to));
      expect(compare(actual, filled(to, expected), 0), `${from} to ${to}`).toBeUndefined();
    }
    const truth = await apply([[from, values]], (b, x) => b.cast(x!, "bool"));
    expect([...truth]).toEqual(exact.map((x) => (x === 0 ? 0 : 1)));
  }
  const narrowed = await apply([["float64", [0.1, 1e300, 1e-60, 16777217, -0]]], (b, x) => b.cast(x!, "float32"));
  expect([...narrowed]).toEqual([0.10000000149011612, Infinity, 0, 16777216, -0]);
  const booleans = [1, 0, 1];
  for (const to of storedDTypes) {
    const actual = await apply([["bool", booleans]], (b, x) => b.cast(x!, to));
    expect(compare(actual, filled(to, booleans), 0), to).toBeUndefined();
  }
});

test("bitcasts keep the bits", async () => {
  const check = async (from: DType, to: DType, x: Value, y: Value) => {
    expect(
      compare(await apply([[from, [x]]], (b, v) => b.bitcast(v!, to)), filled(to, [y]), 0),
      `${from} ${to}`,
    ).toBeUndefined();
    expect(
      compare(await apply([[to, [y]]], (b, v) => b.bitcast(v!, from)), filled(from, [x]), 0),
      `${to} ${from}`,
    ).toBeUndefined();
  };
  await check("float32", "int32", 1, 0x3f800000);
  await check("float32", "uint32", -0, 0x80000000);
  await check("float32", "int32", -Infinity, -8388608);
  await check("float64", "int64", 1, 0x3ff0000000000000n);
  await check("float64", "uint64", -2, 0xc000000000000000n);
  await check("int8", "uint8", -1, 255);
  await check("int16", "uint16", -2, 65534);
  await check("int32", "uint32", -3, 4294967293);
  await check("int64", "uint64", -1n, 0xffffffffffffffffn);
  await check("uint64", "key<fry>", 0x123456789abcdefn, 0x123456789abcdefn);
});
