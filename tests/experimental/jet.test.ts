/** Taylor mode against nested forward mode, for every operation that it knows, and against JAX's numbers. */
import { describe, expect, test } from "vitest";
import { customJvp } from "../../src/api/custom.ts";
import { grad } from "../../src/api/grad.ts";
import { jit } from "../../src/api/jit.ts";
import { jvp } from "../../src/api/jvp.ts";
import { vmap } from "../../src/api/vmap.ts";
import type { NDArray } from "../../src/core/ndarray.ts";
import { jet } from "../../src/experimental/index.ts";
import * as lax from "../../src/lax/index.ts";
import * as jnp from "../../src/numpy/index.ts";
import { range } from "../../src/util/list.ts";
import { array, expectClose, values } from "../transforms/arrays.ts";

type F = (x: NDArray) => NDArray;
const order = 5;
const point = array([0.3, 0.6, 0.45]);
// The curve x(t) = point + velocity t + (its later derivatives), a polynomial.
const terms = range(order).map((k) => array([Math.cos(k + 1), 0.5 * Math.sin(k + 2), -0.4 * Math.cos(2 * k)]));

/** Derivatives of f(x(t)) at 0 by forward mode inside of forward mode. */
function nested(f: F, x: NDArray, series: readonly NDArray[]): NDArray[] {
  const curve = (t: NDArray): NDArray => {
    let sum = x;
    let factorial = 1;
    series.forEach((term, k) => {
      factorial *= k + 1;
      sum = sum.add(term.mul(t.pow(k + 1)).div(factorial));
    });
    return f(sum);
  };
  let g: (t: NDArray) => NDArray = curve;
  return series.map(() => {
    const before = g;
    g = (t) => jvp(before, [t], [array([1], [])])[1] as NDArray;
    return g(array([0], []));
  });
}

const matrix = array(
  range(9).map((k) => Math.sin(k)),
  [3, 3],
);
const functions: Record<string, F> = {
  exp: (x) => lax.exp(x),
  exp2: (x) => lax.exp2(x),
  expm1: (x) => lax.expm1(x),
  log: (x) => lax.log(x),
  log1p: (x) => lax.log1p(x),
  sin: (x) => lax.sin(x),
  cos: (x) => lax.cos(x),
  tan: (x) => lax.tan(x),
  sinh: (x) => lax.sinh(x),
  cosh: (x) => lax.cosh(x),
  tanh: (x) => lax.tanh(x),
  logistic: (x) => lax.logistic(x),
  asin: (x) => lax.asin(x),
  acos: (x) => lax.acos(x),
  atan: (x) => lax.atan(x),
  asinh: (x) => lax.asinh(x),
  acosh: (x) => lax.acosh(x.add(1.5)),
  atanh: (x) => lax.atanh(x),
  atan2: (x) => lax.atan2(x, lax.cos(x)),
  sqrt: (x) => lax.sqrt(x),
  rsqrt: (x) => lax.rsqrt(x),
  cbrt: (x) => lax.cbrt(x),
  square: (x) => lax.square(x),
  "integerPow 3": (x) => lax.integerPow(x, 3),
  "integerPow 0": (x) => lax.integerPow(x, 0),
  "integerPow 6": (x) => lax.integerPow(x, 6),
  "integerPow -2": (x) => lax.integerPow(x, -2),
  pow: (x) => lax.pow(x, lax.sin(x)),
  "pow by a constant": (x) => lax.pow(x, 2.5),
  erf: (x) => lax.erf(x),
  erfc: (x) => lax.erfc(x),
  erfInv: (x) => lax.erfInv(x),
  lgamma: (x) => lax.lgamma(x),
  "mul and add": (x) => x.mul(lax.sin(x)).add(x).sub(2),
  div: (x) => lax.sin(x).div(lax.cos(x).add(2)),
  "div of a constant": (x) => lax.div(1, x),
  neg: (x) => x.neg(),
  dot: (x) => lax.dot(matrix, lax.sin(x)),
  "dot of two": (x) => lax.dot(x, lax.exp(x)),
  max: (x) => lax.max(x, lax.sin(x.mul(1.1))),
  min: (x) => lax.min(lax.exp(x), x.mul(3)),
  abs: (x) => lax.sub(x, 0.4).abs().mul(x),
  clamp: (x) => lax.clamp(0.35, x, 0.5).mul(x),
  select: (x) => jnp.where(x.greater(0.4), lax.sin(x), x.mul(x)),
  reduceSum: (x) => lax.reduceSum(x.mul(x), [0]),
  reduceMax: (x) => lax.reduceMax(lax.sin(x), [0]),
  cumsum: (x) => lax.cumsum(lax.exp(x)),
  sort: (x) => lax.sort(lax.cos(x)) as NDArray,
  gather: (x) => lax.exp(x).get(jnp.array([2, 0, 2], "int32")),
  "dynamic slices": (x) => lax.dynamicUpdateSlice(lax.sin(x), lax.dynamicSlice(x, [1], [1]).mul(2), [0]),
  scatterAdd: (x) => x.at(jnp.array([1, 1], "int32")).add(lax.sin(x).get(jnp.array([0, 2], "int32"))),
  "slices and shapes": (x) => lax.concatenate([lax.rev(x, [0]), x.mul(x)], 0),
  "scalars beside arrays": (x) => x.mul(lax.exp(x.get(0))).add(x.get(1)),
  "several uses": (x) => lax.tanh(lax.dot(matrix, lax.tanh(lax.dot(matrix, x)))),
  jit: (x) => jit((y: NDArray) => lax.sin(y).mul(y))(x),
  "stopped gradients": (x) => x.mul(lax.stopGradient(x)),
};

