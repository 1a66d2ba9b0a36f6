/** Index expressions that are affine in loop variables and counters, and the range of elements that they reach. */
import type { Expr } from "../core/expr.ts";

/** constant + the sum of factors times variables; a variable is an `index` or `counter` node. */
export interface Affine {
  readonly constant: number;
  readonly terms: ReadonlyMap<Expr, number>;
}

const noTerms: ReadonlyMap<Expr, number> = /* @__PURE__ */ new Map();

function combine(x: Affine, y: Affine, factorX: number, factorY: number): Affine {
  const terms = new Map<Expr, number>();
  for (const [e, f] of x.terms) terms.set(e, f * factorX);
  for (const [e, f] of y.terms) terms.set(e, (terms.get(e) ?? 0) + f * factorY);
  return { constant: x.constant * factorX + y.constant * factorY, terms };
}

/** The affine form of a node, given those of its arguments; undefined if it has none. */
export function affineForm(node: Expr, argument: (arg: Expr) => Affine | undefined): Affine | undefined {
  if (node.dtype !== "int32") return undefined;
  switch (node.op) {
    case "constant":
      return { constant: Number(node.value), terms: noTerms };
    case "index":
    case "counter":
      return { constant: 0, terms: new Map([[node, 1]]) };
    case "neg": {
      const x = argument(node.args[0]!);
      return x && combine(x, x, -1, 0);
    }
    case "add":
    case "sub":
    case "mul": {
      const x = argument(node.args[0]!);
      const y = argument(node.args[1]!);
      if (x === undefined || y === undefined) return undefined;
      if (node.op === "add") return combine(x, y, 1, 1);
      if (node.op === "sub") return combine(x, y, 1, -1);
      if (y.terms.size === 0) return combine(x, x, y.constant, 0);
      return x.terms.size === 0 ? combine(y, y, x.constant, 0) : undefined;
    }
    default:
      return undefined;
  }
}

/** Smallest and largest value of an affine form, where each variable runs from 0 to its extent - 1. */
export function affineRange(
  { constant, terms }: Affine,
  extent: (variable: Expr) => number,
): readonly [number, number] {
  let low = constant;
  let high = constant;
  for (const [variable, factor] of terms) {
    const reach = factor * (extent(variable) - 1);
    if (reach < 0) low += reach;
    else high += reach;
  }
  return [low, high];
}
