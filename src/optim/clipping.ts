/** Updates that must not be too large, by element, by leaf, or as a whole. */
import { clip as clipArray, divide, maximum, multiply, sqrt } from "../array/arithmetic.ts";
import { less } from "../array/comparison.ts";
import { cast } from "../array/convert.ts";
import { mean } from "../array/statistics.ts";
import type { NDArray } from "../core/ndarray.ts";
import { ArgumentError } from "../errors/index.ts";
import { where } from "../numpy/choose.ts";
import { type GradientTransformation, stateless } from "./transformation.ts";
import { mapArrays, squared, sumOfSquares } from "./trees.ts";

function positive(caller: string, name: string, value: number): number {
  if (typeof value === "number" && value > 0) return value;
  throw new ArgumentError({
    what: `${caller}: ${name} must be a number above 0, but got ${String(value)}`,
    fix: `write for example ${caller}(1)`,
  });
}

/**
 * The Euclidean norm of all arrays of a tree together, $\sqrt{\sum_i \|x_i\|^2}$.
 * @throws ArgumentError for a tree without arrays.
 * @example optim.globalNorm({ w: jnp.array([3, 0]), b: 4 }) // 5.0
 */
export function globalNorm(tree: unknown): NDArray {
  return sqrt(sumOfSquares("globalNorm", tree));
}

/**
 * Every element between `-maxDelta` and `maxDelta`.
 * @example
 * const { init, update } = optim.clip(1);
 * const w = jnp.array([1, 2]);
 * update(jnp.array([0.1, -4]), init(w), w)[0] // [ 0.1 -1. ]
 */
export function clip(maxDelta: number): GradientTransformation {
  positive("clip", "maxDelta", maxDelta);
  return stateless((updates) => mapArrays("clip", (g) => clipArray(g, -maxDelta, maxDelta), updates));
}

/**
 * Updates as they are where their global norm is below `maxNorm`, and otherwise scaled down to that norm (Pascanu, Mikolov and
 * Bengio 2013).
 * @example
 * const { init, update } = optim.clipByGlobalNorm(1);
 * const w = jnp.array([1, 2]);
 * update(jnp.array([3, 4]), init(w), w)[0] // [0.6 0.8]
 */
export function clipByGlobalNorm(maxNorm: number): GradientTransformation {
  positive("clipByGlobalNorm", "maxNorm", maxNorm);
  return stateless((updates) => {
    const norm = sqrt(sumOfSquares("clipByGlobalNorm", updates));
    const small = less(norm, maxNorm);
    return mapArrays(
      "clipByGlobalNorm",
      (g) => where(small, g, multiply(divide(g, cast(norm, g.aval.dtype)), maxNorm)),
      updates,
    );
  });
}

/**
 * Each leaf scaled down so that the root of the mean of its squares is at most `threshold`.
 * @example
 * const { init, update } = optim.clipByBlockRms(1);
 * const w = jnp.array([1, 2]);
 * update(jnp.array([2, 2]), init(w), w)[0] // [1. 1.]
 */
export function clipByBlockRms(threshold: number): GradientTransformation {
  positive("clipByBlockRms", "threshold", threshold);
  return stateless((updates) =>
    mapArrays("clipByBlockRms", (g) => divide(g, maximum(divide(sqrt(mean(squared(g))), threshold), 1)), updates),
  );
}
