/** Functions of `numpy` that make, rearrange, index, order and search arrays, against JAX's values and under transformations. */
import { describe, expect, test } from "vitest";
import { grad } from "../../src/api/grad.ts";
import { makeJaxpr } from "../../src/api/jaxpr.ts";
import { jit } from "../../src/api/jit.ts";
import { jvp } from "../../src/api/jvp.ts";
import { vmap } from "../../src/api/vmap.ts";
import { slice } from "../../src/array/slice.ts";
import { config } from "../../src/core/config.ts";
import { isNDArray, type NDArray } from "../../src/core/ndarray.ts";
import { AdjointError, ConcretizationTypeError, OptionError, ShapeError } from "../../src/errors/index.ts";
import * as jnp from "../../src/numpy/index.ts";
import { sin } from "../../src/prims/trigonometric.ts";
import type { DType } from "../../src/types/dtype.ts";
import { type EncodedArray, isEncodedArray, loadGolden } from "../golden/load.ts";
import { callCase, camelCase, difference, type GoldenCall, toArray } from "./golden.ts";

/** Functions of the golden file that compute: they have a test of their own. */
const computing = new Set(
  (
    "trace negative positive absolute abs fabs sign floor ceil trunc rint sqrt cbrt square reciprocal exp exp2 expm1 log log2 " +
    "log10 log1p sin cos tan arcsin arccos arctan sinh cosh tanh arcsinh arccosh arctanh degrees radians deg2rad rad2deg sinc " +
    "isnan isinf isfinite isposinf isneginf signbit logical_not conj real imag angle nan_to_num i0 spacing bitwise_not invert " +
    "bitwise_count modf frexp divmod round around unwrap ldexp add subtract multiply divide true_divide floor_divide remainder " +
    "mod fmod power float_power maximum minimum fmax fmin arctan2 hypot copysign heaviside logaddexp logaddexp2 nextafter equal " +
    "not_equal less less_equal greater greater_equal logical_and logical_or logical_xor isclose array_equal gcd lcm bitwise_and " +
    "bitwise_or bitwise_xor left_shift right_shift clip allclose array_equiv sum prod max min mean var std ptp median amax amin " +
    "all any cumsum average nansum nanprod nanmax nanmin nanmean nanvar nanstd nanmedian nancumsum nancumprod nanquantile " +
    "nanpercentile quantile percentile cumprod cumulative_sum cumulative_prod diff ediff1d gradient trapezoid dot matmul matvec " +
    "vecmat vecdot tensordot inner outer vdot kron cross einsum convolve correlate cov corrcoef polyval polyadd polysub polymul " +
    "polyder polyint polydiv polyfit poly"
  ).split(" "),
);

type AnyFunction = (...args: never[]) => unknown;
const library = jnp as unknown as Record<string, AnyFunction | undefined>;

const { cases } = loadGolden<GoldenCall>("numpy_functions");
const own = cases.filter((c) => !computing.has(c.fn) && !c.fn.startsWith("linalg."));

const label = (c: GoldenCall): string =>
  `${c.fn}(${JSON.stringify(c.args).slice(0, 120)}, ${JSON.stringify(c.kwargs).slice(0, 80)})`;

/** JavaScript cannot tell 2 from 2.0: `full(3, 2)` is float32, `arange(3.0)` int32. The values are the same. */
const otherType = (c: GoldenCall): boolean => {
  const out = c.out as EncodedArray | undefined;
  if (c.fn === "full") return typeof c.args[1] === "number" && Object.keys(c.kwargs).length === 0;
  return c.fn === "arange" && c.args.every(Number.isInteger) && out?.dtype.startsWith("float") === true;
};

/** Sums in another order, and logarithms, move last digits. */
const tolerance = (c: GoldenCall) => ({ ulp: 8, absolute: 2e-7, dtypes: !otherType(c) });

