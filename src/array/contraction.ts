/** Products of vectors and matrices: `dot` and `matmul`, by NumPy's rules of rank. */
import type { NDArray } from "../core/ndarray.ts";
import { checkOptions, ShapeError } from "../errors/index.ts";
import { type DotDimensionNumbers, dotGeneral } from "../prims/dot.ts";
import { expandDims, inverse, permuted, squeeze } from "../prims/movement.ts";
import { formatAval } from "../types/aval.ts";
import type { DType } from "../types/dtype.ts";
import { type ArrayArg, cast } from "./convert.ts";
import { requestedDType } from "./dtypes.ts";
import { promoteDTypes } from "./promotion.ts";

/** Options of `dot` and `matmul`. */
export interface DotOptions {
  /** Accepted for JAX's sake: products are always computed in the precision of the result. */
  readonly precision?: string | null;
  /** The dtype in which is accumulated, and of the result. */
  readonly preferredElementType?: DType | null;
}

function operands(name: string, x: ArrayArg, y: ArrayArg, options: DotOptions): [NDArray, NDArray, DType, boolean] {
  checkOptions(name, options, ["precision", "preferredElementType"]);
  const [a, b] = promoteDTypes(name, x, y) as [NDArray, NDArray];
  const { preferredElementType: asked } = options;
  return asked === undefined || asked === null
    ? [a, b, a.aval.dtype, a.aval.weakType]
    : [a, b, requestedDType(asked, name), false];
}

function contract(a: NDArray, b: NDArray, dimensionNumbers: DotDimensionNumbers, dtype: DType): NDArray {
  // Of booleans: whether any pair is true in both.
  if (dtype === "bool") return cast(contract(cast(a, "int32"), cast(b, "int32"), dimensionNumbers, "int32"), "bool");
  return dotGeneral(a, b, { dimensionNumbers, precision: null, preferredElementType: dtype });
}

/**
 * The dot product of two arrays: sums of products over the last axis of x and the last but one of y (the only one of a
 * vector). For vectors the inner product, for matrices the matrix product; scalars multiply.
 * @throws ShapeError if the summed axes differ in length.
 * @example jnp.dot(X, w) // (n, d) and (d,): shape (n,)
 */
export function dot(x: ArrayArg, y: ArrayArg, options: DotOptions = {}): NDArray {
  const [a, b, dtype, weakType] = operands("dot", x, y, options);
  const [m, n] = [a.aval.shape.length, b.aval.shape.length];
  const summed: readonly [number[], number[]] = m === 0 || n === 0 ? [[], []] : [[m - 1], [n === 1 ? 0 : n - 2]];
  return cast(contract(a, b, [summed, [[], []]], dtype), dtype, weakType);
}

/**
 * The matrix product over the last two axes; the other axes are batch axes, which broadcast. A vector on the left counts as
 * one row, on the right as one column, and that axis is dropped from the result: Python's `x @ y`.
 * @throws ShapeError for scalars, and if shapes do not fit.
 * @example jnp.matmul(jnp.ones([5, 2, 3]), jnp.ones([3, 4])) // shape (5, 2, 4)
 */
export function matmul(x: ArrayArg, y: ArrayArg, options: DotOptions = {}): NDArray {
  const [a, b, dtype, weakType] = operands("matmul", x, y, options);
  [a, b].forEach((operand, i) => {
    if (operand.aval.shape.length > 0) return;
    throw new ShapeError({
      what: `matmul input operand ${i} must have ndim at least 1, but it has ndim 0`,
      fix: "use jnp.multiply, or dot, for products with scalars",
    });
  });
  const aMatrix = a.aval.shape.length > 1;
  const bMatrix = b.aval.shape.length > 1;
  const aBatch = a.aval.shape.slice(0, -2);
  const bBatch = b.aval.shape.slice(0, -2);
  const rank = Math.max(aBatch.length, bBatch.length);

  // Each batch axis of the result goes along in both, or is a free axis of the one operand in which it is long. Axes of
  // length 1 are dropped; where both have it, it comes back at the end.
  const aDropped: number[] = [];
  const bDropped: number[] = [];
  const restored: number[] = [];
  const shared: number[] = [];
  const aFree: number[] = [];
  const bFree: number[] = [];
  const aShared: number[] = [];
  const bShared: number[] = [];
  let aKept = 0;
  let bKept = 0;
  for (let i = 0; i < rank; i++) {
    const aAxis = i - (rank - aBatch.length);
    const bAxis = i - (rank - bBatch.length);
    const m = aAxis < 0 ? undefined : aBatch[aAxis]!;
    const n = bAxis < 0 ? undefined : bBatch[bAxis]!;
    if (m !== undefined && n !== undefined && m === n && m !== 1) {
      shared.push(i);
      aShared.push(aKept++);
      bShared.push(bKept++);
    } else if (m !== undefined && n !== undefined && m !== 1 && n !== 1) {
      throw new ShapeError({
        what: `Incompatible types for matmul arguments: ${formatAval(a.aval)} and ${formatAval(b.aval)}`,
        fix: "batch axes, all but the last two, must be equal or 1",
      });
    } else {
      if (m === 1 && n !== undefined) aDropped.push(aAxis);
      if (n === 1 && m !== undefined) bDropped.push(bAxis);
      if (m === 1 && n === 1) restored.push(i);
      else if (m !== undefined && (m !== 1 || n === undefined)) {
        aFree.push(i);
        aKept++;
      } else {
        bFree.push(i);
        bKept++;
      }
    }
  }
  const left = aDropped.length === 0 ? a : squeeze(a, { dimensions: aDropped });
  const right = bDropped.length === 0 ? b : squeeze(b, { dimensions: bDropped });
  const summed: readonly [number[], number[]] = [
    [left.aval.shape.length - 1],
    [right.aval.shape.length - (bMatrix ? 2 : 1)],
  ];
  const product = contract(left, right, [summed, [aShared, bShared]], dtype);
  // The axes of the product, named by where they stand in the result before the restored ones come back.
  const places = [...shared, ...aFree, ...(aMatrix ? [rank] : []), ...bFree, ...(bMatrix ? [rank + 1] : [])];
  const sorted = [...places].sort((i, j) => i - j);
  const ordered = permuted(product, inverse(places.map((place) => sorted.indexOf(place))));
  return cast(expandDims(ordered, restored), dtype, weakType);
}
