/**
 * Trigonometric functions and their inverses of four float32 at a time. Arguments beyond the range in which subtracting
 * multiples of pi/2 in four parts is exact enough are computed by the host, lane by lane: they are rare.
 */
import { hostFunction } from "../host.ts";
import type { Lanes, Vec } from "../lanes.ts";
import type { ModuleBuilder } from "../module.ts";

/** Above this, sines and cosines take the slow path. */
const largest = 8192;
/** pi/2 in four parts, the first three of few enough bits for exact products. */
const halfPi = [1.5703125, 4.837512969970703e-4, 7.549533620476723e-8, 2.5633440682570896e-12] as const;
const rounder = 12582912;

/** x = n pi/2 + r with |r| <= pi/4. The low bits of `quadrant` are those of n. */
function reduce(v: Lanes, x: Vec): { readonly quadrant: Vec; readonly r: Vec } {
  const quadrant = v.mulAdd(x, v.f32(2 / Math.PI), v.f32(rounder));
  const n = v.sub(quadrant, v.f32(rounder));
  let r = x;
  for (const part of halfPi) r = v.mulAdd(n, v.f32(-part), r);
  return { quadrant, r };
}

function reducedSin(v: Lanes, r: Vec, z: Vec): Vec {
  const tail = v.polynomial(z, [-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1]);
  return v.mulAdd(v.mul(tail, z), r, r);
}

function reducedCos(v: Lanes, z: Vec): Vec {
  const tail = v.polynomial(z, [2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2]);
  return v.add(v.mulAdd(v.mul(tail, z), z, v.mul(z, v.f32(-0.5))), v.f32(1));
}

/** Lanes of x above `largest` replaced in y by what the host computes. */
function withSlowPath(v: Lanes, module: ModuleBuilder, name: string, x: Vec, y: Vec): Vec {
  const { f } = v;
  const host = hostFunction(module, name)!;
  const slow = module.helper(`f32x4.${name}.slow`, ["v128", "v128"], ["v128"], (g) => {
    for (let lane = 0; lane < 4; lane++) {
      g.get(0);
      g.lane("f32x4.extract_lane", lane);
      g.op("f32.abs");
      g.f32(largest);
      g.op("f32.gt");
      g.if(() => {
        g.get(1);
        g.get(0);
        g.lane("f32x4.extract_lane", lane);
        g.op("f64.promote_f32");
        g.call(host);
        g.op("f32.demote_f64");
        g.lane("f32x4.replace_lane", lane);
        g.set(1);
      });
    }
    g.get(1);
  });
  const masks = v.gt(v.abs(x), v.f32(largest));
  masks.forEach((mask, u) => {
    f.get(mask);
    if (u > 0) f.op("v128.or");
  });
  f.op("v128.any_true");
  f.if(() => {
    for (let u = 0; u < y.length; u++) {
      f.get(v.at(x, u));
      f.get(y[u]!);
      f.call(slow);
      f.set(y[u]!);
    }
  });
  return y;
}

/** Sine of x plus `turn` quarter turns. */
function sine(v: Lanes, x: Vec, turn: number): Vec {
  const { quadrant, r } = reduce(v, x);
  const z = v.mul(r, r);
  const q = turn === 0 ? quadrant : v.op("i32x4.add", quadrant, v.i32(turn));
  // Lanes of odd quadrants, as all ones.
  const odd = v.shift("i32x4.shr_s", v.shift("i32x4.shl", q, 31), 31);
  const sign = v.shift("i32x4.shl", v.and(q, v.i32(2)), 30);
  return v.xor(v.select(odd, reducedCos(v, z), reducedSin(v, r, z)), sign);
}

/** Below 2^-12 the sine and the tangent are their argument, to the last bit and with its sign. */
function withTiny(v: Lanes, x: Vec, y: Vec): Vec {
  return v.select(v.lt(v.abs(x), v.f32(2 ** -12)), x, y);
}

export function sin(v: Lanes, module: ModuleBuilder, x: Vec): Vec {
  return withSlowPath(v, module, "sin", x, withTiny(v, x, sine(v, x, 0)));
}

export function cos(v: Lanes, module: ModuleBuilder, x: Vec): Vec {
  return withSlowPath(v, module, "cos", x, sine(v, x, 1));
}

/** tan r, or -1 / tan r in odd quadrants. */
export function tan(v: Lanes, module: ModuleBuilder, x: Vec): Vec {
  const { quadrant, r } = reduce(v, x);
  const z = v.mul(r, r);
  const tail = v.polynomial(
    z,
    [9.38540185543e-3, 3.11992232697e-3, 2.44301354525e-2, 5.34112807005e-2, 1.33387994085e-1, 3.33331568548e-1],
  );
  const y = v.mulAdd(v.mul(tail, z), r, r);
  const odd = v.shift("i32x4.shr_s", v.shift("i32x4.shl", quadrant, 31), 31);
  return withSlowPath(v, module, "tan", x, withTiny(v, x, v.select(odd, v.div(v.f32(-1), y), y)));
}

