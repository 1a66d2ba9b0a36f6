/** Parts and conjugates of arrays that may be real. */
import { scalar } from "../core/constant.ts";
import type { NDArray } from "../core/ndarray.ts";
import { mul, square } from "../prims/arithmetic.ts";
import { complex, conj, imag, real } from "../prims/complex.ts";
import { zerosLike } from "../prims/fill.ts";
import { isComplex } from "../types/dtype.ts";

/** The real part: x itself, if it is real. */
export function realPart(x: NDArray): NDArray {
  return isComplex(x.aval.dtype) ? real(x) : x;
}

/** The imaginary part: zeros, if x is real. */
export function imaginaryPart(x: NDArray): NDArray {
  if (isComplex(x.aval.dtype)) return imag(x);
  return x.aval.shape.length === 0 && x.aval.dtype !== "bool" ? scalar(0, x.aval.dtype, x.aval.weakType) : zerosLike(x);
}

/** The conjugate: x itself, if it is real. */
export function conjugated(x: NDArray): NDArray {
  return isComplex(x.aval.dtype) ? conj(x) : x;
}

/** |x| squared, which is real. */
export function squaredModulus(x: NDArray): NDArray {
  return isComplex(x.aval.dtype) ? real(mul(x, conj(x))) : square(x);
}

/** A function of real arrays on the real and the imaginary part. */
export function onParts(x: NDArray, f: (part: NDArray) => NDArray): NDArray {
  return isComplex(x.aval.dtype) ? complex(f(real(x)), f(imag(x))) : f(x);
}
