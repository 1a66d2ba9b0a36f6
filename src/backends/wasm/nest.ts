/**
 * Writes a kernel's loops. Every node is computed at the outermost loop where its operands are known; accesses in the
 * innermost loop go through pointers that are moved step by step; the vector loop runs in blocks of a few vectors, then
 * single vectors, and what remains is a vector of which some lanes count, or (where lanes are accumulators) single
 * elements. Their values are the same to the bit.
 */
import type { Expr } from "../../core/expr.ts";
import type { Frame } from "./frame.ts";
import type { FunctionBuilder } from "./function.ts";
import { Lanes, type Vec } from "./lanes.ts";
import type { Access, Plan, Target } from "./plan.ts";
import { emitScalar, loadOpcode, pushConstant, registerType, storeOpcode } from "./scalar.ts";
import { chooseUnroll } from "./unroll.ts";
import { emitSplat, emitVector, extractLane } from "./vector.ts";

/** What a kernel does at the places of the nest. All but `body` are optional. */
export interface NestHooks {
  /** In the innermost loop. */
  readonly body: () => void;
  /** Around the loops from the border on. */
  readonly enter?: () => void;
  readonly leave?: () => void;
  /** After every `chunk` rounds of the innermost loop from the border on, and at its end. */
  readonly chunk?: number;
  readonly flush?: () => void;
  /** How many of the outermost loops are free of order, so that one of them may be cut among threads. Default: none. */
  readonly free?: number;
}

/** A part of a loop: `rounds` rounds from `start` on, each of `step` elements in `width` vectors. */
interface Segment {
  readonly width: number;
  /** Lanes that count. */
  readonly active: number;
  readonly start: number;
  readonly step: number;
  readonly rounds: number;
}

interface Pointer {
  readonly local: number;
  readonly move: number;
}

export class Nest {
  readonly frame: Frame;
  readonly plan: Plan;
  readonly f: FunctionBuilder;
  /** Most vectors computed in one round. */
  readonly unroll: number;
  /** Vectors computed at this place: 0 where single elements are. */
  width = 0;
  /** Lanes that are loaded and stored at this place: all, but for the last vector of a loop. */
  private active = 0;
  /** Vector code for this place. */
  v: Lanes;
  private readonly hooks: NestHooks;
  private readonly targets: readonly Target[];
  private readonly inline: boolean;
  private readonly last: number;
  private readonly counters: number[];
  private readonly scalars = new Map<Expr, number>();
  private readonly vectors = new Map<Expr, Vec>();
  private readonly levels: Expr[][];
  /** Nodes that are the same in all lanes and are combined with others that are not. */
  private readonly splatted = new Set<Expr>();
  private readonly pointers = new Map<Access, Pointer & { readonly offset: number }>();
  private moving: Pointer[] = [];
  /** The loop that runs over the kernel's range only; -1: all run whole. */
  private readonly splitLoop: number;

  constructor(frame: Frame, plan: Plan, targets: readonly Target[], hooks: NestHooks) {
    this.frame = frame;
    this.plan = plan;
    this.f = frame.f;
    this.hooks = hooks;
    this.targets = targets;
    this.last = plan.loops.length - 1;
    this.counters = plan.loops.map(() => this.f.local("i32"));
    this.levels = Array.from({ length: plan.loops.length + 1 }, () => []);
    for (const e of plan.nodes) {
      this.levels[plan.level(e) + 1]!.push(e);
      if (plan.isVector(e) && e.op !== "load") for (const a of e.args) if (!plan.isVector(a)) this.splatted.add(a);
    }
    for (const e of plan.values) if (!plan.isVector(e)) this.splatted.add(e);
    ({ unroll: this.unroll, inline: this.inline } = chooseUnroll(plan));
    this.v = new Lanes(this.f, 1, frame.module.relaxed);
    const cut = frame.range === undefined ? undefined : plan.cut(hooks.free ?? 0, 4 * this.unroll);
    this.splitLoop = cut?.loop ?? -1;
    if (cut !== undefined) frame.split = { extent: cut.extent, unit: cut.unit, coarse: false };
  }

  /** Writes everything. */
  emit(): void {
    this.descend(0);
  }

  private descend(position: number): void {
    this.emitLevel(position - 1);
    const border = position === this.plan.border;
    if (border) this.hooks.enter?.();
    if (position > this.last) {
      this.hooks.body();
      if (border) this.hooks.flush?.();
    } else this.emitLoop(position);
    if (border) this.hooks.leave?.();
  }

