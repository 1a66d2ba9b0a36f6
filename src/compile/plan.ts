/** The memory plan: where each temporary buffer of a program lies in its workspace. */
import type { Expr } from "../core/expr.ts";
import { dtypeBytes } from "../types/dtype.ts";
import type { BufferSpec, Step } from "./ir.ts";

/** Buffers that an expression reads. Shared nodes are visited once. */
export function collectLoads(e: Expr, into: Set<number>, seen: Set<Expr>): void {
  const stack = [e];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    if (node.op === "load") into.add(Number(node.value));
    for (const arg of node.args) stack.push(arg);
  }
}

/** Buffers that a step reads and writes, those of its inner steps included. */
export function stepBuffers(step: Step): { reads: Set<number>; writes: Set<number> } {
  const reads = new Set<number>();
  const writes = new Set<number>();
  const seen = new Set<Expr>();
  const read = (...exprs: readonly Expr[]): void => {
    for (const e of exprs) collectLoads(e, reads, seen);
  };
  const inner = (steps: readonly Step[]): void => {
    for (const s of steps) {
      const buffers = stepBuffers(s);
      for (const r of buffers.reads) reads.add(r);
      for (const w of buffers.writes) writes.add(w);
    }
  };
  switch (step.kind) {
    case "map":
      for (const store of step.stores) {
        read(store.index, store.value);
        writes.add(store.buffer);
      }
      break;
    case "reduce":
    case "cumulative":
      read(step.value, step.index);
      writes.add(step.buffer);
      break;
    case "contract":
      read(step.lhs.offset, step.rhs.offset);
      reads.add(step.lhs.buffer).add(step.rhs.buffer);
      writes.add(step.buffer);
      break;
    case "sort":
      for (const r of step.inputs) reads.add(r);
      for (const w of step.outputs) writes.add(w);
      break;
    case "opaque":
      for (const r of step.inputs) reads.add(r);
      for (const w of step.outputs) writes.add(w);
      writes.add(step.scratch);
      break;
    case "scatter":
      read(step.inside, step.index, step.value);
      reads.add(step.buffer);
      writes.add(step.buffer);
      break;
    case "callback":
      for (const r of step.inputs) reads.add(r);
      for (const w of step.outputs) writes.add(w);
      break;
    case "loop":
      inner(step.body);
      break;
    case "while":
      inner(step.condition);
      inner(step.body);
      reads.add(step.predicate);
      break;
    case "branch":
      reads.add(step.selector);
      for (const branch of step.branches) inner(branch);
      break;
  }
  return { reads, writes };
}

const alignment = 16;

/** Byte offsets of the given buffers; those that are not alive together may share memory. A loop counts as one step. */
export function planWorkspace(
  steps: readonly Step[],
  buffers: readonly BufferSpec[],
  isTemporary: (buffer: number) => boolean,
): { workspace: Map<number, number>; bytes: number } {
  const first = new Map<number, number>();
  const last = new Map<number, number>();
  steps.forEach((step, t) => {
    const { reads, writes } = stepBuffers(step);
    for (const buffer of [...reads, ...writes]) {
      if (!isTemporary(buffer)) continue;
      if (!first.has(buffer)) first.set(buffer, t);
      last.set(buffer, t);
    }
  });
  const starting = steps.map((): number[] => []);
  const ending = steps.map((): number[] => []);
  for (const [buffer, t] of first) starting[t]!.push(buffer);
  for (const [buffer, t] of last) ending[t]!.push(buffer);
  const workspace = new Map<number, number>();
  // Free stretches below the high mark, ordered by offset.
  const free: { offset: number; bytes: number }[] = [];
  let bytes = 0;
  const sizeOf = (buffer: number): number => {
    const { dtype, size } = buffers[buffer]!;
    return Math.max(alignment, Math.ceil((dtypeBytes(dtype) * size) / alignment) * alignment);
  };
  steps.forEach((_, t) => {
    for (const buffer of starting[t]!) {
      const size = sizeOf(buffer);
      let best = -1;
      free.forEach((hole, i) => {
        if (hole.bytes >= size && (best < 0 || hole.bytes < free[best]!.bytes)) best = i;
      });
      if (best >= 0) {
        const hole = free[best]!;
        workspace.set(buffer, hole.offset);
        if (hole.bytes === size) free.splice(best, 1);
        else free[best] = { offset: hole.offset + size, bytes: hole.bytes - size };
      } else {
        workspace.set(buffer, bytes);
        bytes += size;
      }
    }
    for (const buffer of ending[t]!) release(free, workspace.get(buffer)!, sizeOf(buffer));
  });
  return { workspace, bytes };
}

function release(free: { offset: number; bytes: number }[], offset: number, bytes: number): void {
  let at = free.findIndex((hole) => hole.offset > offset);
  if (at < 0) at = free.length;
  free.splice(at, 0, { offset, bytes });
  const merge = (i: number): void => {
    const a = free[i];
    const b = free[i + 1];
    if (a !== undefined && b !== undefined && a.offset + a.bytes === b.offset) {
      free.splice(i, 2, { offset: a.offset, bytes: a.bytes + b.bytes });
    }
  };
  merge(at);
  merge(at - 1);
}
