/** Steps that the matrix algorithms share: loading and scaling, triangular systems, reflections, signs of vectors. */
import type { TypedArray } from "../../types/dtype.ts";
import type { Elements, MatrixLoops } from "./loops.ts";

/** Copies a matrix of m rows and n columns from element `from` of x on, times `factor`; the rows are `ld` apart. */
export function load(
  w: Elements,
  to: number,
  ld: number,
  x: TypedArray,
  from: number,
  m: number,
  n: number,
  factor = 1,
): void {
  const source = x as Elements;
  for (let i = 0; i < m; i++) {
    if (n > 16 && factor === 1) w.set(source.subarray(from + i * n, from + (i + 1) * n), to + i * ld);
    else for (let j = 0; j < n; j++) w[to + i * ld + j] = factor * source[from + i * n + j]!;
  }
}

/** Copies the transpose of a matrix of m rows and n columns, times `factor`; the n rows are `ld` apart. */
export function loadTransposed(
  w: Elements,
  to: number,
  ld: number,
  x: TypedArray,
  from: number,
  m: number,
  n: number,
  factor = 1,
): void {
  const source = x as Elements;
  for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) w[to + j * ld + i] = factor * source[from + i * n + j]!;
}

/** The reverse of `load`, with each element divided. */
export function unload(
  x: TypedArray,
  to: number,
  w: Elements,
  from: number,
  ld: number,
  m: number,
  n: number,
  divisor = 1,
): void {
  const target = x as Elements;
  for (let i = 0; i < m; i++) {
    const row = from + i * ld;
    if (n > 16 && divisor === 1) target.set(w.subarray(row, row + n), to + i * n);
    else for (let j = 0; j < n; j++) target[to + i * n + j] = w[row + j]! / divisor;
  }
}

/** Makes a matrix of n columns, whose rows are `ld` apart, the first rows or columns of the identity. */
export function setIdentity(w: Elements, to: number, ld: number, m: number, n: number): void {
  for (let i = 0; i < m; i++) {
    const row = to + i * ld;
    w.fill(0, row, row + n);
    if (i < n) w[row + i] = 1;
  }
}

/**
 * The power of two by which a matrix, whose rows are `ld` apart, is to be multiplied so that the largest is near 1: squares then neither overflow
 * nor vanish. 1 for zeros; NaN if an element is not finite.
 */
export function scaleOf(x: TypedArray, from: number, ld: number, m: number, n: number): number {
  const source = x as Elements;
  let most = 0;
  for (let i = 0; i < m; i++) {
    const row = from + i * ld;
    for (let j = 0; j < n; j++) {
      const size = Math.abs(source[row + j]!);
      if (!(size < Number.POSITIVE_INFINITY)) return Number.NaN;
      if (size > most) most = size;
    }
  }
  if (most === 0) return 1;
  return 2 ** -Math.max(-1000, Math.min(1000, Math.floor(Math.log2(most))));
}

/** Multiplies n elements by a number. */
export function scaleBy(w: Elements, from: number, n: number, factor: number): void {
  for (let i = 0; i < n; i++) w[from + i]! *= factor;
}

/** A triangular matrix of order n: its place, and the distances of its rows and columns. */
export interface Triangle {
  readonly at: number;
  readonly row: number;
  readonly column: number;
  readonly isLower: boolean;
  /** The diagonal counts as ones. */
  readonly isUnit: boolean;
}

/** Rows `start` to `end` of A X = B, in place of B: by halves, the solved one subtracted from the other. */
export function substitute(
  loops: MatrixLoops,
  a: Triangle,
  start: number,
  end: number,
  x: number,
  ldx: number,
  columns: number,
): void {
  const n = end - start;
  if (n <= 0) return;
  if (n === 1) {
    if (!a.isUnit) loops.divide(x + start * ldx, columns, loops.w[a.at + start * (a.row + a.column)]!);
    return;
  }
  const middle = start + halfOf(n);
  const [first, last] = a.isLower ? [start, middle] : [middle, end];
  const [other, end2] = a.isLower ? [middle, end] : [start, middle];
  substitute(loops, a, first, last, x, ldx, columns);
  const block = a.at + other * a.row + first * a.column;
  const [to, solved] = [x + other * ldx, x + first * ldx];
  loops.subtractProduct(to, ldx, block, a.row, a.column, solved, ldx, end2 - other, columns, last - first);
  substitute(loops, a, other, end2, x, ldx, columns);
}

/** About half, so that blocks fit the tiles of products. */
export function halfOf(n: number): number {
  return n > 8 ? 8 * Math.ceil(n / 16) : n >> 1;
}

/**
 * The reflection H = I - tau v v^T that maps a vector of n elements to (beta, 0, ..., 0). The vector at x becomes v, whose
 * first element is 1. Returns tau; beta is left in `betas[at]`. A vector that has the form already is left alone (tau 0).
 */
export function reflector(w: Elements, x: number, n: number, betas: Float64Array, at: number): number {
  const alpha = n > 0 ? w[x]! : 0;
  let tail = 0;
  for (let i = 1; i < n; i++) tail += w[x + i]! * w[x + i]!;
  // Squares that lose digits would give a v of another length; matrices are scaled, so that such elements are nothing.
  if (tail < 2 ** -960) {
    w.fill(0, x + 1, x + n);
    if (n > 0) w[x] = 1;
    betas[at] = alpha;
    return 0;
  }
  const norm = Math.sqrt(alpha * alpha + tail);
  const beta = alpha > 0 ? -norm : norm;
  scaleBy(w, x + 1, n - 1, 1 / (alpha - beta));
  w[x] = 1;
  betas[at] = beta;
  return (beta - alpha) / beta;
}

/** Applies H = I - tau v v^T from the left to m rows of n elements; `v` has m elements, `spare` is room for n. */
export function reflectRows(
  loops: MatrixLoops,
  a: number,
  lda: number,
  m: number,
  n: number,
  v: number,
  tau: number,
  spare: number,
): void {
  if (tau === 0) return;
  loops.w.fill(0, spare, spare + n);
  loops.subtractProduct(spare, 0, v, 0, 1, a, lda, 1, n, m);
  scaleBy(loops.w, spare, n, -tau);
  loops.subtractProduct(a, lda, v, 1, 0, spare, 0, m, n, 1);
}

/** Applies H = I - tau v v^T from the right to m rows of n elements; `v` has n elements, `spare` is room for m. */
export function reflectColumns(
  loops: MatrixLoops,
  a: number,
  lda: number,
  m: number,
  n: number,
  v: number,
  tau: number,
  spare: number,
): void {
  if (tau === 0) return;
  loops.multiply(spare, a, lda, v, m, n);
  scaleBy(loops.w, spare, m, tau);
  loops.subtractProduct(a, lda, spare, 1, 0, v, 0, m, n, 1);
}

/**
 * The sign that a unit vector of n elements is given, as either would do: that which makes its first element of some size
 * positive, so that close matrices have close vectors and every backend has the same.
 */
export function signOf(w: Elements, from: number, n: number): number {
  const least = 0.5 / Math.sqrt(n);
  for (let i = 0; i < n; i++) if (Math.abs(w[from + i]!) >= least) return w[from + i]! < 0 ? -1 : 1;
  return 1;
}
