/**
 * Convolution: sums of products of a kernel with the windows of an array, over any number of spatial axes, with strides,
 * padding, dilation of either operand, and groups of features or of examples. It is what neural networks call convolution:
 * the kernel is not flipped.
 *
 * Its transposes are convolutions again. Leaving space aside, and with m examples, j input and k output features:
 * forward [m, j] [j, k] -> [m, k], by the left operand [m, k] [k, j] -> [m, j], by the right one [j, m] [m, k] -> [j, k].
 * With groups g: [m, gj] [j, gk] -> [m, gk] (of features) and [gm, j] [j, gk] -> [m, gk] (of examples), so that the
 * transpose of either by the kernel has groups of the other sort.
 */

import type { NDArray } from "../core/ndarray.ts";
import {
  type Convolution,
  type ConvolutionDimensions,
  definePrimitive,
  isLinear,
  type Laws,
  type Operation,
} from "../core/primitive.ts";
import { ArgumentError, AxisError, DTypeError, ShapeError } from "../errors/index.ts";
import { type Aval, makeAval } from "../types/aval.ts";
import { type DType, dtypeBytes, dtypeKind, realDType } from "../types/dtype.ts";
import { formatShape, type Shape, sizeOf } from "../types/shape.ts";
import { inserted, range, without } from "../util/list.ts";
import { allWeak, hasDuplicates } from "./axes.ts";
import { convertElementType } from "./cast.ts";
import { bilinear } from "./complex.ts";
import { full } from "./fill.ts";
import { permuted, reshape, rev } from "./movement.ts";
import { checkSameDTypes, known } from "./rules.ts";

/** Axes of a convolution's arrays: `[batch, feature, ...spatial]`, of the kernel `[output feature, input feature, ...spatial]`. */
export type ConvDimensionNumbers = ConvolutionDimensions;

/** Pairs of padding before and after, one an axis. */
export type Pads = readonly (readonly [low: number, high: number])[];

/** Parameters of `convGeneralDilated`. */
export interface ConvGeneralDilatedParams extends Convolution {
  /** The dtype of the result; `null`: that of the operands. */
  readonly preferredElementType: DType | null;
}

/** The length of an axis with `dilation - 1` gaps between neighbours. */
export function dilated(n: number, dilation: number): number {
  return n === 0 ? 0 : 1 + dilation * (n - 1);
}

/** How many windows of a length fit into an axis. */
export function strided(n: number, window: number, stride: number): number {
  return Math.max(0, Math.floor((n - window) / stride) + 1);
}

export const formatPads = (pads: Pads): string =>
  pads.length === 1 ? `(${formatShape(pads[0]!)},)` : `(${pads.map((pair) => formatShape(pair)).join(", ")})`;

const taken = (shape: Shape, axes: readonly number[]): number[] => axes.map((axis) => shape[axis]!);

function checkPositive(parameter: string, list: readonly number[], rank: number): void {
  if (list.length !== rank) {
    throw new ShapeError({
      what: `conv_general_dilated window and ${parameter} must have the same number of dimensions, but got ${rank} and ${list.length}`,
      fix: "give one entry for each spatial axis",
    });
  }
  if (list.some((n) => !Number.isInteger(n) || n < 1)) {
    const what = parameter.endsWith("dilation")
      ? `All dilations must be positive, got ${formatShape(list)}.`
      : `conv_general_dilated ${parameter} must be positive, got ${formatShape(list)}.`;
    throw new ArgumentError({ what, fix: "1 means no gaps and windows at every place" });
  }
}

function checkDimensions(rank: number, { lhsSpec, rhsSpec, outSpec }: ConvDimensionNumbers): void {
  for (const [name, spec] of [
    ["lhs_spec", lhsSpec],
    ["rhs_spec", rhsSpec],
    ["out_spec", outSpec],
  ] as const) {
    if (spec.length !== rank || hasDuplicates(spec) || spec.some((axis) => !range(rank).includes(axis))) {
      throw new AxisError({
        what: `conv_general_dilated ${name} must be a permutation of the ${rank} axes of its array, got ${formatShape(spec)}.`,
        fix: "lax.convDimensionNumbers makes the lists from letters",
      });
    }
  }
}

