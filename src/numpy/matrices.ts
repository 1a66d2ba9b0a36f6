/** Matrices by their diagonals and triangles. */
import { type ArrayArg, asArray, cast } from "../array/convert.ts";
import { defaultFloat } from "../array/dtypes.ts";
import type { NDArray } from "../core/ndarray.ts";
import { ArgumentError, AxisError, ShapeError } from "../errors/index.ts";
import { add } from "../prims/arithmetic.ts";
import { and } from "../prims/bitwise.ts";
import { eq, ge } from "../prims/compare.ts";
import { cumprod } from "../prims/cumulative.ts";
import { full, iota } from "../prims/fill.ts";
import { broadcastTo, permuted, rev } from "../prims/movement.ts";
import { concatenate, pad, slice } from "../prims/slicing.ts";
import type { DType } from "../types/dtype.ts";
import { canonicalAxis, formatShape, sizeOf } from "../types/shape.ts";
import { range } from "../util/list.ts";
import { readArguments, readDType, readInt, type StaticInt, type Trailing } from "./arguments.ts";
import { along, choosing, constant, flattened, operand, shaped, zerosOf } from "./operand.ts";
import { repeatedValues } from "./take.ts";

/** Options of `eye` and `tri`. */
export interface EyeOptions {
  /** The number of columns; that of rows by default. */
  readonly M?: StaticInt | null;
  /** The diagonal: 0 the main one, positive above it. */
  readonly k?: StaticInt;
  /** The dtype of the result; float32 by default. */
  readonly dtype?: DType;
}

type EyeArguments = Trailing<[M: StaticInt | null, k: StaticInt, dtype: DType], EyeOptions>;

interface Frame {
  readonly shape: readonly [number, number];
  readonly k: number;
  readonly dtype: DType;
}

function readFrame(caller: string, N: StaticInt, args: EyeArguments): Frame {
  const options = readArguments<EyeOptions>(caller, args, ["M", "k", "dtype"]);
  const rows = readInt(caller, "N", N);
  const columns = options.M === undefined || options.M === null ? rows : readInt(caller, "M", options.M);
  if (rows < 0 || columns < 0) {
    throw new ShapeError({
      what: `negative dimensions are not allowed, got ${rows} and ${columns} in ${caller}`,
      fix: "use sizes of 0 and more",
    });
  }
  return {
    shape: [rows, columns],
    k: readInt(caller, "k", options.k ?? 0),
    dtype: readDType(caller, options.dtype, defaultFloat()),
  };
}

const numbered = (shape: readonly number[], dimension: number): NDArray =>
  iota([], { dtype: "int32", shape, dimension });

/** Which elements of a matrix stand on diagonal k or below it. */
function lower(shape: readonly [number, number], k: number): NDArray {
  return ge(add(numbered(shape, 0), constant(k, "int32")), numbered(shape, 1));
}

/**
 * A matrix with ones on a diagonal and zeros elsewhere.
 * @throws ShapeError for negative sizes. @throws ConcretizationTypeError for traced ones.
 * @example jnp.eye(3); jnp.eye(2, 3, { k: 1 })
 */
export function eye(N: StaticInt, ...args: EyeArguments): NDArray {
  const { shape, k, dtype } = readFrame("eye", N, args);
  return cast(eq(add(numbered(shape, 0), constant(k, "int32")), numbered(shape, 1)), dtype);
}

/**
 * The identity matrix.
 * @throws ShapeError for a negative size.
 * @example jnp.identity(3)
 */
export function identity(n: StaticInt, ...args: Trailing<[dtype: DType], { readonly dtype?: DType }>): NDArray {
  const options = readArguments<{ dtype?: DType }>("identity", args, ["dtype"]);
  return eye(n, options);
}

/**
 * A matrix with ones on and below a diagonal and zeros above it.
 * @throws ShapeError for negative sizes. @throws ConcretizationTypeError for traced ones.
 * @example jnp.tri(3); jnp.tri(3, 4, -1)
 */
export function tri(N: StaticInt, ...args: EyeArguments): NDArray {
  const { shape, k, dtype } = readFrame("tri", N, args);
  return cast(lower(shape, k), dtype);
}

function triangular(caller: string, m: ArrayArg, k: StaticInt, upper: boolean): NDArray {
  const x = asArray(m, caller, 0);
  const { shape, dtype } = x.aval;
  if (shape.length < 2) {
    throw new ShapeError({
      what: `Argument to jax.numpy.${caller} must be at least 2D, got shape ${formatShape(shape)}`,
      fix: "pass a matrix",
    });
  }
  const offset = readInt(caller, "k", k);
  const corner = shape.slice(-2) as [number, number];
  const zero = constant(0, dtype);
  // The upper triangle is what does not lie below the diagonal before.
  const below = broadcastTo(lower(corner, upper ? offset - 1 : offset), shape);
  return upper ? choosing(below, zero, x) : choosing(below, x, zero);
}

