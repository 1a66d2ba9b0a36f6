/**
 * Runs primitives on plain arrays: a primitive's lowering and operands go in, results come out. One element at a time,
 * as the lowering says, with a check that every element that is read exists. It is written without regard to the
 * backends, so that tests of primitives need none.
 */
import { type Expr, ExprBuilder } from "../../src/core/expr.ts";
import { NDArray } from "../../src/core/ndarray.ts";
import type { Primitive, Reader, ReduceOp } from "../../src/core/primitive.ts";
import { type Executor, rootTrace } from "../../src/core/trace.ts";
import { type Aval, makeAval } from "../../src/types/aval.ts";
import { type DType, dtypeBytes, dtypeKind } from "../../src/types/dtype.ts";
import { rowMajorStrides, type Shape, sizeOf } from "../../src/types/shape.ts";

/** An array: booleans are 0 and 1. */
export interface Plain {
  readonly aval: Aval;
  readonly data: readonly number[];
}

/** An array of given elements. */
export function plain(data: readonly number[], shape: Shape, dtype: DType = "float64"): Plain {
  if (data.length !== sizeOf(shape)) throw new Error(`${data.length} elements for shape ${shape}`);
  return { aval: makeAval(shape, dtype), data };
}

/** A number as an element of a dtype: rounded, wrapped. */
export function fit(x: number, dtype: DType): number {
  const kind = dtypeKind(dtype);
  if (dtype === "float32") return Math.fround(x);
  if (kind === "b") return x !== 0 ? 1 : 0;
  if (kind !== "i" && kind !== "u") return x;
  const span = 2 ** (8 * dtypeBytes(dtype));
  const wrapped = ((x % span) + span) % span;
  return kind === "i" && wrapped >= span / 2 ? wrapped - span : wrapped;
}

const compare = (op: string, x: number, y: number): number =>
  Number(
    op === "eq"
      ? x === y
      : op === "ne"
        ? x !== y
        : op === "lt"
          ? x < y
          : op === "le"
            ? x <= y
            : op === "gt"
              ? x > y
              : x >= y,
  );

/** Integers only: the product without rounding. */
const multiply = (x: number, y: number, dtype: DType): number => {
  if (dtypeKind(dtype) === "f") return fit(x * y, dtype);
  const bits = 8 * dtypeBytes(dtype);
  const product = BigInt(x) * BigInt(y);
  return dtypeKind(dtype) === "b"
    ? x & y
    : Number(dtypeKind(dtype) === "i" ? BigInt.asIntN(bits, product) : BigInt.asUintN(bits, product));
};

function binary(op: string, x: number, y: number, dtype: DType): number {
  const integer = dtypeKind(dtype) === "i" || dtypeKind(dtype) === "u";
  switch (op) {
    case "add":
      return fit(x + y, dtype);
    case "sub":
      return fit(x - y, dtype);
    case "mul":
      return multiply(x, y, dtype);
    case "div":
      return fit(integer ? Math.trunc(x / y) : x / y, dtype);
    case "rem":
      return fit(x % y, dtype);
    case "max":
      return Math.max(x, y);
    case "min":
      return Math.min(x, y);
    case "and":
      return fit(x & y, dtype);
    case "or":
      return fit(x | y, dtype);
    case "xor":
      return fit(x ^ y, dtype);
    default:
      return compare(op, x, y);
  }
}

const unaries: { readonly [op: string]: (x: number) => number } = {
  neg: (x) => -x,
  abs: Math.abs,
  exp: Math.exp,
  log1p: Math.log1p,
  not: (x) => 1 - x,
};

function cast(x: number, from: DType, to: DType): number {
  if (dtypeKind(from) === "f" && dtypeKind(to) !== "f" && to !== "bool")
    return Number.isNaN(x) ? 0 : fit(Math.trunc(x), to);
  return fit(x, to);
}

/** The value of an expression; each node once. */
function evaluate(root: Expr, index: readonly number[], buffers: readonly (readonly number[])[]): number {
  const known = new Map<number, number>();
  const value = (e: Expr): number => {
    const found = known.get(e.id);
    if (found !== undefined) return found;
    const args = e.args.map(value);
    const result = compute(e, args);
    known.set(e.id, result);
    return result;
  };
  const compute = (e: Expr, args: readonly number[]): number => {
    switch (e.op) {
      case "constant":
        return Number(e.value);
      case "index":
        return index[Number(e.value)]!;
      case "load": {
        const element = buffers[Number(e.value)]![args[0]!];
        if (element === undefined) throw new Error(`element ${args[0]} of buffer ${e.value} does not exist`);
        return element;
      }
      case "select":
        return args[0] ? args[1]! : args[2]!;
      case "cast":
        return cast(args[0]!, e.args[0]!.dtype, e.dtype);
      default:
        if (args.length === 2) return binary(e.op, args[0]!, args[1]!, e.args[0]!.dtype);
        if (unaries[e.op] === undefined) throw new Error(`no operation ${e.op}`);
        return fit(unaries[e.op]!(args[0]!), e.dtype);
    }
  };
  return value(root);
}

