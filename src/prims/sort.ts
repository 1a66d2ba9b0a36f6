/** Sorting along an axis: several operands move together, ordered by the first ones. */

import { defineManyPrimitive, type ManyOperation } from "../core/primitive.ts";
import { ArgumentError, AxisError, ShapeError } from "../errors/index.ts";
import { planesOf } from "../types/aval.ts";
import { formatShape } from "../types/shape.ts";
import { remaining } from "./axes.ts";
import { iota } from "./fill.ts";
import { gather } from "./gather.ts";
import { broadcastInDim, expandDims, moveaxis } from "./movement.ts";

/** Parameters of `sort`. */
export interface SortParams {
  /** The axis along which elements move. */
  readonly dimension: number;
  /** Whether equal elements must keep their order. They always do. */
  readonly isStable: boolean;
  /** By how many operands, the first ones, is ordered: by the first, where it is equal by the second, and so on. */
  readonly numKeys: number;
}

/**
 * `lax.sort`: operands of one shape, sorted along an axis in ascending order of the first `numKeys` of them, lexicographically;
 * the others follow. Stable; -0 equals 0; NaN comes last; false before true. Returns a list.
 *
 * @throws ShapeError if the shapes differ. @throws AxisError if the axis does not exist. @throws ArgumentError if `numKeys` is
 * not between 1 and the number of operands.
 * @example const [keys, values] = sort([k, v], { dimension: 0, isStable: true, numKeys: 1 });
 */
export const sort: ManyOperation<SortParams> = /* @__PURE__ */ defineManyPrimitive<SortParams>({
  name: "sort",
  types: (xs, { dimension, numKeys }) => {
    if (!Number.isInteger(numKeys) || numKeys < 1 || numKeys > xs.length) {
      throw new ArgumentError({
        what: `num_keys=${numKeys} must be between 1 and len(operand)=${xs.length}`,
        fix: "sort by at least one operand, and at most by all",
      });
    }
    const { shape } = xs[0]!;
    if (xs.some((x) => x.shape.length !== shape.length || x.shape.some((n, d) => n !== shape[d]))) {
      throw new ShapeError({
        what: `Arguments to sort must have equal shapes, got: ${xs.map((x) => formatShape(x.shape)).join(" ")}`,
        fix: "operands that move together have one shape",
      });
    }
    if (!Number.isInteger(dimension) || dimension < 0 || dimension >= shape.length) {
      throw new AxisError({
        what: `axis ${dimension} is out of bounds for array of dimension ${shape.length}`,
        fix: "name an axis of the operand, counted from 0",
      });
    }
    return xs;
  },
  jvp: (primals, tangents, params) => {
    const { shape } = primals[0]!;
    const { dimension } = params;
    // The positions move along, and say where each tangent comes from.
    const positions = iota([], { dtype: "uint32", shape, dimension });
    const sorted = sort([...primals, positions], params);
    const sources = expandDims(sorted.at(-1)!, [shape.length]);
    const others = remaining(shape.length, [dimension]);
    return [
      sorted.slice(0, -1),
      tangents.map((t) =>
        t === null
          ? null
          : gather(t, sources, {
              dimensionNumbers: {
                offsetDims: [],
                collapsedSliceDims: [dimension],
                startIndexMap: [dimension],
                operandBatchingDims: others,
                startIndicesBatchingDims: others,
              },
              sliceSizes: shape.map(() => 1),
              mode: "promise_in_bounds",
              fillValue: null,
            }),
      ),
    ];
  },
  transpose: "nonlinear",
  batch: (axis, xs, dims, params) => {
    const dim = dims.find((d) => d !== null)!;
    const operands = xs.map((x, i) => {
      const from = dims[i]!;
      if (from !== null) return moveaxis(x, from, dim);
      const shape = [...x.shape.slice(0, dim), axis.size, ...x.shape.slice(dim)];
      return broadcastInDim(x, { shape, broadcastDimensions: remaining(shape.length, [dim]) });
    });
    const dimension = params.dimension + (dim <= params.dimension ? 1 : 0);
    return [sort(operands, { ...params, dimension }), xs.map(() => dim)];
  },
  lower: { kind: "sort", axis: ({ dimension }) => dimension, keys: ({ numKeys }) => numKeys },
  complex: {
    // The order of complex numbers is that of their real parts, then that of their imaginary ones.
    lower: ({ dimension, numKeys }, operands) => {
      const keys = planesOf(operands.slice(0, numKeys));
      return { kind: "sort", axis: () => dimension, keys: () => keys };
    },
  },
  show: ({ dimension, isStable, numKeys }) => [
    ["dimension", dimension],
    ["is_stable", isStable],
    ["num_keys", numKeys],
  ],
  laws: {
    dtypes: ["float32", "int32"],
    cases: [
      { operands: [{ shape: [5] }], params: { dimension: 0, isStable: true, numKeys: 1 } },
      { operands: [{ shape: [3, 4] }], params: { dimension: 0, isStable: true, numKeys: 1 } },
      { operands: [{ shape: [2, 4] }, { shape: [2, 4] }], params: { dimension: 1, isStable: true, numKeys: 1 } },
      {
        operands: [{ shape: [6], dtype: "int32", values: [2, 1, 2, 1, 1, 2] }, { shape: [6] }, { shape: [6] }],
        params: { dimension: 0, isStable: true, numKeys: 2 },
      },
    ],
  },
});
