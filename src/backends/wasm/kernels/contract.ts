/**
 * Contractions: large products of float matrices go through packed panels, everything else is a reduction of products,
 * whose loops and vectors the reduction chooses.
 */
import type { BufferSpec, ContractKernel, MatrixView } from "../../../compile/ir.ts";
import { axesOf, sharedAxes, stridesAlong } from "../../../compile/walk.ts";
import { type Expr, ExprBuilder } from "../../../core/expr.ts";
import { dtypeBytes } from "../../../types/dtype.ts";
import { rowMajorStrides, sizeOf } from "../../../types/shape.ts";
import type { Frame } from "../frame.ts";
import { Nest } from "../nest.ts";
import { Plan } from "../plan.ts";
import { rewrite } from "../rewrite.ts";
import type { GemmType } from "./common.ts";
import { gemmFunction, gemmScratch } from "./gemm.ts";
import { emitReduce } from "./reduce.ts";
import { emitTable } from "./walk.ts";

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

export function emitContract(frame: Frame, kernel: ContractKernel): void {
  const { batch, rows, columns } = kernel;
  if (sizeOf(batch) * rows * columns === 0) return;
  const type = frame.scratchBytes === 0 ? undefined : frame.dtype(kernel.buffer) === "float32" ? "f32" : "f64";
  if (type === undefined) emitProducts(frame, kernel);
  else emitPacked(frame, kernel, type);
}

/** A reduction over k of products, for every element of the result. Each axis of a walk is a loop. */
function emitProducts(frame: Frame, { batch, rows, columns, depth, lhs, rhs, buffer }: ContractKernel): void {
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
    return b.load(view.buffer, place, frame.dtype(view.buffer));
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
  emitReduce(frame, { kind: "reduce", shape, reduced, op: "add", value: b.mul(left, right), buffer, index });
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
  const nest: Nest = new Nest(frame, plan, [], {
    body: () => {
      const address = (of: number, first: Expr): void => {
        f.get(frame.address(of));
        nest.push(first);
        f.times(bytes);
        f.op("i32.add");
      };
      for (const [view, first, m] of [
        [lhs, left, rows],
        [rhs, right, depth],
      ] as const) {
        address(view.buffer, first);
        const table = tables.get(view);
        for (const [stride, start] of [
          [view.rowStride, 0],
          [view.columnStride, 4 * m],
        ] as const) {
          if (table === undefined) f.i32((stride as number) * bytes);
          else {
            f.get(frame.scratch);
            f.plus(table + start);
          }
        }
      }
      address(buffer, result);
      for (const size of [rows, columns, depth]) f.i32(size);
      for (const offset of [0, scratch.right, scratch.tile]) {
        f.get(frame.scratch);
        f.plus(offset);
      }
      f.call(gemm);
    },
  });
  nest.emit();
}
