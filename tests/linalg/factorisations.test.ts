/**
 * Backward errors of the factorisations, measured in double precision: of small and large orders (which have other inner
 * loops), both precisions, both backends, easy and hard spectra, and scales near the ends of float32.
 */
import { describe, expect, test } from "vitest";
import { config, jit, numpy as jnp, lax, type NDArray, vmap } from "../../src/index.ts";

type Real = "float32" | "float64";
type Values = Float64Array;

/** Numbers in [-1, 1), the same in every run. */
function drawn(count: number, seed: number): Values {
  let state = (seed * 2654435761 + 12345) >>> 0;
  return Float64Array.from({ length: count }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 2 ** 31 - 1;
  });
}

/** A B, or A^T B, for matrices of m x k (k x m) and k x n elements. */
function product(a: Values, b: Values, m: number, k: number, n: number, transposed = false): Values {
  const c = new Float64Array(m * n);
  for (let i = 0; i < m; i++) {
    for (let p = 0; p < k; p++) {
      const factor = transposed ? a[p * m + i]! : a[i * k + p]!;
      for (let j = 0; j < n; j++) c[i * n + j]! += factor * b[p * n + j]!;
    }
  }
  return c;
}

const transposed = (a: Values, m: number, n: number): Values =>
  Float64Array.from({ length: m * n }, (_, e) => a[(e % m) * n + Math.floor(e / m)]!);
const largest = (a: Values): number =>
  a.reduce((most, x) => (x > most || -x > most || Number.isNaN(x) ? Math.abs(x) : most), 0);
const norm = (a: Values): number => {
  const most = largest(a);
  return most === 0 ? 0 : most * Math.sqrt(a.reduce((sum, x) => sum + (x / most) ** 2, 0));
};
const difference = (a: Values, b: Values): number => largest(a.map((x, i) => x - b[i]!));
const identity = (n: number): Values => Float64Array.from({ length: n * n }, (_, e) => (e % (n + 1) === 0 ? 1 : 0));
const valuesOf = (x: NDArray): Values => Float64Array.from(x.toTypedArray() as Float64Array, Number);
const arrayOf = (a: Values, shape: readonly number[], dtype: Real): NDArray =>
  jnp.array(Array.from(a), { dtype }).reshape(shape);
/** What an array of the dtype holds of the values. */
const rounded = (a: Values, dtype: Real): Values => (dtype === "float32" ? a.map(Math.fround) : a);

const epsilon = { float32: 2 ** -23, float64: 2 ** -52 };

function expectOrthonormal(columns: Values, m: number, n: number, tolerance: number): void {
  expect(difference(product(columns, columns, n, m, n, true), identity(n))).toBeLessThanOrEqual(2 * tolerance);
}

function checkEigh(a: Values, n: number, dtype: Real): void {
  const [w, v] = jnp.linalg.eigh(arrayOf(a, [n, n], dtype)).map(valuesOf) as [Values, Values];
  const tolerance = 4 * epsilon[dtype] * Math.sqrt(n + 4);
  const scaled = v.map((x, e) => x * w[e % n]!);
  expect(difference(product(scaled, transposed(v, n, n), n, n, n), a)).toBeLessThanOrEqual(tolerance * norm(a));
  expectOrthonormal(v, n, n, tolerance);
  for (let i = 1; i < n; i++) expect(w[i]!).toBeGreaterThanOrEqual(w[i - 1]!);
}

function checkSvd(a: Values, m: number, n: number, dtype: Real, fullMatrices: boolean): void {
  const k = Math.min(m, n);
  const x = arrayOf(a, [m, n], dtype);
  const [u, s, vt] = jnp.linalg.svd(x, { fullMatrices }).map(valuesOf) as [Values, Values, Values];
  const [left, right] = fullMatrices ? [m, n] : [k, k];
  const tolerance = 4 * epsilon[dtype] * Math.sqrt(Math.max(m, n) + 4);
  const scaled = Float64Array.from({ length: m * k }, (_, e) => u[Math.floor(e / k) * left + (e % k)]! * s[e % k]!);
  expect(difference(product(scaled, vt, m, k, n), a)).toBeLessThanOrEqual(tolerance * norm(a));
  expectOrthonormal(u, m, left, tolerance);
  expectOrthonormal(transposed(vt, right, n), n, right, tolerance);
  for (let i = 0; i < k; i++) expect(s[i]!).toBeGreaterThanOrEqual(i + 1 < k ? s[i + 1]! : 0);
  const alone = valuesOf(jnp.linalg.svdvals(x));
  expect(difference(alone, s)).toBeLessThanOrEqual(tolerance * norm(s));
}

