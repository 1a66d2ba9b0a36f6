// Between a busy cell and the page. In go lines of text, pictures and progress as fast as the cell makes them; out go few
// messages: a cell that prints in a tight loop, or draws in each round of its training, must not drown the page.

import type { Bundle, Progress, Reply } from "./protocol.ts";

/** So many lines of a run are sent at once; after them they are collected. */
const promptLines = 100;
/** Milliseconds between two messages of one kind, about one frame. */
const interval = 16;
/** Characters that a cell may print. */
export const mostCharacters = 20_000_000;

/** Thrown where a cell prints without end. */
export class OutputError extends Error {
  override readonly name: string = "OutputError";
}

/** Sends what one run prints and shows. */
export class Relay {
  readonly run: number;
  readonly #send: (reply: Reply) => void;
  readonly #now: () => number;
  readonly #pictures: Map<string, { bundle: Bundle; sent: number; waiting: boolean }> = new Map();
  #lines: string[] = [];
  #count = 0;
  #characters = 0;
  #sent = Number.NEGATIVE_INFINITY;

  constructor(run: number, send: (reply: Reply) => void, now: () => number = () => performance.now()) {
    this.run = run;
    this.#send = send;
    this.#now = now;
  }

  /** A line that the cell printed. @throws {OutputError} when there have been too many. */
  print(text: string): void {
    this.#count += 1;
    this.#characters += text.length + 1;
    if (this.#characters > mostCharacters) {
      this.flush();
      throw new OutputError(`the cell was stopped: it printed more than ${mostCharacters / 1e6} million characters`);
    }
    this.#lines.push(text);
    if (this.#count <= promptLines || this.#now() - this.#sent >= interval) this.#sendLines();
  }

  /** A picture. The same id again takes the place of the one before; if they come too fast, only the last is sent. */
  show(bundle: Bundle, id: string | undefined): void {
    // What stands before the picture comes before it.
    this.#sendLines();
    if (id === undefined) {
      this.#send({ kind: "display", run: this.run, id, bundle });
      return;
    }
    const known = this.#pictures.get(id);
    const now = this.#now();
    const waiting = known !== undefined && now - known.sent < interval;
    this.#pictures.set(id, { bundle, sent: waiting ? known.sent : now, waiting });
    if (!waiting) this.#send({ kind: "display", run: this.run, id, bundle });
  }

  progress(progress: Progress): void {
    this.#send({ kind: "progress", run: this.run, progress });
  }

  /** Sends what waits, if it is time: called in the rounds of loops. */
  poll(): void {
    if (this.#lines.length > 0 && this.#now() - this.#sent >= interval) this.#sendLines();
  }

  /** Sends all that waits. */
  flush(): void {
    this.#sendLines();
    for (const [id, picture] of this.#pictures) {
      if (!picture.waiting) continue;
      picture.waiting = false;
      this.#send({ kind: "display", run: this.run, id, bundle: picture.bundle });
    }
  }

  #sendLines(): void {
    if (this.#lines.length === 0) return;
    const text = `${this.#lines.join("\n")}\n`;
    this.#lines = [];
    this.#sent = this.#now();
    this.#send({ kind: "output", run: this.run, text });
  }
}
