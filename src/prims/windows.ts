/**
 * Windows into an operand, as gather reads and scatter writes them: which axes of the operand a window has, where a vector
 * of indices puts its start, and how both are numbered. The checks are XLA's, in JAX's words.
 */
import type { Expr, ExprBuilder } from "../core/expr.ts";
import { AxisError, DTypeError, ShapeError } from "../errors/index.ts";
import type { Aval } from "../types/aval.ts";
import { type DType, dtypeBytes, dtypeKind, integerRange, isInexact, isInteger } from "../types/dtype.ts";
import { equalShapes, formatShape, type Shape } from "../types/shape.ts";
import { hasDuplicates, remaining, shifted } from "./axes.ts";

/**
 * What happens with windows that do not lie inside the operand. `"clip"`: their start is moved so that they do. `"fill"`:
 * reads give the fill value, writes are dropped. `"promise_in_bounds"`: there are none (reads then clip, writes drop).
 */
export type GatherScatterMode = "clip" | "fill" | "promise_in_bounds";

/** Which axes of operand, indices and result belong together in a gather. The last axis of the indices holds the vectors. */
export interface GatherDimensionNumbers {
  /** Axes of the result that run within a window, in increasing order. */
  readonly offsetDims: readonly number[];
  /** Axes of the operand along which a window has length 1 and which the result lacks, in increasing order. */
  readonly collapsedSliceDims: readonly number[];
  /** The axis of the operand that entry k of an index vector speaks of. */
  readonly startIndexMap: readonly number[];
  /** Axes of the operand that go together with axes of the indices, in increasing order. */
  readonly operandBatchingDims: readonly number[];
  /** Those axes of the indices. */
  readonly startIndicesBatchingDims: readonly number[];
}

/** Which axes of operand, indices and updates belong together in a scatter. */
export interface ScatterDimensionNumbers {
  /** Axes of the updates that run within a window, in increasing order. */
  readonly updateWindowDims: readonly number[];
  /** Axes of the operand along which a window has length 1 and which the updates lack, in increasing order. */
  readonly insertedWindowDims: readonly number[];
  /** The axis of the operand that entry k of an index vector speaks of. */
  readonly scatterDimsToOperandDims: readonly number[];
  /** Axes of the operand that go together with axes of the indices, in increasing order. */
  readonly operandBatchingDims: readonly number[];
  /** Those axes of the indices. */
  readonly scatterIndicesBatchingDims: readonly number[];
}

/** The gather that reads what a scatter writes. */
export function gatherOfScatter(d: ScatterDimensionNumbers): GatherDimensionNumbers {
  return {
    offsetDims: d.updateWindowDims,
    collapsedSliceDims: d.insertedWindowDims,
    startIndexMap: d.scatterDimsToOperandDims,
    operandBatchingDims: d.operandBatchingDims,
    startIndicesBatchingDims: d.scatterIndicesBatchingDims,
  };
}

/** The scatter that writes what a gather reads. */
export function scatterOfGather(d: GatherDimensionNumbers): ScatterDimensionNumbers {
  return {
    updateWindowDims: d.offsetDims,
    insertedWindowDims: d.collapsedSliceDims,
    scatterDimsToOperandDims: d.startIndexMap,
    operandBatchingDims: d.operandBatchingDims,
    scatterIndicesBatchingDims: d.startIndicesBatchingDims,
  };
}

/** Lengths of a scatter's windows along each axis of the operand. */
export function windowSizes(d: ScatterDimensionNumbers, operandRank: number, updates: Shape): number[] {
  const sizes = new Array<number>(operandRank).fill(1);
  remaining(operandRank, d.insertedWindowDims, d.operandBatchingDims).forEach((axis, k) => {
    sizes[axis] = updates[d.updateWindowDims[k]!]!;
  });
  return sizes;
}

/** Dimension numbers after the operand has got an axis in front, which goes along with the front axis of the indices (if
 *  they have one too) or lies within the window. `indices`: whether the indices have got one. */
