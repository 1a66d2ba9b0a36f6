/** Evenly spaced numbers: by a step, or by their count, on a linear or logarithmic scale. */
import { type ArrayArg, cast } from "../array/convert.ts";
import { defaultFloat, defaultInt, inexactDType } from "../array/dtypes.ts";
import { promoteDTypes } from "../array/promotion.ts";
import { isNDArray, type NDArray } from "../core/ndarray.ts";
import { ArgumentError, ShapeError } from "../errors/index.ts";
import { add, div, mul, pow, sign, sub } from "../prims/arithmetic.ts";
import { log } from "../prims/exponential.ts";
import { broadcastTo, expandDims, moveaxis } from "../prims/movement.ts";
import { floor } from "../prims/rounding.ts";
import { concatenate } from "../prims/slicing.ts";
import { type DType, dtypeBytes, isFloating, isInteger } from "../types/dtype.ts";
import { broadcastShapes, canonicalAxis, type Shape } from "../types/shape.ts";
import { inserted } from "../util/list.ts";
import {
  describe,
  readArguments,
  readDType,
  readInt,
  requireConcrete,
  type StaticInt,
  type Trailing,
} from "./arguments.ts";
import { concreteElements } from "./concrete.ts";
import { along, constant, counting, operand, zerosOf } from "./operand.ts";

/** Options of `arange`. */
export interface ArangeOptions {
  readonly stop?: number | bigint | NDArray | null;
  readonly step?: number | bigint | NDArray | null;
  /** The dtype of the result. Default: an integer type if start, stop and step are whole numbers, else a float. */
  readonly dtype?: DType;
}

/** A bound of a range: its value, which must be known, and its type. */
function readBound(name: string, value: unknown): { readonly value: number; readonly array: NDArray } {
  if (typeof value === "number" || typeof value === "bigint")
    return { value: Number(value), array: operand(value, "arange") };
  if (!isNDArray(value)) {
    throw new ArgumentError({
      what: `arange: ${name} must be a number, but got ${describe(value)}`,
      fix: "pass JavaScript numbers",
    });
  }
  if (value.aval.shape.length > 0) {
    throw new ShapeError({
      what: `jax.numpy.arange: arguments must be scalars; got ${name} of shape (${value.aval.shape.join(", ")})`,
      fix: "pass JavaScript numbers",
    });
  }
  requireConcrete(
    value,
    `it arose in the jnp.arange argument '${name}'`,
    "sizes of arrays must be known: pass JavaScript numbers",
  );
  return { value: Number(concreteElements(value)[0]), array: value };
}

/**
 * Numbers from `start` (default 0) in steps (default 1) below `stop`: `arange(stop)`, `arange(start, stop, step)`. int32 if
 * all arguments are whole numbers, else float32.
 * @throws ConcretizationTypeError for traced arguments. @throws ArgumentError for a step of 0.
 * @example jnp.arange(5); jnp.arange(0, 1, 0.25); jnp.arange(4, { dtype: "float32" })
 */
export function arange(
  start: number | bigint | NDArray,
  ...args: Trailing<
    [stop: number | bigint | NDArray | null, step: number | bigint | NDArray | null, dtype: DType],
    ArangeOptions
  >
): NDArray {
  const options = readArguments<ArangeOptions>("arange", args, ["stop", "step", "dtype"]);
  const hasStop = options.stop !== undefined && options.stop !== null;
  const hasStep = options.step !== undefined && options.step !== null;
  const first = readBound(hasStop || hasStep ? "start" : "stop", start);
  const from = hasStop ? first : { value: 0, array: operand(0, "arange") };
  const to = hasStop ? readBound("stop", options.stop) : first;
  const step = hasStep ? readBound("step", options.step) : { value: 1, array: operand(1, "arange") };
  if (step.value === 0 || Number.isNaN(step.value)) {
    throw new ArgumentError({ what: `arange: step must not be ${step.value}`, fix: "use a step other than 0" });
  }
  const size = Math.max(0, Math.ceil((to.value - from.value) / step.value));
  if (!Number.isFinite(size)) {
    throw new ArgumentError({
      what: `arange: cannot count from ${from.value} to ${to.value}`,
      fix: "use finite bounds",
    });
  }
  const dtype =
    readDType("arange", options.dtype, undefined) ??
    rangeDType([first, ...(hasStop ? [to] : []), ...(hasStep ? [step] : [])]);
  // Small floats count in float32, so that large indices are not rounded before they are scaled.
  const working = isFloating(dtype) && dtypeBytes(dtype) < 4 ? "float32" : dtype;
  let result = counting(size, working);
  if (hasStep) result = mul(cast(step.array, working), result);
  if (from.value !== 0) result = add(cast(from.array, working), result);
  return cast(result, dtype);
}

