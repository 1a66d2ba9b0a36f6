/**
 * The memory manager: cells in a backend's memory, and the ways in which dead ones are found: a census of the living after
 * collections, which in Node the manager asks for itself; elsewhere finalizers when the event loop turns; spilling of the
 * oldest cells under the limit; and `delete()`.
 */
import type { Backend, Storage } from "../backends/backend.ts";
import type { NDArray } from "../core/ndarray.ts";
import { MemoryLimitError } from "../errors/index.ts";
import { type DType, dtypeBytes } from "../types/dtype.ts";
import { Cell, type Place } from "./cell.ts";
import { Census } from "./census.ts";
import { builtin, type Collector, findCollector } from "./collect.ts";

/** Places in a backend's memory. Insertion order is age. */
const table = new Map<number, Place>();
/** What the manager knows of one cell. */
interface Owner {
  readonly id: number;
}
/** The living cells of every place that was ever in a backend's memory. */
const owners = new Map<number, Set<Owner>>();
const ownerOf = new WeakMap<Cell, Owner>();
let nextId = 1;
let liveBytes = 0;
let bytesSinceSweep = 0;
/** Bytes alive when all garbage was collected last. */
let liveAfterFull = 0;
/** Operands of programs that are running now: a program may call the host, which may run others. */
const running: (readonly NDArray[])[] = [];
/** New arrays between sweeps of young objects: few enough that freed blocks are still in the processor's caches. */
const youngBudget = 24 * 2 ** 20;
/** New arrays, or arrays that have grown old, between sweeps of all. */
const fullBudget = 192 * 2 ** 20;
/**
 * Where dead arrays cannot be found within a job, more than this moves out, to where the engine's collector sees it. What
 * comes back was alive: where much does, the budget grows.
 */
let unsweptBudget = 192 * 2 ** 20;
const mostUnswept = 2 ** 31;
/** Bytes that came back since arrays last moved out for the budget's sake. */
let restoredBytes = 0;
let collector: Collector | undefined | null = null;
let census: Census<Cell> | undefined | null = null;

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

/** Whoever is not in the census is dead. */
function takeCensus(): void {
  const living = new Set<Owner>();
  for (const cell of census!.living()) living.add(ownerOf.get(cell)!);
  for (const id of [...table.keys()]) {
    for (const owner of [...(owners.get(id) ?? [])]) if (!living.has(owner)) disown(owner);
  }
}

// Finalizers get the owner, which knows neither cell nor place: a held value must not keep what it cleans up alive. Where
// a census can be taken, there is one finalizer alone, of an object that the engine's next full collection takes.
const finalizers = new FinalizationRegistry<Owner | undefined>((owner) => {
  if (owner !== undefined) return disown(owner);
  takeCensus();
  awaitCollection();
});
const awaitCollection = (): void => finalizers.register({}, undefined);

function own(cell: Cell): Cell {
  const { id } = cell.place;
  const owner = { id };
  const others = owners.get(id);
  if (others === undefined) owners.set(id, new Set([owner]));
  else others.add(owner);
  ownerOf.set(cell, owner);
  if (census === null) {
    census = Census.create(builtin);
    if (census !== undefined) awaitCollection();
  }
  if (census !== undefined) census.add(cell);
  else finalizers.register(cell, owner, cell);
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

function theCollector(): Collector | undefined {
  if (collector === null) collector = findCollector();
  return collector;
}

/** Collects all garbage, where the engine allows it; false where not. */
export function collectGarbage(): boolean {
  theCollector()?.collect(true);
  return collector !== undefined;
}

/**
 * Returns the blocks of dead cells now, where the engine allows it. `all`: of those too that have survived sweeps, which a
 * sweep does by itself when many bytes have.
 */
export function sweep(all = false): void {
  bytesSinceSweep = 0;
  if (theCollector() === undefined || census === undefined || census === null) return;
  const full = all || !collector!.young;
  collector!.collect(full);
  takeCensus();
  if (full) liveAfterFull = liveBytes;
  else if (liveBytes > liveAfterFull + Math.max(fullBudget, liveAfterFull / 2)) sweep(true);
}

/** Whether so much is new that a sweep is worth its time. */
function sweepIsDue(): boolean {
  if (bytesSinceSweep < youngBudget || bytesSinceSweep < liveBytes / 2) return false;
  return theCollector()?.young === true || bytesSinceSweep > fullBudget;
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
  if (sweepIsDue()) sweep();
  if (collector === undefined && liveBytes > unsweptBudget) keepBudget(pinned);
  try {
    return backend.allocate(dtype, elements);
  } catch (error) {
    // What is larger than all memory needs no room made for it.
    if (!(error instanceof MemoryLimitError) || dtypeBytes(dtype) * elements > backend.memory().limit) throw error;
  }
  sweep(true);
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
  if (census) census.delete(cell);
  else finalizers.unregister(cell);
  disown(owner);
  if (!owners.has(owner.id)) cell.place.host = null;
}

/** Cells whose arrays the caller of the next program gives up, and why. */
let offered: ReadonlyMap<Cell, string> | undefined;

/** Runs a program that may write its results over these cells' memory. */
export function offering<T>(cells: ReadonlyMap<Cell, string>, run: () => T): T {
  offered = cells;
  try {
    return run();
  } finally {
    offered = undefined;
  }
}

/** What the caller of this program gives up. Programs that it calls itself are offered nothing. */
export function takeOffer(): ReadonlyMap<Cell, string> | undefined {
  const taken = offered;
  offered = undefined;
  return taken;
}

/** Takes the block of a cell, which is gone from now on; undefined if anything else can see the block. */
export function seize(cell: Cell, backend: Backend, reason: string): Storage | undefined {
  const { place } = cell;
  const { storage, id } = place;
  if (cell.gone !== null || storage === null || place.backend !== backend || isRunning(place)) return undefined;
  if (owners.get(id)?.size !== 1) return undefined;
  cell.gone = reason;
  if (census) census.delete(cell);
  else finalizers.unregister(cell);
  owners.delete(id);
  table.delete(id);
  liveBytes -= storage.bytes;
  place.storage = null;
  return storage;
}

/** Arrays in backend memory and their bytes. */
export function managedMemory(): { readonly arrays: number; readonly bytes: number } {
  return { arrays: table.size, bytes: liveBytes };
}
