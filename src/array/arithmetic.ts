/**
 * Arithmetic on arrays and numbers, element by element, with promotion and broadcasting: NumPy's functions, JAX's results.
 * They stand behind the methods of NDArray and under their NumPy names in `numpy`.
 */
import { scalar, scalarLike } from "../core/constant.ts";
import { isNDArray, type NDArray } from "../core/ndarray.ts";
import { getExecutor, isConcrete } from "../core/trace.ts";
import { DTypeError } from "../errors/index.ts";
import * as p from "../prims/arithmetic.ts";
import { and, or, shiftRightLogical } from "../prims/bitwise.ts";
import { eq, lt, ne } from "../prims/compare.ts";
import * as e from "../prims/exponential.ts";
import { tanh as tanhPrimitive } from "../prims/hyperbolic.ts";
import { round as roundPrimitive } from "../prims/rounding.ts";
import { selectN } from "../prims/select.ts";
import { dtypeKind, isComplex, isInexact, isInteger } from "../types/dtype.ts";
import { onParts } from "./complex.ts";
import { type ArrayArg, asArray, cast } from "./convert.ts";
import { promoteArgs, promoteArgsInexact, promoteArgsNumeric, promoteShapes } from "./promotion.ts";

type Pair = readonly [NDArray, NDArray];

const isBool = (x: NDArray): boolean => x.aval.dtype === "bool";

/** `yes` where the condition holds, else `no`; a number takes the dtype of `like`. */
function choose(condition: NDArray, yes: NDArray | number, no: NDArray | number, like: NDArray): NDArray {
  const lift = (x: NDArray | number): NDArray => (typeof x === "number" ? scalar(x, like.aval.dtype) : x);
  return selectN([condition, lift(no), lift(yes)]);
}

/**
 * x + y; for booleans, whether either holds.
 * @throws ShapeError if the shapes do not broadcast. @throws ArgumentError for what is no array.
 * @example jnp.add(jnp.array([1, 2]), 10) // [11. 12.]
 */
export function add(x: ArrayArg, y: ArrayArg): NDArray {
  const [a, b] = promoteArgs("add", x, y) as unknown as Pair;
  return isBool(a) ? or(a, b) : p.add(a, b);
}

/**
 * x - y.
 * @throws DTypeError for booleans. @throws ShapeError if the shapes do not broadcast.
 * @example jnp.subtract(3, jnp.array([1, 2])) // [2. 1.]
 */
export function subtract(x: ArrayArg, y: ArrayArg): NDArray {
  const [a, b] = promoteArgs("subtract", x, y) as unknown as Pair;
  return p.sub(a, b);
}

/**
 * x y, element by element; for booleans, whether both hold.
 * @throws ShapeError if the shapes do not broadcast.
 * @example jnp.multiply(jnp.array([1, 2]), 3) // [3. 6.]
 */
export function multiply(x: ArrayArg, y: ArrayArg): NDArray {
  const [a, b] = promoteArgs("multiply", x, y) as unknown as Pair;
  return isBool(a) ? and(a, b) : p.mul(a, b);
}

/**
 * x / y. The result is floating point: integers are converted first.
 * @throws ShapeError if the shapes do not broadcast.
 * @example jnp.divide(jnp.array([1, 2], "int32"), 2) // [0.5 1. ]
 */
export function divide(x: ArrayArg, y: ArrayArg): NDArray {
  const [a, b] = promoteArgsInexact("divide", x, y) as unknown as Pair;
  return p.div(a, b);
}

/** Quotient and remainder of floats, Python's: the remainder has the sign of y, and is exact. */
function floatDivmod(x: NDArray, y: NDArray): [NDArray, NDArray] {
  const remainder = p.rem(x, y);
  const zero = scalar(0, y.aval.dtype);
  const quotient = p.div(choose(eq(y, zero), x, p.sub(x, remainder), x), y);
  const adjust = and(ne(remainder, zero), ne(p.sign(y), p.sign(remainder)));
  return [
    roundPrimitive(choose(adjust, p.sub(quotient, 1), quotient, quotient), { roundingMethod: "AWAY_FROM_ZERO" }),
    choose(adjust, p.add(remainder, y), remainder, remainder),
  ];
}

function refuseComplex(name: string, x: NDArray): void {
  if (!isComplex(x.aval.dtype)) return;
  throw new DTypeError({
    what: `${name} does not support complex-valued inputs`,
    fix: "use the real or imaginary part: jnp.real(x), jnp.imag(x)",
  });
}

function floorQuotient(a: NDArray, b: NDArray): NDArray {
  if (dtypeKind(a.aval.dtype) === "u") return p.div(a, b);
  if (!isInteger(a.aval.dtype)) return floatDivmod(a, b)[0];
  const quotient = p.div(a, b);
  const adjust = and(ne(p.sign(a), p.sign(b)), ne(p.rem(a, b), 0));
  return choose(adjust, p.sub(quotient, 1), quotient, quotient);
}

