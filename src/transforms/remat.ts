/**
 * What a checkpoint saves. A program is cut in two: the first part computes its outputs and, besides, the values that a
 * policy wants to keep; the second computes the outputs again from the inputs and these values.
 */
import { type Equation, type Jaxpr, makeJaxprData, Var } from "../core/jaxpr.ts";
import type { Primitive, Saveable, SavedParts } from "../core/primitive.ts";
import type { Aval } from "../types/aval.ts";
import { dropDeadEquations } from "./dce.ts";

/** A closed program in two. */
export interface DividedJaxpr {
  /** Inputs to (outputs, saved). */
  readonly first: Jaxpr;
  /** (inputs, saved) to the wanted outputs. */
  readonly second: Jaxpr;
  readonly saved: readonly Aval[];
}

/** Operations that carry a program and are not saved as a whole, cut in two by their primitive's rule. */
function cut(equation: Equation, saveable: Saveable): SavedParts<unknown> | undefined {
  return (equation.primitive as Primitive<unknown>).save?.(equation.params, saveable);
}

/**
 * Cuts a closed program in two. Saved is what `saveable` allows and what the second part reads: nothing that is an input, or
 * that leads to saved values only.
 */
export function divideJaxpr(
  jaxpr: Jaxpr,
  saveable: Saveable,
  wanted: readonly boolean[] = jaxpr.outputs.map(() => true),
): DividedJaxpr {
  const first: Equation[] = [];
  const second: Equation[] = [];
  const candidates: Var[] = [];
  for (const equation of jaxpr.equations) {
    const avals = equation.inputs.map((atom) => atom.aval);
    if (saveable(equation.primitive, avals, equation.params)) {
      first.push(equation);
      candidates.push(...equation.outputs);
      continue;
    }
    const parts = cut(equation, saveable);
    if (parts === undefined) {
      first.push(equation);
      second.push(equation);
      continue;
    }
    const saved = parts.saved.map((aval) => new Var(aval));
    candidates.push(...saved);
    first.push({ ...equation, params: parts.first, outputs: [...equation.outputs, ...saved] });
    second.push({ ...equation, params: parts.second, inputs: [...equation.inputs, ...saved] });
  }
  const rest = dropDeadEquations(
    makeJaxprData(
      [],
      jaxpr.inputs,
      second,
      jaxpr.outputs.filter((_, i) => wanted[i]),
    ),
  ).jaxpr;
  const read = new Set([...rest.outputs, ...rest.equations.flatMap((equation) => equation.inputs)]);
  const saved = candidates.filter((v) => read.has(v));
  return {
    first: dropDeadEquations(makeJaxprData([], jaxpr.inputs, first, [...jaxpr.outputs, ...saved])).jaxpr,
    second: { ...rest, inputs: [...rest.inputs, ...saved] },
    saved: saved.map((v) => v.aval),
  };
}

/** The save rule of a primitive whose parameters hold one program that it runs once. */
export function saveCalled<P extends { readonly jaxpr: Jaxpr }>(
  params: P,
  saveable: Saveable,
): SavedParts<P> | undefined {
  const { first, second, saved } = divideJaxpr(params.jaxpr, saveable);
  if (saved.length === 0) return undefined;
  return { first: { ...params, jaxpr: first }, second: { ...params, jaxpr: second }, saved };
}
