/**
 * The memory manager: cells in a backend's memory, and four ways in which dead ones are found: finalizers when the event
 * loop turns, a budgeted synchronous sweep in Node, spilling of the oldest cells under the limit, and `delete()`.
 */
import type { Backend, Storage } from "../backends/backend.ts";
import type { NDArray } from "../core/ndarray.ts";
import { MemoryLimitError } from "../errors/index.ts";
import { type DType, dtypeBytes } from "../types/dtype.ts";
import type { Cell } from "./cell.ts";
import { type Collector, findCollector } from "./collect.ts";

interface Entry {
  readonly ref: WeakRef<Cell>;
  readonly backend: Backend;
  readonly storage: Storage;
}

/** Insertion order is age. Holds no cell strongly. */
const table = new Map<number, Entry>();
let nextId = 1;
let liveBytes = 0;
let bytesSinceSweep = 0;
/** Operands of programs that are running now: a program may call the host, which may run others. */
const running: (readonly NDArray[])[] = [];
const sweepBudget = 192 * 2 ** 20;
let collector: Collector | undefined | null = null;

function release(id: number): void {
  const entry = table.get(id);
  if (entry === undefined) return;
  table.delete(id);
  liveBytes -= entry.storage.bytes;
  entry.backend.free(entry.storage);
}

// Finalizers get the id, never the cell: a held value must not keep what it cleans up alive.
const finalizers = new FinalizationRegistry<number>(release);

/** Puts storage under management; the cell's death returns it. */
export function manage(cell: Cell): Cell {
  cell.id = nextId++;
  table.set(cell.id, { ref: new WeakRef(cell), backend: cell.backend!, storage: cell.storage! });
  finalizers.register(cell, cell.id, cell);
  liveBytes += cell.storage!.bytes;
  bytesSinceSweep += cell.storage!.bytes;
  return cell;
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
  for (const [id, { ref }] of table) if (ref.deref() === undefined) release(id);
}

const isAmong = (arrays: readonly NDArray[], cell: Cell): boolean => arrays.some((x) => x.payload === cell);
const isRunning = (cell: Cell): boolean => running.some((arrays) => isAmong(arrays, cell));

/** Runs a program whose operands must stay where they are until it is done. */
export function whilePinned(operands: readonly NDArray[], run: () => void): void {
  running.push(operands);
  try {
    run();
  } finally {
    running.pop();
  }
}

/** Moves a cell's elements to JavaScript's memory and returns its block. */
function spill(cell: Cell): void {
  const { backend, storage } = cell;
  if (backend?.read === undefined || storage === null) return;
  cell.host = backend.read(storage, cell.dtype, cell.elements);
  finalizers.unregister(cell);
  cell.storage = null;
  release(cell.id);
}

/** Pinned arrays are operands of the call being prepared: they must not move. */
function spillOldest(bytes: number, pinned: readonly NDArray[]): boolean {
  let freed = 0;
  for (const { ref, storage } of [...table.values()]) {
    const cell = ref.deref();
    if (cell === undefined || isAmong(pinned, cell) || isRunning(cell) || cell.host !== null || cell.sharers > 0)
      continue;
    spill(cell);
    freed += storage.bytes;
    if (freed >= bytes) return true;
  }
  return freed > 0;
}

/**
 * Memory of a backend; if there is none, dead cells are looked for and old ones moved out.
 * @throws MemoryLimitError with the sizes.
 */
export function allocate(backend: Backend, dtype: DType, elements: number, pinned: readonly NDArray[]): Storage {
  if (bytesSinceSweep > Math.max(sweepBudget, liveBytes / 2)) sweep();
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
  cell.host = null;
  // Memory that is shared goes when the last of its cells dies, that of a running program when the cell dies.
  if (cell.storage !== null && cell.source === null && cell.sharers === 0 && !isRunning(cell)) {
    finalizers.unregister(cell);
    cell.storage = null;
    release(cell.id);
  }
}

/** Arrays in backend memory and their bytes. */
export function managedMemory(): { readonly arrays: number; readonly bytes: number } {
  return { arrays: table.size, bytes: liveBytes };
}
