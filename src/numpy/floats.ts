/**
 * Functions that take floating point numbers apart: rounding to integers, signs, neighbours, mantissa and exponent, and
 * tests for NaN and infinity.
 */
import { round as roundTo } from "../array/arithmetic.ts";
import { imaginaryPart, realPart } from "../array/complex.ts";
import { type ArrayArg, asArray, cast } from "../array/convert.ts";
import { defaultFloat } from "../array/dtypes.ts";
import { promoteArgsInexact, promoteDTypes, promoteInexact, promoteShapes } from "../array/promotion.ts";
import type { NDArray } from "../core/ndarray.ts";
import { DTypeError } from "../errors/index.ts";
import { abs, add, mul, neg, nextafter as nextafterElements, sub } from "../prims/arithmetic.ts";
import { and, or, shiftLeft, shiftRightArithmetic } from "../prims/bitwise.ts";
import { bitcastConvertType } from "../prims/cast.ts";
import { eq, ge, lt, ne } from "../prims/compare.ts";
import * as rounding from "../prims/rounding.ts";
import { bitsDType, checkAccepted, floating, ordered } from "../prims/rules.ts";
import { clamp } from "../prims/select.ts";
import { type DType, isComplex, isFloating, isInexact } from "../types/dtype.ts";
import { readArguments, type Trailing } from "./arguments.ts";
import { choosing, constant } from "./operand.ts";

const one = (x: ArrayArg, name: string): NDArray => promoteDTypes(name, x)[0]!;

const { NEGATIVE_INFINITY, POSITIVE_INFINITY } = Number;

/** Bits of mantissa and exponent, without the sign. */
function layoutOf(dtype: DType): { readonly mantissa: number; readonly bias: number; readonly smallest: number } {
  switch (dtype) {
    case "float64":
      return { mantissa: 52, bias: 1023, smallest: 2 ** -1074 };
    case "float16":
      return { mantissa: 10, bias: 15, smallest: 2 ** -24 };
    case "bfloat16":
      return { mantissa: 7, bias: 127, smallest: 2 ** -133 };
    default:
      return { mantissa: 23, bias: 127, smallest: 2 ** -149 };
  }
}

/** A constant of the integers that hold a float's bits. */
const bitConstant = (value: number, dtype: DType): NDArray =>
  constant(dtype === "int64" ? BigInt(value) : value, dtype);

const infinity = (dtype: DType, value: number = POSITIVE_INFINITY): NDArray => constant(value, dtype);

/** A float operand; integers and booleans are left alone, since rounding does not change them. */
function rounded(name: string, x: ArrayArg, round: (x: NDArray) => NDArray): NDArray {
  const a = one(x, name);
  return isInexact(a.aval.dtype) ? round(a) : a;
}

/**
 * The largest integer not above x, as a float; integers stay as they are. The derivative is 0.
 * @example jnp.floor(jnp.array([1.7, -0.5])) // [ 1. -1.]
 */
export function floor(x: ArrayArg): NDArray {
  return rounded("floor", x, rounding.floor);
}

/**
 * The smallest integer not below x, as a float; integers stay as they are. The derivative is 0.
 * @example jnp.ceil(jnp.array([1.2, -0.5])) // [ 2. -0.]
 */
export function ceil(x: ArrayArg): NDArray {
  return rounded("ceil", x, rounding.ceil);
}

/**
 * The integer between 0 and x that is nearest to x; integers stay as they are. The derivative is 0.
 * @example jnp.trunc(jnp.array([1.7, -1.7])) // [ 1. -1.]
 */
export function trunc(x: ArrayArg): NDArray {
  return rounded("trunc", x, (a) => choosing(lt(a, constant(0, a.aval.dtype)), rounding.ceil(a), rounding.floor(a)));
}

export { trunc as fix };

/**
 * The nearest integer as a float, halves to the even one. Integers and booleans become floats. The derivative is 0.
 * @example jnp.rint(jnp.array([0.5, 1.5, 2.3])) // [0. 2. 2.]
 */
export function rint(x: ArrayArg): NDArray {
  const a = one(x, "rint");
  if (!isInexact(a.aval.dtype)) return cast(a, defaultFloat());
  return rounding.round(a, { roundingMethod: "TO_NEAREST_EVEN" });
}

/**
 * x rounded to so many decimals, halves to the even digit; a negative number of them rounds before the point. Integers stay
 * as they are. The derivative is 0.
 * @throws DTypeError for negative decimals of integers.
 * @example jnp.round(jnp.array([1.25, 2.5]), 1) // [1.2 2.5]
 */
export function round(x: ArrayArg, ...args: Trailing<[decimals: number], { readonly decimals?: number }>): NDArray {
  return roundTo(x, readArguments<{ readonly decimals?: number }>("round", args, ["decimals"]).decimals);
}

export { round as around };

