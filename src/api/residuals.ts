/** What reverse mode keeps: the residuals of a function, and where they come from. */

import { jitCall } from "../control/jit.ts";
import { type Equation, Literal, type Var } from "../core/jaxpr.ts";
import { userFrame } from "../core/source.ts";
import { ShapeDtypeStruct } from "../core/struct.ts";
import { name } from "../prims/name.ts";
import { linearizeFlat } from "../transforms/linearize.ts";
import { stage } from "../transforms/stage.ts";
import { shortAval } from "../types/aval.ts";
import { isInexact } from "../types/dtype.ts";
import { argumentNames, checkFunction, flatFunction, flattenToAvals, functionName, type UserFunction } from "./flat.ts";

/** A value that is kept between a function's evaluation and its derivative. */
export interface SavedResidual {
  readonly type: ShapeDtypeStruct;
  /** Where it comes from: `from the argument x`, `output of sin from model.ts:3:14 (layer)`, `named 'h' from ...`. */
  readonly source: string;
}

function describe(equation: Equation, given: string | undefined): string {
  const frame = equation.source && userFrame(equation.source);
  const place = frame === undefined ? "" : ` from ${frame}`;
  if (given !== undefined) return `named '${given}'${place}`;
  if (equation.primitive === (jitCall as unknown)) {
    return `output of jitted function '${(equation.params as { readonly name: string }).name}'${place}`;
  }
  return `output of ${equation.primitive.name}${place}`;
}

/**
 * What `grad` or `vjp` of a function would keep, without computing anything: each array with its type and where it comes
 * from. Known numbers, which are part of the program, are not listed. Arguments may be descriptions (`ShapeDtypeStruct`).
 * @example
 * const f = (x: NDArray) => jnp.sin(x).mul(x);
 * savedResiduals(f, jnp.ones(3)).map((r) => r.type.shape) // [ [ 3 ], [ 3 ], [ 3 ] ]
 */
export function savedResiduals(f: (...args: never[]) => unknown, ...args: readonly unknown[]): SavedResidual[] {
  checkFunction("savedResiduals", f);
  const { avals, structure } = flattenToAvals(args);
  const flat = flatFunction("savedResiduals", f as UserFunction, structure);
  let kept = 0;
  const nonzero = avals.map((aval) => isInexact(aval.dtype));
  const { jaxpr } = stage(
    (leaves) => {
      const { residuals, results } = linearizeFlat(flat.call, leaves, nonzero);
      kept = residuals.length;
      return [...residuals, ...results];
    },
    avals,
    `savedResiduals of ${functionName(f as UserFunction)}`,
    "keep dead equations",
  );
  const residuals = new Set(jaxpr.outputs.slice(0, kept));
  // A value goes by its name, also before it got it.
  const names = new Map<unknown, string>();
  for (const { primitive, params, inputs, outputs } of jaxpr.equations) {
    if (primitive !== (name as unknown)) continue;
    for (const atom of [...inputs, ...outputs]) {
      if (!(atom instanceof Literal)) names.set(atom, (params as { readonly name: string }).name);
    }
  }
  const found: SavedResidual[] = [];
  const add = (v: Var, source: string): void => {
    if (residuals.has(v)) found.push({ type: new ShapeDtypeStruct(v.aval.shape, v.aval.dtype), source });
  };
  for (const v of jaxpr.constants) add(v, "from a constant");
  const places = argumentNames(f as UserFunction, structure);
  jaxpr.inputs.forEach((v, i) => void add(v, `from the ${places[i]}`));
  for (const equation of jaxpr.equations) {
    for (const v of equation.outputs) add(v, describe(equation, names.get(v)));
  }
  return found;
}

/**
 * Prints what `grad` or `vjp` of a function would keep, one array a line: to see what a `checkpoint` and its policy do.
 * @example
 * printSavedResiduals((x: NDArray) => jnp.exp(x), jnp.ones(3));
 * // f32[3] output of exp from model.ts:1:41
 */
export function printSavedResiduals(f: (...args: never[]) => unknown, ...args: readonly unknown[]): void {
  const lines = savedResiduals(f, ...args).map(({ type, source }) => `${shortAval(type.aval)} ${source}`);
  console.log(lines.join("\n"));
}
