/** `associativeScan`: running combinations in logarithmic depth. */
import { checkFunction, flattenToArrays, type UserFunction } from "../api/flat.ts";
import type { NDArray } from "../core/ndarray.ts";
import { checkOptions, ShapeError, TreeError } from "../errors/index.ts";
import { expandDims, reshape, rev } from "../prims/movement.ts";
import { concatenate, sliceAlong } from "../prims/slicing.ts";
import { unflatten } from "../tree/flatten.ts";
import type { Arg, Traced } from "../tree/types.ts";
import { formatAval } from "../types/aval.ts";
import { canonicalAxis } from "../types/shape.ts";

/** Options of `associativeScan`. */
export interface AssociativeScanOptions {
  /** Combine from the last element to the first. */
  readonly reverse?: boolean;
  /** The axis along which the elements stand. Default 0. */
  readonly axis?: number;
}

type Combine = (a: readonly NDArray[], b: readonly NDArray[]) => readonly NDArray[];

/** `evens` and `odds` taken turn by turn; there may be one more of the evens. */
function interleave(evens: NDArray, odds: NDArray, axis: number): NDArray {
  const count = odds.aval.shape[axis]!;
  const pairs = concatenate(
    [sliceAlong(evens, axis, 0, count), odds].map((x) => expandDims(x, [axis + 1])),
    { dimension: axis + 1 },
  );
  const merged = reshape(pairs, { newSizes: odds.aval.shape.map((n, d) => (d === axis ? 2 * n : n)) });
  const last = evens.aval.shape[axis]!;
  return last === count ? merged : concatenate([merged, sliceAlong(evens, axis, count, last)], { dimension: axis });
}

/**
 * Running combinations. Neighbours are combined to half as many elements, whose running combinations are those that end at
 * odd places; those that end at even places are one combination away.
 */
function scanElements(combine: Combine, elements: readonly NDArray[], axis: number): readonly NDArray[] {
  const size = elements[0]!.aval.shape[axis]!;
  if (size < 2) return elements;
  const part = (xs: readonly NDArray[], start: number, limit: number, stride = 1): NDArray[] =>
    xs.map((x) => sliceAlong(x, axis, start, limit, stride));
  const odds = scanElements(combine, combine(part(elements, 0, size - 1, 2), part(elements, 1, size, 2)), axis);
  if (size === 2) return joined(part(elements, 0, 1), odds);
  const before = Math.ceil(size / 2) - 1;
  const later = combine(part(odds, 0, before), part(elements, 2, size, 2));
  return joined(
    later.map((x, i) => concatenate([sliceAlong(elements[i]!, axis, 0, 1), x], { dimension: axis })),
    odds,
  );

  function joined(evens: readonly NDArray[], between: readonly NDArray[]): NDArray[] {
    return evens.map((x, i) => interleave(x, between[i]!, axis));
  }
}

/**
 * Running combinations of the elements along an axis by an associative function: the results are $x_0$, $x_0 \circ x_1$,
 * $x_0 \circ x_1 \circ x_2$, ... `f(a, b)` combines two trees of arrays whose axis holds many elements each, all at once. It
 * takes about 2n combinations in 2 log n steps, which are not a loop but large operations: for short elements it is faster
 * than `scan`.
 * @throws ShapeError if the arrays have different sizes along the axis; TreeError if f returns another structure.
 * @example lax.associativeScan((a, b) => a.mul(b), jnp.array([1, 2, 3, 4])) // [1. 2. 6. 24.]
 */
export function associativeScan<const T>(
  f: (a: Traced<T>, b: Traced<T>) => Arg<Traced<T>>,
  elems: T,
  options: AssociativeScanOptions = {},
): Traced<T> {
  checkFunction("associativeScan", f);
  checkOptions("associativeScan", options, ["reverse", "axis"]);
  const { reverse = false } = options;
  const { leaves, structure } = flattenToArrays(elems);
  if (leaves.length === 0) return unflatten(structure, leaves) as Traced<T>;
  const axis = canonicalAxis(options.axis ?? 0, leaves[0]!.aval.shape.length);
  const size = leaves[0]!.aval.shape[axis]!;
  for (const { aval } of leaves) {
    if (aval.shape[axis] === size) continue;
    throw new ShapeError({
      what: `Array inputs to associativeScan must have the same first dimension. (saw: ${leaves.map((x) => formatAval(x.aval)).join(", ")}, axis ${axis})`,
      fix: "give all arrays one size along the axis",
    });
  }
  const run = f as UserFunction;
  const combine: Combine = (a, b) => {
    const result = flattenToArrays(run(unflatten(structure, a), unflatten(structure, b)));
    if (result.structure.key === structure.key) return result.leaves;
    throw new TreeError({
      what: `associativeScan: the function must return a tree like the elements, ${structure}, but returned ${result.structure}`,
      fix: "return the same lists and keys",
    });
  };
  const flipped = (xs: readonly NDArray[]): readonly NDArray[] =>
    reverse ? xs.map((x) => rev(x, { dimensions: [axis] })) : xs;
  return unflatten(structure, flipped(scanElements(combine, flipped(leaves), axis))) as Traced<T>;
}
