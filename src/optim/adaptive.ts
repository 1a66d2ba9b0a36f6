/** Updates rescaled by what the gradients have been so far: a step size for each parameter, learnt on the way. */
import { absolute, add, divide, maximum, multiply, sign, sqrt, subtract } from "../array/arithmetic.ts";
import { greater } from "../array/comparison.ts";
import { sum } from "../array/reduction.ts";
import type { NDArray } from "../core/ndarray.ts";
import { checkOptions } from "../errors/index.ts";
import { where } from "../numpy/choose.ts";
import { fullLike } from "../numpy/creation.ts";
import { rsqrt } from "../prims/arithmetic.ts";
import type { Traced } from "../tree/types.ts";
import { debiased, moving } from "./scaling.ts";
import { type GradientTransformation, increment, type OptState, requireParams, stateless } from "./transformation.ts";
import { firstCount, mapArrays, squared as square, zerosOf } from "./trees.ts";

/** Options of `scaleByAdam`. */
export interface AdamOptions {
  /** Decay of the average of the gradients. Default 0.9. */
  readonly b1?: number;
  /** Decay of the average of their squares. Default 0.999. */
  readonly b2?: number;
  /** Added to the root in the denominator. Default 1e-8. */
  readonly eps?: number;
  /** Added under the root, for derivatives through the update. Default 0. */
  readonly epsRoot?: number;
  /** Look one step ahead (Dozat 2016). Default false. */
  readonly nesterov?: boolean;
}

export const adamOptions: readonly string[] = ["b1", "b2", "eps", "epsRoot", "nesterov"];

/** The state of `scaleByAdam`: the count of steps, and the averages of the gradients and of their squares. */
export interface ScaleByAdamState extends OptState {
  readonly count: NDArray;
  readonly mu: unknown;
  readonly nu: unknown;
}

/**
 * Adam's rescaling (Kingma and Ba 2015, arXiv:1412.6980): with $m_t = b_1 m_{t-1} + (1 - b_1) g_t$ and
 * $v_t = b_2 v_{t-1} + (1 - b_2) g_t^2$ the update is $\hat m_t / (\sqrt{\hat v_t + \epsilon_r} + \epsilon)$, where
 * $\hat m_t = m_t / (1 - b_1^t)$ and $\hat v_t = v_t / (1 - b_2^t)$.
 * @example
 * const { init, update } = optim.scaleByAdam();
 * const w = jnp.array([1, 2]);
 * update(jnp.array([0.1, -4]), init(w), w)[0] // [ 0.9999933 -0.9999933]
 */
export function scaleByAdam(options: AdamOptions = {}): GradientTransformation<ScaleByAdamState> {
  checkOptions("scaleByAdam", options, adamOptions);
  const { b1 = 0.9, b2 = 0.999, eps = 1e-8, epsRoot = 0, nesterov = false } = options;
  return {
    init: (params) => ({ count: firstCount(), mu: zerosOf(params), nu: zerosOf(params) }),
    update: (updates, state) => {
      const count = increment(state.count);
      const mu = mapArrays("scaleByAdam", (g, m) => moving(m, g, b1), updates, state.mu);
      const nu = mapArrays("scaleByAdam", (g, v) => moving(v, square(g), b2), updates, state.nu);
      const ahead = increment(count);
      const out = mapArrays(
        "scaleByAdam",
        (g, m, v) => {
          const mean = nesterov ? moving(debiased(m, b1, ahead), debiased(g, b1, count), b1) : debiased(m, b1, count);
          return divide(mean, add(sqrt(add(debiased(v, b2, count), epsRoot)), eps));
        },
        updates,
        mu,
        nu,
      );
      return [out, { count, mu, nu }];
    },
  };
}

/** Options of `scaleByAmsgrad`. */
export type AmsgradOptions = Omit<AdamOptions, "nesterov">;

/** The state of `scaleByAmsgrad`. */
export interface ScaleByAmsgradState extends ScaleByAdamState {
  /** The largest debiased average of squares so far. */
  readonly nuMax: unknown;
}

/**
 * AMSGrad (Reddi, Kale and Kumar 2018): Adam whose denominator never shrinks, $\max_{s \le t} \hat v_s$ in place of
 * $\hat v_t$.
 * @example
 * const { init, update } = optim.scaleByAmsgrad();
 * const w = jnp.array([1, 2]);
 * update(jnp.array([0.1, -4]), init(w), w)[0] // [ 0.9999933 -0.9999933]
 */
