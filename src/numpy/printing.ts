/** Printing options and texts, NumPy's names. */
import { asArray } from "../array/convert.ts";
import { type FormatOptions, formatArray } from "../array/format.ts";
import { arrayData, repr, str } from "../array/show.ts";
import type { ArrayLike } from "../tree/types.ts";

export {
  getPrintOptions,
  type PrintOptions,
  setPrintOptions,
  withPrintOptions as printOptions,
} from "../array/printoptions.ts";

/** What `console.log(x)` shows: NumPy's `str`. @example jnp.arrayStr(jnp.array([1, 2])) // "[1. 2.]" */
export function arrayStr(x: ArrayLike): string {
  return str(asArray(x, "arrayStr"));
}

/**
 * What an array shows inside containers: JAX's `repr`, such as `Array([1., 2.], dtype=float32)`.
 * @example jnp.arrayRepr(jnp.array([1, 2])) // "Array([1., 2.], dtype=float32)"
 */
export function arrayRepr(x: ArrayLike): string {
  return repr(asArray(x, "arrayRepr"));
}

/**
 * The text of an array with options of its own.
 * @example jnp.array2string(x, { precision: 2, separator: ", " })
 */
export function array2string(x: ArrayLike, options?: FormatOptions): string {
  return formatArray(arrayData(asArray(x, "array2string")), options);
}
