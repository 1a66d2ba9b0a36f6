/** The factorisation of Cholesky: A = L L^T. */
import type { NDArray } from "../core/ndarray.ts";
import { definePrimitive, type Operation } from "../core/primitive.ts";
import { mul, sub } from "./arithmetic.ts";
import { full } from "./fill.ts";
import { checkSquare, identityMatrices, lowerTriangle, matrixProduct, matrixSizes, mirrored } from "./matrices.ts";
import { choleskyKernel } from "./matrix/factors.ts";
import { batchFirst } from "./movement.ts";
import { triangularSolve } from "./triangular.ts";

/** The lower triangle with half of the diagonal. */
function halved(x: NDArray): NDArray {
  const lower = lowerTriangle(x);
  const half = mul(identityMatrices(x.shape, x.dtype), full([], 0.5, x.dtype));
  return sub(lower, mul(lower, half));
}

/**
 * The lower triangular L with L L^T = A, for symmetric positive definite matrices (float32 or float64; leading axes are a
 * batch). Only the lower triangle of A is read. NaN where A is not positive definite.
 *
 * @throws ShapeError unless the last two axes are equal. @throws DTypeError for other dtypes.
 * @example cholesky(array([[4, 2], [2, 5]])) // [[2, 0], [1, 2]]
 */
export const cholesky: Operation<1> = /* @__PURE__ */ definePrimitive<1>({
  name: "cholesky",
  arity: 1,
  type: ([a]) => {
    checkSquare("cholesky", a!);
    return { ...a!, weakType: false };
  },
  // L (Phi of L^-1 dA L^-T), where Phi takes the lower triangle with half of the diagonal (Murray 2016).
  jvp: [
    (da, _xs, _params, l) => {
      const common = { lower: true, conjugateA: false, unitDiagonal: false };
      const right = triangularSolve(l, mirrored(da, true), { ...common, leftSide: false, transposeA: true });
      const both = triangularSolve(l, right, { ...common, leftSide: true, transposeA: false });
      return matrixProduct(l, halved(both));
    },
  ],
  transpose: "nonlinear",
  batch: (axis, [a], [dim]) => [cholesky(batchFirst(a!, dim!, axis.size)), 0],
  lower: {
    kind: "opaque",
    kernel: choleskyKernel,
    sizes: (_params, [a]) => matrixSizes(a!).slice(0, 2),
  },
  laws: {
    ulp: 8,
    cases: [
      { operands: [{ shape: [3, 3], values: [4, 1, 0.5, 1, 3, -1, 0.5, -1, 5] }], params: null },
      { operands: [{ shape: [2, 2, 2], values: [2, 0.5, 0.5, 1, 3, -1, -1, 2] }], params: null },
      { operands: [{ shape: [1, 1], values: [2] }], params: null },
      { operands: [{ shape: [0, 0] }], params: null },
    ],
  },
});
