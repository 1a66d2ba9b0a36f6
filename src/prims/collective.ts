/**
 * Collective operations: what the examples of a `vmap` with a named axis tell one another. Inside the mapped function each
 * works on one example's value and refers to the axis by name; the batch rule of the vmap with that name turns it into an
 * ordinary operation along the batch dimension. Other vmaps pass it on. Names are bound before a collective is made, so
 * that none is ever computed as such.
 */
import { axisEffect, unboundAxis } from "../core/axis.ts";
import type { NDArray } from "../core/ndarray.ts";
import {
  type BatchAxis,
  type BatchDimension,
  definePrimitive,
  type Lowering,
  type Operation,
  type Tangent,
} from "../core/primitive.ts";
import { ShapeError } from "../errors/index.ts";
import { type Aval, formatAval, makeAval, withShape } from "../types/aval.ts";
import { inserted, range, without } from "../util/list.ts";
import { div, mul } from "./arithmetic.ts";
import { convertElementType } from "./cast.ts";
import { eq } from "./compare.ts";
import { iota, zeros } from "./fill.ts";
import { batchFirst, moveaxis, permuted, reshape } from "./movement.ts";
import { reduceMax, reduceMin, reduceSum } from "./reduce.ts";
import { concatenate, sliceAlong } from "./slicing.ts";

/** Parameters of the reductions over named axes. */
export interface NamedReduceParams {
  readonly axes: readonly string[];
}

/** Parameters of the collectives that have one axis and know its size. */
export interface NamedAxisParams {
  readonly axisName: string;
  readonly axisSize: number;
}

type NamedReduction = Operation<1, NamedReduceParams>;

/** A collective is resolved by the vmap that names its axis; what reaches a backend had none. */
function neverComputed<P>(name: (params: P) => string): Lowering<P> {
  return {
    kind: "expand",
    expand: (_operands, params) => {
      throw unboundAxis(name(params));
    },
  };
}

const tuple = (name: string): readonly string[] => [name];

/** The batch rule of a reduction: `all` combines a batch, `same` what n equal values combine to. */
function batchReduction(
  again: (x: NDArray, params: NamedReduceParams) => NDArray,
  all: (x: NDArray, dim: number) => NDArray,
  same: (x: NDArray, size: number) => NDArray,
) {
  return (
    axis: BatchAxis,
    [x]: readonly NDArray[],
    [dim]: readonly BatchDimension[],
    params: NamedReduceParams,
  ): readonly [NDArray, BatchDimension] => {
    const rest = params.axes.filter((name) => name !== axis.name);
    if (rest.length === params.axes.length) return [again(x!, params), dim!];
    const reduced = dim === null ? same(x!, axis.size) : all(x!, dim!);
    return [rest.length === 0 ? reduced : again(reduced, { axes: rest }), null];
  };
}

const reductionEffects = ({ axes }: NamedReduceParams): readonly string[] => axes.map(axisEffect);

const showReduction = ({ axes }: NamedReduceParams) =>
  [
    ["axes", axes.map((name) => `'${name}'`)],
    ["axis_index_groups", null],
  ] as const;

/** `lax.psum`: the sum over named axes. Its transpose is itself. */
export const psum: NamedReduction = /* @__PURE__ */ definePrimitive<1, NamedReduceParams>({
  name: "psum",
  arity: 1,
  type: ([x]) => x!,
  jvp: "linear",
  transpose: (ct, _operands, params) => [psum(ct, params)],
  batch: batchReduction(
    (x, params) => psum(x, params),
    (x, dim) => reduceSum(x, { axes: [dim] }),
    (x, size) => mul(x, size),
  ),
  effects: reductionEffects,
  lower: neverComputed(({ axes }) => axes[0]!),
  show: showReduction,
  laws: { cases: [] },
});

