/** Activation functions, element by element. In: arrays or numbers; out: the promoted dtype. Derivatives at kinks are JAX's. */
import {
  absolute,
  add,
  clip,
  divide,
  maximum,
  minimum,
  multiply,
  negative,
  sqrt,
  tanh as tanhOf,
} from "../array/arithmetic.ts";
import { greater, greaterEqual, less, lessEqual } from "../array/comparison.ts";
import { type ArrayArg, asArray, here } from "../array/convert.ts";
import { promoteInexact } from "../array/promotion.ts";
import { staticInteger } from "../array/static.ts";
import type { NDArray } from "../core/ndarray.ts";
import { ShapeError } from "../errors/index.ts";
import { readArguments, type Trailing } from "../numpy/arguments.ts";
import { where } from "../numpy/choose.ts";
import { expm1, logaddexp, square } from "../numpy/exponential.ts";
import { constant } from "../numpy/operand.ts";
import { and } from "../prims/bitwise.ts";
import { logistic } from "../prims/exponential.ts";
import { sliceAlong } from "../prims/slicing.ts";
import { erfc } from "../prims/special.ts";
import { stopGradient } from "../prims/stop.ts";
import { canonicalAxis } from "../types/shape.ts";
import { log1mexpElements, reluElements } from "./kinks.ts";

const inexact = (name: string, x: ArrayArg): NDArray => promoteInexact(name, x)[0]!;

/** x itself. @example nn.identity(2) // 2.0 */
export function identity(x: ArrayArg): NDArray {
  return asArray(x, "identity");
}

/**
 * The rectified linear unit, $\max(x, 0)$. The derivative at 0 is 0.
 * @throws DTypeError for booleans and complex numbers.
 * @example nn.relu(jnp.array([-1, 2])) // [0. 2.]
 */
export function relu(x: ArrayArg): NDArray {
  return reluElements(asArray(x, "relu"));
}

/** $\min(\max(x, 0), 6)$. The derivative at 0 and 6 is 0. @example nn.relu6(jnp.array([-1, 8])) // [0. 6.] */
export function relu6(x: ArrayArg): NDArray {
  const a = asArray(x, "relu6");
  const inside = and(greater(a, 0), less(a, 6));
  return where(inside, a, stopGradient(minimum(maximum(a, 0), 6)));
}

/** The logistic function $1 / (1 + e^{-x})$. @example nn.sigmoid(0) // 0.5 */
export function sigmoid(x: ArrayArg): NDArray {
  return logistic(inexact("sigmoid", x));
}

/** $\log(1 + e^x)$, without overflow. @example nn.softplus(0) // 0.6931472 */
export function softplus(x: ArrayArg): NDArray {
  return logaddexp(x, 0);
}

/** $x / (|x| + 1)$. @example nn.softSign(jnp.array([-1, 3])) // [-0.5   0.75] */
export function softSign(x: ArrayArg): NDArray {
  const a = asArray(x, "softSign");
  return divide(a, add(absolute(a), 1));
}

/** The sigmoid-weighted linear unit $x\,\sigma(x)$. @example nn.silu(0) // 0.0 */
export function silu(x: ArrayArg): NDArray {
  const a = inexact("silu", x);
  return multiply(a, logistic(a));
}

export { silu as swish };

/** $x \tanh(\log(1 + e^x))$. @example nn.mish(0) // 0.0 */
export function mish(x: ArrayArg): NDArray {
  const a = inexact("mish", x);
  return multiply(a, tanhOf(softplus(a)));
}

/** $\log \sigma(x) = -\log(1 + e^{-x})$. @example nn.logSigmoid(0) // -0.6931472 */
export function logSigmoid(x: ArrayArg): NDArray {
  return negative(softplus(negative(x)));
}

type AlphaArguments = Trailing<[alpha: ArrayArg], { readonly alpha?: ArrayArg }>;

const readAlpha = (name: string, args: readonly unknown[]): ArrayArg =>
  readArguments<{ readonly alpha?: ArrayArg }>(name, args, ["alpha"]).alpha ?? 1;

function exponentialUnit(a: NDArray, alpha: ArrayArg): NDArray {
  const isPositive = greater(a, 0);
  // The inner choice keeps infinities of the other branch out of the gradient.
  return where(isPositive, a, multiply(alpha, expm1(where(isPositive, 0, a))));
}

/**
 * The exponential linear unit: x above 0, $\alpha (e^x - 1)$ below; alpha is 1 by default.
 * @example nn.elu(jnp.array([-1, 2])) // [-0.63212055  2.        ]
 */
export function elu(x: ArrayArg, ...args: AlphaArguments): NDArray {
  return exponentialUnit(inexact("elu", x), readAlpha("elu", args));
}

/**
 * The continuously differentiable exponential linear unit: x above 0, $\alpha (e^{x / \alpha} - 1)$ below; alpha is 1 by
 * default.
 * @example nn.celu(jnp.array([-1, 2]), 2) // [-0.7869387  2.       ]
 */
export function celu(x: ArrayArg, ...args: AlphaArguments): NDArray {
  const alpha = readAlpha("celu", args);
  const a = inexact("celu", x);
  return add(maximum(a, 0), multiply(alpha, expm1(divide(minimum(a, 0), alpha))));
}

/** The self-normalising exponential linear unit: `elu` with fixed alpha and scale. @example nn.selu(1) // 1.050701 */
export function selu(x: ArrayArg): NDArray {
  return multiply(1.0507009873554805, exponentialUnit(inexact("selu", x), 1.6732632423543772));
}

