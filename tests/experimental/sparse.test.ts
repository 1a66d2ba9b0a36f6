/** Sparse Jacobians and Hessians against whole ones; patterns are never too small, and for common functions exact. */
import { describe, expect, test } from "vitest";
import { customJvp, customVjp } from "../../src/api/custom.ts";
import { grad } from "../../src/api/grad.ts";
import { hessian, jacrev } from "../../src/api/jacobian.ts";
import { jit } from "../../src/api/jit.ts";
import { slice } from "../../src/array/slice.ts";
import type { NDArray } from "../../src/core/ndarray.ts";
import { SparseMatrix, sparseHessian, sparseJacobian, sparsityPattern } from "../../src/experimental/index.ts";
import * as lax from "../../src/lax/index.ts";
import * as jnp from "../../src/numpy/index.ts";
import { range } from "../../src/util/list.ts";
import { array, expectClose, values } from "../transforms/arrays.ts";

type F = (x: NDArray) => NDArray;
const x = array(range(6).map((k) => Math.sin(k + 1) + 1.5));
const sum = (v: NDArray): NDArray => lax.reduceSum(v, range(v.ndim));
const diagonal = array(
  range(36).map((k) => (k % 7 === 0 ? k + 1 : 0)),
  [6, 6],
);
const dense = array(
  range(36).map((k) => Math.cos(k)),
  [6, 6],
);

/** Functions with the number of elements of their pattern. */
const functions: [string, F, number][] = [
  ["elementwise", (v) => lax.sin(v).mul(v).add(lax.exp(v)), 6],
  ["neighbours", (v) => v.get(slice(1, null)).sub(v.get(slice(0, -1)).pow(2)), 10],
  ["scalars beside arrays", (v) => v.mul(v.get(0)), 11],
  ["reversed and concatenated", (v) => lax.concatenate([lax.rev(v, [0]), v], 0), 12],
  ["sums of rows", (v) => lax.reduceSum(lax.sin(lax.reshape(v, [2, 3])), [1]), 6],
  ["products of rows", (v) => lax.reduceProd(lax.reshape(v, [2, 3]), [1]), 6],
  ["transposed", (v) => lax.transpose(lax.reshape(v, [2, 3]), [1, 0]).mul(2), 6],
  ["running sums", (v) => lax.cumsum(v), 21],
  ["running sums, reversed", (v) => lax.cumsum(v, 0, true), 21],
  ["running products", (v) => lax.cumprod(v), 21],
  ["a diagonal matrix", (v) => lax.dot(diagonal, v), 6],
  ["a dense matrix", (v) => lax.dot(dense, v), 36],
  ["a matrix of the argument", (v) => lax.dot(lax.reshape(v, [2, 3]), lax.reshape(lax.sin(v), [3, 2])), 18],
  ["gathered", (v) => v.get(jnp.array([5, 0, 0], "int32")).mul(2), 3],
  ["scattered", (v) => v.at(jnp.array([1, 4], "int32")).add(v.get(slice(0, 2))), 8],
  ["set", (v) => v.at(jnp.array([1, 4], "int32")).set(lax.sin(v.get(slice(0, 2)))), 6],
  ["padded", (v) => lax.pad(v, 0, [[1, 2, 1]]), 6],
  ["masked by known zeros", (v) => v.mul(array([1, 0, 0, 1, 0, 1])), 3],
  ["chosen by a condition", (v) => jnp.where(v.greater(1.5), v.mul(v), lax.rev(v, [0])), 12],
  ["chosen by a known condition", (v) => jnp.where(jnp.arange(6).greater(2), v.mul(v), lax.rev(v, [0])), 6],
  ["maxima", (v) => lax.max(v, 1.2), 6],
  ["compiled", (v) => jit((u: NDArray) => lax.sin(u).mul(3))(v), 6],
  ["scanned", (v) => lax.scan((c: NDArray, r: NDArray) => [c.mul(r), c], v.get(0), v)[1], 16],
  ["scanned elementwise", (v) => lax.scan((c: NDArray) => [lax.sin(c), null], v, null, { length: 4 })[0], 6],
  ["stopped", (v) => v.mul(lax.stopGradient(lax.cumsum(v))), 6],
  ["constant", (v) => v.mul(0).add(1).mul(lax.stopGradient(v)), 0],
  ["sorted", (v) => lax.sort(v) as NDArray, 36],
];

