/** Convolutions and windowed reductions, with JAX's arguments: padding by name, axes by letters. */

import { config } from "../core/config.ts";
import { scalarLike } from "../core/constant.ts";
import type { NDArray } from "../core/ndarray.ts";
import type { Operand, Windows } from "../core/primitive.ts";
import { ArgumentError, checkOptions, OptionError, ShapeError } from "../errors/index.ts";
import { add, max, min } from "../prims/arithmetic.ts";
import { type ConvDimensionNumbers, convGeneralDilated as convolution, dilated, type Pads } from "../prims/conv.ts";
import { rev, transpose } from "../prims/movement.ts";
import { reduceWindowMax, reduceWindowMin, reduceWindowSum } from "../prims/reducewindow.ts";
import { pad } from "../prims/slicing.ts";
import { checkDType, type DType, dtypeKind, integerRange, narrowDType } from "../types/dtype.ts";
import { formatShape, type Shape } from "../types/shape.ts";
import { range } from "../util/list.ts";

export type { ConvDimensionNumbers, Pads } from "../prims/conv.ts";

/** Padding by name. `"SAME"`: as many windows as there are strides in the array, an odd rest behind (`"SAME_LOWER"`: before); `"VALID"`: none. */
export type PaddingName = "SAME" | "SAME_LOWER" | "VALID";

/** Padding by name, or a pair `[low, high]` for each axis. */
export type Padding = PaddingName | Pads;

/** Axes by letters, for the left operand, the kernel and the result: `["NCHW", "OIHW", "NCHW"]`; or by number. */
export type ConvDimensions = readonly [lhs: string, rhs: string, out: string] | ConvDimensionNumbers;

/** Options of `convGeneralDilated`. */
export interface ConvOptions {
  /** Steps between neighbours of the left operand, one a spatial axis: above 1 it is a transposed convolution. */
  readonly lhsDilation?: readonly number[] | null;
  /** Steps between neighbours of the kernel (atrous convolution). */
  readonly rhsDilation?: readonly number[] | null;
  /** Which axis is which. Default: batch, feature, spatial; the kernel: output feature, input feature, spatial. */
  readonly dimensionNumbers?: ConvDimensions | null;
  /** Groups of features, each convolved with its own part of the kernel. Default 1. */
  readonly featureGroupCount?: number;
  /** Groups of examples, each convolved with its own part of the kernel. Default 1. */
  readonly batchGroupCount?: number;
  /** The dtype of sums and result. */
  readonly preferredElementType?: DType | null;
}

/** Options of `convTranspose`. */
export interface ConvTransposeOptions
  extends Omit<ConvOptions, "lhsDilation" | "featureGroupCount" | "batchGroupCount"> {
  /** Reverse the kernel in space and exchange its features, as other libraries do. Default false. */
  readonly transposeKernel?: boolean;
  /** Take pairs of padding, as names, for those of the convolution that is transposed. Default false. */
  readonly useConsistentPadding?: boolean;
}

/**
 * The padding that a name means: a pair for each axis of `inShape`.
 *
 * @throws OptionError for another name. @throws ArgumentError for strides that are not positive.
 * @example padtypeToPads([5], [3], [2], "SAME") // [[1, 1]]
 */
export function padtypeToPads(
  inShape: Shape,
  windowShape: Shape,
  windowStrides: readonly number[],
  padding: PaddingName,
): [low: number, high: number][] {
  const name = String(padding).toUpperCase();
  if (name !== "SAME" && name !== "SAME_LOWER" && name !== "VALID") {
    throw new OptionError({
      what: `Unrecognized padding type: expected 'VALID', 'SAME', or 'SAME_LOWER', got ${String(padding)}.`,
      fix: "or give a pair [low, high] for each axis",
    });
  }
  if (name === "VALID") return inShape.map(() => [0, 0]);
  if (windowShape.length !== inShape.length || windowStrides.length !== inShape.length) {
    throw new ShapeError({
      what: `padding "${name}" needs one window length and one stride for each axis: got window ${formatShape(windowShape)} and strides ${formatShape(windowStrides)} for shape ${formatShape(inShape)}`,
      fix: "give as many lengths and strides as the shape has axes",
    });
  }
  if (windowStrides.some((s) => !(s >= 1))) {
    throw new ArgumentError({
      what: `window strides must be positive, got ${formatShape(windowStrides)}`,
      fix: "use 1 for windows at every place",
    });
  }
  return inShape.map((n, d) => {
    const windows = Math.ceil(n / windowStrides[d]!);
    const total = Math.max(0, (windows - 1) * windowStrides[d]! + windowShape[d]! - n);
    const less = Math.floor(total / 2);
    return name === "SAME" ? [less, total - less] : [total - less, less];
  });
}

