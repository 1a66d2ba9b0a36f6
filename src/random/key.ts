/**
 * Random keys. Two kinds, as in JAX: typed keys (`random.key(0)`, dtype `key<fry>`, shape ()) and raw ones
 * (`random.PRNGKey(0)`, uint32[2]). All functions take either.
 */
import { array } from "../array/convert.ts";
import { config } from "../core/config.ts";
import { isNDArray, type NDArray } from "../core/ndarray.ts";
import { DTypeError, OptionError, ShapeError } from "../errors/index.ts";
import { bitcastConvertType, convertElementType } from "../prims/cast.ts";
import { full } from "../prims/fill.ts";
import { reshape } from "../prims/movement.ts";
import { randomUnwrap, randomWrap } from "../prims/random.ts";
import { concatenate } from "../prims/slicing.ts";
import { formatAval } from "../types/aval.ts";
import { isInteger } from "../types/dtype.ts";
import { formatShape, type Shape } from "../types/shape.ts";

/** What functions of `random` take as their first argument. */
export type Key = NDArray;

/** Whether an array is a typed key (or an array of them). */
export function isTypedKey(x: NDArray): boolean {
  return x.aval.dtype === "key<fry>";
}

/** The seed's two words. With x64 off a seed counts modulo 2^32 and the high word is zero. */
function seedWords(seed: number | bigint): Uint32Array {
  if (typeof seed === "number" && !Number.isSafeInteger(seed)) {
    throw new DTypeError({
      what: `PRNG key seed must be an integer; got ${seed}`,
      fix: "pass a whole number, such as random.key(0)",
    });
  }
  const wide = BigInt.asUintN(64, BigInt(seed));
  return new Uint32Array([config.enableX64 ? Number(wide >> 32n) : 0, Number(wide & 0xffffffffn)]);
}

function rawKey(seed: number | bigint | NDArray): NDArray {
  if (!isNDArray(seed)) {
    if (typeof seed === "number" || typeof seed === "bigint") return array(seedWords(seed));
    throw new DTypeError({ what: `PRNG key seed must be an integer; got ${typeof seed}`, fix: "pass a whole number" });
  }
  if (!isInteger(seed.aval.dtype)) {
    throw new DTypeError({
      what: `PRNG key seed must be an integer; got ${formatAval(seed.aval)}`,
      fix: 'convert the seed with astype("int32")',
    });
  }
  if (seed.aval.shape.length > 0) {
    throw new ShapeError({
      what: `PRNG key seed must be a scalar; got ${formatAval(seed.aval)}`,
      fix: "use vmap(random.key)(seeds) for several keys",
    });
  }
  const low =
    seed.aval.dtype === "int32"
      ? bitcastConvertType(seed, { newDtype: "uint32" })
      : convertElementType(seed, { newDtype: "uint32", weakType: false });
  return concatenate([full([1], 0, "uint32"), reshape(low, { newSizes: [1] })], { dimension: 0 });
}

function checkImplementation(options: { readonly impl?: string } | undefined): void {
  const impl = options?.impl;
  if (impl === undefined || impl === "threefry2x32") return;
  throw new OptionError({
    what: `random keys of implementation ${JSON.stringify(impl)} do not exist here`,
    fix: 'use "threefry2x32", which is the default',
  });
}

/**
 * A raw key, uint32[2], from an integer seed.
 * @throws DTypeError for a seed that is not an integer.
 * @example console.log(random.PRNGKey(0)); // [0 0]
 */
export function PRNGKey(seed: number | bigint | NDArray, options?: { readonly impl?: string }): Key {
  checkImplementation(options);
  return rawKey(seed);
}

const wrap = (words: NDArray): Key => randomWrap(words, { axis: words.aval.shape.length - 1 });

/**
 * A typed key from an integer seed: dtype `key<fry>`, shape (). @throws DTypeError for a seed that is not an integer.
 * @example random.key(0) // Array((), dtype=key<fry>) overlaying: [0 0]
 */
export function key(seed: number | bigint | NDArray, options?: { readonly impl?: string }): Key {
  checkImplementation(options);
  return wrap(rawKey(seed));
}

/** The words of a key: uint32[..., 2]. @example random.keyData(random.key(7)) // [0 7] */
export function keyData(keys: Key): NDArray {
  return isTypedKey(keys) ? randomUnwrap(keys) : checkRaw("keyData", keys);
}

/**
 * A typed key from words, uint32[..., 2].
 * @example random.wrapKeyData(random.keyData(random.key(7))) // Array((), dtype=key<fry>) overlaying: [0 7]
 */
export function wrapKeyData(data: NDArray, options?: { readonly impl?: string }): Key {
  checkImplementation(options);
  return wrap(checkRaw("wrapKeyData", data));
}

/** The name of a key's generator: "threefry2x32". @example random.keyImpl(random.key(0)) // "threefry2x32" */
export function keyImpl(keys: Key): string {
  keyData(keys);
  return "threefry2x32";
}

/** A copy of a key, to say that its reuse is meant. @example random.normal(random.clone(key)) // 1.6226422 */
export function clone(keys: Key): Key {
  return keys;
}

function checkRaw(caller: string, x: NDArray): NDArray {
  const { dtype, shape } = x.aval;
  if (dtype === "uint32" && shape.length > 0 && shape[shape.length - 1] === 2) return x;
  throw new DTypeError({
    what: `${caller} expects a random key: dtype key<fry>, or uint32[..., 2], but got ${formatAval(x.aval)}`,
    fix: "make keys with random.key(seed) and random.split(key)",
  });
}

/** The two words of a single key, each of shape (). @throws ShapeError for an array of keys. */
export function singleKey(caller: string, given: Key): NDArray {
  if (!isNDArray(given)) {
    throw new DTypeError({
      what: `${caller} expects a random key as its first argument, but got ${given === undefined ? "undefined" : `a value of type ${typeof given}`}`,
      fix: `write random.${caller}(random.key(0), ...)`,
    });
  }
  const typed = isTypedKey(given);
  const data = typed ? randomUnwrap(given) : checkRaw(caller, given);
  const batch: Shape = data.aval.shape.slice(0, -1);
  if (batch.length === 0) return data;
  throw new ShapeError({
    what: `${caller} accepts a single key, but was given a key array of shape ${formatShape(typed ? batch : data.aval.shape)} != ${typed ? "()" : "(2,)"}`,
    fix: "use vmap for batching",
  });
}

/** New keys of the same kind as a given one. */
export function likeKey(original: Key, data: NDArray): Key {
  return isTypedKey(original) ? wrap(data) : data;
}
