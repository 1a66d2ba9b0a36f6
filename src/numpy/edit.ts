/** Slices put into an array or left out of it, and zeros trimmed from its ends. */
import { type ArrayArg, asArray, cast } from "../array/convert.ts";
import { resolveSlice } from "../array/indices.ts";
import { Slice } from "../array/slice.ts";
import type { NDArray } from "../core/ndarray.ts";
import { ArgumentError, IndexingError, ShapeError } from "../errors/index.ts";
import { add, max, min, mul, sub } from "../prims/arithmetic.ts";
import { ge } from "../prims/compare.ts";
import { broadcastTo, moveaxis } from "../prims/movement.ts";
import { reduceOr, reduceSum } from "../prims/reduce.ts";
import { concatenate, sliceAlong } from "../prims/slicing.ts";
import { canonicalAxes, canonicalAxis, formatShape, sizeOf } from "../types/shape.ts";
import { range } from "../util/list.ts";
import { checkChoice, readArguments, requireConcrete, type Trailing } from "./arguments.ts";
import { equalRanks } from "./broadcast.ts";
import { concreteElements, concretely } from "./concrete.ts";
import {
  checkIntegers,
  constant,
  counting,
  flattened,
  gatherAlong,
  normalisedIndices,
  operand,
  shaped,
  truth,
} from "./operand.ts";
import { argsort, sort } from "./sort.ts";

/** One place, or several: a list, a slice, an array. */
export type Places = number | readonly number[] | readonly boolean[] | Slice | ArrayArg;

/** Options of `insert` and `delete`. */
export interface EditOptions {
  /** The axis along which slices come or go; by default the flattened array's. */
  readonly axis?: number | null;
}

/** Places as an array; booleans stay booleans. */
function placesArray(caller: string, obj: Places, length: number): NDArray {
  if (obj instanceof Slice) {
    const { start, step, size } = resolveSlice(obj, length);
    return asArray(
      Int32Array.from({ length: size }, (_, i) => start + i * step),
      caller,
      1,
    );
  }
  if (!Array.isArray(obj)) return operand(obj as ArrayArg, caller, 1);
  const list = obj as readonly (number | boolean)[];
  if (list.length > 0 && list.every((v) => typeof v === "boolean")) {
    return truth(asArray(Uint8Array.from(list, Number), caller, 1));
  }
  if (list.every((v) => typeof v === "number" && Number.isInteger(v)))
    return asArray(Int32Array.from(list as number[]), caller, 1);
  throw new ArgumentError({ what: `${caller}: places must be whole numbers`, fix: "pass a list such as [0, 2]" });
}

/** The operand and the axis on which is worked. */
function alongAxis(caller: string, arr: ArrayArg, axis: number | null | undefined): readonly [NDArray, number] {
  const x = asArray(arr, caller, 0);
  if (axis === undefined || axis === null) return [flattened(x), 0];
  return [x, canonicalAxis(axis, x.aval.shape.length)];
}

/**
 * An array without some slices along an axis. Places are whole numbers, negative ones from the end, or a mask of booleans;
 * they must be known, unless `assumeUniqueIndices` promises that none repeats.
 * @throws IndexingError for a single place out of range. @throws ConcretizationTypeError for traced places without that promise.
 * @example jnp.delete(x, 1); jnp.delete(m, [0, 2], 1)
 */
function remove(
  arr: ArrayArg,
  obj: Places,
  ...args: Trailing<[axis: number | null], EditOptions & { readonly assumeUniqueIndices?: boolean }>
): NDArray {
  const options = readArguments<EditOptions & { assumeUniqueIndices?: boolean }>(
    "delete",
    args,
    ["axis"],
    ["assumeUniqueIndices"],
  );
  const [x, axis] = alongAxis("delete", arr, options.axis);
  const n = x.aval.shape[axis]!;
  if (typeof obj === "number") {
    if (!Number.isInteger(obj) || obj < -n || obj >= n) {
      throw new IndexingError({
        what: `index ${obj} is out of bounds for axis ${axis} with size ${n}`,
        fix: `use a place from ${-n} to ${n - 1}`,
      });
    }
    const at = obj < 0 ? obj + n : obj;
    return concatenate([sliceAlong(x, axis, 0, at), sliceAlong(x, axis, at + 1, n)], { dimension: axis });
  }
  const places = placesArray("delete", obj, n);
  if (places.aval.dtype === "bool") {
    if (places.aval.shape.length !== 1 || places.aval.shape[0] !== n) {
      throw new ShapeError({
        what: `np.delete(arr, obj): for boolean indices, obj must be one-dimensional with length matching specified axis, got shape ${formatShape(places.aval.shape)}`,
        fix: `give ${n} booleans`,
      });
    }
    requireConcrete(places, "'obj' array argument of jnp.delete()", "the mask must be known while tracing");
    const flags = concreteElements(places);
    return kept(
      x,
      axis,
      range(n).filter((i) => Number(flags[i]) === 0),
    );
  }
  checkIntegers("delete: obj", places);
  if (options.assumeUniqueIndices === true) return removeTraced(x, axis, flattened(places));
  requireConcrete(
    places,
    "'obj' array argument of jnp.delete()",
    "pass { assumeUniqueIndices: true } if no place repeats",
  );
  const gone = new Set(concreteElements(places).map((i) => (Number(i) < 0 ? Number(i) + n : Number(i))));
  for (const i of gone) {
    if (i < 0 || i >= n)
      throw new IndexingError({
        what: `index ${i} is out of bounds for axis ${axis} with size ${n}`,
        fix: `use places from ${-n} to ${n - 1}`,
      });
  }
  return kept(
    x,
    axis,
    range(n).filter((i) => !gone.has(i)),
  );
}

