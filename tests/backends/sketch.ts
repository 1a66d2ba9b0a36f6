/**
 * Builds small programs by hand: buffers are declared, steps are added in order, `finish` gives the program with the
 * data of its inputs. Values are deterministic.
 */
import type {
  BranchStep,
  BufferSpec,
  CumulativeKernel,
  MatrixView,
  Program,
  ReduceKernel,
  ScatterKernel,
  Step,
  Store,
} from "../../src/compile/ir.ts";
import { type Expr, ExprBuilder } from "../../src/core/expr.ts";
import type { CumulativeOp, ReduceOp, ScatterOp } from "../../src/core/primitive.ts";
import {
  type DType,
  dtypeBytes,
  dtypeKind,
  integerRange,
  newTypedArray,
  type TypedArray,
} from "../../src/types/dtype.ts";

export type Value = number | bigint | boolean;

/** The dtypes that every backend of plain numbers stores. */
export const storedDTypes = [
  "float32",
  "float64",
  "int32",
  "uint32",
  "bool",
  "int8",
  "uint8",
  "int16",
  "uint16",
  "int64",
  "uint64",
] as const satisfies readonly DType[];
export type StoredDType = (typeof storedDTypes)[number];

export const floatDTypes = ["float32", "float64"] as const;
export const integerDTypes = ["int32", "uint32", "int8", "uint8", "int16", "uint16", "int64", "uint64"] as const;
export const numberDTypes = [...floatDTypes, ...integerDTypes] as const;

/** A typed array of the layout of a dtype. Integers wrap. */
export function filled(dtype: DType, values: readonly Value[]): TypedArray {
  const data = newTypedArray(dtype, values.length);
  values.forEach((v, i) => {
    if (data instanceof BigInt64Array || data instanceof BigUint64Array) data[i] = BigInt(v);
    else if (dtype === "bool") data[i] = Number(v) !== 0 ? 1 : 0;
    else if (typeof v === "bigint" && dtypeKind(dtype) !== "f") data[i] = Number(BigInt.asIntN(32, v));
    else data[i] = Number(v);
  });
  return data;
}

