/** Counting: how often integers occur, and how many values fall into bins along one axis or several. */
import { type ArrayArg, asArray, cast } from "../array/convert.ts";
import { defaultInt, inexactDType } from "../array/dtypes.ts";
import { promoteInexact } from "../array/promotion.ts";
import { isNDArray, type NDArray } from "../core/ndarray.ts";
import { ArgumentError, DTypeError, ShapeError } from "../errors/index.ts";
import { add, div, max, mul, sub } from "../prims/arithmetic.ts";
import { eq } from "../prims/compare.ts";
import { onesLike } from "../prims/fill.ts";
import { broadcastTo } from "../prims/movement.ts";
import { reduceMax, reduceMin, reduceSum } from "../prims/reduce.ts";
import { scatterAdd } from "../prims/scatter.ts";
import { clamp } from "../prims/select.ts";
import { concatenate, sliceAlong } from "../prims/slicing.ts";
import { isInteger, isTypedArray } from "../types/dtype.ts";
import { equalShapes, formatShape, sizeOf } from "../types/shape.ts";
import { range as count } from "../util/list.ts";
import { readArguments, readInt, requireConcrete, type StaticInt, type Trailing } from "./arguments.ts";
import { concreteElements } from "./concrete.ts";
import { along, choosing, constant, flattened, operand, shaped, wideIndices, zerosOf } from "./operand.ts";
import { linspace } from "./ranges.ts";
import { searchsorted } from "./search.ts";

/** Options of `bincount`. */
export interface BincountOptions {
  /** What each occurrence counts; 1 by default. */
  readonly weights?: ArrayArg | null;
  /** The smallest length of the result. Default 0. */
  readonly minlength?: StaticInt;
  /** The length of the result; larger integers are not counted. By default all are, and then x must be known. */
  readonly length?: StaticInt | null;
}

/** Sums of weights at places of a vector of zeros; places outside are dropped. */
function tally(places: NDArray, weights: NDArray, length: number): NDArray {
  const n = places.aval.shape[0]!;
  const zeros = zerosOf([length], weights.aval.dtype);
  if (n === 0 || length === 0) return zeros;
  return scatterAdd(
    zeros,
    shaped(places, [n, 1]),
    weights.aval.shape.length === 0 ? broadcastTo(weights, [n]) : weights,
    {
      dimensionNumbers: {
        updateWindowDims: [],
        insertedWindowDims: [0],
        scatterDimsToOperandDims: [0],
        operandBatchingDims: [],
        scatterIndicesBatchingDims: [],
      },
      mode: "fill",
      indicesAreSorted: false,
      uniqueIndices: false,
    },
  );
}

/**
 * How often each integer from 0 occurs in a vector, or the sums of weights of its occurrences. Negative integers count as
 * 0, those beyond `length` not at all.
 * @throws DTypeError unless x holds integers. @throws ShapeError unless it is a vector and the weights have its shape.
 * @throws ConcretizationTypeError for a traced x without `length`.
 * @example jnp.bincount(x, { length: 10 })
 */
export function bincount(
  x: ArrayArg,
  ...args: Trailing<[weights: ArrayArg | null, minlength: StaticInt], BincountOptions>
): NDArray {
  const options = readArguments<BincountOptions>("bincount", args, ["weights", "minlength"], ["length"]);
  let values = asArray(x, "bincount", 0);
  if (values.aval.dtype === "bool") values = cast(values, "int32");
  if (!isInteger(values.aval.dtype)) {
    throw new DTypeError({
      what: `x argument to bincount must have an integer type; got ${values.aval.dtype}`,
      fix: 'convert with astype("int32")',
    });
  }
  if (values.aval.shape.length !== 1) {
    throw new ShapeError({
      what: `only 1-dimensional input supported, got shape ${formatShape(values.aval.shape)}`,
      fix: "flatten the array with jnp.ravel",
    });
  }
  const smallest = readInt("bincount", "minlength", options.minlength ?? 0);
  let length: number;
  if (options.length === undefined || options.length === null) {
    requireConcrete(values, "argument 'x' of jnp.bincount", "pass a static { length }");
    length = concreteElements(values).reduce<number>((most, v) => Math.max(most, Number(v) + 1), smallest);
  } else length = readInt("bincount", "length", options.length);
  if (length < 0)
    throw new ArgumentError({ what: `bincount: length must not be negative, got ${length}`, fix: "use 0 or more" });
  const weights =
    options.weights === undefined || options.weights === null ? undefined : asArray(options.weights, "bincount", 1);
  if (weights !== undefined && !equalShapes(weights.aval.shape, values.aval.shape)) {
    throw new ShapeError({
      what: `shape of weights must match shape of x. Got x of shape ${formatShape(values.aval.shape)} and weights of shape ${formatShape(weights.aval.shape)}`,
      fix: "give one weight for each element",
    });
  }
  const wide = wideIndices(values);
  const places = max(wide, constant(0, wide.aval.dtype));
  return tally(places, weights ?? constant(1, defaultInt()), length);
}

