/** Kernels of triangular systems, and the factorisations of Cholesky and Gauss: matrices of a batch go in, factors come out. */
import type { OpaqueKernel } from "../../core/primitive.ts";
import { blockSize, dot, load, loadTransposed, subtractProduct } from "./update.ts";

/** The lower triangular L with L L^T = A, from the lower triangle of A; NaN where A is not positive definite. Sizes: batch, n. */
export const choleskyKernel: OpaqueKernel = {
  name: "cholesky",
  scratch: ([, n]) => n! * n! + blockSize * n!,
  flops: ([batch, n]) => (batch! * n! ** 3) / 3,
  compute: ([a], [l], [batch, n], w) => {
    const size = n! * n!;
    for (let m = 0; m < batch!; m++) {
      load(w, 0, a as Float64Array, m * size, size);
      const isDefinite = cholesky(w, n!);
      const out = l as Float64Array;
      for (let i = 0; i < n!; i++) {
        for (let j = 0; j < n!; j++) {
          out[m * size + i * n! + j] = j > i ? 0 : isDefinite ? w[i * n! + j]! : Number.NaN;
        }
      }
    }
  },
};

/** In place; block columns from the left, each subtracted from what is right of it. */
function cholesky(w: Float64Array, n: number): boolean {
  const spare = n * n;
  for (let start = 0; start < n; start += blockSize) {
    const end = Math.min(n, start + blockSize);
    for (let i = start; i < n; i++) {
      const row = i * n + start;
      for (let j = start; j < Math.min(i, end); j++) {
        w[i * n + j] = (w[i * n + j]! - dot(w, row, j * n + start, j - start)) / w[j * n + j]!;
      }
      if (i >= end) continue;
      const pivot = w[i * n + i]! - dot(w, row, row, i - start);
      if (!(pivot > 0)) return false;
      w[i * n + i] = Math.sqrt(pivot);
    }
    const rest = n - end;
    const width = end - start;
    for (let i = 0; i < rest; i++) {
      for (let j = 0; j < width; j++) w[spare + j * rest + i] = w[(end + i) * n + start + j]!;
    }
    // Only the lower triangle is wanted: each block of rows up to its diagonal.
    for (let i = 0; i < rest; i += blockSize) {
      const rows = Math.min(blockSize, rest - i);
      const at = (end + i) * n;
      subtractProduct(w, at + end, n, at + start, n, spare, rest, rows, i + rows, width);
    }
  }
  return true;
}

/** Bits of the last size of `triangularKernel`. */
export const triangularFlags = { left: 1, lower: 2, transposed: 4, unit: 8 } as const;

/** X with op(A) X = B or X op(A) = B for triangular A. Sizes: batch, rows and columns of B, flags. */
export const triangularKernel: OpaqueKernel = {
  name: "triangular_solve",
  scratch: ([, m, k, flags]) => m! * k! + (flags! & triangularFlags.left ? m! : k!) ** 2,
  flops: ([batch, m, k, flags]) => batch! * m! * k! * (flags! & triangularFlags.left ? m! : k!),
  compute: ([a, b], [x], [batch, m, k, flags], w) => {
    const isLeft = (flags! & triangularFlags.left) !== 0;
    const isUnit = (flags! & triangularFlags.unit) !== 0;
    // X op(A) = B is op(A)^T X^T = B^T.
    const isTransposed = ((flags! & triangularFlags.transposed) !== 0) === isLeft;
    const isLower = ((flags! & triangularFlags.lower) !== 0) !== isTransposed;
    const n = isLeft ? m! : k!;
    const columns = isLeft ? k! : m!;
    const count = m! * k!;
    const matrix = count;
    for (let i = 0; i < batch!; i++) {
      if (isTransposed) loadTransposed(w, matrix, a as Float64Array, i * n * n, n, n);
      else load(w, matrix, a as Float64Array, i * n * n, n * n);
      if (isLeft) load(w, 0, b as Float64Array, i * count, count);
      else loadTransposed(w, 0, b as Float64Array, i * count, m!, k!);
      if (isLower) solveLower(w, matrix, n, 0, columns, isUnit);
      else solveUpper(w, matrix, n, 0, columns, isUnit);
      const out = x as Float64Array;
      if (isLeft) for (let e = 0; e < count; e++) out[i * count + e] = w[e]!;
      else {
        for (let r = 0; r < m!; r++) for (let c = 0; c < k!; c++) out[i * count + r * k! + c] = w[c * m! + r]!;
      }
    }
  },
};

