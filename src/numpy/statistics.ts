/** Weighted averages, ranges, covariance and correlation. */

import { absolute, clip, divide, multiply, subtract } from "../array/arithmetic.ts";
import { conjugated, onParts, realPart } from "../array/complex.ts";
import { dot } from "../array/contraction.ts";
import { type ArrayArg, asArray, cast, here } from "../array/convert.ts";
import { requestedDType } from "../array/dtypes.ts";
import { promoteInexact } from "../array/promotion.ts";
import { max, min, reductionAxes, sum } from "../array/reduction.ts";
import { squeeze, transpose } from "../array/shape.ts";
import { type Axis, readAxis } from "../array/static.ts";
import { mean } from "../array/statistics.ts";
import type { NDArray } from "../core/ndarray.ts";
import { DTypeError, ShapeError } from "../errors/index.ts";
import { sqrt, sub } from "../prims/arithmetic.ts";
import { full } from "../prims/fill.ts";
import { broadcastTo, permuted } from "../prims/movement.ts";
import { concatenate, sliceAlong } from "../prims/slicing.ts";
import { type DType, isInexact, isInteger } from "../types/dtype.ts";
import { equalShapes, sizeOf } from "../types/shape.ts";
import { readArguments, type Trailing } from "./arguments.ts";
import { constant, shaped } from "./operand.ts";

/** Options of `ptp`. */
export interface PtpOptions {
  /** The axis or axes that disappear. Default: all. */
  readonly axis?: Axis | undefined;
  /** Keep the axes with length 1. Default false. */
  readonly keepdims?: boolean;
}

/**
 * The range of values over axes, from peak to peak: maximum - minimum.
 * @throws ShapeError over no elements. @throws AxisError if an axis does not exist. @throws DTypeError for booleans.
 * @example jnp.ptp(jnp.array([3, 1, 5])) // 4.0
 */
export function ptp(x: ArrayArg, axis?: Axis | PtpOptions, options?: PtpOptions): NDArray {
  const read = readAxis<PtpOptions>("ptp", axis, options, ["axis", "keepdims"]);
  const a = asArray(x, "ptp");
  return sub(max(a, read), min(a, read));
}

/** Options of `average`. */
export interface AverageOptions {
  /** The axis or axes that disappear. Default: all. */
  readonly axis?: Axis | undefined;
  /** Weights, of the shape of x or of its axes `axis`. Default: all equal. */
  readonly weights?: ArrayArg | null;
  /** Whether the sum of the weights is returned too. Default false. */
  readonly returned?: boolean;
  /** Keep the axes with length 1. Default false. */
  readonly keepdims?: boolean;
}

function averaged(x: ArrayArg, options: AverageOptions): [average: NDArray, weights: NDArray] {
  const { weights = null, keepdims = false } = options;
  if (weights === null) {
    const a = promoteInexact("average", x)[0]!;
    const axes = reductionAxes(a, options.axis, "average");
    const result = mean(a, axes, { keepdims });
    const count = axes.reduce((n, d) => n * a.aval.shape[d]!, 1);
    return [result, full(result.aval.shape, count, result.aval.dtype)];
  }
  const [a, w] = promoteInexact("average", x, weights) as [NDArray, NDArray];
  const { shape } = a.aval;
  const axes = reductionAxes(a, options.axis, "average");
  let spread = w;
  if (!equalShapes(w.aval.shape, shape)) {
    if (
      options.axis === undefined ||
      options.axis === null ||
      !equalShapes(
        w.aval.shape,
        axes.map((d) => shape[d]!),
      )
    ) {
      throw new ShapeError({
        what:
          options.axis === undefined || options.axis === null
            ? "Axis must be specified when shapes of a and weights differ."
            : "Shape of weights must be consistent with shape of a along specified axis.",
        where: here(),
        fix: "give a weight for each element, or for each place along the axes",
      });
    }
    const order = axes.map((_, i) => i).sort((i, j) => axes[i]! - axes[j]!);
    const sizes = shape.map((n, d) => (axes.includes(d) ? n : 1));
    spread = broadcastTo(shaped(permuted(w, order), sizes), shape);
  }
  const total = sum(spread, axes, { keepdims });
  return [divide(sum(multiply(a, spread), axes, { keepdims }), total), total];
}