/** Pairs given by the caller, checked. */
function checkedPads(caller: string, padding: unknown): Pads {
  const isPair = (pair: unknown): boolean => Array.isArray(pair) && pair.length === 2 && pair.every(Number.isInteger);
  if (Array.isArray(padding) && padding.every(isPair)) return padding as Pads;
  throw new ArgumentError({
    what: `padding argument to ${caller} should be a string or a sequence of (low, high) pairs, got ${JSON.stringify(padding)}`,
    fix: 'write "SAME", "VALID", or [[low, high], ...], one pair for each axis',
  });
}

/** Axes of one array from its letters: `first` are the batch and feature letters, the others stand in the kernel's order. */
function axesOf(spec: string, first: readonly [string, string], kernel: string): number[] {
  const spatial = [...kernel].filter((letter) => letter !== "O" && letter !== "I");
  return [...first, ...spatial].map((letter) => spec.indexOf(letter));
}

/**
 * The axes of a convolution's arrays by number: from letters (`N` batch, `C` feature, in the kernel `O` and `I` output and
 * input feature, any others spatial), by number already, or `null` for batch, feature, spatial in this order.
 *
 * @throws ShapeError if ranks and letters do not fit. @throws ArgumentError for letters that are no such description.
 * @example convDimensionNumbers([1, 28, 28, 3], [3, 3, 3, 8], ["NHWC", "HWIO", "NHWC"])
 * // { lhsSpec: [0, 3, 1, 2], rhsSpec: [3, 2, 0, 1], outSpec: [0, 3, 1, 2] }
 */
export function convDimensionNumbers(
  lhsShape: Shape,
  rhsShape: Shape,
  dimensionNumbers?: ConvDimensions | null,
): ConvDimensionNumbers {
  if (dimensionNumbers !== null && typeof dimensionNumbers === "object" && "lhsSpec" in dimensionNumbers) {
    return dimensionNumbers;
  }
  const rank = lhsShape.length;
  if (rank !== rhsShape.length) {
    throw new ShapeError({
      what: `convolution requires lhs and rhs ndim to be equal, got ${rank} and ${rhsShape.length}.`,
      fix: "both have two axes more than there are spatial ones",
    });
  }
  if (dimensionNumbers === null || dimensionNumbers === undefined) {
    return { lhsSpec: range(rank), rhsSpec: range(rank), outSpec: range(rank) };
  }
  if (!Array.isArray(dimensionNumbers) || dimensionNumbers.length !== 3) {
    throw new ArgumentError({
      what: `convolution dimension_numbers list/tuple must be length 3, got ${Array.isArray(dimensionNumbers) ? dimensionNumbers.length : typeof dimensionNumbers}.`,
      fix: 'for example ["NHWC", "HWIO", "NHWC"]',
    });
  }
  const specs = dimensionNumbers as readonly [string, string, string];
  const letters = [
    ["N", "C"],
    ["O", "I"],
    ["N", "C"],
  ] as const;
  specs.forEach((spec, i) => {
    if (typeof spec !== "string") {
      throw new ArgumentError({
        what: `convolution dimension_numbers elements must be strings, got ${specs.map((s) => typeof s).join(", ")}.`,
        fix: 'for example ["NHWC", "HWIO", "NHWC"]',
      });
    }
    if (spec.length !== rank) {
      throw new ShapeError({
        what: `convolution dimension_numbers[${i}] must have len equal to the ndim of lhs and rhs, got ${spec.length} for lhs and rhs shapes ${formatShape(lhsShape)} and ${formatShape(rhsShape)}.`,
        fix: "give one letter for each axis",
      });
    }
    const [a, b] = letters[i]!;
    if (spec.split(a).length !== 2 || spec.split(b).length !== 2) {
      throw new ArgumentError({
        what: `convolution dimension_numbers[${i}] must contain the characters '${a}' and '${b}' exactly once, got ${spec}.`,
        fix: "N and C are batch and feature, O and I the features of the kernel",
      });
    }
    if (new Set(spec).size !== spec.length) {
      throw new ArgumentError({
        what: `convolution dimension_numbers[${i}] cannot have duplicate characters, got ${spec}.`,
        fix: "give each spatial axis a letter of its own",
      });
    }
  });
  const spatial = specs.map((spec, i) =>
    [...spec]
      .filter((c) => !letters[i]!.includes(c as never))
      .sort()
      .join(""),
  );
  if (spatial[0] !== spatial[1] || spatial[1] !== spatial[2]) {
    throw new ArgumentError({
      what: `convolution dimension_numbers elements must each have the same set of spatial characters, got ('${specs.join("', '")}').`,
      fix: "use the same letters for space in all three",
    });
  }
  const [lhsSpec, rhsSpec, outSpec] = specs.map((spec, i) => axesOf(spec, letters[i]!, specs[1]));
  return { lhsSpec: lhsSpec!, rhsSpec: rhsSpec!, outSpec: outSpec! };
}

