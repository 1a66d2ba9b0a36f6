/**
 * Cells: what a concrete array's payload is. A cell holds the elements in one of two places: small arrays in a typed array
 * of JavaScript (no pool, no finalizer), others in memory of a backend. An array that is a reshape of another has a cell of
 * its own over the same memory.
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
  /** The cell that owns the memory, if this one only shares it. */
  source: Cell | null = null;
  /** How many cells have been made that share this one's memory: it then stays where it is until all are dead. */
  sharers = 0;

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

  /** Another cell over the same elements, which can be deleted on its own. */
  share(): Cell {
    const owner = this.source ?? this;
    owner.sharers++;
    const cell = new Cell(this.dtype, this.elements, this.host, this.storage, this.backend);
    cell.source = owner;
    return cell;
  }

  get bytes(): number {
    return dtypeBytes(this.dtype) * this.elements;
  }
}
