/**
 * `custom_vjp_call` as a primitive: a program with a reverse-mode rule of the user's own: `forward` computes results and
 * residuals, `backward` maps residuals and cotangents to cotangents of the arguments.
 */
import { evaluate } from "../core/evaluate.ts";
import { type Jaxpr, outputAvals } from "../core/jaxpr.ts";
import type { NDArray } from "../core/ndarray.ts";
import {
  type BatchAxis,
  type BatchDimension,
  defineManyPrimitive,
  isLinear,
  type ManyOperation,
  type Tangent,
} from "../core/primitive.ts";
import { TransformError } from "../errors/index.ts";
import { instantiate } from "../prims/fill.ts";
import { moveaxis } from "../prims/movement.ts";
import { reduceSum } from "../prims/reduce.ts";
import { batchJaxpr, materialiseBatch, vmapFlat } from "../transforms/vmap.ts";
import { type Aval, withShape } from "../types/aval.ts";

/** Results, then residuals, from the primals. */
export type FlatForward = (primals: readonly NDArray[]) => {
  readonly results: readonly NDArray[];
  readonly residuals: readonly NDArray[];
};
/** Cotangents of the primals; null for zero. */
export type FlatBackward = (residuals: readonly NDArray[], cotangents: readonly NDArray[]) => readonly Tangent[];

export interface CustomVjpParams {
  readonly name: string;
  /** The function itself, closed. */
  readonly jaxpr: Jaxpr;
  readonly forward: FlatForward;
  readonly backward: FlatBackward;
}

export interface CustomLinearParams {
  readonly name: string;
  readonly residuals: number;
  /** Types of the primals; the operands after the residuals are tangents of those marked in `nonzero`. */
  readonly primals: readonly Aval[];
  readonly nonzero: readonly boolean[];
  readonly results: readonly Aval[];
  readonly backward: FlatBackward;
}

function noForwardMode(name: string): TransformError {
  return new TransformError({
    what: "can't apply forward-mode autodiff (jvp) to a custom_vjp function.",
    where: [`the function is ${name}`],
    fix: "use customJvp, which works in both modes",
  });
}

/** The derivative of a function that has only a reverse-mode rule: it can be transposed, and nothing else. */
export const customLinear: ManyOperation<CustomLinearParams> = /* @__PURE__ */ defineManyPrimitive<CustomLinearParams>({
  name: "custom_lin",
  types: (_avals, { results }) => results,
  jvp: (_primals, _tangents, { name }) => {
    throw noForwardMode(name);
  },
  transpose: (cotangents, operands, p) => {
    const residuals = operands.slice(0, p.residuals) as NDArray[];
    const given = cotangents.map((ct, i) => instantiate(ct, p.results[i]!));
    const all = p.backward(residuals, given);
    let next = 0;
    const moving = operands.slice(p.residuals);
    const chosen = all.filter((_, i) => p.nonzero[i]);
    return [
      ...residuals.map(() => null),
      ...moving.map((x) => {
        const ct = chosen[next++]!;
        return isLinear(x) ? ct : null;
      }),
    ];
  },
  batch: (axis, operands, dims, p) => {
    const batched = dims.map((d) => d !== null);
    const front = operands.map((x, i) => (dims[i] === null ? x : moveaxis(x, dims[i]!, 0)));
    const movingBatched = batched.slice(p.residuals);
    let next = 0;
    const primalBatched = p.nonzero.map((b) => b && movingBatched[next++]!);
    const params: CustomLinearParams = {
      ...p,
      primals: p.primals.map((a, i) => (primalBatched[i] ? withShape(a, [axis.size, ...a.shape]) : a)),
      results: p.results.map((a) => withShape(a, [axis.size, ...a.shape])),
      backward: batchBackward(p.backward, axis, batched.slice(0, p.residuals), primalBatched),
    };
    return [customLinear(front, params), p.results.map(() => 0)];
  },
  lower: {
    kind: "expand",
    expand: (_operands, { name }) => {
      throw noForwardMode(name);
    },
  },
  laws: {},
});

