/** Systems of equations, inverses and determinants, by elimination with partial pivoting. */
import { customJvp } from "../../api/custom.ts";
import { type ArrayArg, cast, here } from "../../array/convert.ts";
import { prod, sum } from "../../array/reduction.ts";
import type { NDArray } from "../../core/ndarray.ts";
import { ShapeError } from "../../errors/index.ts";
import { abs, mul, sign, sub } from "../../prims/arithmetic.ts";
import { eq, ne } from "../../prims/compare.ts";
import { cumprod } from "../../prims/cumulative.ts";
import { log } from "../../prims/exponential.ts";
import { full, iota } from "../../prims/fill.ts";
import { lu, permutedRows } from "../../prims/lu.ts";
import { diagonals, identityMatrices, matrixProduct } from "../../prims/matrices.ts";
import { broadcastTo, expandDims } from "../../prims/movement.ts";
import { where } from "../../prims/rules.ts";
import { concatenate, sliceAlong } from "../../prims/slicing.ts";
import { triangularSolve } from "../../prims/triangular.ts";
import { composite } from "../../runtime/composite.ts";
import { broadcastShapes, formatShape, type Shape } from "../../types/shape.ts";
import { choosing, constant, shaped } from "../operand.ts";
import { inexactPair, requireSquare, squareMatrices } from "./operand.ts";

const common = { leftSide: true, transposeA: false, conjugateA: false };

/** X with L U X = B. */
function substitute(factors: NDArray, b: NDArray): NDArray {
  const y = triangularSolve(factors, b, { ...common, lower: true, unitDiagonal: true });
  return triangularSolve(factors, y, { ...common, lower: false, unitDiagonal: false });
}

const batchOf = (x: NDArray): Shape => x.aval.shape.slice(0, -2);
const inBatch = (x: NDArray, batch: Shape, inner: number): NDArray =>
  broadcastTo(x, [...batch, ...x.aval.shape.slice(x.aval.shape.length - inner)]);

/** The map from B to X with A X = B, in the common batch of both. */
function eliminate(a: NDArray, b: NDArray): (b: NDArray) => NDArray {
  const [factors, , permutation] = lu([a]) as [NDArray, NDArray, NDArray];
  const batch = broadcastShapes(batchOf(a), batchOf(b));
  const [f, order] = [inBatch(factors, batch, 2), inBatch(permutation, batch, 1)];
  return (right) => substitute(f, permutedRows(inBatch(right, batch, 2), order));
}

let solution: ((a: NDArray, b: NDArray) => NDArray) | undefined;

/** The solution with its derivative: A dX = dB - dA X. The second elimination is the same as the first: it is merged. */
function solutions(): (a: NDArray, b: NDArray) => NDArray {
  if (solution === undefined) {
    const solved = customJvp((a: NDArray, b: NDArray) => eliminate(a, b)(b));
    solved.defjvp(([a, b], [da, db]) => {
      const x = solved(a, b);
      const batch = batchOf(x);
      const right = sub(inBatch(db, batch, 2), matrixProduct(inBatch(da, batch, 2), x));
      return [x, eliminate(a, b)(right)];
    });
    solution = solved;
  }
  return solution;
}

/** X with A X = B for matrices of equal numbers of rows, in one dtype. */
export const solveMatrices: (arrays: readonly NDArray[], statics: null) => readonly NDArray[] =
  /* @__PURE__ */ composite<null>("solve", ([a, b]) => [solutions()(a!, b!)]);

/**
 * x with a x = b. A `b` of rank 1 is one vector; otherwise its last two axes are matrices, and leading axes broadcast. A
 * singular matrix gives infinities and NaN.
 * @throws ShapeError unless a is square and b has as many rows.
 * @example jnp.linalg.solve(jnp.array([[2, 0], [0, 4]]), jnp.array([2, 2])) // [1, 0.5]
 */
