/** Elements in another order or repeated: flips, rolls, rotations, tiles. */
import { type ArrayArg, asArray, cast } from "../array/convert.ts";
import { isNDArray, type NDArray } from "../core/ndarray.ts";
import { isConcrete } from "../core/trace.ts";
import { AxisError, ShapeError } from "../errors/index.ts";
import { sub } from "../prims/arithmetic.ts";
import { broadcastTo, permuted, rev } from "../prims/movement.ts";
import { concatenate, sliceAlong } from "../prims/slicing.ts";
import { canonicalAxes, canonicalAxis, formatShape, type Shape, sizeOf } from "../types/shape.ts";
import { range } from "../util/list.ts";
import { readArguments, readInt, readInts, readShape, type StaticInt, type Trailing } from "./arguments.ts";
import { checkIntegers, counting, flattened, gatherAlong, shaped, zerosOf } from "./operand.ts";
import { wrappedIndices } from "./take.ts";

type Axes = number | readonly number[] | null;

/**
 * The elements in reversed order along an axis, several, or all.
 * @throws AxisError if an axis is repeated or does not exist.
 * @example jnp.flip(x, 0)
 */
export function flip(m: ArrayArg, ...args: Trailing<[axis: Axes], { readonly axis?: Axes }>): NDArray {
  const { axis } = readArguments<{ axis?: Axes }>("flip", args, ["axis"]);
  const x = asArray(m, "flip", 0);
  const dimensions = canonicalAxes(axis, x.aval.shape.length);
  return dimensions.length === 0 ? x : rev(x, { dimensions });
}

function flipOne(caller: string, m: ArrayArg, axis: number): NDArray {
  const x = asArray(m, caller, 0);
  if (x.aval.shape.length > axis) return rev(x, { dimensions: [axis] });
  throw new ShapeError({
    what: `${caller}: the array must have at least ${axis + 1} dimensions, got ${x.aval.shape.length}`,
    fix: "use flip with an axis that exists",
  });
}

/** The columns in reversed order. @throws ShapeError for fewer than two axes. @example jnp.fliplr(x) */
export function fliplr(m: ArrayArg): NDArray {
  return flipOne("fliplr", m, 1);
}

/** The rows in reversed order. @throws ShapeError for a scalar. @example jnp.flipud(x) */
export function flipud(m: ArrayArg): NDArray {
  return flipOne("flipud", m, 0);
}

/** Options of `roll`. */
export interface RollOptions {
  /** The axis along which elements move, or one for each shift. By default the flattened array is rolled. */
  readonly axis?: Axes;
}

/**
 * The elements moved along axes by a number of places; what leaves at one end comes in at the other. Shifts may be traced.
 * @throws AxisError if an axis does not exist. @throws ShapeError if shifts and axes do not pair up.
 * @example jnp.roll(x, 1); jnp.roll(m, [1, 2], [0, 1])
 */
export function roll(
  a: ArrayArg,
  shift: number | readonly number[] | NDArray,
  ...args: Trailing<[axis: Axes], RollOptions>
): NDArray {
  const { axis } = readArguments<RollOptions>("roll", args, ["axis"]);
  const x = asArray(a, "roll", 0);
  if (axis === undefined || axis === null) return shaped(roll(flattened(x), shift, 0), x.aval.shape);
  const axes = (typeof axis === "number" ? [axis] : axis).map((d) => canonicalAxis(d, x.aval.shape.length));
  const shifts = shiftsOf(shift);
  if (shifts.length !== axes.length && shifts.length !== 1 && axes.length !== 1) {
    throw new ShapeError({
      what: `roll: ${shifts.length} shifts do not go with ${axes.length} axes`,
      fix: "give one shift for each axis",
    });
  }
  let result = x;
  for (let i = 0; i < Math.max(shifts.length, axes.length); i++) {
    result = rolled(result, shifts[shifts.length === 1 ? 0 : i]!, axes[axes.length === 1 ? 0 : i]!);
  }
  return result;
}

/** Shifts as known numbers, or as scalars where they are arrays. */
function shiftsOf(shift: number | readonly number[] | NDArray): (number | NDArray)[] {
  if (!isNDArray(shift)) return readInts("roll", "shift", shift);
  checkIntegers("roll: shift", shift);
  if (isConcrete(shift)) return readInts("roll", "shift", shift);
  const { shape } = shift.aval;
  if (shape.length > 1)
    throw new ShapeError({
      what: "'shift' and 'axis' arguments to roll must be scalars or 1D arrays",
      fix: "flatten the shifts",
    });
  const flat = flattened(shift);
  return range(flat.aval.shape[0]!).map((i) => shaped(sliceAlong(flat, 0, i, i + 1), []));
}

