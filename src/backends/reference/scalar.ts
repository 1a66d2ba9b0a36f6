/**
 * The scalar operations, one element at a time: an operation and a dtype go in, a function of JavaScript's values comes
 * out. Booleans are 0 and 1, 64-bit integers and keys are bigints, all others numbers that their dtype can hold exactly.
 * Floats are computed in double precision and rounded once, which for + - * / and sqrt of float32 is the correctly
 * rounded result.
 */
import type { BinaryOp, UnaryOp } from "../../core/expr.ts";
import { BackendError } from "../../errors/index.ts";
import { type DType, dtypeBytes, dtypeKind, integerRange, viewAs } from "../../types/dtype.ts";

/** One element. */
export type Scalar = number | bigint;
export type NumberUnary = (x: number) => number;
export type NumberBinary = (x: number, y: number) => number;
export type WideUnary = (x: bigint) => bigint;
export type WideBinary = (x: bigint, y: bigint) => bigint;

/** Whether elements of a dtype are bigints. */
export function isWide(dtype: DType): boolean {
  return dtype === "int64" || dtype === "uint64" || dtype === "key<fry>";
}

function missing(op: string, dtype: DType): BackendError {
  return new BackendError({
    what: `the operation ${op} does not exist for ${dtype}`,
    fix: "cast the operands, or write the operation in terms of others",
  });
}

/** A number made an element of its dtype: floats rounded, integers wrapped. */
function fitting(dtype: DType): NumberUnary {
  switch (dtype) {
    case "float32":
      return Math.fround;
    case "float64":
    case "bool":
      return (x) => x;
    case "int8":
      return (x) => (x << 24) >> 24;
    case "uint8":
      return (x) => x & 0xff;
    case "int16":
      return (x) => (x << 16) >> 16;
    case "uint16":
      return (x) => x & 0xffff;
    case "int32":
      return (x) => x | 0;
    case "uint32":
      return (x) => x >>> 0;
    default:
      throw missing("arithmetic", dtype);
  }
}

function wrapping(dtype: DType): WideUnary {
  return dtype === "int64" ? (x) => BigInt.asIntN(64, x) : (x) => BigInt.asUintN(64, x);
}

/** To the nearest integer, halves to the even one; keeps the sign of zero. */
function roundHalfEven(x: number): number {
  const size = Math.abs(x);
  const floor = Math.floor(size);
  const rest = size - floor;
  const rounded = rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
  return x < 0 || Object.is(x, -0) ? -rounded : rounded;
}

function popcount(bits: number): number {
  let count = 0;
  for (let rest = bits >>> 0; rest !== 0; rest >>>= 1) count += rest & 1;
  return count;
}

const floatUnary: { readonly [op in UnaryOp]?: NumberUnary } = {
  neg: (x) => -x,
  abs: Math.abs,
  floor: Math.floor,
  ceil: Math.ceil,
  round: roundHalfEven,
  trunc: Math.trunc,
  sqrt: Math.sqrt,
  exp: Math.exp,
  exp2: (x) => 2 ** x,
  expm1: Math.expm1,
  log: Math.log,
  log1p: Math.log1p,
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  asin: Math.asin,
  acos: Math.acos,
  atan: Math.atan,
  sinh: Math.sinh,
  cosh: Math.cosh,
  tanh: Math.tanh,
  asinh: Math.asinh,
  acosh: Math.acosh,
  atanh: Math.atanh,
  cbrt: Math.cbrt,
};

/** An operation of one argument, for a dtype of numbers. */
export function numberUnary(op: UnaryOp, dtype: DType): NumberUnary {
  const kind = dtypeKind(dtype);
  const fit = fitting(dtype);
  if (kind === "f") {
    const f = floatUnary[op];
    if (f !== undefined) return dtype === "float32" ? (x) => Math.fround(f(x)) : f;
  } else if (kind === "b") {
    if (op === "not") return (x) => 1 - x;
  } else {
    const bits = 8 * dtypeBytes(dtype);
    const mask = 2 ** bits - 1;
    switch (op) {
      case "neg":
        return (x) => fit(-x);
      case "abs":
        return (x) => fit(Math.abs(x));
      case "not":
        return (x) => fit(~x);
      case "popcount":
        return (x) => popcount(x & mask);
      case "clz":
        return (x) => Math.clz32(x & mask) - (32 - bits);
    }
  }
  throw missing(op, dtype);
}

