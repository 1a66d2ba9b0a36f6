/**
 * Stockham's passes: each reads one array and writes another, and the results come out in order without a permutation. An
 * element has `stride` neighbours that belong to other transforms or to earlier passes and are treated alike.
 */
import type { Pass } from "./plan.ts";

type Numbers = Float64Array;

/** A pass of radix 2, 3, 4 or any other over a sequence that starts at `at`. */
export function runPass(
  pass: Pass,
  stride: number,
  at: number,
  xr: Numbers,
  xi: Numbers,
  yr: Numbers,
  yi: Numbers,
): void {
  const run = passes[pass.radix] ?? anyRadix;
  run(pass, stride, at, xr, xi, yr, yi);
}

function radix2(pass: Pass, s: number, at: number, xr: Numbers, xi: Numbers, yr: Numbers, yi: Numbers): void {
  const { groups, twiddles } = pass;
  const step = s * groups;
  for (let p = 0; p < groups; p++) {
    const wr = twiddles[2 * p]!;
    const wi = twiddles[2 * p + 1]!;
    let i = at + s * p;
    let o = at + 2 * s * p;
    for (const end = i + s; i < end; i++, o++) {
      const ar = xr[i]!;
      const ai = xi[i]!;
      const br = xr[i + step]!;
      const bi = xi[i + step]!;
      yr[o] = ar + br;
      yi[o] = ai + bi;
      const dr = ar - br;
      const di = ai - bi;
      yr[o + s] = dr * wr - di * wi;
      yi[o + s] = dr * wi + di * wr;
    }
  }
}

const sin60 = Math.sqrt(3) / 2;

function radix3(pass: Pass, s: number, at: number, xr: Numbers, xi: Numbers, yr: Numbers, yi: Numbers): void {
  const { groups, twiddles } = pass;
  const step = s * groups;
  for (let p = 0; p < groups; p++) {
    const vr = twiddles[4 * p]!;
    const vi = twiddles[4 * p + 1]!;
    const wr = twiddles[4 * p + 2]!;
    const wi = twiddles[4 * p + 3]!;
    let i = at + s * p;
    let o = at + 3 * s * p;
    for (const end = i + s; i < end; i++, o++) {
      const ar = xr[i]!;
      const ai = xi[i]!;
      const br = xr[i + step]!;
      const bi = xi[i + step]!;
      const cr = xr[i + 2 * step]!;
      const ci = xi[i + 2 * step]!;
      const sumR = br + cr;
      const sumI = bi + ci;
      const middleR = ar - 0.5 * sumR;
      const middleI = ai - 0.5 * sumI;
      const turnR = sin60 * (bi - ci);
      const turnI = -sin60 * (br - cr);
      yr[o] = ar + sumR;
      yi[o] = ai + sumI;
      const dr = middleR + turnR;
      const di = middleI + turnI;
      yr[o + s] = dr * vr - di * vi;
      yi[o + s] = dr * vi + di * vr;
      const er = middleR - turnR;
      const ei = middleI - turnI;
      yr[o + 2 * s] = er * wr - ei * wi;
      yi[o + 2 * s] = er * wi + ei * wr;
    }
  }
}

function radix4(pass: Pass, s: number, at: number, xr: Numbers, xi: Numbers, yr: Numbers, yi: Numbers): void {
  const { groups, twiddles } = pass;
  const step = s * groups;
  for (let p = 0; p < groups; p++) {
    const ur = twiddles[6 * p]!;
    const ui = twiddles[6 * p + 1]!;
    const vr = twiddles[6 * p + 2]!;
    const vi = twiddles[6 * p + 3]!;
    const wr = twiddles[6 * p + 4]!;
    const wi = twiddles[6 * p + 5]!;
    let i = at + s * p;
    let o = at + 4 * s * p;
    for (const end = i + s; i < end; i++, o++) {
      const ar = xr[i]!;
      const ai = xi[i]!;
      const br = xr[i + step]!;
      const bi = xi[i + step]!;
      const cr = xr[i + 2 * step]!;
      const ci = xi[i + 2 * step]!;
      const dr = xr[i + 3 * step]!;
      const di = xi[i + 3 * step]!;
      const acR = ar + cr;
      const acI = ai + ci;
      const bdR = br + dr;
      const bdI = bi + di;
      yr[o] = acR + bdR;
      yi[o] = acI + bdI;
      const evenR = acR - bdR;
      const evenI = acI - bdI;
      yr[o + 2 * s] = evenR * vr - evenI * vi;
      yi[o + 2 * s] = evenR * vi + evenI * vr;
      const aR = ar - cr;
      const aI = ai - ci;
      // -i (b - d)
      const tR = bi - di;
      const tI = dr - br;
      const firstR = aR + tR;
      const firstI = aI + tI;
      yr[o + s] = firstR * ur - firstI * ui;
      yi[o + s] = firstR * ui + firstI * ur;
      const thirdR = aR - tR;
      const thirdI = aI - tI;
      yr[o + 3 * s] = thirdR * wr - thirdI * wi;
      yi[o + 3 * s] = thirdR * wi + thirdI * wr;
    }
  }
}

/** An odd radix r: entries k and r - k share their products, so that half of them suffice. */
function anyRadix(pass: Pass, s: number, at: number, xr: Numbers, xi: Numbers, yr: Numbers, yi: Numbers): void {
  const { radix, groups, twiddles, roots } = pass;
  const step = s * groups;
  const half = (radix - 1) / 2;
  for (let p = 0; p < groups; p++) {
    const first = 2 * p * (radix - 1);
    for (let q = 0; q < s; q++) {
      const i = at + s * p + q;
      const o = at + radix * s * p + q;
      const ar = xr[i]!;
      const ai = xi[i]!;
      let totalR = ar;
      let totalI = ai;
      for (let j = 1; j < radix; j++) {
        totalR += xr[i + j * step]!;
        totalI += xi[i + j * step]!;
      }
      yr[o] = totalR;
      yi[o] = totalI;
      for (let t = 1; t <= half; t++) {
        let evenR = ar;
        let evenI = ai;
        let oddR = 0;
        let oddI = 0;
        for (let j = 1; j <= half; j++) {
          const k = (j * t) % radix;
          const cos = roots[2 * k]!;
          const sin = roots[2 * k + 1]!;
          const low = i + j * step;
          const high = i + (radix - j) * step;
          evenR += cos * (xr[low]! + xr[high]!);
          evenI += cos * (xi[low]! + xi[high]!);
          // i sin (low - high)
          oddR -= sin * (xi[low]! - xi[high]!);
          oddI += sin * (xr[low]! - xr[high]!);
        }
        const u = first + 2 * (t - 1);
        const v = first + 2 * (radix - t - 1);
        const dr = evenR + oddR;
        const di = evenI + oddI;
        yr[o + t * s] = dr * twiddles[u]! - di * twiddles[u + 1]!;
        yi[o + t * s] = dr * twiddles[u + 1]! + di * twiddles[u]!;
        const er = evenR - oddR;
        const ei = evenI - oddI;
        yr[o + (radix - t) * s] = er * twiddles[v]! - ei * twiddles[v + 1]!;
        yi[o + (radix - t) * s] = er * twiddles[v + 1]! + ei * twiddles[v]!;
      }
    }
  }
}

const passes: { readonly [radix: number]: typeof radix2 } = { 2: radix2, 3: radix3, 4: radix4 };
