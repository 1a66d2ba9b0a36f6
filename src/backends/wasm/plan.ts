/**
 * How a kernel's loops will run, found before any code is written: which loops there are after neighbours have been
 * joined, where each access to memory points as a sum over them, at which loop each node of the expressions has to be
 * computed, and which nodes differ between the elements of a vector.
 */

import type { Expr } from "../../core/expr.ts";
import { type DType, dtypeBytes } from "../../types/dtype.ts";
import type { Shape } from "../../types/shape.ts";
import { type Affine, Indexing } from "./affine.ts";
import { hasLanes, isVectorMath } from "./vector.ts";

/** One loop. Several loops of the kernel may have become one. */
export interface Loop {
  readonly extent: number;
}

/** An element of a buffer, as a function of the loops. */
export interface Access {
  readonly buffer: number;
  readonly dtype: DType;
  readonly bytes: number;
  readonly constant: number;
  /** Elements that one step of each loop moves. */
  readonly coefficients: readonly number[];
  readonly atoms: readonly { readonly expr: Expr; readonly coefficient: number }[];
  /** Number of the innermost loop it depends on; -1 for none. */
  readonly level: number;
  /** Whether an atom differs between the elements of a vector, so that every lane has an address of its own. */
  readonly scattered: boolean;
}

/** A place that the kernel writes for every index. */
export interface Target {
  readonly buffer: number;
  readonly dtype: DType;
  readonly index: Expr;
}

export interface PlanOptions {
  /** Lengths of the kernel's loops; the variables of expressions. */
  readonly extents: Shape;
  /** The order of the loops, outermost first. Default: that of the variables. */
  readonly order?: readonly number[];
  /** Loops from this place of the order on are not joined with those before. */
  readonly border: number;
  /** Expressions that are computed at the innermost loop, or for targets above it. */
  readonly values: readonly Expr[];
  readonly targets: readonly Target[];
  /** Picks the loop whose steps are the lanes of vectors, if its nodes allow vectors; -1 for none. */
  readonly vectorLoop: (plan: Plan) => number;
}

/** Fewer pieces of a loop do not keep many threads busy. */
const enoughPieces = 16;

const noAtoms: Access["atoms"] = [];

export class Plan {
  readonly loops: readonly Loop[];
  /** The first loop at or after the border; `loops.length` if none. */
  readonly border: number;
  /** The kernel's loop variables that are needed as numbers, and the loop of each. */
  readonly variables: ReadonlyMap<Expr, number>;
  /** All nodes to compute, arguments first. Constants, counters and loop variables are not among them. */
  readonly nodes: readonly Expr[];
  readonly values: readonly Expr[];
  readonly vectorLoop: number;
  private readonly numbers = new Map<Expr, number>();
  private readonly indexing: Indexing;
  private readonly loopOf: number[] = [];
  private readonly stored: ReadonlySet<number>;
  private readonly levels = new Map<Expr, number>();
  private readonly loads = new Map<Expr, Access>();
  private readonly targets = new Map<Target, Access>();
  private lanes = new Set<Expr>();

  constructor(options: PlanOptions) {
    const { extents, border } = options;
    const loopOrder = options.order ?? extents.map((_, d) => d);
    this.values = options.values;
    this.indexing = new Indexing(extents);
    this.stored = new Set(options.targets.map((t) => t.buffer));
    const order: Expr[] = [];
    const sums: Affine[] = [];
    this.collect(options, order, sums);
    const used = order.filter((e) => e.op === "index" && extents[Number(e.value)] !== 1);
    const groups = joinLoops(extents, loopOrder, border, new Set(used.map((e) => Number(e.value))), sums);
    this.loops = groups.map((dims) => ({ extent: dims.reduce((n, d) => n * extents[d]!, 1) }));
    groups.forEach((dims, loop) => {
      for (const d of dims) this.loopOf[d] = loop;
    });
    const first = groups.findIndex((dims) => loopOrder.indexOf(dims[0]!) >= border);
    this.border = first < 0 ? groups.length : first;
    this.variables = new Map(used.map((e) => [e, this.loopOf[Number(e.value)]!]));
    this.nodes = order.filter((e) => e.op !== "constant" && e.op !== "index" && e.op !== "counter");
    for (const e of this.nodes) this.levels.set(e, this.findLevel(e));

    const wanted = options.vectorLoop(this);
    this.vectorLoop = wanted >= 0 && this.vectorise(options, wanted) ? wanted : -1;
    if (this.vectorLoop < 0) {
      this.lanes = new Set();
      this.loads.clear();
    }
    for (const t of options.targets) this.targets.set(t, this.makeAccess(t.buffer, t.dtype, t.index));
  }

