/** `grad` and `valueAndGrad`: values, argument numbers, auxiliary data, dtypes, trees. Numbers are JAX's. */
import { describe, expect, test } from "vitest";
import { grad, valueAndGrad } from "../../src/api/grad.ts";
import { jit } from "../../src/api/jit.ts";
import { jvp } from "../../src/api/jvp.ts";
import { stopGradient } from "../../src/api/stop.ts";
import { vmap } from "../../src/api/vmap.ts";
import { isNDArray, type NDArray } from "../../src/core/ndarray.ts";
import { isConcrete } from "../../src/core/trace.ts";
import { ArgumentError, AsyncFunctionError, DTypeError, OptionError, ShapeError } from "../../src/errors/index.ts";
import * as lax from "../../src/lax/index.ts";
import { registerDataclass, registerPytreeNode } from "../../src/tree/index.ts";
import { array, expectClose, ints, thrown, typeOf, values } from "./helpers.ts";

const f = (x: NDArray) => lax.mul(lax.sin(x), x);
const h = (x: NDArray, y: NDArray) => lax.mul(lax.mul(lax.sin(x), lax.exp(y)), x);

describe("values", () => {
  test("higher orders", () => {
    // biome-ignore lint/suspicious/noExplicitAny: one function of many types
    let g: any = f;
    for (const expected of [0.45095235, 1.1796072, 1.078732, -2.4680426, -2.6084166]) {
      expectClose(g(array(0.7)), expected);
      g = grad(g);
    }
  });
  test("mixed partial derivatives", () => {
    expectClose(grad(grad(h, 1), 0)(0.5, 0.25), 1.1790137);
    expectClose(grad(grad(h, 0), 1)(0.5, 0.25), 1.1790137);
  });
  test("a result that does not depend on the argument has gradient zero", () => {
    expectClose(grad((_x: NDArray) => array(3))(array([1, 2])), [0, 0]);
    expectClose(grad((_x: NDArray) => 1)(2), 0);
    expectClose(
      grad((p: { used: NDArray; unused: NDArray }) => lax.mul(p.used, 2))({ used: 1, unused: array([[1, 2]]) }),
      {
        used: 2,
        unused: [[0, 0]],
      },
    );
  });
  test("stopGradient makes a constant of what is inside, and takes trees", () => {
    const g = (x: NDArray) => {
      const { a, n, s } = stopGradient({ a: x, n: 2, s: "text" });
      expect([n, s]).toEqual([2, "text"]);
      return lax.mul(a, x);
    };
    expectClose(grad(g)(3), 3);
  });
  test("stopGradient leaves integers alone", () => {
    const n = ints([1, 2]);
    expect(stopGradient(n)).toBe(n);
  });
  test("the function is called once", () => {
    let calls = 0;
    valueAndGrad((x: NDArray) => {
      calls++;
      return lax.mul(x, x);
    })(3);
    expect(calls).toBe(1);
  });
  test("a transformed function keeps its name", () => {
    expect(grad(f).name).toBe("f");
  });
});

describe("argnums", () => {
  const dx = 1.1790137;
  const dy = 0.3077973;
  test("a number, a negative number, lists in their order", () => {
    expectClose(grad(h)(0.5, 0.25), dx);
    expectClose(grad(h, 1)(0.5, 0.25), dy);
    expectClose(grad(h, -1)(0.5, 0.25), dy);
    expectClose(grad(h, -2)(0.5, 0.25), dx);
    expectClose(grad(h, [0, 1])(0.5, 0.25), [dx, dy]);
    expectClose(grad(h, { argnums: [1, 0] })(0.5, 0.25), [dy, dx]);
    expectClose(grad(h, [-1, 0])(0.5, 0.25), [dy, dx]);
  });
  test("a list of one gives a list of one, an empty list an empty list", () => {
    expectClose(grad(h, [0])(0.5, 0.25), [dx]);
    expectClose(grad(h, [])(0.5, 0.25), []);
  });
  test("too few arguments: JAX's words", () => {
    const error = thrown(() => grad(h, [0, 2])(1, 2));
    expect(error).toBeInstanceOf(ArgumentError);
    expect(error.parts.what).toContain(
      "differentiating with respect to argnums=(0, 2) requires at least 3 positional arguments to be passed by the caller, but got only 2 positional arguments.",
    );
    expect(() => grad(h, -3)(1, 2)).toThrow(ArgumentError);
    expect(() => (grad(h) as () => unknown)()).toThrow(ArgumentError);
  });
  test("fractions, texts and repetitions are refused", () => {
    expect(() => grad(h, 0.5)).toThrow(ArgumentError);
    expect(() => grad(h, "x" as never)).toThrow(OptionError);
    expect(() => grad(h, { argnums: ["x"] as never })).toThrow(ArgumentError);
    expect(() => grad(h, [0, 0])(1, 2)).toThrow(ArgumentError);
    expect(() => grad(h, [1, -1])(1, 2)).toThrow(ArgumentError);
  });
  test("misspelt options are errors with a suggestion", () => {
    const error = thrown(() => grad(h, { argNums: 1 } as never));
    expect(error).toBeInstanceOf(OptionError);
    expect(error.parts.fix).toContain('"argnums"');
    expect(() => grad(h, null as never)).toThrow(OptionError);
  });
  test("arguments behind the parameters are passed on", () => {
    const g = (x: NDArray, ...rest: NDArray[]) => lax.mul(x, rest[1]!);
    expectClose(grad(g)(1, 2, 3), 3);
  });
});

