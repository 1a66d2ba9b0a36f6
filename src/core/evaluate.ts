/** Runs a jaxpr, equation by equation, under the current trace. */
import { scalar } from "./constant.ts";
import { type Atom, type Jaxpr, Literal, type Var } from "./jaxpr.ts";
import type { NDArray } from "./ndarray.ts";
import { inheritSource } from "./source.ts";
import { bind } from "./trace.ts";

/** A literal as an array of rank 0. */
export function literalArray(literal: Literal): NDArray {
  return scalar(literal.value, literal.aval.dtype, literal.aval.weakType);
}

/** The outputs of a jaxpr for these arguments (its constants first). */
export function evaluate(jaxpr: Jaxpr, args: readonly NDArray[]): NDArray[] {
  const environment = new Map<Var, NDArray>();
  const read = (atom: Atom): NDArray => (atom instanceof Literal ? literalArray(atom) : environment.get(atom)!);
  const constants = jaxpr.constants.length;
  for (let i = 0; i < constants; i++) environment.set(jaxpr.constants[i]!, args[i]!);
  for (let i = 0; i < jaxpr.inputs.length; i++) environment.set(jaxpr.inputs[i]!, args[constants + i]!);
  const saved = inheritSource(undefined);
  try {
    for (const equation of jaxpr.equations) {
      inheritSource(equation.source);
      const results = bind(equation.primitive, equation.inputs.map(read), equation.params);
      for (let i = 0; i < results.length; i++) environment.set(equation.outputs[i]!, results[i]!);
    }
  } finally {
    inheritSource(saved);
  }
  return jaxpr.outputs.map(read);
}
