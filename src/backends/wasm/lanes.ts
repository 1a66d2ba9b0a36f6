/**
 * Vector code in lockstep: a value is a few vectors (`width` of them) in locals, and each operation is written for all of
 * them before the next one begins, so that the processor overlaps their chains of dependent instructions. A value of
 * one vector only is the same for all (a constant, or something the loop does not change).
 */
import type { FunctionBuilder, FunctionRef } from "./function.ts";
import type { Opcode } from "./opcodes.ts";

/** Locals of type v128: `width` of them, or one that stands for all. */
export type Vec = readonly number[];

export class Lanes {
  readonly f: FunctionBuilder;
  readonly width: number;
  /** Whether fused multiply-add may be used inside polynomials. */
  readonly relaxed: boolean;

  constructor(f: FunctionBuilder, width: number, relaxed: boolean) {
    this.f = f;
    this.width = width;
    this.relaxed = relaxed;
  }

  /** As many vectors as the widest of the values. */
  private count(args: readonly Vec[]): number {
    let count = 1;
    for (const a of args) if (a.length > count) count = a.length;
    return count;
  }
  /** The value whose vector number u is left on the stack by `push(u)`. */
  make(count: number, push: (u: number) => void): Vec {
    const result: number[] = [];
    for (let u = 0; u < count; u++) {
      push(u);
      result.push(this.f.store("v128"));
    }
    return result;
  }
  at(x: Vec, u: number): number {
    return x.length === 1 ? x[0]! : x[u]!;
  }
  op(name: Opcode, ...args: Vec[]): Vec {
    return this.make(this.count(args), (u) => {
      for (const a of args) this.f.get(this.at(a, u));
      this.f.op(name);
    });
  }
  /** A shift of all lanes by a constant. */
  shift(name: Opcode, x: Vec, amount: number): Vec {
    return this.make(x.length, (u) => {
      this.f.get(x[u]!);
      this.f.i32(amount);
      this.f.op(name);
    });
  }
  /** A function from vectors to a vector. */
  call(target: FunctionRef, ...args: Vec[]): Vec {
    return this.make(this.count(args), (u) => {
      for (const a of args) this.f.get(this.at(a, u));
      this.f.call(target);
    });
  }

  f32(value: number): Vec {
    return [this.f.f32x4(value)];
  }
  i32(value: number): Vec {
    return [this.f.i32x4(value)];
  }
  f64(value: number): Vec {
    return [this.f.f64x2(value)];
  }
  i64(value: bigint): Vec {
    return [this.f.i64x2(value)];
  }

  add(a: Vec, b: Vec): Vec {
    return this.op("f32x4.add", a, b);
  }
  sub(a: Vec, b: Vec): Vec {
    return this.op("f32x4.sub", a, b);
  }
  mul(a: Vec, b: Vec): Vec {
    return this.op("f32x4.mul", a, b);
  }
  div(a: Vec, b: Vec): Vec {
    return this.op("f32x4.div", a, b);
  }
  abs(a: Vec): Vec {
    return this.op("f32x4.abs", a);
  }
  /** The smaller; the first if either is NaN. */
  min(a: Vec, b: Vec): Vec {
    return this.op("f32x4.pmin", a, b);
  }
  /** The larger; the first if either is NaN. */
  max(a: Vec, b: Vec): Vec {
    return this.op("f32x4.pmax", a, b);
  }
  and(a: Vec, b: Vec): Vec {
    return this.op("v128.and", a, b);
  }
  or(a: Vec, b: Vec): Vec {
    return this.op("v128.or", a, b);
  }
  xor(a: Vec, b: Vec): Vec {
    return this.op("v128.xor", a, b);
  }
  lt(a: Vec, b: Vec): Vec {
    return this.op("f32x4.lt", a, b);
  }
  gt(a: Vec, b: Vec): Vec {
    return this.op("f32x4.gt", a, b);
  }
  eq(a: Vec, b: Vec): Vec {
    return this.op("f32x4.eq", a, b);
  }
  /** mask ? yes : no, bit by bit. */
  select(mask: Vec, yes: Vec, no: Vec): Vec {
    return this.op("v128.bitselect", yes, no, mask);
  }
  /** a * b + c, rounded once or twice. */
  mulAdd(a: Vec, b: Vec, c: Vec): Vec {
    return this.relaxed ? this.op("f32x4.relaxed_madd", a, b, c) : this.add(this.mul(a, b), c);
  }
  /** A polynomial, highest coefficient first. */
  polynomial(x: Vec, coefficients: readonly number[]): Vec {
    let result = this.f32(coefficients[0]!);
    for (let i = 1; i < coefficients.length; i++) result = this.mulAdd(result, x, this.f32(coefficients[i]!));
    return result;
  }
  /** Mask of lanes whose sign bit is set, as all ones. */
  negative(x: Vec): Vec {
    return this.shift("i32x4.shr_s", x, 31);
  }
  /** The sign bit of x put on a non-negative y. */
  withSign(y: Vec, x: Vec): Vec {
    return this.or(y, this.and(x, this.i32(0x80000000 | 0)));
  }
}
