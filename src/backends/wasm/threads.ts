/**
 * Threads: starts workers when there is work for them, tells them programs in the background, and has parallel kernels
 * computed by whoever is there. The main thread takes part, never waits for a start, and finishes alone what nobody
 * helps with. Whatever goes wrong with a worker, all are stopped, one warning says so, and programs go on with one thread.
 */
import { config } from "../../core/config.ts";
import { BackendError } from "../../errors/index.ts";
import type { ParallelKernel } from "./program.ts";
import { controlBytes, failures, type Message, mostThreads, open, spins, words, workerSource } from "./worker.ts";

/** A function of (arguments, from, to, thread) that computes a part of a kernel. */
type Part = (at: number, from: number, to: number, thread: number) => void;

/** A program whose kernels threads may share. */
export interface ParallelProgram {
  readonly id: number;
  readonly module: WebAssembly.Module;
  readonly kernels: readonly ParallelKernel[];
  readonly parts: readonly Part[];
  /** How many threads have scratch memory of their own. */
  readonly threads: number;
}

export interface ThreadOptions {
  /** How many threads. Default: the setting `threads`. */
  readonly threads?: number;
  /** Work of a piece at least, in nanoseconds; 0: pieces are as small as can be. Default: what pays. */
  readonly smallestPiece?: number;
  /** The first use of a program waits until all workers know it, and workers get the first piece: for tests, in Node. */
  readonly patient?: boolean;
}

/** Work that is worth a start of the workers, and of a piece, in nanoseconds. */
const worthStarting = 1_000_000;
const worthPiece = 12_000;
/** How long the patient wait for a start and for a piece, in milliseconds. */
const patience = { start: 20_000, piece: 1000 };
/** Pieces for each thread, so that one that is held up does not hold up all. */
const piecesForThread = 4;
/** Threads that are started if nothing else is said. */
const usualThreads = 8;

/** A worker of either kind. */
interface Handle {
  readonly send: (message: Message) => void;
  readonly stop: () => void;
}

interface NodeWorker {
  postMessage(message: unknown): void;
  on(event: string, listener: (value: unknown) => void): void;
  unref(): void;
  terminate(): Promise<number>;
}
interface NodeThreads {
  Worker: new (source: string, options: object) => NodeWorker;
}
interface NodeSystem {
  availableParallelism?: () => number;
  cpus: () => readonly unknown[];
}

function builtin<T>(name: string): T | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } };
  return process?.getBuiltinModule?.(name) as T | undefined;
}

let cores = 0;
/** How many threads this machine runs at once. */
function availableThreads(): number {
  if (cores > 0) return cores;
  const system = builtin<NodeSystem>("node:os");
  const { navigator } = globalThis as { navigator?: { hardwareConcurrency?: number } };
  cores = system?.availableParallelism?.() ?? navigator?.hardwareConcurrency ?? system?.cpus().length ?? 1;
  return cores;
}

/** Starts a worker that does not keep the process alive. `failed` is called when it ends or cannot be started. */
function startWorker(failed: (reason: string) => void): Handle {
  const threads = builtin<NodeThreads>("node:worker_threads");
  const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
  if (threads !== undefined) {
    const options = { eval: true, execArgv: [], env: {}, name: "adjoint" };
    const worker = new threads.Worker(workerSource, options);
    worker.unref();
    worker.on("error", (error) => failed(reasonOf(error)));
    worker.on("exit", (code) => failed(`a worker ended with code ${code}`));
    return { send: (message) => worker.postMessage(message), stop: () => void worker.terminate() };
  }
  const url = URL.createObjectURL(new Blob([workerSource], { type: "text/javascript" }));
  const worker = new Worker(url, { name: "adjoint" });
  worker.onerror = (event) => {
    event.preventDefault();
    failed(event.message || "a worker could not be started; does the page allow worker-src blob: ?");
  };
  worker.onmessageerror = () => failed("a message could not be read");
  return {
    send: (message) => worker.postMessage(message),
    stop: () => {
      worker.terminate();
      URL.revokeObjectURL(url);
    },
  };
}

/** Workers that know the same programs. */
class Pool {
  readonly size: number;
  private readonly patient: boolean;
  private readonly handles: readonly Handle[];
  private readonly control: Int32Array<SharedArrayBuffer>;
  /** Whether this thread may sleep: a page's main thread may not. */
  private readonly sleeps: boolean;
  private mail = 0;
  /** For each program that was sent: the number of its message, or 0 when all know it. */
  private readonly sent = new Map<number, number>();

  /** @throws whatever the host throws when it does not allow workers. */
  constructor(size: number, memory: WebAssembly.Memory, patient: boolean, failed: (reason: string) => void) {
    const control = new SharedArrayBuffer(controlBytes);
    this.control = new Int32Array(control);
    this.size = size;
    this.patient = patient;
    const handles: Handle[] = [];
    this.handles = handles;
    try {
      for (let thread = 1; thread < size; thread++) handles.push(startWorker(failed));
      this.sendEach((thread) => ({ kind: "start", control, memory, thread }));
    } catch (error) {
      this.stop();
      throw error;
    }
    let sleeps = true;
    try {
      Atomics.wait(this.control, words.sequence, -1, 0);
    } catch {
      sleeps = false;
    }
    this.sleeps = sleeps;
  }

  private sendEach(message: (thread: number) => Message): void {
    for (const [i, handle] of this.handles.entries()) handle.send(message(i + 1));
    this.mail++;
    Atomics.store(this.control, words.mail, this.mail);
    Atomics.add(this.control, words.sequence, 1);
    Atomics.notify(this.control, words.sequence);
  }

