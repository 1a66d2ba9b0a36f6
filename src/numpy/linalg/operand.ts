/** Operands of linear algebra: matrices in a floating dtype, with leading axes as a batch. */
import { type ArrayArg, cast, here } from "../../array/convert.ts";
import { promoteInexact } from "../../array/promotion.ts";
import type { NDArray } from "../../core/ndarray.ts";
import { ShapeError } from "../../errors/index.ts";
import { formatShape } from "../../types/shape.ts";

/** An operand in a floating dtype, not weak. */
export function inexact(name: string, x: ArrayArg): NDArray {
  const [promoted] = promoteInexact(name, x) as [NDArray];
  return promoted.aval.weakType ? cast(promoted, promoted.aval.dtype) : promoted;
}

/** Operands in their common floating dtype, not weak. */
export function inexactPair(name: string, x: ArrayArg, y: ArrayArg): [NDArray, NDArray] {
  const both = promoteInexact(name, x, y).map((z) => (z.aval.weakType ? cast(z, z.aval.dtype) : z));
  return both as [NDArray, NDArray];
}

/** An operand that is a batch of matrices. @throws ShapeError for fewer than two axes. */
export function matrices(name: string, x: ArrayArg): NDArray {
  const a = inexact(name, x);
  if (a.aval.shape.length >= 2) return a;
  throw new ShapeError({
    what: `linalg.${name}: ${a.aval.shape.length}-dimensional array given. Array must be at least two-dimensional`,
    where: here(),
    fix: "the last two axes are the rows and columns of matrices",
  });
}

/** @throws ShapeError unless the last two axes are equal. */
export function requireSquare(name: string, a: NDArray): void {
  const { shape } = a.aval;
  if (shape.length >= 2 && shape[shape.length - 1] === shape[shape.length - 2]) return;
  throw new ShapeError({
    what: `Argument to ${name} must have shape [..., n, n], got ${formatShape(shape)}`,
    where: here(),
    fix: "matrices must have as many rows as columns",
  });
}

/** An operand that is a batch of square matrices. @throws ShapeError */
export function squareMatrices(name: string, x: ArrayArg): NDArray {
  const a = inexact(name, x);
  requireSquare(name, a);
  return a;
}

/** The mean of each matrix and its transpose. */
export function symmetrized(a: NDArray, transposed: NDArray): NDArray {
  return a.add(transposed).div(2);
}
