/**
 * Windowed reductions: the elements of each window of an array combined, as pooling does. Windows move by strides over the
 * array, which may be padded or dilated with the operation's neutral element; windows may be dilated too.
 *
 * Sums are linear. The derivative of a largest (or smallest) element is that of the element of the window which attains
 * it, the first of equal ones: `selectAndGatherAdd` reads its tangent, `selectAndScatterAdd` adds to its cotangent.
 */
import type { NDArray } from "../core/ndarray.ts";
import {
  definePrimitive,
  type Laws,
  type Operation,
  type PrimitiveSpec,
  type ShownParam,
  type WindowOp,
  type Windows,
} from "../core/primitive.ts";
import { ArgumentError, DTypeError, ShapeError } from "../errors/index.ts";
import { type Aval, makeAval, withShape } from "../types/aval.ts";
import { isInexact, isInteger } from "../types/dtype.ts";
import { equalShapes, formatShape, type Shape, sizeOf } from "../types/shape.ts";
import { inserted } from "../util/list.ts";
import { add, div, mul, rem, sub } from "./arithmetic.ts";
import { checkNumber } from "./axes.ts";
import { and } from "./bitwise.ts";
import { eq, ge, lt } from "./compare.ts";
import { dilated, formatPads, strided } from "./conv.ts";
import { full, iota, zeros } from "./fill.ts";
import { gather } from "./gather.ts";
import { batchFirst, reshape } from "./movement.ts";
import { known, where } from "./rules.ts";
import { scatterAdd } from "./scatter.ts";
import { pad } from "./slicing.ts";
import type { GatherDimensionNumbers } from "./windows.ts";

/** Parameters of windowed reductions; lists have one entry an axis. */
export type ReduceWindowParams = Windows;

type WindowReduction = Operation<1, ReduceWindowParams>;
type WindowReductionSpec = PrimitiveSpec<1, ReduceWindowParams>;

function checkList(name: string, list: readonly number[], lowest: number): void {
  const kind = lowest === 0 ? "nonnegative" : "strictly positive";
  if (list.some((n) => !Number.isInteger(n) || n < lowest)) {
    throw new ArgumentError({
      what: `reduce_window ${name} must have every element be ${kind}, got ${formatShape(list)}.`,
      fix: "use 1 where an axis has no windows",
    });
  }
}

/** The shape of a windowed reduction: how many windows fit along each axis. */
function windowedShape(x: Aval, windows: Windows): number[] {
  const { windowDimensions, windowStrides, padding, baseDilation, windowDilation } = windows;
  checkList("window_dimensions", windowDimensions, 1);
  checkList("window_strides", windowStrides, 1);
  checkList("base_dilation", baseDilation, 0);
  checkList("window_dilation", windowDilation, 0);
  if (x.shape.length !== windowDimensions.length) {
    throw new ShapeError({
      what: `reduce_window got the wrong number of window_dimensions for operand: got operand shape ${formatShape(x.shape)} with window_dimensions ${formatShape(windowDimensions)}.`,
      fix: "give one length for each axis, 1 for those that have no windows",
    });
  }
  for (const [name, list] of [
    ["window_strides", windowStrides],
    ["base_dilation", baseDilation],
    ["window_dilation", windowDilation],
  ] as const) {
    if (list.length !== windowDimensions.length) {
      throw new ShapeError({
        what: `reduce_window got inconsistent ${name} and window_dimensions: got ${name} ${formatShape(list)} and window_dimensions ${formatShape(windowDimensions)}.`,
        fix: "give one entry for each axis",
      });
    }
  }
  for (const list of [baseDilation, windowDilation]) {
    if (list.some((n) => n < 1)) {
      throw new ArgumentError({
        what: `All dilations must be positive, got ${formatShape(list)}.`,
        fix: "1 means no dilation",
      });
    }
  }
  if (padding.length !== windowDimensions.length || !padding.flat().every(Number.isInteger)) {
    throw new ShapeError({
      what: `reduce_window padding must hold a pair of integers for each axis, got ${formatPads(padding)} for window_dimensions ${formatShape(windowDimensions)}.`,
      fix: "write [[low, high], ...], one pair for each axis",
    });
  }
  return x.shape.map((n, d) => {
    const [low, high] = padding[d]!;
    const length = dilated(n, baseDilation[d]!) + low + high;
    return strided(length, dilated(windowDimensions[d]!, windowDilation[d]!), windowStrides[d]!);
  });
}

