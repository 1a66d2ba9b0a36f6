/** Kernels that need memory: reductions, running combinations, contractions, sorts and scatters. */
import type { Expr } from "../core/expr.ts";
import type {
  CumulativeOp,
  DotDimensions,
  Lowering as LoweringRule,
  OpaqueKernel,
  ReduceOp,
} from "../core/primitive.ts";
import { type Aval, withShape } from "../types/aval.ts";
import { equalShapes, rowMajorStrides, type Shape, sizeOf } from "../types/shape.ts";
import { inserted, product, range } from "../util/list.ts";
import { affineForm } from "./affine.ts";
import type { MatrixView, Store } from "./ir.ts";
import type { Lowering } from "./lower.ts";
import { nodesOf } from "./nodes.ts";
import { linearIndex, type Place, placedValue, Value } from "./value.ts";

/** A value over operands in another order of axes: element `index` of the result is operand element `map(index)`. */
export function reindexed(context: Lowering, x: Value, shape: Shape, map: (index: readonly Expr[]) => Expr[]): Value {
  return new Value(context, withShape(x.aval, shape), (index) => x.element(map(index)), x.cost, x.depth + 1);
}

/** Where a result goes: to its target, or wherever there is room. */
export function resultPlace(context: Lowering, aval: Aval, target: Place | undefined): Place {
  return target ?? { buffer: context.newBuffer(aval.dtype, sizeOf(aval.shape)), offset: undefined };
}

/** Each operand is written to its part of the result; operands of one shape in one loop. */
export function lowerConcatenate(
  context: Lowering,
  operands: readonly Value[],
  aval: Aval,
  axis: number,
  target: Place | undefined,
): Value {
  const { b } = context;
  const place = resultPlace(context, aval, target);
  let start = 0;
  let open: { readonly shape: Shape; readonly stores: Store[] } | undefined;
  const finish = (): void => {
    if (open !== undefined) context.emit({ kind: "map", ...open });
    open = undefined;
  };
  context.flush();
  for (const x of operands) {
    const { shape } = x.aval;
    if (sizeOf(shape) > 0) {
      if (open === undefined || !equalShapes(open.shape, shape)) {
        finish();
        open = { shape, stores: [] };
      }
      const index = context.loops(shape.length);
      const at = index.map((i, d) => (d === axis ? b.add(i, b.int(start)) : i));
      const value = x.element(index);
      // An axis of length 1 in the operand may be longer in the result: its index is a constant there.
      const fixed = at.map((i, d) => (shape[d] === 1 ? b.int(d === axis ? start : 0) : i));
      open.stores.push({ buffer: place.buffer, index: linearIndex(b, aval.shape, fixed, place.offset), value });
    }
    start += shape[axis]!;
  }
  finish();
  return placedValue(context, aval, place);
}

/** Combines over axes; the producer of the operand appears inside the loop. */
export function lowerReduce(
  context: Lowering,
  x: Value,
  aval: Aval,
  op: ReduceOp,
  axes: readonly number[],
  target: Place | undefined,
): Value {
  if ((op === "argmax" || op === "argmin") && aval.dtype !== "int32") {
    // The kernel stores int32.
    const position = lowerReduce(context, x, { ...aval, dtype: "int32" }, op, axes, undefined);
    const cast = castTo(context, position, aval);
    if (target !== undefined) context.place(cast, target);
    return cast;
  }
  const shape = x.aval.shape;
  const kept = range(shape.length).filter((d) => !axes.includes(d));
  const order = [...kept, ...[...axes].sort((p, q) => p - q)];
  const isPosition = op === "argmax" || op === "argmin";
  if (isPosition && aval.dtype !== "int32") {
    // Kernels give positions as int32.
    const positions = lowerReduce(context, x, { ...aval, dtype: "int32" }, op, axes, undefined);
    const cast = (index: readonly Expr[]): Expr => context.b.cast(positions.element(index), aval.dtype);
    return new Value(context, aval, cast, 1, 1);
  }
  const place = resultPlace(context, aval, target);
  if (sizeOf(aval.shape) > 0) {
    const { b } = context;
    const build = (): Expr => x.element(range(shape.length).map((d) => b.index(order.indexOf(d))));
    // Building the element may end an open group; what comes after must not be built before it.
    build();
    context.flush();
    context.emit({
      kind: "reduce",
      shape: kept.map((d) => shape[d]!),
      reduced: order.slice(kept.length).map((d) => shape[d]!),
      op,
      value: build(),
      buffer: place.buffer,
      index: linearIndex(b, aval.shape, context.loops(kept.length), place.offset),
    });
  }
  return placedValue(context, aval, place);
}

