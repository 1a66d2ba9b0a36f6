/**
 * Packing of matrices whose rows or columns are walks: an element lies at the sum of an offset for its row and one for its
 * column, which stand in tables. So the windows of an image are read where they are, and never written out. Neighbours
 * that are consecutive in memory, across the sliver or along it, go by vectors.
 */
import type { Walk } from "../../../compile/ir.ts";
import type { FunctionBuilder, FunctionRef } from "../function.ts";
import type { ModuleBuilder } from "../module.ts";
import type { MemoryOpcode } from "../opcodes.ts";
import { bytesOf, type GemmType, i32s, increase, repeat, transposed } from "./common.ts";

/** Writes the offsets of all steps of a walk, in bytes, to `offset` behind the address in a local. */
export function emitTable(f: FunctionBuilder, address: number, offset: number, walk: Walk, bytes: number): void {
  f.scope(() => {
    f.get(address);
    f.plus(offset);
    const to = f.store("i32");
    const descend = (axis: number, start: number): void => {
      if (axis === walk.shape.length) {
        f.get(to);
        f.get(start);
        f.memory("i32.store");
        increase(f, to, 4);
        return;
      }
      const [at, counter] = [f.local("i32"), f.local("i32")];
      f.get(start);
      f.set(at);
      f.i32(0);
      f.set(counter);
      f.count(counter, walk.shape[axis]!, 1, () => {
        descend(axis + 1, at);
        increase(f, at, walk.strides[axis]! * bytes);
      });
    };
    f.i32(0);
    descend(0, f.store("i32"));
  });
}

/** Pushes whether the locals, or what `push` gives for them, are consecutive elements. */
function pushConsecutive(f: FunctionBuilder, count: number, bytes: number, push: (i: number) => void): void {
  f.i32(1);
  for (let i = 1; i < count; i++) {
    push(i);
    push(0);
    f.plus(i * bytes);
    f.op("i32.eq");
    f.op("i32.and");
  }
}

/**
 * pack(source, minor, along, count, depth, target): as that of even strides, but `minor` and `along` are the addresses of
 * tables: element (i, k) lies at source + minor[i] + along[k].
 */
export function packWalkFunction(module: ModuleBuilder, type: GemmType, width: number): FunctionRef {
  return module.helper(`pack.${type}x${width}.walk`, i32s(6), [], (f) => {
    const [source, minor, along, count, depth, target] = [0, 1, 2, 3, 4, 5] as const;
    const bytes = bytesOf(type);
    const lanes = 16 / bytes;
    const [load, store]: MemoryOpcode[] = [`${type}.load`, `${type}.store`];
    const [done, n, k, at] = [f.local("i32"), f.local("i32"), f.local("i32"), f.local("i32")];
    const starts = Array.from({ length: width }, () => f.local("i32"));
    /** Where neighbour i is in the row at hand. */
    const pushPlace = (i: number): void => {
      f.get(starts[i]!);
      f.get(at);
      f.op("i32.add");
    };
    const next = (rows: number): void => {
      increase(f, target, rows * width * bytes);
      increase(f, k, 4 * rows);
    };
    const readOffset = (): void => {
      f.get(k);
      f.memory("i32.load");
      f.set(at);
    };
    const copyRow = (): void => {
      readOffset();
      for (let i = 0; i < width; i++) {
        f.get(target);
        pushPlace(i);
        f.memory(load!);
        f.memory(store!, i * bytes);
      }
      next(1);
    };
    /** Rows whose neighbours are consecutive. */
    const byVectors = (): void =>
      repeat(f, depth, () => {
        readOffset();
        for (let i = 0; i < width; i += lanes) {
          f.get(target);
          pushPlace(i);
          f.memory("v128.load");
          f.memory("v128.store", i * bytes);
        }
        next(1);
      });
    /** Any rows; four of them at once where they follow each other in memory. */
    const byElements = (): void => {
      const rest = f.local("i32");
      f.get(depth);
      f.set(rest);
      f.loop((again) => {
        const single = (): void => {
          copyRow();
          increase(f, rest, -1);
        };
        if (lanes !== 4) single();
        else {
          f.get(rest);
          f.i32(4);
          f.op("i32.ge_u");
          f.if(() => {
            pushConsecutive(f, 4, bytes, (i) => {
              f.get(k);
              f.memory("i32.load", 4 * i);
            });
            f.if(
              () =>
                f.scope(() => {
                  readOffset();
                  for (let i = 0; i < width; i += lanes) {
                    const rows = Array.from({ length: lanes }, (_, j) => {
                      pushPlace(i + j);
                      f.memory("v128.load");
                      return f.store("v128");
                    });
                    for (const [r, row] of transposed(f, rows).entries()) {
                      f.get(target);
                      f.get(row);
                      f.memory("v128.store", (r * width + i) * bytes);
                    }
                  }
                  next(4);
                  increase(f, rest, -4);
                }),
              single,
            );
          }, single);
        }
        f.get(rest);
        f.branchIf(again);
      });
    };
    /** The last sliver, filled up with zeros. */
    const ragged = (): void => {
      const [to, left, q] = [f.local("i32"), f.local("i32"), f.local("i32")];
      repeat(f, depth, () => {
        readOffset();
        for (let offset = 0; offset < width * bytes; offset += 16) {
          f.get(target);
          f.get(f.f32x4(0));
          f.memory("v128.store", offset);
        }
        for (const [local, from] of [
          [to, target],
          [q, minor],
          [left, n],
        ] as const) {
          f.get(from);
          f.set(local);
        }
        f.loop((again) => {
          f.get(to);
          f.get(source);
          f.get(at);
          f.op("i32.add");
          f.get(q);
          f.memory("i32.load");
          f.op("i32.add");
          f.memory(load!);
          f.memory(store!);
          increase(f, to, bytes);
          increase(f, q, 4);
          increase(f, left, -1);
          f.get(left);
          f.branchIf(again);
        });
        next(1);
      });
    };
    f.count(done, { local: count }, width, () => {
      f.get(along);
      f.set(k);
      f.get(count);
      f.get(done);
      f.op("i32.sub");
      f.tee(n);
      f.i32(width);
      f.op("i32.ge_u");
      f.if(() => {
        for (const [i, start] of starts.entries()) {
          f.get(source);
          f.get(minor);
          f.memory("i32.load", 4 * i);
          f.op("i32.add");
          f.set(start);
        }
        f.i32(1);
        for (let i = 0; i < width; i += lanes) {
          pushConsecutive(f, lanes, bytes, (j) => f.get(starts[i + j]!));
          f.op("i32.and");
        }
        f.if(byVectors, byElements);
      }, ragged);
      increase(f, minor, 4 * width);
    });
  });
}
