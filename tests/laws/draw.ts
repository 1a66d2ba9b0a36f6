/** Values that look random and are the same in every run: a small generator, seeded by a text. */
import { type DType, dtypeKind, integerRange, newTypedArray, type TypedArray } from "../../src/types/dtype.ts";
import { type Shape, sizeOf } from "../../src/types/shape.ts";

/** Numbers in [0, 1). */
export type Random = () => number;

/** A generator for a label. */
export function seeded(label: string): Random {
  let state = 0x9e3779b9;
  for (let i = 0; i < label.length; i++) state = Math.imul(state ^ label.charCodeAt(i), 0x01000193);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** An integer in [0, n). */
export function below(random: Random, n: number): number {
  return Math.floor(random() * n);
}

/** One of a list. */
export function pick<T>(random: Random, list: readonly T[]): T {
  return list[below(random, list.length)]!;
}

/** Elements of a dtype, drawn uniformly; integers from the integers of the interval, keys from all bits. */
export function drawData(random: Random, dtype: DType, shape: Shape, domain?: readonly [number, number]): TypedArray {
  const data = newTypedArray(dtype, sizeOf(shape));
  const kind = dtypeKind(dtype);
  const fill = (next: () => number | bigint): TypedArray => {
    for (let i = 0; i < data.length; i++) (data as unknown as (number | bigint)[])[i] = next();
    return data;
  };
  if (kind === "b") return fill(() => (random() < 0.5 ? 0 : 1));
  if (kind === "f" || kind === "c") {
    const [low, high] = domain ?? [-2, 2];
    return fill(() => low + (high - low) * random());
  }
  const word = (): bigint => BigInt(below(random, 2 ** 32));
  if (dtype === "key<fry>") return fill(() => (word() << 32n) | word());
  const [lowest, highest] = integerRange(dtype);
  const [from, to] = domain ?? [-5, 5];
  const low = Math.max(Math.ceil(from), Number(lowest));
  const high = Math.max(low, Math.min(Math.floor(to), Number(highest)));
  const isBig = dtype === "int64" || dtype === "uint64";
  return fill(() => {
    const n = low + below(random, high - low + 1);
    return isBig ? BigInt(n) : n;
  });
}
