/** Dtypes and what can be asked of them: names, families, promotion, casts, limits. Constants too. */
import { type ArrayArg, asArray } from "../array/convert.ts";
import { config } from "../core/config.ts";
import { isNDArray, type NDArray } from "../core/ndarray.ts";
import { DTypeError, OptionError } from "../errors/index.ts";
import {
  checkDType,
  type DType,
  dtypeBytes,
  dtypeKind,
  integerRange,
  isComplex,
  isTypedArray,
  type NumericDType,
  narrowDType,
} from "../types/dtype.ts";
import { promote } from "../types/promotion.ts";
import { suggest } from "../util/suggest.ts";
import { describe } from "./arguments.ts";
import { operand } from "./operand.ts";

/** The ratio of a circle's circumference to its diameter. */
export const pi: number = Math.PI;
/** The base of natural logarithms. */
export const e: number = Math.E;
/** The Euler-Mascheroni constant. */
export const eulerGamma = 0.5772156649015329;
/** Positive infinity. */
export const inf: number = Number.POSITIVE_INFINITY;
/** Not a number. */
export const nan: number = Number.NaN;
/** In an index: a new axis of length 1. */
export const newaxis = null;

/** Truth values. */
export const bool = "bool";
/** The same as `bool`. */
export const bool_ = "bool";
/** Signed integers of 8 bits. */
export const int8 = "int8";
/** Signed integers of 16 bits. */
export const int16 = "int16";
/** Signed integers of 32 bits. */
export const int32 = "int32";
/** Signed integers of 64 bits; needs `enableX64`. */
export const int64 = "int64";
/** Unsigned integers of 8 bits. */
export const uint8 = "uint8";
/** Unsigned integers of 16 bits. */
export const uint16 = "uint16";
/** Unsigned integers of 32 bits. */
export const uint32 = "uint32";
/** Unsigned integers of 64 bits; needs `enableX64`. */
export const uint64 = "uint64";
/** Floating point of 16 bits, after IEEE 754. */
export const float16 = "float16";
/** Floating point of 16 bits with the range of float32. */
export const bfloat16 = "bfloat16";
/** Floating point of 32 bits: the default. */
export const float32 = "float32";
/** Floating point of 64 bits; needs `enableX64`. */
export const float64 = "float64";
/** Complex numbers of two float32. */
export const complex64 = "complex64";
/** Complex numbers of two float64; needs `enableX64`. */
export const complex128 = "complex128";
/** The same as `float32`. */
export const single = "float32";
/** The same as `float64`. */
export const double = "float64";
/** The same as `complex64`. */
export const csingle = "complex64";
/** The same as `complex128`. */
export const cdouble = "complex128";

/** The family of all dtypes, for `issubdtype`. */
export const generic = "generic";
/** The family of all numbers, for `issubdtype`. */
export const number = "number";
/** The family of all integers, for `issubdtype`. */
export const integer = "integer";
/** The family of signed integers, for `issubdtype`. */
export const signedinteger = "signedinteger";
/** The family of unsigned integers, for `issubdtype`. */
export const unsignedinteger = "unsignedinteger";
/** The family of floating and complex dtypes, for `issubdtype`. */
export const inexact = "inexact";
/** The family of floating dtypes, for `issubdtype`. */
export const floating = "floating";
/** The family of complex dtypes, for `issubdtype`. */
export const complexfloating = "complexfloating";

/** A family of dtypes. */
export type DTypeFamily =
  | "generic"
  | "number"
  | "integer"
  | "signedinteger"
  | "unsignedinteger"
  | "inexact"
  | "floating"
  | "complexfloating";

