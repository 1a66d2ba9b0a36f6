/** Products of second derivatives with vectors, at a few times the cost of the function: no matrix is ever made. */
import { ArgumentError } from "../errors/index.ts";
import type { Args, Traced } from "../tree/types.ts";
import { checkFunction, named, type UserFunction } from "./flat.ts";
import { grad } from "./grad.ts";
import { jvp, linearize, vjp } from "./jvp.ts";

function checkPrimals(caller: string, primals: unknown): asserts primals is readonly unknown[] {
  if (Array.isArray(primals) && primals.length > 0) return;
  throw new ArgumentError({
    what: `${caller}: primals must be a list with one entry for each argument`,
    fix: `write ${caller}(f, [x], [v])`,
  });
}

/**
 * The product of the Hessian of a scalar function with a vector, $\nabla^2 f(x)\, v$: a list like `primals`, with the mixed
 * derivatives of several arguments taken into account. Forward mode over reverse mode.
 * @throws ArgumentError if primals is no list; TreeError, ShapeError or DTypeError if tangents do not match it.
 * @example const [hv] = hvp((x: NDArray) => x.pow(3).sum(), [jnp.array([1, 2])], [jnp.array([1, 1])]); // [6. 12.]
 */
export function hvp<A extends readonly unknown[]>(
  f: (...args: A) => unknown,
  primals: Args<A>,
  tangents: Args<A>,
): { -readonly [K in keyof A]: Traced<A[K]> } {
  checkFunction("hvp", f);
  checkPrimals("hvp", primals);
  const all = (primals as readonly unknown[]).map((_, i) => i);
  const gradient = grad(f as UserFunction as (...args: never[]) => never, { argnums: all } as never) as UserFunction;
  const [, product] = jvp(
    named((...args: unknown[]) => gradient(...args), f as UserFunction),
    primals as never,
    tangents as never,
  );
  return product as never;
}

/**
 * The product of the Gauss-Newton matrix of `loss(f(x))` with a vector, $J^T H J v$, where J is the derivative of f at x and H
 * the Hessian of `loss` at f(x): a list like `primals`. It is the Hessian without the curvature of f, and positive semidefinite
 * where the loss is convex; for the negative log-likelihood of an exponential family it is the Fisher information.
 * @throws ArgumentError if primals is no list; TreeError, ShapeError or DTypeError if tangents do not match it.
 * @example const [gv] = gnvp((w: NDArray) => jnp.sin(w), (y: NDArray) => y.mul(y).sum(), [x], [x]);
 */
export function gnvp<A extends readonly unknown[], O>(
  f: (...args: A) => O,
  loss: (output: Traced<O>) => unknown,
  primals: Args<A>,
  tangents: Args<A>,
): { -readonly [K in keyof A]: Traced<A[K]> } {
  checkFunction("gnvp", f);
  checkFunction("gnvp", loss);
  checkPrimals("gnvp", primals);
  const run = f as UserFunction;
  const [, push] = linearize(run, ...(primals as readonly never[]));
  const [output, pull] = vjp(run, ...(primals as readonly never[]));
  const moved = (push as UserFunction)(...(tangents as readonly unknown[]));
  const [curved] = hvp(loss as UserFunction, [output] as never, [moved] as never);
  return (pull as UserFunction)(curved) as never;
}
