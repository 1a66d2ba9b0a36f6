/**
 * The float32 functions that have vector code, by operation: written into a kernel where speed counts, or called as
 * functions of the module from four float32 (or two times four) to four.
 *
 * Largest errors over the whole range of float32, in units in the last place (bounds that the tests hold them to):
 * asinh, acosh, atanh, cbrt, pow, log 1; exp, exp2 1.5; expm1, log1p, sinh, cosh, tanh, sin, cos, asin, acos 2; atan,
 * atan2 2.5; tan 3.
 */
import type { ExprOp } from "../../../core/expr.ts";
import type { FunctionRef } from "../function.ts";
import { Lanes, type Vec } from "../lanes.ts";
import type { ModuleBuilder } from "../module.ts";
import { acosh, asinh, atanh, cbrt, pow } from "./double.ts";
import { cosh, exp, exp2, expm1, log, log1p, sinh, tanh } from "./exponential.ts";
import { acos, asin, atan, atan2, cos, sin, tan } from "./trigonometric.ts";

type VectorMath =
  | { readonly arity: 1; readonly emit: (v: Lanes, module: ModuleBuilder, x: Vec) => Vec }
  | { readonly arity: 2; readonly emit: (v: Lanes, module: ModuleBuilder, x: Vec, y: Vec) => Vec };

const unary = (emit: (v: Lanes, x: Vec) => Vec): VectorMath => ({ arity: 1, emit: (v, _module, x) => emit(v, x) });
const binary = (emit: (v: Lanes, x: Vec, y: Vec) => Vec): VectorMath => ({
  arity: 2,
  emit: (v, _module, x, y) => emit(v, x, y),
});

const table: { readonly [op in ExprOp]?: VectorMath } = {
  exp: unary(exp),
  exp2: unary(exp2),
  expm1: unary(expm1),
  log: unary(log),
  log1p: unary(log1p),
  sinh: unary(sinh),
  cosh: unary(cosh),
  tanh: unary(tanh),
  sin: { arity: 1, emit: sin },
  cos: { arity: 1, emit: cos },
  tan: { arity: 1, emit: tan },
  asin: unary(asin),
  acos: unary(acos),
  atan: unary(atan),
  asinh: unary(asinh),
  acosh: unary(acosh),
  atanh: unary(atanh),
  cbrt: unary(cbrt),
  pow: binary(pow),
  atan2: binary(atan2),
};

/** Whether an operation on float32 has vector code here. */
export function hasVectorMath(op: ExprOp): boolean {
  return table[op] !== undefined;
}

/** Writes the operation in place. */
export function inlineVectorMath(v: Lanes, module: ModuleBuilder, op: ExprOp, args: readonly Vec[]): Vec {
  const math = table[op]!;
  return v.f.scope(
    () => (math.arity === 1 ? math.emit(v, module, args[0]!) : math.emit(v, module, args[0]!, args[1]!)),
    (result) => result,
  );
}

/** The module's function for the operation, or undefined if there is no vector code for it. */
export function vectorFunction(module: ModuleBuilder, op: ExprOp): FunctionRef | undefined {
  const math = table[op];
  if (math === undefined) return undefined;
  return module.helper(`f32x4.${op}`, math.arity === 1 ? ["v128"] : ["v128", "v128"], ["v128"], (f) => {
    const v = new Lanes(f, 1, module.relaxed);
    const args = f.params.map((_, i) => [i]);
    f.get(inlineVectorMath(v, module, op, args)[0]!);
  });
}
