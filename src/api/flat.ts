/**
 * Between user functions, which take and return trees, and transforms, which take flat lists of arrays. JavaScript's
 * numbers in arguments become weakly typed float32 scalars; booleans, strings, functions and null stay as they are.
 */

import { isNDArray, type NDArray } from "../core/ndarray.ts";
import { ShapeDtypeStruct } from "../core/struct.ts";
import { ArgumentError, AsyncFunctionError } from "../errors/index.ts";
import { type ArrayLeaf, flattenArrays, formatPath, leafList, leafPaths, unflatten } from "../tree/flatten.ts";
import { leafStructure, type TreeStructure } from "../tree/structure.ts";
import type { Aval } from "../types/aval.ts";
import { toArrayLeaf } from "./leaf.ts";

// biome-ignore lint/suspicious/noExplicitAny: a user's function of any type
export type UserFunction = (...args: any[]) => unknown;

/** A tree of arrays taken apart. */
export interface Flat {
  readonly leaves: readonly NDArray[];
  readonly structure: TreeStructure;
}

/** @throws ArgumentError if the value is not a function. */
export function checkFunction(caller: string, f: unknown): asserts f is UserFunction {
  if (typeof f === "function") return;
  throw new ArgumentError({
    what: `${caller}: Expected a callable value, got ${isNDArray(f) ? "an array" : typeof f === "object" ? (f === null ? "null" : "an object") : String(f)}`,
    fix: `write ${caller}((x) => ...), and apply the result to the arguments`,
  });
}

/** A function's name for people. */
export function functionName(f: UserFunction): string {
  return f.name === "" ? "<lambda>" : f.name.replace(/^bound /, "");
}

/** Gives a transformed function the name of the original. */
export function named<F extends (...args: never[]) => unknown>(wrapper: F, f: UserFunction): F {
  Object.defineProperty(wrapper, "name", { value: functionName(f), configurable: true });
  return wrapper;
}

/** Functions that take the arguments of another. */
const originals = new WeakMap<UserFunction, UserFunction>();

/** Gives a transformed function the name of the original, and in errors its parameters' names: it takes the same arguments. */
export function likewise<F extends UserFunction>(wrapper: F, f: UserFunction): F {
  originals.set(wrapper, originals.get(f) ?? f);
  return named(wrapper, f);
}

/** A tree of arguments: every leaf an array. */
export function flattenToArrays(tree: unknown): Flat {
  // The common cases: one array, and a list of arrays.
  if (isNDArray(tree)) return { leaves: [tree], structure: leafStructure };
  if (Array.isArray(tree) && tree.every(isNDArray))
    return { leaves: tree as NDArray[], structure: leafList(tree.length) };
  const [leaves, structure] = flattenArrays(tree);
  return { leaves: leaves.map(toArrayLeaf), structure };
}

const isStruct = (value: unknown): value is ShapeDtypeStruct => value instanceof ShapeDtypeStruct;

/** Types of a tree of arrays or of descriptions of arrays. */
export function flattenToAvals(tree: unknown): { readonly avals: readonly Aval[]; readonly structure: TreeStructure } {
  const [leaves, structure] = flattenArrays(tree, isStruct);
  const avals = (leaves as (ArrayLeaf | ShapeDtypeStruct)[]).map((leaf) =>
    isStruct(leaf) ? leaf.aval : toArrayLeaf(leaf).aval,
  );
  return { avals, structure };
}

/** @throws AsyncFunctionError if a function returned a promise. */
export function checkSynchronous(caller: string, f: UserFunction, result: unknown): void {
  if (typeof (result as { then?: unknown } | null | undefined)?.then !== "function") return;
  throw new AsyncFunctionError({
    what: `${caller} was applied to ${functionName(f)}, which returned a promise`,
    fix: "transformed functions must be synchronous: await the data first and pass it as an argument",
  });
}

/** A user's function as one of flat lists. What it returned last stands in `structure`. */
export interface FlatFunction {
  readonly call: (leaves: readonly NDArray[]) => NDArray[];
  /** The structure of the result; known after a call. */
  readonly structure: () => TreeStructure;
}

/** Wraps a function whose arguments have a known structure. */
export function flatFunction(caller: string, f: UserFunction, structure: TreeStructure): FlatFunction {
  let out: TreeStructure | undefined;
  return {
    call: (leaves) => {
      const result = f(...(unflatten(structure, leaves) as unknown[]));
      checkSynchronous(caller, f, result);
      const flat = flattenToArrays(result);
      out = flat.structure;
      return [...flat.leaves];
    },
    structure: () => out!,
  };
}

/**
 * The parameters' names in a function's source; empty where they are not plain names. For errors only.
 */
function parameterNames(f: UserFunction): readonly string[] {
  const source = Function.prototype.toString.call(originals.get(f) ?? f);
  const match = /^(?:function\s*)?(?:([\w$]+)\s*=>|[\w$]*\s*\(([^)]*)\))/.exec(source);
  const names = (match?.[1] ?? match?.[2] ?? "").split(",").map((name) => name.trim());
  return names.every((name) => /^[A-Za-z_$][\w$]*$/.test(name)) ? names : [];
}

/** The name of each leaf of an argument list, for errors: `argument p.layers[0].w`, or `argument args[0].w` where the
 *  parameter's name is not known. */
export function argumentNames(f: UserFunction, structure: TreeStructure): string[] {
  const names = parameterNames(f);
  return leafPaths(structure).map(([position, ...path]) => {
    const name = typeof position === "number" ? names[position] : undefined;
    return `argument ${name ?? `args[${position}]`}${formatPath(path)}`;
  });
}

/** Auxiliary results: arrays among them travel with the trace, everything else stays as it is. */
export interface Auxiliary {
  readonly arrays: readonly NDArray[];
  readonly rebuild: (arrays: readonly NDArray[]) => unknown;
}

/** Takes the arrays out of an auxiliary result. */
export function takeAuxiliary(aux: unknown): Auxiliary {
  const [leaves, structure] = flattenArrays(aux);
  const isArray = leaves.map(isNDArray);
  // Arrays are traced values here: what rebuilds the tree after the trace has ended must not hold them.
  const others = leaves.map((leaf) => (isNDArray(leaf) ? null : leaf));
  return {
    arrays: leaves.filter(isNDArray),
    rebuild: (arrays) => {
      let next = 0;
      return unflatten(
        structure,
        others.map((leaf, i) => (isArray[i] ? arrays[next++]! : leaf)),
      );
    },
  };
}

/** Splits the result of a function with auxiliary data. @throws ArgumentError if it is not a pair. */
export function checkAuxiliaryPair(caller: string, f: UserFunction, result: unknown): [unknown, unknown] {
  checkSynchronous(caller, f, result);
  if (Array.isArray(result) && result.length === 2) return [result[0], result[1]];
  throw new ArgumentError({
    what: `expected function with aux output to return a two-element tuple, but got ${
      Array.isArray(result)
        ? `a list of ${result.length}`
        : isNDArray(result)
          ? "an array"
          : `a value of type ${typeof result}`
    } from ${functionName(f)}`,
    fix: `return [output, aux] from the function, or leave hasAux out of ${caller}`,
  });
}
