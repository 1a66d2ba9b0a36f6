/** Sums of float32 vectors kept in double precision: two float64 vectors for each. */
import type { FunctionBuilder } from "../function.ts";
import type { Lanes, Vec } from "../lanes.ts";

export class Totals {
  private readonly f: FunctionBuilder;
  /** Sums of lanes 0 and 1, and of lanes 2 and 3. */
  private readonly pairs: readonly (readonly [number, number])[];

  /** `count` sums, all `start`. */
  constructor(f: FunctionBuilder, count: number, start: number) {
    this.f = f;
    this.pairs = Array.from({ length: count }, () => [f.local("v128"), f.local("v128")] as const);
    for (const local of this.pairs.flat()) {
      f.get(f.f64x2(start));
      f.set(local);
    }
  }
  /** Adds a float32 vector to sum number `u`. */
  add(u: number, vector: number): void {
    const { f } = this;
    for (const half of [0, 1] as const) {
      const total = this.pairs[u]![half];
      f.get(total);
      f.get(vector);
      if (half === 1) {
        f.get(vector);
        f.shuffle32(2, 3, 2, 3);
      }
      f.op("f64x2.promote_low_f32x4");
      f.op("f64x2.add");
      f.set(total);
    }
  }
  /** The sums, rounded. */
  rounded(v: Lanes): Vec {
    const { f } = this;
    return v.make(this.pairs.length, (u) => {
      for (const half of this.pairs[u]!) {
        f.get(half);
        f.op("f32x4.demote_f64x2_zero");
      }
      f.shuffle32(0, 1, 4, 5);
    });
  }
  /** Calls `take` with something that pushes a float64, for each lane of all sums. */
  eachLane(take: (push: () => void) => void): void {
    const { f } = this;
    for (const local of this.pairs.flat()) {
      for (const lane of [0, 1]) {
        take(() => {
          f.get(local);
          f.lane("f64x2.extract_lane", lane);
        });
      }
    }
  }
}
