// Compiles one cell. In goes TypeScript; out comes the text of an async JavaScript function, with the cell's lines kept.
//
// sucrase drops the types, acorn parses what is left, and `rewrite.ts` changes it by small insertions:
//  - top-level names live on one object that all cells share: `const f = 1` becomes `$.f = 1` and each free reference
//    `$.f`. So a later cell may declare `f` again, and functions of earlier cells then see the new one;
//  - the value of a last expression is returned, imports become calls of the host, and `await` works everywhere;
//  - loops call the host once per round, so that it can stop them;
//  - conditions ask the host what is true, since JavaScript lets no array object to whether it is.

import { type Program, parse, type Token } from "acorn";
import { transform } from "sucrase";
import { type ColumnMap, columnsOfMappings, columnsOfSegments, composeColumns, locate } from "./columns.ts";
import { rewrite } from "./rewrite.ts";
import { CellSyntaxError } from "./syntax.ts";

export { CellSyntaxError };

/** A compiled cell: plain data, which may be stored and run later without this compiler. */
export interface CompiledCell {
  /** An expression whose value is a {@link CellFunction}. */
  readonly code: string;
  /** The names that the cell declares for the cells after it. */
  readonly names: readonly string[];
  /** Leads a column of `code` back to the source, see `locate`. */
  readonly columns: ColumnMap;
}

/** What a compiled cell is called with. */
export type CellFunction = (
  shared: Record<string, unknown>,
  load: (specifier: unknown, names?: readonly string[]) => Promise<Record<string, unknown>>,
  tick: () => void,
  truth: (value: unknown) => boolean,
  /** Remembers the value for `kept`, and says whether it is true: together they are one `&&` or `||`. */
  test: (value: unknown) => boolean,
  kept: () => unknown,
) => Promise<unknown>;

/** Settings of {@link compileCell}. */
export interface CompileOptions {
  /** Names that earlier cells declared. Needed only for those that hide one of JavaScript's own globals, such as `Map`. */
  readonly declared?: Iterable<string>;
}

/**
 * Compiles a cell.
 *
 * @throws {CellSyntaxError} where the cell is no valid TypeScript, or does what a cell cannot: export from a module,
 * use `import.meta`, assign to one of its own constants.
 * @example compileCell("const x: number = 1;\nx + 1").names // ["x"]
 */
export function compileCell(source: string, options: CompileOptions = {}): CompiledCell {
  const { code: script, columns: typeColumns } = dropTypes(source);
  const fail = (message: string, line: number, column: number): never => {
    const place = locate(typeColumns, { line, column });
    throw new CellSyntaxError(message, place.line, place.column);
  };
  const tokens: Token[] = [];
  let program: Program;
  try {
    program = parse(script, {
      ecmaVersion: "latest",
      sourceType: "module",
      allowAwaitOutsideFunction: true,
      locations: true,
      onToken: tokens,
    });
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const { loc } = error as SyntaxError & { loc?: { line: number; column: number } };
    return fail(error.message.replace(/ \(\d+:\d+\)$/, ""), loc?.line ?? 1, (loc?.column ?? 0) + 1);
  }
  const { text, names } = rewrite(script, program, tokens, new Set(options.declared), fail);
  const segments = text.generateDecodedMap({ hires: "boundary" }).mappings;
  return { code: text.toString(), names, columns: composeColumns(columnsOfSegments(segments), typeColumns) };
}

function dropTypes(source: string): { code: string; columns: ColumnMap } {
  let code: string;
  let mappings: string;
  try {
    const result = transform(source, {
      transforms: ["typescript"],
      disableESTransforms: true,
      keepUnusedImports: true,
      filePath: "cell",
      sourceMapOptions: { compiledFilename: "cell" },
    });
    code = result.code;
    mappings = result.sourceMap?.mappings ?? "";
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const { loc } = error as SyntaxError & { loc?: { line: number; column: number } };
    const message = error.message.replace(/^Error transforming cell: /, "").replace(/ \(\d+:\d+\)$/, "");
    throw new CellSyntaxError(message, loc?.line ?? 1, loc?.column ?? 1);
  }
  // sucrase drops namespaces without a word; whoever wrote one must hear about it.
  const kept = code.split("\n");
  source.split("\n").forEach((line, index) => {
    const found = /^(\s*)(?:export\s+)?(namespace|module)\s+[\w.]+\s*\{/.exec(line);
    if (found && !kept[index]?.includes(`${found[2]} `)) {
      throw new CellSyntaxError(
        "namespaces cannot be used in a cell: declare an object",
        index + 1,
        found[1]!.length + 1,
      );
    }
  });
  return { code, columns: columnsOfMappings(mappings) };
}
