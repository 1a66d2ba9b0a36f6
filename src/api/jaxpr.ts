/** Looking at programs: `makeJaxpr`, `evalShape`. */
import { withAxis } from "../core/axis.ts";
import { ClosedJaxpr } from "../core/print.ts";
import { ShapeDtypeStruct } from "../core/struct.ts";
import { checkOptions } from "../errors/index.ts";
import { stage } from "../transforms/stage.ts";
import { unflatten } from "../tree/flatten.ts";
import { callPositions } from "./argnums.ts";
import { checkFunction, flatFunction, flattenToAvals, named, type UserFunction } from "./flat.ts";

/** A tree in which every array has become a description. */
export type Described<T> = T extends string | boolean | null | undefined | ((...args: never[]) => unknown)
  ? T
  : T extends { readonly dtype: unknown; readonly shape: unknown } | number
    ? ShapeDtypeStruct
    : T extends object
      ? { -readonly [K in keyof T]: Described<T[K]> }
      : T;

/** Options of `makeJaxpr`. */
export interface MakeJaxprOptions {
  /** Arguments that are known while tracing. */
  readonly staticArgnums?: number | readonly number[];
  /** Names and sizes of mapped axes that the function may refer to, as if it were inside of such a `vmap`. */
  readonly axisEnv?: readonly (readonly [name: string, size: number])[];
}

function withStatic(
  f: UserFunction,
  args: readonly unknown[],
  argnums: number | readonly number[] | undefined,
): [UserFunction, readonly unknown[]] {
  if (argnums === undefined) return [f, args];
  const fixed = callPositions("staticArgnums", typeof argnums === "number" ? [argnums] : argnums, args.length);
  const restore: UserFunction = (...given: unknown[]) => f(...given.map((arg, i) => (fixed.has(i) ? args[i] : arg)));
  return [named(restore, f), args.map((arg, i) => (fixed.has(i) ? null : arg))];
}

/**
 * The program that a function is for arguments of these types: `String(makeJaxpr(f)(x))` is its text in JAX's format.
 * Arguments may be arrays or descriptions (`ShapeDtypeStruct`).
 * @example
 * console.log(String(makeJaxpr((x: NDArray) => jnp.sin(x).mul(2))(1)));
 * // { lambda ; a:f32[]. let b:f32[] = sin a; c:f32[] = mul b 2.0:f32[] in (c,) }
 */
export function makeJaxpr<A extends readonly unknown[]>(
  f: (...args: A) => unknown,
  options?: MakeJaxprOptions,
): (...args: { [K in keyof A]: unknown }) => ClosedJaxpr {
  checkFunction("makeJaxpr", f);
  checkOptions("makeJaxpr", options, ["staticArgnums", "axisEnv"]);
  return (...args) => {
    const [g, dynamic] = withStatic(f as UserFunction, args, options?.staticArgnums);
    const { avals, structure } = flattenToAvals(dynamic);
    const trace = () => stage(flatFunction("makeJaxpr", g, structure).call, avals, "makeJaxpr", "keep dead equations");
    const bound = (options?.axisEnv ?? []).reduceRight(
      (inner, [name, size]) =>
        () =>
          withAxis(name, size, inner),
      trace,
    );
    const { jaxpr, constants } = bound();
    return new ClosedJaxpr(jaxpr, constants);
  };
}

/**
 * Shapes and dtypes of what a function returns, without computing it: a tree of `ShapeDtypeStruct`.
 * @example evalShape((x: NDArray) => jnp.dot(x, x.T), new ShapeDtypeStruct([1000, 3], "float32")).shape // [1000, 1000]
 */
export function evalShape<A extends readonly unknown[], O>(
  f: (...args: A) => O,
  ...args: { [K in keyof A]: unknown }
): Described<O> {
  checkFunction("evalShape", f);
  const { avals, structure } = flattenToAvals(args);
  const flat = flatFunction("evalShape", f as UserFunction, structure);
  const { jaxpr } = stage(flat.call, avals, "evalShape");
  const structs = jaxpr.outputs.map(
    ({ aval }) => new ShapeDtypeStruct(aval.shape, aval.dtype, { weakType: aval.weakType }),
  );
  return unflatten(flat.structure(), structs) as Described<O>;
}
