/**
 * Complex functions as scalar expressions of real and imaginary parts. The formulas are Kahan's, with JAX's sides of the branch
 * cuts, and avoid overflow and cancellation where a direct formula has them.
 */
import type { Expr, ExprBuilder } from "../core/expr.ts";
import type { Planes } from "../core/primitive.ts";

/** A complex function of one argument, as a rule of a primitive. */
export type UnaryPlanes = (b: ExprBuilder, xs: readonly Planes[]) => Planes;

const unary =
  (f: (b: ExprBuilder, x: Planes) => Planes): UnaryPlanes =>
  (b, [x]) =>
    f(b, x!);

const scaled = (b: ExprBuilder, c: number, x: Expr): Expr => b.mul(b.like(c, x), x);
const plus = (b: ExprBuilder, c: number, x: Expr): Expr => b.add(b.like(c, x), x);
const isZero = (b: ExprBuilder, x: Expr): Expr => b.eq(x, b.like(0, x));

/** x with the sign of y, which may be a signed zero; x is not negative. */
function withSign(b: ExprBuilder, x: Expr, y: Expr): Expr {
  const zero = b.like(0, y);
  const negative = b.or(b.lt(y, zero), b.and(isZero(b, y), b.lt(b.div(b.like(1, y), y), zero)));
  return b.select(negative, b.neg(x), x);
}

export function product(b: ExprBuilder, [x, y]: Planes, [u, v]: Planes): Planes {
  return [b.sub(b.mul(x, u), b.mul(y, v)), b.add(b.mul(x, v), b.mul(y, u))];
}

/** Smith's quotient: it divides by the larger part of the divisor first, so that no square overflows. */
export function quotient(b: ExprBuilder, [x, y]: Planes, [u, v]: Planes): Planes {
  const real = b.ge(b.abs(u), b.abs(v));
  const large = b.select(real, u, v);
  const small = b.select(real, v, u);
  const ratio = b.select(isZero(b, large), b.div(small, b.like(1, small)), b.div(small, large));
  const divisor = b.add(large, b.mul(small, ratio));
  const p = b.select(real, x, y);
  const q = b.select(real, y, x);
  const im = b.div(b.sub(q, b.mul(p, ratio)), divisor);
  return [b.div(b.add(p, b.mul(q, ratio)), divisor), b.select(real, im, b.neg(im))];
}

/** The larger and the ratio of smaller to larger of |x| and |y|. */
function magnitudes(b: ExprBuilder, [x, y]: Planes): readonly [large: Expr, ratio: Expr] {
  const [p, q] = [b.abs(x), b.abs(y)];
  const large = b.max(p, q);
  const small = b.min(p, q);
  return [
    large,
    b.select(b.eq(large, small), b.select(isZero(b, large), large, b.like(1, large)), b.div(small, large)),
  ];
}

/** |z| */
export function modulus(b: ExprBuilder, z: Planes): Expr {
  const [large, ratio] = magnitudes(b, z);
  return b.mul(large, b.unary("sqrt", plus(b, 1, b.mul(ratio, ratio))));
}

/** log |z|, accurate where |z| is near 1. */
function logModulus(b: ExprBuilder, [x, y]: Planes): Expr {
  const [large, ratio] = magnitudes(b, [x, y]);
  const small = b.min(b.abs(x), b.abs(y));
  const far = b.add(b.unary("log", large), scaled(b, 0.5, b.unary("log1p", b.mul(ratio, ratio))));
  const excess = b.add(b.mul(plus(b, -1, large), plus(b, 1, large)), b.mul(small, small));
  const near = b.and(b.gt(large, b.like(0.5, large)), b.lt(large, b.like(2, large)));
  return b.select(near, scaled(b, 0.5, b.unary("log1p", excess)), far);
}

function logarithm(b: ExprBuilder, [x, y]: Planes): Planes {
  return [logModulus(b, [x, y]), b.binary("atan2", y, x)];
}

function exponential(b: ExprBuilder, [x, y]: Planes): Planes {
  const size = b.unary("exp", x);
  // Real numbers stay real, infinite ones too.
  const real = isZero(b, y);
  return [b.select(real, size, b.mul(size, b.unary("cos", y))), b.select(real, y, b.mul(size, b.unary("sin", y)))];
}

function root(b: ExprBuilder, [x, y]: Planes): Planes {
  const t = b.unary("sqrt", b.add(scaled(b, 0.5, modulus(b, [x, y])), scaled(b, 0.5, b.abs(x))));
  const other = b.select(isZero(b, t), b.abs(y), b.div(scaled(b, 0.5, b.abs(y)), t));
  const positive = b.ge(x, b.like(0, x));
  const infinite = b.eq(b.abs(y), b.like(Number.POSITIVE_INFINITY, y));
  const re = b.select(infinite, b.abs(y), b.select(positive, t, other));
  return [re, withSign(b, b.select(infinite, b.abs(y), b.select(positive, other, t)), y)];
}

