/** `cond` as a primitive: one of several programs, chosen by an int32. All take and return the same types. */
import { evaluate } from "../core/evaluate.ts";
import { inputAvals, type Jaxpr, memoised, outputAvals, Var } from "../core/jaxpr.ts";
import type { NDArray } from "../core/ndarray.ts";
import { type BatchAxis, defineManyPrimitive, isLinear, type ManyOperation } from "../core/primitive.ts";
import { checkNoIo } from "../prims/callback.ts";
import { le } from "../prims/compare.ts";
import { zeros } from "../prims/fill.ts";
import { broadcastInDim, moveaxis } from "../prims/movement.ts";
import { selectN } from "../prims/select.ts";
import { restrictOutputs } from "../transforms/dce.ts";
import { jvpJaxpr } from "../transforms/jvp.ts";
import { joinResiduals, linearizeJaxpr } from "../transforms/linearize.ts";
import { divideJaxpr } from "../transforms/remat.ts";
import { stageClosed } from "../transforms/stage.ts";
import { transposeJaxpr } from "../transforms/transpose.ts";
import { batchJaxpr, materialiseBatch, vmapFlat } from "../transforms/vmap.ts";
import { type Aval, shortAval } from "../types/aval.ts";

export interface CondParams {
  /** Closed jaxprs; operand 0 of the primitive chooses, the others are their inputs. */
  readonly branches: readonly Jaxpr[];
}

/** Distributes a list over the places marked true. */
function spread<T>(marks: readonly boolean[], values: readonly T[]): (T | null)[] {
  let next = 0;
  return marks.map((b) => (b ? values[next++]! : null));
}

const union = (lists: readonly (readonly boolean[])[]): boolean[] => lists[0]!.map((_, i) => lists.some((l) => l[i]));

/** Transforms every branch so that all agree on which results are marked. */
function agreeing<T>(
  branches: readonly Jaxpr[],
  transform: (branch: Jaxpr, force: readonly boolean[]) => T,
  marks: (t: T) => readonly boolean[],
): T[] {
  const none = branches[0]!.outputs.map(() => false);
  const all = union(branches.map((branch) => marks(transform(branch, none))));
  return branches.map((branch) => transform(branch, all));
}

/** Places for the residuals of all branches; those of different branches share a place if their types agree. */
interface Slots {
  readonly avals: readonly Aval[];
  /** For each branch and each of its extra results: its place. */
  readonly places: readonly (readonly number[])[];
}

function assignSlots(extras: readonly (readonly Aval[])[]): Slots {
  const avals: Aval[] = [];
  const places = extras.map((extra) => {
    const taken = new Set<number>();
    return extra.map((aval) => {
      let place = avals.findIndex((a, i) => !taken.has(i) && shortAval(a) === shortAval(aval));
      if (place < 0) place = avals.push(aval) - 1;
      taken.add(place);
      return place;
    });
  });
  return { avals, places };
}

/** A branch whose results behind the first `count` stand in the common places; zeros in those of other branches. */
function withSlots(branch: Jaxpr, count: number, slots: Slots, places: readonly number[]): Jaxpr {
  return memoised(branch, `slots ${slots.avals.map(shortAval)} ${places}`, () =>
    stageClosed(
      (args) => {
        const outputs = evaluate(branch, args);
        const extra = slots.avals.map((aval, place) => {
          const at = places.indexOf(place);
          return at < 0 ? zeros(aval) : outputs[count + at]!;
        });
        return [...outputs.slice(0, count), ...extra];
      },
      inputAvals(branch),
      "cond",
    ),
  );
}

