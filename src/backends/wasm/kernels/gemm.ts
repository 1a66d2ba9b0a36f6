/**
 * Matrix products by blocks: panels of both operands are packed into the order in which the innermost loop reads them
 * (which absorbs every stride), and a micro kernel keeps a tile of the result, 4 rows by 2 vectors, in registers. The
 * functions are written once a module and element type. Terms are added in the order of k, block after block.
 */
import type { FunctionBuilder, FunctionRef } from "../function.ts";
import type { ModuleBuilder } from "../module.ts";
import type { MemoryOpcode } from "../opcodes.ts";
import { bytesOf, type GemmType, i32s, increase, increaseBy, repeat, transposed } from "./common.ts";
import { packWalkFunction } from "./walk.ts";

/** Rows of a tile; pieces of a product start at multiples of it. Larger tiles, and unrolling over k, make some engines spill registers. */
export const tileRows = 4;
const tileVectors = 2;
/** Blocks of k, rows and columns: a panel of the left matrix stays in the second-level cache. */
const blockDepth = 256;
const blockRows = 192;
const blockColumns = 1024;

/** Columns of a tile, likewise. */
export const tileColumns = (type: GemmType): number => (tileVectors * 16) / bytesOf(type);

const roundUp = (n: number, unit: number): number => Math.ceil(n / unit) * unit;

/** Scratch memory of a product: the left panel at 0, the right one and the tile for ragged edges at these offsets. */
export interface GemmScratch {
  readonly right: number;
  readonly tile: number;
  readonly bytes: number;
}

export function gemmScratch(type: GemmType, rows: number, columns: number, depth: number): GemmScratch {
  const bytes = bytesOf(type);
  const k = Math.min(depth, blockDepth);
  const left = roundUp(Math.min(rows, blockRows), tileRows) * k * bytes;
  const right = roundUp(Math.min(columns, blockColumns), tileColumns(type)) * k * bytes;
  const tile = tileRows * tileVectors * 16;
  return { right: left, tile: left + right, bytes: left + right + tile };
}

/**
 * pack(source, minor, along, count, depth, target): slivers of `width` neighbours, one row of them for each k. `minor` and
 * `along` are the byte strides between neighbours and along k. The last sliver is filled up with zeros.
 */
function packFunction(module: ModuleBuilder, type: GemmType, width: number): FunctionRef {
  return module.helper(`pack.${type}x${width}`, i32s(6), [], (f) => {
    const [source, minor, along, count, depth, target] = [0, 1, 2, 3, 4, 5] as const;
    const bytes = bytesOf(type);
    const [load, store]: MemoryOpcode[] = [`${type}.load`, `${type}.store`];
    const [done, p, q, n, rest] = [f.local("i32"), f.local("i32"), f.local("i32"), f.local("i32"), f.local("i32")];
    const rows = (body: () => void, count: number = depth): void =>
      repeat(f, count, () => {
        body();
        increase(f, target, width * bytes);
        increaseBy(f, p, along);
      });
    const vectors = (push: (offset: number) => void): void => {
      for (let offset = 0; offset < width * bytes; offset += 16) {
        f.get(target);
        push(offset);
        f.memory("v128.store", offset);
      }
    };
    const copyRow = (): void => {
      f.get(p);
      f.set(q);
      for (let i = 0; i < width; i++) {
        f.get(target);
        f.get(q);
        f.memory(load!);
        f.memory(store!, i * bytes);
        if (i + 1 < width) increaseBy(f, q, minor);
      }
    };
    /** Four rows at once, while they are consecutive in memory and four are left. */
    const turned = (): void => {
      f.get(along);
      f.i32(bytes);
      f.op("i32.eq");
      f.get(depth);
      f.i32(4);
      f.op("i32.ge_u");
      f.op("i32.and");
      f.if(() =>
        f.loop((again) => {
          f.get(p);
          f.set(q);
          for (let i = 0; i < width; i += 4) {
            f.scope(() => {
              const lines = [0, 1, 2, 3].map((j) => {
                f.get(q);
                f.memory("v128.load");
                if (i + j + 1 < width) increaseBy(f, q, minor);
                return f.store("v128");
              });
              for (const [r, row] of transposed(f, lines).entries()) {
                f.get(target);
                f.get(row);
                f.memory("v128.store", (r * width + i) * bytes);
              }
            });
          }
          increase(f, target, 4 * width * bytes);
          increase(f, p, 16);
          increase(f, rest, -4);
          f.get(rest);
          f.i32(4);
          f.op("i32.ge_u");
          f.branchIf(again);
        }),
      );
    };
    f.count(done, { local: count }, width, () => {
      f.get(source);
      f.get(done);
      f.get(minor);
      f.op("i32.mul");
      f.op("i32.add");
      f.set(p);
      f.get(count);
      f.get(done);
      f.op("i32.sub");
      f.tee(n);
      f.i32(width);
      f.op("i32.ge_u");
      f.if(
        () => {
          f.get(minor);
          f.i32(bytes);
          f.op("i32.eq");
          f.if(
            () =>
              rows(() =>
                vectors((offset) => {
                  f.get(p);
                  f.memory("v128.load", offset);
                }),
              ),
            () => {
              f.get(depth);
              f.set(rest);
              if (bytes === 4) turned();
              f.get(rest);
              f.if(() => rows(copyRow, rest));
            },
          );
        },
        () => {
          const [to, left] = [f.local("i32"), f.local("i32")];
          rows(() => {
            vectors(() => f.get(f.f32x4(0)));
            f.get(p);
            f.set(q);
            f.get(target);
            f.set(to);
            f.get(n);
            f.set(left);
            f.loop((again) => {
              f.get(to);
              f.get(q);
              f.memory(load!);
              f.memory(store!);
              increaseBy(f, q, minor);
              increase(f, to, bytes);
              f.get(left);
              f.plus(-1);
              f.tee(left);
              f.branchIf(again);
            });
          });
        },
      );
    });
  });
}

