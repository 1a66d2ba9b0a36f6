/** Products that are read with their axes exchanged are computed so, with the same bits; their operands in their own order. */
import { grad, jit, numpy as jnp, lax, type NDArray } from "adjoint";
import { expect, test } from "vitest";

const draw = (shape: readonly number[], factor: number): NDArray =>
  jnp.sin(jnp.arange(shape.reduce((a, n) => a * n, 1)).mul(factor)).reshape([...shape]);
const kernels = (f: (...xs: NDArray[]) => NDArray, ...xs: NDArray[]): string =>
  jit(f)
    .lower(...xs)
    .asText("kernels");

test.each([
  ["matrices", [20, 30], [30, 40], [[1], [0]]],
  ["matrices that are transposed themselves", [30, 20], [40, 30], [[0], [1]]],
  [
    "two contracted axes",
    [20, 5, 6],
    [5, 6, 40],
    [
      [1, 2],
      [0, 1],
    ],
  ],
  ["two axes of one operand, none of the other", [20, 40, 6], [6], [[2], [0]]],
  ["small ones", [2, 3], [3, 2], [[1], [0]]],
] as const)("of %s", (_name, left, right, contracting) => {
  const [a, b] = [draw(left, 0.7), draw(right, 1.3)];
  const dot = (x: NDArray, y: NDArray): NDArray =>
    lax.dotGeneral(x, y, [
      [[...contracting[0]], [...contracting[1]]],
      [[], []],
    ]);
  const product = jit(dot)(a, b).T.add(1).tolist();
  expect(jit((x: NDArray, y: NDArray) => dot(x, y).T.add(1))(a, b).tolist()).toEqual(product);
});

test("the gradient of a layer reads and writes no columns", () => {
  const loss = (w: NDArray, x: NDArray): NDArray => jnp.tanh(jnp.dot(x, w)).sum();
  const step = (w: NDArray, x: NDArray): NDArray => w.sub(grad(loss)(w, x).mul(0.1));
  const [w, x] = [draw([30, 40], 0.3), draw([20, 30], 0.9)];
  expect(kernels(step, w, x)).not.toContain("i1 * 30 + i0");
  const y = jnp.dot(x, w);
  const wanted = w.sub(jnp.dot(x.T, jnp.subtract(1, jnp.tanh(y).mul(jnp.tanh(y)))).mul(0.1));
  expect(Number(jnp.abs(jit(step)(w, x).sub(wanted)).max())).toBeLessThan(1e-6);
});
