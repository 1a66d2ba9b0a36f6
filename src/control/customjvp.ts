/** `custom_jvp_call` as a primitive: a program with a forward-mode rule of the user's own. */
import { evaluate } from "../core/evaluate.ts";
import { type Jaxpr, outputAvals } from "../core/jaxpr.ts";
import type { NDArray } from "../core/ndarray.ts";
import {
  type BatchAxis,
  type BatchDimension,
  defineManyPrimitive,
  type ManyOperation,
  type Tangent,
} from "../core/primitive.ts";
import { instantiate } from "../prims/fill.ts";
import { moveaxis } from "../prims/movement.ts";
import { backward } from "../transforms/transpose.ts";
import { batchJaxpr, materialiseBatch, vmapFlat } from "../transforms/vmap.ts";

/** Results and their tangents from primals and tangents, all flat. Zero tangents may be null. */
export type FlatJvpRule = (
  primals: readonly NDArray[],
  tangents: readonly Tangent[],
) => readonly [readonly NDArray[], readonly Tangent[]];

export interface CustomJvpParams {
  readonly name: string;
  /** The function itself, closed. */
  readonly jaxpr: Jaxpr;
  readonly rule: FlatJvpRule;
}

/** A rule over batches: the batch dimension of batched values is in front. */
function batchRule(
  rule: FlatJvpRule,
  axis: BatchAxis,
  batched: readonly boolean[],
  batchedOut: readonly boolean[],
): FlatJvpRule {
  return (primals, tangents) => {
    const present = tangents.map((t) => t !== null);
    const given = [...primals, ...tangents.filter((t) => t !== null)];
    const isBatched = [...batched, ...batched.filter((_, i) => present[i])];
    let nonzeroOut: readonly boolean[] = [];
    const count = batchedOut.length;
    const [values, dims] = vmapFlat(
      (xs) => {
        let next = primals.length;
        const [ys, dys] = rule(
          xs.slice(0, primals.length),
          present.map((b) => (b ? xs[next++]! : null)),
        );
        nonzeroOut = dys.map((d) => d !== null);
        return [...ys, ...dys.filter((d) => d !== null)];
      },
      given,
      isBatched.map((b): BatchDimension => (b ? 0 : null)),
      axis,
    );
    const front = (i: number, wanted: boolean): NDArray =>
      wanted || dims[i] !== null ? materialiseBatch(values[i]!, dims[i]!, axis.size, 0) : values[i]!;
    let next = count;
    return [
      batchedOut.map((b, i) => front(i, b)),
      nonzeroOut.map((b, i) => (b ? front(next++, batchedOut[i]!) : null)),
    ];
  };
}

export const customJvpCall: ManyOperation<CustomJvpParams> = /* @__PURE__ */ defineManyPrimitive<CustomJvpParams>({
  name: "custom_jvp_call",
  types: (_avals, { jaxpr }) => outputAvals(jaxpr),
  jvp: (primals, tangents, { rule }) => rule(primals, tangents),
  split: (operands, { jaxpr }) => evaluate(jaxpr, operands),
  // Inside a linear program the function itself must be linear.
  transpose: (cotangents, operands, { jaxpr }) => backward(jaxpr, operands, cotangents),
  batch: (axis, operands, dims, { name, jaxpr, rule }) => {
    const batched = dims.map((d) => d !== null);
    const { jaxpr: inner, batchedOut } = batchJaxpr(
      jaxpr,
      axis,
      batched,
      jaxpr.outputs.map(() => true),
    );
    const front = operands.map((x, i) => (dims[i] === null ? x : moveaxis(x, dims[i]!, 0)));
    const params = { name, jaxpr: inner, rule: batchRule(rule, axis, batched, batchedOut) };
    return [customJvpCall(front, params), batchedOut.map(() => 0)];
  },
  effects: ({ jaxpr }) => [...jaxpr.effects],
  lower: { kind: "call", jaxpr: ({ jaxpr }) => jaxpr },
  show: ({ name, jaxpr }) => [
    ["name", { text: name }],
    ["call_jaxpr", jaxpr],
    ["jvp_jaxpr_fun", { text: name }],
    ["num_consts", 0],
    ["symbolic_zeros", false],
  ],
  laws: {},
});

/** Tangents of a rule's results, instantiated where the rule gave none. */
export function instantiateAll(tangents: readonly Tangent[], results: readonly NDArray[]): NDArray[] {
  return tangents.map((t, i) => instantiate(t, results[i]!.aval));
}
