/** `jit`: when functions are traced, what is static, what comes back. */
import { describe, expect, test } from "vitest";
import { grad } from "../../src/api/grad.ts";
import { makeJaxpr } from "../../src/api/jaxpr.ts";
import { jit } from "../../src/api/jit.ts";
import { vmap } from "../../src/api/vmap.ts";
import { config } from "../../src/core/config.ts";
import type { NDArray } from "../../src/core/ndarray.ts";
import {
  ArgumentError,
  AsyncFunctionError,
  DeletedArrayError,
  OptionError,
  UnexpectedTracerError,
} from "../../src/errors/index.ts";
import * as lax from "../../src/lax/index.ts";
import { getBackend } from "../../src/runtime/device.ts";
import { array, counting, expectClose, ints, thrown, typeOf } from "./helpers.ts";

/** A function that counts how often it is traced. */
function counted<F extends (...args: never[]) => unknown>(f: F): { f: F; count: () => number } {
  let n = 0;
  const wrapped = (...args: never[]) => {
    n++;
    return f(...args);
  };
  return { f: wrapped as F, count: () => n };
}

const double = (x: NDArray): NDArray => lax.mul(x, 2);

describe("the cache", () => {
  test("one trace for each signature", () => {
    const { f, count } = counted(double);
    const g = jit(f);
    const traces = (body: () => unknown): number => {
      const before = count();
      body();
      return count() - before;
    };
    expect(traces(() => g(array([1, 2])))).toBe(1);
    expect(traces(() => g(array([3, 4])))).toBe(0);
    expect(traces(() => g(array([1, 2, 3])))).toBe(1);
    expect(traces(() => g(ints([1, 2])))).toBe(1);
    expect(traces(() => g(array(1)))).toBe(1);
    expect(traces(() => g(1))).toBe(1); // weakly typed
    expect(traces(() => g(2))).toBe(0);
    expect(traces(() => g(new Float32Array([5, 6])))).toBe(0);
    expect(g.cacheSize()).toBe(5);
    g.clearCache();
    expect(g.cacheSize()).toBe(0);
    expect(traces(() => g(array([1, 2])))).toBe(1);
  });
  test("trees are part of the signature, the order of their keys is not", () => {
    const { f, count } = counted((p: { a: NDArray; b: NDArray }) => lax.add(p.a, p.b));
    const g = jit(f);
    g({ a: 1, b: 2 });
    g({ b: 2, a: 1 });
    expect(count()).toBe(1);
    jit(f)({ a: 1, b: 2 });
    expect(count()).toBe(2);
    const h = counted((x: unknown) => (Array.isArray(x) ? (x[0] as NDArray) : (x as NDArray)));
    const k = jit(h.f) as unknown as (x: unknown) => NDArray;
    k([array(1)]);
    k(array(1));
    k([array(1), array(2)]);
    expect(h.count()).toBe(3);
  });
  test("settings are part of the signature", () => {
    const { f, count } = counted(double);
    const g = jit(f);
    g(1);
    config.using({ enableX64: true }, () => expect(typeOf(g(1))).toBe("~float64[]"));
    expect(typeOf(g(1))).toBe("~float32[]");
    expect(count()).toBe(2);
  });
  test("an error while tracing is not kept", () => {
    let fail = true;
    const g = jit((x: NDArray) => {
      if (fail) throw new Error("mine");
      return x;
    });
    expect(() => g(1)).toThrow("mine");
    fail = false;
    expectClose(g(1), 1);
  });
  test("under grad and vmap the program is traced once too", () => {
    const { f, count } = counted((x: NDArray) => lax.sin(x));
    const g = jit(f);
    g(0.5);
    expectClose(grad(g)(0.5), Math.cos(0.5));
    expectClose(grad((x: NDArray) => lax.mul(g(x), 2))(0.5), 2 * Math.cos(0.5));
    expect(count()).toBe(1);
    vmap(g)(array([1, 2]));
    expect(count()).toBe(2); // strongly typed scalars
    vmap(g)(array([3, 4]));
    expect(count()).toBe(2);
  });
});

