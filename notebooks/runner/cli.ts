// The command line of the notebooks. In go arguments and the world around them (files, modules, where to write); out comes
// an exit status: 0 if all is well, 1 if a notebook failed, 2 if the arguments make no sense.

import { readFileSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { parseArgs } from "node:util";
import { compareOutputs, type Difference, defaultTolerance, type Tolerance } from "./compare.ts";
import { type CodeBlock, cellsOf, type Notebook, parseNotebook, serialiseNotebook, withOutputs } from "./document.ts";
import { type CellResult, type Formatter, type ModuleLoader, runCells, Session } from "./execute.ts";
import { fromIpynb, toIpynb } from "./ipynb.ts";
import { makeTerminal, type Terminal } from "./terminal.ts";

/** What the command line works in. */
export interface Host {
  readonly modules: Readonly<Record<string, unknown>> | ModuleLoader;
  readonly format: Formatter;
  readonly width: number;
  readonly colour: boolean;
  readonly write: (text: string) => void;
  readonly writeError: (text: string) => void;
}

const usage = `Runs a notebook: prints its text, its code and what the code gives, and compares that with the stored outputs.

  npm run notebook -- FILE [options]

  --check            fail if an output is not what is stored
  --update           store the outputs in the file
  --cell N           run the first N cells and show the last of them only
  --rtol X, --atol X how far numbers may be from the stored ones (${defaultTolerance.rtol}, ${defaultTolerance.atol}):
                     |fresh - stored| <= atol + rtol * |stored|
  --quiet            show failures and the last line only
  --to-ipynb OUT     write FILE as a Jupyter notebook for Deno's kernel, and run nothing
  --from-ipynb IN    write FILE from a Jupyter notebook, and run nothing
  --help             show this

Colours are used on a terminal; NO_COLOR and FORCE_COLOR are honoured.
`;

/** Arguments that make no sense, in words for the user. */
class UsageError extends Error {}

interface Settings {
  readonly file: string;
  readonly check: boolean;
  readonly update: boolean;
  readonly quiet: boolean;
  readonly cell: number | undefined;
  readonly tolerance: Tolerance;
  readonly toIpynb: string | undefined;
  readonly fromIpynb: string | undefined;
}

/** Runs the command line and gives the exit status. */
export async function runCommand(args: readonly string[], host: Host): Promise<number> {
  try {
    const settings = readArguments(args);
    if (settings === "help") {
      host.write(usage);
      return 0;
    }
    if (settings.fromIpynb !== undefined || settings.toIpynb !== undefined) return convert(settings, host);
    return await runNotebook(settings, host);
  } catch (error) {
    if (error instanceof UsageError) {
      host.writeError(`${error.message}\nSee npm run notebook -- --help\n`);
      return 2;
    }
    if (error instanceof SyntaxError || isSystemError(error)) {
      host.writeError(`${error.message}\n`);
      return 2;
    }
    throw error;
  }
}

function readArguments(args: readonly string[]): Settings | "help" {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(args);
  } catch (error) {
    // The error's own text goes on with advice about "--" that does not help here.
    const [first = ""] = (error as Error).message.split(/\. |\n/);
    throw new UsageError(first);
  }
  const { values, positionals } = parsed;
  if (values.help) return "help";
  const [file, ...more] = positionals;
  if (file === undefined) throw new UsageError("Which notebook? Name a file, such as notebooks/autodiff.md");
  if (more.length > 0) throw new UsageError(`One notebook at a time: ${positionals.join(", ")}`);
  if (values["to-ipynb"] !== undefined && values["from-ipynb"] !== undefined) {
    throw new UsageError("--to-ipynb and --from-ipynb exclude each other");
  }
  const cell = values.cell === undefined ? undefined : Number(values.cell);
  if (cell !== undefined && !(Number.isInteger(cell) && cell > 0)) {
    throw new UsageError(`--cell takes the number of a cell, from 1 on, and not "${values.cell}"`);
  }
  if (cell !== undefined && values.update) {
    throw new UsageError("--cell and --update exclude each other: outputs are stored for a whole notebook");
  }
  return {
    file,
    check: values.check ?? false,
    update: values.update ?? false,
    quiet: values.quiet ?? false,
    cell,
    tolerance: {
      rtol: readTolerance("rtol", values.rtol, defaultTolerance.rtol),
      atol: readTolerance("atol", values.atol, defaultTolerance.atol),
    },
    toIpynb: values["to-ipynb"],
    fromIpynb: values["from-ipynb"],
  };
}

function parse(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      check: { type: "boolean" },
      update: { type: "boolean" },
      quiet: { type: "boolean" },
      help: { type: "boolean", short: "h" },
      cell: { type: "string" },
      rtol: { type: "string" },
      atol: { type: "string" },
      "to-ipynb": { type: "string" },
      "from-ipynb": { type: "string" },
    },
  });
}

function readTolerance(name: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (text.trim() === "" || !(value >= 0))
    throw new UsageError(`--${name} takes a number that is not negative, and not "${text}"`);
  return value;
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error;
}

function readFile(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (isSystemError(error) && error.code === "ENOENT") throw new UsageError(`There is no file ${file}`);
    if (isSystemError(error) && error.code === "EISDIR")
      throw new UsageError(`${file} is a folder; name a notebook in it`);
    throw error;
  }
}

function readNotebook(file: string): Notebook {
  try {
    return parseNotebook(readFile(file));
  } catch (error) {
    if (error instanceof SyntaxError) throw new UsageError(`${file}, ${error.message}`);
    throw error;
  }
}

