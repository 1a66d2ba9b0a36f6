/**
 * Contractions: large products of float matrices go through packed panels, everything else is a reduction of products,
 * whose loops and vectors the reduction chooses.
 */
import type { BufferSpec, ContractKernel, MatrixView, ReduceKernel } from "../../../compile/ir.ts";
import { axesOf, sharedAxes, stridesAlong } from "../../../compile/walk.ts";
import { type Expr, ExprBuilder } from "../../../core/expr.ts";
import { dtypeBytes } from "../../../types/dtype.ts";
import { rowMajorStrides, sizeOf } from "../../../types/shape.ts";
import type { Frame } from "../frame.ts";
import { Nest } from "../nest.ts";
import { Plan } from "../plan.ts";
import { rewrite } from "../rewrite.ts";
import type { GemmType } from "./common.ts";
import { gemmFunction, gemmScratch, tileColumns, tileRows } from "./gemm.ts";
import { emitReduce } from "./reduce.ts";
import { emitTable } from "./walk.ts";

/** So many matrices or more are shared out as wholes. */
const fewestMatrices = 8;

/** The element type of the packed product that serves a kernel, if packing pays. */
function packedType(
  specs: readonly BufferSpec[],
  { rows, columns, depth, buffer }: ContractKernel,
): GemmType | undefined {
  if (rows < 4 || columns < 2 || depth < 8 || rows * columns * depth < 4096) return undefined;
  const { dtype } = specs[buffer]!;
  return dtype === "float32" ? "f32" : dtype === "float64" ? "f64" : undefined;
}

/** Bytes of scratch memory that a kernel needs. */
export function contractScratch(specs: readonly BufferSpec[], kernel: ContractKernel): number {
  const type = packedType(specs, kernel);
  if (type === undefined) return 0;
  const { rows, columns, depth } = kernel;
  return (
    gemmScratch(type, rows, columns, depth).bytes +
    tableBytes(kernel.lhs, rows, depth) +
    tableBytes(kernel.rhs, depth, columns)
  );
}

/** Whether a matrix is packed by tables of offsets, instead of even strides. */
const isWalked = ({ rowStride, columnStride }: MatrixView): boolean =>
  typeof rowStride !== "number" || typeof columnStride !== "number";

const tableBytes = (view: MatrixView, rows: number, columns: number): number =>
  isWalked(view) ? 4 * (rows + columns) : 0;

/** The first element of the matrix of a batch, whose loop variables are the first ones. */
function batchStart(b: ExprBuilder, view: MatrixView): Expr {
  let sum = rewrite(b, view.offset, (k) => b.index(k));
  for (const [d, stride] of view.batchStrides.entries()) sum = b.add(sum, b.mul(b.index(d), b.int(stride)));
  return sum;
}

export function emitContract(frame: Frame, specs: readonly BufferSpec[], kernel: ContractKernel): void {
  const { batch, rows, columns } = kernel;
  if (sizeOf(batch) * rows * columns === 0) return;
  const sum = productSum(specs, kernel);
  if (sum !== undefined) emitReduce(frame, sum);
  else emitPacked(frame, kernel, frame.dtype(kernel.buffer) === "float32" ? "f32" : "f64");
}

/**
 * A contraction that packing does not serve: a reduction over k of products, for every element of the result. Each axis of
 * a walk is a loop.
 */
export function productSum(specs: readonly BufferSpec[], kernel: ContractKernel): ReduceKernel | undefined {
  if (packedType(specs, kernel) !== undefined) return undefined;
  const { batch, rows, columns, depth, lhs, rhs, buffer } = kernel;
  const b = new ExprBuilder();
  const across = axesOf(lhs.rowStride, rows);
  const along = axesOf(rhs.columnStride, columns);
  const reduced = sharedAxes(lhs.columnStride, rhs.rowStride, depth);
  const shape = [...batch, ...across.shape, ...along.shape];
  const firstColumn = batch.length + across.shape.length;
  const element = (
    view: MatrixView,
    parts: readonly (readonly [first: number, strides: readonly number[]])[],
  ): Expr => {
    let place = batchStart(b, view);
    for (const [first, strides] of parts) {
      for (const [d, stride] of strides.entries()) place = b.add(place, b.mul(b.index(first + d), b.int(stride)));
    }
    return b.load(view.buffer, place, specs[view.buffer]!.dtype);
  };
  const left = element(lhs, [
    [batch.length, across.strides],
    [shape.length, stridesAlong(lhs.columnStride, reduced)],
  ]);
  const right = element(rhs, [
    [shape.length, stridesAlong(rhs.rowStride, reduced)],
    [firstColumn, along.strides],
  ]);
  let index: Expr = b.int(0);
  for (const [d, stride] of rowMajorStrides(shape).entries()) index = b.add(index, b.mul(b.index(d), b.int(stride)));
  return { kind: "reduce", shape, reduced, op: "add", value: b.mul(left, right), buffer, index };
}

