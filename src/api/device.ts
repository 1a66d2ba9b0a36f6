/** Moving values: to arrays, to JavaScript, and waiting for them. */
import { isNDArray, type NDArray } from "../core/ndarray.ts";
import { isConcrete } from "../core/trace.ts";
import { TracerArrayConversionError } from "../errors/index.ts";
import { cellOf, readAsync } from "../runtime/array.ts";
import { flatten, unflatten } from "../tree/flatten.ts";
import type { Traced } from "../tree/types.ts";
import { formatAval } from "../types/aval.ts";
import type { TypedArray } from "../types/dtype.ts";
import { flattenToArrays } from "./flat.ts";

/** A tree in which every array has become a typed array. */
export type Fetched<T> = T extends NDArray
  ? TypedArray
  : T extends string | number | boolean | null | undefined | ((...args: never[]) => unknown)
    ? T
    : T extends object
      ? { -readonly [K in keyof T]: Fetched<T[K]> }
      : T;

/** A tree of arrays, numbers and typed arrays as a tree of NDArrays. @example devicePut({ w: 1, b: [2, 3] }) */
export function devicePut<T>(tree: T): Traced<T> {
  const { leaves, structure } = flattenToArrays(tree);
  return unflatten(structure, leaves) as Traced<T>;
}

function concreteLeaf(caller: string, x: NDArray): void {
  if (isConcrete(x)) return;
  throw new TracerArrayConversionError({
    what: `${caller} was called on a traced value of type ${formatAval(x.aval)}`,
    fix: "read values outside of transformed functions",
  });
}

/**
 * The elements of all arrays of a tree, as typed arrays (copies), when they are there. Works on every backend.
 * @example const { w } = await deviceGet({ w: jnp.array([1, 2]) });
 */
export async function deviceGet<T>(tree: T): Promise<Fetched<T>> {
  const [leaves, structure] = flatten(tree);
  const read = await Promise.all(
    leaves.map((leaf) => {
      if (!isNDArray(leaf)) return leaf;
      concreteLeaf("deviceGet", leaf);
      return readAsync(leaf);
    }),
  );
  return unflatten(structure, read) as Fetched<T>;
}

/**
 * Waits until all arrays of a tree have been computed, and returns the tree.
 * @example await blockUntilReady(step(x));
 */
export async function blockUntilReady<T>(tree: T): Promise<T> {
  for (const leaf of flatten(tree)[0]) {
    if (!isNDArray(leaf) || !isConcrete(leaf)) continue;
    const cell = cellOf(leaf);
    // Backends that compute at once have nothing to wait for; others are done when a read is.
    if (cell.backend !== null && cell.backend.read === undefined) await readAsync(leaf);
  }
  return tree;
}