export function batchedGather(d: GatherDimensionNumbers, operand: boolean, indices: boolean): GatherDimensionNumbers {
  const ofOperand = (axes: readonly number[]): readonly number[] => (operand ? shifted(axes) : axes);
  const ofIndices = (axes: readonly number[]): readonly number[] => (indices ? shifted(axes) : axes);
  const together = operand && indices;
  return {
    offsetDims: operand && !indices ? [0, ...shifted(d.offsetDims)] : shifted(d.offsetDims),
    collapsedSliceDims: ofOperand(d.collapsedSliceDims),
    startIndexMap: ofOperand(d.startIndexMap),
    operandBatchingDims: [...(together ? [0] : []), ...ofOperand(d.operandBatchingDims)],
    startIndicesBatchingDims: [...(together ? [0] : []), ...ofIndices(d.startIndicesBatchingDims)],
  };
}

/** A start of a window as int32 in [0, upper]. */
export function clampedStart(b: ExprBuilder, start: Expr, upper: number): Expr {
  if (upper <= 0) return b.int(0);
  const narrow = narrowed(b, start);
  const low = dtypeKind(narrow.dtype) === "u" ? narrow : b.max(narrow, b.like(0, narrow));
  return b.cast(b.min(low, b.like(upper, low)), "int32");
}

/** Whether a start of a window lies in [0, upper]. */
export function startInside(b: ExprBuilder, start: Expr, upper: number): Expr {
  const narrow = narrowed(b, start);
  const below = b.le(narrow, b.like(upper, narrow));
  return dtypeKind(narrow.dtype) === "u" ? below : b.and(b.ge(narrow, b.like(0, narrow)), below);
}

/** Types that int32 contains are compared in int32, since a bound may exceed them. */
function narrowed(b: ExprBuilder, start: Expr): Expr {
  const bytes = dtypeBytes(start.dtype);
  return bytes < 4 ? b.cast(start, "int32") : start;
}

/** All of some conditions; true if there are none. */
export function allOf(b: ExprBuilder, conditions: readonly Expr[]): Expr {
  return conditions.length === 0 ? b.constant(true, "bool") : conditions.reduce((x, y) => b.and(x, y));
}

/** What reads outside give by default: NaN for inexact dtypes, the smallest signed, the largest unsigned integer, true. */
export function defaultFill(dtype: DType): number | bigint | boolean {
  if (isInexact(dtype)) return Number.NaN;
  if (dtype === "bool") return true;
  if (!isInteger(dtype)) return (1n << 64n) - 1n;
  const [lowest, highest] = integerRange(dtype);
  const value = dtypeKind(dtype) === "u" ? highest : lowest;
  return dtypeBytes(dtype) === 8 ? value : Number(value);
}

const modeNames: { readonly [M in GatherScatterMode]: string } = {
  clip: "CLIP",
  fill: "FILL_OR_DROP",
  promise_in_bounds: "PROMISE_IN_BOUNDS",
};

/** A mode as jaxprs show it. */
export function shownMode(mode: GatherScatterMode): { readonly text: string } {
  return { text: `GatherScatterMode.${modeNames[mode]}` };
}

/** Dimension numbers as jaxprs show them: a named tuple with JAX's field names. */
export function shownDimensions(d: GatherDimensionNumbers | ScatterDimensionNumbers): { readonly text: string } {
  const fields: readonly (readonly [string, readonly number[]])[] =
    "offsetDims" in d
      ? [
          ["offset_dims", d.offsetDims],
          ["collapsed_slice_dims", d.collapsedSliceDims],
          ["start_index_map", d.startIndexMap],
          ["operand_batching_dims", d.operandBatchingDims],
          ["start_indices_batching_dims", d.startIndicesBatchingDims],
        ]
      : [
          ["update_window_dims", d.updateWindowDims],
          ["inserted_window_dims", d.insertedWindowDims],
          ["scatter_dims_to_operand_dims", d.scatterDimsToOperandDims],
          ["operand_batching_dims", d.operandBatchingDims],
          ["scatter_indices_batching_dims", d.scatterIndicesBatchingDims],
        ];
  const name = "offsetDims" in d ? "GatherDimensionNumbers" : "ScatterDimensionNumbers";
  return { text: `${name}(${fields.map(([field, axes]) => `${field}=${formatShape(axes)}`).join(", ")})` };
}

