/** Products of vectors, matrices and arrays over named axes, beside `dot` and `matmul`. */

import { multiply, subtract } from "../array/arithmetic.ts";
import { conjugated } from "../array/complex.ts";
import { type DotOptions, dot } from "../array/contraction.ts";
import { type ArrayArg, asArray, cast, here } from "../array/convert.ts";
import { requestedDType } from "../array/dtypes.ts";
import { promoteDTypes } from "../array/promotion.ts";
import { type ReduceOptions, sum } from "../array/reduction.ts";
import { moveaxis, ravel } from "../array/shape.ts";
import { staticAxes, staticInteger } from "../array/static.ts";
import type { NDArray } from "../core/ndarray.ts";
import { AxisError, checkOptions, OptionError, ShapeError } from "../errors/index.ts";
import { dotGeneral } from "../prims/dot.ts";
import { zerosLike } from "../prims/fill.ts";
import { concatenate, sliceAlong } from "../prims/slicing.ts";
import type { DType } from "../types/dtype.ts";
import { canonicalAxis, formatShape } from "../types/shape.ts";
import { range } from "../util/list.ts";
import { readArguments, type Trailing } from "./arguments.ts";
import { diagonalOf, einsum } from "./einsum.ts";
import { shaped } from "./operand.ts";

/**
 * The inner product of two arrays as vectors, the first of which is conjugated.
 * @throws ShapeError if their sizes differ.
 * @example jnp.vdot(jnp.array([1, 2]), jnp.array([3, 4])) // 11.0
 */
export function vdot(a: ArrayArg, b: ArrayArg, options: DotOptions = {}): NDArray {
  return dot(conjugated(ravel(a)), ravel(b), options);
}

/**
 * Sums of products over the last axes of both; scalars multiply.
 * @throws ShapeError if the last axes differ in length.
 * @example jnp.inner(jnp.ones([2, 4]), jnp.ones([3, 4])) // shape (2, 3)
 */
export function inner(a: ArrayArg, b: ArrayArg, options: DotOptions = {}): NDArray {
  const [x, y] = promoteDTypes("inner", a, b) as [NDArray, NDArray];
  if (x.aval.shape.length === 0 || y.aval.shape.length === 0) return dot(x, y, options);
  return tensordot(x, y, [-1, -1], options);
}

/**
 * All products of elements of two arrays as vectors: a_i b_j.
 * @example jnp.outer(jnp.array([1, 2]), jnp.array([3, 4, 5])) // shape (2, 3)
 */
export function outer(a: ArrayArg, b: ArrayArg): NDArray {
  const [x, y] = promoteDTypes("outer", ravel(a), ravel(b)) as [NDArray, NDArray];
  return multiply(shaped(x, [x.aval.shape[0]!, 1]), shaped(y, [1, y.aval.shape[0]!]));
}

/** How many axes to sum over, or which of each array. */
export type TensordotAxes = number | readonly [number | readonly number[], number | readonly number[]];

function summedAxes(axes: TensordotAxes, x: NDArray, y: NDArray): [number[], number[]] {
  const [m, n] = [x.aval.shape.length, y.aval.shape.length];
  if (!Array.isArray(axes)) {
    const count = staticInteger(axes, "the axes argument of tensordot");
    if (count < 0 || count > Math.min(m, n)) {
      throw new AxisError({
        what: `Number of tensordot axes (axes ${count}) exceeds input ranks (${formatShape(x.aval.shape)} and ${formatShape(y.aval.shape)})`,
        where: here(),
        fix: "give at most as many axes as the array of lower rank has",
      });
    }
    return [range(count).map((i) => m - count + i), range(count)];
  }
  if (axes.length !== 2) {
    throw new OptionError({
      what: "tensordot axes argument must be an int, a pair of ints, or a pair of lists/tuples of ints.",
      where: here(),
      fix: "write tensordot(a, b, 1), or tensordot(a, b, [[1], [0]])",
    });
  }
  const listed = (axis: unknown, rank: number): number[] => {
    const given = staticAxes(axis, "the axes argument of tensordot") ?? [];
    return (typeof given === "number" ? [given] : given).map((d) => canonicalAxis(d, rank));
  };
  const [first, second] = [listed(axes[0], m), listed(axes[1], n)];
  if (first.length !== second.length) {
    throw new AxisError({
      what: `tensordot requires axes lists to have equal length, got ${formatShape(first)} and ${formatShape(second)}.`,
      where: here(),
      fix: "name as many axes of a as of b",
    });
  }
  return [first, second];
}

