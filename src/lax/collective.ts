/**
 * Operations between the examples of a `vmap` that names its axis: `vmap(f, { axisName: "i" })`. Inside `f` every value is
 * one example's; these functions combine it with those of the others, on whole trees.
 */
import { flattenToArrays } from "../api/flat.ts";
import { namedAxisSize } from "../core/axis.ts";
import type { NDArray } from "../core/ndarray.ts";
import type { Operation } from "../core/primitive.ts";
import { bind } from "../core/trace.ts";
import { ArgumentError, checkOptions, ShapeError } from "../errors/index.ts";
import { add, div, mul } from "../prims/arithmetic.ts";
import { convertElementType } from "../prims/cast.ts";
import * as prims from "../prims/collective.ts";
import { moveaxis, reshape } from "../prims/movement.ts";
import { reduceMax, reduceMin, reduceSum } from "../prims/reduce.ts";
import { unflatten } from "../tree/flatten.ts";
import type { Traced } from "../tree/types.ts";
import { formatAval } from "../types/aval.ts";
import { isInexact } from "../types/dtype.ts";
import { canonicalAxis } from "../types/shape.ts";
import { type AxisIndexGroups, checkGroups, type GroupOptions, withinGroups } from "./groups.ts";

/** The name of a mapped axis, or of several: the first varies slowest. */
export type AxisName = string | readonly string[];

const toNames = (name: AxisName): readonly string[] => (typeof name === "string" ? [name] : name);

/** Applies a function to every array of a tree. */
function onLeaves<const T>(x: T, f: (leaf: NDArray) => NDArray): Traced<T> {
  const { leaves, structure } = flattenToArrays(x);
  return unflatten(structure, leaves.map(f)) as Traced<T>;
}

/** Applies a collective after its type rule, which vmap does not ask, has had a look at the operand's shape. */
function checked<P>(primitive: Operation<1, P>, x: NDArray, params: P): NDArray {
  primitive.types([x.aval], params);
  return bind(primitive, [x], params)[0]!;
}

/** How to combine within groups, if the options name any. */
function grouping(caller: string, axisName: AxisName, options: GroupOptions | undefined) {
  checkOptions(caller, options, ["axisIndexGroups"]);
  const groups = options?.axisIndexGroups;
  if (groups === undefined) return undefined;
  const [name, ...others] = toNames(axisName);
  if (name === undefined || others.length > 0) {
    throw new ArgumentError({
      what: `${caller}: axisIndexGroups are about one axis, but there are ${others.length + 1}: ${toNames(axisName).join(", ")}`,
      fix: "combine over the other axes in a call of their own",
    });
  }
  const size = namedAxisSize(name);
  checkGroups(groups, size, false);
  return (x: NDArray, combine: (values: NDArray) => NDArray): NDArray => withinGroups(x, name, groups, size, combine);
}

const sumOfRows = (values: NDArray): NDArray => reduceSum(values, { axes: [0] });

/**
 * The number of examples along a named axis, as a number: known while tracing.
 * @throws UnboundAxisError if no vmap at work has this name.
 * @example vmap((x: NDArray) => x.div(lax.axisSize("i")), { axisName: "i" })(jnp.ones(4)) // [0.25 0.25 0.25 0.25]
 */
export function axisSize(axisName: AxisName): number {
  return toNames(axisName).reduce((product, name) => product * namedAxisSize(name), 1);
}

/**
 * The number of the example along a named axis: int32, 0 for the first.
 * @throws UnboundAxisError if no vmap at work has this name.
 * @example vmap((x: NDArray) => x.mul(lax.axisIndex("i")), { axisName: "i" })(jnp.ones(3)) // [0. 1. 2.]
 */
export function axisIndex(axisName: AxisName): NDArray {
  let index: NDArray | undefined;
  for (const name of toNames(axisName)) {
    const size = namedAxisSize(name);
    const own = prims.axisIndex([], { axisName: name });
    index = index === undefined ? own : add(mul(index, size), own);
  }
  if (index !== undefined) return index;
  throw new ArgumentError({ what: "axisIndex was given no axis name", fix: 'write lax.axisIndex("i")' });
}

