/** Kernels of triangular systems, and the factorisations of Cholesky and Gauss: matrices of a batch go in, factors come out. */
import type { OpaqueKernel } from "../../core/primitive.ts";
import { type Elements, loopsFor, type MatrixLoops, spaced } from "./loops.ts";
import { halfOf, load, loadTransposed, substitute, type Triangle, unload } from "./update.ts";

/** Columns of a panel whose elements are computed one by one. */
const narrow = 4;
/** Rows of a triangle that are computed from the diagonal of the first on. */
const strip = 32;

/** The lower triangular L with L L^T = A, from the lower triangle of A; NaN where A is not positive definite. Sizes: batch, n. */
export const choleskyKernel: OpaqueKernel = {
  name: "cholesky",
  scratch: ([, n]) => n! * spaced(n!),
  flops: ([batch, n]) => (batch! * n! ** 3) / 3,
  compute: ([a], [l], [batch, n], scratch, assemble) => {
    const [size, ld] = [n! * n!, spaced(n!)];
    const loops = loopsFor(a!, n!, scratch, assemble);
    const { w } = loops;
    const [input, out] = [a as Elements, l as Elements];
    for (let m = 0; m < batch!; m++) {
      for (let i = 0, from = m * size; i < n!; i++, from += n!) {
        for (let j = 0, to = i; j <= i; j++, to += ld) w[to] = input[from + j]!;
      }
      const isDefinite = cholesky(loops, ld, 0, n!);
      for (let i = 0; i < n!; i++) {
        const row = m * size + i * n!;
        for (let j = 0, from = i; j <= i; j++, from += ld) out[row + j] = isDefinite ? w[from]! : Number.NaN;
        out.fill(0, row + i + 1, row + n!);
      }
    }
  },
};

/**
 * A = U^T U in place, for rows and columns from `start` to `end` of the upper triangle: its rows are L's columns, and all
 * loops run along them. By halves: the first, what is right of it, and the second without their share.
 */
function cholesky(loops: MatrixLoops, ld: number, start: number, end: number): boolean {
  if (end - start <= narrow) return choleskyByElements(loops.w, ld, start, end);
  const middle = start + halfOf(end - start);
  if (!cholesky(loops, ld, start, middle)) return false;
  const triangle: Triangle = { at: 0, row: 1, column: ld, isLower: true, isUnit: false };
  substitute(loops, triangle, start, middle, middle, ld, end - middle);
  // Each block of rows from its diagonal on.
  for (let i = middle; i < end; i += strip) {
    const rows = Math.min(strip, end - i);
    const right = start * ld + i;
    loops.subtractProduct(i * ld + i, ld, right, 1, ld, right, ld, rows, end - i, middle - start);
  }
  return cholesky(loops, ld, middle, end);
}

function choleskyByElements(w: Elements, ld: number, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    const row = i * ld;
    const pivot = w[row + i]!;
    if (!(pivot > 0)) return false;
    const root = Math.sqrt(pivot);
    w[row + i] = root;
    for (let j = i + 1; j < end; j++) w[row + j]! /= root;
    for (let k = i + 1; k < end; k++) {
      const factor = w[row + k]!;
      for (let j = k; j < end; j++) w[k * ld + j]! -= factor * w[row + j]!;
    }
  }
  return true;
}

/** Bits of the last size of `triangularKernel`. */
export const triangularFlags = { left: 1, lower: 2, transposed: 4, unit: 8 } as const;

/** X with op(A) X = B or X op(A) = B for triangular A. Sizes: batch, rows and columns of B, flags. */
export const triangularKernel: OpaqueKernel = {
  name: "triangular_solve",
  scratch: ([, m, k, flags]) => {
    const [n, columns] = flags! & triangularFlags.left ? [m!, k!] : [k!, m!];
    return n * (spaced(n) + spaced(columns));
  },
  flops: ([batch, m, k, flags]) => batch! * m! * k! * (flags! & triangularFlags.left ? m! : k!),
  compute: ([a, b], [x], [batch, m, k, flags], scratch, assemble) => {
    const isLeft = (flags! & triangularFlags.left) !== 0;
    // X op(A) = B is op(A)^T X^T = B^T.
    const isTransposed = ((flags! & triangularFlags.transposed) !== 0) === isLeft;
    const [n, columns] = isLeft ? [m!, k!] : [k!, m!];
    const [ld, ldx, count] = [spaced(n), spaced(columns), m! * k!];
    const loops = loopsFor(a!, n, scratch, assemble);
    const { w } = loops;
    const triangle: Triangle = {
      at: n * ldx,
      row: isTransposed ? 1 : ld,
      column: isTransposed ? ld : 1,
      isLower: ((flags! & triangularFlags.lower) !== 0) !== isTransposed,
      isUnit: (flags! & triangularFlags.unit) !== 0,
    };
    for (let i = 0; i < batch!; i++) {
      load(w, triangle.at, ld, a!, i * n * n, n, n);
      if (isLeft) load(w, 0, ldx, b!, i * count, m!, k!);
      else loadTransposed(w, 0, ldx, b!, i * count, m!, k!);
      substitute(loops, triangle, 0, n, 0, ldx, columns);
      if (isLeft) unload(x!, i * count, w, 0, ldx, m!, k!);
      else {
        const out = x as Elements;
        for (let r = 0; r < m!; r++) for (let c = 0; c < k!; c++) out[i * count + r * k! + c] = w[c * ldx + r]!;
      }
    }
  },
};