describe("other arguments", () => {
  test("booleans, strings, functions, null and undefined reach the function as they are", () => {
    const seen: unknown[] = [];
    const double = (x: NDArray) => lax.mul(x, 2);
    const g = (
      x: NDArray,
      flag: boolean,
      name: string,
      op: (x: NDArray) => NDArray,
      none: null,
      options?: { k: boolean },
    ) => {
      seen.push(flag, name, op, none, options);
      return flag ? op(x) : x;
    };
    expectClose(grad(g)(1, true, "a", double, null, { k: false }), 2);
    expect(seen).toEqual([true, "a", double, null, { k: false }]);
    expectClose(grad(g)(1, false, "a", double, null), 1);
  });
  test("numbers and typed arrays become arrays", () => {
    const kinds: string[] = [];
    grad((x: NDArray, n: NDArray, t: NDArray) => {
      kinds.push(typeOf(n), typeOf(t));
      return x;
    })(1, 2, new Int32Array([1, 2]));
    expect(kinds).toEqual(["~float32[]", "int32[2]"]);
  });
  test("they are concrete, so that their values can be read", () => {
    grad((x: NDArray, n: NDArray) => {
      expect(isConcrete(n)).toBe(true);
      expect(isConcrete(x)).toBe(false);
      return x;
    })(1, 2);
  });
});

