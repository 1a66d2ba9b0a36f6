/**
 * A progress bar for loops. In: a number of rounds, or what to loop over. Out: the same items, one by one. Meanwhile a
 * terminal shows a bar; a pipe gets one line at the end; a page that has set a reporter is told.
 */
import { ArgumentError, checkOptions } from "../errors/index.ts";

/** Where a loop stands. */
export interface ProgressState {
  readonly description: string;
  /** Rounds that are done. */
  readonly done: number;
  /** Rounds there will be, if that is known. */
  readonly total: number | undefined;
  /** Seconds since the loop began. */
  readonly seconds: number;
  /** What the loop has to say, such as its loss. */
  readonly note: string;
  /** The loop has ended, by itself or by a `break`. */
  readonly finished: boolean;
}

/** Is told where a loop stands. */
export type ProgressReporter = (state: ProgressState) => void;

/** Options of `progress`. */
export interface ProgressOptions {
  /** A word in front of the bar. */
  readonly description?: string;
  /** The number of rounds, where what is looped over does not know. */
  readonly total?: number;
  /** Told of the loop's progress in place of the terminal. */
  readonly report?: ProgressReporter;
  /** The least number of milliseconds between two reports. Default 100. */
  readonly interval?: number;
}

interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

let installed: ProgressReporter | undefined;

/**
 * Says who is told of the progress of all loops from here on, such as a page that draws a bar; null for the terminal again.
 * Returns the one before.
 * @example
 * const before = optim.setProgressReporter((progress) => console.log(progress));
 * optim.setProgressReporter(before);
 */
export function setProgressReporter(reporter: ProgressReporter | null): ProgressReporter | null {
  const before = installed ?? null;
  installed = reporter ?? undefined;
  return before;
}

