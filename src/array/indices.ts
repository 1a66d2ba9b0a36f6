/**
 * Indices as users write them, read against a shape: in, what stands between the brackets; out, one item for each axis or new axis,
 * with every bound known and counted from the start. Masks become integer arrays.
 */

import { scalar } from "../core/constant.ts";
import { isNDArray, type NDArray } from "../core/ndarray.ts";
import { isConcrete } from "../core/trace.ts";
import { IndexingError, NonConcreteBooleanIndexError } from "../errors/index.ts";
import { add } from "../prims/arithmetic.ts";
import { lt } from "../prims/compare.ts";
import { selectN } from "../prims/select.ts";
import { fromTypedArray, peek } from "../runtime/array.ts";
import { formatAval, makeAval } from "../types/aval.ts";
import { dtypeKind, isInteger, isTypedArray, type TypedArray } from "../types/dtype.ts";
import { formatShape, type Shape } from "../types/shape.ts";
import { array, cast, describeValue, type Nested } from "./convert.ts";
import { ellipsis, Slice } from "./slice.ts";
import { staticInteger } from "./static.ts";

/** Lists of integers or of booleans, nested. */
export type IndexList = readonly (number | boolean | IndexList)[];

/**
 * One entry of an index: an integer (negative from the end), a `slice(...)`, `null` for a new axis, `ellipsis` or "..."
 * for the axes not spoken of, an array or list of integers, or a mask of booleans.
 */
export type Index =
  | number
  | bigint
  | boolean
  | null
  | Slice
  | typeof ellipsis
  | "..."
  | NDArray
  | TypedArray
  | IndexList;

/** A range with known bounds: `size` elements from `start`. A negative step goes backwards. */
export interface Range {
  readonly start: number;
  readonly step: number;
  readonly size: number;
}

export type IndexEntry =
  | { readonly kind: "integer"; readonly axis: number; readonly value: number }
  | { readonly kind: "range"; readonly axis: number; readonly range: Range }
  | { readonly kind: "array"; readonly axis: number; readonly index: NDArray }
  | { readonly kind: "newaxis" }
  /** A single boolean: an axis of length 1 or 0 that x does not have. */
  | { readonly kind: "flag"; readonly value: boolean };

/** An index, one entry for each axis of the indexed array and each new one. */
export interface Indices {
  readonly shape: Shape;
  readonly entries: readonly IndexEntry[];
  /** Whether integer and array entries stand side by side, with nothing (no slice, no ellipsis) between. */
  readonly contiguous: boolean;
}

type Raw =
  | { readonly kind: "newaxis" | "ellipsis" }
  | { readonly kind: "slice"; readonly slice: Slice }
  | { readonly kind: "integer"; readonly value: number }
  | { readonly kind: "flag"; readonly value: boolean }
  | { readonly kind: "array" | "mask"; readonly index: NDArray };

function wrongType(type: string, fix: string): IndexingError {
  return new IndexingError({
    what: `Indexer must have integer or boolean type, got indexer with type ${type}`,
    fix,
  });
}

function readArray(index: NDArray): Raw {
  const { dtype, shape, weakType } = index.aval;
  if (isInteger(dtype)) return { kind: "array", index };
  if (dtype !== "bool") {
    throw wrongType(
      dtype,
      weakType && shape.length === 0
        ? 'numbers in arguments of transformed functions are float32: convert with i.astype("int32"), or make the argument static'
        : 'convert the index with i.astype("int32")',
    );
  }
  if (isConcrete(index)) {
    return shape.length === 0
      ? { kind: "flag", value: (peek(index) as ArrayLike<number>)[0] !== 0 }
      : { kind: "mask", index };
  }
  throw new NonConcreteBooleanIndexError({
    what: `Array boolean indices must be concrete; got ${formatAval(index.aval)}`,
    fix: "the size of the result would depend on values: use jnp.where(mask, x, 0), which keeps the shape, or make the mask outside of the transformed function",
  });
}

