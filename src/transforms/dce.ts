/** Dead code: equations whose results nobody reads and that have no effect. */
import { isObservable } from "../core/axis.ts";
import { type Atom, type Equation, type Jaxpr, makeJaxprData, Var } from "../core/jaxpr.ts";

/** What happens to equations that have effects and whose results nobody reads. */
export type Effectful = "keep effects" | "drop effects";

/** Removes dead equations and the constants that nothing reads any more. Inputs stay. */
export function dropDeadEquations(
  jaxpr: Jaxpr,
  effectful: Effectful = "keep effects",
): { jaxpr: Jaxpr; keptConstants: boolean[] } {
  const used = new Set<Atom>(jaxpr.outputs);
  const kept: Equation[] = [];
  for (let i = jaxpr.equations.length - 1; i >= 0; i--) {
    let equation = jaxpr.equations[i]!;
    const usedOutputs = equation.outputs.map((v) => used.has(v));
    const alive = (effectful === "keep effects" && equation.effects.some(isObservable)) || usedOutputs.includes(true);
    if (!alive) continue;
    if (equation.primitive.dce !== undefined && usedOutputs.includes(false)) {
      const reduced = equation.primitive.dce(usedOutputs, equation.params);
      if (reduced !== undefined) {
        equation = {
          ...equation,
          inputs: equation.inputs.filter((_, k) => reduced.inputs[k]),
          outputs: equation.outputs.filter((_, k) => reduced.outputs[k]),
          params: reduced.params,
          effects: equation.primitive.effects?.(reduced.params) ?? equation.effects,
        };
      }
    }
    kept.push(equation);
    for (const atom of equation.inputs) used.add(atom);
  }
  const keptConstants = jaxpr.constants.map((v) => used.has(v));
  const constants = jaxpr.constants.filter((_, i) => keptConstants[i]);
  return { jaxpr: makeJaxprData(constants, jaxpr.inputs, kept.reverse(), jaxpr.outputs), keptConstants };
}

/**
 * A jaxpr with some outputs only, and which inputs it still reads. For the `dce` rules of primitives with programs. Where a
 * program is cut into two, one of them drops the effects.
 */
export function restrictOutputs(
  jaxpr: Jaxpr,
  usedOutputs: readonly boolean[],
  keepInput: (index: number) => boolean,
  effectful: Effectful = "keep effects",
): { jaxpr: Jaxpr; usedInputs: boolean[] } {
  const outputs = jaxpr.outputs.filter((_, i) => usedOutputs[i]);
  const { jaxpr: pruned } = dropDeadEquations({ ...jaxpr, outputs }, effectful);
  const read = new Set<Atom>(pruned.outputs);
  for (const equation of pruned.equations) for (const atom of equation.inputs) if (atom instanceof Var) read.add(atom);
  const usedInputs = jaxpr.inputs.map((v, i) => read.has(v) || keepInput(i));
  const inputs = jaxpr.inputs.filter((_, i) => usedInputs[i]);
  return { jaxpr: { ...pruned, inputs }, usedInputs };
}
