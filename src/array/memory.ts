/** The lifetime of an array's memory, for those who want to decide it themselves. */
import type { NDArray } from "../core/ndarray.ts";
import { isConcrete } from "../core/trace.ts";
import { cellOf, readAsync } from "../runtime/array.ts";
import type { Cell } from "../runtime/cell.ts";
import { discard } from "../runtime/memory.ts";
import { formatAval } from "../types/aval.ts";
import { requireConcrete } from "./read.ts";

/** Returns an array's memory at once. @throws ConcretizationTypeError for a traced array. */
export function deleteArray(x: NDArray): void {
  requireConcrete(x, "delete()");
  discard(x.payload as Cell, `delete() was called on an array of type ${formatAval(x.aval)}`);
}

/** Whether an array's elements are gone. */
export function isDeleted(x: NDArray): boolean {
  return isConcrete(x) && (x.payload as Cell).gone !== null;
}

/** Waits until an array has been computed. */
export async function blockUntilReady(x: NDArray): Promise<NDArray> {
  if (isConcrete(x)) {
    const { backend } = cellOf(x).place;
    // Backends that compute at once have nothing to wait for; others are done when a read is.
    if (backend !== null && backend.read === undefined) await readAsync(x);
  }
  return x;
}
