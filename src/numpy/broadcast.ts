/** Shapes: broadcasting, ranks, and orders of axes. What rearranges nothing else stands in the room `array`. */
import { type ArrayArg, asArray } from "../array/convert.ts";
import { expandDims, moveaxis, reshape, transpose } from "../array/shape.ts";
import { isNDArray, type NDArray } from "../core/ndarray.ts";
import { AxisError, ShapeError } from "../errors/index.ts";
import * as movement from "../prims/movement.ts";
import { formatAval } from "../types/aval.ts";
import * as shapes from "../types/shape.ts";
import { canonicalAxes, equalShapes, type Shape, sizeOf } from "../types/shape.ts";
import { readArguments, readShape, type Trailing } from "./arguments.ts";

/**
 * An array repeated to a shape by NumPy's rules: aligned at the right, axes of length 1 stretch. Free.
 * @throws ShapeError if the shapes do not fit.
 * @example jnp.broadcastTo(jnp.array([1, 2, 3]), [2, 3])
 */
export function broadcastTo(array: ArrayArg, shape: number | Shape): NDArray {
  const x = asArray(array, "broadcastTo", 0);
  const target = readShape("broadcastTo", shape);
  const own = x.aval.shape;
  const lead = target.length - own.length;
  if (lead < 0 || own.some((n, d) => n !== 1 && n !== target[lead + d])) {
    throw new ShapeError({
      what: `Incompatible types for broadcasting: input type=${formatAval(x.aval)} and requested type=${formatAval({ ...x.aval, shape: target })}`,
      fix: "align the shapes at the right: each pair of lengths must be equal, or the array's 1",
    });
  }
  return movement.broadcastTo(x, target);
}

/**
 * The shape to which shapes broadcast. Lists of sizes; a number is a shape of one axis.
 * @throws ShapeError if they do not fit.
 * @example jnp.broadcastShapes([3, 1], [1, 4]) // [3, 4]
 */
export function broadcastShapes(...args: readonly (number | Shape)[]): number[] {
  return shapes.broadcastShapes(...args.map((shape) => readShape("broadcastShapes", shape)));
}

/**
 * Arrays repeated to the shape that they have in common.
 * @throws ShapeError if the shapes do not fit.
 * @example const [x, y] = jnp.broadcastArrays(column, row);
 */
export function broadcastArrays(...args: readonly ArrayArg[]): NDArray[] {
  const arrays = args.map((x, i) => asArray(x, "broadcastArrays", i));
  const shape = shapes.broadcastShapes(...arrays.map((x) => x.aval.shape));
  return arrays.map((x) => movement.broadcastTo(x, shape));
}

/** The result of a function of arrays: one for one, a list for several. */
function each(caller: string, args: readonly ArrayArg[], f: (x: NDArray) => NDArray): NDArray | NDArray[] {
  const results = args.map((x, i) => f(asArray(x, caller, i)));
  return results.length === 1 ? results[0]! : results;
}

/**
 * An array with at least one axis: a scalar becomes a vector of length 1. Several arrays give a list.
 * @example jnp.atleast1d(3) // shape (1,)
 */
export function atleast1d(x: ArrayArg): NDArray;
export function atleast1d(...arys: readonly ArrayArg[]): NDArray[];
export function atleast1d(...arys: readonly ArrayArg[]): NDArray | NDArray[] {
  return each("atleast1d", arys, (x) => (x.aval.shape.length === 0 ? reshape(x, [1]) : x));
}

/**
 * An array with at least two axes: new ones stand in front. Several arrays give a list.
 * @example jnp.atleast2d(jnp.array([1, 2])) // shape (1, 2)
 */
export function atleast2d(x: ArrayArg): NDArray;
export function atleast2d(...arys: readonly ArrayArg[]): NDArray[];
export function atleast2d(...arys: readonly ArrayArg[]): NDArray | NDArray[] {
  return each("atleast2d", arys, twoAxes);
}

function twoAxes(x: NDArray): NDArray {
  const { shape } = x.aval;
  return shape.length >= 2 ? x : reshape(x, shape.length === 0 ? [1, 1] : [1, shape[0]!]);
}

/**
 * An array with at least three axes: a vector of length n becomes (1, n, 1), a matrix gets a last axis. Several arrays give
 * a list.
 * @example jnp.atleast3d(jnp.ones([2, 3])) // shape (2, 3, 1)
 */
export function atleast3d(x: ArrayArg): NDArray;
export function atleast3d(...arys: readonly ArrayArg[]): NDArray[];
export function atleast3d(...arys: readonly ArrayArg[]): NDArray | NDArray[] {
  return each("atleast3d", arys, (x) => {
    const matrix = twoAxes(x);
    return matrix.aval.shape.length >= 3 ? matrix : reshape(matrix, [...matrix.aval.shape, 1]);
  });
}

/**
 * The axes in another order, which must be given.
 * @throws AxisError if `axes` is not a permutation.
 * @example jnp.permuteDims(x, [2, 0, 1])
 */
export function permuteDims(a: ArrayArg, axes: readonly number[]): NDArray {
  return transpose(a, axes);
}

/**
 * One axis moved before another one, by NumPy's old rule; `moveaxis` is easier to read.
 * @throws AxisError for axes out of range.
 * @example jnp.rollaxis(x, 2) // the same as jnp.moveaxis(x, 2, 0)
 */
export function rollaxis(
  a: ArrayArg,
  axis: number,
  ...args: Trailing<[start: number], { readonly start?: number }>
): NDArray {
  const { start = 0 } = readArguments<{ start?: number }>("rollaxis", args, ["start"]);
  const x = asArray(a, "rollaxis", 0);
  const rank = x.aval.shape.length;
  const from = shapes.canonicalAxis(axis, rank);
  const to = start < 0 ? start + rank : start;
  if (!Number.isInteger(start) || to < 0 || to > rank) {
    throw new AxisError({
      what: `start=${start} is out of bounds for array of dimension ${rank}`,
      fix: `use an integer from ${-rank} to ${rank}`,
    });
  }
  return moveaxis(x, from, from < to ? to - 1 : to);
}

/** The number of axes. @example jnp.ndim(x) */
export function ndim(a: ArrayArg): number {
  return shape(a).length;
}

/** The lengths of the axes. @example jnp.shape(x) */
export function shape(a: ArrayArg): Shape {
  return isNDArray(a) ? a.aval.shape : asArray(a, "shape", 0).aval.shape;
}

/**
 * The number of elements, or the product of the lengths of some axes.
 * @throws AxisError if an axis does not exist.
 * @example jnp.size(x); jnp.size(x, 0)
 */
export function size(
  a: ArrayArg,
  ...args: Trailing<[axis: number | readonly number[] | null], { readonly axis?: number | readonly number[] | null }>
): number {
  const { axis } = readArguments<{ axis?: number | readonly number[] | null }>("size", args, ["axis"]);
  const lengths = shape(a);
  return sizeOf(canonicalAxes(axis, lengths.length).map((d) => lengths[d]!));
}

/** A list of arrays with their operands' ranks made equal by leading axes. */
export function equalRanks(arrays: readonly NDArray[], rank: number): NDArray[] {
  return arrays.map((x) =>
    x.aval.shape.length >= rank
      ? x
      : expandDims(
          x,
          Array.from({ length: rank - x.aval.shape.length }, (_, d) => d),
        ),
  );
}

/** Whether shapes are all equal. */
export function allEqual(list: readonly Shape[]): boolean {
  return list.every((s) => equalShapes(s, list[0]!));
}
