// Reading, printing, JavaScript's operators, iteration and lifetime of arrays, concrete and traced.
import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import "../../src/array/install.ts";
import { grad } from "../../src/api/grad.ts";
import { jit } from "../../src/api/jit.ts";
import { vmap } from "../../src/api/vmap.ts";
import { array } from "../../src/array/convert.ts";
import { repr, str } from "../../src/array/show.ts";
import { config } from "../../src/core/config.ts";
import type { NDArray } from "../../src/core/ndarray.ts";
import {
  ConcretizationTypeError,
  DeletedArrayError,
  IndexingError,
  OperatorError,
  ShapeError,
  TracerArrayConversionError,
  TracerBoolConversionError,
  UnexpectedTracerError,
} from "../../src/errors/index.ts";
import { key } from "../../src/random/key.ts";

const x = array([1, 2.5, 3]);

/** The error of a function of a traced vector. */
function traced(f: (x: NDArray) => unknown, arg: NDArray = x): Error {
  try {
    jit((v: NDArray) => {
      f(v);
      return v;
    })(arg);
  } catch (error) {
    return error as Error;
  }
  throw new Error("nothing was thrown");
}

describe("reading", () => {
  test("item", () => {
    const n: number = array(2.5).item();
    expect(n).toBe(2.5);
    expect(array([[7]]).item()).toBe(7);
    expect(x.item(1)).toBe(2.5);
    expect(x.item(-1)).toBe(3);
    expect(array([true]).item<boolean>()).toBe(true);
    config.using({ enableX64: true }, () => {
      expect(array(2n ** 60n).item<bigint>()).toBe(2n ** 60n);
    });
    expect(() => x.item()).toThrow(ShapeError);
    expect(() => x.item()).toThrow("can only convert an array of size 1 to a JavaScript scalar, got float32[3]");
    expect(() => x.item(5)).toThrow("index 5 is out of bounds for axis 0 with size 3");
  });
  test("tolist and toTypedArray", () => {
    expect(
      array([
        [1, 2],
        [3, 4],
      ]).tolist(),
    ).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(array(1).tolist()).toBe(1);
    expect(array([[true], [false]]).tolist()).toEqual([[true], [false]]);
    expect(array([[], []]).tolist()).toEqual([[], []]);
    const data = x.toTypedArray();
    expect(data).toEqual(new Float32Array([1, 2.5, 3]));
    data[0] = 9;
    expect(x.item(0)).toBe(1);
    expect(JSON.stringify({ x })).toBe('{"x":[1,2.5,3]}');
    expect(() => key(0).tolist()).toThrow("No JavaScript type for the elements of key<fry>[]");
  });
  test("while traced", () => {
    const item = traced((v) => v.sum().item());
    expect(item).toBeInstanceOf(ConcretizationTypeError);
    expect(item.message).toContain("traced array with shape float32[]\nThis occurred in the item() method");
    expect(item.message).toMatch(/at read\.test\.ts:\d+/);
    const list = traced((v) => v.tolist());
    expect(list).toBeInstanceOf(TracerArrayConversionError);
    expect(list.message).toContain("tolist() was called on traced array with shape float32[3]");
    expect(traced((v) => v.toTypedArray())).toBeInstanceOf(TracerArrayConversionError);
    expect(traced((v) => JSON.stringify(v))).toBeInstanceOf(TracerArrayConversionError);
    expect(() => grad((v: NDArray) => array(v.item()))(1)).toThrow(ConcretizationTypeError);
  });
  test("after the trace has ended", () => {
    let kept: NDArray | undefined;
    jit((v: NDArray) => {
      kept = v;
      return v;
    })(x);
    expect(() => kept!.tolist()).toThrow(UnexpectedTracerError);
    expect(() => kept!.sum()).toThrow(UnexpectedTracerError);
  });
});

