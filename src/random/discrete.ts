/** Integers, booleans, choices and permutations. Algorithms are JAX's, so that the draws are. */
import { asArray } from "../array/convert.ts";
import { config } from "../core/config.ts";
import type { NDArray } from "../core/ndarray.ts";
import { ArgumentError, DTypeError, ShapeError } from "../errors/index.ts";
import { searchsorted } from "../numpy/search.ts";
import { take } from "../numpy/take.ts";
import { add, mul, neg, rem, sub } from "../prims/arithmetic.ts";
import { bitcastConvertType, convertElementType } from "../prims/cast.ts";
import { le, lt } from "../prims/compare.ts";
import { cumsum } from "../prims/cumulative.ts";
import { log } from "../prims/exponential.ts";
import { full, iota } from "../prims/fill.ts";
import { broadcastTo, moveaxis, reshape } from "../prims/movement.ts";
import { argmax } from "../prims/reduce.ts";
import { selectN } from "../prims/select.ts";
import { slice, sliceAlong } from "../prims/slicing.ts";
import { sort } from "../prims/sort.ts";
import { composite } from "../runtime/composite.ts";
import { type DType, dtypeBytes, integerRange, isInexact, isInteger } from "../types/dtype.ts";
import { canonicalAxis, type Shape, sizeOf } from "../types/shape.ts";
import { without } from "../util/list.ts";
import { readArguments, readDType, readFloat, readShape } from "./arguments.ts";
import { bitWidthOf, randomBits, splitWords } from "./bits.ts";
import { type Key, singleKey } from "./key.ts";
import {
  gumbelArray,
  halves,
  type Parameter,
  parameter,
  parameterShape,
  readMode,
  type SamplingMode,
  uniformArray,
} from "./uniform.ts";

const cast = (x: NDArray, newDtype: DType): NDArray => convertElementType(x, { newDtype, weakType: false });

/** Two new keys' words. */
function splitPair(data: NDArray): [NDArray, NDArray] {
  const both = splitWords(data, [2]);
  const row = (i: number): NDArray =>
    reshape(slice(both, { startIndices: [i, 0], limitIndices: [i + 1, 2], strides: null }), { newSizes: [2] });
  return [row(0), row(1)];
}

/**
 * Random bits as unsigned integers: dtype uint32 by default.
 * @example random.bits(key, [2]) // [4070199207 4202968722]
 */
export function bits(
  key: Key,
  ...args: readonly [shape?: Shape | { readonly shape?: Shape; readonly dtype?: DType }, dtype?: DType]
): NDArray {
  const a = readArguments("bits", args, ["shape", "dtype"]);
  const dtype = readDType(a.dtype, config.enableX64 ? "uint64" : "uint32");
  return randomBits(singleKey("bits", key), bitWidthOf(dtype), readShape("bits", a.shape));
}

/**
 * Booleans that are true with probability p (default 0.5).
 * @example random.bernoulli(key, 0.3, [4]) // [False False False False]
 */
export function bernoulli(
  key: Key,
  p: Parameter = 0.5,
  ...args: readonly [
    shape?: Shape | { readonly shape?: Shape; readonly mode?: SamplingMode },
    mode?: SamplingMode | { readonly mode?: SamplingMode },
  ]
): NDArray {
  const a = readArguments("bernoulli", args, ["shape", "mode"]);
  const given = typeof p === "number" ? undefined : p.aval.dtype;
  const dtype = given === undefined || !isInexact(given) ? readFloat("bernoulli", undefined) : given;
  const shape = parameterShape("bernoulli", a.shape, p);
  const data = singleKey("bernoulli", key);
  const [zero, one] = [full([], 0, dtype), full([], 1, dtype)];
  const probability = parameter(p, dtype, shape);
  if (readMode("bernoulli", a.mode) === "low") return lt(uniformArray(data, shape, dtype, zero, one), probability);
  const [first, second] = halves(uniformArray(data, [2, ...shape], dtype, zero, one));
  const digits = dtype === "float64" ? 52 : 23;
  return lt(mul(second, full([], 2 ** -digits, dtype)), sub(probability, first));
}

/**
 * Rademacher numbers: -1 and 1 with equal probability; int32 by default.
 * @example random.rademacher(key, [4]) // [-1 -1  1  1]
 */
