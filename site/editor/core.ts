// What knows the types of a notebook's cells: TypeScript's language service over the modules that `module.ts` makes of them.
// In go declarations, cells, and questions about places in cells; out come plain data for an editor. It runs wherever
// TypeScript runs: in the worker of a page, and in the tests, which check all notebooks with it.

import ts from "typescript";
import { type Cell, type CellModule, type CellNames, hiddenPrefix, moduleOf, namesOf } from "./module.ts";
import type { Completions, Description, Diagnosis, Entry, EntryKind, Hover, Question, Signature } from "./protocol.ts";

/** All that is known before there are cells. */
export interface Declarations {
  /** Texts by path: `/lib/` holds TypeScript's own, `/globals.d.ts` the globals of a cell. */
  readonly files: Readonly<Record<string, string>>;
  /** The path behind each module that a cell can import. */
  readonly modules: Readonly<Record<string, string>>;
}

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ESNext,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  moduleDetection: ts.ModuleDetectionKind.Force,
  lib: ["lib.es2023.d.ts", "lib.esnext.disposable.d.ts"],
  types: [],
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  allowImportingTsExtensions: true,
};

/** Messages that a type is not known: the cell runs all the same. */
const isUnknownType = (code: number): boolean => code >= 7005 && code <= 7057;
/** "implicitly has type any because it is referenced in its own initializer", and the like for results of functions. */
const circular: ReadonlySet<number> = new Set([7022, 7023, 7024]);
/** "used before its declaration", "used before being assigned". */
const early: ReadonlySet<number> = new Set([2448, 2454, 7022]);

interface State {
  readonly code: string;
  readonly names: CellNames;
  module: CellModule;
  snapshot: ts.IScriptSnapshot;
  version: number;
}

/** Answers questions about the types in a notebook's cells. */
export class TypeCore {
  readonly #declarations: Declarations;
  readonly #service: ts.LanguageService;
  readonly #snapshots: Map<string, ts.IScriptSnapshot> = new Map();
  #cells: readonly Cell[] = [];
  #states: Map<string, State> = new Map();
  /** Counts changes of what the service sees. */
  #version = 0;

  constructor(declarations: Declarations) {
    this.#declarations = declarations;
    this.#service = ts.createLanguageService(this.#host(), ts.createDocumentRegistry());
  }

  /** Replaces the cells. */
  setCells(cells: readonly Cell[]): void {
    const states = new Map<string, State>();
    const names = cells.map(({ id, code }) => {
      const known = this.#states.get(id);
      return known?.code === code ? known.names : namesOf(code);
    });
    cells.forEach(({ id, code }, index) => {
      const known = this.#states.get(id);
      const module = moduleOf(cells, names, index);
      const isSame = known?.module.text === module.text;
      states.set(id, {
        code,
        names: names[index]!,
        module,
        snapshot: isSame ? known.snapshot : ts.ScriptSnapshot.fromString(module.text),
        version: isSame ? known.version : ++this.#version,
      });
    });
    this.#cells = cells;
    this.#states = states;
  }

