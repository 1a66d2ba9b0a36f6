/** `adjoint/testing`: checking derivatives against finite differences. */
import "../array/install.ts";
import "./install.ts";
import { flattenToArrays, type UserFunction } from "../api/flat.ts";
import { jvp, vjp } from "../api/jvp.ts";
import type { NDArray } from "../core/ndarray.ts";
import { AdjointError, checkOptions, OptionError } from "../errors/index.ts";
import { fromTypedArray, peek } from "../runtime/array.ts";
import { unflatten } from "../tree/flatten.ts";
import type { TreeStructure } from "../tree/structure.ts";
import { type DType, isInexact, newTypedArray } from "../types/dtype.ts";
import { sizeOf } from "../types/shape.ts";

/** A derivative that disagrees with finite differences. */
export class DerivativeError extends AdjointError {}

/** Options of `checkGrads`. */
export interface CheckGradsOptions {
  /** How many times to differentiate. Default 1. */
  readonly order?: number;
  /** Which modes: "fwd" (jvp), "rev" (vjp). Default both. */
  readonly modes?: readonly ("fwd" | "rev")[];
  readonly atol?: number;
  readonly rtol?: number;
  /** The step of the central difference. Default 1e-4 in float64, 1e-2 in float32. */
  readonly eps?: number;
}

const tolerances: { readonly [D in DType]?: number } = { float32: 2e-2, float64: 1e-5, float16: 1e-1, bfloat16: 1e-1 };
const steps: { readonly [D in DType]?: number } = { float64: 1e-4 };

/** A repeatable direction: normal numbers from a small generator. */
function direction(leaves: readonly NDArray[], seed: number): NDArray[] {
  let state = seed >>> 0 || 1;
  const uniform = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
  return leaves.map(({ aval }) => {
    const data = newTypedArray(aval.dtype, sizeOf(aval.shape)) as Float64Array;
    for (let i = 0; i < data.length; i++)
      data[i] = Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
    return fromTypedArray({ ...aval, weakType: false }, data);
  });
}

const numbers = (x: NDArray): number[] => Array.from(peek(x) as Float64Array);

function moved(x: NDArray, v: NDArray, step: number): NDArray {
  const data = newTypedArray(x.aval.dtype, sizeOf(x.aval.shape)) as Float64Array;
  const [a, b] = [numbers(x), numbers(v)];
  for (let i = 0; i < data.length; i++) data[i] = a[i]! + step * b[i]!;
  return fromTypedArray(x.aval, data);
}

interface Context {
  readonly f: UserFunction;
  readonly structure: TreeStructure;
  readonly leaves: readonly NDArray[];
  readonly directions: readonly NDArray[];
}

const call = (c: Context, leaves: readonly NDArray[]): readonly NDArray[] =>
  flattenToArrays(c.f(...(unflatten(c.structure, leaves) as unknown[]))).leaves;

function numericalJvp(c: Context, eps: number): number[][] {
  const at = (sign: number): readonly NDArray[] =>
    call(
      c,
      c.leaves.map((x, i) => moved(x, c.directions[i]!, sign * eps)),
    );
  const [plus, minus] = [at(1), at(-1)];
  return plus.map((y, k) => numbers(y).map((value, i) => (value - numbers(minus[k]!)[i]!) / (2 * eps)));
}

function compare(
  mode: string,
  actual: readonly number[],
  expected: readonly number[],
  atol: number,
  rtol: number,
): void {
  actual.forEach((a, i) => {
    const e = expected[i]!;
    if (Math.abs(a - e) <= atol + rtol * Math.abs(e)) return;
    throw new DerivativeError({
      what: `${mode} derivative differs from finite differences: got ${a}, expected ${e} (element ${i})`,
      fix: "check the function's custom rules; near kinks and for float32, widen atol, rtol or eps",
    });
  });
}

/**
 * Compares derivatives with central finite differences in one random direction, forward and reverse, up to an order.
 * Reverse mode is checked by $\langle u, J v\rangle = \langle J^T u, v\rangle$.
 * @throws DerivativeError where they disagree.
 * @example checkGrads((x: NDArray) => jnp.sin(x).mul(x), [jnp.array([0.5, 1.5])], { order: 2 });
 */
export function checkGrads(f: UserFunction, args: readonly unknown[], options: CheckGradsOptions = {}): void {
  checkOptions("checkGrads", options, ["order", "modes", "atol", "rtol", "eps"]);
  const { order = 1, modes = ["fwd", "rev"] } = options;
  for (const mode of modes) {
    if (mode !== "fwd" && mode !== "rev")
      throw new OptionError({ what: `checkGrads has no mode ${JSON.stringify(mode)}`, fix: 'use "fwd" and "rev"' });
  }
  const { leaves, structure } = flattenToArrays(args);
  const inexact = leaves.filter((x) => isInexact(x.aval.dtype));
  const dtype = inexact.some((x) => x.aval.dtype !== "float64") ? "float32" : "float64";
  const atol = options.atol ?? tolerances[dtype]!;
  const rtol = options.rtol ?? tolerances[dtype]!;
  const eps = options.eps ?? steps[dtype] ?? 1e-2;
  const c: Context = { f, structure, leaves, directions: direction(leaves, 1) };
  const numerical = numericalJvp(c, eps);
  const tangentArgs = (): unknown[] => unflatten(structure, c.directions) as unknown[];
  if (modes.includes("fwd")) {
    const [, tangent] = jvp(
      f as (...a: unknown[]) => unknown,
      unflatten(structure, leaves) as unknown[],
      tangentArgs(),
    );
    flattenToArrays(tangent).leaves.forEach((t, k) => void compare("forward", numbers(t), numerical[k]!, atol, rtol));
  }
  if (modes.includes("rev")) {
    const [output, pull] = vjp(f as (...a: unknown[]) => unknown, ...(unflatten(structure, leaves) as unknown[]));
    const out = flattenToArrays(output);
    const cotangents = direction(out.leaves, 2);
    const pulled = flattenToArrays(pull(unflatten(out.structure, cotangents) as never)).leaves;
    const inner = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, v, i) => sum + v * b[i]!, 0);
    const left = cotangents.reduce((sum, u, k) => sum + inner(numbers(u), numerical[k]!), 0);
    const right = pulled.reduce((sum, ct, i) => sum + inner(numbers(ct), numbers(c.directions[i]!)), 0);
    compare("reverse", [right], [left], atol, rtol);
  }
  if (order > 1) {
    const next = { ...options, order: order - 1 };
    if (modes.includes("fwd")) {
      checkGrads((...xs: unknown[]) => jvp(f as (...a: unknown[]) => unknown, xs, tangentArgs())[1], args, next);
    }
    if (modes.includes("rev")) {
      checkGrads(
        (...xs: unknown[]) => {
          const [output, pull] = vjp(f as (...a: unknown[]) => unknown, ...xs);
          const out = flattenToArrays(output);
          return pull(unflatten(out.structure, direction(out.leaves, 3)) as never);
        },
        args,
        next,
      );
    }
  }
}
