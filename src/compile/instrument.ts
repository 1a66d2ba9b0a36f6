/**
 * A program that says when each of its kernels is done: the same steps, with a call of the host after each kernel. So a
 * profile needs nothing of a backend but what callbacks need.
 */

import { dtypeBytes } from "../types/dtype.ts";
import { stepCost } from "./cost.ts";
import type { BufferSpec, Program, Step } from "./ir.ts";
import { formatStep } from "./text.ts";

/** A kernel, or a call of the host, of an instrumented program. */
export interface KernelSite {
  /** As the text of the program shows it, without its expressions. */
  readonly label: string;
  readonly kind: Step["kind"];
  /** The loops and branches around it, from outside to inside. */
  readonly inside: readonly string[];
  /** Arithmetic operations, and bytes read and written in memory, of one run. */
  readonly flops: number;
  readonly bytes: number;
  /** Bytes of the buffers that it writes. */
  readonly resultBytes: number;
}

export interface Instrumented {
  readonly program: Program;
  readonly kernels: readonly KernelSite[];
}

/** `mark` is called with -1 when the program starts, and with a kernel's number whenever that kernel is done. */
export function instrument(program: Program, mark: (kernel: number) => void): Instrumented {
  const bytesOf = ({ dtype, size }: BufferSpec): number => size * dtypeBytes(dtype);
  const functions = [...(program.functions ?? [])];
  const kernels: KernelSite[] = [];
  const marking = (kernel: number): Step => {
    functions.push(() => {
      mark(kernel);
      return [];
    });
    return { kind: "callback", function: functions.length - 1, inputs: [], outputs: [] };
  };
  const all = (steps: readonly Step[], inside: readonly string[]): Step[] => steps.flatMap((step) => one(step, inside));
  const one = (step: Step, inside: readonly string[]): Step[] => {
    switch (step.kind) {
      case "loop":
        // In order: marks are calls of the host.
        return [
          {
            kind: "loop",
            counter: step.counter,
            length: step.length,
            body: all(step.body, [...inside, `loop of ${step.length}`]),
          },
        ];
      case "while": {
        const condition = all(step.condition, [...inside, "while condition"]);
        return [{ ...step, condition, body: all(step.body, [...inside, "while body"]) }];
      }
      case "branch": {
        const branches = step.branches.map((branch, i) => all(branch, [...inside, `branch ${i}`]));
        return [{ ...step, branches }];
      }
      default: {
        const { flops, bytesAccessed } = stepCost(program, step);
        const written =
          step.kind === "map" ? step.stores.map((s) => s.buffer) : "outputs" in step ? step.outputs : [step.buffer];
        kernels.push({
          label: formatStep(step).split("\n")[0]!,
          kind: step.kind,
          inside,
          flops,
          bytes: bytesAccessed,
          resultBytes: [...new Set(written)].reduce((sum, b) => sum + bytesOf(program.buffers[b]!), 0),
        });
        return [step, marking(kernels.length - 1)];
      }
    }
  };
  const start = marking(-1);
  const steps = [start, ...all(program.steps, [])];
  return { program: { ...program, steps, functions }, kernels };
}