export function scaleByAmsgrad(options: AmsgradOptions = {}): GradientTransformation<ScaleByAmsgradState> {
  checkOptions("scaleByAmsgrad", options, ["b1", "b2", "eps", "epsRoot"]);
  const { b1 = 0.9, b2 = 0.999, eps = 1e-8, epsRoot = 0 } = options;
  return {
    init: (params) => ({ count: firstCount(), mu: zerosOf(params), nu: zerosOf(params), nuMax: zerosOf(params) }),
    update: (updates, state) => {
      const count = increment(state.count);
      const mu = mapArrays("scaleByAmsgrad", (g, m) => moving(m, g, b1), updates, state.mu);
      const nu = mapArrays("scaleByAmsgrad", (g, v) => moving(v, square(g), b2), updates, state.nu);
      const nuMax = mapArrays("scaleByAmsgrad", (v, top) => maximum(top, debiased(v, b2, count)), nu, state.nuMax);
      const out = mapArrays(
        "scaleByAmsgrad",
        (_, m, top) => divide(debiased(m, b1, count), add(sqrt(add(top, epsRoot)), eps)),
        updates,
        mu,
        nuMax,
      );
      return [out, { count, mu, nu, nuMax }];
    },
  };
}

/** Options of `scaleByAdamax`. */
export type AdamaxOptions = Omit<AdamOptions, "nesterov" | "epsRoot">;

/**
 * Adamax (Kingma and Ba 2015): Adam with a decaying maximum in place of the average of squares,
 * $u_t = \max(b_2 u_{t-1}, |g_t| + \epsilon)$; the update is $\hat m_t / u_t$.
 * @example
 * const { init, update } = optim.scaleByAdamax();
 * const w = jnp.array([1, 2]);
 * update(jnp.array([0.1, -4]), init(w), w)[0] // [ 0.99999976 -0.99999976]
 */
export function scaleByAdamax(options: AdamaxOptions = {}): GradientTransformation<ScaleByAdamState> {
  checkOptions("scaleByAdamax", options, ["b1", "b2", "eps"]);
  const { b1 = 0.9, b2 = 0.999, eps = 1e-8 } = options;
  return {
    init: (params) => ({ count: firstCount(), mu: zerosOf(params), nu: zerosOf(params) }),
    update: (updates, state) => {
      const count = increment(state.count);
      const mu = mapArrays("scaleByAdamax", (g, m) => moving(m, g, b1), updates, state.mu);
      const nu = mapArrays(
        "scaleByAdamax",
        (g, v) => maximum(add(absolute(g), eps), multiply(v, b2)),
        updates,
        state.nu,
      );
      const out = mapArrays("scaleByAdamax", (_, m, v) => divide(debiased(m, b1, count), v), updates, mu, nu);
      return [out, { count, mu, nu }];
    },
  };
}

/** Options of `scaleByRms`. */
export interface RmsOptions {
  /** Decay of the average of the squares. Default 0.9. */
  readonly decay?: number;
  /** Keeps the denominator from zero. Default 1e-8. */
  readonly eps?: number;
  /** The average before the first step. Default 0. */
  readonly initialScale?: number;
  /** Add eps under the root (default) or to it. */
  readonly epsInSqrt?: boolean;
  /** Divide the average by $1 - d^t$. Default false. */
  readonly biasCorrection?: boolean;
}

const rmsOptions = ["decay", "eps", "initialScale", "epsInSqrt", "biasCorrection"];

/** The state of `scaleByRms`. */
export interface ScaleByRmsState extends OptState {
  readonly count: NDArray;
  readonly nu: unknown;
}

/**
 * RMSProp (Tieleman and Hinton 2012): with $v_t = d \, v_{t-1} + (1 - d) g_t^2$ the update is $g_t / \sqrt{v_t + \epsilon}$,
 * or $g_t / (\sqrt{v_t} + \epsilon)$ where `epsInSqrt` is false.
 * @example
 * const { init, update } = optim.scaleByRms({ decay: 0.75 });
 * const w = jnp.array([1, 2]);
 * update(jnp.array([0.1, -4]), init(w), w)[0] // [ 1.9999961 -2.       ]
 */
export function scaleByRms(options: RmsOptions = {}): GradientTransformation<ScaleByRmsState> {
  checkOptions("scaleByRms", options, rmsOptions);
  const { decay = 0.9, eps = 1e-8, initialScale = 0, epsInSqrt = true, biasCorrection = false } = options;
  return {
    init: (params) => ({ count: firstCount(), nu: mapArrays("scaleByRms", (p) => fullLike(p, initialScale), params) }),
    update: (updates, state) => {
      const count = increment(state.count);
      const nu = mapArrays("scaleByRms", (g, v) => moving(v, square(g), decay), updates, state.nu);
      const out = mapArrays(
        "scaleByRms",
        (g, v) => {
          const average = biasCorrection ? debiased(v, decay, count) : v;
          return epsInSqrt ? multiply(g, rsqrt(add(average, eps))) : divide(g, add(sqrt(average), eps));
        },
        updates,
        nu,
      );
      return [out, { count, nu }];
    },
  };
}