/** The derivative of an extreme goes to the examples that attain it, in equal shares. */
function extremeTangent(dx: NDArray, x: NDArray, params: NamedReduceParams, y: NDArray): NDArray {
  const attains = convertElementType(eq(x, y), { newDtype: dx.aval.dtype, weakType: false });
  return div(psum(mul(dx, attains), params), psum(attains, params));
}

/** `lax.pmax`: the largest value along named axes. */
export const pmax: NamedReduction = /* @__PURE__ */ definePrimitive<1, NamedReduceParams>({
  name: "pmax",
  arity: 1,
  type: ([x]) => x!,
  jvp: [(dx, [x], params, y) => extremeTangent(dx, x!, params, y)],
  transpose: "nonlinear",
  batch: batchReduction(
    (x, params) => pmax(x, params),
    (x, dim) => reduceMax(x, { axes: [dim] }),
    (x) => x,
  ),
  effects: reductionEffects,
  lower: neverComputed(({ axes }) => axes[0]!),
  show: showReduction,
  laws: { cases: [] },
});

/** `lax.pmin`: the smallest value along named axes. */
export const pmin: NamedReduction = /* @__PURE__ */ definePrimitive<1, NamedReduceParams>({
  name: "pmin",
  arity: 1,
  type: ([x]) => x!,
  jvp: [(dx, [x], params, y) => extremeTangent(dx, x!, params, y)],
  transpose: "nonlinear",
  batch: batchReduction(
    (x, params) => pmin(x, params),
    (x, dim) => reduceMin(x, { axes: [dim] }),
    (x) => x,
  ),
  effects: reductionEffects,
  lower: neverComputed(({ axes }) => axes[0]!),
  show: showReduction,
  laws: { cases: [] },
});

const oneEffect = ({ axisName }: { readonly axisName: string }): readonly string[] => [axisEffect(axisName)];

/** Parameters of `all_gather`. */
export interface AllGatherParams extends NamedAxisParams {
  /** Where the gathered values stand in the result: a new axis, or, tiled, one after another along this one. */
  readonly dimension: number;
  readonly tiled: boolean;
}

/** Merges axis `dimension` with the one behind it. */
export function mergeAxis(x: NDArray, dimension: number): NDArray {
  const { shape } = x.aval;
  const merged = shape[dimension]! * shape[dimension + 1]!;
  return reshape(x, { newSizes: [...shape.slice(0, dimension), merged, ...shape.slice(dimension + 2)] });
}

/** Splits axis `dimension` into `count` parts: a new axis before it. */
function splitAxis(x: NDArray, dimension: number, count: number): NDArray {
  const { shape } = x.aval;
  const size = shape[dimension]! / count;
  return reshape(x, { newSizes: [...shape.slice(0, dimension), count, size, ...shape.slice(dimension + 1)] });
}

/** `lax.all_gather`: the values of all examples, in order. */
export const allGather: Operation<1, AllGatherParams> = /* @__PURE__ */ definePrimitive<1, AllGatherParams>({
  name: "all_gather",
  arity: 1,
  type: ([x], { axisSize, dimension, tiled }) => {
    const { shape } = x!;
    if (!tiled) return withShape(x!, inserted(shape, dimension, axisSize));
    return withShape(
      x!,
      shape.map((n, d) => (d === dimension ? n * axisSize : n)),
    );
  },
  jvp: "linear",
  transpose: (ct, _operands, params) => [reduceScatter(ct, params)],
  batch: (axis, [x], [dim], params) => {
    const { dimension, tiled } = params;
    if (axis.name !== params.axisName) {
      return [allGather(moveaxis(x!, dim!, 0), { ...params, dimension: dimension + 1 }), 0];
    }
    const gathered = moveaxis(batchFirst(x!, dim!, axis.size), 0, dimension);
    return [tiled ? mergeAxis(gathered, dimension) : gathered, null];
  },
  effects: oneEffect,
  lower: neverComputed(({ axisName }) => axisName),
  show: ({ axisName, axisSize, dimension, tiled }) => [
    ["all_gather_dimension", dimension],
    ["axis_index_groups", null],
    ["axis_name", tuple(`'${axisName}'`)],
    ["axis_size", axisSize],
    ["tiled", tiled],
  ],
  laws: { cases: [] },
});

