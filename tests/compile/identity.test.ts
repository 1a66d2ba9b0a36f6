/** Contractions with an identity matrix made inside of a program give what those with one from outside give. */
import { hessian, jacfwd, jit, numpy as jnp, lax, type NDArray } from "adjoint";
import { expect, test } from "vitest";

const text = (x: NDArray): string =>
  Array.from(x.toTypedArray() as ArrayLike<number>, (y) => (Object.is(y, -0) ? "-0" : String(y))).join(" ");

const n = 6;
const wild = [1, -2, Infinity, 0.5, Number.NaN, 3, -0, 7, -Infinity, Infinity, 1e38, -1e-40];
const draw = (shape: readonly number[], values: readonly number[]): NDArray =>
  jnp
    .array(
      Float32Array.from(
        { length: shape.reduce((a, b) => a * b, 1) },
        (_, i) => values[(i * 5 + (i >> 2)) % values.length]!,
      ),
    )
    .reshape([...shape]);

const dimensions = (left: number, right: number) =>
  [
    [[left], [right]],
    [[], []],
  ] as const;

test.each([
  ["on the right", [4, n], 1, false],
  ["on the right, of the first axis", [n, 4, 3], 0, false],
  ["on the left", [n, 5], 0, true],
  ["on the left, of the last axis", [2, 3, n], 2, true],
  ["of a vector", [n], 0, false],
] as const)("%s", (_name, shape, axis, onLeft) => {
  const dot = (x: NDArray, e: NDArray): NDArray =>
    onLeft ? lax.dotGeneral(e, x, dimensions(1, axis)) : lax.dotGeneral(x, e, dimensions(axis, 0));
  const inside = jit((x: NDArray) => dot(x, jnp.eye(n)).mul(2));
  const outside = jit((x: NDArray, e: NDArray) => dot(x, e).mul(2));
  for (const values of [[1, -2, 0.5, -0, 3], wild, [Infinity, 0, 0, 0, 0, 0, 0], [Number.NaN, 1, 2, 3, 4, 5, 6]]) {
    const x = draw(shape, values);
    expect(text(inside(x))).toBe(text(outside(x, jnp.eye(n))));
  }
  expect(inside.lower(draw(shape, wild)).asText("kernels")).not.toContain("contract");
  const whole = draw(shape, [1, -2, 3, 5]).astype("int32");
  const integers = (x: NDArray): NDArray => dot(x, jnp.eye(n, { dtype: "int32" }));
  expect(text(jit(integers)(whole))).toBe(text(integers(whole)));
});

test("Jacobians and Hessians of forward mode contract no identities", () => {
  const a = draw([3, n], [1, -2, 3, 0.5]);
  const x = draw([n], [1, 2, -1]);
  const jacobian = jit(jacfwd((y: NDArray) => jnp.sin(jnp.dot(a, y))));
  expect(jacobian.lower(x).asText("kernels").split("contract").length - 1).toBe(1);
  const cosines = jnp.cos(jnp.dot(a, x)).reshape([3, 1]);
  expect(
    text(
      jnp
        .abs(jacobian(x).sub(cosines.mul(a)))
        .max()
        .less(1e-6)
        .astype("int32")
        .reshape([1]),
    ),
  ).toBe("1");
  const second = jit(hessian((y: NDArray) => jnp.dot(a, y).mul(jnp.dot(a, y)).sum()))(x);
  expect(
    text(
      jnp
        .abs(second.sub(jnp.dot(a.T, a).mul(2)))
        .max()
        .less(1e-4)
        .astype("int32")
        .reshape([1]),
    ),
  ).toBe("1");
});
