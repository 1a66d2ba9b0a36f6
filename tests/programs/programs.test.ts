/** Whole programs of several transformations inside one another, each against an independent route to the same number. */
import { describe, expect, test } from "vitest";
import { grad, valueAndGrad } from "../../src/api/grad.ts";
import { hessian, jacrev } from "../../src/api/jacobian.ts";
import { jit } from "../../src/api/jit.ts";
import { vmap } from "../../src/api/vmap.ts";
import type { NDArray } from "../../src/core/ndarray.ts";
import { odeint } from "../../src/experimental/index.ts";
import * as lax from "../../src/lax/index.ts";
import { dot, linalg, maximum, mean, sqrt, stack, where } from "../../src/numpy/index.ts";
import * as random from "../../src/random/index.ts";
import { range } from "../../src/util/list.ts";
import { array, differences, expectClose, values } from "../transforms/arrays.ts";

const sum = (x: NDArray): NDArray => lax.reduceSum(x, range(x.ndim));

describe("a Kalman filter", () => {
  // x' = a x + noise of variance q; y = x + noise of variance r.
  const ys = array([0.3, 0.5, -0.1, 0.4, 0.9, 0.7]);
  const filtered = (theta: NDArray): NDArray => {
    const [a, q, r] = [theta.get(0), lax.exp(theta.get(1)), lax.exp(theta.get(2))];
    const step = ([m, p]: [NDArray, NDArray], y: NDArray): [[NDArray, NDArray], NDArray] => {
      const [ahead, spread] = [a.mul(m), a.mul(a).mul(p).add(q)];
      const s = spread.add(r);
      const gain = spread.div(s);
      const error = y.sub(ahead);
      const density = lax
        .log(s)
        .add(error.mul(error).div(s))
        .add(Math.log(2 * Math.PI))
        .mul(-0.5);
      return [[ahead.add(gain.mul(error)), spread.mul(gain.neg().add(1))], density];
    };
    const start: [NDArray, NDArray] = [array([0], []), array([1], [])];
    return sum(lax.scan(step as never, start as never, ys)[1] as unknown as NDArray);
  };
  /** The same density from the joint normal distribution of all observations, by elimination in plain numbers. */
  const joint = (theta: readonly number[]): number => {
    const [a, q, r] = [theta[0]!, Math.exp(theta[1]!), Math.exp(theta[2]!)];
    const variance = [a * a + q];
    for (let i = 1; i < 6; i++) variance.push(a * a * variance[i - 1]! + q);
    const covariance = range(6).map((i) =>
      range(6).map((j) => a ** Math.abs(i - j) * variance[Math.min(i, j)]! + (i === j ? r : 0)),
    );
    const right = values(ys);
    let logDensity = -3 * Math.log(2 * Math.PI);
    for (let k = 0; k < 6; k++) {
      const pivot = covariance[k]![k]!;
      logDensity -= 0.5 * (Math.log(pivot) + right[k]! ** 2 / pivot);
      for (let i = k + 1; i < 6; i++) {
        const factor = covariance[i]![k]! / pivot;
        right[i]! -= factor * right[k]!;
        for (let j = k; j < 6; j++) covariance[i]![j]! -= factor * covariance[k]![j]!;
      }
    }
    return logDensity;
  };
  const theta = array([0.8, -1, -0.5]);
  test("likelihood, gradient and Hessian", () => {
    expectClose(filtered(theta), [joint(values(theta))], 1e-10);
    const numeric = (t: NDArray): NDArray => array([joint(values(t))], []);
    expectClose(jit(grad(filtered))(theta), differences(numeric, theta), 1e-7);
    const h = values(hessian(filtered)(theta));
    const rows = range(3).flatMap((i) => differences((t) => grad(filtered)(t).get(i), theta));
    expectClose(h, rows, 1e-6);
  });
});

