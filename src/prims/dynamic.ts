/** Slices whose place is computed: reading one, and replacing one. Starts are clamped so that the slice fits. */

import { scalar } from "../core/constant.ts";
import type { Expr } from "../core/expr.ts";
import type { NDArray } from "../core/ndarray.ts";
import { type BatchDimension, definePrimitive, isLinear, type Linear, type Operation } from "../core/primitive.ts";
import { ShapeError } from "../errors/index.ts";
import { makeAval, withShape } from "../types/aval.ts";
import { formatShape, type Shape } from "../types/shape.ts";
import { inserted, range } from "../util/list.ts";
import { allWeak, checkSizes, checkStarts } from "./axes.ts";
import { full, instantiate } from "./fill.ts";
import { gather } from "./gather.ts";
import { batchFirst, broadcastInDim } from "./movement.ts";
import { checkSameDTypes } from "./rules.ts";
import { batchScatter, scatter } from "./scatter.ts";
import { clamped, concatenate } from "./slicing.ts";
import { clampedStart } from "./windows.ts";

/** Parameters of `dynamicSlice`. */
export interface DynamicSliceParams {
  /** The result's shape. */
  readonly sliceSizes: Shape;
}

/** The scalar starts of a dynamic slice as one vector of indices (an axis first, if some are batched). */
function stackedStarts(starts: readonly NDArray[], dims: readonly BatchDimension[], size: number): NDArray {
  return concatenate(
    starts.map((start, i) =>
      broadcastInDim(start, { shape: [size, 1], broadcastDimensions: dims[i] === null ? [] : [0] }),
    ),
    { dimension: 1 },
  );
}

/** A start of zero, of the same dtype as the others. */
const zeroStart = (starts: readonly NDArray[]): NDArray => scalar(0, starts[0]?.dtype ?? "int32");

/** The value of an operand that a transposed program knows. */
const known = (x: NDArray | Linear): NDArray => x as NDArray;

/**
 * `lax.dynamic_slice`: a slice of known size at a computed place. Its operands are the array and one scalar integer array
 * for each axis. A start s of an axis of length n is clamped to [0, n - size].
 *
 * @throws ShapeError if the slice is larger than the operand or the number of starts is not its rank.
 * @throws DTypeError if the starts are not integers of one dtype.
 * @example dynamicSlice([x, i], { sliceSizes: [2] }) // i: an int32 array of shape ()
 */
export const dynamicSlice: Operation<"variadic", DynamicSliceParams> = /* @__PURE__ */ definePrimitive({
  name: "dynamic_slice",
  arity: "variadic",
  type: ([x, ...starts], { sliceSizes }: DynamicSliceParams) => {
    checkSizes("dynamic_slice", "slice_sizes", sliceSizes);
    if (sliceSizes.length !== x!.shape.length || sliceSizes.some((n, d) => n > x!.shape[d]!)) {
      throw new ShapeError({
        what: `slice slice_sizes must be less than or equal to operand shape, got slice_sizes ${formatShape(sliceSizes)} for operand shape ${formatShape(x!.shape)}.`,
        fix: "give one size for each axis, at most its length",
      });
    }
    checkStarts("dynamic_slice", starts, x!);
    return withShape(x!, sliceSizes);
  },
  jvp: (primals, [tangent], params) => [
    [dynamicSlice(primals, params)],
    [tangent === null ? null : dynamicSlice([tangent!, ...primals.slice(1)], params)],
  ],
  transpose: (ct, [x, ...starts]) => [
    isLinear(x!) ? dynamicUpdateSlice([full(x.aval.shape, 0, ct.dtype), ct, ...starts.map(known)]) : null,
    ...starts.map(() => null),
  ],
  batch: (axis, [x, ...starts], [dim, ...startDims], { sliceSizes }) => {
    if (startDims.every((d) => d === null)) {
      return [
        dynamicSlice([x!, ...inserted(starts, dim!, zeroStart(starts))], {
          sliceSizes: inserted(sliceSizes, dim!, axis.size),
        }),
        dim!,
      ];
    }
    // A place for each example: one gather of windows.
    const batched = dim !== null;
    const operandDims = range(sliceSizes.length).map((d) => (batched ? d + 1 : d));
    return [
      gather(batched ? batchFirst(x!, dim!, axis.size) : x!, stackedStarts(starts, startDims, axis.size), {
        dimensionNumbers: {
          offsetDims: range(sliceSizes.length).map((d) => d + 1),
          collapsedSliceDims: [],
          startIndexMap: operandDims,
          operandBatchingDims: batched ? [0] : [],
          startIndicesBatchingDims: batched ? [0] : [],
        },
        sliceSizes: batched ? [axis.size === 0 ? 0 : 1, ...sliceSizes] : sliceSizes,
        mode: "clip",
        fillValue: null,
        uniqueIndices: batched,
        indicesAreSorted: batched,
      }),
      0,
    ];
  },
  lower: {
    kind: "gather",
    element: (b, read, index, { sliceSizes }, [x]) =>
      read[0]!(index.map((i, d) => b.add(clampedStart(b, read[d + 1]!([]), x!.shape[d]! - sliceSizes[d]!), i))),
  },
  complex: "planes",
  show: ({ sliceSizes }) => [["slice_sizes", sliceSizes]],
  laws: {
    cases: [
      { operands: [{ shape: [5] }, { shape: [], dtype: "int32", values: [2] }], params: { sliceSizes: [2] } },
      { operands: [{ shape: [5] }, { shape: [], dtype: "int32", values: [4] }], params: { sliceSizes: [3] } },
      { operands: [{ shape: [5] }, { shape: [], dtype: "uint8", values: [200] }], params: { sliceSizes: [3] } },
      {
        operands: [
          { shape: [3, 4] },
          { shape: [], dtype: "int32", values: [-1] },
          { shape: [], dtype: "int32", values: [1] },
        ],
        params: { sliceSizes: [2, 3] },
      },
      {
        operands: [
          { shape: [4], dtype: "int32" },
          { shape: [], dtype: "int32", values: [1] },
        ],
        params: { sliceSizes: [1] },
      },
    ],
  },
});

