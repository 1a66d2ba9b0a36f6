/**
 * The WebAssembly backend: arrays are blocks of one heap, programs are compiled to modules over that heap, and a run is
 * one call. Runs may nest: each takes a workspace of its own from the pool and gives it back. Large kernels are shared with
 * worker threads where memory can be shared.
 */
import type { Program } from "../../compile/ir.ts";
import type { Assemble } from "../../core/assembler.ts";
import { BackendError } from "../../errors/index.ts";
import { type DType, dtypeBytes, newTypedArray, type TypedArray } from "../../types/dtype.ts";
import type { Backend, Executable, Storage } from "../backend.ts";
import { supportsRelaxedSimd, supportsSimd } from "./features.ts";
import { type Block, Heap } from "./heap.ts";
import { hostImports } from "./host.ts";
import { importModule, ModuleBuilder } from "./module.ts";
import { opaqueImports } from "./opaque.ts";
import { type Compiled, callbackImport, compileProgram, startFunction } from "./program.ts";
import { type ParallelProgram, type ThreadOptions, Threads } from "./threads.ts";

const stored: ReadonlySet<DType> = new Set<DType>([
  "bool",
  "int8",
  "int16",
  "int32",
  "int64",
  "uint8",
  "uint16",
  "uint32",
  "uint64",
  "float32",
  "float64",
  "complex64",
  "complex128",
  "float0",
  "key<fry>",
]);

/** Up to so many float32 are copied one by one, which takes less time than making views to copy between. */
const fewElements = 16;

function checkDType(dtype: DType): void {
  if (stored.has(dtype)) return;
  throw new BackendError({
    what: `the wasm backend cannot store ${dtype}`,
    fix: `it stores ${[...stored].join(", ")}`,
  });
}

type HostImport = (number: number, table: number, workspace: number) => void;

class WasmStorage implements Storage {
  readonly block: Block;
  constructor(block: Block) {
    this.block = block;
  }
  get bytes(): number {
    return this.block.bytes;
  }
}

export class WasmExecutable implements Executable {
  readonly program: Program;
  readonly compiled: Compiled;
  readonly start: (table: number) => void;
  /** Bytes of the table and the arguments behind it, which stand in front of the workspace, and of all. */
  readonly tableBytes: number;
  readonly frameBytes: number;
  /** Places of inputs, outputs and constants in the table. */
  readonly inputSlots: readonly number[];
  readonly outputSlots: readonly number[];
  readonly constants: readonly { readonly slot: number; readonly block: Block }[];
  readonly workspaceSlot: number;

  constructor(
    program: Program,
    compiled: Compiled,
    start: (table: number) => void,
    constants: ReadonlyMap<number, Block>,
  ) {
    const slot = (buffer: number): number => compiled.slots.get(buffer)!;
    this.program = program;
    this.compiled = compiled;
    this.start = start;
    this.workspaceSlot = compiled.slots.size;
    this.tableBytes = Math.ceil((4 * (compiled.slots.size + 1) + compiled.argumentBytes) / 16) * 16;
    this.frameBytes = this.tableBytes + compiled.workspaceBytes;
    this.inputSlots = program.inputs.map(slot);
    this.outputSlots = program.outputs.map(slot);
    this.constants = [...constants].map(([buffer, block]) => ({ slot: slot(buffer), block }));
  }
}

/** How a wasm backend differs from the default. The options of threads are for tests. */
export interface WasmOptions extends ThreadOptions {
  /** Limit of the memory, in pages of 64 KiB. Default: all that 32-bit addresses reach, 4 GiB. */
  readonly maximumPages?: number;
  /** Use relaxed SIMD (fused multiply-add). Default: where the engine has it. */
  readonly relaxedSimd?: boolean;
  /** Share memory with threads. Default: where it can be had. */
  readonly shared?: boolean;
  /** Reductions of at least so many numbers to few results are computed in pieces, by any number of threads. */
  readonly longReduction?: number;
}

/** What is given back when nobody holds an executable any more. */
interface Remains {
  readonly constants: readonly Block[];
  readonly parallel: number | undefined;
}

let programs = 0;

const elsewhere =
  'use the reference backend, which is slow: import "adjoint/testing" and config.update("defaultBackend", "reference")';

