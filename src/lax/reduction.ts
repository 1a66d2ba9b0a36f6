/** Reductions, running combinations, contractions and sorts of `lax`. */
import type { NDArray } from "../core/ndarray.ts";
import type { Operation } from "../core/primitive.ts";
import { ShapeError } from "../errors/index.ts";
import { neg } from "../prims/arithmetic.ts";
import { not } from "../prims/bitwise.ts";
import * as cumulative from "../prims/cumulative.ts";
import * as contraction from "../prims/dot.ts";
import * as reduction from "../prims/reduce.ts";
import { slice } from "../prims/slicing.ts";
import * as sorting from "../prims/sort.ts";
import type { DType } from "../types/dtype.ts";
import { isFloating } from "../types/dtype.ts";
import { canonicalAxes, canonicalAxis, formatShape } from "../types/shape.ts";
import { broadcastedIota } from "./shape.ts";

/** A reduction over some axes, or over all. */
export type Reduce = (x: NDArray, axes?: readonly number[]) => NDArray;

const reducer =
  (primitive: Operation<1, { readonly axes: readonly number[] }>): Reduce =>
  (x, axes) =>
    primitive(x, { axes: canonicalAxes(axes, x.aval.shape.length).sort((a, b) => a - b) });

/** The sum over axes (default: all). @example lax.reduceSum(jnp.ones([2, 3]), [0]) // [2. 2. 2.] */
export const reduceSum: Reduce = /* @__PURE__ */ reducer(reduction.reduceSum);
/** The product over axes. @example lax.reduceProd(jnp.array([2, 3]), [0]) // 6.0 */
export const reduceProd: Reduce = /* @__PURE__ */ reducer(reduction.reduceProd);
/**
 * The largest element over axes; -inf or the smallest integer for empty ones.
 * @example lax.reduceMax(jnp.array([2, 3]), [0]) // 3.0
 */
export const reduceMax: Reduce = /* @__PURE__ */ reducer(reduction.reduceMax);
/** The smallest element over axes. @example lax.reduceMin(jnp.array([2, 3]), [0]) // 2.0 */
export const reduceMin: Reduce = /* @__PURE__ */ reducer(reduction.reduceMin);
/**
 * Whether all elements are true, or the bitwise and of integers.
 * @example lax.reduceAnd(jnp.array([true, false]), [0]) // False
 */
export const reduceAnd: Reduce = /* @__PURE__ */ reducer(reduction.reduceAnd);
/**
 * Whether any element is true, or the bitwise or of integers.
 * @example lax.reduceOr(jnp.array([true, false]), [0]) // True
 */
export const reduceOr: Reduce = /* @__PURE__ */ reducer(reduction.reduceOr);
/** The exclusive or over axes. @example lax.reduceXor(jnp.array([true, true]), [0]) // False */
export const reduceXor: Reduce = /* @__PURE__ */ reducer(reduction.reduceXor);

/** The index of the first largest element along an axis. @example lax.argmax(jnp.array([1, 3, 2]), 0) // 1 */
export function argmax(x: NDArray, axis: number, indexDtype: DType = "int32"): NDArray {
  return reduction.argmax(x, { axes: [canonicalAxis(axis, x.aval.shape.length)], indexDtype });
}

/** The index of the first smallest element along an axis. @example lax.argmin(jnp.array([3, 1, 2]), 0) // 1 */
export function argmin(x: NDArray, axis: number, indexDtype: DType = "int32"): NDArray {
  return reduction.argmin(x, { axes: [canonicalAxis(axis, x.aval.shape.length)], indexDtype });
}

/** A running reduction along an axis, from its end where `reverse` is true. */
export type Cumulative = (x: NDArray, axis?: number, reverse?: boolean) => NDArray;

const runner =
  (primitive: Operation<1, { readonly axis: number; readonly reverse: boolean }>): Cumulative =>
  (x, axis = 0, reverse = false) =>
    primitive(x, { axis: canonicalAxis(axis, x.aval.shape.length), reverse });

/** Running sums along an axis. @example lax.cumsum(jnp.array([1, 2, 3]), 0) // [1. 3. 6.] */
export const cumsum: Cumulative = /* @__PURE__ */ runner(cumulative.cumsum);
/** Running products along an axis. @example lax.cumprod(jnp.array([1, 2, 3]), 0) // [1. 2. 6.] */
export const cumprod: Cumulative = /* @__PURE__ */ runner(cumulative.cumprod);
/** Running maxima along an axis. @example lax.cummax(jnp.array([1, 3, 2]), 0) // [1. 3. 3.] */
export const cummax: Cumulative = /* @__PURE__ */ runner(cumulative.cummax);
/** Running minima along an axis. @example lax.cummin(jnp.array([3, 1, 2]), 0) // [3. 1. 1.] */
export const cummin: Cumulative = /* @__PURE__ */ runner(cumulative.cummin);
/**
 * Running $\log \sum \exp$ along an axis.
 * @example lax.cumlogsumexp(jnp.array([0, 0, 0]), 0) // [0.        0.6931472 1.0986123]
 */
export const cumlogsumexp: Cumulative = /* @__PURE__ */ runner(cumulative.cumlogsumexp);

