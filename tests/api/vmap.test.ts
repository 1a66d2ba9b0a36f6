/** `vmap`: axes and their prefixes, sizes, results, and what it says of mistakes. */
import { describe, expect, test } from "vitest";
import { grad } from "../../src/api/grad.ts";
import { jacfwd } from "../../src/api/jacobian.ts";
import { makeJaxpr } from "../../src/api/jaxpr.ts";
import { jit } from "../../src/api/jit.ts";
import { jvp } from "../../src/api/jvp.ts";
import { vmap } from "../../src/api/vmap.ts";
import type { NDArray } from "../../src/core/ndarray.ts";
import {
  ArgumentError,
  AsyncFunctionError,
  AxisError,
  OptionError,
  ShapeError,
  TreeError,
} from "../../src/errors/index.ts";
import * as lax from "../../src/lax/index.ts";
import { registerDataclass } from "../../src/tree/index.ts";
import { array, counting, expectClose, ints, thrown, typeOf } from "./helpers.ts";

const dot = (x: NDArray, y: NDArray): NDArray => lax.dot(x, y);
const X = counting([3, 2]); // [[0, 1], [2, 3], [4, 5]]
const w = array([10, 1]);

describe("axes", () => {
  test("one for all, one each, null for what is shared", () => {
    expectClose(vmap(dot)(X, X), [1, 13, 41]);
    expectClose(vmap(dot, { inAxes: [null, 0] })(w, X), [1, 23, 45]);
    expectClose(vmap(dot, [null, 0])(w, X), [1, 23, 45]);
    expectClose(vmap(dot, [0, null])(X, w), [1, 23, 45]);
    expectClose(vmap((x: NDArray) => lax.reduceSum(x), 1)(X), [6, 9]);
    expectClose(vmap((x: NDArray) => lax.reduceSum(x), { inAxes: 1 })(X), [6, 9]);
  });
  test("negative axes count from the end", () => {
    expectClose(vmap((x: NDArray) => lax.reduceSum(x), -1)(X), [6, 9]);
    expectClose(vmap((x: NDArray) => lax.reduceSum(x), [-2])(X), [1, 5, 9]);
  });
  test("outAxes", () => {
    const f = (x: NDArray) => lax.mul(x, 2);
    expectClose(vmap(f, { outAxes: 1 })(X), [
      [0, 4, 8],
      [2, 6, 10],
    ]);
    expectClose(vmap(f, { outAxes: -1 })(X), [
      [0, 4, 8],
      [2, 6, 10],
    ]);
    expectClose(vmap(f, { outAxes: -2 })(X), [
      [0, 2],
      [4, 6],
      [8, 10],
    ]);
    expectClose(vmap((x: NDArray) => [x, w] as const, { outAxes: [1, null] })(X), [
      [
        [0, 2, 4],
        [1, 3, 5],
      ],
      [10, 1],
    ]);
    expectClose(vmap((x: NDArray) => ({ a: x, b: { c: lax.reduceSum(x), d: x } }), { outAxes: { a: 1, b: 0 } })(X), {
      a: [
        [0, 2, 4],
        [1, 3, 5],
      ],
      b: {
        c: [1, 5, 9],
        d: [
          [0, 1],
          [2, 3],
          [4, 5],
        ],
      },
    });
  });
  test("results that do not depend on the batch are repeated", () => {
    expectClose(vmap((_x: NDArray) => w)(X), [
      [10, 1],
      [10, 1],
      [10, 1],
    ]);
    expectClose(vmap((_x: NDArray) => w, { outAxes: 1 })(X), [
      [10, 10, 10],
      [1, 1, 1],
    ]);
    expectClose(vmap((_x: NDArray) => 5)(X), [5, 5, 5]);
  });
  test("prefixes of trees", () => {
    const f = (p: { w: NDArray; b: { c: NDArray; d: NDArray } }, xs: readonly NDArray[]) =>
      lax.add(lax.mul(p.w, lax.add(p.b.c, p.b.d)), xs[0]!);
    const p = { w: array([1, 2]), b: { c: 3, d: 4 } };
    expectClose(vmap(f, { inAxes: [{ w: 0, b: null }, null] })(p, [10]), [17, 24]);
    expectClose(vmap(f, { inAxes: [{ w: 0, b: { c: null, d: null } }, [0]] })(p, [array([10, 20])]), [17, 34]);
    expectClose(vmap(f, { inAxes: [null, 0] })({ w: 1, b: { c: 3, d: 4 } }, [array([1, 2])]), [8, 9]);
  });
  test("registered classes, also as prefixes", () => {
    class Layer {
      w: NDArray;
      b: NDArray;
      constructor(weight: NDArray, bias: NDArray) {
        this.w = weight;
        this.b = bias;
      }
    }
    registerDataclass(Layer, ["w", "b"]);
    const f = (l: Layer) => new Layer(lax.mul(l.w, l.b), l.b);
    const axes = new Layer(0 as never, null as never);
    const y = vmap(f as never, { inAxes: [axes as never] })(new Layer(array([1, 2]), array(3)) as never) as Layer;
    expect(y).toBeInstanceOf(Layer);
    expectClose(
      [y.w, y.b],
      [
        [3, 6],
        [3, 3],
      ],
    );
  });
  test("axisSize where nothing is mapped", () => {
    expectClose(vmap((x: NDArray) => x, { inAxes: null, axisSize: 2 })(w), [
      [10, 1],
      [10, 1],
    ]);
    expectClose(vmap(() => 1, { axisSize: 3 })(), [1, 1, 1]);
    expectClose(vmap((x: NDArray) => x, { axisSize: 3 })(X), [
      [0, 1],
      [2, 3],
      [4, 5],
    ]);
  });
  test("static arguments reach the function", () => {
    const f = (x: NDArray, flag: boolean, name: string, none: null) =>
      flag && name === "a" && none === null ? lax.neg(x) : x;
    expectClose(vmap(f)(array([1, 2]), true, "a", null), [-1, -2]);
    expectClose(vmap(f, [0, null, null, null])(array([1, 2]), true, "a", null), [-1, -2]);
  });
  test("options behind the listed arguments are mapped over axis 0, as keywords in JAX", () => {
    const f = (x: NDArray, options: { scale: NDArray; flip: boolean }) =>
      options.flip ? lax.neg(lax.mul(x, options.scale)) : x;
    expectClose(vmap(f, [null] as never)(2, { scale: array([1, 2]), flip: true }), [-2, -4]);
  });
  test("an empty batch", () => {
    expect(vmap((x: NDArray) => lax.sin(x))(counting([0, 3])).shape).toEqual([0, 3]);
  });
  test("dtypes and weak types", () => {
    expect(typeOf(vmap((x: NDArray) => lax.mul(x, 2))(ints([1, 2])))).toBe("int32[2]");
  });
});

