/**
 * Collective operations within groups of examples (`axisIndexGroups`), in terms of `all_gather`: the values of all examples
 * are combined group by group, and each example takes what its own group gave.
 */
import type { NDArray } from "../core/ndarray.ts";
import { ArgumentError } from "../errors/index.ts";
import { allGather, axisIndex } from "../prims/collective.ts";
import { expandDims } from "../prims/movement.ts";
import { concatenate, sliceAlong } from "../prims/slicing.ts";
import { fromTypedArray } from "../runtime/array.ts";
import { makeAval } from "../types/aval.ts";
import { dynamicIndexInDim } from "./shape.ts";

/** Which examples belong together, by number: each in one group. */
export type AxisIndexGroups = readonly (readonly number[])[];

/** Options of `psum`, `pmean`, `pmax` and `pmin`. */
export interface GroupOptions {
  /** Combine within these groups of examples instead of over all: `[[0, 1], [2, 3]]`. One named axis only. */
  readonly axisIndexGroups?: AxisIndexGroups;
}

/** @throws ArgumentError unless every number below `size` occurs once, and, where asked for, all groups have one size. */
export function checkGroups(groups: AxisIndexGroups, size: number, equal: boolean): void {
  const all = groups.flat().sort((a, b) => a - b);
  if (all.length !== size || all.some((n, i) => n !== i)) {
    throw new ArgumentError({
      what: `axisIndexGroups must cover all indices exactly once: the axis has ${size} examples, the groups are ${JSON.stringify(groups)}`,
      fix: `name each of 0 to ${size - 1} in one group`,
    });
  }
  if (equal && groups.some((group) => group.length !== groups[0]!.length)) {
    throw new ArgumentError({
      what: `axisIndexGroups must all be the same size for allGather, but they are ${JSON.stringify(groups)}`,
      fix: "make groups of equal size",
    });
  }
}

/** The rows of a list of places; neighbours move together. */
function rowsOf(x: NDArray, places: readonly number[]): NDArray {
  const pieces: NDArray[] = [];
  for (let start = 0; start < places.length; ) {
    let end = start + 1;
    while (end < places.length && places[end] === places[end - 1]! + 1) end++;
    pieces.push(sliceAlong(x, 0, places[start]!, places[end - 1]! + 1));
    start = end;
  }
  return pieces.length === 1 ? pieces[0]! : concatenate(pieces, { dimension: 0 });
}

/** Of one value a group, the one of the example's own group. */
export function ownGroup(values: NDArray, axisName: string, groups: AxisIndexGroups, size: number): NDArray {
  const places = new Int32Array(size);
  for (const [g, group] of groups.entries()) for (const n of group) places[n] = g;
  const table = fromTypedArray(makeAval([size], "int32"), places);
  const index = axisIndex([], { axisName });
  return dynamicIndexInDim(values, dynamicIndexInDim(table, index, 0, false), 0, false);
}

/** What `combine` makes of the values of the example's own group, which stand along a new first axis. */
export function withinGroups(
  x: NDArray,
  axisName: string,
  groups: AxisIndexGroups,
  size: number,
  combine: (values: NDArray) => NDArray,
): NDArray {
  const all = allGather(x, { axisName, axisSize: size, dimension: 0, tiled: false });
  const results = groups.map((group) => expandDims(combine(rowsOf(all, group)), [0]));
  const stacked = results.length === 1 ? results[0]! : concatenate(results, { dimension: 0 });
  return ownGroup(stacked, axisName, groups, size);
}