  /** Whether a worker failed. */
  get failed(): boolean {
    return Atomics.load(this.control, words.failed) !== 0;
  }
  /** Whether a worker failed while it computed. */
  get failedInJob(): boolean {
    return (Atomics.load(this.control, words.failed) & failures.inJob) !== 0;
  }

  /** Whether all workers know a program, which is told to them when it is asked for first. */
  knows({ id, module }: ParallelProgram): boolean {
    const { patient } = this;
    let message = this.sent.get(id);
    if (message === 0) return true;
    if (message === undefined) {
      this.sendEach(() => ({ kind: "program", id, module }));
      message = this.mail;
      this.sent.set(id, message);
    }
    const deadline = patient ? Date.now() + patience.start : 0;
    for (let thread = 1; thread < this.size; thread++) {
      for (;;) {
        const handled = Atomics.load(this.control, words.handled + thread);
        if (handled >= message) break;
        if (!patient || this.failed || Date.now() > deadline) return false;
        Atomics.wait(this.control, words.handled + thread, handled, 100);
      }
    }
    this.sent.set(id, 0);
    return true;
  }
  forget(id: number): void {
    if (this.sent.delete(id)) this.sendEach(() => ({ kind: "forget", id }));
  }

  /** Computes a kernel in pieces of `size`, together with the workers that are awake in time. */
  run(program: ParallelProgram, kernel: number, at: number, size: number, threads: number): void {
    const { control } = this;
    const { extent } = program.kernels[kernel]!;
    const part = program.parts[kernel]!;
    control[words.program] = program.id;
    control[words.kernel] = kernel;
    control[words.arguments] = at;
    control[words.size] = size;
    control[words.extent] = extent;
    control[words.threads] = threads;
    Atomics.store(control, words.next, 0);
    Atomics.store(control, words.gate, open);
    Atomics.add(control, words.sequence, 1);
    Atomics.notify(control, words.sequence);
    if (this.patient) {
      const deadline = Date.now() + patience.piece;
      while (Atomics.load(control, words.next) === 0 && Date.now() < deadline);
    }
    try {
      for (;;) {
        const from = Atomics.add(control, words.next, 1) * size;
        if (from >= extent) break;
        part(at, from, Math.min(from + size, extent), 0);
      }
    } finally {
      Atomics.sub(control, words.gate, open);
      for (let spin = 0; ; spin++) {
        const inside = Atomics.load(control, words.gate);
        if (inside === 0) break;
        if (this.sleeps && spin >= spins) Atomics.wait(control, words.gate, inside, 100);
      }
    }
  }

  stop(): void {
    for (const handle of this.handles) handle.stop();
  }
}

let warned = false;

export class Threads {
  private readonly memory: WebAssembly.Memory;
  private readonly options: ThreadOptions;
  private pool: Pool | undefined;
  private broken = false;
  private waitingWork = 0;

  /** Threads that compute in a shared memory. */
  constructor(memory: WebAssembly.Memory, options: ThreadOptions) {
    this.memory = memory;
    this.options = options;
  }

  /** How many threads programs may use now. */
  get count(): number {
    if (this.broken) return 1;
    const wanted = this.options.threads ?? config.threads;
    return Math.min(wanted > 0 ? wanted : Math.min(availableThreads(), usualThreads), mostThreads);
  }
  /** Whether workers have been started. */
  get started(): boolean {
    return this.pool !== undefined;
  }

  /** Computes a parallel kernel, whose arguments stand at an address. */
  run(program: ParallelProgram, kernel: number, at: number): void {
    const { extent, unit, coarse, work } = program.kernels[kernel]!;
    const count = Math.min(this.count, program.threads);
    const pool = count > 1 ? this.poolFor(work) : undefined;
    if (pool === undefined || !pool.knows(program)) {
      program.parts[kernel]!(at, 0, extent, 0);
      return;
    }
    const { smallestPiece = worthPiece } = this.options;
    const most = coarse ? count : count * piecesForThread;
    const pieces = smallestPiece === 0 ? extent : Math.max(1, Math.min(Math.floor(work / smallestPiece), most));
    pool.run(program, kernel, at, Math.ceil(extent / pieces / unit) * unit, count);
    if (!pool.failedInJob) return;
    this.fail(pool, "a worker failed inside of a program");
    throw new BackendError({
      what: "a worker thread failed inside of a program, whose results are not complete",
      fix: "run it again: programs go on with one thread",
    });
  }

  /** The workers, if there are any; they are started when enough work has been seen. */
  private poolFor(work: number): Pool | undefined {
    const { pool, count } = this;
    if (pool !== undefined) {
      if (pool.failed) this.fail(pool, "a worker failed");
      else if (pool.size === count) return pool;
      else this.close();
      if (this.broken) return undefined;
    }
    this.waitingWork += work;
    if (this.waitingWork < worthStarting && !this.options.patient) return undefined;
    try {
      let started: Pool | undefined;
      started = new Pool(count, this.memory, this.options.patient ?? false, (reason) => {
        if (started !== undefined) this.fail(started, reason);
      });
      this.pool = started;
    } catch (error) {
      this.broken = true;
      warn(error instanceof Error ? error.message : String(error));
    }
    return this.pool;
  }

  private fail(pool: Pool, reason: string): void {
    if (pool !== this.pool) return;
    this.close();
    this.broken = true;
    warn(reason);
  }

  /** Workers need not know the program any more. */
  forget(id: number): void {
    this.pool?.forget(id);
  }

  /** Stops the workers; they are started again when they are needed. */
  close(): void {
    const { pool } = this;
    this.pool = undefined;
    this.waitingWork = 0;
    pool?.stop();
  }
}

function warn(reason: string): void {
  if (warned) return;
  warned = true;
  console.warn(`adjoint: worker threads are off (${reason}); programs go on with one thread.`);
}
