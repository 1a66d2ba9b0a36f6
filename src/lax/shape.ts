/** Shapes and movement, with JAX's arguments. */
import { config } from "../core/config.ts";
import { scalarLike } from "../core/constant.ts";
import type { NDArray } from "../core/ndarray.ts";
import type { Operand } from "../core/primitive.ts";
import { ShapeError } from "../errors/index.ts";
import { add } from "../prims/arithmetic.ts";
import { convertElementType } from "../prims/cast.ts";
import { lt } from "../prims/compare.ts";
import {
  dynamicSlice as dynamicSlicePrimitive,
  dynamicUpdateSlice as dynamicUpdateSlicePrimitive,
} from "../prims/dynamic.ts";
import * as fill from "../prims/fill.ts";
import * as movement from "../prims/movement.ts";
import { selectN } from "../prims/select.ts";
import * as slicing from "../prims/slicing.ts";
import { checkDType, type DType, dtypeKind, narrowDType } from "../types/dtype.ts";
import {
  canonicalAxes,
  canonicalAxis,
  formatShape,
  broadcastShapes as joinShapes,
  type Shape,
  sizeOf,
} from "../types/shape.ts";
import { range } from "../util/list.ts";

/** An operand as an array: numbers are weak scalars. */
export const lift = (x: Operand): NDArray => (typeof x === "number" ? scalarLike(x, undefined) : x);

const known = (dtype: DType): DType => (config.enableX64 ? checkDType(dtype) : narrowDType(checkDType(dtype)));

/**
 * An array in which axis i of the operand is axis `broadcastDimensions[i]` of the result. @throws ShapeError if lengths do not fit.
 * @example lax.broadcastInDim(jnp.array([1, 2]), [2, 3], [0]) // [[1. 1. 1.] [2. 2. 2.]]
 */
export function broadcastInDim(x: Operand, shape: Shape, broadcastDimensions: readonly number[]): NDArray {
  return movement.broadcastInDim(lift(x), { shape, broadcastDimensions });
}

/** New leading axes of the given sizes. @example lax.broadcast(jnp.array([1, 2]), [2]) // [[1. 2.] [1. 2.]] */
export function broadcast(x: Operand, sizes: Shape): NDArray {
  const array = lift(x);
  if (sizes.length === 0) return array;
  const dims = range(array.aval.shape.length).map((d) => d + sizes.length);
  return movement.broadcastInDim(array, { shape: [...sizes, ...array.aval.shape], broadcastDimensions: dims });
}

/**
 * The shape that all shapes broadcast to. @throws ShapeError if there is none.
 * @example lax.broadcastShapes([2, 1], [3]) // [2, 3]
 */
export function broadcastShapes(...shapes: readonly Shape[]): Shape {
  return joinShapes(...shapes);
}

/** An array of one value. Without dtype, that of the value. @example lax.full([2], 7) // [7. 7.] */
export function full(shape: Shape, value: Operand, dtype?: DType): NDArray {
  const array = lift(value);
  const cast = dtype === undefined ? array : convert(array, known(dtype));
  return shape.length === 0 ? cast : movement.broadcastInDim(cast, { shape, broadcastDimensions: [] });
}

function convert(x: NDArray, dtype: DType): NDArray {
  return x.aval.dtype === dtype && !x.aval.weakType ? x : convertElementType(x, { newDtype: dtype, weakType: false });
}

/** An array of one value with the shape and dtype of another. @example lax.fullLike(jnp.array([1, 2]), 7) // [7. 7.] */
export function fullLike(
  x: NDArray,
  value: Operand,
  dtype: DType = x.aval.dtype,
  shape: Shape = x.aval.shape,
): NDArray {
  return full(shape, value, dtype);
}

/** The integers 0, 1, ..., size - 1. @example lax.iota("int32", 3) // [0 1 2] */
export function iota(dtype: DType, size: number): NDArray {
  return broadcastedIota(dtype, [size], 0);
}

/** Each element's index along one dimension. @example lax.broadcastedIota("int32", [2, 3], 1) // [[0 1 2] [0 1 2]] */
export function broadcastedIota(dtype: DType, shape: Shape, dimension: number): NDArray {
  return fill.iota([], { dtype: known(dtype), shape, dimension: canonicalAxis(dimension, shape.length, "dimension") });
}

