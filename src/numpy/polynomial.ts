/** Polynomials as vectors of coefficients, highest power first. */
import { add as addArrays, divide, multiply, negative } from "../array/arithmetic.ts";
import { type ArrayArg, array, asArray, here } from "../array/convert.ts";
import { promoteDTypes, promoteInexact } from "../array/promotion.ts";
import { staticInteger } from "../array/static.ts";
import type { NDArray } from "../core/ndarray.ts";
import { ArgumentError, ShapeError } from "../errors/index.ts";
import { add, mul, sub } from "../prims/arithmetic.ts";
import { ones, zerosLike } from "../prims/fill.ts";
import { broadcastTo } from "../prims/movement.ts";
import { concatenate, pad, sliceAlong } from "../prims/slicing.ts";
import type { DType } from "../types/dtype.ts";
import { broadcastShapes, formatShape } from "../types/shape.ts";
import { range } from "../util/list.ts";
import { readArguments, type Trailing } from "./arguments.ts";
import { convolve } from "./convolution.ts";
import { constant, shaped } from "./operand.ts";

function checkVector(name: string, ...xs: readonly NDArray[]): void {
  for (const x of xs) {
    if (x.aval.shape.length === 1) continue;
    throw new ShapeError({
      what: `${name} takes coefficients as a vector, got shape ${formatShape(x.aval.shape)}`,
      where: here(),
      fix: "pass an array of rank 1, highest power first",
    });
  }
}

/** Zeros in front of and behind a vector. */
const padded = (x: NDArray, low: number, high: number): NDArray =>
  pad(x, constant(0, x.aval.dtype), { paddingConfig: [[low, high, 0]] });

/** Coefficients that depend on nothing but their place. */
const factors = (values: readonly number[], dtype: DType): NDArray => array(values as number[], { dtype });

/**
 * The value of a polynomial at x by Horner's rule: p[0] x^(n-1) + ... + p[n-1]. Coefficients may be arrays that broadcast
 * to x: then p has more axes.
 * @throws ShapeError for scalar coefficients, or shapes that do not broadcast.
 * @example jnp.polyval(jnp.array([1, 0, -1]), 3) // 8.0
 */
export function polyval(p: ArrayArg, x: ArrayArg): NDArray {
  const [coefficients, point] = promoteDTypes("polyval", p, x) as [NDArray, NDArray];
  const { shape } = coefficients.aval;
  if (shape.length === 0) checkVector("polyval", coefficients);
  const inner = shape.slice(1);
  const result = broadcastShapes(inner, point.aval.shape);
  const places = broadcastTo(point, result);
  let value = zerosLike(places);
  for (let i = 0; i < shape[0]!; i++) {
    const coefficient = shaped(sliceAlong(coefficients, 0, i, i + 1), inner);
    value = add(mul(value, places), broadcastTo(coefficient, result));
  }
  return value;
}

/**
 * The sum of two polynomials.
 * @throws ShapeError unless both are vectors.
 * @example jnp.polyadd(jnp.array([1, 2]), jnp.array([3, 4, 5])) // [3. 5. 7.]
 */
export function polyadd(a1: ArrayArg, a2: ArrayArg): NDArray {
  const [x, y] = promoteDTypes("polyadd", a1, a2) as [NDArray, NDArray];
  checkVector("polyadd", x, y);
  const length = Math.max(x.aval.shape[0]!, y.aval.shape[0]!);
  return addArrays(padded(x, length - x.aval.shape[0]!, 0), padded(y, length - y.aval.shape[0]!, 0));
}

/**
 * The difference of two polynomials.
 * @throws ShapeError unless both are vectors.
 * @example jnp.polysub(jnp.array([1, 2]), jnp.array([3, 4, 5])) // [-3. -3. -3.]
 */
export function polysub(a1: ArrayArg, a2: ArrayArg): NDArray {
  const [x, y] = promoteDTypes("polysub", a1, a2) as [NDArray, NDArray];
  return polyadd(x, negative(y));
}

/**
 * The product of two polynomials.
 * @throws ShapeError unless both are vectors.
 * @example jnp.polymul(jnp.array([1, 1]), jnp.array([1, -1])) // [ 1.  0. -1.]
 */
export function polymul(a1: ArrayArg, a2: ArrayArg): NDArray {
  const [x, y] = promoteInexact("polymul", a1, a2) as [NDArray, NDArray];
  checkVector("polymul", x, y);
  const atLeastOne = (v: NDArray): NDArray => (v.aval.shape[0] === 0 ? padded(v, 0, 1) : v);
  return convolve(atLeastOne(x), atLeastOne(y));
}

/**
 * Quotient and remainder of two polynomials. The remainder keeps the length of u: its leading coefficients are zeros.
 * @throws ShapeError unless both are vectors, and v has coefficients.
 * @example const [q, r] = jnp.polydiv(jnp.array([1, 0, -1]), jnp.array([1, 1])); // [ 1. -1.], [0. 0. 0.]
 */
