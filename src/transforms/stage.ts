/**
 * Staging: a function of arrays becomes a jaxpr. Operations are recorded as equations; what the function reads from
 * outside becomes a constant, known scalars become literals.
 */
import { enabledChecks } from "../core/checks.ts";
import { config } from "../core/config.ts";
import { type Atom, type Equation, hoistConstants, type Jaxpr, Literal, makeJaxprData, Var } from "../core/jaxpr.ts";
import { NDArray } from "../core/ndarray.ts";
import type { Primitive } from "../core/primitive.ts";
import { equationSource, inheritedSource, userFrame } from "../core/source.ts";
import { describeOrigin, getExecutor, leakedTracer, rootTrace, Trace, untilEnd, withTrace } from "../core/trace.ts";
import { AdjointError, JaxprTypeError } from "../errors/index.ts";
import { type Aval, formatAval } from "../types/aval.ts";
import { dropDeadEquations } from "./dce.ts";

const noEffects: readonly string[] = [];

/** A jaxpr with the arrays that its constants stand for. */
export interface Staged {
  readonly jaxpr: Jaxpr;
  readonly constants: readonly NDArray[];
}

/** What happens to equations whose results nobody reads. */
export type DeadEquations = "drop dead equations" | "keep dead equations";

/** Records equations. Its tracers' payloads are variables. */
export class StageTrace extends Trace {
  private readonly equations: Equation[] = [];
  private readonly constants = new Map<NDArray, Var>();
  private readonly notesSource: boolean;

  /** `notesSource`: look up the user's line for each equation, which costs more than making it. */
  constructor(description: string, notesSource = true) {
    super(description);
    this.notesSource = notesSource;
  }

  /** A new input. */
  input(aval: Aval): NDArray {
    return this.note(new NDArray(aval, this, new Var(aval)));
  }

  private atom(x: NDArray, user?: string): Atom {
    if (x.trace === this) {
      if (!this.live) throw leakedTracer(x, user);
      return x.payload as Var;
    }
    if (!x.trace.live) throw leakedTracer(x, user);
    if (x.trace === rootTrace && x.aval.shape.length === 0) {
      const value = getExecutor().scalar(x);
      if (value !== undefined) return new Literal(value, x.aval);
    }
    let variable = this.constants.get(x);
    if (variable === undefined) {
      variable = new Var(x.aval);
      this.constants.set(x, variable);
    }
    return variable;
  }

  override origin(x: NDArray): string | undefined {
    const variable = x.payload as Var;
    const equation = this.equations.find((e) => e.outputs.includes(variable));
    if (equation === undefined) return `is an argument of ${this.description}`;
    const frame = equation.source && userFrame(equation.source);
    return `was made by ${equation.primitive.name}${frame === undefined ? "" : ` at ${frame}`}`;
  }

  private types<P>(primitive: Primitive<P>, operands: readonly NDArray[], params: P): readonly Aval[] {
    try {
      return primitive.types(
        operands.map((x) => x.aval),
        params,
      );
    } catch (error) {
      if (error instanceof AdjointError)
        error.addWhere(operands.map(describeOrigin).filter((line) => line !== undefined));
      throw error;
    }
  }

  process<P>(primitive: Primitive<P>, operands: readonly NDArray[], params: P): NDArray[] {
    const inputs = operands.map((x) => this.atom(x, primitive.name));
    const outputs = this.types(primitive, operands, params).map((aval) => new Var(aval));
    const effects = primitive.effects?.(params) ?? noEffects;
    const source = this.notesSource ? equationSource() : inheritedSource();
    // V8 holds the receivers of frames, which may be tracers, until a stack is read.
    if (config.checkTracerLeaks) void source?.stack;
    this.equations.push({ primitive, inputs, params, outputs, effects, source });
    return outputs.map((variable) => this.note(new NDArray(variable.aval, this, variable)));
  }

  /**
   * Ends the trace: the program from the inputs to the outputs. Dead equations and unused constants are dropped, unless
   * the program is to be looked at.
   */
  finish(inputs: readonly NDArray[], outputs: readonly NDArray[], dead: DeadEquations = "drop dead equations"): Staged {
    const atoms = outputs.map((x) => this.atom(x, "the result"));
    this.live = false;
    const jaxpr = makeJaxprData(
      [...this.constants.values()],
      inputs.map((x) => x.payload as Var),
      this.equations,
      atoms,
    );
    const arrays = [...this.constants.keys()];
    enabledChecks()?.jaxpr(jaxpr);
    if (dead === "keep dead equations") return { jaxpr, constants: arrays };
    const { jaxpr: pruned, keptConstants } = dropDeadEquations(jaxpr);
    enabledChecks()?.jaxpr(pruned);
    return { jaxpr: pruned, constants: arrays.filter((_, i) => keptConstants[i]) };
  }
}

/** Traces a function of flat arguments into a jaxpr. `description` names the transformation in errors. */
export function stage(
  f: (args: readonly NDArray[]) => readonly NDArray[],
  avals: readonly Aval[],
  description: string,
  dead?: DeadEquations,
): Staged {
  const trace = new StageTrace(description);
  return untilEnd([trace], () => {
    const args = avals.map((aval) => trace.input(aval));
    try {
      return trace.finish(
        args,
        withTrace(trace, () => f(args)),
        dead,
      );
    } finally {
      trace.live = false;
    }
  });
}

/** Stages a rule that makes one jaxpr from another: there is nothing outside that it could read. */
export function stageClosed(
  f: (args: readonly NDArray[]) => readonly NDArray[],
  avals: readonly Aval[],
  description: string,
): Jaxpr {
  const { jaxpr, constants } = stage(f, avals, description);
  if (constants.length > 0) {
    throw new JaxprTypeError({
      what: `${description} captured an array of type ${formatAval(constants[0]!.aval)} from outside of the program`,
      fix: "rules of primitives must build their constants from scalars",
    });
  }
  return hoistConstants(jaxpr);
}