  /** Replaces the code of one cell; a cell that is not known becomes the last. */
  setCell(id: string, code: string): void {
    const state = this.#states.get(id);
    if (state?.code === code) return;
    if (state) this.setCells(this.#cells.map((cell) => (cell.id === id ? { id, code } : cell)));
    else this.setCells([...this.#cells, { id, code }]);
  }

  /** Reads all that there is, so that the first answer comes sooner. */
  prepare(): void {
    this.#service.getProgram()?.getTypeChecker();
  }

  /** Answers a question about the code that comes with it. */
  answer(question: Question): unknown {
    const { cell, code } = question;
    this.setCell(cell, code);
    switch (question.kind) {
      case "complete":
        return this.complete(cell, question.position, question.explicit);
      case "describe":
        return this.describe(cell, question.position, question.name);
      case "diagnose":
        return this.diagnose(cell);
      case "hover":
        return this.hover(cell, question.position);
      case "signature":
        return this.signature(cell, question.position);
    }
  }

  /** What is wrong in a cell. While the code cannot be parsed, only that is told. */
  diagnose(id: string): Diagnosis[] {
    const { code, module } = this.#state(id);
    const path = pathOf(id);
    if (this.#service.getSyntacticDiagnostics(path).length > 0) {
      // In the module, an open bracket would swallow the footer: the code is asked alone.
      const { diagnostics } = ts.transpileModule(code, { compilerOptions: options, reportDiagnostics: true });
      return (diagnostics ?? []).map((diagnostic) => diagnosis(diagnostic, 0, code.length));
    }
    const hasForward = [...this.#states.values()].some((state) => state.module.forward);
    return this.#service
      .getSemanticDiagnostics(path)
      .filter(({ code: number, start = 0, length = 0 }) => {
        if (start < module.start || start > module.end) return false;
        if (hasForward && circular.has(number)) return false;
        return !(early.has(number) && module.again.has(module.text.slice(start, start + length)));
      })
      .map((diagnostic) => diagnosis(diagnostic, module.start, code.length));
  }

  /** The names that can stand at a position. */
  complete(id: string, position: number, explicit: boolean): Completions | undefined {
    const { code, module } = this.#state(id);
    const specifier = /\b(?:from|import)\s*\(?\s*["']([^"'\n]*)$/.exec(code.slice(0, position));
    if (specifier) {
      const from = position - specifier[1]!.length;
      const to = position + /^[^"'\n]*/.exec(code.slice(position))![0].length;
      const entries = Object.keys(this.#declarations.modules).map(
        (label): Entry => ({ label, kind: "text", boost: 0 }),
      );
      return { from, to, entries };
    }
    const before = code.slice(0, position);
    const word = /[\p{L}\p{N}$_]*$/u.exec(before)![0];
    const found = this.#service.getCompletionsAtPosition(pathOf(id), module.start + position, {
      includeCompletionsWithInsertText: true,
      includeSymbol: true,
    });
    const checker = this.#service.getProgram()?.getTypeChecker();
    if (!found) return undefined;
    // Where a name is being made up, nothing should be proposed before one asks.
    if (found.isNewIdentifierLocation && !explicit && !found.isMemberCompletion && word === "") return undefined;
    const span = found.optionalReplacementSpan;
    const from = span ? span.start - module.start : position - word.length;
    const to = span ? span.start + span.length - module.start : position;
    const entries: Entry[] = [];
    for (const entry of found.entries) {
      if (entry.name.startsWith(hiddenPrefix) || entry.replacementSpan) continue;
      const symbol = entry.symbol && checker ? unaliased(entry.symbol, checker) : undefined;
      const deprecated = entry.kindModifiers?.includes("deprecated") ?? false;
      entries.push({
        label: entry.name,
        kind: kindOf(entry.kind, symbol),
        ...(entry.insertText === undefined ? {} : { insert: entry.insertText }),
        boost: boostOf(entry, !found.isMemberCompletion && isGlobal(symbol)) - (deprecated ? 30 : 0),
        ...(deprecated ? { deprecated } : {}),
      });
    }
    return { from, to, entries };
  }

  /** What is known of one of the names that `complete` gave for a position. */
  describe(id: string, position: number, name: string): Description | undefined {
    const { module } = this.#state(id);
    const found = this.#service.getCompletionEntryDetails(
      pathOf(id),
      module.start + position,
      name,
      {},
      undefined,
      undefined,
      undefined,
    );
    if (!found) return undefined;
    return described(found.displayParts, found.documentation, found.tags);
  }

  /** What is known of the name at a position. */
  hover(id: string, position: number): Hover | undefined {
    const { module } = this.#state(id);
    const found = this.#service.getQuickInfoAtPosition(pathOf(id), module.start + position);
    if (!found) return undefined;
    const from = found.textSpan.start - module.start;
    return {
      from,
      to: from + found.textSpan.length,
      ...described(found.displayParts, found.documentation, found.tags),
    };
  }

  /** The call around a position. */
  signature(id: string, position: number): Signature | undefined {
    const { module } = this.#state(id);
    const found = this.#service.getSignatureHelpItems(pathOf(id), module.start + position, undefined);
    const item = found?.items[found.selectedItemIndex];
    if (!found || !item) return undefined;
    const separator = text(item.separatorDisplayParts);
    return {
      from: found.applicableSpan.start - module.start,
      before: text(item.prefixDisplayParts),
      parameters: item.parameters.map(
        ({ displayParts }, index) => text(displayParts) + (index < item.parameters.length - 1 ? separator : ""),
      ),
      after: text(item.suffixDisplayParts),
      active: item.isVariadic ? Math.min(found.argumentIndex, item.parameters.length - 1) : found.argumentIndex,
      overload: found.selectedItemIndex,
      overloads: found.items.length,
      documentation: markdown(item.documentation, item.tags),
    };
  }

  #state(id: string): State {
    const state = this.#states.get(id);
    if (!state) throw new Error(`there is no cell ${id}`);
    return state;
  }

  #host(): ts.LanguageServiceHost {
    const { files, modules } = this.#declarations;
    const exists = (path: string): boolean => files[path] !== undefined || this.#stateAt(path) !== undefined;
    const read = (path: string): string | undefined => this.#stateAt(path)?.module.text ?? files[path];
    return {
      getCompilationSettings: () => options,
      getProjectVersion: () => `${this.#version}:${this.#cells.map(({ id }) => id).join()}`,
      getScriptFileNames: () => ["/globals.d.ts", ...this.#cells.map(({ id }) => pathOf(id))],
      getScriptVersion: (path) => String(this.#stateAt(path)?.version ?? 0),
      getScriptSnapshot: (path) => {
        const state = this.#stateAt(path);
        if (state) return state.snapshot;
        const source = files[path];
        if (source === undefined) return undefined;
        const snapshot = this.#snapshots.get(path) ?? ts.ScriptSnapshot.fromString(source);
        this.#snapshots.set(path, snapshot);
        return snapshot;
      },
      getCurrentDirectory: () => "/",
      getDefaultLibFileName: () => "/lib/lib.es2023.d.ts",
      fileExists: exists,
      readFile: read,
      useCaseSensitiveFileNames: () => true,
      resolveModuleNameLiterals: (literals, containing) =>
        literals.map(({ text: specifier }) => {
          const isRelative = specifier.startsWith(".") && !containing.startsWith(folder);
          const resolvedFileName = isRelative
            ? neighbour(containing, specifier, files)
            : (modules[specifier] ?? this.#cellPath(specifier));
          if (resolvedFileName === undefined) return { resolvedModule: undefined };
          const extension = /\.d\.m?ts$|\.ts$/.exec(resolvedFileName)?.[0] ?? ts.Extension.Ts;
          return { resolvedModule: { resolvedFileName, extension, isExternalLibraryImport: false } };
        }),
    };
  }

  #stateAt(path: string): State | undefined {
    return path.startsWith(folder) ? this.#states.get(path.slice(folder.length, -".ts".length)) : undefined;
  }

  #cellPath(specifier: string): string | undefined {
    const id = specifier.startsWith("./") ? specifier.slice(2) : "";
    return this.#states.has(id) ? pathOf(id) : undefined;
  }
}

const folder = "/notebook/cells/";
const pathOf = (id: string): string => `${folder}${id}.ts`;

/** The file that declares what another one imports by a relative path. */
function neighbour(containing: string, specifier: string, files: Declarations["files"]): string | undefined {
  const path = new URL(specifier, `file://${containing}`).pathname;
  return [path, path.replace(/\.(m?)[jt]s$/, ".d.$1ts")].find((candidate) => files[candidate] !== undefined);
}

function diagnosis(diagnostic: ts.Diagnostic, offset: number, length: number): Diagnosis {
  const { code, messageText, start = 0, length: span = 0 } = diagnostic;
  let from = Math.min(Math.max(0, start - offset), length);
  const to = Math.min(Math.max(from, start - offset + span), length);
  // A place at the end of the code shows on its last letter.
  if (from === to && from === length && from > 0) from -= 1;
  const lines = ts.flattenDiagnosticMessageText(messageText, "\n").split("\n");
  const message = lines.length > 12 ? [...lines.slice(0, 11), "..."].join("\n") : lines.join("\n");
  return { from, to, severity: isUnknownType(code) ? "warning" : "error", message, code };
}

/** What a name that is imported, or exported again, stands for in the end. */
const unaliased = (symbol: ts.Symbol, checker: ts.TypeChecker): ts.Symbol =>
  (symbol.flags & ts.SymbolFlags.Alias) === 0 ? symbol : checker.getAliasedSymbol(symbol);

/** Whether a name is declared by the language or the globals of a cell. */
const isGlobal = (symbol: ts.Symbol | undefined): boolean =>
  !symbol?.declarations?.some((declaration) => !/^\/(?:lib\/|globals)/.test(declaration.getSourceFile().fileName));

function kindOf(kind: ts.ScriptElementKind, symbol: ts.Symbol | undefined): EntryKind {
  switch (kind) {
    case ts.ScriptElementKind.alias: {
      const flags = symbol?.flags ?? 0;
      if (flags & ts.SymbolFlags.Function) return "function";
      if (flags & ts.SymbolFlags.Class) return "class";
      if (flags & ts.SymbolFlags.Module) return "namespace";
      if (flags & ts.SymbolFlags.Interface) return "interface";
      if (flags & ts.SymbolFlags.TypeAlias) return "type";
      return flags & ts.SymbolFlags.Variable ? "constant" : "variable";
    }
    case ts.ScriptElementKind.functionElement:
    case ts.ScriptElementKind.localFunctionElement:
      return "function";
    case ts.ScriptElementKind.memberFunctionElement:
    case ts.ScriptElementKind.constructSignatureElement:
    case ts.ScriptElementKind.callSignatureElement:
      return "method";
    case ts.ScriptElementKind.memberVariableElement:
    case ts.ScriptElementKind.memberGetAccessorElement:
    case ts.ScriptElementKind.memberSetAccessorElement:
    case ts.ScriptElementKind.memberAccessorVariableElement:
      return "property";
    case ts.ScriptElementKind.classElement:
    case ts.ScriptElementKind.localClassElement:
      return "class";
    case ts.ScriptElementKind.interfaceElement:
      return "interface";
    case ts.ScriptElementKind.typeElement:
    case ts.ScriptElementKind.typeParameterElement:
    case ts.ScriptElementKind.primitiveType:
    case ts.ScriptElementKind.enumElement:
      return "type";
    case ts.ScriptElementKind.moduleElement:
      return "namespace";
    case ts.ScriptElementKind.keyword:
      return "keyword";
    case ts.ScriptElementKind.constElement:
    case ts.ScriptElementKind.enumMemberElement:
      return "constant";
    case ts.ScriptElementKind.string:
      return "text";
    default:
      return "variable";
  }
}

/** TypeScript's order in steps: what stands in the cell, then other members and names, then the language's own. */
function boostOf({ kind, sortText }: ts.CompletionEntry, isAmbient: boolean): number {
  if (kind === ts.ScriptElementKind.keyword) return -20;
  if (isAmbient) return -25;
  return sortText.startsWith("10") ? 10 : sortText.startsWith("11") ? 5 : 0;
}

const text = (parts: readonly ts.SymbolDisplayPart[] | undefined): string => ts.displayPartsToString(parts?.slice());

function described(
  parts: readonly ts.SymbolDisplayPart[] | undefined,
  documentation: readonly ts.SymbolDisplayPart[] | undefined,
  tags: readonly ts.JSDocTagInfo[] | undefined,
): Description {
  // Names of other cells are imports only in the module that is made of a cell.
  const declaration = text(parts)
    .replace(/^\(alias\) /, "")
    .replace(/\n(?:import|export) [^\n]*$/, "")
    .replaceAll(hiddenPrefix, "");
  return { declaration, documentation: markdown(documentation, tags) };
}

function markdown(
  documentation: readonly ts.SymbolDisplayPart[] | undefined,
  tags: readonly ts.JSDocTagInfo[] | undefined,
): string {
  const paragraphs = [text(documentation)];
  for (const { name, text: parts } of tags ?? []) {
    const said = text(parts).trim();
    if (name === "example") paragraphs.push(`\`\`\`ts\n${said.replace(/^```\w*\n|\n```$/g, "")}\n\`\`\``);
    else if (name === "param") paragraphs.push(said.replace(/^(\S+)\s+(?:-\s*)?/, "`$1`: "));
    else if (name === "throws") paragraphs.push(`Throws ${said}`);
    else if (name === "returns") paragraphs.push(`Returns ${said}`);
    else if (name === "deprecated") paragraphs.push(`**Deprecated.** ${said}`);
  }
  return paragraphs.filter((paragraph) => paragraph !== "").join("\n\n");
}
