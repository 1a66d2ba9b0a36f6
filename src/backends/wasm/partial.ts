/**
 * Long reductions to few results, and running ones along few lines, cut: a program goes in; each reduction that has no
 * other loop to share among threads becomes one over pieces of its range, whose results a short one combines, always in
 * the same order. Where the cuts lie depends on shapes alone, never on threads, so that the bits do not either.
 */
import type { BufferSpec, CumulativeKernel, Program, ReduceKernel, Step } from "../../compile/ir.ts";
import { type Expr, ExprBuilder } from "../../core/expr.ts";
import { type DType, dtypeBytes, dtypeKind } from "../../types/dtype.ts";
import { rowMajorStrides, sizeOf } from "../../types/shape.ts";
import { productSum } from "./kernels/contract.ts";
import { rewrite } from "./rewrite.ts";

/** Pieces of a range: enough that many threads end at about the same time. */
const pieces = 32;
/** Reductions to as many results are shared by results. */
const manyResults = 64;

/** How many numbers have to be combined at least for a reduction to be cut. */
export const longReduction = 65536;

const aligned = (bytes: number): number => Math.ceil(bytes / 16) * 16;
const bytesOf = ({ dtype, size }: BufferSpec): number => dtypeBytes(dtype) * size;

/** A range as whole pieces of one length, and a short rest. */
function cut(extent: number): { readonly length: number; readonly whole: number; readonly rest: number } {
  const length = extent >= pieces * pieces ? Math.floor(extent / pieces) : Math.ceil(extent / pieces);
  const whole = Math.floor(extent / length);
  return { length, whole, rest: extent - whole * length };
}

const replaced = (shape: readonly number[], d: number, extent: number): number[] =>
  shape.map((n, k) => (k === d ? extent : n));

class Cutter {
  readonly buffers: BufferSpec[];
  private readonly shortest: number;
  readonly workspace: Map<number, number>;
  /** Where partial results begin. Those of different reductions share the place, since they are used at once. */
  private readonly start: number;
  bytes: number;

  constructor(program: Program, shortest: number) {
    this.buffers = [...program.buffers];
    this.workspace = new Map(program.workspace);
    this.start = aligned(program.workspaceBytes);
    this.bytes = program.workspaceBytes;
    this.shortest = shortest;
  }

  steps(steps: readonly Step[]): Step[] {
    return steps.flatMap((step): readonly Step[] => {
      switch (step.kind) {
        case "reduce":
          return this.reduce(step);
        case "cumulative":
          return this.cumulative(step);
        case "contract": {
          const sum = productSum(this.buffers, step);
          return sum === undefined || !this.cuts(sum) ? [step] : this.reduce(sum);
        }
        case "loop":
          // Partial results are no place of an iteration's own.
          return [step.local === undefined ? { ...step, body: this.steps(step.body) } : step];
        case "while":
          return [{ ...step, condition: this.steps(step.condition), body: this.steps(step.body) }];
        case "branch":
          return [{ ...step, branches: step.branches.map((branch) => this.steps(branch)) }];
        default:
          return [step];
      }
    });
  }

  /** The reduced loop to cut: the first that is long; -1 for none. Positions of extremes count from the first loop. */
  private loopOf({ op, reduced }: ReduceKernel): number {
    if (op === "argmax" || op === "argmin") return reduced[0]! >= pieces ? 0 : -1;
    const long = reduced.findIndex((extent) => extent >= pieces);
    return long >= 0 ? long : reduced.findIndex((extent) => extent >= pieces / 4);
  }
  private cuts(kernel: ReduceKernel): boolean {
    const results = sizeOf(kernel.shape);
    return (
      results > 0 &&
      results < manyResults &&
      results * sizeOf(kernel.reduced) >= this.shortest &&
      this.loopOf(kernel) >= 0
    );
  }

