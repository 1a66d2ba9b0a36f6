/** Uniform and normal numbers, and what is made from them by inverting a distribution function. Formulas are JAX's. */
import { asArray } from "../array/convert.ts";
import type { NDArray } from "../core/ndarray.ts";
import { DTypeError, OptionError, ShapeError } from "../errors/index.ts";
import { abs, add, div, max, min, mul, neg, nextafter, pow, sign, sqrt, sub } from "../prims/arithmetic.ts";
import { or, shiftRightLogical } from "../prims/bitwise.ts";
import { bitcastConvertType, convertElementType } from "../prims/cast.ts";
import { ge } from "../prims/compare.ts";
import { exp, log, log1p } from "../prims/exponential.ts";
import { full } from "../prims/fill.ts";
import { broadcastTo, reshape } from "../prims/movement.ts";
import { reduceSum } from "../prims/reduce.ts";
import { where } from "../prims/rules.ts";
import { sliceAlong } from "../prims/slicing.ts";
import { erf, erfInv } from "../prims/special.ts";
import { tan } from "../prims/trigonometric.ts";
import { composite } from "../runtime/composite.ts";
import type { DType } from "../types/dtype.ts";
import { broadcastShapes, equalShapes, formatShape, type Shape } from "../types/shape.ts";
import { readArguments, readFloat, readShape } from "./arguments.ts";
import { randomBits } from "./bits.ts";
import { type Key, singleKey } from "./key.ts";

/** A number or an array of parameters. */
export type Parameter = NDArray | number;

/** Options that all samplers of floats take. */
export interface FloatOptions {
  /** The shape of the result. */
  readonly shape?: Shape;
  /** A floating dtype; default float32. */
  readonly dtype?: DType;
}

const constant = (value: number, dtype: DType): NDArray => full([], value, dtype);

/** A parameter in the sampler's dtype: a scalar, or broadcast to the result's shape. */
export function parameter(value: Parameter, dtype: DType, shape: Shape): NDArray {
  if (typeof value === "number") return constant(value, dtype);
  const cast = convertElementType(asArray(value), { newDtype: dtype, weakType: false });
  return cast.aval.shape.length === 0 ? cast : broadcastTo(cast, shape);
}

/** The shape of a result whose parameters have shapes of their own. @throws ShapeError if they do not broadcast to it. */
export function parameterShape(caller: string, given: unknown, ...values: readonly Parameter[]): Shape {
  const implied = broadcastShapes(...values.map((v) => (typeof v === "number" ? [] : v.aval.shape)));
  if (given === undefined || given === null) return implied;
  const shape = readShape(caller, given);
  if (!equalShapes(broadcastShapes(shape, implied), shape)) {
    throw new ShapeError({
      what: `${caller} parameter shapes must be broadcast-compatible with shape argument, got ${formatShape(shape)} and ${formatShape(implied)}`,
      fix: "leave shape out, or give one that the parameters broadcast to",
    });
  }
  return shape;
}

/** What a draw is drawn for. */
interface Draw {
  readonly shape: Shape;
  readonly dtype: DType;
}

const drawUniform = /* @__PURE__ */ composite("uniform", ([data, low, high], { shape, dtype }: Draw) => {
  const wide = dtype === "float64";
  const bits = randomBits(data!, wide ? 64 : 32, shape);
  const unsigned = bits.aval.dtype;
  // The top bits become the mantissa of a number in [1, 2).
  const mantissa = shiftRightLogical(bits, full([], wide ? 12 : 9, unsigned));
  const exponent = wide ? full([], 0x3ff0000000000000n, unsigned) : full([], 0x3f800000, unsigned);
  const unit = sub(bitcastConvertType(or(mantissa, exponent), { newDtype: dtype }), constant(1, dtype));
  return [max(low!, add(mul(unit, sub(high!, low!)), low!))];
});

/** Uniform numbers in [low, high) for checked arguments. */
export function uniformArray(data: NDArray, shape: Shape, dtype: DType, low: NDArray, high: NDArray): NDArray {
  if (dtype !== "float32" && dtype !== "float64") {
    throw new DTypeError({
      what: `random numbers of dtype ${dtype} are not available`,
      fix: 'use "float32" and convert with astype',
    });
  }
  return drawUniform([data, low, high], { shape, dtype })[0]!;
}

