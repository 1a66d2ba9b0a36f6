/** `scipy.linalg`: systems with triangular and positive definite matrices, the matrix exponential, and special matrices. */

import { conjugated } from "../array/complex.ts";
import { matmul } from "../array/contraction.ts";
import { type ArrayArg, asArray } from "../array/convert.ts";
import { promoteDTypes } from "../array/promotion.ts";
import { max } from "../array/reduction.ts";
import { matrixTranspose } from "../array/shape.ts";
import type { NDArray } from "../core/ndarray.ts";
import { checkOptions, OptionError, ShapeError } from "../errors/index.ts";
import { cond } from "../lax/cond.ts";
import { scan } from "../lax/scan.ts";
import { cholesky } from "../numpy/linalg/factors.ts";
import { norm } from "../numpy/linalg/norms.ts";
import { inexactPair, requireSquare, squareMatrices } from "../numpy/linalg/operand.ts";
import { solveMatrices } from "../numpy/linalg/solve.ts";
import { flattened, shaped, zerosOf } from "../numpy/operand.ts";
import { add, mul, sub } from "../prims/arithmetic.ts";
import { gt, lt } from "../prims/compare.ts";
import { exp2, log } from "../prims/exponential.ts";
import { full, iota } from "../prims/fill.ts";
import { gather } from "../prims/gather.ts";
import { identityMatrices } from "../prims/matrices.ts";
import { broadcastTo, expandDims, rev } from "../prims/movement.ts";
import { floor } from "../prims/rounding.ts";
import { where } from "../prims/rules.ts";
import { concatenate, pad, sliceAlong } from "../prims/slicing.ts";
import { triangularSolve } from "../prims/triangular.ts";
import { broadcastShapes, formatShape } from "../types/shape.ts";

/** Options of `solveTriangular`. */
export interface SolveTriangularOptions {
  /** 0 or "N": a x = b; 1 or "T" (2 or "C"): the transpose of a. Default 0. */
  readonly trans?: 0 | 1 | 2 | "N" | "T" | "C";
  /** Read the lower triangle of a; otherwise the upper. Default false. */
  readonly lower?: boolean;
  /** The diagonal of a counts as ones. Default false. */
  readonly unitDiagonal?: boolean;
}

function solved(a: NDArray, b: NDArray, lower: boolean, transposeA: boolean, unitDiagonal: boolean): NDArray {
  requireSquare("solve_triangular", a);
  const isVector = b.aval.shape.length === 1;
  const right = isVector ? shaped(b, [...b.aval.shape, 1]) : b;
  const batch = broadcastShapes(a.aval.shape.slice(0, -2), right.aval.shape.slice(0, -2));
  const x = triangularSolve(
    broadcastTo(a, [...batch, ...a.aval.shape.slice(-2)]),
    broadcastTo(right, [...batch, ...right.aval.shape.slice(-2)]),
    { leftSide: true, lower, transposeA, conjugateA: false, unitDiagonal },
  );
  return isVector ? shaped(x, x.aval.shape.slice(0, -1)) : x;
}

/**
 * x with a x = b (or the transpose of a) for triangular a. A `b` of rank 1 is a vector.
 * @throws ShapeError if the shapes do not fit. @throws OptionError for another `trans`.
 * @example scipy.linalg.solveTriangular(jnp.eye(3), jnp.ones(3), { lower: true }) // [1. 1. 1.]
 */
export function solveTriangular(a: ArrayArg, b: ArrayArg, options: SolveTriangularOptions = {}): NDArray {
  checkOptions("linalg.solveTriangular", options, ["trans", "lower", "unitDiagonal"]);
  const { trans = 0, lower = false, unitDiagonal = false } = options;
  if (![0, 1, 2, "N", "T", "C"].includes(trans)) {
    throw new OptionError({ what: `Invalid 'trans' value ${String(trans)}`, fix: 'use 0 or "N", 1 or "T", 2 or "C"' });
  }
  const [x, y] = inexactPair("solveTriangular", a, b);
  return solved(x, y, lower, trans !== 0 && trans !== "N", unitDiagonal);
}

