/** Scatter: windows of updates, written into an operand (or combined with what is there) at computed places. */
import type { Expr } from "../core/expr.ts";
import { type Jaxpr, makeJaxprData, Var } from "../core/jaxpr.ts";
import type { NDArray } from "../core/ndarray.ts";
import {
  type BatchAxis,
  type BatchDimension,
  type Binary,
  definePrimitive,
  isLinear,
  type JvpRule,
  type LawOperand,
  type Laws,
  type Linear,
  type Lowering,
  type Operation,
  type Primitive,
  type PrimitiveSpec,
  type ScatterOp,
  type Tangent,
} from "../core/primitive.ts";
import { TransformError } from "../errors/index.ts";
import { type Aval, makeAval, withShape } from "../types/aval.ts";
import type { DType } from "../types/dtype.ts";
import { sizeOf } from "../types/shape.ts";
import { add, div, max, min, mul, sub } from "./arithmetic.ts";
import { remaining, shifted } from "./axes.ts";
import { eq } from "./compare.ts";
import { full, instantiate, iota, onesLike, zerosLike } from "./fill.ts";
import { gather } from "./gather.ts";
import { batchFirst, broadcastInDim, reshape } from "./movement.ts";
import { checkAccepted, checkSameDTypes, numeric } from "./rules.ts";
import { selectN } from "./select.ts";
import {
  allOf,
  checkScatter,
  clampedStart,
  type GatherScatterMode,
  gatherOfScatter,
  type ScatterDimensionNumbers,
  shownDimensions,
  shownMode,
  startInside,
  windowSizes,
} from "./windows.ts";

/** Parameters of the scatter operations. */
export interface ScatterParams {
  readonly dimensionNumbers: ScatterDimensionNumbers;
  readonly mode: GatherScatterMode;
  /** A promise that the indices ascend. */
  readonly indicesAreSorted: boolean;
  /** A promise that no two windows overlap. Some derivatives exist only then. */
  readonly uniqueIndices: boolean;
}

type Scatter = Operation<3, ScatterParams>;
type ScatterSpec = PrimitiveSpec<3, ScatterParams>;

const type: ScatterSpec["type"] = ([x, indices, updates], { dimensionNumbers }) => {
  checkScatter(x!, indices!, updates!, dimensionNumbers);
  checkSameDTypes("scatter", [x!, updates!]);
  return withShape(x!, x!.shape);
};

/** Where updates are added or multiplied, the elements must be numbers. */
function numericType(combination: string): ScatterSpec["type"] {
  return (avals, params) => {
    checkAccepted(combination, numeric, avals[0]!, 0);
    return type(avals, params);
  };
}

/** Everywhere the same place for an update: the start that its index vector gives, plus its place in the window. */
function lowering(op: ScatterOp): Lowering<ScatterParams> {
  return {
    kind: "scatter",
    op,
    site: (b, read, index, { dimensionNumbers: d, mode }, [x, , updates]) => {
      const rank = x!.shape.length;
      const sizes = windowSizes(d, rank, updates!.shape);
      const batch = remaining(index.length, d.updateWindowDims).map((axis) => index[axis]!);
      const place: Expr[] = x!.shape.map(() => b.int(0));
      const inside: Expr[] = [];
      d.scatterDimsToOperandDims.forEach((axis, k) => {
        const start = read[1]!([...batch, b.int(k)]);
        const upper = x!.shape[axis]! - sizes[axis]!;
        place[axis] = clampedStart(b, start, upper);
        if (mode !== "clip") inside.push(startInside(b, start, upper));
      });
      d.operandBatchingDims.forEach((axis, k) => {
        place[axis] = batch[d.scatterIndicesBatchingDims[k]!]!;
      });
      remaining(rank, d.insertedWindowDims, d.operandBatchingDims).forEach((axis, k) => {
        place[axis] = b.add(place[axis]!, index[d.updateWindowDims[k]!]!);
      });
      return { index: place, inside: allOf(b, inside) };
    },
  };
}

/** The batching rule of all scatter operations: operand and updates get the axis in front; indices without one write the
 *  same place of every example, so that the axis lies within the window. */
