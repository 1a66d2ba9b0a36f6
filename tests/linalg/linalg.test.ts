/** Linear algebra against JAX: values in both precisions, gradients, and what holds for every factorisation. */
import { describe, expect, test } from "vitest";
import { config, grad, jit, numpy as jnp, lax, type NDArray, random, scipy, slice, vmap } from "../../src/index.ts";
import { decodeArray, decodeNumber, type EncodedArray, loadGolden } from "../golden/load.ts";

interface Case {
  readonly fn: string;
  readonly room: "numpy" | "lax" | "scipy" | "random";
  readonly args: readonly EncodedArray[];
  readonly kwargs: { readonly [name: string]: unknown };
  readonly out: readonly EncodedArray[];
  readonly out64?: readonly EncodedArray[];
  readonly grad64?: readonly EncodedArray[];
  readonly partitionable?: boolean;
}

type AnyFunction = (...args: unknown[]) => unknown;

const rooms: { readonly [room: string]: { readonly [name: string]: unknown } } = {
  numpy: jnp.linalg,
  lax: lax.linalg,
  scipy: scipy.linalg,
  random,
};

function arrayOf(value: EncodedArray, dtype?: "float32" | "float64"): NDArray {
  const { data, shape } = decodeArray(value);
  return jnp.array(data as number[], { dtype: dtype ?? (value.dtype as "float32") }).reshape(shape);
}

/** Factors that are determined up to sign are put together again, as the golden cases have them. */
const composed: { readonly [fn: string]: (args: readonly NDArray[], options: object) => readonly NDArray[] } = {
  eigh: ([a], options) => {
    const [w, v] = jnp.linalg.eigh(a!, options);
    return [w, jnp.matmul(v.mul(jnp.expandDims(jnp.sin(w), -2)), jnp.matrixTranspose(v))];
  },
  svd: ([a]) => {
    const [u, s, vt] = jnp.linalg.svd(a!, { fullMatrices: false });
    return [s, jnp.matmul(u.mul(jnp.expandDims(jnp.sin(s), -2)), vt)];
  },
  choSolve: ([a, b], options) => [scipy.linalg.choSolve(scipy.linalg.choFactor(a!.add(a!.T).div(2), options), b!)],
  multiDot: (args) => [jnp.linalg.multiDot(args)],
  qr: ([a], options) => {
    const result = jnp.linalg.qr(a!, ((options as { mode?: "reduced" }).mode ?? "reduced") as "reduced");
    return Array.isArray(result) ? result : [result as unknown as NDArray];
  },
  cond: ([a], options) => [jnp.linalg.cond(a!, (options as { p?: number }).p ?? null)],
  matrixPower: ([a], options) => [jnp.linalg.matrixPower(a!, (options as { n: number }).n)],
  tensorinv: ([a], options) => [jnp.linalg.tensorinv(a!, (options as { ind: number }).ind)],
};

function optionsOf({ kwargs }: Case): { [name: string]: unknown } {
  const read = (v: unknown): unknown =>
    typeof v === "object" && v !== null && "scalar" in v ? decodeNumber(v.scalar as string) : v;
  return Object.fromEntries(Object.entries(kwargs).map(([k, v]) => [k, read(v)]));
}

function run(given: Case, args: readonly NDArray[]): readonly NDArray[] {
  const options = optionsOf(given);
  const special = given.room === "numpy" || given.fn === "choSolve" ? composed[given.fn] : undefined;
  if (special !== undefined) return special(args, options);
  const f = rooms[given.room]![given.fn] as AnyFunction;
  const rest = Object.keys(options).length === 0 ? [] : [options];
  const result = f(...args, ...rest);
  return (Array.isArray(result) ? result : [result]) as readonly NDArray[];
}

function expectNear(actual: readonly NDArray[], expected: readonly EncodedArray[], tolerance: number): void {
  expect(actual.length).toBe(expected.length);
  expected.forEach((encoded, k) => {
    const { data, shape } = decodeArray(encoded);
    expect(actual[k]!.shape).toEqual(shape);
    const values = Array.from(actual[k]!.toTypedArray() as Float64Array, Number);
    const scale = data.reduce((most, x) => (Number.isFinite(x) ? Math.max(most, Math.abs(x)) : most), 1e-3);
    values.forEach((value, i) => {
      const wanted = data[i]!;
      const isEqual = Object.is(value, wanted) || value === wanted;
      expect(isEqual || Math.abs(value - wanted) <= tolerance * scale, `${value} for ${wanted}, result ${k}`).toBe(
        true,
      );
    });
  });
}

/** Beside infinities JAX's own results depend on rounding: only that something is not finite is the same. */
const isSingular = ({ out }: Case): boolean => out.some((x) => x.data.some((v) => v === "nan" || v === "inf"));

