/** Schedules: functions from the count of steps so far to a number, such as a learning rate. They may be traced. */
import { add, divide, maximum, minimum, multiply, power, subtract } from "../array/arithmetic.ts";
import { greaterEqual, less, lessEqual } from "../array/comparison.ts";
import { asArray, cast } from "../array/convert.ts";
import { defaultFloat } from "../array/dtypes.ts";
import type { NDArray } from "../core/ndarray.ts";
import { ArgumentError, checkOptions } from "../errors/index.ts";
import { where } from "../numpy/choose.ts";
import { floor } from "../numpy/floats.ts";
import { cos } from "../numpy/trigonometric.ts";

/** From the count of steps so far, which begins at 0, to a number. */
export type Schedule = (count: NDArray | number) => NDArray;

const steps = (count: NDArray | number): NDArray => cast(asArray(count, "schedule"), defaultFloat());
const known = (value: number): NDArray => cast(asArray(value), defaultFloat());

function positive(caller: string, name: string, value: number): void {
  if (typeof value === "number" && value > 0) return;
  throw new ArgumentError({
    what: `${caller}: ${name} must be a number of steps above 0, but got ${String(value)}`,
    fix: "count steps, not epochs: epochs times the number of batches",
  });
}

/** Always the same number. @example optim.constantSchedule(0.1)(5) // 0.1 */
export function constantSchedule(value: number): Schedule {
  return () => known(value);
}

/** Options of schedules that may begin late. */
export interface TransitionOptions {
  /** The step at which the change begins. Default 0. */
  readonly transitionBegin?: number;
}

/**
 * From `initValue` to `endValue` in `transitionSteps` steps:
 * $v_t = (v_0 - v_T)(1 - t / T)^p + v_T$, and $v_T$ from then on.
 * @example optim.polynomialSchedule(1, 0, 2, 100)(50) // 0.25
 */
export function polynomialSchedule(
  initValue: number,
  endValue: number,
  exponent: number,
  transitionSteps: number,
  options: TransitionOptions = {},
): Schedule {
  checkOptions("polynomialSchedule", options, ["transitionBegin"]);
  positive("polynomialSchedule", "transitionSteps", transitionSteps);
  const { transitionBegin = 0 } = options;
  return (count) => {
    const passed = minimum(maximum(subtract(steps(count), transitionBegin), 0), transitionSteps);
    const left = subtract(1, divide(passed, transitionSteps));
    return add(multiply(power(left, exponent), initValue - endValue), endValue);
  };
}

/** A straight line from `initValue` to `endValue`: `polynomialSchedule` with exponent 1. @example optim.linearSchedule(1, 0, 100) */
export function linearSchedule(
  initValue: number,
  endValue: number,
  transitionSteps: number,
  options: TransitionOptions = {},
): Schedule {
  return polynomialSchedule(initValue, endValue, 1, transitionSteps, options);
}

/** Options of `exponentialDecay`. */
export interface ExponentialDecayOptions extends TransitionOptions {
  /** Jump after each `transitionSteps` steps instead of gliding. Default false. */
  readonly staircase?: boolean;
  /** Where the decay stops; without it, it does not. */
  readonly endValue?: number;
}

/**
 * $v_t = v_0 \, r^{t / T}$: a factor of `decayRate` every `transitionSteps` steps.
 * @example optim.exponentialDecay(0.1, 1000, 0.5)(2000) // 0.025
 */
export function exponentialDecay(
  initValue: number,
  transitionSteps: number,
  decayRate: number,
  options: ExponentialDecayOptions = {},
): Schedule {
  checkOptions("exponentialDecay", options, ["transitionBegin", "staircase", "endValue"]);
  positive("exponentialDecay", "transitionSteps", transitionSteps);
  if (!(decayRate > 0)) {
    throw new ArgumentError({
      what: `exponentialDecay: decayRate must be above 0, but got ${String(decayRate)}`,
      fix: "write for example optim.exponentialDecay(0.1, 1000, 0.5), which halves every 1000 steps",
    });
  }
  const { transitionBegin = 0, staircase = false, endValue } = options;
  return (count) => {
    const passed = subtract(steps(count), transitionBegin);
    const periods = divide(passed, transitionSteps);
    const decayed = multiply(power(known(decayRate), staircase ? floor(periods) : periods), initValue);
    const value = where(lessEqual(passed, 0), known(initValue), decayed);
    if (endValue === undefined) return value;
    return decayRate < 1 ? maximum(value, endValue) : minimum(value, endValue);
  };
}

/** Options of `cosineDecaySchedule`. */
export interface CosineDecayOptions {
  /** The last value as a part of the first. Default 0. */
  readonly alpha?: number;
  /** The cosine to this power. Default 1. */
  readonly exponent?: number;
}

/**
 * Half a cosine wave from `initValue` to `alpha` times it (Loshchilov and Hutter 2017, arXiv:1608.03983):
 * $v_t = v_0 ((1 - \alpha) (\tfrac12 (1 + \cos(\pi t / T)))^p + \alpha)$.
 * @example optim.cosineDecaySchedule(0.1, 1000)(500) // 0.049999997
 */
export function cosineDecaySchedule(initValue: number, decaySteps: number, options: CosineDecayOptions = {}): Schedule {
  checkOptions("cosineDecaySchedule", options, ["alpha", "exponent"]);
  positive("cosineDecaySchedule", "decaySteps", decaySteps);
  const { alpha = 0, exponent = 1 } = options;
  return (count) => {
    const part = divide(minimum(steps(count), decaySteps), decaySteps);
    const wave = multiply(add(cos(multiply(part, Math.PI)), 1), 0.5);
    return multiply(add(multiply(power(wave, exponent), 1 - alpha), alpha), initValue);
  };
}

