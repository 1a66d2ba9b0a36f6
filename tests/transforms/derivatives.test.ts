/** Derivatives of user functions: higher orders, nested transformations, compositions with jit and vmap. */
import { describe, expect, test } from "vitest";
import { grad, valueAndGrad } from "../../src/api/grad.ts";
import { hessian, jacfwd, jacrev } from "../../src/api/jacobian.ts";
import { jit } from "../../src/api/jit.ts";
import { jvp, vjp } from "../../src/api/jvp.ts";
import { vmap } from "../../src/api/vmap.ts";
import type { NDArray } from "../../src/core/ndarray.ts";
import * as lax from "../../src/lax/index.ts";
import { range } from "../../src/util/list.ts";
import { array, differences, expectClose, values } from "./arrays.ts";

const { add, mul, sub, sin, exp, tanh, gt, reduceSum } = lax;
const sum = (x: NDArray): NDArray => reduceSum(x, range(x.ndim));

const cube = (x: NDArray): NDArray => sub(add(mul(x, mul(x, x)), mul(2, mul(x, x))), sub(mul(3, x), 1));

test("derivatives of every order of a polynomial", () => {
  expectClose(cube(array([1], [])), 1);
  expectClose(grad(cube)(1), 4);
  expectClose(grad(grad(cube))(1), 10);
  expectClose(grad(grad(grad(cube)))(1), 6);
  expectClose(grad(grad(grad(grad(cube))))(1), 0);
  const [value, slope] = valueAndGrad(cube)(1);
  expectClose(value, 1);
  expectClose(slope, 4);
});

describe("perturbations are not confused", () => {
  const tangent = (f: (x: NDArray) => NDArray, x: NDArray | number, t: number): NDArray =>
    jvp(f, [x], [t])[1] as NDArray;
  test("jvp in jvp", () => {
    expectClose(
      tangent(
        (x) =>
          mul(
            x,
            tangent((y) => add(x, y), 1, 1),
          ),
        1,
        1,
      ),
      1,
    );
  });
  test("grad in grad", () => {
    expectClose(grad((x: NDArray) => mul(x, grad((y: NDArray) => mul(x, y))(2)))(3), 6);
  });
  test("jvp in grad", () => {
    expectClose(
      grad((x: NDArray) =>
        mul(
          x,
          tangent((y) => mul(x, y), 2, 1),
        ),
      )(3),
      6,
    );
  });
  test("grad in jvp", () => {
    expectClose(
      tangent((x) => mul(x, grad((y: NDArray) => add(mul(x, y), mul(y, x)))(2)), 3, 1),
      12,
    );
  });
  test("grad in vmap", () => {
    const f = (x: NDArray): NDArray => grad((y: NDArray) => mul(mul(x, y), y))(x);
    expectClose(vmap(f)(array([1, 2, 3])), [2, 8, 18]);
  });
  test("jit in grad", () => {
    expectClose(grad((x: NDArray) => mul(x, jit((y: NDArray) => mul(x, y))(2)))(3), 12);
  });
});

const w = array([0.3, -0.2, 0.5, 0.1, 0.7, -0.4, 0.2, 0.6, -0.1], [3, 3]);
const x3 = array([0.1, 0.5, -0.3]);
const y3 = array([0.7, -0.2, 0.4]);
const rows = array([0.1, 0.5, -0.3, 0.7, -0.2, 0.4, 0.9, 0.3, -0.6, 0.2, 0.8, -0.5], [4, 3]);
const row = (i: number): NDArray => array(values(rows).slice(3 * i, 3 * i + 3));
const loss = (a: NDArray, x: NDArray): NDArray => sum(mul(tanh(lax.dot(a, x)), sin(lax.dot(a, exp(x)))));