/** Uniform numbers in [minval, maxval). @throws DTypeError for a dtype that is not floating. */
export function uniform(
  key: Key,
  options: FloatOptions & { readonly minval?: Parameter; readonly maxval?: Parameter },
): NDArray;
/** @example random.uniform(random.key(0), [3]) */
export function uniform(
  key: Key,
  shape?: Shape,
  dtype?: DType | (FloatOptions & { readonly minval?: Parameter; readonly maxval?: Parameter }),
  minval?: Parameter,
  maxval?: Parameter,
): NDArray;
export function uniform(key: Key, ...args: readonly unknown[]): NDArray {
  const a = readArguments("uniform", args, ["shape", "dtype", "minval", "maxval"]);
  const shape = readShape("uniform", a.shape);
  const dtype = readFloat("uniform", a.dtype);
  const low = parameter((a.minval as Parameter | undefined) ?? 0, dtype, shape);
  const high = parameter((a.maxval as Parameter | undefined) ?? 1, dtype, shape);
  return uniformArray(singleKey("uniform", key), shape, dtype, low, high);
}

/** Uniform in (-1, 1), never -1. */
function openUnit(data: NDArray, shape: Shape, dtype: DType): NDArray {
  const low = dtype === "float64" ? -1 + 2 ** -53 : -1 + 2 ** -24;
  return uniformArray(data, shape, dtype, constant(low, dtype), constant(1, dtype));
}

/** Standard normal numbers for checked arguments: sqrt(2) erfinv(u) for u uniform in (-1, 1). */
export function normalArray(data: NDArray, shape: Shape, dtype: DType): NDArray {
  return mul(constant(Math.SQRT2, dtype), erfInv(openUnit(data, shape, dtype)));
}

/** A sampler of a distribution without parameters, with shape and dtype by position or by name. */
export type Sampler = {
  (key: Key, options: FloatOptions): NDArray;
  (key: Key, shape?: Shape, dtype?: DType): NDArray;
};

/** A sampler of floats without parameters. */
function sampler(name: string, sample: (data: NDArray, shape: Shape, dtype: DType) => NDArray): Sampler {
  const draw = composite(name, ([data], { shape, dtype }: Draw) => [sample(data!, shape, dtype)]);
  return (key: Key, ...args: readonly unknown[]) => {
    const a = readArguments(name, args, ["shape", "dtype"]);
    const description = { shape: readShape(name, a.shape), dtype: readFloat(name, a.dtype) };
    return draw([singleKey(name, key)], description)[0]!;
  };
}

/** The smallest positive normal number. */
const tiny = (dtype: DType): number => (dtype === "float64" ? 2 ** -1022 : 2 ** -126);
const epsilon = (dtype: DType): number => (dtype === "float64" ? 2 ** -52 : 2 ** -23);

/** Uniform between two numbers. */
function between(data: NDArray, shape: Shape, dtype: DType, low: number, high: number): NDArray {
  return uniformArray(data, shape, dtype, constant(low, dtype), constant(high, dtype));
}

/**
 * Standard normal numbers: $\sqrt 2\,\mathrm{erf}^{-1}(u)$ for u uniform in (-1, 1).
 * @example random.normal(random.key(0), [2, 3])
 */
export const normal: Sampler = /* @__PURE__ */ sampler("normal", normalArray);

/** Exponential numbers with rate 1: $-\log(1 - u)$. @example random.exponential(key, [2]) // [2.950128  3.8434246] */
export const exponential: Sampler = /* @__PURE__ */ sampler("exponential", (data, shape, dtype) =>
  neg(log1p(neg(between(data, shape, dtype, 0, 1)))),
);

/**
 * How far into the tails draws reach. "low" (the default) spends one word of random bits a draw; "high" two, for events of
 * probability below 1e-7.
 */
export type SamplingMode = "low" | "high";

/** @throws OptionError for another mode. */
export function readMode(caller: string, value: unknown): SamplingMode {
  if (value === undefined || value === "low" || value === "high") return value ?? "low";
  throw new OptionError({ what: `${caller} has no mode ${JSON.stringify(value)}`, fix: 'use "low" or "high"' });
}

