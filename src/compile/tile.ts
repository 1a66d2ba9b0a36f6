/**
 * Blocks of rows. Kernels that follow one another over the same leading axis, each reading only its own rows of what the
 * others wrote, run block by block: all of them for some rows, then all for the next. What they hand to one another stays
 * in the cache and needs memory for one block only. So softmax, layer norm and chains of large elementwise kernels read and
 * write main memory once.
 */
import type { Expr } from "../core/expr.ts";
import { dtypeBytes } from "../types/dtype.ts";
import type { Shape } from "../types/shape.ts";
import { affineForm } from "./affine.ts";
import type { CumulativeKernel, MapKernel, ReduceKernel, Step } from "./ir.ts";
import type { Lowering } from "./lower.ts";
import { stepBuffers } from "./plan.ts";

/** Kernels that a block can hold. */
type RowKernel = MapKernel | ReduceKernel | CumulativeKernel;

/** Runs whose intermediate values are smaller than this stay in the cache anyway. */
const smallestRun = 1 << 18;
/** Bytes that a block's own values may take. */
const blockBytes = 1 << 16;
/** Fewer blocks are not shared among threads. */
const fewestShared = 16;

const isRowKernel = (step: Step): step is RowKernel =>
  step.kind === "map" || step.kind === "reduce" || (step.kind === "cumulative" && step.axis > 0);

/** Lengths of all loops of a kernel. */
const extents = (kernel: RowKernel): Shape =>
  kernel.kind === "reduce" ? [...kernel.shape, ...kernel.reduced] : kernel.shape;

interface Access {
  readonly buffer: number;
  readonly index: Expr;
}

function stores(kernel: RowKernel): readonly Access[] {
  return kernel.kind === "map" ? kernel.stores : [kernel];
}

function values(kernel: RowKernel): readonly Expr[] {
  return kernel.kind === "map" ? kernel.stores.map((s) => s.value) : [kernel.value];
}

/** All loads of a kernel. */
function loads(kernel: RowKernel): Access[] {
  const found: Access[] = [];
  const seen = new Set<Expr>();
  const stack = [...values(kernel), ...stores(kernel).map((s) => s.index)];
  for (let e = stack.pop(); e !== undefined; e = stack.pop()) {
    if (seen.has(e)) continue;
    seen.add(e);
    if (e.op === "load") found.push({ buffer: Number(e.value), index: e.args[0]! });
    stack.push(...e.args);
  }
  return found;
}

/** Elements of a row, if an access touches row `loop 0` of its buffer and no other. */
function rowLength(context: Lowering, { index }: Access, loops: Shape): number | undefined {
  const form = affineForm(context.b, index);
  if (form === undefined || form.base.op !== "constant") return undefined;
  const row = form.coefficients.get(0) ?? 0;
  let low = Number(form.base.value);
  let high = low;
  for (const [loop, coefficient] of form.coefficients) {
    if (loop === 0) continue;
    const reach = coefficient * (loops[loop]! - 1);
    if (reach < 0) low += reach;
    else high += reach;
  }
  return row > 0 && low >= 0 && high < row ? row : undefined;
}

/** A run being collected: its kernels and the row length of each buffer that they write. */
interface Run {
  readonly rows: number;
  readonly kernels: RowKernel[];
  readonly written: Map<number, number>;
}

/** Adds a kernel to a run if it reads and writes only rows. */
function admit(context: Lowering, run: Run, kernel: RowKernel): boolean {
  const loops = extents(kernel);
  const added = new Map<number, number>();
  for (const store of stores(kernel)) {
    const row = rowLength(context, store, loops);
    const known = run.written.get(store.buffer) ?? added.get(store.buffer);
    if (row === undefined || (known !== undefined && known !== row)) return false;
    added.set(store.buffer, row);
  }
  for (const load of loads(kernel)) {
    const row = run.written.get(load.buffer);
    if (row !== undefined && rowLength(context, load, loops) !== row) return false;
  }
  for (const [buffer, row] of added) run.written.set(buffer, row);
  run.kernels.push(kernel);
  return true;
}

