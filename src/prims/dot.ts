/** Contraction: sums of products over axes of two arrays, for all of matrix products, dots and batches of them. */

import type { NDArray } from "../core/ndarray.ts";
import { definePrimitive, isLinear, type Laws, type Linear, type Operation } from "../core/primitive.ts";
import { AxisError, DTypeError, ShapeError, TransformError } from "../errors/index.ts";
import { type Aval, makeAval } from "../types/aval.ts";
import { type DType, dtypeBytes, dtypeKind, realDType } from "../types/dtype.ts";
import { equalShapes, formatShape } from "../types/shape.ts";
import { range } from "../util/list.ts";
import { allWeak, bumped, hasDuplicates, remaining } from "./axes.ts";
import { convertElementType } from "./cast.ts";
import { bilinear } from "./complex.ts";
import { inverse, permuted } from "./movement.ts";

/** Which axes of the two operands are summed over together, and which go along together. */
export type DotDimensionNumbers = readonly [
  contracting: readonly [lhs: readonly number[], rhs: readonly number[]],
  batch: readonly [lhs: readonly number[], rhs: readonly number[]],
];

/** Parameters of `dotGeneral`. */
export interface DotGeneralParams {
  readonly dimensionNumbers: DotDimensionNumbers;
  /** Products are always computed in the precision of the result. */
  readonly precision: null;
  /** The dtype of the result; `null`: that of the operands. */
  readonly preferredElementType: DType | null;
}

const mantissa: { readonly [D in DType]?: number } = {
  float16: 10,
  bfloat16: 7,
  float32: 23,
  float64: 52,
  complex64: 23,
  complex128: 52,
};
const exponents: { readonly [D in DType]?: number } = {
  float16: 16,
  bfloat16: 128,
  float32: 128,
  float64: 1024,
  complex64: 128,
  complex128: 1024,
};

const bitWidth = (dtype: DType): number => {
  if (dtype === "bool") return 1;
  const bits = 8 * dtypeBytes(dtype);
  return dtypeKind(dtype) === "c" ? bits / 2 : bits;
};

/** XLA's order of dtypes: complex above real, then range, precision, width; signed above unsigned. */
const rankOf = (dtype: DType): readonly number[] => [
  dtypeKind(dtype) === "c" ? 1 : 0,
  exponents[dtype] ?? -1,
  mantissa[dtype] ?? -1,
  bitWidth(dtype),
  dtypeKind(dtype) === "u" ? 0 : 1,
];

function resultDType(lhs: DType, rhs: DType, preferred: DType | null): DType {
  for (const dtype of [lhs, rhs]) {
    if (dtypeKind(dtype) === "o") {
      throw new DTypeError({
        what: `dot_general does not accept dtype ${dtype}.`,
        fix: "multiply numbers; random.keyData(key) gives the words of a key",
      });
    }
  }
  const [a, b] = [rankOf(lhs), rankOf(rhs)];
  const at = a.findIndex((value, i) => value !== b[i]);
  const result = at < 0 || a[at]! > b[at]! ? lhs : rhs;
  if (preferred === null || preferred === result) return result;
  if (dtypeKind(result) !== "f" && bitWidth(preferred) < bitWidth(result)) {
    throw new DTypeError({
      what: `\`preferred_element_type\` must not be narrower than the original type, got preferred_element_type of ${preferred} for result type of ${result}.`,
      fix: "leave the preferred type out, or convert the operands",
    });
  }
  return preferred;
}

function checkSide(side: "lhs" | "rhs", x: Aval, contracting: readonly number[], batch: readonly number[]): void {
  const rank = x.shape.length;
  if ([...contracting, ...batch].some((d) => !Number.isInteger(d) || d < 0 || d >= rank)) {
    throw new AxisError({
      what: `dot_general requires ${side} dimension numbers to be nonnegative and less than the number of axes of the ${side} value, got ${side}_batch of ${formatShape(batch)} and ${side}_contracting of ${formatShape(contracting)} for ${side} of rank ${rank}`,
      fix: "name axes of the operands, counted from 0",
    });
  }
  if (hasDuplicates(batch)) {
    throw new AxisError({
      what: `dot_general requires ${side} batch dimensions to be distinct, got ${side}_batch ${formatShape(batch)}.`,
      fix: "name each axis once",
    });
  }
  if (hasDuplicates(contracting)) {
    throw new AxisError({
      what: `dot_general requires ${side} contracting dimensions to be distinct, got ${side}_contracting ${formatShape(contracting)}.`,
      fix: "name each axis once",
    });
  }
  if (batch.some((d) => contracting.includes(d))) {
    throw new AxisError({
      what: `dot_general requires ${side} batch dimensions to be disjoint from contracting dimensions, got ${side}_batch ${formatShape(batch)} and ${side}_contracting ${formatShape(contracting)}.`,
      fix: "an axis is either summed over or kept as a batch",
    });
  }
}

