// A cell as a module of TypeScript. In go the cells in order; out comes, for each, the text of a module in which the cell's
// code stands unchanged between a header and a footer:
//
//   import { grad, f } from "./cell-2"; declare let step: typeof ...;     <- the names of other cells
//   const g = grad(f);                                                    <- the cell
//   export { g };                                                         <- its names, for other cells
//
// A name comes from the latest earlier cell that declares it, so each cell may declare it again. A name that only later
// cells declare is there if the cell mentions it: functions may use what is made before they are called.

import ts from "typescript";

/** A cell: its id, which is unique, and its code. */
export interface Cell {
  readonly id: string;
  readonly code: string;
}

/** What of a cell's code matters to other cells. */
export interface CellNames {
  readonly declared: ReadonlySet<string>;
  /** The declared names that the code exports by itself. */
  readonly exported: ReadonlySet<string>;
  /** Names that the code assigns to, whoever declares them. */
  readonly assigned: ReadonlySet<string>;
  /** All identifiers in the code. */
  readonly mentioned: ReadonlySet<string>;
}

/** The text of a cell's module, and where in it the code stands. */
export interface CellModule {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** Names that the cell declares although an earlier one did: it may read the former before its own line. */
  readonly again: ReadonlySet<string>;
  /** Whether a name of a later cell is used. */
  readonly forward: boolean;
}

/** What names begin with that only the header uses. */
export const hiddenPrefix = "$cell$";

/** Finds the names of a cell. Code with errors gives what can be found. */
export function namesOf(code: string): CellNames {
  const file = ts.createSourceFile("cell.ts", code, ts.ScriptTarget.ESNext, false);
  const declared = new Set<string>();
  const exported = new Set<string>();
  const assigned = new Set<string>();
  const mentioned = new Set<string>();

  const declare = (name: ts.BindingName, into: Set<string>[]): void => {
    if (ts.isIdentifier(name)) {
      for (const set of into) set.add(name.text);
    } else {
      for (const element of name.elements) if (ts.isBindingElement(element)) declare(element.name, into);
    }
  };
  const intoFor = (statement: ts.Statement): Set<string>[] => {
    const modifiers = ts.canHaveModifiers(statement) ? ts.getModifiers(statement) : undefined;
    const isExported = modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false;
    return isExported ? [declared, exported] : [declared];
  };
  for (const statement of file.statements) {
    if (ts.isVariableStatement(statement)) {
      for (const { name } of statement.declarationList.declarations) declare(name, intoFor(statement));
    } else if (
      ts.isFunctionDeclaration(statement) ||
      ts.isClassDeclaration(statement) ||
      ts.isInterfaceDeclaration(statement) ||
      ts.isTypeAliasDeclaration(statement) ||
      ts.isEnumDeclaration(statement)
    ) {
      if (statement.name) declare(statement.name, intoFor(statement));
    } else if (ts.isImportDeclaration(statement)) {
      const clause = statement.importClause;
      if (clause?.name) declared.add(clause.name.text);
      const bindings = clause?.namedBindings;
      if (bindings && ts.isNamespaceImport(bindings)) declared.add(bindings.name.text);
      else for (const { name } of bindings?.elements ?? []) declared.add(name.text);
    } else if (ts.isExportDeclaration(statement) && !statement.moduleSpecifier) {
      const clause = statement.exportClause;
      if (clause && ts.isNamedExports(clause)) for (const { name } of clause.elements) exported.add(name.text);
    }
  }

  const assign = (target: ts.Node): void => {
    if (ts.isIdentifier(target)) assigned.add(target.text);
    else if (ts.isArrayLiteralExpression(target)) target.elements.forEach(assign);
    else if (ts.isSpreadElement(target) || ts.isSpreadAssignment(target)) assign(target.expression);
    else if (ts.isParenthesizedExpression(target)) assign(target.expression);
    else if (ts.isBinaryExpression(target)) assign(target.left);
    else if (ts.isObjectLiteralExpression(target)) {
      for (const property of target.properties) {
        if (ts.isShorthandPropertyAssignment(property)) assigned.add(property.name.text);
        else if (ts.isPropertyAssignment(property)) assign(property.initializer);
        else if (ts.isSpreadAssignment(property)) assign(property);
      }
    }
  };
  // A `var` belongs to the cell wherever it stands, except in functions.
  const visit = (node: ts.Node, inFunction: boolean): void => {
    if (ts.isIdentifier(node)) mentioned.add(node.text);
    else if (ts.isBinaryExpression(node) && isAssignment(node.operatorToken.kind)) assign(node.left);
    else if (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) {
      const { operator } = node;
      if (operator === ts.SyntaxKind.PlusPlusToken || operator === ts.SyntaxKind.MinusMinusToken) assign(node.operand);
    } else if (ts.isForInStatement(node) || ts.isForOfStatement(node)) assign(node.initializer);
    else if (ts.isVariableDeclarationList(node) && !inFunction && (node.flags & ts.NodeFlags.BlockScoped) === 0) {
      for (const { name } of node.declarations) declare(name, [declared]);
    }
    const inner = inFunction || ts.isFunctionLike(node) || ts.isClassStaticBlockDeclaration(node);
    ts.forEachChild(node, (child) => visit(child, inner));
  };
  visit(file, false);
  return { declared, exported, assigned, mentioned };
}

const isAssignment = (kind: ts.SyntaxKind): boolean =>
  kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;

/** The module of the cell at `index`; `names` are those of each cell, in order. */
export function moduleOf(cells: readonly Cell[], names: readonly CellNames[], index: number): CellModule {
  const own = names[index]!;
  const sources = new Map<string, number>();
  const again = new Set<string>();
  for (let i = 0; i < index; i++) {
    for (const name of names[i]!.declared) {
      if (own.declared.has(name)) again.add(name);
      else sources.set(name, i);
    }
  }
  let forward = false;
  for (let i = index + 1; i < cells.length; i++) {
    for (const name of names[i]!.declared) {
      if (own.declared.has(name) || sources.has(name) || !own.mentioned.has(name)) continue;
      sources.set(name, i);
      forward = true;
    }
  }

  const imports = new Map<number, string[]>();
  let variables = "";
  for (const [name, source] of sources) {
    const list = imports.get(source) ?? [];
    imports.set(source, list);
    if (own.assigned.has(name)) {
      // An import is constant, a name of another cell is not.
      list.push(`${name} as ${hiddenPrefix}${name}`);
      variables += `declare let ${name}: typeof ${hiddenPrefix}${name}; `;
    } else {
      list.push(name);
    }
  }
  let header = "";
  for (const [source, list] of imports) header += `import { ${list.join(", ")} } from "./${cells[source]!.id}"; `;
  header += `${variables}\n`;
  const exports = [...own.declared].filter((name) => !own.exported.has(name));
  const { code } = cells[index]!;
  return {
    text: `${header}${code}\nexport { ${exports.join(", ")} };\n`,
    start: header.length,
    end: header.length + code.length,
    again,
    forward,
  };
}
