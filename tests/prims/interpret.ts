/**
 * Scalar expressions evaluated one element at a time, and an executor on top of them that runs elementwise primitives
 * on plain lists: enough to test primitives without any backend.
 */
import { type Expr, ExprBuilder } from "../../src/core/expr.ts";
import { NDArray } from "../../src/core/ndarray.ts";
import type { Primitive } from "../../src/core/primitive.ts";
import { installExecutor, rootTrace } from "../../src/core/trace.ts";
import { type Aval, makeAval } from "../../src/types/aval.ts";
import { type DType, dtypeBytes, dtypeKind, viewAs } from "../../src/types/dtype.ts";
import { type Shape, sizeOf } from "../../src/types/shape.ts";

/** An element: a bigint for 64-bit integers and keys, else a number (booleans are 0 and 1). */
export type Element = number | bigint;

const isWide = (dtype: DType): boolean => dtype === "int64" || dtype === "uint64" || dtype === "key<fry>";

/** The nearest element of a dtype: floats are rounded, integers wrap. */
function nearest(value: Element, dtype: DType): Element {
  if (isWide(dtype)) return dtype === "int64" ? BigInt.asIntN(64, BigInt(value)) : BigInt.asUintN(64, BigInt(value));
  const kind = dtypeKind(dtype);
  if (kind === "f") return dtype === "float32" ? Math.fround(Number(value)) : Number(value);
  if (kind === "b") return Number(Number(value) !== 0);
  const bits = 8 * dtypeBytes(dtype);
  return Number(kind === "u" ? BigInt.asUintN(bits, BigInt(value)) : BigInt.asIntN(bits, BigInt(value)));
}

function cast(value: Element, from: DType, to: DType): Element {
  const integral = isWide(to) || dtypeKind(to) === "i" || dtypeKind(to) === "u";
  if (!integral || dtypeKind(from) !== "f") return nearest(value, to);
  const n = Number(value);
  if (Number.isNaN(n)) return nearest(0, to);
  const bits = BigInt(8 * dtypeBytes(to));
  const unsigned = dtypeKind(to) === "u";
  const [low, high] = unsigned ? [0n, (1n << bits) - 1n] : [-(1n << (bits - 1n)), (1n << (bits - 1n)) - 1n];
  if (n <= Number(low)) return nearest(low, to);
  if (n >= Number(high)) return nearest(high, to);
  return nearest(BigInt(Math.trunc(n)), to);
}

function bitcast(value: Element, from: DType, to: DType): Element {
  const buffer = new ArrayBuffer(8);
  (viewAs(from, buffer, 0, 1) as { [i: number]: Element })[0] = value;
  return (viewAs(to, buffer, 0, 1) as { [i: number]: Element })[0]!;
}

function roundToEven(x: number): number {
  const below = Math.floor(x);
  const odd = below % 2 !== 0;
  const up = x - below > 0.5 || (x - below === 0.5 && odd);
  const result = up ? below + 1 : below;
  return result === 0 && x < 0 ? -0 : result;
}