  /** Nodes that are needed as values, arguments first; and the sums of all accesses. */
  private collect({ values, targets }: PlanOptions, order: Expr[], sums: Affine[]): void {
    const seen = new Set<Expr>();
    const stack: { readonly node: Expr; readonly needs: readonly Expr[]; next: number }[] = [];
    const visit = (e: Expr): void => {
      if (seen.has(e)) return;
      seen.add(e);
      stack.push({ node: e, needs: e.op === "load" ? this.atomsOf(e.args[0]!, sums) : e.args, next: 0 });
    };
    const roots = [...targets.flatMap((t) => this.atomsOf(t.index, sums)), ...values];
    for (const root of roots) {
      visit(root);
      while (stack.length > 0) {
        const top = stack[stack.length - 1]!;
        const need = top.needs[top.next++];
        if (need !== undefined) visit(need);
        else {
          order.push(top.node);
          stack.pop();
        }
      }
    }
  }
  private atomsOf(index: Expr, sums: Affine[]): Expr[] {
    const sum = this.indexing.affine(index);
    sums.push(sum);
    return [...sum.terms.keys()].filter((e) => e.op !== "index" && e.op !== "counter");
  }

  /** A number that tells nodes apart. */
  numberOf(e: Expr): number {
    let n = this.numbers.get(e);
    if (n === undefined) {
      n = this.numbers.size;
      this.numbers.set(e, n);
    }
    return n;
  }

  /** The innermost loop that a node depends on. */
  level(e: Expr): number {
    if (e.op === "index") return this.loopOf[Number(e.value)] ?? -1;
    return this.levels.get(e) ?? -1;
  }
  private findLevel(e: Expr): number {
    if (e.op === "load") {
      // What the kernel overwrites is read where it is written.
      return this.stored.has(Number(e.value)) ? this.loops.length - 1 : this.access(e).level;
    }
    let level = -1;
    for (const a of e.args) level = Math.max(level, this.level(a));
    return level;
  }

  /** Where a load points. */
  access(load: Expr): Access {
    let access = this.loads.get(load);
    if (access === undefined) {
      access = this.makeAccess(Number(load.value), load.dtype, load.args[0]!);
      this.loads.set(load, access);
    }
    return access;
  }
  /** Where a target points. */
  target(target: Target): Access {
    return this.targets.get(target)!;
  }
  private makeAccess(buffer: number, dtype: DType, index: Expr): Access {
    const sum = this.indexing.affine(index);
    const coefficients = new Array<number>(this.loops.length).fill(0);
    let atoms = noAtoms;
    let level = -1;
    let scattered = false;
    for (const [e, coefficient] of sum.terms) {
      level = Math.max(level, this.level(e));
      if (e.op === "index") {
        // Loops that were joined are counted by the steps of the innermost, whose coefficient is the smallest.
        const loop = this.loopOf[Number(e.value)]!;
        const before = coefficients[loop]!;
        if (before === 0 || Math.abs(coefficient) < Math.abs(before)) coefficients[loop] = coefficient;
      } else {
        atoms = [...atoms, { expr: e, coefficient }];
        if (this.lanes.has(e)) scattered = true;
      }
    }
    return { buffer, dtype, bytes: dtypeBytes(dtype), constant: sum.constant, coefficients, atoms, level, scattered };
  }

