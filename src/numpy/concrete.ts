/**
 * Values that decide shapes: elements of concrete arrays as JavaScript numbers, and computing now with concrete arrays
 * while a function is being traced.
 */
import type { NDArray } from "../core/ndarray.ts";
import { isConcrete, rootTrace, withTrace } from "../core/trace.ts";
import { ConcretizationTypeError, DTypeError } from "../errors/index.ts";
import { peek } from "../runtime/array.ts";
import { formatAval } from "../types/aval.ts";

/** The elements of a concrete array of integers, booleans or floats of 32 or 64 bits, in row-major order. */
export function concreteElements(x: NDArray): (number | bigint)[] {
  if (["float16", "bfloat16", "complex64", "complex128", "float0", "key<fry>"].includes(x.aval.dtype)) {
    throw new DTypeError({ what: `${x.aval.dtype} values cannot be used as static numbers`, fix: "pass integers" });
  }
  return Array.from(peek(x) as ArrayLike<number | bigint>);
}

/**
 * Runs a computation at once whose result has a size that depends on values, also while a function is traced: its operands
 * must be known.
 * @throws ConcretizationTypeError if one of them is traced.
 */
export function concretely<T>(operands: readonly NDArray[], where: string, fix: string, compute: () => T): T {
  for (const x of operands) {
    if (isConcrete(x)) continue;
    throw new ConcretizationTypeError({
      what: `Abstract tracer value encountered where concrete value is expected: traced array with shape ${formatAval(x.aval)}. ${where}`,
      fix,
    });
  }
  return withTrace(rootTrace, compute);
}