function rolled(x: NDArray, shift: number | NDArray, axis: number): NDArray {
  const n = x.aval.shape[axis]!;
  if (n === 0) return x;
  if (typeof shift === "number") {
    const start = ((-shift % n) + n) % n;
    if (start === 0) return x;
    return concatenate([sliceAlong(x, axis, start, n), sliceAlong(x, axis, 0, start)], { dimension: axis });
  }
  return gatherAlong(x, wrappedIndices(sub(counting(n, "int32"), cast(shift, "int32")), n), axis);
}

/** Options of `rot90`. */
export interface Rot90Options {
  /** How often to rotate by 90 degrees; negative: the other way. Default 1. */
  readonly k?: StaticInt;
  /** The plane, from the first axis towards the second. Default [0, 1]. */
  readonly axes?: readonly [number, number];
}

/**
 * An array rotated in a plane by right angles, counter-clockwise for matrices.
 * @throws ShapeError for fewer than two axes. @throws AxisError for axes that are equal or do not exist.
 * @example jnp.rot90(m); jnp.rot90(m, { k: 2 })
 */
export function rot90(
  m: ArrayArg,
  ...args: Trailing<[k: StaticInt, axes: readonly [number, number]], Rot90Options>
): NDArray {
  const options = readArguments<Rot90Options>("rot90", args, ["k", "axes"]);
  const x = asArray(m, "rot90", 0);
  const rank = x.aval.shape.length;
  if (rank < 2) {
    throw new ShapeError({
      what: `rot90 requires its first argument to have ndim at least two, but got first argument of shape ${formatShape(x.aval.shape)}, which has ndim ${rank}`,
      fix: "rotate a matrix",
    });
  }
  const [from, to] = (options.axes ?? [0, 1]).map((d) => canonicalAxis(d, rank)) as [number, number];
  if (from === to) throw new AxisError({ what: "Axes must be different", fix: "name two axes" });
  const turns = ((readInt("rot90", "k", options.k ?? 1) % 4) + 4) % 4;
  const swapped = (y: NDArray): NDArray =>
    permuted(
      y,
      range(rank).map((d) => (d === from ? to : d === to ? from : d)),
    );
  switch (turns) {
    case 0:
      return x;
    case 1:
      return swapped(rev(x, { dimensions: [to] }));
    case 2:
      return rev(x, { dimensions: [from, to] });
    default:
      return rev(swapped(x), { dimensions: [to] });
  }
}

/**
 * An array repeated as a whole, `reps` times along each axis; counts are aligned at the right, as shapes are.
 * @throws ShapeError for counts that are negative or traced.
 * @example jnp.tile(x, 2); jnp.tile(m, [2, 1])
 */
export function tile(a: ArrayArg, reps: number | readonly number[]): NDArray {
  const x = asArray(a, "tile", 0);
  const given = readShape("tile", reps);
  const rank = Math.max(given.length, x.aval.shape.length);
  const padded = (list: Shape): number[] => [...new Array<number>(rank - list.length).fill(1), ...list];
  const [counts, lengths] = [padded(given), padded(x.aval.shape)];
  // Each axis behind a new one that counts the copies.
  const repeated = broadcastTo(
    shaped(
      x,
      lengths.flatMap((n) => [1, n]),
    ),
    lengths.flatMap((n, d) => [counts[d]!, n]),
  );
  return shaped(
    repeated,
    lengths.map((n, d) => n * counts[d]!),
  );
}

/**
 * The elements in row-major order under a new shape, repeated from the start where it holds more, cut where it holds fewer.
 * @throws ShapeError for sizes that are negative or traced.
 * @example jnp.resize(x, [2, 4])
 */
export function resize(a: ArrayArg, newShape: number | Shape): NDArray {
  const shape = readShape("resize", newShape);
  const x = flattened(asArray(a, "resize", 0));
  const [n, size] = [x.aval.shape[0]!, sizeOf(shape)];
  if (n === 0 || size === 0) return zerosOf(shape, x.aval.dtype, x.aval.weakType);
  return shaped(sliceAlong(tile(x, Math.ceil(size / n)), 0, 0, size), shape);
}
