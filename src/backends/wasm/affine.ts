/**
 * Index arithmetic as sums: an int32 expression goes in, a constant plus multiples of atoms comes out. Atoms are loop
 * variables, counters, and whatever cannot be taken apart (elements of buffers, for one). Quotients and remainders by
 * constants, as views produce them, are resolved where ranges allow: (4 i + j) / 4 is i if j stays below 4.
 */
import type { Expr } from "../../core/expr.ts";
import type { Shape } from "../../types/shape.ts";

export interface Affine {
  readonly constant: number;
  readonly terms: ReadonlyMap<Expr, number>;
}

type Range = readonly [low: number, high: number];

const unknown: Range = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];

function combine(a: Affine, b: Affine, factor: number): Affine {
  const terms = new Map(a.terms);
  for (const [atom, coefficient] of b.terms) {
    const sum = (terms.get(atom) ?? 0) + factor * coefficient;
    if (sum === 0) terms.delete(atom);
    else terms.set(atom, sum);
  }
  return { constant: a.constant + factor * b.constant, terms };
}

const zero: Affine = { constant: 0, terms: new Map() };

/** Sums of index expressions within one kernel, whose loops have the given lengths. */
export class Indexing {
  private readonly extents: Shape;
  private readonly sums = new Map<Expr, Affine>();

  constructor(extents: Shape) {
    this.extents = extents;
  }

  affine(e: Expr): Affine {
    let sum = this.sums.get(e);
    if (sum === undefined) {
      sum = this.analyse(e);
      this.sums.set(e, sum);
    }
    return sum;
  }

  private analyse(e: Expr): Affine {
    const [x, y] = e.args;
    switch (e.op) {
      case "constant":
        return { constant: Number(e.value), terms: zero.terms };
      case "index":
        return this.extents[Number(e.value)] === 1 ? zero : this.atom(e);
      case "add":
        return combine(this.affine(x!), this.affine(y!), 1);
      case "sub":
        return combine(this.affine(x!), this.affine(y!), -1);
      case "mul": {
        const a = this.affine(x!);
        const b = this.affine(y!);
        if (a.terms.size === 0) return combine(zero, b, a.constant);
        if (b.terms.size === 0) return combine(zero, a, b.constant);
        return this.atom(e);
      }
      case "div":
      case "rem": {
        const divisor = this.affine(y!);
        if (divisor.terms.size > 0 || divisor.constant <= 0) return this.atom(e);
        return this.divide(this.affine(x!), divisor.constant, e.op === "div") ?? this.atom(e);
      }
      default:
        return this.atom(e);
    }
  }

  private atom(e: Expr): Affine {
    return { constant: 0, terms: new Map([[e, 1]]) };
  }

  /** The quotient or remainder, if the sum is c q + r with q >= 0 and 0 <= r < c. */
  private divide(sum: Affine, c: number, quotient: boolean): Affine | undefined {
    const whole = new Map<Expr, number>();
    const part = new Map<Expr, number>();
    for (const [atom, coefficient] of sum.terms) {
      if (coefficient % c === 0) whole.set(atom, coefficient / c);
      else part.set(atom, coefficient);
    }
    const multiple = Math.floor(sum.constant / c);
    const q: Affine = { constant: multiple, terms: whole };
    const r: Affine = { constant: sum.constant - multiple * c, terms: part };
    const [low, high] = this.sumRange(r);
    if (low < 0 || high >= c || this.sumRange(q)[0] < 0) return undefined;
    return quotient ? q : r;
  }

  private sumRange(sum: Affine): Range {
    let low = sum.constant;
    let high = sum.constant;
    for (const [atom, coefficient] of sum.terms) {
      const [l, h] = this.range(atom);
      low += coefficient * (coefficient > 0 ? l : h);
      high += coefficient * (coefficient > 0 ? h : l);
    }
    return [low, high];
  }

  /** Bounds of an atom. */
  private range(e: Expr): Range {
    switch (e.op) {
      case "index":
        return [0, (this.extents[Number(e.value)] ?? 1) - 1];
      case "counter":
        return [0, Number.POSITIVE_INFINITY];
      case "rem":
      case "div": {
        const divisor = this.affine(e.args[1]!);
        const [low, high] = this.sumRange(this.affine(e.args[0]!));
        if (divisor.terms.size > 0 || divisor.constant <= 0 || low < 0) return unknown;
        return e.op === "rem" ? [0, divisor.constant - 1] : [0, Math.floor(high / divisor.constant)];
      }
      case "min":
      case "max": {
        const [a, b] = e.args.map((x) => this.sumRange(this.affine(x))) as [Range, Range];
        const pick = e.op === "min" ? Math.min : Math.max;
        return [pick(a[0], b[0]), pick(a[1], b[1])];
      }
      case "cast":
        return e.args[0]!.dtype === "bool" ? [0, 1] : unknown;
      default:
        return unknown;
    }
  }
}
