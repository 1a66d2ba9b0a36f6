/** Expressions written anew by another builder, with loop variables replaced. */
import { nodesOf } from "../../compile/nodes.ts";
import type { Expr, ExprBuilder } from "../../core/expr.ts";

/** The same expression made by `b`, with `variable(k)` in place of loop variable k. */
export function rewrite(b: ExprBuilder, e: Expr, variable: (loop: number) => Expr): Expr {
  const made = new Map<Expr, Expr>();
  for (const node of nodesOf([e])) {
    const [x, y, z] = node.args.map((a) => made.get(a)!);
    made.set(node, rewriteNode(b, node, variable, x, y, z));
  }
  return made.get(e)!;
}

function rewriteNode(b: ExprBuilder, e: Expr, variable: (loop: number) => Expr, x?: Expr, y?: Expr, z?: Expr): Expr {
  switch (e.op) {
    case "constant":
      return b.constant(e.value, e.dtype);
    case "index":
      return variable(Number(e.value));
    case "counter":
      return b.counter(Number(e.value));
    case "load":
      return b.load(Number(e.value), x!, e.dtype);
    case "select":
      return b.select(x!, y!, z!);
    case "cast":
      return b.cast(x!, e.dtype);
    case "bitcast":
      return b.bitcast(x!, e.dtype);
    default:
      // A unary operation has one argument, all that remain have two.
      return y === undefined ? b.unary(e.op as never, x!) : b.binary(e.op as never, x!, y);
  }
}
