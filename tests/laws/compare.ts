/** Comparing results: in units in the last place, or within a tolerance; errors say where. */
import type { NDArray } from "../../src/core/ndarray.ts";
import { peek } from "../../src/runtime/array.ts";
import { type Aval, formatAval, sameType } from "../../src/types/aval.ts";
import { type DType, dtypeKind, realDType, type TypedArray } from "../../src/types/dtype.ts";

/** The elements as numbers (64-bit integers rounded). */
export function numbers(x: NDArray): number[] {
  return Array.from(peek(x) as ArrayLike<number | bigint>, Number);
}

const buffer = new DataView(new ArrayBuffer(8));

/** The number of a float in the order of all floats of its dtype. */
function ordinal(x: number, dtype: DType): number | bigint {
  if (dtype === "float32") {
    buffer.setFloat32(0, x);
    const bits = buffer.getInt32(0);
    return bits < 0 ? -2147483648 - bits : bits;
  }
  buffer.setFloat64(0, x);
  const bits = buffer.getBigInt64(0);
  return bits < 0n ? -(2n ** 63n) - bits : bits;
}

/** Distance in units in the last place; 0 for equal values and for two NaN, infinite for NaN beside a number. */
export function ulpDistance(a: number, b: number, dtype: DType): number {
  if (a === b || (Number.isNaN(a) && Number.isNaN(b))) return 0;
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.POSITIVE_INFINITY;
  const difference = Number(BigInt(ordinal(a, dtype)) - BigInt(ordinal(b, dtype)));
  return Math.abs(difference);
}

const epsilon = (dtype: DType): number => (dtype === "float64" ? 2 ** -52 : 2 ** -23);

/** How two results may differ. */
export interface Tolerance {
  /** Units in the last place. */
  readonly ulp: number;
  /** Also allowed: this many units in the last place of the largest element, for results in which terms cancel. */
  readonly scaledUlp?: number;
}

function sameTypeOrThrow(actual: Aval, expected: Aval, what: string): void {
  if (!sameType(actual, expected)) {
    throw new Error(`${what}: type ${formatAval(actual)}, expected ${formatAval(expected)}`);
  }
}

/** Throws unless two lists of results agree. */
export function expectClose(
  actual: readonly NDArray[],
  expected: readonly NDArray[],
  tolerance: Tolerance,
  what: string,
): void {
  if (actual.length !== expected.length)
    throw new Error(`${what}: ${actual.length} results, expected ${expected.length}`);
  actual.forEach((x, i) => {
    sameTypeOrThrow(x.aval, expected[i]!.aval, `${what}, result ${i}`);
    expectCloseData(peek(x), peek(expected[i]!), realDType(x.aval.dtype), tolerance, `${what}, result ${i}`);
  });
}

/** Throws unless elements agree; integers and booleans exactly. */
export function expectCloseData(
  actual: TypedArray,
  expected: TypedArray,
  dtype: DType,
  tolerance: Tolerance,
  what: string,
): void {
  if (actual.length !== expected.length) {
    throw new Error(`${what}: ${actual.length} elements, expected ${expected.length}`);
  }
  const isFloat = dtypeKind(dtype) === "f";
  let scale = 0;
  if (isFloat) for (const x of expected as Float64Array) if (Number.isFinite(x)) scale = Math.max(scale, Math.abs(x));
  const absolute = (tolerance.scaledUlp ?? 0) * epsilon(dtype) * scale;
  for (let k = 0; k < actual.length; k++) {
    const a = actual[k]!;
    const e = expected[k]!;
    if (a === e) continue;
    if (!isFloat)
      throw new Error(`${what}: element ${k} is ${a}, expected ${e}\n${list(actual)} against\n${list(expected)}`);
    const x = a as number;
    const y = e as number;
    const distance = ulpDistance(x, y, dtype);
    if (distance <= tolerance.ulp || Math.abs(x - y) <= absolute) continue;
    throw new Error(
      `${what}: element ${k} is ${x}, expected ${y} (${distance} ulp)\n${list(actual)} against\n${list(expected)}`,
    );
  }
}

function list(data: TypedArray): string {
  const shown = Array.from(data as ArrayLike<number | bigint>).slice(0, 12);
  return `[${shown.join(", ")}${data.length > 12 ? ", ..." : ""}]`;
}

/** Throws unless numbers agree within a relative and absolute tolerance. */
export function expectNear(
  actual: readonly number[],
  expected: readonly number[],
  tolerance: number,
  what: string,
): void {
  if (actual.length !== expected.length)
    throw new Error(`${what}: ${actual.length} elements, expected ${expected.length}`);
  actual.forEach((a, k) => {
    const e = expected[k]!;
    if (Math.abs(a - e) <= tolerance * (1 + Math.abs(e)) || (Number.isNaN(a) && Number.isNaN(e))) return;
    throw new Error(
      `${what}: element ${k} is ${a}, expected ${e}\n[${actual.slice(0, 12)}] against\n[${expected.slice(0, 12)}]`,
    );
  });
}
