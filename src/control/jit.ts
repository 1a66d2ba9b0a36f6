/** `jit` as a primitive: a program inside a program. Every transform maps it to a `jit` of the transformed program. */
import { evaluate } from "../core/evaluate.ts";
import { type Jaxpr, outputAvals } from "../core/jaxpr.ts";
import type { NDArray } from "../core/ndarray.ts";
import { defineManyPrimitive, isLinear, type ManyOperation } from "../core/primitive.ts";
import { moveaxis } from "../prims/movement.ts";
import { restrictOutputs } from "../transforms/dce.ts";
import { jvpJaxpr } from "../transforms/jvp.ts";
import { joinResiduals, linearizeJaxpr } from "../transforms/linearize.ts";
import { saveCalled } from "../transforms/remat.ts";
import { transposeJaxpr } from "../transforms/transpose.ts";
import { batchJaxpr } from "../transforms/vmap.ts";

export interface JitParams {
  /** The name of the user's function, for people. */
  readonly name: string;
  /** A closed jaxpr: no constants. */
  readonly jaxpr: Jaxpr;
}

const nothing = (jaxpr: Jaxpr): boolean[] => jaxpr.outputs.map(() => false);

/** Distributes a list over the places marked true. */
function spread<T>(marks: readonly boolean[], values: readonly T[]): (T | null)[] {
  let next = 0;
  return marks.map((b) => (b ? values[next++]! : null));
}

export const jitCall: ManyOperation<JitParams> = /* @__PURE__ */ defineManyPrimitive<JitParams>({
  name: "jit",
  types: (_avals, { jaxpr }) => outputAvals(jaxpr),
  jvp: (primals, tangents, { name, jaxpr }) => {
    const nonzero = tangents.map((t) => t !== null);
    const forward = jvpJaxpr(jaxpr, nonzero, nothing(jaxpr));
    const outputs = jitCall([...primals, ...tangents.filter((t) => t !== null)], { name, jaxpr: forward.jaxpr });
    const count = jaxpr.outputs.length;
    return [outputs.slice(0, count), spread(forward.nonzeroOut, outputs.slice(count))];
  },
  linearize: (primals, nonzero, { name, jaxpr }) => {
    const parts = linearizeJaxpr(jaxpr, nonzero, nothing(jaxpr), () => true);
    const outputs = jitCall(primals, { name, jaxpr: parts.forward });
    const count = jaxpr.outputs.length;
    const residuals = joinResiduals(parts, primals, outputs.slice(count));
    return [
      outputs.slice(0, count),
      (tangents) => spread(parts.nonzeroOut, jitCall([...residuals, ...tangents], { name, jaxpr: parts.linear })),
    ];
  },
  split: (operands, { jaxpr }) => evaluate(jaxpr, operands),
  transpose: (cotangents, operands, { name, jaxpr }) => {
    const linear = operands.map(isLinear);
    const transposed = transposeJaxpr(
      jaxpr,
      linear,
      cotangents.map((ct) => ct !== null),
    );
    const known = operands.filter((x): x is NDArray => !isLinear(x));
    const outputs = jitCall([...known, ...cotangents.filter((ct) => ct !== null)], { name, jaxpr: transposed });
    return spread(linear, outputs);
  },
  batch: (axis, operands, dims, { name, jaxpr }) => {
    const batched = batchJaxpr(
      jaxpr,
      axis,
      dims.map((d) => d !== null),
      nothing(jaxpr),
    );
    const front = operands.map((x, i) => (dims[i] === null ? x : moveaxis(x, dims[i]!, 0)));
    return [jitCall(front, { name, jaxpr: batched.jaxpr }), batched.batchedOut.map((b) => (b ? 0 : null))];
  },
  dce: (used, { name, jaxpr }) => {
    const { jaxpr: smaller, usedInputs } = restrictOutputs(jaxpr, used, () => false);
    return { inputs: usedInputs, outputs: used, params: { name, jaxpr: smaller } };
  },
  save: saveCalled,
  effects: ({ jaxpr }) => [...jaxpr.effects],
  lower: { kind: "call", jaxpr: ({ jaxpr }) => jaxpr },
  show: ({ name, jaxpr }) => [
    ["name", { text: name }],
    ["jaxpr", jaxpr],
  ],
  laws: {},
});
