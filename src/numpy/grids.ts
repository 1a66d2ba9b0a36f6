/** Grids of coordinates, indices of parts of matrices, and indices as one number or several. */
import { type ArrayArg, asArray, cast } from "../array/convert.ts";
import { defaultInt } from "../array/dtypes.ts";
import { promoteDTypes } from "../array/promotion.ts";
import type { NDArray } from "../core/ndarray.ts";
import { ArgumentError, DTypeError, IndexingError, ShapeError } from "../errors/index.ts";
import { add, mul } from "../prims/arithmetic.ts";
import { ones } from "../prims/fill.ts";
import { broadcastTo } from "../prims/movement.ts";
import { clamp } from "../prims/select.ts";
import { makeAval } from "../types/aval.ts";
import { type DType, integerRange, isInteger } from "../types/dtype.ts";
import { formatShape, type Shape, sizeOf } from "../types/shape.ts";
import { range } from "../util/list.ts";
import {
  checkChoice,
  readArguments,
  readDType,
  readInt,
  requireConcrete,
  type StaticInt,
  type Trailing,
} from "./arguments.ts";
import { concreteElements } from "./concrete.ts";
import { digit, type NonzeroOptions, nonzero } from "./nonzero.ts";
import { along, checkIntegers, constant, normalisedIndices, operand, wideIndices, zerosOf } from "./operand.ts";
import { wrappedIndices } from "./take.ts";

/** Options of `meshgrid`. */
export interface MeshgridOptions {
  /** `"xy"` (default): the first two axes are exchanged, so that x runs along columns; `"ij"`: axes in order. */
  readonly indexing?: "xy" | "ij";
  /** Whether results have length 1 along all axes but their own. Default false. */
  readonly sparse?: boolean;
  /** Must be true, as in JAX. */
  readonly copy?: boolean;
}

/**
 * The coordinates of a grid: one array for each vector, all of one shape.
 * @throws ShapeError unless all are vectors (or scalars). @throws ArgumentError if `copy` is false.
 * @example const [X, Y] = jnp.meshgrid(x, y); jnp.meshgrid(x, y, { indexing: "ij" })
 */
export function meshgrid(
  ...args: readonly [...xi: ArrayArg[], options: MeshgridOptions] | readonly ArrayArg[]
): NDArray[] {
  const last = args[args.length - 1];
  const hasOptions = typeof last === "object" && last !== null && Object.getPrototypeOf(last) === Object.prototype;
  const options = readArguments<MeshgridOptions>(
    "meshgrid",
    hasOptions ? [last] : [],
    [],
    ["indexing", "sparse", "copy"],
  );
  const indexing = checkChoice("meshgrid", "indexing", options.indexing ?? "xy", ["xy", "ij"]);
  if (options.copy === false)
    throw new ArgumentError({ what: "jax.numpy.meshgrid only supports copy=True", fix: "leave copy out" });
  const vectors = (hasOptions ? args.slice(0, -1) : args).map((x, i) => asArray(x as ArrayArg, "meshgrid", i));
  if (vectors.some((x) => x.aval.shape.length !== 1)) {
    throw new ShapeError({
      what: `Arguments to jax.numpy.meshgrid must be 1D, got shapes ${vectors.map((x) => formatShape(x.aval.shape)).join(", ")}`,
      fix: "pass vectors",
    });
  }
  const rank = vectors.length;
  const axisOf = (i: number): number => (indexing === "xy" && rank > 1 && i < 2 ? 1 - i : i);
  const shape = new Array<number>(rank).fill(1);
  vectors.forEach((x, i) => {
    shape[axisOf(i)] = x.aval.shape[0]!;
  });
  return vectors.map((x, i) => {
    const line = along(x, axisOf(i), rank);
    return options.sparse === true ? line : broadcastTo(line, shape);
  });
}

/**
 * Vectors that index a grid of their product: each along an axis of its own.
 * @throws ShapeError unless all are vectors. @throws DTypeError for masks.
 * @example x.get(...jnp.ix_(rows, columns))
 */