export class WasmBackend implements Backend {
  readonly name = "wasm";
  private readonly heap: Heap;
  private readonly relaxed: boolean;
  private readonly options: WasmOptions;
  private readonly threads: Threads | undefined;
  private readonly dropped = new FinalizationRegistry<Remains>(({ constants, parallel }) => {
    for (const block of constants) this.heap.release(block);
    if (parallel !== undefined) this.threads?.forget(parallel);
  });

  /** @throws BackendError if there is no WebAssembly, or none with SIMD */
  constructor(options: WasmOptions = {}) {
    if (typeof WebAssembly === "undefined") {
      throw new BackendError({ what: "this runtime has no WebAssembly", fix: elsewhere });
    }
    if (!supportsSimd()) {
      throw new BackendError({
        what: "the WebAssembly of this runtime has no SIMD, which compiled programs need",
        fix: `use Chrome 91, Firefox 89, Safari 16.4, Node 16.4 or later; or ${elsewhere}`,
      });
    }
    this.options = options;
    this.heap = new Heap(options.maximumPages, options.shared ?? true);
    this.threads = this.heap.shared ? new Threads(this.heap.memory, options) : undefined;
    this.relaxed = options.relaxedSimd ?? supportsRelaxedSimd();
  }

  supports(dtype: DType): boolean {
    return stored.has(dtype);
  }

  allocate(dtype: DType, elements: number): Storage {
    checkDType(dtype);
    return new WasmStorage(this.heap.allocate(dtypeBytes(dtype) * elements));
  }

  write(storage: Storage, data: TypedArray): void {
    const { block } = storage as WasmStorage;
    if (data.byteLength > block.bytes) {
      throw new BackendError({
        what: `${data.byteLength} bytes do not fit into a block of ${block.bytes}`,
        fix: "this is a bug: please report it with the program that led here",
      });
    }
    if (data.length <= fewElements && data instanceof Float32Array) {
      const floats = this.heap.floats();
      const first = block.address / 4;
      for (let i = 0; i < data.length; i++) floats[first + i] = data[i]!;
      return;
    }
    this.copyIn(block.address, data);
  }

  read(storage: Storage, dtype: DType, elements: number): TypedArray {
    checkDType(dtype);
    const { block } = storage as WasmStorage;
    const bytes = dtypeBytes(dtype) * elements;
    if (bytes > block.bytes) {
      throw new BackendError({
        what: `${bytes} bytes were asked of a block of ${block.bytes}`,
        fix: "this is a bug: please report it with the program that led here",
      });
    }
    if (elements <= fewElements && dtype === "float32") {
      const result = new Float32Array(elements);
      const floats = this.heap.floats();
      const first = block.address / 4;
      for (let i = 0; i < result.length; i++) result[i] = floats[first + i]!;
      return result;
    }
    return this.copyOut(block.address, dtype, elements);
  }

  readAsync(storage: Storage, dtype: DType, elements: number): Promise<TypedArray> {
    return Promise.resolve(this.read(storage, dtype, elements));
  }

  free(storage: Storage): void {
    this.heap.release((storage as WasmStorage).block);
  }

  compile(program: Program): Executable {
    for (const { dtype } of program.buffers) checkDType(dtype);
    const { memory, pages, shared } = this.heap;
    const { threads, options } = this;
    const count = threads === undefined ? 1 : Math.max(2, threads.count);
    const compiled = compileProgram(program, {
      relaxed: this.relaxed,
      pages,
      shared,
      threads: count,
      ...(options.smallestPiece !== undefined && { sharedWork: options.smallestPiece }),
      ...(options.longReduction !== undefined && { longReduction: options.longReduction }),
    });
    const module = new WebAssembly.Module(compiled.bytes);
    let parallel: ParallelProgram | undefined;
    const instance = new WebAssembly.Instance(module, {
      [importModule]: {
        memory,
        ...hostImports(compiled.imports.filter((name) => !compiled.opaque.has(name))),
        ...opaqueImports(compiled.opaque, program, memory, this.assemble),
        ...this.callbackImports(program, compiled),
        [startFunction]: (kernel: number, at: number) => threads!.run(parallel!, kernel, at),
      },
    });
    if (compiled.parallel.length > 0) {
      const parts = compiled.parallel.map((_, i) => instance.exports[`part${i}`] as ParallelProgram["parts"][number]);
      parallel = { id: ++programs, module, kernels: compiled.parallel, parts, threads: count };
    }
    const constants = new Map<number, Block>();
    for (const [buffer, data] of program.constants) {
      const block = this.heap.allocate(data.byteLength);
      this.copyIn(block.address, data);
      constants.set(buffer, block);
    }
    const executable = new WasmExecutable(
      program,
      compiled,
      instance.exports.run as (table: number) => void,
      constants,
    );
    if (constants.size > 0 || parallel !== undefined) {
      this.dropped.register(executable, { constants: [...constants.values()], parallel: parallel?.id });
    }
    return executable;
  }