function span(seconds: number): string {
  const whole = Math.round(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const two = (n: number): string => String(n).padStart(2, "0");
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${two(minutes)}:${two(whole % 60)}`;
}

/**
 * A line of text for a state, with a bar if the total is known and there is room.
 * @example
 * const state = { description: "training", done: 50, total: 100, seconds: 2, note: "loss 0.31", finished: false };
 * optim.formatProgress(state, 60);
 */
export function formatProgress(state: ProgressState, columns: number): string {
  const { description, done, total, seconds, note, finished } = state;
  const tail = note === "" ? [] : [note];
  const head = description === "" ? [] : [description];
  if (total === undefined || total === 0) return [...head, `${done} rounds`, span(seconds), ...tail].join(" ");
  const part = Math.min(done / total, 1);
  const left = !finished && done > 0 ? [`< ${span((seconds / done) * Math.max(total - done, 0))}`] : [];
  const figures = [`${Math.floor(part * 100)}%`.padStart(4), `${done}/${total}`, span(seconds), ...left, ...tail];
  const room = Math.min(columns - [...head, ...figures].join(" ").length - 2, 30);
  if (room < 5) return [...head, ...figures].join(" ").trimStart().slice(0, Math.max(columns, 1));
  const filled = Math.round(part * room);
  return [...head, "━".repeat(filled) + "─".repeat(room - filled), ...figures].join(" ");
}

/** The reporter for Node's standard error: a line that is drawn over, or where that is a pipe or a file one line at the end. */
function terminalReporter(): ProgressReporter {
  const stream = (globalThis as { process?: { stderr?: Terminal } }).process?.stderr;
  if (stream === undefined || typeof stream.write !== "function") return () => {};
  if (stream.isTTY !== true) {
    return (state) => {
      if (state.finished) stream.write(`${formatProgress(state, 80)}\n`);
    };
  }
  return (state) => {
    const line = formatProgress(state, (stream.columns ?? 80) - 1);
    // Back to the first column and clear the line, so that a shorter text leaves nothing of a longer one.
    stream.write(`\r\u001b[2K${line}${state.finished ? "\n" : ""}`);
  };
}

/** What `progress` returns: to loop over with `for`, or with `for await`. */
export class Progress<T> implements Iterable<T>, AsyncIterable<T> {
  readonly #source: Iterable<T> | AsyncIterable<T>;
  readonly #total: number | undefined;
  readonly #description: string;
  readonly #interval: number;
  readonly #report: ProgressReporter | undefined;
  #note = "";

  constructor(source: Iterable<T> | AsyncIterable<T>, total: number | undefined, options: ProgressOptions) {
    this.#source = source;
    this.#total = total;
    this.#description = options.description ?? "";
    this.#interval = options.interval ?? 100;
    this.#report = options.report;
  }

  /** What stands behind the bar from now on. @example optim.progress(3).note("loss 0.31") */
  note(text: string): void {
    this.#note = text;
  }

  /** Counts rounds, and reports them when it is time. */
  #counter(): { next(): void; end(): void } {
    const report = this.#report ?? installed ?? terminalReporter();
    const begin = performance.now();
    let done = 0;
    let last = Number.NEGATIVE_INFINITY;
    const tell = (finished: boolean): void => {
      const now = performance.now();
      if (!finished && now - last < this.#interval) return;
      last = now;
      report({
        description: this.#description,
        done,
        total: this.#total,
        seconds: (now - begin) / 1000,
        note: this.#note,
        finished,
      });
    };
    tell(false);
    return {
      next: () => {
        done += 1;
        tell(false);
      },
      end: () => tell(true),
    };
  }

  *[Symbol.iterator](): Generator<T, void, undefined> {
    if (!(Symbol.iterator in this.#source)) {
      throw new ArgumentError({
        what: "progress: what is looped over gives its items later",
        fix: "write for await (const item of optim.progress(...))",
      });
    }
    const counter = this.#counter();
    try {
      for (const item of this.#source) {
        yield item;
        counter.next();
      }
    } finally {
      counter.end();
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Awaited<T>, void, undefined> {
    const counter = this.#counter();
    try {
      for await (const item of this.#source) {
        yield item;
        counter.next();
      }
    } finally {
      counter.end();
    }
  }
}

function* countTo(n: number): Generator<number, void, undefined> {
  for (let i = 0; i < n; i++) yield i;
}

/** A list can be looped over again; so can a count. */
const counting = (n: number): Iterable<number> => ({ [Symbol.iterator]: () => countTo(n) });

/**
 * Loops with a progress bar: over the numbers from 0 to n - 1, or over anything that `for` can loop over. A `break` ends the
 * bar too. Anything the loop wants to show goes into `note`.
 *
 * @throws ArgumentError for what is neither a whole number nor something to loop over.
 * @example
 * const bar = optim.progress(1000, { description: "training" });
 * for (const step of bar) {
 *   // ... a step of training ...
 *   if (step % 100 === 0) bar.note(`step ${step}`);
 * }
 */
export function progress(rounds: number, options?: ProgressOptions): Progress<number>;
export function progress<T>(items: Iterable<T> | AsyncIterable<T>, options?: ProgressOptions): Progress<T>;
export function progress(
  over: number | Iterable<unknown> | AsyncIterable<unknown>,
  options: ProgressOptions = {},
): Progress<unknown> {
  checkOptions("progress", options, ["description", "total", "report", "interval"]);
  if (typeof over === "number") {
    if (Number.isInteger(over) && over >= 0)
      return new Progress<unknown>(counting(over), options.total ?? over, options);
  } else if (typeof over === "object" && over !== null && (Symbol.iterator in over || Symbol.asyncIterator in over)) {
    const { length, size } = over as { readonly length?: unknown; readonly size?: unknown };
    const known = [options.total, length, size].find((n) => typeof n === "number") as number | undefined;
    return new Progress(over, known, options);
  }
  throw new ArgumentError({
    what: `progress: expected a whole number of rounds or something to loop over, but got ${String(over)}`,
    fix: "write optim.progress(1000), or optim.progress(batches)",
  });
}
