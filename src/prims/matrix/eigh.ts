/**
 * The kernel of symmetric eigenproblems: reflections make the matrix tridiagonal, shifted QR steps (Wilkinson's shift, done
 * implicitly by rotations) make it diagonal. Eigenvectors are kept as rows, so that all loops run along rows.
 */
import type { OpaqueKernel } from "../../core/primitive.ts";
import { decouple, type Turn, turnTo } from "./iterate.ts";
import { type Elements, loopsFor, type MatrixLoops, spaced } from "./loops.ts";
import { reflectColumns, reflector, scaleBy, scaleOf, setIdentity, signOf } from "./update.ts";

/** Eigenvectors in columns, and eigenvalues in ascending order, from one triangle. Sizes: batch, n, 1 for the lower triangle. */
export const eighKernel: OpaqueKernel = {
  name: "eigh",
  scratch: ([, n]) => 2 * n! * spaced(n!) + 2 * n!,
  flops: ([batch, n]) => 9 * batch! * n! ** 3,
  compute: ([a], [vectors, values], [batch, order, isLower], scratch, assemble) => {
    const n = order!;
    const [size, ld] = [n * n, spaced(n)];
    const loops = loopsFor(a!, n, scratch, assemble);
    const { w } = loops;
    const [input, out] = [a as Elements, vectors as Elements];
    const [d, e, taus] = [new Float64Array(n), new Float64Array(n), new Float64Array(n)];
    const rows = n * ld;
    for (let b = 0; b < batch!; b++) {
      for (let i = 0; i < n; i++) {
        for (let j = 0; j <= i; j++) {
          const element = input[b * size + (isLower === 1 ? i * n + j : j * n + i)]!;
          w[i * ld + j] = element;
          w[j * ld + i] = element;
        }
      }
      const scale = scaleOf(w, 0, ld, n, n);
      for (let i = 0; i < n; i++) scaleBy(w, i * ld, n, scale);
      let isSolved = !Number.isNaN(scale);
      if (isSolved) {
        tridiagonalise(loops, n, ld, d, e, taus);
        setIdentity(w, rows, ld, n, n);
        for (let k = n - 3; k >= 0; k--) {
          const length = n - k - 1;
          const v = k * ld + k + 1;
          reflectColumns(loops, rows + (k + 1) * (ld + 1), ld, length, length, v, taus[k]!, 2 * rows);
        }
        isSolved = diagonalise(loops, ld, d, e, rows, 2 * rows);
      }
      const places = Array.from({ length: n }, (_, i) => i);
      if (isSolved) places.sort((i, j) => d[i]! - d[j]!);
      places.forEach((from, j) => {
        (values as Elements)[b * n + j] = isSolved ? d[from]! / scale : Number.NaN;
        const row = rows + from * ld;
        const sign = isSolved ? signOf(w, row, n) : Number.NaN;
        for (let i = 0; i < n; i++) out[b * size + i * n + j] = sign * w[row + i]!;
      });
    }
  },
};

/**
 * d and e receive the diagonal and what is beside it: A = H_0 H_1 ... T ... H_1 H_0. The vector of reflection k is left in
 * row k, right of the diagonal; after two matrices is room for a row.
 */
function tridiagonalise(
  loops: MatrixLoops,
  n: number,
  ld: number,
  d: Float64Array,
  e: Float64Array,
  taus: Float64Array,
): void {
  const { w } = loops;
  const p = 2 * n * ld;
  for (let k = 0; k < n; k++) {
    const v = k * ld + k + 1;
    const m = n - k - 1;
    d[k] = w[v - 1]!;
    taus[k] = 0;
    e[k] = m === 1 ? w[v]! : 0;
    if (m < 2) continue;
    const tau = reflector(w, v, m, e, k);
    taus[k] = tau;
    if (tau === 0) continue;
    // p = tau A v, then p -= (tau p.v / 2) v, and A -= v p^T + p v^T: a product of two columns with two rows.
    const rest = v + ld;
    loops.multiply(p, rest, ld, v, m, m);
    let sum = 0;
    for (let i = 0; i < m; i++) sum += w[p + i]! * w[v + i]!;
    const share = (tau * tau * sum) / 2;
    for (let i = 0; i < m; i++) w[p + i] = tau * w[p + i]! - share * w[v + i]!;
    loops.subtractProduct(rest, ld, v, 1, p - v, p, v - p, m, m, 2);
  }
}

/** Chases the elements beside the diagonal away; the rotations are gathered at `turns`, and applied to the rows at once. */
function diagonalise(
  loops: MatrixLoops,
  ld: number,
  d: Float64Array,
  e: Float64Array,
  rows: number,
  turns: number,
): boolean {
  const { w } = loops;
  const turn: Turn = { c: 1, s: 0, r: 0 };
  return decouple(d, e, loops.epsilon, (first, last) => {
    // The eigenvalue of the last two rows that is nearer to the last.
    const coupling = e[last - 1]!;
    const ratio = (d[last - 1]! - d[last]!) / (2 * coupling);
    const root = Math.sqrt(ratio * ratio + 1);
    const shift = d[last]! - coupling / (ratio + (ratio < 0 ? -root : root));
    let x = d[first]! - shift;
    let z = e[first]!;
    for (let k = first; k < last; k++) {
      turnTo(turn, x, z);
      const { c, s } = turn;
      if (k > first) e[k - 1] = turn.r;
      const [a, b, g] = [d[k]!, d[k + 1]!, e[k]!];
      d[k] = c * c * a + 2 * c * s * g + s * s * b;
      d[k + 1] = s * s * a - 2 * c * s * g + c * c * b;
      e[k] = c * s * (b - a) + (c * c - s * s) * g;
      w[turns + 2 * (k - first)] = c;
      w[turns + 2 * (k - first) + 1] = s;
      if (k < last - 1) {
        x = e[k]!;
        z = s * e[k + 1]!;
        e[k + 1]! *= c;
      }
    }
    loops.rotateRows(rows + first * ld, ld, d.length, turns, last - first);
  });
}
