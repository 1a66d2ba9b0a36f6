/**
 * Reading by index: `x.get(...)`. What is known goes by slices, reversals and reshapes; a computed scalar by a dynamic slice;
 * index arrays by a gather.
 */
import { scalar } from "../core/constant.ts";
import { isNDArray, type NDArray } from "../core/ndarray.ts";
import { currentTrace, isConcrete, rootTrace } from "../core/trace.ts";
import { checkOptions, IndexingError, OptionError } from "../errors/index.ts";
import { dynamicSlice } from "../prims/dynamic.ts";
import { full } from "../prims/fill.ts";
import { gather } from "../prims/gather.ts";
import { expandDims, rev, squeeze } from "../prims/movement.ts";
import { slice as slicePrimitive } from "../prims/slicing.ts";
import type { GatherScatterMode } from "../prims/windows.ts";
import { type Index, type IndexEntry, type Indices, readIndices, wrapIndex } from "./indices.ts";
import { windowsOf } from "./places.ts";

/** What happens with indices outside of an array. */
export type IndexMode = "fill" | "drop" | "clip" | "promise_in_bounds";

/** Options of reads and updates by index. */
export interface IndexOptions {
  /**
   * "clip": indices outside are moved to the nearest inside. "fill" and "drop": reads give `fillValue`, updates are
   * dropped. "promise_in_bounds": there are none. Default: reads clip, updates drop.
   */
  readonly mode?: IndexMode | null;
  /** A promise that index arrays ascend. */
  readonly indicesAreSorted?: boolean;
  /** A promise that no place is named twice. Some derivatives exist only then. */
  readonly uniqueIndices?: boolean;
  /** Whether negative indices count from the end. Default true. */
  readonly wrapNegativeIndices?: boolean;
}

/** Options of a read by index. */
export interface GetOptions extends IndexOptions {
  /** What mode "fill" gives outside. Default: NaN, the smallest signed or largest unsigned integer, true. */
  readonly fillValue?: number | bigint | boolean | null;
}

export const indexOptionNames: readonly string[] = ["mode", "indicesAreSorted", "uniqueIndices", "wrapNegativeIndices"];

/** The mode of a gather or scatter. @throws OptionError for an unknown one. */
export function readMode(mode: unknown, caller: string): GatherScatterMode {
  switch (mode) {
    case undefined:
    case null:
    case "promise_in_bounds":
      return "promise_in_bounds";
    case "clip":
      return "clip";
    case "fill":
    case "drop":
      return "fill";
  }
  throw new OptionError({
    what: `${caller}: Unknown gather mode ${JSON.stringify(mode)}`,
    fix: 'use "fill", "drop", "clip" or "promise_in_bounds"',
  });
}

/** A known integer index counted from the start; it may be outside. */
export function wrapInteger(value: number, n: number, wrap: boolean): number {
  return wrap && value < 0 ? value + n : value;
}

function emptyAxis(axis: number): IndexingError {
  return new IndexingError({
    what: `index is out of bounds for axis ${axis} with size 0`,
    fix: "an empty axis has no elements; slice() takes all of them",
  });
}

/** Axes of a result that are dropped (integers) and new. */
function reshaping(entries: readonly IndexEntry[]): { readonly dropped: number[]; readonly added: number[] } {
  const dropped: number[] = [];
  const added: number[] = [];
  let place = 0;
  for (const entry of entries) {
    if (entry.kind === "newaxis") added.push(place++);
    else if (entry.kind === "integer" || entry.kind === "array") dropped.push(entry.axis);
    else place++;
  }
  return { dropped, added };
}

/** Whether a range is a whole axis, in order. */
function isWhole(entry: IndexEntry, shape: readonly number[]): boolean {
  return (
    entry.kind === "range" &&
    entry.range.step === 1 &&
    entry.range.start === 0 &&
    entry.range.size === shape[entry.axis]
  );
}

/** Integers, slices and new axes: slice, reverse, squeeze, expand. Integers outside are clamped. */
function readStatic(x: NDArray, { entries, shape }: Indices, wrap: boolean): NDArray {
  const startIndices = shape.map(() => 0);
  const limitIndices = [...shape];
  const strides = shape.map(() => 1);
  const reversed: number[] = [];
  for (const entry of entries) {
    if (entry.kind === "integer") {
      const n = shape[entry.axis]!;
      if (n === 0) throw emptyAxis(entry.axis);
      const at = Math.min(Math.max(wrapInteger(entry.value, n, wrap), 0), n - 1);
      startIndices[entry.axis] = at;
      limitIndices[entry.axis] = at + 1;
    } else if (entry.kind === "range") {
      const { start, step, size } = entry.range;
      const last = start + (size - 1) * step;
      const first = size === 0 ? 0 : Math.min(start, last);
      startIndices[entry.axis] = first;
      limitIndices[entry.axis] = size === 0 ? 0 : Math.max(start, last) + 1;
      strides[entry.axis] = size > 1 ? Math.abs(step) : 1;
      if (step < 0 && size > 1) reversed.push(entry.axis);
    }
  }
  let result = x;
  const partial = startIndices.some((s, d) => s !== 0 || limitIndices[d] !== shape[d]) || strides.some((s) => s !== 1);
  if (partial) {
    const unit = strides.every((s) => s === 1);
    if (unit && isConcrete(x) && currentTrace() === rootTrace) {
      // Outside of transformations the place is an operand, so that a loop over places compiles one program.
      const starts = startIndices.map((s) => scalar(s, "int32"));
      result = dynamicSlice([x, ...starts], { sliceSizes: limitIndices.map((limit, d) => limit - startIndices[d]!) });
    } else result = slicePrimitive(result, { startIndices, limitIndices, strides: unit ? null : strides });
  }
  if (reversed.length > 0) result = rev(result, { dimensions: reversed });
  return reshaped(result, entries);
}

