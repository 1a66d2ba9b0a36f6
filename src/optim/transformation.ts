/**
 * What an optimizer is: a pure transformation of gradients with a state. `init` makes the state for some parameters; `update`
 * takes gradients and the state and returns updates, to be added to the parameters, and the next state. States are trees of
 * arrays, so that all of it works inside `jit`, `vmap`, `lax.scan` and `grad`.
 */
import { add } from "../array/arithmetic.ts";
import { less } from "../array/comparison.ts";
import { cast } from "../array/convert.ts";
import type { NDArray } from "../core/ndarray.ts";
import { ArgumentError } from "../errors/index.ts";
import { where } from "../numpy/choose.ts";
import type { Traced } from "../tree/types.ts";
import { mapArrays } from "./trees.ts";

declare const mark: unique symbol;

/**
 * The state of an optimizer: a tree of arrays whose form is the optimizer's own business. Functions that are to be compiled or
 * mapped name it as the type of a parameter. The mark exists for the type checker alone, which must not take states for arrays.
 * @example const step = jit((state: optim.OptState, grads: { w: NDArray }) => optim.sgd(0.1).update(grads, state));
 */
export interface OptState {
  readonly [mark]?: "optimizer state";
}

/** A transformation of gradients. */
export interface GradientTransformation<S = OptState> {
  /** The state before the first step, for these parameters. */
  init(params: unknown): S;
  /** The updates for some gradients, and the next state. Some transformations need the parameters too. */
  update<U>(updates: U, state: S, params?: unknown): [updates: Traced<U>, state: S];
}

/** Any transformation, whatever its state. */
// biome-ignore lint/suspicious/noExplicitAny: a state goes back to the transformation that made it, and nowhere else
export type AnyTransformation = GradientTransformation<any>;

/** A number that may depend on the step: given, or computed from the count of steps so far. */
export type ScalarOrSchedule = number | NDArray | ((count: NDArray) => NDArray | number);

/**
 * A transformation without state, from a function of the updates and the parameters.
 * @example const negate = optim.stateless((updates) => tree.map((g) => g.neg(), updates));
 */
export function stateless(f: <U>(updates: U, params: unknown) => Traced<U>): GradientTransformation {
  return { init: () => ({}), update: (updates, state, params) => [f(updates, params), state] };
}

/**
 * The transformation that changes nothing.
 * @example
 * const { init, update } = optim.identity();
 * const w = jnp.array([1, 2]);
 * update(jnp.array([0.1, -4]), init(w), w)[0] // [ 0.1 -4. ]
 */
export function identity(): GradientTransformation {
  return stateless((updates) => mapArrays("identity", (g) => g, updates));
}

/**
 * Transformations one after the other: each takes the updates of the one before. The state is the list of their states.
 * @example optim.chain(optim.clipByGlobalNorm(1), optim.adam(1e-3))
 */
export function chain(...transformations: readonly AnyTransformation[]): GradientTransformation {
  return {
    init: (params) => transformations.map((t) => t.init(params)) as OptState,
    update: (updates, state, params) => {
      if (!Array.isArray(state) || state.length !== transformations.length) {
        throw new ArgumentError({
          what: `chain of ${transformations.length} transformations got a state that is not theirs`,
          fix: "pass the state that init or the last update of this very chain returned",
        });
      }
      const states: unknown[] = [];
      let current: unknown = updates;
      transformations.forEach((t, i) => {
        const [next, after] = t.update(current, state[i], params);
        current = next;
        states.push(after);
      });
      return [current as Traced<typeof updates>, states as OptState];
    },
  };
}

/**
 * The parameters after a step: $p + u$, leaf by leaf, in the dtype of the parameter.
 * @throws TreeError or ShapeError unless both trees are alike.
 * @example const next = optim.applyUpdates({ w: jnp.ones(2) }, { w: jnp.full(2, 0.5) });
 */
export function applyUpdates<P>(params: P, updates: unknown): Traced<P> {
  return mapArrays("applyUpdates", (p, u) => cast(add(p, u), p.aval.dtype), params, updates);
}

/** The parameters, for a transformation that cannot do without. @throws ArgumentError if they were left out. */
export function requireParams(caller: string, params: unknown): unknown {
  if (params !== undefined) return params;
  throw new ArgumentError({
    what: `${caller} needs the parameters to compute an update`,
    fix: "pass them as third argument: update(grads, state, params)",
  });
}

const largest = 2 ** 31 - 1;

/** One more, except at the largest int32, where counting stops instead of turning negative. */
export function increment(count: NDArray): NDArray {
  return where(less(count, largest), add(count, 1), count);
}

/** A number at a step. */
export function valueAt(value: ScalarOrSchedule, count: NDArray): number | NDArray {
  return typeof value === "function" ? value(count) : value;
}
