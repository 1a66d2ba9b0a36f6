/** The transforms under NumPy's names: over one axis, over two, over any. */

import { conjugated } from "../../array/complex.ts";
import { type ArrayArg, asArray, here } from "../../array/convert.ts";
import type { NDArray } from "../../core/ndarray.ts";
import { ArgumentError } from "../../errors/index.ts";
import type { FftType } from "../../prims/fft.ts";
import { canonicalAxis, formatShape } from "../../types/shape.ts";
import { readArguments, readInt, type Trailing } from "../arguments.ts";
import { type FftNorm, normalised, readNorm, transformed } from "./transform.ts";

/** Options of the transforms over one axis. */
export interface FftOptions {
  /** The length to transform: the operand is cut, or zeros are appended. Default: that of the axis. */
  readonly n?: number | null;
  /** Default -1, the last. */
  readonly axis?: number;
  /** Where the factor 1 / n stands. Default "backward": at the inverse. */
  readonly norm?: FftNorm | null;
}

/** Options of the transforms over several axes. */
export interface FftsOptions {
  /** The lengths to transform, one an axis. */
  readonly s?: readonly number[] | null;
  /** Default: the last two axes for the functions with a 2, else as many of the last axes as `s` has lengths, or all. */
  readonly axes?: readonly number[] | null;
  readonly norm?: FftNorm | null;
}

type OneAxis = Trailing<[n: number | null, axis: number, norm: FftNorm | null], FftOptions>;
type Axes = Trailing<[s: readonly number[] | null, axes: readonly number[] | null, norm: FftNorm | null], FftsOptions>;

function readOne(name: string, args: readonly unknown[]) {
  const { n = null, axis = -1, norm = null } = readArguments<FftOptions>(name, args, ["n", "axis", "norm"]);
  if (Array.isArray(axis)) {
    throw new ArgumentError({
      what: `jax.numpy.fft.${name} does not support multiple axes. Please use jax.numpy.fft.${name}n. Got axis = ${formatShape(axis)}.`,
      where: here(),
      fix: "name one axis",
    });
  }
  const s = n === null ? null : [readInt(name, "n", n)];
  return { s, axes: [readInt(name, "axis", axis)], norm };
}

const overOne = (name: string, type: FftType, a: ArrayArg, args: readonly unknown[]): NDArray =>
  transformed(name, type, a, readOne(name, args));

const overAll = (name: string, type: FftType, a: ArrayArg, args: readonly unknown[]): NDArray =>
  transformed(name, type, a, readArguments<FftsOptions>(name, args, ["s", "axes", "norm"]));

function overTwo(name: string, type: FftType, a: ArrayArg, args: readonly unknown[]): NDArray {
  const { s = null, axes = [-2, -1], norm = null } = readArguments<FftsOptions>(name, args, ["s", "axes", "norm"]);
  const two = axes ?? [-2, -1];
  if (two.length !== 2) {
    throw new ArgumentError({
      what: `jax.numpy.fft.${name} only supports 2 axes. Got axes = ${formatShape(two)}.`,
      where: here(),
      fix: `use jnp.fft.${name.replace("2", "n")}`,
    });
  }
  return transformed(name, type, a, { s, axes: two, norm });
}

/**
 * The transform along one axis, complex: the sum over j of a[j] exp(-2 pi i j k / n).
 * @throws AxisError if the axis does not exist. @throws ShapeError for a length below 1. @throws OptionError for an unknown norm.
 * @example jnp.fft.fft(jnp.array([1, 0, 0, 0])) // [1.+0.j 1.+0.j 1.+0.j 1.+0.j]
 */
export function fft(a: ArrayArg, ...args: OneAxis): NDArray {
  return overOne("fft", "FFT", a, args);
}

/**
 * The inverse of `fft`: the sum over j of a[j] exp(2 pi i j k / n) / n.
 * @throws AxisError if the axis does not exist. @throws ShapeError for a length below 1. @throws OptionError for an unknown norm.
 * @example jnp.fft.ifft(jnp.ones(4)) // [1.+0.j 0.+0.j 0.+0.j 0.+0.j]
 */
export function ifft(a: ArrayArg, ...args: OneAxis): NDArray {
  return overOne("ifft", "IFFT", a, args);
}

/**
 * The transform of real values along one axis: entries 0 to n / 2, of which the others are conjugates.
 * @throws DTypeError for complex values. @throws AxisError if the axis does not exist. @throws ShapeError for a length below 1.
 * @example jnp.fft.rfft(jnp.array([0, 1, 0, -1])) // [0.+0.j 0.-2.j 0.+0.j]
 */
export function rfft(a: ArrayArg, ...args: OneAxis): NDArray {
  return overOne("rfft", "RFFT", a, args);
}

/**
 * The inverse of `rfft`: n real values, by default an even number, 2 (m - 1) from m entries.
 * @throws AxisError if the axis does not exist. @throws ShapeError for a length below 1.
 * @example jnp.fft.irfft(jnp.fft.rfft(jnp.array([1, 2, 3])), 3) // [1. 2. 3.]
 */