  /** A buffer of partial results, at the common place or behind another one. */
  private partial(dtype: DType, size: number, after?: number): number {
    const buffer = this.buffers.length;
    const offset =
      after === undefined ? this.start : this.workspace.get(after)! + aligned(bytesOf(this.buffers[after]!));
    this.buffers.push({ dtype, size });
    this.workspace.set(buffer, offset);
    this.bytes = Math.max(this.bytes, offset + aligned(bytesOf({ dtype, size })));
    return buffer;
  }

  private reduce(kernel: ReduceKernel): Step[] {
    if (!this.cuts(kernel)) return [kernel];
    const { shape, reduced, op, value, index } = kernel;
    const loop = this.loopOf(kernel);
    const extent = reduced[loop]!;
    const { length, whole, rest } = cut(extent);
    const results = sizeOf(shape);
    const rank = shape.length;
    const extreme = op === "argmax" || op === "argmin";
    // Sums and products are collected in double precision, and stay in it where no vectors of results are written.
    const exact = value.dtype === "float32" && ((op === "add" && results === 1) || op === "mul");
    const dtype = exact ? "float64" : extreme ? "int32" : value.dtype;
    const count = whole + (rest > 0 ? 1 : 0);
    const buffer = this.partial(dtype, count * results);
    const b = new ExprBuilder();
    /** Where the result for an index of `shape`, whose first loop is number `first`, lies among those of a piece. */
    const place = (first: number, offset: Expr): Expr => {
      let sum = offset;
      for (const [d, stride] of rowMajorStrides(shape).entries())
        sum = b.add(sum, b.mul(b.index(first + d), b.int(stride)));
      return sum;
    };
    const steps: Step[] = [
      {
        ...kernel,
        shape: [whole, ...shape],
        reduced: replaced(reduced, loop, length),
        value: rewrite(b, value, (d) =>
          d === rank + loop ? b.add(b.mul(b.index(0), b.int(length)), b.index(d + 1)) : b.index(d + 1),
        ),
        buffer,
        index: place(1, b.mul(b.index(0), b.int(results))),
      },
    ];
    if (rest > 0) {
      steps.push({
        ...kernel,
        reduced: replaced(reduced, loop, rest),
        value: rewrite(b, value, (d) => (d === rank + loop ? b.add(b.int(whole * length), b.index(d)) : b.index(d))),
        buffer,
        index: place(0, b.int(whole * results)),
      });
    }
    const partialAt = (piece: Expr): Expr => b.load(buffer, place(0, b.mul(piece, b.int(results))), dtype);
    if (!extreme) {
      steps.push({
        ...kernel,
        reduced: [count],
        value: partialAt(b.index(rank)),
        index: rewrite(b, index, (d) => b.index(d)),
      });
      return steps;
    }
    // The extremes' own values are looked at again: the first piece whose extreme is the extreme of all has the result.
    const inner = sizeOf(reduced.slice(1));
    const positionIn = (piece: Expr): Expr => b.add(b.mul(piece, b.int(length * inner)), partialAt(piece));
    const strides = rowMajorStrides(reduced);
    const best = this.partial("int32", results, buffer);
    const position = positionIn(b.index(rank));
    const coordinate = (d: number): Expr => {
      const quotient = b.binary("div", position, b.int(strides[d]!));
      return d === 0 ? quotient : b.binary("rem", quotient, b.int(reduced[d]!));
    };
    steps.push(
      {
        ...kernel,
        reduced: [count],
        value: rewrite(b, value, (d) => (d < rank ? b.index(d) : coordinate(d - rank))),
        buffer: best,
        index: place(0, b.int(0)),
      },
      {
        kind: "map",
        shape,
        stores: [
          {
            buffer: kernel.buffer,
            index: rewrite(b, index, (d) => b.index(d)),
            value: positionIn(b.load(best, place(0, b.int(0)), "int32")),
          },
        ],
      },
    );
    return steps;
  }

