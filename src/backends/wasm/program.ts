/**
 * From a program to one Wasm module. Its `run` gets the address of a table: the addresses of all buffers that are not in
 * the workspace (inputs, outputs, constants), then that of the workspace. Kernels are functions that get the addresses
 * they need; loops and branches of the program are those of the driver, which calls them. A kernel that is worth several
 * threads is started by the host instead: the driver writes its arguments behind the table and calls the host, which has
 * pieces of it computed, in any order and by any thread, and comes back when all are done.
 */
import type { CallbackStep, Kernel, LoopStep, OpaqueStep, Program, Step } from "../../compile/ir.ts";
import { dtypeBytes } from "../../types/dtype.ts";
import { hasDirectBuffers, type KernelContext, type KernelFunction, type Split } from "./frame.ts";
import type { FunctionBuilder, FunctionRef, ValueType } from "./function.ts";
import { emitKernel } from "./kernels/index.ts";
import { ModuleBuilder } from "./module.ts";
import { opaqueBuffers } from "./opaque.ts";
import { cutReductions, longReduction } from "./partial.ts";
import { estimatedWork } from "./work.ts";

/** A kernel that threads share. The module exports its function of (arguments, from, to, thread) as `part` and its number. */
export interface ParallelKernel extends Split {
  /** Nanoseconds on one thread, roughly. */
  readonly work: number;
}

/** A compiled driver with what a call must provide. */
export interface Compiled {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Names of the host functions that the module imports. */
  readonly imports: readonly string[];
  /** Algorithms of the host by the names under which the module imports them; they get the addresses of their buffers. */
  readonly opaque: ReadonlyMap<string, OpaqueStep>;
  /** The buffers whose addresses stand in the table, in order; the address of the workspace comes after them. */
  readonly table: readonly number[];
  /** The place of each of them in the table. */
  readonly slots: ReadonlyMap<number, number>;
  /** Bytes after the address of the workspace that arguments of parallel kernels take. */
  readonly argumentBytes: number;
  /** Bytes of workspace, with the kernels' scratch memory. */
  readonly workspaceBytes: number;
  readonly parallel: readonly ParallelKernel[];
  /** Where the module calls the host: numbered as it passes them to the import. */
  readonly callbacks: readonly CallbackStep[];
  readonly module: ModuleBuilder;
}

/** How a module is compiled. */
export interface CompileOptions {
  readonly relaxed: boolean;
  /** Limits of the memory. */
  readonly pages: number;
  readonly shared: boolean;
  /** How many threads may share kernels, which have scratch memory each; 1: kernels run whole. */
  readonly threads: number;
  /** Kernels of so much work are shared, in nanoseconds. Default: what pays. */
  readonly sharedWork?: number;
  /** Reductions of so many numbers are cut; see `cutReductions`. Changes bits. */
  readonly longReduction?: number;
}

/** The host function that starts a parallel kernel: its number, and where its arguments are. */
export const startFunction = "start";
const startType: readonly ValueType[] = ["i32", "i32"];

/** Waking threads and waiting for them costs a few to forty microseconds. */
const worthSharing = 50_000;
/** Scratch memory of threads is kept apart, so that they do not write to one line of the cache. */
const scratchAlignment = 64;

/** The import that callback steps call, with the number of the step, the table and the workspace. */
export const callbackImport = "callback";

/** Longer lists of steps are cut into functions of about this many. */
const stepsInFunction = 200;

class Driver {
  private readonly program: Program;
  readonly module: ModuleBuilder;
  private readonly slots = new Map<number, number>();
  private readonly kernels = new Map<Kernel, KernelFunction>();
  private readonly context: KernelContext;
  private readonly callbacks: CallbackStep[] = [];
  private readonly options: CompileOptions;
  private readonly parallel: ParallelKernel[] = [];
  private readonly numbers = new Map<Kernel, number>();
  private readonly opaque = new Map<string, OpaqueStep>();
  private scratchBytes = 0;
  private readonly scratchOffset: number;
  private argumentBytes = 0;

