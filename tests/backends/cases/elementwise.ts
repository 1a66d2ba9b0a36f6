/** Programs of one map: every operation for every dtype that has it, at edge values. */
import type { BinaryOp, UnaryOp } from "../../../src/core/expr.ts";
import { type DType, dtypeBytes, type TypedArray } from "../../../src/types/dtype.ts";
import {
  edges,
  elementwise,
  filled,
  floatDTypes,
  generator,
  integerDTypes,
  type ProgramCase,
  pairs,
  programCase,
  storedDTypes,
  wild,
} from "../sketch.ts";

/** Operations of floats of one argument: units in the last place, and the interval of ordinary arguments. */
export const floatUnary: readonly (readonly [op: UnaryOp, ulp: number, low: number, high: number])[] = [
  ["neg", 0, -4, 4],
  ["abs", 0, -4, 4],
  ["floor", 0, -9, 9],
  ["ceil", 0, -9, 9],
  ["round", 0, -9, 9],
  ["trunc", 0, -9, 9],
  ["sqrt", 0, 0, 100],
  ["exp", 2, -20, 20],
  ["exp2", 2, -20, 20],
  ["expm1", 3, -3, 3],
  ["log", 2, 0, 50],
  ["log1p", 3, -1, 5],
  ["sin", 2, -20, 20],
  ["cos", 2, -20, 20],
  ["tan", 4, -20, 20],
  ["asin", 3, -1, 1],
  ["acos", 3, -1, 1],
  ["atan", 3, -10, 10],
  ["sinh", 3, -8, 8],
  ["cosh", 3, -8, 8],
  ["tanh", 4, -5, 5],
  ["asinh", 4, -20, 20],
  ["acosh", 4, 1, 20],
  ["atanh", 4, -1, 1],
  ["cbrt", 2, -30, 30],
];

/** Edge values for operations of floats: those at which a function is special. */
const specialFloats = [
  0,
  -0,
  1,
  -1,
  0.5,
  -0.5,
  2,
  -2,
  1.5,
  2.5,
  -2.5,
  3.5,
  1e-3,
  -1e-5,
  1e-10,
  100,
  -100,
  Infinity,
  -Infinity,
  NaN,
];
const specialOf = (dtype: DType): readonly number[] =>
  dtype === "float32"
    ? [
        ...specialFloats,
        1e-40,
        -1.4e-45,
        1.1754943508222875e-38,
        3.4028234663852886e38,
        88.7,
        88.8,
        -87.5,
        -103.9,
        -104.1,
        127.5,
        128,
        -149,
        -150.5,
      ]
    : [
        ...specialFloats,
        5e-324,
        -1e-310,
        2.2250738585072014e-308,
        1.7976931348623157e308,
        709.7,
        709.8,
        -745.1,
        -745.2,
        1023.5,
        1024,
        -1074,
        -1075.5,
      ];

const ramp = (low: number, high: number, n: number, seed: number): number[] => {
  const next = generator(seed);
  return Array.from({ length: n }, () => low + (high - low) * next());
};

function unaryCases(): ProgramCase[] {
  const list: ProgramCase[] = [];
  for (const dtype of floatDTypes) {
    for (const [op, ulp, low, high] of floatUnary) {
      const values = [...specialOf(dtype), ...ramp(low, high, 70, 3)];
      list.push(elementwise(`${op} ${dtype}`, [[dtype, values]], (b, x) => b.unary(op, x!), { ulp }));
      if (ulp > 0) {
        const fine = [...ramp(-1.1, 1.1, 40, 4), ...ramp(-1e-3, 1e-3, 20, 5), ...ramp(0.9, 1.1, 21, 6)];
        list.push(elementwise(`${op} ${dtype} near 0 and 1`, [[dtype, fine]], (b, x) => b.unary(op, x!), { ulp }));
      }
    }
    for (const op of [
      "sin",
      "tan",
      "asin",
      "atan",
      "sinh",
      "tanh",
      "asinh",
      "atanh",
      "cbrt",
      "expm1",
      "log1p",
      "sqrt",
      "round",
    ] as const) {
      list.push(elementwise(`${op} ${dtype} of zeros`, [[dtype, [0, -0, 0, 0, -0]]], (b, x) => b.unary(op, x!)));
    }
    for (const op of ["round", "floor", "ceil", "trunc"] as const) {
      const values = [
        0.49999997, -0.49999997, 0.5, 4194303.5, 4194304.5, 8388607.5, -8388608.5, 16777217, 4503599627370495.5, -0.2,
        0.7, -0.7,
      ];
      list.push(elementwise(`${op} ${dtype} at halves`, [[dtype, values]], (b, x) => b.unary(op, x!)));
    }
    for (const op of ["sin", "cos", "tan"] as const) {
      const values = [1e3, -1e4, 31415.926, 1e5, -123456.7, 1e6, 1e8, 1e10, -1e15, 1e20, 1e30, 3e38];
      list.push(
        elementwise(`${op} ${dtype} of huge arguments`, [[dtype, values]], (b, x) => b.unary(op, x!), { ulp: 4 }),
      );
    }
  }
  for (const dtype of integerDTypes) {
    for (const op of ["neg", "abs", "not", "popcount", "clz"] as const) {
      const values = filled(dtype, [...edges(dtype), ...wild(dtype, 37, 2)]);
      list.push(elementwise(`${op} ${dtype}`, [[dtype, values]], (b, x) => b.unary(op, x!)));
    }
  }
  list.push(elementwise("not bool", [["bool", wild("bool", 37)]], (b, x) => b.not(x!)));
  return list;
}

