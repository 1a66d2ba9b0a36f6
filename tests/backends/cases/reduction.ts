/** Programs that combine elements: reductions over any axes, and running combinations. */
import type { CumulativeOp, ReduceOp } from "../../../src/core/primitive.ts";
import { type DType, dtypeKind, type TypedArray } from "../../../src/types/dtype.ts";
import { filled, type ProgramCase, positive, programCase, small, storedDTypes, type Value, wild } from "../sketch.ts";

function reduceOps(dtype: DType): readonly ReduceOp[] {
  switch (dtypeKind(dtype)) {
    case "b":
      return ["and", "or", "xor", "max", "min", "argmax", "argmin"];
    case "f":
      return ["add", "mul", "max", "min", "argmax", "argmin"];
    default:
      return ["add", "mul", "max", "min", "and", "or", "xor", "argmax", "argmin"];
  }
}

/** Values whose sums and products are exact in any order. */
function gentle(op: ReduceOp | CumulativeOp, dtype: DType, n: number, seed: number): TypedArray {
  if (op === "mul" && dtypeKind(dtype) === "f")
    return filled(
      dtype,
      [...small(dtype, n, seed)].map((v) => (Number(v) > 2 ? 2 : v === 0 ? 1 : Number(v) < 0 ? -1 : 0.5)),
    );
  if (op === "add" && dtypeKind(dtype) === "f") return small(dtype, n, seed);
  if (op === "argmax" || op === "argmin") return small(dtype, n, seed);
  return wild(dtype, n, seed);
}

const lengths = [0, 1, 3, 4, 5, 7, 16, 33];

/** The axes of an array of three axes that are reduced, in loop terms: (kept, reduced) with strides. */
function reduceCase(op: ReduceOp, dtype: DType, shape: readonly number[], axes: readonly number[]): ProgramCase {
  return programCase(`${op} of (${shape}) ${dtype} over axes ${axes.length === 0 ? "none" : axes}`, (s) => {
    const strides = shape.map((_, d) => shape.slice(d + 1).reduce((a, n) => a * n, 1));
    const kept = shape.map((_, d) => d).filter((d) => !axes.includes(d));
    const count = shape.reduce((a, n) => a * n, 1);
    const size = kept.reduce((a, d) => a * shape[d]!, 1);
    const outShape = kept.map((d) => shape[d]!);
    const outStrides = outShape.map((_, d) => outShape.slice(d + 1).reduce((a, n) => a * n, 1));
    const x = s.input(dtype, gentle(op, dtype, count, 5));
    const out = s.output(op.startsWith("arg") ? "int32" : dtype, size);
    const value = s.load(x, s.at([...kept, ...axes].map((d) => strides[d]!)));
    s.reduce(
      op,
      outShape,
      axes.map((d) => shape[d]!),
      [out, s.at(outStrides), value],
    );
  });
}

const reduceCases: ProgramCase[] = [];
for (const dtype of storedDTypes) {
  for (const op of reduceOps(dtype)) {
    const arg = op.startsWith("arg");
    for (const n of lengths) if (n > 0 || !arg) reduceCases.push(reduceCase(op, dtype, [n], [0]));
    for (const axes of [[0], [1], [2], [0, 2], [1, 2], [0, 1], [0, 1, 2], []]) {
      reduceCases.push(reduceCase(op, dtype, [3, 5, 7], axes), reduceCase(op, dtype, [2, 4, 16], axes));
    }
    if (!arg) reduceCases.push(reduceCase(op, dtype, [3, 0], [1]));
    reduceCases.push(
      reduceCase(op, dtype, [0, 3], [1]),
      reduceCase(op, dtype, [33, 5], [0]),
      reduceCase(op, dtype, [3, 257], [1]),
    );
  }
}