/** @throws ShapeError if an axis cannot be dealt out to the examples. */
function checkScattered(name: string, x: Aval, dimension: number, axisSize: number, tiled: boolean): void {
  const size = x.shape[dimension]!;
  if (tiled ? size % axisSize === 0 : size === axisSize) return;
  throw new ShapeError({
    what: tiled
      ? `tiled ${name} operand scatter dimension size ${size} must be divisible by the axis size ${axisSize}; the operand is ${formatAval(x)}`
      : `${name} operand scatter dimension size ${size} must match the axis size ${axisSize}; the operand is ${formatAval(x)}`,
    fix: tiled ? "pad the axis" : "reshape the operand, or use { tiled: true } to deal out parts of the axis",
  });
}

/** `lax.psum_scatter`: the sum over examples, of which each keeps its own part along an axis. */
export const reduceScatter: Operation<1, AllGatherParams> = /* @__PURE__ */ definePrimitive<1, AllGatherParams>({
  name: "reduce_scatter",
  arity: 1,
  type: ([x], { axisSize, dimension, tiled }) => {
    checkScattered("reduce_scatter", x!, dimension, axisSize, tiled);
    const { shape } = x!;
    if (!tiled) return withShape(x!, without(shape, dimension));
    return withShape(
      x!,
      shape.map((n, d) => (d === dimension ? n / axisSize : n)),
    );
  },
  jvp: "linear",
  transpose: (ct, _operands, params) => [allGather(ct, params)],
  batch: (axis, [x], [dim], params) => {
    const { dimension, tiled } = params;
    if (axis.name !== params.axisName) {
      return [reduceScatter(moveaxis(x!, dim!, 0), { ...params, dimension: dimension + 1 }), 0];
    }
    const sum = dim === null ? mul(x!, axis.size) : reduceSum(x!, { axes: [dim!] });
    return [tiled ? splitAxis(sum, dimension, axis.size) : sum, dimension];
  },
  effects: oneEffect,
  lower: neverComputed(({ axisName }) => axisName),
  show: ({ axisName, axisSize, dimension, tiled }) => [
    ["axis_index_groups", null],
    ["axis_name", tuple(`'${axisName}'`)],
    ["axis_size", axisSize],
    ["scatter_dimension", dimension],
    ["tiled", tiled],
  ],
  laws: { cases: [] },
});

/** Parameters of `all_to_all`. */
export interface AllToAllParams extends NamedAxisParams {
  readonly splitAxis: number;
  readonly concatAxis: number;
}

/** `lax.all_to_all`: example i gets part i (along `splitAxis`) of each example, stacked along `concatAxis`. */
export const allToAll: Operation<1, AllToAllParams> = /* @__PURE__ */ definePrimitive<1, AllToAllParams>({
  name: "all_to_all",
  arity: 1,
  type: ([x], params) => {
    if (x!.shape[params.splitAxis] !== params.axisSize) {
      throw new ShapeError({
        what: `all_to_all requires the size of the mapped axis axisName to equal x.shape[splitAxis], but they are ${params.axisSize} and ${x!.shape[params.splitAxis]} respectively.`,
        fix: "reshape the operand, or use { tiled: true } to exchange parts of the axis",
      });
    }
    return withShape(x!, inserted(without(x!.shape, params.splitAxis), params.concatAxis, params.axisSize));
  },
  jvp: "linear",
  transpose: (ct, _operands, params) => [
    allToAll(ct, { ...params, splitAxis: params.concatAxis, concatAxis: params.splitAxis }),
  ],
  batch: (axis, [x], [dim], params) => {
    const front = batchFirst(x!, dim!, axis.size);
    const split = params.splitAxis + 1;
    const concat = params.concatAxis + 1;
    if (axis.name !== params.axisName) return [allToAll(front, { ...params, splitAxis: split, concatAxis: concat }), 0];
    // The batch of the result is the axis that was split; the old batch becomes the axis that is stacked.
    const others = range(front.aval.shape.length).filter((d) => d !== 0 && d !== split);
    return [permuted(front, inserted([split, ...others], concat, 0)), 0];
  },
  effects: oneEffect,
  lower: neverComputed(({ axisName }) => axisName),
  show: ({ axisName, splitAxis: split, concatAxis }) => [
    ["axis_index_groups", null],
    ["axis_name", { text: axisName }],
    ["concat_axis", concatAxis],
    ["split_axis", split],
    ["tiled", false],
  ],
  laws: { cases: [] },
});