/**
 * The quotient of x and y rounded towards minus infinity: Python's `x // y`.
 * @throws DTypeError for complex numbers. @throws ShapeError if the shapes do not broadcast.
 * @example jnp.floorDivide(jnp.array([7, -7], "int32"), 2) // [ 3 -4]
 */
export function floorDivide(x: ArrayArg, y: ArrayArg): NDArray {
  const [a, b] = promoteArgsNumeric("floor_divide", x, y) as unknown as Pair;
  refuseComplex("floor_divide", a);
  return floorQuotient(a, b);
}

function signedRemainder(a: NDArray, b: NDArray): NDArray {
  const zero = scalar(0, a.aval.dtype);
  const divisor = isInteger(b.aval.dtype) ? choose(eq(b, zero), 1, b, b) : b;
  const remainder = p.rem(a, divisor);
  const adjust = and(ne(lt(remainder, zero), lt(divisor, zero)), ne(remainder, zero));
  return choose(adjust, p.add(remainder, divisor), remainder, remainder);
}

/**
 * The remainder of x / y with the sign of y: Python's `x % y`. For integers, x % 0 is 0.
 * @throws DTypeError for complex numbers. @throws ShapeError if the shapes do not broadcast.
 * @example jnp.remainder(jnp.array([7, -7], "int32"), 3) // [1 2]
 */
export function remainder(x: ArrayArg, y: ArrayArg): NDArray {
  const [a, b] = promoteArgsNumeric("remainder", x, y) as unknown as Pair;
  refuseComplex("remainder", a);
  return signedRemainder(a, b);
}

/**
 * Quotient and remainder at once: `[floorDivide(x, y), remainder(x, y)]`.
 * @throws DTypeError for complex numbers. @throws ShapeError if the shapes do not broadcast.
 * @example jnp.divmod(jnp.array([7, -7]), 3) // [ 2. -3.], [1. 2.]
 */
export function divmod(x: ArrayArg, y: ArrayArg): [NDArray, NDArray] {
  const [a, b] = promoteArgsNumeric("divmod", x, y) as unknown as Pair;
  refuseComplex("divmod", a);
  return isInteger(a.aval.dtype) ? [floorQuotient(a, b), signedRemainder(a, b)] : floatDivmod(a, b);
}

/** An exponent that is a known integer, or undefined. */
function knownInteger(y: ArrayArg): number | undefined {
  if (typeof y === "number") return Number.isSafeInteger(y) && !Object.is(y, -0) ? y : undefined;
  if (typeof y === "bigint") return Number(y);
  if (!isNDArray(y) || y.aval.shape.length > 0 || !isInteger(y.aval.dtype) || !isConcrete(y)) return undefined;
  const value = getExecutor().scalar(y);
  return value === undefined ? undefined : Number(value);
}

/** Integers to integer powers, by squaring: six steps, since more would overflow for any base above 1. */
function integerToInteger(x: NDArray, y: NDArray): NDArray {
  let result = choose(and(eq(x, 0), ne(y, 0)), 0, 1, x);
  let factor = x;
  let exponent = y;
  for (let bit = 0; bit < 6; bit++) {
    result = choose(ne(and(exponent, scalar(1, y.aval.dtype)), 0), p.mul(result, factor), result, x);
    factor = p.mul(factor, factor);
    exponent = shiftRightLogical(exponent, scalar(1, y.aval.dtype));
  }
  return result;
}

/**
 * x to the power y.
 *
 * A whole number as exponent is applied by repeated squaring, whatever the dtype of x, so that `power(x, 2)` has the right
 * derivative at 0 and integers stay integers. An integer array as exponent of a float leaves the float's dtype alone.
 *
 * @throws DTypeError for integers to a negative number. @throws ShapeError if the shapes do not broadcast.
 * @example jnp.power(jnp.array([1, 2, 3]), 2) // [1. 4. 9.]
 */
export function power(x: ArrayArg, y: ArrayArg): NDArray {
  const exponent = knownInteger(y);
  if (exponent !== undefined) {
    // A number as base takes its dtype beside an array that is the exponent.
    const [base] =
      typeof x === "number" && isNDArray(y) ? promoteArgsNumeric("power", x, y) : promoteArgsNumeric("power", x);
    return p.integerPow(base!, { y: exponent });
  }
  const [a, b] = promoteArgsNumeric("power", x, y) as unknown as Pair;
  if (isInteger(a.aval.dtype)) return integerToInteger(a, b);
  const base = asArray(x, "power");
  if (isNDArray(y) && isInteger(y.aval.dtype) && isInexact(base.aval.dtype)) {
    // The exponent is not converted: the derivative with respect to the base then exists at 0.
    return p.pow(...(promoteShapes("power", base, y) as unknown as Pair));
  }
  return p.pow(a, b);
}

/** -x. @throws DTypeError for booleans. @example jnp.negative(jnp.array([1, -2])) // [-1.  2.] */
export function negative(x: ArrayArg): NDArray {
  return p.neg(promoteArgs("negative", x)[0]!);
}