function checkQr(a: Values, m: number, n: number, dtype: Real): void {
  const k = Math.min(m, n);
  const [q, r] = jnp.linalg.qr(arrayOf(a, [m, n], dtype)).map(valuesOf) as [Values, Values];
  const tolerance = 4 * epsilon[dtype] * Math.sqrt(Math.max(m, n) + 4);
  expect(difference(product(q, r, m, k, n), a)).toBeLessThanOrEqual(tolerance * norm(a));
  expectOrthonormal(q, m, k, tolerance);
  for (let i = 0; i < k; i++) for (let j = 0; j < Math.min(i, n); j++) expect(r[i * n + j]).toBe(0);
}

function checkCholesky(a: Values, n: number, dtype: Real): void {
  const l = valuesOf(lax.linalg.cholesky(arrayOf(a, [n, n], dtype)));
  const tolerance = 4 * epsilon[dtype] * Math.sqrt(n + 4) * norm(a);
  expect(difference(product(l, transposed(l, n, n), n, n, n), a)).toBeLessThanOrEqual(tolerance);
  for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) expect(l[i * n + j]).toBe(0);
}

function checkLu(a: Values, m: number, n: number, dtype: Real): void {
  const k = Math.min(m, n);
  const [factors, , order] = lax.linalg.lu(arrayOf(a, [m, n], dtype)).map(valuesOf) as [Values, Values, Values];
  const l = Float64Array.from({ length: m * k }, (_, e) => {
    const [i, j] = [Math.floor(e / k), e % k];
    return i === j ? 1 : j < i ? factors[i * n + j]! : 0;
  });
  const u = Float64Array.from({ length: k * n }, (_, e) => (Math.floor(e / n) <= e % n ? factors[e]! : 0));
  const permuted = Float64Array.from({ length: m * n }, (_, e) => a[order[Math.floor(e / n)]! * n + (e % n)]!);
  const tolerance = 4 * epsilon[dtype] * Math.sqrt(k + 4) * norm(a);
  expect(largest(l)).toBeLessThanOrEqual(1);
  expect(difference(product(l, u, m, k, n), permuted)).toBeLessThanOrEqual(tolerance);
}

/** A X = B, as far as rounding lets A be known. */
function checkSolve(a: Values, n: number, columns: number, dtype: Real): void {
  const b = rounded(drawn(n * columns, n + columns), dtype);
  const x = valuesOf(jnp.linalg.solve(arrayOf(a, [n, n], dtype), arrayOf(b, [n, columns], dtype)));
  const tolerance = 8 * epsilon[dtype] * (n + 4) * (n * largest(a) * largest(x) + 1);
  expect(difference(product(a, x, n, n, columns), b)).toBeLessThanOrEqual(tolerance);
}

function checkTriangular(a: Values, n: number, columns: number, dtype: Real): void {
  for (let bits = 0; bits < 16; bits++) {
    const [leftSide, lower, transposeA, unitDiagonal] = [8, 4, 2, 1].map((bit) => (bits & bit) !== 0) as [
      boolean,
      boolean,
      boolean,
      boolean,
    ];
    const shape = leftSide ? [n, columns] : [columns, n];
    const b = rounded(drawn(n * columns, bits), dtype);
    // Strong diagonals: the condition of a random triangle grows without bounds.
    const matrix = rounded(
      a.map((x, e) => (e % (n + 1) === 0 ? 2 + Math.abs(x) : x / n)),
      dtype,
    );
    const params = { leftSide, lower, transposeA, unitDiagonal, conjugateA: false };
    const x = valuesOf(lax.linalg.triangularSolve(arrayOf(matrix, [n, n], dtype), arrayOf(b, shape, dtype), params));
    const triangle = matrix.map((value, e) => {
      const [i, j] = [Math.floor(e / n), e % n];
      if (i === j) return unitDiagonal ? 1 : value;
      return j < i === lower ? value : 0;
    });
    const op = transposeA ? transposed(triangle, n, n) : triangle;
    const back = leftSide ? product(op, x, n, n, columns) : product(x, op, columns, n, n);
    expect(difference(back, b)).toBeLessThanOrEqual(8 * epsilon[dtype] * (n + 4));
  }
}

const plus = (a: Values, n: number, diagonal: number): Values =>
  a.map((x, e) => (e % (n + 1) === 0 ? x + diagonal : x));
