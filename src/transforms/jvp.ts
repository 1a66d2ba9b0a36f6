/** Forward mode: primals and tangents together. */
import { evaluate } from "../core/evaluate.ts";
import { inputAvals, type Jaxpr, memoised } from "../core/jaxpr.ts";
import { NDArray } from "../core/ndarray.ts";
import type { Primitive, Tangent } from "../core/primitive.ts";
import { bind, currentTrace, Trace, untilEnd, withTrace } from "../core/trace.ts";
import { instantiate } from "../prims/fill.ts";
import { isInexact } from "../types/dtype.ts";
import { bits } from "../util/list.ts";
import { stageClosed } from "./stage.ts";
import { addTangents, broadcastTangent } from "./tangent.ts";

/** The payload of a tracer that carries a tangent. */
interface Dual {
  readonly primal: NDArray;
  readonly tangent: NDArray;
}

/** A tracer for a primal with its tangent; a zero tangent needs none. */
export function dual(trace: Trace, primal: NDArray, tangent: Tangent): NDArray {
  return tangent === null ? primal : trace.note(new NDArray(primal.aval, trace, { primal, tangent } satisfies Dual));
}

/** Primals and tangents of values, of which some are tracers of the trace. */
export function undual(trace: Trace, values: readonly NDArray[]): [NDArray[], Tangent[]] {
  const primals: NDArray[] = [];
  const tangents: Tangent[] = [];
  for (const value of values) {
    if (value.trace === trace) {
      const { primal, tangent } = value.payload as Dual;
      primals.push(primal);
      tangents.push(tangent);
    } else {
      primals.push(value);
      tangents.push(null);
    }
  }
  return [primals, tangents];
}

const none = (tangents: readonly Tangent[]): boolean => tangents.every((t) => t === null);

/** Runs a primitive's jvp rule under the current trace. Results of integer types never have tangents. */
export function applyJvp<P>(
  primitive: Primitive<P>,
  primals: readonly NDArray[],
  tangents: readonly Tangent[],
  params: P,
): [readonly NDArray[], readonly Tangent[]] {
  const rule = primitive.jvp;
  if (typeof rule === "function") {
    const [results, resultTangents] = rule(primals, tangents, params);
    const fitted = resultTangents.map((t, i) => {
      const { dtype, shape } = results[i]!.aval;
      return t === null || !isInexact(dtype) ? null : broadcastTangent(t, shape);
    });
    return [results, fitted];
  }
  const results = bind(primitive, primals, params);
  if (rule === "zero" || results.every((y) => !isInexact(y.aval.dtype))) return [results, results.map(() => null)];
  if (rule === "linear") {
    const operands = tangents.map((t, i) => instantiate(t, primals[i]!.aval));
    return [results, bind(primitive, operands, params)];
  }
  const result = results[0]!;
  let sum: Tangent = null;
  for (let i = 0; i < tangents.length; i++) {
    const tangent = tangents[i]!;
    const argument = rule[i]!;
    if (tangent === null || argument === "zero") continue;
    sum = addTangents(sum, broadcastTangent(argument(tangent, primals, params, result), result.aval.shape));
  }
  return [results, [sum]];
}

/** Where the value of a dual tracer was made: its primal knows, or its tangent. */
export function dualOrigin(x: NDArray): string | undefined {
  const { primal, tangent } = x.payload as Dual;
  return primal.trace.origin(primal) ?? tangent.trace.origin(tangent);
}

class JvpTrace extends Trace {
  private readonly parent: Trace;
  constructor(parent: Trace, description: string) {
    super(description);
    this.parent = parent;
  }
  override origin(x: NDArray): string | undefined {
    return dualOrigin(x);
  }
  process<P>(primitive: Primitive<P>, operands: readonly NDArray[], params: P): NDArray[] {
    const [primals, tangents] = undual(this, operands);
    return withTrace(this.parent, () => {
      if (none(tangents)) return bind(primitive, primals, params);
      const [results, resultTangents] = applyJvp(primitive, primals, tangents, params);
      return results.map((y, i) => dual(this, y, resultTangents[i]!));
    });
  }
}

/** Values and tangents of a function of flat arguments. */
export function jvpFlat(
  f: (args: readonly NDArray[]) => readonly NDArray[],
  primals: readonly NDArray[],
  tangents: readonly Tangent[],
  description = "jvp",
): [NDArray[], Tangent[]] {
  const trace = new JvpTrace(currentTrace(), description);
  return untilEnd([trace], () => {
    try {
      const args = primals.map((x, i) => dual(trace, x, tangents[i]!));
      return undual(
        trace,
        withTrace(trace, () => f(args)),
      );
    } finally {
      trace.live = false;
    }
  });
}

/** A jaxpr from (primals, non-zero tangents) to (results, their non-zero tangents). */
export interface JvpJaxpr {
  readonly jaxpr: Jaxpr;
  readonly nonzeroOut: readonly boolean[];
}

/** Forward mode of a closed jaxpr. `force` asks for some result tangents even if they are zero. */
export function jvpJaxpr(jaxpr: Jaxpr, nonzero: readonly boolean[], force: readonly boolean[]): JvpJaxpr {
  return memoised(jaxpr, `jvp ${bits(nonzero)} ${bits(force)}`, () => {
    const avals = inputAvals(jaxpr);
    let nonzeroOut: boolean[] = [];
    const result = stageClosed(
      (args) => {
        let next = avals.length;
        const tangents = nonzero.map((b) => (b ? args[next++]! : null));
        const [ys, dys] = jvpFlat((xs) => evaluate(jaxpr, xs), args.slice(0, avals.length), tangents);
        nonzeroOut = dys.map((d, i) => d !== null || force[i]!);
        return [...ys, ...dys.flatMap((d, i) => (nonzeroOut[i] ? [instantiate(d, ys[i]!.aval)] : []))];
      },
      [...avals, ...avals.filter((_, i) => nonzero[i])],
      "jvp",
    );
    return { jaxpr: result, nonzeroOut };
  });
}
