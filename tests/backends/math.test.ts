/** The float32 functions of the wasm backend against JavaScript's in double precision, over samples of all floats. */
import { describe, expect, it } from "vitest";
import { createWasmBackend } from "../../src/backends/wasm/backend.ts";
import { supportsRelaxedSimd } from "../../src/backends/wasm/features.ts";
import type { BinaryOp, UnaryOp } from "../../src/core/expr.ts";
import { dense, densePairs } from "./accuracy.ts";
import { Sketch } from "./sketch.ts";

const bits = new Int32Array(1);
const float = new Float32Array(bits.buffer);
const largestFloat = 3.4028234663852886e38;

/** Every float whose bits are a multiple of a step, the ends of the range, and the neighbourhoods of special points. */
function samples(step: number): Float32Array<ArrayBuffer> {
  const list: number[] = [];
  const add = (pattern: number): void => {
    bits[0] = pattern;
    list.push(float[0]!);
  };
  for (let pattern = 0; pattern < 0x7f800000; pattern += step) {
    add(pattern);
    add(pattern | 0x80000000);
  }
  const special = [
    0,
    1,
    2,
    0.5,
    Math.E,
    Math.PI,
    Math.PI / 2,
    Math.PI / 4,
    88.72284,
    88.72,
    87.33655,
    103.97,
    128,
    149,
    126,
    8192,
    22,
    1e-4,
    0.625,
  ];
  for (const x of special) {
    float[0] = x;
    const middle = bits[0]!;
    for (let i = -40; i <= 40; i++) {
      if (middle + i < 0) continue;
      add(middle + i);
      add((middle + i) | 0x80000000);
    }
  }
  for (let n = 1; n < 2000; n++) list.push(Math.fround((n * Math.PI) / 2), -Math.fround((n * Math.PI) / 4));
  list.push(Infinity, -Infinity, NaN, largestFloat, -largestFloat);
  return new Float32Array(list);
}

/** Units in the last place of float32 between a result and the exact one. */
function error(result: number, exact: number): number {
  if (Number.isNaN(exact) || Number.isNaN(result)) return Number.isNaN(exact) && Number.isNaN(result) ? 0 : Infinity;
  const rounded = Math.fround(exact);
  if (Object.is(result, rounded)) return Math.abs(result) < Infinity && rounded !== exact ? spacing(result, exact) : 0;
  if (!Number.isFinite(result) || !Number.isFinite(rounded)) {
    // One step beyond the largest float.
    return Math.min(Math.abs(result), largestFloat * 2) > largestFloat &&
      Math.abs(exact) >= largestFloat * (1 - 2 ** -23)
      ? 1
      : Infinity;
  }
  if (result === 0 && exact === 0) return Infinity;
  return spacing(result, exact);
}
function spacing(result: number, exact: number): number {
  const size = Math.max(Math.abs(exact), 2 ** -126);
  return Math.abs(result - exact) / 2 ** (Math.floor(Math.log2(size)) - 23);
}

function run(op: UnaryOp | BinaryOp, relaxedSimd: boolean, ...inputs: Float32Array<ArrayBuffer>[]): Float32Array {
  const backend = createWasmBackend({ relaxedSimd });
  const s = new Sketch();
  const n = inputs[0]!.length;
  const ins = inputs.map((data) => s.input("float32", data));
  const out = s.output("float32", n);
  const args = ins.map((x) => s.load(x, s.at([1])));
  const value = args.length === 1 ? s.b.unary(op as UnaryOp, args[0]!) : s.b.binary(op as BinaryOp, args[0]!, args[1]!);
  s.map([n], [out, s.at([1]), value]);
  const storages = inputs.map((data) => {
    const storage = backend.allocate("float32", n);
    backend.write(storage, data);
    return storage;
  });
  const result = backend.allocate("float32", n);
  backend.run(backend.compile(s.finish(op)), storages, [result]);
  return backend.read!(result, "float32", n) as Float32Array;
}

function power(x: number, y: number): number {
  return x === 1 || (x === -1 && Math.abs(y) === Infinity) ? 1 : x ** y;
}

/** The largest error and where it is. */
function worst(results: Float32Array, exact: (i: number) => number): readonly [number, number] {
  let largest = 0;
  let where = -1;
  for (let i = 0; i < results.length; i++) {
    const e = error(results[i]!, exact(i));
    if (e > largest) [largest, where] = [e, i];
  }
  return [largest, where];
}

const variants = supportsRelaxedSimd() ? [false, true] : [false];
describe.each(variants)("float32 functions, fused multiply-add %s", (relaxed) => {
  const xs = samples(30_011);
  for (const [op, [exact, ulp]] of Object.entries(dense)) {
    it(`${op} is within ${ulp} ulp`, () => {
      const [largest, where] = worst(run(op as UnaryOp, relaxed, xs), (i) => exact(xs[i]!));
      expect(largest, `at ${xs[where]}`).toBeLessThanOrEqual(ulp);
    });
  }
  for (const [op, exact, ulp] of [
    ["pow", power, densePairs.pow],
    ["atan2", Math.atan2, densePairs.atan2],
  ] as const) {
    it(`${op} is within ${ulp} ulp`, () => {
      const few = samples(120_000_007).filter((_, i) => i % 7 !== 3);
      const special = [
        0,
        -0,
        1,
        -1,
        2,
        3,
        -3,
        0.5,
        -0.5,
        1e-40,
        Infinity,
        -Infinity,
        NaN,
        16777217,
        -2,
        33,
        8388609,
        1.0001,
      ];
      const left: number[] = [];
      const right: number[] = [];
      for (const [i, x] of few.entries()) {
        for (const y of special) {
          left.push(x, y);
          right.push(y, x);
        }
        left.push(x, 1 + i / few.length);
        right.push(few[(i * 31) % few.length]!, (i % 600) - 300);
      }
      for (const x of special) {
        for (const y of special) {
          left.push(x);
          right.push(y);
        }
      }
      const [a, b] = [new Float32Array(left), new Float32Array(right)];
      const [largest, where] = worst(run(op, relaxed, a, b), (i) => exact(a[i]!, b[i]!));
      expect(largest, `at ${a[where]}, ${b[where]}`).toBeLessThanOrEqual(ulp);
    });
  }
});