describe("each operation as nested forward mode gives it", () => {
  for (const [name, f] of Object.entries(functions)) {
    test(name, () => {
      const [y, series] = jet(f, [point], [terms]);
      expectClose(y, f(point), 1e-12);
      const expected = nested(f, point, terms);
      expect(series.length).toBe(order);
      series.forEach((term, k) => {
        expectClose(term, expected[k], 1e-8);
      });
    });
  }
});

test("JAX's numbers", () => {
  const scalar = (x: number): NDArray => array([x], []);
  const one = [1, 0, 0].map(scalar);
  const [y, [y1, y2, y3]] = jet((x: NDArray) => lax.sin(x), [scalar(0.5)], [one]);
  expectClose(
    [y, y1, y2, y3].map((v) => values(v)[0]!),
    [0.47942555, 0.87758255, -0.47942567, -0.8775833],
    1e-6,
  );
  const f = (x: NDArray, z: NDArray): NDArray => x.mul(lax.exp(z)).div(x.mul(x).add(1));
  const [v, series] = jet(f, [scalar(0.5), scalar(0.3)], [[1, 2, 3].map(scalar), [0.5, 0.1, 0.2].map(scalar)]);
  expectClose(
    [v, ...series].map((c) => values(c)[0]!),
    [0.5399435, 0.9179039, 0.2321755, -7.978751],
    1e-6,
  );
  const [, raw] = jet((x: NDArray) => lax.sin(x), [scalar(0.5)], [[1, 0.5, 0.2].map(scalar)], {
    factorialScaled: false,
  });
  expectClose(
    raw.map((c) => values(c)[0]!),
    [0.87758255, 0.1990785, -0.21046004],
    1e-6,
  );
});

describe("with the other transformations", () => {
  const f: F = (x) => lax.sin(x).mul(x);
  const third = (x: NDArray): NDArray => jet(f, [x], [[array([1, 1, 1]), array([0, 0, 0]), array([0, 0, 0])]])[1][2]!;
  const expected = values(point).map((x) => -3 * Math.sin(x) - x * Math.cos(x));
  test("compiled, batched, differentiated, inside of itself", () => {
    expectClose(third(point), expected, 1e-12);
    expectClose(jit(third)(point), expected, 1e-12);
    const scalarThird = (x: NDArray): NDArray => jet(f, [x], [[1, 0, 0]] as const)[1][2]!;
    expectClose(vmap(scalarThird)(point), expected, 1e-12);
    const fourth = values(point).map((x) => -4 * Math.cos(x) + x * Math.sin(x));
    expectClose(vmap(grad(scalarThird))(point), fourth, 1e-12);
    const again = (x: NDArray): NDArray => jet(scalarThird, [x], [[1]] as const)[1][0]!;
    expectClose(vmap(again)(point), fourth, 1e-12);
  });
  test("custom derivatives are run through", () => {
    const custom = customJvp((x: NDArray) => lax.sin(x));
    custom.defjvp(([x], [dx]) => [custom(x), dx.mul(lax.cos(x))] as never);
    const [, [, second]] = jet((x: NDArray) => custom(x) as NDArray, [point], [[array([1, 1, 1]), array([0, 0, 0])]]);
    expectClose(second, lax.sin(point).neg(), 1e-12);
  });
  test("trees of results", () => {
    const [y, series] = jet((x: NDArray) => ({ a: x.mul(x), b: [x] as [NDArray] }), [point], [[array([1, 1, 1])]]);
    expectClose(y.a, point.mul(point));
    expectClose(series.a[0], point.mul(2));
    expectClose(series.b[0][0], [1, 1, 1]);
  });
});

test("mistakes", () => {
  const loop = (x: NDArray): NDArray => lax.scan((c: NDArray) => [c.mul(c), null], x, null, { length: 3 })[0];
  expect(() => jet(loop, [point], [[point]])).toThrow("jet has no rule for the primitive scan");
  expect(() => jet((x: NDArray, y: NDArray) => x.mul(y), [point, point], [[point], []])).toThrow(
    "series of lengths 1, 0",
  );
  expect(() => jet((x: NDArray) => x, [point], [[array([1])]])).toThrow("term 0 for argument 0 has type float64[1]");
});
