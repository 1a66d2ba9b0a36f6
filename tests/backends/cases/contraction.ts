/** Programs that multiply matrices: strided, transposed and batched views, odd sizes, offsets that depend on a counter. */
import type { MatrixView, Stride } from "../../../src/compile/ir.ts";
import type { DType } from "../../../src/types/dtype.ts";
import { filled, numberDTypes, type ProgramCase, positive, programCase, type Sketch, small, wild } from "../sketch.ts";

const view = (
  s: Sketch,
  buffer: number,
  rowStride: Stride,
  columnStride: Stride,
  batchStrides: readonly number[] = [],
  offset = 0,
): MatrixView => ({
  buffer,
  offset: s.b.int(offset),
  batchStrides,
  rowStride,
  columnStride,
});

/** One product; `layout` says which of the two are stored transposed. */
function product(dtype: DType, rows: number, columns: number, depth: number, layout = "NN"): ProgramCase {
  return programCase(`(${rows}, ${depth}) times (${depth}, ${columns}) ${dtype} ${layout}`, (s) => {
    const integral = dtype !== "float32" && dtype !== "float64";
    const x = s.input(dtype, integral ? wild(dtype, rows * depth, 1) : small(dtype, rows * depth, 1));
    const y = s.input(dtype, integral ? wild(dtype, depth * columns, 2) : small(dtype, depth * columns, 2));
    const lhs = layout[0] === "N" ? view(s, x, depth, 1) : view(s, x, 1, rows);
    const rhs = layout[1] === "N" ? view(s, y, columns, 1) : view(s, y, 1, depth);
    s.contract({ rows, columns, depth }, lhs, rhs, s.output(dtype, rows * columns));
  });
}

const list: ProgramCase[] = [];
for (const dtype of numberDTypes) {
  for (const layout of ["NN", "NT", "TN", "TT"])
    list.push(product(dtype, 5, 7, 6, layout), product(dtype, 9, 17, 13, layout));
}
for (const dtype of ["float32", "float64", "int32"] as const) {
  for (const layout of ["NN", "NT", "TN", "TT"]) {
    for (const [m, n, k] of [
      [1, 1, 1],
      [1, 1, 70],
      [1, 33, 16],
      [33, 1, 16],
      [4, 4, 4],
      [8, 8, 8],
      [16, 16, 16],
      [3, 5, 0],
      [0, 3, 4],
      [3, 0, 4],
      [7, 9, 1],
      [13, 31, 29],
      [64, 64, 64],
      [67, 70, 69],
      [5, 65, 3],
      [65, 5, 33],
    ] as const) {
      list.push(product(dtype, m, n, k, layout));
    }
  }
}

