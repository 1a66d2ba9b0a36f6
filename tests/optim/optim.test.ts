/** What Optax's numbers do not show: wrappers, types of leaves, errors, and training. */
import { describe, expect, expectTypeOf, test } from "vitest";
import { grad } from "../../src/api/grad.ts";
import { evalShape } from "../../src/api/jaxpr.ts";
import { jit } from "../../src/api/jit.ts";
import { vmap } from "../../src/api/vmap.ts";
import type { NDArray } from "../../src/core/ndarray.ts";
import { ShapeDtypeStruct } from "../../src/core/struct.ts";
import { ArgumentError, DTypeError, OptionError, ShapeError, TreeError } from "../../src/errors/index.ts";
import * as lax from "../../src/lax/index.ts";
import * as jnp from "../../src/numpy/index.ts";
import * as optim from "../../src/optim/index.ts";

const text = (tree: unknown): string =>
  JSON.stringify(tree, (_, x) => (typeof x?.tolist === "function" ? x.tolist() : x));
const params = { w: jnp.array([1, 2]), b: jnp.array([3]) };
const grads = { w: jnp.array([10, 20]), b: jnp.array([30]) };

describe("training", () => {
  const loss = (p: { w: NDArray; b: NDArray }): NDArray => p.w.sub(3).pow(2).sum().add(p.b.add(1).pow(2).sum());

  test.each([
    ["sgd", optim.sgd(0.1)],
    ["adam", optim.adam(0.1)],
    ["adagrad", optim.adagrad(1)],
    ["a chain", optim.chain(optim.clipByGlobalNorm(1), optim.adamw(optim.cosineDecaySchedule(0.2, 300)))],
  ] as const)("%s finds the minimum of a parabola inside jit and scan", (_, optimizer) => {
    const train = jit((start: typeof params) => {
      const [last] = lax.scan(
        ({ p, state }) => {
          const [updates, next] = optimizer.update(grad(loss)(p), state, p);
          return [{ p: optim.applyUpdates(p, updates), state: next }, null] as const;
        },
        { p: start, state: optimizer.init(start) },
        null,
        { length: 300 },
      );
      return last.p;
    });
    expect(loss(train(params)).item()).toBeLessThan(0.02);
  });

  test("an optimizer can be mapped over, and differentiated through", () => {
    const optimizer = optim.sgd(0.1, { momentum: 0.5 });
    const step = (x: NDArray): NDArray => optim.applyUpdates(x, optimizer.update(x.mul(2), optimizer.init(x))[0]);
    expect(vmap(step)(jnp.array([1, 2])).tolist()).toEqual([Math.fround(0.8), Math.fround(1.6)]);
    expect(grad(step)(5).item()).toBeCloseTo(0.8);
  });

  test("a learning rate may be traced, and keeps the dtype of the gradients", () => {
    const updated = (rate: NDArray, g: NDArray): NDArray => optim.sgd(rate).update(g, optim.sgd(rate).init(g))[0];
    expect(jit(updated)(0.5, jnp.array([2, 4])).tolist()).toEqual([-1, -2]);
    const rate = new ShapeDtypeStruct([], "float32");
    expect(evalShape(updated, rate, new ShapeDtypeStruct([2], "float16")).dtype).toBe("float16");
  });

  test("the types are those of the parameters", () => {
    const next = optim.applyUpdates({ w: 1, layers: [jnp.zeros(2)] }, { w: 2, layers: [jnp.ones(2)] });
    expectTypeOf(next).toEqualTypeOf<{ w: NDArray; layers: NDArray[] }>();
    expect(text(next)).toBe('{"layers":[[1,1]],"w":3}');
  });
});

