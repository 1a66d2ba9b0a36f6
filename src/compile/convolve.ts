/**
 * Convolutions and windowed reductions. A convolution is a contraction: the windows of the (padded) image form a matrix
 * that is never written out, since a contraction reads its operands along walks through memory. Where the kernel has few
 * features a group, so that nothing would be read twice from a packed panel, it is a reduction of products instead.
 */
import type { Expr } from "../core/expr.ts";
import { type PaddingAxis, paddedLength } from "../core/padding.ts";
import type { Convolution, WindowOp, Windows } from "../core/primitive.ts";
import { type Aval, withShape } from "../types/aval.ts";
import { type DType, dtypeKind, integerRange } from "../types/dtype.ts";
import { equalShapes, rowMajorStrides, sizeOf } from "../types/shape.ts";
import { product, range } from "../util/list.ts";
import type { MatrixView } from "./ir.ts";
import { castTo, resultPlace, type StridedView, stridedView } from "./kernel.ts";
import type { Lowering } from "./lower.ts";
import { linearIndex, type Place, placedValue, Value } from "./value.ts";
import { joinAxes } from "./walk.ts";

/** Fewer features of a group than this are no matrix. */
const fewestFeatures = 4;
/** With fewer places than this in the innermost axes of the result, all places of all images go together. */
const fewestColumns = 128;

/**
 * A value under padding as a strided view of memory. Where padding only removes elements, that may be the operand's own
 * memory; else it is filled, and the elements written to their places.
 */
function paddedView(
  context: Lowering,
  x: Value,
  padding: readonly PaddingAxis[],
  fill: number | bigint | boolean,
): StridedView {
  const { b } = context;
  const { shape, dtype } = x.aval;
  const lengths = shape.map((n, d) => paddedLength(n, padding[d]!));
  // The operand's elements that are kept, along each axis, and the places of the first and of its neighbours.
  const first = padding.map(([low, , interior]) => Math.max(0, Math.ceil(-low / (interior + 1))));
  const steps = padding.map(([, , interior]) => interior + 1);
  const start = padding.map(([low], d) => low + first[d]! * steps[d]!);
  const kept = shape.map((n, d) =>
    Math.max(0, Math.min(n - first[d]!, Math.ceil((lengths[d]! - start[d]!) / steps[d]!))),
  );
  const part = withShape(x.aval, kept);
  const element = (index: readonly Expr[]): Expr => x.element(index.map((i, d) => b.add(i, b.int(first[d]!))));
  const inner = new Value(context, part, element, x.cost, x.depth + 1);
  if (equalShapes(kept, lengths)) {
    const view = sizeOf(kept) === 0 ? undefined : stridedView(context, inner);
    if (view !== undefined) return view;
    const { buffer, offset } = context.place(inner);
    context.flush();
    return { buffer, offset: offset ?? b.int(0), strides: rowMajorStrides(lengths) };
  }
  const buffer = context.newBuffer(dtype, sizeOf(lengths));
  const strides = rowMajorStrides(lengths);
  context.place(new Value(context, withShape(x.aval, lengths), () => b.constant(fill, dtype), 0, 0), {
    buffer,
    offset: undefined,
  });
  context.flush();
  if (sizeOf(kept) > 0) {
    const index = context.loops(kept.length);
    inner.element(index);
    // Building the element may have ended a group of kernels; what is emitted is built after it.
    context.flush();
    let at: Expr = b.int(0);
    index.forEach((i, d) => {
      at = b.add(at, b.add(b.mul(i, b.int(steps[d]! * strides[d]!)), b.int(start[d]! * strides[d]!)));
    });
    context.emit({ kind: "map", shape: kept, stores: [{ buffer, index: at, value: inner.element(index) }] });
  }
  return { buffer, offset: b.int(0), strides };
}

/** One axis of the sum or of the result: how far a step moves in each operand. */
interface Axis {
  readonly length: number;
  readonly lhs: number;
  readonly rhs: number;
}

const lengthsOf = (axes: readonly Axis[]): number[] => axes.map((axis) => axis.length);

/** Sums of products over windows. */
export function lowerConvolve(
  context: Lowering,
  lhs: Value,
  rhs: Value,
  aval: Aval,
  convolution: Convolution,
  target: Place | undefined,
): Value {
  const { b } = context;
  if (aval.dtype === "bool") {
    // Whether any pair of factors is true: the pairs are counted.
    const counts = lowerConvolve(context, lhs, rhs, { ...aval, dtype: "int32" }, convolution, undefined);
    const any = (index: readonly Expr[]): Expr => b.cast(counts.element(index), "bool");
    return new Value(context, aval, any, 1, 1);
  }
  // A contraction writes from element 0: inside a stacked result it needs memory of its own first.
  const place = resultPlace(context, aval, target?.offset === undefined ? target : undefined);
  if (sizeOf(aval.shape) > 0) emitConvolution(context, lhs, rhs, aval, convolution, place.buffer);
  const value = placedValue(context, aval, place);
  if (target !== undefined && target !== place) context.place(value, target);
  return value;
}