function reshaped(x: NDArray, entries: readonly IndexEntry[]): NDArray {
  const { dropped, added } = reshaping(entries);
  const smaller = dropped.length === 0 ? x : squeeze(x, { dimensions: dropped });
  return expandDims(smaller, added);
}

/** Computed scalars among integers and slices: a dynamic slice after the static ones. */
function readDynamic(x: NDArray, { entries, shape }: Indices, wrap: boolean): NDArray {
  for (const entry of entries) {
    if ((entry.kind === "integer" || entry.kind === "array") && shape[entry.axis] === 0) throw emptyAxis(entry.axis);
  }
  const ranges = entries.filter((entry) => entry.kind === "range");
  const sliced = ranges.every((entry) => isWhole(entry, shape))
    ? x
    : readStatic(x, { entries: ranges, shape, contiguous: true }, wrap);
  const starts = shape.map(() => scalar(0, "int32"));
  const sliceSizes = [...sliced.aval.shape];
  for (const entry of entries) {
    if (entry.kind === "array") starts[entry.axis] = wrapIndex(entry.index, shape[entry.axis]!, wrap);
    else if (entry.kind === "integer")
      starts[entry.axis] = scalar(wrapInteger(entry.value, shape[entry.axis]!, wrap), "int32");
    else continue;
    sliceSizes[entry.axis] = 1;
  }
  return reshaped(dynamicSlice([sliced, ...starts], { sliceSizes }), entries);
}

function readGather(x: NDArray, indices: Indices, options: GetOptions, mode: GatherScatterMode): NDArray {
  const windows = windowsOf(indices, options.wrapNegativeIndices ?? true);
  const { resultShape } = windows;
  const { dtype, weakType } = x.aval;
  if (resultShape.includes(0)) return full(resultShape, dtype === "bool" ? false : 0, dtype, weakType);
  let result = gather(expandDims(x, windows.flagAxes), windows.indices, {
    dimensionNumbers: windows.dimensionNumbers,
    sliceSizes: windows.sliceSizes,
    mode,
    fillValue: options.fillValue ?? null,
    uniqueIndices: windows.unique || (options.uniqueIndices ?? false),
    indicesAreSorted: windows.unique || (options.indicesAreSorted ?? false),
  });
  if (windows.reversed.length > 0) result = rev(result, { dimensions: windows.reversed });
  return expandDims(result, windows.added);
}

function checkFill(fillValue: unknown): void {
  if (fillValue === undefined || fillValue === null || ["number", "bigint", "boolean"].includes(typeof fillValue))
    return;
  throw new OptionError({
    what: `fillValue argument to indexed get() must be a scalar, got ${isNDArray(fillValue) ? "an array" : typeof fillValue}`,
    fix: "pass a number",
  });
}

/** Whether every known integer of an index lies inside. */
function allInside({ entries, shape }: Indices, wrap: boolean): boolean {
  return entries.every((entry) => {
    if (entry.kind !== "integer") return true;
    const at = wrapInteger(entry.value, shape[entry.axis]!, wrap);
    return at >= 0 && at < shape[entry.axis]!;
  });
}

/**
 * The elements of x at an index, with options; the function behind `x.get(...)` and `x.at(...).get(options)`.
 * @throws IndexingError, NonConcreteBooleanIndexError, ShapeError (index arrays that do not broadcast), OptionError.
 */
export function getAt(x: NDArray, index: readonly Index[], options: GetOptions = {}): NDArray {
  checkOptions("get", options, [...indexOptionNames, "fillValue"]);
  checkFill(options.fillValue);
  const mode = readMode(options.mode, "get");
  const wrap = options.wrapNegativeIndices ?? true;
  const indices = readIndices(index, x.aval.shape);
  const { entries } = indices;
  const scalarsOnly = entries.every(
    (e) => e.kind !== "flag" && (e.kind !== "array" || e.index.aval.shape.length === 0),
  );
  if (scalarsOnly) {
    if (!entries.some((e) => e.kind === "array")) {
      if (mode !== "fill" || allInside(indices, wrap)) return readStatic(x, indices, wrap);
    } else if (mode !== "fill") return readDynamic(x, indices, wrap);
  }
  return readGather(x, indices, options, mode);
}

/**
 * The elements at an index, as NumPy's `x[...]`: one argument for each axis.
 *
 * Integers (negative from the end), `slice(start, stop, step)`, `null` for a new axis, `ellipsis`; arrays or lists of
 * integers by NumPy's rules of advanced indexing; masks of booleans, which must be known. Indices outside are clamped.
 *
 * @throws IndexingError for too many entries or entries of the wrong kind. @throws NonConcreteBooleanIndexError for traced
 * masks. @throws ShapeError for index arrays that do not broadcast.
 */
export function get(x: NDArray, ...index: readonly Index[]): NDArray {
  return getAt(x, index);
}
