/**
 * Asking the engine for a collection in the middle of a job. Finalizers run only when the event loop turns, and small handles
 * give the engine no reason to collect. Node lets a program ask, with no flag from the user.
 */
import { Census, Probe } from "./census.ts";

interface V8Module {
  setFlagsFromString(flags: string): void;
}
interface VmModule {
  runInNewContext(code: string): unknown;
  createContext(object: object, options: { microtaskMode: "afterEvaluate" }): object;
  Script: new (code: string) => { runInContext(context: object): unknown };
}

/** A module of Node's, or undefined elsewhere. */
export function builtin(name: string): unknown {
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } };
  return process?.getBuiltinModule?.(name);
}

export interface Collector {
  /**
   * Collects garbage: young objects, which takes a fraction of a millisecond, or all, which takes several; then weak
   * references to dead objects are empty, also in the middle of a job.
   */
  collect(all: boolean): void;
  /** Whether collections of young objects empty a census of those that are dead. */
  readonly young: boolean;
}

/** A collector, or undefined where there is none. */
export function findCollector(): Collector | undefined {
  try {
    const v8 = builtin("node:v8") as V8Module | undefined;
    const vm = builtin("node:vm") as VmModule | undefined;
    if (v8 === undefined || vm === undefined) return undefined;
    v8.setFlagsFromString("--expose-gc");
    const gc = vm.runInNewContext("gc") as ((options?: { type: "minor" }) => void) | undefined;
    if (typeof gc !== "function") return undefined;
    // An empty microtask in a context of its own ends the set of objects that weak references keep alive for this job.
    const context = vm.createContext({}, { microtaskMode: "afterEvaluate" });
    const checkpoint = new vm.Script("Promise.resolve().then(() => 0)");
    const collect = (all: boolean): void => {
      if (all) {
        checkpoint.runInContext(context);
        gc();
      } else gc({ type: "minor" });
    };
    const census = Census.create(builtin);
    if (census === undefined) return undefined;
    for (let i = 0; i < 8; i++) census.add(new Probe());
    collect(false);
    // The last one may still be seen on the stack.
    return { collect, young: census.living().length <= 1 };
  } catch {
    // An engine that forbids flags or contexts: no collector.
    return undefined;
  }
}