/**
 * The average over axes, weighted by `weights`: sum(w x) / sum(w). With `returned`, the pair of it and sum(w).
 * @throws ShapeError if the weights do not fit. @throws AxisError if an axis does not exist.
 * @example jnp.average(jnp.array([1, 2]), { weights: jnp.array([3, 1]) }) // 1.25
 */
export function average(
  x: ArrayArg,
  options: AverageOptions & { readonly returned: true },
): [average: NDArray, weights: NDArray];
export function average(
  x: ArrayArg,
  axis: Axis,
  options: AverageOptions & { readonly returned: true },
): [average: NDArray, weights: NDArray];
export function average(
  x: ArrayArg,
  axis?: Axis | AverageOptions,
  options?: AverageOptions & { readonly returned?: false },
): NDArray;
export function average(
  x: ArrayArg,
  axis?: Axis | AverageOptions,
  options?: AverageOptions,
): NDArray | [average: NDArray, weights: NDArray] {
  const read = readAxis<AverageOptions>("average", axis, options, ["axis", "weights", "returned", "keepdims"]);
  const result = averaged(x, read);
  return read.returned === true ? result : result[0];
}

/** Options of `corrcoef`. */
export interface CorrcoefOptions {
  /** More variables, of the form of the first argument. */
  readonly y?: ArrayArg | null;
  /** Whether rows are variables and columns observations. Default true. */
  readonly rowvar?: boolean;
  /** The dtype to compute in. */
  readonly dtype?: DType | null;
}

/** Options of `cov`. */
export interface CovOptions extends CorrcoefOptions {
  /** Divide by n instead of n - 1. Default false. */
  readonly bias?: boolean;
  /** Divide by n - ddof; overrides `bias`. */
  readonly ddof?: number | null;
  /** How often each observation occurred: a vector of integers. */
  readonly fweights?: ArrayArg | null;
  /** How much each observation weighs: a vector. */
  readonly aweights?: ArrayArg | null;
}

/** One variable a row. */
function variables(x: NDArray, rowvar: boolean, isFirst: boolean): NDArray {
  const { shape } = x.aval;
  if (shape.length > 2) {
    throw new ShapeError({
      what: `${isFirst ? "m" : "y"} has more than 2 dimensions`,
      where: here(),
      fix: "pass a matrix or a vector",
    });
  }
  const rows = shape.length === 2 ? x : shaped(x, [1, sizeOf(shape)]);
  const already = rowvar || (isFirst ? shape.length !== 2 : rows.aval.shape[0] === 1);
  return already ? rows : transpose(rows);
}

function observationWeights(name: "fweights" | "aweights", given: ArrayArg | null, count: number): NDArray | undefined {
  if (given === null) return undefined;
  const w = asArray(given, "cov");
  if (w.aval.shape.length !== 1 || w.aval.shape[0] !== count) {
    throw new ShapeError({
      what:
        w.aval.shape.length > 1
          ? `cannot handle multidimensional ${name}`
          : `incompatible numbers of samples and ${name}`,
      where: here(),
      fix: `pass a vector of ${count} weights`,
    });
  }
  if (name === "fweights" && !isInteger(w.aval.dtype)) {
    throw new DTypeError({ what: "fweights must be integer.", where: here(), fix: 'convert with astype("int32")' });
  }
  return absolute(w);
}

function checkedDType(name: string, dtype: DType | null | undefined): DType | undefined {
  if (dtype === undefined || dtype === null) return undefined;
  const asked = requestedDType(dtype, name);
  if (isInexact(asked)) return asked;
  throw new DTypeError({
    what: `${name}: dtype must be a subclass of float or complex; got dtype=${asked}`,
    where: here(),
    fix: 'use "float32"',
  });
}

