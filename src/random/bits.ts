/**
 * Random bits by Threefry-2x32 (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3", 2011), in both
 * of JAX's layouts. Partitionable: element i is the hash of the counter i. Legacy: the counters 0..n-1 are hashed in two
 * halves, so that values depend on the total size.
 */
import { config } from "../core/config.ts";
import type { NDArray } from "../core/ndarray.ts";
import { DTypeError, OptionError } from "../errors/index.ts";
import { add, mul } from "../prims/arithmetic.ts";
import { and, or, shiftLeft, shiftRightLogical, xor } from "../prims/bitwise.ts";
import { convertElementType } from "../prims/cast.ts";
import { full, iota } from "../prims/fill.ts";
import { broadcastInDim, reshape } from "../prims/movement.ts";
import { threefry2x32 } from "../prims/random.ts";
import { concatenate, slice } from "../prims/slicing.ts";
import { composite } from "../runtime/composite.ts";
import { type DType, dtypeBytes, isInteger } from "../types/dtype.ts";
import { type Shape, sizeOf } from "../types/shape.ts";
import { type Key, likeKey, singleKey } from "./key.ts";

const cast = (x: NDArray, newDtype: DType): NDArray => convertElementType(x, { newDtype, weakType: false });
const shaped = (x: NDArray, newSizes: Shape): NDArray => reshape(x, { newSizes });

function word(data: NDArray, i: number): NDArray {
  return shaped(slice(data, { startIndices: [i], limitIndices: [i + 1], strides: null }), []);
}

function take(x: NDArray, from: number, to: number): NDArray {
  return slice(x, { startIndices: [from], limitIndices: [to], strides: null });
}

const counters = (n: number): NDArray => iota([], { dtype: "uint32", shape: [n], dimension: 0 });

/** The hash of pairs of counters under a key, uint32[2]. */
function hash(data: NDArray, high: NDArray, low: NDArray): [NDArray, NDArray] {
  const [a, b] = threefry2x32([word(data, 0), word(data, 1), high, low]);
  return [a!, b!];
}

/** Legacy layout: n words from the counters 0..n-1, the first half beside the second (and a zero if n is odd). */
function legacyWords(data: NDArray, n: number): NDArray {
  if (n === 0) return full([0], 0, "uint32");
  const half = Math.ceil(n / 2);
  const second =
    n % 2 === 0
      ? add(counters(half), full([half], half, "uint32"))
      : concatenate([add(counters(half - 1), full([half - 1], half, "uint32")), full([1], 0, "uint32")], {
          dimension: 0,
        });
  const both = concatenate(hash(data, counters(half), second), { dimension: 0 });
  return n % 2 === 0 ? both : take(both, 0, n);
}

/** Partitionable layout: both words of the hash of each counter. */
function partitionableWords(data: NDArray, n: number): [NDArray, NDArray] {
  const low = counters(n);
  return hash(data, broadcastInDim(full([], 0, "uint32"), { shape: [n], broadcastDimensions: [] }), low);
}

function join64(high: NDArray, low: NDArray): NDArray {
  const wide = cast(high, "uint64");
  return or(shiftLeft(wide, full(wide.aval.shape, 32, "uint64")), cast(low, "uint64"));
}

/** Words of 8 or 16 bits out of words of 32, low ones first. */
function narrowWords(words: NDArray, bitWidth: number, n: number): NDArray {
  const perWord = 32 / bitWidth;
  const count = words.aval.shape[0]!;
  const shape = [count, perWord];
  const wide = broadcastInDim(words, { shape, broadcastDimensions: [0] });
  const places = iota([], { dtype: "uint32", shape, dimension: 1 });
  const shifts = full(shape, bitWidth, "uint32");
  const shifted = shiftRightLogical(wide, mul(places, shifts));
  const masked = and(shifted, full(shape, 2 ** bitWidth - 1, "uint32"));
  return take(shaped(cast(masked, bitWidth === 8 ? "uint8" : "uint16"), [count * perWord]), 0, n);
}