  /** Whether a node differs between the elements of a vector. */
  isVector(e: Expr): boolean {
    if (e.op === "index") return this.vectorLoop >= 0 && this.level(e) === this.vectorLoop;
    return this.lanes.has(e);
  }

  /** Finds the nodes that differ along a loop; false if one of them does not fit into vectors. */
  private vectorise({ values, targets }: PlanOptions, loop: number): boolean {
    this.loads.clear();
    const differs = (e: Expr): boolean => this.lanes.has(e) || (e.op === "index" && this.level(e) === loop);
    for (const e of this.nodes) {
      let vector: boolean;
      if (e.op === "load") {
        const access = this.access(e);
        vector = access.scattered || access.coefficients[loop] !== 0;
        if (this.stored.has(Number(e.value)) && loop === this.loops.length - 1) vector = true;
      } else vector = e.args.some(differs);
      if (!vector) continue;
      if (!hasLanes(e.dtype) || e.args.some((a) => !hasLanes(a.dtype))) return false;
      this.lanes.add(e);
    }
    // Loops beyond the border end in single results.
    const single = loop >= this.border;
    return values.every((e) => hasLanes(e.dtype)) && (single || targets.every((t) => hasLanes(t.dtype)));
  }

  /**
   * Of the outermost `free` loops, the first that falls into enough pieces for many threads, or the one with the most;
   * undefined if none can be cut. Pieces of the vector loop are multiples of `round` elements.
   */
  cut(
    free: number,
    round: number,
  ): { readonly loop: number; readonly extent: number; readonly unit: number } | undefined {
    let most = 1;
    let best: ReturnType<Plan["cut"]>;
    for (let loop = 0; loop < free && most < enoughPieces; loop++) {
      const unit = loop === this.vectorLoop ? round : 1;
      const { extent } = this.loops[loop]!;
      if (Math.ceil(extent / unit) <= most) continue;
      most = Math.ceil(extent / unit);
      best = { loop, extent, unit };
    }
    return best;
  }

  /** How much work a vector of results is: plain instructions, and long functions. */
  work(): { readonly plain: number; readonly long: number } {
    let plain = 0;
    let long = 0;
    for (const e of this.lanes) {
      if (isVectorMath(e)) long++;
      else plain++;
    }
    return { plain, long };
  }

  /** How many vectors of a result's computation are needed later, at the most, at one time. */
  pressure(): number {
    const lastUse = new Map<Expr, number>();
    const computed = this.nodes.filter((e) => this.lanes.has(e));
    for (const [i, e] of computed.entries()) for (const a of e.args) lastUse.set(a, i);
    const ending = computed.map(() => 0);
    let [alive, most] = [0, 0];
    for (const [i, e] of computed.entries()) {
      alive -= ending[i]!;
      const end = lastUse.get(e);
      if (end === undefined) continue;
      ending[end]!++;
      most = Math.max(most, ++alive);
    }
    return most;
  }
}

/**
 * Joins neighbouring loops through which every access moves evenly, as over one long loop; loops of length 1 vanish.
 * Each result lists the loops that became one, outermost first. Loops whose variables are needed stay alone.
 */
function joinLoops(
  extents: Shape,
  order: readonly number[],
  border: number,
  used: ReadonlySet<number>,
  sums: readonly Affine[],
): number[][] {
  const moves: Map<number, number>[] = sums.map((sum) => {
    const move = new Map<number, number>();
    for (const [e, coefficient] of sum.terms) if (e.op === "index") move.set(Number(e.value), coefficient);
    return move;
  });
  const groups: number[][] = [];
  for (const [place, d] of order.entries()) {
    if (extents[d] === 1) continue;
    const last = groups[groups.length - 1];
    const outer = last?.[last.length - 1];
    const even =
      outer !== undefined &&
      !used.has(outer) &&
      !used.has(d) &&
      place !== border &&
      moves.every((m) => (m.get(outer) ?? 0) === (m.get(d) ?? 0) * extents[d]!);
    if (even) last!.push(d);
    else groups.push([d]);
  }
  return groups;
}
