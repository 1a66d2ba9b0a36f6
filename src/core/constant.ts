/** Known scalars. They are concrete arrays of rank 0; while a function is staged they become literals. */
import { type Aval, makeAval } from "../types/aval.ts";
import type { DType } from "../types/dtype.ts";
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
export function scalar(value: number | bigint | boolean, dtype: DType, weakType = false): NDArray {
  return getExecutor().fromScalar(value, scalarAval(dtype, weakType));
}

/** A number beside an array: it takes the array's dtype, weakly. Without one it is a weak float32. */
export function scalarLike(value: number, like: NDArray | undefined): NDArray {
  return getExecutor().fromScalar(value, scalarAval(like?.aval.dtype ?? "float32", true));
}
