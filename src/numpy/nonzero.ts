/**
 * Where arrays are not zero, and what stands there. How many such places there are depends on values: it must be known, so
 * that the array is concrete, or given as `size`; then the result is cut or filled up.
 */
import { type ArrayArg, asArray, cast } from "../array/convert.ts";
import { defaultInt } from "../array/dtypes.ts";
import type { NDArray } from "../core/ndarray.ts";
import { ArgumentError, IndexingError, ShapeError } from "../errors/index.ts";
import { div, rem, sub } from "../prims/arithmetic.ts";
import { ge } from "../prims/compare.ts";
import { cumsum } from "../prims/cumulative.ts";
import { broadcastTo, expandDims } from "../prims/movement.ts";
import { reduceSum } from "../prims/reduce.ts";
import { scatter } from "../prims/scatter.ts";
import { concatenate, sliceAlong } from "../prims/slicing.ts";
import { canonicalAxis, sizeOf } from "../types/shape.ts";
import { readArguments, readInt, type StaticInt, type Trailing } from "./arguments.ts";
import { concreteElements, concretely } from "./concrete.ts";
import {
  along,
  choosing,
  constant,
  counting,
  flattened,
  gatherAlong,
  operand,
  shaped,
  truth,
  zerosOf,
} from "./operand.ts";

/** Options of `nonzero` and its kin. */
export interface NonzeroOptions {
  /** The number of places in the result; that of the places there are, by default, which must then be known. */
  readonly size?: StaticInt | null;
  /** What fills the result up: a value, or one for each axis. Default 0. */
  readonly fillValue?: ArrayArg | readonly ArrayArg[] | null;
}

const sizeHint = "pass a static { size } inside transformations, or compute this outside of the transformed function";

/** How many elements of a concrete mask are true. */
export function countTrue(mask: NDArray): number {
  const flags = cast(flattened(mask), "int32");
  return Number(concreteElements(reduceSum(flags, { axes: [0] }))[0]);
}

/**
 * The positions of the true elements of a vector, in order, `size` of them; unfilled places hold `fill`. Each true element
 * writes its position at the place that the count of true elements before it gives.
 */
export function truePositions(mask: NDArray, size: number, fill = 0): NDArray {
  const dtype = defaultInt();
  const n = mask.aval.shape[0]!;
  const base = broadcastTo(constant(fill, dtype), [size]);
  if (n === 0 || size === 0) return base;
  const counts = cumsum(cast(mask, dtype), { axis: 0, reverse: false });
  // False elements write outside, where nothing is kept.
  const targets = choosing(mask, sub(counts, constant(1, dtype)), constant(size, dtype));
  return scatter(base, shaped(targets, [n, 1]), counting(n, dtype), {
    dimensionNumbers: {
      updateWindowDims: [],
      insertedWindowDims: [0],
      scatterDimsToOperandDims: [0],
      operandBatchingDims: [],
      scatterIndicesBatchingDims: [],
    },
    mode: "fill",
    indicesAreSorted: false,
    uniqueIndices: false,
  });
}

/**
 * The indices of the elements that are not zero, in row-major order: one array for each axis. Their number must be known:
 * while tracing, give `size`; the result is cut to it, or filled up with `fillValue`.
 * @throws ConcretizationTypeError for a traced array without `size`. @throws ShapeError for an array of rank 0.
 * @example const [rows, columns] = jnp.nonzero(x); jnp.nonzero(x, { size: 3, fillValue: -1 })
 */
export function nonzero(a: ArrayArg, ...args: Trailing<[], NonzeroOptions>): NDArray[] {
  const options = readArguments<NonzeroOptions>("nonzero", args, [], ["size", "fillValue"]);
  const x = asArray(a, "nonzero", 0);
  const { shape } = x.aval;
  if (shape.length === 0) {
    throw new ShapeError({
      what: "Calling nonzero on 0d arrays is not allowed.",
      fix: "use jnp.nonzero(jnp.atleast1d(scalar)) instead",
    });
  }
  if (options.size === undefined || options.size === null) {
    const where =
      "The size argument of jnp.nonzero must be statically specified to use jnp.nonzero within JAX transformations.";
    return concretely([x], where, sizeHint, () => placesOf(x, countTrue(truth(x)), options.fillValue));
  }
  const size = readInt("nonzero", "size", options.size);
  if (size < 0)
    throw new ArgumentError({ what: `nonzero: size must not be negative, got ${size}`, fix: "use 0 or more" });
  return placesOf(x, size, options.fillValue);
}

function placesOf(x: NDArray, size: number, fillValue: NonzeroOptions["fillValue"]): NDArray[] {
  const dtype = defaultInt();
  const { shape } = x.aval;
  const total = sizeOf(shape);
  if (total === 0 && (fillValue === undefined || fillValue === null)) return shape.map(() => zerosOf([size], dtype));
  const mask = flattened(truth(x));
  const flat = truePositions(mask, size);
  let stride = total;
  const indices = shape.map((n) => {
    stride = n === 0 ? 0 : stride / n;
    return total === 0 ? zerosOf([size], dtype) : digit(flat, stride, n);
  });
  if (fillValue === undefined || fillValue === null) return indices;
  const fills = Array.isArray(fillValue) ? (fillValue as readonly ArrayArg[]) : shape.map(() => fillValue as ArrayArg);
  if (fills.length !== shape.length || fills.some((f) => operand(f, "nonzero").aval.shape.length > 0)) {
    throw new ArgumentError({
      what: `fill_value must be a scalar or a tuple of length ${shape.length}; got ${fills.length} values`,
      fix: "give one number, or one for each axis",
    });
  }
  const found = reduceSum(cast(mask, dtype), { axes: [0] });
  const unfilled = ge(counting(size, dtype), found);
  return indices.map((x, d) => choosing(unfilled, cast(operand(fills[d]!, "nonzero"), dtype), x));
}

