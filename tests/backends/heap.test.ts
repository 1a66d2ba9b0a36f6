import { describe, expect, it } from "vitest";
import { type Block, Heap } from "../../src/backends/wasm/heap.ts";
import { MemoryLimitError } from "../../src/errors/index.ts";
import { generator } from "./sketch.ts";

describe("the heap", () => {
  it("gives aligned blocks that do not overlap, and counts them", () => {
    const heap = new Heap();
    const next = generator(3);
    const live = new Set<Block>();
    for (let i = 0; i < 3000; i++) {
      if (next() < 0.55 || live.size === 0) {
        const block = heap.allocate(Math.floor(next() ** 4 * 20000));
        expect(block.address % 16).toBe(0);
        heap.bytes().fill(i % 251, block.address, block.address + block.bytes);
        live.add(block);
      } else {
        const block = [...live][Math.floor(next() * live.size)]!;
        live.delete(block);
        heap.release(block);
      }
    }
    const ordered = [...live].sort((a, b) => a.address - b.address);
    for (const [i, block] of ordered.entries()) {
      const after = ordered[i + 1];
      if (after !== undefined) expect(block.address + block.bytes).toBeLessThanOrEqual(after.address);
    }
    for (const block of live) heap.release(block);
    expect(heap.used).toBe(0);
  });

  it("uses a freed block again", () => {
    const heap = new Heap();
    const first = heap.allocate(1000);
    heap.release(first);
    const reserved = heap.reserved;
    for (let i = 0; i < 1000; i++) heap.release(heap.allocate(990));
    expect(heap.allocate(1000).address).toBe(first.address);
    expect(heap.reserved).toBe(reserved);
  });

  it("keeps contents when the memory grows", () => {
    const heap = new Heap();
    const block = heap.allocate(64);
    heap.bytes().fill(7, block.address, block.address + 64);
    const large = heap.allocate(1 << 22);
    expect(heap.bytes().length).toBeGreaterThan(1 << 22);
    expect(
      heap
        .bytes()
        .subarray(block.address, block.address + 64)
        .every((x) => x === 7),
    ).toBe(true);
    expect(heap.words().length * 4).toBe(heap.bytes().length);
    heap.release(large);
  });

  it("joins free blocks when it cannot grow, and says what is used when nothing helps", () => {
    const heap = new Heap(16);
    const small = Array.from({ length: 200 }, () => heap.allocate(4096));
    for (const block of small) heap.release(block);
    const large = heap.allocate(700_000);
    expect(() => heap.allocate(700_000)).toThrow(MemoryLimitError);
    expect(() => heap.allocate(700_000)).toThrow("cannot allocate 700000 bytes: 786432 bytes of the 1.0 MB");
    heap.release(large);
    const again = heap.allocate(700_000);
    heap.release(again);
    for (let i = 0; i < 200; i++) small[i] = heap.allocate(4096);
    for (const block of small) heap.release(block);
    expect(heap.used).toBe(0);
  });

  it("refuses what no memory can hold", () => {
    const heap = new Heap(4);
    expect(() => heap.allocate(2 ** 40)).toThrow(MemoryLimitError);
    expect(heap.allocate(100_000).bytes).toBe(100_000);
  });
});