function checkGroups(lhs: Aval, rhs: Aval, params: ConvGeneralDilatedParams): void {
  const { featureGroupCount, batchGroupCount } = params;
  const { lhsSpec, rhsSpec } = params.dimensionNumbers;
  const fail = (what: string): never => {
    throw new ShapeError({
      what,
      fix: "the kernel's input features times the groups are the features of the left operand, and groups divide its output features",
    });
  };
  const [batch, features] = taken(lhs.shape, lhsSpec) as [number, number];
  const [outputs, inputs] = taken(rhs.shape, rhsSpec) as [number, number];
  const isCount = (n: number): boolean => Number.isInteger(n) && n > 0;
  if (!isCount(featureGroupCount))
    fail(`conv_general_dilated feature_group_count must be a positive integer, got ${featureGroupCount}.`);
  if (features % featureGroupCount !== 0)
    fail(
      `conv_general_dilated feature_group_count must divide lhs feature dimension size, but ${featureGroupCount} does not divide ${features}.`,
    );
  if (features / featureGroupCount !== inputs)
    fail(
      `conv_general_dilated lhs feature dimension size divided by feature_group_count must equal the rhs input feature dimension size, but ${features} // ${featureGroupCount} != ${inputs}.`,
    );
  if (outputs % featureGroupCount !== 0)
    fail(
      `conv_general_dilated rhs output feature dimension size must be a multiple of feature_group_count, but ${outputs} is not a multiple of ${featureGroupCount}.`,
    );
  if (!isCount(batchGroupCount))
    fail(`conv_general_dilated batch_group_count must be a positive integer, got ${batchGroupCount}.`);
  if (batch % batchGroupCount !== 0)
    fail(
      `conv_general_dilated batch_group_count must divide lhs batch dimension size, but ${batchGroupCount} does not divide ${batch}.`,
    );
  if (outputs % batchGroupCount !== 0)
    fail(
      `conv_general_dilated rhs output feature dimension size must be a multiple of batch_group_count, but ${outputs} is not a multiple of ${batchGroupCount}.`,
    );
  if (featureGroupCount > 1 && batchGroupCount > 1)
    fail(
      `At most one of batch_group_count and feature_group_count may be > 1, got batch_group_count=${batchGroupCount} and feature_group_count=${featureGroupCount}`,
    );
}

function resultShape(lhs: Aval, rhs: Aval, params: ConvGeneralDilatedParams): number[] {
  const rank = lhs.shape.length;
  if (rank !== rhs.shape.length) {
    throw new ShapeError({
      what: `conv_general_dilated lhs and rhs must have the same number of dimensions, but got ${formatShape(lhs.shape)} and ${formatShape(rhs.shape)}.`,
      fix: "both have two axes more than there are spatial ones",
    });
  }
  if (rank < 2) {
    throw new ShapeError({
      what: `conv_general_dilated operands have a batch and a feature dimension, but got shape ${formatShape(lhs.shape)}.`,
      fix: "expand the arrays: x.get(null, null)",
    });
  }
  const { windowStrides, padding, lhsDilation, rhsDilation, dimensionNumbers, batchGroupCount } = params;
  const { lhsSpec, rhsSpec, outSpec } = dimensionNumbers;
  checkDimensions(rank, dimensionNumbers);
  checkGroups(lhs, rhs, params);
  checkPositive("window_strides", windowStrides, rank - 2);
  checkPositive("lhs_dilation", lhsDilation, rank - 2);
  checkPositive("rhs_dilation", rhsDilation, rank - 2);
  if (padding.length !== rank - 2) {
    throw new ShapeError({
      what: `Wrong number of explicit pads for convolution: expected ${rank - 2}, got ${padding.length}.`,
      fix: "give a pair [low, high] for each spatial axis",
    });
  }
  if (!padding.flat().every(Number.isInteger)) {
    throw new ArgumentError({
      what: `padding of conv_general_dilated must hold integers, got ${formatPads(padding)}`,
      fix: "give a pair [low, high] for each spatial axis",
    });
  }
  const base = taken(lhs.shape, lhsSpec.slice(2)).map((n, d) => dilated(n, lhsDilation[d]!));
  const padded = base.map((n, d) => n + padding[d]![0] + padding[d]![1]);
  if (padded.some((n) => n < 0)) {
    throw new ShapeError({
      what: `Negative padding is larger than the size of the corresponding dimension: got padding=${formatPads(padding)} for lhs_shape[2:]=${formatShape(base)}`,
      fix: "remove no more than there is",
    });
  }
  const shape = new Array<number>(rank);
  shape[outSpec[0]!] = lhs.shape[lhsSpec[0]!]! / batchGroupCount;
  shape[outSpec[1]!] = rhs.shape[rhsSpec[0]!]!;
  padded.forEach((n, d) => {
    const window = dilated(rhs.shape[rhsSpec[d + 2]!]!, rhsDilation[d]!);
    shape[outSpec[d + 2]!] = strided(n, window, windowStrides[d]!);
  });
  return shape;
}