/** Edges of bins, or their number. */
export type Bins = StaticInt | readonly number[] | ArrayArg;

/** Lower and upper end of the bins. */
export type BinRange = readonly [ArrayArg, ArrayArg] | NDArray;

/** Options of `histogramBinEdges`. */
export interface BinEdgesOptions {
  /** Edges in ascending order, or the number of bins of equal width. Default 10. */
  readonly bins?: Bins;
  /** Ends of the bins; the smallest and the largest value by default. */
  readonly range?: BinRange | null;
  /** Not used, as in JAX. */
  readonly weights?: ArrayArg | null;
}

/** Whether bins are given by their edges. */
function edgesOf(bins: Bins): NDArray | undefined {
  if (Array.isArray(bins)) return asArray(Float64Array.from(bins as readonly number[]));
  if (isTypedArray(bins)) return asArray(bins);
  return isNDArray(bins) && bins.aval.shape.length > 0 ? bins : undefined;
}

/**
 * The edges of bins: those given, or equally wide ones over all values. One more than there are bins.
 * @throws ArgumentError unless bins are a number or a vector of edges.
 * @example jnp.histogramBinEdges(x, { bins: 4 })
 */
export function histogramBinEdges(
  a: ArrayArg,
  ...args: Trailing<[bins: Bins, range: BinRange | null, weights: ArrayArg | null], BinEdgesOptions>
): NDArray {
  const options = readArguments<BinEdgesOptions>("histogramBinEdges", args, ["bins", "range", "weights"]);
  return binEdges("histogramBinEdges", asArray(a, "histogramBinEdges", 0), options.bins ?? 10, options.range);
}

function binEdges(caller: string, x: NDArray, bins: Bins, range: BinRange | null | undefined): NDArray {
  const dtype = inexactDType(x.aval.dtype);
  if (typeof bins === "string") {
    throw new ArgumentError({
      what: "string values for `bins` not implemented.",
      fix: "give a number of bins, or edges",
    });
  }
  const edges = edgesOf(bins);
  if (edges !== undefined) {
    if (edges.aval.shape.length === 1) return cast(edges, dtype);
    throw new ShapeError({
      what: `${caller}: edges must be a vector, got shape ${formatShape(edges.aval.shape)}`,
      fix: "pass a vector",
    });
  }
  const number = readInt(caller, "bins", bins);
  if (number < 1)
    throw new ArgumentError({ what: `${caller}: there must be at least one bin, got ${number}`, fix: "use 1 or more" });
  const [low, high] = binRange(caller, x, range).map((end) => cast(end, dtype)) as [NDArray, NDArray];
  // Where all values are equal, the bins reach half a unit to either side.
  const flat = eq(low, high);
  const half = choosing(flat, constant(0.5, dtype), constant(0, dtype));
  return linspace(sub(low, half), add(high, half), number + 1, { dtype });
}

function binRange(caller: string, x: NDArray, range: BinRange | null | undefined): [NDArray, NDArray] {
  if (range === undefined || range === null) {
    if (sizeOf(x.aval.shape) === 0) {
      throw new ShapeError({
        what: `${caller}: an empty array has no smallest and largest value`,
        fix: "give the range: { range: [0, 1] }",
      });
    }
    const axes = count(x.aval.shape.length);
    return [reduceMin(x, { axes }), reduceMax(x, { axes })];
  }
  if (isNDArray(range) && equalShapes(range.aval.shape, [2])) {
    return [0, 1].map((i) => shaped(sliceAlong(range, 0, i, i + 1), [])) as [NDArray, NDArray];
  }
  if (Array.isArray(range) && range.length === 2) {
    const ends = (range as readonly ArrayArg[]).map((end) => operand(end, caller)) as [NDArray, NDArray];
    if (ends.every((end) => end.aval.shape.length === 0)) return ends;
  }
  throw new ArgumentError({
    what: `${caller}: \`range\` must be either null or two scalars`,
    fix: "write { range: [low, high] }",
  });
}

