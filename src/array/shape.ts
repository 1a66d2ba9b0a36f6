/** Functions that rearrange elements: reshape, transpose, squeeze and their kin. Free on every backend. */

import type { NDArray } from "../core/ndarray.ts";
import { isNDArray } from "../core/ndarray.ts";
import { isConcrete } from "../core/trace.ts";
import { AxisError, checkOptions, OptionError, ShapeError } from "../errors/index.ts";
import { ne } from "../prims/compare.ts";
import * as m from "../prims/movement.ts";
import { formatAval } from "../types/aval.ts";
import type { DType } from "../types/dtype.ts";
import { isComplex } from "../types/dtype.ts";
import { canonicalAxes, canonicalAxis, equalShapes, formatShape, type Shape } from "../types/shape.ts";
import { product, range } from "../util/list.ts";
import { type ArrayArg, asArray, cast, describeValue } from "./convert.ts";
import { defaultFloat, requestedDType } from "./dtypes.ts";
import { type Axis, staticAxes, staticInteger } from "./static.ts";

/** One size of a shape, for an error. */
function shownSize(size: unknown): string {
  return isNDArray(size)
    ? `${isConcrete(size) ? "Array" : "Tracer"}(${formatAval(size.aval)})`
    : typeof size === "object" || typeof size === "function"
      ? describeValue(size)
      : String(size);
}

/**
 * A shape that a user gave: a list of sizes, or one size. -1 is allowed here.
 * @throws ShapeError for sizes that are no integers, or that are traced.
 */
export function readSizes(shape: unknown): number[] {
  const list: readonly unknown[] = Array.isArray(shape) ? shape : [shape];
  const traced = list.some((n) => isNDArray(n) && !isConcrete(n));
  const known = list.map((n) =>
    typeof n === "number" ? n : isNDArray(n) && !traced ? staticInteger(n, "a size") : Number.NaN,
  );
  if (known.every(Number.isInteger)) return known;
  throw new ShapeError({
    what: `Shapes must be 1D sequences of concrete values of integer type, got (${list.map(shownSize).join(", ")}${list.length === 1 ? ",)" : ")"}.`,
    fix: traced
      ? "sizes must be known while tracing: make the argument static with jit(f, { staticArgnums: 1 }), or jit smaller functions"
      : "pass a list of whole numbers",
  });
}

/** A shape in which -1 stands for what is left. */
function completeShape(x: NDArray, given: readonly number[]): number[] {
  const { shape } = x.aval;
  const size = product(shape);
  const unknown = given.indexOf(-1);
  const shown = formatShape(given);
  if (unknown < 0) {
    if (product(given) === size && given.every((n) => n >= 0)) return [...given];
    throw new ShapeError({
      what: `cannot reshape array of shape ${formatShape(shape)} (size ${size}) into shape ${shown} (size ${product(given)})`,
      fix: "the product of the new lengths must equal the number of elements; one of them may be -1",
    });
  }
  if (given.indexOf(-1, unknown + 1) >= 0) {
    throw new ShapeError({
      what: `can only specify one unknown axis size with a \`-1\` value, got ${shown}`,
      fix: "give all lengths but one",
    });
  }
  const rest = product(given.filter((_, i) => i !== unknown));
  if (rest <= 0 || size % rest !== 0) {
    throw new ShapeError({
      what: `cannot reshape array of shape ${formatShape(shape)} (size ${size}) into shape ${shown} because the product of specified axis sizes (${rest}) does not evenly divide ${size}`,
      fix: "the product of the new lengths must equal the number of elements",
    });
  }
  return given.map((n, i) => (i === unknown ? size / rest : n));
}

/** Options of `reshape` and `ravel`. */
export interface OrderOptions {
  /** "C": row by row, the default. "F": column by column. */
  readonly order?: "C" | "F";
}

function checkOrder(caller: string, options: OrderOptions): void {
  checkOptions(caller, options, ["order"]);
  const { order = "C" } = options;
  if (order === "C" || order === "F") return;
  throw new OptionError({
    what: `${caller}: unexpected value for 'order' argument: ${String(order)}`,
    fix: 'use "C" or "F"',
  });
}

/**
 * The same elements, row by row, under another shape. One length may be -1: it is found from the others.
 * @throws ShapeError if the sizes differ, or are traced.
 * @example jnp.reshape(jnp.arange(6), [2, -1]) // shape (2, 3)
 */
export function reshape(x: ArrayArg, shape: number | Shape, options: OrderOptions = {}): NDArray {
  const a = asArray(x, "reshape");
  checkOrder("reshape", options);
  const { order = "C" } = options;
  const newSizes = completeShape(a, readSizes(shape));
  if (order === "F") return transpose(m.reshape(transpose(a), { newSizes: newSizes.toReversed() }));
  return equalShapes(a.aval.shape, newSizes) ? a : m.reshape(a, { newSizes });
}

/** All elements as a vector, row by row. @example jnp.ravel(jnp.ones([2, 3])) // shape (6,) */
export function ravel(x: ArrayArg, options: OrderOptions = {}): NDArray {
  return reshape(asArray(x, "ravel"), [-1], options);
}

