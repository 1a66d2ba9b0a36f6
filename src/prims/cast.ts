/**
 * Changes of dtype: conversion of values, reinterpretation of bits, and rounding to a smaller floating point format.
 */
import type { Expr, ExprBuilder } from "../core/expr.ts";
import { definePrimitive, isLinear, type Operation } from "../core/primitive.ts";
import { DTypeError, OptionError } from "../errors/index.ts";
import type { Aval } from "../types/aval.ts";
import { type DType, dtypeBytes, dtypeKind, isComplex, isInexact, realDType } from "../types/dtype.ts";
import { type Category, checkAccepted, elementwise, floating } from "./rules.ts";

/** The new type of `convertElementType`. */
export interface ConvertElementTypeParams {
  readonly newDtype: DType;
  /** Whether the result gives way to the dtypes of other operands. */
  readonly weakType: boolean;
}

const convertible: readonly Category[] = ["integer", "floating", "complexfloating", "bool"];

/**
 * The same values in another dtype. Complex numbers lose their imaginary part where the dtype is real. Floats become integers by truncation (saturating; NaN becomes 0), integers wrap, and
 * booleans are 0 and 1. Linear between inexact dtypes; otherwise its derivative is zero.
 */
export const convertElementType: Operation<1, ConvertElementTypeParams> = /* @__PURE__ */ definePrimitive<
  1,
  ConvertElementTypeParams
>({
  name: "convert_element_type",
  arity: 1,
  type: ([x], { newDtype, weakType }) => {
    const result: Aval = { shape: x!.shape, dtype: newDtype, weakType };
    checkAccepted("convert_element_type", convertible, x!);
    checkAccepted("convert_element_type", convertible, result);
    return result;
  },
  jvp: ([x], [t], params) => [
    [convertElementType(x!, params)],
    [t === null || !isInexact(params.newDtype) ? null : convertElementType(t!, params)],
  ],
  transpose: (ct, [x]) => [
    isLinear(x!) ? convertElementType(ct, { newDtype: x.aval.dtype, weakType: x.aval.weakType }) : null,
  ],
  batch: "elementwise",
  lower: { kind: "map", expr: (b, [x], { newDtype }) => b.cast(x!, newDtype) },
  complex: (b, [x], { newDtype }) => {
    const [re, im] = x!;
    // What has an imaginary part is true.
    if (newDtype === "bool") return [b.or(b.ne(re, b.like(0, re)), b.ne(im, b.like(0, im)))];
    const dtype = realDType(newDtype);
    return isComplex(newDtype) ? [b.cast(re, dtype), b.cast(im, dtype)] : [b.cast(re, dtype)];
  },
  show: ({ newDtype, weakType }) => [
    ["new_dtype", { text: newDtype }],
    ["weak_type", weakType],
  ],
  laws: {
    cases: (
      [
        ["float32", "int32"],
        ["float32", "bool"],
        ["float32", "float32"],
        ["int32", "float32"],
        ["int32", "uint32"],
        ["uint32", "int32"],
        ["uint32", "float32"],
        ["int32", "bool"],
        ["bool", "int32"],
        ["bool", "float32"],
      ] as const
    ).map(([from, to]) => ({
      operands: [{ shape: [2, 3], dtype: from }],
      params: { newDtype: to, weakType: false },
    })),
    // A finite difference sees the jumps of the integers.
    smooth: false,
  },
});

export interface BitcastConvertTypeParams {
  readonly newDtype: DType;
}

/** The same bits as another dtype of the same width. Booleans and complex numbers only become themselves. */
export const bitcastConvertType: Operation<1, BitcastConvertTypeParams> = /* @__PURE__ */ definePrimitive<
  1,
  BitcastConvertTypeParams
>({
  name: "bitcast_convert_type",
  arity: 1,
  type: ([x], { newDtype }) => {
    const { dtype, shape } = x!;
    if (dtype !== newDtype) {
      for (const kind of [dtypeKind(dtype), dtypeKind(newDtype)]) {
        if (kind === "i" || kind === "u" || kind === "f") continue;
        throw new DTypeError({
          what: `lax.bitcast_convert_type does not support bool or complex values unless the operand and destination types match. Got operand dtype=${dtype}, new_dtype=${newDtype}.`,
          fix: "convert the values with lax.convertElementType",
        });
      }
      if (dtypeBytes(dtype) !== dtypeBytes(newDtype)) {
        throw new DTypeError({
          what: `lax.bitcast_convert_type needs dtypes of equal width, got ${dtype} (${8 * dtypeBytes(dtype)} bits) and ${newDtype} (${8 * dtypeBytes(newDtype)} bits)`,
          fix: "split or join the words with shifts and lax.convertElementType",
        });
      }
    }
    return { shape, dtype: newDtype, weakType: false };
  },
  jvp: "zero",
  transpose: "nonlinear",
  batch: "elementwise",
  lower: { kind: "map", expr: (b, [x], { newDtype }) => b.bitcast(x!, newDtype) },
  show: ({ newDtype }) => [["new_dtype", { text: newDtype }]],
  laws: {
    cases: [
      { operands: [{ shape: [2, 3], dtype: "float32" }], params: { newDtype: "int32" } },
      { operands: [{ shape: [], dtype: "float32" }], params: { newDtype: "uint32" } },
      {
        operands: [{ shape: [3], dtype: "int32", values: [1065353216, -1073741824, 5] }],
        params: { newDtype: "float32" },
      },
      { operands: [{ shape: [4], dtype: "int32" }], params: { newDtype: "uint32" } },
    ],
    smooth: false,
  },
});

