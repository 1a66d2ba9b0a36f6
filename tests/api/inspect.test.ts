/** `makeJaxpr`, `evalShape`, descriptions of arrays, settings, moving values. */
import { describe, expect, test } from "vitest";
import { blockUntilReady, deviceGet, devicePut } from "../../src/api/device.ts";
import { grad } from "../../src/api/grad.ts";
import { evalShape, makeJaxpr } from "../../src/api/jaxpr.ts";
import { jit } from "../../src/api/jit.ts";
import { vmap } from "../../src/api/vmap.ts";
import { config } from "../../src/core/config.ts";
import { isNDArray, type NDArray } from "../../src/core/ndarray.ts";
import { ShapeDtypeStruct } from "../../src/core/struct.ts";
import {
  ArgumentError,
  AsyncFunctionError,
  DTypeError,
  OptionError,
  TracerArrayConversionError,
} from "../../src/errors/index.ts";
import * as lax from "../../src/lax/index.ts";
import { array, counting, expectClose, ints, thrown, typeOf } from "./helpers.ts";

describe("makeJaxpr", () => {
  test("takes arrays, numbers, descriptions and trees of them", () => {
    const f = (p: { a: NDArray; b: readonly NDArray[] }, flag: boolean) => (flag ? lax.mul(p.a, p.b[0]!) : p.a);
    const jaxpr = makeJaxpr(f)({ a: new ShapeDtypeStruct([3], "float32"), b: [2] }, true);
    expect(String(jaxpr)).toBe("{ lambda ; a:f32[3] b:f32[]. let c:f32[3] = mul a b in (c,) }");
    expect(jaxpr.inAvals.map((a) => a.shape)).toEqual([[3], []]);
    expect(jaxpr.outAvals.map((a) => a.dtype)).toEqual(["float32"]);
  });
  test("arrays that the function closes over are its constants", () => {
    const c = counting([3]);
    const jaxpr = makeJaxpr((x: NDArray) => lax.add(x, c))(array([1, 2, 3]));
    expect(String(jaxpr)).toBe("{ lambda a:f32[3]; b:f32[3]. let c:f32[3] = add b a in (c,) }");
    expect(jaxpr.constants).toHaveLength(1);
    expect(jaxpr.constants[0]).toBe(c);
  });
  test("staticArgnums", () => {
    const f = (x: NDArray, n: number) => {
      let y = x;
      for (let i = 0; i < n; i++) y = lax.sin(y);
      return y;
    };
    expect(String(makeJaxpr(f, { staticArgnums: 1 })(1, 2)).match(/sin/g)).toHaveLength(2);
    expect(String(makeJaxpr(f, { staticArgnums: [-1] })(1, 3)).match(/sin/g)).toHaveLength(3);
    expect(() => makeJaxpr(f, { staticArgnums: 5 })(1, 2)).toThrow(ArgumentError);
  });
  test("equations name the user's lines", () => {
    const { equations } = makeJaxpr((x: NDArray) => lax.sin(x))(1);
    expect(equations[0]!.source!.stack).toContain("inspect.test.ts");
  });
  test("inside other transformations it sees their tracers as constants", () => {
    let text = "";
    grad((x: NDArray) => {
      text = String(makeJaxpr((y: NDArray) => lax.mul(x, y))(1));
      return x;
    })(array(2));
    expect(text).toMatch(/lambda a:f32\[\]; b:f32\[\]/);
  });
  test("console.log shows the text", async () => {
    const { inspect } = await import("node:util");
    expect(inspect(makeJaxpr((x: NDArray) => lax.sin(x))(1))).toContain("{ lambda ; a:f32[]");
  });
});

describe("evalShape", () => {
  test("computes nothing, and returns the tree of descriptions", () => {
    const huge = new ShapeDtypeStruct([100000, 100000], "float32");
    const out = evalShape(
      (x: NDArray) => ({ y: lax.dot(x, x), s: "text", n: null, i: lax.convertElementType(x, "int32") }),
      huge,
    );
    expect(out.y).toBeInstanceOf(ShapeDtypeStruct);
    expect(String(out.y)).toBe("ShapeDtypeStruct(shape=(100000, 100000), dtype=float32)");
    expect(out.s).toBe("text");
    expect(out.n).toBe(null);
    expect(out.i.dtype).toBe("int32");
  });
  test("weak types", () => {
    expect(String(evalShape((x: NDArray) => lax.mul(x, 2), 1))).toBe(
      "ShapeDtypeStruct(shape=(), dtype=float32, weak_type=True)",
    );
  });
  test("errors of shapes come at once", () => {
    const x = new ShapeDtypeStruct([3], "float32");
    const y = new ShapeDtypeStruct([4], "float32");
    expect(() => evalShape((a: NDArray, b: NDArray) => lax.add(a, b), x, y)).toThrow(
      "add got incompatible shapes for broadcasting: (3,), (4,).",
    );
  });
  test("under transformations", () => {
    expect(
      evalShape(
        vmap((x: NDArray) => lax.reduceSum(x)),
        new ShapeDtypeStruct([5, 3], "float32"),
      ).shape,
    ).toEqual([5]);
    expect(
      evalShape(
        grad((x: NDArray) => lax.reduceSum(x)),
        new ShapeDtypeStruct([3], "float32"),
      ).shape,
    ).toEqual([3]);
  });
  test("promises are refused", () => {
    expect(() => evalShape((async () => 1) as never)).toThrow(AsyncFunctionError);
  });
});

