/** Functions of the room `array` that rearrange elements, taking their arguments by name as well. */
import type { ArrayArg } from "../array/convert.ts";
import * as shapes from "../array/shape.ts";
import type { Axis } from "../array/static.ts";
import type { NDArray } from "../core/ndarray.ts";
import type { Shape } from "../types/shape.ts";
import { readArguments, type Trailing } from "./arguments.ts";

/** Options of `reshape` and `ravel`. */
export type OrderOptions = shapes.OrderOptions;

type OrderArguments = Trailing<[order: "C" | "F"], OrderOptions>;

/**
 * The same elements, row by row, under another shape. One length may be -1: it is found from the others. With order "F"
 * elements are read and written column by column.
 * @throws ShapeError if the sizes differ, or are traced. @throws OptionError for an unknown order.
 * @example jnp.reshape(jnp.arange(6), [2, -1]) // shape (2, 3)
 */
export function reshape(a: ArrayArg, shape: number | Shape, ...args: OrderArguments): NDArray {
  return shapes.reshape(a, shape, readArguments<OrderOptions>("reshape", args, ["order"]));
}

/**
 * All elements as a vector, row by row, or column by column with order "F".
 * @throws OptionError for an unknown order.
 * @example jnp.ravel(jnp.ones([2, 3])) // shape (6,)
 */
export function ravel(a: ArrayArg, ...args: OrderArguments): NDArray {
  return shapes.ravel(a, readArguments<OrderOptions>("ravel", args, ["order"]));
}

/**
 * The axes in another order: axis i of the result is axis `axes[i]` of the array. Without `axes` they are reversed.
 * @throws AxisError if `axes` is not a permutation.
 * @example jnp.transpose(x, [1, 0, 2])
 */
export function transpose(
  a: ArrayArg,
  ...args: Trailing<[axes: readonly number[] | null], { readonly axes?: readonly number[] | null }>
): NDArray {
  return shapes.transpose(a, readArguments<{ axes?: readonly number[] | null }>("transpose", args, ["axes"]).axes);
}

/**
 * The array without axes of length 1: those named, or all.
 * @throws ShapeError if a named axis is longer. @throws AxisError if it does not exist.
 * @example jnp.squeeze(jnp.ones([1, 3, 1])) // shape (3,)
 */
export function squeeze(a: ArrayArg, ...args: Trailing<[axis: Axis], { readonly axis?: Axis }>): NDArray {
  return shapes.squeeze(a, readArguments<{ axis?: Axis }>("squeeze", args, ["axis"]).axis);
}

/**
 * The array with new axes of length 1, which stand at the places `axis` of the result.
 * @throws AxisError if a place is repeated or outside of the result.
 * @example jnp.expandDims(jnp.ones(3), 0) // shape (1, 3)
 */
export function expandDims(
  a: ArrayArg,
  axis: number | readonly number[] | { readonly axis: number | readonly number[] },
): NDArray {
  const places = typeof axis === "object" && "axis" in axis ? axis.axis : axis;
  return shapes.expandDims(a, places);
}
