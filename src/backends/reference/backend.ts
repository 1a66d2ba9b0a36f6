/**
 * The reference backend: plain JavaScript, slow and obviously right. It is the definition of what programs of the kernel
 * language compute; the other backends are compared with it.
 */
import { checkProgram } from "../../compile/check.ts";
import type { Program } from "../../compile/ir.ts";
import { BackendError } from "../../errors/index.ts";
import { type DType, dtypeBytes, newTypedArray, type TypedArray, viewAs } from "../../types/dtype.ts";
import type { Backend, Executable, Storage } from "../backend.ts";
import { compileProgram, type ProgramRunner } from "./program.ts";

class ReferenceStorage implements Storage {
  readonly bytes: number;
  /** Undefined once the storage was freed. */
  data: TypedArray | undefined;

  constructor(data: TypedArray) {
    this.bytes = data.byteLength;
    this.data = data;
  }

  /** The first elements, read as elements of a dtype. */
  view(dtype: DType, elements: number): TypedArray {
    const { data } = this;
    if (data === undefined) {
      throw new BackendError({
        what: "a storage was used after it was freed",
        fix: "free a storage when nothing needs it",
      });
    }
    if (elements * dtypeBytes(dtype) > this.bytes) {
      throw new BackendError({
        what: `${elements} elements of ${dtype} do not fit into a storage of ${this.bytes} bytes`,
        fix: "allocate the storage for the elements that it has to hold",
      });
    }
    return viewAs(dtype, data.buffer, data.byteOffset, elements);
  }
}

class ReferenceExecutable implements Executable {
  readonly program: Program;
  readonly run: ProgramRunner;

  constructor(program: Program) {
    this.program = program;
    this.run = compileProgram(program);
  }
}

class ReferenceBackend implements Backend {
  readonly name = "reference";
  private used = 0;

  supports(dtype: DType): boolean {
    return dtype !== "float16" && dtype !== "bfloat16" && dtype !== "float0";
  }

  private require(dtype: DType): void {
    if (this.supports(dtype)) return;
    throw new BackendError({
      what: `the reference backend does not store ${dtype}`,
      fix: "cast to float32",
    });
  }

  allocate(dtype: DType, elements: number): Storage {
    this.require(dtype);
    const storage = new ReferenceStorage(newTypedArray(dtype, elements));
    this.used += storage.bytes;
    return storage;
  }

  write(storage: Storage, data: TypedArray): void {
    const target = own(storage).view("uint8", data.byteLength) as Uint8Array;
    target.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }

  read(storage: Storage, dtype: DType, elements: number): TypedArray {
    return own(storage).view(dtype, elements).slice();
  }

  async readAsync(storage: Storage, dtype: DType, elements: number): Promise<TypedArray> {
    return this.read(storage, dtype, elements);
  }

  free(storage: Storage): void {
    const mine = own(storage);
    if (mine.data === undefined) {
      throw new BackendError({ what: "a storage was freed twice", fix: "free a storage once" });
    }
    mine.data = undefined;
    this.used -= mine.bytes;
  }

  /** @throws JaxprTypeError if the program is not well formed, BackendError for a dtype that is not supported. */
  compile(program: Program): Executable {
    for (const { dtype } of program.buffers) this.require(dtype);
    checkProgram(program);
    return new ReferenceExecutable(program);
  }

  run(executable: Executable, inputs: readonly Storage[], outputs: readonly Storage[]): void {
    if (!(executable instanceof ReferenceExecutable)) {
      throw new BackendError({ what: "a program that another backend compiled", fix: "compile it on this backend" });
    }
    const { program } = executable;
    executable.run(
      views(program, program.inputs, inputs, "inputs"),
      views(program, program.outputs, outputs, "outputs"),
    );
  }

  memory(): { readonly used: number; readonly reserved: number; readonly limit: number } {
    return { used: this.used, reserved: this.used, limit: Infinity };
  }
}

function own(storage: Storage): ReferenceStorage {
  if (storage instanceof ReferenceStorage) return storage;
  throw new BackendError({
    what: "a storage that another backend made",
    fix: "copy the array to this backend first",
  });
}

function views(program: Program, buffers: readonly number[], storages: readonly Storage[], role: string): TypedArray[] {
  if (storages.length !== buffers.length) {
    throw new BackendError({
      what: `program ${program.name} has ${buffers.length} ${role} and was given ${storages.length}`,
      fix: `give one storage for each of its ${role}`,
    });
  }
  return buffers.map((buffer, i) => {
    const { dtype, size } = program.buffers[buffer]!;
    return own(storages[i]!).view(dtype, size);
  });
}

/** A fresh reference backend, which counts its own memory. */
export function createReferenceBackend(): Backend {
  return new ReferenceBackend();
}
