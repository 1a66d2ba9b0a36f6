/**
 * Choices, element by element: one of several cases by a predicate, and a value kept between two bounds.
 */
import { scalar } from "../core/constant.ts";
import type { Expr, ExprBuilder } from "../core/expr.ts";
import { definePrimitive, isLinear, type Operation, type Tangent } from "../core/primitive.ts";
import { DTypeError, ShapeError } from "../errors/index.ts";
import type { Aval } from "../types/aval.ts";
import { isInteger } from "../types/dtype.ts";
import { equalShapes, formatShape, type Shape } from "../types/shape.ts";
import { and } from "./bitwise.ts";
import { eq, ge, gt, le, lt } from "./compare.ts";
import { checkAccepted, checkSameDTypes, known, ordered, where } from "./rules.ts";

function selectType(which: Aval, cases: readonly Aval[]): Aval {
  if (cases.length === 0) {
    throw new ShapeError({
      what: "select_n() must have at least one case",
      fix: "pass [predicate, case0, case1, ...]",
    });
  }
  checkSameDTypes("select", cases, "where");
  if (which.dtype !== "bool" && !isInteger(which.dtype)) {
    throw new DTypeError({
      what: `select \`which\` must be boolean or integer type, got ${which.dtype}.`,
      fix: "compare first, for example with lax.gt(x, 0)",
    });
  }
  if (which.dtype === "bool" && cases.length > 2) {
    throw new DTypeError({
      what: "select with boolean `which` cannot have > 2 cases.",
      fix: "use an int32 predicate, the number of the case",
    });
  }
  let shape: Shape = [];
  for (const c of cases) {
    if (shape.length === 0) shape = c.shape;
    else if (c.shape.length !== 0 && !equalShapes(c.shape, shape)) {
      throw new ShapeError({
        what: `select cases must have the same shapes, got [${cases.map((a) => formatShape(a.shape)).join(", ")}].`,
        fix: "jnp.where broadcasts its operands",
      });
    }
  }
  if (which.shape.length !== 0 && shape.length !== 0 && !equalShapes(which.shape, shape)) {
    throw new ShapeError({
      what: `select \`which\` must be scalar or have the same shape as cases, got \`which\` shape ${formatShape(which.shape)} but case shape ${formatShape(shape)}.`,
      fix: "jnp.where broadcasts its operands",
    });
  }
  return {
    shape: shape.length === 0 ? which.shape : shape,
    dtype: cases[0]!.dtype,
    weakType: cases.every((c) => c.weakType),
  };
}

/** Cases `offset` and up, by halving: a predicate out of range takes the first or the last. */
function selectAmong(b: ExprBuilder, which: Expr, cases: readonly Expr[], offset: number): Expr {
  if (cases.length === 1) return cases[0]!;
  const half = Math.floor(cases.length / 2);
  return b.select(
    b.lt(which, b.like(offset + half, which)),
    selectAmong(b, which, cases.slice(0, half), offset),
    selectAmong(b, which, cases.slice(half), offset + half),
  );
}

/**
 * `selectN([which, case0, case1, ...])`: for each element the case whose number `which` is. A boolean `which` has at most
 * two cases: false is case 0. `which` may have rank 0. Linear in the cases. Numbers among the operands would take the
 * dtype of `which`: pass the cases as arrays.
 *
 * @example selectN([lax.gt(x, 0), scalar(0, "float32"), x])  // relu
 */
