// The page's side of the worker that runs cells. In go wishes (run these, stop, restart); out come, through a listener, the
// state of the worker and what becomes of each cell. It knows neither the page nor workers, so that tests can play both.

import type { CompiledCell } from "../../notebooks/runner/cell.ts";
import type { Answer, Question } from "../inspector/protocol.ts";
import type { Bundle, Failure, Progress, Reply, Request, RunResult } from "./protocol.ts";

/** What stands at the other end. */
export interface Port {
  post(request: Request): void;
  terminate(): void;
}

/** Starts a worker. `receive` is told what it says, `fail` that it has broken down. */
export type Connect = (receive: (reply: Reply) => void, fail: (reason: string) => void) => Port;

/** `off`: not started; `starting`; `idle`: waits for cells; `busy`: runs one; `stopping`: has been asked to stop it. */
export type KernelState = "off" | "starting" | "idle" | "busy" | "stopping";

/** The code of a cell at the moment when its turn comes; undefined if the cell is gone. */
export interface CellSource {
  readonly code: string;
  readonly compiled: CompiledCell | undefined;
}

/** What the page hears. */
export interface KernelListener {
  source(cell: string): CellSource | undefined;
  /** Which cell declares which name, as far as is known. */
  names(): Readonly<Record<string, string>>;
  state(state: KernelState): void;
  /** The number of threads is known. */
  threads(threads: number): void;
  queued(cell: string): void;
  /** The cell will not run: a cell before it failed, or the reader stopped. */
  dequeued(cell: string): void;
  started(cell: string): void;
  output(cell: string, text: string): void;
  display(cell: string, bundle: Bundle, id: string | undefined): void;
  progress(cell: string, progress: Progress): void;
  done(cell: string, result: RunResult): void;
  /** A listener that the cell had set failed. */
  fault(cell: string, error: Failure): void;
  /** The worker was ended, and all variables with it; `cell` is what it was running. */
  lost(cell: string | undefined, reason: string): void;
}

/** Settings of a kernel. */
export interface KernelOptions {
  readonly connect: Connect;
  readonly listener: KernelListener;
  /** Whether memory can be shared, through which a cell can be asked to stop. */
  readonly isolated: boolean;
  /** Milliseconds that a cell has to stop in. */
  readonly patience?: number;
  /** Calls a function later; gives the way to call it off. */
  readonly later?: (milliseconds: number, call: () => void) => () => void;
}

const laterByTimer = (milliseconds: number, call: () => void): (() => void) => {
  const timer = setTimeout(call, milliseconds);
  return () => clearTimeout(timer);
};

interface Asked {
  readonly question: Question;
  readonly answer: (answer: Answer) => void;
}

/** Runs cells in a worker, one at a time, in the order in which they were asked for. */
export class Kernel {
  readonly #options: KernelOptions;
  readonly #listener: KernelListener;
  #state: KernelState = "off";
  #port: Port | undefined;
  #stop: Int32Array<SharedArrayBuffer> | undefined;
  #queue: string[] = [];
  #running: string | undefined;
  #questions: Asked[] = [];
  /** The question that the worker is answering. */
  #asked: Asked | undefined;
  #run = 0;
  /** Cells by the numbers of their runs, for what comes late: pictures that follow a drag. */
  #runs: Map<number, string> = new Map();
  #cancel: () => void = () => {};

  constructor(options: KernelOptions) {
    this.#options = options;
    this.#listener = options.listener;
  }

  get state(): KernelState {
    return this.#state;
  }

  /** The cell that is running. */
  get running(): string | undefined {
    return this.#running;
  }

