/** Arrays as sets: membership, union, intersection, differences. Sizes of results must be known, or be given. */
import { type ArrayArg, asArray, cast } from "../array/convert.ts";
import { defaultInt } from "../array/dtypes.ts";
import { promoteDTypes } from "../array/promotion.ts";
import type { NDArray } from "../core/ndarray.ts";
import { ArgumentError } from "../errors/index.ts";
import { and, not } from "../prims/bitwise.ts";
import { eq, lt } from "../prims/compare.ts";
import { full } from "../prims/fill.ts";
import { broadcastTo } from "../prims/movement.ts";
import { reduceSum } from "../prims/reduce.ts";
import { concatenate, sliceAlong } from "../prims/slicing.ts";
import { sort } from "../prims/sort.ts";
import { checkChoice, readArguments, readInt, type Trailing } from "./arguments.ts";
import { concretely } from "./concrete.ts";
import { countTrue, truePositions } from "./nonzero.ts";
import { choosing, constant, counting, flattened, gatherAlong, operand, shaped, zerosOf } from "./operand.ts";
import { searchsorted } from "./search.ts";
import { type SizeOptions, sortedRuns, unique, uniqueHint } from "./unique.ts";

/** Options of `isin`. */
export interface IsinOptions {
  /** A promise that no array repeats an element. It has no effect. */
  readonly assumeUnique?: boolean;
  /** Whether to tell what is not among the elements instead. Default false. */
  readonly invert?: boolean;
  /** One of JAX's methods; they differ in speed alone, so it has no effect. */
  readonly method?: "auto" | "compare_all" | "binary_search" | "sort";
}

/** For each element of a vector, its place in a sorted vector, and whether it is there. NaN is nowhere. */
function find(sorted: NDArray, values: NDArray): readonly [place: NDArray, found: NDArray] {
  const n = sorted.aval.shape[0]!;
  if (n === 0) return [zerosOf(values.aval.shape, "int32"), full(values.aval.shape, false, "bool")];
  const place = searchsorted(sorted, values);
  return [place, eq(gatherAlong(sorted, place, 0, { mode: "clip" }), values)];
}

const ordered = (x: NDArray): NDArray => sort([x], { dimension: 0, isStable: true, numKeys: 1 })[0]!;

/**
 * For each element, whether it is among the test elements. NaN is not.
 * @throws OptionError for an unknown method.
 * @example jnp.isin(x, jnp.array([1, 2], { dtype: "int32" }))
 */
export function isin(
  element: ArrayArg,
  testElements: ArrayArg,
  ...args: Trailing<[assumeUnique: boolean, invert: boolean], IsinOptions>
): NDArray {
  const options = readArguments<IsinOptions>("isin", args, ["assumeUnique", "invert"], ["method"]);
  checkChoice("isin", "method", options.method ?? "auto", ["auto", "compare_all", "binary_search", "sort"]);
  const [x, tests] = promoteDTypes("isin", element, testElements) as [NDArray, NDArray];
  const [, found] = find(ordered(flattened(tests)), flattened(x));
  return shaped(options.invert === true ? not(found) : found, x.aval.shape);
}

/** Options of the functions of two sets. */
export interface SetOptions extends SizeOptions {
  /** A promise that neither array repeats an element. */
  readonly assumeUnique?: boolean;
}

/** Two operands as vectors of one dtype. */
function vectors(caller: string, ar1: ArrayArg, ar2: ArrayArg): readonly [NDArray, NDArray] {
  const [x, y] = promoteDTypes(caller, ar1, ar2) as [NDArray, NDArray];
  return [flattened(x), flattened(y)];
}

