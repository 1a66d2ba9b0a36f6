/**
 * Elementwise primitives on their own, without any backend: lowered expressions against exact values, derivatives
 * against finite differences, transposes against the derivative, types, texts of errors, and printed parameters.
 */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { NDArray } from "../../src/core/ndarray.ts";
import { isLinear, type LawOperand, Linear, type Primitive, type Tangent } from "../../src/core/primitive.ts";
import { bind } from "../../src/core/trace.ts";
import * as arithmetic from "../../src/prims/arithmetic.ts";
import * as bitwise from "../../src/prims/bitwise.ts";
import * as casts from "../../src/prims/cast.ts";
import * as compare from "../../src/prims/compare.ts";
import * as copying from "../../src/prims/copy.ts";
import * as exponential from "../../src/prims/exponential.ts";
import * as gamma from "../../src/prims/gamma.ts";
import * as hyperbolic from "../../src/prims/hyperbolic.ts";
import * as random from "../../src/prims/random.ts";
import * as rounding from "../../src/prims/rounding.ts";
import * as select from "../../src/prims/select.ts";
import * as special from "../../src/prims/special.ts";
import * as stop from "../../src/prims/stop.ts";
import * as trigonometric from "../../src/prims/trigonometric.ts";
import { makeAval } from "../../src/types/aval.ts";
import type { DType } from "../../src/types/dtype.ts";
import { type Shape, sizeOf } from "../../src/types/shape.ts";
import { exactBounds } from "../backends/accuracy.ts";
import { ulps } from "../backends/ulps.ts";
import { array, type Element, elements, installInterpreter } from "./interpret.ts";

installInterpreter();

const { abs, add, addAny, div, integerPow, max, min, mul, neg, nextafter, pow, rem, sign, sub } = arithmetic;
const { clamp, selectN } = select;
const { convertElementType, bitcastConvertType, reducePrecision } = casts;
const { threefry2x32, randomWrap, randomUnwrap } = random;

const modules = [
  arithmetic,
  bitwise,
  casts,
  compare,
  copying,
  exponential,
  gamma,
  hyperbolic,
  random,
  rounding,
  select,
  special,
  stop,
  trigonometric,
];
/** By the name of the export; params are of every kind here. */
const primitives = Object.assign({}, ...modules) as { readonly [name: string]: Primitive<unknown> };

const list = (x: NDArray): readonly Element[] => elements(x);
const one = (x: NDArray): Element => elements(x)[0]!;
const f = (...values: number[]): NDArray => array(values);
const i = (...values: number[]): NDArray => array(values, "int32");
const u = (...values: number[]): NDArray => array(values, "uint32");

// ---------------------------------------------------------------------------------------------------- exact values

type Row = readonly (number | string)[];
const truth = JSON.parse(readFileSync(new URL("../golden/elementwise_truth.json", import.meta.url), "utf8")) as {
  readonly [dtype: string]: { readonly [name: string]: readonly Row[] };
};

describe.each(["float32", "float64"] as const)("exact values, %s", (dtype) => {
  test.each(Object.keys(truth[dtype]!))("%s", (name) => {
    const rows = truth[dtype]![name]!.map((row) => row.map(Number));
    const [primitive, option] = name.split(" ") as [string, string | undefined];
    const arity = rows[0]!.length - 1;
    const operands = Array.from({ length: arity }, (_, k) =>
      array(
        rows.map((row) => row[k]!),
        dtype,
      ),
    );
    const params =
      primitive === "round" ? { roundingMethod: option } : primitive === "integerPow" ? { y: Number(option) } : null;
    const results = list(bind(primitives[primitive]!, operands, params)[0]!) as readonly number[];
    const bound = exactBounds(name)[dtype === "float32" ? 0 : 1];
    const floor = option === "negative" ? 1 : 0;
    rows.forEach((row, r) => {
      const error = ulps(results[r]!, row[arity]!, dtype, floor);
      expect(
        error,
        `${name}(${row.slice(0, arity).join(", ")}) is ${results[r]}, not ${row[arity]}`,
      ).toBeLessThanOrEqual(bound);
    });
  });
});

