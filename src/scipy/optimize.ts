/** `scipy.optimize`: minima of functions of a vector. */
import { checkFunction, type UserFunction } from "../api/flat.ts";
import { valueAndGrad } from "../api/grad.ts";
import type { NDArray } from "../core/ndarray.ts";
import { ArgumentError, checkOptions, OptionError, ShapeError } from "../errors/index.ts";
import * as lax from "../lax/index.ts";
import {
  array,
  clip,
  dot,
  eye,
  isfinite,
  logicalAnd,
  logicalNot,
  logicalOr,
  max,
  outer,
  sqrt,
  sum,
  where,
} from "../numpy/index.ts";
import type { ArrayLike } from "../tree/types.ts";
import { formatAval } from "../types/aval.ts";

/** Options of the method BFGS. */
export interface BfgsOptions {
  /** The most iterations. Default 200 times the number of variables. */
  readonly maxiter?: number;
  /** The minimum is found when the gradient's norm is less. Default 1e-5. */
  readonly gtol?: number;
  /** Which norm: 2, or Infinity, which is the default. */
  readonly norm?: number;
  /** The most evaluations in one search along a line. Default 20. */
  readonly lineSearchMaxiter?: number;
}

/** Options of `minimize`. */
export interface MinimizeOptions {
  /** "BFGS". */
  readonly method: "BFGS";
  /** Another name of `gtol`, where `options` has none. */
  readonly tol?: number;
  readonly options?: BfgsOptions;
}

/** What `minimize` found. */
export interface OptimizeResults {
  /** The place of the minimum. */
  readonly x: NDArray;
  /** Whether the gradient is small enough there. */
  readonly success: NDArray;
  /** 0: found. 1: out of iterations. 3: no better point was found along a line. */
  readonly status: NDArray;
  /** The value there. */
  readonly fun: NDArray;
  /** The gradient there. */
  readonly jac: NDArray;
  /** The approximate inverse of the Hessian. */
  readonly hessInv: NDArray;
  /** The number of evaluations of the function. */
  readonly nfev: NDArray;
  /** The number of evaluations of its gradient. */
  readonly njev: NDArray;
  /** The number of iterations. */
  readonly nit: NDArray;
}

/** A step along the line: its length, value, slope, and the gradient there. */
interface Point {
  readonly a: NDArray;
  readonly f: NDArray;
  readonly d: NDArray;
  readonly g: NDArray;
}

interface Search {
  readonly next: NDArray;
  /** The best step so far that goes down enough. */
  readonly low: Point;
  /** The other end of the interval that holds a good step, once there is one. */
  readonly high: Point;
  readonly bracketed: NDArray;
  readonly done: NDArray;
  readonly k: NDArray;
}

const choose = (which: NDArray, yes: Point, no: Point): Point => ({
  a: where(which, yes.a, no.a),
  f: where(which, yes.f, no.f),
  d: where(which, yes.d, no.d),
  g: where(which, yes.g, no.g),
});

/** The minimum of the cubic through two points with these slopes, kept away from the ends; the middle if there is none. */
function between(low: Point, high: Point): NDArray {
  const width = high.a.sub(low.a);
  const safe = where(width.equal(0), 1, width);
  const mean = low.d.add(high.d).sub(high.f.sub(low.f).div(safe).mul(3));
  const inside = mean.mul(mean).sub(low.d.mul(high.d));
  const root = sqrt(where(inside.greater(0), inside, 0)).mul(where(width.less(0), -1, 1));
  const divisor = high.d.sub(low.d).add(root.mul(2));
  const share = lax.sub(
    array(1, divisor.dtype),
    high.d
      .add(root)
      .sub(mean)
      .div(where(divisor.equal(0), 1, divisor)),
  );
  const fine = logicalAnd(logicalAnd(inside.greaterEqual(0), divisor.notEqual(0)), isfinite(share));
  return low.a.add(width.mul(where(fine, clip(share, 0.1, 0.9), 0.5)));
}

/** A step with sufficient decrease and a flat enough slope (Wolfe's conditions), from a value and a gradient at x. */
function searchLine(
  evaluate: (x: NDArray) => readonly [NDArray, NDArray],
  x: NDArray,
  direction: NDArray,
  start: Point,
  first: NDArray,
  maxiter: number,
): Search {
  const [decrease, flatness] = [1e-4, 0.9];
  const no = array(false);
  const initial: Search = {
    next: first,
    low: start,
    high: start,
    bracketed: no,
    done: no,
    k: lax.full([], 0, "int32"),
  };
  return lax.whileLoop(
    ((s: Search) => logicalAnd(logicalNot(s.done), s.k.less(maxiter))) as never,
    ((s: Search): Search => {
      const a = s.next;
      const [f, g] = evaluate(x.add(direction.mul(a)));
      const point: Point = { a, f, d: dot(g, direction), g };
      const enough = f.lessEqual(start.f.add(start.d.mul(a).mul(decrease)));
      const better = logicalOr(f.less(s.low.f), logicalAnd(s.low.a.equal(0), enough));
      const goes = logicalAnd(enough, better);
      const done = logicalAnd(goes, point.d.abs().lessEqual(start.d.abs().mul(flatness)));
      // Uphill beyond: the minimum is between the last point and this one.
      const uphill = where(s.bracketed, point.d.mul(s.high.a.sub(s.low.a)), point.d).greaterEqual(0);
      const high = choose(goes, choose(uphill, s.low, s.high), point);
      const bracketed = logicalOr(s.bracketed, logicalOr(logicalNot(goes), uphill));
      const low = choose(goes, point, s.low);
      const next = where(bracketed, between(low, high), a.mul(2));
      return { next, low, high, bracketed, done, k: s.k.add(1) };
    }) as never,
    initial,
  ) as unknown as Search;
}

