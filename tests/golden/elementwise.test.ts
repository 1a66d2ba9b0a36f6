/**
 * Every elementwise primitive against JAX's values, on ordinary and extreme inputs, for every dtype that is stored, on both
 * backends; derivatives along each argument too. Where XLA on a CPU is no model (it takes subnormals for zero, and some of
 * its functions lose digits), the true value is.
 */
import { describe, expect, it } from "vitest";
import { config, numpy as jnp, jvp, lax, type NDArray } from "../../src/index.ts";
import { decodeArray, type EncodedArray, type GoldenArray, loadGolden, ulpDistance32, ulpDistance64 } from "./load.ts";

interface Quirks {
  readonly flush?: readonly number[];
  readonly inexact?: readonly (readonly [number, number])[];
  readonly differs?: readonly number[];
}

interface Case {
  readonly fn: string;
  readonly dtype: string;
  readonly args: readonly EncodedArray[];
  readonly kwargs: { readonly [name: string]: unknown };
  readonly out?: EncodedArray;
  readonly error?: unknown;
  readonly true?: EncodedArray;
  readonly x64?: boolean;
  readonly xla_quirk?: Quirks;
  readonly jvp?: readonly (EncodedArray | null)[];
  readonly jvp64?: readonly (EncodedArray | null)[];
  readonly jvp_quirk?: readonly (Quirks | null)[];
}

const camel = (name: string): string => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** Units in the last place between us and the reference, for functions that are not exact: [float32, float64]. */
const bounds: { readonly [fn: string]: readonly [number, number] } = {
  exp: [2, 2],
  exp2: [2, 2],
  expm1: [2, 2],
  log: [2, 2],
  log1p: [3, 2],
  tanh: [2, 3],
  sin: [3, 2],
  cos: [3, 2],
  tan: [4, 3],
  asin: [3, 2],
  acos: [3, 2],
  atan: [3, 2],
  atan2: [4, 2],
  sinh: [3, 3],
  cosh: [3, 3],
  asinh: [3, 3],
  acosh: [3, 3],
  atanh: [3, 3],
  cbrt: [2, 2],
  pow: [3, 3],
  integer_pow: [8, 8],
  logistic: [3, 4],
  rsqrt: [2, 2],
  erf: [3, 3],
  erfc: [6, 8],
  erf_inv: [6, 40],
  lgamma: [12, 40],
  digamma: [12, 40],
};

/** Where ours is nearer to the truth than XLA's, which the other suites show: there is nothing to compare with. */
const better = new Set(["erf_inv float64"]);

const unstored = new Set(["float16", "bfloat16", "complex64", "complex128"]);

function arrayOf(encoded: EncodedArray): NDArray {
  const { data, dtype, shape, exact } = decodeArray(encoded);
  const values = exact ?? (dtype === "bool" ? data.map(Boolean) : data);
  return jnp.array(values as number[], { dtype: dtype as "float32" }).reshape(shape);
}

type Operation = (...args: NDArray[]) => NDArray;

function operation(c: Case): Operation {
  const f = (lax as unknown as { [name: string]: (...args: unknown[]) => NDArray })[camel(c.fn)]!;
  if (c.fn === "integer_pow") return (x) => f(x, c.kwargs.y);
  if (c.fn === "round")
    return (x) => f(x, c.kwargs.rounding_method === "TO_NEAREST_EVEN" ? "toNearestEven" : "awayFromZero");
  return f;
}

/** Elements at which XLA on a CPU is no model. */
function quirky(quirks: Quirks | null | undefined): Set<number> {
  if (!quirks) return new Set();
  return new Set([...(quirks.flush ?? []), ...(quirks.differs ?? []), ...(quirks.inexact ?? []).map(([i]) => i)]);
}

/** Elements with an operand that XLA on a CPU takes for zero. */
function subnormal(c: Case): Set<number> {
  const found = new Set<number>();
  for (const arg of c.args) {
    const smallest = tiny[arg.dtype as "float32"];
    if (smallest === undefined) continue;
    decodeArray(arg).data.forEach((v, i) => {
      if (v !== 0 && Math.abs(v) < smallest) found.add(i);
    });
  }
  return found;
}

/** Whether JAX's trigamma function is right at x. */
const ordinary = (x: number): boolean => x > 0 && x < Infinity;

/** Results below the smallest normal number may be zero for functions of several steps. */
const tiny = { float32: 2 ** -126, float64: 2 ** -1022 } as const;

/**
 * The largest distance in ulp from what is expected, and where. Numbers below `floor` in magnitude are measured against
 * it. JAX's own value is right too, but for its quirks.
 */
