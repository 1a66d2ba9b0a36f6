/**
 * Contractions: large products of float matrices go through packed panels, everything else is a reduction of products,
 * whose loops and vectors the reduction chooses.
 */
import type { BufferSpec, ContractKernel, MatrixView } from "../../../compile/ir.ts";
import { type Expr, ExprBuilder } from "../../../core/expr.ts";
import { dtypeBytes } from "../../../types/dtype.ts";
import { rowMajorStrides, sizeOf } from "../../../types/shape.ts";
import type { Frame } from "../frame.ts";
import { Nest } from "../nest.ts";
import { Plan } from "../plan.ts";
import { rewrite } from "../rewrite.ts";
import { type GemmType, gemmFunction, gemmScratch } from "./gemm.ts";
import { emitReduce } from "./reduce.ts";

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

export function emitContract(frame: Frame, kernel: ContractKernel): void {
  const { batch, rows, columns } = kernel;
  if (sizeOf(batch) * rows * columns === 0) return;
  const type = frame.scratchBytes === 0 ? undefined : frame.dtype(kernel.buffer) === "float32" ? "f32" : "f64";
  if (type === undefined) emitProducts(frame, kernel);
  else emitPacked(frame, kernel, type);
}

/** A reduction over k of products, for every element of the result. */
function emitProducts(frame: Frame, { batch, rows, columns, depth, lhs, rhs, buffer }: ContractKernel): void {
  const b = new ExprBuilder();
  const rank = batch.length;
  const [i, j, k] = [b.index(rank), b.index(rank + 1), b.index(rank + 2)];
  const element = (view: MatrixView, row: Expr, column: Expr): Expr => {
    const place = b.add(b.mul(row, b.int(view.rowStride)), b.mul(column, b.int(view.columnStride)));
    return b.load(view.buffer, b.add(batchStart(b, view), place), frame.dtype(view.buffer));
  };
  const shape = [...batch, rows, columns];
  let index: Expr = b.int(0);
  for (const [d, stride] of rowMajorStrides(shape).entries()) index = b.add(index, b.mul(b.index(d), b.int(stride)));
  const value = b.mul(element(lhs, i, k), element(rhs, k, j));
  emitReduce(frame, { kind: "reduce", shape, reduced: [depth], op: "add", value, buffer, index });
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
  const nest: Nest = new Nest(frame, plan, [], {
    body: () => {
      const address = (of: number, first: Expr): void => {
        f.get(frame.address(of));
        nest.push(first);
        f.times(bytes);
        f.op("i32.add");
      };
      for (const [view, first] of [
        [lhs, left],
        [rhs, right],
      ] as const) {
        address(view.buffer, first);
        f.i32(view.rowStride * bytes);
        f.i32(view.columnStride * bytes);
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
