/** What the tests of the transformations share: arrays from nested lists, their values, and closeness. */
import "../../src/runtime/install.ts";
import { expect } from "vitest";
import { isNDArray, type NDArray } from "../../src/core/ndarray.ts";
import { isConcrete } from "../../src/core/trace.ts";
import { AdjointError } from "../../src/errors/index.ts";
import { fromTypedArray, peek } from "../../src/runtime/array.ts";
import { makeAval } from "../../src/types/aval.ts";
import { type DType, dtypeKind, newTypedArray } from "../../src/types/dtype.ts";

type Nested = number | boolean | readonly Nested[];

function shapeOf(value: Nested): number[] {
  return Array.isArray(value) ? [value.length, ...(value.length > 0 ? shapeOf(value[0]) : [])] : [];
}

const flatten = (value: Nested): (number | boolean)[] =>
  Array.isArray(value) ? (value as readonly Nested[]).flatMap(flatten) : [value as number | boolean];

/** An array of a dtype from nested lists. */
export function array(value: Nested, dtype: DType = "float32"): NDArray {
  const flat = flatten(value);
  const data = newTypedArray(dtype, flat.length) as { [i: number]: number | bigint };
  flat.forEach((x, i) => {
    data[i] = dtype === "int64" || dtype === "uint64" ? BigInt(x) : Number(x);
  });
  return fromTypedArray(makeAval(shapeOf(value), dtype), data as never);
}

/** An int32 array. */
export const ints = (value: Nested): NDArray => array(value, "int32");

/** An array of a shape that counts from `start` in steps of `step`. */
export function counting(shape: readonly number[], start = 0, step = 1): NDArray {
  const size = shape.reduce((a, b) => a * b, 1);
  return fromTypedArray(
    makeAval(shape, "float32"),
    Float32Array.from({ length: size }, (_, i) => start + i * step),
  );
}

/** The elements as nested lists; booleans as such. The array must be concrete. */
export function values(x: NDArray): unknown {
  expect(isNDArray(x) && isConcrete(x)).toBe(true);
  const data = Array.from(peek(x) as ArrayLike<number | bigint>, (v) =>
    dtypeKind(x.dtype) === "b" ? v !== 0 : Number(v),
  );
  const build = (shape: readonly number[], at: number): unknown => {
    const [n, ...rest] = shape;
    if (n === undefined) return data[at];
    const step = rest.reduce((a, b) => a * b, 1);
    return Array.from({ length: n }, (_, i) => build(rest, at + i * step));
  };
  return build(x.shape, 0);
}

/** A tree with the values of its arrays. */
export function all(tree: unknown): unknown {
  if (isNDArray(tree)) return values(tree);
  if (Array.isArray(tree)) return tree.map(all);
  if (typeof tree !== "object" || tree === null || Object.getPrototypeOf(tree) !== Object.prototype) return tree;
  return Object.fromEntries(Object.entries(tree).map(([key, value]) => [key, all(value)]));
}

/** Checks trees of numbers up to a relative tolerance (absolute below 1). */
export function expectClose(actual: unknown, expected: unknown, tolerance = 2e-6): void {
  const compare = (a: unknown, e: unknown): boolean => {
    if (typeof e === "number" && typeof a === "number") {
      return Object.is(a, e) || a === e || Math.abs(a - e) <= tolerance * Math.max(1, Math.abs(e));
    }
    if (Array.isArray(e)) return Array.isArray(a) && a.length === e.length && e.every((x, i) => compare(a[i], x));
    if (typeof e === "object" && e !== null && typeof a === "object" && a !== null) {
      const keys = Object.keys(e);
      return (
        Object.keys(a).sort().join() === keys.sort().join() &&
        keys.every((k) => compare((a as Record<string, unknown>)[k], (e as Record<string, unknown>)[k]))
      );
    }
    return Object.is(a, e);
  };
  const given = all(actual);
  const wanted = all(expected);
  if (!compare(given, wanted)) expect(given).toEqual(wanted);
}

/** Type of an array in short: `float32[2,3]`, with `~` in front where it is weak. */
export function typeOf(x: NDArray): string {
  return `${x.weakType ? "~" : ""}${x.dtype}[${x.shape.join(",")}]`;
}

/** The error that a call throws. */
export function thrown(body: () => unknown): AdjointError {
  try {
    body();
  } catch (error) {
    expect(error).toBeInstanceOf(AdjointError);
    return error as AdjointError;
  }
  throw new Error("nothing was thrown");
}