/** Runs a computation for a given size, or at once for as many elements as there are. */
function sized<T>(
  caller: string,
  operands: readonly NDArray[],
  options: SizeOptions,
  compute: (size: number | undefined) => T,
): T {
  if (options.size === undefined || options.size === null) {
    return concretely(operands, `The error arose in ${caller}()`, uniqueHint, () => compute(undefined));
  }
  const size = readInt(caller, "size", options.size);
  if (size < 0)
    throw new ArgumentError({ what: `${caller}: size must not be negative, got ${size}`, fix: "use 0 or more" });
  return compute(size);
}

/** The marked elements of a vector, `size` of them or as many as there are; what is missing is filled up. */
interface Kept {
  readonly values: NDArray;
  /** Positions in the vector; its length where there is none. */
  readonly positions: NDArray;
  /** Whether the result has an element at a place. */
  readonly valid: NDArray;
}

function keep(
  x: NDArray,
  mask: NDArray,
  size: number | undefined,
  fillValue: ArrayArg | null | undefined,
  smallest: boolean,
): Kept {
  const dtype = defaultInt();
  const n = x.aval.shape[0]!;
  const count = size ?? countTrue(mask);
  const positions = truePositions(mask, count, n);
  const valid = lt(counting(count, dtype), reduceSum(cast(mask, dtype), { axes: [0] }));
  if (n === 0 || count === 0) {
    const fill =
      fillValue === undefined || fillValue === null
        ? constant(0, x.aval.dtype)
        : cast(operand(fillValue, "sets"), x.aval.dtype);
    return { values: broadcastTo(fill, [count]), positions, valid };
  }
  const found = gatherAlong(x, positions, 0, { mode: "fill", fillValue: 0 });
  let fill = constant(0, x.aval.dtype);
  if (fillValue !== undefined && fillValue !== null) fill = cast(operand(fillValue, "sets"), x.aval.dtype);
  else if (smallest) fill = shaped(sliceAlong(found, 0, 0, 1), []);
  return { values: choosing(valid, found, fill), positions, valid };
}

/** A vector in order, its first occurrences, and where they come from. */
function runs(x: NDArray): readonly [NDArray, NDArray, NDArray] {
  return x.aval.shape[0] === 0 ? [x, zerosOf([0], "bool"), zerosOf([0], defaultInt())] : sortedRuns(x, true);
}

/**
 * The elements that are in either array: sorted, each once.
 * @throws ConcretizationTypeError for traced arrays without `size`.
 * @example jnp.union1d(x, y, { size: 7 })
 */
export function union1d(ar1: ArrayArg, ar2: ArrayArg, ...args: Trailing<[], SizeOptions>): NDArray {
  const options = readArguments<SizeOptions>("union1d", args, [], ["size", "fillValue"]);
  const [x, y] = vectors("union1d", ar1, ar2);
  const both = (): NDArray => concatenate([x, y], { dimension: 0 });
  return sized("union1d", [x, y], options, (size) => unique(both(), { ...options, size: size ?? null }));
}

/** Options of `intersect1d`. */
export interface IntersectOptions extends SetOptions {
  /** Also return the positions of first occurrences in both arrays. */
  readonly returnIndices?: boolean;
}

/**
 * The elements that are in both arrays: sorted, each once. With `returnIndices`, a list that also holds where they occur
 * first in either. A result of a given size is filled up with its smallest element.
 * @throws ConcretizationTypeError for traced arrays without `size`.
 * @example jnp.intersect1d(x, y, { size: 3 })
 */
