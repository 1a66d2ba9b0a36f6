/** Known scalars. They are concrete arrays of rank 0; while a function is staged they become literals. */
import { DTypeError } from "../errors/index.ts";
import { formatAval, makeAval } from "../types/aval.ts";
import { type DType, isInexact } from "../types/dtype.ts";
import { config } from "./config.ts";
import type { NDArray } from "./ndarray.ts";
import { getExecutor } from "./trace.ts";

/** A scalar of a given dtype. */
export function scalar(value: number | bigint | boolean, dtype: DType, weakType = false): NDArray {
  return getExecutor().fromScalar(value, makeAval([], dtype, weakType));
}

/**
 * A number beside an array: it takes the array's dtype, weakly. Without one it is a weak float32 (float64 with x64).
 * @throws DTypeError for a number that the dtype cannot hold: fractions beside integers, anything but 0 and 1 beside booleans.
 */
export function scalarLike(value: number, like: NDArray | undefined): NDArray {
  const dtype = like?.aval.dtype ?? (config.enableX64 ? "float64" : "float32");
  if (
    like !== undefined &&
    !isInexact(dtype) &&
    !(dtype === "bool" ? value === 0 || value === 1 : Number.isInteger(value))
  ) {
    throw new DTypeError({
      what: `operations of lax require arguments to have the same dtypes, got the number ${value} beside ${formatAval(like.aval)}`,
      fix: 'convert the array first, for example with astype("float32"); functions of jnp promote by themselves',
    });
  }
  return getExecutor().fromScalar(value, makeAval([], dtype, true));
}
