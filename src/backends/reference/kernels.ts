/**
 * The kernels: each goes in as data and comes out as a function that runs it over the buffers of an environment. Plain
 * loops; sums of floats are accumulated in double precision and rounded once.
 */
import type {
  ContractKernel,
  CumulativeKernel,
  Kernel,
  MapKernel,
  MatrixView,
  ReduceKernel,
  ScatterKernel,
  SortKernel,
} from "../../compile/ir.ts";
import { offsetsOf } from "../../compile/walk.ts";
import type { CumulativeOp, ReduceOp } from "../../core/primitive.ts";
import { type DType, dtypeKind, integerRange, newTypedArray, type TypedArray } from "../../types/dtype.ts";
import { type Shape, sizeOf } from "../../types/shape.ts";
import { checkIndex, type Environment, Evaluation } from "./evaluate.ts";
import { isWide, numberBinary, type Scalar, wideBinary } from "./scalar.ts";

type Combine = (x: Scalar, y: Scalar) => Scalar;

/** Makes a kernel runnable. */
export function compileKernel(kernel: Kernel, environment: Environment): () => void {
  switch (kernel.kind) {
    case "map":
      return compileMap(kernel, environment);
    case "reduce":
      return compileReduce(kernel, environment);
    case "cumulative":
      return compileCumulative(kernel, environment);
    case "contract":
      return compileContract(kernel, environment);
    case "sort":
      return compileSort(kernel, environment);
    case "scatter":
      return compileScatter(kernel, environment);
  }
}

/** The next index of `shape` in row-major order, in the variables from `first` on; after the last comes the first. */
function advance(shape: Shape, loops: Int32Array, first: number): void {
  for (let d = shape.length - 1; d >= 0; d--) {
    const next = loops[first + d]! + 1;
    if (next < shape[d]!) {
      loops[first + d] = next;
      return;
    }
    loops[first + d] = 0;
  }
}

function store(data: TypedArray, buffer: number, index: number, value: Scalar): void {
  checkIndex(index, data, buffer, "store");
  data[index] = value;
}

function compileMap({ shape, stores }: MapKernel, environment: Environment): () => void {
  const loops = new Int32Array(shape.length);
  const evaluation = new Evaluation(
    stores.flatMap((s) => [s.index, s.value]),
    environment,
    loops,
  );
  const writes = stores.map((s) => {
    const index = evaluation.numberReader(s.index);
    const value = evaluation.reader(s.value);
    return () => store(environment.buffers[s.buffer]!, s.buffer, index(), value());
  });
  const count = sizeOf(shape);
  return () => {
    loops.fill(0);
    for (let n = 0; n < count; n++) {
      // All values are computed before the first is written.
      evaluation.run();
      for (let i = 0; i < writes.length; i++) writes[i]!();
      advance(shape, loops, 0);
    }
  };
}

/** A binary operation on elements of a dtype; floats in double precision, so that sums are rounded only when stored. */
function combination(op: Exclude<ReduceOp, "argmax" | "argmin">, dtype: DType): Combine {
  return (isWide(dtype) ? wideBinary(op, dtype) : numberBinary(op, dtype === "float32" ? "float64" : dtype)) as Combine;
}

/** What combining nothing gives. */
export function neutralElement(op: ReduceOp | CumulativeOp, dtype: DType): Scalar {
  const kind = dtypeKind(dtype);
  const [lowest, highest] =
    kind === "f"
      ? [-Infinity, Infinity]
      : kind === "b"
        ? [0, 1]
        : integerRange(dtype).map((v) => (isWide(dtype) ? v : Number(v)));
  const whole = (n: number): Scalar => (isWide(dtype) ? BigInt(n) : n);
  switch (op) {
    case "add":
    case "or":
    case "xor":
      return whole(0);
    case "mul":
      return whole(1);
    case "and":
      return kind === "i" ? whole(-1) : highest!;
    case "max":
      return lowest!;
    case "min":
      return highest!;
    case "logaddexp":
      return -Infinity;
    case "argmax":
    case "argmin":
      return 0;
  }
}

