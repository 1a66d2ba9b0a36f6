/** The types of array elements: their names, sizes, kinds and the typed arrays that hold them. */
import { DTypeError } from "../errors/index.ts";
import { suggest } from "../util/suggest.ts";

/** A dtype that a user may name. */
export type NumericDType =
  | "bool"
  | "int8"
  | "int16"
  | "int32"
  | "int64"
  | "uint8"
  | "uint16"
  | "uint32"
  | "uint64"
  | "float16"
  | "bfloat16"
  | "float32"
  | "float64"
  | "complex64"
  | "complex128";

/**
 * All dtypes. `float0` is the type of tangents of integers and booleans (they have none); `key<fry>` is that of typed
 * random keys, eight opaque bytes each.
 */
export type DType = NumericDType | "float0" | "key<fry>";

/** JavaScript's typed arrays, each of which becomes an array of its own dtype. */
export type TypedArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint8ClampedArray
  | Uint16Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

/** bool, i: signed, u: unsigned, f: floating point, c: complex, o: opaque. */
export type DTypeKind = "b" | "i" | "u" | "f" | "c" | "o";

interface DTypeInfo {
  readonly kind: DTypeKind;
  /** Bytes of one element. */
  readonly bytes: number;
  /** As jaxprs print it. */
  readonly short: string;
}

const table: { readonly [D in DType]: DTypeInfo } = {
  bool: { kind: "b", bytes: 1, short: "bool" },
  int8: { kind: "i", bytes: 1, short: "i8" },
  int16: { kind: "i", bytes: 2, short: "i16" },
  int32: { kind: "i", bytes: 4, short: "i32" },
  int64: { kind: "i", bytes: 8, short: "i64" },
  uint8: { kind: "u", bytes: 1, short: "u8" },
  uint16: { kind: "u", bytes: 2, short: "u16" },
  uint32: { kind: "u", bytes: 4, short: "u32" },
  uint64: { kind: "u", bytes: 8, short: "u64" },
  float16: { kind: "f", bytes: 2, short: "f16" },
  bfloat16: { kind: "f", bytes: 2, short: "bf16" },
  float32: { kind: "f", bytes: 4, short: "f32" },
  float64: { kind: "f", bytes: 8, short: "f64" },
  complex64: { kind: "c", bytes: 8, short: "c64" },
  complex128: { kind: "c", bytes: 16, short: "c128" },
  float0: { kind: "o", bytes: 0, short: "float0" },
  "key<fry>": { kind: "o", bytes: 8, short: "key<fry>" },
};

/** Every dtype that a user may name, narrow to wide within a kind. */
export const numericDTypes: readonly NumericDType[] = (Object.keys(table) as DType[]).filter(
  (d): d is NumericDType => table[d].kind !== "o",
);

/** The kind of a dtype: `b`, `i`, `u`, `f`, `c`, or `o` for float0 and keys. */
export function dtypeKind(dtype: DType): DTypeKind {
  return table[dtype].kind;
}

/** Bytes of one element. */
export function dtypeBytes(dtype: DType): number {
  return table[dtype].bytes;
}

/** The short form that jaxprs use: `f32`, `i32`, `bool`. */
export function shortDType(dtype: DType): string {
  return table[dtype].short;
}

/** Whether a dtype has tangents of its own type: floating point or complex. */
export function isInexact(dtype: DType): boolean {
  const kind = table[dtype].kind;
  return kind === "f" || kind === "c";
}

/** Whether a dtype is a real floating point type. */
export function isFloating(dtype: DType): boolean {
  return table[dtype].kind === "f";
}

/** Whether a dtype is complex. */
export function isComplex(dtype: DType): boolean {
  return table[dtype].kind === "c";
}

/** The dtype of the real and the imaginary part of a value; for real dtypes, that dtype. */
export function realDType(dtype: DType): DType {
  return dtype === "complex64" ? "float32" : dtype === "complex128" ? "float64" : dtype;
}

/** The complex dtype whose parts can hold values of a dtype. */
export function complexDType(dtype: DType): DType {
  return dtype === "float64" || dtype === "complex128" ? "complex128" : "complex64";
}

/** How many planes the elements of a dtype have: real and imaginary parts are two. */
export function planeCount(dtype: DType): 1 | 2 {
  return isComplex(dtype) ? 2 : 1;
}

/** A complex number in JavaScript. */
export interface Complex {
  readonly re: number;
  readonly im: number;
}

/** The value of one element in JavaScript. A complex one is a number where its imaginary part is 0. */
export type ScalarValue = number | bigint | boolean | Complex;

/** Whether a value is a complex number, `{ re, im }`. */
export function isComplexValue(value: unknown): value is Complex {
  return (
    typeof value === "object" &&
    value !== null &&
    typeof (value as Complex).re === "number" &&
    typeof (value as Complex).im === "number"
  );
}

/** The real and the imaginary part of a scalar. */
export function partsOf(value: ScalarValue): readonly [re: number, im: number] {
  return typeof value === "object" ? [value.re, value.im] : [Number(value), 0];
}

/** Whether a dtype is a signed or unsigned integer type. */
export function isInteger(dtype: DType): boolean {
  const kind = table[dtype].kind;
  return kind === "i" || kind === "u";
}

/** The dtype of the tangents of values of this dtype. */
export function tangentDType(dtype: DType): DType {
  return isInexact(dtype) ? dtype : "float0";
}

