/** Functions of `nn` against JAX's values, gradients and draws, and under transformations. */
import { describe, expect, test } from "vitest";
import { grad } from "../../src/api/grad.ts";
import { jit } from "../../src/api/jit.ts";
import { jvp } from "../../src/api/jvp.ts";
import { vmap } from "../../src/api/vmap.ts";
import { config } from "../../src/core/config.ts";
import type { NDArray } from "../../src/core/ndarray.ts";
import { DTypeError, OptionError, ShapeError } from "../../src/errors/index.ts";
import * as nn from "../../src/nn/index.ts";
import * as jnp from "../../src/numpy/index.ts";
import { type EncodedArray, loadGolden } from "../golden/load.ts";
import { callCase, camelCase, difference, type GoldenCall, toArguments, toArray } from "../numpy/golden.ts";

type AnyFunction = (...args: never[]) => unknown;
const library = nn as unknown as Record<string, AnyFunction | undefined>;
const initializers = nn.initializers as unknown as Record<string, AnyFunction | undefined>;

interface Case extends GoldenCall {
  readonly grad?: EncodedArray;
  readonly out64?: EncodedArray;
  readonly grad64?: EncodedArray;
  readonly key?: readonly [number, number];
  readonly shape?: readonly number[];
  readonly threefry_partitionable?: boolean;
}

// The variance of numbers around 1000 as the difference of two squares: no digit of it is right in JAX, nor here.
const cancels = (c: Case): boolean => c.fn === "standardize" && (c.args[0] as EncodedArray).data[0] === 1000;

const cases = loadGolden<Case>("nn_functions").cases.filter((c) => !cancels(c));
const label = (c: Case): string =>
  `${JSON.stringify(c.args ?? c.shape).slice(0, 160)}, ${JSON.stringify(c.kwargs).slice(0, 80)}`;

/** Relative to the largest element: where JAX's float32 cancels, ours may differ in the same digits. */
function away(result: unknown, expected: EncodedArray, tolerance: number): string | undefined {
  const largest = Math.max(0, ...expected.data.map((v) => (typeof v === "number" ? Math.abs(v) : 0)));
  return difference(result, expected, { ulp: 16, absolute: tolerance * largest, dtypes: false });
}

describe("values and gradients of JAX", () => {
  const functions = new Set(cases.filter((c) => !c.fn.startsWith("initializers.")).map((c) => c.fn));
  for (const fn of functions) {
    test(fn, () => {
      const f = library[camelCase(fn)]!;
      for (const c of cases) {
        if (c.fn !== fn) continue;
        const found = difference(callCase(f, c), c.out, { ulp: 16, absolute: 4e-7 });
        expect(found, `value ${label(c)}`).toBeUndefined();
        const first = c.args[0];
        const rest = toArguments(c.args.slice(1), (x) => x) as unknown[];
        const options = toArguments(c.kwargs, (x) => x) as object;
        const call = (x: NDArray): NDArray =>
          f(...([x, ...rest, ...(Object.keys(options).length > 0 ? [options] : [])] as never[])) as NDArray;
        const loss = (x: NDArray): NDArray => jnp.sum(jnp.sin(call(x)));
        if (c.grad !== undefined) {
          const x = toArray(first as EncodedArray);
          expect(away(grad(loss)(x), c.grad, 1e-5), `gradient ${label(c)}`).toBeUndefined();
          expect(away(jit(grad(loss))(x), c.grad, 1e-5), `compiled gradient ${label(c)}`).toBeUndefined();
        }
      }
    });
  }

  test("in float64", () => {
    config.using({ enableX64: true }, () => {
      for (const c of cases) {
        if (c.out64 === undefined || c.grad64 === undefined) continue;
        const f = library[camelCase(c.fn)]!;
        const wide = (x: NDArray): NDArray => (x.dtype === "float32" ? x.astype("float64") : x);
        const [x, ...rest] = toArguments(c.args, wide) as [NDArray, ...unknown[]];
        // Arrays among the options stay float32, as the generator of the values left them.
        const options = toArguments(c.kwargs, (v) => v) as object;
        const call = (v: NDArray): NDArray =>
          f(...([v, ...rest, ...(Object.keys(options).length > 0 ? [options] : [])] as never[])) as NDArray;
        const loss = (v: NDArray): NDArray => jnp.sum(jnp.sin(call(v)));
        // With float32 options a part of the work is done in float32.
        const absolute = JSON.stringify(c.kwargs).includes('"float32"') ? 5e-7 : 1e-12;
        expect(
          difference(call(x), c.out64, { ulp: 64, absolute, dtypes: false }),
          `${c.fn} ${label(c)}`,
        ).toBeUndefined();
        expect(
          difference(grad(loss)(x), c.grad64, { ulp: 64, absolute, dtypes: false }),
          `gradient of ${c.fn} ${label(c)}`,
        ).toBeUndefined();
      }
    });
  });
});

