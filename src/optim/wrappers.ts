/** Transformations around transformations: for some of the parameters, for some of the steps, for finite gradients alone. */
import { flattenToArrays } from "../api/flat.ts";
import { add, divide, subtract } from "../array/arithmetic.ts";
import { equal, greater } from "../array/comparison.ts";
import { asArray, cast } from "../array/convert.ts";
import { all } from "../array/reduction.ts";
import { scalar } from "../core/constant.ts";
import { isNDArray, type NDArray } from "../core/ndarray.ts";
import { ArgumentError, checkOptions } from "../errors/index.ts";
import { cond } from "../lax/cond.ts";
import { where } from "../numpy/choose.ts";
import { logicalAnd, logicalOr } from "../numpy/comparison.ts";
import { zerosLike } from "../numpy/creation.ts";
import { isfinite } from "../numpy/floats.ts";
import { unflatten } from "../tree/flatten.ts";
import { broadcast, leaves as leavesOf } from "../tree/index.ts";
import type { Traced } from "../tree/types.ts";
import { isTypedArray } from "../types/dtype.ts";
import {
  type AnyTransformation,
  type GradientTransformation,
  increment,
  type OptState,
  stateless,
} from "./transformation.ts";
import { arraysOf, firstCount, mapArrays, zerosOf } from "./trees.ts";

/** Which parameters: a tree of booleans that is a prefix of theirs, or a function that makes one from them. */
export type Mask = unknown | ((params: unknown) => unknown);

const isArrayLeaf = (x: unknown): boolean =>
  isNDArray(x) || typeof x === "number" || typeof x === "bigint" || isTypedArray(x);

/** The state of `masked`: that of what is masked. */
export interface MaskedState extends OptState {
  readonly inner: OptState;
}

/** The state of `multiTransform`: one for each label. */
export interface MultiTransformState extends OptState {
  readonly inner: Readonly<Record<string, OptState>>;
}

/** What a prefix tree says for each array leaf of a tree. */
function perLeaf(prefix: unknown, tree: unknown): unknown[] {
  const given = typeof prefix === "function" ? (prefix as (tree: unknown) => unknown)(tree) : prefix;
  const said = leavesOf(broadcast(given, tree));
  return said.filter((_, i) => isArrayLeaf(leavesOf(tree)[i]));
}

function readMask(mask: Mask, tree: unknown): boolean[] {
  return perLeaf(mask, tree).map((value) => {
    if (typeof value === "boolean") return value;
    throw new ArgumentError({
      what: `masked: a mask must be a tree of true and false, but holds ${isNDArray(value) ? "an array" : String(value)}`,
      fix: "which parameters are chosen is part of the program: use JavaScript's booleans",
    });
  });
}

/** A tree with null in place of the leaves that are not kept: for the inner transformation they do not exist. */
function only(tree: unknown, keep: readonly boolean[]): unknown {
  if (tree === undefined) return undefined;
  const { leaves, structure } = flattenToArrays(tree);
  return unflatten(
    structure,
    leaves.map((leaf, i) => (keep[i] ? leaf : null)),
  );
}

/** A tree whose kept leaves are those of another tree, in order. */
function merged<U>(tree: U, keep: readonly boolean[], kept: readonly NDArray[]): Traced<U> {
  const { leaves, structure } = flattenToArrays(tree);
  let next = 0;
  return unflatten(
    structure,
    leaves.map((leaf, i) => (keep[i] ? kept[next++]! : leaf)),
  ) as Traced<U>;
}

/**
 * A transformation for some of the parameters; the updates of all others pass unchanged.
 * @throws ArgumentError for a mask that is not of booleans. @throws TreeError for one that does not fit the parameters.
 * @example optim.masked(optim.addDecayedWeights(1e-4), { w: true, b: false })
 */
export function masked(inner: AnyTransformation, mask: Mask): GradientTransformation<MaskedState> {
  return {
    init: (params) => ({ inner: inner.init(only(params, readMask(mask, params))) }),
    update: (updates, state, params) => {
      const keep = readMask(mask, updates);
      const [some, next] = inner.update(only(updates, keep), state.inner, only(params, keep));
      return [merged(updates, keep, arraysOf(some)), { inner: next }];
    },
  };
}

/**
 * Another transformation for each group of parameters. `labels` is a tree of names that is a prefix of the parameters', or a
 * function that makes one from them.
 * @throws ArgumentError for a label without a transformation.
 * @example optim.multiTransform({ fast: optim.adam(1e-2), frozen: optim.setToZero() }, { head: "fast", body: "frozen" })
 */
export function multiTransform(
  transformations: Readonly<Record<string, AnyTransformation>>,
  labels: unknown | ((params: unknown) => unknown),
): GradientTransformation<MultiTransformState> {
  const names = Object.keys(transformations);
  const groups = (tree: unknown): ReadonlyMap<string, boolean[]> => {
    const labelled = perLeaf(labels, tree);
    for (const label of labelled) {
      if (typeof label === "string" && Object.hasOwn(transformations, label)) continue;
      throw new ArgumentError({
        what: `multiTransform: there is no transformation for the label ${typeof label === "string" ? JSON.stringify(label) : `of type ${typeof label}`}`,
        fix: `use the labels ${names.map((name) => JSON.stringify(name)).join(", ")}`,
      });
    }
    return new Map(names.map((name) => [name, labelled.map((label) => label === name)]));
  };
  return {
    init: (params) => {
      const chosen = groups(params);
      const states = names.map((name) => [name, transformations[name]!.init(only(params, chosen.get(name)!))]);
      return { inner: Object.fromEntries(states) as Record<string, OptState> };
    },
    update: (updates, state, params) => {
      const chosen = groups(updates);
      const next: Record<string, OptState> = {};
      let out: unknown = updates;
      for (const name of names) {
        const keep = chosen.get(name)!;
        const [some, after] = transformations[name]!.update(only(updates, keep), state.inner[name], only(params, keep));
        next[name] = after;
        out = merged(out, keep, arraysOf(some));
      }
      return [mapArrays("multiTransform", (g) => g, out) as Traced<typeof updates>, { inner: next }];
    },
  };
}

