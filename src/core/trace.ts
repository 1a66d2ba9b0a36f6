/**
 * Stackless tracing. The current trace is one variable; operations go to it. A trace unwraps its own tracers, makes its
 * parent current and runs a rule there; `x.trace === this` is the only test. There are no levels or tags, so
 * perturbations cannot be confused.
 */
import { UnexpectedTracerError } from "../errors/index.ts";
import { formatAval } from "../types/aval.ts";
import type { NDArray } from "./ndarray.ts";
import type { Primitive } from "./primitive.ts";

export abstract class Trace {
  /** False once the transformation has ended: its tracers have leaked if they are used then. */
  live = true;
  /** Shown in errors: the transformation, and the function it transforms. */
  readonly description: string;

  constructor(description: string) {
    this.description = description;
  }

  /** Where the user made a tracer of this trace, for errors: `made by sin at model.ts:3:4`, if it is known. */
  origin(_x: NDArray): string | undefined {
    return undefined;
  }

  /** Applies a primitive to operands, some of which may be tracers of this trace. */
  abstract process<P>(primitive: Primitive<P>, operands: readonly NDArray[], params: P): NDArray[];
}

/** What the room `runtime` installs: how concrete operands are computed. */
export interface Executor {
  /** Runs one primitive on concrete arrays. */
  run<P>(primitive: Primitive<P>, operands: readonly NDArray[], params: P): NDArray[];
  /** The value of a rank-0 array if it can be read at once without waiting for a device; else undefined. */
  scalar(x: NDArray): number | bigint | boolean | undefined;
  /** A concrete rank-0 array of a known value. */
  fromScalar(value: number | bigint | boolean, aval: NDArray["aval"]): NDArray;
}

let executor: Executor | undefined;

/** Installs the executor; called once, by the room `runtime` when it is loaded. */
export function installExecutor(e: Executor): void {
  executor = e;
}

/** The executor; every entry point of the library loads it. */
export function getExecutor(): Executor {
  return executor!;
}

/** The root trace: operands are concrete and operations run at once. */
class EvaluationTrace extends Trace {
  process<P>(primitive: Primitive<P>, operands: readonly NDArray[], params: P): NDArray[] {
    for (let i = 0; i < operands.length; i++) {
      if (operands[i]!.trace !== this) throw leakedTracer(operands[i]!, primitive.name);
    }
    return executor!.run(primitive, operands, params);
  }
}

export const rootTrace: Trace = /* @__PURE__ */ new EvaluationTrace("evaluation");

let current: Trace = rootTrace;

/** The trace that operations go to now. */
export function currentTrace(): Trace {
  return current;
}

/** Whether a value is known: made by the root trace. */
export function isConcrete(x: NDArray): boolean {
  return x.trace === rootTrace;
}

/** Runs `body` with another current trace. */
export function withTrace<T>(trace: Trace, body: () => T): T {
  const saved = current;
  current = trace;
  try {
    return body();
  } finally {
    current = saved;
  }
}

/** Applies a primitive to operands under the current trace. The one way into every operation. */
export function bind<P>(primitive: Primitive<P>, operands: readonly NDArray[], params: P): NDArray[] {
  return current.process(primitive, operands, params);
}

/** The type of a value and where it came from, as a line for the `where` of an error; undefined for known values. */
export function describeOrigin(x: NDArray): string | undefined {
  const origin = x.trace.origin(x);
  return origin === undefined ? undefined : `${formatAval(x.aval)} ${origin}`;
}

/** The error for a tracer that outlived its transformation. */
export function leakedTracer(x: NDArray, user?: string): UnexpectedTracerError {
  return new UnexpectedTracerError({
    what: `Encountered an unexpected tracer. A transformed function had a side effect, allowing for a reference to an intermediate value with type ${formatAval(x.aval)} to escape the scope of the transformation (${x.trace.description})${
      user === undefined ? "" : `; it was used by ${user}`
    }.`,
    where: [describeOrigin(x)].filter((line) => line !== undefined),
    fix: "return values from the transformed function instead of storing them outside of it",
  });
}