/**
 * The sum over all examples along named axes, in each of them. Booleans are counted. Of a JavaScript number it is one:
 * `psum(1, "i")` is the size of the axis.
 * @throws UnboundAxisError if no vmap at work has this name.
 * @example vmap((x: NDArray) => x.div(lax.psum(x, "i")), { axisName: "i" })(jnp.array([1, 2, 5])) // [0.125 0.25 0.625]
 */
export function psum(x: number, axisName: AxisName): number;
export function psum<const T>(x: T, axisName: AxisName, options?: GroupOptions): Traced<T>;
export function psum(x: unknown, axisName: AxisName, options?: GroupOptions): unknown {
  const axes = toNames(axisName);
  const size = axisSize(axisName);
  const within = grouping("psum", axisName, options);
  if (typeof x === "number" && within === undefined) return x * size;
  return onLeaves(x, (leaf) => {
    const counted =
      leaf.aval.dtype === "bool" ? convertElementType(leaf, { newDtype: "int32", weakType: false }) : leaf;
    return within === undefined ? prims.psum(counted, { axes }) : within(counted, sumOfRows);
  });
}

/**
 * The mean over all examples along named axes, in each of them. Of integers it is a float32.
 * @throws UnboundAxisError if no vmap at work has this name.
 * @example vmap((x: NDArray) => x.sub(lax.pmean(x, "i")), { axisName: "i" })(jnp.array([1, 2, 6])) // [-2. -1. 3.]
 */
export function pmean<const T>(x: T, axisName: AxisName, options?: GroupOptions): Traced<T> {
  const axes = toNames(axisName);
  const size = axisSize(axisName);
  const within = grouping("pmean", axisName, options);
  return onLeaves(x, (leaf) => {
    const { dtype } = leaf.aval;
    const floating = isInexact(dtype) ? leaf : convertElementType(leaf, { newDtype: "float32", weakType: false });
    if (within !== undefined) return within(floating, (values) => div(sumOfRows(values), values.aval.shape[0]!));
    return div(prims.psum(floating, { axes }), size);
  });
}

function extreme<const T>(
  primitive: typeof prims.pmax,
  ofRows: typeof reduceMax,
  x: T,
  axisName: AxisName,
  options: GroupOptions | undefined,
): Traced<T> {
  axisSize(axisName);
  const within = grouping(primitive.name, axisName, options);
  return onLeaves(x, (leaf) =>
    within === undefined
      ? primitive(leaf, { axes: toNames(axisName) })
      : within(leaf, (values) => ofRows(values, { axes: [0] })),
  );
}

/**
 * The largest value of all examples along named axes. Its derivative is shared equally by the examples that attain it.
 * @throws UnboundAxisError if no vmap at work has this name.
 * @example vmap((x: NDArray) => lax.pmax(x, "i"), { axisName: "i" })(jnp.array([1, 5, 2])) // [5. 5. 5.]
 */
export function pmax<const T>(x: T, axisName: AxisName, options?: GroupOptions): Traced<T> {
  return extreme(prims.pmax, reduceMax, x, axisName, options);
}

/**
 * The smallest value of all examples along named axes. Its derivative is shared equally by the examples that attain it.
 * @throws UnboundAxisError if no vmap at work has this name.
 * @example vmap((x: NDArray) => lax.pmin(x, "i"), { axisName: "i" })(jnp.array([1, 5, 2])) // [1. 1. 1.]
 */
export function pmin<const T>(x: T, axisName: AxisName, options?: GroupOptions): Traced<T> {
  return extreme(prims.pmin, reduceMin, x, axisName, options);
}

