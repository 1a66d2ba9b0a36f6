/** Numbers of JavaScript's memory from one dtype to another: what `convertElementType` does, before there is an array. */
import { DTypeError } from "../errors/index.ts";
import {
  type DType,
  dtypeKind,
  integerRange,
  isFloating,
  isInteger,
  newTypedArray,
  type TypedArray,
} from "../types/dtype.ts";

/**
 * The dtype in which numbers for an array of another are laid out: itself, or a float dtype where elements are not plain numbers.
 * @throws DTypeError for dtypes that hold no numbers.
 */
export function hostDType(dtype: DType): DType {
  if (dtype === "complex128") return "float64";
  if (dtype === "complex64" || dtype === "float16" || dtype === "bfloat16") return "float32";
  if (dtypeKind(dtype) !== "o") return dtype;
  throw new DTypeError({ what: `numbers cannot be of dtype ${dtype}`, fix: "make keys with random.key(seed)" });
}

/** One element of a typed array in another dtype: floats are truncated and saturate, integers wrap. */
export function convertElement(value: number | bigint, dtype: DType): number | bigint {
  if (dtype === "bool") return value ? 1 : 0;
  if (!isInteger(dtype)) return Number(value);
  const [low, high] = integerRange(dtype);
  let integer: bigint;
  if (typeof value === "bigint") integer = value;
  else if (Number.isInteger(value)) integer = BigInt(value);
  else if (Number.isNaN(value)) integer = 0n;
  else
    integer =
      value === Number.POSITIVE_INFINITY ? high : value === Number.NEGATIVE_INFINITY ? low : BigInt(Math.trunc(value));
  if (dtype === "int64") return BigInt.asIntN(64, integer);
  if (dtype === "uint64") return BigInt.asUintN(64, integer);
  // Bits that the typed array keeps; floats stay what they are, since they saturate.
  return Number(typeof value === "bigint" ? BigInt.asIntN(32, integer) : integer);
}

/** All elements in another dtype. Typed arrays wrap what does not fit; floats saturate. */
export function convertTyped(data: TypedArray, from: DType, dtype: DType): TypedArray {
  const elements = data.length;
  const result = newTypedArray(dtype, elements);
  if (
    (dtype === "float32" || dtype === "float64") &&
    !(data instanceof BigInt64Array || data instanceof BigUint64Array)
  ) {
    (result as Float32Array | Float64Array).set(data);
    return result;
  }
  const saturates = isFloating(from) && isInteger(dtype);
  const [low, high] = isInteger(dtype) ? integerRange(dtype) : [0n, 0n];
  const source = data as Numbers;
  const target = result as { [i: number]: number | bigint };
  for (let i = 0; i < elements; i++) {
    const value = convertElement(source[i]!, dtype);
    target[i] = saturates ? clampTo(value, low, high) : value;
  }
  return result;
}

interface Numbers {
  readonly length: number;
  readonly [i: number]: number | bigint;
}

function clampTo(value: number | bigint, low: bigint, high: bigint): number | bigint {
  const bound = value < low ? low : value > high ? high : undefined;
  if (bound === undefined) return value;
  return typeof value === "bigint" ? bound : Number(bound);
}
