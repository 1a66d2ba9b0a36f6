/** Systems of equations with triangular matrices. */
import type { NDArray } from "../core/ndarray.ts";
import { definePrimitive, isLinear, type Operation } from "../core/primitive.ts";
import { ShapeError } from "../errors/index.ts";
import type { Aval } from "../types/aval.ts";
import { equalShapes, formatShape } from "../types/shape.ts";
import { range } from "../util/list.ts";
import { neg } from "./arithmetic.ts";
import {
  checkMatrices,
  lowerTriangle,
  matrixProduct,
  matrixSizes,
  matrixTransposed,
  upperTriangle,
} from "./matrices.ts";
import { triangularFlags, triangularKernel } from "./matrix/factors.ts";
import { batchFirst, permuted, reshape } from "./movement.ts";
import { checkSameDTypes, known } from "./rules.ts";

/** Parameters of `triangularSolve`. */
export interface TriangularSolveParams {
  /** op(A) X = B, or X op(A) = B. */
  readonly leftSide: boolean;
  /** Which triangle of A is read. */
  readonly lower: boolean;
  /** op(A) is the transpose of A. */
  readonly transposeA: boolean;
  /** No effect on real matrices. */
  readonly conjugateA: boolean;
  /** The diagonal of A counts as ones, whatever stands there. */
  readonly unitDiagonal: boolean;
}

function checkTypes(a: Aval, b: Aval, leftSide: boolean): void {
  checkMatrices("triangular_solve", a);
  checkMatrices("triangular_solve", b, 1);
  checkSameDTypes("triangular_solve", [a, b]);
  const [, rows, columns] = matrixSizes(a);
  if (rows !== columns) {
    throw new ShapeError({
      what: `The first input to triangular_solve must be a square matrix. Got shape ${formatShape(a.shape)}.`,
      fix: "triangular matrices have as many rows as columns",
    });
  }
  const [, m, n] = matrixSizes(b);
  if ((leftSide ? m : n) !== rows || !equalShapes(a.shape.slice(0, -2), b.shape.slice(0, -2))) {
    throw new ShapeError({
      what: `Incompatible shapes for arguments to triangular_solve: ${formatShape(a.shape)} and ${formatShape(b.shape)}.`,
      fix: `B must have as many ${leftSide ? "rows" : "columns"} as A, and the same leading axes`,
    });
  }
}

/** The tangent for A: -op(A)^-1 dA X, multiplied in the cheaper order. */
function matrixTangent(da: NDArray, a: NDArray, x: NDArray, params: TriangularSolveParams): NDArray {
  const { leftSide, lower, transposeA, unitDiagonal } = params;
  const k = unitDiagonal ? 1 : 0;
  const triangle = neg(lower ? lowerTriangle(da, -k) : upperTriangle(da, k));
  const moved = transposeA ? matrixTransposed(triangle) : triangle;
  const solve = (b: NDArray): NDArray => triangularSolve(a, b, params);
  const [, m, n] = matrixSizes(x.aval);
  if (leftSide) return m > n ? solve(matrixProduct(moved, x)) : matrixProduct(solve(moved), x);
  return m < n ? solve(matrixProduct(x, moved)) : matrixProduct(x, solve(moved));
}

/**
 * `lax.linalg.triangular_solve`: X with op(A) X = B, or X op(A) = B, where A is triangular. Only the named triangle of A is
 * read. Leading axes are a batch. A zero on the diagonal gives infinities and NaN.
 *
 * @throws ShapeError if the shapes do not fit. @throws DTypeError unless both are float32 or both float64.
 * @example triangularSolve(l, b, { leftSide: true, lower: true, transposeA: false, conjugateA: false, unitDiagonal: false })
 */
export const triangularSolve: Operation<2, TriangularSolveParams> = /* @__PURE__ */ definePrimitive<
  2,
  TriangularSolveParams
>({
  name: "triangular_solve",
  arity: 2,
  type: ([a, b], { leftSide }) => {
    checkTypes(a!, b!, leftSide);
    return { ...b!, weakType: false };
  },
  jvp: [(da, [a], params, x) => matrixTangent(da, a!, x, params), (db, [a], params) => triangularSolve(a!, db, params)],
  transpose: (ct, [a, b], params) => {
    const matrix = known("triangular_solve", a!);
    return [null, isLinear(b!) ? triangularSolve(matrix, ct, { ...params, transposeA: !params.transposeA }) : null];
  },
  batch: (axis, [a, b], [aDim, bDim], params) => {
    if (aDim !== null) {
      return [triangularSolve(batchFirst(a!, aDim!, axis.size), batchFirst(b!, bDim!, axis.size), params), 0];
    }
    // One matrix for all: the batch is more right-hand sides.
    const front = batchFirst(b!, bDim!, axis.size);
    const rank = b!.ndim - 1;
    const batch = range(rank - 2).map((d) => d + 1);
    const [m, n] = front.shape.slice(-2) as [number, number];
    const outer = front.shape.slice(1, -2);
    const order = params.leftSide ? [...batch, rank - 1, 0, rank] : [...batch, 0, rank - 1, rank];
    const merged = params.leftSide ? [m, axis.size * n] : [axis.size * m, n];
    const solved = triangularSolve(a!, reshape(permuted(front, order), { newSizes: [...outer, ...merged] }), params);
    const split = params.leftSide ? [m, axis.size, n] : [axis.size, m, n];
    return [reshape(solved, { newSizes: [...outer, ...split] }), params.leftSide ? rank - 1 : rank - 2];
  },
  lower: {
    kind: "opaque",
    kernel: triangularKernel,
    sizes: ({ leftSide, lower, transposeA, unitDiagonal }, [, b]) => [
      ...matrixSizes(b!),
      (leftSide ? triangularFlags.left : 0) |
        (lower ? triangularFlags.lower : 0) |
        (transposeA ? triangularFlags.transposed : 0) |
        (unitDiagonal ? triangularFlags.unit : 0),
    ],
  },
  show: ({ leftSide, lower, transposeA, conjugateA, unitDiagonal }) => [
    ["conjugate_a", conjugateA],
    ["left_side", leftSide],
    ["lower", lower],
    ["transpose_a", transposeA],
    ["unit_diagonal", unitDiagonal],
  ],
  laws: {
    ulp: 8,
    cases: /* @__PURE__ */ lawCases(),
  },
});

function lawCases(): { operands: { shape: number[]; values?: number[] }[]; params: TriangularSolveParams }[] {
  const values = [2, 0.5, -1, 1, 3, 0.25, -0.5, 1, -2];
  const result = [];
  for (let c = 0; c < 16; c++) {
    const [leftSide, lower, transposeA, unitDiagonal] = [8, 4, 2, 1].map((bit) => (c & bit) !== 0);
    const params = {
      leftSide: leftSide!,
      lower: lower!,
      transposeA: transposeA!,
      conjugateA: false,
      unitDiagonal: unitDiagonal!,
    };
    result.push({ operands: [{ shape: [3, 3], values }, { shape: leftSide ? [3, 2] : [2, 3] }], params });
  }
  const params = { leftSide: true, lower: true, transposeA: false, conjugateA: false, unitDiagonal: false };
  result.push({
    operands: [{ shape: [2, 2, 2], values: [2, 0, 1, 1, -1, 0, 3, 2] }, { shape: [2, 2, 3] }],
    params,
  });
  result.push({ operands: [{ shape: [0, 0] }, { shape: [0, 2] }], params });
  return result;
}