describe("static values", () => {
  test("booleans, strings, functions, null and undefined need no option", () => {
    const { f, count } = counted((x: NDArray, flag: boolean, op: (x: NDArray) => NDArray, name?: string | null) =>
      flag ? op(x) : name === "zero" ? lax.mul(x, 0) : x,
    );
    const g = jit(f);
    expectClose(g(3, true, double), 6);
    expectClose(g(4, true, double), 8);
    expect(count()).toBe(1);
    expectClose(g(3, false, double), 3);
    expectClose(g(3, false, double, "zero"), 0);
    expectClose(g(3, false, double, null), 3);
    expect(count()).toBe(4);
  });
  test("two functions never share a program", () => {
    const g = jit((x: NDArray, op: (x: NDArray) => NDArray) => op(x));
    expectClose(
      g(3, (x) => lax.mul(x, 2)),
      6,
    );
    expectClose(
      g(3, (x) => lax.mul(x, 3)),
      9,
    );
    const make = (k: number) => (x: NDArray) => lax.mul(x, k);
    expectClose(g(3, make(4)), 12);
    expectClose(g(3, make(5)), 15);
  });
  test("values that print alike are told apart", () => {
    type Value = string | boolean | null | symbol;
    const g = jit((x: NDArray, v: Value) => (typeof v === "string" ? lax.mul(x, 2) : v === true ? lax.mul(x, 3) : x));
    expectClose(g(1, "true"), 2);
    expectClose(g(1, true), 3);
    expectClose(g(1, "null"), 2);
    expectClose(g(1, null), 1);
    expectClose(g(1, Symbol("a")), 1);
  });
  test("staticArgnums: numbers by value, objects by identity", () => {
    const { f, count } = counted((x: NDArray, n: number) => {
      let y = x;
      for (let i = 0; i < n; i++) y = lax.mul(y, 2);
      return y;
    });
    const g = jit(f, { staticArgnums: 1 });
    expectClose(g(1, 3), 8);
    expectClose(g(1, 3), 8);
    expectClose(g(1, 4), 16);
    expect(count()).toBe(2);
    expectClose(jit(f, { staticArgnums: [-1] })(1, 5), 32);
    const h = counted((x: NDArray, o: { k: number }) => lax.mul(x, o.k));
    const k = jit(h.f, { staticArgnums: 1 });
    const options = { k: 2 };
    expectClose([k(1, options as never), k(2, options as never), k(1, { k: 3 } as never)], [2, 4, 3]);
    expect(h.count()).toBe(2);
  });
  test("0 and -0, NaN", () => {
    const g = jit((x: NDArray, n: number) => lax.mul(x, 1 / n), { staticArgnums: 1 });
    expectClose(
      [g(1, 0), g(1, -0), g(1, Number.NaN)],
      [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN],
    );
  });
  test("staticArgnames: properties of a trailing options object", () => {
    const { f, count } = counted((x: NDArray, o: { power: number; scale: NDArray }) =>
      lax.mul(lax.integerPow(x, o.power), o.scale),
    );
    const g = jit(f, { staticArgnames: "power" });
    expectClose(g(2, { power: 3, scale: 10 }), 80);
    expectClose(g(2, { power: 3, scale: 20 }), 160);
    expectClose(g(2, { power: 2, scale: 10 }), 40);
    expect(count()).toBe(2);
  });
  test("arrays and lists are not static", () => {
    const error = thrown(() => jit((x: NDArray, _n: readonly number[]) => x, { staticArgnums: 1 })(1, [1, 2]));
    expect(error).toBeInstanceOf(ArgumentError);
    expect(error.parts.what).toContain("Non-hashable static arguments are not supported");
    expect(() => jit((x: NDArray) => x, { staticArgnums: 0 })(array(1))).toThrow(ArgumentError);
  });
  test("numbers out of range, options that do not exist", () => {
    const error = thrown(() => jit((x: NDArray) => x, { staticArgnums: 3 })(1));
    expect(error.parts.what).toContain(
      "Jitted function has staticArgnums=(3,), but only accepts 1 positional arguments",
    );
    expect(() => jit((x: NDArray) => x, { staticArgNums: 0 } as never)).toThrow(OptionError);
  });
});

