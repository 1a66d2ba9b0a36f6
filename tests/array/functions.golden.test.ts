// Functions of arrays against JAX's results (tests/golden/numpy_functions.json), and derivatives at ties and kinks (ties.json).
import { describe, expect, test } from "vitest";
import "../../src/array/install.ts";
import { grad } from "../../src/api/grad.ts";
import * as arithmetic from "../../src/array/arithmetic.ts";
import * as comparison from "../../src/array/comparison.ts";
import * as contraction from "../../src/array/contraction.ts";
import { array } from "../../src/array/convert.ts";
import * as reduction from "../../src/array/reduction.ts";
import { repeat } from "../../src/array/repeat.ts";
import * as running from "../../src/array/running.ts";
import * as shape from "../../src/array/shape.ts";
import { mean, std, var_ } from "../../src/array/statistics.ts";
import { config } from "../../src/core/config.ts";
import { isNDArray, type NDArray } from "../../src/core/ndarray.ts";
import type { DType } from "../../src/types/dtype.ts";
import {
  decodeArray,
  decodeNumber,
  type EncodedArray,
  isEncodedArray,
  loadGolden,
  ulpDistance32,
  worst,
} from "../golden/load.ts";

type Fn = (...args: never[]) => NDArray | NDArray[];

const modules = {
  ...arithmetic,
  ...comparison,
  ...contraction,
  ...reduction,
  ...running,
  ...shape,
  mean,
  std,
  var: var_,
  repeat,
} as unknown as {
  readonly [name: string]: Fn;
};
const renamed: { readonly [name: string]: string } = {
  abs: "absolute",
  mod: "remainder",
  true_divide: "divide",
  invert: "bitwiseNot",
  pow: "power",
  permute_dims: "transpose",
  around: "round",
};
const camel = (name: string): string => name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
const positional: { readonly [fn: string]: readonly string[] } = {
  clip: ["min", "max"],
  round: ["decimals"],
  reshape: ["shape"],
  transpose: ["axes"],
  squeeze: ["axis"],
  expandDims: ["axis"],
  swapaxes: ["axis1", "axis2"],
  moveaxis: ["source", "destination"],
};

interface Case {
  readonly fn: string;
  readonly args: readonly unknown[];
  readonly kwargs: { readonly [name: string]: unknown };
  readonly out?: unknown;
  readonly x64?: boolean;
}

function make(encoded: EncodedArray): NDArray {
  const { dtype, shape: sizes, data } = decodeArray(encoded);
  return array([...data], { dtype: dtype as DType }).reshape(...sizes);
}

function argument(value: unknown): unknown {
  if (isEncodedArray(value)) return make(value);
  if (typeof value === "object" && value !== null && "scalar" in value) return decodeNumber(value.scalar as number);
  return Array.isArray(value) ? value.map(argument) : value;
}

function check(actual: unknown, expected: unknown): void {
  if (Array.isArray(expected)) {
    expected.forEach((e, i) => void check((actual as unknown[])[i], e));
    return;
  }
  if (!isEncodedArray(expected) || !isNDArray(actual)) throw new Error(`cannot compare ${JSON.stringify(expected)}`);
  const { dtype, shape: sizes, data } = decodeArray(expected);
  expect([actual.dtype, actual.shape]).toEqual([dtype, sizes]);
  const values = Array.from(actual.toTypedArray() as ArrayLike<number | bigint>, Number);
  const { distance } = worst(values, data, ulpDistance32);
  expect(distance, `${values} against ${data}`).toBeLessThanOrEqual(8);
}

// Two numbers alone are floats here, since JavaScript cannot tell 1 from 1.0.
const onlyNumbers = (c: Case): boolean => c.args.length === 2 && c.args.every((a) => typeof a === "number");

const unsupported = /complex|float16|bfloat16/;

describe("numpy functions", () => {
  loadGolden<Case>("numpy_functions").cases.forEach((c, i) => {
    const name = renamed[c.fn] ?? camel(c.fn);
    const f = modules[name];
    if (f === undefined || c.out === undefined || onlyNumbers(c) || unsupported.test(JSON.stringify(c))) return;
    test(`${i}: ${c.fn} ${JSON.stringify(c.args)} ${JSON.stringify(c.kwargs)}`.slice(0, 160), () => {
      config.using({ enableX64: c.x64 === true }, () => run(name, f, c));
    });
  });
});

