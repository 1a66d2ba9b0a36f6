/**
 * The inner loops of the matrix algorithms, over one array of doubles that holds all matrices of a kernel, row-major: the
 * product that is subtracted from a block, sums of products, multiples of rows added, and rotations of pairs of rows.
 */

/** Rows and columns that blocked algorithms take at a time. */
export const blockSize = 32;

/** C -= A B: C has m rows and n columns and starts at element c, A has m and k, B has k and n; `ld*` are distances of rows. */
export function subtractProduct(
  w: Float64Array,
  c: number,
  ldc: number,
  a: number,
  lda: number,
  b: number,
  ldb: number,
  m: number,
  n: number,
  k: number,
): void {
  let i = 0;
  for (; i + 4 <= m; i += 4) {
    let j = 0;
    for (; j + 4 <= n; j += 4) tile(w, c + i * ldc + j, ldc, a + i * lda, lda, b + j, ldb, k);
    if (j < n) edge(w, c + i * ldc + j, ldc, a + i * lda, lda, b + j, ldb, 4, n - j, k);
  }
  if (i < m) edge(w, c + i * ldc, ldc, a + i * lda, lda, b, ldb, m - i, n, k);
}

/** Four rows and four columns: sixteen sums in registers. */
function tile(
  w: Float64Array,
  c: number,
  ldc: number,
  a: number,
  lda: number,
  b: number,
  ldb: number,
  k: number,
): void {
  let s00 = 0;
  let s01 = 0;
  let s02 = 0;
  let s03 = 0;
  let s10 = 0;
  let s11 = 0;
  let s12 = 0;
  let s13 = 0;
  let s20 = 0;
  let s21 = 0;
  let s22 = 0;
  let s23 = 0;
  let s30 = 0;
  let s31 = 0;
  let s32 = 0;
  let s33 = 0;
  for (let p = 0, at = a, to = b; p < k; p++, at++, to += ldb) {
    const b0 = w[to]!;
    const b1 = w[to + 1]!;
    const b2 = w[to + 2]!;
    const b3 = w[to + 3]!;
    const a0 = w[at]!;
    const a1 = w[at + lda]!;
    const a2 = w[at + 2 * lda]!;
    const a3 = w[at + 3 * lda]!;
    s00 += a0 * b0;
    s01 += a0 * b1;
    s02 += a0 * b2;
    s03 += a0 * b3;
    s10 += a1 * b0;
    s11 += a1 * b1;
    s12 += a1 * b2;
    s13 += a1 * b3;
    s20 += a2 * b0;
    s21 += a2 * b1;
    s22 += a2 * b2;
    s23 += a2 * b3;
    s30 += a3 * b0;
    s31 += a3 * b1;
    s32 += a3 * b2;
    s33 += a3 * b3;
  }
  w[c]! -= s00;
  w[c + 1]! -= s01;
  w[c + 2]! -= s02;
  w[c + 3]! -= s03;
  w[c + ldc]! -= s10;
  w[c + ldc + 1]! -= s11;
  w[c + ldc + 2]! -= s12;
  w[c + ldc + 3]! -= s13;
  w[c + 2 * ldc]! -= s20;
  w[c + 2 * ldc + 1]! -= s21;
  w[c + 2 * ldc + 2]! -= s22;
  w[c + 2 * ldc + 3]! -= s23;
  w[c + 3 * ldc]! -= s30;
  w[c + 3 * ldc + 1]! -= s31;
  w[c + 3 * ldc + 2]! -= s32;
  w[c + 3 * ldc + 3]! -= s33;
}

function edge(
  w: Float64Array,
  c: number,
  ldc: number,
  a: number,
  lda: number,
  b: number,
  ldb: number,
  m: number,
  n: number,
  k: number,
): void {
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let p = 0; p < k; p++) sum += w[a + i * lda + p]! * w[b + p * ldb + j]!;
      w[c + i * ldc + j]! -= sum;
    }
  }
}

/** The sum of the products of two stretches of n elements. */
export function dot(w: Float64Array, x: number, y: number, n: number): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    s0 += w[x + i]! * w[y + i]!;
    s1 += w[x + i + 1]! * w[y + i + 1]!;
    s2 += w[x + i + 2]! * w[y + i + 2]!;
    s3 += w[x + i + 3]! * w[y + i + 3]!;
  }
  for (; i < n; i++) s0 += w[x + i]! * w[y + i]!;
  return s0 + s1 + (s2 + s3);
}

