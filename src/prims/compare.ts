/**
 * Comparisons, element by element; they give booleans. NaN is unequal to everything and in no order.
 */
import { type Binary, definePrimitive } from "../core/primitive.ts";
import { type Category, elementwise, ordered } from "./rules.ts";

const comparable: readonly Category[] = ["integer", "floating", "complexfloating", "bool", "key"];

/** x = y. Any dtype, random keys too. @example lax.eq(jnp.array([1, 2]), jnp.array([1, 3])) // [ True False] */
export const eq: Binary = /* @__PURE__ */ definePrimitive({
  name: "eq",
  arity: 2,
  type: (avals) => elementwise("eq", comparable, avals, { dtype: "bool", similar: "equal" }),
  jvp: "zero",
  transpose: "nonlinear",
  batch: "elementwise",
  lower: { kind: "map", expr: (b, [x, y]) => b.eq(x!, y!) },
  complex: (b, [x, y]) => [b.and(b.eq(x![0], y![0]), b.eq(x![1], y![1]))],
  laws: { dtypes: ["float32", "int32", "uint32", "bool"] },
});

/**
 * x differs from y. Any dtype, random keys too.
 * @example lax.ne(jnp.array([1, 2]), jnp.array([1, 3])) // [False  True]
 */
export const ne: Binary = /* @__PURE__ */ definePrimitive({
  name: "ne",
  arity: 2,
  type: (avals) => elementwise("ne", comparable, avals, { dtype: "bool", similar: "notEqual" }),
  jvp: "zero",
  transpose: "nonlinear",
  batch: "elementwise",
  lower: { kind: "map", expr: (b, [x, y]) => b.ne(x!, y!) },
  complex: (b, [x, y]) => [b.or(b.ne(x![0], y![0]), b.ne(x![1], y![1]))],
  laws: { dtypes: ["float32", "int32", "uint32", "bool"] },
});

/** x < y; false is less than true. @example lax.lt(jnp.array([1, 2]), jnp.array([1, 3])) // [False  True] */
export const lt: Binary = /* @__PURE__ */ definePrimitive({
  name: "lt",
  arity: 2,
  type: (avals) => elementwise("lt", ordered, avals, { dtype: "bool", similar: "less" }),
  jvp: "zero",
  transpose: "nonlinear",
  batch: "elementwise",
  lower: { kind: "map", expr: (b, [x, y]) => b.lt(x!, y!) },
  laws: { dtypes: ["float32", "int32", "uint32", "bool"] },
});

/** x <= y. @example lax.le(jnp.array([1, 2]), jnp.array([1, 3])) // [ True  True] */
export const le: Binary = /* @__PURE__ */ definePrimitive({
  name: "le",
  arity: 2,
  type: (avals) => elementwise("le", ordered, avals, { dtype: "bool", similar: "lessEqual" }),
  jvp: "zero",
  transpose: "nonlinear",
  batch: "elementwise",
  lower: { kind: "map", expr: (b, [x, y]) => b.le(x!, y!) },
  laws: { dtypes: ["float32", "int32", "uint32", "bool"] },
});

/** x > y. @example lax.gt(jnp.array([1, 4]), jnp.array([1, 3])) // [False  True] */
export const gt: Binary = /* @__PURE__ */ definePrimitive({
  name: "gt",
  arity: 2,
  type: (avals) => elementwise("gt", ordered, avals, { dtype: "bool", similar: "greater" }),
  jvp: "zero",
  transpose: "nonlinear",
  batch: "elementwise",
  lower: { kind: "map", expr: (b, [x, y]) => b.gt(x!, y!) },
  laws: { dtypes: ["float32", "int32", "uint32", "bool"] },
});

/** x >= y. @example lax.ge(jnp.array([1, 2]), jnp.array([1, 3])) // [ True False] */
export const ge: Binary = /* @__PURE__ */ definePrimitive({
  name: "ge",
  arity: 2,
  type: (avals) => elementwise("ge", ordered, avals, { dtype: "bool", similar: "greaterEqual" }),
  jvp: "zero",
  transpose: "nonlinear",
  batch: "elementwise",
  lower: { kind: "map", expr: (b, [x, y]) => b.ge(x!, y!) },
  laws: { dtypes: ["float32", "int32", "uint32", "bool"] },
});