/** tiles(rows, columns, depth, left, right, result, rowBytes, add, tile): all tiles of a block, from packed panels. */
function tilesFunction(module: ModuleBuilder, type: GemmType): FunctionRef {
  return module.helper(`tiles.${type}`, i32s(9), [], (f) => {
    const [rows, columns, depth, left, right, result, rowBytes, add, tile] = [0, 1, 2, 3, 4, 5, 6, 7, 8] as const;
    const bytes = bytesOf(type);
    const across = tileColumns(type);
    const arithmetic = type === "f32" ? "f32x4" : "f64x2";
    const [i, j, a, b, to] = [f.local("i32"), f.local("i32"), f.local("i32"), f.local("i32"), f.local("i32")];
    const sums = Array.from({ length: tileRows * tileVectors }, () => f.local("v128"));
    const factors = Array.from({ length: tileVectors }, () => f.local("v128"));
    const factor = f.local("v128");

    const micro = (): void => {
      for (const sum of sums) {
        f.get(f.f32x4(0));
        f.set(sum);
      }
      repeat(f, depth, () => {
        for (let v = 0; v < tileVectors; v++) {
          f.get(b);
          f.memory("v128.load", 16 * v);
          f.set(factors[v]!);
        }
        for (let r = 0; r < tileRows; r++) {
          f.get(a);
          f.memory(type === "f32" ? "v128.load32_splat" : "v128.load64_splat", r * bytes);
          f.set(factor);
          for (let v = 0; v < tileVectors; v++) {
            const sum = sums[r * tileVectors + v]!;
            if (module.relaxed && type === "f32") {
              f.get(factor);
              f.get(factors[v]!);
              f.get(sum);
              f.op("f32x4.relaxed_madd");
            } else {
              f.get(sum);
              f.get(factor);
              f.get(factors[v]!);
              f.op(`${arithmetic}.mul`);
              f.op(`${arithmetic}.add`);
            }
            f.set(sum);
          }
        }
        increase(f, a, tileRows * bytes);
        increase(f, b, 16 * tileVectors);
      });
    };
    /** Writes the sums, row after row, `step` moving `to` to the next row. */
    const write = (step: () => void, adding: boolean): void => {
      for (let r = 0; r < tileRows; r++) {
        for (let v = 0; v < tileVectors; v++) {
          f.get(to);
          f.get(sums[r * tileVectors + v]!);
          if (adding) {
            f.get(to);
            f.memory("v128.load", 16 * v);
            f.op(`${arithmetic}.add`);
          }
          f.memory("v128.store", 16 * v);
        }
        if (r + 1 < tileRows) step();
      }
    };
    const toResult = (): void => {
      f.get(result);
      f.get(i);
      f.get(rowBytes);
      f.op("i32.mul");
      f.op("i32.add");
      f.get(j);
      f.times(bytes);
      f.op("i32.add");
      f.set(to);
    };
    const fits = (at: number, extent: number, end: number): void => {
      f.get(at);
      f.plus(extent);
      f.get(end);
      f.op("i32.le_u");
    };

    f.count(j, { local: columns }, across, () => {
      f.i32(0);
      f.set(i);
      f.get(left);
      f.set(a);
      f.count(i, { local: rows }, tileRows, () => {
        f.get(right);
        f.get(j);
        f.get(depth);
        f.op("i32.mul");
        f.times(bytes);
        f.op("i32.add");
        f.set(b);
        micro();
        fits(i, tileRows, rows);
        fits(j, across, columns);
        f.op("i32.and");
        f.if(
          () => {
            toResult();
            f.get(add);
            f.if(
              () => write(() => increaseBy(f, to, rowBytes), true),
              () => write(() => increaseBy(f, to, rowBytes), false),
            );
          },
          () => {
            f.get(tile);
            f.set(to);
            write(() => increase(f, to, 16 * tileVectors), false);
            toResult();
            copyEdge(f, type, { i, j, rows, columns, to, rowBytes, add, tile });
          },
        );
      });
    });
  });
}

