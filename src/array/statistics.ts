/** Mean, variance and standard deviation over axes; in two passes, as JAX computes them. */
import { scalar } from "../core/constant.ts";
import type { NDArray } from "../core/ndarray.ts";
import { DTypeError, OptionError } from "../errors/index.ts";
import * as p from "../prims/arithmetic.ts";
import { gt } from "../prims/compare.ts";
import { full } from "../prims/fill.ts";
import { broadcastTo } from "../prims/movement.ts";
import { selectN } from "../prims/select.ts";
import { type DType, isComplex, isInexact, realDType } from "../types/dtype.ts";
import { squaredModulus } from "./complex.ts";
import { type ArrayArg, asArray, cast } from "./convert.ts";
import { inexactDType, requestedDType } from "./dtypes.ts";
import { promoteShapes } from "./promotion.ts";
import { type LogicalReduceOptions, readWhere, reductionAxes, sum, upcast16 } from "./reduction.ts";
import { type Axis, readAxis } from "./static.ts";

/** Options of `mean`. */
export interface MeanOptions extends LogicalReduceOptions {
  /** The dtype of the result, in which is computed. Default: that of x, integers as floats. */
  readonly dtype?: DType | null;
}

/** Options of `var` and `std`. */
export interface VarianceOptions extends MeanOptions {
  /** Delta degrees of freedom: the sum of squares is divided by n - ddof. Default 0. */
  readonly ddof?: number;
  /** The array API's name for `ddof`; give one of them. */
  readonly correction?: number;
  /** The mean, if it is known, of a shape that broadcasts to x. */
  readonly mean?: ArrayArg | null;
}

const names = ["axis", "keepdims", "where", "dtype"];
const varianceNames = [...names, "ddof", "correction", "mean"];

/** How many elements count. */
function count(x: NDArray, options: MeanOptions, caller: string, dtype: DType): NDArray | number {
  const mask = readWhere(options.where, caller);
  if (mask === undefined) return reductionAxes(x, options.axis, caller).reduce((n, d) => n * x.aval.shape[d]!, 1);
  const { axis, keepdims = false } = options;
  return sum(broadcastTo(mask, x.aval.shape), { axis, keepdims, dtype });
}

const lift = (n: NDArray | number, dtype: DType): NDArray => (typeof n === "number" ? scalar(n, dtype) : n);

/**
 * The mean over axes; NaN over nothing. Integers and booleans become floats; 16-bit floats are summed in float32.
 * @throws AxisError if an axis does not exist or is repeated.
 * @example jnp.mean(x, { axis: 0 })
 */
export function mean(x: ArrayArg, axis?: Axis | MeanOptions, options?: MeanOptions): NDArray {
  const read = readAxis<MeanOptions>("mean", axis, options, names);
  const a = asArray(x, "mean");
  const asked = read.dtype === undefined || read.dtype === null ? undefined : requestedDType(read.dtype, "mean");
  const result = asked ?? inexactDType(a.aval.dtype);
  const dtype = asked ?? upcast16(result);
  const total = sum(a, { axis: read.axis, keepdims: read.keepdims ?? false, where: read.where ?? null, dtype });
  return cast(p.div(total, lift(count(a, read, "mean", dtype), dtype)), result);
}

function variance(caller: "var" | "std", x: ArrayArg, options: VarianceOptions): NDArray {
  const { axis, keepdims = false, where = null, ddof = 0, correction } = options;
  if (correction !== undefined && ddof !== 0) {
    throw new OptionError({
      what: "ddof and correction can't be provided simultaneously.",
      fix: "give one of them",
    });
  }
  const a = asArray(x, caller);
  const asked =
    options.dtype === undefined || options.dtype === null ? undefined : requestedDType(options.dtype, caller);
  if (asked !== undefined && (!isInexact(asked) || (isComplex(a.aval.dtype) && !isComplex(asked)))) {
    throw new DTypeError({
      what: `${caller} of ${a.aval.dtype} values in dtype ${asked} is not supported`,
      fix: "use a floating point dtype, for complex values a complex one",
    });
  }
  const computation = upcast16(asked ?? inexactDType(a.aval.dtype));
  const values = cast(a, computation);
  // Deviations are complex, their squared sizes real.
  const dtype = realDType(computation);
  const result = realDType(asked ?? inexactDType(a.aval.dtype));
  const known = options.mean;
  const center =
    known === undefined || known === null
      ? mean(values, { axis, keepdims: true, where, dtype: computation })
      : cast(asArray(known, caller), computation);
  const [left, right] = promoteShapes(caller, values, center);
  const squares = squaredModulus(p.sub(left!, right!));
  const total = sum(squares, { axis, keepdims, where, dtype });
  const freedom = correction ?? ddof;
  const n = count(a, options, caller, dtype);
  const divisor = typeof n === "number" ? scalar(n - freedom, dtype) : p.sub(n, scalar(freedom, dtype));
  const quotient = cast(p.div(total, divisor), result);
  if (typeof n === "number") return n - freedom > 0 ? quotient : full(quotient.aval.shape, Number.NaN, result);
  const [enough, value] = promoteShapes(caller, gt(divisor, scalar(0, dtype)), quotient);
  return selectN([enough!, scalar(Number.NaN, result), value!]);
}

/**
 * The variance over axes: the mean of the squared sizes of deviations from the mean, divided by n - ddof; NaN where that is not positive.
 * @throws AxisError if an axis does not exist. @throws OptionError for an unknown option.
 * @example jnp.var(x, { axis: 0, ddof: 1 })
 */
export function var_(x: ArrayArg, axis?: Axis | VarianceOptions, options?: VarianceOptions): NDArray {
  return variance("var", x, readAxis<VarianceOptions>("var", axis, options, varianceNames));
}

/**
 * The standard deviation over axes: the square root of the variance. Its gradient is NaN where all elements are equal.
 * @throws AxisError if an axis does not exist. @throws OptionError for an unknown option.
 * @example jnp.std(x, { ddof: 1 })
 */
export function std(x: ArrayArg, axis?: Axis | VarianceOptions, options?: VarianceOptions): NDArray {
  return p.sqrt(variance("std", x, readAxis<VarianceOptions>("std", axis, options, varianceNames)));
}