describe("Jacobians", () => {
  for (const [name, f, count] of functions) {
    test(name, () => {
      const pattern = sparsityPattern(f, x);
      expect(pattern.columns.length).toBe(count);
      const expected = jacrev(f)(x);
      for (const options of [{}, { mode: "forward" }, { mode: "reverse" }, { pattern }] as const) {
        const matrix = sparseJacobian(f, options)(x);
        expect(matrix).toBeInstanceOf(SparseMatrix);
        expectClose(matrix.toDense(), values(expected), 1e-10);
      }
    });
  }
  test("colours: a band as wide as it is, whichever way is cheaper", () => {
    const band = sparseJacobian((v: NDArray) => v.get(slice(1, null)).sub(v.get(slice(0, -1)).pow(2)))(x);
    expect(band.colors).toBe(2);
    expect(Array.from(band.rows)).toEqual([0, 0, 1, 1, 2, 2, 3, 3, 4, 4]);
    expect(Array.from(band.columns)).toEqual([0, 1, 1, 2, 2, 3, 3, 4, 4, 5]);
    // One dense row: many colours of columns, one or two of rows.
    const total = sparseJacobian((v: NDArray) => lax.reshape(sum(v.mul(v)), [1]))(x);
    expect(total.colors).toBe(1);
    expect(sparseJacobian((v: NDArray) => lax.reshape(sum(v.mul(v)), [1]), { mode: "forward" })(x).colors).toBe(6);
  });
  test("custom derivatives count as their rules say", () => {
    const sum6 = array(
      range(36).map(() => 1),
      [6, 6],
    );
    const forward = customJvp((v: NDArray) => lax.sin(v));
    forward.defjvp(([v], [dv]) => [lax.sin(v), lax.dot(sum6, dv)] as never);
    expect(sparsityPattern((v) => forward(v) as NDArray, x).columns.length).toBe(36);
    const reverse = customVjp((v: NDArray) => lax.sin(v));
    reverse.defvjp(
      (v) => [lax.sin(v), null],
      (_r, ct) => [lax.dot(sum6, ct as NDArray)],
    );
    const f = (v: NDArray): NDArray => reverse(v) as NDArray;
    expectClose(sparseJacobian(f, { mode: "reverse" })(x).toDense(), values(jacrev(f)(x)), 1e-12);
  });
  test("compiled and differentiated", () => {
    const f = (v: NDArray): NDArray => lax.sin(v).mul(v);
    const loss = (v: NDArray): NDArray => sum(sparseJacobian(f)(v).values.pow(2));
    const plain = (v: NDArray): NDArray => sum(lax.cos(v).mul(v).add(lax.sin(v)).pow(2));
    expectClose(jit(loss)(x), plain(x), 1e-12);
    expectClose(grad(loss)(x), grad(plain)(x), 1e-12);
  });
});

describe("Hessians", () => {
  const chain = (v: NDArray): NDArray =>
    sum(
      v
        .get(slice(1, null))
        .sub(v.get(slice(0, -1)).pow(2))
        .pow(2)
        .mul(100),
    ).add(sum(v.get(slice(0, -1)).neg().add(1).pow(2)));
  const cases: [string, F, number][] = [
    ["Rosenbrock's chain", chain, 3],
    ["separable", (v) => sum(lax.exp(v)), 1],
    ["quadratic", (v) => lax.dot(v, lax.dot(dense, v)), 6],
    ["second neighbours", (v) => sum(lax.sin(v.get(slice(2, null)).mul(v.get(slice(0, -2))))), 2],
    ["linear", (v) => sum(v), 0],
  ];
  for (const [name, f, colors] of cases) {
    test(name, () => {
      const matrix = sparseHessian(f)(x);
      expectClose(matrix.toDense(), values(hessian(f)(x)), 1e-9);
      expect(matrix.colors).toBeLessThanOrEqual(Math.max(colors, name === "second neighbours" ? 4 : 0));
    });
  }
  test("a band of 10,000 variables takes a few gradients", () => {
    const n = 10_000;
    const big = array(range(n).map((k) => 1 + 0.3 * Math.sin(k)));
    const matrix = sparseHessian(chain)(big);
    expect(matrix.colors).toBe(3);
    expect(matrix.rows.length).toBe(3 * n - 2);
    // Rows of the matrix times ones, against a product with the Hessian by differences of gradients.
    const h = 1e-5;
    const ones = array(new Array<number>(n).fill(h));
    const ahead = values(grad(chain)(big.add(ones)));
    const back = values(grad(chain)(big.sub(ones)));
    const sums = new Array<number>(n).fill(0);
    values(matrix.values).forEach((v, k) => {
      sums[matrix.rows[k]!]! += v;
    });
    expectClose(
      sums,
      ahead.map((v, i) => (v - back[i]!) / (2 * h)),
      1e-5,
    );
  });
});

test("mistakes", () => {
  const f: F = (v) => v.mul(2);
  expect(() => sparseJacobian(f, { mode: "sideways" as never })).toThrow("mode cannot be sideways");
  expect(() => sparseJacobian(f, { pattern: sparsityPattern(f, array([1, 2])) })(x)).toThrow(
    "the pattern has shape (2, 2)",
  );
  expect(() => sparsityPattern((() => [x, x]) as never, x)).toThrow("the result must be one array");
});
