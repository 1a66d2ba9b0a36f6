// What the page and the worker that runs cells say to each other: plain data, so that it can be sent.

import type { CompiledCell } from "../../notebooks/runner/cell.ts";
import type { Place } from "../../notebooks/runner/execute.ts";
import type { Answer, Question } from "../inspector/protocol.ts";

/** A value in several forms, by MIME type. */
export type Bundle = Readonly<Record<string, unknown>>;

/** Where a training loop stands, as `optim.progress` reports it. */
export interface Progress {
  readonly description: string;
  readonly done: number;
  readonly total: number | undefined;
  readonly seconds: number;
  readonly note: string;
  readonly finished: boolean;
}

/** What ended a cell, as data. */
export interface Failure {
  readonly name: string;
  readonly message: string;
  readonly place: Place | undefined;
  readonly frame: string;
  readonly trace: readonly Place[];
  /** The cell was stopped, which is no mistake of the cell. */
  readonly stopped: boolean;
}

/** What came of a run. What the cell printed has been sent before. */
export interface RunResult {
  readonly error: Failure | undefined;
  /** The value of the last expression as text; undefined if there is none. */
  readonly value: string | undefined;
  /** The value in other forms, if it has any. */
  readonly bundle: Bundle | undefined;
  readonly assertions: number;
  readonly milliseconds: number;
}

/** What the page asks of the worker. */
export type Request =
  | {
      readonly kind: "start";
      /** One word of shared memory, not 0 when the running cell shall stop; undefined where memory cannot be shared. */
      readonly stop: SharedArrayBuffer | undefined;
      /** Which cell declares which name, for the error about a name that is not there yet. */
      readonly names: Readonly<Record<string, string>>;
    }
  | {
      readonly kind: "run";
      readonly run: number;
      readonly cell: string;
      readonly code: string;
      readonly compiled: CompiledCell | undefined;
    }
  /** What the inspector asks; comes only while no cell runs. */
  | { readonly kind: "inspect"; readonly question: Question }
  /** Loads the library before a cell asks for it. */
  | { readonly kind: "warm" }
  /** Something that the reader did with a picture, such as dragging a point; `id` is that of the listener. */
  | { readonly kind: "event"; readonly id: string; readonly event: unknown };

/** What the worker tells the page. `run` is the number of the run that it belongs to. */
export type Reply =
  | { readonly kind: "ready"; readonly threads: number }
  | { readonly kind: "answer"; readonly answer: Answer }
  | { readonly kind: "output"; readonly run: number; readonly text: string }
  | { readonly kind: "display"; readonly run: number; readonly id: string | undefined; readonly bundle: Bundle }
  | { readonly kind: "progress"; readonly run: number; readonly progress: Progress }
  | { readonly kind: "fault"; readonly run: number; readonly error: Failure }
  | { readonly kind: "done"; readonly run: number; readonly result: RunResult };
