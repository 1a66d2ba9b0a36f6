/**
 * Sorts. A row becomes a list of words: 32 bits of the key in an order-preserving form above the element's position.
 * Lists are sorted by the key's bytes, least significant first (few by insertion), which is stable; with several keys, or
 * keys of 64 bits, this is done for each part from the last to the first. In the end all operands are gathered.
 */
import type { SortKernel } from "../../../compile/ir.ts";
import { type DType, dtypeBytes, dtypeKind } from "../../../types/dtype.ts";
import type { Frame } from "../frame.ts";
import type { FunctionBuilder, FunctionRef } from "../function.ts";
import type { ModuleBuilder } from "../module.ts";
import { loadOpcode, storeOpcode } from "../scalar.ts";

/** Counts of the 256 values of a byte. */
const histogramBytes = 1024;
/** Shorter lists are sorted by insertion. */
const insertionLimit = 40;

export function sortScratch({ length }: SortKernel): number {
  return histogramBytes + 16 * Math.max(length, 1);
}

/** Pushes base + i * size. */
function pushElement(f: FunctionBuilder, base: number, i: number, size: number): void {
  f.get(base);
  f.get(i);
  f.times(size);
  f.op("i32.add");
}

/** sort(list, spare, n, bytes, counts): the list sorted by the low `bytes` bytes of its upper halves; where it stands. */
function sortFunction(module: ModuleBuilder): FunctionRef {
  return module.helper("sort.words", ["i32", "i32", "i32", "i32", "i32"], ["i32"], (f) => {
    const n = 2;
    f.get(n);
    f.i32(insertionLimit);
    f.op("i32.le_u");
    f.if(() => {
      emitInsertion(f);
      f.get(0);
      f.op("return");
    });
    emitRadix(f);
    f.get(0);
  });
}

function emitInsertion(f: FunctionBuilder): void {
  const [list, n] = [0, 2];
  const [i, j, word] = [f.local("i32"), f.local("i32"), f.local("i64")];
  const key = (): void => {
    f.i64(32n);
    f.op("i64.shr_u");
  };
  f.get(n);
  f.i32(1);
  f.op("i32.gt_u");
  f.if(() => {
    f.i32(1);
    f.set(i);
    f.count(i, { local: n }, 1, () => {
      pushElement(f, list, i, 8);
      f.tee(j);
      f.memory("i64.load");
      f.set(word);
      f.block((placed) => {
        f.loop((again) => {
          f.get(j);
          f.get(list);
          f.op("i32.eq");
          f.branchIf(placed);
          f.get(j);
          f.plus(-8);
          f.memory("i64.load");
          key();
          f.get(word);
          key();
          f.op("i64.le_u");
          f.branchIf(placed);
          f.get(j);
          f.get(j);
          f.plus(-8);
          f.memory("i64.load");
          f.memory("i64.store");
          f.get(j);
          f.plus(-8);
          f.set(j);
          f.branch(again);
        });
      });
      f.get(j);
      f.get(word);
      f.memory("i64.store");
    });
  });
}

function emitRadix(f: FunctionBuilder): void {
  const [list, spare, n, bytes, counts] = [0, 1, 2, 3, 4] as const;
  const [i, digit, place, sum] = [f.local("i32"), f.local("i32"), f.local("i32"), f.local("i32")];
  const [shift, word] = [f.local("i64"), f.local("i64")];
  /** The address of the count of the current word's digit. */
  const slot = (): void => {
    f.get(word);
    f.get(shift);
    f.op("i64.shr_u");
    f.op("i32.wrap_i64");
    f.i32(0xff);
    f.op("i32.and");
    f.times(4);
    f.get(counts);
    f.op("i32.add");
    f.set(place);
  };
  const eachWord = (body: () => void): void => {
    f.i32(0);
    f.set(i);
    f.count(i, { local: n }, 1, () => {
      pushElement(f, list, i, 8);
      f.memory("i64.load");
      f.set(word);
      slot();
      body();
    });
  };
  f.i64(32n);
  f.set(shift);
  f.count(digit, { local: bytes }, 1, () => {
    f.i32(0);
    f.set(i);
    f.count(i, histogramBytes, 16, () => {
      f.get(counts);
      f.get(i);
      f.op("i32.add");
      f.get(f.i32x4(0));
      f.memory("v128.store");
    });
    eachWord(() => {
      f.get(place);
      f.get(place);
      f.memory("i32.load");
      f.plus(1);
      f.memory("i32.store");
    });
    // The last word's digit has all of them: nothing to do for this byte.
    f.get(place);
    f.memory("i32.load");
    f.get(n);
    f.op("i32.ne");
    f.if(() => {
      f.i32(0);
      f.set(sum);
      f.i32(0);
      f.set(i);
      f.count(i, histogramBytes, 4, () => {
        f.get(counts);
        f.get(i);
        f.op("i32.add");
        f.tee(place);
        f.get(sum);
        f.get(place);
        f.memory("i32.load");
        f.get(sum);
        f.op("i32.add");
        f.set(sum);
        f.memory("i32.store");
      });
      eachWord(() => {
        f.get(place);
        f.memory("i32.load");
        f.set(sum);
        pushElement(f, spare, sum, 8);
        f.get(word);
        f.memory("i64.store");
        f.get(place);
        f.get(sum);
        f.plus(1);
        f.memory("i32.store");
      });
      f.get(list);
      f.get(spare);
      f.set(list);
      f.set(spare);
    });
    f.get(shift);
    f.i64(8n);
    f.op("i64.add");
    f.set(shift);
  });
}

