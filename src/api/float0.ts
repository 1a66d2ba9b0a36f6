/** float0: the dtype of tangents of integers and booleans. Such arrays have a shape and no values. */
import type { NDArray } from "../core/ndarray.ts";
import { fromTypedArray } from "../runtime/array.ts";
import { makeAval } from "../types/aval.ts";
import type { Shape } from "../types/shape.ts";

/** The one array of dtype float0 of a shape. */
export function float0Zeros(shape: Shape): NDArray {
  return fromTypedArray(makeAval(shape, "float0"), new Uint8Array(0));
}
