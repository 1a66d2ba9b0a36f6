/**
 * One Wasm module: functions, imported host functions, one imported memory. Functions with equal bodies are written
 * once; helper functions are made when first asked for.
 */
import { Bytes } from "./bytes.ts";
import { FunctionBuilder, type FunctionRef, type ValueType, valueTypeCodes } from "./function.ts";

/** Host functions are imported from this module name, the memory as `memory`. */
export const importModule = "host";

interface Finished {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Names of the imported functions. */
  readonly imports: readonly string[];
}

function sameBytes(a: Bytes, b: Bytes): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a.data[i] !== b.data[i]) return false;
  return true;
}

function sameFunction(a: FunctionBuilder, b: FunctionBuilder): boolean {
  if (a.calls.length !== b.calls.length || a.locals.length !== b.locals.length) return false;
  if (a.params.join() !== b.params.join() || a.results.join() !== b.results.join()) return false;
  for (let i = 0; i < a.locals.length; i++) if (a.locals[i] !== b.locals[i]) return false;
  for (let i = 0; i < a.calls.length; i++) if (a.calls[i]!.target !== b.calls[i]!.target) return false;
  const left = a.finished();
  const right = b.finished();
  return sameBytes(left.body, right.body) && sameBytes(left.entry, right.entry);
}

function hashCode(code: Bytes): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < code.length; i++) hash = Math.imul(hash ^ code.data[i]!, 0x01000193);
  return hash;
}

function section(out: Bytes, id: number, content: Bytes): void {
  out.byte(id);
  out.unsigned(content.length);
  out.append(content);
}

export class ModuleBuilder {
  /** Whether relaxed SIMD may be used. */
  readonly relaxed: boolean;
  readonly functions: FunctionBuilder[] = [];
  private readonly imports = new Map<string, FunctionRef>();
  private readonly helpers = new Map<string, FunctionBuilder>();
  private readonly exports: { readonly name: string; readonly target: FunctionRef }[] = [];

  constructor(relaxed: boolean) {
    this.relaxed = relaxed;
  }

  function(name: string, params: readonly ValueType[], results: readonly ValueType[] = []): FunctionBuilder {
    const f = new FunctionBuilder(name, params, results);
    this.functions.push(f);
    return f;
  }
  /** The helper of this name, written by `build` when first asked for. */
  helper(
    name: string,
    params: readonly ValueType[],
    results: readonly ValueType[],
    build: (f: FunctionBuilder) => void,
  ): FunctionRef {
    let f = this.helpers.get(name);
    if (f === undefined) {
      f = this.function(name, params, results);
      this.helpers.set(name, f);
      build(f);
    }
    return f;
  }
  /** A function of the host. */
  import(name: string, params: readonly ValueType[], results: readonly ValueType[]): FunctionRef {
    let ref = this.imports.get(name);
    if (ref === undefined) {
      ref = { name, params, results };
      this.imports.set(name, ref);
    }
    return ref;
  }
  export(name: string, target: FunctionRef): void {
    this.exports.push({ name, target });
  }

  /** The module's bytes. The memory is imported with this limit, in pages of 64 KiB. */
  finish(memory: { readonly pages: number; readonly shared: boolean }): Finished {
    const numbers = new Map<FunctionRef, number>();
    const unique: FunctionBuilder[] = [];
    for (const ref of this.imports.values()) numbers.set(ref, numbers.size);
    const imported = numbers.size;
    const buckets = new Map<number, FunctionBuilder[]>();
    for (const f of this.functions) {
      const hash = hashCode(f.code);
      const bucket = buckets.get(hash) ?? [];
      buckets.set(hash, bucket);
      const twin = bucket.find((g) => sameFunction(f, g));
      if (twin !== undefined) numbers.set(f, numbers.get(twin)!);
      else {
        bucket.push(f);
        numbers.set(f, imported + unique.length);
        unique.push(f);
      }
    }

    const types = new Map<string, number>();
    const typeSection = new Bytes();
    const typeOf = (ref: FunctionRef): number => {
      const key = `${ref.params.join()}>${ref.results.join()}`;
      let index = types.get(key);
      if (index === undefined) {
        index = types.size;
        types.set(key, index);
        typeSection.byte(0x60);
        for (const list of [ref.params, ref.results]) {
          typeSection.unsigned(list.length);
          for (const type of list) typeSection.byte(valueTypeCodes[type]);
        }
      }
      return index;
    };

    const importSection = new Bytes();
    importSection.unsigned(this.imports.size + 1);
    importSection.name(importModule);
    importSection.name("memory");
    importSection.byte(0x02);
    importSection.byte(memory.shared ? 3 : 1);
    importSection.unsigned(0);
    importSection.unsigned(memory.pages);
    for (const ref of this.imports.values()) {
      importSection.name(importModule);
      importSection.name(ref.name);
      importSection.byte(0x00);
      importSection.unsigned(typeOf(ref));
    }

    const functionSection = new Bytes();
    functionSection.unsigned(unique.length);
    for (const f of unique) functionSection.unsigned(typeOf(f));

    const exportSection = new Bytes();
    exportSection.unsigned(this.exports.length);
    for (const { name, target } of this.exports) {
      exportSection.name(name);
      exportSection.byte(0x00);
      exportSection.unsigned(numbers.get(target)!);
    }

    const codeSection = new Bytes(1024);
    codeSection.unsigned(unique.length);
    for (const f of unique) {
      for (const { position, target } of f.calls) f.code.patch(position, numbers.get(target)!);
      const head = new Bytes(32);
      const groups: { readonly type: ValueType; count: number }[] = [];
      for (const type of f.locals) {
        const last = groups[groups.length - 1];
        if (last?.type === type) last.count++;
        else groups.push({ type, count: 1 });
      }
      head.unsigned(groups.length);
      for (const { type, count } of groups) {
        head.unsigned(count);
        head.byte(valueTypeCodes[type]);
      }
      const { entry, body } = f.finished();
      codeSection.unsigned(head.length + entry.length + body.length + 1);
      codeSection.append(head);
      codeSection.append(entry);
      codeSection.append(body);
      codeSection.byte(0x0b);
    }

    const typed = new Bytes();
    typed.unsigned(types.size);
    typed.append(typeSection);
    const out = new Bytes(codeSection.length + 1024);
    for (const byte of [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0]) out.byte(byte);
    section(out, 1, typed);
    section(out, 2, importSection);
    section(out, 3, functionSection);
    section(out, 7, exportSection);
    section(out, 10, codeSection);
    return { bytes: out.view(), imports: [...this.imports.keys()] };
  }
}
