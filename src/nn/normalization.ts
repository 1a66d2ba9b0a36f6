/** Softmax and its kin, standardisation, and one-hot vectors: functions over axes. */
import { add, divide, exp, log, maximum, multiply, subtract } from "../array/arithmetic.ts";
import { type ArrayArg, asArray, cast, here } from "../array/convert.ts";
import { defaultFloat, defaultInt, requestedDType } from "../array/dtypes.ts";
import { promoteDTypes, promoteInexact } from "../array/promotion.ts";
import { max, readWhere, reductionAxes, sum } from "../array/reduction.ts";
import { type Axis, readAxis, staticInteger } from "../array/static.ts";
import { mean } from "../array/statistics.ts";
import type { NDArray } from "../core/ndarray.ts";
import { ShapeError } from "../errors/index.ts";
import { checkChoice, readArguments, type Trailing } from "../numpy/arguments.ts";
import { where as choose } from "../numpy/choose.ts";
import { square } from "../numpy/exponential.ts";
import { choosing, constant } from "../numpy/operand.ts";
import { abs, rsqrt, sign } from "../prims/arithmetic.ts";
import { eq, lt } from "../prims/compare.ts";
import { iota } from "../prims/fill.ts";
import { broadcastTo, expandDims, squeeze } from "../prims/movement.ts";
import { isFinite as finiteElements } from "../prims/rounding.ts";
import { checkAccepted, real } from "../prims/rules.ts";
import { stopGradient } from "../prims/stop.ts";
import type { DType } from "../types/dtype.ts";
import { canonicalAxis } from "../types/shape.ts";

const lowest = Number.NEGATIVE_INFINITY;

/** Options of `softmax` and `logSoftmax`. */
export interface SoftmaxOptions {
  /** The axis or axes that are normalised together; `null` for all. Default: the last. */
  readonly axis?: Axis | undefined;
  /** Booleans that say which elements count; broadcast to x. */
  readonly where?: ArrayArg | null;
}

/** An option that is the last axis unless it is given; null means all. */
const orLast = (axis: Axis | undefined): Axis => (axis === undefined ? -1 : axis);

/** x minus its largest element that counts. The maximum is a constant for derivatives, in which it cancels. */
function shiftedByMax(x: NDArray, axis: Axis, where: ArrayArg | null): NDArray {
  const largest = max(x, { axis, where, initial: lowest, keepdims: true });
  const counted = where === null ? x : choose(where, x, lowest);
  return subtract(counted, stopGradient(largest));
}

/**
 * $e^{x_i} / \sum_j e^{x_j}$ over an axis. Where `where` does not hold elements do not count, and the result is 0.
 * @throws AxisError if an axis does not exist. @throws DTypeError for a `where` that is not boolean.
 * @example nn.softmax(jnp.array([1, 1])) // [0.5 0.5]
 */
export function softmax(x: ArrayArg, axis?: Axis | SoftmaxOptions, options?: SoftmaxOptions): NDArray {
  const read = readAxis<SoftmaxOptions>("softmax", axis, options, ["axis", "where"]);
  const { where = null } = read;
  const at = orLast(read.axis);
  const weights = exp(shiftedByMax(promoteInexact("softmax", x)[0]!, at, where));
  const result = divide(weights, sum(weights, { axis: at, where, keepdims: true }));
  return where === null ? result : choose(where, result, 0);
}

/**
 * The logarithm of `softmax`: $x_i - \log \sum_j e^{x_j}$. Where `where` does not hold the result is -inf.
 * @throws AxisError if an axis does not exist. @throws DTypeError for a `where` that is not boolean.
 * @example nn.logSoftmax(jnp.array([1, 1])) // [-0.6931472 -0.6931472]
 */
export function logSoftmax(x: ArrayArg, axis?: Axis | SoftmaxOptions, options?: SoftmaxOptions): NDArray {
  const read = readAxis<SoftmaxOptions>("logSoftmax", axis, options, ["axis", "where"]);
  const { where = null } = read;
  const at = orLast(read.axis);
  const shifted = shiftedByMax(promoteInexact("logSoftmax", x)[0]!, at, where);
  const result = subtract(shifted, log(sum(exp(shifted), { axis: at, where, keepdims: true })));
  return where === null ? result : choose(where, result, lowest);
}