/**
 * The same elements in row-major order under another shape. @throws ShapeError if the sizes differ.
 * @example lax.reshape(jnp.arange(4), [2, 2]) // [[0 1] [2 3]]
 */
export function reshape(x: Operand, newSizes: Shape): NDArray {
  return movement.reshape(lift(x), { newSizes });
}

/**
 * Axis i of the result is axis `permutation[i]` of the operand.
 * @example lax.transpose(jnp.ones([2, 3]), [1, 0]).shape // [3, 2]
 */
export function transpose(x: Operand, permutation: readonly number[]): NDArray {
  return movement.transpose(lift(x), { permutation });
}

/** Removes axes of length 1. @example lax.squeeze(jnp.ones([1, 3]), [0]).shape // [3] */
export function squeeze(x: Operand, dimensions: readonly number[]): NDArray {
  const array = lift(x);
  return movement.squeeze(array, { dimensions: canonicalAxes(dimensions, array.aval.shape.length) });
}

/**
 * Inserts axes of length 1 at these positions of the result.
 * @example lax.expandDims(jnp.ones(3), [0]).shape // [1, 3]
 */
export function expandDims(x: Operand, dimensions: readonly number[]): NDArray {
  const array = lift(x);
  const rank = array.aval.shape.length + dimensions.length;
  const added = canonicalAxes(dimensions, rank);
  const kept = range(rank).filter((d) => !added.includes(d));
  const shape = range(rank).map((d) => (added.includes(d) ? 1 : array.aval.shape[kept.indexOf(d)]!));
  return movement.broadcastInDim(array, { shape, broadcastDimensions: kept });
}

/** Merges axes start to stop - 1 into one. @example lax.collapse(jnp.ones([2, 3, 4]), 1).shape // [2, 12] */
export function collapse(x: NDArray, start: number, stop: number = x.aval.shape.length): NDArray {
  const { shape } = x.aval;
  const lo = canonicalAxis(start, shape.length);
  const hi = stop < 0 ? stop + shape.length : stop;
  return reshape(x, [...shape.slice(0, lo), sizeOf(shape.slice(lo, hi)), ...shape.slice(hi)]);
}

/** The elements in reverse order along these axes. @example lax.rev(jnp.arange(3), [0]) // [2 1 0] */
export function rev(x: Operand, dimensions: readonly number[]): NDArray {
  return movement.rev(lift(x), { dimensions });
}

/**
 * Arrays one after another along an axis. @throws ShapeError if other lengths differ.
 * @example lax.concatenate([jnp.arange(2), jnp.arange(3)], 0) // [0 1 0 1 2]
 */
export function concatenate(operands: readonly NDArray[], dimension: number): NDArray {
  const first = operands[0];
  if (first === undefined)
    throw new ShapeError({
      what: "concatenate requires a non-empty sequence of arrays",
      fix: "give at least one array",
    });
  return slicing.concatenate(operands, { dimension: canonicalAxis(dimension, first.aval.shape.length, "dimension") });
}

/**
 * Padding with a value: for each axis [low, high, interior]; negative numbers crop.
 * @example lax.pad(jnp.array([1, 2]), 0, [[1, 0, 1]]) // [0. 1. 0. 2.]
 */
export function pad(
  x: NDArray,
  paddingValue: Operand,
  paddingConfig: readonly (readonly [number, number, number])[],
): NDArray {
  const value = typeof paddingValue === "number" ? scalarLike(paddingValue, x) : paddingValue;
  return slicing.pad(x, value, { paddingConfig });
}

/** A rectangular part with static bounds. @example lax.slice(jnp.arange(6), [1], [6], [2]) // [1 3 5] */
export function slice(
  x: NDArray,
  startIndices: readonly number[],
  limitIndices: readonly number[],
  strides: readonly number[] | null = null,
): NDArray {
  return slicing.slice(x, { startIndices, limitIndices, strides });
}