const { cases } = loadGolden<Case>("linalg");
const names = [...new Set(cases.map((c) => `${c.room} ${c.fn}`))];

describe("JAX's values and gradients", () => {
  test.each(names)("%s", (name) => {
    for (const given of cases.filter((c) => `${c.room} ${c.fn}` === name)) {
      const label = `${name} ${given.args.map((a) => `[${a.shape}]`).join(" ")} ${JSON.stringify(given.kwargs)}`;
      try {
        check(given);
      } catch (error) {
        throw new Error(`${label}: ${(error as Error).message}`);
      }
    }
  });
});

function check(given: Case): void {
  if (given.room === "random") {
    config.using({ threefryPartitionable: given.partitionable! }, () => {
      const key = random.key(7);
      const { n, ...options } = optionsOf(given);
      const draws =
        given.fn === "orthogonal"
          ? random.orthogonal(key, n as number, options)
          : random.multivariateNormal(key, arrayOf(given.args[0]!), arrayOf(given.args[1]!), options);
      expectNear([draws], given.out, 2e-6);
    });
    return;
  }
  const narrow = given.args.map((x) => arrayOf(x, "float32"));
  if (isSingular(given)) {
    const values = run(given, narrow).flatMap((y) => Array.from(y.toTypedArray() as Float32Array));
    expect(values.every(Number.isFinite)).toBe(false);
    return;
  }
  const loose = given.fn === "expm" || given.fn === "cond" || given.fn === "matrixPower" ? 1e-4 : 2e-5;
  expectNear(run(given, narrow), given.out, loose);
  config.using({ enableX64: true }, () => {
    const wide = given.args.map((x) => arrayOf(x, "float64"));
    expectNear(run(given, wide), given.out64!, 1e-10);
    if (given.grad64 === undefined) return;
    const loss = (...xs: NDArray[]): NDArray =>
      run(given, xs)
        .filter((y) => y.dtype === "float64")
        .map((y) => jnp.sum(jnp.sin(y)))
        .reduce((a, b) => a.add(b));
    wide.forEach((_, i) => {
      const gradient = (grad as unknown as AnyFunction)(loss, { argnums: i }) as (...xs: NDArray[]) => NDArray;
      expectNear([gradient(...wide)], [given.grad64![i]!], 1e-8);
      const compiled = (jit as unknown as AnyFunction)(gradient) as typeof gradient;
      expectNear([compiled(...wide)], [given.grad64![i]!], 1e-8);
    });
  });
}

const largest = (x: NDArray): number => Number(jnp.max(jnp.abs(x)).item());

describe("large matrices", () => {
  const draw = (shape: readonly number[], seed = 0): NDArray => random.normal(random.key(seed), shape);
  test.each([1, 31, 33, 64, 100])("of size %i are factorised", (n) => {
    const a = draw([n, n]);
    const eye = jnp.eye(n);
    const spd = jnp.matmul(a, a.T).add(eye);
    const l = jnp.linalg.cholesky(spd);
    expect(largest(jnp.matmul(l, l.T).sub(spd))).toBeLessThan(1e-5 * largest(spd));
    const b = draw([n, 3], 1);
    expect(largest(jnp.matmul(spd, jnp.linalg.solve(spd, b)).sub(b))).toBeLessThan(1e-3);
    expect(largest(jnp.matmul(spd, jnp.linalg.inv(spd)).sub(eye))).toBeLessThan(1e-3);
    const [q, r] = jnp.linalg.qr(a);
    expect(largest(jnp.matmul(q, r).sub(a))).toBeLessThan(1e-5 * n);
    expect(largest(jnp.matmul(q.T, q).sub(eye))).toBeLessThan(1e-5);
    const [w, v] = jnp.linalg.eigh(spd);
    expect(largest(jnp.matmul(v.mul(w), v.T).sub(spd))).toBeLessThan(1e-5 * largest(spd));
    const tall = draw([n + 3, n], 2);
    for (const x of [a, tall, tall.T]) {
      const [u, s, vt] = jnp.linalg.svd(x);
      const k = s.shape[0]!;
      const product = jnp.matmul(u.get(slice(), slice(null, k)).mul(s), vt.get(slice(null, k)));
      expect(largest(product.sub(x))).toBeLessThan(1e-5 * n);
      expect(largest(jnp.matmul(u.T, u).sub(jnp.eye(u.shape[0]!)))).toBeLessThan(1e-5);
      expect(largest(jnp.matmul(vt, vt.T).sub(jnp.eye(vt.shape[0]!)))).toBeLessThan(1e-5);
    }
  });

  test("singular and degenerate ones have singular values and eigenvalues", () => {
    const low = jnp.matmul(draw([20, 3]), draw([3, 15], 1));
    const s = Array.from(jnp.linalg.svdvals(low).toTypedArray() as Float32Array);
    expect(s.slice(3).every((x) => x < 1e-5)).toBe(true);
    expect(Number(jnp.linalg.matrixRank(low).item())).toBe(3);
    expect(largest(jnp.linalg.svdvals(jnp.zeros([4, 4])))).toBe(0);
    expect(largest(jnp.linalg.eigvalsh(jnp.zeros([4, 4])))).toBe(0);
    expect(Number.isNaN(largest(jnp.linalg.eigvalsh(jnp.full([3, 3], Number.NaN))))).toBe(true);
    expect(Number.isNaN(largest(jnp.linalg.svdvals(jnp.full([3, 3], Number.POSITIVE_INFINITY))))).toBe(true);
  });
});