  /** Runs cells after those that wait; one that waits already keeps its place. */
  run(cells: readonly string[]): void {
    for (const cell of cells) {
      if (this.#queue.includes(cell)) continue;
      this.#queue.push(cell);
      this.#listener.queued(cell);
    }
    if (this.#port === undefined) this.#start();
    else this.#next();
  }

  /** Asks about functions of the notebook; the answer comes when no cell waits or runs. */
  inspect(question: Question): Promise<Answer> {
    return new Promise((answer) => {
      this.#questions.push({ question, answer });
      if (this.#port === undefined) this.#start();
      else this.#next();
    });
  }

  /** Gets ready, since the reader is about to run something. */
  warm(): void {
    if (this.#port === undefined) this.#start();
    this.#port?.post({ kind: "warm" });
  }

  /** Ends the cell that runs, and forgets those that wait. */
  stop(): void {
    this.#clearQueue();
    if ((this.#running ?? this.#asked) === undefined || this.#state === "stopping") return;
    if (this.#stop === undefined) {
      this.#end("the cell was stopped, which without shared memory ends the kernel");
      return;
    }
    this.#setState("stopping");
    Atomics.store(this.#stop, 0, 1);
    Atomics.notify(this.#stop, 0);
    this.#cancel = (this.#options.later ?? laterByTimer)(this.#options.patience ?? 500, () => {
      this.#end("the cell did not stop when it was asked to, so the kernel was ended");
    });
  }

  /** Begins anew, with no variables. */
  restart(): void {
    this.#clearQueue();
    this.#end("the kernel was restarted");
    this.#start();
  }

  /** Tells the worker what the reader did with a picture. */
  event(id: string, event: unknown): void {
    this.#port?.post({ kind: "event", id, event });
  }

  #setState(state: KernelState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#listener.state(state);
  }

  #start(): void {
    this.#setState("starting");
    // What a worker says after it was ended is of no interest.
    let port: Port | undefined;
    const isCurrent = (): boolean => port === undefined || port === this.#port;
    port = this.#options.connect(
      (reply) => {
        if (isCurrent()) this.#receive(reply);
      },
      (reason) => {
        if (!isCurrent()) return;
        this.#clearQueue();
        this.#end(`the kernel broke down: ${reason}`);
      },
    );
    this.#port = port;
    const memory = this.#options.isolated ? new SharedArrayBuffer(4) : undefined;
    this.#stop = memory && new Int32Array(memory);
    port.post({ kind: "start", stop: memory, names: this.#listener.names() });
  }

  #clearQueue(): void {
    const waiting = this.#queue;
    this.#queue = [];
    for (const cell of waiting) this.#listener.dequeued(cell);
  }

  #end(reason: string): void {
    this.#cancel();
    const cell = this.#running;
    const wasThere = this.#port !== undefined;
    this.#port?.terminate();
    this.#port = undefined;
    this.#stop = undefined;
    this.#running = undefined;
    this.#runs.clear();
    this.#setState("off");
    const questions = this.#asked === undefined ? this.#questions : [this.#asked, ...this.#questions];
    this.#asked = undefined;
    this.#questions = [];
    if (wasThere) this.#listener.lost(cell, reason);
    const error = { name: "", message: reason, place: undefined, frame: "", trace: [], stopped: true };
    for (const { answer } of questions) answer({ kind: "failed", part: "inspection", error });
    if (this.#queue.length > 0) this.#start();
  }

  #next(): void {
    if (this.#port === undefined || this.#state === "starting") return;
    if (this.#running !== undefined || this.#asked !== undefined) return;
    for (let cell = this.#queue.shift(); cell !== undefined; cell = this.#queue.shift()) {
      const source = this.#listener.source(cell);
      if (source === undefined) continue;
      if (this.#stop !== undefined) Atomics.store(this.#stop, 0, 0);
      this.#run += 1;
      this.#runs.set(this.#run, cell);
      this.#running = cell;
      this.#setState("busy");
      this.#listener.started(cell);
      this.#port.post({ kind: "run", run: this.#run, cell, ...source });
      return;
    }
    this.#asked = this.#questions.shift();
    if (this.#asked === undefined) {
      this.#setState("idle");
      return;
    }
    if (this.#stop !== undefined) Atomics.store(this.#stop, 0, 0);
    this.#setState("busy");
    this.#port.post({ kind: "inspect", question: this.#asked.question });
  }

  #receive(reply: Reply): void {
    if (reply.kind === "ready") {
      this.#listener.threads(reply.threads);
      this.#setState("idle");
      this.#next();
      return;
    }
    if (reply.kind === "answer") {
      this.#cancel();
      const asked = this.#asked;
      this.#asked = undefined;
      asked?.answer(reply.answer);
      this.#next();
      return;
    }
    const cell = this.#runs.get(reply.run);
    if (cell === undefined) return;
    if (reply.kind === "output") this.#listener.output(cell, reply.text);
    else if (reply.kind === "display") this.#listener.display(cell, reply.bundle, reply.id);
    else if (reply.kind === "progress") this.#listener.progress(cell, reply.progress);
    else if (reply.kind === "fault") this.#listener.fault(cell, reply.error);
    else {
      this.#cancel();
      this.#running = undefined;
      this.#listener.done(cell, reply.result);
      if (reply.result.error !== undefined) this.#clearQueue();
      this.#next();
    }
  }
}
