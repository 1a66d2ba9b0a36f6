// The worker in which cells run, one after the other, so that the page never waits for them. The library is loaded by the
// first cell that imports it, the compiler by the first cell that was edited.

import type { CompiledCell } from "../../notebooks/runner/cell.ts";
import { type CellError, type CellResult, CellStopped, Session } from "../../notebooks/runner/execute.ts";
import type { Answer, Question } from "../inspector/protocol.ts";
import { formatLikeNode } from "./format.ts";
import { modules } from "./modules.ts";
import type { Bundle, Failure, Progress, Reply, Request } from "./protocol.ts";
import { Relay } from "./relay.ts";

interface Scope {
  onmessage: ((event: MessageEvent<Request>) => void) | null;
  postMessage(reply: Reply): void;
  readonly crossOriginIsolated: boolean;
  readonly navigator: { readonly hardwareConcurrency: number };
}

const scope = globalThis as unknown as Scope;
const hooks = globalThis as unknown as Record<symbol, unknown>;

/** What a cell is told that the reader stops. */
const stopped = "the cell was stopped; what it had done so far stays";

let stop: Int32Array<SharedArrayBuffer> | undefined;
let names: Readonly<Record<string, string>> = {};
/** The run whose output is being collected: that of the cell, or of the listener that is being called. */
let relay: Relay | undefined;
let rounds = 0;

/** The code that each cell ran last, the latest at the end. */
const ran = new Map<string, string>();

const listeners = new Map<string, { callback: (event: unknown) => unknown; run: number }>();
const events = new Map<string, unknown>();

const session = new Session({
  modules: async (specifier) => {
    const load = modules[specifier];
    if (load === undefined || !Object.hasOwn(modules, specifier)) throw new Error(unknownModule(specifier));
    let module: unknown;
    try {
      module = await load();
    } catch (error) {
      throw new Error(`the module "${specifier}" could not be loaded: ${(error as Error).message}`);
    }
    if (specifier.startsWith("adjoint")) await reportProgress();
    return module;
  },
  format: formatLikeNode,
  onOutput: ({ text }) => relay?.print(text),
  tick: () => {
    if (stop !== undefined && Atomics.load(stop, 0) !== 0) throw new CellStopped(stopped);
    rounds += 1;
    if ((rounds & 255) === 0) relay?.poll();
  },
  hint: (name) => {
    const cell = Object.hasOwn(names, name) ? names[name] : undefined;
    return cell === undefined ? undefined : `${cell} declares it: run that cell first`;
  },
});

function unknownModule(specifier: string): string {
  const known = Object.keys(modules);
  const nearest = /^\.{0,2}\//.test(specifier) ? known.filter((name) => name.startsWith("./")) : known;
  const list = (nearest.length > 0 ? nearest : known).map((name) => `"${name}"`).join(", ");
  return `there is no module "${specifier}" here; a cell of this page can import ${list}`;
}

let reporting: Promise<void> | undefined;
/** Bars of `optim.progress` go to the page. */
function reportProgress(): Promise<void> {
  reporting ??= import("adjoint").then(({ optim }) => {
    optim.setProgressReporter((state) => relay?.progress(state satisfies Progress));
  });
  return reporting;
}

hooks[Symbol.for("adjoint.show")] = (bundle: Bundle, id?: string): void => relay?.show(bundle, id);
hooks[Symbol.for("adjoint.listen")] = (id: string, callback: (event: unknown) => unknown): void => {
  listeners.set(String(id), { callback, run: relay?.run ?? 0 });
};

function failureOf(error: CellError): Failure {
  const { name, message, place, frame, trace, cause } = error;
  return { name, message, place, frame, trace, stopped: cause instanceof CellStopped };
}

/** A value's forms beside its text. An array of the library is best shown as its text. */
async function bundleOf(value: unknown): Promise<Bundle | undefined> {
  if (typeof value !== "object" || value === null) return undefined;
  const given = value as { shape?: unknown; dtype?: unknown; [key: symbol]: unknown };
  if (Array.isArray(given.shape) && given.dtype !== undefined) return undefined;
  const display = given[Symbol.for("Jupyter.display")];
  if (typeof display !== "function") return undefined;
  return (await display.call(value)) as Bundle;
}