describe("values of JAX", () => {
  test("every function of this half exists", () => {
    expect(own.filter((c) => library[camelCase(c.fn)] === undefined).map((c) => c.fn)).toEqual([]);
  });

  for (const fn of new Set(own.map((c) => c.fn))) {
    test(fn, () => {
      const wrong: string[] = [];
      for (const c of own.filter((other) => other.fn === fn)) {
        const call = (): unknown => callCase(library[camelCase(fn)]!, c);
        if (c.error !== undefined) {
          expect(call, label(c)).toThrow(AdjointError);
          continue;
        }
        const found = difference(call(), c.out, tolerance(c));
        if (found !== undefined) wrong.push(`${label(c)}: ${found}`);
      }
      expect(wrong).toEqual([]);
    });
  }

  const indexing = loadGolden<GoldenCall & { readonly kind: string }>("indexing").cases;
  for (const fn of ["take", "take_along_axis", "choose", "put_along_axis"]) {
    test(`${fn}, with indices out of bounds`, () => {
      const calls = indexing.filter((c) => c.kind === "call" && c.fn === fn);
      expect(calls.length).toBeGreaterThan(0);
      for (const c of calls) {
        if (c.error !== undefined) {
          expect(() => callCase(library[camelCase(fn)]!, c), label(c)).toThrow(AdjointError);
          continue;
        }
        expect(difference(callCase(library[camelCase(fn)]!, c), c.out), label(c)).toBeUndefined();
      }
    });
  }

  test("promotion of where and promoteTypes", () => {
    type Pair = readonly [a: string, b: string, answer: string | readonly [string, boolean]];
    const file = loadGolden<{ fn: string; x64: boolean; pairs: readonly Pair[] }>("promotion");
    const unstored = ["float16", "bfloat16", "complex64", "complex128", "c*"];
    const value = (dtype: string): NDArray | number => {
      if (dtype.endsWith("*")) return dtype === "i*" ? 1 : 1.5;
      return jnp.ones(1, dtype as DType);
    };
    for (const { fn, x64, pairs } of file.cases) {
      config.using({ enableX64: x64 }, () => {
        for (const [a, b, answer] of pairs) {
          if (fn === "promote_types" && !a.endsWith("*") && !b.endsWith("*")) {
            expect(jnp.promoteTypes(a as DType, b as DType), `${a} ${b}`).toBe(answer);
          }
          if (fn !== "where" || unstored.includes(a) || unstored.includes(b) || unstored.includes(String(answer[0])))
            continue;
          const out = jnp.where(true, value(a), value(b));
          // Two numbers: integral ones are integers here too.
          expect([out.dtype, out.weakType], `where ${a} ${b}`).toEqual(answer);
        }
      });
    }
  });

  test("limits of dtypes", () => {
    const file = loadGolden<{ fn: string; dtype: DType; [key: string]: unknown }>("dtypes_and_casts");
    for (const c of file.cases) {
      if (c.fn === "finfo") {
        const info = jnp.finfo(c.dtype) as unknown as Record<string, unknown>;
        for (const [name, expected] of Object.entries(c)) {
          if (name === "fn" || name === "dtype") continue;
          const value = Number(info[camelCase(name)]);
          // JAX rounds the resolution to the dtype itself.
          if (name === "resolution") expect(value / Number(expected), `${c.dtype}`).toBeCloseTo(1, 2);
          else expect(value, `finfo ${c.dtype} ${name}`).toBe(Number(expected));
        }
      } else if (c.fn === "iinfo") {
        const info = jnp.iinfo(c.dtype);
        expect([String(info.min), String(info.max), info.bits]).toEqual([String(c.min), String(c.max), c.bits]);
      }
    }
  });
});

/** All encoded arrays in the arguments of a case. */
function arraysIn(value: unknown): EncodedArray[] {
  if (isEncodedArray(value)) return [value];
  if (typeof value !== "object" || value === null) return [];
  return (Array.isArray(value) ? value : Object.values(value)).flatMap(arraysIn);
}

/** Cases whose functions can be called with traced arrays. */
const traced = own.filter((c) => c.error === undefined && c.x64 !== true && arraysIn([c.args, c.kwargs]).length > 0);