/** y += s x, for stretches of n elements. */
export function addMultiple(w: Float64Array, y: number, s: number, x: number, n: number): void {
  let i = 0;
  for (; i + 2 <= n; i += 2) {
    w[y + i]! += s * w[x + i]!;
    w[y + i + 1]! += s * w[x + i + 1]!;
  }
  if (i < n) w[y + i]! += s * w[x + i]!;
}

/** (x, y) becomes (c x + s y, c y - s x), for stretches of n elements. */
export function rotate(w: Float64Array, x: number, y: number, n: number, c: number, s: number): void {
  for (let i = 0; i < n; i++) {
    const p = w[x + i]!;
    const q = w[y + i]!;
    w[x + i] = c * p + s * q;
    w[y + i] = c * q - s * p;
  }
}

/** Copies a matrix into the doubles. */
export function load(w: Float64Array, to: number, x: ArrayLike<number>, from: number, count: number): void {
  for (let i = 0; i < count; i++) w[to + i] = x[from + i]!;
}

/** Copies the transpose of a matrix of m rows and n columns into the doubles. */
export function loadTransposed(
  w: Float64Array,
  to: number,
  x: ArrayLike<number>,
  from: number,
  m: number,
  n: number,
): void {
  for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) w[to + j * m + i] = x[from + i * n + j]!;
}

/**
 * The power of two by which a stretch is to be multiplied so that its largest element is near 1: squares then neither
 * overflow nor vanish. 1 for zeros; NaN if an element is not finite.
 */
export function scaleOf(w: Float64Array, from: number, count: number): number {
  let most = 0;
  for (let i = 0; i < count; i++) {
    const size = Math.abs(w[from + i]!);
    if (!(size < Number.POSITIVE_INFINITY)) return Number.NaN;
    if (size > most) most = size;
  }
  if (most === 0) return 1;
  return 2 ** -Math.max(-1000, Math.min(1000, Math.floor(Math.log2(most))));
}

/**
 * The reflection H = I - tau v v^T that maps a vector of n elements to (beta, 0, ..., 0). The vector at x becomes v, whose
 * first element is 1. Returns tau; beta is left in `w[result]`. A vector that has the form already is left alone (tau 0).
 */
export function reflector(w: Float64Array, x: number, n: number, result: number): number {
  const alpha = n > 0 ? w[x]! : 0;
  let tail = 0;
  for (let i = 1; i < n; i++) tail += w[x + i]! * w[x + i]!;
  if (tail === 0) {
    if (n > 0) w[x] = 1;
    w[result] = alpha;
    return 0;
  }
  const norm = Math.sqrt(alpha * alpha + tail);
  const beta = alpha > 0 ? -norm : norm;
  const scale = 1 / (alpha - beta);
  for (let i = 1; i < n; i++) w[x + i]! *= scale;
  w[x] = 1;
  w[result] = beta;
  return (beta - alpha) / beta;
}

/** Applies H = I - tau v v^T from the left to m rows of n elements; `v` has m elements, `spare` is room for n. */
export function reflectRows(
  w: Float64Array,
  a: number,
  lda: number,
  m: number,
  n: number,
  v: number,
  tau: number,
  spare: number,
): void {
  if (tau === 0) return;
  w.fill(0, spare, spare + n);
  for (let i = 0; i < m; i++) addMultiple(w, spare, w[v + i]!, a + i * lda, n);
  for (let i = 0; i < m; i++) addMultiple(w, a + i * lda, -tau * w[v + i]!, spare, n);
}

/**
 * The sign that a unit vector of n elements is given, as either would do: that which makes its first element of some size
 * positive, so that close matrices have close vectors and every backend has the same.
 */
export function signOf(w: Float64Array, from: number, n: number): number {
  const least = 0.5 / Math.sqrt(n);
  for (let i = 0; i < n; i++) if (Math.abs(w[from + i]!) >= least) return w[from + i]! < 0 ? -1 : 1;
  return 1;
}
