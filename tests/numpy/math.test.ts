/** Functions of `numpy` that compute, against JAX's values and under transformations. */
import { describe, expect, test } from "vitest";
import { grad } from "../../src/api/grad.ts";
import { jit } from "../../src/api/jit.ts";
import { jvp } from "../../src/api/jvp.ts";
import { vmap } from "../../src/api/vmap.ts";
import { config } from "../../src/core/config.ts";
import type { NDArray } from "../../src/core/ndarray.ts";
import { AdjointError, OptionError, ShapeError, TracerBoolConversionError } from "../../src/errors/index.ts";
import * as jnp from "../../src/numpy/index.ts";
import * as math from "../../src/numpy/math.ts";
import { type EncodedArray, loadGolden } from "../golden/load.ts";
import { callCase, camelCase, difference, type GoldenCall, toArray } from "./golden.ts";
import { tieFunctions } from "./ties.ts";

type AnyFunction = (...args: never[]) => unknown;
const library = math as unknown as Record<string, AnyFunction | undefined>;
const { cases } = loadGolden<GoldenCall>("numpy_functions");
const own = cases.filter((c) => library[camelCase(c.fn)] !== undefined);

const label = (c: GoldenCall): string =>
  `${c.fn}(${JSON.stringify(c.args).slice(0, 160)}, ${JSON.stringify(c.kwargs).slice(0, 80)})`;

/** 16-bit floats, which not every backend stores. */
const isStorable = (c: GoldenCall): boolean => !JSON.stringify([c.args, c.kwargs]).includes("float16");

/** Two JavaScript numbers without an array are floats, where Python's integers are integers. */
const isOfNumbers = (c: GoldenCall): boolean => c.args.length > 0 && c.args.every((a) => typeof a === "number");

/** These answer with JavaScript's booleans. */
const deciding = new Set(["allclose", "array_equal", "array_equiv"]);

describe("values of JAX", () => {
  for (const fn of new Set(own.map((c) => c.fn))) {
    test(fn, () => {
      const wrong: string[] = [];
      for (const c of own) {
        if (c.fn !== fn || !isStorable(c)) continue;
        const run = (): unknown => callCase(library[camelCase(fn)]!, c);
        const call = (): unknown => (c.x64 === true ? config.using({ enableX64: true }, run) : run());
        if (c.error !== undefined) {
          expect(call, label(c)).toThrow(AdjointError);
          continue;
        }
        if (deciding.has(fn)) {
          expect(call(), label(c)).toBe((c.out as EncodedArray).data[0]);
          continue;
        }
        const found = difference(call(), c.out, { ulp: 9, absolute: 1e-7, dtypes: !isOfNumbers(c) });
        if (found !== undefined) wrong.push(`${label(c)}: ${found}`);
      }
      expect(wrong).toEqual([]);
    });
  }
});

interface Tie {
  readonly id: string;
  readonly python: string;
  readonly x: EncodedArray;
  readonly out?: EncodedArray;
  readonly grad?: EncodedArray;
  readonly jvp?: EncodedArray;
  readonly hessian?: EncodedArray;
}

describe("derivatives of JAX at kinks and ties", () => {
  for (const c of loadGolden<Tie>("ties").cases) {
    const f = tieFunctions[c.id];
    if (f === undefined || c.grad === undefined) continue;
    test(c.id, () => {
      const x = toArray(c.x);
      const total = (v: NDArray): NDArray => jnp.sum(f(v));
      const options = { ulp: 12, absolute: 1e-6, dtypes: false };
      if (c.out !== undefined) expect(difference(f(x), c.out, options), "value").toBeUndefined();
      expect(difference(grad(total)(x), c.grad, options), "gradient").toBeUndefined();
      expect(difference(jit(grad(total))(x), c.grad, options), "gradient, compiled").toBeUndefined();
      if (c.jvp !== undefined)
        expect(difference(jvp(f, [x], [jnp.ones(x.shape)])[1], c.jvp, options), "tangent").toBeUndefined();
      if (c.hessian !== undefined) {
        const columns = vmap((v: NDArray) => jvp(grad(total), [x], [v])[1], { outAxes: -1 })(jnp.eye(x.size));
        expect(difference(columns, c.hessian, options), "second derivative").toBeUndefined();
      }
    });
  }
});