/** Options of `allGather`. */
export interface AllGatherOptions {
  /** Where the values of the examples stand in the result. Default 0. */
  readonly axis?: number;
  /** One after another along that axis instead of along a new one. */
  readonly tiled?: boolean;
  /** The values of these groups of examples, of equal sizes, instead of those of all. One named axis only. */
  readonly axisIndexGroups?: AxisIndexGroups;
}

/**
 * The values of all examples along named axes, in order, along a new axis of the result.
 * @throws UnboundAxisError if no vmap at work has this name.
 * @example vmap((x: NDArray) => lax.allGather(x, "i"), { axisName: "i" })(jnp.array([1, 2])) // [[1. 2.] [1. 2.]]
 */
export function allGather<const T>(x: T, axisName: AxisName, options: AllGatherOptions = {}): Traced<T> {
  checkOptions("allGather", options, ["axis", "tiled", "axisIndexGroups"]);
  const { axis = 0, tiled = false, axisIndexGroups } = options;
  const within = grouping("allGather", axisName, axisIndexGroups === undefined ? {} : { axisIndexGroups });
  const names = [...toNames(axisName)].reverse();
  const sizes = names.map(namedAxisSize);
  return onLeaves(x, (leaf) => {
    const dimension = canonicalAxis(axis, leaf.aval.shape.length + (tiled ? 0 : 1));
    if (within !== undefined) {
      checkGroups(axisIndexGroups!, sizes[0]!, true);
      return within(leaf, (values) => {
        const moved = moveaxis(values, 0, dimension);
        return tiled ? prims.mergeAxis(moved, dimension) : moved;
      });
    }
    // Of several axes the last is gathered first; the others put their parts before it along the same axis.
    return names.reduce(
      (value, name, k) =>
        prims.allGather(value, { axisName: name, axisSize: sizes[k]!, dimension, tiled: tiled || k > 0 }),
      leaf,
    );
  });
}

/** Options of `psumScatter`. */
export interface PsumScatterOptions {
  /** The axis along which the sum is dealt out. Default 0. */
  readonly scatterDimension?: number;
  /** The axis stays and has a part of its size, instead of having the size of the named axis and disappearing. */
  readonly tiled?: boolean;
}

/**
 * The sum over all examples along a named axis, of which example i keeps part i along `scatterDimension`: `psum` of which
 * nobody needs all. The transpose of `allGather`.
 * @throws UnboundAxisError if no vmap at work has this name; ShapeError if the axis cannot be dealt out.
 * @example vmap((x: NDArray) => lax.psumScatter(x, "i"), { axisName: "i" })(jnp.ones([3, 3])) // [3. 3. 3.]
 */
export function psumScatter<const T>(x: T, axisName: string, options: PsumScatterOptions = {}): Traced<T> {
  checkOptions("psumScatter", options, ["scatterDimension", "tiled"]);
  const { scatterDimension = 0, tiled = false } = options;
  const size = namedAxisSize(axisName);
  return onLeaves(x, (leaf) => {
    const dimension = canonicalAxis(scatterDimension, leaf.aval.shape.length);
    return checked(prims.reduceScatter, leaf, { axisName, axisSize: size, dimension, tiled });
  });
}

/** Options of `allToAll`. */
export interface AllToAllOptions {
  /** The axes stay: `splitAxis` has a part of its size, `concatAxis` a multiple of it. */
  readonly tiled?: boolean;
}

/**
 * Exchanges parts: `splitAxis` (of the size of the named axis) is dealt out, part i to example i, and what each example
 * gets is stacked along a new axis `concatAxis`. It moves the batch from one axis to another.
 * @throws UnboundAxisError if no vmap at work has this name; ShapeError if the axis has another size.
 * @example vmap((x: NDArray) => lax.allToAll(x, "i", 0, 0), { axisName: "i" })(x) // the transpose of x
 */
