/** Where derivatives stop. */
import { isNDArray, type NDArray } from "../core/ndarray.ts";
import { stopGradient as stop } from "../prims/stop.ts";
import { flattenArrays, unflatten } from "../tree/flatten.ts";
import { isInexact } from "../types/dtype.ts";

/**
 * The identity, with derivative zero: what is inside counts as a constant. Takes any tree; numbers and integer arrays come
 * back as they are.
 * @example const loss = (w: NDArray) => lax.stopGradient(target(w)).sub(value(w)).pow(2);
 */
export function stopGradient<T>(tree: T): T {
  const [leaves, structure] = flattenArrays(tree);
  const stopped = leaves.map((leaf) =>
    isNDArray(leaf) && isInexact((leaf as NDArray).aval.dtype) ? stop(leaf) : leaf,
  );
  return unflatten(structure, stopped) as T;
}
