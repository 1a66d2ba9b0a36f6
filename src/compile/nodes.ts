/** Walks over expressions: every node once, arguments before users, with no recursion (chains may be long). */
import type { Expr } from "../core/expr.ts";

/** All nodes that the roots reach, each once, arguments first. */
export function nodesOf(roots: readonly Expr[]): Expr[] {
  const order: Expr[] = [];
  const seen = new Set<Expr>();
  const stack: Expr[] = [];
  /** How many arguments of the node at the same place of the stack have been visited. */
  const visited: number[] = [];
  for (const root of roots) {
    if (seen.has(root)) continue;
    seen.add(root);
    stack.push(root);
    visited.push(0);
    while (stack.length > 0) {
      const top = stack.length - 1;
      const node = stack[top]!;
      const next = visited[top]!++;
      if (next === node.args.length) {
        order.push(node);
        stack.pop();
        visited.pop();
        continue;
      }
      const arg = node.args[next]!;
      if (seen.has(arg)) continue;
      seen.add(arg);
      stack.push(arg);
      visited.push(0);
    }
  }
  return order;
}