export function batchScatter(
  op: Scatter,
  axis: BatchAxis,
  [x, indices, updates]: readonly NDArray[],
  [dim, indicesDim, updatesDim]: readonly BatchDimension[],
  params: ScatterParams,
): [NDArray, number] {
  const d = params.dimensionNumbers;
  const batched = indicesDim !== null;
  const dimensionNumbers: ScatterDimensionNumbers = {
    updateWindowDims: batched ? shifted(d.updateWindowDims) : [0, ...shifted(d.updateWindowDims)],
    insertedWindowDims: shifted(d.insertedWindowDims),
    scatterDimsToOperandDims: shifted(d.scatterDimsToOperandDims),
    operandBatchingDims: batched ? [0, ...shifted(d.operandBatchingDims)] : shifted(d.operandBatchingDims),
    scatterIndicesBatchingDims: batched ? [0, ...shifted(d.scatterIndicesBatchingDims)] : d.scatterIndicesBatchingDims,
  };
  const result = op(
    batchFirst(x!, dim!, axis.size),
    batched ? batchFirst(indices!, indicesDim!, axis.size) : indices!,
    batchFirst(updates!, updatesDim!, axis.size),
    { ...params, dimensionNumbers },
  );
  return [result, 0];
}

/** How one element of the operand is combined with one of the updates, as JAX's jaxprs show it; one for each dtype. */
function combination(op: () => Binary): (dtype: DType) => Jaxpr {
  const made = new Map<DType, Jaxpr>();
  return (dtype) => {
    let jaxpr = made.get(dtype);
    if (jaxpr === undefined) {
      const [x, y, z] = [0, 1, 2].map(() => new Var(makeAval([], dtype)));
      const equation = {
        // biome-ignore lint/suspicious/noExplicitAny: equations hold primitives of every parameter type
        primitive: op() as Primitive<any>,
        inputs: [x!, y!],
        params: null,
        outputs: [z!],
        effects: [],
        source: undefined,
      };
      jaxpr = makeJaxprData([], [x!, y!], [equation], [z!]);
      made.set(dtype, jaxpr);
    }
    return jaxpr;
  };
}

function shown(combine?: (dtype: DType) => Jaxpr): NonNullable<ScatterSpec["show"]> {
  return ({ dimensionNumbers, mode, indicesAreSorted, uniqueIndices }, [x]) => [
    ["dimension_numbers", shownDimensions(dimensionNumbers)],
    ["indices_are_sorted", indicesAreSorted],
    ["mode", shownMode(mode)],
    ["unique_indices", uniqueIndices],
    ["update_consts", []],
    ["update_jaxpr", combine === undefined ? null : combine(x!.dtype)],
  ];
}

/** What the windows of a scatter hold: the inverse of the scatter. Windows that a scatter drops read `outside`. */
function readBack(x: NDArray, indices: NDArray, updates: Aval, params: ScatterParams, outside: number): NDArray {
  return gather(x, indices, {
    dimensionNumbers: gatherOfScatter(params.dimensionNumbers),
    sliceSizes: windowSizes(params.dimensionNumbers, x.ndim, updates.shape),
    mode: params.mode === "clip" ? "clip" : "fill",
    fillValue: outside,
    indicesAreSorted: params.indicesAreSorted,
    uniqueIndices: params.uniqueIndices,
  });
}

/** An operand of a transpose rule that must be known. */
function known(name: string, x: NDArray | Linear): NDArray {
  if (!isLinear(x)) return x;
  throw new TransformError({
    what: `${name} is not linear in all of its linear operands at once`,
    fix: "transpose it for some operands at a time, with the others known",
  });
}

function requireUnique(params: ScatterParams, what: string): void {
  if (params.uniqueIndices) return;
  throw new TransformError({
    what,
    fix: "if no index occurs twice, say so: { uniqueIndices: true }",
  });
}

// -------------------------------------------------------------------------------------------------------------- set

/**
 * Without the promise that windows do not overlap, an update has an effect on the result only where it is the last that
 * is written. So: number the updates, scatter the numbers in place of the values, read them back; an update whose number
 * came back is one that stands in the result.
 */
