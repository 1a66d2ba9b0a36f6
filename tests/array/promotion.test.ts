// Dtypes and weak types of results against JAX (tests/golden/promotion.json), and the errors of operands that do not fit.
import { describe, expect, test } from "vitest";
import "../../src/array/install.ts";
import { add, divide, floorDivide, maximum, power } from "../../src/array/arithmetic.ts";
import { less } from "../../src/array/comparison.ts";
import { type ArrayArg, array } from "../../src/array/convert.ts";
import { promoteArgs, promoteShapes } from "../../src/array/promotion.ts";
import { config } from "../../src/core/config.ts";
import type { NDArray } from "../../src/core/ndarray.ts";
import { stage } from "../../src/transforms/stage.ts";
import { type Aval, makeAval } from "../../src/types/aval.ts";
import type { DType } from "../../src/types/dtype.ts";
import { loadGolden } from "../golden/load.ts";

type Pair = readonly [string, string, string | readonly [string, boolean]];
interface Case {
  readonly fn: string;
  readonly x64: boolean;
  readonly pairs: readonly Pair[];
}

const functions: { readonly [name: string]: (x: ArrayArg, y: ArrayArg) => NDArray } = {
  add,
  divide,
  power,
  maximum,
  less,
  floor_divide: floorDivide,
};

function avalOf(name: string, x64: boolean): Aval {
  const weak: { readonly [name: string]: DType } = {
    "i*": x64 ? "int64" : "int32",
    "f*": x64 ? "float64" : "float32",
    "c*": x64 ? "complex128" : "complex64",
  };
  const dtype = weak[name];
  return dtype === undefined ? makeAval([2], name as DType) : makeAval([], dtype, true);
}

const { cases } = loadGolden<Case>("promotion");

describe.each(cases.filter((c) => functions[c.fn] !== undefined))("$fn, x64 $x64", ({ fn, x64, pairs }) => {
  const f = functions[fn]!;
  test.each(pairs.filter((p) => Array.isArray(p[2])))("%s and %s", (a, b, expected) => {
    config.using({ enableX64: x64 }, () => {
      // With x64 off there are no 64-bit arrays.
      const avals = [a, b].map((name) => avalOf(name, x64));
      if (!x64 && avals.some((v) => ["int64", "uint64", "float64", "complex128"].includes(v.dtype))) return;
      // A number beside an array, where one is weak and JavaScript has it.
      const numbers: { readonly [name: string]: number } = { "i*": 2, "f*": 2.5 };
      const operands = (args: readonly NDArray[]): ArrayArg[] =>
        a.endsWith("*") && b.endsWith("*") ? [...args] : [numbers[a] ?? args[0]!, numbers[b] ?? args[1]!];
      const { jaxpr } = stage((args) => [f(...(operands(args) as [ArrayArg, ArrayArg]))], avals, "jit of f");
      const { dtype, weakType } = jaxpr.outputs[0]!.aval;
      expect([dtype, weakType]).toEqual(expected);
    });
  });
});

describe("numbers beside arrays", () => {
  const of = (dtype: DType): NDArray => array([1, 2], { dtype });
  test.each([
    ["int32", 2, "int32", false],
    ["int32", 0.5, "float32", true],
    ["int32", -0, "float32", true],
    ["int32", 1e10, "float32", true],
    ["uint32", 4294967295, "uint32", false],
    ["int8", 300, "int8", false],
    ["float32", 2, "float32", false],
    ["bool", 1, "int32", true],
    ["bool", true, "bool", false],
    ["int32", 3n, "int32", false],
    ["int32", new Int8Array([1, 2]), "int32", false],
  ] as const)("%s + %s", (dtype, y, result, weak) => {
    const z = of(dtype).add(y);
    expect([z.dtype, z.weakType]).toEqual([result, weak]);
  });

  test("alone they are floats", () => {
    expect(String(add(1, 2))).toBe("3.0");
    expect(add(1, 2).weakType).toBe(true);
    expect(divide(1, 2).item()).toBe(0.5);
  });

  test("wrap in the dtype of the array", () => {
    expect(of("int8").add(300).tolist()).toEqual([45, 46]);
    expect(of("uint8").sub(3).tolist()).toEqual([254, 255]);
    expect(of("uint32").and(0xffffffff).tolist()).toEqual([1, 2]);
  });

  test("become literals of the common dtype in programs", () => {
    const { jaxpr } = stage(([x]) => [x!.mul(2).add(1)], [makeAval([3], "float32")], "jit of f");
    expect(jaxpr.equations.map((e) => e.primitive.name)).toEqual(["mul", "add"]);
  });
});

describe("errors", () => {
  const x = array([1, 2, 3]);
  test("shapes", () => {
    expect(() => x.add(array([1, 2, 3, 4]))).toThrow("add got incompatible shapes for broadcasting: (3,), (4,).");
  });
  test("lists", () => {
    expect(() => add([1] as never, 2)).toThrow("add requires ndarray or scalar arguments, got Array at position 0.");
    expect(() => x.add(null as never)).toThrow("got null at position 1");
    expect(() => x.add("a" as never)).toThrow("got string at position 1");
  });
  test("bigints that do not fit", () => {
    expect(() => array([1], "int32").add(10n ** 12n)).toThrow("out of bounds for int32");
  });
  test("rank promotion", () => {
    config.using({ numpyRankPromotion: "raise" }, () => {
      expect(() => x.add(array([[1, 2, 3]]))).toThrow(
        'Operands could not be broadcast together for add on shapes (3,) (1, 3) and with the config option numpyRankPromotion="raise"',
      );
      expect(x.add(1).shape).toEqual([3]);
    });
  });
  test("strict promotion", () => {
    config.using({ numpyDtypePromotion: "strict" }, () => {
      expect(() => x.add(array([1, 2, 3], "int32"))).toThrow("have no available implicit dtype promotion path");
      expect(() => array([1], "int32").add(0.5)).toThrow("have no available implicit dtype promotion path");
      expect(x.add(1).dtype).toBe("float32");
      expect(array([1], "int32").add(1).dtype).toBe("int32");
    });
  });
});

test("operands of rank 0 stay as they are", () => {
  const [a, b] = promoteArgs("add", array([1, 2, 3]), 1);
  expect([a!.shape, b!.shape]).toEqual([[3], []]);
  const [c, d] = promoteShapes("add", array([[1], [2]]), array([1, 2, 3]));
  expect([c!.shape, d!.shape]).toEqual([
    [2, 3],
    [2, 3],
  ]);
});
