/**
 * The block function of the random numbers, Threefry 2x32 (Salmon et al., 2011), and the passage between typed keys and
 * their words. A key is one opaque 64-bit word: the first uint32 is its low half, the second its high half.
 */
import type { Expr, ExprBuilder } from "../core/expr.ts";
import {
  defineManyPrimitive,
  definePrimitive,
  type ManyOperation,
  type Operation,
  type Unary,
} from "../core/primitive.ts";
import { DTypeError, ShapeError } from "../errors/index.ts";
import { formatAval, makeAval } from "../types/aval.ts";
import { formatShape } from "../types/shape.ts";
import { elementwiseShape } from "./rules.ts";

const rotations: readonly (readonly number[])[] = [
  [13, 15, 26, 6],
  [17, 29, 16, 24],
];
const parity = 0x1bd11bda;

function rotateLeft(b: ExprBuilder, x: Expr, bits: number): Expr {
  const left = b.binary("shiftLeft", x, b.like(bits, x));
  return b.or(left, b.binary("shiftRightLogical", x, b.like(32 - bits, x)));
}

function threefry(b: ExprBuilder, k0: Expr, k1: Expr, counter0: Expr, counter1: Expr): readonly Expr[] {
  const schedule = [k0, k1, b.binary("xor", b.binary("xor", k0, k1), b.like(parity, k0))];
  let x0 = b.add(counter0, k0);
  let x1 = b.add(counter1, k1);
  for (let i = 0; i < 5; i++) {
    for (const r of rotations[i % 2]!) {
      x0 = b.add(x0, x1);
      x1 = b.binary("xor", rotateLeft(b, x1, r), x0);
    }
    x0 = b.add(x0, schedule[(i + 1) % 3]!);
    x1 = b.add(b.add(x1, schedule[(i + 2) % 3]!), b.like(i + 1, x1));
  }
  return [x0, x1];
}

/**
 * `threefry2x32([k0, k1, x0, x1])`: two words for each counter (x0, x1) under the key (k0, k1), all uint32, of one shape
 * or rank 0. Twenty rounds; bit-exact with JAX.
 */
export const threefry2x32: ManyOperation = /* @__PURE__ */ defineManyPrimitive({
  name: "threefry2x32",
  types: (avals) => {
    if (avals.length !== 4 || avals.some((a) => a.dtype !== "uint32")) {
      throw new DTypeError({
        what: `threefry2x32 takes four arguments of type uint32, got (${avals.map(formatAval).join(", ")})`,
        fix: "pass [key word 0, key word 1, counter word 0, counter word 1]",
      });
    }
    const result = makeAval(elementwiseShape("threefry2x32", avals), "uint32");
    return [result, result];
  },
  jvp: "zero",
  transpose: "nonlinear",
  batch: "elementwise",
  lower: { kind: "map", expr: (b, [k0, k1, x0, x1]) => threefry(b, k0!, k1!, x0!, x1!) },
  laws: {
    cases: [
      {
        operands: [
          { shape: [], dtype: "uint32", values: [0x13198a2e] },
          { shape: [], dtype: "uint32", values: [0x03707344] },
          { shape: [3], dtype: "uint32", values: [0x243f6a88, 0, 0xffffffff] },
          { shape: [3], dtype: "uint32", values: [0x85a308d3, 1, 0xffffffff] },
        ],
        params: null,
      },
      {
        operands: [
          { shape: [2], dtype: "uint32", values: [0, 7] },
          { shape: [2], dtype: "uint32", values: [0, 0xffffffff] },
          { shape: [2], dtype: "uint32", values: [0, 5] },
          { shape: [], dtype: "uint32", values: [0] },
        ],
        params: null,
      },
    ],
  },
});

/** Where `randomWrap` finds the two words of a key. */
export interface RandomWrapParams {
  /** The axis of length 2 that goes into the keys. It is the last one, except inside vmap over an axis after it. */
  readonly axis: number;
}

/** Typed keys from their words: uint32 with an axis of length 2 becomes key<fry> without it. */
export const randomWrap: Operation<1, RandomWrapParams> = /* @__PURE__ */ definePrimitive<1, RandomWrapParams>({
  name: "random_wrap",
  arity: 1,
  type: ([x], { axis }) => {
    const { shape, dtype } = x!;
    if (dtype !== "uint32" || shape[axis] !== 2) {
      throw new (dtype === "uint32" ? ShapeError : DTypeError)({
        what: `invalid PRNG key data: expected uint32 with a shape that ends with (2,); got ${dtype} of shape=${formatShape(shape)} for impl=threefry2x32`,
        fix: "key data come from random.keyData(key), or from random.PRNGKey(seed)",
      });
    }
    return makeAval(shape.toSpliced(axis, 1), "key<fry>");
  },
  jvp: "zero",
  transpose: "nonlinear",
  batch: (_axis, [x], [dim], { axis }) => {
    if (dim === null || dim === undefined) return [randomWrap(x!, { axis }), null];
    const words = axis < dim ? axis : axis + 1;
    return [randomWrap(x!, { axis: words }), words < dim ? dim - 1 : dim];
  },
  lower: {
    kind: "gather",
    element: (b, [read], index, { axis }) => {
      const word = (i: number): Expr => b.cast(read!(index.toSpliced(axis, 0, b.int(i))), "uint64");
      const high = b.binary("shiftLeft", word(1), b.constant(32n, "uint64"));
      return b.bitcast(b.or(word(0), high), "key<fry>");
    },
  },
  show: ({ axis }, [x]) => [
    ["impl", { text: "fry" }],
    ...(axis === x!.shape.length - 1 ? [] : [["axis", axis] as const]),
  ],
  laws: {
    cases: [
      { operands: [{ shape: [2], dtype: "uint32", values: [0, 42] }], params: { axis: 0 } },
      { operands: [{ shape: [2, 2], dtype: "uint32", values: [1, 2, 3, 0xffffffff] }], params: { axis: 1 } },
      { operands: [{ shape: [2, 3], dtype: "uint32", values: [1, 2, 3, 4, 5, 6] }], params: { axis: 0 } },
    ],
  },
});

/** The words of typed keys: key<fry> becomes uint32 with one more axis, the last, of length 2. */
export const randomUnwrap: Unary = /* @__PURE__ */ definePrimitive({
  name: "random_unwrap",
  arity: 1,
  type: ([keys]) => {
    const { shape, dtype } = keys!;
    if (dtype !== "key<fry>") {
      throw new DTypeError({
        what: `random_unwrap takes key array operand, got keys.dtype=${dtype}`,
        fix: "typed keys come from random.key(seed)",
      });
    }
    return makeAval([...shape, 2], "uint32");
  },
  jvp: "zero",
  transpose: "nonlinear",
  // The new axis comes after all others, so that the batch dimension stays where it is.
  batch: (_axis, [keys], [dim]) => [randomUnwrap(keys!), dim!],
  lower: {
    kind: "gather",
    element: (b, [read], index) => {
      const key = b.bitcast(read!(index.slice(0, -1)), "uint64");
      const shift = b.mul(b.cast(index.at(-1)!, "uint64"), b.constant(32n, "uint64"));
      return b.cast(b.binary("shiftRightLogical", key, shift), "uint32");
    },
  },
  laws: {
    cases: [{ operands: [{ shape: [3], dtype: "key<fry>", values: [0, 1, 4294967296] }], params: null }],
  },
});
