/** Window functions: weights of M points that fall off towards both ends. float32 (float64 with x64). */
import type { ArrayArg } from "../array/convert.ts";
import { cast } from "../array/convert.ts";
import { defaultFloat } from "../array/dtypes.ts";
import type { NDArray } from "../core/ndarray.ts";
import { ArgumentError, ShapeError } from "../errors/index.ts";
import { abs, add, div, mul, sqrt, sub } from "../prims/arithmetic.ts";
import { full } from "../prims/fill.ts";
import { cos } from "../prims/trigonometric.ts";
import { formatShape } from "../types/shape.ts";
import { readInt, type StaticInt } from "./arguments.ts";
import { constant, counting, operand } from "./operand.ts";
import { i0 } from "./special.ts";

const scalarOf = (value: number): NDArray => constant(value, defaultFloat());

/** M points, or just one, whose weight is 1. */
function window(caller: string, M: StaticInt, weights: (points: NDArray, last: number) => NDArray): NDArray {
  const count = readInt(caller, "M", M);
  if (count < 0)
    throw new ArgumentError({ what: `${caller}: M must not be negative, got ${count}`, fix: "use 0 or more points" });
  const dtype = defaultFloat();
  return count <= 1 ? full([count], 1, dtype) : weights(counting(count, dtype), count - 1);
}

/** cos(2 pi k n / last) at the points n. */
function cosine(points: NDArray, last: number, k = 1): NDArray {
  return cos(mul(points, scalarOf((2 * Math.PI * k) / last)));
}

/**
 * The Hann window: 0.5 - 0.5 cos(2 pi n / (M - 1)).
 * @throws ConcretizationTypeError for a traced M. @throws ArgumentError for a negative one.
 * @example jnp.hanning(5) // [0.  0.5 1.  0.5 0. ]
 */
export function hanning(M: StaticInt): NDArray {
  return window("hanning", M, (n, last) => mul(scalarOf(0.5), sub(scalarOf(1), cosine(n, last))));
}

/**
 * The Hamming window: 0.54 - 0.46 cos(2 pi n / (M - 1)).
 * @throws ConcretizationTypeError for a traced M. @throws ArgumentError for a negative one.
 * @example jnp.hamming(5)
 */
export function hamming(M: StaticInt): NDArray {
  return window("hamming", M, (n, last) => sub(scalarOf(0.54), mul(scalarOf(0.46), cosine(n, last))));
}

/**
 * The Blackman window: 0.42 - 0.5 cos(2 pi n / (M - 1)) + 0.08 cos(4 pi n / (M - 1)).
 * @throws ConcretizationTypeError for a traced M. @throws ArgumentError for a negative one.
 * @example jnp.blackman(5)
 */
export function blackman(M: StaticInt): NDArray {
  return window("blackman", M, (n, last) =>
    add(sub(scalarOf(0.42), mul(scalarOf(0.5), cosine(n, last))), mul(scalarOf(0.08), cosine(n, last, 2))),
  );
}

/**
 * The Bartlett window: a triangle that is zero at both ends.
 * @throws ConcretizationTypeError for a traced M. @throws ArgumentError for a negative one.
 * @example jnp.bartlett(5) // [0.  0.5 1.  0.5 0. ]
 */
export function bartlett(M: StaticInt): NDArray {
  return window("bartlett", M, (n, last) => {
    const fromMiddle = abs(sub(mul(scalarOf(2), n), scalarOf(last)));
    return sub(scalarOf(1), div(fromMiddle, scalarOf(last)));
  });
}

/**
 * The Kaiser window: I0(beta sqrt(1 - r^2)) / I0(beta), where r runs from -1 to 1 and I0 is the modified Bessel function. A
 * larger beta makes it narrower.
 * @throws ConcretizationTypeError for a traced M. @throws ShapeError unless beta is a scalar.
 * @example jnp.kaiser(5, 3)
 */
export function kaiser(M: StaticInt, beta: ArrayArg): NDArray {
  const b = abs(cast(operand(beta, "kaiser", 1), defaultFloat()));
  if (b.aval.shape.length > 0) {
    throw new ShapeError({
      what: `kaiser: beta must be a scalar, got shape ${formatShape(b.aval.shape)}`,
      fix: "use vmap for several windows",
    });
  }
  return window("kaiser", M, (n, last) => {
    const r = div(sub(n, scalarOf(last / 2)), scalarOf(last / 2));
    return div(i0(mul(b, sqrt(sub(scalarOf(1), mul(r, r))))), i0(b));
  });
}
