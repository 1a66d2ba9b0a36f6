// What array() makes of JavaScript's values, and what it refuses.
import { afterEach, describe, expect, test, vi } from "vitest";
import "../../src/array/install.ts";
import { jit } from "../../src/api/jit.ts";
import { array, asArray, type Nested } from "../../src/array/convert.ts";
import { config } from "../../src/core/config.ts";
import type { NDArray } from "../../src/core/ndarray.ts";
import { BackendError } from "../../src/errors/index.ts";
import type { DType } from "../../src/types/dtype.ts";

const typeOf = (x: NDArray): string => `${x.dtype}[${x.shape}]${x.weakType ? " weak" : ""}`;

afterEach(() => void vi.restoreAllMocks());

describe("dtypes and shapes", () => {
  test.each<[Nested, string]>([
    [1, "float32[] weak"],
    [1.5, "float32[] weak"],
    [true, "bool[]"],
    [1n, "int32[] weak"],
    [[1, 2], "float32[2]"],
    [[1, 2.5], "float32[2]"],
    [[true, false], "bool[2]"],
    [[true, 2], "float32[2]"],
    [[1n, 2n], "int32[2]"],
    [[1n, true], "int32[2]"],
    [[[1, 2, 3]], "float32[1,3]"],
    [[], "float32[0]"],
    [[[], []], "float32[2,0]"],
    [new Float32Array(2), "float32[2]"],
    [new Float64Array(2), "float32[2]"],
    [new Int8Array(2), "int8[2]"],
    [new Uint8ClampedArray(2), "uint8[2]"],
    [new BigInt64Array(2), "int32[2]"],
    [new BigUint64Array(2), "uint32[2]"],
    [[new Float32Array(2), new Float32Array(2)], "float32[2,2]"],
    [[new Int32Array(2), [1, 2]] as never, "ragged"],
  ])("%s is %s", (value, expected) => {
    if (expected === "ragged") expect(() => array(value)).toThrow("inhomogeneous");
    else expect(typeOf(array(value))).toBe(expected);
  });

  test("with x64", () => {
    config.using({ enableX64: true }, () => {
      expect(typeOf(array(1))).toBe("float64[] weak");
      expect(typeOf(array([1]))).toBe("float64[1]");
      expect(typeOf(array(1n))).toBe("int64[] weak");
      expect(array(new BigInt64Array([2n ** 60n])).tolist()).toEqual([2n ** 60n]);
    });
  });

  test.each<[Nested, DType, unknown]>([
    [[1.7, -1.7], "int32", [1, -1]],
    [[1, 0, 2], "bool", [true, false, true]],
    [[1, 2], "uint8", [1, 2]],
    [3, "int32", 3],
    [true, "float32", 1],
    [new Float32Array([300.5, -300, Number.NaN]), "int8", [127, -128, 0]],
    [new Int32Array([300, -1]), "uint8", [44, 255]],
    [new Float64Array([1e10]), "int32", [2147483647]],
    [4294967295, "uint32", 4294967295],
    [new BigInt64Array([2n ** 62n + 5n, -1n]), "int32", [5, -1]],
    [new BigInt64Array([300n]), "uint8", [44]],
    [new BigUint64Array([3n]), "float32", [3]],
    [new Uint8ClampedArray([1, 300]), "uint8", [1, 255]],
  ])("%s as %s", (value, dtype, expected) => {
    const x = array(value, { dtype });
    expect([x.dtype, x.weakType, x.tolist()]).toEqual([dtype, false, expected]);
    expect(array(value, dtype).dtype).toBe(dtype);
  });

  test("typed arrays are copied", () => {
    const data = new Float32Array([1, 2]);
    const x = array(data);
    data[0] = 9;
    expect(x.tolist()).toEqual([1, 2]);
  });
});