// ------------------------------------------------------------------------------------------------------ derivatives

/** Deterministic numbers in [0, 1). */
function* uniform(): Generator<number, never> {
  for (let s = 12345; ; ) {
    s = (Math.imul(s, 1103515245) + 12345) & 0x7fffffff;
    yield s / 2 ** 31;
  }
}
const numbers = uniform();
const draw = (shape: Shape, low: number, high: number): NDArray =>
  array(
    Array.from({ length: sizeOf(shape) }, () => low + (high - low) * numbers.next().value),
    "float64",
    shape,
  );

function broadcast(x: NDArray, shape: Shape): NDArray {
  return x.ndim === shape.length ? x : array(new Array(sizeOf(shape)).fill(one(x)), x.dtype, shape);
}

/** The tangent of the only result, by the primitive's rule: what the core does with it. */
function tangentOf(
  p: Primitive<unknown>,
  primals: readonly NDArray[],
  tangents: readonly Tangent[],
  params: unknown,
): Tangent {
  const result = bind(p, primals, params)[0]!;
  if (p.jvp === "zero") return null;
  if (p.jvp === "linear")
    return bind(
      p,
      tangents.map((t, k) => t ?? array([0], primals[k]!.dtype, [])),
      params,
    )[0]!;
  if (typeof p.jvp === "function") {
    const [[value], [tangent]] = p.jvp(primals, tangents, params);
    expect(list(value!)).toEqual(list(result));
    return tangent === null ? null : broadcast(tangent!, result.shape);
  }
  const shares = p.jvp.map((rule, k) =>
    rule === "zero" || tangents[k] === null
      ? null
      : broadcast(rule(tangents[k]!, primals, params, result), result.shape),
  );
  return shares.filter((t) => t !== null).reduce((a, b) => addAny(a, b));
}

interface Case {
  readonly name: string;
  readonly operands: readonly LawOperand[];
  readonly domains: readonly (readonly [number, number])[];
  readonly params: unknown;
}

function casesOf(name: string): Case[] {
  const { laws, jvp } = primitives[name]!;
  const arity = Array.isArray(jvp) ? jvp.length : name === "select" ? 3 : 1;
  const shapes: Shape[][] =
    arity === 1
      ? [[[3]]]
      : arity === 2
        ? [
            [[3], [3]],
            [[], [3]],
            [[3], []],
          ]
        : [
            [[3], [3], [3]],
            [[], [3], []],
          ];
  const cases: NonNullable<typeof laws.cases> =
    laws.cases ?? shapes.map((s) => ({ operands: s.map((shape) => ({ shape })), params: null }));
  const domain = laws.domain ?? [-2, 2];
  return cases.map(({ operands, params }, c) => ({
    name: `${name} ${c}`,
    operands,
    domains: operands.map(
      (o, k) =>
        o.domain ??
        (typeof domain[0] === "number"
          ? (domain as readonly [number, number])
          : (domain[k] as readonly [number, number])),
    ),
    params,
  }));
}

function operandsOf({ operands, domains }: Case): NDArray[] {
  return operands.map(({ shape, dtype, values }, k) => {
    if (dtype !== undefined && dtype !== "float32") {
      const drawn = Array.from({ length: sizeOf(shape) }, () => Math.floor(numbers.next().value * 4));
      return array(values ?? drawn, dtype, shape);
    }
    return values !== undefined ? array(values, "float64", shape) : draw(shape, ...domains[k]!);
  });
}

const differentiable = Object.keys(primitives).filter((name) => {
  const p = primitives[name]!;
  return typeof p.types === "function" && p.jvp !== "zero" && p.laws.smooth !== false;
});

test("most primitives are differentiable", () => {
  expect(differentiable.length).toBeGreaterThan(40);
});

