/**
 * Values while a program is lowered: each can say what one of its elements is, as a scalar expression. Elementwise
 * operations and index maps only compose such functions; nothing is computed until a kernel asks. That is fusion: a chain
 * is one expression, a view is an index inside a load, a producer appears inside the reduction that reads it.
 */
import type { Expr, ExprBuilder } from "../core/expr.ts";
import type { Aval } from "../types/aval.ts";
import { rowMajorStrides, type Shape } from "../types/shape.ts";

/** The row-major position of an index, plus an offset. */
export function linearIndex(b: ExprBuilder, shape: Shape, index: readonly Expr[], offset?: Expr): Expr {
  const strides = rowMajorStrides(shape);
  let sum = offset ?? b.int(0);
  index.forEach((i, d) => {
    // An axis of length 1 has only the index 0.
    if (shape[d] !== 1) sum = b.add(sum, b.mul(i, b.int(strides[d]!)));
  });
  return sum;
}

/** Where a value lies in memory, row-major and contiguous from `offset` (in elements). */
export interface Place {
  readonly buffer: number;
  readonly offset: Expr | undefined;
}

/** Grows whenever values settle in memory: elements that were built before are then built anew, from loads. */
export interface Epoch {
  epoch: number;
}

export class Value {
  readonly aval: Aval;
  /** Set once the value is in memory. */
  place: Place | undefined;
  /** Operations to compute one element from memory; grows along a chain. */
  cost: number;
  /** Length of the chain of functions behind an element, which is a depth of recursion. */
  depth: number;
  private compute: (index: readonly Expr[]) => Expr;
  private readonly elements = new Map<string, Expr>();
  private readonly clock: Epoch;
  private builtAt: number;

  constructor(clock: Epoch, aval: Aval, compute: (index: readonly Expr[]) => Expr, cost: number, depth: number) {
    this.clock = clock;
    this.builtAt = clock.epoch;
    this.aval = aval;
    this.compute = compute;
    this.cost = cost;
    this.depth = depth;
  }

  /** The element at an index: one int32 expression an axis. */
  element(index: readonly Expr[]): Expr {
    if (this.builtAt !== this.clock.epoch) {
      this.builtAt = this.clock.epoch;
      this.elements.clear();
    }
    let key = "";
    for (const i of index) key += `${i.id} `;
    let element = this.elements.get(key);
    if (element === undefined) {
      element = this.compute(index);
      this.elements.set(key, element);
    }
    return element;
  }

  /** From now on elements are found by another function. */
  redirect(compute: (index: readonly Expr[]) => Expr): void {
    this.compute = compute;
    this.elements.clear();
  }

  /** From now on elements are loads from memory. */
  settle(b: ExprBuilder, place: Place): void {
    this.place = place;
    this.cost = 0;
    this.depth = 0;
    this.redirect((index) =>
      b.load(place.buffer, linearIndex(b, this.aval.shape, index, place.offset), this.aval.dtype),
    );
  }
}

/** A value in memory. */
export function placedValue(clock: Epoch & { readonly b: ExprBuilder }, aval: Aval, place: Place): Value {
  const value = new Value(clock, aval, () => clock.b.int(0), 0, 0);
  value.settle(clock.b, place);
  return value;
}
