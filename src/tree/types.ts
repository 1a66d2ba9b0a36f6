/** Types of trees: what callers may pass where a function declares a type, and what transformed functions return. */
import type { NDArray } from "../core/ndarray.ts";
import type { TypedArray } from "../types/dtype.ts";

/** What can become an array: the leaves of trees of arrays. */
export type ArrayLike = NDArray | number | boolean | TypedArray;

type Callable = (...args: never[]) => unknown;
type Static = Callable | string | symbol | bigint | null | undefined;

/** A tree in which every leaf has become an NDArray; all else stays as it was. Idempotent. */
export type Traced<T> = unknown extends T
  ? T
  : T extends ArrayLike
    ? NDArray
    : T extends Static
      ? T
      : T extends object
        ? { -readonly [K in keyof T]: Traced<T[K]> }
        : T;

/** What a caller may pass where a function declares T: every array leaf widened to what can become one. Idempotent. */
export type Arg<T> = unknown extends T
  ? T
  : T extends ArrayLike
    ? ArrayLike
    : T extends Static
      ? T
      : T extends object
        ? { readonly [K in keyof T]: Arg<T[K]> }
        : T;

/** A parameter list widened by `Arg`. */
export type Args<A extends readonly unknown[]> = { [K in keyof A]: Arg<A[K]> };
