/**
 * Scalar code: how elements of each dtype are held, loaded, stored, and computed with, one at a time. float32, float64
 * and 64-bit integers have registers of their own kind; booleans and all other integers live in i32, narrow ones always
 * extended to the full width by their sign, so that comparisons need no care.
 */
import type { Expr, ExprOp } from "../../core/expr.ts";
import { BackendError } from "../../errors/index.ts";
import { type DType, dtypeBytes, dtypeKind } from "../../types/dtype.ts";
import type { FunctionBuilder, FunctionRef, ValueType } from "./function.ts";
import { hostFunction } from "./host.ts";
import { vectorFunction } from "./math/library.ts";
import type { ModuleBuilder } from "./module.ts";
import type { MemoryOpcode, Opcode } from "./opcodes.ts";

/** The register that holds elements of a dtype. */
export function registerType(dtype: DType): ValueType {
  switch (dtype) {
    case "float32":
    case "float64":
      return dtype === "float32" ? "f32" : "f64";
    case "int64":
    case "uint64":
    case "key<fry>":
      return "i64";
    case "bool":
    case "int8":
    case "int16":
    case "int32":
    case "uint8":
    case "uint16":
    case "uint32":
      return "i32";
    default:
      throw new BackendError({
        what: `the wasm backend cannot compute with ${dtype}`,
        fix: "use float32 or float64, or the reference backend",
      });
  }
}

/** Whether elements are integers or booleans held without sign. */
function isUnsigned(dtype: DType): boolean {
  const kind = dtypeKind(dtype);
  return kind === "u" || kind === "b" || kind === "o";
}

/** The load of an element. */
export function loadOpcode(dtype: DType): MemoryOpcode {
  const type = registerType(dtype);
  const bytes = dtypeBytes(dtype);
  if (bytes === 1) return dtype === "int8" ? "i32.load8_s" : "i32.load8_u";
  if (bytes === 2) return dtype === "int16" ? "i32.load16_s" : "i32.load16_u";
  return `${type as "i32"}.load`;
}

/** The store of an element. */
export function storeOpcode(dtype: DType): MemoryOpcode {
  const bytes = dtypeBytes(dtype);
  if (bytes === 1) return "i32.store8";
  if (bytes === 2) return "i32.store16";
  return `${registerType(dtype) as "i32"}.store`;
}

/** Pushes a constant. */
export function pushConstant(f: FunctionBuilder, value: number | bigint, dtype: DType): void {
  switch (registerType(dtype)) {
    case "i32":
      f.i32(Number(value) | 0);
      return;
    case "i64":
      f.i64(BigInt(value));
      return;
    case "f32":
      f.f32(Number(value));
      return;
    default:
      f.f64(Number(value));
  }
}

/** Makes the i32 on the stack an element of a narrow dtype: its low bits, extended. */
export function wrapNarrow(f: FunctionBuilder, dtype: DType): void {
  switch (dtype) {
    case "int8":
      f.op("i32.extend8_s");
      return;
    case "int16":
      f.op("i32.extend16_s");
      return;
    case "uint8":
    case "uint16":
      f.i32(dtype === "uint8" ? 0xff : 0xffff);
      f.op("i32.and");
  }
}

/** Pushes argument number `index` of the operation; may be called several times. */
export type Push = (index: number) => void;

function missing(op: string, dtype: DType): BackendError {
  return new BackendError({
    what: `the operation ${op} does not exist for ${dtype}`,
    fix: "cast the operands, or write the operation in terms of others",
  });
}

const comparisons: { readonly [op in ExprOp]?: string } = {
  eq: "eq",
  ne: "ne",
  lt: "lt",
  le: "le",
  gt: "gt",
  ge: "ge",
};
const floatInstructions: { readonly [op in ExprOp]?: string } = {
  neg: "neg",
  abs: "abs",
  floor: "floor",
  ceil: "ceil",
  round: "nearest",
  trunc: "trunc",
  sqrt: "sqrt",
  add: "add",
  sub: "sub",
  mul: "mul",
  div: "div",
  max: "max",
  min: "min",
};
const integerInstructions: { readonly [op in ExprOp]?: string } = {
  add: "add",
  sub: "sub",
  mul: "mul",
  and: "and",
  or: "or",
  xor: "xor",
};
const shifts: { readonly [op in ExprOp]?: string } = {
  shiftLeft: "shl",
  shiftRightLogical: "shr_u",
  shiftRightArithmetic: "shr_s",
};

/** Division that gives what the kernel language says where Wasm's would trap. */
function safeDivision(module: ModuleBuilder, type: "i32" | "i64", op: "div" | "rem", unsigned: boolean): FunctionRef {
  const suffix = unsigned ? "u" : "s";
  return module.helper(`${type}.${op}_${suffix}`, [type, type], [type], (f) => {
    const push = (value: number): void => (type === "i32" ? f.i32(value) : f.i64(BigInt(value)));
    const divide = (): void => {
      f.get(0);
      f.get(1);
      f.op(`${type}.${op}_${suffix}`);
    };
    f.get(1);
    f.op(`${type}.eqz`);
    f.if(
      () => (op === "div" ? push(-1) : f.get(0)),
      () => {
        if (op === "rem" || unsigned) return divide();
        f.get(1);
        push(-1);
        f.op(`${type}.eq`);
        f.if(
          () => {
            push(0);
            f.get(0);
            f.op(`${type}.sub`);
          },
          divide,
          type,
        );
      },
      type,
    );
  });
}

