/** Indices out of bounds, for `checkify`: which operations have indices, and which of these is the first outside. */
import { scalar } from "../core/constant.ts";
import type { NDArray } from "../core/ndarray.ts";
import type { Primitive } from "../core/primitive.ts";
import { dynamicIndexInDim } from "../lax/shape.ts";
import { or } from "../prims/bitwise.ts";
import { convertElementType } from "../prims/cast.ts";
import { gt, lt } from "../prims/compare.ts";
import { type DynamicSliceParams, dynamicSlice, dynamicUpdateSlice } from "../prims/dynamic.ts";
import { type GatherParams, gather } from "../prims/gather.ts";
import { broadcastInDim, reshape } from "../prims/movement.ts";
import { argmax, reduceOr } from "../prims/reduce.ts";
import { type ScatterParams, scatter, scatterAdd, scatterMax, scatterMin, scatterMul } from "../prims/scatter.ts";
import { concatenate } from "../prims/slicing.ts";
import { gatherOfScatter } from "../prims/windows.ts";
import { formatShape, type Shape } from "../types/shape.ts";
import { product } from "../util/list.ts";

/** Windows of an array: where they start, along which axes, and how long they are there. */
interface Windows {
  /** Vectors of indices, in row-major order: all of them in one list. */
  readonly starts: NDArray;
  readonly axes: readonly number[];
  readonly sizes: Shape;
}

type Reader = (operands: readonly NDArray[], params: never) => Windows;

const strong = (x: NDArray): NDArray => convertElementType(x, { newDtype: "int32", weakType: false });
const listed = (x: NDArray): NDArray => reshape(strong(x), { newSizes: [product(x.shape)] });

function dynamicWindows(starts: readonly NDArray[], sizes: Shape): Windows {
  const lists = starts.map(listed);
  return { starts: concatenate(lists, { dimension: 0 }), axes: starts.map((_, axis) => axis), sizes };
}

const scattered: Reader = ([x, indices, updates], { dimensionNumbers }: ScatterParams) => {
  const { collapsedSliceDims, operandBatchingDims, startIndexMap } = gatherOfScatter(dimensionNumbers);
  const single = new Set([...collapsedSliceDims, ...operandBatchingDims]);
  let next = 0;
  const sizes = x!.shape.map((_, d) =>
    single.has(d) ? 1 : updates!.shape[dimensionNumbers.updateWindowDims[next++]!]!,
  );
  return { starts: listed(indices!), axes: startIndexMap, sizes };
};

// biome-ignore lint/suspicious/noExplicitAny: primitives of every parameter type
const readers: ReadonlyMap<Primitive<any>, Reader> = new Map<Primitive<any>, Reader>([
  [
    gather,
    ([, indices], { dimensionNumbers, sliceSizes }: GatherParams) => ({
      starts: listed(indices!),
      axes: dimensionNumbers.startIndexMap,
      sizes: sliceSizes,
    }),
  ],
  [dynamicSlice, ([, ...starts], { sliceSizes }: DynamicSliceParams) => dynamicWindows(starts, sliceSizes)],
  [dynamicUpdateSlice, ([, update, ...starts]) => dynamicWindows(starts, update!.shape)],
  ...[scatter, scatterAdd, scatterMul, scatterMin, scatterMax].map((primitive) => [primitive, scattered] as const),
]);

/** Whether an operation reads or writes windows at computed indices. */
export function hasIndices(primitive: Primitive<unknown>): boolean {
  return readers.has(primitive);
}

/** Whether an index of an operation is outside, and which is the first: the index and its axis, int32. */
export function firstOutside(
  primitive: Primitive<unknown>,
  operands: readonly NDArray[],
  params: unknown,
): { readonly failed: NDArray; readonly payload: readonly NDArray[] } | undefined {
  const { starts, axes, sizes } = readers.get(primitive)!(operands, params as never);
  const count = starts.shape[0]!;
  if (count === 0 || axes.length === 0) return undefined;
  // Made of scalars: the program that is checked may be a part of another one, which captures no arrays.
  const one = (value: number): NDArray =>
    broadcastInDim(scalar(value, "int32"), { shape: [1], broadcastDimensions: [] });
  const vector = (values: readonly number[]): NDArray => concatenate(values.map(one), { dimension: 0 });
  const { shape } = operands[0]!;
  const largest = vector(axes.map((axis) => shape[axis]! - sizes[axis]!));
  const rows = { shape: [count / axes.length, axes.length], broadcastDimensions: [1] };
  const limits = reshape(broadcastInDim(largest, rows), { newSizes: [count] });
  const outside = or(lt(starts, scalar(0, "int32")), gt(starts, limits));
  const first = argmax(outside, { axes: [0], indexDtype: "int32" });
  const places = reshape(broadcastInDim(vector(axes), rows), { newSizes: [count] });
  return {
    failed: reduceOr(outside, { axes: [0] }),
    payload: [dynamicIndexInDim(starts, first, 0, false), dynamicIndexInDim(places, first, 0, false)],
  };
}

/** The message for an array of this shape. */
export function outsideText(shape: Shape, index: number, axis: number): string {
  return `out-of-bounds indexing for array of shape ${formatShape(shape)}: index ${index} is out of bounds for axis ${axis} with size ${shape[axis]}.`;
}
