/** Memory traded for time: `checkpoint`. */
import { checkpointCall } from "../control/checkpoint.ts";
import { hoistConstants } from "../core/jaxpr.ts";
import type { NDArray } from "../core/ndarray.ts";
import { checkOptions } from "../errors/index.ts";
import { stage } from "../transforms/stage.ts";
import { unflatten } from "../tree/flatten.ts";
import type { Args, Traced } from "../tree/types.ts";
import { checkFunction, flatFunction, flattenToArrays, functionName, named, type UserFunction } from "./flat.ts";

/** Options of `checkpoint`. */
export interface CheckpointOptions {
  /** Keep the recomputation apart from the first computation. Default true. */
  readonly preventCse?: boolean;
}

/**
 * The same function, whose reverse-mode derivative keeps only the arguments and computes intermediate values again when
 * they are needed. JAX's `jax.checkpoint`, also called `remat`.
 * @example const block = checkpoint((p: Params, x: NDArray) => layer(p, x));
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
  checkOptions("checkpoint", options, ["preventCse"]);
  return named((...args: unknown[]) => {
    const { leaves, structure } = flattenToArrays(args);
    const flat = flatFunction("checkpoint", f, structure);
    const { jaxpr, constants } = stage(
      flat.call,
      leaves.map((x) => x.aval),
      `checkpoint of ${functionName(f)}`,
    );
    const outputs = checkpointCall([...constants, ...leaves], {
      name: functionName(f),
      jaxpr: hoistConstants(jaxpr),
      preventCse: options.preventCse ?? true,
      differentiated: false,
    });
    return unflatten(flat.structure(), outputs);
  }, f);
}
