/**
 * Library functions that are made of many operations: called with concrete arrays they run as one compiled program, so that
 * their intermediate values never become arrays. Under a transformation they are simply traced.
 */
import { paramsKey } from "../compile/inline.ts";
import { jitCall } from "../control/jit.ts";
import { config, configKey } from "../core/config.ts";
import { hoistConstants, type Jaxpr } from "../core/jaxpr.ts";
import type { NDArray } from "../core/ndarray.ts";
import { currentTrace, isConcrete, rootTrace } from "../core/trace.ts";
import { stage } from "../transforms/stage.ts";
import { avalNumber } from "../types/aval.ts";

/** Signatures kept for one function; the oldest go first. */
const mostSignatures = 512;

/**
 * Wraps a function of arrays and of a static description, which is plain data. It must not read anything else that can
 * change, but for the configuration.
 */
export function composite<S>(
  name: string,
  f: (arrays: readonly NDArray[], statics: S) => readonly NDArray[],
): (arrays: readonly NDArray[], statics: S) => readonly NDArray[] {
  const cache = new Map<string, Jaxpr>();
  return (arrays, statics) => {
    if (currentTrace() !== rootTrace || config.disableJit || !arrays.every(isConcrete)) return f(arrays, statics);
    let key = paramsKey(statics) + configKey();
    for (const x of arrays) key += ` ${avalNumber(x.aval)}`;
    let jaxpr = cache.get(key);
    if (jaxpr === undefined) {
      const staged = stage(
        (args) => f(args, statics),
        arrays.map((x) => x.aval),
        name,
      );
      // A function that closed over arrays cannot be found again by its description.
      if (staged.constants.length > 0) return f(arrays, statics);
      jaxpr = hoistConstants(staged.jaxpr);
      if (cache.size >= mostSignatures) cache.delete(cache.keys().next().value!);
      cache.set(key, jaxpr);
    }
    return jitCall(arrays, { name, jaxpr });
  };
}