export function ix_(...args: readonly ArrayArg[]): NDArray[] {
  return args.map((a, i) => {
    const x = asArray(a, "ix_", i);
    if (x.aval.shape.length !== 1) {
      throw new ShapeError({
        what: `Arguments to jax.numpy.ix_ must be 1-dimensional, got shape ${formatShape(x.aval.shape)}`,
        fix: "pass vectors of indices",
      });
    }
    if (x.aval.dtype === "bool") {
      throw new DTypeError({
        what: "Boolean arguments to jax.numpy.ix_ are not implemented",
        fix: "pass jnp.flatnonzero(mask)",
      });
    }
    return along(x, i, args.length);
  });
}

/** A known list of numbers as an array of indices. */
function indexArray(values: readonly number[]): NDArray {
  return cast(asArray(Int32Array.from(values)), defaultInt());
}

/** The rows and columns of the elements of an (n, m) matrix that satisfy a condition. */
function matrixIndices(n: number, m: number, wanted: (row: number, column: number) => boolean): [NDArray, NDArray] {
  const rows: number[] = [];
  const columns: number[] = [];
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < m; j++) {
      if (!wanted(i, j)) continue;
      rows.push(i);
      columns.push(j);
    }
  }
  return [indexArray(rows), indexArray(columns)];
}

/** Options of `trilIndices` and `triuIndices`. */
export interface TriangleOptions {
  /** The diagonal where the triangle ends: 0 the main one, positive above it. */
  readonly k?: StaticInt;
  /** The number of columns; that of rows by default. */
  readonly m?: StaticInt | null;
}

type TriangleArguments = Trailing<[k: StaticInt, m: StaticInt | null], TriangleOptions>;

function triangle(caller: string, n: StaticInt, args: TriangleArguments): [number, number, number] {
  const options = readArguments<TriangleOptions>(caller, args, ["k", "m"]);
  const rows = readInt(caller, "n", n);
  return [
    rows,
    options.m === undefined || options.m === null ? rows : readInt(caller, "m", options.m),
    readInt(caller, "k", options.k ?? 0),
  ];
}

/**
 * The rows and columns of the lower triangle of an (n, m) matrix, up to diagonal k.
 * @throws ConcretizationTypeError for traced sizes.
 * @example const [i, j] = jnp.trilIndices(3);
 */
export function trilIndices(n: StaticInt, ...args: TriangleArguments): [NDArray, NDArray] {
  const [rows, columns, k] = triangle("trilIndices", n, args);
  return matrixIndices(rows, columns, (i, j) => j - i <= k);
}

/**
 * The rows and columns of the upper triangle of an (n, m) matrix, from diagonal k.
 * @throws ConcretizationTypeError for traced sizes.
 * @example const [i, j] = jnp.triuIndices(3, 1);
 */
export function triuIndices(n: StaticInt, ...args: TriangleArguments): [NDArray, NDArray] {
  const [rows, columns, k] = triangle("triuIndices", n, args);
  return matrixIndices(rows, columns, (i, j) => j - i >= k);
}

function matrixShape(caller: string, arr: ArrayArg): readonly [number, number] {
  const { shape } = asArray(arr, caller, 0).aval;
  if (shape.length === 2) return shape as unknown as readonly [number, number];
  throw new ShapeError({
    what: `Only 2-D inputs are accepted by ${caller}, got shape ${formatShape(shape)}`,
    fix: "pass a matrix",
  });
}

/**
 * The rows and columns of the lower triangle of a matrix.
 * @throws ShapeError unless it is a matrix.
 * @example jnp.trilIndicesFrom(m)
 */
export function trilIndicesFrom(
  arr: ArrayArg,
  ...args: Trailing<[k: StaticInt], { readonly k?: StaticInt }>
): [NDArray, NDArray] {
  const { k = 0 } = readArguments<{ k?: StaticInt }>("trilIndicesFrom", args, ["k"]);
  const [n, m] = matrixShape("trilIndicesFrom", arr);
  return trilIndices(n, k, m);
}

/**
 * The rows and columns of the upper triangle of a matrix.
 * @throws ShapeError unless it is a matrix.
 * @example jnp.triuIndicesFrom(m, 1)
 */