/** The families of each kind of dtypes, and of families themselves. */
const familiesOf: { readonly [kind: string]: readonly DTypeFamily[] } = {
  b: ["generic"],
  i: ["signedinteger", "integer", "number", "generic"],
  u: ["unsignedinteger", "integer", "number", "generic"],
  f: ["floating", "inexact", "number", "generic"],
  c: ["complexfloating", "inexact", "number", "generic"],
  o: ["generic"],
  generic: ["generic"],
  number: ["number", "generic"],
  integer: ["integer", "number", "generic"],
  signedinteger: ["signedinteger", "integer", "number", "generic"],
  unsignedinteger: ["unsignedinteger", "integer", "number", "generic"],
  inexact: ["inexact", "number", "generic"],
  floating: ["floating", "inexact", "number", "generic"],
  complexfloating: ["complexfloating", "inexact", "number", "generic"],
};

const familyNames: readonly string[] = [
  generic,
  number,
  integer,
  signedinteger,
  unsignedinteger,
  inexact,
  floating,
  complexfloating,
];

const isFamily = (name: unknown): name is DTypeFamily => familyNames.includes(name as string);

function checkDTypeOrFamily(value: unknown): DType | DTypeFamily {
  if (isFamily(value)) return value;
  try {
    return checkDType(value);
  } catch (error) {
    const guess = typeof value === "string" ? suggest(value, familyNames) : undefined;
    if (guess === undefined) throw error;
    throw new DTypeError({
      what: `${describe(value)} is neither a dtype nor a family of dtypes`,
      fix: `did you mean "${guess}"?`,
    });
  }
}

/**
 * Whether a dtype is another one, or belongs to a family of dtypes.
 * @throws DTypeError for unknown names.
 * @example jnp.issubdtype(x.dtype, jnp.floating)
 */
export function issubdtype(arg1: DType | DTypeFamily, arg2: DType | DTypeFamily): boolean {
  const [a, b] = [checkDTypeOrFamily(arg1), checkDTypeOrFamily(arg2)];
  if (!isFamily(b)) return a === b;
  return familiesOf[isFamily(a) ? a : dtypeKind(a)]!.includes(b);
}

/** Kinds of dtypes in the array API standard. */
export type DTypeKindName =
  | "bool"
  | "signed integer"
  | "unsigned integer"
  | "integral"
  | "real floating"
  | "complex floating"
  | "numeric";

const kindNames: { readonly [K in DTypeKindName]: string } = {
  bool: "b",
  "signed integer": "i",
  "unsigned integer": "u",
  integral: "iu",
  "real floating": "f",
  "complex floating": "c",
  numeric: "iufc",
};

/**
 * Whether a dtype is of a kind, or of one of several, by the names of the array API standard; dtypes may stand among them.
 * @throws DTypeError for an unknown kind.
 * @example jnp.isdtype(x.dtype, "real floating")
 */
export function isdtype(dtype: DType, kind: DTypeKindName | DType | readonly (DTypeKindName | DType)[]): boolean {
  const own = checkDType(dtype);
  return (Array.isArray(kind) ? (kind as readonly string[]) : [kind as string]).some((k) => {
    if (Object.hasOwn(kindNames, k)) return kindNames[k as DTypeKindName].includes(dtypeKind(own));
    return checkDType(k) === own;
  });
}

/** What has a dtype, or is one. */
export type Typed = ArrayArg | DType;

/**
 * The dtype of a result that mixes arrays, numbers and dtypes.
 * @throws DTypeError for unknown names.
 * @example jnp.resultType(x, 1); jnp.resultType("int32", "float32")
 */
export function resultType(...args: readonly Typed[]): DType {
  const types = args.map((arg, i) =>
    typeof arg === "string" ? { dtype: checkDType(arg), weakType: false } : operand(arg, "resultType", i).aval,
  );
  if (types.length === 0) {
    throw new DTypeError({ what: "resultType requires at least one argument", fix: "pass arrays or dtypes" });
  }
  return promote(types, config.enableX64).dtype;
}

/**
 * The dtype to which values of two dtypes are promoted. With x64 off it has 64 bits only if one of the two has.
 * @throws DTypeError for unknown names.
 * @example jnp.promoteTypes("int32", "float16") // "float16"
 */
