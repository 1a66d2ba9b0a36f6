/** Small pure helpers for lists of numbers. They know nothing of arrays, dtypes or traces. */

/** The integers from 0 to n - 1. */
export function range(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i);
}

/** The product of all entries; 1 for an empty list. So the number of elements of an array of this shape. */
export function product(values: readonly number[]): number {
  let result = 1;
  for (const value of values) result *= value;
  return result;
}

/** Whether two lists hold the same values in the same order. */
export function equalLists<T>(a: readonly T[], b: readonly T[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Splits a list into consecutive pieces of the given lengths; what remains is the last piece. */
export function splitList<T>(values: readonly T[], ...lengths: readonly number[]): T[][] {
  const pieces: T[][] = [];
  let start = 0;
  for (const length of lengths) {
    pieces.push(values.slice(start, start + length));
    start += length;
  }
  pieces.push(values.slice(start));
  return pieces;
}

/** A copy without the entry at `index`. */
export function without<T>(values: readonly T[], index: number): T[] {
  return values.filter((_, i) => i !== index);
}

/** A copy with `value` inserted before `index`. */
export function inserted<T>(values: readonly T[], index: number, value: T): T[] {
  return [...values.slice(0, index), value, ...values.slice(index)];
}

/** Booleans as a compact string, for cache keys. */
export function bits(flags: readonly boolean[]): string {
  let text = "";
  for (const flag of flags) text += flag ? "1" : "0";
  return text;
}