/** `[[lhs contracting, rhs contracting], [lhs batch, rhs batch]]`. */
export type DotDimensionNumbers = readonly [
  readonly [readonly number[], readonly number[]],
  readonly [readonly number[], readonly number[]],
];

/** Options of contractions. */
export interface DotOptions {
  /** The dtype of the result. */
  readonly preferredElementType?: DType;
}

/**
 * Sums of products over contracted axes; the result has batch axes, then free axes of both operands.
 * @example lax.dotGeneral(jnp.ones([2, 3]), jnp.ones([3, 4]), [[[1], [0]], [[], []]]).shape // [2, 4]
 */
export function dotGeneral(
  x: NDArray,
  y: NDArray,
  dimensionNumbers: DotDimensionNumbers,
  options: DotOptions = {},
): NDArray {
  return contraction.dotGeneral(x, y, {
    dimensionNumbers,
    precision: null,
    preferredElementType: options.preferredElementType ?? null,
  });
}

/**
 * Vector and matrix products for operands of rank 1 and 2. @throws ShapeError for other ranks.
 * @example lax.dot(jnp.array([1, 2]), jnp.array([3, 4])) // 11.0
 */
export function dot(x: NDArray, y: NDArray, options: DotOptions = {}): NDArray {
  const [m, n] = [x.aval.shape.length, y.aval.shape.length];
  if (m < 1 || m > 2 || n < 1 || n > 2 || x.aval.shape[m - 1] !== y.aval.shape[0]) {
    throw new ShapeError({
      what: `Incompatible shapes for dot: got ${formatShape(x.aval.shape)} and ${formatShape(y.aval.shape)}.`,
      fix: "operands have rank 1 or 2, and the last axis of the first is as long as the first axis of the second",
    });
  }
  return dotGeneral(
    x,
    y,
    [
      [[m - 1], [0]],
      [[], []],
    ],
    options,
  );
}

/**
 * Matrix products over leading batch axes.
 * @example lax.batchMatmul(jnp.ones([5, 2, 3]), jnp.ones([5, 3, 4])).shape // [5, 2, 4]
 */
export function batchMatmul(x: NDArray, y: NDArray): NDArray {
  const rank = x.aval.shape.length;
  const batch = Array.from({ length: rank - 2 }, (_, i) => i);
  return dotGeneral(x, y, [
    [[rank - 1], [rank - 2]],
    [batch, batch],
  ]);
}

/** Options of `sort`. */
export interface SortOptions {
  readonly isStable?: boolean;
  /** How many operands are keys. */
  readonly numKeys?: number;
}

/**
 * Ascending order along an axis; NaN last. Several operands move together, ordered by the first `numKeys`.
 * @example lax.sort(jnp.array([3, 1, 2])) // [1. 2. 3.]
 */
export function sort(x: NDArray, dimension?: number, options?: SortOptions): NDArray;
export function sort(x: readonly NDArray[], dimension?: number, options?: SortOptions): NDArray[];
export function sort(x: NDArray | readonly NDArray[], dimension = -1, options: SortOptions = {}): NDArray | NDArray[] {
  const operands = Array.isArray(x) ? (x as readonly NDArray[]) : [x as NDArray];
  const { isStable = true, numKeys = 1 } = options;
  const axis = canonicalAxis(dimension, operands[0]!.aval.shape.length, "dimension");
  const sorted = sorting.sort(operands, { dimension: axis, isStable, numKeys });
  return Array.isArray(x) ? sorted : sorted[0]!;
}

/**
 * A second array in the order that sorts the first: `[sorted keys, moved values]`.
 * @example lax.sortKeyVal(jnp.array([3, 1, 2]), jnp.arange(3)) // [1. 2. 3.], [1 2 0]
 */
export function sortKeyVal(keys: NDArray, values: NDArray, dimension = -1, isStable = true): NDArray[] {
  return sort([keys, values], dimension, { isStable, numKeys: 1 });
}

/**
 * The k largest elements along the last axis, in descending order, and their indices. Equal ones: lowest index first.
 * @example lax.topK(jnp.array([3, 1, 2]), 2) // [3. 2.], [0 2]
 */
export function topK(x: NDArray, k: number): [NDArray, NDArray] {
  const { shape, dtype } = x.aval;
  const axis = shape.length - 1;
  if (axis < 0 || !(k >= 0 && k <= shape[axis]!)) {
    throw new ShapeError({
      what: `k argument to topK must be no larger than size along axis; got k=${k} with shape ${formatShape(shape)}`,
      fix: "choose a smaller k",
    });
  }
  // Descending order of x is ascending order of its reflection, which for integers is the complement.
  const flipped = isFloating(dtype) ? neg(x) : not(x);
  const [, values, indices] = sorting.sort([flipped, x, broadcastedIota("int32", shape, axis)], {
    dimension: axis,
    isStable: true,
    numKeys: 1,
  });
  const limitIndices = shape.map((n, d) => (d === axis ? k : n));
  const first = (y: NDArray): NDArray => slice(y, { startIndices: shape.map(() => 0), limitIndices, strides: null });
  return [first(values!), first(indices!)];
}