/**
 * The lower triangles of matrices, up to diagonal k: zeros above it. Leading axes are batches.
 * @throws ShapeError for fewer than two axes.
 * @example jnp.tril(m); jnp.tril(m, -1)
 */
export function tril(m: ArrayArg, ...args: Trailing<[k: StaticInt], { readonly k?: StaticInt }>): NDArray {
  return triangular("tril", m, readArguments<{ k?: StaticInt }>("tril", args, ["k"]).k ?? 0, false);
}

/**
 * The upper triangles of matrices, from diagonal k: zeros below it. Leading axes are batches.
 * @throws ShapeError for fewer than two axes.
 * @example jnp.triu(m, 1)
 */
export function triu(m: ArrayArg, ...args: Trailing<[k: StaticInt], { readonly k?: StaticInt }>): NDArray {
  return triangular("triu", m, readArguments<{ k?: StaticInt }>("triu", args, ["k"]).k ?? 0, true);
}

/** Options of `vander`. */
export interface VanderOptions {
  /** The number of columns; the length of x by default. */
  readonly N?: StaticInt | null;
  /** Whether the powers ascend from left to right. Default false. */
  readonly increasing?: boolean;
}

/**
 * The Vandermonde matrix: powers of the elements of a vector, one row each, descending from left to right.
 * @throws ShapeError unless x is a vector. @throws ArgumentError for a negative N.
 * @example jnp.vander(jnp.array([1, 2, 3])) // rows [1 1 1], [4 2 1], [9 3 1]
 */
export function vander(
  x: ArrayArg,
  ...args: Trailing<[N: StaticInt | null, increasing: boolean], VanderOptions>
): NDArray {
  const options = readArguments<VanderOptions>("vander", args, ["N", "increasing"]);
  const a = asArray(x, "vander", 0);
  if (a.aval.shape.length !== 1) {
    throw new ShapeError({
      what: `x must be a one-dimensional array, got shape ${formatShape(a.aval.shape)}`,
      fix: "flatten the array",
    });
  }
  const rows = a.aval.shape[0]!;
  const N = options.N === undefined || options.N === null ? rows : readInt("vander", "N", options.N);
  if (N < 0) throw new ArgumentError({ what: "N must be nonnegative", fix: "use 0 or more columns" });
  const column = (value: NDArray, count: number): NDArray => broadcastTo(shaped(value, [rows, 1]), [rows, count]);
  const one = full([rows], a.aval.dtype === "bool" ? true : 1, a.aval.dtype);
  if (N === 0) return zerosOf([rows, 0], a.aval.dtype);
  const factors = N === 1 ? column(one, 1) : concatenate([column(one, 1), column(a, N - 1)], { dimension: 1 });
  const powers = cumprod(factors, { axis: 1, reverse: false });
  return options.increasing === true ? powers : rev(powers, { dimensions: [1] });
}

/** Options of `diagonal`. */
export interface DiagonalOptions {
  /** The diagonal: 0 the main one, positive above it. */
  readonly offset?: StaticInt;
  /** The axis of rows. Default 0. */
  readonly axis1?: number;
  /** The axis of columns. Default 1. */
  readonly axis2?: number;
}

/**
 * A diagonal of each matrix in an array, along a new last axis.
 * @throws ShapeError for fewer than two axes. @throws AxisError if the axes are equal or do not exist.
 * @example jnp.diagonal(m, 1)
 */
export function diagonal(
  a: ArrayArg,
  ...args: Trailing<[offset: StaticInt, axis1: number, axis2: number], DiagonalOptions>
): NDArray {
  const options = readArguments<DiagonalOptions>("diagonal", args, ["offset", "axis1", "axis2"]);
  const x = asArray(a, "diagonal", 0);
  const rank = x.aval.shape.length;
  if (rank < 2) {
    throw new ShapeError({ what: "diagonal requires an array of at least two dimensions.", fix: "pass a matrix" });
  }
  const [rows, columns] = [
    canonicalAxis(options.axis1 ?? 0, rank, "axis1"),
    canonicalAxis(options.axis2 ?? 1, rank, "axis2"),
  ];
  if (rows === columns) throw new AxisError({ what: "axis1 and axis2 cannot be the same", fix: "name two axes" });
  const offset = readInt("diagonal", "offset", options.offset ?? 0);
  const others = range(rank).filter((d) => d !== rows && d !== columns);
  const [n, m] = [x.aval.shape[rows]!, x.aval.shape[columns]!];
  const length = Math.max(0, Math.min(n + Math.min(offset, 0), m - Math.max(offset, 0)));
  const batch = others.map((d) => x.aval.shape[d]!);
  if (length === 0) return zerosOf([...batch, 0], x.aval.dtype, x.aval.weakType);
  // In row-major order neighbours on a diagonal are a row and a column apart.
  const flat = shaped(permuted(x, [...others, rows, columns]), [...batch, n * m]);
  const start = offset >= 0 ? offset : -offset * m;
  return slice(flat, {
    startIndices: [...batch.map(() => 0), start],
    limitIndices: [...batch, start + (length - 1) * (m + 1) + 1],
    strides: [...batch.map(() => 1), m + 1],
  });
}

