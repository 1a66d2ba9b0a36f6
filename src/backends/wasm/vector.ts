/**
 * Vector code of the scalar vocabulary, four elements of 32 bits a vector: float32, int32, uint32, and booleans as masks
 * of all zeros or all ones. What has no vector instruction is computed lane by lane.
 */
import type { Expr, ExprOp } from "../../core/expr.ts";
import type { DType } from "../../types/dtype.ts";
import type { FunctionBuilder } from "./function.ts";
import type { Lanes, Vec } from "./lanes.ts";
import { hasVectorMath, inlineVectorMath, vectorFunction } from "./math/library.ts";
import type { ModuleBuilder } from "./module.ts";
import type { Opcode } from "./opcodes.ts";
import { emitScalar } from "./scalar.ts";

/** Whether elements of a dtype fill the lanes of vectors. */
export function hasLanes(dtype: DType): boolean {
  return dtype === "float32" || dtype === "int32" || dtype === "uint32" || dtype === "bool";
}

/** Whether an operation is one of those that take tens of instructions. */
export function isVectorMath(e: Expr): boolean {
  return e.dtype === "float32" && hasVectorMath(e.op);
}

const floatOps: { readonly [op in ExprOp]?: Opcode } = {
  neg: "f32x4.neg",
  abs: "f32x4.abs",
  floor: "f32x4.floor",
  ceil: "f32x4.ceil",
  round: "f32x4.nearest",
  trunc: "f32x4.trunc",
  sqrt: "f32x4.sqrt",
  add: "f32x4.add",
  sub: "f32x4.sub",
  mul: "f32x4.mul",
  div: "f32x4.div",
  max: "f32x4.max",
  min: "f32x4.min",
};
const integerOps: { readonly [op in ExprOp]?: Opcode } = {
  neg: "i32x4.neg",
  not: "v128.not",
  add: "i32x4.add",
  sub: "i32x4.sub",
  mul: "i32x4.mul",
  and: "v128.and",
  or: "v128.or",
  xor: "v128.xor",
};
const signedOps: { readonly [op in ExprOp]?: Opcode } = {
  ...integerOps,
  abs: "i32x4.abs",
  max: "i32x4.max_s",
  min: "i32x4.min_s",
};
const unsignedOps: { readonly [op in ExprOp]?: Opcode } = { ...integerOps, max: "i32x4.max_u", min: "i32x4.min_u" };
const boolOps: { readonly [op in ExprOp]?: Opcode } = {
  not: "v128.not",
  and: "v128.and",
  min: "v128.and",
  or: "v128.or",
  max: "v128.or",
  xor: "v128.xor",
};
const ops: { readonly [dtype in DType]?: { readonly [op in ExprOp]?: Opcode } } = {
  float32: floatOps,
  int32: signedOps,
  uint32: unsignedOps,
  bool: boolOps,
};

const floatComparisons: { readonly [op in ExprOp]?: Opcode } = {
  eq: "f32x4.eq",
  ne: "f32x4.ne",
  lt: "f32x4.lt",
  le: "f32x4.le",
  gt: "f32x4.gt",
  ge: "f32x4.ge",
};
const signedComparisons: { readonly [op in ExprOp]?: Opcode } = {
  eq: "i32x4.eq",
  ne: "i32x4.ne",
  lt: "i32x4.lt_s",
  le: "i32x4.le_s",
  gt: "i32x4.gt_s",
  ge: "i32x4.ge_s",
};
/** Of unsigned numbers; and of masks, where true is the largest. */
const unsignedComparisons: { readonly [op in ExprOp]?: Opcode } = {
  eq: "i32x4.eq",
  ne: "i32x4.ne",
  lt: "i32x4.lt_u",
  le: "i32x4.le_u",
  gt: "i32x4.gt_u",
  ge: "i32x4.ge_u",
};

const shifts: { readonly [op in ExprOp]?: Opcode } = {
  shiftLeft: "i32x4.shl",
  shiftRightLogical: "i32x4.shr_u",
  shiftRightArithmetic: "i32x4.shr_s",
};

/** Pushes lane `lane` of a vector as a scalar of the dtype. */
export function extractLane(f: FunctionBuilder, vector: number, lane: number, dtype: DType): void {
  f.get(vector);
  f.lane(dtype === "float32" ? "f32x4.extract_lane" : "i32x4.extract_lane", lane);
  if (dtype !== "bool") return;
  f.i32(1);
  f.op("i32.and");
}

