/**
 * Trigonometric functions and their inverses, element by element, for inexact dtypes. Angles are in radians.
 */
import { type Binary, definePrimitive, type Unary } from "../core/primitive.ts";
import { add, div, mul, neg, rsqrt, square, sub } from "./arithmetic.ts";
import { acosPlanes, asinPlanes, atanPlanes, cosPlanes, sinPlanes, tanPlanes } from "./planes.ts";
import { elementwise, inexact } from "./rules.ts";

/** The sine. @example lax.sin(jnp.array(1)) // 0.84147096 */
export const sin: Unary = /* @__PURE__ */ definePrimitive({
  name: "sin",
  arity: 1,
  type: (avals) => elementwise("sin", inexact, avals),
  jvp: [(t, [x]) => mul(t, cos(x!))],
  transpose: "nonlinear",
  batch: "elementwise",
  lower: { kind: "map", expr: (b, [x]) => b.unary("sin", x!) },
  complex: sinPlanes,
  laws: { domain: [-100, 100], ulp: 2 },
});

/** The cosine. @example lax.cos(jnp.array(1)) // 0.5403023 */
export const cos: Unary = /* @__PURE__ */ definePrimitive({
  name: "cos",
  arity: 1,
  type: (avals) => elementwise("cos", inexact, avals),
  jvp: [(t, [x]) => neg(mul(t, sin(x!)))],
  transpose: "nonlinear",
  batch: "elementwise",
  lower: { kind: "map", expr: (b, [x]) => b.unary("cos", x!) },
  complex: cosPlanes,
  laws: { domain: [-100, 100], ulp: 2 },
});

/** The tangent. @example lax.tan(jnp.array(1)) // 1.5574079 */
export const tan: Unary = /* @__PURE__ */ definePrimitive({
  name: "tan",
  arity: 1,
  type: (avals) => elementwise("tan", inexact, avals),
  jvp: [(t, _xs, _params, result) => mul(t, add(1, square(result)))],
  transpose: "nonlinear",
  batch: "elementwise",
  lower: { kind: "map", expr: (b, [x]) => b.unary("tan", x!) },
  complex: tanPlanes,
  laws: { domain: [-1.4, 1.4], ulp: 4 },
});

/** The inverse of the sine, from -pi/2 to pi/2; NaN outside [-1, 1]. @example lax.asin(jnp.array(0.5)) // 0.5235988 */
export const asin: Unary = /* @__PURE__ */ definePrimitive({
  name: "asin",
  arity: 1,
  type: (avals) => elementwise("asin", inexact, avals),
  jvp: [(t, [x]) => mul(t, rsqrt(sub(1, square(x!))))],
  transpose: "nonlinear",
  batch: "elementwise",
  lower: { kind: "map", expr: (b, [x]) => b.unary("asin", x!) },
  complex: asinPlanes,
  laws: { domain: [-0.9, 0.9], ulp: 2 },
});

/** The inverse of the cosine, from 0 to pi; NaN outside [-1, 1]. @example lax.acos(jnp.array(0.5)) // 1.0471976 */
export const acos: Unary = /* @__PURE__ */ definePrimitive({
  name: "acos",
  arity: 1,
  type: (avals) => elementwise("acos", inexact, avals),
  jvp: [(t, [x]) => mul(t, neg(rsqrt(sub(1, square(x!)))))],
  transpose: "nonlinear",
  batch: "elementwise",
  lower: { kind: "map", expr: (b, [x]) => b.unary("acos", x!) },
  complex: acosPlanes,
  laws: { domain: [-0.9, 0.9], ulp: 2 },
});

/** The inverse of the tangent, from -pi/2 to pi/2. @example lax.atan(jnp.array(1)) // 0.7853982 */
export const atan: Unary = /* @__PURE__ */ definePrimitive({
  name: "atan",
  arity: 1,
  type: (avals) => elementwise("atan", inexact, avals),
  jvp: [(t, [x]) => div(t, add(1, square(x!)))],
  transpose: "nonlinear",
  batch: "elementwise",
  lower: { kind: "map", expr: (b, [x]) => b.unary("atan", x!) },
  complex: atanPlanes,
  laws: { domain: [-5, 5], ulp: 2 },
});

/**
 * The angle whose tangent is x / y, in the quadrant that the signs of both tell: from -pi to pi.
 * @example lax.atan2(jnp.array(1), jnp.array(-1)) // 2.3561945
 */
export const atan2: Binary = /* @__PURE__ */ definePrimitive({
  name: "atan2",
  arity: 2,
  type: (avals) => elementwise("atan2", inexact, avals, { similar: "arctan2" }),
  jvp: [
    (t, [x, y]) => mul(t, div(y!, add(square(x!), square(y!)))),
    (t, [x, y]) => mul(t, div(neg(x!), add(square(x!), square(y!)))),
  ],
  transpose: "nonlinear",
  batch: "elementwise",
  lower: { kind: "map", expr: (b, [x, y]) => b.binary("atan2", x!, y!) },
  laws: { ulp: 3 },
});