// ---------------------------------------------------------------------------------------------------------- checks

function checkSorted(axes: readonly number[], op: string, name: string): void {
  if (axes.some((axis, i) => i > 0 && axis < axes[i - 1]!)) {
    throw new AxisError({
      what: `${name} in ${op} op must be sorted; got ${formatShape(axes)}`,
      fix: "list the axes in ascending order",
    });
  }
}

function checkInRange(axes: readonly number[], rank: number, op: string, name: string): void {
  const wrong = axes.find((axis) => !Number.isInteger(axis) || axis < 0 || axis >= rank);
  if (wrong !== undefined) {
    throw new AxisError({
      what: `Invalid ${name} set in ${op} op; valid range is [0, ${rank}); got: ${wrong}.`,
      fix: "name axes in that range",
    });
  }
}

function checkDistinct(axes: readonly number[], op: string, name: string): void {
  if (hasDuplicates(axes)) {
    throw new AxisError({
      what: `${name} in ${op} op must not repeat; got: ${formatShape(axes)}.`,
      fix: "name each axis once",
    });
  }
}

function checkDisjoint(a: readonly number[], b: readonly number[], op: string, nameA: string, nameB: string): void {
  if (a.some((axis) => b.includes(axis))) {
    throw new AxisError({
      what: `${nameA} and ${nameB} in ${op} op must be disjoint; got: ${formatShape(a)} and ${formatShape(b)}.`,
      fix: "an axis belongs to one of the two lists",
    });
  }
}

/** Names of the dimension numbers as each operation calls them. */
interface Names {
  readonly op: "gather" | "scatter";
  readonly collapsed: string;
  readonly map: string;
  readonly indicesBatching: string;
}

const gatherNames: Names = {
  op: "gather",
  collapsed: "collapsed_slice_dims",
  map: "start_index_map",
  indicesBatching: "start_indices_batching_dims",
};

const scatterNames: Names = {
  op: "scatter",
  collapsed: "inserted_window_dims",
  map: "scatter_dims_to_operand_dims",
  indicesBatching: "scatter_indices_batching_dims",
};

