/** The identity that gives a value a name, for the policies of `checkpoint`. */
import { definePrimitive, type Operation } from "../core/primitive.ts";

export interface NameParams {
  readonly name: string;
}

/** x, under a name. Any dtype. The value has the name, its derivative does not. */
export const name: Operation<1, NameParams> = /* @__PURE__ */ definePrimitive<1, NameParams>({
  name: "name",
  arity: 1,
  type: ([x]) => x!,
  jvp: ([x], [t], params) => [[name(x!, params)], [t!]],
  transpose: (ct) => [ct],
  batch: "elementwise",
  complex: "planes",
  lower: { kind: "map", expr: (_b, [x]) => x! },
  show: (params) => [["name", { text: params.name }]],
  laws: {
    dtypes: ["float32", "int32", "bool"],
    cases: [
      { operands: [{ shape: [2, 3] }], params: { name: "h" } },
      { operands: [{ shape: [] }], params: { name: "h" } },
    ],
  },
});
