/** Solutions of equations under every transformation, against the equations' own derivatives and JAX's numbers. */
import { describe, expect, test } from "vitest";
import { closureConvert } from "../../src/api/closure.ts";
import { grad } from "../../src/api/grad.ts";
import { hessian, jacfwd, jacrev } from "../../src/api/jacobian.ts";
import { jit } from "../../src/api/jit.ts";
import { vmap } from "../../src/api/vmap.ts";
import { config } from "../../src/core/config.ts";
import type { NDArray } from "../../src/core/ndarray.ts";
import * as lax from "../../src/lax/index.ts";
import { arange, array as create } from "../../src/numpy/index.ts";
import { range } from "../../src/util/list.ts";
import { array, differences, expectClose, values } from "./arrays.ts";

const sum = (x: NDArray): NDArray => lax.reduceSum(x, range(x.ndim));

describe("associativeScan", () => {
  const scales = array([0.5, 0.2, 0.3, 0.4, 0.9]);
  const shifts = array([1, 2, 3, 4, 5]);
  type Affine = [NDArray, NDArray];
  const compose = ([a, b]: Affine, [c, d]: Affine): Affine => [a.mul(c), b.mul(c).add(d)];
  test("as JAX gives it, both ways", () => {
    expectClose(lax.associativeScan(compose, [scales, shifts] as Affine)[1], [1, 2.2, 3.66, 5.464, 9.9176], 1e-12);
    const reversed = lax.associativeScan(compose, [scales, shifts] as Affine, { reverse: true });
    expectClose(reversed[1], [2.48, 2.96, 4.8, 6, 5], 1e-12);
  });
  for (const n of [0, 1, 2, 3, 4, 5, 7, 8, 13]) {
    test(`of ${n} elements is a running combination`, () => {
      const x = array(range(n).map((k) => Math.sin(k + 1)));
      const combine = (a: NDArray, b: NDArray): NDArray => a.mul(b).add(a).add(b);
      let running = 0;
      const expected = values(x).map((v) => {
        running = running * v + running + v;
        return running;
      });
      expectClose(lax.associativeScan(combine, x), expected, 1e-12);
      expectClose(jit((v: NDArray) => lax.associativeScan(combine, v))(x), expected, 1e-12);
    });
  }
  test("along another axis, batched, and differentiated", () => {
    const x = array(
      range(12).map((k) => Math.cos(k)),
      [3, 4],
    );
    const product = (v: NDArray): NDArray => lax.associativeScan((a, b) => a.mul(b), v, { axis: -1 });
    expectClose(product(x), lax.cumprod(x, 1), 1e-12);
    const rows = (v: NDArray): NDArray => lax.associativeScan((a: NDArray, b: NDArray) => a.mul(b), v);
    expectClose(vmap(rows)(x), lax.cumprod(x, 1), 1e-12);
    const weighted =
      (f: (v: NDArray) => NDArray) =>
      (v: NDArray): NDArray =>
        sum(f(v).mul(lax.sin(v)));
    expectClose(grad(weighted(product))(x), grad(weighted((v) => lax.cumprod(v, 1)))(x), 1e-12);
  });
  test("needs elements of one number", () => {
    expect(() => lax.associativeScan(compose, [scales, array([1])] as Affine)).toThrow(
      "must have the same first dimension",
    );
  });
});

/** Gauss's elimination without pivots, on concrete or traced entries; enough for the matrices here. */
function solve2(a: NDArray, b: NDArray): NDArray {
  const [p, q, r, s] = [a.get(0, 0), a.get(0, 1), a.get(1, 0), a.get(1, 1)];
  const determinant = p.mul(s).sub(q.mul(r));
  const [x, y] = [b.get(0), b.get(1)];
  const first = s.mul(x).sub(q.mul(y)).div(determinant);
  const second = p.mul(y).sub(r.mul(x)).div(determinant);
  return lax.concatenate([lax.expandDims(first, [0]), lax.expandDims(second, [0])], 0);
}