export function solve(a: ArrayArg, b: ArrayArg): NDArray {
  const [x, y] = inexactPair("solve", a, b);
  requireSquare("solve", x);
  const isVector = y.aval.shape.length === 1;
  const n = x.aval.shape.at(-1)!;
  const rows = isVector ? y.aval.shape[0] : y.aval.shape.at(-2);
  if (rows !== n) {
    throw new ShapeError({
      what: `solve: a has shape ${formatShape(x.aval.shape)}, but b has shape ${formatShape(y.aval.shape)}`,
      where: here(),
      fix: "b must have as many rows as a",
    });
  }
  const right = isVector ? shaped(y, [n, 1]) : y;
  const [result] = solveMatrices([x, right], null) as [NDArray];
  return isVector ? shaped(result, result.aval.shape.slice(0, -1)) : result;
}

/**
 * The inverse of each matrix. A singular matrix gives infinities and NaN.
 * @throws ShapeError unless the last two axes are equal.
 * @example jnp.linalg.inv(jnp.array([[2, 0], [0, 4]])) // [[0.5, 0], [0, 0.25]]
 */
export function inv(a: ArrayArg): NDArray {
  return invertMatrices([squareMatrices("inv", a)], null)[0]!;
}

const invertMatrices = /* @__PURE__ */ composite<null>("inv", ([a]) =>
  solveMatrices([a!, identityMatrices(a!.aval.shape, a!.aval.dtype)], null),
);

/** 1 where a matrix was permuted by an even number of exchanges, -1 elsewhere. */
function parity(pivots: NDArray, like: NDArray): NDArray {
  const { shape } = pivots.aval;
  const places = iota([], { dtype: "int32", shape, dimension: shape.length - 1 });
  const exchanged = where(ne(pivots, places), -1, 1, full(shape, 1, like.aval.dtype));
  return prod(exchanged, -1);
}

/** The determinant of A, and det(A) A^-1 B, which exists for singular matrices of rank n - 1 too. */
function cofactorSolve(a: NDArray, b: NDArray): [NDArray, NDArray] {
  const [factors, pivots, permutation] = lu([a]) as [NDArray, NDArray, NDArray];
  const { shape, dtype } = a.aval;
  const rank = shape.length;
  const n = shape[rank - 1]!;
  const partial = mul(
    cumprod(diagonals(factors), { axis: rank - 2, reverse: false }),
    broadcastTo(expandDims(parity(pivots, a), [rank - 2]), shape.slice(0, -1)),
  );
  const whole = sliceAlong(partial, rank - 2, n - 1, n);
  const before = sliceAlong(partial, rank - 2, n - 2, n - 1);
  // The last pivot may be zero: it is left out of U, and of the factor of the last row.
  const y = triangularSolve(factors, permutedRows(b, permutation), { ...common, lower: true, unitDiagonal: true });
  const scaled = concatenate(
    [
      mul(
        sliceAlong(y, rank - 2, 0, n - 1),
        broadcastTo(expandDims(whole, [rank - 1]), [...shape.slice(0, -2), n - 1, n]),
      ),
      mul(
        sliceAlong(y, rank - 2, n - 1, n),
        broadcastTo(expandDims(before, [rank - 1]), [...shape.slice(0, -2), 1, n]),
      ),
    ],
    { dimension: rank - 2 },
  );
  const column = iota([], { dtype: "int32", shape, dimension: rank - 1 });
  const row = iota([], { dtype: "int32", shape, dimension: rank - 2 });
  const isLast = eq(mul(column, row), constant((n - 1) * (n - 1), "int32"));
  const upper = choosing(isLast, full(shape, 1, dtype), factors);
  // Where an earlier pivot is zero, the rank is taken to be less than n - 1: all cofactors are zero.
  const isLow = broadcastTo(expandDims(eq(before, constant(0, dtype)), [rank - 1]), shape);
  const regular = choosing(isLow, identityMatrices(shape, dtype), upper);
  const x = triangularSolve(regular, scaled, { ...common, lower: false, unitDiagonal: false });
  return [shaped(whole, shape.slice(0, -2)), where(isLow, 0, x, x)];
}

