/** Vectorisation of user functions. */
import type { NDArray } from "../core/ndarray.ts";
import { ArgumentError, AxisError, checkOptions, ShapeError } from "../errors/index.ts";
import { materialiseBatch, vmapFlat } from "../transforms/vmap.ts";
import { isPlainObject, unflatten } from "../tree/flatten.ts";
import { broadcastPrefix } from "../tree/prefix.ts";
import type { Args, Traced } from "../tree/types.ts";
import { formatAval } from "../types/aval.ts";
import { formatShape } from "../types/shape.ts";
import {
  argumentNames,
  checkFunction,
  flatFunction,
  flattenToArrays,
  functionName,
  named,
  type UserFunction,
} from "./flat.ts";

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
      what: `vmap ${name} must be an int, null, or a tree of ints and nulls, but got ${String(axes)}.`,
      fix: `write ${name}: 0, or ${name}: [0, null]`,
    });
  }
}

function resolveAxis(axis: number | null, x: NDArray, name: () => string): number | null {
  if (axis === null) return null;
  const { shape } = x.aval;
  const rank = shape.length;
  if (axis < -rank || axis >= rank) {
    throw new AxisError({
      what: `vmap was requested to map its argument along axis ${axis}, which implies that its rank should be at least ${axis < 0 ? -axis : axis + 1}, but is only ${rank} (its shape is ${formatShape(shape)}), for ${name()}`,
      fix: "use null in inAxes for arguments that all examples share",
    });
  }
  return axis < 0 ? axis + rank : axis;
}

/** The size of the mapped axes. @throws ShapeError with the sizes and the arguments that have them. */
function mappedSize(
  leaves: readonly NDArray[],
  dims: readonly (number | null)[],
  given: number | undefined,
  names: () => readonly string[],
): number {
  const bySize = new Map<number, number[]>();
  leaves.forEach((x, i) => {
    const dim = dims[i]!;
    if (dim === null) return;
    const size = x.aval.shape[dim]!;
    const members = bySize.get(size);
    if (members === undefined) bySize.set(size, [i]);
    else members.push(i);
  });
  if (bySize.size === 0) {
    if (given !== undefined) return given;
    throw new ArgumentError({
      what:
        leaves.length === 0
          ? "vmap wrapped function must be passed at least one argument containing an array or axisSize must be specified"
          : "vmap must have at least one non-null value in inAxes or axisSize must be specified",
      fix: "map at least one argument, or give axisSize",
    });
  }
  const [first] = bySize.keys();
  if (bySize.size === 1 && (given === undefined || given === first)) return first!;
  const known = names();
  const groups = [...bySize].sort(([, a], [, b]) => b.length - a.length);
  throw new ShapeError({
    what: "vmap got inconsistent sizes for array axes to be mapped:",
    where: [
      ...(given === undefined ? [] : [`* the axisSize argument was ${given}`]),
      ...groups.map(([size, members], k) => {
        const i = members[0]!;
        const example = `axis ${dims[i]} of ${known[i]} of type ${formatAval(leaves[i]!.aval)}`;
        if (members.length === 1) return `* one axis had size ${size}: ${example}`;
        return `* ${k === 0 ? "most" : "some"} axes (${members.length} of them) had size ${size}, e.g. ${example}`;
      }),
    ],
    fix: "mapped axes must have one size; use null in inAxes for arguments that all examples share",
  });
}

/** The axes of all arguments. Options behind the arguments that `inAxes` lists are mapped over axis 0, as keywords in JAX. */
function axesOfArguments(inAxes: Axes, args: readonly unknown[]): Axes {
  if (!Array.isArray(inAxes) || inAxes.length === args.length) return inAxes;
  const last = args[args.length - 1];
  if (args.length === inAxes.length + 1 && isPlainObject(last)) return [...(inAxes as readonly Axes[]), 0];
  throw new ArgumentError({
    what: `vmap inAxes must be an int, null, or a list of entries corresponding to the positional arguments passed to the function, but got inAxes.length=${inAxes.length}, args.length=${args.length}`,
    fix: "give one entry for each argument, or one axis for all",
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
    const { leaves, structure } = flattenToArrays(args);
    const names = (): string[] => argumentNames(f, structure);
    const axes = broadcastPrefix(axesOfArguments(inAxes, args), structure, isAxis, "vmap inAxes");
    const dims = leaves.map((x, i) => resolveAxis(axes[i]!, x, () => names()[i]!));
    const size = mappedSize(leaves, dims, axisSize, names);
    const flat = flatFunction("vmap", f, structure);
    const [results, resultDims] = vmapFlat(
      flat.call,
      leaves,
      dims,
      { size, name: axisName },
      `vmap of ${functionName(f)}`,
    );
    const out = flat.structure();
    const outSpecs = broadcastPrefix(outAxes, out, isAxis, "vmap outAxes");
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
      what: `vmap outAxes: axis ${wanted} is out of bounds for array of dimension ${rank}`,
      fix: `use an integer from ${-rank} to ${rank - 1}: the place of the mapped axis in the batched result`,
    });
  }
  return materialiseBatch(y, dim, size, wanted < 0 ? wanted + rank : wanted);
}
