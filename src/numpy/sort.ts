/** Order along an axis: sorted elements, the positions they come from, the largest few, and partitions. */
import { type ArrayArg, asArray, cast } from "../array/convert.ts";
import { defaultInt } from "../array/dtypes.ts";
import { isNDArray, type NDArray } from "../core/ndarray.ts";
import { ArgumentError, OptionError, ShapeError } from "../errors/index.ts";
import { iota } from "../prims/fill.ts";
import { rev, squeeze } from "../prims/movement.ts";
import { concatenate, sliceAlong } from "../prims/slicing.ts";
import { sort as sortTogether } from "../prims/sort.ts";
import type { DType } from "../types/dtype.ts";
import { canonicalAxis, equalShapes, formatShape } from "../types/shape.ts";
import { range } from "../util/list.ts";
import { readArguments, readDType, readInt, type StaticInt, type Trailing } from "./arguments.ts";
import { flattened, zerosOf } from "./operand.ts";

/** Options of `sort`. */
export interface SortOptions {
  /** The axis along which elements move. Default -1; `null`: all elements in one axis. */
  readonly axis?: number | null;
  /** Whether the largest comes first. Default false. */
  readonly descending?: boolean;
  /** Whether equal elements keep their order. They always do. */
  readonly stable?: boolean;
}

/** Options of `argsort`. */
export interface ArgsortOptions extends SortOptions {
  /** The dtype of the positions; int32 by default (int64 with x64). */
  readonly dtype?: DType;
}

/** An operand and the axis to sort along. */
function sortable(caller: string, a: ArrayArg, axis: number | null | undefined): readonly [NDArray, number] {
  const x = asArray(a, caller, 0);
  if (axis === null) return [flattened(x), 0];
  return [x, canonicalAxis(readInt(caller, "axis", axis ?? -1), x.aval.shape.length)];
}

function sorted(keys: readonly NDArray[], dimension: number, numKeys = 1): NDArray[] {
  return sortTogether(keys, { dimension, isStable: true, numKeys });
}

const positionsIn = (x: NDArray, dimension: number, dtype: DType): NDArray =>
  iota([], { dtype, shape: x.aval.shape, dimension });

/** An array in order along an axis together with the positions that its elements come from. */
function sortedPair(x: NDArray, axis: number, dtype: DType, descending: boolean): readonly [NDArray, NDArray] {
  const positions = positionsIn(x, axis, dtype);
  if (!descending) return sorted([x, positions], axis) as [NDArray, NDArray];
  // Turned around before and after, equal elements keep their order.
  const turned = (y: NDArray): NDArray => rev(y, { dimensions: [axis] });
  const [values, places] = sorted([turned(x), turned(positions)], axis) as [NDArray, NDArray];
  return [turned(values), turned(places)];
}

/**
 * The elements in ascending order along an axis; NaN last. The derivative follows the elements.
 * @throws AxisError if the axis does not exist.
 * @example jnp.sort(x, 0); jnp.sort(x, { descending: true })
 */
export function sort(a: ArrayArg, ...args: Trailing<[axis: number | null], SortOptions>): NDArray {
  const options = readArguments<SortOptions>("sort", args, ["axis"], ["descending", "stable"]);
  const [x, axis] = sortable("sort", a, options.axis);
  const [result] = sorted([x], axis);
  return options.descending === true ? rev(result!, { dimensions: [axis] }) : result!;
}

/**
 * The positions along an axis that put the elements in ascending order: `takeAlongAxis(a, argsort(a))` is sorted. Equal
 * elements keep their order.
 * @throws AxisError if the axis does not exist.
 * @example jnp.argsort(jnp.array([3, 1, 2])) // [1 2 0]
 */
export function argsort(a: ArrayArg, ...args: Trailing<[axis: number | null], ArgsortOptions>): NDArray {
  const options = readArguments<ArgsortOptions>("argsort", args, ["axis"], ["descending", "stable", "dtype"]);
  const [x, axis] = sortable("argsort", a, options.axis);
  const dtype = readDType("argsort", options.dtype, defaultInt());
  return sortedPair(x, axis, dtype, options.descending === true)[1];
}

/**
 * The positions that sort by several keys: by the last one first, where it is equal by the one before, and so on.
 * @throws ShapeError if the keys differ in shape. @throws ArgumentError without keys.
 * @example jnp.lexsort([given, family]) // by family name, then by given name
 */
