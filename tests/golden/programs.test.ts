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
import { array } from "../../src/array/convert.ts";
import { expandDims } from "../../src/array/shape.ts";
import { slice } from "../../src/array/slice.ts";
import { config } from "../../src/core/config.ts";
import type { NDArray } from "../../src/core/ndarray.ts";
import * as lax from "../../src/lax/index.ts";
import { broadcastTo } from "../../src/numpy/broadcast.ts";
import { where } from "../../src/numpy/choose.ts";
import { concatenate, stack } from "../../src/numpy/join.ts";
import { flip } from "../../src/numpy/rearrange.ts";
import { sort } from "../../src/numpy/sort.ts";
import { take } from "../../src/numpy/take.ts";
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
  negative: one((x) => x.neg()),
  sin: one((x) => lax.sin(x)),
  cos: one((x) => lax.cos(x)),
  tanh: one((x) => x.tanh()),
  exp: one((x) => x.exp()),
  log: one((x) => x.log()),
  sqrt: one((x) => x.sqrt()),
  sigmoid: one((x) => lax.logistic(x)),
  power: one((x, { exponent }) => x.pow(exponent)),
  clip: one((x, { low, high }) => x.clip(low, high)),
  add: two((x, y) => x.add(y)),
  subtract: two((x, y) => x.sub(y)),
  multiply: two((x, y) => x.mul(y)),
  divide: two((x, y) => x.div(y)),
  maximum: two((x, y) => where(x.greater(y), x, y)),
  minimum: two((x, y) => where(x.less(y), x, y)),
  where_greater: ([x, y, a, b]) => where(x!.greater(y!), a!, b!),
  sum: one((x, p) => x.sum(reduction(p))),
  mean: one((x, p) => x.mean(reduction(p))),
  max: one((x, p) => x.max(reduction(p))),
  min: one((x, p) => x.min(reduction(p))),
  prod: one((x, p) => x.prod(reduction(p))),
  var: one((x, p) => x.var(reduction(p))),
  softmax: one((x, { axis }) => {
    const e = x.sub(lax.stopGradient(x.max({ axis, keepdims: true }))).exp();
    return e.div(e.sum({ axis, keepdims: true }));
  }),
  cumsum: one((x, { axis }) => x.cumsum(axis)),
  sort: one((x, { axis }) => sort(x, axis)),
  flip: one((x, { axis }) => flip(x, axis)),
  dot: two((x, y) => x.dot(y)),
  matmul: two((x, y) => x.matmul(y)),
  reshape: one((x, { shape }) => x.reshape(shape)),
  broadcast_to: one((x, { shape }) => broadcastTo(x, shape)),
  transpose: one((x, { axes }) => x.transpose(axes)),
  expand_dims: one((x, { axis }) => expandDims(x, axis)),
  squeeze: one((x, { axis }) => x.squeeze(axis)),
  concatenate: (xs, { axis }) => concatenate(xs, axis),
  stack: (xs, { axis }) => stack(xs, axis),
  take: one((x, { indices, axis }) => take(x, array(indices, "int32"), axis)),
  slice: one((x, { start, stop, step }) => x.get(...start.map((s, d) => slice(s, stop[d]!, step[d]!)))),
};

type Program = (x: NDArray, ...rest: readonly NDArray[]) => NDArray;

function interpret({ steps, output }: Case, dtype: "float32" | "float64"): Program {
  return (...inputs) => {
    const values = [...inputs];
    for (const { op, args, params } of steps) {
      const p = (params ?? {}) as Params;
      if (op === "constant") values.push(array(p.value, dtype));
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
  return array(flat, like.dtype as "float32").reshape(like.shape);
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
    return array(data as number[], dtype).reshape(shape);
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
