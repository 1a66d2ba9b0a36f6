/** An array taken apart along an axis: into equal parts, at given places, or into its slices. */
import { type ArrayArg, asArray } from "../array/convert.ts";
import { isNDArray, type NDArray } from "../core/ndarray.ts";
import { ArgumentError, ShapeError } from "../errors/index.ts";
import { squeeze } from "../prims/movement.ts";
import { sliceAlong } from "../prims/slicing.ts";
import { canonicalAxis } from "../types/shape.ts";
import { range } from "../util/list.ts";
import { readArguments, readInt, readInts, type StaticInt, type Trailing } from "./arguments.ts";

/** A number of parts, or the places between them. */
export type Sections = StaticInt | readonly number[];

type AxisArguments = Trailing<[axis: number], { readonly axis?: number }>;

/** Lengths of the parts. */
function partLengths(caller: string, length: number, sections: Sections, unequal: boolean): number[] {
  if (
    Array.isArray(sections) ||
    ArrayBuffer.isView(sections) ||
    (isNDArray(sections) && sections.aval.shape.length > 0)
  ) {
    const bounds = [0, ...readInts(caller, "indicesOrSections", sections), length];
    const lengths = range(bounds.length - 1).map((i) => bounds[i + 1]! - bounds[i]!);
    if (lengths.every((n) => n >= 0)) return lengths;
    throw new ShapeError({
      what: `Sizes passed to split must be nonnegative, got [${lengths.join(", ")}]`,
      fix: `use ascending places from 0 to ${length}`,
    });
  }
  const parts = readInt(caller, "indicesOrSections", sections);
  if (parts < 1)
    throw new ArgumentError({
      what: `${caller}: number of parts must be positive, got ${parts}`,
      fix: "use 1 or more",
    });
  const rest = length % parts;
  if (rest !== 0 && !unequal) {
    throw new ShapeError({
      what: `array split does not result in an equal division: rest is ${rest}`,
      fix: "use arraySplit for parts of different length",
    });
  }
  const part = Math.floor(length / parts);
  return range(parts).map((i) => part + (i < rest ? 1 : 0));
}

function parts(caller: string, ary: ArrayArg, sections: Sections, axis: number, unequal: boolean): NDArray[] {
  const x = asArray(ary, caller, 0);
  const dimension = canonicalAxis(readInt(caller, "axis", axis), x.aval.shape.length);
  let start = 0;
  return partLengths(caller, x.aval.shape[dimension]!, sections, unequal).map((n) => {
    const from = start;
    start += n;
    return sliceAlong(x, dimension, from, start);
  });
}

/**
 * Parts of an array along an axis: a number of equal ones, or those between given places.
 * @throws ShapeError if the parts would not be equal, or the places do not ascend within the axis.
 * @example jnp.split(x, 3); jnp.split(m, [1, 2], 1)
 */
export function split(ary: ArrayArg, indicesOrSections: Sections, ...args: AxisArguments): NDArray[] {
  const { axis = 0 } = readArguments<{ axis?: number }>("split", args, ["axis"]);
  return parts("split", ary, indicesOrSections, axis, false);
}

/**
 * Parts of an array along an axis as `split` gives them; where they cannot be equal, the first are longer by one.
 * @throws ShapeError if places do not ascend within the axis.
 * @example jnp.arraySplit(jnp.arange(7), 3) // lengths 3, 2, 2
 */
export function arraySplit(ary: ArrayArg, indicesOrSections: Sections, ...args: AxisArguments): NDArray[] {
  const { axis = 0 } = readArguments<{ axis?: number }>("arraySplit", args, ["axis"]);
  return parts("arraySplit", ary, indicesOrSections, axis, true);
}

function checkRank(caller: string, ary: ArrayArg, rank: number): NDArray {
  const x = asArray(ary, caller, 0);
  if (x.aval.shape.length >= rank) return x;
  throw new ShapeError({
    what: `${caller} only works on arrays of ${rank} or more dimensions, got ${x.aval.shape.length}`,
    fix: "use split with an axis that exists",
  });
}

/**
 * Parts of an array along its first axis.
 * @throws ShapeError for fewer than two axes, or as `split`.
 * @example jnp.vsplit(x, 2)
 */
export function vsplit(ary: ArrayArg, indicesOrSections: Sections): NDArray[] {
  return parts("vsplit", checkRank("vsplit", ary, 2), indicesOrSections, 0, false);
}

/**
 * Parts of an array along its second axis; of a vector along its only one.
 * @throws ShapeError for a scalar, or as `split`.
 * @example jnp.hsplit(x, 3)
 */
export function hsplit(ary: ArrayArg, indicesOrSections: Sections): NDArray[] {
  const x = checkRank("hsplit", ary, 1);
  return parts("hsplit", x, indicesOrSections, x.aval.shape.length === 1 ? 0 : 1, false);
}

/**
 * Parts of an array along its third axis.
 * @throws ShapeError for fewer than three axes, or as `split`.
 * @example jnp.dsplit(x, 2)
 */
export function dsplit(ary: ArrayArg, indicesOrSections: Sections): NDArray[] {
  return parts("dsplit", checkRank("dsplit", ary, 3), indicesOrSections, 2, false);
}

/**
 * The slices of an array along an axis, which they lack.
 * @throws ShapeError for a scalar. @throws AxisError if the axis does not exist.
 * @example const [x, y] = jnp.unstack(points, { axis: -1 });
 */
export function unstack(x: ArrayArg, options: { readonly axis?: number } = {}): NDArray[] {
  const { axis = 0 } = readArguments<{ axis?: number }>("unstack", [options], [], ["axis"]);
  const a = asArray(x, "unstack", 0);
  if (a.aval.shape.length === 0) {
    throw new ShapeError({
      what: "Unstack requires arrays with rank > 0, however a scalar array was passed.",
      fix: "pass an array that has an axis",
    });
  }
  const dimension = canonicalAxis(axis, a.aval.shape.length);
  return range(a.aval.shape[dimension]!).map((i) =>
    squeeze(sliceAlong(a, dimension, i, i + 1), { dimensions: [dimension] }),
  );
}
