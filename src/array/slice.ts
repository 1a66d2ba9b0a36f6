/** The parts of an index that JavaScript has no syntax for: slices and the ellipsis. */
import { IndexingError } from "../errors/index.ts";

/** A range along an axis, as an index; made by `slice`. */
export class Slice {
  readonly start: unknown;
  readonly stop: unknown;
  readonly step: unknown;

  /** @internal */
  constructor(start: unknown, stop: unknown, step: unknown) {
    this.start = start;
    this.stop = stop;
    this.step = step;
  }

  /** As Python writes it: `slice(1, 3, None)`. */
  toString(): string {
    return `slice(${[this.start, this.stop, this.step].map((v) => (v === null ? "None" : String(v))).join(", ")})`;
  }
}

/**
 * A range as an index: from `start` up to, but not including, `stop`, in steps; Python's `start:stop:step`. `null` means to
 * the end (or, for the start, from the beginning); negative bounds count from the end; a negative step goes backwards.
 * `slice()` is the whole axis.
 *
 * @throws IndexingError for one argument alone, which Python and JavaScript read differently.
 * @example
 * x.get(slice(1, 3))            // x[1:3]
 * x.get(slice(), 0)             // x[:, 0]
 * x.get(slice(null, null, -1))  // x[::-1]
 */
export function slice(): Slice;
export function slice(start: number | null, stop: number | null, step?: number | null): Slice;
export function slice(...bounds: readonly unknown[]): Slice {
  if (bounds.length === 1) {
    throw new IndexingError({
      what: `slice(${String(bounds[0])}) has one bound, and it is not clear which`,
      fix: `write slice(null, ${String(bounds[0])}) for the first, slice(${String(bounds[0])}, null) for the rest`,
    });
  }
  const [start = null, stop = null, step = null] = bounds;
  return new Slice(start, stop, step);
}

/** In an index, all axes that the other entries do not speak of: Python's `...`. The text "..." does the same. */
export const ellipsis: unique symbol = Symbol.for("adjoint.ellipsis") as never;
