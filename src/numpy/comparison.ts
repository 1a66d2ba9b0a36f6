/** Logic on truth values, and comparison within tolerances. */

import { type ArrayArg, asArray, cast } from "../array/convert.ts";
import { promoteArgs, promoteArgsInexact } from "../array/promotion.ts";
import { all } from "../array/reduction.ts";
import type { NDArray } from "../core/ndarray.ts";
import type { Binary } from "../core/primitive.ts";
import { isConcrete, rootTrace, withTrace } from "../core/trace.ts";
import { ShapeError, TracerBoolConversionError } from "../errors/index.ts";
import { abs, add, mul, sub } from "../prims/arithmetic.ts";
import { and, not, or, xor } from "../prims/bitwise.ts";
import { eq, le } from "../prims/compare.ts";
import { peek } from "../runtime/array.ts";
import { formatAval } from "../types/aval.ts";
import { realDType } from "../types/dtype.ts";
import { broadcastShapes, equalShapes } from "../types/shape.ts";
import { readArguments, type Trailing } from "./arguments.ts";
import { isfinite, isnan } from "./floats.ts";
import { truth } from "./operand.ts";

function logical(name: string, primitive: Binary, x: ArrayArg, y: ArrayArg): NDArray {
  const [a, b] = promoteArgs(name, x, y) as [NDArray, NDArray];
  return primitive(truth(a), truth(b));
}

/**
 * Whether both hold: numbers count as true unless they are 0.
 * @throws ShapeError if the shapes do not broadcast.
 * @example jnp.logicalAnd(x.greater(0), x.less(1))
 */
export function logicalAnd(x: ArrayArg, y: ArrayArg): NDArray {
  return logical("logicalAnd", and, x, y);
}

/** Whether one or both hold. @throws ShapeError if the shapes do not broadcast. @example jnp.logicalOr(p, q) */
export function logicalOr(x: ArrayArg, y: ArrayArg): NDArray {
  return logical("logicalOr", or, x, y);
}

/** Whether just one holds. @throws ShapeError if the shapes do not broadcast. @example jnp.logicalXor(p, q) */
export function logicalXor(x: ArrayArg, y: ArrayArg): NDArray {
  return logical("logicalXor", xor, x, y);
}

/** Whether it does not hold: true for 0 and false. @example jnp.logicalNot(jnp.array([0, 2])) // [ True False] */
export function logicalNot(x: ArrayArg): NDArray {
  return not(truth(promoteArgs("logicalNot", x)[0]!));
}

/** Options of `isclose` and `allclose`. */
export interface CloseOptions {
  /** Tolerance relative to |b|. Default 1e-5. */
  readonly rtol?: ArrayArg;
  /** Absolute tolerance. Default 1e-8. */
  readonly atol?: ArrayArg;
  /** Whether NaN equals NaN. Default false. */
  readonly equalNan?: boolean;
}

type CloseArguments = Trailing<[rtol: ArrayArg, atol: ArrayArg, equalNan: boolean], CloseOptions>;

function close(caller: string, x: ArrayArg, y: ArrayArg, args: readonly unknown[]): NDArray {
  const {
    rtol = 1e-5,
    atol = 1e-8,
    equalNan = false,
  } = readArguments<CloseOptions>(caller, args, ["rtol", "atol", "equalNan"]);
  const [a, b] = promoteArgsInexact(caller, x, y) as [NDArray, NDArray];
  const dtype = realDType(b.aval.dtype);
  const tolerance = (t: ArrayArg): NDArray => cast(asArray(t, caller), dtype);
  const bound = add(tolerance(atol), mul(tolerance(rtol), abs(b)));
  const near = and(isfinite(b), le(abs(sub(a, b)), bound));
  const result = or(eq(a, b), near);
  return equalNan ? or(result, and(isnan(a), isnan(b))) : result;
}