/** The running combination along one axis. */
export function lowerCumulative(
  context: Lowering,
  x: Value,
  aval: Aval,
  op: CumulativeOp,
  axis: number,
  reverse: boolean,
  target: Place | undefined,
): Value {
  const place = resultPlace(context, aval, target);
  if (sizeOf(aval.shape) > 0) {
    context.flush();
    const index = context.loops(aval.shape.length);
    const value = x.element(index);
    context.emit({
      kind: "cumulative",
      shape: aval.shape,
      axis,
      reverse,
      op,
      value,
      buffer: place.buffer,
      index: linearIndex(context.b, aval.shape, index, place.offset),
    });
  }
  return placedValue(context, aval, place);
}

/** Strides of a value that is an affine view of memory, and where it starts. */
export interface StridedView {
  readonly buffer: number;
  readonly offset: Expr;
  readonly strides: readonly number[];
}

export function stridedView(context: Lowering, x: Value): StridedView | undefined {
  context.flush();
  const { b } = context;
  const element = x.element(context.loops(x.aval.shape.length));
  if (element.op !== "load") return undefined;
  const form = affineForm(b, element.args[0]!);
  if (form === undefined || readsMemory(form.base)) return undefined;
  const strides = x.aval.shape.map((_, d) => form.coefficients.get(d) ?? 0);
  return { buffer: Number(element.value), offset: form.base, strides };
}

const readsMemory = (e: Expr): boolean => e.op === "load" || e.args.some(readsMemory);

/** One stride for several axes taken together in row-major order, or undefined if there is none. */
function collapsedStride(shape: Shape, strides: readonly number[], axes: readonly number[]): number | undefined {
  let expected: number | undefined;
  let stride = 0;
  for (let k = axes.length - 1; k >= 0; k--) {
    const axis = axes[k]!;
    if (shape[axis] === 1) continue;
    if (expected === undefined) stride = strides[axis]!;
    else if (strides[axis] !== expected) return undefined;
    expected = strides[axis]! * shape[axis]!;
  }
  return stride;
}

/** Whether all that a value reads lies consecutively along its last axis, or is the same there. */
function readsRows(context: Lowering, x: Value): boolean {
  const last = x.aval.shape.length - 1;
  const loads = nodesOf([x.element(context.loops(last + 1))]).filter((e) => e.op === "load");
  return loads.every((e) => {
    const stride = affineForm(context.b, e.args[0]!)?.coefficients.get(last) ?? 0;
    return stride === 0 || stride === 1;
  });
}

