/**
 * Contractions with an identity matrix, which the columns of a Jacobian in forward mode are: the other operand comes out as
 * it is, but that infinities and NaN make NaN of what they meet as a factor of the zeros.
 */
import type { Expr } from "../core/expr.ts";
import type { DotDimensions } from "../core/primitive.ts";
import type { Aval } from "../types/aval.ts";
import { dtypeKind } from "../types/dtype.ts";
import { inserted } from "../util/list.ts";
import { lowerReduce } from "./kernel.ts";
import type { Lowering } from "./lower.ts";
import { Value } from "./value.ts";

/** Whether a value is the comparison of its two indices. */
function isIdentity({ b }: Lowering, x: Value): boolean {
  const { shape } = x.aval;
  if (shape.length !== 2 || shape[0] !== shape[1] || shape[0]! < 2 || x.place !== undefined) return false;
  const [i, j] = [b.index(0), b.index(1)];
  const e = x.element([i, j]);
  const test = e.op === "cast" ? e.args[0]! : e;
  return test.op === "eq" && test.args.includes(i) && test.args.includes(j);
}

/** The contraction, if one operand is an identity matrix, and the other floats or integers. */
export function contractIdentity(
  context: Lowering,
  lhs: Value,
  rhs: Value,
  aval: Aval,
  { lhsContracting, rhsContracting, lhsBatch }: DotDimensions,
): Value | undefined {
  if (lhsBatch.length > 0 || lhsContracting.length !== 1) return undefined;
  if (lhs.aval.dtype !== aval.dtype || rhs.aval.dtype !== aval.dtype) return undefined;
  const onRight = isIdentity(context, rhs);
  if (!onRight && !isIdentity(context, lhs)) return undefined;
  const [x, axis] = onRight ? [lhs, lhsContracting[0]!] : [rhs, rhsContracting[0]!];
  const rank = x.aval.shape.length;
  const { b } = context;
  /** The element that meets the 1, and the index of the line that it is in. */
  const parts = (index: readonly Expr[]): { readonly met: Expr; readonly line: readonly Expr[] } => {
    const line = onRight ? index.slice(0, rank - 1) : index.slice(1);
    return { met: x.element(inserted(line, axis, onRight ? index[rank - 1]! : index[0]!)), line };
  };
  if (dtypeKind(aval.dtype) !== "f") return new Value(context, aval, (index) => parts(index).met, x.cost, x.depth + 1);
  // Those that are not finite, each line's: where there is another one than the element itself, the sum is NaN.
  context.place(x);
  context.flush();
  const zero = b.constant(0, aval.dtype);
  const isWild = (e: Expr): Expr => b.cast(b.not(b.eq(b.mul(e, zero), zero)), "int32");
  const wild: Aval = { ...x.aval, dtype: "int32", weakType: false };
  const lineShape = x.aval.shape.filter((_, d) => d !== axis);
  const marks = new Value(context, wild, (index) => isWild(x.element(index)), 3, 1);
  const counts = lowerReduce(context, marks, { ...wild, shape: lineShape }, "add", [axis], undefined);
  const element = (index: readonly Expr[]): Expr => {
    const { met, line } = parts(index);
    const others = b.sub(counts.element(line), isWild(met));
    return b.select(b.eq(others, b.int(0)), b.add(met, zero), b.constant(Number.NaN, aval.dtype));
  };
  return new Value(context, aval, element, 6, 2);
}