function covariance(m: ArrayArg, options: CovOptions): NDArray {
  const { y = null, rowvar = true, bias = false, fweights = null, aweights = null } = options;
  const dtype = checkedDType("cov", options.dtype);
  const [first, second] = promoteInexact("cov", m, ...(y === null ? [] : [y])) as [NDArray, NDArray?];
  let x = variables(first, rowvar, true);
  if (second !== undefined) x = concatenate([x, variables(second, rowvar, false)], { dimension: 0 });
  if (dtype !== undefined) x = cast(x, dtype);
  const [n, count] = x.aval.shape as [number, number];
  if (n === 0) return full([0, 0], 0, x.aval.dtype);
  if (count === 0) return full(n === 1 ? [] : [n, n], Number.NaN, x.aval.dtype);

  const ddof = options.ddof ?? (bias ? 0 : 1);
  const frequency = observationWeights("fweights", fweights, count);
  const importance = observationWeights("aweights", aweights, count);
  const given =
    frequency === undefined ? importance : importance === undefined ? frequency : multiply(frequency, importance);
  const weights = given === undefined ? undefined : cast(given, x.aval.dtype);
  const [average, totals] = averaged(x, { axis: 1, weights: weights ?? null });
  const total = shaped(sliceAlong(totals, 0, 0, 1), []);
  let divisor: ArrayArg = count - ddof;
  if (weights !== undefined) {
    divisor = total;
    if (ddof !== 0) {
      const lost = importance === undefined ? ddof : divide(multiply(ddof, sum(multiply(weights, importance))), total);
      divisor = subtract(total, lost);
    }
  }
  const centered = sub(x, broadcastTo(shaped(average, [n, 1]), [n, count]));
  const weighted = weights === undefined ? centered : multiply(centered, weights);
  return squeeze(
    divide(
      dot(centered, conjugated(transpose(weighted))),
      typeof divisor === "number" ? constant(divisor, x.aval.dtype) : divisor,
    ),
  );
}

/**
 * The covariance matrix of variables, one a row (a column, with `rowvar: false`), from observations:
 * the mean of (x_i - mean_i)(x_j - mean_j), divided by n - 1 unless said otherwise. A scalar for one variable.
 * @throws ShapeError for more than two axes, or weights that do not fit. @throws DTypeError for fractional `fweights`.
 * @example jnp.cov(jnp.array([[0, 1, 2], [2, 1, 0]])) // [[ 1. -1.] [-1.  1.]]
 */
export function cov(m: ArrayArg, ...args: Trailing<[y: ArrayArg | null, rowvar: boolean], CovOptions>): NDArray {
  return covariance(
    m,
    readArguments<CovOptions>("cov", args, ["y", "rowvar"], ["bias", "ddof", "fweights", "aweights", "dtype"]),
  );
}

/**
 * Pearson's correlation coefficients of variables, one a row: cov_ij / sqrt(cov_ii cov_jj), kept in [-1, 1].
 * @throws ShapeError for more than two axes.
 * @example jnp.corrcoef(jnp.array([[0, 1, 2], [2, 1, 0]])) // [[ 1. -1.] [-1.  1.]]
 */
export function corrcoef(
  x: ArrayArg,
  ...args: Trailing<[y: ArrayArg | null, rowvar: boolean], CorrcoefOptions>
): NDArray {
  const options = readArguments<CorrcoefOptions>("corrcoef", args, ["y", "rowvar"], ["dtype"]);
  checkedDType("corrcoef", options.dtype);
  const c = covariance(x, options);
  if (c.aval.shape.length === 0) return divide(c, c);
  const n = c.aval.shape[0]!;
  const diagonal = sliceAlong(shaped(c, [n * n]), 0, 0, n * n, n + 1);
  const deviation = sqrt(realPart(diagonal));
  const quotient = divide(divide(c, shaped(deviation, [n, 1])), shaped(deviation, [1, n]));
  return onParts(quotient, (part) => clip(part, -1, 1));
}
