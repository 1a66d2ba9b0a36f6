/** Norms of vectors and matrices, and condition numbers. */
import { absolute, power, sqrt } from "../../array/arithmetic.ts";
import { squaredModulus } from "../../array/complex.ts";
import { type ArrayArg, cast, here } from "../../array/convert.ts";
import { any, max, min, sum } from "../../array/reduction.ts";
import { expandDims, moveaxis } from "../../array/shape.ts";
import { type Axis, staticAxes } from "../../array/static.ts";
import type { NDArray } from "../../core/ndarray.ts";
import { AxisError, checkOptions, OptionError, ShapeError } from "../../errors/index.ts";
import { div, mul } from "../../prims/arithmetic.ts";
import { and, not } from "../../prims/bitwise.ts";
import { where } from "../../prims/rules.ts";
import { sliceAlong } from "../../prims/slicing.ts";
import { isComplex, realDType } from "../../types/dtype.ts";
import { canonicalAxis, formatShape } from "../../types/shape.ts";
import { range } from "../../util/list.ts";
import { readArguments, type Trailing } from "../arguments.ts";
import { isNotANumber, shaped, truth } from "../operand.ts";
import { svdvals } from "./factors.ts";
import { inexact, matrices, requireSquare } from "./operand.ts";
import { inv } from "./solve.ts";

/** The order of a norm: a number (also Infinity and -Infinity), or for matrices "fro" and "nuc". */
export type NormOrder = number | "fro" | "nuc" | null;

/** Options of `norm`. */
export interface NormOptions {
  readonly ord?: NormOrder;
  /** One axis: norms of vectors; two: norms of matrices. Default: all of the array. */
  readonly axis?: Axis;
  /** Keep reduced axes with length 1. Default false. */
  readonly keepdims?: boolean;
}

const length = (x: NDArray, axis: readonly number[], keepdims: boolean): NDArray =>
  sqrt(sum(isComplex(x.aval.dtype) ? squaredModulus(x) : mul(x, x), axis, { keepdims }));

function vectorNormOf(x: NDArray, ord: NormOrder, axis: readonly number[], keepdims: boolean): NDArray {
  if (ord === null || ord === 2) return length(x, axis, keepdims);
  if (typeof ord !== "number") {
    throw new OptionError({
      what: `Invalid order '${ord}' for vector norm.`,
      where: here(),
      fix: "orders of vector norms are numbers, Infinity and -Infinity included",
    });
  }
  const sizes = absolute(x);
  if (ord === Number.POSITIVE_INFINITY) return max(sizes, axis, { keepdims, initial: 0 });
  if (ord === Number.NEGATIVE_INFINITY) return min(sizes, axis, { keepdims });
  if (ord === 0) return sum(cast(truth(x), realDType(x.aval.dtype)), axis, { keepdims });
  if (ord === 1) return sum(sizes, axis, { keepdims });
  return power(sum(power(sizes, ord), axis, { keepdims }), 1 / ord);
}

function matrixNormOf(x: NDArray, ord: NormOrder, rows: number, columns: number, keepdims: boolean): NDArray {
  if (ord === null || ord === "fro") return length(x, [rows, columns], keepdims);
  const kept = (y: NDArray): NDArray => (keepdims ? expandDims(y, [rows, columns]) : y);
  const moved = moveaxis(x, [rows, columns], [-2, -1]);
  switch (ord) {
    case 1:
    case Number.POSITIVE_INFINITY:
      return kept(max(sum(absolute(moved), ord === 1 ? -2 : -1), -1, { initial: 0 }));
    case -1:
    case Number.NEGATIVE_INFINITY:
      return kept(min(sum(absolute(moved), ord === -1 ? -2 : -1), -1));
    case 2:
      return kept(max(svdvals(moved), -1, { initial: 0 }));
    case -2:
      return kept(min(svdvals(moved), -1));
    case "nuc":
      return kept(sum(svdvals(moved), -1));
  }
  throw new OptionError({
    what: `Invalid order '${ord}' for matrix norm.`,
    where: here(),
    fix: 'use 1, -1, 2, -2, Infinity, -Infinity, "fro" or "nuc"',
  });
}

function readNormAxes(axis: unknown, rank: number): number[] {
  const given = staticAxes(axis ?? null, "the axis argument of jnp.linalg.norm");
  if (given === undefined) return range(rank);
  return (typeof given === "number" ? [given] : given).map((d) => canonicalAxis(d, rank));
}