/** The result's dtype where the caller prefers one. */
function preferredDType(dtype: DType, preferred: DType | null): DType {
  if (preferred === null) return dtype;
  const [from, to] = [dtypeKind(dtype), dtypeKind(preferred)];
  const isInteger = (kind: string): boolean => kind === "i" || kind === "u";
  if (!(isInteger(from) && to === "f")) {
    if ((isInteger(from) && !isInteger(to)) || ((from === "f" || from === "c") && to !== from)) {
      throw new DTypeError({
        what: "Input type is incompatible with `preferred_element_type`. The compatible combinations of (input_type, preferred_element_type) are (integral, integral), (integral, floating), (floating, floating), (complex, complex.",
        fix: "convert the operands first",
      });
    }
    if (from === "i" && to !== "i") {
      throw new DTypeError({
        what: "`preferred_element_type` must have the same signedness as the original type.",
        fix: "choose a signed type",
      });
    }
  }
  if (dtypeBytes(preferred) < dtypeBytes(dtype)) {
    throw new DTypeError({
      what: "`preferred_element_type` must not be narrower than the original type.",
      fix: "leave it out, and convert the result",
    });
  }
  return preferred;
}

/** Axis `from` removed and made the outer part of the axis that is then number `into`. */
function mergeAxis(x: NDArray, from: number, into: number): NDArray {
  const order = inserted(without(range(x.ndim), from), into, from);
  const newSizes = without(x.shape, from);
  newSizes[into] = newSizes[into]! * x.shape[from]!;
  return reshape(permuted(x, order), { newSizes });
}

/** An axis split into two, the outer of length `outer`. */
function splitAxis(x: NDArray, axis: number, outer: number): NDArray {
  const newSizes = [...x.shape.slice(0, axis), outer, x.shape[axis]! / outer, ...x.shape.slice(axis + 1)];
  return reshape(x, { newSizes });
}

const swapped = ([a, b, ...spatial]: readonly number[]): number[] => [b!, a!, ...spatial];

const asDType = (x: NDArray, dtype: DType, weakType = false): NDArray =>
  x.dtype === dtype ? x : convertElementType(x, { newDtype: dtype, weakType });

/** The lengths of the spatial axes of an image, a window and a result, dilated as they lie on the image. */
function dilatedLengths(lhs: Shape, rhs: Shape, out: Shape, params: ConvGeneralDilatedParams) {
  const { windowStrides, lhsDilation, rhsDilation, dimensionNumbers } = params;
  const { lhsSpec, rhsSpec, outSpec } = dimensionNumbers;
  return windowStrides.map((stride, d) => ({
    image: dilated(lhs[lhsSpec[d + 2]!]!, lhsDilation[d]!),
    window: dilated(rhs[rhsSpec[d + 2]!]!, rhsDilation[d]!),
    result: dilated(out[outSpec[d + 2]!]!, stride),
    low: params.padding[d]![0],
  }));
}

