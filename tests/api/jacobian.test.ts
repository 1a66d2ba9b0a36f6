/** `jacfwd`, `jacrev`, `jacobian`, `hessian`: shapes, trees, argument lists. Numbers are JAX's. */
import { describe, expect, test } from "vitest";
import { grad } from "../../src/api/grad.ts";
import { hessian, jacfwd, jacobian, jacrev } from "../../src/api/jacobian.ts";
import { jit } from "../../src/api/jit.ts";
import { vmap } from "../../src/api/vmap.ts";
import type { NDArray } from "../../src/core/ndarray.ts";
import { ArgumentError, AsyncFunctionError, DTypeError, OptionError } from "../../src/errors/index.ts";
import * as lax from "../../src/lax/index.ts";
import { array, counting, expectClose, ints, thrown, typeOf } from "./helpers.ts";

const entry = (x: NDArray, i: number): NDArray => lax.reshape(lax.slice(x, [i], [i + 1]), []);
const stack = (xs: readonly NDArray[]): NDArray =>
  lax.concatenate(
    xs.map((x) => lax.reshape(x, [1])),
    0,
  );

/** R^3 to R^4. */
const map = (x: NDArray): NDArray => {
  const [a, b, c] = [entry(x, 0), entry(x, 1), entry(x, 2)];
  return stack([lax.mul(a, b), lax.sin(c), lax.integerPow(a, 2), lax.add(b, c)]);
};
const matrix = [
  [2, 1, 0],
  [0, 0, 0.87758255],
  [2, 0, 0],
  [0, 1, 1],
];

interface Pair {
  a: NDArray;
  b: NDArray;
}
const trees = (p: Pair) => ({ u: lax.mul(p.a, lax.reduceSum(p.b)), v: lax.mul(p.b, entry(p.a, 0)) });
const scalarOfTree = (p: Pair) =>
  lax.add(
    lax.mul(lax.integerPow(entry(p.a, 0), 2), lax.reduceSum(p.b)),
    lax.mul(entry(p.a, 1), lax.integerPow(entry(p.b, 0), 3)),
  );
const pair: Pair = { a: array([1, 2]), b: array([3, 4, 5]) };

describe.each([
  ["jacfwd", jacfwd],
  ["jacrev", jacrev],
  ["jacobian", jacobian],
] as const)("%s", (_name, jacobianOf) => {
  test("of a map that is not square", () => {
    expectClose(jacobianOf(map)(array([1, 2, 0.5])), matrix);
    expectClose(jit(jacobianOf(map))(array([1, 2, 0.5])), matrix);
  });
  test("of a scalar by a scalar", () => {
    const d = jacobianOf((x: NDArray) => lax.sin(x))(0.5);
    expectClose(d, Math.cos(0.5));
    expect(d.shape).toEqual([]);
  });
  test("of arrays of any rank", () => {
    const J = jacobianOf((x: NDArray) => lax.transpose(lax.mul(x, 2), [1, 0]))(counting([2, 3]));
    expect(J.shape).toEqual([3, 2, 2, 3]);
    expectClose(lax.reduceSum(J), 12);
    expectClose(lax.slice(J, [2, 1, 1, 2], [3, 2, 2, 3]), [[[[2]]]]);
  });
  test("of trees: the tree of the output holds trees of the input", () => {
    expectClose(jacobianOf(trees)(pair), {
      u: {
        a: [
          [12, 0],
          [0, 12],
        ],
        b: [
          [1, 1, 1],
          [2, 2, 2],
        ],
      },
      v: {
        a: [
          [3, 0],
          [4, 0],
          [5, 0],
        ],
        b: [
          [1, 0, 0],
          [0, 1, 0],
          [0, 0, 1],
        ],
      },
    });
  });
  test("by several arguments: a list at each leaf, also of length one", () => {
    const f = (x: NDArray, y: NDArray) => [lax.mul(x, y), lax.sub(x, y)] as const;
    expectClose(jacobianOf(f, [0, 1])(2, 3), [
      [3, 2],
      [1, -1],
    ]);
    expectClose(jacobianOf(f, { argnums: [1, 0] })(2, 3), [
      [2, 3],
      [-1, 1],
    ]);
    expectClose(jacobianOf(f, [1])(2, 3), [[2], [-1]]);
    expectClose(jacobianOf(f, -1)(2, 3), [2, -1]);
  });
  test("other arguments may be anything", () => {
    const f = (x: NDArray, flag: boolean, scale: NDArray) => (flag ? lax.mul(x, scale) : x);
    expectClose(jacobianOf(f)(array([1, 2]), true, 3), [
      [3, 0],
      [0, 3],
    ]);
    expectClose(jacobianOf(f)(array([1, 2]), false, 3), [
      [1, 0],
      [0, 1],
    ]);
  });
  test("results that do not depend on the argument have zeros", () => {
    expectClose(jacobianOf((x: NDArray) => [x, array([5, 6])] as const)(2), [1, [0, 0]]);
    expectClose(jacobianOf((_x: NDArray) => 1)(array([1, 2])), [0, 0]);
  });
  test("auxiliary data", () => {
    const f = (x: NDArray) => [lax.mul(x, x), { n: 42, y: lax.sin(x), s: "text" }] as const;
    const [J, aux] = jacobianOf(f, { hasAux: true })(array([1, 2]));
    expectClose(J, [
      [2, 0],
      [0, 4],
    ]);
    expectClose(aux, { n: 42, y: [Math.sin(1), Math.sin(2)], s: "text" });
  });
  test("dtypes: that of the argument", () => {
    expect(typeOf(jacobianOf((x: NDArray) => lax.mul(x, x))(array([1, 2])))).toBe("float32[2,2]");
  });
  test("empty arrays", () => {
    expect(jacobianOf((x: NDArray) => lax.mul(x, x))(array([])).shape).toEqual([0, 0]);
  });
  test("nests with itself, vmap and grad", () => {
    const cube = (x: NDArray) => lax.integerPow(x, 3);
    expectClose(jacobianOf(jacobianOf(cube))(array([1, 2])), [
      [
        [6, 0],
        [0, 0],
      ],
      [
        [0, 0],
        [0, 12],
      ],
    ]);
    expectClose(
      vmap(jacobianOf(cube))(
        array([
          [1, 2],
          [3, 4],
        ]),
      ),
      [
        [
          [3, 0],
          [0, 12],
        ],
        [
          [27, 0],
          [0, 48],
        ],
      ],
    );
    expectClose(grad((x: NDArray) => lax.reduceSum(jacobianOf(cube)(x)))(array([1, 2])), [6, 12]);
  });
  test("too few arguments, options, promises", () => {
    expect(() => jacobianOf((x: NDArray, _y: NDArray) => x, 2 as never)(1, 2)).toThrow(ArgumentError);
    expect(() => jacobianOf(map, { argNums: 1 } as never)).toThrow(OptionError);
    expect(() => jacobianOf((async () => 1) as never)(1 as never)).toThrow(AsyncFunctionError);
    expect(() => jacobianOf(null as never)).toThrow("Expected a callable value, got null");
  });
});

