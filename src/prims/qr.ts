/** Orthogonalisation: A = Q R by reflections. */
import { defineManyPrimitive, type ManyOperation } from "../core/primitive.ts";
import { TransformError } from "../errors/index.ts";
import { withShape } from "../types/aval.ts";
import { add, sub } from "./arithmetic.ts";
import {
  batchLeading,
  checkMatrices,
  lowerTriangle,
  matrixProduct,
  matrixSizes,
  matrixTransposed,
} from "./matrices.ts";
import { qrKernel } from "./matrix/qr.ts";
import { triangularSolve } from "./triangular.ts";

/** Parameters of `qr`. */
export interface QrParams {
  /** Q is square; otherwise it has as many columns as A has rows or columns, whichever are fewer. */
  readonly fullMatrices: boolean;
}

/**
 * A = Q R: Q has orthonormal columns, R is upper triangular; signs as LAPACK's. Leading axes are a batch. The derivative
 * exists for matrices with at least as many rows as columns and full column rank.
 *
 * @throws ShapeError for fewer than two axes. @throws DTypeError unless float32 or float64.
 * @example const [q, r] = qr([a], { fullMatrices: false });
 */
export const qr: ManyOperation<QrParams> = /* @__PURE__ */ defineManyPrimitive<QrParams>({
  name: "qr",
  types: ([a], { fullMatrices }) => {
    checkMatrices("qr", a!);
    const [, m, n] = matrixSizes(a!);
    const batch = a!.shape.slice(0, -2);
    const k = fullMatrices ? m : Math.min(m, n);
    const strong = { ...a!, weakType: false };
    return [withShape(strong, [...batch, m, k]), withShape(strong, [...batch, k, n])];
  },
  jvp: ([a], [da], params) => {
    const [, m, n] = matrixSizes(a!.aval);
    if (m < n || (params.fullMatrices && m !== n)) {
      throw new TransformError({
        what: "Unimplemented case of QR decomposition derivative",
        fix: "differentiate the reduced decomposition of a matrix with at least as many rows as columns",
      });
    }
    const [q, r] = qr([a!], params);
    const scaled = triangularSolve(r!, da!, {
      leftSide: false,
      lower: false,
      transposeA: false,
      conjugateA: false,
      unitDiagonal: false,
    });
    const inner = matrixProduct(matrixTransposed(q!), scaled);
    const below = lowerTriangle(inner, -1);
    const turn = sub(below, matrixTransposed(below));
    return [
      [q!, r!],
      [add(matrixProduct(q!, sub(turn, inner)), scaled), matrixProduct(sub(inner, turn), r!)],
    ];
  },
  transpose: "nonlinear",
  batch: /* @__PURE__ */ batchLeading<QrParams>((operands, params) => qr(operands, params)),
  lower: {
    kind: "opaque",
    kernel: qrKernel,
    sizes: ({ fullMatrices }, [a]) => {
      const [batch, m, n] = matrixSizes(a!);
      return [batch, m, n, fullMatrices ? m : Math.min(m, n)];
    },
  },
  show: ({ fullMatrices }) => [
    ["full_matrices", fullMatrices],
    ["pivoting", false],
    ["use_magma", null],
  ],
  laws: {
    ulp: 8,
    cases: [
      { operands: [{ shape: [3, 3], values: [1, 2, 0.5, 4, -1, 2, -2, 1, 3] }], params: { fullMatrices: true } },
      { operands: [{ shape: [4, 2], values: [1, 2, 0.5, 4, -1, 2, 3, 1] }], params: { fullMatrices: false } },
      { operands: [{ shape: [2, 2, 2], values: [1, 2, 0.5, 4, -1, 2, 3, 1] }], params: { fullMatrices: false } },
    ],
  },
});
