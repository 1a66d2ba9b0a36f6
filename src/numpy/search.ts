/** Positions of values in sorted arrays, and what is built on them: bins, and piecewise linear functions. */
import { type ArrayArg, asArray, cast } from "../array/convert.ts";
import { promoteDTypes, promoteInexact } from "../array/promotion.ts";
import type { NDArray } from "../core/ndarray.ts";
import { ArgumentError, DTypeError, OptionError, ShapeError } from "../errors/index.ts";
import { abs, add, div, mul, rem, sub } from "../prims/arithmetic.ts";
import { and, not, or } from "../prims/bitwise.ts";
import { eq, ge, gt, le, lt } from "../prims/compare.ts";
import { broadcastTo, rev } from "../prims/movement.ts";
import { clamp } from "../prims/select.ts";
import { concatenate, sliceAlong } from "../prims/slicing.ts";
import { sort } from "../prims/sort.ts";
import { isComplex, isInexact } from "../types/dtype.ts";
import { equalShapes, formatShape } from "../types/shape.ts";
import { checkChoice, readArguments, type Trailing } from "./arguments.ts";
import {
  checkIntegers,
  choosing,
  constant,
  flattened,
  gatherAlong,
  isNotANumber,
  normalisedIndices,
  operand,
  shaped,
  zerosOf,
} from "./operand.ts";

/** Ways in which JAX can search. They find the same positions; here there is one. */
const methods = ["default", "scan", "scan_unrolled", "sort", "compare_all"] as const;

/** Options of `searchsorted`. */
export interface SearchsortedOptions {
  /** `"left"` (default): before equal elements; `"right"`: behind them. */
  readonly side?: "left" | "right";
  /** Indices that sort the array, where it is not sorted itself. */
  readonly sorter?: ArrayArg | null;
  /** One of JAX's methods; they differ in speed alone, so it has no effect. */
  readonly method?: (typeof methods)[number];
}

/**
 * How many elements of a sorted vector stand before each value: less than it, or for `inclusive` less than or equal.
 * A binary search without branches: each step asks whether the answer has the next lower power of two in it. NaN is larger
 * than everything, and equal to itself.
 */
function countBefore(sorted: NDArray, values: NDArray, inclusive: boolean): NDArray {
  const n = sorted.aval.shape[0]!;
  const { shape } = values.aval;
  const vector = flattened(values);
  const count = vector.aval.shape[0]!;
  let found = zerosOf([count], "int32");
  if (n === 0 || count === 0) return shaped(found, shape);
  const inexact = isInexact(sorted.aval.dtype);
  const before = (element: NDArray): NDArray => {
    if (inclusive) {
      // Not behind the value: neither greater, nor a NaN beside a number.
      const behind = gt(element, vector);
      return not(inexact ? or(behind, and(isNotANumber(element), not(isNotANumber(vector)))) : behind);
    }
    const smaller = lt(element, vector);
    return inexact ? or(smaller, and(isNotANumber(vector), not(isNotANumber(element)))) : smaller;
  };
  const one = constant(1, "int32");
  for (let step = 2 ** Math.floor(Math.log2(n)); step >= 1; step /= 2) {
    const next = add(found, constant(step, "int32"));
    // An index behind the end reads the last element; it is not counted.
    const element = gatherAlong(sorted, sub(next, one), 0, { mode: "clip" });
    const fits = and(le(next, constant(n, "int32")), before(element));
    found = choosing(fits, next, found);
  }
  return shaped(found, shape);
}

/**
 * Where values would go in a sorted vector so that it stays sorted: the number of elements before each. int32. NaN counts as
 * larger than everything, as in `sort`.
 * @throws ShapeError if `a` is not a vector. @throws OptionError for an unknown side or method.
 * @example
 * jnp.searchsorted(jnp.array([1, 2, 2, 3]), 2) // 1
 * jnp.searchsorted(jnp.array([1, 2, 2, 3]), 2, { side: "right" }) // 3
 */
