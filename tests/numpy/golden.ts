/**
 * Calls functions of `numpy` as the golden files say. In: a case with JAX's names and encoded arguments. Out: results as
 * plain data, and what differs from JAX's.
 */
import { array } from "../../src/array/convert.ts";
import { reshape } from "../../src/array/shape.ts";
import { config } from "../../src/core/config.ts";
import { isNDArray, type NDArray } from "../../src/core/ndarray.ts";
import { peek } from "../../src/runtime/array.ts";
import type { DType } from "../../src/types/dtype.ts";
import {
  decodeArray,
  type EncodedArray,
  type GoldenArray,
  isEncodedArray,
  ulpDistance32,
  ulpDistance64,
} from "../golden/load.ts";

/** A call of a function of jax.numpy, as the files hold it. */
export interface GoldenCall {
  readonly fn: string;
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
  readonly out?: unknown;
  readonly error?: readonly [string, string];
  readonly x64?: boolean;
}

/** `take_along_axis` as `takeAlongAxis`. */
export const camelCase = (name: string): string => name.replace(/_([a-z0-9])/g, (_, c: string) => c.toUpperCase());

/** An encoded array as an NDArray. */
export function toArray(encoded: EncodedArray): NDArray {
  const { dtype, shape, data, exact } = decodeArray(encoded);
  const flat = array([...(exact ?? data)], { dtype: dtype as DType });
  return flat.shape.length === 1 && shape.length === 1 ? flat : reshape(flat, shape);
}

/** Arguments with arrays in them; `wrap` sees each array. */
export function toArguments(value: unknown, wrap: (x: NDArray) => unknown): unknown {
  if (isEncodedArray(value)) return wrap(toArray(value));
  if (Array.isArray(value)) return value.map((v) => toArguments(v, wrap));
  if (typeof value !== "object" || value === null) return value;
  if ("scalar" in value) return Number(String(value.scalar).replace("inf", "Infinity"));
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [camelCase(k), toArguments(v, wrap)]));
}

/** Calls a function with the arguments of a case. */
export function callCase(
  f: (...args: never[]) => unknown,
  c: GoldenCall,
  wrap: (x: NDArray) => unknown = (x) => x,
): unknown {
  const args = c.args.map((a) => toArguments(a, wrap));
  const options = toArguments(c.kwargs, wrap) as object;
  const run = (): unknown => f(...([...args, ...(Object.keys(options).length > 0 ? [options] : [])] as never[]));
  return c.x64 === true ? config.using({ enableX64: true }, run) : run();
}

/** What differs between a result and JAX's, in words; undefined if nothing does. */
export function difference(
  result: unknown,
  expected: unknown,
  options: { readonly ulp?: number; readonly dtypes?: boolean; readonly absolute?: number } = {},
): string | undefined {
  if (isEncodedArray(expected)) return arrayDifference(result, decodeArray(expected), options);
  if (Array.isArray(expected)) {
    if (!Array.isArray(result))
      return isNDArray(result) ? "an array where JAX has a list" : `${String(result)} where JAX has a list`;
    if (result.length !== expected.length) return `${result.length} results where JAX has ${expected.length}`;
    for (let i = 0; i < expected.length; i++) {
      const inner = difference(result[i], expected[i], options);
      if (inner !== undefined) return `result ${i}: ${inner}`;
    }
    return undefined;
  }
  return Object.is(result, expected) ? undefined : `${String(result)} where JAX has ${JSON.stringify(expected)}`;
}

function arrayDifference(
  result: unknown,
  expected: GoldenArray,
  {
    ulp = 4,
    dtypes = true,
    absolute = 0,
  }: { readonly ulp?: number; readonly dtypes?: boolean; readonly absolute?: number },
): string | undefined {
  if (!isNDArray(result)) return `${String(result)} where JAX has an array`;
  if (dtypes && (result.dtype !== expected.dtype || result.weakType !== expected.weakType)) {
    return `type ${result.dtype}${result.weakType ? " (weak)" : ""}, not ${expected.dtype}${expected.weakType ? " (weak)" : ""}`;
  }
  if (result.shape.join() !== expected.shape.join())
    return `shape (${result.shape.join()}), not (${expected.shape.join()})`;
  const data = Array.from(peek(result) as ArrayLike<number | bigint>, Number);
  const distance = expected.dtype === "float64" ? ulpDistance64 : ulpDistance32;
  for (let i = 0; i < data.length; i++) {
    const [a, b] = [data[i]!, expected.data[i]!];
    if (Object.is(a, b) || a === b || Math.abs(a - b) <= absolute) continue;
    const d = expected.dtype.startsWith("float") ? distance(a, b) : Number.POSITIVE_INFINITY;
    if (d > ulp) return `element ${i} is ${a}, not ${b} (${d} ulp)`;
  }
  return undefined;
}
