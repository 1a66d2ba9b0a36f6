/** Positions of extremes, and running sums and products along an axis. */
import type { NDArray } from "../core/ndarray.ts";
import type { Operation } from "../core/primitive.ts";
import { checkOptions, ShapeError } from "../errors/index.ts";
import { ne } from "../prims/compare.ts";
import * as c from "../prims/cumulative.ts";
import { expandDims, reshape } from "../prims/movement.ts";
import * as r from "../prims/reduce.ts";
import type { DType } from "../types/dtype.ts";
import { canonicalAxis, sizeOf } from "../types/shape.ts";
import { range } from "../util/list.ts";
import { type ArrayArg, asArray, cast } from "./convert.ts";
import { defaultInt, requestedDType } from "./dtypes.ts";
import { accumulationDType } from "./reduction.ts";
import { readAxis, staticInteger } from "./static.ts";

/** Options of `argmax` and `argmin`. */
export interface ArgOptions {
  /** The axis to search along. Default: all elements, as a vector. */
  readonly axis?: number | null | undefined;
  /** Keep the axis (or all axes) with length 1. Default false. */
  readonly keepdims?: boolean;
}

/** Options of `cumsum` and `cumprod`. */
export interface CumulativeOptions {
  /** The axis to run along. Default: all elements, as a vector. */
  readonly axis?: number | null | undefined;
  /** The dtype of the result, in which is computed. */
  readonly dtype?: DType | null;
}

const flat = (x: NDArray): NDArray =>
  x.aval.shape.length === 1 ? x : reshape(x, { newSizes: [sizeOf(x.aval.shape)] });

function argument(name: "argmax" | "argmin", x: ArrayArg, options: ArgOptions): NDArray {
  const given = asArray(x, name);
  const { axis, keepdims = false } = options;
  const all = axis === undefined || axis === null;
  const a = all ? flat(given) : given;
  const at = all ? 0 : canonicalAxis(staticInteger(axis, `the axis argument of ${name}`), a.aval.shape.length);
  if (a.aval.shape[at] === 0) {
    throw new ShapeError({
      what: `attempt to get ${name} of an empty sequence`,
      fix: "check the size first",
    });
  }
  const result = (name === "argmax" ? r.argmax : r.argmin)(a, { axes: [at], indexDtype: defaultInt() });
  return keepdims ? expandDims(result, all ? range(given.aval.shape.length) : [at]) : result;
}

/**
 * The position of the largest element along an axis (int32): of the first one at ties, of the first NaN if there is one.
 * Without `axis`, the position in x as a vector.
 * @throws ShapeError along an axis of length 0. @throws AxisError if the axis does not exist.
 * @example jnp.argmax(logits, -1)
 */
export function argmax(x: ArrayArg, axis?: number | null | ArgOptions, options?: ArgOptions): NDArray {
  return argument("argmax", x, readAxis<ArgOptions>("argmax", axis, options, ["axis", "keepdims"]));
}

/**
 * The position of the smallest element along an axis (int32): of the first one at ties, of the first NaN if there is one.
 * @throws ShapeError along an axis of length 0. @throws AxisError if the axis does not exist.
 * @example jnp.argmin(distances)
 */
export function argmin(x: ArrayArg, axis?: number | null | ArgOptions, options?: ArgOptions): NDArray {
  return argument("argmin", x, readAxis<ArgOptions>("argmin", axis, options, ["axis", "keepdims"]));
}

function cumulative(
  name: "cumsum" | "cumprod",
  op: Operation<1, c.CumulativeParams>,
  x: ArrayArg,
  options: CumulativeOptions,
): NDArray {
  checkOptions(name, options, ["axis", "dtype"]);
  const { axis, dtype } = options;
  let a = asArray(x, name);
  const all = axis === undefined || axis === null;
  if (all || a.aval.shape.length === 0) a = flat(a);
  const at = all ? 0 : canonicalAxis(staticInteger(axis, `the axis argument of ${name}`), a.aval.shape.length);
  const own = a.aval.dtype;
  const result =
    dtype !== undefined && dtype !== null ? requestedDType(dtype, name) : own === "bool" ? accumulationDType(own) : own;
  if (result !== "bool") return op(cast(a, result), { axis: at, reverse: false });
  // Numbers could cancel: it is their being not zero that is accumulated.
  const truths = own === "bool" ? a : ne(a, 0);
  return cast(op(cast(truths, accumulationDType("bool")), { axis: at, reverse: false }), "bool");
}

/**
 * Running sums along an axis; without `axis`, of x as a vector. Booleans are summed in int32, other dtypes stay.
 * @throws AxisError if the axis does not exist.
 * @example jnp.cumsum(jnp.array([1, 2, 3])) // [1. 3. 6.]
 */
export function cumsum(x: ArrayArg, axis?: number | null | CumulativeOptions, options?: CumulativeOptions): NDArray {
  return cumulative("cumsum", c.cumsum, x, readAxis<CumulativeOptions>("cumsum", axis, options, ["axis", "dtype"]));
}

/**
 * Running products along an axis; without `axis`, of x as a vector.
 * @throws AxisError if the axis does not exist.
 * @example jnp.cumprod(jnp.array([1, 2, 3])) // [1. 2. 6.]
 */
export function cumprod(x: ArrayArg, axis?: number | null | CumulativeOptions, options?: CumulativeOptions): NDArray {
  return cumulative("cumprod", c.cumprod, x, readAxis<CumulativeOptions>("cumprod", axis, options, ["axis", "dtype"]));
}