/** An operand as a batch of matrices: a view if its memory allows, else a copy. */
function matrix(
  context: Lowering,
  x: Value,
  batch: readonly number[],
  rows: readonly number[],
  columns: readonly number[],
): MatrixView {
  const shape = x.aval.shape;
  const asView = (view: StridedView): MatrixView | undefined => {
    const rowStride = collapsedStride(shape, view.strides, rows);
    const columnStride = collapsedStride(shape, view.strides, columns);
    if (rowStride === undefined || columnStride === undefined) return undefined;
    const batchStrides = batch.map((d) => view.strides[d]!);
    return { buffer: view.buffer, offset: view.offset, batchStrides, rowStride, columnStride };
  };
  const view = stridedView(context, x);
  const found = view && asView(view);
  if (found !== undefined) return found;
  // In its own order a value is often computed row by row, where a copy in the order of the product would read columns.
  if (x.place === undefined && readsRows(context, x)) {
    const own = asView({ buffer: -1, offset: context.b.int(0), strides: rowMajorStrides(shape) });
    if (own !== undefined) {
      const place = context.place(x);
      context.flush();
      return { ...own, buffer: place.buffer, offset: place.offset ?? own.offset };
    }
  }
  const order = [...batch, ...rows, ...columns];
  const copy = reindexed(
    context,
    x,
    order.map((d) => shape[d]!),
    (index) => range(shape.length).map((d) => index[order.indexOf(d)]!),
  );
  const place = context.place(copy);
  context.flush();
  const rowStride = product(columns.map((d) => shape[d]!));
  const matrixSize = rowStride * product(rows.map((d) => shape[d]!));
  const batchStrides = batch.map((_, i) => matrixSize * product(batch.slice(i + 1).map((d) => shape[d]!)));
  return { buffer: place.buffer, offset: place.offset ?? context.b.int(0), batchStrides, rowStride, columnStride: 1 };
}

export function castTo(context: Lowering, x: Value, aval: Aval): Value {
  if (x.aval.dtype === aval.dtype) return x;
  const cast = { ...x.aval, dtype: aval.dtype };
  return new Value(context, cast, (index) => context.b.cast(x.element(index), aval.dtype), x.cost + 1, x.depth + 1);
}

/** Sums of products over contracted axes. Views of memory are absorbed. */
export function lowerContract(
  context: Lowering,
  lhs: Value,
  rhs: Value,
  aval: Aval,
  d: DotDimensions,
  target: Place | undefined,
): Value {
  if (aval.dtype === "bool") {
    // Whether any pair of factors is true: none are counted as 0.
    const counts = lowerContract(context, lhs, rhs, { ...aval, dtype: "int32" }, d, undefined);
    return new Value(context, aval, (index) => context.b.cast(counts.element(index), "bool"), 1, 1);
  }
  // The kernel writes from element 0: inside a stacked result it needs memory of its own first.
  const place =
    target?.offset === undefined ? resultPlace(context, aval, target) : resultPlace(context, aval, undefined);
  const x = lhs.aval.shape;
  const y = rhs.aval.shape;
  const depth = product(d.lhsContracting.map((i) => x[i]!));
  if (sizeOf(aval.shape) > 0) {
    const lhsRows = range(x.length).filter((i) => !d.lhsContracting.includes(i) && !d.lhsBatch.includes(i));
    const rhsColumns = range(y.length).filter((i) => !d.rhsContracting.includes(i) && !d.rhsBatch.includes(i));
    const left = matrix(context, castTo(context, lhs, aval), d.lhsBatch, lhsRows, d.lhsContracting);
    const right = matrix(context, castTo(context, rhs, aval), d.rhsBatch, d.rhsContracting, rhsColumns);
    context.emit({
      kind: "contract",
      batch: d.lhsBatch.map((i) => x[i]!),
      rows: product(lhsRows.map((i) => x[i]!)),
      columns: product(rhsColumns.map((i) => y[i]!)),
      depth,
      lhs: left,
      rhs: right,
      buffer: place.buffer,
    });
  }
  const value = placedValue(context, aval, place);
  if (target !== undefined && target !== place) context.place(value, target);
  return value;
}

/** The same product of two matrices with rows and columns exchanged in memory, for a reader that exchanges them again. */
export function lowerTransposedContract(
  context: Lowering,
  lhs: Value,
  rhs: Value,
  aval: Aval,
  { lhsContracting, rhsContracting }: DotDimensions,
): Value {
  const [rows, columns] = aval.shape as [number, number];
  const d = { lhsContracting: rhsContracting, rhsContracting: lhsContracting, lhsBatch: [], rhsBatch: [] };
  const exchanged = lowerContract(context, rhs, lhs, withShape(aval, [columns, rows]), d, undefined);
  return reindexed(context, exchanged, aval.shape, ([i, j]) => [j!, i!]);
}

