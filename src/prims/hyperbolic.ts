/**
 * Hyperbolic functions and their inverses, element by element, for inexact dtypes.
 */
import { definePrimitive, type Unary } from "../core/primitive.ts";
import { add, div, integerPow, mul, rsqrt, square, sub } from "./arithmetic.ts";
import { acoshPlanes, asinhPlanes, atanhPlanes, coshPlanes, sinhPlanes, tanhPlanes } from "./planes.ts";
import { elementwise, inexact } from "./rules.ts";

/** The hyperbolic sine. @example lax.sinh(jnp.array(1)) // 1.1752012 */
export const sinh: Unary = /* @__PURE__ */ definePrimitive({
  name: "sinh",
  arity: 1,
  type: (avals) => elementwise("sinh", inexact, avals),
  jvp: [(t, [x]) => mul(t, cosh(x!))],
  transpose: "nonlinear",
  batch: "elementwise",
  lower: { kind: "map", expr: (b, [x]) => b.unary("sinh", x!) },
  complex: sinhPlanes,
  laws: { domain: [-5, 5], ulp: 4 },
});

/** The hyperbolic cosine. @example lax.cosh(jnp.array(1)) // 1.5430806 */
export const cosh: Unary = /* @__PURE__ */ definePrimitive({
  name: "cosh",
  arity: 1,
  type: (avals) => elementwise("cosh", inexact, avals),
  jvp: [(t, [x]) => mul(t, sinh(x!))],
  transpose: "nonlinear",
  batch: "elementwise",
  lower: { kind: "map", expr: (b, [x]) => b.unary("cosh", x!) },
  complex: coshPlanes,
  laws: { domain: [-5, 5], ulp: 4 },
});

/** The hyperbolic tangent. @example lax.tanh(jnp.array(1)) // 0.7615942 */
export const tanh: Unary = /* @__PURE__ */ definePrimitive({
  name: "tanh",
  arity: 1,
  type: (avals) => elementwise("tanh", inexact, avals),
  jvp: [(t, _xs, _params, result) => mul(add(t, mul(t, result)), sub(1, result))],
  transpose: "nonlinear",
  batch: "elementwise",
  lower: { kind: "map", expr: (b, [x]) => b.unary("tanh", x!) },
  complex: tanhPlanes,
  laws: { domain: [-5, 5], ulp: 4 },
});

/** The inverse of the hyperbolic sine. @example lax.asinh(jnp.array(1)) // 0.8813736 */
export const asinh: Unary = /* @__PURE__ */ definePrimitive({
  name: "asinh",
  arity: 1,
  type: (avals) => elementwise("asinh", inexact, avals),
  jvp: [(t, [x]) => mul(t, rsqrt(add(square(x!), 1)))],
  transpose: "nonlinear",
  batch: "elementwise",
  lower: { kind: "map", expr: (b, [x]) => b.unary("asinh", x!) },
  complex: asinhPlanes,
  laws: { domain: [-10, 10], ulp: 4 },
});

/** The inverse of the hyperbolic cosine, not negative; NaN below 1. @example lax.acosh(jnp.array(2)) // 1.316958 */
export const acosh: Unary = /* @__PURE__ */ definePrimitive({
  name: "acosh",
  arity: 1,
  type: (avals) => elementwise("acosh", inexact, avals),
  jvp: [(t, [x]) => mul(t, rsqrt(sub(square(x!), 1)))],
  transpose: "nonlinear",
  batch: "elementwise",
  lower: { kind: "map", expr: (b, [x]) => b.unary("acosh", x!) },
  complex: acoshPlanes,
  laws: { domain: [1.2, 10], ulp: 4 },
});

/**
 * The inverse of the hyperbolic tangent; infinite at -1 and 1, NaN outside.
 * @example lax.atanh(jnp.array(0.5)) // 0.54930615
 */
export const atanh: Unary = /* @__PURE__ */ definePrimitive({
  name: "atanh",
  arity: 1,
  type: (avals) => elementwise("atanh", inexact, avals),
  jvp: [(t, [x]) => mul(integerPow(add(1, x!), { y: -1 }), div(t, sub(1, x!)))],
  transpose: "nonlinear",
  batch: "elementwise",
  lower: { kind: "map", expr: (b, [x]) => b.unary("atanh", x!) },
  complex: atanhPlanes,
  laws: { domain: [-0.9, 0.9], ulp: 4 },
});
