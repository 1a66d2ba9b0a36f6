/** Arrays put together: one after the other along an axis, or along a new one. */
import { type ArrayArg, asArray, cast } from "../array/convert.ts";
import { promoteDTypes } from "../array/promotion.ts";
import { reshape } from "../array/shape.ts";
import { isNDArray, type NDArray } from "../core/ndarray.ts";
import { ArgumentError, ShapeError } from "../errors/index.ts";
import { expandDims } from "../prims/movement.ts";
import { concatenate as join } from "../prims/slicing.ts";
import type { DType } from "../types/dtype.ts";
import { canonicalAxis, formatShape } from "../types/shape.ts";
import { readArguments, readDType, type Trailing } from "./arguments.ts";
import { allEqual, atleast1d, atleast2d, atleast3d, equalRanks } from "./broadcast.ts";
import { flattened } from "./operand.ts";
import { unstack } from "./split.ts";

/** Arrays to put together: a list, or the slices of one array along its first axis. */
export type ArrayList = readonly ArrayArg[] | NDArray;

/** Options of `concatenate` and `stack`. */
export interface JoinOptions {
  /** The axis along which arrays follow each other. Default 0; `null`: all are flattened first. */
  readonly axis?: number | null;
  /** The dtype of the result; by default the one to which those of the arrays promote. */
  readonly dtype?: DType;
}

/** The arrays of a list, in one dtype. */
function listed(caller: string, arrays: ArrayList, dtype?: DType): NDArray[] {
  const list: readonly ArrayArg[] = isNDArray(arrays) ? rowsOf(caller, arrays) : arrays;
  if (!Array.isArray(list)) {
    throw new ArgumentError({ what: `${caller} takes a list of arrays`, fix: `write ${caller}([x, y])` });
  }
  if (list.length === 0) {
    throw new ArgumentError({ what: `Need at least one array to ${caller}.`, fix: "pass a list with arrays in it" });
  }
  const wanted = readDType(caller, dtype, undefined);
  return wanted === undefined
    ? promoteDTypes(caller, ...list)
    : list.map((x, i) => cast(asArray(x, caller, i), wanted));
}

function rowsOf(caller: string, x: NDArray): NDArray[] {
  if (x.aval.shape.length > 0) return unstack(x);
  throw new ShapeError({
    what: `Zero-dimensional arrays cannot be put together by ${caller}.`,
    fix: "pass a list of arrays",
  });
}

/** At most so many operands in one operation, since each is asked in turn for an element. */
const mostOperands = 16;

function chained(arrays: readonly NDArray[], dimension: number): NDArray {
  let parts = arrays;
  while (parts.length > mostOperands) {
    const longer: NDArray[] = [];
    for (let i = 0; i < parts.length; i += mostOperands)
      longer.push(chained(parts.slice(i, i + mostOperands), dimension));
    parts = longer;
  }
  return parts.length === 1 ? parts[0]! : join(parts, { dimension });
}

/**
 * Arrays one after the other along an axis that they have.
 * @throws ShapeError if ranks or other lengths differ. @throws ArgumentError for an empty list.
 * @example jnp.concatenate([x, y], 1)
 */
export function concatenate(
  arrays: ArrayList,
  ...args: Trailing<[axis: number | null, dtype: DType], JoinOptions>
): NDArray {
  const options = readArguments<JoinOptions>("concatenate", args, ["axis", "dtype"]);
  const list = listed("concatenate", arrays, options.dtype);
  if (options.axis === null) return chained(list.map(flattened), 0);
  if (list.some((x) => x.aval.shape.length === 0)) {
    throw new ShapeError({
      what: "Zero-dimensional arrays cannot be concatenated.",
      fix: "use stack for scalars, or concatenate(arrays, null)",
    });
  }
  return chained(list, canonicalAxis(options.axis ?? 0, list[0]!.aval.shape.length));
}

/**
 * Arrays one after the other along an axis: `concatenate` by its name in the array API standard.
 * @throws ShapeError, ArgumentError as `concatenate`.
 * @example jnp.concat([x, y], { axis: 1 })
 */
export function concat(arrays: ArrayList, options: { readonly axis?: number | null } = {}): NDArray {
  return concatenate(arrays, readArguments<{ axis?: number | null }>("concat", [options], [], ["axis"]));
}

/**
 * Arrays of one shape along a new axis, which stands at `axis` in the result.
 * @throws ShapeError if the shapes differ. @throws ArgumentError for an empty list.
 * @example jnp.stack([x, y], -1)
 */