/**
 * Element by element, whether |a - b| <= atol + rtol |b|. Infinities equal themselves only.
 * @throws ShapeError if the shapes do not broadcast.
 * @example jnp.isclose(jnp.array([1, 2]), jnp.array([1.000001, 2.1])) // [ True False]
 */
export function isclose(a: ArrayArg, b: ArrayArg, ...args: CloseArguments): NDArray {
  return close("isclose", a, b, args);
}

/** The truth of a boolean array of rank 0 computed from operands that must be known. */
function decide(name: string, instead: string, operands: readonly NDArray[], compute: () => NDArray): boolean {
  const traced = operands.find((x) => !isConcrete(x));
  if (traced !== undefined) {
    throw new TracerBoolConversionError({
      what: `jnp.${name} returns a JavaScript boolean, which a traced array with shape ${formatAval(traced.aval)} does not have`,
      fix: `use ${instead} for the answer as an array`,
    });
  }
  return withTrace(rootTrace, () => Number(peek(compute())[0]) !== 0);
}

/**
 * Whether all elements are close, as a JavaScript boolean, so that it can stand in `if` and `assert`.
 * @throws TracerBoolConversionError for traced arrays: use `jnp.isclose(a, b).all()`. @throws ShapeError if the shapes do
 * not broadcast.
 * @example assert(jnp.allclose(x, y, { atol: 1e-6 }));
 */
export function allclose(a: ArrayArg, b: ArrayArg, ...args: CloseArguments): boolean {
  const [x, y] = [asArray(a, "allclose"), asArray(b, "allclose", 1)];
  return decide("allclose", "jnp.isclose(a, b).all()", [x, y], () => all(close("allclose", x, y, args)));
}

/** Options of `arrayEqual`. */
export interface ArrayEqualOptions {
  /** Whether NaN equals NaN. Default false. */
  readonly equalNan?: boolean;
}

/**
 * Whether two arrays have the same shape and elements, as a JavaScript boolean.
 * @throws TracerBoolConversionError for traced arrays of one shape: use `jnp.equal(a, b).all()`.
 * @example jnp.arrayEqual(jnp.array([1, 2]), jnp.array([1, 2])) // true
 */
export function arrayEqual(
  a1: ArrayArg,
  a2: ArrayArg,
  ...args: Trailing<[equalNan: boolean], ArrayEqualOptions>
): boolean {
  const { equalNan = false } = readArguments<ArrayEqualOptions>("arrayEqual", args, ["equalNan"]);
  const [x, y] = [asArray(a1, "arrayEqual"), asArray(a2, "arrayEqual", 1)];
  if (!equalShapes(x.aval.shape, y.aval.shape)) return false;
  return decide("arrayEqual", "jnp.equal(a, b).all()", [x, y], () => {
    const [a, b] = promoteArgs("arrayEqual", x, y) as [NDArray, NDArray];
    return all(equalNan ? or(eq(a, b), and(isnan(a), isnan(b))) : eq(a, b));
  });
}

/**
 * Whether two arrays have the same elements once they are broadcast to one shape, as a JavaScript boolean; false if they
 * do not broadcast.
 * @throws TracerBoolConversionError for traced arrays: use `jnp.equal(a, b).all()`.
 * @example jnp.arrayEquiv(jnp.array([1, 1]), jnp.array([1])) // true
 */
export function arrayEquiv(a1: ArrayArg, a2: ArrayArg): boolean {
  const [x, y] = [asArray(a1, "arrayEquiv"), asArray(a2, "arrayEquiv", 1)];
  try {
    broadcastShapes(x.aval.shape, y.aval.shape);
  } catch (error) {
    if (error instanceof ShapeError) return false;
    throw error;
  }
  return decide("arrayEquiv", "jnp.equal(a, b).all()", [x, y], () => {
    const [a, b] = promoteArgs("arrayEquiv", x, y) as [NDArray, NDArray];
    return all(eq(a, b));
  });
}
