/**
 * Runs whole programs: steps go in, a function comes out. Workspace buffers are arrays of their own, filled with values
 * that show when something reads what it has not written; so a wrong memory plan cannot change this backend's results.
 */
import type { CallbackStep, Program, Step } from "../../compile/ir.ts";
import type { TypedArray } from "../../types/dtype.ts";
import type { Environment } from "./evaluate.ts";
import { compileKernel, poisoned } from "./kernels.ts";

/** Runs a program over the data of its inputs and outputs. */
export type ProgramRunner = (inputs: readonly TypedArray[], outputs: readonly TypedArray[]) => void;

export function compileProgram(program: Program): ProgramRunner {
  const nothing = new Uint8Array(0);
  const environment: Environment = {
    buffers: program.buffers.map(() => nothing),
    counters: new Int32Array(program.counters),
  };
  const { buffers, counters } = environment;
  const run = compileSteps(program, program.steps, environment);
  for (const [buffer, data] of program.constants) buffers[buffer] = data;
  const own = [...program.workspace.keys()];
  const passed = [...program.inputs, ...program.outputs];
  return (inputs, outputs) => {
    // A callback may run this program again before this run is done.
    const outer = buffers.slice();
    const outerCounters = counters.slice();
    program.inputs.forEach((buffer, i) => {
      buffers[buffer] = inputs[i]!;
    });
    program.outputs.forEach((buffer, i) => {
      buffers[buffer] = outputs[i]!;
    });
    for (const buffer of own) buffers[buffer] = poisoned(program.buffers[buffer]!.dtype, program.buffers[buffer]!.size);
    try {
      run();
    } finally {
      // The program outlives the arrays that it ran on.
      for (const buffer of [...passed, ...own]) buffers[buffer] = outer[buffer]!;
      counters.set(outerCounters);
    }
  };
}

function compileSteps(program: Program, steps: readonly Step[], environment: Environment): () => void {
  const compiled = steps.map((step) => compileStep(program, step, environment));
  return () => {
    for (const run of compiled) run();
  };
}

function compileStep(program: Program, step: Step, environment: Environment): () => void {
  const { buffers, counters } = environment;
  switch (step.kind) {
    case "loop": {
      const body = compileSteps(program, step.body, environment);
      return () => {
        for (let n = 0; n < step.length; n++) {
          counters[step.counter] = n;
          body();
        }
      };
    }
    case "while": {
      const condition = compileSteps(program, step.condition, environment);
      const body = compileSteps(program, step.body, environment);
      return () => {
        for (condition(); buffers[step.predicate]![0] !== 0; condition()) body();
      };
    }
    case "branch": {
      const branches = step.branches.map((steps) => compileSteps(program, steps, environment));
      return () => {
        const selected = Number(buffers[step.selector]![0]);
        branches[Math.max(0, Math.min(selected, branches.length - 1))]!();
      };
    }
    case "callback":
      return compileCallback(program, step, buffers);
    case "opaque": {
      const { kernel, sizes, inputs, outputs, scratch } = step;
      return () =>
        kernel.compute(
          inputs.map((b) => buffers[b]!),
          outputs.map((b) => buffers[b]!),
          sizes,
          buffers[scratch] as Float64Array,
        );
    }
    default:
      return compileKernel(step, environment);
  }
}

function compileCallback(program: Program, step: CallbackStep, buffers: readonly TypedArray[]): () => void {
  const call = program.functions![step.function]!;
  return () => {
    const results = call(step.inputs.map((buffer) => buffers[buffer]!.slice()));
    step.outputs.forEach((buffer, i) => {
      (buffers[buffer] as Float64Array).set(results[i] as Float64Array);
    });
  };
}