/**
 * Sums of products over axes: the last n of a with the first n of b (default 2), or those named. The result has the
 * other axes of a, then those of b.
 * @throws ShapeError if summed axes differ in length. @throws AxisError if an axis does not exist.
 * @example jnp.tensordot(jnp.ones([2, 3, 4]), jnp.ones([4, 3, 5]), [[1, 2], [1, 0]]) // shape (2, 5)
 */
export function tensordot(
  a: ArrayArg,
  b: ArrayArg,
  ...args: Trailing<[axes: TensordotAxes], DotOptions & { readonly axes?: TensordotAxes }>
): NDArray {
  const options = readArguments<DotOptions & { readonly axes?: TensordotAxes }>(
    "tensordot",
    args,
    ["axes"],
    ["precision", "preferredElementType"],
  );
  const [x, y] = promoteDTypes("tensordot", a, b) as [NDArray, NDArray];
  const asked = options.preferredElementType ?? null;
  const dtype = asked === null ? x.aval.dtype : requestedDType(asked, "tensordot");
  const product = dotGeneral(x, y, {
    dimensionNumbers: [summedAxes(options.axes ?? 2, x, y), [[], []]],
    precision: null,
    preferredElementType: dtype,
  });
  return cast(product, dtype, asked === null && x.aval.weakType);
}

/**
 * The product of matrices and vectors: sums over the last axis of both; other axes broadcast.
 * @throws ShapeError if the shapes do not fit.
 * @example jnp.matvec(jnp.ones([5, 2, 3]), jnp.ones([3])) // shape (5, 2)
 */
export function matvec(x1: ArrayArg, x2: ArrayArg): NDArray {
  return einsum("...nm,...m->...n", x1, x2);
}

/**
 * The product of conjugated vectors and matrices: sums over the last axis of x1 and the last but one of x2; other axes broadcast.
 * @throws ShapeError if the shapes do not fit.
 * @example jnp.vecmat(jnp.ones([2]), jnp.ones([5, 2, 3])) // shape (5, 3)
 */
export function vecmat(x1: ArrayArg, x2: ArrayArg): NDArray {
  return einsum("...n,...nm->...m", conjugated(asArray(x1, "vecmat")), x2);
}

/** Options of `vecdot`. */
export interface VecdotOptions {
  /** The axis of the vectors. Default: the last. */
  readonly axis?: number;
}

/**
 * Inner products of vectors along one axis, those of the first conjugated; the other axes broadcast.
 * @throws ShapeError if the axis differs in length, or the others do not broadcast.
 * @example jnp.vecdot(jnp.ones([5, 3]), jnp.ones([3])) // shape (5,)
 */
export function vecdot(x1: ArrayArg, x2: ArrayArg, options: VecdotOptions = {}): NDArray {
  checkOptions("vecdot", options, ["axis"]);
  const axis = staticInteger(options.axis ?? -1, "'axis' argument of jnp.vecdot");
  const [x, y] = promoteDTypes("vecdot", x1, x2) as [NDArray, NDArray];
  const length = (a: NDArray): number => a.aval.shape[canonicalAxis(axis, a.aval.shape.length)]!;
  if (length(x) !== length(y)) {
    throw new ShapeError({
      what: `axes must match; got shapes ${formatShape(x.aval.shape)} and ${formatShape(y.aval.shape)} with axis=${axis}`,
      where: here(),
      fix: "make the axis equally long in both",
    });
  }
  return einsum("...n,...n->...", conjugated(moveaxis(x, axis, -1)), moveaxis(y, axis, -1));
}

/**
 * The Kronecker product: every element of a times all of b, as blocks.
 * @example jnp.kron(jnp.array([1, 10]), jnp.array([1, 2, 3])) // [ 1.  2.  3. 10. 20. 30.]
 */
export function kron(a: ArrayArg, b: ArrayArg): NDArray {
  const [x, y] = promoteDTypes("kron", a, b) as [NDArray, NDArray];
  const rank = Math.max(x.aval.shape.length, y.aval.shape.length);
  const sizes = (v: NDArray): number[] => [...new Array<number>(rank - v.aval.shape.length).fill(1), ...v.aval.shape];
  const [m, n] = [sizes(x), sizes(y)];
  const product = multiply(
    shaped(
      x,
      m.flatMap((size) => [size, 1]),
    ),
    shaped(
      y,
      n.flatMap((size) => [1, size]),
    ),
  );
  return shaped(
    product,
    m.map((size, d) => size * n[d]!),
  );
}

