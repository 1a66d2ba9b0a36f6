/** Arrays of float64 for tests, and comparisons with numbers. */
import { expect } from "vitest";
import { config } from "../../src/core/config.ts";
import { isNDArray, type NDArray } from "../../src/core/ndarray.ts";
import { fromTypedArray, peek } from "../../src/runtime/array.ts";
import { makeAval } from "../../src/types/aval.ts";
import "../../src/runtime/install.ts";

config.update("enableX64", true);
config.update("enableChecks", true);

/** An array of float64. */
export function array(values: readonly number[], shape: readonly number[] = [values.length]): NDArray {
  return fromTypedArray(makeAval(shape, "float64"), Float64Array.from(values));
}

/** The elements of an array. */
export function values(x: unknown): number[] {
  if (typeof x === "number") return [x];
  if (isNDArray(x)) return Array.from(peek(x) as ArrayLike<number>, Number);
  return x as number[];
}

/** Elements agree within a relative and absolute tolerance. */
export function expectClose(actual: unknown, expected: unknown, tolerance = 1e-6): void {
  const a = values(actual);
  const e = values(expected);
  expect(a.length, "number of elements").toBe(e.length);
  a.forEach((x, i) => {
    const y = e[i]!;
    if (!(Math.abs(x - y) <= tolerance * (1 + Math.abs(y)))) {
      expect.fail(`element ${i} is ${x}, expected ${y}\n[${a}] against [${e}]`);
    }
  });
}

/** Central differences of a function with one result, for each element of x. */
export function differences(f: (x: NDArray) => NDArray, x: NDArray, step = 1e-5): number[] {
  return values(x).map((_, i) => {
    const at = (s: number): number => {
      const moved = values(x);
      moved[i]! += s * step;
      return values(f(array(moved, x.shape)))[0]!;
    };
    return (at(1) - at(-1)) / (2 * step);
  });
}
