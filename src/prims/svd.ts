/** The singular value decomposition: A = U diag(s) V^T. */
import type { NDArray } from "../core/ndarray.ts";
import { defineManyPrimitive, type ManyOperation } from "../core/primitive.ts";
import { TransformError } from "../errors/index.ts";
import { withShape } from "../types/aval.ts";
import { add, div, mul, sub } from "./arithmetic.ts";
import { convertElementType } from "./cast.ts";
import { eq } from "./compare.ts";
import { full } from "./fill.ts";
import {
  batchLeading,
  checkMatrices,
  diagonals,
  identityMatrices,
  matrixProduct,
  matrixSizes,
  matrixTransposed,
} from "./matrices.ts";
import { svdKernel } from "./matrix/svd.ts";
import { broadcastTo, expandDims } from "./movement.ts";

/** Parameters of `svd`. */
export interface SvdParams {
  /** U and V are square; otherwise they have as many columns as there are singular values. */
  readonly fullMatrices: boolean;
  /** Whether U and V^T are wanted. */
  readonly computeUv: boolean;
}

/** What a derivative adds to the vectors of the longer side, outside of the space that they span. */
function outside(da: NDArray, vectors: NDArray, others: NDArray, s: NDArray): NDArray {
  const moved = matrixProduct(da, others);
  const inside = matrixProduct(vectors, matrixProduct(matrixTransposed(vectors), moved));
  return div(sub(moved, inside), broadcastTo(s, moved.shape));
}

/**
 * Results: the singular values in descending order, and, if asked for, U and V^T with orthonormal columns and rows (up to a
 * common sign of each pair). Leading axes are a batch. Derivatives of U and V exist where singular values differ and are
 * not zero. Matrices with infinities or NaN give NaN.
 *
 * @throws ShapeError for fewer than two axes. @throws DTypeError unless float32 or float64.
 * @example const [s, u, vt] = svd([a], { fullMatrices: false, computeUv: true });
 */
export const svd: ManyOperation<SvdParams> = /* @__PURE__ */ defineManyPrimitive<SvdParams>({
  name: "svd",
  types: ([a], { fullMatrices, computeUv }) => {
    checkMatrices("svd", a!);
    const [, m, n] = matrixSizes(a!);
    const batch = a!.shape.slice(0, -2);
    const k = Math.min(m, n);
    const strong = { ...a!, weakType: false };
    const values = withShape(strong, [...batch, k]);
    if (!computeUv) return [values];
    return [
      values,
      withShape(strong, [...batch, m, fullMatrices ? m : k]),
      withShape(strong, [...batch, fullMatrices ? n : k, n]),
    ];
  },
  jvp: ([a], [da], params) => {
    if (params.computeUv && params.fullMatrices && a!.shape.at(-1) !== a!.shape.at(-2)) {
      throw new TransformError({
        what: "Singular value decomposition JVP not implemented for full matrices",
        fix: "differentiate the reduced decomposition: fullMatrices: false",
      });
    }
    const [s, u, vt] = svd([a!], { fullMatrices: false, computeUv: true }) as [NDArray, NDArray, NDArray];
    const [ut, v] = [matrixTransposed(u), matrixTransposed(vt)];
    const rank = a!.ndim;
    const ds = matrixProduct(matrixProduct(ut, da!), v);
    if (!params.computeUv) return [[s], [diagonals(ds)]];
    const square = ds.shape;
    const columns = broadcastTo(expandDims(s, [rank - 2]), square);
    const rows = broadcastTo(expandDims(s, [rank - 1]), square);
    const eye = identityMatrices(square, s.dtype);
    const one = full([], 1, s.dtype);
    const f = sub(div(one, add(mul(add(columns, rows), sub(columns, rows)), eye)), eye);
    const scaledRight = mul(columns, ds);
    const scaledLeft = mul(rows, ds);
    const isZero = convertElementType(eq(s, full([], 0, s.dtype)), { newDtype: s.dtype, weakType: false });
    const inverse = sub(div(one, add(s, isZero)), isZero);
    const skew = mul(
      mul(full([], 0.5, s.dtype), sub(ds, matrixTransposed(ds))),
      mul(eye, broadcastTo(expandDims(inverse, [rank - 2]), square)),
    );
    let du = matrixProduct(u, add(mul(f, add(scaledRight, matrixTransposed(scaledRight))), skew));
    let dv = matrixProduct(v, mul(f, add(scaledLeft, matrixTransposed(scaledLeft))));
    const [, m, n] = matrixSizes(a!.aval);
    const across = expandDims(s, [rank - 2]);
    if (m > n) du = add(du, outside(da!, u, v, across));
    if (n > m) dv = add(dv, outside(matrixTransposed(da!), v, u, across));
    return [
      [s, u, vt],
      [diagonals(ds), du, matrixTransposed(dv)],
    ];
  },
  transpose: "nonlinear",
  batch: /* @__PURE__ */ batchLeading<SvdParams>((operands, params) => svd(operands, params)),
  lower: {
    kind: "opaque",
    kernel: svdKernel,
    sizes: ({ fullMatrices, computeUv }, [a]) => [
      ...matrixSizes(a!),
      fullMatrices && computeUv ? 1 : 0,
      computeUv ? 1 : 0,
    ],
  },
  show: ({ fullMatrices, computeUv }) => [
    ["algorithm", null],
    ["compute_uv", computeUv],
    ["full_matrices", fullMatrices],
    ["subset_by_index", null],
  ],
  laws: {
    ulp: 8,
    cases: /* @__PURE__ */ lawCases(),
  },
});

function lawCases(): { operands: { shape: number[]; values?: number[] }[]; params: SvdParams }[] {
  const values = [1, 2, 0.5, 4, -1, 2, -2, 1, 3];
  const reduced = { fullMatrices: false, computeUv: true };
  return [
    { operands: [{ shape: [3, 3], values }], params: reduced },
    { operands: [{ shape: [4, 2], values: values.slice(0, 8) }], params: reduced },
    { operands: [{ shape: [2, 4], values: values.slice(0, 8) }], params: reduced },
    { operands: [{ shape: [3, 3], values }], params: { fullMatrices: true, computeUv: true } },
    { operands: [{ shape: [2, 3], values: values.slice(0, 6) }], params: { fullMatrices: true, computeUv: false } },
    { operands: [{ shape: [2, 2, 2], values: values.slice(0, 8) }], params: reduced },
  ];
}
