/**
 * Writes the body of one Wasm function: instructions by name, locals allocated by type, structured control with labels.
 * Calls are relocated when the module is finished, since the numbers of functions are known only then. Vector constants
 * become locals that are set once at the function's entry, so that loops never build them.
 */
import { Bytes } from "./bytes.ts";
import {
  type LaneMemoryOpcode,
  type LaneOpcode,
  laneMemoryOpcodes,
  laneOpcodes,
  type MemoryOpcode,
  memoryOpcodes,
  type Opcode,
  opcodes,
} from "./opcodes.ts";

export type ValueType = "i32" | "i64" | "f32" | "f64" | "v128";

export const valueTypeCodes: { readonly [T in ValueType]: number } = {
  i32: 0x7f,
  i64: 0x7e,
  f32: 0x7d,
  f64: 0x7c,
  v128: 0x7b,
};

const noResult = 0x40;

/** A function that can be called: one of this module, or imported from the host. */
export interface FunctionRef {
  readonly name: string;
  readonly params: readonly ValueType[];
  readonly results: readonly ValueType[];
}

/** The target of a branch: the depth of its construct. */
export type Label = number;

/** A call to patch: its place in the code, and the function meant. */
export interface CallSite {
  readonly position: number;
  readonly target: FunctionRef;
}

export class FunctionBuilder implements FunctionRef {
  readonly name: string;
  readonly params: readonly ValueType[];
  readonly results: readonly ValueType[];
  readonly code: Bytes = new Bytes();
  readonly calls: CallSite[] = [];
  /** Types of all locals after the parameters. */
  readonly locals: ValueType[] = [];
  private readonly entry = new Bytes(32);
  private readonly constants = new Map<string, number>();
  private readonly idle: { [T in ValueType]: number[] } = { i32: [], i64: [], f32: [], f64: [], v128: [] };
  private scopes: number[][] = [];
  private depth = 0;

  constructor(name: string, params: readonly ValueType[], results: readonly ValueType[]) {
    this.name = name;
    this.params = params;
    this.results = results;
  }

  /** Entry code and body, in order: what stands between the locals and the final `end`. */
  finished(): { readonly entry: Bytes; readonly body: Bytes } {
    return { entry: this.entry, body: this.code };
  }

  // Locals

  /** A local, possibly one that an ended scope has left. Its value is unspecified. */
  local(type: ValueType): number {
    const index = this.idle[type].pop() ?? this.newLocal(type);
    this.scopes[this.scopes.length - 1]?.push(index);
    return index;
  }
  private newLocal(type: ValueType): number {
    this.locals.push(type);
    return this.params.length + this.locals.length - 1;
  }
  /** Runs `body`; locals allocated in it are used again afterwards, except `keep`. */
  scope<T>(body: () => T, keep: (result: T) => readonly number[] = () => []): T {
    const mine: number[] = [];
    this.scopes.push(mine);
    const result = body();
    this.scopes.pop();
    const kept = keep(result);
    for (const index of mine) {
      if (kept.includes(index)) this.scopes[this.scopes.length - 1]?.push(index);
      else this.idle[this.locals[index - this.params.length]!].push(index);
    }
    return result;
  }
  get(index: number): void {
    this.code.byte(0x20);
    this.code.unsigned(index);
  }
  set(index: number): void {
    this.code.byte(0x21);
    this.code.unsigned(index);
  }
  tee(index: number): void {
    this.code.byte(0x22);
    this.code.unsigned(index);
  }
  /** Pops into a fresh local. */
  store(type: ValueType): number {
    const index = this.local(type);
    this.set(index);
    return index;
  }

  // Constants

  i32(value: number): void {
    this.code.byte(0x41);
    this.code.signed(value);
  }
  i64(value: bigint): void {
    this.code.byte(0x42);
    this.code.signed64(value);
  }
  f32(value: number): void {
    this.code.byte(0x43);
    this.code.float32(value);
  }
  f64(value: number): void {
    this.code.byte(0x44);
    this.code.float64(value);
  }
  private vectorConstant(key: string, lanes: number, write: (bytes: Bytes) => void): number {
    let index = this.constants.get(key);
    if (index === undefined) {
      index = this.newLocal("v128");
      this.constants.set(key, index);
      this.entry.byte(0xfd);
      this.entry.unsigned(12);
      for (let i = 0; i < lanes; i++) write(this.entry);
      this.entry.byte(0x21);
      this.entry.unsigned(index);
    }
    return index;
  }
  private static readonly bits = new DataView(new ArrayBuffer(8));
  /** A local that holds a float32 in all four lanes. */
  f32x4(value: number): number {
    FunctionBuilder.bits.setFloat32(0, value, true);
    const word = FunctionBuilder.bits.getInt32(0, true);
    return this.vectorConstant(`i${word}`, 4, (bytes) => bytes.float32(value));
  }
  /** A local that holds an int32 in all four lanes. */
  i32x4(value: number): number {
    return this.vectorConstant(`i${value | 0}`, 4, (bytes) => {
      for (let shift = 0; shift < 32; shift += 8) bytes.byte((value >>> shift) & 0xff);
    });
  }
  /** A local that holds a float64 in both lanes. */
  f64x2(value: number): number {
    return this.vectorConstant(`d${Object.is(value, -0) ? "-0" : value}`, 2, (bytes) => bytes.float64(value));
  }
  /** A local that holds a 64-bit integer in both lanes. */
  i64x2(value: bigint): number {
    return this.vectorConstant(`l${value}`, 2, (bytes) => {
      for (let shift = 0n; shift < 64n; shift += 8n) bytes.byte(Number((value >> shift) & 0xffn));
    });
  }
  /** A local that holds four given int32. */
  lanes(a: number, b: number, c: number, d: number): number {
    const values = [a, b, c, d];
    let lane = 0;
    return this.vectorConstant(`v${values.join()}`, 4, (bytes) => {
      const value = values[lane++]!;
      for (let shift = 0; shift < 32; shift += 8) bytes.byte((value >>> shift) & 0xff);
    });
  }

