/** Functions whose derivatives JAX fixes by hand: at the kink of `relu`, and where `log1mexp` would divide by zero. */
import { definePrimitive, type Unary } from "../core/primitive.ts";
import { div } from "../prims/arithmetic.ts";
import { gt } from "../prims/compare.ts";
import { expm1 } from "../prims/exponential.ts";
import { elementwise, floating, inSinglePrecision, real, where } from "../prims/rules.ts";

/** max(x, 0), with derivative 0 at 0 and at NaN (that of `max` is a half at 0). */
export const reluElements: Unary = /* @__PURE__ */ definePrimitive({
  name: "relu",
  arity: 1,
  type: (avals) => elementwise("relu", real, avals),
  jvp: [(t, [x]) => where(gt(x!, 0), t, 0, t)],
  transpose: "nonlinear",
  batch: "elementwise",
  lower: { kind: "map", expr: (b, [x]) => b.max(x!, b.like(0, x!)) },
  laws: { dtypes: ["float32", "int32"] },
});

/** log(1 - exp(-x)) for positive x, by the formula that is accurate at each side of log 2. */
export const log1mexpElements: Unary = /* @__PURE__ */ definePrimitive({
  name: "log1mexp",
  arity: 1,
  type: (avals) => elementwise("log1mexp", floating, avals),
  jvp: [(t, [x]) => div(t, expm1(x!))],
  transpose: "nonlinear",
  batch: "elementwise",
  lower: {
    kind: "map",
    expr: (b, [given]) =>
      inSinglePrecision(b, [given!], (x) => {
        const near = b.unary("log", b.neg(b.unary("expm1", b.neg(x!))));
        const far = b.unary("log1p", b.neg(b.unary("exp", b.neg(x!))));
        return b.select(b.lt(x!, b.like(Math.LN2, x!)), near, far);
      }),
  },
  laws: { domain: [0.1, 10], ulp: 4 },
});