export function rademacher(
  key: Key,
  ...args: readonly [shape?: Shape | { readonly shape?: Shape; readonly dtype?: DType }, dtype?: DType]
): NDArray {
  const a = readArguments("rademacher", args, ["shape", "dtype"]);
  const dtype = readDType(a.dtype, config.enableX64 ? "int64" : "int32");
  const shape = readShape("rademacher", a.shape);
  const draws = cast(bernoulli(key, 0.5, shape), dtype);
  return sub(mul(draws, full([], 2, dtype)), full([], 1, dtype));
}

/**
 * Integers in [minval, maxval), each equally likely (to within the bias of JAX's algorithm).
 * @example random.randint(random.key(0), [3], 0, 10)
 */
export function randint(
  key: Key,
  shape: Shape,
  minval: Parameter,
  maxval: Parameter,
  ...args: readonly [dtype?: DType | { readonly dtype?: DType }]
): NDArray {
  const a = readArguments("randint", args, ["dtype"]);
  const dtype = readDType(a.dtype, config.enableX64 ? "int64" : "int32");
  if (!isInteger(dtype)) {
    throw new DTypeError({
      what: `randint only accepts integer dtypes, got ${dtype}`,
      fix: 'use "int32", or uniform for floats',
    });
  }
  for (const bound of [minval, maxval]) {
    const isWhole = typeof bound === "number" ? Number.isInteger(bound) : isInteger(bound.aval.dtype);
    if (!isWhole)
      throw new DTypeError({
        what: "randint only accepts integer-valued minval and maxval",
        fix: "use uniform for floats",
      });
  }
  const size = readShape("randint", shape);
  parameterShape("randint", size, minval, maxval);
  // Small types are drawn as int32 between clipped bounds.
  const working = dtypeBytes(dtype) < 4 ? "int32" : dtype;
  const draws = randintArray(singleKey("randint", key), size, minval, maxval, working);
  return working === dtype ? draws : cast(draws, dtype);
}

function randintArray(data: NDArray, shape: Shape, minval: Parameter, maxval: Parameter, dtype: DType): NDArray {
  const [lowest, highest] = integerRange(dtype);
  const clip = (value: Parameter): Parameter =>
    typeof value === "number" ? Math.min(Math.max(value, Number(lowest)), Number(highest)) : value;
  // maxval = 2^31 cannot be stored: the range then reaches to the largest integer itself.
  const overflow = typeof maxval === "number" && BigInt(Math.trunc(maxval)) > highest;
  const low = parameter(clip(minval), dtype, shape);
  const high = parameter(clip(maxval), dtype, shape);
  return drawInteger([data, low, high], { shape, dtype, overflow })[0]!;
}

/** What integers are drawn for. */
interface IntegerDraw {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly overflow: boolean;
}

const drawInteger = /* @__PURE__ */ composite(
  "randint",
  ([data, low, high], { shape, dtype, overflow }: IntegerDraw) => {
    const width = (8 * dtypeBytes(dtype)) as 32 | 64;
    const unsigned: DType = width === 64 ? "uint64" : "uint32";
    const asUnsigned = (x: NDArray): NDArray =>
      x.aval.dtype === unsigned ? x : bitcastConvertType(x, { newDtype: unsigned });
    const [first, second] = splitPair(data!);
    const upper = randomBits(first, width, shape);
    const lower = randomBits(second, width, shape);
    let span = asUnsigned(sub(high!, low!));
    const one = full([], 1, unsigned);
    span = selectN([le(high!, low!), span, broadcastLike(one, span)]);
    if (overflow) span = selectN([lt(low!, high!), span, add(span, one)]);
    let multiplier = rem(full([], 2 ** (width / 2), unsigned), span);
    multiplier = rem(mul(multiplier, multiplier), span);
    const offset = rem(add(mul(rem(upper, span), multiplier), rem(lower, span)), span);
    const signed = dtype === unsigned ? offset : bitcastConvertType(offset, { newDtype: dtype });
    return [add(low!, signed)];
  },
);

const broadcastLike = (x: NDArray, like: NDArray): NDArray =>
  like.aval.shape.length === 0 ? x : broadcastTo(x, like.aval.shape);

