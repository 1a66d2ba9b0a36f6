/** Memory traded for time: `checkpoint`. */
import { checkpointCall, type Policy } from "../control/checkpoint.ts";
import { hoistConstants } from "../core/jaxpr.ts";
import type { NDArray } from "../core/ndarray.ts";
import { ArgumentError, checkOptions } from "../errors/index.ts";
import { stage } from "../transforms/stage.ts";
import { unflatten } from "../tree/flatten.ts";
import type { Args, Traced } from "../tree/types.ts";
import { formatShape } from "../types/shape.ts";
import {
  checkFunction,
  flatFunction,
  flattenToArrays,
  functionName,
  likewise,
  named,
  type UserFunction,
} from "./flat.ts";
import { type CheckpointPolicy, checkPolicy } from "./policies.ts";

/** Options of `checkpoint`. */
export interface CheckpointOptions {
  /** What is kept besides the arguments: one of `checkpointPolicies`, or a function. Default: nothing. */
  readonly policy?: CheckpointPolicy;
  /** Keep the recomputation apart from the first computation. Default true. */
  readonly preventCse?: boolean;
  /** Arguments that reach the function as they are, such as numbers that it branches on: they are not traced. */
  readonly staticArgnums?: number | readonly number[];
}

function staticPlaces(argnums: number | readonly number[], count: number): Set<number> {
  const list = typeof argnums === "number" ? [argnums] : argnums;
  if (list.some((n) => !Number.isInteger(n) || n >= count || n < -count)) {
    throw new ArgumentError({
      what: `the staticArgnums argument to checkpoint can only take integer values greater than or equal to -args.length and less than args.length, but got ${formatShape(list)}, while args.length = ${count}`,
      fix: "pass all arguments, or correct the numbers",
    });
  }
  return new Set(list.map((n) => (n < 0 ? n + count : n)));
}

const policies = new WeakMap<CheckpointPolicy, Policy>();

/** A policy as the primitive takes it: the same one for the same function. */
function toPolicy(saveable: CheckpointPolicy): Policy {
  let policy = policies.get(saveable);
  if (policy === undefined) {
    policy = { saveable, text: saveable.text ?? `<function ${functionName(saveable)}>` };
    policies.set(saveable, policy);
  }
  return policy;
}

/**
 * The same function, whose reverse-mode derivative keeps only the arguments, and what `policy` chooses, and computes all
 * other intermediate values again when they are needed. JAX's `jax.checkpoint`, also called `remat`.
 *
 * `printSavedResiduals` shows what is kept.
 * @throws ArgumentError for a policy that is no function, or static arguments that the call does not have.
 * @example
 * const block = (w: NDArray, x: NDArray) => jnp.tanh(jnp.dot(w, x)).sum();
 * const light = checkpoint(block, { policy: checkpointPolicies.dotsSaveable });
 * grad(light)(jnp.zeros([1, 2]), jnp.ones(2)) // [[1. 1.]]
 */
export function checkpoint<A extends readonly NDArray[], O>(
  f: (...args: A) => O,
  options?: CheckpointOptions,
): (...args: Args<A>) => Traced<O>;
export function checkpoint<A extends readonly unknown[], O>(
  f: (...args: A) => O,
  options?: CheckpointOptions,
): (...args: Args<A>) => Traced<O>;
export function checkpoint(f: UserFunction, options: CheckpointOptions = {}): UserFunction {
  checkFunction("checkpoint", f);
  checkOptions("checkpoint", options, ["policy", "preventCse", "staticArgnums"]);
  const { policy, preventCse = true, staticArgnums = [] } = options;
  if (policy !== undefined) checkPolicy("checkpoint", policy);
  return likewise((...args: unknown[]) => {
    const fixed = staticPlaces(staticArgnums, args.length);
    const { leaves, structure } = flattenToArrays(args.map((arg, i) => (fixed.has(i) ? null : arg)));
    const run =
      fixed.size === 0
        ? f
        : named((...given: unknown[]) => f(...given.map((arg, i) => (fixed.has(i) ? args[i] : arg))), f);
    const flat = flatFunction("checkpoint", run, structure);
    const { jaxpr, constants } = stage(
      flat.call,
      leaves.map((x) => x.aval),
      `checkpoint of ${functionName(f)}`,
    );
    const outputs = checkpointCall([...constants, ...leaves], {
      name: functionName(f),
      jaxpr: hoistConstants(jaxpr),
      policy: policy === undefined ? null : toPolicy(policy),
      preventCse,
      differentiated: false,
    });
    return unflatten(flat.structure(), outputs);
  }, f);
}
