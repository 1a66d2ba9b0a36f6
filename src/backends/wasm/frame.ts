/**
 * The function of one kernel: its parameters are the addresses of the buffers that it touches (if they are very many, the
 * driver's table and workspace, where it looks them up), the counters of enclosing loops that it reads, the address of its
 * scratch memory, and, for a kernel that several threads may share, the first and the last (exclusive) of its units.
 */
import type { BufferSpec, Kernel } from "../../compile/ir.ts";
import { nodesOf } from "../../compile/nodes.ts";
import { stepBuffers } from "../../compile/plan.ts";
import type { Expr } from "../../core/expr.ts";
import type { DType } from "../../types/dtype.ts";
import type { FunctionBuilder, FunctionRef } from "./function.ts";
import type { ModuleBuilder } from "./module.ts";

/** A kernel's function and what the driver must pass to it, in this order. */
export interface KernelFunction {
  readonly target: FunctionRef;
  /** Undefined: the table and the workspace are passed instead of addresses. */
  readonly buffers: readonly number[] | undefined;
  readonly counters: readonly number[];
  /** Bytes of scratch memory, whose address comes after the counters; 0: no such parameter. */
  readonly scratch: number;
  /** Whether a range comes last. */
  readonly ranged: boolean;
  /** How the range may be cut; undefined: it must not be, and its numbers mean nothing. */
  readonly split: Split | undefined;
}

/**
 * How a kernel's work falls into pieces that threads compute side by side. Pieces start at multiples of `unit`, so that
 * every element is computed by the same instructions wherever they lie, and with the same bits.
 */
export interface Split {
  /** The range of the whole kernel is [0, extent). */
  readonly extent: number;
  readonly unit: number;
  /** Each piece repeats some work (packing), so that there should be no more than threads. */
  readonly coarse: boolean;
}

/** Engines allow 1000 parameters. */
const mostParameters = 500;

/** Whether a kernel's function gets the addresses of its buffers, and does not look them up. */
export function hasDirectBuffers(kernel: Kernel): boolean {
  const { reads, writes } = stepBuffers(kernel);
  return reads.size + writes.size <= mostParameters;
}

/** What all kernels of a program are compiled with. */
export interface KernelContext {
  readonly module: ModuleBuilder;
  readonly specs: readonly BufferSpec[];
  /** Pushes the address of a buffer in a function whose first parameters are the table and the workspace. */
  readonly lookUp: (f: FunctionBuilder, buffer: number) => void;
}

export class Frame {
  readonly module: ModuleBuilder;
  readonly f: FunctionBuilder;
  readonly scratchBytes: number;
  private readonly specs: readonly BufferSpec[];
  private readonly addresses = new Map<number, number>();
  private readonly counters = new Map<number, number>();
  private readonly direct: boolean;
  private readonly ranged: boolean;
  /** The cut that the kernel's code is written for, once it is known. */
  split: Split | undefined;

  /** `roots`: every expression of the kernel; `touched`: buffers used besides their loads; `ranged`: see KernelFunction. */
  constructor(
    { module, specs, lookUp }: KernelContext,
    name: string,
    roots: readonly Expr[],
    touched: readonly number[],
    ranged: boolean,
    scratchBytes = 0,
  ) {
    const buffers = new Set(touched);
    const counters = new Set<number>();
    for (const e of nodesOf(roots)) {
      if (e.op === "load") buffers.add(Number(e.value));
      else if (e.op === "counter") counters.add(Number(e.value));
    }
    this.module = module;
    this.specs = specs;
    this.scratchBytes = scratchBytes;
    this.direct = buffers.size <= mostParameters;
    const first = this.direct ? buffers.size : 2;
    this.ranged = ranged;
    const parameters = first + counters.size + (scratchBytes > 0 ? 1 : 0) + (ranged ? 2 : 0);
    this.f = module.function(name, new Array<"i32">(parameters).fill("i32"));
    for (const counter of counters) this.counters.set(counter, first + this.counters.size);
    for (const buffer of buffers) {
      if (!this.direct) lookUp(this.f, buffer);
      this.addresses.set(buffer, this.direct ? this.addresses.size : this.f.store("i32"));
    }
  }

  /** The local that holds a buffer's address. */
  address(buffer: number): number {
    return this.addresses.get(buffer)!;
  }
  counter(counter: number): number {
    return this.counters.get(counter)!;
  }
  /** The local that holds the address of the scratch memory. */
  get scratch(): number {
    return this.f.params.length - (this.ranged ? 3 : 1);
  }
  /** The locals that hold the range, if the kernel gets one. */
  get range(): { readonly from: number; readonly to: number } | undefined {
    const { length } = this.f.params;
    return this.ranged ? { from: length - 2, to: length - 1 } : undefined;
  }
  dtype(buffer: number): DType {
    return this.specs[buffer]!.dtype;
  }
  finished(): KernelFunction {
    return {
      target: this.f,
      buffers: this.direct ? [...this.addresses.keys()] : undefined,
      counters: [...this.counters.keys()],
      scratch: this.scratchBytes,
      ranged: this.ranged,
      split: this.split,
    };
  }
}
