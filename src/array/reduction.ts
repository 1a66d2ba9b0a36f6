/**
 * Reductions over axes, in NumPy's form: `axis`, `keepdims`, `where`, `initial`, `dtype`. Small integers are summed in
 * int32, 16-bit floats in float32; results are strongly typed.
 */
import { scalar } from "../core/constant.ts";
import type { NDArray } from "../core/ndarray.ts";
import type { Binary, Operation } from "../core/primitive.ts";
import { AxisError, DTypeError, OptionError, ShapeError } from "../errors/index.ts";
import * as p from "../prims/arithmetic.ts";
import { and, or } from "../prims/bitwise.ts";
import { broadcastTo, expandDims } from "../prims/movement.ts";
import * as r from "../prims/reduce.ts";
import { selectN } from "../prims/select.ts";
import { type DType, dtypeBytes, dtypeKind, integerRange, isInexact } from "../types/dtype.ts";
import { canonicalAxes, formatShape } from "../types/shape.ts";
import { type ArrayArg, asArray, cast } from "./convert.ts";
import { defaultInt, defaultUint, numericDType, requestedDType } from "./dtypes.ts";
import { commonShape } from "./promotion.ts";
import { type Axis, readAxis, staticAxes } from "./static.ts";

/** Options of `any` and `all`. */
export interface LogicalReduceOptions {
  /** The axis or axes that disappear. Default: all. */
  readonly axis?: Axis | undefined;
  /** Keep the axes with length 1. Default false. */
  readonly keepdims?: boolean;
  /** Booleans that say which elements count; broadcast to x. */
  readonly where?: ArrayArg | null;
}

/** Options of `max` and `min`. */
export interface ExtremeOptions extends LogicalReduceOptions {
  /** A scalar that takes part in the reduction. */
  readonly initial?: ArrayArg | null;
}

/** Options of `sum` and `prod`. */
export interface ReduceOptions extends ExtremeOptions {
  /** The dtype of the result, in which is computed. */
  readonly dtype?: DType | null;
  /** Whether small integers are summed in int32. Default true. */
  readonly promoteIntegers?: boolean;
}

/** The dtype in which integers are accumulated. */
export function accumulationDType(dtype: DType): DType {
  const wide = dtypeKind(dtype) === "u" ? defaultUint() : defaultInt();
  if (dtype === "bool") return wide;
  const kind = dtypeKind(dtype);
  return (kind === "i" || kind === "u") && dtypeBytes(dtype) < dtypeBytes(wide) ? wide : dtype;
}

/** 16-bit floats are computed with in float32. */
export function upcast16(dtype: DType): DType {
  return dtype === "float16" || dtype === "bfloat16" ? "float32" : dtype;
}

/** The axes of a reduction, counted from the start. @throws AxisError */
export function reductionAxes(x: NDArray, axis: unknown, caller: string): number[] {
  const given = staticAxes(axis, `the axis argument of ${caller}`);
  if (Array.isArray(given) && new Set(given.map((a) => (a < 0 ? a + x.aval.shape.length : a))).size !== given.length) {
    throw new AxisError({
      what: `duplicate value in 'axis': ${formatShape(given)}`,
      fix: "name each axis once",
    });
  }
  return canonicalAxes(given, x.aval.shape.length);
}

/** A mask of a reduction. @throws DTypeError if it is not boolean. */
export function readWhere(where: ArrayArg | null | undefined, caller: string): NDArray | undefined {
  if (where === null || where === undefined) return undefined;
  const mask = asArray(where, caller);
  if (mask.aval.dtype === "bool") return mask;
  throw new DTypeError({
    what: `jnp.${caller}: where must be None or a boolean array; got where.dtype=${mask.aval.dtype}.`,
    fix: "compare first, for example with mask.notEqual(0)",
  });
}