  private emitLoop(position: number): void {
    const { f } = this;
    const { extent } = this.plan.loops[position]!;
    const range = position === this.splitLoop ? this.frame.range : undefined;
    if (range === undefined) f.i32(0);
    else f.get(range.from);
    f.set(this.counters[position]!);
    if (position === this.last) this.setPointers(range !== undefined);
    if (position !== this.plan.vectorLoop) {
      this.emitSegment(position, { ...this.mode(), start: 0, step: 1, rounds: extent });
      return;
    }
    let start = 0;
    for (const width of this.unroll > 1 ? [this.unroll, 1] : [1]) {
      const step = 4 * width;
      const rounds = Math.floor((extent - start) / step);
      if (rounds > 0) this.emitSegment(position, { width, active: step, start, step, rounds });
      start += rounds * step;
    }
    const rest = extent - start;
    if (rest === 0) return;
    if (position >= this.plan.border && this.plan.border < this.plan.loops.length) {
      this.emitSegment(position, { width: 0, active: 0, start, step: 1, rounds: rest });
    } else this.emitSegment(position, { width: 1, active: rest, start, step: rest, rounds: 1 });
  }

  /** The part of the range [from, to) that lies in a segment; it starts at a round's beginning. */
  private emitWithinRange(counter: number, to: number, end: number, step: number, body: () => void): void {
    const { f } = this;
    f.scope(() => {
      f.get(to);
      const stop = f.store("i32");
      f.limit(stop, end);
      f.get(counter);
      f.get(stop);
      f.op("i32.lt_u");
      f.if(() => f.count(counter, { local: stop }, step, body));
    });
  }

  private mode(): { readonly width: number; readonly active: number } {
    return { width: this.width, active: this.active };
  }

  private emitSegment(position: number, { width, active, start, step, rounds }: Segment): void {
    const { f } = this;
    const { v } = this;
    const outside = this.mode();
    this.width = width;
    this.active = active;
    this.v = new Lanes(f, Math.max(1, width), v.relaxed);
    const counter = this.counters[position]!;
    const body = (): void =>
      f.scope(() => {
        this.descend(position + 1);
        if (position === this.last) this.movePointers(step);
      });
    const end = start + rounds * step;
    const collecting = position === this.last && position >= this.plan.border;
    const chunk = collecting ? (this.hooks.chunk ?? rounds) : rounds;
    if (position === this.splitLoop) this.emitWithinRange(counter, this.frame.range!.to, end, step, body);
    else if (rounds === 1) {
      body();
      f.i32(end);
      f.set(counter);
    } else if (rounds <= chunk) f.count(counter, end, step, body);
    else {
      const whole = Math.floor(rounds / chunk) * chunk * step;
      const stop = f.local("i32");
      f.loop((again) => {
        f.get(counter);
        f.plus(chunk * step);
        f.set(stop);
        f.count(counter, { local: stop }, step, body);
        this.hooks.flush?.();
        f.get(counter);
        f.i32(start + whole);
        f.op("i32.lt_u");
        f.branchIf(again);
      });
      if (start + whole < end) f.count(counter, end, step, body);
    }
    if (collecting) this.hooks.flush?.();
    this.width = outside.width;
    this.active = outside.active;
    this.v = v;
  }

  // Values

  /** Pushes a value that is the same in all lanes here, or that of the single element. */
  push(e: Expr): void {
    if (e.op === "constant") {
      pushConstant(this.f, e.value, e.dtype);
      return;
    }
    if (e.op === "counter") {
      this.f.get(this.frame.counter(Number(e.value)));
      return;
    }
    if (e.op === "index") {
      const loop = this.plan.variables.get(e);
      loop === undefined ? this.f.i32(0) : this.f.get(this.counters[loop]!);
      return;
    }
    this.f.get(this.scalars.get(e)!);
  }

  /** A value as vectors. */
  vector(e: Expr): Vec {
    const { f } = this;
    const known = this.vectors.get(e);
    if (known !== undefined) return known;
    if (e.op === "constant") {
      if (e.dtype === "float32") return this.v.f32(Number(e.value));
      return this.v.i32(e.dtype === "bool" ? -Number(e.value) : Number(e.value));
    }
    if (e.op === "index" && this.plan.isVector(e)) return this.lanesOfCounter(this.plan.level(e));
    this.push(e);
    emitSplat(f, e.dtype);
    return [f.store("v128")];
  }

  /** Whether all lanes count. */
  private get full(): boolean {
    return this.active === 4 * this.width;
  }

  /** The vector loop's variable: consecutive numbers. */
  private lanesOfCounter(loop: number): Vec {
    const { f, v } = this;
    return v.make(v.width, (u) => {
      f.get(this.counters[loop]!);
      f.op("i32x4.splat");
      f.get(f.lanes(4 * u, 4 * u + 1, 4 * u + 2, 4 * u + 3));
      f.op("i32x4.add");
    });
  }

