/**
 * `linear_call` as a primitive: a program that is linear in some of its operands, with another program that is its
 * transpose, of the user's own. The transposed call has the two exchanged.
 */
import { type Jaxpr, outputAvals } from "../core/jaxpr.ts";
import type { NDArray } from "../core/ndarray.ts";
import { defineManyPrimitive, isLinear, type ManyOperation } from "../core/primitive.ts";
import { TransformError } from "../errors/index.ts";
import { instantiate } from "../prims/fill.ts";
import { batchFirst, moveaxis } from "../prims/movement.ts";
import { batchJaxpr } from "../transforms/vmap.ts";

export interface LinearCallParams {
  readonly name: string;
  /** How many leading operands are residuals, in which nothing need be linear. */
  readonly residuals: number;
  /** (residuals, linear arguments) to results, closed. */
  readonly jaxpr: Jaxpr;
  /** (residuals, cotangents of the results) to cotangents of the linear arguments, closed. */
  readonly transposed: Jaxpr;
}

function residualsMove(name: string): TransformError {
  return new TransformError({
    what: `linearCall of ${name}: its residual arguments are being differentiated, but its rule is about the linear arguments only`,
    fix: "apply stopGradient to the residuals if they are constants, or give the whole function a rule with customVjp",
  });
}

export const linearCallProgram: ManyOperation<LinearCallParams> = /* @__PURE__ */ defineManyPrimitive<LinearCallParams>(
  {
    name: "linear_call",
    types: (_avals, { jaxpr }) => outputAvals(jaxpr),
    jvp: (primals, tangents, p) => {
      const moving = tangents.slice(p.residuals);
      if (tangents.slice(0, p.residuals).some((t) => t !== null)) throw residualsMove(p.name);
      const given = moving.map((t, i) => instantiate(t, primals[p.residuals + i]!.aval));
      return [linearCallProgram(primals, p), linearCallProgram([...primals.slice(0, p.residuals), ...given], p)];
    },
    transpose: (cotangents, operands, p) => {
      const residuals = operands.slice(0, p.residuals);
      if (residuals.some(isLinear)) throw residualsMove(p.name);
      const given = outputAvals(p.jaxpr).map((aval, i) => instantiate(cotangents[i]!, aval));
      const swapped = { ...p, jaxpr: p.transposed, transposed: p.jaxpr };
      const outputs = linearCallProgram([...(residuals as readonly NDArray[]), ...given], swapped);
      return operands.map((x, i) => (isLinear(x) ? outputs[i - p.residuals]! : null));
    },
    // Linear arguments are batched together, so that the transpose knows what it gets; their cotangents are summed where
    // they were repeated.
    batch: (axis, operands, dims, p) => {
      const front = operands.map((x, i) =>
        i >= p.residuals ? batchFirst(x, dims[i]!, axis.size) : dims[i] === null ? x : moveaxis(x, dims[i]!, 0),
      );
      const marks = dims.slice(0, p.residuals).map((d) => d !== null);
      const over = (jaxpr: Jaxpr): Jaxpr =>
        batchJaxpr(
          jaxpr,
          axis,
          jaxpr.inputs.map((_, i) => marks[i] ?? true),
          jaxpr.outputs.map(() => true),
        ).jaxpr;
      const outputs = linearCallProgram(front, { ...p, jaxpr: over(p.jaxpr), transposed: over(p.transposed) });
      return [outputs, outputs.map(() => 0)];
    },
    effects: ({ jaxpr }) => [...jaxpr.effects],
    lower: { kind: "call", jaxpr: ({ jaxpr }) => jaxpr },
    show: ({ jaxpr, residuals }) => [
      ["callee", jaxpr],
      ["num_callee_consts", 0],
      ["num_res", residuals],
    ],
    laws: {},
  },
);