for (const dtype of ["float32", "float64"] as const) {
  for (const [m, n, k] of [
    [3, 5, 1000],
    [40, 40, 40],
    [1, 1, 4097],
  ] as const) {
    list.push(
      programCase(
        `positive (${m}, ${k}) times (${k}, ${n}) ${dtype}`,
        (s) => {
          const x = s.input(dtype, positive(dtype, m * k, 1));
          const y = s.input(dtype, positive(dtype, k * n, 2));
          s.contract({ rows: m, columns: n, depth: k }, view(s, x, k, 1), view(s, y, n, 1), s.output(dtype, m * n));
        },
        { ulp: 16 },
      ),
    );
  }
  list.push(
    programCase(`products of ${dtype} with NaN and infinity`, (s) => {
      const x = s.input(dtype, [1, NaN, 2, 0, Infinity, 1, 3, 4, 5, 0, 0, 0]);
      const y = s.input(dtype, [1, 0, 2, 0, 1, 0, 3, -1, 2]);
      s.contract({ rows: 4, columns: 3, depth: 3 }, view(s, x, 3, 1), view(s, y, 3, 1), s.output(dtype, 12));
    }),
    programCase(`batches of ${dtype}, also broadcast and inner`, (s) => {
      const x = s.input(dtype, small(dtype, 2 * 3 * 5 * 4, 1));
      const y = s.input(dtype, small(dtype, 2 * 3 * 4 * 7, 2));
      const sizes = { batch: [2, 3], rows: 5, columns: 7, depth: 4 };
      s.contract(sizes, view(s, x, 4, 1, [60, 20]), view(s, y, 7, 1, [84, 28]), s.output(dtype, 210));
      // The right matrices are the same for all of the second batch axis; then for both.
      s.contract(sizes, view(s, x, 4, 1, [60, 20]), view(s, y, 7, 1, [84, 0]), s.output(dtype, 210));
      s.contract(sizes, view(s, x, 4, 1, [60, 20]), view(s, y, 7, 1, [0, 0], 28), s.output(dtype, 210));
      // The batch axes of the left are its innermost: elements of one matrix stand six apart.
      s.contract(sizes, view(s, x, 24, 6, [3, 1]), view(s, y, 42, 6, [3, 1]), s.output(dtype, 210));
    }),
    programCase(`products of reversed, strided, broadcast and cut out ${dtype}`, (s) => {
      const x = s.input(dtype, small(dtype, 400, 1));
      const y = s.input(dtype, small(dtype, 400, 2));
      const sizes = { rows: 6, columns: 5, depth: 7 };
      s.contract(sizes, view(s, x, -7, -1, [], 41), view(s, y, -5, 1, [], 30), s.output(dtype, 30));
      s.contract(sizes, view(s, x, 20, 2, [], 3), view(s, y, 3, 21, [], 11), s.output(dtype, 30));
      s.contract(sizes, view(s, x, 0, 1), view(s, y, 5, 1), s.output(dtype, 30));
      s.contract(sizes, view(s, x, 7, 1), view(s, y, 1, 0), s.output(dtype, 30));
      s.contract(sizes, view(s, x, 1, 0), view(s, y, 0, 1), s.output(dtype, 30));
      // A convolution: windows of a signal overlap.
      s.contract(sizes, view(s, x, 1, 1), view(s, y, 5, 1), s.output(dtype, 30));
    }),
  );
}
/** Windows of 3 by 3 of images of `channels` planes, as the right matrix and as the left one, with a kernel of `features`. */
function windows(
  dtype: DType,
  images: number,
  channels: number,
  height: number,
  width: number,
  features: number,
  stride: number,
): ProgramCase {
  return programCase(`windows of ${images}x${channels}x${height}x${width} by ${features}, ${stride}, ${dtype}`, (s) => {
    const plane = height * width;
    const [rows, columns] = [Math.floor((height - 3) / stride) + 1, Math.floor((width - 3) / stride) + 1];
    const places = { shape: [rows, columns], strides: [stride * width, stride] };
    const x = s.input(dtype, small(dtype, images * channels * plane, 1));
    const w = s.input(dtype, small(dtype, features * channels * 9, 2));
    const sizes = { batch: [images], rows: features, columns: rows * columns, depth: 9 * channels };
    const image = view(s, x, { shape: [channels, 3, 3], strides: [plane, width, 1] }, places, [channels * plane]);
    const result = s.output(dtype, images * features * rows * columns);
    s.contract(sizes, view(s, w, 9 * channels, 1, [0]), image, result);
    // The kernel reversed in space, images and places together.
    const all = images * rows * columns;
    const together = { shape: [images, rows, columns], strides: [channels * plane, stride * width, stride] };
    const left = view(s, x, together, { shape: [3, 3, channels], strides: [width, 1, plane] });
    const right = view(s, w, { shape: [3, 3, channels], strides: [-3, -1, 9] }, 9 * channels, [], 8);
    s.contract({ rows: all, columns: features, depth: 9 * channels }, left, right, s.output(dtype, all * features));
  });
}

