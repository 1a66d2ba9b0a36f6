/** scan under every transformation, against loops written out and finite differences. */
import { describe, expect, test } from "vitest";
import { grad } from "../../src/api/grad.ts";
import { jacfwd, jacrev } from "../../src/api/jacobian.ts";
import { makeJaxpr } from "../../src/api/jaxpr.ts";
import { jit } from "../../src/api/jit.ts";
import { jvp } from "../../src/api/jvp.ts";
import { vmap } from "../../src/api/vmap.ts";
import { isJaxpr, type Jaxpr } from "../../src/core/jaxpr.ts";
import type { NDArray } from "../../src/core/ndarray.ts";
import * as lax from "../../src/lax/index.ts";
import { range } from "../../src/util/list.ts";
import { array, differences, expectClose, values } from "./arrays.ts";

const { add, mul, sin, exp, tanh, reduceSum, scan } = lax;
const sum = (x: NDArray): NDArray => reduceSum(x, range(x.ndim));

const w = array([0.3, -0.2, 0.5, 0.1, 0.7, -0.4, 0.2, 0.6, -0.1], [3, 3]);
const x3 = array([0.1, 0.5, -0.3]);
const rows = array([0.1, 0.5, -0.3, 0.7, -0.2, 0.4, 0.9, 0.3, -0.6, 0.2, 0.8, -0.5], [4, 3]);
const row = (i: number): NDArray => array(values(rows).slice(3 * i, 3 * i + 3));

function rnn(a: NDArray, h0: NDArray, xs: NDArray, reverse = false): NDArray {
  const [h, ys] = scan(
    (h: NDArray, x: NDArray) => {
      const next = tanh(add(lax.dot(a, h), mul(x, sin(h))));
      return [next, mul(next, x)];
    },
    h0,
    xs,
    { reverse },
  );
  return add(sum(mul(h, h)), sum(sin(ys)));
}

function unrolled(a: NDArray, h0: NDArray, xs: NDArray): NDArray {
  let h = h0;
  let total = array([0], []);
  for (let i = 0; i < 4; i++) {
    const x = lax.indexInDim(xs, i, 0, false);
    h = tanh(add(lax.dot(a, h), mul(x, sin(h))));
    total = add(total, sum(sin(mul(h, x))));
  }
  return add(sum(mul(h, h)), total);
}

describe("a recurrent network", () => {
  test("value", () => expectClose(rnn(w, x3, rows), unrolled(w, x3, rows), 1e-12));
  test("gradients of constants, carry and rows", () => {
    expectClose(grad(rnn)(w, x3, rows), grad(unrolled)(w, x3, rows), 1e-12);
    expectClose(
      grad((h: NDArray) => rnn(w, h, rows))(x3),
      differences((h) => rnn(w, h, rows), x3),
    );
    expectClose(
      grad((x: NDArray) => rnn(w, x3, x))(rows),
      differences((x) => rnn(w, x3, x), rows),
    );
  });
  test("reversed", () => {
    expectClose(
      grad((a: NDArray) => rnn(a, x3, rows, true))(w),
      differences((a) => rnn(a, x3, rows, true), w),
    );
  });
  test("with jit outside and inside", () => {
    const expected = grad(unrolled)(w, x3, rows);
    expectClose(jit(grad((a: NDArray) => rnn(a, x3, rows)))(w), expected, 1e-12);
    expectClose(grad(jit((a: NDArray, h: NDArray, x: NDArray) => rnn(a, h, x)))(w, x3, rows), expected, 1e-12);
  });
  test("forward mode", () => {
    const tangent = mul(w, 0.5);
    const [, t] = jvp((a: NDArray) => rnn(a, x3, rows), [w], [tangent]);
    expectClose(t, sum(mul(grad(rnn)(w, x3, rows), tangent)), 1e-12);
  });
  const starts = array([0.1, 0.5, -0.3, 0.2, 0.2, 0.2], [2, 3]);
  const each = (f: (h: NDArray) => NDArray): number[] =>
    [0, 1].flatMap((i) => values(f(array(values(starts).slice(3 * i, 3 * i + 3)))));
  const ofStart = (h: NDArray): NDArray => rnn(w, h, rows);
  test("batches", () => {
    expectClose(vmap(ofStart)(starts), each(ofStart), 1e-12);
    expectClose(vmap(grad(ofStart))(starts), each(grad(ofStart)), 1e-12);
    expectClose(grad((h: NDArray) => sum(vmap(ofStart)(h)))(starts), each(grad(ofStart)), 1e-12);
    const compiled = jit(grad((h: NDArray) => sum(vmap(jit((a: NDArray) => rnn(w, a, rows)))(h))));
    expectClose(compiled(starts), each(grad(ofStart)), 1e-12);
  });
  test("hessians by all compositions", () => {
    const expected = jacrev(grad(ofStart))(x3);
    expectClose(jacfwd(grad(ofStart))(x3), expected, 1e-10);
    expectClose(jit(jacfwd(grad(ofStart)))(x3), expected, 1e-10);
    expectClose(jacrev(jacfwd(ofStart))(x3), expected, 1e-10);
  });
});

