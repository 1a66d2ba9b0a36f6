/**
 * Functions of the host as operations: `pure_callback` for values, `io_callback` for values and side effects,
 * `debug_callback` for side effects alone. Under vmap they are called once for each example, the axis that was added first
 * outermost, unless the function takes batches itself.
 */
import type { Effect, Jaxpr } from "../core/jaxpr.ts";
import type { NDArray } from "../core/ndarray.ts";
import {
  type BatchAxis,
  type BatchDimension,
  defineManyPrimitive,
  type HostFunction,
  type ManyOperation,
} from "../core/primitive.ts";
import { TransformError } from "../errors/index.ts";
import { type Aval, withShape } from "../types/aval.ts";
import { newTypedArray, setElements, sliceElements, type TypedArray } from "../types/dtype.ts";
import { sizeOf } from "../types/shape.ts";
import { product, range } from "../util/list.ts";
import { ofPlanes } from "./host.ts";
import { broadcastInDim, moveaxis } from "./movement.ts";

/** The user's function over elements: those of the operands in, those of the results out, of these types. */
export type ElementsFunction = (
  data: readonly TypedArray[],
  operands: readonly Aval[],
  results: readonly Aval[],
) => readonly TypedArray[];

/** What vmap does with a callback: one call for each example, or one call with all of them. */
export type VmapMethod = "sequential" | "sequentialUnrolled" | "expandDims" | "broadcastAll";

/** An axis that vmap added: it is the first of the operands marked in `batched`, and of all results. */
interface CallbackBatch {
  readonly size: number;
  readonly batched: readonly boolean[];
}

export interface CallbackParams {
  /** The name of the user's function, for people. */
  readonly name: string;
  readonly callback: ElementsFunction;
  /** Types of the results of one call. */
  readonly results: readonly Aval[];
  readonly ordered: boolean;
  readonly vmapMethod: VmapMethod | null;
  /** Axes over which the function is called once an example, in the order in which they were added. */
  readonly batches: readonly CallbackBatch[];
}

function resultTypes(_avals: readonly Aval[], { results, batches }: CallbackParams): readonly Aval[] {
  const sizes = batches.map((batch) => batch.size).reverse();
  return results.map((aval) => withShape(aval, [...sizes, ...aval.shape]));
}

/** Calls the function for every example of all batches. */
function hostFunction({ callback, results, batches }: CallbackParams, avals: readonly Aval[]): HostFunction {
  if (batches.length === 0) return (data) => callback(data, avals, results);
  const operands = avals.map((aval, k) => {
    const leading = batches.filter((batch) => batch.batched[k]).length;
    return withShape(aval, aval.shape.slice(leading));
  });
  const calls = product(batches.map((batch) => batch.size));
  /** The numbers of an example along the batches, the first batch slowest. */
  const indices = (call: number): number[] => {
    const index: number[] = [];
    let rest = call;
    for (let b = batches.length - 1; b >= 0; b--) {
      index[b] = rest % batches[b]!.size;
      rest = Math.floor(rest / batches[b]!.size);
    }
    return index;
  };
  /** Which of its examples an array holds at these numbers: axes that were added later stand in front. */
  const position = (index: readonly number[], has: (batch: CallbackBatch) => boolean): number => {
    let at = 0;
    for (let b = batches.length - 1; b >= 0; b--) if (has(batches[b]!)) at = at * batches[b]!.size + index[b]!;
    return at;
  };
  return (data) => {
    const all = results.map((aval) => newTypedArray(aval.dtype, calls * sizeOf(aval.shape)));
    for (let call = 0; call < calls; call++) {
      const index = indices(call);
      const rows = data.map((elements, k) => {
        const size = sizeOf(operands[k]!.shape);
        const start = size * position(index, (batch) => batch.batched[k]!);
        return sliceElements(elements, operands[k]!.dtype, start, start + size);
      });
      const at = position(index, () => true);
      callback(rows, operands, results).forEach((row, i) => {
        setElements(all[i]!, results[i]!.dtype, row, at * sizeOf(results[i]!.shape));
      });
    }
    return all;
  };
}

const inFront = (x: NDArray, dim: BatchDimension): NDArray => (dim === null ? x : moveaxis(x, dim, 0));

/** One more axis over which the function is called once an example. */
function mapped(
  axis: BatchAxis,
  operands: readonly NDArray[],
  dims: readonly BatchDimension[],
  params: CallbackParams,
): [NDArray[], CallbackParams] {
  const batch = { size: axis.size, batched: dims.map((d) => d !== null) };
  return [operands.map((x, i) => inFront(x, dims[i]!)), { ...params, batches: [...params.batches, batch] }];
}