  /** Compiles inner loops that algorithms of the host's write. */
  private readonly assemble: Assemble = (write) => {
    const builder = new ModuleBuilder(this.relaxed);
    write(builder);
    const module = new WebAssembly.Module(builder.finish(this.heap).bytes);
    const { memory } = this.heap;
    return new WebAssembly.Instance(module, { [importModule]: { memory } }).exports as ReturnType<Assemble>;
  };

  /** How a program calls its functions: their operands are copied out, their results in. */
  private callbackImports(program: Program, compiled: Compiled): { readonly [name: string]: HostImport } {
    const { callbacks, slots } = compiled;
    if (callbacks.length === 0) return {};
    const address = (buffer: number, table: number, workspace: number): number => {
      const offset = program.workspace.get(buffer);
      return offset === undefined ? this.heap.words()[table / 4 + slots.get(buffer)!]! : workspace + offset;
    };
    const call = (number: number, table: number, workspace: number): void => {
      const step = callbacks[number]!;
      const data = step.inputs.map((buffer) => {
        const { dtype, size } = program.buffers[buffer]!;
        return this.copyOut(address(buffer, table, workspace), dtype, size);
      });
      const results = program.functions![step.function]!(data);
      // The function may have run programs, and the memory may have grown and moved: views are made anew.
      step.outputs.forEach((buffer, i) => {
        this.copyIn(address(buffer, table, workspace), results[i]!);
      });
    };
    return { [callbackImport]: call };
  }

  private copyIn(address: number, data: TypedArray): void {
    this.heap.bytes().set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), address);
  }

  private copyOut(address: number, dtype: DType, elements: number): TypedArray {
    const result = newTypedArray(dtype, elements);
    const bytes = this.heap.bytes().subarray(address, address + result.byteLength);
    new Uint8Array(result.buffer, result.byteOffset, result.byteLength).set(bytes);
    return result;
  }

  run(executable: Executable, inputs: readonly Storage[], outputs: readonly Storage[]): void {
    const { start, tableBytes, frameBytes, inputSlots, outputSlots, constants, workspaceSlot } =
      executable as WasmExecutable;
    const frame = this.heap.allocate(frameBytes);
    try {
      const words = this.heap.words();
      const first = frame.address / 4;
      for (const { slot, block } of constants) words[first + slot] = block.address;
      for (let i = 0; i < inputSlots.length; i++) {
        words[first + inputSlots[i]!] = (inputs[i] as WasmStorage).block.address;
      }
      for (let i = 0; i < outputSlots.length; i++) {
        words[first + outputSlots[i]!] = (outputs[i] as WasmStorage).block.address;
      }
      words[first + workspaceSlot] = frame.address + tableBytes;
      start(frame.address);
    } finally {
      this.heap.release(frame);
    }
  }

  /** Stops the worker threads, which are started again when they are needed. For tests. */
  closeThreads(): void {
    this.threads?.close();
  }
  /** Whether worker threads have been started. For tests. */
  get threadsStarted(): boolean {
    return this.threads?.started ?? false;
  }

  memory(): { readonly used: number; readonly reserved: number; readonly limit: number } {
    const { used, reserved, limit } = this.heap;
    return { used, reserved, limit };
  }
}

/**
 * A backend with a heap of its own.
 * @throws BackendError if there is no WebAssembly, or none with SIMD
 */
export function createWasmBackend(options: WasmOptions = {}): WasmBackend {
  return new WasmBackend(options);
}
