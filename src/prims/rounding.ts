/**
 * Rounding to integers (which stay floats), and the test for finite numbers. Piecewise constant: the tangents are zero.
 */
import { definePrimitive, type Operation, type Unary } from "../core/primitive.ts";
import { elementwise, floating } from "./rules.ts";

/** The largest integer that is not above x. @example lax.floor(jnp.array(-1.5)) // -2.0 */
export const floor: Unary = /* @__PURE__ */ definePrimitive({
  name: "floor",
  arity: 1,
  type: (avals) => elementwise("floor", floating, avals),
  jvp: "zero",
  transpose: "nonlinear",
  batch: "elementwise",
  lower: { kind: "map", expr: (b, [x]) => b.unary("floor", x!) },
  laws: { domain: [-5, 5], smooth: false },
});

/** The smallest integer that is not below x. @example lax.ceil(jnp.array(1.5)) // 2.0 */
export const ceil: Unary = /* @__PURE__ */ definePrimitive({
  name: "ceil",
  arity: 1,
  type: (avals) => elementwise("ceil", floating, avals),
  jvp: "zero",
  transpose: "nonlinear",
  batch: "elementwise",
  lower: { kind: "map", expr: (b, [x]) => b.unary("ceil", x!) },
  laws: { domain: [-5, 5], smooth: false },
});

/** Where numbers half way between two integers go. */
export type RoundingMethod = "AWAY_FROM_ZERO" | "TO_NEAREST_EVEN";

export interface RoundParams {
  readonly roundingMethod: RoundingMethod;
}

/** The nearest integer. */
export const round: Operation<1, RoundParams> = /* @__PURE__ */ definePrimitive<1, RoundParams>({
  name: "round",
  arity: 1,
  type: (avals) => elementwise("round", floating, avals),
  jvp: "zero",
  transpose: "nonlinear",
  batch: "elementwise",
  lower: {
    kind: "map",
    expr: (b, [x], { roundingMethod }) => {
      if (roundingMethod === "TO_NEAREST_EVEN") return b.unary("round", x!);
      const whole = b.unary("trunc", x!);
      const step = b.select(b.lt(x!, b.like(0, x!)), b.like(-1, x!), b.like(1, x!));
      // x - trunc(x) is exact, unlike trunc(x + 1/2); infinities give NaN here, which is not at least 1/2.
      return b.select(b.ge(b.abs(b.sub(x!, whole)), b.like(0.5, x!)), b.add(whole, step), whole);
    },
  },
  show: ({ roundingMethod }) => [["rounding_method", roundingMethod === "AWAY_FROM_ZERO" ? 0 : 1]],
  laws: {
    smooth: false,
    cases: (["AWAY_FROM_ZERO", "TO_NEAREST_EVEN"] as const).map((roundingMethod) => ({
      operands: [{ shape: [2, 4], values: [-2.5, -1.5, -0.5, -0.2, 0.5, 1.5, 2.5, 3.7] }],
      params: { roundingMethod },
    })),
  },
});

/**
 * Whether x is neither infinite nor NaN. Gives booleans.
 * @example lax.isFinite(jnp.array([1, NaN, Infinity])) // [ True False False]
 */
// biome-ignore lint/suspicious/noShadowRestrictedNames: JAX's name
export const isFinite: Unary = /* @__PURE__ */ definePrimitive({
  name: "is_finite",
  arity: 1,
  type: (avals) => elementwise("is_finite", floating, avals, { dtype: "bool" }),
  jvp: "zero",
  transpose: "nonlinear",
  batch: "elementwise",
  lower: { kind: "map", expr: (b, [x]) => b.lt(b.abs(x!), b.like(Infinity, x!)) },
  laws: {
    cases: [
      { operands: [{ shape: [5], values: [0, -1.5, Infinity, -Infinity, NaN] }], params: null },
      { operands: [{ shape: [] }], params: null },
    ],
  },
});
