/**
 * Quantiles, percentiles and medians. The reduced axes become the columns of a matrix, each row is sorted, and the elements
 * beside the place q (n - 1) are read and mixed.
 */

import { divide } from "../array/arithmetic.ts";
import { type ArrayArg, asArray, cast, here } from "../array/convert.ts";
import { defaultInt } from "../array/dtypes.ts";
import { promoteInexact } from "../array/promotion.ts";
import { any, reductionAxes, sum } from "../array/reduction.ts";
import { cumsum } from "../array/running.ts";
import { type Axis, readAxis } from "../array/static.ts";
import type { NDArray } from "../core/ndarray.ts";
import { OptionError, ShapeError } from "../errors/index.ts";
import { add, max, min, mul, sub } from "../prims/arithmetic.ts";
import { not, or } from "../prims/bitwise.ts";
import { eq, le, lt } from "../prims/compare.ts";
import { ones } from "../prims/fill.ts";
import { gather } from "../prims/gather.ts";
import { broadcastTo, permuted } from "../prims/movement.ts";
import { ceil, floor } from "../prims/rounding.ts";
import { checkAccepted, floating } from "../prims/rules.ts";
import { sliceAlong } from "../prims/slicing.ts";
import { sort } from "../prims/sort.ts";
import { equalShapes, formatShape, type Shape } from "../types/shape.ts";
import { product, range } from "../util/list.ts";
import { checkChoice } from "./arguments.ts";
import { isnan } from "./floats.ts";
import { choosing, constant, shaped } from "./operand.ts";

/** How a quantile between two elements is found; see `quantile`. */
export type QuantileMethod = "linear" | "lower" | "higher" | "midpoint" | "nearest" | "inverted_cdf";

const methods: readonly QuantileMethod[] = ["linear", "lower", "higher", "midpoint", "nearest", "inverted_cdf"];

/** Options of `median` and `nanmedian`. */
export interface MedianOptions {
  /** The axis or axes that disappear. Default: all. */
  readonly axis?: Axis | undefined;
  /** Keep the axes with length 1. Default false. */
  readonly keepdims?: boolean;
}

/** Options of `quantile`, `percentile` and their kin. */
export interface QuantileOptions extends MedianOptions {
  /** How to choose between the two elements around the place. Default "linear". */
  readonly method?: QuantileMethod;
  /** Weights of the elements, of the shape of the array or of its reduced axes; for "inverted_cdf" only. */
  readonly weights?: ArrayArg | null;
}

const medianNames = ["axis", "keepdims"];
const quantileNames = [...medianNames, "method", "weights"];

/** An array as a matrix: kept axes in rows, reduced ones in columns. */
function asRows(x: NDArray, axes: readonly number[]): NDArray {
  const { shape } = x.aval;
  const kept = range(shape.length).filter((d) => !axes.includes(d));
  const sizes = [product(kept.map((d) => shape[d]!)), product(axes.map((d) => shape[d]!))];
  return shaped(permuted(x, [...kept, ...axes]), sizes);
}

/** rows[i, indices[i, j]], with one row of indices for all rows, or one for each. */
function pick(rows: NDArray, indices: NDArray): NDArray {
  const [m] = rows.aval.shape as [number];
  const all = broadcastTo(indices, [m, indices.aval.shape[indices.aval.shape.length - 1]!]);
  return gather(rows, shaped(all, [...all.aval.shape, 1]), {
    dimensionNumbers: {
      offsetDims: [],
      collapsedSliceDims: [1],
      startIndexMap: [1],
      operandBatchingDims: [0],
      startIndicesBatchingDims: [0],
    },
    sliceSizes: [1, 1],
    mode: "promise_in_bounds",
    fillValue: null,
    uniqueIndices: false,
    indicesAreSorted: false,
  });
}

/** Sorted rows, and how many numbers are in each: a column, or one number where all are. */
interface Sorted {
  readonly rows: NDArray;
  readonly counts: NDArray;
}

function interpolated({ rows, counts }: Sorted, q: NDArray, method: QuantileMethod): NDArray {
  const { dtype } = q.aval;
  const zero = constant(0, dtype);
  const last = sub(counts, constant(1, dtype));
  const rank = Math.max(q.aval.shape.length, last.aval.shape.length);
  const shape: Shape = rank === 2 ? [last.aval.shape[0]!, q.aval.shape[q.aval.shape.length - 1]!] : q.aval.shape;
  const wide = (x: NDArray): NDArray => (x.aval.shape.length === 0 ? x : broadcastTo(x, shape));
  const place = mul(wide(q), wide(last));
  const below = floor(place);
  const weight = sub(place, below);
  const index = (x: NDArray): NDArray => cast(max(zero, min(x, wide(last))), defaultInt());
  const low = (): NDArray => pick(rows, index(below));
  const high = (): NDArray => pick(rows, index(ceil(place)));
  const mixed = (x: NDArray, share: NDArray): NDArray => mul(cast(x, dtype), broadcastTo(share, x.aval.shape));
  switch (method) {
    case "lower":
      return low();
    case "higher":
      return high();
    case "midpoint": {
      const x = low();
      return mul(add(x, high()), constant(0.5, x.aval.dtype));
    }
    case "nearest": {
      const x = low();
      return choosing(broadcastTo(le(weight, constant(0.5, dtype)), x.aval.shape), x, high());
    }
    default:
      return add(mixed(low(), sub(constant(1, dtype), weight)), mixed(high(), weight));
  }
}

