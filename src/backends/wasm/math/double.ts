/**
 * Functions whose float32 results need more than single precision on the way: each vector of four is computed as two of
 * two float64, where plain formulas are exact enough, and rounded once at the end.
 */
import type { Lanes, Vec } from "../lanes.ts";

/** Applies a function of float64 vectors to both halves of float32 vectors. */
function inDouble(v: Lanes, args: readonly Vec[], formula: (...halves: Vec[]) => Vec): Vec {
  const { f } = v;
  const demoted: Vec[] = [];
  for (const high of [false, true]) {
    const halves = args.map((x) =>
      v.make(x.length, (u) => {
        f.get(x[u]!);
        if (high) {
          f.get(x[u]!);
          f.shuffle32(2, 3, 2, 3);
        }
        f.op("f64x2.promote_low_f32x4");
      }),
    );
    demoted.push(v.op("f32x4.demote_f64x2_zero", formula(...halves)));
  }
  const [low, high] = demoted as [Vec, Vec];
  return v.make(low.length, (u) => {
    f.get(low[u]!);
    f.get(high[u]!);
    f.shuffle32(0, 1, 4, 5);
  });
}

const add = (v: Lanes, a: Vec, b: Vec): Vec => v.op("f64x2.add", a, b);
const sub = (v: Lanes, a: Vec, b: Vec): Vec => v.op("f64x2.sub", a, b);
const mul = (v: Lanes, a: Vec, b: Vec): Vec => v.op("f64x2.mul", a, b);
const div = (v: Lanes, a: Vec, b: Vec): Vec => v.op("f64x2.div", a, b);
const sqrt = (v: Lanes, a: Vec): Vec => v.op("f64x2.sqrt", a);

function polynomial(v: Lanes, x: Vec, coefficients: readonly number[]): Vec {
  let result = v.f64(coefficients[0]!);
  for (let i = 1; i < coefficients.length; i++) result = add(v, mul(v, result, x), v.f64(coefficients[i]!));
  return result;
}

/** ln x for finite, positive x, to about 1e-12: x = 2^e m, ln m = 2 atanh((m - 1) / (m + 1)). */
function log(v: Lanes, x: Vec): Vec {
  const biased = v.or(v.shift("i64x2.shr_u", x, 52), v.i64(0x4330000000000000n));
  const fraction = v.or(v.and(x, v.i64(0x000fffffffffffffn)), v.i64(0x3ff0000000000000n));
  const large = v.op("f64x2.gt", fraction, v.f64(Math.SQRT2));
  const e = add(v, sub(v, biased, v.f64(2 ** 52 + 1023)), v.and(large, v.f64(1)));
  const m = v.select(large, mul(v, fraction, v.f64(0.5)), fraction);
  const s = div(v, sub(v, m, v.f64(1)), add(v, m, v.f64(1)));
  const series = polynomial(v, mul(v, s, s), [2 / 13, 2 / 11, 2 / 9, 2 / 7, 2 / 5, 2 / 3, 2]);
  return add(v, mul(v, e, v.f64(Math.LN2)), mul(v, s, series));
}

/** e^x for |x| < 700, to about 1e-9. */
function exp(v: Lanes, x: Vec): Vec {
  const rounder = 6755399441055744;
  const bits = add(v, mul(v, x, v.f64(Math.LOG2E)), v.f64(rounder));
  const r = sub(v, x, mul(v, sub(v, bits, v.f64(rounder)), v.f64(Math.LN2)));
  const y = polynomial(v, r, [1 / 40320, 1 / 5040, 1 / 720, 1 / 120, 1 / 24, 1 / 6, 1 / 2, 1, 1]);
  return v.op("i64x2.add", y, v.shift("i64x2.shl", bits, 52));
}

