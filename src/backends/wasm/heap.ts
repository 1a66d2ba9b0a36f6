/**
 * The memory of the backend: one growable WebAssembly.Memory, and a pool of blocks in it. Blocks have sizes of four
 * classes an octave, so a freed block fits the next request of about its size at once and nothing is searched. When the
 * memory cannot grow any more, neighbouring free blocks are joined and requests are cut out of the pieces. The memory is
 * shared where threads can be had, which changes nothing here: only the heap makes it grow.
 */
import { MemoryLimitError } from "../../errors/index.ts";

const pageBytes = 65536;
/** Blocks start at multiples of this. */
const alignment = 16;

/** Wasm's limit with 32-bit addresses, in pages: 4 GiB. */
export const maximumPages = 65536;

/** A piece of the heap. `bytes` is the size asked for; the block may be larger. */
export interface Block {
  readonly address: number;
  readonly bytes: number;
}

interface Piece {
  address: number;
  bytes: number;
}

/** The size of the block that serves a request: the next of 16, 32, 48, 64, then 5/4, 6/4, 7/4 and 8/4 of powers of two. */
function classBytes(bytes: number): number {
  if (bytes <= 4 * alignment) return Math.max(1, Math.ceil(bytes / alignment)) * alignment;
  const step = 2 ** (Math.ceil(Math.log2(bytes)) - 3);
  return Math.ceil(bytes / step) * step;
}

function megabytes(bytes: number): string {
  return bytes < 1e6 ? `${bytes} bytes` : `${(bytes / 1e6).toFixed(1)} MB`;
}

/** A shared memory, where the engine has them and other threads could be given it. */
function sharedMemory(pages: number): WebAssembly.Memory | undefined {
  const { crossOriginIsolated } = globalThis as { crossOriginIsolated?: boolean };
  if (typeof SharedArrayBuffer === "undefined" || crossOriginIsolated === false) return undefined;
  try {
    return new WebAssembly.Memory({ initial: 1, maximum: pages, shared: true });
  } catch {
    // An engine that has to reserve all of a shared memory at once, and cannot.
    return undefined;
  }
}

export class Heap {
  readonly memory: WebAssembly.Memory;
  readonly pages: number;
  /** Whether other threads can reach the memory. */
  readonly shared: boolean;
  /** Bytes of all blocks in use. */
  used = 0;
  private top = alignment;
  private readonly free = new Map<number, number[]>();
  private pieces: Piece[] = [];
  private buffer!: ArrayBufferLike;
  private byteView!: Uint8Array<ArrayBufferLike>;
  private wordView!: Uint32Array<ArrayBufferLike>;
  private floatView!: Float32Array<ArrayBufferLike>;

  /** A heap of at most `pages` pages of 64 KiB; shared if that is wanted and can be had. */
  constructor(pages: number = maximumPages, shared = false) {
    this.pages = Math.min(pages, maximumPages);
    const memory = shared ? sharedMemory(this.pages) : undefined;
    this.shared = memory !== undefined;
    this.memory = memory ?? new WebAssembly.Memory({ initial: 1, maximum: this.pages });
    this.refresh();
  }

  /** Bytes of the memory, used or not. */
  get reserved(): number {
    return this.buffer.byteLength;
  }

  private refresh(): void {
    this.buffer = this.memory.buffer;
    this.byteView = new Uint8Array(this.buffer);
    this.wordView = new Uint32Array(this.buffer);
    this.floatView = new Float32Array(this.buffer);
  }
  /** All bytes. Valid until the next allocation. */
  bytes(): Uint8Array<ArrayBufferLike> {
    return this.byteView;
  }
  /** All 32-bit words. Valid until the next allocation. */
  words(): Uint32Array<ArrayBufferLike> {
    return this.wordView;
  }

  /** All words as float32. Valid until the next allocation. */
  floats(): Float32Array<ArrayBufferLike> {
    return this.floatView;
  }

  /** The most bytes that there can be. */
  get limit(): number {
    return this.pages * pageBytes;
  }

  /**
   * A block of at least `bytes` bytes, aligned to 16, contents unspecified.
   * @throws MemoryLimitError
   */
  allocate(bytes: number): Block {
    const size = classBytes(bytes);
    const address = this.free.get(size)?.pop() ?? this.fresh(size) ?? this.joined(size);
    if (address === undefined) {
      const whole = megabytes(this.limit);
      throw new MemoryLimitError(
        bytes > this.limit
          ? {
              what: `cannot allocate ${megabytes(bytes)}: WebAssembly can address ${whole}`,
              fix: "compute it in parts: in smaller batches, or row by row with lax.map or lax.scan",
            }
          : {
              what: `cannot allocate ${megabytes(bytes)}: ${megabytes(this.used)} of the ${whole} that WebAssembly can address are in use`,
              fix: "free arrays that are not needed (delete(), using), use smaller batches, or donate arguments of jit",
            },
      );
    }
    this.used += size;
    return { address, bytes };
  }

  /** Gives a block back. At most once a block. */
  release(block: Block): void {
    const size = classBytes(block.bytes);
    this.used -= size;
    const list = this.free.get(size);
    if (list === undefined) this.free.set(size, [block.address]);
    else list.push(block.address);
  }

  /** From pieces cut before, or from memory never used. */
  private fresh(size: number): number | undefined {
    const piece = this.pieces.find((p) => p.bytes >= size);
    if (piece !== undefined) return this.cut(piece, size);
    const end = this.top + size;
    if (end > this.reserved && !this.grow(end)) return undefined;
    const address = this.top;
    this.top = end;
    return address;
  }

  private grow(end: number): boolean {
    const current = this.reserved / pageBytes;
    const needed = Math.ceil(end / pageBytes);
    if (needed > this.pages) return false;
    // Growing moves or remaps memory: ask for half as much again, and be content with less.
    for (const goal of [Math.min(this.pages, Math.max(needed, Math.ceil(1.5 * current))), needed]) {
      try {
        this.memory.grow(goal - current);
        this.refresh();
        return true;
      } catch {
        // The engine has no room for so much.
      }
    }
    return false;
  }

  private cut(piece: Piece, size: number): number {
    const address = piece.address;
    piece.address += size;
    piece.bytes -= size;
    if (piece.bytes === 0) this.pieces = this.pieces.filter((p) => p !== piece);
    return address;
  }

  /** Joins all free blocks that touch, and cuts the request out of the smallest piece that holds it. */
  private joined(size: number): number | undefined {
    const all = [...this.pieces];
    for (const [bytes, addresses] of this.free) for (const address of addresses) all.push({ address, bytes });
    all.push({ address: this.top, bytes: this.reserved - this.top });
    this.top = this.reserved;
    this.free.clear();
    all.sort((a, b) => a.address - b.address);
    this.pieces = [];
    for (const piece of all) {
      const last = this.pieces[this.pieces.length - 1];
      if (last !== undefined && last.address + last.bytes === piece.address) last.bytes += piece.bytes;
      else if (piece.bytes > 0) this.pieces.push({ ...piece });
    }
    let best: Piece | undefined;
    for (const piece of this.pieces) {
      if (piece.bytes >= size && (best === undefined || piece.bytes < best.bytes)) best = piece;
    }
    return best === undefined ? undefined : this.cut(best, size);
  }
}
