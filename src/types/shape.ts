/** Shapes: sizes, strides, axes, broadcasting, and how a shape is written. */
import { AxisError, ShapeError } from "../errors/index.ts";
import { equalLists, product } from "../util/list.ts";

/** The lengths of an array's axes, outermost first. */
export type Shape = readonly number[];

/** The number of elements. */
export const sizeOf: (shape: Shape) => number = product;

/** Whether two shapes are equal. */
export const equalShapes: (a: Shape, b: Shape) => boolean = equalLists;

/** A shape as Python writes it: `(2, 3)`, `(3,)`, `()`. @example formatShape([2, 3]) // (2, 3) */
export function formatShape(shape: Shape): string {
  return shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
}

/** Row-major strides, in elements. */
export function rowMajorStrides(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let d = shape.length - 1; d >= 0; d--) {
    strides[d] = stride;
    stride *= shape[d]!;
  }
  return strides;
}

/**
 * NumPy's broadcasting: shapes are aligned at the right, and axes of length 1 stretch.
 * @throws ShapeError if two lengths differ and neither is 1.
 */
export function broadcastShapes(...shapes: readonly Shape[]): number[] {
  const rank = Math.max(0, ...shapes.map((s) => s.length));
  const result = new Array<number>(rank).fill(1);
  for (const shape of shapes) {
    for (let d = 0; d < shape.length; d++) {
      const at = rank - shape.length + d;
      const n = shape[d]!;
      if (result[at] === 1) result[at] = n;
      else if (n !== 1 && n !== result[at]) {
        throw new ShapeError({
          what: `Incompatible shapes for broadcasting: ${shapes.map(formatShape).join(", ")}`,
          fix: "align the shapes at the right: each pair of lengths must be equal, or one of them 1",
        });
      }
    }
  }
  return result;
}

/**
 * An axis counted from the start.
 * @throws AxisError if it is not an integer in [-rank, rank).
 */
export function canonicalAxis(axis: number, rank: number, name = "axis"): number {
  if (!Number.isInteger(axis) || axis < -rank || axis >= rank) {
    throw new AxisError({
      what: `${name} ${String(axis)} is out of bounds for array of dimension ${rank}`,
      fix: rank === 0 ? "an array of dimension 0 has no axes" : `use an integer from ${-rank} to ${rank - 1}`,
    });
  }
  return axis < 0 ? axis + rank : axis;
}

/** Several axes, counted from the start, in the given order; none twice. `null` or undefined means all. */
export function canonicalAxes(axes: number | readonly number[] | null | undefined, rank: number): number[] {
  if (axes === null || axes === undefined) return Array.from({ length: rank }, (_, i) => i);
  const list = (typeof axes === "number" ? [axes] : axes).map((a) => canonicalAxis(a, rank));
  if (new Set(list).size !== list.length) {
    throw new AxisError({ what: `duplicate value in axis: ${formatShape(list)}`, fix: "name each axis once" });
  }
  return list;
}
