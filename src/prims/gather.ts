/** Gather: windows of an operand, read at computed places. */
import type { Expr } from "../core/expr.ts";
import type { NDArray } from "../core/ndarray.ts";
import { definePrimitive, type Laws, type Operation, type ShownParam } from "../core/primitive.ts";
import { withShape } from "../types/aval.ts";
import type { Shape } from "../types/shape.ts";
import { remaining } from "./axes.ts";
import { complex, imag, real } from "./complex.ts";
import { full } from "./fill.ts";
import { moveaxis } from "./movement.ts";
import { scatterAdd } from "./scatter.ts";
import {
  allOf,
  batchedGather,
  clampedStart,
  defaultFill,
  type GatherDimensionNumbers,
  type GatherScatterMode,
  gatherShape,
  scatterOfGather,
  shownDimensions,
  shownMode,
  startInside,
} from "./windows.ts";

/** Parameters of `gather`. */
export interface GatherParams {
  readonly dimensionNumbers: GatherDimensionNumbers;
  /** Length of a window along each axis of the operand. */
  readonly sliceSizes: Shape;
  readonly mode: GatherScatterMode;
  /** What windows outside give in mode `"fill"`. `null`: NaN for inexact dtypes, the smallest signed or largest unsigned
   *  integer, true. */
  readonly fillValue: number | bigint | boolean | null;
  /** A promise that no two windows overlap, for the transpose. Default false. */
  readonly uniqueIndices?: boolean;
  /** A promise that the indices ascend. Default false. */
  readonly indicesAreSorted?: boolean;
}

/** A number as Python writes it. */
function shownFill(value: number | bigint | boolean): ShownParam {
  if (typeof value !== "number" || Number.isInteger(value)) return value;
  return { text: Number.isNaN(value) ? "nan" : String(value).replace("Infinity", "inf") };
}

/**
 * `lax.gather`: for each vector of indices, the window of the operand that starts there. Its operands are the array and
 * the integer indices, whose last axis holds the vectors. The result has the axes of the windows at `offsetDims` and the
 * other axes of the indices between them. A window counts as outside when any part of it is.
 *
 * @throws ShapeError, AxisError if dimension numbers and shapes do not fit. @throws DTypeError if the indices are not integers.
 * @example // Rows 2 and 0 of x, of shape (3, 4):
 * gather(x, jnp.array([[2], [0]], { dtype: "int32" }), {
 *   dimensionNumbers: {
 *     offsetDims: [1], collapsedSliceDims: [0], startIndexMap: [0], operandBatchingDims: [], startIndicesBatchingDims: [],
 *   },
 *   sliceSizes: [1, 4],
 *   mode: "fill",
 *   fillValue: null,
 * })
 */
