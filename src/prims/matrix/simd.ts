/**
 * The inner loops of the matrix algorithms in SIMD: functions that a backend's assembler writes, over the memory in which
 * the algorithm's scratch memory lies. Distances are in bytes there. One module a precision, made when first used.
 */
import type { Assemble, LoopModule, LoopWriter } from "../../core/assembler.ts";
import type { Elements, MatrixLoops } from "./loops.ts";

type Precision = "f32" | "f64";
type Exports = ReturnType<Assemble>;

/** Loops of an assembler's over elements at an address; arguments as in `MatrixLoops`. */
class AssembledLoops implements MatrixLoops {
  readonly w: Elements;
  readonly epsilon: number;
  private readonly loops: Exports;
  private readonly base: number;
  private readonly bytes: number;

  constructor(w: Elements, loops: Exports) {
    this.w = w;
    this.loops = loops;
    this.base = w.byteOffset;
    this.bytes = w.BYTES_PER_ELEMENT;
    this.epsilon = this.bytes === 4 ? 2 ** -25 : Number.EPSILON;
  }

  subtractProduct(
    c: number,
    ldc: number,
    a: number,
    aRow: number,
    aColumn: number,
    b: number,
    ldb: number,
    m: number,
    n: number,
    k: number,
  ): void {
    if (m <= 0 || n <= 0 || k <= 0) return;
    const { base, bytes } = this;
    this.loops.subtractProduct!(
      base + bytes * c,
      bytes * ldc,
      base + bytes * a,
      bytes * aRow,
      bytes * aColumn,
      base + bytes * b,
      bytes * ldb,
      m,
      n,
      k,
    );
  }

  multiply(y: number, a: number, lda: number, x: number, m: number, n: number): void {
    const { base, bytes } = this;
    this.loops.multiply!(base + bytes * y, base + bytes * a, bytes * lda, base + bytes * x, m, n);
  }

  divide(x: number, n: number, s: number): void {
    this.loops.divide!(this.base + this.bytes * x, n, s);
  }

  rotateRows(a: number, lda: number, n: number, turns: number, count: number): void {
    if (count <= 0) return;
    const { base, bytes } = this;
    this.loops.rotateRows!(base + bytes * a, bytes * lda, n, base + bytes * turns, count);
  }
}

/** The modules of each backend. */
const compiled = /* @__PURE__ */ new WeakMap<Assemble, { [P in Precision]?: Exports }>();

/** The loops over an array that lies in the assembler's memory. */
export function assembledLoops(assemble: Assemble, w: Elements): MatrixLoops {
  const type = w instanceof Float32Array ? "f32" : "f64";
  const modules = compiled.get(assemble) ?? {};
  compiled.set(assemble, modules);
  modules[type] ??= assemble((module) => writeLoops(module, type));
  return new AssembledLoops(w, modules[type]);
}

function writeLoops(module: LoopModule, type: Precision): void {
  const write = (
    name: string,
    counts: number,
    scalar: readonly Precision[],
    body: (f: LoopWriter, one: Unit, vector: Unit) => void,
  ): void => {
    const f = module.function(name, [...new Array<"i32">(counts).fill("i32"), ...scalar]);
    body(f, new Unit(f, type, 1, false), new Unit(f, type, type === "f32" ? 4 : 2, module.relaxed));
    module.export(name, f);
  };
  write("subtractProduct", 10, [], writeSubtractProduct);
  write("multiply", 6, [], writeMultiply);
  write("divide", 2, [type], writeDivide);
  write("rotateRows", 5, [], writeRotateRows);
}

/** What is computed at a time: one element, or a vector of them. */
class Unit {
  readonly type: "f32" | "f64" | "v128";
  readonly bytes: number;
  readonly lanes: number;
  private readonly f: LoopWriter;
  private readonly precision: Precision;
  private readonly operation: "f32" | "f64" | "f32x4" | "f64x2";
  private readonly fused: boolean;

  constructor(f: LoopWriter, precision: Precision, lanes: number, relaxed: boolean) {
    this.f = f;
    this.precision = precision;
    this.lanes = lanes;
    this.bytes = lanes * (precision === "f32" ? 4 : 8);
    this.type = lanes === 1 ? precision : "v128";
    this.operation = lanes === 1 ? precision : precision === "f32" ? "f32x4" : "f64x2";
    this.fused = relaxed && precision === "f32";
  }
  locals(count: number): number[] {
    return Array.from({ length: count }, () => this.f.local(this.type));
  }
  zero(): void {
    if (this.lanes > 1) this.f.get(this.f.f32x4(0));
    else this.f[this.precision](0);
  }
  load(offset = 0): void {
    this.f.memory(`${this.type}.load`, offset);
  }
  store(offset = 0): void {
    this.f.memory(`${this.type}.store`, offset);
  }
  /** The element at the address on the stack, in all lanes. */
  splat(offset = 0): void {
    if (this.lanes === 1) this.load(offset);
    else this.f.memory(this.precision === "f32" ? "v128.load32_splat" : "v128.load64_splat", offset);
  }
  op(name: "add" | "sub" | "mul" | "div"): void {
    this.f.op(`${this.operation}.${name}`);
  }
  /** sum += a b. */
  accumulate(sum: number, a: number, b: number): void {
    const { f } = this;
    if (!this.fused || this.lanes === 1) f.get(sum);
    f.get(a);
    f.get(b);
    if (this.fused && this.lanes > 1) {
      f.get(sum);
      f.op("f32x4.relaxed_madd");
    } else {
      this.op("mul");
      this.op("add");
    }
    f.set(sum);
  }
}