describe("results", () => {
  test("arguments, constants, duplicates, null, static values", () => {
    const c = array([7, 8]);
    const f = jit((x: NDArray, s: string) => {
      const y = lax.sin(x);
      return { x, y, again: y, c, n: 5, s, none: null, list: [x, [y]] as const, flag: true };
    });
    const y = Math.sin(0.5);
    expectClose(f(0.5, "text"), {
      x: 0.5,
      y,
      again: y,
      c: [7, 8],
      n: 5,
      s: "text",
      none: null,
      list: [0.5, [y]],
      flag: true,
    });
    expectClose(f(0.5, "text"), {
      x: 0.5,
      y,
      again: y,
      c: [7, 8],
      n: 5,
      s: "text",
      none: null,
      list: [0.5, [y]],
      flag: true,
    });
  });
  test("nothing at all", () => {
    expect(jit((_x: NDArray) => null)(1)).toBe(null);
    expect(jit(() => undefined)()).toBe(undefined);
    expect(jit((_x: NDArray) => [])(1)).toEqual([]);
  });
  test("no arguments", () => {
    expectClose(jit(() => lax.add(array([1, 2]), 1))(), [2, 3]);
  });
  test("weak types survive", () => {
    expect(typeOf(jit(double)(3))).toBe("~float32[]");
    expect(typeOf(jit(double)(array(3)))).toBe("float32[]");
    expect(typeOf(jit((_x: NDArray) => 1)(array(3)))).toBe("~float32[]");
  });
  test("arrays that are large or empty", () => {
    const big = counting([100, 100]);
    expectClose(lax.reduceSum(jit(double)(big)), 99990000);
    expect(jit(double)(counting([0, 3])).shape).toEqual([0, 3]);
  });
  test("unused and repeated arguments", () => {
    expectClose(jit((x: NDArray, _y: NDArray) => x)(1, array([1, 2])), 1);
    const x = array([1, 2]);
    expectClose(jit((a: NDArray, b: NDArray) => lax.add(a, b))(x, x), [2, 4]);
  });
});

describe("closures and nesting", () => {
  test("arrays that the function closes over are constants", () => {
    const c = counting([3]);
    expectClose(jit((x: NDArray) => lax.add(x, c))(array([1, 1, 1])), [1, 2, 3]);
  });
  test("tracers that it closes over belong to their call", () => {
    const f = (x: NDArray) => jit((y: NDArray) => lax.mul(x, y))(2);
    expectClose(grad(f)(3), 2);
    expectClose(vmap(f)(array([1, 2])), [2, 4]);
    expectClose(jit(f)(3), 6);
    expectClose(grad(grad((x: NDArray) => lax.mul(f(x), x)))(3), 4);
    let current: NDArray = array(1);
    const g = jit((y: NDArray) => lax.mul(current, y));
    const outer = (x: NDArray) => {
      current = x;
      return g(2);
    };
    expectClose(grad(outer)(3), 2);
    expectClose(grad(outer)(5), 2);
    expectClose(vmap(outer)(array([1, 2])), [2, 4]);
    expect(g.cacheSize()).toBe(0);
  });
  test("jit in jit", () => {
    const inner = counted(double);
    const g = jit(inner.f);
    const f = jit((x: NDArray) => lax.add(g(x), g(lax.add(x, 1))));
    expectClose(f(array([1, 2])), [6, 10]);
    expect(inner.count()).toBe(1);
    expectClose(grad((x: NDArray) => lax.reduceSum(f(x)))(array([1, 2])), [4, 4]);
    expect(String(makeJaxpr(f)(1))).toContain("jit[");
  });
  test("jit of jit of grad of jit", () => {
    expectClose(jit(jit(grad(jit((x: NDArray) => lax.integerPow(x, 3)))))(2), 12);
  });
  test("a method keeps its receiver when it is bound", () => {
    class Model {
      k = 3;
      apply(x: NDArray): NDArray {
        return lax.mul(x, this.k);
      }
    }
    const m = new Model();
    const f = jit(m.apply.bind(m));
    expectClose(f(2), 6);
    expect(f.name).toBe("apply");
  });
});

