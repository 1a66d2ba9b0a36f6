/**
 * `scipy.sparse.linalg`: solvers of A x = b that need no more of A than its products with vectors. They are loops that stop
 * when the residual is small enough; their derivatives are solutions with the same matrix (`lax.customLinearSolve`), so they
 * cost about as much as the solution and need no memory for the iterations.
 */
import { checkFunction, flattenToArrays, type UserFunction } from "../../api/flat.ts";
import { ravelPytree } from "../../api/ravel.ts";
import { isNDArray, type NDArray } from "../../core/ndarray.ts";
import { ArgumentError, checkOptions, DTypeError, ShapeError, TreeError } from "../../errors/index.ts";
import { customLinearSolve } from "../../lax/implicit.ts";
import * as lax from "../../lax/index.ts";
import { dot, logicalAnd, logicalNot, logicalOr, maximum, sqrt, where } from "../../numpy/index.ts";
import type { ArrayLike, Traced } from "../../tree/types.ts";
import { formatAval } from "../../types/aval.ts";
import { isFloating } from "../../types/dtype.ts";

/** A matrix, or the function that multiplies a tree like b by it. */
export type LinearOperator<T> = NDArray | ((x: Traced<T>) => unknown);

/** Options of `cg`, `bicgstab` and `gmres`. */
export interface SolverOptions<T> {
  /** Where to start; default zeros. */
  readonly x0?: unknown;
  /** The solver stops when the norm of the residual is at most max(tol * norm(b), atol). Default 1e-5. */
  readonly tol?: ArrayLike;
  /** Default 0. */
  readonly atol?: ArrayLike;
  /** The most iterations (of `gmres`: restarts). Default 10 times the number of unknowns. */
  readonly maxiter?: number;
  /** The preconditioner: (about) the inverse of A. */
  readonly M?: LinearOperator<T>;
}

/** Options of `gmres`. */
export interface GmresOptions<T> extends SolverOptions<T> {
  /** The size of the space in which a solution is sought between restarts. Default 20. */
  readonly restart?: number;
}

type Product = (x: NDArray) => NDArray;

/** How one method solves on vectors; `limit` is the norm of the residual at which it may stop. */
type Method = (problem: {
  readonly multiply: Product;
  readonly precondition: Product;
  readonly b: NDArray;
  readonly start: NDArray;
  readonly limit: NDArray;
  readonly maxiter: number;
}) => NDArray;

const square = (x: NDArray): NDArray => dot(x, x);
const norm = (x: NDArray): NDArray => sqrt(square(x));
const optionNames = ["x0", "tol", "atol", "maxiter", "M"];

/** A linear operator on trees as one on vectors. */
function onVectors(caller: string, role: string, operator: unknown, unravel: (v: NDArray) => unknown): Product {
  const multiply: UserFunction = isNDArray(operator) ? (x: NDArray) => dot(operator, x) : (operator as UserFunction);
  if (isNDArray(operator) && (operator.ndim !== 2 || operator.shape[0] !== operator.shape[1])) {
    throw new ShapeError({
      what: `${caller}: linear operator must be a square matrix, but ${role} has type ${formatAval(operator.aval)}`,
      fix: "give a square matrix, or a function that multiplies by it",
    });
  }
  checkFunction(caller, multiply);
  return (v) => {
    const [flat] = ravelPytree(multiply(unravel(v)));
    return flat;
  };
}

