/**
 * `checkpoint` as a primitive, which JAX calls remat2: a program whose derivative keeps the arguments only and computes the rest again when
 * cotangents arrive: memory traded for time.
 */
import { evaluate } from "../core/evaluate.ts";
import { inputAvals, type Jaxpr, memoised, outputAvals } from "../core/jaxpr.ts";
import type { NDArray } from "../core/ndarray.ts";
import { defineManyPrimitive, isLinear, type ManyOperation } from "../core/primitive.ts";
import { moveaxis } from "../prims/movement.ts";
import { restrictOutputs } from "../transforms/dce.ts";
import { jvpJaxpr } from "../transforms/jvp.ts";
import { joinResiduals, linearizeJaxpr } from "../transforms/linearize.ts";
import { stageClosed } from "../transforms/stage.ts";
import { transposeJaxpr } from "../transforms/transpose.ts";
import { batchJaxpr } from "../transforms/vmap.ts";
import { bits } from "../util/list.ts";

export interface CheckpointParams {
  readonly name: string;
  readonly jaxpr: Jaxpr;
  readonly preventCse: boolean;
  /** Whether the program is the linear part of another. */
  readonly differentiated: boolean;
}

function spread<T>(marks: readonly boolean[], values: readonly T[]): (T | null)[] {
  let next = 0;
  return marks.map((b) => (b ? values[next++]! : null));
}

/** (primals, non-zero tangents) to the tangents of the results alone: what they need of the primals, and then what is linear. */
function tangentJaxpr(jaxpr: Jaxpr, nonzero: readonly boolean[]): { jaxpr: Jaxpr; nonzeroOut: readonly boolean[] } {
  const unforced = jaxpr.outputs.map(() => false);
  const linearized = linearizeJaxpr(jaxpr, nonzero, unforced, () => true);
  const avals = inputAvals(jaxpr);
  const tangents = memoised(linearized.forward, `tangents ${bits(nonzero)}`, () =>
    stageClosed(
      (values) => {
        const primals = values.slice(0, avals.length);
        const extra = evaluate(linearized.forward, primals).slice(jaxpr.outputs.length);
        return evaluate(linearized.linear, [
          ...joinResiduals(linearized, primals, extra),
          ...values.slice(avals.length),
        ]);
      },
      [...avals, ...avals.filter((_, i) => nonzero[i])],
      "checkpoint",
    ),
  );
  return { jaxpr: tangents, nonzeroOut: linearized.nonzeroOut };
}

export const checkpointCall: ManyOperation<CheckpointParams> = /* @__PURE__ */ defineManyPrimitive<CheckpointParams>({
  name: "remat2",
  types: (_avals, { jaxpr }) => outputAvals(jaxpr),
  jvp: (primals, tangents, { jaxpr, ...rest }) => {
    const nonzero = tangents.map((t) => t !== null);
    const forward = jvpJaxpr(
      jaxpr,
      nonzero,
      jaxpr.outputs.map(() => false),
    );
    const outputs = checkpointCall([...primals, ...tangents.filter((t) => t !== null)], {
      ...rest,
      jaxpr: forward.jaxpr,
    });
    const count = jaxpr.outputs.length;
    return [outputs.slice(0, count), spread(forward.nonzeroOut, outputs.slice(count))];
  },
  linearize: (primals, nonzero, { jaxpr, ...rest }) => {
    const results = evaluate(jaxpr, primals);
    const linear = tangentJaxpr(jaxpr, nonzero);
    const params = { ...rest, jaxpr: linear.jaxpr, differentiated: true };
    return [results, (tangents) => spread(linear.nonzeroOut, checkpointCall([...primals, ...tangents], params))];
  },
  split: (operands, { jaxpr }) => evaluate(jaxpr, operands),
  // What is not linear is computed here, again.
  transpose: (cotangents, operands, { jaxpr, ...rest }) => {
    const linear = operands.map(isLinear);
    const transposed = transposeJaxpr(
      jaxpr,
      linear,
      cotangents.map((ct) => ct !== null),
    );
    const known = operands.filter((x): x is NDArray => !isLinear(x));
    const outputs = checkpointCall([...known, ...cotangents.filter((ct) => ct !== null)], {
      ...rest,
      jaxpr: transposed,
    });
    return spread(linear, outputs);
  },
  batch: (axis, operands, dims, { jaxpr, ...rest }) => {
    const batched = batchJaxpr(
      jaxpr,
      axis,
      dims.map((d) => d !== null),
      jaxpr.outputs.map(() => false),
    );
    const front = operands.map((x, i) => (dims[i] === null ? x : moveaxis(x, dims[i]!, 0)));
    return [checkpointCall(front, { ...rest, jaxpr: batched.jaxpr }), batched.batchedOut.map((b) => (b ? 0 : null))];
  },
  dce: (used, { jaxpr, ...rest }) => {
    const { jaxpr: smaller, usedInputs } = restrictOutputs(jaxpr, used, () => false);
    return { inputs: usedInputs, outputs: used, params: { ...rest, jaxpr: smaller } };
  },
  effects: ({ jaxpr }) => [...jaxpr.effects],
  // What is computed again must not be found again instead.
  lower: { kind: "call", jaxpr: ({ jaxpr }) => jaxpr, isolated: ({ preventCse }) => preventCse },
  show: ({ jaxpr, preventCse, differentiated }) => [
    ["differentiated", differentiated],
    ["jaxpr", jaxpr],
    ["policy", null],
    ["prevent_cse", preventCse],
  ],
  laws: {},
});