/** Random bits for a key's words, as unsigned integers of 8, 16, 32 or 64 bits. */
export function randomBits(data: NDArray, bitWidth: 8 | 16 | 32 | 64, shape: Shape): NDArray {
  const n = sizeOf(shape);
  if (config.threefryPartitionable) {
    const [a, b] = partitionableWords(data, n);
    if (bitWidth === 64) return shaped(join64(a, b), shape);
    const words = shaped(xor(a, b), shape);
    return bitWidth === 32 ? words : cast(words, bitWidth === 8 ? "uint8" : "uint16");
  }
  if (bitWidth === 64) {
    const words = legacyWords(data, 2 * n);
    return shaped(join64(take(words, 0, n), take(words, n, 2 * n)), shape);
  }
  if (bitWidth === 32) return shaped(legacyWords(data, n), shape);
  return shaped(narrowWords(legacyWords(data, Math.ceil((n * bitWidth) / 32)), bitWidth, n), shape);
}

const drawSplit = /* @__PURE__ */ composite("split", ([data], shape: Shape) => {
  const n = sizeOf(shape);
  if (!config.threefryPartitionable) return [shaped(legacyWords(data!, 2 * n), [...shape, 2])];
  const [a, b] = partitionableWords(data!, n);
  const column = (x: NDArray): NDArray => broadcastInDim(x, { shape: [n, 1], broadcastDimensions: [0] });
  return [shaped(concatenate([column(a), column(b)], { dimension: 1 }), [...shape, 2])];
});

/** Words of new keys: uint32[...shape, 2]. */
export function splitWords(data: NDArray, shape: Shape): NDArray {
  return drawSplit([data], shape)[0]!;
}

/**
 * New independent keys from one: `num` of them (default 2), or an array of a given shape. The old key must not be used
 * again.
 * @example const [k1, k2] = random.split(random.key(0));
 */
export function split(key: Key, num: number | Shape = 2): Key {
  const shape = typeof num === "number" ? [num] : num;
  if (shape.some((n) => !Number.isInteger(n) || n < 0)) {
    throw new OptionError({ what: `split cannot make ${String(num)} keys`, fix: "give a whole number or a shape" });
  }
  return likeKey(key, splitWords(singleKey("split", key), shape));
}

/**
 * A new key from a key and an integer (taken modulo 2^32), the same for both layouts.
 * @example random.keyData(random.foldIn(random.key(0), 3)) // [2467461003 3840466878]
 */
export function foldIn(key: Key, data: number | NDArray): Key {
  const words = singleKey("foldIn", key);
  let low: NDArray;
  if (typeof data === "number") {
    if (!Number.isInteger(data)) {
      throw new DTypeError({ what: `foldIn takes an integer, but got ${data}`, fix: "pass a whole number" });
    }
    low = full([], data >>> 0, "uint32");
  } else {
    if (!isInteger(data.aval.dtype) || data.aval.shape.length > 0) {
      throw new DTypeError({
        what: `foldIn takes one integer, but got ${data.aval.dtype}[${data.aval.shape}]`,
        fix: "pass a scalar integer array",
      });
    }
    low = cast(data, "uint32");
  }
  return likeKey(key, drawFold([words, low], null)[0]!);
}

const drawFold = /* @__PURE__ */ composite("foldIn", ([words, low], _: null) => {
  const [a, b] = hash(words!, full([], 0, "uint32"), low!);
  return [concatenate([shaped(a, [1]), shaped(b, [1])], { dimension: 0 })];
});

/** The width of an unsigned integer dtype that `bits` can make. */
export function bitWidthOf(dtype: DType): 8 | 16 | 32 | 64 {
  if (["uint8", "uint16", "uint32", "uint64"].includes(dtype)) return (8 * dtypeBytes(dtype)) as 8 | 16 | 32 | 64;
  throw new DTypeError({
    what: `dtype argument to bits must be an unsigned int dtype, got ${dtype}`,
    fix: 'use "uint8", "uint16", "uint32", or "uint64" with x64 on',
  });
}