/** Parameters of `ppermute`. */
export interface PpermuteParams {
  readonly axisName: string;
  /** Pairs (source, destination). */
  readonly permutation: readonly (readonly [number, number])[];
}

/** Rows of `x`, where row `d` is row `source` of each pair (source, d), and zero for others. Neighbours move together. */
function moveRows(x: NDArray, permutation: PpermuteParams["permutation"]): NDArray {
  const size = x.aval.shape[0]!;
  const sources: (number | undefined)[] = new Array(size).fill(undefined);
  for (const [source, destination] of permutation) sources[destination] = source;
  const pieces: NDArray[] = [];
  for (let start = 0; start < size; ) {
    const source = sources[start];
    let end = start + 1;
    while (end < size && sources[end] === (source === undefined ? undefined : source + end - start)) end++;
    const length = end - start;
    pieces.push(
      source === undefined
        ? zeros(withShape(x.aval, [length, ...x.aval.shape.slice(1)]))
        : sliceAlong(x, 0, source, source + length),
    );
    start = end;
  }
  return pieces.length === 1 ? pieces[0]! : concatenate(pieces, { dimension: 0 });
}

/** `lax.ppermute`: values move between examples; an example to which none comes gets zeros. */
export const ppermute: Operation<1, PpermuteParams> = /* @__PURE__ */ definePrimitive<1, PpermuteParams>({
  name: "ppermute",
  arity: 1,
  type: ([x]) => x!,
  jvp: "linear",
  transpose: (ct, _operands, { axisName, permutation }): readonly Tangent[] => [
    ppermute(ct, { axisName, permutation: permutation.map(([source, destination]) => [destination, source] as const) }),
  ],
  batch: (axis, [x], [dim], params) => {
    if (axis.name !== params.axisName) return [ppermute(x!, params), dim!];
    return [moveRows(batchFirst(x!, dim!, axis.size), params.permutation), 0];
  },
  effects: oneEffect,
  lower: neverComputed(({ axisName }) => axisName),
  show: ({ axisName, permutation }) => [
    ["axis_name", tuple(`'${axisName}'`)],
    ["perm", permutation],
  ],
  laws: { cases: [] },
});

/** Parameters of `axis_index`. */
export interface AxisIndexParams {
  readonly axisName: string;
}

/** `lax.axis_index`: the number of the example. It has no operands. */
export const axisIndex: Operation<"variadic", AxisIndexParams> = /* @__PURE__ */ definePrimitive<
  "variadic",
  AxisIndexParams
>({
  name: "axis_index",
  arity: "variadic",
  type: () => makeAval([], "int32"),
  jvp: "zero",
  transpose: "nonlinear",
  batch: (axis) => [iota([], { dtype: "int32", shape: [axis.size], dimension: 0 }), 0],
  effects: oneEffect,
  lower: neverComputed(({ axisName }) => axisName),
  show: ({ axisName }) => [["axis_name", { text: axisName }]],
  laws: { cases: [] },
});
