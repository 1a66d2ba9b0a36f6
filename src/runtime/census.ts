/**
 * Which objects of a set are still there. A weak set does not say; but Node's `util.inspect` shows what is in one, which
 * keeps nothing alive. Weak references and finalizers would: on engines before V8 14 an object that has one outlives all
 * collections but the slow ones.
 */

/** What members of a census are found by: `inspect` calls the method of each. */
const inspectHook = Symbol.for("nodejs.util.inspect.custom");

let found: Member[] | undefined;

/** An object that a census can find. */
export class Member {}
Object.defineProperty(Member.prototype, inspectHook, {
  value(this: Member): string {
    found?.push(this);
    return "";
  },
});

interface NodeUtil {
  inspect(value: object, options: object): string;
}

const options = { showHidden: true, customInspect: true, maxArrayLength: Number.POSITIVE_INFINITY, depth: 1 };

export class Census<T extends Member> {
  private readonly util: NodeUtil;
  private readonly members = new WeakSet<T>();

  private constructor(util: NodeUtil) {
    this.util = util;
  }

  /** An empty census, or undefined where weak sets cannot be looked into. */
  static create<T extends Member>(builtin: (name: string) => unknown): Census<T> | undefined {
    const util = builtin("node:util") as NodeUtil | undefined;
    if (typeof util?.inspect !== "function") return undefined;
    const probe = new Census(util);
    const member = new Member();
    probe.add(member);
    return probe.living()[0] === member ? new Census<T>(util) : undefined;
  }

  add(member: T): void {
    this.members.add(member);
  }
  delete(member: T): void {
    this.members.delete(member);
  }

  /** All members that no collection has taken yet. */
  living(): T[] {
    const result: Member[] = [];
    found = result;
    try {
      this.util.inspect(this.members, options);
    } finally {
      found = undefined;
    }
    return result as T[];
  }
}
