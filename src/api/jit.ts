/** Compilation of user functions. */
import { type JitParams, jitCall } from "../control/jit.ts";
import { configKey } from "../core/config.ts";
import { hoistConstants } from "../core/jaxpr.ts";
import { isNDArray, type NDArray } from "../core/ndarray.ts";
import { isConcrete } from "../core/trace.ts";
import { ArgumentError, checkOptions } from "../errors/index.ts";
import { cellOf } from "../runtime/array.ts";
import { discard } from "../runtime/memory.ts";
import { stage } from "../transforms/stage.ts";
import { unflatten } from "../tree/flatten.ts";
import { staticKey, type TreeStructure } from "../tree/structure.ts";
import type { Args, Traced } from "../tree/types.ts";
import { avalNumber } from "../types/aval.ts";
import { formatShape } from "../types/shape.ts";
import { checkFunction, flatFunction, flattenToArrays, functionName, named, type UserFunction } from "./flat.ts";

/** Options of `jit`. */
export interface JitOptions {
  /** Arguments that are compile-time values: the function is traced anew for each distinct one. They are compared by value
   *  (numbers, strings, booleans) or by identity (functions, objects). */
  readonly staticArgnums?: number | readonly number[];
  /** Properties of a trailing options object that are static. */
  readonly staticArgnames?: string | readonly string[];
  /** Arguments whose memory may be reused for results: they must not be used after the call. */
  readonly donateArgnums?: number | readonly number[];
}

const optionNames = ["staticArgnums", "staticArgnames", "donateArgnums"];

/** A traced program with what it closed over. */
interface Tracing {
  readonly params: JitParams;
  readonly constants: readonly NDArray[];
  readonly out: TreeStructure;
}

/** A compiled function: call it like the original. */
export interface JitFunction<A extends readonly unknown[], O> {
  (...args: Args<A>): Traced<O>;
  /** Forgets all traced programs. */
  clearCache(): void;
  /** How many programs have been traced and are kept. */
  cacheSize(): number;
}

function toList<T>(value: T | readonly T[] | undefined): readonly T[] {
  return value === undefined ? [] : Array.isArray(value) ? (value as readonly T[]) : [value as T];
}

function positions(option: string, argnums: readonly number[], count: number): Set<number> {
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

function checkStatic(f: UserFunction, value: unknown, position: number | string): void {
  if (!isNDArray(value) && !Array.isArray(value) && !ArrayBuffer.isView(value)) return;
  throw new ArgumentError({
    what: `Non-hashable static arguments are not supported, as this can lead to unexpected cache-misses. Static argument (${typeof position === "number" ? `index ${position}` : position}) of type ${isNDArray(value) ? "NDArray" : Array.isArray(value) ? "Array" : "typed array"} for function ${functionName(f)} is non-hashable.`,
    fix: "pass arrays as ordinary arguments, or make the static value a number, string, boolean, function or object that you keep",
  });
}

/**
 * Compilation: the function is traced once for each signature (structure, shapes, dtypes, weak types, static values,
 * configuration) and runs as one compiled program from then on. Side effects of the JavaScript code happen while tracing
 * only. Booleans, strings, functions and null in arguments are static without being named.
 *
 * @throws ArgumentError for static arguments that cannot be compared, or argument numbers out of range.
 * @example
 * const step = jit((w: NDArray, x: NDArray) => w.sub(grad(loss)(w, x).mul(0.1)));
 */
export function jit<A extends readonly NDArray[], O>(f: (...args: A) => O, options?: JitOptions): JitFunction<A, O>;
export function jit<A extends readonly unknown[], O>(f: (...args: A) => O, options?: JitOptions): JitFunction<A, O>;
export function jit(f: UserFunction, options: JitOptions = {}): JitFunction<unknown[], unknown> {
  checkFunction("jit", f);
  checkOptions("jit", options, optionNames);
  const staticArgnums = toList(options.staticArgnums);
  const staticArgnames = toList(options.staticArgnames);
  const donateArgnums = toList(options.donateArgnums);
  const cache = new Map<string, Tracing>();
  const name = functionName(f);

  const call = (...args: unknown[]): unknown => {
    const fixed = staticArgnums.length === 0 ? undefined : positions("staticArgnums", staticArgnums, args.length);
    let key = "";
    let dynamic: unknown[] = args;
    if (fixed !== undefined) {
      dynamic = args.map((arg, i) => {
        if (!fixed.has(i)) return arg;
        checkStatic(f, arg, i);
        key += `${staticKey(arg)};`;
        return null;
      });
    }
    let names: Record<string, unknown> | undefined;
    if (staticArgnames.length > 0) {
      const last = dynamic[dynamic.length - 1];
      if (typeof last === "object" && last !== null && !isNDArray(last) && !Array.isArray(last)) {
        names = {};
        const rest: Record<string, unknown> = {};
        for (const [k, v] of Object.entries(last)) {
          if (staticArgnames.includes(k)) {
            checkStatic(f, v, k);
            names[k] = v;
            key += `${k}=${staticKey(v)};`;
          } else rest[k] = v;
        }
        dynamic = [...dynamic.slice(0, -1), rest];
      }
    }
    const { leaves, structure } = flattenToArrays(dynamic);
    key += structure.key + configKey();
    for (const { aval } of leaves) key += ` ${avalNumber(aval)}`;
    let traced = cache.get(key);
    if (traced === undefined) {
      const restore: UserFunction = (...given: unknown[]) => {
        const full = fixed === undefined ? given : given.map((arg, i) => (fixed.has(i) ? args[i] : arg));
        if (names !== undefined) full[full.length - 1] = { ...(full[full.length - 1] as object), ...names };
        return f(...full);
      };
      const flat = flatFunction("jit", named(restore, f), structure);
      const staged = stage(
        flat.call,
        leaves.map((x) => x.aval),
        `jit of ${name}`,
      );
      const params = { name, jaxpr: hoistConstants(staged.jaxpr) };
      traced = { params, constants: staged.constants, out: flat.structure() };
      // A program that closes over tracers dies with them.
      if (staged.constants.every(isConcrete)) cache.set(key, traced);
    }
    const operands = traced.constants.length === 0 ? leaves : [...traced.constants, ...leaves];
    const results = jitCall(operands, traced.params);
    if (donateArgnums.length > 0) donate(donateArgnums, args, results, name);
    return unflatten(traced.out, results);
  };
  return Object.assign(named(call as UserFunction, f), {
    clearCache: () => cache.clear(),
    cacheSize: () => cache.size,
  }) as unknown as JitFunction<unknown[], unknown>;
}

/** Donated arguments give their memory back, unless a result is the argument itself. */
function donate(argnums: readonly number[], args: readonly unknown[], results: readonly NDArray[], name: string): void {
  const kept = new Set(results.filter(isConcrete).map((y) => y.payload));
  for (const position of positions("donateArgnums", argnums, args.length)) {
    for (const x of flattenToArrays([args[position]]).leaves) {
      if (isConcrete(x) && !kept.has(x.payload)) discard(cellOf(x), `it was donated to ${name} (argument ${position})`);
    }
  }
}