/** What gather and scatter check alike: the axes of operand and indices. */
function checkCommon(operand: Aval, indices: Aval, d: GatherDimensionNumbers, names: Names): void {
  const { op } = names;
  const title = op === "gather" ? "Gather" : "Scatter";
  const rank = operand.shape.length;
  const vectorDim = indices.shape.length - 1;
  if (!isInteger(indices.dtype)) {
    throw new DTypeError({ what: "indices must have an integer type", fix: 'convert them with i.astype("int32")' });
  }
  if (vectorDim < 0) {
    throw new ShapeError({
      what: `${title} index leaf dimension must be within [0, rank(indices) + 1). rank(indices) is 0 and ${op} index leaf dimension is -1.`,
      fix: "the last axis of the indices holds one entry for each indexed axis",
    });
  }
  if (d.startIndexMap.length !== indices.shape[vectorDim]) {
    throw new ShapeError({
      what: `${title} op has ${d.startIndexMap.length} elements in ${names.map} and the bound of dimension index_vector_dim=${vectorDim} of indices is ${indices.shape[vectorDim]}. These two numbers must be equal.`,
      fix: "each index vector holds one number for each indexed axis",
    });
  }
  d.startIndexMap.forEach((axis, i) => {
    if (!Number.isInteger(axis) || axis < 0 || axis >= rank) {
      throw new AxisError({
        what: `Invalid ${names.map}; domain is [0, ${rank}), got: ${i}->${axis}.`,
        fix: "name axes of the operand",
      });
    }
  });
  checkDistinct(d.startIndexMap, op, names.map);
  checkSorted(d.collapsedSliceDims, op, names.collapsed);
  checkInRange(d.collapsedSliceDims, rank, op, names.collapsed);
  checkDistinct(d.collapsedSliceDims, op, names.collapsed);
  checkDistinct(d.operandBatchingDims, op, "operand_batching_dims");
  checkSorted(d.operandBatchingDims, op, "operand_batching_dims");
  checkInRange(d.operandBatchingDims, rank, op, "operand_batching_dims");
  checkDisjoint(d.collapsedSliceDims, d.operandBatchingDims, op, names.collapsed, "operand_batching_dims");
  checkDisjoint(d.startIndexMap, d.operandBatchingDims, op, names.map, "operand_batching_dims");
  checkDistinct(d.startIndicesBatchingDims, op, names.indicesBatching);
  checkInRange(d.startIndicesBatchingDims, indices.shape.length, op, names.indicesBatching);
  if (d.startIndicesBatchingDims.includes(vectorDim)) {
    throw new AxisError({
      what: `${title} op cannot have the index vector dimension as a batching dimension; got ${formatShape(d.startIndicesBatchingDims)}.`,
      fix: "the last axis of the indices holds the index vectors",
    });
  }
  if (d.operandBatchingDims.length !== d.startIndicesBatchingDims.length) {
    throw new AxisError({
      what: `${title} op requires equal numbers of operand_batching_dims and ${names.indicesBatching}, got ${formatShape(d.operandBatchingDims)} and ${formatShape(d.startIndicesBatchingDims)}.`,
      fix: "pair each batching axis of the operand with one of the indices",
    });
  }
  const ofOperand = d.operandBatchingDims.map((axis) => operand.shape[axis]!);
  const ofIndices = d.startIndicesBatchingDims.map((axis) => indices.shape[axis]!);
  if (!equalShapes(ofOperand, ofIndices)) {
    throw new ShapeError({
      what: `${title} op requires operand batching dimensions and indices batching dimensions to have the same shape, got ${formatShape(ofOperand)} and ${formatShape(ofIndices)}.`,
      fix: "paired batching axes must have one length",
    });
  }
}

