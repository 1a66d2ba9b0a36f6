/** Factorisations as NumPy has them, and what is made of singular values: pseudo-inverses, least squares, ranks. */
import { customJvp } from "../../api/custom.ts";
import { greater } from "../../array/comparison.ts";
import { matmul } from "../../array/contraction.ts";
import { type ArrayArg, asArray, cast } from "../../array/convert.ts";
import { defaultInt } from "../../array/dtypes.ts";
import { any, max, sum } from "../../array/reduction.ts";
import { matrixTranspose } from "../../array/shape.ts";
import type { NDArray } from "../../core/ndarray.ts";
import { checkOptions, OptionError, ShapeError } from "../../errors/index.ts";
import { abs, div, mul, neg } from "../../prims/arithmetic.ts";
import { and } from "../../prims/bitwise.ts";
import { cholesky as choleskyFactor } from "../../prims/cholesky.ts";
import { ge, gt, lt } from "../../prims/compare.ts";
import { eigh as eighFactors } from "../../prims/eigh.ts";
import { lowerTriangle } from "../../prims/matrices.ts";
import { broadcastTo, expandDims } from "../../prims/movement.ts";
import { qr as qrFactors } from "../../prims/qr.ts";
import { where } from "../../prims/rules.ts";
import { sliceAlong } from "../../prims/slicing.ts";
import { sort } from "../../prims/sort.ts";
import { svd as svdFactors } from "../../prims/svd.ts";
import { composite } from "../../runtime/composite.ts";
import { formatShape } from "../../types/shape.ts";
import { checkChoice } from "../arguments.ts";
import { constant, shaped, truth, zerosOf } from "../operand.ts";
import { inexact, inexactPair, matrices, squareMatrices, symmetrized } from "./operand.ts";

/** The distance from 1 to the next number. */
const epsilonOf = (x: NDArray): number => (x.aval.dtype === "float64" ? 2 ** -52 : 2 ** -23);

/** Options of `cholesky`. */
export interface CholeskyOptions {
  /** Give the upper triangular factor U with U^T U = A. Default false. */
  readonly upper?: boolean;
  /** Take the mean of the matrix and its transpose first. Default true; otherwise only the lower triangle is read. */
  readonly symmetrizeInput?: boolean;
}

const choleskyFactors = /* @__PURE__ */ composite<{ symmetrize: boolean; upper: boolean }>(
  "cholesky",
  ([a], { symmetrize, upper }) => {
    const l = lowerTriangle(choleskyFactor(symmetrize ? symmetrized(a!, matrixTranspose(a!)) : a!));
    return [upper ? matrixTranspose(l) : l];
  },
);

/**
 * The lower triangular L with L L^T = A for symmetric positive definite matrices; NaN for others.
 * @throws ShapeError unless the last two axes are equal.
 * @example jnp.linalg.cholesky(jnp.array([[4, 2], [2, 5]])) // [[2, 0], [1, 2]]
 */
export function cholesky(a: ArrayArg, options: CholeskyOptions = {}): NDArray {
  checkOptions("linalg.cholesky", options, ["upper", "symmetrizeInput"]);
  const { upper = false, symmetrizeInput = true } = options;
  return choleskyFactors([squareMatrices("cholesky", a)], { symmetrize: symmetrizeInput, upper })[0]!;
}

/** What `qr` returns: both factors, the full ones, or R alone. */
export type QrMode = "reduced" | "complete" | "r";

/**
 * A = Q R: Q has orthonormal columns, R is upper triangular. `mode` "reduced" (default): as few columns as suffice;
 * "complete": Q is square; "r": R alone.
 * @throws ShapeError for fewer than two axes. @throws OptionError for another mode.
 * @example const [q, r] = jnp.linalg.qr(a);
 */
export function qr(a: ArrayArg, mode: "r"): NDArray;
export function qr(a: ArrayArg, mode?: "reduced" | "complete"): [Q: NDArray, R: NDArray];
export function qr(a: ArrayArg, mode: QrMode = "reduced"): NDArray | [NDArray, NDArray] {
  checkChoice("linalg.qr", "mode", mode, ["reduced", "complete", "r"]);
  const [q, r] = qrFactors([matrices("qr", a)], { fullMatrices: mode === "complete" });
  return mode === "r" ? r! : [q!, r!];
}

