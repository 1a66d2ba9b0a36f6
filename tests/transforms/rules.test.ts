/** `linearCall` and `customVmap`: transposes and batching rules of the user's own, under every transformation. */
import { describe, expect, test } from "vitest";
import {
  checkpoint,
  customVjp,
  customVmap,
  errors,
  grad,
  jit,
  numpy as jnp,
  jvp,
  lax,
  linearCall,
  linearTranspose,
  makeJaxpr,
  type NDArray,
  sequentialVmap,
  vjp,
  vmap,
} from "../../src/index.ts";
import { array, expectClose, values } from "./arrays.ts";

const xs = array([0.5, -1, 2]);
const total = (x: NDArray): NDArray => jnp.sum(x);

describe("linearCall", () => {
  // The transpose is ten times too large, so that one sees which ran.
  const scaled = (r: NDArray, x: NDArray): NDArray =>
    linearCall(
      (r: NDArray, x: NDArray) => r.mul(x),
      (r: NDArray, ct: NDArray) => r.mul(ct).mul(10),
      r,
      x,
    ) as NDArray;
  const twice = (x: NDArray): NDArray => scaled(array([2], []), x);

  test("forward mode is the function, reverse mode the transpose", () => {
    expectClose(twice(array([3], [])), 6);
    const [y, dy] = jvp(twice, [3], [1]);
    expectClose(y, 6);
    expectClose(dy, 2);
    for (const f of [grad(twice), jit(grad(twice)), grad(jit(twice))]) expectClose(f(3), 20);
  });
  test("the transpose of the transpose is the function", () => {
    const back = (y: NDArray): NDArray => linearTranspose(twice, 3)(y)[0] as NDArray;
    expectClose(back(array([1], [])), 20);
    expectClose(linearTranspose(back, 1)(array([1], []))[0], 2);
  });
  test("under vmap, in loops, in checkpoints, to the second order", () => {
    expectClose(vmap(grad(scaled, 1))(xs, xs), [5, -10, 20]);
    expectClose(vmap(scaled, [null, 0])(2, xs), [1, -2, 4]);
    // What all examples share gets the sum of their cotangents.
    expectClose(grad((x: NDArray) => total(vmap((r: NDArray) => scaled(r, x))(xs)))(1), 15);
    const loop = (x: NDArray): NDArray =>
      lax.scan((c: NDArray) => [twice(c), null] as const, x, null, { length: 2 })[0];
    expectClose(grad(loop)(1), 400);
    expectClose(grad(checkpoint((x: NDArray) => jnp.sin(twice(x))))(1), 20 * Math.cos(2));
    expectClose(grad(grad((x: NDArray) => jnp.sin(twice(x))))(1), -20 * 2 * Math.sin(2));
  });
  test("trees, and what both functions close over", () => {
    const f = (s: NDArray) =>
      vjp(
        (d: { a: NDArray; b: NDArray }) =>
          linearCall(
            ([p, q]: [NDArray, NDArray], d: { a: NDArray; b: NDArray }) => ({ o: d.a.mul(p).add(d.b.mul(q)) }),
            ([p, q]: [NDArray, NDArray], ct: { o: NDArray }) => ({ a: ct.o.mul(p).mul(s), b: ct.o.mul(q) }),
            [2, 3] as never,
            d as never,
          ) as unknown as { o: NDArray },
        { a: array([1], []), b: array([2], []) } as never,
      )[1]({ o: array([1], []) } as never) as unknown as [{ a: NDArray; b: NDArray }];
    const [{ a, b }] = jit(f)(array([5], [])) as unknown as [{ a: NDArray; b: NDArray }];
    expectClose(a, 10);
    expectClose(b, 3);
  });
  test("prints as in JAX", () => {
    expect(String(makeJaxpr(scaled)(xs, xs))).toContain(
      "callee={ lambda ; d:f64[3] e:f64[3]. let f:f64[3] = mul d e in (f,) }",
    );
  });
  test("residuals have no derivative, and wrong transposes are errors", () => {
    expect(() => grad(scaled)(2, 3)).toThrow(errors.TransformError);
    expect(() =>
      grad(
        (s: NDArray) =>
          linearCall(
            (_r, x: NDArray) => x.mul(s),
            (_r, ct: NDArray) => ct,
            null,
            1,
          ) as NDArray,
      )(2),
    ).toThrow(/residual arguments/);
    const wrong = (back: (ct: NDArray) => unknown) => () =>
      linearCall(
        (_r, x: NDArray) => x.mul(2),
        (_r, ct) => back(ct as never) as never,
        null,
        array([1], []),
      );
    expect(wrong((ct) => [ct, ct])).toThrow(/transpose output pytree structure must match that of linear inputs/);
    expect(wrong(() => xs)).toThrow(/Expected cotangent type float64\[\] but got float64\[3\]/);
    expect(wrong(() => jnp.array(1, { dtype: "int32" }))).toThrow(errors.DTypeError);
  });
});