/**
 * The cotangent of one operand, `x`: that of the result contracted with the other operand, `y`, over y's free axes.
 * `xFirst`: whether x is the left operand, so that its free axes stand before y's in the result.
 */
function operandCotangent(
  ct: NDArray,
  x: Aval,
  y: NDArray,
  xContracting: readonly number[],
  yContracting: readonly number[],
  xBatch: readonly number[],
  yBatch: readonly number[],
  xFirst: boolean,
  preferredElementType: DType | null,
): NDArray {
  const xFree = remaining(x.shape.length, xContracting, xBatch);
  const yFree = remaining(y.ndim, yContracting, yBatch);
  const yFreeInResult = yFree.map((_, i) => xBatch.length + i + (xFirst ? xFree.length : 0));
  const product = dotGeneral(ct, y, {
    dimensionNumbers: [
      [yFreeInResult, yFree],
      [range(xBatch.length), yBatch],
    ],
    precision: null,
    preferredElementType,
  });
  // Its axes: batch, x's free ones, and the contracted ones in the order in which y has them.
  const contracted = range(yContracting.length)
    .sort((i, j) => yContracting[i]! - yContracting[j]!)
    .map((i) => xContracting[i]!);
  const result = permuted(product, inverse([...xBatch, ...xFree, ...contracted]));
  return result.dtype === x.dtype ? result : convertElementType(result, { newDtype: x.dtype, weakType: x.weakType });
}

const known = (x: NDArray | Linear): NDArray => {
  if (isLinear(x))
    throw new TransformError({
      what: "dot_general is linear in each operand, not in both at once",
      fix: "transpose it for one operand at a time, with the other known",
    });
  return x;
};

/**
 * `lax.dot_general`: sums of products over the contracting axes of two arrays, for each index of the batch axes. The axes
 * of the result are the batch axes, the other axes of the left operand, the other axes of the right one.
 *
 * @throws ShapeError if axes that belong together differ in length. @throws AxisError if axes are repeated or do not exist.
 * @throws DTypeError if `preferredElementType` is too narrow.
 * @example // x y for matrices:
 * dotGeneral(x, y, { dimensionNumbers: [[[1], [0]], [[], []]], precision: null, preferredElementType: null })
 */
