/** Elementwise operations of `lax`: the primitives themselves, and those that take a parameter in JAX's way. */
import { config } from "../core/config.ts";
import { scalarLike } from "../core/constant.ts";
import type { NDArray } from "../core/ndarray.ts";
import type { Operand } from "../core/primitive.ts";
import { OptionError } from "../errors/index.ts";
import * as arithmetic from "../prims/arithmetic.ts";
import * as casts from "../prims/cast.ts";
import { conj as conjugateParts } from "../prims/complex.ts";
import * as rounding from "../prims/rounding.ts";
import * as selection from "../prims/select.ts";
import { checkDType, type DType, narrowDType } from "../types/dtype.ts";
import { lift } from "./shape.ts";

export {
  abs,
  add,
  cbrt,
  div,
  max,
  min,
  mul,
  neg,
  nextafter,
  pow,
  rem,
  rsqrt,
  sign,
  sqrt,
  square,
  sub,
} from "../prims/arithmetic.ts";
export {
  and as bitwiseAnd,
  clz,
  not as bitwiseNot,
  or as bitwiseOr,
  populationCount,
  shiftLeft,
  shiftRightArithmetic,
  shiftRightLogical,
  xor as bitwiseXor,
} from "../prims/bitwise.ts";
export { eq, ge, gt, le, lt, ne } from "../prims/compare.ts";
export { complex, imag, real } from "../prims/complex.ts";
export { exp, exp2, expm1, log, log1p, logistic } from "../prims/exponential.ts";
export { digamma, lgamma, polygamma } from "../prims/gamma.ts";
export { acosh, asinh, atanh, cosh, sinh, tanh } from "../prims/hyperbolic.ts";
export { ceil, floor, isFinite } from "../prims/rounding.ts";
export { erf, erfc, erfInv } from "../prims/special.ts";
export { acos, asin, atan, atan2, cos, sin, tan } from "../prims/trigonometric.ts";

/** $x^y$ for an integer y that is known. @example lax.integerPow(jnp.array([1, 2]), 3) // [1. 8.] */
export function integerPow(x: Operand, y: number): NDArray {
  return arithmetic.integerPow(lift(x), { y });
}

/** The complex conjugate of a float or complex x; the result is complex. @example lax.conj(lax.complex(jnp.ones(1), jnp.ones(1))) // [1.-1.j] */
export function conj(x: Operand): NDArray {
  return conjugateParts(lift(x));
}

/** $1/x$. @example lax.reciprocal(jnp.array([1, 4])) // [1.   0.25] */
export function reciprocal(x: Operand): NDArray {
  return integerPow(x, -1);
}

/** Where halves go: away from zero (the default of `lax`), or to the nearest even integer (that of `numpy`). */
export type RoundingMethod = "awayFromZero" | "toNearestEven";

/**
 * The nearest integer. @throws OptionError for an unknown method.
 * @example lax.round(jnp.array([0.5, 1.5])) // [1. 2.]
 */
export function round(x: Operand, method: RoundingMethod = "awayFromZero"): NDArray {
  if (method !== "awayFromZero" && method !== "toNearestEven") {
    throw new OptionError({
      what: `round has no method ${JSON.stringify(method)}`,
      fix: 'use "awayFromZero" or "toNearestEven"',
    });
  }
  const roundingMethod = method === "awayFromZero" ? "AWAY_FROM_ZERO" : "TO_NEAREST_EVEN";
  return rounding.round(lift(x), { roundingMethod });
}

/** x limited to [lower, upper]. @example lax.clamp(0, jnp.array([-1, 0.5, 2]), 1) // [0.  0.5 1. ] */
export function clamp(lower: Operand, x: Operand, upper: Operand): NDArray {
  return selection.clamp(lower, x, upper);
}

/**
 * Elements of `onTrue` where the predicate holds, else of `onFalse`.
 * @example lax.select(jnp.array([true, false]), jnp.array([1, 2]), jnp.array([3, 4])) // [1. 4.]
 */
export function select(predicate: NDArray, onTrue: Operand, onFalse: Operand): NDArray {
  return selectN(predicate, onFalse, onTrue);
}

/**
 * Elements of case number `which`: 0 or 1 for a boolean, an int32 for more cases.
 * @example lax.selectN(jnp.array([true, false]), jnp.array([1, 2]), jnp.array([3, 4])) // [3. 2.]
 */
export function selectN(which: NDArray, ...cases: readonly Operand[]): NDArray {
  const array = cases.find((c): c is NDArray => typeof c !== "number");
  const lifted = cases.map((c) => (typeof c === "number" ? scalarLike(c, array) : c));
  return selection.selectN([which, ...lifted]);
}

/**
 * The same values in another dtype: JAX's `lax.convert_element_type`.
 * @example lax.convertElementType(jnp.array([1.7]), "int32") // [1]
 */
export function convertElementType(x: Operand, dtype: DType): NDArray {
  const newDtype = config.enableX64 ? checkDType(dtype) : narrowDType(checkDType(dtype));
  const array = lift(x);
  if (array.aval.dtype === newDtype && !array.aval.weakType) return array;
  return casts.convertElementType(array, { newDtype, weakType: false });
}

/**
 * The same bits in another dtype of the same width. @throws DTypeError if the widths differ.
 * @example lax.bitcastConvertType(jnp.array([1]), "int32") // [1065353216]
 */
export function bitcastConvertType(x: Operand, dtype: DType): NDArray {
  return casts.bitcastConvertType(lift(x), { newDtype: checkDType(dtype) });
}

/**
 * Rounds to fewer bits of exponent and mantissa, staying in the same dtype.
 * @example lax.reducePrecision(jnp.array([1.2345]), 8, 4) // [1.25]
 */
export function reducePrecision(x: Operand, exponentBits: number, mantissaBits: number): NDArray {
  return casts.reducePrecision(lift(x), { exponentBits, mantissaBits });
}
