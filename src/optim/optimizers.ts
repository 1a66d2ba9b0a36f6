/** Whole optimizers: the usual chains under their usual names. In: a learning rate and options. Out: a transformation. */
import type { NDArray } from "../core/ndarray.ts";
import { checkOptions } from "../errors/index.ts";
import {
  type AdadeltaOptions,
  type AdamaxOptions,
  type AdamOptions,
  type AmsgradOptions,
  adamOptions,
  type LionOptions,
  type RmsOptions,
  type RssOptions,
  scaleByAdadelta,
  scaleByAdam,
  scaleByAdamax,
  scaleByAmsgrad,
  scaleByLion,
  scaleByRms,
  scaleByRss,
  scaleByStddev,
  scaleByTrustRatio,
} from "./adaptive.ts";
import { addDecayedWeights } from "./additions.ts";
import { scaleByLearningRate, scaleBySign, trace } from "./scaling.ts";
import { type AnyTransformation, chain, type GradientTransformation, type ScalarOrSchedule } from "./transformation.ts";
import type { Mask } from "./wrappers.ts";

/** Options of `sgd`. */
export interface SgdOptions {
  /** Decay of the momentum. Default: no momentum. */
  readonly momentum?: number | NDArray;
  /** Look one step ahead. Default false. */
  readonly nesterov?: boolean;
}

/** Weight decay as an option. */
export interface DecayOptions {
  /** The part of the parameters that each step takes away, times the learning rate. */
  readonly weightDecay?: ScalarOrSchedule;
  /** Which parameters decay: a tree of booleans, or a function that makes one from the parameters. Default: all. */
  readonly mask?: Mask;
}

const present = (...links: readonly (AnyTransformation | false)[]): GradientTransformation => {
  const used = links.filter((link) => link !== false);
  return chain(...used);
};

/** The options without those of weight decay. */
function withoutDecay<O extends DecayOptions>(options: O): Omit<O, keyof DecayOptions> {
  const { weightDecay: _, mask: __, ...rest } = options;
  return rest;
}

/**
 * Gradient descent: $u_t = -\eta \, g_t$, or with momentum $u_t = -\eta \, m_t$ where $m_t = g_t + \mu \, m_{t-1}$ (Polyak 1964).
 * The learning rate is a number or a schedule.
 *
 * @example
 * const optimizer = optim.sgd(0.1, { momentum: 0.9 });
 * let state = optimizer.init(params);
 * const [updates, next] = optimizer.update(grads, state);
 * params = optim.applyUpdates(params, updates);
 */
export function sgd(learningRate: ScalarOrSchedule, options: SgdOptions = {}): GradientTransformation {
  checkOptions("sgd", options, ["momentum", "nesterov"]);
  const { momentum, nesterov = false } = options;
  return present(momentum !== undefined && trace({ decay: momentum, nesterov }), scaleByLearningRate(learningRate));
}

/**
 * Steps of one length in every direction, $u_t = -\eta \operatorname{sign}(g_t)$ (Bernstein et al. 2018, arXiv:1802.04434).
 * @example
 * const { init, update } = optim.signSgd(0.1);
 * const w = jnp.array([1, 2]);
 * update(jnp.array([0.1, -4]), init(w), w)[0] // [-0.1  0.1]
 */
export function signSgd(learningRate: ScalarOrSchedule): GradientTransformation {
  return present(scaleBySign(), scaleByLearningRate(learningRate));
}

/** Adam (Kingma and Ba 2015, arXiv:1412.6980). The formulas stand at `scaleByAdam`. @example optim.adam(1e-3) */
export function adam(learningRate: ScalarOrSchedule, options: AdamOptions = {}): GradientTransformation {
  checkOptions("adam", options, adamOptions);
  return present(scaleByAdam(options), scaleByLearningRate(learningRate));
}

/**
 * Adam with Nesterov's momentum (Dozat 2016).
 * @example
 * const { init, update } = optim.nadam(0.1);
 * const w = jnp.array([1, 2]);
 * update(jnp.array([0.1, -4]), init(w), w)[0] // [-0.14736742  0.14736743]
 */
export function nadam(
  learningRate: ScalarOrSchedule,
  options: Omit<AdamOptions, "nesterov"> = {},
): GradientTransformation {
  checkOptions("nadam", options, ["b1", "b2", "eps", "epsRoot"]);
  return adam(learningRate, { ...options, nesterov: true });
}

/**
 * Adam with decoupled weight decay, $u_t = -\eta \, (\text{adam}_t + \lambda p_{t-1})$ (Loshchilov and Hutter 2019,
 * arXiv:1711.05101). $\lambda$ is 1e-4 unless `weightDecay` says otherwise. Needs the parameters in `update`.
 * @example
 * const { init, update } = optim.adamw(0.1, { weightDecay: 0.01 });
 * const w = jnp.array([1, 2]);
 * update(jnp.array([0.1, -4]), init(w), w)[0] // [-0.10099933  0.09799933]
 */
export function adamw(
  learningRate: ScalarOrSchedule,
  options: AdamOptions & DecayOptions = {},
): GradientTransformation {
  checkOptions("adamw", options, [...adamOptions, "weightDecay", "mask"]);
  return present(
    scaleByAdam(withoutDecay(options)),
    addDecayedWeights(options.weightDecay ?? 1e-4, options.mask),
    scaleByLearningRate(learningRate),
  );
}