/** Operands with the batch in front, where the function takes batches itself. */
function expanded(x: NDArray, dim: BatchDimension, size: number): NDArray {
  if (dim !== null) return moveaxis(x, dim, 0);
  const { shape } = x.aval;
  return broadcastInDim(x, { shape: [size, ...shape], broadcastDimensions: range(shape.length).map((d) => d + 1) });
}

const lower = {
  kind: "callback",
  host: hostFunction,
} as const;

const complex = {
  lower: (params: CallbackParams, operands: readonly Aval[], results: readonly Aval[]) => ({
    kind: "callback" as const,
    host: () => ofPlanes(hostFunction(params, operands), operands, results),
  }),
};

const show = ({
  name,
  ordered,
}: CallbackParams): readonly (readonly [string, string | boolean | { text: string }])[] => [
  ["callback", { text: name }],
  ["ordered", ordered],
];

const methods = "'sequential', 'sequentialUnrolled', 'expandDims' or 'broadcastAll'";

/** A function without side effects: it may be called more or fewer times than it is written. */
export const pureCallback: ManyOperation<CallbackParams> = /* @__PURE__ */ defineManyPrimitive<CallbackParams>({
  name: "pure_callback",
  types: resultTypes,
  jvp: () => {
    throw new TransformError({
      what: "Pure callbacks do not support JVP. Please use `customJvp` to use callbacks while taking gradients.",
      fix: "wrap the callback in a function with a rule of its own: customJvp or customVjp",
    });
  },
  transpose: "nonlinear",
  batch: (axis, operands, dims, params) => {
    const { vmapMethod, results } = params;
    if (vmapMethod === null) {
      throw new TransformError({
        what: `vmap is only supported for the pure_callback primitive when vmapMethod is one of ${methods}. Got vmapMethod=null.`,
        fix: 'say how the function is mapped: pureCallback(f, result, x, { vmapMethod: "sequential" }) calls it once for each example',
      });
    }
    const front = (): number[] => results.map(() => 0);
    if (vmapMethod === "sequential" || vmapMethod === "sequentialUnrolled")
      return [pureCallback(...mapped(axis, operands, dims, params)), front()];
    const size = vmapMethod === "expandDims" ? 1 : axis.size;
    const whole = operands.map((x, i) => expanded(x, dims[i]!, size));
    const batched = results.map((aval) => withShape(aval, [axis.size, ...aval.shape]));
    return [pureCallback(whole, { ...params, results: batched }), front()];
  },
  lower,
  complex,
  show,
  laws: { cases: [] },
});

const ioEffects: readonly Effect[] = ["io", "ordered io"];

/** A function with side effects: it is called as often as it is written, and in that order. */
export const ioCallback: ManyOperation<CallbackParams> = /* @__PURE__ */ defineManyPrimitive<CallbackParams>({
  name: "io_callback",
  types: resultTypes,
  jvp: () => {
    throw new TransformError({
      what: "IO callbacks do not support JVP.",
      fix: "apply stopGradient to its arguments, or wrap the callback in customJvp",
    });
  },
  transpose: "nonlinear",
  batch: (axis, operands, dims, params) => {
    if (params.ordered) {
      throw new TransformError({
        what: "Cannot `vmap` ordered IO callback.",
        fix: "leave `ordered` out: the calls of one vmap are made in the order of its axis anyway",
      });
    }
    return [ioCallback(...mapped(axis, operands, dims, params)), params.results.map(() => 0)];
  },
  effects: ({ ordered }) => [ioEffects[ordered ? 1 : 0]!],
  lower,
  complex,
  show,
  laws: { cases: [] },
});

/** A function for its side effects alone, such as printing. Derivatives pass it by. */
export const debugCallback: ManyOperation<CallbackParams> = /* @__PURE__ */ defineManyPrimitive<CallbackParams>({
  name: "debug_callback",
  types: () => [],
  jvp: (primals, _tangents, params) => [debugCallback(primals, params), []],
  transpose: (_cotangents, operands) => operands.map(() => null),
  batch: (axis, operands, dims, params) => [debugCallback(...mapped(axis, operands, dims, params)), []],
  effects: ({ ordered }) => [ordered ? "ordered debug" : "debug"],
  lower,
  complex,
  show,
  laws: { cases: [] },
});

/**
 * Where examples of a batch take different ways, all ways are taken for all: programs that talk to the outside must not.
 * @throws TransformError if one does.
 */
export function checkNoIo(programs: readonly Jaxpr[], where: string): void {
  if (!programs.some((jaxpr) => ioEffects.some((effect) => jaxpr.effects.has(effect)))) return;
  throw new TransformError({
    what: `IO effect not supported in vmap-of-${where}.`,
    fix: "use pureCallback or debug.callback, or keep the predicate the same for the whole batch",
  });
}