/** Options of `eigh` and `eigvalsh`. */
export interface EighOptions {
  /** Which triangle is read when the input is not symmetrized. Default "L". */
  readonly UPLO?: "L" | "U";
  /** Take the mean of the matrix and its transpose first. Default true. */
  readonly symmetrizeInput?: boolean;
}

const symmetricFactors = /* @__PURE__ */ composite<{ symmetrize: boolean; lower: boolean }>(
  "eigh",
  ([a], { symmetrize, lower }) => eighFactors([symmetrize ? symmetrized(a!, matrixTranspose(a!)) : a!], { lower }),
);

/**
 * Eigenvalues of symmetric matrices in ascending order, and orthonormal eigenvectors in columns, each up to its sign.
 * Derivatives exist where the eigenvalues differ.
 * @throws ShapeError unless the last two axes are equal.
 * @example const [w, v] = jnp.linalg.eigh(jnp.array([[2, 1], [1, 2]])); // w is [1, 3]
 */
export function eigh(a: ArrayArg, options: EighOptions = {}): [eigenvalues: NDArray, eigenvectors: NDArray] {
  checkOptions("linalg.eigh", options, ["UPLO", "symmetrizeInput"]);
  const { UPLO = "L", symmetrizeInput = true } = options;
  checkChoice("linalg.eigh", "UPLO", UPLO, ["L", "U"]);
  const statics = { symmetrize: symmetrizeInput, lower: UPLO === "L" };
  const [v, w] = symmetricFactors([squareMatrices("eigh", a)], statics);
  return [w!, v!];
}

/**
 * Eigenvalues of symmetric matrices in ascending order.
 * @throws ShapeError unless the last two axes are equal.
 * @example jnp.linalg.eigvalsh(jnp.array([[2, 1], [1, 2]])) // [1, 3]
 */
export function eigvalsh(a: ArrayArg, options: EighOptions = {}): NDArray {
  return eigh(a, options)[0];
}

/** Options of `svd`. */
export interface SvdOptions extends HermitianOptions {
  /** Square U and V. Default true; their derivative exists only for false (or square matrices). */
  readonly fullMatrices?: boolean;
  /** Whether to give U and V^T beside the singular values. Default true. */
  readonly computeUv?: boolean;
}

/** The option for symmetric matrices. */
export interface HermitianOptions {
  /** The matrices are symmetric: their eigenvalues serve, which cost less. Read is the mean of each matrix and its transpose.
   *  Default false. */
  readonly hermitian?: boolean;
}

/** S, U, V^T of symmetric matrices, from the eigenvalues: A = V diag(w) V^T = V diag(|w|) (V diag(sign w))^T. */
const symmetricSingular = /* @__PURE__ */ composite<null>("svd", ([a]) => {
  const [v, w] = eighFactors([symmetrized(a!, matrixTranspose(a!))], { lower: true }) as [NDArray, NDArray];
  const { shape } = v.aval;
  const axis = shape.length - 1;
  const rows = broadcastTo(expandDims(w, [axis - 1]), shape);
  const order = { dimension: axis, isStable: true, numKeys: 1 };
  const [, sorted, vectors] = sort([neg(abs(rows)), rows, v], order) as [NDArray, NDArray, NDArray];
  const signed = where(lt(sorted, constant(0, v.aval.dtype)), neg(vectors), vectors, vectors);
  const [size, values] = sort([neg(abs(w)), w], { ...order, dimension: axis - 1 }) as [NDArray, NDArray];
  return [where(lt(values, constant(0, w.aval.dtype)), neg(values), values, size), vectors, matrixTranspose(signed)];
});

/**
 * The singular value decomposition A = U diag(S) Vh: S in descending order; columns of U and rows of Vh orthonormal, each
 * pair up to its sign.
 * @throws ShapeError for fewer than two axes, or with `hermitian` for matrices that are not square.
 * @example const [u, s, vh] = jnp.linalg.svd(a, { fullMatrices: false });
 */
export function svd(a: ArrayArg, options: SvdOptions & { readonly computeUv: false }): NDArray;
export function svd(a: ArrayArg, options?: SvdOptions): [U: NDArray, S: NDArray, Vh: NDArray];
export function svd(a: ArrayArg, options: SvdOptions = {}): NDArray | [NDArray, NDArray, NDArray] {
  checkOptions("linalg.svd", options, ["fullMatrices", "computeUv", "hermitian"]);
  const { fullMatrices = true, computeUv = true, hermitian = false } = options;
  const [s, u, vt] = hermitian
    ? symmetricSingular([squareMatrices("svd", a)], null)
    : svdFactors([matrices("svd", a)], { fullMatrices, computeUv });
  return computeUv ? [u!, s!, vt!] : s!;
}

