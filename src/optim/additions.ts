/** What is added to updates: a part of the parameters, or noise. */
import { add, divide, multiply, power, sqrt } from "../array/arithmetic.ts";
import { asArray, cast } from "../array/convert.ts";
import type { NDArray } from "../core/ndarray.ts";
import { split } from "../random/bits.ts";
import { type Key, PRNGKey } from "../random/key.ts";
import { normal } from "../random/uniform.ts";
import type { ScaleByScheduleState } from "./scaling.ts";
import {
  type GradientTransformation,
  increment,
  type OptState,
  requireParams,
  type ScalarOrSchedule,
  stateless,
  valueAt,
} from "./transformation.ts";
import { arraysOf, firstCount, mapArrays } from "./trees.ts";
import { type Mask, masked } from "./wrappers.ts";

const product = (p: NDArray, factor: number | NDArray): NDArray =>
  multiply(p, typeof factor === "number" ? factor : cast(asArray(factor), p.aval.dtype));

/**
 * Weight decay: adds `weightDecay` times the parameters (Loshchilov and Hutter 2019). `mask` chooses which parameters decay,
 * as in `masked`; biases usually do not.
 * @example
 * const { init, update } = optim.addDecayedWeights(0.01);
 * const w = jnp.array([1, 2]);
 * update(jnp.array([0.1, -4]), init(w), w)[0] // [ 0.11 -3.98]
 */
export function addDecayedWeights(weightDecay: ScalarOrSchedule = 0, mask?: Mask): GradientTransformation {
  const grown = (updates: unknown, params: unknown, count: NDArray | undefined): unknown => {
    const factor = count === undefined ? (weightDecay as number) : valueAt(weightDecay, count);
    return mapArrays(
      "addDecayedWeights",
      (g, p) => add(g, cast(product(p, factor), g.aval.dtype)),
      updates,
      requireParams("addDecayedWeights", params),
    );
  };
  const inner: GradientTransformation =
    typeof weightDecay === "function"
      ? {
          init: () => ({ count: firstCount() }) as OptState,
          update: (updates, state, params) => {
            const { count } = state as ScaleByScheduleState;
            return [grown(updates, params, count) as never, { count: increment(count) } as OptState];
          },
        }
      : stateless((updates, params) => grown(updates, params, undefined) as never);
  return mask === undefined ? inner : masked(inner, mask);
}

/** The state of `addNoise`. */
export interface AddNoiseState extends OptState {
  readonly count: NDArray;
  readonly key: Key;
}

/**
 * Adds Gaussian noise of variance $\eta / t^\gamma$ in step $t$, which counts from 1 (Neelakantan et al. 2015,
 * arXiv:1511.06807). `key` is a key of `random`, or a seed.
 * @example optim.chain(optim.addNoise(0.01, 0.55, random.key(0)), optim.sgd(0.1))
 */
export function addNoise(eta: number, gamma: number, key: Key | number): GradientTransformation<AddNoiseState> {
  return {
    init: () => ({ count: firstCount(), key: typeof key === "number" ? PRNGKey(key) : key }),
    update: (updates, state) => {
      const count = increment(state.count);
      const deviation = sqrt(divide(eta, power(cast(count, "float32"), gamma)));
      const pair = split(state.key);
      const keys = split(pair.get(1), Math.max(arraysOf(updates).length, 1));
      let next = 0;
      const out = mapArrays(
        "addNoise",
        (g) => {
          const noise = normal(keys.get(next++), g.aval.shape, g.aval.dtype);
          return add(g, multiply(noise, cast(deviation, g.aval.dtype)));
        },
        updates,
      );
      return [out, { count, key: pair.get(0) }];
    },
  };
}