const aliases: { readonly [name: string]: NumericDType } = {
  float: "float32",
  int: "int32",
  uint: "uint32",
  bool_: "bool",
  boolean: "bool",
  half: "float16",
  single: "float32",
  double: "float64",
  complex: "complex64",
};

/**
 * Checks that a value names a dtype and returns it.
 * @throws DTypeError, with the closest name.
 */
export function checkDType(value: unknown): DType {
  if (typeof value === "string") {
    if (Object.hasOwn(table, value)) return value as DType;
    if (Object.hasOwn(aliases, value)) return aliases[value]!;
  }
  const guess = typeof value === "string" ? suggest(value, numericDTypes) : undefined;
  throw new DTypeError({
    what: `${typeof value === "string" ? JSON.stringify(value) : `a value of type ${typeof value}`} is not a dtype`,
    fix: guess !== undefined ? `did you mean "${guess}"?` : `the dtypes are ${numericDTypes.join(", ")}`,
  });
}

/** The dtype with x64 off: 64-bit types become their 32-bit brothers. */
export function narrowDType(dtype: DType): DType {
  switch (dtype) {
    case "int64":
      return "int32";
    case "uint64":
      return "uint32";
    case "float64":
      return "float32";
    case "complex128":
      return "complex64";
    default:
      return dtype;
  }
}

/** The dtype of a typed array's elements. */
export function typedArrayDType(data: TypedArray): NumericDType {
  if (data instanceof Float32Array) return "float32";
  if (data instanceof Float64Array) return "float64";
  if (data instanceof Int32Array) return "int32";
  if (data instanceof Uint32Array) return "uint32";
  if (data instanceof Uint8Array || data instanceof Uint8ClampedArray) return "uint8";
  if (data instanceof Int8Array) return "int8";
  if (data instanceof Int16Array) return "int16";
  if (data instanceof Uint16Array) return "uint16";
  if (data instanceof BigInt64Array) return "int64";
  return "uint64";
}

/** Whether a value is a typed array that can become an NDArray (a DataView cannot). */
export function isTypedArray(value: unknown): value is TypedArray {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}

/**
 * A typed array over the bytes of elements of this dtype. Booleans are one byte each, float16 and bfloat16 two raw bytes,
 * complex numbers floats: all real parts, then all imaginary parts (so twice as many entries); keys one 64-bit word.
 */
export function viewAs(dtype: DType, buffer: ArrayBufferLike, byteOffset: number, elements: number): TypedArray {
  switch (dtype) {
    case "bool":
    case "uint8":
      return new Uint8Array(buffer, byteOffset, elements);
    case "int8":
      return new Int8Array(buffer, byteOffset, elements);
    case "int16":
      return new Int16Array(buffer, byteOffset, elements);
    case "uint16":
    case "float16":
    case "bfloat16":
      return new Uint16Array(buffer, byteOffset, elements);
    case "int32":
      return new Int32Array(buffer, byteOffset, elements);
    case "uint32":
      return new Uint32Array(buffer, byteOffset, elements);
    case "float32":
      return new Float32Array(buffer, byteOffset, elements);
    case "float64":
      return new Float64Array(buffer, byteOffset, elements);
    case "complex64":
      return new Float32Array(buffer, byteOffset, 2 * elements);
    case "complex128":
      return new Float64Array(buffer, byteOffset, 2 * elements);
    case "int64":
      return new BigInt64Array(buffer, byteOffset, elements);
    case "uint64":
    case "key<fry>":
      return new BigUint64Array(buffer, byteOffset, elements);
    case "float0":
      return new Uint8Array(0);
  }
}

/** A fresh typed array, all zero, for elements of this dtype; see `viewAs` for the layout. */
export function newTypedArray(dtype: DType, elements: number): TypedArray {
  switch (dtype) {
    case "float32":
      return new Float32Array(elements);
    case "int32":
      return new Int32Array(elements);
    default:
      return viewAs(dtype, new ArrayBuffer(elements * table[dtype].bytes), 0, elements);
  }
}

/** A copy of the elements from one position to another, of data in the layout of `newTypedArray`. */
export function sliceElements(data: TypedArray, dtype: DType, start: number, end: number): TypedArray {
  if (!isComplex(dtype)) return data.slice(start, end);
  const result = newTypedArray(dtype, end - start);
  const imaginary = data.length / 2;
  result.set(data.subarray(start, end) as never);
  result.set(data.subarray(imaginary + start, imaginary + end) as never, end - start);
  return result;
}

/** Writes elements into data of the layout of `newTypedArray`, from a position on. */
export function setElements(data: TypedArray, dtype: DType, elements: TypedArray, start: number): void {
  const n = isComplex(dtype) ? elements.length / 2 : elements.length;
  data.set(elements.subarray(0, n) as never, start);
  if (isComplex(dtype)) data.set(elements.subarray(n) as never, data.length / 2 + start);
}

/** The smallest and largest value of an integer dtype, as bigints. */
export function integerRange(dtype: DType): readonly [bigint, bigint] {
  const { kind, bytes } = table[dtype];
  const width = BigInt(8 * bytes);
  return kind === "u" ? [0n, (1n << width) - 1n] : [-(1n << (width - 1n)), (1n << (width - 1n)) - 1n];
}
