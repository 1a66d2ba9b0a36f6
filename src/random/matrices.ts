/** Random vectors and matrices that take linear algebra. Algorithms are JAX's, so that the draws are. */
import { asArray } from "../array/convert.ts";
import type { NDArray } from "../core/ndarray.ts";
import { ArgumentError, OptionError, ShapeError } from "../errors/index.ts";
import { einsum } from "../numpy/einsum.ts";
import { cholesky, eigh, svd } from "../numpy/linalg/factors.ts";
import { add, mul, sign, sqrt } from "../prims/arithmetic.ts";
import { convertElementType } from "../prims/cast.ts";
import { diagonals, matrixTransposed } from "../prims/matrices.ts";
import { broadcastTo, expandDims } from "../prims/movement.ts";
import { qr } from "../prims/qr.ts";
import type { DType } from "../types/dtype.ts";
import { broadcastShapes, formatShape, type Shape } from "../types/shape.ts";
import { readArguments, readFloat, readShape } from "./arguments.ts";
import { type Key, singleKey } from "./key.ts";
import { type FloatOptions, normalArray } from "./uniform.ts";

/** How `multivariateNormal` takes the root of the covariance. */
export type CovarianceMethod = "cholesky" | "eigh" | "svd";

/** Options of `multivariateNormal`. */
export interface MultivariateNormalOptions extends FloatOptions {
  /** Default "cholesky". */
  readonly method?: CovarianceMethod;
}

function rootOf(cov: NDArray, method: unknown): NDArray {
  const scaled = (vectors: NDArray, squares: NDArray): NDArray =>
    mul(vectors, broadcastTo(expandDims(sqrt(squares), [squares.aval.shape.length - 1]), vectors.aval.shape));
  switch (method) {
    case undefined:
    case "cholesky":
      return cholesky(cov);
    case "eigh": {
      const [w, v] = eigh(cov);
      return scaled(v, w);
    }
    case "svd": {
      const [u, s] = svd(cov);
      return scaled(u, s);
    }
  }
  throw new OptionError({
    what: `method argument to multivariate_normal must be one of {'svd', 'eigh', 'cholesky'}, got ${String(method)}`,
    fix: 'use "cholesky"',
  });
}

/**
 * Normal vectors with a mean [..., n] and a covariance matrix [..., n, n]. `shape`: the batch, to which the leading axes of
 * both broadcast (default: theirs).
 * @throws ShapeError if the shapes do not fit. @throws OptionError for another method.
 * @example random.multivariateNormal(key, jnp.zeros([2]), jnp.eye(2), [1000]) // shape (1000, 2)
 */
export function multivariateNormal(
  key: Key,
  mean: NDArray,
  cov: NDArray,
  ...args: readonly [
    shape?: Shape | MultivariateNormalOptions,
    dtype?: DType | MultivariateNormalOptions,
    method?: CovarianceMethod | MultivariateNormalOptions,
  ]
): NDArray {
  const a = readArguments("multivariateNormal", args, ["shape", "dtype", "method"]);
  const dtype = readFloat("multivariateNormal", a.dtype);
  const [m, c] = [mean, cov].map((x) => convertElementType(asArray(x), { newDtype: dtype, weakType: false })) as [
    NDArray,
    NDArray,
  ];
  const n = m.aval.shape.at(-1);
  const [rows, columns] = c.aval.shape.slice(-2);
  if (n === undefined || c.aval.shape.length < 2 || rows !== n || columns !== n) {
    throw new ShapeError({
      what: `multivariate_normal requires mean.shape == (..., n) and cov.shape == (..., n, n), but got ${formatShape(m.aval.shape)} and ${formatShape(c.aval.shape)}`,
      fix: "the mean is a vector, and the covariance a square matrix of its length",
    });
  }
  const own = broadcastShapes(m.aval.shape.slice(0, -1), c.aval.shape.slice(0, -2));
  const shape = a.shape === undefined ? own : readShape("multivariateNormal", a.shape);
  const full = [...shape, n];
  const draws = normalArray(singleKey("multivariateNormal", key), full, dtype);
  const spread = einsum("...ij,...j->...i", rootOf(c, a.method), draws);
  return add(broadcastTo(m, full), spread);
}

/** Options of `orthogonal`. */
export interface OrthogonalOptions extends FloatOptions {
  /** The number of columns; default: that of rows. */
  readonly m?: number;
}

/**
 * Uniformly distributed orthogonal matrices of n rows (and m columns: then rows or columns are orthonormal, whichever are
 * fewer). `shape`: the batch.
 * @throws ArgumentError unless n and m are whole numbers of 0 and more.
 * @example random.orthogonal(key, 3) // shape (3, 3)
 */
export function orthogonal(
  key: Key,
  n: number,
  ...args: readonly [
    shape?: Shape | OrthogonalOptions,
    dtype?: DType | OrthogonalOptions,
    m?: number | OrthogonalOptions,
  ]
): NDArray {
  const a = readArguments("orthogonal", args, ["shape", "dtype", "m"]);
  const columns = a.m ?? n;
  if (![n, columns].every((size) => Number.isInteger(size) && (size as number) >= 0)) {
    throw new ArgumentError({
      what: `orthogonal: n and m must be whole numbers of 0 and more, but got ${n} and ${String(columns)}`,
      fix: "pass numbers of rows and columns",
    });
  }
  const m = columns as number;
  const shape = readShape("orthogonal", a.shape);
  const dtype = readFloat("orthogonal", a.dtype);
  const draws = normalArray(singleKey("orthogonal", key), [...shape, Math.max(n, m), Math.min(n, m)], dtype);
  const [q, r] = qr([draws], { fullMatrices: false }) as [NDArray, NDArray];
  const signs = expandDims(sign(diagonals(r)), [shape.length]);
  const result = mul(q, broadcastTo(signs, q.aval.shape));
  return n < m ? matrixTransposed(result) : result;
}