/**
 * The Gaussian error linear unit $x\,\Phi(x)$; by default with the approximation
 * $\Phi(x) \approx \frac12 (1 + \tanh(\sqrt{2/\pi}\,(x + 0.044715\,x^3)))$.
 * @example nn.gelu(x); nn.gelu(x, { approximate: false })
 */
export function gelu(
  x: ArrayArg,
  ...args: Trailing<[approximate: boolean], { readonly approximate?: boolean }>
): NDArray {
  const { approximate = true } = readArguments<{ readonly approximate?: boolean }>("gelu", args, ["approximate"]);
  const a = inexact("gelu", x);
  if (!approximate) return multiply(multiply(0.5, a), erfc(multiply(negative(a), Math.SQRT1_2)));
  const scale = constant(Math.sqrt(2 / Math.PI), a.aval.dtype);
  const inner = multiply(scale, add(a, multiply(0.044715, multiply(square(a), a))));
  return multiply(a, multiply(0.5, add(1, tanhOf(inner))));
}

/**
 * The gated linear unit: the first half of an axis times the sigmoid of the second.
 * @throws ShapeError if the axis has an odd length. @throws AxisError if it does not exist.
 * @example nn.glu(jnp.ones([2, 6])) // shape (2, 3)
 */
export function glu(x: ArrayArg, ...args: Trailing<[axis: number], { readonly axis?: number }>): NDArray {
  const { axis = -1 } = readArguments<{ readonly axis?: number }>("glu", args, ["axis"]);
  const a = inexact("glu", x);
  const at = canonicalAxis(staticInteger(axis, "the axis argument of nn.glu"), a.aval.shape.length);
  const size = a.aval.shape[at]!;
  if (size % 2 !== 0) {
    throw new ShapeError({
      what: `glu: axis size must be divisible by 2, but is ${size}`,
      where: here(),
      fix: "split an even axis",
    });
  }
  return multiply(sliceAlong(a, at, 0, size / 2), logistic(sliceAlong(a, at, size / 2, size)));
}

/**
 * x where it is not negative, else x times a slope, 0.01 by default. The derivative at 0 is 1.
 * @example nn.leakyRelu(jnp.array([-1, 2])) // [-0.01  2.  ]
 */
export function leakyRelu(
  x: ArrayArg,
  ...args: Trailing<[negativeSlope: ArrayArg], { readonly negativeSlope?: ArrayArg }>
): NDArray {
  const { negativeSlope = 0.01 } = readArguments<{ readonly negativeSlope?: ArrayArg }>("leakyRelu", args, [
    "negativeSlope",
  ]);
  const a = asArray(x, "leakyRelu");
  return where(greaterEqual(a, 0), a, multiply(negativeSlope, a));
}

/** x kept in [-1, 1]. The derivative at -1 and 1 is 1. @example nn.hardTanh(jnp.array([-3, 0.5])) // [-1.   0.5] */
export function hardTanh(x: ArrayArg): NDArray {
  const a = asArray(x, "hardTanh");
  return where(greater(a, 1), 1, where(less(a, -1), -1, a));
}

/** `relu6(x + 3) / 6`, a sigmoid of straight lines. @example nn.hardSigmoid(0) // 0.5 */
export function hardSigmoid(x: ArrayArg): NDArray {
  return divide(relu6(add(x, 3)), 6);
}

/** x times `hardSigmoid(x)`. @example nn.hardSilu(3) // 3.0 */
export function hardSilu(x: ArrayArg): NDArray {
  return multiply(x, hardSigmoid(x));
}

export { hardSilu as hardSwish };

/**
 * $(x + \sqrt{x^2 + b}) / 2$, a smooth relu; b is 4 by default.
 * @example nn.squareplus(0) // 1.0
 */
export function squareplus(x: ArrayArg, ...args: Trailing<[b: ArrayArg], { readonly b?: ArrayArg }>): NDArray {
  const { b = 4 } = readArguments<{ readonly b?: ArrayArg }>("squareplus", args, ["b"]);
  const a = asArray(x, "squareplus");
  return divide(add(a, sqrt(add(square(a), b))), 2);
}

/** 0 below -1, x above 1, $(x + 1)^2 / 4$ between. @example nn.sparsePlus(0) // 0.25 */
export function sparsePlus(x: ArrayArg): NDArray {
  const a = inexact("sparsePlus", x);
  return where(lessEqual(a, -1), 0, where(greaterEqual(a, 1), a, divide(square(add(a, 1)), 4)));
}

/** 0 below -1, 1 above 1, $(x + 1) / 2$ between: the derivative of `sparsePlus`. @example nn.sparseSigmoid(0) // 0.5 */
export function sparseSigmoid(x: ArrayArg): NDArray {
  return multiply(0.5, clip(add(x, 1), 0, 2));
}

/** The hyperbolic tangent. @example nn.tanh(0) // 0.0 */
export function tanh(x: ArrayArg): NDArray {
  return tanhOf(x);
}

/** $\log(1 - e^{-x})$ for positive x, accurate near 0 and far from it; its derivative is $1 / (e^x - 1)$. @example nn.log1mexp(1) // -0.4586751 */
export function log1mexp(x: ArrayArg): NDArray {
  return log1mexpElements(inexact("log1mexp", x));
}
