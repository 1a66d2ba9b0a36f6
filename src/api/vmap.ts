/** Vectorisation of user functions. */
import type { NDArray } from "../core/ndarray.ts";
import { ArgumentError, AxisError, checkOptions, ShapeError } from "../errors/index.ts";
import { materialiseBatch, vmapFlat } from "../transforms/vmap.ts";
import { unflatten } from "../tree/flatten.ts";
import { broadcastPrefix } from "../tree/prefix.ts";
import type { Args, Traced } from "../tree/types.ts";
import { formatAval } from "../types/aval.ts";
import { argumentNames, checkFunction, flatFunction, flattenToArrays, named, type UserFunction } from "./flat.ts";

/** An axis for a whole subtree, or a tree of axes: `0`, `null`, `[null, 0]`, `[{ w: 0, b: null }, 0]`. */
export type Axes = number | null | readonly Axes[] | { readonly [key: string]: Axes };

/** Options of `vmap`. */
export interface VmapOptions {
  /** Which axis of each argument to map over; `null` for none. One for all, or a list with one entry an argument, each of
   *  which may be a tree prefix of it. Negative axes count from the end. Default 0. */
  readonly inAxes?: Axes;
  /** Where the mapped axis appears in the results; `null` for results that do not depend on it. Default 0. */
  readonly outAxes?: Axes;
  /** A name for the axis, for collective operations. */
  readonly axisName?: string;
  /** The size of the axis, where no argument has it. */
  readonly axisSize?: number;
}

const optionNames = ["inAxes", "outAxes", "axisName", "axisSize"];

const isAxis = (value: unknown): value is number | null => value === null || typeof value === "number";

function checkAxes(name: string, axes: unknown): void {
  if (isAxis(axes) && (axes === null || Number.isInteger(axes))) return;
  if (Array.isArray(axes)) for (const entry of axes) checkAxes(name, entry);
  else if (typeof axes === "object" && axes !== null) for (const entry of Object.values(axes)) checkAxes(name, entry);
  else {
    throw new AxisError({
      what: `vmap ${name} must be an integer, null, or a tree of integers and nulls, but got ${String(axes)}`,
      fix: `write ${name}: 0, or ${name}: [0, null]`,
    });
  }
}

function resolveAxis(axis: number | null, x: NDArray, name: string): number | null {
  if (axis === null) return null;
  const rank = x.aval.shape.length;
  if (axis < -rank || axis >= rank) {
    throw new AxisError({
      what: `vmap was requested to map its argument along axis ${axis}, which implies that its rank should be at least ${axis < 0 ? -axis : axis + 1}, but is only ${rank} (its shape is (${x.aval.shape.join(", ")}${rank === 1 ? "," : ""})), for ${name}`,
      fix: "use null in inAxes for arguments that all examples share",
    });
  }
  return axis < 0 ? axis + rank : axis;
}

function mappedSize(
  leaves: readonly NDArray[],
  dims: readonly (number | null)[],
  names: readonly string[],
  given: number | undefined,
): number {
  const bySize = new Map<number, string[]>();
  leaves.forEach((x, i) => {
    const dim = dims[i]!;
    if (dim === null) return;
    const size = x.aval.shape[dim]!;
    const line = `axis ${dim} of ${names[i]} of type ${formatAval(x.aval)}`;
    bySize.set(size, [...(bySize.get(size) ?? []), line]);
  });
  if (given !== undefined) {
    const other = [...bySize.keys()].find((size) => size !== given);
    if (other === undefined) return given;
    throw new ShapeError({
      what: `vmap got axisSize ${given}, but an argument has size ${other} along its mapped axis`,
      where: bySize.get(other)!,
      fix: "leave axisSize out, or make the sizes equal",
    });
  }
  if (bySize.size === 1) return [...bySize.keys()][0]!;
  if (bySize.size === 0) {
    throw new ArgumentError({
      what: "vmap must have at least one non-null value in inAxes, or axisSize",
      fix: "map at least one argument, or give axisSize",
    });
  }
  throw new ShapeError({
    what: "vmap got inconsistent sizes for array axes to be mapped:",
    where: [...bySize].flatMap(([size, lines]) =>
      lines.length === 1
        ? [`* one axis had size ${size}: ${lines[0]}`]
        : [`* most axes (${lines.length} of them) had size ${size}, e.g. ${lines[0]}`],
    ),
    fix: "mapped axes must have one size; use null in inAxes for arguments that all examples share",
  });
}

