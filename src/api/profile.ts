/** Where the time of a compiled program goes: kernel by kernel, as a table and as a trace for Chrome's viewer. */
import { instrument, type KernelSite } from "../compile/instrument.ts";
import type { NDArray } from "../core/ndarray.ts";
import { type Compiled, callCompiled } from "../runtime/execute.ts";

/** What was measured of one kernel. */
export interface KernelProfile extends KernelSite {
  /** How many times it ran. */
  readonly runs: number;
  /** Milliseconds of all runs. */
  readonly time: number;
}

/** An event of Chrome's trace format; times in microseconds. */
interface TraceEvent {
  readonly name: string;
  readonly cat: string;
  readonly ph: "X";
  readonly ts: number;
  readonly dur: number;
  readonly pid: number;
  readonly tid: number;
  readonly args: { readonly kernel: number; readonly bytes: number; readonly flops: number; readonly inside: string };
}

/** Runs shown one by one in a trace; later ones are counted in the table only. */
const mostEvents = 100_000;

/** A profile of one call. `result` is what the call returned. */
export class Profile<O> {
  readonly result: O;
  /** Kernels in the order of the program. */
  readonly kernels: readonly KernelProfile[];
  /** Milliseconds from the start of the program to its last kernel, the measuring included. */
  readonly time: number;
  /** Bytes of temporary memory that the program holds while it runs. */
  readonly workspaceBytes: number;
  private readonly events: readonly TraceEvent[];
  private readonly name: string;

  /** @internal */
  constructor(
    name: string,
    result: O,
    kernels: readonly KernelProfile[],
    time: number,
    workspaceBytes: number,
    events: readonly TraceEvent[],
  ) {
    this.name = name;
    this.result = result;
    this.kernels = kernels;
    this.time = time;
    this.workspaceBytes = workspaceBytes;
    this.events = events;
  }

  /** @internal The same profile with another result. */
  map<T>(f: (result: O) => T): Profile<T> {
    return new Profile(this.name, f(this.result), this.kernels, this.time, this.workspaceBytes, this.events);
  }

  /** A table of the kernels, those that took longest first. */
  table(): string {
    const rows = this.kernels
      .map((kernel, i) => ({ kernel, i }))
      .sort((a, b) => b.kernel.time - a.kernel.time)
      .map(({ kernel, i }) => {
        const { time, runs, bytes, flops, label, inside } = kernel;
        const share = this.time > 0 ? (100 * time) / this.time : 0;
        const rate = (amount: number): string => (time > 0 ? ((runs * amount) / time / 1e6).toFixed(2) : "-");
        const place = inside.length === 0 ? label : `${label} in ${inside.join(" > ")}`;
        return [`${i}`, time.toFixed(3), share.toFixed(1), `${runs}`, `${bytes}`, rate(bytes), rate(flops), place];
      });
    const head = ["#", "ms", "%", "runs", "bytes/run", "GB/s", "GFLOP/s", "kernel"];
    const widths = head.map((title, c) => Math.max(title.length, ...rows.map((row) => row[c]!.length)));
    const line = (row: readonly string[]): string =>
      row.map((cell, c) => (c === row.length - 1 ? cell : cell.padStart(widths[c]!))).join("  ");
    const title = `${this.name}: ${this.time.toFixed(3)} ms, ${this.workspaceBytes} bytes of workspace`;
    return [title, line(head), ...rows.map(line)].join("\n");
  }

  toString(): string {
    return this.table();
  }

  /** The call as JSON in Chrome's trace format: load it in chrome://tracing or Perfetto. */
  trace(): string {
    return JSON.stringify({ traceEvents: this.events, displayTimeUnit: "ms", otherData: { program: this.name } });
  }
}

/**
 * Runs a program with a clock between its kernels. It runs once before, so that the engine has compiled it, unless it calls
 * functions of the host, whose side effects would happen twice.
 */
export function profileCall(compiled: Compiled, operands: readonly NDArray[]): Profile<NDArray[]> {
  const { backend, executable } = compiled;
  let totals: { runs: number; time: number }[] = [];
  let events: { kernel: number; start: number; end: number }[] = [];
  let first = 0;
  let last = 0;
  const mark = (kernel: number): void => {
    const now = performance.now();
    if (kernel < 0) first = now;
    else {
      const total = totals[kernel]!;
      total.runs++;
      total.time += now - last;
      if (events.length < mostEvents) events.push({ kernel, start: last, end: now });
    }
    last = performance.now();
  };
  const { program, kernels } = instrument(executable.program, mark);
  const instrumented: Compiled = { ...compiled, executable: backend.compile(program) };
  const run = (): NDArray[] => {
    totals = kernels.map(() => ({ runs: 0, time: 0 }));
    events = [];
    return callCompiled(instrumented, operands);
  };
  if (executable.program.functions === undefined) run();
  const result = run();
  return new Profile(
    program.name,
    result,
    kernels.map((site, i) => ({ ...site, ...totals[i]! })),
    last - first,
    program.workspaceBytes,
    events.map(({ kernel, start, end }) => {
      const { label, kind, bytes, flops, inside } = kernels[kernel]!;
      const args = { kernel, bytes, flops, inside: inside.join(" > ") };
      return {
        name: label,
        cat: kind,
        ph: "X",
        ts: 1000 * (start - first),
        dur: 1000 * (end - start),
        pid: 1,
        tid: 1,
        args,
      };
    }),
  );
}
