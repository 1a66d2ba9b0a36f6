/** What structural primitives share: lists of axes under batching, and checks of operands and parameters. */
import { DTypeError, ShapeError } from "../errors/index.ts";
import { type Aval, formatAval } from "../types/aval.ts";
import { dtypeKind, isInexact, isInteger } from "../types/dtype.ts";
import { formatShape } from "../types/shape.ts";

/** Axes of an operand after an axis has been inserted at `at`. */
export function bumped(axes: readonly number[], at: number): number[] {
  return axes.map((axis) => (axis >= at ? axis + 1 : axis));
}

/** Axes of an operand after an axis has been inserted at the front. */
export function shifted(axes: readonly number[]): number[] {
  return axes.map((axis) => axis + 1);
}

/** The axes below `rank` that stand in none of the lists, in increasing order. */
export function remaining(rank: number, ...lists: readonly (readonly number[])[]): number[] {
  const axes: number[] = [];
  for (let axis = 0; axis < rank; axis++) if (!lists.some((list) => list.includes(axis))) axes.push(axis);
  return axes;
}

/** Whether every operand is weakly typed: then the result is. */
export function allWeak(avals: readonly Aval[]): boolean {
  return avals.every((aval) => aval.weakType);
}

/** Whether a list repeats an entry. */
export function hasDuplicates(list: readonly number[]): boolean {
  return new Set(list).size !== list.length;
}

/** A list of non-negative integers, such as a shape. */
export function checkSizes(primitive: string, parameter: string, list: readonly number[]): void {
  if (!list.every(Number.isInteger)) {
    throw new ShapeError({
      what: `${primitive} ${parameter} must have every element be an integer, got ${formatShape(list)}.`,
      fix: "use whole numbers",
    });
  }
  if (list.some((n) => n < 0)) {
    throw new ShapeError({
      what: `${primitive} ${parameter} must have every element be nonnegative, got ${formatShape(list)}.`,
      fix: "use numbers of 0 or more",
    });
  }
}

/** An operand that must hold numbers: not booleans, not keys. */
export function checkNumber(primitive: string, aval: Aval): void {
  if (isInexact(aval.dtype) || isInteger(aval.dtype)) return;
  throw new DTypeError({
    what: `${primitive} does not accept dtype ${aval.dtype}. Accepted dtypes are subtypes of number.`,
    fix:
      aval.dtype === "bool"
        ? 'convert booleans first: x.astype("int32")'
        : "compute with numbers: keys and float0 tangents are none",
  });
}

/** An operand that must hold booleans or integers. */
export function checkLogical(aval: Aval): void {
  const kind = dtypeKind(aval.dtype);
  if (kind === "b" || kind === "i" || kind === "u") return;
  throw new DTypeError({
    what: `logical reduction requires operand dtype bool or int, got ${aval.dtype}.`,
    fix: "compare first, for example with jnp.notEqual(x, 0)",
  });
}

/** Scalar integer operands of one dtype that say where a slice starts. */
export function checkStarts(primitive: string, starts: readonly Aval[], operand: Aval): void {
  if (starts.length !== operand.shape.length) {
    throw new ShapeError({
      what: `${primitive} start_indices must have length equal to the rank of operand, got ${starts.length} indices for operand shape ${formatShape(operand.shape)}.`,
      fix: "give one start for each axis",
    });
  }
  if (starts.some((start) => start.shape.length !== 0)) {
    throw new ShapeError({
      what: `start_indices arguments to ${primitive} must be scalars, got indices ${starts.map(formatAval).join(", ")}`,
      fix: "pass numbers or arrays of shape (); vmap makes many slices at once",
    });
  }
  if (starts.some((start) => start.dtype !== starts[0]!.dtype || !isInteger(start.dtype))) {
    throw new DTypeError({
      what: `index arguments to ${primitive} must be integers of the same type, got: ${starts.map((s) => s.dtype).join(", ")}`,
      fix: 'make the indices int32, for example with i.astype("int32")',
    });
  }
}
