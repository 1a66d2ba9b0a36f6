/** Padding: an array made longer at both ends of its axes, in the ways of NumPy's `pad`. */
import { type ArrayArg, asArray, cast } from "../array/convert.ts";
import { inexactDType } from "../array/dtypes.ts";
import { isNDArray, type NDArray } from "../core/ndarray.ts";
import { ArgumentError, OptionError, ShapeError } from "../errors/index.ts";
import { add, div, mul, sub } from "../prims/arithmetic.ts";
import { broadcastTo, rev } from "../prims/movement.ts";
import { reduceMax, reduceMin, reduceSum } from "../prims/reduce.ts";
import { floor, round } from "../prims/rounding.ts";
import { concatenate, pad as padPrimitive, sliceAlong } from "../prims/slicing.ts";
import { sort } from "../prims/sort.ts";
import { isInexact, isInteger } from "../types/dtype.ts";
import { formatShape } from "../types/shape.ts";
import { range } from "../util/list.ts";
import { checkChoice, readArguments, readInts, type Trailing } from "./arguments.ts";
import { along, choosing, constant, counting, isNotANumber, operand, shaped, zerosOf } from "./operand.ts";

const modes = [
  "constant",
  "edge",
  "reflect",
  "symmetric",
  "wrap",
  "empty",
  "linear_ramp",
  "maximum",
  "mean",
  "median",
  "minimum",
] as const;

/** How what lies outside is filled: see `pad`. */
export type PadMode = (typeof modes)[number];

/** One value for all, a pair for before and behind, or a pair (or one value) for each axis. */
export type PadPairs<T> = T | readonly T[] | readonly (readonly T[])[];

/** Options of `pad`. */
export interface PadOptions {
  /** Default `"constant"`. */
  readonly mode?: PadMode;
  /** For `"constant"`: the values. Default 0. */
  readonly constantValues?: PadPairs<ArrayArg>;
  /** For `"maximum"`, `"mean"`, `"median"` and `"minimum"`: of how many elements at each end. All by default. */
  readonly statLength?: PadPairs<number> | null;
  /** For `"linear_ramp"`: the values at the ends. Default 0. */
  readonly endValues?: PadPairs<ArrayArg>;
  /** For `"reflect"` and `"symmetric"`: `"even"` (default), or `"odd"`: mirrored about the value at the edge. */
  readonly reflectType?: "even" | "odd";
}

/** Which options belong to which mode. */
const optionsOf: { readonly [M in PadMode]?: readonly (keyof PadOptions)[] } = {
  constant: ["constantValues"],
  linear_ramp: ["endValues"],
  maximum: ["statLength"],
  mean: ["statLength"],
  median: ["statLength"],
  minimum: ["statLength"],
  reflect: ["reflectType"],
  symmetric: ["reflectType"],
};

type Pair<T> = readonly [before: T, behind: T];

/** Values for before and behind on each axis. */
function pairsFor<T>(name: string, values: PadPairs<T>, rank: number): Pair<T>[] {
  if (!Array.isArray(values)) return range(rank).map(() => [values as T, values as T]);
  const list = values as readonly (T | readonly T[])[];
  const nested = list.some(Array.isArray);
  if (!nested && (list.length === 1 || list.length === 2)) {
    return range(rank).map(() => [list[0] as T, (list[1] ?? list[0]) as T]);
  }
  const pairs = list
    .filter((p): p is readonly T[] => Array.isArray(p) && p.length === 2)
    .map(([a, b]): Pair<T> => [a!, b!]);
  if (pairs.length === list.length && pairs.length === rank) return pairs;
  if (pairs.length === list.length && pairs.length === 1) return range(rank).map(() => pairs[0]!);
  throw new ArgumentError({
    what: `jnp.pad: ${name} for an array of ${rank} axes has an unsupported form: ${JSON.stringify(values)}`,
    fix: `give one value, [before, behind], or ${rank} such pairs`,
  });
}

