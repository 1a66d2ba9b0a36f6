/** Arrays as text: NumPy's `str`, JAX's `repr`, and HTML for notebooks. Traced arrays show their type. */
import type { NDArray } from "../core/ndarray.ts";
import { isConcrete } from "../core/trace.ts";
import { peek } from "../runtime/array.ts";
import { formatAval, makeAval } from "../types/aval.ts";
import { type Shape, sizeOf } from "../types/shape.ts";
import { type ArrayData, formatRepr, formatStr } from "./format.ts";
import { describeTracer } from "./read.ts";

/** The elements of an array for the formatter; keys as their words. */
export function arrayData(x: NDArray): ArrayData {
  const { dtype, shape, weakType } = x.aval;
  const data = peek(x);
  if (dtype === "key<fry>") {
    const words = new Uint32Array(data.buffer, data.byteOffset, 2 * sizeOf(shape));
    return { shape: [...shape, 2], dtype: "uint32", data: words };
  }
  return { shape, dtype, data: data as ArrayLike<number>, weakType };
}

/** float0 has no values; NumPy shows a tuple with an empty string for each element. */
function float0Text(shape: Shape, separator: string): string {
  const build = (axis: number): string =>
    axis === shape.length
      ? "(b'',)"
      : `[${Array.from({ length: shape[axis]! }, () => build(axis + 1)).join(separator)}]`;
  return build(0);
}

const keyShape = (shape: Shape): string => (shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`);

/**
 * The text of an array for a reader: NumPy's `str`. A traced array shows its type, as in `JitTracer(float32[3])`.
 * @example String(jnp.array([1, 2.5])) // "[1.  2.5]"
 */
export function str(x: NDArray): string {
  if (!isConcrete(x)) return describeTracer(x);
  if (x.aval.dtype === "float0") return float0Text(x.aval.shape, " ");
  if (x.aval.dtype === "key<fry>") return repr(x);
  return formatStr(arrayData(x));
}

/**
 * The text of an array for a developer: JAX's `repr`, with the dtype.
 * @example repr(jnp.array([1, 2.5])) // "Array([1. , 2.5], dtype=float32)"
 */
export function repr(x: NDArray): string {
  if (!isConcrete(x)) return describeTracer(x);
  const { dtype, shape } = x.aval;
  if (dtype === "float0") return `Array(${float0Text(shape, ", ")}, dtype=float0)`;
  if (dtype === "key<fry>") return `Array(${keyShape(shape)}, dtype=key<fry>) overlaying:\n${formatStr(arrayData(x))}`;
  return formatRepr(arrayData(x));
}

/** What a notebook shows: the text, and the same as HTML with the type as a tooltip. */
export function display(x: NDArray): { readonly "text/plain": string; readonly "text/html": string } {
  const text = str(x);
  const escaped = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  const title = formatAval(makeAval(x.aval.shape, x.aval.dtype)).replaceAll("<", "&lt;");
  return { "text/plain": text, "text/html": `<pre title="${title}">${escaped}</pre>` };
}

interface InspectOptions {
  readonly depth?: number | null;
}

/** What `console.log` shows: `str` for an array by itself, `repr` inside of containers. `depth` is how much deeper to go. */
export function inspect(x: NDArray, depth: number | null, options: InspectOptions): string {
  const top = depth !== null && Number.isFinite(depth) && depth === options.depth;
  return top ? str(x) : repr(x);
}