export function polydiv(u: ArrayArg, v: ArrayArg): [quotient: NDArray, remainder: NDArray] {
  const [dividend, divisor] = promoteInexact("polydiv", u, v) as [NDArray, NDArray];
  checkVector("polydiv", dividend, divisor);
  const [m, n] = [dividend.aval.shape[0]!, divisor.aval.shape[0]!];
  if (n === 0)
    throw new ShapeError({ what: "polydiv: the divisor has no coefficients", where: here(), fix: "pass at least one" });
  const scale = divide(1, sliceAlong(divisor, 0, 0, 1));
  const quotient: NDArray[] = [];
  let rest = dividend;
  for (let k = 0; k + n <= m; k++) {
    const d = mul(scale, sliceAlong(rest, 0, k, k + 1));
    quotient.push(d);
    rest = sub(rest, padded(mul(broadcastTo(d, [n]), divisor), k, m - k - n));
  }
  if (quotient.length === 0) quotient.push(zerosLike(scale));
  return [concatenate(quotient, { dimension: 0 }), rest];
}

/**
 * The m-th derivative of a polynomial.
 * @throws ArgumentError for a negative m. @throws ShapeError unless p is a vector.
 * @example jnp.polyder(jnp.array([1, 2, 3])) // [2. 2.]
 */
export function polyder(p: ArrayArg, ...args: Trailing<[m: number], { readonly m?: number }>): NDArray {
  const { m = 1 } = readArguments<{ readonly m?: number }>("polyder", args, ["m"]);
  const order = staticInteger(m, "'m' argument of jnp.polyder");
  const coefficients = promoteInexact("polyder", p)[0]!;
  checkVector("polyder", coefficients);
  if (order < 0)
    throw new ArgumentError({ what: "Order of derivative must be positive", where: here(), fix: "use 0 or more" });
  if (order === 0) return coefficients;
  const length = Math.max(0, coefficients.aval.shape[0]! - order);
  // x^(i + m) becomes (i + m) (i + m - 1) ... (i + 1) x^i.
  const falling = (i: number): number => range(order).reduce((value, j) => value * (i + order - j), 1);
  return multiply(
    sliceAlong(coefficients, 0, 0, length),
    factors(range(length).reverse().map(falling), coefficients.aval.dtype),
  );
}

/** Options of `polyint`. */
export interface PolyintOptions {
  /** How many times to integrate. Default 1. */
  readonly m?: number;
  /** The constants of integration: one for all, or one for each, the first first. Default 0. */
  readonly k?: ArrayArg | null;
}

/**
 * The m-th integral of a polynomial, with constants k.
 * @throws ArgumentError for a negative m. @throws ShapeError unless p is a vector and k fits m.
 * @example jnp.polyint(jnp.array([2, 2]), { k: 3 }) // [1. 2. 3.]
 */
export function polyint(p: ArrayArg, ...args: Trailing<[m: number, k: ArrayArg], PolyintOptions>): NDArray {
  const options = readArguments<PolyintOptions>("polyint", args, ["m", "k"]);
  const order = staticInteger(options.m ?? 1, "'m' argument of jnp.polyint");
  if (order < 0) {
    throw new ArgumentError({
      what: "Order of integral must be positive (see polyder)",
      where: here(),
      fix: "use 0 or more",
    });
  }
  const [coefficients, k] = promoteInexact("polyint", p, options.k ?? 0) as [NDArray, NDArray];
  checkVector("polyint", coefficients);
  if (order === 0) return coefficients;
  const { shape } = k.aval;
  if (shape.length > 1 || (shape.length === 1 && shape[0] !== 1 && shape[0] !== order)) {
    throw new ShapeError({
      what: "k must be a scalar or a rank-1 array of length 1 or m.",
      where: here(),
      fix: `give one constant, or ${order}`,
    });
  }
  const constants = broadcastTo(shape.length === 0 ? shaped(k, [1]) : k, [order]);
  const length = coefficients.aval.shape[0]! + order;
  // x^i is divided by all powers it has passed through: i (i - 1) ... down to 1 or to m factors.
  const passed = (i: number): number => range(order).reduce((value, j) => value * Math.max(1, i - j), 1);
  const joined = concatenate([coefficients, constants], { dimension: 0 });
  return divide(joined, factors(range(length).reverse().map(passed), coefficients.aval.dtype));
}

/**
 * The polynomial with given zeros and leading coefficient 1.
 * @throws ShapeError unless the zeros are a vector or a scalar.
 * @example jnp.poly(jnp.array([1, -1])) // [ 1.  0. -1.]
 */
export function poly(zeros: ArrayArg): NDArray {
  const given = promoteInexact("poly", zeros)[0]!;
  const roots = given.aval.shape.length === 0 ? shaped(given, [1]) : given;
  checkVector("poly", roots);
  const { dtype } = roots.aval;
  const n = roots.aval.shape[0]!;
  if (n === 0) return asArray(constant(1, dtype));
  let result = ones({ shape: [1], dtype, weakType: false });
  for (let i = 0; i < n; i++) {
    const root = broadcastTo(sliceAlong(roots, 0, i, i + 1), [i + 1]);
    result = sub(padded(result, 0, 1), padded(mul(root, result), 1, 0));
  }
  return result;
}
