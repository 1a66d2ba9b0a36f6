// What the page and the type worker say to each other, as plain data. Positions count UTF-16 units from the start of the
// cell's code, as editors do.

import type { Cell } from "./module.ts";

/** What is wrong at a place of a cell. A warning says that a type is not known, which does not keep the cell from running. */
export interface Diagnosis {
  readonly from: number;
  readonly to: number;
  readonly severity: "error" | "warning";
  readonly message: string;
  /** TypeScript's number of the message. */
  readonly code: number;
}

/** What a name stands for. */
export type EntryKind =
  | "class"
  | "constant"
  | "function"
  | "interface"
  | "keyword"
  | "method"
  | "namespace"
  | "property"
  | "text"
  | "type"
  | "variable";

/** One of the names that can stand at a place. */
export interface Entry {
  readonly label: string;
  readonly kind: EntryKind;
  /** What is inserted, if it is not the label. */
  readonly insert?: string;
  /** How near it is, from -99 to 99: names of the cell before those of the language. */
  readonly boost: number;
  readonly deprecated?: boolean;
}

/** The names that can stand at a place, and the stretch of code that they replace. */
export interface Completions {
  readonly from: number;
  readonly to: number;
  readonly entries: readonly Entry[];
}

/** What is known of a name: its declaration as code, and its doc comment as Markdown. */
export interface Description {
  readonly declaration: string;
  readonly documentation: string;
}

/** What is known of the name at a place, and where the name stands. */
export interface Hover extends Description {
  readonly from: number;
  readonly to: number;
}

/** The call that a place is in. */
export interface Signature {
  /** Where the arguments begin. */
  readonly from: number;
  readonly before: string;
  readonly parameters: readonly string[];
  readonly after: string;
  /** Which of the parameters the place is in. */
  readonly active: number;
  /** Which of the overloads this is, counted from zero, and how many there are. */
  readonly overload: number;
  readonly overloads: number;
  readonly documentation: string;
}

/** Each question: what comes with it, and the answer. */
export interface Questions {
  complete: { ask: { position: number; explicit: boolean }; answer: Completions | undefined };
  describe: { ask: { position: number; name: string }; answer: Description | undefined };
  diagnose: { ask: { position?: undefined }; answer: readonly Diagnosis[] };
  hover: { ask: { position: number }; answer: Hover | undefined };
  signature: { ask: { position: number }; answer: Signature | undefined };
}
export type QuestionKind = keyof Questions;

/** A question about a cell, with the code that the cell has now. */
export type Question<Kind extends QuestionKind = QuestionKind> = {
  [K in Kind]: { readonly kind: K; readonly cell: string; readonly code: string } & Readonly<Questions[K]["ask"]>;
}[Kind];

/** From the page to the worker. */
export type ToWorker =
  /** The text of the JSON file of declarations. */
  | { readonly kind: "start"; readonly declarations: string }
  | { readonly kind: "cells"; readonly cells: readonly Cell[] }
  | { readonly kind: "question"; readonly id: number; readonly question: Question }
  /** Nobody waits for this answer any more. */
  | { readonly kind: "cancel"; readonly id: number };

/** From the worker to the page. */
export type ToPage =
  | { readonly kind: "answer"; readonly id: number; readonly answer: unknown }
  /** The question could not be answered; others may. */
  | { readonly kind: "fault"; readonly id: number; readonly message: string }
  /** Nothing can be answered. */
  | { readonly kind: "failed"; readonly message: string };