/**
 * Standard Gumbel numbers: $-\log(-\log u)$.
 * @throws DTypeError for a dtype that is not floating; OptionError for an unknown mode.
 * @example random.gumbel(key, [2]) // [2.9233725 3.8326175]
 */
export function gumbel(
  key: Key,
  ...args: readonly [
    shape?: Shape | (FloatOptions & { readonly mode?: SamplingMode }),
    dtype?: DType | { readonly mode?: SamplingMode },
    mode?: SamplingMode,
  ]
): NDArray {
  const a = readArguments("gumbel", args, ["shape", "dtype", "mode"]);
  const shape = readShape("gumbel", a.shape);
  return gumbelArray(singleKey("gumbel", key), shape, readFloat("gumbel", a.dtype), readMode("gumbel", a.mode));
}

const drawGumbel = /* @__PURE__ */ composite(
  "gumbel",
  ([data], { shape, dtype, mode }: Draw & { readonly mode: SamplingMode }) => {
    if (mode === "low") return [neg(log(neg(log(between(data!, shape, dtype, tiny(dtype), 1)))))];
    const [high, low] = halves(between(data!, [2, ...shape], dtype, 0, 1));
    // Small draws get the digits of a second one below their own.
    const fine = add(add(high, mul(low, constant(epsilon(dtype), dtype))), constant(tiny(dtype), dtype));
    const x = where(ge(high, constant(0.5, dtype)), high, fine, high);
    return [neg(log(neg(log1p(neg(x)))))];
  },
);

/** Standard Gumbel numbers for checked arguments. */
export function gumbelArray(data: NDArray, shape: Shape, dtype: DType, mode: SamplingMode): NDArray {
  return drawGumbel([data], { shape, dtype, mode })[0]!;
}

/** The two entries of an array along its first axis. */
export function halves(both: NDArray): [NDArray, NDArray] {
  const shape = both.aval.shape.slice(1);
  const half = (i: number): NDArray => reshape(sliceAlong(both, 0, i, i + 1), { newSizes: shape });
  return [half(0), half(1)];
}

/** Laplace numbers with mean 0 and scale 1. @example random.laplace(key, [2]) // [-2.2569816 -3.1502788] */
export const laplace: Sampler = /* @__PURE__ */ sampler("laplace", (data, shape, dtype) => {
  const u = between(data, shape, dtype, -1 + (dtype === "float64" ? 2 ** -53 : 2 ** -24), 1);
  return mul(sign(u), log1p(neg(abs(u))));
});

/** Standard logistic numbers: $\log(u / (1 - u))$. @example random.logistic(key, [2]) // [2.896376  3.8217716] */
export const logistic: Sampler = /* @__PURE__ */ sampler("logistic", (data, shape, dtype) => {
  const u = between(data, shape, dtype, tiny(dtype), 1);
  return sub(log(u), log1p(neg(u)));
});

/** Standard Cauchy numbers: $\tan(\pi (u - 1/2))$. @example random.cauchy(key, [2]) // [ 6.0274944 14.837895 ] */
export const cauchy: Sampler = /* @__PURE__ */ sampler("cauchy", (data, shape, dtype) => {
  const u = between(data, shape, dtype, epsilon(dtype), 1);
  return tan(mul(constant(Math.PI, dtype), sub(u, constant(0.5, dtype))));
});

/**
 * Maxwell numbers with scale 1: the length of a vector of three normal numbers.
 * @example random.maxwell(key, [2]) // [2.6310966 0.9910329]
 */
export const maxwell: Sampler = /* @__PURE__ */ sampler("maxwell", (data, shape, dtype) => {
  const three = normalArray(data, [...shape, 3], dtype);
  return sqrt(reduceSum(mul(three, three), { axes: [shape.length] }));
});

/**
 * Normal numbers between two bounds: exclusive, by inverting the distribution function.
 * @example random.truncatedNormal(key, -1, 1, [2]) // [0.86185926 0.9412883 ]
 */
