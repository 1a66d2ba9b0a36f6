/** One function for each kernel of a program. */
import type { Kernel } from "../../../compile/ir.ts";
import { Frame, type KernelContext, type KernelFunction } from "../frame.ts";
import { contractScratch, emitContract } from "./contract.ts";
import { emitCumulative } from "./cumulative.ts";
import { emitMap } from "./map.ts";
import { emitReduce } from "./reduce.ts";
import { emitScatter } from "./scatter.ts";
import { emitSort, sortScratch } from "./sort.ts";

/** Writes the function of a kernel; `ranged`: so that threads may share its work, if it can be cut. */
export function emitKernel(context: KernelContext, kernel: Kernel, ranged: boolean): KernelFunction {
  const { kind } = kernel;
  switch (kind) {
    case "map": {
      const roots = kernel.stores.flatMap((s) => [s.index, s.value]);
      const frame = new Frame(
        context,
        kind,
        roots,
        kernel.stores.map((s) => s.buffer),
        ranged,
      );
      emitMap(frame, kernel);
      return frame.finished();
    }
    case "reduce": {
      const frame = new Frame(context, `${kind} ${kernel.op}`, [kernel.value, kernel.index], [kernel.buffer], ranged);
      emitReduce(frame, kernel);
      return frame.finished();
    }
    case "cumulative": {
      const frame = new Frame(context, `${kind} ${kernel.op}`, [kernel.value, kernel.index], [kernel.buffer], ranged);
      emitCumulative(frame, kernel);
      return frame.finished();
    }
    case "scatter": {
      const roots = [kernel.inside, kernel.index, kernel.value];
      const frame = new Frame(context, `${kind} ${kernel.op}`, roots, [kernel.buffer], false);
      emitScatter(frame, kernel);
      return frame.finished();
    }
    case "contract": {
      const { lhs, rhs, buffer } = kernel;
      const scratch = contractScratch(context.specs, kernel);
      const touched = [lhs.buffer, rhs.buffer, buffer];
      const frame = new Frame(context, kind, [lhs.offset, rhs.offset], touched, ranged, scratch);
      emitContract(frame, context.specs, kernel);
      return frame.finished();
    }
    case "sort": {
      const frame = new Frame(context, kind, [], [...kernel.inputs, ...kernel.outputs], ranged, sortScratch(kernel));
      emitSort(frame, kernel);
      return frame.finished();
    }
  }
}
