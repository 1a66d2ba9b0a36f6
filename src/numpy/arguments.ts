/**
 * Arguments of the library's functions: positional as in JAX, or by name in one options object at the end. In: what the
 * caller passed. Out: checked values, or an error that names the function and the argument.
 */
import { requestedDType } from "../array/dtypes.ts";
import { isNDArray, type NDArray } from "../core/ndarray.ts";
import { isConcrete } from "../core/trace.ts";
import { ArgumentError, ConcretizationTypeError, checkOptions, OptionError, ShapeError } from "../errors/index.ts";
import { formatAval } from "../types/aval.ts";
import { type DType, isComplexValue } from "../types/dtype.ts";
import { formatShape, type Shape } from "../types/shape.ts";
import { concreteElements } from "./concrete.ts";

/**
 * Parameters that may stand by position or in an options object, which may come in place of any of them:
 * `...args: Trailing<[num: number, endpoint: boolean], LinspaceOptions>`.
 */
export type Trailing<Positional extends readonly unknown[], Options> = readonly [
  ...{ [K in keyof Positional]?: Positional[K] | Options },
  Options?,
];

const isOptions = (value: unknown): value is Record<string, unknown> => {
  if (typeof value !== "object" || value === null || isComplexValue(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};

/**
 * Named arguments from positional ones and options. `positional` names the arguments in order; `others` are those that
 * only the options object can hold.
 * @throws OptionError for too many arguments, an unknown option, or an argument given twice.
 */
export function readArguments<Options extends object>(
  caller: string,
  args: readonly unknown[],
  positional: readonly (keyof Options & string)[],
  others: readonly (keyof Options & string)[] = [],
): Options {
  const last = args[args.length - 1];
  const options = isOptions(last) ? last : undefined;
  const given = options === undefined ? args : args.slice(0, -1);
  checkOptions(caller, options, [...positional, ...others]);
  if (given.length > positional.length) {
    throw new OptionError({
      what: `${caller} got ${given.length - positional.length} positional arguments too many`,
      fix: `its further arguments are ${[...positional, ...others].join(", ")}; give them by name: { ${positional[0] ?? others[0]}: ... }`,
    });
  }
  const result: Record<string, unknown> = { ...options };
  given.forEach((value, i) => {
    if (value === undefined) return;
    const name = positional[i]!;
    if (options !== undefined && Object.hasOwn(options, name)) {
      throw new OptionError({ what: `${caller} got "${name}" twice`, fix: "give it by position or by name, not both" });
    }
    result[name] = value;
  });
  return result as Options;
}

/** A whole number that is known while tracing: a JavaScript number, or a concrete integer array of rank 0. */
export type StaticInt = number | NDArray;

/**
 * A whole number out of a static argument.
 * @throws ConcretizationTypeError for a traced value. @throws ArgumentError for anything else.
 */
export function readInt(caller: string, name: string, value: unknown): number {
  if (typeof value === "number" && Number.isInteger(value)) return value;
  if (typeof value === "bigint") return Number(value);
  if (isNDArray(value)) {
    requireConcrete(value, `${name} argument of jnp.${caller}`, "pass a JavaScript number");
    const [element] = concreteElements(value);
    if (value.aval.shape.length === 0 && Number.isInteger(Number(element))) return Number(element);
  }
  throw new ArgumentError({
    what: `${caller}: ${name} must be a whole number, but got ${describe(value)}`,
    fix: "pass a JavaScript number such as 3",
  });
}

/**
 * A list of whole numbers out of a static argument: one number, a list, or a concrete integer array.
 * @throws ConcretizationTypeError for traced values. @throws ArgumentError for anything else.
 */
export function readInts(caller: string, name: string, value: unknown): number[] {
  if (Array.isArray(value)) return value.map((v) => readInt(caller, name, v));
  if (isNDArray(value)) {
    requireConcrete(value, `${name} argument of jnp.${caller}`, "pass JavaScript numbers");
    return concreteElements(value).map((v) => readInt(caller, name, Number(v)));
  }
  if (ArrayBuffer.isView(value)) return Array.from(value as Int32Array, (v) => readInt(caller, name, Number(v)));
  return [readInt(caller, name, value)];
}

/**
 * A shape: a list of sizes, or one size.
 * @throws ShapeError unless all are non-negative whole numbers that are known.
 */
export function readShape(caller: string, value: unknown): Shape {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  const traced = list.find((n) => isNDArray(n) && !isConcrete(n));
  if (traced !== undefined) {
    throw new ConcretizationTypeError({
      what: `Shapes must be 1D sequences of concrete values of integer type, got ${describe(traced)} in a shape of jnp.${caller}.`,
      fix: "if using `jit`, pass sizes as JavaScript numbers, or name the argument in staticArgnums",
    });
  }
  if (list.every((n) => isNDArray(n) || (typeof n === "number" && Number.isInteger(n)))) {
    const shape = list.map((n) => readInt(caller, "shape", n));
    if (shape.every((n) => n >= 0)) return shape;
    throw new ShapeError({
      what: `${caller}: shapes must have non-negative sizes, but got ${formatShape(shape)}`,
      fix: "use sizes of 0 and more",
    });
  }
  throw new ShapeError({
    what: `${caller}: shapes must be lists of whole numbers, but got ${describe(value)}`,
    fix: "write a shape as [2, 3]",
  });
}

/** A dtype that a user named, narrowed (with a warning) when x64 is off; or the fallback. @throws DTypeError for an unknown name. */
export function readDType<F extends DType | undefined>(caller: string, value: unknown, fallback: F): DType | F {
  return value === undefined || value === null ? fallback : requestedDType(value, caller);
}

/** @throws ConcretizationTypeError if a value is traced; `where` says what needs it. */
export function requireConcrete(x: NDArray, where: string, fix: string): void {
  if (isConcrete(x)) return;
  throw new ConcretizationTypeError({
    what: `Abstract tracer value encountered where concrete value is expected: traced array with shape ${formatAval(x.aval)} (${where})`,
    fix,
  });
}

/** A value of the wrong kind, in few words. */
export function describe(value: unknown): string {
  if (isNDArray(value)) return `an array of type ${formatAval(value.aval)}`;
  if (Array.isArray(value))
    return `the list ${JSON.stringify(value.map((v) => (isNDArray(v) ? formatAval(v.aval) : v)))}`;
  if (value === null || value === undefined) return String(value);
  if (typeof value === "object" || typeof value === "function") return `a value of type ${typeof value}`;
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}

/** @throws OptionError unless the value is one of those listed. */
export function checkChoice<T extends string>(caller: string, name: string, value: string, allowed: readonly T[]): T {
  if ((allowed as readonly string[]).includes(value)) return value as T;
  throw new OptionError({
    what: `${caller}: ${name}=${describe(value)} is not understood`,
    fix: `use one of ${allowed.map((a) => JSON.stringify(a)).join(", ")}`,
  });
}
