/**
 * Initial values of weights. Each initializer is a function of a random key, a shape and a dtype; most are made by a function
 * of their parameters: `initializers.heNormal()(key, [784, 128])`.
 */
import { multiply } from "../array/arithmetic.ts";
import { type ArrayArg, cast, here } from "../array/convert.ts";
import { defaultFloat, requestedDType } from "../array/dtypes.ts";
import { staticAxes } from "../array/static.ts";
import type { NDArray } from "../core/ndarray.ts";
import { checkOptions, DTypeError, ShapeError } from "../errors/index.ts";
import { checkChoice, readArguments, readShape, type Trailing } from "../numpy/arguments.ts";
import { full, ones as onesOf, zeros as zerosOf } from "../numpy/creation.ts";
import { constant as scalarOf } from "../numpy/operand.ts";
import type { Key } from "../random/key.ts";
import {
  normal as drawNormal,
  truncatedNormal as drawTruncatedNormal,
  uniform as drawUniform,
} from "../random/uniform.ts";
import { type DType, isFloating } from "../types/dtype.ts";
import { canonicalAxis, formatShape, type Shape } from "../types/shape.ts";

/** Makes an array of initial values. */
export type Initializer = (key: Key, shape: number | Shape, dtype?: DType) => NDArray;

function floatType(name: string, asked: DType | undefined, own: DType | undefined): DType {
  const dtype = asked ?? own ?? defaultFloat();
  const checked = requestedDType(dtype, name);
  if (isFloating(checked)) return checked;
  throw new DTypeError({
    what: `${name} draws floating point numbers, not ${checked}`,
    where: here(),
    fix: 'use "float32"',
  });
}

/** Random numbers of an initializer's distribution, times a factor. */
function scaled(
  name: string,
  own: DType | undefined,
  scale: number,
  draw: (key: Key, shape: Shape, dtype: DType) => NDArray,
): Initializer {
  return (key, shape, dtype) => {
    const type = floatType(name, dtype, own);
    return multiply(draw(key, readShape(name, shape), type), scalarOf(scale, type));
  };
}

/** Zeros. @example nn.initializers.zeros(key, [3]) */
export const zeros: Initializer = (_key, shape, dtype) => zerosOf(shape, dtype ?? defaultFloat());

/** Ones. @example nn.initializers.ones(key, [3]) */
export const ones: Initializer = (_key, shape, dtype) => onesOf(shape, dtype ?? defaultFloat());

/** One value everywhere. @example nn.initializers.constant(0.5)(key, [3]) */
export function constant(value: ArrayArg, dtype?: DType): Initializer {
  return (_key, shape, asked) =>
    cast(
      full(shape, value, { dtype: asked ?? dtype ?? defaultFloat() }),
      requestedDType(asked ?? dtype ?? defaultFloat(), "constant"),
    );
}

/** Options of `uniform`. */
export interface UniformInitializerOptions {
  /** The upper end of the interval. Default 0.01. */
  readonly scale?: number;
  /** The dtype, unless the initializer is given one. */
  readonly dtype?: DType;
}

/** Uniform numbers in [0, scale). @example nn.initializers.uniform(0.1)(key, [3]) */
export function uniform(...args: Trailing<[scale: number, dtype: DType], UniformInitializerOptions>): Initializer {
  const { scale = 0.01, dtype } = readArguments<UniformInitializerOptions>("uniform", args, ["scale", "dtype"]);
  return scaled("uniform", dtype, scale, (key, shape, type) => drawUniform(key, shape, type));
}

/** Options of `normal`. */
export interface NormalInitializerOptions {
  /** The standard deviation. Default 0.01. */
  readonly stddev?: number;
  /** The dtype, unless the initializer is given one. */
  readonly dtype?: DType;
}

/** Normal numbers with mean 0. @example nn.initializers.normal(0.1)(key, [3]) */
export function normal(...args: Trailing<[stddev: number, dtype: DType], NormalInitializerOptions>): Initializer {
  const { stddev = 0.01, dtype } = readArguments<NormalInitializerOptions>("normal", args, ["stddev", "dtype"]);
  return scaled("normal", dtype, stddev, (key, shape, type) => drawNormal(key, shape, type));
}

/** Options of `truncatedNormal`. */
export interface TruncatedNormalInitializerOptions extends NormalInitializerOptions {
  /** The bounds, in standard deviations. Default -2 and 2. */
  readonly lower?: number;
  readonly upper?: number;
}

/**
 * Normal numbers cut off at bounds, times `stddev`; their own standard deviation is smaller.
 * @example nn.initializers.truncatedNormal(0.1)(key, [3])
 */
export function truncatedNormal(
  ...args: Trailing<[stddev: number, dtype: DType, lower: number, upper: number], TruncatedNormalInitializerOptions>
): Initializer {
  const options = readArguments<TruncatedNormalInitializerOptions>("truncatedNormal", args, [
    "stddev",
    "dtype",
    "lower",
    "upper",
  ]);
  const { stddev = 0.01, dtype, lower = -2, upper = 2 } = options;
  return scaled("truncatedNormal", dtype, stddev, (key, shape, type) =>
    drawTruncatedNormal(key, lower, upper, shape, type),
  );
}

/** Which size the variance is divided by: inputs, outputs, or their mean (arithmetic or geometric). */
export type FanMode = "fan_in" | "fan_out" | "fan_avg" | "fan_geo_avg";

/** The distribution of the values. */
export type InitializerDistribution = "truncated_normal" | "normal" | "uniform";

/** Options of the initializers that look at the shape. */
export interface FanOptions {
  /** The axis or axes of inputs. Default -2. */
  readonly inAxis?: number | readonly number[];
  /** The axis or axes of outputs. Default -1. */
  readonly outAxis?: number | readonly number[];
  /** Axes that are neither, and do not count. Default none. */
  readonly batchAxis?: number | readonly number[];
  /** The dtype, unless the initializer is given one. */
  readonly dtype?: DType;
}

