/** Tangents and cotangents: sums, and fitting them to a type. `null` is the symbolic zero. */
import type { NDArray } from "../core/ndarray.ts";
import type { Tangent } from "../core/primitive.ts";
import { addAny } from "../prims/arithmetic.ts";
import { broadcastTo } from "../prims/movement.ts";
import { reduceSum } from "../prims/reduce.ts";
import type { Shape } from "../types/shape.ts";
import { range } from "../util/list.ts";

/** The sum of two tangents. */
export function addTangents(a: Tangent, b: Tangent): Tangent {
  return a === null ? b : b === null ? a : addAny(a, b);
}

/** A tangent of rank 0 stretched to the result's shape, for operands of rank 0 beside arrays. */
export function broadcastTangent(tangent: NDArray, shape: Shape): NDArray {
  return tangent.aval.shape.length === shape.length ? tangent : broadcastTo(tangent, shape);
}

/** The cotangent of an operand that stood beside larger ones: summed to rank 0 if the operand has rank 0. */
export function unbroadcastCotangent(cotangent: NDArray, shape: Shape): NDArray {
  const rank = cotangent.aval.shape.length;
  return rank > 0 && shape.length === 0 ? reduceSum(cotangent, { axes: range(rank) }) : cotangent;
}
