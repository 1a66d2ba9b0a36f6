/**
 * Primitives that rearrange elements and compute nothing: broadcast, reshape, transpose, squeeze, reverse. All are linear,
 * and free: a backend sees index maps.
 */

import type { NDArray } from "../core/ndarray.ts";
import { definePrimitive, type Operation } from "../core/primitive.ts";
import { AxisError, ShapeError } from "../errors/index.ts";
import { withShape } from "../types/aval.ts";
import { equalShapes, formatShape, type Shape, sizeOf } from "../types/shape.ts";
import { inserted, range, without } from "../util/list.ts";
import { bumped, checkSizes, hasDuplicates, remaining, shifted } from "./axes.ts";
import { reduceSum } from "./reduce.ts";

/** Parameters of `broadcastInDim`. */
export interface BroadcastInDimParams {
  /** The result's shape. */
  readonly shape: Shape;
  /** Where each axis of the operand goes in the result, one entry an axis. */
  readonly broadcastDimensions: readonly number[];
}

/**
 * `lax.broadcast_in_dim`: axis i of the operand becomes axis `broadcastDimensions[i]` of the result; axes of length 1
 * stretch, and all other axes of the result repeat the operand.
 *
 * @throws ShapeError if a length is neither 1 nor that of its axis in `shape`.
 * @throws AxisError if `broadcastDimensions` does not name one axis of the result for each axis of the operand.
 * @example broadcastInDim(v, { shape: [2, 3], broadcastDimensions: [1] }) // v of shape (3,): two equal rows
 */
export const broadcastInDim: Operation<1, BroadcastInDimParams> = /* @__PURE__ */ definePrimitive({
  name: "broadcast_in_dim",
  arity: 1,
  type: ([x], { shape, broadcastDimensions: dims }: BroadcastInDimParams) => {
    checkSizes("broadcast_in_dim", "shape", shape);
    checkSizes("broadcast_in_dim", "broadcast_dimensions", dims);
    const rank = x!.shape.length;
    if (rank !== dims.length) {
      throw new AxisError({
        what: `broadcast_in_dim broadcast_dimensions must have length equal to operand ndim; got broadcast_dimensions ${formatShape(dims)} for operand ndim ${rank}.`,
        fix: "say for each axis of the operand which axis of the result it is",
      });
    }
    if (shape.length < rank) {
      throw new ShapeError({
        what: `broadcast_in_dim target broadcast shape must have equal or higher rank to the operand shape; got operand ndim ${rank} and target broadcast ndim ${shape.length}.`,
        fix: "broadcasting adds axes; reshape or reduce takes them away",
      });
    }
    if (dims.some((d) => d >= shape.length)) {
      throw new AxisError({
        what: `broadcast_in_dim broadcast_dimensions must be a subset of output dimensions, got ${formatShape(dims)} for operand ndim ${rank} and shape ${formatShape(shape)}.`,
        fix: "name axes of the result",
      });
    }
    if (x!.shape.some((n, i) => n !== 1 && n !== shape[dims[i]!])) {
      throw new ShapeError({
        what: `broadcast_in_dim operand dimension sizes must either be 1, or be equal to their corresponding dimensions in the target broadcast shape; got operand of shape ${formatShape(x!.shape)}, target broadcast shape ${formatShape(shape)}, broadcast_dimensions ${formatShape(dims)}`,
        fix: "only axes of length 1 stretch",
      });
    }
    if (hasDuplicates(dims)) {
      throw new AxisError({
        what: `broadcast_in_dim broadcast_dimensions must not contain duplicates, got broadcast_dimensions ${formatShape(dims)}`,
        fix: "name each axis of the result once",
      });
    }
    return withShape(x!, shape);
  },
  jvp: "linear",
  transpose: (ct, [x], { shape, broadcastDimensions: dims }) => {
    const unit = range(dims.length).filter((i) => x!.aval.shape[i] === 1);
    const axes = remaining(
      shape.length,
      dims.filter((_, i) => !unit.includes(i)),
    );
    const summed = axes.length === 0 ? ct : reduceSum(ct, { axes });
    // What is left stands in the result's order; the operand's axes may stand in another.
    const kept = range(dims.length).filter((i) => !unit.includes(i));
    const order = [...kept].sort((i, j) => dims[i]! - dims[j]!);
    return [
      expandDims(
        permuted(
          summed,
          kept.map((i) => order.indexOf(i)),
        ),
        unit,
      ),
    ];
  },
  batch: (axis, [x], [dim], { shape, broadcastDimensions }) => [
    broadcastInDim(moveaxis(x!, dim!, 0), {
      shape: [axis.size, ...shape],
      broadcastDimensions: [0, ...shifted(broadcastDimensions)],
    }),
    0,
  ],
  lower: {
    kind: "view",
    index: (b, index, { broadcastDimensions }, x) =>
      x.shape.map((n, i) => (n === 1 ? b.int(0) : index[broadcastDimensions[i]!]!)),
  },
  complex: "planes",
  // The shape is implied by the type of the result, which jaxprs show.
  show: ({ broadcastDimensions }) =>
    broadcastDimensions.length === 0 ? [] : [["broadcast_dimensions", broadcastDimensions]],
  laws: {
    dtypes: ["float32", "int32"],
    cases: [
      { operands: [{ shape: [3] }], params: { shape: [2, 3], broadcastDimensions: [1] } },
      { operands: [{ shape: [3] }], params: { shape: [3, 2], broadcastDimensions: [0] } },
      { operands: [{ shape: [] }], params: { shape: [2, 2], broadcastDimensions: [] } },
      { operands: [{ shape: [3, 1] }], params: { shape: [3, 4], broadcastDimensions: [0, 1] } },
      { operands: [{ shape: [2, 1, 3] }], params: { shape: [2, 4, 1, 3], broadcastDimensions: [0, 2, 3] } },
      { operands: [{ shape: [2, 3] }], params: { shape: [3, 4, 2], broadcastDimensions: [2, 0] } },
      { operands: [{ shape: [2, 1, 3] }], params: { shape: [3, 2, 5], broadcastDimensions: [1, 2, 0] } },
    ],
  },
});

