/**
 * log(exp(x) + exp(y)) and its brother for base 2, as primitives: composed of others, their derivatives would lose
 * themselves at infinities.
 *
 * With r the result, the tangent is t_x exp(x - r) + t_y exp(y - r), in which +infinity counts as 0, so that an infinite
 * result does not make NaN of the finite side.
 */
import type { Expr, ExprBuilder } from "../core/expr.ts";
import type { NDArray } from "../core/ndarray.ts";
import { type Binary, definePrimitive, type Unary } from "../core/primitive.ts";
import { mul, sub } from "../prims/arithmetic.ts";
import { eq } from "../prims/compare.ts";
import { exp, exp2 } from "../prims/exponential.ts";
import { elementwise, floating, inSinglePrecision, where } from "../prims/rules.ts";

function finiteAbove(x: NDArray): NDArray {
  return where(eq(x, Number.POSITIVE_INFINITY), 0, x, x);
}

const share = (t: NDArray, x: NDArray, result: NDArray, power: Unary): NDArray =>
  mul(t, power(sub(finiteAbove(x), finiteAbove(result))));

/** max + log1p(exp(-|x - y|)) / log(base). NaN, and infinities of one sign, whose difference is NaN, give x + y. */
function logOfSum(b: ExprBuilder, x: Expr, y: Expr, power: "exp" | "exp2"): Expr {
  const difference = b.sub(x, y);
  const rest = b.unary("log1p", b.unary(power, b.neg(b.abs(difference))));
  const scaled = power === "exp" ? rest : b.mul(b.like(Math.LOG2E, x), rest);
  return b.select(b.ne(difference, difference), b.add(x, y), b.add(b.max(x, y), scaled));
}

/** log(exp(x) + exp(y)) for floats of one dtype. */
export const logaddexpElements: Binary = /* @__PURE__ */ definePrimitive({
  name: "logaddexp",
  arity: 2,
  type: (avals) => elementwise("logaddexp", floating, avals, { similar: "logaddexp" }),
  jvp: [
    (t, [x], _params, result) => share(t, x!, result, exp),
    (t, [, y], _params, result) => share(t, y!, result, exp),
  ],
  transpose: "nonlinear",
  batch: "elementwise",
  lower: { kind: "map", expr: (b, [x, y]) => inSinglePrecision(b, [x!, y!], (u, v) => logOfSum(b, u!, v!, "exp")) },
  laws: { domain: [-10, 10], ulp: 4 },
});

/** log2(2^x + 2^y) for floats of one dtype. */
export const logaddexp2Elements: Binary = /* @__PURE__ */ definePrimitive({
  name: "logaddexp2",
  arity: 2,
  type: (avals) => elementwise("logaddexp2", floating, avals, { similar: "logaddexp2" }),
  jvp: [
    (t, [x], _params, result) => share(t, x!, result, exp2),
    (t, [, y], _params, result) => share(t, y!, result, exp2),
  ],
  transpose: "nonlinear",
  batch: "elementwise",
  lower: { kind: "map", expr: (b, [x, y]) => inSinglePrecision(b, [x!, y!], (u, v) => logOfSum(b, u!, v!, "exp2")) },
  laws: { domain: [-10, 10], ulp: 4 },
});
