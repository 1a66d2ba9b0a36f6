/**
 * Small random programs under stacks of transformations, against JAX's float64 values. The programs' language and the
 * meaning of each transformation stand in tools/golden/README.md.
 */
import "../../src/array/install.ts";
import { describe, expect, test } from "vitest";
import { checkpoint } from "../../src/api/checkpoint.ts";
import { grad } from "../../src/api/grad.ts";
import { hessian, jacfwd, jacrev } from "../../src/api/jacobian.ts";
import { jit } from "../../src/api/jit.ts";
import { jvp, linearize, vjp } from "../../src/api/jvp.ts";
import { vmap } from "../../src/api/vmap.ts";
import { slice } from "../../src/array/slice.ts";
import { config } from "../../src/core/config.ts";
import type { NDArray } from "../../src/core/ndarray.ts";
import * as lax from "../../src/lax/index.ts";
import * as jnp from "../../src/numpy/index.ts";
import { decodeArray, type EncodedArray, loadGolden } from "./load.ts";

interface Step {
  readonly op: string;
  readonly args: readonly number[];
  readonly params?: Params;
}

interface Params {
  readonly axis: number;
  readonly axes: readonly number[];
  readonly keepdims: boolean;
  readonly shape: readonly number[];
  readonly value: number;
  readonly exponent: number;
  readonly low: number;
  readonly high: number;
  readonly indices: readonly number[];
  readonly start: readonly (number | null)[];
  readonly stop: readonly (number | null)[];
  readonly step: readonly (number | null)[];
}

interface Case {
  readonly id: number;
  readonly transforms: readonly string[];
  readonly inputs: readonly EncodedArray[];
  readonly steps: readonly Step[];
  readonly output: number;
  readonly out: EncodedArray;
  readonly out64: EncodedArray;
}

type Apply = (xs: readonly NDArray[], p: Params) => NDArray;

const reduction = ({ axis, keepdims }: Params): { axis: number | null; keepdims: boolean } => ({ axis, keepdims });
const one =
  (f: (x: NDArray, p: Params) => NDArray): Apply =>
  ([x], p) =>
    f(x!, p);
const two =
  (f: (x: NDArray, y: NDArray) => NDArray): Apply =>
  ([x, y]) =>
    f(x!, y!);

const operations: { readonly [op: string]: Apply } = {
  negative: one((x) => jnp.negative(x)),
  sin: one((x) => jnp.sin(x)),
  cos: one((x) => jnp.cos(x)),
  tanh: one((x) => jnp.tanh(x)),
  exp: one((x) => jnp.exp(x)),
  log: one((x) => jnp.log(x)),
  sqrt: one((x) => jnp.sqrt(x)),
  sigmoid: one((x) => lax.logistic(x)),
  power: one((x, { exponent }) => jnp.power(x, exponent)),
  clip: one((x, { low, high }) => jnp.clip(x, low, high)),
  add: two(jnp.add),
  subtract: two(jnp.subtract),
  multiply: two(jnp.multiply),
  divide: two(jnp.divide),
  maximum: two(jnp.maximum),
  minimum: two(jnp.minimum),
  where_greater: ([x, y, a, b]) => jnp.where(jnp.greater(x!, y!), a!, b!),
  sum: one((x, p) => jnp.sum(x, reduction(p))),
  mean: one((x, p) => jnp.mean(x, reduction(p))),
  max: one((x, p) => jnp.max(x, reduction(p))),
  min: one((x, p) => jnp.min(x, reduction(p))),
  prod: one((x, p) => jnp.prod(x, reduction(p))),
  var: one((x, p) => jnp.var(x, reduction(p))),
  softmax: one((x, { axis }) => {
    const e = jnp.exp(jnp.subtract(x, lax.stopGradient(jnp.max(x, { axis, keepdims: true }))));
    return jnp.divide(e, jnp.sum(e, { axis, keepdims: true }));
  }),
  cumsum: one((x, { axis }) => jnp.cumsum(x, axis)),
  sort: one((x, { axis }) => jnp.sort(x, axis)),
  flip: one((x, { axis }) => jnp.flip(x, axis)),
  dot: two((x, y) => jnp.dot(x, y)),
  matmul: two((x, y) => jnp.matmul(x, y)),
  reshape: one((x, { shape }) => jnp.reshape(x, shape)),
  broadcast_to: one((x, { shape }) => jnp.broadcastTo(x, shape)),
  transpose: one((x, { axes }) => jnp.transpose(x, axes)),
  expand_dims: one((x, { axis }) => jnp.expandDims(x, axis)),
  squeeze: one((x, { axis }) => jnp.squeeze(x, axis)),
  concatenate: (xs, { axis }) => jnp.concatenate(xs, axis),
  stack: (xs, { axis }) => jnp.stack(xs, axis),
  take: one((x, { indices, axis }) => jnp.take(x, jnp.array(indices, "int32"), axis)),
  slice: one((x, { start, stop, step }) => x.get(...start.map((s, d) => slice(s, stop[d]!, step[d]!)))),
};