/** Parameters of `reshape`. */
export interface ReshapeParams {
  /** The result's shape. */
  readonly newSizes: Shape;
}

/**
 * `lax.reshape`: the same elements in row-major order under another shape of the same size.
 *
 * @throws ShapeError if the sizes differ.
 * @example reshape(x, { newSizes: [6] }) // x of shape (2, 3)
 */
export const reshape: Operation<1, ReshapeParams> = /* @__PURE__ */ definePrimitive({
  name: "reshape",
  arity: 1,
  type: ([x], { newSizes }: ReshapeParams) => {
    checkSizes("reshape", "new_sizes", newSizes);
    if (sizeOf(newSizes) !== sizeOf(x!.shape)) {
      throw new ShapeError({
        what: `cannot reshape array of shape ${formatShape(x!.shape)} (size ${sizeOf(x!.shape)}) into shape ${formatShape(newSizes)} (size ${sizeOf(newSizes)})`,
        fix: "the product of the new lengths must equal the number of elements",
      });
    }
    return withShape(x!, newSizes);
  },
  jvp: "linear",
  transpose: (ct, [x]) => [reshape(ct, { newSizes: x!.aval.shape })],
  batch: (axis, [x], [dim], { newSizes }) => [
    reshape(moveaxis(x!, dim!, 0), { newSizes: [axis.size, ...newSizes] }),
    0,
  ],
  lower: { kind: "reshape" },
  complex: "planes",
  show: ({ newSizes }) => [
    ["dimensions", null],
    ["new_sizes", newSizes],
    ["sharding", null],
  ],
  laws: {
    dtypes: ["float32", "int32"],
    cases: [
      { operands: [{ shape: [2, 3] }], params: { newSizes: [6] } },
      { operands: [{ shape: [6] }], params: { newSizes: [3, 2] } },
      { operands: [{ shape: [] }], params: { newSizes: [1, 1] } },
      { operands: [{ shape: [2, 3, 2] }], params: { newSizes: [4, 3] } },
    ],
  },
});

/** Parameters of `transpose`. */
export interface TransposeParams {
  /** Axis i of the result is axis `permutation[i]` of the operand. */
  readonly permutation: readonly number[];
}

/**
 * `lax.transpose`: the axes in another order.
 *
 * @throws AxisError if `permutation` is not a permutation of the operand's axes.
 * @example transpose(x, { permutation: [1, 0] })
 */