test("the carry becomes batched on the way", () => {
  const f = (s: NDArray): NDArray => {
    const [a, ys] = scan((a, x) => [add(a, mul(s, sum(x))), mul(a, s)], 0, rows);
    return add(a, sum(ys));
  };
  const expected = [1, 2].map((s) => {
    let a = 0;
    let b = 0;
    for (let i = 0; i < 4; i++) {
      b += a * s;
      a += s * values(row(i)).reduce((p, q) => p + q);
    }
    return a + b;
  });
  expectClose(vmap(f)(array([1, 2])), expected);
});

test("nested loops", () => {
  const f = (x: NDArray): NDArray =>
    scan(
      (c: NDArray, r: NDArray) => {
        const [d] = scan((d: NDArray, e: NDArray) => [sin(mul(d, add(e, c))), e], c, r);
        return [add(c, d), c];
      },
      x,
      rows,
    )[0];
  const at = array([0.3], []);
  expectClose(grad(f)(0.3), differences(f, at));
  expectClose(
    grad(grad(f))(0.3),
    differences((x) => grad(f)(x), at),
  );
  expectClose(jit(vmap(grad(f)))(array([0.3, 0.1])), [grad(f)(0.3), grad(f)(0.1)].flatMap(values), 1e-12);
});

test("a carry that counts beside one that is differentiated", () => {
  const f = (x: NDArray): NDArray => {
    const [[, total]] = scan(([i, s], r) => [[add(i, 1), add(s, mul(mul(i, x), sum(r)))] as const, i], [0, 0], rows);
    return total;
  };
  const expected = range(4)
    .map((i) => i * values(row(i)).reduce((p, q) => p + q))
    .reduce((p, q) => p + q);
  expectClose(grad(f)(2), expected);
  expectClose(jit(grad(f))(2), expected);
});

test("an integer counter", () => {
  const start = lax.convertElementType(array([0], []), "int32");
  const f = (x: NDArray): NDArray => {
    const [[, total]] = scan(
      ([i, s]: readonly [NDArray, NDArray], r: NDArray) => [
        [add(i, 1), add(s, mul(sin(mul(lax.convertElementType(i, "float64"), x)), sum(r)))] as const,
        i,
      ],
      [start, array([0], [])],
      rows,
    );
    return total;
  };
  const at = array([0.7], []);
  expectClose(grad(f)(0.7), differences(f, at));
  expectClose(
    grad(grad(f))(0.7),
    differences((x) => grad(f)(x), at),
  );
});

test("no trips", () => {
  const none = array([], [0, 3]);
  const f = (h: NDArray): NDArray => {
    const [last, ys] = scan((c: NDArray, x: NDArray) => [mul(c, sin(x)), mul(c, x)], h, none);
    expect(ys.shape).toEqual([0, 3]);
    return sum(last);
  };
  expectClose(
    f(x3),
    values(x3).reduce((a, b) => a + b),
  );
  expectClose(grad(f)(x3), [1, 1, 1]);
  expectClose(jit(grad(f))(x3), [1, 1, 1]);
});

function scansIn(jaxpr: Jaxpr): { readonly jaxpr: Jaxpr; readonly carries: number }[] {
  return jaxpr.equations.flatMap((equation) => {
    const inner = Object.values((equation.params ?? {}) as object).filter(isJaxpr);
    const nested = inner.flatMap(scansIn);
    return equation.primitive.name === "scan"
      ? [equation.params as { jaxpr: Jaxpr; carries: number }, ...nested]
      : nested;
  });
}

test("what does not change in the loop is computed once and not stacked", () => {
  const f = (a: NDArray): NDArray => {
    const [c] = scan((c: NDArray, _x: NDArray) => [sin(mul(exp(a), c)), null], array([0.3], []), array(range(1000)));
    return c;
  };
  const { jaxpr } = makeJaxpr(grad(f))(0.5);
  const scans = scansIn(jaxpr);
  expect(scans.length).toBe(2);
  const stacked = scans.flatMap((s) => s.jaxpr.outputs.slice(s.carries));
  // The carry that comes in and the cosine: the derivative needs these of each trip. exp(a) is the same in all.
  expect(stacked.length).toBeLessThanOrEqual(2);
  const [backwards] = scans.slice(-1);
  expect(backwards!.jaxpr.equations.some((e) => e.primitive.name === "exp")).toBe(false);
  expectClose(grad(f)(0.5), differences(f, array([0.5], [])));
});

test("a carry that changes its type is an error", () => {
  expect(() => scan((_c: NDArray, x: NDArray) => [x, null], array([0], []), rows)).toThrow(/carry input/);
});

describe("the number of trips", () => {
  const count = (length: unknown) =>
    scan((c: NDArray) => [add(c, 1), null], array([0], []), null, { length: length as number })[0];

  test("may be an array that is known", () => {
    expect(values(count(array([3], [])))).toEqual([3]);
  });

  test("must not be traced, nor a fraction", () => {
    expect(() => jit((n: NDArray) => count(n))(array([3], []))).toThrow(
      "The `length` argument to `scan` expects a concrete number.",
    );
    expect(() => count(2.5)).toThrow("scan: length must be a whole number from 0, but got 2.5");
    expect(() => count(-1)).toThrow("whole number from 0, but got -1");
  });
});
