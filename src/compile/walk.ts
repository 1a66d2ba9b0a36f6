/** Walks: the places of rows or columns that are not evenly apart, as nested axes with a stride each. */
import { rowMajorStrides, type Shape } from "../types/shape.ts";
import { product } from "../util/list.ts";
import type { Stride, Walk } from "./ir.ts";

/** The axes behind a stride: one, or those of its walk. */
export function axesOf(stride: Stride, count: number): Walk {
  return typeof stride === "number" ? { shape: [count], strides: [stride] } : stride;
}

/** Axes that two strides over the same `count` steps share. */
export function sharedAxes(a: Stride, b: Stride, count: number): Shape {
  return typeof a === "number" ? axesOf(b, count).shape : a.shape;
}

/** The strides of the axes of `shape`, which are those of the walk or split an even stride. */
export function stridesAlong(stride: Stride, shape: Shape): readonly number[] {
  return typeof stride === "number" ? rowMajorStrides(shape).map((n) => n * stride) : stride.strides;
}

/** Offsets of all steps, in order. */
export function offsetsOf(stride: Stride, count: number): Int32Array {
  const { shape, strides } = axesOf(stride, count);
  const offsets = new Int32Array(product(shape));
  let inner = 1;
  for (let d = shape.length - 1; d >= 0; d--) {
    const [n, step] = [shape[d]!, strides[d]!];
    for (let i = 0; i < offsets.length; i++) offsets[i]! += (Math.floor(i / inner) % n) * step;
    inner *= n;
  }
  return offsets;
}

/**
 * Axes joined where, in every list of strides, one step of the outer is as long as the whole inner axis; axes of length 1
 * are dropped. A single axis that remains is an even stride. One result for each list.
 */
export function joinAxes(shape: Shape, lists: readonly (readonly number[])[]): Stride[] {
  const joined: { length: number; readonly strides: number[] }[] = [];
  shape.forEach((length, d) => {
    if (length === 1) return;
    const strides = lists.map((list) => list[d]!);
    const outer = joined[joined.length - 1];
    if (outer?.strides.every((stride, i) => stride === strides[i]! * length)) {
      joined[joined.length - 1] = { length: outer.length * length, strides };
    } else joined.push({ length, strides });
  });
  return lists.map((_, i): Stride => {
    if (joined.length <= 1) return joined[0]?.strides[i] ?? 0;
    return { shape: joined.map((axis) => axis.length), strides: joined.map((axis) => axis.strides[i]!) };
  });
}