describe.each(differentiable)("derivative of %s", (name) => {
  const p = primitives[name]!;
  test.each(casesOf(name))("$name", (example) => {
    const xs = operandsOf(example);
    const { params } = example;
    const moving = xs.map((x) => x.dtype === "float64");
    if (!moving.includes(true)) return;
    const tangents = xs.map((x, k) => (moving[k] ? draw(x.shape, -1, 1) : null));
    // Finite differences.
    const step = 1e-6;
    const at = (sign: number): readonly number[] =>
      list(
        bind(
          p,
          xs.map((x, k) => (moving[k] ? add(x, mul(tangents[k]!, sign * step)) : x)),
          params,
        )[0]!,
      ) as number[];
    const [up, down] = [at(1), at(-1)];
    const tangent = tangentOf(p, xs, tangents, params);
    up.forEach((v, e) => {
      const slope = (v - down[e]!) / (2 * step);
      const got = tangent === null ? 0 : Number(list(tangent)[e]);
      expect(Math.abs(got - slope)).toBeLessThan(
        1e-6 * Math.max(1, Math.abs(slope), ...xs.map((x) => Math.abs(Number(one(x))))),
      );
    });
    // One argument at a time adds up to the same.
    if (moving.filter(Boolean).length > 1) {
      const parts = xs.map((_, k) =>
        moving[k]
          ? tangentOf(
              p,
              xs,
              tangents.map((t, j) => (j === k ? t : null)),
              params,
            )
          : null,
      );
      const sum = parts.filter((t) => t !== null).reduce((a, b) => add(a, b));
      for (const [e, v] of (list(sum) as number[]).entries()) expect(v).toBeCloseTo(Number(list(tangent!)[e]), 10);
    }
    // <ct, J t> = <J^T ct, t>, for each operand alone.
    if (p.transpose === "nonlinear") return;
    for (let k = 0; k < xs.length; k++) {
      if (!moving[k] || (name === "div" && k === 1)) continue;
      const only = tangentOf(
        p,
        xs,
        tangents.map((t, j) => (j === k ? t : null)),
        params,
      )!;
      const ct = draw(only.shape, -1, 1);
      const cotangents = p.transpose(
        [ct],
        xs.map((x, j) => (j === k ? new Linear(x.aval) : x)),
        params,
      );
      for (const [j, c] of cotangents.entries()) expect(c === null).toBe(j !== k);
      const dot = (a: NDArray, b: NDArray): number =>
        (list(broadcast(a, only.shape)) as number[]).reduce(
          (s, v, e) => s + v * Number(list(broadcast(b, only.shape))[e]),
          0,
        );
      expect(dot(cotangents[k]!, tangents[k]!)).toBeCloseTo(dot(ct, only), 10);
    }
  });
});

describe("derivatives at kinks and poles are JAX's", () => {
  const slope = (p: unknown, xs: readonly NDArray[], k = 0, params: unknown = null): Element => {
    const tangent = tangentOf(
      p as Primitive<unknown>,
      xs,
      xs.map((_, j) => (j === k ? f(1) : null)),
      params,
    );
    return tangent === null ? 0 : one(tangent);
  };
  test("extremes share the gradient at ties", () => {
    expect(slope(max, [f(2), f(2)])).toBe(0.5);
    expect(slope(min, [f(2), f(2)], 1)).toBe(0.5);
    expect(slope(max, [f(2), f(1)])).toBe(1);
    expect(slope(max, [f(2), f(1)], 1)).toBe(0);
    expect(slope(max, [f(NaN), f(1)])).toBe(0);
  });
  test("abs at 0", () => {
    expect(slope(abs, [f(0)])).toBe(1);
    expect(slope(abs, [f(-0)])).toBe(1);
    expect(slope(abs, [f(-3)])).toBe(-1);
  });
  test("clamp gives nothing at its bounds", () => {
    expect(slope(clamp, [f(0), f(0), f(1)], 1)).toBe(0);
    expect(slope(clamp, [f(0), f(1), f(1)], 1)).toBe(0);
    expect(slope(clamp, [f(0), f(0.5), f(1)], 1)).toBe(1);
    expect(slope(clamp, [f(0), f(-1), f(1)], 0)).toBe(1);
    expect(slope(clamp, [f(0), f(2), f(1)], 2)).toBe(1);
    expect(slope(clamp, [f(0), f(0), f(1)], 0)).toBe(0);
  });
  test("powers", () => {
    expect(slope(pow, [f(0), i(0)])).toBe(0);
    expect(slope(pow, [f(0), i(1)])).toBe(1);
    expect(slope(pow, [f(0), f(0)])).toBeNaN();
    expect(slope(pow, [f(0), f(2)], 1)).toBe(0);
    expect(slope(integerPow, [f(3)], 0, { y: 0 })).toBe(0);
    expect(slope(integerPow, [f(3)], 0, { y: 1 })).toBe(1);
    expect(slope(integerPow, [f(3)], 0, { y: 2 })).toBe(6);
    expect(slope(integerPow, [f(2)], 0, { y: -1 })).toBe(-0.25);
  });
  test("roots at 0", () => {
    expect(slope(arithmetic.sqrt, [f(0)])).toBe(Infinity);
    expect(slope(arithmetic.cbrt, [f(0)])).toBe(Infinity);
  });
  test("conversion to integers has no tangent", () => {
    expect(slope(convertElementType, [f(1.5)], 0, { newDtype: "int32", weakType: false })).toBe(0);
  });
});