/** All indices of a shape in row-major order. */
export function indices(shape: Shape): number[][] {
  let list: number[][] = [[]];
  for (const n of shape) list = list.flatMap((index) => Array.from({ length: n }, (_, i) => [...index, i]));
  return list;
}

/** The row-major number of an index. */
export const linear = (shape: Shape, index: readonly number[]): number => {
  const strides = rowMajorStrides(shape);
  return index.reduce((sum, i, d) => sum + i * strides[d]!, 0);
};

function reader(b: ExprBuilder, buffer: number, aval: Aval): Reader {
  const strides = rowMajorStrides(aval.shape);
  return (index) => {
    if (index.length !== aval.shape.length) throw new Error(`${index.length} indices for shape ${aval.shape}`);
    const place = index.reduce<Expr>((sum, i, d) => b.add(sum, b.mul(i, b.int(strides[d]!))), b.int(0));
    return b.load(buffer, place, aval.dtype);
  };
}

const neutral = (op: ReduceOp, dtype: DType): number => {
  const kind = dtypeKind(dtype);
  const bits = 8 * dtypeBytes(dtype);
  const highest =
    kind === "b" ? 1 : kind === "f" ? Number.POSITIVE_INFINITY : kind === "u" ? 2 ** bits - 1 : 2 ** (bits - 1) - 1;
  const lowest = kind === "f" ? Number.NEGATIVE_INFINITY : kind === "i" ? -(2 ** (bits - 1)) : 0;
  switch (op) {
    case "mul":
      return 1;
    case "max":
      return lowest;
    case "min":
      return highest;
    case "and":
      return kind === "i" ? -1 : highest;
    default:
      return 0;
  }
};

function firstExtreme(values: readonly number[], larger: boolean): number {
  let best = 0;
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i])) return i;
    if (larger ? values[i]! > values[best]! : values[i]! < values[best]!) best = i;
  }
  return best;
}

function logAddExp(x: number, y: number): number {
  const difference = x - y;
  return Number.isNaN(difference) ? x + y : Math.max(x, y) + Math.log1p(Math.exp(-Math.abs(difference)));
}

/** Smaller, equal or larger, as sorting orders: NaN last, all zeros equal. */
function order(x: number, y: number): number {
  if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y));
  return x < y ? -1 : x > y ? 1 : 0;
}

