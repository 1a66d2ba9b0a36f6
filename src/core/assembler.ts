/**
 * What a backend that assembles WebAssembly offers to the host's algorithms: to write inner loops as functions over the
 * memory in which their buffers lie. Types only. Algorithms must do without where a backend has no assembler.
 */

/** Types of parameters and locals. */
export type LoopType = "i32" | "i64" | "f32" | "f64" | "v128";

type Arithmetic = "add" | "sub" | "mul" | "div";

/** The instructions that loops may use. */
export type LoopInstruction =
  | `${"f32" | "f64" | "f32x4" | "f64x2"}.${Arithmetic}`
  | `${"f32x4" | "f64x2"}.splat`
  | "f32x4.relaxed_madd"
  | `i32.${"add" | "sub" | "mul" | "ge_u"}`;

/** Loads and stores. */
export type LoopMemoryInstruction = `${"f32" | "f64" | "v128"}.${"load" | "store"}` | `v128.load${"32" | "64"}_splat`;

/** Writes one function: a stack machine, with locals by number (parameters first). */
export interface LoopWriter {
  readonly name: string;
  readonly params: readonly LoopType[];
  readonly results: readonly LoopType[];
  local(type: LoopType): number;
  get(local: number): void;
  set(local: number): void;
  tee(local: number): void;
  i32(value: number): void;
  /** Adds a constant to the i32 on the stack. */
  plus(value: number): void;
  /** Multiplies the i32 on the stack by a constant. */
  times(value: number): void;
  /** A vector constant in a local. */
  f32x4(value: number): number;
  f32(value: number): void;
  f64(value: number): void;
  op(name: LoopInstruction): void;
  /** A load or store at the address on the stack plus `offset`. */
  memory(name: LoopMemoryInstruction, offset?: number): void;
  /** Pushes one lane of the vector on the stack. */
  lane(name: `${"f32x4" | "f64x2"}.extract_lane`, lane: number): void;
  if(then: () => void): void;
  loop(body: (again: number) => void): void;
  branch(label: number): void;
}

/** Collects the functions of a module. */
export interface LoopModule {
  /** Whether relaxed SIMD may be used. */
  readonly relaxed: boolean;
  function(name: string, params: readonly LoopType[]): LoopWriter;
  export(name: string, target: LoopWriter): void;
}

/** Compiles what `write` writes, and returns the exported functions. Addresses are bytes of the memory. One function a backend. */
export type Assemble = (write: (module: LoopModule) => void) => {
  readonly [name: string]: (...args: number[]) => void;
};