function solveWith<T>(
  caller: string,
  method: Method,
  A: LinearOperator<T>,
  b: T,
  options: SolverOptions<T>,
  symmetric: boolean,
): [Traced<T>, null] {
  const { tol = 1e-5, atol = 0 } = options;
  const { leaves, structure } = flattenToArrays(b);
  for (const { aval } of leaves) {
    if (isFloating(aval.dtype)) continue;
    throw new DTypeError({
      what: `${caller} solves real floating point systems, but b has a part of type ${formatAval(aval)}`,
      fix: 'convert b with astype("float32")',
    });
  }
  const [rhs, unravel] = ravelPytree(b);
  const maxiter = options.maxiter ?? 10 * rhs.size;
  if (!Number.isInteger(maxiter) || maxiter < 0) {
    throw new ArgumentError({
      what: `${caller} maxiter must be a non-negative integer, got ${String(options.maxiter)}`,
      fix: "give a number of iterations, or leave it out",
    });
  }
  let start = lax.full(rhs.shape, 0, rhs.dtype);
  if (options.x0 !== undefined) {
    const given = flattenToArrays(options.x0);
    if (given.structure.key !== structure.key) {
      throw new TreeError({
        what: `${caller}: x0 and b must have matching tree structure: ${given.structure} vs ${structure}`,
        fix: "start from a tree like b",
      });
    }
    const shapes = (list: readonly NDArray[]): string => list.map((x) => formatAval(x.aval)).join(", ");
    if (shapes(given.leaves) !== shapes(leaves)) {
      throw new ShapeError({
        what: `${caller}: arrays in x0 and b must have matching shapes: ${shapes(given.leaves)} vs ${shapes(leaves)}`,
        fix: "start from arrays like those of b",
      });
    }
    [start] = ravelPytree(options.x0);
  }
  const precondition =
    options.M === undefined ? (x: NDArray) => x : onVectors(caller, "M", options.M, unravel as (v: NDArray) => unknown);
  const solve = (multiply: Product, side: NDArray): NDArray =>
    method({
      multiply,
      precondition,
      b: side,
      start,
      limit: maximum(norm(side).mul(tol), atol),
      maxiter,
    });
  const matvec = onVectors(caller, "A", A, unravel as (v: NDArray) => unknown);
  const x = customLinearSolve(matvec, rhs, solve as never, { transposeSolve: solve as never, symmetric });
  return [unravel(x as NDArray), null];
}

interface Descent {
  readonly x: NDArray;
  readonly residual: NDArray;
  /** The last search direction, and <residual, M residual> where it was made. */
  readonly direction: NDArray;
  readonly weight: NDArray;
  readonly iterations: NDArray;
}

/** Barrett et al., Templates for the Solution of Linear Systems (1994), figure 2.5: a direction is made when it is needed. */
const conjugateGradients: Method = ({ multiply, precondition, b, start, limit, maxiter }) => {
  const isLarge = ({ residual }: Descent): NDArray => norm(residual).greater(limit);
  const step = ({ x, residual, direction, weight, iterations }: Descent): Descent => {
    const preconditioned = precondition(residual);
    const product = dot(residual, preconditioned);
    // There is no direction before the first, so nothing of it is kept.
    const kept = where(iterations.equal(0), 0, product.div(weight));
    const next = preconditioned.add(direction.mul(kept));
    const image = multiply(next);
    const length = product.div(dot(next, image));
    return {
      x: x.add(next.mul(length)),
      residual: residual.sub(image.mul(length)),
      direction: next,
      weight: product,
      iterations: iterations.add(1),
    };
  };
  const initial: Descent = {
    x: start,
    residual: b.sub(multiply(start)),
    direction: lax.full(b.shape, 0, b.dtype),
    weight: lax.full([], 1, b.dtype),
    iterations: lax.full([], 0, "int32"),
  };
  const goesOn = (state: Descent): NDArray => logicalAnd(isLarge(state), state.iterations.less(maxiter));
  return (lax.whileLoop(goesOn as never, step as never, initial) as unknown as Descent).x;
};

interface Stabilized {
  readonly x: NDArray;
  readonly r: NDArray;
  readonly rho: NDArray;
  readonly p: NDArray;
  readonly broken: NDArray;
  readonly k: NDArray;
}

