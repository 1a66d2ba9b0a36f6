/**
 * The kernel of the singular value decomposition: reflections from both sides make the matrix bidiagonal, implicit QR
 * steps (with shift zero where the matrix is singular) make it diagonal. Singular vectors are kept as rows.
 */
import type { OpaqueKernel } from "../../core/primitive.ts";
import { decouple, type Turn, turnTo } from "./iterate.ts";
import { type Elements, loopsFor, type MatrixLoops, spaced } from "./loops.ts";
import {
  load,
  loadTransposed,
  reflectColumns,
  reflector,
  reflectRows,
  scaleBy,
  scaleOf,
  setIdentity,
  signOf,
} from "./update.ts";

/**
 * A = U diag(s) V^T, s in descending order. Results: s, or s, U and V^T. Sizes: batch, m, n, 1 for full U and V, 1 for
 * vectors.
 */
export const svdKernel: OpaqueKernel = {
  name: "svd",
  scratch: ([, m, n, full]) => layout(m!, n!, full === 1).size,
  flops: ([batch, m, n, , vectors]) => (vectors === 1 ? 20 : 4) * batch! * Math.max(m!, n!) * Math.min(m!, n!) ** 2,
  compute: ([a], outputs, [batch, m, n, full, vectors], scratch, assemble) => {
    const at = layout(m!, n!, full === 1);
    const { tall, wide, ldTall, ldWide } = at;
    const loops = loopsFor(a!, wide, scratch, assemble);
    const { w } = loops;
    const bidiagonal = new Bidiagonal(wide);
    const { d } = bidiagonal;
    const isFlipped = m! < n!;
    const [s, u, vt] = outputs as readonly Elements[];
    for (let b = 0; b < batch!; b++) {
      // A matrix with more columns than rows is transposed: U and V change places.
      const from = b * tall * wide;
      const scale = scaleOf(a!, from, n!, m!, n!);
      if (isFlipped) loadTransposed(w, 0, ldWide, a!, from, m!, n!, scale);
      else load(w, 0, ldWide, a!, from, m!, n!, scale);
      const isSolved = !Number.isNaN(scale) && solve(loops, at, bidiagonal, vectors === 1);
      const order = Array.from({ length: wide }, (_, i) => i);
      if (isSolved) order.sort((i, j) => d[j]! - d[i]!);
      const value = (x: number): number => (isSolved ? x : Number.NaN);
      for (let i = 0; i < wide; i++) s![b * wide + i] = value(d[order[i]!]! / scale);
      if (vectors !== 1) continue;
      // The rows of `left` are columns of U, or rows of V^T if A was transposed; and so for `right`.
      const left = { from: at.left, ld: ldTall, rows: at.basis, length: tall };
      const right = { from: at.right, ld: ldWide, rows: wide, length: wide };
      const [columns, rows] = isFlipped ? [right, left] : [left, right];
      const place = (i: number): number => (i < wide ? order[i]! : i);
      for (let j = 0; j < columns.rows; j++) {
        const row = columns.from + place(j) * columns.ld;
        const to = b * columns.rows * columns.length + j;
        for (let i = 0; i < columns.length; i++) u![to + i * columns.rows] = value(w[row + i]!);
      }
      for (let j = 0; j < rows.rows; j++) {
        const row = rows.from + place(j) * rows.ld;
        const to = (b * rows.rows + j) * rows.length;
        for (let i = 0; i < rows.length; i++) vt![to + i] = value(w[row + i]!);
      }
    }
  },
};

/** Where things lie among the elements, for a matrix of `tall` rows and `wide` columns, the smaller number. */
interface Layout {
  readonly tall: number;
  readonly wide: number;
  /** Distances of rows of so many elements. */
  readonly ldTall: number;
  readonly ldWide: number;
  /** Number of left vectors. */
  readonly basis: number;
  /** Vectors of the reflections from the left; those from the right stay in the rows of the matrix, right of the diagonal. */
  readonly reflections: number;
  readonly left: number;
  readonly right: number;
  /** Room for a vector. */
  readonly spare: number;
  readonly leftTurns: number;
  readonly rightTurns: number;
  readonly size: number;
}

function layout(m: number, n: number, full: boolean): Layout {
  const [tall, wide] = [Math.max(m, n), Math.min(m, n)];
  const [ldTall, ldWide] = [spaced(tall), spaced(wide)];
  const basis = full ? tall : wide;
  const reflections = tall * ldWide;
  const left = reflections + wide * ldTall;
  const right = left + basis * ldTall;
  const spare = right + wide * ldWide;
  const leftTurns = spare + tall;
  const rightTurns = leftTurns + 2 * wide;
  const size = rightTurns + 2 * wide;
  return { tall, wide, ldTall, ldWide, basis, reflections, left, right, spare, leftTurns, rightTurns, size };
}

/** A diagonal, what is right of it, and the reflections that lead there. */
class Bidiagonal {
  readonly d: Float64Array;
  readonly e: Float64Array;
  readonly leftTaus: Float64Array;
  readonly rightTaus: Float64Array;

  constructor(n: number) {
    this.d = new Float64Array(n);
    this.e = new Float64Array(n);
    this.leftTaus = new Float64Array(n);
    this.rightTaus = new Float64Array(n);
  }
}

function solve(loops: MatrixLoops, at: Layout, bidiagonal: Bidiagonal, vectors: boolean): boolean {
  const { d } = bidiagonal;
  bidiagonalise(loops, at, bidiagonal);
  if (vectors) formVectors(loops, at, bidiagonal);
  if (!diagonalise(loops, at, bidiagonal, vectors)) return false;
  const { w } = loops;
  for (let i = 0; i < at.wide; i++) {
    const isNegative = d[i]! < 0;
    d[i] = Math.abs(d[i]!);
    if (!vectors) continue;
    const right = at.right + i * at.ldWide;
    const sign = signOf(w, right, at.wide);
    scaleBy(w, right, at.wide, sign);
    scaleBy(w, at.left + i * at.ldTall, at.tall, isNegative ? -sign : sign);
  }
  return true;
}