describe("types", () => {
  test("gradients have the dtype and weak type of their arguments", () => {
    const twice = (x: NDArray) => lax.mul(x, 2);
    expect(typeOf(grad(twice)(3))).toBe("~float32[]");
    expect(typeOf(grad(twice)(array(3)))).toBe("float32[]");
    expect(typeOf(valueAndGrad(twice)(3)[0])).toBe("~float32[]");
    expect(typeOf(grad(grad((x: NDArray) => lax.mul(lax.mul(x, x), x)))(3))).toBe("~float32[]");
  });
  test("integer arguments are refused, unless allowInt gives them float0", () => {
    const g = (x: NDArray, n: NDArray) => lax.mul(x, lax.convertElementType(n, "float32"));
    const error = thrown(() => grad(g, 1)(2, ints(3)));
    expect(error).toBeInstanceOf(DTypeError);
    expect(error.parts.what).toContain(
      "grad requires real- or complex-valued inputs (input dtype that is a sub-dtype of np.inexact), but got int32",
    );
    const [dx, dn] = grad(g, { argnums: [0, 1], allowInt: true })(2, ints(3));
    expectClose(dx, 3);
    expect(typeOf(dn)).toBe("float0[]");
    expect(typeOf(grad(g, { argnums: 1, allowInt: true })(2, array(true, "bool")))).toBe("float0[]");
  });
  test("the argument is named in the error", () => {
    const error = thrown(() => grad((p: { w: NDArray; n: readonly NDArray[] }) => p.w)({ w: 1, n: [ints(1)] }));
    expect(error.parts.what).toContain("argument p.n[0]");
  });
  test("float0 does not compute", () => {
    const dn = grad((n: NDArray) => lax.convertElementType(n, "float32"), { allowInt: true })(ints(3));
    expect(() => lax.add(dn, 1)).toThrow(DTypeError);
  });
  test("the result must be one real scalar", () => {
    const vector = thrown(() => grad((x: NDArray) => lax.mul(x, 2))(array([1, 2, 3])));
    expect(vector).toBeInstanceOf(ShapeError);
    expect(vector.parts.what).toContain("Gradient only defined for scalar-output functions. Output had shape: (3,).");
    expect(() => grad((x: NDArray) => lax.mul(x, 2))(array([1]))).toThrow("(1,)");
    expect(() => grad((x: NDArray) => [x, x] as never)(1)).toThrow(ShapeError);
    expect(() => grad((_x: NDArray) => null as never)(1)).toThrow("Output was null");
    expect(() => grad((_x: NDArray) => undefined as never)(1)).toThrow("Output was undefined");
    expect(() => grad((_x: NDArray) => "text" as never)(1)).toThrow(ShapeError);
    const integer = thrown(() => grad((x: NDArray) => lax.convertElementType(x, "int32"))(1));
    expect(integer).toBeInstanceOf(DTypeError);
    expect(integer.parts.what).toContain(
      "grad requires real-valued outputs (output dtype that is a sub-dtype of np.floating), but got int32",
    );
  });
  test("holomorphic wants complex numbers", () => {
    const error = thrown(() => grad(f, { holomorphic: true })(1));
    expect(error).toBeInstanceOf(DTypeError);
    expect(error.parts.what).toContain(
      "grad with holomorphic=True requires inputs with complex dtype, but got float32",
    );
  });
  test("static values cannot be differentiated by", () => {
    expect(() => grad((_x: string) => 1)("text")).toThrow(ArgumentError);
    expect(() => grad((_x: () => number) => 1)(() => 1)).toThrow(ArgumentError);
    expect(thrown(() => grad((x: NDArray) => x)(true)).parts.what).toContain("but got bool");
    expect(grad((_x: null) => 1)(null)).toBe(null);
  });
  test("nested lists are trees, not arrays", () => {
    expectClose(grad(([a, b]: readonly [NDArray, NDArray]) => lax.mul(a, b))([2, 3]), [3, 2]);
  });
  test("promises are refused", () => {
    expect(() => grad((async (x: NDArray) => x) as never)(1 as never)).toThrow(AsyncFunctionError);
  });
  test("a value that is no function is refused", () => {
    expect(() => grad(3 as never)).toThrow("Expected a callable value, got 3");
  });
});

describe("auxiliary data", () => {
  test("stay what they are, and arrays in them concrete", () => {
    const op = () => 1;
    const g = (x: NDArray) =>
      [lax.mul(x, x), { n: 42, s: "text", list: [lax.sin(x), null], op, on: true, i: ints([1]) }] as const;
    const [gradient, aux] = grad(g, { hasAux: true })(2);
    expectClose(gradient, 4);
    expect(aux.n).toBe(42);
    expect(aux.s).toBe("text");
    expect(aux.op).toBe(op);
    expect(aux.on).toBe(true);
    expect(aux.list[1]).toBe(null);
    expectClose(aux.list[0], Math.sin(2));
    expect(values(aux.i)).toEqual([1]);
    const [[value, sameAux], sameGradient] = valueAndGrad(g, { hasAux: true })(2);
    expectClose(value, 4);
    expectClose(sameGradient, 4);
    expectClose(sameAux.list[0], Math.sin(2));
  });
  test("carry no gradient", () => {
    const [gradient] = grad((x: NDArray) => [lax.mul(x, 3), lax.exp(x)] as const, { hasAux: true })(2);
    expectClose(gradient, 3);
  });
  test("nest", () => {
    const inner = grad((x: NDArray) => [lax.mul(lax.mul(x, x), x), x] as const, { hasAux: true });
    const [second, first] = grad((x: NDArray) => [inner(x)[0], inner(x)[1]] as const, { hasAux: true })(2);
    expectClose(second, 12);
    expectClose(first, 2);
    expect(isNDArray(first) && isConcrete(first)).toBe(true);
  });
  test("must be half of a pair", () => {
    const error = thrown(() => grad(f as never, { hasAux: true })(1 as never));
    expect(error).toBeInstanceOf(ArgumentError);
    expect(error.parts.what).toContain("expected function with aux output to return a two-element tuple, but got");
    expect(() => grad(((x: NDArray) => [x, x, x]) as never, { hasAux: true })(1 as never)).toThrow(ArgumentError);
  });
});