/** The smallest element at which the weights up to it reach the fraction q of all weights. */
function byWeight(rows: NDArray, weights: NDArray, q: NDArray, skipNan: boolean): NDArray {
  const { dtype } = weights.aval;
  const [m, n] = rows.aval.shape as [number, number];
  const [values, sortedWeights] = sort([rows, weights], { dimension: 1, isStable: true, numKeys: 1 }) as [
    NDArray,
    NDArray,
  ];
  const zero = constant(0, dtype);
  const missing = isnan(values);
  const bad = or(lt(sortedWeights, zero), isnan(sortedWeights));
  const reached = cumsum(choosing(or(bad, missing), zero, sortedWeights), 1);
  const target = mul(
    broadcastTo(cast(q, dtype), [m, q.aval.shape[0]!]),
    broadcastTo(sliceAlong(reached, 1, n - 1, n), [m, q.aval.shape[0]!]),
  );
  const cube: Shape = [m, q.aval.shape[0]!, n];
  const before = lt(
    broadcastTo(shaped(reached, [m, 1, n]), cube),
    broadcastTo(shaped(target, [m, q.aval.shape[0]!, 1]), cube),
  );
  const count = skipNan ? sum(not(missing), { axis: 1, keepdims: true }) : constant(n, defaultInt());
  const last = sub(count, constant(1, defaultInt()));
  const index = sum(before, 2);
  const inside = max(
    constant(0, defaultInt()),
    min(index, last.aval.shape.length === 0 ? last : broadcastTo(last, index.aval.shape)),
  );
  const result = pick(values, inside);
  const spoiled = skipNan
    ? or(any(bad, { axis: 1, keepdims: true }), eq(count, constant(0, defaultInt())))
    : any(or(bad, missing), { axis: 1, keepdims: true });
  return choosing(broadcastTo(spoiled, result.aval.shape), constant(Number.NaN, result.aval.dtype), result);
}

function computeQuantile(
  name: string,
  x: ArrayArg,
  fraction: ArrayArg,
  options: QuantileOptions,
  skipNan: boolean,
): NDArray {
  const { method = "linear", keepdims = false, weights = null } = options;
  checkChoice(name, "method", method, methods);
  const a = promoteInexact(name, x)[0]!;
  checkAccepted(name, floating, a.aval);
  const { dtype } = a.aval;
  const given = promoteInexact(name, fraction)[0]!;
  if (given.aval.shape.length > 1) {
    throw new ShapeError({
      what: `q must be have rank <= 1, got shape ${formatShape(given.aval.shape)}`,
      where: here(),
      fix: "pass a number or a vector",
    });
  }
  const q = shaped(given, [product(given.aval.shape)]);
  const { shape } = a.aval;
  const axes = reductionAxes(a, options.axis, name);
  let rows = asRows(a, axes);
  if (rows.aval.shape[1] === 0) {
    throw new ShapeError({
      what: `zero-size array to ${name}, which has no value for no elements: shape ${formatShape(shape)}`,
      where: here(),
      fix: "check the size first",
    });
  }
  const missing = isnan(rows);
  if (!skipNan) {
    const spoiled = broadcastTo(any(missing, { axis: 1, keepdims: true }), rows.aval.shape);
    rows = choosing(spoiled, constant(Number.NaN, dtype), rows);
  }

  let result: NDArray;
  if (method === "inverted_cdf") {
    result = byWeight(rows, weights === null ? ones(rows.aval) : weightRows(name, a, axes, weights), q, skipNan);
  } else {
    if (weights !== null) {
      throw new OptionError({
        what: `${name}: method "${method}" doesn't support weights. Only method "inverted_cdf" supports weights.`,
        where: here(),
        fix: 'add method: "inverted_cdf"',
      });
    }
    const counts = skipNan
      ? sum(not(missing), { axis: 1, keepdims: true, dtype: q.aval.dtype })
      : constant(rows.aval.shape[1]!, q.aval.dtype);
    const sorted = sort([rows], { dimension: 1, isStable: true, numKeys: 1 })[0]!;
    result = interpolated({ rows: sorted, counts }, q, method);
  }
  const kept = keepdims ? shape.map((n, d) => (axes.includes(d) ? 1 : n)) : shape.filter((_, d) => !axes.includes(d));
  return shaped(cast(permuted(result, [1, 0]), dtype), [...given.aval.shape, ...kept]);
}