describe("side effects", () => {
  test("happen while tracing only", () => {
    const log: string[] = [];
    const f = jit((x: NDArray) => {
      log.push(typeOf(x));
      return x;
    });
    f(array([1, 2]));
    f(array([3, 4]));
    expect(log).toEqual(["float32[2]"]);
  });
  test("a tracer that escapes is an error that says where it was made", () => {
    let kept: NDArray | undefined;
    jit(function loss(x: NDArray) {
      kept = lax.mul(x, 2);
      return x;
    })(1);
    const error = thrown(() => lax.add(kept!, 1));
    expect(error).toBeInstanceOf(UnexpectedTracerError);
    expect(error.parts.what).toContain("Encountered an unexpected tracer.");
    expect(error.parts.what).toContain("intermediate value with type float32[]");
    expect(error.parts.what).toContain("jit of loss");
    expect(error.parts.where!.join("\n")).toMatch(/was made by mul at jit\.test\.ts:\d+:\d+ \(loss\)/);
  });
  test("disableJit runs operation by operation", () => {
    config.using({ disableJit: true }, () => {
      const { f, count } = counted(double);
      const g = jit(f);
      expectClose(g(1), 2);
      expectClose(g(2), 4);
      expect(count()).toBe(2);
      expectClose(grad(g)(1), 2);
      // Values are there to be looked at, arguments are arrays, and results too.
      const seen: number[] = [];
      const h = jit((x: NDArray, y: { n: NDArray }, flag: boolean) => {
        seen.push(x.item(), y.n.item());
        return { sum: lax.add(x, y.n), flag, one: 1 };
      });
      const result = h(2, { n: 3 }, true);
      expect(seen).toEqual([2, 3]);
      expect([result.sum.item(), result.flag, (result.one as unknown as NDArray).item()]).toEqual([5, true, 1]);
    });
  });
  test("promises are refused", () => {
    expect(() => jit((async (x: NDArray) => x) as never)(1 as never)).toThrow(AsyncFunctionError);
  });
});

