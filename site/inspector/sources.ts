// Functions in the sources of cells, and what they are called with. In go the texts of cells; out come, for each function
// that a cell declares, the arguments of calls that need only names of the notebook: `f(x)`, `grad(f)(x)`, `vjp(f, x)`, and
// the first example of `vmap(f)(xs)`. Nothing runs here.

import { type AnyNode, type Expression, type Program, parse, type SpreadElement } from "acorn";
import { transform } from "sucrase";
import { analyse, childrenOf, namesIn, type Scope, type Scopes } from "../../notebooks/runner/lexical.ts";
import type { CellText } from "./protocol.ts";

/** How a cell declares a name. */
interface Declaration {
  readonly kind: "import" | "class" | "function" | "transformed" | "value";
  readonly parameters: string | undefined;
  readonly init: Expression | undefined;
}

interface ParsedCell {
  readonly id: string;
  readonly script: string;
  readonly program: Program;
  readonly scopes: Scopes;
  readonly names: ReadonlyMap<string, Declaration>;
}

/** A name, and the cell that declares what is meant by it. */
export interface Use {
  readonly name: string;
  readonly cell: string;
}

/** Arguments of a call. */
export interface FoundCall {
  readonly text: string;
  readonly cell: string;
  readonly uses: readonly Use[];
  /** No call was found: these are names of the notebook that are called as the parameters are. */
  readonly guessed: boolean;
}

/** A name that is or may be a function: `value` is known only once the cell has run. */
export interface FoundFunction {
  readonly name: string;
  readonly cell: string;
  readonly kind: "function" | "transformed" | "value";
  readonly parameters: string | undefined;
  readonly calls: readonly FoundCall[];
}

export interface Found {
  readonly functions: readonly FoundFunction[];
  /** Cells that are no valid programs. */
  readonly broken: readonly string[];
}

/** Functions whose result takes the arguments of their own first argument. */
const transforms: ReadonlySet<string> = new Set(
  (
    "grad valueAndGrad jit vmap hessian jacobian jacfwd jacrev checkpoint remat makeJaxpr profile customVmap " +
    "fwdAndBwd"
  ).split(" "),
);
/** Functions that take a function and its arguments after it. */
const appliers: ReadonlySet<string> = new Set("vjp vjpWithAux linearize linearTranspose evalShape".split(" "));
/** Functions that take a function and a list of its arguments. */
const listAppliers: ReadonlySet<string> = new Set("jvp checkGrads hvp gnvp".split(" "));

/** So many proposals are kept for one function. */
const mostCalls = 6;

/** Reads a cell; undefined where it is no valid program. */
function parseCell({ id, code }: CellText): ParsedCell | undefined {
  let script: string;
  let program: Program;
  try {
    script = transform(code, {
      transforms: ["typescript"],
      disableESTransforms: true,
      keepUnusedImports: true,
    }).code;
    program = parse(script, { ecmaVersion: "latest", sourceType: "module", allowAwaitOutsideFunction: true });
  } catch {
    return undefined;
  }
  return { id, script, program, scopes: analyse(program), names: declarationsOf(script, program) };
}

function declarationsOf(script: string, program: Program): Map<string, Declaration> {
  const names = new Map<string, Declaration>();
  const parametersOf = (node: { params: readonly AnyNode[] }): string =>
    node.params.map((parameter) => oneLine(script.slice(parameter.start, parameter.end))).join(", ");
  for (const statement of program.body) {
    const node = statement.type === "ExportNamedDeclaration" ? (statement.declaration ?? statement) : statement;
    if (node.type === "ImportDeclaration") {
      for (const { local } of node.specifiers) {
        names.set(local.name, { kind: "import", parameters: undefined, init: undefined });
      }
    } else if (node.type === "ClassDeclaration") {
      names.set(node.id.name, { kind: "class", parameters: undefined, init: undefined });
    } else if (node.type === "FunctionDeclaration") {
      names.set(node.id.name, { kind: "function", parameters: parametersOf(node), init: undefined });
    } else if (node.type === "VariableDeclaration") {
      for (const { id, init } of node.declarations) {
        for (const name of namesIn(id)) names.set(name, { kind: "value", parameters: undefined, init: undefined });
        if (id.type !== "Identifier" || !init) continue;
        if (isFunction(init)) names.set(id.name, { kind: "function", parameters: parametersOf(init), init: undefined });
        else {
          const inner = transformedFunction(init);
          const parameters = inner !== undefined && isFunction(inner) ? parametersOf(inner) : undefined;
          names.set(id.name, { kind: inner === undefined ? "value" : "transformed", parameters, init });
        }
      }
    }
  }
  return names;
}