describe("dtypes", () => {
  test("jacfwd wants real arguments", () => {
    const error = thrown(() => jacfwd((x: NDArray) => x)(ints(3)));
    expect(error).toBeInstanceOf(DTypeError);
    expect(error.parts.what).toContain(
      "jacfwd requires real-valued inputs (input dtype that is a sub-dtype of np.floating), but got int32",
    );
    expect(() => jacfwd((x: NDArray) => x, { allowInt: true } as never)).toThrow(OptionError);
  });
  test("jacrev wants real arguments, or allowInt", () => {
    const f = (x: NDArray) => lax.convertElementType(x, "float32");
    const error = thrown(() => jacrev(f)(ints([3, 4])));
    expect(error.parts.what).toContain(
      "jacrev requires real- or complex-valued inputs (input dtype that is a sub-dtype of np.inexact), but got int32",
    );
    expect(typeOf(jacrev(f, { allowInt: true })(ints([3, 4])))).toBe("float0[2,2]");
    const [dx, dn] = jacrev((x: NDArray, n: NDArray) => lax.mul(x, f(n)), { argnums: [0, 1], allowInt: true })(
      2,
      ints(3),
    );
    expectClose(dx, 3);
    expect(typeOf(dn)).toBe("float0[]");
  });
  test("jacrev wants real results", () => {
    expect(thrown(() => jacrev((x: NDArray) => lax.convertElementType(x, "int32"))(1)).parts.what).toContain(
      "jacrev requires real-valued outputs (output dtype that is a sub-dtype of np.floating), but got int32",
    );
  });
});

describe("hessian", () => {
  test("of a scalar of a vector", () => {
    const f = (x: NDArray) => lax.mul(lax.integerPow(entry(x, 0), 2), entry(x, 1));
    expectClose(hessian(f)(array([1, 2])), [
      [4, 2],
      [2, 0],
    ]);
    expectClose(jacrev(jacfwd(f))(array([1, 2])), [
      [4, 2],
      [2, 0],
    ]);
    expectClose(jacfwd(grad(f))(array([1, 2])), [
      [4, 2],
      [2, 0],
    ]);
    expectClose(jit(hessian(f))(array([1, 2])), [
      [4, 2],
      [2, 0],
    ]);
  });
  test("of trees", () => {
    expectClose(hessian(scalarOfTree)(pair), {
      a: {
        a: [
          [24, 0],
          [0, 0],
        ],
        b: [
          [2, 2, 2],
          [27, 0, 0],
        ],
      },
      b: {
        a: [
          [2, 27],
          [2, 0],
          [2, 0],
        ],
        b: [
          [36, 0, 0],
          [0, 0, 0],
          [0, 0, 0],
        ],
      },
    });
  });
  test("of a matrix", () => {
    const H = hessian((m: NDArray) => lax.reduceSum(lax.sin(m)))(counting([2, 3], 0, 0.3));
    expect(H.shape).toEqual([2, 3, 2, 3]);
    expectClose(lax.slice(H, [1, 2, 1, 2], [2, 3, 2, 3]), [[[[-0.997495]]]]);
  });
  test("of a vector function", () => {
    expect(hessian(map)(array([1, 2, 0.5])).shape).toEqual([4, 3, 3]);
  });
  test("by several arguments", () => {
    const f = (x: NDArray, y: NDArray) => lax.mul(lax.mul(x, x), y);
    expectClose(hessian(f, [0, 1])(3, 4), [
      [8, 6],
      [6, 0],
    ]);
    expectClose(hessian(f, 1)(3, 4), 0);
  });
  test("auxiliary data", () => {
    const [H, aux] = hessian((x: NDArray) => [lax.integerPow(x, 3), { s: "text", x }] as const, { hasAux: true })(2);
    expectClose(H, 12);
    expectClose(aux, { s: "text", x: 2 });
  });
  test("of an integer: JAX's words", () => {
    expect(thrown(() => hessian((x: NDArray) => x)(ints(3))).parts.what).toContain(
      "jacfwd requires real-valued inputs (input dtype that is a sub-dtype of np.floating), but got int32",
    );
  });
});
