/**
 * Exponentials, logarithms and hyperbolic functions of four float32 at a time, over the whole range of float32. Each
 * comment names the identity used; polynomials are minimax on the reduced range.
 */
import type { Lanes, Vec } from "../lanes.ts";

const log2e = 1.4426950408889634;
/** ln 2 in two parts: multiples of the first by small integers are exact. */
const ln2High = 0.693359375;
const ln2Low = -2.1219444e-4;
/** Adding this rounds a small number to an integer, which stands in the low bits of the sum. */
const rounder = 12582912;
const rounderBits = 0x4b400000;

/** (e^r - 1 - r) / r^2 for |r| <= ln 2 / 2. */
const exponentialTail = [
  1.381459878757596e-3, 8.368716575205326e-3, 4.166838899254799e-2, 1.666652113199234e-1, 4.999999403953552e-1,
] as const;

/** e^r - 1 for |r| <= ln 2 / 2. */
function reducedExpm1(v: Lanes, r: Vec): Vec {
  return v.mulAdd(v.polynomial(r, exponentialTail), v.mul(r, r), r);
}

/** x = n ln 2 + r with |r| <= ln 2 / 2. `bits`: n as an integer plus `rounderBits`. */
function reduce(v: Lanes, x: Vec): { readonly n: Vec; readonly bits: Vec; readonly r: Vec } {
  const bits = v.mulAdd(x, v.f32(log2e), v.f32(rounder));
  const n = v.sub(bits, v.f32(rounder));
  const r = v.mulAdd(n, v.f32(-ln2Low), v.mulAdd(n, v.f32(-ln2High), x));
  return { n, bits, r };
}

/**
 * y 2^n for -152 <= n <= 130, rounded once also where it is subnormal: two factors, neither of which overflows. `bits`: n as
 * an integer plus `rounderBits`, which the shifts by 23 push out.
 */
function scale(v: Lanes, y: Vec, bits: Vec): Vec {
  const half = v.shift("i32x4.shr_s", bits, 1);
  const rest = v.op("i32x4.sub", bits, half);
  const power = (k: Vec): Vec => v.op("i32x4.add", v.shift("i32x4.shl", k, 23), v.i32(127 << 23));
  return v.mul(v.mul(y, power(half)), power(rest));
}

/** 2^shift e^x. */
function scaledExp(v: Lanes, x: Vec, shift: number): Vec {
  const { bits, r } = reduce(v, v.max(v.min(x, v.f32(90)), v.f32(-104)));
  const n = shift === 0 ? bits : v.op("i32x4.add", bits, v.i32(shift));
  return scale(v, v.add(reducedExpm1(v, r), v.f32(1)), n);
}

export function exp(v: Lanes, x: Vec): Vec {
  return scaledExp(v, x, 0);
}

export function exp2(v: Lanes, x: Vec): Vec {
  const clamped = v.max(v.min(x, v.f32(130)), v.f32(-152));
  const bits = v.add(clamped, v.f32(rounder));
  const r = v.mul(v.sub(clamped, v.sub(bits, v.f32(rounder))), v.f32(Math.LN2));
  return scale(v, v.add(reducedExpm1(v, r), v.f32(1)), bits);
}

/** e^x - 1 = 2 (s (e^r - 1) + (s - 1/2)) with s = 2^(n - 1), which does not overflow before the result does. */
export function expm1(v: Lanes, x: Vec): Vec {
  const { bits, r } = reduce(v, v.max(v.min(x, v.f32(88.8)), v.f32(-30)));
  const s = v.shift("i32x4.shl", v.op("i32x4.sub", bits, v.i32(rounderBits - 126)), 23);
  const half = v.mulAdd(s, reducedExpm1(v, r), v.sub(s, v.f32(0.5)));
  return v.select(v.lt(v.abs(x), v.f32(5e-8)), x, v.add(half, half));
}

