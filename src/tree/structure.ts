/**
 * The structure of a tree: what remains when its leaves are taken out. Structures are compared by their `key`, a string
 * in which static values stand by value (booleans, strings) or by an identity number (functions, objects).
 */
import type { NodeType } from "./registry.ts";

/** JAX's PyTreeDef. Made by `flatten`; opaque to users but for printing, comparison and `unflatten`. */
export class TreeStructure {
  readonly kind: "leaf" | "none" | "static" | "list" | "object" | "node";
  readonly children: readonly TreeStructure[];
  /** The keys of an object, sorted; the keys of a registered node's children, if it names them. */
  readonly keys: readonly string[];
  /** A static value; a registered node's auxiliary data; null or undefined of an empty node; an object's prototype. */
  readonly value: unknown;
  readonly type: NodeType | undefined;
  readonly leafCount: number;
  /** Equal for equal structures. */
  readonly key: string;

  constructor(
    kind: TreeStructure["kind"],
    children: readonly TreeStructure[] = [],
    keys: readonly string[] = [],
    value: unknown = undefined,
    type?: NodeType,
  ) {
    this.kind = kind;
    this.children = children;
    this.keys = keys;
    this.value = value;
    this.type = type;
    let leafCount = kind === "leaf" ? 1 : 0;
    for (const child of children) leafCount += child.leafCount;
    this.leafCount = leafCount;
    this.key = structureKey(this);
  }

  /** Whether two structures are equal, static values included. */
  equals(other: TreeStructure): boolean {
    return this.key === other.key;
  }

  /** As JAX prints it: `PyTreeDef({'a': *, 'b': [*, None]})`. */
  toString(): string {
    return `PyTreeDef(${describe(this)})`;
  }
}

const identities = new WeakMap<object, number>();
let identityCount = 0;

/** A text that is equal for identical objects and equal primitives, and different otherwise. */
export function staticKey(value: unknown): string {
  if ((typeof value === "object" && value !== null) || typeof value === "function") {
    let id = identities.get(value);
    if (id === undefined) {
      id = ++identityCount;
      identities.set(value, id);
    }
    return `#${id}`;
  }
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "symbol") return symbolKey(value);
  if (typeof value === "bigint") return `${value}n`;
  return Object.is(value, -0) ? "-0" : String(value);
}

const symbols = new Map<symbol, string>();
function symbolKey(value: symbol): string {
  let text = symbols.get(value);
  if (text === undefined) {
    text = `@${symbols.size}`;
    symbols.set(value, text);
  }
  return text;
}

function structureKey(s: TreeStructure): string {
  switch (s.kind) {
    case "leaf":
      return "*";
    case "none":
      return s.value === null ? "N" : "U";
    case "static":
      return staticKey(s.value);
    case "list":
      return `[${s.children.map((c) => c.key).join()}]`;
    case "object":
      return `{${s.children.map((c, i) => `${JSON.stringify(s.keys[i])}:${c.key}`).join()}}${
        s.value === Object.prototype || s.value === null ? "" : staticKey(s.value)
      }`;
    case "node":
      return `(${staticKey(s.type)} ${auxiliaryKey(s.value)} ${s.children.map((c) => c.key).join()})`;
  }
}

/** Auxiliary data: lists of static values compare by their entries. */
function auxiliaryKey(aux: unknown): string {
  return Array.isArray(aux) ? `[${aux.map(staticKey).join()}]` : staticKey(aux);
}

function describe(s: TreeStructure): string {
  switch (s.kind) {
    case "leaf":
      return "*";
    case "none":
      return "None";
    case "static":
      return typeof s.value === "function" ? `<function ${s.value.name}>` : staticKey(s.value);
    case "list":
      return `[${s.children.map(describe).join(", ")}]`;
    case "object":
      return `{${s.children.map((c, i) => `'${s.keys[i]}': ${describe(c)}`).join(", ")}}`;
    case "node":
      return `CustomNode(${s.type!.name}[${auxiliaryKey(s.value)}], [${s.children.map(describe).join(", ")}])`;
  }
}

export const leafStructure: TreeStructure = /* @__PURE__ */ new TreeStructure("leaf");