function readList(list: IndexList): Raw {
  const flat = (list as readonly unknown[]).flat(Number.POSITIVE_INFINITY);
  if (flat.length > 0 && flat.every((v) => typeof v === "boolean")) return readArray(array(list as Nested));
  const wrong = flat.find((v) => typeof v !== "number" && typeof v !== "bigint");
  if (wrong !== undefined || flat.some((v) => v === undefined)) {
    throw wrongType(
      `a list with ${describeValue(wrong)}`,
      "lists in an index hold integers, or booleans; indices of several axes are several arguments: x.get(0, slice(1, 3))",
    );
  }
  const fraction = flat.find((v) => typeof v === "number" && !Number.isInteger(v));
  if (fraction !== undefined) throw wrongType(`float (${String(fraction)})`, "use whole numbers");
  return readArray(array(list as Nested, { dtype: "int32" }));
}

function readEntry(index: unknown): Raw {
  if (index === null) return { kind: "newaxis" };
  if (index === ellipsis || index === "...") return { kind: "ellipsis" };
  if (index instanceof Slice) return { kind: "slice", slice: index };
  if (typeof index === "boolean") return { kind: "flag", value: index };
  if (typeof index === "number" || typeof index === "bigint") {
    if (typeof index === "bigint" || Number.isInteger(index)) return { kind: "integer", value: Number(index) };
    throw wrongType(`float (${index})`, "use a whole number; Math.floor or Math.trunc makes one");
  }
  if (isNDArray(index)) return readArray(index);
  if (isTypedArray(index)) return readArray(array(index));
  if (Array.isArray(index)) return readList(index as IndexList);
  throw new IndexingError({
    what: `only integers, slices, ellipsis, null and integer or boolean arrays are valid indices. Got ${typeof index === "string" ? JSON.stringify(index) : describeValue(index)}`,
    fix:
      typeof index === "string"
        ? 'write slice(1, 3) for 1:3 and slice() for ":"'
        : "an index is several arguments, one for each axis: x.get(0, slice(1, 3), null)",
  });
}

/** Bounds of a slice on an axis of length n: Python's `slice.indices`, with the number of elements. */
export function resolveSlice(s: Slice, n: number, position = 0): Range {
  const bound = (value: unknown): number | null => {
    if (value === null || value === undefined) return null;
    if (isNDArray(value) && !isConcrete(value)) {
      throw new IndexingError({
        what: `Slice entries must be static integers. Got a traced array with shape ${formatAval(value.aval)} at position ${position}`,
        fix: "use lax.dynamicSliceInDim for slices of known size at a computed place, or make the bound static",
      });
    }
    return staticInteger(value, "a bound of a slice");
  };
  const step = bound(s.step) ?? 1;
  if (step === 0)
    throw new IndexingError({
      what: "slice step cannot be zero",
      fix: "leave the step out, or use -1 to go backwards",
    });
  const low = step > 0 ? 0 : -1;
  const high = step > 0 ? n : n - 1;
  const place = (value: number | null, otherwise: number): number => {
    if (value === null) return otherwise;
    return Math.min(Math.max(value < 0 ? value + n : value, low), high);
  };
  const start = place(bound(s.start), step > 0 ? low : high);
  const stop = place(bound(s.stop), step > 0 ? high : low);
  return { start, step, size: Math.max(0, Math.ceil((stop - start) / step)) };
}

/** The positions of the true elements of a mask, one int32 vector for each of its axes. */
function maskPositions(mask: NDArray): NDArray[] {
  const values = peek(mask) as ArrayLike<number>;
  const { shape } = mask.aval;
  const hits: number[] = [];
  for (let i = 0; i < values.length; i++) if (values[i] !== 0) hits.push(i);
  let stride = values.length;
  return shape.map((n) => {
    stride = n === 0 ? 0 : stride / n;
    const step = stride;
    const positions = Int32Array.from(hits, (i) => Math.floor(i / step) % n);
    return fromTypedArray(makeAval([hits.length], "int32"), positions);
  });
}