/** A part along one axis. @example lax.sliceInDim(jnp.arange(5), 1, 4) // [1 2 3] */
export function sliceInDim(x: NDArray, start: number | null, limit: number | null, stride = 1, axis = 0): NDArray {
  const { shape } = x.aval;
  const d = canonicalAxis(axis, shape.length);
  const n = shape[d]!;
  const wrap = (i: number | null, fallback: number): number => (i === null ? fallback : i < 0 ? i + n : i);
  return slice(
    x,
    shape.map((_, k) => (k === d ? wrap(start, 0) : 0)),
    shape.map((m, k) => (k === d ? wrap(limit, n) : m)),
    shape.map((_, k) => (k === d ? stride : 1)),
  );
}

/**
 * One entry along an axis, which stays with length 1 unless `keepdims` is false.
 * @example lax.indexInDim(jnp.arange(5), 2, 0, false) // 2
 */
export function indexInDim(x: NDArray, index: number, axis = 0, keepdims = true): NDArray {
  const d = canonicalAxis(axis, x.aval.shape.length);
  const n = x.aval.shape[d]!;
  const at = index < 0 ? index + n : index;
  if (!(at >= 0 && at < n)) {
    throw new ShapeError({
      what: `index ${index} is out of bounds for axis ${d} with size ${n} of shape ${formatShape(x.aval.shape)}`,
      fix: `use an index from ${-n} to ${n - 1}`,
    });
  }
  const part = sliceInDim(x, at, at + 1, 1, d);
  return keepdims ? part : squeeze(part, [d]);
}

/** Starts of a part, one an axis; negative ones count from the end. */
function startIndicesOf(x: NDArray, startIndices: readonly Operand[]): NDArray[] {
  return startIndices.map((start, d) => {
    const size = x.aval.shape[d] ?? 0;
    if (typeof start === "number") return fill.full([], start < 0 ? start + size : start, "int32");
    if (dtypeKind(start.aval.dtype) !== "i") return start;
    return selectN([lt(start, 0), start, add(start, size)]);
  });
}

/**
 * A part of given sizes whose start may be traced. Negative starts count from the end; then starts are clamped so that
 * the part fits.
 * @example lax.dynamicSlice(jnp.arange(5), [2], [2]) // [2 3]
 */
export function dynamicSlice(x: NDArray, startIndices: readonly Operand[], sliceSizes: readonly number[]): NDArray {
  return dynamicSlicePrimitive([x, ...startIndicesOf(x, startIndices)], { sliceSizes });
}

/** `dynamicSlice` along one axis. @example lax.dynamicSliceInDim(jnp.arange(5), 2, 2) // [2 3] */
export function dynamicSliceInDim(x: NDArray, start: Operand, size: number, axis = 0): NDArray {
  const d = canonicalAxis(axis, x.aval.shape.length);
  return dynamicSlice(
    x,
    x.aval.shape.map((_, k) => (k === d ? start : 0)),
    x.aval.shape.map((n, k) => (k === d ? size : n)),
  );
}

/**
 * One entry along an axis, whose index may be traced.
 * @example lax.dynamicIndexInDim(jnp.arange(5), 2, 0, false) // 2
 */
export function dynamicIndexInDim(x: NDArray, index: Operand, axis = 0, keepdims = true): NDArray {
  const part = dynamicSliceInDim(x, index, 1, axis);
  return keepdims ? part : squeeze(part, [axis]);
}

/**
 * An array with a part replaced, whose start may be traced; starts are those of `dynamicSlice`.
 * @example lax.dynamicUpdateSlice(jnp.zeros(4), jnp.ones(2), [1]) // [0. 1. 1. 0.]
 */
export function dynamicUpdateSlice(x: NDArray, update: NDArray, startIndices: readonly Operand[]): NDArray {
  return dynamicUpdateSlicePrimitive([x, update, ...startIndicesOf(x, startIndices)]);
}

/**
 * `dynamicUpdateSlice` along one axis.
 * @example lax.dynamicUpdateSliceInDim(jnp.zeros(4), jnp.ones(2), 1, 0) // [0. 1. 1. 0.]
 */
export function dynamicUpdateSliceInDim(x: NDArray, update: NDArray, start: Operand, axis: number): NDArray {
  const d = canonicalAxis(axis, x.aval.shape.length);
  return dynamicUpdateSlice(
    x,
    update,
    x.aval.shape.map((_, k) => (k === d ? start : 0)),
  );
}