  private emitLevel(level: number): void {
    const { f, plan } = this;
    for (const e of this.levels[level + 1]!) {
      this.vectors.delete(e);
      if (this.width > 0 && plan.isVector(e)) {
        this.vectors.set(e, e.op === "load" ? this.loadVector(e) : this.computeVector(e));
        continue;
      }
      if (e.op === "load") this.loadScalar(plan.access(e));
      else f.scope(() => emitScalar(f, this.frame.module, e, (i) => this.push(e.args[i]!)));
      const local = f.local(registerType(e.dtype));
      f.set(local);
      this.scalars.set(e, local);
      if (this.splatted.has(e) && (this.width > 0 || level < plan.vectorLoop)) {
        f.get(local);
        emitSplat(f, e.dtype);
        this.vectors.set(e, [f.store("v128")]);
      }
    }
  }

  private computeVector(e: Expr): Vec {
    const args = e.args.map((a) => this.vector(a));
    return emitVector(this.v, this.frame.module, e, args, this.inline);
  }

  // Memory

  /** Pushes the address of an access at the current values of the loops, without its constant; those in `skip` count 0. */
  private pushAddress(access: Access, skip = -1): void {
    const { f } = this;
    f.get(this.frame.address(access.buffer));
    access.coefficients.forEach((coefficient, loop) => {
      if (coefficient === 0 || loop === skip) return;
      f.get(this.counters[loop]!);
      f.times(coefficient * access.bytes);
      f.op("i32.add");
    });
    for (const { expr, coefficient } of access.atoms) {
      this.push(expr);
      f.times(coefficient * access.bytes);
      f.op("i32.add");
    }
  }

  /** Pointers of all accesses in the innermost loop, for where its counter stands; those a constant apart share one. */
  private setPointers(counted: boolean): void {
    const { f, plan, last } = this;
    this.pointers.clear();
    this.moving = [];
    const shared = new Map<string, Pointer>();
    const accesses: Access[] = [];
    for (const e of this.levels[last + 1]!) if (e.op === "load") accesses.push(plan.access(e));
    for (const t of this.targets) accesses.push(plan.target(t));
    for (const access of accesses) {
      if (access.scattered || access.atoms.some(({ expr }) => plan.level(expr) === last)) continue;
      // A constant may stand beside the load only if the pointer itself never leaves the buffer.
      const constant = access.constant * access.bytes;
      const separate =
        constant >= 0 &&
        access.coefficients.every((c) => c >= 0) &&
        access.atoms.every((a) => a.expr.op === "counter" && a.coefficient > 0);
      let key = `${access.buffer} ${access.coefficients.join()} ${separate ? "" : constant}`;
      for (const { expr, coefficient } of access.atoms) key += ` ${this.plan.numberOf(expr)}*${coefficient}`;
      let pointer = shared.get(key);
      if (pointer === undefined) {
        this.pushAddress(access, counted ? -1 : last);
        if (!separate) f.plus(constant);
        pointer = { local: f.store("i32"), move: access.coefficients[last]! * access.bytes };
        shared.set(key, pointer);
        if (pointer.move !== 0) this.moving.push(pointer);
      }
      this.pointers.set(access, { ...pointer, offset: separate ? constant : 0 });
    }
  }

  private movePointers(step: number): void {
    const { f } = this;
    for (const { local, move } of this.moving) {
      f.get(local);
      f.plus(move * step);
      f.set(local);
    }
  }

  /** A local with the address of an access here, and a constant to add to it. */
  private place(access: Access): { readonly local: number; readonly offset: number } {
    const pointer = this.pointers.get(access);
    if (pointer !== undefined) return pointer;
    this.pushAddress(access);
    this.f.plus(access.constant * access.bytes);
    return { local: this.f.store("i32"), offset: 0 };
  }

  private loadScalar(access: Access): void {
    const { local, offset } = this.place(access);
    this.f.get(local);
    this.f.memory(loadOpcode(access.dtype), offset);
  }

  /** Calls `visit` with a local and an offset for every lane that counts. */
  private eachLane(access: Access, visit: (u: number, lane: number, local: number, offset: number) => void): void {
    const { f, v, plan } = this;
    if (access.scattered) {
      const rest = this.scatteredBytes(access);
      for (let i = 0; i < this.active; i++) {
        f.scope(() => {
          f.get(v.at(rest, i >> 2));
          f.lane("i32x4.extract_lane", i & 3);
          visit(i >> 2, i & 3, f.store("i32"), 0);
        });
      }
      return;
    }
    const stride = access.coefficients[plan.vectorLoop]! * access.bytes;
    const place = this.place(access);
    for (let i = 0; i < this.active; i++) {
      const offset = place.offset + i * stride;
      if (offset >= 0) visit(i >> 2, i & 3, place.local, offset);
      else {
        f.scope(() => {
          f.get(place.local);
          f.plus(offset);
          visit(i >> 2, i & 3, f.store("i32"), 0);
        });
      }
    }
  }