/** An operation of one argument, for a dtype of bigints. */
export function wideUnary(op: UnaryOp, dtype: DType): WideUnary {
  const fit = wrapping(dtype);
  switch (op) {
    case "neg":
      return (x) => fit(-x);
    case "abs":
      return (x) => fit(x < 0n ? -x : x);
    case "not":
      return (x) => fit(~x);
    case "popcount":
      return (x) => {
        let count = 0n;
        for (let rest = BigInt.asUintN(64, x); rest !== 0n; rest >>= 1n) count += rest & 1n;
        return count;
      };
    case "clz":
      return (x) => {
        let zeros = 64n;
        for (let rest = BigInt.asUintN(64, x); rest !== 0n; rest >>= 1n) zeros--;
        return zeros;
      };
    default:
      throw missing(op, dtype);
  }
}

/** x to the power y as IEEE 754 has it; JavaScript differs where the base is 1 or -1. */
function power(x: number, y: number): number {
  if (x === 1 || y === 0) return 1;
  if (x === -1 && (y === Infinity || y === -Infinity)) return 1;
  return x ** y;
}

const floatBinary: { readonly [op in BinaryOp]?: NumberBinary } = {
  add: (x, y) => x + y,
  sub: (x, y) => x - y,
  mul: (x, y) => x * y,
  div: (x, y) => x / y,
  rem: (x, y) => x % y,
  max: Math.max,
  min: Math.min,
  pow: power,
  atan2: Math.atan2,
};

function integerBinary(op: BinaryOp, dtype: DType): NumberBinary | undefined {
  const fit = fitting(dtype);
  const bits = 8 * dtypeBytes(dtype);
  const mask = 2 ** bits - 1;
  /** The bits read as a signed number, and whether a shift amount, read as unsigned, is below the width. */
  const signed = (x: number): number => (x << (32 - bits)) >> (32 - bits);
  const within = (y: number): boolean => y >= 0 && y < bits;
  switch (op) {
    case "add":
      return (x, y) => fit(x + y);
    case "sub":
      return (x, y) => fit(x - y);
    case "mul":
      return (x, y) => fit(Math.imul(x, y));
    case "div":
      return (x, y) => fit(y === 0 ? -1 : Math.trunc(x / y));
    case "rem":
      return (x, y) => fit(y === 0 ? x : x % y);
    case "max":
      return Math.max;
    case "min":
      return Math.min;
    case "and":
      return (x, y) => fit(x & y);
    case "or":
      return (x, y) => fit(x | y);
    case "xor":
      return (x, y) => fit(x ^ y);
    case "shiftLeft":
      return (x, y) => (within(y) ? fit(x << y) : 0);
    case "shiftRightLogical":
      return (x, y) => (within(y) ? fit((x & mask) >>> y) : 0);
    case "shiftRightArithmetic":
      return (x, y) => fit(signed(x) >> (within(y) ? y : bits - 1));
    default:
      return undefined;
  }
}

const boolBinary: { readonly [op in BinaryOp]?: NumberBinary } = {
  and: (x, y) => x & y,
  or: (x, y) => x | y,
  xor: (x, y) => x ^ y,
  max: (x, y) => x | y,
  min: (x, y) => x & y,
};

/** An operation of two arguments that is no comparison, for a dtype of numbers. */
export function numberBinary(op: BinaryOp, dtype: DType): NumberBinary {
  const kind = dtypeKind(dtype);
  if (kind === "f") {
    const f = floatBinary[op];
    if (f !== undefined) return dtype === "float32" ? (x, y) => Math.fround(f(x, y)) : f;
  }
  const f = kind === "b" ? boolBinary[op] : kind === "f" ? undefined : integerBinary(op, dtype);
  if (f === undefined) throw missing(op, dtype);
  return f;
}