export function truncatedNormal(
  key: Key,
  lower: Parameter,
  upper: Parameter,
  ...args: readonly [shape?: Shape | FloatOptions, dtype?: DType]
): NDArray {
  const a = readArguments("truncatedNormal", args, ["shape", "dtype"]);
  const dtype = readFloat("truncatedNormal", a.dtype);
  const shape = parameterShape("truncatedNormal", a.shape, lower, upper);
  const bounds = [parameter(lower, dtype, shape), parameter(upper, dtype, shape)];
  return drawTruncated([singleKey("truncatedNormal", key), ...bounds], { shape, dtype })[0]!;
}

const drawTruncated = /* @__PURE__ */ composite("truncatedNormal", ([data, low, high], { shape, dtype }: Draw) => {
  const root = constant(Math.SQRT2, dtype);
  const u = uniformArray(data!, shape, dtype, erf(div(low!, root)), erf(div(high!, root)));
  const out = mul(root, erfInv(u));
  // Rounding may reach the bounds, which are outside.
  const inside = nextafter(low!, constant(Number.POSITIVE_INFINITY, dtype));
  return [min(max(out, inside), nextafter(high!, constant(Number.NEGATIVE_INFINITY, dtype)))];
});

/**
 * Rayleigh numbers with a scale: $\sigma \sqrt{-2 \log u}$.
 * @example random.rayleigh(key, 1, [2]) // [0.32787833 0.20810027]
 */
export function rayleigh(
  key: Key,
  scale: Parameter,
  ...args: readonly [shape?: Shape | FloatOptions, dtype?: DType]
): NDArray {
  const a = readArguments("rayleigh", args, ["shape", "dtype"]);
  const dtype = readFloat("rayleigh", a.dtype);
  const shape = parameterShape("rayleigh", a.shape, scale);
  const u = between(singleKey("rayleigh", key), shape, dtype, 0, 1);
  return mul(parameter(scale, dtype, shape), sqrt(mul(log(u), constant(-2, dtype))));
}

/**
 * Weibull numbers: scale times $(-\log(1 - u))^{1/c}$.
 * @example random.weibullMin(key, 1, 2, [2]) // [1.7175937 1.9604654]
 */
export function weibullMin(
  key: Key,
  scale: Parameter,
  concentration: Parameter,
  ...args: readonly [shape?: Shape | FloatOptions, dtype?: DType]
): NDArray {
  const a = readArguments("weibullMin", args, ["shape", "dtype"]);
  const dtype = readFloat("weibullMin", a.dtype);
  const shape = parameterShape("weibullMin", a.shape, scale, concentration);
  const u = between(singleKey("weibullMin", key), shape, dtype, 0, 1);
  const power = div(constant(1, dtype), parameter(concentration, dtype, shape));
  return mul(pow(neg(log1p(neg(u))), power), parameter(scale, dtype, shape));
}

/**
 * Pareto numbers with shape parameter b: $e^{E/b}$ for E exponential.
 * @example random.pareto(key, 2, [2]) // [4.371316 6.832648]
 */
export function pareto(
  key: Key,
  b: Parameter,
  ...args: readonly [shape?: Shape | FloatOptions, dtype?: DType]
): NDArray {
  const a = readArguments("pareto", args, ["shape", "dtype"]);
  const dtype = readFloat("pareto", a.dtype);
  const shape = parameterShape("pareto", a.shape, b);
  const e = neg(log1p(neg(between(singleKey("pareto", key), shape, dtype, 0, 1))));
  return exp(div(e, parameter(b, dtype, shape)));
}

/** Log-normal numbers: $e^{\sigma Z}$ for Z normal. @example random.lognormal(key, 1, [2]) // [5.066459 7.578117] */
export function lognormal(
  key: Key,
  sigma: Parameter = 1,
  ...args: readonly [shape?: Shape | FloatOptions, dtype?: DType]
): NDArray {
  const a = readArguments("lognormal", args, ["shape", "dtype"]);
  const dtype = readFloat("lognormal", a.dtype);
  const shape = parameterShape("lognormal", a.shape, sigma);
  return exp(mul(normalArray(singleKey("lognormal", key), shape, dtype), parameter(sigma, dtype, shape)));
}