export function intersect1d(
  ar1: ArrayArg,
  ar2: ArrayArg,
  options: IntersectOptions & { readonly returnIndices: true },
): [NDArray, NDArray, NDArray];
export function intersect1d(ar1: ArrayArg, ar2: ArrayArg, options?: SetOptions): NDArray;
export function intersect1d(
  ar1: ArrayArg,
  ar2: ArrayArg,
  ...args: Trailing<[assumeUnique: boolean, returnIndices: boolean], IntersectOptions>
): NDArray | [NDArray, NDArray, NDArray];
export function intersect1d(
  ar1: ArrayArg,
  ar2: ArrayArg,
  ...args: Trailing<[assumeUnique: boolean, returnIndices: boolean], IntersectOptions>
): NDArray | [NDArray, NDArray, NDArray] {
  const options = readArguments<IntersectOptions>(
    "intersect1d",
    args,
    ["assumeUnique", "returnIndices"],
    ["size", "fillValue"],
  );
  const [x, y] = vectors("intersect1d", ar1, ar2);
  return sized("intersect1d", [x, y], options, (size): NDArray | [NDArray, NDArray, NDArray] => {
    const [sorted, first, from] = runs(x);
    const [others, , otherFrom] = runs(y);
    const [place, found] = find(others, sorted);
    const kept = keep(sorted, and(first, found), size, options.fillValue, true);
    if (options.returnIndices !== true) return kept.values;
    const source = (origin: NDArray, at: NDArray, none: number): NDArray => {
      if (origin.aval.shape[0] === 0) return full(at.aval.shape, none, origin.aval.dtype);
      return choosing(kept.valid, gatherAlong(origin, at, 0, { mode: "clip" }), constant(none, origin.aval.dtype));
    };
    const here = kept.positions;
    const there =
      sorted.aval.shape[0] === 0 ? zerosOf(here.aval.shape, "int32") : gatherAlong(place, here, 0, { mode: "clip" });
    return [kept.values, source(from, here, x.aval.shape[0]!), source(otherFrom, there, y.aval.shape[0]!)];
  });
}

/**
 * The elements of the first array that are not in the second: sorted, each once; with `assumeUnique` in their order. A
 * result of a given size is filled up with 0.
 * @throws ConcretizationTypeError for traced arrays without `size`.
 * @example jnp.setdiff1d(x, y)
 */
export function setdiff1d(
  ar1: ArrayArg,
  ar2: ArrayArg,
  ...args: Trailing<[assumeUnique: boolean], SetOptions>
): NDArray {
  const options = readArguments<SetOptions>("setdiff1d", args, ["assumeUnique"], ["size", "fillValue"]);
  const own = flattened(asArray(ar1, "setdiff1d", 0));
  const [x, y] = vectors("setdiff1d", own, ar2);
  return sized("setdiff1d", [x, y], options, (size) => {
    const [candidates, first] = options.assumeUnique === true ? [x, full(x.aval.shape, true, "bool")] : runs(x);
    const [, found] = find(ordered(y), candidates);
    return cast(keep(candidates, and(first, not(found)), size, options.fillValue, false).values, own.aval.dtype);
  });
}

/**
 * The elements that are in just one of two arrays: sorted, each once. A result of a given size is filled up with its
 * smallest element.
 * @throws ConcretizationTypeError for traced arrays without `size`.
 * @example jnp.setxor1d(x, y)
 */
export function setxor1d(
  ar1: ArrayArg,
  ar2: ArrayArg,
  ...args: Trailing<[assumeUnique: boolean], SetOptions>
): NDArray {
  const options = readArguments<SetOptions>("setxor1d", args, ["assumeUnique"], ["size", "fillValue"]);
  const [x, y] = vectors("setxor1d", ar1, ar2);
  return sized("setxor1d", [x, y], options, (size) => {
    const [a, firstA] = runs(x);
    const [b, firstB] = runs(y);
    const only = (these: NDArray, first: NDArray, those: NDArray): NDArray => and(first, not(find(those, these)[1]));
    const marks = concatenate([only(a, firstA, b), only(b, firstB, a)], { dimension: 0 });
    // Marked elements first, each part in order.
    const [, values] = sort([not(marks), concatenate([a, b], { dimension: 0 })], {
      dimension: 0,
      isStable: true,
      numKeys: 2,
    });
    const total = marks.aval.shape[0]!;
    const mask = lt(counting(total, defaultInt()), reduceSum(cast(marks, defaultInt()), { axes: [0] }));
    return keep(values!, mask, size, options.fillValue, true).values;
  });
}