function farthest(
  actual: NDArray,
  truth: GoldenArray,
  jax: GoldenArray,
  quirks: ReadonlySet<number>,
  hasTruth: boolean,
  floor: number,
): [number, string] {
  const dtype = actual.dtype as "float32" | "float64";
  const round = dtype === "float32" ? Math.fround : (x: number): number => x;
  const ulp = dtype === "float32" ? ulpDistance32 : ulpDistance64;
  const unit = dtype === "float32" ? 2 ** -23 : 2 ** -52;
  const values = Array.from(actual.toTypedArray() as Float64Array, Number);
  let worst: [number, string] = [0, ""];
  values.forEach((value, i) => {
    if (quirks.has(i) && !hasTruth) return;
    const wanted = round(truth.data[i]!);
    const near = Math.abs(value - wanted) <= Math.max(floor * unit, tiny[dtype]);
    const distance = near ? 0 : Math.min(ulp(value, wanted), ulp(value, jax.data[i]!));
    if (distance > worst[0]) worst = [distance, `element ${i}: ${value} for ${wanted} (JAX ${jax.data[i]})`];
  });
  return worst;
}

function exactly(actual: NDArray, expected: GoldenArray, quirks: ReadonlySet<number>): void {
  const kept = <T>(list: readonly T[]): T[] => list.filter((_, i) => !quirks.has(i));
  const values = Array.from(actual.toTypedArray() as ArrayLike<number | bigint>);
  if (expected.exact !== undefined) expect(kept(values)).toEqual(kept(expected.exact));
  else expect(kept(values.map(Number))).toEqual(kept(expected.data));
}

const { cases } = loadGolden<Case>("elementwise");

for (const backend of ["wasm", "reference"]) {
  describe(backend, () => {
    cases.forEach((c, i) => {
      // Without enableX64 JAX narrows 64-bit operands; here that is an error if a value is lost.
      if (!c.x64 && c.args.some((arg) => arg.dtype.endsWith("64"))) return;
      if (c.out === undefined || unstored.has(c.dtype) || better.has(`${c.fn} ${c.dtype}`)) return;
      it(`${i} ${c.fn} ${c.dtype} ${JSON.stringify(c.kwargs)}`, () => {
        config.using({ defaultBackend: backend, enableX64: c.x64 ?? false }, () => compare(c));
      });
    });
  });
}

function compare(c: Case): void {
  const f = operation(c);
  const args = c.args.map(arrayOf);
  const out = f(...args);
  const golden = decodeArray(c.out!);
  expect(out.dtype).toBe(golden.dtype);
  if (!golden.dtype.startsWith("float")) {
    exactly(out, golden, new Set([...quirky(c.xla_quirk), ...subnormal(c)]));
    return;
  }
  const [single, double] = bounds[c.fn] ?? [0, 0];
  const limit = out.dtype === "float32" ? single : double;
  const truth = c.true === undefined ? golden : decodeArray(c.true);
  // Near the roots of lgamma and digamma digits relative to the value are lost by all.
  const floor = c.fn === "lgamma" || c.fn === "digamma" ? 8 : 0;
  const [distance, where] = farthest(
    out,
    truth,
    golden,
    new Set([...quirky(c.xla_quirk), ...(c.true ? [] : subnormal(c))]),
    c.true !== undefined,
    floor,
  );
  expect(distance, where).toBeLessThanOrEqual(limit);

  c.jvp?.forEach((encoded, k) => {
    if (encoded === null) return;
    const truths = c.jvp64?.[k];
    const expected = decodeArray(truths ?? encoded);
    const along = (x: NDArray): NDArray => f(...args.map((arg, j) => (j === k ? x : arg)));
    const [, tangent] = jvp(along, [args[k]!], [jnp.onesLike(args[k]!)]);
    const quirks = c.jvp_quirk?.[k];
    // Derivatives are compared with JAX's own formulas, whose rounding differs with that of the functions in them.
    const skip = new Set([...quirky(quirks), ...subnormal(c)]);
    const values = Array.from(tangent.toTypedArray() as Float64Array, Number);
    values.forEach((value, e) => {
      // The trigamma function vanishes at infinity, where JAX has NaN; below zero JAX sums a series that does not hold there.
      if (skip.has(e) || (c.fn === "digamma" && !ordinary(decodeArray(c.args[0]!).data[e]!))) return;
      const jax = decodeArray(encoded).data[e]!;
      const target = expected.data[e]!;
      const relative = out.dtype === "float32" ? 1e-4 : 1e-9;
      const close = [jax, target].some(
        (v) => Object.is(value, v) || value === v || Math.abs(value - v) <= relative * Math.max(Math.abs(v), 1e-6),
      );
      expect(close, `derivative by argument ${k}, element ${e}: ${value} for ${target} (JAX ${jax})`).toBe(true);
    });
  });
}
