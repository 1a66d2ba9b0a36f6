/**
 * What libraries of this kind get wrong, and this one must not: ownership, sums, derivatives at special points, integer
 * arithmetic, transcendental functions at extremes, caches, comparisons of tracers, Jacobians of any map, printing.
 */
import "../../src/array/install.ts";
import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { grad } from "../../src/api/grad.ts";
import { hessian, jacfwd, jacrev } from "../../src/api/jacobian.ts";
import { jit } from "../../src/api/jit.ts";
import { vmap } from "../../src/api/vmap.ts";
import { slice } from "../../src/array/slice.ts";
import { config } from "../../src/core/config.ts";
import type { NDArray } from "../../src/core/ndarray.ts";
import { ConcretizationTypeError, OperatorError, TracerBoolConversionError } from "../../src/errors/index.ts";
import * as lax from "../../src/lax/index.ts";
import { sort } from "../../src/numpy/sort.ts";
import * as random from "../../src/random/index.ts";
import { array, counting, expectClose, ints, values } from "./helpers.ts";

const number = (x: NDArray): number => values(x) as number;

describe("arrays are values", () => {
  test("one array may be used any number of times", () => {
    const square = (x: NDArray) => x.mul(x);
    const x = array([1, 2, 3]);
    expectClose(square(x), [1, 4, 9]);
    expectClose(square(x), [1, 4, 9]);
    expectClose(grad((v: NDArray) => square(v).sum())(x), [2, 4, 6]);
    expectClose(jit(square)(x), [1, 4, 9]);
    expectClose(x, [1, 2, 3]);
  });
  test("a long loop without dispose stays within memory", () => {
    let x = counting([1000, 1000], 0, 1e-6);
    for (let i = 0; i < 1500; i++) x = x.mul(0.999);
    expect(number(x.sum())).toBeGreaterThan(0);
  });
});

describe("sums", () => {
  test("of ten million tenths", () => {
    expect(Math.abs(number(lax.full([10_000_000], 0.1, "float32").sum()) / 1e6 - 1)).toBeLessThan(1e-6);
  });
  test("the variance of numbers far from zero", () => {
    const x = random.uniform(random.key(0), [1_000_000], { minval: 1000, maxval: 1001 });
    expect(number(x.var())).toBeCloseTo(1 / 12, 3);
  });
});

describe("derivatives at special points", () => {
  test("x^2 at 0", () => {
    expectClose(grad((x: NDArray) => x.pow(2))(0), 0);
    expectClose(grad((x: NDArray) => x.pow(array(2)))(0), 0);
    expectClose(grad(grad((x: NDArray) => x.pow(2)))(0), 2);
  });
  test("a product with a zero in it", () => {
    expectClose(grad((x: NDArray) => x.prod())(array([0, 2, 3])), [6, 0, 0]);
    expectClose(grad((x: NDArray) => x.prod())(array([0, 0, 3])), [0, 0, 0]);
  });
  test("relu at 0", () => {
    expectClose(grad((x: NDArray) => lax.max(x, 0))(0), 0.5); // JAX's lax.max; nn.relu has 0
  });
  test("ties share the gradient of a maximum", () => {
    expectClose(grad((x: NDArray) => x.max())(array([1, 1])), [0.5, 0.5]);
    expectClose(grad((x: NDArray) => x.max())(array([1, 3, 3, 2])), [0, 0.5, 0.5, 0]);
  });
});

describe("arithmetic is exact where it can be", () => {
  test("powers and quotients of whole numbers", () => {
    expect(number(array(3).pow(5))).toBe(243);
    expect(number(array(3).pow(array(5)))).toBe(243);
    expect(number(array(47).div(array(47)))).toBe(1);
    for (let n = 1; n < 200; n++) expect(number(array(n).div(n))).toBe(1);
  });
  test("integers times a half are floats", () => {
    expectClose(ints([1, 2]).mul(0.5), [0.5, 1]);
    expect(ints([1, 2]).mul(0.5).dtype).toBe("float32");
    expect(ints([1, 2]).mul(2).dtype).toBe("int32");
  });
});

describe("indices", () => {
  test("-1 is the last element", () => {
    const x = array([10, 20, 30]);
    expectClose(x.get(-1), 30);
    expectClose(jit((v: NDArray, i: NDArray) => v.get(i))(x, ints(-1)), 30);
    expectClose(x.get(slice(-2, null)), [20, 30]);
  });
});

