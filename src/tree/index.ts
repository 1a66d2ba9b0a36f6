/**
 * `tree`: functions of nested containers, JAX's `jax.tree`. Lists, plain objects (keys sorted) and instances of registered
 * classes are inner nodes, `null` and `undefined` are empty nodes, everything else is a leaf.
 */
import { TreeError } from "../errors/index.ts";
import { unflatten as build, flatten as flattenAny, formatPath, leafPaths, type PathEntry } from "./flatten.ts";
import { broadcastPrefix } from "./prefix.ts";
import type { TreeStructure } from "./structure.ts";

export type { PathEntry } from "./flatten.ts";
export { registerDataclass, registerPytreeNode, registerStatic } from "./registry.ts";
export { TreeStructure } from "./structure.ts";

/** Says that a value counts as a leaf although it is a container. */
export type IsLeaf = (value: unknown) => boolean;

/** The leaves and the structure of a tree. @example const [leaves, structure] = tree.flatten({ a: 1, b: [2, 3] }); */
export function flatten(value: unknown, isLeaf?: IsLeaf): [unknown[], TreeStructure] {
  return flattenAny(value, isLeaf);
}

/**
 * Puts a tree together. @throws TreeError if the number of leaves is wrong.
 * @example tree.unflatten(tree.structure({ a: 0, b: [0] }), [1, 2]) // { a: 1, b: [ 2 ] }
 */
export function unflatten(structure: TreeStructure, leaves: readonly unknown[]): unknown {
  return build(structure, leaves);
}

/** The leaves of a tree, in order. @example tree.leaves({ b: 2, a: [1] }) // [1, 2] */
export function leaves(value: unknown, isLeaf?: IsLeaf): unknown[] {
  return flattenAny(value, isLeaf)[0];
}

/** The structure of a tree. @example String(tree.structure({ a: 1 })) // "PyTreeDef({'a': *})" */
export function structure(value: unknown, isLeaf?: IsLeaf): TreeStructure {
  return flattenAny(value, isLeaf)[1];
}

/** Explains where two structures differ, for errors. */
function describeDifference(a: TreeStructure, b: TreeStructure, path: readonly PathEntry[]): string {
  const place = path.length === 0 ? "the root" : formatPath(path);
  if (a.kind !== b.kind) return `at ${place} one is ${a} and the other ${b}`;
  if (a.keys.join() !== b.keys.join()) return `at ${place} the keys are {${a.keys}} and {${b.keys}}`;
  if (a.children.length !== b.children.length)
    return `at ${place} the lengths are ${a.children.length} and ${b.children.length}`;
  for (let i = 0; i < a.children.length; i++) {
    if (!a.children[i]!.equals(b.children[i]!)) {
      return describeDifference(a.children[i]!, b.children[i]!, [...path, a.keys[i] ?? i]);
    }
  }
  return `at ${place} their auxiliary data differ`;
}

/** Leaves of `value` for a tree of which `prefix` is a prefix: what stands below each leaf of the prefix. */
function subtrees(prefix: TreeStructure, value: unknown, isLeaf: IsLeaf | undefined): unknown[] {
  const [own, given] = flattenAny(value, isLeaf);
  if (given.equals(prefix)) return own;
  const result: unknown[] = [];
  const visit = (s: TreeStructure, v: unknown, path: readonly PathEntry[]): void => {
    if (s.kind === "leaf") {
      result.push(v);
      return;
    }
    const [parts, shape] = flattenAny(v, (x) => x !== v);
    if (shape.kind !== s.kind || shape.keys.join() !== s.keys.join() || shape.children.length !== s.children.length) {
      throw new TreeError({
        what: `trees of different structure: ${describeDifference(prefix, given, [])}`,
        fix: "the first tree must be a prefix of the others",
      });
    }
    s.children.forEach((child, i) => void visit(child, parts[i], [...path, s.keys[i] ?? i]));
  };
  visit(prefix, value, []);
  return result;
}

/**
 * Applies a function to the leaves of one or several trees. The first tree may be a prefix of the others.
 * @throws TreeError if the structures do not fit.
 * @example const updated = tree.map((p, g) => p.sub(g.mul(0.1)), params, grads);
 */
export function map<T, R extends readonly unknown[]>(
  // biome-ignore lint/suspicious/noExplicitAny: leaves of any type
  f: (...values: any[]) => unknown,
  value: T,
  ...rest: R
): T {
  const [first, s] = flattenAny(value);
  const others = rest.map((other) => subtrees(s, other, undefined));
  return build(
    s,
    first.map((leaf, i) => f(leaf, ...others.map((o) => o[i]))),
  ) as T;
}

