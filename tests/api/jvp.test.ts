/** `jvp`, `vjp`, `linearize`, `linearTranspose`: values, and the checks of trees, shapes and dtypes. */
import { describe, expect, test } from "vitest";
import { float0Zeros } from "../../src/api/float0.ts";
import { makeJaxpr } from "../../src/api/jaxpr.ts";
import { jit } from "../../src/api/jit.ts";
import { jvp, linearize, linearTranspose, vjp, vjpWithAux } from "../../src/api/jvp.ts";
import { vmap } from "../../src/api/vmap.ts";
import type { NDArray } from "../../src/core/ndarray.ts";
import { ShapeDtypeStruct } from "../../src/core/struct.ts";
import {
  ArgumentError,
  AsyncFunctionError,
  DTypeError,
  OptionError,
  ShapeError,
  TransformError,
  TreeError,
} from "../../src/errors/index.ts";
import * as lax from "../../src/lax/index.ts";
import { array, counting, expectClose, ints, thrown, typeOf } from "./helpers.ts";

const toFloat = (n: NDArray) => lax.convertElementType(n, "float32");

describe("jvp", () => {
  test("value and tangent", () => {
    expectClose(
      jvp((x: NDArray) => lax.sin(x), [0.5], [2]),
      [Math.sin(0.5), 2 * Math.cos(0.5)],
    );
    expectClose(
      jvp((x: NDArray, y: NDArray) => lax.mul(x, y), [2, 3], [1, 10]),
      [6, 23],
    );
  });
  test("trees in and out", () => {
    const f = (p: { a: NDArray; b: NDArray[] }) => ({ y: lax.mul(p.a, p.b[0]!), name: "out", none: null });
    expectClose(jvp(f, [{ a: 2, b: [3] }], [{ a: 1, b: [0] }]), [
      { y: 6, name: "out", none: null },
      { y: 3, name: "out", none: null },
    ]);
  });
  test("a result that does not depend on the argument has tangent zero", () => {
    expectClose(
      jvp((x: NDArray) => [x, array([1, 2])] as const, [1], [1]),
      [
        [1, [1, 2]],
        [1, [0, 0]],
      ],
    );
  });
  test("weak types and dtypes", () => {
    const [y, dy] = jvp((x: NDArray) => lax.mul(x, 2), [3], [1]);
    expect(typeOf(y)).toBe("~float32[]");
    expect(dy.dtype).toBe("float32");
  });
  test("integers have float0 tangents; zero stands for one", () => {
    const f = (x: NDArray, n: NDArray) => lax.mul(x, toFloat(n));
    expectClose(jvp(f, [2, ints(3)], [1, 0]), [6, 3]);
    expectClose(jvp(f, [2, ints(3)], [1, float0Zeros([])]), [6, 3]);
    const [, [dx, dn]] = jvp((x: NDArray) => [x, ints([3, 4])] as const, [2], [1]);
    expectClose(dx, 1);
    expect(typeOf(dn)).toBe("float0[2]");
  });
  test("auxiliary data", () => {
    const [y, dy, aux] = jvp((x: NDArray) => [lax.sin(x), { x, n: 42, s: "text" }] as const, [0.5], [1], {
      hasAux: true,
    });
    expectClose([y, dy, aux], [Math.sin(0.5), Math.cos(0.5), { x: 0.5, n: 42, s: "text" }]);
  });
  test("primals and tangents are lists of one tree", () => {
    expect(thrown(() => jvp((x: NDArray) => x, 1 as never, 1 as never)).parts.what).toContain(
      "primal and tangent arguments to jvp must be tuples or lists; found number and number.",
    );
    const error = thrown(() => jvp((x: NDArray, y: NDArray) => lax.add(x, y), [1, 2], [1] as never));
    expect(error).toBeInstanceOf(TreeError);
    expect(error.parts.what).toContain(
      "primal and tangent arguments to jvp must have the same tree structure; primals have tree structure PyTreeDef([*, *]) whereas tangents have tree structure PyTreeDef([*]).",
    );
  });
  test("shapes agree", () => {
    const error = thrown(() => jvp((x: NDArray) => lax.sin(x), [array([1, 2, 3])], [array([1, 2, 3, 4])]));
    expect(error).toBeInstanceOf(ShapeError);
    expect(error.parts.what).toContain("jvp called with different primal and tangent shapes");
    expect(error.parts.what).toContain("primal shape (3,) and tangent shape as (4,)");
  });
  test("dtypes agree", () => {
    const error = thrown(() => jvp((x: NDArray) => lax.sin(x), [array([1, 2])], [ints([1, 2])]));
    expect(error).toBeInstanceOf(DTypeError);
    expect(error.parts.what).toContain(
      "primal and tangent arguments to jvp do not match; dtypes must be equal, or in case of int/bool primal dtype the tangent dtype must be float0. Got primal dtype float32 and so expected tangent dtype float32, but got tangent dtype int32 instead.",
    );
    expect(thrown(() => jvp((x: NDArray) => x, [ints([1])], [ints([1])])).parts.what).toContain(
      "expected tangent dtype float0",
    );
    expect(() => jvp((x: NDArray) => x, [ints([1])], [1])).toThrow(DTypeError);
  });
  test("unknown options, promises, no functions", () => {
    expect(() => jvp((x: NDArray) => x, [1], [1], { hasaux: true } as never)).toThrow(OptionError);
    expect(() => jvp((async (x: NDArray) => x) as never, [1] as never, [1] as never)).toThrow(AsyncFunctionError);
    expect(() => jvp(1 as never, [1] as never, [1] as never)).toThrow(ArgumentError);
  });
});

