/** Static slices, padding and joining: each is the transpose of another. */
import type { Expr, ExprBuilder } from "../core/expr.ts";
import type { NDArray } from "../core/ndarray.ts";
import { type PaddingAxis, paddedLength, paddedPlace } from "../core/padding.ts";
import { definePrimitive, isLinear, type Operation } from "../core/primitive.ts";
import { ArgumentError, AxisError, DTypeError, ShapeError } from "../errors/index.ts";
import { makeAval, withShape } from "../types/aval.ts";
import { formatShape } from "../types/shape.ts";
import { inserted, range } from "../util/list.ts";
import { sub } from "./arithmetic.ts";
import { allWeak, checkSizes } from "./axes.ts";
import { full } from "./fill.ts";
import { batchFirst, broadcastInDim } from "./movement.ts";
import { reduceSum } from "./reduce.ts";
import { checkSameDTypes } from "./rules.ts";
import { selectN } from "./select.ts";

/** Parameters of `slice`. */
export interface SliceParams {
  /** First index along each axis. */
  readonly startIndices: readonly number[];
  /** Index behind the last along each axis. */
  readonly limitIndices: readonly number[];
  /** Steps, at least 1; `null`: all 1. */
  readonly strides: readonly number[] | null;
}

/**
 * `lax.slice`: along each axis the elements start, start + stride, ... below the limit. Bounds are known and inside.
 *
 * @throws ShapeError if bounds lie outside of the operand, cross, or a stride is not positive.
 * @example slice(x, { startIndices: [1], limitIndices: [4], strides: null })
 */
export const slice: Operation<1, SliceParams> = /* @__PURE__ */ definePrimitive({
  name: "slice",
  arity: 1,
  type: ([x], { startIndices: starts, limitIndices: limits, strides }: SliceParams) => {
    checkSizes("slice", "start_indices", starts);
    checkSizes("slice", "limit_indices", limits);
    if (starts.length !== x!.shape.length) {
      throw new ShapeError({
        what: `slice start_indices must have length equal to the number of dimensions of the operand, got indices ${formatShape(starts)} for operand shape ${formatShape(x!.shape)}.`,
        fix: "give one start for each axis",
      });
    }
    if (starts.length !== limits.length) {
      throw new ShapeError({
        what: `slice limit_indices must have the same length as start_indices, got start_indices ${formatShape(starts)} and limit_indices ${formatShape(limits)}.`,
        fix: "give one start and one limit for each axis",
      });
    }
    if (limits.some((limit, d) => limit > x!.shape[d]!)) {
      throw new ShapeError({
        what: `slice limit_indices must be less than or equal to operand shape, got limit_indices ${formatShape(limits)} for operand shape ${formatShape(x!.shape)}.`,
        fix: "end each axis within its length",
      });
    }
    if (limits.some((limit, d) => limit < starts[d]!)) {
      throw new ShapeError({
        what: `slice limit_indices must be greater than or equal to start_indices, got start_indices ${formatShape(starts)} and limit_indices ${formatShape(limits)}.`,
        fix: "let each limit be at least its start",
      });
    }
    if (strides !== null) {
      if (strides.length !== x!.shape.length) {
        throw new ShapeError({
          what: `slice strides must have length equal to the number of dimensions of the operand, got strides ${formatShape(strides)} for operand shape ${formatShape(x!.shape)}.`,
          fix: "give one stride for each axis",
        });
      }
      if (strides.some((s) => !Number.isInteger(s) || s < 1)) {
        throw new ShapeError({
          what: `slice strides must be positive, got ${formatShape(strides)}`,
          fix: "use lax.rev to go backwards",
        });
      }
    }
    return withShape(
      x!,
      limits.map((limit, d) => Math.ceil((limit - starts[d]!) / (strides?.[d] ?? 1))),
    );
  },
  jvp: "linear",
  transpose: (ct, [x], { startIndices, strides }) => {
    // Where the last element came from decides how many zeros follow it.
    const paddingConfig = x!.aval.shape.map((n, d): PaddingAxis => {
      const length = ct.shape[d]!;
      const stride = strides?.[d] ?? 1;
      const end = startIndices[d]! + (length === 0 ? 0 : 1 + (length - 1) * stride);
      return [startIndices[d]!, n - end, stride - 1];
    });
    return [pad(ct, full([], 0, ct.dtype), { paddingConfig })];
  },
  batch: (axis, [x], [dim], { startIndices, limitIndices, strides }) => [
    slice(x!, {
      startIndices: inserted(startIndices, dim!, 0),
      limitIndices: inserted(limitIndices, dim!, axis.size),
      strides: strides === null ? null : inserted(strides, dim!, 1),
    }),
    dim!,
  ],
  lower: {
    kind: "view",
    index: (b, index, { startIndices, strides }) =>
      index.map((i, d) => b.add(b.mul(i, b.int(strides?.[d] ?? 1)), b.int(startIndices[d]!))),
  },
  complex: "planes",
  show: ({ startIndices, limitIndices, strides }) => [
    ["limit_indices", limitIndices],
    ["start_indices", startIndices],
    ["strides", strides],
  ],
  laws: {
    dtypes: ["float32", "int32"],
    cases: [
      { operands: [{ shape: [5] }], params: { startIndices: [1], limitIndices: [4], strides: null } },
      { operands: [{ shape: [7] }], params: { startIndices: [1], limitIndices: [7], strides: [3] } },
      { operands: [{ shape: [6] }], params: { startIndices: [0], limitIndices: [6], strides: [4] } },
      { operands: [{ shape: [3, 4] }], params: { startIndices: [1, 0], limitIndices: [3, 3], strides: [1, 2] } },
      { operands: [{ shape: [3, 4] }], params: { startIndices: [2, 1], limitIndices: [2, 3], strides: null } },
    ],
  },
});

