/** `while` as a primitive: a program run as long as another says so. */

import { evaluate } from "../core/evaluate.ts";
import { type Jaxpr, memoised, outputAvals } from "../core/jaxpr.ts";
import type { NDArray } from "../core/ndarray.ts";
import { defineManyPrimitive, type ManyOperation } from "../core/primitive.ts";
import { TransformError } from "../errors/index.ts";
import { checkNoIo } from "../prims/callback.ts";
import { instantiate } from "../prims/fill.ts";
import { broadcastInDim, moveaxis } from "../prims/movement.ts";
import { reduceOr } from "../prims/reduce.ts";
import { selectN } from "../prims/select.ts";
import { jvpJaxpr } from "../transforms/jvp.ts";
import { stageClosed } from "../transforms/stage.ts";
import { batchAt, batchJaxpr } from "../transforms/vmap.ts";
import { planesOf } from "../types/aval.ts";
import { bits, splitList } from "../util/list.ts";

export interface WhileParams {
  /** (constants, carries) to a boolean, closed. */
  readonly condition: Jaxpr;
  readonly conditionConstants: number;
  /** (constants, carries) to carries, closed. */
  readonly body: Jaxpr;
  readonly bodyConstants: number;
}

/** A condition that ignores carries which were added behind its own. */
function ignoringExtra(condition: Jaxpr, extra: readonly NDArray[]): Jaxpr {
  const avals = extra.map((x) => x.aval);
  return memoised(condition, `extra ${avals.map((a) => `${a.dtype}${a.weakType}[${a.shape}]`).join(" ")}`, () =>
    stageClosed(
      (args) => evaluate(condition, args.slice(0, condition.inputs.length)),
      [...condition.inputs.map((v) => v.aval), ...avals],
      "jvp of while",
    ),
  );
}

type Rule = (
  primals: readonly NDArray[],
  tangents: readonly (NDArray | null)[],
  w: WhileParams,
) => readonly [readonly NDArray[], readonly (NDArray | null)[]];

/** Forward mode: tangents are more carries of the same loop. */
const forward: Rule = (primals, tangents, w) => {
  const { conditionConstants: p, bodyConstants: q } = w;
  const carries = primals.length - p - q;
  const nonzero = tangents.map((t) => t !== null);
  let marks = nonzero.slice(p + q);
  let part = jvpJaxpr(w.body, [...nonzero.slice(p, p + q), ...marks], marks);
  for (;;) {
    const next = marks.map((b, i) => b || part.nonzeroOut[i]!);
    if (bits(next) === bits(marks)) break;
    marks = next;
    part = jvpJaxpr(w.body, [...nonzero.slice(p, p + q), ...marks], marks);
  }
  const dConstants = tangents.slice(p, p + q).filter((t) => t !== null);
  const dCarries = marks.flatMap((b, i) => (b ? [instantiate(tangents[p + q + i]!, primals[p + q + i]!.aval)] : []));
  const body = memoised(part.jaxpr, `while ${q} ${dConstants.length} ${carries}`, () =>
    stageClosed(
      (args) => {
        const [k, dk, v, dv] = splitList(args, q, dConstants.length, carries, dCarries.length);
        return evaluate(part.jaxpr, [...k!, ...v!, ...dk!, ...dv!]);
      },
      [...primals.slice(p, p + q), ...dConstants, ...primals.slice(p + q), ...dCarries].map((x) => x.aval),
      "jvp of while",
    ),
  );
  const outputs = whileLoop([...primals.slice(0, p + q), ...dConstants, ...primals.slice(p + q), ...dCarries], {
    condition: ignoringExtra(w.condition, dCarries),
    conditionConstants: p,
    body,
    bodyConstants: q + dConstants.length,
  });
  let next = carries;
  return [outputs.slice(0, carries), marks.map((b) => (b ? outputs[next++]! : null))];
};