/** Calls that jit and vmap must not change. */
const calls: Record<string, (x: NDArray) => NDArray> = {
  logaddexp: (x) => jnp.logaddexp(x, 0.5),
  hypot: (x) => jnp.hypot(x, 2),
  sinc: (x) => jnp.sinc(x),
  i0: (x) => jnp.i0(x),
  frexp: (x) => jnp.frexp(x.add(0.1))[0],
  gcd: (x) => jnp.gcd(x.astype("int32"), 6).astype("float32"),
  nanvar: (x) => jnp.nanvar(x),
  median: (x) => jnp.median(x),
  quantile: (x) => jnp.quantile(x, 0.3),
  nanquantile: (x) => jnp.nanquantile(x, jnp.array([0.3, 0.8])),
  "weighted quantile": (x) => jnp.quantile(x, 0.6, { method: "inverted_cdf", weights: jnp.abs(x) }),
  gradient: (x) => jnp.gradient(x) as NDArray,
  trapezoid: (x) => jnp.trapezoid(x, { dx: 0.5 }),
  unwrap: (x) => jnp.unwrap(x.mul(4)),
  convolve: (x) => jnp.convolve(x, jnp.array([1, 2, -1])),
  cov: (x) => jnp.cov(x, jnp.sin(x)),
  einsum: (x) => jnp.einsum("i,j,k->jk", x, jnp.cos(x), x),
  "diagonal of einsum": (x) => jnp.einsum("ii->i", jnp.outer(x, x)),
  cross: (x) => jnp.cross(x.reshape(2, 3), jnp.array([1, 2, 3])),
  trace: (x) => jnp.trace(x.reshape(2, 3), 1),
  polyval: (x) => jnp.polyval(jnp.array([1, -2, 3]), x),
  polydiv: (x) => jnp.polydiv(x, jnp.array([1, 2]))[1],
  poly: (x) => jnp.poly(x),
  vectorize: (x) =>
    jnp.vectorize((a: NDArray, b: NDArray) => a.mul(b), { signature: "(n),()->(n)" })(x.reshape(2, 3), 2),
  piecewise: (x) => jnp.piecewise(x, [x.less(0), x.greater(1)], [(v) => v.neg(), 7, (v) => v.mul(v)]),
};

describe("under transformations", () => {
  const x = jnp.array([0.5, -1.25, 2, 0.75, -0.5, 1.5]);
  const batch = jnp.stack([x, x.mul(2), x.add(1)]);
  for (const [name, f] of Object.entries(calls)) {
    test(name, () => {
      const plain = f(x);
      expect(jnp.allclose(jit(f)(x), plain, { atol: 1e-6 }), "jit").toBe(true);
      const rows = [x, x.mul(2), x.add(1)].map((row) => f(row));
      expect(jnp.allclose(vmap(f)(batch), jnp.stack(rows), { rtol: 1e-4, atol: 1e-5 }), "vmap").toBe(true);
      // Central differences in one direction.
      const total = (v: NDArray): NDArray => jnp.sum(jnp.sin(f(v)));
      const direction = jnp.array([1, -0.5, 0.25, 2, 1.5, -1]);
      const h = 1e-2;
      const slope = total(x.add(direction.mul(h)))
        .sub(total(x.sub(direction.mul(h))))
        .div(2 * h);
      const tangent = jvp(total, [x], [direction])[1];
      expect(jnp.sum(grad(total)(x).mul(direction)).item(), "grad").toBeCloseTo(tangent.item() as number, 3);
      if (name === "gcd") return;
      expect(Math.abs((slope.item() as number) - (tangent.item() as number)), "jvp").toBeLessThan(
        3e-2 * Math.max(1, Math.abs(tangent.item() as number)),
      );
    });
  }
});

