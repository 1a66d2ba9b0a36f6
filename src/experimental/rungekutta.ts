/**
 * Integration of y' = f(y, t) for a vector y by the method of Dormand and Prince (1980), "A family of embedded Runge-Kutta
 * formulae": steps of order five, with an estimate of order four that controls their length.
 */
import type { NDArray } from "../core/ndarray.ts";
import { whileLoop } from "../lax/loop.ts";
import { scan } from "../lax/scan.ts";
import { fullLike } from "../lax/shape.ts";
import {
  abs,
  array,
  clip,
  concatenate,
  equal,
  expandDims,
  isfinite,
  less,
  lessEqual,
  logicalAnd,
  maximum,
  mean,
  minimum,
  notEqual,
  power,
  sign,
  sqrt,
  where,
} from "../numpy/index.ts";
import { sliceAlong } from "../prims/slicing.ts";

/** The time derivative of a vector. */
export type Field = (y: NDArray, t: NDArray) => NDArray;

/** How exactly, and how far, to go. */
export interface Control {
  readonly rtol: number;
  readonly atol: number;
  readonly mxstep: number;
  readonly hmax: number;
}

/** The tableau: when, and with which weights of the slopes before, each further slope is taken. The last row is the step. */
const nodes = [1 / 5, 3 / 10, 4 / 5, 8 / 9, 1, 1];
const weights = [
  [1 / 5],
  [3 / 40, 9 / 40],
  [44 / 45, -56 / 15, 32 / 9],
  [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729],
  [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656],
  [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84],
];
/** The step of order five less that of order four. */
const errorWeights = [71 / 57600, 0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40];

function combination(slopes: readonly NDArray[], by: readonly number[]): NDArray {
  let sum: NDArray | undefined;
  by.forEach((w, i) => {
    if (w === 0) return;
    const term = slopes[i]!.mul(w);
    sum = sum === undefined ? term : sum.add(term);
  });
  return sum!;
}

/** One step of length h: where it ends, the slope there, and the estimate of its error. */
function step(f: Field, y: NDArray, slope: NDArray, t: NDArray, h: NDArray): [NDArray, NDArray, NDArray] {
  const slopes = [slope];
  let end = y;
  weights.forEach((row, i) => {
    end = y.add(combination(slopes, row).mul(h));
    slopes.push(f(end, t.add(h.mul(nodes[i]!))));
  });
  return [end, slopes[6]!, combination(slopes, errorWeights).mul(h)];
}

/** The root of the mean square of x, each element measured by its tolerance. */
function norm(x: NDArray, scale: NDArray): NDArray {
  const ratio = x.div(scale);
  return sqrt(mean(ratio.mul(ratio)));
}

/** A first step (Hairer, Norsett and Wanner, Solving Ordinary Differential Equations I, II.4): the length at which an Euler
 *  step would be off by about a hundredth of the tolerance. */
function firstStep(f: Field, y: NDArray, slope: NDArray, t: NDArray, direction: NDArray, c: Control): NDArray {
  const scale = abs(y).mul(c.rtol).add(c.atol);
  const d0 = norm(y, scale);
  const d1 = norm(slope, scale);
  const tiny = less(minimum(d0, d1), 1e-5);
  const h0 = where(tiny, 1e-6, d0.div(where(tiny, 1, d1)).mul(0.01));
  const probe = f(y.add(slope.mul(h0).mul(direction)), t.add(h0.mul(direction)));
  const d2 = norm(probe.sub(slope), scale).div(h0);
  const curve = maximum(d1, d2);
  const flat = lessEqual(curve, 1e-15);
  const h1 = where(flat, maximum(h0.mul(1e-3), 1e-6), power(where(flat, 1, curve).mul(100), -0.2));
  return minimum(h0.mul(100), h1);
}

type State = [y: NDArray, slope: NDArray, t: NDArray, h: NDArray, steps: NDArray, moves: NDArray];

/**
 * The solution at all times, which may go up or down: y0 at the first. What is not reached, because of `mxstep` or because
 * steps became too short to move on, is NaN.
 */
export function rungeKutta(f: Field, y0: NDArray, times: NDArray, control: Control): NDArray {
  const start = times.get(0);
  const slope0 = f(y0, start);
  const next = times.shape[0]! > 1 ? times.get(1) : start;
  const h0 = firstStep(f, y0, slope0, start, sign(next.sub(start)), control);

  const toTarget = (carry: [NDArray, NDArray, NDArray, NDArray], target: NDArray) => {
    const [y, slope, t, h] = carry;
    const goes = ([, , now, , steps, moves]: State): NDArray => {
      const open = logicalAnd(notEqual(now, target), moves);
      return Number.isFinite(control.mxstep) ? logicalAnd(open, less(steps, control.mxstep)) : open;
    };
    const advance = ([y, slope, t, h, steps]: State): State => {
      const rest = target.sub(t);
      const wanted = minimum(h, control.hmax);
      const isLast = lessEqual(abs(rest), wanted);
      const length = where(isLast, rest, wanted.mul(sign(rest)));
      const [end, endSlope, error] = step(f, y, slope, t, length);
      const scale = maximum(abs(y), abs(end)).mul(control.rtol).add(control.atol);
      const ratio = norm(error, scale);
      const accepted = lessEqual(ratio, 1);
      // Beyond its range, or without a number, a step is shortened by the most.
      const factor = where(isfinite(ratio), clip(power(ratio, -0.2).mul(0.9), 0.2, 10), 0.1);
      const planned = abs(length).mul(factor);
      // A step that was cut to end at the target says nothing against the length that was planned before.
      const nextLength = where(logicalAnd(isLast, accepted), maximum(planned, wanted), planned);
      const there = where(isLast, target, t.add(length));
      return [
        where(accepted, end, y),
        where(accepted, endSlope, slope),
        where(accepted, there, t),
        nextLength,
        steps.add(1),
        notEqual(there, t),
      ];
    };
    const initial: State = [y, slope, t, h, array(0, { dtype: "int32" }), array(true)];
    const [end, endSlope, reached, length] = whileLoop(goes as never, advance as never, initial as never) as State;
    const arrived = where(equal(reached, target), end, fullLike(end, Number.NaN));
    return [[arrived, endSlope, target, length], arrived] as const;
  };
  const [, ys] = scan(
    toTarget as never,
    [y0, slope0, start, h0] as never,
    sliceAlong(times, 0, 1, times.shape[0]!) as never,
  );
  return concatenate([expandDims(y0, 0), ys as unknown as NDArray]);
}
