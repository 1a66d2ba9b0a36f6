/** Elements by their indices: along an axis, along all axes at once, and the same for writing. */
import { type ArrayArg, asArray, cast } from "../array/convert.ts";
import type { NDArray } from "../core/ndarray.ts";
import { ArgumentError, IndexingError, ShapeError } from "../errors/index.ts";
import { add, rem } from "../prims/arithmetic.ts";
import { lt } from "../prims/compare.ts";
import { gather } from "../prims/gather.ts";
import { broadcastTo } from "../prims/movement.ts";
import { scatter } from "../prims/scatter.ts";
import { clamp, selectN } from "../prims/select.ts";
import { sliceAlong } from "../prims/slicing.ts";
import { type GatherDimensionNumbers, type GatherScatterMode, scatterOfGather } from "../prims/windows.ts";
import { dtypeKind } from "../types/dtype.ts";
import { broadcastShapes, canonicalAxis, type Shape, sizeOf } from "../types/shape.ts";
import { range, without } from "../util/list.ts";
import { checkChoice, readArguments, type Trailing } from "./arguments.ts";
import {
  checkIntegers,
  constant,
  flattened,
  gatherAlong,
  normalisedIndices,
  operand,
  shaped,
  wideIndices,
  zerosOf,
} from "./operand.ts";

/** What happens with indices outside of an axis. `"fill"`: the fill value is read. `"clip"`: the nearest element is
 *  (negative indices are not wrapped then). `"wrap"`: indices count around. `"promise_in_bounds"`: there are none. */
export type TakeMode = "fill" | "clip" | "wrap" | "promise_in_bounds";

/** Options of `take`. */
export interface TakeOptions {
  /** The axis along which indices count; all elements in row-major order by default. */
  readonly axis?: number | null;
  /** Default `"fill"`. */
  readonly mode?: "fill" | "clip" | "wrap" | null;
  /** What is read outside: NaN by default, the smallest signed or largest unsigned integer, true. */
  readonly fillValue?: number | bigint | boolean | null;
  /** A promise that no index occurs twice. */
  readonly uniqueIndices?: boolean;
  /** A promise that the indices ascend. */
  readonly indicesAreSorted?: boolean;
}

/** The remainder with the sign of the divisor, for indices. */
export function wrappedIndices(indices: NDArray, length: number): NDArray {
  const wide = wideIndices(indices);
  const { dtype } = wide.aval;
  const n = constant(length, dtype);
  const rest = rem(wide, n);
  if (dtypeKind(dtype) === "u") return rest;
  return selectN([lt(rest, constant(0, dtype)), rest, add(rest, n)]);
}

/**
 * Elements (or slices) of an array at indices along an axis: the axes of `indices` stand in place of the axis. Negative
 * indices count from the end; what lies outside reads the fill value. The derivative adds up where indices repeat.
 * @throws DTypeError unless the indices are integers. @throws AxisError for an axis that does not exist.
 * @throws IndexingError for indices into an axis of length 0.
 * @example jnp.take(x, jnp.array([2, 0], { dtype: "int32" }), { axis: 1 })
 */
export function take(a: ArrayArg, indices: ArrayArg, ...args: Trailing<[axis: number | null], TakeOptions>): NDArray {
  const options = readArguments<TakeOptions>(
    "take",
    args,
    ["axis"],
    ["mode", "fillValue", "uniqueIndices", "indicesAreSorted"],
  );
  const mode = checkChoice("take", "mode", options.mode ?? "fill", ["fill", "clip", "wrap"]);
  let x = asArray(a, "take", 0);
  let places = operand(indices, "take", 1);
  checkIntegers("take indices", places);
  if (options.axis === undefined || options.axis === null) x = flattened(x);
  const axis = canonicalAxis(options.axis ?? 0, x.aval.shape.length);
  const length = x.aval.shape[axis]!;
  if (length === 0 || sizeOf(places.aval.shape) === 0) {
    if (sizeOf(places.aval.shape) > 0) {
      throw new IndexingError({
        what: "Cannot do a non-empty jnp.take() from an empty axis.",
        fix: "take from an axis of at least one element",
      });
    }
    const shape = [...x.aval.shape.slice(0, axis), ...places.aval.shape, ...x.aval.shape.slice(axis + 1)];
    return zerosOf(shape, x.aval.dtype, x.aval.weakType);
  }
  let gatherMode: GatherScatterMode = mode === "clip" ? "clip" : "fill";
  if (mode === "fill") places = normalisedIndices(places, length);
  if (mode === "wrap") {
    places = wrappedIndices(places, length);
    gatherMode = "promise_in_bounds";
  }
  return gatherAlong(x, places, axis, {
    mode: gatherMode,
    fillValue: options.fillValue ?? null,
    uniqueIndices: options.uniqueIndices ?? false,
    indicesAreSorted: options.indicesAreSorted ?? false,
  });
}