for (const dtype of ["float32", "float64"] as const) {
  for (const [name, values] of [
    ["a NaN inside", [1, 5, NaN, 9, -2, NaN, 3, 4, 9]],
    ["a NaN first", [NaN, 5, 2, 9, -2, 1, 3, 4]],
    ["a NaN last", [1, 5, 2, 9, -2, 1, 3, NaN]],
    ["infinities", [1, Infinity, -Infinity, 9, Infinity, -Infinity, 2]],
    ["one infinity", [1, 2, Infinity, 9, 3, 2]],
    ["only minus infinity", [-Infinity, -Infinity, -Infinity]],
    ["only infinity", [Infinity, Infinity, Infinity, Infinity, Infinity]],
    ["zeros of both signs", [0, -0, 0, -0, -0]],
    ["minus zeros", [-0, -0, -0, -0]],
    ["ties", [3, 7, 7, 1, 1, 7, 1]],
  ] as const) {
    for (const op of ["max", "min", "argmax", "argmin"] as const) {
      reduceCases.push(
        programCase(`${op} of ${dtype} with ${name}`, (s) => {
          const x = s.input(dtype, values);
          s.reduce(
            op,
            [],
            [values.length],
            [s.output(op.startsWith("arg") ? "int32" : dtype, 1), s.b.int(0), s.load(x, s.at([1]))],
          );
        }),
      );
    }
  }
  for (const n of [10, 100, 1000, 4097]) {
    reduceCases.push(
      programCase(
        `sum of ${n} positive ${dtype}`,
        (s) => {
          const x = s.input(dtype, positive(dtype, n, n));
          s.reduce("add", [], [n], [s.output(dtype, 1), s.b.int(0), s.load(x, s.at([1]))]);
        },
        { ulp: 16 },
      ),
      programCase(
        `sums of columns of ${n} positive ${dtype}`,
        (s) => {
          const x = s.input(dtype, positive(dtype, 5 * n, n));
          s.reduce("add", [5], [n], [s.output(dtype, 5), s.at([1]), s.load(x, s.at([1, 5]))]);
        },
        { ulp: 16 },
      ),
    );
  }
}

reduceCases.push(
  programCase("sum of products, read through a transposed view", (s) => {
    const x = s.load(s.input("float32", small("float32", 35, 1)), s.at([7, 1]));
    const y = s.load(s.input("float32", small("float32", 35, 2)), s.at([1, 5]));
    s.reduce("add", [5], [7], [s.output("float32", 5), s.at([1]), s.b.mul(x, y)]);
  }),
  programCase("count of a condition", (s) => {
    const x = s.load(s.input("float32", wild("float32", 67)), s.at([1]));
    s.reduce("add", [], [67], [s.output("int32", 1), s.b.int(0), s.b.cast(s.b.gt(x, s.b.like(0.5, x)), "int32")]);
  }),
  programCase("any and all of conditions along both axes", (s) => {
    const x = s.input("int32", small("int32", 35));
    const load = s.load(x, s.at([7, 1]));
    s.reduce("or", [5], [7], [s.output("bool", 5), s.at([1]), s.b.eq(load, s.b.int(4))]);
    const other = s.load(x, s.at([1, 7]));
    s.reduce("and", [7], [5], [s.output("bool", 7), s.at([1]), s.b.lt(other, s.b.int(4))]);
  }),
  programCase("results stored in reverse and with gaps", (s) => {
    const x = s.input("float32", small("float32", 35));
    const out = s.output("float32", 11);
    s.map([11], [out, s.at([1]), s.b.constant(9, "float32")]);
    s.reduce("add", [5], [7], [out, s.at([-2], 9), s.load(x, s.at([7, 1]))]);
  }),
  programCase(
    "sum of loop variables: no memory read",
    (s) => {
      s.reduce("add", [3], [4, 5], [s.output("int32", 3), s.at([1]), s.at([100, 10, 1])]);
    },
    {
      expected: [
        filled(
          "int32",
          [0, 1, 2].map((i) => 2000 * i + 10 * 6 * 5 + 4 * 10),
        ),
      ],
    },
  ),
  programCase("sum of a value that does not depend on the reduced loop", (s) => {
    const x = s.input("float32", small("float32", 9));
    s.reduce("add", [9], [6], [s.output("float32", 9), s.at([1]), s.load(x, s.at([1]))]);
  }),
  programCase("sum of squared differences from a broadcast mean, in float64 from float32", (s) => {
    const x = s.b.cast(s.load(s.input("float32", small("float32", 44, 1)), s.at([11, 1])), "float64");
    const m = s.load(s.input("float64", small("float64", 4, 2)), s.at([1]));
    const d = s.b.sub(x, m);
    s.reduce("add", [4], [11], [s.output("float64", 4), s.at([1]), s.b.mul(d, d)]);
  }),
  programCase(
    "argmax over two axes numbers them in row-major order",
    (s) => {
      const x = s.input("int32", [1, 5, 2, 9, 3, 9, 0, 0, 0, 0, 0, 0]);
      s.reduce("argmax", [2], [2, 3], [s.output("int32", 2), s.at([1]), s.load(x, s.at([6, 3, 1]))]);
    },
    { expected: [filled("int32", [3, 0])] },
  ),
  programCase(
    "softmax in three kernels",
    (s) => {
      const { b } = s;
      const x = s.input("float32", wild("float32", 45));
      const m = s.workspace("float32", 5);
      const e = s.workspace("float32", 45);
      const t = s.workspace("float32", 5);
      const load = s.load(x, s.at([9, 1]));
      s.reduce("max", [5], [9], [m, s.at([1]), load]);
      s.map([5, 9], [e, s.at([9, 1]), b.unary("exp", b.sub(load, s.load(m, s.at([1]))))]);
      s.reduce("add", [5], [9], [t, s.at([1]), s.load(e, s.at([9, 1]))]);
      s.map([5, 9], [s.output("float32", 45), s.at([9, 1]), b.div(s.load(e, s.at([9, 1])), s.load(t, s.at([1])))]);
    },
    { ulp: 8 },
  ),
);