/** Makes the scalar on the stack a vector with that value in all lanes. */
export function emitSplat(f: FunctionBuilder, dtype: DType): void {
  if (dtype === "float32") {
    f.op("f32x4.splat");
    return;
  }
  f.op("i32x4.splat");
  if (dtype === "bool") f.op("i32x4.neg");
}

/** Computes lane by lane. */
function perLane(v: Lanes, module: ModuleBuilder, e: Expr, args: readonly Vec[]): Vec {
  const { f } = v;
  const count = Math.max(...args.map((a) => a.length));
  const result: number[] = [];
  for (let u = 0; u < count; u++) {
    f.get(v.i32(0)[0]!);
    const local = f.store("v128");
    for (let lane = 0; lane < 4; lane++) {
      f.get(local);
      f.scope(() => emitScalar(f, module, e, (i) => extractLane(f, v.at(args[i]!, u), lane, e.args[i]!.dtype)));
      if (e.dtype === "float32") f.lane("f32x4.replace_lane", lane);
      else {
        if (e.dtype === "bool") {
          f.i32(-1);
          f.op("i32.mul");
        }
        f.lane("i32x4.replace_lane", lane);
      }
      f.set(local);
    }
    result.push(local);
  }
  return result;
}

function emitCast(v: Lanes, from: DType, to: DType, x: Vec): Vec {
  if (to === "bool") return from === "float32" ? v.op("f32x4.ne", x, v.f32(0)) : v.op("i32x4.ne", x, v.i32(0));
  if (to === "float32") {
    if (from === "bool") return v.and(x, v.f32(1));
    return v.op(from === "int32" ? "f32x4.convert_i32x4_s" : "f32x4.convert_i32x4_u", x);
  }
  if (from === "float32") return v.op(to === "int32" ? "i32x4.trunc_sat_f32x4_s" : "i32x4.trunc_sat_f32x4_u", x);
  return from === "bool" ? v.op("i32x4.neg", x) : x;
}

/**
 * Maximum or minimum with a constant, by instructions that do not look after NaN and signs of zeros: those of the first
 * operand pass, so that only max(-0, 0) needs care. Undefined where the general instruction is needed.
 */
function emitBound(v: Lanes, e: Expr, args: readonly Vec[]): Vec | undefined {
  if (e.dtype !== "float32" || (e.op !== "max" && e.op !== "min")) return undefined;
  const at = e.args.findIndex((a) => a.op === "constant");
  if (at < 0) return undefined;
  const bound = Number(e.args[at]!.value);
  if (Number.isNaN(bound) || Object.is(bound, -0)) return undefined;
  const x = args[1 - at]!;
  if (e.op === "min") return v.min(x, args[at]!);
  const larger = v.max(x, args[at]!);
  return bound === 0 ? v.add(larger, v.f32(0)) : larger;
}

/**
 * The result of an operation whose arguments and result have lanes. `inline`: whether long functions are written in
 * place, or called.
 */
export function emitVector(v: Lanes, module: ModuleBuilder, e: Expr, args: readonly Vec[], inline: boolean): Vec {
  const operand = e.args[0]!.dtype;
  const compared = (
    operand === "float32" ? floatComparisons : operand === "int32" ? signedComparisons : unsignedComparisons
  )[e.op];
  if (compared !== undefined) return v.op(compared, args[0]!, args[1]!);
  if (e.op === "select") return v.select(args[0]!, args[1]!, args[2]!);
  if (e.op === "cast") return emitCast(v, operand, e.dtype, args[0]!);
  if (e.op === "bitcast") return args[0]!;
  const shift = shifts[e.op];
  if (shift !== undefined) {
    const amount = e.args[1]!;
    if (amount.op === "constant" && amount.value >= 0 && amount.value < 32)
      return v.shift(shift, args[0]!, Number(amount.value));
  }
  if (e.op === "abs" && e.dtype === "uint32") return args[0]!;
  if (e.op === "popcount") {
    return v.op("i32x4.extadd_pairwise_i16x8_u", v.op("i16x8.extadd_pairwise_i8x16_u", v.op("i8x16.popcnt", args[0]!)));
  }
  const bounded = emitBound(v, e, args);
  if (bounded !== undefined) return bounded;
  const op = ops[e.dtype]![e.op];
  if (op !== undefined) return v.op(op, ...args);
  if (isVectorMath(e)) {
    if (inline) return inlineVectorMath(v, module, e.op, args);
    return v.call(vectorFunction(module, e.op)!, ...args);
  }
  return perLane(v, module, e, args);
}