function kept(x: NDArray, axis: number, places: readonly number[]): NDArray {
  if (places.length === 0) return sliceAlong(x, axis, 0, 0);
  return gatherAlong(x, asArray(Int32Array.from(places)), axis, { uniqueIndices: true, indicesAreSorted: true });
}

/** Without places that are traced and differ: what remains moves up by the number of places before it. */
function removeTraced(x: NDArray, axis: number, places: NDArray): NDArray {
  const n = x.aval.shape[axis]!;
  const count = places.aval.shape[0]!;
  const remaining = Math.max(0, n - count);
  if (count === 0 || remaining === 0) return sliceAlong(x, axis, 0, remaining);
  const inside = min(max(cast(normalisedIndices(places, n), "int32"), constant(0, "int32")), constant(n, "int32"));
  const steps = sub(sort(inside), counting(count, "int32"));
  const shape = [count, remaining];
  const index = counting(remaining, "int32");
  const passed = ge(broadcastTo(index, shape), broadcastTo(shaped(steps, [count, 1]), shape));
  return gatherAlong(x, add(index, reduceSum(cast(passed, "int32"), { axes: [0] })), axis, { mode: "clip" });
}

export { remove as delete };

/**
 * An array with slices put in before places along an axis. Places are counted in the original array, negative ones from the
 * end; with one place, all values go there.
 * @throws ShapeError if values do not broadcast, or places have more than one axis. @throws DTypeError unless places are integers.
 * @example jnp.insert(x, 1, 9); jnp.insert(m, [0, 2], 5, 1)
 */
export function insert(
  arr: ArrayArg,
  obj: Places,
  values: ArrayArg,
  ...args: Trailing<[axis: number | null], EditOptions>
): NDArray {
  const options = readArguments<EditOptions>("insert", args, ["axis"]);
  const [x, axis] = alongAxis("insert", arr, options.axis);
  const n = x.aval.shape[axis]!;
  let places = placesArray("insert", obj, n);
  if (places.aval.shape.length > 1) {
    throw new ShapeError({
      what: `jnp.insert(): obj must be a one-dimensional array, or a scalar; got shape ${formatShape(places.aval.shape)}`,
      fix: "flatten the places",
    });
  }
  checkIntegers("insert: obj", places);
  const rank = x.aval.shape.length;
  let added = equalRanks([cast(operand(values, "insert", 2), x.aval.dtype, x.aval.weakType)], rank)[0]!;
  if (places.aval.shape.length === 0) added = moveaxis(added, 0, axis);
  const single = sizeOf(places.aval.shape) === 1;
  const count = single ? added.aval.shape[axis]! : places.aval.shape[0]!;
  places = broadcastTo(single ? shaped(places, []) : places, [count]);
  added = broadcastTo(
    added,
    x.aval.shape.map((m, d) => (d === axis ? count : m)),
  );
  const at = min(max(cast(normalisedIndices(places, n), "int32"), constant(0, "int32")), constant(n, "int32"));
  // Sorted by even numbers for what comes in and odd ones for what is there, each value lands before its place.
  const two = constant(2, "int32");
  const order = concatenate([mul(at, two), add(mul(counting(n, "int32"), two), constant(1, "int32"))], {
    dimension: 0,
  });
  const all = concatenate([added, x], { dimension: axis });
  return gatherAlong(all, argsort(order, { dtype: "int32" }), axis, { uniqueIndices: true });
}

/** Options of `trimZeros`. */
export interface TrimZerosOptions {
  /** `"f"`: from the front, `"b"`: from the back, `"fb"`: both (default). */
  readonly trim?: string;
  /** The axes to trim; all by default. */
  readonly axis?: number | readonly number[] | null;
}

/**
 * An array without the zeros (or slices of zeros) at its ends. Its values must be known.
 * @throws ConcretizationTypeError for a traced array.
 * @example jnp.trimZeros(jnp.array([0, 0, 1, 2, 0])) // [1. 2.]
 */
export function trimZeros(
  filt: ArrayArg,
  ...args: Trailing<[trim: string, axis: number | readonly number[] | null], TrimZerosOptions>
): NDArray {
  const options = readArguments<TrimZerosOptions>("trimZeros", args, ["trim", "axis"]);
  const x = asArray(filt, "trimZeros", 0);
  const trim = checkChoice("trimZeros", "trim", (options.trim ?? "fb").toLowerCase(), ["fb", "bf", "f", "b", ""]);
  const rank = x.aval.shape.length;
  const axes = canonicalAxes(options.axis, rank);
  let result = x;
  for (const axis of axes) {
    const flags = concretely(
      [x],
      "Error arose in the `filt` argument of trim_zeros()",
      "trim outside of the transformed function",
      () => concreteElements(reduceOr(truth(x), { axes: range(rank).filter((d) => d !== axis) })).map(Number),
    );
    if (!flags.includes(1)) {
      result = sliceAlong(result, axis, 0, 0);
      continue;
    }
    const start = trim.includes("f") ? flags.indexOf(1) : 0;
    const stop = trim.includes("b") ? flags.lastIndexOf(1) + 1 : flags.length;
    result = sliceAlong(result, axis, start, stop);
  }
  return result;
}
