/** Scaled dot product attention with several heads, masks, and shared keys. */
import { add, multiply } from "../array/arithmetic.ts";
import { greaterEqual, less, lessEqual } from "../array/comparison.ts";
import { type ArrayArg, asArray, cast, here } from "../array/convert.ts";
import { transpose } from "../array/shape.ts";
import { staticInteger } from "../array/static.ts";
import type { NDArray } from "../core/ndarray.ts";
import { DTypeError, ShapeError } from "../errors/index.ts";
import { readArguments, type Trailing } from "../numpy/arguments.ts";
import { where } from "../numpy/choose.ts";
import { logicalAnd } from "../numpy/comparison.ts";
import { einsum } from "../numpy/einsum.ts";
import { largestFinite } from "../numpy/elementwise.ts";
import { counting, shaped } from "../numpy/operand.ts";
import { stopGradient } from "../prims/stop.ts";
import { formatAval } from "../types/aval.ts";
import { type DType, isFloating } from "../types/dtype.ts";
import { promoteTypes } from "../types/promotion.ts";
import { formatShape } from "../types/shape.ts";
import { logsumexp, softmax } from "./normalization.ts";

/** Options of `dotProductAttention`. */
export interface AttentionOptions {
  /** Added to the scores: broadcasts to (batch, heads, queries, keys). */
  readonly bias?: ArrayArg | null;
  /** Which keys each query may see: booleans that broadcast to (batch, heads, queries, keys). */
  readonly mask?: ArrayArg | null;
  /** The factor of the scores. Default: 1 / sqrt(size of a head). */
  readonly scale?: number | null;
  /** Whether a query sees only keys up to its own place. Default false. */
  readonly isCausal?: boolean;
  /** How many queries of each example are real: int32 of shape (batch,). The others give 0. */
  readonly querySeqLengths?: ArrayArg | null;
  /** How many keys of each example are real: int32 of shape (batch,). */
  readonly keyValueSeqLengths?: ArrayArg | null;
  /** How far a query sees to the left and to the right. */
  readonly localWindowSize?: number | readonly [left: number, right: number] | null;
  /** Whether log-sum-exp of the scores is returned too, of shape (batch, queries, heads). Default false. */
  readonly returnResidual?: boolean;
}

const names = [
  "scale",
  "isCausal",
  "querySeqLengths",
  "keyValueSeqLengths",
  "localWindowSize",
  "returnResidual",
] as const;

function fourAxes(x: ArrayArg, name: string): NDArray {
  const a = asArray(x, "dotProductAttention");
  const { shape } = a.aval;
  if (shape.length > 4) throw wrongShape(name, a, "at most 4 axes");
  return shaped(a, [...new Array<number>(4 - shape.length).fill(1), ...shape]);
}

function wrongShape(name: string, x: NDArray, wanted: string): ShapeError {
  return new ShapeError({
    what: `dotProductAttention: ${name} should have ${wanted}, but has type ${formatAval(x.aval)}`,
    where: here(),
    fix: "queries are (batch, queries, heads, size), keys and values (batch, keys, heads, size)",
  });
}

/** Sizes: batch, queries, keys, heads of keys, groups of heads that share keys, size of a head. */
interface Sizes {
  readonly b: number;
  readonly t: number;
  readonly s: number;
  readonly k: number;
  readonly g: number;
}

/** Scores or masks of (batch, heads, queries, keys) with the heads in groups. */
function grouped(x: NDArray, { k, g }: Sizes, name: string): NDArray {
  const [b, n, t, s] = x.aval.shape as [number, number, number, number];
  if (n !== 1 && n !== k * g) throw wrongShape(name, x, `1 or ${k * g} heads in its second axis`);
  return shaped(x, n === 1 ? [b, 1, 1, t, s] : [b, k, g, t, s]);
}

function lengths(x: ArrayArg, name: string, { b }: Sizes): NDArray {
  const a = asArray(x, "dotProductAttention");
  if (a.aval.shape.length !== 1 || a.aval.shape[0] !== b) throw wrongShape(name, a, `shape ${formatShape([b])}`);
  return a;
}

/** All that limits which keys a query sees, as one mask; undefined if nothing does. */
function combinedMask(options: AttentionOptions, sizes: Sizes): NDArray | undefined {
  const {
    mask = null,
    isCausal = false,
    querySeqLengths = null,
    keyValueSeqLengths = null,
    localWindowSize = null,
  } = options;
  const masks: NDArray[] = [];
  if (mask !== null) {
    const given = fourAxes(mask, "mask");
    if (given.aval.dtype !== "bool") {
      throw new DTypeError({
        what: `mask dtype should be bool, but got ${given.aval.dtype}`,
        where: here(),
        fix: "compare first, or use bias",
      });
    }
    masks.push(grouped(given, sizes, "mask"));
  }
  const queries = shaped(counting(sizes.t, "int32"), [1, 1, 1, sizes.t, 1]);
  const keys = shaped(counting(sizes.s, "int32"), [1, 1, 1, 1, sizes.s]);
  if (isCausal) masks.push(greaterEqual(queries, keys));
  if (localWindowSize !== null) {
    const [left, right] = typeof localWindowSize === "number" ? [localWindowSize, localWindowSize] : localWindowSize;
    masks.push(lessEqual(queries, add(keys, staticInteger(left, "localWindowSize"))));
    masks.push(greaterEqual(add(queries, staticInteger(right, "localWindowSize")), keys));
  }
  const real = (places: NDArray, given: ArrayArg, name: string): NDArray =>
    less(places, shaped(lengths(given, name, sizes), [sizes.b, 1, 1, 1, 1]));
  if (querySeqLengths !== null) masks.push(real(queries, querySeqLengths, "querySeqLengths"));
  if (keyValueSeqLengths !== null) masks.push(real(keys, keyValueSeqLengths, "keyValueSeqLengths"));
  return masks.length === 0 ? undefined : masks.reduce((a, b) => logicalAnd(a, b));
}