/** Options of `cross`. */
export interface CrossOptions {
  /** The axis of the vectors in a, in b and in the result. Default: the last. */
  readonly axisa?: number;
  readonly axisb?: number;
  readonly axisc?: number;
  /** One axis for all three. */
  readonly axis?: number | null;
}

/**
 * The cross product of vectors of length 3 along an axis; vectors of length 2 have 0 as their third component, and two of
 * them give only the third component of the product.
 * @throws ShapeError unless the vectors have length 2 or 3.
 * @example jnp.cross(jnp.array([1, 0, 0]), jnp.array([0, 1, 0])) // [0. 0. 1.]
 */
export function cross(
  a: ArrayArg,
  b: ArrayArg,
  ...args: Trailing<[axisa: number, axisb: number, axisc: number, axis: number], CrossOptions>
): NDArray {
  const options = readArguments<CrossOptions>("cross", args, ["axisa", "axisb", "axisc", "axis"]);
  const axis = options.axis ?? null;
  const place = (own: number | undefined): number => staticInteger(axis ?? own ?? -1, "an axis argument of jnp.cross");
  const [first, second] = promoteDTypes("cross", a, b) as [NDArray, NDArray];
  const x = moveaxis(first, place(options.axisa), -1);
  const y = moveaxis(second, place(options.axisb), -1);
  const length = (v: NDArray): number => v.aval.shape[v.aval.shape.length - 1]!;
  if (![x, y].every((v) => length(v) === 2 || length(v) === 3)) {
    throw new ShapeError({
      what: "Dimension must be either 2 or 3 for cross product",
      where: here(),
      fix: "name the axis of the vectors",
    });
  }
  const component = (v: NDArray, i: number): NDArray => {
    const axisOf = v.aval.shape.length - 1;
    const at = sliceAlong(v, axisOf, Math.min(i, length(v) - 1), Math.min(i, length(v) - 1) + 1);
    const flat = shaped(at, v.aval.shape.slice(0, -1));
    return i < length(v) ? flat : zerosLike(flat);
  };
  const minor = (i: number, j: number): NDArray =>
    subtract(multiply(component(x, i), component(y, j)), multiply(component(x, j), component(y, i)));
  if (length(x) === 2 && length(y) === 2) return minor(0, 1);
  const parts = [minor(1, 2), minor(2, 0), minor(0, 1)].map((v) => shaped(v, [...v.aval.shape, 1]));
  return moveaxis(concatenate(parts, { dimension: parts[0]!.aval.shape.length - 1 }), -1, place(options.axisc));
}

/** Options of `trace`. */
export interface TraceOptions extends Pick<ReduceOptions, "dtype"> {
  /** Which diagonal: 0 the main one, above it positive, below it negative. Default 0. */
  readonly offset?: number;
  /** The axes of the matrices. Default 0 and 1. */
  readonly axis1?: number;
  readonly axis2?: number;
}

/**
 * The sum of the elements on a diagonal of matrices.
 * @throws AxisError if the axes are equal or do not exist. @throws ShapeError for fewer than two axes.
 * @example jnp.trace(jnp.eye(3)) // 3.0
 */
export function trace(
  x: ArrayArg,
  ...args: Trailing<[offset: number, axis1: number, axis2: number], TraceOptions>
): NDArray {
  const options = readArguments<TraceOptions>("trace", args, ["offset", "axis1", "axis2"], ["dtype"]);
  const a = asArray(x, "trace");
  const rank = a.aval.shape.length;
  const offset = staticInteger(options.offset ?? 0, "'offset' argument of jnp.trace");
  const axis1 = canonicalAxis(staticInteger(options.axis1 ?? 0, "'axis1' argument of jnp.trace"), rank);
  const axis2 = canonicalAxis(staticInteger(options.axis2 ?? 1, "'axis2' argument of jnp.trace"), rank);
  if (axis1 === axis2) {
    throw new AxisError({
      what: `axis1 and axis2 can not be same. axis1=${axis1} and axis2=${axis2}`,
      where: here(),
      fix: "name two axes",
    });
  }
  const moved = moveaxis(a, [axis1, axis2], [-2, -1]);
  const [rows, columns] = moved.aval.shape.slice(-2) as [number, number];
  const [top, left] = [Math.max(-offset, 0), Math.max(offset, 0)];
  const size = Math.max(0, Math.min(rows - top, columns - left));
  const block = sliceAlong(
    sliceAlong(moved, rank - 2, Math.min(top, rows), Math.min(top, rows) + size),
    rank - 1,
    Math.min(left, columns),
    Math.min(left, columns) + size,
  );
  const dtype: DType | null = options.dtype ?? null;
  return sum(diagonalOf(block), -1, { dtype });
}