describe("decisions are JavaScript booleans", () => {
  const x = jnp.array([1, 2]);
  test("of known arrays, also while something is traced", () => {
    expect(jnp.allclose(x, [1, 2].length === 2 ? jnp.array([1, 2.0000001]) : x)).toBe(true);
    expect(jnp.arrayEqual(x, jnp.array([1, 3]))).toBe(false);
    expect(jnp.arrayEquiv(x, jnp.ones(3))).toBe(false);
    expect(jit((v: NDArray) => v.mul(jnp.allclose(x, x) ? 2 : 3))(x).tolist()).toEqual([2, 4]);
  });
  test("traced arrays are refused, with the way out", () => {
    expect(() => jit((v: NDArray) => (jnp.allclose(v, x) ? v : v.neg()))(x)).toThrow(TracerBoolConversionError);
    expect(() => jit((v: NDArray) => (jnp.allclose(v, x) ? v : v.neg()))(x)).toThrow("jnp.isclose(a, b).all()");
  });
});

describe("einsum", () => {
  const [a, b] = [jnp.ones([2, 3]), jnp.ones([3, 4])];
  test("mistakes are named", () => {
    expect(() => jnp.einsum("ij,jk->il", a, b)).toThrow("output subscript 'l' is in no operand");
    expect(() => jnp.einsum("ij,kj->ik", a, b)).toThrow(ShapeError);
    expect(() => jnp.einsum("ij->ij", a, b)).toThrow("name 1 operands, but 2 were given");
    expect(() => jnp.einsum("i,jk", a, b)).toThrow('operand 0 has 2 axes, but its subscripts "i" name 1');
    expect(() => jnp.einsum("ij,jk->ii", a, b)).toThrow("name an axis twice");
    expect(() => jnp.einsum("i1,jk", a, b)).toThrow("other characters");
    expect(() => jnp.einsum("ij,jk", a, b, { optimise: true } as never)).toThrow(OptionError);
  });
  test("many operands are contracted where least is left", () => {
    const v = jnp.ones([4]);
    expect(jnp.einsumPath("ij,jk,k->i", a, b, v)[0]).toEqual([
      [1, 2],
      [0, 1],
    ]);
    expect(jnp.einsum("ij,jk,k->i", a, b, v).tolist()).toEqual([12, 12]);
  });
});

describe("vectorize", () => {
  test("broadcasts over all but the core axes", () => {
    const f = jnp.vectorize((m: NDArray, v: NDArray) => jnp.dot(m, v), { signature: "(n,m),(m)->(n)" });
    expect(f(jnp.ones([5, 1, 2, 3]), jnp.ones([4, 3])).shape).toEqual([5, 4, 2]);
    expect(() => f(jnp.ones([2, 3]), jnp.ones(4))).toThrow('inconsistent size for core dimension "m"');
    expect(() => jnp.vectorize(f, { signature: "(n" })).toThrow("not a valid gufunc signature");
  });
  test("excluded arguments pass as they are", () => {
    const f = jnp.vectorize((x: NDArray, mode: string) => (mode === "double" ? x.mul(2) : x), { excluded: [1] });
    expect(f(jnp.array([1, 2]), "double").tolist()).toEqual([2, 4]);
  });
});

test("numbers taken apart and put together, also subnormal ones", () => {
  const [mantissa, exponent] = jnp.frexp(jnp.array([2 ** -140, -3, 0]));
  expect([mantissa.tolist(), exponent.tolist()]).toEqual([
    [0.5, -0.75, 0],
    [-139, 2, 0],
  ]);
  const powers = jnp.array([-140, 127, 130, -160], { dtype: "int32" });
  expect(jnp.ldexp(jnp.array([1, 1.5, -1, 1]), powers).tolist()).toEqual([2 ** -140, 1.5 * 2 ** 127, -Infinity, 0]);
});

test("quantiles of nothing are an error", () => {
  expect(() => jnp.median(jnp.array([]))).toThrow("no value for no elements");
});

test("unknown options are errors with a suggestion", () => {
  const x = jnp.array([1, 2]);
  expect(() => jnp.quantile(x, 0.5, { axes: 0 } as never)).toThrow('did you mean "axis"?');
  expect(() => jnp.diff(x, { prepends: 1 } as never)).toThrow('did you mean "prepend"?');
  expect(() => jnp.quantile(x, 0.5, { method: "liner" as never })).toThrow(OptionError);
});