// --------------------------------------------------------------------------------------- integers, bits, and booleans

describe("integers", () => {
  test("division truncates; by zero as XLA", () => {
    expect(list(div(i(7, -7, 7, -7, 5, -2147483648), i(2, 2, -2, -2, 0, -1)))).toEqual([3, -3, -3, 3, -1, -2147483648]);
    expect(list(rem(i(7, -7, 7, -7, 5, -2147483648), i(2, 2, -2, -2, 0, -1)))).toEqual([1, -1, 1, -1, 5, 0]);
    expect(list(div(u(7, 4294967295, 1), u(2, 2, 0)))).toEqual([3, 2147483647, 4294967295]);
  });
  test("arithmetic wraps", () => {
    expect(list(add(i(2147483647), i(1)))).toEqual([-2147483648]);
    expect(list(neg(u(1)))).toEqual([4294967295]);
    expect(list(integerPow(i(-3, 2, 7), { y: 5 }))).toEqual([-243, 32, 16807]);
    expect(list(sign(i(-5, 0, 3)))).toEqual([-1, 0, 1]);
    expect(list(sign(u(0, 4294967295)))).toEqual([0, 1]);
  });
  test("shifts", () => {
    expect(list(bitwise.shiftLeft(i(1, 1, 3), i(4, 32, 31)))).toEqual([16, 0, -2147483648]);
    expect(list(bitwise.shiftRightLogical(i(-1, -1), i(28, 32)))).toEqual([15, 0]);
    expect(list(bitwise.shiftRightArithmetic(i(-16, -1, 5), i(2, 40, 40)))).toEqual([-4, -1, 0]);
    const [top, huge] = [2147483648, 4294967295];
    expect(list(bitwise.shiftRightArithmetic(u(top, top, top, 5), u(1, 32, huge, huge)))).toEqual([
      3221225472,
      huge,
      huge,
      0,
    ]);
  });
  test("bits", () => {
    expect(list(bitwise.not(i(5)))).toEqual([-6]);
    expect(list(bitwise.not(array([true, false], "bool")))).toEqual([0, 1]);
    expect(list(bitwise.xor(array([true, true], "bool"), array([true, false], "bool")))).toEqual([0, 1]);
    expect(list(bitwise.populationCount(i(-1, 0, 6)))).toEqual([32, 0, 2]);
    expect(list(bitwise.clz(u(0, 1, 4294967295)))).toEqual([32, 31, 0]);
  });
  test("extremes of booleans", () => {
    const [p, q] = [array([false, false, true, true], "bool"), array([false, true, false, true], "bool")];
    expect(list(max(p, q))).toEqual([0, 1, 1, 1]);
    expect(list(min(p, q))).toEqual([0, 0, 0, 1]);
  });
  test("comparisons", () => {
    expect(list(compare.lt(i(1, 2, 3), i(2, 2, 2)))).toEqual([1, 0, 0]);
    expect(list(compare.eq(f(NaN, 0, 1), f(NaN, -0, 2)))).toEqual([0, 1, 0]);
    expect(list(compare.ne(f(NaN, 0, 1), f(NaN, -0, 2)))).toEqual([1, 0, 1]);
    expect(compare.ge(i(1), i(2)).dtype).toBe("bool");
    expect(list(rounding.isFinite(f(1, Infinity, -Infinity, NaN)))).toEqual([1, 0, 0, 0]);
  });
});

