// Arrays as text. In: shape, dtype and row-major data; out: what NumPy's `array2string`, `str` and JAX's `repr` show.
// The idea: choose the elements that will be seen (all, or the edges of each axis), let `elements.ts` write them as one
// column, then lay the texts out in nested brackets. Elements that are not shown are never read, so a huge array costs
// no more than a small one.

import { type Element, formatElements, formatScalar, isComplex } from "./elements.ts";
import { getPrintOptions, mergePrintOptions, type PrintOptions } from "./printoptions.ts";

/** What printing needs to know of an array. */
export interface ArrayData {
  readonly shape: readonly number[];
  /** The dtype's name, such as `"float32"`. The data must be numbers of that dtype (float32: from `Math.fround`). */
  readonly dtype: string;
  /** The elements in row-major order; complex ones as all real parts, then all imaginary parts. */
  readonly data: ArrayLike<number> | ArrayLike<bigint> | ArrayLike<boolean>;
  /** Whether JAX's repr adds `weak_type=True`. */
  readonly weakType?: boolean;
}

/** Options of one call to `formatArray`; what is not given comes from the current print options. */
export interface FormatOptions extends Partial<PrintOptions> {
  /** What stands between elements (default one blank). */
  separator?: string;
  /** Text that the caller will put before the result: further lines are indented by its length. */
  prefix?: string;
  /** Text that the caller will put after the result: lines are kept shorter by its length. */
  suffix?: string;
}

/**
 * The elements in nested brackets, lined up in columns: NumPy's `array2string`.
 *
 * Arrays of more than `threshold` elements show only the first and last `edgeitems` of each axis. An array without
 * elements is `[]`, whatever its shape.
 *
 * @throws TypeError for an unknown dtype or option, RangeError for data that do not fill the shape or an option out of
 * range.
 * @example
 * formatArray({ shape: [2, 2], dtype: "float32", data: [1, 2.5, 3, 4] }, { separator: ", " });
 * // [[1. , 2.5],
 * //  [3. , 4. ]]
 */
export function formatArray(x: ArrayData, options: FormatOptions = {}): string {
  const { separator = " ", prefix = "", suffix = "", ...given } = options;
  const settings = mergePrintOptions(given);
  const size = checkSize(x);
  if (size === 0) return "[]";

  const axes = x.shape.map((length): Axis => {
    const summarised = size > settings.threshold && length > 2 * settings.edgeitems;
    return { length, edge: summarised ? settings.edgeitems : undefined };
  });
  const read = reader(x);
  const values = shownOffsets(axes).map(read);
  const words = formatElements(x.dtype, values, axes.length === 0, settings);
  return layOut(words, axes, separator, prefix.length + 1, settings.linewidth - suffix.length);
}

/**
 * The text of the array for a reader, as Python's `print` shows it: NumPy's `str`.
 *
 * A 0-d array is shown like the number it holds, with all its digits, whatever the print options say.
 *
 * @throws TypeError for an unknown dtype, RangeError for data that do not fill the shape.
 * @example
 * formatStr({ shape: [], dtype: "float32", data: [4] }); // "4.0"
 * formatStr({ shape: [2], dtype: "float32", data: [4, 0.5] }); // "[4.  0.5]"
 */
export function formatStr(x: ArrayData): string {
  if (x.shape.length > 0) return formatArray(x);
  checkSize(x);
  return formatScalar(x.dtype, reader(x)(0));
}

/**
 * The text of the array for a developer, with its dtype: JAX's `repr`.
 *
 * Where the dtype would not fit on the last line, JAX writes as many blanks before it as the opening `Array(` is long,
 * on the same line; so does this.
 *
 * @throws TypeError for an unknown dtype, RangeError for data that do not fill the shape.
 * @example
 * formatRepr({ shape: [2], dtype: "float32", data: [1, 2] }); // "Array([1., 2.], dtype=float32)"
 * formatRepr({ shape: [], dtype: "int32", data: [3], weakType: true }); // "Array(3, dtype=int32, weak_type=True)"
 */
