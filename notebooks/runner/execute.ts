// Runs the cells of a notebook. In go cells and what surrounds them (modules, a formatter, a way to stop); out comes, for
// each cell, what it printed, its value or its error with the place in the cell, its assertions and its time. Nothing here
// depends on Node, so a page can run cells with it too.

import type { CellFunction, CompiledCell } from "./cell.ts";
import { type ColumnMap, locate, type Position } from "./columns.ts";
import type { CodeBlock } from "./document.ts";
import { nearestName, type SharedNames, shareNames } from "./names.ts";
import { CellSyntaxError } from "./syntax.ts";

/** Finds the module that a cell imports; throws if there is none. */
export type ModuleLoader = (specifier: string) => unknown;

/** Turns the arguments of `console.log` into text. */
export type Formatter = (values: readonly unknown[]) => string;

/** What surrounds the cells. */
export interface SessionOptions {
  /** A map from specifiers to modules, or to functions that load them; or one function for all. */
  readonly modules: Readonly<Record<string, unknown>> | ModuleLoader;
  /** {@link formatValues} if left out. */
  readonly format?: Formatter;
  /** What is true in a condition; {@link truthOf} if left out. */
  readonly truth?: (value: unknown) => boolean;
  /** Called once per round of each loop; it may throw {@link CellStopped}. */
  readonly tick?: () => void;
  /** Told of each piece of output as it is printed. */
  readonly onOutput?: (output: Output) => void;
  /** What to add to the error about a name that is not defined. */
  readonly hint?: (name: string) => string | undefined;
}

/** A line of output, and the console method that it came from. */
export interface Output {
  readonly level: "log" | "info" | "debug" | "warn" | "error";
  readonly text: string;
}

/** Where in which cell. */
export interface Place extends Position {
  readonly cell: string;
}

/** What ended a cell. */
export interface CellError {
  /** The class of the error, as it calls itself. */
  readonly name: string;
  readonly message: string;
  /** The innermost place in a cell, if there is one. */
  readonly place: Place | undefined;
  /** The lines around that place, with a mark under the column. */
  readonly frame: string;
  /** All places in cells, from the innermost outwards. */
  readonly trace: readonly Place[];
  /** What was thrown. */
  readonly cause: unknown;
}

/** What came of running a cell. */
export interface CellResult {
  readonly id: string;
  readonly outputs: readonly Output[];
  /** The outputs, and the value unless it is undefined, as one text with no line break at its end. */
  readonly text: string;
  /** The value of the last expression. */
  readonly value: unknown;
  readonly error: CellError | undefined;
  /** How many assertions held. */
  readonly assertions: number;
  readonly milliseconds: number;
}

/** Thrown by `assert` in a cell. */
export class AssertionError extends Error {
  override readonly name: string = "AssertionError";
}

/** Thrown by a `tick` that wants to stop a cell. */
export class CellStopped extends Error {
  override readonly name: string = "CellStopped";

  constructor(message = "the cell was stopped") {
    super(message);
  }
}

const levels = ["log", "info", "debug", "warn", "error"] as const;

/**
 * A running notebook: cells run one after the other and share their names.
 *
 * While a cell runs, the console of this JavaScript world writes into its output, so that what a library prints stands in
 * order with what the cell prints. So two sessions in one world must not run at the same time.
 */
export class Session {
  readonly names: SharedNames;
  readonly #options: SessionOptions;
  readonly #format: Formatter;
  readonly #truth: (value: unknown) => boolean;
  readonly #sources: Map<string, { source: string; columns: ColumnMap }> = new Map();
  #assertions = 0;
  #kept: unknown;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#format = options.format ?? formatValues;
    this.#truth = options.truth ?? truthOf;
    const given = { assert: (condition: unknown, message?: string) => this.#assert(condition, message) };
    this.names = shareNames(options.hint === undefined ? { given } : { given, hint: options.hint });
  }

  /** Runs a cell, again if need be. It never rejects: what a cell throws is in the result. */
  async run(cell: { readonly id: string; readonly code: string }, compiled?: CompiledCell): Promise<CellResult> {
    const outputs: Output[] = [];
    const begin = performance.now();
    let value: unknown;
    let error: CellError | undefined;
    this.#assertions = 0;
    const restore = this.#capture(outputs);
    try {
      const { code, names, columns } = compiled ?? (await this.#compile(cell.code));
      this.#sources.set(cell.id, { source: cell.code, columns });
      this.names.declare(names);
      value = await this.#evaluate(cell.id, code)(
        this.names.values,
        (specifier, wanted) => this.#load(String(specifier), wanted),
        this.#options.tick ?? (() => {}),
        this.#truth,
        (tested) => {
          this.#kept = tested;
          return this.#truth(tested);
        },
        () => {
          const kept = this.#kept;
          this.#kept = undefined;
          return kept;
        },
      );
    } catch (thrown) {
      error = this.describe(thrown, cell);
    } finally {
      restore();
    }
    const milliseconds = performance.now() - begin;
    const lines = outputs.map((output) => output.text);
    if (value !== undefined && error === undefined) lines.push(this.#format([value]));
    const text = lines.join("\n").replace(/\n+$/, "");
    return { id: cell.id, outputs, text, value, error, assertions: this.#assertions, milliseconds };
  }

  /** The compiler is loaded when it is needed first: a page whose cells come compiled may never need it. */
  async #compile(source: string): Promise<CompiledCell> {
    const { compileCell } = await import("./cell.ts");
    return compileCell(source, { declared: this.names.declared });
  }

  #evaluate(id: string, code: string): CellFunction {
    // biome-ignore lint/security/noGlobalEval: running the code of cells is what a notebook is for
    const evaluate = globalThis.eval;
    return evaluate(`${code}\n//# sourceURL=${id}.ts`) as CellFunction;
  }