function rangeDType(bounds: readonly { readonly array: NDArray }[]): DType {
  return promoteDTypes("arange", ...bounds.map((b) => b.array))[0]!.aval.dtype;
}

/** Options of `linspace`. */
export interface LinspaceOptions {
  /** How many numbers. Default 50. */
  readonly num?: StaticInt;
  /** Whether the last number is `stop`. Default true. */
  readonly endpoint?: boolean;
  /** Whether to return the step as well. Default false. */
  readonly retstep?: boolean;
  /** The dtype of the result; a float by default. */
  readonly dtype?: DType;
  /** Where the new axis stands in the result, when start or stop are arrays. Default 0. */
  readonly axis?: number;
}

type SpaceArguments = Trailing<
  [num: StaticInt, endpoint: boolean, retstep: boolean, dtype: DType | undefined, axis: number],
  LinspaceOptions
>;

/** The numbers and their step. `start` and `stop` may be traced. */
function spaced(
  caller: string,
  start: ArrayArg,
  stop: ArrayArg,
  options: Pick<LinspaceOptions, "num" | "endpoint" | "dtype" | "axis">,
): readonly [NDArray, NDArray] {
  const num = readInt(caller, "num", options.num ?? 50);
  if (num < 0) {
    throw new ArgumentError({ what: `Number of samples, ${num}, must be non-negative.`, fix: "use num of 0 or more" });
  }
  const endpoint = options.endpoint ?? true;
  const [from, to] = [operand(start, caller, 0), operand(stop, caller, 1)];
  const dtype = readDType(caller, options.dtype, undefined) ?? spaceDType(caller, from, to);
  const working = inexactDType(dtype);
  const bounds = broadcastShapes(from.aval.shape, to.aval.shape);
  const axis = canonicalAxis(options.axis ?? 0, bounds.length + 1);
  const withAxis = (x: NDArray): NDArray => expandDims(broadcastTo(cast(x, working), bounds), [axis]);
  const [first, last] = [withAxis(from), withAxis(to)];
  const divisor = endpoint ? num - 1 : num;
  const shape = inserted(bounds, axis, divisor);
  let result: NDArray;
  let step = constant(Number.NaN, working);
  if (num > 1) {
    step = div(sub(cast(to, working), broadcastTo(cast(from, working), bounds)), constant(divisor, working));
    const line = div(counting(divisor, working), constant(divisor, working));
    const weight = broadcastTo(along(line, axis, shape.length), shape);
    // Both ends are hit exactly: each is multiplied by a weight of one or zero there.
    result = add(
      mul(broadcastTo(first, shape), sub(constant(1, working), weight)),
      mul(broadcastTo(last, shape), weight),
    );
    if (endpoint) result = concatenate([result, last], { dimension: axis });
  } else if (num === 1) {
    if (!endpoint) step = sub(cast(to, working), cast(from, working));
    result = first;
  } else {
    result = zerosOf(inserted(bounds, axis, 0), working);
  }
  if (isInteger(dtype)) result = floor(result);
  return [cast(result, dtype), step];
}

/** The dtype of numbers between these; weak ones alone make the default float. */
function spaceDType(caller: string, from: NDArray, to: NDArray): DType {
  if (from.aval.weakType && to.aval.weakType) return defaultFloat();
  return inexactDType(promoteDTypes(caller, from, to)[0]!.aval.dtype);
}

/**
 * `num` evenly spaced numbers from `start` to `stop`, both included (unless `endpoint` is false). Arrays broadcast against
 * each other and get a new axis. With `retstep`, `[numbers, step]`.
 * @throws ArgumentError for a negative count. @throws ConcretizationTypeError for a traced count.
 * @example jnp.linspace(0, 1, 5); jnp.linspace(0, 1, 5, { endpoint: false })
 */
export function linspace(
  start: ArrayArg,
  stop: ArrayArg,
  num: StaticInt | undefined,
  options: LinspaceOptions & { readonly retstep: true },
): [NDArray, NDArray];
export function linspace(
  start: ArrayArg,
  stop: ArrayArg,
  options: LinspaceOptions & { readonly retstep: true },
): [NDArray, NDArray];
export function linspace(
  start: ArrayArg,
  stop: ArrayArg,
  num: StaticInt | undefined,
  endpoint: boolean | undefined,
  retstep: true,
  dtype?: DType,
  axis?: number,
): [NDArray, NDArray];
export function linspace(start: ArrayArg, stop: ArrayArg, ...args: SpaceArguments): NDArray;
export function linspace(start: ArrayArg, stop: ArrayArg, ...args: SpaceArguments): NDArray | [NDArray, NDArray] {
  const options = readArguments<LinspaceOptions>("linspace", args, ["num", "endpoint", "retstep", "dtype", "axis"]);
  const [result, step] = spaced("linspace", start, stop, options);
  return options.retstep === true ? [result, step] : result;
}

