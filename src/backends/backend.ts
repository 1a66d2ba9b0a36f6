/**
 * The interface of a backend, on one page: it stores arrays, compiles programs of the kernel language, runs them, and
 * reads results back. Asynchronous devices fit behind it: `run` may only enqueue, and `read` may be absent.
 */
import type { Program } from "../compile/ir.ts";
import type { DType, TypedArray } from "../types/dtype.ts";

/** Memory of one array, owned by a backend. Opaque to everybody else. */
export interface Storage {
  readonly bytes: number;
}

/** A program that a backend has compiled. */
export interface Executable {
  readonly program: Program;
}

export interface Backend {
  readonly name: string;
  /** Whether the backend can store and compute with a dtype. */
  supports(dtype: DType): boolean;
  /** Memory for `elements` elements of a dtype, contents unspecified. @throws MemoryLimitError */
  allocate(dtype: DType, elements: number): Storage;
  /** Copies elements in. The layout of `data` is that of `newTypedArray(dtype, ...)`. */
  write(storage: Storage, data: TypedArray): void;
  /** Copies elements out: a fresh typed array. Undefined where results arrive later. */
  readonly read?: (storage: Storage, dtype: DType, elements: number) => TypedArray;
  /** Copies elements out, when they are there. */
  readAsync(storage: Storage, dtype: DType, elements: number): Promise<TypedArray>;
  /** Returns memory to the pool. Must be called at most once a storage. */
  free(storage: Storage): void;
  compile(program: Program): Executable;
  /** Runs (or enqueues) a program. Outputs are written; inputs are only read. An output may be the storage of an input that
   *  is not needed any more (donation) only if the program allows it. */
  run(executable: Executable, inputs: readonly Storage[], outputs: readonly Storage[]): void;
  /** Bytes in use and reserved, and how many there can be at most. */
  memory(): { readonly used: number; readonly reserved: number; readonly limit: number };
}
