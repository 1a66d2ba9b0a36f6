/** Reductions: elements combined over axes, which disappear. */
import type { NDArray } from "../core/ndarray.ts";
import {
  type ArgumentJvp,
  definePrimitive,
  type Laws,
  type Lowering,
  type Operation,
  type PrimitiveSpec,
  type ReduceOp,
} from "../core/primitive.ts";
import { AxisError, DTypeError, ShapeError } from "../errors/index.ts";
import { type Aval, formatAval, makeAval, withShape } from "../types/aval.ts";
import { type DType, isInteger } from "../types/dtype.ts";
import { formatShape, type Shape } from "../types/shape.ts";
import { product } from "../util/list.ts";
import { add, div, mul } from "./arithmetic.ts";
import { bumped, checkLogical, checkNumber, hasDuplicates, remaining } from "./axes.ts";
import { convertElementType } from "./cast.ts";
import { eq } from "./compare.ts";
import { full } from "./fill.ts";
import { broadcastInDim, permuted, reshape, squeeze } from "./movement.ts";
import { pad, sliceAlong } from "./slicing.ts";

/** Parameters of the reductions. */
export interface ReduceParams {
  /** The axes that disappear; each once, counted from the start. */
  readonly axes: readonly number[];
}

type Reduction = Operation<1, ReduceParams>;
type ReductionSpec = PrimitiveSpec<1, ReduceParams>;

function reducedShape(x: Aval, axes: readonly number[]): Shape {
  if (hasDuplicates(axes)) {
    throw new AxisError({
      what: `duplicate value in 'axes' of reduction: ${formatShape(axes)}`,
      fix: "name each axis once",
    });
  }
  if (axes.some((a) => !Number.isInteger(a) || a < 0 || a >= x.shape.length)) {
    throw new AxisError({
      what: `reduction axes ${formatShape(axes)} contains out-of-bounds indices for ${formatAval(x)}.`,
      fix: "name axes of the operand, counted from 0",
    });
  }
  return x.shape.filter((_, d) => !axes.includes(d));
}

/** The operand's axes after a batch axis has come in, and where that is in the result. */
function batchedAxes(axes: readonly number[], dim: number): [number[], number] {
  const moved = bumped(axes, dim);
  return [moved, dim - moved.filter((a) => a < dim).length];
}

/** The batching rule of all reductions. */
function batching(op: () => Reduction): ReductionSpec["batch"] {
  return (_axis, [x], [dim], { axes }) => {
    const [moved, resultDim] = batchedAxes(axes, dim!);
    return [op()(x!, { axes: moved }), resultDim];
  };
}

const lowering = (op: ReduceOp): Lowering<ReduceParams> => ({ kind: "reduce", op, axes: ({ axes }) => axes });

const show: NonNullable<ReductionSpec["show"]> = ({ axes }) => [["axes", axes]];

const cases: NonNullable<Laws<ReduceParams>["cases"]> = [
  { operands: [{ shape: [4] }], params: { axes: [0] } },
  { operands: [{ shape: [2, 3] }], params: { axes: [1] } },
  { operands: [{ shape: [2, 3, 2] }], params: { axes: [0, 2] } },
  { operands: [{ shape: [2, 3, 2] }], params: { axes: [1, 0] } },
  { operands: [{ shape: [2, 3] }], params: { axes: [] } },
  { operands: [{ shape: [1, 3] }], params: { axes: [0] } },
];

/**
 * `lax.reduce_sum`: sums over axes. Sums of floats are accurate: pairwise or better.
 *
 * @throws DTypeError if the operand does not hold numbers. @throws AxisError if an axis is repeated or does not exist.
 * @example reduceSum(x, { axes: [0] })
 */
