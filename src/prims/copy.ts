/** The identity as an operation: its result is memory of its own. */
import { definePrimitive, type Unary } from "../core/primitive.ts";

/** A copy of x. Any dtype. */
export const copy: Unary = /* @__PURE__ */ definePrimitive({
  name: "copy",
  arity: 1,
  type: ([x]) => x!,
  jvp: "linear",
  transpose: (ct) => [copy(ct)],
  batch: "elementwise",
  lower: { kind: "map", expr: (_b, [x]) => x! },
  complex: "planes",
  laws: { dtypes: ["float32", "int32", "bool"] },
});