function compileReduce(kernel: ReduceKernel, environment: Environment): () => void {
  const { shape, reduced, op, buffer } = kernel;
  const loops = new Int32Array(shape.length + reduced.length);
  const place = new Evaluation([kernel.index], environment, loops);
  const element = new Evaluation([kernel.value], environment, loops);
  const index = place.numberReader(kernel.index);
  const value = element.reader(kernel.value);
  const { dtype } = kernel.value;
  const length = sizeOf(reduced);
  const count = sizeOf(shape);

  const first = shape.length;
  const neutral = neutralElement(op, dtype);
  let total: () => Scalar;
  if (op === "argmax" || op === "argmin") {
    total = () => {
      let best: Scalar = 0;
      let at = 0;
      for (let n = 0; n < length; n++) {
        element.run();
        const v = value();
        const better = op === "argmax" ? v > best : v < best;
        // biome-ignore lint/suspicious/noSelfCompare: only NaN differs from itself, and bigints come here as well
        if (n === 0 || (best === best && (better || v !== v))) {
          best = v;
          at = n;
        }
        advance(reduced, loops, first);
      }
      return at;
    };
  } else {
    const combine = combination(op, dtype);
    total = () => {
      let sum = neutral;
      for (let n = 0; n < length; n++) {
        element.run();
        sum = combine(sum, value());
        advance(reduced, loops, first);
      }
      return sum;
    };
  }
  return () => {
    loops.fill(0);
    for (let n = 0; n < count; n++) {
      place.run();
      store(environment.buffers[buffer]!, buffer, index(), total());
      advance(shape, loops, 0);
    }
  };
}

/** log(exp(x) + exp(y)), also of infinities. */
function logAddExp(x: number, y: number): number {
  const difference = Math.abs(x - y);
  return Number.isNaN(difference) ? x + y : Math.max(x, y) + Math.log1p(Math.exp(-difference));
}

function compileCumulative(kernel: CumulativeKernel, environment: Environment): () => void {
  const { shape, axis, reverse, op, buffer } = kernel;
  const loops = new Int32Array(shape.length);
  const evaluation = new Evaluation([kernel.index, kernel.value], environment, loops);
  const index = evaluation.numberReader(kernel.index);
  const value = evaluation.reader(kernel.value);
  const { dtype } = kernel.value;
  const combine = op === "logaddexp" ? (logAddExp as Combine) : combination(op, dtype);
  const neutral = neutralElement(op, dtype);
  const length = shape[axis]!;
  // One line along the axis for each index of the other axes.
  const lines = shape.map((n, d) => (d === axis ? 1 : n));
  const count = length === 0 ? 0 : sizeOf(lines);
  return () => {
    loops.fill(0);
    for (let n = 0; n < count; n++) {
      let sum = neutral;
      for (let k = 0; k < length; k++) {
        loops[axis] = reverse ? length - 1 - k : k;
        evaluation.run();
        sum = k === 0 ? value() : combine(sum, value());
        store(environment.buffers[buffer]!, buffer, index(), sum);
      }
      loops[axis] = 0;
      advance(lines, loops, 0);
    }
  };
}

function compileContract(kernel: ContractKernel, environment: Environment): () => void {
  const { batch, rows, columns, depth, lhs, rhs, buffer } = kernel;
  const offsets = new Evaluation([lhs.offset, rhs.offset], environment, new Int32Array(0));
  const lhsOffset = offsets.numberReader(lhs.offset);
  const rhsOffset = offsets.numberReader(rhs.offset);
  const loops = new Int32Array(batch.length);
  const batches = sizeOf(batch);
  const rowOffsets = offsetsOf(lhs.rowStride, rows);
  const columnOffsets = offsetsOf(rhs.columnStride, columns);
  const place = (view: MatrixView, offset: number): number =>
    view.batchStrides.reduce((sum, stride, d) => sum + stride * loops[d]!, offset);

  return () => {
    const { buffers } = environment;
    const x = buffers[lhs.buffer]!;
    const y = buffers[rhs.buffer]!;
    const result = buffers[buffer]!;
    const dot = dotFunction(x, y, lhs, rhs, depth, result);
    offsets.run();
    loops.fill(0);
    let at = 0;
    for (let n = 0; n < batches; n++) {
      const left = place(lhs, lhsOffset());
      const right = place(rhs, rhsOffset());
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < columns; j++) {
          store(result, buffer, at++, dot(left + rowOffsets[i]!, right + columnOffsets[j]!));
        }
      }
      advance(batch, loops, 0);
    }
  };
}

