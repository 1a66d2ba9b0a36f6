// The page's side of the type worker. In go cells and questions about places in them; out come promises of answers, which
// are undefined where there is nothing to say, where a newer question took the place of this one, and where types are not
// available: an editor then goes on without.

import declarationsUrl from "virtual:adjoint-declarations";
import type { Cell } from "./module.ts";
import type { Question, QuestionKind, Questions, ToPage, ToWorker } from "./protocol.ts";

/** What an editor asks about its cell. */
export interface TypeService {
  /** Tells all cells in the notebook's order. The first call, or question, starts the worker. */
  setCells(cells: readonly Cell[]): void;
  /** Asks a question about a cell, whose code comes with it. */
  ask<Kind extends QuestionKind>(
    question: Question<Kind>,
    signal?: AbortSignal,
  ): Promise<Questions[Kind]["answer"] | undefined>;
  /** Calls back when other cells have changed, or types have become unavailable. Gives a function that ends it. */
  listen(listener: (event: TypeEvent) => void): () => void;
  /** Why types are not available, if they are not. */
  readonly failure: string | undefined;
  /** Ends the worker. */
  destroy(): void;
}

/** `changed` names the cell whose code is new, or none if all may be. */
export type TypeEvent = { readonly kind: "changed"; readonly cell?: string } | { readonly kind: "failed" };

/** Makes the service of one notebook. */
export function createTypeService(): TypeService {
  return new WorkerService();
}

class WorkerService implements TypeService {
  failure: string | undefined;
  #worker: Worker | undefined;
  #isReady = false;
  /** What is sent once the worker has its declarations. */
  #early: ToWorker[] = [];
  #count = 0;
  /** The cells' codes in order, as the worker was told. */
  readonly #codes: Map<string, string> = new Map();
  readonly #waiting: Map<number, (answer: unknown) => void> = new Map();
  readonly #listeners: Set<(event: TypeEvent) => void> = new Set();

  setCells(cells: readonly Cell[]): void {
    const isSameOrder = [...this.#codes.keys()].join() === cells.map(({ id }) => id).join();
    const changed = cells.filter(({ id, code }) => this.#codes.get(id) !== code);
    this.#codes.clear();
    for (const { id, code } of cells) this.#codes.set(id, code);
    this.#start();
    this.#send({ kind: "cells", cells: cells.map(({ id, code }) => ({ id, code })) });
    if (isSameOrder && changed.length === 1) this.#tell({ kind: "changed", cell: changed[0]!.id });
    else if (!isSameOrder || changed.length > 0) this.#tell({ kind: "changed" });
  }

  ask<Kind extends QuestionKind>(
    question: Question<Kind>,
    signal?: AbortSignal,
  ): Promise<Questions[Kind]["answer"] | undefined> {
    if (this.failure !== undefined || signal?.aborted) return Promise.resolve(undefined);
    this.#start();
    const { cell, code } = question;
    if (this.#codes.get(cell) !== code) {
      this.#codes.set(cell, code);
      this.#tell({ kind: "changed", cell });
    }
    const id = ++this.#count;
    return new Promise((resolve) => {
      const stop = (): void => {
        this.#send({ kind: "cancel", id });
        settle(undefined);
      };
      const settle = (answer: unknown): void => {
        this.#waiting.delete(id);
        signal?.removeEventListener("abort", stop);
        resolve(answer as Questions[Kind]["answer"] | undefined);
      };
      this.#waiting.set(id, settle);
      signal?.addEventListener("abort", stop, { once: true });
      this.#send({ kind: "question", id, question: question as Question });
    });
  }

  listen(listener: (event: TypeEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  destroy(): void {
    this.#end("the notebook was closed");
    this.#listeners.clear();
  }

  #start(): void {
    if (this.#worker || this.failure !== undefined) return;
    let worker: Worker;
    try {
      worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "types" });
    } catch (error) {
      this.#fail(`the browser starts no worker (${error instanceof Error ? error.message : error})`);
      return;
    }
    this.#worker = worker;
    worker.onmessage = ({ data }: MessageEvent<ToPage>) => {
      if (data.kind === "failed") {
        this.#fail(data.message);
        return;
      }
      if (data.kind === "fault") console.warn(`Types: ${data.message}`);
      this.#waiting.get(data.id)?.(data.kind === "answer" ? data.answer : undefined);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      this.#fail(event.message || "the worker could not be loaded");
    };
    // The page fetches the declarations while the worker's own script is on its way.
    fetch(declarationsUrl)
      .then((response) => {
        if (!response.ok) throw new Error(`${declarationsUrl} answered ${response.status}`);
        return response.text();
      })
      .then((declarations) => {
        if (this.#worker !== worker) return;
        worker.postMessage({ kind: "start", declarations } satisfies ToWorker);
        this.#isReady = true;
        for (const message of this.#early) worker.postMessage(message);
        this.#early = [];
      })
      .catch((error: unknown) => {
        if (this.#worker === worker) this.#fail(error instanceof Error ? error.message : String(error));
      });
  }

  #send(message: ToWorker): void {
    if (this.#isReady) this.#worker?.postMessage(message);
    else if (this.#worker) this.#early.push(message);
  }

  #fail(message: string): void {
    if (this.failure !== undefined) return;
    this.#end(message);
    this.#tell({ kind: "failed" });
  }

  #end(message: string): void {
    this.failure ??= message;
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#early = [];
    for (const settle of [...this.#waiting.values()]) settle(undefined);
  }

  #tell(event: TypeEvent): void {
    for (const listener of [...this.#listeners]) listener(event);
  }
}
