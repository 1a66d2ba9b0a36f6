/**
 * Reads golden values: files of JAX's own numbers, made by tools/golden (see the README there).
 * In: the name of a file, or a piece of one. Out: arrays as { dtype, shape, data }, and distances in ulp.
 */
import { readFileSync } from "node:fs";

/** An array as it stands in the files. Complex data are pairs [re, im]. */
export interface EncodedArray {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: readonly EncodedNumber[];
  readonly weak_type?: boolean;
}

/** A JSON number or boolean; "nan", "inf", "-inf", "-0.0"; an integer beyond 2**53 in decimal; or a complex [re, im]. */
export type EncodedNumber = number | boolean | string | readonly [number | string, number | string];

/** An array read from a file. */
export interface GoldenArray {
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Row-major elements; booleans are 0 and 1. For complex dtypes real and imaginary parts alternate. */
  readonly data: readonly number[];
  /** The exact elements of an int64 or uint64 array, whose `data` may be rounded. */
  readonly exact?: readonly bigint[];
  readonly weakType: boolean;
}

/** One golden file: the version of JAX that made it, its cases, and what else stands at its top. */
export interface GoldenFile<Case> {
  readonly jax: string;
  readonly cases: readonly Case[];
  readonly [key: string]: unknown;
}

/**
 * Reads tests/golden/<name>.json. The caller says what a case looks like; nothing is decoded yet.
 *
 * @example
 * const { cases } = loadGolden<{ fn: string; args: unknown[]; out: EncodedArray }>("numpy_functions");
 */
export function loadGolden<Case>(name: string): GoldenFile<Case> {
  const text = readFileSync(new URL(`./${name}.json`, import.meta.url), "utf8");
  return JSON.parse(text) as GoldenFile<Case>;
}

/** Whether a piece of a case is an encoded array. */
export function isEncodedArray(value: unknown): value is EncodedArray {
  return typeof value === "object" && value !== null && "dtype" in value && "shape" in value && "data" in value;
}

/** One real number of a file. */
export function decodeNumber(value: number | boolean | string): number {
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return value ? 1 : 0;
  switch (value) {
    case "nan":
      return Number.NaN;
    case "inf":
      return Number.POSITIVE_INFINITY;
    case "-inf":
      return Number.NEGATIVE_INFINITY;
    case "-0.0":
      return -0;
    default:
      if (!/^-?\d+$/.test(value)) throw new Error(`not a golden number: ${JSON.stringify(value)}`);
      return Number(value);
  }
}

/** An encoded array with its numbers read. */
export function decodeArray(encoded: EncodedArray): GoldenArray {
  const data: number[] = [];
  for (const value of encoded.data) {
    if (typeof value === "object") data.push(decodeNumber(value[0]), decodeNumber(value[1]));
    else data.push(decodeNumber(value));
  }
  const base = { dtype: encoded.dtype, shape: encoded.shape, data, weakType: encoded.weak_type === true };
  if (encoded.dtype !== "int64" && encoded.dtype !== "uint64") return base;
  return { ...base, exact: encoded.data.map((value) => BigInt(value as number | string)) };
}

/**
 * A whole piece of a case: encoded arrays become `GoldenArray`, { "scalar": "nan" } a number, lists and objects are
 * walked, and everything else (numbers, strings, null) stays. Index encodings such as { "slice": ... } stay as they are.
 */
export function decode(value: unknown): unknown {
  if (isEncodedArray(value)) return decodeArray(value);
  if (Array.isArray(value)) return value.map(decode);
  if (typeof value !== "object" || value === null) return value;
  if ("scalar" in value) {
    const scalar = value.scalar as number | string | [number | string, number | string];
    return Array.isArray(scalar) ? scalar.map(decodeNumber) : decodeNumber(scalar);
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, decode(item)]));
}

const scratch = new DataView(new ArrayBuffer(8));

/** The place of a float32 in the order of all float32, counted from zero; both zeros are 0. */
function order32(x: number): number {
  scratch.setFloat32(0, x);
  const bits = scratch.getInt32(0);
  return bits < 0 ? -(bits & 0x7fffffff) : bits;
}

/** The same for float64. */
function order64(x: number): bigint {
  scratch.setFloat64(0, x);
  const bits = scratch.getBigInt64(0);
  return bits < 0n ? -(bits & 0x7fffffffffffffffn) : bits;
}

/**
 * How many float32 numbers lie between two values (both are rounded to float32 first). Zero for equal values, for two
 * NaN, and for zeros of either sign; infinite when just one is NaN. Infinity is the neighbour of the largest number.
 */
export function ulpDistance32(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) && Number.isNaN(b) ? 0 : Number.POSITIVE_INFINITY;
  return Math.abs(order32(a) - order32(b));
}

/** How many float64 numbers lie between two values, with the conventions of `ulpDistance32`. */
export function ulpDistance64(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) && Number.isNaN(b) ? 0 : Number.POSITIVE_INFINITY;
  const distance = order64(a) - order64(b);
  return Number(distance < 0n ? -distance : distance);
}

/**
 * The error of a float32 result in units of the last place of the true value, as a fraction: `truth` is a float64 that is
 * not rounded to float32. A correctly rounded result has at most 0.5. Infinite where only one of them is finite, except
 * that a truth beyond the largest float32 counts as infinity.
 */
export function ulpError32(result: number, truth: number): number {
  const rounded = Math.fround(truth);
  if (Number.isNaN(result) && Number.isNaN(truth)) return 0;
  if (!Number.isFinite(rounded) || !Number.isFinite(result)) return result === rounded ? 0 : Number.POSITIVE_INFINITY;
  scratch.setFloat32(0, rounded);
  const exponent = Math.max((scratch.getUint32(0) >>> 23) & 0xff, 1) - 127;
  return Math.abs(result - truth) / 2 ** (exponent - 23);
}

/** The largest of a distance over two lists of equal length, and where it is. */
export function worst(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  distance: (a: number, b: number) => number,
): { readonly distance: number; readonly index: number } {
  if (actual.length !== expected.length) throw new Error(`${actual.length} elements against ${expected.length}`);
  let found = { distance: 0, index: -1 };
  for (let index = 0; index < actual.length; index++) {
    const d = distance(actual[index] as number, expected[index] as number);
    if (d > found.distance) found = { distance: d, index };
  }
  return found;
}
