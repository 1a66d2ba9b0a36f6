/**
 * What JavaScript's own operators do with arrays. They cannot compute with them, so each gives a number where that is what
 * was meant (`x > 0` for a known scalar), and else an error that names the method to use.
 */

import type { NDArray } from "../core/ndarray.ts";
import { isConcrete, leakedTracer } from "../core/trace.ts";
import { ConcretizationTypeError, IndexingError, OperatorError, TracerBoolConversionError } from "../errors/index.ts";
import { formatAval } from "../types/aval.ts";
import { getAt } from "./indexing.ts";
import { item, origin } from "./read.ts";
import { str } from "./show.ts";

const methods = "x.neg(), x.sub(y), x.mul(2), x.pow(2), x.greater(0), jnp.sin(x)";

function tracedNumber(x: NDArray): Error {
  if (!x.trace.live) return leakedTracer(x, "an operator of JavaScript");
  const type = formatAval(x.aval);
  if (x.aval.dtype === "bool") {
    return new TracerBoolConversionError({
      what: `Attempted boolean conversion of traced array with shape ${type}.`,
      where: origin(x),
      fix: "use jnp.where(condition, a, b) or lax.cond(condition, f, g, x) instead of if, &&, ||, ! and ?:",
    });
  }
  return new ConcretizationTypeError({
    what: `Abstract tracer value encountered where concrete value is expected: traced array with shape ${type}\nAn operator of JavaScript (-x, x * 2, x ** 2, x > 0) or a function of Math was applied to it`,
    where: origin(x),
    fix: `use methods and functions of arrays: ${methods}`,
  });
}

function several(x: NDArray): OperatorError {
  return new OperatorError({
    what: `operators of JavaScript (-x, x * 2, x ** 2, x > 0) do not work on arrays: this one is ${formatAval(x.aval)}`,
    fix: `use methods and functions of arrays: ${methods}; for conditions x.any() or x.all()`,
  });
}

/**
 * `Symbol.toPrimitive`: the value of a known array of one element where a number is wanted, the printed array where a text is.
 * @throws OperatorError for `+`, `==`, and for arrays of several elements. @throws ConcretizationTypeError while traced.
 */
export function toPrimitive(x: NDArray, hint: "number" | "string" | "default"): number | bigint | string {
  if (hint === "string") return str(x);
  if (hint === "default") {
    throw new OperatorError({
      what: `the operators + and == of JavaScript do not work on arrays: this one is ${formatAval(x.aval)}`,
      fix: "use x.add(y) for a sum, x.equal(y) for a comparison; in texts write String(x)",
    });
  }
  if (!isConcrete(x)) throw tracedNumber(x);
  if (x.size !== 1) throw several(x);
  const value = item(x);
  if (typeof value === "object") throw several(x);
  return typeof value === "boolean" ? Number(value) : value;
}

/**
 * `Symbol.iterator`: the rows along the first axis, so that arrays destructure and spread.
 * @throws IndexingError for an array of rank 0.
 */
export function* iterate(x: NDArray): Generator<NDArray, void, undefined> {
  const { shape } = x.aval;
  if (shape.length === 0) {
    throw new IndexingError({
      what: "iteration over a 0-d array",
      fix: "a scalar has no rows; x.item() gives its value",
    });
  }
  for (let i = 0; i < shape[0]!; i++) yield getAt(x, [i]);
}