/** The text of the value: what a result's text has beyond what was printed. */
function valueText({ outputs, text, value, error }: CellResult): string | undefined {
  if (value === undefined || error !== undefined) return undefined;
  const printed = outputs.map((output) => output.text).join("\n");
  return text.slice(outputs.length === 0 ? 0 : printed.length + 1);
}

async function run(number: number, cell: string, code: string, compiled: CompiledCell | undefined): Promise<void> {
  const own = new Relay(number, (reply) => scope.postMessage(reply));
  relay = own;
  ran.delete(cell);
  ran.set(cell, code);
  let result = await session.run({ id: cell, code }, compiled);
  let bundle: Bundle | undefined;
  try {
    bundle = result.error === undefined ? await bundleOf(result.value) : undefined;
  } catch (thrown) {
    const error = { name: "Error", message: `the value cannot be displayed: ${(thrown as Error).message}` };
    result = { ...result, error: { ...error, place: undefined, frame: "", trace: [], cause: thrown } };
  }
  own.flush();
  const { assertions, milliseconds } = result;
  const error = result.error && failureOf(result.error);
  const reply = { error, value: valueText(result), assertions, milliseconds };
  try {
    scope.postMessage({ kind: "done", run: number, result: { ...reply, bundle } });
  } catch {
    // A value that shows itself as something that cannot be sent is shown as text.
    scope.postMessage({ kind: "done", run: number, result: { ...reply, bundle: undefined } });
  }
}

let inspector: Promise<(question: Question) => Promise<Answer>> | undefined;
/** Answers the inspector, whose part of the program is loaded when it asks first. */
async function inspect(question: Question): Promise<void> {
  const before = relay;
  // What functions print while they are inspected belongs to no cell.
  relay = undefined;
  try {
    inspector ??= import("../inspector/answer.ts").then(({ makeInspector }) =>
      makeInspector({ session, ran, library: () => import("adjoint") }),
    );
    const answer = await (await inspector)(question);
    scope.postMessage({ kind: "answer", answer });
  } catch (thrown) {
    inspector = undefined;
    const error = { ...failureOf(session.describe(thrown)), name: "" };
    scope.postMessage({ kind: "answer", answer: { kind: "failed", part: "inspection", error } });
  } finally {
    relay = before;
  }
}

/** Calls the listeners with the last event of each; those in between came too fast. */
async function deliver(): Promise<void> {
  const waiting = [...events];
  events.clear();
  for (const [id, event] of waiting) {
    const listener = listeners.get(id);
    if (listener === undefined) continue;
    const before = relay;
    const own = new Relay(listener.run, (reply) => scope.postMessage(reply));
    relay = own;
    try {
      await listener.callback(event);
    } catch (thrown) {
      const { name, message } = thrown instanceof Error ? thrown : new Error(String(thrown));
      const error = { name, message, place: undefined, frame: "", trace: [], stopped: false };
      scope.postMessage({ kind: "fault", run: listener.run, error });
    } finally {
      own.flush();
      relay = before;
    }
  }
}

scope.onmessage = ({ data }) => {
  if (data.kind === "start") {
    stop = data.stop && new Int32Array(data.stop);
    names = data.names;
    const threads = scope.crossOriginIsolated ? Math.min(8, scope.navigator.hardwareConcurrency) : 1;
    scope.postMessage({ kind: "ready", threads });
  } else if (data.kind === "run") {
    void run(data.run, data.cell, data.code, data.compiled);
  } else if (data.kind === "inspect") {
    void inspect(data.question);
  } else if (data.kind === "warm") {
    // What goes wrong is told by the cell that imports it.
    import("adjoint").catch(() => {});
  } else {
    if (events.size === 0) setTimeout(() => void deliver(), 0);
    events.set(data.id, data.event);
  }
};