/** The square matrix with a vector on diagonal k and zeros elsewhere. */
function withDiagonal(v: NDArray, k: number): NDArray {
  const n = v.aval.shape[0]!;
  const { dtype, weakType } = v.aval;
  const N = n + Math.abs(k);
  if (n === 0) return zerosOf([N, N], dtype, weakType);
  const start = k >= 0 ? k : -k * N;
  const behind = N * N - (start + (n - 1) * (N + 1) + 1);
  return shaped(pad(v, constant(0, dtype, weakType), { paddingConfig: [[start, behind, N]] }), [N, N]);
}

/**
 * The matrix with a vector on a diagonal, or the diagonal of a matrix.
 * @throws ShapeError unless v is a vector or a matrix.
 * @example jnp.diag(jnp.array([1, 2])); jnp.diag(m, 1)
 */
export function diag(v: ArrayArg, ...args: Trailing<[k: StaticInt], { readonly k?: StaticInt }>): NDArray {
  const k = readInt("diag", "k", readArguments<{ k?: StaticInt }>("diag", args, ["k"]).k ?? 0);
  const x = asArray(v, "diag", 0);
  const rank = x.aval.shape.length;
  if (rank === 1) return withDiagonal(x, k);
  if (rank === 2) return diagonal(x, k);
  throw new ShapeError({
    what: `diag input must be 1d or 2d, got shape ${formatShape(x.aval.shape)}`,
    fix: "use diagonal for batches of matrices",
  });
}

/**
 * The matrix with all elements of an array, in row-major order, on a diagonal.
 * @example jnp.diagflat(jnp.ones([2, 2]))
 */
export function diagflat(v: ArrayArg, ...args: Trailing<[k: StaticInt], { readonly k?: StaticInt }>): NDArray {
  const k = readInt("diagflat", "k", readArguments<{ k?: StaticInt }>("diagflat", args, ["k"]).k ?? 0);
  return withDiagonal(flattened(asArray(v, "diagflat", 0)), k);
}

/** Options of `fillDiagonal`. */
export interface FillDiagonalOptions {
  /** Arrays do not change: false must be given, as in JAX. */
  readonly inplace?: boolean;
  /** Must be false, as in JAX. */
  readonly wrap?: boolean;
}

/**
 * An array whose main diagonal is replaced by a value, or by values, which repeat as needed.
 * @throws ShapeError for fewer than two axes, or more than two of different lengths. @throws ArgumentError unless `inplace` is false.
 * @example jnp.fillDiagonal(m, 9, { inplace: false })
 */
export function fillDiagonal(
  a: ArrayArg,
  val: ArrayArg,
  ...args: Trailing<[wrap: boolean], FillDiagonalOptions>
): NDArray {
  const options = readArguments<FillDiagonalOptions>("fillDiagonal", args, ["wrap"], ["inplace"]);
  if (options.inplace !== false) {
    throw new ArgumentError({
      what: "JAX arrays are immutable, must use inplace=False",
      fix: "pass { inplace: false } and use the array that is returned",
    });
  }
  if (options.wrap === true)
    throw new ArgumentError({ what: "wrap=True is not implemented, must use wrap=False", fix: "leave wrap out" });
  const x = asArray(a, "fillDiagonal", 0);
  const { shape, dtype } = x.aval;
  if (shape.length < 2) throw new ShapeError({ what: "array must be at least 2-d", fix: "pass a matrix" });
  if (shape.length > 2 && shape.some((n) => n !== shape[0])) {
    throw new ShapeError({ what: "All dimensions of input must be of equal length", fix: "pass a square array" });
  }
  if (sizeOf(shape) === 0) return x;
  const value = cast(operand(val, "fillDiagonal", 1), dtype);
  const first = numbered(shape, 0);
  const onDiagonal = range(shape.length)
    .slice(1)
    .map((d) => eq(first, numbered(shape, d)))
    .reduce((p, q) => and(p, q));
  const values =
    value.aval.shape.length === 0
      ? value
      : broadcastTo(along(repeatedValues(value, shape[0]!), 0, shape.length), shape);
  return choosing(onDiagonal, values, x);
}