function emitPacked(frame: Frame, kernel: ContractKernel, type: GemmType): void {
  const { batch, rows, columns, depth, lhs, rhs, buffer } = kernel;
  const { f, module } = frame;
  const b = new ExprBuilder();
  const bytes = dtypeBytes(frame.dtype(buffer));
  let number: Expr = b.int(0);
  for (const [d, stride] of rowMajorStrides(batch).entries()) number = b.add(number, b.mul(b.index(d), b.int(stride)));
  const [left, right, result] = [batchStart(b, lhs), batchStart(b, rhs), b.mul(number, b.int(rows * columns))];
  const plan = new Plan({
    extents: batch,
    border: 0,
    values: [left, right, result],
    targets: [],
    vectorLoop: () => -1,
  });
  const scratch = gemmScratch(type, rows, columns, depth);
  const gemm = gemmFunction(module, type, { left: isWalked(lhs), right: isWalked(rhs) });
  // Where the tables of a walked matrix stand in the scratch memory: of its rows, then of its columns.
  const tables = new Map<MatrixView, number>();
  let end = scratch.bytes;
  for (const [view, m, n] of [
    [lhs, rows, depth],
    [rhs, depth, columns],
  ] as const) {
    if (!isWalked(view)) continue;
    tables.set(view, end);
    emitTable(f, frame.scratch, end, axesOf(view.rowStride, m), bytes);
    emitTable(f, frame.scratch, end + 4 * m, axesOf(view.columnStride, n), bytes);
    end += 4 * (m + n);
  }
  // Many matrices: each thread takes some. Few: each takes rows or columns of all, and packs the smaller operand anew.
  const whole = sizeOf(batch) >= fewestMatrices;
  const side = frame.range === undefined || whole ? undefined : rows >= columns ? "rows" : "columns";
  if (side === "rows") frame.split = { extent: rows, unit: tileRows, coarse: true };
  if (side === "columns") frame.split = { extent: columns, unit: tileColumns(type), coarse: true };
  const nest: Nest = new Nest(frame, plan, [], {
    free: whole ? plan.loops.length : 0,
    body: () => {
      /** Adds so many bytes for each unit before the range. */
      const advance = (stride: number): void => {
        f.get(frame.range!.from);
        f.times(stride);
        f.op("i32.add");
      };
      /** Pushes the address of a matrix, from the part on that the range begins with: `stride` bytes between its units. */
      const address = (of: number, first: Expr, stride: number): void => {
        f.get(frame.address(of));
        nest.push(first);
        f.times(bytes);
        f.op("i32.add");
        if (stride !== 0) advance(stride);
      };
      for (const [view, first, m, part] of [
        [lhs, left, rows, side === "rows" ? "rowStride" : undefined],
        [rhs, right, depth, side === "columns" ? "columnStride" : undefined],
      ] as const) {
        const table = tables.get(view);
        if (table === undefined) {
          address(view.buffer, first, part === undefined ? 0 : (view[part] as number) * bytes);
          for (const stride of [view.rowStride, view.columnStride]) f.i32((stride as number) * bytes);
          continue;
        }
        // The part begins further on in the table instead.
        address(view.buffer, first, 0);
        for (const [name, start] of [
          ["rowStride", table],
          ["columnStride", table + 4 * m],
        ] as const) {
          f.get(frame.scratch);
          f.plus(start);
          if (name === part) advance(4);
        }
      }
      address(buffer, result, side === "rows" ? columns * bytes : side === "columns" ? bytes : 0);
      f.i32(columns * bytes);
      for (const [name, size] of [
        ["rows", rows],
        ["columns", columns],
      ] as const) {
        if (name !== side) {
          f.i32(size);
          continue;
        }
        f.get(frame.range!.to);
        f.get(frame.range!.from);
        f.op("i32.sub");
      }
      f.i32(depth);
      for (const offset of [0, scratch.right, scratch.tile]) {
        f.get(frame.scratch);
        f.plus(offset);
      }
      f.call(gemm);
    },
  });
  nest.emit();
}
