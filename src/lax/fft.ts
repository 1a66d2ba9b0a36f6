/** `lax.fft`: transforms over the last axes, whose lengths are given. */
import type { NDArray } from "../core/ndarray.ts";
import type { Operand } from "../core/primitive.ts";
import { convertElementType } from "../prims/cast.ts";
import { type FftType, fft as transform } from "../prims/fft.ts";
import { complexDType, isFloating } from "../types/dtype.ts";
import type { Shape } from "../types/shape.ts";
import { lift } from "./shape.ts";

/**
 * The discrete Fourier transform over the last axes: `"FFT"` and its inverse `"IFFT"` of complex arrays (real ones are
 * converted), `"RFFT"` of real arrays, whose result has n / 2 + 1 entries along the last axis, and its inverse `"IRFFT"`.
 * `fftLengths` are the lengths of the transformed axes, of the real array where there is one.
 * @throws ShapeError if the lengths are not those of the axes. @throws DTypeError for `"RFFT"` of complex numbers.
 * @example lax.fft(lax.complex(jnp.ones(4), jnp.zeros(4)), "FFT", [4]) // [4.+0.j 0.+0.j 0.+0.j 0.+0.j]
 */
export function fft(x: Operand, fftType: FftType, fftLengths: Shape): NDArray {
  const a = lift(x);
  const { dtype } = a.aval;
  const isReal = fftType !== "RFFT" && isFloating(dtype);
  const operand = isReal ? convertElementType(a, { newDtype: complexDType(dtype), weakType: false }) : a;
  return transform(operand, { fftType, fftLengths });
}