  #assert(condition: unknown, message = "the condition does not hold"): void {
    if (!this.#truth(condition)) throw new AssertionError(message);
    this.#assertions += 1;
  }

  async #load(specifier: string, wanted: readonly string[] | undefined): Promise<Record<string, unknown>> {
    const module = await findModule(this.#options.modules, specifier);
    // The second argument of a cell's own `import()` is an object of options.
    for (const name of Array.isArray(wanted) ? wanted : []) {
      if (name in module) continue;
      const nearest = nearestName(name, Object.keys(module));
      const fix = nearest === undefined ? "a type is imported by `import type`" : `did you mean ${nearest}?`;
      throw new SyntaxError(`"${specifier}" exports no ${name}; ${fix}`);
    }
    return module;
  }

  /** Leads the console's methods into `outputs`, and gives the function that puts them back. */
  #capture(outputs: Output[]): () => void {
    const console = globalThis.console;
    const originals = levels.map((level) => [level, console[level]] as const);
    for (const level of levels) {
      console[level] = (...values: unknown[]) => {
        const output = { level, text: this.#format(values) };
        outputs.push(output);
        this.#options.onOutput?.(output);
      };
    }
    // The places of an error are those in cells, which may lie behind many frames of a library.
    const limit = Error.stackTraceLimit;
    if (limit !== undefined) Error.stackTraceLimit = Math.max(limit, 40);
    return () => {
      for (const [level, original] of originals) console[level] = original;
      if (limit !== undefined) Error.stackTraceLimit = limit;
    };
  }

  /** What was thrown, by a cell or by a function of cells that somebody called, with the places in cells. */
  describe(thrown: unknown, cell?: { readonly id: string; readonly code: string }): CellError {
    if (thrown instanceof CellSyntaxError && cell !== undefined) {
      const { line, column } = thrown;
      const place = { cell: cell.id, line, column };
      const frame = codeFrame(cell.code, place);
      return { name: thrown.name, message: thrown.message, place, frame, trace: [place], cause: thrown };
    }
    const isError = thrown instanceof Error;
    const trace = isError ? this.placesIn(thrown.stack ?? "") : [];
    const place = trace[0];
    const source = place === undefined ? undefined : this.#sources.get(place.cell)?.source;
    return {
      name: isError ? thrown.name : "thrown",
      message: this.#relocate(isError ? plainMessage(thrown) : this.#format([thrown])),
      place,
      frame: place === undefined || source === undefined ? "" : codeFrame(source, place),
      trace,
      cause: thrown,
    };
  }

  /** The code that a cell ran last. */
  sourceOf(cell: string): string | undefined {
    return this.#sources.get(cell)?.source;
  }

  /** The places in cells that a stack names, from the innermost outwards. */
  placesIn(stack: string): Place[] {
    const places: Place[] = [];
    for (const line of stack.split("\n")) {
      // V8 writes `at f (cell-3.ts:4:9)`, Firefox and Safari `f@cell-3.ts:4:9`.
      const match = /([\w-]+)\.ts:(\d+):(\d+)\)?\s*$/.exec(line);
      const place = match && this.#place(match[1]!, Number(match[2]), Number(match[3]));
      if (place) places.push(place);
    }
    return places;
  }

  #place(cell: string, line: number, column: number): Place | undefined {
    const compiled = this.#sources.get(cell);
    if (compiled === undefined || line > compiled.columns.length) return undefined;
    const place = locate(compiled.columns, { line, column });
    // The call of a shared name, compiled to `(0,$.f)(x)`, is said to be at the bracket: the name is meant.
    const before = compiled.source.split("\n")[line - 1]?.slice(0, place.column) ?? "";
    const name = /[\w$]+\($/.exec(before)?.[0] ?? "(";
    return { cell, line, column: place.column + 1 - name.length };
  }

  /** A library may name places in its messages, as it finds them in stacks: those of the compiled cell. */
  #relocate(message: string): string {
    // Code that stands in no function is in that of the evaluation, which is no name for it.
    return message.replace(
      /([\w-]+)\.ts:(\d+):(\d+)(?: \(eval\))?/g,
      (text, cell: string, line: string, column: string) => {
        const place = this.#place(cell, Number(line), Number(column));
        return place === undefined ? text : `${cell}.ts:${place.line}:${place.column}`;
      },
    );
  }
}