for (const dtype of ["float32", "float64", "int32"] as const) {
  list.push(
    windows(dtype, 1, 1, 4, 5, 2, 1),
    windows(dtype, 2, 3, 7, 10, 9, 1),
    windows(dtype, 9, 4, 6, 11, 5, 1),
    windows(dtype, 2, 3, 12, 9, 8, 2),
    windows(dtype, 1, 30, 12, 14, 19, 1),
  );
}

list.push(
  programCase("channels that are last in memory: four rows of a panel at once", (s) => {
    const x = s.input("float32", small("float32", 2 * 9 * 8 * 6, 1));
    const w = s.input("float32", small("float32", 2 * 2 * 6 * 10, 2));
    const places = { shape: [2, 8, 7], strides: [432, 48, 6] };
    const left = view(s, x, places, { shape: [2, 12], strides: [48, 1] });
    const right = view(s, w, 10, 1);
    s.contract({ rows: 112, columns: 10, depth: 24 }, left, right, s.output("float32", 1120));
    s.contract(
      { rows: 10, columns: 112, depth: 24 },
      view(s, w, 1, 10),
      { ...left, rowStride: left.columnStride, columnStride: left.rowStride },
      s.output("float32", 1120),
    );
  }),
  programCase("the same matrix on both sides", (s) => {
    const x = s.input("float32", small("float32", 11 * 13));
    s.contract({ rows: 11, columns: 11, depth: 13 }, view(s, x, 13, 1), view(s, x, 1, 13), s.output("float32", 121));
  }),
  programCase("offsets that depend on a counter", (s) => {
    const x = s.input("float32", small("float32", 3 * 20, 1));
    const y = s.input("float32", small("float32", 3 * 30, 2));
    const total = s.output("float32", 24);
    const part = s.workspace("float32", 24);
    const i = s.at([1]);
    s.map([24], [total, i, s.b.constant(0, "float32")]);
    s.loop(3, (counter) => {
      const lhs = {
        ...view(s, x, 5, 1),
        offset: s.b.mul(counter, s.b.int(20)),
      };
      const rhs = {
        ...view(s, y, 6, 1),
        offset: s.b.mul(s.b.sub(s.b.int(2), counter), s.b.int(30)),
      };
      s.contract({ rows: 4, columns: 6, depth: 5 }, lhs, rhs, part);
      s.map([24], [total, i, s.b.add(s.load(total, i), s.load(part, i))]);
    });
  }),
  programCase("a layer: product, bias, maximum with zero, and the next product", (s) => {
    const { b } = s;
    const x = s.input("float32", small("float32", 9 * 10, 1));
    const w = s.input("float32", small("float32", 10 * 8, 2));
    const bias = s.input("float32", small("float32", 8, 3));
    const v = s.input("float32", small("float32", 8, 4));
    const h = s.workspace("float32", 72);
    const a = s.workspace("float32", 72);
    s.contract({ rows: 9, columns: 8, depth: 10 }, view(s, x, 10, 1), view(s, w, 8, 1), h);
    const sum = b.add(s.load(h, s.at([8, 1])), s.load(bias, s.at([0, 1])));
    s.map([9, 8], [a, s.at([8, 1]), b.max(sum, b.constant(0, "float32"))]);
    s.contract({ rows: 9, columns: 1, depth: 8 }, view(s, a, 8, 1), view(s, v, 1, 1), s.output("float32", 9));
  }),
  programCase(
    "a product known by hand",
    (s) => {
      const x = s.input("float32", [1, 2, 3, 4, 5, 6]);
      const y = s.constant("float32", [1, 0, 0, 1, 1, 1]);
      s.contract({ rows: 2, columns: 2, depth: 3 }, view(s, x, 3, 1), view(s, y, 2, 1), s.output("float32", 4));
    },
    { expected: [filled("float32", [4, 5, 10, 11])] },
  ),
);

export const contractionCases: readonly ProgramCase[] = list;