/**
 * The singular values in descending order.
 * @throws ShapeError for fewer than two axes.
 * @example jnp.linalg.svdvals(jnp.array([[3, 0], [0, 4]])) // [4, 3]
 */
export function svdvals(x: ArrayArg): NDArray {
  return svd(x, { computeUv: false });
}

type WithTolerance = (a: NDArray, rtol: NDArray) => NDArray;
const pseudoInverse: { [hermitian: string]: WithTolerance } = {};

/** The pseudo-inverse; its derivative (Golub and Pereyra 1973) needs no singular vectors. */
function pseudoInverter(hermitian: boolean): WithTolerance {
  const known = pseudoInverse[String(hermitian)];
  if (known !== undefined) return known;
  const inverted = customJvp((a: NDArray, rtol: NDArray) => {
    const [s, u, vt] = (
      hermitian ? symmetricSingular([a], null) : svdFactors([a], { fullMatrices: false, computeUv: true })
    ) as [NDArray, NDArray, NDArray];
    const rank = s.aval.shape.length;
    const cutoff = mul(
      broadcastTo(expandDims(rtol, [rank - 1]), s.aval.shape),
      broadcastTo(sliceAlong(s, rank - 1, 0, 1), s.aval.shape),
    );
    const kept = where(gt(s, cutoff), s, Number.POSITIVE_INFINITY, s);
    const ut = matrixTranspose(u);
    return matmul(matrixTranspose(vt), div(ut, broadcastTo(expandDims(kept, [rank]), ut.aval.shape)));
  });
  inverted.defjvp(([a, rtol], [da]) => {
    const p = inverted(a, rtol);
    const [pt, dat] = [matrixTranspose(p), matrixTranspose(da)];
    const [m, n] = a.aval.shape.slice(-2) as [number, number];
    if (m >= n) {
      const s = matmul(matmul(p, pt), dat);
      const t = matmul(matmul(dat, pt), p);
      const change = s
        .sub(matmul(matmul(s, a), p))
        .add(t)
        .sub(matmul(matmul(p, a), t));
      return [p, change.sub(matmul(matmul(p, da), p))];
    }
    const s = matmul(p, matmul(pt, dat));
    const t = matmul(dat, matmul(pt, p));
    const change = s
      .sub(matmul(s, matmul(a, p)))
      .add(t)
      .sub(matmul(p, matmul(a, t)));
    return [p, change.sub(matmul(p, matmul(da, p)))];
  });
  pseudoInverse[String(hermitian)] = inverted;
  return inverted;
}

/** Options of `pinv` and `matrixRank`. */
export interface ToleranceOptions extends HermitianOptions {
  /** Singular values that are at most this part of the largest count as zero. */
  readonly rtol?: ArrayArg;
}

const pseudoInverses = /* @__PURE__ */ composite<{ hermitian: boolean }>("pinv", ([a, rtol], { hermitian }) => [
  pseudoInverter(hermitian)(hermitian ? symmetrized(a!, matrixTranspose(a!)) : a!, rtol!),
]);

/**
 * The Moore-Penrose inverse of each matrix. Singular values up to `rtol` (default 10 max(m, n) eps) of the largest count as
 * zero.
 * @throws ShapeError for fewer than two axes.
 * @example jnp.linalg.pinv(jnp.array([[1, 0], [0, 0]])) // [[1, 0], [0, 0]]
 */
export function pinv(a: ArrayArg, options: ToleranceOptions = {}): NDArray {
  checkOptions("linalg.pinv", options, ["rtol", "hermitian"]);
  const { hermitian = false } = options;
  const x = hermitian ? squareMatrices("pinv", a) : matrices("pinv", a);
  const { shape, dtype } = x.aval;
  const [m, n] = shape.slice(-2) as [number, number];
  if (m === 0 || n === 0) return zerosOf([...shape.slice(0, -2), n, m], dtype);
  const rtol =
    options.rtol === undefined
      ? constant(10 * Math.max(m, n) * epsilonOf(x), dtype)
      : cast(asArray(options.rtol, "linalg.pinv"), dtype);
  return pseudoInverses([x, broadcastTo(rtol, shape.slice(0, -2))], { hermitian })[0]!;
}

