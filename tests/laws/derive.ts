/** Derivatives of one primitive, taken in the ways that the laws compare. */
import type { NDArray } from "../../src/core/ndarray.ts";
import type { Tangent } from "../../src/core/primitive.ts";
import { bind } from "../../src/core/trace.ts";
import { TransformError } from "../../src/errors/index.ts";
import { instantiate } from "../../src/prims/fill.ts";
import { fromTypedArray, peek } from "../../src/runtime/array.ts";
import { jvpFlat } from "../../src/transforms/jvp.ts";
import { isInexact, type TypedArray } from "../../src/types/dtype.ts";
import { drawData, seeded } from "./draw.ts";
import { type Example, inexactOperands, isFloat, subsets } from "./examples.ts";

export type FlatFunction = (xs: readonly NDArray[]) => readonly NDArray[];

/** The function that applies the example's primitive. */
export function functionOf({ primitive, params }: Example): FlatFunction {
  return (xs) => bind(primitive, xs, params);
}

/** Directions for the operands in a list, zero (null) for the others. */
export function drawTangents(example: Example, varying: readonly number[], label: string): Tangent[] {
  const random = seeded(`${example.label} ${label}`);
  return example.operands.map(({ aval }, i) =>
    varying.includes(i) ? fromTypedArray(aval, drawData(random, aval.dtype, aval.shape, [-1, 1])) : null,
  );
}

/** Cotangents for results; zero (null) for those that are not inexact. */
export function drawCotangents(example: Example, results: readonly NDArray[], label: string): Tangent[] {
  const random = seeded(`${example.label} ${label}`);
  return results.map(({ aval }) =>
    isInexact(aval.dtype) ? fromTypedArray(aval, drawData(random, aval.dtype, aval.shape, [-1, 1])) : null,
  );
}

/** x + s t, element by element, for operands that have a tangent. */
export function moved(xs: readonly NDArray[], tangents: readonly Tangent[], s: number): NDArray[] {
  return xs.map((x, i) => {
    const t = tangents[i]!;
    if (t === null) return x;
    const data = peek(x).slice() as Float64Array;
    const direction = peek(t) as Float64Array;
    for (let k = 0; k < data.length; k++) data[k]! += s * direction[k]!;
    return fromTypedArray(x.aval, data);
  });
}

/** Central differences of fourth order along a direction, for each result that is inexact. */
export function finiteDifferences(
  f: FlatFunction,
  xs: readonly NDArray[],
  tangents: readonly Tangent[],
  step = 1e-4,
): number[][] {
  const [up, down, up2, down2] = [step, -step, 2 * step, -2 * step].map((s) =>
    f(moved(xs, tangents, s)).map((y) => peek(y)),
  );
  return f(xs).map((y, i) => {
    if (!isFloat(y.aval.dtype)) return [];
    const at = (values: readonly TypedArray[] | undefined, k: number): number => values![i]![k] as number;
    return Array.from(
      { length: peek(y).length },
      (_, k) => (8 * (at(up, k) - at(down, k)) - (at(up2, k) - at(down2, k))) / (12 * step),
    );
  });
}

/** Tangents of the inexact results as numbers. */
export function tangentNumbers(results: readonly NDArray[], tangents: readonly Tangent[]): number[][] {
  return results.map((y, i) =>
    isFloat(y.aval.dtype) ? Array.from(peek(instantiate(tangents[i]!, y.aval)) as Float64Array) : [],
  );
}

/**
 * The subsets of operands with respect to which the primitive says that it has a derivative. A primitive of one smooth
 * operand has one; others may say (by an error) which operands have none.
 */
export function differentiableSubsets(example: Example, xs: readonly NDArray[]): number[][] {
  const all = inexactOperands(example);
  return subsets(all).filter((varying) => {
    try {
      jvpFlat(functionOf(example), xs, drawTangents(example, varying, "probe"));
      return true;
    } catch (error) {
      if (!(error instanceof TransformError)) throw error;
      if (example.smooth && all.length === 1) throw error;
      return false;
    }
  });
}

/** The sum of the products of all elements. */
export function inner(a: readonly Tangent[], b: readonly Tangent[]): number {
  let sum = 0;
  a.forEach((x, i) => {
    const y = b[i]!;
    if (x === null || y === null) return;
    const p = peek(x) as Float64Array;
    const q = peek(y) as Float64Array;
    if (p.length !== q.length) throw new Error(`cotangent ${i} has ${q.length} elements, expected ${p.length}`);
    for (let k = 0; k < p.length; k++) sum += p[k]! * q[k]!;
  });
  return sum;
}