describe("customLinearSolve", () => {
  const matrix = array([3, 1, -0.5, 2], [2, 2]);
  const rhs = array([0.7, -1.2]);
  // Jacobi's iteration: a while loop, which has no reverse mode of its own.
  const iterate =
    (diagonal: NDArray) =>
    (multiply: (x: NDArray) => NDArray, b: NDArray): NDArray =>
      lax.whileLoop(
        ([k]: [NDArray, NDArray]) => k.less(80),
        ([k, x]: [NDArray, NDArray]): [NDArray, NDArray] => [k.add(1), x.add(b.sub(multiply(x)).div(diagonal))],
        [create(0, "int32"), b.mul(0)] as [NDArray, NDArray],
      )[1];
  const diagonalOf = (a: NDArray): NDArray =>
    lax.concatenate([lax.expandDims(a.get(0, 0), [0]), lax.expandDims(a.get(1, 1), [0])], 0);
  const solve = (a: NDArray, b: NDArray): NDArray => {
    const diagonal = lax.stopGradient(diagonalOf(a));
    return lax.customLinearSolve((x: NDArray) => lax.dot(a, x), b, iterate(diagonal), {
      transposeSolve: iterate(diagonal),
    });
  };
  const direct = (a: NDArray, b: NDArray): NDArray => solve2(a, b);

  test("values", () => expectClose(solve(matrix, rhs), direct(matrix, rhs), 1e-12));
  for (const [name, wrap] of [
    ["eager", (f: typeof solve) => f],
    ["compiled", (f: typeof solve) => jit(f) as unknown as typeof solve],
  ] as const) {
    test(`derivatives by matrix and right-hand side, ${name}`, () => {
      const f = wrap(solve);
      for (const argnum of [0, 1] as const) {
        expectClose(jacfwd(f, argnum)(matrix, rhs), jacfwd(direct, argnum)(matrix, rhs), 1e-10);
        expectClose(jacrev(f, argnum)(matrix, rhs), jacrev(direct, argnum)(matrix, rhs), 1e-10);
      }
    });
  }
  test("second derivatives", () => {
    const loss =
      (f: typeof solve) =>
      (a: NDArray): NDArray =>
        sum(lax.sin(f(a, rhs)));
    expectClose(hessian(loss(solve))(matrix), hessian(loss(direct))(matrix), 1e-9);
  });
  test("batches of either and both", () => {
    const matrices = array([3, 1, -0.5, 2, 4, 0.5, 1, 3, 2, 0.1, 0.2, 5], [3, 2, 2]);
    const sides = array([0.7, -1.2, 0.3, 0.1, 2, -1], [3, 2]);
    for (const inAxes of [
      [0, 0],
      [0, null],
      [null, 0],
    ] as const) {
      const args = [inAxes[0] === 0 ? matrices : matrix, inAxes[1] === 0 ? sides : rhs] as const;
      const mapped = vmap(solve, { inAxes });
      expectClose(mapped(...args), vmap(direct, { inAxes })(...args), 1e-10);
      const g = (f: typeof solve) =>
        vmap(
          grad((a: NDArray, b: NDArray) => sum(lax.cos(f(a, b)))),
          { inAxes },
        );
      expectClose(g(solve)(...args), g(direct)(...args), 1e-10);
      const outside = (f: typeof solve) => grad((a: NDArray) => sum(lax.cos(vmap(f, { inAxes })(a, args[1]))));
      expectClose(outside(solve)(args[0]), outside(direct)(args[0]), 1e-10);
    }
  });
  test("symmetric matrices need no transposeSolve; trees; auxiliary results", () => {
    const f = (d: NDArray): NDArray => {
      const [{ u, v }, steps] = lax.customLinearSolve(
        ({ u, v }: { u: NDArray; v: NDArray }) => ({ u: d.mul(u), v: v.mul(2) }),
        { u: rhs, v: rhs.mul(3) },
        (_multiply, b) => [{ u: b.u.div(d), v: b.v.div(2) }, create(7, "int32")] as const,
        { symmetric: true, hasAux: true },
      );
      expect(steps.dtype).toBe("int32");
      return sum(lax.sin(u)).add(sum(v));
    };
    const plain = (d: NDArray): NDArray => sum(lax.sin(rhs.div(d))).add(sum(rhs.mul(1.5)));
    const d = array([2, 5]);
    expectClose(f(d), plain(d), 1e-12);
    expectClose(grad(f)(d), grad(plain)(d), 1e-12);
  });
  test("mistakes", () => {
    const onlyForward = (b: NDArray): NDArray =>
      sum(
        lax.customLinearSolve(
          (x: NDArray) => x.mul(2),
          b,
          (_m, c) => c.div(2),
        ),
      );
    expect(() => grad(onlyForward)(rhs)).toThrow("transpose_solve required for backwards mode");
    expect(() =>
      lax.customLinearSolve(
        (x: NDArray) => x.get(0),
        rhs,
        (_m, b) => b,
      ),
    ).toThrow("matvec of customLinearSolve must return values of the types of its argument");
    expect(() =>
      lax.customLinearSolve(
        (x: NDArray) => x,
        rhs,
        (_m, b) => ({ b }) as never,
      ),
    ).toThrow("solve of customLinearSolve must return a tree like its argument's");
  });
});