export function searchsorted(
  a: ArrayArg,
  v: ArrayArg,
  ...args: Trailing<[side: "left" | "right", sorter: ArrayArg | null], SearchsortedOptions>
): NDArray {
  const options = readArguments<SearchsortedOptions>("searchsorted", args, ["side", "sorter"], ["method"]);
  const { side = "left" } = options;
  if (side !== "left" && side !== "right") {
    throw new OptionError({
      what: `invalid argument side='${String(side)}', expected 'left' or 'right'`,
      fix: 'use "left" or "right"',
    });
  }
  checkChoice("searchsorted", "method", options.method ?? "scan", methods);
  const [array, values] = promoteDTypes("searchsorted", asArray(a, "searchsorted", 0), v) as [NDArray, NDArray];
  if (array.aval.shape.length !== 1) {
    throw new ShapeError({
      what: `a should be 1-dimensional, got shape ${formatShape(array.aval.shape)}`,
      fix: "search in a sorted vector; for rows use vmap",
    });
  }
  if (isComplex(array.aval.dtype)) {
    throw new DTypeError({
      what: "searchsorted does not order complex numbers",
      fix: "search by real part or absolute value",
    });
  }
  let sorted = array;
  if (options.sorter !== undefined && options.sorter !== null) {
    const sorter = asArray(options.sorter, "searchsorted", 2);
    checkIntegers("searchsorted: sorter", sorter);
    sorted = gatherAlong(array, normalisedIndices(sorter, array.aval.shape[0]!), 0, { mode: "clip" });
  }
  return countBefore(sorted, values, side === "right");
}

/** Options of `digitize`. */
export interface DigitizeOptions {
  /** Whether bins include their right edge instead of the left one. Default false. */
  readonly right?: boolean;
  /** One of JAX's search methods; it has no effect. */
  readonly method?: SearchsortedOptions["method"] | null;
}

/**
 * The number of the bin in which each value lies: 0 before the first edge. Edges ascend or descend.
 * @throws ShapeError if the edges are not a vector.
 * @example jnp.digitize(x, jnp.array([0, 1, 2]))
 */
export function digitize(x: ArrayArg, bins: ArrayArg, ...args: Trailing<[right: boolean], DigitizeOptions>): NDArray {
  const { right = false, method } = readArguments<DigitizeOptions>("digitize", args, ["right"], ["method"]);
  const edges = asArray(bins, "digitize", 1);
  const values = operand(x, "digitize", 0);
  if (edges.aval.shape.length !== 1) {
    throw new ShapeError({
      what: `digitize: bins must be a 1-dimensional array; got shape ${formatShape(edges.aval.shape)}`,
      fix: "pass a vector of edges",
    });
  }
  const n = edges.aval.shape[0]!;
  if (n === 0) return zerosOf(values.aval.shape, "int32");
  const options = { side: right ? "left" : "right", method: method ?? "scan" } as const;
  const ascending = ge(element(edges, n - 1), element(edges, 0));
  const forward = searchsorted(edges, values, options);
  const backward = sub(constant(n, "int32"), searchsorted(rev(edges, { dimensions: [0] }), values, options));
  return choosing(ascending, forward, backward);
}

/** One element of a vector, at a known position. */
function element(x: NDArray, i: number): NDArray {
  return shaped(sliceAlong(x, 0, i, i + 1), []);
}

/** Options of `interp`. */
export interface InterpOptions {
  /** The value left of all points; that at the first by default. `"extrapolate"`: the first line goes on. */
  readonly left?: ArrayArg | "extrapolate" | null;
  /** The value right of all points; that at the last by default. `"extrapolate"`: the last line goes on. */
  readonly right?: ArrayArg | "extrapolate" | null;
  /** The length after which the function repeats; then `left` and `right` have no effect. */
  readonly period?: ArrayArg | null;
}

/** x modulo a positive period, in [0, period). */
function modulo(x: NDArray, period: NDArray): NDArray {
  const n = broadcastTo(period, x.aval.shape);
  const rest = rem(x, n);
  return choosing(lt(rest, constant(0, x.aval.dtype)), add(rest, n), rest);
}

/**
 * The piecewise linear function through the points (xp, fp), at x. `xp` must ascend, which is not checked.
 * @throws ShapeError unless `xp` and `fp` are vectors of one length. @throws DTypeError for complex x.
 * @example jnp.interp(1.5, jnp.array([0, 1, 2]), jnp.array([10, 20, 0])) // 10.0
 */