/** A deterministic generator of numbers in [0, 1). */
export function generator(seed: number): () => number {
  let state = (seed * 2654435761 + 12345) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Values over the whole range of an integer dtype; floats in [-4, 4). */
export function wild(dtype: DType, n: number, seed = 1): TypedArray {
  const next = generator(seed);
  const values: Value[] = [];
  for (let i = 0; i < n; i++) {
    if (dtypeKind(dtype) === "f") values.push(next() * 8 - 4);
    else values.push((BigInt(Math.floor(next() * 4294967296)) << 32n) | BigInt(Math.floor(next() * 4294967296)));
  }
  return filled(dtype, dtype === "bool" ? values.map((v) => BigInt(v) % 2n) : values.map((v) => wrapped(dtype, v)));
}

function wrapped(dtype: DType, v: Value): Value {
  const kind = dtypeKind(dtype);
  const bits = 8 * dtypeBytes(dtype);
  if (kind === "i") return BigInt.asIntN(bits, BigInt(v));
  return kind === "u" ? BigInt.asUintN(bits, BigInt(v)) : v;
}

/** Small whole numbers, -4 to 4 (0 to 8 where unsigned): sums and products of a few are exact in any order. */
export function small(dtype: DType, n: number, seed = 1): TypedArray {
  const next = generator(seed);
  const lowest = dtypeKind(dtype) === "u" || dtype === "bool" ? 0 : -4;
  return filled(
    dtype,
    Array.from({ length: n }, () => {
      const v = Math.floor(next() * 9) + lowest;
      return dtype === "bool" ? v % 2 : v;
    }),
  );
}

/** Positive floats in [0.5, 1.5): sums lose little. */
export function positive(dtype: DType, n: number, seed = 1): TypedArray {
  const next = generator(seed);
  return filled(
    dtype,
    Array.from({ length: n }, () => next() + 0.5),
  );
}

/** Values at the edges of a dtype, and a few ordinary ones. */
export function edges(dtype: DType): TypedArray {
  switch (dtypeKind(dtype)) {
    case "b":
      return filled(dtype, [false, true]);
    case "f": {
      const tiny =
        dtype === "float32" ? [1e-40, -1.4e-45, 1.1754943508222875e-38] : [5e-324, -1e-310, 2.2250738585072014e-308];
      const huge = dtype === "float32" ? [3.4028234663852886e38, -3e38] : [1.7976931348623157e308, -1e308];
      const ordinary = [0, -0, 1, -1, 0.5, -0.5, 1.5, 2.5, -2.5, 3.3, -7.75, 1e-3, 1000.25, -1e6, 8388609, 4294967296];
      return filled(dtype, [...ordinary, ...tiny, ...huge, Infinity, -Infinity, NaN]);
    }
    default: {
      const [lowest, highest] = integerRange(dtype);
      const values = [0n, 1n, 2n, 3n, 7n, 8n, 31n, 63n, 100n, lowest, lowest + 1n, highest, highest - 1n, highest / 2n];
      if (lowest < 0n) values.push(-1n, -2n, -7n, -100n);
      return filled(dtype, values);
    }
  }
}

/** Every pair of one value each, as two arrays. */
export function pairs(dtype: DType, xs: TypedArray, ys: TypedArray): [TypedArray, TypedArray] {
  const left: Value[] = [];
  const right: Value[] = [];
  for (const x of xs) {
    for (const y of ys) {
      left.push(x);
      right.push(y);
    }
  }
  return [filled(dtype, left), filled(dtype, right)];
}

/** A program in the making. */
export class Sketch {
  readonly b: ExprBuilder = new ExprBuilder();
  readonly data: TypedArray[] = [];
  private readonly buffers: BufferSpec[] = [];
  private readonly inputs: number[] = [];
  private readonly outputs: number[] = [];
  private readonly constants = new Map<number, TypedArray>();
  private readonly offsets = new Map<number, number>();
  private bytes = 0;
  private counters = 0;
  private steps: Step[] = [];

  private buffer(dtype: DType, size: number): number {
    this.buffers.push({ dtype, size });
    return this.buffers.length - 1;
  }
  input(dtype: DType, values: readonly Value[] | TypedArray): number {
    const data = ArrayBuffer.isView(values) ? values : filled(dtype, values);
    this.data.push(data);
    const buffer = this.buffer(dtype, data.length);
    this.inputs.push(buffer);
    return buffer;
  }
  output(dtype: DType, size: number): number {
    const buffer = this.buffer(dtype, size);
    this.outputs.push(buffer);
    return buffer;
  }
  constant(dtype: DType, values: readonly Value[] | TypedArray): number {
    const data = ArrayBuffer.isView(values) ? values : filled(dtype, values);
    const buffer = this.buffer(dtype, data.length);
    this.constants.set(buffer, data);
    return buffer;
  }
  /** Workspace: after all that stands so far, or at an offset that the caller shares. */
  workspace(dtype: DType, size: number, offset?: number): number {
    const buffer = this.buffer(dtype, size);
    const at = offset ?? this.bytes;
    this.offsets.set(buffer, at);
    this.bytes = Math.max(this.bytes, Math.ceil((at + size * dtypeBytes(dtype)) / 16) * 16);
    return buffer;
  }
  /** offset + the sum of strides times loop variables. */
  at(strides: readonly number[], offset = 0): Expr {
    let index = this.b.int(offset);
    strides.forEach((stride, k) => {
      if (stride !== 0) index = this.b.add(index, this.b.mul(this.b.index(k), this.b.int(stride)));
    });
    return index;
  }
  load(buffer: number, index: Expr): Expr {
    return this.b.load(buffer, index, this.buffers[buffer]!.dtype);
  }

  map(shape: readonly number[], ...stores: readonly (readonly [buffer: number, index: Expr, value: Expr])[]): void {
    const list: Store[] = stores.map(([buffer, index, value]) => ({
      buffer,
      index,
      value,
    }));
    this.steps.push({ kind: "map", shape, stores: list });
  }
  reduce(
    op: ReduceOp,
    shape: readonly number[],
    reduced: readonly number[],
    [buffer, index, value]: readonly [buffer: number, index: Expr, value: Expr],
  ): void {
    const kernel: ReduceKernel = {
      kind: "reduce",
      op,
      shape,
      reduced,
      buffer,
      index,
      value,
    };
    this.steps.push(kernel);
  }
  cumulative(
    op: CumulativeOp,
    shape: readonly number[],
    axis: number,
    reverse: boolean,
    [buffer, index, value]: readonly [buffer: number, index: Expr, value: Expr],
  ): void {
    const kernel: CumulativeKernel = {
      kind: "cumulative",
      op,
      shape,
      axis,
      reverse,
      buffer,
      index,
      value,
    };
    this.steps.push(kernel);
  }
  contract(
    sizes: {
      batch?: readonly number[];
      rows: number;
      columns: number;
      depth: number;
    },
    lhs: MatrixView,
    rhs: MatrixView,
    buffer: number,
  ): void {
    this.steps.push({
      kind: "contract",
      batch: [],
      ...sizes,
      lhs,
      rhs,
      buffer,
    });
  }
  sort(rows: number, length: number, keys: number, inputs: readonly number[], outputs: readonly number[]): void {
    this.steps.push({ kind: "sort", rows, length, keys, inputs, outputs });
  }
  scatter(
    op: ScatterOp,
    shape: readonly number[],
    parts: Pick<ScatterKernel, "inside" | "index" | "value" | "buffer">,
  ): void {
    this.steps.push({ kind: "scatter", op, shape, ...parts });
  }

  private nested(build: () => void): Step[] {
    const outer = this.steps;
    this.steps = [];
    build();
    const inner = this.steps;
    this.steps = outer;
    return inner;
  }
  loop(length: number, build: (counter: Expr) => void): void {
    const counter = this.counters++;
    const body = this.nested(() => build(this.b.counter(counter)));
    this.steps.push({ kind: "loop", counter, length, body });
  }
  while(predicate: number, condition: () => void, body: () => void): void {
    this.steps.push({
      kind: "while",
      predicate,
      condition: this.nested(condition),
      body: this.nested(body),
    });
  }
  branch(selector: number, ...branches: readonly (() => void)[]): void {
    const step: BranchStep = {
      kind: "branch",
      selector,
      branches: branches.map((build) => this.nested(build)),
    };
    this.steps.push(step);
  }

  finish(name: string): Program {
    return {
      name,
      buffers: this.buffers,
      inputs: this.inputs,
      outputs: this.outputs,
      constants: this.constants,
      workspace: this.offsets,
      workspaceBytes: this.bytes,
      steps: this.steps,
      counters: this.counters,
    };
  }
}

/** One program, its inputs, and how near to the reference (or to the given results) a backend must come. */
export interface ProgramCase {
  readonly name: string;
  readonly program: Program;
  readonly inputs: readonly TypedArray[];
  /** Each output's elements, or "reference": what the reference backend computes. */
  readonly expected: readonly TypedArray[] | "reference";
  /** Units in the last place for floats; 0 means the same bits (any NaN for a NaN). */
  readonly ulp: number;
}

/** Makes a case from a sketch that the callback fills. */
export function programCase(
  name: string,
  build: (s: Sketch) => void,
  options: { ulp?: number; expected?: readonly TypedArray[] } = {},
): ProgramCase {
  const s = new Sketch();
  build(s);
  return {
    name,
    program: s.finish(name),
    inputs: s.data,
    expected: options.expected ?? "reference",
    ulp: options.ulp ?? 0,
  };
}

/** A case of one map over one axis: each result element from the same element of each input. */
export function elementwise(
  name: string,
  inputs: readonly (readonly [dtype: DType, values: readonly Value[] | TypedArray])[],
  f: (b: ExprBuilder, ...xs: Expr[]) => Expr,
  options: { ulp?: number; expected?: readonly TypedArray[] } = {},
): ProgramCase {
  return programCase(
    name,
    (s) => {
      const n = inputs[0]![1].length;
      const i = s.b.index(0);
      const value = f(s.b, ...inputs.map(([dtype, values]) => s.load(s.input(dtype, values), i)));
      s.map([n], [s.output(value.dtype, n), i, value]);
    },
    options,
  );
}
