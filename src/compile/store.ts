/** Stores into temporary memory that nobody reads are dropped, and with them kernels that store nothing else. */
import type { Step } from "./ir.ts";
import { stepBuffers } from "./plan.ts";

/** The steps without stores to buffers that are neither read anywhere nor in `kept`. */
export function dropUnreadStores(steps: readonly Step[], kept: ReadonlySet<number>): Step[] {
  for (let current = steps; ; ) {
    const read = new Set(kept);
    for (const step of current) for (const buffer of stepBuffers(step).reads) read.add(buffer);
    const next = filter(current, read);
    if (next === current) return [...current];
    current = next;
  }
}

function filter(steps: readonly Step[], read: ReadonlySet<number>): readonly Step[] {
  let changed = false;
  const result: Step[] = [];
  for (const step of steps) {
    const kept = filterStep(step, read);
    if (kept !== step) changed = true;
    if (kept !== undefined) result.push(kept);
  }
  return changed ? result : steps;
}

function filterStep(step: Step, read: ReadonlySet<number>): Step | undefined {
  switch (step.kind) {
    case "map": {
      const stores = step.stores.filter((s) => read.has(s.buffer));
      if (stores.length === step.stores.length) return step;
      return stores.length === 0 ? undefined : { ...step, stores };
    }
    case "reduce":
    case "cumulative":
    case "contract":
      return read.has(step.buffer) ? step : undefined;
    case "opaque":
      return step.outputs.some((buffer) => read.has(buffer)) ? step : undefined;
    case "loop": {
      const body = filter(step.body, read);
      return body === step.body ? step : { ...step, body };
    }
    case "while": {
      const condition = filter(step.condition, read);
      const body = filter(step.body, read);
      return condition === step.condition && body === step.body ? step : { ...step, condition, body };
    }
    case "branch": {
      const branches = step.branches.map((branch) => filter(branch, read));
      return branches.every((branch, i) => branch === step.branches[i]) ? step : { ...step, branches };
    }
    default:
      return step;
  }
}