const drawOrder = /* @__PURE__ */ composite("shuffle", ([data, x], axis: number) => {
  const n = sizeOf(x!.aval.shape);
  const rounds = Math.ceil((3 * Math.log(Math.max(1, n))) / Math.log(2 ** 32 - 1));
  let key = data!;
  let result = x!;
  for (let i = 0; i < rounds; i++) {
    const [next, subkey] = splitPair(key);
    key = next;
    const keys = randomBits(subkey, 32, result.aval.shape);
    result = sort([keys, result], { dimension: axis, isStable: true, numKeys: 1 })[1]!;
  }
  return [result];
});

/** Rounds of sorting by 32 random bits, so that equal bits do not bias the result. */
function shuffle(data: NDArray, x: NDArray, axis: number): NDArray {
  return drawOrder([data, x], axis)[0]!;
}

/**
 * A random permutation of the integers below n, or of the entries of an array along an axis.
 * With `independent`, each slice along the axis is shuffled on its own.
 * @example random.permutation(key, 5) // [0 1 4 3 2]
 */
export function permutation(
  key: Key,
  x: number | NDArray,
  ...args: readonly [axis?: number | { readonly axis?: number; readonly independent?: boolean }, independent?: boolean]
): NDArray {
  const a = readArguments("permutation", args, ["axis", "independent"]);
  const data = singleKey("permutation", key);
  if (typeof x === "number" || x.aval.shape.length === 0) {
    if (typeof x !== "number") {
      throw new ArgumentError({
        what: "permutation of a scalar array",
        fix: "pass a JavaScript number n to permute the integers below n",
      });
    }
    return shuffle(data, iota([], { dtype: "int32", shape: [x], dimension: 0 }), 0);
  }
  const axis = canonicalAxis((a.axis as number | undefined) ?? 0, x.aval.shape.length);
  if (a.independent === true || x.aval.shape.length === 1) return shuffle(data, x, axis);
  const order = shuffle(data, iota([], { dtype: "int32", shape: [x.aval.shape[axis]!], dimension: 0 }), 0);
  return take(x, order, { axis });
}

/** Options of `choice`. */
export interface ChoiceOptions {
  readonly shape?: Shape;
  /** Whether an entry may be drawn more than once. Default true. */
  readonly replace?: boolean;
  /** Probabilities of the entries; uniform by default. */
  readonly p?: NDArray;
  readonly axis?: number;
}

/**
 * Random entries of an array along an axis, or of the integers below a number.
 * @throws ArgumentError for more draws without replacement than there are entries.
 * @example random.choice(random.key(0), 2, [3])
 */
export function choice(
  key: Key,
  from: number | NDArray | readonly unknown[],
  ...args: readonly [shape?: Shape | ChoiceOptions, replace?: boolean | ChoiceOptions, p?: NDArray, axis?: number]
): NDArray {
  const a = readArguments("choice", args, ["shape", "replace", "p", "axis"]);
  const shape = readShape("choice", a.shape);
  const replace = (a.replace as boolean | undefined) ?? true;
  const probabilities = a.p === undefined || a.p === null ? undefined : asArray(a.p);
  const array = typeof from === "number" ? undefined : asArray(from);
  const axis = array === undefined ? 0 : canonicalAxis((a.axis as number | undefined) ?? 0, array.aval.shape.length);
  const n = array === undefined ? (from as number) : array.aval.shape[axis]!;
  const draws = sizeOf(shape);
  const data = singleKey("choice", key);
  if (n <= 0 && draws > 0)
    throw new ArgumentError({
      what: "a must be greater than 0 unless no samples are taken",
      fix: "choose from a non-empty array",
    });
  if (!replace && draws > n) {
    throw new ArgumentError({
      what: "Cannot take a larger sample than population when 'replace=False'",
      fix: `draw at most ${n}, or set replace`,
    });
  }
  if (probabilities !== undefined && (probabilities.aval.shape.length !== 1 || probabilities.aval.shape[0] !== n)) {
    throw new ShapeError({
      what: `p must be None or a 1D vector with the same size as a.shape[axis]. p has shape (${probabilities.aval.shape}) and a.shape[axis] is ${n}.`,
      fix: "give one probability for each entry",
    });
  }
  let picks: NDArray;
  if (probabilities === undefined) {
    picks = replace
      ? randintArray(data, shape, 0, n, "int32")
      : reshape(firstOf(shuffle(data, iota([], { dtype: "int32", shape: [n], dimension: 0 }), 0), draws), {
          newSizes: shape,
        });
  } else {
    const { dtype } = probabilities.aval;
    if (replace) {
      const cumulative = cumsum(probabilities, { axis: 0, reverse: false });
      const total = reshape(slice(cumulative, { startIndices: [n - 1], limitIndices: [n], strides: null }), {
        newSizes: [],
      });
      const u = uniformArray(data, shape, dtype, full([], 0, dtype), full([], 1, dtype));
      picks = searchsorted(cumulative, mul(total, sub(full([], 1, dtype), u)));
    } else {
      const scores = add(gumbelArray(data, [n], dtype, "low"), log(probabilities));
      picks = reshape(largest(scores, draws), { newSizes: shape });
    }
  }
  return array === undefined ? picks : take(array, picks, { axis });
}

