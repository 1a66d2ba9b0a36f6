/**
 * The kernel of `fft`: transforms over the last axes of planes, in double precision. Each example of a batch is copied to
 * scratch memory, transformed axis by axis there, and copied out. A real transform of even length is a complex one of half
 * the length, of even entries as real and odd ones as imaginary parts.
 */
import type { OpaqueKernel } from "../../core/primitive.ts";
import type { TypedArray } from "../../types/dtype.ts";
import { product } from "../../util/list.ts";
import { runPass } from "./passes.ts";
import { type Plan, planOf, rootsOfUnity } from "./plan.ts";

type Numbers = Float64Array;

/** Two pairs of planes, which take turns as source and target. */
interface Work {
  re: Numbers;
  im: Numbers;
  otherRe: Numbers;
  otherIm: Numbers;
}

function swap(work: Work): void {
  [work.re, work.otherRe] = [work.otherRe, work.re];
  [work.im, work.otherIm] = [work.otherIm, work.im];
}

/** Transforms in place a whole array of the plan's length. */
function transformWhole(plan: Plan, re: Numbers, im: Numbers): void {
  const n = plan.length;
  const work: Work = { re, im, otherRe: new Float64Array(n), otherIm: new Float64Array(n) };
  transformAxis(plan, work, 1, 1);
  if (work.re === re) return;
  re.set(work.re);
  im.set(work.im);
}

const planFor = (n: number): Plan => planOf(n, transformWhole);

/** Transforms along the middle axis of arrays of shape (outer, n, inner). */
function transformAxis(plan: Plan, work: Work, outer: number, inner: number): void {
  if (plan.chirp !== undefined) {
    bluestein(plan, work, outer, inner);
    return;
  }
  let stride = inner;
  for (const pass of plan.passes) {
    for (let k = 0; k < outer; k++) {
      runPass(pass, stride, k * plan.length * inner, work.re, work.im, work.otherRe, work.otherIm);
    }
    stride *= pass.radix;
    swap(work);
  }
}

/** The transform as a convolution with a chirp: k j = (k^2 + j^2 - (k - j)^2) / 2. */
function bluestein({ length: n, chirp: given }: Plan, { re, im }: Work, outer: number, inner: number): void {
  const { length, plan, chirp, re: kernelRe, im: kernelIm } = given!;
  const work = scratchPlanes(length);
  for (let k = 0; k < outer; k++) {
    for (let q = 0; q < inner; q++) {
      const start = k * n * inner + q;
      work.re.fill(0, n);
      work.im.fill(0, n);
      for (let j = 0; j < n; j++) {
        const [x, y] = [re[start + j * inner]!, im[start + j * inner]!];
        const [cos, sin] = [chirp[2 * j]!, chirp[2 * j + 1]!];
        work.re[j] = x * cos - y * sin;
        work.im[j] = x * sin + y * cos;
      }
      transformAxis(plan, work, 1, 1);
      // Multiplied, with the planes exchanged: the next transform then is the inverse.
      for (let j = 0; j < length; j++) {
        const [x, y] = [work.re[j]!, work.im[j]!];
        const [u, v] = [kernelRe[j]!, kernelIm[j]!];
        work.re[j] = x * v + y * u;
        work.im[j] = x * u - y * v;
      }
      transformAxis(plan, work, 1, 1);
      for (let j = 0; j < n; j++) {
        const [y, x] = [work.re[j]! / length, work.im[j]! / length];
        const [cos, sin] = [chirp[2 * j]!, chirp[2 * j + 1]!];
        re[start + j * inner] = x * cos - y * sin;
        im[start + j * inner] = x * sin + y * cos;
      }
    }
  }
}

const scratchPlanes = (n: number): Work => ({
  re: new Float64Array(n),
  im: new Float64Array(n),
  otherRe: new Float64Array(n),
  otherIm: new Float64Array(n),
});

/** Roots of unity that tell the halves of real transforms apart; those of one length are kept. */
let realRoots: Numbers = new Float64Array(2);
let realLength = 0;

function rootsFor(n: number): Numbers {
  if (n !== realLength) {
    realRoots = rootsOfUnity(n, n / 2);
    realLength = n;
  }
  return realRoots;
}

/** Rows of real numbers, as real parts or as rows of half the length, become rows of n / 2 + 1 entries. */
function realToComplex(input: TypedArray, from: number, n: number, rows: number, work: Work): void {
  const data = input as Numbers;
  const { re, im } = work;
  const entries = Math.floor(n / 2) + 1;
  if (n % 2 === 1) {
    for (let i = 0; i < rows * n; i++) re[i] = data[from + i]!;
    im.fill(0, 0, rows * n);
    transformAxis(planFor(n), work, rows, 1);
    const { re: x, im: y, otherRe: u, otherIm: v } = work;
    for (let row = 0; row < rows; row++) {
      for (let k = 0; k < entries; k++) {
        u[row * entries + k] = x[row * n + k]!;
        v[row * entries + k] = y[row * n + k]!;
      }
    }
    swap(work);
    return;
  }
  const half = n / 2;
  for (let i = 0, at = from; i < rows * half; i++) {
    re[i] = data[at++]!;
    im[i] = data[at++]!;
  }
  transformAxis(planFor(half), work, rows, 1);
  const roots = rootsFor(n);
  const { re: x, im: y, otherRe: u, otherIm: v } = work;
  for (let row = 0; row < rows; row++) {
    const source = row * half;
    const target = row * entries;
    u[target] = x[source]! + y[source]!;
    v[target] = 0;
    u[target + half] = x[source]! - y[source]!;
    v[target + half] = 0;
    for (let k = 1; k < half; k++) {
      const a = source + k;
      const b = source + half - k;
      const evenR = 0.5 * (x[a]! + x[b]!);
      const evenI = 0.5 * (y[a]! - y[b]!);
      const oddR = 0.5 * (y[a]! + y[b]!);
      const oddI = 0.5 * (x[b]! - x[a]!);
      const cos = roots[2 * k]!;
      const sin = roots[2 * k + 1]!;
      u[target + k] = evenR + oddR * cos - oddI * sin;
      v[target + k] = evenI + oddR * sin + oddI * cos;
    }
  }
  swap(work);
}

