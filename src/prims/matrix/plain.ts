/** The inner loops of the matrix algorithms in plain JavaScript and double precision. */
import type { MatrixLoops } from "./loops.ts";

export class PlainLoops implements MatrixLoops {
  readonly w: Float64Array;
  readonly epsilon: number = Number.EPSILON;

  constructor(w: Float64Array) {
    this.w = w;
  }

  subtractProduct(
    c: number,
    ldc: number,
    a: number,
    aRow: number,
    aColumn: number,
    b: number,
    ldb: number,
    m: number,
    n: number,
    k: number,
  ): void {
    const { w } = this;
    const [evenRows, evenColumns] = [m - (m % 4), n - (n % 4)];
    for (let i = 0; i < evenRows; i += 4) {
      const [to, from] = [c + i * ldc, a + i * aRow];
      for (let j = 0; j < evenColumns; j += 4) tile(w, to + j, ldc, from, aRow, aColumn, b + j, ldb, k);
      if (evenColumns < n) {
        edge(w, to + evenColumns, ldc, from, aRow, aColumn, b + evenColumns, ldb, 4, n - evenColumns, k);
      }
    }
    if (evenRows < m) {
      edge(w, c + evenRows * ldc, ldc, a + evenRows * aRow, aRow, aColumn, b, ldb, m - evenRows, n, k);
    }
  }

  multiply(y: number, a: number, lda: number, x: number, m: number, n: number): void {
    for (let i = 0; i < m; i++) this.w[y + i] = dot(this.w, a + i * lda, x, n);
  }

  divide(x: number, n: number, s: number): void {
    for (let i = 0; i < n; i++) this.w[x + i]! /= s;
  }

  rotateRows(a: number, lda: number, n: number, turns: number, count: number): void {
    const { w } = this;
    for (let i = 0; i < count; i++) {
      const c = w[turns + 2 * i]!;
      const s = w[turns + 2 * i + 1]!;
      const x = a + i * lda;
      const y = x + lda;
      for (let j = 0; j < n; j++) {
        const p = w[x + j]!;
        const q = w[y + j]!;
        w[x + j] = c * p + s * q;
        w[y + j] = c * q - s * p;
      }
    }
  }
}

/** Four rows and four columns: sixteen sums in registers. */
function tile(
  w: Float64Array,
  c: number,
  ldc: number,
  a: number,
  aRow: number,
  aColumn: number,
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
  for (let p = 0, at = a, to = b; p < k; p++, at += aColumn, to += ldb) {
    const b0 = w[to]!;
    const b1 = w[to + 1]!;
    const b2 = w[to + 2]!;
    const b3 = w[to + 3]!;
    const a0 = w[at]!;
    const a1 = w[at + aRow]!;
    const a2 = w[at + 2 * aRow]!;
    const a3 = w[at + 3 * aRow]!;
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

/** Fewer rows or columns than a tile has. */
function edge(
  w: Float64Array,
  c: number,
  ldc: number,
  a: number,
  aRow: number,
  aColumn: number,
  b: number,
  ldb: number,
  m: number,
  n: number,
  k: number,
): void {
  for (let i = 0; i < m; i++) {
    const to = c + i * ldc;
    for (let p = 0; p < k; p++) {
      const factor = w[a + i * aRow + p * aColumn]!;
      const from = b + p * ldb;
      for (let j = 0; j < n; j++) w[to + j]! -= factor * w[from + j]!;
    }
  }
}

/** The sum of the products of two stretches of n elements. */
function dot(w: Float64Array, x: number, y: number, n: number): number {
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