export function triuIndicesFrom(
  arr: ArrayArg,
  ...args: Trailing<[k: StaticInt], { readonly k?: StaticInt }>
): [NDArray, NDArray] {
  const { k = 0 } = readArguments<{ k?: StaticInt }>("triuIndicesFrom", args, ["k"]);
  const [n, m] = matrixShape("triuIndicesFrom", arr);
  return triuIndices(n, k, m);
}

/**
 * The indices of the main diagonal of an array of `ndim` axes of length n: the same vector for each axis.
 * @throws ArgumentError for a negative n or fewer than one axis.
 * @example x.at(...jnp.diagIndices(3)).set(1)
 */
export function diagIndices(
  n: StaticInt,
  ...args: Trailing<[ndim: StaticInt], { readonly ndim?: StaticInt }>
): NDArray[] {
  const options = readArguments<{ ndim?: StaticInt }>("diagIndices", args, ["ndim"]);
  const [length, ndim] = [readInt("diagIndices", "n", n), readInt("diagIndices", "ndim", options.ndim ?? 2)];
  if (length < 0 || ndim < 1) {
    throw new ArgumentError({
      what: `diagIndices: n must not be negative and ndim at least 1, got ${length} and ${ndim}`,
      fix: "use n of 0 or more",
    });
  }
  const line = indexArray(range(length));
  return range(ndim).map(() => line);
}

/**
 * The indices of the main diagonal of an array, whose axes must be equally long.
 * @throws ShapeError for fewer than two axes, or different lengths.
 * @example x.at(...jnp.diagIndicesFrom(x)).set(1)
 */
export function diagIndicesFrom(arr: ArrayArg): NDArray[] {
  const { shape } = asArray(arr, "diagIndicesFrom", 0).aval;
  if (shape.length < 2 || shape.some((n) => n !== shape[0])) {
    throw new ShapeError({
      what: `diagIndicesFrom: all dimensions of input must be of equal length, and at least two, got shape ${formatShape(shape)}`,
      fix: "pass a square array",
    });
  }
  return diagIndices(shape[0]!, shape.length);
}

/**
 * The rows and columns of an (n, n) matrix of ones where a function of it (and k) is not zero.
 * @throws ConcretizationTypeError while tracing, without `size`.
 * @example jnp.maskIndices(3, jnp.triu, 1)
 */
export function maskIndices(
  n: StaticInt,
  maskFunc: (m: NDArray, k: number) => NDArray,
  ...args: Trailing<[k: number], { readonly k?: number; readonly size?: NonzeroOptions["size"] }>
): [NDArray, NDArray] {
  const options = readArguments<{ k?: number; size?: NonzeroOptions["size"] }>("maskIndices", args, ["k"], ["size"]);
  const length = readInt("maskIndices", "n", n);
  const mask = maskFunc(ones(makeAval([length, length], "float32")), options.k ?? 0);
  return nonzero(mask, { size: options.size ?? null }) as [NDArray, NDArray];
}

/** Options of `ravelMultiIndex`. */
export interface RavelMultiIndexOptions {
  /** Indices outside: `"raise"` (the default; they must be known) is an error, `"wrap"` counts around, `"clip"` takes the
   *  nearest, `"ignore"` computes on. */
  readonly mode?: "raise" | "wrap" | "clip" | "ignore";
  /** `"C"`: the last index runs fastest (default); `"F"`: the first. */
  readonly order?: "C" | "F";
  /** The dtype of the result; by default an integer type that suits the indices. */
  readonly dtype?: DType;
}

/**
 * Indices in row-major order from one array of indices for each axis: the inverse of `unravelIndex`.
 * @throws IndexingError for indices outside in mode `"raise"`. @throws ConcretizationTypeError for traced ones in that mode.
 * @throws DTypeError unless the indices are integers. @throws ArgumentError unless there is one for each axis.
 * @example jnp.ravelMultiIndex([rows, columns], [3, 4], { mode: "clip" })
 */
