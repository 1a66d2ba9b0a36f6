/**
 * A user's function that runs on the host, in the middle of a program: its arguments are concrete arrays in the trees that
 * the caller gave, and what it returns is checked against the types that were promised.
 */
import { hostDType } from "../array/host.ts";
import { isNDArray, type NDArray } from "../core/ndarray.ts";
import { inheritSource } from "../core/source.ts";
import { isConcrete, rootTrace, withTrace } from "../core/trace.ts";
import { ArgumentError, DTypeError, ShapeError, TreeError } from "../errors/index.ts";
import type { ElementsFunction } from "../prims/callback.ts";
import { fromTypedArray, peek } from "../runtime/array.ts";
import { type ArrayLeaf, flattenArrays, formatPath, isPlainObject, leafPaths, unflatten } from "../tree/flatten.ts";
import type { TreeStructure } from "../tree/structure.ts";
import { type Aval, formatAval } from "../types/aval.ts";
import { dtypeKind, integerRange, isTypedArray, newTypedArray, type TypedArray } from "../types/dtype.ts";
import { equalShapes } from "../types/shape.ts";
import { checkSynchronous, type UserFunction } from "./flat.ts";
import { toArrayLeaf } from "./leaf.ts";

/** Arguments taken apart: arrays become operands, everything else (numbers, texts, booleans) stays as it is. */
export interface HostArguments {
  readonly arrays: readonly NDArray[];
  /** The arguments again, with other arrays in place of the first. */
  readonly rebuild: (arrays: readonly NDArray[]) => unknown[];
}

/** Takes the arrays out of arguments. `isArray` says which leaves are arrays; default: arrays and typed arrays. */
export function hostArguments(
  args: readonly unknown[],
  isArray: (leaf: ArrayLeaf) => boolean = (leaf) => isNDArray(leaf) || isTypedArray(leaf),
): HostArguments {
  const [leaves, structure] = flattenArrays(args);
  const marks = leaves.map(isArray);
  return {
    arrays: leaves.filter((_, i) => marks[i]).map(toArrayLeaf),
    rebuild: (arrays) => {
      let next = 0;
      const filled = leaves.map((leaf, i) => (marks[i] ? arrays[next++] : leaf));
      return unflatten(structure, filled) as unknown[];
    },
  };
}

/** The trailing options of a call that takes any number of arguments: an object of these names alone. */
export function trailingOptions<O>(
  args: readonly unknown[],
  names: readonly (keyof O & string)[],
): [readonly unknown[], Partial<O>] {
  const last = args[args.length - 1];
  if (!isPlainObject(last) || isNDArray(last) || Array.isArray(last)) return [args, {}];
  const keys = Object.keys(last);
  const isOptions = keys.length > 0 && keys.every((key) => (names as readonly string[]).includes(key));
  return isOptions ? [args.slice(0, -1), last as Partial<O>] : [args, {}];
}

/** Calls a user's function with concrete arrays. What is going on around is none of its business. */
function callOutside(f: UserFunction, args: readonly unknown[]): unknown {
  const saved = inheritSource(undefined);
  try {
    return withTrace(rootTrace, () => f(...args));
  } finally {
    inheritSource(saved);
  }
}

const strong = (aval: Aval): Aval => (aval.weakType ? { ...aval, weakType: false } : aval);

/** A function called for its side effects: what it returns is ignored. */
export function effectFunction(caller: string, f: UserFunction, given: HostArguments): ElementsFunction {
  return (data, avals) => {
    const arrays = data.map((elements, i) => fromTypedArray(strong(avals[i]!), elements));
    checkSynchronous(caller, f, callOutside(f, given.rebuild(arrays)));
    return [];
  };
}

/** A function called for its results, which form a tree of this structure. */
export function resultFunction(
  caller: string,
  f: UserFunction,
  given: HostArguments,
  structure: TreeStructure,
): ElementsFunction {
  return (data, avals, results) => {
    const arrays = data.map((elements, i) => fromTypedArray(strong(avals[i]!), elements));
    const value = callOutside(f, given.rebuild(arrays));
    checkSynchronous(caller, f, value);
    const [leaves, found] = flattenArrays(value);
    if (found.key !== structure.key) {
      throw new TreeError({
        what: `${caller}: the callback returned a tree of structure ${found}, but its results were declared as ${structure}`,
        fix: "return arrays or numbers in the same lists and keys as resultShapeDtypes",
      });
    }
    return leaves.map((leaf, i) => {
      const at = (): string => formatPath(leafPaths(structure)[i]!);
      return resultElements(caller, leaf, results[i]!, at);
    });
  };
}

/** The elements of one result. Numbers take the declared dtype where they fit it. */
function resultElements(caller: string, leaf: ArrayLeaf, wanted: Aval, path: () => string): TypedArray {
  const x = toArrayLeaf(leaf);
  const name = `result${path()} of the callback`;
  if (!isConcrete(x)) {
    throw new ArgumentError({
      what: `${caller}: ${name} is a traced value of type ${formatAval(x.aval)}`,
      fix: "compute it from the callback's arguments, which are concrete",
    });
  }
  if (!equalShapes(x.aval.shape, wanted.shape)) {
    throw new ShapeError({
      what: `${caller}: ${name} has type ${formatAval(x.aval)}, but was declared as ${formatAval(wanted)}`,
      fix: "return the declared shape, or declare the shape that is returned (under vmap: with the batch in front, as vmapMethod says)",
    });
  }
  if (x.aval.dtype === wanted.dtype) return peek(x).slice();
  const number = typeof leaf === "number" || typeof leaf === "bigint" ? leaf : undefined;
  if (number === undefined || !fitsNumber(number, wanted)) {
    throw new DTypeError({
      what: `${caller}: ${name} has type ${formatAval(x.aval)}, but was declared as ${formatAval(wanted)}`,
      fix: `convert it with astype("${wanted.dtype}"), or declare ${x.aval.dtype}`,
    });
  }
  const data = newTypedArray(wanted.dtype, 1);
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) data[0] = BigInt(number);
  else data[0] = Number(number);
  return data;
}

/** Whether a number may stand for an element of a type. */
function fitsNumber(value: number | bigint, { dtype }: Aval): boolean {
  const kind = dtypeKind(dtype);
  if (kind === "f") return hostDType(dtype) === dtype;
  if ((kind !== "i" && kind !== "u") || !Number.isInteger(Number(value))) return false;
  const [low, high] = integerRange(dtype);
  return BigInt(value) >= low && BigInt(value) <= high;
}