/** Options of `logmeanexp`. */
export interface LogmeanexpOptions {
  /** The axis or axes that disappear. Default: all. */
  readonly axis?: Axis | undefined;
  /** Booleans that say which elements count; broadcast to x. */
  readonly where?: ArrayArg | null;
  /** Keep the axes with length 1. Default false. */
  readonly keepdims?: boolean;
}

/** Options of `logsumexp`. */
export interface LogsumexpOptions extends LogmeanexpOptions {
  /** Factors of the exponentials, which may be negative or 0; broadcast to x. */
  readonly b?: ArrayArg | null;
  /** Whether the sign of the sum is returned too. Default false. */
  readonly returnSign?: boolean;
}

function logOfSum(name: string, x: ArrayArg, options: LogsumexpOptions): [result: NDArray, sign: NDArray] {
  const { where = null, b = null, keepdims = false } = options;
  const mask = readWhere(where, name);
  const [given, factors] = promoteInexact(name, x, ...(b === null ? [] : [b])) as [NDArray, NDArray?];
  let a = mask === undefined ? given : choose(mask, given, 0);
  if (factors !== undefined) a = choose(factors, a, lowest);
  const axes = reductionAxes(a, options.axis, name);
  const largest = max(a, { axis: axes, where, initial: lowest, keepdims: true });
  const { dtype } = largest.aval;
  const shift = stopGradient(choosing(finiteElements(largest), largest, constant(0, dtype)));
  const powers = exp(subtract(a, shift));
  const total = sum(factors === undefined ? powers : multiply(powers, factors), { axis: axes, where, keepdims });
  const flat = keepdims || axes.length === 0 ? shift : squeeze(shift, { dimensions: axes });
  return [add(log(abs(total)), flat), sign(total)];
}

/**
 * $\log \sum_i b_i e^{x_i}$ over axes, without overflow; -inf where there is nothing. A negative sum gives NaN, unless its
 * sign is asked for: then the result is the pair of the logarithm of its absolute value, and the sign.
 * @throws AxisError if an axis does not exist or is repeated. @throws OptionError for an unknown option.
 * @example nn.logsumexp(jnp.array([1000, 1000])) // 1000.6931
 */
export function logsumexp(
  x: ArrayArg,
  options: LogsumexpOptions & { readonly returnSign: true },
): [result: NDArray, sign: NDArray];
export function logsumexp(
  x: ArrayArg,
  axis: Axis,
  options: LogsumexpOptions & { readonly returnSign: true },
): [result: NDArray, sign: NDArray];
export function logsumexp(
  x: ArrayArg,
  axis?: Axis | LogsumexpOptions,
  options?: LogsumexpOptions & { readonly returnSign?: false },
): NDArray;
export function logsumexp(
  x: ArrayArg,
  axis?: Axis | LogsumexpOptions,
  options?: LogsumexpOptions,
): NDArray | [result: NDArray, sign: NDArray] {
  const read = readAxis<LogsumexpOptions>("logsumexp", axis, options, ["axis", "b", "keepdims", "returnSign", "where"]);
  const [result, signs] = logOfSum("logsumexp", x, read);
  if (read.returnSign === true) return [result, signs];
  if (read.b === undefined || read.b === null) return result;
  return choosing(lt(signs, constant(0, signs.aval.dtype)), constant(Number.NaN, result.aval.dtype), result);
}

/**
 * $\log \frac1n \sum_i e^{x_i}$ over axes, without overflow.
 * @throws AxisError if an axis does not exist or is repeated. @throws OptionError for an unknown option.
 * @example nn.logmeanexp(jnp.array([1000, 1000])) // 1000.0
 */
export function logmeanexp(x: ArrayArg, axis?: Axis | LogmeanexpOptions, options?: LogmeanexpOptions): NDArray {
  const read = readAxis<LogmeanexpOptions>("logmeanexp", axis, options, ["axis", "keepdims", "where"]);
  const [result] = logOfSum("logmeanexp", x, read);
  const { shape } = asArray(x).aval;
  const { where = null, keepdims = false } = read;
  const axes = reductionAxes(asArray(x), read.axis, "logmeanexp");
  const count =
    where === null
      ? constant(
          axes.reduce((n, d) => n * shape[d]!, 1),
          result.aval.dtype,
        )
      : sum(broadcastTo(asArray(where), shape), { axis: axes, keepdims, dtype: result.aval.dtype });
  return subtract(result, log(count));
}

