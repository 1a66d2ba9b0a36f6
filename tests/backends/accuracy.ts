/**
 * Largest errors allowed of the elementwise functions, in units in the last place: what the tests hold the library to, and
 * what docs/accuracy.md promises.
 */
import type { UnaryOp } from "../../src/core/expr.ts";

/** Float32 on the wasm backend, over samples of all floats: the exact function, and its bound. */
export const dense: { readonly [op in UnaryOp]?: readonly [exact: (x: number) => number, ulp: number] } = {
  exp: [Math.exp, 1.5],
  exp2: [(x) => 2 ** x, 1.5],
  expm1: [Math.expm1, 2],
  log: [Math.log, 1],
  log1p: [Math.log1p, 2],
  sin: [Math.sin, 2],
  cos: [Math.cos, 2],
  tan: [Math.tan, 3],
  asin: [Math.asin, 2],
  acos: [Math.acos, 2],
  atan: [Math.atan, 2.5],
  sinh: [Math.sinh, 2],
  cosh: [Math.cosh, 2],
  tanh: [Math.tanh, 2],
  asinh: [Math.asinh, 1],
  acosh: [Math.acosh, 1],
  atanh: [Math.atanh, 1],
  cbrt: [Math.cbrt, 1],
};

/** The same for functions of two numbers. */
export const densePairs = { pow: 1, atan2: 2.5 } as const;

/** Against values of 60 digits, for float32 and float64; half a unit of each is the rounding of a perfect result. */
const exact: { readonly [name: string]: readonly [float32: number, float64: number] } = {
  rsqrt: [1, 1.5],
  logistic: [1.5, 2.5],
  erf: [1, 2],
  erfc: [3, 5],
  erfInv: [4, 4],
  lgamma: [2.5, 3],
  digamma: [3, 3],
  polygamma: [4, 4],
  zeta: [4, 4],
  "integerPow 5": [2.5, 2.5],
  "integerPow -3": [2, 2.5],
  // Measured against at least 1: between its poles each of these goes through zero, where digits are lost.
  "lgamma negative": [3, 4],
  "digamma negative": [5, 5],
  "polygamma negative": [8, 8],
  "zeta negative": [5, 5],
};

/** Rounded correctly, as IEEE 754 demands. */
const rounded: ReadonlySet<string> = new Set(["square", "sqrt", "add", "sub", "mul", "div", "rem"]);

/** The bounds of a function against exact values; those for float64 were rounded to it themselves. */
export const exactBounds = (name: string): readonly [float32: number, float64: number] =>
  exact[name] ?? [0.51, rounded.has(name) ? 0 : 1.01];

/** What docs/accuracy.md promises of a function of the truth table, on every backend. */
export function promised(name: string): readonly [float32: number, float64: number] {
  const [float32, float64] = exactBounds(name);
  const sampled = dense[name as UnaryOp]?.[1] ?? densePairs[name as keyof typeof densePairs];
  return [Math.max(sampled ?? 0, float32), float64];
}