/**
 * Attention: softmax(scale Q K^T + bias) V, for each head. Queries have shape (batch, queries, heads, size), keys and values
 * (batch, keys, key heads, size); the batch axis may be left out. Where there are fewer key heads than heads, groups of
 * heads share them.
 *
 * @throws ShapeError if the shapes do not fit, or the number of heads is no multiple of that of key heads. @throws DTypeError
 * for a mask that is not boolean. @throws OptionError for an unknown option.
 * @example nn.dotProductAttention(q, k, v, { isCausal: true })
 */
export function dotProductAttention(
  query: ArrayArg,
  key: ArrayArg,
  value: ArrayArg,
  options: AttentionOptions & { readonly returnResidual: true },
): [encoded: NDArray, residual: NDArray];
export function dotProductAttention(
  query: ArrayArg,
  key: ArrayArg,
  value: ArrayArg,
  ...args: Trailing<
    [bias: ArrayArg | null, mask: ArrayArg | null],
    AttentionOptions & { readonly returnResidual?: false }
  >
): NDArray;
export function dotProductAttention(
  query: ArrayArg,
  key: ArrayArg,
  value: ArrayArg,
  ...args: readonly unknown[]
): NDArray | [encoded: NDArray, residual: NDArray] {
  const options = readArguments<AttentionOptions>("dotProductAttention", args, ["bias", "mask"], names);
  const given = asArray(query, "dotProductAttention");
  const [q, keys, values] = [fourAxes(given, "query"), fourAxes(key, "key"), fourAxes(value, "value")];
  const [b, t, n, h] = q.aval.shape as [number, number, number, number];
  const [, s, k] = keys.aval.shape as [number, number, number, number];
  const { dtype } = keys.aval;
  if (keys.aval.shape[0] !== b || keys.aval.shape[3] !== h)
    throw wrongShape("key", keys, `shape (${b}, keys, heads, ${h})`);
  if (values.aval.shape.some((size, d) => size !== keys.aval.shape[d])) {
    throw wrongShape("value", values, `the shape of the keys, ${formatShape(keys.aval.shape)}`);
  }
  if (!isFloating(dtype) || q.aval.dtype !== dtype || values.aval.dtype !== dtype) {
    throw new DTypeError({
      what: `dotProductAttention: query, key and value should have one floating dtype, but have ${q.aval.dtype}, ${dtype}, ${values.aval.dtype}`,
      where: here(),
      fix: "convert them with astype",
    });
  }
  if (n % k !== 0) {
    throw new ShapeError({
      what: `The number of query heads must be a multiple of key/value heads, but got ${n} vs ${k}`,
      where: here(),
      fix: "use as many heads, or a multiple",
    });
  }
  const sizes: Sizes = { b, t, s, k, g: n / k };
  const scoreType: DType = promoteTypes(dtype, "float32");
  const groups = shaped(q, [b, t, k, n / k, h]);
  let scores = einsum("btkgh,bskh->bkgts", groups, keys, { preferredElementType: scoreType });
  scores = multiply(scores, options.scale ?? 1 / Math.sqrt(h));
  const { bias = null } = options;
  if (bias !== null) scores = cast(add(scores, grouped(fourAxes(bias, "bias"), sizes, "bias")), scoreType);
  const mask = combinedMask(options, sizes);
  // Not -infinity, so that a query that sees nothing gives a mean instead of NaN.
  if (mask !== undefined)
    scores = where(mask, scores, -0.7 * Math.min(largestFinite(scoreType), largestFinite("float32")));
  scores = cast(scores, "float32");

  let encoded = einsum("bkgts,bskh->btkgh", cast(softmax(scores), dtype), values);
  const { querySeqLengths = null } = options;
  if (querySeqLengths !== null) {
    const real = less(
      shaped(counting(t, "int32"), [1, t, 1, 1, 1]),
      shaped(lengths(querySeqLengths, "querySeqLengths", sizes), [b, 1, 1, 1, 1]),
    );
    encoded = multiply(encoded, cast(real, dtype));
  }
  const result = shaped(encoded, given.aval.shape);
  if (options.returnResidual !== true) return result;
  const residual = transpose(cast(logsumexp(scores, -1), dtype), [0, 3, 1, 2]);
  return [result, stopGradient(shaped(residual, given.aval.shape.slice(0, -1)))];
}
