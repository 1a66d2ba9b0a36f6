/**
 * The WebAssembly backend: arrays are blocks of one heap, programs are compiled to modules over that heap, and a run is
 * one call. Runs may nest: each takes a workspace of its own from the pool and gives it back.
 */
import type { Program } from "../../compile/ir.ts";
import { BackendError } from "../../errors/index.ts";
import { type DType, dtypeBytes, newTypedArray, type TypedArray } from "../../types/dtype.ts";
import type { Backend, Executable, Storage } from "../backend.ts";
import { supportsRelaxedSimd } from "./features.ts";
import { type Block, Heap } from "./heap.ts";
import { hostImports } from "./host.ts";
import { importModule } from "./module.ts";
import { opaqueImports } from "./opaque.ts";
import { type Compiled, compileProgram } from "./program.ts";

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
  "float0",
  "key<fry>",
]);

function checkDType(dtype: DType): void {
  if (stored.has(dtype)) return;
  throw new BackendError({
    what: `the wasm backend cannot store ${dtype}`,
    fix: `it stores ${[...stored].join(", ")}`,
  });
}

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
  /** Bytes of the table, which stands in front of the workspace, and of both. */
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
    this.tableBytes = Math.ceil((compiled.slots.size + 1) / 4) * 16;
    this.frameBytes = this.tableBytes + compiled.workspaceBytes;
    this.inputSlots = program.inputs.map(slot);
    this.outputSlots = program.outputs.map(slot);
    this.constants = [...constants].map(([buffer, block]) => ({ slot: slot(buffer), block }));
  }
}

/** How a wasm backend differs from the default. */
export interface WasmOptions {
  /** Limit of the memory, in pages of 64 KiB. Default: all that 32-bit addresses reach, 4 GiB. */
  readonly maximumPages?: number;
  /** Use relaxed SIMD (fused multiply-add). Default: where the engine has it. */
  readonly relaxedSimd?: boolean;
}

export class WasmBackend implements Backend {
  readonly name = "wasm";
  private readonly heap: Heap;
  private readonly relaxed: boolean;
  /** Gives the constants of executables back that nobody holds any more. */
  private readonly dropped = new FinalizationRegistry<readonly Block[]>((blocks) => {
    for (const block of blocks) this.heap.release(block);
  });

  /** @throws BackendError if there is no WebAssembly */
  constructor(options: WasmOptions = {}) {
    if (typeof WebAssembly === "undefined") {
      throw new BackendError({ what: "this runtime has no WebAssembly", fix: "use the reference backend" });
    }
    this.heap = new Heap(options.maximumPages);
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
    this.heap.bytes().set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), block.address);
  }

  read(storage: Storage, dtype: DType, elements: number): TypedArray {
    checkDType(dtype);
    const { block } = storage as WasmStorage;
    const result = newTypedArray(dtype, elements);
    if (result.byteLength > block.bytes) {
      throw new BackendError({
        what: `${result.byteLength} bytes were asked of a block of ${block.bytes}`,
        fix: "this is a bug: please report it with the program that led here",
      });
    }
    const bytes = this.heap.bytes().subarray(block.address, block.address + result.byteLength);
    new Uint8Array(result.buffer, result.byteOffset, result.byteLength).set(bytes);
    return result;
  }

  readAsync(storage: Storage, dtype: DType, elements: number): Promise<TypedArray> {
    return Promise.resolve(this.read(storage, dtype, elements));
  }

  free(storage: Storage): void {
    this.heap.release((storage as WasmStorage).block);
  }

  compile(program: Program): Executable {
    for (const { dtype } of program.buffers) checkDType(dtype);
    const { memory, pages } = this.heap;
    const compiled = compileProgram(program, { relaxed: this.relaxed, pages });
    const instance = new WebAssembly.Instance(new WebAssembly.Module(compiled.bytes), {
      [importModule]: {
        memory,
        ...hostImports(compiled.imports.filter((name) => !compiled.opaque.has(name))),
        ...opaqueImports(compiled.opaque, program, memory),
      },
    });
    const constants = new Map<number, Block>();
    for (const [buffer, data] of program.constants) {
      const block = this.heap.allocate(data.byteLength);
      this.heap.bytes().set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), block.address);
      constants.set(buffer, block);
    }
    const executable = new WasmExecutable(
      program,
      compiled,
      instance.exports.run as (table: number) => void,
      constants,
    );
    if (constants.size > 0) this.dropped.register(executable, [...constants.values()]);
    return executable;
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

  memory(): { readonly used: number; readonly reserved: number } {
    return { used: this.heap.used, reserved: this.heap.reserved };
  }
}

/**
 * A backend with a heap of its own.
 * @throws BackendError if there is no WebAssembly
 */
export function createWasmBackend(options: WasmOptions = {}): Backend {
  return new WasmBackend(options);
}