describe("composition", () => {
  test("with itself", () => {
    expectClose(vmap(vmap(dot, [null, 0]), [0, null])(X, X), [
      [1, 3, 5],
      [3, 13, 23],
      [5, 23, 41],
    ]);
    expectClose(
      vmap(
        vmap((x: NDArray, y: NDArray) => lax.mul(x, y), [0, null]),
        [null, 0],
      )(array([1, 2]), array([3, 4])),
      [
        [3, 6],
        [4, 8],
      ],
    );
  });
  test("with grad, jit, jvp", () => {
    const loss = (p: NDArray, x: NDArray) => lax.integerPow(lax.dot(p, x), 2);
    const expected = [
      [0, 2],
      [92, 138],
      [360, 450],
    ];
    expectClose(vmap(grad(loss), [null, 0])(w, X), expected);
    expectClose(jit(vmap(grad(loss), [null, 0]))(w, X), expected);
    expectClose(vmap(jit(grad(loss)), [null, 0])(w, X), expected);
    expectClose(vmap(grad(jit(loss)), [null, 0])(w, X), expected);
    expectClose(grad((p: NDArray) => lax.reduceSum(vmap(loss, [null, 0])(p, X)))(w), [452, 590]);
    const [y, dy] = jvp(
      (x: NDArray) => vmap((r: NDArray) => lax.reduceSum(lax.mul(r, r)))(x),
      [X],
      [counting([3, 2], 1, 0)],
    );
    expectClose(
      [y, dy],
      [
        [1, 13, 41],
        [2, 10, 18],
      ],
    );
    expectClose(vmap(jacfwd((x: NDArray) => lax.mul(x, x)))(X), [
      [
        [0, 0],
        [0, 2],
      ],
      [
        [4, 0],
        [0, 6],
      ],
      [
        [8, 0],
        [0, 10],
      ],
    ]);
  });
  test("closures over values of an outer transformation", () => {
    const f = (x: NDArray) => lax.reduceSum(vmap((row: NDArray) => lax.mul(row, x))(array([1, 2, 3])));
    expectClose(grad(f)(2), 6);
    expectClose(vmap(f)(array([1, 2])), [6, 12]);
    expectClose(jit(f)(5), 30);
  });
  test("work that does not depend on the batch is done once", () => {
    const text = String(
      makeJaxpr(vmap((x: NDArray, y: NDArray) => lax.mul(x, lax.exp(y)), [0, null]))(array([1, 2, 3]), 1),
    );
    expect(text).toMatch(/f32\[\] = exp/);
  });
  test("the function is called once", () => {
    let calls = 0;
    vmap((x: NDArray) => {
      calls++;
      expect(x.shape).toEqual([2]);
      return x;
    })(X);
    expect(calls).toBe(1);
  });
});