/** The cotangent of the left operand: the result's, spread by the strides, convolved with the kernel reversed. */
function lhsCotangent(ct: NDArray, lhs: Aval, rhs: NDArray, params: ConvGeneralDilatedParams): NDArray {
  const { windowStrides, lhsDilation, featureGroupCount, batchGroupCount, dimensionNumbers } = params;
  const { lhsSpec, rhsSpec, outSpec } = dimensionNumbers;
  const groups = featureGroupCount * batchGroupCount;
  // The groups move from the kernel's output features to its input features.
  const grouped = groups === 1 ? rhs : mergeAxis(splitAxis(rhs, rhsSpec[0]!, groups), rhsSpec[0]!, rhsSpec[1]!);
  const reversed = asDType(rev(grouped, { dimensions: rhsSpec.slice(2) }), ct.dtype);
  const padding = dilatedLengths(lhs.shape, rhs.shape, ct.shape, params).map(
    ({ image, window, result, low }): readonly [number, number] => {
      const before = window - low - 1;
      return [before, image + window - 1 - result - before];
    },
  );
  const product = convGeneralDilated(ct, reversed, {
    ...params,
    windowStrides: lhsDilation,
    padding,
    lhsDilation: windowStrides,
    dimensionNumbers: { lhsSpec: outSpec, rhsSpec: swapped(rhsSpec), outSpec: lhsSpec },
    featureGroupCount: groups,
    batchGroupCount: 1,
  });
  const result = asDType(product, lhs.dtype, lhs.weakType);
  if (batchGroupCount === 1) return result;
  return mergeAxis(splitAxis(result, lhsSpec[1]!, batchGroupCount), lhsSpec[1]!, lhsSpec[0]!);
}

/** The cotangent of the kernel: the left operand convolved with the result's cotangent; null (zero) if that is empty. */
function rhsCotangent(ct: NDArray, lhs: NDArray, rhs: Aval, params: ConvGeneralDilatedParams): NDArray | null {
  // A window of length 0 is none.
  if (sizeOf(ct.shape) === 0) return null;
  const { windowStrides, rhsDilation, featureGroupCount, batchGroupCount, dimensionNumbers } = params;
  const { lhsSpec, rhsSpec, outSpec } = dimensionNumbers;
  const padding = dilatedLengths(lhs.shape, rhs.shape, ct.shape, params).map(
    ({ image, window, result, low }): readonly [number, number] => [low, result - image + window - low - 1],
  );
  const product = convGeneralDilated(asDType(lhs, ct.dtype), ct, {
    ...params,
    windowStrides: rhsDilation,
    padding,
    rhsDilation: windowStrides,
    dimensionNumbers: { lhsSpec: swapped(lhsSpec), rhsSpec: swapped(outSpec), outSpec: swapped(rhsSpec) },
    featureGroupCount: batchGroupCount,
    batchGroupCount: featureGroupCount,
  });
  return asDType(product, rhs.dtype, rhs.weakType);
}

/** A convolution of which the left operand has a batch axis, and perhaps the kernel too. */
function batchedLhs(
  lhs: NDArray,
  rhs: NDArray,
  lhsDim: number,
  rhsDim: number | null,
  params: ConvGeneralDilatedParams,
): readonly [NDArray, number] {
  const { featureGroupCount, batchGroupCount, dimensionNumbers } = params;
  const { lhsSpec, rhsSpec, outSpec } = dimensionNumbers;
  const size = lhs.shape[lhsDim]!;
  if (rhsDim !== null) {
    // Each example of the batch is one more group.
    const byBatch = batchGroupCount > 1;
    const result = convGeneralDilated(
      mergeAxis(lhs, lhsDim, lhsSpec[byBatch ? 0 : 1]!),
      mergeAxis(rhs, rhsDim, rhsSpec[0]!),
      {
        ...params,
        featureGroupCount: byBatch ? featureGroupCount : featureGroupCount * size,
        batchGroupCount: byBatch ? batchGroupCount * size : batchGroupCount,
      },
    );
    return [splitAxis(result, outSpec[1]!, size), outSpec[1]!];
  }
  const at = lhsSpec[0]!;
  let merged: NDArray;
  if (batchGroupCount === 1) merged = mergeAxis(lhs, lhsDim, at);
  else {
    // Groups stay outermost.
    const split = splitAxis(lhs, at + (lhsDim <= at ? 1 : 0), batchGroupCount);
    merged = mergeAxis(mergeAxis(split, lhsDim + (at < lhsDim ? 1 : 0), at + 1), at, at);
  }
  return [splitAxis(convGeneralDilated(merged, rhs, params), outSpec[0]!, size), outSpec[0]!];
}