export const whileLoop: ManyOperation<WhileParams> = /* @__PURE__ */ defineManyPrimitive<WhileParams>({
  name: "while",
  types: (_avals, { body }) => outputAvals(body),
  jvp: forward,
  // The linear part runs the whole loop again, primals and tangents together: forward mode needs no residuals.
  linearize: (primals, nonzero, w) => [
    whileLoop(primals, w),
    (given) => {
      let next = 0;
      return forward(
        primals,
        nonzero.map((b) => (b ? given[next++]! : null)),
        w,
      )[1];
    },
  ],
  transpose: () => {
    throw new TransformError({
      what: "Reverse-mode differentiation does not work for lax.whileLoop or lax.foriLoop with dynamic start/stop values.",
      fix: "use lax.scan, foriLoop with static start and stop, or whileLoop with maxSteps",
    });
  },
  batch: (axis, operands, dims, w) => {
    const { conditionConstants: p, bodyConstants: q } = w;
    const batched = dims.map((d) => d !== null);
    let marks = batched.slice(p + q);
    let predicate = false;
    let condition = batchJaxpr(w.condition, axis, [...batched.slice(0, p), ...marks], [false]);
    let body = batchJaxpr(w.body, axis, [...batched.slice(p, p + q), ...marks], marks);
    for (;;) {
      condition = batchJaxpr(w.condition, axis, [...batched.slice(0, p), ...marks], [false]);
      predicate = condition.batchedOut[0]!;
      body = batchJaxpr(w.body, axis, [...batched.slice(p, p + q), ...marks], marks);
      const next = marks.map((b, i) => b || predicate || body.batchedOut[i]!);
      if (bits(next) === bits(marks)) break;
      marks = next;
    }
    const prepared = operands.map((x, i) => {
      const dim = dims[i]!;
      if (dim !== null) return moveaxis(x, dim, 0);
      return i >= p + q && marks[i - p - q] ? batchAt(x, axis.size, 0) : x;
    });
    const resultDims = marks.map((b) => (b ? 0 : null));
    if (!predicate) {
      return [whileLoop(prepared, { ...w, condition: condition.jaxpr, body: body.jaxpr }), resultDims];
    }
    checkNoIo([w.condition, w.body], "while");
    // Some examples are done before others: the loop runs while any is not, and the done ones keep their values. The body
    // asks the condition again, so its constants go to the body too.
    const carryAvals = prepared.slice(p + q).map((x) => x.aval);
    const any = memoised(condition.jaxpr, "any", () =>
      stageClosed(
        (args) => [reduceOr(evaluate(condition.jaxpr, args)[0]!, { axes: [0] })],
        condition.jaxpr.inputs.map((v) => v.aval),
        "vmap of while",
      ),
    );
    const masked = memoised(body.jaxpr, `masked ${p} ${q} ${bits(batched.slice(0, p))}`, () =>
      stageClosed(
        (args) => {
          const [conditionConstants, bodyConstants, old] = splitList(args, p, q, carryAvals.length);
          const go = evaluate(condition.jaxpr, [...conditionConstants!, ...old!])[0]!;
          const next = evaluate(body.jaxpr, [...bodyConstants!, ...old!]);
          return old!.map((x, i) => {
            const { shape } = x.aval;
            const mask = shape.length === 1 ? go : broadcastInDim(go, { shape, broadcastDimensions: [0] });
            return selectN([mask, x, next[i]!]);
          });
        },
        [...prepared.slice(0, p + q).map((x) => x.aval), ...carryAvals],
        "vmap of while",
      ),
    );
    const outputs = whileLoop([...prepared.slice(0, p), ...prepared], {
      condition: any,
      conditionConstants: p,
      body: masked,
      bodyConstants: p + q,
    });
    return [outputs, resultDims];
  },
  effects: ({ condition, body }) => [...new Set([...condition.effects, ...body.effects])],
  lower: {
    kind: "while",
    while: ({ condition, conditionConstants, body, bodyConstants }) => ({
      condition,
      conditionConstants,
      body,
      bodyConstants,
    }),
  },
  complex: {
    lower: (w, operands) => {
      const conditionConstants = planesOf(operands.slice(0, w.conditionConstants));
      const bodyConstants = planesOf(operands.slice(w.conditionConstants, w.conditionConstants + w.bodyConstants));
      return { kind: "while", while: () => ({ ...w, conditionConstants, bodyConstants }) };
    },
  },
  show: (w) => [
    ["body_jaxpr", w.body],
    ["body_nconsts", w.bodyConstants],
    ["cond_jaxpr", w.condition],
    ["cond_nconsts", w.conditionConstants],
  ],
  laws: {},
});
