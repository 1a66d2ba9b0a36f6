/** Optimizers, schedules and losses against Optax's numbers; and the same under transformations. */
import { describe, expect, test } from "vitest";
import { grad } from "../../src/api/grad.ts";
import { jit } from "../../src/api/jit.ts";
import { config } from "../../src/core/config.ts";
import type { NDArray } from "../../src/core/ndarray.ts";
import * as lax from "../../src/lax/index.ts";
import * as jnp from "../../src/numpy/index.ts";
import type { GradientTransformation, Schedule } from "../../src/optim/index.ts";
import * as optim from "../../src/optim/index.ts";
import { type EncodedArray, loadGolden } from "../golden/load.ts";
import { callCase, camelCase, difference, type GoldenCall, toArguments, toArray } from "../numpy/golden.ts";

interface Case extends GoldenCall {
  readonly kind: "transformation" | "noise" | "multi_steps" | "schedule" | "loss";
  readonly out: unknown;
  readonly grad?: EncodedArray;
  readonly partitionable?: boolean;
}
type AnyFunction = (...args: never[]) => unknown;

const { cases } = loadGolden<Case>("optim");
const library = optim as unknown as Record<string, AnyFunction>;
const of = (...kinds: Case["kind"][]): [string, Case][] =>
  cases
    .filter((c) => kinds.includes(c.kind))
    .map((c) => [`${c.fn} ${JSON.stringify(c.kwargs)} ${JSON.stringify(c.args).slice(0, 40)}`, c]);

/** Fixed numbers, as tools/golden/optim.py draws them: the updates of "identity" are the gradients. */
const gradients = (cases.find((c) => c.fn === "identity")!.out as [EncodedArray, EncodedArray][]).map(([b, w]) => ({
  b: toArray(b),
  w: toArray(w),
}));
// The parameters: what half of them adds to the first gradients, doubled.
const [firstDecayed] = cases.find((c) => c.fn === "add_decayed_weights")!.out as [EncodedArray, EncodedArray][];
const parameters = {
  b: toArray(firstDecayed![0]).sub(gradients[0]!.b).mul(2),
  w: toArray(firstDecayed![1]).sub(gradients[0]!.w).mul(2),
};

const make = (c: Case): GradientTransformation => {
  if (c.kind !== "multi_steps") return callCase(library[camelCase(c.fn)]!, c) as GradientTransformation;
  const options = toArguments(c.kwargs, (x) => x) as optim.MultiStepsOptions;
  return optim.multiSteps(optim.adam(0.125), c.args[0] as number, options) as GradientTransformation;
};

const steps = (
  transformation: GradientTransformation,
  run: (
    g: typeof parameters,
    state: optim.OptState,
    params: typeof parameters,
  ) => [typeof parameters, optim.OptState] = transformation.update,
): NDArray[][] => {
  let params: typeof parameters = parameters;
  let state = transformation.init(params);
  return gradients.map((g) => {
    const [updates, next] = run(g, state, params);
    state = next;
    params = optim.applyUpdates(params, updates);
    return [updates.b, updates.w];
  });
};

describe("optimizers", () => {
  test.each(of("transformation", "noise", "multi_steps"))("%s", (_, c) => {
    const { partitionable = config.threefryPartitionable } = c;
    config.using({ threefryPartitionable: partitionable }, () => {
      const transformation = make(c);
      const near = { ulp: 8, absolute: 2e-6, dtypes: false };
      expect(difference(steps(transformation), c.out, near)).toBeUndefined();
      const compiled = jit((g: typeof parameters, state: optim.OptState, params: typeof parameters) =>
        transformation.update(g, state, params),
      );
      expect(difference(steps(transformation, compiled), c.out, near)).toBeUndefined();
    });
  });

  test.each(of("transformation", "multi_steps"))("%s in a scan", (_, c) => {
    const transformation = make(c);
    const stacked = { b: jnp.stack(gradients.map((g) => g.b)), w: jnp.stack(gradients.map((g) => g.w)) };
    const [, all] = lax.scan(
      ({ params, state }, g) => {
        const [updates, next] = transformation.update(g, state, params);
        return [{ params: optim.applyUpdates(params, updates), state: next }, updates] as const;
      },
      { params: parameters, state: transformation.init(parameters) },
      stacked,
    );
    const listed = gradients.map((_g, i) => [all.b.get(i), all.w.get(i)]);
    expect(difference(listed, c.out, { ulp: 8, absolute: 2e-6, dtypes: false })).toBeUndefined();
  });
});

describe("schedules", () => {
  test.each(of("schedule"))("%s", (_, c) => {
    const schedule = callCase(library[camelCase(c.fn)]!, c) as Schedule;
    const near = { ulp: 8, absolute: 1e-6, dtypes: false };
    const counts = jnp.arange(26, { dtype: "int32" });
    expect(difference(jnp.stack([...counts].map((n) => schedule(n))), c.out, near)).toBeUndefined();
    expect(difference(jnp.stack([...counts].map((_n, i) => jit(schedule)(i))), c.out, near)).toBeUndefined();
  });
});

describe("losses", () => {
  test.each(of("loss"))("%s", (_, c) => {
    const f = library[camelCase(c.fn)]!;
    const near = { ulp: 8, absolute: 1e-6, dtypes: false };
    expect(difference(callCase(f, c), c.out, near)).toBeUndefined();
    if (c.grad === undefined) return;
    const first = toArray(c.args[0] as EncodedArray);
    const summed = (x: NDArray): NDArray =>
      jnp.sum(jnp.sin(callCase((_x: never, ...rest: never[]) => f(x as never, ...rest), c) as NDArray));
    expect(difference(grad(summed)(first), c.grad, { ...near, absolute: 5e-6 })).toBeUndefined();
    expect(difference(jit(grad(summed))(first), c.grad, { ...near, absolute: 5e-6 })).toBeUndefined();
  });
});
