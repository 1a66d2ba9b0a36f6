/** Arrays made from nothing: counting along an axis, and repetitions of one value. */
import { scalar } from "../core/constant.ts";
import type { NDArray } from "../core/ndarray.ts";
import { definePrimitive, type Operation, type Tangent } from "../core/primitive.ts";
import { AxisError, DTypeError } from "../errors/index.ts";
import { type Aval, makeAval, tangentAval } from "../types/aval.ts";
import { type DType, isInexact, isInteger, realDType } from "../types/dtype.ts";
import { formatShape, type Shape } from "../types/shape.ts";
import { checkSizes } from "./axes.ts";
import { complex } from "./complex.ts";
import { broadcastInDim } from "./movement.ts";

/** Parameters of `iota`. */
export interface IotaParams {
  readonly dtype: DType;
  readonly shape: Shape;
  /** The axis along which is counted. */
  readonly dimension: number;
}

/**
 * `lax.broadcasted_iota`: an array whose elements are their own index along axis `dimension`: 0, 1, 2, ...
 * It has no operands.
 *
 * @throws DTypeError for a dtype without numbers. @throws AxisError if the axis does not exist.
 * @example iota([], { dtype: "int32", shape: [3], dimension: 0 }) // [0 1 2]
 */
export const iota: Operation<"variadic", IotaParams> = /* @__PURE__ */ definePrimitive({
  name: "iota",
  arity: "variadic",
  type: (_avals, { dtype, shape, dimension }: IotaParams) => {
    checkSizes("iota", "shape", shape);
    if (!isInteger(dtype) && !isInexact(dtype)) {
      throw new DTypeError({
        what: `iota does not accept dtype ${dtype}. Accepted dtypes are subtypes of integer, floating, complexfloating.`,
        fix: "count in a numeric dtype and convert the result",
      });
    }
    if (!Number.isInteger(dimension) || dimension < 0 || dimension >= shape.length) {
      throw new AxisError({
        what: `iota dimension must be between 0 and len(shape), got dimension=${dimension} for shape=${formatShape(shape)}`,
        fix: "name an axis of the shape",
      });
    }
    return makeAval(shape, dtype);
  },
  jvp: "zero",
  transpose: "nonlinear",
  batch: (_axis, _operands, _dims, params) => [iota([], params), null],
  lower: { kind: "gather", element: (b, _read, index, { dtype, dimension }) => b.cast(index[dimension]!, dtype) },
  complex: {
    expand: (_operands, params) => {
      const numbers = iota([], { ...params, dtype: realDType(params.dtype) });
      return [complex(numbers, scalar(0, numbers.aval.dtype))];
    },
  },
  show: ({ dtype, shape, dimension }) => [
    ["dimension", dimension],
    ["dtype", { text: dtype }],
    ["shape", shape],
    ["sharding", null],
  ],
  laws: {
    cases: [
      { operands: [], params: { dtype: "int32", shape: [4], dimension: 0 } },
      { operands: [], params: { dtype: "float32", shape: [2, 3], dimension: 1 } },
      { operands: [], params: { dtype: "uint8", shape: [2, 300], dimension: 1 } },
    ],
  },
});

/**
 * `lax.full`: an array of one repeated value.
 * @example full([2, 3], 1, "float32")
 */
export function full(shape: Shape, value: number | bigint | boolean, dtype: DType, weakType = false): NDArray {
  const x = scalar(value, dtype, weakType);
  return shape.length === 0 ? x : broadcastInDim(x, { shape, broadcastDimensions: [] });
}

/** Zeros of a given type, weak if that is. */
export function zeros(aval: Aval): NDArray {
  return full(aval.shape, aval.dtype === "bool" ? false : 0, aval.dtype, aval.weakType);
}

/** Ones of a given type, weak if that is. */
export function ones(aval: Aval): NDArray {
  return full(aval.shape, aval.dtype === "bool" ? true : 1, aval.dtype, aval.weakType);
}

/** Zeros of the shape and dtype of another array. */
export function zerosLike(x: NDArray): NDArray {
  return zeros(x.aval);
}

/** Ones of the shape and dtype of another array. */
export function onesLike(x: NDArray): NDArray {
  return ones(x.aval);
}

/** A tangent as an array: symbolic zeros become zeros of the tangent type of `aval`. */
export function instantiate(tangent: Tangent, aval: Aval): NDArray {
  return tangent ?? zeros(tangentAval(aval));
}