/** 32 bits of a key, by which elements are ordered among those with equal parts before. */
interface KeyPart {
  /** Bytes that differ at most. */
  readonly bytes: number;
  /** Loads the key at the address on the stack and pushes the part as an i32. */
  readonly push: () => void;
}

/** The parts of a key, most significant first. */
function keyParts(f: FunctionBuilder, dtype: DType): KeyPart[] {
  const bytes = dtypeBytes(dtype);
  const kind = dtypeKind(dtype);
  const load = (): void => f.memory(loadOpcode(dtype));
  if (bytes === 8) {
    const ordered = (): void => {
      load();
      if (kind === "f") orderedFloat(f, "f64", "i64");
      else if (kind === "i") {
        f.i64(-(1n << 63n));
        f.op("i64.xor");
      }
    };
    return [true, false].map((high) => ({
      bytes: 4,
      push: () => {
        ordered();
        if (high) {
          f.i64(32n);
          f.op("i64.shr_u");
        }
        f.op("i32.wrap_i64");
      },
    }));
  }
  const push = (): void => {
    load();
    if (kind === "f") orderedFloat(f, "f32", "i32");
    else if (kind === "i") {
      f.i32(2 ** (8 * bytes - 1));
      f.op(bytes === 4 ? "i32.xor" : "i32.add");
    }
  };
  return [{ bytes, push }];
}

/** Turns a float into an unsigned integer of the same order: both zeros equal, NaN largest. */
function orderedFloat(f: FunctionBuilder, type: "f32" | "f64", word: "i32" | "i64"): void {
  const constant = (n: bigint): void => (word === "i32" ? f.i32(Number(n)) : f.i64(n));
  const width = word === "i32" ? 32n : 64n;
  f.scope(() => {
    const [x, b] = [f.store(type), f.local(word)];
    constant(-1n);
    // Adding 0 turns -0 into 0.
    f.get(x);
    if (type === "f32") f.f32(0);
    else f.f64(0);
    f.op(`${type}.add`);
    f.op(word === "i32" ? "i32.reinterpret_f32" : "i64.reinterpret_f64");
    f.tee(b);
    f.get(b);
    constant(width - 1n);
    f.op(`${word}.shr_s`);
    constant(-(1n << (width - 1n)));
    f.op(`${word}.or`);
    f.op(`${word}.xor`);
    f.get(x);
    f.get(x);
    f.op(`${type}.ne`);
    f.op("select");
  });
}

export function emitSort(frame: Frame, { rows, length, keys, inputs, outputs }: SortKernel): void {
  if (rows === 0 || length === 0) return;
  const { f, module } = frame;
  const [row, list, spare, i, element] = [
    f.local("i32"),
    f.local("i32"),
    f.local("i32"),
    f.local("i32"),
    f.local("i32"),
  ];
  const sort = sortFunction(module);
  /** Runs `body` for each i. */
  const each = (body: () => void): void => {
    f.i32(0);
    f.set(i);
    f.count(i, length, 1, body);
  };
  /** Pushes the address of element number `local` of the current row of a buffer. */
  const inRow = (buffer: number, local: number): void => {
    f.get(frame.address(buffer));
    f.get(row);
    f.i32(length);
    f.op("i32.mul");
    f.get(local);
    f.op("i32.add");
    f.times(dtypeBytes(frame.dtype(buffer)));
    f.op("i32.add");
  };
  const { range } = frame;
  if (range === undefined) f.i32(0);
  else {
    f.get(range.from);
    frame.split = { extent: rows, unit: 1, coarse: false };
  }
  f.set(row);
  f.count(row, range === undefined ? rows : { local: range.to }, 1, () => {
    f.get(frame.scratch);
    f.plus(histogramBytes);
    f.tee(list);
    f.plus(8 * length);
    f.set(spare);
    each(() => {
      pushElement(f, list, i, 8);
      f.get(i);
      f.op("i64.extend_i32_u");
      f.memory("i64.store");
    });
    for (const input of inputs.slice(0, keys).reverse()) {
      for (const { bytes, push } of keyParts(f, frame.dtype(input)).reverse()) {
        each(() => {
          pushElement(f, list, i, 8);
          pushElement(f, list, i, 8);
          f.memory("i32.load");
          f.set(element);
          inRow(input, element);
          push();
          f.op("i64.extend_i32_u");
          f.i64(32n);
          f.op("i64.shl");
          f.get(element);
          f.op("i64.extend_i32_u");
          f.op("i64.or");
          f.memory("i64.store");
        });
        f.get(list);
        f.get(spare);
        f.i32(length);
        f.i32(bytes);
        f.get(frame.scratch);
        f.call(sort);
        emitSwapIf(f, list, spare);
      }
    }
    for (const [n, input] of inputs.entries()) {
      each(() => {
        pushElement(f, list, i, 8);
        f.memory("i32.load");
        f.set(element);
        inRow(outputs[n]!, i);
        inRow(input, element);
        f.memory(loadOpcode(frame.dtype(input)));
        f.memory(storeOpcode(frame.dtype(input)));
      });
    }
  });
}

/** Pops the place of the sorted list, which is one of the two; makes it the first. */
function emitSwapIf(f: FunctionBuilder, list: number, spare: number): void {
  f.scope(() => {
    const sorted = f.store("i32");
    f.get(list);
    f.get(spare);
    f.get(sorted);
    f.get(spare);
    f.op("i32.ne");
    f.op("select");
    f.get(spare);
    f.get(list);
    f.get(sorted);
    f.get(spare);
    f.op("i32.ne");
    f.op("select");
    f.set(spare);
    f.set(list);
  });
}