/**
 * `lax.dynamic_update_slice`: the operand with a slice replaced. Its operands are the array, the update, and one scalar
 * integer array for each axis. A start s of an axis of length n is clamped to [0, n - length of the update].
 *
 * @throws ShapeError if the update does not fit or the number of starts is not the operand's rank.
 * @throws DTypeError if array and update differ in dtype or the starts are not integers of one dtype.
 * @example dynamicUpdateSlice([x, update, i]) // i: an int32 array of shape ()
 */
export const dynamicUpdateSlice: Operation<"variadic"> = /* @__PURE__ */ definePrimitive({
  name: "dynamic_update_slice",
  arity: "variadic",
  type: ([x, update, ...starts]) => {
    if (x!.shape.length !== update!.shape.length) {
      throw new ShapeError({
        what: `dynamic_update_slice update must have the same rank as operand, got update shape ${formatShape(update!.shape)} for operand shape ${formatShape(x!.shape)}.`,
        fix: "reshape the update to the rank of the operand",
      });
    }
    if (update!.shape.some((n, d) => n > x!.shape[d]!)) {
      throw new ShapeError({
        what: `dynamic_update_slice update shape must be smaller than operand shape, got update shape ${formatShape(update!.shape)} for operand shape ${formatShape(x!.shape)}.`,
        fix: "update a part that fits into the operand",
      });
    }
    checkStarts("dynamic_update_slice", starts, x!);
    checkSameDTypes("dynamic_update_slice", [x!, update!]);
    return makeAval(x!.shape, x!.dtype, allWeak([x!, update!, ...starts]));
  },
  jvp: (primals, tangents) => {
    const [x, update, ...starts] = primals;
    const [dx, dUpdate] = tangents;
    const tangent =
      dx === null && dUpdate === null
        ? null
        : dynamicUpdateSlice([instantiate(dx!, x!.aval), instantiate(dUpdate!, update!.aval), ...starts]);
    return [[dynamicUpdateSlice(primals)], [tangent]];
  },
  transpose: (ct, [x, update, ...starts]) => {
    const shape = update!.aval.shape;
    return [
      isLinear(x!) ? dynamicUpdateSlice([ct, full(shape, 0, ct.dtype), ...starts.map(known)]) : null,
      isLinear(update!) ? dynamicSlice([ct, ...starts.map(known)], { sliceSizes: shape }) : null,
      ...starts.map(() => null),
    ];
  },
  batch: (axis, [x, update, ...starts], [dim, updateDim, ...startDims]) => {
    const operand = batchFirst(x!, dim!, axis.size);
    const updates = batchFirst(update!, updateDim!, axis.size);
    if (startDims.every((d) => d === null)) {
      return [dynamicUpdateSlice([operand, updates, zeroStart(starts), ...starts]), 0];
    }
    // A place for each example: one scatter of windows.
    const dims = range(starts.length);
    return batchScatter(scatter, axis, [operand, stackedStarts(starts, startDims, axis.size), updates], [0, 0, 0], {
      dimensionNumbers: {
        updateWindowDims: dims,
        insertedWindowDims: [],
        scatterDimsToOperandDims: dims,
        operandBatchingDims: [],
        scatterIndicesBatchingDims: [],
      },
      mode: "clip",
      indicesAreSorted: true,
      uniqueIndices: true,
    });
  },
  lower: {
    kind: "gather",
    element: (b, read, index, _params, [x, update]) => {
      const old = read[0]!(index);
      if (update!.shape.includes(0)) return old;
      let inside: Expr | undefined;
      const place = index.map((i, d) => {
        const n = update!.shape[d]!;
        if (n === x!.shape[d]) return i;
        const at = b.sub(i, clampedStart(b, read[d + 2]!([]), x!.shape[d]! - n));
        const within = b.and(b.ge(at, b.int(0)), b.lt(at, b.int(n)));
        inside = inside === undefined ? within : b.and(inside, within);
        return clamped(b, at, n);
      });
      const replacement = read[1]!(place);
      return inside === undefined ? replacement : b.select(inside, replacement, old);
    },
  },
  complex: "planes",
  laws: {
    cases: [
      { operands: [{ shape: [5] }, { shape: [2] }, { shape: [], dtype: "int32", values: [1] }], params: null },
      { operands: [{ shape: [5] }, { shape: [2] }, { shape: [], dtype: "int32", values: [9] }], params: null },
      {
        operands: [
          { shape: [3, 4] },
          { shape: [2, 1] },
          { shape: [], dtype: "int32", values: [-3] },
          { shape: [], dtype: "int32", values: [2] },
        ],
        params: null,
      },
      {
        operands: [
          { shape: [3], dtype: "int32" },
          { shape: [1], dtype: "int32" },
          { shape: [], dtype: "int32", values: [1] },
        ],
        params: null,
      },
    ],
  },
});