/** An operation of two arguments that is no comparison, for a dtype of bigints. */
export function wideBinary(op: BinaryOp, dtype: DType): WideBinary {
  const fit = wrapping(dtype);
  const within = (y: bigint): boolean => y >= 0n && y < 64n;
  switch (op) {
    case "add":
      return (x, y) => fit(x + y);
    case "sub":
      return (x, y) => fit(x - y);
    case "mul":
      return (x, y) => fit(x * y);
    case "div":
      return (x, y) => fit(y === 0n ? -1n : x / y);
    case "rem":
      return (x, y) => (y === 0n ? x : x % y);
    case "max":
      return (x, y) => (x > y ? x : y);
    case "min":
      return (x, y) => (x < y ? x : y);
    case "and":
      return (x, y) => fit(x & y);
    case "or":
      return (x, y) => fit(x | y);
    case "xor":
      return (x, y) => fit(x ^ y);
    case "shiftLeft":
      return (x, y) => (within(y) ? fit(x << y) : 0n);
    case "shiftRightLogical":
      return (x, y) => (within(y) ? fit(BigInt.asUintN(64, x) >> y) : 0n);
    case "shiftRightArithmetic":
      return (x, y) => fit(BigInt.asIntN(64, x) >> (within(y) ? y : 63n));
    default:
      throw missing(op, dtype);
  }
}

/** A comparison, or undefined for other operations. It compares numbers with numbers and bigints with bigints. */
export function comparison(op: string): ((x: Scalar, y: Scalar) => number) | undefined {
  switch (op) {
    case "eq":
      return (x, y) => (x === y ? 1 : 0);
    case "ne":
      return (x, y) => (x !== y ? 1 : 0);
    case "lt":
      return (x, y) => (x < y ? 1 : 0);
    case "le":
      return (x, y) => (x <= y ? 1 : 0);
    case "gt":
      return (x, y) => (x > y ? 1 : 0);
    case "ge":
      return (x, y) => (x >= y ? 1 : 0);
    default:
      return undefined;
  }
}

/** A bigint as the nearest float32, rounded once: a bit that says "more follows" keeps the step over double exact. */
function toFloat32(x: bigint): number {
  const size = x < 0n ? -x : x;
  if (size < 1n << 53n) return Math.fround(Number(x));
  const sticky = (size & 0x7ffn) === 0n ? 0n : 1n;
  const rounded = Math.fround(Number((size >> 11n) | sticky) * 2048);
  return x < 0n ? -rounded : rounded;
}

/** Converts elements of one dtype to another: floats to integers saturate, integers wrap, anything to bool is `!= 0`. */
export function castFunction(from: DType, to: DType): (x: Scalar) => Scalar {
  const target = dtypeKind(to);
  if (target === "b") return (x) => (Number(x) !== 0 ? 1 : 0);
  if (isWide(from)) {
    if (to === "float32") return (x) => toFloat32(x as bigint);
    if (to === "float64") return Number;
    if (isWide(to)) return wrapping(to) as (x: Scalar) => Scalar;
    const fit = fitting(to);
    return (x) => fit(Number(BigInt.asIntN(32, x as bigint)));
  }
  if (target === "f") return fitting(to) as (x: Scalar) => Scalar;
  if (dtypeKind(from) !== "f") {
    if (!isWide(to)) return fitting(to) as (x: Scalar) => Scalar;
    const fit = wrapping(to);
    return (x) => fit(BigInt(x));
  }
  const [lowest, highest] = integerRange(to);
  const low = Number(lowest);
  const high = Number(highest);
  if (isWide(to)) {
    return (x) => {
      const n = x as number;
      if (Number.isNaN(n)) return 0n;
      return n <= low ? lowest : n >= high ? highest : BigInt(Math.trunc(n));
    };
  }
  return (x) => {
    const n = x as number;
    if (Number.isNaN(n)) return 0;
    // Adding 0 turns -0 into 0.
    return n <= low ? low : n >= high ? high : Math.trunc(n) + 0;
  };
}

/** Reads the bits of elements of one dtype as another of the same width. */
export function bitcastFunction(from: DType, to: DType): (x: Scalar) => Scalar {
  if (dtypeBytes(from) !== dtypeBytes(to)) throw missing(`bitcast to ${to}`, from);
  const memory = new ArrayBuffer(8);
  const source = viewAs(from, memory, 0, 1);
  const target = viewAs(to, memory, 0, 1);
  return (x) => {
    source[0] = x;
    return target[0]!;
  };
}