export const condBranches: ManyOperation<CondParams> = /* @__PURE__ */ defineManyPrimitive<CondParams>({
  name: "cond",
  types: (_avals, { branches }) => outputAvals(branches[0]!),
  jvp: ([index, ...primals], [, ...tangents], { branches }) => {
    const nonzero = tangents.map((t) => t !== null);
    const parts = agreeing(
      branches,
      (b, force) => jvpJaxpr(b, nonzero, force),
      (p) => p.nonzeroOut,
    );
    const outputs = condBranches([index!, ...primals, ...tangents.filter((t) => t !== null)], {
      branches: parts.map((p) => p.jaxpr),
    });
    const count = branches[0]!.outputs.length;
    return [outputs.slice(0, count), spread(parts[0]!.nonzeroOut, outputs.slice(count))];
  },
  linearize: ([index, ...primals], [, ...nonzero], { branches }) => {
    const parts = agreeing(
      branches,
      (b, force) => linearizeJaxpr(b, nonzero, force, () => true),
      (p) => p.nonzeroOut,
    );
    const count = branches[0]!.outputs.length;
    const slots = assignSlots(parts.map(({ forward }) => outputAvals(forward).slice(count)));
    const forward = parts.map((part, k) => withSlots(part.forward, count, slots, slots.places[k]!));
    const outputs = condBranches([index!, ...primals], { branches: forward });
    const stored = outputs.slice(count);
    // Each linear branch reads its residuals from the primals and the common places.
    const linear = parts.map((part, k) =>
      memoised(part.linear, `slots ${slots.avals.map(shortAval)} ${slots.places[k]} ${part.sources}`, () =>
        stageClosed(
          (args) => {
            const given = args.slice(0, primals.length);
            const kept = args.slice(primals.length, primals.length + slots.avals.length);
            const residuals = joinResiduals(
              part,
              given,
              slots.places[k]!.map((place) => kept[place]!),
            );
            return evaluate(part.linear, [...residuals, ...args.slice(primals.length + slots.avals.length)]);
          },
          [
            ...primals.map((x) => x.aval),
            ...slots.avals,
            ...part.linear.inputs.slice(part.sources.length).map((v) => v.aval),
          ],
          "linearize of cond",
        ),
      ),
    );
    return [
      outputs.slice(0, count),
      (tangents) =>
        spread(parts[0]!.nonzeroOut, condBranches([index!, ...primals, ...stored, ...tangents], { branches: linear })),
    ];
  },
  transpose: (cotangents, [index, ...operands], { branches }) => {
    const linear = operands.map(isLinear);
    const nonzero = cotangents.map((ct) => ct !== null);
    const known = operands.filter((x): x is NDArray => !isLinear(x));
    const outputs = condBranches([index as NDArray, ...known, ...cotangents.filter((ct) => ct !== null)], {
      branches: branches.map((b) => transposeJaxpr(b, linear, nonzero)),
    });
    return [null, ...spread(linear, outputs)];
  },
  batch: (axis, [index, ...operands], [indexDim, ...dims], { branches }) => {
    if (indexDim !== null) return selectBranches(axis, index!, indexDim!, operands, dims, branches);
    const batched = dims.map((d) => d !== null);
    const parts = agreeing(
      branches,
      (b, force) => batchJaxpr(b, axis, batched, force),
      (p) => p.batchedOut,
    );
    const front = operands.map((x, i) => (dims[i] === null ? x : moveaxis(x, dims[i]!, 0)));
    return [
      condBranches([index!, ...front], { branches: parts.map((p) => p.jaxpr) }),
      parts[0]!.batchedOut.map((b) => (b ? 0 : null)),
    ];
  },
  dce: (used, { branches }) => {
    const read = union(branches.map((b) => restrictOutputs(b, used, () => false).usedInputs));
    const smaller = branches.map((b) => restrictOutputs(b, used, (i) => read[i]!).jaxpr);
    return { inputs: [true, ...read], outputs: used, params: { branches: smaller } };
  },
  save: ({ branches }, saveable) => {
    const parts = branches.map((branch) => divideJaxpr(branch, saveable));
    const slots = assignSlots(parts.map((part) => part.saved));
    if (slots.avals.length === 0) return undefined;
    const count = branches[0]!.outputs.length;
    // Each second part reads its own of the common places.
    const second = parts.map(({ second: branch, saved }, k) => {
      const inputs = branch.inputs.slice(0, branch.inputs.length - saved.length);
      const own = branch.inputs.slice(inputs.length);
      const kept = slots.avals.map((aval, place) => own[slots.places[k]!.indexOf(place)] ?? new Var(aval));
      return { ...branch, inputs: [...inputs, ...kept] };
    });
    return {
      first: { branches: parts.map(({ first }, k) => withSlots(first, count, slots, slots.places[k]!)) },
      second: { branches: second },
      saved: slots.avals,
    };
  },
  effects: ({ branches }) => [...new Set(branches.flatMap((b) => [...b.effects]))],
  lower: { kind: "branch", branches: ({ branches }) => branches },
  complex: { lower: ({ branches }) => ({ kind: "branch", branches: () => branches }) },
  show: ({ branches }) => [["branches", branches]],
  laws: {},
});

/** Examples choose different branches: all run, and each example takes the results of its own. */
function selectBranches(
  axis: BatchAxis,
  index: NDArray,
  indexDim: number,
  operands: readonly NDArray[],
  dims: readonly (number | null)[],
  branches: readonly Jaxpr[],
): [NDArray[], number[]] {
  checkNoIo(branches, "cond");
  const results = branches.map((branch) => {
    const [ys, yDims] = vmapFlat((xs) => evaluate(branch, xs), operands, dims, axis);
    return ys.map((y, i) => materialiseBatch(y, yDims[i]!, axis.size, 0));
  });
  const which = moveaxis(index, indexDim, 0);
  const outputs = results[0]!.map((first, i) => {
    const { shape } = first.aval;
    const spreadIndex = shape.length === 1 ? which : broadcastInDim(which, { shape, broadcastDimensions: [0] });
    // A choice among more than two is a chain of twos; the last branch takes all larger indices, the first all smaller.
    let chosen = results[results.length - 1]![i]!;
    for (let k = results.length - 2; k >= 0; k--) chosen = selectN([le(spreadIndex, k), chosen, results[k]![i]!]);
    return chosen;
  });
  return [outputs, outputs.map(() => 0)];
}
