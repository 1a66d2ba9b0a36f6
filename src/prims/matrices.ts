/** Batches of matrices inside rules: products, transposes, triangles, diagonals, and what their primitives have in common. */
import type { NDArray } from "../core/ndarray.ts";
import type { BatchAxis, BatchDimension } from "../core/primitive.ts";
import { DTypeError, ShapeError } from "../errors/index.ts";
import type { Aval } from "../types/aval.ts";
import type { DType } from "../types/dtype.ts";
import { formatShape, type Shape } from "../types/shape.ts";
import { product, range } from "../util/list.ts";
import { add, mul } from "./arithmetic.ts";
import { convertElementType } from "./cast.ts";
import { eq, ge } from "./compare.ts";
import { dotGeneral } from "./dot.ts";
import { full, iota } from "./fill.ts";
import { batchFirst, broadcastTo, permuted } from "./movement.ts";
import { reduceSum } from "./reduce.ts";
import { selectN } from "./select.ts";

/** The number of matrices, and their rows and columns. */
export function matrixSizes({ shape }: Aval): [batch: number, m: number, n: number] {
  return [product(shape.slice(0, -2)), shape[shape.length - 2]!, shape[shape.length - 1]!];
}

/**
 * Checks that an operand is a batch of matrices of float32 or float64.
 * @throws ShapeError, DTypeError
 */
export function checkMatrices(name: string, x: Aval, position = 0): void {
  if (x.shape.length < 2) {
    throw new ShapeError({
      what: `Input ${position} to ${name} must have rank at least 2, but got shape=${formatShape(x.shape)}`,
      fix: "the last two axes are the rows and columns of matrices",
    });
  }
  if (x.dtype === "float32" || x.dtype === "float64") return;
  throw new DTypeError({
    what: `${name} does not accept dtype ${x.dtype} at position ${position}. Accepted dtypes at position ${position} are float32, float64.`,
    fix: 'convert the matrix first, for example with x.astype("float32")',
  });
}

/**
 * Checks that an operand is a batch of square matrices of float32 or float64.
 * @throws ShapeError, DTypeError
 */
export function checkSquare(name: string, x: Aval): void {
  checkMatrices(name, x);
  const [, m, n] = matrixSizes(x);
  if (m === n) return;
  throw new ShapeError({
    what: `Argument to ${name} must have shape [..., n, n], got shape ${formatShape(x.shape)}`,
    fix: "matrices must have as many rows as columns",
  });
}

/** Products of two batches of matrices of equal batch shapes. */
export function matrixProduct(x: NDArray, y: NDArray): NDArray {
  const rank = x.ndim;
  const batch = range(rank - 2);
  return dotGeneral(x, y, {
    dimensionNumbers: [
      [[rank - 1], [rank - 2]],
      [batch, batch],
    ],
    precision: null,
    preferredElementType: null,
  });
}

/** Each matrix transposed. */
export function matrixTransposed(x: NDArray): NDArray {
  const rank = x.ndim;
  return permuted(x, [...range(rank - 2), rank - 1, rank - 2]);
}

const numbered = (shape: Shape, dimension: number): NDArray => iota([], { dtype: "int32", shape, dimension });

/** Which elements of a matrix stand on diagonal k or below it. */
function isBelow(shape: Shape, k: number): NDArray {
  const [rows, columns] = [numbered(shape.slice(-2), 0), numbered(shape.slice(-2), 1)];
  return broadcastTo(ge(k === 0 ? rows : add(rows, full([], k, "int32")), columns), shape);
}

/** The elements on diagonal k and below it, zeros elsewhere. */
export function lowerTriangle(x: NDArray, k = 0): NDArray {
  return selectN([isBelow(x.shape, k), full(x.shape, 0, x.dtype), x]);
}

/** The elements on diagonal k and above it, zeros elsewhere. */
export function upperTriangle(x: NDArray, k = 0): NDArray {
  return selectN([isBelow(x.shape, k - 1), x, full(x.shape, 0, x.dtype)]);
}

/** An identity matrix, repeated to a shape of batches of square matrices. */
export function identityMatrices(shape: Shape, dtype: DType): NDArray {
  const square = shape.slice(-2);
  const one = eq(numbered(square, 0), numbered(square, 1));
  return broadcastTo(convertElementType(one, { newDtype: dtype, weakType: false }), shape);
}

/** The diagonals of square matrices. */
export function diagonals(x: NDArray): NDArray {
  return reduceSum(mul(x, identityMatrices(x.shape, x.dtype)), { axes: [x.ndim - 1] });
}

/** Matrices that are equal to their transposes, from the triangles of which a primitive reads one. */
export function mirrored(x: NDArray, isLower: boolean): NDArray {
  return isLower
    ? add(lowerTriangle(x), matrixTransposed(lowerTriangle(x, -1)))
    : add(upperTriangle(x), matrixTransposed(upperTriangle(x, 1)));
}

/** The batching of a primitive whose leading axes are a batch already: the new axis becomes the first of them. */
export function batchLeading<P>(
  bind: (operands: readonly NDArray[], params: P) => readonly NDArray[],
): (
  axis: BatchAxis,
  operands: readonly NDArray[],
  dims: readonly BatchDimension[],
  params: P,
) => readonly [readonly NDArray[], readonly BatchDimension[]] {
  return (axis, operands, dims, params) => {
    const results = bind(
      operands.map((x, i) => batchFirst(x, dims[i]!, axis.size)),
      params,
    );
    return [results, results.map(() => 0)];
  };
}
