/**
 * Exponentials, logarithms and the logistic function, element by element, for inexact dtypes.
 */
import { scalarLike } from "../core/constant.ts";
import { definePrimitive, type Unary } from "../core/primitive.ts";
import { add, div, mul, sub } from "./arithmetic.ts";
import { exp2Planes, expm1Planes, expPlanes, log1pPlanes, logisticPlanes, logPlanes } from "./planes.ts";
import { elementwise, inexact } from "./rules.ts";

/** e to the power x. @example lax.exp(jnp.array(1)) // 2.7182817 */
export const exp: Unary = /* @__PURE__ */ definePrimitive({
  name: "exp",
  arity: 1,
  type: (avals) => elementwise("exp", inexact, avals),
  jvp: [(t, _xs, _params, result) => mul(t, result)],
  transpose: "nonlinear",
  batch: "elementwise",
  lower: { kind: "map", expr: (b, [x]) => b.unary("exp", x!) },
  complex: expPlanes,
  laws: { domain: [-10, 10], ulp: 2 },
});

/** 2 to the power x. @example lax.exp2(jnp.array(3)) // 8.0 */
export const exp2: Unary = /* @__PURE__ */ definePrimitive({
  name: "exp2",
  arity: 1,
  type: (avals) => elementwise("exp2", inexact, avals),
  jvp: [(t, [x], _params, result) => mul(log(scalarLike(2, x!)), mul(t, result))],
  transpose: "nonlinear",
  batch: "elementwise",
  lower: { kind: "map", expr: (b, [x]) => b.unary("exp2", x!) },
  complex: exp2Planes,
  laws: { domain: [-10, 10], ulp: 2 },
});

/** exp(x) - 1, accurate for small x. @example lax.expm1(jnp.array(0.001)) // 0.0010005002 */
export const expm1: Unary = /* @__PURE__ */ definePrimitive({
  name: "expm1",
  arity: 1,
  type: (avals) => elementwise("expm1", inexact, avals),
  jvp: [(t, _xs, _params, result) => mul(t, add(result, 1))],
  transpose: "nonlinear",
  batch: "elementwise",
  lower: { kind: "map", expr: (b, [x]) => b.unary("expm1", x!) },
  complex: expm1Planes,
  laws: { domain: [-5, 5], ulp: 2 },
});

/** The natural logarithm; -infinity at 0, NaN below. @example lax.log(jnp.array(2)) // 0.6931472 */
export const log: Unary = /* @__PURE__ */ definePrimitive({
  name: "log",
  arity: 1,
  type: (avals) => elementwise("log", inexact, avals),
  jvp: [(t, [x]) => div(t, x!)],
  transpose: "nonlinear",
  batch: "elementwise",
  lower: { kind: "map", expr: (b, [x]) => b.unary("log", x!) },
  complex: logPlanes,
  laws: { domain: [0.1, 10], ulp: 2 },
});

/** log(1 + x), accurate for small x. @example lax.log1p(jnp.array(0.001)) // 0.0009995003 */
export const log1p: Unary = /* @__PURE__ */ definePrimitive({
  name: "log1p",
  arity: 1,
  type: (avals) => elementwise("log1p", inexact, avals),
  jvp: [(t, [x]) => div(t, add(x!, 1))],
  transpose: "nonlinear",
  batch: "elementwise",
  lower: { kind: "map", expr: (b, [x]) => b.unary("log1p", x!) },
  complex: log1pPlanes,
  laws: { domain: [-0.8, 5], ulp: 2 },
});

/** The logistic function 1 / (1 + exp(-x)). @example lax.logistic(jnp.array(0.5)) // 0.62245935 */
export const logistic: Unary = /* @__PURE__ */ definePrimitive({
  name: "logistic",
  arity: 1,
  type: (avals) => elementwise("logistic", inexact, avals),
  jvp: [(t, _xs, _params, result) => mul(t, mul(result, sub(1, result)))],
  transpose: "nonlinear",
  batch: "elementwise",
  lower: { kind: "map", expr: (b, [x]) => b.div(b.like(1, x!), b.add(b.like(1, x!), b.unary("exp", b.neg(x!)))) },
  complex: logisticPlanes,
  laws: { domain: [-10, 10], ulp: 4 },
});