/** Options of `standardize`. */
export interface StandardizeOptions {
  /** The axis or axes. Default: the last. */
  readonly axis?: Axis | undefined;
  /** The mean, if it is known; it broadcasts to x. */
  readonly mean?: ArrayArg | null;
  /** The variance, if it is known; it broadcasts to x. */
  readonly variance?: ArrayArg | null;
  /** Added to the variance. Default 1e-5. */
  readonly epsilon?: ArrayArg;
  /** Booleans that say which elements count for mean and variance; broadcast to x. */
  readonly where?: ArrayArg | null;
  /** "fast": the mean of squares minus the square of the mean. "stable": the mean of squared deviations. Default "fast". */
  readonly algorithm?: "fast" | "stable";
}

/**
 * $(x - \mathrm{mean}) / \sqrt{\mathrm{variance} + \epsilon}$ over axes: the core of layer normalisation.
 * @throws AxisError if an axis does not exist. @throws OptionError for an unknown option.
 * @example nn.standardize(x, { axis: [1, 2], epsilon: 1e-3 })
 */
export function standardize(x: ArrayArg, axis?: Axis | StandardizeOptions, options?: StandardizeOptions): NDArray {
  const read = readAxis<StandardizeOptions>("standardize", axis, options, [
    "axis",
    "mean",
    "variance",
    "epsilon",
    "where",
    "algorithm",
  ]);
  const { epsilon = 1e-5, where = null, algorithm = "fast" } = read;
  checkChoice("standardize", "algorithm", algorithm, ["fast", "stable"]);
  const over = { axis: orLast(read.axis), where, keepdims: true };
  const a = asArray(x, "standardize");
  checkAccepted("standardize", [...real, "bool"], a.aval);
  const center = read.mean ?? mean(a, over);
  const spread = (): NDArray =>
    algorithm === "stable"
      ? mean(square(subtract(a, center)), over)
      : maximum(0, subtract(mean(square(a), over), square(center)));
  const scale = rsqrt(promoteInexact("standardize", add(read.variance ?? spread(), epsilon))[0]!);
  return multiply(subtract(a, center), scale);
}

/** Options of `oneHot`. */
export interface OneHotOptions {
  /** The dtype of the result. Default float32. */
  readonly dtype?: DType | null;
  /** Where the new axis stands in the result. Default: at the end. */
  readonly axis?: number;
}

/**
 * Indices as vectors that are 1 at the index and 0 elsewhere; all 0 for an index outside of [0, numClasses).
 * @throws ConcretizationTypeError for a traced number of classes. @throws AxisError if the axis does not exist.
 * @example nn.oneHot(jnp.array([0, 2], "int32"), 3) // [[1. 0. 0.] [0. 0. 1.]]
 */
export function oneHot(
  x: ArrayArg,
  numClasses: number,
  ...args: Trailing<[dtype: DType | undefined, axis: number], OneHotOptions>
): NDArray {
  const options = readArguments<OneHotOptions>("oneHot", args, ["dtype", "axis"]);
  const n = staticInteger(numClasses, "the numClasses argument of nn.oneHot");
  if (n < 0)
    throw new ShapeError({
      what: `oneHot: numClasses must not be negative, got ${n}`,
      where: here(),
      fix: "use 0 or more",
    });
  const a = asArray(x, "oneHot");
  const rank = a.aval.shape.length + 1;
  const axis = canonicalAxis(staticInteger(options.axis ?? -1, "the axis argument of nn.oneHot"), rank);
  const wide = expandDims(a, [axis]);
  const shape = wide.aval.shape.map((size, d) => (d === axis ? n : size));
  const classes = iota([], { dtype: defaultInt(), shape, dimension: axis });
  const [left, right] = promoteDTypes("oneHot", wide, classes) as [NDArray, NDArray];
  const dtype =
    options.dtype === undefined || options.dtype === null ? defaultFloat() : requestedDType(options.dtype, "oneHot");
  return cast(eq(broadcastTo(left, shape), right), dtype);
}