/**
 * Fraction and integer part, both with the sign of x. x = fraction + integer.
 * @example const [fraction, whole] = jnp.modf(jnp.array([2.25, -2.25])); // [0.25 -0.25], [2. -2.]
 */
export function modf(x: ArrayArg): [fraction: NDArray, whole: NDArray] {
  const a = promoteInexact("modf", x)[0]!;
  const whole = choosing(ge(a, constant(0, a.aval.dtype)), rounding.floor(a), rounding.ceil(a));
  return [sub(a, whole), whole];
}

/** |x| as a float. @example jnp.fabs(jnp.array([-1, 2], { dtype: "int32" })) // [1. 2.] */
export function fabs(x: ArrayArg): NDArray {
  const a = promoteInexact("fabs", x)[0]!;
  checkAccepted("fabs", floating, a.aval);
  return abs(a);
}

function allOf(x: NDArray, value: boolean): NDArray {
  const same = eq(x, x);
  return value ? or(same, constant(true, "bool")) : and(same, constant(false, "bool"));
}

/** Which elements are NaN; none for integers. @example jnp.isnan(jnp.array([NaN, 1])) // [ True False] */
export function isnan(x: ArrayArg): NDArray {
  const a = asArray(x, "isnan");
  return ne(a, a);
}

/** Which elements are neither infinite nor NaN. @example jnp.isfinite(jnp.array([Infinity, 1])) // [False  True] */
export function isfinite(x: ArrayArg): NDArray {
  const a = asArray(x, "isfinite");
  if (isComplex(a.aval.dtype)) return and(isfinite(realPart(a)), isfinite(imaginaryPart(a)));
  return isFloating(a.aval.dtype) ? rounding.isFinite(a) : allOf(a, true);
}

/** Which elements are infinite, of either sign. @example jnp.isinf(jnp.array([-Infinity, 1])) // [ True False] */
export function isinf(x: ArrayArg): NDArray {
  const a = asArray(x, "isinf");
  if (isComplex(a.aval.dtype)) return or(isinf(realPart(a)), isinf(imaginaryPart(a)));
  return isFloating(a.aval.dtype) ? eq(abs(a), infinity(a.aval.dtype)) : allOf(a, false);
}

/** Which elements are +infinity. @example jnp.isposinf(jnp.array([-Infinity, Infinity])) // [False  True] */
export function isposinf(x: ArrayArg): NDArray {
  const a = asArray(x, "isposinf");
  checkAccepted("isposinf", ordered, a.aval);
  return isFloating(a.aval.dtype) ? eq(a, infinity(a.aval.dtype)) : allOf(a, false);
}

/** Which elements are -infinity. @example jnp.isneginf(jnp.array([-Infinity, Infinity])) // [ True False] */
export function isneginf(x: ArrayArg): NDArray {
  const a = asArray(x, "isneginf");
  checkAccepted("isneginf", ordered, a.aval);
  return isFloating(a.aval.dtype) ? eq(a, infinity(a.aval.dtype, NEGATIVE_INFINITY)) : allOf(a, false);
}

/**
 * Whether the sign is negative: for floats the sign bit, so that it holds for -0 and not for 0.
 * @throws DTypeError for complex numbers.
 * @example jnp.signbit(jnp.array([-0, 0, -1])) // [ True False  True]
 */
export function signbit(x: ArrayArg): NDArray {
  const a = one(x, "signbit");
  const { dtype } = a.aval;
  checkAccepted("signbit", ordered, a.aval);
  if (dtype === "bool") return allOf(a, false);
  if (!isFloating(dtype)) return lt(a, constant(0, dtype));
  const bits = bitsDType(dtype);
  return lt(bitcastConvertType(a, { newDtype: bits }), bitConstant(0, bits));
}

/**
 * |x1| with the sign of x2, also that of a zero.
 * @throws ShapeError if the shapes do not broadcast.
 * @example jnp.copysign(jnp.array([1, 2]), -1) // [-1. -2.]
 */
export function copysign(x1: ArrayArg, x2: ArrayArg): NDArray {
  const [x, y] = promoteArgsInexact("copysign", x1, x2) as [NDArray, NDArray];
  checkAccepted("copysign", floating, x.aval);
  const length = abs(x);
  return choosing(signbit(y), neg(length), length);
}

/**
 * The next floating point number after x in the direction of y; y where they are equal. Has no derivative.
 * @throws ShapeError if the shapes do not broadcast.
 * @example jnp.nextafter(1, 2) // 1.0000001
 */
export function nextafter(x: ArrayArg, y: ArrayArg): NDArray {
  const [a, b] = promoteArgsInexact("nextafter", x, y);
  return nextafterElements(a!, b!);
}

/**
 * The distance from x to the next number away from 0, with the sign of x; NaN for infinities.
 * @throws DTypeError for complex numbers.
 * @example jnp.spacing(1) // 1.1920929e-07
 */