  constructor(whole: Program, options: CompileOptions) {
    const program = cutReductions(whole, options.longReduction ?? longReduction);
    this.program = program;
    this.options = options;
    this.module = new ModuleBuilder(options.relaxed);
    this.context = {
      module: this.module,
      specs: program.buffers,
      lookUp: (f, buffer) => this.pushAddress(f, buffer, { table: 0, workspace: 1 }),
    };
    program.buffers.forEach((_, buffer) => {
      if (!program.workspace.has(buffer)) this.slots.set(buffer, this.slots.size);
    });
    this.scratchOffset = Math.ceil(program.workspaceBytes / 16) * 16;
  }

  compile(): Compiled {
    const { module, program } = this;
    const run = module.function("run", ["i32"]);
    run.get(0);
    run.memory("i32.load", 4 * this.slots.size);
    const workspace = run.store("i32");
    this.emitSteps(run, program.steps, { table: 0, workspace, counters: new Map() });
    module.export("run", run);
    const { bytes, imports } = module.finish(this.options);
    return {
      bytes,
      imports,
      opaque: this.opaque,
      table: [...this.slots.keys()],
      slots: this.slots,
      argumentBytes: this.argumentBytes,
      parallel: this.parallel,
      workspaceBytes: this.scratchOffset + this.scratchBytes,
      callbacks: this.callbacks,
      module,
    };
  }

  private emitSteps(f: FunctionBuilder, steps: readonly Step[], at: Locals): void {
    if (steps.length <= stepsInFunction) {
      for (const step of steps) this.emitStep(f, step, at);
      return;
    }
    // A tree of functions of at most so many steps or calls.
    const size = stepsInFunction ** Math.ceil(Math.log(steps.length) / Math.log(stepsInFunction) - 1);
    for (let start = 0; start < steps.length; start += size) {
      f.get(at.table);
      f.get(at.workspace);
      for (const local of at.counters.values()) f.get(local);
      f.call(this.part(steps.slice(start, start + size), [...at.counters.keys()]));
    }
  }

  /** A function for some of the steps, inside the loops of these counters. */
  private part(steps: readonly Step[], counters: readonly number[]): FunctionRef {
    const f = this.module.function("steps", new Array<"i32">(2 + counters.length).fill("i32"));
    this.emitSteps(f, steps, { table: 0, workspace: 1, counters: new Map(counters.map((c, i) => [c, 2 + i])) });
    return f;
  }

  private emitStep(f: FunctionBuilder, step: Step, at: Locals): void {
    switch (step.kind) {
      case "loop": {
        if (step.length === 0 || this.emitSharedLoop(f, step, at)) return;
        const counter = f.local("i32");
        f.i32(0);
        f.set(counter);
        const inside = { ...at, counters: new Map([...at.counters, [step.counter, counter]]) };
        f.count(counter, step.length, 1, () => this.emitSteps(f, step.body, inside));
        return;
      }
      case "while":
        f.loop((again) => {
          this.emitSteps(f, step.condition, at);
          this.pushAddress(f, step.predicate, at);
          f.memory("i32.load8_u");
          f.if(() => {
            this.emitSteps(f, step.body, at);
            f.branch(again);
          });
        });
        return;
      case "callback":
        f.i32(this.callbacks.push(step) - 1);
        f.get(at.table);
        f.get(at.workspace);
        f.call(this.module.import(callbackImport, ["i32", "i32", "i32"], []));
        return;
      case "branch":
        this.emitBranch(f, step.selector, step.branches, at);
        return;
      case "opaque": {
        const name = `opaque ${this.opaque.size} ${step.kernel.name}`;
        this.opaque.set(name, step);
        const touched = opaqueBuffers(step);
        for (const buffer of touched) this.pushAddress(f, buffer, at);
        f.call(this.module.import(name, new Array<"i32">(touched.length).fill("i32"), []));
        return;
      }
      default:
        this.emitCall(f, step, at);
    }
  }