/**
 * The other way: rows of n / 2 + 1 entries, whose planes are exchanged as inverse transforms want them, become n real
 * numbers each. Imaginary parts of the first and (for even n) the last entry do not count.
 */
function complexToReal(n: number, rows: number, work: Work, output: TypedArray, to: number, scale: number): void {
  const data = output as Numbers;
  const entries = Math.floor(n / 2) + 1;
  const { re: y, im: x, otherRe: v, otherIm: u } = work;
  if (n % 2 === 1) {
    for (let row = 0; row < rows; row++) {
      const source = row * entries;
      const target = row * n;
      u[target] = x[source]!;
      v[target] = 0;
      for (let k = 1; k < entries; k++) {
        u[target + k] = x[source + k]!;
        v[target + k] = y[source + k]!;
        u[target + n - k] = x[source + k]!;
        v[target + n - k] = -y[source + k]!;
      }
    }
    swap(work);
    transformAxis(planFor(n), work, rows, 1);
    for (let i = 0; i < rows * n; i++) data[to + i] = work.im[i]! * scale;
    return;
  }
  const half = n / 2;
  const roots = rootsFor(n);
  for (let row = 0; row < rows; row++) {
    const source = row * entries;
    const target = row * half;
    u[target] = x[source]! + x[source + half]!;
    v[target] = x[source]! - x[source + half]!;
    for (let k = 1; k < half; k++) {
      const a = source + k;
      const b = source + half - k;
      const evenR = x[a]! + x[b]!;
      const evenI = y[a]! - y[b]!;
      const oddR = x[a]! - x[b]!;
      const oddI = y[a]! + y[b]!;
      const cos = roots[2 * k]!;
      const sin = -roots[2 * k + 1]!;
      // i times the odd part, turned back.
      u[target + k] = evenR - (oddR * sin + oddI * cos);
      v[target + k] = evenI + (oddR * cos - oddI * sin);
    }
  }
  swap(work);
  transformAxis(planFor(half), work, rows, 1);
  const { re: odd, im: even } = work;
  for (let i = 0, at = to; i < rows * half; i++) {
    data[at++] = even[i]! * scale;
    data[at++] = odd[i]! * scale;
  }
}

/** FFT, IFFT, RFFT and IRFFT by their numbers in XLA. */
export const fftTypes = ["FFT", "IFFT", "RFFT", "IRFFT"] as const;

/** What the kernel is told: the number of the kind, how many examples, the lengths of the axes. */
const layout = (sizes: readonly number[]) => {
  const [kind, batch, ...lengths] = sizes as [number, number, ...number[]];
  const last = lengths[lengths.length - 1]!;
  const rows = product(lengths.slice(0, -1));
  const entries = kind < 2 ? last : Math.floor(last / 2) + 1;
  return { kind, batch, lengths, last, rows, entries, room: rows * Math.max(last, entries) };
};

/** Transforms along all axes but the last, of arrays with so many entries in a row. */
function transformOthers(lengths: readonly number[], entries: number, work: Work): void {
  for (let axis = lengths.length - 2; axis >= 0; axis--) {
    const inner = product(lengths.slice(axis + 1, -1)) * entries;
    transformAxis(planFor(lengths[axis]!), work, product(lengths.slice(0, axis)), inner);
  }
}

export const fftKernel: OpaqueKernel = {
  name: "fft",
  scratch: (sizes) => 4 * layout(sizes).room,
  flops: (sizes) => {
    const { batch, room } = layout(sizes);
    return 5 * batch * room * Math.log2(room + 1);
  },
  compute: (inputs, outputs, sizes, scratch) => {
    const { kind, batch, lengths, last, rows, entries, room } = layout(sizes);
    const inverse = kind % 2 === 1;
    const scale = inverse ? 1 / (rows * last) : 1;
    const [realIn, imaginaryIn] = inputs as [Numbers, Numbers];
    const [realOut, imaginaryOut] = outputs as [Numbers, Numbers];
    for (let example = 0; example < batch; example++) {
      const plane = (i: number): Numbers => scratch.subarray(i * room, (i + 1) * room);
      const work: Work = { re: plane(0), im: plane(1), otherRe: plane(2), otherIm: plane(3) };
      const spectrum = rows * entries;
      const at = example * spectrum;
      if (kind === 2) realToComplex(realIn, example * rows * last, last, rows, work);
      else {
        // An inverse transform is a transform with the planes exchanged.
        const [re, im] = inverse ? [work.im, work.re] : [work.re, work.im];
        for (let i = 0; i < spectrum; i++) {
          re[i] = realIn[at + i]!;
          im[i] = imaginaryIn[at + i]!;
        }
      }
      transformOthers(lengths, entries, work);
      if (kind === 3) {
        complexToReal(last, rows, work, realOut, example * rows * last, scale);
        continue;
      }
      if (kind < 2) transformAxis(planFor(last), work, rows, 1);
      const [re, im] = inverse ? [work.im, work.re] : [work.re, work.im];
      for (let i = 0; i < spectrum; i++) {
        realOut[at + i] = re[i]! * scale;
        imaginaryOut[at + i] = im[i]! * scale;
      }
    }
  },
};
