/**
 * `numpy.linalg`: linear algebra on batches of matrices, which are the last two axes of arrays. Everything differentiates,
 * in both modes and to any order, and can be batched. Singular matrices give infinities and NaN, not errors.
 */
export { type DotOptions, matmul } from "../../array/contraction.ts";
export { matrixTranspose } from "../../array/shape.ts";
export { outer, type TensordotAxes, tensordot, vecdot } from "../products.ts";
export {
  type CholeskyOptions,
  cholesky,
  type EighOptions,
  eigh,
  eigvalsh,
  type LstsqOptions,
  lstsq,
  matrixRank,
  pinv,
  type QrMode,
  qr,
  type SvdOptions,
  svd,
  svdvals,
  type ToleranceOptions,
} from "./factors.ts";
export {
  cond,
  matrixNorm,
  type NormOptions,
  type NormOrder,
  norm,
  type VectorNormOptions,
  vectorNorm,
} from "./norms.ts";
export { cross, diagonal, matrixPower, multiDot, tensorinv, tensorsolve, trace } from "./products.ts";
export { det, inv, slogdet, solve } from "./solve.ts";