  /** The branches lie one after the other behind nested blocks; a jump table picks the block to leave. */
  private emitBranch(f: FunctionBuilder, selector: number, branches: readonly (readonly Step[])[], at: Locals): void {
    if (branches.length === 0) return;
    f.block((done) => {
      const labels: number[] = [];
      const open = (rest: number): void => {
        if (rest > 0) {
          f.block((label) => {
            labels.push(label);
            open(rest - 1);
          });
          const branch = branches.length - rest;
          this.emitSteps(f, branches[branch]!, at);
          f.branch(done);
          return;
        }
        this.pushAddress(f, selector, at);
        f.memory("i32.load");
        f.scope(() => {
          const chosen = f.store("i32");
          f.get(chosen);
          f.i32(0);
          f.get(chosen);
          f.i32(0);
          f.op("i32.gt_s");
          f.op("select");
        });
        f.branchTable(labels);
      };
      open(branches.length);
    });
  }

  /** A loop whose iterations may run at once, as a kernel that threads share; false if it is not worth it. */
  private emitSharedLoop(f: FunctionBuilder, { local, length, counter, body }: LoopStep, at: Locals): boolean {
    const { threads, sharedWork = worthSharing } = this.options;
    if (local === undefined || threads === 1 || body.length > stepsInFunction) return false;
    const kernels = body as readonly Kernel[];
    const work = length * kernels.reduce((sum, kernel) => sum + estimatedWork(this.program.buffers, kernel), 0);
    if (work < sharedWork || !kernels.every((kernel) => hasDirectBuffers(kernel))) return false;
    // Each thread has memory for an iteration's own buffers.
    const offsets = new Map<number, number>();
    let bytes = 0;
    for (const buffer of local) {
      offsets.set(buffer, bytes);
      const { dtype, size } = this.program.buffers[buffer]!;
      bytes += Math.ceil((dtypeBytes(dtype) * size) / scratchAlignment) * scratchAlignment;
    }
    this.scratchBytes = Math.max(this.scratchBytes, bytes * threads);
    const part = this.module.function("iterations", ["i32", "i32", "i32", "i32"]);
    const word = (i: number): number => {
      part.get(0);
      part.memory("i32.load", 4 * i);
      return part.store("i32");
    };
    const [table, workspace] = [word(0), word(1)];
    const counters = new Map([...at.counters.keys()].map((c, i) => [c, word(2 + i)]));
    part.get(workspace);
    part.plus(this.scratchOffset);
    part.get(3);
    part.i32(bytes);
    part.op("i32.mul");
    part.op("i32.add");
    const base = part.store("i32");
    part.count(1, { local: 2 }, 1, () =>
      this.emitSteps(part, body, { table, workspace, counters: counters.set(counter, 1), own: { base, offsets } }),
    );
    const number = this.share(part, { extent: length, unit: 1, coarse: false, work });
    this.emitStart(
      f,
      number,
      at,
      [at.table, at.workspace, ...at.counters.values()].map((local) => () => f.get(local)),
    );
    return true;
  }

  /** Makes a function of (arguments, from, to, thread) one that the host has computed by threads; returns its number. */
  private share(part: FunctionBuilder, kernel: ParallelKernel): number {
    this.module.export(`part${this.parallel.length}`, part);
    return this.parallel.push(kernel) - 1;
  }

  /** Starts a shared kernel: its arguments go behind the table. */
  private emitStart(f: FunctionBuilder, number: number, at: Locals, args: readonly (() => void)[]): void {
    const offset = 4 * (this.slots.size + 1);
    this.argumentBytes = Math.max(this.argumentBytes, 4 * args.length);
    for (const [i, push] of args.entries()) {
      f.get(at.table);
      push();
      f.memory("i32.store", offset + 4 * i);
    }
    f.i32(number);
    f.get(at.table);
    f.plus(offset);
    f.call(this.module.import(startFunction, startType, []));
  }

