/**
 * The kernel of the singular value decomposition: reflections from both sides make the matrix bidiagonal, implicit QR
 * steps (with shift zero where the matrix is singular) make it diagonal. Singular vectors are kept as rows.
 */
import type { OpaqueKernel } from "../../core/primitive.ts";
import { addMultiple, dot, load, loadTransposed, reflector, reflectRows, rotate, scaleOf, signOf } from "./update.ts";

/** Steps for one singular value after which the iteration has failed. */
const mostSteps = 90;

/**
 * A = U diag(s) V^T, s in descending order. Results: s, or s, U and V^T. Sizes: batch, m, n, 1 for full U and V, 1 for
 * vectors.
 */
export const svdKernel: OpaqueKernel = {
  name: "svd",
  scratch: ([, m, n, full]) => new Layout(m!, n!, full === 1).size,
  flops: ([batch, m, n, , vectors]) => (vectors === 1 ? 20 : 4) * batch! * Math.max(m!, n!) * Math.min(m!, n!) ** 2,
  compute: ([a], outputs, [batch, m, n, full, vectors], w) => {
    const at = new Layout(m!, n!, full === 1);
    const { tall, wide } = at;
    const isFlipped = m! < n!;
    const [s, u, vt] = outputs as readonly Float64Array[];
    for (let b = 0; b < batch!; b++) {
      // A matrix with more columns than rows is transposed: U and V change places.
      if (isFlipped) loadTransposed(w, 0, a as Float64Array, b * m! * n!, m!, n!);
      else load(w, 0, a as Float64Array, b * m! * n!, m! * n!);
      const scale = scaleOf(w, 0, tall * wide);
      for (let e = 0; e < tall * wide; e++) w[e]! *= scale;
      const isSolved = !Number.isNaN(scale) && solve(w, at, vectors === 1);
      const order = Array.from({ length: wide }, (_, i) => i);
      if (isSolved) order.sort((i, j) => w[at.d + j]! - w[at.d + i]!);
      const value = (x: number): number => (isSolved ? x : Number.NaN);
      for (let i = 0; i < wide; i++) s![b * wide + i] = value(w[at.d + order[i]!]! / scale);
      if (vectors !== 1) continue;
      // The rows of `left` are columns of U, or rows of V^T if A was transposed; and so for `right`.
      const [columns, columnRows, columnLength] = isFlipped ? [at.right, wide, wide] : [at.left, at.basis, tall];
      const [rows, rowRows, rowLength] = isFlipped ? [at.left, at.basis, tall] : [at.right, wide, wide];
      const place = (i: number): number => (i < wide ? order[i]! : i);
      for (let j = 0; j < columnRows; j++) {
        const from = columns + place(j) * columnLength;
        const to = b * columnRows * columnLength + j;
        for (let i = 0; i < columnLength; i++) u![to + i * columnRows] = value(w[from + i]!);
      }
      for (let j = 0; j < rowRows; j++) {
        const from = rows + place(j) * rowLength;
        const to = (b * rowRows + j) * rowLength;
        for (let i = 0; i < rowLength; i++) vt![to + i] = value(w[from + i]!);
      }
    }
  },
};

/** Where things lie among the doubles, for a matrix of `tall` rows and `wide` columns, the smaller number. */
class Layout {
  readonly tall: number;
  readonly wide: number;
  /** Number of left vectors. */
  readonly basis: number;
  readonly reflections: number;
  readonly rightReflections: number;
  readonly left: number;
  readonly right: number;
  readonly product: number;
  readonly d: number;
  readonly e: number;
  readonly taus: number;
  readonly rightTaus: number;
  readonly spare: number;
  readonly size: number;

  constructor(m: number, n: number, full: boolean) {
    const tall = Math.max(m, n);
    const wide = Math.min(m, n);
    this.tall = tall;
    this.wide = wide;
    this.basis = full ? tall : wide;
    this.reflections = tall * wide;
    this.rightReflections = this.reflections + wide * tall;
    this.left = this.rightReflections + wide * wide;
    this.right = this.left + this.basis * tall;
    this.product = this.right + wide * wide;
    this.d = this.product + tall * this.basis;
    this.e = this.d + wide;
    this.taus = this.e + wide;
    this.rightTaus = this.taus + wide;
    this.spare = this.rightTaus + wide;
    this.size = this.spare + Math.max(this.basis, wide) + 1;
  }
}

