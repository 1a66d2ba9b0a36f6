/** Derivative rules of the user's own, and checkpoint, under every transformation. */
import { describe, expect, test } from "vitest";
import { checkpoint } from "../../src/api/checkpoint.ts";
import { customJvp, customVjp } from "../../src/api/custom.ts";
import { grad } from "../../src/api/grad.ts";
import { hessian } from "../../src/api/jacobian.ts";
import { jit } from "../../src/api/jit.ts";
import { jvp } from "../../src/api/jvp.ts";
import { vmap } from "../../src/api/vmap.ts";
import type { NDArray } from "../../src/core/ndarray.ts";
import { TransformError } from "../../src/errors/index.ts";
import * as lax from "../../src/lax/index.ts";
import { range } from "../../src/util/list.ts";
import { array, expectClose, values } from "./arrays.ts";

const { add, mul, sin, cos, reduceSum, scan } = lax;
const sum = (x: NDArray): NDArray => reduceSum(x, range(x.ndim));

/** sin(x) y whose derivatives are scaled, so that one sees which rule ran. */
const f = customVjp((x: NDArray, y: NDArray) => mul(sin(x), y));
f.defvjp(
  ((x: NDArray, y: NDArray) => [mul(sin(x), y), [x, y]]) as never,
  (([x, y]: [NDArray, NDArray], ct: NDArray) => [mul(mul(mul(cos(x), y), ct), 10), mul(sin(x), mul(ct, 100))]) as never,
);
const xs = array([0.3, -0.8, 1.1]);
const ys = array([2, -1, 0.5]);
const dx = values(xs).map((x, i) => 10 * Math.cos(x) * values(ys)[i]!);
const dy = values(xs).map((x) => 100 * Math.sin(x));
const total = (x: NDArray, y: NDArray): NDArray => sum(f(x, y));

describe("customVjp", () => {
  test("the rule is used, with jit outside, inside and around", () => {
    for (const g of [grad(total, [0, 1]), jit(grad(total, [0, 1])), grad(jit(total), [0, 1])]) {
      const [a, b] = g(xs, ys) as [NDArray, NDArray];
      expectClose(a, dx);
      expectClose(b, dy);
    }
  });
  test("under vmap, for each choice of batched arguments", () => {
    const one = (x: NDArray, y: NDArray): NDArray => f(x, y);
    expectClose(vmap(grad(one))(xs, ys), dx);
    expectClose(
      vmap(grad(one), [0, null])(xs, 2),
      values(xs).map((x) => 20 * Math.cos(x)),
    );
    expectClose(
      vmap(grad(one, 1), [null, 0])(0.3, ys),
      values(ys).map(() => 100 * Math.sin(0.3)),
    );
    expectClose(grad((x: NDArray) => sum(vmap(one)(x, ys)))(xs), dx);
    // A cotangent of what all examples share is the sum over them.
    const shared = (y: NDArray): NDArray => sum(vmap((x: NDArray) => f(x, y))(xs));
    expectClose(
      grad(shared)(2),
      dy.reduce((a, b) => a + b),
    );
    expectClose(
      jit(grad(shared))(2),
      dy.reduce((a, b) => a + b),
    );
  });
  test("in a loop", () => {
    const loop = (w: NDArray): NDArray => scan((c, x) => [add(c, f(x, w)), null], array([0], []), xs)[0];
    expectClose(
      grad(loop)(2),
      dy.reduce((a, b) => a + b),
    );
    expectClose(
      jit(grad(loop))(2),
      dy.reduce((a, b) => a + b),
    );
  });
  test("the rule is differentiated in turn", () => {
    const one = (x: NDArray): NDArray => f(x, array([1], []));
    expectClose(grad(grad(one))(0.3), -10 * Math.sin(0.3));
  });
  test("forward mode is an error", () => {
    expect(() => jvp((x: NDArray) => f(x, x), [0.3], [1])).toThrow(TransformError);
  });
});

describe("customJvp", () => {
  const g = customJvp((x: NDArray) => sin(x));
  g.defjvp((([x]: [NDArray], [t]: [NDArray]) => [g(x), mul(mul(cos(x), t), 10)]) as never);
  test("in both modes, to the second order, with jit and vmap", () => {
    expectClose(jvp(g, [0.3], [1])[1], 10 * Math.cos(0.3));
    expectClose(grad(g)(0.3), 10 * Math.cos(0.3));
    expectClose(jit(grad(jit(g)))(0.3), 10 * Math.cos(0.3));
    expectClose(grad(grad(g))(0.3), -10 * Math.sin(0.3));
    const each = values(xs).map((x) => 10 * Math.cos(x));
    expectClose(vmap(grad(g))(xs), each);
    expectClose(grad((x: NDArray) => sum(vmap(g)(x)))(xs), each);
  });
  test("in a loop", () => {
    const loop = (w: NDArray): NDArray => scan((c, x) => [add(c, g(mul(x, w))), null], array([0], []), xs)[0];
    const expected = values(xs).reduce((s, x) => s + 10 * x * Math.cos(2 * x), 0);
    expectClose(grad(loop)(2), expected);
    expectClose(jit(grad(loop))(2), expected);
  });
});

test("checkpoint changes no derivative", () => {
  const plain = (x: NDArray): NDArray => sum(sin(mul(sin(x), x)));
  const saved = checkpoint(plain);
  expectClose(grad(saved)(xs), grad(plain)(xs), 1e-14);
  expectClose(jit(grad(saved))(xs), grad(plain)(xs), 1e-14);
  expectClose(hessian(saved)(xs), hessian(plain)(xs), 1e-14);
  expectClose(
    vmap(grad(saved))(array([0.1, 0.2, 0.3, 0.4], [2, 2])),
    vmap(grad(plain))(array([0.1, 0.2, 0.3, 0.4], [2, 2])),
    1e-14,
  );
  const loop = (body: (x: NDArray) => NDArray) => (w: NDArray) =>
    scan((c, x) => [add(c, body(mul(x, w))), null], array([0], []), xs)[0];
  const one = (x: NDArray): NDArray => sin(mul(sin(x), x));
  expectClose(grad(loop(checkpoint(one)))(2), grad(loop(one))(2), 1e-14);
});

test("checkpoint of loops and branches, also to second order", () => {
  const body = (x: NDArray): NDArray => {
    const last = scan((c, _) => [add(mul(c, x), sin(c)), null], x, xs)[0];
    return add(
      lax.cond(
        lax.gt(last, 0),
        (t: NDArray) => mul(t, x),
        (t: NDArray) => lax.neg(t),
        last,
      ),
      mul(last, last),
    );
  };
  const saved = checkpoint(body);
  expectClose(grad(saved)(1.2), grad(body)(1.2), 1e-12);
  expectClose(grad(grad(saved))(1.2), grad(grad(body))(1.2), 1e-12);
  expectClose(jit(grad(grad(saved)))(1.2), grad(grad(body))(1.2), 1e-12);
  const points = array([0.3, 1.2, -0.4]);
  expectClose(vmap(grad(saved))(points), vmap(grad(body))(points), 1e-12);
});