const cumulativeCases: ProgramCase[] = [];
const cumulativeOps = (dtype: DType): readonly CumulativeOp[] =>
  dtype === "bool"
    ? ["max", "min"]
    : dtypeKind(dtype) === "f"
      ? ["add", "mul", "max", "min", "logaddexp"]
      : ["add", "mul", "max", "min"];

for (const dtype of storedDTypes) {
  for (const op of cumulativeOps(dtype)) {
    const ulp = op === "logaddexp" ? 32 : 0;
    for (const [shape, axis] of [
      [[0], 0],
      [[1], 0],
      [[4], 0],
      [[33], 0],
      [[3, 5], 0],
      [[3, 5], 1],
      [[2, 7, 4], 1],
      [[2, 3, 16], 0],
      [[2, 0, 3], 1],
    ] as const) {
      for (const reverse of [false, true]) {
        cumulativeCases.push(
          programCase(
            `cumulative ${op} of (${shape}) ${dtype} along ${axis}${reverse ? ", reversed" : ""}`,
            (s) => {
              const n = shape.reduce((a: number, k) => a * k, 1);
              const strides = shape.map((_, d) => shape.slice(d + 1).reduce((a: number, k) => a * k, 1));
              const x = s.input(dtype, gentle(op, dtype, n, 6));
              s.cumulative(op, shape, axis, reverse, [s.output(dtype, n), s.at(strides), s.load(x, s.at(strides))]);
            },
            { ulp },
          ),
        );
      }
    }
  }
}
for (const dtype of ["float32", "float64"] as const) {
  const values: readonly Value[] = [1, 3, 2, NaN, 5, Infinity, 7];
  for (const op of ["add", "mul", "max", "min", "logaddexp"] as const) {
    for (const reverse of [false, true]) {
      cumulativeCases.push(
        programCase(
          `cumulative ${op} of ${dtype} through a NaN${reverse ? ", reversed" : ""}`,
          (s) => {
            const x = s.input(dtype, values);
            s.cumulative(op, [7], 0, reverse, [s.output(dtype, 7), s.at([1]), s.load(x, s.at([1]))]);
          },
          { ulp: 4 },
        ),
      );
    }
  }
  cumulativeCases.push(
    programCase(
      `cumulative logaddexp of ${dtype} infinities`,
      (s) => {
        const x = s.input(dtype, [-Infinity, -Infinity, 1, -Infinity, 2, Infinity, 3, Infinity]);
        s.cumulative("logaddexp", [8], 0, false, [s.output(dtype, 8), s.at([1]), s.load(x, s.at([1]))]);
      },
      { ulp: 4 },
    ),
    programCase(
      `cumulative sum of 1000 positive ${dtype}, scaled, stored transposed`,
      (s) => {
        const x = s.input(dtype, positive(dtype, 1000));
        const value = s.b.mul(s.load(x, s.at([10, 1])), s.b.constant(0.25, dtype));
        s.cumulative("add", [100, 10], 0, false, [s.output(dtype, 1000), s.at([1, 100]), value]);
      },
      { ulp: 32 },
    ),
  );
}

export const reductionCases: readonly ProgramCase[] = [...reduceCases, ...cumulativeCases];