/** The windows of an array that has got an axis more. */
function insertAxis(windows: Windows, at: number): Windows {
  return {
    windowDimensions: inserted(windows.windowDimensions, at, 1),
    windowStrides: inserted(windows.windowStrides, at, 1),
    padding: inserted(windows.padding, at, [0, 0] as const),
    baseDilation: inserted(windows.baseDilation, at, 1),
    windowDilation: inserted(windows.windowDilation, at, 1),
  };
}

const batching =
  (op: () => WindowReduction): WindowReductionSpec["batch"] =>
  (_axis, [x], [dim], params) => [op()(x!, insertAxis(params, dim!)), dim!];

const lowering = (op: WindowOp): WindowReductionSpec["lower"] => ({
  kind: "reduceWindow",
  op,
  windows: (params) => params,
});

const show = (params: Windows): readonly (readonly [string, ShownParam])[] => [
  ["base_dilation", params.baseDilation],
  ["padding", params.padding],
  ["window_dilation", params.windowDilation],
  ["window_dimensions", params.windowDimensions],
  ["window_strides", params.windowStrides],
];

function windowsOf(windowDimensions: readonly number[], given: Partial<Windows> = {}): Windows {
  const ones = windowDimensions.map(() => 1);
  return {
    windowDimensions,
    windowStrides: ones,
    padding: windowDimensions.map(() => [0, 0] as const),
    baseDilation: ones,
    windowDilation: ones,
    ...given,
  };
}

const examples: readonly { readonly shape: Shape; readonly windows: Windows }[] = /* @__PURE__ */ lawExamples();

function lawExamples(): { readonly shape: Shape; readonly windows: Windows }[] {
  return [
    { shape: [6], windows: windowsOf([3]) },
    { shape: [7], windows: windowsOf([2], { windowStrides: [2], padding: [[1, 0]] }) },
    { shape: [5], windows: windowsOf([3], { padding: [[2, 2]] }) },
    { shape: [9], windows: windowsOf([2], { padding: [[-1, -2]], windowDilation: [3] }) },
    { shape: [4], windows: windowsOf([3], { padding: [[1, 2]], baseDilation: [2] }) },
    { shape: [2], windows: windowsOf([5]) },
    {
      shape: [2, 5, 4],
      windows: windowsOf([1, 2, 3], {
        windowStrides: [1, 2, 1],
        padding: [
          [0, 0],
          [0, 1],
          [1, 1],
        ],
      }),
    },
  ];
}

const cases: NonNullable<Laws<ReduceWindowParams>["cases"]> = /* @__PURE__ */ examples.map(({ shape, windows }) => ({
  operands: [{ shape }],
  params: windows,
}));

/**
 * `lax.reduce_window_sum`: the sum of each window.
 *
 * @throws DTypeError if the operand does not hold numbers. @throws ShapeError if a list does not fit the operand.
 * @throws ArgumentError if a length, stride or dilation is not positive.
 * @example reduceWindowSum(x, { windowDimensions: [2], windowStrides: [2], padding: [[0, 0]], baseDilation: [1], windowDilation: [1] })
 */