/** |x|^y = e^(y ln |x|); then signs and the many special cases of IEEE 754. */
export function pow(v: Lanes, x: Vec, y: Vec): Vec {
  const zero = v.f32(0);
  const one = v.f32(1);
  const infinity = v.f32(Number.POSITIVE_INFINITY);
  const ax = v.abs(x);
  const raw = inDouble(v, [ax, y], (u, w) => {
    const exponent = mul(v, w, log(v, u));
    return exp(v, v.op("f64x2.pmax", v.op("f64x2.pmin", v.f64(120), exponent), v.f64(-120)));
  });
  const small = v.lt(ax, one);
  const negativeExponent = v.lt(y, zero);
  // Powers of 0 and infinity, and infinite powers: 0 or infinity, or 1 for |x| = 1.
  const extreme = v.or(v.or(v.eq(ax, zero), v.eq(ax, infinity)), v.eq(v.abs(y), infinity));
  const vanishes = v.xor(small, negativeExponent);
  const limit = v.select(v.eq(ax, one), one, v.op("v128.andnot", infinity, vanishes));
  let result = v.select(extreme, limit, raw);
  // Negative bases: whole exponents only (infinite ones are even), with the sign of odd ones.
  const half = v.mul(y, v.f32(0.5));
  const whole = v.eq(v.op("f32x4.trunc", y), y);
  const even = v.eq(v.op("f32x4.trunc", half), half);
  const odd = v.op("v128.andnot", whole, even);
  result = v.or(result, v.and(v.and(odd, x), v.i32(0x80000000 | 0)));
  const finite = v.lt(ax, infinity);
  const impossible = v.and(v.op("v128.andnot", v.lt(x, zero), whole), finite);
  const unordered = v.or(v.op("f32x4.ne", x, x), v.op("f32x4.ne", y, y));
  result = v.or(result, v.or(impossible, unordered));
  return v.select(v.or(v.eq(y, zero), v.eq(x, one)), one, result);
}

/** The sign of x times e^(ln |x| / 3); zeros, infinities and NaN are their own roots. */
export function cbrt(v: Lanes, x: Vec): Vec {
  const a = v.abs(x);
  const root = inDouble(v, [a], (u) => exp(v, mul(v, log(v, u), v.f64(1 / 3))));
  const ordinary = v.and(v.gt(a, v.f32(0)), v.lt(a, v.f32(Number.POSITIVE_INFINITY)));
  return v.select(ordinary, v.withSign(root, x), x);
}

/** The sign of x times ln(a + sqrt(a^2 + 1)); tiny, infinite and NaN arguments are their own results. */
export function asinh(v: Lanes, x: Vec): Vec {
  const a = v.abs(x);
  const y = inDouble(v, [a], (u) => log(v, add(v, u, sqrt(v, add(v, mul(v, u, u), v.f64(1))))));
  const ordinary = v.and(v.gt(a, v.f32(2 ** -12)), v.lt(a, v.f32(Number.POSITIVE_INFINITY)));
  return v.select(ordinary, v.withSign(y, x), x);
}

/** ln(x + sqrt(x^2 - 1)); NaN below 1. */
export function acosh(v: Lanes, x: Vec): Vec {
  const y = inDouble(v, [x], (u) => log(v, add(v, u, sqrt(v, sub(v, mul(v, u, u), v.f64(1))))));
  const finite = v.select(v.lt(x, v.f32(Number.POSITIVE_INFINITY)), y, x);
  return v.or(finite, v.lt(x, v.f32(1)));
}

/** The sign of x times ln((1 + a) / (1 - a)) / 2; infinite at 1, NaN beyond. */
export function atanh(v: Lanes, x: Vec): Vec {
  const a = v.abs(x);
  const one = v.f64(1);
  const y = inDouble(v, [a], (u) => mul(v, log(v, div(v, add(v, one, u), sub(v, one, u))), v.f64(0.5)));
  const inner = v.select(v.eq(a, v.f32(1)), v.f32(Number.POSITIVE_INFINITY), y);
  const signed = v.or(v.withSign(inner, x), v.gt(a, v.f32(1)));
  return v.select(v.gt(a, v.f32(2 ** -12)), signed, x);
}
