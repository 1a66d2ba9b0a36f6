/** Programs of one map that differ in how they reach memory: strides, gathers, sizes, several stores, mixed dtypes. */
import type { DType } from "../../../src/types/dtype.ts";
import { filled, generator, type ProgramCase, programCase, type Sketch, small, storedDTypes, wild } from "../sketch.ts";

export const sizes = [0, 1, 3, 4, 5, 7, 16, 33] as const;

/** The numbers from 0 to n - 1 in an order that looks random. */
export function permutation(n: number, seed = 1): number[] {
  const next = generator(seed);
  const order = Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor(next() * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

/** Moves elements: at each dtype and size, every pattern of loads and of stores, as separate outputs. */
function moves(dtype: DType, n: number): ProgramCase {
  return programCase(`moves of ${n} ${dtype}`, (s) => {
    const { b } = s;
    const i = s.at([1]);
    const x = s.input(dtype, wild(dtype, 3 * n + 4, n + 1));
    const order = s.input("int32", permutation(n, n));
    const places = s.load(order, i);
    const loads = [
      i,
      b.int(2),
      s.at([-1], n - 1),
      s.at([2]),
      s.at([3], 1),
      s.at([1], 3),
      places,
      b.add(places, b.int(2)),
    ];
    for (const index of loads) s.map([n], [s.output(dtype, n), i, s.load(x, index)]);
    // Where the stores go.
    const stores: readonly (readonly [number, ReturnType<Sketch["at"]>])[] = [
      [n, s.at([-1], n - 1)],
      [n, places],
    ];
    for (const [size, index] of stores) s.map([n], [s.output(dtype, size), index, s.load(x, i)]);
    // Scattered over the output, whose other elements an earlier kernel writes.
    const wide = s.output(dtype, 3 * n + 2);
    s.map([3 * n + 2], [wide, i, s.load(x, i)]);
    s.map([n], [wide, s.at([3], 2), s.load(x, s.at([1], 1))]);
  });
}

/** Axes in another order, broadcast, cut out and merged: what views become. */
function views(dtype: DType, rows: number, columns: number): ProgramCase {
  return programCase(`views of ${rows} x ${columns} ${dtype}`, (s) => {
    const { b } = s;
    const n = rows * columns;
    const x = s.input(dtype, wild(dtype, n, 7));
    const row = s.input(dtype, wild(dtype, columns, 8));
    const column = s.input(dtype, wild(dtype, rows, 9));
    // Transposed, by loads and by stores.
    s.map([columns, rows], [s.output(dtype, n), s.at([rows, 1]), s.load(x, s.at([1, columns]))]);
    s.map([rows, columns], [s.output(dtype, n), s.at([1, rows]), s.load(x, s.at([columns, 1]))]);
    // Both axes reversed.
    s.map([rows, columns], [s.output(dtype, n), s.at([columns, 1]), s.load(x, s.at([-columns, -1], n - 1))]);
    // A row and a column, broadcast.
    const value = b.select(
      b.eq(s.load(row, s.at([0, 1])), s.load(column, s.at([1]))),
      s.load(x, s.at([columns, 1])),
      s.load(row, s.at([0, 1])),
    );
    s.map([rows, columns], [s.output(dtype, n), s.at([columns, 1]), value]);
    // Flat, by division and remainder.
    const i = b.index(0);
    const flat = b.add(b.mul(b.rem(i, b.int(rows)), b.int(columns)), b.div(i, b.int(rows)));
    s.map([n], [s.output(dtype, n), i, s.load(x, flat)]);
    // Axes of length 1 around.
    s.map(
      [1, rows, 1, columns, 1],
      [s.output(dtype, n), s.at([0, columns, 0, 1]), s.load(x, s.at([0, columns, 0, 1]))],
    );
    // The diagonal.
    const d = Math.min(rows, columns);
    s.map([d], [s.output(dtype, d), i, s.load(x, s.at([columns + 1]))]);
    // Padding: zeros around, read through clamped indices.
    const r = b.sub(b.index(0), b.int(1));
    const c = b.sub(b.index(1), b.int(2));
    const within = b.and(
      b.and(b.ge(r, b.int(0)), b.lt(r, b.int(rows))),
      b.and(b.ge(c, b.int(0)), b.lt(c, b.int(columns))),
    );
    const clamp = (e: typeof r, n: number) => b.max(b.min(e, b.int(n - 1)), b.int(0));
    const inner = s.load(x, b.add(b.mul(clamp(r, rows), b.int(columns)), clamp(c, columns)));
    const padded = (rows + 2) * (columns + 4);
    s.map(
      [rows + 2, columns + 4],
      [s.output(dtype, padded), s.at([columns + 4, 1]), b.select(within, inner, b.constant(0, dtype))],
    );
  });
}

const moveCases = storedDTypes.flatMap((dtype) => sizes.map((n) => moves(dtype, n)));
const viewCases = storedDTypes.flatMap((dtype) => [
  views(dtype, 5, 7),
  views(dtype, 4, 16),
  views(dtype, 1, 9),
  views(dtype, 33, 3),
  // Whole tiles, and tiles with ragged edges.
  views(dtype, 8, 16),
  views(dtype, 19, 17),
  programCase(`stacks of turned ${dtype} matrices`, (s) => {
    const x = s.input(dtype, wild(dtype, 3 * 9 * 13 + 5, 11));
    s.map([3, 13, 9], [s.output(dtype, 3 * 9 * 13), s.at([117, 9, 1]), s.load(x, s.at([117, 1, 13], 5))]);
    s.map([13, 3, 9], [s.output(dtype, 3 * 9 * 13), s.at([27, 9, 1]), s.load(x, s.at([1, 117, 13]))]);
  }),
]);

const others: ProgramCase[] = [];
for (const n of [1, 4, 7, 33]) {
  others.push(
    programCase(`several stores of mixed dtypes, ${n} elements`, (s) => {
      const { b } = s;
      const i = s.at([1]);
      const x = s.load(s.input("float32", wild("float32", n, 1)), i);
      const y = s.load(s.input("float64", wild("float64", n, 2)), i);
      const k = s.load(s.input("int32", wild("int32", n, 3)), i);
      const u = s.load(s.input("uint8", wild("uint8", n, 4)), i);
      const p = s.load(s.input("bool", wild("bool", n, 5)), i);
      const w = s.load(s.input("int64", wild("int64", n, 6)), i);
      const h = s.load(s.input("int16", wild("int16", n, 7)), i);
      const sum = b.add(b.cast(x, "float64"), y);
      const whole = b.add(b.cast(u, "int32"), b.cast(h, "int32"));
      s.map(
        [n],
        [s.output("float64", n), i, sum],
        [s.output("float32", n), i, b.mul(b.cast(sum, "float32"), x)],
        [s.output("int32", n), i, b.add(whole, k)],
        [s.output("bool", n), i, b.and(p, b.lt(y, b.constant(1, "float64")))],
        [s.output("uint8", n), i, b.cast(b.select(p, whole, k), "uint8")],
        [s.output("int64", n), i, b.add(w, b.cast(whole, "int64"))],
        [s.output("uint16", n), i, b.cast(w, "uint16")],
        [s.output("float32", n), s.at([-1], n - 1), b.select(p, x, b.cast(u, "float32"))],
        [s.output("int8", n), i, b.bitcast(u, "int8")],
        [s.output("uint64", n), i, b.cast(k, "uint64")],
      );
    }),
  );
  others.push(
    programCase(`an element read before the same iteration writes it, ${n} elements`, (s) => {
      const { b } = s;
      const i = s.at([1]);
      const start = s.input("float32", small("float32", n, 1));
      const x = s.output("float32", n);
      const y = s.output("float32", n);
      s.map([n], [x, i, s.load(start, i)], [y, i, b.neg(s.load(start, i))]);
      // Swapped, and doubled: all loads see what stood there before.
      s.map([n], [x, i, s.load(y, i)], [y, i, b.add(s.load(x, i), s.load(x, i))]);
    }),
  );
}
others.push(
  programCase(
    "one element, in a map of no axes",
    (s) => {
      const x = s.input("float32", [1.5]);
      s.map([], [s.output("float32", 1), s.b.int(0), s.b.mul(s.load(x, s.b.int(0)), s.b.constant(3, "float32"))]);
    },
    { expected: [filled("float32", [4.5])] },
  ),
  programCase(
    "an axis of length 0 beside others",
    (s) => {
      const x = s.input("float32", [1, 2]);
      s.map([3, 0, 2], [s.output("float32", 0), s.at([0, 2, 1]), s.load(x, s.at([0, 0, 1]))]);
    },
    { expected: [new Float32Array(0)] },
  ),
  programCase("four axes, all strides different", (s) => {
    const x = s.input("float32", wild("float32", 2 * 3 * 5 * 7));
    s.map([7, 2, 5, 3], [s.output("float32", 210), s.at([30, 15, 3, 1]), s.load(x, s.at([1, 105, 7, 35]))]);
  }),
  programCase("a two-step gather", (s) => {
    const table = s.constant("int32", permutation(19, 3));
    const x = s.input("float32", wild("float32", 19));
    const i = s.at([1]);
    s.map([19], [s.output("float32", 19), i, s.load(x, s.load(table, s.load(table, i)))]);
  }),
  programCase("gathers by narrow and wide integers, clamped", (s) => {
    const { b } = s;
    const i = s.at([1]);
    const x = s.input("float64", wild("float64", 40));
    for (const dtype of ["int8", "uint8", "uint16", "int64", "uint64", "float32"] as const) {
      const index = b.cast(s.load(s.input(dtype, wild(dtype, 33, 9)), i), "int32");
      const inside = b.max(b.int(0), b.min(index, b.int(39)));
      s.map([33], [s.output("float64", 33), i, s.load(x, inside)]);
    }
  }),
  programCase("a long expression with shared parts", (s) => {
    const { b } = s;
    const i = s.at([1]);
    let x = s.load(s.input("float32", small("float32", 41)), i);
    const start = x;
    for (let k = 0; k < 200; k++) x = b.max(b.min(b.sub(b.add(x, x), start), b.like(50, x)), b.like(-50 + k / 4, x));
    s.map([41], [s.output("float32", 41), i, x]);
  }),
  programCase("a polynomial", (s) => {
    const i = s.at([1]);
    const x = s.load(s.input("float64", small("float64", 21)), i);
    s.map([21], [s.output("float64", 21), i, s.b.polynomial(x, [2, -3, 0.5, 7])]);
  }),
  programCase("hashing: rotations and wrapping sums of uint32", (s) => {
    const { b } = s;
    const i = s.at([1]);
    let x = b.cast(i, "uint32");
    let y = s.load(s.input("uint32", wild("uint32", 37)), i);
    for (const r of [13, 15, 26, 6, 17, 29, 16, 24]) {
      x = b.add(x, y);
      y = b.or(b.binary("shiftLeft", y, b.like(r, y)), b.binary("shiftRightLogical", y, b.like(32 - r, y)));
      y = b.binary("xor", x, y);
    }
    s.map([37], [s.output("uint32", 37), i, x], [s.output("uint32", 37), i, y]);
  }),
);

export const accessCases: readonly ProgramCase[] = [...moveCases, ...viewCases, ...others];