describe("initializers draw JAX's numbers", () => {
  /** These need the QR decomposition. */
  const missing = new Set(["orthogonal", "delta_orthogonal"]);
  for (const c of cases) {
    const [, name] = c.fn.split("initializers.");
    if (name === undefined || missing.has(name)) continue;
    test(`${name} ${JSON.stringify(c.kwargs)} ${JSON.stringify(c.shape)} ${c.threefry_partitionable ? "partitionable" : "legacy"}`, () => {
      config.using({ threefryPartitionable: c.threefry_partitionable === true }, () => {
        const make = initializers[camelCase(name)]!;
        const key = jnp.array([...c.key!], { dtype: "uint32" });
        const options = toArguments(c.kwargs, (x) => x) as Record<string, unknown>;
        const { scale, mode, distribution, value, ...rest } = options;
        const positional =
          name === "variance_scaling" ? [scale, mode, distribution] : name === "constant" ? [value] : [];
        const given = name === "variance_scaling" || name === "constant" ? rest : options;
        const init = (
          name === "zeros" || name === "ones"
            ? make
            : make(...([...positional, ...(Object.keys(given).length > 0 ? [given] : [])] as never[]))
        ) as nn.initializers.Initializer;
        expect(difference(init(key, c.shape!), c.out, { ulp: 32 })).toBeUndefined();
      });
    });
  }
  test("mistakes are named", () => {
    const key = jnp.array([0, 1], { dtype: "uint32" });
    expect(() => nn.initializers.heNormal()(key, [3])).toThrow("Must be at least 2D or specify inAxis explicitly");
    expect(() => nn.initializers.heNormal({ inAxes: 0 } as never)).toThrow('did you mean "inAxis"?');
    expect(() => nn.initializers.varianceScaling(1, "fan-in" as never, "normal")).toThrow(OptionError);
    expect(() => nn.initializers.normal()(key, [3], "int32")).toThrow(DTypeError);
  });
});

interface Tie {
  readonly id: string;
  readonly python: string;
  readonly x: EncodedArray;
  readonly out?: EncodedArray;
  readonly grad?: EncodedArray;
  readonly jvp?: EncodedArray;
}

describe("derivatives of JAX at kinks, ties and infinities", () => {
  const weights = jnp.array([1, 2, 3]);
  const weigh = (y: NDArray): NDArray => y.mul(weights.get(jnp.arange(y.size)));
  for (const c of loadGolden<Tie>("ties").cases) {
    const match = /^nn\.(\w+)\(x(, where=np\.array\(\[True, False, True\]\))?\)( \* np.*|( \*\* 2))?$/.exec(c.python);
    if (match === null) continue;
    const [, name, where, times, squared] = match;
    const f = library[camelCase(name!)]! as (...args: unknown[]) => NDArray;
    const call = (x: NDArray): NDArray => {
      const y = where === undefined ? f(x) : f(x, { where: jnp.array([true, false, true]) });
      return squared !== undefined ? y.mul(y) : times !== undefined ? weigh(y) : y;
    };
    test(c.id, () => {
      const x = toArray(c.x);
      const options = { ulp: 16, absolute: 1e-6, dtypes: false };
      if (c.out !== undefined) expect(difference(call(x), c.out, options), "value").toBeUndefined();
      expect(difference(grad((v: NDArray) => jnp.sum(call(v)))(x), c.grad, options), "gradient").toBeUndefined();
      if (c.jvp !== undefined)
        expect(difference(jvp(call, [x], [jnp.ones(x.shape)])[1], c.jvp, options), "tangent").toBeUndefined();
    });
  }
});

