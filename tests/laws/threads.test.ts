/**
 * Law: results are the same to the bit with one thread and with two. Kernels are cut as finely as can be, so that the
 * small shapes of the examples are shared too; and, at usual cuts, programs whose rows run in blocks that threads share.
 */
import { jit, numpy as jnp, lax, type NDArray, nn } from "adjoint";
import { afterAll, expect, test } from "vitest";
import { createWasmBackend, type WasmBackend } from "../../src/backends/wasm/backend.ts";
import { config } from "../../src/core/config.ts";
import { bind } from "../../src/core/trace.ts";
import { peek } from "../../src/runtime/array.ts";
import { getBackend, registerBackend } from "../../src/runtime/device.ts";
import { arraysOf, type Example, law } from "./examples.ts";

const one = "wasm, one thread";
const two = "wasm, two threads";
const finest = { smallestPiece: 0, longReduction: 8, patient: true } as const;
registerBackend(one, () => createWasmBackend({ ...finest, threads: 1 }));
registerBackend(two, () => createWasmBackend({ ...finest, threads: 2 }));
const threaded = (): WasmBackend => getBackend(two) as WasmBackend;
afterAll(() => threaded().closeThreads());

function bytesOn(backend: string, run: () => readonly NDArray[]): Uint8Array[] {
  return config.using({ defaultBackend: backend }, () =>
    run().map((x) => {
      const { buffer, byteOffset, byteLength } = peek(x);
      return new Uint8Array(buffer, byteOffset, byteLength).slice();
    }),
  );
}

function sameBits(run: () => readonly NDArray[]): void {
  const [alone, shared] = [bytesOn(one, run), bytesOn(two, run)];
  for (const [i, bytes] of alone.entries()) {
    const at = bytes.findIndex((byte, k) => byte !== shared[i]![k]);
    if (at >= 0) throw new Error(`result ${i} differs at byte ${at} of ${bytes.length}`);
  }
}

/** Kernels of the host, loops and empty arrays have nothing to share. */
const isShared = ({ primitive, operands, params }: Example): boolean => {
  const { kind } = primitive.lower;
  if (kind === "callback" || kind === "opaque") return false;
  const results = primitive.types(
    operands.map((x) => x.aval),
    params,
  );
  return [...operands.map((x) => x.aval), ...results].every(
    ({ dtype, shape }) => getBackend("wasm").supports(dtype) && !shape.includes(0),
  );
};

law(
  "two threads give the bits of one",
  (example) => sameBits(() => bind(example.primitive, arraysOf(example), example.params)),
  isShared,
);

const rows = (n: number, m: number): NDArray =>
  jnp
    .sin(jnp.arange(n * m))
    .mul(3)
    .reshape([n, m]);

test.each([
  ["softmax", (x: NDArray) => [nn.softmax(x)]],
  ["log-softmax and its largest", (x: NDArray) => [nn.logSoftmax(x), jnp.argmax(x, -1)]],
  [
    "rows made normal, read again later",
    (x: NDArray) => {
      const y = x.sub(jnp.mean(x, { axis: -1, keepdims: true }));
      const z = y.div(jnp.sqrt(jnp.mean(y.mul(y), { axis: -1, keepdims: true }).add(1e-5)));
      return [z, jnp.sum(z, 0), y];
    },
  ],
  ["running sums of rows", (x: NDArray) => [jnp.exp(jnp.cumsum(x, -1).mul(0.01)).sub(x)]],
  ["rows inside of a loop", (x: NDArray) => [lax.foriLoop(0, 3, (_i, y: NDArray) => nn.softmax(y.mul(2)), x)]],
] as const)("%s: two threads give the bits of one", (_name, f) => {
  const x = rows(403, 601);
  sameBits(() => jit((y: NDArray) => [...f(y)])(x));
});

test("and there were two threads", () => expect(threaded().threadsStarted).toBe(true));
