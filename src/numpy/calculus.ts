/** Differences, numerical derivatives, integrals, and angles without jumps, along an axis. */
import { add as addArrays, divide, floorDivide, multiply, remainder, subtract } from "../array/arithmetic.ts";
import { type ArrayArg, asArray, cast, here } from "../array/convert.ts";
import { promoteArgs, promoteDTypes, promoteInexact } from "../array/promotion.ts";
import { sum } from "../array/reduction.ts";
import { cumsum } from "../array/running.ts";
import { moveaxis, ravel } from "../array/shape.ts";
import { type Axis, staticAxes, staticInteger } from "../array/static.ts";
import type { NDArray } from "../core/ndarray.ts";
import { ArgumentError, OptionError, ShapeError } from "../errors/index.ts";
import { abs, add, div, mul, neg, sub } from "../prims/arithmetic.ts";
import { and } from "../prims/bitwise.ts";
import { eq, gt, lt, ne } from "../prims/compare.ts";
import { broadcastTo } from "../prims/movement.ts";
import { checkAccepted, real } from "../prims/rules.ts";
import { concatenate, sliceAlong } from "../prims/slicing.ts";
import { isInteger } from "../types/dtype.ts";
import { canonicalAxes, canonicalAxis, formatShape } from "../types/shape.ts";
import { readArguments, type Trailing } from "./arguments.ts";
import { along, choosing, constant } from "./operand.ts";

/** A part of an axis; negative ends count from its end. */
function part(x: NDArray, axis: number, start: number, stop: number): NDArray {
  const n = x.aval.shape[axis]!;
  const from = Math.min(Math.max(start < 0 ? start + n : start, 0), n);
  const to = Math.min(Math.max(stop < 0 ? stop + n : stop, from), n);
  return sliceAlong(x, axis, from, to);
}

const rest = (x: NDArray, axis: number, start: number): NDArray => part(x, axis, start, x.aval.shape[axis]!);

/** Options of `diff`. */
export interface DiffOptions {
  /** How many times differences are taken. Default 1. */
  readonly n?: number;
  /** The axis. Default: the last. */
  readonly axis?: number;
  /** Values in front of x along the axis: an array, or a number repeated over the other axes. */
  readonly prepend?: ArrayArg | null;
  /** Values behind x along the axis. */
  readonly append?: ArrayArg | null;
}

/**
 * Differences of neighbours along an axis: x[i + 1] - x[i], n times. Booleans tell where neighbours differ.
 * @throws ShapeError for scalars. @throws AxisError if the axis does not exist. @throws ArgumentError for a negative n.
 * @example jnp.diff(jnp.array([1, 4, 9])) // [3. 5.]
 */
export function diff(x: ArrayArg, ...args: Trailing<[n: number, axis: number], DiffOptions>): NDArray {
  const options = readArguments<DiffOptions>("diff", args, ["n", "axis"], ["prepend", "append"]);
  const n = staticInteger(options.n ?? 1, "'n' argument of jnp.diff");
  let a = asArray(x, "diff");
  if (n === 0) return a;
  if (n < 0)
    throw new ArgumentError({ what: `order must be non-negative but got ${n}`, where: here(), fix: "use 0 or more" });
  const rank = a.aval.shape.length;
  if (rank === 0) {
    throw new ShapeError({
      what: "diff requires input that is at least one dimensional; got a scalar",
      where: here(),
      fix: "pass a vector",
    });
  }
  const axis = canonicalAxis(staticInteger(options.axis ?? -1, "'axis' argument of jnp.diff"), rank);
  const { prepend = null, append = null } = options;
  if (prepend !== null || append !== null) {
    const slab = a.aval.shape.map((size, d) => (d === axis ? 1 : size));
    const given = [prepend, a, append].filter((v) => v !== null);
    const pieces = promoteDTypes("diff", ...given).map((v) => (v.aval.shape.length === 0 ? broadcastTo(v, slab) : v));
    a = concatenate(pieces, { dimension: axis });
  }
  for (let i = 0; i < n; i++) {
    const [later, earlier] = [rest(a, axis, 1), part(a, axis, 0, -1)];
    a = a.aval.dtype === "bool" ? ne(later, earlier) : sub(later, earlier);
  }
  return a;
}

/** Options of `ediff1d`. */
export interface Ediff1dOptions {
  /** Values behind the differences. */
  readonly toEnd?: ArrayArg | null;
  /** Values in front of the differences. */
  readonly toBegin?: ArrayArg | null;
}

/**
 * Differences of neighbours of x as a vector, with values in front and behind.
 * @throws DTypeError for booleans.
 * @example jnp.ediff1d(jnp.array([1, 4, 9]), { toBegin: 0 }) // [0. 3. 5.]
 */
