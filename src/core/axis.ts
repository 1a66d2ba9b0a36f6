/**
 * The named axes of the vmaps at work. Collective operations ask here for the size of an axis when they are called, so that
 * it is a number, and an unknown name an error. What refers to an axis says so by an effect, by which `vmap` finds it.
 */
import { UnboundAxisError } from "../errors/index.ts";
import type { Effect } from "./jaxpr.ts";

interface NamedAxis {
  readonly name: string;
  readonly size: number;
}

/** Innermost last. */
const axes: NamedAxis[] = [];
let key = "";

function updateKey(): void {
  key = axes.map(({ name, size }) => ` ${JSON.stringify(name)}:${size}`).join("");
}

/** Runs `body` where an axis has a name; without a name it just runs it. */
export function withAxis<T>(name: string | undefined, size: number, body: () => T): T {
  if (name === undefined) return body();
  axes.push({ name, size });
  updateKey();
  try {
    return body();
  } finally {
    axes.pop();
    updateKey();
  }
}

/** The size of the innermost axis of this name. @throws UnboundAxisError if no vmap at work has it. */
export function namedAxisSize(name: string): number {
  for (let i = axes.length - 1; i >= 0; i--) if (axes[i]!.name === name) return axes[i]!.size;
  throw unboundAxis(name);
}

/** The error for an axis that no vmap has named. */
export function unboundAxis(name: string): UnboundAxisError {
  return new UnboundAxisError({
    what: `Found an unbound axis name: ${name}. It is the name of no vmap that is at work here${
      axes.length === 0 ? "" : `; the names are ${axes.map((axis) => axis.name).join(", ")}`
    }.`,
    fix: `name the axis where the function is mapped: vmap(f, { axisName: "${name}" })`,
  });
}

/** Names and sizes of the axes at work, part of every key under which a traced function is kept. */
export function axisKey(): string {
  return key;
}

/** The effect of an operation that refers to a named axis. It hinders nothing: see `isObservable`. */
export function axisEffect(name: string): Effect {
  return `axis ${name}`;
}

/** Whether an effect can be seen from outside, so that the equation must run even if nobody reads its results. */
export function isObservable(effect: Effect): boolean {
  return !effect.startsWith("axis ");
}