/** Elements from `start` below `limit` along one axis. */
export function sliceAlong(x: NDArray, axis: number, start: number, limit: number, stride = 1): NDArray {
  return slice(x, {
    startIndices: x.shape.map((_, d) => (d === axis ? start : 0)),
    limitIndices: x.shape.map((n, d) => (d === axis ? limit : n)),
    strides: stride === 1 ? null : x.shape.map((_, d) => (d === axis ? stride : 1)),
  });
}

export type { PaddingAxis } from "../core/padding.ts";

/** Parameters of `pad`. */
export interface PadParams {
  /** One entry an axis. */
  readonly paddingConfig: readonly PaddingAxis[];
}

const formatPadding = (config: readonly PaddingAxis[]): string => formatTuple(config.map((axis) => formatShape(axis)));

const formatTuple = (items: readonly string[]): string =>
  items.length === 1 ? `(${items[0]},)` : `(${items.join(", ")})`;

/**
 * `lax.pad`: the operand with copies of a scalar before, after and between its elements.
 * Its operands are the array and the padding value.
 *
 * @throws ShapeError if the value is not a scalar, `paddingConfig` does not fit, or a length would be negative.
 * @throws DTypeError if the dtypes differ.
 * @example pad(x, 0, { paddingConfig: [[1, 0, 2]] }) // [1 2] becomes [0 1 0 0 2]
 */
