/**
 * The function of one kernel: its parameters are the addresses of the buffers that it touches, the counters of enclosing
 * loops that it reads, and the address of its scratch memory.
 */
import type { BufferSpec } from "../../compile/ir.ts";
import { nodesOf } from "../../compile/nodes.ts";
import type { Expr } from "../../core/expr.ts";
import type { DType } from "../../types/dtype.ts";
import type { FunctionBuilder, FunctionRef } from "./function.ts";
import type { ModuleBuilder } from "./module.ts";

/** A kernel's function and what the driver must pass to it, in this order. */
export interface KernelFunction {
  readonly target: FunctionRef;
  readonly buffers: readonly number[];
  readonly counters: readonly number[];
  /** Bytes of scratch memory, whose address comes last; 0: no such parameter. */
  readonly scratch: number;
}

export class Frame {
  readonly module: ModuleBuilder;
  readonly f: FunctionBuilder;
  readonly buffers: readonly number[];
  readonly counters: readonly number[];
  readonly scratchBytes: number;
  private readonly specs: readonly BufferSpec[];

  /** `roots`: every expression of the kernel; `touched`: buffers used besides their loads. */
  constructor(
    module: ModuleBuilder,
    name: string,
    specs: readonly BufferSpec[],
    roots: readonly Expr[],
    touched: readonly number[],
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
    this.buffers = [...buffers];
    this.counters = [...counters];
    this.scratchBytes = scratchBytes;
    const parameters = this.buffers.length + this.counters.length + (scratchBytes > 0 ? 1 : 0);
    this.f = module.function(name, new Array<"i32">(parameters).fill("i32"));
  }

  /** The local that holds a buffer's address. */
  address(buffer: number): number {
    return this.buffers.indexOf(buffer);
  }
  counter(counter: number): number {
    return this.buffers.length + this.counters.indexOf(counter);
  }
  /** The local that holds the address of the scratch memory. */
  get scratch(): number {
    return this.buffers.length + this.counters.length;
  }
  dtype(buffer: number): DType {
    return this.specs[buffer]!.dtype;
  }
  finished(): KernelFunction {
    return { target: this.f, buffers: this.buffers, counters: this.counters, scratch: this.scratchBytes };
  }
}
