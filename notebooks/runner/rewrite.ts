// The rewriting of a cell's syntax tree, see `cell.ts` for what it is for. In goes a parsed module; out comes its text
// with insertions, none of which adds or removes a line.

import type {
  AnyNode,
  AssignmentExpression,
  Expression,
  Identifier,
  ImportDeclaration,
  LogicalExpression,
  ModuleDeclaration,
  Pattern,
  Program,
  Statement,
  Token,
  VariableDeclaration,
} from "acorn";
import MagicString from "magic-string";
import { analyse, childrenOf, namesIn, type Scope, type Scopes } from "./lexical.ts";

/**
 * JavaScript's own globals, which a cell reaches directly. Every other free name is looked up among the shared names
 * first and among the globals of the machine after that: `name` or `status` may be either.
 */
const ownGlobals: ReadonlySet<string> = new Set(
  (
    "undefined NaN Infinity globalThis Object Function Array String Number Boolean Symbol BigInt Math JSON Date RegExp Map " +
    "Set WeakMap WeakSet WeakRef Promise Proxy Reflect Error AggregateError EvalError RangeError ReferenceError " +
    "SyntaxError TypeError URIError ArrayBuffer SharedArrayBuffer Atomics DataView Int8Array Uint8Array " +
    "Uint8ClampedArray Int16Array Uint16Array Int32Array Uint32Array Float32Array Float64Array BigInt64Array " +
    "BigUint64Array parseInt parseFloat isNaN isFinite console"
  ).split(" "),
);

/** Reports a fault at a line and a column of the script, both counted from one. */
export type Fail = (message: string, line: number, column: number) => never;

/**
 * Rewrites a parsed cell into the text of an async function; `declared` are the names of earlier cells.
 * Also gives the names that the cell declares.
 */
export function rewrite(
  script: string,
  program: Program,
  tokens: readonly Token[],
  declared: ReadonlySet<string>,
  fail: Fail,
): { text: MagicString; names: string[] } {
  return new Rewriter(script, program, tokens, declared, fail).run();
}

/** The names of the compiled function's parameters: `$` and others that begin with it, or with as many as it takes. */
class HostNames {
  readonly shared: string;
  readonly load: string;
  readonly tick: string;
  readonly truth: string;
  readonly test: string;
  readonly kept: string;

  constructor(tokens: readonly Token[]) {
    const used = new Set(tokens.map((token) => (token as Token & { value?: unknown }).value));
    const suffixes = ["", "import", "tick", "truth", "test", "kept"];
    let prefix = "$";
    while (suffixes.some((suffix) => used.has(prefix + suffix))) prefix += "$";
    this.shared = prefix;
    this.load = `${prefix}import`;
    this.tick = `${prefix}tick`;
    this.truth = `${prefix}truth`;
    this.test = `${prefix}test`;
    this.kept = `${prefix}kept`;
  }
}

class Rewriter {
  readonly #script: string;
  readonly #text: MagicString;
  readonly #program: Program;
  readonly #tokens: readonly Token[];
  readonly #scopes: Scopes;
  readonly #declared: ReadonlySet<string>;
  readonly #fail: Fail;
  readonly #host: HostNames;
  /** Identifiers that are key and value at once: `{ f }`, `{ f = 1 }`. */
  readonly #shorthands: Set<AnyNode> = new Set();
  /** What runs before the cell's first line, on that line: functions, and `var`s of nested blocks, are there early. */
  #hoisted = "";

  constructor(script: string, program: Program, tokens: readonly Token[], declared: ReadonlySet<string>, fail: Fail) {
    this.#script = script;
    this.#text = new MagicString(script);
    this.#program = program;
    this.#tokens = tokens;
    this.#scopes = analyse(program);
    this.#declared = declared;
    this.#fail = fail;
    this.#host = new HostNames(tokens);
  }

  run(): { text: MagicString; names: string[] } {
    const last = this.#program.body.findLast((statement) => statement.type !== "EmptyStatement");
    for (const statement of this.#program.body) {
      if (statement === last && statement.type === "ExpressionStatement") this.#open(statement.start, "return ");
      this.#topLevel(statement);
    }
    const { shared, load, tick, truth, test, kept } = this.#host;
    this.#text.prepend(`(async(${shared},${load},${tick},${truth},${test},${kept})=>{"use strict";${this.#hoisted}`);
    // The closing bracket stands on a line of its own, since the last line may end in a comment.
    this.#text.append("\n})");
    return { text: this.#text, names: [...this.#scopes.root.bindings.keys()] };
  }

  // Insertions at one place nest: nodes are visited from the outside in, so what opens is appended to what stands
  // there already, and what closes is put before it.

  #open(index: number, text: string): void {
    this.#text.appendLeft(index, text);
  }