export const pad: Operation<2, PadParams> = /* @__PURE__ */ definePrimitive({
  name: "pad",
  arity: 2,
  type: ([x, value], { paddingConfig: config }: PadParams) => {
    if (x!.dtype !== value!.dtype) {
      throw new DTypeError({
        what: `pad operand and padding_value must be same dtype: got ${x!.dtype} and ${value!.dtype}.`,
        fix: "convert one of them; a JavaScript number takes the operand's dtype",
      });
    }
    if (value!.shape.length !== 0) {
      throw new ShapeError({
        what: `padding_value must be a scalar; got np.shape(padding_value)=${formatShape(value!.shape)}`,
        fix: "pad with one value",
      });
    }
    if (config.length !== x!.shape.length) {
      throw new ShapeError({
        what: `length of padding_config must equal the number of axes of operand, got padding_config ${formatPadding(config)} for operand shape ${formatShape(x!.shape)}`,
        fix: "give [low, high, interior] for each axis",
      });
    }
    if (!config.flat().every(Number.isInteger)) {
      throw new ShapeError({
        what: `padding_config must hold integers, got padding_config ${formatPadding(config)}`,
        fix: "use whole numbers",
      });
    }
    if (config.some(([, , interior]) => interior < 0)) {
      throw new ShapeError({
        what: `interior padding in padding_config must be nonnegative, got padding_config ${formatPadding(config)}`,
        fix: "only low and high may be negative, which crops",
      });
    }
    const shape = x!.shape.map((n, d) => paddedLength(n, config[d]!));
    if (shape.some((n) => n < 0)) {
      throw new ShapeError({
        what: `Dimension size after padding is not at least 0, got result shape ${formatShape(shape)}, for padding_config ${formatPadding(config)} and operand shape ${formatShape(x!.shape)}`,
        fix: "crop at most the whole axis",
      });
    }
    return makeAval(shape, x!.dtype, x!.weakType && value!.weakType);
  },
  jvp: "linear",
  transpose: (ct, [x, value], { paddingConfig }) => {
    const unpadded = pad(ct, full([], 0, ct.dtype), {
      paddingConfig: paddingConfig.map(([low, high]): PaddingAxis => [-low, -high, 0]),
    });
    const fromOperand = slice(unpadded, {
      startIndices: unpadded.shape.map(() => 0),
      limitIndices: unpadded.shape,
      strides: paddingConfig.map(([, , interior]) => interior + 1),
    });
    const total = (t: NDArray): NDArray => (t.ndim === 0 ? t : reduceSum(t, { axes: range(t.ndim) }));
    return [isLinear(x!) ? fromOperand : null, isLinear(value!) ? sub(total(ct), total(fromOperand)) : null];
  },
  batch: (axis, [x, value], [dim, valueDim], { paddingConfig }) => {
    const at = dim ?? 0;
    const operand = dim === null ? batchFirst(x!, null, axis.size) : x!;
    const config = { paddingConfig: inserted(paddingConfig, at, [0, 0, 0] as const) };
    if (valueDim === null) return [pad(operand, value!, config), at];
    // A value for each example: pad with anything, and put the values where the padding is.
    const padded = pad(operand, full([], 0, operand.dtype), config);
    const isOperand = pad(full(operand.shape, true, "bool"), full([], false, "bool"), config);
    const values = broadcastInDim(value!, { shape: padded.shape, broadcastDimensions: [at] });
    return [selectN([isOperand, values, padded]), at];
  },
  lower: {
    kind: "gather",
    element: (b, read, index, { paddingConfig }, [x]) => {
      const value = read[1]!([]);
      if (x!.shape.includes(0)) return value;
      const { index: place, inside } = paddedPlace(b, index, x!.shape, paddingConfig);
      const element = read[0]!(place);
      return inside === undefined ? element : b.select(inside, element, value);
    },
  },
  complex: "planes",
  show: ({ paddingConfig }) => [["padding_config", paddingConfig]],
  laws: {
    cases: [
      { operands: [{ shape: [3] }, { shape: [] }], params: { paddingConfig: [[1, 2, 0]] } },
      { operands: [{ shape: [3] }, { shape: [] }], params: { paddingConfig: [[0, 1, 2]] } },
      { operands: [{ shape: [5] }, { shape: [] }], params: { paddingConfig: [[-1, -2, 0]] } },
      { operands: [{ shape: [4] }, { shape: [] }], params: { paddingConfig: [[-2, 1, 1]] } },
      {
        operands: [{ shape: [2, 3] }, { shape: [] }],
        params: {
          paddingConfig: [
            [1, 0, 1],
            [-1, 2, 0],
          ],
        },
      },
      { operands: [{ shape: [0] }, { shape: [] }], params: { paddingConfig: [[1, 2, 3]] } },
      {
        operands: [
          { shape: [3], dtype: "int32" },
          { shape: [], dtype: "int32" },
        ],
        params: { paddingConfig: [[2, -1, 1]] },
      },
      { operands: [{ shape: [] }, { shape: [] }], params: { paddingConfig: [] } },
    ],
  },
});

