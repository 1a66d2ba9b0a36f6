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
    for (let i = 0; i < m; i++) {
      const to = c + i * ldc;
      for (let p = 0; p < k; p++) {
        const factor = w[a + i * aRow + p * aColumn]!;
        const from = b + p * ldb;
        for (let j = 0; j < n; j++) w[to + j]! -= factor * w[from + j]!;
      }
    }
  }

  multiply(y: number, a: number, lda: number, x: number, m: number, n: number): void {
    const { w } = this;
    for (let i = 0; i < m; i++) {
      const row = a + i * lda;
      let sum = 0;
      for (let j = 0; j < n; j++) sum += w[row + j]! * w[x + j]!;
      w[y + i] = sum;
    }
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