/** i z, and -i z. */
const turned = (b: ExprBuilder, [x, y]: Planes): Planes => [b.neg(y), x];
const turnedBack = (b: ExprBuilder, [x, y]: Planes): Planes => [y, b.neg(x)];

/** Kahan's hyperbolic tangent. */
function hyperbolicTangent(b: ExprBuilder, [x, y]: Planes): Planes {
  const t = b.unary("tan", y);
  const s = b.unary("sinh", x);
  const square = b.mul(s, s);
  const slope = plus(b, 1, b.mul(t, t));
  const divisor = plus(b, 1, b.mul(slope, square));
  const re = b.div(b.mul(b.mul(slope, b.unary("sqrt", plus(b, 1, square))), s), divisor);
  // Far out it is 1 but for an exponentially small angle.
  const far = b.gt(b.abs(x), b.like(x.dtype === "float64" ? 20 : 11, x));
  const small = b.mul(
    scaled(b, 4, b.mul(b.unary("sin", y), b.unary("cos", y))),
    b.unary("exp", scaled(b, -2, b.abs(x))),
  );
  return [b.select(far, withSign(b, b.like(1, x), x), re), b.select(far, small, b.div(t, divisor))];
}

/** z with an imaginary part that is not -0: JAX takes the upper side of a cut for both zeros. */
const above = (b: ExprBuilder, [x, y]: Planes): Planes => [x, b.add(y, b.like(0, y))];

/** The roots of 1 - z and of 1 + z, of which the inverse functions are made. */
function roots(b: ExprBuilder, z: Planes): readonly [Planes, Planes] {
  const one = b.like(1, z[0]);
  const [x, y] = above(b, z);
  return [root(b, [b.sub(one, x), b.neg(y)]), root(b, [b.add(one, x), y])];
}

const realProduct = (b: ExprBuilder, [x, y]: Planes, [u, v]: Planes): Expr => b.sub(b.mul(x, u), b.mul(y, v));
/** The imaginary part of the first's conjugate times the second. */
const crossed = (b: ExprBuilder, [x, y]: Planes, [u, v]: Planes): Expr => b.sub(b.mul(x, v), b.mul(y, u));

function arcSine(b: ExprBuilder, z: Planes): Planes {
  const [minus, plusOne] = roots(b, z);
  return [b.binary("atan2", z[0], realProduct(b, minus, plusOne)), b.unary("asinh", crossed(b, minus, plusOne))];
}

function areaTangent(b: ExprBuilder, [x, y]: Planes): Planes {
  const one = b.like(1, x);
  const distance = b.sub(one, x);
  const square = b.mul(y, y);
  const ratio = b.div(scaled(b, 4, x), b.add(b.mul(distance, distance), square));
  const angle = b.binary("atan2", scaled(b, 2, y), b.sub(b.mul(distance, b.add(one, x)), square));
  return [scaled(b, 0.25, b.unary("log1p", ratio)), scaled(b, 0.5, angle)];
}