let determinant: ((a: NDArray) => NDArray) | undefined;

/** The determinant by elimination; its derivative is the trace of the cofactors times the tangent. */
function eliminated(a: NDArray): NDArray {
  if (determinant === undefined) {
    const det = customJvp((x: NDArray) => {
      const [factors, pivots] = lu([x]) as [NDArray, NDArray, NDArray];
      return mul(prod(diagonals(factors), -1), parity(pivots, x));
    });
    det.defjvp(([x], [dx]) => {
      const [value, product] = cofactorSolve(x, dx);
      return [value, sum(diagonals(product), -1)];
    });
    determinant = det;
  }
  return determinant(a);
}

const determinants = /* @__PURE__ */ composite<null>("det", ([a]) => {
  const { shape } = a!.aval;
  const n = shape.at(-1)!;
  const rank = shape.length;
  const at = (i: number, j: number): NDArray =>
    shaped(sliceAlong(sliceAlong(a!, rank - 2, i, i + 1), rank - 1, j, j + 1), shape.slice(0, -2));
  const product = (...xs: readonly NDArray[]): NDArray => xs.reduce((x, y) => mul(x, y));
  if (n === 0) return [full(shape.slice(0, -2), 1, a!.aval.dtype)];
  if (n === 1) return [at(0, 0)];
  if (n === 2) return [sub(product(at(0, 0), at(1, 1)), product(at(0, 1), at(1, 0)))];
  if (n > 3) return [eliminated(a!)];
  const terms = [0, 1, 2].map((k) => product(at(0, k), at(1, (k + 1) % 3), at(2, (k + 2) % 3)));
  const others = [2, 0, 1].map((k) => product(at(0, k), at(1, (k + 2) % 3), at(2, (k + 1) % 3)));
  return [
    others.reduce(
      (x, y) => sub(x, y),
      terms.reduce((x, y) => x.add(y)),
    ),
  ];
});

/**
 * The determinant of each matrix; its derivative exists for singular matrices too, up to rank n - 1.
 * @throws ShapeError unless the last two axes are equal.
 * @example jnp.linalg.det(jnp.array([[1, 2], [3, 4]])) // -2.0
 */
export function det(a: ArrayArg): NDArray {
  return determinants([squareMatrices("det", a)], null)[0]!;
}

const logDeterminants = /* @__PURE__ */ composite<null>("slogdet", ([a]) => {
  const [factors, pivots] = lu([a!]) as [NDArray, NDArray, NDArray];
  const diagonal = diagonals(factors);
  return [mul(prod(sign(diagonal), -1), parity(pivots, a!)), sum(log(abs(diagonal)), -1)];
});

/**
 * The sign of the determinant of each matrix, and the logarithm of its absolute value: 0 and -inf for a singular matrix.
 * @throws ShapeError unless the last two axes are equal.
 * @example const [sign, logabsdet] = jnp.linalg.slogdet(a);
 */
export function slogdet(a: ArrayArg): [sign: NDArray, logabsdet: NDArray] {
  const [s, logabs] = logDeterminants([squareMatrices("slogdet", a)], null);
  return [s!, logabs!];
}

/** A checked matrix to an integer power, by repeated squares. */
export function matrixPowerOf(a: NDArray, n: number): NDArray {
  if (n === 0) return cast(identityMatrices(a.aval.shape, "int32"), a.aval.dtype);
  let power = n < 0 ? inv(a) : a;
  let result: NDArray | undefined;
  for (let rest = Math.abs(n); ; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = result === undefined ? power : matrixProduct(result, power);
    if (rest <= 1) return result!;
    power = matrixProduct(power, power);
  }
}
