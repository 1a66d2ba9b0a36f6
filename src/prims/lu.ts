/** Elimination with partial pivoting: P A = L U. */
import type { NDArray } from "../core/ndarray.ts";
import { defineManyPrimitive, type ManyOperation } from "../core/primitive.ts";
import { makeAval } from "../types/aval.ts";
import { range } from "../util/list.ts";
import { add } from "./arithmetic.ts";
import { full } from "./fill.ts";
import { gather } from "./gather.ts";
import {
  batchLeading,
  checkMatrices,
  identityMatrices,
  lowerTriangle,
  matrixProduct,
  matrixSizes,
  upperTriangle,
} from "./matrices.ts";
import { luKernel } from "./matrix/factors.ts";
import { expandDims } from "./movement.ts";
import { pad, sliceAlong } from "./slicing.ts";
import { triangularSolve } from "./triangular.ts";

/** The rows of matrices in the order of a permutation for each. */
export function permutedRows(x: NDArray, permutation: NDArray): NDArray {
  const rank = x.ndim;
  const batch = range(rank - 2);
  return gather(x, expandDims(permutation, [rank - 1]), {
    dimensionNumbers: {
      offsetDims: [rank - 1],
      collapsedSliceDims: [rank - 2],
      startIndexMap: [rank - 2],
      operandBatchingDims: batch,
      startIndicesBatchingDims: batch,
    },
    sliceSizes: x.shape.map((n, d) => (d === rank - 1 ? n : 1)),
    mode: "promise_in_bounds",
    fillValue: null,
  });
}

/** Zeros behind the last rows or columns. */
function padded(x: NDArray, axis: number, count: number): NDArray {
  if (count === 0) return x;
  return pad(x, full([], 0, x.dtype), {
    paddingConfig: range(x.ndim).map((d) => [0, d === axis ? count : 0, 0] as const),
  });
}

/**
 * P A = L U with partial pivoting. Results: L below and U on and above the diagonal of one matrix, the rows that were
 * exchanged in each step (int32), and the order of the rows of A in P A (int32). A singular matrix has a zero on U's diagonal.
 *
 * @throws ShapeError for fewer than two axes. @throws DTypeError unless float32 or float64.
 * @example const [lu, pivots, permutation] = lu([a]);
 */
export const lu: ManyOperation = /* @__PURE__ */ defineManyPrimitive({
  name: "lu",
  types: ([a]) => {
    checkMatrices("lu", a!);
    const [, m, n] = matrixSizes(a!);
    const batch = a!.shape.slice(0, -2);
    return [
      { ...a!, weakType: false },
      makeAval([...batch, Math.min(m, n)], "int32"),
      makeAval([...batch, m], "int32"),
    ];
  },
  jvp: ([a], [da]) => {
    const results = lu([a!]);
    const [factors, , permutation] = results as [NDArray, NDArray, NDArray];
    const rank = a!.ndim;
    const batch = a!.shape.slice(0, -2);
    const [, m, n] = matrixSizes(a!.aval);
    const k = Math.min(m, n);
    const dtype = a!.dtype;
    // Both factors as square matrices, with ones on the diagonal where they have nothing.
    const l = add(
      padded(lowerTriangle(sliceAlong(factors, rank - 1, 0, k), -1), rank - 1, m - k),
      identityMatrices([...batch, m, m], dtype),
    );
    const upper = padded(upperTriangle(sliceAlong(factors, rank - 2, 0, k)), rank - 2, n - k);
    const u = n === k ? upper : add(upper, padBefore(identityMatrices([...batch, n - k, n - k], dtype), k));
    const common = { transposeA: false, conjugateA: false };
    const left = triangularSolve(l, permutedRows(da!, permutation), {
      ...common,
      leftSide: true,
      lower: true,
      unitDiagonal: true,
    });
    const both = triangularSolve(u, left, { ...common, leftSide: false, lower: false, unitDiagonal: false });
    const tangent = add(matrixProduct(l, lowerTriangle(both, -1)), matrixProduct(upperTriangle(both), u));
    return [results, [tangent, null, null]];
  },
  transpose: "nonlinear",
  batch: /* @__PURE__ */ batchLeading((operands) => lu(operands)),
  lower: { kind: "opaque", kernel: luKernel, sizes: (_params, [a]) => matrixSizes(a!) },
  laws: {
    ulp: 8,
    cases: [
      { operands: [{ shape: [3, 3], values: [1, 2, 0.5, 4, -1, 2, -2, 1, 3] }], params: null },
      { operands: [{ shape: [4, 2], values: [1, 2, 0.5, 4, -1, 2, 3, 1] }], params: null },
      { operands: [{ shape: [2, 3], values: [1, 2, 0.5, 4, -1, 2] }], params: null },
      { operands: [{ shape: [2, 2, 2], values: [1, 2, 0.5, 4, -1, 2, 3, 1] }], params: null },
      { operands: [{ shape: [0, 2] }], params: null },
    ],
  },
});

/** Square matrices in the lower right corner of larger ones. */
function padBefore(x: NDArray, count: number): NDArray {
  return pad(x, full([], 0, x.dtype), {
    paddingConfig: range(x.ndim).map((d) => [d >= x.ndim - 2 ? count : 0, 0, 0] as const),
  });
}
