/** The operations that reductions, scans and scatters combine with: neutral elements, scalar and vector code. */
import { type Expr, ExprBuilder } from "../../../core/expr.ts";
import type { CumulativeOp, ReduceOp, ScatterOp } from "../../../core/primitive.ts";
import { type DType, dtypeKind, integerRange } from "../../../types/dtype.ts";
import type { FunctionBuilder, ValueType } from "../function.ts";
import { hostFunction } from "../host.ts";
import type { Lanes, Vec } from "../lanes.ts";
import type { ModuleBuilder } from "../module.ts";
import { emitScalar, pushConstant, registerType } from "../scalar.ts";
import { emitVector } from "../vector.ts";

export type CombineOp = Exclude<ReduceOp, "argmax" | "argmin"> | CumulativeOp | Exclude<ScatterOp, "set">;

/** What combining with changes nothing (0 for sums, though it makes 0 of -0). */
export function neutral(op: CombineOp | "argmax" | "argmin", dtype: DType): number | bigint {
  const kind = dtypeKind(dtype);
  const [lowest, highest] =
    kind === "f"
      ? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
      : kind === "b"
        ? [0, 1]
        : integerRange(dtype === "key<fry>" ? "uint64" : dtype);
  switch (op) {
    case "add":
    case "or":
    case "xor":
      return 0;
    case "mul":
      return 1;
    case "and":
      return kind === "i" ? -1 : highest;
    case "max":
    case "argmax":
      return lowest;
    case "min":
    case "argmin":
      return highest;
    case "logaddexp":
      return Number.NEGATIVE_INFINITY;
  }
}

/** The dtype in which results are accumulated: double for all that rounds. */
export function accumulatorDType(op: CombineOp, dtype: DType): DType {
  return dtype === "float32" && (op === "add" || op === "mul" || op === "logaddexp") ? "float64" : dtype;
}

function operation(op: Exclude<CombineOp, "logaddexp">, dtype: DType): Expr {
  const b = new ExprBuilder();
  return b.binary(op, b.load(0, b.int(0), dtype), b.load(1, b.int(0), dtype));
}

/** Pushes the combination of two values of a dtype. */
export function emitCombine(
  f: FunctionBuilder,
  module: ModuleBuilder,
  op: CombineOp,
  dtype: DType,
  push: (operand: number) => void,
): void {
  if (op !== "logaddexp") {
    f.scope(() => emitScalar(f, module, operation(op, dtype), push));
    return;
  }
  const single = dtype === "float32";
  for (const operand of [0, 1]) {
    push(operand);
    if (single) f.op("f64.promote_f32");
  }
  f.call(hostFunction(module, "logaddexp")!);
  if (single) f.op("f32.demote_f64");
}

/** The combination of vectors. */
export function combineVectors(v: Lanes, module: ModuleBuilder, op: CombineOp, dtype: DType, x: Vec, y: Vec): Vec {
  return emitVector(v, module, operation(op as "add", dtype), [x, y], true);
}

/** A scalar that things are combined into. */
export class Accumulator {
  readonly op: CombineOp;
  readonly dtype: DType;
  readonly wide: DType;
  readonly local: number;
  private readonly f: FunctionBuilder;
  private readonly module: ModuleBuilder;

  /** For values of a dtype. Starts unset. */
  constructor(f: FunctionBuilder, module: ModuleBuilder, op: CombineOp, dtype: DType) {
    this.f = f;
    this.module = module;
    this.op = op;
    this.dtype = dtype;
    this.wide = accumulatorDType(op, dtype);
    this.local = f.local(this.type);
  }
  private get type(): ValueType {
    return registerType(this.wide);
  }
  reset(start: number | bigint = neutral(this.op, this.wide)): void {
    pushConstant(this.f, start, this.wide);
    this.f.set(this.local);
  }
  /** Combines the value of the accumulator's own dtype that `push` leaves on the stack. */
  takeWide(push: () => void): void {
    emitCombine(this.f, this.module, this.op, this.wide, (operand) =>
      operand === 0 ? this.f.get(this.local) : push(),
    );
    this.f.set(this.local);
  }
  /** Combines the value of the dtype that `push` leaves on the stack. */
  take(push: () => void): void {
    this.takeWide(() => {
      push();
      if (this.wide !== this.dtype) this.f.op("f64.promote_f32");
    });
  }
  /** Pushes the result: rounded to `dtype`, if it is collected in double precision. */
  result(dtype: DType): void {
    this.f.get(this.local);
    if (this.wide === "float64" && dtype === "float32") this.f.op("f32.demote_f64");
  }
}
