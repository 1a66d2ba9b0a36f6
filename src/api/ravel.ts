/** Trees of arrays as flat vectors: JAX's `flatten_util`. */
import { config } from "../core/config.ts";
import type { NDArray } from "../core/ndarray.ts";
import { DTypeError, ShapeError } from "../errors/index.ts";
import { convertElementType } from "../prims/cast.ts";
import { full } from "../prims/fill.ts";
import { reshape } from "../prims/movement.ts";
import { concatenate, sliceAlong } from "../prims/slicing.ts";
import { unflatten } from "../tree/flatten.ts";
import type { Traced } from "../tree/types.ts";
import { formatAval } from "../types/aval.ts";
import type { DType } from "../types/dtype.ts";
import { promote } from "../types/promotion.ts";
import { sizeOf } from "../types/shape.ts";
import { flattenToArrays } from "./flat.ts";

const cast = (x: NDArray, dtype: DType): NDArray =>
  x.aval.dtype === dtype ? x : convertElementType(x, { newDtype: dtype, weakType: false });

/**
 * All leaves of a tree as one vector, and the function that brings such a vector back to the tree: `[flat, unravel]`. The
 * vector has the dtype to which all leaves promote; `unravel` restores each leaf's own.
 * @throws ShapeError if `unravel` gets a vector of another length; DTypeError if of another dtype.
 * @example const [flat, unravel] = flattenUtil.ravelPytree({ w: jnp.ones([2, 2]), b: jnp.zeros(2) }); // flat.shape is [6]
 */
export function ravelPytree<T>(tree: T): [NDArray, (flat: NDArray) => Traced<T>] {
  const { leaves, structure } = flattenToArrays(tree);
  const avals = leaves.map((x) => x.aval);
  const sizes = avals.map((a) => sizeOf(a.shape));
  const total = sizes.reduce((sum, n) => sum + n, 0);
  const dtype = leaves.length === 0 ? "float32" : promote(avals, config.enableX64).dtype;
  const pieces = leaves.map((x, i) => reshape(cast(x, dtype), { newSizes: [sizes[i]!] }));
  const flat =
    pieces.length === 0
      ? full([0], 0, dtype)
      : pieces.length === 1
        ? pieces[0]!
        : concatenate(pieces, { dimension: 0 });
  const unravel = (vector: NDArray): Traced<T> => {
    const { shape, dtype: given } = vector.aval;
    if (shape.length !== 1 || shape[0] !== total) {
      throw new ShapeError({
        what: `unravel function expected input of shape (${total},), got ${formatAval(vector.aval)}`,
        fix: "give a vector of the length that ravelPytree returned",
      });
    }
    if (given !== dtype) {
      throw new DTypeError({
        what: `unravel function given array of dtype ${given}, but expected dtype ${dtype}`,
        fix: `convert it with astype("${dtype}")`,
      });
    }
    let start = 0;
    const parts = avals.map((aval, i) => {
      const part = sliceAlong(vector, 0, start, start + sizes[i]!);
      start += sizes[i]!;
      return cast(reshape(part, { newSizes: aval.shape }), aval.dtype);
    });
    return unflatten(structure, parts) as Traced<T>;
  };
  return [flat, unravel];
}