type Program = (x: NDArray, ...rest: readonly NDArray[]) => NDArray;

function interpret({ steps, output }: Case, dtype: "float32" | "float64"): Program {
  return (...inputs) => {
    const values = [...inputs];
    for (const { op, args, params } of steps) {
      const p = (params ?? {}) as Params;
      if (op === "constant") values.push(jnp.array(p.value, dtype));
      else
        values.push(
          operations[op]!(
            args.map((i) => values[i]!),
            p,
          ),
        );
    }
    return values[output]!;
  };
}

const sumOfSines = (y: NDArray): NDArray => lax.sin(y).sum();

/** The array whose flat element i is cos(1 + i). */
function direction(like: { readonly shape: readonly number[]; readonly dtype: string }): NDArray {
  const size = like.shape.reduce((a, b) => a * b, 1);
  const flat = Array.from({ length: size }, (_, i) => Math.cos(1 + i));
  return jnp.array(flat, like.dtype as "float32").reshape(like.shape);
}

/** Every argument but the first is shared. */
const firstOnly = (axis: number, rest: readonly NDArray[]): (number | null)[] => [axis, ...rest.map(() => null)];

const transforms: { readonly [name: string]: (f: Program) => Program } = {
  jit: (f) => jit(f) as Program,
  checkpoint: (f) => checkpoint(f) as Program,
  vmap:
    (f) =>
    (x, ...rest) =>
      vmap(f, firstOnly(0, rest))(x, ...rest),
  vmap_last:
    (f) =>
    (x, ...rest) =>
      vmap(f, { inAxes: firstOnly(-1, rest), outAxes: -1 })(x, ...rest),
  grad: (f) => grad((x: NDArray, ...rest: readonly NDArray[]) => sumOfSines(f(x, ...rest))) as Program,
  jvp:
    (f) =>
    (x, ...rest) =>
      jvp((v: NDArray) => f(v, ...rest), [x], [direction(x)])[1],
  linearize:
    (f) =>
    (x, ...rest) =>
      linearize((v: NDArray) => f(v, ...rest), x)[1](direction(x)),
  vjp:
    (f) =>
    (x, ...rest) => {
      const [y, pull] = vjp((v: NDArray) => f(v, ...rest), x);
      return pull(direction(y))[0]!;
    },
  jacfwd:
    (f) =>
    (x, ...rest) =>
      jacfwd((v: NDArray) => f(v, ...rest))(x),
  jacrev:
    (f) =>
    (x, ...rest) =>
      jacrev((v: NDArray) => f(v, ...rest))(x),
  hessian:
    (f) =>
    (x, ...rest) =>
      hessian((v: NDArray) => sumOfSines(f(v, ...rest)))(x),
};

function run(c: Case, dtype: "float32" | "float64"): NDArray {
  let f = interpret(c, dtype);
  for (const name of [...c.transforms].reverse()) f = transforms[name]!(f);
  const inputs = c.inputs.map((encoded) => {
    const { shape, data } = decodeArray(encoded);
    return jnp.array(data as number[], dtype).reshape(shape);
  });
  return f(...(inputs as [NDArray, ...NDArray[]]));
}

/**
 * The largest error relative to the element, where elements below a hundredth of the largest count as that, and those
 * below a thousandth (the derivative of a softmax of one element, which is rounding) as a thousandth.
 */
function worstError(actual: ArrayLike<number>, expected: readonly number[]): number {
  const floor = Math.max(Math.max(...expected.map(Math.abs)) / 100, 1e-3);
  return Math.max(0, ...expected.map((e, i) => Math.abs(actual[i]! - e) / Math.max(Math.abs(e), floor)));
}

describe("programs under transformations have JAX's values", () => {
  const { cases } = loadGolden<Case>("programs");
  for (const c of cases) {
    test(`${c.id}: ${c.transforms.join(" of ") || "plain"}`, () => {
      const expected = decodeArray(c.out64);
      const single = run(c, "float32");
      expect(single.shape).toEqual(expected.shape);
      expect(single.dtype).toBe("float32");
      expect(worstError(single.toTypedArray() as Float32Array, expected.data)).toBeLessThan(2e-4);
      config.using({ enableX64: true }, () => {
        const double = run(c, "float64");
        expect(double.dtype).toBe("float64");
        expect(worstError(double.toTypedArray() as Float64Array, expected.data)).toBeLessThan(1e-9);
      });
    });
  }
});