function run(name: string, f: Fn, c: Case): void {
  const options = Object.fromEntries(Object.entries(c.kwargs).map(([k, v]) => [camel(k), argument(v)]));
  const names = positional[name] ?? [];
  const args = c.args.map(argument);
  for (const n of names)
    if (n in options) {
      args[1 + names.indexOf(n)] = options[n];
      delete options[n];
    }
  if (Object.keys(options).length > 0) args.push(options);
  check(f(...(args as never[])), c.out);
}

interface Tie {
  readonly id: string;
  readonly python: string;
  readonly x: EncodedArray;
  readonly out: EncodedArray;
  readonly grad: EncodedArray;
}

const ties: { readonly [python: string]: (x: NDArray) => NDArray } = {
  "jnp.maximum(x, 1.0)": (x) => arithmetic.maximum(x, 1),
  "jnp.maximum(x, x)": (x) => arithmetic.maximum(x, x),
  "jnp.minimum(x, 0.0)": (x) => arithmetic.minimum(x, 0),
  "jnp.max(x)": (x) => x.max(),
  "jnp.max(x, axis=0)": (x) => x.max(0),
  "jnp.max(x, axis=1)": (x) => x.max(1),
  "jnp.max(x, initial=2.0)": (x) => x.max({ initial: 2 }),
  "jnp.max(x, where=np.array([True, False, True]), initial=0.0)": (x) =>
    x.max({ where: array([true, false, true]), initial: 0 }),
  "jnp.min(x)": (x) => x.min(),
  "jnp.abs(x)": (x) => x.abs(),
  "jnp.sign(x)": (x) => arithmetic.sign(x),
  "jnp.round(x)": (x) => x.round(),
  "jnp.sqrt(x)": (x) => x.sqrt(),
  "jnp.sqrt(x * x)": (x) => x.mul(x).sqrt(),
  "jnp.log(x)": (x) => x.log(),
  "jnp.remainder(x, 2.0)": (x) => x.mod(2),
  "jnp.floor_divide(x, 2.0)": (x) => x.floorDivide(2),
  "jnp.clip(x, -1.0, 1.0)": (x) => x.clip(-1, 1),
  "jnp.clip(x, -1.0)": (x) => x.clip(-1),
  "jnp.clip(x, max=1.0)": (x) => x.clip(null, 1),
  "jnp.clip(x, 1.0, 1.0)": (x) => x.clip(1, 1),
  "x[jnp.argmax(x)]": (x) => x.get(x.argmax()),
  "jnp.prod(x)": (x) => x.prod(),
  "jnp.prod(x, axis=0)": (x) => x.prod(0),
  "jnp.cumsum(x)": (x) => x.cumsum(),
  "jnp.cumprod(x)": (x) => running.cumprod(x),
  "jnp.sum(x)": (x) => x.sum(),
  "jnp.std(x)": (x) => x.std(),
  "jnp.var(x)": (x) => x.var(),
  "x ** 0": (x) => x.pow(0),
  "x ** 1": (x) => x.pow(1),
  "x ** 2": (x) => x.pow(2),
  "x ** 3": (x) => x.pow(3),
  "x ** -1": (x) => x.pow(-1),
  "x ** 0.5": (x) => x.pow(0.5),
  "x ** 1.5": (x) => x.pow(1.5),
  "x ** x": (x) => x.pow(x),
  "jnp.power(x, np.float32([2, 2, 2]))": (x) => x.pow(array([2, 2, 2])),
  "jnp.power(2.0, x)": (x) => arithmetic.power(2, x),
  "jnp.power(0.0, x)": (x) => arithmetic.power(0, x),
  "(x > 0).astype(jnp.float32) * x": (x) => x.greater(0).astype("float32").mul(x),
  "x[np.array([0, 0, 2])] * np.float32([1, 10, 100])": (x) => x.get([0, 0, 2]).mul(array([1, 10, 100])),
  "x.at[1].set(7.0) * np.float32([1, 10, 100])": (x) =>
    x
      .at(1)
      .set(7)
      .mul(array([1, 10, 100])),
};

describe("ties and kinks", () => {
  loadGolden<Tie>("ties").cases.forEach((c, i) => {
    const f = ties[c.python];
    if (f === undefined) return;
    test(`${i}: ${c.id}`, () => {
      const x = make(c.x);
      check(f(x), c.out);
      check(grad((v: NDArray) => f(v).sum())(x), c.grad);
    });
  });
});
