/** Losses, element by element or row by row: reduce them as you like. In: predictions and targets. Out: an array of losses. */
import {
  absolute,
  add,
  divide,
  exp,
  log,
  maximum,
  minimum,
  multiply,
  negative,
  sqrt,
  subtract,
} from "../array/arithmetic.ts";
import { equal } from "../array/comparison.ts";
import { type ArrayArg, asArray } from "../array/convert.ts";
import { promoteInexact } from "../array/promotion.ts";
import { sum } from "../array/reduction.ts";
import type { NDArray } from "../core/ndarray.ts";
import { checkOptions, DTypeError, ShapeError } from "../errors/index.ts";
import { logSigmoid } from "../nn/activations.ts";
import { logSoftmax, logsumexp } from "../nn/normalization.ts";
import { where } from "../numpy/choose.ts";
import { logaddexp } from "../numpy/exponential.ts";
import { takeAlongAxis } from "../numpy/take.ts";
import { expandDims, squeeze } from "../prims/movement.ts";
import { isInteger } from "../types/dtype.ts";
import { canonicalAxis, equalShapes, formatShape } from "../types/shape.ts";

const square = (x: NDArray): NDArray => multiply(x, x);

/** Predictions minus targets, which must have one shape: broadcasting (n) against (n, 1) would compare all with all. */
function errorsOf(caller: string, predictions: ArrayArg, targets: ArrayArg | undefined): NDArray {
  if (targets === undefined) return promoteInexact(caller, predictions)[0]!;
  const [p, t] = promoteInexact(caller, predictions, targets) as [NDArray, NDArray];
  if (!equalShapes(p.aval.shape, t.aval.shape) && p.aval.shape.length > 0 && t.aval.shape.length > 0) {
    throw new ShapeError({
      what: `${caller}: predictions of shape ${formatShape(p.aval.shape)} and targets of shape ${formatShape(t.aval.shape)}`,
      fix: "make both of one shape, for example with reshape",
    });
  }
  return subtract(p, t);
}

/** $(p - t)^2$. @throws ShapeError for arrays of different shape. @example optim.squaredError(3, 1) // 4.0 */
export function squaredError(predictions: ArrayArg, targets?: ArrayArg): NDArray {
  return square(errorsOf("squaredError", predictions, targets));
}

/** $\tfrac12 (p - t)^2$. @throws ShapeError for arrays of different shape. @example optim.l2Loss(3, 1) // 2.0 */
export function l2Loss(predictions: ArrayArg, targets?: ArrayArg): NDArray {
  return multiply(square(errorsOf("l2Loss", predictions, targets)), 0.5);
}

/**
 * $\tfrac12 e^2$ where $|e| = |p - t| \le \delta$, and $\delta (|e| - \tfrac12 \delta)$ beyond (Huber 1964): quadratic near
 * the target, linear far from it. @throws ShapeError for arrays of different shape.
 * @example optim.huberLoss(jnp.array([0.5, 3]), jnp.zeros(2)) // [0.125 2.5  ]
 */
export function huberLoss(
  predictions: ArrayArg,
  targets?: ArrayArg,
  options: { readonly delta?: number } = {},
): NDArray {
  checkOptions("huberLoss", options, ["delta"]);
  const { delta = 1 } = options;
  const size = absolute(errorsOf("huberLoss", predictions, targets));
  const near = minimum(size, delta);
  return add(multiply(square(near), 0.5), multiply(subtract(size, near), delta));
}

/**
 * $\log \cosh(p - t)$: like `huberLoss`, and smooth.
 * @throws ShapeError for arrays of different shape.
 * @example optim.logCosh(jnp.array([0.5, 3]), jnp.zeros(2)) // [0.12011451 2.3093286 ]
 */
export function logCosh(predictions: ArrayArg, targets?: ArrayArg): NDArray {
  const e = errorsOf("logCosh", predictions, targets);
  return subtract(logaddexp(e, negative(e)), Math.LN2);
}

/** An axis as an option. */
export interface LossAxisOptions {
  /** The axis of the classes. Default: the last. */
  readonly axis?: number;
}

/**
 * $-\sum_k y_k \log \operatorname{softmax}(z)_k$ for logits $z$ and probabilities $y$ over the classes.
 * @example optim.softmaxCrossEntropy(jnp.zeros([2, 10]), nn.oneHot(jnp.array([3, 7]), 10)).mean() // 2.302585
 */
export function softmaxCrossEntropy(logits: ArrayArg, labels: ArrayArg, options: LossAxisOptions = {}): NDArray {
  checkOptions("softmaxCrossEntropy", options, ["axis"]);
  const { axis = -1 } = options;
  const [z, y] = promoteInexact("softmaxCrossEntropy", logits, labels) as [NDArray, NDArray];
  return negative(sum(multiply(y, logSoftmax(z, axis)), axis));
}

/**
 * $\log \sum_k e^{z_k} - z_y$ for logits $z$ and the number $y$ of the right class.
 * @throws DTypeError for labels that are no integers. @throws ShapeError unless labels have the shape of logits without the
 * axis of the classes.
 * @example optim.softmaxCrossEntropyWithIntegerLabels(jnp.zeros([2, 10]), jnp.array([3, 7], { dtype: "int32" })).mean() // 2.302585
 */