export function irfft(a: ArrayArg, ...args: OneAxis): NDArray {
  return overOne("irfft", "IRFFT", a, args);
}

const exchanged: { readonly [N in FftNorm]: FftNorm } = { backward: "forward", forward: "backward", ortho: "ortho" };

/**
 * The transform, which is real, of a sequence that is the conjugate of its own reverse and given by its first half.
 * @throws AxisError if the axis does not exist. @throws ShapeError for a length below 1.
 * @example jnp.fft.hfft(jnp.array([1, 2, 3])) // [ 8. -2.  0. -2.]
 */
export function hfft(a: ArrayArg, ...args: OneAxis): NDArray {
  const options = readOne("hfft", args);
  const x = conjugated(asArray(a, "hfft"));
  return transformed("hfft", "IRFFT", x, { ...options, norm: exchanged[readNorm(options.norm)] });
}

/**
 * The inverse of `hfft`: the first half of a sequence, from its real transform.
 * @throws DTypeError for complex values. @throws AxisError if the axis does not exist. @throws ShapeError for a length below 1.
 * @example jnp.fft.ihfft(jnp.array([8, -2, 0, -2])) // [1.+0.j 2.+0.j 3.+0.j]
 */
export function ihfft(a: ArrayArg, ...args: OneAxis): NDArray {
  const { s, axes, norm } = readOne("ihfft", args);
  const { shape } = asArray(a, "ihfft").aval;
  const count = s?.[0] ?? shape[canonicalAxis(axes[0]!, shape.length)]!;
  const half = conjugated(transformed("ihfft", "RFFT", a, { s, axes, norm: null }));
  return normalised(half, exchanged[readNorm(norm)], false, count);
}

/**
 * The transform over two axes, by default the last.
 * @throws ArgumentError unless there are two axes. @throws AxisError if an axis does not exist or is repeated.
 * @example jnp.fft.fft2(jnp.eye(2)) // [[2.+0.j 0.+0.j] [0.+0.j 2.+0.j]]
 */
export function fft2(a: ArrayArg, ...args: Axes): NDArray {
  return overTwo("fft2", "FFT", a, args);
}

/**
 * The inverse of `fft2`.
 * @throws ArgumentError unless there are two axes. @throws AxisError if an axis does not exist or is repeated.
 * @example jnp.fft.ifft2(jnp.fft.fft2(x))
 */
export function ifft2(a: ArrayArg, ...args: Axes): NDArray {
  return overTwo("ifft2", "IFFT", a, args);
}

/**
 * The transform of real values over two axes: of the last of them entries 0 to n / 2.
 * @throws DTypeError for complex values. @throws ArgumentError unless there are two axes.
 * @example jnp.fft.rfft2(jnp.ones([4, 6])) // shape (4, 4)
 */
export function rfft2(a: ArrayArg, ...args: Axes): NDArray {
  return overTwo("rfft2", "RFFT", a, args);
}

/**
 * The inverse of `rfft2`.
 * @throws ArgumentError unless there are two axes. @throws AxisError if an axis does not exist or is repeated.
 * @example jnp.fft.irfft2(jnp.fft.rfft2(x), [4, 5])
 */
export function irfft2(a: ArrayArg, ...args: Axes): NDArray {
  return overTwo("irfft2", "IRFFT", a, args);
}

/**
 * The transform over any axes, by default all.
 * @throws AxisError if an axis does not exist or is repeated. @throws ShapeError if lengths and axes do not pair up.
 * @example jnp.fft.fftn(x, { axes: [0, 2] })
 */
export function fftn(a: ArrayArg, ...args: Axes): NDArray {
  return overAll("fftn", "FFT", a, args);
}

/**
 * The inverse of `fftn`.
 * @throws AxisError if an axis does not exist or is repeated. @throws ShapeError if lengths and axes do not pair up.
 * @example jnp.fft.ifftn(jnp.fft.fftn(x))
 */
export function ifftn(a: ArrayArg, ...args: Axes): NDArray {
  return overAll("ifftn", "IFFT", a, args);
}

/**
 * The transform of real values over any axes: of the last of them entries 0 to n / 2.
 * @throws DTypeError for complex values. @throws AxisError if an axis does not exist or is repeated.
 * @example jnp.fft.rfftn(jnp.ones([2, 4, 6])) // shape (2, 4, 4)
 */
export function rfftn(a: ArrayArg, ...args: Axes): NDArray {
  return overAll("rfftn", "RFFT", a, args);
}

/**
 * The inverse of `rfftn`.
 * @throws AxisError if an axis does not exist or is repeated. @throws ShapeError if lengths and axes do not pair up.
 * @example jnp.fft.irfftn(jnp.fft.rfftn(x), [2, 4, 6])
 */
export function irfftn(a: ArrayArg, ...args: Axes): NDArray {
  return overAll("irfftn", "IRFFT", a, args);
}