const convOptionNames = [
  "lhsDilation",
  "rhsDilation",
  "dimensionNumbers",
  "featureGroupCount",
  "batchGroupCount",
  "preferredElementType",
];

const narrowed = (dtype: DType): DType => (config.enableX64 ? checkDType(dtype) : narrowDType(checkDType(dtype)));

/**
 * The general convolution over any number of spatial axes. For example n, output feature f and place p
 *
 * $y_{n,f,p} = \sum_{c,q} x_{n,c,\,s p + d q - l}\, w_{f,c,q}$
 *
 * with strides s, `rhsDilation` d and low padding l; x is zero outside, and between its elements where `lhsDilation` is
 * above 1. The kernel is not flipped. Strides, padding and dilations stand in the order of the kernel's spatial axes.
 *
 * @throws ShapeError if ranks, features or groups do not fit. @throws DTypeError if the dtypes differ.
 * @throws ArgumentError, OptionError for padding, letters or options that do not exist.
 * @example // 8 features of 3 by 3 over colour images, as images lie in memory:
 * lax.convGeneralDilated(x, w, [1, 1], "SAME", { dimensionNumbers: ["NHWC", "HWIO", "NHWC"] })
 */
export function convGeneralDilated(
  lhs: NDArray,
  rhs: NDArray,
  windowStrides: readonly number[],
  padding: Padding,
  options: ConvOptions = {},
): NDArray {
  checkOptions("convGeneralDilated", options, convOptionNames);
  return general("conv_general_dilated", lhs, rhs, windowStrides, padding, options);
}

function general(
  caller: string,
  lhs: NDArray,
  rhs: NDArray,
  windowStrides: readonly number[],
  padding: Padding,
  options: ConvOptions,
): NDArray {
  const { shape } = lhs.aval;
  const dimensionNumbers = convDimensionNumbers(shape, rhs.aval.shape, options.dimensionNumbers);
  const ones = shape.slice(2).map(() => 1);
  const lhsDilation = options.lhsDilation ?? ones;
  const rhsDilation = options.rhsDilation ?? ones;
  let pads: Pads;
  if (typeof padding === "string") {
    if (lhsDilation.some((n) => n !== 1)) {
      throw new ArgumentError({
        what: "String padding is not implemented for transposed convolution using this op.",
        fix: "specify the required padding as pairs, or use convTranspose",
      });
    }
    const lengths = dimensionNumbers.lhsSpec.slice(2).map((axis) => shape[axis]!);
    const windows = dimensionNumbers.rhsSpec
      .slice(2)
      .map((axis, d) => dilated(rhs.aval.shape[axis]!, rhsDilation[d] ?? 1));
    // Strides of another number are an error of the primitive's, which says so.
    const strides = lengths.map((_, d) => windowStrides[d] ?? 1);
    pads = padtypeToPads(lengths, windows, strides, padding);
  } else pads = checkedPads(caller, padding);
  const preferred = options.preferredElementType ?? null;
  return convolution(lhs, rhs, {
    windowStrides,
    padding: pads,
    lhsDilation,
    rhsDilation,
    dimensionNumbers,
    featureGroupCount: options.featureGroupCount ?? 1,
    batchGroupCount: options.batchGroupCount ?? 1,
    preferredElementType: preferred === null ? null : narrowed(preferred),
  });
}

