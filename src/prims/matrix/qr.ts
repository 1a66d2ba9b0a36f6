/** The kernel of A = Q R by reflections, with LAPACK's signs: each diagonal element of R has the sign opposite to its column's. */
import type { OpaqueKernel } from "../../core/primitive.ts";
import { load, reflector, reflectRows, scaleOf } from "./update.ts";

/** Q with orthonormal columns and R upper triangular. Sizes: batch, m, n, and the number of Q's columns. */
export const qrKernel: OpaqueKernel = {
  name: "qr",
  scratch: ([, m, n, k]) => {
    const count = Math.min(m!, n!);
    return m! * n! + m! * k! + count * m! + count + Math.max(n!, k!) + 1;
  },
  flops: ([batch, m, n, k]) => 2 * batch! * m! * Math.min(m!, n!) * (n! + k!),
  compute: ([a], [q, r], [batch, m, n, k], w) => {
    const [rows, columns, width] = [m!, n!, k!];
    const count = Math.min(rows, columns);
    const basis = rows * columns;
    const vectors = basis + rows * width;
    const taus = vectors + count * rows;
    const spare = taus + count;
    const beta = spare + Math.max(columns, width);
    for (let b = 0; b < batch!; b++) {
      load(w, 0, a as Float64Array, b * rows * columns, rows * columns);
      const scale = scaleOf(w, 0, rows * columns);
      for (let e = 0; e < rows * columns; e++) w[e]! *= scale;
      for (let j = 0; j < count; j++) {
        const v = vectors + j * rows;
        const length = rows - j;
        for (let i = 0; i < length; i++) w[v + i] = w[(j + i) * columns + j]!;
        const tau = reflector(w, v, length, beta);
        w[taus + j] = tau;
        w[j * columns + j] = w[beta]!;
        for (let i = j + 1; i < rows; i++) w[i * columns + j] = 0;
        reflectRows(w, j * columns + j + 1, columns, length, columns - j - 1, v, tau, spare);
      }
      w.fill(0, basis, vectors);
      for (let j = 0; j < width; j++) w[basis + j * width + j] = 1;
      for (let j = count - 1; j >= 0; j--) {
        reflectRows(w, basis + j * width + j, width, rows - j, width - j, vectors + j * rows, w[taus + j]!, spare);
      }
      for (let e = 0; e < rows * width; e++) (q as Float64Array)[b * rows * width + e] = w[basis + e]!;
      for (let e = 0; e < width * columns; e++) (r as Float64Array)[b * width * columns + e] = w[e]! / scale;
    }
  },
};
