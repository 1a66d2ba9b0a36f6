/**
 * Operations on bits, and logic on booleans, element by element. Shifts by at least the width give 0 (or the sign).
 */
import { type Binary, definePrimitive, type Unary } from "../core/primitive.ts";
import { type DType, dtypeBytes } from "../types/dtype.ts";
import { bitwise, elementwise, integral } from "./rules.ts";

/**
 * The bits that both have; logical and of booleans.
 * @example lax.bitwiseAnd(jnp.array([12, 5], "int32"), jnp.array([10, 3], "int32")) // [8 1]
 */
export const and: Binary = /* @__PURE__ */ definePrimitive({
  name: "and",
  arity: 2,
  type: (avals) => elementwise("and", bitwise, avals, { similar: "bitwiseAnd" }),
  jvp: "zero",
  transpose: "nonlinear",
  batch: "elementwise",
  lower: { kind: "map", expr: (b, [x, y]) => b.and(x!, y!) },
  laws: { dtypes: ["int32", "uint32", "bool"] },
});

/**
 * The bits that either has; logical or of booleans.
 * @example lax.bitwiseOr(jnp.array([12, 5], "int32"), jnp.array([10, 3], "int32")) // [14  7]
 */
export const or: Binary = /* @__PURE__ */ definePrimitive({
  name: "or",
  arity: 2,
  type: (avals) => elementwise("or", bitwise, avals, { similar: "bitwiseOr" }),
  jvp: "zero",
  transpose: "nonlinear",
  batch: "elementwise",
  lower: { kind: "map", expr: (b, [x, y]) => b.or(x!, y!) },
  laws: { dtypes: ["int32", "uint32", "bool"] },
});

/**
 * The bits in which they differ; exclusive or of booleans.
 * @example lax.bitwiseXor(jnp.array([12, 5], "int32"), jnp.array([10, 3], "int32")) // [6 6]
 */
export const xor: Binary = /* @__PURE__ */ definePrimitive({
  name: "xor",
  arity: 2,
  type: (avals) => elementwise("xor", bitwise, avals, { similar: "bitwiseXor" }),
  jvp: "zero",
  transpose: "nonlinear",
  batch: "elementwise",
  lower: { kind: "map", expr: (b, [x, y]) => b.binary("xor", x!, y!) },
  laws: { dtypes: ["int32", "uint32", "bool"] },
});

/**
 * All bits turned; logical not of booleans.
 * @example lax.bitwiseNot(jnp.array([0, 5], "int32")) // [-1 -6]
 */
export const not: Unary = /* @__PURE__ */ definePrimitive({
  name: "not",
  arity: 1,
  type: (avals) => elementwise("not", bitwise, avals),
  jvp: "zero",
  transpose: "nonlinear",
  batch: "elementwise",
  lower: { kind: "map", expr: (b, [x]) => b.not(x!) },
  laws: { dtypes: ["int32", "uint32", "bool"] },
});

/**
 * x shifted left by y bits, zeros coming in. Integers.
 * @example lax.shiftLeft(jnp.array([8, -8], "int32"), jnp.array([1, 1], "int32")) // [ 16 -16]
 */
export const shiftLeft: Binary = /* @__PURE__ */ definePrimitive({
  name: "shift_left",
  arity: 2,
  type: (avals) => elementwise("shift_left", integral, avals, { similar: "leftShift" }),
  jvp: "zero",
  transpose: "nonlinear",
  batch: "elementwise",
  lower: { kind: "map", expr: (b, [x, y]) => b.binary("shiftLeft", x!, y!) },
  laws: {
    dtypes: ["int32", "uint32"],
    domain: [
      [-100, 100],
      [0, 40],
    ],
  },
});

/**
 * x shifted right by y bits, zeros coming in. Integers.
 * @example lax.shiftRightLogical(jnp.array([8, -8], "int32"), jnp.array([1, 1], "int32")) // [         4 2147483644]
 */
export const shiftRightLogical: Binary = /* @__PURE__ */ definePrimitive({
  name: "shift_right_logical",
  arity: 2,
  type: (avals) => elementwise("shift_right_logical", integral, avals, { similar: "rightShift" }),
  jvp: "zero",
  transpose: "nonlinear",
  batch: "elementwise",
  lower: { kind: "map", expr: (b, [x, y]) => b.binary("shiftRightLogical", x!, y!) },
  laws: {
    dtypes: ["int32", "uint32"],
    domain: [
      [-100, 100],
      [0, 40],
    ],
  },
});

const signedBrother: { readonly [D in DType]?: DType } = {
  uint8: "int8",
  uint16: "int16",
  uint32: "int32",
  uint64: "int64",
};

/**
 * x shifted right by y bits, copies of the top bit coming in. Integers, signed or not.
 * @example lax.shiftRightArithmetic(jnp.array([8, -8], "int32"), jnp.array([1, 1], "int32")) // [ 4 -4]
 */
export const shiftRightArithmetic: Binary = /* @__PURE__ */ definePrimitive({
  name: "shift_right_arithmetic",
  arity: 2,
  type: (avals) => elementwise("shift_right_arithmetic", integral, avals, { similar: "rightShift" }),
  jvp: "zero",
  transpose: "nonlinear",
  batch: "elementwise",
  lower: {
    kind: "map",
    expr: (b, [x, y]) => {
      const { dtype } = x!;
      const signed = signedBrother[dtype];
      if (signed === undefined) return b.binary("shiftRightArithmetic", x!, y!);
      // The top bit counts as a sign in unsigned words too; amounts are bounded first, since large ones would be negative.
      const amount = b.min(y!, b.like(8 * dtypeBytes(dtype), x!));
      return b.bitcast(b.binary("shiftRightArithmetic", b.bitcast(x!, signed), b.bitcast(amount, signed)), dtype);
    },
  },
  laws: {
    dtypes: ["int32", "uint32"],
    domain: [
      [-100, 100],
      [0, 40],
    ],
  },
});

/** The number of bits that are 1. Integers. @example lax.populationCount(jnp.array([7, 255], "int32")) // [3 8] */
export const populationCount: Unary = /* @__PURE__ */ definePrimitive({
  name: "population_count",
  arity: 1,
  type: (avals) => elementwise("population_count", integral, avals),
  jvp: "zero",
  transpose: "nonlinear",
  batch: "elementwise",
  lower: { kind: "map", expr: (b, [x]) => b.unary("popcount", x!) },
  laws: { dtypes: ["int32", "uint32"] },
});

/** The number of leading bits that are 0. Integers. @example lax.clz(jnp.array([1, 255], "int32")) // [31 24] */
export const clz: Unary = /* @__PURE__ */ definePrimitive({
  name: "clz",
  arity: 1,
  type: (avals) => elementwise("clz", integral, avals),
  jvp: "zero",
  transpose: "nonlinear",
  batch: "elementwise",
  lower: { kind: "map", expr: (b, [x]) => b.unary("clz", x!) },
  laws: { dtypes: ["int32", "uint32"] },
});