// ------------------------------------------------------------------------------------------------ dtypes and selection

describe("nextafter", () => {
  test("float32", () => {
    const x = f(0, -0, 0, 1, 1, -1, Infinity, 3.4028234663852886e38, 0, NaN, 2);
    const y = f(1, 0, -1, 2, 0, 0, 0, Infinity, -0, 1, 2);
    const [smallest, below] = [2 ** -149, 1 - 2 ** -24];
    expect(list(nextafter(x, y))).toEqual([
      smallest,
      0,
      -smallest,
      1 + 2 ** -23,
      below,
      -below,
      3.4028234663852886e38,
      Infinity,
      -0,
      NaN,
      2,
    ]);
  });
  test("float64", () => {
    const x = array([0, 1, 1, -1], "float64");
    expect(list(nextafter(x, array([-1, 2, 0, -2], "float64")))).toEqual([
      -5e-324,
      1 + 2 ** -52,
      1 - 2 ** -53,
      -1 - 2 ** -52,
    ]);
  });
});

describe("casts", () => {
  test("values", () => {
    expect(list(convertElementType(f(1.9, -1.9, NaN, 1e20), { newDtype: "int32", weakType: false }))).toEqual([
      1, -1, 0, 2147483647,
    ]);
    expect(list(convertElementType(f(0, -2, NaN), { newDtype: "bool", weakType: false }))).toEqual([0, 1, 1]);
    expect(convertElementType(i(1), { newDtype: "float32", weakType: true }).weakType).toBe(true);
    expect(list(bitcastConvertType(f(1, -2), { newDtype: "int32" }))).toEqual([1065353216, -1073741824]);
  });
  test("transpose goes back to the operand's dtype", () => {
    const transpose = convertElementType.transpose as Exclude<typeof convertElementType.transpose, "nonlinear">;
    const [ct] = transpose([f(1.5)], [new Linear(makeAval([1], "float64", true))], {
      newDtype: "float32",
      weakType: false,
    });
    expect([ct!.dtype, ct!.weakType]).toEqual(["float64", true]);
  });
  test("reducePrecision agrees with XLA", () => {
    const x = f(1.1e-5, 65504, 65520, 1e5, 6e-8, -1e-8, Infinity, NaN, 1.0009765625, 1.00146484375);
    const reduce = (exponentBits: number, mantissaBits: number): Element[] =>
      list(reducePrecision(x, { exponentBits, mantissaBits })).map((v) =>
        v === 0 ? v : Number(Number(v).toPrecision(7)),
      );
    expect(reduce(5, 10)).toEqual([0, 65504, Infinity, Infinity, 0, -0, Infinity, NaN, 1.000977, 1.001953]);
    expect(reduce(8, 10)).toEqual([
      1.099706e-5,
      65504,
      65536,
      99968,
      6.00121e-8,
      -9.997166e-9,
      Infinity,
      NaN,
      1.000977,
      1.001953,
    ]);
    expect(reduce(5, 23)).toEqual([0, 65504, 65520, Infinity, 0, -0, Infinity, NaN, 1.000977, 1.001465]);
    expect(reduce(1, 3)).toEqual([0, Infinity, Infinity, Infinity, 0, -0, Infinity, NaN, 0, 0]);
    expect(reduce(2, 0)).toEqual([0, Infinity, Infinity, Infinity, 0, -0, Infinity, NaN, 1, 1]);
    const wide = array([1 + 2 ** -40, 1e300], "float64");
    expect(list(reducePrecision(wide, { exponentBits: 8, mantissaBits: 23 }))).toEqual([1, Infinity]);
  });
});

