import {
  type ArrayLike,
  deviceGet,
  devicePut,
  evalShape,
  grad,
  jit,
  jvp,
  lax,
  linearize,
  type NDArray,
  type ShapeDtypeStruct,
  vjp,
  vjpWithAux,
  vmap,
} from "adjoint";
import { expectTypeOf, test } from "vitest";

interface Params {
  w: NDArray;
  b: NDArray;
  name: string;
}
declare const p: Params;
declare const x: NDArray;
const loss = (q: Params, a: NDArray, b: NDArray) => q.w.mul(a).add(q.b).sub(b).pow(2).sum();
const f = (v: NDArray) => v.mul(2);

test("vmap", () => {
  expectTypeOf(vmap(f)(x)).toEqualTypeOf<NDArray>();
  expectTypeOf(vmap((v) => v.mul(2))(x)).toEqualTypeOf<NDArray>();
  expectTypeOf(vmap((v, u) => v.add(u), { inAxes: [0, null] })(x, 1)).toEqualTypeOf<NDArray>();
  expectTypeOf(vmap((v, u) => v.add(u), [0, null])(x, 1)).toEqualTypeOf<NDArray>();
  expectTypeOf(vmap((v: NDArray) => ({ v, n: 1, s: "text" }))(x)).toEqualTypeOf<{
    v: NDArray;
    n: NDArray;
    s: string;
  }>();
  expectTypeOf(vmap((v: NDArray) => [v, v] as const, { outAxes: [0, 1] })(x)).toEqualTypeOf<[NDArray, NDArray]>();
  expectTypeOf(
    vmap((q: Params) => q.w, { inAxes: [{ w: 0, b: null }] })({ w: x, b: 1, name: "n" }),
  ).toEqualTypeOf<NDArray>();
  expectTypeOf(vmap(vmap(f))(x)).toEqualTypeOf<NDArray>();
});

test("nests", () => {
  expectTypeOf(vmap(grad(loss), { inAxes: [null, 0, 0] })(p, x, x)).toExtend<Params>();
  expectTypeOf(jit(vmap(grad(loss), { inAxes: [{ w: 0, b: null }, 0, 0] }))(p, x, x)).toExtend<Params>();
  expectTypeOf(
    jit(
      vmap(
        grad((w: NDArray, v: NDArray) => w.mul(v).sum()),
        [null, 0],
      ),
    )(x, x),
  ).toEqualTypeOf<NDArray>();
  expectTypeOf(jit(vmap(grad((v) => v.sum())))(x)).toEqualTypeOf<NDArray>();
  expectTypeOf(grad(jit(vmap((v: NDArray) => v.sum())))(x)).toEqualTypeOf<NDArray>();
  expectTypeOf(jit(grad(jit(f)))(1)).toEqualTypeOf<NDArray>();
});

test("jit", () => {
  const step = jit((q: Params, v: NDArray) => ({ q, y: v.mul(q.w), flag: true, n: 1 }));
  const out = step({ w: 1, b: x, name: "n" }, 2);
  expectTypeOf(out.q).toExtend<Params>();
  expectTypeOf(out.y).toEqualTypeOf<NDArray>();
  expectTypeOf(out.n).toEqualTypeOf<NDArray>();
  expectTypeOf(step.cacheSize()).toEqualTypeOf<number>();
  expectTypeOf(jit((v) => v.mul(2))(1)).toEqualTypeOf<NDArray>();
  expectTypeOf(
    jit((v: NDArray, n: number, on: boolean, s: string) => (on ? v.mul(n) : v).mul(s.length), { staticArgnums: 1 })(
      1,
      2,
      true,
      "s",
    ),
  ).toEqualTypeOf<NDArray>();
  expectTypeOf(jit(() => null)()).toEqualTypeOf<null>();
});