describe("vjp", () => {
  test("value and pullback", () => {
    const [y, pull] = vjp((x: NDArray, b: NDArray) => lax.mul(lax.sin(x), b), 0.5, 2);
    expectClose(y, 2 * Math.sin(0.5));
    expectClose(pull(1), [2 * Math.cos(0.5), Math.sin(0.5)]);
    expectClose(pull(3), [6 * Math.cos(0.5), 3 * Math.sin(0.5)]);
  });
  test("trees in and out", () => {
    const f = (p: { a: NDArray; s: string }, xs: readonly NDArray[]) => ({ u: lax.mul(p.a, xs[0]!), v: [xs[1]!] });
    const [y, pull] = vjp(f, { a: 2, s: "text" }, [3, array([4, 5])]);
    expectClose(y, { u: 6, v: [[4, 5]] });
    expectClose(pull({ u: 1, v: [array([7, 8])] }), [{ a: 3, s: "text" }, [2, [7, 8]]]);
  });
  test("the pullback works under other transformations", () => {
    const [, pull] = vjp((x: NDArray) => lax.mul(x, x), array([1, 2, 3]));
    expectClose(
      vmap((c: NDArray) => pull(c)[0])(
        array([
          [1, 0, 0],
          [0, 1, 0],
        ]),
      ),
      [
        [2, 0, 0],
        [0, 4, 0],
      ],
    );
    expectClose(jit((c: NDArray) => pull(c))(array([1, 1, 1])), [[2, 4, 6]]);
    expectClose(jit((x: NDArray) => vjp((t: NDArray) => lax.sin(t), x)[1](1))(0.5), [Math.cos(0.5)]);
  });
  test("integer arguments have float0 cotangents, integer results take them", () => {
    const [, pull] = vjp((x: NDArray, n: NDArray) => [lax.mul(x, toFloat(n)), n] as const, 2, ints(3));
    const [dx, dn] = pull([1, float0Zeros([])]);
    expectClose(dx, 3);
    expect(typeOf(dn)).toBe("float0[]");
    expectClose(pull([1, 0])[0], 3);
  });
  test("vjpWithAux", () => {
    const [y, pull, aux] = vjpWithAux((x: NDArray) => [lax.mul(x, x), { n: 42, x }] as const, 3);
    expectClose([y, pull(1), aux], [9, [6], { n: 42, x: 3 }]);
    expect(() => vjpWithAux(((x: NDArray) => x) as never, 1 as never)).toThrow("two-element tuple");
  });
  test("the cotangent has the type of the output", () => {
    const [, pull] = vjp((x: NDArray) => lax.sin(x), array([1, 2, 3]));
    const shape = thrown(() => pull(array([1, 2, 3, 4])));
    expect(shape).toBeInstanceOf(ShapeError);
    expect(shape.parts.what).toContain("got float32[4], but expected float32[3]");
    const dtype = thrown(() => pull(ints([1, 2, 3])));
    expect(dtype).toBeInstanceOf(DTypeError);
    expect(dtype.parts.what).toContain("got int32[3], but expected float32[3]");
    const [, two] = vjp((x: NDArray) => [x, x] as const, 1);
    expect(thrown(() => two(1 as never))).toBeInstanceOf(TreeError);
  });
});