export function ravelMultiIndex(
  multiIndex: readonly ArrayArg[],
  dims: Shape,
  ...args: Trailing<[mode: "raise" | "wrap" | "clip" | "ignore", order: "C" | "F"], RavelMultiIndexOptions>
): NDArray {
  const options = readArguments<RavelMultiIndexOptions>("ravelMultiIndex", args, ["mode", "order"], ["dtype"]);
  const mode = checkChoice("ravelMultiIndex", "mode", options.mode ?? "raise", ["raise", "wrap", "clip", "ignore"]);
  const order = checkChoice("ravelMultiIndex", "order", options.order ?? "C", ["C", "F"]);
  const sizes = dims.map((n) => readInt("ravelMultiIndex", "dims", n));
  if (multiIndex.length !== sizes.length) {
    throw new ArgumentError({
      what: `ravelMultiIndex: ${multiIndex.length} indices do not go with ${sizes.length} dimensions`,
      fix: "give one array of indices for each axis",
    });
  }
  const indices = multiIndex.map((x, i) => operand(x, "ravelMultiIndex", i));
  for (const x of indices) checkIntegers("ravelMultiIndex: indices", x);
  const dtype =
    readDType("ravelMultiIndex", options.dtype, undefined) ??
    promoteDTypes("ravelMultiIndex", constant(0, defaultInt(), true), ...indices)[0]!.aval.dtype;
  if (!isInteger(dtype)) throw new DTypeError({ what: `dtype=${dtype} is not an integer type.`, fix: 'use "int32"' });
  if (BigInt(sizeOf(sizes)) - 1n > integerRange(dtype)[1]) {
    throw new ArgumentError({
      what: `jnp.ravel_multi_index: dtype=${dtype} not large enough to hold flattened index for dims=${formatShape(sizes)}`,
      fix: "pass a wider dtype",
    });
  }
  let result = constant(0, dtype);
  for (const d of order === "C" ? range(sizes.length) : range(sizes.length).reverse()) {
    const n = sizes[d]!;
    const bounded = cast(boundedIndex(indices[d]!, n, mode), dtype);
    const scaled = mul(result, constant(n, dtype));
    const shape = scaled.aval.shape.length > 0 ? scaled.aval.shape : bounded.aval.shape;
    result = add(broadcastTo(scaled, shape), broadcastTo(bounded, shape));
  }
  return result;
}

function boundedIndex(x: NDArray, n: number, mode: "raise" | "wrap" | "clip" | "ignore"): NDArray {
  if (mode === "ignore") return x;
  if (mode === "wrap") return wrappedIndices(x, n);
  const wide = wideIndices(x);
  const { dtype } = wide.aval;
  if (mode === "clip") return clamp(constant(0, dtype), wide, constant(n - 1, dtype));
  requireConcrete(x, "jnp.ravelMultiIndex with mode='raise'", "use mode 'wrap' or 'clip' while tracing");
  if (concreteElements(x).every((i) => i >= 0 && i < n)) return x;
  throw new IndexingError({
    what: "invalid entry in coordinates array",
    fix: "use indices inside of the dimensions, or another mode",
  });
}

/**
 * Indices into an array of a shape from indices into its elements in row-major order: one array for each axis. Negative
 * indices count from the end; those outside give the nearest corner.
 * @throws DTypeError unless the indices are integers.
 * @example const [row, column] = jnp.unravelIndex(jnp.argmax(x), x.shape);
 */
export function unravelIndex(indices: ArrayArg, shape: number | Shape): NDArray[] {
  const sizes = (typeof shape === "number" ? [shape] : shape).map((n) => readInt("unravelIndex", "shape", n));
  const given = operand(indices, "unravelIndex", 0);
  checkIntegers("unravelIndex: indices", given);
  const total = sizeOf(sizes);
  const flat = normalisedIndices(given, total);
  const { dtype, shape: places } = flat.aval;
  if (total === 0) return sizes.map(() => zerosOf(places, dtype));
  const bounded = clamp(constant(0, dtype), flat, constant(total - 1, dtype));
  let stride = total;
  return sizes.map((n) => {
    stride /= n;
    return digit(bounded, stride, n);
  });
}
