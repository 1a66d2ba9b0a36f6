/** Map kernels: all stores for every index, all values computed before the first is written. */
import type { MapKernel } from "../../../compile/ir.ts";
import { sizeOf } from "../../../types/shape.ts";
import type { Frame } from "../frame.ts";
import { Nest } from "../nest.ts";
import { Plan, type Target } from "../plan.ts";

/** Shorter loops do not fill a vector. */
const shortest = 4;

export function emitMap(frame: Frame, { shape, stores }: MapKernel): void {
  if (sizeOf(shape) === 0) return;
  const targets: Target[] = stores.map((s) => ({ buffer: s.buffer, dtype: frame.dtype(s.buffer), index: s.index }));
  const plan = new Plan({
    extents: shape,
    border: shape.length,
    values: stores.map((s) => s.value),
    targets,
    vectorLoop: ({ loops }) => ((loops[loops.length - 1]?.extent ?? 0) >= shortest ? loops.length - 1 : -1),
  });
  const nest: Nest = new Nest(frame, plan, targets, {
    body: () => {
      for (const [i, s] of stores.entries()) nest.store(targets[i]!, s.value);
    },
  });
  nest.emit();
}
