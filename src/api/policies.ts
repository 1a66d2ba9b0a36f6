/** What a checkpoint keeps: names for values, and the policies that choose. */
import { isNDArray, type NDArray } from "../core/ndarray.ts";
import { ArgumentError } from "../errors/index.ts";
import type { DotGeneralParams } from "../prims/dot.ts";
import { name as namePrimitive } from "../prims/name.ts";
import { unflatten } from "../tree/flatten.ts";
import type { Arg, Traced } from "../tree/types.ts";
import type { Aval } from "../types/aval.ts";
import { flattenToArrays } from "./flat.ts";

/**
 * Says of each operation in a checkpointed function whether its results are kept for the derivative: given are the
 * primitive, the types of its operands, and its parameters. `text` is what printed jaxprs show.
 */
export interface CheckpointPolicy {
  (primitive: { readonly name: string }, avals: readonly Aval[], params: unknown): boolean;
  readonly text?: string;
}

function policy(text: string, choose: CheckpointPolicy): CheckpointPolicy {
  return Object.assign(choose, { text });
}

/** As Python writes a set of strings. */
function nameSet(
  caller: string,
  names: readonly string[],
): { readonly names: ReadonlySet<string>; readonly text: string } {
  const wrong: unknown = names.find((each: unknown) => typeof each !== "string");
  if (wrong !== undefined) {
    throw new ArgumentError({
      what: `${caller} takes names, which are strings, but got ${typeof wrong === "object" ? "an object" : String(wrong)}`,
      fix: `write ${caller}("a", "b") with the names given to checkpointName`,
    });
  }
  const quoted = [...names].sort().map((each) => `'${each}'`);
  return { names: new Set(names), text: quoted.length === 0 ? "frozenset()" : `frozenset({${quoted.join(", ")}})` };
}

/** The name that an equation gives to its result; undefined for all other primitives. */
const given = (primitive: { readonly name: string }, params: unknown): string | undefined =>
  (primitive as unknown) === namePrimitive ? (params as { readonly name: string }).name : undefined;

function isDot(primitive: { readonly name: string }, params: unknown, batched: boolean): boolean {
  if (primitive.name !== "dot_general") return false;
  const [, batch] = (params as DotGeneralParams).dimensionNumbers;
  return batched || batch[0].length === 0;
}

/** Keeps everything, as if there were no checkpoint. */
const everythingSaveable: CheckpointPolicy = /* @__PURE__ */ policy("<function everything_saveable>", () => true);

/** Keeps nothing but the arguments: what a checkpoint does that is given no policy. */
const nothingSaveable: CheckpointPolicy = /* @__PURE__ */ policy("<function nothing_saveable>", () => false);

/** Keeps the results of contractions (`dot`, `matmul`, `einsum`), which cost most. */
const dotsSaveable: CheckpointPolicy = /* @__PURE__ */ policy(
  "DotsSaveable(only_if_no_batch_dims=False)",
  (primitive, _avals, params) => isDot(primitive, params, true),
);

/** Keeps the results of contractions without batch dimensions: products with weights, not those of a batch with itself. */
const dotsWithNoBatchDimsSaveable: CheckpointPolicy = /* @__PURE__ */ policy(
  "DotsSaveable(only_if_no_batch_dims=True)",
  (primitive, _avals, params) => isDot(primitive, params, false),
);

/** Keeps values with one of these names, and no others. */
function saveOnlyTheseNames(...names: readonly string[]): CheckpointPolicy {
  const set = nameSet("saveOnlyTheseNames", names);
  return policy(`SaveOnlyTheseNames(saveable_names=${set.text})`, (primitive, _avals, params) => {
    const own = given(primitive, params);
    return own !== undefined && set.names.has(own);
  });
}

/** Keeps values with a name, unless it is one of these. */
function saveAnyNamesButThese(...names: readonly string[]): CheckpointPolicy {
  const set = nameSet("saveAnyNamesButThese", names);
  return policy(`SaveAnyNamesButThese(names=${set.text})`, (primitive, _avals, params) => {
    const own = given(primitive, params);
    return own !== undefined && !set.names.has(own);
  });
}

/**
 * Keeps all values but those with one of these names. The value that went into `checkpointName` is another one, which is
 * kept: a name at the end of a computation is cheap to give again.
 */
function saveAnythingExceptTheseNames(...names: readonly string[]): CheckpointPolicy {
  const set = nameSet("saveAnythingExceptTheseNames", names);
  return policy(`<function save_anything_except_these_names>`, (primitive, _avals, params) => {
    const own = given(primitive, params);
    return own === undefined || !set.names.has(own);
  });
}

