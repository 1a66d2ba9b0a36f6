/** Why a jitted function was compiled, and into what: `debug.explainCompile`. */
import type { JitFunction, TraceRecord } from "../api/jit.ts";
import type { Step } from "../compile/ir.ts";
import { ArgumentError } from "../errors/index.ts";
import { compiledCall } from "../runtime/execute.ts";
import { formatPath, leafPaths } from "../tree/flatten.ts";
import { formatAval } from "../types/aval.ts";

/** Kernels by kind, inner steps included. */
function countKernels(steps: readonly Step[], counts = new Map<string, number>()): Map<string, number> {
  for (const step of steps) {
    counts.set(step.kind, (counts.get(step.kind) ?? 0) + 1);
    if (step.kind === "loop") countKernels(step.body, counts);
    if (step.kind === "while") {
      countKernels(step.condition, counts);
      countKernels(step.body, counts);
    }
    if (step.kind === "branch") for (const branch of step.branches) countKernels(branch, counts);
  }
  return counts;
}

/** What differs from an earlier signature. */
function reason(now: TraceRecord, before: readonly TraceRecord[]): string {
  const last = before[before.length - 1];
  if (last === undefined) return "first call";
  if (now.structure.key !== last.structure.key)
    return `the arguments' tree changed: ${last.structure} -> ${now.structure}`;
  const paths = leafPaths(now.structure);
  const changes = now.avals.flatMap((aval, i) => {
    const old = last.avals[i]!;
    const weak =
      aval.weakType === old.weakType ? "" : aval.weakType ? " (now weakly typed)" : " (no longer weakly typed)";
    if (formatAval(old) === formatAval(aval) && weak === "") return [];
    return [`args${formatPath(paths[i]!)}: ${formatAval(old)} -> ${formatAval(aval)}${weak}`];
  });
  if (changes.length > 0) return changes.join("; ");
  return now.fixed === last.fixed ? "it closed over a traced value" : "a static argument or a setting changed";
}

/**
 * A text that says for each time a jitted function was traced: why, how long tracing, lowering and code generation took, and
 * how many equations became how many kernels.
 * @throws ArgumentError if the function was not made by `jit`.
 * @example console.log(debug.explainCompile(step));
 */
export function explainCompile(f: JitFunction<never, unknown>): string {
  if (typeof (f as { tracings?: unknown }).tracings !== "function") {
    throw new ArgumentError({
      what: "explainCompile expects a function made by jit",
      fix: "write debug.explainCompile(jit(f)), after calling it",
    });
  }
  const tracings = f.tracings();
  if (tracings.length === 0) return `${f.name} has not been called yet`;
  const lines = [`${f.name} was traced ${tracings.length} ${tracings.length === 1 ? "time" : "times"}`];
  tracings.forEach((tracing, i) => {
    lines.push(`${i + 1}. ${reason(tracing, tracings.slice(0, i))}`);
    lines.push(`   arguments: ${tracing.avals.map(formatAval).join(", ") || "none"}`);
    const compiled = compiledCall(tracing.params.jaxpr);
    const trace = `traced in ${tracing.time.toFixed(1)} ms`;
    if (compiled === undefined) {
      lines.push(`   ${trace}; not compiled on its own (it ran inside another program or transformation)`);
      return;
    }
    const { program } = compiled.executable;
    const kernels = [...countKernels(program.steps)].map(([kind, n]) => `${n} ${kind}`).join(", ") || "none";
    lines.push(
      `   ${trace}, lowered in ${compiled.times.lower.toFixed(1)} ms, generated for ${compiled.backend.name} in ${compiled.times.generate.toFixed(1)} ms`,
    );
    lines.push(`   ${tracing.params.jaxpr.equations.length} equations became kernels: ${kernels}`);
    lines.push(`   workspace: ${program.workspaceBytes} bytes`);
  });
  return lines.join("\n");
}
