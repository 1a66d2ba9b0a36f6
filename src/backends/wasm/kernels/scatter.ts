/** Scatters: updates in row-major order, one after the other, where they are inside. */
import type { ScatterKernel } from "../../../compile/ir.ts";
import { dtypeBytes } from "../../../types/dtype.ts";
import { sizeOf } from "../../../types/shape.ts";
import type { Frame } from "../frame.ts";
import { Nest } from "../nest.ts";
import { Plan } from "../plan.ts";
import { loadOpcode, storeOpcode } from "../scalar.ts";
import { emitCombine } from "./combine.ts";

export function emitScatter(frame: Frame, { shape, op, inside, index, value, buffer }: ScatterKernel): void {
  if (sizeOf(shape) === 0) return;
  const { f } = frame;
  const dtype = frame.dtype(buffer);
  const plan = new Plan({
    extents: shape,
    border: shape.length,
    values: [inside, index, value],
    targets: [],
    vectorLoop: () => -1,
  });
  const nest: Nest = new Nest(frame, plan, [], {
    body: () => {
      nest.push(inside);
      f.if(() => {
        f.get(frame.address(buffer));
        nest.push(index);
        f.times(dtypeBytes(dtype));
        f.op("i32.add");
        const place = f.store("i32");
        f.get(place);
        if (op === "set") nest.push(value);
        else {
          emitCombine(f, frame.module, op, dtype, (operand) => {
            if (operand === 1) return nest.push(value);
            f.get(place);
            f.memory(loadOpcode(dtype));
          });
        }
        f.memory(storeOpcode(dtype));
      });
    },
  });
  nest.emit();
}