describe("ShapeDtypeStruct", () => {
  test("holds shape, dtype, rank and size", () => {
    const s = new ShapeDtypeStruct([2, 3], "int32");
    expect([s.shape, s.dtype, s.ndim, s.size, s.weakType]).toEqual([[2, 3], "int32", 2, 6, false]);
    expect(Object.isFrozen(s.shape)).toBe(true);
  });
  test("64-bit dtypes follow the setting", () => {
    expect(new ShapeDtypeStruct([], "float64").dtype).toBe("float32");
    config.using({ enableX64: true }, () => expect(new ShapeDtypeStruct([], "float64").dtype).toBe("float64"));
  });
  test("refuses what is no shape or dtype", () => {
    expect(() => new ShapeDtypeStruct([2.5], "float32")).toThrow();
    expect(() => new ShapeDtypeStruct([-1], "float32")).toThrow();
    expect(() => new ShapeDtypeStruct(3 as never, "float32")).toThrow();
    expect(() => new ShapeDtypeStruct([3], "float33" as never)).toThrow(DTypeError);
  });
});

describe("settings", () => {
  test("update and using", () => {
    expect(config.enableX64).toBe(false);
    config.update("enableX64", true);
    try {
      expect(config.enableX64).toBe(true);
      expect(typeOf(lax.full([], 1))).toBe("~float64[]");
    } finally {
      config.update("enableX64", false);
    }
    expect(config.using({ enableX64: true, disableJit: true }, () => [config.enableX64, config.disableJit])).toEqual([
      true,
      true,
    ]);
    expect([config.enableX64, config.disableJit]).toEqual([false, false]);
  });
  test("using restores after an error, and nests", () => {
    expect(() =>
      config.using({ enableX64: true }, () => {
        throw new Error("mine");
      }),
    ).toThrow("mine");
    expect(config.enableX64).toBe(false);
    config.using({ enableX64: true }, () => {
      config.using({ enableX64: false }, () => expect(config.enableX64).toBe(false));
      expect(config.enableX64).toBe(true);
    });
  });
  test("unknown names and values", () => {
    const error = thrown(() => config.update("enablex64" as never, true as never));
    expect(error).toBeInstanceOf(OptionError);
    expect(error.parts.fix).toContain("enableX64");
    expect(() => config.update("enableX64", 1 as never)).toThrow(OptionError);
    expect(() => config.update("numpyRankPromotion", "never" as never)).toThrow('"allow", "warn", "raise"');
    expect(() => config.using({ nonsense: 1 } as never, () => 1)).toThrow(OptionError);
  });
  test("a setting that throws changes nothing", () => {
    expect(() => config.using({ enableX64: true, nonsense: 1 } as never, () => 1)).toThrow(OptionError);
    expect(config.enableX64).toBe(false);
  });
});

describe("moving values", () => {
  test("devicePut makes arrays of all leaves", () => {
    const tree = devicePut({ a: 1, b: new Int32Array([1, 2]), s: "text", n: null });
    expect(isNDArray(tree.a) && isNDArray(tree.b)).toBe(true);
    expectClose(tree, { a: 1, b: [1, 2], s: "text", n: null });
  });
  test("deviceGet gives typed arrays, which are copies", async () => {
    const x = array([1, 2, 3]);
    const big = counting([2000]);
    const got = await deviceGet({ x, big, s: "text", k: [ints([4])] });
    expect(got.x).toEqual(Float32Array.of(1, 2, 3));
    expect(got.k[0]).toEqual(Int32Array.of(4));
    expect(got.s).toBe("text");
    (got.x as Float32Array)[0] = 9;
    (got.big as Float32Array)[0] = 9;
    expectClose(x, [1, 2, 3]);
    expectClose(lax.slice(big, [0], [1]), [0]);
  });
  test("blockUntilReady returns the tree", async () => {
    const tree = { x: counting([2000]), s: "text" };
    expect(await blockUntilReady(tree)).toBe(tree);
  });
  test("traced values have no elements to fetch", async () => {
    let promise: Promise<unknown> | undefined;
    jit((x: NDArray) => {
      promise = deviceGet(x);
      return x;
    })(1);
    await expect(promise).rejects.toThrow(TracerArrayConversionError);
  });
});

describe("numbers beside arrays, in lax", () => {
  test("take the array's dtype if it can hold them", () => {
    expect(typeOf(lax.mul(ints([1, 2]), 3))).toBe("int32[2]");
    expectClose(lax.mul(ints([1, 2]), 3), [3, 6]);
    expect(() => lax.mul(ints([1, 2]), 0.5)).toThrow(DTypeError);
    expect(() => lax.bitwiseAnd(array([true], "bool"), 2)).toThrow(DTypeError);
  });
});

describe("debugNans and debugInfs", () => {
  const f = (x: NDArray) => lax.mul(lax.log(x), 2);
  test("name the operation that made the first NaN, inside jit as well", () => {
    const sum = (x: NDArray) => lax.reduceSum(f(x));
    for (const g of [f, jit(f), grad(sum), jit(jit(f)), jit(vmap(f))]) {
      const error = thrown(() => config.using({ debugNans: true }, () => g(array([-1]))));
      expect(error.name).toBe("FloatingPointError");
      expect(error.parts.what).toBe("invalid value (nan) encountered in log");
      expect(error.parts.where!.join()).toContain("inspect.test.ts");
    }
    expectClose(f(array(-1)), Number.NaN);
  });
  test("infinities", () => {
    expect(() => config.using({ debugInfs: true }, () => f(array(0)))).toThrow(
      "invalid value (inf) encountered in log",
    );
    config.using({ debugNans: true }, () => expectClose(f(array(0)), Number.NEGATIVE_INFINITY));
  });
});