/** The sum of products of a row of the left and a column of the right matrix, given their first elements. */
function dotFunction(
  x: TypedArray,
  y: TypedArray,
  lhs: MatrixView,
  rhs: MatrixView,
  depth: number,
  result: TypedArray,
): (left: number, right: number) => Scalar {
  const stepsX = offsetsOf(lhs.columnStride, depth);
  const stepsY = offsetsOf(rhs.rowStride, depth);
  const reach = (steps: Int32Array): number[] =>
    depth === 0 ? [] : [Math.min, Math.max].map((pick) => steps.reduce((x, y) => pick(x, y)));
  const [reachX, reachY] = [reach(stepsX), reach(stepsY)];
  const check = (left: number, right: number): void => {
    for (const step of reachX) checkIndex(left + step, x, lhs.buffer, "load");
    for (const step of reachY) checkIndex(right + step, y, rhs.buffer, "load");
  };
  if (result instanceof BigInt64Array || result instanceof BigUint64Array) {
    const [u, v] = [x as BigInt64Array, y as BigInt64Array];
    return (left, right) => {
      check(left, right);
      let sum = 0n;
      for (let k = 0; k < depth; k++) sum += u[left + stepsX[k]!]! * v[right + stepsY[k]!]!;
      return sum;
    };
  }
  // Sums of integers are kept to 32 bits, of which the narrower types are the last; storing takes those.
  const floats = result instanceof Float32Array || result instanceof Float64Array;
  const [u, v] = [x as Float64Array, y as Float64Array];
  return (left, right) => {
    check(left, right);
    let sum = 0;
    if (floats) for (let k = 0; k < depth; k++) sum += u[left + stepsX[k]!]! * v[right + stepsY[k]!]!;
    else for (let k = 0; k < depth; k++) sum = (sum + Math.imul(u[left + stepsX[k]!]!, v[right + stepsY[k]!]!)) | 0;
    return sum;
  };
}

/** Negative, 0 or positive as `x` comes before, with or after `y`: NaN is last, both zeros are one. */
function order(x: Scalar, y: Scalar): number {
  if (x < y) return -1;
  if (x > y) return 1;
  // biome-ignore lint/suspicious/noSelfCompare: only NaN differs from itself, and bigints come here as well
  return x === y ? 0 : Number(x !== x) - Number(y !== y);
}

function compileSort({ rows, length, keys, inputs, outputs }: SortKernel, environment: Environment): () => void {
  const permutation = new Uint32Array(length);
  return () => {
    const { buffers } = environment;
    const keyData = inputs.slice(0, keys).map((buffer) => buffers[buffer]!);
    for (let row = 0; row < rows; row++) {
      const start = row * length;
      for (let i = 0; i < length; i++) permutation[i] = i;
      permutation.sort((i, j) => {
        for (const data of keyData) {
          const byKey = order(data[start + i]!, data[start + j]!);
          if (byKey !== 0) return byKey;
        }
        return i - j;
      });
      for (const [n, input] of inputs.entries()) {
        const from = buffers[input]!;
        const to = buffers[outputs[n]!]!;
        for (let i = 0; i < length; i++) to[start + i] = from[start + permutation[i]!]!;
      }
    }
  };
}

function compileScatter(kernel: ScatterKernel, environment: Environment): () => void {
  const { shape, op, buffer } = kernel;
  const loops = new Int32Array(shape.length);
  const evaluation = new Evaluation([kernel.inside, kernel.index, kernel.value], environment, loops);
  const inside = evaluation.numberReader(kernel.inside);
  const index = evaluation.numberReader(kernel.index);
  const value = evaluation.reader(kernel.value);
  const { dtype } = kernel.value;
  const combine: Combine =
    op === "set" ? (_old, x) => x : ((isWide(dtype) ? wideBinary(op, dtype) : numberBinary(op, dtype)) as Combine);
  const count = sizeOf(shape);
  return () => {
    const data = environment.buffers[buffer]!;
    loops.fill(0);
    for (let n = 0; n < count; n++) {
      evaluation.run();
      if (inside() !== 0) {
        const at = index();
        checkIndex(at, data, buffer, "store");
        data[at] = combine(data[at]!, value());
      }
      advance(shape, loops, 0);
    }
  };
}

/** Memory whose contents nobody should read: floats are NaN, integers an unlikely number, booleans true. */
export function poisoned(dtype: DType, size: number): TypedArray {
  const data = newTypedArray(dtype, size);
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) data.fill(0x5555_5555_5555_5555n);
  else data.fill(dtypeKind(dtype) === "f" ? NaN : dtype === "bool" ? 1 : 0x55);
  return data;
}
