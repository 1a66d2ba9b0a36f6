import { describe, expect, test } from "vitest";
import { compareOutputs, formatDifferences } from "../../notebooks/runner/compare.ts";

describe("outputs that match", () => {
  test.each([
    ["nothing", "", ""],
    ["the same text", "a b\nc", "a b\nc"],
    ["spaces and ends", "[[ 1. -2.]\n [ 3.  4.]]\n", "[[1. -2.]\n [3. 4.]]"],
    ["line breaks of Windows", "1\n2", "1\r\n2"],
    ["the last digits of a float32", "1.5545294", "1.5545296"],
    ["near zero", "0.0000005", "0.0"],
    ["signed zeros", "[-0. 0.]", "[0. -0.]"],
    ["exponents", "1.23456e-05", "1.23457e-05"],
    ["special values", "[inf nan -inf] NaN -Infinity", "[inf nan -inf] NaN -Infinity"],
    ["arrays in words", "Array([1.0000001, 2.], dtype=float32)", "Array([1.0000000, 2.], dtype=float32)"],
    ["numbers beside signs", "x=1.00001, (2.0)", "x=1.00002, (2.0)"],
  ])("%s", (_name, fresh, stored) => {
    expect(compareOutputs(fresh, stored)).toEqual([]);
  });
});

describe("outputs that differ", () => {
  test.each([
    ["text", "adjoint wasm", "adjoint webgpu", "wasm is not webgpu"],
    [
      "a number beyond the tolerance",
      "1.5546",
      "1.5545294",
      "1.5546 is not 1.5545294: they differ by 0.000071, and 0.000032 is allowed",
    ],
    ["the third of three digits", "[0.042 1.]", "[0.043 1.]", "0.042 is not 0.043"],
    ["integers, however large", "1000000", "1000001", "1000000 is not 1000001"],
    ["an integer for a float", "4", "4.0", "4 is not 4.0: one is an integer"],
    ["a sign", "-1.0", "1.0", "-1.0 is not 1.0"],
    ["nan for a number", "nan", "1.0", "nan is not 1.0"],
    ["infinity", "inf", "-inf", "inf is not -inf"],
    ["infinity for a number", "inf", "1e38", "inf is not 1e38"],
    ["a number for a word", "1.0", "one", "1.0 is not one"],
    ["brackets", "[1.]", "[[1.]]", "1. is not ["],
    ["more on a line", "1. 2.", "1.", "2. is not in the stored line"],
    ["less on a line", "1.", "1. 2.", "2. is missing"],
    ["digits in words", "float32", "float64", "float32 is not float64"],
    ["versions", "0.10.2", "0.10.3", "0.10.2 is not 0.10.3"],
    ["case", "True", "true", "True is not true"],
  ])("%s", (_name, fresh, stored, reason) => {
    const differences = compareOutputs(fresh, stored);
    expect(differences).toHaveLength(1);
    expect(differences[0]!.reason).toContain(reason);
  });
  test("lines are counted, and each that differs is named", () => {
    expect(compareOutputs("1\n2\n3", "1\n5\n3\n4")).toEqual([
      { line: 2, stored: "5", fresh: "2", reason: "2 is not 5" },
      { line: 4, stored: "4", fresh: undefined, reason: "this line was not printed" },
    ]);
    expect(compareOutputs("1\n2", "")).toHaveLength(2);
    expect(compareOutputs("a\n\nb", "a\nb")).toHaveLength(2);
  });
});

test("the tolerance can be set", () => {
  expect(compareOutputs("1.1", "1.0", { rtol: 0.2, atol: 0 })).toEqual([]);
  expect(compareOutputs("0.1", "0.0", { rtol: 0.2, atol: 0 })).toHaveLength(1);
  expect(compareOutputs("0.1", "0.0", { rtol: 0, atol: 0.2 })).toEqual([]);
  expect(compareOutputs("1.0", "1.0", { rtol: 0, atol: 0 })).toEqual([]);
});

test("differences can be read", () => {
  expect(formatDifferences(compareOutputs("a 1.0\nb\nc", "a 2.0\nb"))).toBe(
    [
      "line 1: 1.0 is not 2.0: they differ by 1, and 0.000041 is allowed",
      "  - a 2.0",
      "  + a 1.0",
      "line 3: this line is not stored",
      "  + c",
    ].join("\n"),
  );
  expect(formatDifferences([])).toBe("");
});
