/**
 * Indices as windows for gather and scatter: where index vectors come from, which axes of the operand they speak of, and where
 * the axes of windows and of index arrays stand in the result. Reads and updates share this.
 */
import { scalar } from "../core/constant.ts";
import type { NDArray } from "../core/ndarray.ts";
import { IndexingError, ShapeError } from "../errors/index.ts";
import { add, mul } from "../prims/arithmetic.ts";
import { full, iota } from "../prims/fill.ts";
import { broadcastInDim, broadcastTo, expandDims } from "../prims/movement.ts";
import { concatenate } from "../prims/slicing.ts";
import type { GatherDimensionNumbers } from "../prims/windows.ts";
import { broadcastShapes, equalShapes, formatShape, type Shape } from "../types/shape.ts";
import { range } from "../util/list.ts";
import { type IndexEntry, type Indices, wrapIndex } from "./indices.ts";

export interface Windows {
  /** The shape of `x[index]`. */
  readonly resultShape: Shape;
  /** Lengths of a window along the axes of the operand. */
  readonly sliceSizes: Shape;
  /** Index vectors, along the last axis; int32. */
  readonly indices: NDArray;
  readonly dimensionNumbers: GatherDimensionNumbers;
  /** Whether no place can occur twice: there are no index arrays. */
  readonly unique: boolean;
  /** Axes of the gathered result along which a slice goes backwards. */
  readonly reversed: readonly number[];
  /** New axes, in the result. */
  readonly added: readonly number[];
  /** Axes of length 1 that the operand gets for single booleans. */
  readonly flagAxes: readonly number[];
}

/** Part of the index vectors: varies along axes of the index array from `at` on. */
interface Part {
  readonly values: NDArray;
  readonly at: number;
}

type Advanced = { readonly axis: number; readonly index: NDArray };

function broadcastIndices(advanced: readonly Advanced[]): NDArray[] {
  const shapes = advanced.map((a) => a.index.aval.shape);
  let shape: Shape;
  try {
    shape = broadcastShapes(...shapes);
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error;
    throw new ShapeError({
      what: `Incompatible shapes for broadcasting: shapes=[${shapes.map(formatShape).join(", ")}]`,
      fix: "index arrays of one index broadcast against each other; for a grid give them crossing axes: i.get(slice(), null)",
    });
  }
  return advanced.map((a) => (equalShapes(a.index.aval.shape, shape) ? a.index : broadcastTo(a.index, shape)));
}

/** Single booleans become index arrays along axes of length 1 that are put into the operand. */
function expandFlags({ entries, shape }: Indices): { entries: IndexEntry[]; shape: number[]; flagAxes: number[] } {
  const expanded: IndexEntry[] = [];
  const lengths: number[] = [];
  const flagAxes: number[] = [];
  for (const entry of entries) {
    const axis = lengths.length;
    if (entry.kind === "flag") {
      flagAxes.push(axis);
      lengths.push(1);
      const index = entry.value ? full([1], 0, "int32") : full([0], 0, "int32");
      expanded.push({ kind: "array", axis, index });
    } else if (entry.kind === "newaxis") expanded.push(entry);
    else {
      lengths.push(shape[entry.axis]!);
      expanded.push({ ...entry, axis });
    }
  }
  return { entries: expanded, shape: lengths, flagAxes };
}

/** The index vectors of all places as one array, the vectors along its last axis. */
function joinParts(parts: readonly Part[], placesShape: readonly number[]): NDArray {
  if (parts.length === 0) return full([...placesShape, 0], 0, "int32");
  if (parts.length === 1) {
    const { values } = parts[0]!;
    return expandDims(values, [values.aval.shape.length]);
  }
  const shape = [...placesShape, 1];
  const columns = parts.map(({ values, at }) =>
    broadcastInDim(values, { shape, broadcastDimensions: range(values.aval.shape.length).map((d) => at + d) }),
  );
  return concatenate(columns, { dimension: placesShape.length });
}

/**
 * The windows of an index. Index arrays, and the integers beside them, are broadcast together; their axes stand in the
 * result where the first of them does, or in front if something stands between them.
 */