/** Options of `takeAlongAxis`. */
export interface TakeAlongAxisOptions {
  /** The axis along which indices count. Default -1; `null`: the array is flattened first. */
  readonly axis?: number | null;
  /** Default `"fill"`. */
  readonly mode?: Exclude<TakeMode, "wrap"> | null;
  /** What is read outside: NaN by default, the smallest signed or largest unsigned integer, true. */
  readonly fillValue?: number | bigint | boolean | null;
}

/** One index for each place: along `axis` it counts, along all other axes operand and indices go together. */
function alongAxisNumbers(rank: number, axis: number): GatherDimensionNumbers {
  const others = without(range(rank), axis);
  return {
    offsetDims: [],
    collapsedSliceDims: [axis],
    startIndexMap: [axis],
    operandBatchingDims: others,
    startIndicesBatchingDims: others,
  };
}

function checkAlongAxis(caller: string, x: NDArray, places: NDArray): void {
  checkIntegers(`${caller} indices`, places);
  if (places.aval.shape.length === x.aval.shape.length) return;
  throw new ShapeError({
    what: `indices and arr must have the same number of dimensions; ${places.aval.shape.length} vs. ${x.aval.shape.length}`,
    fix: "along all axes but one the indices have the array's length or 1",
  });
}

/**
 * Elements of an array, one for each index: `result[i, j] = arr[indices[i, j], j]` for axis 0. The other axes broadcast.
 * What `argsort` and `argmax` (with `keepdims`) return are such indices.
 * @throws ShapeError if ranks differ or shapes do not fit. @throws DTypeError unless the indices are integers.
 * @example jnp.takeAlongAxis(x, jnp.argsort(x, { axis: 1 }), { axis: 1 })
 */
export function takeAlongAxis(
  arr: ArrayArg,
  indices: ArrayArg,
  ...args: Trailing<[axis: number | null], TakeAlongAxisOptions>
): NDArray {
  const options = readArguments<TakeAlongAxisOptions>("takeAlongAxis", args, ["axis"], ["mode", "fillValue"]);
  const mode = checkChoice("takeAlongAxis", "mode", options.mode ?? "fill", ["fill", "clip", "promise_in_bounds"]);
  let x = asArray(arr, "takeAlongAxis", 0);
  const places = asArray(indices, "takeAlongAxis", 1);
  if (options.axis === null) x = flattened(x);
  checkAlongAxis("takeAlongAxis", x, places);
  const rank = x.aval.shape.length;
  const axis = canonicalAxis(options.axis ?? -1, rank);
  const length = x.aval.shape[axis]!;
  const others = (shape: Shape, n: number): number[] => shape.map((m, d) => (d === axis ? n : m));
  const shape = broadcastShapes(places.aval.shape, others(x.aval.shape, 1));
  if (length === 0 || sizeOf(shape) === 0) return zerosOf(shape, x.aval.dtype, x.aval.weakType);
  const wide = mode === "promise_in_bounds" ? wideIndices(places) : normalisedIndices(places, length);
  return gather(broadcastTo(x, others(shape, length)), shaped(broadcastTo(wide, shape), [...shape, 1]), {
    dimensionNumbers: alongAxisNumbers(rank, axis),
    sliceSizes: shape.map(() => 1),
    mode,
    fillValue: options.fillValue ?? null,
  });
}

/** Options of `putAlongAxis`. */
export interface PutAlongAxisOptions {
  /** Arrays do not change: false must be given, as in JAX. */
  readonly inplace?: boolean;
  /** `"clip"`: indices outside write the nearest element; by default they write nothing. */
  readonly mode?: Exclude<TakeMode, "wrap"> | null;
}

function requireCopy(caller: string, inplace: boolean | undefined): void {
  if (inplace === false) return;
  throw new ArgumentError({
    what: `jax.numpy.${caller} cannot modify arrays in-place, because JAX arrays are immutable.`,
    fix: "pass { inplace: false } and use the array that is returned",
  });
}

/**
 * A copy of an array in which elements are replaced, one for each index along an axis: the inverse of `takeAlongAxis`.
 * @throws ShapeError if ranks differ or shapes do not fit. @throws ArgumentError unless `inplace` is false.
 * @example jnp.putAlongAxis(x, indices, values, 1, { inplace: false })
 */