export const reduceWindowSum: WindowReduction = /* @__PURE__ */ definePrimitive<1, ReduceWindowParams>({
  name: "reduce_window_sum",
  arity: 1,
  type: ([x], params) => {
    if (!isInexact(x!.dtype) && !isInteger(x!.dtype)) {
      throw new DTypeError({
        what: `operand to reduce_window_sum must have a number dtype, got ${x!.dtype}`,
        fix: "convert the operand first",
      });
    }
    return withShape(x!, windowedShape(x!, params));
  },
  jvp: "linear",
  transpose: (ct, [x], params) => {
    if (sizeOf(ct.shape) === 0) return [null];
    const { windowDimensions, windowStrides, padding, baseDilation, windowDilation } = params;
    const { shape } = x!.aval;
    // The windows in which an element stands, seen from the element: they lie apart by the strides.
    const spread = pad(ct, full([], 0, ct.dtype), {
      paddingConfig: shape.map((n, d) => {
        const window = dilated(windowDimensions[d]!, windowDilation[d]!);
        const before = window - padding[d]![0] - 1;
        const length = dilated(ct.shape[d]!, windowStrides[d]!);
        return [before, dilated(n, baseDilation[d]!) + window - 1 - length - before, windowStrides[d]! - 1] as const;
      }),
    });
    return [reduceWindowSum(spread, windowsOf(windowDimensions, { windowStrides: baseDilation, windowDilation }))];
  },
  batch: /* @__PURE__ */ batching(() => reduceWindowSum),
  lower: /* @__PURE__ */ lowering("add"),
  complex: "planes",
  show,
  laws: { dtypes: ["float32", "int32"], ulp: 4, cases },
});

const sameDType: WindowReductionSpec["type"] = ([x], params) => withShape(x!, windowedShape(x!, params));

/**
 * `lax.reduce_window_max`: the largest element of each window; -infinity (or the smallest integer) where a window holds
 * padding alone. The derivative is that of the first element that attains it.
 *
 * @throws ShapeError if a list does not fit the operand. @throws ArgumentError if a length, stride or dilation is not positive.
 * @example reduceWindowMax(x, { windowDimensions: [2], windowStrides: [2], padding: [[0, 0]], baseDilation: [1], windowDilation: [1] })
 */
export const reduceWindowMax: WindowReduction = /* @__PURE__ */ definePrimitive<1, ReduceWindowParams>({
  name: "reduce_window_max",
  arity: 1,
  type: sameDType,
  jvp: [(dx, [x], params) => selectAndGatherAdd(dx, x!, { ...params, selectPrim: "ge" })],
  transpose: "nonlinear",
  batch: /* @__PURE__ */ batching(() => reduceWindowMax),
  lower: /* @__PURE__ */ lowering("max"),
  show,
  laws: { dtypes: ["float32", "int32"], cases },
});

/**
 * `lax.reduce_window_min`: the smallest element of each window; infinity (or the largest integer) where a window holds
 * padding alone. The derivative is that of the first element that attains it.
 *
 * @throws ShapeError if a list does not fit the operand. @throws ArgumentError if a length, stride or dilation is not positive.
 * @example reduceWindowMin(x, { windowDimensions: [2], windowStrides: [2], padding: [[0, 0]], baseDilation: [1], windowDilation: [1] })
 */
export const reduceWindowMin: WindowReduction = /* @__PURE__ */ definePrimitive<1, ReduceWindowParams>({
  name: "reduce_window_min",
  arity: 1,
  type: sameDType,
  jvp: [(dx, [x], params) => selectAndGatherAdd(dx, x!, { ...params, selectPrim: "le" })],
  transpose: "nonlinear",
  batch: /* @__PURE__ */ batching(() => reduceWindowMin),
  lower: /* @__PURE__ */ lowering("min"),
  show,
  laws: { dtypes: ["float32", "int32"], cases },
});

const positions: WindowReductionSpec["type"] = ([x], params) => makeAval(windowedShape(x!, params), "int32");

/** The row-major number, within each window, of the first of its largest elements (padding counts as the smallest). */
export const reduceWindowArgmax: WindowReduction = /* @__PURE__ */ definePrimitive<1, ReduceWindowParams>({
  name: "reduce_window_argmax",
  arity: 1,
  type: positions,
  jvp: "zero",
  transpose: "nonlinear",
  batch: /* @__PURE__ */ batching(() => reduceWindowArgmax),
  lower: /* @__PURE__ */ lowering("argmax"),
  show,
  laws: { dtypes: ["float32", "int32"], cases },
});