/**
 * Vectorisation: a function of one example becomes a function of a batch. Every operation is mapped by a rule, so that the
 * batch runs as one program, not as a loop; what does not depend on the batch runs once.
 *
 * Arguments are mapped over the axes in `inAxes`, results get the axis in `outAxes`. `vmap(f, [null, 0])` is short for
 * `vmap(f, { inAxes: [null, 0] })`.
 *
 * @throws ShapeError if mapped axes have different sizes; AxisError for an axis out of range, or `null` in `outAxes` for a
 * batched result; TreeError for axes that do not fit the arguments' trees.
 * @example
 * const perExample = vmap(grad(loss), { inAxes: [null, 0, 0] });
 */
export function vmap<A extends readonly NDArray[], O>(
  f: (...args: A) => O,
  options?: number | null | readonly Axes[] | VmapOptions,
): (...args: Args<A>) => Traced<O>;
export function vmap<A extends readonly unknown[], O>(
  f: (...args: A) => O,
  options?: number | null | readonly Axes[] | VmapOptions,
): (...args: Args<A>) => Traced<O>;
export function vmap(f: UserFunction, given?: number | null | readonly Axes[] | VmapOptions): UserFunction {
  checkFunction("vmap", f);
  const options: VmapOptions =
    given === undefined
      ? {}
      : isAxis(given) || Array.isArray(given)
        ? { inAxes: given as Axes }
        : (given as VmapOptions);
  checkOptions("vmap", options, optionNames);
  const { inAxes = 0, outAxes = 0, axisName, axisSize } = options;
  checkAxes("inAxes", inAxes);
  checkAxes("outAxes", outAxes);
  return named((...args: unknown[]) => {
    if (Array.isArray(inAxes) && inAxes.length !== args.length) {
      throw new ArgumentError({
        what: `vmap inAxes has ${inAxes.length} entries, but the function was called with ${args.length} positional arguments`,
        fix: "give one entry for each argument, or one axis for all",
      });
    }
    const { leaves, structure } = flattenToArrays(args);
    const names = argumentNames(structure);
    const axes = broadcastPrefix(inAxes, structure, isAxis, "inAxes");
    const dims = leaves.map((x, i) => resolveAxis(axes[i]!, x, names[i]!));
    const size = mappedSize(leaves, dims, names, axisSize);
    const flat = flatFunction("vmap", f, structure);
    const [results, resultDims] = vmapFlat(flat.call, leaves, dims, { size, name: axisName });
    const out = flat.structure();
    const outSpecs = broadcastPrefix(outAxes, out, isAxis, "outAxes");
    return unflatten(
      out,
      results.map((y, i) => placeResult(y, resultDims[i]!, size, outSpecs[i]!)),
    );
  }, f);
}

function placeResult(y: NDArray, dim: number | null, size: number, wanted: number | null): NDArray {
  if (wanted === null) {
    if (dim === null) return y;
    throw new AxisError({
      what: `at vmap outAxes, got axis spec null but output was batched on axis ${dim}`,
      fix: "give an axis in outAxes for results that depend on mapped arguments",
    });
  }
  const rank = y.aval.shape.length + (dim === null ? 1 : 0);
  if (wanted < -rank || wanted >= rank) {
    throw new AxisError({
      what: `vmap outAxes ${wanted} is out of bounds for a batched result of rank ${rank}`,
      fix: `use an integer from ${-rank} to ${rank - 1}`,
    });
  }
  return materialiseBatch(y, dim, size, wanted < 0 ? wanted + rank : wanted);
}