describe("linearize", () => {
  test("value and tangents", () => {
    const [y, push] = linearize((x: NDArray, b: NDArray) => lax.mul(lax.sin(x), b), 0.5, 2);
    expectClose(y, 2 * Math.sin(0.5));
    expectClose(push(1, 0.5), 1.9948778);
    expectClose(push(0, 0), 0);
  });
  test("the linear part does not compute the function again", () => {
    const [, push] = linearize((x: NDArray) => lax.sin(lax.exp(x)), 0.5);
    const text = String(makeJaxpr(push)(1));
    expect(text).toContain("mul");
    expect(text).not.toMatch(/sin|cos|exp/);
  });
  test("integers take zero", () => {
    const [, push] = linearize((x: NDArray, n: NDArray) => lax.mul(x, toFloat(n)), 2, ints(3));
    expectClose(push(1, 0), 3);
  });
  test("under vmap", () => {
    const [, push] = linearize((x: NDArray) => lax.mul(x, x), array([1, 2]));
    expectClose(
      vmap(push)(
        array([
          [1, 0],
          [0, 1],
        ]),
      ),
      [
        [2, 0],
        [0, 4],
      ],
    );
  });
  test("tangents have the type of the primals", () => {
    const [, push] = linearize((x: NDArray) => lax.sin(x), array([1, 2, 3]));
    const error = thrown(() => push(array([1, 2, 3, 4])));
    expect(error).toBeInstanceOf(ShapeError);
    expect(error.parts.what).toContain(
      "linearized function called on tangent values inconsistent with the original primal values",
    );
    expect(error.parts.what).toContain("float32[4]");
    expect(() => (push as (...tangents: number[]) => unknown)(1, 2)).toThrow(TreeError);
  });
});

describe("linearTranspose", () => {
  test("of a matrix product", () => {
    const A = counting([2, 3], 1);
    const transposed = linearTranspose((x: NDArray) => lax.dot(A, x), new ShapeDtypeStruct([3], "float32"));
    expectClose(transposed(array([1, 10])), [[41, 52, 63]]);
  });
  test("of several arguments and results", () => {
    const f = (x: NDArray, y: NDArray) => [lax.add(lax.mul(x, 2), y), y] as const;
    expectClose(linearTranspose(f, array(0), array(0))([1, 10]), [2, 11]);
  });
  test("of what is not linear: JAX's words", () => {
    const error = thrown(() => linearTranspose((x: NDArray) => lax.sin(x), array([1, 2]))(array([1, 2])));
    expect(error).toBeInstanceOf(TransformError);
    expect(error.parts.what).toContain("Transpose rule (for reverse-mode differentiation) for 'sin' not implemented");
    expect(error.parts.where!.join()).toContain("jvp.test.ts");
    expect(() => linearTranspose((x: NDArray) => lax.mul(x, x), array(1))(1)).toThrow(TransformError);
  });
  test("<J v, w> = <v, transposed w>", () => {
    const f = (x: NDArray) => lax.cumsum(lax.mul(lax.rev(x, [0]), array([1, 2, 3])), 0);
    const [v, w] = [array([1, -2, 5]), array([3, 7, -1])];
    const [back] = linearTranspose(f, v)(w);
    expectClose(lax.reduceSum(lax.mul(f(v), w)), lax.reduceSum(lax.mul(v, back)));
  });
});