describe("under vmap", () => {
  const x = jnp.array([
    [0.5, -1, 2, 0.25],
    [1, 7, -3, 0],
    [-0.5, 0.75, 0.1, -8],
  ]);
  const functions: Record<string, (row: NDArray) => NDArray> = {
    relu: nn.relu,
    relu6: nn.relu6,
    gelu: (row) => nn.gelu(row, false),
    softmax: (row) => nn.softmax(row),
    logSoftmax: (row) => nn.logSoftmax(row),
    logsumexp: (row) => nn.logsumexp(row),
    standardize: (row) => nn.standardize(row),
    oneHot: (row) => nn.oneHot(row.astype("int32"), 5),
  };
  for (const [name, f] of Object.entries(functions)) {
    test(name, () => {
      const rows = [0, 1, 2].map((i) => f(x.get(i)));
      expect(jnp.allclose(vmap(f)(x), jnp.stack(rows), { atol: 1e-6 })).toBe(true);
      expect(jnp.allclose(jit(vmap(f))(x), jnp.stack(rows), { atol: 1e-6 })).toBe(true);
    });
  }
});

describe("attention", () => {
  const draw = (...shape: number[]): NDArray =>
    jnp.sin(
      jnp
        .arange(shape.reduce((a, b) => a * b, 1))
        .reshape(shape)
        .mul(0.7),
    );
  const [q, k, v] = [draw(2, 3, 4, 5), draw(2, 6, 2, 5), draw(2, 6, 2, 5)];
  test("groups of heads share keys", () => {
    const y = nn.dotProductAttention(q, k, v);
    const spread = (x: NDArray): NDArray => jnp.repeat(x, 2, { axis: 2 });
    expect(jnp.allclose(y, nn.dotProductAttention(q, spread(k), spread(v)), { atol: 1e-6 })).toBe(true);
  });
  test("masks in every form agree", () => {
    const causal = nn.dotProductAttention(q, k, v, { isCausal: true });
    const mask = jnp.tril(jnp.ones([1, 1, 3, 6])).astype("bool");
    expect(jnp.allclose(causal, nn.dotProductAttention(q, k, v, { mask }), { atol: 1e-6 })).toBe(true);
    expect(jnp.allclose(causal, nn.dotProductAttention(q, k, v, { localWindowSize: [6, 0] }), { atol: 1e-6 })).toBe(
      true,
    );
    const short = nn.dotProductAttention(q, k, v, { keyValueSeqLengths: jnp.array([2, 2], "int32") });
    const first = jnp.arange(6).less(2).reshape(1, 1, 1, 6);
    expect(jnp.allclose(short, nn.dotProductAttention(q, k, v, { mask: first }), { atol: 1e-6 })).toBe(true);
  });
  test("padded queries give 0, and the residual is the logarithm of the sum", () => {
    const [y, residual] = nn.dotProductAttention(q, k, v, {
      querySeqLengths: jnp.array([1, 3], "int32"),
      returnResidual: true,
    });
    expect(jnp.all(y.get(0, 1).equal(0)).item()).toBe(true);
    expect(residual.shape).toEqual([2, 3, 4]);
  });
  test("mistakes are named", () => {
    expect(() => nn.dotProductAttention(q, draw(2, 6, 3, 5), draw(2, 6, 3, 5))).toThrow("multiple of key/value heads");
    expect(() => nn.dotProductAttention(q, k, draw(2, 5, 2, 5))).toThrow(ShapeError);
    expect(() => nn.dotProductAttention(q, k, v, { causal: true } as never)).toThrow('did you mean "isCausal"?');
  });
});
