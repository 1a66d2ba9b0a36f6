/** Known scalars. They are concrete arrays of rank 0; while a function is staged they become literals. */
import { type Aval, makeAval } from "../types/aval.ts";
import type { DType } from "../types/dtype.ts";
import type { NDArray } from "./ndarray.ts";
import { getExecutor } from "./trace.ts";

/** A scalar of a given dtype. */
export function scalar(value: number | bigint | boolean, dtype: DType, weakType = false): NDArray {
  return getExecutor().fromScalar(value, makeAval([], dtype, weakType));
}

const weakFloat: Aval = makeAval([], "float32", true);

/** A number beside an array: it takes the array's dtype, weakly. Without one it is a weak float32. */
export function scalarLike(value: number, like: NDArray | undefined): NDArray {
  return getExecutor().fromScalar(value, like === undefined ? weakFloat : makeAval([], like.aval.dtype, true));
}
