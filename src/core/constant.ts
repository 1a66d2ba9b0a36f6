/** Known scalars. They are concrete arrays of rank 0; while a function is staged they become literals. */
import { DTypeError } from "../errors/index.ts";
import { type Aval, formatAval, makeAval } from "../types/aval.ts";
import { type DType, isInexact, type ScalarValue } from "../types/dtype.ts";
import { config } from "./config.ts";
import type { NDArray } from "./ndarray.ts";
import { getExecutor } from "./trace.ts";

const strong = new Map<DType, Aval>();
const weak = new Map<DType, Aval>();

/** The type of scalars of a dtype: one object each, since types are compared and counted often. */
function scalarAval(dtype: DType, weakType: boolean): Aval {
  const known = weakType ? weak : strong;
  let aval = known.get(dtype);
  if (aval === undefined) {
    aval = makeAval([], dtype, weakType);
    known.set(dtype, aval);
  }
  return aval;
}

/** A scalar of a given dtype. */
export function scalar(value: ScalarValue, dtype: DType, weakType = false): NDArray {
  return getExecutor().fromScalar(value, scalarAval(dtype, weakType));
}

/**
 * A number beside an array: it takes the array's dtype, weakly. Without one it is a weak float32 (float64 with x64).
 * @throws DTypeError for a number that the dtype cannot hold: fractions beside integers, anything but 0 and 1 beside booleans.
 */
export function scalarLike(value: number, like: NDArray | undefined): NDArray {
  const dtype = like?.aval.dtype ?? (config.enableX64 ? "float64" : "float32");
  if (like !== undefined && !isInexact(dtype) && !holds(dtype, value)) {
    throw new DTypeError({
      what: `operations of lax require arguments to have the same dtypes, got the number ${value} beside ${formatAval(like.aval)}`,
      fix: 'convert the array first, for example with astype("float32"); functions of jnp promote by themselves',
    });
  }
  return getExecutor().fromScalar(value, scalarAval(dtype, true));
}

/** Whether a boolean or integer dtype can hold a number. */
function holds(dtype: DType, value: number): boolean {
  return dtype === "bool" ? value === 0 || value === 1 : Number.isInteger(value);
}