describe("learning to learn (MAML)", () => {
  const xs = array([-1, -0.2, 0.4, 1.1]);
  const ys = array([0.3, -0.4, 0.5, 0.9]);
  const loss = (w: NDArray, s: NDArray): NDArray =>
    mean(
      dot(lax.sin(w.get(0).mul(xs)), w.get(1))
        .sub(ys.mul(s))
        .pow(2),
    );
  const after = (w: NDArray, s: NDArray): NDArray => loss(w.sub(grad(loss)(w, s).mul(0.1)), s);
  test("the gradient through a gradient step, over tasks", () => {
    const w = array([0.7, 1.2]);
    const tasks = array([0.5, 1, 2]);
    const meta = (v: NDArray): NDArray => mean(vmap(after, { inAxes: [null, 0] })(v, tasks));
    expectClose(grad(meta)(w), differences(meta, w), 1e-7);
    // By the chain rule: (I - 0.1 H) times the gradient at the new weights.
    const byHand = range(3).map((k) => {
      const s = tasks.get(k);
      const moved = w.sub(grad(loss)(w, s).mul(0.1));
      const g = grad(loss)(moved, s);
      return values(g.sub(dot(hessian(loss)(w, s), g).mul(0.1)));
    });
    expectClose(
      jit(grad(meta))(w),
      range(2).map((i) => (byHand[0]![i]! + byHand[1]![i]! + byHand[2]![i]!) / 3),
      1e-10,
    );
  });
});

test("TD learning: the target is not differentiated", () => {
  const value = (w: NDArray, s: NDArray): NDArray => dot(w, s);
  const loss = (w: NDArray, s: NDArray, r: NDArray, next: NDArray): NDArray => {
    const target = r.add(value(w, next).mul(0.9));
    return lax.stopGradient(target).sub(value(w, s)).pow(2).mul(0.5);
  };
  const [w, s, r, next] = [
    array([0.3, -0.5]),
    array(
      [
        [1, 2],
        [0.5, -1],
      ].flat(),
      [2, 2],
    ),
    array([1, -1]),
    array([0, 1, 2, 1], [2, 2]),
  ];
  const gradients = vmap(grad(loss), { inAxes: [null, 0, 0, 0] })(w, s, r, next);
  const expected = range(2).flatMap((i) => {
    const [si, ni] = [values(s.get(i)), values(next.get(i))];
    const v = (t: readonly number[]): number => 0.3 * t[0]! - 0.5 * t[1]!;
    const error = values(r)[i]! + 0.9 * v(ni) - v(si);
    return si.map((t) => -error * t);
  });
  expectClose(gradients, expected, 1e-12);
});

test("differentially private gradients: clipped example by example", () => {
  const x = array(
    range(12).map((k) => Math.sin(3 * k)),
    [4, 3],
  );
  const y = array([1, -1, 0.5, 2]);
  const w = array([0.2, -0.7, 0.4]);
  const loss = (v: NDArray, a: NDArray, b: NDArray): NDArray => dot(v, a).sub(b).pow(2);
  const clipped = (v: NDArray, a: NDArray, b: NDArray): NDArray => {
    const g = grad(loss)(v, a, b);
    return g.div(maximum(1, sqrt(sum(g.mul(g))).div(0.8)));
  };
  const perExample = jit(vmap(clipped, { inAxes: [null, 0, 0] }))(w, x, y);
  const expected = range(4).map((i) => {
    const a = values(x.get(i));
    const error = a.reduce((total, v, k) => total + v * values(w)[k]!, 0) - values(y)[i]!;
    const g = a.map((v) => 2 * error * v);
    const norm = Math.hypot(...g);
    return g.map((v) => v / Math.max(1, norm / 0.8));
  });
  expectClose(perExample, expected.flat(), 1e-12);
  // The same mean by a sum over the named axis of the examples.
  const inside = vmap((a: NDArray, b: NDArray) => lax.pmean(clipped(w, a, b), "examples"), { axisName: "examples" })(
    x,
    y,
  );
  expectClose(inside.get(2), mean(perExample, 0), 1e-12);
});

