/** Printing from inside transformed and compiled functions: `debug.print`. */
import { isNDArray } from "../core/ndarray.ts";
import { ArgumentError } from "../errors/index.ts";
import { isPlainObject } from "../tree/flatten.ts";
import { bindDebugCallback, readOrdered } from "./callback.ts";
import { checkFields, fieldNames, formatFields, parseFormat } from "./format.ts";

/**
 * Prints a line each time that the program comes by: at once outside of transformations, and when the program runs inside
 * `jit`, `vmap` (one line for each example, in order), `scan`, `cond` and loops. Lines are never dropped, and come in the
 * order of the program; derivatives pass them by (a checkpointed function that runs again prints again).
 *
 * `format` is Python's: `{}` takes the next value, `{0}` a value by number, `{name}` one of the last argument's properties,
 * `{:.3f}` formats a scalar, `{{` is a brace. Arrays look as in `String(x)`, trees of arrays as in JAX. With
 * `{ ordered: true }` as the last argument, or among the named values, lines keep their order on every backend.
 *
 * @throws ArgumentError if the format and the values do not fit.
 * @example
 * debug.print("x = {}, norm {:.3f}", x, jnp.sqrt(x.mul(x).sum()));
 * debug.print("loss {loss:.4f} at step {step}", { loss: 0.25, step: 3, ordered: true });
 */
export function print(format: string, ...values: readonly unknown[]): void {
  if (typeof format !== "string") {
    throw new ArgumentError({
      what: `debug.print expects a format string first, but got ${isNDArray(format) ? "an array" : typeof format}`,
      fix: 'write debug.print("{}", x)',
    });
  }
  const parts = parseFormat("debug.print", format);
  const names = fieldNames(parts);
  const last = values[values.length - 1];
  const isNamed =
    isPlainObject(last) &&
    !isNDArray(last) &&
    !Array.isArray(last) &&
    (names.some((name) => Object.hasOwn(last, name)) || Object.keys(last).join() === "ordered");
  const positional = isNamed ? values.slice(0, -1) : values;
  const { ordered, ...named } = isNamed ? (last as Record<string, unknown>) : {};
  checkFields("debug.print", parts, positional, named);
  const write = (texts: readonly unknown[], byName: Readonly<Record<string, unknown>>): void => {
    console.log(formatFields(parts, texts, byName));
  };
  bindDebugCallback("debug.print", write, [positional, named], readOrdered(ordered));
}