function solve(w: Float64Array, at: Layout, vectors: boolean): boolean {
  bidiagonalise(w, at);
  if (vectors) formVectors(w, at);
  if (!diagonalise(w, at, vectors)) return false;
  for (let i = 0; i < at.wide; i++) {
    const isNegative = w[at.d + i]! < 0;
    w[at.d + i] = Math.abs(w[at.d + i]!);
    if (!vectors) continue;
    const sign = signOf(w, at.right + i * at.wide, at.wide);
    scaleBy(w, at.right + i * at.wide, at.wide, sign);
    scaleBy(w, at.left + i * at.tall, at.tall, isNegative ? -sign : sign);
  }
  return true;
}

function scaleBy(w: Float64Array, from: number, n: number, factor: number): void {
  for (let i = 0; i < n; i++) w[from + i]! *= factor;
}

/** Columns and rows in turn become a diagonal d and the elements e right of it. */
function bidiagonalise(w: Float64Array, at: Layout): void {
  const { tall, wide, reflections, rightReflections, d, e, taus, rightTaus, spare } = at;
  const beta = at.size - 1;
  for (let k = 0; k < wide; k++) {
    const v = reflections + k * tall;
    const length = tall - k;
    for (let i = 0; i < length; i++) w[v + i] = w[(k + i) * wide + k]!;
    const tau = reflector(w, v, length, beta);
    w[taus + k] = tau;
    w[d + k] = w[beta]!;
    const rest = wide - k - 1;
    w[e + k] = 0;
    if (rest === 0) continue;
    reflectRows(w, k * wide + k + 1, wide, length, rest, v, tau, spare);
    const h = rightReflections + k * wide;
    for (let j = 0; j < rest; j++) w[h + j] = w[k * wide + k + 1 + j]!;
    const rightTau = reflector(w, h, rest, beta);
    w[rightTaus + k] = rightTau;
    w[e + k] = w[beta]!;
    if (rightTau === 0) continue;
    for (let i = k + 1; i < tall; i++) {
      const row = i * wide + k + 1;
      addMultiple(w, row, -rightTau * dot(w, row, h, rest), h, rest);
    }
  }
}

/** The products of the reflections, as rows. */
function formVectors(w: Float64Array, at: Layout): void {
  const { tall, wide, basis, reflections, rightReflections, left, right, product, taus, rightTaus, spare } = at;
  w.fill(0, product, product + tall * basis);
  for (let i = 0; i < basis; i++) w[product + i * basis + i] = 1;
  for (let k = wide - 1; k >= 0; k--) {
    const corner = product + k * basis + k;
    reflectRows(w, corner, basis, tall - k, basis - k, reflections + k * tall, w[taus + k]!, spare);
  }
  for (let i = 0; i < tall; i++) for (let j = 0; j < basis; j++) w[left + j * tall + i] = w[product + i * basis + j]!;
  w.fill(0, product, product + wide * wide);
  for (let i = 0; i < wide; i++) w[product + i * wide + i] = 1;
  for (let k = wide - 2; k >= 0; k--) {
    const corner = product + (k + 1) * wide + k + 1;
    const n = wide - k - 1;
    reflectRows(w, corner, wide, n, n, rightReflections + k * wide, w[rightTaus + k]!, spare);
  }
  for (let i = 0; i < wide; i++) for (let j = 0; j < wide; j++) w[right + j * wide + i] = w[product + i * wide + j]!;
}

/** The smaller singular value of the triangle (f, g; 0, h). */
function smallerSingularValue(f: number, g: number, h: number): number {
  const [small, large, off] = [Math.min(Math.abs(f), Math.abs(h)), Math.max(Math.abs(f), Math.abs(h)), Math.abs(g)];
  if (small === 0) return 0;
  const sum = Math.sqrt((large + small) ** 2 + off * off);
  const difference = Math.sqrt((large - small) ** 2 + off * off);
  // The product of both is f h, and the sum of the roots is twice the larger.
  return (2 * small * large) / (sum + difference);
}

