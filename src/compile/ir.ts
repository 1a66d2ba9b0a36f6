/**
 * The kernel language: what a compiled program is, before any backend has seen it. Plain data, but for the functions of
 * the host that it may call, which stand in a list beside the steps.
 *
 * A program is a list of steps over buffers. Kernels are loops over an iteration space whose elements are scalar
 * expressions (core/expr.ts): `index` k is the k-th loop variable, outermost first, `load` reads a buffer at a linear
 * index in elements. All indices are in bounds by construction: lowering clamps what comes from data.
 */

import type { Expr } from "../core/expr.ts";
import type { CumulativeOp, HostFunction, OpaqueKernel, ReduceOp, ScatterOp } from "../core/primitive.ts";
import type { DType, TypedArray } from "../types/dtype.ts";
import type { Shape } from "../types/shape.ts";

/** A stretch of memory for `size` elements of one dtype. Booleans take one byte each (0 or 1). */
export interface BufferSpec {
  readonly dtype: DType;
  readonly size: number;
}

/** Writes `value` to element `index` of a buffer. */
export interface Store {
  readonly buffer: number;
  readonly index: Expr;
  readonly value: Expr;
}

/** For every index in `shape`: all stores. Iterations are independent, except that a store's element may be read by the same iteration before it is written. */
export interface MapKernel {
  readonly kind: "map";
  readonly shape: Shape;
  readonly stores: readonly Store[];
}

/**
 * For every index in `shape`, combines `value` over all indices in `reduced` (whose loop variables are numbered after
 * those of `shape`) and stores the result. Sums of floats are accurate: reference adds in double precision, others by
 * many accumulators or pairwise. `argmax` and `argmin` store the row-major number of the first extreme within `reduced`
 * (a NaN counts as extreme), as int32. Empty ranges give the operation's neutral element.
 */
export interface ReduceKernel {
  readonly kind: "reduce";
  readonly shape: Shape;
  readonly reduced: Shape;
  readonly op: ReduceOp;
  readonly value: Expr;
  readonly buffer: number;
  /** Over the loops of `shape` alone. */
  readonly index: Expr;
}

/** For every index in `shape`, the running combination of `value` along loop `axis` (from its end if `reverse`), stored at `index`. */
export interface CumulativeKernel {
  readonly kind: "cumulative";
  readonly shape: Shape;
  readonly axis: number;
  readonly reverse: boolean;
  readonly op: CumulativeOp;
  readonly value: Expr;
  readonly buffer: number;
  readonly index: Expr;
}

/** Several axes in row-major order: axis i has `shape[i]` steps of `strides[i]` elements. */
export interface Walk {
  readonly shape: Shape;
  readonly strides: readonly number[];
}

/** Where neighbouring rows or columns lie: evenly apart (in elements), or along a walk of as many steps. */
export type Stride = number | Walk;

/**
 * A matrix, or a batch of them, inside a buffer. Strides in elements; `offset` may use counters. Rows and columns may be
 * walks: the windows of an image are a matrix whose rows are channels and places in the window, whose columns are windows.
 */
export interface MatrixView {
  readonly buffer: number;
  readonly offset: Expr;
  readonly batchStrides: readonly number[];
  readonly rowStride: Stride;
  readonly columnStride: Stride;
}

/** result[b, i, j] = sum over k of lhs[b, i, k] * rhs[b, k, j]. The result is row-major and contiguous from element 0. Walks of both over k have one shape. */
export interface ContractKernel {
  readonly kind: "contract";
  readonly batch: Shape;
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
  readonly lhs: MatrixView;
  readonly rhs: MatrixView;
  readonly buffer: number;
}

/** Each of `rows` contiguous rows of `length` elements sorted stably by the first `keys` operands; inputs[i] to outputs[i].
 *  Ascending; -0 equals 0; NaN last; false before true. */
export interface SortKernel {
  readonly kind: "sort";
  readonly rows: number;
  readonly length: number;
  readonly keys: number;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

/** In row-major order over `shape`: where `inside` holds, combines `value` into element `index` of a buffer that holds the operand already. */
export interface ScatterKernel {
  readonly kind: "scatter";
  readonly shape: Shape;
  readonly op: ScatterOp;
  readonly inside: Expr;
  readonly index: Expr;
  readonly value: Expr;
  readonly buffer: number;
}

/** Runs an algorithm of the host's over whole buffers. `scratch` is a buffer of float64 that nothing else touches. */
export interface OpaqueStep {
  readonly kind: "opaque";
  readonly kernel: OpaqueKernel;
  readonly sizes: readonly number[];
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly scratch: number;
}

/** Runs `body` for counter number `counter` = 0, 1, ..., length - 1. */
export interface LoopStep {
  readonly kind: "loop";
  readonly counter: number;
  readonly length: number;
  readonly body: readonly Step[];
  /**
   * Given: the body is kernels, and iterations may run in any order or at once, if each has these buffers for itself. It
   * writes them before it reads them, and nothing else does either.
   */
  readonly local?: readonly number[];
}

/** Runs `condition`, then `body` if element 0 of `predicate` (bool) is true, and again. */
export interface WhileStep {
  readonly kind: "while";
  readonly condition: readonly Step[];
  readonly predicate: number;
  readonly body: readonly Step[];
}

/** Runs one list of steps: number `element 0 of selector` (int32), clamped to those that exist. */
export interface BranchStep {
  readonly kind: "branch";
  readonly selector: number;
  readonly branches: readonly (readonly Step[])[];
}

/**
 * Calls function number `function` of the program's list with copies of whole buffers, and writes what it returns. It may
 * run programs itself, this one included, and it may throw: then the program ends there. Steps of this kind are never
 * dropped, merged or moved past one another.
 */
export interface CallbackStep {
  readonly kind: "callback";
  readonly function: number;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

export type Kernel = MapKernel | ReduceKernel | CumulativeKernel | ContractKernel | SortKernel | ScatterKernel;
export type Step = Kernel | OpaqueStep | LoopStep | WhileStep | BranchStep | CallbackStep;

/** A compiled program. Buffers are numbered; inputs and outputs are distinct buffers, the others are the program's workspace or constants. */
export interface Program {
  readonly name: string;
  readonly buffers: readonly BufferSpec[];
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  /** Buffers whose contents are known when compiling. */
  readonly constants: ReadonlyMap<number, TypedArray>;
  /** Byte offsets of workspace buffers within one workspace, aligned to 16: buffers that are not alive together may share memory. */
  readonly workspace: ReadonlyMap<number, number>;
  readonly workspaceBytes: number;
  readonly steps: readonly Step[];
  /** Loop counters used, numbered from 0. */
  readonly counters: number;
  /** What callback steps call. Absent: there are none. */
  readonly functions?: readonly HostFunction[];
}
