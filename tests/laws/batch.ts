/** Examples in batches, and the loop over examples with which vmap is compared. */
import type { NDArray } from "../../src/core/ndarray.ts";
import { fromTypedArray, peek } from "../../src/runtime/array.ts";
import { type Aval, withShape } from "../../src/types/aval.ts";
import { newTypedArray, type TypedArray } from "../../src/types/dtype.ts";
import { type Shape, sizeOf } from "../../src/types/shape.ts";
import { inserted } from "../../src/util/list.ts";
import { drawData, seeded } from "./draw.ts";
import type { Example } from "./examples.ts";

/** Places the rows of a list of arrays of one shape along a new axis. */
export function stacked(aval: Aval, rows: readonly TypedArray[], axis: number): NDArray {
  const shape = inserted(aval.shape, axis, rows.length);
  const data = newTypedArray(aval.dtype, sizeOf(shape));
  const insideSize = sizeOf(aval.shape.slice(axis));
  const outside = sizeOf(aval.shape.slice(0, axis));
  rows.forEach((row, j) => {
    for (let o = 0; o < outside; o++) {
      const part = row.subarray(o * insideSize, (o + 1) * insideSize);
      (data as Float64Array).set(part as Float64Array, (o * rows.length + j) * insideSize);
    }
  });
  return fromTypedArray(withShape(aval, shape), data);
}

/** The elements of example j of a batch. */
export function rowOf(x: NDArray, axis: number, j: number): TypedArray {
  const { shape, dtype } = x.aval;
  const source = peek(x);
  const inside: Shape = shape.slice(axis + 1);
  const size = sizeOf(inside);
  const outside = sizeOf(shape.slice(0, axis));
  const data = newTypedArray(dtype, outside * size);
  for (let o = 0; o < outside; o++) {
    const start = (o * shape[axis]! + j) * size;
    (data as Float64Array).set(source.subarray(start, start + size) as Float64Array, o * size);
  }
  return data;
}

/**
 * Elements for each example of a batch. Values that the law gives are moved by whole rows, so that they stay what they
 * are: places within bounds, exponents, predicates.
 */
export function drawRows(example: Example, operand: number, size: number, label: string): TypedArray[] {
  const { aval, data, domain, isFixed } = example.operands[operand]!;
  const random = seeded(`${example.label} ${operand} ${label}`);
  return Array.from({ length: size }, (_, j) => {
    if (j === 0) return data;
    if (!isFixed) return drawData(random, aval.dtype, aval.shape, domain);
    const rotated = data.slice();
    if (aval.shape.length === 0) {
      // Zero is a place, an exponent and a case that always exists.
      if (j % 2 === 1) rotated.fill(0 as never);
      return rotated;
    }
    const row = sizeOf(aval.shape.slice(1));
    for (let k = 0; k < data.length; k++) {
      (rotated as Float64Array)[k] = data[(k + j * row) % data.length] as number;
    }
    return rotated;
  });
}

/** All ways to take one entry from each list; at most `most` of them, spread evenly. */
export function combinations(lists: readonly (readonly number[])[], most: number): number[][] {
  const total = lists.reduce((n, list) => n * list.length, 1);
  const count = Math.min(total, most);
  return Array.from({ length: count }, (_, c) => {
    let n = Math.floor((c * total) / count);
    return lists.map((list) => {
      const entry = list[n % list.length]!;
      n = Math.floor(n / list.length);
      return entry;
    });
  });
}
