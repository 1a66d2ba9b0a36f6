/**
 * Functions that modules import from the host: those of JavaScript's Math, in double precision, with IEEE 754's results
 * where JavaScript has others. Modules name only what they use.
 */
import type { FunctionRef, ValueType } from "./function.ts";
import type { ModuleBuilder } from "./module.ts";

type HostFunction = ((x: number) => number) | ((x: number, y: number) => number);

function pow(x: number, y: number): number {
  if (x === 1 || (x === -1 && (y === Number.POSITIVE_INFINITY || y === Number.NEGATIVE_INFINITY))) return 1;
  return x ** y;
}

function logaddexp(x: number, y: number): number {
  if (x === y) return x + Math.LN2;
  const difference = x - y;
  if (difference > 0) return x + Math.log1p(Math.exp(-difference));
  if (difference <= 0) return y + Math.log1p(Math.exp(difference));
  return difference;
}

/** The functions by name. */
export const hostFunctions: { readonly [name: string]: HostFunction } = {
  exp: Math.exp,
  exp2: (x: number) => 2 ** x,
  expm1: Math.expm1,
  log: Math.log,
  log1p: Math.log1p,
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  asin: Math.asin,
  acos: Math.acos,
  atan: Math.atan,
  sinh: Math.sinh,
  cosh: Math.cosh,
  tanh: Math.tanh,
  asinh: Math.asinh,
  acosh: Math.acosh,
  atanh: Math.atanh,
  cbrt: Math.cbrt,
  pow,
  atan2: Math.atan2,
  rem: (x: number, y: number) => x % y,
  logaddexp,
};

/**
 * The same functions as a program text for threads, which share no functions with us: an object of those above, by name.
 * A text, and not those functions' own, since bundlers rename what functions refer to.
 */
export const hostText: string = `{
  ...Object.fromEntries(Object.getOwnPropertyNames(Math).map((name) => [name, Math[name]])),
  exp2: (x) => 2 ** x,
  pow: (x, y) => (x === 1 || (x === -1 && (y === Infinity || y === -Infinity)) ? 1 : x ** y),
  rem: (x, y) => x % y,
  logaddexp: (x, y) => {
    if (x === y) return x + Math.LN2;
    const difference = x - y;
    if (difference > 0) return x + Math.log1p(Math.exp(-difference));
    if (difference <= 0) return y + Math.log1p(Math.exp(difference));
    return difference;
  },
}`;

/** The functions of these names, as an import object has them. */
export function hostImports(names: readonly string[]): { [name: string]: HostFunction } {
  return Object.fromEntries(names.flatMap((name) => (name in hostFunctions ? [[name, hostFunctions[name]!]] : [])));
}

const unaryType: readonly ValueType[] = ["f64"];
const binaryType: readonly ValueType[] = ["f64", "f64"];

/** A host function as a module calls it, from doubles to a double; undefined if there is none of this name. */
export function hostFunction(module: ModuleBuilder, name: string): FunctionRef | undefined {
  const f = hostFunctions[name];
  return f === undefined ? undefined : module.import(name, f.length === 1 ? unaryType : binaryType, unaryType);
}