/**
 * The norm of vectors (one axis; by default the square root of the sum of squares) or matrices (two axes; by default
 * Frobenius). Without axis and order: of all elements. The derivative of the default at zero is NaN.
 * @throws AxisError for more than two axes. @throws OptionError for an order that does not exist.
 * @example jnp.linalg.norm(jnp.array([3, 4])) // 5.0
 */
export function norm(
  x: ArrayArg,
  ...args: Trailing<[ord: NormOrder, axis: Axis, keepdims: boolean], NormOptions>
): NDArray {
  const options = readArguments<NormOptions>("linalg.norm", args, ["ord", "axis", "keepdims"]);
  const { ord = null, axis = null, keepdims = false } = options;
  const a = inexact("norm", x);
  const rank = a.aval.shape.length;
  if (axis === null && ord === null) return length(a, range(rank), keepdims);
  const axes = readNormAxes(axis, rank);
  if (axes.length === 1) return vectorNormOf(a, ord, axes, keepdims);
  if (axes.length === 2) return matrixNormOf(a, ord, axes[0]!, axes[1]!, keepdims);
  throw new AxisError({
    what: `Improper number of axes for norm: axis=${formatShape(axes)}.`,
    where: here(),
    fix: "pass one axis to compute a vector-norm, or two axes to compute a matrix-norm",
  });
}

/** Options of `vectorNorm`. */
export interface VectorNormOptions {
  /** The axes that are one vector. Default: all. */
  readonly axis?: Axis;
  readonly keepdims?: boolean;
  /** Default 2. */
  readonly ord?: number;
}

/**
 * The norm of the vectors along an axis (default: of all elements).
 * @throws OptionError for an order that is not a number.
 * @example jnp.linalg.vectorNorm(x, { axis: 1, ord: 1 })
 */
export function vectorNorm(x: ArrayArg, options: VectorNormOptions = {}): NDArray {
  checkOptions("linalg.vectorNorm", options, ["axis", "keepdims", "ord"]);
  const a = inexact("vectorNorm", x);
  return vectorNormOf(a, options.ord ?? 2, readNormAxes(options.axis, a.aval.shape.length), options.keepdims ?? false);
}

/**
 * The norm of the matrices in the last two axes; by default Frobenius.
 * @throws OptionError for an order that does not exist. @throws ShapeError for fewer than two axes.
 * @example jnp.linalg.matrixNorm(a, { ord: "nuc" })
 */
export function matrixNorm(
  x: ArrayArg,
  options: { readonly keepdims?: boolean; readonly ord?: Exclude<NormOrder, null> } = {},
): NDArray {
  checkOptions("linalg.matrixNorm", options, ["keepdims", "ord"]);
  const a = matrices("matrixNorm", x);
  const rank = a.aval.shape.length;
  return matrixNormOf(a, options.ord ?? "fro", rank - 2, rank - 1, options.keepdims ?? false);
}

/**
 * The condition number: the norm times the norm of the inverse; for orders null (default), 2 and -2 the ratio of singular
 * values. Infinite for singular matrices.
 * @throws ShapeError for empty matrices, or for other orders unless they are square.
 * @example jnp.linalg.cond(jnp.array([[2, 0], [0, 1]])) // 2.0
 */
export function cond(x: ArrayArg, p: NormOrder = null): NDArray {
  const a = matrices("cond", x);
  const { shape } = a.aval;
  if (shape.at(-1) === 0 || shape.at(-2) === 0) {
    throw new ShapeError({
      what: `jnp.linalg.cond: input array must not be empty; got arr.shape=${formatShape(shape)}`,
      where: here(),
      fix: "pass matrices with elements",
    });
  }
  const matrixAxes = { axis: [-2, -1] } as const;
  let ratio: NDArray;
  if (p === null || p === 2 || p === -2) {
    const s = svdvals(a);
    const last = s.aval.shape.length - 1;
    const at = (i: number): NDArray => shaped(sliceAlong(s, last, i, i + 1), s.aval.shape.slice(0, -1));
    const [largest, smallest] = [at(0), at(s.aval.shape[last]! - 1)];
    if (p !== -2) return div(largest, smallest);
    ratio = div(smallest, largest);
  } else {
    requireSquare("cond", a);
    ratio = mul(norm(a, { ord: p, ...matrixAxes }), norm(inv(a), { ord: p, ...matrixAxes }));
  }
  const isLost = and(isNotANumber(ratio), not(any(isNotANumber(a), [-2, -1])));
  return where(isLost, Number.POSITIVE_INFINITY, ratio, ratio);
}
