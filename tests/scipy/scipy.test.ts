/** Iterative solvers against direct solutions, minima that are known, and JAX's numbers. */
import { describe, expect, test } from "vitest";
import { grad } from "../../src/api/grad.ts";
import { jacrev } from "../../src/api/jacobian.ts";
import { jit } from "../../src/api/jit.ts";
import { vmap } from "../../src/api/vmap.ts";
import type { NDArray } from "../../src/core/ndarray.ts";
import { dot, sum } from "../../src/numpy/index.ts";
import * as scipy from "../../src/scipy/index.ts";
import { range } from "../../src/util/list.ts";
import { array, differences, expectClose, values } from "../transforms/arrays.ts";

const { cg, gmres, bicgstab } = scipy.sparse.linalg;

/** A matrix whose entries look random, with a large diagonal. */
const general = (n: number): NDArray =>
  array(
    range(n * n).map((k) => Math.sin(k * k + 1) + (k % (n + 1) === 0 ? n / 2 : 0)),
    [n, n],
  );
const symmetric = (n: number): NDArray => {
  const a = general(n);
  return dot(a, a.T);
};
const side = (n: number): NDArray => array(range(n).map((k) => Math.cos(3 * k)));

const solvers = { cg, gmres, bicgstab } as const;
for (const [name, solve] of Object.entries(solvers)) {
  describe(name, () => {
    const matrix = name === "cg" ? symmetric : general;
    const options = { tol: 1e-13, maxiter: 200 };
    for (const n of [1, 2, 5, 12]) {
      test(`${n} unknowns`, () => {
        const [a, b] = [matrix(n), side(n)];
        const [x, info] = solve(a, b, options);
        expect(info).toBeNull();
        expectClose(dot(a, x), b, 1e-9);
        expectClose(jit((v: NDArray) => solve(a, v, options)[0])(b), x, 1e-9);
        expectClose(solve((v: NDArray) => dot(a, v), b, { ...options, x0: b })[0], x, 1e-9);
      });
    }
    test("derivatives", () => {
      const [a, b] = [matrix(3), side(3)];
      const entries = array([1, 0.2, 0.1, 0.2, 2, 0.3, 0.1, 0.3, 3], [3, 3]);
      const x = (scale: NDArray, c: NDArray): NDArray =>
        solve((v: NDArray) => dot(a, v).add(dot(entries, v).mul(scale)), c, options)[0];
      const f = (scale: NDArray): NDArray => sum(x(scale, b).pow(2));
      const s = array([0.3], []);
      expectClose(grad(f)(s), differences(f, s), 1e-6);
      expectClose(grad(grad(f))(s), differences(grad(f) as typeof f, s), 1e-5);
      const inverse = jacrev((c: NDArray) => x(s, c))(b);
      expectClose(dot(inverse, b), x(s, b), 1e-9);
    });
    test("batches and trees", () => {
      const a = matrix(4);
      const bs = array(
        range(12).map((k) => Math.sin(k)),
        [3, 4],
      );
      const all = vmap((b: NDArray) => solve(a, b, options)[0])(bs);
      expectClose(dot(all, a.T), bs, 1e-8);
      const d = array([2, 3]);
      const [{ u, v }] = solve((t) => ({ u: t.u.mul(d), v: t.v.mul(5) }), { u: d, v: array([10], []) }, options);
      expectClose(u, [1, 1], 1e-9);
      expectClose(v, [2], 1e-9);
    });
    test("a preconditioner", () => {
      const [a, b] = [matrix(6), side(6)];
      const inverse = array(range(6).map((k) => 1 / values(a)[7 * k]!));
      expectClose(dot(a, solve(a, b, { ...options, M: (v: NDArray) => v.mul(inverse) })[0]), b, 1e-8);
    });
    test("zero right-hand side, and no iterations", () => {
      const a = matrix(3);
      expect(values(solve(a, array([0, 0, 0]))[0])).toEqual([0, 0, 0]);
      expect(values(solve(a, side(3), { maxiter: 0 })[0])).toEqual([0, 0, 0]);
    });
    test("mistakes", () => {
      expect(() => solve(general(4).get([0, 1]), side(2))).toThrow("linear operator must be a square matrix");
      expect(() => solve(matrix(3), side(3), { x0: side(2) })).toThrow("must have matching shapes");
      expect(() => solve(matrix(3), side(3).astype("int32"))).toThrow("real floating point");
    });
  });
}

test("gmres restarts", () => {
  const [a, b] = [general(12), side(12)];
  expectClose(dot(a, gmres(a, b, { restart: 4, tol: 1e-12, maxiter: 500 })[0]), b, 1e-8);
});

describe("minimize", () => {
  test("is not given other methods", () => {
    expect(() => scipy.optimize.minimize((x: NDArray) => sum(x), side(2), [], { method: "CG" as never })).toThrow(
      "Method CG not recognized",
    );
  });
  const valley = (x: NDArray, steepness: NDArray): NDArray => {
    const [a, b] = [x.get(0), x.get(1)];
    return a
      .neg()
      .add(1)
      .pow(2)
      .add(b.sub(a.mul(a)).pow(2).mul(steepness));
  };
  test("Rosenbrock's valley, as JAX finds it", () => {
    const result = scipy.optimize.minimize(valley as never, array([-1.2, 1]), [100], { method: "BFGS", tol: 1e-8 });
    expectClose(result.x, [1, 1], 1e-6);
    expectClose(result.fun, [0], 1e-12);
    expect(result.success.item()).toBe(true);
    expect(result.status.item()).toBe(0);
    expect(Number(result.nit.item())).toBeLessThan(60);
  });
  test("a quadratic function, whose inverse Hessian it learns", () => {
    const a = symmetric(4);
    const b = side(4);
    const f = (x: NDArray): NDArray => dot(x, dot(a, x)).mul(0.5).sub(dot(b, x));
    const result = scipy.optimize.minimize(f, side(4).mul(0), [], { method: "BFGS", tol: 1e-9 });
    expectClose(dot(a, result.x), b, 1e-8);
    expectClose(dot(a, result.hessInv), [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1], 0.05);
  });
  test("compiled and batched", () => {
    const starts = array([-1.2, 1, 2, 2, 0, 0], [3, 2]);
    const find = (x: NDArray): NDArray =>
      scipy.optimize.minimize(valley as never, x, [100], { method: "BFGS", tol: 1e-8 }).x;
    expectClose(vmap(find)(starts), [1, 1, 1, 1, 1, 1], 1e-6);
    expectClose(jit(find)(starts.get(0)), [1, 1], 1e-6);
  });
  test("stops where it is told to, or where there is no way down", () => {
    const few = scipy.optimize.minimize(valley as never, array([-1.2, 1]), [100], {
      method: "BFGS",
      options: { maxiter: 3 },
    });
    expect([few.success.item(), few.status.item(), few.nit.item()]).toEqual([false, 1, 3]);
    const done = scipy.optimize.minimize(valley as never, array([1, 1]), [100], { method: "BFGS" });
    expect([done.success.item(), done.nit.item()]).toEqual([true, 0]);
  });
});