export function formatRepr(x: ArrayData, name = "Array"): string {
  const prefix = `${name}(`;
  const type = `dtype=${x.dtype}${x.weakType ? ", weak_type=True" : ""}`;
  const empty = x.shape.includes(0);
  const elements = formatArray(x, { separator: ", ", prefix, suffix: "," });
  const text = empty ? `${elements}, shape=${formatShape(x.shape)}` : elements;
  const lastLine = text.length - text.lastIndexOf("\n") + 1;
  const overflows = lastLine + type.length + 2 > getPrintOptions().linewidth;
  return `${prefix}${text},${overflows ? " ".repeat(prefix.length) : " "}${type})`;
}

/**
 * A shape as Python writes a tuple.
 *
 * @example
 * formatShape([2, 3]); // "(2, 3)"
 * formatShape([3]); // "(3,)"
 * formatShape([]); // "()"
 */
export function formatShape(shape: readonly number[]): string {
  return shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
}

/** One axis as it is shown: whole, or only `edge` elements at each end. */
interface Axis {
  readonly length: number;
  readonly edge: number | undefined;
}

function checkSize({ shape, dtype, data }: ArrayData): number {
  const size = shape.reduce((product, length) => product * length, 1);
  const needed = isComplex(dtype) ? 2 * size : size;
  if (data.length !== needed) {
    throw new RangeError(
      `An array of shape ${formatShape(shape)} and dtype ${dtype} has ${needed} numbers, ` +
        `got data of length ${data.length}.`,
    );
  }
  return size;
}

function reader({ dtype, data }: ArrayData): (offset: number) => Element {
  const at = (index: number): number | bigint | boolean => data[index] ?? 0;
  if (!isComplex(dtype)) return at;
  return (offset) => ({ re: Number(at(offset)), im: Number(at(data.length / 2 + offset)) });
}

/** Where the shown elements lie in row-major order, one offset each. */
function shownOffsets(axes: readonly Axis[]): number[] {
  let offsets = [0];
  for (const { length, edge } of axes) {
    const shown =
      edge === undefined
        ? Array.from({ length }, (_, i) => i)
        : Array.from({ length: 2 * edge }, (_, i) => (i < edge ? i : length - 2 * edge + i));
    offsets = offsets.flatMap((offset) => shown.map((i) => offset * length + i));
  }
  return offsets;
}

/** Puts the texts of the shown elements into nested brackets; `indent` is the width before the second bracket. */
function layOut(
  words: readonly string[],
  axes: readonly Axis[],
  separator: string,
  indent: number,
  width: number,
): string {
  const bareSeparator = separator.trimEnd();
  let next = 0;

  const block = (depth: number): string => {
    const axis = axes[depth];
    if (axis === undefined) return words[next++] ?? "";
    const margin = indent + depth;
    const items = Array.from({ length: axis.edge === undefined ? axis.length : 2 * axis.edge }, () => block(depth + 1));
    if (axis.edge !== undefined) items.splice(axis.edge, 0, "...");

    const below = axes.length - 1 - depth;
    if (below > 0) return `[${items.join(`${bareSeparator}${"\n".repeat(below)}${" ".repeat(margin)}`)}]`;
    // Each bracket that is still open, or the separator, must fit at the end of the line too.
    return `[${wrap(items, separator, margin, width - depth - Math.max(bareSeparator.length, 1))}]`;
  };
  return block(0);
}

/** Joins words to lines that grow no longer than `width`, counted with the `margin` that stands before each. */
function wrap(words: readonly string[], separator: string, margin: number, width: number): string {
  let text = "";
  let line = "";
  words.forEach((word, i) => {
    if (line !== "" && margin + line.length + word.length > width) {
      text += `${line.trimEnd()}\n${" ".repeat(margin)}`;
      line = "";
    }
    line += i < words.length - 1 ? word + separator : word;
  });
  return text + line;
}
