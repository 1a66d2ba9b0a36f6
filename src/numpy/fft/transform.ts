/**
 * What all transforms share: operands are cut or padded to the wanted lengths, the axes brought to the end, and the results
 * scaled as `norm` says.
 */
import { type ArrayArg, here } from "../../array/convert.ts";
import { promoteInexact } from "../../array/promotion.ts";
import { moveaxis } from "../../array/shape.ts";
import type { NDArray } from "../../core/ndarray.ts";
import { AxisError, DTypeError, OptionError, ShapeError } from "../../errors/index.ts";
import { mul } from "../../prims/arithmetic.ts";
import { convertElementType } from "../../prims/cast.ts";
import { type FftType, fft as transform } from "../../prims/fft.ts";
import { pad, slice } from "../../prims/slicing.ts";
import { complexDType, isComplex, realDType } from "../../types/dtype.ts";
import { canonicalAxis, formatShape } from "../../types/shape.ts";
import { product, range } from "../../util/list.ts";
import { readInts } from "../arguments.ts";
import { constant, zerosOf } from "../operand.ts";

/** Where the factor 1 / n stands: at the inverse transform, at both as 1 / sqrt(n), or at the forward transform. */
export type FftNorm = "backward" | "ortho" | "forward";

/** @throws OptionError for an unknown norm. */
export function readNorm(norm: FftNorm | null | undefined): FftNorm {
  const read = norm ?? "backward";
  if (read === "backward" || read === "ortho" || read === "forward") return read;
  throw new OptionError({
    what: `Invalid norm value ${String(read)}; should be "backward","ortho" or "forward".`,
    where: here(),
    fix: "leave norm out for the usual convention",
  });
}

/** An array times the factor that a norm asks for, where the inverse is divided by the number of elements already. */
export function normalised(x: NDArray, norm: FftNorm, inverse: boolean, count: number): NDArray {
  if (norm === "backward") return x;
  const root = norm === "ortho" ? Math.sqrt(count) : count;
  return mul(x, constant(inverse ? root : 1 / root, x.aval.dtype));
}

function checkPositive(sizes: readonly number[]): readonly number[] {
  if (sizes.every((n) => n > 0)) return sizes;
  throw new ShapeError({ what: "Shape should be positive.", where: here(), fix: "transform at least one element" });
}

/** The first entries along an axis, or all with zeros behind them. */
function resized(x: NDArray, lengths: ReadonlyMap<number, number>): NDArray {
  const { shape, dtype } = x.aval;
  const wanted = shape.map((n, d) => lengths.get(d) ?? n);
  let result = x;
  if (wanted.some((n, d) => n < shape[d]!)) {
    const limitIndices = shape.map((n, d) => Math.min(n, wanted[d]!));
    result = slice(x, { startIndices: shape.map(() => 0), limitIndices, strides: null });
  }
  if (wanted.every((n, d) => n <= shape[d]!)) return result;
  const paddingConfig = wanted.map((n, d) => [0, Math.max(0, n - shape[d]!), 0] as const);
  return pad(result, constant(0, dtype), { paddingConfig });
}

/** What is transformed: lengths of the real or complex arrays, by axis. */
export interface TransformOptions {
  readonly s?: readonly number[] | null | undefined;
  readonly axes?: readonly number[] | null | undefined;
  readonly norm?: FftNorm | null | undefined;
}

function readAxes(name: string, rank: number, { s, axes }: TransformOptions): number[] {
  if (axes === undefined || axes === null) {
    const count = s === undefined || s === null ? rank : s.length;
    if (count <= rank) return range(rank).slice(rank - count);
    throw new ShapeError({
      what: `jax.numpy.fft.${name}: ${count} lengths were given for an array of dimension ${rank}`,
      where: here(),
      fix: "give one length for each axis to transform",
    });
  }
  const given = readInts(name, "axes", axes);
  const read = given.map((d) => canonicalAxis(d, rank));
  if (new Set(read).size !== read.length) {
    throw new AxisError({
      what: `jax.numpy.fft.${name} does not support repeated axes. Got axes ${formatShape(given)}.`,
      where: here(),
      fix: "name each axis once",
    });
  }
  return read;
}

/** A transform over some axes. */
export function transformed(name: string, fftType: FftType, a: ArrayArg, options: TransformOptions): NDArray {
  const norm = readNorm(options.norm);
  let x = promoteInexact(name, a)[0]!;
  const rank = x.aval.shape.length;
  const axes = readAxes(name, rank, options);
  const given = options.s === undefined || options.s === null ? undefined : readInts(name, "s", options.s);
  if (given !== undefined && given.length !== axes.length) {
    throw new ShapeError({
      what: "Shape and axes have different lengths.",
      where: here(),
      fix: "give one length for each axis",
    });
  }
  if (fftType === "RFFT" && isComplex(x.aval.dtype)) {
    throw new DTypeError({
      what: `only real valued inputs supported for rfft, got ${x.aval.dtype}`,
      where: here(),
      fix: "use fft, or the real part",
    });
  }
  if (axes.length === 0) return fftType === "RFFT" ? x : toComplex(x);
  const half = fftType === "IRFFT";
  const last = axes.length - 1;
  const lengths =
    given === undefined
      ? axes.map((d, i) => (half && i === last ? 2 * (x.aval.shape[d]! - 1) : x.aval.shape[d]!))
      : checkPositive(given);
  if (half && given === undefined) checkPositive(lengths);
  if (given !== undefined || half) {
    const sizes = axes.map((d, i) => [d, half && i === last ? Math.floor(lengths[i]! / 2) + 1 : lengths[i]!] as const);
    x = resized(x, new Map(sizes));
  }
  if (fftType !== "RFFT") x = toComplex(x);
  const source = axes.map((_, i) => i - axes.length);
  const trailing = axes.every((d, i) => d === rank - axes.length + i);
  const moved = trailing ? x : moveaxis(x, axes, source);
  const result = lengths.includes(0)
    ? nothing(moved, fftType, lengths)
    : transform(moved, { fftType, fftLengths: lengths });
  const scaled = normalised(result, norm, fftType === "IFFT" || half, product(lengths));
  return trailing ? scaled : moveaxis(scaled, source, axes);
}

/** A transform without elements. */
function nothing(x: NDArray, fftType: FftType, lengths: readonly number[]): NDArray {
  const shape = [...x.aval.shape.slice(0, -lengths.length), ...lengths];
  if (fftType === "RFFT") shape[shape.length - 1] = Math.floor(lengths.at(-1)! / 2) + 1;
  const { dtype } = x.aval;
  return zerosOf(shape, fftType === "IRFFT" ? realDType(dtype) : complexDType(dtype));
}

function toComplex(x: NDArray): NDArray {
  const { dtype } = x.aval;
  return isComplex(dtype) ? x : convertElementType(x, { newDtype: complexDType(dtype), weakType: false });
}