export const selectN: Operation<"variadic"> = /* @__PURE__ */ definePrimitive<"variadic">({
  name: "select_n",
  arity: "variadic",
  type: ([which, ...cases]) => selectType(which!, cases),
  jvp: ([which, ...cases], [, ...tangents]) => {
    const result = selectN([which!, ...cases]);
    if (tangents.every((t) => t === null)) return [[result], [null]];
    const zero = scalar(0, result.dtype);
    return [[result], [selectN([which!, ...tangents.map((t) => t ?? zero)])]];
  },
  transpose: (ct, [predicate, ...cases]) => {
    const which = known("select_n", predicate!);
    const zero = scalar(0, ct.dtype);
    const last = cases.length - 1;
    const cotangents = cases.map((c, i): Tangent => {
      if (!isLinear(c)) return null;
      if (last === 0) return ct;
      if (which.dtype === "bool") return i === 0 ? selectN([which, ct, zero]) : selectN([which, zero, ct]);
      // Numbers out of range belong to the first and the last case, as in the lowering.
      const chosen = i === 0 ? le(which, i) : i === last ? ge(which, i) : eq(which, i);
      return selectN([chosen, zero, ct]);
    });
    return [null, ...cotangents];
  },
  batch: "elementwise",
  lower: {
    kind: "map",
    expr: (b, [which, ...cases]) => {
      if (cases.length === 1) return cases[0]!;
      return which!.dtype === "bool" ? b.select(which!, cases[1]!, cases[0]!) : selectAmong(b, which!, cases, 0);
    },
  },
  complex: "planes",
  laws: {
    cases: [
      { operands: [{ shape: [2, 3], dtype: "bool" }, { shape: [2, 3] }, { shape: [2, 3] }], params: null },
      { operands: [{ shape: [], dtype: "bool" }, { shape: [4] }, { shape: [4] }], params: null },
      { operands: [{ shape: [4], dtype: "bool" }, { shape: [] }, { shape: [4] }], params: null },
      {
        operands: [
          { shape: [5], dtype: "int32", values: [0, 1, 2, 7, -3] },
          { shape: [5] },
          { shape: [5] },
          { shape: [5] },
        ],
        params: null,
      },
      {
        operands: [
          { shape: [3], dtype: "bool" },
          { shape: [3], dtype: "int32" },
          { shape: [3], dtype: "int32" },
        ],
        params: null,
      },
    ],
  },
});

function clampType(avals: readonly Aval[]): Aval {
  const [low, x, high] = avals as [Aval, Aval, Aval];
  for (let i = 0; i < avals.length; i++) checkAccepted("clamp", ordered, avals[i]!, i);
  checkSameDTypes("clamp", avals);
  let shape = x.shape;
  for (const [name, bound] of [
    ["min", low],
    ["max", high],
  ] as const) {
    if (shape.length === 0) shape = bound.shape;
    else if (bound.shape.length !== 0 && !equalShapes(bound.shape, shape)) {
      throw new ShapeError({
        what: `clamp requires ${name}.shape == operand.shape or ${name}.shape == (), got ${name}.shape=${formatShape(bound.shape)}, operand.shape=${formatShape(shape)}.`,
        fix: "jnp.clip broadcasts its operands",
      });
    }
  }
  return { shape, dtype: x.dtype, weakType: low.weakType && x.weakType && high.weakType };
}

/**
 * `clamp(min, x, max)`: x where it lies between the bounds, else the bound. NaN if any operand is. The gradient goes to x
 * strictly between the bounds, to a bound strictly beyond it, and nowhere at a bound.
 */
export const clamp: Operation<3> = /* @__PURE__ */ definePrimitive<3>({
  name: "clamp",
  arity: 3,
  type: clampType,
  jvp: [
    (t, [low, x, high]) => where(and(gt(low!, x!), lt(low!, high!)), t, 0, t),
    (t, [low, x, high]) => where(and(gt(x!, low!), lt(x!, high!)), t, 0, t),
    (t, [, x, high]) => where(lt(high!, x!), t, 0, t),
  ],
  transpose: "nonlinear",
  batch: "elementwise",
  lower: {
    kind: "map",
    expr: (b, [low, x, high]) => (x!.dtype === "bool" ? b.and(b.or(x!, low!), high!) : b.min(b.max(x!, low!), high!)),
  },
  laws: {
    dtypes: ["float32", "int32", "uint32"],
    domain: [
      [-1, -0.5],
      [-2, 2],
      [0.5, 1],
    ],
  },
});
