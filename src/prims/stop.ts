/** The identity that lets no gradient through. */
import { definePrimitive, type Unary } from "../core/primitive.ts";

/** x; a constant to every derivative. Any dtype. */
export const stopGradient: Unary = /* @__PURE__ */ definePrimitive({
  name: "stop_gradient",
  arity: 1,
  type: ([x]) => x!,
  jvp: "zero",
  transpose: "nonlinear",
  batch: "elementwise",
  lower: { kind: "map", expr: (_b, [x]) => x! },
  complex: "planes",
  laws: { dtypes: ["float32", "int32", "bool"], smooth: false },
});
