/** The kernel of A = Q R by reflections, with LAPACK's signs: each diagonal element of R has the sign opposite to its column's. */
import type { OpaqueKernel } from "../../core/primitive.ts";
import { loopsFor, spaced } from "./loops.ts";
import { load, reflector, reflectRows, scaleOf, setIdentity, unload } from "./update.ts";

/** Q with orthonormal columns and R upper triangular. Sizes: batch, m, n, and the number of Q's columns. */
export const qrKernel: OpaqueKernel = {
  name: "qr",
  scratch: ([, m, n, k]) => m! * (spaced(n!) + spaced(k!)) + Math.min(m!, n!) * m! + Math.max(n!, k!),
  flops: ([batch, m, n, k]) => 2 * batch! * m! * Math.min(m!, n!) * (n! + k!),
  compute: ([a], [q, r], [batch, m, n, k], scratch, assemble) => {
    const [rows, columns, width] = [m!, n!, k!];
    const count = Math.min(rows, columns);
    const [ld, ldq] = [spaced(columns), spaced(width)];
    const basis = rows * ld;
    const vectors = basis + rows * ldq;
    const spare = vectors + count * rows;
    const [taus, betas] = [new Float64Array(count), new Float64Array(1)];
    const loops = loopsFor(a!, count, scratch, assemble);
    const { w } = loops;
    for (let b = 0; b < batch!; b++) {
      const scale = scaleOf(a!, b * rows * columns, columns, rows, columns);
      load(w, 0, ld, a!, b * rows * columns, rows, columns, scale);
      for (let j = 0; j < count; j++) {
        const v = vectors + j * rows;
        const length = rows - j;
        for (let i = 0; i < length; i++) w[v + i] = w[(j + i) * ld + j]!;
        const tau = reflector(w, v, length, betas, 0);
        taus[j] = tau;
        w[j * ld + j] = betas[0]!;
        for (let i = j + 1; i < rows; i++) w[i * ld + j] = 0;
        reflectRows(loops, j * ld + j + 1, ld, length, columns - j - 1, v, tau, spare);
      }
      setIdentity(w, basis, ldq, rows, width);
      for (let j = count - 1; j >= 0; j--) {
        reflectRows(loops, basis + j * ldq + j, ldq, rows - j, width - j, vectors + j * rows, taus[j]!, spare);
      }
      unload(q!, b * rows * width, w, basis, ldq, rows, width);
      unload(r!, b * width * columns, w, 0, ld, width, columns, scale);
    }
  },
};
