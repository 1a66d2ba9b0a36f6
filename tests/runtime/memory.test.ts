/** Dead arrays are found inside of synchronous loops, young and old ones, and when the event loop turns. */
import { numpy as jnp, type NDArray } from "adjoint";
import { expect, test } from "vitest";
import { Census, Probe } from "../../src/runtime/census.ts";
import { builtin } from "../../src/runtime/collect.ts";
import { getBackend } from "../../src/runtime/device.ts";
import { collectGarbage, managedMemory, sweep } from "../../src/runtime/memory.ts";

const megabyte = 2 ** 20;
const ones = (megabytes: number): NDArray => jnp.ones([(megabytes * megabyte) / 4]);

test("a census finds members until they are dead or deleted", () => {
  const census = Census.create<Probe>(builtin)!;
  const [a, b] = [new Probe(), new Probe()];
  const addAll = (dead: number): void => {
    for (let i = 0; i < dead; i++) census.add(new Probe());
    for (const member of [a, b]) census.add(member);
  };
  addAll(5);
  collectGarbage();
  expect(new Set(census.living())).toEqual(new Set([a, b]));
  census.delete(a);
  expect(census.living()).toEqual([b]);
});

test("a synchronous loop over large arrays runs in little memory", () => {
  let x = ones(4);
  for (let i = 0; i < 200; i++) x = x.mul(0.5).add(1);
  expect(managedMemory().bytes).toBeLessThan(64 * megabyte);
  expect(Number(x.get(0))).toBe(2);
});

test("arrays that die after many steps are found too", () => {
  // Each lives for as long as ten steps of 16 MB, which are several sweeps.
  const last: NDArray[] = [];
  for (let i = 0; i < 200; i++) last[i % 10] = ones(8).mul(i);
  expect(managedMemory().bytes).toBeLessThan(500 * megabyte);
  expect(last.map((x) => Number(x.get(5))).sort((a, b) => a - b)).toEqual(
    Array.from({ length: 10 }, (_, i) => 190 + i),
  );
});

test("a sweep takes what is dead and leaves what lives, reshaped arrays among it", () => {
  sweep(true);
  const before = managedMemory();
  let x: NDArray | undefined = ones(1);
  const y = x.reshape([-1, 4]);
  x = undefined;
  sweep(true);
  expect(managedMemory().bytes).toBe(before.bytes + megabyte);
  expect(Number(y.get(7, 3))).toBe(1);
  y.delete();
  expect(managedMemory()).toEqual(before);
});

test("blocks of dead arrays come back when the event loop turns after a collection", async () => {
  sweep(true);
  const { used } = getBackend("wasm").memory();
  (() => ones(3).add(1))();
  expect(getBackend("wasm").memory().used).toBeGreaterThan(used);
  for (let i = 0; i < 50 && getBackend("wasm").memory().used > used; i++) {
    collectGarbage();
    await new Promise((done) => setTimeout(done, 10));
  }
  expect(getBackend("wasm").memory().used).toBeLessThanOrEqual(used);
});
