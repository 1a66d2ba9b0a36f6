/**
 * Finding dead arrays inside a synchronous loop. Finalizers run only when the event loop turns, and small handles give the
 * engine no reason to collect. Node lets a program ask for a collection and look at weak references afterwards, with no
 * flag from the user; where that is not to be had (browsers), the other layers do.
 */

interface NodeProcess {
  getBuiltinModule?: (name: string) => unknown;
}
interface V8Module {
  setFlagsFromString(flags: string): void;
}
interface VmModule {
  runInNewContext(code: string): unknown;
  createContext(object: object, options: { microtaskMode: "afterEvaluate" }): object;
  Script: new (code: string) => { runInContext(context: object): unknown };
}

/** Collects garbage and lets weak references to dead objects become empty, also in the middle of a job. `all`: old objects
 *  too, where otherwise the young ones will do. */
export type Collector = (all?: boolean) => void;

/** Whether there may be a collector here, which is not known before it was tried. */
export const mayCollect: boolean = (globalThis as { process?: NodeProcess }).process?.getBuiltinModule !== undefined;

/** A collector, or undefined where there is none. */
export function findCollector(): Collector | undefined {
  const node = (globalThis as { process?: NodeProcess }).process;
  if (node?.getBuiltinModule === undefined) return undefined;
  try {
    const v8 = node.getBuiltinModule("v8") as V8Module | undefined;
    const vm = node.getBuiltinModule("vm") as VmModule | undefined;
    if (v8 === undefined || vm === undefined) return undefined;
    v8.setFlagsFromString("--expose-gc");
    const collect = vm.runInNewContext("gc") as (options?: { type: "minor" }) => void;
    if (typeof collect !== "function") return undefined;
    // An empty microtask in a context of its own ends the set of objects that weak references keep alive for this job.
    const context = vm.createContext({}, { microtaskMode: "afterEvaluate" });
    const checkpoint = new vm.Script("Promise.resolve().then(() => 0)");
    const run = (type?: "minor"): void => {
      checkpoint.runInContext(context);
      if (type === undefined) collect();
      else collect({ type });
    };
    // On newer engines a minor collection is enough, which is ten times cheaper.
    const probes = Array.from({ length: 8 }, () => new WeakRef({}));
    run("minor");
    const minor = probes.every((probe) => probe.deref() === undefined);
    return minor ? (all) => run(all ? undefined : "minor") : () => run();
  } catch {
    // An engine that forbids flags or contexts: no collector.
    return undefined;
  }
}
