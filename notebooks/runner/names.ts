// The names that all cells of a notebook share. One plain object holds the values, so that reading one is cheap; behind it
// stands a guard, which is asked only for what the object lacks, and throws where nothing has that name.

/** The shared names of a notebook's cells. */
export interface SharedNames {
  /** What compiled cells read from and write to. */
  readonly values: Record<string, unknown>;
  /** Makes names assignable: called with a cell's declarations before it runs. */
  declare(names: Iterable<string>): void;
  /** Every name declared so far. */
  readonly declared: ReadonlySet<string>;
}

/** Settings of {@link shareNames}. */
export interface SharedNamesOptions {
  /** Names that are there from the start, such as `assert`; a cell may declare them again. */
  readonly given?: Readonly<Record<string, unknown>>;
  /** Where a name goes that no cell has declared; `globalThis` if left out. */
  readonly globals?: object;
  /** What to add to the error about a name, for example which cell declares it. */
  readonly hint?: (name: string) => string | undefined;
}

/**
 * Makes an empty set of shared names. Reading a name that was never declared throws a ReferenceError that names the
 * nearest one; so does assigning to it.
 */
export function shareNames(options: SharedNamesOptions = {}): SharedNames {
  const globals = options.globals ?? globalThis;
  const declared = new Set<string>();

  const unknown = (name: string): ReferenceError => {
    if (declared.has(name)) return new ReferenceError(`${name} is declared, but that line has not run yet`);
    const hint = options.hint?.(name) ?? suggestion(name, [...declared, ...Object.keys(options.given ?? {})]);
    return new ReferenceError(`${name} is not defined${hint === undefined ? "" : `; ${hint}`}`);
  };

  const guard = new Proxy(Object.create(null) as object, {
    get(_target, key) {
      if (key in globals) return Reflect.get(globals, key);
      if (typeof key === "symbol") return undefined;
      throw unknown(key);
    },
    has: (_target, key) => key in globals,
    set(_target, key, value, receiver) {
      if (declared.has(String(key))) {
        return Reflect.defineProperty(receiver, key, { value, writable: true, enumerable: true, configurable: true });
      }
      if (key in globals) return Reflect.set(globals, key, value);
      throw unknown(String(key));
    },
  });

  const values = Object.assign(Object.create(null), options.given) as Record<string, unknown>;
  Object.setPrototypeOf(values, guard);
  return {
    values,
    declared,
    declare(names) {
      for (const name of names) declared.add(name);
    },
  };
}

function suggestion(name: string, names: readonly string[]): string | undefined {
  const nearest = nearestName(name, names);
  return nearest === undefined ? undefined : `did you mean ${nearest}?`;
}

/** The name nearest to `name` among `names`, if one is near enough to have been meant. */
export function nearestName(name: string, names: Iterable<string>): string | undefined {
  let best: string | undefined;
  // A third of the letters may be wrong, but never all of them.
  let limit = Math.min(Math.ceil(name.length / 3), name.length - 1) + 0.5;
  for (const candidate of names) {
    if (candidate === name) continue;
    // A difference in case alone is the smallest of all.
    const distance = candidate.toLowerCase() === name.toLowerCase() ? 0.25 : editDistance(name, candidate);
    if (distance < limit) {
      limit = distance;
      best = candidate;
    }
  }
  return best;
}

/** How many letters must be inserted, dropped, changed or swapped with their neighbour to turn `a` into `b`. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = a[i - 1] === b[j - 1] ? 0 : 1;
      let distance = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + changed);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        distance = Math.min(distance, beforeLast[j - 2]! + 1);
      }
      row.push(distance);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}
