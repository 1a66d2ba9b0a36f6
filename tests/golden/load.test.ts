import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  decode,
  decodeArray,
  decodeNumber,
  isEncodedArray,
  loadGolden,
  ulpDistance32,
  ulpDistance64,
  ulpError32,
  worst,
} from "./load.ts";

/** Files with a form of their own, read by the tests that they belong to. */
const others = ["printing.json", "structural.json", "elementwise_truth.json"];

const names = readdirSync(new URL(".", import.meta.url))
  .filter((file) => file.endsWith(".json") && !others.includes(file))
  .map((file) => file.slice(0, -5));

/** Calls `visit` with every encoded array inside a value. */
function arraysOf(value: unknown, visit: (dtype: string, shape: readonly number[], length: number) => void): void {
  if (isEncodedArray(value)) {
    const { dtype, shape, data } = decodeArray(value);
    visit(dtype, shape, dtype.startsWith("complex") ? data.length / 2 : data.length);
  } else if (typeof value === "object" && value !== null) {
    for (const item of Object.values(value)) arraysOf(item, visit);
  }
}

describe("golden files", () => {
  it.each(names)("%s is whole: every array has as many elements as its shape says", (name) => {
    const file = loadGolden<unknown>(name);
    expect(file.jax).toBe("0.10.2");
    expect(file.cases.length).toBeGreaterThan(0);
    arraysOf(file, (_dtype, shape, length) => {
      expect(length).toBe(shape.reduce((product, size) => product * size, 1));
    });
  });
});

describe("decoding", () => {
  it("reads the numbers that JSON cannot hold", () => {
    expect(decodeNumber("nan")).toBeNaN();
    expect(decodeNumber("-inf")).toBe(Number.NEGATIVE_INFINITY);
    expect(Object.is(decodeNumber("-0.0"), -0)).toBe(true);
    expect(decodeNumber(true)).toBe(1);
    expect(() => decodeNumber("slow")).toThrow(/not a golden number/);
  });

  it("keeps 64-bit integers exact", () => {
    const a = decodeArray({ dtype: "uint64", shape: [2], data: ["18446744073709551615", 3] });
    expect(a.exact).toEqual([18446744073709551615n, 3n]);
  });

  it("walks trees", () => {
    expect(decode([{ scalar: "inf" }, { axis: 0 }, "ij->i", null])).toEqual([
      Number.POSITIVE_INFINITY,
      { axis: 0 },
      "ij->i",
      null,
    ]);
  });
});

describe("distances", () => {
  it("counts the numbers between two values", () => {
    expect(ulpDistance32(1, 1 + 2 ** -23)).toBe(1);
    expect(ulpDistance32(1, 1 - 2 ** -24)).toBe(1);
    expect(ulpDistance32(-(2 ** -149), 2 ** -149)).toBe(2);
    expect(ulpDistance32(0, -0)).toBe(0);
    expect(ulpDistance32(Number.NaN, Number.NaN)).toBe(0);
    expect(ulpDistance32(Number.NaN, 1)).toBe(Number.POSITIVE_INFINITY);
    expect(ulpDistance64(1, 1 + 2 ** -52)).toBe(1);
    expect(ulpDistance64(-Number.MIN_VALUE, Number.MIN_VALUE)).toBe(2);
  });

  it("measures an error against an unrounded truth", () => {
    expect(ulpError32(1, 1 + 2 ** -24)).toBe(0.5);
    expect(ulpError32(1 + 2 ** -23, 1)).toBe(1);
    expect(ulpError32(0, 2 ** -149)).toBe(1);
    expect(ulpError32(Number.POSITIVE_INFINITY, 1e300)).toBe(0);
    expect(ulpError32(1, Number.NaN)).toBe(Number.POSITIVE_INFINITY);
  });

  it("finds the worst element", () => {
    expect(worst([1, 1], [1, 1 + 2 ** -23], ulpDistance32)).toEqual({ distance: 1, index: 1 });
  });
});
