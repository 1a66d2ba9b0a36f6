/** Distinct elements or slices of an array: sorted, with their first positions, their numbers, and who is who. */
import { type ArrayArg, asArray, cast } from "../array/convert.ts";
import { defaultInt } from "../array/dtypes.ts";
import type { NDArray } from "../core/ndarray.ts";
import { ArgumentError } from "../errors/index.ts";
import { sub } from "../prims/arithmetic.ts";
import { not } from "../prims/bitwise.ts";
import { lt } from "../prims/compare.ts";
import { cumsum } from "../prims/cumulative.ts";
import { full } from "../prims/fill.ts";
import { broadcastTo, moveaxis } from "../prims/movement.ts";
import { reduceOr, reduceSum } from "../prims/reduce.ts";
import { concatenate, sliceAlong } from "../prims/slicing.ts";
import { sort } from "../prims/sort.ts";
import { canonicalAxis, type Shape, sizeOf } from "../types/shape.ts";
import { range } from "../util/list.ts";
import { readArguments, readInt, type StaticInt, type Trailing } from "./arguments.ts";
import { concretely } from "./concrete.ts";
import { countTrue, truePositions } from "./nonzero.ts";
import { along, choosing, constant, counting, flattened, gatherAlong, operand, shaped, zerosOf } from "./operand.ts";
import { sameElement } from "./search.ts";

/** Options of the functions whose result has as many elements as there are distinct ones. */
export interface SizeOptions {
  /** The number of elements in the result, which is cut or filled up; as many as there are by default, and then the array
   *  must be known. */
  readonly size?: StaticInt | null;
  /** What fills the result up; its smallest element by default. */
  readonly fillValue?: ArrayArg | null;
}

/** Options of `unique`. */
export interface UniqueOptions extends SizeOptions {
  /** Also return the position of the first occurrence of each. */
  readonly returnIndex?: boolean;
  /** Also return, for each element of the array, the position of its like in the result. */
  readonly returnInverse?: boolean;
  /** Also return how often each occurs. */
  readonly returnCounts?: boolean;
  /** The axis whose slices are compared; by default elements are. */
  readonly axis?: number | null;
  /** Whether all NaN are one. Default true. */
  readonly equalNan?: boolean;
  /** Whether the result is sorted. It always is. */
  readonly sorted?: boolean;
}

interface Distinct {
  readonly values: NDArray;
  readonly index: NDArray;
  readonly inverse: NDArray;
  readonly counts: NDArray;
}

export const uniqueHint =
  "pass a static { size } inside transformations, or compute this outside of the transformed function";

/** Slices along axis 0 in lexicographic order, where each differs from the one before, and where each comes from. */
export function sortedRuns(x: NDArray, equalNaN: boolean): readonly [sorted: NDArray, starts: NDArray, from: NDArray] {
  const [n = 0, ...rest] = x.aval.shape;
  const width = sizeOf(rest);
  const rows = shaped(x, [n, width]);
  const columns = range(width).map((k) => shaped(sliceAlong(rows, 1, k, k + 1), [n]));
  const from = sort([...columns, counting(n, defaultInt())], { dimension: 0, isStable: true, numKeys: width }).at(-1)!;
  const sorted = gatherAlong(rows, from, 0);
  const same = sameElement(sliceAlong(sorted, 0, 1, n), sliceAlong(sorted, 0, 0, n - 1), equalNaN);
  const differs = reduceOr(not(same), { axes: [1] });
  const starts = concatenate([full([1], true, "bool"), differs], { dimension: 0 });
  return [shaped(sorted, x.aval.shape), starts, from];
}

/** The distinct slices along axis 0. */
function distinct(
  x: NDArray,
  equalNaN: boolean,
  size: number | undefined,
  fillValue: ArrayArg | null | undefined,
): Distinct {
  const dtype = defaultInt();
  const [n = 0, ...rest] = x.aval.shape;
  const wanted =
    fillValue === undefined || fillValue === null ? undefined : cast(operand(fillValue, "unique"), x.aval.dtype);
  const filled = (count: number): NDArray => broadcastTo(wanted ?? zerosOf([], x.aval.dtype), [count, ...rest]);
  if (n === 0) {
    const count = size ?? 0;
    if (count > 0 && wanted === undefined) {
      throw new ArgumentError({
        what: "jnp.unique: for zero-sized input with nonzero size argument, fill_value must be specified",
        fix: "pass { fillValue }",
      });
    }
    const none = zerosOf([count], dtype);
    return { values: filled(count), index: none, inverse: zerosOf([0], dtype), counts: none };
  }
  if (sizeOf(rest) === 0) {
    // Slices without elements are all alike.
    const count = size ?? 1;
    const first = zerosOf([count], dtype);
    const counts = choosing(lt(counting(count, dtype), constant(1, dtype)), constant(n, dtype), constant(0, dtype));
    return { values: zerosOf([count, ...rest], x.aval.dtype), index: first, inverse: zerosOf([n], dtype), counts };
  }
  const [sorted, starts, from] = sortedRuns(x, equalNaN);
  const count = size ?? countTrue(starts);
  const places = truePositions(starts, count);
  let values = gatherAlong(sorted, places, 0);
  const numbers = cumsum(cast(starts, dtype), { axis: 0, reverse: false });
  if (wanted !== undefined) {
    const valid = lt(counting(count, dtype), reduceSum(cast(starts, dtype), { axes: [0] }));
    values = choosing(broadcastTo(along(valid, 0, values.aval.shape.length), values.aval.shape), values, filled(count));
  }
  // Ordered by where they came from, the numbers of the runs stand in the order of the array.
  const [, inverse] = sort([from, sub(numbers, constant(1, dtype))], { dimension: 0, isStable: true, numKeys: 1 });
  const bounds = truePositions(starts, count + 1, n);
  const counts = sub(sliceAlong(bounds, 0, 1, count + 1), sliceAlong(bounds, 0, 0, count));
  return { values, index: gatherAlong(from, places, 0), inverse: inverse!, counts };
}