export function ediff1d(x: ArrayArg, ...args: Trailing<[toEnd: ArrayArg, toBegin: ArrayArg], Ediff1dOptions>): NDArray {
  const { toEnd = null, toBegin = null } = readArguments<Ediff1dOptions>("ediff1d", args, ["toEnd", "toBegin"]);
  const a = ravel(x);
  const differences = sub(rest(a, 0, 1), part(a, 0, 0, -1));
  const piece = (v: ArrayArg | null): NDArray[] => (v === null ? [] : [cast(ravel(v), a.aval.dtype, a.aval.weakType)]);
  return concatenate([...piece(toBegin), differences, ...piece(toEnd)], { dimension: 0 });
}

/** The derivative along one axis; `h` is the step, or the places of the samples. */
function slope(a: NDArray, h: NDArray, axis: number): NDArray {
  const { dtype } = a.aval;
  const upper = sub(part(a, axis, 1, 2), part(a, axis, 0, 1));
  const lower = sub(rest(a, axis, -1), part(a, axis, -2, -1));
  const join = (...pieces: NDArray[]): NDArray => concatenate(pieces, { dimension: axis });
  if (h.aval.shape.length === 0) {
    const inner = div(mul(sub(rest(a, axis, 2), part(a, axis, 0, -2)), constant(0.5, dtype)), h);
    return join(div(upper, h), inner, div(lower, h));
  }
  if (h.aval.shape.length > 1 || h.aval.shape[0] !== a.aval.shape[axis]) {
    throw new ShapeError({
      what:
        h.aval.shape.length > 1
          ? "Spacing arrays must be 1D arrays or scalars."
          : "Spacing arrays must have the same length as the dimension along which the gradient is calculated.",
      where: here(),
      fix: "give a number, or a vector with the place of each sample",
    });
  }
  const wide = (x: NDArray): NDArray => {
    const column = along(x, axis, a.aval.shape.length);
    return broadcastTo(
      column,
      a.aval.shape.map((n, d) => (d === axis ? column.aval.shape[d]! : n)),
    );
  };
  const step = (from: number): NDArray => sub(rest(h, 0, from), part(h, 0, from - 1, -1));
  const steps = step(1);
  const before = part(steps, 0, 0, -1);
  const after = rest(steps, 0, 1);
  const both = add(before, after);
  const weights = [
    div(neg(after), mul(before, both)),
    div(sub(after, before), mul(before, after)),
    div(before, mul(after, both)),
  ];
  const samples = [part(a, axis, 0, -2), part(a, axis, 1, -1), rest(a, axis, 2)];
  const [x, y, z] = samples.map((sample, i) => mul(wide(weights[i]!), sample)) as [NDArray, NDArray, NDArray];
  return join(div(upper, wide(part(steps, 0, 0, 1))), add(add(x, y), z), div(lower, wide(rest(steps, 0, -1))));
}

/** Options of `gradient`. */
export interface GradientOptions {
  /** The axis or axes. Default: all. */
  readonly axis?: Axis;
}

/**
 * The derivative of samples of a function by central differences of second order, and one-sided ones at the ends. Steps
 * are 1; else `spacing` holds one for all axes or one for each: a number, or a vector with the places of the samples.
 *
 * Returns an array for one axis, and a list of arrays for several.
 * @throws ShapeError along an axis of fewer than two samples, or for places that do not fit. @throws OptionError for a wrong
 * number of spacings. @throws AxisError if an axis does not exist.
 * @example jnp.gradient(jnp.array([1, 4, 9, 16]), 0.5) // [ 6.  8. 12. 14.]
 */
export function gradient(f: ArrayArg, ...args: readonly (ArrayArg | GradientOptions)[]): NDArray | NDArray[] {
  const last = args[args.length - 1];
  const hasOptions = typeof last === "object" && last !== null && Object.getPrototypeOf(last) === Object.prototype;
  const spacing = (hasOptions ? args.slice(0, -1) : args) as readonly ArrayArg[];
  const { axis } = readArguments<GradientOptions>("gradient", hasOptions ? [last] : [], [], ["axis"]);
  const [a, ...steps] = promoteInexact("gradient", f, ...spacing) as [NDArray, ...NDArray[]];
  const axes = canonicalAxes(staticAxes(axis, "the axis argument of gradient"), a.aval.shape.length);
  if (steps.length > 1 && steps.length !== axes.length) {
    throw new OptionError({
      what: `Invalid number of spacing arguments ${steps.length} for axis=${formatShape(axes)}`,
      where: here(),
      fix: "give no spacing, one for all axes, or one for each",
    });
  }
  if (axes.some((d) => a.aval.shape[d]! < 2)) {
    throw new ShapeError({
      what: "Shape of array too small to calculate a numerical gradient, at least 2 elements are required.",
      where: here(),
      fix: "name axes of length 2 or more",
    });
  }
  const slopes = axes.map((d, i) => slope(a, steps[steps.length > 1 ? i : 0] ?? constant(1, a.aval.dtype), d));
  return slopes.length === 1 ? slopes[0]! : slopes;
}