/** Options of `histogram`. */
export interface HistogramOptions extends BinEdgesOptions {
  /** What each value counts; 1 by default. */
  readonly weights?: ArrayArg | null;
  /** Whether to scale the counts so that the histogram integrates to 1. Default false. */
  readonly density?: boolean | null;
}

/** For each value the number of its bin, from 1; 0 left of all bins, one more than there are bins right of them. */
function binOf(edges: NDArray, values: NDArray): NDArray {
  const n = edges.aval.shape[0]!;
  const place = searchsorted(edges, values, { side: "right" });
  // The last bin includes its right edge.
  const last = broadcastTo(shaped(sliceAlong(edges, 0, n - 1, n), []), values.aval.shape);
  return choosing(eq(values, last), constant(n - 1, "int32"), place);
}

/** Differences of neighbours in a vector. */
function widths(edges: NDArray): NDArray {
  const n = edges.aval.shape[0]!;
  return sub(sliceAlong(edges, 0, 1, n), sliceAlong(edges, 0, 0, n - 1));
}

/**
 * How many values fall into each bin (or the sum of their weights), and the edges of the bins. Bins include their left edge,
 * the last one its right edge too. Counts are floats, as in JAX.
 * @throws ShapeError if the weights differ in shape from the values.
 * @example const [counts, edges] = jnp.histogram(x, { bins: 4 });
 */
export function histogram(
  a: ArrayArg,
  ...args: Trailing<
    [bins: Bins, range: BinRange | null, weights: ArrayArg | null, density: boolean | null],
    HistogramOptions
  >
): [counts: NDArray, edges: NDArray] {
  const options = readArguments<HistogramOptions>("histogram", args, ["bins", "range", "weights", "density"]);
  const given = options.weights ?? undefined;
  const promoted = given === undefined ? promoteInexact("histogram", a) : promoteInexact("histogram", a, given);
  const x = promoted[0]!;
  const weights = promoted[1] ?? onesLike(x);
  if (!equalShapes(weights.aval.shape, x.aval.shape)) {
    throw new ShapeError({
      what: `weights should have the same shape as a, got ${formatShape(weights.aval.shape)} and ${formatShape(x.aval.shape)}`,
      fix: "give one weight for each value",
    });
  }
  const edges = binEdges("histogram", x, options.bins ?? 10, options.range);
  const n = edges.aval.shape[0]!;
  const values = flattened(x);
  // Place 0 takes what lies left of the bins; what lies right of them is dropped.
  let counts = sliceAlong(tally(binOf(edges, cast(values, edges.aval.dtype)), flattened(weights), n), 0, 1, n);
  if (options.density === true) counts = div(div(counts, widths(edges)), reduceSum(counts, { axes: [0] }));
  return [counts, edges];
}

/** Options of `histogramdd`. */
export interface HistogramddOptions {
  /** Bins for all axes, or one entry an axis. Default 10. */
  readonly bins?: StaticInt | readonly Bins[];
  /** Ends of the bins for each axis. */
  readonly range?: readonly (BinRange | null)[] | null;
  readonly weights?: ArrayArg | null;
  readonly density?: boolean | null;
}

/**
 * How many points fall into each cell of a grid: `sample` has one row a point and one column an axis. Returns the counts and
 * the edges along each axis.
 * @throws ShapeError if weights or bins do not fit the sample.
 * @example const [counts, [xEdges, yEdges]] = jnp.histogramdd(points, { bins: [3, 4] });
 */