/**
 * How many singular values exceed `rtol` (default max(m, n) eps) times the largest. Of arrays of rank below 2: whether any
 * element is not zero.
 * @example jnp.linalg.matrixRank(jnp.ones([2, 2])) // 1
 */
export function matrixRank(M: ArrayArg, options: ToleranceOptions = {}): NDArray {
  checkOptions("linalg.matrixRank", options, ["rtol", "hermitian"]);
  const x = inexact("matrixRank", M);
  const { shape, dtype } = x.aval;
  if (shape.length < 2) return cast(any(truth(x)), "int32");
  const s = svd(x, { computeUv: false, hermitian: options.hermitian ?? false });
  const cutoff =
    options.rtol === undefined
      ? max(s, -1, { initial: 0 }).mul(Math.max(...shape.slice(-2)) * epsilonOf(x))
      : broadcastTo(cast(asArray(options.rtol, "linalg.matrixRank"), dtype), s.aval.shape.slice(0, -1));
  return sum(cast(greater(s, expandDims(cutoff, [s.aval.shape.length - 1])), defaultInt()), -1);
}

/** Options of `lstsq`. */
export interface LstsqOptions {
  /** Singular values below this part of the largest count as zero. Default max(m, n) eps. */
  readonly rcond?: number;
}

/**
 * The x of least norm that makes the norm of a x - b least. Returns x, the squared norms of the residuals (of each column of
 * b), the rank of a, and its singular values.
 * @throws ShapeError unless a is a matrix and b a vector or matrix of as many rows.
 * @example const [x, residuals, rank, s] = jnp.linalg.lstsq(a, b);
 */
export function lstsq(
  a: ArrayArg,
  b: ArrayArg,
  options: LstsqOptions = {},
): [x: NDArray, residuals: NDArray, rank: NDArray, s: NDArray] {
  checkOptions("linalg.lstsq", options, ["rcond"]);
  const [x, y] = inexactPair("lstsq", a, b);
  const rank = y.aval.shape.length;
  if (x.aval.shape.length !== 2 || (rank !== 1 && rank !== 2) || x.aval.shape[0] !== y.aval.shape[0]) {
    throw new ShapeError({
      what: `lstsq: a has shape ${formatShape(x.aval.shape)} and b ${formatShape(y.aval.shape)}`,
      fix: "a must be a matrix, and b a vector or a matrix of as many rows",
    });
  }
  const { rcond } = options;
  if (rcond !== undefined && typeof rcond !== "number") {
    throw new OptionError({ what: "lstsq: rcond must be a number", fix: "leave it out for the usual tolerance" });
  }
  const [m, n] = x.aval.shape as [number, number];
  const tolerance = rcond === undefined ? Math.max(m, n) * epsilonOf(x) : rcond < 0 ? epsilonOf(x) : rcond;
  const right = rank === 1 ? shaped(y, [m, 1]) : y;
  const [solution, residuals, count, s] = leastSquares([x, right], { tolerance }) as [
    NDArray,
    NDArray,
    NDArray,
    NDArray,
  ];
  return [rank === 1 ? shaped(solution, [n]) : solution, residuals, count, s];
}

const leastSquares = /* @__PURE__ */ composite<{ tolerance: number }>("lstsq", ([a, b], { tolerance }) => {
  const { dtype } = a!.aval;
  const [s, u, vt] = svdFactors([a!], { fullMatrices: false, computeUv: true }) as [NDArray, NDArray, NDArray];
  const k = s.aval.shape[0]!;
  const largest = k === 0 ? constant(0, dtype) : shaped(sliceAlong(s, 0, 0, 1), []);
  const isKept = and(gt(s, constant(0, dtype)), ge(s, mul(constant(tolerance, dtype), largest)));
  const inverse = where(isKept, div(constant(1, dtype), where(isKept, s, 1, s)), 0, s);
  const x = matmul(matrixTranspose(vt), shaped(inverse, [k, 1]).mul(matmul(matrixTranspose(u), b!)));
  const rest = b!.sub(matmul(a!, x));
  return [x, sum(rest.mul(rest), 0), sum(cast(isKept, defaultInt())), s];
});