/**
 * RMSProp by the variance (Graves 2013): with averages $m_t$ of the gradients and $v_t$ of their squares the update is
 * $g_t / \sqrt{v_t - m_t^2 + \epsilon}$.
 * @example
 * const { init, update } = optim.scaleByStddev({ decay: 0.5 });
 * const w = jnp.array([1, 2]);
 * update(jnp.array([0.1, -4]), init(w), w)[0] // [ 1.9999961 -2.       ]
 */
export function scaleByStddev(options: RmsOptions = {}): GradientTransformation<ScaleByAdamState> {
  checkOptions("scaleByStddev", options, rmsOptions);
  const { decay = 0.9, eps = 1e-8, initialScale = 0, epsInSqrt = true, biasCorrection = false } = options;
  return {
    init: (params) => ({
      count: firstCount(),
      mu: zerosOf(params),
      nu: mapArrays("scaleByStddev", (p) => fullLike(p, initialScale), params),
    }),
    update: (updates, state) => {
      const count = increment(state.count);
      const mu = mapArrays("scaleByStddev", (g, m) => moving(m, g, decay), updates, state.mu);
      const nu = mapArrays("scaleByStddev", (g, v) => moving(v, square(g), decay), updates, state.nu);
      const out = mapArrays(
        "scaleByStddev",
        (g, m, v) => {
          const [mean, squares] = biasCorrection ? [debiased(m, decay, count), debiased(v, decay, count)] : [m, v];
          const variance = subtract(squares, square(mean));
          return epsInSqrt ? multiply(g, rsqrt(add(variance, eps))) : divide(g, add(sqrt(variance), eps));
        },
        updates,
        mu,
        nu,
      );
      return [out, { count, mu, nu }];
    },
  };
}

/** Options of `scaleByRss`. */
export interface RssOptions {
  /** The sum before the first step, at least 0. Default 0.1. */
  readonly initialAccumulatorValue?: number;
  /** Added under the root. Default 1e-7. */
  readonly eps?: number;
}

/** The state of `scaleByRss`. */
export interface ScaleByRssState extends OptState {
  readonly sumOfSquares: unknown;
}

/**
 * AdaGrad (Duchi, Hazan and Singer 2011): the update is $g_t / \sqrt{s_t + \epsilon}$ with the sum $s_t = s_{t-1} + g_t^2$ of
 * all squares so far, and 0 where that sum is 0.
 * @example
 * const { init, update } = optim.scaleByRss({ initialAccumulatorValue: 0 });
 * const w = jnp.array([1, 2]);
 * update(jnp.array([0.1, -4]), init(w), w)[0] // [ 0.99999505 -1.        ]
 */
export function scaleByRss(options: RssOptions = {}): GradientTransformation<ScaleByRssState> {
  checkOptions("scaleByRss", options, ["initialAccumulatorValue", "eps"]);
  const { initialAccumulatorValue = 0.1, eps = 1e-7 } = options;
  return {
    init: (params) => ({ sumOfSquares: mapArrays("scaleByRss", (p) => fullLike(p, initialAccumulatorValue), params) }),
    update: (updates, state) => {
      const sums = mapArrays("scaleByRss", (g, s) => add(s, square(g)), updates, state.sumOfSquares);
      const out = mapArrays(
        "scaleByRss",
        (g, s) => multiply(g, where(greater(s, 0), rsqrt(add(s, eps)), 0)),
        updates,
        sums,
      );
      return [out, { sumOfSquares: sums }];
    },
  };
}

/** Options of `scaleByAdadelta`. */
export interface AdadeltaOptions {
  /** Decay of both averages. Default 0.9. */
  readonly rho?: number;
  /** Added under both roots. Default 1e-6. */
  readonly eps?: number;
}

/** The state of `scaleByAdadelta`: the averages of the squared gradients and of the squared updates. */
export interface ScaleByAdadeltaState extends OptState {
  readonly gradients: unknown;
  readonly updates: unknown;
}

