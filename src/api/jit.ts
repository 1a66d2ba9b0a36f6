/** Compilation of user functions. */
import { type JitParams, jitCall } from "../control/jit.ts";
import { axisKey } from "../core/axis.ts";
import { config, configKey } from "../core/config.ts";
import { hoistConstants } from "../core/jaxpr.ts";
import { isNDArray, type NDArray } from "../core/ndarray.ts";
import { currentTrace, isConcrete, rootTrace } from "../core/trace.ts";
import { ArgumentError, checkOptions } from "../errors/index.ts";
import { cellOf } from "../runtime/array.ts";
import type { Cell } from "../runtime/cell.ts";
import { discard, offering } from "../runtime/memory.ts";
import { stage } from "../transforms/stage.ts";
import { unflatten } from "../tree/flatten.ts";
import { staticKey, type TreeStructure } from "../tree/structure.ts";
import type { Args, Traced } from "../tree/types.ts";
import { type Aval, avalNumber } from "../types/aval.ts";
import { callPositions } from "./argnums.ts";
import {
  checkFunction,
  flatFunction,
  flattenToArrays,
  flattenToAvals,
  functionName,
  likewise,
  named,
  type UserFunction,
} from "./flat.ts";
import { Lowered } from "./lower.ts";

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

/** What a function was traced for. */
export interface TraceRecord {
  readonly params: JitParams;
  /** Types of the arguments' arrays. */
  readonly avals: readonly Aval[];
  readonly structure: TreeStructure;
  /** Static arguments and settings, as text. */
  readonly fixed: string;
  /** Milliseconds that tracing took. */
  readonly time: number;
}

/** A traced program with what it closed over. */
export interface Tracing extends TraceRecord {
  readonly constants: readonly NDArray[];
  readonly out: TreeStructure;
}

/** A compiled function: call it like the original. */
export interface JitFunction<A extends readonly unknown[], O> {
  (...args: Args<A>): Traced<O>;
  /**
   * The program for arguments of these types, which may be descriptions (`ShapeDtypeStruct`), without running it.
   * @example console.log(jit(f).lower(x).asText());
   */
  lower(...args: { readonly [K in keyof A]: unknown }): Lowered<A, O>;
  /** Forgets all traced programs. */
  clearCache(): void;
  /** How many programs have been traced and are kept. */
  cacheSize(): number;
  /** @internal All tracings in order, for `debug.explainCompile`. */
  tracings(): readonly TraceRecord[];
}

/** Programs kept for one function; the oldest go first. */
const mostTracings = 1024;

