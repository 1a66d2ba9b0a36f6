/**
 * `checkpoint` as a primitive, which JAX calls remat2: a program whose derivative keeps the arguments, and what a policy
 * chooses, and computes the rest again when cotangents arrive: memory traded for time.
 */
import { evaluate } from "../core/evaluate.ts";
import { inputAvals, type Jaxpr, memoised, outputAvals } from "../core/jaxpr.ts";
import type { NDArray } from "../core/ndarray.ts";
import { defineManyPrimitive, isLinear, type ManyOperation, type Saveable } from "../core/primitive.ts";
import { moveaxis } from "../prims/movement.ts";
import { restrictOutputs } from "../transforms/dce.ts";
import { jvpJaxpr } from "../transforms/jvp.ts";
import { joinResiduals, linearizeJaxpr } from "../transforms/linearize.ts";
import { divideJaxpr, saveCalled } from "../transforms/remat.ts";
import { stageClosed } from "../transforms/stage.ts";
import { transposeJaxpr } from "../transforms/transpose.ts";
import { batchJaxpr } from "../transforms/vmap.ts";
import { bits, splitList } from "../util/list.ts";

/** A policy: a predicate, and how jaxprs print it. */
export interface Policy {
  readonly saveable: Saveable;
  readonly text: string;
}

export interface CheckpointParams {
  readonly name: string;
  readonly jaxpr: Jaxpr;
  /** What is kept besides the arguments; null for nothing. */
  readonly policy: Policy | null;
  readonly preventCse: boolean;
  /** Whether the program is the linear part of another. */
  readonly differentiated: boolean;
}

function spread<T>(marks: readonly boolean[], values: readonly T[]): (T | null)[] {
  let next = 0;
  return marks.map((b) => (b ? values[next++]! : null));
}

/** The derivative of a checkpointed program. */
interface Tangents {
  /** Inputs to (results, what the policy saves). */
  readonly first: Jaxpr;
  /** (some of the inputs, saved, non-zero tangents) to the tangents of the results: what these need is computed again. */
  readonly linear: Jaxpr;
  /** Which inputs `linear` takes. */
  readonly usedInputs: readonly boolean[];
  readonly nonzeroOut: readonly boolean[];
}

const numbers = new WeakMap<Saveable, number>();
let policies = 0;

/** A number for a policy, to find what was made with it again. */
function numberOf({ saveable }: Policy): number {
  let number = numbers.get(saveable);
  if (number === undefined) {
    number = ++policies;
    numbers.set(saveable, number);
  }
  return number;
}

function tangentsOf(jaxpr: Jaxpr, policy: Policy | null, nonzero: readonly boolean[]): Tangents {
  const key = `tangents ${bits(nonzero)} ${policy === null ? "" : numberOf(policy)}`;
  return memoised(jaxpr, key, () => {
    const count = jaxpr.outputs.length;
    const unforced = jaxpr.outputs.map(() => false);
    const linearized = linearizeJaxpr(jaxpr, nonzero, unforced, () => true);
    const { forward } = linearized;
    const avals = inputAvals(jaxpr);
    const divided = divideJaxpr(
      forward,
      policy === null ? () => false : policy.saveable,
      forward.outputs.map((_, i) => i >= count),
    );
    const { saved } = divided;
    const keptOutputs = divided.first.outputs.map((_, i) => i < count || i >= forward.outputs.length);
    const linear = stageClosed(
      (values) => {
        const [primals, kept, tangents] = splitList(values, avals.length, saved.length, values.length);
        const extra = evaluate(divided.second, [...primals!, ...kept!]);
        return evaluate(linearized.linear, [...joinResiduals(linearized, primals!, extra), ...tangents!]);
      },
      [...avals, ...saved, ...avals.filter((_, i) => nonzero[i])],
      "checkpoint",
    );
    const restricted = restrictOutputs(
      linear,
      linear.outputs.map(() => true),
      (i) => i >= avals.length,
    );
    return {
      first: policy === null ? jaxpr : restrictOutputs(divided.first, keptOutputs, () => true).jaxpr,
      linear: restricted.jaxpr,
      usedInputs: restricted.usedInputs.slice(0, avals.length),
      nonzeroOut: linearized.nonzeroOut,
    };
  });
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
    const { first, linear, usedInputs, nonzeroOut } = tangentsOf(jaxpr, rest.policy, nonzero);
    const outputs = evaluate(first, primals);
    const count = jaxpr.outputs.length;
    const known = [...primals.filter((_, i) => usedInputs[i]), ...outputs.slice(count)];
    const params = { ...rest, jaxpr: linear, differentiated: true };
    return [outputs.slice(0, count), (tangents) => spread(nonzeroOut, checkpointCall([...known, ...tangents], params))];
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
  save: saveCalled,
  effects: ({ jaxpr }) => [...jaxpr.effects],
  // What is computed again must not be found again instead.
  lower: { kind: "call", jaxpr: ({ jaxpr }) => jaxpr, isolated: ({ preventCse }) => preventCse },
  show: ({ jaxpr, preventCse, differentiated, policy }) => [
    ["differentiated", differentiated],
    ["jaxpr", jaxpr],
    ["policy", policy === null ? null : { text: policy.text }],
    ["prevent_cse", preventCse],
  ],
  laws: {},
});
