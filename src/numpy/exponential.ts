/** Powers, exponentials and logarithms, element by element. In: arrays or numbers; out: floats of the promoted dtype. */
import type { ArrayArg } from "../array/convert.ts";
import { promoteArgsInexact, promoteInexact, promoteNumeric } from "../array/promotion.ts";
import type { NDArray } from "../core/ndarray.ts";
import * as arithmetic from "../prims/arithmetic.ts";
import * as exponential from "../prims/exponential.ts";
import { logaddexp2Elements, logaddexpElements } from "./logaddexp.ts";
import { constant } from "./operand.ts";

const inexact = (name: string, x: ArrayArg): NDArray => promoteInexact(name, x)[0]!;

/**
 * 2 to the power x. Integers and booleans become floats; so in all functions of this file.
 * @example jnp.exp2(jnp.array([0, 1, 3])) // [1. 2. 8.]
 */
export function exp2(x: ArrayArg): NDArray {
  return exponential.exp2(inexact("exp2", x));
}

/**
 * exp(x) - 1, accurate where x is near 0.
 * @example jnp.expm1(1e-8) // 1e-08
 */
export function expm1(x: ArrayArg): NDArray {
  return exponential.expm1(inexact("expm1", x));
}

/**
 * log(1 + x), accurate where x is near 0; -inf at -1, NaN below.
 * @example jnp.log1p(1e-8) // 1e-08
 */
export function log1p(x: ArrayArg): NDArray {
  return exponential.log1p(inexact("log1p", x));
}

/**
 * The logarithm to base 2: log(x) / log(2).
 * @example jnp.log2(jnp.array([1, 2, 8])) // [0. 1. 3.]
 */
export function log2(x: ArrayArg): NDArray {
  const a = inexact("log2", x);
  return arithmetic.div(exponential.log(a), constant(Math.LN2, a.aval.dtype));
}

/**
 * The logarithm to base 10: log(x) / log(10).
 * @example jnp.log10(jnp.array([1, 10, 1000])) // [0. 1. 3.]
 */
export function log10(x: ArrayArg): NDArray {
  const a = inexact("log10", x);
  return arithmetic.mul(exponential.log(a), constant(Math.LOG10E, a.aval.dtype));
}

/**
 * log(exp(x1) + exp(x2)), without overflow. The gradient is softmax's, also where both are infinite of one sign: NaN.
 * @throws ShapeError if the shapes do not broadcast.
 * @example jnp.logaddexp(1000, 1000) // 1000.6931
 */
export function logaddexp(x1: ArrayArg, x2: ArrayArg): NDArray {
  const [a, b] = promoteArgsInexact("logaddexp", x1, x2);
  return logaddexpElements(a!, b!);
}

/**
 * log2(2^x1 + 2^x2), without overflow.
 * @throws ShapeError if the shapes do not broadcast.
 * @example jnp.logaddexp2(3, 3) // 4.0
 */
export function logaddexp2(x1: ArrayArg, x2: ArrayArg): NDArray {
  const [a, b] = promoteArgsInexact("logaddexp2", x1, x2);
  return logaddexp2Elements(a!, b!);
}

/**
 * x squared. Integers stay integers; booleans become int32.
 * @example jnp.square(jnp.array([1, -3])) // [1. 9.]
 */
export function square(x: ArrayArg): NDArray {
  return arithmetic.square(promoteNumeric("square", x)[0]!);
}

/**
 * The cube root, of negative numbers too.
 * @example jnp.cbrt(jnp.array([8, -27])) // [ 2. -3.]
 */
export function cbrt(x: ArrayArg): NDArray {
  return arithmetic.cbrt(inexact("cbrt", x));
}

/**
 * 1 / x.
 * @example jnp.reciprocal(jnp.array([2, 4])) // [0.5  0.25]
 */
export function reciprocal(x: ArrayArg): NDArray {
  return arithmetic.integerPow(inexact("reciprocal", x), { y: -1 });
}

/**
 * x to the power y in floating point: integers are converted first, unlike `power`.
 * @throws ShapeError if the shapes do not broadcast.
 * @example jnp.floatPower(jnp.array([2, 3], { dtype: "int32" }), -1) // [0.5 0.33333334]
 */
export function floatPower(x: ArrayArg, y: ArrayArg): NDArray {
  const [a, b] = promoteArgsInexact("floatPower", x, y);
  return arithmetic.pow(a!, b!);
}