/**
 * The factor of Cholesky for `choSolve`, with whether it is the lower one (default: the upper). Only that triangle of `a` is
 * read.
 * @throws ShapeError unless the last two axes are equal.
 * @example const factor = scipy.linalg.choFactor(jnp.eye(3)); scipy.linalg.choSolve(factor, jnp.ones(3))
 */
export function choFactor(a: ArrayArg, options: { readonly lower?: boolean } = {}): [c: NDArray, lower: boolean] {
  checkOptions("linalg.choFactor", options, ["lower"]);
  const lower = options.lower ?? false;
  const x = squareMatrices("choFactor", a);
  const factor = cholesky(lower ? x : matrixTranspose(x), { symmetrizeInput: false, upper: !lower });
  return [factor, lower];
}

/**
 * x with a x = b, from the factor that `choFactor` made of a.
 * @throws ShapeError if the shapes do not fit.
 * @example scipy.linalg.choSolve(scipy.linalg.choFactor(jnp.eye(3)), jnp.ones(3)) // [1. 1. 1.]
 */
export function choSolve([c, lower]: readonly [c: ArrayArg, lower: boolean], b: ArrayArg): NDArray {
  const [factor, y] = inexactPair("choSolve", c, b);
  return solved(factor, solved(factor, y, lower, !lower, false), lower, lower, false);
}

/** Coefficients of the Pade approximant of exp, and the norm up to which it is exact to the last digit. */
const approximants = {
  float32: { largest: 3.92572478313866, coefficients: [17297280, 8648640, 1995840, 277200, 25200, 1512, 56, 1] },
  float64: {
    largest: 5.371920351148152,
    coefficients: [
      64764752532480000, 32382376266240000, 7771770303897600, 1187353796428800, 129060195264000, 10559470521600,
      670442572800, 33522128640, 1323241920, 40840800, 960960, 16380, 182, 1,
    ],
  },
} as const;

/** Options of `expm`. */
export interface ExpmOptions {
  /** The matrix is upper triangular. Default false. */
  readonly upperTriangular?: boolean;
  /** Matrices that need more squarings give NaN. Default 16. */
  readonly maxSquarings?: number;
}

/**
 * The exponential of each matrix: scaled to a small norm, approximated by a quotient of polynomials, and squared.
 * @throws ShapeError unless the last two axes are equal.
 * @example scipy.linalg.expm(jnp.zeros([2, 2])) // the identity
 */
export function expm(A: ArrayArg, options: ExpmOptions = {}): NDArray {
  checkOptions("linalg.expm", options, ["upperTriangular", "maxSquarings"]);
  const { upperTriangular = false, maxSquarings = 16 } = options;
  const a = squareMatrices("expm", A);
  const { shape, dtype } = a.aval;
  const { largest, coefficients } = approximants[dtype === "float64" ? "float64" : "float32"];
  const number = (x: number): NDArray => full([], x, dtype);
  const size = norm(a, { ord: 1, axis: [-2, -1] });
  // Of a zero matrix the logarithm is -inf: no squarings.
  const exponent = floor(mul(log(mul(size, number(1 / largest))), number(Math.LOG2E)));
  const squarings = where(gt(exponent, number(0)), exponent, 0, exponent);
  const whole = (x: NDArray): NDArray => broadcastTo(expandDims(x, [shape.length - 2, shape.length - 1]), shape);
  const scaled = mul(a, whole(exp2(mul(squarings, number(-1)))));
  // Odd powers are the matrix times even ones; sums from the highest power down.
  const square = matmul(scaled, scaled);
  const eye = identityMatrices(shape, dtype);
  const polynomial = (first: number): NDArray => {
    let sum: NDArray | undefined;
    for (let i = coefficients.length - 2 + first; i >= 0; i -= 2) {
      const term = mul(eye, number(coefficients[i]!));
      sum = sum === undefined ? term : add(matmul(sum, square), term);
    }
    return sum!;
  };
  const [even, odd] = [polynomial(0), matmul(scaled, polynomial(1))];
  const [numerator, denominator] = [add(even, odd), sub(even, odd)];
  const first = upperTriangular
    ? solved(denominator, numerator, false, false, false)
    : solveMatrices([denominator, numerator], null)[0]!;
  const most = max(squarings);
  const step = (x: NDArray, i: NDArray): [NDArray, null] => {
    const squared = (y: NDArray): NDArray => where(whole(lt(i, squarings)), matmul(y, y), y, y);
    return [cond(lt(i, most), squared, (y: NDArray) => y, x), null];
  };
  const [result] = scan(step, first, iota([], { dtype, shape: [maxSquarings], dimension: 0 }));
  return where(whole(gt(squarings, number(maxSquarings))), Number.NaN, result, result);
}

