/** Programs as text that says everything, the values of constants included. */
import { debugText } from "../core/debugtext.ts";
import type { ClosedJaxpr } from "../core/print.ts";
import { isConcrete } from "../core/trace.ts";
import { peek } from "../runtime/array.ts";

/**
 * The text of a program in the debug format: weak types are marked (`f32[3]~`), parameters have the library's own names,
 * and constants show their values. `parseJaxpr` reads it back. Constants that are traced themselves show their types alone.
 * @example console.log(formatClosedJaxpr(makeJaxpr(f)(x)));
 */
export function formatClosedJaxpr(closed: ClosedJaxpr): string {
  return debugText(
    closed.jaxpr,
    closed.constants.map((x) => (isConcrete(x) ? peek(x) : undefined)),
  );
}
