/**
 * The names that examples in doc comments use without making them: what one expects behind `x`, `mask` or `params`. An
 * example need not say whether its `x` is a vector or a matrix, so there are several sets, and it must run with one of them.
 */
import { jit, numpy as jnp, type NDArray, random, slice } from "adjoint";
import { sin } from "../../src/prims/trigonometric.ts";

const ints = (values: readonly number[]): NDArray => jnp.array(values, { dtype: "int32" });

class Point {
  x = 1;
  y = 2;
}

class Model {
  weights = 1;
  bias = 2;
  activation = "tanh";
}

function namesFor(x: NDArray): Record<string, unknown> {
  const { shape } = x;
  const mask = x.greater(2);
  const vector = jnp.array([3, 1, 2]);
  const square = jnp.arange(9).reshape(3, 3).astype("float32");
  const loss = (w: NDArray, ...data: NDArray[]): NDArray => data.reduce((sum, d) => sum.add(d.sum()), w.pow(2).sum());
  return {
    // arrays of the shape that is tried
    ...{
      x,
      y: x.add(1),
      a: x,
      b: x,
      c: x,
      d: x,
      p: x,
      q: x,
      v: x,
      logits: x,
      scores: x,
      distances: x,
      batch: x,
      given: x,
      family: x,
      values: x,
      z: x,
      u: x,
    },
    ...{ mask, which: jnp.zeros(shape, { dtype: "int32" }), indices: jnp.zeros(shape, { dtype: "int32" }) },
    // arrays of one shape
    ...{
      A: square,
      X: square,
      W: square,
      m: square,
      points: square.get(slice(), slice(0, 2)),
      w: vector,
      bytes: jnp.array(new Uint8Array([1, 2])),
    },
    ...{
      rows: ints([0, 1]),
      columns: ints([0, 1]),
      ids: ints([0, 2]),
      counts: jnp.zeros(3),
      row: vector,
      column: vector.reshape(3, 1),
    },
    ...{ i: ints([0, 1, 2]), key: random.key(0), e: 0.1 },
    // functions, and trees of arrays
    ...{ f: (u: NDArray) => u.mul(u).sum(), loss, step: jit(loss), assert: (holds: unknown) => Number(holds) },
    ...{ params: { w: vector }, grads: { w: vector }, Point, Model },
    // a primitive, for programs as text
    sin,
  };
}

/** The sets of names, in the order in which they are tried. */
export function preludes(): Record<string, unknown>[] {
  const vector = namesFor(jnp.array([1, 2, 3]));
  const whole = namesFor(ints([1, 2, 3]));
  const matrix = namesFor(jnp.arange(9).reshape(3, 3).astype("float32"));
  const cube = namesFor(jnp.arange(24).reshape(2, 3, 4).astype("float32"));
  const truth = { ...vector, a: jnp.array([true, false]), b: jnp.array([true, true]) };
  const scalar = { ...namesFor(jnp.array(2)), i: ints([1]).get(0), mask: jnp.array(true) };
  const attention = { ...vector, q: jnp.ones([2, 3, 1, 4]), k: jnp.ones([2, 3, 1, 4]), v: jnp.ones([2, 3, 1, 4]) };
  const signals = { ...vector, x: jnp.ones([1, 2, 7]), w: jnp.ones([3, 2, 3]) };
  const images = { ...vector, x: jnp.ones([1, 3, 8, 8]), w: jnp.ones([2, 3, 3, 3]) };
  const pixels = { ...vector, x: jnp.ones([1, 8, 8, 3]), w: jnp.ones([3, 3, 3, 2]) };
  return [vector, whole, matrix, cube, truth, scalar, attention, signals, images, pixels];
}
