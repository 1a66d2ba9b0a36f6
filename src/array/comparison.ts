/** Comparisons and bitwise logic, element by element, with promotion and broadcasting. */
import type { NDArray } from "../core/ndarray.ts";
import type { Binary } from "../core/primitive.ts";
import * as bits from "../prims/bitwise.ts";
import { eq, ge, gt, le, lt, ne } from "../prims/compare.ts";
import { imag, real } from "../prims/complex.ts";
import { selectN } from "../prims/select.ts";
import { isComplex } from "../types/dtype.ts";
import type { ArrayArg } from "./convert.ts";
import { promoteArgs } from "./promotion.ts";

function apply(name: string, primitive: Binary, x: ArrayArg, y: ArrayArg): NDArray {
  const [a, b] = promoteArgs(name, x, y);
  return primitive(a!, b!);
}

/** The same for an order. Complex numbers are compared by their real parts, and where those are equal by the imaginary ones. */
function ordered(name: string, primitive: Binary, x: ArrayArg, y: ArrayArg): NDArray {
  const [a, b] = promoteArgs(name, x, y) as [NDArray, NDArray];
  if (!isComplex(a.aval.dtype)) return primitive(a, b);
  return selectN([eq(real(a), real(b)), primitive(real(a), real(b)), primitive(imag(a), imag(b))]);
}

/**
 * Whether x equals y, element by element. NaN equals nothing. @throws ShapeError if the shapes do not broadcast.
 * @example jnp.equal(jnp.array([1, 2]), 2) // [False  True]
 */
export function equal(x: ArrayArg, y: ArrayArg): NDArray {
  return apply("equal", eq, x, y);
}

/**
 * Whether x differs from y, element by element. @throws ShapeError if the shapes do not broadcast.
 * @example jnp.notEqual(jnp.array([1, 2]), 2) // [ True False]
 */
export function notEqual(x: ArrayArg, y: ArrayArg): NDArray {
  return apply("not_equal", ne, x, y);
}

/**
 * Whether x < y, element by element. @throws ShapeError if the shapes do not broadcast.
 * @example jnp.less(jnp.array([1, 2]), 2) // [ True False]
 */
export function less(x: ArrayArg, y: ArrayArg): NDArray {
  return ordered("less", lt, x, y);
}

/**
 * Whether x <= y, element by element. @throws ShapeError if the shapes do not broadcast.
 * @example jnp.lessEqual(jnp.array([1, 2]), 2) // [ True  True]
 */
export function lessEqual(x: ArrayArg, y: ArrayArg): NDArray {
  return ordered("less_equal", le, x, y);
}

/**
 * Whether x > y, element by element. @throws ShapeError if the shapes do not broadcast.
 * @example jnp.greater(jnp.array([1, 2]), 1) // [False  True]
 */
export function greater(x: ArrayArg, y: ArrayArg): NDArray {
  return ordered("greater", gt, x, y);
}

/**
 * Whether x >= y, element by element. @throws ShapeError if the shapes do not broadcast.
 * @example jnp.greaterEqual(jnp.array([1, 2]), 2) // [False  True]
 */
export function greaterEqual(x: ArrayArg, y: ArrayArg): NDArray {
  return ordered("greater_equal", ge, x, y);
}

/**
 * Bitwise and of integers, logical and of booleans: Python's `x & y`. @throws DTypeError for floats.
 * @example jnp.bitwiseAnd(jnp.array([true, true]), jnp.array([true, false])) // [ True False]
 */
export function bitwiseAnd(x: ArrayArg, y: ArrayArg): NDArray {
  return apply("bitwise_and", bits.and, x, y);
}

/**
 * Bitwise or of integers, logical or of booleans: Python's `x | y`. @throws DTypeError for floats.
 * @example jnp.bitwiseOr(jnp.array([true, false]), jnp.array([false, false])) // [ True False]
 */
export function bitwiseOr(x: ArrayArg, y: ArrayArg): NDArray {
  return apply("bitwise_or", bits.or, x, y);
}

/**
 * Exclusive or of integers (bit by bit) or booleans: Python's `x ^ y`. @throws DTypeError for floats.
 * @example jnp.bitwiseXor(jnp.array([true, true]), jnp.array([true, false])) // [False  True]
 */
export function bitwiseXor(x: ArrayArg, y: ArrayArg): NDArray {
  return apply("bitwise_xor", bits.xor, x, y);
}

/**
 * Bitwise not of integers, logical not of booleans: Python's `~x`. @throws DTypeError for floats.
 * @example jnp.bitwiseNot(jnp.array([true, false])) // [False  True]
 */
export function bitwiseNot(x: ArrayArg): NDArray {
  return bits.not(promoteArgs("bitwise_not", x)[0]!);
}