export const dotGeneral: Operation<2, DotGeneralParams> = /* @__PURE__ */ definePrimitive<2, DotGeneralParams>({
  name: "dot_general",
  arity: 2,
  type: ([x, y], { dimensionNumbers, preferredElementType }) => {
    const [[xContracting, yContracting], [xBatch, yBatch]] = dimensionNumbers;
    checkSide("lhs", x!, xContracting, xBatch);
    checkSide("rhs", y!, yContracting, yBatch);
    if (xBatch.length !== yBatch.length) {
      throw new AxisError({
        what: `dot_general requires equal numbers of lhs_batch and rhs_batch dimensions, got lhs_batch ${formatShape(xBatch)} and rhs_batch ${formatShape(yBatch)}.`,
        fix: "pair each batch axis of one operand with one of the other",
      });
    }
    const lengths = (aval: Aval, axes: readonly number[]): number[] => axes.map((d) => aval.shape[d]!);
    const [xBatchShape, yBatchShape] = [lengths(x!, xBatch), lengths(y!, yBatch)];
    if (!equalShapes(xBatchShape, yBatchShape)) {
      throw new ShapeError({
        what: `dot_general requires lhs batch dimensions and rhs batch dimensions to have the same shape, got ${formatShape(xBatchShape)} and ${formatShape(yBatchShape)}.`,
        fix: "paired batch axes must have one length",
      });
    }
    const [xSummed, ySummed] = [lengths(x!, xContracting), lengths(y!, yContracting)];
    if (!equalShapes(xSummed, ySummed)) {
      throw new ShapeError({
        what: `dot_general requires contracting dimensions to have the same shape, got ${formatShape(xSummed)} and ${formatShape(ySummed)}.`,
        fix: "the axes that are summed over must have one length: check the order of the operands, or transpose one of them",
      });
    }
    const shape = [
      ...xBatchShape,
      ...lengths(x!, remaining(x!.shape.length, xContracting, xBatch)),
      ...lengths(y!, remaining(y!.shape.length, yContracting, yBatch)),
    ];
    return makeAval(shape, resultDType(x!.dtype, y!.dtype, preferredElementType), allWeak([x!, y!]));
  },
  jvp: [(dx, [, y], params) => dotGeneral(dx, y!, params), (dy, [x], params) => dotGeneral(x!, dy, params)],
  transpose: (ct, [x, y], { dimensionNumbers, preferredElementType }) => {
    const [[xContracting, yContracting], [xBatch, yBatch]] = dimensionNumbers;
    if (isLinear(x!)) {
      const other = known(y!);
      return [
        operandCotangent(ct, x.aval, other, xContracting, yContracting, xBatch, yBatch, true, preferredElementType),
        null,
      ];
    }
    return [
      null,
      operandCotangent(ct, y!.aval, known(x!), yContracting, xContracting, yBatch, xBatch, false, preferredElementType),
    ];
  },
  batch: (_axis, [x, y], [xDim, yDim], params) => {
    const [[xContracting, yContracting], [xBatch, yBatch]] = params.dimensionNumbers;
    const up = (axes: readonly number[], dim: number | null): number[] =>
      dim === null ? [...axes] : bumped(axes, dim);
    const both = xDim !== null && yDim !== null;
    const moved: DotDimensionNumbers = [
      [up(xContracting, xDim!), up(yContracting, yDim!)],
      [
        both ? [xDim!, ...up(xBatch, xDim!)] : up(xBatch, xDim!),
        both ? [yDim!, ...up(yBatch, yDim!)] : up(yBatch, yDim!),
      ],
    ];
    const result = dotGeneral(x!, y!, { ...params, dimensionNumbers: moved });
    if (both) return [result, 0];
    // An axis of one operand alone is one more free axis of it.
    const [[xSummed, ySummed], [xAlong, yAlong]] = moved;
    const xFree = remaining(x!.ndim, xSummed, xAlong);
    if (xDim !== null) return [result, xAlong.length + xFree.indexOf(xDim!)];
    return [result, xAlong.length + xFree.length + remaining(y!.ndim, ySummed, yAlong).indexOf(yDim!)];
  },
  lower: {
    kind: "contract",
    dimensions: ({ dimensionNumbers: [[lhsContracting, rhsContracting], [lhsBatch, rhsBatch]] }) => ({
      lhsContracting,
      rhsContracting,
      lhsBatch,
      rhsBatch,
    }),
  },
  complex: {
    expand: ([x, y], params) => {
      const { preferredElementType: preferred } = params;
      const real = { ...params, preferredElementType: preferred === null ? null : realDType(preferred) };
      return [bilinear(x!, y!, (a, b) => dotGeneral(a, b, real))];
    },
  },
  show: ({ dimensionNumbers: [contracting, batch], preferredElementType }) => {
    const pair = ([lhs, rhs]: readonly [readonly number[], readonly number[]]): string =>
      `([${lhs.join(", ")}], [${rhs.join(", ")}])`;
    const dimensions = ["dimension_numbers", { text: `(${pair(contracting)}, ${pair(batch)})` }] as const;
    if (preferredElementType === null) return [dimensions];
    return [dimensions, ["preferred_element_type", { text: preferredElementType }]];
  },
  laws: {
    dtypes: ["float32", "int32"],
    ulp: 8,
    cases: /* @__PURE__ */ lawCases(),
  },
});

function lawCases(): NonNullable<Laws<DotGeneralParams>["cases"]> {
  const table = [
    [
      [3],
      [3],
      [
        [[0], [0]],
        [[], []],
      ],
    ],
    [
      [2, 3],
      [3, 4],
      [
        [[1], [0]],
        [[], []],
      ],
    ],
    [
      [3, 2],
      [4, 3],
      [
        [[0], [1]],
        [[], []],
      ],
    ],
    [
      [2],
      [3],
      [
        [[], []],
        [[], []],
      ],
    ],
    [
      [2, 3, 4],
      [2, 4, 3],
      [
        [[2], [1]],
        [[0], [0]],
      ],
    ],
    [
      [3, 2, 4],
      [4, 5, 2],
      [
        [[2], [0]],
        [[1], [2]],
      ],
    ],
    [
      [2, 3, 4],
      [4, 2, 5],
      [
        [
          [2, 0],
          [0, 1],
        ],
        [[], []],
      ],
    ],
    [
      [2, 3, 4, 2],
      [3, 2, 4, 2],
      [
        [[2], [2]],
        [
          [3, 0],
          [1, 3],
        ],
      ],
    ],
    [
      [2, 0],
      [0, 3],
      [
        [[1], [0]],
        [[], []],
      ],
    ],
    [
      [],
      [2],
      [
        [[], []],
        [[], []],
      ],
    ],
  ] as const;
  return table.map(([lhs, rhs, dimensionNumbers]) => ({
    operands: [{ shape: lhs }, { shape: rhs }],
    params: { dimensionNumbers, precision: null, preferredElementType: null },
  }));
}
