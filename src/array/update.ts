/**
 * Updates by index: `x.at(i, j).set(v)` gives a new array with some elements replaced, added to, and so on. Updates outside of x
 * are dropped; where a place is named twice, `set` keeps the last value, and the others count each.
 */
import type { NDArray } from "../core/ndarray.ts";
import type { Operation } from "../core/primitive.ts";
import { checkOptions, OperatorError, ShapeError } from "../errors/index.ts";
import { neg } from "../prims/arithmetic.ts";
import { ones } from "../prims/fill.ts";
import { broadcastTo, expandDims, rev, squeeze } from "../prims/movement.ts";
import * as s from "../prims/scatter.ts";
import { scatterOfGather } from "../prims/windows.ts";
import { formatAval } from "../types/aval.ts";
import { dtypeKind } from "../types/dtype.ts";
import { formatShape } from "../types/shape.ts";
import { divide, power } from "./arithmetic.ts";
import { type ArrayArg, cast } from "./convert.ts";
import { warnOnce } from "./dtypes.ts";
import { type GetOptions, getAt, type IndexOptions, indexOptionNames, readMode } from "./indexing.ts";
import { type Index, readIndices } from "./indices.ts";
import { windowsOf } from "./places.ts";
import { promoteDTypes } from "./promotion.ts";

type Scatter = Operation<3, s.ScatterParams>;

/** The values of an update, for windows of a shape. */
function fitted(values: NDArray, shape: readonly number[]): NDArray {
  const given = values.aval.shape;
  const lead = shape.length - given.length;
  if (lead >= 0 && given.every((n, d) => n === 1 || n === shape[lead + d])) return broadcastTo(values, shape);
  throw new ShapeError({
    what:
      lead < 0
        ? `Cannot broadcast to shape with fewer dimensions: arr_shape=${formatShape(given)} shape=${formatShape(shape)}`
        : `Incompatible types for broadcasting: input type=${formatAval(values.aval)} and requested type=${formatAval({ ...values.aval, shape })}`,
    fix: "the values must broadcast to the shape of x.get(...) with the same index",
  });
}

/** Whether values of one dtype can be stored in another without loss of kind. */
function checkSafe(x: NDArray, values: NDArray): void {
  const from = values.aval.dtype;
  const to = x.aval.dtype;
  const rank = (kind: string): number => "biufc".indexOf(kind === "u" ? "i" : kind);
  if (rank(dtypeKind(from)) <= rank(dtypeKind(to))) return;
  warnOnce(
    `scatter inputs have incompatible types: cannot safely cast value from dtype=${from} to dtype=${to}. The values are converted; use astype to say that it is meant.`,
  );
}

function scattered(
  x: NDArray,
  index: readonly Index[],
  values: ArrayArg,
  op: Scatter,
  options: IndexOptions,
  change?: (y: NDArray) => NDArray,
): NDArray {
  const mode = readMode(options.mode ?? "drop", "at");
  const windows = windowsOf(readIndices(index, x.aval.shape), options.wrapNegativeIndices ?? true);
  const { dtype, weakType } = x.aval;
  const [a, promoted] = promoteDTypes("scatter", x, values) as [NDArray, NDArray];
  if (a.aval.dtype !== dtype) checkSafe(x, promoted);
  let y = fitted(promoted, windows.resultShape);
  if (windows.resultShape.includes(0)) return x;
  if (change !== undefined) y = change(y);
  if (windows.added.length > 0) y = squeeze(y, { dimensions: windows.added });
  if (windows.reversed.length > 0) y = rev(y, { dimensions: windows.reversed });
  const result = op(expandDims(a, windows.flagAxes), windows.indices, y, {
    dimensionNumbers: scatterOfGather(windows.dimensionNumbers),
    mode,
    indicesAreSorted: windows.unique || (options.indicesAreSorted ?? false),
    uniqueIndices: windows.unique || (options.uniqueIndices ?? false),
  });
  const flat = windows.flagAxes.length === 0 ? result : squeeze(result, { dimensions: windows.flagAxes });
  return cast(flat, dtype, weakType);
}