interface Reducer {
  readonly name: string;
  readonly reduce: Operation<1, r.ReduceParams>;
  readonly combine: Binary;
  /** The same for booleans. */
  readonly boolean: { readonly reduce: Operation<1, r.ReduceParams>; readonly combine: Binary };
  /** What does not change a result. */
  readonly neutral: (dtype: DType) => number | bigint | boolean;
  /** Whether a reduction of nothing has a value. */
  readonly identity: boolean;
}

const allOf = { reduce: r.reduceAnd, combine: and };
const anyOf = { reduce: r.reduceOr, combine: or };

const extremeNeutral =
  (sign: 1 | -1) =>
  (dtype: DType): number | bigint | boolean => {
    if (dtype === "bool") return sign > 0;
    if (isInexact(dtype)) return sign * Number.POSITIVE_INFINITY;
    return integerRange(dtype)[sign > 0 ? 1 : 0];
  };

const sums: Reducer = {
  name: "sum",
  reduce: r.reduceSum,
  combine: p.add,
  boolean: anyOf,
  neutral: (dtype) => (dtype === "bool" ? false : 0),
  identity: true,
};
const products: Reducer = {
  name: "prod",
  reduce: r.reduceProd,
  combine: p.mul,
  boolean: allOf,
  neutral: (dtype) => (dtype === "bool" ? true : 1),
  identity: true,
};
const maxima: Reducer = {
  name: "max",
  reduce: r.reduceMax,
  combine: p.max,
  boolean: anyOf,
  neutral: extremeNeutral(-1),
  identity: false,
};
const minima: Reducer = {
  name: "min",
  reduce: r.reduceMin,
  combine: p.min,
  boolean: allOf,
  neutral: extremeNeutral(1),
  identity: false,
};
const conjunction: Reducer = { name: "all", ...allOf, boolean: allOf, neutral: () => true, identity: true };
const disjunction: Reducer = { name: "any", ...anyOf, boolean: anyOf, neutral: () => false, identity: true };

/** `computation` is the dtype to compute in, `result` that of the result. */
function reduceWith(reducer: Reducer, x: NDArray, options: ExtremeOptions, computation: DType, result: DType): NDArray {
  const { name } = reducer;
  const mask = readWhere(options.where, name);
  const { initial } = options;
  if (!reducer.identity && mask !== undefined && (initial === undefined || initial === null)) {
    throw new OptionError({
      what: `reduction operation ${name} does not have an identity, so to use a where mask one has to specify 'initial'`,
      fix: `write ${name}(x, { where, initial: ${name === "max" ? "-Infinity" : "Infinity"} })`,
    });
  }
  const axes = reductionAxes(x, options.axis, name);
  if (!reducer.identity && (initial === undefined || initial === null) && axes.some((d) => x.aval.shape[d] === 0)) {
    throw new ShapeError({
      what: `zero-size array to reduction operation ${name} which has no identity`,
      fix: "give `initial`, the result for no elements",
    });
  }
  const { reduce, combine } = computation === "bool" ? reducer.boolean : reducer;
  let a = cast(x, computation);
  if (mask !== undefined) {
    const shape = commonShape(name, [a.aval.shape, mask.aval.shape]);
    const fallback = scalar(reducer.neutral(computation), computation);
    a = selectN([mask.aval.shape.length === 0 ? mask : broadcastTo(mask, shape), fallback, broadcastTo(a, shape)]);
  }
  let y = reduce(a, { axes });
  if (initial !== undefined && initial !== null) {
    const start = cast(asArray(initial, name), computation);
    if (start.aval.shape.length > 0) {
      throw new ShapeError({
        what: `initial value must be a scalar. Got array of shape ${formatShape(start.aval.shape)}`,
        fix: "pass a number",
      });
    }
    y = combine(start, y);
  }
  if (options.keepdims === true)
    y = expandDims(
      y,
      [...axes].sort((i, j) => i - j),
    );
  return cast(y, result);
}

const logicalNames = ["axis", "keepdims", "where"];
const extremeNames = [...logicalNames, "initial"];
const reduceNames = [...extremeNames, "dtype", "promoteIntegers"];

