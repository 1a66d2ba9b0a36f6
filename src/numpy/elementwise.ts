/** Elementwise functions on pairs that are not arithmetic, and repairs: `fmax`, `fmod`, `heaviside`, `nanToNum`. */

import { clip as clipBetween } from "../array/arithmetic.ts";
import { onParts } from "../array/complex.ts";
import { type ArrayArg, asArray, cast } from "../array/convert.ts";
import { promoteArgs, promoteArgsInexact, promoteArgsNumeric } from "../array/promotion.ts";
import type { NDArray } from "../core/ndarray.ts";
import { rem } from "../prims/arithmetic.ts";
import { or } from "../prims/bitwise.ts";
import { eq, gt, lt } from "../prims/compare.ts";
import { type DType, isComplex, isInexact, isInteger } from "../types/dtype.ts";
import { readArguments, type Trailing } from "./arguments.ts";
import { isnan, isneginf, isposinf } from "./floats.ts";
import { choosing, constant } from "./operand.ts";

type Pair = [NDArray, NDArray];

/**
 * The larger of x1 and x2; a number wins over NaN. At ties the second is chosen and gets the gradient, as in JAX.
 * @throws ShapeError if the shapes do not broadcast.
 * @example jnp.fmax(jnp.array([NaN, 1]), 0) // [0. 1.]
 */
export function fmax(x1: ArrayArg, x2: ArrayArg): NDArray {
  const [x, y] = promoteArgs("fmax", x1, x2) as Pair;
  return choosing(or(gt(x, y), isnan(y)), x, y);
}

/**
 * The smaller of x1 and x2; a number wins over NaN. At ties the second is chosen and gets the gradient, as in JAX.
 * @throws ShapeError if the shapes do not broadcast.
 * @example jnp.fmin(jnp.array([NaN, 1]), 2) // [2. 1.]
 */
export function fmin(x1: ArrayArg, x2: ArrayArg): NDArray {
  const [x, y] = promoteArgs("fmin", x1, x2) as Pair;
  return choosing(or(lt(x, y), isnan(y)), x, y);
}

/**
 * The remainder of a division that rounds towards 0: it has the sign of x1 (that of `mod` has the sign of x2). For
 * integers x modulo 0 is 0.
 * @throws ShapeError if the shapes do not broadcast.
 * @example jnp.fmod(-7, 3) // -1.0
 */
export function fmod(x1: ArrayArg, x2: ArrayArg): NDArray {
  const [x, y] = promoteArgsNumeric("fmod", x1, x2) as Pair;
  const { dtype } = y.aval;
  if (!isInteger(dtype)) return rem(x, y);
  return rem(x, choosing(eq(y, constant(0, dtype)), constant(1, dtype), y));
}

/**
 * The step function: 0 below 0, 1 above, and x2 where x1 is 0.
 * @throws ShapeError if the shapes do not broadcast.
 * @example jnp.heaviside(jnp.array([-1, 0, 2]), 0.5) // [0.  0.5 1. ]
 */
export function heaviside(x1: ArrayArg, x2: ArrayArg): NDArray {
  const [x, y] = promoteArgsInexact("heaviside", x1, x2) as Pair;
  const { dtype } = x.aval;
  const zero = constant(0, dtype);
  const other = choosing(isnan(x), x, y);
  return choosing(lt(x, zero), zero, choosing(gt(x, zero), constant(1, dtype), other));
}

/** Options of `clip`. */
export interface ClipOptions {
  /** The lower bound. Default: none. */
  readonly min?: ArrayArg | null;
  /** The upper bound. Default: none. */
  readonly max?: ArrayArg | null;
}

/**
 * x kept between bounds: min(max(x, lower), upper). At a bound x gets half of the gradient, as `maximum` and `minimum` give it.
 * @throws ShapeError if the bounds do not broadcast to x. @throws DTypeError for complex numbers.
 * @example jnp.clip(x, -1, 1); jnp.clip(x, { max: 1 })
 */
export function clip(
  x: ArrayArg,
  ...args: Trailing<[min: ArrayArg | null, max: ArrayArg | null], ClipOptions>
): NDArray {
  const { min, max } = readArguments<ClipOptions>("clip", args, ["min", "max"]);
  return clipBetween(x, min, max);
}

/** The largest finite number of a floating point dtype. */
export function largestFinite(dtype: DType): number {
  switch (dtype) {
    case "float64":
      return Number.MAX_VALUE;
    case "float16":
      return 65504;
    case "bfloat16":
      return 2 ** 128 - 2 ** 120;
    default:
      return 2 ** 128 - 2 ** 104;
  }
}

/** Options of `nanToNum`. */
export interface NanToNumOptions {
  /** What replaces NaN. Default 0. */
  readonly nan?: ArrayArg;
  /** What replaces +infinity. Default: the largest finite number. */
  readonly posinf?: ArrayArg | null;
  /** What replaces -infinity. Default: the smallest finite number. */
  readonly neginf?: ArrayArg | null;
}

/**
 * x with NaN and infinities replaced, in complex numbers part by part; integers stay as they are. Replaced elements have no
 * gradient.
 * @example jnp.nanToNum(jnp.array([NaN, 1]), { nan: -1 }) // [-1.  1.]
 */
export function nanToNum(x: ArrayArg, ...args: Trailing<[nan: ArrayArg], NanToNumOptions>): NDArray {
  const { nan = 0, posinf, neginf } = readArguments<NanToNumOptions>("nanToNum", args, ["nan"], ["posinf", "neginf"]);
  const a = asArray(x, "nanToNum");
  const { dtype } = a.aval;
  if (!isInexact(dtype)) return a;
  if (isComplex(dtype)) return onParts(a, (part) => nanToNum(part, ...args));
  const value = (given: ArrayArg | null | undefined, fallback: number): NDArray =>
    given === undefined || given === null ? constant(fallback, dtype) : cast(asArray(given, "nanToNum"), dtype);
  const [repaired, replacement] = promoteArgs("nanToNum", a, value(nan, 0)) as Pair;
  let result = choosing(isnan(repaired), replacement, repaired);
  const largest = largestFinite(dtype);
  for (const [test, substitute] of [
    [isposinf, value(posinf, largest)],
    [isneginf, value(neginf, -largest)],
  ] as const) {
    const [kept, other] = promoteArgs("nanToNum", result, substitute) as Pair;
    result = choosing(test(kept), other, kept);
  }
  return result;
}
