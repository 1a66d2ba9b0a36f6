/** How long kernels take, roughly: a kernel goes in, nanoseconds on one thread of an ordinary machine come out. */
import type { BufferSpec, Kernel } from "../../compile/ir.ts";
import { nodesOf } from "../../compile/nodes.ts";
import type { Expr } from "../../core/expr.ts";
import { dtypeKind } from "../../types/dtype.ts";
import { sizeOf } from "../../types/shape.ts";
import { hasLanes, isVectorMath } from "./vector.ts";

/** For each element: what vectors do in passing, what they compute at length, and what is done one by one. */
const vectorNode = 0.05;
const vectorMath = 1;
const scalarNode = 0.5;
const hostCall = 12;
const combining = 0.05;
const running = 1;
const product = 0.04;
const sorted = 20;

const ordinary: ReadonlySet<string> = /* @__PURE__ */ new Set(
  "neg abs floor ceil round trunc sqrt add sub mul div max min eq ne lt le gt ge select cast bitcast load".split(" "),
);

function nodeWork(e: Expr): number {
  if (e.op === "constant" || e.op === "index" || e.op === "counter") return 0;
  if (hasLanes(e.dtype)) return isVectorMath(e) ? vectorMath : vectorNode;
  return dtypeKind(e.dtype) === "f" && !ordinary.has(e.op) ? hostCall : scalarNode;
}

function elementWork(roots: readonly Expr[]): number {
  let sum = 0;
  for (const e of nodesOf(roots)) sum += nodeWork(e);
  return sum;
}

/** Nanoseconds of a kernel, roughly. */
export function estimatedWork(specs: readonly BufferSpec[], kernel: Kernel): number {
  switch (kernel.kind) {
    case "map":
      return sizeOf(kernel.shape) * (combining + elementWork(kernel.stores.map((s) => s.value)));
    case "reduce":
      return sizeOf(kernel.shape) * sizeOf(kernel.reduced) * (combining + elementWork([kernel.value]));
    case "cumulative":
      return sizeOf(kernel.shape) * (running + elementWork([kernel.value]));
    case "contract": {
      const { batch, rows, columns, depth, buffer } = kernel;
      const { dtype } = specs[buffer]!;
      const each = dtype === "float32" ? product : dtype === "float64" ? 2 * product : scalarNode;
      return sizeOf(batch) * rows * columns * depth * each;
    }
    case "sort":
      return kernel.rows * kernel.length * kernel.keys * sorted;
    case "scatter":
      return sizeOf(kernel.shape) * (running + elementWork([kernel.inside, kernel.index, kernel.value]));
  }
}
