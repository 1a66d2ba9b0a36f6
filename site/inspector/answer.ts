// Answers the inspector's questions where cells run. In go expressions for a function and its arguments; out come its jaxpr,
// that of its gradient, the compiled program and the time of its kernels, as texts. Whatever goes wrong is an answer too.

import type { CellError, Place, Session } from "../../notebooks/runner/execute.ts";
import { CellStopped } from "../../notebooks/runner/execute.ts";
import { kernelsOf } from "./kernels.ts";
import { countEquations, equationsByLine, type PrintedJaxpr } from "./origins.ts";
import type {
  Answer,
  CellText,
  CompiledText,
  FunctionEntry,
  JaxprText,
  KernelTime,
  Origin,
  ProfileText,
  Question,
  Replaced,
  Subject,
} from "./protocol.ts";
import { findFunctions, namesOf, type Use } from "./sources.ts";

type Library = typeof import("adjoint");
type AnyFunction = (...args: unknown[]) => unknown;
type Jitted = ReturnType<Library["jit"]> & { lower(...args: unknown[]): Lowered };
type Vjp = (f: AnyFunction, ...primals: readonly unknown[]) => [unknown, AnyFunction];
type Grad = (f: AnyFunction, options: { argnums: number | readonly number[] }) => AnyFunction;
type Closed = ReturnType<ReturnType<Library["makeJaxpr"]>>;
type Lowered = ReturnType<ReturnType<Library["jit"]>["lower"]>;

/** What is asked for. */
export interface InspectorContext {
  readonly session: Session;
  readonly library: () => Promise<Library>;
  /** The code that each cell ran last, the latest at the end. */
  readonly ran: ReadonlyMap<string, string>;
}

/** The cell that expressions of the inspector stand for in stacks. */
const ownCell = "inspector-expression";
/** Milliseconds that a profile may take. */
const longest = 2000;
/** Characters of a program's text that are sent. */
const mostCharacters = 4_000_000;

/** Thrown with what failed. */
class Failed extends Error {
  readonly part: "function" | "arguments" | "inspection";
  readonly described: CellError | undefined;

  constructor(part: Failed["part"], message: string, described?: CellError) {
    super(message);
    this.part = part;
    this.described = described;
  }
}

/** A function with its arguments, and how it is best traced. */
interface Ready {
  readonly f: AnyFunction;
  readonly args: readonly unknown[];
  /** Numbers among the arguments that are not traced, since the function needs their values. */
  readonly fixed: readonly number[];
  readonly remarks: readonly string[];
}

