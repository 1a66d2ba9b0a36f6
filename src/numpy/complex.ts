/** Complex numbers: their parts, conjugate and angle, and which are real. All take real numbers too. */
import { conjugated, imaginaryPart, realPart } from "../array/complex.ts";
import { type ArrayArg, asArray } from "../array/convert.ts";
import { promoteInexact } from "../array/promotion.ts";
import type { NDArray } from "../core/ndarray.ts";
import { mul } from "../prims/arithmetic.ts";
import { eq, ne } from "../prims/compare.ts";
import { atan2 } from "../prims/trigonometric.ts";
import { readArguments, type Trailing } from "./arguments.ts";
import { constant } from "./operand.ts";

/** The real part: x itself, for real numbers. @example jnp.real(jnp.array([{ re: 1, im: 2 }])) // [1.] */
export function real(x: ArrayArg): NDArray {
  return realPart(asArray(x, "real"));
}

/** The imaginary part: zeros, for real numbers. @example jnp.imag(jnp.array([{ re: 1, im: 2 }])) // [2.] */
export function imag(x: ArrayArg): NDArray {
  return imaginaryPart(asArray(x, "imag"));
}

/** The complex conjugate: x itself, for real numbers. @example jnp.conj(jnp.array([{ re: 1, im: 2 }])) // [1.-2.j] */
export function conjugate(x: ArrayArg): NDArray {
  return conjugated(asArray(x, "conjugate"));
}

export { conjugate as conj };

/**
 * The angle of a number as a point in the complex plane, from -pi to pi (-180 to 180 with `deg`): for real numbers 0 where
 * they are positive, pi where they are negative or -0, NaN for NaN.
 * @example jnp.angle(jnp.array([{ re: 0, im: 1 }, -1])) // [1.5707964 3.1415927]
 */
export function angle(x: ArrayArg, ...args: Trailing<[deg: boolean], { readonly deg?: boolean }>): NDArray {
  const { deg = false } = readArguments<{ readonly deg?: boolean }>("angle", args, ["deg"]);
  const a = promoteInexact("angle", x)[0]!;
  const result = atan2(imaginaryPart(a), realPart(a));
  return deg ? mul(result, constant(180 / Math.PI, result.aval.dtype)) : result;
}

/** Which elements have an imaginary part. @example jnp.iscomplex(jnp.array([{ re: 1, im: 2 }, 3])) // [ True False] */
export function iscomplex(x: ArrayArg): NDArray {
  const part = imaginaryPart(asArray(x, "iscomplex"));
  return ne(part, constant(0, part.aval.dtype));
}

/** Which elements have no imaginary part. @example jnp.isreal(jnp.array([{ re: 1, im: 2 }, 3])) // [False  True] */
export function isreal(x: ArrayArg): NDArray {
  const part = imaginaryPart(asArray(x, "isreal"));
  return eq(part, constant(0, part.aval.dtype));
}