/** A case as a function of its arrays. */
function functionOf(c: GoldenCall): (...xs: NDArray[]) => unknown {
  return (...xs) => {
    let next = 0;
    return callCase(library[camelCase(c.fn)]!, c, () => xs[next++]!);
  };
}

/** Functions of which some cases have results whose size depends on values: they must say so while traced. */
const valueDependent = new Set(
  "where repeat delete trim_zeros unique unique_values unique_counts unique_inverse union1d intersect1d setdiff1d setxor1d nonzero argwhere compress extract bincount".split(
    " ",
  ),
);

describe("transformations", () => {
  test("jit gives the same, or says what must be known", () => {
    const wrong: string[] = [];
    for (const c of traced) {
      try {
        const result = jit(functionOf(c) as (...xs: NDArray[]) => NDArray)(
          ...arraysIn([c.args, c.kwargs]).map(toArray),
        );
        const found = difference(result, c.out, tolerance(c));
        if (found !== undefined) wrong.push(`${label(c)}: ${found}`);
      } catch (error) {
        if (!(error instanceof ConcretizationTypeError && valueDependent.has(c.fn)))
          wrong.push(`${label(c)}: ${String(error)}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  test("vmap gives the same for every example", () => {
    const wrong: string[] = [];
    const last = (o: unknown): unknown => (Array.isArray(o) ? o.map(last) : isNDArray(o) ? o.get(1) : o);
    for (const c of traced) {
      try {
        const batched = arraysIn([c.args, c.kwargs]).map((x) => jnp.stack([jnp.zerosLike(toArray(x)), toArray(x)]));
        const found = difference(
          last(vmap(functionOf(c) as (...xs: NDArray[]) => NDArray)(...batched)),
          c.out,
          tolerance(c),
        );
        if (found !== undefined) wrong.push(`${label(c)}: ${found}`);
      } catch (error) {
        if (!(error instanceof ConcretizationTypeError && valueDependent.has(c.fn)))
          wrong.push(`${label(c)}: ${String(error)}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  test("forward and reverse mode agree, and differences confirm them where values vary smoothly", () => {
    // Values at which these have steps or kinks stand in the cases.
    const jumps = new Set(["histogram", "histogram2d", "interp"]);
    const wrong: string[] = [];
    const total = (o: unknown): NDArray | undefined => {
      if (Array.isArray(o))
        return o.map(total).reduce((a, b) => (a === undefined ? b : b === undefined ? a : a.add(b)), undefined);
      return isNDArray(o) && o.dtype === "float32" ? sin(o).sum() : undefined;
    };
    let checked = 0;
    for (const c of traced) {
      if (valueDependent.has(c.fn) && Object.keys(c.kwargs).length === 0) continue;
      const arrays = arraysIn([c.args, c.kwargs]).map(toArray);
      arrays.forEach((x, i) => {
        if (x.dtype !== "float32" || x.size === 0) return;
        const loss = (y: NDArray): NDArray => total(functionOf(c)(...arrays.map((z, j) => (j === i ? y : z))))!;
        let value: NDArray | undefined;
        try {
          value = loss(x);
          if (value === undefined) return;
          const direction = jnp.reshape(jnp.linspace(0.3, 1.1, x.size), x.shape);
          const slope = (jvp(loss, [x], [direction]) as [NDArray, NDArray])[1].item() as number;
          const product = grad(loss)(x).mul(direction).sum().item() as number;
          const h = 1e-3;
          const difference =
            ((loss(x.add(direction.mul(h))).item() as number) - (loss(x.sub(direction.mul(h))).item() as number)) /
            (2 * h);
          if (Number.isNaN(slope)) return;
          checked++;
          if (Math.abs(product - slope) > 1e-4 * Math.max(1, Math.abs(slope)))
            wrong.push(`${label(c)}: ${product}, forward ${slope}`);
          if (!jumps.has(c.fn) && Math.abs(difference - slope) > 2e-2 * Math.max(1, Math.abs(slope))) {
            wrong.push(`${label(c)}: ${slope}, by differences ${difference}`);
          }
        } catch (error) {
          if (!(error instanceof ConcretizationTypeError && valueDependent.has(c.fn)))
            wrong.push(`${label(c)}: ${String(error)}`);
        }
      });
    }
    expect(wrong).toEqual([]);
    expect(checked).toBeGreaterThan(150);
  });
});

const ints = (...values: number[]): NDArray => jnp.array(values, { dtype: "int32" });
const floats = (...values: number[]): NDArray => jnp.array(values);

describe("sizes that depend on values", () => {
  const u = ints(3, 1, 2, 3, 1, 7);

  test("known arrays may be used inside of jit", () => {
    const f = jit((x: NDArray) => jnp.take(x, jnp.nonzero(ints(0, 1, 1))[0]!));
    expect(f(floats(5, 6, 7)).tolist()).toEqual([6, 7]);
    expect(jit((x: NDArray) => jnp.unique(u).add(x))(1).tolist()).toEqual([2, 3, 4, 8]);
  });

  test("traced arrays need a size", () => {
    for (const f of [
      (x: NDArray) => jnp.nonzero(x)[0]!,
      (x: NDArray) => jnp.unique(x),
      (x: NDArray) => jnp.where(x)[0]!,
      (x: NDArray) => jnp.bincount(x),
      (x: NDArray) => jnp.repeat(x, x),
      (x: NDArray) => jnp.setdiff1d(x, 1),
      (x: NDArray) => jnp.compress(x, x),
      (x: NDArray) => jnp.arange(x.sum()),
      (x: NDArray) => jnp.linspace(0, 1, x.sum()),
      (x: NDArray) => jnp.zeros(x.sum() as unknown as number),
    ]) {
      expect(() => jit(f)(u)).toThrow(ConcretizationTypeError);
    }
  });

  test("results of a given size are filled up", () => {
    expect(jit((x: NDArray) => jnp.unique(x, { size: 6 }))(u).tolist()).toEqual([1, 2, 3, 7, 1, 1]);
    expect(jnp.intersect1d(u, ints(9, 1, 3), { size: 3 }).tolist()).toEqual([1, 3, 1]);
    expect(jnp.setdiff1d(u, ints(1, 7), { size: 3 }).tolist()).toEqual([2, 3, 0]);
    expect(jnp.setxor1d(u, ints(1, 9), { size: 6, fillValue: -5 }).tolist()).toEqual([2, 3, 7, 9, -5, -5]);
    expect(jnp.nonzero(ints(0, 5, 0, 5), { size: 3, fillValue: 9 })[0]!.tolist()).toEqual([1, 3, 9]);
    expect(jnp.compress(ints(1, 0, 1), floats(1, 2, 3), { size: 3, fillValue: 7 }).tolist()).toEqual([1, 3, 7]);
    expect(() => jnp.nonzero(u, { size: -1 })).toThrow(AdjointError);
  });

  test("positions of first occurrences, and counts", () => {
    const results = jnp.unique(u, { returnIndex: true, returnInverse: true, returnCounts: true, size: 5 });
    expect(results.map((x) => x.tolist())).toEqual([
      [1, 2, 3, 7, 1],
      [1, 2, 0, 5, 1],
      [2, 0, 1, 2, 0, 3],
      [2, 1, 2, 1, 0],
    ]);
    const both = jnp.intersect1d(u, ints(9, 1, 3, 7), { returnIndices: true, size: 5 });
    expect(both.map((x) => x.tolist())).toEqual([
      [1, 3, 7, 1, 1],
      [1, 0, 5, 6, 6],
      [1, 2, 3, 4, 4],
    ]);
  });

  test("NaN is one element of unique, and in no set", () => {
    const x = floats(Number.NaN, 1, Number.NaN);
    expect(jnp.unique(x).tolist()).toEqual([1, Number.NaN]);
    expect(jnp.uniqueCounts(x)[1].tolist()).toEqual([1, 1, 1]);
    expect(jnp.isin(x, x).tolist()).toEqual([false, true, false]);
    expect(jnp.intersect1d(x, x).tolist()).toEqual([1]);
    expect(jnp.setdiff1d(x, x).tolist()).toEqual([Number.NaN]);
  });
});

describe("details", () => {
  test("numbers beside arrays keep the arrays' dtype", () => {
    expect(jnp.insert(ints(1, 2), 1, 9).dtype).toBe("int32");
    expect(jnp.append(ints(1, 2), 3).dtype).toBe("int32");
    expect(jnp.append(ints(1, 2), 0.5).dtype).toBe("float32");
    expect(jnp.where(ints(1, 0), 1, 0).dtype).toBe("int32");
    expect(jnp.where(ints(1, 0), 1, 0.5).dtype).toBe("float32");
    expect(jnp.full([2], 7).dtype).toBe("float32");
    expect(jnp.full([2], 7, "int32").dtype).toBe("int32");
    expect(jnp.full([2], true).dtype).toBe("bool");
    expect(jnp.arange(4).dtype).toBe("int32");
    expect(jnp.arange(0, 1, 0.5).tolist()).toEqual([0, 0.5]);
  });

  test("padding modes with options", () => {
    const v = floats(1, 2, 4);
    expect(jnp.pad(v, 4, { mode: "reflect", reflectType: "odd" }).tolist()).toEqual(
      [-5, -4, -2, 0, 1, 2, 4, 6, 7, 8, 10].slice(0, 11),
    );
    expect(jnp.pad(v, [2, 1], { mode: "maximum", statLength: 2 }).tolist()).toEqual([2, 2, 1, 2, 4, 4]);
    expect(jnp.pad(v, 1, { mode: "median" }).tolist()).toEqual([2, 1, 2, 4, 2]);
    expect(jnp.pad(v, 2, "linear_ramp", { endValues: 5 }).tolist()).toEqual([5, 3, 1, 2, 4, 4.5, 5]);
    expect(() => jnp.pad(v, 1, { mode: "edge", constantValues: 3 })).toThrow(OptionError);
    expect(() => jnp.pad(v, -1)).toThrow(AdjointError);
    expect(() => jnp.pad(jnp.zeros(0), 1, "edge")).toThrow(ShapeError);
  });

  test("insert and delete by lists, slices, masks and traced places", () => {
    const v = jnp.arange(5);
    expect(jnp.insert(v, [3, 1, 1], floats(7, 8, 9)).tolist()).toEqual([0, 8, 9, 1, 2, 7, 3, 4]);
    expect(jnp.insert(v, slice(0, 4, 2), 9).tolist()).toEqual([9, 0, 1, 9, 2, 3, 4]);
    expect(jit((i: NDArray) => jnp.insert(v, i, 9))(ints(-1, 0)).tolist()).toEqual([9, 0, 1, 2, 3, 9, 4]);
    expect(jnp.delete(v, slice(0, 4, 2)).tolist()).toEqual([1, 3, 4]);
    expect(jnp.delete(v, [true, false, false, true, false]).tolist()).toEqual([1, 2, 4]);
    expect(jit((i: NDArray) => jnp.delete(v, i, { assumeUniqueIndices: true }))(ints(0, 3)).tolist()).toEqual([
      1, 2, 4,
    ]);
    expect(() => jnp.delete(v, 7)).toThrow(AdjointError);
  });

  test("rolls by traced shifts", () => {
    const x = jnp.reshape(jnp.arange(6), [2, 3]);
    const rolled = jit((s: NDArray) => jnp.roll(x, s, [0, 1]))(ints(1, -1));
    expect(rolled.tolist()).toEqual(jnp.roll(x, [1, -1], [0, 1]).tolist());
    expect(rolled.tolist()).toEqual([
      [4, 5, 3],
      [1, 2, 0],
    ]);
  });

  test("places in sorted arrays, NaN last", () => {
    const a = floats(1, 2, Number.NaN, Number.NaN);
    expect(jnp.searchsorted(a, floats(Number.NaN, 3, 1)).tolist()).toEqual([2, 2, 0]);
    expect(jnp.searchsorted(a, floats(Number.NaN, 3, 1), "right").tolist()).toEqual([4, 2, 1]);
    expect(jnp.searchsorted(jnp.zeros(0), floats(1)).tolist()).toEqual([0]);
    for (const n of [1, 2, 3, 4, 5, 7, 8, 9, 31, 33]) {
      const sorted = jnp.arange(n);
      const queries = jnp.arange(-1, n + 1);
      expect(jnp.searchsorted(sorted, queries).tolist()).toEqual(
        Array.from({ length: n + 2 }, (_, i) => Math.min(Math.max(i - 1, 0), n)),
      );
    }
  });

  test("the largest and what is partitioned", () => {
    const [values, places] = jnp.topK(floats(1, 5, 5, Number.NaN, 2), 3);
    expect([values.tolist(), places.tolist()]).toEqual([
      [Number.NaN, 5, 5],
      [3, 1, 2],
    ]);
    expect(grad((x: NDArray) => jnp.topK(x, 2)[0].sum())(floats(1, 3, 2)).tolist()).toEqual([0, 1, 1]);
    expect(() => jnp.topK(floats(1, 2), 3)).toThrow(AdjointError);
  });

  test("points in cells of a grid", () => {
    const [counts, edges] = jnp.histogramdd(
      jnp.array([
        [0, 0],
        [1, 1],
        [1, 0],
        [0.2, 0.9],
      ]),
      { bins: 2 },
    );
    expect(counts.tolist()).toEqual([
      [1, 1],
      [1, 1],
    ]);
    expect(edges.map((x) => x.tolist())).toEqual([
      [0, 0.5, 1],
      [0, 0.5, 1],
    ]);
  });

  test("functions of coordinates, bytes, and kinds of dtypes", () => {
    expect(jnp.fromfunction((i, j) => i.mul(10).add(j), [2, 3]).tolist()).toEqual([
      [0, 1, 2],
      [10, 11, 12],
    ]);
    expect(jnp.frombuffer(new Uint8Array([0, 0, 128, 63, 9]), { count: 1 }).tolist()).toEqual([1]);
    expect(() => jnp.frombuffer(new Uint8Array(5), "float32")).toThrow(AdjointError);
    expect(jnp.issubdtype("float32", jnp.floating)).toBe(true);
    expect(jnp.issubdtype("int32", jnp.floating)).toBe(false);
    expect(jnp.isdtype("uint8", ["integral", "bool"])).toBe(true);
    expect(jnp.resultType(ints(1), 0.5)).toBe("float32");
    expect([
      jnp.canCast("int32", "float32"),
      jnp.canCast("int16", "float32"),
      jnp.canCast("float64", "float32", "same_kind"),
    ]).toEqual([false, true, true]);
  });

  test("an unknown option is an error with a suggestion", () => {
    expect(() => jnp.concatenate([floats(1)], { axes: 0 } as never)).toThrow(/did you mean "axis"/);
    expect(() => jnp.sort(floats(1), 0, { decending: true } as never)).toThrow(/did you mean "descending"/);
    expect(() => jnp.take(floats(1), 0, 0, { axis: 0 })).toThrow(OptionError);
    expect(() => jnp.linspace(0, 1, 5, { endpoints: true } as never)).toThrow(OptionError);
  });

  test("lists are no arrays", () => {
    expect(() => jnp.take([1, 2, 3] as never, 0)).toThrow(/requires ndarray or scalar arguments/);
    expect(() => jnp.sort([1, 2] as never)).toThrow(/jnp.array/);
  });

  test("diagonals and triangles are views and masks", () => {
    const text = String(makeJaxpr((x: NDArray) => jnp.diagonal(x))(jnp.ones([3, 3])));
    expect(text).toContain("slice");
    expect(text).not.toContain("gather");
  });
});