describe("trees", () => {
  class Point {
    readonly x: NDArray;
    readonly y: NDArray;
    readonly label: string;
    constructor(x: NDArray, y: NDArray, label: string) {
      this.x = x;
      this.y = y;
      this.label = label;
    }
    get product(): NDArray {
      return lax.mul(this.x, this.y);
    }
  }
  registerPytreeNode(
    Point,
    (p) => ({ children: [p.x, p.y], aux: p.label, keys: ["x", "y"] }),
    (label, [x, y]) => new Point(x as NDArray, y as NDArray, label as string),
  );
  class Model {
    weight: NDArray;
    name = "model";
    constructor(weight: NDArray) {
      this.weight = weight;
    }
    apply(x: NDArray): NDArray {
      return lax.mul(this.weight, x);
    }
  }
  registerDataclass(Model, ["weight"], ["name"]);

  test("gradients have the tree of the argument", () => {
    const p = {
      layers: [
        { w: array([1, 2]), b: 3 },
        { w: array([4]), b: 5 },
      ],
      name: "net",
      depth: null,
    };
    const g = grad((q: typeof p) => {
      let total = lax.add(lax.reduceSum(q.layers[0]!.w), lax.mul(q.layers[0]!.b as never, 2));
      total = lax.add(total, lax.mul(lax.reduceSum(q.layers[1]!.w), q.layers[1]!.b as never));
      return total;
    })(p as never);
    expectClose(g, {
      layers: [
        { w: [1, 1], b: 2 },
        { w: [5], b: 4 },
      ],
      name: "net",
      depth: null,
    });
  });
  test("registered classes come back as instances", () => {
    const g = grad((p: Point) => p.product)(new Point(array(2), array(3), "p") as never) as unknown as Point;
    expect(g).toBeInstanceOf(Point);
    expect(g.label).toBe("p");
    expectClose(g.x, 3);
    expectClose(g.y, 2);
    const m = grad((model: Model, x: NDArray) => model.apply(x))(new Model(array(2)) as never, 5) as unknown as Model;
    expect(m).toBeInstanceOf(Model);
    expect(m.name).toBe("model");
    expectClose(m.weight, 5);
  });
  test("an empty tree has an empty gradient", () => {
    expect(grad((_p: { readonly a?: NDArray }, x: NDArray) => x)({}, 1)).toEqual({});
  });
});

describe("nested transformations keep their tangents apart", () => {
  test("x d/dy (x + y)", () => {
    expectClose(grad((x: NDArray) => lax.mul(x, grad((y: NDArray) => lax.add(x, y))(1)))(1), 1);
  });
  test("x d/dy (x y)", () => {
    expectClose(grad((x: NDArray) => lax.mul(x, grad((y: NDArray) => lax.mul(x, y))(2)))(3), 6);
  });
  test("the same by forward mode, and both mixed", () => {
    const inner = (x: NDArray) => jvp((y: NDArray) => lax.mul(x, y), [2], [1])[1];
    expectClose(
      jvp((x: NDArray) => lax.mul(x, inner(x)), [3], [1]),
      [9, 6],
    );
    expectClose(grad((x: NDArray) => lax.mul(x, inner(x)))(3), 6);
    const reverse = (x: NDArray) => grad((y: NDArray) => lax.mul(x, y))(2);
    expectClose(
      jvp((x: NDArray) => lax.mul(x, reverse(x)), [3], [1]),
      [9, 6],
    );
  });
  test("the point of the inner derivative depends on the outer variable", () => {
    const g = grad((x: NDArray) => lax.mul(x, grad((y: NDArray) => lax.mul(lax.mul(x, y), y))(x)));
    expectClose(vmap(g)(array([1, 2, 3])), [6, 24, 54]);
    expectClose(jit(vmap(g))(array([1, 2, 3])), [6, 24, 54]);
    expectClose(vmap(jit(g))(array([1, 2, 3])), [6, 24, 54]);
  });
  test("a closure kept from an outer call", () => {
    const outer = grad((x: NDArray) => {
      const times = (y: NDArray) => lax.mul(x, y);
      return lax.mul(grad(times)(x), grad(times)(x));
    });
    expectClose(outer(3), 6);
  });
});