/** |x|; of complex numbers the modulus, which is real. Booleans and unsigned integers stay as they are. @example jnp.abs(jnp.array([-1, 2])) // [1. 2.] */
export function absolute(x: ArrayArg): NDArray {
  const a = asArray(x, "absolute");
  return isBool(a) || dtypeKind(a.aval.dtype) === "u" ? a : p.abs(a);
}

/**
 * -1, 0 or 1, as x is negative, zero or positive; NaN stays NaN.
 * @example jnp.sign(jnp.array([-3, 0, 2])) // [-1.  0.  1.]
 */
export function sign(x: ArrayArg): NDArray {
  return p.sign(promoteArgs("sign", x)[0]!);
}

/**
 * The exponential function, e to the power x. Integers become floats.
 * @example jnp.exp(jnp.array([0, 1])) // [1.        2.7182817]
 */
export function exp(x: ArrayArg): NDArray {
  return e.exp(promoteArgsInexact("exp", x)[0]!);
}

/**
 * The natural logarithm: -inf at 0, NaN below. Integers become floats.
 * @example jnp.log(jnp.array([1, 2])) // [0.        0.6931472]
 */
export function log(x: ArrayArg): NDArray {
  return e.log(promoteArgsInexact("log", x)[0]!);
}

/**
 * The square root; NaN for negative numbers. Integers become floats.
 * @example jnp.sqrt(jnp.array([4, 9])) // [2. 3.]
 */
export function sqrt(x: ArrayArg): NDArray {
  return p.sqrt(promoteArgsInexact("sqrt", x)[0]!);
}

/** The hyperbolic tangent. Integers become floats. @example jnp.tanh(jnp.array([0, 1])) // [0.        0.7615942] */
export function tanh(x: ArrayArg): NDArray {
  return tanhPrimitive(promoteArgsInexact("tanh", x)[0]!);
}

/**
 * The larger of x and y, element by element; NaN if either is. Where they are equal, each gets half of the gradient.
 * @example jnp.maximum(jnp.array([1, 5]), 3) // [3. 5.]
 */
export function maximum(x: ArrayArg, y: ArrayArg): NDArray {
  const [a, b] = promoteArgs("maximum", x, y) as unknown as Pair;
  return p.max(a, b);
}

/**
 * The smaller of x and y, element by element; NaN if either is. Where they are equal, each gets half of the gradient.
 * @example jnp.minimum(jnp.array([1, 5]), 3) // [1. 3.]
 */
export function minimum(x: ArrayArg, y: ArrayArg): NDArray {
  const [a, b] = promoteArgs("minimum", x, y) as unknown as Pair;
  return p.min(a, b);
}

/**
 * x limited to the interval from `min` to `max`; either may be left out (undefined or null).
 * @throws DTypeError for complex numbers, which have no order.
 * @example jnp.clip(jnp.array([-1, 0.5, 2]), 0, 1) // [0.  0.5 1. ]
 */
export function clip(x: ArrayArg, min?: ArrayArg | null, max?: ArrayArg | null): NDArray {
  let result = asArray(x, "clip");
  for (const y of [result, min, max]) {
    if (isNDArray(y)) refuseComplex("clip", y);
  }
  if (min !== undefined && min !== null) result = maximum(min, result);
  if (max !== undefined && max !== null) result = minimum(max, result);
  return result;
}

const largest: { readonly [dtype: string]: number } = { float16: 4, bfloat16: 38, float32: 38, float64: 308 };

/**
 * x rounded to a number of decimals, halves to even; complex numbers part by part. Integers stay as they are.
 * @throws DTypeError for booleans, and for integers with negative `decimals`.
 * @example jnp.round(jnp.array([0.5, 1.5, 2.5])) // [0. 2. 2.]
 */
export function round(x: ArrayArg, decimals = 0): NDArray {
  const a = asArray(x, "round");
  const { dtype } = a.aval;
  if (!Number.isInteger(decimals)) {
    throw new DTypeError({
      what: `'decimals' argument of jnp.round must be an integer, got ${String(decimals)}`,
      fix: "pass a whole number",
    });
  }
  if (isInteger(dtype)) {
    if (decimals >= 0) return a;
    throw new DTypeError({
      what: "integer np.round not implemented for decimals < 0",
      fix: 'convert to floats first: x.astype("float32")',
    });
  }
  if (isComplex(dtype)) return onParts(a, (part) => round(part, decimals));
  if (!isInexact(dtype)) {
    throw new DTypeError({ what: `round does not accept dtype ${dtype}`, fix: "round real numbers" });
  }
  if (decimals > largest[dtype]!) return a;
  const nearest = { roundingMethod: "TO_NEAREST_EVEN" } as const;
  if (decimals === 0) return roundPrimitive(a, nearest);
  const wide = dtype === "float16" ? cast(a, "float32") : a;
  const factor = scalarLike(10 ** decimals, wide);
  return cast(p.div(roundPrimitive(p.mul(wide, factor), nearest), factor), dtype, a.aval.weakType);
}
