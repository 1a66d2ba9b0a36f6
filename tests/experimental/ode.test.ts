/** `odeint` against exact solutions, JAX's numbers, and differences. */
import { describe, expect, test } from "vitest";
import {
  errors,
  experimental,
  grad,
  jacrev,
  jit,
  numpy as jnp,
  jvp,
  type NDArray,
  scipy,
  vmap,
} from "../../src/index.ts";
import { array, differences, expectClose, values } from "../transforms/arrays.ts";

const { odeint } = experimental;
const total = (x: NDArray): NDArray => jnp.sum(x);
const scalar = (x: number): NDArray => array([x], []);

type Pendulum = (y: NDArray, t: NDArray, b: NDArray, c: NDArray) => NDArray;
const pendulum: Pendulum = (y, _t, b, c) =>
  jnp.stack([
    y.get(1),
    b
      .mul(y.get(1))
      .neg()
      .sub(c.mul(jnp.sin(y.get(0)))),
  ]);
const y0 = array([Math.PI - 0.1, 0]);
const times = array([0, 0.5, 1, 1.5, 2]);

// From jax.experimental.ode.odeint in float64, with its default tolerances.
const goldenYs = [
  3.04159265, 0, 2.89868863, -0.66951296, 2.113402, -2.93758108, -0.27683977, -5.62827566, -2.00869622, -1.00666182,
];
const goldenGradients = [
  [-38.40602789, -10.32714721],
  [-11.08211294, -1.0671703, 9.01605515, -2.17369036, 5.30691846],
  [1.13040977],
  [0.65830611],
];
const goldenSecond = [1.0622983720356785];

describe("solutions", () => {
  test("exact ones: decay, growth in time, a rotation in a tree", () => {
    const decay = odeint((y: NDArray) => y.neg(), scalar(1), times);
    expectClose(
      decay,
      values(times).map((t) => Math.exp(-t)),
      1e-7,
    );
    const power = odeint((_y: NDArray, t: NDArray) => t.mul(t).mul(3), scalar(2), times);
    expectClose(
      power,
      values(times).map((t) => 2 + t ** 3),
      1e-7,
    );
    const turn = (s: { x: NDArray; v: NDArray }, _t: NDArray, w: NDArray) => ({ x: s.v, v: s.x.mul(w).mul(w).neg() });
    const { x, v } = odeint(turn as never, { x: scalar(1), v: scalar(0) }, times, 3) as unknown as {
      x: NDArray;
      v: NDArray;
    };
    expectClose(
      x,
      values(times).map((t) => Math.cos(3 * t)),
      1e-6,
    );
    expectClose(
      v,
      values(times).map((t) => -3 * Math.sin(3 * t)),
      1e-6,
    );
    expect(x.shape).toEqual([5]);
  });
  test("JAX's numbers", () => {
    const ys = odeint(pendulum as never, y0, times, 0.25, 9.8) as NDArray;
    expectClose(ys, goldenYs, 3e-7);
  });
  test("tolerances do what they say, in float32 too", () => {
    const error = (rtol: number): number =>
      Math.abs(values(odeint((y: NDArray) => y.neg(), scalar(1), times, { rtol, atol: rtol }))[4]! - Math.exp(-2));
    expect(error(1e-3)).toBeLessThan(1e-3);
    expect(error(1e-10)).toBeLessThan(1e-9);
    expect(error(1e-10)).toBeLessThan(error(1e-3));
    const single = odeint((y: NDArray) => y.neg(), jnp.ones(3, "float32"), times) as NDArray;
    expect(single.dtype).toBe("float32");
    expectClose(
      single.get(4),
      [1, 1, 1].map(() => Math.exp(-2)),
      1e-5,
    );
  });
  test("backwards in time, one time, and what is not reached", () => {
    expectClose(
      odeint((y: NDArray) => y.neg(), scalar(1), array([0, -1, -2])),
      [1, Math.E, Math.E ** 2],
      1e-6,
    );
    expectClose(
      odeint((y: NDArray) => y.neg(), scalar(1), array([0])),
      [1],
    );
    const few = values(odeint((y: NDArray) => y.neg(), scalar(1), array([0, 1e-6, 50]), { mxstep: 3 }));
    expect(few[1]).toBeCloseTo(1);
    expect(few[2]).toBeNaN();
    // y' = y^2 from 1 has a pole at t = 1.
    const pole = values(odeint((y: NDArray) => y.mul(y), scalar(1), array([0, 0.5, 2])));
    expect(pole[1]).toBeCloseTo(2);
    expect(pole[2]).toBeNaN();
    const limited = odeint(
      (_y: NDArray, t: NDArray) => jnp.where(t.greater(0.4), 1, 0).mul(1),
      scalar(0),
      array([0, 1]),
      {
        hmax: 0.01,
        rtol: 1e-3,
        atol: 1e-3,
      },
    );
    expectClose(limited, [0, 0.6], 1e-2);
  });
  test("compiled, and for many examples", () => {
    const run = (b: NDArray): NDArray => odeint(pendulum as never, y0, times, b, 9.8) as NDArray;
    expectClose(jit(run)(scalar(0.25)), goldenYs, 3e-7);
    const bs = array([0.1, 0.25, 2]);
    const all = vmap(run)(bs);
    for (const [i, b] of values(bs).entries()) expectClose(all.get(i), values(run(scalar(b))), 1e-7);
  });
});

