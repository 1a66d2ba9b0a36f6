/** Programs before they run: `jit(f).lower(...args)`, and compiled: `.compile()`. */
import type { WasmExecutable } from "../backends/wasm/backend.ts";
import { wasmText } from "../backends/wasm/text.ts";
import { type Cost, programCost } from "../compile/cost.ts";
import { formatProgram } from "../compile/text.ts";
import type { NDArray } from "../core/ndarray.ts";
import { formatJaxpr } from "../core/print.ts";
import { OptionError, TreeError } from "../errors/index.ts";
import { callCompiled, compileCall, type Compiled as Program } from "../runtime/execute.ts";
import { unflatten } from "../tree/flatten.ts";
import type { Args, Traced } from "../tree/types.ts";
import { dtypeBytes } from "../types/dtype.ts";
import { sizeOf } from "../types/shape.ts";
import { flattenToArrays } from "./flat.ts";
import type { Tracing } from "./jit.ts";
import { type Profile, profileCall } from "./profile.ts";

/** The stages whose text can be looked at. */
export type Stage = "jaxpr" | "kernels" | "code";

/** Bytes of a compiled program. */
export interface MemoryAnalysis {
  readonly argumentBytes: number;
  readonly outputBytes: number;
  /** Temporary values, which share one workspace by a static plan. */
  readonly workspaceBytes: number;
}

const bytesOf = (
  avals: readonly { readonly dtype: Parameters<typeof dtypeBytes>[0]; readonly shape: readonly number[] }[],
): number => avals.reduce((sum, a) => sum + dtypeBytes(a.dtype) * sizeOf(a.shape), 0);

/** How each backend shows its code. */
const codeTexts: { readonly [backend: string]: (program: Program) => string } = {
  wasm: ({ executable }) => wasmText(executable as WasmExecutable),
};

/** A traced program, lowered for arguments of known types. */
export class Lowered<A extends readonly unknown[], O> {
  private readonly tracing: Tracing;
  private readonly dynamic: (args: readonly unknown[]) => readonly unknown[];

  /** @internal */
  constructor(tracing: Tracing, dynamic: (args: readonly unknown[]) => readonly unknown[]) {
    this.tracing = tracing;
    this.dynamic = dynamic;
  }

  private program(): Program {
    const { jaxpr, name } = this.tracing.params;
    return compileCall(jaxpr, name);
  }

  /**
   * The program as text: its jaxpr (the default), the fused kernels with their memory plan, or the backend's code.
   * @throws OptionError for another stage.
   */
  asText(stage: Stage = "jaxpr"): string {
    return stageText(stage, this.tracing, () => this.program());
  }

  /** An estimate of operations and bytes. */
  costAnalysis(): Cost {
    return programCost(this.program().executable.program);
  }

  /** Compiles now, so that the first call does not have to. */
  compile(): CompiledFunction<A, O> {
    return new CompiledFunction(this.tracing, this.program(), this.dynamic);
  }
}

function stageText(stage: Stage, tracing: Tracing, program: () => Program): string {
  switch (stage) {
    case "jaxpr":
      return formatJaxpr(tracing.params.jaxpr);
    case "kernels":
      return formatProgram(program().executable.program);
    case "code": {
      const compiled = program();
      return (codeTexts[compiled.backend.name] ?? (() => formatProgram(compiled.executable.program)))(compiled);
    }
    default:
      throw new OptionError({
        what: `asText has no stage ${JSON.stringify(stage)}`,
        fix: 'use "jaxpr", "kernels" or "code"',
      });
  }
}

/** A compiled program for arguments of fixed types. */
export class CompiledFunction<A extends readonly unknown[], O> {
  private readonly tracing: Tracing;
  private readonly program: Program;
  private readonly dynamic: (args: readonly unknown[]) => readonly unknown[];

  /** @internal */
  constructor(tracing: Tracing, program: Program, dynamic: (args: readonly unknown[]) => readonly unknown[]) {
    this.tracing = tracing;
    this.program = program;
    this.dynamic = dynamic;
  }

  /**
   * Runs the program on concrete arguments of the types that it was compiled for.
   * @throws TreeError if the arguments' trees or types differ.
   */
  call(...args: Args<A>): Traced<O> {
    return unflatten(this.tracing.out, callCompiled(this.program, this.operands(args))) as Traced<O>;
  }

  /**
   * Runs the program with a clock between its kernels: where the time goes, as a table and as a Chrome trace.
   * @throws TreeError if the arguments' trees or types differ.
   * @example console.log(jit(step).lower(w, x).compile().profile(w, x).table());
   */
  profile(...args: Args<A>): Profile<Traced<O>> {
    return profileCall(this.program, this.operands(args)).map((results) =>
      unflatten(this.tracing.out, results),
    ) as Profile<Traced<O>>;
  }

  private operands(args: readonly unknown[]): readonly NDArray[] {
    const { leaves, structure } = flattenToArrays(this.dynamic(args));
    const { avals, constants } = this.tracing;
    const fits =
      structure.key === this.tracing.structure.key &&
      leaves.every((x, i) => x.aval.dtype === avals[i]!.dtype && x.aval.shape.join() === avals[i]!.shape.join());
    if (!fits) {
      throw new TreeError({
        what: "Argument types differ from the types for which this computation was compiled",
        fix: "call the jitted function itself, which compiles for each signature",
      });
    }
    return [...constants, ...leaves];
  }

  /** See `Lowered.asText`; the default is the backend's code. */
  asText(stage: Stage = "code"): string {
    return stageText(stage, this.tracing, () => this.program);
  }

  costAnalysis(): Cost {
    return programCost(this.program.executable.program);
  }

  /** Bytes of arguments, outputs and temporary memory. */
  memoryAnalysis(): MemoryAnalysis {
    return {
      argumentBytes: bytesOf(this.tracing.avals),
      outputBytes: bytesOf(this.program.outputAvals),
      workspaceBytes: this.program.executable.program.workspaceBytes,
    };
  }
}
