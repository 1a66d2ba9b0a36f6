// The public names as a list. In goes TypeDoc's project; out comes an entry for each thing that has a public name, once, with
// its aliases and the page it stands on, and the ways to find one: by TypeDoc's id, and by its full name.
import { spaces } from "./spaces.mjs";

/**
 * @typedef {import("./declarations.mjs").Reflection} Reflection
 * @typedef {import("./spaces.mjs").Space} Space
 * @typedef {"function" | "class" | "constant" | "type"} Kind
 * @typedef {{
 *   name: string, called: string, kind: Kind, space: string, node: Reflection, signatures: readonly Reflection[],
 *   theme: string, page: string, anchor: string, source: { file: string, line: number } | undefined,
 *   aliases: { space: string, name: string, called: string }[],
 * }} Entry
 * @typedef {{ entries: readonly Entry[], byId: ReadonlyMap<number, Entry>, byName: ReadonlyMap<string, Entry>, aliases: ReadonlyMap<string, readonly { name: string, entry: Entry }[]> }} Library
 *   `byName` knows full names (`numpy.sum`), `aliases` the further names of each namespace
 */

/** What TypeDoc's numbers stand for. */
export const kinds = {
  module: 2,
  namespace: 4,
  variable: 32,
  function: 64,
  class: 128,
  interface: 256,
  constructor: 512,
  property: 1024,
  method: 2048,
  accessor: 262144,
  typeAlias: 2097152,
  reference: 4194304,
};

/** The modules and the namespaces that they are. */
const moduleSpaces = /** @type {Readonly<Record<string, string>>} */ ({
  "src/index.ts": "adjoint",
  "src/numpy/index.ts": "numpy",
  "src/lax/index.ts": "lax",
  "src/random/index.ts": "random",
  "src/nn/index.ts": "nn",
  "src/optim/index.ts": "optim",
  "src/scipy/index.ts": "scipy",
  "src/experimental/index.ts": "experimental",
  "src/tree/index.ts": "tree",
  "src/debug/index.ts": "debug",
  "src/debug/testing.ts": "testing",
  "src/errors/index.ts": "errors",
});

/** The namespace that a module is; undefined for one that is not public. @param {Reflection} module */
const spaceOfModule = (module) => moduleSpaces[module.sources?.[0]?.fileName ?? ""];

export const typesPage = "reference/types.html";

/** @param {string} name */
const spaceOf = (name) => {
  const found = spaces.find((space) => space.name === name);
  if (found === undefined) throw new Error(`site/documents/spaces.mjs does not describe the namespace ${name}`);
  return found;
};

/** @param {string} space the page of a namespace @param {string} [part] */
export const pageOf = (space, part) =>
  `reference/${space.replace(/\./g, "-")}${part === undefined ? "" : `-${part}`}.html`;

/**
 * @param {Reflection} project
 * @returns {Library}
 */
export function readLibrary(project) {
  /** @type {Map<number, Reflection>} */
  const nodes = new Map();
  /** @param {Reflection} node */
  const index = (node) => {
    nodes.set(node.id, node);
    for (const child of node.children ?? []) index(child);
  };
  index(project);

  /** @type {Entry[]} */
  const entries = [];
  /** @type {Map<number, Entry>} */
  const byId = new Map();
  /** @type {Map<string, Entry>} */
  const byName = new Map();
  /** @type {{ space: string, node: Reflection }[]} */
  const references = [];

  /** @param {Reflection} owner @param {string} space */
  const visit = (owner, space) => {
    for (const node of owner.children ?? []) {
      if (node.kind === kinds.namespace) {
        visit(node, space === "adjoint" ? node.name : `${space}.${node.name}`);
      } else if (node.kind === kinds.reference) references.push({ space, node });
      else add(node, space);
    }
  };

  /** @param {Reflection} node @param {string} space */
  const add = (node, space) => {
    const { called } = spaceOf(space);
    const signatures = signaturesOf(node, nodes);
    const place = themeOf(node, spaceOf(space), signatures);
    const [source] = node.sources ?? [];
    /** @type {Entry} */
    const entry = {
      name: node.name,
      called: called === "" ? node.name : `${called}.${node.name}`,
      kind: place.kind,
      space,
      node,
      signatures,
      theme: place.theme,
      page: place.page,
      anchor: node.name,
      source: source && { file: source.fileName, line: source.line },
      aliases: [],
    };
    entries.push(entry);
    byId.set(node.id, entry);
    byName.set(fullName(space, node.name), entry);
  };

  for (const module of project.children) {
    const space = spaceOfModule(module);
    if (space !== undefined) visit(module, space);
  }
  /** @param {Reflection} node what a reference stands for, through other references */
  const targetOf = (node) => {
    let target = nodes.get(node.target);
    while (target?.kind === kinds.reference) target = nodes.get(target.target);
    return target;
  };
  // TypeDoc gives a thing to one module, which may be one of the helpers; what a public module exports under its own name
  // is that module's.
  for (const { space, node } of references) {
    const target = targetOf(node);
    if (target && target.kind !== kinds.module && target.name === node.name && !byId.has(target.id)) add(target, space);
  }
  /** @type {Map<string, { name: string, entry: Entry }[]>} */
  const aliases = new Map();
  for (const { space, node } of references) {
    const target = targetOf(node);
    const entry = target && byId.get(target.id);
    // A namespace, whose names follow below; or an entry of its own.
    if (entry === undefined || byName.get(fullName(space, node.name)) === entry) continue;
    const { called } = spaceOf(space);
    entry.aliases.push({ space, name: node.name, called: called === "" ? node.name : `${called}.${node.name}` });
    byName.set(fullName(space, node.name), entry);
    aliases.set(space, [...(aliases.get(space) ?? []), { name: node.name, entry }]);
  }
  for (const { space, node } of references) {
    const target = targetOf(node);
    if (target?.kind !== kinds.module) continue;
    const own = spaceOfModule(target);
    for (const entry of entries) {
      if (entry.space === own) byName.set(fullName(fullName(space, node.name), entry.name), entry);
    }
  }
  for (const module of project.children) {
    if (spaceOfModule(module) === undefined) addHelpers(module);
  }

  /** The types of a module that is not public. @param {Reflection} module */
  function addHelpers(module) {
    for (const node of module.children ?? []) {
      if (![kinds.typeAlias, kinds.interface, kinds.class].includes(node.kind) || byId.has(node.id)) continue;
      byId.set(node.id, {
        name: node.name,
        called: node.name,
        kind: "type",
        space: "",
        node,
        signatures: [],
        theme: "",
        page: typesPage,
        // Two modules may each have a type of one name.
        anchor: [...byId.values()].some(({ page, anchor }) => page === typesPage && anchor === node.name)
          ? `${node.name}-${node.id}`
          : node.name,
        source: node.sources?.[0] && { file: node.sources[0].fileName, line: node.sources[0].line },
        aliases: [],
      });
    }
  }

  return { entries, byId, byName, aliases };
}