/** The results of a primitive. */
export function run<P>(primitive: Primitive<P>, operands: readonly Plain[], params: P): Plain[] {
  const avals = operands.map((x) => x.aval);
  const types = primitive.types(avals, params);
  const buffers = operands.map((x) => x.data);
  const b = new ExprBuilder();
  const read = avals.map((aval, i) => reader(b, i, aval));
  const { lower } = primitive;
  const { shape, dtype } = types[0]!;
  const loops = shape.map((_, d) => b.index(d));
  const one = (data: readonly number[]): Plain[] => [{ aval: types[0]!, data }];
  const everywhere = (e: Expr): number[] => indices(shape).map((index) => evaluate(e, index, buffers));
  switch (lower.kind) {
    case "map": {
      const xs = avals.map((aval, i) => read[i]!(aval.shape.length === 0 ? [] : loops));
      const results = [lower.expr(b, xs, params, avals)].flat() as Expr[];
      return results.map((e, i) => ({ aval: types[i]!, data: everywhere(e) }));
    }
    case "view":
      return one(everywhere(read[0]!(lower.index(b, loops, params, avals[0]!))));
    case "reshape":
      return one([...buffers[0]!]);
    case "gather":
      return one(everywhere(lower.element(b, read, loops, params, avals)));
    case "concatenate": {
      const axis = lower.axis(params);
      return one(
        indices(shape).map((index) => {
          let at = index[axis]!;
          let k = 0;
          while (at >= avals[k]!.shape[axis]!) at -= avals[k++]!.shape[axis]!;
          return buffers[k]![linear(avals[k]!.shape, index.with(axis, at))]!;
        }),
      );
    }
    case "reduce": {
      const axes = lower.axes(params);
      const full = avals[0]!.shape;
      const groups = indices(shape).map((): number[] => []);
      for (const index of indices(full)) {
        const kept = index.filter((_, d) => !axes.includes(d));
        groups[linear(shape, kept)]!.push(buffers[0]![linear(full, index)]!);
      }
      if (lower.op === "argmax" || lower.op === "argmin") {
        return one(groups.map((values) => firstExtreme(values, lower.op === "argmax")));
      }
      return one(
        groups.map((values) => values.reduce((x, y) => binary(lower.op, x, y, dtype), neutral(lower.op, dtype))),
      );
    }
    case "cumulative": {
      const axis = lower.axis(params);
      const data = [...buffers[0]!];
      const stride = rowMajorStrides(shape)[axis]!;
      const list = indices(shape);
      if (lower.reverse(params)) list.reverse();
      for (const index of list) {
        const before = index[axis]! + (lower.reverse(params) ? 1 : -1);
        if (before < 0 || before >= shape[axis]!) continue;
        const at = linear(shape, index);
        const previous = data[at + (before - index[axis]!) * stride]!;
        data[at] =
          lower.op === "logaddexp"
            ? fit(logAddExp(previous, data[at]!), dtype)
            : binary(lower.op, previous, data[at]!, dtype);
      }
      return one(data);
    }
    case "contract": {
      const { lhsContracting, rhsContracting, lhsBatch, rhsBatch } = lower.dimensions(params);
      const [x, y] = [avals[0]!.shape, avals[1]!.shape];
      const free = (s: Shape, ...used: (readonly number[])[]): number[] =>
        s.map((_, d) => d).filter((d) => !used.some((u) => u.includes(d)));
      const [xFree, yFree] = [free(x, lhsContracting, lhsBatch), free(y, rhsContracting, rhsBatch)];
      const summed = indices(lhsContracting.map((d) => x[d]!));
      return one(
        indices(shape).map((index) => {
          const xIndex = new Array<number>(x.length);
          const yIndex = new Array<number>(y.length);
          lhsBatch.forEach((d, i) => {
            xIndex[d] = index[i]!;
          });
          rhsBatch.forEach((d, i) => {
            yIndex[d] = index[i]!;
          });
          xFree.forEach((d, i) => {
            xIndex[d] = index[lhsBatch.length + i]!;
          });
          yFree.forEach((d, i) => {
            yIndex[d] = index[lhsBatch.length + xFree.length + i]!;
          });
          let sum = 0;
          for (const k of summed) {
            lhsContracting.forEach((d, i) => {
              xIndex[d] = k[i]!;
            });
            rhsContracting.forEach((d, i) => {
              yIndex[d] = k[i]!;
            });
            const a = buffers[0]![linear(x, xIndex)]!;
            const c = buffers[1]![linear(y, yIndex)]!;
            sum =
              dtypeKind(dtype) === "f"
                ? sum + a * c
                : dtype === "bool"
                  ? sum | (a & c)
                  : fit(sum + multiply(a, c, dtype), dtype);
          }
          return fit(sum, dtype);
        }),
      );
    }
    case "sort": {
      const axis = lower.axis(params);
      const keys = lower.keys(params);
      const results = buffers.map((data) => [...data]);
      const stride = rowMajorStrides(shape)[axis]!;
      for (const index of indices(shape.map((n, d) => (d === axis ? Math.min(n, 1) : n)))) {
        const start = linear(shape, index);
        const places = Array.from({ length: shape[axis]! }, (_, i) => start + i * stride);
        const sorted = [...places].sort((p, q) => {
          for (let k = 0; k < keys; k++) {
            const c = order(buffers[k]![p]!, buffers[k]![q]!);
            if (c !== 0) return c;
          }
          return p - q;
        });
        results.forEach((data, k) => {
          places.forEach((place, i) => {
            data[place] = buffers[k]![sorted[i]!]!;
          });
        });
      }
      return results.map((data, i) => ({ aval: types[i]!, data }));
    }
    case "scatter": {
      const data = [...buffers[0]!];
      const updates = operands.at(-1)!;
      const updateLoops = updates.aval.shape.map((_, d) => b.index(d));
      const site = lower.site(b, read, updateLoops, params, avals);
      for (const index of indices(updates.aval.shape)) {
        if (!evaluate(site.inside, index, buffers)) continue;
        const at = linear(
          shape,
          site.index.map((e) => evaluate(e, index, buffers)),
        );
        const value = updates.data[linear(updates.aval.shape, index)]!;
        data[at] = lower.op === "set" ? value : binary(lower.op, data[at]!, value, dtype);
      }
      return one(data);
    }
    default:
      throw new Error(`no lowering of kind ${lower.kind}`);
  }
}

/** A concrete array of the library, for rules: its payload is the list of elements. */
export const array = (x: Plain): NDArray => new NDArray(x.aval, rootTrace, x.data);

/** The plain array behind a concrete one. */
export const unwrap = (x: NDArray): Plain => ({ aval: x.aval, data: x.payload as readonly number[] });

/** Runs operations of the root trace here, so that rules can be called with concrete arrays. */
export const plainExecutor: Executor = {
  run: (primitive, operands, params) => run(primitive, operands.map(unwrap), params).map(array),
  scalar: (x) => (x.payload as readonly number[])[0],
  fromScalar: (value, aval) => array({ aval, data: [fit(Number(value), aval.dtype)] }),
};