test("dtypes that the backend does not store are refused", () => {
  for (const dtype of ["bfloat16", "float16"] as const) expect(() => array([1, 2], dtype).add(1)).toThrow(BackendError);
  expect(() => array([1], "key<fry>")).toThrow("numbers cannot be of dtype key<fry>");
});

describe("arrays in lists", () => {
  test("are stacked", () => {
    const x = array([1, 2]);
    expect(String(array([x, x.mul(2)]))).toBe("[[1. 2.]\n [2. 4.]]");
    expect(
      String(
        array([
          [x.sum(), 1],
          [x.max(), 0.5],
        ]),
      ),
    ).toBe("[[3.  1. ]\n [2.  0.5]]");
    expect(typeOf(array([array(1, "int32"), 2]))).toBe("int32[2]");
    expect(typeOf(array([array(1, "int32"), 2.5]))).toBe("float32[2]");
  });
  test("also while traced", () => {
    expect(jit((x: NDArray) => array([x, x.neg()]))(2).tolist()).toEqual([2, -2]);
  });
  test("must have one shape", () => {
    expect(() => array([array([1]), array([1, 2])])).toThrow(
      "an element of shape (2,) where others have shape (1,) at [1]",
    );
  });
});

describe("errors", () => {
  test("ragged lists, with the place", () => {
    expect(() => array([[1, 2], [3]])).toThrow(
      "setting an array element with a sequence. The requested array has an inhomogeneous shape after 1 dimensions. The detected shape was (2,) + inhomogeneous part: a list of length 1 where others have length 2 at [1]",
    );
    expect(() => array([1, [2]])).toThrow("a list of length 1 where there are numbers elsewhere at [1]");
    expect(() => array([[1], 2])).toThrow("a number where there are lists elsewhere at [1]");
    expect(() =>
      array([
        [[1], [2]],
        [[3], [4, 5]],
      ]),
    ).toThrow("at [1][1]");
  });
  test("values that are no numbers", () => {
    expect(() => array("a" as never)).toThrow('Value "a" is not a valid array element');
    expect(() => array([1, "a"] as never)).toThrow('Value "a" at [1] is not a valid array element');
    expect(() => array(null as never)).toThrow("null is not a valid value for jnp.array");
    expect(() => array([undefined] as never)).toThrow("undefined is not a valid value for jnp.array, at [0]");
    expect(() => array({} as never)).toThrow("Value Object is not");
  });
  test("integers that do not fit", () => {
    expect(() => array([300], "int8")).toThrow("the integer 300 is out of bounds for int8");
    expect(() => array([-1], "uint8")).toThrow("the integer -1 is out of bounds for uint8");
    expect(() => array([Number.NaN], "int32")).toThrow("cannot convert NaN to int32");
    expect(() => array(2n ** 40n)).toThrow("out of bounds for int32");
  });
  test("options", () => {
    expect(() => array([1], { dtyp: "int32" } as never)).toThrow(
      /array has no option "dtyp"[\s\S]*did you mean "dtype"\?/,
    );
    expect(() => array([1], "float31" as never)).toThrow('"float31" is not a dtype');
  });
  test("asArray takes no lists", () => {
    expect(() => asArray([1, 2], "sum")).toThrow("sum requires ndarray or scalar arguments, got Array at position 0.");
  });
  test("arrays of another copy of the library", () => {
    const foreign = { [Symbol.for("adjoint.NDArray")]: true };
    expect(() => asArray(foreign, "sum")).toThrow("another copy of this library");
    expect(() => array([foreign] as never)).toThrow("another copy of this library");
  });
});

test("an explicit 64-bit dtype is narrowed, with one warning", () => {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  expect(array([1], "float64").dtype).toBe("float32");
  expect(array([1], "float64").dtype).toBe("float32");
  expect(array(new Float64Array(1)).dtype).toBe("float32");
  expect(warn.mock.calls.length).toBe(1);
  expect(warn.mock.calls[0]![0]).toContain(
    "Explicitly requested dtype float64 requested in array is not available, and will be truncated to dtype float32.",
  );
});
