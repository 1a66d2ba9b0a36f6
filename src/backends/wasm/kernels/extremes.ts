/**
 * The largest or smallest of float32, by lanes. WebAssembly's own max and min see to NaN and the signs of zeros at every step,
 * which takes tens of cycles; here three instructions collect what is needed to see to them once, at the end.
 */
import type { FunctionBuilder } from "../function.ts";
import type { Lanes, Vec } from "../lanes.ts";

export class Extremes {
  private readonly f: FunctionBuilder;
  private readonly max: boolean;
  private readonly best: Vec;
  /** All ones in lanes that have seen a NaN. */
  private readonly nan: Vec;
  /** For max the conjunction of all bits, whose sign is that of 0 if no value was +0; for min the disjunction. */
  private readonly bits: Vec;

  /** Unset, for values of `width` vectors; `one`: all end in one result. */
  constructor(f: FunctionBuilder, op: "max" | "min", width: number, one: boolean) {
    this.f = f;
    this.max = op === "max";
    const locals = (count: number, start: number): Vec =>
      Array.from({ length: count }, () => {
        f.get(start);
        return f.store("v128");
      });
    this.best = locals(width, f.f32x4(this.max ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY));
    this.nan = locals(one ? 1 : width, f.i32x4(0));
    this.bits = locals(one ? 1 : width, f.i32x4(this.max ? -1 : 0));
  }

  /** Takes in one round of values. */
  take(v: Lanes, x: Vec): void {
    const { f } = this;
    for (let u = 0; u < v.width; u++) {
      const [term, best] = [v.at(x, u), this.best[u]!];
      const [nan, bits] = [v.at(this.nan, u), v.at(this.bits, u)];
      f.get(best);
      f.get(term);
      f.op(this.max ? "f32x4.pmax" : "f32x4.pmin");
      f.set(best);
      f.get(nan);
      f.get(term);
      f.get(term);
      f.op("f32x4.ne");
      f.op("v128.or");
      f.set(nan);
      f.get(bits);
      f.get(term);
      f.op(this.max ? "v128.and" : "v128.or");
      f.set(bits);
    }
  }

  /** The results of the first `width` vectors; of all as one vector if all end in one. */
  results(v: Lanes, width: number): Vec {
    let best = this.best.slice(0, width);
    if (this.nan.length === 1) best = [best.reduce((a, b) => (this.max ? v.max([a], [b]) : v.min([a], [b]))[0]!)];
    const unsigned = v.add(best, v.f32(0));
    const sign = v.and(v.eq(unsigned, v.f32(0)), v.and(this.bits.slice(0, width), v.i32(0x80000000 | 0)));
    return v.or(v.or(unsigned, sign), this.nan.slice(0, width));
  }
}