describe("derivatives", () => {
  const loss = (y: NDArray, t: NDArray, b: NDArray, c: NDArray): NDArray =>
    total(jnp.sin(odeint(pendulum as never, y, t, b, c) as NDArray));
  test("JAX's numbers: by the state, the times and the arguments", () => {
    const all = (f: typeof loss) => grad(f, [0, 1, 2, 3])(y0, times, scalar(0.25), scalar(9.8)) as unknown as NDArray[];
    for (const gradients of [all(loss), all(jit(loss) as never)]) {
      gradients.forEach((g, i) => void expectClose(g, goldenGradients[i]!, 2e-6));
    }
    const second = grad(grad((b: NDArray) => loss(y0, times, b, scalar(9.8))));
    expectClose(second(scalar(0.25)), goldenSecond, 1e-5);
  });
  test("of a linear system, exact by the matrix exponential", () => {
    const a = array([-0.5, 1, -2, -0.3], [2, 2]);
    const end = (a: NDArray, y: NDArray): NDArray =>
      (odeint(((y: NDArray, _t: NDArray, a: NDArray) => jnp.dot(a, y)) as never, y, array([0, 1.5]), a) as NDArray).get(
        1,
      );
    const exact = (a: NDArray, y: NDArray): NDArray => jnp.dot(scipy.linalg.expm(a.mul(1.5)), y);
    const y = array([1, 0.5]);
    expectClose(end(a, y), values(exact(a, y)), 1e-7);
    const weigh = (f: typeof end) => (a: NDArray, y: NDArray) => jnp.dot(f(a, y), array([1, -2]));
    const own = grad(weigh(end), [0, 1])(a, y) as unknown as NDArray[];
    const other = grad(weigh(exact), [0, 1])(a, y) as unknown as NDArray[];
    own.forEach((g, i) => void expectClose(g, values(other[i]!), 1e-6));
    const squared = (f: typeof end) => (y: NDArray) => total(f(a, y).mul(f(a, y)));
    expectClose(jacrev(grad(squared(end)))(y), values(jacrev(grad(squared(exact)))(y)), 1e-5);
  });
  test("of what f closes over, in batches, of trees and backwards in time", () => {
    const closing = (k: NDArray): NDArray =>
      (odeint((y: NDArray, t: NDArray) => y.mul(k).mul(t), scalar(1), array([0, 1, 2])) as NDArray).get(2);
    expectClose(grad(closing)(scalar(0.3)), 2 * Math.exp(0.6), 1e-6);
    const ks = array([0.1, 0.3]);
    expectClose(
      vmap(grad(closing))(ks),
      values(ks).map((k) => 2 * Math.exp(2 * k)),
      1e-6,
    );
    const tree = (p: { k: NDArray; name: string }): NDArray =>
      (
        odeint(
          ((y: { u: NDArray }, _t: NDArray, p: { k: NDArray }) => ({ u: y.u.mul(p.k) })) as never,
          { u: scalar(1) },
          array([1, 0]),
          p,
        ) as unknown as { u: NDArray }
      ).u.get(1);
    expectClose((grad(tree)({ k: scalar(0.5), name: "k" }) as unknown as { k: NDArray }).k, -Math.exp(-0.5), 1e-6);
    const driven = (x: NDArray): NDArray =>
      total(
        odeint(
          ((y: NDArray, t: NDArray, x: NDArray) => jnp.sin(t.mul(x)).sub(y)) as never,
          scalar(0.2),
          array([0, 0.7, 1.3]),
          x,
        ) as NDArray,
      );
    expectClose(
      grad((x: NDArray) => driven(x.get(0)))(array([1.7])),
      differences((x) => driven(x.get(0)), array([1.7])),
      1e-5,
    );
  });
});

test("what is not allowed says so", () => {
  const f = (y: NDArray): NDArray => y.neg();
  expect(() => odeint(f, scalar(1), array([0, 1, 1]))).toThrow(errors.ArgumentError);
  expect(() => odeint(f, scalar(1), scalar(1))).toThrow(errors.ShapeError);
  expect(() => odeint(f, jnp.array(1, { dtype: "int32" }), times)).toThrow(errors.DTypeError);
  expect(() => odeint((y: NDArray) => [y], scalar(1), times)).toThrow(errors.TreeError);
  expect(() => odeint((y: NDArray) => jnp.stack([y, y]), scalar(1), times)).toThrow(/shapes of y0/);
  expect(() => odeint(f, scalar(1), times, { rtol: -1 })).toThrow(errors.OptionError);
  expect(() => odeint(f, scalar(1), times, { rtoll: 1 })).toThrow(/did you mean "rtol"/);
  expect(() => jvp((x: NDArray) => odeint(f, x, times) as NDArray, [scalar(1)], [scalar(1)])).toThrow(
    errors.TransformError,
  );
});