/** A backward rule over batches. Cotangents of primals that are not batched are summed over the batch. */
function batchBackward(
  rule: FlatBackward,
  axis: BatchAxis,
  residuals: readonly boolean[],
  primals: readonly boolean[],
): FlatBackward {
  return (given, cotangents) => {
    let nonzero: readonly boolean[] = [];
    const dims: BatchDimension[] = [...residuals.map((b) => (b ? 0 : null)), ...cotangents.map(() => 0)];
    const [values, valueDims] = vmapFlat(
      (xs) => {
        const out = rule(xs.slice(0, given.length), xs.slice(given.length));
        nonzero = out.map((ct) => ct !== null);
        return out.filter((ct) => ct !== null);
      },
      [...given, ...cotangents],
      dims,
      axis,
    );
    let next = 0;
    return nonzero.map((b, i) => {
      if (!b) return null;
      const at = next++;
      const ct = materialiseBatch(values[at]!, valueDims[at]!, axis.size, 0);
      return primals[i] ? ct : reduceSum(ct, { axes: [0] });
    });
  };
}

/** A forward rule over batches: results have their batch dimension in front, residuals too where they have one. */
function batchForward(
  rule: FlatForward,
  axis: BatchAxis,
  batched: readonly boolean[],
  marks: { residuals?: readonly boolean[] },
): FlatForward {
  return (primals) => {
    let count = 0;
    const [values, dims] = vmapFlat(
      (xs) => {
        const { results, residuals } = rule(xs);
        count = results.length;
        return [...results, ...residuals];
      },
      primals,
      batched.map((b): BatchDimension => (b ? 0 : null)),
      axis,
    );
    marks.residuals = dims.slice(count).map((d) => d !== null);
    return {
      results: values.slice(0, count).map((y, i) => materialiseBatch(y, dims[i]!, axis.size, 0)),
      residuals: values.slice(count).map((r, i) => (dims[count + i] === null ? r : moveaxis(r, dims[count + i]!, 0))),
    };
  };
}

export const customVjpCall: ManyOperation<CustomVjpParams> = /* @__PURE__ */ defineManyPrimitive<CustomVjpParams>({
  name: "custom_vjp_call",
  types: (_avals, { jaxpr }) => outputAvals(jaxpr),
  jvp: (_primals, _tangents, { name }) => {
    throw noForwardMode(name);
  },
  linearize: (primals, nonzero, { name, forward, backward }) => {
    const { results, residuals } = forward(primals);
    const params: CustomLinearParams = {
      name,
      residuals: residuals.length,
      primals: primals.map((x) => x.aval),
      nonzero,
      results: results.map((y) => y.aval),
      backward,
    };
    return [results, (tangents) => customLinear([...residuals, ...tangents], params)];
  },
  split: (operands, { jaxpr }) => evaluate(jaxpr, operands),
  transpose: "nonlinear",
  batch: (axis, operands, dims, { name, jaxpr, forward, backward }) => {
    const batched = dims.map((d) => d !== null);
    const { jaxpr: inner } = batchJaxpr(
      jaxpr,
      axis,
      batched,
      jaxpr.outputs.map(() => true),
    );
    const front = operands.map((x, i) => (dims[i] === null ? x : moveaxis(x, dims[i]!, 0)));
    // Which residuals are batched is known once the forward rule has run, which is before the backward rule does.
    const marks: { residuals?: readonly boolean[] } = {};
    const params: CustomVjpParams = {
      name,
      jaxpr: inner,
      forward: batchForward(forward, axis, batched, marks),
      backward: (residuals, cotangents) =>
        batchBackward(backward, axis, marks.residuals!, batched)(residuals, cotangents),
    };
    return [customVjpCall(front, params), jaxpr.outputs.map(() => 0)];
  },
  effects: ({ jaxpr }) => [...jaxpr.effects],
  lower: { kind: "call", jaxpr: ({ jaxpr }) => jaxpr },
  show: ({ name, jaxpr }) => [
    ["name", { text: name }],
    ["call_jaxpr", jaxpr],
  ],
  laws: {},
});
