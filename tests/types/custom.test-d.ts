import { checkpoint, customJvp, customVjp, grad, lax, type NDArray } from "adjoint";
import { expectTypeOf, test } from "vitest";

declare const x: NDArray;

test("rules of customJvp know the types of the arguments", () => {
  const f = customJvp((a: NDArray, p: { w: NDArray }) => a.mul(p.w));
  f.defjvp(([a, p], [da, dp]) => {
    expectTypeOf(p.w).toEqualTypeOf<NDArray>();
    return [a.mul(p.w), da.mul(p.w).add(a.mul(dp.w))];
  });
  expectTypeOf(f(1, { w: 2 })).toEqualTypeOf<NDArray>();
  expectTypeOf(grad(f)(1, { w: x })).toEqualTypeOf<NDArray>();
  const g = customJvp((a) => a.mul(2));
  g.defjvp(([a], [da]) => [a.mul(2), da.mul(2)]);
  // @ts-expect-error a rule returns a pair
  g.defjvp(([a]) => a);
});

test("rules of customVjp know residuals and cotangents", () => {
  const f = customVjp((a: NDArray, b: NDArray) => a.mul(b));
  f.defvjp(
    (a, b) => [a.mul(b), [a, b] as const],
    ([a, b], ct) => [ct.mul(b), ct.mul(a)],
  );
  expectTypeOf(grad(f, [0, 1])(1, x)).toEqualTypeOf<[NDArray, NDArray]>();
  f.defvjp(
    (a, b) => [a.mul(b), null],
    (_residuals, ct) => [ct, null],
  );
});

test("checkpoint and control flow", () => {
  expectTypeOf(checkpoint((a: NDArray, b: NDArray) => a.mul(b))(1, x)).toEqualTypeOf<NDArray>();
  expectTypeOf(
    lax.cond(
      true,
      (a, b) => a.add(b),
      (a, _b) => a,
      x,
      2,
    ),
  ).toEqualTypeOf<NDArray>();
  expectTypeOf(
    lax.whileLoop(
      (a) => a.less(10),
      (a) => a.mul(2),
      1,
    ),
  ).toEqualTypeOf<NDArray>();
  expectTypeOf(lax.foriLoop(0, 3, (_i, a) => ({ s: a.s.mul(2) }), { s: 1 })).toEqualTypeOf<{ s: NDArray }>();
  const bad = (a: NDArray) => ({ a });
  // @ts-expect-error a branch of another type
  lax.cond(true, (a: NDArray) => a, bad, x);
});