/** Makes what answers questions, one at a time. */
export function makeInspector({ session, library, ran }: InspectorContext): (question: Question) => Promise<Answer> {
  return async (question) => {
    const limit = Error.stackTraceLimit;
    // Places in cells may lie behind many frames of the library.
    if (limit !== undefined) Error.stackTraceLimit = Math.max(limit, 60);
    try {
      if (question.kind === "functions") return functions(question.cells);
      const adjoint = await library();
      const ready = prepare(adjoint, await evaluate(question));
      const subject = { f: question.f.trim(), args: question.args.trim() };
      switch (question.kind) {
        case "jaxpr":
          return { kind: "jaxpr", jaxpr: jaxprOf(adjoint, ready, subject) };
        case "gradient":
          return { kind: "jaxpr", jaxpr: gradientOf(adjoint, ready, subject, question.all) };
        case "compiled":
          return { kind: "compiled", compiled: compiledOf(adjoint, ready, subject) };
        case "profile":
          return { kind: "profile", profile: profileOf(adjoint, ready, subject, question.runs) };
      }
    } catch (thrown) {
      return failure(thrown);
    } finally {
      if (limit !== undefined) Error.stackTraceLimit = limit;
    }
  };

  function failure(thrown: unknown): Answer {
    const part = thrown instanceof Failed ? thrown.part : "inspection";
    const plain = thrown instanceof Failed && thrown.described === undefined;
    const known = thrown instanceof Failed ? thrown.described : undefined;
    const error = known ?? session.describe(thrown);
    const isOwn = error.place?.cell === ownCell;
    return {
      kind: "failed",
      part,
      error: {
        // What the inspector itself has to say is no error with a class.
        name: plain ? "" : error.name,
        message: error.message.replaceAll(/\n {2}at inspector-expression\.ts:\d+:\d+[^\n]*/g, ""),
        place: isOwn ? undefined : error.place,
        frame: isOwn ? "" : error.frame,
        trace: error.trace.filter(({ cell }) => cell !== ownCell),
        stopped: error.cause instanceof CellStopped,
      },
    };
  }

  function functions(cells: readonly CellText[]): Answer {
    const { values } = session.names;
    /** The cell that declared a name last. */
    const owners = new Map<string, string>();
    for (const [id, code] of ran) for (const name of namesOf({ id, code }) ?? []) owners.set(name, id);
    const replaced = ({ name, cell }: Use): Replaced | undefined => {
      const by = Object.hasOwn(values, name) ? owners.get(name) : undefined;
      return by === cell ? undefined : { name, meant: cell, by };
    };
    const { functions: found, broken } = findFunctions(cells);
    return {
      kind: "functions",
      broken,
      functions: found.flatMap(({ name, cell, kind, parameters, calls }): FunctionEntry[] => {
        const lost = replaced({ name, cell });
        // Of other values only those that turned out to be functions.
        if (kind === "value" && (lost !== undefined || typeof values[name] !== "function")) return [];
        if (lost === undefined && typeof values[name] !== "function") return [];
        const proposals = calls.map(({ text, cell: at, uses, guessed }) => {
          return { text, cell: at, guessed, replaced: uses.map(replaced).filter((use) => use !== undefined) };
        });
        // First those that mean now what they mean where they stand.
        proposals.sort((a, b) => Number(a.replaced.length > 0) - Number(b.replaced.length > 0));
        return [{ name, cell, parameters, replaced: lost, proposals }];
      }),
    };
  }

  async function value(part: "function" | "arguments", code: string): Promise<unknown> {
    const result = await session.run({ id: ownCell, code });
    if (result.error !== undefined) throw new Failed(part, result.error.message, result.error);
    return result.value;
  }

  async function evaluate({ f, args }: Subject): Promise<{ f: AnyFunction; args: unknown[] }> {
    if (f.trim() === "") throw new Failed("function", "Choose a function, or write an expression for one.");
    // The brackets stand on lines of their own, since an expression may end in a comment.
    const made = await value("function", `(\n${f}\n)`);
    if (typeof made !== "function") {
      throw new Failed("function", `${f.trim()} is ${nameOfKind(made)}, and only functions can be inspected.`);
    }
    const given = await value("arguments", `[\n${args}\n]`);
    return { f: made as AnyFunction, args: given as unknown[] };
  }

  function originsOf(jaxpr: PrintedJaxpr, text: string): Origin[][] {
    const lines = equationsByLine(jaxpr, text);
    const places = new Map<object, Origin | undefined>();
    const origin = (source: { readonly stack?: string | undefined } | undefined): Origin | undefined => {
      if (source === undefined) return undefined;
      if (!places.has(source)) {
        const place: Place | undefined = session.placesIn(source.stack ?? "").find(({ cell }) => cell !== ownCell);
        const line = place && session.sourceOf(place.cell)?.split(/\r?\n/)[place.line - 1];
        places.set(source, place && { cell: place.cell, line: place.line, source: line?.trim() ?? "" });
      }
      return places.get(source);
    };
    return (lines ?? []).map((equations) => {
      const found = new Map<string, Origin>();
      for (const { source } of equations) {
        const from = origin(source);
        if (from !== undefined) found.set(`${from.cell}:${from.line}`, from);
      }
      return [...found.values()];
    });
  }

  function textOf(title: string, remarks: readonly string[], closed: Closed, by?: JaxprText["by"]): JaxprText {
    const text = String(closed);
    const jaxpr = closed.jaxpr as unknown as PrintedJaxpr;
    const isCut = text.length > mostCharacters;
    return {
      title,
      remarks: isCut ? [...remarks, `The text is cut: it has ${text.length} characters.`] : remarks,
      text: isCut ? text.slice(0, mostCharacters) : text,
      origins: isCut ? [] : originsOf(jaxpr, text),
      equations: countEquations(jaxpr),
      by,
    };
  }

  function jaxprOf({ makeJaxpr }: Library, { f, args, fixed, remarks }: Ready, subject: Subject): JaxprText {
    const closed = makeJaxpr(f, { staticArgnums: fixed })(...args);
    return textOf(`makeJaxpr(${subject.f})(${subject.args})`, remarks, closed);
  }

  function gradientOf(adjoint: Library, { f, args, fixed, remarks }: Ready, subject: Subject, all: boolean): JaxprText {
    const { evalShape, grad, makeJaxpr, tree, vjp } = adjoint;
    const dtypesOf = (value: unknown): string[] =>
      tree.leaves(value as never).flatMap((leaf: unknown) => dtypeOf(leaf) ?? []);
    const argnums = args.flatMap((arg, i) => {
      if (fixed.includes(i)) return [];
      const dtypes = dtypesOf(arg);
      return dtypes.length > 0 && dtypes.every(isInexact) ? [i] : [];
    });
    if (argnums.length === 0) {
      const why = args.length === 0 ? "it takes no arguments" : "none of its arguments consists of floats alone";
      throw new Failed("inspection", `${subject.f} has no gradient here: ${why}.`);
    }
    const traced = args.filter((_, i) => !fixed.includes(i));
    const ofTraced = withFixed(f, args, fixed);
    const out: unknown = evalShape(ofTraced, ...traced);
    const results = tree.leaves(out as never) as readonly { dtype: string; shape: readonly number[] }[];
    const [first] = results;
    const isNumber = isDescribed(out) && results.length === 1 && first!.shape.length === 0;
    if (isNumber && isInexact(first!.dtype) && !first!.dtype.startsWith("complex")) {
      const chosen = all ? argnums : argnums.slice(0, 1);
      const shown = chosen.length === 1 && chosen[0] === 0 ? "" : `, { argnums: ${numbersText(chosen)} }`;
      const places = chosen.map((at) => at - fixed.filter((i) => i < at).length);
      const gradient = (grad as unknown as Grad)(ofTraced, { argnums: places.length === 1 ? places[0]! : places });
      const closed = makeJaxpr(gradient)(...traced);
      return textOf(`makeJaxpr(grad(${subject.f}${shown}))(${subject.args})`, remarks, closed, {
        most: argnums.length,
        all,
      });
    }
    const floats = results.flatMap(({ dtype }, i) => (isInexact(dtype) ? [i] : []));
    if (floats.length === 0) {
      const why = results.length === 0 ? "no result of it is an array" : "none of its results is a float";
      throw new Failed("inspection", `${subject.f} has no gradient: ${why}.`);
    }
    const cotangents = floats.map((i) => results[i]!);
    const pullback = (primals: readonly unknown[], given: readonly unknown[]): unknown => {
      const restored: AnyFunction = (...moving) => {
        const all = [...args];
        argnums.forEach((at, k) => {
          all[at] = moving[k];
        });
        const leaves = tree.leaves(f(...all) as never) as unknown[];
        return floats.map((i) => leaves[i]);
      };
      const [, pull] = (vjp as unknown as Vjp)(restored, ...primals);
      return pull(given);
    };
    const closed = makeJaxpr(pullback)(
      argnums.map((i) => args[i]),
      cotangents,
    );
    const types = cotangents.map(({ dtype, shape }) => `${dtype}[${shape.join(",")}]`);
    const many = types.length > 4 ? `${types.length} arrays` : types.join(", ");
    const what = results.length === 1 ? `Its result is ${many}, which is not one number` : `Its results are ${many}`;
    const kept = results.length === floats.length ? "" : " Results that are not floats are left out.";
    const by = argnums.length === args.length ? "" : ` Cotangents are of ${ordinals(argnums)}.`;
    const remark = `${what}, so instead of a gradient this is the pullback: cotangents of the results, the last inputs, become cotangents of the arguments.${kept}${by}`;
    return textOf(
      `the pullback of vjp(${[subject.f, subject.args].filter(Boolean).join(", ")})`,
      [...remarks, remark],
      closed,
    );
  }
}