/** What is within `jit(...)`, `grad(vmap(...))` and the like; undefined if the expression is no such call. */
function transformedFunction(node: Expression): Expression | undefined {
  let inner: Expression | undefined;
  for (let at = node; at.type === "CallExpression" && transforms.has(nameOf(at.callee)); ) {
    const [first] = at.arguments;
    if (first === undefined || first.type === "SpreadElement") break;
    inner = first;
    at = first;
  }
  return inner;
}

const isFunction = (node: AnyNode) => node.type === "ArrowFunctionExpression" || node.type === "FunctionExpression";

/** The last name of `f` or `module.f`. */
function nameOf(callee: AnyNode): string {
  if (callee.type === "Identifier") return callee.name;
  if (callee.type !== "MemberExpression" || callee.computed || callee.property.type !== "Identifier") return "";
  return callee.property.name;
}

const oneLine = (text: string): string => text.replace(/\s*\n\s*/g, " ").trim();

/** An argument as text that may have been changed, and the node whose names it uses. */
interface Argument {
  readonly text: string;
  readonly node: AnyNode;
}

/** Finds the functions that cells declare, in their order, and what they are called with. */
export function findFunctions(cells: readonly CellText[]): Found {
  const parsed = cells.map(parseCell);
  return new Finder(parsed.filter((cell) => cell !== undefined)).find(
    cells.filter((_, i) => parsed[i] === undefined).map(({ id }) => id),
  );
}

/** The names that a cell declares, imports included; undefined where it is no valid program. */
export function namesOf(cell: CellText): ReadonlySet<string> | undefined {
  const parsed = parseCell(cell);
  return parsed && new Set(parsed.scopes.root.bindings.keys());
}

class Finder {
  readonly #cells: readonly ParsedCell[];
  /** By name and cell. */
  readonly #calls: Map<string, { rank: number; call: FoundCall }[]> = new Map();

  constructor(cells: readonly ParsedCell[]) {
    this.#cells = cells;
  }

  find(broken: readonly string[]): Found {
    for (const [index, cell] of this.#cells.entries()) this.#walk(cell, index, cell.program, cell.scopes.root);
    const functions = this.#cells.flatMap(({ id, names }) =>
      [...names].flatMap(([name, { kind, parameters }]): FoundFunction[] => {
        if (kind === "import" || kind === "class") return [];
        const found = this.#bestCalls(name, id);
        const calls = found.length > 0 || parameters === undefined ? found : this.#guess(id, parameters);
        return [{ name, cell: id, kind, parameters, calls }];
      }),
    );
    return { functions, broken };
  }