test("jvp, vjp, linearize", () => {
  expectTypeOf(jvp(f, [1], [1])).toEqualTypeOf<[NDArray, NDArray]>();
  expectTypeOf(jvp((q: Params, v: NDArray) => ({ y: q.w.mul(v) }), [p, 1], [p, 1])).toExtend<
    [{ y: NDArray }, { y: NDArray }]
  >();
  expectTypeOf(jvp((v: NDArray) => [v, 42] as const, [1], [1], { hasAux: true })).toEqualTypeOf<
    [NDArray, NDArray, 42]
  >();
  const [y, pull] = vjp((v: NDArray, u: NDArray) => ({ a: v.mul(u) }), 1, x);
  expectTypeOf(y).toEqualTypeOf<{ a: NDArray }>();
  expectTypeOf(pull({ a: 1 })).toEqualTypeOf<[NDArray, NDArray]>();
  const [value, pullback] = vjp((v: NDArray) => v.mul(2), x);
  expectTypeOf(value).toEqualTypeOf<NDArray>();
  expectTypeOf(pullback(1)).toEqualTypeOf<[NDArray]>();
  const [, , aux] = vjpWithAux((v: NDArray) => [v, { n: 42 }] as const, 1);
  expectTypeOf(aux.n).toEqualTypeOf<42>();
  const [, push] = linearize((v: NDArray, u: NDArray) => v.mul(u), 1, 2);
  expectTypeOf(push(1, x)).toEqualTypeOf<NDArray>();
});

test("scan keeps the type of its carry", () => {
  const [c, ys] = lax.scan((s, v) => [s.add(v), s.mul(v)], 0, x);
  expectTypeOf(c).toEqualTypeOf<NDArray>();
  expectTypeOf(ys).toEqualTypeOf<NDArray>();
  const [state] = lax.scan((s, v) => [{ h: s.h.add(v), n: s.n.add(1) }, s.h], { h: x, n: 0 }, x);
  expectTypeOf(state).toEqualTypeOf<{ h: NDArray; n: NDArray }>();
  const [pair, none] = lax.scan((s: [NDArray, NDArray], v: { a: NDArray }) => [[s[1].add(v.a), s[0]], null], [x, x], {
    a: x,
  });
  expectTypeOf(pair).toExtend<readonly [NDArray, NDArray]>();
  expectTypeOf(none).toEqualTypeOf<null>();
  const [last] = lax.scan((s) => [s.mul(2), null], x, null, { length: 3 });
  expectTypeOf(last).toEqualTypeOf<NDArray>();
});

test("descriptions, moving, stopGradient", () => {
  const s = evalShape((v: NDArray) => ({ y: v, n: null }), x);
  expectTypeOf(s.y).toEqualTypeOf<ShapeDtypeStruct>();
  expectTypeOf(s.n).toEqualTypeOf<null>();
  expectTypeOf(devicePut({ a: 1, s: "text" })).toEqualTypeOf<{ a: NDArray; s: string }>();
  expectTypeOf(deviceGet({ a: x })).resolves.toExtend<{ a: ArrayBufferView }>();
  expectTypeOf(lax.stopGradient(x)).toEqualTypeOf<NDArray>();
});

test("wrong calls do not compile", () => {
  // @ts-expect-error an option that does not exist
  vmap(f, { inaxes: 0 });
  // @ts-expect-error a text is no axis
  vmap(f, { inAxes: "0" });
  // @ts-expect-error a missing argument
  vmap((a: NDArray, b: NDArray) => a.add(b))(x);
  // @ts-expect-error an option that does not exist
  jit(f, { staticArgNums: 0 });
  // @ts-expect-error a boolean is wanted
  jit((v: NDArray, on: boolean) => (on ? v : v.neg()))(x, "yes");
  // @ts-expect-error the carry changes its type
  lax.scan((c, v) => [{ h: c }, v], 0, x);
  // @ts-expect-error tangents have the tree of the primals
  jvp(f, [1], [{ a: 1 }]);
  // @ts-expect-error one list each
  jvp(f, 1, 1);
  // @ts-expect-error a cotangent has the tree of the output
  vjp(f, x)[1]({ a: 1 });
  // @ts-expect-error numbers come out as arrays
  const n: number = jit(f)(1);
  expectTypeOf(n).toBeNumber();
  expectTypeOf<ArrayLike>().toExtend<unknown>();
});