describe("customVmap", () => {
  const calls: unknown[] = [];
  const f = customVmap((x: NDArray, y: NDArray) => jnp.sin(x).mul(y));
  f.defVmap((size, batched, x, y) => {
    calls.push([size, batched, x.shape, y.shape]);
    return [jnp.cos(x).mul(y), batched[0] || batched[1]];
  });
  const cosine = (x: NDArray): number[] => values(x).map((v) => Math.cos(v) * v);

  test("the rule runs for batches, the function without", () => {
    expectClose(f(1, 2), 2 * Math.sin(1));
    expectClose(vmap(f)(xs, xs), cosine(xs));
    expect(calls.pop()).toEqual([3, [true, true], [3], [3]]);
    expectClose(
      vmap(f, [0, null])(xs, 2),
      values(xs).map((v) => 2 * Math.cos(v)),
    );
    expect(calls.pop()).toEqual([3, [true, false], [3], []]);
    expectClose(vmap(jit(f))(xs, xs), cosine(xs));
    expectClose(jit(vmap(f))(xs, xs), cosine(xs));
  });
  test("nested batches: the rule sees one example of the outer one, and is batched in turn", () => {
    const grid = array([1, 2, 3, 4, 5, 6], [2, 3]);
    calls.length = 0;
    expectClose(vmap(vmap(f))(grid, grid), cosine(grid));
    expect(calls).toEqual([[3, [true, true], [3], [3]]]);
    expectClose(
      vmap(vmap(f, [null, 0]), [0, null])(xs, xs),
      values(xs).flatMap((x) => values(xs).map((y) => Math.cos(x) * y)),
    );
  });
  test("in loops, branches and checkpoints", () => {
    const loop = (x: NDArray): NDArray => lax.scan((c: NDArray) => [f(c, x), null] as const, x, null, { length: 2 })[0];
    expectClose(
      vmap(loop)(xs),
      values(xs).map((v) => Math.cos(Math.cos(v) * v) * v),
    );
    const branch = (x: NDArray): NDArray =>
      lax.cond(
        true,
        (v: NDArray) => f(v, v),
        (v: NDArray) => v,
        x,
      );
    expectClose(vmap(branch)(xs), cosine(xs));
    expectClose(vmap(checkpoint((x: NDArray) => f(x, x)))(xs), cosine(xs));
  });
  test("forward mode is that of the function, and in batches that of the rule", () => {
    expectClose(jvp(f, [1, 2], [1, 0])[1], 2 * Math.cos(1));
    const tangent = (x: NDArray): NDArray => jvp((v: NDArray) => f(v, 2), [x], [array([1], [])])[1] as NDArray;
    expectClose(
      vmap(tangent)(xs),
      values(xs).map((v) => -2 * Math.sin(v)),
    );
    // A batched tangent of what is not batched.
    const along = (t: NDArray): NDArray => jvp((v: NDArray) => f(v, 2), [array([1], [])], [t])[1] as NDArray;
    expectClose(
      vmap(along)(xs),
      values(xs).map((t) => -2 * Math.sin(1) * t),
    );
  });
  test("reverse mode: after batching, or with customVjp around it", () => {
    expect(() => grad((x: NDArray) => f(x, 2))(1)).toThrow(/do not support reverse-mode autodiff/);
    expectClose(
      grad((x: NDArray) => total(vmap(f, [0, null])(x, 2)))(xs),
      values(xs).map((v) => -2 * Math.sin(v)),
    );
    const g = customVjp((x: NDArray) => f(x, x));
    g.defvjp(((x: NDArray) => [f(x, x), x]) as never, ((x: NDArray, ct: NDArray) => [ct.mul(x).mul(7)]) as never);
    expectClose(
      vmap(grad(g))(xs),
      values(xs).map((v) => 7 * v),
    );
    expectClose(vmap(g)(xs), cosine(xs));
  });
  test("a rule may say that results are not batched", () => {
    const h = customVmap((x: NDArray) => ({ one: jnp.ones(2), x }));
    h.defVmap((_size, _batched, x) => [
      { one: jnp.zeros(2), x },
      { one: false, x: true },
    ]);
    const { one, x } = vmap(h)(xs) as unknown as { one: NDArray; x: NDArray };
    expect(one.shape).toEqual([3, 2]);
    expectClose(x, values(xs));
  });
  test("rules that are missing or return something else", () => {
    expect(() => vmap(customVmap((x: NDArray) => x))(xs)).toThrow(/No batching rule defined for custom_vmap function/);
    const wrong = (rule: (x: NDArray) => unknown) => {
      const h = customVmap((x: NDArray) => ({ a: x }));
      h.defVmap(((_n: number, _b: unknown, x: NDArray) => rule(x)) as never);
      return () => vmap(h)(xs);
    };
    expect(wrong((x) => x)).toThrow(/must return a pair/);
    expect(wrong((x) => [[x], [true]])).toThrow(/structure of output returned by custom vmap rule/);
    expect(wrong((x) => [{ a: x }, true])).toThrow(/output batching specification/);
    expect(wrong((x) => [{ a: x }, { a: 1 }])).toThrow(/output batching specification/);
    expect(wrong((x) => [{ a: x.reshape(3, 1) }, { a: true }])).toThrow(errors.ShapeError);
    expect(wrong((x) => [{ a: x }, { a: false }])).toThrow(/which it says is not batched/);
    expect(wrong((x) => [{ a: x.astype("int32") }, { a: true }])).toThrow(errors.DTypeError);
    expect(() => vmap((y: NDArray) => customVmap((x: NDArray) => x.mul(y))(1))(xs)).toThrow();
    const closing = (y: NDArray): NDArray => {
      const h = customVmap((x: NDArray) => x.mul(y));
      h.defVmap((_n, _b, x) => [x, true]);
      return h(array([1], [])) as NDArray;
    };
    expect(() => vmap(closing)(xs)).toThrow(/closes over a value that is being batched/);
  });
});

describe("sequentialVmap", () => {
  const f = sequentialVmap((x: NDArray, y: NDArray) => jnp.sin(x).mul(y));
  test("is a loop, in nested batches too", () => {
    expectClose(
      vmap(f, [0, null])(xs, 2),
      values(xs).map((v) => 2 * Math.sin(v)),
    );
    const grid = array([1, 2, 3, 4, 5, 6], [2, 3]);
    expectClose(
      vmap(vmap(f))(grid, grid),
      values(grid).map((v) => v * Math.sin(v)),
    );
    const text = String(makeJaxpr(vmap(f, [0, null]))(xs, 2));
    expect(text).toContain("scan[");
    expect(text).toContain("length=3");
    expect(String(makeJaxpr(vmap(vmap(f)))(grid, grid)).match(/scan\[/g)).toHaveLength(2);
  });
});
