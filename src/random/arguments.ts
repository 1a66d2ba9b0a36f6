/** Arguments of the samplers: positional as in JAX, or as one options object at the end. */
import { config } from "../core/config.ts";
import { isNDArray } from "../core/ndarray.ts";
import { checkOptions, DTypeError, OptionError, ShapeError } from "../errors/index.ts";
import { checkDType, type DType, isFloating, narrowDType } from "../types/dtype.ts";
import type { Shape } from "../types/shape.ts";

const isOptions = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" &&
  value !== null &&
  !Array.isArray(value) &&
  !isNDArray(value) &&
  !ArrayBuffer.isView(value);

/**
 * Named arguments from positional ones and options.
 * @throws OptionError for too many arguments, an unknown option, or an argument given twice.
 */
export function readArguments(
  caller: string,
  args: readonly unknown[],
  names: readonly string[],
): Record<string, unknown> {
  const last = args[args.length - 1];
  const options = isOptions(last) ? last : undefined;
  const positional = options === undefined ? args : args.slice(0, -1);
  checkOptions(caller, options, names);
  if (positional.length > names.length) {
    throw new OptionError({
      what: `random.${caller} takes at most ${names.length + 1} arguments, but got ${positional.length + 1}`,
      fix: `its arguments are key, ${names.join(", ")}`,
    });
  }
  const result: Record<string, unknown> = { ...options };
  positional.forEach((value, i) => {
    const name = names[i]!;
    if (value === undefined) return;
    if (options !== undefined && Object.hasOwn(options, name)) {
      throw new OptionError({ what: `random.${caller} got "${name}" twice`, fix: "give it once" });
    }
    result[name] = value;
  });
  return result;
}

/** @throws ShapeError if it is not a list of sizes. */
export function readShape(caller: string, value: unknown, fallback: Shape = []): Shape {
  if (value === undefined || value === null) return fallback;
  const list: unknown = typeof value === "number" ? [value] : value;
  if (Array.isArray(list) && list.every((n) => Number.isInteger(n) && n >= 0)) return list as number[];
  throw new ShapeError({
    what: `random.${caller}: shapes must be lists of non-negative integers, but got ${isNDArray(value) ? "an array" : JSON.stringify(value)}`,
    fix: "sizes must be known while tracing: pass JavaScript numbers",
  });
}

/** A floating dtype; float32 (or float64 with x64) by default. */
export function readFloat(caller: string, value: unknown): DType {
  const dtype = readDType(value, config.enableX64 ? "float64" : "float32");
  if (isFloating(dtype)) return dtype;
  throw new DTypeError({
    what: `dtype argument to \`${caller}\` must be a float dtype, got ${dtype}`,
    fix: 'use "float32"',
  });
}

/** A dtype, narrowed when x64 is off. */
export function readDType(value: unknown, fallback: DType): DType {
  const dtype = value === undefined ? fallback : checkDType(value);
  return config.enableX64 ? dtype : narrowDType(dtype);
}