interface Iteration {
  readonly x: NDArray;
  readonly f: NDArray;
  readonly g: NDArray;
  readonly inverse: NDArray;
  readonly converged: NDArray;
  readonly failed: NDArray;
  readonly evaluations: NDArray;
  readonly k: NDArray;
}

function bfgs(fun: (x: NDArray) => NDArray, x0: NDArray, settings: Required<BfgsOptions>): OptimizeResults {
  const { maxiter, gtol, norm, lineSearchMaxiter } = settings;
  const n = x0.shape[0]!;
  const evaluate = valueAndGrad(fun) as unknown as (x: NDArray) => readonly [NDArray, NDArray];
  const small = (g: NDArray): NDArray =>
    (norm === Number.POSITIVE_INFINITY ? max(g.abs()) : sqrt(sum(g.mul(g)))).less(gtol);
  const [f0, g0] = evaluate(x0);
  const initial: Iteration = {
    x: x0,
    f: f0,
    g: g0,
    inverse: eye(n, { dtype: x0.dtype }),
    converged: small(g0),
    failed: array(false),
    evaluations: lax.full([], 1, "int32"),
    k: lax.full([], 0, "int32"),
  };
  const last = lax.whileLoop(
    ((s: Iteration) => logicalAnd(logicalNot(logicalOr(s.converged, s.failed)), s.k.less(maxiter))) as never,
    ((s: Iteration): Iteration => {
      const direction = dot(s.inverse, s.g).neg();
      const zero = lax.full([], 0, s.f.dtype);
      // Before anything is known of the curvature, a step of length one at most.
      const first = where(s.k.equal(0), lax.min(lax.div(array(1, s.f.dtype), sqrt(sum(s.g.mul(s.g)))), 1), 1);
      const start: Point = { a: zero, f: s.f, d: dot(s.g, direction), g: s.g };
      const found = searchLine(evaluate, s.x, direction, start, first.astype(s.f.dtype), lineSearchMaxiter);
      const { a, f, g } = found.low;
      const step = direction.mul(a);
      const change = g.sub(s.g);
      const curvature = dot(change, step);
      const rho = lax.div(array(1, s.f.dtype), curvature);
      const left = eye(n, { dtype: x0.dtype }).sub(outer(step, change).mul(rho));
      const updated = dot(dot(left, s.inverse), left.T).add(outer(step, step).mul(rho));
      return {
        x: s.x.add(step),
        f,
        g,
        inverse: where(logicalAnd(isfinite(rho), curvature.greater(0)), updated, s.inverse),
        converged: small(g),
        failed: a.equal(0),
        evaluations: s.evaluations.add(found.k),
        k: s.k.add(1),
      };
    }) as never,
    initial,
  ) as unknown as Iteration;
  return {
    x: last.x,
    success: logicalAnd(last.converged, logicalNot(last.failed)),
    status: where(last.converged, 0, where(last.failed, 3, 1)).astype("int32"),
    fun: last.f,
    jac: last.g,
    hessInv: last.inverse,
    nfev: last.evaluations,
    njev: last.evaluations,
    nit: last.k,
  };
}

/**
 * The minimum of `fun(x, ...args)`, a differentiable function of a vector, from the start `x0`. BFGS: a quasi-Newton method,
 * which learns the inverse Hessian from the gradients along its way, with a line search for Wolfe's conditions. It is a loop
 * of operations, so it may be compiled and mapped.
 * @throws OptionError for a method that is not "BFGS"; ShapeError if x0 is not a vector.
 * @example const { x } = scipy.optimize.minimize((x) => jnp.sum(jnp.square(x.sub(3))), jnp.zeros(2), [], { method: "BFGS" });
 */
export function minimize(
  fun: (x: NDArray, ...args: never[]) => NDArray,
  x0: NDArray,
  args: readonly (ArrayLike | unknown)[],
  options: MinimizeOptions,
): OptimizeResults {
  checkFunction("minimize", fun);
  checkOptions("minimize", options, ["method", "tol", "options"]);
  if (!Array.isArray(args)) {
    throw new ArgumentError({
      what: `minimize: args argument to scipy.optimize.minimize must be a tuple, got ${String(args)}`,
      fix: "write minimize(f, x0, [a, b], { method })",
    });
  }
  if (options?.method !== "BFGS") {
    throw new OptionError({
      what: `minimize: Method ${String(options?.method)} not recognized`,
      fix: 'write { method: "BFGS" }',
    });
  }
  const given = options.options ?? {};
  checkOptions("minimize options", given, ["maxiter", "gtol", "norm", "lineSearchMaxiter"]);
  const x = array(x0);
  if (x.ndim !== 1) {
    throw new ShapeError({
      what: `minimize: x0 must be a vector, but has type ${formatAval(x.aval)}`,
      fix: "use flattenUtil.ravelPytree for trees and arrays of more axes",
    });
  }
  const {
    maxiter = 200 * x.size,
    gtol = options.tol ?? 1e-5,
    norm = Number.POSITIVE_INFINITY,
    lineSearchMaxiter = 20,
  } = given;
  if (norm !== 2 && norm !== Number.POSITIVE_INFINITY) {
    throw new OptionError({ what: `minimize: norm cannot be ${norm}`, fix: "use 2 or Infinity" });
  }
  const own = (v: NDArray): NDArray => (fun as UserFunction)(v, ...args) as NDArray;
  return bfgs(own, x, { maxiter, gtol, norm, lineSearchMaxiter });
}
