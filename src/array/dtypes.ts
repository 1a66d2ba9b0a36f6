/** Dtypes as users ask for them: defaults, x64 off, and the classes that functions compute in. */
import { config } from "../core/config.ts";
import { checkDType, type DType, dtypeKind, narrowDType } from "../types/dtype.ts";

/** The dtype of JavaScript's numbers: float32, or float64 with x64. */
export function defaultFloat(): DType {
  return config.enableX64 ? "float64" : "float32";
}

/** The dtype of integers that no operand decides, such as `argmax`: int32, or int64 with x64. */
export function defaultInt(): DType {
  return config.enableX64 ? "int64" : "int32";
}

/** The unsigned counterpart of `defaultInt`. */
export function defaultUint(): DType {
  return config.enableX64 ? "uint64" : "uint32";
}

const warned = new Set<string>();

interface Console {
  warn(text: string): void;
}

/** Writes a warning to the console, once for each text. */
export function warnOnce(text: string): void {
  if (warned.has(text)) return;
  warned.add(text);
  (globalThis as { console?: Console }).console?.warn(text);
}

/**
 * A dtype that a user named. With x64 off a 64-bit dtype becomes its 32-bit brother, with a warning.
 * @throws DTypeError for an unknown name.
 */
export function requestedDType(dtype: unknown, caller: string): DType {
  const checked = checkDType(dtype);
  if (config.enableX64) return checked;
  const narrow = narrowDType(checked);
  if (narrow !== checked) {
    warnOnce(
      `Explicitly requested dtype ${checked} requested in ${caller} is not available, and will be truncated to dtype ${narrow}. To enable more dtypes, call config.update("enableX64", true).`,
    );
  }
  return narrow;
}

/** A dtype that data have, narrowed with x64 off. No warning, since nobody asked for it. */
export function storedDType(dtype: DType): DType {
  return config.enableX64 ? dtype : narrowDType(dtype);
}

/** The dtype in which functions of real and complex numbers compute: integers and booleans become floats. */
export function inexactDType(dtype: DType): DType {
  const kind = dtypeKind(dtype);
  if (kind !== "b" && kind !== "i" && kind !== "u") return dtype;
  return dtype === "int64" || dtype === "uint64" ? "float64" : "float32";
}

/** The dtype in which arithmetic computes: booleans become integers. */
export function numericDType(dtype: DType): DType {
  return dtype === "bool" ? "int32" : dtype;
}
