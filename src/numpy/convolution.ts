/** Convolution and correlation of vectors: one vector against all windows of the other, as a product of matrix and vector. */
import { conjugated } from "../array/complex.ts";
import { type ArrayArg, here } from "../array/convert.ts";
import { promoteInexact } from "../array/promotion.ts";
import type { NDArray } from "../core/ndarray.ts";
import { ShapeError } from "../errors/index.ts";
import { dotGeneral } from "../prims/dot.ts";
import { broadcastTo, reshape, rev } from "../prims/movement.ts";
import { pad, sliceAlong } from "../prims/slicing.ts";
import { formatShape } from "../types/shape.ts";
import { checkChoice, readArguments, type Trailing } from "./arguments.ts";
import { constant } from "./operand.ts";

/** Which part of the result is kept: all, as many as the longer vector has, or those that need no zeros. */
export type ConvolutionMode = "full" | "same" | "valid";

/** Options of `convolve` and `correlate`. */
export interface ConvolutionOptions {
  /** Which part of the result. Default "full" for `convolve`, "valid" for `correlate`. */
  readonly mode?: ConvolutionMode;
}

type ConvolutionArguments = Trailing<[mode: ConvolutionMode], ConvolutionOptions>;

/** windows[j, i] = x[i + j] for j < length: rows of copies of x, read one element further in each. */
function windows(x: NDArray, length: number): NDArray {
  const n = x.aval.shape[0]!;
  const copies = reshape(broadcastTo(x, [length, n]), { newSizes: [length * n] });
  const longer = pad(copies, constant(0, x.aval.dtype), { paddingConfig: [[0, length, 0]] });
  return sliceAlong(reshape(longer, { newSizes: [length, n + 1] }), 1, 0, n - length + 1);
}

function slide(name: "convolve" | "correlate", x: ArrayArg, y: ArrayArg, mode: ConvolutionMode): NDArray {
  checkChoice(name, "mode", mode, ["full", "same", "valid"]);
  let [a, b] = promoteInexact(name, x, y) as [NDArray, NDArray];
  if (a.aval.shape.length !== 1 || b.aval.shape.length !== 1) {
    throw new ShapeError({
      what: `${name}() only support 1-dimensional inputs.`,
      where: here(),
      fix: "pass two vectors",
    });
  }
  const [m, n] = [a.aval.shape[0]!, b.aval.shape[0]!];
  if (m === 0 || n === 0) {
    throw new ShapeError({
      what: `${name}: inputs cannot be empty, got shapes ${formatShape(a.aval.shape)} and ${formatShape(b.aval.shape)}.`,
      where: here(),
      fix: "pass vectors with elements",
    });
  }
  // The shorter one slides. A correlation with exchanged arguments runs backwards; a convolution is a correlation with the
  // reverse.
  if (name === "correlate") b = conjugated(b);
  const swapped = m < n;
  if (swapped) [a, b] = [b, a];
  if (name === "convolve") b = rev(b, { dimensions: [0] });
  const length = Math.min(m, n);
  const low = mode === "valid" ? 0 : mode === "same" ? length >> 1 : length - 1;
  const high = mode === "valid" ? 0 : mode === "same" ? length - (length >> 1) - 1 : length - 1;
  const padded = pad(a, constant(0, a.aval.dtype), { paddingConfig: [[low, high, 0]] });
  const result = dotGeneral(b, windows(padded, length), {
    dimensionNumbers: [
      [[0], [0]],
      [[], []],
    ],
    precision: null,
    preferredElementType: a.aval.dtype,
  });
  return swapped && name === "correlate" ? rev(result, { dimensions: [0] }) : result;
}

/**
 * The convolution of two vectors: the sum over j of a[j] v[i - j].
 * @throws ShapeError unless both are vectors with elements. @throws OptionError for an unknown mode.
 * @example jnp.convolve(jnp.array([1, 2, 3]), jnp.array([0, 1, 0.5])) // [0.  1.  2.5 4.  1.5]
 */
export function convolve(a: ArrayArg, v: ArrayArg, ...args: ConvolutionArguments): NDArray {
  const { mode = "full" } = readArguments<ConvolutionOptions>("convolve", args, ["mode"]);
  return slide("convolve", a, v, mode);
}

/**
 * The correlation of two vectors: the sum over j of a[i + j] and the conjugate of v[j].
 * @throws ShapeError unless both are vectors with elements. @throws OptionError for an unknown mode.
 * @example jnp.correlate(jnp.array([1, 2, 3]), jnp.array([0, 1, 0.5])) // [3.5]
 */
export function correlate(a: ArrayArg, v: ArrayArg, ...args: ConvolutionArguments): NDArray {
  const { mode = "valid" } = readArguments<ConvolutionOptions>("correlate", args, ["mode"]);
  return slide("correlate", a, v, mode);
}
