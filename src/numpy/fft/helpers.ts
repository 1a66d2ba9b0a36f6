/** Frequencies that belong to the entries of a transform, and the entries in order of their frequencies. */
import { type ArrayArg, asArray } from "../../array/convert.ts";
import { defaultFloat } from "../../array/dtypes.ts";
import { promoteArgs } from "../../array/promotion.ts";
import type { NDArray } from "../../core/ndarray.ts";
import { DTypeError } from "../../errors/index.ts";
import { div, mul } from "../../prims/arithmetic.ts";
import { lt } from "../../prims/compare.ts";
import { type DType, isFloating } from "../../types/dtype.ts";
import { canonicalAxis } from "../../types/shape.ts";
import { range } from "../../util/list.ts";
import { readArguments, readDType, readInt, readInts, type Trailing } from "../arguments.ts";
import { choosing, constant, counting } from "../operand.ts";
import { roll } from "../rearrange.ts";

/** Options of `fftfreq` and `rfftfreq`. */
interface FrequencyOptions {
  /** The spacing of the samples. Default 1. */
  readonly d?: ArrayArg;
  readonly dtype?: DType;
}

type Frequencies = Trailing<[d: ArrayArg], FrequencyOptions>;

function divided(name: string, k: NDArray, n: number, d: ArrayArg): NDArray {
  const spacing = asArray(d, name);
  if (spacing.aval.shape.length > 0) {
    throw new DTypeError({
      what: `The d argument of jax.numpy.fft.${name} only takes a single value. Got an array of ${spacing.aval.shape.length} dimensions.`,
      fix: "pass a number",
    });
  }
  if (typeof d === "number") return div(k, constant(d * n, k.aval.dtype));
  const [numbers, length] = promoteArgs(name, k, mul(spacing, constant(n, spacing.aval.dtype))) as [NDArray, NDArray];
  return div(numbers, length);
}

function readFrequencies(name: string, args: readonly unknown[]): { readonly d: ArrayArg; readonly dtype: DType } {
  const { d = 1, dtype } = readArguments<FrequencyOptions>(name, args, ["d"], ["dtype"]);
  const read = readDType(name, dtype, defaultFloat());
  if (isFloating(read)) return { d, dtype: read };
  throw new DTypeError({ what: `${name}: frequencies are no ${read} values`, fix: 'use "float32"' });
}

/**
 * The frequencies of the entries of `fft` of n samples with spacing d, in cycles per unit: 0, 1, ..., then the negative ones,
 * all divided by n d.
 * @throws DTypeError for a dtype that is not floating.
 * @example jnp.fft.fftfreq(4) // [ 0.    0.25 -0.5  -0.25]
 */
export function fftfreq(n: number, ...args: Frequencies): NDArray {
  const { d, dtype } = readFrequencies("fftfreq", args);
  const count = readInt("fftfreq", "n", n);
  const k = counting(count, dtype);
  const positive = lt(k, constant(Math.ceil(count / 2), dtype));
  return divided("fftfreq", choosing(positive, k, k.sub(constant(count, dtype))), count, d);
}

/**
 * The frequencies of the entries of `rfft` of n samples with spacing d: 0 to n / 2, divided by n d.
 * @throws DTypeError for a dtype that is not floating.
 * @example jnp.fft.rfftfreq(4) // [0.   0.25 0.5 ]
 */
export function rfftfreq(n: number, ...args: Frequencies): NDArray {
  const { d, dtype } = readFrequencies("rfftfreq", args);
  const count = readInt("rfftfreq", "n", n);
  return divided("rfftfreq", counting(Math.floor(count / 2) + 1, dtype), count, d);
}

/** Options of `fftshift` and `ifftshift`. */
export interface ShiftOptions {
  /** The axes to shift. Default: all. */
  readonly axes?: number | readonly number[] | null;
}

type Shift = Trailing<[axes: number | readonly number[] | null], ShiftOptions>;

function shifted(name: string, x: ArrayArg, args: readonly unknown[], places: (n: number) => number): NDArray {
  const { axes = null } = readArguments<ShiftOptions>(name, args, ["axes"]);
  const a = asArray(x, name);
  const { shape } = a.aval;
  const read =
    axes === null ? range(shape.length) : readInts(name, "axes", axes).map((d) => canonicalAxis(d, shape.length));
  return read.length === 0
    ? a
    : roll(
        a,
        read.map((d) => places(shape[d]!)),
        read,
      );
}

/**
 * The entries of a transform with frequency 0 in the middle.
 * @throws AxisError if an axis does not exist.
 * @example jnp.fft.fftshift(jnp.fft.fftfreq(4)) // [-0.5  -0.25  0.    0.25]
 */
export function fftshift(x: ArrayArg, ...args: Shift): NDArray {
  return shifted("fftshift", x, args, (n) => Math.floor(n / 2));
}

/**
 * The inverse of `fftshift`, which differs from it along axes of odd length.
 * @throws AxisError if an axis does not exist.
 * @example jnp.fft.ifftshift(jnp.fft.fftshift(x))
 */
export function ifftshift(x: ArrayArg, ...args: Shift): NDArray {
  return shifted("ifftshift", x, args, (n) => -Math.floor(n / 2));
}
