/**
 * Cells: what a concrete array's payload is. A cell holds the elements in one of two places: small arrays in a typed array
 * of JavaScript (no pool, no finalizer), others in memory of a backend. Arrays are plain values; cells are shared by
 * arrays that are reshapes of each other.
 */
import type { Backend, Storage } from "../backends/backend.ts";
import { type DType, dtypeBytes, type TypedArray } from "../types/dtype.ts";

/** Arrays up to this many bytes live in JavaScript. */
export const smallBytes = 4096;

export class Cell {
  readonly dtype: DType;
  readonly elements: number;
  /** The elements, if they are in JavaScript. Never changed once it is set. */
  host: TypedArray | null;
  /** The elements, if they are in the backend's memory. */
  storage: Storage | null;
  backend: Backend | null;
  /** Number in the memory manager's table, while in the backend's memory. */
  id = 0;
  /** Why the elements are gone: deleted, or donated to a call. */
  gone: string | null = null;

  constructor(
    dtype: DType,
    elements: number,
    host: TypedArray | null,
    storage: Storage | null,
    backend: Backend | null,
  ) {
    this.dtype = dtype;
    this.elements = elements;
    this.host = host;
    this.storage = storage;
    this.backend = backend;
  }

  get bytes(): number {
    return dtypeBytes(this.dtype) * this.elements;
  }
}