describe("donation", () => {
  test("a donated array is gone, and says who took it", () => {
    const x = array([1, 2, 3]);
    const f = jit(
      function step(a: NDArray, b: NDArray) {
        return lax.add(a, b);
      },
      { donateArgnums: 0 },
    );
    const y = array([1, 1, 1]);
    expectClose(f(x, y), [2, 3, 4]);
    const error = thrown(() => lax.add(x, 1));
    expect(error).toBeInstanceOf(DeletedArrayError);
    expect(error.parts.what).toContain("Array has been deleted with shape=float32[3]");
    expect(error.parts.what).toContain("it was donated to step (argument 0)");
    expectClose(y, [1, 1, 1]);
  });
  test("trees and large arrays", () => {
    const p = { w: counting([2000]), b: array(1) };
    const f = jit((q: { w: NDArray; b: NDArray }) => ({ w: lax.mul(q.w, 2), b: q.b }), { donateArgnums: [0] });
    const q = f(p);
    expectClose(lax.reduceSum(q.w), 3998000);
    expectClose(q.b, 1); // returned as it is, so it lives on
    expectClose(p.b, 1);
    expect(() => lax.add(p.w, 1)).toThrow(DeletedArrayError);
    const r = f(q);
    expectClose(lax.reduceSum(r.w), 7996000);
  });
  describe("results take the memory of donated arguments", () => {
    const used = (): number => getBackend().memory().used;
    const growth = (run: () => unknown): number => {
      const before = used();
      run();
      return used() - before;
    };
    const n = 40_000;

    test("of elementwise updates, also in a loop and of several arguments", () => {
      type State = { w: NDArray; m: NDArray };
      const update = (p: State, g: NDArray): State => {
        const m = lax.add(lax.mul(p.m, 0.5), g);
        return { w: lax.sub(p.w, m), m };
      };
      const g = counting([n]);
      const start = (): State => ({ w: lax.add(g, 1), m: lax.mul(g, 3) });
      const [plain, step] = [jit(update), jit(update, { donateArgnums: 0 })];
      let [p, q] = [start(), start()];
      for (let i = 0; i < 3; i++) p = plain(p, g);
      q = step(step(q, g), g);
      expect(
        growth(() => {
          q = step(q, g);
        }),
      ).toBe(0);
      expect(q.w.tolist()).toEqual(p.w.tolist());
      expect(q.m.tolist()).toEqual(p.m.tolist());
      expectClose(g, counting([n]));
    });
    test("not where the argument is still read, seen from elsewhere, or given twice", () => {
      const x = lax.add(counting([n]), 1);
      const reversed = jit((y: NDArray) => lax.sub(lax.rev(y, [0]), y), { donateArgnums: 0 });
      const difference = reversed(x);
      expectClose(difference, lax.sub(lax.rev(counting([n]), [0]), counting([n])));
      expect(x.isDeleted()).toBe(true);
      const seen = lax.add(counting([n]), 0);
      const other = seen.reshape([n / 4, 4]);
      jit((y: NDArray) => lax.mul(y, 3), { donateArgnums: 0 })(seen);
      expectClose(other.reshape([n]), counting([n]));
      const twice = lax.add(counting([n]), 0);
      const both = jit((a: NDArray, b: NDArray) => [lax.mul(a, 2), lax.mul(b, 3)] as const, { donateArgnums: 0 });
      const [double, triple] = both(twice, twice);
      expectClose(double, lax.mul(counting([n]), 2));
      expectClose(triple, lax.mul(counting([n]), 3));
    });
    test("an argument is read to the end before a later kernel writes", () => {
      const f = jit((x: NDArray) => lax.cumsum(lax.mul(x, 2)), { donateArgnums: 0 });
      const x = lax.full([n], 1, "float32").add(0);
      expectClose(f(x).get(n - 1), 2 * n);
      const g = jit((x: NDArray) => lax.add(lax.mul(x, 2), lax.reduceSum(x)), { donateArgnums: 0 });
      const y = lax.full([n], 1, "float32").add(0);
      expect(growth(() => expectClose(g(y).get(7), n + 2))).toBeLessThanOrEqual(0);
    });
    test("not in place where the elements of the result have another size", () => {
      // As many bytes as the argument, and the same index for each element: but not the same place.
      const widened = jit((x: NDArray) => lax.mul(lax.slice(x, [0], [n]).astype("float32"), 2), { donateArgnums: 0 });
      const bytes = lax.rem(counting([4 * n]), 100).astype("int8");
      expectClose(widened(bytes), lax.mul(lax.rem(counting([n]), 100), 2));
    });
    test("of rows that run in blocks", () => {
      const normal = (x: NDArray): NDArray => {
        const e = lax.exp(x);
        return lax.div(e, lax.broadcastInDim(lax.reduceSum(e, [1]), [400, 600], [0]));
      };
      const x = lax.sin(counting([400 * 600])).reshape([400, 600]);
      const wanted = jit(normal)(x).tolist();
      const f = jit(normal, { donateArgnums: 0 });
      expect(f.lower(x).asText("kernels")).toContain("in any order");
      const donated = lax.add(x, 0);
      let y = x;
      expect(
        growth(() => {
          y = f(donated);
        }),
      ).toBe(0);
      expect(y.tolist()).toEqual(wanted);
    });
    test("but not under a transformation, whose parts read it again", () => {
      const f = jit((x: NDArray) => lax.sin(x), { donateArgnums: 0 });
      const x = lax.mul(counting([n]), 0);
      const slope = grad((y: NDArray) => lax.reduceSum(f(y)))(x);
      expectClose(slope, lax.full([n], 1, "float32"));
    });
  });
  test("numbers out of range", () => {
    expect(() => jit((x: NDArray) => x, { donateArgnums: 2 })(1)).toThrow(ArgumentError);
  });
});