function toList<T>(value: T | readonly T[] | undefined): readonly T[] {
  return value === undefined ? [] : Array.isArray(value) ? (value as readonly T[]) : [value as T];
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
  const history: TraceRecord[] = [];
  const name = functionName(f);

  /** The arguments that are traced, and those that are not: static ones are taken out. */
  const separate = (args: readonly unknown[]): Separated => {
    let fixed = "";
    let dynamic: readonly unknown[] = args;
    let restore = f;
    if (staticArgnums.length > 0) {
      const places = callPositions("staticArgnums", staticArgnums, args.length);
      dynamic = args.map((arg, i) => {
        if (!places.has(i)) return arg;
        checkStatic(f, arg, i);
        fixed += `${staticKey(arg)};`;
        return null;
      });
      restore = (...given: unknown[]) => f(...given.map((arg, i) => (places.has(i) ? args[i] : arg)));
    }
    const last = dynamic[dynamic.length - 1];
    if (staticArgnames.length > 0 && isOptionsObject(last)) {
      const kept = Object.entries(last).filter(([key]) => staticArgnames.includes(key));
      const rest = Object.fromEntries(Object.entries(last).filter(([key]) => !staticArgnames.includes(key)));
      for (const [key, value] of kept) {
        checkStatic(f, value, key);
        fixed += `${key}=${staticKey(value)};`;
      }
      dynamic = [...dynamic.slice(0, -1), rest];
      const inner = restore;
      restore = (...given: unknown[]) =>
        inner(...given.slice(0, -1), { ...(given[given.length - 1] as object), ...Object.fromEntries(kept) });
    }
    return { dynamic, fixed, restore };
  };

  /** The program for these types: found, or traced now. */
  const tracingFor = ({ fixed, restore }: Separated, avals: readonly Aval[], structure: TreeStructure): Tracing => {
    let key = fixed + structure.key + configKey() + axisKey();
    for (const aval of avals) key += ` ${avalNumber(aval)}`;
    const found = cache.get(key);
    if (found !== undefined) return found;
    const start = performance.now();
    const flat = flatFunction("jit", restore === f ? f : named(restore, f), structure);
    const { jaxpr, constants } = stage(flat.call, avals, `jit of ${name}`);
    const record: TraceRecord = {
      params: { name, jaxpr: hoistConstants(jaxpr) },
      avals,
      structure,
      fixed: fixed + configKey(),
      time: performance.now() - start,
    };
    const traced: Tracing = { ...record, constants, out: flat.structure() };
    // A program that closes over tracers dies with them.
    if (constants.every(isConcrete)) {
      if (cache.size >= mostTracings) cache.delete(cache.keys().next().value!);
      cache.set(key, traced);
    }
    if (history.length < mostTracings) history.push(record);
    return traced;
  };

  const call = (...args: unknown[]): unknown => {
    const separated = separate(args);
    const { leaves, structure } = flattenToArrays(separated.dynamic);
    if (config.disableJit) {
      const result = flattenToArrays(separated.restore(...(unflatten(structure, leaves) as unknown[])));
      return unflatten(result.structure, result.leaves);
    }
    const traced = tracingFor(
      separated,
      leaves.map((x) => x.aval),
      structure,
    );
    const operands = traced.constants.length === 0 ? leaves : [...traced.constants, ...leaves];
    const run = (): readonly NDArray[] => jitCall(operands, traced.params);
    const results = donateArgnums.length === 0 ? run() : donating(donateArgnums, args, operands, name, run);
    return unflatten(traced.out, results);
  };
  return Object.assign(likewise(call as UserFunction, f), {
    lower: (...args: unknown[]) => {
      const separated = separate(args);
      const { avals, structure } = flattenToAvals(separated.dynamic);
      return new Lowered(tracingFor(separated, avals, structure), (given) => separate(given).dynamic);
    },
    clearCache: () => {
      cache.clear();
      history.length = 0;
    },
    cacheSize: () => cache.size,
    tracings: () => history,
  }) as unknown as JitFunction<unknown[], unknown>;
}

/** A call's arguments without the static ones. */
interface Separated {
  readonly dynamic: readonly unknown[];
  /** The static ones as text. */
  readonly fixed: string;
  /** The user's function of what is left. */
  readonly restore: UserFunction;
}

const isOptionsObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !isNDArray(value) && !Array.isArray(value);

/**
 * Runs a program whose results may take the memory of donated arguments. All of these are gone afterwards, unless a result is
 * the argument itself.
 */
function donating(
  argnums: readonly number[],
  args: readonly unknown[],
  operands: readonly NDArray[],
  name: string,
  run: () => readonly NDArray[],
): readonly NDArray[] {
  const offer = new Map<Cell, string>();
  for (const position of callPositions("donateArgnums", argnums, args.length)) {
    for (const x of flattenToArrays([args[position]]).leaves) {
      if (isConcrete(x)) offer.set(cellOf(x), `it was donated to ${name} (argument ${position})`);
    }
  }
  // Transformations run the program in parts, and what looks for NaN reads operands again.
  const whole = currentTrace() === rootTrace && operands.every(isConcrete);
  const results = whole && !config.debugNans && !config.debugInfs ? offering(offer, run) : run();
  const kept = new Set(results.filter(isConcrete).map((y) => y.payload));
  for (const [cell, reason] of offer) if (!kept.has(cell)) discard(cell, reason);
  return results;
}
