/** Prefixes: trees like `{ w: 0, b: null }` that say something of a whole subtree at each of their leaves. */
import { TreeError } from "../errors/index.ts";
import { formatPath, type PathEntry } from "./flatten.ts";
import type { TreeStructure } from "./structure.ts";

/**
 * The value of a prefix for every leaf of a structure. `isPrefixLeaf` tells the prefix's leaves (`null` may be one).
 * @throws TreeError that names `what` and the path where prefix and tree differ.
 */
export function broadcastPrefix<T>(
  prefix: unknown,
  structure: TreeStructure,
  isPrefixLeaf: (value: unknown) => value is T,
  what: string,
): T[] {
  const result: T[] = [];
  const differ = (path: readonly PathEntry[], reason: string): TreeError =>
    new TreeError({
      what: `${what} specification must be a tree prefix of the corresponding value: ${reason} at ${what}${formatPath(path)}`,
      fix: "give one entry for a whole subtree, or a tree with the same lists and keys",
    });
  const visit = (p: unknown, s: TreeStructure, path: readonly PathEntry[]): void => {
    if (isPrefixLeaf(p)) {
      for (let i = 0; i < s.leafCount; i++) result.push(p);
      return;
    }
    if (s.leafCount === 0) return;
    if (s.kind === "list" || s.kind === "node") {
      const entries = Array.isArray(p)
        ? (p as readonly unknown[])
        : s.type !== undefined && typeof p === "object" && p !== null
          ? s.type.flatten(p as never).children
          : undefined;
      if (entries === undefined) throw differ(path, `the value is a list and the prefix is ${describe(p)}`);
      if (entries.length !== s.children.length) {
        throw differ(
          path,
          `lengths differ: the value has ${s.children.length} entries and the prefix ${entries.length}`,
        );
      }
      s.children.forEach((child, i) => void visit(entries[i], child, [...path, s.keys[i] ?? i]));
      return;
    }
    if (s.kind === "object") {
      if (typeof p !== "object" || p === null || Array.isArray(p)) {
        throw differ(path, `the value is an object and the prefix is ${describe(p)}`);
      }
      const keys = Object.keys(p).sort();
      if (keys.join() !== s.keys.join()) {
        throw differ(path, `keys differ: the value has {${s.keys.join(", ")}} and the prefix {${keys.join(", ")}}`);
      }
      s.children.forEach(
        (child, i) => void visit((p as Record<string, unknown>)[s.keys[i]!], child, [...path, s.keys[i]!]),
      );
      return;
    }
    throw differ(path, `the value is a leaf and the prefix is ${describe(p)}`);
  };
  visit(prefix, structure, []);
  return result;
}

function describe(p: unknown): string {
  return Array.isArray(p) ? "a list" : p === null ? "null" : typeof p === "object" ? "an object" : String(p);
}
