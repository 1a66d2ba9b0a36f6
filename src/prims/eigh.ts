/** Eigenvalues and eigenvectors of symmetric matrices: A = V diag(w) V^T. */
import { defineManyPrimitive, type ManyOperation } from "../core/primitive.ts";
import { withShape } from "../types/aval.ts";
import { add, integerPow, mul, sub } from "./arithmetic.ts";
import {
  batchLeading,
  checkSquare,
  diagonals,
  identityMatrices,
  matrixProduct,
  matrixSizes,
  matrixTransposed,
  mirrored,
} from "./matrices.ts";
import { eighKernel } from "./matrix/eigh.ts";
import { broadcastTo, expandDims } from "./movement.ts";

/** Parameters of `eigh`. */
export interface EighParams {
  /** Which triangle is read. */
  readonly lower: boolean;
}

/**
 * Results: eigenvectors in columns (orthonormal, up to sign), and eigenvalues in ascending order. Leading axes are a batch.
 * Derivatives exist where eigenvalues differ. Matrices with infinities or NaN give NaN.
 *
 * @throws ShapeError unless the last two axes are equal. @throws DTypeError unless float32 or float64.
 * @example const [v, w] = eigh([a], { lower: true });
 */
export const eigh: ManyOperation<EighParams> = /* @__PURE__ */ defineManyPrimitive<EighParams>({
  name: "eigh",
  types: ([a]) => {
    checkSquare("eigh", a!);
    const strong = { ...a!, weakType: false };
    return [strong, withShape(strong, a!.shape.slice(0, -1))];
  },
  jvp: ([a], [da], params) => {
    const [v, w] = eigh([a!], params);
    const rank = a!.ndim;
    const eye = identityMatrices(a!.shape, a!.dtype);
    const along = (axis: number) => broadcastTo(expandDims(w!, [axis]), a!.shape);
    // 1 / (w_j - w_i), and 0 on the diagonal.
    const f = sub(integerPow(sub(add(eye, along(rank - 2)), along(rank - 1)), { y: -1 }), eye);
    const turned = matrixProduct(matrixProduct(matrixTransposed(v!), mirrored(da!, params.lower)), v!);
    return [
      [v!, w!],
      [matrixProduct(v!, mul(f, turned)), diagonals(turned)],
    ];
  },
  transpose: "nonlinear",
  batch: /* @__PURE__ */ batchLeading<EighParams>((operands, params) => eigh(operands, params)),
  lower: {
    kind: "opaque",
    kernel: eighKernel,
    sizes: ({ lower }, [a]) => [...matrixSizes(a!).slice(0, 2), lower ? 1 : 0],
  },
  show: ({ lower }) => [
    ["algorithm", null],
    ["lower", lower],
    ["sort_eigenvalues", true],
    ["subset_by_index", null],
  ],
  laws: {
    ulp: 8,
    cases: [
      { operands: [{ shape: [3, 3], values: [4, 1, 0.5, 1, 3, -1, 0.5, -1, 7] }], params: { lower: true } },
      { operands: [{ shape: [3, 3], values: [4, 1, 0.5, 1, 3, -1, 0.5, -1, 7] }], params: { lower: false } },
      { operands: [{ shape: [2, 2, 2], values: [2, 0.5, 0.5, 1, 3, -1, -1, 2] }], params: { lower: true } },
      { operands: [{ shape: [1, 1], values: [2] }], params: { lower: true } },
      { operands: [{ shape: [0, 0] }], params: { lower: true } },
    ],
  },
});