function emitConvolution(
  context: Lowering,
  lhs: Value,
  rhs: Value,
  aval: Aval,
  convolution: Convolution,
  buffer: number,
): void {
  const { b } = context;
  const { windowStrides, padding, lhsDilation, rhsDilation, featureGroupCount, batchGroupCount } = convolution;
  const { lhsSpec, rhsSpec, outSpec } = convolution.dimensionNumbers;
  const spatial = range(lhsSpec.length - 2);
  const config: PaddingAxis[] = lhs.aval.shape.map(() => [0, 0, 0]);
  for (const d of spatial) config[lhsSpec[d + 2]!] = [...padding[d]!, lhsDilation[d]! - 1];
  const image = paddedView(context, castTo(context, lhs, aval), config, 0);
  const kernel = paddedView(
    context,
    castTo(context, rhs, aval),
    rhs.aval.shape.map(() => [0, 0, 0]),
    0,
  );
  const lhsStride = (i: number): number => image.strides[lhsSpec[i]!]!;
  const rhsStride = (i: number): number => kernel.strides[rhsSpec[i]!]!;
  const groups = featureGroupCount * batchGroupCount;
  const images = lhs.aval.shape[lhsSpec[0]!]! / batchGroupCount;
  const channels = lhs.aval.shape[lhsSpec[1]!]! / featureGroupCount;
  const features = rhs.aval.shape[rhsSpec[0]!]! / groups;
  // The sum runs over channels and the window, in the order in which the kernel has them.
  const summed: Axis[] = range(rhsSpec.length - 1)
    .map((i) => i + 1)
    .sort((i, j) => rhsSpec[i]! - rhsSpec[j]!)
    .map((i) =>
      i === 1
        ? { length: channels, lhs: lhsStride(1), rhs: rhsStride(1) }
        : {
            length: rhs.aval.shape[rhsSpec[i]!]!,
            lhs: lhsStride(i) * rhsDilation[i - 2]!,
            rhs: rhsStride(i),
          },
    );
  const group: Axis = {
    length: groups,
    lhs: batchGroupCount > 1 ? lhsStride(0) * images : lhsStride(1) * channels,
    rhs: rhsStride(0) * features,
  };
  const feature: Axis = { length: features, lhs: 0, rhs: rhsStride(0) };
  const places: Axis[] = outSpec.map((_, i) =>
    i === 0
      ? { length: images, lhs: lhsStride(0), rhs: 0 }
      : { length: aval.shape[outSpec[i]!]!, lhs: lhsStride(i) * (windowStrides[i - 2] ?? 0), rhs: 0 },
  );
  const inOrder = (from: number, to: number): Axis[] => range(to - from).map((d) => places[outSpec.indexOf(from + d)]!);
  const before = inOrder(0, outSpec[1]!);
  const after = inOrder(outSpec[1]! + 1, outSpec.length);
  const order = [...before, group, feature, ...after];

  if (features < fewestFeatures) {
    emitProducts(context, aval.dtype, image, kernel, order, summed, buffer);
    return;
  }
  if (after.length === 0 && groups === 1) {
    emitContract(context, image, kernel, true, [], before, [feature], summed, buffer);
    return;
  }
  if (product(lengthsOf(after)) >= fewestColumns || before.length === 0) {
    emitContract(context, image, kernel, false, [...before, group], [feature], after, summed, buffer);
    return;
  }
  // Computed in another order of axes, then moved.
  const merged = after.length > 0;
  const columns = merged ? [...before, ...after] : [feature];
  const rows = merged ? [feature] : before;
  const temporary = context.newBuffer(aval.dtype, sizeOf(aval.shape));
  emitContract(context, image, kernel, !merged, [group], rows, columns, summed, temporary);
  const computed = [group, ...rows, ...columns];
  const strides = rowMajorStrides(lengthsOf(computed));
  const index = context.loops(order.length);
  let from: Expr = b.int(0);
  order.forEach((axis, i) => {
    from = b.add(from, b.mul(index[i]!, b.int(strides[computed.indexOf(axis)]!)));
  });
  const shape = lengthsOf(order);
  const value = b.load(temporary, from, aval.dtype);
  context.emit({ kind: "map", shape, stores: [{ buffer, index: linearIndex(b, shape, index), value }] });
}