export function allToAll<const T>(
  x: T,
  axisName: string,
  splitAxis: number,
  concatAxis: number,
  options: AllToAllOptions = {},
): Traced<T> {
  checkOptions("allToAll", options, ["tiled"]);
  const size = namedAxisSize(axisName);
  return onLeaves(x, (leaf) => {
    const { shape } = leaf.aval;
    const split = canonicalAxis(splitAxis, shape.length);
    const concat = canonicalAxis(concatAxis, shape.length);
    if (options.tiled !== true) {
      return checked(prims.allToAll, leaf, { axisName, axisSize: size, splitAxis: split, concatAxis: concat });
    }
    if (shape[split]! % size !== 0) {
      throw new ShapeError({
        what: `tiled all_to_all requires the size of x.shape[splitAxis] to be divisible by the size of the mapped axis, ${size}; x is ${formatAval(leaf.aval)} and splitAxis ${split}`,
        fix: "pad the axis",
      });
    }
    const parts = reshape(leaf, {
      newSizes: [...shape.slice(0, split), size, shape[split]! / size, ...shape.slice(split + 1)],
    });
    const exchanged = prims.allToAll(parts, { axisName, axisSize: size, splitAxis: split, concatAxis: concat });
    const got = exchanged.aval.shape;
    return reshape(exchanged, {
      newSizes: [...got.slice(0, concat), got[concat]! * got[concat + 1]!, ...got.slice(concat + 2)],
    });
  });
}

/**
 * Exchanges a named axis with an axis of the value, which must be as long: what was the number of the example is the place
 * along `axis`, and the other way round.
 * @throws UnboundAxisError if no vmap at work has this name; ShapeError if the axis has another size.
 * @example vmap((x: NDArray) => lax.pswapaxes(x, "i", 0), { axisName: "i" })(jnp.arange(4).reshape(2, 2)) // [[0 2] [1 3]]
 */
export function pswapaxes<const T>(x: T, axisName: string, axis: number): Traced<T> {
  return allToAll(x, axisName, axis, axis);
}

/**
 * Moves values between the examples along a named axis: for each pair `[source, destination]` the destination gets the
 * source's value. An example to which none comes gets zeros.
 * @throws UnboundAxisError if no vmap at work has this name; ArgumentError for numbers out of range, or given twice.
 * @example vmap((x: NDArray) => lax.ppermute(x, "i", [[0, 1], [1, 2], [2, 0]]), { axisName: "i" })(jnp.arange(3)) // [2 0 1]
 */
export function ppermute<const T>(
  x: T,
  axisName: string,
  perm: readonly (readonly [source: number, destination: number])[],
): Traced<T> {
  const size = namedAxisSize(axisName);
  const sources = perm.map(([source]) => source);
  const destinations = perm.map(([, destination]) => destination);
  for (const list of [sources, destinations]) {
    if (new Set(list).size === list.length && list.every((i) => Number.isInteger(i) && i >= 0 && i < size)) continue;
    throw new ArgumentError({
      what: `ppermute sources and destinations must be unique and in [0, ${size}), got [${perm.map(([s, d]) => `[${s}, ${d}]`).join(", ")}].`,
      fix: "name each example once as a source and once as a destination at most",
    });
  }
  return onLeaves(x, (leaf) => prims.ppermute(leaf, { axisName, permutation: perm }));
}

/**
 * Permutes the examples along a named axis: example i gets the value of example `perm[i]`.
 * @throws UnboundAxisError if no vmap at work has this name; ArgumentError if `perm` is no permutation.
 * @example vmap((x: NDArray) => lax.pshuffle(x, "i", [2, 0, 1]), { axisName: "i" })(jnp.arange(3)) // [2 0 1]
 */
export function pshuffle<const T>(x: T, axisName: string, perm: readonly number[]): Traced<T> {
  const size = namedAxisSize(axisName);
  if (perm.length !== size) {
    throw new ArgumentError({
      what: `pshuffle of an axis of size ${size} was given ${perm.length} sources`,
      fix: "give the source of each example",
    });
  }
  return ppermute(
    x,
    axisName,
    perm.map((source, i) => [source, i] as const),
  );
}
