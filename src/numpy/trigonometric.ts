/** Trigonometric and hyperbolic functions, angles, `hypot` and `sinc`. In: arrays or numbers; out: floats. */
import type { ArrayArg } from "../array/convert.ts";
import { promoteArgsInexact, promoteInexact } from "../array/promotion.ts";
import type { NDArray } from "../core/ndarray.ts";
import type { Unary } from "../core/primitive.ts";
import { abs, add, div, max, min, mul, sqrt, square } from "../prims/arithmetic.ts";
import { or } from "../prims/bitwise.ts";
import { eq } from "../prims/compare.ts";
import * as hyperbolic from "../prims/hyperbolic.ts";
import { checkAccepted, floating } from "../prims/rules.ts";
import * as trigonometric from "../prims/trigonometric.ts";
import { choosing, constant } from "./operand.ts";

const apply = (name: string, primitive: Unary, x: ArrayArg): NDArray => primitive(promoteInexact(name, x)[0]!);

/**
 * The sine of an angle in radians. Integers and booleans become floats; so in all functions of this file.
 * @example jnp.sin(jnp.array([0, Math.PI / 2])) // [0. 1.]
 */
export function sin(x: ArrayArg): NDArray {
  return apply("sin", trigonometric.sin, x);
}

/** The cosine of an angle in radians. @example jnp.cos(0) // 1.0 */
export function cos(x: ArrayArg): NDArray {
  return apply("cos", trigonometric.cos, x);
}

/** The tangent of an angle in radians. @example jnp.tan(0) // 0.0 */
export function tan(x: ArrayArg): NDArray {
  return apply("tan", trigonometric.tan, x);
}

/** The angle in [-pi/2, pi/2] whose sine is x; NaN outside of [-1, 1]. @example jnp.arcsin(1) // 1.5707964 */
export function arcsin(x: ArrayArg): NDArray {
  return apply("arcsin", trigonometric.asin, x);
}

/** The angle in [0, pi] whose cosine is x; NaN outside of [-1, 1]. @example jnp.arccos(1) // 0.0 */
export function arccos(x: ArrayArg): NDArray {
  return apply("arccos", trigonometric.acos, x);
}

/** The angle in [-pi/2, pi/2] whose tangent is x. @example jnp.arctan(1) // 0.7853982 */
export function arctan(x: ArrayArg): NDArray {
  return apply("arctan", trigonometric.atan, x);
}

/**
 * The angle in [-pi, pi] of the point (x2, x1), whose signs choose the quadrant.
 * @throws ShapeError if the shapes do not broadcast.
 * @example jnp.arctan2(1, -1) // 2.3561945
 */
export function arctan2(x1: ArrayArg, x2: ArrayArg): NDArray {
  const [y, x] = promoteArgsInexact("arctan2", x1, x2);
  return trigonometric.atan2(y!, x!);
}

/** The hyperbolic sine, (exp(x) - exp(-x)) / 2. @example jnp.sinh(0) // 0.0 */
export function sinh(x: ArrayArg): NDArray {
  return apply("sinh", hyperbolic.sinh, x);
}

/** The hyperbolic cosine, (exp(x) + exp(-x)) / 2. @example jnp.cosh(0) // 1.0 */
export function cosh(x: ArrayArg): NDArray {
  return apply("cosh", hyperbolic.cosh, x);
}

/** The inverse of `sinh`. @example jnp.arcsinh(0) // 0.0 */
export function arcsinh(x: ArrayArg): NDArray {
  return apply("arcsinh", hyperbolic.asinh, x);
}

/** The inverse of `cosh`, non-negative; NaN below 1. @example jnp.arccosh(1) // 0.0 */
export function arccosh(x: ArrayArg): NDArray {
  return apply("arccosh", hyperbolic.acosh, x);
}

/** The inverse of `tanh`; infinite at -1 and 1, NaN outside. @example jnp.arctanh(0.5) // 0.54930615 */
export function arctanh(x: ArrayArg): NDArray {
  return apply("arctanh", hyperbolic.atanh, x);
}

export {
  arccos as acos,
  arccosh as acosh,
  arcsin as asin,
  arcsinh as asinh,
  arctan as atan,
  arctan2 as atan2,
  arctanh as atanh,
};

/**
 * The length sqrt(x1^2 + x2^2), without overflow between.
 * @throws ShapeError if the shapes do not broadcast.
 * @example jnp.hypot(3, 4) // 5.0
 */
export function hypot(x1: ArrayArg, x2: ArrayArg): NDArray {
  const sides = promoteArgsInexact("hypot", x1, x2);
  checkAccepted("hypot", floating, sides[0]!.aval);
  const [x, y] = sides.map(abs) as [NDArray, NDArray];
  const { dtype } = x.aval;
  const infinite = constant(Number.POSITIVE_INFINITY, dtype);
  const longer = max(x, y);
  const atOrigin = eq(longer, constant(0, dtype));
  const ratio = div(min(x, y), choosing(atOrigin, constant(1, dtype), longer));
  const length = choosing(atOrigin, longer, mul(longer, sqrt(add(constant(1, dtype), square(ratio)))));
  return choosing(or(eq(x, infinite), eq(y, infinite)), infinite, length);
}

/** Degrees to radians: x pi / 180. @example jnp.deg2rad(180) // 3.1415927 */
export function deg2rad(x: ArrayArg): NDArray {
  const a = promoteInexact("deg2rad", x)[0]!;
  return mul(a, constant(Math.PI / 180, a.aval.dtype));
}

/** Radians to degrees: x 180 / pi. @example jnp.rad2deg(Math.PI) // 180.0 */
export function rad2deg(x: ArrayArg): NDArray {
  const a = promoteInexact("rad2deg", x)[0]!;
  return mul(a, constant(180 / Math.PI, a.aval.dtype));
}

export { deg2rad as radians, rad2deg as degrees };