/**
 * P A = L U with partial pivoting: L below the diagonal and U on and above it in one matrix, the row that each step
 * exchanged with its own, and the permutation of the rows. Sizes: batch, m, n.
 */
export const luKernel: OpaqueKernel = {
  name: "lu",
  scratch: ([, m, n]) => m! * spaced(n!),
  flops: ([batch, m, n]) => batch! * m! * n! * Math.min(m!, n!) * (2 / 3),
  compute: ([a], [lu, pivots, permutation], [batch, m, n], scratch, assemble) => {
    const [size, ld] = [m! * n!, spaced(n!)];
    const count = Math.min(m!, n!);
    const loops = loopsFor(a!, count, scratch, assemble);
    const matrix: Eliminated = { loops, ld, m: m!, n: n!, pivots: new Int32Array(count) };
    for (let i = 0; i < batch!; i++) {
      load(loops.w, 0, ld, a!, i * size, m!, n!);
      eliminate(matrix, 0, count);
      // The columns of a wide matrix that have no pivots.
      if (count < n!) substituteBeside(matrix, 0, count, n!);
      unload(lu!, i * size, loops.w, 0, ld, m!, n!);
      (pivots as Int32Array).set(matrix.pivots, i * count);
      const order = (permutation as Int32Array).subarray(i * m!, (i + 1) * m!);
      for (let r = 0; r < m!; r++) order[r] = r;
      matrix.pivots.forEach((from, to) => {
        const row = order[to]!;
        order[to] = order[from]!;
        order[from] = row;
      });
    }
  },
};

/** A matrix in the course of elimination. */
interface Eliminated {
  readonly loops: MatrixLoops;
  readonly ld: number;
  readonly m: number;
  readonly n: number;
  readonly pivots: Int32Array;
}

/** Columns `start` to `end`, by halves: the first, its part in the second, and the second. */
function eliminate(matrix: Eliminated, start: number, end: number): void {
  if (end - start <= narrow) {
    eliminateByElements(matrix, start, end);
    return;
  }
  const { loops, ld, m } = matrix;
  const middle = start + halfOf(end - start);
  eliminate(matrix, start, middle);
  substituteBeside(matrix, start, middle, end);
  const [below, right] = [middle * ld + start, start * ld + middle];
  loops.subtractProduct(middle * ld + middle, ld, below, ld, 1, right, ld, m - middle, end - middle, middle - start);
  eliminate(matrix, middle, end);
}

/** Makes what is right of the rows from `start` to `middle`, up to column `end`, rows of U. */
function substituteBeside({ loops, ld }: Eliminated, start: number, middle: number, end: number): void {
  substitute(
    loops,
    { at: 0, row: ld, column: 1, isLower: true, isUnit: true },
    start,
    middle,
    middle,
    ld,
    end - middle,
  );
}

function eliminateByElements(matrix: Eliminated, start: number, end: number): void {
  const { loops, ld, m, n, pivots } = matrix;
  const { w } = loops;
  for (let j = start; j < end; j++) {
    const row = pivotRow(w, m, ld, j);
    pivots[j] = row;
    exchangeRows(w, ld, n, j, row);
    const pivot = w[j * ld + j]!;
    for (let i = j + 1; i < m; i++) {
      // A column of zeros has no multipliers.
      if (pivot !== 0) w[i * ld + j]! /= pivot;
      const factor = w[i * ld + j]!;
      for (let c = j + 1; c < end; c++) w[i * ld + c]! -= factor * w[j * ld + c]!;
    }
  }
}

/** The position of the largest element of a column at and below the diagonal; NaN counts as largest. */
function pivotRow(w: Elements, m: number, ld: number, column: number): number {
  let best = column;
  let most = Math.abs(w[column * ld + column]!);
  for (let i = column + 1; i < m && !Number.isNaN(most); i++) {
    const size = Math.abs(w[i * ld + column]!);
    if (size > most || Number.isNaN(size)) {
      best = i;
      most = size;
    }
  }
  return best;
}

function exchangeRows(w: Elements, ld: number, n: number, i: number, j: number): void {
  if (i === j) return;
  for (let c = 0; c < n; c++) {
    const kept = w[i * ld + c]!;
    w[i * ld + c] = w[j * ld + c]!;
    w[j * ld + c] = kept;
  }
}
