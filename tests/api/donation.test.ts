/** Random programs with all arguments donated give, to the bit, what they give without: whatever takes whose memory. */
import { expect, test } from "vitest";
import { jit, numpy as jnp, type NDArray, random } from "../../src/index.ts";
import { range } from "../../src/util/list.ts";

const n = 12_000;

const functions: readonly ((x: NDArray) => NDArray)[] = [
  jnp.sin,
  (x) => x.mul(2),
  (x) => jnp.flip(x),
  (x) => x.sub(x.mean()),
  (x) => jnp.roll(x, 3),
  (x) => jnp.cumsum(x).mul(1e-3),
  (x) => jnp.where(x.greater(0), x, x.mul(0.1)),
  (x) => x.reshape([100, -1]).T.reshape([-1]),
  (x) =>
    x
      .reshape([100, -1])
      .sub(x.reshape([100, -1]).max(1, { keepdims: true }))
      .reshape([-1]),
  (x) => x.astype("int8").astype("float32"),
];

/** Deterministic whole numbers below a bound. */
function numbers(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >> 8) % bound;
  };
}

/** A chain of operations on three arrays, of which three results are kept. */
function program(seed: number): (a: NDArray, b: NDArray, c: NDArray) => NDArray[] {
  const draw = numbers(seed);
  const steps = range(3 + draw(6)).map(() => [draw(functions.length), draw(99), draw(99), draw(3)] as const);
  const kept = range(3).map(() => draw(4));
  return (...given) => {
    const values: NDArray[] = [...given];
    for (const [f, i, j, kind] of steps) {
      const [x, y] = [values[i % values.length]!, values[j % values.length]!];
      values.push(kind === 0 ? functions[f]!(x) : kind === 1 ? x.add(functions[f]!(y)) : x.mul(0.5).sub(y));
    }
    return kept.map((k) => values.at(-1 - k)!);
  };
}

test.each(range(40))("program %i", (seed) => {
  const f = program(seed + 1);
  // The product is an array that nobody else holds.
  const given = (): [NDArray, NDArray, NDArray] => {
    const [a, b, c] = range(3).map((i) => random.normal(random.key(3 * seed + i), [n]).mul(4));
    return [a!, b!, c!];
  };
  const plain = jit(f)(...given());
  const donated = jit(f, { donateArgnums: [0, 1, 2] })(...given());
  for (const i of range(3)) {
    const [want, got] = [plain[i]!.toTypedArray(), donated[i]!.toTypedArray()];
    expect(
      want.findIndex((value, k) => !Object.is(value, got[k])),
      `result ${i}`,
    ).toBe(-1);
  }
});
