/** Where the time of a function goes once it is compiled: `debug.profile`. */
import { jit } from "../api/jit.ts";
import type { Profile } from "../api/profile.ts";
import type { NDArray } from "../core/ndarray.ts";
import type { Args, Traced } from "../tree/types.ts";

/**
 * A function that compiles `f` for its arguments, runs it with a clock between its kernels, and returns the profile: time,
 * runs and memory traffic of each kernel, as `table()` and as `trace()` for Chrome's viewer, and the `result`.
 *
 * The clock costs about a tenth of a microsecond a kernel. Backends that overlap kernels run them one by one here.
 * @example debug.profile((x: NDArray) => jnp.exp(x).sum())(x).table();
 */
export function profile<A extends readonly NDArray[], O>(
  f: (...args: A) => O,
): (...args: Args<A>) => Profile<Traced<O>>;
export function profile<A extends readonly unknown[], O>(
  f: (...args: A) => O,
): (...args: Args<A>) => Profile<Traced<O>>;
export function profile(f: (...args: never[]) => unknown): (...args: unknown[]) => Profile<unknown> {
  const compiled = jit(f as (...args: unknown[]) => unknown);
  return (...args) =>
    compiled
      .lower(...args)
      .compile()
      .profile(...(args as never[]));
}