export function stack(arrays: ArrayList, ...args: Trailing<[axis: number, dtype: DType], JoinOptions>): NDArray {
  const options = readArguments<JoinOptions>("stack", args, ["axis", "dtype"]);
  const list = listed("stack", arrays, options.dtype);
  const shapes = list.map((x) => x.aval.shape);
  if (!allEqual(shapes)) {
    throw new ShapeError({
      what: `All input arrays must have the same shape. Got ${shapes.map(formatShape).join(", ")}.`,
      fix: "give arrays of one shape; concatenate takes others",
    });
  }
  const axis = canonicalAxis(options.axis ?? 0, shapes[0]!.length + 1);
  return chained(
    list.map((x) => expandDims(x, [axis])),
    axis,
  );
}

type DTypeArguments = Trailing<[dtype: DType], { readonly dtype?: DType }>;

const readOnlyDType = (caller: string, args: readonly unknown[]): DType | undefined =>
  readArguments<{ dtype?: DType }>(caller, args, ["dtype"]).dtype;

/**
 * Arrays below each other: along the first axis, vectors as rows.
 * @throws ShapeError if the shapes do not fit. @throws ArgumentError for an empty list.
 * @example jnp.vstack([x, y])
 */
export function vstack(tup: ArrayList, ...args: DTypeArguments): NDArray {
  const list = listed("vstack", tup, readOnlyDType("vstack", args));
  return concatenate(list.map((x) => atleast2d(x)));
}

/**
 * Arrays beside each other: along the second axis, vectors along their only one.
 * @throws ShapeError if the shapes do not fit. @throws ArgumentError for an empty list.
 * @example jnp.hstack([x, y])
 */
export function hstack(tup: ArrayList, ...args: DTypeArguments): NDArray {
  const list = listed("hstack", tup, readOnlyDType("hstack", args)).map((x) => atleast1d(x));
  return concatenate(list, list[0]!.aval.shape.length === 1 ? 0 : 1);
}

/**
 * Arrays behind each other: along the third axis.
 * @throws ShapeError if the shapes do not fit. @throws ArgumentError for an empty list.
 * @example jnp.dstack([x, y])
 */
export function dstack(tup: ArrayList, ...args: DTypeArguments): NDArray {
  const list = listed("dstack", tup, readOnlyDType("dstack", args));
  return concatenate(
    list.map((x) => atleast3d(x)),
    2,
  );
}

/**
 * Arrays beside each other, vectors as columns.
 * @throws ShapeError if the shapes do not fit. @throws ArgumentError for an empty list.
 * @example jnp.columnStack([x, y])
 */
export function columnStack(tup: ArrayList): NDArray {
  const list = listed("columnStack", tup);
  const column = (x: NDArray): NDArray => (x.aval.shape.length < 2 ? reshape(x, [-1, 1]) : x);
  return concatenate(list.map(column), 1);
}

/** Arrays in nested lists, as they stand in a block matrix. */
export type Blocks = ArrayArg | readonly Blocks[];

/**
 * An array put together from blocks: lists at the innermost level are joined along the last axis, those around them along
 * the one before, and so on.
 * @throws ShapeError if the blocks do not fit. @throws ArgumentError for lists that are empty or of different depths.
 * @example jnp.block([[a, b], [c, d]])
 */
export function block(arrays: Blocks): NDArray {
  const depth = depthOf(arrays);
  const leaves: NDArray[] = [];
  collect(arrays, leaves);
  const rank = Math.max(depth, ...leaves.map((x) => x.aval.shape.length));
  return assemble(arrays, depth, rank);
}

function depthOf(blocks: Blocks): number {
  if (!Array.isArray(blocks)) return 0;
  const list = blocks as readonly Blocks[];
  if (list.length === 0)
    throw new ArgumentError({ what: "jnp.block does not allow empty list arguments", fix: "give at least one block" });
  const depths = list.map(depthOf);
  if (depths.some((d) => d !== depths[0])) {
    throw new ArgumentError({ what: "Mismatched list depths in jax.numpy.block", fix: "nest all blocks equally deep" });
  }
  return depths[0]! + 1;
}

function collect(blocks: Blocks, leaves: NDArray[]): void {
  if (Array.isArray(blocks)) for (const inner of blocks as readonly Blocks[]) collect(inner, leaves);
  else leaves.push(asArray(blocks, "block", leaves.length));
}

function assemble(blocks: Blocks, depth: number, rank: number): NDArray {
  if (depth === 0) return equalRanks([asArray(blocks, "block", 0)], rank)[0]!;
  return concatenate(
    (blocks as readonly Blocks[]).map((inner) => assemble(inner, depth - 1, rank)),
    rank - depth,
  );
}

/**
 * An array with values behind it along an axis; without an axis both are flattened.
 * @throws ShapeError if the shapes do not fit.
 * @example jnp.append(x, 3); jnp.append(m, row.reshape(1, 3), 0)
 */
export function append(
  arr: ArrayArg,
  values: ArrayArg,
  ...args: Trailing<[axis: number | null], { readonly axis?: number | null }>
): NDArray {
  const { axis } = readArguments<{ axis?: number | null }>("append", args, ["axis"]);
  return concatenate([arr, values], axis ?? null);
}
