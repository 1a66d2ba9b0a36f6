/**
 * Reductions. Vectors run either along the innermost reduced loop, each lane an accumulator of its own, or along the
 * innermost kept loop, each lane another result. Sums of float32 are collected in single precision for a few rounds
 * only and then in double, so that their error does not grow with their length. The order depends on shapes alone.
 */
import type { ReduceKernel } from "../../../compile/ir.ts";
import { ExprBuilder } from "../../../core/expr.ts";
import type { DType } from "../../../types/dtype.ts";
import { sizeOf } from "../../../types/shape.ts";
import type { Frame } from "../frame.ts";
import type { Vec } from "../lanes.ts";
import { Nest } from "../nest.ts";
import { Plan, type Target } from "../plan.ts";
import { emitScalar, pushConstant, registerType } from "../scalar.ts";
import { extractLane } from "../vector.ts";
import { Accumulator, type CombineOp, combineVectors, neutral } from "./combine.ts";
import { Extremes } from "./extremes.ts";
import { emitMap } from "./map.ts";
import { Totals } from "./totals.ts";

/** Rounds after which partial sums of float32 move to double precision. */
const sumRounds = 16;
/** Sums of at most so many terms need no double precision. */
const shortSum = 32;
/** A reduced loop shorter than this is not worth vectors of its own. */
const shortestReduced = 16;
const shortestKept = 4;

export function emitReduce(frame: Frame, kernel: ReduceKernel): void {
  const { shape, reduced, op, value, buffer, index } = kernel;
  if (sizeOf(shape) === 0) return;
  if (sizeOf(reduced) === 0) {
    const b = new ExprBuilder();
    const dtype = frame.dtype(buffer);
    const constant = b.constant(op === "argmax" || op === "argmin" ? 0 : neutral(op, dtype), dtype);
    emitMap(frame, { kind: "map", shape, stores: [{ buffer, index, value: constant }] });
    return;
  }
  const target: Target = { buffer, dtype: frame.dtype(buffer), index };
  const plan = new Plan({
    extents: [...shape, ...reduced],
    border: shape.length,
    values: [value],
    targets: [target],
    vectorLoop: (p) => chooseVectorLoop(p, kernel, target.dtype !== resultDType(kernel)),
  });
  if (op === "argmax" || op === "argmin") emitExtreme(frame, plan, kernel, target);
  else if (plan.vectorLoop < 0) emitScalarReduce(frame, plan, kernel, target, op);
  else if (
    op === "add" &&
    value.dtype === "float32" &&
    (plan.vectorLoop >= plan.border || sizeOf(reduced) > shortSum)
  ) {
    emitSum(frame, plan, kernel, target);
  } else if ((op === "max" || op === "min") && value.dtype === "float32") emitExtremes(frame, plan, kernel, target, op);
  else emitVectorReduce(frame, plan, kernel, target, op);
}

/** The dtype of a reduction's results. Sums and products of float32 may also be left in double precision. */
function resultDType({ op, value }: ReduceKernel): DType {
  return op === "argmax" || op === "argmin" ? "int32" : value.dtype;
}

/** The loop along which more loads are consecutive: the innermost reduced or the innermost kept one. */
function chooseVectorLoop(plan: Plan, { op, value }: ReduceKernel, wide: boolean): number {
  const { loops, border } = plan;
  if (op === "argmax" || op === "argmin" || (op === "mul" && value.dtype === "float32")) return -1;
  const score = (loop: number): number => {
    let sum = 0;
    for (const e of plan.nodes) {
      if (e.op !== "load") continue;
      const move = plan.access(e).coefficients[loop]!;
      sum += move === 1 ? 2 : move === 0 ? 1 : 0;
    }
    return sum;
  };
  const inner = loops.length - 1;
  const kept = border - 1;
  const innerFits = inner >= border && loops[inner]!.extent >= shortestReduced;
  const keptFits = kept >= 0 && loops[kept]!.extent >= shortestKept && !wide;
  if (innerFits && keptFits) return score(kept) > score(inner) ? kept : inner;
  return innerFits ? inner : keptFits ? kept : -1;
}

function emitScalarReduce(frame: Frame, plan: Plan, { value }: ReduceKernel, target: Target, op: CombineOp): void {
  const sum = new Accumulator(frame.f, frame.module, op, value.dtype);
  const nest: Nest = new Nest(frame, plan, [], {
    free: plan.border,
    enter: () => sum.reset(),
    body: () => sum.take(() => nest.push(value)),
    leave: () => nest.storeScalar(target, () => sum.result(target.dtype)),
  });
  nest.emit();
}

/** Vectors of an operation that does not round: one accumulator for each vector of a round. */
function emitVectorReduce(frame: Frame, plan: Plan, { value }: ReduceKernel, target: Target, op: CombineOp): void {
  const { f, module } = frame;
  const { dtype } = value;
  const single = new Accumulator(f, module, op, dtype);
  const start = neutral(op, dtype);
  let sums: number[] = [];
  const nest: Nest = new Nest(frame, plan, [], {
    free: plan.border,
    enter: () => {
      if (along) single.reset();
      const width = along ? nest.unroll : nest.width;
      sums = [];
      for (let u = 0; u < width; u++) {
        const word = dtype === "bool" ? -Number(start) : Number(start);
        f.get(dtype === "float32" ? f.f32x4(word) : f.i32x4(word));
        sums.push(f.store("v128"));
      }
    },
    body: () => {
      if (nest.width === 0) return single.take(() => nest.push(value));
      const { v } = nest;
      const combined = combineVectors(v, module, op, dtype, sums.slice(0, v.width), nest.vector(value));
      for (let u = 0; u < v.width; u++) {
        f.get(v.at(combined, u));
        f.set(sums[u]!);
      }
    },
    leave: () => {
      if (!along) return nest.storeVector(target, sums);
      let all: Vec | undefined;
      for (const s of sums) all = all === undefined ? [s] : combineVectors(nest.v, module, op, dtype, all, [s]);
      if (all !== undefined)
        for (let lane = 0; lane < 4; lane++) single.take(() => extractLane(f, all[0]!, lane, dtype));
      nest.storeScalar(target, () => single.result(target.dtype));
    },
  });
  const along = plan.vectorLoop >= plan.border;
  nest.emit();
}

