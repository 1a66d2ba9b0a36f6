/**
 * The memory manager: cells in a backend's memory, and four ways in which dead ones are found: finalizers when the event
 * loop turns, a budgeted synchronous sweep in Node, spilling of the oldest cells under the limit, and `delete()`.
 */
import type { Backend, Storage } from "../backends/backend.ts";
import type { NDArray } from "../core/ndarray.ts";
import { MemoryLimitError } from "../errors/index.ts";
import { type DType, dtypeBytes } from "../types/dtype.ts";
import { Cell, type Place } from "./cell.ts";
import { type Collector, findCollector, mayCollect } from "./collect.ts";

/** Places in a backend's memory. Insertion order is age. */
const table = new Map<number, Place>();
/** What the manager knows of one cell. */
interface Owner {
  readonly id: number;
  /** Only where a sweep can use it: the engine keeps what a weak reference was made of until the end of the job. */
  readonly ref: WeakRef<Cell> | undefined;
}
/** The living cells of every place that was ever in a backend's memory. */
const owners = new Map<number, Set<Owner>>();
const ownerOf = new WeakMap<Cell, Owner>();
let nextId = 1;
let liveBytes = 0;
let bytesSinceSweep = 0;
/** Operands of programs that are running now: a program may call the host, which may run others. */
const running: (readonly NDArray[])[] = [];
const sweepBudget = 192 * 2 ** 20;
/**
 * Where dead arrays cannot be found within a job, more than this moves out, to where the engine's collector sees it. What
 * comes back was alive: where much does, the budget grows.
 */
let unsweptBudget = 192 * 2 ** 20;
const mostUnswept = 2 ** 31;
/** Bytes that came back since arrays last moved out for the budget's sake. */
let restoredBytes = 0;
let collector: Collector | undefined | null = null;

/** Returns a place's block. */
function release(place: Place): void {
  const storage = place.storage!;
  table.delete(place.id);
  liveBytes -= storage.bytes;
  place.storage = null;
  place.backend!.free(storage);
}

/** A cell is dead, or not wanted any more; with the last one of a place goes its memory. */
function disown(owner: Owner): void {
  const others = owners.get(owner.id);
  if (others === undefined || !others.delete(owner) || others.size > 0) return;
  owners.delete(owner.id);
  const place = table.get(owner.id);
  if (place !== undefined) release(place);
}

// Finalizers get the owner, which knows neither cell nor place: a held value must not keep what it cleans up alive.
const finalizers = new FinalizationRegistry<Owner>(disown);

function own(cell: Cell): Cell {
  const { id } = cell.place;
  const owner = { id, ref: mayCollect ? new WeakRef(cell) : undefined };
  const others = owners.get(id);
  if (others === undefined) owners.set(id, new Set([owner]));
  else others.add(owner);
  ownerOf.set(cell, owner);
  finalizers.register(cell, owner, cell);
  return cell;
}

/** Puts a place under management. */
function enter(place: Place): void {
  const { bytes } = place.storage!;
  table.set(place.id, place);
  liveBytes += bytes;
  bytesSinceSweep += bytes;
}

/** A cell of elements in a backend's memory, which the death of the last cell returns. */
export function managedCell(dtype: DType, elements: number, storage: Storage, backend: Backend): Cell {
  const place = { dtype, elements, host: null, storage, backend, id: nextId++ };
  enter(place);
  return own(new Cell(place));
}

/** Another cell over the same elements, which can be deleted on its own. */
export function shareCell({ place }: Cell): Cell {
  const cell = new Cell(place);
  return place.id === 0 ? cell : own(cell);
}

/** Collects all garbage, where the engine allows it; false where not. */
export function collectGarbage(): boolean {
  collector = collector === null ? findCollector() : collector;
  collector?.(true);
  return collector !== undefined;
}

/** Returns the blocks of dead cells now, where the engine allows it. */
export function sweep(): void {
  bytesSinceSweep = 0;
  collector = collector === null ? findCollector() : collector;
  if (collector === undefined) return;
  collector();
  for (const id of [...table.keys()]) {
    for (const owner of [...(owners.get(id) ?? [])]) if (owner.ref?.deref() === undefined) disown(owner);
  }
}

const isAmong = (arrays: readonly NDArray[], place: Place): boolean =>
  arrays.some((x) => (x.payload as Cell).place === place);
const isRunning = (place: Place): boolean => running.some((arrays) => isAmong(arrays, place));

/** Runs a program whose operands must stay where they are until it is done. */
export function whilePinned(operands: readonly NDArray[], run: () => void): void {
  running.push(operands);
  try {
    run();
  } finally {
    running.pop();
  }
}

/**
 * Moves the oldest places to JavaScript's memory, where what is dead is collected, until so many bytes are free. Operands of
 * the call being prepared must not move.
 */
function spillOldest(bytes: number, pinned: readonly NDArray[]): boolean {
  let freed = 0;
  for (const place of [...table.values()]) {
    const { backend, storage } = place;
    if (backend!.read === undefined || isAmong(pinned, place) || isRunning(place)) continue;
    try {
      place.host = backend!.read(storage!, place.dtype, place.elements);
    } catch (error) {
      // JavaScript has no memory left either.
      if (error instanceof RangeError) return freed > 0;
      throw error;
    }
    freed += storage!.bytes;
    release(place);
    if (freed >= bytes) return true;
  }
  return freed > 0;
}

/** Moves out what is over the budget, where dead arrays are not found otherwise. */
function keepBudget(pinned: readonly NDArray[]): void {
  const share = unsweptBudget / 4;
  if (restoredBytes > share / 4) unsweptBudget = Math.min(2 * unsweptBudget, mostUnswept);
  restoredBytes = 0;
  if (liveBytes > unsweptBudget) spillOldest(share, pinned);
}

/** Puts elements that had been moved out back into a backend's memory. */
export function restore(place: Place, storage: Storage, backend: Backend): void {
  restoredBytes += storage.bytes;
  place.host = null;
  place.storage = storage;
  place.backend = backend;
  enter(place);
}

/**
 * Memory of a backend; if there is none, dead cells are looked for and old ones moved out.
 * @throws MemoryLimitError with the sizes.
 */
export function allocate(backend: Backend, dtype: DType, elements: number, pinned: readonly NDArray[]): Storage {
  if (bytesSinceSweep > Math.max(sweepBudget, liveBytes / 2)) sweep();
  if (collector === undefined && liveBytes > unsweptBudget) keepBudget(pinned);
  try {
    return backend.allocate(dtype, elements);
  } catch (error) {
    if (!(error instanceof MemoryLimitError)) throw error;
  }
  sweep();
  for (;;) {
    try {
      return backend.allocate(dtype, elements);
    } catch (error) {
      if (!(error instanceof MemoryLimitError)) throw error;
      if (!spillOldest(2 * dtypeBytes(dtype) * elements, pinned)) throw error;
    }
  }
}

/** Returns a cell's memory at once and remembers why it is gone. */
export function discard(cell: Cell, reason: string): void {
  if (cell.gone !== null) return;
  cell.gone = reason;
  const owner = ownerOf.get(cell);
  // That of a running program's operand goes when the array dies.
  if (owner === undefined || isRunning(cell.place)) return;
  finalizers.unregister(cell);
  disown(owner);
  if (!owners.has(owner.id)) cell.place.host = null;
}

/** Arrays in backend memory and their bytes. */
export function managedMemory(): { readonly arrays: number; readonly bytes: number } {
  return { arrays: table.size, bytes: liveBytes };
}
