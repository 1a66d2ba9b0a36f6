/**
 * When workspace buffers are alive: the reads and writes of a program's steps go in, in order; for each buffer comes out
 * the interval of positions from its first to its last access. A loop that a value outlives, or whose iterations hand it
 * on, is inside the interval whole. The first write of an iteration starts a new life, so writes that cover a buffer in
 * parts must be inside one loop, or before what reads it.
 */

/** Closed interval of positions. */
export interface Life {
  first: number;
  last: number;
}

interface Loop {
  readonly first: number;
  last: number;
  /** Number of accesses inside, for each buffer. */
  readonly accesses: Map<number, number>;
  readonly written: Set<number>;
  /** Buffers whose value an iteration may read from the one before. */
  readonly carried: Set<number>;
}

/** What has surely been written since a point: the start of an iteration, of a branch, or of the program. */
interface Frame {
  readonly loop: Loop | undefined;
  readonly written: Set<number>;
}

interface Usage {
  count: number;
  readonly life: Life;
  firstWrite: number;
  firstRead: number;
  /** The loops around the first read. */
  readers: readonly Loop[];
}

/** Collects accesses while somebody walks over the steps. */
export class Liveness {
  private position = 0;
  private readonly frames: Frame[] = [{ loop: undefined, written: new Set() }];
  private readonly loops: Loop[] = [];
  private readonly usages = new Map<number, Usage>();

  /** One kernel: all its reads come before all its writes, at one position. */
  access(reads: Iterable<number>, writes: Iterable<number>): void {
    this.position++;
    for (const buffer of reads) this.read(buffer);
    for (const buffer of writes) this.write(buffer);
  }

  private enclosing(): Loop[] {
    return this.frames.flatMap(({ loop }) => (loop === undefined ? [] : [loop]));
  }

  private touch(buffer: number): Usage {
    const { position } = this;
    let usage = this.usages.get(buffer);
    if (usage === undefined) {
      usage = {
        count: 0,
        life: { first: position, last: position },
        firstWrite: Infinity,
        firstRead: Infinity,
        readers: [],
      };
      this.usages.set(buffer, usage);
    }
    usage.count++;
    usage.life.last = position;
    for (const { loop } of this.frames) loop?.accesses.set(buffer, (loop.accesses.get(buffer) ?? 0) + 1);
    return usage;
  }

  private read(buffer: number): void {
    const usage = this.touch(buffer);
    if (usage.firstRead === Infinity) {
      usage.firstRead = this.position;
      usage.readers = this.enclosing();
    }
    for (let i = this.frames.length - 1; i >= 0; i--) {
      const { loop, written } = this.frames[i]!;
      if (written.has(buffer)) return;
      loop?.carried.add(buffer);
    }
  }

  private write(buffer: number): void {
    const usage = this.touch(buffer);
    if (usage.firstWrite === Infinity) usage.firstWrite = this.position;
    for (const { loop } of this.frames) loop?.written.add(buffer);
    this.frames[this.frames.length - 1]!.written.add(buffer);
  }

  /** A loop: `first` surely runs at least once, `rest` may never run; both belong to an iteration. */
  loop(first: () => void, rest: () => void): void {
    const loop: Loop = {
      first: this.position + 1,
      last: this.position,
      accesses: new Map(),
      written: new Set(),
      carried: new Set(),
    };
    const frame: Frame = { loop, written: new Set() };
    this.frames.push(frame);
    first();
    const sure = [...frame.written];
    rest();
    this.frames.pop();
    loop.last = this.position;
    this.loops.push(loop);
    const { written } = this.frames[this.frames.length - 1]!;
    for (const buffer of sure) written.add(buffer);
  }

  /** Alternatives, of which one runs. */
  branch(alternatives: readonly (() => void)[]): void {
    const sets = alternatives.map((walk) => {
      const frame: Frame = { loop: undefined, written: new Set() };
      this.frames.push(frame);
      walk();
      this.frames.pop();
      return frame.written;
    });
    const { written } = this.frames[this.frames.length - 1]!;
    for (const buffer of sets[0] ?? []) if (sets.every((set) => set.has(buffer))) written.add(buffer);
  }

  /** Whether any step writes the buffer. */
  isWritten(buffer: number): boolean {
    return (this.usages.get(buffer)?.firstWrite ?? Infinity) < Infinity;
  }

  /** Whether some step reads the buffer when no step can have written it. */
  isReadUnwritten(buffer: number): boolean {
    const usage = this.usages.get(buffer);
    if (usage === undefined || usage.firstRead === Infinity || usage.firstWrite < usage.firstRead) return false;
    return !usage.readers.some((loop) => loop.written.has(buffer));
  }

  /** The lives of all buffers that are accessed. */
  lives(): ReadonlyMap<number, Life> {
    const lives = new Map<number, Life>();
    for (const [buffer, { life }] of this.usages) lives.set(buffer, { ...life });
    for (const loop of this.loops) {
      for (const [buffer, inside] of loop.accesses) {
        if (inside === this.usages.get(buffer)!.count && !loop.carried.has(buffer)) continue;
        const life = lives.get(buffer)!;
        life.first = Math.min(life.first, loop.first);
        life.last = Math.max(life.last, loop.last);
      }
    }
    return lives;
  }
}

/** A stretch of memory and when it is used. */
export interface Placement {
  readonly buffer: number;
  readonly start: number;
  readonly end: number;
  readonly life: Life;
}

/** Two placements that share memory while both are alive; nothing if there are none. */
export function findOverlap(placements: readonly Placement[]): readonly [Placement, Placement] | undefined {
  const byBirth = placements.filter((p) => p.end > p.start).sort((a, b) => a.life.first - b.life.first);
  const byDeath = [...byBirth].sort((a, b) => a.life.last - b.life.last);
  /** Those alive, which do not overlap, in order of memory. */
  const alive: Placement[] = [];
  const place = (start: number): number => {
    let low = 0;
    let high = alive.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (alive[middle]!.start < start) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  let dead = 0;
  for (const p of byBirth) {
    for (; byDeath[dead]!.life.last < p.life.first; dead++) alive.splice(place(byDeath[dead]!.start), 1);
    const at = place(p.start);
    const before = alive[at - 1];
    const after = alive[at];
    if (before !== undefined && before.end > p.start) return [before, p];
    if (after !== undefined && after.start < p.end) return [after, p];
    alive.splice(at, 0, p);
  }
  return undefined;
}