/** The product of the image's windows, as the left matrix or the right one, with the kernel. */
function emitContract(
  context: Lowering,
  image: StridedView,
  kernel: StridedView,
  imageFirst: boolean,
  batch: readonly Axis[],
  rows: readonly Axis[],
  columns: readonly Axis[],
  depth: readonly Axis[],
  buffer: number,
): void {
  const ofImage = (axes: readonly Axis[]): number[] => axes.map((axis) => axis.lhs);
  const ofKernel = (axes: readonly Axis[]): number[] => axes.map((axis) => axis.rhs);
  const [left, ofLeft, right, ofRight] = imageFirst
    ? ([image, ofImage, kernel, ofKernel] as const)
    : ([kernel, ofKernel, image, ofImage] as const);
  const [rowStride] = joinAxes(lengthsOf(rows), [ofLeft(rows)]);
  const [columnStride] = joinAxes(lengthsOf(columns), [ofRight(columns)]);
  const [leftDepth, rightDepth] = joinAxes(lengthsOf(depth), [ofLeft(depth), ofRight(depth)]);
  const lhs: MatrixView = {
    buffer: left.buffer,
    offset: left.offset,
    batchStrides: ofLeft(batch),
    rowStride: rowStride!,
    columnStride: leftDepth!,
  };
  const rhs: MatrixView = {
    buffer: right.buffer,
    offset: right.offset,
    batchStrides: ofRight(batch),
    rowStride: rightDepth!,
    columnStride: columnStride!,
  };
  context.emit({
    kind: "contract",
    batch: lengthsOf(batch),
    rows: product(lengthsOf(rows)),
    columns: product(lengthsOf(columns)),
    depth: product(lengthsOf(depth)),
    lhs,
    rhs,
    buffer,
  });
}

/** One sum for each index of the result. */
function emitProducts(
  context: Lowering,
  dtype: DType,
  image: StridedView,
  kernel: StridedView,
  order: readonly Axis[],
  summed: readonly Axis[],
  buffer: number,
): void {
  const { b } = context;
  const axes = [...order, ...summed];
  const index = context.loops(axes.length);
  const element = ({ buffer: source, offset }: StridedView, stride: (axis: Axis) => number): Expr => {
    let at = offset;
    axes.forEach((axis, i) => {
      if (axis.length !== 1) at = b.add(at, b.mul(index[i]!, b.int(stride(axis))));
    });
    return b.load(source, at, dtype);
  };
  const shape = lengthsOf(order);
  context.emit({
    kind: "reduce",
    shape,
    reduced: lengthsOf(summed),
    op: "add",
    value: b.mul(
      element(image, (axis) => axis.lhs),
      element(kernel, (axis) => axis.rhs),
    ),
    buffer,
    index: linearIndex(b, shape, index.slice(0, order.length)),
  });
}

/** What a window has outside of the operand. */
function neutral(op: WindowOp, dtype: DType): number | bigint | boolean {
  if (op === "add") return 0;
  const isMax = op === "max" || op === "argmax";
  const kind = dtypeKind(dtype);
  if (kind === "b") return !isMax;
  if (kind === "i" || kind === "u") return integerRange(dtype)[isMax ? 0 : 1];
  return isMax ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

/** The elements of each window combined. */
export function lowerReduceWindow(
  context: Lowering,
  x: Value,
  aval: Aval,
  op: WindowOp,
  windows: Windows,
  target: Place | undefined,
): Value {
  const { b } = context;
  const { windowDimensions, windowStrides, padding, baseDilation, windowDilation } = windows;
  const place = resultPlace(context, aval, target);
  if (sizeOf(aval.shape) === 0) return placedValue(context, aval, place);
  const { dtype } = x.aval;
  const config = padding.map(([low, high], d): PaddingAxis => [low, high, baseDilation[d]! - 1]);
  const { buffer, offset, strides } = paddedView(context, x, config, neutral(op, dtype));
  const rank = aval.shape.length;
  const index = context.loops(2 * rank);
  let at = offset;
  strides.forEach((stride, d) => {
    at = b.add(at, b.mul(index[d]!, b.int(stride * windowStrides[d]!)));
    if (windowDimensions[d] !== 1) at = b.add(at, b.mul(index[rank + d]!, b.int(stride * windowDilation[d]!)));
  });
  context.emit({
    kind: "reduce",
    shape: aval.shape,
    reduced: windowDimensions,
    op,
    value: b.load(buffer, at, dtype),
    buffer: place.buffer,
    index: linearIndex(b, aval.shape, index.slice(0, rank), place.offset),
  });
  return placedValue(context, aval, place);
}