export function lexsort(
  keys: NDArray | readonly ArrayArg[],
  ...args: Trailing<[axis: number], { readonly axis?: number }>
): NDArray {
  const options = readArguments<{ axis?: number }>("lexsort", args, ["axis"]);
  const list = isNDArray(keys) ? rowsOf(keys) : keys.map((k, i) => asArray(k, "lexsort", i));
  const first = list[0];
  if (first === undefined)
    throw new ArgumentError({ what: "need sequence of keys with len > 0 in lexsort", fix: "pass a list of keys" });
  if (list.some((k) => !equalShapes(k.aval.shape, first.aval.shape))) {
    throw new ShapeError({
      what: `all keys need to be the same shape, got ${list.map((k) => formatShape(k.aval.shape)).join(", ")}`,
      fix: "give keys of one shape",
    });
  }
  if (first.aval.shape.length === 0) return zerosOf([], defaultInt());
  const axis = canonicalAxis(options.axis ?? -1, first.aval.shape.length);
  return sorted([...list.toReversed(), positionsIn(first, axis, defaultInt())], axis, list.length).at(-1)!;
}

function rowsOf(x: NDArray): NDArray[] {
  if (x.aval.shape.length === 0)
    throw new ShapeError({ what: "lexsort: an array of keys must have an axis", fix: "pass a list of keys" });
  return range(x.aval.shape[0]!).map((i) => squeeze(sliceAlong(x, 0, i, i + 1), { dimensions: [0] }));
}

/** Options of `topK`. */
export interface TopKOptions {
  /** The axis along which the largest are looked for. Default -1. */
  readonly axis?: number;
}

/**
 * The k largest elements along an axis in descending order, and their positions; of equal elements the first. NaN counts as
 * largest.
 * @throws ArgumentError for a k that is negative or larger than the axis.
 * @example const [values, positions] = jnp.topK(scores, 3);
 */
export function topK(a: ArrayArg, k: StaticInt, ...args: Trailing<[axis: number], TopKOptions>): [NDArray, NDArray] {
  const options = readArguments<TopKOptions>("topK", args, ["axis"]);
  const [x, axis] = sortable("topK", a, options.axis ?? -1);
  const count = readInt("topK", "k", k);
  const length = x.aval.shape[axis]!;
  if (count < 0 || count > length) {
    throw new ArgumentError({
      what: `k argument to top_k must be no larger than minor dimension; got k=${count} for an axis of length ${length}`,
      fix: `use a k from 0 to ${length}`,
    });
  }
  const [values, positions] = sortedPair(x, axis, "int32", true);
  return [sliceAlong(values, axis, 0, count), sliceAlong(positions, axis, 0, count)];
}

/** Where an axis is parted: the operand, the axis, and a position on it. */
function parted(
  caller: string,
  a: ArrayArg,
  kth: StaticInt,
  args: readonly unknown[],
): readonly [NDArray, number, number] {
  const options = readArguments<{ axis?: number; kind?: unknown; order?: unknown }>(caller, args, ["axis"], []);
  const [x, axis] = sortable(caller, a, options.axis ?? -1);
  const length = x.aval.shape[axis]!;
  const k = readInt(caller, "kth", kth);
  if (k < -length || k >= length) {
    throw new OptionError({
      what: `${caller}: kth=${k} is out of bounds for an axis of length ${length}`,
      fix: `use a kth from ${-length} to ${length - 1}`,
    });
  }
  return [x, axis, k < 0 ? k + length : k];
}

/**
 * The elements along an axis so that the one at `kth` is where it would be in sorted order, smaller ones stand before it and
 * larger ones behind. As in JAX the first part is in ascending order, the second in descending order.
 * @throws OptionError for a `kth` out of bounds. @throws AxisError if the axis does not exist.
 * @example jnp.partition(x, 2)
 */
export function partition(
  a: ArrayArg,
  kth: StaticInt,
  ...args: Trailing<[axis: number], { readonly axis?: number }>
): NDArray {
  const [x, axis, k] = parted("partition", a, kth, args);
  const ordered = sort(x, axis);
  const rest = sliceAlong(ordered, axis, k + 1, x.aval.shape[axis]!);
  return concatenate([sliceAlong(ordered, axis, 0, k + 1), rev(rest, { dimensions: [axis] })], { dimension: axis });
}

/**
 * The positions that part an array along an axis: first those of the smallest up to `kth`, in the order of their elements,
 * then the others, ascending.
 * @throws OptionError for a `kth` out of bounds. @throws AxisError if the axis does not exist.
 * @example jnp.argpartition(x, 2)
 */
export function argpartition(
  a: ArrayArg,
  kth: StaticInt,
  ...args: Trailing<[axis: number], { readonly axis?: number }>
): NDArray {
  const [x, axis, k] = parted("argpartition", a, kth, args);
  const [, positions] = sortedPair(x, axis, "int32", false);
  const [rest] = sorted([sliceAlong(positions, axis, k + 1, x.aval.shape[axis]!)], axis);
  return cast(concatenate([sliceAlong(positions, axis, 0, k + 1), rest!], { dimension: axis }), "int32");
}
