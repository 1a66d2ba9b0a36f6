/** Jacobians in chunks, and products with second derivatives, against whole matrices. */
import { describe, expect, test } from "vitest";
import { grad } from "../../src/api/grad.ts";
import { hessian, jacfwd, jacrev } from "../../src/api/jacobian.ts";
import { jit } from "../../src/api/jit.ts";
import { gnvp, hvp } from "../../src/api/products.ts";
import type { NDArray } from "../../src/core/ndarray.ts";
import * as lax from "../../src/lax/index.ts";
import { dot } from "../../src/numpy/index.ts";
import { range } from "../../src/util/list.ts";
import { array, expectClose } from "../transforms/arrays.ts";

const w = array(
  range(15).map((k) => Math.sin(k)),
  [3, 5],
);
const x = array([0.1, -0.4, 0.7, 0.2, -0.9]);
const sum = (v: NDArray): NDArray => lax.reduceSum(v, range(v.ndim));

describe("in chunks", () => {
  const f = (v: NDArray): { a: NDArray; b: NDArray } => ({ a: lax.tanh(dot(w, v)), b: v.mul(v.get(0)) });
  const two = (v: NDArray, u: NDArray): NDArray => lax.sin(dot(w, v)).mul(u);
  const u = array([1, 2, 3]);
  for (const chunkSize of [1, 2, 3, 5, 100]) {
    test(`of ${chunkSize}`, () => {
      for (const jac of [jacfwd, jacrev]) {
        const whole = jac(f)(x);
        const pieces = jac(f, { chunkSize })(x);
        expectClose(pieces.a, whole.a, 1e-12);
        expectClose(pieces.b, whole.b, 1e-12);
        expect(pieces.b.shape).toEqual([5, 5]);
        const [by0, by1] = jac(two, { argnums: [0, 1], chunkSize })(x, u);
        const [all0, all1] = jac(two, [0, 1])(x, u);
        expectClose(by0, all0, 1e-12);
        expectClose(by1, all1, 1e-12);
        expectClose(jit(jac(two, { chunkSize }))(x, u), all0, 1e-12);
      }
      const g = (v: NDArray): NDArray => sum(lax.exp(dot(w, v)));
      expectClose(hessian(g, { chunkSize })(x), hessian(g)(x), 1e-12);
    });
  }
  test("auxiliary results, derivatives, and outputs that do not depend on the input", () => {
    const g = (v: NDArray): [NDArray, NDArray] => [lax.sin(v), v.mul(2)];
    const [jacobian, aux] = jacfwd(g, { hasAux: true, chunkSize: 2 })(x);
    expectClose(jacobian, jacfwd((v: NDArray) => lax.sin(v))(x), 1e-12);
    expectClose(aux, x.mul(2), 1e-12);
    const trace =
      (chunkSize?: number) =>
      (v: NDArray): NDArray =>
        sum(jacrev(two, chunkSize === undefined ? {} : { chunkSize })(v, u).mul(w));
    expectClose(grad(trace(2))(x), grad(trace())(x), 1e-12);
    expectClose(jacfwd((_: NDArray) => x, { chunkSize: 2 })(u), new Array(15).fill(0));
  });
  test("of no size", () => {
    expect(() => jacfwd(f, { chunkSize: 0 })).toThrow("jacfwd chunkSize must be a positive integer, got 0");
  });
});

describe("products", () => {
  const v = array([0.3, 0.1, -0.2, 0.8, 0.5]);
  test("hvp", () => {
    const f = (y: NDArray): NDArray => sum(lax.exp(dot(w, y)));
    expectClose(hvp(f, [x], [v])[0], dot(hessian(f)(x), v), 1e-12);
    const g = (y: NDArray, z: NDArray): NDArray => sum(lax.sin(dot(w, y)).mul(z).mul(z));
    const [u, t] = [array([1, 2, 3]), array([0.5, -1, 0.2])];
    const [[aa, ab], [ba, bb]] = hessian(g, [0, 1])(x, u) as unknown as [[NDArray, NDArray], [NDArray, NDArray]];
    const [hy, hz] = hvp(g, [x, u], [v, t]);
    expectClose(hy, dot(aa, v).add(dot(ab, t)), 1e-12);
    expectClose(hz, dot(ba, v).add(dot(bb, t)), 1e-12);
  });
  test("gnvp", () => {
    const model = (y: NDArray): NDArray => lax.tanh(dot(w, y));
    const loss = (y: NDArray): NDArray => sum(lax.exp(y));
    const j = jacrev(model)(x);
    const expected = dot(j.T, dot(hessian(loss)(model(x)), dot(j, v)));
    expectClose(gnvp(model, loss, [x], [v])[0], expected, 1e-12);
    // A linear model has no curvature of its own.
    const linear = (y: NDArray): NDArray => dot(w, y);
    const whole = hvp((y: NDArray) => loss(linear(y)), [x], [v])[0];
    expectClose(gnvp(linear, loss, [x], [v])[0], whole, 1e-12);
  });
  test("mistakes", () => {
    expect(() => hvp((y: NDArray) => y, x as never, v as never)).toThrow("hvp: primals must be a list");
  });
});
