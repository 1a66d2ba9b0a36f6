/**
 * Reading the values of arrays. A traced array has none: each reader says so, with the user's line and the way out. 64-bit
 * integers are read as bigints, booleans as booleans, complex numbers as `{ re, im }`.
 */
import type { NDArray } from "../core/ndarray.ts";
import { describeOrigin, isConcrete, leakedTracer } from "../core/trace.ts";
import {
  ConcretizationTypeError,
  DTypeError,
  IndexingError,
  ShapeError,
  TracerArrayConversionError,
} from "../errors/index.ts";
import { peek } from "../runtime/array.ts";
import { formatAval } from "../types/aval.ts";
import { type DType, dtypeKind, isComplex, type TypedArray } from "../types/dtype.ts";
import { staticInteger } from "./static.ts";

/** One element in JavaScript. */
export type Scalar = number | bigint | boolean | { readonly re: number; readonly im: number };

/** The elements of an array in JavaScript: nested lists, or one element for an array of rank 0. */
export type NestedScalars = Scalar | NestedScalars[];

/** `float32[3]`, with JAX's `~` for weak types. */
export function describeTracer(x: NDArray): string {
  return `${tracerName(x.trace.description)}(${x.aval.weakType ? "~" : ""}${formatAval(x.aval)})`;
}

/** JAX's name for the tracers of a transformation. */
function tracerName(description: string): string {
  const [first = ""] = description.split(" ");
  const names: { readonly [word: string]: string } = {
    vmap: "VmapTracer",
    jvp: "JVPTracer",
    grad: "GradTracer",
    linearize: "GradTracer",
  };
  return names[first] ?? "JitTracer";
}

/** Where a traced value comes from and why it has no numbers, as the `where` of an error. */
export function origin(x: NDArray): readonly string[] {
  const made = describeOrigin(x) ?? `the value depends on the arguments of ${x.trace.description}`;
  return [`${made}; its numbers are not known while ${x.trace.description} is traced`];
}

const outside =
  "return the value from the transformed function and read it outside, or print it while it runs with debug.print";

/** @throws ConcretizationTypeError if the value is traced; UnexpectedTracerError if its transformation has ended. */
export function requireConcrete(x: NDArray, method: string): void {
  if (isConcrete(x)) return;
  if (!x.trace.live) throw leakedTracer(x, method);
  throw new ConcretizationTypeError({
    what: `Abstract tracer value encountered where concrete value is expected: traced array with shape ${formatAval(x.aval)}\nThis occurred in the ${method} method of NDArray`,
    where: origin(x),
    fix: outside,
  });
}

function requireElements(x: NDArray, method: string): void {
  if (!isConcrete(x)) {
    if (!x.trace.live) throw leakedTracer(x, method);
    throw new TracerArrayConversionError({
      what: `The conversion method ${method} was called on traced array with shape ${formatAval(x.aval)}`,
      where: origin(x),
      fix: outside,
    });
  }
  if (dtypeKind(x.aval.dtype) === "o") throw opaque(x, method);
}

function opaque(x: NDArray, method: string): DTypeError {
  return new DTypeError({
    what: `No JavaScript type for the elements of ${formatAval(x.aval)}, asked for by ${method}`,
    fix:
      x.aval.dtype === "float0"
        ? "gradients of integers and booleans are float0: they have no value"
        : "random.keyData(key) gives the words of a key",
  });
}

/** The element at a position of the storage, which holds the real parts of complex numbers before the imaginary parts. */
function elementAt(data: ArrayLike<number | bigint>, i: number, dtype: DType): Scalar {
  if (dtype === "bool") return data[i] !== 0;
  if (isComplex(dtype)) return { re: Number(data[i]), im: Number(data[data.length / 2 + i]) };
  return data[i]!;
}

/**
 * The one element of an array of size 1, or the element at a flat position.
 * @throws ConcretizationTypeError while traced. @throws ShapeError for several elements, IndexingError for a position outside.
 */
export function item(x: NDArray, index?: number): Scalar {
  requireConcrete(x, "item()");
  const { dtype } = x.aval;
  if (dtypeKind(dtype) === "o") throw opaque(x, "item()");
  const { size } = x;
  if (index === undefined) {
    if (size === 1) return elementAt(peek(x) as ArrayLike<number | bigint>, 0, dtype);
    throw new ShapeError({
      what: `can only convert an array of size 1 to a JavaScript scalar, got ${formatAval(x.aval)}`,
      fix: "choose one element, x.item(0), reduce it, or use x.tolist()",
    });
  }
  const position = staticInteger(index, "the position in item()");
  const at = position < 0 ? position + size : position;
  if (at < 0 || at >= size) {
    throw new IndexingError({
      what: `index ${position} is out of bounds for axis 0 with size ${size}`,
      fix: "the position counts elements row by row",
    });
  }
  return elementAt(peek(x) as ArrayLike<number | bigint>, at, dtype);
}

/**
 * The elements as nested lists; one element for an array of rank 0.
 * @throws TracerArrayConversionError while traced. @throws DTypeError for keys and float0.
 */
export function tolist(x: NDArray): NestedScalars {
  requireElements(x, "tolist()");
  const { dtype, shape } = x.aval;
  const data = peek(x) as ArrayLike<number | bigint>;
  let next = 0;
  const build = (axis: number): NestedScalars => {
    if (axis === shape.length) return elementAt(data, next++, dtype);
    return Array.from({ length: shape[axis]! }, () => build(axis + 1));
  };
  return build(0);
}

/** Real and imaginary parts in turn, from all real parts followed by all imaginary ones. */
function interleaved(planes: Float32Array | Float64Array): Float32Array | Float64Array {
  const n = planes.length / 2;
  return planes.map((_, i) => planes[(i >> 1) + (i % 2) * n]!);
}

/**
 * A copy of the elements, row by row. Booleans are bytes, complex numbers pairs of floats.
 * @throws TracerArrayConversionError while traced. @throws DTypeError for keys and float0.
 */
export function toTypedArray(x: NDArray): TypedArray {
  requireElements(x, "toTypedArray()");
  const data = peek(x).slice();
  return isComplex(x.aval.dtype) ? interleaved(data as Float32Array | Float64Array) : data;
}