export const transpose: Operation<1, TransposeParams> = /* @__PURE__ */ definePrimitive({
  name: "transpose",
  arity: 1,
  type: ([x], { permutation }: TransposeParams) => {
    const rank = x!.shape.length;
    if (
      permutation.length !== rank ||
      hasDuplicates(permutation) ||
      permutation.some((p) => !range(rank).includes(p))
    ) {
      throw new AxisError({
        what: `transpose permutation isn't a permutation of operand dimensions, got permutation ${formatShape(permutation)} for operand shape ${formatShape(x!.shape)}.`,
        fix: "name each axis once, counted from 0",
      });
    }
    return withShape(
      x!,
      permutation.map((p) => x!.shape[p]!),
    );
  },
  jvp: "linear",
  transpose: (ct, _operands, { permutation }) => [transpose(ct, { permutation: inverse(permutation) })],
  batch: (_axis, [x], [dim], { permutation }) => [
    transpose(x!, { permutation: [dim!, ...bumped(permutation, dim!)] }),
    0,
  ],
  lower: {
    kind: "view",
    index: (_b, index, { permutation }) => inverse(permutation).map((i) => index[i]!),
  },
  complex: "planes",
  show: ({ permutation }) => [["permutation", permutation]],
  laws: {
    dtypes: ["float32", "int32"],
    cases: [
      { operands: [{ shape: [2, 3] }], params: { permutation: [1, 0] } },
      { operands: [{ shape: [2, 3, 4] }], params: { permutation: [2, 0, 1] } },
      { operands: [{ shape: [2, 3, 4, 1] }], params: { permutation: [3, 1, 0, 2] } },
    ],
  },
});

/** Parameters of `squeeze`. */
export interface SqueezeParams {
  /** Axes of length 1 that disappear. */
  readonly dimensions: readonly number[];
}

/**
 * `lax.squeeze`: drops axes of length 1.
 *
 * @throws AxisError if an axis is repeated or does not exist. @throws ShapeError if a length is not 1.
 * @example squeeze(x, { dimensions: [0] }) // x of shape (1, 3)
 */
export const squeeze: Operation<1, SqueezeParams> = /* @__PURE__ */ definePrimitive({
  name: "squeeze",
  arity: 1,
  type: ([x], { dimensions }: SqueezeParams) => {
    if (hasDuplicates(dimensions)) {
      throw new AxisError({
        what: `dimensions are not unique: ${formatShape(dimensions)}`,
        fix: "name each axis once",
      });
    }
    if (dimensions.some((d) => !Number.isInteger(d) || d < 0 || d >= x!.shape.length)) {
      throw new AxisError({
        what: `dimensions outside range [0, ndim): ${formatShape(dimensions)}`,
        fix: "name axes of the operand, counted from 0",
      });
    }
    if (dimensions.some((d) => x!.shape[d] !== 1)) {
      throw new ShapeError({
        what: `cannot select an axis to squeeze out which has size not equal to one, got shape=${formatShape(x!.shape)} and dimensions=${formatShape(dimensions)}`,
        fix: "only axes of length 1 can go; reshape or reduce the others",
      });
    }
    return withShape(
      x!,
      x!.shape.filter((_, d) => !dimensions.includes(d)),
    );
  },
  jvp: "linear",
  transpose: (ct, _operands, { dimensions }) => [expandDims(ct, dimensions)],
  batch: (_axis, [x], [dim], { dimensions }) => [
    squeeze(moveaxis(x!, dim!, 0), { dimensions: shifted(dimensions) }),
    0,
  ],
  lower: { kind: "reshape" },
  complex: "planes",
  show: ({ dimensions }) => [["dimensions", dimensions]],
  laws: {
    dtypes: ["float32", "int32"],
    cases: [
      { operands: [{ shape: [1, 3] }], params: { dimensions: [0] } },
      { operands: [{ shape: [2, 1, 3, 1] }], params: { dimensions: [3, 1] } },
      { operands: [{ shape: [1] }], params: { dimensions: [0] } },
    ],
  },
});

/** Parameters of `rev`. */
export interface RevParams {
  /** Axes along which the order is reversed. */
  readonly dimensions: readonly number[];
}

/**
 * `lax.rev`: the elements in reversed order along some axes.
 *
 * @throws AxisError if an axis is repeated or does not exist.
 * @example rev(x, { dimensions: [0] })
 */