describe("Hamiltonian Monte Carlo", () => {
  const logDensity = (x: NDArray): NDArray => sum(x.mul(x).mul(array([1, 4]))).mul(-0.5);
  const slope = grad(logDensity);
  const leapfrog = (x: NDArray, p: NDArray): [NDArray, NDArray] => {
    const e = 0.3;
    const step = ([q, m]: [NDArray, NDArray]): [[NDArray, NDArray], null] => {
      const half = m.add(slope(q).mul(e / 2));
      const moved = q.add(half.mul(e));
      return [[moved, half.add(slope(moved).mul(e / 2))], null];
    };
    return lax.scan(step as never, [x, p] as never, null, { length: 5 })[0] as unknown as [NDArray, NDArray];
  };
  const energy = (x: NDArray, p: NDArray): NDArray => sum(p.mul(p)).mul(0.5).sub(logDensity(x));
  const transition = (x: NDArray, key: NDArray): [NDArray, NDArray] => {
    const keys = random.split(key, 2);
    const p = random.normal(keys.get(0), [2], { dtype: "float64" } as never) as NDArray;
    const [moved, q] = leapfrog(x, p);
    const accept = lax
      .log(random.uniform(keys.get(1), [], { dtype: "float64" } as never) as NDArray)
      .less(energy(x, p).sub(energy(moved, q)));
    const next = where(accept, moved, x);
    return [next, next];
  };
  const chain = (key: NDArray): NDArray =>
    lax.scan(transition as never, array([0.5, 0.5]) as never, random.split(key, 60) as never)[1] as unknown as NDArray;
  test("chains in a vmap, each a scan, are the chains one by one, and find the variances", () => {
    const keys = random.split(random.key(3), 16);
    const all = jit(vmap(chain))(keys);
    for (const i of [0, 7]) expectClose(all.get(i), chain(keys.get(i)), 1e-9);
    let x = array([0.5, 0.5]);
    const steps = random.split(keys.get(7), 60);
    for (const k of range(60)) [x] = transition(x, steps.get(k));
    expectClose(all.get(7, -1), x, 1e-9);
    const draws = values(all);
    const variance = (i: number): number =>
      draws.filter((_, k) => k % 2 === i).reduce((s, v) => s + v * v, 0) / (16 * 60);
    expect(Math.abs(variance(0) - 1)).toBeLessThan(0.25);
    expect(Math.abs(variance(1) - 0.25)).toBeLessThan(0.08);
  });
});

test("a recurrent network by scan has the gradient of the unrolled one", () => {
  const w = array(
    range(9).map((k) => 0.4 * Math.sin(k + 1)),
    [3, 3],
  );
  const xs = array(
    range(15).map((k) => Math.cos(k)),
    [5, 3],
  );
  const cell = (v: NDArray, h: NDArray, x: NDArray): NDArray => lax.tanh(dot(v, h).add(x));
  const scanned = (v: NDArray): NDArray =>
    sum(lax.scan((h: NDArray, x: NDArray) => [cell(v, h, x), null], array([0, 0, 0]), xs)[0].pow(2));
  const unrolled = (v: NDArray): NDArray => {
    let h = array([0, 0, 0]);
    for (const t of range(5)) h = cell(v, h, xs.get(t));
    return sum(h.pow(2));
  };
  const [a, da] = jit(valueAndGrad(scanned))(w);
  const [b, db] = valueAndGrad(unrolled)(w);
  expectClose(a, b, 1e-12);
  expectClose(da, db, 1e-12);
});

describe("Newton's method, differentiated at its solution", () => {
  // Kepler's equation E - e sin E = M, solved for the eccentric anomaly E of a planet.
  const anomaly = (e: NDArray, m: NDArray): NDArray => {
    const kepler = (E: NDArray): NDArray => E.sub(lax.sin(E).mul(e)).sub(m);
    const solve = (f: (E: NDArray) => NDArray, guess: NDArray): NDArray =>
      lax.whileLoop(
        ([_, step]: [NDArray, NDArray]) => lax.abs(step).greater(1e-14),
        ([E]: [NDArray, NDArray]): [NDArray, NDArray] => {
          const step = f(E).div(grad(f)(E));
          return [E.sub(step), step];
        },
        [guess, array([1], [])] as [NDArray, NDArray],
      )[0];
    return lax.customRoot(kepler, m, solve as never, (g, y) => y.div(g(1)));
  };
  const e = array([0.4], []);
  const m = array([1.1], []);
  const E = values(anomaly(e, m))[0]!;
  const slope = 1 - 0.4 * Math.cos(E);

  test("the root and its first derivatives are those of the implicit function theorem", () => {
    expect(E - 0.4 * Math.sin(E)).toBeCloseTo(1.1, 13);
    expectClose(grad(anomaly, { argnums: 1 })(e, m), [1 / slope], 1e-12);
    expectClose(jit(grad(anomaly))(e, m), [Math.sin(E) / slope], 1e-12);
  });

  test("second derivatives, by hand and by differences", () => {
    const second = hessian(anomaly, { argnums: 1 })(e, m);
    expectClose(second, [(-0.4 * Math.sin(E)) / slope ** 3], 1e-12);
    expectClose(
      grad(grad(anomaly) as (e: NDArray, m: NDArray) => NDArray)(e, m),
      differences((x) => grad(anomaly)(x, m), e),
      1e-7,
    );
  });

  test("a whole orbit at once, in one compiled loop", () => {
    const ms = array(range(12).map((k) => 0.5 * k));
    const rates = jit(vmap(grad(anomaly, { argnums: 1 }), [null, 0]))(e, ms);
    const roots = values(vmap(anomaly, [null, 0])(e, ms));
    expectClose(
      rates,
      roots.map((root) => 1 / (1 - 0.4 * Math.cos(root))),
      1e-12,
    );
  });
});

