/** Powers and chains of products, systems over several axes, and functions of the last two axes. */

import { dot } from "../../array/contraction.ts";
import { type ArrayArg, asArray, here } from "../../array/convert.ts";
import { promoteDTypes } from "../../array/promotion.ts";
import { moveaxis } from "../../array/shape.ts";
import type { NDArray } from "../../core/ndarray.ts";
import { ArgumentError, checkOptions, ShapeError } from "../../errors/index.ts";
import type { DType } from "../../types/dtype.ts";
import { formatShape, sizeOf } from "../../types/shape.ts";
import { product } from "../../util/list.ts";
import { readInt, type StaticInt } from "../arguments.ts";
import { diagonal as diagonalOf } from "../matrices.ts";
import { shaped } from "../operand.ts";
import { cross as crossOf, trace as traceOf } from "../products.ts";
import { requireSquare } from "./operand.ts";
import { inv, matrixPowerOf, solve } from "./solve.ts";

/**
 * The product of a matrix with itself n times; of its inverse for negative n.
 * @throws ShapeError unless the last two axes are equal.
 * @example jnp.linalg.matrixPower(jnp.array([[1, 1], [0, 1]]), 5) // [[1, 5], [0, 1]]
 */
export function matrixPower(a: ArrayArg, n: StaticInt): NDArray {
  const x = asArray(a, "linalg.matrixPower");
  requireSquare("matrixPower", x);
  return matrixPowerOf(x, readInt("linalg.matrixPower", "n", n));
}

/** The cost of the cheapest order of a chain of products, and where it is split last, for every part of the chain. */
function cheapestSplits(sizes: readonly number[]): number[][] {
  const n = sizes.length - 1;
  const costs = Array.from({ length: n }, () => new Array<number>(n).fill(0));
  const splits = Array.from({ length: n }, () => new Array<number>(n).fill(0));
  for (let span = 1; span < n; span++) {
    for (let i = 0; i + span < n; i++) {
      const j = i + span;
      costs[i]![j] = Number.POSITIVE_INFINITY;
      for (let k = i; k < j; k++) {
        const cost = costs[i]![k]! + costs[k + 1]![j]! + sizes[i]! * sizes[k + 1]! * sizes[j + 1]!;
        if (cost >= costs[i]![j]!) continue;
        costs[i]![j] = cost;
        splits[i]![j] = k;
      }
    }
  }
  return splits;
}

/**
 * The product of two or more matrices, in the order that takes the fewest operations. The first and the last may be
 * vectors.
 * @throws ShapeError if they do not fit. @throws ArgumentError for fewer than two.
 * @example jnp.linalg.multiDot([a, b, c])
 */
export function multiDot(arrays: readonly ArrayArg[]): NDArray {
  if (arrays.length < 2) {
    throw new ArgumentError({
      what: `multi_dot requires at least two arrays; got len(arrays)=${arrays.length}`,
      where: here(),
      fix: "pass a list of two or more matrices",
    });
  }
  const xs = promoteDTypes("linalg.multiDot", ...arrays);
  const last = xs.length - 1;
  const square = xs.map((x, i) => {
    const { shape } = x.aval;
    if (shape.length === 2) return x;
    if (shape.length === 1 && i === 0) return shaped(x, [1, shape[0]!]);
    if (shape.length === 1 && i === last) return shaped(x, [shape[0]!, 1]);
    throw new ShapeError({
      what: `multi_dot: input ${i} has shape ${formatShape(shape)}`,
      where: here(),
      fix: "all must be matrices; only the first and the last may be vectors",
    });
  });
  square.forEach((x, i) => {
    if (i === 0 || square[i - 1]!.aval.shape[1] === x.aval.shape[0]) return;
    throw new ShapeError({
      what: `multi_dot: input arrays have incompatible shapes: ${xs.map((y) => formatShape(y.aval.shape)).join(", ")}`,
      where: here(),
      fix: "each must have as many rows as the one before has columns",
    });
  });
  const splits = cheapestSplits([square[0]!.aval.shape[0]!, ...square.map((x) => x.aval.shape[1]!)]);
  const chain = (i: number, j: number): NDArray =>
    i === j ? square[i]! : dot(chain(i, splits[i]![j]!), chain(splits[i]![j]! + 1, j));
  const result = chain(0, last);
  const [rows, columns] = result.aval.shape as [number, number];
  return shaped(result, [
    ...(xs[0]!.aval.shape.length === 1 ? [] : [rows]),
    ...(xs[last]!.aval.shape.length === 1 ? [] : [columns]),
  ]);
}

