/** Index expressions as affine functions of loop variables, where they are that. */
import type { Expr, ExprBuilder } from "../core/expr.ts";

/** base + sum of coefficients[k] * loop variable k; `base` depends on no loop variable (it may on counters and data). */
export interface Affine {
  readonly coefficients: ReadonlyMap<number, number>;
  readonly base: Expr;
}

function dependsOnLoops(e: Expr): boolean {
  return e.op === "index" || e.args.some(dependsOnLoops);
}

function combine(a: ReadonlyMap<number, number>, b: ReadonlyMap<number, number>, scale: number): Map<number, number> {
  const sum = new Map(a);
  for (const [loop, coefficient] of b) {
    const total = (sum.get(loop) ?? 0) + scale * coefficient;
    if (total === 0) sum.delete(loop);
    else sum.set(loop, total);
  }
  return sum;
}

/** The affine form of an int32 expression, or undefined if it has none. */
export function affineForm(b: ExprBuilder, e: Expr): Affine | undefined {
  if (e.op === "index") return { coefficients: new Map([[Number(e.value), 1]]), base: b.int(0) };
  if (e.op === "add" || e.op === "sub") {
    const x = affineForm(b, e.args[0]!);
    const y = affineForm(b, e.args[1]!);
    if (x === undefined || y === undefined) return undefined;
    return {
      coefficients: combine(x.coefficients, y.coefficients, e.op === "add" ? 1 : -1),
      base: b.binary(e.op, x.base, y.base),
    };
  }
  if (e.op === "mul") {
    const [x, y] = e.args as [Expr, Expr];
    const [factor, other] = x.op === "constant" ? [x, y] : [y, x];
    if (factor.op !== "constant") return dependsOnLoops(e) ? undefined : { coefficients: new Map(), base: e };
    const form = affineForm(b, other);
    if (form === undefined) return undefined;
    const scale = Number(factor.value);
    return { coefficients: combine(new Map(), form.coefficients, scale), base: b.mul(form.base, factor) };
  }
  return dependsOnLoops(e) ? undefined : { coefficients: new Map(), base: e };
}