export function promoteTypes(a: DType, b: DType): DType {
  const [x, y] = [checkDType(a), checkDType(b)];
  const result = promote(
    [x, y].map((dtype) => ({ dtype, weakType: false })),
    true,
  );
  // As in JAX, a float that stands for signed and unsigned integers together keeps its 64 bits.
  const kept = config.enableX64 || result.weakType || [x, y].some((dtype) => narrowDType(dtype) !== dtype);
  return kept ? result.dtype : narrowDType(result.dtype);
}

/** How strict a cast is: see `canCast`. */
export type Casting = "no" | "equiv" | "safe" | "same_kind" | "unsafe";

/** Bits that a dtype has for whole numbers: the sign aside for integers, of the significand for floats. */
const significand: { readonly [D in DType]?: number } = {
  float16: 11,
  bfloat16: 8,
  float32: 24,
  float64: 53,
  complex64: 24,
  complex128: 53,
};

/** Largest exponents, for which NumPy asks as well. */
const exponentBits: { readonly [D in DType]?: number } = {
  float16: 5,
  bfloat16: 8,
  float32: 8,
  float64: 11,
  complex64: 8,
  complex128: 11,
};

/** Whether every value of a dtype has its place in another, as NumPy judges it. */
function holdsAll(from: DType, to: DType): boolean {
  if (from === to) return true;
  const [a, b] = [dtypeKind(from), dtypeKind(to)];
  if (a === "o" || b === "o") return false;
  if (a === "b") return true;
  if (b === "b") return false;
  const inexactTo = b === "f" || b === "c";
  if (a === "i" || a === "u") {
    if (!inexactTo) {
      const [low, high] = integerRange(from);
      const [least, most] = integerRange(to);
      return low >= least && high <= most;
    }
    // NumPy takes 64-bit integers into float64 as safe.
    return significand[to]! >= Math.min(53, 8 * dtypeBytes(from) - (a === "i" ? 1 : 0));
  }
  if (a === "c" && b !== "c") return false;
  return inexactTo && significand[to]! >= significand[from]! && exponentBits[to]! >= exponentBits[from]!;
}

const kindOrder = "buifc";

/**
 * Whether values of a dtype may be cast to another: `"safe"` (default) if none changes, `"same_kind"` also within a kind,
 * `"unsafe"` always, `"no"` and `"equiv"` only if the dtypes are equal.
 * @throws DTypeError for unknown dtypes. @throws OptionError for an unknown casting.
 * @example jnp.canCast("int32", "float32") // false
 */
export function canCast(from: Typed, to: DType, casting: Casting = "safe"): boolean {
  const source = typeof from === "string" ? checkDType(from) : operand(from, "canCast", 0).aval.dtype;
  const target = checkDType(to);
  switch (casting) {
    case "no":
    case "equiv":
      return source === target;
    case "safe":
      return holdsAll(source, target);
    case "same_kind": {
      if (holdsAll(source, target)) return true;
      const [a, b] = [dtypeKind(source), dtypeKind(target)];
      return a !== "o" && b !== "o" && kindOrder.indexOf(a) <= kindOrder.indexOf(b) && !(a === "b" && b === "b");
    }
    case "unsafe":
      return true;
    default:
      throw new OptionError({
        what: `casting must be one of no, equiv, safe, same_kind, unsafe, got ${describe(casting)}`,
        fix: 'use "safe"',
      });
  }
}

/** Limits of a floating point dtype. */
export interface FloatInfo {
  readonly dtype: DType;
  /** Bits of a value. */
  readonly bits: number;
  /** The distance from 1 to the next larger value. */
  readonly eps: number;
  /** The distance from 1 to the next smaller value. */
  readonly epsneg: number;
  readonly max: number;
  readonly min: number;
  /** The smallest positive normal value. */
  readonly tiny: number;
  readonly smallestNormal: number;
  readonly smallestSubnormal: number;
  /** Bits of the exponent. */
  readonly nexp: number;
  /** Bits of the fraction. */
  readonly nmant: number;
  /** The exponent of the smallest normal value. */
  readonly minexp: number;
  /** One more than the exponent of the largest value. */
  readonly maxexp: number;
  /** Decimal digits that every value holds. */
  readonly precision: number;
  /** Ten to the power of minus `precision`. */
  readonly resolution: number;
}

