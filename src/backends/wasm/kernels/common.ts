/** What the packed product and its packings share: element types, and loops over locals. */
import type { FunctionBuilder } from "../function.ts";

/** Element types with a packed product. */
export type GemmType = "f32" | "f64";

export const bytesOf = (type: GemmType): number => (type === "f32" ? 4 : 8);

export const i32s = (n: number): "i32"[] => new Array<"i32">(n).fill("i32");

/** local = local + constant */
export function increase(f: FunctionBuilder, local: number, amount: number): void {
  f.get(local);
  f.plus(amount);
  f.set(local);
}

/** local = local + other */
export function increaseBy(f: FunctionBuilder, local: number, other: number): void {
  f.get(local);
  f.get(other);
  f.op("i32.add");
  f.set(local);
}

/** Runs `body` n times, n > 0 in a local. */
export function repeat(f: FunctionBuilder, n: number, body: () => void): void {
  f.scope(() => {
    f.get(n);
    const rest = f.store("i32");
    f.loop((again) => {
      body();
      f.get(rest);
      f.plus(-1);
      f.tee(rest);
      f.branchIf(again);
    });
  });
}

/** Four vectors of four, rows and columns exchanged. */
export function transposed(f: FunctionBuilder, rows: readonly number[]): number[] {
  const shuffled = (a: number, b: number, lanes: readonly [number, number, number, number]): number => {
    f.get(a);
    f.get(b);
    f.shuffle32(...lanes);
    return f.store("v128");
  };
  const [a, b, c, d] = rows as [number, number, number, number];
  const pairs = [
    [shuffled(a, b, [0, 4, 1, 5]), shuffled(c, d, [0, 4, 1, 5])],
    [shuffled(a, b, [2, 6, 3, 7]), shuffled(c, d, [2, 6, 3, 7])],
  ] as const;
  return pairs.flatMap(([x, y]) => [shuffled(x, y, [0, 1, 4, 5]), shuffled(x, y, [2, 3, 6, 7])]);
}