/** Columns and rows in turn become a diagonal d and the elements e right of it. */
function bidiagonalise(loops: MatrixLoops, at: Layout, { d, e, leftTaus, rightTaus }: Bidiagonal): void {
  const { tall, wide, ldTall, ldWide, reflections, spare } = at;
  const { w } = loops;
  for (let k = 0; k < wide; k++) {
    const v = reflections + k * ldTall;
    const length = tall - k;
    for (let i = 0; i < length; i++) w[v + i] = w[(k + i) * ldWide + k]!;
    leftTaus[k] = reflector(w, v, length, d, k);
    const rest = wide - k - 1;
    const row = k * ldWide + k + 1;
    reflectRows(loops, row, ldWide, length, rest, v, leftTaus[k]!, spare);
    rightTaus[k] = reflector(w, row, rest, e, k);
    reflectColumns(loops, row + ldWide, ldWide, length - 1, rest, row, rightTaus[k]!, spare);
  }
}

/** The products of the reflections, as rows. */
function formVectors(loops: MatrixLoops, at: Layout, { leftTaus, rightTaus }: Bidiagonal): void {
  const { tall, wide, ldTall, ldWide, basis, reflections, left, right, spare } = at;
  setIdentity(loops.w, left, ldTall, basis, tall);
  for (let k = wide - 1; k >= 0; k--) {
    const corner = left + k * ldTall + k;
    reflectColumns(loops, corner, ldTall, basis - k, tall - k, reflections + k * ldTall, leftTaus[k]!, spare);
  }
  setIdentity(loops.w, right, ldWide, wide, wide);
  for (let k = wide - 2; k >= 0; k--) {
    const corner = right + (k + 1) * (ldWide + 1);
    const n = wide - k - 1;
    reflectColumns(loops, corner, ldWide, n, n, k * ldWide + k + 1, rightTaus[k]!, spare);
  }
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

/** Rotations of pairs of rows from both sides, in order; the ones of a step are applied to the vectors at once. */
interface Turns {
  readonly w: Elements;
  readonly left: number;
  readonly right: number;
}

function diagonalise(loops: MatrixLoops, at: Layout, { d, e }: Bidiagonal, vectors: boolean): boolean {
  const { tall, wide, ldTall, ldWide } = at;
  const tiny = loops.epsilon ** 2;
  const turns: Turns = { w: loops.w, left: at.leftTurns, right: at.rightTurns };
  return decouple(d, e, loops.epsilon, (first, last) => {
    let isSingular = false;
    for (let i = first; i <= last; i++) if (Math.abs(d[i]!) <= tiny) isSingular = true;
    const shift = isSingular ? 0 : smallerSingularValue(d[last - 1]!, e[last - 1]!, d[last]!);
    if (shift === 0 || (shift / d[first]!) ** 2 < loops.epsilon) stepUnshifted(d, e, first, last, turns);
    else stepShifted(d, e, first, last, shift, turns);
    if (!vectors) return;
    loops.rotateRows(at.right + first * ldWide, ldWide, wide, turns.right, last - first);
    loops.rotateRows(at.left + first * ldTall, ldTall, tall, turns.left, last - first);
  });
}

function record(w: Elements, at: number, { c, s }: Turn): void {
  w[at] = c;
  w[at + 1] = s;
}

/** One QR step with shift zero, which keeps small singular values exact and splits a singular matrix. */
function stepUnshifted(d: Float64Array, e: Float64Array, first: number, last: number, turns: Turns): void {
  const right: Turn = { c: 1, s: 0, r: 0 };
  const left: Turn = { c: 1, s: 0, r: 0 };
  for (let i = first; i < last; i++) {
    turnTo(right, d[i]! * right.c, e[i]!);
    if (i > first) e[i - 1] = left.s * right.r;
    turnTo(left, left.c * right.r, d[i + 1]! * right.s);
    d[i] = left.r;
    record(turns.w, turns.right + 2 * (i - first), right);
    record(turns.w, turns.left + 2 * (i - first), left);
  }
  const h = d[last]! * right.c;
  d[last] = h * left.c;
  e[last - 1] = h * left.s;
}

/** One QR step: a rotation of columns by the shift, and the bulge that it makes is chased down. */
function stepShifted(d: Float64Array, e: Float64Array, first: number, last: number, shift: number, turns: Turns): void {
  const turn: Turn = { c: 1, s: 0, r: 0 };
  const head = d[first]!;
  let f = (Math.abs(head) - shift) * (Math.sign(head) + shift / head);
  let g = e[first]!;
  for (let i = first; i < last; i++) {
    turnTo(turn, f, g);
    if (i > first) e[i - 1] = turn.r;
    f = turn.c * d[i]! + turn.s * e[i]!;
    e[i] = turn.c * e[i]! - turn.s * d[i]!;
    g = turn.s * d[i + 1]!;
    d[i + 1]! *= turn.c;
    record(turns.w, turns.right + 2 * (i - first), turn);
    turnTo(turn, f, g);
    d[i] = turn.r;
    f = turn.c * e[i]! + turn.s * d[i + 1]!;
    d[i + 1] = turn.c * d[i + 1]! - turn.s * e[i]!;
    if (i < last - 1) {
      g = turn.s * e[i + 1]!;
      e[i + 1]! *= turn.c;
    }
    record(turns.w, turns.left + 2 * (i - first), turn);
  }
  e[last - 1] = f;
}