  private pushAddress(f: FunctionBuilder, buffer: number, at: Omit<Locals, "counters">): void {
    const own = at.own?.offsets.get(buffer);
    const offset = this.program.workspace.get(buffer);
    if (own !== undefined) {
      f.get(at.own!.base);
      f.plus(own);
    } else if (offset !== undefined) {
      f.get(at.workspace);
      f.plus(offset);
    } else {
      f.get(at.table);
      f.memory("i32.load", 4 * this.slots.get(buffer)!);
    }
  }

  private emitCall(f: FunctionBuilder, kernel: Kernel, at: Locals): void {
    const compiled = this.kernel(kernel, at.own === undefined);
    const args = this.kernelArguments(f, compiled, at);
    const number = this.numbers.get(kernel);
    if (number === undefined) {
      for (const push of args) push();
      if (compiled.ranged) {
        f.i32(0);
        f.i32(compiled.split?.extent ?? 0);
      }
      f.call(compiled.target);
      return;
    }
    this.emitStart(f, number, at, args);
  }

  /** The function of a kernel, which gets a number if threads share it: not inside of what they share. */
  private kernel(kernel: Kernel, mayShare: boolean): KernelFunction {
    const known = this.kernels.get(kernel);
    if (known !== undefined) return known;
    const { threads, sharedWork = worthSharing } = this.options;
    const work = threads > 1 && mayShare ? estimatedWork(this.program.buffers, kernel) : 0;
    const compiled = emitKernel(this.context, kernel, threads > 1 && mayShare && work >= sharedWork);
    this.kernels.set(kernel, compiled);
    let scratch = compiled.scratch;
    if (compiled.split !== undefined && compiled.split.extent > compiled.split.unit) {
      scratch = Math.ceil(scratch / scratchAlignment) * scratchAlignment;
      this.numbers.set(kernel, this.share(this.partOf(compiled, scratch), { ...compiled.split, work }));
      scratch *= threads;
    }
    this.scratchBytes = Math.max(this.scratchBytes, scratch);
    return compiled;
  }

  /** A function of (arguments, from, to, thread) that computes a part of a kernel. */
  private partOf({ target, ranged, scratch }: KernelFunction, scratchBytes: number): FunctionBuilder {
    const part = this.module.function("part", ["i32", "i32", "i32", "i32"]);
    const count = target.params.length - (ranged ? 2 : 0);
    for (let i = 0; i < count; i++) {
      part.get(0);
      part.memory("i32.load", 4 * i);
    }
    if (scratch > 0) {
      part.get(3);
      part.i32(scratchBytes);
      part.op("i32.mul");
      part.op("i32.add");
    }
    part.get(1);
    part.get(2);
    part.call(target);
    return part;
  }

  /** What pushes the arguments of a kernel, but for the range. */
  private kernelArguments(f: FunctionBuilder, compiled: KernelFunction, at: Locals): (() => void)[] {
    const { buffers, counters, scratch } = compiled;
    const args =
      buffers === undefined
        ? [() => f.get(at.table), () => f.get(at.workspace)]
        : buffers.map((buffer) => () => this.pushAddress(f, buffer, at));
    for (const counter of counters) args.push(() => f.get(at.counters.get(counter)!));
    if (scratch > 0) {
      args.push(() => {
        f.get(at.workspace);
        f.plus(this.scratchOffset);
      });
    }
    return args;
  }
}

/** Locals of a driver function. */
interface Locals {
  readonly table: number;
  readonly workspace: number;
  /** Counters of the enclosing loops. */
  readonly counters: ReadonlyMap<number, number>;
  /** Inside of a shared loop: the buffers that each thread has for itself, and where. */
  readonly own?: { readonly base: number; readonly offsets: ReadonlyMap<number, number> };
}

/** Compiles a program. */
export function compileProgram(program: Program, options: CompileOptions): Compiled {
  return new Driver(program, options).compile();
}