const comparisonOps = ["eq", "ne", "lt", "le", "gt", "ge"] as const satisfies readonly BinaryOp[];
const floatBinary = ["add", "sub", "mul", "div", "rem", "max", "min"] as const satisfies readonly BinaryOp[];
const integerBinary = [
  ...floatBinary,
  "and",
  "or",
  "xor",
  "shiftLeft",
  "shiftRightLogical",
  "shiftRightArithmetic",
] as const satisfies readonly BinaryOp[];
const boolBinary = ["and", "or", "xor", "max", "min"] as const satisfies readonly BinaryOp[];

const opsOf = (dtype: DType): readonly BinaryOp[] =>
  dtype === "bool" ? boolBinary : dtype === "float32" || dtype === "float64" ? floatBinary : integerBinary;

function binaryCase(op: BinaryOp, dtype: DType, xs: TypedArray, ys: TypedArray, ulp = 0): ProgramCase {
  const [left, right] = pairs(dtype, xs, ys);
  return elementwise(
    `${op} ${dtype}`,
    [
      [dtype, left],
      [dtype, right],
    ],
    (b, x, y) => b.binary(op, x!, y!),
    { ulp },
  );
}

function binaryCases(): ProgramCase[] {
  const list: ProgramCase[] = [];
  for (const dtype of storedDTypes) {
    for (const op of [...opsOf(dtype), ...comparisonOps]) {
      const xs = dtype === "bool" ? filled("bool", [0, 1, 1, 0, 1]) : edges(dtype);
      list.push(binaryCase(op, dtype, xs, xs));
      const x = wild(dtype, 37, 11);
      const y = wild(dtype, 37, 12);
      list.push(
        elementwise(
          `${op} ${dtype} of ordinary values`,
          [
            [dtype, x],
            [dtype, y],
          ],
          (b, u, v) => b.binary(op, u!, v!),
        ),
      );
      // One operand the same for all elements: loaded at a fixed place, or constant.
      list.push(
        programCase(`${op} ${dtype} with a uniform operand`, (s) => {
          const a = s.input(dtype, x);
          const c = s.input(dtype, filled(dtype, [y[5]!]));
          const out = s.b.binary(op, s.load(a, s.at([1])), s.load(c, s.b.int(0)));
          const back = s.b.binary(op, s.load(c, s.b.int(0)), s.load(a, s.at([1])));
          const fixed = s.b.binary(op, s.load(a, s.at([1])), s.b.constant(y[6]!, dtype));
          s.map([37], [s.output(out.dtype, 37), s.at([1]), out]);
          s.map([37], [s.output(out.dtype, 37), s.at([1]), back]);
          s.map([37], [s.output(out.dtype, 37), s.at([1]), fixed]);
        }),
      );
    }
  }
  for (const dtype of integerDTypes) {
    const bits = 8 * dtypeBytes(dtype);
    const values = filled(dtype, [...edges(dtype), ...wild(dtype, 9, 4)]);
    const amounts = filled(dtype, [0, 1, 2, 7, bits - 1, bits, bits + 1, 2 * bits]);
    for (const op of ["shiftLeft", "shiftRightLogical", "shiftRightArithmetic"] as const) {
      const [left, right] = pairs(dtype, values, amounts);
      list.push(
        elementwise(
          `${op} ${dtype} by amounts about the width`,
          [
            [dtype, left],
            [dtype, right],
          ],
          (b, x, y) => b.binary(op, x!, y!),
        ),
      );
      for (const amount of [1, bits - 1, bits]) {
        list.push(
          elementwise(`${op} ${dtype} by the constant ${amount}`, [[dtype, values]], (b, x) =>
            b.binary(op, x!, b.like(amount, x!)),
          ),
        );
      }
    }
    for (const divisor of [1, 2, 3, 7, 16, ...(dtype.startsWith("i") ? [-1, -5] : [])]) {
      for (const op of ["div", "rem"] as const) {
        list.push(
          elementwise(`${op} ${dtype} by the constant ${divisor}`, [[dtype, values]], (b, x) =>
            b.binary(op, x!, b.like(divisor, x!)),
          ),
        );
      }
    }
  }
  for (const dtype of floatDTypes) {
    const huge = dtype === "float32" ? 3e38 : 1e308;
    const specials = filled(dtype, [
      0,
      -0,
      1,
      -1,
      0.5,
      -0.5,
      2,
      -2,
      3,
      -3,
      2.5,
      7,
      0.1,
      -7.5,
      huge,
      1e-30,
      Infinity,
      -Infinity,
      NaN,
    ]);
    list.push(binaryCase("pow", dtype, specials, specials, 3));
    list.push(binaryCase("atan2", dtype, specials, specials, 3));
    const x = filled(dtype, ramp(0.01, 6, 61, 21));
    const y = filled(dtype, ramp(-9, 9, 61, 22));
    list.push(
      elementwise(
        `pow ${dtype} of ordinary values`,
        [
          [dtype, x],
          [dtype, y],
        ],
        (b, u, v) => b.binary("pow", u!, v!),
        { ulp: 4 },
      ),
    );
    list.push(
      elementwise(
        `atan2 ${dtype} of ordinary values`,
        [
          [dtype, y],
          [dtype, x],
        ],
        (b, u, v) => b.binary("atan2", u!, v!),
        { ulp: 4 },
      ),
    );
    for (const exponent of [0, 1, 2, 3, -1, -2, 0.5, -0.5]) {
      list.push(
        elementwise(
          `pow ${dtype} to the constant ${exponent}`,
          [[dtype, x]],
          (b, u) => b.binary("pow", u!, b.like(exponent, u!)),
          { ulp: 4 },
        ),
      );
    }
  }
  return list;
}

export const elementwiseCases: readonly ProgramCase[] = [...unaryCases(), ...binaryCases()];
