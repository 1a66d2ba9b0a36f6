/**
 * From a program to one Wasm module. Its `run` gets the address of a table: the addresses of all buffers that are not in
 * the workspace (inputs, outputs, constants), then that of the workspace. Kernels are functions that get the addresses
 * they need; loops and branches of the program are those of the driver, which calls them.
 */
import type { Kernel, OpaqueStep, Program, Step } from "../../compile/ir.ts";
import type { KernelContext, KernelFunction } from "./frame.ts";
import type { FunctionBuilder, FunctionRef } from "./function.ts";
import { emitKernel } from "./kernels/index.ts";
import { ModuleBuilder } from "./module.ts";
import { opaqueBuffers } from "./opaque.ts";

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
  /** Bytes of workspace, with the kernels' scratch memory. */
  readonly workspaceBytes: number;
  readonly module: ModuleBuilder;
}

/** Longer lists of steps are cut into functions of about this many. */
const stepsInFunction = 200;

class Driver {
  private readonly program: Program;
  readonly module: ModuleBuilder;
  private readonly slots = new Map<number, number>();
  private readonly kernels = new Map<Kernel, KernelFunction>();
  private readonly context: KernelContext;
  private readonly opaque = new Map<string, OpaqueStep>();
  private scratchBytes = 0;
  private readonly scratchOffset: number;

  constructor(program: Program, relaxed: boolean) {
    this.program = program;
    this.module = new ModuleBuilder(relaxed);
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

  compile(pages: number, shared: boolean): Compiled {
    const { module, program } = this;
    const run = module.function("run", ["i32"]);
    run.get(0);
    run.memory("i32.load", 4 * this.slots.size);
    const workspace = run.store("i32");
    this.emitSteps(run, program.steps, { table: 0, workspace, counters: new Map() });
    module.export("run", run);
    const { bytes, imports } = module.finish({ maximum: pages, shared });
    return {
      bytes,
      imports,
      opaque: this.opaque,
      table: [...this.slots.keys()],
      slots: this.slots,
      workspaceBytes: this.scratchOffset + this.scratchBytes,
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
        if (step.length === 0) return;
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

  private pushAddress(f: FunctionBuilder, buffer: number, at: Omit<Locals, "counters">): void {
    const offset = this.program.workspace.get(buffer);
    if (offset !== undefined) {
      f.get(at.workspace);
      f.plus(offset);
    } else {
      f.get(at.table);
      f.memory("i32.load", 4 * this.slots.get(buffer)!);
    }
  }

  private emitCall(f: FunctionBuilder, kernel: Kernel, at: Locals): void {
    let compiled = this.kernels.get(kernel);
    if (compiled === undefined) {
      compiled = emitKernel(this.context, kernel);
      this.kernels.set(kernel, compiled);
      this.scratchBytes = Math.max(this.scratchBytes, compiled.scratch);
    }
    if (compiled.buffers === undefined) {
      f.get(at.table);
      f.get(at.workspace);
    } else for (const buffer of compiled.buffers) this.pushAddress(f, buffer, at);
    for (const counter of compiled.counters) f.get(at.counters.get(counter)!);
    if (compiled.scratch > 0) {
      f.get(at.workspace);
      f.plus(this.scratchOffset);
    }
    f.call(compiled.target);
  }
}

/** Locals of a driver function. */
interface Locals {
  readonly table: number;
  readonly workspace: number;
  /** Counters of the enclosing loops. */
  readonly counters: ReadonlyMap<number, number>;
}

/** Compiles a program for a memory of at most `pages` pages. */
export function compileProgram(
  program: Program,
  options: { readonly relaxed: boolean; readonly pages: number },
): Compiled {
  return new Driver(program, options.relaxed).compile(options.pages, false);
}
