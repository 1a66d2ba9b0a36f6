/** Reductions that leave NaN out. In: arrays; out: what the plain reduction gives for the other elements. */
import { type ArrayArg, asArray, cast } from "../array/convert.ts";
import { inexactDType, requestedDType } from "../array/dtypes.ts";
import { promoteArgs } from "../array/promotion.ts";
import { all, type ExtremeOptions, max, min, prod, type ReduceOptions, sum, upcast16 } from "../array/reduction.ts";
import { type Axis, readAxis } from "../array/static.ts";
import { type MeanOptions, mean, type VarianceOptions, var_ } from "../array/statistics.ts";
import type { NDArray } from "../core/ndarray.ts";
import { div, sqrt, square, sub } from "../prims/arithmetic.ts";
import { not } from "../prims/bitwise.ts";
import { le } from "../prims/compare.ts";
import { checkAccepted, floating } from "../prims/rules.ts";
import { isInexact } from "../types/dtype.ts";
import { isnan } from "./floats.ts";
import { choosing, constant } from "./operand.ts";

const extremeNames = ["axis", "keepdims", "where", "initial"];
const reduceNames = [...extremeNames, "dtype", "promoteIntegers"];
const meanNames = ["axis", "keepdims", "where", "dtype"];
const varianceNames = [...meanNames, "ddof", "correction", "mean"];

/** x with NaN replaced by a number; integers as they are. */
export function withoutNan(x: NDArray, value: number): NDArray {
  if (!isInexact(x.aval.dtype)) return x;
  return choosing(isnan(x), constant(value, x.aval.dtype, x.aval.weakType), x);
}

/**
 * The sum over axes without NaN; 0 where there is nothing else.
 * @throws AxisError if an axis does not exist or is repeated. @throws OptionError for an unknown option.
 * @example jnp.nansum(jnp.array([1, NaN, 2])) // 3.0
 */
export function nansum(x: ArrayArg, axis?: Axis | ReduceOptions, options?: ReduceOptions): NDArray {
  return sum(withoutNan(asArray(x, "nansum"), 0), readAxis<ReduceOptions>("nansum", axis, options, reduceNames));
}

/**
 * The product over axes without NaN; 1 where there is nothing else.
 * @throws AxisError if an axis does not exist or is repeated. @throws OptionError for an unknown option.
 * @example jnp.nanprod(jnp.array([3, NaN, 2])) // 6.0
 */
export function nanprod(x: ArrayArg, axis?: Axis | ReduceOptions, options?: ReduceOptions): NDArray {
  return prod(withoutNan(asArray(x, "nanprod"), 1), readAxis<ReduceOptions>("nanprod", axis, options, reduceNames));
}

function extreme(name: "nanmax" | "nanmin", x: ArrayArg, options: ExtremeOptions): NDArray {
  const a = asArray(x, name);
  const largest = name === "nanmax";
  const result = (largest ? max : min)(
    withoutNan(a, largest ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY),
    options,
  );
  if (!isInexact(a.aval.dtype) || (options.initial !== undefined && options.initial !== null)) return result;
  const { axis, keepdims = false } = options;
  return choosing(all(isnan(a), { axis, keepdims }), constant(Number.NaN, a.aval.dtype), result);
}

/**
 * The largest element over axes without NaN; NaN where there is nothing else.
 * @throws ShapeError over no elements, unless `initial` is given. @throws AxisError if an axis does not exist.
 * @example jnp.nanmax(jnp.array([1, NaN, 2])) // 2.0
 */
export function nanmax(x: ArrayArg, axis?: Axis | ExtremeOptions, options?: ExtremeOptions): NDArray {
  return extreme("nanmax", x, readAxis<ExtremeOptions>("nanmax", axis, options, extremeNames));
}

/**
 * The smallest element over axes without NaN; NaN where there is nothing else.
 * @throws ShapeError over no elements, unless `initial` is given. @throws AxisError if an axis does not exist.
 * @example jnp.nanmin(jnp.array([1, NaN, 2])) // 1.0
 */
export function nanmin(x: ArrayArg, axis?: Axis | ExtremeOptions, options?: ExtremeOptions): NDArray {
  return extreme("nanmin", x, readAxis<ExtremeOptions>("nanmin", axis, options, extremeNames));
}

/**
 * The mean over axes without NaN; NaN where there is nothing else.
 * @throws AxisError if an axis does not exist or is repeated. @throws OptionError for an unknown option.
 * @example jnp.nanmean(jnp.array([1, NaN, 3])) // 2.0
 */
export function nanmean(x: ArrayArg, axis?: Axis | MeanOptions, options?: MeanOptions): NDArray {
  const read = readAxis<MeanOptions>("nanmean", axis, options, meanNames);
  const a = asArray(x, "nanmean");
  if (!isInexact(a.aval.dtype)) return mean(a, read);
  const { dtype, ...rest } = read;
  const result = dtype === undefined || dtype === null ? a.aval.dtype : requestedDType(dtype, "nanmean");
  const count = sum(not(isnan(a)), { ...rest, dtype: result });
  return div(nansum(a, { ...rest, dtype: result }), count);
}

function nanVariance(name: "nanvar" | "nanstd", x: ArrayArg, options: VarianceOptions): NDArray {
  const a = asArray(x, name);
  if (!isInexact(a.aval.dtype)) return var_(a, options);
  checkAccepted(name, floating, a.aval);
  const { axis, keepdims = false, where = null, ddof = 0, correction = ddof } = options;
  const asked = options.dtype === undefined || options.dtype === null ? undefined : requestedDType(options.dtype, name);
  const result = inexactDType(asked ?? a.aval.dtype);
  const dtype = upcast16(result);
  const values = cast(a, dtype);
  const center =
    options.mean === undefined || options.mean === null
      ? nanmean(values, { axis, keepdims: true, where, dtype })
      : cast(asArray(options.mean, name), dtype);
  const [left, right] = promoteArgs(name, values, center) as [NDArray, NDArray];
  const deviation = choosing(isnan(left), constant(0, dtype), sub(left, right));
  const total = sum(square(deviation), { axis, keepdims, where, dtype });
  const freedom = sub(sum(not(isnan(values)), { axis, keepdims, where, dtype }), constant(correction, dtype));
  const none = le(freedom, constant(0, dtype));
  const divisor = choosing(none, constant(1, dtype), freedom);
  return cast(div(choosing(none, constant(Number.NaN, dtype), total), divisor), result);
}

/**
 * The variance over axes without NaN, divided by n - ddof; NaN where that is not positive.
 * @throws AxisError if an axis does not exist. @throws DTypeError for complex values. @throws OptionError for an unknown option.
 * @example jnp.nanvar(jnp.array([1, NaN, 3])) // 1.0
 */
export function nanvar(x: ArrayArg, axis?: Axis | VarianceOptions, options?: VarianceOptions): NDArray {
  return nanVariance("nanvar", x, readAxis<VarianceOptions>("nanvar", axis, options, varianceNames));
}

/**
 * The standard deviation over axes without NaN: the square root of `nanvar`.
 * @throws AxisError if an axis does not exist. @throws DTypeError for complex values. @throws OptionError for an unknown option.
 * @example jnp.nanstd(jnp.array([1, NaN, 3])) // 1.0
 */
export function nanstd(x: ArrayArg, axis?: Axis | VarianceOptions, options?: VarianceOptions): NDArray {
  return sqrt(nanVariance("nanstd", x, readAxis<VarianceOptions>("nanstd", axis, options, varianceNames)));
}
