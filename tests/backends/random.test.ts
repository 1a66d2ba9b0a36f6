/** Random maps and reductions over random views, on the wasm backend and the reference: loops, vectors, tails, pointers. */
import { describe, expect, it } from "vitest";
import { createReferenceBackend } from "../../src/backends/reference/backend.ts";
import { createWasmBackend } from "../../src/backends/wasm/backend.ts";
import type { Expr } from "../../src/core/expr.ts";
import type { DType } from "../../src/types/dtype.ts";
import { rowMajorStrides, sizeOf } from "../../src/types/shape.ts";
import { differences, type ProgramCase, runCase } from "./cases.ts";
import { filled, generator, programCase, type Sketch, small, wild } from "./sketch.ts";

type Next = () => number;

const pick = <T>(next: Next, list: readonly T[]): T => list[Math.floor(next() * list.length)]!;

function randomShape(next: Next, rank: number): number[] {
  const lengths = [1, 2, 3, 4, 5, 7, 8, 13, 16, 17, 31, 37, 64, 70];
  const shape: number[] = [];
  for (let d = 0; d < rank; d++) {
    const room = 9000 / sizeOf(shape);
    shape.push(
      pick(
        next,
        lengths.filter((n) => n <= room),
      ),
    );
  }
  return shape;
}

/** A load from a fresh input through a random view of loops of these lengths: permuted, reversed, broadcast, gathered. */
function randomLoad(s: Sketch, next: Next, extents: readonly number[], dtype: DType): Expr {
  const { b } = s;
  const data = (n: number, seed: number) => (dtype === "float32" ? small(dtype, n, seed) : wild(dtype, n, seed));
  const seed = Math.floor(next() * 1e6);
  const order = extents.map((_, d) => d);
  if (next() < 0.3) order.sort(() => next() - 0.5);
  const kept = order.filter(() => next() < 0.85);
  const gap = next() < 0.2 ? 2 : 1;
  const strides = new Array<number>(extents.length).fill(0);
  let size = gap;
  for (const d of [...kept].reverse()) {
    strides[d] = size;
    size *= extents[d]!;
  }
  let offset = Math.floor(next() * 3);
  size += offset;
  for (const d of kept) {
    if (next() > 0.15) continue;
    offset += strides[d]! * (extents[d]! - 1);
    strides[d] = -strides[d]!;
  }
  if (kept.length > 0 && next() < 0.15) {
    // Through a table along one loop.
    const d = pick(next, kept);
    const n = extents[d]!;
    const table = s.input(
      "int32",
      filled(
        "int32",
        Array.from({ length: n }, () => Math.floor(next() * n)),
      ),
    );
    const along = strides[d]!;
    strides[d] = 0;
    const place = b.add(s.at(strides, offset), b.mul(s.load(table, b.index(d)), b.int(along)));
    return s.load(s.input(dtype, data(size, seed)), place);
  }
  if (next() < 0.15) {
    // As a view that flattens and splits again would have it.
    let flat: Expr = b.int(0);
    for (const [d, stride] of rowMajorStrides(extents).entries()) flat = b.add(flat, b.mul(b.index(d), b.int(stride)));
    const c = pick(next, [1, 2, 3, 4, 8]);
    const n = sizeOf(extents);
    const rows = Math.ceil(n / c);
    const place = b.add(b.mul(b.rem(flat, b.int(c)), b.int(rows)), b.div(flat, b.int(c)));
    return s.load(s.input(dtype, data(rows * c, seed)), place);
  }
  return s.load(s.input(dtype, data(size, seed)), s.at(strides, offset));
}

function randomValue(s: Sketch, next: Next, extents: readonly number[], dtype: DType, depth: number): Expr {
  const { b } = s;
  const again = (d: DType = dtype): Expr => randomValue(s, next, extents, d, depth - 1);
  if (depth === 0) {
    const kind = next();
    if (kind < 0.1) return b.constant(Math.floor(next() * 7) - 2, dtype);
    if (kind < 0.2 && extents.length > 0) return b.cast(b.index(Math.floor(next() * extents.length)), dtype);
    return randomLoad(s, next, extents, dtype);
  }
  if (dtype === "bool") {
    const kind = next();
    if (kind < 0.5) {
      const operand = pick(next, ["float32", "int32", "uint32"] as const);
      return b.binary(pick(next, ["eq", "ne", "lt", "le", "gt", "ge"] as const), again(operand), again(operand));
    }
    if (kind < 0.6) return b.not(again());
    if (kind < 0.7) return b.cast(again("float32"), "bool");
    return b.binary(pick(next, ["and", "or", "xor"] as const), again(), again());
  }
  const kind = next();
  if (kind < 0.15) return b.select(again("bool"), again(), again());
  if (kind < 0.3) return b.cast(again(pick(next, ["bool", "int32", "uint32", "float32"] as const)), dtype);
  if (kind < 0.4)
    return b.unary(
      pick(
        next,
        dtype === "float32"
          ? (["neg", "abs", "floor", "round"] as const)
          : (["neg", "not", "popcount", "clz"] as const),
      ),
      again(),
    );
  if (dtype === "float32") return b.binary(pick(next, ["add", "sub", "mul", "max", "min"] as const), again(), again());
  const ops = [
    "add",
    "sub",
    "mul",
    "max",
    "min",
    "and",
    "xor",
    "div",
    "rem",
    "shiftLeft",
    "shiftRightLogical",
  ] as const;
  return b.binary(pick(next, ops), again(), again());
}

