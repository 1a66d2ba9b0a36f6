// Printing against NumPy's and JAX's own texts (tests/golden/printing.json, made by tools/golden/printing.py), and the
// things that no golden text can show: options and their errors, and that elements which are not shown are not read.
import { readFileSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import { type ArrayData, formatArray, formatRepr, formatShape, formatStr } from "../../src/array/format.ts";
import { getPrintOptions, type PrintOptions, setPrintOptions, withPrintOptions } from "../../src/array/printoptions.ts";

interface Case {
  dtype: string;
  shape: number[];
  data?: (number | string | boolean)[];
  arange?: { n: number; scale: number; offset: number };
  weak?: boolean;
  options?: Record<string, unknown>;
  separator?: string;
  prefix?: string;
  suffix?: string;
  str: string;
  repr: string;
  array2string?: string;
}

const cases: Case[] = JSON.parse(readFileSync(new URL("../golden/printing.json", import.meta.url), "utf8"));

const special: Record<string, number> = { nan: Number.NaN, inf: Infinity, "-inf": -Infinity, "-0.0": -0 };

function decode({ dtype, shape, data, arange, weak }: Case): ArrayData {
  const weakType = weak === true;
  const wide = dtype === "int64" || dtype === "uint64";
  if (arange !== undefined) {
    const { n, scale, offset } = arange;
    const numbers = Array.from({ length: n }, (_, i) => i * scale + offset);
    return { shape, dtype, data: wide ? numbers.map(BigInt) : numbers, weakType };
  }
  if (data === undefined) throw new Error("a case without data");
  if (wide) return { shape, dtype, data: data.map((value) => BigInt(String(value))), weakType };
  if (dtype === "bool") return { shape, dtype, data: data.map(Boolean), weakType };
  const numbers = data.map((value) => special[String(value)] ?? Number(value));
  // All real parts stand before all imaginary ones.
  const planes = (start: number): number[] => numbers.filter((_, i) => i % 2 === start);
  return { shape, dtype, data: dtype.startsWith("complex") ? [...planes(0), ...planes(1)] : numbers, weakType };
}

function optionsOf({ options = {} }: Case): Partial<PrintOptions> {
  return Object.fromEntries(Object.entries(options).map(([key, value]) => [key, value === "inf" ? Infinity : value]));
}

const initial = getPrintOptions();
afterEach(() => setPrintOptions(initial));

describe("NumPy's and JAX's texts", () => {
  const dtypes = [...new Set(cases.map(({ dtype }) => dtype))];
  it("are many, of every dtype", () => {
    expect(cases.length).toBeGreaterThan(1500);
    expect(dtypes.length).toBeGreaterThan(15);
  });
  for (const dtype of dtypes) {
    const group = cases.filter((each) => each.dtype === dtype);
    it(`${dtype}: str, repr and array2string of ${group.length} arrays`, () => {
      for (const each of group) {
        const x = decode(each);
        const shown = withPrintOptions(optionsOf(each), () => ({
          str: formatStr(x),
          repr: formatRepr(x),
          array2string: formatArray(x, {
            ...(each.separator === undefined ? {} : { separator: each.separator }),
            ...(each.prefix === undefined ? {} : { prefix: each.prefix }),
            ...(each.suffix === undefined ? {} : { suffix: each.suffix }),
          }),
        }));
        const where = JSON.stringify({ ...each, data: each.data?.slice(0, 40) });
        expect(shown.str, where).toBe(each.str);
        expect(shown.repr, where).toBe(each.repr);
        if (each.array2string !== undefined) expect(shown.array2string, where).toBe(each.array2string);
      }
    });
  }
});

describe("elements that are not shown", () => {
  it("are not read", () => {
    const read: number[] = [];
    const data = new Proxy({ length: 1e9 } as ArrayLike<number>, {
      get(target, key) {
        if (key === "length") return target.length;
        read.push(Number(key));
        return 1;
      },
    });
    expect(formatStr({ shape: [1e9], dtype: "float32", data })).toBe("[1. 1. 1. ... 1. 1. 1.]");
    expect(read).toEqual([0, 1, 2, 1e9 - 3, 1e9 - 2, 1e9 - 1]);
  });
});

describe("digits", () => {
  it("of float32 read back as the same number, and no shorter ones do", () => {
    const bits = new Uint32Array(1);
    const float = new Float32Array(bits.buffer);
    let state = 1;
    for (let i = 0; i < 20000; i++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      // Every fourth is a power of two, where the neighbours are unequally far.
      bits[0] = i % 4 === 0 ? (state >>> 1) & 0x7f800000 : state >>> 1;
      const x = float[0] ?? 0;
      if (!Number.isFinite(x)) continue;
      const text = formatStr({ shape: [], dtype: "float32", data: [x] });
      expect(Math.fround(Number(text)), text).toBe(x);
      const count = text.replace(/e.*/, "").replace(".", "").replace(/^0+/, "").replace(/0+$/, "").length;
      if (count > 1) expect(Math.fround(Number(x.toPrecision(count - 1))), text).not.toBe(x);
    }
  });
});

describe("formatShape", () => {
  it("writes Python's tuples", () => {
    expect([[], [3], [2, 3]].map(formatShape)).toEqual(["()", "(3,)", "(2, 3)"]);
  });
});

describe("formatRepr", () => {
  it("takes another name, and indents by it", () => {
    const x: ArrayData = { shape: [2, 1], dtype: "int32", data: Int32Array.of(1, 2) };
    expect(formatRepr(x, "NDArray")).toBe("NDArray([[1],\n         [2]], dtype=int32)");
  });
});

describe("print options", () => {
  const x: ArrayData = { shape: [2], dtype: "float64", data: [0.123456, 1] };

  it("hold until they are changed", () => {
    setPrintOptions({ precision: 3 });
    setPrintOptions({ sign: "+" });
    expect(formatStr(x)).toBe("[+0.123 +1.   ]");
    expect(getPrintOptions()).toEqual({ ...initial, precision: 3, sign: "+" });
  });

  it("cannot be changed through what getPrintOptions returns", () => {
    getPrintOptions().precision = 1;
    expect(getPrintOptions().precision).toBe(8);
  });

  it("may be given for one call", () => {
    expect(formatArray(x, { precision: 2, separator: ", " })).toBe("[0.12, 1.  ]");
    expect(getPrintOptions()).toEqual(initial);
  });

  it("change for the length of a body, also when it throws", () => {
    expect(withPrintOptions({ precision: 2 }, () => formatStr(x))).toBe("[0.12 1.  ]");
    const fail = (): never => {
      throw new Error("from the body");
    };
    expect(() => withPrintOptions({ precision: 2 }, fail)).toThrow("from the body");
    expect(getPrintOptions()).toEqual(initial);
  });

  it("refuse a body that is not done when it returns", () => {
    expect(() => withPrintOptions({ precision: 2 }, async () => 1)).toThrow(/returned a promise/);
  });

  it("name the option that was meant", () => {
    const set =
      (options: object): (() => void) =>
      () =>
        setPrintOptions(options);
    expect(set({ precison: 3 })).toThrow(
      new TypeError(
        'Unknown print option "precison". Did you mean "precision"? The options are precision, threshold, edgeitems, ' +
          "linewidth, suppress, nanstr, infstr, sign, floatmode.",
      ),
    );
    expect(set({ edgeItems: 3 })).toThrow(/Did you mean "edgeitems"/);
    expect(set({ line_width: 3 })).toThrow(/Did you mean "linewidth"/);
    expect(set({ formatter: 3 })).toThrow(/^Unknown print option "formatter"\. The options are/);
    expect(getPrintOptions()).toEqual(initial);
  });

  it("refuse values that mean nothing, and then change nothing", () => {
    const refused: [object, ErrorConstructor, string][] = [
      [{ precision: "3" }, TypeError, 'Print option "precision" must be a non-negative integer, got "3".'],
      [{ precision: -1 }, RangeError, 'Print option "precision" must be a non-negative integer, got -1.'],
      [{ precision: 1.5 }, RangeError, 'Print option "precision" must be a non-negative integer, got 1.5.'],
      [{ edgeitems: 0 }, RangeError, 'Print option "edgeitems" must be a positive integer, got 0.'],
      [
        { linewidth: Number.NaN },
        RangeError,
        'Print option "linewidth" must be a non-negative integer, or Infinity, got NaN.',
      ],
      [{ threshold: Number.NaN }, RangeError, "Infinity to show all elements, got NaN."],
      [{ suppress: 1 }, TypeError, 'Print option "suppress" must be a boolean, got 1.'],
      [{ nanstr: null }, TypeError, 'Print option "nanstr" must be a string, got null.'],
      [{ sign: "x" }, RangeError, 'Print option "sign" must be one of "-", "+", " ", got "x".'],
      [{ floatmode: [] }, TypeError, 'must be one of "fixed", "unique", "maxprec", "maxprec_equal", got an array.'],
    ];
    for (const [options, type, text] of refused) {
      expect(() => setPrintOptions({ sign: "+", ...options })).toThrow(type);
      expect(() => setPrintOptions({ sign: "+", ...options })).toThrow(text);
    }
    expect(() => setPrintOptions(3 as unknown as object)).toThrow("Print options must be an object");
    expect(getPrintOptions()).toEqual(initial);
  });
});

describe("bad arrays", () => {
  it("are errors", () => {
    expect(() => formatStr({ shape: [2], dtype: "float33", data: [1, 2] })).toThrow(/no such dtype/);
    expect(() => formatStr({ shape: [2, 2], dtype: "float32", data: [1, 2] })).toThrow(
      new RangeError("An array of shape (2, 2) and dtype float32 has 4 numbers, got data of length 2."),
    );
    expect(() => formatRepr({ shape: [], dtype: "complex64", data: [1] })).toThrow(/has 2 numbers/);
  });
});
