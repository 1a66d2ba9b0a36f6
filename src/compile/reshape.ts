/** Index maps of reshapes: which element of the operand is element `index` of the result. */
import type { Expr, ExprBuilder } from "../core/expr.ts";
import type { Shape } from "../types/shape.ts";

/** Axes of operand and result that correspond: products of their lengths are equal. Axes of length 1 are left out. */
interface Group {
  readonly from: readonly number[];
  readonly to: readonly number[];
}

function groups(from: Shape, to: Shape): Group[] {
  const result: Group[] = [];
  let i = 0;
  let j = 0;
  for (;;) {
    while (i < from.length && from[i] === 1) i++;
    while (j < to.length && to[j] === 1) j++;
    if (i >= from.length || j >= to.length) return result;
    const group = { from: [i], to: [j] };
    let a = from[i++]!;
    let c = to[j++]!;
    while (a !== c) {
      if (a < c) {
        if (from[i] !== 1) group.from.push(i);
        a *= from[i++]!;
      } else {
        if (to[j] !== 1) group.to.push(j);
        c *= to[j++]!;
      }
    }
    result.push(group);
  }
}

/** Whether the index map needs no division: every axis of the operand is a product of axes of the result. */
export function splitsOnly(from: Shape, to: Shape): boolean {
  return groups(from, to).every((g) => g.from.length === 1);
}

/** The operand's index for an index of the result. Shapes without zeros. */
export function reshapeIndex(b: ExprBuilder, from: Shape, to: Shape, index: readonly Expr[]): Expr[] {
  const result = from.map(() => b.int(0));
  for (const group of groups(from, to)) {
    let position = b.int(0);
    for (const axis of group.to) position = b.add(b.mul(position, b.int(to[axis]!)), index[axis]!);
    for (let k = group.from.length - 1; k >= 0; k--) {
      const axis = group.from[k]!;
      const length = b.int(from[axis]!);
      result[axis] = k === 0 ? position : b.rem(position, length);
      position = b.div(position, length);
    }
  }
  return result;
}