describe("a small network", () => {
  const expected = differences((a) => loss(a, x3), w);
  test("grad, with jit outside and inside", () => {
    expectClose(grad(loss)(w, x3), expected);
    expectClose(jit(grad(loss))(w, x3), expected);
    expectClose(grad(jit(loss))(w, x3), expected);
  });
  test("gradients of each example", () => {
    const wanted = range(4).flatMap((i) => values(grad(loss)(w, row(i))));
    expectClose(vmap(grad(loss), [null, 0])(w, rows), wanted);
    expectClose(jit(vmap(grad(loss), [null, 0]))(w, rows), wanted);
    expectClose(vmap(jit(grad(jit(loss))), [null, 0])(w, rows), wanted);
  });
  test("jacfwd equals jacrev", () => {
    const f = (x: NDArray): NDArray => tanh(lax.dot(w, mul(x, sin(x))));
    expectClose(jacfwd(f)(x3), jacrev(f)(x3), 1e-12);
  });
  test("hessians by all compositions", () => {
    const f = (x: NDArray): NDArray => sum(exp(tanh(lax.dot(w, mul(x, sin(x))))));
    const wanted = jacrev(grad(f))(x3);
    expectClose(jacfwd(grad(f))(x3), wanted, 1e-12);
    expectClose(hessian(f)(x3), wanted, 1e-12);
    expectClose(jacfwd(jit(grad(jit(f))))(x3), wanted, 1e-12);
    const second = range(3).flatMap((i) => differences((x) => array([values(grad(f)(x))[i]!], []), x3));
    expectClose(wanted, second);
  });
});

test("vjp returns a function that can be called again", () => {
  const [y, pull] = vjp((x: NDArray) => mul(x, sin(x)), x3);
  expectClose(
    y,
    values(x3).map((v) => v * Math.sin(v)),
  );
  const slope = values(x3).map((v) => Math.sin(v) + v * Math.cos(v));
  const [first] = pull(array([1, 1, 1])) as [NDArray];
  const [second] = pull(array([2, 0, 1])) as [NDArray];
  expectClose(first, slope);
  expectClose(second, [2 * slope[0]!, 0, slope[2]!]);
});

test("selections, scalars beside arrays, movement, conversions", () => {
  const zero = array([0], []);
  expectClose(
    grad((x: NDArray) => sum(lax.select(gt(x, 0), mul(x, x), lax.broadcastInDim(zero, [3], []))))(x3),
    [0.2, 1, 0],
  );
  expectClose(grad((b: NDArray) => sum(mul(add(x3, b), y3)))(2), 0.9);
  expectClose(vmap((b: NDArray) => add(x3, b))(array([1, 2])), [1.1, 1.5, 0.7, 2.1, 2.5, 1.7]);
  const mask = (x: NDArray): NDArray => lax.reshape(lax.convertElementType(gt(x, 0), "float64"), [1, 3]);
  expectClose(grad((x: NDArray) => sum(mul(lax.transpose(lax.reshape(x, [3, 1]), [1, 0]), mask(x))))(x3), [1, 1, 0]);
});

test("jit inside of jit, closing over a value being differentiated", () => {
  const f = (x: NDArray): NDArray => mul(jit(sin)(x), jit((y: NDArray) => mul(x, y))(x));
  expectClose(
    grad(jit(f))(0.5),
    differences((x) => mul(sin(x), mul(x, x)), array([0.5], [])),
  );
});

test("a function that does not depend on its argument has zero derivatives", () => {
  expectClose(grad((_x: NDArray) => array([2], []))(3), 0);
  expectClose(jacfwd((_x: NDArray) => y3)(x3), new Array(9).fill(0));
  expectClose(jacrev((_x: NDArray) => y3)(x3), new Array(9).fill(0));
});

test("inAxes and outAxes", () => {
  const f = vmap((x: NDArray) => sin(x), { inAxes: 1, outAxes: 0 });
  const result = f(rows);
  expect(result.shape).toEqual([3, 4]);
  expectClose(
    result,
    range(3).flatMap((c) => range(4).map((r) => Math.sin(values(rows)[3 * r + c]!))),
  );
});