  #close(index: number, text: string): void {
    this.#text.prependLeft(index, text);
  }

  /** Replaces a stretch of text that holds no other change, and keeps its line breaks. */
  #replace(start: number, end: number, text: string): void {
    const replacement = text + this.#script.slice(start, end).replace(/[^\n]/g, "");
    if (replacement === "") this.#text.remove(start, end);
    else this.#text.update(start, end, replacement);
  }

  /** Ends a statement that has no semicolon with one, since what is inserted after it may begin with a bracket. */
  #terminate(node: AnyNode): void {
    if (this.#script[node.end - 1] !== ";") this.#close(node.end, ";");
  }

  /** The token that reads `text` among those between two nodes: an operator, with brackets and comments around it. */
  #operator(before: AnyNode, after: AnyNode, text: string): Token {
    let low = 0;
    let high = this.#tokens.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#tokens[middle]!.start < before.end) low = middle + 1;
      else high = middle;
    }
    for (let i = low; i < this.#tokens.length; i++) {
      const token = this.#tokens[i]!;
      if (token.start >= after.start) break;
      if (this.#script.slice(token.start, token.end) === text) return token;
    }
    throw new Error(`the operator ${text} is not where the parser found it`);
  }

  #failAt(node: AnyNode, message: string): never {
    return this.#fail(message, node.loc?.start.line ?? 1, (node.loc?.start.column ?? 0) + 1);
  }

  #topLevel(node: Statement | ModuleDeclaration): void {
    const { root } = this.#scopes;
    switch (node.type) {
      case "ImportDeclaration":
        this.#import(node);
        break;
      case "ExportNamedDeclaration":
        if (node.source) this.#failAt(node, "a cell cannot export from a module: import the names instead");
        if (node.declaration) {
          this.#replace(node.start, node.declaration.start, "");
          this.#topLevel(node.declaration);
        } else {
          this.#replace(node.start, node.end, "");
        }
        break;
      case "ExportDefaultDeclaration":
      case "ExportAllDeclaration":
        this.#failAt(node, "a cell has no exports: every name that it declares is visible in the cells after it");
        break;
      case "VariableDeclaration":
        if (node.kind === "using" || node.kind === "await using") {
          this.#failAt(node, "`using` cannot stand at the top level of a cell, whose names live on: put it in a block");
        }
        this.#sharedVariables(node, root, "statement");
        break;
      case "FunctionDeclaration":
        this.#hoisted += `${this.#host.shared}.${node.id.name}=${node.id.name};`;
        this.#visit(node, root, undefined);
        break;
      case "ClassDeclaration":
        this.#open(node.start, `${this.#host.shared}.${node.id.name}=`);
        this.#close(node.end, ";");
        this.#visit(node, root, undefined);
        break;
      default:
        this.#visit(node, root, undefined);
    }
  }

  #import(node: ImportDeclaration): void {
    if (node.attributes.length > 0) this.#failAt(node, "import attributes cannot be used in a cell");
    const { shared, load } = this.#host;
    const names: string[] = [];
    const targets: string[] = [];
    let namespace = "";
    for (const specifier of node.specifiers) {
      const target = `${shared}.${specifier.local.name}`;
      if (specifier.type === "ImportNamespaceSpecifier") {
        namespace = `${target}=`;
        continue;
      }
      const name = JSON.stringify(
        specifier.type === "ImportDefaultSpecifier"
          ? "default"
          : specifier.imported.type === "Identifier"
            ? specifier.imported.name
            : specifier.imported.value,
      );
      names.push(name);
      targets.push(`${name}:${target}`);
    }
    const loaded = `${namespace}await ${load}(${node.source.raw},[${names.join(",")}])`;
    this.#replace(node.start, node.end, targets.length > 0 ? `({${targets.join(",")}}=${loaded});` : `${loaded};`);
  }

  /** `const a = 1, { b } = c;` becomes `$.a = 1, ({ b: $.b } = c);` */
  #sharedVariables(node: VariableDeclaration, scope: Scope, place: "statement" | "nested" | "head"): void {
    if (place !== "head") this.#terminate(node);
    this.#replace(node.start, node.declarations[0]!.start, "");
    for (const declarator of node.declarations) {
      const { id, init } = declarator;
      if (init && id.type !== "Identifier") {
        this.#open(id.start, "(");
        this.#close(declarator.end, ")");
      }
      if (!init && place === "statement") this.#close(id.end, "=undefined");
      this.#visit(id, scope, declarator);
      if (init) {
        this.#named(id, init);
        this.#visit(init, scope, declarator);
      }
    }
  }

  #localVariables(node: VariableDeclaration, scope: Scope, parent: AnyNode | undefined): void {
    const head =
      (parent?.type === "ForStatement" && parent.init === node) ||
      ((parent?.type === "ForInStatement" || parent?.type === "ForOfStatement") && parent.left === node);
    const names = node.declarations.flatMap(({ id }) => namesIn(id));
    if (node.kind === "var" && names.some((name) => scope.owner(name) === this.#scopes.root)) {
      // A `var` in a block or loop of the cell itself belongs to the cell, and is undefined until it is reached.
      for (const name of names) this.#hoisted += `${this.#host.shared}.${name}=undefined;`;
      this.#sharedVariables(node, scope, head ? "head" : "nested");
      return;
    }
    if (!head) this.#terminate(node);
    for (const { id, init } of node.declarations) {
      this.#visit(id, scope, node);
      if (init) this.#visit(init, scope, node);
    }
  }

  /** `f = () => 1` names its function f, which `$.f = () => 1` would not: `$.f = ({ f: () => 1 }).f` does. */
  #named(target: AnyNode, value: Expression): void {
    if (target.type !== "Identifier" || target.name === "__proto__") return;
    const anonymous =
      value.type === "ArrowFunctionExpression" ||
      ((value.type === "FunctionExpression" || value.type === "ClassExpression") && !value.id);
    if (!anonymous) return;
    this.#open(value.start, `({${target.name}:`);
    this.#close(value.end, `}).${target.name}`);
  }

  /** Whether a reference by this name from this scope goes to the shared names. */
  #isShared(name: string, scope: Scope): boolean {
    const owner = scope.owner(name);
    if (owner) return owner === this.#scopes.root;
    return name !== "arguments" && (this.#declared.has(name) || !ownGlobals.has(name));
  }

  #visit(node: AnyNode, scope: Scope, parent: AnyNode | undefined): void {
    const inner = this.#scopes.of.get(node) ?? scope;
    switch (node.type) {
      case "Identifier":
        this.#reference(node, scope, parent);
        return;
      case "MetaProperty":
        if (node.meta.name === "import") this.#failAt(node, "import.meta cannot be used in a cell");
        return;
      case "ImportExpression":
        this.#replace(node.start, node.start + "import".length, this.#host.load);
        break;
      case "LabeledStatement":
        this.#visit(node.body, scope, node);
        return;
      case "BreakStatement":
      case "ContinueStatement":
        this.#terminate(node);
        return;
      case "ExpressionStatement":
      case "ReturnStatement":
      case "ThrowStatement":
      case "DebuggerStatement":
        this.#terminate(node);
        break;
      case "VariableDeclaration":
        this.#localVariables(node, scope, parent);
        return;
      case "DoWhileStatement":
        this.#terminate(node);
        this.#condition(node.test);
        this.#loop(node.body);
        break;
      case "WhileStatement":
        this.#condition(node.test);
        this.#loop(node.body);
        break;
      case "ForStatement":
        if (node.test) this.#condition(node.test);
        this.#loop(node.body);
        break;
      case "ForInStatement":
      case "ForOfStatement":
        if (node.left.type !== "VariableDeclaration") this.#assignable(node.left, scope);
        this.#loop(node.body);
        break;
      case "IfStatement":
        this.#condition(node.test);
        break;
      case "ConditionalExpression":
        if (!isBoolean(node.test)) {
          this.#open(node.start, `${this.#host.truth}(`);
          this.#close(this.#operator(node.test, node.consequent, "?").start, ")");
        }
        break;
      case "LogicalExpression":
        this.#logical(node);
        break;
      case "UnaryExpression":
        if (node.operator === "!" && !isBoolean(node.argument)) {
          this.#open(node.start + 1, `${this.#host.truth}(`);
          this.#close(node.end, ")");
        } else if (node.operator === "typeof" && node.argument.type === "Identifier") {
          // `typeof` of a name that nobody declared is no error.
          if (this.#isShared(node.argument.name, scope)) {
            this.#open(node.start, `("${node.argument.name}" in ${this.#host.shared}?`);
            this.#close(node.end, `:"undefined")`);
          }
        }
        break;
      case "AssignmentExpression":
        this.#assignable(node.left, scope);
        this.#assignment(node, scope);
        break;
      case "UpdateExpression":
        this.#assignable(node.argument, scope);
        break;
      case "AssignmentPattern":
        if (node.left.type === "Identifier" && this.#isShared(node.left.name, scope))
          this.#named(node.left, node.right);
        break;
      case "FunctionDeclaration":
      case "FunctionExpression":
        for (const parameter of node.params) this.#visit(parameter, inner, node);
        this.#visit(node.body, inner, node);
        return;
      case "ClassDeclaration":
      case "ClassExpression":
        if (node.superClass) this.#visit(node.superClass, inner, node);
        this.#visit(node.body, inner, node);
        return;
      case "MemberExpression":
        this.#visit(node.object, scope, node);
        if (node.computed) this.#visit(node.property, scope, node);
        return;
      case "MethodDefinition":
      case "PropertyDefinition":
        if (node.computed) this.#visit(node.key, scope, node);
        if (node.value) this.#visit(node.value, scope, node);
        return;
      case "Property":
        if (node.computed) this.#visit(node.key, scope, node);
        if (node.shorthand)
          this.#shorthands.add(node.value.type === "AssignmentPattern" ? node.value.left : node.value);
        this.#visit(node.value, scope, node);
        return;
      case "SwitchStatement":
        this.#visit(node.discriminant, scope, node);
        for (const branch of node.cases) this.#visit(branch, inner, node);
        return;
    }
    for (const [, child] of childrenOf(node)) this.#visit(child, inner, node);
  }

  #reference(node: Identifier, scope: Scope, parent: AnyNode | undefined): void {
    if (!this.#isShared(node.name, scope)) return;
    const { shared } = this.#host;
    const isCalled =
      (parent?.type === "CallExpression" && parent.callee === node) ||
      (parent?.type === "TaggedTemplateExpression" && parent.tag === node);
    if (isCalled) {
      // Without the comma, the shared names would be `this` in the function.
      this.#open(node.start, `(0,${shared}.`);
      this.#close(node.end, ")");
    } else {
      this.#open(node.start, this.#shorthands.has(node) ? `${node.name}:${shared}.` : `${shared}.`);
    }
  }

  #condition(test: Expression): void {
    if (isBoolean(test)) return;
    const isList = test.type === "SequenceExpression";
    this.#open(test.start, `${this.#host.truth}(${isList ? "(" : ""}`);
    this.#close(test.end, isList ? "))" : ")");
  }

  /** `a && b` becomes `($test(a) ? b : $kept())`: a condition is asked for, and the values stay what they were. */
  #logical(node: LogicalExpression): void {
    if (node.operator === "??" || isBoolean(node.left)) return;
    const { test, kept } = this.#host;
    const operator = this.#operator(node.left, node.right, node.operator);
    this.#open(node.start, `(${test}(`);
    this.#replace(operator.start, operator.end, node.operator === "&&" ? ")?" : `)?${kept}():`);
    this.#close(node.end, node.operator === "&&" ? `:${kept}())` : ")");
  }

  /** `x ||= b` becomes `($test(x) ? $kept() : x = b)`, for a name; a member would be evaluated twice, and stays. */
  #assignment(node: AssignmentExpression, scope: Scope): void {
    if (node.left.type !== "Identifier") return;
    const { name } = node.left;
    const isShared = this.#isShared(name, scope);
    if (node.operator === "&&=" || node.operator === "||=") {
      const { shared, test, kept } = this.#host;
      const target = isShared ? `${shared}.${name}` : name;
      const operator = this.#operator(node.left, node.right, node.operator);
      this.#open(node.start, `(${test}(`);
      this.#replace(operator.start, operator.end, node.operator === "&&=" ? `)?${target}=` : `)?${kept}():${target}=`);
      this.#close(node.end, node.operator === "&&=" ? `:${kept}())` : ")");
    }
    if (isShared && namingOperators.has(node.operator)) this.#named(node.left, node.right);
  }

  #assignable(target: AnyNode, scope: Scope): void {
    for (const name of namesIn(target as Pattern)) {
      const kind = scope.owner(name) === this.#scopes.root ? this.#scopes.root.bindings.get(name) : undefined;
      if (kind === "const" || kind === "import") {
        const what = kind === "const" ? "declared with const" : "imported";
        this.#failAt(target, `${name} is ${what} in this cell and cannot be assigned to`);
      }
    }
  }

  #loop(body: Statement): void {
    const { tick } = this.#host;
    if (body.type === "BlockStatement") {
      this.#open(body.start + 1, `${tick}();`);
    } else {
      this.#open(body.start, `{${tick}();`);
      this.#close(body.end, "}");
    }
  }
}

const namingOperators: ReadonlySet<string> = new Set(["=", "&&=", "||=", "??="]);
const comparisons: ReadonlySet<string> = new Set("== != === !== < > <= >= in instanceof".split(" "));

/** Whether an expression is known to give a JavaScript boolean, so that nobody need be asked whether it is true. */
function isBoolean(node: AnyNode): boolean {
  switch (node.type) {
    case "BinaryExpression":
      return comparisons.has(node.operator);
    case "UnaryExpression":
      return node.operator === "!";
    case "LogicalExpression":
      return node.operator !== "??" && isBoolean(node.left) && isBoolean(node.right);
    case "Literal":
      return true;
    default:
      return false;
  }
}