  /**
   * Every piece runs on its own; then the ends of the pieces run; then each piece but the first is combined with the end
   * of all before it.
   */
  private cumulative(kernel: CumulativeKernel): Step[] {
    const { shape, axis, op, reverse, buffer } = kernel;
    const extent = shape[axis]!;
    const lines = sizeOf(shape) / Math.max(extent, 1);
    // Ends are rounded: sums lose a unit in the last place by that, but products and the like one for each piece.
    const rounds = op === "logaddexp" || (op === "mul" && dtypeKind(kernel.value.dtype) === "f");
    if (lines >= manyResults || extent < pieces || sizeOf(shape) < this.shortest || rounds) return [kernel];
    const { length, whole, rest } = cut(extent);
    if (whole < 2) return [kernel];
    const b = new ExprBuilder();
    const { dtype } = this.buffers[buffer]!;
    /** An expression for element `along` of the axis, in the order of running; other loops are numbered from `first`. */
    const at = (e: Expr, first: number, along: Expr): Expr => {
      const place = reverse ? b.sub(b.int(extent - 1), along) : along;
      return rewrite(b, e, (d) => (d === axis ? place : b.index(first + d)));
    };
    const strides = rowMajorStrides(replaced(shape, axis, 1));
    const ends = this.partial(dtype, (whole - 1 + (rest > 0 ? 1 : 0)) * lines);
    /** Where the end of a piece is, for the line of the loops from `first` on. */
    const end = (piece: Expr, first: number): Expr => {
      let sum = b.mul(piece, b.int(lines));
      for (const [d, stride] of strides.entries())
        if (d !== axis) sum = b.add(sum, b.mul(b.index(first + d), b.int(stride)));
      return sum;
    };
    const inPiece = (offset: number): Expr =>
      b.add(b.mul(b.index(0), b.int(length)), b.add(b.index(1 + axis), b.int(offset)));
    const inRest = b.add(b.int(whole * length), b.index(axis));
    const running = (shape: readonly number[], axis: number, value: Expr, buffer: number, index: Expr): Step => ({
      ...{ kind: "cumulative", op, reverse: false },
      ...{ shape, axis, value, buffer, index },
    });
    const joining = (shape: readonly number[], index: Expr, before: Expr): Step => ({
      kind: "map",
      shape,
      stores: [{ buffer, index, value: b.binary(op, b.load(ends, before, dtype), b.load(buffer, index, dtype)) }],
    });
    const piece = replaced(shape, axis, length);
    const last = replaced(shape, axis, rest);
    const steps = [
      running([whole, ...piece], axis + 1, at(kernel.value, 1, inPiece(0)), buffer, at(kernel.index, 1, inPiece(0))),
    ];
    if (rest > 0) steps.push(running(last, axis, at(kernel.value, 0, inRest), buffer, at(kernel.index, 0, inRest)));
    const lastOfPiece = b.add(b.mul(b.index(0), b.int(length)), b.int(length - 1));
    steps.push(
      running(
        [rest > 0 ? whole : whole - 1, ...replaced(shape, axis, 1)],
        0,
        b.load(buffer, at(kernel.index, 1, lastOfPiece), dtype),
        ends,
        end(b.index(0), 1),
      ),
      joining([whole - 1, ...piece], at(kernel.index, 1, inPiece(length)), end(b.index(0), 1)),
    );
    if (rest > 0) steps.push(joining(last, at(kernel.index, 0, inRest), end(b.int(whole - 1), 0)));
    return steps;
  }
}

/** The program with its long reductions to few results cut into pieces, if they combine at least so many numbers. */
export function cutReductions(program: Program, shortest: number): Program {
  const cutter = new Cutter(program, shortest);
  const steps = cutter.steps(program.steps);
  return { ...program, steps, buffers: cutter.buffers, workspace: cutter.workspace, workspaceBytes: cutter.bytes };
}