  // Instructions

  private opcode(code: number): void {
    if (code > 0xff) {
      this.code.byte(code >>> 16);
      this.code.unsigned(code & 0xffff);
    } else this.code.byte(code);
  }
  op(name: Opcode): void {
    this.opcode(opcodes[name]);
  }
  lane(name: LaneOpcode, lane: number): void {
    this.opcode(laneOpcodes[name]);
    this.code.byte(lane);
  }
  /** A load or store at the address on the stack plus `offset`. */
  memory(name: MemoryOpcode, offset = 0): void {
    this.opcode(memoryOpcodes[name]);
    this.code.byte(0);
    this.code.unsigned(offset);
  }
  laneMemory(name: LaneMemoryOpcode, offset: number, lane: number): void {
    this.opcode(laneMemoryOpcodes[name]);
    this.code.byte(0);
    this.code.unsigned(offset);
    this.code.byte(lane);
  }
  /** Picks four 32-bit lanes of two vectors: 0 to 3 of the first, 4 to 7 of the second. */
  shuffle32(a: number, b: number, c: number, d: number): void {
    this.code.byte(0xfd);
    this.code.unsigned(13);
    for (const lane of [a, b, c, d]) for (let i = 0; i < 4; i++) this.code.byte(4 * lane + i);
  }
  /** Adds a constant to the i32 on the stack. */
  plus(value: number): void {
    if (value === 0) return;
    this.i32(value);
    this.op("i32.add");
  }
  /** Multiplies the i32 on the stack by a constant. */
  times(value: number): void {
    if (value === 1) return;
    const shift = Math.log2(value);
    if (Number.isInteger(shift) && shift > 0) {
      this.i32(shift);
      this.op("i32.shl");
    } else {
      this.i32(value);
      this.op("i32.mul");
    }
  }
  /** Makes an unsigned i32 in a local at most `most`. */
  limit(local: number, most: number): void {
    this.i32(most);
    this.get(local);
    this.get(local);
    this.i32(most);
    this.op("i32.gt_u");
    this.op("select");
    this.set(local);
  }
  call(target: FunctionRef): void {
    this.code.byte(0x10);
    this.calls.push({ position: this.code.length, target });
    this.code.padded(0);
  }

  // Control

  private construct(opcode: number, type: number, body: (label: Label) => void): void {
    this.code.byte(opcode);
    this.code.byte(type);
    this.depth++;
    body(this.depth);
    this.depth--;
    this.code.byte(0x0b);
  }
  /** Branching to the label leaves the block. */
  block(body: (exit: Label) => void): void {
    this.construct(0x02, noResult, body);
  }
  /** Branching to the label starts the next round. */
  loop(body: (again: Label) => void): void {
    this.construct(0x03, noResult, body);
  }
  /** Pops an i32; runs one of the two bodies. With `result`, both leave a value of that type. */
  if(then: () => void, otherwise?: () => void, result?: ValueType): void {
    this.construct(0x04, result === undefined ? noResult : valueTypeCodes[result], () => {
      then();
      if (otherwise !== undefined) {
        this.code.byte(0x05);
        otherwise();
      }
    });
  }
  branch(label: Label): void {
    this.code.byte(0x0c);
    this.code.unsigned(this.depth - label);
  }
  /** Branches if the i32 on the stack is not 0. */
  branchIf(label: Label): void {
    this.code.byte(0x0d);
    this.code.unsigned(this.depth - label);
  }
  /** Pops an i32 n and branches to label n, or to the last one if there are fewer. */
  branchTable(labels: readonly Label[]): void {
    this.code.byte(0x0e);
    this.code.unsigned(labels.length - 1);
    for (const label of labels) this.code.unsigned(this.depth - label);
  }
  /** Runs `body` for counter = first, first + step, ... while below `end` (at least once). `end`: a number, or a local. */
  count(counter: number, end: number | { readonly local: number }, step: number, body: () => void): void {
    this.loop((again) => {
      body();
      this.get(counter);
      this.plus(step);
      this.tee(counter);
      if (typeof end === "number") this.i32(end);
      else this.get(end.local);
      this.op("i32.lt_u");
      this.branchIf(again);
    });
  }
}
