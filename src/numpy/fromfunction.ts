/** Arrays from a function of coordinates. */
import { vmap } from "../api/vmap.ts";
import type { NDArray } from "../core/ndarray.ts";
import type { DType } from "../types/dtype.ts";
import type { Shape } from "../types/shape.ts";
import { range } from "../util/list.ts";
import { readArguments, readShape } from "./arguments.ts";
import { arange } from "./ranges.ts";

/** Options of `fromfunction`. */
export interface FromfunctionOptions {
  /** The dtype of the coordinates; float32 by default. */
  readonly dtype?: DType;
}

/**
 * A function of coordinates at every place of an array: it is mapped over all axes with `vmap`, so it sees scalars.
 * @throws ShapeError for sizes that are negative or traced.
 * @example jnp.fromfunction((i, j) => i.add(j), [2, 3])
 */
export function fromfunction<T>(
  f: (...coordinates: NDArray[]) => T,
  shape: number | Shape,
  options: FromfunctionOptions = {},
): T {
  const { dtype = "float32" } = readArguments<FromfunctionOptions>("fromfunction", [options], [], ["dtype"]);
  const sizes = readShape("fromfunction", shape);
  let mapped = f as (...coordinates: NDArray[]) => unknown;
  // The innermost mapping is that of the last axis, so that the first axis ends up in front.
  for (const d of range(sizes.length).reverse()) {
    mapped = vmap(mapped, { inAxes: range(sizes.length).map((e) => (d === e ? 0 : null)) }) as typeof mapped;
  }
  return mapped(...sizes.map((n) => arange(n, { dtype }))) as T;
}
