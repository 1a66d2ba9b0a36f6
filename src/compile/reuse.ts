/**
 * Which outputs of a program may be written over inputs that the caller gives up: a program goes in; for every output the
 * inputs come out whose block it can take. An input must have been read for the last time before the output is written
 * first, but for maps that read of it, for each element, only the one that they write.
 */
import type { Expr } from "../core/expr.ts";
import { dtypeBytes } from "../types/dtype.ts";
import { equalShapes } from "../types/shape.ts";
import type { MapKernel, Program, Step } from "./ir.ts";
import { nodesOf } from "./nodes.ts";
import { stepBuffers } from "./plan.ts";

/** For each output, in order of preference, the numbers of inputs (in the program's order). */
export function reusableInputs({ steps, buffers, inputs, outputs }: Program): number[][] {
  const accesses = steps.map(stepBuffers);
  const width = (buffer: number): number => dtypeBytes(buffers[buffer]!.dtype);
  const bytes = (buffer: number): number => buffers[buffer]!.size * width(buffer);
  return outputs.map((output) => {
    const first = accesses.findIndex(({ writes }) => writes.has(output));
    if (first < 0) return [];
    const fits = (input: number): boolean =>
      bytes(input) === bytes(output) &&
      !accesses.slice(first + 1).some(({ reads }) => reads.has(input)) &&
      (!accesses[first]!.reads.has(input) ||
        // Elements of another size lie elsewhere, though their indices are the same.
        (width(input) === width(output) && readsInPlace(steps[first]!, input, output)));
    return inputs.flatMap((input, i) => (fits(input) ? [i] : []));
  });
}

/** Whether a step reads each element of the input before it writes that of the output, and no other element. */
function readsInPlace(step: Step, input: number, output: number): boolean {
  const kernels = step.kind === "map" ? [step] : step.kind === "loop" && step.local !== undefined ? step.body : [];
  const at = kernels.findIndex((kernel) => stepBuffers(kernel).writes.has(output));
  const writer = kernels[at];
  if (writer?.kind !== "map") return false;
  const [place, ...others] = writer.stores.filter((s) => s.buffer === output);
  return (
    others.length === 0 &&
    kernels.every((kernel, i) => {
      if (!stepBuffers(kernel).reads.has(input)) return true;
      if (i > at || kernel.kind !== "map" || !equalShapes(kernel.shape, writer.shape)) return false;
      return loadIndices(kernel, input).every((index) => index === place!.index);
    })
  );
}

function loadIndices({ stores }: MapKernel, buffer: number): Expr[] {
  const nodes = nodesOf(stores.flatMap((s) => [s.value, s.index]));
  return nodes.filter((e) => e.op === "load" && Number(e.value) === buffer).map((e) => e.args[0]!);
}