/** The distinct slices of an array along an axis, or its distinct elements. */
function distinctOf(caller: string, ar: ArrayArg, options: UniqueOptions): Distinct {
  const x = asArray(ar, caller, 0);
  const whole = options.axis === undefined || options.axis === null;
  const axis = whole ? 0 : canonicalAxis(options.axis as number, x.aval.shape.length);
  const equalNaN = options.equalNan ?? true;
  const compute = (size: number | undefined): Distinct => {
    const found = distinct(whole ? flattened(x) : moveaxis(x, axis, 0), equalNaN, size, options.fillValue);
    const inverseShape: Shape = whole ? x.aval.shape : found.inverse.aval.shape;
    return { ...found, values: moveaxis(found.values, 0, axis), inverse: shaped(found.inverse, inverseShape) };
  };
  if (options.size === undefined || options.size === null) {
    const where = `The error arose for the first argument of jnp.${caller}().`;
    return concretely([x], where, uniqueHint, () => compute(undefined));
  }
  const size = readInt(caller, "size", options.size);
  if (size < 0)
    throw new ArgumentError({ what: `${caller}: size must not be negative, got ${size}`, fix: "use 0 or more" });
  return compute(size);
}

const uniqueNames = ["returnIndex", "returnInverse", "returnCounts", "axis"] as const;

type UniqueArguments = Trailing<
  [returnIndex: boolean, returnInverse: boolean, returnCounts: boolean, axis: number | null],
  UniqueOptions
>;

type Plain = Omit<UniqueOptions, "returnIndex" | "returnInverse" | "returnCounts">;

/**
 * The distinct elements of an array, sorted; with `axis`, its distinct slices in lexicographic order. NaN is one element.
 * With options that ask for more, a list: elements, positions of first occurrences, for each element of the array its
 * place in the result, and counts. How many there are must be known, or be given as `size`.
 * @throws ConcretizationTypeError for a traced array without `size`.
 * @example
 * jnp.unique(x)
 * const [values, counts] = jnp.unique(x, { returnCounts: true, size: 5 });
 */
export function unique(ar: ArrayArg, options?: Plain): NDArray;
export function unique(ar: ArrayArg, options: UniqueOptions): NDArray[];
export function unique(ar: ArrayArg, returnIndex: boolean, ...args: readonly unknown[]): NDArray | NDArray[];
export function unique(ar: ArrayArg, ...args: UniqueArguments | readonly unknown[]): NDArray | NDArray[] {
  const options = readArguments<UniqueOptions>("unique", args, uniqueNames, [
    "equalNan",
    "size",
    "fillValue",
    "sorted",
  ]);
  const found = distinctOf("unique", ar, options);
  const results = [found.values];
  if (options.returnIndex === true) results.push(found.index);
  if (options.returnInverse === true) results.push(found.inverse);
  if (options.returnCounts === true) results.push(found.counts);
  return results.length === 1 ? found.values : results;
}

function readSize(caller: string, args: readonly unknown[]): UniqueOptions {
  return { ...readArguments<SizeOptions>(caller, args, [], ["size", "fillValue"]), equalNan: false };
}

/**
 * The distinct elements of an array, sorted. Every NaN is an element of its own, as the array API standard has it.
 * @throws ConcretizationTypeError for a traced array without `size`.
 * @example jnp.uniqueValues(x)
 */
export function uniqueValues(x: ArrayArg, ...args: Trailing<[], SizeOptions>): NDArray {
  return distinctOf("uniqueValues", x, readSize("uniqueValues", args)).values;
}

/**
 * The distinct elements of an array, sorted, and how often each occurs.
 * @throws ConcretizationTypeError for a traced array without `size`.
 * @example const [values, counts] = jnp.uniqueCounts(x);
 */
export function uniqueCounts(x: ArrayArg, ...args: Trailing<[], SizeOptions>): [values: NDArray, counts: NDArray] {
  const found = distinctOf("uniqueCounts", x, readSize("uniqueCounts", args));
  return [found.values, found.counts];
}

/**
 * The distinct elements of an array, sorted, and for each element of the array its place among them.
 * @throws ConcretizationTypeError for a traced array without `size`.
 * @example const [values, inverse] = jnp.uniqueInverse(x); // values[inverse] is x
 */
export function uniqueInverse(x: ArrayArg, ...args: Trailing<[], SizeOptions>): [values: NDArray, inverse: NDArray] {
  const found = distinctOf("uniqueInverse", x, readSize("uniqueInverse", args));
  return [found.values, found.inverse];
}

/**
 * The distinct elements of an array, sorted; where each occurs first; for each element its place among them; how often each
 * occurs.
 * @throws ConcretizationTypeError for a traced array without `size`.
 * @example const [values, indices, inverse, counts] = jnp.uniqueAll(x);
 */
export function uniqueAll(
  x: ArrayArg,
  ...args: Trailing<[], SizeOptions>
): [values: NDArray, indices: NDArray, inverse: NDArray, counts: NDArray] {
  const found = distinctOf("uniqueAll", x, readSize("uniqueAll", args));
  return [found.values, found.index, found.inverse, found.counts];
}