describe("fitting predators and prey", () => {
  // x' = a x - b x y, y' = -c y + d x y, whose solutions keep d x - c log x + b y - a log y.
  const times = array([0, 0.5, 1, 1.5, 2]);
  const start = array([1.5, 1]);
  const field = (s: NDArray, _t: NDArray, p: NDArray): NDArray => {
    const [x, y] = [s.get(0), s.get(1)];
    const meetings = x.mul(y);
    return stack([p.get(0).mul(x).sub(p.get(1).mul(meetings)), p.get(3).mul(meetings).sub(p.get(2).mul(y))]);
  };
  const run = (p: NDArray): NDArray => odeint(field as never, start, times, p) as NDArray;
  /** The same by Runge and Kutta's method of order four in plain numbers, with many short steps. */
  const plain = (p: readonly number[]): number[] => {
    const f = ([x, y]: readonly number[]): number[] => [p[0]! * x! - p[1]! * x! * y!, p[3]! * x! * y! - p[2]! * y!];
    const moved = (s: readonly number[], k: readonly number[], h: number): number[] => s.map((v, i) => v + h * k[i]!);
    let s: number[] = [1.5, 1];
    const found = [...s];
    for (let n = 1; n <= 2000; n++) {
      const h = 1e-3;
      const k1 = f(s);
      const k2 = f(moved(s, k1, h / 2));
      const k3 = f(moved(s, k2, h / 2));
      const k4 = f(moved(s, k3, h));
      s = s.map((v, i) => v + (h / 6) * (k1[i]! + 2 * k2[i]! + 2 * k3[i]! + k4[i]!));
      if (n % 500 === 0) found.push(...s);
    }
    return found;
  };
  const truth = array([1.1, 0.8, 0.9, 0.6]);
  const data = run(truth);
  const loss = (p: NDArray): NDArray => {
    const error = run(p).sub(data);
    return sum(error.mul(error));
  };
  const guess = array([1, 0.7, 1, 0.7]);
  const plainLoss = (p: readonly number[]): number =>
    plain(p).reduce((total, v, i) => total + (v - values(data)[i]!) ** 2, 0);

  test("the solution, and what it keeps", () => {
    expectClose(run(truth), plain(values(truth)), 1e-7);
    const [a, b, c, d] = values(truth) as [number, number, number, number];
    const kept = (x: number, y: number): number => d * x - c * Math.log(x) + b * y - a * Math.log(y);
    const all = values(data);
    for (const i of range(5)) expectClose([kept(all[2 * i]!, all[2 * i + 1]!)], [kept(1.5, 1)], 1e-7);
  });
  test("the gradient by the adjoint equation, compiled and in a batch", () => {
    const numeric = differences((p) => array([plainLoss(values(p))], []), guess);
    expectClose(grad(loss)(guess), numeric, 1e-5);
    expectClose(jit(grad(loss))(guess), numeric, 1e-5);
    const both = array([...values(guess), ...values(truth)], [2, 4]);
    const batch = vmap(grad(loss))(both) as NDArray;
    expectClose(batch.get(0), numeric, 1e-5);
    expectClose(batch.get(1), [0, 0, 0, 0], 1e-6);
  });
  test("the Gauss-Newton matrix from reverse mode finds the parameters", () => {
    const residual = (p: NDArray): NDArray => run(p).sub(data).ravel();
    const improve = jit((p: NDArray): NDArray => {
      const j = jacrev(residual)(p) as NDArray;
      return p.sub(linalg.solve(dot(j.T, j), dot(j.T, residual(p))));
    });
    let p = guess;
    for (let i = 0; i < 6; i++) p = improve(p) as NDArray;
    expectClose(p, values(truth), 1e-6);
  });
});
