/** What the tests of structural primitives share: the table of them, jvp rules applied to concrete arrays, comparison. */
import { expect } from "vitest";
import type { NDArray } from "../../src/core/ndarray.ts";
import type { Primitive, Tangent } from "../../src/core/primitive.ts";
import { bind } from "../../src/core/trace.ts";
import * as cumulative from "../../src/prims/cumulative.ts";
import { dotGeneral } from "../../src/prims/dot.ts";
import { dynamicSlice, dynamicUpdateSlice } from "../../src/prims/dynamic.ts";
import { full, iota } from "../../src/prims/fill.ts";
import { gather } from "../../src/prims/gather.ts";
import * as movement from "../../src/prims/movement.ts";
import * as reduce from "../../src/prims/reduce.ts";
import * as scatters from "../../src/prims/scatter.ts";
import { concatenate, pad, slice } from "../../src/prims/slicing.ts";
import { sort } from "../../src/prims/sort.ts";
import { array, unwrap } from "./arrays.ts";

// biome-ignore lint/suspicious/noExplicitAny: a table of primitives of every parameter type
export type Any = Primitive<any>;

const { broadcastInDim, reshape, transpose, squeeze, rev } = movement;
const { reduceSum, reduceProd, reduceMax, reduceMin, reduceAnd, reduceOr, reduceXor, argmax, argmin } = reduce;
const { scatter, scatterAdd, scatterMul, scatterMin, scatterMax } = scatters;
const { cumsum, cumprod, cummax, cummin, cumlogsumexp } = cumulative;
export const primitives: { readonly [name: string]: Any } = {
  ...{
    broadcastInDim,
    reshape,
    transpose,
    squeeze,
    rev,
    iota,
    slice,
    pad,
    concatenate,
    dynamicSlice,
    dynamicUpdateSlice,
  },
  ...{ gather, scatter, scatterAdd, scatterMul, scatterMin, scatterMax },
  ...{ reduceSum, reduceProd, reduceMax, reduceMin, reduceAnd, reduceOr, reduceXor, argmax, argmin },
  ...{ cumsum, cumprod, cummax, cummin, cumlogsumexp, dotGeneral, sort },
};

/** Results and tangents by a jvp rule, as the transformation applies it. */
export function jvp(
  primitive: Any,
  xs: readonly NDArray[],
  ts: readonly Tangent[],
  params: unknown,
): [NDArray[], Tangent[]] {
  const rule = primitive.jvp;
  if (typeof rule === "function") return rule(xs, ts, params) as [NDArray[], Tangent[]];
  const ys = bind(primitive, xs, params);
  if (rule === "zero") return [ys, ys.map(() => null)];
  if (rule === "linear") {
    const all = ts.map((t, i) => t ?? full(xs[i]!.shape, 0, xs[i]!.dtype));
    return [ys, bind(primitive, all, params)];
  }
  let sum: number[] | undefined;
  ts.forEach((t, i) => {
    const share = rule[i]!;
    if (t === null || share === "zero") return;
    const d = unwrap(share(t, xs, params, ys[0]!));
    expect(d.aval.shape).toEqual(ys[0]!.shape);
    sum = d.data.map((v, k) => v + (sum?.[k] ?? 0));
  });
  return [ys, [sum === undefined ? null : array({ aval: ys[0]!.aval, data: sum })]];
}

/** Numbers that are equal, or differ by at most `tolerance` relative to the larger of the expected size and 1. */
export function expectClose(actual: readonly number[], expected: readonly number[], tolerance: number): void {
  expect(actual.length).toBe(expected.length);
  actual.forEach((a, i) => {
    const e = expected[i]!;
    const near = Object.is(a, e) || a === e || Math.abs(a - e) <= tolerance * Math.max(1, Math.abs(e));
    if (!near) expect({ at: i, all: actual }).toEqual({ at: i, all: expected });
  });
}
