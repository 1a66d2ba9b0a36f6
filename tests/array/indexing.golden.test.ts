// Reads and updates by index against JAX's own results and gradients (tests/golden/indexing.json).
import { describe, expect, test } from "vitest";
import "../../src/array/install.ts";
import { grad } from "../../src/api/grad.ts";
import { array } from "../../src/array/convert.ts";
import type { Index, IndexList } from "../../src/array/indices.ts";
import { ellipsis, slice } from "../../src/array/slice.ts";
import type { Updater } from "../../src/array/update.ts";
import type { NDArray } from "../../src/core/ndarray.ts";
import { sin } from "../../src/prims/trigonometric.ts";
import type { DType } from "../../src/types/dtype.ts";
import { decodeArray, type EncodedArray, loadGolden, ulpDistance32, worst } from "../golden/load.ts";

type Item =
  | number
  | null
  | "ellipsis"
  | { readonly slice: readonly (number | null)[] }
  | { readonly array: IndexList; readonly shape: readonly number[]; readonly dtype: DType }
  | { readonly mask: IndexList }
  | { readonly bool: boolean };

interface Case {
  readonly kind: "read" | "at" | "call";
  readonly array: string;
  readonly index: readonly Item[];
  readonly op?: string;
  readonly value?: EncodedArray | boolean | number | null;
  readonly kwargs?: { readonly [name: string]: never };
  readonly out?: EncodedArray;
  readonly grad_sum_sin?: EncodedArray | readonly EncodedArray[];
  readonly grad_error?: string;
  readonly error?: readonly [string, string];
}

const golden = loadGolden<Case>("indexing");
const arrays = golden.arrays as { readonly [name: string]: EncodedArray };

function make(encoded: EncodedArray): NDArray {
  const { dtype, shape, data } = decodeArray(encoded);
  return array([...data], { dtype: dtype as DType }).reshape(...shape);
}

function makeValue(value: EncodedArray | boolean | number): NDArray {
  return typeof value === "object" ? make(value) : array(value);
}

function index(items: readonly Item[]): Index[] {
  return items.map((entry) => {
    if (entry === null || typeof entry === "number") return entry;
    if (entry === "ellipsis") return ellipsis;
    if ("slice" in entry) return slice(entry.slice[0]!, entry.slice[1]!, entry.slice[2]!);
    if ("bool" in entry) return entry.bool;
    if ("mask" in entry) {
      const flat = entry.mask.flat(9);
      return flat.length === 0 ? array([], { dtype: "bool" }) : entry.mask;
    }
    return array(entry.array as never, { dtype: entry.dtype }).reshape(...entry.shape);
  });
}

function check(actual: NDArray, expected: EncodedArray, ulp: number): void {
  const { dtype, shape, data } = decodeArray(expected);
  expect(actual.dtype).toBe(dtype);
  expect(actual.shape).toEqual(shape);
  const values = Array.from(actual.toTypedArray() as ArrayLike<number>);
  expect(worst(values, data, ulpDistance32), `${values} against ${data}`).toMatchObject({
    distance: expect.toSatisfy((d) => d <= ulp),
  });
}

const camel = (name: string): string => name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());

function apply(x: NDArray, c: Case, value: NDArray | undefined): NDArray {
  const at: Updater = x.at(...index(c.index));
  const options = Object.fromEntries(Object.entries(c.kwargs ?? {}).map(([k, v]) => [camel(k), v]));
  if (c.op === "get") return at.get(options);
  return at[c.op as "set"](value!, options);
}

describe("x.get", () => {
  golden.cases.forEach((c, i) => {
    if (c.kind !== "read") return;
    test(`${i}: ${c.array}[${JSON.stringify(c.index)}]`, () => {
      const x = make(arrays[c.array]!);
      if (c.error !== undefined) {
        expect(() => x.get(...index(c.index))).toThrow(
          /mask|boolean index|Indexer|Too many|ellipsis|step|Incompatible|out of bounds/,
        );
        return;
      }
      check(x.get(...index(c.index)), c.out!, 0);
      if (c.grad_sum_sin !== undefined) {
        check(grad((v: NDArray) => sin(v.get(...index(c.index))).sum())(x), c.grad_sum_sin as EncodedArray, 2);
      }
    });
  });
});

describe("x.at", () => {
  golden.cases.forEach((c, i) => {
    if (c.kind !== "at") return;
    test(`${i}: ${c.array}.at[${JSON.stringify(c.index)}].${c.op}`, () => {
      const x = make(arrays[c.array]!);
      const value = c.value === null || c.value === undefined ? undefined : makeValue(c.value);
      if (c.error !== undefined) {
        expect(() => apply(x, c, value)).toThrow(c.error[1]);
        return;
      }
      check(apply(x, c, value), c.out!, c.op === "power" ? 2 : 0);
      if (c.grad_sum_sin === undefined) return;
      const mode: string | undefined = c.kwargs?.mode;
      // Where the promise is broken, JAX's gradient is what happens to come out; that of a clipped maximum looks up the
      // places without clipping them, and is infinite or nonzero where the operand has no influence.
      if (mode === "promise_in_bounds" || (mode === "clip" && c.op === "max")) return;
      const expected = c.grad_sum_sin as readonly EncodedArray[];
      if (value === undefined) {
        check(grad((v: NDArray) => sin(apply(v, c, undefined)).sum())(x), expected[0]!, 2);
        return;
      }
      const gradients = grad((v: NDArray, w: NDArray) => sin(apply(v, c, w)).sum(), [0, 1])(x, value);
      gradients.forEach((g, k) => void check(g, expected[k]!, 4));
    });
  });
});
