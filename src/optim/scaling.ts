/** Updates times a number: fixed, after a schedule, or with memory of earlier updates (momentum). */
import { add, divide, multiply, negative, power, sign, subtract } from "../array/arithmetic.ts";
import { asArray, cast } from "../array/convert.ts";
import type { NDArray } from "../core/ndarray.ts";
import { checkOptions } from "../errors/index.ts";
import {
  type GradientTransformation,
  increment,
  type OptState,
  type ScalarOrSchedule,
  stateless,
} from "./transformation.ts";
import { firstCount, mapArrays, zerosOf } from "./trees.ts";

/** A gradient times a factor, in the gradient's dtype. */
const times = (g: NDArray, factor: number | NDArray): NDArray =>
  multiply(g, typeof factor === "number" ? factor : cast(asArray(factor), g.aval.dtype));

/**
 * Updates times `stepSize`.
 * @example
 * const { init, update } = optim.scale(-0.1);
 * const w = jnp.array([1, 2]);
 * update(jnp.array([0.1, -4]), init(w), w)[0] // [-0.01  0.4 ]
 */
export function scale(stepSize: number | NDArray): GradientTransformation {
  return stateless((updates) => mapArrays("scale", (g) => times(g, stepSize), updates));
}

/** The state of `scaleBySchedule`: how many steps there have been. */
export interface ScaleByScheduleState extends OptState {
  readonly count: NDArray;
}

/**
 * Updates times a number that depends on the count of steps so far, which begins at 0.
 * @example
 * const { init, update } = optim.scaleBySchedule(optim.linearSchedule(-0.5, 0, 100));
 * const w = jnp.array([1, 2]);
 * update(jnp.array([0.1, -4]), init(w), w)[0] // [-0.05  2.  ]
 */
export function scaleBySchedule(
  stepSize: (count: NDArray) => NDArray | number,
): GradientTransformation<ScaleByScheduleState> {
  return {
    init: () => ({ count: firstCount() }),
    update: (updates, { count }) => {
      const factor = stepSize(count);
      return [mapArrays("scaleBySchedule", (g) => times(g, factor), updates), { count: increment(count) }];
    },
  };
}

/**
 * Updates times minus the learning rate: the last link of most chains, which turns an ascent into a descent.
 * @example optim.chain(optim.scaleByAdam(), optim.scaleByLearningRate(1e-3))
 */
export function scaleByLearningRate(learningRate: ScalarOrSchedule): GradientTransformation {
  if (typeof learningRate !== "function")
    return scale(typeof learningRate === "number" ? -learningRate : negative(learningRate));
  return scaleBySchedule((count) => {
    const rate = learningRate(count);
    return typeof rate === "number" ? -rate : negative(rate);
  });
}

/**
 * The sign of each element: steps of one length in every direction (Riedmiller and Braun 1993; Bernstein et al. 2018).
 * @example
 * const { init, update } = optim.scaleBySign();
 * const w = jnp.array([1, 2]);
 * update(jnp.array([0.1, -4]), init(w), w)[0] // [ 1. -1.]
 */
export function scaleBySign(): GradientTransformation {
  return stateless((updates) => mapArrays("scaleBySign", (g) => sign(g), updates));
}

/** The state of `trace`. */
export interface TraceState extends OptState {
  readonly trace: unknown;
}

/** Options of `trace`. */
export interface TraceOptions {
  /** The factor of what there was before, between 0 and 1. */
  readonly decay: number | NDArray;
  /** Look one step ahead (Nesterov 1983; Sutskever et al. 2013). Default false. */
  readonly nesterov?: boolean;
}

/**
 * Momentum: $m_t = g_t + d \, m_{t-1}$ (Polyak 1964). With `nesterov` the update is $g_t + d \, m_t$.
 * @example
 * const { init, update } = optim.trace({ decay: 0.9 });
 * let state = init(jnp.zeros(2));
 * let m = jnp.zeros(2);
 * for (let t = 0; t < 3; t++) [m, state] = update(jnp.array([1, -2]), state);
 * console.log(m); // [ 2.71 -5.42]
 */
export function trace(options: TraceOptions): GradientTransformation<TraceState> {
  checkOptions("trace", options, ["decay", "nesterov"]);
  const { decay, nesterov = false } = options;
  return {
    init: (params) => ({ trace: zerosOf(params) }),
    update: (updates, state) => {
      const next = mapArrays("trace", (g, m) => add(g, times(m, decay)), updates, state.trace);
      const out = nesterov ? mapArrays("trace", (g, m) => add(g, times(m, decay)), updates, next) : next;
      return [out, { trace: next }];
    },
  };
}

/** The state of `ema`. */
export interface EmaState extends OptState {
  readonly count: NDArray;
  readonly ema: unknown;
}

/**
 * The exponential moving average of the updates, $m_t = d \, m_{t-1} + (1 - d) g_t$, divided by $1 - d^t$ unless `debias`
 * is false.
 * @example
 * const { init, update } = optim.ema(0.9);
 * let state = init(jnp.zeros([]));
 * let mean = jnp.zeros([]);
 * for (const g of [1, 2, 3]) [mean, state] = update(jnp.array(g), state);
 * console.log(mean); // 2.07011
 */
export function ema(decay: number, options: { readonly debias?: boolean } = {}): GradientTransformation<EmaState> {
  checkOptions("ema", options, ["debias"]);
  const { debias = true } = options;
  return {
    init: (params) => ({ count: firstCount(), ema: zerosOf(params) }),
    update: (updates, state) => {
      const count = increment(state.count);
      const next = mapArrays("ema", (g, m) => moving(m, g, decay), updates, state.ema);
      const out = debias ? mapArrays("ema", (_, m) => debiased(m, decay, count), updates, next) : next;
      return [out, { count, ema: next }];
    },
  };
}

/** $d \, m + (1 - d) x$. */
export function moving(m: NDArray, x: NDArray, decay: number): NDArray {
  return add(multiply(m, decay), multiply(x, 1 - decay));
}

/** $m / (1 - d^t)$: the average of as many numbers as there have been, not of the zeros before them (Kingma and Ba 2015). */
export function debiased(m: NDArray, decay: number, count: NDArray): NDArray {
  return cast(divide(m, subtract(1, power(decay, count))), m.aval.dtype);
}