/** The steps, with runs of row kernels in blocks. `kept` are the program's outputs. */
export function tileRows(context: Lowering, steps: readonly Step[], kept: ReadonlySet<number>): Step[] {
  const result: Step[] = [];
  let run: Run | undefined;
  const finish = (next: number): void => {
    if (run !== undefined) result.push(...blockRun(context, run, readLater(steps, next), kept));
    run = undefined;
  };
  steps.forEach((step, i) => {
    const rows = isRowKernel(step) ? step.shape[0] : undefined;
    if (!isRowKernel(step) || rows === undefined || rows < 2) {
      finish(i);
      result.push(step);
      return;
    }
    if (run !== undefined && run.rows === rows && admit(context, run, step)) return;
    finish(i);
    run = { rows, kernels: [], written: new Map() };
    if (admit(context, run, step)) return;
    run = undefined;
    result.push(step);
  });
  finish(steps.length);
  return result;
}

function readLater(steps: readonly Step[], from: number): Set<number> {
  const read = new Set<number>();
  for (const step of steps.slice(from)) for (const buffer of stepBuffers(step).reads) read.add(buffer);
  return read;
}

/** Rows of a block: as many as fit, or somewhat fewer that divide all rows. */
function blockRows(rows: number, most: number): number {
  for (let block = most; block > most / 2; block--) if (rows % block === 0) return block;
  return Math.max(1, most);
}

function blockRun(context: Lowering, run: Run, later: ReadonlySet<number>, kept: ReadonlySet<number>): readonly Step[] {
  const { rows, kernels, written } = run;
  const shared = new Set<number>();
  const earlier = new Set<number>();
  for (const kernel of kernels) {
    for (const { buffer } of loads(kernel)) if (earlier.has(buffer)) shared.add(buffer);
    for (const { buffer } of stores(kernel)) earlier.add(buffer);
  }
  const rowBytes = (buffer: number): number => written.get(buffer)! * dtypeBytes(context.buffers[buffer]!.dtype);
  const bytes = [...shared].reduce((sum, buffer) => sum + rowBytes(buffer), 0);
  if (shared.size === 0 || bytes * rows < smallestRun) return kernels;
  const touched = [...written.keys()].reduce((sum, buffer) => sum + rowBytes(buffer), 0);
  const block = blockRows(rows, Math.floor(blockBytes / touched));
  if (block >= rows) return kernels;
  // What only this run reads needs memory for one block.
  const local = new Map<number, number>();
  for (const buffer of shared) {
    if (kept.has(buffer) || later.has(buffer)) continue;
    local.set(buffer, context.newBuffer(context.buffers[buffer]!.dtype, block * written.get(buffer)!));
  }
  const { b } = context;
  const trips = Math.floor(rows / block);
  const rest = rows - trips * block;
  const counter = context.counters++;
  const steps: Step[] = [
    {
      kind: "loop",
      counter,
      length: trips,
      body: kernels.map((k) => inBlock(context, k, b.mul(b.counter(counter), b.int(block)), block, local)),
      ...(trips >= fewestShared && { local: [...local.values()] }),
    },
  ];
  if (rest > 0) steps.push(...kernels.map((k) => inBlock(context, k, b.int(trips * block), rest, local)));
  return steps;
}

/** A kernel for the rows from `start` on. Local buffers are indexed from the block's start, all others as before. */
function inBlock(
  context: Lowering,
  kernel: RowKernel,
  start: Expr,
  rows: number,
  local: ReadonlyMap<number, number>,
): RowKernel {
  const { b } = context;
  const moved = b.add(start, b.index(0));
  const done = new Map<Expr, Expr>();
  const rewrite = (e: Expr): Expr => {
    let result = done.get(e);
    if (result === undefined) {
      result = rewriteNode(e);
      done.set(e, result);
    }
    return result;
  };
  const rewriteNode = (e: Expr): Expr => {
    if (e.op === "index") return Number(e.value) === 0 ? moved : e;
    if (e.op === "load") {
      const buffer = Number(e.value);
      const at = local.get(buffer);
      return at === undefined ? b.load(buffer, rewrite(e.args[0]!), e.dtype) : b.load(at, e.args[0]!, e.dtype);
    }
    return e.args.length === 0 ? e : b.rebuild(e, e.args.map(rewrite));
  };
  const place = ({ buffer, index }: Access): Access => {
    const at = local.get(buffer);
    return at === undefined ? { buffer, index: rewrite(index) } : { buffer: at, index };
  };
  const shape = [rows, ...kernel.shape.slice(1)];
  if (kernel.kind === "map") {
    return { kind: "map", shape, stores: kernel.stores.map((s) => ({ ...place(s), value: rewrite(s.value) })) };
  }
  return { ...kernel, ...place(kernel), shape, value: rewrite(kernel.value) };
}