/** Numbers of a static argument, also where it is an array. */
function plainPairs(name: string, values: PadPairs<number> | NDArray, rank: number): Pair<number>[] {
  if (isNDArray(values)) {
    const flat = readInts("pad", name, values);
    const { shape } = values.aval;
    if (shape.length < 2) return pairsFor(name, flat.length === 1 ? flat[0]! : flat, rank);
    return pairsFor(
      name,
      range(shape[0]!).map((i) => flat.slice(i * shape[1]!, (i + 1) * shape[1]!)),
      rank,
    );
  }
  return pairsFor(name, values, rank).map((pair) => readInts("pad", name, pair) as [number, number]);
}

/** What the modes need of an axis. */
interface Side {
  readonly axis: number;
  readonly before: number;
  readonly behind: number;
}

const slab = (x: NDArray, axis: number, from: number, to: number): NDArray => sliceAlong(x, axis, from, to);

/** A slice of length 1 repeated along its axis. */
function stretched(x: NDArray, axis: number, count: number): NDArray {
  return broadcastTo(
    x,
    x.aval.shape.map((n, d) => (d === axis ? count : n)),
  );
}

function joined(parts: readonly NDArray[], axis: number): NDArray {
  const kept = parts.filter((p) => p.aval.shape[axis] !== 0);
  return kept.length <= 1 ? (kept[0] ?? parts[0]!) : concatenate(kept, { dimension: axis });
}

function constantPad(x: NDArray, values: PadPairs<ArrayArg>, sides: readonly Side[]): NDArray {
  const { dtype, weakType } = x.aval;
  const scalarOf = (value: ArrayArg): NDArray => cast(operand(value, "pad"), dtype, weakType);
  if (!Array.isArray(values) && operand(values as ArrayArg, "pad").aval.shape.length === 0) {
    return padPrimitive(x, scalarOf(values as ArrayArg), {
      paddingConfig: sides.map((s) => [s.before, s.behind, 0] as const),
    });
  }
  const pairs = pairsFor("constant_values", values, sides.length);
  let result = x;
  for (const { axis, before, behind } of sides) {
    const config = (low: number, high: number) => ({
      paddingConfig: sides.map((_, d) => (d === axis ? ([low, high, 0] as const) : ([0, 0, 0] as const))),
    });
    if (before > 0) result = padPrimitive(result, scalarOf(pairs[axis]![0]), config(before, 0));
    if (behind > 0) result = padPrimitive(result, scalarOf(pairs[axis]![1]), config(0, behind));
  }
  return result;
}

function wrapPad(x: NDArray, { axis, before, behind }: Side): NDArray {
  const n = x.aval.shape[axis]!;
  const parts = [slab(x, axis, n - (before % n), n)];
  for (let i = 0; i < Math.floor(before / n) + Math.floor(behind / n) + 1; i++) parts.push(x);
  parts.push(slab(x, axis, 0, behind % n));
  return joined(parts, axis);
}

/** Mirrored as often as needed. `offset` 1 leaves the edge itself out. */
function mirrorPad(x: NDArray, { axis, before, behind }: Side, mode: "reflect" | "symmetric", odd: boolean): NDArray {
  const n = x.aval.shape[axis]!;
  const offset = mode === "reflect" && n > 1 ? 1 : 0;
  const two = constant(2, x.aval.dtype);
  let result = x;
  for (const front of [true, false]) {
    let missing = front ? before : behind;
    let edge = front ? slab(x, axis, 0, 1) : slab(x, axis, n - 1, n);
    while (missing > 0) {
      const count = Math.min(missing, n - offset);
      missing -= count;
      const length = result.aval.shape[axis]!;
      const source = front
        ? slab(result, axis, offset, offset + count)
        : slab(result, axis, length - offset - count, length - offset);
      let mirrored = rev(source, { dimensions: [axis] });
      if (odd) {
        mirrored = sub(mul(two, stretched(edge, axis, count)), mirrored);
        if (n > 1) edge = front ? slab(mirrored, axis, 0, 1) : slab(mirrored, axis, count - 1, count);
      }
      result = joined(front ? [mirrored, result] : [result, mirrored], axis);
    }
  }
  return result;
}

