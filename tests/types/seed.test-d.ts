/** The lines of the seed notebook and of a user's first day, as types. */
import {
  grad,
  hessian,
  jacfwd,
  jacrev,
  jit,
  numpy as jnp,
  lax,
  type NDArray,
  random,
  slice,
  valueAndGrad,
  vjp,
  vmap,
} from "adjoint";
import { expectTypeOf, test } from "vitest";

const key = random.PRNGKey(0);

test("derivatives of a polynomial", () => {
  const f = (x: NDArray) => x.pow(3).add(x.pow(2).mul(2)).sub(x.mul(3)).add(1);
  const dfdx = grad(f);
  expectTypeOf(dfdx(1)).toEqualTypeOf<NDArray>();
  const d4 = grad(grad(grad(dfdx)));
  expectTypeOf(d4(1.0)).toEqualTypeOf<NDArray>();
  const f2 = (x: NDArray, y: NDArray) => x.pow(2).add(y);
  const [value, gx] = valueAndGrad(f2, { argnums: 0 })(2, 3);
  expectTypeOf(value).toEqualTypeOf<NDArray>();
  expectTypeOf(gx).toEqualTypeOf<NDArray>();
  expectTypeOf(grad(f2, 1)(2, 3)).toEqualTypeOf<NDArray>();
});

test("linear and quadratic forms", () => {
  const a = random.normal(key, [1, 3]);
  const x = random.normal(key, [3]);
  const linear = (v: NDArray) => jnp.dot(a, v).get(0);
  expectTypeOf(jnp.allclose(grad(linear)(x), a)).toExtend<NDArray | boolean>();
  const A = random.normal(key, [4, 4]);
  const quadratic = (v: NDArray) => jnp.dot(v, jnp.dot(A, v));
  expectTypeOf(jnp.dot(A.add(A.T), x)).toEqualTypeOf<NDArray>();
  const H = hessian(quadratic)(x);
  const myHessian = (f: (v: NDArray) => NDArray) => jacfwd(jacrev(f));
  expectTypeOf(jnp.subtract(H, myHessian(quadratic)(x))).toEqualTypeOf<NDArray>();
  const generic = <F extends (v: NDArray) => NDArray>(f: F) => jacfwd(jacrev(f));
  expectTypeOf(generic(quadratic)(x)).toEqualTypeOf<NDArray>();
});

const sigmoid = (x: NDArray) => jnp.tanh(x.div(2)).add(1).mul(0.5);

test("logistic regression, per-example gradients", () => {
  const predict = (w: NDArray, X: NDArray) => sigmoid(jnp.dot(X, w));
  const loss = (w: NDArray, X: NDArray, y: NDArray) => {
    const p = predict(w, X);
    return jnp
      .sum(
        jnp
          .log(p)
          .mul(y)
          .add(jnp.log(jnp.subtract(1, p)).mul(jnp.subtract(1, y))),
      )
      .neg();
  };
  const w = random.normal(key, [2]);
  const X = random.normal(key, { shape: [3, 2] });
  const y = random.choice(key, 2, { shape: [3] });
  const gradFun = grad(loss);
  const partial =
    <A, B extends unknown[], R>(f: (a: A, ...b: B) => R, a: A) =>
    (...b: B) =>
      f(a, ...b);
  expectTypeOf(vmap(partial(gradFun, w))(X, y)).toEqualTypeOf<NDArray>();
  expectTypeOf(vmap(gradFun.bind(null, w))(X, y)).toEqualTypeOf<NDArray>();
  expectTypeOf(vmap((row, label) => gradFun(w, row, label))(X, y)).toEqualTypeOf<NDArray>();
  expectTypeOf(vmap(gradFun, { inAxes: [null, 0, 0] })(w, X, y)).toEqualTypeOf<NDArray>();
  expectTypeOf(vmap(gradFun, [null, 0, 0])(w, X, y)).toEqualTypeOf<NDArray>();
  expectTypeOf(jit(vmap(grad(loss), { inAxes: [null, 0, 0] }))(w, X, y)).toEqualTypeOf<NDArray>();
  expectTypeOf(hessian(loss)(w, X.get(0, slice()), y.get(0))).toEqualTypeOf<NDArray>();
});

test("vjp, stopGradient, temporal differences", () => {
  const W = random.normal(key, [2, 3]);
  const u = random.normal(key, [2]);
  const x = random.normal(key, [3]);
  const [value, pull] = vjp((v: NDArray) => jnp.dot(W, v), x);
  const [ct] = pull(u);
  expectTypeOf(value).toEqualTypeOf<NDArray>();
  expectTypeOf(ct).toEqualTypeOf<NDArray>();
  const valueFn = (theta: NDArray, s: NDArray) => jnp.dot(theta, s);
  const tdLoss = (theta: NDArray, before: NDArray, r: NDArray, s: NDArray) =>
    lax
      .stopGradient(r.add(valueFn(theta, s)))
      .sub(valueFn(theta, before))
      .pow(2)
      .mul(0.5);
  const update = grad(tdLoss)(jnp.array([0.1, -0.1, 0]), jnp.array([1, 2, -1]), 1, jnp.array([2, 1, 0]));
  expectTypeOf(update).toEqualTypeOf<NDArray>();
});

test("straight-through estimators, stacks", () => {
  const onehot = (labels: NDArray, n: number) => labels.get(null).equal(jnp.arange(n)).astype("float32");
  const quantize = (v: NDArray) => onehot(jnp.argmax(v), 3).get(0);
  expectTypeOf(quantize(jnp.ones([3]))).toEqualTypeOf<NDArray>();
  const x0 = jnp.array([1, 2, 3]);
  const XX = jnp.stack([x0, x0.mul(2)]);
  const linear = (w: NDArray, x: NDArray) => jnp.dot(w, x);
  expectTypeOf(jit(vmap(grad(linear), { inAxes: [null, 0] }))(jnp.ones([3]), XX)).toEqualTypeOf<NDArray>();
  for (const row of XX) expectTypeOf(row).toEqualTypeOf<NDArray>();
  const [first] = XX;
  expectTypeOf(first).toEqualTypeOf<NDArray | undefined>();
});

test("what must not compile", () => {
  const x = jnp.ones([3]);
  // @ts-expect-error arrays are not indexed by brackets
  x[0];
  // @ts-expect-error the operator + needs numbers
  const sum: number = x + 1;
  // @ts-expect-error shapes are compared element by element
  const same: boolean = x.shape === [3];
  // @ts-expect-error a dtype that does not exist
  x.astype("float33");
  // @ts-expect-error an array is no number
  const n: number = x.sum();
  // @ts-expect-error no such function: JAX has multiply
  jnp.mul(x, x);
  expectTypeOf([sum, same, n]).toBeArray();
});