/** ln x for positive x, subnormal ones too: x = 2^e m with m near 1. */
function positiveLog(v: Lanes, x: Vec): Vec {
  const tiny = v.lt(x, v.f32(1.1754943508222875e-38));
  const bits = v.select(tiny, v.mul(x, v.f32(8388608)), x);
  const fraction = v.or(v.and(bits, v.i32(0x007fffff)), v.i32(0x3f000000));
  const low = v.lt(fraction, v.f32(Math.SQRT1_2));
  let exponent = v.op("i32x4.sub", v.shift("i32x4.shr_u", bits, 23), v.i32(126));
  exponent = v.op("i32x4.sub", v.op("i32x4.add", exponent, low), v.and(tiny, v.i32(23)));
  const e = v.op("f32x4.convert_i32x4_s", exponent);
  const m = v.sub(v.add(fraction, v.and(fraction, low)), v.f32(1));
  const z = v.mul(m, m);
  const tail = v.polynomial(
    m,
    [
      7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
      2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
    ],
  );
  let small = v.mulAdd(e, v.f32(ln2Low), v.mul(v.mul(tail, m), z));
  small = v.mulAdd(z, v.f32(-0.5), small);
  return v.mulAdd(e, v.f32(ln2High), v.add(m, small));
}

/** The logarithm's values outside of the positive numbers put in their places. */
function withLogEdges(v: Lanes, x: Vec, y: Vec): Vec {
  const infinity = v.f32(Number.POSITIVE_INFINITY);
  const finite = v.select(v.eq(x, v.f32(0)), v.f32(Number.NEGATIVE_INFINITY), v.select(v.eq(x, infinity), infinity, y));
  // A lane of all ones is a NaN.
  return v.or(finite, v.or(v.lt(x, v.f32(0)), v.op("f32x4.ne", x, x)));
}

export function log(v: Lanes, x: Vec): Vec {
  return withLogEdges(v, x, positiveLog(v, x));
}

/** ln u for u = fl(1 + x), corrected by what the addition lost: (x - (u - 1)) / u. */
export function log1p(v: Lanes, x: Vec): Vec {
  const one = v.f32(1);
  const u = v.add(x, one);
  const lost = v.div(v.sub(x, v.sub(u, one)), u);
  const y = withLogEdges(v, u, v.add(positiveLog(v, u), lost));
  return v.select(v.lt(v.abs(x), v.f32(5e-8)), x, y);
}

/** Near 0 an odd polynomial; else e^a / 2 - 1 / (2 e^a) for a = |x|. */
export function sinh(v: Lanes, x: Vec): Vec {
  const a = v.abs(x);
  const e = scaledExp(v, a, -1);
  const large = v.sub(e, v.div(v.f32(0.25), e));
  const z = v.mul(a, a);
  const tail = v.polynomial(z, [2.03721912945e-4, 8.33028376239e-3, 1.66667160211e-1]);
  const small = v.mulAdd(v.mul(tail, z), a, a);
  return v.withSign(v.select(v.lt(a, v.f32(1)), small, large), x);
}

export function cosh(v: Lanes, x: Vec): Vec {
  const e = scaledExp(v, v.abs(x), -1);
  return v.add(e, v.div(v.f32(0.25), e));
}

/** Near 0 an odd polynomial; else 1 - 2 / (e^(2 a) + 1) for a = |x|. */
export function tanh(v: Lanes, x: Vec): Vec {
  const a = v.abs(x);
  const one = v.f32(1);
  const large = v.sub(one, v.div(v.f32(2), v.add(scaledExp(v, v.add(a, a), 0), one)));
  const z = v.mul(a, a);
  const tail = v.polynomial(
    z,
    [-5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2, 1.33314422036e-1, -3.33332819422e-1],
  );
  const small = v.mulAdd(v.mul(tail, z), a, a);
  return v.withSign(v.select(v.lt(a, v.f32(0.625)), small, large), x);
}
