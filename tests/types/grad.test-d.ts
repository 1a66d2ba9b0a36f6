import { type ArrayLike, grad, hessian, jacfwd, jacrev, jit, type NDArray, valueAndGrad, vmap } from "adjoint";
import { expectTypeOf, test } from "vitest";

interface Params {
  w: NDArray;
  b: NDArray;
  layers: { k: NDArray; bias?: NDArray }[];
  readonly name: string;
  activation: (x: NDArray) => NDArray;
}
declare const p: Params;
declare const x: NDArray;
const f = (v: NDArray) => v.pow(3).add(v.pow(2).mul(2)).sub(v.mul(3)).add(1);
const g = (a: NDArray, b: NDArray) => a.pow(2).add(b);
const loss = (q: Params, a: NDArray, b: NDArray) => q.w.mul(a).add(q.b).sub(b).pow(2).sum();

test("arguments are widened to what can become an array", () => {
  expectTypeOf(grad(f)(1)).toEqualTypeOf<NDArray>();
  expectTypeOf(grad(f)(x)).toEqualTypeOf<NDArray>();
  expectTypeOf(grad(f)(new Float32Array(1))).toEqualTypeOf<NDArray>();
  expectTypeOf(grad(f)).parameters.toEqualTypeOf<[ArrayLike]>();
});

test("gradients of gradients", () => {
  expectTypeOf(grad(grad(f))(1)).toEqualTypeOf<NDArray>();
  expectTypeOf(grad(grad(grad(grad(f))))(1)).toEqualTypeOf<NDArray>();
});

test("callbacks without annotations get arrays", () => {
  expectTypeOf(grad((v) => v.pow(2))(3)).toEqualTypeOf<NDArray>();
  expectTypeOf(grad((v, u) => v.mul(u))(3, 4)).toEqualTypeOf<NDArray>();
  expectTypeOf(valueAndGrad((v) => v.pow(2))(3)).toEqualTypeOf<[NDArray, NDArray]>();
  expectTypeOf(grad(grad((v) => v.pow(2)))(3)).toEqualTypeOf<NDArray>();
});

test("a function of a number literal's type is one of arrays", () => {
  expectTypeOf(grad((v: NDArray, n: number) => v.mul(n))(1, 2)).toEqualTypeOf<NDArray>();
});

test("the gradient of a tree has its type", () => {
  expectTypeOf(grad(loss)(p, x, 1)).toEqualTypeOf<{
    w: NDArray;
    b: NDArray;
    layers: { k: NDArray; bias?: NDArray }[];
    name: string;
    activation: (x: NDArray) => NDArray;
  }>();
  expectTypeOf(grad(loss)(p, x, 1)).toExtend<Params>();
  expectTypeOf(
    grad(loss)({ w: 1, b: 2, layers: [{ k: 3 }], name: "n", activation: (v) => v }, x, 1),
  ).toExtend<Params>();
  const readonlyList = (xs: readonly NDArray[]) => xs[0]!.sum();
  expectTypeOf(grad(readonlyList)([1, x])).toEqualTypeOf<NDArray[]>();
  const tuple = ([a, b]: readonly [NDArray, { c: NDArray }]) => a.mul(b.c);
  expectTypeOf(grad(tuple)([1, { c: 2 }])).toEqualTypeOf<[NDArray, { c: NDArray }]>();
  const nothing = (q: { a: NDArray; none: null; maybe?: NDArray | undefined }) => q.a;
  expectTypeOf(grad(nothing)({ a: 1, none: null }).none).toEqualTypeOf<null>();
});

test("argnums", () => {
  expectTypeOf(grad(loss, 1)(p, x, 1)).toEqualTypeOf<NDArray>();
  expectTypeOf(grad(loss, { argnums: 2 })(p, x, 1)).toEqualTypeOf<NDArray>();
  expectTypeOf(grad(loss, [1, 2])(p, x, 1)).toEqualTypeOf<[NDArray, NDArray]>();
  expectTypeOf(grad(loss, { argnums: [1] })(p, x, 1)).toEqualTypeOf<[NDArray]>();
  expectTypeOf(grad(loss, [1, 0])(p, x, 1)[1].w).toEqualTypeOf<NDArray>();
  expectTypeOf(valueAndGrad(loss, { argnums: [0, 1] })(p, x, 1)[1][0].layers[0]!.k).toEqualTypeOf<NDArray>();
  expectTypeOf(valueAndGrad(g, 1)(1, 2)).toEqualTypeOf<[NDArray, NDArray]>();
});

