/** `lax.linalg`: factorisations of batches of matrices under the names, parameters and order of results that JAX's lax has. */
import { type ArrayArg, asArray } from "../array/convert.ts";
import type { NDArray } from "../core/ndarray.ts";
import { checkOptions } from "../errors/index.ts";
import { add, div } from "../prims/arithmetic.ts";
import { cholesky as choleskyFactor } from "../prims/cholesky.ts";
import { eigh as eighFactors } from "../prims/eigh.ts";
import { full } from "../prims/fill.ts";
import { lu as luFactors } from "../prims/lu.ts";
import { checkSquare, lowerTriangle, matrixTransposed } from "../prims/matrices.ts";
import { expandDims, reshape } from "../prims/movement.ts";
import { qr as qrFactors } from "../prims/qr.ts";
import { svd as svdFactors } from "../prims/svd.ts";
import { triangularSolve as solve } from "../prims/triangular.ts";

/** The mean of each matrix and its transpose. */
function symmetrized(name: string, x: NDArray): NDArray {
  checkSquare(name, x.aval);
  return div(add(x, matrixTransposed(x)), full([], 2, x.aval.dtype));
}

/**
 * The lower triangular L with L L^T = x; NaN where x is not positive definite. `symmetrizeInput` (default true) takes the
 * mean of x and its transpose first; otherwise only the lower triangle is read.
 * @throws ShapeError unless the last two axes are equal. @throws DTypeError unless float32 or float64.
 * @example lax.linalg.cholesky(x)
 */
export function cholesky(x: ArrayArg, options: { readonly symmetrizeInput?: boolean } = {}): NDArray {
  checkOptions("linalg.cholesky", options, ["symmetrizeInput"]);
  const a = asArray(x, "linalg.cholesky");
  return lowerTriangle(choleskyFactor((options.symmetrizeInput ?? true) ? symmetrized("cholesky", a) : a));
}

/** Options of `triangularSolve`. */
export interface TriangularSolveOptions {
  /** Solve op(a) x = b; otherwise x op(a) = b. Default false. */
  readonly leftSide?: boolean;
  /** Read the lower triangle of a; otherwise the upper. Default false. */
  readonly lower?: boolean;
  /** op(a) is the transpose of a. Default false. */
  readonly transposeA?: boolean;
  /** op(a) is the conjugate: no effect on real matrices. Default false. */
  readonly conjugateA?: boolean;
  /** The diagonal of a counts as ones. Default false. */
  readonly unitDiagonal?: boolean;
}

/**
 * x with op(a) x = b or x op(a) = b for triangular a. `b` may have one axis fewer than `a`: then it is a vector.
 * @throws ShapeError if the shapes do not fit. @throws DTypeError unless both are float32 or both float64.
 * @example lax.linalg.triangularSolve(jnp.eye(3), jnp.ones(3), { leftSide: true, lower: true })
 */
export function triangularSolve(a: ArrayArg, b: ArrayArg, options: TriangularSolveOptions = {}): NDArray {
  checkOptions("linalg.triangularSolve", options, ["leftSide", "lower", "transposeA", "conjugateA", "unitDiagonal"]);
  const { leftSide = false, lower = false, transposeA = false, conjugateA = false, unitDiagonal = false } = options;
  const [x, y] = [asArray(a, "linalg.triangularSolve"), asArray(b, "linalg.triangularSolve", 1)];
  const rank = x.aval.shape.length;
  const isVector = rank >= 2 && y.aval.shape.length === rank - 1;
  const matrix = isVector ? expandDims(y, [leftSide ? rank - 1 : rank - 2]) : y;
  const result = solve(x, matrix, { leftSide, lower, transposeA, conjugateA, unitDiagonal });
  return isVector ? reshape(result, { newSizes: y.aval.shape }) : result;
}

/**
 * P x = L U with partial pivoting: both factors in one matrix, the rows that were exchanged in each step, and the order of
 * the rows of x in P x (both int32).
 * @throws ShapeError for fewer than two axes. @throws DTypeError unless float32 or float64.
 * @example const [lu, pivots, permutation] = lax.linalg.lu(x);
 */
export function lu(x: ArrayArg): [lu: NDArray, pivots: NDArray, permutation: NDArray] {
  const [factors, pivots, permutation] = luFactors([asArray(x, "linalg.lu")]);
  return [factors!, pivots!, permutation!];
}

/**
 * x = Q R. `fullMatrices` (default true): Q is square.
 * @throws ShapeError for fewer than two axes. @throws DTypeError unless float32 or float64.
 * @example const [q, r] = lax.linalg.qr(x, { fullMatrices: false });
 */
export function qr(x: ArrayArg, options: { readonly fullMatrices?: boolean } = {}): [q: NDArray, r: NDArray] {
  checkOptions("linalg.qr", options, ["fullMatrices"]);
  const [q, r] = qrFactors([asArray(x, "linalg.qr")], { fullMatrices: options.fullMatrices ?? true });
  return [q!, r!];
}

/**
 * Eigenvectors in columns, then eigenvalues in ascending order. `symmetrizeInput` (default true) takes the mean of x and its
 * transpose first; otherwise the lower (default) or upper triangle is read.
 * @throws ShapeError unless the last two axes are equal. @throws DTypeError unless float32 or float64.
 * @example const [v, w] = lax.linalg.eigh(x);
 */
export function eigh(
  x: ArrayArg,
  options: { readonly lower?: boolean; readonly symmetrizeInput?: boolean } = {},
): [v: NDArray, w: NDArray] {
  checkOptions("linalg.eigh", options, ["lower", "symmetrizeInput"]);
  const a = asArray(x, "linalg.eigh");
  const symmetric = (options.symmetrizeInput ?? true) ? symmetrized("eigh", a) : a;
  const [v, w] = eighFactors([symmetric], { lower: options.lower ?? true });
  return [v!, w!];
}

/**
 * U, the singular values in descending order, and V^T; or the singular values alone (`computeUv: false`).
 * `fullMatrices` (default true): U and V are square.
 * @throws ShapeError for fewer than two axes. @throws DTypeError unless float32 or float64.
 * @example const [u, s, vt] = lax.linalg.svd(x, { fullMatrices: false });
 */
export function svd(
  x: ArrayArg,
  options: { readonly fullMatrices?: boolean; readonly computeUv: false },
): readonly [s: NDArray];
export function svd(
  x: ArrayArg,
  options?: { readonly fullMatrices?: boolean; readonly computeUv?: true },
): readonly [u: NDArray, s: NDArray, vt: NDArray];
export function svd(
  x: ArrayArg,
  options: { readonly fullMatrices?: boolean; readonly computeUv?: boolean } = {},
): readonly NDArray[] {
  checkOptions("linalg.svd", options, ["fullMatrices", "computeUv"]);
  const { fullMatrices = true, computeUv = true } = options;
  const [s, u, vt] = svdFactors([asArray(x, "linalg.svd")], { fullMatrices, computeUv });
  return computeUv ? [u!, s!, vt!] : [s!];
}