const scatterJvp: JvpRule<ScatterParams> = ([x, indices, updates], [dx, , dUpdates], params) => {
  const result = scatter(x!, indices!, updates!, params);
  if (dx === null && dUpdates === null) return [[result], [null]];
  if (params.uniqueIndices) {
    const tangent = scatter(instantiate(dx!, x!.aval), indices!, instantiate(dUpdates!, updates!.aval), params);
    return [[result], [tangent]];
  }
  const shape = updates!.shape;
  const sites = remaining(shape.length, params.dimensionNumbers.updateWindowDims);
  const siteShape = sites.map((axis) => shape[axis]!);
  const count = sizeOf(siteShape);
  const numbers = add(iota([], { dtype: "uint32", shape: [count], dimension: 0 }), full([], 1, "uint32"));
  const ids = broadcastInDim(reshape(numbers, { newSizes: siteShape }), { shape, broadcastDimensions: sites });
  const scattered = scatter(full(x!.shape, 0, "uint32"), indices!, ids, params);
  let tangent: Tangent = null;
  if (dx !== null) {
    tangent = selectN([eq(scattered, full(x!.shape, 0, "uint32")), zerosLike(dx!), dx!]);
  }
  if (dUpdates !== null) {
    const stands = eq(ids, readBack(scattered, indices!, updates!.aval, params, 0));
    const masked = selectN([stands, zerosLike(dUpdates!), dUpdates!]);
    tangent = scatterAdd(instantiate(tangent, x!.aval), indices!, masked, params);
  }
  return [[result], [tangent]];
};

/**
 * `lax.scatter`: the operand with windows replaced by updates. Its operands are the array, the integer indices (whose last
 * axis holds index vectors) and the updates. Where windows overlap, the update that is last in row-major order stays.
 * Windows that do not lie inside are dropped, or moved inside in mode `"clip"`.
 *
 * @throws ShapeError, AxisError if dimension numbers and shapes do not fit.
 * @throws DTypeError if the indices are not integers or operand and updates differ in dtype.
 * @throws TransformError on transposition, unless `uniqueIndices`.
 * @example // Elements 1 and 3 of a vector:
 * scatter(x, jnp.array([[1], [3]], { dtype: "int32" }), updates, {
 *   dimensionNumbers: {
 *     updateWindowDims: [], insertedWindowDims: [0], scatterDimsToOperandDims: [0],
 *     operandBatchingDims: [], scatterIndicesBatchingDims: [],
 *   },
 *   mode: "fill", indicesAreSorted: false, uniqueIndices: false,
 * })
 */
export const scatter: Scatter = /* @__PURE__ */ definePrimitive<3, ScatterParams>({
  name: "scatter",
  arity: 3,
  type,
  jvp: scatterJvp,
  transpose: (ct, [x, indices, updates], params) => {
    requireUnique(params, "scatter transpose is only implemented where unique_indices=True");
    const at = known("scatter", indices!);
    const shape = updates!.aval.shape;
    return [
      isLinear(x!) ? scatter(ct, at, full(shape, 0, ct.dtype), params) : null,
      null,
      isLinear(updates!) ? readBack(ct, at, updates.aval, params, 0) : null,
    ];
  },
  batch: (axis, operands, dims, params) => batchScatter(scatter, axis, operands, dims, params),
  lower: /* @__PURE__ */ lowering("set"),
  complex: "planes",
  show: /* @__PURE__ */ shown(),
  laws: /* @__PURE__ */ lawsOf(false),
});

// -------------------------------------------------------------------------------------------------------------- add

/**
 * `lax.scatter_add`: the operand with updates added to windows. Operands, windows and errors as for `scatter`; where
 * windows overlap, all updates count.
 *
 * @throws ShapeError, AxisError, DTypeError as `scatter`.
 * @example scatterAdd(zeros, indices, ones, params) // a histogram
 */
export const scatterAdd: Scatter = /* @__PURE__ */ definePrimitive<3, ScatterParams>({
  name: "scatter-add",
  arity: 3,
  type: /* @__PURE__ */ numericType("add"),
  jvp: ([x, indices, updates], [dx, , dUpdates], params) => {
    const result = scatterAdd(x!, indices!, updates!, params);
    if (dUpdates === null) return [[result], [dx!]];
    return [[result], [scatterAdd(instantiate(dx!, x!.aval), indices!, dUpdates!, params)]];
  },
  transpose: (ct, [x, indices, updates], params) => [
    isLinear(x!) ? ct : null,
    null,
    isLinear(updates!) ? readBack(ct, known("scatter-add", indices!), updates.aval, params, 0) : null,
  ],
  batch: (axis, operands, dims, params) => batchScatter(scatterAdd, axis, operands, dims, params),
  lower: /* @__PURE__ */ lowering("add"),
  complex: "planes",
  show: /* @__PURE__ */ shown(/* @__PURE__ */ combination(() => add)),
  laws: /* @__PURE__ */ lawsOf(false),
});