/** An index made to lie in [0, n). */
export function clamped(b: ExprBuilder, index: Expr, n: number): Expr {
  return b.min(b.max(index, b.int(0)), b.int(n - 1));
}

/** Parameters of `concatenate`. */
export interface ConcatenateParams {
  /** The axis along which operands follow each other. */
  readonly dimension: number;
}

/**
 * `lax.concatenate`: the operands one after the other along an axis. Takes a list.
 *
 * @throws ShapeError if ranks or other lengths differ. @throws DTypeError if dtypes differ.
 * @throws AxisError if the axis does not exist. @throws ArgumentError for an empty list.
 * @example concatenate([a, b], { dimension: 0 })
 */
export const concatenate: Operation<"variadic", ConcatenateParams> = /* @__PURE__ */ definePrimitive({
  name: "concatenate",
  arity: "variadic",
  type: (xs, { dimension }: ConcatenateParams) => {
    const first = xs[0];
    if (first === undefined) {
      throw new ArgumentError({
        what: "concatenate expects at least one operand, got 0.",
        fix: "give at least one array",
      });
    }
    const shapes = (): string => xs.map((x) => formatShape(x.shape)).join(", ");
    if (xs.some((x) => x.shape.length !== first.shape.length)) {
      throw new ShapeError({
        what: `Cannot concatenate arrays with different numbers of dimensions: got ${shapes()}.`,
        fix: "reshape the operands to one rank, for example with jnp.expandDims(x, 0)",
      });
    }
    if (!Number.isInteger(dimension) || dimension < 0 || dimension >= first.shape.length) {
      throw new AxisError({
        what: `concatenate dimension out of bounds: dimension ${dimension} for shapes ${shapes()}.`,
        fix: "name an axis of the operands",
      });
    }
    if (xs.some((x) => x.shape.some((n, d) => d !== dimension && n !== first.shape[d]))) {
      throw new ShapeError({
        what: `Cannot concatenate arrays with shapes that differ in dimensions other than the one being concatenated: concatenating along dimension ${dimension} for shapes ${shapes()}.`,
        fix: "all axes but the concatenated one must have equal lengths",
      });
    }
    checkSameDTypes("concatenate", xs, "concatenate");
    const length = xs.reduce((sum, x) => sum + x.shape[dimension]!, 0);
    return makeAval(
      first.shape.map((n, d) => (d === dimension ? length : n)),
      first.dtype,
      allWeak(xs),
    );
  },
  jvp: "linear",
  transpose: (ct, xs, { dimension }) => {
    let start = 0;
    return xs.map((x) => {
      const from = start;
      start += x.aval.shape[dimension]!;
      return isLinear(x) ? sliceAlong(ct, dimension, from, start) : null;
    });
  },
  batch: (axis, xs, dims, { dimension }) => [
    concatenate(
      xs.map((x, i) => batchFirst(x, dims[i]!, axis.size)),
      { dimension: dimension + 1 },
    ),
    0,
  ],
  lower: { kind: "concatenate", axis: ({ dimension }) => dimension },
  complex: "planes",
  show: ({ dimension }) => [["dimension", dimension]],
  laws: {
    dtypes: ["float32", "int32"],
    cases: [
      { operands: [{ shape: [2] }, { shape: [3] }], params: { dimension: 0 } },
      { operands: [{ shape: [2, 1] }, { shape: [2, 3] }, { shape: [2, 2] }], params: { dimension: 1 } },
      { operands: [{ shape: [0, 2] }, { shape: [2, 2] }], params: { dimension: 0 } },
      { operands: [{ shape: [2, 2] }], params: { dimension: 1 } },
    ],
  },
});