describe("wrappers", () => {
  test("masked leaves the others alone", () => {
    const halved = optim.masked(optim.scale(0.5), { w: true, b: false });
    expect(text(halved.update(grads, halved.init(params))[0])).toBe('{"b":[30],"w":[5,10]}');
    const decayed = optim.adamw(1, { weightDecay: 0.5, mask: (p: unknown) => ({ w: p !== undefined, b: false }) });
    const plain = optim.adam(1);
    const [[a], [b]] = [decayed.update(grads, decayed.init(params), params), plain.update(grads, plain.init(params))];
    expect(a.b.tolist()).toEqual(b.b.tolist());
    expect(a.w.sub(b.w).tolist()).toEqual([-0.5, -1]);
    expect(() => optim.masked(optim.scale(1), { w: 1, b: 0 }).init(params)).toThrow(ArgumentError);
  });

  test("multiTransform gives each group its own", () => {
    const both = optim.multiTransform(
      { slow: optim.scale(0.1), frozen: optim.setToZero() },
      { w: "slow", b: "frozen" },
    );
    expect(text(both.update(grads, both.init(params), params)[0])).toBe('{"b":[0],"w":[1,2]}');
    const none = optim.multiTransform({ slow: optim.scale(0.1) }, { w: "slow", b: "fast" });
    expect(() => none.init(params)).toThrow('no transformation for the label "fast"');
  });

  test("multiTransform and masked work in a scan with state", () => {
    const both = optim.multiTransform({ a: optim.adam(0.1), b: optim.sgd(0.1, { momentum: 0.9 }) }, { w: "a", b: "b" });
    const [last] = lax.scan((state) => [both.update(grads, state, params)[1], null] as const, both.init(params), null, {
      length: 3,
    });
    expect(text(last).length).toBeGreaterThan(40);
  });

  test("applyIfFinite leaves out what is not finite, until it has been too much", () => {
    const careful = optim.applyIfFinite(optim.trace({ decay: 0.5 }), 1);
    const update = jit((g: NDArray, state: optim.ApplyIfFiniteState) => careful.update(g, state));
    let state = careful.init(jnp.zeros(1));
    const seen = [1, Number.NaN, 1, Number.NaN, Number.POSITIVE_INFINITY].map((g) => {
      const [updates, next] = update(jnp.array([g]), state);
      state = next;
      return updates.item();
    });
    expect(seen).toEqual([1, 0, 1.5, 0, Number.POSITIVE_INFINITY]);
    expect(state.totalNotfinite.item()).toBe(3);
  });

  test("multiSteps takes a schedule of how many", () => {
    const gathered = optim.multiSteps(optim.scale(1), (done) => done.add(1));
    let state = gathered.init(jnp.zeros(1));
    const seen = [1, 2, 4, 3, 3, 9].map((g) => {
      const [updates, next] = gathered.update(jnp.array([g]), state);
      state = next;
      return updates.item();
    });
    expect(seen).toEqual([1, 0, 3, 0, 0, 5]);
    expect(state.gradientStep.item()).toBe(3);
  });
});

describe("errors", () => {
  test("trees and shapes must fit", () => {
    const adam = optim.adam(0.1);
    expect(() => adam.update({ w: grads.w }, adam.init(params))).toThrow(TreeError);
    expect(() => optim.applyUpdates(params, { w: jnp.zeros(1), b: jnp.zeros(1) })).toThrow(ShapeError);
    expect(() => optim.chain(adam).update(grads, null as never)).toThrow(ArgumentError);
  });

  test("what is missing or misspelt is named", () => {
    const adamw = optim.adamw(0.1);
    expect(() => adamw.update(grads, adamw.init(params))).toThrow("needs the parameters");
    expect(() => optim.sgd(0.1, { momentun: 0.9 } as never)).toThrow(OptionError);
    expect(() => optim.clip(-1)).toThrow(ArgumentError);
    expect(() => optim.globalNorm([])).toThrow(ArgumentError);
    expect(() => optim.multiSteps(adamw, 0)).toThrow(ArgumentError);
    expect(() => optim.linearSchedule(1, 0, 0)).toThrow(ArgumentError);
    expect(() => optim.exponentialDecay(1, 10, 0)).toThrow(ArgumentError);
    expect(() => optim.joinSchedules([], [])).toThrow(ArgumentError);
    expect(() => optim.piecewiseConstantSchedule(1, { 5: -1 })).toThrow(ArgumentError);
  });

  test("losses do not compare all with all", () => {
    expect(() => optim.l2Loss(jnp.zeros([3, 1]), jnp.zeros(3))).toThrow(ShapeError);
    const classes = optim.softmaxCrossEntropyWithIntegerLabels;
    expect(() => classes(jnp.zeros([3, 2]), jnp.zeros(3))).toThrow(DTypeError);
    expect(() => classes(jnp.zeros([3, 2]), jnp.zeros([3, 1], { dtype: "int32" }))).toThrow(ShapeError);
    expect(() => optim.smoothLabels(1, 0.1)).toThrow(ShapeError);
    expect(optim.huberLoss(3, 1).item()).toBe(1.5);
  });
});