/**
 * Adadelta (Zeiler 2012, arXiv:1212.5701): the update is $g_t \sqrt{x_{t-1} + \epsilon} / \sqrt{v_t + \epsilon}$, where $v$ is
 * the average of the squared gradients and $x$ that of the squared updates.
 * @example
 * const { init, update } = optim.scaleByAdadelta({ eps: 0.01 });
 * const w = jnp.array([1, 2]);
 * update(jnp.array([0.1, -4]), init(w), w)[0] // [ 0.09534626 -0.31524417]
 */
export function scaleByAdadelta(options: AdadeltaOptions = {}): GradientTransformation<ScaleByAdadeltaState> {
  checkOptions("scaleByAdadelta", options, ["rho", "eps"]);
  const { rho = 0.9, eps = 1e-6 } = options;
  return {
    init: (params) => ({ gradients: zerosOf(params), updates: zerosOf(params) }),
    update: (updates, state) => {
      const gradients = mapArrays("scaleByAdadelta", (g, v) => moving(v, square(g), rho), updates, state.gradients);
      const out = mapArrays(
        "scaleByAdadelta",
        (g, v, x) => multiply(divide(sqrt(add(x, eps)), sqrt(add(v, eps))), g),
        updates,
        gradients,
        state.updates,
      );
      const squares = mapArrays("scaleByAdadelta", (u, x) => moving(x, square(u), rho), out, state.updates);
      return [out, { gradients, updates: squares }];
    },
  };
}

/** Options of `scaleByLion`. */
export interface LionOptions {
  /** Decay in the update. Default 0.9. */
  readonly b1?: number;
  /** Decay of the average that is kept. Default 0.99. */
  readonly b2?: number;
}

/** The state of `scaleByLion`. */
export interface ScaleByLionState extends OptState {
  readonly mu: unknown;
}

/**
 * Lion (Chen et al. 2023, arXiv:2302.06675): the update is $\operatorname{sign}(b_1 m_{t-1} + (1 - b_1) g_t)$, and then
 * $m_t = b_2 m_{t-1} + (1 - b_2) g_t$.
 * @example
 * const { init, update } = optim.scaleByLion();
 * const w = jnp.array([1, 2]);
 * update(jnp.array([0.1, -4]), init(w), w)[0] // [ 1. -1.]
 */
export function scaleByLion(options: LionOptions = {}): GradientTransformation<ScaleByLionState> {
  checkOptions("scaleByLion", options, ["b1", "b2"]);
  const { b1 = 0.9, b2 = 0.99 } = options;
  return {
    init: (params) => ({ mu: zerosOf(params) }),
    update: (updates, state) => {
      const out = mapArrays("scaleByLion", (g, m) => sign(moving(m, g, b1)), updates, state.mu);
      return [out, { mu: mapArrays("scaleByLion", (g, m) => moving(m, g, b2), updates, state.mu) }];
    },
  };
}

/** Options of `scaleByTrustRatio`. */
export interface TrustRatioOptions {
  /** Norms count as at least this. Default 0. */
  readonly minNorm?: number;
  /** A factor of the ratio. Default 1. */
  readonly trustCoefficient?: number;
  /** Added to the norm of the update. Default 0. */
  readonly eps?: number;
}

/** The Euclidean norm, at least `least`, with derivative 0 where the norm is not above it. */
function normAtLeast(x: NDArray, least: number): NDArray {
  const squares = sum(square(x));
  const above = greater(squares, least * least);
  return where(above, sqrt(where(above, squares, 1)), least);
}

/**
 * Each leaf times the ratio of the norm of its parameters to that of its update, so that all layers move by the same part of
 * their size (LARS: You, Gitman and Ginsburg 2017; LAMB: You et al. 2020). The ratio is 1 where a norm is 0.
 * @example
 * const { init, update } = optim.scaleByTrustRatio();
 * const w = jnp.array([6, 8]);
 * update(jnp.array([3, 4]), init(w), w)[0] // [6. 8.]
 */
export function scaleByTrustRatio(options: TrustRatioOptions = {}): GradientTransformation {
  checkOptions("scaleByTrustRatio", options, ["minNorm", "trustCoefficient", "eps"]);
  const { minNorm = 0, trustCoefficient = 1, eps = 0 } = options;
  return stateless(
    <U>(updates: U, params: unknown): Traced<U> =>
      mapArrays(
        "scaleByTrustRatio",
        (u, p) => {
          const [own, step] = [normAtLeast(p, minNorm), normAtLeast(u, minNorm)];
          const usable = multiply(own, step);
          const ratio = divide(multiply(own, trustCoefficient), add(where(greater(usable, 0), step, 1), eps));
          return multiply(u, where(greater(usable, 0), ratio, 1));
        },
        updates,
        requireParams("scaleByTrustRatio", params),
      ),
  );
}
