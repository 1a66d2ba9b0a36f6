/**
 * Stackless tracing. The current trace is one variable; operations go to it. A trace unwraps its own tracers, makes its
 * parent current and runs a rule there; `x.trace === this` is the only test. There are no levels or tags, so
 * perturbations cannot be confused.
 */
import { UnexpectedTracerError } from "../errors/index.ts";
import { formatAval } from "../types/aval.ts";
import type { ScalarValue } from "../types/dtype.ts";
import { equationSource, userFrame } from "../util/source.ts";
import { config } from "./config.ts";
import type { NDArray } from "./ndarray.ts";
import type { Primitive } from "./primitive.ts";

/** The tracers that a trace made, with the user's lines. It holds none of them, nor the trace, which holds others. */
interface TraceRecord {
  readonly description: string;
  readonly made: { readonly tracer: WeakRef<NDArray>; readonly line: string | undefined }[];
}

export abstract class Trace {
  /** False once the transformation has ended: its tracers have leaked if they are used then. */
  live = true;
  /** Shown in errors: the transformation, and the function it transforms. */
  readonly description: string;

  /** What was made, while leaks are looked for. */
  readonly record: TraceRecord;

  constructor(description: string) {
    this.description = description;
    this.record = { description, made: [] };
  }

  /** Notes a tracer of this trace, so that it is found if it leaks. */
  note(x: NDArray): NDArray {
    if (config.checkTracerLeaks) this.record.made.push({ tracer: new WeakRef(x), line: userFrame(equationSource()) });
    return x;
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
  scalar(x: NDArray): ScalarValue | undefined;
  /** Makes weak references to dead objects empty; false where the engine does not let a program do that. */
  readonly collect?: () => boolean;
  /** A concrete rank-0 array of a known value. */
  fromScalar(value: ScalarValue, aval: NDArray["aval"]): NDArray;
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

/** Traces that have ended inside of the outermost transformation, and how many are running. */
const ended: TraceRecord[] = [];
let depth = 0;

/**
 * Runs a transformation, which ends with it: then nothing may hold tracers of these traces any more. Leaks are looked for
 * when the outermost transformation ends, since each look collects all garbage.
 */
export function untilEnd<T>(traces: readonly Trace[], body: () => T): T {
  if (!config.checkTracerLeaks) return body();
  let records: readonly TraceRecord[] = [];
  let result: T;
  depth++;
  try {
    result = body();
    ended.push(...traces.map((trace) => trace.record));
  } finally {
    depth--;
    if (depth === 0) records = ended.splice(0);
  }
  checkLeaks(records);
  return result;
}

/** How often garbage is collected before a tracer counts as held: engines hold dead objects for a while, as when they compile. */
const collections = 6;

/** @throws UnexpectedTracerError if something holds a tracer of these still. */
function checkLeaks(records: readonly TraceRecord[]): void {
  const isHeld = ({ made }: TraceRecord): boolean => made.some(({ tracer }) => tracer.deref() !== undefined);
  let held = records.filter(({ made }) => made.length > 0);
  for (let i = 0; i < collections && held.length > 0; i++) {
    if (!executor!.collect?.()) return;
    held = held.filter(isHeld);
  }
  for (const { description, made } of held) {
    const leaked = made.flatMap(({ tracer, line }) => {
      const x = tracer.deref();
      return x === undefined ? [] : [`${formatAval(x.aval)} was made${line === undefined ? "" : ` at ${line}`}`];
    });
    throw new UnexpectedTracerError({
      what: `Leaked trace ${description}: ${leaked.length === 1 ? "a tracer is" : `${leaked.length} tracers are`} still held after the transformation has ended.`,
      where: leaked,
      fix: "return values from the transformed function instead of storing them outside of it",
    });
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