/** A convolution of which only the kernel has a batch axis. */
function batchedRhs(
  lhs: NDArray,
  rhs: NDArray,
  dim: number,
  params: ConvGeneralDilatedParams,
): readonly [NDArray, number] {
  const { rhsSpec, outSpec } = params.dimensionNumbers;
  const size = rhs.shape[dim]!;
  const groups = params.featureGroupCount * params.batchGroupCount;
  const [at, out] = [rhsSpec[0]!, outSpec[1]!];
  if (groups === 1) {
    return [splitAxis(convGeneralDilated(lhs, mergeAxis(rhs, dim, at), params), out, size), out];
  }
  // Groups stay outermost among the output features.
  const split = splitAxis(rhs, at + (dim <= at ? 1 : 0), groups);
  const merged = mergeAxis(mergeAxis(split, dim + (at < dim ? 1 : 0), at + 1), at, at);
  const result = convGeneralDilated(lhs, merged, params);
  return [mergeAxis(splitAxis(splitAxis(result, out, groups), out + 1, size), out, out + 1), out];
}

/**
 * `lax.conv_general_dilated`: for every example n, output feature f and place p,
 * $y_{n,f,p} = \sum_{c,q} x_{n,c,\,s p + d q - l}\, w_{f,c,q}$ with strides s, kernel dilation d and low padding l, where x
 * is zero outside, and between its elements where it is dilated.
 *
 * @throws ShapeError if ranks, features or groups do not fit. @throws AxisError if a list of axes is no permutation.
 * @throws DTypeError if the dtypes differ, or `preferredElementType` is too narrow. @throws ArgumentError if a stride or
 * dilation is not positive.
 * @example convGeneralDilated(x, w, { windowStrides: [1], padding: [[1, 1]], lhsDilation: [1], rhsDilation: [1],
 *   dimensionNumbers: { lhsSpec: [0, 1, 2], rhsSpec: [0, 1, 2], outSpec: [0, 1, 2] },
 *   featureGroupCount: 1, batchGroupCount: 1, preferredElementType: null })
 */
export const convGeneralDilated: Operation<2, ConvGeneralDilatedParams> = /* @__PURE__ */ definePrimitive<
  2,
  ConvGeneralDilatedParams
>({
  name: "conv_general_dilated",
  arity: 2,
  type: ([lhs, rhs], params) => {
    const shape = resultShape(lhs!, rhs!, params);
    checkSameDTypes("conv_general_dilated", [lhs!, rhs!]);
    if (dtypeKind(lhs!.dtype) === "o") {
      throw new DTypeError({
        what: `conv_general_dilated does not accept dtype ${lhs!.dtype}.`,
        fix: "convert the operands to numbers first",
      });
    }
    return makeAval(shape, preferredDType(lhs!.dtype, params.preferredElementType), allWeak([lhs!, rhs!]));
  },
  jvp: [
    (dx, [, rhs], params) => convGeneralDilated(dx, rhs!, params),
    (dw, [lhs], params) => convGeneralDilated(lhs!, dw, params),
  ],
  transpose: (ct, [lhs, rhs], params) =>
    isLinear(lhs!)
      ? [lhsCotangent(ct, lhs.aval, known("conv_general_dilated", rhs!), params), null]
      : [null, rhsCotangent(ct, known("conv_general_dilated", lhs!), rhs!.aval, params)],
  batch: (axis, [lhs, rhs], [lhsDim, rhsDim], params) => {
    if (axis.size === 0) {
      // Nothing can be merged with an axis of length 0.
      const single = (x: NDArray, dim: number | null): Aval =>
        dim === null ? x.aval : makeAval(without(x.shape, dim), x.dtype, x.weakType);
      const [lhsAval, rhsAval] = [single(lhs!, lhsDim!), single(rhs!, rhsDim!)];
      const shape = [0, ...resultShape(lhsAval, rhsAval, params)];
      const weak = allWeak([lhsAval, rhsAval]);
      return [full(shape, 0, preferredDType(lhs!.dtype, params.preferredElementType), weak), 0];
    }
    return lhsDim === null ? batchedRhs(lhs!, rhs!, rhsDim!, params) : batchedLhs(lhs!, rhs!, lhsDim!, rhsDim!, params);
  },
  lower: { kind: "convolve", convolution: (params) => params },
  complex: {
    expand: ([x, y], params) => {
      const { preferredElementType: preferred } = params;
      const real = { ...params, preferredElementType: preferred === null ? null : realDType(preferred) };
      return [bilinear(x!, y!, (a, b) => convGeneralDilated(a, b, real))];
    },
  },
  show: (params) => {
    const { lhsSpec, rhsSpec, outSpec } = params.dimensionNumbers;
    const specs = `lhs_spec=${formatShape(lhsSpec)}, rhs_spec=${formatShape(rhsSpec)}, out_spec=${formatShape(outSpec)}`;
    const preferred = params.preferredElementType;
    return [
      ["batch_group_count", params.batchGroupCount],
      ["dimension_numbers", { text: `ConvDimensionNumbers(${specs})` }],
      ["feature_group_count", params.featureGroupCount],
      ["lhs_dilation", params.lhsDilation],
      ["out_sharding", null],
      ["padding", params.padding],
      ["precision", null],
      ["preferred_element_type", preferred === null ? null : { text: preferred }],
      ["rhs_dilation", params.rhsDilation],
      ["window_strides", params.windowStrides],
    ];
  },
  laws: {
    dtypes: ["float32", "int32"],
    ulp: 8,
    cases: /* @__PURE__ */ lawCases(),
  },
});

