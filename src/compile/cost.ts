/** What a program costs: operations and bytes, counted from its kernels. */
import type { Expr } from "../core/expr.ts";
import { dtypeBytes } from "../types/dtype.ts";
import { product } from "../util/list.ts";
import type { Program, Step } from "./ir.ts";

/** An estimate of the work of one call. */
export interface Cost {
  /** Arithmetic operations; a transcendental function counts as one. */
  readonly flops: number;
  /** Bytes that kernels read and write in memory, before any cache. */
  readonly bytesAccessed: number;
  /** Kernels run, loops counted with their trips. */
  readonly kernels: number;
}

const silent: ReadonlySet<Expr["op"]> = new Set(["constant", "index", "counter", "load", "select", "cast", "bitcast"]);

/** Operations and loaded bytes of one evaluation of some expressions; shared nodes count once, index arithmetic not at all. */
function elementCost(exprs: readonly Expr[]): { flops: number; bytes: number } {
  let flops = 0;
  let bytes = 0;
  const seen = new Set<Expr>();
  const stack = [...exprs];
  for (let e = stack.pop(); e !== undefined; e = stack.pop()) {
    if (seen.has(e)) continue;
    seen.add(e);
    if (e.op === "load") {
      bytes += dtypeBytes(e.dtype);
      continue;
    }
    if (!silent.has(e.op)) flops++;
    stack.push(...e.args);
  }
  return { flops, bytes };
}

function add(a: Cost, b: Cost, times = 1): Cost {
  return {
    flops: a.flops + times * b.flops,
    bytesAccessed: a.bytesAccessed + times * b.bytesAccessed,
    kernels: a.kernels + times * b.kernels,
  };
}

const nothing: Cost = { flops: 0, bytesAccessed: 0, kernels: 0 };

/** The cost of one run of a step. */
export function stepCost(program: Program, step: Step): Cost {
  const bytesOf = (buffer: number): number => dtypeBytes(program.buffers[buffer]!.dtype);
  switch (step.kind) {
    case "map": {
      const n = product(step.shape);
      const { flops, bytes } = elementCost(step.stores.map((s) => s.value));
      const written = step.stores.reduce((sum, s) => sum + bytesOf(s.buffer), 0);
      return { flops: n * flops, bytesAccessed: n * (bytes + written), kernels: 1 };
    }
    case "reduce": {
      const [outer, inner] = [product(step.shape), product(step.reduced)];
      const { flops, bytes } = elementCost([step.value]);
      return {
        flops: outer * inner * (flops + 1),
        bytesAccessed: outer * (inner * bytes + bytesOf(step.buffer)),
        kernels: 1,
      };
    }
    case "cumulative":
    case "scatter": {
      const n = product(step.shape);
      const { flops, bytes } = elementCost([step.value]);
      return { flops: n * (flops + 1), bytesAccessed: n * (bytes + bytesOf(step.buffer)), kernels: 1 };
    }
    case "contract": {
      const { rows, columns, depth } = step;
      const batch = product(step.batch);
      const elements = batch * (rows * depth + depth * columns + rows * columns);
      return { flops: 2 * batch * rows * columns * depth, bytesAccessed: elements * bytesOf(step.buffer), kernels: 1 };
    }
    case "sort": {
      const n = step.rows * step.length;
      const bytes = [...step.inputs, ...step.outputs].reduce((sum, b) => sum + bytesOf(b), 0);
      return { flops: n * Math.ceil(Math.log2(Math.max(2, step.length))), bytesAccessed: n * bytes, kernels: 1 };
    }
    case "callback": {
      const touched = [...step.inputs, ...step.outputs];
      const bytes = touched.reduce((sum, b) => sum + program.buffers[b]!.size * bytesOf(b), 0);
      return { flops: 0, bytesAccessed: bytes, kernels: 0 };
    }
    case "opaque": {
      const touched = [...step.inputs, ...step.outputs];
      const bytes = touched.reduce((sum, b) => sum + bytesOf(b) * program.buffers[b]!.size, 0);
      return { flops: Math.round(step.kernel.flops(step.sizes)), bytesAccessed: bytes, kernels: 1 };
    }
    case "loop":
      return add(nothing, stepsCost(program, step.body), step.length);
    case "while":
      return add(stepsCost(program, step.condition), stepsCost(program, step.body));
    case "branch": {
      const costs = step.branches.map((b) => stepsCost(program, b));
      return costs.reduce((most, c) => (c.flops > most.flops ? c : most), nothing);
    }
  }
}

function stepsCost(program: Program, steps: readonly Step[]): Cost {
  return steps.reduce((sum, step) => add(sum, stepCost(program, step)), nothing);
}

/** The cost of one call. A while loop counts as one trip, a branch as its dearest. */
export function programCost(program: Program): Cost {
  return stepsCost(program, program.steps);
}
