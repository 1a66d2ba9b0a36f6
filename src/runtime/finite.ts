/**
 * With `debugNans` or `debugInfs`: results are read, and the operation that made the first NaN or infinity is an error. A
 * compiled program with one in its results runs again, operation by operation, to find it.
 */
import { config } from "../core/config.ts";
import { evaluate } from "../core/evaluate.ts";
import type { NDArray } from "../core/ndarray.ts";
import type { Primitive } from "../core/primitive.ts";
import { FloatingPointError } from "../errors/index.ts";
import { dtypeBytes, isFloating } from "../types/dtype.ts";
import { peek } from "./array.ts";

/** What is wrong with an array's values, if they are asked for. Those of 16-bit floats are not looked at. */
function wrongValue(x: NDArray): "nan" | "inf" | undefined {
  if (!isFloating(x.aval.dtype) || dtypeBytes(x.aval.dtype) < 4) return undefined;
  const { debugNans, debugInfs } = config;
  for (const value of peek(x) as Float32Array | Float64Array) {
    if (debugNans && Number.isNaN(value)) return "nan";
    if (debugInfs && (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY)) return "inf";
  }
  return undefined;
}

/** @throws FloatingPointError if a result holds what the settings forbid. */
export function checkFinite<P>(
  primitive: Primitive<P>,
  operands: readonly NDArray[],
  params: P,
  results: readonly NDArray[],
): void {
  const wrong = results.map(wrongValue).find((w) => w !== undefined);
  if (wrong === undefined) return;
  const { lower } = primitive;
  if (lower.kind === "call") evaluate(lower.jaxpr(params), operands);
  throw new FloatingPointError({
    what: `invalid value (${wrong}) encountered in ${primitive.name}`,
    fix: `look at the operands there; config.update("${wrong === "nan" ? "debugNans" : "debugInfs"}", false) turns this check off`,
  });
}