const dtypes = ["float32", "float32", "float32", "int32", "uint32", "bool", "float64", "int8", "int64"] as const;

function randomMap(seed: number): ProgramCase {
  const next = generator(seed);
  const shape = randomShape(next, 1 + Math.floor(next() * 4));
  return programCase(`map ${seed} (${shape.join()})`, (s) => {
    const stores = Array.from({ length: next() < 0.3 ? 2 : 1 }, () => {
      const dtype = pick(next, dtypes);
      const inner = dtype === "float64" || dtype === "int8" || dtype === "int64" ? "int32" : dtype;
      const value = s.b.cast(randomValue(s, next, shape, inner, Math.floor(next() * 4)), dtype);
      const strides = rowMajorStrides(shape);
      const place =
        next() < 0.2
          ? s.at(
              strides.map((n) => -n),
              sizeOf(shape) - 1,
            )
          : s.at(strides);
      return [s.output(dtype, sizeOf(shape)), place, value] as const;
    });
    s.map(shape, ...stores);
  });
}

function randomReduce(seed: number): ProgramCase {
  const next = generator(seed);
  const extents = randomShape(next, 1 + Math.floor(next() * 4));
  const border = Math.floor(next() * (extents.length + 1));
  const [shape, reduced] = [extents.slice(0, border), extents.slice(border)];
  const dtype = pick(next, ["float32", "float32", "int32", "uint32", "bool", "float64", "int8"] as const);
  const ops =
    dtype === "bool"
      ? (["and", "or", "argmax"] as const)
      : dtype === "float32" || dtype === "float64"
        ? (["add", "max", "min", "argmax", "argmin"] as const)
        : (["add", "mul", "max", "min", "and", "or", "xor", "argmax", "argmin"] as const);
  const op = pick(next, ops);
  return programCase(
    `${op} ${seed} of ${dtype} (${shape.join()}) over (${reduced.join()})`,
    (s) => {
      let value: Expr;
      if (dtype === "float32") {
        value = randomValue(s, next, extents, dtype, Math.floor(next() * 3));
        // Sums without cancellation, so that units in the last place mean something.
        if (op === "add") value = s.b.abs(value);
      } else value = randomLoad(s, next, extents, dtype);
      if (dtype === "float64" && op === "add") value = s.b.abs(value);
      const out = s.output(op === "argmax" || op === "argmin" ? "int32" : dtype, sizeOf(shape));
      s.reduce(op, shape, reduced, [out, s.at(rowMajorStrides(shape)), value]);
    },
    { ulp: op === "add" ? 8 : 0 },
  );
}

function randomCumulative(seed: number): ProgramCase {
  const next = generator(seed);
  const shape = randomShape(next, 1 + Math.floor(next() * 3));
  const axis = Math.floor(next() * shape.length);
  const dtype = pick(next, ["float32", "float32", "int32", "uint32", "float64", "int16"] as const);
  const op = pick(
    next,
    dtype === "float32" ? (["add", "max", "min"] as const) : (["add", "mul", "max", "min"] as const),
  );
  return programCase(`cumulative ${op} ${seed} of ${dtype} (${shape.join()}) along ${axis}`, (s) => {
    const value =
      dtype === "float32" && next() < 0.5 ? randomValue(s, next, shape, dtype, 1) : randomLoad(s, next, shape, dtype);
    const out = s.output(dtype, sizeOf(shape));
    s.cumulative(op, shape, axis, next() < 0.4, [out, s.at(rowMajorStrides(shape)), value]);
  });
}

describe("random programs give what the reference gives", () => {
  const backend = createWasmBackend();
  const reference = createReferenceBackend();
  for (const [name, make] of [
    ["maps", randomMap],
    ["reductions", randomReduce],
    ["running combinations", randomCumulative],
  ] as const) {
    it(name, async () => {
      for (let seed = 1; seed <= 400; seed++) {
        const example = make(seed);
        const [actual, expected] = [await runCase(backend, example), await runCase(reference, example)];
        expect(differences(example, actual, expected), example.name).toBeUndefined();
      }
      expect(backend.memory().used).toBe(0);
    });
  }
});