export function putAlongAxis(
  arr: ArrayArg,
  indices: ArrayArg,
  values: ArrayArg,
  ...args: Trailing<[axis: number | null], PutAlongAxisOptions & { readonly axis?: number | null }>
): NDArray {
  const options = readArguments<PutAlongAxisOptions & { readonly axis?: number | null }>(
    "putAlongAxis",
    args,
    ["axis"],
    ["inplace", "mode"],
  );
  requireCopy("putAlongAxis", options.inplace);
  if (options.axis === undefined) {
    throw new ArgumentError({
      what: "putAlongAxis needs an axis",
      fix: "write putAlongAxis(x, indices, values, axis, { inplace: false })",
    });
  }
  const mode = checkChoice("putAlongAxis", "mode", options.mode ?? "fill", ["fill", "clip", "promise_in_bounds"]);
  const whole = asArray(arr, "putAlongAxis", 0);
  const x = options.axis === null ? flattened(whole) : whole;
  const places = asArray(indices, "putAlongAxis", 1);
  checkAlongAxis("putAlongAxis", x, places);
  const rank = x.aval.shape.length;
  const axis = canonicalAxis(options.axis ?? 0, rank);
  const shape = x.aval.shape.map((n, d) => (d === axis ? places.aval.shape[d]! : n));
  const wide = broadcastTo(normalisedIndices(places, x.aval.shape[axis]!), shape);
  const updates = broadcastTo(cast(operand(values, "putAlongAxis", 2), x.aval.dtype), shape);
  const result = scatter(x, shaped(wide, [...shape, 1]), updates, {
    dimensionNumbers: scatterOfGather(alongAxisNumbers(rank, axis)),
    mode,
    indicesAreSorted: false,
    uniqueIndices: false,
  });
  return shaped(result, whole.aval.shape);
}

/** Options of `put`. */
export interface PutOptions {
  /** Indices outside: `"clip"` (the default) writes the nearest element, `"wrap"` counts around. */
  readonly mode?: "clip" | "wrap" | null;
  /** Arrays do not change: false must be given, as in JAX. */
  readonly inplace?: boolean;
}

/**
 * A copy of an array in which elements, counted in row-major order, are replaced by values, which repeat as needed.
 * @throws ArgumentError unless `inplace` is false. @throws DTypeError unless the indices are integers.
 * @example jnp.put(x, jnp.array([0, 4], { dtype: "int32" }), 9, { inplace: false })
 */
export function put(a: ArrayArg, ind: ArrayArg, v: ArrayArg, options: PutOptions = {}): NDArray {
  const { mode, inplace } = readArguments<PutOptions>("put", [options], [], ["mode", "inplace"]);
  requireCopy("put", inplace);
  const how = checkChoice("put", "mode", mode ?? "clip", ["clip", "wrap"]);
  const x = asArray(a, "put", 0);
  const size = sizeOf(x.aval.shape);
  const places = flattened(operand(ind, "put", 1));
  checkIntegers("put indices", places);
  const count = places.aval.shape[0]!;
  if (count === 0) return x;
  if (size === 0)
    throw new IndexingError({
      what: "cannot put elements into an empty array",
      fix: "put into an array that has elements",
    });
  const wide =
    how === "wrap"
      ? wrappedIndices(places, size)
      : clamp(
          constant(0, wideIndices(places).aval.dtype),
          normalisedIndices(places, size),
          constant(size - 1, wideIndices(places).aval.dtype),
        );
  const result = scatter(
    flattened(x),
    shaped(wide, [count, 1]),
    repeatedValues(cast(operand(v, "put", 2), x.aval.dtype), count),
    {
      dimensionNumbers: {
        updateWindowDims: [],
        insertedWindowDims: [0],
        scatterDimsToOperandDims: [0],
        operandBatchingDims: [],
        scatterIndicesBatchingDims: [],
      },
      mode: "clip",
      indicesAreSorted: false,
      uniqueIndices: false,
    },
  );
  return shaped(result, x.aval.shape);
}

/** Values in row-major order, repeated or cut to a count. @throws ShapeError if there are none. */
export function repeatedValues(values: NDArray, count: number): NDArray {
  const flat = flattened(values);
  const n = flat.aval.shape[0]!;
  if (n === count) return flat;
  if (n === 1) return broadcastTo(flat, [count]);
  if (n === 0) throw new ShapeError({ what: "there are no values to repeat", fix: "pass at least one value" });
  const whole = flattened(broadcastTo(shaped(flat, [1, n]), [Math.ceil(count / n), n]));
  return sliceAlong(whole, 0, 0, count);
}