function edgePad(x: NDArray, { axis, before, behind }: Side): NDArray {
  const n = x.aval.shape[axis]!;
  const first = stretched(slab(x, axis, 0, 1), axis, before);
  const last = stretched(slab(x, axis, n - 1, n), axis, behind);
  return joined([first, x, last], axis);
}

function rampPad(x: NDArray, { axis, before, behind }: Side, ends: Pair<ArrayArg>): NDArray {
  const { dtype, weakType, shape } = x.aval;
  const n = shape[axis]!;
  // From the end value (included) towards the edge (not included).
  const ramp = (end: ArrayArg, edge: NDArray, count: number): NDArray => {
    const target = shape.map((m, d) => (d === axis ? count : m));
    if (count === 0) return zerosOf(target, dtype, weakType);
    const working = inexactDType(dtype);
    const line = div(counting(count, working), constant(count, working));
    const weight = broadcastTo(along(line, axis, shape.length), target);
    const from = broadcastTo(cast(operand(end, "pad"), working), target);
    const to = cast(stretched(edge, axis, count), working);
    const values = add(mul(from, sub(constant(1, working), weight)), mul(to, weight));
    return cast(isInteger(dtype) ? floor(values) : values, dtype, weakType);
  };
  const first = ramp(ends[0], slab(x, axis, 0, 1), before);
  const last = rev(ramp(ends[1], slab(x, axis, n - 1, n), behind), { dimensions: [axis] });
  return joined([first, x, last], axis);
}

/** The middle element along an axis, or the mean of the two; NaN if there is one. */
function middle(x: NDArray, axis: number): NDArray {
  const n = x.aval.shape[axis]!;
  const floats = cast(x, inexactDType(x.aval.dtype));
  const [ordered] = sort([floats], { dimension: axis, isStable: true, numKeys: 1 });
  const low = slab(ordered!, axis, Math.floor((n - 1) / 2), Math.floor((n - 1) / 2) + 1);
  const high = slab(ordered!, axis, Math.floor(n / 2), Math.floor(n / 2) + 1);
  const half = constant(0.5, floats.aval.dtype);
  const mean = add(mul(low, half), mul(high, half));
  const last = slab(ordered!, axis, n - 1, n);
  return choosing(isNotANumber(last), last, mean);
}

function statistic(x: NDArray, axis: number, mode: "maximum" | "mean" | "median" | "minimum"): NDArray {
  const kept = x.aval.shape.map((n, d) => (d === axis ? 1 : n));
  const { dtype, weakType } = x.aval;
  let result: NDArray;
  if (mode === "median") result = middle(x, axis);
  else if (mode === "mean") {
    const floats = cast(x, inexactDType(dtype));
    const total = shaped(reduceSum(floats, { axes: [axis] }), kept);
    result = div(total, constant(x.aval.shape[axis]!, floats.aval.dtype));
  } else result = shaped((mode === "maximum" ? reduceMax : reduceMin)(x, { axes: [axis] }), kept);
  if (isInteger(dtype) && isInexact(result.aval.dtype)) result = round(result, { roundingMethod: "TO_NEAREST_EVEN" });
  return cast(result, dtype, weakType);
}

function statisticPad(
  x: NDArray,
  side: Side,
  mode: "maximum" | "mean" | "median" | "minimum",
  lengths: Pair<number> | undefined,
): NDArray {
  const { axis, before, behind } = side;
  const n = x.aval.shape[axis]!;
  if (lengths?.some((l) => l < 1)) {
    throw new ArgumentError({ what: "stat_length of 0 yields no value for padding", fix: "use lengths of 1 or more" });
  }
  const [head, tail] = (lengths ?? [n, n]).map((l) => Math.min(l, n)) as [number, number];
  const first = statistic(slab(x, axis, 0, head), axis, mode);
  const last = statistic(slab(x, axis, n - tail, n), axis, mode);
  return joined([stretched(first, axis, before), x, stretched(last, axis, behind)], axis);
}