export const rev: Operation<1, RevParams> = /* @__PURE__ */ definePrimitive({
  name: "rev",
  arity: 1,
  type: ([x], { dimensions }: RevParams) => {
    checkSizes("rev", "dimensions", dimensions);
    if (hasDuplicates(dimensions)) {
      throw new AxisError({
        what: `rev dimensions must be unique, got ${formatShape(dimensions)}.`,
        fix: "name each axis once",
      });
    }
    if (dimensions.some((d) => d >= x!.shape.length)) {
      throw new AxisError({
        what: `rev dimensions must all be less than operand ndim, got dimensions ${formatShape(dimensions)} for operand ndim ${x!.shape.length}.`,
        fix: "name axes of the operand, counted from 0",
      });
    }
    return x!;
  },
  jvp: "linear",
  transpose: (ct, _operands, params) => [rev(ct, params)],
  batch: (_axis, [x], [dim], { dimensions }) => [rev(x!, { dimensions: bumped(dimensions, dim!) }), dim!],
  lower: {
    kind: "view",
    index: (b, index, { dimensions }, x) =>
      index.map((i, d) => (dimensions.includes(d) ? b.sub(b.int(x.shape[d]! - 1), i) : i)),
  },
  complex: "planes",
  show: ({ dimensions }) => [["dimensions", dimensions]],
  laws: {
    dtypes: ["float32", "int32"],
    cases: [
      { operands: [{ shape: [4] }], params: { dimensions: [0] } },
      { operands: [{ shape: [2, 3, 2] }], params: { dimensions: [2, 0] } },
      { operands: [{ shape: [2, 3] }], params: { dimensions: [] } },
    ],
  },
});

/** The permutation that undoes another. */
export function inverse(permutation: readonly number[]): number[] {
  const result = new Array<number>(permutation.length);
  permutation.forEach((p, i) => {
    result[p] = i;
  });
  return result;
}

/** `transpose`, or the operand itself where the order does not change. */
export function permuted(x: NDArray, permutation: readonly number[]): NDArray {
  return permutation.every((p, i) => p === i) ? x : transpose(x, { permutation });
}

/** Moves one axis to another place; the others keep their order. The operand itself if nothing changes. */
export function moveaxis(x: NDArray, from: number, to: number): NDArray {
  if (from === to) return x;
  return transpose(x, { permutation: inserted(without(range(x.ndim), from), to, from) });
}

/** An operand of a batching rule with its batch axis first; repeated along a new one if it has none. */
export function batchFirst(x: NDArray, dim: number | null, size: number): NDArray {
  if (dim !== null) return moveaxis(x, dim, 0);
  return broadcastInDim(x, { shape: [size, ...x.shape], broadcastDimensions: shifted(range(x.ndim)) });
}

/**
 * NumPy's broadcasting to a given shape: aligned at the right, axes of length 1 stretch. The operand itself if it has
 * that shape already.
 *
 * @throws ShapeError if the shapes do not fit.
 * @example broadcastTo(v, [2, 3]) // v of shape (3,) or (1,) or ()
 */
export function broadcastTo(x: NDArray, shape: Shape): NDArray {
  if (equalShapes(x.shape, shape)) return x;
  const lead = shape.length - x.ndim;
  if (lead < 0) {
    throw new ShapeError({
      what: `Cannot broadcast to shape with fewer dimensions: arr_shape=${formatShape(x.shape)} shape=${formatShape(shape)}`,
      fix: "broadcasting adds axes; reshape or reduce takes them away",
    });
  }
  if (x.shape.some((n, d) => n !== 1 && n !== shape[lead + d])) {
    throw new ShapeError({
      what: `Incompatible shapes for broadcasting: ${formatShape(x.shape)} and requested shape ${formatShape(shape)}`,
      fix: "align the shapes at the right: each pair of lengths must be equal, or the array's 1",
    });
  }
  return broadcastInDim(x, { shape, broadcastDimensions: range(x.ndim).map((d) => lead + d) });
}

/**
 * `lax.expand_dims`: new axes of length 1, which stand at `dimensions` in the result. The operand itself if there are none.
 *
 * @throws AxisError if an axis is repeated or outside of the result.
 * @example expandDims(v, [0]) // shape (3,) becomes (1, 3)
 */
export function expandDims(x: NDArray, dimensions: readonly number[]): NDArray {
  if (dimensions.length === 0) return x;
  const rank = x.ndim + dimensions.length;
  if (hasDuplicates(dimensions) || dimensions.some((d) => !Number.isInteger(d) || d < 0 || d >= rank)) {
    throw new AxisError({
      what: `expand_dims dimensions must be distinct and in [0, ${rank}), got ${formatShape(dimensions)}`,
      fix: "name places of the result, each once",
    });
  }
  const shape = new Array<number>(rank).fill(1);
  const places = remaining(rank, dimensions);
  places.forEach((place, d) => {
    shape[place] = x.shape[d]!;
  });
  return broadcastInDim(x, { shape, broadcastDimensions: places });
}