/**
 * Convolution of arrays with axes batch, feature, spatial with kernels of axes output feature, input feature, spatial.
 * See `convGeneralDilated`.
 *
 * @throws ShapeError if ranks or features do not fit. @throws DTypeError if the dtypes differ.
 * @example lax.conv(x, w, [1, 1], "SAME") // x (n, c, h, w), w (f, c, 3, 3): (n, f, h, w)
 */
export function conv(
  lhs: NDArray,
  rhs: NDArray,
  windowStrides: readonly number[],
  padding: PaddingName,
  options: Pick<ConvOptions, "preferredElementType"> = {},
): NDArray {
  checkOptions("conv", options, ["preferredElementType"]);
  return general("conv", lhs, rhs, windowStrides, padding, options);
}

/**
 * `conv` with padding by pairs and dilations, which are `null` where there are none.
 *
 * @throws ShapeError if ranks or features do not fit. @throws DTypeError if the dtypes differ.
 * @example lax.convWithGeneralPadding(x, w, [1], [[2, 0]], null, [2])
 */
export function convWithGeneralPadding(
  lhs: NDArray,
  rhs: NDArray,
  windowStrides: readonly number[],
  padding: Padding,
  lhsDilation: readonly number[] | null,
  rhsDilation: readonly number[] | null,
  options: Pick<ConvOptions, "preferredElementType"> = {},
): NDArray {
  checkOptions("convWithGeneralPadding", options, ["preferredElementType"]);
  const all = { ...options, lhsDilation, rhsDilation };
  return general("conv_with_general_padding", lhs, rhs, windowStrides, padding, all);
}

/** Padding of a transposed convolution, for a kernel of (dilated) length k and stride s, from that of the convolution. */
function transposePads(k: number, s: number, padding: PaddingName | readonly [number, number]): [number, number] {
  if (typeof padding !== "string") return [k - padding[0] - 1, k - padding[1] - 1];
  const isSame = padding === "SAME";
  const total = isSame ? k + s - 2 : k + s - 2 + Math.max(k - s, 0);
  const low = isSame && s <= k - 1 ? Math.ceil(total / 2) : k - 1;
  return [low, total - low];
}

const transposeSpecs: { readonly [rank: number]: ConvDimensions } = {
  2: ["NC", "IO", "NC"],
  3: ["NHC", "HIO", "NHC"],
  4: ["NHWC", "HWIO", "NHWC"],
  5: ["NHWDC", "HWDIO", "NHWDC"],
};

/**
 * The transposed ("fractionally strided") convolution: `strides` spread the left operand, so that space grows. The padding
 * names are those of the convolution that is transposed; pairs are those of the transposed one, unless
 * `useConsistentPadding`. Axes default to batch, spatial, feature, the kernel's to spatial, input feature, output feature.
 *
 * @throws ShapeError if ranks or features do not fit. @throws DTypeError if the dtypes differ.
 * @throws ArgumentError without `dimensionNumbers` for more than three spatial axes.
 * @example lax.convTranspose(x, w, [2, 2], "SAME") // (n, h, w, c) to (n, 2 h, 2 w, f)
 */
export function convTranspose(
  lhs: NDArray,
  rhs: NDArray,
  strides: readonly number[],
  padding: Padding,
  options: ConvTransposeOptions = {},
): NDArray {
  checkOptions("convTranspose", options, [
    "rhsDilation",
    "dimensionNumbers",
    "transposeKernel",
    "preferredElementType",
    "useConsistentPadding",
  ]);
  const rank = lhs.aval.shape.length;
  const given = options.dimensionNumbers ?? transposeSpecs[rank];
  if (given === undefined) {
    throw new ArgumentError({
      what: `convTranspose has no default axes for arrays of rank ${rank}`,
      fix: "give the option dimensionNumbers",
    });
  }
  const dimensionNumbers = convDimensionNumbers(lhs.aval.shape, rhs.aval.shape, given);
  const { rhsSpec } = dimensionNumbers;
  const spatial = rhsSpec.slice(2);
  const rhsDilation = options.rhsDilation ?? spatial.map(() => 1);
  let pads: Padding = padding;
  if (typeof padding === "string" ? padding !== "SAME_LOWER" : options.useConsistentPadding === true) {
    const each = typeof padding === "string" ? spatial.map(() => padding) : checkedPads("conv_transpose", padding);
    pads = spatial.map((axis, d) =>
      transposePads(dilated(rhs.aval.shape[axis]!, rhsDilation[d] ?? 1), strides[d] ?? 1, each[d] ?? [0, 0]),
    );
  }
  let kernel = rhs;
  if (options.transposeKernel === true) {
    const order = range(rank);
    order[rhsSpec[0]!] = rhsSpec[1]!;
    order[rhsSpec[1]!] = rhsSpec[0]!;
    kernel = transpose(rev(rhs, { dimensions: spatial }), { permutation: order });
  }
  return general(
    "conv_transpose",
    lhs,
    kernel,
    spatial.map(() => 1),
    pads,
    {
      lhsDilation: strides,
      rhsDilation,
      dimensionNumbers,
      preferredElementType: options.preferredElementType ?? null,
    },
  );
}