/** Options of `logspace`. */
export interface LogspaceOptions extends Omit<LinspaceOptions, "retstep"> {
  /** What is raised to the powers. Default 10. */
  readonly base?: ArrayArg;
}

/**
 * `num` numbers evenly spaced on a logarithmic scale: powers of `base` with exponents from `start` to `stop`.
 * @throws ArgumentError for a negative count. @throws ConcretizationTypeError for a traced count.
 * @example jnp.logspace(0, 3, 4) // [   1.   10.  100. 1000.]
 */
export function logspace(
  start: ArrayArg,
  stop: ArrayArg,
  ...args: Trailing<
    [num: StaticInt, endpoint: boolean, base: ArrayArg, dtype: DType | undefined, axis: number],
    LogspaceOptions
  >
): NDArray {
  const options = readArguments<LogspaceOptions>("logspace", args, ["num", "endpoint", "base", "dtype", "axis"]);
  const dtype =
    readDType("logspace", options.dtype, undefined) ??
    spaceDType("logspace", operand(start, "logspace", 0), operand(stop, "logspace", 1));
  const working = inexactDType(dtype);
  const [exponents] = spaced("logspace", start, stop, { ...options, dtype: working });
  const base = cast(operand(options.base ?? 10, "logspace", 2), working);
  const shape = broadcastShapes(base.aval.shape, exponents.aval.shape);
  return cast(pow(broadcastTo(base, shape), broadcastTo(exponents, shape)), dtype);
}

/** Options of `geomspace`. */
export type GeomspaceOptions = Omit<LinspaceOptions, "retstep">;

/**
 * `num` numbers in geometric progression from `start` to `stop`, which have the same sign and are not zero.
 * @throws ArgumentError for a negative count. @throws ConcretizationTypeError for a traced count.
 * @example jnp.geomspace(1, 1000, 4) // [   1.   10.  100. 1000.]
 */
export function geomspace(
  start: ArrayArg,
  stop: ArrayArg,
  ...args: Trailing<[num: StaticInt, endpoint: boolean, dtype: DType | undefined, axis: number], GeomspaceOptions>
): NDArray {
  const options = readArguments<GeomspaceOptions>("geomspace", args, ["num", "endpoint", "dtype", "axis"]);
  const dtype =
    readDType("geomspace", options.dtype, undefined) ??
    spaceDType("geomspace", operand(start, "geomspace", 0), operand(stop, "geomspace", 1));
  const working = inexactDType(dtype);
  const shape: Shape = broadcastShapes(
    operand(start, "geomspace", 0).aval.shape,
    operand(stop, "geomspace", 1).aval.shape,
  );
  const from = broadcastTo(cast(operand(start, "geomspace", 0), working), shape);
  const to = broadcastTo(cast(operand(stop, "geomspace", 1), working), shape);
  const direction = sign(from);
  const ten = log(constant(10, working));
  const exponent = (x: NDArray): NDArray => div(log(div(x, direction)), ten);
  const powers = logspace(exponent(from), exponent(to), { ...options, dtype: working, axis: 0 });
  const signed = mul(broadcastTo(direction, powers.aval.shape), powers);
  const axis = canonicalAxis(options.axis ?? 0, shape.length + 1);
  return cast(moveaxis(signed, 0, axis), dtype);
}

/** Options of `indices`. */
export interface IndicesOptions {
  /** The dtype of the result; an integer type by default. */
  readonly dtype?: DType;
  /** Whether to return one array for each axis, of length 1 along all others. Default false. */
  readonly sparse?: boolean;
}

/**
 * The index of every element of an array of a shape: an array of shape `[rank, ...dimensions]`, or with `sparse` a list of
 * arrays that broadcast against each other.
 * @throws ConcretizationTypeError for traced dimensions.
 * @example const [row, column] = jnp.indices([2, 3]);
 */
export function indices(dimensions: Shape, options: IndicesOptions & { readonly sparse: true }): NDArray[];
export function indices(
  dimensions: Shape,
  ...args: Trailing<[dtype: DType | undefined, sparse: boolean], IndicesOptions>
): NDArray;
export function indices(
  dimensions: Shape,
  ...args: Trailing<[dtype: DType | undefined, sparse: boolean], IndicesOptions>
): NDArray | NDArray[] {
  const options = readArguments<IndicesOptions>("indices", args, ["dtype", "sparse"]);
  const dtype = readDType("indices", options.dtype, defaultInt());
  const shape = dimensions.map((n) => readInt("indices", "dimensions", n));
  const lines = shape.map((n, d) => along(counting(n, dtype), d, shape.length));
  if (options.sparse === true) return lines;
  if (lines.length === 0) return zerosOf([0], dtype);
  return concatenate(
    lines.map((x) => expandDims(broadcastTo(x, shape), [0])),
    { dimension: 0 },
  );
}