describe("selection", () => {
  test("false takes case 0", () => {
    expect(list(selectN([array([true, false], "bool"), f(1, 2), f(3, 4)]))).toEqual([3, 2]);
    expect(selectN([array([true, false], "bool"), array([1], "float32", []), array([3], "float32", [])]).shape).toEqual(
      [2],
    );
  });
  test("integers choose by number; out of range takes an end", () => {
    expect(list(selectN([i(0, 1, 2, 9, -4), f(1, 1, 1, 1, 1), f(2, 2, 2, 2, 2), f(3, 3, 3, 3, 3)]))).toEqual([
      1, 2, 3, 3, 1,
    ]);
  });
  test("clamp", () => {
    expect(list(clamp(f(0, 0, 3, NaN, 0), f(-1, NaN, 1, 1, 5), f(2, 2, 2, 2, NaN)))).toEqual([0, NaN, 2, NaN, NaN]);
    expect(list(clamp(0, i(-3, 3), 2))).toEqual([0, 2]);
  });
});

// ------------------------------------------------------------------------------------------------------ random numbers

describe("random", () => {
  test("known answers of threefry2x32", () => {
    const words = (...xs: number[]): string[] =>
      threefry2x32(xs.map((x) => u(x))).map((w) => Number(one(w)).toString(16));
    expect(words(0, 0, 0, 0)).toEqual(["6b200159", "99ba4efe"]);
    expect(words(0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff)).toEqual(["1cb996fc", "bb002be7"]);
    expect(words(0x13198a2e, 0x03707344, 0x243f6a88, 0x85a308d3)).toEqual(["c4923a9c", "483df7a0"]);
  });
  test("keys of rank 0 beside counters", () => {
    const key = array([0], "uint32", []);
    expect(threefry2x32([key, key, u(0, 1, 2), u(0, 0, 0)]).map((w) => w.shape)).toEqual([[3], [3]]);
  });
  test("keys and their words", () => {
    const words = array([0, 42, 7, 4294967295], "uint32", [2, 2]);
    const keys = randomWrap(words, { axis: 1 });
    expect([keys.dtype, keys.shape]).toEqual(["key<fry>", [2]]);
    expect(list(keys)).toEqual([42n << 32n, 7n | (4294967295n << 32n)]);
    expect(list(randomUnwrap(keys))).toEqual(list(words));
  });
  test("vmap over an axis after the words", () => {
    const words = array([1, 2, 3, 4, 5, 6], "uint32", [2, 3]);
    const batch = randomWrap.batch as Exclude<typeof randomWrap.batch, "elementwise">;
    const [[keys], [dim]] = batch({ size: 3, name: undefined }, [words], [1], { axis: 0 });
    expect([list(keys!), dim]).toEqual([[1n | (4n << 32n), 2n | (5n << 32n), 3n | (6n << 32n)], 0]);
    const [[first], [front]] = batch({ size: 2, name: undefined }, [array([1, 2, 3, 4], "uint32", [2, 2])], [0], {
      axis: 0,
    });
    expect([list(first!), front]).toEqual([[1n | (2n << 32n), 3n | (4n << 32n)], 0]);
  });
});

// --------------------------------------------------------------------------------------------------- types and texts

