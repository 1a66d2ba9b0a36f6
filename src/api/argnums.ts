/** Which arguments a transformation is about. */
import { ArgumentError } from "../errors/index.ts";
import { formatShape } from "../types/shape.ts";

/** One argument number, or several. Negative ones count from the end. */
export type Argnums = number | readonly number[];

/** @throws ArgumentError if it is neither an integer nor a list of integers. */
export function checkArgnums(caller: string, argnums: unknown): asserts argnums is Argnums {
  const list: readonly unknown[] = Array.isArray(argnums) ? argnums : [argnums];
  if (list.every((n) => Number.isInteger(n))) return;
  throw new ArgumentError({
    what: `${caller}: argnums must be an integer or a list of integers, but got ${JSON.stringify(argnums)}`,
    fix: `write ${caller}(f, { argnums: 0 }) or ${caller}(f, { argnums: [0, 1] })`,
  });
}

/**
 * Argument numbers counted from the start, in the given order.
 * @throws ArgumentError if the call has too few arguments.
 */
export function resolveArgnums(caller: string, argnums: Argnums, count: number): number[] {
  const list = typeof argnums === "number" ? [argnums] : argnums;
  const needed = Math.max(...list.map((n) => (n < 0 ? -n : n + 1)));
  if (count < needed) {
    throw new ArgumentError({
      what: `${caller}: differentiating with respect to argnums=${typeof argnums === "number" ? argnums : formatShape(list)} requires at least ${needed} positional arguments to be passed by the caller, but got only ${count} positional arguments.`,
      fix: "pass all arguments, or name others in argnums",
    });
  }
  const positions = list.map((n) => (n < 0 ? n + count : n));
  if (new Set(positions).size < positions.length) {
    throw new ArgumentError({
      what: `${caller}: argnums=${formatShape(list)} name an argument twice in a call with ${count} arguments`,
      fix: "name each argument once",
    });
  }
  return positions;
}

/**
 * Positions that an option of a function of all arguments names, counted from the start.
 * @throws ArgumentError if the call has no such argument.
 */
export function callPositions(option: string, argnums: readonly number[], count: number): Set<number> {
  const result = new Set<number>();
  for (const n of argnums) {
    if (!Number.isInteger(n) || n >= count || n < -count) {
      throw new ArgumentError({
        what: `Jitted function has ${option}=${formatShape(argnums)}, but only accepts ${count} positional arguments.`,
        fix: "pass all arguments, or correct the numbers",
      });
    }
    result.add(n < 0 ? n + count : n);
  }
  return result;
}