describe("mistakes, in JAX's words", () => {
  const what = (body: () => unknown): string => thrown(body).parts.what;

  test("sizes differ", () => {
    const error = thrown(() => vmap((x: NDArray, y: NDArray) => lax.add(x, y))(array([1, 2, 3]), array([1, 2, 3, 4])));
    expect(error).toBeInstanceOf(ShapeError);
    expect(error.parts.what).toBe("vmap got inconsistent sizes for array axes to be mapped:");
    expect(error.parts.where).toContain("* one axis had size 3: axis 0 of argument x of type float32[3]");
    expect(error.parts.where).toContain("* one axis had size 4: axis 0 of argument y of type float32[4]");
  });
  test("most sizes agree", () => {
    const f = (x: NDArray, _y: NDArray, _z: NDArray) => x;
    const error = thrown(() => vmap(f)(array([1, 2, 3]), counting([4, 2]), array([1, 2, 3])));
    expect(error.parts.where).toContain(
      "* most axes (2 of them) had size 3, e.g. axis 0 of argument x of type float32[3]",
    );
    expect(error.parts.where).toContain("* one axis had size 4: axis 0 of argument _y of type float32[4,2]");
    const tied = thrown(() =>
      vmap((x: readonly NDArray[]) => x)([array([1]), array([1]), array([1, 2]), array([1, 2])]),
    );
    expect(tied.parts.where).toContain(
      "* some axes (2 of them) had size 2, e.g. axis 0 of argument x[2] of type float32[2]",
    );
  });
  test("sizes differ in a tree, or where the parameter has no name", () => {
    const f = (d: { a: NDArray; b: NDArray }) => d.a;
    expect(thrown(() => vmap(f)({ a: array([1]), b: array([1, 2]) })).message).toContain(
      "axis 0 of argument d.b of type float32[2]",
    );
    const g = ({ a }: { a: NDArray; b: NDArray }) => a;
    expect(thrown(() => vmap(g)({ a: array([1]), b: array([1, 2]) })).message).toContain("argument args[0].b");
  });
  test("a scalar has no axis", () => {
    const error = thrown(() => vmap((x: NDArray) => x)(1));
    expect(error).toBeInstanceOf(AxisError);
    expect(error.parts.what).toContain(
      "vmap was requested to map its argument along axis 0, which implies that its rank should be at least 1, but is only 0 (its shape is ())",
    );
  });
  test("an axis beyond the rank", () => {
    expect(what(() => vmap((x: NDArray) => x, 2)(X))).toContain(
      "its rank should be at least 3, but is only 2 (its shape is (3, 2))",
    );
    expect(what(() => vmap((x: NDArray) => x, -3)(X))).toContain("its rank should be at least 3, but is only 2");
  });
  test("nothing to map", () => {
    expect(what(() => vmap((x: NDArray) => x, null)(X))).toContain(
      "vmap must have at least one non-null value in inAxes or axisSize must be specified",
    );
    expect(what(() => vmap(() => 1)())).toContain(
      "vmap wrapped function must be passed at least one argument containing an array or axisSize must be specified",
    );
  });
  test("inAxes of the wrong length or kind", () => {
    const error = thrown(() => vmap(dot, [0] as never)(X, X));
    expect(error).toBeInstanceOf(ArgumentError);
    expect(error.parts.what).toContain(
      "entries corresponding to the positional arguments passed to the function, but got inAxes.length=1, args.length=2",
    );
    expect(() => vmap(dot, { inAxes: "a" as never })).toThrow("but got a.");
    expect(() => vmap(dot, { inAxes: 0.5 })).toThrow(AxisError);
    expect(() => vmap(dot, { outAxes: [0, true as never] })).toThrow(AxisError);
    expect(() => vmap(dot, { inaxes: 0 } as never)).toThrow(OptionError);
  });
  test("inAxes that are no prefix", () => {
    const error = thrown(() => vmap((d: { b: NDArray }) => d, { inAxes: [{ a: 0 }] })({ b: array([1]) }));
    expect(error).toBeInstanceOf(TreeError);
    expect(error.parts.what).toContain("vmap inAxes specification must be a tree prefix of the corresponding value");
    expect(error.parts.what).toContain("at vmap inAxes[0]");
    expect(what(() => vmap((d: readonly NDArray[]) => d[0]!, { inAxes: [[0, 0]] })([array([1])]))).toContain(
      "lengths differ",
    );
  });
  test("outAxes that are no prefix, or null for a batched result", () => {
    expect(what(() => vmap((x: NDArray) => x, { outAxes: [0, 0] })(X))).toContain(
      "vmap outAxes specification must be a tree prefix of the corresponding value",
    );
    const error = thrown(() => vmap((x: NDArray) => x, { outAxes: null })(X));
    expect(error).toBeInstanceOf(AxisError);
    expect(error.parts.what).toContain("at vmap outAxes, got axis spec null but output was batched on axis 0");
    expect(what(() => vmap((x: NDArray) => x, { outAxes: 3 })(array([1])))).toContain(
      "axis 3 is out of bounds for array of dimension 1",
    );
    expect(what(() => vmap((x: NDArray) => x, { outAxes: -2 })(array([1])))).toContain(
      "axis -2 is out of bounds for array of dimension 1",
    );
  });
  test("axisSize that differs", () => {
    const error = thrown(() => vmap((x: NDArray) => x, { axisSize: 4 })(array([1, 2, 3])));
    expect(error.parts.what).toBe("vmap got inconsistent sizes for array axes to be mapped:");
    expect(error.parts.where).toContain("* the axisSize argument was 4");
    expect(error.parts.where).toContain("* one axis had size 3: axis 0 of argument x of type float32[3]");
  });
  test("promises and values that are no functions", () => {
    expect(() => vmap((async (x: NDArray) => x) as never)(X as never)).toThrow(AsyncFunctionError);
    expect(() => vmap(X as never)).toThrow("Expected a callable value, got an array");
  });
});