describe("types", () => {
  const type = (p: unknown, avals: readonly [Shape, DType, boolean?][], params: unknown = null) =>
    (p as Primitive<unknown>).types(
      avals.map(([s, d, w]) => makeAval(s, d, w)),
      params,
    )[0]!;
  test("rank 0 beside any shape", () => {
    expect(
      type(mul, [
        [[2, 3], "float32"],
        [[], "float32", true],
      ]),
    ).toEqual(makeAval([2, 3], "float32"));
    expect(
      type(mul, [
        [[], "float32", true],
        [[], "float32", true],
      ]),
    ).toEqual(makeAval([], "float32", true));
    expect(
      type(pow, [
        [[3], "float32"],
        [[], "int32", true],
      ]),
    ).toEqual(makeAval([3], "float32"));
    expect(
      type(clamp, [
        [[4], "float32"],
        [[], "float32"],
        [[], "float32"],
      ]).shape,
    ).toEqual([4]);
  });
  test("numbers take the dtype of the array beside them", () => {
    expect(list(mul(i(3), 2))).toEqual([6]);
    expect(sub(1, array([0.5], "float64")).dtype).toBe("float64");
  });

  test.each<[string, unknown, readonly [Shape, DType, boolean?][], string, unknown?]>([
    [
      "dtype",
      trigonometric.sin,
      [[[3], "int32"]],
      "sin does not accept dtype int32. Accepted dtypes are subtypes of floating, complexfloating.",
    ],
    [
      "floats only",
      rounding.floor,
      [[[3], "int32"]],
      "floor does not accept dtype int32. Accepted dtypes are subtypes of floating.",
    ],
    [
      "position",
      add,
      [
        [[3], "bool"],
        [[3], "bool"],
      ],
      "add does not accept dtype bool at position 0. Accepted dtypes at position 0 are subtypes of integer, floating, complexfloating.",
    ],
    [
      "second position",
      trigonometric.atan2,
      [
        [[3], "float32"],
        [[3], "int32"],
      ],
      "atan2 does not accept dtype int32 at position 1. Accepted dtypes at position 1 are subtypes of floating, complexfloating.",
    ],
    [
      "bits",
      bitwise.and,
      [
        [[3], "float32"],
        [[3], "float32"],
      ],
      "and does not accept dtype float32 at position 0. Accepted dtypes at position 0 are subtypes of integer, bool.",
    ],
    [
      "keys",
      add,
      [
        [[], "key<fry>"],
        [[], "key<fry>"],
      ],
      "add does not accept dtype key<fry> at position 0. Accepted dtypes at position 0 are subtypes of integer, floating, complexfloating.",
    ],
    [
      "equal dtypes",
      add,
      [
        [[3], "int32"],
        [[3], "float32"],
      ],
      "lax.add requires arguments to have the same dtypes, got int32, float32.",
    ],
    [
      "shapes",
      add,
      [
        [[3], "float32"],
        [[4], "float32"],
      ],
      "add got incompatible shapes for broadcasting: (3,), (4,).",
    ],
    [
      "ranks",
      add,
      [
        [[3], "float32"],
        [[1, 3], "float32"],
      ],
      "add: arrays must have the same number of dimensions, got {1, 2}",
    ],
    [
      "pow",
      pow,
      [
        [[3], "float32"],
        [[3], "float64"],
      ],
      "the first argument to pow must have an inexact dtype (float or complex), and the second argument must have an inexact or integer dtype, and two inexact dtypes must match, but got float32 and float64 respectively.",
    ],
    [
      "integer_pow",
      integerPow,
      [[[3], "int32"]],
      "Integers cannot be raised to negative powers, got integer_pow(int32[3], -1)",
      { y: -1 },
    ],
    [
      "fractional power",
      integerPow,
      [[[3], "float32"]],
      "integer_pow takes an integer as its exponent, got 0.5",
      { y: 0.5 },
    ],
    [
      "select which",
      selectN,
      [
        [[3], "float32"],
        [[3], "float32"],
        [[3], "float32"],
      ],
      "select `which` must be boolean or integer type, got float32.",
    ],
    [
      "select dtypes",
      selectN,
      [
        [[3], "bool"],
        [[3], "float32"],
        [[3], "int32"],
      ],
      "lax.select requires arguments to have the same dtypes, got float32, int32.",
    ],
    [
      "select shapes",
      selectN,
      [
        [[3], "bool"],
        [[3], "float32"],
        [[4], "float32"],
      ],
      "select cases must have the same shapes, got [(3,), (4,)].",
    ],
    [
      "select predicate",
      selectN,
      [
        [[2], "bool"],
        [[3], "float32"],
        [[3], "float32"],
      ],
      "select `which` must be scalar or have the same shape as cases, got `which` shape (2,) but case shape (3,).",
    ],
    [
      "select bool",
      selectN,
      [
        [[3], "bool"],
        [[3], "float32"],
        [[3], "float32"],
        [[3], "float32"],
      ],
      "select with boolean `which` cannot have > 2 cases.",
    ],
    ["select nothing", selectN, [[[3], "bool"]], "select_n() must have at least one case"],
    [
      "clamp dtypes",
      clamp,
      [
        [[], "int32"],
        [[3], "float32"],
        [[], "float32"],
      ],
      "lax.clamp requires arguments to have the same dtypes, got int32, float32, float32.",
    ],
    [
      "clamp shapes",
      clamp,
      [
        [[4], "float32"],
        [[3], "float32"],
        [[3], "float32"],
      ],
      "clamp requires min.shape == operand.shape or min.shape == (), got min.shape=(4,), operand.shape=(3,).",
    ],
    [
      "bitcast",
      bitcastConvertType,
      [[[3], "float32"]],
      "lax.bitcast_convert_type does not support bool or complex values unless the operand and destination types match. Got operand dtype=float32, new_dtype=bool.",
      { newDtype: "bool" },
    ],
    [
      "reduce_precision",
      reducePrecision,
      [[[3], "float32"]],
      "reduce_precision: exponent_bits must be positive; got 0",
      { exponentBits: 0, mantissaBits: 2 },
    ],
    [
      "reduce_precision of integers",
      reducePrecision,
      [[[3], "int32"]],
      "reduce_precision does not accept dtype int32. Accepted dtypes are subtypes of floating.",
      { exponentBits: 5, mantissaBits: 2 },
    ],
    ["random_unwrap", randomUnwrap, [[[3], "uint32"]], "random_unwrap takes key array operand, got keys.dtype=uint32"],
  ])("error: %s", (_name, p, avals, what, params) => {
    expect(() => type(p, avals, params)).toThrow(what);
  });
  test("errors say what to do", () => {
    expect(() => add(i(1), f(1))).toThrow(
      "fix: jnp.add is a similar function that does automatic type promotion on inputs",
    );
    expect(() => exponential.exp(i(1))).toThrow('fix: convert the operand first: lax.convertElementType(x, "float32")');
  });
  test("what has no derivative says so", () => {
    expect(() => tangentOf(primitives.nextafter!, [f(1), f(2)], [f(1), null], null)).toThrow(
      "Differentiation rule for 'nextafter' not implemented",
    );
    expect(() => tangentOf(primitives.polygamma!, [f(1), f(2)], [f(1), null], null)).toThrow(
      "polygamma gradient with respect to m is not supported",
    );
    const transpose = mul.transpose as Exclude<typeof mul.transpose, "nonlinear">;
    const x = new Linear(makeAval([1], "float32"));
    expect(isLinear(x)).toBe(true);
    expect(() => transpose([f(1)], [x, x], null)).toThrow("mul is not linear");
  });
});

test("parameters are shown as in JAX's jaxprs", () => {
  const shown = (p: { readonly show: unknown }, params: unknown) =>
    (p.show as (params: unknown, avals: unknown) => unknown)(params, [makeAval([2], "uint32")]);
  expect(shown(integerPow, { y: 3 })).toEqual([["y", 3]]);
  expect(shown(rounding.round, { roundingMethod: "AWAY_FROM_ZERO" })).toEqual([["rounding_method", 0]]);
  expect(shown(convertElementType, { newDtype: "int32", weakType: false })).toEqual([
    ["new_dtype", { text: "int32" }],
    ["weak_type", false],
  ]);
  expect(shown(bitcastConvertType, { newDtype: "int32" })).toEqual([["new_dtype", { text: "int32" }]]);
  expect(shown(reducePrecision, { exponentBits: 5, mantissaBits: 10 })).toEqual([
    ["exponent_bits", 5],
    ["mantissa_bits", 10],
  ]);
  expect(shown(randomWrap, { axis: 0 })).toEqual([["impl", { text: "fry" }]]);
  expect(exponential.exp.show).toBeUndefined();
});