  /** The address of every lane of an access with atoms that differ between lanes. */
  private scatteredBytes(access: Access): Vec {
    const { f, v, plan } = this;
    f.get(this.frame.address(access.buffer));
    f.plus(access.constant * access.bytes);
    access.coefficients.forEach((coefficient, loop) => {
      if (coefficient === 0 || loop === plan.vectorLoop) return;
      f.get(this.counters[loop]!);
      f.times(coefficient * access.bytes);
      f.op("i32.add");
    });
    f.op("i32x4.splat");
    let sum: Vec = [f.store("v128")];
    const addTerm = (x: Vec, coefficient: number): void => {
      sum = v.op("i32x4.add", sum, v.op("i32x4.mul", x, v.i32(coefficient * access.bytes)));
    };
    const along = access.coefficients[plan.vectorLoop]!;
    if (along !== 0) addTerm(this.lanesOfCounter(plan.vectorLoop), along);
    for (const { expr, coefficient } of access.atoms) addTerm(this.vector(expr), coefficient);
    return sum;
  }

  private loadVector(e: Expr): Vec {
    const { f, v, plan } = this;
    const access = plan.access(e);
    const stride = access.coefficients[plan.vectorLoop]!;
    const bool = access.dtype === "bool";
    if (!access.scattered && ((stride === 1 && this.full) || stride === 0)) {
      const { local, offset } = this.place(access);
      return v.make(stride === 0 ? 1 : v.width, (u) => {
        f.get(local);
        if (stride === 0) {
          if (bool) {
            f.memory("i32.load8_u", offset);
            emitSplat(f, "bool");
          } else f.memory("v128.load32_splat", offset);
        } else if (bool) {
          f.memory("v128.load32_zero", offset + 4 * u);
          f.op("i16x8.extend_low_i8x16_u");
          f.op("i32x4.extend_low_i16x8_u");
          f.op("i32x4.neg");
        } else f.memory("v128.load", offset + 16 * u);
      });
    }
    if (!access.scattered && stride === -1 && this.full && !bool) {
      const { local, offset } = this.place(access);
      return v.make(v.width, (u) => {
        // The last of the four elements lies lowest.
        f.get(local);
        f.plus(offset - 16 * u - 12);
        f.memory("v128.load");
        const backwards = f.store("v128");
        f.get(backwards);
        f.get(backwards);
        f.shuffle32(3, 2, 1, 0);
      });
    }
    const result = v.make(v.width, () => f.get(v.i32(0)[0]!));
    this.eachLane(access, (u, lane, local, offset) => {
      if (bool) {
        f.get(result[u]!);
        f.i32(0);
        f.get(local);
        f.memory("i32.load8_u", offset);
        f.op("i32.sub");
        f.lane("i32x4.replace_lane", lane);
      } else {
        f.get(local);
        f.get(result[u]!);
        f.laneMemory("v128.load32_lane", offset, lane);
      }
      f.set(result[u]!);
    });
    return result;
  }

  /** Writes a value to a target, here. */
  store(target: Target, value: Expr): void {
    if (this.width > 0) this.storeVector(target, this.vector(value));
    else this.storeScalar(target, () => this.push(value));
  }
  /** Writes the scalar that `push` leaves on the stack. */
  storeScalar(target: Target, push: () => void): void {
    const { f } = this;
    const { local, offset } = this.place(this.plan.target(target));
    f.get(local);
    push();
    f.memory(storeOpcode(target.dtype), offset);
  }
  /** Writes vectors along the vector loop. */
  storeVector(target: Target, value: Vec): void {
    const { f, v, plan } = this;
    const access = plan.target(target);
    if (!access.scattered && access.coefficients[plan.vectorLoop] === 1 && this.full) {
      const { local, offset } = this.place(access);
      for (let u = 0; u < v.width; u++) {
        f.get(local);
        f.get(v.at(value, u));
        if (target.dtype === "bool") {
          f.get(v.at(value, u));
          f.op("i16x8.narrow_i32x4_s");
          f.get(v.at(value, u));
          f.op("i8x16.narrow_i16x8_s");
          f.get(v.i32(0x01010101)[0]!);
          f.op("v128.and");
          f.laneMemory("v128.store32_lane", offset + 4 * u, 0);
        } else f.memory("v128.store", offset + 16 * u);
      }
      return;
    }
    this.eachLane(access, (u, lane, local, offset) => {
      f.get(local);
      if (target.dtype === "bool") {
        extractLane(f, v.at(value, u), lane, "bool");
        f.memory("i32.store8", offset);
      } else {
        f.get(v.at(value, u));
        f.laneMemory("v128.store32_lane", offset, lane);
      }
    });
  }
}