/** The largest or smallest of float32. */
function emitExtremes(frame: Frame, plan: Plan, { value }: ReduceKernel, target: Target, op: "max" | "min"): void {
  const { f, module } = frame;
  const along = plan.vectorLoop >= plan.border;
  const single = new Accumulator(f, module, op, "float32");
  let extremes = new Extremes(f, op, 0, along);
  const nest: Nest = new Nest(frame, plan, [], {
    free: plan.border,
    enter: () => {
      if (along) single.reset();
      extremes = new Extremes(f, op, along ? nest.unroll : nest.width, along);
    },
    body: () => {
      if (nest.width === 0) single.take(() => nest.push(value));
      else extremes.take(nest.v, nest.vector(value));
    },
    leave: () => {
      if (!along) return nest.storeVector(target, extremes.results(nest.v, nest.width));
      const [all] = extremes.results(nest.v, nest.unroll);
      for (let lane = 0; lane < 4; lane++) single.take(() => extractLane(f, all!, lane, "float32"));
      nest.storeScalar(target, () => single.result(target.dtype));
    },
  });
  nest.emit();
}

/** Sums of float32: partial sums in single precision, moved to double ones every few rounds. */
function emitSum(frame: Frame, plan: Plan, { value }: ReduceKernel, target: Target): void {
  const { f, module } = frame;
  const along = plan.vectorLoop >= plan.border;
  const single = new Accumulator(f, module, "add", "float32");
  let partial: number[] = [];
  let totals = new Totals(f, 0, 0);
  const clear = (count: number): void => {
    for (const local of partial.slice(0, count)) {
      f.get(f.f32x4(-0));
      f.set(local);
    }
  };
  const nest: Nest = new Nest(frame, plan, [], {
    free: plan.border,
    enter: () => {
      if (along) single.reset();
      const width = along ? nest.unroll : nest.width;
      partial = Array.from({ length: width }, () => f.local("v128"));
      clear(width);
      totals = new Totals(f, along ? 1 : width, 0);
    },
    body: () => {
      if (nest.width === 0) return single.take(() => nest.push(value));
      const { v } = nest;
      const term = nest.vector(value);
      for (let u = 0; u < v.width; u++) {
        f.get(partial[u]!);
        f.get(v.at(term, u));
        f.op("f32x4.add");
        f.set(partial[u]!);
      }
    },
    chunk: sumRounds,
    flush: () => {
      if (nest.width === 0) return;
      const { v } = nest;
      f.scope(() => {
        let sums = partial.slice(0, v.width);
        while (along && sums.length > 1) {
          const next: number[] = [];
          for (let i = 0; i < sums.length; i += 2) next.push(v.add([sums[i]!], [sums[i + 1]!])[0]!);
          sums = next;
        }
        for (const [u, sum] of sums.entries()) totals.add(u, sum);
      });
      clear(v.width);
    },
    leave: () => {
      if (!along) return nest.storeVector(target, totals.rounded(nest.v));
      totals.eachLane((push) => single.takeWide(push));
      nest.storeScalar(target, () => single.result(target.dtype));
    },
  });
  nest.emit();
}

/** The row-major number of the first extreme; the first NaN counts as one. */
function emitExtreme(frame: Frame, plan: Plan, { value, op }: ReduceKernel, target: Target): void {
  const { f } = frame;
  const { dtype } = value;
  const type = registerType(dtype);
  const best = f.local(type);
  const found = f.local("i32");
  const position = f.local("i32");
  const floating = type === "f32" || type === "f64";
  const b = new ExprBuilder();
  const operand = (n: number) => b.load(n, b.int(0), dtype);
  const better = b.binary(op === "argmax" ? "gt" : "lt", operand(0), operand(1));
  const nest: Nest = new Nest(frame, plan, [], {
    free: plan.border,
    enter: () => {
      pushConstant(f, neutral(op as "argmax", dtype), dtype);
      f.set(best);
      for (const local of [found, position]) {
        f.i32(0);
        f.set(local);
      }
    },
    body: () => {
      const x = f.local(type);
      nest.push(value);
      f.set(x);
      emitScalar(f, frame.module, better, (i) => f.get(i === 0 ? x : best));
      if (floating) {
        f.get(x);
        f.get(x);
        f.op(`${type}.ne`);
        f.get(best);
        f.get(best);
        f.op(`${type}.eq`);
        f.op("i32.and");
        f.op("i32.or");
      }
      f.if(() => {
        f.get(x);
        f.set(best);
        f.get(position);
        f.set(found);
      });
      f.get(position);
      f.plus(1);
      f.set(position);
    },
    leave: () => nest.storeScalar(target, () => f.get(found)),
  });
  nest.emit();
}