export const expPlanes: UnaryPlanes = /* @__PURE__ */ unary(exponential);
export const logPlanes: UnaryPlanes = /* @__PURE__ */ unary(logarithm);
export const sqrtPlanes: UnaryPlanes = /* @__PURE__ */ unary((b, z) => root(b, above(b, z)));
export const rsqrtPlanes: UnaryPlanes = /* @__PURE__ */ unary((b, z) =>
  quotient(b, [b.like(1, z[0]), b.like(0, z[0])], root(b, z)),
);
export const exp2Planes: UnaryPlanes = /* @__PURE__ */ unary((b, [x, y]) =>
  exponential(b, [scaled(b, Math.LN2, x), scaled(b, Math.LN2, y)]),
);
export const expm1Planes: UnaryPlanes = /* @__PURE__ */ unary((b, [x, y]) => {
  const half = b.unary("sin", scaled(b, 0.5, y));
  const re = b.sub(b.mul(b.unary("expm1", x), b.unary("cos", y)), scaled(b, 2, b.mul(half, half)));
  return [re, b.mul(b.unary("exp", x), b.unary("sin", y))];
});
export const log1pPlanes: UnaryPlanes = /* @__PURE__ */ unary((b, [x, y]) => {
  const shifted: Planes = [plus(b, 1, x), y];
  const near = b.lt(b.max(b.abs(x), b.abs(y)), b.like(0.5, x));
  const excess = b.add(b.mul(x, plus(b, 2, x)), b.mul(y, y));
  const re = b.select(near, scaled(b, 0.5, b.unary("log1p", excess)), logModulus(b, shifted));
  return [re, b.binary("atan2", y, shifted[0])];
});
export const logisticPlanes: UnaryPlanes = /* @__PURE__ */ unary((b, [x, y]) => {
  const [re, im] = exponential(b, [b.neg(x), b.neg(y)]);
  return quotient(b, [b.like(1, x), b.like(0, x)], [plus(b, 1, re), im]);
});
export const sinPlanes: UnaryPlanes = /* @__PURE__ */ unary((b, [x, y]) => [
  b.mul(b.unary("sin", x), b.unary("cosh", y)),
  b.mul(b.unary("cos", x), b.unary("sinh", y)),
]);
export const cosPlanes: UnaryPlanes = /* @__PURE__ */ unary((b, [x, y]) => [
  b.mul(b.unary("cos", x), b.unary("cosh", y)),
  b.neg(b.mul(b.unary("sin", x), b.unary("sinh", y))),
]);
export const sinhPlanes: UnaryPlanes = /* @__PURE__ */ unary((b, [x, y]) => [
  b.mul(b.unary("sinh", x), b.unary("cos", y)),
  b.mul(b.unary("cosh", x), b.unary("sin", y)),
]);
export const coshPlanes: UnaryPlanes = /* @__PURE__ */ unary((b, [x, y]) => [
  b.mul(b.unary("cosh", x), b.unary("cos", y)),
  b.mul(b.unary("sinh", x), b.unary("sin", y)),
]);
export const tanhPlanes: UnaryPlanes = /* @__PURE__ */ unary(hyperbolicTangent);
export const tanPlanes: UnaryPlanes = /* @__PURE__ */ unary((b, z) =>
  turnedBack(b, hyperbolicTangent(b, turned(b, z))),
);
export const asinPlanes: UnaryPlanes = /* @__PURE__ */ unary(arcSine);
export const asinhPlanes: UnaryPlanes = /* @__PURE__ */ unary((b, z) => turnedBack(b, arcSine(b, turned(b, z))));
export const acosPlanes: UnaryPlanes = /* @__PURE__ */ unary((b, z) => {
  const [minus, plusOne] = roots(b, z);
  return [scaled(b, 2, b.binary("atan2", minus[0], plusOne[0])), b.unary("asinh", crossed(b, plusOne, minus))];
});
export const acoshPlanes: UnaryPlanes = /* @__PURE__ */ unary((b, z) => {
  const [x, y] = above(b, z);
  const minus = root(b, [plus(b, -1, x), y]);
  const plusOne = root(b, [plus(b, 1, x), y]);
  const re = b.add(b.mul(minus[0], plusOne[0]), b.mul(minus[1], plusOne[1]));
  return [b.unary("asinh", re), scaled(b, 2, b.binary("atan2", minus[1], plusOne[0]))];
});
export const atanhPlanes: UnaryPlanes = /* @__PURE__ */ unary(areaTangent);
export const atanPlanes: UnaryPlanes = /* @__PURE__ */ unary((b, z) => turnedBack(b, areaTangent(b, turned(b, z))));

/** The larger (`gt`) or smaller (`lt`) by real part, then by imaginary part; NaN wins. */
export function extremePlanes(b: ExprBuilder, x: Planes, y: Planes, order: "gt" | "lt"): Planes {
  const before = b.or(
    b.binary(order, x[0], y[0]),
    b.and(b.eq(x[0], y[0]), b.or(b.binary(order, x[1], y[1]), b.ne(x[1], x[1]))),
  );
  const first = b.or(before, b.ne(x[0], x[0]));
  return [b.select(first, x[0], y[0]), b.select(first, x[1], y[1])];
}

/** z / |z|; 0 at 0. */
export const signPlanes: UnaryPlanes = /* @__PURE__ */ unary((b, [x, y]) => {
  const size = modulus(b, [x, y]);
  const zero = isZero(b, size);
  return [b.select(zero, size, b.div(x, size)), b.select(zero, size, b.div(y, size))];
});

/** exp(y log x), with 0 to the power 0 being 1, and 0 to a power with positive real part 0. */
export function powerPlanes(b: ExprBuilder, [x, y]: readonly Planes[]): Planes {
  const [u, v] = y!;
  const [re, im] = exponential(b, product(b, y!, logarithm(b, x!)));
  const [one, zero] = [b.like(1, u), b.like(0, u)];
  const nothing = b.and(isZero(b, u), isZero(b, v));
  const vanishes = b.and(b.and(isZero(b, x![0]), isZero(b, x![1])), b.gt(u, zero));
  const choose = (value: Expr, unit: Expr): Expr => b.select(nothing, unit, b.select(vanishes, zero, value));
  return [choose(re, one), choose(im, zero)];
}
