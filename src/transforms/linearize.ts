/**
 * Linearization: the value now, and the derivative as a linear program. The jvp rules run under a split trace: what
 * touches a tangent is staged, everything else happens at once in the parent. Values that staged equations read from
 * outside are the residuals.
 */
import { evaluate } from "../core/evaluate.ts";
import { hoistConstants, inputAvals, type Jaxpr, memoised } from "../core/jaxpr.ts";
import type { NDArray } from "../core/ndarray.ts";
import type { Primitive, Tangent } from "../core/primitive.ts";
import { bind, currentTrace, Trace, untilEnd, withTrace } from "../core/trace.ts";
import { TransformError } from "../errors/index.ts";
import { instantiate } from "../prims/fill.ts";
import { isInexact } from "../types/dtype.ts";
import { bits } from "../util/list.ts";
import { applyJvp, dual, dualOrigin, undual } from "./jvp.ts";
import { StageTrace, stageClosed } from "./stage.ts";

/** Current while a jvp rule is linearized. */
class SplitTrace extends Trace {
  private readonly parent: Trace;
  private readonly tangents: StageTrace;
  constructor(parent: Trace, tangents: StageTrace) {
    super("linearize");
    this.parent = parent;
    this.tangents = tangents;
  }
  process<P>(primitive: Primitive<P>, operands: readonly NDArray[], params: P): NDArray[] {
    for (const x of operands) {
      if (x.trace !== this.tangents) continue;
      return primitive.split !== undefined
        ? [...primitive.split(operands, params)]
        : this.tangents.process(primitive, operands, params);
    }
    return withTrace(this.parent, () => bind(primitive, operands, params));
  }
}

class LinearizeTrace extends Trace {
  private readonly parent: Trace;
  private readonly tangents: StageTrace;
  private readonly split: SplitTrace;
  constructor(parent: Trace, tangents: StageTrace) {
    super(tangents.description);
    this.parent = parent;
    this.tangents = tangents;
    this.split = new SplitTrace(parent, tangents);
  }
  override origin(x: NDArray): string | undefined {
    return dualOrigin(x);
  }
  process<P>(primitive: Primitive<P>, operands: readonly NDArray[], params: P): NDArray[] {
    const [primals, tangents] = undual(this, operands);
    if (tangents.every((t) => t === null)) return withTrace(this.parent, () => bind(primitive, primals, params));
    const rule = primitive.linearize;
    if (rule !== "jvp") {
      const nonzero = tangents.map((t) => t !== null);
      const [results, linear] = withTrace(this.parent, () => rule(primals, nonzero, params));
      const resultTangents = withTrace(this.tangents, () => linear(tangents.filter((t) => t !== null)));
      return results.map((y, i) => dual(this, y, isInexact(y.aval.dtype) ? resultTangents[i]! : null));
    }
    const [results, resultTangents] = withTrace(this.split, () => applyJvp(primitive, primals, tangents, params));
    if (results.some((y) => y.trace === this.tangents)) {
      throw new TransformError({
        what: `the jvp rule of ${primitive.name} mixed primals and tangents in one operation that cannot be split`,
        fix: "give the primitive a linearize rule, or keep primal and tangent computations apart in its jvp rule",
      });
    }
    return results.map((y, i) => dual(this, y, resultTangents[i]!));
  }
}

/** Results now; a linear program from (residuals, non-zero tangents) to the non-zero (or forced) result tangents. */
export interface LinearizedFlat {
  readonly results: readonly NDArray[];
  readonly nonzeroOut: readonly boolean[];
  /** Its leading inputs are the residuals. */
  readonly linear: Jaxpr;
  readonly residuals: readonly NDArray[];
}

/**
 * Linearizes a function of flat arguments at `primals`, with respect to those marked in `nonzero`. `description` names the
 * transformation in errors.
 */
export function linearizeFlat(
  f: (args: readonly NDArray[]) => readonly NDArray[],
  primals: readonly NDArray[],
  nonzero: readonly boolean[],
  force: readonly boolean[] = [],
  description = "grad or linearize",
): LinearizedFlat {
  const tangentTrace = new StageTrace(description, false);
  const trace = new LinearizeTrace(currentTrace(), tangentTrace);
  return untilEnd([trace, tangentTrace], () => {
    const inputs = primals.map((x, i) => (nonzero[i] ? tangentTrace.input(x.aval) : null));
    try {
      const outputs = withTrace(trace, () => f(primals.map((x, i) => dual(trace, x, inputs[i]!))));
      const [results, tangents] = undual(trace, outputs);
      trace.live = false;
      const resultTangents: Tangent[] = withTrace(tangentTrace, () =>
        tangents.map((t, i) => (force[i] ? instantiate(t, results[i]!.aval) : t)),
      );
      const { jaxpr, constants } = tangentTrace.finish(
        inputs.filter((x) => x !== null),
        resultTangents.filter((t) => t !== null),
      );
      return {
        results,
        nonzeroOut: resultTangents.map((t) => t !== null),
        linear: hoistConstants(jaxpr),
        residuals: constants,
      };
    } finally {
      trace.live = false;
      tangentTrace.live = false;
    }
  });
}

/** A closed jaxpr in two parts. */
export interface LinearizedJaxpr {
  /** Inputs to (results, residuals that are not inputs). */
  readonly forward: Jaxpr;
  /** (residuals, non-zero tangents) to non-zero result tangents. */
  readonly linear: Jaxpr;
  readonly nonzeroOut: readonly boolean[];
  /** For each residual: the number of the input that it is, or null for an extra result of `forward`. */
  readonly sources: readonly (number | null)[];
}

/** Linearizes a closed jaxpr. A residual that is an input is not returned again if `mayForward` says so. */
export function linearizeJaxpr(
  jaxpr: Jaxpr,
  nonzero: readonly boolean[],
  force: readonly boolean[],
  mayForward: (input: number) => boolean,
): LinearizedJaxpr {
  const key = `linearize ${bits(nonzero)} ${bits(force)} ${bits(nonzero.map((_, i) => mayForward(i)))}`;
  return memoised(jaxpr, key, () => {
    let parts: Omit<LinearizedJaxpr, "forward"> | undefined;
    const forward = stageClosed(
      (args) => {
        const l = linearizeFlat((xs) => evaluate(jaxpr, xs), args, nonzero, force);
        const sources = l.residuals.map((r) => {
          const input = args.indexOf(r);
          return input < 0 || !mayForward(input) ? null : input;
        });
        parts = { linear: l.linear, nonzeroOut: l.nonzeroOut, sources };
        return [...l.results, ...l.residuals.filter((_, i) => sources[i] === null)];
      },
      inputAvals(jaxpr),
      "linearize",
    );
    return { forward, ...parts! };
  });
}

/** All residuals in order, from the inputs and the extra results of `forward`. */
export function joinResiduals(
  linearized: LinearizedJaxpr,
  inputs: readonly NDArray[],
  extra: readonly NDArray[],
): NDArray[] {
  let next = 0;
  return linearized.sources.map((source) => (source === null ? extra[next++]! : inputs[source]!));
}
