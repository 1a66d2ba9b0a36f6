/** What a function closes over, made visible. */

import { evaluate } from "../core/evaluate.ts";
import type { NDArray } from "../core/ndarray.ts";
import { isConcrete } from "../core/trace.ts";
import { TreeError } from "../errors/index.ts";
import { stage } from "../transforms/stage.ts";
import { unflatten } from "../tree/flatten.ts";
import { isInexact } from "../types/dtype.ts";
import { checkFunction, flatFunction, flattenToArrays, flattenToAvals, named, type UserFunction } from "./flat.ts";

/**
 * Closure conversion: a function that takes what `f` closes over as further arguments, and the values of these:
 * `[converted, values]` with `converted(...args, ...values)` equal to `f(...args)`. Only traced values of floating point
 * types are taken out, those by which somebody may be differentiating; known arrays stay inside. The examples say the
 * types of the arguments, which `converted` keeps to.
 *
 * A higher-order function with a derivative rule of its own needs it: what its function arguments close over must be
 * arguments too, or the rule cannot say what their derivatives are.
 * @throws TreeError if `converted` is called with arguments of another structure.
 * @example
 * const scaled = (scale: NDArray) => {
 *   const [converted, values] = closureConvert((x: NDArray) => x.mul(scale), 2);
 *   return converted(2, ...values);
 * };
 * grad(scaled)(3) // 2.0
 */
export function closureConvert<A extends readonly unknown[], O>(
  f: (...args: A) => O,
  ...examples: { [K in keyof A]: unknown }
): [(...args: readonly unknown[]) => O, NDArray[]] {
  checkFunction("closureConvert", f);
  const { avals, structure } = flattenToAvals(examples);
  const flat = flatFunction("closureConvert", f as UserFunction, structure);
  const { jaxpr, constants } = stage(flat.call, avals, "closureConvert");
  const out = flat.structure();
  const moves = constants.map((x) => !isConcrete(x) && isInexact(x.aval.dtype));
  const values = constants.filter((_, i) => moves[i]);
  const converted = (...args: readonly unknown[]): unknown => {
    const own = flattenToArrays(args.slice(0, examples.length));
    const given = flattenToArrays(args.slice(examples.length)).leaves;
    if (own.structure.key !== structure.key || given.length !== values.length) {
      throw new TreeError({
        what: `closureConvert: the converted function takes arguments of structure ${structure} and ${values.length} closed-over values, but got ${own.structure} and ${given.length}`,
        fix: "call it as converted(...args, ...values)",
      });
    }
    let next = 0;
    const known = constants.map((x, i) => (moves[i] ? given[next++]! : x));
    return unflatten(out, evaluate(jaxpr, [...known, ...own.leaves]));
  };
  return [named(converted as UserFunction, f as UserFunction) as (...args: readonly unknown[]) => O, values];
}
