// What the inspector asks of the kernel and hears from it: plain data, so that it can be sent.

import type { Failure } from "../kernel/protocol.ts";

/** A cell as it stands on the page. */
export interface CellText {
  readonly id: string;
  readonly code: string;
}

/** A function and its arguments, as expressions in the notebook's names. */
export interface Subject {
  readonly f: string;
  /** With commas between them. */
  readonly args: string;
}

export type Question =
  | { readonly kind: "functions"; readonly cells: readonly CellText[] }
  | ({ readonly kind: "jaxpr" } & Subject)
  /** By the first argument that consists of floats, as `grad` does, or by all of them. */
  | ({ readonly kind: "gradient"; readonly all: boolean } & Subject)
  | ({ readonly kind: "compiled" } & Subject)
  | ({ readonly kind: "profile"; readonly runs: number } & Subject);

/** A name that has another value now than where the cell that was read means it. */
export interface Replaced {
  readonly name: string;
  /** The cell that declares what is meant. */
  readonly meant: string;
  /** The cell that declared it last; undefined if it is not there at all. */
  readonly by: string | undefined;
}

/** Arguments that a cell calls a function with. */
export interface Proposal {
  readonly text: string;
  /** The cell that holds the call. */
  readonly cell: string;
  /** What would have to be run again for the text to mean what it means there. */
  readonly replaced: readonly Replaced[];
  /** No call was found: these are names of the notebook that are called as the parameters are. */
  readonly guessed: boolean;
}

/** A function that a cell declares. */
export interface FunctionEntry {
  readonly name: string;
  readonly cell: string;
  /** Its parameters as they are written; undefined where they are not seen. */
  readonly parameters: string | undefined;
  /** Undefined if the name has this function as its value now. */
  readonly replaced: Replaced | undefined;
  readonly proposals: readonly Proposal[];
}

/** The line of a cell that an equation comes from. */
export interface Origin {
  readonly cell: string;
  readonly line: number;
  /** The text of that line. */
  readonly source: string;
}

/** A jaxpr as text. */
export interface JaxprText {
  /** What it is the jaxpr of, as an expression. */
  readonly title: string;
  /** Remarks about how it came to be. */
  readonly remarks: readonly string[];
  readonly text: string;
  /** For each line of the text, where its equations come from. */
  readonly origins: readonly (readonly Origin[])[];
  /** Equations, those of inner jaxprs included. */
  readonly equations: number;
  /** Of a gradient by some arguments: by how many it could be, and whether it is by all. */
  readonly by: { readonly most: number; readonly all: boolean } | undefined;
}

/** A compiled program. */
export interface CompiledText {
  readonly title: string;
  readonly remarks: readonly string[];
  readonly backend: string;
  readonly equations: number;
  /** Kernels by kind, those in loops and branches counted once. */
  readonly kinds: readonly (readonly [kind: string, count: number])[];
  readonly kernels: readonly KernelText[];
  /** The buffers and the memory plan. */
  readonly buffers: string;
  /** The backend's code. */
  readonly code: string;
  /** Why it was compiled, and how long that took. */
  readonly history: string;
  readonly argumentBytes: number;
  readonly outputBytes: number;
  readonly workspaceBytes: number;
  readonly flops: number;
  readonly bytesAccessed: number;
}

/** A kernel, or a loop or branch with what is in it. */
export interface KernelText {
  readonly head: string;
  /** Its expressions: what was fused into it. */
  readonly body: string;
}

/** Times of one kernel, the mean over the faster half of the calls. */
export interface KernelTime {
  readonly label: string;
  readonly inside: readonly string[];
  /** Times that it runs in one call. */
  readonly runs: number;
  /** Milliseconds in one call. */
  readonly time: number;
  readonly bytes: number;
  readonly flops: number;
}

export interface ProfileText {
  readonly title: string;
  readonly remarks: readonly string[];
  /** Calls that were measured kernel by kernel. */
  readonly calls: number;
  /** Milliseconds of one such call, the clocks between kernels included: the mean over the faster half. */
  readonly clocked: number;
  /** Milliseconds of one call without clocks, the fastest of several rows of calls. */
  readonly plain: number;
  readonly plainCalls: number;
  readonly kernels: readonly KernelTime[];
  /** The fastest call in Chrome's trace format. */
  readonly trace: string;
}

export type Answer =
  | {
      readonly kind: "functions";
      readonly functions: readonly FunctionEntry[];
      /** Cells that cannot be read, since they are no valid programs. */
      readonly broken: readonly string[];
    }
  | { readonly kind: "jaxpr"; readonly jaxpr: JaxprText }
  | { readonly kind: "compiled"; readonly compiled: CompiledText }
  | { readonly kind: "profile"; readonly profile: ProfileText }
  /** `part` says what failed: the function, the arguments, the inspection. */
  | { readonly kind: "failed"; readonly part: "function" | "arguments" | "inspection"; readonly error: Failure };
