/** Discrete Fourier transforms over the last axes. Linear; their transposes are transforms again. */
import type { NDArray } from "../core/ndarray.ts";
import { definePrimitive, type Operation } from "../core/primitive.ts";
import { DTypeError, OptionError, ShapeError } from "../errors/index.ts";
import { type Aval, formatAval } from "../types/aval.ts";
import { complexDType, isComplex, realDType } from "../types/dtype.ts";
import { formatShape, type Shape, sizeOf } from "../types/shape.ts";
import { product } from "../util/list.ts";
import { div, mul } from "./arithmetic.ts";
import { or } from "./bitwise.ts";
import { eq } from "./compare.ts";
import { conj } from "./complex.ts";
import { iota, onesLike } from "./fill.ts";
import { fftKernel, fftTypes } from "./fourier/kernel.ts";
import { moveaxis } from "./movement.ts";
import { where } from "./rules.ts";

/** Kinds of transforms: of complex arrays, and between real arrays and the first half of their transform; each with its inverse. */
export type FftType = (typeof fftTypes)[number];

/** Parameters of `fft`. */
export interface FftParams {
  readonly fftType: FftType;
  /** The lengths of the transformed axes, the last ones: those of the real array, where there is one. */
  readonly fftLengths: Shape;
}

/** The shape of the last axes on the side of the transform's half: n / 2 + 1 entries stand for n numbers. */
const halved = (lengths: Shape): number[] => [...lengths.slice(0, -1), Math.floor(lengths.at(-1)! / 2) + 1];

function resultType(x: Aval, { fftType, fftLengths }: FftParams): Aval {
  const { shape, dtype } = x;
  if (!fftTypes.includes(fftType)) {
    throw new OptionError({
      what: `unknown FFT type ${JSON.stringify(fftType)}`,
      fix: `use one of ${fftTypes.map((t) => JSON.stringify(t)).join(", ")}`,
    });
  }
  const rank = fftLengths.length;
  if (rank < 1 || shape.length < rank) {
    throw new ShapeError({
      what: `FFT input shape ${formatShape(shape)} must have at least as many input dimensions as fft_lengths ${formatShape(fftLengths)}.`,
      fix: "give the lengths of the last axes",
    });
  }
  const ofReal = fftType === "RFFT";
  const half = fftType === "IRFFT";
  if (ofReal ? dtype !== "float32" && dtype !== "float64" : !isComplex(dtype)) {
    throw new DTypeError({
      what: ofReal
        ? "only real valued inputs supported for rfft"
        : `FFT requires complex64 or complex128 input, got ${formatAval(x)}`,
      fix: ofReal ? "use fft for complex inputs" : 'convert it first: lax.convertElementType(x, "complex64")',
    });
  }
  const batch = shape.slice(0, -rank);
  const wanted = half ? halved(fftLengths) : fftLengths;
  if (shape.slice(-rank).some((n, d) => n !== wanted[d]) || fftLengths.some((n) => n < 1)) {
    throw new ShapeError({
      what: half
        ? `IRFFT requires innermost dimension to be compatible with fft_length[-1]/2+1. Got: ${formatShape(shape)} but fft_length is ${formatShape(fftLengths)}.`
        : `FFT input shape ${formatShape(shape)} minor dimensions must be equal to fft_lengths ${formatShape(fftLengths)}`,
      fix: "lax.fft neither pads nor cuts; the functions of jnp.fft do",
    });
  }
  return {
    shape: [...batch, ...(ofReal ? halved(fftLengths) : fftLengths)],
    dtype: half ? realDType(dtype) : complexDType(dtype),
    weakType: false,
  };
}

/** How often the entries of a half transform stand for entries of the whole: 2, but 1 for the first and a middle one. */
function weights(like: NDArray, length: number): NDArray {
  const { shape } = like.aval;
  const places = iota([], { dtype: "int32", shape, dimension: shape.length - 1 });
  const first = eq(places, 0);
  const single = length % 2 === 0 ? or(first, eq(places, length / 2)) : first;
  return where(single, 1, 2, onesLike(like));
}

const sizes = ({ fftType, fftLengths }: FftParams, [x]: readonly Aval[]): number[] => [
  fftTypes.indexOf(fftType),
  sizeOf(x!.shape.slice(0, -fftLengths.length)),
  ...fftLengths,
];

/**
 * `lax.fft`: the sum over j of x[j] exp(-2 pi i j k / n), along each of the last axes; inverses have exp(2 pi i j k / n) / n.
 * complex64 and complex128; `RFFT` takes real arrays, `IRFFT` gives them. Computed in double precision.
 *
 * @throws ShapeError if the lengths are not those of the last axes. @throws DTypeError for other dtypes.
 * @example fft(x, { fftType: "FFT", fftLengths: [8] })
 */
export const fft: Operation<1, FftParams> = /* @__PURE__ */ definePrimitive<1, FftParams>({
  name: "fft",
  arity: 1,
  type: ([x], params) => resultType(x!, params),
  jvp: "linear",
  transpose: (ct, _operands, params) => {
    const { fftType, fftLengths } = params;
    const length = fftLengths.at(-1)!;
    const count = product(fftLengths);
    if (fftType === "RFFT") {
      return [mul(count, fft(div(conj(ct), weights(ct, length)), { fftType: "IRFFT", fftLengths }))];
    }
    if (fftType === "IRFFT") {
      const spectrum = fft(ct, { fftType: "RFFT", fftLengths });
      return [conj(mul(mul(1 / count, weights(spectrum, length)), spectrum))];
    }
    return [fft(ct, params)];
  },
  batch: (_axis, [x], [dim], params) => [fft(moveaxis(x!, dim!, 0), params), 0],
  lower: { kind: "opaque", kernel: fftKernel, sizes },
  complex: { lower: () => ({ kind: "opaque", kernel: fftKernel, sizes }) },
  show: ({ fftType, fftLengths }) => [
    ["fft_lengths", fftLengths],
    ["fft_type", fftTypes.indexOf(fftType)],
  ],
  laws: { cases: [] },
});