const firstOf = (x: NDArray, count: number): NDArray =>
  slice(x, { startIndices: [0], limitIndices: [count], strides: null });

/** Positions of the largest entries, in descending order; the first of equals. */
function largest(x: NDArray, count: number): NDArray {
  const n = x.aval.shape[0]!;
  const positions = iota([], { dtype: "int32", shape: [n], dimension: 0 });
  const negative = sub(full([n], 0, x.aval.dtype), x);
  return firstOf(sort([negative, positions], { dimension: 0, isStable: true, numKeys: 1 })[1]!, count);
}

/** Options of `categorical`. */
export interface CategoricalOptions {
  readonly axis?: number;
  readonly shape?: Shape;
  /** Whether a category may be drawn more than once for one distribution. Default true. */
  readonly replace?: boolean;
  readonly mode?: SamplingMode;
}

/**
 * Draws from categorical distributions given by unnormalised log probabilities along an axis: the argmax of the logits
 * plus Gumbel noise (without replacement: the largest ones; Kool, van Hoof, Welling: "Stochastic beams and where to find
 * them", 2019).
 * @throws ArgumentError for more draws without replacement than there are categories.
 * @example random.categorical(key, jnp.log(jnp.array([0.1, 0.9])), { shape: [4] }) // [1 1 1 1]
 */
export function categorical(
  key: Key,
  logits: NDArray,
  ...args: readonly [axis?: number | CategoricalOptions, shape?: Shape | CategoricalOptions]
): NDArray {
  const a = readArguments("categorical", args, ["axis", "shape", "replace", "mode"]);
  const mode = readMode("categorical", a.mode);
  const data = singleKey("categorical", key);
  const rank = logits.aval.shape.length;
  const axis = canonicalAxis((a.axis as number | undefined) ?? -1, rank);
  const batch = without(logits.aval.shape, axis);
  const shape = parameterShape("categorical", a.shape, full(batch, 0, "float32"));
  const prefix = shape.slice(0, shape.length - batch.length);
  const tail = shape.slice(shape.length - batch.length);
  const noiseShape = [...prefix, ...tail.slice(0, axis), logits.aval.shape[axis]!, ...tail.slice(axis)];
  const indexDtype = config.enableX64 ? "int64" : "int32";
  if (a.replace === false) return distinct(data, logits, axis, prefix, shape, mode);
  const noise = gumbelArray(data, noiseShape, logits.aval.dtype, mode);
  const scores = add(noise, broadcastTo(logits, noiseShape));
  return argmax(scores, { axes: [axis + prefix.length], indexDtype });
}

/** Distinct categories for each distribution: those of the largest noisy logits. */
function distinct(
  data: NDArray,
  logits: NDArray,
  axis: number,
  prefix: Shape,
  shape: Shape,
  mode: SamplingMode,
): NDArray {
  const count = sizeOf(prefix);
  const categories = logits.aval.shape[axis]!;
  if (count > categories) {
    throw new ArgumentError({
      what: `Number of samples without replacement must be at most the number of categories: ${count} > ${categories}`,
      fix: "draw fewer, or set replace",
    });
  }
  const scores = moveaxis(
    add(gumbelArray(data, logits.aval.shape, logits.aval.dtype, mode), logits),
    axis,
    logits.aval.shape.length - 1,
  );
  const last = scores.aval.shape.length - 1;
  const positions = iota([], { dtype: "int32", shape: scores.aval.shape, dimension: last });
  const order = sort([neg(scores), positions], { dimension: last, isStable: true, numKeys: 1 })[1]!;
  return reshape(moveaxis(sliceAlong(order, last, 0, count), last, 0), { newSizes: shape });
}