/** How the elements of a window are combined: by name, or `lax.add`, `lax.max`, `lax.min` themselves. */
export type WindowComputation = "add" | "max" | "min" | typeof add | typeof max | typeof min;

/** Options of `reduceWindow`, one entry an axis. */
export interface ReduceWindowOptions {
  /** Steps between neighbours of the operand; between them stands the initial value. */
  readonly baseDilation?: readonly number[] | null;
  /** Steps between neighbours of a window. */
  readonly windowDilation?: readonly number[] | null;
}

/** The neutral element of each combination. */
function identityOf(name: "add" | "max" | "min", dtype: DType): number {
  if (name === "add") return 0;
  const kind = dtypeKind(dtype);
  if (kind === "b") return name === "max" ? 0 : 1;
  if (kind === "i" || kind === "u") return Number(integerRange(dtype)[name === "max" ? 0 : 1]);
  return name === "max" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

/**
 * The elements of each window combined, starting from an initial value, which also stands wherever there is padding:
 * $y_p = \mathrm{op}(\mathrm{init}, \mathrm{op}_{q} x_{s p + q - l})$. Lists have one entry for each axis of the operand.
 * The derivative of `"max"` and `"min"` goes to the first element that attains it.
 *
 * @throws ShapeError if a list does not fit the operand. @throws OptionError for another computation.
 * @throws ArgumentError if a length, stride or dilation is not positive.
 * @example lax.reduceWindow(x, -Infinity, "max", [1, 1, 2, 2], [1, 1, 2, 2], "VALID") // max pooling of (n, c, h, w)
 */
export function reduceWindow(
  x: NDArray,
  initialValue: Operand | boolean,
  computation: WindowComputation,
  windowDimensions: readonly number[],
  windowStrides: readonly number[] | null = null,
  padding: Padding = "VALID",
  options: ReduceWindowOptions = {},
): NDArray {
  checkOptions("reduceWindow", options, ["baseDilation", "windowDilation"]);
  const name =
    computation === "add" || computation === add
      ? "add"
      : computation === "max" || computation === max
        ? "max"
        : computation === "min" || computation === min
          ? "min"
          : undefined;
  if (name === undefined) {
    throw new OptionError({
      what: `reduceWindow has no computation ${typeof computation === "string" ? `"${computation}"` : String(computation)}`,
      fix: 'it has "add", "max" and "min"',
    });
  }
  const { shape, dtype } = x.aval;
  const ones = windowDimensions.map(() => 1);
  const strides = windowStrides ?? ones;
  const baseDilation = options.baseDilation ?? ones;
  const windowDilation = options.windowDilation ?? ones;
  const pads =
    typeof padding === "string"
      ? padtypeToPads(
          shape,
          windowDimensions.map((n, d) => dilated(n, windowDilation[d] ?? 1)),
          strides,
          padding,
        )
      : checkedPads("reduce_window", padding);
  const windows: Windows = { windowDimensions, windowStrides: strides, padding: pads, baseDilation, windowDilation };
  const reduce = name === "add" ? reduceWindowSum : name === "max" ? reduceWindowMax : reduceWindowMin;
  if (typeof initialValue !== "object" && Number(initialValue) === identityOf(name, dtype)) return reduce(x, windows);
  const initial = typeof initialValue === "object" ? initialValue : scalarLike(Number(initialValue), x);
  const paddingConfig = shape.map((_, d) => {
    const [low, high] = pads[d] ?? [0, 0];
    return [low, high, (baseDilation[d] ?? 1) - 1] as const;
  });
  const spread = pad(x, initial, { paddingConfig });
  const reduced = reduce(spread, { ...windows, padding: pads.map(() => [0, 0] as const), baseDilation: ones });
  return name === "add" ? add(reduced, initial) : name === "max" ? max(reduced, initial) : min(reduced, initial);
}