export function histogramdd(
  sample: ArrayArg,
  ...args: Trailing<
    [
      bins: StaticInt | readonly Bins[],
      range: readonly (BinRange | null)[] | null,
      weights: ArrayArg | null,
      density: boolean | null,
    ],
    HistogramddOptions
  >
): [counts: NDArray, edges: NDArray[]] {
  const options = readArguments<HistogramddOptions>("histogramdd", args, ["bins", "range", "weights", "density"]);
  const given = options.weights ?? undefined;
  const [points, weights] = (
    given === undefined ? promoteInexact("histogramdd", sample) : promoteInexact("histogramdd", sample, given)
  ) as [NDArray, NDArray?];
  const { shape } = points.aval;
  if (shape.length !== 2) {
    throw new ShapeError({
      what: `histogramdd: the sample must have two axes, got shape ${formatShape(shape)}`,
      fix: "give one row a point",
    });
  }
  const [n, axes] = shape as [number, number];
  if (weights !== undefined && !equalShapes(weights.aval.shape, [n])) {
    throw new ShapeError({ what: "should have one weight for each sample.", fix: `give a vector of ${n} weights` });
  }
  const bins: readonly Bins[] = Array.isArray(options.bins)
    ? options.bins
    : count(axes).map(() => (options.bins ?? 10) as Bins);
  if (
    bins.length !== axes ||
    (options.range !== undefined && options.range !== null && options.range.length !== axes)
  ) {
    throw new ShapeError({
      what: `histogramdd: bins and range need one entry for each of ${axes} axes`,
      fix: "give as many entries as the sample has columns",
    });
  }
  const columns = count(axes).map((d) => shaped(sliceAlong(points, 1, d, d + 1), [n]));
  const edges = columns.map((column, d) => binEdges("histogramdd", column, bins[d]!, options.range?.[d]));
  // One cell more at either end of each axis takes what lies outside.
  const lengths = edges.map((e) => e.aval.shape[0]! + 1);
  let place = zerosOf([n], "int32");
  columns.forEach((column, d) => {
    const bin = clamp(constant(0, "int32"), binOf(edges[d]!, column), constant(lengths[d]! - 1, "int32"));
    place = add(mul(place, constant(lengths[d]!, "int32")), bin);
  });
  let cells = shaped(tally(place, weights ?? constant(1, defaultInt()), sizeOf(lengths)), lengths);
  lengths.forEach((m, d) => {
    cells = sliceAlong(cells, d, 1, m - 1);
  });
  if (options.density === true) {
    cells = cast(cells, points.aval.dtype);
    cells = div(cells, reduceSum(cells, { axes: count(axes) }));
    edges.forEach((e, d) => {
      cells = div(cells, broadcastTo(along(widths(e), d, axes), cells.aval.shape));
    });
  }
  return [cells, edges];
}

/**
 * How many points (x, y) fall into each cell of a grid; returns the counts and the edges along both axes. `bins` are a
 * number, two entries, or one vector of edges for both axes.
 * @throws ShapeError if x, y or weights differ in length.
 * @example const [counts, xEdges, yEdges] = jnp.histogram2d(x, y, { bins: 3 });
 */
export function histogram2d(
  x: ArrayArg,
  y: ArrayArg,
  ...args: Trailing<
    [
      bins: Bins | readonly [Bins, Bins],
      range: readonly (BinRange | null)[] | null,
      weights: ArrayArg | null,
      density: boolean | null,
    ],
    Omit<HistogramddOptions, "bins"> & { readonly bins?: Bins | readonly [Bins, Bins] }
  >
): [counts: NDArray, xEdges: NDArray, yEdges: NDArray] {
  const options = readArguments<Omit<HistogramddOptions, "bins"> & { readonly bins?: Bins | readonly [Bins, Bins] }>(
    "histogram2d",
    args,
    ["bins", "range", "weights", "density"],
  );
  const [first, second] = promoteInexact("histogram2d", x, y) as [NDArray, NDArray];
  const { shape } = first.aval;
  if (shape.length !== 1 || !equalShapes(shape, second.aval.shape)) {
    throw new ShapeError({
      what: `histogram2d: x and y must be vectors of one length, got shapes ${formatShape(shape)} and ${formatShape(second.aval.shape)}`,
      fix: "flatten the arrays with jnp.ravel",
    });
  }
  const { bins = 10 } = options;
  const shared = edgesOf(bins as Bins);
  const pair = Array.isArray(bins) && bins.length === 2;
  const each: readonly Bins[] = pair
    ? (bins as readonly Bins[])
    : shared !== undefined
      ? [shared, shared]
      : [bins as Bins, bins as Bins];
  const sample = [first, second].map((v) => shaped(v, [shape[0]!, 1]));
  const [cells, edges] = histogramdd(concatenate(sample, { dimension: 1 }), { ...options, bins: each });
  return [cells, edges[0]!, edges[1]!];
}