/** The message of an error without what the compiler put before names: `(0 , $.f) is not a function`. */
function plainMessage(error: Error): string {
  if (!(error instanceof TypeError)) return error.message;
  return error.message.replace(/\(0 ?, ?\$+\.([\w$]+)\)/g, "$1").replace(/(?<![\w$.])\$+\.([A-Za-z_$])/g, "$1");
}

async function findModule(modules: SessionOptions["modules"], specifier: string): Promise<Record<string, unknown>> {
  if (typeof modules === "function") return (await modules(specifier)) as Record<string, unknown>;
  if (!Object.hasOwn(modules, specifier)) {
    const known = Object.keys(modules)
      .map((name) => `"${name}"`)
      .join(", ");
    throw new Error(`cannot find the module "${specifier}"; a cell here can import ${known || "nothing"}`);
  }
  const found = modules[specifier];
  return (await (typeof found === "function" ? found() : found)) as Record<string, unknown>;
}

/**
 * What is true in a condition. An array of the library (something with a shape, a dtype and a conversion to a primitive) is
 * asked for its number, so that an array of one element is what its element is, and a tracer or an array of more elements
 * throws its own error, where JavaScript would say true.
 */
export function truthOf(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return Boolean(value);
  const array = value as { shape?: unknown; dtype?: unknown; [Symbol.toPrimitive]?: unknown };
  if (!Array.isArray(array.shape) || array.dtype === undefined || array[Symbol.toPrimitive] === undefined) return true;
  return Boolean(Number(value));
}

/** The formatter where nothing better is there, as in browsers: strings as they are, other things in JavaScript's notation. */
export function formatValues(values: readonly unknown[]): string {
  return values.map((value) => (typeof value === "string" ? value : describeValue(value, 0))).join(" ");
}

/** Whether an object's class, or the object, brings a `toString` of its own, which says best how it should be shown. */
export function hasOwnText(value: unknown): boolean {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return false;
  for (let holder: object | null = value; holder !== null; holder = Object.getPrototypeOf(holder) as object | null) {
    if (!Object.hasOwn(holder, "toString")) continue;
    const owner = holder.constructor;
    return typeof owner !== "function" || Reflect.get(globalThis, owner.name) !== owner;
  }
  return false;
}

function describeValue(value: unknown, depth: number): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "function") return value.name === "" ? "[function]" : `[function ${value.name}]`;
  if (typeof value !== "object" || value === null) return String(value);
  if (hasOwnText(value) || value instanceof Error || value instanceof RegExp || value instanceof Date)
    return String(value);
  const isList = Array.isArray(value) || ArrayBuffer.isView(value);
  if (depth > 3) return isList ? "[…]" : "{…}";
  if (isList) {
    const items = Array.from(value as ArrayLike<unknown>, (item) => describeValue(item, depth + 1));
    return items.length === 0 ? "[]" : `[ ${items.join(", ")} ]`;
  }
  if (value instanceof Map || value instanceof Set) {
    return `${value.constructor.name}(${value.size}) ${describeValue([...value], depth)}`;
  }
  const entries = Object.entries(value).map(([key, item]) => `${key}: ${describeValue(item, depth + 1)}`);
  return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
}

/** Three lines of code around a position, numbered, with a mark under its column. */
export function codeFrame(source: string, { line, column }: Position): string {
  const lines = source.split(/\r?\n/);
  const first = Math.max(1, line - 1);
  const last = Math.min(lines.length, line + 1);
  const width = String(last).length;
  const rows: string[] = [];
  for (let number = first; number <= last; number++) {
    const text = lines[number - 1]!;
    rows.push(`${number === line ? ">" : " "} ${String(number).padStart(width)} | ${text}`.trimEnd());
    // Tabs stay tabs, so that the mark stands right whatever their width.
    const indent = text.slice(0, column - 1).replace(/[^\t]/g, " ");
    if (number === line) rows.push(`  ${" ".repeat(width)} | ${indent}^`);
  }
  return rows.join("\n");
}

/** What came of running a notebook. */
export interface NotebookResult {
  /** The results of the cells that ran: all of them, or those up to the first that failed. */
  readonly cells: readonly CellResult[];
  /** The first cell that failed. */
  readonly failed: CellResult | undefined;
  readonly assertions: number;
  readonly milliseconds: number;
}

/** Runs cells in order and stops after the first that fails; `onResult` is told of each. */
export async function runCells(
  cells: readonly CodeBlock[],
  session: Session,
  onResult: (result: CellResult, cell: CodeBlock) => void = () => {},
): Promise<NotebookResult> {
  const begin = performance.now();
  const results: CellResult[] = [];
  for (const cell of cells) {
    const result = await session.run(cell);
    results.push(result);
    onResult(result, cell);
    if (result.error !== undefined) break;
  }
  return {
    cells: results,
    failed: results.find((result) => result.error !== undefined),
    assertions: results.reduce((sum, result) => sum + result.assertions, 0),
    milliseconds: performance.now() - begin,
  };
}