/**
 * AMSGrad (Reddi, Kale and Kumar 2018): Adam whose denominator never shrinks.
 * @example
 * const { init, update } = optim.amsgrad(0.1);
 * const w = jnp.array([1, 2]);
 * update(jnp.array([0.1, -4]), init(w), w)[0] // [-0.09999933  0.09999933]
 */
export function amsgrad(learningRate: ScalarOrSchedule, options: AmsgradOptions = {}): GradientTransformation {
  return present(scaleByAmsgrad(options), scaleByLearningRate(learningRate));
}

/**
 * Adamax (Kingma and Ba 2015): Adam by the largest gradient.
 * @example
 * const { init, update } = optim.adamax(0.1);
 * const w = jnp.array([1, 2]);
 * update(jnp.array([0.1, -4]), init(w), w)[0] // [-0.09999998  0.09999998]
 */
export function adamax(learningRate: ScalarOrSchedule, options: AdamaxOptions = {}): GradientTransformation {
  return present(scaleByAdamax(options), scaleByLearningRate(learningRate));
}

/** Options of `rmsprop`. */
export interface RmspropOptions extends RmsOptions, SgdOptions {
  /** Divide by the deviation of the gradients instead of the root of their mean square. Default false. */
  readonly centered?: boolean;
}

/**
 * RMSProp (Tieleman and Hinton 2012), with the learning rate before the momentum, if there is any. Centred, it is that of
 * Graves (2013).
 * @example
 * const { init, update } = optim.rmsprop(0.1, { decay: 0.75 });
 * const w = jnp.array([1, 2]);
 * update(jnp.array([0.1, -4]), init(w), w)[0] // [-0.19999962  0.2       ]
 */
export function rmsprop(learningRate: ScalarOrSchedule, options: RmspropOptions = {}): GradientTransformation {
  const own = ["decay", "eps", "initialScale", "epsInSqrt", "biasCorrection"];
  checkOptions("rmsprop", options, [...own, "centered", "momentum", "nesterov"]);
  const { centered = false, momentum, nesterov = false, ...rms } = options;
  return present(
    centered ? scaleByStddev(rms) : scaleByRms(rms),
    scaleByLearningRate(learningRate),
    momentum !== undefined && trace({ decay: momentum, nesterov }),
  );
}

/**
 * AdaGrad (Duchi, Hazan and Singer 2011).
 * @example
 * const { init, update } = optim.adagrad(0.1);
 * const w = jnp.array([1, 2]);
 * update(jnp.array([0.1, -4]), init(w), w)[0] // [-0.03015112  0.09968895]
 */
export function adagrad(learningRate: ScalarOrSchedule, options: RssOptions = {}): GradientTransformation {
  return present(scaleByRss(options), scaleByLearningRate(learningRate));
}

/**
 * Adadelta (Zeiler 2012, arXiv:1212.5701). The learning rate is often 1.
 * @example
 * const { init, update } = optim.adadelta(1);
 * const w = jnp.array([1, 2]);
 * update(jnp.array([0.1, -4]), init(w), w)[0] // [-0.0031607   0.00316228]
 */
export function adadelta(
  learningRate: ScalarOrSchedule,
  options: AdadeltaOptions & DecayOptions = {},
): GradientTransformation {
  checkOptions("adadelta", options, ["rho", "eps", "weightDecay", "mask"]);
  const { weightDecay, mask } = options;
  return present(
    weightDecay !== undefined && addDecayedWeights(weightDecay, mask),
    scaleByAdadelta(withoutDecay(options)),
    scaleByLearningRate(learningRate),
  );
}

/**
 * Lion (Chen et al. 2023, arXiv:2302.06675), with weight decay 1e-3 unless said otherwise. Needs the parameters in `update`.
 * @example
 * const { init, update } = optim.lion(0.1);
 * const w = jnp.array([1, 2]);
 * update(jnp.array([0.1, -4]), init(w), w)[0] // [-0.1001      0.09980001]
 */
export function lion(learningRate: ScalarOrSchedule, options: LionOptions & DecayOptions = {}): GradientTransformation {
  checkOptions("lion", options, ["b1", "b2", "weightDecay", "mask"]);
  return present(
    scaleByLion(withoutDecay(options)),
    addDecayedWeights(options.weightDecay ?? 1e-3, options.mask),
    scaleByLearningRate(learningRate),
  );
}

/**
 * LAMB (You et al. 2020, arXiv:1904.00962): Adam, scaled for each leaf by the trust ratio. Needs the parameters in `update`.
 * @example
 * const { init, update } = optim.lamb(0.1);
 * const w = jnp.array([1, 2]);
 * update(jnp.array([0.1, -4]), init(w), w)[0] // [-0.1581131   0.15811466]
 */
export function lamb(
  learningRate: ScalarOrSchedule,
  options: Omit<AdamOptions, "nesterov"> & DecayOptions = {},
): GradientTransformation {
  checkOptions("lamb", options, ["b1", "b2", "eps", "epsRoot", "weightDecay", "mask"]);
  return present(
    scaleByAdam({ eps: 1e-6, ...withoutDecay(options) }),
    addDecayedWeights(options.weightDecay ?? 0, options.mask),
    scaleByTrustRatio(),
    scaleByLearningRate(learningRate),
  );
}