describe("transcendental functions at their extremes", () => {
  const near = (
    f: (x: NDArray) => NDArray,
    exact: (x: number) => number,
    points: readonly number[],
    ulps: number,
  ): void => {
    const xs = points.map(Math.fround);
    const ys = values(f(array(xs))) as number[];
    xs.forEach((x, i) => {
      const e = exact(x);
      const step = Math.max(2 ** (Math.floor(Math.log2(Math.abs(e))) - 23), 2 ** -149);
      expect(Math.abs(ys[i]! - e) / step, `${f.name} at ${x}`).toBeLessThanOrEqual(ulps);
    });
  };
  test("log near 1", () => near(lax.log, Math.log, [1 - 1e-6, 1 + 1e-6, 0.9999, 1.0001, 1.1], 3));
  test("sin and cos of large arguments", () => {
    near(lax.sin, Math.sin, [1e4, 12345.678, 1e5, 1e7, 3e8], 3);
    near(lax.cos, Math.cos, [1e4, 12345.678, 1e5, 1e7, 3e8], 3);
  });
  test("exp up to the largest float32", () => {
    near(lax.exp, Math.exp, [88.4, 88.5, 88.7, -87, -100], 3);
    expect(number(lax.exp(array(89)))).toBe(Number.POSITIVE_INFINITY);
  });
  test("tanh near 0", () => near(lax.tanh, Math.tanh, [1e-8, 1e-10, -1e-20, 1e-30, 0.1], 3));
  test("float64 has the accuracy of float64", () => {
    config.using({ enableX64: true }, () => {
      for (const [f, exact] of [
        [lax.exp, Math.exp],
        [lax.sin, Math.sin],
        [lax.tanh, Math.tanh],
        [lax.log, Math.log],
      ] as const) {
        const y = values(f(array(0.7, "float64"))) as number;
        expect(Math.abs(y - exact(0.7)) / Math.abs(exact(0.7))).toBeLessThan(1e-15);
      }
    });
  });
});

describe("transformations", () => {
  test("two static functions have two programs", () => {
    const apply = jit((x: NDArray, f: (x: NDArray) => NDArray) => f(x));
    expectClose(
      apply(2, (x) => x.add(1)),
      3,
    );
    expectClose(
      apply(2, (x) => x.mul(10)),
      20,
    );
  });
  test("a comparison of a tracer is never silently false", () => {
    expect(() => jit((x: NDArray) => ((x as never) > 0 ? x : x.neg()))(1)).toThrow(ConcretizationTypeError);
    expect(() => jit((x: NDArray) => (Number(x.greater(0)) ? x : x.neg()))(1)).toThrow(TracerBoolConversionError);
    // Under grad alone the value is known, and JAX lets it decide too.
    expectClose(grad((x: NDArray) => (Number(x.greater(0)) ? x : x.neg()))(-1), -1);
    expect(() => vmap((x: NDArray) => lax.mul(-(x as never), x))(array([1]))).toThrow(ConcretizationTypeError);
    expect(() => (array([1, 2]) as never) > 0).toThrow(OperatorError);
    expect((array(3) as never) > 0).toBe(true);
  });
  test("jacrev of a map that is not square; Jacobians of trees and of several arguments", () => {
    const f = (x: NDArray) => x.mul(x).get(slice(null, 2));
    expectClose(jacrev(f)(array([1, 2, 3])), [
      [2, 0, 0],
      [0, 4, 0],
    ]);
    expectClose(jacfwd((p: { a: NDArray }, y: NDArray) => p.a.mul(y), [0, 1])({ a: array([[1, 2]]) }, 3)[0].a, [
      [[[3, 0]], [[0, 3]]],
    ]);
    expect(hessian((m: NDArray) => m.mul(m).sum())(counting([2, 2])).shape).toEqual([2, 2, 2, 2]);
  });
  test("jit of the sort of a slice", () => {
    expectClose(jit((x: NDArray) => sort(x.get(slice(1, null))))(array([9, 3, 1, 2])), [1, 2, 3]);
  });
});

describe("random numbers are JAX's", () => {
  test("bits, uniform, normal", () => {
    const key = random.key(42);
    expectClose(random.uniform(key, [3]), [0.48870957, 0.6797972, 0.6162715]);
    expectClose(random.normal(key, [3]), [-0.02830462, 0.46713185, 0.29570296], 1e-5);
  });
});

describe("printing", () => {
  test("console.log shows the numbers", () => {
    expect(inspect(array([1, 2.5]))).toBe("[1.  2.5]");
    expect(inspect({ x: array([1, 2.5]) })).toContain("Array([1. , 2.5], dtype=float32)");
    expect(
      `${array([
        [1, 2],
        [3, 4],
      ])}`,
    ).toBe("[[1. 2.]\n [3. 4.]]");
  });
});
