/** Elements repeated along an axis. */
import { scalar } from "../core/constant.ts";
import { isNDArray, type NDArray } from "../core/ndarray.ts";
import { isConcrete } from "../core/trace.ts";
import { ConcretizationTypeError, checkOptions, DTypeError, ShapeError } from "../errors/index.ts";
import { sub } from "../prims/arithmetic.ts";
import { cumsum } from "../prims/cumulative.ts";
import { full } from "../prims/fill.ts";
import { broadcastInDim, broadcastTo, reshape } from "../prims/movement.ts";
import { scatterAdd } from "../prims/scatter.ts";
import { concatenate, sliceAlong } from "../prims/slicing.ts";
import { fromTypedArray, peek } from "../runtime/array.ts";
import { formatAval, makeAval } from "../types/aval.ts";
import { isInteger, isTypedArray, type TypedArray } from "../types/dtype.ts";
import { canonicalAxis, formatShape, sizeOf } from "../types/shape.ts";
import { range } from "../util/list.ts";
import { type ArrayArg, array, asArray, cast } from "./convert.ts";
import { getAt } from "./indexing.ts";
import { slice } from "./slice.ts";
import { readAxis, staticInteger } from "./static.ts";

/** Options of `repeat`. */
export interface RepeatOptions {
  /** The axis along which elements are repeated. Default: all elements, as a vector. */
  readonly axis?: number | null | undefined;
  /** The length of the result along the axis; needed where the repetitions are traced. What is missing repeats the last element. */
  readonly totalRepeatLength?: number | null;
}

/** Each element the same number of times: a broadcast. */
function repeatEvenly(x: NDArray, times: number, axis: number): NDArray {
  const { shape } = x.aval;
  if (times < 0) {
    throw new ShapeError({
      what: `repeat: the number of repetitions must not be negative, got ${times}`,
      fix: "use 0 or more",
    });
  }
  const wide = [...shape.slice(0, axis + 1), times, ...shape.slice(axis + 1)];
  const broadcastDimensions = range(shape.length).map((d) => (d > axis ? d + 1 : d));
  const newSizes = shape.map((n, d) => (d === axis ? n * times : n));
  return reshape(broadcastInDim(x, { shape: wide, broadcastDimensions }), { newSizes });
}

/** The element that stands at each place of the result, for known repetitions. */
function knownSources(counts: ArrayLike<number | bigint>, n: number, total: number | undefined): NDArray {
  const sources: number[] = [];
  for (let i = 0; i < n; i++) {
    const times = Number(counts.length === 1 ? counts[0] : counts[i]);
    if (times < 0) {
      throw new ShapeError({
        what: `repeat: the number of repetitions must not be negative, got ${times}`,
        fix: "use 0 or more",
      });
    }
    for (let k = 0; k < times; k++) sources.push(i);
  }
  if (total !== undefined) {
    const last = sources.at(-1) ?? 0;
    while (sources.length < total) sources.push(last);
    sources.length = total;
  }
  return fromTypedArray(makeAval([sources.length], "int32"), Int32Array.from(sources));
}

/** The same for traced repetitions: mark where each element begins, and count the marks. */
function tracedSources(counts: NDArray, n: number, total: number): NDArray {
  const all = broadcastTo(cast(counts, "int32"), [n]);
  const zero = full([1], 0, "int32");
  const starts =
    n === 0
      ? full([0], 0, "int32")
      : cumsum(concatenate([zero, sliceAlong(all, 0, 0, n - 1)], { dimension: 0 }), { axis: 0, reverse: false });
  const marks = scatterAdd(full([total], 0, "int32"), reshape(starts, { newSizes: [n, 1] }), full([n], 1, "int32"), {
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
  return sub(cumsum(marks, { axis: 0, reverse: false }), scalar(1, "int32"));
}

/**
 * x with elements repeated along an axis: each `repeats` times, or as often as an array of integers says for each.
 * @throws ConcretizationTypeError for traced repetitions without `totalRepeatLength`. @throws ShapeError if there is not one
 * number for each element. @throws AxisError if the axis does not exist.
 * @example jnp.repeat(jnp.array([1, 2]), 2) // [1. 1. 2. 2.]
 */
export function repeat(
  x: ArrayArg,
  repeats: number | NDArray | TypedArray | readonly number[],
  axis?: number | null | RepeatOptions,
  options?: RepeatOptions,
): NDArray {
  const read = readAxis<RepeatOptions>("repeat", axis, options, ["axis", "totalRepeatLength"]);
  checkOptions("repeat", read, ["axis", "totalRepeatLength"]);
  const given = asArray(x, "repeat");
  const all = read.axis === undefined || read.axis === null;
  const a = all ? reshape(given, { newSizes: [sizeOf(given.aval.shape)] }) : given;
  const at = all ? 0 : canonicalAxis(staticInteger(read.axis, "the axis argument of repeat"), a.aval.shape.length);
  const total =
    read.totalRepeatLength === undefined || read.totalRepeatLength === null
      ? undefined
      : staticInteger(read.totalRepeatLength, "totalRepeatLength of repeat");
  if (typeof repeats === "number" && total === undefined)
    return repeatEvenly(a, staticInteger(repeats, "the repeats argument of repeat"), at);

  const counts = isNDArray(repeats) || isTypedArray(repeats) ? asArray(repeats) : array(repeats, { dtype: "int32" });
  const { dtype, shape } = counts.aval;
  const n = a.aval.shape[at]!;
  if (!isInteger(dtype)) {
    throw new DTypeError({
      what: `repeat: the repeats must be integers, got ${formatAval(counts.aval)}`,
      fix: 'convert them with astype("int32")',
    });
  }
  if (shape.length > 1 || (shape.length === 1 && shape[0] !== 1 && shape[0] !== n)) {
    throw new ShapeError({
      what: `repeat: the repeats of shape ${formatShape(shape)} do not broadcast to the ${n} elements along axis ${at}`,
      fix: "give one number for each element, or one for all",
    });
  }
  let sources: NDArray;
  if (isConcrete(counts)) sources = knownSources(peek(counts) as ArrayLike<number | bigint>, n, total);
  else if (total !== undefined) sources = tracedSources(counts, n, total);
  else {
    throw new ConcretizationTypeError({
      what: `Abstract tracer value encountered where concrete value is expected: traced array with shape ${formatAval(counts.aval)}\nWhen jit-compiling jnp.repeat, the total number of repeats must be static`,
      fix: "give totalRepeatLength, the length of the result",
    });
  }
  return getAt(a, [...range(at).map(() => slice()), sources]);
}
