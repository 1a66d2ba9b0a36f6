/** Map kernels: all stores for every index, all values computed before the first is written. */
import type { MapKernel } from "../../../compile/ir.ts";
import { sizeOf } from "../../../types/shape.ts";
import type { Frame } from "../frame.ts";
import { Nest } from "../nest.ts";
import { Plan, type Target } from "../plan.ts";
import { isVectorMath } from "../vector.ts";
import { emitTransposition } from "./transpose.ts";

/** Shorter loops do not fill a vector, which pays only for long functions. */
const shortest = 4;

/** The innermost loop, or the next one if that is too short. */
function chooseVectorLoop({ loops, nodes }: Plan): number {
  const last = loops.length - 1;
  if (last < 0) return -1;
  const extent = loops[last]!.extent;
  if (extent >= shortest) return last;
  if (last > 0 && loops[last - 1]!.extent >= 2 * shortest) return last - 1;
  return extent > 1 && nodes.some(isVectorMath) ? last : -1;
}

export function emitMap(frame: Frame, { shape, stores }: MapKernel): void {
  if (sizeOf(shape) === 0) return;
  const targets: Target[] = stores.map((s) => ({ buffer: s.buffer, dtype: frame.dtype(s.buffer), index: s.index }));
  const plan = new Plan({
    extents: shape,
    border: shape.length,
    values: stores.map((s) => s.value),
    targets,
    vectorLoop: chooseVectorLoop,
  });
  if (stores.length === 1 && emitTransposition(frame, plan, targets[0]!, stores[0]!.value)) return;
  const nest: Nest = new Nest(frame, plan, targets, {
    free: plan.loops.length,
    body: () => {
      for (const [i, s] of stores.entries()) nest.store(targets[i]!, s.value);
    },
  });
  nest.emit();
}