/**
 * The axes in another order: axis i of the result is axis `axes[i]` of x. Without `axes` they are reversed.
 * @throws AxisError if `axes` is not a permutation.
 * @example jnp.transpose(x, [1, 0, 2])
 */
export function transpose(x: ArrayArg, axes?: readonly number[] | null): NDArray {
  const a = asArray(x, "transpose");
  const rank = a.aval.shape.length;
  if (axes === undefined || axes === null) return m.permuted(a, range(rank).reverse());
  const permutation = axes.map((axis) => canonicalAxis(staticInteger(axis, "an axis of transpose"), rank));
  // The primitive checks that it is one.
  return new Set(permutation).size === rank ? m.permuted(a, permutation) : m.transpose(a, { permutation });
}

/**
 * The last two axes exchanged. @throws ShapeError for arrays of fewer than two axes.
 * @example jnp.matrixTranspose(jnp.ones([5, 2, 3])).shape // [5, 3, 2]
 */
export function matrixTranspose(x: ArrayArg): NDArray {
  const a = asArray(x, "matrix_transpose");
  const rank = a.aval.shape.length;
  if (rank < 2) {
    throw new ShapeError({
      what: `x must be at least two-dimensional for matrix_transpose; got ndim=${rank}`,
      fix: "reshape a vector to one row or one column first",
    });
  }
  return m.transpose(a, { permutation: [...range(rank - 2), rank - 1, rank - 2] });
}

/**
 * x without axes of length 1: those named, or all.
 * @throws ShapeError if a named axis is longer. @throws AxisError if it does not exist.
 * @example jnp.squeeze(jnp.ones([1, 3, 1])) // shape (3,)
 */
export function squeeze(x: ArrayArg, axis?: Axis): NDArray {
  const a = asArray(x, "squeeze");
  const { shape } = a.aval;
  const named = staticAxes(axis, "the axis of squeeze");
  const dimensions =
    named === undefined ? range(shape.length).filter((d) => shape[d] === 1) : canonicalAxes(named, shape.length);
  if (dimensions.some((d) => shape[d] !== 1)) {
    throw new ShapeError({
      what: `cannot select an axis to squeeze out which has size not equal to one, got shape=${formatShape(shape)} and dimensions=${formatShape(dimensions)}`,
      fix: "name axes of length 1",
    });
  }
  return dimensions.length === 0 ? a : m.squeeze(a, { dimensions });
}

/**
 * x with new axes of length 1, which stand at the places `axis` of the result.
 * @throws AxisError if a place is repeated or outside of the result.
 * @example jnp.expandDims(jnp.ones(3), 0) // shape (1, 3)
 */
export function expandDims(x: ArrayArg, axis: number | readonly number[]): NDArray {
  const a = asArray(x, "expand_dims");
  const places = staticAxes(axis, "the axis of expandDims") ?? [];
  const list = typeof places === "number" ? [places] : places;
  return m.expandDims(a, canonicalAxes(list, a.aval.shape.length + list.length));
}

/** x with two axes exchanged. @throws AxisError if one does not exist. @example jnp.swapaxes(x, 0, -1) */
export function swapaxes(x: ArrayArg, axis1: number, axis2: number): NDArray {
  const a = asArray(x, "swapaxes");
  const rank = a.aval.shape.length;
  const first = canonicalAxis(staticInteger(axis1, "axis1 of swapaxes"), rank);
  const second = canonicalAxis(staticInteger(axis2, "axis2 of swapaxes"), rank);
  return m.permuted(
    a,
    range(rank).map((d) => (d === first ? second : d === second ? first : d)),
  );
}

/**
 * x with some axes moved to other places; the others keep their order.
 * @throws AxisError if an axis is repeated, does not exist, or the numbers of axes differ.
 * @example jnp.moveaxis(x, 0, -1)
 */
export function moveaxis(
  x: ArrayArg,
  source: number | readonly number[],
  destination: number | readonly number[],
): NDArray {
  const a = asArray(x, "moveaxis");
  const rank = a.aval.shape.length;
  const from = canonicalAxes(staticAxes(source, "the source of moveaxis") ?? [], rank);
  const to = canonicalAxes(staticAxes(destination, "the destination of moveaxis") ?? [], rank);
  if (from.length !== to.length) {
    throw new AxisError({
      what: `Inconsistent number of elements: ${from.length} vs ${to.length}`,
      fix: "give as many destinations as sources",
    });
  }
  const permutation = range(rank).filter((d) => !from.includes(d));
  for (const i of range(to.length).sort((i, j) => to[i]! - to[j]!)) permutation.splice(to[i]!, 0, from[i]!);
  return m.permuted(a, permutation);
}

/**
 * The same values in another dtype; strongly typed. Floats become integers by truncation, and booleans tell what is not 0.
 * @throws DTypeError for an unknown dtype, and for keys.
 * @example jnp.astype(x, "int32")
 */
export function astype(x: ArrayArg, dtype: DType | null): NDArray {
  const a = asArray(x, "astype");
  const target = dtype === null ? defaultFloat() : requestedDType(dtype, "astype");
  return target === "bool" && isComplex(a.aval.dtype) ? ne(a, 0) : cast(a, target);
}