const axesOf = (raw: Raw): number => {
  switch (raw.kind) {
    case "newaxis":
    case "ellipsis":
    case "flag":
      return 0;
    case "mask":
      return raw.index.aval.shape.length;
    default:
      return 1;
  }
};

function checkMask(mask: NDArray, shape: Shape, axis: number, position: number): void {
  const expected = shape.slice(axis, axis + mask.aval.shape.length);
  if (mask.aval.shape.every((n, d) => n === 0 || n === expected[d])) return;
  throw new IndexingError({
    what: `boolean index did not match shape of indexed array in index ${position}: got ${formatShape(mask.aval.shape)}, expected ${formatShape(expected)}`,
    fix: "a mask has the lengths of the axes that it indexes",
  });
}

const wholeAxis: Slice = /* @__PURE__ */ new Slice(null, null, null);

/**
 * Reads an index against a shape.
 * @throws IndexingError for too many entries, entries of the wrong kind, masks of the wrong shape.
 * @throws NonConcreteBooleanIndexError for traced masks.
 */
export function readIndices(index: readonly unknown[], shape: Shape): Indices {
  const raws = index.map(readEntry);
  const spoken = raws.reduce((n, raw) => n + axesOf(raw), 0);
  if (raws.filter((raw) => raw.kind === "ellipsis").length > 1) {
    throw new IndexingError({
      what: "an index can only have a single ellipsis ('...')",
      fix: "write slice() for each other axis",
    });
  }
  if (spoken > shape.length) {
    throw new IndexingError({
      what: `Too many indices: array is ${shape.length}-dimensional, but ${spoken} were indexed`,
      fix: "give at most one index for each axis; null makes a new axis",
    });
  }
  const entries: IndexEntry[] = [];
  const advanced: number[] = [];
  let axis = 0;
  const whole = (): void => {
    entries.push({ kind: "range", axis, range: resolveSlice(wholeAxis, shape[axis]!) });
    axis++;
  };
  let place = 0;
  raws.forEach((raw, position) => {
    switch (raw.kind) {
      case "newaxis":
        entries.push({ kind: "newaxis" });
        break;
      case "ellipsis":
        for (let k = spoken; k < shape.length; k++) whole();
        break;
      case "slice":
        entries.push({ kind: "range", axis, range: resolveSlice(raw.slice, shape[axis]!, position) });
        axis++;
        break;
      case "integer":
        advanced.push(place);
        entries.push({ kind: "integer", axis: axis++, value: raw.value });
        break;
      case "flag":
        entries.push({ kind: "flag", value: raw.value });
        break;
      case "array":
        advanced.push(place);
        entries.push({ kind: "array", axis: axis++, index: raw.index });
        break;
      case "mask": {
        checkMask(raw.index, shape, axis, position);
        for (const positions of maskPositions(raw.index)) {
          advanced.push(place++);
          entries.push({ kind: "array", axis: axis++, index: positions });
        }
        place--;
        break;
      }
    }
    place++;
  });
  while (axis < shape.length) whole();
  return { shape, entries, contiguous: advanced.every((p, i) => i === 0 || p === advanced[i - 1]! + 1) };
}

/** An index array in int32, negative entries counted from the end of an axis of length n if `wrap`. */
export function wrapIndex(index: NDArray, n: number, wrap: boolean): NDArray {
  const { dtype } = index.aval;
  if (!wrap || dtypeKind(dtype) === "u") return cast(index, "int32");
  // In the index's own dtype the length may not be a number, and int8 + 300 would wrap.
  const i = cast(index, dtype === "int64" ? "int64" : "int32");
  return cast(selectN([lt(i, 0), i, add(i, scalar(n, i.aval.dtype))]), "int32");
}
