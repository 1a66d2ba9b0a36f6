/** Places of extremes that ignore NaN, and the number of elements that are not zero. */
import { type ArrayArg, asArray, cast } from "../array/convert.ts";
import { defaultInt } from "../array/dtypes.ts";
import { all, sum } from "../array/reduction.ts";
import { type ArgOptions, argmax, argmin } from "../array/running.ts";
import type { Axis } from "../array/static.ts";
import type { NDArray } from "../core/ndarray.ts";
import { isInexact } from "../types/dtype.ts";
import { readArguments, type Trailing } from "./arguments.ts";
import { choosing, constant, isNotANumber, truth } from "./operand.ts";

type ArgArguments = Trailing<[axis: number | null], ArgOptions>;

/** The place of an extreme where NaN has been replaced by what is never one; -1 where there is nothing but NaN. */
function withoutNaN(caller: string, a: ArrayArg, args: ArgArguments, find: typeof argmax, worst: number): NDArray {
  const options = readArguments<ArgOptions>(caller, args, ["axis"], ["keepdims"]);
  const x = asArray(a, caller, 0);
  if (!isInexact(x.aval.dtype)) return find(x, options);
  const missing = isNotANumber(x);
  const place = find(choosing(missing, constant(worst, x.aval.dtype), x), options);
  return choosing(all(missing, options), constant(-1, place.aval.dtype), place);
}

/**
 * The place of the largest element along an axis, or in the whole array, NaN left aside; -1 where all are NaN.
 * @throws AxisError if the axis does not exist. @throws ShapeError for nothing to look at.
 * @example jnp.nanargmax(x, 0)
 */
export function nanargmax(a: ArrayArg, ...args: ArgArguments): NDArray {
  return withoutNaN("nanargmax", a, args, argmax, Number.NEGATIVE_INFINITY);
}

/**
 * The place of the smallest element along an axis, or in the whole array, NaN left aside; -1 where all are NaN.
 * @throws AxisError if the axis does not exist. @throws ShapeError for nothing to look at.
 * @example jnp.nanargmin(x, { axis: 1, keepdims: true })
 */
export function nanargmin(a: ArrayArg, ...args: ArgArguments): NDArray {
  return withoutNaN("nanargmin", a, args, argmin, Number.POSITIVE_INFINITY);
}

/** Options of `countNonzero`. */
export interface CountNonzeroOptions {
  /** The axes over which is counted; all by default. */
  readonly axis?: Axis;
  /** Whether those axes stay, with length 1. Default false. */
  readonly keepdims?: boolean;
}

/**
 * How many elements are not zero (or false), over all or some axes. int32. NaN is not zero.
 * @throws AxisError if an axis is repeated or does not exist.
 * @example jnp.countNonzero(x.greater(0), 1)
 */
export function countNonzero(
  a: ArrayArg,
  ...args: Trailing<[axis: Axis, keepdims: boolean], CountNonzeroOptions>
): NDArray {
  const options = readArguments<CountNonzeroOptions>("countNonzero", args, ["axis", "keepdims"]);
  return sum(cast(truth(asArray(a, "countNonzero", 0)), defaultInt()), options);
}