export function windowsOf(given: Indices, wrap: boolean): Windows {
  const { entries, shape, flagAxes } = expandFlags(given);
  const withArrays = entries.some((e) => e.kind === "array" && e.index.aval.shape.length > 0);
  const advanced: Advanced[] = [];
  if (withArrays) {
    for (const entry of entries) {
      if (entry.kind === "array")
        advanced.push({ axis: entry.axis, index: wrapIndex(entry.index, shape[entry.axis]!, wrap) });
      else if (entry.kind === "integer")
        advanced.push({ axis: entry.axis, index: integerIndex(entry.value, shape[entry.axis]!, wrap) });
    }
  }
  const parts: Part[] = [];
  const placesShape: number[] = [];
  const resultShape: number[] = [];
  const offsetDims: number[] = [];
  const collapsed: number[] = [];
  const startIndexMap: number[] = [];
  const sliceSizes: number[] = [];
  const reversed: number[] = [];
  const added: number[] = [];
  // The next axis of the gathered result, and of the result with its new axes.
  let gathered = 0;
  let place = 0;
  let pending = advanced.length > 0;

  const placeAdvanced = (): void => {
    pending = false;
    const arrays = broadcastIndices(advanced);
    const block = arrays[0]!.aval.shape;
    arrays.forEach((values, i) => {
      parts.push({ values, at: placesShape.length });
      startIndexMap.push(advanced[i]!.axis);
      collapsed.push(advanced[i]!.axis);
    });
    placesShape.push(...block);
    resultShape.push(...block);
    gathered += block.length;
    place += block.length;
  };

  if (pending && !given.contiguous) placeAdvanced();
  for (const entry of entries) {
    switch (entry.kind) {
      case "newaxis":
        resultShape.push(1);
        added.push(place++);
        break;
      case "integer":
      case "array": {
        sliceSizes.push(1);
        if (withArrays) {
          if (pending) placeAdvanced();
          break;
        }
        const n = shape[entry.axis]!;
        if (n === 0) {
          throw new IndexingError({
            what: `index is out of bounds for axis ${entry.axis} with size 0`,
            fix: "an empty axis has no elements; slice() takes all of them",
          });
        }
        const values = entry.kind === "array" ? wrapIndex(entry.index, n, wrap) : integerIndex(entry.value, n, wrap);
        parts.push({ values, at: placesShape.length });
        startIndexMap.push(entry.axis);
        collapsed.push(entry.axis);
        break;
      }
      case "range": {
        const { start, step, size } = entry.range;
        resultShape.push(size);
        if (step === 1) {
          if (size !== shape[entry.axis]) {
            parts.push({ values: scalar(start, "int32"), at: placesShape.length });
            startIndexMap.push(entry.axis);
          }
          sliceSizes.push(size);
          offsetDims.push(gathered);
        } else {
          const first = step < 0 ? start + (size - 1) * step : start;
          const steps = iota([], { dtype: "int32", shape: [size], dimension: 0 });
          const values = add(mul(steps, scalar(Math.abs(step), "int32")), scalar(size === 0 ? 0 : first, "int32"));
          if (step < 0) reversed.push(gathered);
          parts.push({ values, at: placesShape.length });
          startIndexMap.push(entry.axis);
          collapsed.push(entry.axis);
          placesShape.push(size);
          sliceSizes.push(1);
        }
        gathered++;
        place++;
        break;
      }
      case "flag":
        break;
    }
  }
  return {
    resultShape,
    sliceSizes,
    indices: joinParts(parts, placesShape),
    dimensionNumbers: {
      offsetDims,
      collapsedSliceDims: [...collapsed].sort((i, j) => i - j),
      startIndexMap,
      operandBatchingDims: [],
      startIndicesBatchingDims: [],
    },
    unique: advanced.length === 0,
    reversed,
    added,
    flagAxes,
  };
}

const integerIndex = (value: number, n: number, wrap: boolean): NDArray =>
  scalar(Math.max(Math.min(wrap && value < 0 ? value + n : value, 2 ** 31 - 1), -(2 ** 31)), "int32");
