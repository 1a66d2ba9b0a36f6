/**
 * Trees come apart into leaves and a structure, and are put together again.
 *
 * Inner nodes are lists (JavaScript arrays), plain objects (keys sorted, so that the order in which they were written does
 * not matter), and instances of registered classes. `null` and `undefined` are empty nodes. Everything else is a leaf
 * for `tree.*`; for transformations (`flattenArrays`) arrays, numbers and typed arrays are leaves, while booleans,
 * strings, functions, symbols and unregistered objects such as dates are static: part of the structure.
 */
import { brand, isNDArray, type NDArray } from "../core/ndarray.ts";
import { TreeError } from "../errors/index.ts";
import { isTypedArray, type TypedArray } from "../types/dtype.ts";
import { nodeTypeOf } from "./registry.ts";
import { leafStructure, TreeStructure } from "./structure.ts";

/** A leaf of a tree of arrays, before numbers and typed arrays have become NDArrays. */
export type ArrayLeaf = NDArray | number | bigint | TypedArray;

const noneStructure = /* @__PURE__ */ new TreeStructure("none", [], [], null);
const undefinedStructure = /* @__PURE__ */ new TreeStructure("none", [], [], undefined);

/** Whether a value is an object literal, or an object without prototype. */
export function isPlainObject(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

type Classify = (value: unknown) => "leaf" | "static" | "inner";

function walk(value: unknown, leaves: unknown[], classify: Classify): TreeStructure {
  const kind = classify(value);
  if (kind === "leaf") {
    leaves.push(value);
    return leafStructure;
  }
  if (value === null) return noneStructure;
  if (value === undefined) return undefinedStructure;
  if (kind === "static") return new TreeStructure("static", [], [], value);
  if (Array.isArray(value)) {
    return new TreeStructure(
      "list",
      value.map((child) => walk(child, leaves, classify)),
    );
  }
  const type = nodeTypeOf(value as object);
  if (type !== undefined) {
    const { children, aux, keys } = type.flatten(value as never);
    return new TreeStructure(
      "node",
      children.map((child) => walk(child, leaves, classify)),
      keys ?? [],
      aux,
      type,
    );
  }
  const object = value as Record<string, unknown>;
  const keys = Object.keys(object).sort();
  return new TreeStructure(
    "object",
    keys.map((key) => walk(object[key], leaves, classify)),
    keys,
    Object.getPrototypeOf(value),
  );
}

function isInner(value: object): boolean {
  return Array.isArray(value) || nodeTypeOf(value) !== undefined || isPlainObject(value);
}

const classifyAny: Classify = (value) => {
  if (value === null || value === undefined) return "inner";
  return typeof value === "object" && !isNDArray(value) && isInner(value) ? "inner" : "leaf";
};

const classifyArrays: Classify = (value) => {
  if (isNDArray(value)) return "leaf";
  switch (typeof value) {
    case "number":
    case "bigint":
      return "leaf";
    case "object":
      if (value === null) return "inner";
      // An array of another copy of the library is a leaf too: whoever converts it says so.
      return isTypedArray(value) || brand in value ? "leaf" : isInner(value) ? "inner" : "static";
    case "undefined":
      return "inner";
    default:
      return "static";
  }
};

/** Takes a tree apart. `isLeaf` may declare inner nodes to be leaves. */
export function flatten(tree: unknown, isLeaf?: (value: unknown) => boolean): [unknown[], TreeStructure] {
  const leaves: unknown[] = [];
  const classify: Classify =
    isLeaf === undefined ? classifyAny : (value) => (isLeaf(value) ? "leaf" : classifyAny(value));
  return [leaves, walk(tree, leaves, classify)];
}

/**
 * Takes a tree of arrays apart: booleans, strings, functions and other objects are static. `isLeaf` may declare more
 * values to be leaves, such as descriptions of arrays.
 */
export function flattenArrays(tree: unknown, isLeaf?: (value: unknown) => boolean): [ArrayLeaf[], TreeStructure] {
  const leaves: unknown[] = [];
  const classify: Classify =
    isLeaf === undefined ? classifyArrays : (value) => (isLeaf(value) ? "leaf" : classifyArrays(value));
  return [leaves as ArrayLeaf[], walk(tree, leaves, classify)];
}

const leafLists: TreeStructure[] = [];

/** The structure of a list of n leaves. */
export function leafList(n: number): TreeStructure {
  let structure = leafLists[n];
  if (structure === undefined) {
    structure = new TreeStructure("list", new Array<TreeStructure>(n).fill(leafStructure));
    leafLists[n] = structure;
  }
  return structure;
}

function build(s: TreeStructure, leaves: readonly unknown[], position: { at: number }): unknown {
  switch (s.kind) {
    case "leaf":
      return leaves[position.at++];
    case "none":
    case "static":
      return s.value;
    case "list":
      return s.children.map((child) => build(child, leaves, position));
    case "node":
      return s.type!.unflatten(
        s.value,
        s.children.map((child) => build(child, leaves, position)),
      );
    case "object": {
      const result = Object.create(s.value as object | null) as Record<string, unknown>;
      s.children.forEach((child, i) => {
        // A key named "__proto__" must become a property of its own.
        Object.defineProperty(result, s.keys[i]!, {
          value: build(child, leaves, position),
          enumerable: true,
          writable: true,
          configurable: true,
        });
      });
      return result;
    }
  }
}

/**
 * Puts a tree together.
 * @throws TreeError if the number of leaves is not that of the structure.
 */
export function unflatten(structure: TreeStructure, leaves: readonly unknown[]): unknown {
  if (leaves.length !== structure.leafCount) {
    throw new TreeError({
      what: `Too ${leaves.length < structure.leafCount ? "few" : "many"} leaves for PyTreeDef; expected ${structure.leafCount}, got ${leaves.length}`,
      where: [`the structure is ${structure}`],
      fix: "give exactly one leaf for each * of the structure",
    });
  }
  return build(structure, leaves, { at: 0 });
}

/** Puts several trees together from one list of leaves. */
export function unflattenEach(structures: readonly TreeStructure[], leaves: readonly unknown[]): unknown[] {
  const position = { at: 0 };
  return structures.map((structure) => build(structure, leaves, position));
}

/** One step of a path into a tree: a position in a list or a key of an object. */
export type PathEntry = number | string;

/** Paths of all leaves, in order. */
export function leafPaths(structure: TreeStructure): PathEntry[][] {
  const paths: PathEntry[][] = [];
  const visit = (s: TreeStructure, path: readonly PathEntry[]): void => {
    if (s.kind === "leaf") paths.push([...path]);
    else s.children.forEach((child, i) => void visit(child, [...path, s.keys[i] ?? i]));
  };
  visit(structure, []);
  return paths;
}

/** A path as JavaScript writes it: `[0].layers[2].w`; the empty string for the root. */
export function formatPath(path: readonly PathEntry[]): string {
  return path
    .map((entry) =>
      typeof entry === "number"
        ? `[${entry}]`
        : /^[A-Za-z_$][\w$]*$/.test(entry)
          ? `.${entry}`
          : `[${JSON.stringify(entry)}]`,
    )
    .join("");
}