export interface ReducePrecisionParams {
  readonly exponentBits: number;
  readonly mantissaBits: number;
}

/** How floats are stored: exponent above mantissa, inside a word of this type. */
function floatFormat(dtype: DType): { word: DType; exponent: number; mantissa: number } {
  switch (dtype) {
    case "float16":
      return { word: "uint16", exponent: 5, mantissa: 10 };
    case "bfloat16":
      return { word: "uint16", exponent: 8, mantissa: 7 };
    case "float64":
      return { word: "uint64", exponent: 11, mantissa: 52 };
    default:
      return { word: "uint32", exponent: 8, mantissa: 23 };
  }
}

function roundToFormat(b: ExprBuilder, x: Expr, exponentBits: number, mantissaBits: number): Expr {
  const { word, exponent, mantissa } = floatFormat(x.dtype);
  const constant = (n: bigint): Expr => b.constant(n, word);
  const signBit = 1n << BigInt(exponent + mantissa);
  const bits = b.bitcast(x, word);
  let magnitude = b.and(bits, constant(signBit - 1n));
  const dropped = BigInt(mantissa - mantissaBits);
  if (dropped > 0n) {
    // To nearest even: add half of the last kept bit, less one unit where that bit is 0; a carry moves the exponent.
    const last = b.and(b.binary("shiftRightLogical", magnitude, constant(dropped)), constant(1n));
    const rounded = b.add(b.add(magnitude, constant((1n << (dropped - 1n)) - 1n)), last);
    magnitude = b.and(rounded, constant(signBit - (1n << dropped)));
  }
  if (exponentBits < exponent) {
    const bias = (1n << BigInt(exponent - 1)) - 1n;
    const narrow = (1n << BigInt(exponentBits - 1)) - 1n;
    const at = (e: bigint): Expr => constant(e << BigInt(mantissa));
    const infinity = at(2n * bias + 1n);
    // Exponents above the narrow format's largest become infinite; what would be subnormal in it becomes zero.
    magnitude = b.select(b.ge(magnitude, at(bias + narrow + 1n)), infinity, magnitude);
    magnitude = b.select(b.lt(magnitude, at(bias - narrow + 1n)), constant(0n), magnitude);
  }
  const result = b.bitcast(b.or(magnitude, b.and(bits, constant(signBit))), x.dtype);
  return b.select(b.ne(x, x), x, result);
}

/**
 * x rounded to nearest even in a format with fewer bits, in the dtype that it has. Numbers above the format's range
 * become infinite, those below it zero. Counts as linear: tangents are rounded too.
 */
export const reducePrecision: Operation<1, ReducePrecisionParams> = /* @__PURE__ */ definePrimitive<
  1,
  ReducePrecisionParams
>({
  name: "reduce_precision",
  arity: 1,
  type: (avals, { exponentBits, mantissaBits }) => {
    if (!Number.isInteger(exponentBits) || exponentBits < 1) {
      throw new OptionError({
        what: `reduce_precision: exponent_bits must be positive; got ${exponentBits}`,
        fix: "float16 has 5 bits of exponent and 10 of mantissa, bfloat16 8 and 7",
      });
    }
    if (!Number.isInteger(mantissaBits) || mantissaBits < 0) {
      throw new OptionError({
        what: `reduce_precision: mantissa_bits must be non-negative; got ${mantissaBits}`,
        fix: "float16 has 5 bits of exponent and 10 of mantissa, bfloat16 8 and 7",
      });
    }
    return elementwise("reduce_precision", floating, avals);
  },
  jvp: "linear",
  transpose: (ct, _operands, params) => [reducePrecision(ct, params)],
  batch: "elementwise",
  lower: {
    kind: "map",
    expr: (b, [x], { exponentBits, mantissaBits }) => roundToFormat(b, x!, exponentBits, mantissaBits),
  },
  show: ({ exponentBits, mantissaBits }) => [
    ["exponent_bits", exponentBits],
    ["mantissa_bits", mantissaBits],
  ],
  laws: {
    cases: [
      { operands: [{ shape: [2, 3] }], params: { exponentBits: 5, mantissaBits: 10 } },
      { operands: [{ shape: [4], domain: [-100000, 100000] }], params: { exponentBits: 5, mantissaBits: 10 } },
      { operands: [{ shape: [] }], params: { exponentBits: 8, mantissaBits: 7 } },
    ],
    smooth: false,
  },
});