function notAValue(): OperatorError {
  return new OperatorError({
    what: "x.at(...) is an updater, not a value: it has no elements of its own",
    fix: "read elements with x.get(...); update with x.at(...).set(values), .add(values) and so on",
  });
}

/**
 * Places of an array, to be updated: JAX's `x.at[...]`. Its methods return new arrays; x stays as it is.
 *
 * `values` broadcast to the shape of `x.get(...)` with the same index, and take x's dtype.
 */
export class Updater {
  readonly #array: NDArray;
  readonly #index: readonly Index[];

  /** @internal Made by `x.at(...)`. */
  constructor(x: NDArray, index: readonly Index[]) {
    this.#array = x;
    this.#index = index;
  }

  #apply(values: ArrayArg, op: Scatter, options: IndexOptions, change?: (y: NDArray) => NDArray): NDArray {
    checkOptions("at", options, indexOptionNames);
    return scattered(this.#array, this.#index, values, op, options, change);
  }

  /** x with the elements replaced. @throws ShapeError if the values do not fit. @example x.at(0).set(1) */
  set(values: ArrayArg, options: IndexOptions = {}): NDArray {
    return this.#apply(values, s.scatter, options);
  }
  /** x with values added to the elements. @throws ShapeError if the values do not fit. @example counts.at(ids).add(1) */
  add(values: ArrayArg, options: IndexOptions = {}): NDArray {
    return this.#apply(values, s.scatterAdd, options);
  }
  /** x with values subtracted from the elements. @throws ShapeError if the values do not fit. */
  subtract(values: ArrayArg, options: IndexOptions = {}): NDArray {
    return this.#apply(values, s.scatterAdd, options, neg);
  }
  /** x with the elements multiplied by values. @throws ShapeError if the values do not fit. */
  multiply(values: ArrayArg, options: IndexOptions = {}): NDArray {
    return this.#apply(values, s.scatterMul, options);
  }
  /** JAX's short name for `multiply`. @throws ShapeError if the values do not fit. */
  mul(values: ArrayArg, options: IndexOptions = {}): NDArray {
    return this.multiply(values, options);
  }
  /** x with the elements divided by values; floating point. @throws ShapeError if the values do not fit. */
  divide(values: ArrayArg, options: IndexOptions = {}): NDArray {
    return divide(this.#array, new Updater(ones(this.#array.aval), this.#index).multiply(values, options));
  }
  /** x with the elements raised to powers. @throws ShapeError if the values do not fit. */
  power(values: ArrayArg, options: IndexOptions = {}): NDArray {
    return power(this.#array, new Updater(ones(this.#array.aval), this.#index).multiply(values, options));
  }
  /** x with each element replaced by the smaller of it and a value. @throws ShapeError if the values do not fit. */
  min(values: ArrayArg, options: IndexOptions = {}): NDArray {
    return this.#apply(values, s.scatterMin, options);
  }
  /** x with each element replaced by the larger of it and a value. @throws ShapeError if the values do not fit. */
  max(values: ArrayArg, options: IndexOptions = {}): NDArray {
    return this.#apply(values, s.scatterMax, options);
  }
  /**
   * x with a function applied to the elements, elementwise. An element that is named several times is transformed once.
   * @example x.at(mask).apply(jnp.sqrt)
   */
  apply(f: (elements: NDArray) => NDArray, options: IndexOptions = {}): NDArray {
    checkOptions("at", options, indexOptionNames);
    return scattered(this.#array, this.#index, f(getAt(this.#array, this.#index, options)), s.scatter, options);
  }
  /** The elements, with options for indices outside: `x.at(9).get({ mode: "fill", fillValue: 0 })`. */
  get(options: GetOptions = {}): NDArray {
    return getAt(this.#array, this.#index, options);
  }

  /** @throws OperatorError: an updater is not a value. */
  toString(): string {
    throw notAValue();
  }
  /** @throws OperatorError: an updater is not a value. */
  [Symbol.toPrimitive](): never {
    throw notAValue();
  }
  /** @throws OperatorError: an updater is not a value. */
  toJSON(): never {
    throw notAValue();
  }
}

/** The places of x at an index, to be updated. */
export function at(x: NDArray, ...index: readonly Index[]): Updater {
  return new Updater(x, index);
}