/** The row-major number, within each window, of the first of its smallest elements (padding counts as the largest). */
export const reduceWindowArgmin: WindowReduction = /* @__PURE__ */ definePrimitive<1, ReduceWindowParams>({
  name: "reduce_window_argmin",
  arity: 1,
  type: positions,
  jvp: "zero",
  transpose: "nonlinear",
  batch: /* @__PURE__ */ batching(() => reduceWindowArgmin),
  lower: /* @__PURE__ */ lowering("argmin"),
  show,
  laws: { dtypes: ["float32", "int32"], cases },
});

/** Parameters of the selections. */
export interface SelectWindowParams extends Windows {
  /** Which element of a window is meant: `"ge"` the largest, `"le"` the smallest; the first of equal ones. */
  readonly selectPrim: "ge" | "le";
}

/** The place of each window's selected element among all elements in row-major order; their number where that is padding. */
function selectedPlaces(x: NDArray, params: SelectWindowParams): NDArray {
  const { windowDimensions, windowStrides, padding, baseDilation, windowDilation } = params;
  const select = params.selectPrim === "ge" ? reduceWindowArgmax : reduceWindowArgmin;
  let rest = select(x, params);
  const { shape } = rest;
  let place = full(shape, 0, "int32");
  let inside = full(shape, true, "bool");
  let stride = 1;
  for (let d = shape.length - 1; d >= 0; d--) {
    const n = x.shape[d]!;
    const within = rem(rest, windowDimensions[d]!);
    rest = div(rest, windowDimensions[d]!);
    const start = mul(iota([], { dtype: "int32", shape, dimension: d }), windowStrides[d]!);
    const at = sub(add(start, mul(within, windowDilation[d]!)), padding[d]![0]);
    inside = and(inside, and(ge(at, 0), lt(at, dilated(n, baseDilation[d]!))));
    if (baseDilation[d]! > 1) inside = and(inside, eq(rem(at, baseDilation[d]!), 0));
    place = add(place, mul(div(at, baseDilation[d]!), stride));
    stride *= n;
  }
  return reshape(where(inside, place, stride, place), { newSizes: [sizeOf(shape), 1] });
}

const flat: GatherDimensionNumbers = {
  offsetDims: [],
  collapsedSliceDims: [0],
  startIndexMap: [0],
  operandBatchingDims: [],
  startIndicesBatchingDims: [],
};

const line = (x: NDArray): NDArray => reshape(x, { newSizes: [sizeOf(x.shape)] });

const showSelection = (params: SelectWindowParams): readonly (readonly [string, ShownParam])[] => [
  ...show(params).slice(0, 2),
  ["select_prim", { text: params.selectPrim }],
  ...show(params).slice(2),
];

/**
 * `lax._select_and_gather_add`: for each window of the second operand the entry of the first at the place where the
 * window's largest (or smallest) element stands; 0 where that is padding. The tangent of a windowed maximum.
 *
 * @throws ShapeError if the shapes of the operands differ, or a list does not fit them.
 * @example selectAndGatherAdd(tangent, x, { ...windows, selectPrim: "ge" })
 */
export const selectAndGatherAdd: Operation<2, SelectWindowParams> = /* @__PURE__ */ definePrimitive<
  2,
  SelectWindowParams
