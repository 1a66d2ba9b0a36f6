/** Every draw is JAX's: keys, bits and integers exactly, floats to the last digits of log, erfinv and the like. */
import { describe, expect, it } from "vitest";
import { config, numpy as jnp, type NDArray, random, slice, vmap } from "../../src/index.ts";
import { decodeArray, decodeNumber, type EncodedArray, isEncodedArray, loadGolden } from "../golden/load.ts";

interface Case {
  readonly fn: string;
  readonly key?: readonly [number, number];
  readonly keys?: EncodedArray;
  readonly shape?: readonly number[];
  readonly seed?: number;
  readonly args?: readonly unknown[];
  readonly kwargs?: { readonly [name: string]: unknown };
  readonly x64?: boolean;
  readonly out?: EncodedArray | readonly { readonly [name: string]: EncodedArray }[];
  readonly key_data?: EncodedArray;
  readonly error?: unknown;
}

type Sampler = (...args: unknown[]) => NDArray;

const camel = (name: string): string => name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** Distributions of JAX that are not here yet. */
const missing = new Set(
  "gamma loggamma beta dirichlet poisson binomial geometric t chisquare f double_sided_maxwell triangular wald generalized_normal ball".split(
    " ",
  ),
);

const arrayOf = (value: EncodedArray): NDArray => {
  const { data, shape, dtype, exact } = decodeArray(value);
  const flat = exact ?? (dtype === "bool" ? data.map(Boolean) : data);
  return jnp.array(flat as number[], { dtype: dtype as "float32" }).reshape(shape);
};

const argument = (value: unknown): unknown => {
  if (isEncodedArray(value)) return arrayOf(value);
  if (typeof value === "object" && value !== null && "scalar" in value) return decodeNumber(value.scalar as string);
  return value;
};

function expectClose(actual: NDArray, expected: EncodedArray): void {
  const { data, shape, dtype, exact } = decodeArray(expected);
  expect(actual.dtype).toBe(dtype);
  // Of long draws the file holds the first elements only.
  if (data.length >= 64 && actual.size > data.length) actual = actual.ravel().get(slice(0, data.length));
  expect(actual.shape).toEqual(shape);
  const values = Array.from(actual.toTypedArray() as Float32Array, Number);
  if (!dtype.startsWith("float")) {
    expect(exact === undefined ? values : Array.from(actual.toTypedArray() as BigInt64Array)).toEqual(exact ?? data);
    return;
  }
  const relative = dtype === "float64" ? 1e-12 : 1e-5;
  values.forEach((value, i) => {
    const wanted = data[i]!;
    const distance = Math.abs(value - wanted);
    expect(
      distance <= relative * Math.max(Math.abs(wanted), 0.02) || Object.is(value, wanted),
      `${value} for ${wanted}`,
    ).toBe(true);
  });
}

for (const [file, threefryPartitionable] of [
  ["random_legacy", false],
  ["random_partitionable", true],
] as const) {
  describe(file, () => {
    const { cases } = loadGolden<Case>(file);
    cases.forEach((c, i) => {
      if (missing.has(c.fn)) return;
      it(`${i} ${c.fn}(${JSON.stringify(c.args ?? c.seed)?.slice(0, 60)})`, () => {
        config.using({ threefryPartitionable, enableX64: c.x64 ?? false }, () => run(c));
      });
    });
  });
}

function run(c: Case): void {
  if (c.fn === "PRNGKey") {
    if (c.error !== undefined) return;
    expectClose(random.PRNGKey(c.seed!), c.out as EncodedArray);
    expectClose(random.keyData(random.key(c.seed!)), c.key_data!);
    return;
  }
  if (c.fn === "chain") {
    let key = random.PRNGKey(c.seed!);
    for (const step of c.out as readonly { readonly [name: string]: EncodedArray }[]) {
      const [next, subkey] = random.split(key);
      key = next!;
      expectClose(key, step.key!);
      expectClose(subkey!, step.subkey!);
      if (step.normal !== undefined) expectClose(random.normal(subkey!, [2]), step.normal);
    }
    return;
  }
  if (c.fn === "vmap_normal") {
    const draw = vmap((key: NDArray) => random.normal(key, c.shape!));
    expectClose(draw(arrayOf(c.keys!)), c.out as EncodedArray);
    return;
  }
  const key = jnp.array(new Uint32Array(c.key!));
  const args = (c.args ?? []).map(argument);
  const options = Object.fromEntries(Object.entries(c.kwargs ?? {}).map(([k, v]) => [camel(k), argument(v)]));
  const sample = (random as unknown as { [name: string]: Sampler })[camel(c.fn)]!;
  const call = (k: NDArray): NDArray =>
    Object.keys(options).length > 0 ? sample(k, ...args, options) : sample(k, ...args);
  const dtype = (c.out as EncodedArray).dtype;
  if (c.error !== undefined || ["float16", "bfloat16", "complex64"].includes(dtype)) {
    // JAX refuses, or no backend here stores the dtype.
    expect(() => call(key)).toThrow();
    return;
  }
  expectClose(call(key), c.out as EncodedArray);
  // A typed key is the same key.
  const typed = call(random.wrapKeyData(key));
  expectClose(typed.dtype === "key<fry>" ? random.keyData(typed) : typed, c.out as EncodedArray);
}
