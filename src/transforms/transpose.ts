/** Transposition of linear programs: cotangents flow from the outputs back to the linear inputs. */
import { literalArray } from "../core/evaluate.ts";
import { type Atom, type Equation, type Jaxpr, Literal, memoised, Var } from "../core/jaxpr.ts";
import type { NDArray } from "../core/ndarray.ts";
import { isLinear, Linear, type Tangent } from "../core/primitive.ts";
import { inheritSource, userFrame } from "../core/source.ts";
import { bind } from "../core/trace.ts";
import { TransformError } from "../errors/index.ts";
import { instantiate } from "../prims/fill.ts";
import { bits } from "../util/list.ts";
import { stageClosed } from "./stage.ts";
import { addTangents, unbroadcastCotangent } from "./tangent.ts";

/**
 * Cotangents of the `Linear` arguments of a program, from those of its outputs. Equations that touch no linear value are
 * evaluated on the way forward.
 */
export function backward(jaxpr: Jaxpr, args: readonly (NDArray | Linear)[], cotangents: readonly Tangent[]): Tangent[] {
  const environment = new Map<Var, NDArray | Linear>();
  const gathered = new Map<Var, Tangent>();
  const linearEquations: Equation[] = [];
  const read = (atom: Atom): NDArray | Linear =>
    atom instanceof Literal ? literalArray(atom) : environment.get(atom)!;
  const give = (atom: Atom, cotangent: Tangent): void => {
    if (atom instanceof Var && cotangent !== null) {
      gathered.set(atom, addTangents(gathered.get(atom) ?? null, cotangent));
    }
  };
  jaxpr.inputs.forEach((v, i) => void environment.set(v, args[i]!));
  const saved = inheritSource(undefined);
  try {
    for (const equation of jaxpr.equations) {
      const operands = equation.inputs.map(read);
      if (operands.some(isLinear)) {
        linearEquations.push(equation);
        for (const v of equation.outputs) environment.set(v, new Linear(v.aval));
      } else {
        inheritSource(equation.source);
        const results = bind(equation.primitive, operands as NDArray[], equation.params);
        results.forEach((y, i) => void environment.set(equation.outputs[i]!, y));
      }
    }
    jaxpr.outputs.forEach((atom, i) => void give(atom, cotangents[i]!));
    for (let k = linearEquations.length - 1; k >= 0; k--) {
      const equation = linearEquations[k]!;
      const outputs = equation.outputs.map((v) => gathered.get(v) ?? null);
      if (outputs.every((ct) => ct === null)) continue;
      const rule = equation.primitive.transpose;
      if (rule === "nonlinear") throw nonlinear(equation);
      inheritSource(equation.source);
      const operands = equation.inputs.map(read);
      rule(outputs, operands, equation.params).forEach((ct, i) => {
        const operand = operands[i]!;
        if (ct !== null && isLinear(operand)) give(equation.inputs[i]!, unbroadcastCotangent(ct, operand.aval.shape));
      });
      for (const v of equation.outputs) gathered.delete(v);
    }
  } finally {
    inheritSource(saved);
  }
  return jaxpr.inputs.map((v, i) => (isLinear(args[i]!) ? (gathered.get(v) ?? null) : null));
}

function nonlinear(equation: Equation): TransformError {
  const line = equation.source && userFrame(equation.source);
  return new TransformError({
    what: `Transpose rule (for reverse-mode differentiation) for '${equation.primitive.name}' not implemented: it is not linear`,
    where: line === undefined ? [] : [`applied at ${line}`],
    fix: "linearTranspose takes linear functions only; for others use grad or vjp",
  });
}

/** Which outputs depend on the marked inputs, or, if `effectful`, on what an equation with an effect gave. */
export function reachableOutputs(jaxpr: Jaxpr, marks: readonly boolean[], effectful = false): boolean[] {
  const reached = new Set<Atom>(jaxpr.inputs.filter((_, i) => marks[i]));
  for (const equation of jaxpr.equations) {
    const isReached = (effectful && equation.effects.length > 0) || equation.inputs.some((atom) => reached.has(atom));
    if (isReached) for (const v of equation.outputs) reached.add(v);
  }
  return jaxpr.outputs.map((atom) => reached.has(atom));
}

/** A closed jaxpr from (arguments that are not linear, non-zero cotangents) to cotangents of all linear arguments. */
export function transposeJaxpr(jaxpr: Jaxpr, linear: readonly boolean[], nonzero: readonly boolean[]): Jaxpr {
  return memoised(jaxpr, `transpose ${bits(linear)} ${bits(nonzero)}`, () =>
    stageClosed(
      (values) => {
        let next = 0;
        const args = jaxpr.inputs.map((v, i) => (linear[i] ? new Linear(v.aval) : values[next++]!));
        const cotangents = backward(
          jaxpr,
          args,
          nonzero.map((b) => (b ? values[next++]! : null)),
        );
        return jaxpr.inputs.flatMap((v, i) => (linear[i] ? [instantiate(cotangents[i]!, v.aval)] : []));
      },
      [...jaxpr.inputs.filter((_, i) => !linear[i]), ...jaxpr.outputs.filter((_, i) => nonzero[i])].map((v) => v.aval),
      "transpose",
    ),
  );
}