const symmetric = (a: Values, n: number): Values => a.map((x, e) => x + a[(e % n) * n + Math.floor(e / n)]!);
const definite = (a: Values, n: number): Values => plus(product(a, transposed(a, n, n), n, n, n), n, 0.1);

function checkAll(n: number, dtype: Real): void {
  const a = rounded(drawn(n * n, n), dtype);
  checkEigh(rounded(symmetric(a, n), dtype), n, dtype);
  checkCholesky(rounded(definite(a, n), dtype), n, dtype);
  checkLu(a, n, n, dtype);
  for (const columns of [1, 3, n]) checkSolve(a, n, columns, dtype);
  checkTriangular(a, n, 1, dtype);
  checkTriangular(a, n, 13, dtype);
  for (const [rows, columns] of [
    [n, n],
    [n + 5, n],
    [n, n + 9],
  ] as const) {
    const x = rounded(drawn(rows * columns, rows + columns), dtype);
    checkQr(x, rows, columns, dtype);
    checkLu(x, rows, columns, dtype);
    for (const full of [true, false]) checkSvd(x, rows, columns, dtype, full);
  }
}

const sizes = [1, 2, 3, 4, 5, 7, 8, 9, 16, 23, 24, 25, 26, 27, 31, 32, 33, 41, 64, 70];
const within = (dtype: Real, body: () => void, backend = "wasm"): void =>
  config.using({ enableX64: dtype === "float64", defaultBackend: backend }, body);

