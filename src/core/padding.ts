/**
 * The index map of padding: an index of a padded array goes in, the place in the operand comes out, and the condition
 * under which there is an element at all. Padding of an axis is before, after, and between neighbours.
 */
import type { Expr, ExprBuilder } from "./expr.ts";

/** Padding of one axis: before, after, and between neighbours. The first two may be negative: elements are removed. */
export type PaddingAxis = readonly [low: number, high: number, interior: number];

/** The length of an axis of length n with padding. */
export function paddedLength(n: number, [low, high, interior]: PaddingAxis): number {
  return low + high + n + Math.max(0, n - 1) * interior;
}

/** Where an element of a padded array comes from. */
export interface PaddedPlace {
  /** The place in the operand, clamped to lie inside wherever it might not. */
  readonly index: readonly Expr[];
  /** Whether the operand has an element there; undefined: it always has. */
  readonly inside: Expr | undefined;
}

/** The place in an operand with axes of these lengths (none of them 0) for an index of the padded array. */
export function paddedPlace(
  b: ExprBuilder,
  index: readonly Expr[],
  lengths: readonly number[],
  padding: readonly PaddingAxis[],
): PaddedPlace {
  let inside: Expr | undefined;
  const place = index.map((i, d) => {
    const [low, high, interior] = padding[d]!;
    const n = lengths[d]!;
    let at = b.sub(i, b.int(low));
    const conditions: Expr[] = [];
    if (low > 0) conditions.push(b.ge(at, b.int(0)));
    if (interior > 0) {
      conditions.push(b.eq(b.rem(at, b.int(interior + 1)), b.int(0)));
      at = b.div(at, b.int(interior + 1));
    }
    if (high > 0) conditions.push(b.lt(at, b.int(n)));
    for (const c of conditions) inside = inside === undefined ? c : b.and(inside, c);
    return conditions.length === 0 ? at : b.min(b.max(at, b.int(0)), b.int(n - 1));
  });
  return { index: place, inside };
}
