/** Running combinations along one axis: a scalar loop along it inside loops over the others. */
import type { CumulativeKernel } from "../../../compile/ir.ts";
import { type Expr, ExprBuilder } from "../../../core/expr.ts";
import { sizeOf } from "../../../types/shape.ts";
import type { Frame } from "../frame.ts";
import { Nest } from "../nest.ts";
import { Plan, type Target } from "../plan.ts";
import { rewrite } from "../rewrite.ts";
import { Accumulator } from "./combine.ts";

export function emitCumulative(frame: Frame, kernel: CumulativeKernel): void {
  const { shape, axis, reverse, op, buffer } = kernel;
  if (sizeOf(shape) === 0) return;
  const b = new ExprBuilder();
  const fromEnd = (d: number): Expr => (d === axis ? b.sub(b.int(shape[axis]! - 1), b.index(d)) : b.index(d));
  const value = reverse ? rewrite(b, kernel.value, fromEnd) : kernel.value;
  const index = reverse ? rewrite(b, kernel.index, fromEnd) : kernel.index;
  const target: Target = { buffer, dtype: frame.dtype(buffer), index };
  const others = shape.map((_, d) => d).filter((d) => d !== axis);
  const plan = new Plan({
    extents: shape,
    order: [...others, axis],
    border: others.length,
    values: [value],
    targets: [target],
    vectorLoop: () => -1,
  });
  const sum = new Accumulator(frame.f, frame.module, op, value.dtype);
  const nest: Nest = new Nest(frame, plan, plan.border < plan.loops.length ? [target] : [], {
    // Running sums begin with the first element, which may be -0.
    enter: () => (op === "add" ? sum.reset(-0) : sum.reset()),
    body: () => {
      sum.take(() => nest.push(value));
      nest.storeScalar(target, () => sum.result());
    },
  });
  nest.emit();
}