export const reduceSum: Reduction = /* @__PURE__ */ definePrimitive<1, ReduceParams>({
  name: "reduce_sum",
  arity: 1,
  type: ([x], { axes }) => {
    checkNumber("reduce_sum", x!);
    return withShape(x!, reducedShape(x!, axes));
  },
  jvp: "linear",
  transpose: (ct, [x], { axes }) => {
    const { shape } = x!.aval;
    return [broadcastInDim(ct, { shape, broadcastDimensions: remaining(shape.length, axes) })];
  },
  batch: /* @__PURE__ */ batching(() => reduceSum),
  lower: /* @__PURE__ */ lowering("add"),
  complex: "planes",
  // JAX's sharding of the result; there is none here.
  show: ({ axes }) => [
    ["axes", axes],
    ["out_sharding", null],
  ],
  laws: { dtypes: ["float32", "int32"], cases },
});

/** The operand with the reduced axes as one, in front. */
function reducedFirst(x: NDArray, axes: readonly number[]): NDArray {
  const kept = remaining(x.ndim, axes);
  const newSizes = [product(axes.map((d) => x.shape[d]!)), ...kept.map((d) => x.shape[d]!)];
  return reshape(permuted(x, [...axes, ...kept]), { newSizes });
}

/** Rows of the first axis: those of the first half, and the others with as many of a neutral element as are missing. */
function halves(x: NDArray, neutral: number): [NDArray, NDArray] {
  const n = x.shape[0]!;
  const half = Math.ceil(n / 2);
  const rest = sliceAlong(x, 0, half, n);
  const paddingConfig = rest.shape.map((_, d) => [0, d === 0 ? 1 : 0, 0] as const);
  const upper = n % 2 === 0 ? rest : pad(rest, full([], neutral, x.dtype), { paddingConfig });
  return [sliceAlong(x, 0, 0, half), upper];
}

/**
 * The tangent of a product without a division, so that zeros do no harm: halves are multiplied elementwise, again and
 * again, and the product rule goes along.
 */
const productTangent: ArgumentJvp<ReduceParams> = (dx, [x], { axes }) => {
  let value = reducedFirst(x!, axes);
  let tangent = reducedFirst(dx, axes);
  if (value.shape[0] === 0) return full(value.shape.slice(1), 0, dx.dtype);
  while (value.shape[0]! > 1) {
    const [a, b] = halves(value, 1);
    const [da, db] = halves(tangent, 0);
    tangent = add(mul(da, b), mul(a, db));
    value = mul(a, b);
  }
  return squeeze(tangent, { dimensions: [0] });
};

/** A product by multiplying halves, for numbers of which kernels know none. */
function productOfHalves(x: NDArray, axes: readonly number[]): NDArray {
  let value = reducedFirst(x, axes);
  if (value.shape[0] === 0) return full(value.shape.slice(1), 1, x.dtype);
  while (value.shape[0]! > 1) value = mul(...halves(value, 1));
  return squeeze(value, { dimensions: [0] });
}

/**
 * `lax.reduce_prod`: products over axes. The derivative divides by nothing, so it is right where factors are zero.
 *
 * @throws DTypeError if the operand does not hold numbers. @throws AxisError if an axis is repeated or does not exist.
 * @example reduceProd(x, { axes: [0] })
 */
export const reduceProd: Reduction = /* @__PURE__ */ definePrimitive<1, ReduceParams>({
  name: "reduce_prod",
  arity: 1,
  type: ([x], { axes }) => {
    checkNumber("reduce_prod", x!);
    return withShape(x!, reducedShape(x!, axes));
  },
  jvp: [productTangent],
  transpose: "nonlinear",
  batch: /* @__PURE__ */ batching(() => reduceProd),
  lower: /* @__PURE__ */ lowering("mul"),
  complex: { expand: ([x], { axes }) => [productOfHalves(x!, axes)] },
  show,
  laws: {
    dtypes: ["float32", "int32"],
    ulp: 8,
    cases: /* @__PURE__ */ cases.concat([
      { operands: [{ shape: [5], values: [2, 0, 3, -1, 4] }], params: { axes: [0] } },
      { operands: [{ shape: [4], values: [2, 0, 0, -1] }], params: { axes: [0] } },
    ]),
  },
});

/** The tangent of an extreme: the mean of the tangents of all elements that attain it. */
const extremeTangent: ArgumentJvp<ReduceParams> = (dx, [x], { axes }, y) => {
  const everywhere = broadcastInDim(y, { shape: x!.shape, broadcastDimensions: remaining(x!.ndim, axes) });
  const location = convertElementType(eq(x!, everywhere), { newDtype: dx.dtype, weakType: false });
  return div(reduceSum(mul(dx, location), { axes }), reduceSum(location, { axes }));
};

