/**
 * The program of a worker thread, as text, so that it survives every bundler: a Blob URL in browsers, code to evaluate in
 * Node. And the layout of the words in shared memory through which the main thread and the workers talk.
 *
 * A job is open while the gate has its flag; whoever comes in time enters by counting itself in, takes pieces of the job
 * until none is left, and counts itself out. The main thread shuts the gate when no piece is left, and waits for those
 * inside. So nobody waits for a worker that sleeps, or has died asleep, and nobody late sees half a job. Messages
 * (programs to know) are read by the event loop: a worker goes back there when the main thread has counted one more.
 */
import { hostText } from "./host.ts";
import { importModule } from "./module.ts";

/** Places of the words; those that are written often stand in lines of the cache of their own. */
export const words = {
  /** Grows whenever there is a job or a message. */
  sequence: 0,
  /** `open`, plus the number of workers inside. */
  gate: 16,
  /** The next piece to take. */
  next: 32,
  /** What the job is: number of the program, of the kernel, address of its arguments, sizes, how many threads at most. */
  program: 48,
  kernel: 49,
  arguments: 50,
  size: 51,
  extent: 52,
  threads: 53,
  /** Messages sent. */
  mail: 64,
  /** Not 0 when a worker failed; see `failures`. */
  failed: 65,
  /** Messages that worker w = 1, 2, ... has dealt with, at `handled` + w. */
  handled: 80,
} as const;

/** Bits of the word `failed`. */
export const failures = { inMessage: 1, inJob: 2 } as const;

/** Workers at most: as many as there are words for. */
export const mostThreads = 64;
export const controlBytes: number = 4 * (words.handled + mostThreads);

export const open = 0x10000;

/** Looks at shared memory before going to sleep: about 100 microseconds. */
export const spins = 20_000;

/** What a worker is told. */
export type Message =
  | {
      readonly kind: "start";
      readonly control: SharedArrayBuffer;
      readonly memory: WebAssembly.Memory;
      readonly thread: number;
    }
  | { readonly kind: "program"; readonly id: number; readonly module: WebAssembly.Module }
  | { readonly kind: "forget"; readonly id: number };

/** The source of a worker. */
export const workerSource: string = `"use strict";
const words = ${JSON.stringify(words)};
const host = ${hostText};
const programs = new Map();
let control, memory, thread, handled = 0;

function work() {
  for (;;) {
    const gate = Atomics.load(control, words.gate);
    if (gate < ${open}) return;
    if (Atomics.compareExchange(control, words.gate, gate, gate + 1) === gate) break;
  }
  try {
    const program = programs.get(control[words.program]);
    if (program === undefined || thread >= control[words.threads]) return;
    const part = program["part" + control[words.kernel]];
    const at = control[words.arguments];
    const size = control[words.size];
    const extent = control[words.extent] >>> 0;
    for (;;) {
      const from = Atomics.add(control, words.next, 1) * size;
      if (from >= extent) return;
      part(at, from, Math.min(from + size, extent), thread);
    }
  } catch (error) {
    Atomics.or(control, words.failed, ${failures.inJob});
    throw error;
  } finally {
    Atomics.sub(control, words.gate, 1);
    Atomics.notify(control, words.gate);
  }
}

function wait() {
  for (;;) {
    const sequence = Atomics.load(control, words.sequence);
    if (Atomics.load(control, words.mail) > handled) return;
    work();
    for (let spin = 0; Atomics.load(control, words.sequence) === sequence; spin++)
      if (spin >= ${spins}) Atomics.wait(control, words.sequence, sequence);
  }
}

function receive(message) {
  if (message.kind === "start") {
    control = new Int32Array(message.control);
    memory = message.memory;
    thread = message.thread;
  }
  try {
    if (message.kind === "program") {
      // Only the driver calls back into the main thread, and it does not run here.
      const imports = { memory };
      for (const { kind, name } of WebAssembly.Module.imports(message.module))
        if (kind === "function") imports[name] = host[name] ?? (() => {});
      programs.set(message.id, new WebAssembly.Instance(message.module, { ${importModule}: imports }).exports);
    } else if (message.kind === "forget") programs.delete(message.id);
  } catch (error) {
    Atomics.or(control, words.failed, ${failures.inMessage});
    throw error;
  }
  handled++;
  Atomics.store(control, words.handled + thread, handled);
  Atomics.notify(control, words.handled + thread);
  wait();
}

const node = globalThis.process?.getBuiltinModule?.("node:worker_threads");
if (node) node.parentPort.on("message", receive);
else globalThis.onmessage = (event) => receive(event.data);
`;
