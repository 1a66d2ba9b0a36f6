/**
 * Trees of arrays, leaf by leaf. In: trees that must be alike in structure and shapes. Out: a tree like the first. A gradient
 * that merely broadcasts against its parameter would train something else without a word, so here it is an error.
 */
import { flattenToArrays } from "../api/flat.ts";
import { add, multiply } from "../array/arithmetic.ts";
import { conjugated, realPart } from "../array/complex.ts";
import { sum } from "../array/reduction.ts";
import { scalar } from "../core/constant.ts";
import type { NDArray } from "../core/ndarray.ts";
import { ArgumentError, ShapeError, TreeError } from "../errors/index.ts";
import { zerosLike } from "../numpy/creation.ts";
import { formatPath, leafPaths, unflatten } from "../tree/flatten.ts";
import type { Traced } from "../tree/types.ts";
import { equalShapes, formatShape } from "../types/shape.ts";

/** The array leaves of a tree; numbers and typed arrays become arrays. */
export function arraysOf(tree: unknown): readonly NDArray[] {
  return flattenToArrays(tree).leaves;
}

/**
 * Applies a function to corresponding leaves.
 * @throws TreeError for trees of different structure. @throws ShapeError for leaves of different shape.
 */
export function mapArrays<T>(
  caller: string,
  f: (...leaves: NDArray[]) => NDArray,
  first: T,
  ...rest: readonly unknown[]
): Traced<T> {
  const { leaves, structure } = flattenToArrays(first);
  const others = rest.map((tree) => {
    const flat = flattenToArrays(tree);
    if (flat.structure.key !== structure.key) {
      throw new TreeError({
        what: `${caller}: trees of different structure: ${structure} and ${flat.structure}`,
        fix: "gradients, optimizer state and parameters must be trees of one structure: init the state with the parameters that it is used for",
      });
    }
    flat.leaves.forEach((leaf, i) => {
      if (equalShapes(leaf.aval.shape, leaves[i]!.aval.shape)) return;
      const path = formatPath(leafPaths(structure)[i]!);
      throw new ShapeError({
        what: `${caller}: leaves of different shape${path === "" ? "" : ` at ${path}`}: ${formatShape(leaves[i]!.aval.shape)} and ${formatShape(leaf.aval.shape)}`,
        fix: "gradients, optimizer state and parameters must have equal shapes, leaf by leaf",
      });
    });
    return flat.leaves;
  });
  return unflatten(
    structure,
    leaves.map((leaf, i) => f(leaf, ...others.map((list) => list[i]!))),
  ) as Traced<T>;
}

/** Zeros like the leaves of a tree. */
export function zerosOf<T>(tree: T): Traced<T> {
  return mapArrays("zeros", (x) => zerosLike(x), tree);
}

/** |x| squared, element by element. */
export function squared(x: NDArray): NDArray {
  return realPart(multiply(x, conjugated(x)));
}

/** The sum of the squares of all elements of all leaves. @throws ArgumentError for a tree without leaves. */
export function sumOfSquares(caller: string, tree: unknown): NDArray {
  const leaves = arraysOf(tree);
  if (leaves.length === 0) {
    throw new ArgumentError({ what: `${caller} of a tree without arrays`, fix: "give a tree with at least one array" });
  }
  return leaves.map((x) => sum(squared(x))).reduce((a, b) => add(a, b));
}

/** The int32 scalar 0 from which steps are counted. */
export function firstCount(): NDArray {
  return scalar(0, "int32");
}