describe("transformations", () => {
  test("vmap of solve equals a batch, with one matrix for many vectors too", () => {
    const a = jnp.array([
      [2, 1],
      [1, 3],
    ]);
    const b = jnp.arange(6).reshape([3, 2]).astype("float32");
    const mapped = vmap((x: NDArray) => jnp.linalg.solve(a, x))(b) as NDArray;
    expect(largest(jnp.matmul(a, mapped.T).T.sub(b))).toBeLessThan(1e-5);
  });
  test("the second derivative of a solution", () => {
    config.using({ enableX64: true }, () => {
      const f = (x: NDArray): NDArray => jnp.sum(jnp.linalg.solve(jnp.eye(2).mul(x), jnp.ones([2])));
      const second = grad((x: NDArray) => grad(f)(x) as NDArray)(jnp.array(2, { dtype: "float64" })) as NDArray;
      expect(Number(second.item())).toBeCloseTo(0.5, 12);
    });
  });
});

describe("symmetric matrices", () => {
  const a = jnp.array([
    [2, 1, 0],
    [1, -3, 0.5],
    [0, 0.5, 0.25],
  ]);
  const close = (x: NDArray, y: NDArray): void => expect(largest(x.sub(y))).toBeLessThan(2e-5);
  test("singular values and vectors from eigenvalues", () => {
    for (const x of [a, jnp.stack([a, a.T.mul(2)])]) {
      const [u, s, vt] = jnp.linalg.svd(x, { hermitian: true });
      close(s, jnp.linalg.svdvals(x));
      close(jnp.matmul(u.mul(jnp.expandDims(s, -2)), vt), x);
    }
    // JAX's values, and its derivatives of the middle singular value: symmetric, unlike those of the plain decomposition.
    const s = (x: NDArray): NDArray => jnp.linalg.svd(x, { hermitian: true, computeUv: false });
    close(s(a), jnp.array([3.261268, 2.197281, 0.313986]));
    const derivative = grad((x: NDArray) => s(x).get(1))(a) as NDArray;
    const expected = [0.960166, 0.189423, 0.048638, 0.189423, 0.03737, 0.009595, 0.048638, 0.009595, 0.002464];
    close(derivative.ravel(), jnp.array(expected));
    close(jit(s)(a) as NDArray, s(a));
  });
  test("pseudo-inverses and ranks", () => {
    const inverse = (x: NDArray): NDArray => jnp.linalg.pinv(x, { hermitian: true });
    close(inverse(a), jnp.linalg.pinv(a));
    const expected = [-0.049383, 0.04321, -0.08642, 0.04321, 0.024691, -0.049383, -0.08642, -0.049383, 0.098765];
    close((grad((x: NDArray) => inverse(x).get(0, 1))(a) as NDArray).ravel(), jnp.array(expected));
    const low = jnp.outer(jnp.array([1, -2, 3]), jnp.array([1, -2, 3]));
    close(inverse(low), jnp.linalg.pinv(low));
    expect(Number(jnp.linalg.matrixRank(low, { hermitian: true }).item())).toBe(1);
    expect(Number(jnp.linalg.matrixRank(a, { hermitian: true }).item())).toBe(3);
    expect(() => jnp.linalg.svd(jnp.ones([2, 3]), { hermitian: true })).toThrow("[..., n, n]");
  });
});

test("what does not fit is an error that says so", () => {
  expect(() => jnp.linalg.inv(jnp.ones([2, 3]))).toThrow("[..., n, n]");
  expect(() => jnp.linalg.solve(jnp.eye(2), jnp.ones([3]))).toThrow("as many rows");
  expect(() => jnp.linalg.svd(jnp.ones([2]))).toThrow("two-dimensional");
  expect(() => lax.linalg.cholesky(jnp.ones([2, 2], { dtype: "int32" } as never))).toThrow("dtype");
  expect(() => jnp.linalg.multiDot([jnp.eye(2)])).toThrow("at least two");
});