/** The index along one axis out of an index in row-major order: in steps of `stride`, modulo `length`. */
export function digit(flat: NDArray, stride: number, length: number): NDArray {
  const { dtype } = flat.aval;
  const steps = stride === 1 ? flat : div(flat, constant(stride, dtype));
  return rem(steps, constant(length, dtype));
}

/**
 * The indices of the elements that are not zero, counted in row-major order: one array. See `nonzero` for `size`.
 * @throws ConcretizationTypeError for a traced array without `size`.
 * @example jnp.flatnonzero(x, { size: 4 })
 */
export function flatnonzero(a: ArrayArg, ...args: Trailing<[], NonzeroOptions>): NDArray {
  return nonzero(flattened(asArray(a, "flatnonzero", 0)), ...args)[0]!;
}

/**
 * The indices of the elements that are not zero as rows: an array of shape `[count, rank]`. See `nonzero` for `size`.
 * @throws ConcretizationTypeError for a traced array without `size`.
 * @example jnp.argwhere(x.greater(0))
 */
export function argwhere(a: ArrayArg, ...args: Trailing<[], NonzeroOptions>): NDArray {
  const x = asArray(a, "argwhere", 0);
  const rank = x.aval.shape.length;
  const columns = nonzero(rank === 0 ? flattened(x) : x, ...args);
  if (rank === 0) return zerosOf([columns[0]!.aval.shape[0]!, 0], columns[0]!.aval.dtype);
  return concatenate(
    columns.map((c) => expandDims(c, [1])),
    { dimension: 1 },
  );
}

/** Options of `compress` and `extract`. */
export interface CompressOptions {
  /** The axis along which slices are kept; all elements in row-major order by default. */
  readonly axis?: number | null;
  /** The number of slices in the result, which is then filled up; that of the true conditions by default. */
  readonly size?: StaticInt | null;
  /** What fills the result up. Default 0. */
  readonly fillValue?: ArrayArg;
}

/**
 * The slices along an axis for which a condition holds. The condition must be known, or `size` be given.
 * @throws ShapeError unless the condition has one axis. @throws IndexingError for a true condition beyond the axis.
 * @throws ConcretizationTypeError for a traced condition without `size`.
 * @example jnp.compress(mask, x, { axis: 0 })
 */
export function compress(
  condition: ArrayArg | readonly boolean[],
  a: ArrayArg,
  ...args: Trailing<[axis: number | null], CompressOptions>
): NDArray {
  const options = readArguments<CompressOptions>("compress", args, ["axis"], ["size", "fillValue"]);
  const flags = Array.isArray(condition) ? asArray(Uint8Array.from(condition, Number)) : (condition as ArrayArg);
  const mask = truth(asArray(flags, "compress", 0));
  if (mask.aval.shape.length !== 1) {
    throw new ShapeError({ what: "condition must be a 1D array", fix: "use extract for conditions of other ranks" });
  }
  let x = asArray(a, "compress", 1);
  if (options.axis === undefined || options.axis === null) x = flattened(x);
  const axis = canonicalAxis(options.axis ?? 0, x.aval.shape.length);
  const length = x.aval.shape[axis]!;
  const count = mask.aval.shape[0]!;
  const used = Math.min(count, length);
  if (options.size === undefined || options.size === null) {
    const positions = concretely([mask], "compress needs to know how many conditions hold.", sizeHint, () => {
      const kept = sliceAlong(mask, 0, 0, used);
      if (count > length && countTrue(sliceAlong(mask, 0, length, count)) > 0) {
        throw new IndexingError({
          what: "condition contains entries that are out of bounds",
          fix: "use as many conditions as the axis has elements",
        });
      }
      return truePositions(kept, countTrue(kept));
    });
    return gatherAlong(x, positions, axis);
  }
  const size = readInt("compress", "size", options.size);
  if (size < 0 || size > length) {
    throw new ArgumentError({
      what: `size must be positive and not greater than the size of the array axis; got size=${size} for a.shape[axis]=${length}`,
      fix: `use a size of at most ${length}`,
    });
  }
  return filledSlices(
    sliceAlong(x, axis, 0, used),
    sliceAlong(mask, 0, 0, used),
    size,
    axis,
    operand(options.fillValue ?? 0, "compress"),
  );
}

/** The slices where a mask holds, then slices of a fill value. */
function filledSlices(x: NDArray, mask: NDArray, size: number, axis: number, fill: NDArray): NDArray {
  const dtype = defaultInt();
  const { shape } = x.aval;
  const result = gatherAlong(x, truePositions(mask, size, shape[axis]!), axis, { mode: "fill", fillValue: 0 });
  const found = reduceSum(cast(mask, dtype), { axes: [0] });
  const unfilled = broadcastTo(along(ge(counting(size, dtype), found), axis, shape.length), result.aval.shape);
  return choosing(unfilled, cast(fill, x.aval.dtype, x.aval.weakType), result);
}

/**
 * The elements for which a condition of the same shape holds, in row-major order.
 * @throws ConcretizationTypeError for a traced condition without `size`.
 * @example jnp.extract(x.greater(0), x)
 */
export function extract(
  condition: ArrayArg,
  arr: ArrayArg,
  ...args: Trailing<[], Omit<CompressOptions, "axis">>
): NDArray {
  const options = readArguments<Omit<CompressOptions, "axis">>("extract", args, [], ["size", "fillValue"]);
  return compress(flattened(asArray(condition, "extract", 0)), flattened(asArray(arr, "extract", 1)), options);
}