/** Keeps what one of two policies keeps. */
function saveFromBothPolicies(first: CheckpointPolicy, second: CheckpointPolicy): CheckpointPolicy {
  for (const each of [first, second]) checkPolicy("saveFromBothPolicies", each);
  return policy(
    "<function save_from_both_policies>",
    (primitive, avals, params) => first(primitive, avals, params) || second(primitive, avals, params),
  );
}

/** @throws ArgumentError for a policy that is no function. */
export function checkPolicy(caller: string, given: unknown): asserts given is CheckpointPolicy {
  if (typeof given === "function") return;
  throw new ArgumentError({
    what: `${caller}: a policy must be a function, but got ${given === null ? "null" : typeof given}`,
    fix: "use one of checkpointPolicies, or write (primitive, avals, params) => primitive.name === ...",
  });
}

/**
 * Policies for `checkpoint`, after JAX's `jax.checkpoint_policies`: what is kept for the derivative instead of being computed
 * again. The arguments of the function are always kept.
 *
 * - `everythingSaveable`: everything, as without a checkpoint
 * - `nothingSaveable`: nothing, as without a policy
 * - `dotsSaveable` (`checkpointDots`): results of contractions
 * - `dotsWithNoBatchDimsSaveable` (`checkpointDotsWithNoBatchDims`): results of contractions without batch dimensions
 * - `saveOnlyTheseNames(...names)`: values that `checkpointName` gave one of these names
 * - `saveAnyNamesButThese(...names)`: values with any other name
 * - `saveAnythingExceptTheseNames(...names)`: all values, also without names, but these
 * - `saveFromBothPolicies(p, q)`: what one of the two keeps
 *
 * JAX's policies that move values to the memory of another device have no counterpart.
 * @example
 * const layer = (w: NDArray, x: NDArray) => jnp.sin(jnp.dot(w, x));
 * const light = checkpoint(layer, { policy: checkpointPolicies.dotsSaveable });
 * light(jnp.eye(2), jnp.zeros(2)) // [0. 0.]
 */
export const checkpointPolicies: {
  readonly everythingSaveable: CheckpointPolicy;
  readonly nothingSaveable: CheckpointPolicy;
  readonly dotsSaveable: CheckpointPolicy;
  readonly checkpointDots: CheckpointPolicy;
  readonly dotsWithNoBatchDimsSaveable: CheckpointPolicy;
  readonly checkpointDotsWithNoBatchDims: CheckpointPolicy;
  readonly saveOnlyTheseNames: (...names: readonly string[]) => CheckpointPolicy;
  readonly saveAnyNamesButThese: (...names: readonly string[]) => CheckpointPolicy;
  readonly saveAnythingExceptTheseNames: (...names: readonly string[]) => CheckpointPolicy;
  readonly saveFromBothPolicies: (first: CheckpointPolicy, second: CheckpointPolicy) => CheckpointPolicy;
} = {
  everythingSaveable,
  nothingSaveable,
  dotsSaveable,
  checkpointDots: dotsSaveable,
  dotsWithNoBatchDimsSaveable,
  checkpointDotsWithNoBatchDims: dotsWithNoBatchDimsSaveable,
  saveOnlyTheseNames,
  saveAnyNamesButThese,
  saveAnythingExceptTheseNames,
  saveFromBothPolicies,
};

/**
 * The same value, under a name that the policies of `checkpoint` know. It changes nothing else: derivatives and batches pass
 * through. A tree gets one name for all its arrays.
 * @throws ArgumentError if the name is not a string.
 * @example
 * const f = (x: NDArray) => jnp.cos(checkpointName(jnp.sin(x), "wave"));
 * const light = checkpoint(f, { policy: checkpointPolicies.saveOnlyTheseNames("wave") });
 * grad(light)(0) // 0.0
 */
export function checkpointName(x: number, name: string): NDArray;
export function checkpointName<const T>(x: Arg<T>, name: string): Traced<T>;
export function checkpointName(x: unknown, name: string): unknown {
  if (typeof name !== "string") {
    throw new ArgumentError({
      what: `checkpointName takes a string as the name, but got ${isNDArray(name) ? "an array" : typeof name}`,
      fix: 'write checkpointName(x, "attention")',
    });
  }
  const { leaves, structure } = flattenToArrays(x);
  return unflatten(
    structure,
    leaves.map((leaf) => namePrimitive(leaf, { name })),
  );
}
