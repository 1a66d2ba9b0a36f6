/**
 * Cells: what a concrete array's payload is. The elements are in one of two places: small arrays in a typed array of
 * JavaScript (no pool, no finalizer), others in memory of a backend. An array that is a reshape of another has a cell of its
 * own over the same place.
 */
import type { Backend, Storage } from "../backends/backend.ts";
import { type DType, dtypeBytes, type TypedArray } from "../types/dtype.ts";
import { findable } from "./census.ts";

/** Arrays up to this many bytes live in JavaScript. */
export const smallBytes = 4096;

/**
 * Where elements are. It knows none of its cells, so that the memory manager can hold it, and move the elements, without
 * keeping alive an array that nobody else holds.
 */
export interface Place {
  readonly dtype: DType;
  readonly elements: number;
  /** The elements, if they are in JavaScript. The typed array is never changed. */
  host: TypedArray | null;
  /** The elements, if they are in the backend's memory. */
  storage: Storage | null;
  backend: Backend | null;
  /** Number in the memory manager's tables; 0 for places that stay in JavaScript. */
  readonly id: number;
}

export class Cell {
  readonly place: Place;
  /** Why the elements are gone: deleted, or donated to a call. */
  gone: string | null = null;

  constructor(place: Place) {
    this.place = place;
  }

  get dtype(): DType {
    return this.place.dtype;
  }
  get elements(): number {
    return this.place.elements;
  }
  get bytes(): number {
    return dtypeBytes(this.place.dtype) * this.place.elements;
  }
}

findable(Cell);

/** A cell of elements in JavaScript. The caller must not change `data`. */
export function hostCell(dtype: DType, elements: number, data: TypedArray): Cell {
  return new Cell({ dtype, elements, host: data, storage: null, backend: null, id: 0 });
}