/** Weights as rows beside those of the array. */
function weightRows(name: string, a: NDArray, axes: readonly number[], weights: ArrayArg): NDArray {
  const w = cast(asArray(weights, name), a.aval.dtype);
  const { shape } = a.aval;
  if (equalShapes(w.aval.shape, shape)) return asRows(w, axes);
  const reduced = axes.map((d) => shape[d]!);
  if (!equalShapes(w.aval.shape, reduced)) {
    throw new ShapeError({
      what: `Weights shape ${formatShape(w.aval.shape)} must match reduction axes ${formatShape(reduced)}`,
      where: here(),
      fix: "give a weight for each element, or for each place along the reduced axes",
    });
  }
  const rows = asRows(a, axes).aval.shape;
  return broadcastTo(shaped(w, [rows[1]!]), rows);
}

/**
 * The q-quantile over axes, for q from 0 to 1: the place q (n - 1) among the n sorted elements. Between two elements,
 * "linear" mixes them, "lower" and "higher" choose one, "nearest" the nearer, "midpoint" their mean; "inverted_cdf" takes
 * the first element up to which the fraction q of all weights is reached. NaN where there is a NaN.
 *
 * For a vector of quantiles the result has a first axis of its length.
 * @throws AxisError if an axis does not exist or is repeated. @throws ShapeError for q of rank 2 or more, and over no
 * elements. @throws OptionError
 * for an unknown method or option. @throws DTypeError for complex numbers.
 * @example jnp.quantile(x, jnp.array([0.25, 0.75]), { axis: 0, method: "lower" })
 */
export function quantile(x: ArrayArg, q: ArrayArg, axis?: Axis | QuantileOptions, options?: QuantileOptions): NDArray {
  return computeQuantile("quantile", x, q, readAxis<QuantileOptions>("quantile", axis, options, quantileNames), false);
}

/**
 * The q-th percentile over axes, for q from 0 to 100: `quantile` of q / 100.
 * @throws As `quantile`.
 * @example jnp.percentile(x, 90)
 */
export function percentile(
  x: ArrayArg,
  q: ArrayArg,
  axis?: Axis | QuantileOptions,
  options?: QuantileOptions,
): NDArray {
  const read = readAxis<QuantileOptions>("percentile", axis, options, quantileNames);
  return computeQuantile("percentile", x, divide(q, 100), read, false);
}

/**
 * The median over axes: the middle element, or the mean of the middle two. NaN where there is a NaN.
 * @throws AxisError if an axis does not exist or is repeated.
 * @example jnp.median(jnp.array([3, 1, 2, 10])) // 2.5
 */
export function median(x: ArrayArg, axis?: Axis | MedianOptions, options?: MedianOptions): NDArray {
  const read = readAxis<MedianOptions>("median", axis, options, medianNames);
  return computeQuantile("median", x, 0.5, { ...read, method: "midpoint" }, false);
}

/**
 * The q-quantile over axes without NaN; NaN where there is nothing else. Otherwise as `quantile`.
 * @throws As `quantile`.
 * @example jnp.nanquantile(jnp.array([1, NaN, 3]), 0.5) // 2.0
 */
export function nanquantile(
  x: ArrayArg,
  q: ArrayArg,
  axis?: Axis | QuantileOptions,
  options?: QuantileOptions,
): NDArray {
  return computeQuantile(
    "nanquantile",
    x,
    q,
    readAxis<QuantileOptions>("nanquantile", axis, options, quantileNames),
    true,
  );
}

/**
 * The q-th percentile over axes without NaN, for q from 0 to 100.
 * @throws As `quantile`.
 * @example jnp.nanpercentile(jnp.array([1, NaN, 3]), 50) // 2.0
 */
export function nanpercentile(
  x: ArrayArg,
  q: ArrayArg,
  axis?: Axis | QuantileOptions,
  options?: QuantileOptions,
): NDArray {
  const read = readAxis<QuantileOptions>("nanpercentile", axis, options, quantileNames);
  return computeQuantile("nanpercentile", x, divide(q, 100), read, true);
}

/**
 * The median over axes without NaN; NaN where there is nothing else.
 * @throws AxisError if an axis does not exist or is repeated.
 * @example jnp.nanmedian(jnp.array([3, NaN, 1])) // 2.0
 */
export function nanmedian(x: ArrayArg, axis?: Axis | MedianOptions, options?: MedianOptions): NDArray {
  const read = readAxis<MedianOptions>("nanmedian", axis, options, medianNames);
  return computeQuantile("nanmedian", x, 0.5, { ...read, method: "midpoint" }, true);
}
