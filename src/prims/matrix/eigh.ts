/**
 * The kernel of symmetric eigenproblems: reflections make the matrix tridiagonal, shifted QR steps (Wilkinson's shift, done
 * implicitly by rotations) make it diagonal. Eigenvectors are kept as rows, so that a rotation touches two stretches.
 */
import type { OpaqueKernel } from "../../core/primitive.ts";
import { addMultiple, dot, reflector, reflectRows, rotate, scaleOf, signOf } from "./update.ts";

/** Steps for one eigenvalue after which the iteration has failed; two or three are usual. */
const mostSteps = 60;

/** Eigenvectors in columns, and eigenvalues in ascending order, from one triangle. Sizes: batch, n, 1 for the lower triangle. */
export const eighKernel: OpaqueKernel = {
  name: "eigh",
  scratch: ([, n]) => 3 * n! * n! + 6 * n! + 1,
  flops: ([batch, n]) => 9 * batch! * n! ** 3,
  compute: ([a], [vectors, values], [batch, n, isLower], w) => {
    const size = n! * n!;
    const input = a as Float64Array;
    const diagonal = 3 * size;
    for (let b = 0; b < batch!; b++) {
      for (let i = 0; i < n!; i++) {
        for (let j = 0; j <= i; j++) w[i * n! + j] = input[b * size + (isLower === 1 ? i * n! + j : j * n! + i)]!;
        w.fill(0, i * n! + i + 1, (i + 1) * n!);
      }
      const scale = scaleOf(w, 0, size);
      for (let e = 0; e < size; e++) w[e]! *= scale;
      const order = !Number.isNaN(scale) && solve(w, n!) ? ascending(w, diagonal, n!) : undefined;
      for (let j = 0; j < n!; j++) {
        const from = order?.[j] ?? 0;
        (values as Float64Array)[b * n! + j] = order === undefined ? Number.NaN : w[diagonal + from]! / scale;
        const row = 2 * size + from * n!;
        const sign = order === undefined ? Number.NaN : signOf(w, row, n!);
        for (let i = 0; i < n!; i++) {
          const element = sign * w[row + i]!;
          (vectors as Float64Array)[b * size + i * n! + j] = element;
        }
      }
    }
  },
};

function ascending(w: Float64Array, from: number, n: number): number[] {
  return Array.from({ length: n }, (_, i) => i).sort((i, j) => w[from + i]! - w[from + j]!);
}

/**
 * The lower triangle of a matrix at 0 is destroyed. Reflections are gathered at n^2, eigenvectors come as the rows of the
 * matrix at 2 n^2, eigenvalues after it. False if the iteration does not converge.
 */
function solve(w: Float64Array, n: number): boolean {
  const vectors = n * n;
  const rows = 2 * n * n;
  const d = 3 * n * n;
  const e = d + n;
  const taus = e + n;
  tridiagonalise(w, n, vectors, d, e, taus);
  // The product of the reflections, from the last to the first; it only changes rows and columns after their number.
  const spare = taus + n;
  w.fill(0, 0, n * n);
  for (let i = 0; i < n; i++) w[i * n + i] = 1;
  for (let k = n - 3; k >= 0; k--) {
    const at = (k + 1) * n + k + 1;
    reflectRows(w, at, n, n - k - 1, n - k - 1, vectors + k * n, w[taus + k]!, spare);
  }
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) w[rows + j * n + i] = w[i * n + j]!;
  return diagonalise(w, n, rows, d, e);
}

/** d and e receive the diagonal and what is below it, H v the reflections: A = H_0 H_1 ... T ... H_1 H_0. */
function tridiagonalise(w: Float64Array, n: number, vectors: number, d: number, e: number, taus: number): void {
  const p = taus + n;
  const beta = p + n;
  for (let k = 0; k < n - 2; k++) {
    const v = vectors + k * n;
    const m = n - k - 1;
    for (let i = 0; i < m; i++) w[v + i] = w[(k + 1 + i) * n + k]!;
    const tau = reflector(w, v, m, beta);
    w[taus + k] = tau;
    w[e + k] = w[beta]!;
    if (tau === 0) continue;
    const base = (k + 1) * n + k + 1;
    // p = tau A v from the lower triangle, then p -= (tau p.v / 2) v, and A -= v p^T + p v^T.
    w.fill(0, p, p + m);
    for (let i = 0; i < m; i++) {
      const row = base + i * n;
      w[p + i]! += dot(w, row, v, i) + w[row + i]! * w[v + i]!;
      addMultiple(w, p, w[v + i]!, row, i);
    }
    for (let i = 0; i < m; i++) w[p + i]! *= tau;
    addMultiple(w, p, (-tau / 2) * dot(w, p, v, m), v, m);
    for (let i = 0; i < m; i++) subtractPair(w, base + i * n, w[v + i]!, p, w[p + i]!, v, i + 1);
  }
  if (n > 1) w[e + n - 2] = w[(n - 1) * n + n - 2]!;
  if (n > 0) w[e + n - 1] = 0;
  for (let i = 0; i < n; i++) w[d + i] = w[i * n + i]!;
}

/** y -= s x + t z. */
function subtractPair(w: Float64Array, y: number, s: number, x: number, t: number, z: number, n: number): void {
  for (let i = 0; i < n; i++) w[y + i]! -= s * w[x + i]! + t * w[z + i]!;
}

/** Chases the elements beside the diagonal away, from the end of each block that is coupled. */
function diagonalise(w: Float64Array, n: number, rows: number, d: number, e: number): boolean {
  const isSmall = (i: number): boolean =>
    Math.abs(w[e + i]!) <= Number.EPSILON * (Math.abs(w[d + i]!) + Math.abs(w[d + i + 1]!)) ||
    Math.abs(w[e + i]!) < 2 ** -1020;
  let steps = 0;
  for (let last = n - 1; last > 0; ) {
    if (isSmall(last - 1)) {
      w[e + last - 1] = 0;
      last--;
      steps = 0;
      continue;
    }
    if (steps++ > mostSteps) return false;
    let first = last - 1;
    while (first > 0 && !isSmall(first - 1)) first--;
    // The eigenvalue of the last two rows that is nearer to the last.
    const half = (w[d + last - 1]! - w[d + last]!) / 2;
    const coupling = w[e + last - 1]!;
    const root = Math.sqrt(half * half + coupling * coupling);
    const shift = w[d + last]! - (coupling * coupling) / (half + (half < 0 ? -root : root));
    let x = w[d + first]! - shift;
    let z = w[e + first]!;
    for (let k = first; k < last; k++) {
      const r = Math.sqrt(x * x + z * z);
      const c = r === 0 ? 1 : x / r;
      const s = r === 0 ? 0 : z / r;
      if (k > first) w[e + k - 1] = r;
      const [a, b, g] = [w[d + k]!, w[d + k + 1]!, w[e + k]!];
      w[d + k] = c * c * a + 2 * c * s * g + s * s * b;
      w[d + k + 1] = s * s * a - 2 * c * s * g + c * c * b;
      w[e + k] = c * s * (b - a) + (c * c - s * s) * g;
      rotate(w, rows + k * n, rows + (k + 1) * n, n, c, s);
      if (k < last - 1) {
        x = w[e + k]!;
        z = s * w[e + k + 1]!;
        w[e + k + 1]! *= c;
      }
    }
  }
  return true;
}
