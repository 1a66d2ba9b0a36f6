/**
 * Which objects of a set are still there. A weak set does not say; but Node's `util.inspect` shows what is in one, which
 * keeps nothing alive. Weak references and finalizers would: on engines before V8 14 an object that has one outlives all
 * collections but the slow ones.
 */

let found: object[] | undefined;

/** Lets a census find the instances of a class: `inspect` calls this method of each. */
export function findable(type: { readonly prototype: object }): void {
  Object.defineProperty(type.prototype, Symbol.for("nodejs.util.inspect.custom"), {
    value(this: object): string {
      found?.push(this);
      return "";
    },
  });
}

/** What a census is tried with. */
export class Probe {}
findable(Probe);

interface NodeUtil {
  inspect(value: object, options: object): string;
}

const options = { showHidden: true, customInspect: true, maxArrayLength: Number.POSITIVE_INFINITY, depth: 1 };

/** A set of instances of a class that is `findable`. */
export class Census<T extends object> {
  private readonly util: NodeUtil;
  private readonly members = new WeakSet<T>();

  private constructor(util: NodeUtil) {
    this.util = util;
  }

  /** An empty census, or undefined where weak sets cannot be looked into. */
  static create<T extends object>(builtin: (name: string) => unknown): Census<T> | undefined {
    const util = builtin("node:util") as NodeUtil | undefined;
    if (typeof util?.inspect !== "function") return undefined;
    const census = new Census(util);
    const probe = new Probe();
    census.add(probe);
    return census.living()[0] === probe ? new Census<T>(util) : undefined;
  }

  add(member: T): void {
    this.members.add(member);
  }
  delete(member: T): void {
    this.members.delete(member);
  }

  /** All members that no collection has taken yet. */
  living(): T[] {
    const result: object[] = [];
    found = result;
    try {
      this.util.inspect(this.members, options);
    } finally {
      found = undefined;
    }
    return result as T[];
  }
}
