/** A function called for its side effects from inside transformed and compiled functions: `debug.callback`. */
import { effectFunction, hostArguments, trailingOptions } from "../api/callback.ts";
import { checkFunction, functionName, type UserFunction } from "../api/flat.ts";
import { OptionError } from "../errors/index.ts";
import { debugCallback } from "../prims/callback.ts";

/** Options of `debug.callback` and `debug.print`. */
export interface DebugCallbackOptions {
  /** Never move past another ordered callback. Default false; here all callbacks of a program keep its order anyway. */
  readonly ordered?: boolean;
}

/** The option, checked. */
export function readOrdered(ordered: unknown): boolean {
  if (ordered === undefined) return false;
  if (typeof ordered === "boolean") return ordered;
  throw new OptionError({
    what: `ordered must be true or false, but got ${String(ordered)}`,
    fix: "write { ordered: true }",
  });
}

/** Runs `f` on the arguments each time that the program comes by. */
export function bindDebugCallback(caller: string, f: UserFunction, args: readonly unknown[], ordered: boolean): void {
  const given = hostArguments(args);
  debugCallback(given.arrays, {
    name: functionName(f),
    callback: effectFunction(caller, f, given),
    results: [],
    ordered,
    vmapMethod: null,
    batches: [],
  });
}

/**
 * Calls a function with concrete arrays each time that the program comes by, inside `jit`, `vmap` (once for each example, in
 * order), `scan`, `cond` and loops; derivatives pass it by. What it returns is ignored, what it throws comes out of the call.
 * Numbers, texts and booleans among the arguments are passed on as they are.
 *
 * @throws ArgumentError if `f` is not a function; AsyncFunctionError if it returns a promise.
 * @example
 * const history: NDArray[] = [];
 * jit((x: NDArray) => { debug.callback((x: NDArray) => history.push(x), x); return x.mul(2); })(3);
 */
export function callback(f: (...args: never[]) => unknown, ...args: readonly unknown[]): void {
  checkFunction("debug.callback", f);
  const [values, { ordered }] = trailingOptions<DebugCallbackOptions>(args, ["ordered"]);
  bindDebugCallback("debug.callback", f as UserFunction, values, readOrdered(ordered));
}