/**
 * An array made longer at both ends of its axes. `padWidth`: one number for all ends, `[before, behind]` for all axes, or
 * such a pair for each. What comes in is, by mode: `"constant"` values; the `"edge"` element; the array mirrored, without
 * the edge (`"reflect"`) or with it (`"symmetric"`); the array's other end (`"wrap"`); a `"linear_ramp"` to end values; the
 * `"maximum"`, `"mean"`, `"median"` or `"minimum"` along the axis; anything (`"empty"`: zeros).
 * @throws ArgumentError for widths that are negative or do not fit the axes. @throws OptionError for an unknown mode, or an
 * option of another mode. @throws ShapeError for an empty axis, which modes but `"constant"` cannot pad.
 * @example jnp.pad(x, 2); jnp.pad(m, [[1, 0], [2, 1]], { mode: "edge" }); jnp.pad(x, [1, 2], { constantValues: 9 })
 */
export function pad(
  array: ArrayArg,
  padWidth: PadPairs<number> | NDArray,
  ...args: Trailing<[mode: PadMode], PadOptions>
): NDArray {
  const options = readArguments<PadOptions>(
    "pad",
    args,
    ["mode"],
    ["constantValues", "statLength", "endValues", "reflectType"],
  );
  const mode = checkChoice("pad", "mode", options.mode ?? "constant", modes);
  for (const name of Object.keys(options) as (keyof PadOptions)[]) {
    if (name === "mode" || optionsOf[mode]?.includes(name)) continue;
    throw new OptionError({
      what: `unsupported keyword arguments for mode '${mode}': ${name}`,
      fix: `mode '${mode}' takes ${optionsOf[mode]?.join(", ") ?? "no further options"}`,
    });
  }
  const x = asArray(array, "pad", 0);
  const rank = x.aval.shape.length;
  if (rank === 0) return x;
  const widths = plainPairs("pad_width", padWidth, rank);
  if (widths.flat().some((w) => w < 0)) {
    throw new ArgumentError({ what: "index can't contain negative values", fix: "cut arrays with get and slice" });
  }
  const sides = widths.map(([before, behind], axis): Side => ({ axis, before, behind }));
  if (mode === "constant") return constantPad(x, options.constantValues ?? 0, sides);
  if (mode === "empty") return constantPad(x, 0, sides);
  const ends = mode === "linear_ramp" ? pairsFor("end_values", options.endValues ?? 0, rank) : [];
  const lengths =
    options.statLength === undefined || options.statLength === null
      ? undefined
      : plainPairs("stat_length", options.statLength, rank);
  const odd = checkChoice("pad", "reflectType", options.reflectType ?? "even", ["even", "odd"]) === "odd";
  let result = x;
  for (const side of sides) {
    if (side.before === 0 && side.behind === 0) continue;
    if (result.aval.shape[side.axis] === 0) {
      throw new ShapeError({
        what: `Cannot apply '${mode}' padding to empty axis ${side.axis} of shape ${formatShape(result.aval.shape)}`,
        fix: "use mode 'constant'",
      });
    }
    switch (mode) {
      case "wrap":
        result = wrapPad(result, side);
        break;
      case "edge":
        result = edgePad(result, side);
        break;
      case "reflect":
      case "symmetric":
        result = mirrorPad(result, side, mode, odd);
        break;
      case "linear_ramp":
        result = rampPad(result, side, ends[side.axis]!);
        break;
      default:
        result = statisticPad(result, side, mode, lengths?.[side.axis]);
    }
  }
  return result;
}