const biconjugateGradients: Method = ({ multiply, precondition, b, start, limit, maxiter }) => {
  const shadow = b.sub(multiply(start));
  const small = (x: NDArray): NDArray => square(x).lessEqual(limit.mul(limit));
  const initial: Stabilized = {
    x: start,
    r: shadow,
    rho: square(shadow),
    p: shadow,
    broken: lax.full([], 0, "int32"),
    k: lax.full([], 0, "int32"),
  };
  const last = lax.whileLoop(
    ((s: Stabilized) => logicalAnd(logicalNot(small(s.r)), logicalAnd(s.k.less(maxiter), s.broken.equal(0)))) as never,
    ((s: Stabilized): Stabilized => {
      const direction = precondition(s.p);
      const v = multiply(direction);
      const alpha = s.rho.div(dot(shadow, v));
      const half = s.r.sub(v.mul(alpha));
      const second = precondition(half);
      const t = multiply(second);
      // The half step may be enough: then t may vanish, and there is no second one.
      const enough = small(half);
      const omega = where(enough, 0, dot(t, half).div(where(enough, 1, square(t))));
      const r = half.sub(t.mul(omega));
      const rho = dot(shadow, r);
      const beta = rho
        .div(s.rho)
        .mul(alpha)
        .div(where(enough, 1, omega));
      const failed = logicalAnd(logicalNot(enough), logicalOr(rho.equal(0), omega.equal(0)));
      return {
        x: s.x.add(direction.mul(alpha)).add(second.mul(omega)),
        r,
        rho,
        p: r.add(s.p.sub(v.mul(omega)).mul(beta)),
        broken: failed.astype("int32"),
        k: s.k.add(1),
      };
    }) as never,
    initial,
  ) as unknown as Stabilized;
  return last.x;
};

/** Row k of a matrix, and a matrix with another row k. */
const row = (a: NDArray, k: NDArray): NDArray => lax.dynamicIndexInDim(a, k, 0, false);
const withRow = (a: NDArray, k: NDArray, value: NDArray): NDArray =>
  lax.dynamicUpdateSliceInDim(a, lax.expandDims(value, [0]), k, 0);
const entry = (v: NDArray, k: NDArray): NDArray => lax.dynamicIndexInDim(v, k, 0, false);
/** The quotient, and 0 where the divisor is 0. */
const quotient = (a: NDArray, by: NDArray): NDArray => where(by.equal(0), 0, a.div(where(by.equal(0), 1, by)));

/** The y for which |beta e1 - H y| is least. Row k of `columns` is column k of H, which has one entry under the diagonal. */
function leastSquares(columns: NDArray, beta: NDArray): NDArray {
  const m = columns.shape[0]!;
  // H with the right-hand side beside it; rotations of neighbouring rows make it triangular.
  const first = where(lax.iota("int32", m + 1).equal(0), beta, 0);
  const system = lax.concatenate([lax.transpose(columns, [1, 0]), lax.expandDims(first, [1])], 1);
  const triangular = lax.foriLoop(
    0,
    m,
    ((k: NDArray, a: NDArray): NDArray => {
      const upper = row(a, k);
      const lower = row(a, k.add(1));
      const [p, q] = [entry(upper, k), entry(lower, k)];
      const length = sqrt(p.mul(p).add(q.mul(q)));
      const c = where(length.equal(0), 1, quotient(p, length));
      const s = quotient(q, length);
      const rotated = withRow(a, k, upper.mul(c).add(lower.mul(s)));
      return withRow(rotated, k.add(1), lower.mul(c).sub(upper.mul(s)));
    }) as never,
    system,
  ) as NDArray;
  const right = lax.indexInDim(triangular, m, 1, false);
  const matrix = lax.sliceInDim(triangular, 0, m, 1, 1);
  return lax.foriLoop(
    0,
    m,
    ((i: NDArray, y: NDArray): NDArray => {
      const k = i.neg().add(m - 1);
      const own = row(matrix, k);
      const value = quotient(entry(right, k).sub(dot(own, y)), entry(own, k));
      return where(lax.iota("int32", m).equal(k), value, y);
    }) as never,
    lax.full([m], 0, right.dtype),
  ) as NDArray;
}