function increase(f: LoopWriter, local: number, push: () => void): void {
  f.get(local);
  push();
  f.op("i32.add");
  f.set(local);
}

/** Runs `body` as long as `step` of the rest remain; the rest is in a local, and is lessened. */
function whileRest(f: LoopWriter, rest: number, step: number, body: () => void): void {
  f.loop((again) => {
    f.get(rest);
    f.i32(step);
    f.op("i32.ge_u");
    f.if(() => {
      body();
      f.get(rest);
      f.plus(-step);
      f.set(rest);
      f.branch(again);
    });
  });
}

/** Runs `body` for each piece of the columns: groups of `most` vectors, then single vectors, then elements. */
function acrossColumns(
  f: LoopWriter,
  rest: number,
  units: { readonly one: Unit; readonly vector: Unit; readonly most: number },
  body: (unit: Unit, count: number) => void,
): void {
  const { one, vector, most } = units;
  for (const [unit, count] of [
    [vector, most],
    [vector, 1],
    [one, 1],
  ] as const) {
    whileRest(f, rest, unit.lanes * count, () => body(unit, count));
  }
}

function writeSubtractProduct(f: LoopWriter, one: Unit, vector: Unit): void {
  const [c, ldc, a, aRow, aColumn, b, ldb, m, n, k] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] as const;
  const [to, at, from, across, rest, depth] = Array.from({ length: 6 }, () => f.local("i32")) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const lefts = Array.from({ length: 4 }, () => f.local("i32"));
  /** The sums of a tile in registers, over all of k. */
  const tile = (unit: Unit, rows: number, count: number): void => {
    const sums = unit.locals(rows * count);
    const factors = unit.locals(count);
    const [factor] = unit.locals(1) as [number];
    for (const sum of sums) {
      unit.zero();
      f.set(sum);
    }
    for (let r = 0; r < rows; r++) {
      f.get(r === 0 ? a : lefts[r - 1]!);
      if (r > 0) {
        f.get(aRow);
        f.op("i32.add");
      }
      f.set(lefts[r]!);
    }
    f.get(across);
    f.set(from);
    f.get(k);
    f.set(depth);
    whileRest(f, depth, 1, () => {
      factors.forEach((local, v) => {
        f.get(from);
        unit.load(v * unit.bytes);
        f.set(local);
      });
      for (let r = 0; r < rows; r++) {
        f.get(lefts[r]!);
        unit.splat();
        f.set(factor);
        increase(f, lefts[r]!, () => f.get(aColumn));
        for (let v = 0; v < count; v++) unit.accumulate(sums[r * count + v]!, factor, factors[v]!);
      }
      increase(f, from, () => f.get(ldb));
    });
    f.get(to);
    f.set(at);
    sums.forEach((sum, i) => {
      const offset = (i % count) * unit.bytes;
      f.get(at);
      f.get(at);
      unit.load(offset);
      f.get(sum);
      unit.op("sub");
      unit.store(offset);
      if (i % count === count - 1) increase(f, at, () => f.get(ldc));
    });
  };
  for (const rows of [4, 1]) {
    whileRest(f, m, rows, () => {
      f.get(c);
      f.set(to);
      f.get(b);
      f.set(across);
      f.get(n);
      f.set(rest);
      acrossColumns(f, rest, { one, vector, most: rows === 4 ? 2 : 8 }, (unit, count) => {
        tile(unit, rows, count);
        for (const place of [to, across]) increase(f, place, () => f.i32(count * unit.bytes));
      });
      for (const [place, distance] of [
        [c, ldc],
        [a, aRow],
      ] as const) {
        increase(f, place, () => {
          f.get(distance);
          f.times(rows);
        });
      }
    });
  }
}

