/** Values that must be known while tracing: sizes, axes, counts. Numbers, or concrete integer scalars. */
import { isNDArray, type NDArray } from "../core/ndarray.ts";
import { isConcrete } from "../core/trace.ts";
import { ArgumentError, checkOptions, OptionError, TracerIntegerConversionError } from "../errors/index.ts";
import { peek } from "../runtime/array.ts";
import { formatAval } from "../types/aval.ts";
import { isInteger } from "../types/dtype.ts";
import { describeValue } from "./convert.ts";

/** What names axes: one, several, or null for all. Known integer scalars do too. */
export type Axis = number | readonly number[] | null;

/**
 * An integer that must be known. `what` names it in errors, such as "the axis argument of sum".
 * @throws TracerIntegerConversionError for a traced value. @throws ArgumentError for what is no integer.
 */
export function staticInteger(value: unknown, what: string): number {
  if (typeof value === "number" && Number.isInteger(value)) return value;
  if (typeof value === "bigint" && Number.isSafeInteger(Number(value))) return Number(value);
  if (isNDArray(value) && value.aval.shape.length === 0) {
    if (!isConcrete(value)) throw tracedInteger(value, what);
    if (isInteger(value.aval.dtype)) return Number((peek(value) as ArrayLike<number | bigint>)[0]);
  }
  throw new ArgumentError({
    what: `${what} must be an integer, got ${isNDArray(value) ? formatAval(value.aval) : typeof value === "number" ? value : describeValue(value)}`,
    fix: "pass a whole number",
  });
}

function tracedInteger(value: NDArray, what: string): TracerIntegerConversionError {
  return new TracerIntegerConversionError({
    what: `${what} must be known while tracing, but is a traced array with shape ${formatAval(value.aval)}`,
    fix: "pass a number that does not depend on the arguments, or make the argument static: jit(f, { staticArgnums: 1 })",
  });
}

/** Several integers that must be known: one, a list, or null and undefined for all. */
export function staticAxes(axis: unknown, what: string): number | number[] | undefined {
  if (axis === undefined || axis === null) return undefined;
  if (Array.isArray(axis)) return axis.map((a) => staticInteger(a, what));
  return staticInteger(axis, what);
}

/** Arguments of a function whose axis may be positional or an option: `sum(x, 0)`, `sum(x, { axis: 0 })`, `sum(x, 0, { keepdims: true })`. */
export function readAxis<O extends { readonly axis?: Axis | undefined }>(
  caller: string,
  first: Axis | O | undefined,
  second: O | undefined,
  allowed: readonly string[],
): O {
  const positional =
    first === null || first === undefined || typeof first === "number" || Array.isArray(first) || isNDArray(first);
  const options = (positional ? second : first) as O | undefined;
  checkOptions(caller, options, allowed);
  if (!positional && second !== undefined) {
    throw new OptionError({
      what: `${caller} got two objects of options`,
      fix: `write ${caller}(x, axis, { ... }) or ${caller}(x, { axis, ... })`,
    });
  }
  return positional && first !== undefined ? ({ ...options, axis: first } as O) : (options ?? ({} as O));
}