function convert({ file, toIpynb: target, fromIpynb: source }: Settings, host: Host): number {
  if (target !== undefined) {
    const notebook = readNotebook(file);
    writeFileSync(target, toIpynb(notebook));
    host.write(`${target}: ${counted(cellsOf(notebook).length, "cell")} from ${file}\n`);
  } else if (source !== undefined) {
    const notebook = fromIpynb(readFile(source));
    writeFileSync(file, serialiseNotebook(notebook));
    host.write(`${file}: ${counted(cellsOf(notebook).length, "cell")} from ${source}\n`);
  }
  return 0;
}

/** A notebook's relative imports lead to what lies beside it, wherever the command was called. */
function besideNotebook(file: string, modules: Host["modules"]): Host["modules"] {
  if (typeof modules !== "function") return modules;
  const folder = dirname(resolve(file));
  return (specifier) => modules(/^\.{1,2}\//.test(specifier) ? resolve(folder, specifier) : specifier);
}

async function runNotebook(settings: Settings, host: Host): Promise<number> {
  const notebook = readNotebook(settings.file);
  const all = cellsOf(notebook);
  if (settings.cell !== undefined && settings.cell > all.length) {
    throw new UsageError(`${settings.file} has ${counted(all.length, "cell")}, and no cell ${settings.cell}`);
  }
  const cells = settings.cell === undefined ? all : all.slice(0, settings.cell);
  const terminal = makeTerminal(host);
  const session = new Session({
    modules: besideNotebook(settings.file, host.modules),
    format: host.format,
    hint: declaredBelow(all),
  });
  const view = new View(notebook, terminal, host, settings);
  const differing: string[] = [];

  const result = await runCells(cells, session, (cellResult, cell) => {
    const differences = settings.update ? [] : compareOutputs(cellResult.text, cell.output ?? "", settings.tolerance);
    // A cell that failed has said enough.
    if (cellResult.error === undefined && differences.length > 0) differing.push(cell.id);
    view.show(cell, cellResult, differences);
  });
  if (result.failed === undefined) view.end();

  const stored =
    settings.update && result.failed === undefined ? store(notebook, result.cells, settings.file) : undefined;
  const parts = [
    `${counted(result.cells.length, "cell")} ran`,
    `${counted(result.assertions, "assertion")} held`,
    result.failed === undefined
      ? stored !== undefined
        ? stored === 0
          ? "the stored outputs were up to date"
          : `outputs of ${counted(stored, "cell")} stored`
        : differing.length === 0
          ? "outputs match"
          : `outputs differ in ${differing.join(", ")}`
      : `${result.failed.id} failed${notRun(cells.length - result.cells.length)}${settings.update ? ", nothing stored" : ""}`,
  ];
  const isGood = result.failed === undefined && differing.length === 0;
  host.write(terminal.summary(`${parts.join(", ")} (${(result.milliseconds / 1000).toFixed(1)} s)`, isGood));
  return result.failed !== undefined || (settings.check && differing.length > 0) ? 1 : 0;
}

/** Prints the notebook as its cells run: the text before a cell, the cell, and what came of it. */
class View {
  readonly #notebook: Notebook;
  readonly #terminal: Terminal;
  readonly #host: Host;
  readonly #settings: Settings;
  #at = 0;
  #number = 0;

  constructor(notebook: Notebook, terminal: Terminal, host: Host, settings: Settings) {
    this.#notebook = notebook;
    this.#terminal = terminal;
    this.#host = host;
    this.#settings = settings;
  }

  show(cell: CodeBlock, result: CellResult, differences: readonly Difference[]): void {
    this.#number += 1;
    const isFine = result.error === undefined && differences.length === 0;
    if (this.#settings.quiet && isFine) return;
    const { cell: only } = this.#settings;
    if (only !== undefined && this.#number !== only && isFine) return;
    if (only === undefined && !this.#settings.quiet) this.#textBefore(cell);
    this.#write(this.#terminal.code(cell.code, this.#number));
    if (result.text !== "") this.#write(this.#terminal.output(result.text));
    if (result.error !== undefined) this.#write(this.#terminal.error(result.error));
    else if (differences.length > 0) this.#write(this.#terminal.differences(differences));
  }

  /** The text after the last cell. */
  end(): void {
    if (this.#settings.cell === undefined && !this.#settings.quiet) this.#textBefore(undefined);
  }

  #textBefore(cell: CodeBlock | undefined): void {
    for (; this.#at < this.#notebook.blocks.length; this.#at++) {
      const block = this.#notebook.blocks[this.#at]!;
      if (block === cell) {
        this.#at += 1;
        return;
      }
      if (block.kind === "markdown") this.#write(this.#terminal.markdown(block.text));
    }
  }

  #write(text: string): void {
    if (text !== "") this.#host.write(`${text}\n`);
  }
}

/** Stores outputs in the file and says in how many cells that changed something. */
function store(notebook: Notebook, results: readonly CellResult[], file: string): number {
  const fresh = withOutputs(notebook, new Map(results.map((result) => [result.id, result.text])));
  const before = cellsOf(notebook);
  const changed = cellsOf(fresh).filter((cell, index) => cell.output !== before[index]!.output).length;
  if (changed > 0) writeFileSync(file, serialiseNotebook(fresh));
  return changed;
}

/** Says which cell further down declares a name, if one does. */
function declaredBelow(cells: readonly CodeBlock[]): (name: string) => string | undefined {
  return (name) => {
    const declaration = new RegExp(
      `^(?:export )?(?:const|let|var|class|enum|(?:async )?function\\*?) ${name.replace(/\$/g, "\\$")}\\b`,
      "m",
    );
    const cell = cells.find((each) => declaration.test(each.code));
    return cell === undefined ? undefined : `${cell.id} declares it, and has not run`;
  };
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function notRun(count: number): string {
  return count === 0 ? "" : ` and ${counted(count, "cell")} did not run`;
}