const halfPiHigh = Math.fround(Math.PI / 2);
const halfPiLow = Math.PI / 2 - halfPiHigh;
const piHigh = Math.fround(Math.PI);
const piLow = Math.PI - piHigh;

/** asin of a for a <= 1/2; for larger a, asin of sqrt((1 - a) / 2). `large` is the mask of the latter. */
function reducedAsin(v: Lanes, a: Vec): { readonly large: Vec; readonly p: Vec } {
  const large = v.gt(a, v.f32(0.5));
  const z = v.select(large, v.mul(v.sub(v.f32(1), a), v.f32(0.5)), v.mul(a, a));
  const s = v.select(large, v.op("f32x4.sqrt", z), a);
  const tail = v.polynomial(z, [4.2163199048e-2, 2.4181311049e-2, 4.5470025998e-2, 7.4953002686e-2, 1.6666752422e-1]);
  return { large, p: v.mulAdd(v.mul(tail, z), s, s) };
}

/** (high + low) - x, for a constant in two parts. */
function constantMinus(v: Lanes, high: number, low: number, x: Vec): Vec {
  return v.add(v.sub(v.f32(high), x), v.f32(low));
}

/** asin a = pi/2 - 2 asin sqrt((1 - a) / 2) for a > 1/2. */
export function asin(v: Lanes, x: Vec): Vec {
  const { large, p } = reducedAsin(v, v.abs(x));
  return v.withSign(v.select(large, constantMinus(v, halfPiHigh, halfPiLow, v.add(p, p)), p), x);
}

export function acos(v: Lanes, x: Vec): Vec {
  const { large, p } = reducedAsin(v, v.abs(x));
  const twice = v.add(p, p);
  const outer = v.select(v.negative(x), constantMinus(v, piHigh, piLow, twice), twice);
  const sign = v.and(x, v.i32(0x80000000 | 0));
  const inner = constantMinus(v, halfPiHigh, halfPiLow, v.xor(p, sign));
  return v.select(large, outer, inner);
}

/** atan w for |w| <= tan(pi/8). */
function reducedAtan(v: Lanes, w: Vec): Vec {
  const z = v.mul(w, w);
  const tail = v.polynomial(z, [8.05374449538e-2, -1.38776856032e-1, 1.99777106478e-1, -3.33329491539e-1]);
  return v.mulAdd(v.mul(tail, z), w, w);
}

/** atan a = pi/4 + atan((a - 1) / (a + 1)) above tan(pi/8), pi/2 - atan(1 / a) above tan(3 pi/8). */
export function atan(v: Lanes, x: Vec): Vec {
  const a = v.abs(x);
  const one = v.f32(1);
  const high = v.gt(a, v.f32(2.414213562373095));
  const middle = v.gt(a, v.f32(0.41421356237309503));
  const numerator = v.select(high, v.f32(-1), v.select(middle, v.sub(a, one), a));
  const denominator = v.select(high, a, v.select(middle, v.add(a, one), one));
  const base = v.select(high, v.f32(halfPiHigh), v.and(middle, v.f32(halfPiHigh / 2)));
  const rest = v.select(high, v.f32(halfPiLow), v.and(middle, v.f32(halfPiLow / 2)));
  const angle = v.add(base, v.add(reducedAtan(v, v.div(numerator, denominator)), rest));
  return v.withSign(v.abs(angle), x);
}

/** The angle of the point (x, y): atan of the smaller coordinate over the larger, turned into its octant. */
export function atan2(v: Lanes, y: Vec, x: Vec): Vec {
  const ax = v.abs(x);
  const ay = v.abs(y);
  const one = v.f32(1);
  const largest = v.max(ax, ay);
  const smallest = v.min(ax, ay);
  let q = v.div(smallest, largest);
  q = v.select(v.eq(smallest, v.f32(Number.POSITIVE_INFINITY)), one, q);
  q = v.op("v128.andnot", q, v.eq(largest, v.f32(0)));
  const high = v.gt(q, v.f32(0.41421356237309503));
  const w = v.select(high, v.div(v.sub(q, one), v.add(q, one)), q);
  const rest = v.and(high, v.f32(halfPiLow / 2));
  let angle = v.add(v.and(high, v.f32(halfPiHigh / 2)), v.add(reducedAtan(v, w), rest));
  angle = v.select(v.gt(ay, ax), constantMinus(v, halfPiHigh, halfPiLow, angle), angle);
  angle = v.select(v.negative(x), constantMinus(v, piHigh, piLow, angle), angle);
  const unordered = v.or(v.op("f32x4.ne", x, x), v.op("f32x4.ne", y, y));
  return v.or(v.withSign(angle, y), unordered);
}
