/** Running sums and products in the array API's form, and without NaN. */
import { type ArrayArg, asArray, here } from "../array/convert.ts";
import { accumulationDType } from "../array/reduction.ts";
import { type CumulativeOptions, cumprod, cumsum } from "../array/running.ts";
import { readAxis, staticInteger } from "../array/static.ts";
import type { NDArray } from "../core/ndarray.ts";
import { ShapeError } from "../errors/index.ts";
import { full } from "../prims/fill.ts";
import { concatenate } from "../prims/slicing.ts";
import { canonicalAxis } from "../types/shape.ts";
import { withoutNan } from "./nan.ts";

/** Options of `cumulativeSum` and `cumulativeProd`. */
export interface CumulativeSumOptions extends CumulativeOptions {
  /** Whether the result starts with the value for no elements, 0 or 1, and so is longer by one. Default false. */
  readonly includeInitial?: boolean;
}

const names = ["axis", "dtype"];
const initialNames = [...names, "includeInitial"];

function cumulative(name: "cumulativeSum" | "cumulativeProd", x: ArrayArg, options: CumulativeSumOptions): NDArray {
  const a = asArray(x, name);
  const { axis, includeInitial = false } = options;
  const rank = a.aval.shape.length;
  if (rank === 0 || (rank > 1 && (axis === undefined || axis === null))) {
    throw new ShapeError({
      what:
        rank === 0
          ? `The input must be non-scalar to take a cumulative ${name === "cumulativeSum" ? "sum" : "product"}, however a scalar value or scalar array was given.`
          : `The input array has rank ${rank}, however axis was not set to an explicit value. The axis argument is only optional for one-dimensional arrays.`,
      where: here(),
      fix: rank === 0 ? "pass an array" : `write jnp.${name}(x, 0)`,
    });
  }
  const at = canonicalAxis(
    axis === undefined || axis === null ? 0 : staticInteger(axis, `the axis argument of ${name}`),
    rank,
  );
  const dtype = options.dtype ?? accumulationDType(a.aval.dtype);
  const result = (name === "cumulativeSum" ? cumsum : cumprod)(a, { axis: at, dtype });
  if (!includeInitial) return result;
  const value = name === "cumulativeProd";
  const first = full(
    a.aval.shape.map((n, d) => (d === at ? 1 : n)),
    result.aval.dtype === "bool" ? value : Number(value),
    result.aval.dtype,
  );
  return concatenate([first, result], { dimension: at });
}

/**
 * Running sums along an axis, which only vectors may leave out. Small integers are summed in int32.
 * @throws ShapeError for scalars, and for more than one axis without `axis`. @throws AxisError if the axis does not exist.
 * @example jnp.cumulativeSum(jnp.array([1, 2, 3]), { includeInitial: true }) // [0. 1. 3. 6.]
 */
export function cumulativeSum(
  x: ArrayArg,
  axis?: number | null | CumulativeSumOptions,
  options?: CumulativeSumOptions,
): NDArray {
  return cumulative("cumulativeSum", x, readAxis<CumulativeSumOptions>("cumulativeSum", axis, options, initialNames));
}

/**
 * Running products along an axis, which only vectors may leave out. Small integers are multiplied in int32.
 * @throws ShapeError for scalars, and for more than one axis without `axis`. @throws AxisError if the axis does not exist.
 * @example jnp.cumulativeProd(jnp.array([1, 2, 3]), { includeInitial: true }) // [1. 1. 2. 6.]
 */
export function cumulativeProd(
  x: ArrayArg,
  axis?: number | null | CumulativeSumOptions,
  options?: CumulativeSumOptions,
): NDArray {
  return cumulative("cumulativeProd", x, readAxis<CumulativeSumOptions>("cumulativeProd", axis, options, initialNames));
}

/**
 * Running sums along an axis in which NaN counts as 0; without `axis`, of x as a vector.
 * @throws AxisError if the axis does not exist.
 * @example jnp.nancumsum(jnp.array([1, NaN, 2])) // [1. 1. 3.]
 */
export function nancumsum(x: ArrayArg, axis?: number | null | CumulativeOptions, options?: CumulativeOptions): NDArray {
  return cumsum(withoutNan(asArray(x, "nancumsum"), 0), readAxis<CumulativeOptions>("nancumsum", axis, options, names));
}

/**
 * Running products along an axis in which NaN counts as 1; without `axis`, of x as a vector.
 * @throws AxisError if the axis does not exist.
 * @example jnp.nancumprod(jnp.array([2, NaN, 3])) // [2. 2. 6.]
 */
export function nancumprod(
  x: ArrayArg,
  axis?: number | null | CumulativeOptions,
  options?: CumulativeOptions,
): NDArray {
  return cumprod(
    withoutNan(asArray(x, "nancumprod"), 1),
    readAxis<CumulativeOptions>("nancumprod", axis, options, names),
  );
}