const unary: { readonly [op: string]: (x: number) => number } = {
  neg: (x) => -x,
  abs: Math.abs,
  floor: Math.floor,
  ceil: Math.ceil,
  round: roundToEven,
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

const binary: { readonly [op: string]: (x: number, y: number) => number } = {
  add: (x, y) => x + y,
  sub: (x, y) => x - y,
  mul: (x, y) => x * y,
  div: (x, y) => x / y,
  rem: (x, y) => x % y,
  max: Math.max,
  min: Math.min,
  pow: (x, y) => (x === 1 ? 1 : x ** y),
  atan2: Math.atan2,
};

const comparisons: { readonly [op: string]: (x: Element, y: Element) => boolean } = {
  eq: (x, y) => x === y,
  ne: (x, y) => x !== y,
  lt: (x, y) => x < y,
  le: (x, y) => x <= y,
  gt: (x, y) => x > y,
  ge: (x, y) => x >= y,
};

function integerUnary(op: string, x: bigint, bits: bigint): bigint {
  const word = BigInt.asUintN(Number(bits), x);
  const digits = word === 0n ? "" : word.toString(2);
  switch (op) {
    case "neg":
      return -x;
    case "abs":
      return x < 0n ? -x : x;
    case "not":
      return ~x;
    case "popcount":
      return BigInt(digits.replaceAll("0", "").length);
    case "clz":
      return bits - BigInt(digits.length);
    default:
      throw new Error(`${op} of integers`);
  }
}

function integerBinary(op: string, x: bigint, y: bigint, bits: bigint): bigint {
  switch (op) {
    case "add":
      return x + y;
    case "sub":
      return x - y;
    case "mul":
      return x * y;
    case "div":
      return y === 0n ? -1n : x / y;
    case "rem":
      return y === 0n ? x : x % y;
    case "max":
      return x > y ? x : y;
    case "min":
      return x < y ? x : y;
    case "and":
      return x & y;
    case "or":
      return x | y;
    case "xor":
      return x ^ y;
    case "shiftLeft":
      return y < 0n || y >= bits ? 0n : x << y;
    case "shiftRightLogical":
      return y < 0n || y >= bits ? 0n : BigInt.asUintN(Number(bits), x) >> y;
    case "shiftRightArithmetic":
      return x >> (y < 0n || y >= bits ? bits : y);
    default:
      throw new Error(`${op} of integers`);
  }
}

/** The value of an expression; `load` gives an element of a buffer at an index. */
export function evaluateExpr(
  root: Expr,
  load: (buffer: number, index: number) => Element,
  indices: readonly number[] = [],
  memo = new Map<Expr, Element>(),
): Element {
  const visit = (e: Expr): Element => {
    let value = memo.get(e);
    if (value === undefined) {
      value = compute(e);
      memo.set(e, value);
    }
    return value;
  };
  const compute = ({ op, dtype, args, value }: Expr): Element => {
    if (op === "constant") return value;
    if (op === "index") return indices[Number(value)]!;
    const xs = args.map(visit);
    if (op === "load") return load(Number(value), Number(xs[0]));
    if (op === "select") return xs[0] ? xs[1]! : xs[2]!;
    const from = args[0]!.dtype;
    if (op === "cast") return cast(xs[0]!, from, dtype);
    if (op === "bitcast") return bitcast(xs[0]!, from, dtype);
    const compare = comparisons[op];
    if (compare !== undefined) return Number(compare(xs[0]!, xs[1]!));
    for (const arg of args) if (arg.dtype !== from) throw new Error(`${op} of ${from} and ${arg.dtype}`);
    if (dtypeKind(dtype) === "f") {
      const numbers = xs as number[];
      return nearest(args.length === 1 ? unary[op]!(numbers[0]!) : binary[op]!(numbers[0]!, numbers[1]!), dtype);
    }
    if (dtype === "bool" && op === "not") return 1 - Number(xs[0]);
    const bits = BigInt(8 * dtypeBytes(dtype));
    const x = BigInt(xs[0]!);
    return nearest(args.length === 1 ? integerUnary(op, x, bits) : integerBinary(op, x, BigInt(xs[1]!), bits), dtype);
  };
  return visit(root);
}

/** The elements of an array of this executor. */
export function elements(x: NDArray): readonly Element[] {
  return x.payload as readonly Element[];
}

/** A concrete array. */
export function array(
  values: readonly (Element | boolean)[],
  dtype: DType = "float32",
  shape: Shape = [values.length],
): NDArray {
  return new NDArray(
    makeAval(shape, dtype),
    rootTrace,
    values.map((v) => nearest(typeof v === "boolean" ? Number(v) : v, dtype)),
  );
}

function run<P>(primitive: Primitive<P>, operands: readonly NDArray[], params: P): NDArray[] {
  const avals = operands.map((x) => x.aval);
  const results: readonly Aval[] = primitive.types(avals, params);
  const shape = results[0]!.shape;
  const b = new ExprBuilder();
  const size = sizeOf(shape);
  const { lower } = primitive;
  if (lower.kind === "gather") {
    const strides = (s: Shape): number[] => s.map((_, d) => sizeOf(s.slice(d + 1)));
    const linear = (index: readonly Expr[], s: Shape): Expr =>
      index.reduce((sum, i, d) => b.add(sum, b.mul(i, b.int(strides(s)[d]!))), b.int(0));
    const read = operands.map((x, k) => (index: readonly Expr[]) => b.load(k, linear(index, x.shape), x.dtype));
    const expr = lower.element(
      b,
      read,
      shape.map((_, d) => b.index(d)),
      params,
      avals,
    );
    const values = Array.from({ length: size }, (_, i) => {
      const indices = strides(shape).map((s, d) => Math.floor(i / s) % shape[d]!);
      return evaluateExpr(expr, (k, at) => elements(operands[k]!)[at]!, indices);
    });
    return [new NDArray(results[0]!, rootTrace, values)];
  }
  if (lower.kind !== "map") throw new Error(`${primitive.name} is not lowered to a map`);
  const made = lower.expr(
    b,
    operands.map((x, k) => b.load(k, x.ndim === 0 ? b.int(0) : b.index(0), x.dtype)),
    params,
    avals,
  );
  const exprs = Array.isArray(made) ? (made as readonly Expr[]) : [made as Expr];
  return exprs.map((expr, r) => {
    const aval = results[r]!;
    if (expr.dtype !== aval.dtype) throw new Error(`${primitive.name} computes ${expr.dtype} instead of ${aval.dtype}`);
    const values = Array.from({ length: size }, (_, i) =>
      evaluateExpr(expr, (k, at) => elements(operands[k]!)[at]!, [i]),
    );
    return new NDArray(aval, rootTrace, values);
  });
}

/** Makes this executor the one that concrete arrays are computed by. */
export function installInterpreter(): void {
  installExecutor({
    run,
    scalar: (x) => (x.ndim === 0 ? elements(x)[0] : undefined),
    fromScalar: (value, aval) =>
      new NDArray(aval, rootTrace, [nearest(typeof value === "bigint" ? value : Number(value), aval.dtype)]),
  });
}