describe("customRoot", () => {
  const newton = (f: (x: NDArray) => NDArray, guess: NDArray): NDArray =>
    lax.whileLoop(
      ([k]: [NDArray, NDArray]) => k.less(30),
      ([k, x]: [NDArray, NDArray]): [NDArray, NDArray] => [k.add(1), x.sub(f(x).div(grad(f)(x)))],
      [create(0, "int32"), guess] as [NDArray, NDArray],
    )[1];
  const squareRoot = (a: NDArray): NDArray =>
    lax.customRoot(
      (x: NDArray) => x.mul(x).sub(a),
      a,
      newton as never,
      (g, y) => y.div(g(1)),
    );
  const a = array([2.5], []);

  test("values and derivatives of every order", () => {
    expectClose(squareRoot(a), [Math.sqrt(2.5)], 1e-12);
    expectClose(grad(squareRoot)(a), [0.5 / Math.sqrt(2.5)], 1e-12);
    expectClose(jacfwd(squareRoot)(a), [0.5 / Math.sqrt(2.5)], 1e-12);
    expectClose(grad(grad(squareRoot))(a), [-0.25 * 2.5 ** -1.5], 1e-12);
    expectClose(grad(grad(grad(squareRoot)))(a), [0.375 * 2.5 ** -2.5], 1e-11);
    expectClose(jacfwd(grad(squareRoot))(a), [-0.25 * 2.5 ** -1.5], 1e-12);
  });
  test("compiled and batched", () => {
    const many = array([1, 2, 3]);
    const expected = values(many).map((v) => 0.5 / Math.sqrt(v));
    expectClose(jit(grad(squareRoot))(a), [0.5 / Math.sqrt(2.5)], 1e-12);
    expectClose(vmap(grad(squareRoot))(many), expected, 1e-12);
    expectClose(grad((x: NDArray) => sum(vmap(squareRoot)(x)))(many), expected, 1e-12);
    expectClose(vmap(grad(jit(squareRoot)))(many), expected, 1e-12);
  });
  test("systems, with the Jacobian of g as the matrix, against finite differences", () => {
    // x = 0.3 * tanh(W x) + b, by iteration.
    const weights = array([0.5, -0.3, 0.8, 0.2], [2, 2]);
    const fixedPoint = (w: NDArray, b: NDArray): NDArray =>
      lax.customRoot(
        (x: NDArray) => lax.tanh(lax.dot(w, x)).mul(0.3).add(b).sub(x),
        b,
        (f, guess) => lax.foriLoop(0, 60, (_k, x: NDArray) => x.add(f(x)), guess),
        (g, y) => solve2(jacfwd(g as (x: NDArray) => NDArray)(y), y),
      );
    const b = array([0.4, -0.7]);
    const loss = (w: NDArray, c: NDArray): NDArray => sum(lax.sin(fixedPoint(w, c)));
    expectClose(
      grad(loss)(weights, b),
      differences((w) => loss(w, b), weights),
      1e-7,
    );
    expectClose(
      grad(loss, 1)(weights, b),
      differences((c) => loss(weights, c), b),
      1e-7,
    );
    expectClose(jacfwd(loss)(weights, b), grad(loss)(weights, b), 1e-10);
  });
  test("auxiliary results", () => {
    const f = (x: NDArray): NDArray => {
      const [root, aux] = lax.customRoot(
        (y: NDArray) => y.mul(y).sub(x),
        x,
        (g, guess) => [newton(g as never, guess), guess.mul(2)] as const,
        (g, y) => y.div(g(1)),
        { hasAux: true },
      );
      return root.add(lax.stopGradient(aux));
    };
    expectClose(f(a), [Math.sqrt(2.5) + 5], 1e-12);
    expectClose(grad(f)(a), [0.5 / Math.sqrt(2.5)], 1e-12);
  });
});

describe("closureConvert", () => {
  test("takes out what is differentiated, and leaves known arrays inside", () => {
    const known = array([1, 2]);
    const outer = (scale: NDArray): NDArray => {
      const f = (x: NDArray): NDArray => x.mul(scale).mul(scale).add(known);
      const [converted, hoisted] = closureConvert(f, known);
      expect(hoisted.length).toBe(1);
      return sum(converted(known, ...hoisted.map((v) => v.mul(2))));
    };
    const s = array([3], []);
    expectClose(grad(outer)(s), [72], 1e-12);
    expect(closureConvert((x: NDArray) => x.mul(known), known)[1]).toEqual([]);
  });
});

test("32-bit programs too", () => {
  config.using({ enableX64: false }, () => {
    const x = arange(1, 4, 1, { dtype: "float32" });
    const f = (v: NDArray): NDArray =>
      sum(
        lax.customLinearSolve(
          (u: NDArray) => v.mul(u),
          x,
          (_m, b) => b.div(v),
          { symmetric: true },
        ),
      );
    expectClose(grad(f)(x), [-1, -0.5, -1 / 3], 1e-6);
  });
});