// --------------------------------------------------------------------------------------------------------- multiply

const mulUnique = "scatter_mul gradients are only implemented if `unique_indices=True`";

/**
 * `lax.scatter_mul`: the operand with windows multiplied by updates. Operands, windows and errors as for `scatter`.
 *
 * @throws ShapeError, AxisError, DTypeError as `scatter`.
 * @throws TransformError when differentiated with respect to the updates, unless `uniqueIndices`.
 * @example scatterMul(x, indices, factors, params)
 */
export const scatterMul: Scatter = /* @__PURE__ */ definePrimitive<3, ScatterParams>({
  name: "scatter-mul",
  arity: 3,
  type: /* @__PURE__ */ numericType("mul"),
  jvp: [
    (dx, [, indices, updates], params) => scatterMul(dx, indices!, updates!, params),
    "zero",
    (dUpdates, [x, indices], params) => {
      requireUnique(params, mulUnique);
      return mul(x!, scatterAdd(zerosLike(x!), indices!, dUpdates, params));
    },
  ],
  transpose: (ct, [x, indices, updates], params) => {
    const at = known("scatter-mul", indices!);
    if (isLinear(x!)) return [scatterMul(ct, at, known("scatter-mul", updates!), params), null, null];
    requireUnique(params, mulUnique);
    return [null, null, readBack(mul(ct, known("scatter-mul", x!)), at, updates!.aval, params, 0)];
  },
  batch: (axis, operands, dims, params) => batchScatter(scatterMul, axis, operands, dims, params),
  lower: /* @__PURE__ */ lowering("mul"),
  show: /* @__PURE__ */ shown(/* @__PURE__ */ combination(() => mul)),
  laws: /* @__PURE__ */ lawsOf(true),
});

// ---------------------------------------------------------------------------------------------------- extreme values

/**
 * The tangent where a place is contended: the mean of the tangents of all that attain the extreme there, the operand's
 * own element among them. Written as a scatter-add onto the operand's tangent, from which each update takes its share of
 * what is lost.
 */
function extremeJvp(op: () => Scatter): JvpRule<ScatterParams> {
  return ([x, indices, updates], [dx, , dUpdates], params) => {
    const result = op()(x!, indices!, updates!, params);
    if (dx === null && dUpdates === null) return [[result], [null]];
    const back = (y: NDArray, outside: number): NDArray => readBack(y, indices!, updates!.aval, params, outside);
    const zero = zerosLike(updates!);
    const one = onesLike(updates!);
    const initial = back(x!, 1);
    const target = back(result, 1);
    const succeeds = eq(updates!, target);
    const retained = eq(initial, target);
    // How many updates attain the extreme at a place, and how many are written there at all.
    const counted = (weights: NDArray): NDArray => back(scatterAdd(zerosLike(x!), indices!, weights, params), 1);
    const successes = counted(selectN([succeeds, zero, one]));
    const shareWithOperand = div(one, add(successes, one));
    let tangents: Tangent = null;
    if (dx !== null) {
      const lost = sub(selectN([retained, zero, shareWithOperand]), one);
      tangents = mul(back(dx!, 0), div(lost, counted(one)));
    }
    if (dUpdates !== null) {
      const share = selectN([retained, div(one, successes), shareWithOperand]);
      const own = mul(dUpdates!, selectN([succeeds, zero, share]));
      tangents = tangents === null ? own : add(tangents, own);
    }
    return [[result], [scatterAdd(instantiate(dx!, x!.aval), indices!, tangents!, params)]];
  };
}

/**
 * `lax.scatter_min`: the operand with windows replaced by the smaller of what is there and the updates. Operands, windows
 * and errors as for `scatter`. At ties the derivative is shared equally.
 *
 * @throws ShapeError, AxisError, DTypeError as `scatter`.
 * @example scatterMin(x, indices, updates, params)
 */
export const scatterMin: Scatter = /* @__PURE__ */ definePrimitive<3, ScatterParams>({
  name: "scatter-min",
  arity: 3,
  type,
  jvp: /* @__PURE__ */ extremeJvp(() => scatterMin),
  transpose: "nonlinear",
  batch: (axis, operands, dims, params) => batchScatter(scatterMin, axis, operands, dims, params),
  lower: /* @__PURE__ */ lowering("min"),
  show: /* @__PURE__ */ shown(/* @__PURE__ */ combination(() => min)),
  laws: /* @__PURE__ */ lawsOf(false),
});