/** Pushes a host function's result for f32 or f64 arguments. */
function callHost(f: FunctionBuilder, module: ModuleBuilder, e: Expr, push: Push): boolean {
  const target = hostFunction(module, e.op);
  if (target === undefined || e.args.length !== target.params.length) return false;
  for (let i = 0; i < e.args.length; i++) {
    push(i);
    if (e.dtype === "float32") f.op("f64.promote_f32");
  }
  f.call(target);
  if (e.dtype === "float32") f.op("f32.demote_f64");
  return true;
}

function emitFloat(f: FunctionBuilder, module: ModuleBuilder, e: Expr, push: Push): void {
  const type = e.dtype === "float32" ? "f32" : "f64";
  const instruction = floatInstructions[e.op];
  if (instruction !== undefined) {
    for (let i = 0; i < e.args.length; i++) push(i);
    f.op(`${type}.${instruction}` as Opcode);
    return;
  }
  // Single precision goes through the vector function, so that an element's value does not depend on its place.
  const vector = type === "f32" ? vectorFunction(module, e.op) : undefined;
  if (vector !== undefined) {
    for (let i = 0; i < e.args.length; i++) {
      push(i);
      f.op("f32x4.splat");
    }
    f.call(vector);
    f.lane("f32x4.extract_lane", 0);
  } else if (!callHost(f, module, e, push)) throw missing(e.op, e.dtype);
}

/** A shift whose amount may be anything: read as unsigned, at least the width shifts everything out. */
function emitShift(f: FunctionBuilder, e: Expr, push: Push, type: "i32" | "i64", instruction: string): void {
  const bits = 8 * dtypeBytes(e.dtype);
  const constant = (value: number): void => (type === "i32" ? f.i32(value) : f.i64(BigInt(value)));
  const amount = e.args[1]!;
  const known = amount.op === "constant" && amount.value >= 0 && amount.value < bits;
  const arithmetic = instruction === "shr_s";
  // Narrow values shift as the numbers that they are, except that a logical shift sees the bits of their own width.
  const value = (): void => {
    push(0);
    if (bits < 32 && dtypeKind(e.dtype) === "i" && instruction === "shr_u") {
      f.i32(2 ** bits - 1);
      f.op("i32.and");
    }
    if (bits < 32 && dtypeKind(e.dtype) === "u" && arithmetic) f.op(bits === 8 ? "i32.extend8_s" : "i32.extend16_s");
  };
  const inRange = (): void => {
    push(1);
    constant(bits);
    f.op(`${type}.lt_u`);
  };
  value();
  push(1);
  if (known) f.op(`${type}.${instruction}` as Opcode);
  else if (arithmetic) {
    constant(bits - 1);
    inRange();
    f.op("select");
    f.op(`${type}.shr_s`);
  } else {
    f.op(`${type}.${instruction}` as Opcode);
    constant(0);
    inRange();
    f.op("select");
  }
  wrapNarrow(f, e.dtype);
}

function emitInteger(f: FunctionBuilder, module: ModuleBuilder, e: Expr, push: Push): void {
  const { op, dtype } = e;
  const type = registerType(dtype) as "i32" | "i64";
  const bits = 8 * dtypeBytes(dtype);
  const instruction = integerInstructions[op];
  if (instruction !== undefined) {
    push(0);
    push(1);
    f.op(`${type}.${instruction}` as Opcode);
    if (op === "add" || op === "sub" || op === "mul") wrapNarrow(f, dtype);
    return;
  }
  const shift = shifts[op];
  if (shift !== undefined) {
    emitShift(f, e, push, type, shift);
    return;
  }
  const constant = (value: number): void => (type === "i32" ? f.i32(value) : f.i64(BigInt(value)));
  switch (op) {
    case "neg":
      constant(0);
      push(0);
      f.op(`${type}.sub`);
      wrapNarrow(f, dtype);
      return;
    case "abs":
      if (isUnsigned(dtype)) {
        push(0);
        return;
      }
      constant(0);
      push(0);
      f.op(`${type}.sub`);
      push(0);
      push(0);
      constant(0);
      f.op(`${type}.lt_s`);
      f.op("select");
      wrapNarrow(f, dtype);
      return;
    case "not":
      push(0);
      constant(-1);
      f.op(`${type}.xor`);
      wrapNarrow(f, dtype);
      return;
    case "popcount":
    case "clz":
      push(0);
      if (bits < 32 && dtypeKind(dtype) === "i") {
        f.i32(2 ** bits - 1);
        f.op("i32.and");
      }
      f.op(`${type}.${op === "clz" ? "clz" : "popcnt"}`);
      if (op === "clz" && bits < 32) f.plus(bits - 32);
      return;
    case "max":
    case "min":
      push(0);
      push(1);
      push(0);
      push(1);
      f.op(`${type}.${op === "max" ? "gt" : "lt"}_${isUnsigned(dtype) ? "u" : "s"}`);
      f.op("select");
      return;
    case "div":
    case "rem": {
      push(0);
      push(1);
      const divisor = e.args[1]!;
      const suffix = isUnsigned(dtype) ? "u" : "s";
      const plain = divisor.op === "constant" && Number(divisor.value) !== 0 && Number(divisor.value) !== -1;
      if (plain) f.op(`${type}.${op}_${suffix}`);
      else f.call(safeDivision(module, type, op, suffix === "u"));
      wrapNarrow(f, dtype);
      return;
    }
    default:
      throw missing(op, dtype);
  }
}

