/** Functions of JavaScript in the middle of compiled programs: `pureCallback` and `ioCallback`. */
import { hostArguments, resultFunction, trailingOptions } from "../api/callback.ts";
import { checkFunction, flattenToAvals, functionName, type UserFunction } from "../api/flat.ts";
import type { NDArray } from "../core/ndarray.ts";
import type { ManyOperation } from "../core/primitive.ts";
import { OptionError } from "../errors/index.ts";
import {
  type CallbackParams,
  ioCallback as ioPrimitive,
  pureCallback as purePrimitive,
  type VmapMethod,
} from "../prims/callback.ts";
import { unflatten } from "../tree/flatten.ts";

export type { VmapMethod } from "../prims/callback.ts";

/** The results of a callback, from their declaration: each `ShapeDtypeStruct` is an array. */
export type Declared<T> = T extends { readonly shape: readonly number[]; readonly dtype: string }
  ? NDArray
  : T extends object
    ? { -readonly [K in keyof T]: Declared<T[K]> }
    : T;

/** Options of `pureCallback`. */
export interface PureCallbackOptions {
  /**
   * What `vmap` does: "sequential" and "sequentialUnrolled" call the function once for each example; "expandDims" calls it
   * once with the batch in front of the mapped arguments, and an axis of length 1 in front of the others; "broadcastAll"
   * repeats the others along the batch. Default: vmap is an error.
   */
  readonly vmapMethod?: VmapMethod | null;
}

/** Options of `ioCallback`. */
export interface IoCallbackOptions {
  /** Calls happen in the order of the program, those of other ordered callbacks included; it cannot be mapped. Default false. */
  readonly ordered?: boolean;
}

const methods: readonly unknown[] = ["sequential", "sequentialUnrolled", "expandDims", "broadcastAll", null];

function apply(
  caller: string,
  primitive: ManyOperation<CallbackParams>,
  f: UserFunction,
  resultShapeDtypes: unknown,
  args: readonly unknown[],
  options: Pick<CallbackParams, "ordered" | "vmapMethod">,
): unknown {
  checkFunction(caller, f);
  const { avals, structure } = flattenToAvals(resultShapeDtypes);
  const given = hostArguments(args, () => true);
  const results = primitive(given.arrays, {
    name: functionName(f),
    callback: resultFunction(caller, f, given, structure),
    results: avals.map((aval) => ({ ...aval, weakType: false })),
    batches: [],
    ...options,
  });
  return unflatten(structure, results);
}

/**
 * Calls a function of JavaScript from inside a transformed or compiled function. Its arguments arrive as concrete arrays in
 * the same trees; it returns arrays or numbers, in the tree, shapes and dtypes of `resultShapeDtypes`. The function must
 * have no side effects: the call may be dropped if nobody needs its result, and merged with an equal one. What it throws
 * comes out of the call.
 *
 * @throws TransformError under differentiation (use `customJvp`), and under `vmap` without `vmapMethod`; ShapeError,
 * DTypeError or TreeError when the function returns something else than was declared.
 * @example
 * const cubeRoot = (x: NDArray) => Math.cbrt(Number(x.item()));
 * const root = (x: NDArray) =>
 *   lax.pureCallback(cubeRoot, new ShapeDtypeStruct([], "float32"), x, { vmapMethod: "sequential" });
 * jit(root)(8) // 2.0
 * vmap(root)(jnp.array([1, 8])) // [1. 2.]
 */
export function pureCallback<T>(
  f: (...args: never[]) => unknown,
  resultShapeDtypes: T,
  ...args: readonly unknown[]
): Declared<T> {
  const [values, { vmapMethod = null }] = trailingOptions<PureCallbackOptions>(args, ["vmapMethod"]);
  if (!methods.includes(vmapMethod)) {
    throw new OptionError({
      what: `vmapMethod must be one of the allowed methods ${methods.map((m) => JSON.stringify(m)).join(", ")}, but got: ${String(vmapMethod)}`,
      fix: 'use "sequential" for a function of one example, "expandDims" or "broadcastAll" for one of batches',
    });
  }
  const options = { ordered: false, vmapMethod };
  return apply("pureCallback", purePrimitive, f as UserFunction, resultShapeDtypes, values, options) as Declared<T>;
}

/**
 * Calls a function of JavaScript that has side effects, such as reading or writing, from inside a transformed or compiled
 * function: as often as the program says, never dropped or merged, and in the program's order. Arguments and results are
 * those of `pureCallback`. `vmap` calls it once for each example.
 *
 * @throws TransformError under differentiation, and under `vmap` if `ordered`.
 * @example const read = lax.ioCallback(() => jnp.ones(3), new ShapeDtypeStruct([3], "float32"), { ordered: true });
 */
export function ioCallback<T>(
  f: (...args: never[]) => unknown,
  resultShapeDtypes: T,
  ...args: readonly unknown[]
): Declared<T> {
  const [values, { ordered = false }] = trailingOptions<IoCallbackOptions>(args, ["ordered"]);
  if (typeof ordered !== "boolean") {
    throw new OptionError({
      what: `ordered must be true or false, but got ${String(ordered)}`,
      fix: "write { ordered: true }",
    });
  }
  const options = { ordered, vmapMethod: null };
  return apply("ioCallback", ioPrimitive, f as UserFunction, resultShapeDtypes, values, options) as Declared<T>;
}