/**
 * `lax.reduce_max`: the largest element over axes; NaN if there is one, and -infinity (or the smallest integer) over
 * nothing. At ties the derivative is shared equally.
 *
 * @throws AxisError if an axis is repeated or does not exist.
 * @example reduceMax(x, { axes: [0] })
 */
export const reduceMax: Reduction = /* @__PURE__ */ definePrimitive<1, ReduceParams>({
  name: "reduce_max",
  arity: 1,
  type: ([x], { axes }) => withShape(x!, reducedShape(x!, axes)),
  jvp: [extremeTangent],
  transpose: "nonlinear",
  batch: /* @__PURE__ */ batching(() => reduceMax),
  lower: /* @__PURE__ */ lowering("max"),
  show,
  laws: { dtypes: ["float32", "int32"], cases },
});

/**
 * `lax.reduce_min`: the smallest element over axes; NaN if there is one, and infinity (or the largest integer) over
 * nothing. At ties the derivative is shared equally.
 *
 * @throws AxisError if an axis is repeated or does not exist.
 * @example reduceMin(x, { axes: [0] })
 */
export const reduceMin: Reduction = /* @__PURE__ */ definePrimitive<1, ReduceParams>({
  name: "reduce_min",
  arity: 1,
  type: ([x], { axes }) => withShape(x!, reducedShape(x!, axes)),
  jvp: [extremeTangent],
  transpose: "nonlinear",
  batch: /* @__PURE__ */ batching(() => reduceMin),
  lower: /* @__PURE__ */ lowering("min"),
  show,
  laws: { dtypes: ["float32", "int32"], cases },
});

const logicalType: ReductionSpec["type"] = ([x], { axes }) => {
  checkLogical(x!);
  return makeAval(reducedShape(x!, axes), x!.dtype);
};

const logicalLaws: Laws<ReduceParams> = { dtypes: ["bool", "int32"], cases };

/**
 * `lax.reduce_and`: whether all elements over axes are true; for integers, bit by bit.
 *
 * @throws DTypeError if the operand holds neither booleans nor integers. @throws AxisError if an axis is repeated or does not exist.
 * @example reduceAnd(mask, { axes: [0] })
 */
export const reduceAnd: Reduction = /* @__PURE__ */ definePrimitive<1, ReduceParams>({
  name: "reduce_and",
  arity: 1,
  type: logicalType,
  jvp: "zero",
  transpose: "nonlinear",
  batch: /* @__PURE__ */ batching(() => reduceAnd),
  lower: /* @__PURE__ */ lowering("and"),
  show,
  laws: logicalLaws,
});

/**
 * `lax.reduce_or`: whether any element over axes is true; for integers, bit by bit.
 *
 * @throws DTypeError if the operand holds neither booleans nor integers. @throws AxisError if an axis is repeated or does not exist.
 * @example reduceOr(mask, { axes: [0] })
 */
export const reduceOr: Reduction = /* @__PURE__ */ definePrimitive<1, ReduceParams>({
  name: "reduce_or",
  arity: 1,
  type: logicalType,
  jvp: "zero",
  transpose: "nonlinear",
  batch: /* @__PURE__ */ batching(() => reduceOr),
  lower: /* @__PURE__ */ lowering("or"),
  show,
  laws: logicalLaws,
});

/**
 * `lax.reduce_xor`: whether the number of true elements over axes is odd; for integers, bit by bit.
 *
 * @throws DTypeError if the operand holds neither booleans nor integers. @throws AxisError if an axis is repeated or does not exist.
 * @example reduceXor(mask, { axes: [0] })
 */
export const reduceXor: Reduction = /* @__PURE__ */ definePrimitive<1, ReduceParams>({
  name: "reduce_xor",
  arity: 1,
  type: logicalType,
  jvp: "zero",
  transpose: "nonlinear",
  batch: /* @__PURE__ */ batching(() => reduceXor),
  lower: /* @__PURE__ */ lowering("xor"),
  show,
  laws: logicalLaws,
});

