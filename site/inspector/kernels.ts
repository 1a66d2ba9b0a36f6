// The text of a compiled program, taken apart: the buffers, and the kernels each with its expressions.

import type { KernelText } from "./protocol.ts";

export interface ProgramParts {
  /** The lines about buffers, without their indentation. */
  readonly buffers: string;
  /** The steps: kernels, and loops and branches with what is in them. */
  readonly kernels: readonly KernelText[];
  /** How many kernels there are of each kind, those in loops and branches too. */
  readonly kinds: readonly (readonly [kind: string, count: number])[];
}

const kind = /^\s*(map|reduce|cumulative|contract|sort|scatter|callback)\b(?! of)/;
/** A kernel that has a name of its own: `b3, b4 <- cholesky(b1) sizes (3,) scratch b5`. */
const named = /^\s*b\d+(?:, b\d+)* <- ([\w.]+)\(.*\) sizes /;

/** Takes the text apart that `asText("kernels")` gives. */
export function kernelsOf(text: string): ProgramParts {
  const lines = text.split("\n");
  let at = 1;
  while (at < lines.length && /^ {2}(b\d+: |\d+ bytes of workspace)/.test(lines[at]!)) at += 1;
  const buffers = lines.slice(1, at).map((line) => line.slice(2));
  const kernels: { head: string; body: string[] }[] = [];
  const counts = new Map<string, number>();
  for (const line of lines.slice(at)) {
    // `do` and `case` go on with the step before them.
    const isInner = /^ /.test(line) || line === "do" || line.startsWith("case ");
    if (isInner && kernels.length > 0) kernels.at(-1)!.body.push(line);
    else kernels.push({ head: line, body: [] });
    const found = kind.exec(line)?.[1] ?? named.exec(line)?.[1];
    if (found !== undefined) counts.set(found, (counts.get(found) ?? 0) + 1);
  }
  const isLoop = (head: string): boolean => /^(loop|while|branch)\b/.test(head);
  return {
    buffers: buffers.join("\n"),
    kernels: kernels.map(({ head, body }) => ({
      head,
      body: body.map((line) => (isLoop(head) ? line : line.slice(2))).join("\n"),
    })),
    kinds: [...counts].sort((a, b) => b[1] - a[1]),
  };
}