/**
 * Zeros in place of the updates: parameters that stay as they are.
 * @example
 * const { init, update } = optim.setToZero();
 * const w = jnp.array([1, 2]);
 * update(jnp.array([0.1, -4]), init(w), w)[0] // [0. 0.]
 */
export function setToZero(): GradientTransformation {
  return stateless((updates) => zerosOf(updates));
}

/** The state of `applyIfFinite`. */
export interface ApplyIfFiniteState extends OptState {
  /** How many steps in a row, up to the last, had gradients that were not finite. */
  readonly notfiniteCount: NDArray;
  readonly lastFinite: NDArray;
  readonly totalNotfinite: NDArray;
  readonly inner: OptState;
}

/**
 * Leaves out steps whose gradients hold NaN or infinity: the updates are 0 and the inner state stays. After
 * `maxConsecutiveErrors` such steps in a row, the next is let through all the same, so that the trouble shows.
 * @example
 * const { init, update } = optim.applyIfFinite(optim.sgd(0.1), 5);
 * const w = jnp.array([1, 2]);
 * update(jnp.array([1, Infinity]), init(w), w)[0] // [0. 0.]
 */
export function applyIfFinite(
  inner: AnyTransformation,
  maxConsecutiveErrors: number,
): GradientTransformation<ApplyIfFiniteState> {
  return {
    init: (params) => ({
      notfiniteCount: firstCount(),
      lastFinite: scalar(true, "bool"),
      totalNotfinite: firstCount(),
      inner: inner.init(params),
    }),
    update: (updates, state, params) => {
      const finite = arraysOf(updates)
        .map((g) => all(isfinite(g)))
        .reduce((a, b) => logicalAnd(a, b), scalar(true, "bool"));
      const notfiniteCount = where(finite, scalar(0, "int32"), increment(state.notfiniteCount));
      const [out, next] = cond(
        logicalOr(finite, greater(notfiniteCount, maxConsecutiveErrors)),
        (g: unknown, s: unknown, p: unknown) => inner.update(g, s, p),
        (g: unknown, s: unknown) => [zerosOf(g), s] as [unknown, unknown],
        updates,
        state.inner,
        params,
      ) as [Traced<typeof updates>, OptState];
      return [
        out,
        {
          notfiniteCount,
          lastFinite: finite,
          totalNotfinite: where(finite, state.totalNotfinite, increment(state.totalNotfinite)),
          inner: next,
        },
      ];
    },
  };
}

/** The state of `multiSteps`. */
export interface MultiStepsState extends OptState {
  /** How many gradients have been gathered for the coming update. */
  readonly miniStep: NDArray;
  /** How many updates there have been. */
  readonly gradientStep: NDArray;
  readonly inner: OptState;
  readonly gradients: unknown;
}

/** Options of `multiSteps`. */
export interface MultiStepsOptions {
  /** Use the mean of the gradients (default), or their sum. */
  readonly useGradMean?: boolean;
}

/**
 * Gathers the gradients of several steps and updates once, as if they were one large batch; the steps between return zeros.
 * `everyK` is the number of steps, or a function of the number of updates so far.
 * @example optim.multiSteps(optim.adam(1e-3), 4)
 */
export function multiSteps(
  inner: AnyTransformation,
  everyK: number | ((gradientStep: NDArray) => NDArray | number),
  options: MultiStepsOptions = {},
): GradientTransformation<MultiStepsState> {
  checkOptions("multiSteps", options, ["useGradMean"]);
  const { useGradMean = true } = options;
  if (typeof everyK !== "function" && !(Number.isInteger(everyK) && everyK > 0)) {
    throw new ArgumentError({
      what: `multiSteps: the number of steps must be a whole number above 0, but got ${String(everyK)}`,
      fix: "write for example optim.multiSteps(optim.adam(1e-3), 4)",
    });
  }
  return {
    init: (params) => ({
      miniStep: firstCount(),
      gradientStep: firstCount(),
      inner: inner.init(params),
      gradients: zerosOf(params),
    }),
    update: (updates, state, params) => {
      const { miniStep, gradientStep } = state;
      const count = typeof everyK === "function" ? everyK(gradientStep) : everyK;
      const last = equal(miniStep, subtract(asArray(count), 1));
      const gathered = mapArrays(
        "multiSteps",
        (g, a) => {
          if (!useGradMean) return add(a, g);
          return cast(add(a, divide(subtract(g, a), add(miniStep, 1))), g.aval.dtype);
        },
        updates,
        state.gradients,
      );
      const [out, next] = cond(
        last,
        (g: unknown, s: unknown, p: unknown) => inner.update(g, s, p),
        (g: unknown, s: unknown) => [zerosOf(g), s] as [unknown, unknown],
        gathered,
        state.inner,
        params,
      ) as [Traced<typeof updates>, OptState];
      return [
        out,
        {
          miniStep: where(last, scalar(0, "int32"), add(miniStep, 1)),
          gradientStep: where(last, increment(gradientStep), gradientStep),
          inner: next,
          gradients: mapArrays("multiSteps", (a) => where(last, zerosLike(a), a), gathered),
        },
      ];
    },
  };
}