/**
 * Applies a function to the leaves, with their paths (`["layers", 0, "w"]`) as first argument.
 * @example tree.mapWithPath((path, leaf) => `${tree.keystr(path)}: ${leaf}`, { a: [1, 2] }) // { a: [ '.a[0]: 1', '.a[1]: 2' ] }
 */
export function mapWithPath<T>(
  // biome-ignore lint/suspicious/noExplicitAny: leaves of any type
  f: (path: readonly PathEntry[], ...values: any[]) => unknown,
  value: T,
  ...rest: readonly unknown[]
): T {
  const [first, s] = flattenAny(value);
  const paths = leafPaths(s);
  const others = rest.map((other) => subtrees(s, other, undefined));
  return build(
    s,
    first.map((leaf, i) => f(paths[i]!, leaf, ...others.map((o) => o[i]))),
  ) as T;
}

/** Pairs of path and leaf. @example tree.leavesWithPath({ a: [1, 2] }) // [ [ [ 'a', 0 ], 1 ], [ [ 'a', 1 ], 2 ] ] */
export function leavesWithPath(value: unknown, isLeaf?: IsLeaf): [PathEntry[], unknown][] {
  const [own, s] = flattenAny(value, isLeaf);
  return leafPaths(s).map((path, i) => [path, own[i]]);
}

/**
 * Pairs of path and leaf, and the structure.
 * @example const [pairs, structure] = tree.flattenWithPath({ a: [1, 2] });
 */
export function flattenWithPath(value: unknown, isLeaf?: IsLeaf): [[PathEntry[], unknown][], TreeStructure] {
  const [own, s] = flattenAny(value, isLeaf);
  return [leafPaths(s).map((path, i) => [path, own[i]]), s];
}

/** A path as JavaScript writes it: `.layers[0].w`. @example tree.keystr(["layers", 0, "w"]) // ".layers[0].w" */
export function keystr(path: readonly PathEntry[]): string {
  return formatPath(path);
}

/**
 * Combines all leaves from left to right. Without `initial` the first leaf starts.
 * @example tree.reduce((sum, leaf) => sum + leaf, { a: 1, b: [2, 3] }, 0) // 6
 */
export function reduce<R>(f: (accumulator: R, leaf: never) => R, value: unknown, ...initial: readonly [R?]): R {
  const all = leaves(value) as never[];
  if (initial.length === 0) {
    if (all.length === 0)
      throw new TreeError({
        what: "tree.reduce of a tree without leaves needs an initial value",
        fix: "give one as third argument",
      });
    return all.slice(1).reduce<R>(f, all[0] as unknown as R);
  }
  return all.reduce<R>(f, initial[0] as R);
}

/** Whether all leaves are truthy. @example tree.all({ a: true, b: [true] }) // true */
export function all(value: unknown, isLeaf?: IsLeaf): boolean {
  return leaves(value, isLeaf).every(Boolean);
}

/**
 * A tree of trees turned inside out: from outer structure with inner trees to inner structure with outer trees.
 * @example tree.transpose(tree.structure([0, 0]), tree.structure({ a: 0 }), [{ a: 1 }, { a: 2 }]) // { a: [1, 2] }
 */
export function transpose(outer: TreeStructure, inner: TreeStructure, value: unknown): unknown {
  const flat = leaves(value);
  const [m, n] = [outer.leafCount, inner.leafCount];
  if (flat.length !== m * n) {
    throw new TreeError({
      what: `tree.transpose of ${m} outer and ${n} inner leaves got a tree of ${flat.length} leaves`,
      fix: "give a tree whose outer structure is the first argument and whose inner structure is the second",
    });
  }
  return build(
    inner,
    Array.from({ length: n }, (_, j) =>
      build(
        outer,
        Array.from({ length: m }, (_, i) => flat[i * n + j]),
      ),
    ),
  );
}

/**
 * The leaves of a prefix tree repeated for every leaf of a full tree.
 * @example tree.broadcast({ a: 0, b: 1 }, { a: [5, 5], b: 5 }) // { a: [ 0, 0 ], b: 1 }
 */
export function broadcast(prefix: unknown, full: unknown, isLeaf?: IsLeaf): unknown {
  const [, s] = flattenAny(full, isLeaf);
  const isPrefixLeaf = (v: unknown): v is unknown => structure(v, isLeaf).kind === "leaf";
  return build(s, broadcastPrefix(prefix, s, isPrefixLeaf, "prefix"));
}