/** Options of `trapezoid`. */
export interface TrapezoidOptions {
  /** The places of the samples: a vector, or an array of the shape of y. */
  readonly x?: ArrayArg | null;
  /** The distance of samples where x is not given. Default 1. */
  readonly dx?: ArrayArg;
  /** The axis. Default: the last. */
  readonly axis?: number;
}

/**
 * The integral of samples along an axis by the trapezoidal rule: the sum of (x[i + 1] - x[i]) (y[i] + y[i + 1]) / 2.
 * @throws AxisError if the axis does not exist. @throws ShapeError if x does not fit.
 * @example jnp.trapezoid(jnp.array([1, 2, 3]), { dx: 0.5 }) // 2.0
 */
export function trapezoid(
  y: ArrayArg,
  ...args: Trailing<[x: ArrayArg, dx: ArrayArg, axis: number], TrapezoidOptions>
): NDArray {
  const { x = null, dx = 1, axis = -1 } = readArguments<TrapezoidOptions>("trapezoid", args, ["x", "dx", "axis"]);
  const at = staticInteger(axis, "'axis' argument of jnp.trapezoid");
  const [samples, places] = promoteInexact("trapezoid", y, ...(x === null ? [] : [x])) as [NDArray, NDArray?];
  const values = moveaxis(samples, at, -1);
  const rank = values.aval.shape.length;
  const n = values.aval.shape[rank - 1]!;
  if (places === undefined && asArray(dx).aval.shape.length === 0) {
    const ends = add(part(values, rank - 1, 0, 1), rest(values, rank - 1, -1));
    const [step, total, half] = promoteArgs(
      "trapezoid",
      cast(asArray(dx), values.aval.dtype),
      sum(values, -1),
      sum(ends, -1),
    ) as [NDArray, NDArray, NDArray];
    return mul(step, sub(total, mul(constant(0.5, values.aval.dtype), half)));
  }
  const widths =
    places === undefined
      ? cast(asArray(dx), values.aval.dtype)
      : places.aval.shape.length === 1
        ? diff(places)
        : moveaxis(diff(places, { axis: at }), at, -1);
  const sums = n < 2 ? part(values, rank - 1, 0, 0) : add(rest(values, rank - 1, 1), part(values, rank - 1, 0, -1));
  return multiply(sum(multiply(widths, sums), -1), constant(0.5, values.aval.dtype));
}

/** Options of `unwrap`. */
export interface UnwrapOptions {
  /** Steps of less than this are left alone. Default: half of the period. */
  readonly discont?: ArrayArg | null;
  /** The axis. Default: the last. */
  readonly axis?: number;
  /** The period. Default 2 pi. */
  readonly period?: ArrayArg;
}

/**
 * Angles without jumps: multiples of the period are added along an axis, so that no step is longer than half of it.
 * @throws AxisError if the axis does not exist. @throws DTypeError for complex numbers.
 * @example jnp.unwrap(jnp.array([0, 3, 6, 0.5])) // [0.        3.        6.        6.7831855]
 */
export function unwrap(
  p: ArrayArg,
  ...args: Trailing<[discont: ArrayArg | null, axis: number], UnwrapOptions>
): NDArray {
  const options = readArguments<UnwrapOptions>("unwrap", args, ["discont", "axis"], ["period"]);
  const [a, period] = promoteDTypes("unwrap", p, options.period ?? 2 * Math.PI) as [NDArray, NDArray];
  checkAccepted("unwrap", real, a.aval);
  const axis = canonicalAxis(staticInteger(options.axis ?? -1, "'axis' argument of jnp.unwrap"), a.aval.shape.length);
  if (a.aval.shape[axis] === 0) return a;
  const { dtype } = a.aval;
  const interval = isInteger(dtype) ? floorDivide(period, 2) : divide(period, 2);
  const limit = options.discont ?? divide(period, 2);
  const steps = diff(a, { axis });
  const wrapped = subtract(remainder(addArrays(steps, interval), period), interval);
  const [step, short, edge] = promoteArgs("unwrap", steps, wrapped, interval) as [NDArray, NDArray, NDArray];
  const zero = constant(0, dtype);
  // A step of just half a period keeps its sign.
  const kept = choosing(and(eq(short, neg(edge)), gt(step, zero)), edge, short);
  const [length, bound] = promoteArgs("unwrap", abs(step), limit) as [NDArray, NDArray];
  const correction = choosing(lt(length, bound), zero, sub(kept, step));
  return concatenate([part(a, axis, 0, 1), add(rest(a, axis, 1), cumsum(correction, axis))], { dimension: axis });
}