/**
 * A matrix with the given ones along its diagonal and zeros elsewhere. Scalars and vectors are matrices of one row.
 * @throws ShapeError for arrays of more than two axes.
 * @example scipy.linalg.blockDiag(jnp.ones([2, 2]), jnp.ones([1, 3])) // shape (3, 5)
 */
export function blockDiag(...arrays: readonly ArrayArg[]): NDArray {
  const blocks = promoteDTypes("linalg.blockDiag", ...(arrays.length === 0 ? [zerosOf([1, 0], "float32")] : arrays));
  const matrices = blocks.map((x, i) => {
    const { shape } = x.aval;
    if (shape.length <= 2) return shaped(x, [shape.length === 2 ? shape[0]! : 1, shape.at(-1) ?? 1]);
    throw new ShapeError({
      what: `Arguments to jax.scipy.linalg.block_diag must have at most 2 dimensions, got ${formatShape(shape)} at argument ${i}.`,
      fix: "pass matrices",
    });
  });
  const { dtype } = matrices[0]!.aval;
  const width = matrices.reduce((sum, x) => sum + x.aval.shape[1]!, 0);
  let before = 0;
  const rows = matrices.map((x) => {
    const columns = x.aval.shape[1]!;
    const row = pad(x, full([], 0, dtype), {
      paddingConfig: [
        [0, 0, 0],
        [before, width - before - columns, 0],
      ],
    });
    before += columns;
    return row;
  });
  return rows.length === 1 ? rows[0]! : concatenate(rows, { dimension: 0 });
}

/**
 * The matrix that is constant along each diagonal, from its first column and its first row (default: the column, conjugated; its
 * first element stands in the corner either way). The last axis holds the vector; leading axes are a batch.
 * @example scipy.linalg.toeplitz(jnp.array([1, 2, 3])) // [[1. 2. 3.] [2. 1. 2.] [3. 2. 1.]]
 */
export function toeplitz(c: ArrayArg, r?: ArrayArg): NDArray {
  const given = asArray(c, "linalg.toeplitz");
  const [column, row] = promoteDTypes("linalg.toeplitz", given, r ?? conjugated(given)).map((x) =>
    x.aval.shape.length === 0 ? flattened(x) : x,
  ) as [NDArray, NDArray];
  const batch = broadcastShapes(column.aval.shape.slice(0, -1), row.aval.shape.slice(0, -1));
  const [m, n] = [column.aval.shape.at(-1)!, row.aval.shape.at(-1)!];
  const rank = batch.length + 1;
  if (m === 0 || n === 0) return zerosOf([...batch, m, n], column.aval.dtype);
  const [down, right] = [broadcastTo(column, [...batch, m]), broadcastTo(row, [...batch, n])];
  // One line from the end of the column to the end of the row; each row of the matrix is a window of it.
  const line = concatenate([rev(down, { dimensions: [rank - 1] }), sliceAlong(right, rank - 1, 1, n)], {
    dimension: rank - 1,
  });
  const start = sub(full([m], m - 1, "int32"), iota([], { dtype: "int32", shape: [m], dimension: 0 }));
  const windows = gather(line, expandDims(start, [1]), {
    dimensionNumbers: {
      offsetDims: [...batch.map((_, d) => d), rank],
      collapsedSliceDims: [],
      startIndexMap: [rank - 1],
      operandBatchingDims: [],
      startIndicesBatchingDims: [],
    },
    sliceSizes: [...batch, n],
    mode: "promise_in_bounds",
    fillValue: null,
  });
  return windows;
}
