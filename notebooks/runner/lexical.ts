// Lexical analysis of a cell. In goes the syntax tree of a module; out comes, for every node that opens a scope, the
// names that it declares, so that the compiler can tell a cell's shared names from the locals of its functions.

import type { AnyNode, Pattern, Program } from "acorn";

/** How a name came to be: it decides whether the name may be assigned to. */
export type BindingKind = "var" | "let" | "const" | "using" | "function" | "class" | "import" | "parameter";

/** The names that one scope declares, and the scope around it. */
export class Scope {
  readonly parent: Scope | undefined;
  readonly bindings: Map<string, BindingKind> = new Map();

  constructor(parent?: Scope) {
    this.parent = parent;
  }

  /** The innermost scope, from here outwards, that declares `name`. */
  owner(name: string): Scope | undefined {
    if (this.bindings.has(name)) return this;
    return this.parent?.owner(name);
  }
}

/** The scopes of a module: the outermost one, and the one that each node opens. */
export interface Scopes {
  readonly root: Scope;
  readonly of: ReadonlyMap<AnyNode, Scope>;
}

/** The child nodes of a node, with the key that each stands under, in the order of the source. */
export function* childrenOf(node: AnyNode): Generator<readonly [key: string, child: AnyNode]> {
  for (const [key, value] of Object.entries(node)) {
    if (Array.isArray(value)) {
      for (const item of value) if (isNode(item)) yield [key, item];
    } else if (isNode(value)) {
      yield [key, value];
    }
  }
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === "object" && value !== null && typeof (value as { type?: unknown }).type === "string";
}

/** The names that a pattern binds (or assigns, where members are left out). */
export function namesIn(pattern: Pattern): string[] {
  switch (pattern.type) {
    case "Identifier":
      return [pattern.name];
    case "ObjectPattern":
      return pattern.properties.flatMap((property) =>
        namesIn(property.type === "RestElement" ? property.argument : property.value),
      );
    case "ArrayPattern":
      return pattern.elements.flatMap((element) => (element === null ? [] : namesIn(element)));
    case "RestElement":
      return namesIn(pattern.argument);
    case "AssignmentPattern":
      return namesIn(pattern.left);
    case "MemberExpression":
      return [];
  }
}

/** Finds every scope of a module and what is declared in it. */
export function analyse(program: Program): Scopes {
  const root = new Scope();
  const of = new Map<AnyNode, Scope>([[program, root]]);

  /** `block` receives let, const, class and function; `hoisted`, the nearest function's body, receives var. */
  function visit(node: AnyNode, block: Scope, hoisted: Scope): void {
    switch (node.type) {
      case "ImportDeclaration":
        for (const specifier of node.specifiers) block.bindings.set(specifier.local.name, "import");
        return;
      case "VariableDeclaration": {
        const target = node.kind === "var" ? hoisted : block;
        const kind = node.kind === "await using" ? "using" : node.kind;
        for (const { id } of node.declarations) for (const name of namesIn(id)) target.bindings.set(name, kind);
        break;
      }
      case "FunctionDeclaration":
      case "FunctionExpression":
      case "ArrowFunctionExpression": {
        if (node.type === "FunctionDeclaration" && node.id) block.bindings.set(node.id.name, "function");
        // Parameters and body are two scopes: a default value does not see what the body declares.
        const outer = new Scope(block);
        if (node.type === "FunctionExpression" && node.id) outer.bindings.set(node.id.name, "function");
        for (const parameter of node.params) {
          for (const name of namesIn(parameter)) outer.bindings.set(name, "parameter");
        }
        of.set(node, outer);
        for (const parameter of node.params) visit(parameter, outer, outer);
        if (node.body.type === "BlockStatement") {
          const body = new Scope(outer);
          of.set(node.body, body);
          for (const statement of node.body.body) visit(statement, body, body);
        } else {
          visit(node.body, outer, outer);
        }
        return;
      }
      case "ClassDeclaration":
      case "ClassExpression": {
        if (node.type === "ClassDeclaration" && node.id) block.bindings.set(node.id.name, "class");
        // The body has a binding of its own, which is there before the class is assigned to anything.
        const inner = new Scope(block);
        if (node.id) inner.bindings.set(node.id.name, "class");
        of.set(node, inner);
        visitChildren(node, inner, hoisted);
        return;
      }
      case "StaticBlock": {
        const inner = new Scope(block);
        of.set(node, inner);
        visitChildren(node, inner, inner);
        return;
      }
      case "SwitchStatement": {
        visit(node.discriminant, block, hoisted);
        const inner = new Scope(block);
        of.set(node, inner);
        for (const branch of node.cases) visit(branch, inner, hoisted);
        return;
      }
      case "CatchClause": {
        const inner = new Scope(block);
        if (node.param) for (const name of namesIn(node.param)) inner.bindings.set(name, "let");
        of.set(node, inner);
        visitChildren(node, inner, hoisted);
        return;
      }
      case "BlockStatement":
      case "ForStatement":
      case "ForInStatement":
      case "ForOfStatement": {
        const inner = new Scope(block);
        of.set(node, inner);
        visitChildren(node, inner, hoisted);
        return;
      }
    }
    visitChildren(node, block, hoisted);
  }

  function visitChildren(node: AnyNode, block: Scope, hoisted: Scope): void {
    for (const [, child] of childrenOf(node)) visit(child, block, hoisted);
  }

  visitChildren(program, root, root);
  return { root, of };
}