function dtypeArgument(value: Typed, caller: string): DType {
  return typeof value === "string" ? checkDType(value) : asArray(value, caller, 0).aval.dtype;
}

/**
 * Limits of a floating point dtype (of complex ones: of their parts).
 * @throws DTypeError for other dtypes.
 * @example jnp.finfo("float32").eps
 */
export function finfo(dtype: Typed): FloatInfo {
  let own = dtypeArgument(dtype, "finfo");
  if (isComplex(own)) own = own === "complex64" ? "float32" : "float64";
  if (dtypeKind(own) !== "f") {
    throw new DTypeError({ what: `data type ${own} not inexact`, fix: "use iinfo for integers" });
  }
  const digits = significand[own]!;
  const nexp = exponentBits[own]!;
  const nmant = digits - 1;
  const maxexp = 2 ** (nexp - 1);
  const minexp = 2 - maxexp;
  // Written so that no step overflows.
  const max = (2 - 2 ** -nmant) * 2 ** (maxexp - 1);
  const precision = Math.floor(nmant * Math.log10(2));
  const tiny = 2 ** minexp;
  return {
    dtype: own,
    bits: 8 * dtypeBytes(own),
    eps: 2 ** -nmant,
    epsneg: 2 ** -digits,
    max,
    min: -max,
    tiny,
    smallestNormal: tiny,
    smallestSubnormal: 2 ** (minexp - nmant),
    nexp,
    nmant,
    minexp,
    maxexp,
    precision,
    resolution: Number(`1e-${precision}`),
  };
}

/** Limits of an integer dtype; bigint for 64 bits. */
export interface IntegerInfo {
  readonly dtype: DType;
  readonly bits: number;
  readonly min: number | bigint;
  readonly max: number | bigint;
}

/**
 * Limits of an integer dtype.
 * @throws DTypeError for other dtypes.
 * @example jnp.iinfo("int32").max // 2147483647
 */
export function iinfo(intType: Typed): IntegerInfo {
  const dtype = dtypeArgument(intType, "iinfo");
  const kind = dtypeKind(dtype);
  if (kind !== "i" && kind !== "u") {
    throw new DTypeError({ what: `Invalid integer data type '${dtype}'.`, fix: "use finfo for floats" });
  }
  const bits = 8 * dtypeBytes(dtype);
  const [low, high] = integerRange(dtype);
  return bits === 64 ? { dtype, bits, min: low, max: high } : { dtype, bits, min: Number(low), max: Number(high) };
}

/**
 * The dtype that a name stands for: `jnp.dtype("float")` is "float32".
 * @throws DTypeError for an unknown name.
 * @example jnp.dtype("float") // "float32"
 */
export function dtype(name: Typed): DType {
  return dtypeArgument(name, "dtype");
}

/** Whether a value has a complex dtype. @example jnp.iscomplexobj(x) */
export function iscomplexobj(x: Typed): boolean {
  return isComplex(dtypeArgument(x, "iscomplexobj"));
}

/** Whether a value has a dtype that is not complex. @example jnp.isrealobj(x) */
export function isrealobj(x: Typed): boolean {
  return !iscomplexobj(x);
}

/** Whether a value is a scalar: a number, a boolean, a bigint, or an array without axes. @example jnp.isscalar(3) */
export function isscalar(element: unknown): boolean {
  if (isNDArray(element)) return element.aval.shape.length === 0;
  return typeof element === "number" || typeof element === "boolean" || typeof element === "bigint";
}

/** Whether a value can be iterated over: an array with at least one axis, a list, a typed array. @example jnp.iterable(x) */
export function iterable(y: unknown): boolean {
  if (isNDArray(y)) return (y as NDArray).aval.shape.length > 0;
  return isTypedArray(y) || (typeof y === "object" && y !== null && Symbol.iterator in y);
}

export type { DType, NumericDType };