function lawCases(): NonNullable<Laws<ConvGeneralDilatedParams>["cases"]> {
  const axes = (spec: string, order: string): number[] =>
    [...order].map((letter) => spec.indexOf(letter)).filter((axis) => axis >= 0);
  const specs = (lhs: string, rhs: string, out: string): ConvDimensionNumbers => ({
    lhsSpec: axes(lhs, "NC012"),
    rhsSpec: axes(rhs, "OI012"),
    outSpec: axes(out, "NC012"),
  });
  const line = specs("NC0", "OI0", "NC0");
  const plane = specs("NC01", "OI01", "NC01");
  const make = (
    lhs: Shape,
    rhs: Shape,
    dimensionNumbers: ConvDimensionNumbers,
    options: Partial<ConvGeneralDilatedParams> = {},
  ) => {
    const spatial = range(lhs.length - 2);
    const params: ConvGeneralDilatedParams = {
      windowStrides: spatial.map(() => 1),
      padding: spatial.map(() => [0, 0] as const),
      lhsDilation: spatial.map(() => 1),
      rhsDilation: spatial.map(() => 1),
      dimensionNumbers,
      featureGroupCount: 1,
      batchGroupCount: 1,
      preferredElementType: null,
      ...options,
    };
    return { operands: [{ shape: lhs }, { shape: rhs }], params };
  };
  return [
    make([2, 3, 6], [4, 3, 3], line),
    make([2, 3, 5], [2, 3, 3], line, { padding: [[2, 1]], windowStrides: [2] }),
    make([1, 2, 5], [5, 2, 2], line, { padding: [[1, 2]], lhsDilation: [3], rhsDilation: [2] }),
    make([2, 2, 9], [3, 2, 3], line, { padding: [[-2, -1]], windowStrides: [2] }),
    make([2, 2, 4], [3, 2, 2], line, { padding: [[-1, 2]], lhsDilation: [2] }),
    make([2, 4, 5], [6, 2, 3], line, { padding: [[1, 1]], featureGroupCount: 2 }),
    make([2, 3, 5], [6, 1, 2], line, { featureGroupCount: 3, windowStrides: [2] }),
    make([4, 2, 5], [6, 2, 2], line, { padding: [[0, 1]], batchGroupCount: 2 }),
    make([2, 3, 4], [5, 3, 1], line),
    make([1, 2, 3], [2, 2, 5], line),
    make([2, 5, 3], [3, 3, 8], specs("N0C", "0IO", "N0C"), { padding: [[1, 1]] }),
    make([2, 5, 4], [2, 2, 10], specs("N0C", "0IO", "N0C"), { featureGroupCount: 2, rhsDilation: [2] }),
    make([2, 3], [4, 3], specs("NC", "OI", "NC")),
    make([1, 2, 4, 5], [4, 2, 3, 2], plane, {
      padding: [
        [1, 1],
        [0, 2],
      ],
      windowStrides: [2, 1],
    }),
    make([4, 2, 3, 2], [2, 3, 5, 3], specs("0NC1", "1IO0", "C1N0"), {
      padding: [
        [2, 0],
        [1, 1],
      ],
      rhsDilation: [1, 2],
    }),
    make([1, 2, 3, 2, 3], [4, 2, 2, 1, 2], specs("NC012", "OI012", "NC012"), {
      padding: [
        [1, 0],
        [0, 1],
        [-1, 1],
      ],
    }),
    make([1, 9, 9, 4], [3, 3, 4, 8], specs("N01C", "01IO", "N01C")),
  ];
}
