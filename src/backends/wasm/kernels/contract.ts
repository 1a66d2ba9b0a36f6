/**
 * Contractions: large products of float matrices go through packed panels, everything else is a reduction of products,
 * whose loops and vectors the reduction chooses.
 */
import type { BufferSpec, ContractKernel, MatrixView, ReduceKernel } from "../../../compile/ir.ts";
import { type Expr, ExprBuilder } from "../../../core/expr.ts";
import { dtypeBytes } from "../../../types/dtype.ts";
import { rowMajorStrides, sizeOf } from "../../../types/shape.ts";
import type { Frame } from "../frame.ts";
import { Nest } from "../nest.ts";
import { Plan } from "../plan.ts";
import { rewrite } from "../rewrite.ts";
import { type GemmType, gemmFunction, gemmScratch, tileColumns, tileRows } from "./gemm.ts";
import { emitReduce } from "./reduce.ts";

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
  return type === undefined ? 0 : gemmScratch(type, kernel.rows, kernel.columns, kernel.depth).bytes;
}

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

/** A contraction that packing does not serve: a reduction over k of products, for every element of the result. */
export function productSum(specs: readonly BufferSpec[], kernel: ContractKernel): ReduceKernel | undefined {
  if (packedType(specs, kernel) !== undefined) return undefined;
  const { batch, rows, columns, depth, lhs, rhs, buffer } = kernel;
  const b = new ExprBuilder();
  const rank = batch.length;
  const [i, j, k] = [b.index(rank), b.index(rank + 1), b.index(rank + 2)];
  const element = (view: MatrixView, row: Expr, column: Expr): Expr => {
    const place = b.add(b.mul(row, b.int(view.rowStride)), b.mul(column, b.int(view.columnStride)));
    return b.load(view.buffer, b.add(batchStart(b, view), place), specs[view.buffer]!.dtype);
  };
  const shape = [...batch, rows, columns];
  let index: Expr = b.int(0);
  for (const [d, stride] of rowMajorStrides(shape).entries()) index = b.add(index, b.mul(b.index(d), b.int(stride)));
  const value = b.mul(element(lhs, i, k), element(rhs, k, j));
  return { kind: "reduce", shape, reduced: [depth], op: "add", value, buffer, index };
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
  const gemm = gemmFunction(module, type);
  // Many matrices: each thread takes some. Few: each takes rows or columns of all, and packs the smaller operand anew.
  const whole = sizeOf(batch) >= fewestMatrices;
  const side = frame.range === undefined || whole ? undefined : rows >= columns ? "rows" : "columns";
  if (side === "rows") frame.split = { extent: rows, unit: tileRows, coarse: true };
  if (side === "columns") frame.split = { extent: columns, unit: tileColumns(type), coarse: true };
  const nest: Nest = new Nest(frame, plan, [], {
    free: whole ? plan.loops.length : 0,
    body: () => {
      /** Pushes the address of a matrix, from the part on that the range begins with: `stride` bytes between its units. */
      const address = (of: number, first: Expr, stride: number): void => {
        f.get(frame.address(of));
        nest.push(first);
        f.times(bytes);
        f.op("i32.add");
        if (stride === 0) return;
        f.get(frame.range!.from);
        f.times(stride);
        f.op("i32.add");
      };
      address(lhs.buffer, left, side === "rows" ? lhs.rowStride * bytes : 0);
      f.i32(lhs.rowStride * bytes);
      f.i32(lhs.columnStride * bytes);
      address(rhs.buffer, right, side === "columns" ? rhs.columnStride * bytes : 0);
      f.i32(rhs.rowStride * bytes);
      f.i32(rhs.columnStride * bytes);
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
