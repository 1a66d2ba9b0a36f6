/**
 * Plans of discrete Fourier transforms of one length: which radices in which order, with the roots of unity that each pass
 * needs. Lengths with a large prime factor go by way of a convolution of a power of two (Bluestein). Plans are kept.
 */

/** One pass: radix r, and for each of its m groups the factors of entries 1 to r - 1. */
export interface Pass {
  readonly radix: number;
  readonly groups: number;
  /** Cosines and sines in turn. */
  readonly twiddles: Float64Array;
  /** All roots of unity of the radix, where no formula is written out for it. */
  readonly roots: Float64Array;
}

/** Bluestein's chirp, and the transform of the sequence to convolve with. */
export interface Chirp {
  readonly length: number;
  readonly plan: Plan;
  readonly chirp: Float64Array;
  readonly re: Float64Array;
  readonly im: Float64Array;
}

export interface Plan {
  readonly length: number;
  readonly passes: readonly Pass[];
  readonly chirp: Chirp | undefined;
}

/** Primes up to this have a pass of their own. */
const largestRadix = 31;
/** Plans kept; the oldest go first. */
const mostPlans = 64;

/** cos and sin of 2 pi k / n, for 0 <= k < n: the angle is brought to an eighth of the circle first, in integers. */
export function rootOfUnity(k: number, n: number): readonly [cos: number, sin: number] {
  const eighth = Math.floor((8 * k) / n);
  const angle = (x: number): number => (2 * Math.PI * x) / n;
  switch (eighth) {
    case 0:
      return [Math.cos(angle(k)), Math.sin(angle(k))];
    case 1:
    case 2: {
      const rest = angle(k - n / 4);
      return [-Math.sin(rest), Math.cos(rest)];
    }
    case 3:
    case 4: {
      const rest = angle(k - n / 2);
      return [-Math.cos(rest), -Math.sin(rest)];
    }
    case 5:
    case 6: {
      const rest = angle(k - (3 * n) / 4);
      return [Math.sin(rest), -Math.cos(rest)];
    }
    default:
      return [Math.cos(angle(n - k)), -Math.sin(angle(n - k))];
  }
}

/** exp(-2 pi i k / n) for all k below `count`, cosines and sines in turn. */
export function rootsOfUnity(n: number, count: number = n): Float64Array {
  const roots = new Float64Array(2 * count);
  for (let k = 0; k < count; k++) {
    const [cos, sin] = rootOfUnity(k % n, n);
    roots[2 * k] = cos;
    roots[2 * k + 1] = -sin;
  }
  return roots;
}

/** The radices of a length, or undefined if it has a large prime factor. */
function radicesOf(n: number): number[] | undefined {
  const radices: number[] = [];
  let rest = n;
  while (rest % 4 === 0) {
    radices.push(4);
    rest /= 4;
  }
  for (let p = 2; rest > 1; p++) {
    if (p > largestRadix) return undefined;
    while (rest % p === 0) {
      radices.push(p);
      rest /= p;
    }
  }
  return radices;
}

function passesOf(n: number, radices: readonly number[]): Pass[] {
  let length = n;
  return radices.map((radix) => {
    const groups = length / radix;
    const twiddles = new Float64Array(2 * groups * (radix - 1));
    let at = 0;
    for (let p = 0; p < groups; p++) {
      for (let t = 1; t < radix; t++) {
        const [cos, sin] = rootOfUnity((p * t) % length, length);
        twiddles[at++] = cos;
        twiddles[at++] = -sin;
      }
    }
    length = groups;
    return { radix, groups, twiddles, roots: radix > 4 ? rootsOfUnity(radix) : new Float64Array(0) };
  });
}

function chirpOf(n: number, transform: (plan: Plan, re: Float64Array, im: Float64Array) => void): Chirp {
  let length = 1;
  while (length < 2 * n - 1) length *= 2;
  const chirp = new Float64Array(2 * n);
  const re = new Float64Array(length);
  const im = new Float64Array(length);
  for (let k = 0; k < n; k++) {
    // k squared modulo 2 n, without rounding for any k that memory allows.
    const square = Number((BigInt(k) * BigInt(k)) % BigInt(2 * n));
    const [cos, sin] = rootOfUnity(square, 2 * n);
    chirp[2 * k] = cos;
    chirp[2 * k + 1] = -sin;
    re[k] = cos;
    im[k] = sin;
    if (k > 0) {
      re[length - k] = cos;
      im[length - k] = sin;
    }
  }
  const plan = planOf(length, transform);
  transform(plan, re, im);
  return { length, plan, chirp, re, im };
}

const plans = new Map<number, Plan>();

/** The plan of a length. `transform` computes a transform in place, which Bluestein's plan needs. */
export function planOf(n: number, transform: (plan: Plan, re: Float64Array, im: Float64Array) => void): Plan {
  let plan = plans.get(n);
  if (plan === undefined) {
    const radices = radicesOf(n);
    plan = {
      length: n,
      passes: radices === undefined ? [] : passesOf(n, radices),
      chirp: radices === undefined ? chirpOf(n, transform) : undefined,
    };
    if (plans.size >= mostPlans) plans.delete(plans.keys().next().value!);
    plans.set(n, plan);
  }
  return plan;
}