export function interp(
  x: ArrayArg,
  xp: ArrayArg,
  fp: ArrayArg,
  ...args: Trailing<
    [left: ArrayArg | "extrapolate" | null, right: ArrayArg | "extrapolate" | null, period: ArrayArg | null],
    InterpOptions
  >
): NDArray {
  const options = readArguments<InterpOptions>("interp", args, ["left", "right", "period"]);
  const points = [asArray(xp, "interp", 1), asArray(fp, "interp", 2)] as const;
  const { shape } = points[0].aval;
  if (shape.length !== 1 || !equalShapes(shape, points[1].aval.shape)) {
    throw new ShapeError({
      what: `xp and fp must be one-dimensional arrays of equal size, got shapes ${formatShape(shape)} and ${formatShape(points[1].aval.shape)}`,
      fix: "give one value for each point",
    });
  }
  let [at, places] = promoteInexact("interp", x, points[0]) as [NDArray, NDArray];
  let [values] = promoteInexact("interp", points[1]) as [NDArray];
  const { dtype } = places.aval;
  if (isComplex(dtype))
    throw new DTypeError({ what: "jnp.interp: complex x values not supported.", fix: "interpolate over a real x" });
  const bound = (side: "left" | "right"): ArrayArg | "extrapolate" | undefined => {
    const value = options[side];
    if (typeof value === "string" && value !== "extrapolate") {
      throw new ArgumentError({
        what: `the only valid string value of \`${side}\` is 'extrapolate', but got: ${JSON.stringify(value)}`,
        fix: 'pass a number, or "extrapolate"',
      });
    }
    return value ?? undefined;
  };
  const [left, right] = [bound("left"), bound("right")];
  const periodic = options.period !== undefined && options.period !== null;
  if (periodic) {
    const period = abs(cast(operand(options.period as ArrayArg, "interp", 5), dtype));
    if (period.aval.shape.length > 0) {
      throw new ShapeError({
        what: `period must be a scalar; got shape ${formatShape(period.aval.shape)}`,
        fix: "pass a number",
      });
    }
    at = modulo(at, period);
    const [sortedPlaces, sortedValues] = sort([modulo(places, period), values], {
      dimension: 0,
      isStable: true,
      numKeys: 1,
    });
    const last = shape[0]! - 1;
    const end = (y: NDArray, i: number): NDArray => sliceAlong(y, 0, i, i + 1);
    const one = (y: NDArray): NDArray => shaped(y, [1]);
    // One more point at each end, a period away, so that lines lead around.
    places = concatenate(
      [sub(end(sortedPlaces!, last), one(period)), sortedPlaces!, add(end(sortedPlaces!, 0), one(period))],
      { dimension: 0 },
    );
    values = concatenate([end(sortedValues!, last), sortedValues!, end(sortedValues!, 0)], { dimension: 0 });
  }
  const n = places.aval.shape[0]!;
  const int = (k: number): NDArray => constant(k, "int32");
  const upper = clamp(int(Math.min(1, n - 1)), countBefore(places, at, true), int(n - 1));
  const lower = n === 1 ? upper : sub(upper, int(1));
  const read = (y: NDArray, i: NDArray): NDArray => gatherAlong(y, i, 0);
  const [x0, y0] = [read(places, lower), read(values, lower)];
  const [dx, dy] = [sub(read(places, upper), x0), sub(read(values, upper), y0)];
  // Points on top of each other: no line leads between them.
  const steep = le(abs(dx), constant(dtype === "float64" ? 2 ** -104 : 2 ** -46, dtype));
  const slope = div(sub(at, x0), choosing(steep, constant(1, dtype), dx));
  const common = (y: NDArray): NDArray => cast(y, promoteDTypes("interp", values, at)[0]!.aval.dtype);
  const target = common(values).aval.dtype;
  let result = choosing(steep, cast(y0, target), add(cast(y0, target), mul(cast(slope, target), cast(dy, target))));
  if (periodic) return result;
  const scalarOf = (value: ArrayArg | undefined, fallback: number): NDArray =>
    broadcastTo(
      cast(value === undefined ? element(values, fallback) : operand(value, "interp"), target),
      result.aval.shape,
    );
  if (left !== "extrapolate")
    result = choosing(lt(at, broadcastTo(element(places, 0), at.aval.shape)), scalarOf(left, 0), result);
  if (right !== "extrapolate")
    result = choosing(gt(at, broadcastTo(element(places, n - 1), at.aval.shape)), scalarOf(right, n - 1), result);
  return result;
}

/** Whether values of a dtype can be equal in value and differ otherwise: the elements of two arrays of one dtype, compared. */
export function sameElement(x: NDArray, y: NDArray, equalNaN: boolean): NDArray {
  const same = eq(x, y);
  return equalNaN && isInexact(x.aval.dtype) ? or(same, and(isNotANumber(x), isNotANumber(y))) : same;
}