/**
 * `lax.scatter_max`: the operand with windows replaced by the larger of what is there and the updates. Operands, windows
 * and errors as for `scatter`. At ties the derivative is shared equally.
 *
 * @throws ShapeError, AxisError, DTypeError as `scatter`.
 * @example scatterMax(x, indices, updates, params)
 */
export const scatterMax: Scatter = /* @__PURE__ */ definePrimitive<3, ScatterParams>({
  name: "scatter-max",
  arity: 3,
  type,
  jvp: /* @__PURE__ */ extremeJvp(() => scatterMax),
  transpose: "nonlinear",
  batch: (axis, operands, dims, params) => batchScatter(scatterMax, axis, operands, dims, params),
  lower: /* @__PURE__ */ lowering("max"),
  show: /* @__PURE__ */ shown(/* @__PURE__ */ combination(() => max)),
  laws: /* @__PURE__ */ lawsOf(false),
});

/** Cases for the laws; `unique`: only those where no windows overlap, which some derivatives need. */
function lawsOf(unique: boolean): Laws<ScatterParams> {
  const elements: ScatterDimensionNumbers = {
    updateWindowDims: [],
    insertedWindowDims: [0],
    scatterDimsToOperandDims: [0],
    operandBatchingDims: [],
    scatterIndicesBatchingDims: [],
  };
  const rows: ScatterDimensionNumbers = { ...elements, updateWindowDims: [1] };
  const windows: ScatterDimensionNumbers = {
    ...elements,
    updateWindowDims: [0, 2],
    insertedWindowDims: [],
    scatterDimsToOperandDims: [1, 0],
  };
  const perRow: ScatterDimensionNumbers = {
    updateWindowDims: [],
    insertedWindowDims: [1],
    scatterDimsToOperandDims: [1],
    operandBatchingDims: [0],
    scatterIndicesBatchingDims: [0],
  };
  const indices = (shape: readonly number[], values: readonly number[]): LawOperand => ({
    shape,
    dtype: "int32",
    values,
  });
  const params = (
    dimensionNumbers: ScatterDimensionNumbers,
    mode: GatherScatterMode,
    uniqueIndices: boolean,
  ): ScatterParams => ({ dimensionNumbers, mode, indicesAreSorted: false, uniqueIndices });
  const disjoint: Laws<ScatterParams>["cases"] = [
    { operands: [{ shape: [5] }, indices([2, 1], [3, 0]), { shape: [2] }], params: params(elements, "fill", true) },
    { operands: [{ shape: [5] }, indices([3, 1], [3, -1, 7]), { shape: [3] }], params: params(elements, "fill", true) },
    { operands: [{ shape: [3, 4] }, indices([2, 1], [2, 0]), { shape: [2, 3] }], params: params(rows, "clip", true) },
    {
      operands: [{ shape: [4, 4] }, indices([2, 2], [2, 2, 0, 0]), { shape: [2, 2, 2] }],
      params: params(windows, "promise_in_bounds", true),
    },
    {
      operands: [{ shape: [3, 4] }, indices([3, 2, 1], [3, 0, 1, 2, 2, 9]), { shape: [3, 2] }],
      params: params(perRow, "fill", true),
    },
    {
      operands: [{ shape: [5], dtype: "int32" }, indices([2, 1], [3, 0]), { shape: [2], dtype: "int32" }],
      params: params(elements, "fill", true),
    },
  ];
  const overlapping: Laws<ScatterParams>["cases"] = [
    { operands: [{ shape: [5] }, indices([3, 1], [3, 0, 3]), { shape: [3] }], params: params(elements, "fill", false) },
    {
      operands: [{ shape: [4] }, indices([3, 1], [9, 3, -2]), { shape: [3] }],
      params: params(elements, "clip", false),
    },
    { operands: [{ shape: [3, 4] }, indices([2, 1], [1, 1]), { shape: [2, 3] }], params: params(rows, "fill", false) },
    {
      operands: [{ shape: [3, 4] }, indices([2, 2], [1, 0, 2, 1]), { shape: [2, 2, 2] }],
      params: params(windows, "fill", false),
    },
    {
      operands: [{ shape: [3, 4] }, indices([3, 2, 1], [3, 3, 1, 2, 2, 2]), { shape: [3, 2] }],
      params: params(perRow, "fill", false),
    },
  ];
  return { cases: unique ? disjoint : [...disjoint, ...overlapping] };
}