/** Copies, or adds, the part of the tile that lies inside of the result, element by element. */
function copyEdge(
  f: FunctionBuilder,
  type: GemmType,
  at: { i: number; j: number; rows: number; columns: number; to: number; rowBytes: number; add: number; tile: number },
): void {
  const bytes = bytesOf(type);
  const [r, c, from, target] = [f.local("i32"), f.local("i32"), f.local("i32"), f.local("i32")];
  const [height, width] = [f.local("i32"), f.local("i32")];
  const smaller = (limit: number, end: number, start: number, into: number): void => {
    f.get(end);
    f.get(start);
    f.op("i32.sub");
    f.tee(into);
    f.i32(limit);
    f.get(into);
    f.i32(limit);
    f.op("i32.lt_u");
    f.op("select");
    f.set(into);
  };
  smaller(tileRows, at.rows, at.i, height);
  smaller(tileColumns(type), at.columns, at.j, width);
  f.i32(0);
  f.set(r);
  f.count(r, { local: height }, 1, () => {
    f.get(at.tile);
    f.get(r);
    f.times(16 * tileVectors);
    f.op("i32.add");
    f.set(from);
    f.get(at.to);
    f.set(target);
    f.i32(0);
    f.set(c);
    f.count(c, { local: width }, 1, () => {
      f.get(target);
      f.get(from);
      f.memory(`${type}.load`);
      f.get(at.add);
      f.if(
        () => {
          f.get(target);
          f.memory(`${type}.load`);
        },
        () => (type === "f32" ? f.f32(0) : f.f64(0)),
        type,
      );
      f.op(`${type}.add`);
      f.memory(`${type}.store`);
      increase(f, from, bytes);
      increase(f, target, bytes);
    });
    increaseBy(f, at.to, at.rowBytes);
  });
}

/**
 * gemm(a, aRow, aColumn, b, bRow, bColumn, c, cRow, rows, columns, depth, left, right, tile): c = a b. Strides in bytes, for
 * operands that are `walked` the addresses of tables of offsets; the rows of c have no gaps; the last three are scratch
 * memory (see `gemmScratch`). All sizes are positive.
 */
export function gemmFunction(
  module: ModuleBuilder,
  type: GemmType,
  walked: { readonly left: boolean; readonly right: boolean },
): FunctionRef {
  const name = `gemm.${type}${walked.left ? ".left" : ""}${walked.right ? ".right" : ""}`;
  return module.helper(name, i32s(14), [], (f) => {
    const [a, aRow, aColumn, b, bRow, bColumn, c, rowBytes, rows, columns, depth, left, right, tile] = [
      0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13,
    ] as const;
    const bytes = bytesOf(type);
    const pack = (width: number, byTables: boolean): FunctionRef =>
      byTables ? packWalkFunction(module, type, width) : packFunction(module, type, width);
    const packLeft = pack(tileRows, walked.left);
    const packRight = pack(tileColumns(type), walked.right);
    const tiles = tilesFunction(module, type);
    const [j, k, i] = [f.local("i32"), f.local("i32"), f.local("i32")];
    const [nj, nk, ni] = [f.local("i32"), f.local("i32"), f.local("i32")];
    const blocks = (counter: number, end: number, size: number, length: number, body: () => void): void => {
      f.i32(0);
      f.set(counter);
      f.count(counter, { local: end }, size, () => {
        f.get(end);
        f.get(counter);
        f.op("i32.sub");
        f.tee(length);
        f.i32(size);
        f.get(length);
        f.i32(size);
        f.op("i32.lt_u");
        f.op("select");
        f.set(length);
        body();
      });
    };
    /** The source of a pack, and its two strides: for the part from n along `stride` and m along `other` on. */
    const part = (byTables: boolean, base: number, n: number, stride: number, m: number, other: number): void => {
      f.get(base);
      if (!byTables) {
        for (const [count, step] of [
          [n, stride],
          [m, other],
        ] as const) {
          f.get(count);
          f.get(step);
          f.op("i32.mul");
          f.op("i32.add");
        }
      }
      for (const [count, step] of [
        [m, other],
        [n, stride],
      ] as const) {
        f.get(step);
        if (!byTables) continue;
        f.get(count);
        f.times(4);
        f.op("i32.add");
      }
    };
    blocks(j, columns, blockColumns, nj, () => {
      blocks(k, depth, blockDepth, nk, () => {
        part(walked.right, b, k, bRow, j, bColumn);
        for (const local of [nj, nk, right]) f.get(local);
        f.call(packRight);
        blocks(i, rows, blockRows, ni, () => {
          part(walked.left, a, k, aColumn, i, aRow);
          for (const local of [ni, nk, left]) f.get(local);
          f.call(packLeft);
          for (const local of [ni, nj, nk, left, right]) f.get(local);
          f.get(c);
          f.get(i);
          f.get(rowBytes);
          f.op("i32.mul");
          f.op("i32.add");
          f.get(j);
          f.times(bytes);
          f.op("i32.add");
          for (const local of [rowBytes, k, tile]) f.get(local);
          f.call(tiles);
        });
      });
    });
  });
}