/** The buffer of a value that is in memory, from element 0 on: one inside a larger buffer is copied. */
function fromStart(context: Lowering, aval: Aval, place: Place): number {
  if (place.offset === undefined) return place.buffer;
  const copy = context.newBuffer(aval.dtype, sizeOf(aval.shape));
  context.place(placedValue(context, aval, place), { buffer: copy, offset: undefined });
  context.flush();
  return copy;
}

/** An algorithm over whole arrays. */
export function lowerOpaque(
  context: Lowering,
  operands: readonly Value[],
  avals: readonly Aval[],
  kernel: OpaqueKernel,
  sizes: readonly number[],
): Value[] {
  const places = operands.map((x) => context.place(x));
  context.flush();
  const inputs = places.map((place, i) => fromStart(context, operands[i]!.aval, place));
  const outputs = avals.map((aval) => context.newBuffer(aval.dtype, sizeOf(aval.shape)));
  if (avals.some((aval) => sizeOf(aval.shape) > 0)) {
    const scratch = context.newBuffer("float64", kernel.scratch(sizes));
    context.emit({ kind: "opaque", kernel, sizes, inputs, outputs, scratch });
  }
  return avals.map((aval, i) => placedValue(context, aval, { buffer: outputs[i]!, offset: undefined }));
}

/** Rows along one axis, sorted by the first operands. */
export function lowerSort(
  context: Lowering,
  operands: readonly Value[],
  avals: readonly Aval[],
  axis: number,
  keys: number,
): Value[] {
  const shape = operands[0]!.aval.shape;
  const others = range(shape.length).filter((d) => d !== axis);
  const length = shape[axis]!;
  const rowsShape = [...others.map((d) => shape[d]!), length];
  const inputs = operands.map((x) => {
    const last = axis === shape.length - 1;
    const rows = last
      ? x
      : reindexed(context, x, rowsShape, (index) => inserted(index.slice(0, -1), axis, index[index.length - 1]!));
    return context.place(rows);
  });
  context.flush();
  const sources = inputs.map((place, i) => fromStart(context, withShape(operands[i]!.aval, rowsShape), place));
  const outputs = avals.map((aval) => context.newBuffer(aval.dtype, sizeOf(shape)));
  if (sizeOf(shape) > 0) {
    context.emit({ kind: "sort", rows: sizeOf(shape) / length, length, keys, inputs: sources, outputs });
  }
  return avals.map((aval, i) => {
    const sorted = placedValue(context, withShape(aval, rowsShape), { buffer: outputs[i]!, offset: undefined });
    if (axis === shape.length - 1) return sorted;
    return reindexed(context, sorted, shape, (index) => [...others.map((d) => index[d]!), index[axis]!]);
  });
}

/** A copy of the operand with the updates combined into it. */
export function lowerScatter<P>(
  context: Lowering,
  operands: readonly Value[],
  aval: Aval,
  rule: Extract<LoweringRule<P>, { kind: "scatter" }>,
  params: P,
  target: Place | undefined,
): Value {
  const { b } = context;
  const updates = operands[operands.length - 1]!;
  const place = resultPlace(context, aval, target);
  const operand = operands[0]!;
  // A fresh value over the operand: the operand itself stays where it is.
  const copy = new Value(context, aval, (index) => operand.element(index), operand.cost, operand.depth + 1);
  context.place(copy, place);
  context.flush();
  if (sizeOf(updates.aval.shape) > 0 && sizeOf(aval.shape) > 0) {
    const index = context.loops(updates.aval.shape.length);
    const readers = operands.map((x) => (i: readonly Expr[]) => x.element(i));
    const avals = operands.map((x) => x.aval);
    const site = rule.site(b, readers, index, params, avals);
    context.emit({
      kind: "scatter",
      shape: updates.aval.shape,
      op: rule.op,
      inside: site.inside,
      index: linearIndex(b, aval.shape, site.index, place.offset),
      value: updates.element(index),
      buffer: place.buffer,
    });
  }
  return placedValue(context, aval, place);
}