export function spacing(x: ArrayArg): NDArray {
  const a = promoteInexact("spacing", x)[0]!;
  const { dtype } = a.aval;
  const limit = dtype === "float16" ? infinity(dtype) : copysign(infinity(dtype), a);
  const distance = sub(nextafterElements(a, limit), a);
  if (dtype === "float16") return distance;
  // A difference that is flushed to zero is the smallest number there is.
  const smallest = copysign(constant(layoutOf(dtype).smallest, dtype), a);
  return choosing(eq(distance, constant(0, dtype)), smallest, distance);
}

/** 2^n for integers n that are exponents of normal numbers, exactly. */
function powerOfTwo(n: NDArray, dtype: DType): NDArray {
  const { mantissa, bias } = layoutOf(dtype);
  const bits = n.aval.dtype;
  return bitcastConvertType(shiftLeft(add(n, bitConstant(bias, bits)), bitConstant(mantissa, bits)), {
    newDtype: dtype,
  });
}

/**
 * Mantissa and exponent: x = mantissa 2^exponent with |mantissa| in [0.5, 1); exponents are int32. Zeros, infinities and
 * NaN are their own mantissa, with exponent 0. The derivative of the mantissa is 2^-exponent.
 * @throws DTypeError for complex numbers.
 * @example const [mantissa, exponent] = jnp.frexp(jnp.array([1, 6])); // [0.5  0.75], [1 3]
 */
export function frexp(x: ArrayArg): [mantissa: NDArray, exponent: NDArray] {
  const a = promoteInexact("frexp", x)[0]!;
  const { dtype } = a.aval;
  checkAccepted("frexp", floating, a.aval);
  const { mantissa, bias } = layoutOf(dtype);
  const bits = bitsDType(dtype);
  const zero = constant(0, dtype);

  // Subnormal numbers have no exponent of their own: they are scaled into the range of the others.
  const isSmall = lt(abs(a), constant(2 ** (1 - bias), dtype));
  const scaled = choosing(isSmall, mul(a, constant(2 ** mantissa, dtype)), a);
  const field = and(
    shiftRightArithmetic(bitcastConvertType(scaled, { newDtype: bits }), bitConstant(mantissa, bits)),
    bitConstant(2 * bias + 1, bits),
  );
  const shift = choosing(isSmall, bitConstant(bias - 1 + mantissa, bits), bitConstant(bias - 1, bits));
  const special = or(eq(a, zero), eq(rounding.isFinite(a), constant(false, "bool")));
  const exponent = choosing(special, bitConstant(0, bits), sub(field, shift));
  return [scaledByPower(a, neg(exponent), 2), cast(exponent, "int32")];
}

/** x 2^n, in so many factors that each is a normal number. */
function scaledByPower(x: NDArray, n: NDArray, factors: number): NDArray {
  const bits = n.aval.dtype;
  let result = x;
  let rest = n;
  for (let left = factors; left > 1; left--) {
    const part =
      left === 2 ? shiftRightArithmetic(rest, bitConstant(1, bits)) : shiftRightArithmetic(rest, bitConstant(2, bits));
    result = mul(result, powerOfTwo(part, x.aval.dtype));
    rest = sub(rest, part);
  }
  return mul(result, powerOfTwo(rest, x.aval.dtype));
}

/**
 * x1 2^x2 for integers x2, the inverse of `frexp`.
 * @throws DTypeError unless x1 is real and x2 integral. @throws ShapeError if the shapes do not broadcast.
 * @example jnp.ldexp(jnp.array([0.5, 0.75]), jnp.array([1, 3], { dtype: "int32" })) // [1. 6.]
 */
export function ldexp(x1: ArrayArg, x2: ArrayArg): NDArray {
  const x = promoteInexact("ldexp", x1)[0]!;
  const n = typeof x2 === "number" && Number.isInteger(x2) ? constant(x2, "int32") : asArray(x2, "ldexp", 1);
  if (!isFloating(x.aval.dtype) || isInexact(n.aval.dtype)) {
    throw new DTypeError({
      what: `ldexp not supported for input types (${x.aval.dtype}, ${n.aval.dtype})`,
      fix: 'give the exponents as integers: n.astype("int32")',
    });
  }
  const { dtype } = x.aval;
  const bits = bitsDType(dtype);
  // Beyond this every number has become infinite or zero.
  const limit = 4 * (layoutOf(dtype).bias - 1);
  const wide = cast(clamp(constant(-limit, "int32"), cast(n, "int32"), constant(limit, "int32")), bits);
  const [a, b] = promoteShapes("ldexp", x, wide);
  return scaledByPower(a!, b!, 4);
}

/** x itself, for symmetry with `negative`. @example jnp.positive(jnp.array([1, -1])) // [ 1. -1.] */
export function positive(x: ArrayArg): NDArray {
  return one(x, "positive");
}
