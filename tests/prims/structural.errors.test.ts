/** The type rules of the structural primitives: errors in JAX's words, and weak types. */
import { describe, expect, test } from "vitest";
import { type AdjointError, AxisError, DTypeError, type ErrorParts, ShapeError } from "../../src/errors/index.ts";
import { cummax } from "../../src/prims/cumulative.ts";
import { dotGeneral } from "../../src/prims/dot.ts";
import { dynamicSlice, dynamicUpdateSlice } from "../../src/prims/dynamic.ts";
import { iota } from "../../src/prims/fill.ts";
import { gather } from "../../src/prims/gather.ts";
import { broadcastInDim, reshape, rev, squeeze, transpose } from "../../src/prims/movement.ts";
import { argmax, reduceAnd, reduceSum } from "../../src/prims/reduce.ts";
import { scatterAdd } from "../../src/prims/scatter.ts";
import { concatenate, pad, slice } from "../../src/prims/slicing.ts";
import { sort } from "../../src/prims/sort.ts";
import { type Aval, makeAval } from "../../src/types/aval.ts";
import type { Any } from "./harness.ts";

describe("errors say what JAX says", () => {
  const f = (...shape: number[]): Aval => makeAval(shape, "float32");
  const i = (...shape: number[]): Aval => makeAval(shape, "int32");
  const rows = {
    dimensionNumbers: {
      offsetDims: [1],
      collapsedSliceDims: [0],
      startIndexMap: [0],
      operandBatchingDims: [],
      startIndicesBatchingDims: [],
    },
    sliceSizes: [1, 4],
    mode: "fill",
    fillValue: null,
  };
  const elements = {
    dimensionNumbers: {
      updateWindowDims: [],
      insertedWindowDims: [0],
      scatterDimsToOperandDims: [0],
      operandBatchingDims: [],
      scatterIndicesBatchingDims: [],
    },
    mode: "fill",
    indicesAreSorted: false,
    uniqueIndices: false,
  };
  const dims = (contracting: unknown, batch: unknown = [[], []]): unknown => ({
    dimensionNumbers: [contracting, batch],
    precision: null,
    preferredElementType: null,
  });
  const table: readonly (readonly [Any, readonly Aval[], unknown, new (parts: ErrorParts) => AdjointError, string])[] =
    [
      [
        broadcastInDim,
        [f(3, 4)],
        { shape: [3, 5], broadcastDimensions: [0, 1] },
        ShapeError,
        "broadcast_in_dim operand dimension sizes must either be 1, or be equal to their corresponding dimensions in the target broadcast shape; got operand of shape (3, 4), target broadcast shape (3, 5), broadcast_dimensions (0, 1)",
      ],
      [
        broadcastInDim,
        [f(3)],
        { shape: [-3], broadcastDimensions: [0] },
        ShapeError,
        "broadcast_in_dim shape must have every element be nonnegative, got (-3,).",
      ],
      [
        reshape,
        [f(5)],
        { newSizes: [2, 3] },
        ShapeError,
        "cannot reshape array of shape (5,) (size 5) into shape (2, 3) (size 6)",
      ],
      [
        transpose,
        [f(3, 4)],
        { permutation: [1, 1] },
        AxisError,
        "transpose permutation isn't a permutation of operand dimensions, got permutation (1, 1) for operand shape (3, 4).",
      ],
      [
        squeeze,
        [f(3, 4)],
        { dimensions: [1] },
        ShapeError,
        "cannot select an axis to squeeze out which has size not equal to one, got shape=(3, 4) and dimensions=(1,)",
      ],
      [
        rev,
        [f(3)],
        { dimensions: [2] },
        AxisError,
        "rev dimensions must all be less than operand ndim, got dimensions (2,) for operand ndim 1.",
      ],
      [
        iota,
        [],
        { dtype: "bool", shape: [3], dimension: 0 },
        DTypeError,
        "iota does not accept dtype bool. Accepted dtypes are subtypes of integer, floating, complexfloating.",
      ],
      [
        slice,
        [f(3)],
        { startIndices: [0], limitIndices: [4], strides: null },
        ShapeError,
        "slice limit_indices must be less than or equal to operand shape, got limit_indices (4,) for operand shape (3,).",
      ],
      [
        slice,
        [f(3)],
        { startIndices: [0], limitIndices: [3], strides: [0] },
        ShapeError,
        "slice strides must be positive, got (0,)",
      ],
      [
        pad,
        [f(3), i()],
        { paddingConfig: [[1, 1, 0]] },
        DTypeError,
        "pad operand and padding_value must be same dtype: got float32 and int32.",
      ],
      [
        pad,
        [f(3), f()],
        { paddingConfig: [[-3, -1, 0]] },
        ShapeError,
        "Dimension size after padding is not at least 0, got result shape (-1,), for padding_config ((-3, -1, 0),) and operand shape (3,)",
      ],
      [
        concatenate,
        [f(3), i(3)],
        { dimension: 0 },
        DTypeError,
        "lax.concatenate requires arguments to have the same dtypes, got float32, int32.",
      ],
      [
        concatenate,
        [f(3, 4), f(3, 5)],
        { dimension: 0 },
        ShapeError,
        "Cannot concatenate arrays with shapes that differ in dimensions other than the one being concatenated: concatenating along dimension 0 for shapes (3, 4), (3, 5).",
      ],
      [
        dynamicSlice,
        [f(3), i()],
        { sliceSizes: [5] },
        ShapeError,
        "slice slice_sizes must be less than or equal to operand shape, got slice_sizes (5,) for operand shape (3,).",
      ],
      [
        dynamicSlice,
        [f(3), f()],
        { sliceSizes: [1] },
        DTypeError,
        "index arguments to dynamic_slice must be integers of the same type, got: float32",
      ],
      [
        dynamicUpdateSlice,
        [f(3), i(1), i()],
        null,
        DTypeError,
        "lax.dynamic_update_slice requires arguments to have the same dtypes, got float32, int32.",
      ],
      [gather, [f(3, 4), f(2, 1)], rows, DTypeError, "indices must have an integer type"],
      [
        gather,
        [f(3, 4), i(2, 2)],
        rows,
        ShapeError,
        "Gather op has 1 elements in start_index_map and the bound of dimension index_vector_dim=1 of indices is 2. These two numbers must be equal.",
      ],
      [
        scatterAdd,
        [f(3), i(1, 1), i(1)],
        elements,
        DTypeError,
        "lax.scatter requires arguments to have the same dtypes, got float32, int32.",
      ],
      [
        scatterAdd,
        [f(3), i(1, 1), f(2)],
        elements,
        ShapeError,
        "Bounds of the scatter dimensions of updates must be the same as the bounds of the corresponding dimensions of scatter indices. For scatter dimension 0, updates bound is 2, indices bound is 1.",
      ],
      [
        reduceSum,
        [makeAval([3], "bool")],
        { axes: [0] },
        DTypeError,
        "reduce_sum does not accept dtype bool. Accepted dtypes are subtypes of number.",
      ],
      [
        reduceSum,
        [f(3)],
        { axes: [3] },
        AxisError,
        "reduction axes (3,) contains out-of-bounds indices for float32[3].",
      ],
      [
        reduceAnd,
        [f(3)],
        { axes: [0] },
        DTypeError,
        "logical reduction requires operand dtype bool or int, got float32.",
      ],
      [
        argmax,
        [f(0)],
        { axes: [0], indexDtype: "int32" },
        ShapeError,
        "argmin and argmax require non-empty reduced dimension. operand.shape=(0,) axis=0",
      ],
      [
        cummax,
        [makeAval([3], "bool")],
        { axis: 0, reverse: false },
        DTypeError,
        "cummax does not accept dtype bool. Accepted dtypes are subtypes of number.",
      ],
      [
        dotGeneral,
        [f(3), f(4)],
        dims([[0], [0]]),
        ShapeError,
        "dot_general requires contracting dimensions to have the same shape, got (3,) and (4,).",
      ],
      [
        dotGeneral,
        [f(3), f(3)],
        dims([[1], [0]]),
        AxisError,
        "dot_general requires lhs dimension numbers to be nonnegative and less than the number of axes of the lhs value, got lhs_batch of () and lhs_contracting of (1,) for lhs of rank 1",
      ],
      [
        sort,
        [f(3), f(3, 4)],
        { dimension: 0, isStable: true, numKeys: 1 },
        ShapeError,
        "Arguments to sort must have equal shapes, got: (3,) (3, 4)",
      ],
    ];

  test.each(table)("%o", (primitive, avals, params, kind, text) => {
    let caught: unknown;
    try {
      primitive.types(avals, params);
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(kind);
    expect((caught as AdjointError).parts.what).toBe(text);
  });
});

test("weak types stay weak where every operand is", () => {
  const weak = (shape: number[]): Aval => makeAval(shape, "float32", true);
  const strong = (shape: number[]): Aval => makeAval(shape, "float32");
  expect(reduceSum.types([weak([3])], { axes: [0] })[0]!.weakType).toBe(true);
  expect(concatenate.types([weak([3]), strong([3])], { dimension: 0 })[0]!.weakType).toBe(false);
  expect(pad.types([weak([3]), weak([])], { paddingConfig: [[0, 0, 0]] })[0]!.weakType).toBe(true);
  expect(argmax.types([weak([3])], { axes: [0], indexDtype: "int32" })[0]!.weakType).toBe(false);
});
