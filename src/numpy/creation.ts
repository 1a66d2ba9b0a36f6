/** Arrays of one value, and arrays from numbers, buffers and other arrays. */
import { type ArrayArg, array, asArray, cast, type Nested } from "../array/convert.ts";
import { defaultFloat } from "../array/dtypes.ts";
import { isNDArray, type NDArray } from "../core/ndarray.ts";
import { ShapeDtypeStruct } from "../core/struct.ts";
import { ArgumentError } from "../errors/index.ts";
import { complex } from "../prims/complex.ts";
import { copy as copyElements } from "../prims/copy.ts";
import { broadcastTo } from "../prims/movement.ts";
import type { Aval } from "../types/aval.ts";
import {
  type DType,
  dtypeBytes,
  isComplex,
  isComplexValue,
  isTypedArray,
  realDType,
  type TypedArray,
  viewAs,
} from "../types/dtype.ts";
import type { Shape } from "../types/shape.ts";
import { readArguments, readDType, readInt, readShape, type Trailing } from "./arguments.ts";
import { constant } from "./operand.ts";

export { type ArrayArg, type ArrayOptions, array, type Nested } from "../array/convert.ts";

/** Options of the functions that make arrays of a given shape. */
export interface CreationOptions {
  /** The dtype of the result. */
  readonly dtype?: DType;
}

/** Options of `zerosLike` and its kin. */
export interface LikeOptions {
  /** The dtype of the result; that of the model by default. */
  readonly dtype?: DType;
  /** The shape of the result; that of the model by default. */
  readonly shape?: number | Shape;
}

type LikeArguments = Trailing<[dtype: DType | undefined, shape: number | Shape], LikeOptions>;

function filled(caller: string, shape: number | Shape, value: 0 | 1, args: readonly unknown[]): NDArray {
  const { dtype } = readArguments<CreationOptions>(caller, args, ["dtype"]);
  return broadcastTo(constant(value, readDType(caller, dtype, defaultFloat())), readShape(caller, shape));
}

/** Type of a model: an array, a number, or a description of an array. */
function avalOf(model: ArrayArg | ShapeDtypeStruct): Aval {
  return model instanceof ShapeDtypeStruct ? model.aval : asArray(model).aval;
}

function filledLike(
  caller: string,
  model: ArrayArg | ShapeDtypeStruct,
  value: number | bigint | boolean | NDArray,
  args: readonly unknown[],
): NDArray {
  const { dtype, shape } = readArguments<LikeOptions>(caller, args, ["dtype", "shape"]);
  const aval = avalOf(model);
  const newDType = readDType(caller, dtype, aval.dtype);
  const weakType = dtype === undefined && aval.weakType;
  const newShape = shape === undefined || shape === null ? aval.shape : readShape(caller, shape);
  return broadcastTo(
    isNDArray(value) ? cast(value, newDType, weakType) : constant(value, newDType, weakType),
    newShape,
  );
}

/**
 * An array of zeros, float32 unless said otherwise.
 * @throws ShapeError for a size that is negative, fractional or traced. @throws DTypeError for an unknown dtype.
 * @example jnp.zeros([2, 3]); jnp.zeros(4, "int32")
 */
export function zeros(shape: number | Shape, ...args: Trailing<[dtype: DType], CreationOptions>): NDArray {
  return filled("zeros", shape, 0, args);
}

/**
 * An array of ones, float32 unless said otherwise.
 * @throws ShapeError for a size that is negative, fractional or traced. @throws DTypeError for an unknown dtype.
 * @example jnp.ones([2, 3])
 */
export function ones(shape: number | Shape, ...args: Trailing<[dtype: DType], CreationOptions>): NDArray {
  return filled("ones", shape, 1, args);
}

/**
 * An array whose values do not matter. As in JAX they are zeros, since arrays cannot be written into.
 * @throws ShapeError for a size that is negative, fractional or traced. @throws DTypeError for an unknown dtype.
 * @example jnp.empty([2, 3])
 */
export function empty(shape: number | Shape, ...args: Trailing<[dtype: DType], CreationOptions>): NDArray {
  return filled("empty", shape, 0, args);
}

/**
 * An array of one repeated value, or of an array broadcast to a shape. A number without a dtype makes weakly typed float32,
 * a boolean makes bool, an array keeps its dtype.
 * @throws ShapeError if an array does not broadcast to the shape. @throws DTypeError for an unknown dtype.
 * @example jnp.full([2, 3], 7); jnp.full([2], 7, "int32")
 */
export function full(
  shape: number | Shape,
  fillValue: ArrayArg,
  ...args: Trailing<[dtype: DType], CreationOptions>
): NDArray {
  const { dtype } = readArguments<CreationOptions>("full", args, ["dtype"]);
  const target = readShape("full", shape);
  const wanted = readDType("full", dtype, undefined);
  if (typeof fillValue === "number" || typeof fillValue === "bigint" || typeof fillValue === "boolean") {
    const x = wanted === undefined ? asArray(fillValue) : constant(fillValue, wanted);
    return broadcastTo(x, target);
  }
  const x = asArray(fillValue);
  return broadcastTo(wanted === undefined ? x : cast(x, wanted), target);
}