function diagonalise(w: Float64Array, at: Layout, vectors: boolean): boolean {
  const { tall, wide, left, right, d, e } = at;
  const isSmall = (i: number): boolean =>
    Math.abs(w[e + i]!) <= Number.EPSILON * (Math.abs(w[d + i]!) + Math.abs(w[d + i + 1]!)) ||
    Math.abs(w[e + i]!) < 2 ** -1020;
  const turnRight = (i: number, c: number, s: number): void => {
    if (vectors) rotate(w, right + i * wide, right + (i + 1) * wide, wide, c, s);
  };
  const turnLeft = (i: number, c: number, s: number): void => {
    if (vectors) rotate(w, left + i * tall, left + (i + 1) * tall, tall, c, s);
  };
  let steps = 0;
  for (let last = wide - 1; last > 0; ) {
    if (isSmall(last - 1)) {
      w[e + last - 1] = 0;
      last--;
      steps = 0;
      continue;
    }
    if (steps++ > mostSteps) return false;
    let first = last - 1;
    while (first > 0 && !isSmall(first - 1)) first--;
    let isSingular = false;
    for (let i = first; i <= last; i++) if (Math.abs(w[d + i]!) <= Number.EPSILON * 2 ** -10) isSingular = true;
    const shift = isSingular ? 0 : smallerSingularValue(w[d + last - 1]!, w[e + last - 1]!, w[d + last]!);
    if (shift === 0 || (shift / w[d + first]!) ** 2 < Number.EPSILON)
      stepUnshifted(w, d, e, first, last, turnLeft, turnRight);
    else stepShifted(w, d, e, first, last, shift, turnLeft, turnRight);
  }
  return true;
}

type Turn = (i: number, c: number, s: number) => void;

/** One QR step with shift zero, which keeps small singular values exact and splits a singular matrix. */
function stepUnshifted(
  w: Float64Array,
  d: number,
  e: number,
  first: number,
  last: number,
  turnLeft: Turn,
  turnRight: Turn,
): void {
  let c = 1;
  let oldC = 1;
  let oldS = 0;
  for (let i = first; i < last; i++) {
    const f = w[d + i]! * c;
    const g = w[e + i]!;
    const r = Math.sqrt(f * f + g * g);
    c = r === 0 ? 1 : f / r;
    const s = r === 0 ? 0 : g / r;
    if (i > first) w[e + i - 1] = oldS * r;
    const [p, q] = [oldC * r, w[d + i + 1]! * s];
    const t = Math.sqrt(p * p + q * q);
    oldC = t === 0 ? 1 : p / t;
    oldS = t === 0 ? 0 : q / t;
    w[d + i] = t;
    turnRight(i, c, s);
    turnLeft(i, oldC, oldS);
  }
  const h = w[d + last]! * c;
  w[d + last] = h * oldC;
  w[e + last - 1] = h * oldS;
}

/** One QR step: a rotation of columns by the shift, and the bulge that it makes is chased down. */
function stepShifted(
  w: Float64Array,
  d: number,
  e: number,
  first: number,
  last: number,
  shift: number,
  turnLeft: Turn,
  turnRight: Turn,
): void {
  const head = w[d + first]!;
  let f = (Math.abs(head) - shift) * (Math.sign(head) + shift / head);
  let g = w[e + first]!;
  for (let i = first; i < last; i++) {
    const r = Math.sqrt(f * f + g * g);
    const c = r === 0 ? 1 : f / r;
    const s = r === 0 ? 0 : g / r;
    if (i > first) w[e + i - 1] = r;
    f = c * w[d + i]! + s * w[e + i]!;
    w[e + i] = c * w[e + i]! - s * w[d + i]!;
    g = s * w[d + i + 1]!;
    w[d + i + 1]! *= c;
    turnRight(i, c, s);
    const t = Math.sqrt(f * f + g * g);
    const c2 = t === 0 ? 1 : f / t;
    const s2 = t === 0 ? 0 : g / t;
    w[d + i] = t;
    f = c2 * w[e + i]! + s2 * w[d + i + 1]!;
    w[d + i + 1] = c2 * w[d + i + 1]! - s2 * w[e + i]!;
    if (i < last - 1) {
      g = s2 * w[e + i + 1]!;
      w[e + i + 1]! *= c2;
    }
    turnLeft(i, c2, s2);
  }
  w[e + last - 1] = f;
}
