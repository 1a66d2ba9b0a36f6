/** `custom_vmap_call` as a primitive: a program with a batching rule of the user's own. */
import { type Jaxpr, outputAvals } from "../core/jaxpr.ts";
import type { NDArray } from "../core/ndarray.ts";
import { defineManyPrimitive, type ManyOperation } from "../core/primitive.ts";
import { TransformError } from "../errors/index.ts";
import { instantiate } from "../prims/fill.ts";
import { batchFirst, moveaxis } from "../prims/movement.ts";
import { jvpFlat, jvpJaxpr } from "../transforms/jvp.ts";
import { backward } from "../transforms/transpose.ts";

/** Results of a batch and which of them are batched, from its size, which arguments are batched, and these: batch
 *  dimensions are in front. */
export type FlatVmapRule = (
  size: number,
  batched: readonly boolean[],
  args: readonly NDArray[],
) => readonly [results: readonly NDArray[], batched: readonly boolean[]];

export interface CustomVmapParams {
  readonly name: string;
  /** The function itself, closed. */
  readonly jaxpr: Jaxpr;
  readonly rule: FlatVmapRule;
}

/** The rule of the function with its tangents: the tangents of the rule. Where one of a pair is batched, both are. */
function ruleWithTangents(
  rule: FlatVmapRule,
  nonzero: readonly boolean[],
  nonzeroOut: readonly boolean[],
): FlatVmapRule {
  return (size, batched, args) => {
    let next = nonzero.length;
    const places = nonzero.map((b) => (b ? next++ : null));
    const both = places.map((place, i) => batched[i]! || (place !== null && batched[place]!));
    const at = (i: number, wanted: boolean): NDArray =>
      wanted ? batchFirst(args[i]!, batched[i] ? 0 : null, size) : args[i]!;
    let outBatched: readonly boolean[] = [];
    const [results, tangents] = jvpFlat(
      (xs) => {
        const [ys, marks] = rule(size, both, xs);
        outBatched = marks;
        return ys;
      },
      places.map((_, i) => at(i, both[i]!)),
      places.map((place, i) => (place === null ? null : at(place, both[i]!))),
    );
    const given = nonzeroOut.flatMap((b, i) => (b ? [instantiate(tangents[i]!, results[i]!.aval)] : []));
    return [
      [...results, ...given],
      [...outBatched, ...outBatched.filter((_, i) => nonzeroOut[i])],
    ];
  };
}

export const customVmapCall: ManyOperation<CustomVmapParams> = /* @__PURE__ */ defineManyPrimitive<CustomVmapParams>({
  name: "custom_vmap_call",
  types: (_avals, { jaxpr }) => outputAvals(jaxpr),
  jvp: (primals, tangents, { name, jaxpr, rule }) => {
    const nonzero = tangents.map((t) => t !== null);
    const count = jaxpr.outputs.length;
    const forward = jvpJaxpr(
      jaxpr,
      nonzero,
      jaxpr.outputs.map(() => false),
    );
    const { nonzeroOut } = forward;
    const outputs = customVmapCall([...primals, ...tangents.filter((t) => t !== null)], {
      name,
      jaxpr: forward.jaxpr,
      rule: ruleWithTangents(rule, nonzero, nonzeroOut),
    });
    let next = count;
    return [outputs.slice(0, count), nonzeroOut.map((b) => (b ? outputs[next++]! : null))];
  },
  linearize: (_primals, _nonzero, { name }) => {
    throw new TransformError({
      what: `custom_vmap functions do not support reverse-mode autodiff: ${name} has a batching rule of its own, which says nothing of a transpose`,
      fix: "put customVjp around the customVmap function, or batch first: grad of vmap instead of vmap of grad",
    });
  },
  // Inside a linear program the function itself must be linear.
  transpose: (cotangents, operands, { jaxpr }) => backward(jaxpr, operands, cotangents),
  batch: (axis, operands, dims, { rule }) => {
    const front = operands.map((x, i) => (dims[i] === null ? x : moveaxis(x, dims[i]!, 0)));
    const [results, batched] = rule(
      axis.size,
      dims.map((d) => d !== null),
      front,
    );
    return [results, batched.map((b) => (b ? 0 : null))];
  },
  effects: ({ jaxpr }) => [...jaxpr.effects],
  lower: { kind: "call", jaxpr: ({ jaxpr }) => jaxpr },
  show: ({ name, jaxpr }) => [
    ["name", { text: name }],
    ["call", jaxpr],
    ["rule", { text: name }],
  ],
  laws: {},
});