describe("printing", () => {
  test("str, repr and templates", () => {
    expect(str(x)).toBe("[1.  2.5 3. ]");
    expect(`${x}`).toBe("[1.  2.5 3. ]");
    expect(`${array(4)}`).toBe("4.0");
    expect(repr(x)).toBe("Array([1. , 2.5, 3. ], dtype=float32)");
    expect(repr(array(3))).toBe("Array(3., dtype=float32, weak_type=True)");
    expect(repr(array([]))).toBe("Array([], shape=(0,), dtype=float32)");
  });
  test("the console: alone as str, inside as repr", () => {
    expect(inspect(x)).toBe("[1.  2.5 3. ]");
    expect(inspect([x])).toBe("[ Array([1. , 2.5, 3. ], dtype=float32) ]");
    expect(inspect({ w: array([[1], [2]]) })).toBe("{\n  w: Array([[1.],\n         [2.]], dtype=float32)\n}");
  });
  test("tracers show their type", () => {
    const seen: string[] = [];
    const see = (v: NDArray): NDArray => {
      seen.push(`${v}`, inspect([v]));
      return v;
    };
    jit(see)(x);
    jit(see)(2);
    vmap(see)(x);
    grad((v: NDArray) => see(v).sum())(x);
    expect(seen).toEqual([
      "JitTracer(float32[3])",
      "[ JitTracer(float32[3]) ]",
      "JitTracer(~float32[])",
      "[ JitTracer(~float32[]) ]",
      "VmapTracer(float32[])",
      "[ VmapTracer(float32[]) ]",
      "GradTracer(float32[3])",
      "[ GradTracer(float32[3]) ]",
    ]);
  });
  test("keys and float0", () => {
    expect(repr(key(0))).toBe("Array((), dtype=key<fry>) overlaying:\n[0 0]");
    const zero = grad((v: NDArray) => v.sum().astype("float32"), { allowInt: true })(array([1, 2], "int32")) as NDArray;
    expect(str(zero)).toBe("[(b'',) (b'',)]");
  });
  test("notebooks", () => {
    const shown = (x as never as { [hook: symbol]: () => unknown })[Symbol.for("Jupyter.display")]!();
    expect(shown).toEqual({
      "text/plain": "[1.  2.5 3. ]",
      "text/html": '<pre title="float32[3]">[1.  2.5 3. ]</pre>',
    });
  });
});

describe("JavaScript's operators", () => {
  const loose = (v: NDArray): never => v as never;
  test("numbers of known scalars", () => {
    expect(-loose(array(2))).toBe(-2);
    expect(Math.sqrt(loose(array([4])))).toBe(2);
    expect(loose(array(1)) < 2).toBe(true);
    expect(Number(array(true))).toBe(1);
  });
  test("several elements", () => {
    expect(() => -loose(x)).toThrow(OperatorError);
    expect(() => loose(x) > 0).toThrow(
      "operators of JavaScript (-x, x * 2, x ** 2, x > 0) do not work on arrays: this one is float32[3]",
    );
  });
  test("+ and ==", () => {
    expect(() => (loose(array(1)) as number) + 1).toThrow("use x.add(y) for a sum");
    // biome-ignore lint/suspicious/noDoubleEquals: what it does with arrays is what is tested
    expect(() => (loose(x) as unknown) == "1").toThrow(OperatorError);
  });
  test("tracers", () => {
    expect(traced((v) => -loose(v))).toBeInstanceOf(ConcretizationTypeError);
    expect(traced((v) => Math.exp(loose(v.sum()))).message).toContain("An operator of JavaScript");
    const truth = traced((v) => Number(v.sum().greater(0)));
    expect(truth).toBeInstanceOf(TracerBoolConversionError);
    expect(truth.message).toContain("Attempted boolean conversion of traced array with shape bool[].");
  });
});

describe("iteration", () => {
  test("rows", () => {
    const [a, b] = array([
      [1, 2],
      [3, 4],
    ]);
    expect([a!.tolist(), b!.tolist()]).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect([...x].map((v) => v.item())).toEqual([1, 2.5, 3]);
    expect(() => [...array(1)]).toThrow(IndexingError);
    expect(() => [...array(1)]).toThrow("iteration over a 0-d array");
  });
  test("while traced", () => {
    const f = (v: NDArray): NDArray => {
      const [a, b] = v;
      return a!.mul(b!);
    };
    expect(jit(f)(array([2, 3])).item()).toBe(6);
    expect(grad(f)(array([2, 3])).tolist()).toEqual([3, 2]);
    expect(
      vmap(f)(
        array([
          [2, 3],
          [4, 5],
        ]),
      ).tolist(),
    ).toEqual([6, 20]);
  });
});

describe("lifetime", () => {
  test("delete", () => {
    const y = x.mul(2);
    expect(y.isDeleted()).toBe(false);
    y.delete();
    expect(y.isDeleted()).toBe(true);
    expect(() => y.add(1)).toThrow(DeletedArrayError);
    expect(() => y.tolist()).toThrow(DeletedArrayError);
    y.delete();
  });
  test("using", () => {
    let kept: NDArray;
    {
      using y = x.mul(2);
      kept = y;
    }
    expect(kept.isDeleted()).toBe(true);
    expect(traced((v) => v.delete())).toBeInstanceOf(ConcretizationTypeError);
  });
  test("copy and blockUntilReady", async () => {
    const y = x.mul(1);
    const z = y.copy();
    y.delete();
    expect(z.tolist()).toEqual([1, 2.5, 3]);
    expect(await z.blockUntilReady()).toBe(z);
  });
});