export const gather: Operation<2, GatherParams> = /* @__PURE__ */ definePrimitive<2, GatherParams>({
  name: "gather",
  arity: 2,
  type: ([x, indices], { dimensionNumbers, sliceSizes }) =>
    withShape(x!, gatherShape(x!, indices!, dimensionNumbers, sliceSizes)),
  jvp: [(dx, [, indices], params) => gather(dx, indices!, { ...params, fillValue: 0 }), "zero"],
  transpose: (ct, [x, indices], params) => {
    const into = full(x!.aval.shape, 0, ct.dtype);
    return [
      scatterAdd(into, indices as NDArray, ct, {
        dimensionNumbers: scatterOfGather(params.dimensionNumbers),
        mode: params.mode,
        indicesAreSorted: params.indicesAreSorted ?? false,
        uniqueIndices: params.uniqueIndices ?? false,
      }),
      null,
    ];
  },
  batch: (axis, [x, indices], [dim, indicesDim], params) => {
    const operand = dim === null ? x! : moveaxis(x!, dim!, 0);
    const starts = indicesDim === null ? indices! : moveaxis(indices!, indicesDim!, 0);
    const dimensionNumbers = batchedGather(params.dimensionNumbers, dim !== null, indicesDim !== null);
    let { sliceSizes } = params;
    if (dim !== null) sliceSizes = [indicesDim === null ? axis.size : Math.min(1, axis.size), ...sliceSizes];
    // Examples that read one and the same operand may read the same places.
    const shared = dim === null;
    return [
      gather(operand, starts, {
        ...params,
        dimensionNumbers,
        sliceSizes,
        uniqueIndices: !shared && (params.uniqueIndices ?? false),
        indicesAreSorted: !shared && (params.indicesAreSorted ?? false),
      }),
      0,
    ];
  },
  lower: {
    kind: "gather",
    element: (b, read, index, { dimensionNumbers: d, sliceSizes, mode, fillValue }, [x]) => {
      const batch = remaining(index.length, d.offsetDims).map((axis) => index[axis]!);
      const place: Expr[] = x!.shape.map(() => b.int(0));
      const inside: Expr[] = [];
      d.startIndexMap.forEach((axis, k) => {
        const start = read[1]!([...batch, b.int(k)]);
        const upper = x!.shape[axis]! - sliceSizes[axis]!;
        place[axis] = clampedStart(b, start, upper);
        if (mode === "fill") inside.push(startInside(b, start, upper));
      });
      d.operandBatchingDims.forEach((axis, k) => {
        place[axis] = batch[d.startIndicesBatchingDims[k]!]!;
      });
      remaining(x!.shape.length, d.collapsedSliceDims, d.operandBatchingDims).forEach((axis, k) => {
        place[axis] = b.add(place[axis]!, index[d.offsetDims[k]!]!);
      });
      const element = read[0]!(place);
      if (inside.length === 0) return element;
      return b.select(allOf(b, inside), element, b.constant(fillValue ?? defaultFill(x!.dtype), x!.dtype));
    },
  },
  complex: {
    // The fill value is real.
    expand: ([x, indices], params) => {
      const imaginary = { ...params, fillValue: params.fillValue === null ? null : 0 };
      return [complex(gather(real(x!), indices!, params), gather(imag(x!), indices!, imaginary))];
    },
  },
  show: ({ dimensionNumbers, sliceSizes, mode, fillValue, uniqueIndices, indicesAreSorted }, [x]) => [
    ["dimension_numbers", shownDimensions(dimensionNumbers)],
    ["fill_value", mode === "fill" ? shownFill(fillValue ?? defaultFill(x!.dtype)) : null],
    ["indices_are_sorted", indicesAreSorted ?? false],
    ["mode", shownMode(mode)],
    ["slice_sizes", sliceSizes],
    ["unique_indices", uniqueIndices ?? false],
  ],
  laws: { cases: /* @__PURE__ */ gatherCases() },
});

function gatherCases(): NonNullable<Laws<GatherParams>["cases"]> {
  const rows: GatherDimensionNumbers = {
    offsetDims: [1],
    collapsedSliceDims: [0],
    startIndexMap: [0],
    operandBatchingDims: [],
    startIndicesBatchingDims: [],
  };
  const indices = { shape: [3, 1], dtype: "int32", values: [2, 0, 2] } as const;
  const outside = { shape: [3, 1], dtype: "int32", values: [1, -1, 3] } as const;
  return [
    {
      operands: [{ shape: [3, 4] }, indices],
      params: { dimensionNumbers: rows, sliceSizes: [1, 4], mode: "promise_in_bounds", fillValue: null },
    },
    {
      operands: [{ shape: [3, 4] }, outside],
      params: { dimensionNumbers: rows, sliceSizes: [1, 4], mode: "clip", fillValue: null },
    },
    {
      operands: [{ shape: [3, 4] }, outside],
      params: { dimensionNumbers: rows, sliceSizes: [1, 3], mode: "fill", fillValue: 0 },
    },
    {
      operands: [{ shape: [3, 4], dtype: "int32" }, outside],
      params: { dimensionNumbers: rows, sliceSizes: [1, 4], mode: "fill", fillValue: null },
    },
    {
      // Windows of 2 by 2 at places given in the order (column, row).
      operands: [{ shape: [3, 4] }, { shape: [2, 2], dtype: "int32", values: [1, 0, 3, 1] }],
      params: {
        dimensionNumbers: { ...rows, offsetDims: [0, 1], collapsedSliceDims: [], startIndexMap: [1, 0] },
        sliceSizes: [2, 2],
        mode: "fill",
        fillValue: 0,
      },
    },
    {
      // One index for each row: takeAlongAxis.
      operands: [{ shape: [3, 4] }, { shape: [3, 2, 1], dtype: "int32", values: [3, 0, 1, 1, 2, 9] }],
      params: {
        dimensionNumbers: {
          offsetDims: [],
          collapsedSliceDims: [1],
          startIndexMap: [1],
          operandBatchingDims: [0],
          startIndicesBatchingDims: [0],
        },
        sliceSizes: [1, 1],
        mode: "clip",
        fillValue: null,
      },
    },
  ];
}