const generalizedResiduals =
  (restart: number): Method =>
  ({ multiply, precondition, b, start, limit, maxiter }) => {
    const n = b.shape[0]!;
    const m = Math.min(restart, n);
    // The space is that of the preconditioned residual; what stops the iteration is the residual itself.
    const step = (x: NDArray): NDArray => {
      const r = precondition(b.sub(multiply(x)));
      const beta = norm(r);
      const basis = lax.concatenate([lax.expandDims(quotient(r, beta), [0]), lax.full([m, n], 0, b.dtype)], 0);
      const [vectors, columns] = lax.foriLoop(
        0,
        m,
        ((k: NDArray, [v, h]: [NDArray, NDArray]): [NDArray, NDArray] => {
          const w = precondition(multiply(row(v, k)));
          // Rows that are not made yet are zero. Orthogonalised twice, since once is not accurate enough.
          const once = dot(v, w);
          const rest = w.sub(dot(once, v));
          const twice = dot(v, rest);
          const remaining = rest.sub(dot(twice, v));
          const length = norm(remaining);
          // What is left of a vector that lies in the space is rounding error: the space is complete.
          const complete = length.lessEqual(norm(w).mul(b.dtype === "float64" ? 1e-14 : 1e-6));
          const next = where(complete, 0, quotient(remaining, length));
          const below = where(lax.iota("int32", m + 1).equal(k.add(1)), where(complete, 0, length), 0);
          return [withRow(v, k.add(1), next), withRow(h, k, once.add(twice).add(below))];
        }) as never,
        [basis, lax.full([m, m + 1], 0, b.dtype)] as [NDArray, NDArray],
      ) as unknown as [NDArray, NDArray];
      const y = leastSquares(columns, beta);
      return x.add(dot(y, lax.sliceInDim(vectors, 0, m)));
    };
    const [x] = lax.whileLoop(
      (([, r, k]: NDArray[]) => logicalAnd(norm(r!).greater(limit), k!.less(maxiter))) as never,
      (([x, , k]: NDArray[]) => {
        const next = step(x!);
        return [next, b.sub(multiply(next)), k!.add(1)];
      }) as never,
      [start, b.sub(multiply(start)), lax.full([], 0, "int32")],
    ) as unknown as NDArray[];
    return x!;
  };

/**
 * Solves A x = b by conjugate gradients, for symmetric positive definite A: `[x, null]`. A is a matrix, or a function that
 * multiplies by it; x and b are trees of arrays. It differentiates by A (what the function closes over) and b, to any order.
 * @throws TreeError or ShapeError if x0 is not like b or A not square; DTypeError if b is not of a real floating point type.
 * @example const [x] = scipy.sparse.linalg.cg((v: NDArray) => v.mul(2), jnp.ones(3)); // [0.5 0.5 0.5]
 */
export function cg<const T>(A: LinearOperator<T>, b: T, options: SolverOptions<T> = {}): [Traced<T>, null] {
  checkOptions("cg", options, optionNames);
  return solveWith("cg", conjugateGradients, A, b, options, true);
}

/**
 * Solves A x = b by the stabilised biconjugate gradients, for any A that is not singular: `[x, null]`. Arguments as for `cg`.
 * @throws TreeError or ShapeError if x0 is not like b or A not square; DTypeError if b is not of a real floating point type.
 * @example const [x] = scipy.sparse.linalg.bicgstab(jnp.array([[3, 1], [0, 2]]), jnp.ones(2)); // [0.1667 0.5]
 */
export function bicgstab<const T>(A: LinearOperator<T>, b: T, options: SolverOptions<T> = {}): [Traced<T>, null] {
  checkOptions("bicgstab", options, optionNames);
  return solveWith("bicgstab", biconjugateGradients, A, b, options, false);
}

/**
 * Solves A x = b by the generalised minimal residuals with restarts, for any A that is not singular: `[x, null]`. Arguments as
 * for `cg`.
 * @throws TreeError or ShapeError if x0 is not like b or A not square; DTypeError if b is not of a real floating point type.
 * @example const [x] = scipy.sparse.linalg.gmres(jnp.array([[3, 1], [0, 2]]), jnp.ones(2)); // [0.1667 0.5]
 */
export function gmres<const T>(A: LinearOperator<T>, b: T, options: GmresOptions<T> = {}): [Traced<T>, null] {
  checkOptions("gmres", options, [...optionNames, "restart"]);
  const { restart = 20 } = options;
  if (!Number.isInteger(restart) || restart < 1) {
    throw new ArgumentError({
      what: `gmres restart must be a positive integer, got ${String(restart)}`,
      fix: "give the size of the space between restarts",
    });
  }
  return solveWith("gmres", generalizedResiduals(restart), A, b, options, false);
}
