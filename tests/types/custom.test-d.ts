import {
  checkpoint,
  checkpointName,
  checkpointPolicies,
  customJvp,
  customVjp,
  customVmap,
  experimental,
  fwdAndBwd,
  grad,
  lax,
  linearCall,
  type NDArray,
  type Residuals,
  vmap,
} from "adjoint";
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

test("policies, linearCall, customVmap, odeint", () => {
  expectTypeOf(checkpointName({ a: x }, "h")).toEqualTypeOf<{ a: NDArray }>();
  const policy = checkpointPolicies.saveOnlyTheseNames("h");
  expectTypeOf(checkpoint((a) => a.mul(2), { policy })(1)).toEqualTypeOf<NDArray>();
  const linear = linearCall(
    (r: NDArray, v: { a: NDArray }) => v.a.mul(r),
    (r, ct) => {
      expectTypeOf(ct).toEqualTypeOf<NDArray>();
      return { a: ct.mul(r) };
    },
    x,
    { a: x },
  );
  expectTypeOf(linear).toEqualTypeOf<NDArray>();
  const f = customVmap((a: NDArray, p: { w: NDArray }) => a.mul(p.w));
  f.defVmap((size, [aBatched, pBatched], a, p) => {
    expectTypeOf(size).toEqualTypeOf<number>();
    expectTypeOf(aBatched).toEqualTypeOf<boolean>();
    return [a.mul(p.w), aBatched || pBatched.w];
  });
  // @ts-expect-error a rule says which results are batched
  f.defVmap((_size, _batched, a) => [a]);
  expectTypeOf(vmap(f)(x, { w: x })).toEqualTypeOf<NDArray>();
  const [fwd, bwd] = fwdAndBwd((a: NDArray, b: NDArray) => a.mul(b), { argnums: [0, 1] });
  const [y, residuals] = fwd(1, x);
  expectTypeOf(y).toEqualTypeOf<NDArray>();
  expectTypeOf(residuals).toEqualTypeOf<Residuals>();
  expectTypeOf(bwd(residuals, 1)).toEqualTypeOf<NDArray[]>();
  const path = experimental.odeint((s) => ({ u: s.u.neg() }), { u: x }, x, { rtol: 1e-3 });
  expectTypeOf(path).toEqualTypeOf<{ u: NDArray }>();
});
