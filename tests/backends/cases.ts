/**
 * The table of programs with which every backend is compared: all operations, dtypes, kernels and access patterns, built
 * by hand. A backend's tests run each case, and compare with `expected` or with what the reference backend gives.
 */
import type { Backend } from "../../src/backends/backend.ts";
import { dtypeKind, type TypedArray } from "../../src/types/dtype.ts";
import { accessCases } from "./cases/access.ts";
import { contractionCases } from "./cases/contraction.ts";
import { controlCases } from "./cases/control.ts";
import { conversionCases } from "./cases/conversion.ts";
import { elementwiseCases } from "./cases/elementwise.ts";
import { orderCases } from "./cases/order.ts";
import { reductionCases } from "./cases/reduction.ts";
import type { ProgramCase } from "./sketch.ts";

export type { ProgramCase } from "./sketch.ts";

export const cases: readonly ProgramCase[] = [
  ...elementwiseCases,
  ...conversionCases,
  ...accessCases,
  ...reductionCases,
  ...contractionCases,
  ...orderCases,
  ...controlCases,
];

/** Whether a backend stores all dtypes of a case. */
export function supported(backend: Backend, { program }: ProgramCase): boolean {
  return program.buffers.every((buffer) => backend.supports(buffer.dtype));
}

/** Compiles and runs a case: the contents of its outputs. */
export async function runCase(backend: Backend, { program, inputs }: ProgramCase): Promise<TypedArray[]> {
  const storageOf = (buffer: number) => backend.allocate(program.buffers[buffer]!.dtype, program.buffers[buffer]!.size);
  const ins = program.inputs.map(storageOf);
  const outs = program.outputs.map(storageOf);
  try {
    ins.forEach((storage, i) => {
      backend.write(storage, inputs[i]!);
    });
    backend.run(backend.compile(program), ins, outs);
    const results: TypedArray[] = [];
    for (const [i, buffer] of program.outputs.entries()) {
      const { dtype, size } = program.buffers[buffer]!;
      results.push(backend.read?.(outs[i]!, dtype, size) ?? (await backend.readAsync(outs[i]!, dtype, size)));
    }
    return results;
  } finally {
    for (const storage of [...ins, ...outs]) backend.free(storage);
  }
}

const f64 = new Float64Array(1);
const f64Bits = new BigInt64Array(f64.buffer);
const f32 = new Float32Array(1);
const f32Bits = new Int32Array(f32.buffer);

/** A float's place in the order of all floats of its type: neighbours differ by 1; both zeros are 0. */
function place(value: number, single: boolean): bigint {
  if (single) {
    f32[0] = value;
    const bits = f32Bits[0]!;
    return BigInt(bits < 0 ? -(bits & 0x7fffffff) : bits);
  }
  f64[0] = value;
  const bits = f64Bits[0]!;
  return bits < 0n ? -(bits & 0x7fffffffffffffffn) : bits;
}

/** How far apart two numbers are, in units in the last place: 0 for two NaNs, infinite for one NaN. */
export function ulpDistance(a: number, b: number, single: boolean): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) === Number.isNaN(b) ? 0 : Infinity;
  const distance = Number(place(a, single) - place(b, single));
  return Math.abs(distance);
}

/**
 * Nothing if `actual` is near enough to `expected`, else what differs first. Within `ulp` units in the last place;
 * with 0, also the sign of zeros must be the same.
 */
export function compare(actual: TypedArray, expected: TypedArray, ulp: number): string | undefined {
  if (actual.constructor !== expected.constructor)
    return `a ${actual.constructor.name} instead of a ${expected.constructor.name}`;
  if (actual.length !== expected.length) return `${actual.length} elements instead of ${expected.length}`;
  let worst = 0;
  let where = -1;
  for (let i = 0; i < actual.length; i++) {
    const a = actual[i]!;
    const e = expected[i]!;
    if (Object.is(a, e)) continue;
    let distance = Infinity;
    if (
      typeof a === "number" &&
      typeof e === "number" &&
      (actual instanceof Float32Array || actual instanceof Float64Array)
    ) {
      distance = ulpDistance(a, e, actual instanceof Float32Array);
      if (ulp === 0 && a === 0 && e === 0) distance = Infinity;
    }
    if (distance > ulp && distance > worst) {
      worst = distance;
      where = i;
    }
  }
  if (where < 0) return undefined;
  const show = (v: number | bigint): string => (Object.is(v, -0) ? "-0" : String(v));
  return `element ${where} is ${show(actual[where]!)} instead of ${show(expected[where]!)}: ${worst} ulp, ${ulp} allowed`;
}

/** The outputs of a case that differ from what is expected, as one text; nothing if all are near enough. */
export function differences(
  { program, ulp }: ProgramCase,
  actual: readonly TypedArray[],
  expected: readonly TypedArray[],
): string | undefined {
  const texts = program.outputs.map((buffer, i) => {
    const { dtype } = program.buffers[buffer]!;
    const difference = compare(actual[i]!, expected[i]!, dtypeKind(dtype) === "f" ? ulp : 0);
    return difference === undefined ? undefined : `output ${i} (${dtype}): ${difference}`;
  });
  return texts.find((text) => text !== undefined);
}
