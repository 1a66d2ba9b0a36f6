/**
 * What the backend made of a program, for people: the module's functions in the order in which they were written, with
 * their instructions read back from the bytes. Calls carry names, locals numbers.
 */
import type { Program } from "../../compile/ir.ts";
import type { Bytes } from "./bytes.ts";
import type { FunctionBuilder } from "./function.ts";
import { laneMemoryOpcodes, laneOpcodes, memoryOpcodes, opcodes } from "./opcodes.ts";
import type { Compiled } from "./program.ts";

/** What follows an instruction. */
type Immediate =
  | "none"
  | "number"
  | "signed"
  | "f32"
  | "f64"
  | "memory"
  | "lane"
  | "laneMemory"
  | "v128"
  | "lanes"
  | "call"
  | "table";

const instructions = /* @__PURE__ */ new Map<number, readonly [name: string, immediate: Immediate]>([
  [0x05, ["else", "none"]],
  [0x0b, ["end", "none"]],
  [0x0c, ["br", "number"]],
  [0x0d, ["br_if", "number"]],
  [0x0e, ["br_table", "table"]],
  [0x10, ["call", "call"]],
  [0x20, ["local.get", "number"]],
  [0x21, ["local.set", "number"]],
  [0x22, ["local.tee", "number"]],
  [0x41, ["i32.const", "signed"]],
  [0x42, ["i64.const", "signed"]],
  [0x43, ["f32.const", "f32"]],
  [0x44, ["f64.const", "f64"]],
  [0xfd000c, ["v128.const", "v128"]],
  [0xfd000d, ["i8x16.shuffle", "lanes"]],
  .../* @__PURE__ */ Object.entries(opcodes).map(([name, code]) => [code, [name, "none"]] as const),
  .../* @__PURE__ */ Object.entries(memoryOpcodes).map(([name, code]) => [code, [name, "memory"]] as const),
  .../* @__PURE__ */ Object.entries(laneOpcodes).map(([name, code]) => [code, [name, "lane"]] as const),
  .../* @__PURE__ */ Object.entries(laneMemoryOpcodes).map(([name, code]) => [code, [name, "laneMemory"]] as const),
]);

const constructs: { readonly [opcode: number]: string } = { 2: "block", 3: "loop", 4: "if" };

/** Reads instructions one after the other. */
class Reader {
  private readonly bytes: Uint8Array<ArrayBuffer>;
  private readonly calls: ReadonlyMap<number, string>;
  private position = 0;

  constructor(bytes: Bytes, calls: ReadonlyMap<number, string>) {
    this.bytes = bytes.view();
    this.calls = calls;
  }
  get done(): boolean {
    return this.position >= this.bytes.length;
  }
  private byte(): number {
    return this.bytes[this.position++]!;
  }
  private number(): bigint {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  }
  private signed(): bigint {
    const start = this.position;
    const value = this.number();
    return BigInt.asIntN(7 * (this.position - start), value);
  }
  private view(bytes: number): DataView {
    const view = new DataView(this.bytes.buffer, this.bytes.byteOffset + this.position, bytes);
    this.position += bytes;
    return view;
  }
  /** The name of the next instruction and the text of what follows it. */
  next(): readonly [name: string, rest: string] {
    let code = this.byte();
    const construct = constructs[code];
    if (construct !== undefined) {
      this.byte();
      return [construct, ""];
    }
    if (code >= 0xfc) code = code * 0x10000 + Number(this.number());
    const [name, immediate] = instructions.get(code)!;
    return [name, this.immediate(immediate)];
  }
  private immediate(kind: Immediate): string {
    switch (kind) {
      case "none":
        return "";
      case "number":
        return ` ${this.number()}`;
      case "signed":
        return ` ${this.signed()}`;
      case "f32":
        return ` ${this.view(4).getFloat32(0, true)}`;
      case "f64":
        return ` ${this.view(8).getFloat64(0, true)}`;
      case "lane":
        return ` ${this.byte()}`;
      case "v128": {
        const view = this.view(16);
        return ` i32x4 ${[0, 4, 8, 12].map((at) => `0x${view.getUint32(at, true).toString(16)}`).join(" ")}`;
      }
      case "lanes": {
        const view = this.view(16);
        return ` ${Array.from({ length: 16 }, (_, i) => view.getUint8(i)).join(" ")}`;
      }
      case "memory":
      case "laneMemory": {
        this.byte();
        const offset = this.number();
        const lane = kind === "laneMemory" ? ` ${this.byte()}` : "";
        return `${offset === 0n ? "" : ` offset=${offset}`}${lane}`;
      }
      case "call": {
        const target = this.calls.get(this.position);
        this.number();
        return ` ${target}`;
      }
      case "table": {
        const labels = Number(this.number()) + 1;
        return ` ${Array.from({ length: labels }, () => this.number()).join(" ")}`;
      }
    }
  }
}

function functionText(f: FunctionBuilder): string[] {
  const lines = [`  func ${f.name} (${f.params.join(" ")}) -> (${f.results.join(" ")})`];
  if (f.locals.length > 0) lines.push(`    local ${f.locals.join(" ")}`);
  const { entry, body } = f.finished();
  const calls = new Map(f.calls.map(({ position, target }) => [position, target.name]));
  let indent = "    ";
  for (const reader of [new Reader(entry, new Map()), new Reader(body, calls)]) {
    while (!reader.done) {
      const [name, rest] = reader.next();
      if (name === "end" || name === "else") indent = indent.slice(2);
      lines.push(`${indent}${name}${rest}`);
      if (name === "block" || name === "loop" || name === "if" || name === "else") indent += "  ";
    }
  }
  return lines;
}

/** The listing of a program that the wasm backend compiled. */
export function wasmText({ program, compiled }: { readonly program: Program; readonly compiled: Compiled }): string {
  const lines = [
    `wasm module ${program.name}: ${compiled.bytes.length} bytes, ${compiled.module.functions.length} functions, ${compiled.workspaceBytes} bytes of workspace`,
    `  table ${compiled.table.map((buffer) => `%${buffer}`).join(" ")} workspace`,
  ];
  for (const name of compiled.imports) lines.push(`  import ${name}`);
  for (const f of compiled.module.functions) lines.push(...functionText(f));
  return lines.join("\n");
}