/** Parameters of `argmax` and `argmin`. */
export interface ArgReduceParams {
  /** The one axis that disappears. */
  readonly axes: readonly [number];
  /** The dtype of the result. */
  readonly indexDtype: DType;
}

type ArgReduction = Operation<1, ArgReduceParams>;
type ArgReductionSpec = PrimitiveSpec<1, ArgReduceParams>;

const argType: ArgReductionSpec["type"] = ([x], { axes, indexDtype }) => {
  const [axis] = axes;
  if (axes.length !== 1 || !Number.isInteger(axis) || axis < 0 || axis >= x!.shape.length) {
    throw new AxisError({
      what: `Invalid axis ${axes.join(", ")} for operand shape ${formatShape(x!.shape)}`,
      fix: "name one axis of the operand, counted from 0",
    });
  }
  if (x!.shape[axis]! < 1) {
    throw new ShapeError({
      what: `argmin and argmax require non-empty reduced dimension. operand.shape=${formatShape(x!.shape)} axis=${axis}`,
      fix: "there is no extreme of no elements: check the size first",
    });
  }
  if (!isInteger(indexDtype)) {
    throw new DTypeError({ what: `index_dtype must be an integer type, but got ${indexDtype}`, fix: 'use "int32"' });
  }
  return makeAval(reducedShape(x!, axes), indexDtype);
};

function argBatching(op: () => ArgReduction): ArgReductionSpec["batch"] {
  return (_axis, [x], [dim], { axes, indexDtype }) => {
    const [[axis], resultDim] = batchedAxes(axes, dim!);
    return [op()(x!, { axes: [axis!], indexDtype }), resultDim];
  };
}

const argShow: NonNullable<ArgReductionSpec["show"]> = ({ axes, indexDtype }) => [
  ["axes", axes],
  ["index_dtype", { text: indexDtype }],
];

const argLaws: Laws<ArgReduceParams> = {
  dtypes: ["float32", "int32"],
  cases: [
    { operands: [{ shape: [5] }], params: { axes: [0], indexDtype: "int32" } },
    { operands: [{ shape: [2, 3, 2] }], params: { axes: [1], indexDtype: "int32" } },
    { operands: [{ shape: [3, 2] }], params: { axes: [0], indexDtype: "uint8" } },
    { operands: [{ shape: [5], values: [1, 3, 2, 3, 0] }], params: { axes: [0], indexDtype: "int32" } },
  ],
};

/**
 * `lax.argmax`: the index of the largest element along an axis: the first of equal ones, and the first NaN if there is one.
 *
 * @throws ShapeError along an axis of length 0. @throws AxisError if the axis does not exist. @throws DTypeError if
 * `indexDtype` is not an integer type.
 * @example argmax(x, { axes: [1], indexDtype: "int32" })
 */
export const argmax: ArgReduction = /* @__PURE__ */ definePrimitive<1, ArgReduceParams>({
  name: "argmax",
  arity: 1,
  type: argType,
  jvp: "zero",
  transpose: "nonlinear",
  batch: /* @__PURE__ */ argBatching(() => argmax),
  lower: { kind: "reduce", op: "argmax", axes: ({ axes }) => axes },
  show: argShow,
  laws: argLaws,
});

/**
 * `lax.argmin`: the index of the smallest element along an axis: the first of equal ones, and the first NaN if there is one.
 *
 * @throws ShapeError along an axis of length 0. @throws AxisError if the axis does not exist. @throws DTypeError if
 * `indexDtype` is not an integer type.
 * @example argmin(x, { axes: [1], indexDtype: "int32" })
 */
export const argmin: ArgReduction = /* @__PURE__ */ definePrimitive<1, ArgReduceParams>({
  name: "argmin",
  arity: 1,
  type: argType,
  jvp: "zero",
  transpose: "nonlinear",
  batch: /* @__PURE__ */ argBatching(() => argmin),
  lower: { kind: "reduce", op: "argmin", axes: ({ axes }) => axes },
  show: argShow,
  laws: argLaws,
});