function writeMultiply(f: LoopWriter, one: Unit, vector: Unit): void {
  const [y, a, lda, x, m, n] = [0, 1, 2, 3, 4, 5] as const;
  const [right, rest] = [f.local("i32"), f.local("i32")];
  for (const rows of [4, 1]) {
    const lefts = Array.from({ length: rows }, () => f.local("i32"));
    // A row alone has several sums, which do not wait for each other.
    const most = rows === 4 ? 1 : 4;
    const sums = vector.locals(rows * most);
    const totals = one.locals(rows);
    whileRest(f, m, rows, () => {
      for (const sum of sums) {
        vector.zero();
        f.set(sum);
      }
      lefts.forEach((left, r) => {
        f.get(r === 0 ? a : lefts[r - 1]!);
        if (r > 0) {
          f.get(lda);
          f.op("i32.add");
        }
        f.set(left);
        one.zero();
        f.set(totals[r]!);
      });
      f.get(x);
      f.set(right);
      f.get(n);
      f.set(rest);
      acrossColumns(f, rest, { one, vector, most }, (unit, count) => {
        const [left, factor] = unit.locals(2) as [number, number];
        for (let v = 0; v < count; v++) {
          f.get(right);
          unit.load(v * unit.bytes);
          f.set(factor);
          for (let r = 0; r < rows; r++) {
            f.get(lefts[r]!);
            unit.load(v * unit.bytes);
            f.set(left);
            unit.accumulate(unit.lanes === 1 ? totals[r]! : sums[r * most + v]!, left, factor);
          }
        }
        for (const place of [right, ...lefts]) increase(f, place, () => f.i32(count * unit.bytes));
      });
      for (let r = 0; r < rows; r++) {
        f.get(y);
        f.get(totals[r]!);
        for (let v = 1; v < most; v++) {
          f.get(sums[r * most]!);
          f.get(sums[r * most + v]!);
          vector.op("add");
          f.set(sums[r * most]!);
        }
        for (let lane = 0; lane < vector.lanes; lane++) {
          f.get(sums[r * most]!);
          f.lane(vector.lanes === 4 ? "f32x4.extract_lane" : "f64x2.extract_lane", lane);
          one.op("add");
        }
        one.store(r * one.bytes);
      }
      increase(f, y, () => f.i32(rows * one.bytes));
      increase(f, a, () => {
        f.get(lda);
        f.times(rows);
      });
    });
  }
}

function writeDivide(f: LoopWriter, one: Unit, vector: Unit): void {
  const [x, n, s] = [0, 1, 2] as const;
  const [divisor] = vector.locals(1) as [number];
  f.get(s);
  f.op(vector.lanes === 4 ? "f32x4.splat" : "f64x2.splat");
  f.set(divisor);
  acrossColumns(f, n, { one, vector, most: 4 }, (unit, count) => {
    for (let v = 0; v < count; v++) {
      f.get(x);
      f.get(x);
      unit.load(v * unit.bytes);
      f.get(unit.lanes === 1 ? s : divisor);
      unit.op("div");
      unit.store(v * unit.bytes);
    }
    increase(f, x, () => f.i32(count * unit.bytes));
  });
}

/** A piece of the columns at a time: the lower row of each pair stays in registers, as it is the upper of the next. */
function writeRotateRows(f: LoopWriter, one: Unit, vector: Unit): void {
  const [a, lda, n, turns, count] = [0, 1, 2, 3, 4] as const;
  const [at, turn, rest] = [f.local("i32"), f.local("i32"), f.local("i32")];
  acrossColumns(f, n, { one, vector, most: 4 }, (unit, width) => {
    const uppers = unit.locals(width);
    const lowers = unit.locals(width);
    const [c, s] = unit.locals(2) as [number, number];
    f.get(a);
    f.set(at);
    f.get(turns);
    f.set(turn);
    f.get(count);
    f.set(rest);
    uppers.forEach((upper, v) => {
      f.get(at);
      unit.load(v * unit.bytes);
      f.set(upper);
    });
    whileRest(f, rest, 1, () => {
      [c, s].forEach((local, i) => {
        f.get(turn);
        unit.splat(i * one.bytes);
        f.set(local);
      });
      for (let v = 0; v < width; v++) {
        const [upper, lower] = [uppers[v]!, lowers[v]!];
        f.get(at);
        f.get(lda);
        f.op("i32.add");
        unit.load(v * unit.bytes);
        f.set(lower);
        f.get(at);
        f.get(c);
        f.get(upper);
        unit.op("mul");
        f.get(s);
        f.get(lower);
        unit.op("mul");
        unit.op("add");
        unit.store(v * unit.bytes);
        f.get(c);
        f.get(lower);
        unit.op("mul");
        f.get(s);
        f.get(upper);
        unit.op("mul");
        unit.op("sub");
        f.set(upper);
      }
      increase(f, at, () => f.get(lda));
      increase(f, turn, () => f.i32(2 * one.bytes));
    });
    uppers.forEach((upper, v) => {
      f.get(at);
      f.get(upper);
      unit.store(v * unit.bytes);
    });
    increase(f, a, () => f.i32(width * unit.bytes));
  });
}