export function softmaxCrossEntropyWithIntegerLabels(
  logits: ArrayArg,
  labels: ArrayArg,
  options: LossAxisOptions = {},
): NDArray {
  const caller = "softmaxCrossEntropyWithIntegerLabels";
  checkOptions(caller, options, ["axis"]);
  const z = promoteInexact(caller, logits)[0]!;
  const y = asArray(labels, caller);
  if (!isInteger(y.aval.dtype)) {
    throw new DTypeError({
      what: `${caller}: labels must be integers, but have dtype ${y.aval.dtype}`,
      fix: 'make them with { dtype: "int32" }; for probabilities use softmaxCrossEntropy',
    });
  }
  const axis = canonicalAxis(options.axis ?? -1, z.aval.shape.length);
  const rest = z.aval.shape.filter((_, d) => d !== axis);
  if (!equalShapes(y.aval.shape, rest)) {
    throw new ShapeError({
      what: `${caller}: logits of shape ${formatShape(z.aval.shape)} need labels of shape ${formatShape(rest)}, but got ${formatShape(y.aval.shape)}`,
      fix: "give one label for each row of logits",
    });
  }
  const right = squeeze(takeAlongAxis(z, expandDims(y, [axis]), axis), { dimensions: [axis] });
  return subtract(logsumexp(z, axis), right);
}

/**
 * $-y \log \sigma(z) - (1 - y) \log(1 - \sigma(z))$ for logits $z$ and labels $y$ between 0 and 1, element by element.
 * @example optim.sigmoidBinaryCrossEntropy(jnp.array([0, 2]), jnp.array([1, 1])) // [0.6931472 0.126928 ]
 */
export function sigmoidBinaryCrossEntropy(logits: ArrayArg, labels: ArrayArg): NDArray {
  const [z, y] = promoteInexact("sigmoidBinaryCrossEntropy", logits, labels) as [NDArray, NDArray];
  return subtract(multiply(negative(y), logSigmoid(z)), multiply(subtract(1, y), logSigmoid(negative(z))));
}

/**
 * $\max(0, 1 - p \, t)$ for targets of -1 and 1.
 * @example optim.hingeLoss(jnp.array([0.5, -2]), jnp.array([1, -1])) // [0.5 0. ]
 */
export function hingeLoss(predictions: ArrayArg, targets: ArrayArg): NDArray {
  return maximum(subtract(1, multiply(asArray(predictions), asArray(targets))), 0);
}

/** Options of `cosineSimilarity`. */
export interface CosineOptions extends LossAxisOptions {
  /** The squares of the norms count as at least this, which keeps vectors of zeros from giving NaN. Default 0. */
  readonly epsilon?: number;
}

/**
 * $p \cdot t / (\|p\| \|t\|)$ over the last axis, between -1 and 1.
 * @example optim.cosineSimilarity(jnp.array([1, 0]), jnp.array([3, 4])) // 0.6
 */
export function cosineSimilarity(predictions: ArrayArg, targets: ArrayArg, options: CosineOptions = {}): NDArray {
  checkOptions("cosineSimilarity", options, ["axis", "epsilon"]);
  const { axis = -1, epsilon = 0 } = options;
  const [p, t] = promoteInexact("cosineSimilarity", predictions, targets) as [NDArray, NDArray];
  const unit = (x: NDArray): NDArray => {
    const squares = sum(square(x), { axis, keepdims: true });
    return divide(x, sqrt(maximum(squares, epsilon)));
  };
  return sum(multiply(unit(p), unit(t)), axis);
}

/**
 * $1 - \cos$: `cosineSimilarity` as a distance, between 0 and 2.
 * @example optim.cosineDistance(jnp.array([1, 0]), jnp.array([3, 4])) // 0.39999998
 */
export function cosineDistance(predictions: ArrayArg, targets: ArrayArg, options: CosineOptions = {}): NDArray {
  return subtract(1, cosineSimilarity(predictions, targets, options));
}

/**
 * The Kullback-Leibler divergence $\sum_k t_k (\log t_k - q_k)$ of predictions, given as logarithms $q$, from targets $t$. A
 * target of 0 counts nothing.
 * @example optim.klDivergence(jnp.log(jnp.array([0.5, 0.5])), jnp.array([0.25, 0.75])) // 0.13081205
 */
export function klDivergence(logPredictions: ArrayArg, targets: ArrayArg, options: LossAxisOptions = {}): NDArray {
  checkOptions("klDivergence", options, ["axis"]);
  const [q, t] = promoteInexact("klDivergence", logPredictions, targets) as [NDArray, NDArray];
  const zero = equal(t, 0);
  const logs = where(zero, 0, log(where(zero, 1, t)));
  return sum(multiply(t, subtract(logs, q)), options.axis ?? -1);
}

/**
 * `klDivergence` with targets that are logarithms too.
 * @example
 * optim.klDivergenceWithLogTargets(jnp.log(jnp.array([0.5, 0.5])), jnp.log(jnp.array([0.25, 0.75]))) // 0.13081205
 */
export function klDivergenceWithLogTargets(
  logPredictions: ArrayArg,
  logTargets: ArrayArg,
  options: LossAxisOptions = {},
): NDArray {
  checkOptions("klDivergenceWithLogTargets", options, ["axis"]);
  const [q, t] = promoteInexact("klDivergenceWithLogTargets", logPredictions, logTargets) as [NDArray, NDArray];
  return sum(multiply(exp(t), subtract(t, q)), options.axis ?? -1);
}

/**
 * $(1 - \alpha) y + \alpha / K$ for one-hot labels $y$ over $K$ classes, the last axis (Szegedy et al. 2016).
 * @example optim.smoothLabels(jnp.array([0, 1, 0, 0]), 0.2) // [0.05 0.85 0.05 0.05]
 */
export function smoothLabels(labels: ArrayArg, alpha: number): NDArray {
  const y = promoteInexact("smoothLabels", labels)[0]!;
  const classes = y.aval.shape[y.aval.shape.length - 1];
  if (classes === undefined) {
    throw new ShapeError({
      what: "smoothLabels of a scalar",
      fix: "give one-hot labels, with the classes on the last axis",
    });
  }
  return add(multiply(y, 1 - alpha), alpha / classes);
}