>({
  name: "select_and_gather_add",
  arity: 2,
  type: ([t, x], params) => {
    if (!equalShapes(t!.shape, x!.shape)) {
      throw new ShapeError({
        what: `select_and_gather_add tangents and operand shapes must match, got ${formatShape(t!.shape)} and ${formatShape(x!.shape)}.`,
        fix: "give a tangent for each element",
      });
    }
    return withShape(t!, windowedShape(x!, params));
  },
  jvp: [(dt, [, x], params) => selectAndGatherAdd(dt, x!, params), "zero"],
  transpose: (ct, [, x], params) => [selectAndScatterAdd(ct, known("select_and_gather_add", x!), params), null],
  batch: (axis, [t, x], [tDim, xDim], params) => [
    selectAndGatherAdd(batchFirst(t!, tDim!, axis.size), batchFirst(x!, xDim!, axis.size), {
      ...insertAxis(params, 0),
      selectPrim: params.selectPrim,
    }),
    0,
  ],
  lower: {
    kind: "expand",
    expand: ([t, x], params) => {
      const shape = windowedShape(x!.aval, params);
      if (sizeOf(shape) === 0 || sizeOf(x!.shape) === 0) return [zeros(withShape(t!.aval, shape))];
      const options = { dimensionNumbers: flat, sliceSizes: [1], mode: "fill", fillValue: 0 } as const;
      return [reshape(gather(line(t!), selectedPlaces(x!, params), options), { newSizes: shape })];
    },
  },
  show: showSelection,
  laws: {
    ulp: 4,
    cases: /* @__PURE__ */ examples.flatMap(({ shape, windows }) =>
      (["ge", "le"] as const).map((selectPrim) => ({
        operands: [{ shape }, { shape }],
        params: { ...windows, selectPrim },
      })),
    ),
  },
});

/**
 * `lax._select_and_scatter_add`: zeros of the second operand's shape, to which each entry of the first is added at the place
 * where the largest (or smallest) element of its window stands. The cotangent of a windowed maximum.
 *
 * @throws ShapeError if the first operand has not one entry for each window, or a list does not fit the second.
 * @throws DTypeError if it does not hold numbers.
 * @example selectAndScatterAdd(cotangent, x, { ...windows, selectPrim: "ge" })
 */
export const selectAndScatterAdd: Operation<2, SelectWindowParams> = /* @__PURE__ */ definePrimitive<
  2,
  SelectWindowParams
>({
  name: "select_and_scatter_add",
  arity: 2,
  type: ([source, x], params) => {
    checkNumber("select_and_scatter_add", source!);
    const shape = windowedShape(x!, params);
    if (!equalShapes(source!.shape, shape)) {
      throw new ShapeError({
        what: `select_and_scatter_add source must have one entry for each window, of shape ${formatShape(shape)}, got ${formatShape(source!.shape)}.`,
        fix: "give one entry for each window",
      });
    }
    return withShape(source!, x!.shape);
  },
  jvp: [(ds, [, x], params) => selectAndScatterAdd(ds, x!, params), "zero"],
  transpose: (ct, [, x], params) => [selectAndGatherAdd(ct, known("select_and_scatter_add", x!), params), null],
  batch: (axis, [source, x], [sourceDim, xDim], params) => [
    selectAndScatterAdd(batchFirst(source!, sourceDim!, axis.size), batchFirst(x!, xDim!, axis.size), {
      ...insertAxis(params, 0),
      selectPrim: params.selectPrim,
    }),
    0,
  ],
  lower: {
    kind: "expand",
    expand: ([source, x], params) => {
      const { shape } = x!;
      if (sizeOf(source!.shape) === 0 || sizeOf(shape) === 0) return [zeros(withShape(source!.aval, shape))];
      const sums = scatterAdd(full([sizeOf(shape)], 0, source!.dtype), selectedPlaces(x!, params), line(source!), {
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
      });
      return [reshape(sums, { newSizes: shape })];
    },
  },
  // Only windows and arrays without gaps come about in JAX, which shows neither dilation.
  show: (params) => {
    const dense = [...params.baseDilation, ...params.windowDilation].every((n) => n === 1);
    return showSelection(params).filter(([name]) => !dense || !name.endsWith("dilation"));
  },
  laws: {
    ulp: 4,
    cases: /* @__PURE__ */ examples.flatMap(({ shape, windows }) =>
      (["ge", "le"] as const).map((selectPrim) => ({
        operands: [{ shape: windowedShape(makeAval(shape, "float32"), windows) }, { shape }],
        params: { ...windows, selectPrim },
      })),
    ),
  },
});