describe.each(["float32", "float64"] as const)("%s", (dtype) => {
  test.each(sizes)("of order %i", (n) => within(dtype, () => checkAll(n, dtype)));
  test.each([3, 30])("of order %i on the reference backend", (n) =>
    within(dtype, () => checkAll(n, dtype), "reference"),
  );
  test("of order 150", () => within(dtype, () => checkAll(150, dtype)));

  test.each([12, 40, 70])("hard spectra of order %i", (n) => {
    within(dtype, () => {
      const at = (e: number): [number, number] => [Math.floor(e / n), e % n];
      const make = (f: (i: number, j: number) => number): Values =>
        rounded(
          Float64Array.from({ length: n * n }, (_, e) => f(...at(e))),
          dtype,
        );
      const noise = symmetric(drawn(n * n, 5), n);
      const low = drawn(n * 3, 6);
      const matrices: { readonly [name: string]: Values } = {
        zero: make(() => 0),
        ones: make(() => 1),
        identity: make((i, j) => (i === j ? 1 : 0)),
        "low rank": rounded(product(low, transposed(low, n, 3), n, 3, n), dtype),
        "all but equal": make((i, j) => (i === j ? 1 : 0) + 1e-6 * noise[i * n + j]!),
        graded: make((i, j) => 10 ** (-(i + j) / 4) * noise[i * n + j]!),
        "graded upwards": make((i, j) => 10 ** ((i + j) / 4 - n / 2) * noise[i * n + j]!),
        "close pairs": make((i, j) => (i === j ? Math.abs(i - (n - 1) / 2) : Math.abs(i - j) === 1 ? 1 : 0)),
        "second difference": make((i, j) => (i === j ? 2 : Math.abs(i - j) === 1 ? -1 : 0)),
        "zero diagonal": make((i, j) => (i + j === n - 1 ? 1 : 0)),
        blocks: make((i, j) => (i < n / 2 === j < n / 2 ? noise[i * n + j]! : 0)),
        hilbert: make((i, j) => 1 / (i + j + 1)),
      };
      for (const [name, a] of Object.entries(matrices)) {
        try {
          checkEigh(a, n, dtype);
          checkSvd(a, n, n, dtype, false);
          checkQr(a, n, n, dtype);
          checkLu(a, n, n, dtype);
        } catch (error) {
          throw new Error(`${name}: ${(error as Error).message}`);
        }
      }
      // Far from normal: a shift, and ones that a small corner makes a full cycle.
      const shift = make((i, j) => (j === i + 1 ? 1 : i === n - 1 && j === 0 ? 1e-5 : 0));
      checkSvd(shift, n, n, dtype, true);
      checkLu(shift, n, n, dtype);
    });
  });

  test.each([5, 40])("at the ends of the exponents, order %i", (n) => {
    within(dtype, () => {
      const exponents = dtype === "float32" ? [1e30, 1e-30, 1e37, 1e-36] : [1e300, 1e-290, 1e30, 1e-30];
      for (const scale of exponents) {
        const a = rounded(
          drawn(n * n, 3).map((x) => x * scale),
          dtype,
        );
        checkEigh(rounded(symmetric(a, n), dtype), n, dtype);
        checkSvd(a, n, n, dtype, true);
        checkQr(a, n, n, dtype);
        checkLu(a, n, n, dtype);
      }
      const moderate = dtype === "float32" ? [1e30, 1e-30] : [1e300, 1e-280];
      for (const scale of moderate) {
        checkCholesky(
          rounded(
            definite(drawn(n * n, 4), n).map((x) => x * scale),
            dtype,
          ),
          n,
          dtype,
        );
      }
    });
  });

  test.each([4, 40])("NaN, infinities and matrices without a factorisation, order %i", (n) => {
    within(dtype, () => {
      const isAllNaN = (x: NDArray): boolean => valuesOf(x).every(Number.isNaN);
      for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
        const a = definite(drawn(n * n, 8), n);
        a[(n - 1) * n] = bad;
        a[n - 1] = bad;
        const x = arrayOf(a, [n, n], dtype);
        expect(jnp.linalg.eigh(x).every(isAllNaN)).toBe(true);
        expect(jnp.linalg.svd(x).every(isAllNaN)).toBe(true);
        // Divided by an infinite pivot, much is zero.
        const solved = valuesOf(jnp.linalg.solve(x, jnp.ones([n], { dtype })));
        if (Number.isNaN(bad)) expect(solved.every(Number.isFinite)).toBe(false);
        expect(valuesOf(lax.linalg.qr(x)[1]!).every(Number.isFinite)).toBe(false);
        expect(valuesOf(lax.linalg.cholesky(x)).every(Number.isFinite)).toBe(false);
      }
      // Not definite: NaN in the lower triangle, zeros above it.
      const indefinite = valuesOf(lax.linalg.cholesky(jnp.eye(n, { dtype }).neg()));
      for (const [e, x] of indefinite.entries()) expect(x).toBe(e % n > Math.floor(e / n) ? 0 : Number.NaN);
      const last = identity(n);
      last[n * n - 1] = -1;
      expect(valuesOf(lax.linalg.cholesky(arrayOf(last, [n, n], dtype)))[0]).toBeNaN();
      expect(valuesOf(jnp.linalg.inv(jnp.ones([n, n], { dtype }))).every(Number.isFinite)).toBe(false);
    });
  });

  test.each([6, 30])("only the named triangle is read, order %i", (n) => {
    within(dtype, () => {
      const a = rounded(definite(drawn(n * n, 9), n), dtype);
      for (const lower of [true, false]) {
        const half = a.map((x, e) => (Math.floor(e / n) >= e % n === lower || e % (n + 1) === 0 ? x : Number.NaN));
        const x = arrayOf(half, [n, n], dtype);
        const whole = arrayOf(a, [n, n], dtype);
        const options = { lower, symmetrizeInput: false };
        const [given, wanted] = [lax.linalg.eigh(x, options), lax.linalg.eigh(whole, options)];
        expect(valuesOf(given[0]!)).toEqual(valuesOf(wanted[0]!));
        expect(valuesOf(given[1]!)).toEqual(valuesOf(wanted[1]!));
        if (!lower) continue;
        const l = lax.linalg.cholesky(x, { symmetrizeInput: false });
        expect(valuesOf(l)).toEqual(valuesOf(lax.linalg.cholesky(whole, { symmetrizeInput: false })));
      }
    });
  });

  test.each([5, 30])("a batch is its matrices, compiled or not, order %i", (n) => {
    within(dtype, () => {
      const a = rounded(drawn(3 * n * n, 10), dtype);
      const batch = arrayOf(a, [3, n, n], dtype);
      const inverses = valuesOf(jnp.linalg.inv(batch));
      const mapped = valuesOf((jit(vmap((x: NDArray) => jnp.linalg.inv(x))) as (x: NDArray) => NDArray)(batch));
      expect(mapped).toEqual(inverses);
      const decompositions = jnp.linalg.svd(batch).map(valuesOf);
      for (let i = 0; i < 3; i++) {
        const one = arrayOf(a.slice(i * n * n, (i + 1) * n * n), [n, n], dtype);
        expect(inverses.slice(i * n * n, (i + 1) * n * n)).toEqual(valuesOf(jnp.linalg.inv(one)));
        jnp.linalg.svd(one).forEach((x, k) => {
          const values = valuesOf(x);
          expect(decompositions[k]!.slice(i * values.length, (i + 1) * values.length)).toEqual(values);
        });
      }
    });
  });
});
