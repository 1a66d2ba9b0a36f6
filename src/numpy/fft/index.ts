/**
 * `numpy.fft`: discrete Fourier transforms. With w = exp(-2 pi i / n) the forward transform of x is the sum over j of x[j]
 * w^(j k); the inverse has the conjugate of w, and is divided by n. Any length is fast; all is computed in double precision.
 */
export {
  type FftOptions,
  type FftsOptions,
  fft,
  fft2,
  fftn,
  hfft,
  ifft,
  ifft2,
  ifftn,
  ihfft,
  irfft,
  irfft2,
  irfftn,
  rfft,
  rfft2,
  rfftn,
} from "./functions.ts";
export { fftfreq, fftshift, ifftshift, rfftfreq, type ShiftOptions } from "./helpers.ts";
export type { FftNorm } from "./transform.ts";
