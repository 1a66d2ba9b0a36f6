/** Functions of the host: operands are put into memory of their own, and a step calls the function between the kernels. */
import type { HostFunction } from "../core/primitive.ts";
import type { Aval } from "../types/aval.ts";
import { sizeOf } from "../types/shape.ts";
import type { Lowering } from "./lower.ts";
import { placedValue, Value } from "./value.ts";

/** A call of the host with these operands. Its results are where the step writes them. */
export function lowerCallback(
  context: Lowering,
  operands: readonly Value[],
  results: readonly Aval[],
  host: HostFunction,
): Value[] {
  const inputs = operands.map((x) => {
    const { buffer, offset } = context.place(x);
    const size = sizeOf(x.aval.shape);
    if (offset === undefined && context.buffers[buffer]!.size === size) return buffer;
    // The step reads whole buffers: rows inside a larger one are copied.
    const copy = context.newBuffer(x.aval.dtype, size);
    context.place(new Value(context, x.aval, (index) => x.element(index), x.cost, x.depth + 1), {
      buffer: copy,
      offset: undefined,
    });
    return copy;
  });
  const outputs = results.map((aval) => context.newBuffer(aval.dtype, sizeOf(aval.shape)));
  const number = context.functions.push(host) - 1;
  context.emit({ kind: "callback", function: number, inputs, outputs });
  return results.map((aval, i) => placedValue(context, aval, { buffer: outputs[i]!, offset: undefined }));
}