const isInexact = (dtype: string): boolean => /^(b?float|complex)/.test(dtype);

function dtypeOf(leaf: unknown): string | undefined {
  if (typeof leaf === "number") return "float32";
  if (leaf instanceof Float32Array || leaf instanceof Float64Array) return "float32";
  if (ArrayBuffer.isView(leaf)) return "int32";
  const dtype = (leaf as { dtype?: unknown } | null)?.dtype;
  return dtype === undefined ? undefined : String(dtype);
}

const isDescribed = (value: unknown): boolean => dtypeOf(value) !== undefined;

const numbersText = (numbers: readonly number[]): string =>
  numbers.length === 1 ? String(numbers[0]) : `[${numbers.join(", ")}]`;

const ordinals = (positions: readonly number[]): string =>
  `${positions.length === 1 ? "argument" : "the arguments"} ${positions.map((i) => i + 1).join(", ")}`;

function nameOfKind(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return "a list";
  const given = value as { shape?: unknown; dtype?: unknown };
  if (Array.isArray(given.shape) && given.dtype !== undefined) return "an array";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/** The function of the arguments that are not fixed. */
function withFixed(f: AnyFunction, args: readonly unknown[], fixed: readonly number[]): AnyFunction {
  if (fixed.length === 0) return f;
  return (...given) => {
    let next = 0;
    return f(...args.map((arg, i) => (fixed.includes(i) ? arg : given[next++])));
  };
}

/**
 * Finds out whether the function can be traced. Numbers are traced like arrays; a function that cannot have that, as it
 * counts with them or indexes by them, gets them as they are.
 */
function prepare({ makeJaxpr }: Library, { f, args }: { f: AnyFunction; args: readonly unknown[] }): Ready {
  const trace = (fixed: readonly number[]): Ready => {
    const { jaxpr } = makeJaxpr(f, { staticArgnums: fixed })(...args);
    const remarks: string[] = [];
    if (fixed.length > 0) {
      const one = fixed.length === 1;
      remarks.push(
        `${one ? `Argument ${fixed[0]! + 1} is a number that is` : `Arguments ${fixed.map((i) => i + 1).join(", ")} are numbers that are`} kept as ${one ? "it is" : "they are"} (static): the function cannot be traced otherwise.`,
      );
    }
    if (jaxpr.outputs.length === 0) remarks.push("No result of this function is an array: nothing is left to compute.");
    return { f, args, fixed, remarks };
  };
  try {
    return trace([]);
  } catch (thrown) {
    const numbers = args.flatMap((arg, i) => (typeof arg === "number" ? [i] : []));
    if (numbers.length === 0 || thrown instanceof CellStopped) throw thrown;
    try {
      return trace(numbers);
    } catch {
      throw thrown;
    }
  }
}

/** The function lowered for its arguments; one that `jit` made keeps its own settings. */
function lower({ jit, debug }: Library, { f, args, fixed }: Ready): { lowered: Lowered; history: () => string } {
  const isJitted = typeof (f as Partial<Jitted>).lower === "function";
  const jitted = (isJitted && fixed.length === 0 ? f : jit(f as never, { staticArgnums: fixed })) as Jitted;
  const lowered = jitted.lower(...(args as never[]));
  return { lowered, history: () => debug.explainCompile(jitted as never) };
}

const jitText = ({ f }: Subject, { fixed }: Ready, isJitted: boolean): string =>
  isJitted ? f : `jit(${f}${fixed.length === 0 ? "" : `, { staticArgnums: ${numbersText(fixed)} }`})`;

function titleOf(subject: Subject, ready: Ready): string {
  const isJitted = typeof (ready.f as Partial<Jitted>).lower === "function" && ready.fixed.length === 0;
  return `${jitText(subject, ready, isJitted)}(${subject.args})`;
}

function compiledOf(adjoint: Library, ready: Ready, subject: Subject): CompiledText {
  const { lowered, history } = lower(adjoint, ready);
  const compiled = lowered.compile();
  const { flops, bytesAccessed } = compiled.costAnalysis();
  const { buffers, kernels, kinds } = kernelsOf(compiled.asText("kernels"));
  const code = compiled.asText("code");
  const jaxpr = adjoint.makeJaxpr(ready.f, { staticArgnums: ready.fixed })(...ready.args).jaxpr;
  return {
    title: titleOf(subject, ready),
    remarks: ready.remarks,
    backend: adjoint.defaultBackend(),
    equations: countEquations(jaxpr as unknown as PrintedJaxpr),
    kinds,
    kernels,
    buffers,
    code: code.length > mostCharacters ? `${code.slice(0, mostCharacters)}\n(cut)` : code,
    history: history(),
    ...compiled.memoryAnalysis(),
    flops,
    bytesAccessed,
  };
}

function profileOf(adjoint: Library, ready: Ready, subject: Subject, wanted: number): ProfileText {
  const compiled = lower(adjoint, ready).lowered.compile();
  const args = ready.args as never[];
  const begin = performance.now();
  const profiles: ReturnType<typeof compiled.profile>[] = [];
  do profiles.push(compiled.profile(...args));
  while (profiles.length < wanted && performance.now() - begin < longest);
  // Other programs on the machine only make calls slower: the slower half says more of them than of the kernels. Not the
  // fastest alone, since the clocks of browsers are coarse, and only the mean of several calls is finer.
  const fast = profiles.toSorted((a, b) => a.time - b.time).slice(0, Math.ceil(profiles.length / 2));
  const mean = (times: readonly number[]): number => times.reduce((sum, time) => sum + time, 0) / times.length;
  const kernels = fast[0]!.kernels.map(({ label, inside, runs, bytes, flops }, i): KernelTime => {
    return { label, inside, runs, time: mean(fast.map((profile) => profile.kernels[i]!.time)), bytes, flops };
  });
  // For the same reasons a call is timed by the fastest of several rows of calls.
  const first = performance.now();
  let plain = Number.POSITIVE_INFINITY;
  let plainCalls = 0;
  do {
    const start = performance.now();
    let calls = 0;
    let time = 0;
    do {
      compiled.call(...args);
      calls += 1;
      time = performance.now() - start;
    } while (time < 20 && calls < 1000);
    plain = Math.min(plain, time / calls);
    plainCalls += calls;
  } while (performance.now() - first < 300 && plainCalls < 3000);
  return {
    title: titleOf(subject, ready),
    remarks: ready.remarks,
    calls: profiles.length,
    clocked: mean(fast.map(({ time }) => time)),
    plain,
    plainCalls,
    kernels,
    trace: fast[0]!.trace(),
  };
}