/**
 * Schedules one after the other: the next takes over at each boundary, and counts its steps from there.
 * @throws ArgumentError unless there is one boundary fewer than schedules.
 * @example optim.joinSchedules([optim.linearSchedule(0, 1, 10), optim.constantSchedule(1)], [10])(5) // 0.5
 */
export function joinSchedules(
  schedules: readonly ((count: NDArray) => NDArray)[],
  boundaries: readonly number[],
): Schedule {
  if (schedules.length === 0 || boundaries.length !== schedules.length - 1) {
    throw new ArgumentError({
      what: `joinSchedules: ${schedules.length} schedules need ${Math.max(schedules.length - 1, 0)} boundaries, but got ${boundaries.length}`,
      fix: "give the steps at which the second and each later schedule begins",
    });
  }
  return (count) => {
    const at = asArray(count, "schedule");
    return schedules
      .slice(1)
      .reduce(
        (value, schedule, i) => where(less(at, boundaries[i]!), value, schedule(subtract(at, boundaries[i]!))),
        schedules[0]!(at),
      );
  };
}

/** Options of `warmupCosineDecaySchedule`. */
export interface WarmupCosineDecayOptions {
  /** The value at the end. Default 0. */
  readonly endValue?: number;
  /** The cosine to this power. Default 1. */
  readonly exponent?: number;
}

/**
 * A straight line from `initValue` up to `peakValue`, then half a cosine wave down; `decaySteps` counts both.
 * @example optim.warmupCosineDecaySchedule(0, 0.1, 100, 1000)(50) // 0.05
 */
export function warmupCosineDecaySchedule(
  initValue: number,
  peakValue: number,
  warmupSteps: number,
  decaySteps: number,
  options: WarmupCosineDecayOptions = {},
): Schedule {
  checkOptions("warmupCosineDecaySchedule", options, ["endValue", "exponent"]);
  const { endValue = 0, exponent = 1 } = options;
  const alpha = peakValue === 0 ? 0 : endValue / peakValue;
  return joinSchedules(
    [
      linearSchedule(initValue, peakValue, warmupSteps),
      cosineDecaySchedule(peakValue, decaySteps - warmupSteps, { alpha, exponent }),
    ],
    [warmupSteps],
  );
}

/**
 * `initValue`, multiplied at certain steps by certain factors.
 * @example optim.piecewiseConstantSchedule(0.1, { 1000: 0.5, 2000: 0.1 })
 */
export function piecewiseConstantSchedule(
  initValue: number,
  boundariesAndScales: Readonly<Record<number, number>> = {},
): Schedule {
  const changes = Object.entries(boundariesAndScales).map(([step, factor]) => [Number(step), factor] as const);
  for (const [step, factor] of changes) {
    if (step >= 0 && factor >= 0) continue;
    throw new ArgumentError({
      what: `piecewiseConstantSchedule: steps and factors must not be negative, but got ${step}: ${factor}`,
      fix: "write for example { 1000: 0.5 }, which halves the value at step 1000",
    });
  }
  return (count) => {
    const at = steps(count);
    return changes.reduce(
      (value, [step, factor]) => multiply(value, where(greaterEqual(at, step), known(factor), 1)),
      known(initValue),
    );
  };
}

/** From point to point of a list; `curve` maps the part of the way passed in step to the part passed in value. */
function interpolate(
  points: readonly (readonly [step: number, value: number])[],
  curve: (part: NDArray) => NDArray,
): Schedule {
  return (count) => {
    const at = steps(count);
    let value = known(points[0]![1]);
    points.slice(1).forEach(([end, to], i) => {
      const [begin, from] = points[i]!;
      const part =
        end === begin ? known(1) : divide(minimum(maximum(subtract(at, begin), 0), end - begin), end - begin);
      value = where(greaterEqual(at, begin), add(multiply(curve(part), to - from), from), value);
    });
    return value;
  };
}

/** Options of the one-cycle schedules. */
export interface OnecycleOptions {
  /** The part of the steps that goes up. Default 0.3. */
  readonly pctStart?: number;
  /** The first value is the peak divided by this. Default 25. */
  readonly divFactor?: number;
  /** The last value is the first divided by this. Default 1e4. */
  readonly finalDivFactor?: number;
}

/**
 * Up to `peakValue` and down again, each by half a cosine wave (Smith and Topin 2018, arXiv:1708.07120).
 * @example optim.cosineOnecycleSchedule(1000, 0.1)(300) // 0.1
 */
export function cosineOnecycleSchedule(
  transitionSteps: number,
  peakValue: number,
  options: OnecycleOptions = {},
): Schedule {
  checkOptions("cosineOnecycleSchedule", options, ["pctStart", "divFactor", "finalDivFactor"]);
  positive("cosineOnecycleSchedule", "transitionSteps", transitionSteps);
  const { pctStart = 0.3, divFactor = 25, finalDivFactor = 1e4 } = options;
  const first = peakValue / divFactor;
  return interpolate(
    [
      [0, first],
      [Math.trunc(pctStart * transitionSteps), peakValue],
      [transitionSteps, first / finalDivFactor],
    ],
    (part) => multiply(subtract(1, cos(multiply(part, Math.PI))), 0.5),
  );
}