  /** The parameters as arguments, if all of them are names of the notebook. */
  #guess(cell: string, parameters: string): FoundCall[] {
    const index = this.#cells.findIndex(({ id }) => id === cell);
    const names = parameters.split(", ");
    const uses = names.flatMap((name): Use[] => {
      const home = this.#cells[this.#declaring(name, index) ?? -1];
      const kind = home?.names.get(name)?.kind;
      return home === undefined || kind === "import" || kind === "class" ? [] : [{ name, cell: home.id }];
    });
    return uses.length === names.length ? [{ text: parameters, cell, uses, guessed: true }] : [];
  }

  #bestCalls(name: string, cell: string): FoundCall[] {
    const seen = new Set<string>();
    return (this.#calls.get(`${name} ${cell}`) ?? [])
      .map(({ rank, call }) => ({ rank: rank + (call.cell === cell ? 0 : 0.5), call }))
      .sort((a, b) => a.rank - b.rank)
      .flatMap(({ call }) => {
        if (seen.has(call.text)) return [];
        seen.add(call.text);
        return [call];
      })
      .slice(0, mostCalls);
  }

  #walk(cell: ParsedCell, index: number, node: AnyNode, scope: Scope): void {
    const inner = cell.scopes.of.get(node) ?? scope;
    if (node.type === "CallExpression") this.#call(cell, index, node.callee, node.arguments, inner);
    for (const [, child] of childrenOf(node)) this.#walk(cell, index, child, inner);
  }

  /** A call: of a function, of a transformed one, or of one that takes a function with its arguments. */
  #call(
    cell: ParsedCell,
    index: number,
    callee: AnyNode,
    given: readonly (Expression | SpreadElement)[],
    scope: Scope,
  ): void {
    const listed = (nodes: readonly AnyNode[]): Argument[] =>
      nodes.map((node) => ({ text: oneLine(cell.script.slice(node.start, node.end)), node }));
    const name = nameOf(callee);
    const [first, second] = given;
    if (appliers.has(name) && first !== undefined && first.type !== "SpreadElement") {
      this.#target(cell, index, first, listed(given.slice(1)), scope, 1, 0);
    } else if (listAppliers.has(name) && first !== undefined && second?.type === "ArrayExpression") {
      const elements = second.elements.filter((element) => element !== null);
      this.#target(cell, index, first, listed(elements), scope, 1, 0);
    } else if (callee.type === "MemberExpression" && name === "lower") {
      this.#target(cell, index, callee.object, listed(given), scope, 1, 0);
    } else {
      this.#target(cell, index, callee, listed(given), scope, 0, 0);
    }
  }

  /** Notes arguments for what `callee` names, and for what it was made of. */
  #target(
    cell: ParsedCell,
    index: number,
    callee: AnyNode,
    args: readonly Argument[],
    scope: Scope,
    rank: number,
    depth: number,
  ): void {
    if (callee.type === "Identifier") {
      const owner = scope.owner(callee.name);
      const isShared = owner === undefined || owner === cell.scopes.root;
      if (isShared) this.#note(cell, index, callee.name, index, args, scope, rank, depth);
      return;
    }
    if (callee.type !== "CallExpression") return;
    const passed = this.#through(cell, callee, args);
    if (passed !== undefined)
      this.#target(cell, index, passed.inner, passed.args, scope, rank + passed.cost, depth + 1);
  }

  /** Notes arguments for a name as the cell at `from` means it; they are read where the call stands. */
  #note(
    cell: ParsedCell,
    index: number,
    name: string,
    from: number,
    args: readonly Argument[],
    scope: Scope,
    rank: number,
    depth: number,
  ): void {
    if (depth > 8) return;
    const at = this.#declaring(name, from);
    if (at === undefined) return;
    const home = this.#cells[at]!;
    const declared = home.names.get(name)!;
    if (declared.kind === "import" || declared.kind === "class") return;
    const uses = this.#uses(cell, index, args, scope);
    if (uses === undefined) return;
    const key = `${name} ${home.id}`;
    const calls = this.#calls.get(key) ?? [];
    this.#calls.set(key, calls);
    calls.push({ rank, call: { text: args.map(({ text }) => text).join(", "), cell: cell.id, uses, guessed: false } });
    if (declared.kind !== "transformed") return;
    const passed = this.#through(home, declared.init!, args);
    if (passed?.inner.type === "Identifier" && !(passed.inner.name === name && at === from)) {
      this.#note(cell, index, passed.inner.name, at, passed.args, scope, rank + passed.cost, depth + 1);
    }
  }

  /** The innermost function of `jit(vmap(f))`, and what it is called with if the whole is called with `args`. */
  #through(
    cell: ParsedCell,
    node: Expression,
    args: readonly Argument[],
  ): { inner: Expression; args: readonly Argument[]; cost: number } | undefined {
    let at = node;
    let passed = args;
    let cost = 0;
    while (at.type === "CallExpression") {
      const name = nameOf(at.callee);
      const [first, options] = at.arguments;
      if (!transforms.has(name) || first === undefined || first.type === "SpreadElement") return undefined;
      if (name === "vmap") {
        const batch = firstExamples(cell, passed, options);
        if (batch === undefined) return undefined;
        passed = batch;
      }
      cost += name === "vmap" ? 2 : 1;
      at = first;
    }
    return cost === 0 ? undefined : { inner: at, args: passed, cost };
  }

  /** The cell whose declaration of a name the cell at `index` means: the last one up to it, or else the first after it. */
  #declaring(name: string, index: number): number | undefined {
    for (let at = index; at >= 0; at--) if (this.#cells[at]!.names.has(name)) return at;
    const later = this.#cells.findIndex((cell, at) => at > index && cell.names.has(name));
    return later < 0 ? undefined : later;
  }

  /** The notebook's names in arguments; undefined if they use others, such as those of a function around the call. */
  #uses(cell: ParsedCell, index: number, args: readonly Argument[], scope: Scope): Use[] | undefined {
    const uses = new Map<string, Use>();
    const visit = (node: AnyNode, at: Scope, inside: ReadonlySet<Scope>): boolean => {
      if (["YieldExpression", "AssignmentExpression", "UpdateExpression", "ThisExpression"].includes(node.type)) {
        return false;
      }
      if (node.type === "Identifier") {
        const owner = at.owner(node.name);
        if (owner !== undefined && inside.has(owner)) return true;
        if (owner !== undefined && owner !== cell.scopes.root) return false;
        const home = this.#declaring(node.name, index);
        if (home !== undefined) uses.set(node.name, { name: node.name, cell: this.#cells[home]!.id });
        return home !== undefined || node.name in globalThis;
      }
      const own = cell.scopes.of.get(node);
      const within = own === undefined ? inside : new Set([...inside, own]);
      for (const [key, child] of childrenOf(node)) {
        // A name that stands for itself: `x.shape`, `{ shape: 1 }`.
        const isName =
          (node.type === "MemberExpression" && key === "property" && !node.computed) ||
          (node.type === "Property" && key === "key" && !node.computed);
        if (!isName && !visit(child, own ?? at, within)) return false;
      }
      return true;
    };
    return args.every(({ node }) => visit(node, scope, new Set())) ? [...uses.values()] : undefined;
  }
}

