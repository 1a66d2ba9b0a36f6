/**
 * The inner loops of the matrix algorithms, over one array that holds all that an algorithm works on, row-major. Places
 * and distances are numbers of elements. Small matrices, and backends without an assembler, have them in plain JavaScript
 * and double precision; large ones in SIMD, in the precision of their elements.
 */
import type { Assemble } from "../../core/assembler.ts";
import type { TypedArray } from "../../types/dtype.ts";
import { PlainLoops } from "./plain.ts";
import { assembledLoops } from "./simd.ts";

/** What an algorithm works on. */
export type Elements = Float32Array | Float64Array;

export interface MatrixLoops {
  readonly w: Elements;
  /** Relative to the sizes around it, a number so small is zero. */
  readonly epsilon: number;
  /**
   * C -= A B: C has m rows, n columns and starts at element c, A has m rows, k columns, and any distances of both, B has k
   * rows and n columns. A and B may share elements with each other, and not with C.
   */
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
  ): void;
  /** y = A x for m rows of n elements. */
  multiply(y: number, a: number, lda: number, x: number, m: number, n: number): void;
  /** x /= s for n elements. */
  divide(x: number, n: number, s: number): void;
  /**
   * Rotates rows i and i + 1 of n elements for i = 0, 1, ..., count - 1: (x, y) becomes (c x + s y, c y - s x). The pairs
   * (c, s) start at element `turns`.
   */
  rotateRows(a: number, lda: number, n: number, turns: number, count: number): void;
}

/** Matrices of fewer rows and columns gain nothing from SIMD: most of the time goes into what is around the loops. */
const fewest = 8;

/** The loops for matrices of about this order, whose elements are like those of `like`. */
export function loopsFor(like: TypedArray, order: number, scratch: Float64Array, assemble?: Assemble): MatrixLoops {
  if (assemble === undefined || order < fewest) return new PlainLoops(scratch);
  const isSingle = like instanceof Float32Array;
  return assembledLoops(
    assemble,
    isSingle ? new Float32Array(scratch.buffer, scratch.byteOffset, scratch.length) : scratch,
  );
}

/** The distance of rows of n elements: none is a multiple of a large power of two, which caches map to few places. */
export function spaced(n: number): number {
  return n < fewest ? n : 4 * Math.ceil(n / 4) + 4;
}
