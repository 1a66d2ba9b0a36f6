/** Gather and scatter, with JAX's arguments. */
import type { NDArray } from "../core/ndarray.ts";
import { checkOptions } from "../errors/index.ts";
import { gather as gatherPrimitive } from "../prims/gather.ts";
import * as scatters from "../prims/scatter.ts";
import type { GatherDimensionNumbers, GatherScatterMode, ScatterDimensionNumbers } from "../prims/windows.ts";
import type { Shape } from "../types/shape.ts";

export type { GatherDimensionNumbers, GatherScatterMode, ScatterDimensionNumbers };

/** Options of `gather`. */
export interface GatherOptions {
  /** What windows outside give: `"fill"`, `"clip"`, or the caller's promise that there are none (the default). */
  readonly mode?: GatherScatterMode;
  readonly fillValue?: number | boolean;
  readonly indicesAreSorted?: boolean;
  readonly uniqueIndices?: boolean;
}

type Partially<T> = Partial<T>;

const gatherNumbers = (d: Partially<GatherDimensionNumbers>): GatherDimensionNumbers => ({
  offsetDims: [],
  collapsedSliceDims: [],
  startIndexMap: [],
  operandBatchingDims: [],
  startIndicesBatchingDims: [],
  ...d,
});

const scatterNumbers = (d: Partially<ScatterDimensionNumbers>): ScatterDimensionNumbers => ({
  updateWindowDims: [],
  insertedWindowDims: [],
  scatterDimsToOperandDims: [],
  operandBatchingDims: [],
  scatterIndicesBatchingDims: [],
  ...d,
});

/**
 * For each index vector, the window of the operand that starts there: XLA's gather.
 * @example
 * const places = jnp.array([[0], [2]], "int32");
 * lax.gather(jnp.array([10, 20, 30]), places, { collapsedSliceDims: [0], startIndexMap: [0] }, [1]) // [10. 30.]
 */
export function gather(
  x: NDArray,
  startIndices: NDArray,
  dimensionNumbers: Partially<GatherDimensionNumbers>,
  sliceSizes: Shape,
  options: GatherOptions = {},
): NDArray {
  checkOptions("gather", options, ["mode", "fillValue", "indicesAreSorted", "uniqueIndices"]);
  const { mode = "promise_in_bounds", fillValue = null, indicesAreSorted = false, uniqueIndices = false } = options;
  const params = {
    dimensionNumbers: gatherNumbers(dimensionNumbers),
    sliceSizes,
    mode,
    fillValue,
    indicesAreSorted,
    uniqueIndices,
  };
  return gatherPrimitive(x, startIndices, params);
}

/** Options of the scatter operations. */
export interface ScatterOptions {
  /** What becomes of windows outside: dropped (`"fill"`, the default), or moved inside (`"clip"`). */
  readonly mode?: GatherScatterMode;
  readonly indicesAreSorted?: boolean;
  readonly uniqueIndices?: boolean;
}

/** A scatter: `updates` go to the places of `x` that `scatterIndices` name. */
export type Scatter = (
  x: NDArray,
  scatterIndices: NDArray,
  updates: NDArray,
  dimensionNumbers: Partially<ScatterDimensionNumbers>,
  options?: ScatterOptions,
) => NDArray;

const scatterer =
  (primitive: typeof scatters.scatter): Scatter =>
  (x, scatterIndices, updates, dimensionNumbers, options = {}) => {
    checkOptions(primitive.name, options, ["mode", "indicesAreSorted", "uniqueIndices"]);
    const { mode = "fill", indicesAreSorted = false, uniqueIndices = false } = options;
    return primitive(x, scatterIndices, updates, {
      dimensionNumbers: scatterNumbers(dimensionNumbers),
      mode,
      indicesAreSorted,
      uniqueIndices,
    });
  };

/**
 * The operand with windows replaced by updates.
 * @example
 * const places = jnp.array([[0], [2]], "int32");
 * const numbers = { insertedWindowDims: [0], scatterDimsToOperandDims: [0] };
 * lax.scatter(jnp.array([1, 2, 3]), places, jnp.array([10, -20]), numbers) // [ 10.   2. -20.]
 */
export const scatter: Scatter = /* @__PURE__ */ scatterer(scatters.scatter);
/**
 * The operand with updates added to its windows.
 * @example
 * const places = jnp.array([[0], [2]], "int32");
 * const numbers = { insertedWindowDims: [0], scatterDimsToOperandDims: [0] };
 * lax.scatterAdd(jnp.array([1, 2, 3]), places, jnp.array([10, -20]), numbers) // [ 11.   2. -17.]
 */
export const scatterAdd: Scatter = /* @__PURE__ */ scatterer(scatters.scatterAdd);
/**
 * The operand with its windows multiplied by updates.
 * @example
 * const places = jnp.array([[0], [2]], "int32");
 * const numbers = { insertedWindowDims: [0], scatterDimsToOperandDims: [0] };
 * lax.scatterMul(jnp.array([1, 2, 3]), places, jnp.array([10, -20]), numbers) // [ 10.   2. -60.]
 */
export const scatterMul: Scatter = /* @__PURE__ */ scatterer(scatters.scatterMul);
/**
 * The operand with its windows limited from above by updates.
 * @example
 * const places = jnp.array([[0], [2]], "int32");
 * const numbers = { insertedWindowDims: [0], scatterDimsToOperandDims: [0] };
 * lax.scatterMin(jnp.array([1, 2, 3]), places, jnp.array([10, -20]), numbers) // [  1.   2. -20.]
 */
export const scatterMin: Scatter = /* @__PURE__ */ scatterer(scatters.scatterMin);
/**
 * The operand with its windows limited from below by updates.
 * @example
 * const places = jnp.array([[0], [2]], "int32");
 * const numbers = { insertedWindowDims: [0], scatterDimsToOperandDims: [0] };
 * lax.scatterMax(jnp.array([1, 2, 3]), places, jnp.array([10, -20]), numbers) // [10.  2.  3.]
 */
export const scatterMax: Scatter = /* @__PURE__ */ scatterer(scatters.scatterMax);