/**
 * Zeros of the shape and dtype of another array, or of those given instead.
 * @example jnp.zerosLike(x); jnp.zerosLike(x, { dtype: "int32", shape: [2] })
 */
export function zerosLike(a: ArrayArg | ShapeDtypeStruct, ...args: LikeArguments): NDArray {
  return filledLike("zerosLike", a, 0, args);
}

/**
 * Ones of the shape and dtype of another array, or of those given instead.
 * @example jnp.onesLike(x)
 */
export function onesLike(a: ArrayArg | ShapeDtypeStruct, ...args: LikeArguments): NDArray {
  return filledLike("onesLike", a, 1, args);
}

/**
 * An array of the shape and dtype of another, whose values do not matter: zeros.
 * @example jnp.emptyLike(x)
 */
export function emptyLike(prototype: ArrayArg | ShapeDtypeStruct, ...args: LikeArguments): NDArray {
  return filledLike("emptyLike", prototype, 0, args);
}

/**
 * An array of the shape and dtype of another that holds one repeated value, or an array broadcast to that shape.
 * @throws ShapeError if an array does not broadcast to the shape.
 * @example jnp.fullLike(x, 3)
 */
export function fullLike(a: ArrayArg | ShapeDtypeStruct, fillValue: ArrayArg, ...args: LikeArguments): NDArray {
  return filledLike(
    "fullLike",
    a,
    isTypedArray(fillValue) || isComplexValue(fillValue) ? asArray(fillValue) : fillValue,
    args,
  );
}

/**
 * The same values as a new array. Arrays never change, so this matters only where a jaxpr should show it.
 * @example jnp.copy(x)
 */
export function copy(a: ArrayArg): NDArray {
  return copyElements(asArray(a));
}

/** Options of `asarray`. */
export interface AsarrayOptions {
  /** The dtype of the result; that of the values by default. */
  readonly dtype?: DType;
  /** Whether an NDArray that has the dtype already is copied. Default false. */
  readonly copy?: boolean;
}

/**
 * An array from JavaScript's values, as `array`, but an NDArray of the right dtype is returned itself.
 * @throws ShapeError, ArgumentError, DTypeError as `array`.
 * @example jnp.asarray([1, 2, 3])
 */
export function asarray(a: Nested, ...args: Trailing<[dtype: DType | undefined], AsarrayOptions>): NDArray {
  const { dtype, copy: copied = false } = readArguments<AsarrayOptions>("asarray", args, ["dtype"], ["copy"]);
  return array(a, dtype === undefined ? { copy: copied } : { dtype, copy: copied });
}

/** Options of `frombuffer`. */
export interface FrombufferOptions {
  /** The dtype of the elements; float32 by default. */
  readonly dtype?: DType;
  /** How many elements to read; -1 for all. */
  readonly count?: number;
  /** How many bytes to leave out at the start. */
  readonly offset?: number;
}

/**
 * The elements that bytes stand for, in the machine's byte order, as an array of one axis. The bytes are copied.
 * @throws ArgumentError if the buffer is too short, or does not hold a whole number of elements.
 * @example jnp.frombuffer(new Uint8Array([1, 2, 3, 4]), "uint8")
 */
export function frombuffer(
  buffer: ArrayBufferLike | TypedArray | DataView,
  ...args: Trailing<[dtype: DType, count: number, offset: number], FrombufferOptions>
): NDArray {
  const options = readArguments<FrombufferOptions>("frombuffer", args, ["dtype", "count", "offset"]);
  const dtype = readDType("frombuffer", options.dtype, defaultFloat());
  const count = readInt("frombuffer", "count", options.count ?? -1);
  const offset = readInt("frombuffer", "offset", options.offset ?? 0);
  const whole = ArrayBuffer.isView(buffer)
    ? new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength)
    : new Uint8Array(buffer);
  const bytes = dtypeBytes(dtype);
  const available = (whole.length - offset) / bytes;
  if (offset < 0 || offset > whole.length || (count < 0 ? !Number.isInteger(available) : count > available)) {
    throw new ArgumentError({
      what: `frombuffer: ${whole.length} bytes from offset ${offset} do not hold ${count < 0 ? "a whole number of" : count} ${dtype} elements`,
      fix: "check dtype, count and offset",
    });
  }
  const elements = count < 0 ? available : count;
  // A copy is aligned, which the caller's bytes need not be.
  const data = whole.slice(offset, offset + elements * bytes);
  if (!isComplex(dtype)) return array(viewAs(dtype, data.buffer, 0, elements), { dtype });
  // Real and imaginary parts in turn.
  const parts = viewAs(realDType(dtype), data.buffer, 0, 2 * elements);
  const everyOther = (start: number): NDArray =>
    array(parts.filter((_: unknown, i: number) => i % 2 === start) as never);
  return complex(everyOther(0), everyOther(1));
}