function divideRow(w: Float64Array, row: number, columns: number, pivot: number): void {
  for (let c = 0; c < columns; c++) w[row + c]! /= pivot;
}

/** Forward substitution, in place: a block of rows, then all below it. */
function solveLower(w: Float64Array, a: number, n: number, x: number, columns: number, isUnit: boolean): void {
  for (let start = 0; start < n; start += blockSize) {
    const end = Math.min(n, start + blockSize);
    for (let i = start; i < end; i++) {
      const row = x + i * columns;
      subtractProduct(w, row, columns, a + i * n + start, n, x + start * columns, columns, 1, columns, i - start);
      if (!isUnit) divideRow(w, row, columns, w[a + i * n + i]!);
    }
    const [below, solved] = [x + end * columns, x + start * columns];
    subtractProduct(w, below, columns, a + end * n + start, n, solved, columns, n - end, columns, end - start);
  }
}

/** Backward substitution, in place. */
function solveUpper(w: Float64Array, a: number, n: number, x: number, columns: number, isUnit: boolean): void {
  for (let end = n; end > 0; end -= blockSize) {
    const start = Math.max(0, end - blockSize);
    for (let i = end - 1; i >= start; i--) {
      const row = x + i * columns;
      subtractProduct(w, row, columns, a + i * n + i + 1, n, row + columns, columns, 1, columns, end - 1 - i);
      if (!isUnit) divideRow(w, row, columns, w[a + i * n + i]!);
    }
    subtractProduct(w, x, columns, a + start, n, x + start * columns, columns, start, columns, end - start);
  }
}

/**
 * P A = L U with partial pivoting: L below the diagonal and U on and above it in one matrix, the row that each step
 * exchanged with its own, and the permutation of the rows. Sizes: batch, m, n.
 */
export const luKernel: OpaqueKernel = {
  name: "lu",
  scratch: ([, m, n]) => m! * n!,
  flops: ([batch, m, n]) => batch! * m! * n! * Math.min(m!, n!) * (2 / 3),
  compute: ([a], [lu, pivots, permutation], [batch, m, n], w) => {
    const size = m! * n!;
    const count = Math.min(m!, n!);
    for (let i = 0; i < batch!; i++) {
      load(w, 0, a as Float64Array, i * size, size);
      const steps = (pivots as Int32Array).subarray(i * count, (i + 1) * count);
      factorise(w, m!, n!, steps);
      for (let e = 0; e < size; e++) (lu as Float64Array)[i * size + e] = w[e]!;
      const order = (permutation as Int32Array).subarray(i * m!, (i + 1) * m!);
      for (let r = 0; r < m!; r++) order[r] = r;
      steps.forEach((from, to) => {
        const row = order[to]!;
        order[to] = order[from]!;
        order[from] = row;
      });
    }
  },
};

/** The position of the largest element of a column at and below the diagonal; NaN counts as largest. */
function pivotRow(w: Float64Array, m: number, n: number, column: number): number {
  let best = column;
  let most = Math.abs(w[column * n + column]!);
  for (let i = column + 1; i < m && !Number.isNaN(most); i++) {
    const size = Math.abs(w[i * n + column]!);
    if (size > most || Number.isNaN(size)) {
      best = i;
      most = size;
    }
  }
  return best;
}

function exchangeRows(w: Float64Array, n: number, i: number, j: number): void {
  if (i === j) return;
  for (let c = 0; c < n; c++) {
    const kept = w[i * n + c]!;
    w[i * n + c] = w[j * n + c]!;
    w[j * n + c] = kept;
  }
}

function factorise(w: Float64Array, m: number, n: number, pivots: Int32Array): void {
  const count = Math.min(m, n);
  for (let start = 0; start < count; start += blockSize) {
    const end = Math.min(count, start + blockSize);
    for (let j = start; j < end; j++) {
      const row = pivotRow(w, m, n, j);
      pivots[j] = row;
      exchangeRows(w, n, j, row);
      const pivot = w[j * n + j]!;
      for (let i = j + 1; i < m; i++) {
        // A column of zeros has no multipliers.
        if (pivot !== 0) w[i * n + j]! /= pivot;
        const factor = w[i * n + j]!;
        for (let c = j + 1; c < end; c++) w[i * n + c]! -= factor * w[j * n + c]!;
      }
    }
    const [rest, width] = [n - end, end - start];
    for (let i = start + 1; i < end; i++) {
      subtractProduct(w, i * n + end, n, i * n + start, n, start * n + end, n, 1, rest, i - start);
    }
    subtractProduct(w, end * n + end, n, end * n + start, n, start * n + end, n, m - end, rest, width);
  }
}
