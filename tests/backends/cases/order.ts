/** Programs that sort and scatter. */
import { type DType, dtypeKind, type TypedArray } from "../../../src/types/dtype.ts";
import {
  edges,
  filled,
  type ProgramCase,
  programCase,
  type StoredDType,
  small,
  storedDTypes,
  wild,
} from "../sketch.ts";
import { permutation } from "./access.ts";

const list: ProgramCase[] = [];

/** Sorts `rows` rows by the first keys, carrying each element's number along: that shows stability. */
function sortCase(
  name: string,
  rows: number,
  length: number,
  keys: readonly (readonly [StoredDType, TypedArray])[],
): ProgramCase {
  return programCase(`sort of ${rows} rows of ${length}: ${name}`, (s) => {
    const n = rows * length;
    const inputs = keys.map(([dtype, data]) => s.input(dtype, data));
    inputs.push(
      s.input(
        "int32",
        Array.from({ length: n }, (_, i) => i),
      ),
    );
    const outputs = [...keys.map(([dtype]) => s.output(dtype, n)), s.output("int32", n)];
    s.sort(rows, length, keys.length, inputs, outputs);
  });
}

for (const dtype of storedDTypes) {
  for (const [rows, length] of [
    [1, 0],
    [0, 4],
    [1, 1],
    [3, 2],
    [1, 7],
    [5, 16],
    [2, 33],
    [1, 300],
  ] as const) {
    list.push(sortCase(dtype, rows, length, [[dtype, wild(dtype, rows * length, 3)]]));
    list.push(sortCase(`${dtype} with many ties`, rows, length, [[dtype, small(dtype, rows * length, 4)]]));
  }
  const e = edges(dtype);
  list.push(sortCase(`${dtype} at the edges`, 1, e.length, [[dtype, e]]));
  list.push(
    programCase(`sort of ${dtype} alone`, (s) =>
      s.sort(2, 9, 1, [s.input(dtype, wild(dtype, 18, 6))], [s.output(dtype, 18)]),
    ),
  );
}
for (const dtype of ["float32", "float64"] as const) {
  const values = [NaN, 0, -0, 3, NaN, -Infinity, -0, 0, Infinity, -1, NaN, 0.5];
  list.push(sortCase(`${dtype} with NaN and zeros of both signs`, 1, 12, [[dtype, filled(dtype, values)]]));
  list.push(
    sortCase(`two keys, ${dtype} with NaN first`, 2, 6, [
      [dtype, filled(dtype, values)],
      ["int8", small("int8", 12)],
    ]),
  );
}
list.push(
  sortCase("three keys of different dtypes", 2, 40, [
    ["bool", wild("bool", 80, 1)],
    ["int32", small("int32", 80, 2)],
    ["float64", small("float64", 80, 3)],
  ]),
  sortCase("rows already in order, and in reverse", 2, 17, [
    [
      "float32",
      filled(
        "float32",
        Array.from({ length: 34 }, (_, i) => (i < 17 ? i : 100 - i)),
      ),
    ],
  ]),
  programCase(
    "sort of bools by hand",
    (s) => {
      const inputs = [s.input("bool", [1, 0, 1, 0]), s.input("uint8", [1, 2, 3, 4])];
      s.sort(1, 4, 1, inputs, [s.output("bool", 4), s.output("uint8", 4)]);
    },
    { expected: [filled("bool", [0, 0, 1, 1]), filled("uint8", [2, 4, 1, 3])] },
  ),
);

const scatterOps = (dtype: DType) =>
  dtype === "bool" ? (["set", "min", "max"] as const) : (["set", "add", "mul", "min", "max"] as const);

for (const dtype of storedDTypes) {
  for (const op of scatterOps(dtype)) {
    const values = (n: number, seed: number): TypedArray =>
      dtypeKind(dtype) === "f" && (op === "add" || op === "mul") ? small(dtype, n, seed) : wild(dtype, n, seed);
    for (const n of [0, 1, 5, 40]) {
      list.push(
        programCase(`scatter ${op} of ${n} ${dtype} with duplicates and dropped ones`, (s) => {
          const { b } = s;
          const i = s.at([1]);
          const operand = s.input(dtype, values(11, 1));
          const places = s.input(
            "int32",
            [...small("int32", n, 2)].map((v) => 2 * Number(v) + 3),
          );
          const updates = s.input(dtype, values(n, 3));
          const out = s.output(dtype, 11);
          s.map([11], [out, i, s.load(operand, i)]);
          const index = s.load(places, i);
          const inside = b.and(b.ge(index, b.int(0)), b.lt(index, b.int(11)));
          s.scatter(op, [n], {
            inside,
            index,
            value: s.load(updates, i),
            buffer: out,
          });
        }),
      );
    }
  }
}
list.push(
  programCase("scatter of rows: windows of two axes, in row-major order", (s) => {
    const { b } = s;
    const out = s.output("float32", 20);
    const rows = s.input("int32", [3, 1, 3]);
    const updates = s.input("float32", small("float32", 15));
    s.map([20], [out, s.at([1]), b.constant(0.5, "float32")]);
    const row = s.load(rows, s.at([1]));
    const index = b.add(b.mul(row, b.int(5)), b.index(1));
    s.scatter("set", [3, 5], {
      inside: b.constant(true, "bool"),
      index,
      value: s.load(updates, s.at([5, 1])),
      buffer: out,
    });
  }),
  programCase("scatter of computed values at computed places", (s) => {
    const { b } = s;
    const out = s.output("int32", 7);
    s.map([7], [out, s.at([1]), b.int(0)]);
    const i = b.index(0);
    s.scatter("add", [50], {
      inside: b.ne(b.rem(i, b.int(3)), b.int(0)),
      index: b.rem(i, b.int(7)),
      value: i,
      buffer: out,
    });
  }),
  programCase("scatter max with NaN", (s) => {
    const out = s.output("float32", 4);
    s.map([4], [out, s.at([1]), s.load(s.input("float32", [1, NaN, 3, -0]), s.at([1]))]);
    const index = s.load(s.input("int32", [0, 0, 1, 2, 3, 2]), s.at([1]));
    const value = s.load(s.input("float32", [5, 2, 7, NaN, 0, 1]), s.at([1]));
    s.scatter("max", [6], {
      inside: s.b.constant(true, "bool"),
      index,
      value,
      buffer: out,
    });
  }),
  programCase(
    "a histogram by hand",
    (s) => {
      const out = s.output("uint32", 4);
      s.map([4], [out, s.at([1]), s.b.constant(0, "uint32")]);
      const bin = s.b.cast(s.load(s.input("uint8", [3, 1, 1, 0, 200, 3, 1]), s.at([1])), "int32");
      s.scatter("add", [7], {
        inside: s.b.lt(bin, s.b.int(4)),
        index: bin,
        value: s.b.constant(1, "uint32"),
        buffer: out,
      });
    },
    { expected: [filled("uint32", [1, 3, 0, 2])] },
  ),
  programCase("a permutation undone: scatter after gather", (s) => {
    const order = s.constant("int32", permutation(33, 5));
    const x = s.input("float64", wild("float64", 33));
    const moved = s.workspace("float64", 33);
    const out = s.output("float64", 33);
    const i = s.at([1]);
    s.map([33], [moved, i, s.load(x, s.load(order, i))], [out, i, s.b.constant(0, "float64")]);
    s.scatter("set", [33], {
      inside: s.b.constant(true, "bool"),
      index: s.load(order, i),
      value: s.load(moved, i),
      buffer: out,
    });
  }),
);

export const orderCases: readonly ProgramCase[] = list;