/** @param {string} space @param {string} name */
export const fullName = (space, name) => (space === "adjoint" ? name : `${space}.${name}`);

/**
 * How a thing is called: signatures of its own, or those of the function type that a constant has.
 * @param {Reflection} node
 * @param {ReadonlyMap<number, Reflection>} nodes
 * @returns {readonly Reflection[]}
 */
function signaturesOf(node, nodes) {
  if (node.signatures !== undefined) return node.signatures;
  if (node.kind !== kinds.variable) return [];
  let { type } = node;
  // `Unary` is `Operation<1>`: follow names to what they stand for.
  while (type?.type === "reference" && typeof type.target === "number") {
    if (type.name === "Operation") return [operation(type, nodes)];
    type = nodes.get(type.target)?.type;
  }
  return type?.type === "reflection" ? (type.declaration.signatures ?? []) : [];
}

/**
 * How a primitive is called; `Operation` itself says it by a condition on the number of its arguments.
 * @param {Reflection} type
 * @param {ReadonlyMap<number, Reflection>} nodes
 * @returns {Reflection}
 */
function operation(type, nodes) {
  const [count, params] = type.typeArguments;
  /** @param {string} name */
  const named = (name) => {
    const found = [...nodes.values()].find((n) => n.name === name && n.kind !== kinds.reference && n.id !== undefined);
    return { type: "reference", name, ...(found ? { target: found.id } : {}) };
  };
  const names = ["x", "y", "z"].slice(0, Number(count.value));
  return {
    parameters: [
      ...names.map((name) => ({ name, flags: {}, type: named("Operand") })),
      ...(params === undefined || params.value === null ? [] : [{ name: "params", flags: {}, type: params }]),
    ],
    type: named("NDArray"),
  };
}

/**
 * @param {Reflection} node
 * @param {Space} space
 * @param {readonly Reflection[]} signatures
 * @returns {{ kind: Kind, theme: string, page: string }}
 */
function themeOf(node, space, signatures) {
  const themes = space.themes ?? [];
  const inPages = themes.some((theme) => theme.page !== undefined);
  if (node.kind === kinds.interface || node.kind === kinds.typeAlias) {
    return { kind: "type", theme: "Types", page: pageOf(space.name, inPages ? "types" : undefined) };
  }
  const kind = node.kind === kinds.class ? "class" : signatures.length > 0 ? "function" : "constant";
  if (node.name === "NDArray") return { kind, theme: "Arrays and devices", page: "reference/ndarray.html" };
  const file = node.sources?.[0]?.fileName.replace(/^src\/|\.ts$/g, "");
  const theme = themes.find(({ files }) => files.includes(file));
  if (theme === undefined) {
    const title = themes.length === 0 ? "Functions" : "Further functions";
    return { kind, theme: title, page: pageOf(space.name, inPages ? "further" : undefined) };
  }
  return { kind, theme: theme.title, page: pageOf(space.name, theme.page) };
}