test("auxiliary data keep their type", () => {
  const h = (a: NDArray, b: NDArray) => [a.mul(b), { n: 42, s: "text" }] as const;
  expectTypeOf(grad(h, { hasAux: true })(1, 2)).toEqualTypeOf<[NDArray, { readonly n: 42; readonly s: "text" }]>();
  const [[value, aux], gradient] = valueAndGrad(h, { hasAux: true })(2, 3);
  expectTypeOf(value).toEqualTypeOf<NDArray>();
  expectTypeOf(aux.n).toEqualTypeOf<42>();
  expectTypeOf(gradient).toEqualTypeOf<NDArray>();
  // Inline, the pair is a tuple by context.
  const [[, number]] = valueAndGrad((a: NDArray, b: NDArray) => [a.pow(2).add(b), 42], { hasAux: true })(2, 3);
  expectTypeOf(number).toEqualTypeOf<number>();
  // A named function that returns a list of a union works too, with the union as type.
  const named = (a: NDArray, b: NDArray) => [a.pow(2).add(b), 42];
  const [[, loose], d] = valueAndGrad(named, { hasAux: true })(2, 3);
  expectTypeOf(loose).toExtend<ArrayLike>();
  expectTypeOf(d).toEqualTypeOf<NDArray>();
  expectTypeOf(grad(h, { argnums: [0, 1], hasAux: true })(1, 2)[0]).toEqualTypeOf<[NDArray, NDArray]>();
});

test("bound and partial functions", () => {
  expectTypeOf(grad(g).bind(null, 1)(2)).toEqualTypeOf<NDArray>();
  const partial =
    <A, B extends unknown[], R>(h: (a: A, ...b: B) => R, a: A) =>
    (...b: B) =>
      h(a, ...b);
  expectTypeOf(partial(grad(g), 1)(2)).toEqualTypeOf<NDArray>();
  expectTypeOf(vmap(grad(g).bind(null, x))(x)).toEqualTypeOf<NDArray>();
});

test("optional and rest parameters", () => {
  const optional = (a: NDArray, b?: NDArray) => (b === undefined ? a : a.mul(b));
  expectTypeOf(grad(optional)(1)).toEqualTypeOf<NDArray>();
  expectTypeOf(grad(optional)(1, 2)).toEqualTypeOf<NDArray>();
  const rest = (a: NDArray, ...others: NDArray[]) => a.mul(others[0]!);
  expectTypeOf(grad(rest)(1, 2, 3)).toEqualTypeOf<NDArray>();
});

test("Jacobians: the tree of the output holds trees of the argument", () => {
  const tree = (q: { a: NDArray; b: NDArray }) => ({ u: q.a, v: [q.b, q.a] as const });
  type Inner = { a: NDArray; b: NDArray };
  expectTypeOf(jacfwd(f)(x)).toEqualTypeOf<NDArray>();
  expectTypeOf(jacrev(f)(x)).toEqualTypeOf<NDArray>();
  expectTypeOf(jacfwd(tree)({ a: 1, b: x })).toEqualTypeOf<{ u: Inner; v: [Inner, Inner] }>();
  expectTypeOf(jacrev(g, [0, 1])(1, x)).toEqualTypeOf<[NDArray, NDArray]>();
  expectTypeOf(hessian((q: Inner) => q.a.mul(q.b).sum())({ a: 1, b: 2 })).toEqualTypeOf<{ a: Inner; b: Inner }>();
  expectTypeOf(hessian(g, [0, 1])(1, 2)).toEqualTypeOf<[[NDArray, NDArray], [NDArray, NDArray]]>();
  expectTypeOf(jacfwd((v) => v.mul(2))(x)).toEqualTypeOf<NDArray>();
  expectTypeOf(jacfwd(jacrev(f))(x)).toEqualTypeOf<NDArray>();
  const [J, aux] = jacrev((v: NDArray) => [v.mul(2), "text"] as const, { hasAux: true })(x);
  expectTypeOf(J).toEqualTypeOf<NDArray>();
  expectTypeOf(aux).toEqualTypeOf<"text">();
  const myHessian = (h: (v: NDArray) => NDArray) => jacfwd(jacrev(h));
  expectTypeOf(myHessian(f)(x)).toEqualTypeOf<NDArray>();
});

test("wrong calls do not compile", () => {
  // @ts-expect-error operators do not work on arrays
  grad((v: NDArray) => v * v);
  // @ts-expect-error a pair needs hasAux
  grad((v: NDArray) => [v, 1] as const)(1);
  // @ts-expect-error a missing argument
  grad(g)(1);
  // @ts-expect-error a text is no array
  grad(f)("text");
  // @ts-expect-error lists are trees, not arrays
  grad(f)([1, 2]);
  // @ts-expect-error an option that does not exist
  grad(f, { argNums: 0 });
  // @ts-expect-error a missing key
  grad(loss)({ w: 1 }, x, x);
  // @ts-expect-error a function is expected
  grad(3);
  // @ts-expect-error the result is not a scalar
  grad((v: NDArray) => ({ v }));
  // @ts-expect-error indices are read by get
  jit(f)(x)[0];
});