function accumulate(reducer: Reducer, x: ArrayArg, options: ReduceOptions): NDArray {
  const { dtype, promoteIntegers = true } = options;
  let a = asArray(x, reducer.name);
  a = cast(a, numericDType(a.aval.dtype), a.aval.weakType);
  if (dtype !== undefined && dtype !== null) {
    const asked = requestedDType(dtype, reducer.name);
    return reduceWith(reducer, a, options, asked, asked);
  }
  const result = promoteIntegers ? accumulationDType(a.aval.dtype) : a.aval.dtype;
  return reduceWith(reducer, a, options, upcast16(result), result);
}

/**
 * The sum over axes. Booleans and small integers are summed in int32, 16-bit floats in float32.
 * @throws AxisError if an axis does not exist or is repeated. @throws ArgumentError for lists.
 * @example jnp.sum(x, 0) // or jnp.sum(x, { axis: 0, keepdims: true })
 */
export function sum(x: ArrayArg, axis?: Axis | ReduceOptions, options?: ReduceOptions): NDArray {
  return accumulate(sums, x, readAxis<ReduceOptions>("sum", axis, options, reduceNames));
}

/**
 * The product over axes. Its derivative divides by nothing, so it is right where elements are zero.
 * @throws AxisError if an axis does not exist or is repeated.
 * @example jnp.prod(jnp.array([2, 3, 4])) // 24.0
 */
export function prod(x: ArrayArg, axis?: Axis | ReduceOptions, options?: ReduceOptions): NDArray {
  return accumulate(products, x, readAxis<ReduceOptions>("prod", axis, options, reduceNames));
}

function extreme(
  reducer: Reducer,
  x: ArrayArg,
  axis: Axis | ExtremeOptions | undefined,
  options: ExtremeOptions | undefined,
): NDArray {
  const a = asArray(x, reducer.name);
  const { dtype } = a.aval;
  return reduceWith(reducer, a, readAxis(reducer.name, axis, options, extremeNames), dtype, dtype);
}

/**
 * The largest element over axes; NaN if there is one. Where several attain it, they share the gradient equally.
 * @throws ShapeError over no elements, unless `initial` is given. @throws AxisError if an axis does not exist.
 * @example jnp.max(x, { axis: -1, keepdims: true })
 */
export function max(x: ArrayArg, axis?: Axis | ExtremeOptions, options?: ExtremeOptions): NDArray {
  return extreme(maxima, x, axis, options);
}

/**
 * The smallest element over axes; NaN if there is one. Where several attain it, they share the gradient equally.
 * @throws ShapeError over no elements, unless `initial` is given. @throws AxisError if an axis does not exist.
 * @example jnp.min(x, 1)
 */
export function min(x: ArrayArg, axis?: Axis | ExtremeOptions, options?: ExtremeOptions): NDArray {
  return extreme(minima, x, axis, options);
}

function logical(
  reducer: Reducer,
  x: ArrayArg,
  axis: Axis | LogicalReduceOptions | undefined,
  options: LogicalReduceOptions | undefined,
): NDArray {
  const read = readAxis<LogicalReduceOptions>(reducer.name, axis, options, logicalNames);
  return reduceWith(reducer, cast(asArray(x, reducer.name), "bool"), read, "bool", "bool");
}

/**
 * Whether all elements over axes are true (not zero). True for none. @throws AxisError if an axis does not exist.
 * @example jnp.all(jnp.array([true, false])) // False
 */
export function all(x: ArrayArg, axis?: Axis | LogicalReduceOptions, options?: LogicalReduceOptions): NDArray {
  return logical(conjunction, x, axis, options);
}

/**
 * Whether any element over axes is true (not zero). False for none. @throws AxisError if an axis does not exist.
 * @example jnp.any(jnp.array([true, false])) // True
 */
export function any(x: ArrayArg, axis?: Axis | LogicalReduceOptions, options?: LogicalReduceOptions): NDArray {
  return logical(disjunction, x, axis, options);
}
