/**
 * Running combinations along one axis, which is the innermost loop. Vectors, if any, run along the innermost of the other
 * axes: each lane is a line of its own.
 */
import type { CumulativeKernel } from "../../../compile/ir.ts";
import { type Expr, ExprBuilder } from "../../../core/expr.ts";
import { sizeOf } from "../../../types/shape.ts";
import type { Frame } from "../frame.ts";
import type { Vec } from "../lanes.ts";
import { Nest } from "../nest.ts";
import { Plan, type Target } from "../plan.ts";
import { rewrite } from "../rewrite.ts";
import { Accumulator, accumulatorDType, combineVectors, neutral } from "./combine.ts";
import { Totals } from "./totals.ts";

/** Fewer lines do not fill a vector. */
const fewest = 4;

export function emitCumulative(frame: Frame, kernel: CumulativeKernel): void {
  const { shape, axis, reverse, op, buffer } = kernel;
  if (sizeOf(shape) === 0) return;
  const { f, module } = frame;
  const b = new ExprBuilder();
  const fromEnd = (d: number): Expr => (d === axis ? b.sub(b.int(shape[axis]! - 1), b.index(d)) : b.index(d));
  const value = reverse ? rewrite(b, kernel.value, fromEnd) : kernel.value;
  const index = reverse ? rewrite(b, kernel.index, fromEnd) : kernel.index;
  const { dtype } = value;
  const target: Target = { buffer, dtype: frame.dtype(buffer), index };
  const others = shape.map((_, d) => d).filter((d) => d !== axis);
  /** Sums are collected in double precision, products and the like lane by lane. */
  const summed = op === "add" && dtype === "float32";
  const lanes = summed || (op !== "logaddexp" && accumulatorDType(op, dtype) === dtype);
  const plan = new Plan({
    extents: shape,
    order: [...others, axis],
    border: others.length,
    values: [value],
    targets: [target],
    vectorLoop: (p) => (lanes ? chooseVectorLoop(p) : -1),
  });
  const start = op === "add" && (dtype === "float32" || dtype === "float64") ? -0 : neutral(op, dtype);
  const single = new Accumulator(f, module, op, dtype);
  let totals = new Totals(f, 0, -0);
  let running: number[] = [];
  const collect = (): Vec => {
    const { v } = nest;
    const terms = nest.vector(value);
    if (summed) {
      for (let u = 0; u < v.width; u++) totals.add(u, v.at(terms, u));
      return totals.rounded(v);
    }
    const combined = combineVectors(v, module, op, dtype, running, terms);
    for (const [u, local] of running.entries()) {
      f.get(v.at(combined, u));
      f.set(local);
    }
    return running;
  };
  const nest: Nest = new Nest(frame, plan, plan.border < plan.loops.length ? [target] : [], {
    free: plan.border,
    enter: () => {
      if (nest.width === 0) single.reset(start);
      else if (summed) totals = new Totals(f, nest.width, -0);
      else {
        const word = dtype === "bool" ? -Number(start) : Number(start);
        running = [...nest.v.make(nest.width, () => f.get(dtype === "float32" ? f.f32x4(word) : f.i32x4(word)))];
      }
    },
    body: () => {
      if (nest.width > 0) return nest.storeVector(target, collect());
      single.take(() => nest.push(value));
      nest.storeScalar(target, () => single.result(target.dtype));
    },
  });
  nest.emit();
}

/** The innermost of the other loops, if elements lie side by side there. */
function chooseVectorLoop(plan: Plan): number {
  const loop = plan.border - 1;
  if (loop < 0 || plan.loops[loop]!.extent < fewest) return -1;
  const loads = plan.nodes.filter((e) => e.op === "load").map((e) => plan.access(e).coefficients[loop]!);
  return loads.every((move) => move === 0 || move === 1) ? loop : -1;
}