function emitBool(f: FunctionBuilder, e: Expr, push: Push): void {
  push(0);
  switch (e.op) {
    case "not":
      f.op("i32.eqz");
      return;
    case "and":
    case "min":
      push(1);
      f.op("i32.and");
      return;
    case "or":
    case "max":
      push(1);
      f.op("i32.or");
      return;
    case "xor":
      push(1);
      f.op("i32.xor");
      return;
    default:
      throw missing(e.op, e.dtype);
  }
}

/** Converts the number on the stack. */
function emitCast(f: FunctionBuilder, from: DType, to: DType): void {
  const source = registerType(from);
  const target = registerType(to);
  if (to === "bool") {
    if (source === "i32" || source === "i64") {
      if (from === "bool") return;
      f.op(`${source}.eqz`);
      f.op("i32.eqz");
      return;
    }
    if (source === "f32") f.f32(0);
    else f.f64(0);
    f.op(`${source as "f32"}.ne`);
    return;
  }
  if (source === "f32" || source === "f64") {
    if (target === "f32" || target === "f64") {
      if (source === target) return;
      f.op(source === "f32" ? "f64.promote_f32" : "f32.demote_f64");
      return;
    }
    const unsigned = isUnsigned(to);
    f.op(`${target as "i32"}.trunc_sat_${source}_${unsigned ? "u" : "s"}`);
    const bits = 8 * dtypeBytes(to);
    if (bits < 32)
      clampInteger(f, unsigned ? 0 : -(2 ** (bits - 1)), unsigned ? 2 ** bits - 1 : 2 ** (bits - 1) - 1, unsigned);
    return;
  }
  const suffix = isUnsigned(from) ? "u" : "s";
  if (target === "f32" || target === "f64") {
    f.op(`${target}.convert_${source as "i32"}_${suffix}`);
    return;
  }
  if (source === target) {
    wrapNarrow(f, to);
    return;
  }
  if (target === "i64") {
    f.op(`i64.extend_i32_${suffix}`);
    return;
  }
  f.op("i32.wrap_i64");
  wrapNarrow(f, to);
}

/** Clamps the i32 on the stack. */
function clampInteger(f: FunctionBuilder, low: number, high: number, unsigned: boolean): void {
  f.scope(() => {
    const x = f.store("i32");
    f.get(x);
    f.i32(high);
    f.get(x);
    f.i32(high);
    f.op(unsigned ? "i32.lt_u" : "i32.lt_s");
    f.op("select");
    if (unsigned) return;
    f.tee(x);
    f.i32(low);
    f.get(x);
    f.i32(low);
    f.op("i32.gt_s");
    f.op("select");
  });
}

function emitBitcast(f: FunctionBuilder, from: DType, to: DType): void {
  if (dtypeBytes(from) !== dtypeBytes(to)) throw missing(`bitcast to ${to}`, from);
  const source = registerType(from);
  const target = registerType(to);
  if (source === target) {
    wrapNarrow(f, to);
    return;
  }
  f.op(`${target}.reinterpret_${source}` as Opcode);
}

/** Pushes the result of an operation, given how to push its arguments. Not for loads, indices and counters. */
export function emitScalar(f: FunctionBuilder, module: ModuleBuilder, e: Expr, push: Push): void {
  const operand = e.args[0]?.dtype ?? e.dtype;
  const comparison = comparisons[e.op];
  if (comparison !== undefined) {
    push(0);
    push(1);
    const type = registerType(operand);
    const signless = type === "f32" || type === "f64" || comparison === "eq" || comparison === "ne";
    f.op(`${type}.${comparison}${signless ? "" : isUnsigned(operand) ? "_u" : "_s"}` as Opcode);
    return;
  }
  switch (e.op) {
    case "constant":
      pushConstant(f, e.value, e.dtype);
      return;
    case "select":
      push(1);
      push(2);
      push(0);
      f.op("select");
      return;
    case "cast":
      push(0);
      emitCast(f, operand, e.dtype);
      return;
    case "bitcast":
      push(0);
      emitBitcast(f, operand, e.dtype);
      return;
  }
  const kind = dtypeKind(e.dtype);
  if (kind === "f") emitFloat(f, module, e, push);
  else if (kind === "b") emitBool(f, e, push);
  else emitInteger(f, module, e, push);
}