/** The shape of a gather's result. */
export function gatherShape(operand: Aval, indices: Aval, d: GatherDimensionNumbers, sliceSizes: Shape): number[] {
  const rank = operand.shape.length;
  checkSorted(d.offsetDims, "gather", "offset_dims");
  checkDistinct(d.offsetDims, "gather", "offset_dims");
  const resultRank = d.offsetDims.length + Math.max(0, indices.shape.length - 1);
  d.offsetDims.forEach((axis, i) => {
    if (!Number.isInteger(axis) || axis < 0 || axis >= resultRank) {
      throw new AxisError({
        what: `Offset dimension ${i} in gather op is out of bounds; got ${axis}, but should have been in [0, ${resultRank})`,
        fix: "name axes of the result",
      });
    }
  });
  checkCommon(operand, indices, d, gatherNames);
  if (sliceSizes.length !== rank) {
    throw new ShapeError({
      what: `Gather op must have one slice size for every input dimension; got: len(slice_sizes)=${sliceSizes.length}, input_shape.rank=${rank}`,
      fix: "give one slice size for each axis of the operand",
    });
  }
  if (rank !== d.offsetDims.length + d.collapsedSliceDims.length + d.operandBatchingDims.length) {
    throw new ShapeError({
      what: `All components of the offset index in a gather op must either be a offset dimension or explicitly collapsed/batching; got len(slice_sizes)=${rank}, output_slice_sizes=${formatShape(d.offsetDims)}, collapsed_slice_dims=${formatShape(d.collapsedSliceDims)}, operand_batching_dims=${formatShape(d.operandBatchingDims)}.`,
      fix: "name each axis of the window as an offset, a collapsed or a batching axis",
    });
  }
  const empty = indices.shape.includes(0);
  sliceSizes.forEach((size, axis) => {
    const n = operand.shape[axis]!;
    if (!Number.isInteger(size) || size < 0 || (!empty && size > n)) {
      throw new ShapeError({
        what: `Slice size at index ${axis} in gather op is out of range, must be within [0, ${n} + 1), got ${size}.`,
        fix: "let windows fit into the operand",
      });
    }
  });
  d.collapsedSliceDims.forEach((axis, i) => {
    if (sliceSizes[axis] !== 1) {
      throw new ShapeError({
        what: `Gather op can only collapse slice dims with bound 1, but bound is ${sliceSizes[axis]} for index ${axis} at position ${i}.`,
        fix: "collapse axes whose slice size is 1",
      });
    }
  });
  d.operandBatchingDims.forEach((axis, i) => {
    if (sliceSizes[axis]! > 1) {
      throw new ShapeError({
        what: `Gather op can only have operand batching dims with bound 0/1, but bound is ${sliceSizes[axis]} for index ${axis} at position ${i}.`,
        fix: "batching axes have slice size 1",
      });
    }
  });
  const windows = remaining(rank, d.collapsedSliceDims, d.operandBatchingDims).map((axis) => sliceSizes[axis]!);
  const batch = indices.shape.slice(0, -1);
  let w = 0;
  let k = 0;
  return Array.from({ length: resultRank }, (_, axis) => (d.offsetDims.includes(axis) ? windows[w++]! : batch[k++]!));
}

/** Checks the shapes of a scatter. Its result has the operand's. */
export function checkScatter(operand: Aval, indices: Aval, updates: Aval, d: ScatterDimensionNumbers): void {
  const expectedRank = Math.max(0, indices.shape.length - 1) + d.updateWindowDims.length;
  if (updates.shape.length !== expectedRank) {
    throw new ShapeError({
      what: `Updates tensor must be of rank ${expectedRank}; got ${updates.shape.length}.`,
      fix: "updates have the axes of the indices (without the last) and of the windows",
    });
  }
  checkSorted(d.updateWindowDims, "scatter", "update_window_dims");
  checkDistinct(d.updateWindowDims, "scatter", "update_window_dims");
  checkInRange(d.updateWindowDims, updates.shape.length, "scatter", "update_window_dims");
  checkCommon(operand, indices, gatherOfScatter(d), scatterNames);
  const rank = operand.shape.length;
  const windowRank = d.updateWindowDims.length + d.insertedWindowDims.length + d.operandBatchingDims.length;
  if (rank !== windowRank) {
    throw new ShapeError({
      what: `Scatter op has window of size ${windowRank}; doesn't match operand of rank ${rank}.`,
      fix: "name each axis of the operand as a window, an inserted or a batching axis",
    });
  }
  remaining(rank, d.insertedWindowDims, d.operandBatchingDims).forEach((axis, i) => {
    const dim = d.updateWindowDims[i]!;
    if (updates.shape[dim]! > operand.shape[axis]!) {
      throw new ShapeError({
        what: `Bounds of the window dimensions of updates must not exceed the bounds of the corresponding dimensions of operand. For dimension ${dim}, updates bound is ${updates.shape[dim]}, operand bound is ${operand.shape[axis]}.`,
        fix: "let windows fit into the operand",
      });
    }
  });
  remaining(updates.shape.length, d.updateWindowDims).forEach((dim, i) => {
    if (updates.shape[dim] !== indices.shape[i]) {
      throw new ShapeError({
        what: `Bounds of the scatter dimensions of updates must be the same as the bounds of the corresponding dimensions of scatter indices. For scatter dimension ${dim}, updates bound is ${updates.shape[dim]}, indices bound is ${indices.shape[i]}.`,
        fix: "give one update for each index vector",
      });
    }
  });
}