const fanNames = ["inAxis", "outAxis", "batchAxis", "dtype"];

/** How many inputs reach each output, and outputs each input; axes without a role are a receptive field, which multiplies both. */
function fans(
  shape: Shape,
  { inAxis = -2, outAxis = -1, batchAxis = [] }: FanOptions,
): [fanIn: number, fanOut: number] {
  if (inAxis === -2 && shape.length <= 1) {
    throw new ShapeError({
      what: `Can't compute input and output sizes of a ${shape.length}-dimensional weights tensor with default inAxis. Must be at least 2D or specify inAxis explicitly.`,
      where: here(),
      fix: `shape ${formatShape(shape)} needs two axes; use initializers.normal for vectors`,
    });
  }
  const size = (axes: number | readonly number[], name: string): number => {
    const given = staticAxes(axes, name) ?? [];
    return (typeof given === "number" ? [given] : given).reduce(
      (n, d) => n * shape[canonicalAxis(d, shape.length, name)]!,
      1,
    );
  };
  const [inputs, outputs] = [size(inAxis, "inAxis"), size(outAxis, "outAxis")];
  const field = shape.reduce((n, d) => n * d, 1) / inputs / outputs / size(batchAxis, "batchAxis");
  return [inputs * field, outputs * field];
}

/** The standard deviation of a normal number cut off at two. */
const cutDeviation = 0.87962566103423978;

/**
 * Values with variance scale / n, where n is the number of inputs of a unit ("fan_in"), of outputs ("fan_out"), or a mean of
 * both.
 * @throws OptionError for an unknown mode or distribution. The initializer throws ShapeError for a shape without the axes.
 * @example nn.initializers.varianceScaling(2, "fan_in", "truncated_normal")(key, [784, 128])
 */
export function varianceScaling(
  scale: number,
  mode: FanMode,
  distribution: InitializerDistribution,
  options: FanOptions = {},
): Initializer {
  return scaling("varianceScaling", scale, mode, distribution, options);
}

function scaling(
  name: string,
  scale: number,
  mode: FanMode,
  distribution: InitializerDistribution,
  options: FanOptions,
): Initializer {
  checkOptions(name, options, fanNames);
  checkChoice(name, "mode", mode, ["fan_in", "fan_out", "fan_avg", "fan_geo_avg"]);
  checkChoice(name, "distribution", distribution, ["truncated_normal", "normal", "uniform"]);
  return (key, given, asked) => {
    const shape = readShape(name, given);
    const dtype = floatType(name, asked, options.dtype);
    const [fanIn, fanOut] = fans(shape, options);
    const sizes = {
      fan_in: fanIn,
      fan_out: fanOut,
      fan_avg: (fanIn + fanOut) / 2,
      fan_geo_avg: Math.sqrt(fanIn * fanOut),
    };
    const round = dtype === "float64" ? (x: number): number => x : Math.fround;
    const variance = round(scale / sizes[mode]);
    const times = (values: NDArray, factor: number): NDArray => multiply(values, scalarOf(factor, dtype));
    switch (distribution) {
      case "truncated_normal":
        return times(
          drawTruncatedNormal(key, -2, 2, shape, dtype),
          round(round(Math.sqrt(variance)) / round(cutDeviation)),
        );
      case "normal":
        return times(drawNormal(key, shape, dtype), round(Math.sqrt(variance)));
      case "uniform":
        return times(drawUniform(key, shape, dtype, -1, 1), round(Math.sqrt(round(3 * variance))));
    }
  };
}

/** Glorot's (Xavier's) uniform initializer: variance 2 / (inputs + outputs). @example nn.initializers.glorotUniform()(key, [3, 4]) */
export function glorotUniform(options: FanOptions = {}): Initializer {
  return scaling("glorotUniform", 1, "fan_avg", "uniform", options);
}

/**
 * Glorot's (Xavier's) normal initializer, cut off at two deviations: variance 2 / (inputs + outputs).
 * @example nn.initializers.glorotNormal()(key, [3, 2]).shape // [3, 2]
 */
export function glorotNormal(options: FanOptions = {}): Initializer {
  return scaling("glorotNormal", 1, "fan_avg", "truncated_normal", options);
}

/** He's (Kaiming's) uniform initializer: variance 2 / inputs. @example nn.initializers.heUniform()(key, [3, 4]) */
export function heUniform(options: FanOptions = {}): Initializer {
  return scaling("heUniform", 2, "fan_in", "uniform", options);
}

/**
 * He's (Kaiming's) normal initializer, cut off at two deviations: variance 2 / inputs.
 * @example nn.initializers.heNormal()(key, [3, 2]).shape // [3, 2]
 */
export function heNormal(options: FanOptions = {}): Initializer {
  return scaling("heNormal", 2, "fan_in", "truncated_normal", options);
}

/** LeCun's uniform initializer: variance 1 / inputs. @example nn.initializers.lecunUniform()(key, [3, 4]) */
export function lecunUniform(options: FanOptions = {}): Initializer {
  return scaling("lecunUniform", 1, "fan_in", "uniform", options);
}

/**
 * LeCun's normal initializer, cut off at two deviations: variance 1 / inputs.
 * @example nn.initializers.lecunNormal()(key, [3, 2]).shape // [3, 2]
 */
export function lecunNormal(options: FanOptions = {}): Initializer {
  return scaling("lecunNormal", 1, "fan_in", "truncated_normal", options);
}

export {
  glorotNormal as xavierNormal,
  glorotUniform as xavierUniform,
  heNormal as kaimingNormal,
  heUniform as kaimingUniform,
};