/** The arguments for one example of a batch; undefined where the axes cannot be seen, or are not the first ones. */
function firstExamples(
  cell: ParsedCell,
  args: readonly Argument[],
  options: Expression | SpreadElement | undefined,
): Argument[] | undefined {
  let axes: AnyNode | undefined = options;
  if (options?.type === "ObjectExpression") {
    axes = undefined;
    for (const property of options.properties) {
      if (property.type === "SpreadElement") return undefined;
      if (cell.script.slice(property.key.start, property.key.end) === "inAxes") axes = property.value;
    }
  }
  const all: number | null | undefined = axes === undefined ? 0 : axisOf(axes);
  const list = axes?.type === "ArrayExpression" ? axes.elements : undefined;
  const batch: Argument[] = [];
  for (const [i, { text, node }] of args.entries()) {
    if (node.type === "SpreadElement") return undefined;
    const element = list?.[i];
    const axis = list === undefined ? all : element ? axisOf(element) : undefined;
    if (axis !== 0 && axis !== null) return undefined;
    const plain = ["Identifier", "MemberExpression", "CallExpression"].includes(node.type);
    if (axis === 0 && !plain) return undefined;
    batch.push({ text: axis === null ? text : `${text}.get(0)`, node });
  }
  return batch;
}

function axisOf(node: AnyNode): number | null | undefined {
  if (node.type !== "Literal") return undefined;
  return node.value === null || typeof node.value === "number" ? node.value : undefined;
}
