/** Small steps that the library's functions share: known scalars, reshaping, masks, choices, indices. */
import { type ArrayArg, asArray, cast } from "../array/convert.ts";
import { defaultFloat, defaultInt } from "../array/dtypes.ts";
import { scalar } from "../core/constant.ts";
import type { NDArray } from "../core/ndarray.ts";
import { DTypeError } from "../errors/index.ts";
import { add } from "../prims/arithmetic.ts";
import { lt, ne } from "../prims/compare.ts";
import { full, iota } from "../prims/fill.ts";
import { gather } from "../prims/gather.ts";
import { reshape } from "../prims/movement.ts";
import { selectN } from "../prims/select.ts";
import type { GatherScatterMode } from "../prims/windows.ts";
import { formatAval } from "../types/aval.ts";
import { type DType, dtypeBytes, dtypeKind, isInteger } from "../types/dtype.ts";
import { equalShapes, type Shape, sizeOf } from "../types/shape.ts";
import { range } from "../util/list.ts";

/** A known scalar of a dtype. Fractions are dropped for integers. */
export function constant(value: number | bigint | boolean, dtype: DType, weakType = false): NDArray {
  if (dtype === "bool") return scalar(Boolean(value), dtype, weakType);
  if (isInteger(dtype)) return scalar(typeof value === "bigint" ? value : Math.trunc(Number(value)), dtype, weakType);
  // The elements of these are not one JavaScript number: a conversion makes them.
  if (dtypeBytes(dtype) === 2) return cast(scalar(Number(value), "float32"), dtype, weakType);
  return scalar(Number(value), dtype, weakType);
}

/** An operand as an array by the rule for numbers beside arrays: an integral one is a weak integer, another a weak float. */
export function operand(x: ArrayArg, name: string, position = 0): NDArray {
  if (typeof x !== "number") return asArray(x, name, position);
  return Number.isInteger(x) ? constant(x, defaultInt(), true) : constant(x, defaultFloat(), true);
}

/** An array under another shape of the same size; itself if it has that shape. */
export function shaped(x: NDArray, newSizes: Shape): NDArray {
  return equalShapes(x.aval.shape, newSizes) ? x : reshape(x, { newSizes });
}

/** All elements in row-major order, along one axis. */
export function flattened(x: NDArray): NDArray {
  return shaped(x, [sizeOf(x.aval.shape)]);
}

/** A vector along one axis of an array of a given rank: all other lengths are 1. */
export function along(vector: NDArray, axis: number, rank: number): NDArray {
  return shaped(
    vector,
    range(rank).map((d) => (d === axis ? vector.aval.shape[0]! : 1)),
  );
}

/** The numbers 0 to n - 1. */
export function counting(n: number, dtype: DType): NDArray {
  return iota([], { dtype, shape: [n], dimension: 0 });
}

/** Which elements are not zero; booleans are themselves. */
export function truth(x: NDArray): NDArray {
  return x.aval.dtype === "bool" ? x : ne(x, constant(0, x.aval.dtype));
}

/** Element by element, `yes` where the condition holds, else `no`; all of one dtype, of one shape or scalars. */
export function choosing(condition: NDArray, yes: NDArray, no: NDArray): NDArray {
  return selectN([condition, no, yes]);
}

/** Zeros of a shape. */
export function zerosOf(shape: Shape, dtype: DType, weakType = false): NDArray {
  return full(shape, dtype === "bool" ? false : 0, dtype, weakType);
}

/** Whether the elements of an array are NaN; false for dtypes that have none. */
export function isNotANumber(x: NDArray): NDArray {
  return ne(x, x);
}

/** @throws DTypeError unless an array holds integers. */
export function checkIntegers(what: string, x: NDArray): void {
  if (isInteger(x.aval.dtype)) return;
  throw new DTypeError({
    what: `${what} must be of integer type, got ${formatAval(x.aval)}`,
    fix: 'convert with astype("int32")',
  });
}

/** Indices of at least 32 bits, so that the length of any axis can be written beside them. */
export function wideIndices(indices: NDArray): NDArray {
  return dtypeBytes(indices.aval.dtype) < 4 ? cast(indices, "int32") : indices;
}

/** Indices in which negative ones, which count from the end, are replaced by those that count from the start. */
export function normalisedIndices(indices: NDArray, length: number): NDArray {
  const wide = wideIndices(indices);
  const { dtype } = wide.aval;
  if (dtypeKind(dtype) === "u") return wide;
  return choosing(lt(wide, constant(0, dtype)), add(wide, constant(length, dtype)), wide);
}

/** What `gatherAlong` promises and does outside. */
export interface GatherAlongOptions {
  readonly mode?: GatherScatterMode;
  readonly fillValue?: number | bigint | boolean | null;
  readonly uniqueIndices?: boolean;
  readonly indicesAreSorted?: boolean;
}

/** The slices of an array at indices along an axis; the indices' axes stand in place of the axis. No negative indices. */
export function gatherAlong(x: NDArray, indices: NDArray, axis: number, options: GatherAlongOptions = {}): NDArray {
  const { shape } = x.aval;
  const places = indices.aval.shape;
  const rank = shape.length + places.length - 1;
  return gather(x, shaped(indices, [...places, 1]), {
    dimensionNumbers: {
      offsetDims: range(rank).filter((d) => d < axis || d >= axis + places.length),
      collapsedSliceDims: [axis],
      startIndexMap: [axis],
      operandBatchingDims: [],
      startIndicesBatchingDims: [],
    },
    sliceSizes: shape.map((n, d) => (d === axis ? 1 : n)),
    mode: options.mode ?? "promise_in_bounds",
    fillValue: options.fillValue ?? null,
    uniqueIndices: options.uniqueIndices ?? false,
    indicesAreSorted: options.indicesAreSorted ?? false,
  });
}