/**
 * The inverse for `tensordot(a, ., ind)`: the first `ind` axes of a (default 2) are the rows of a matrix, the others its
 * columns.
 * @throws ShapeError unless both have as many elements. @throws ArgumentError unless `ind` is positive.
 * @example jnp.linalg.tensorinv(a, 1)
 */
export function tensorinv(a: ArrayArg, ind: StaticInt = 2): NDArray {
  const x = asArray(a, "linalg.tensorinv");
  const count = readInt("linalg.tensorinv", "ind", ind);
  if (count <= 0) {
    throw new ArgumentError({
      what: `ind must be a positive integer; got ind=${count}`,
      where: here(),
      fix: "name how many of the first axes are rows",
    });
  }
  const [first, rest] = [x.aval.shape.slice(0, count), x.aval.shape.slice(count)];
  if (product(first) !== product(rest)) {
    throw new ShapeError({
      what: `tensorinv is only possible when the product of the first \`ind\` dimensions equals that of the remaining dimensions. got arr.shape=${formatShape(x.aval.shape)} with ind=${count}.`,
      where: here(),
      fix: "choose ind so that the array is a square matrix",
    });
  }
  return shaped(inv(shaped(x, [product(first), product(rest)])), [...rest, ...first]);
}

/**
 * x with `tensordot(a, x, x.ndim)` equal to b, after the axes of a that are named have been moved to its end.
 * @throws ShapeError if the shapes do not fit.
 * @example jnp.linalg.tensorsolve(a, b)
 */
export function tensorsolve(
  a: ArrayArg,
  b: ArrayArg,
  options: { readonly axes?: readonly number[] | null } = {},
): NDArray {
  checkOptions("linalg.tensorsolve", options, ["axes"]);
  const axes = options.axes ?? [];
  const last = axes.map((_, i) => i - axes.length);
  const x = moveaxis(asArray(a, "linalg.tensorsolve"), axes, last);
  const y = asArray(b, "linalg.tensorsolve", 1);
  const rank = y.aval.shape.length;
  const rest = x.aval.shape.slice(rank);
  const size = sizeOf(y.aval.shape);
  if (formatShape(x.aval.shape.slice(0, rank)) !== formatShape(y.aval.shape) || product(rest) !== size) {
    throw new ShapeError({
      what: `tensorsolve: a has shape ${formatShape(x.aval.shape)} and b ${formatShape(y.aval.shape)}`,
      where: here(),
      fix: "the shape of a must be that of b, followed by axes of as many elements",
    });
  }
  return shaped(solve(shaped(x, [size, size]), shaped(y, [size])), rest);
}

/**
 * The diagonals of the matrices in the last two axes.
 * @throws ShapeError for fewer than two axes.
 * @example jnp.linalg.diagonal(a, { offset: 1 })
 */
export function diagonal(x: ArrayArg, options: { readonly offset?: StaticInt } = {}): NDArray {
  checkOptions("linalg.diagonal", options, ["offset"]);
  return diagonalOf(x, options.offset ?? 0, -2, -1);
}

/**
 * The sums of the diagonals of the matrices in the last two axes.
 * @throws ShapeError for fewer than two axes.
 * @example jnp.linalg.trace(jnp.eye(3)) // 3.0
 */
export function trace(x: ArrayArg, options: { readonly offset?: number; readonly dtype?: DType } = {}): NDArray {
  checkOptions("linalg.trace", options, ["offset", "dtype"]);
  const { offset = 0, dtype } = options;
  return traceOf(x, { offset, axis1: -2, axis2: -1, ...(dtype === undefined ? {} : { dtype }) });
}

/**
 * The cross products of vectors of length 3 along an axis (default the last).
 * @throws ShapeError unless the axes have length 3.
 * @example jnp.linalg.cross(jnp.array([1, 0, 0]), jnp.array([0, 1, 0])) // [0, 0, 1]
 */
export function cross(x1: ArrayArg, x2: ArrayArg, options: { readonly axis?: number } = {}): NDArray {
  checkOptions("linalg.cross", options, ["axis"]);
  const axis = options.axis ?? -1;
  const [x, y] = [asArray(x1, "linalg.cross"), asArray(x2, "linalg.cross", 1)];
  if (x.aval.shape.at(axis) !== 3 || y.aval.shape.at(axis) !== 3) {
    throw new ShapeError({
      what: `Both input arrays must be (arrays of) 3-dimensional vectors, but they have shapes ${formatShape(x.aval.shape)} and ${formatShape(y.aval.shape)}`,
      where: here(),
      fix: "numpy.cross takes vectors of length 2 as well",
    });
  }
  return crossOf(x, y, { axis });
}
