/**
 * JavaScript's values as arrays: numbers, booleans, bigints, typed arrays, and nested lists of all these. Numbers are
 * float32; typed arrays keep their type; in lists all booleans give bool, bigints integers, and arrays are stacked.
 */
import { config } from "../core/config.ts";
import { scalar } from "../core/constant.ts";
import { brand, isNDArray, type NDArray } from "../core/ndarray.ts";
import { userLine } from "../core/source.ts";
import { ArgumentError, checkOptions, DuplicateLibraryError, ShapeError } from "../errors/index.ts";
import { convertElementType } from "../prims/cast.ts";
import { copy } from "../prims/copy.ts";
import { reshape } from "../prims/movement.ts";
import { concatenate } from "../prims/slicing.ts";
import { fromTypedArray, unsupported } from "../runtime/array.ts";
import { getBackend } from "../runtime/device.ts";
import type { ArrayLike } from "../tree/types.ts";
import { makeAval } from "../types/aval.ts";
import {
  type Complex,
  complexDType,
  type DType,
  integerRange,
  isComplex,
  isComplexValue,
  isInteger,
  isTypedArray,
  newTypedArray,
  partsOf,
  realDType,
  type TypedArray,
  typedArrayDType,
} from "../types/dtype.ts";
import { promote } from "../types/promotion.ts";
import { equalShapes, formatShape, type Shape, sizeOf } from "../types/shape.ts";
import { defaultFloat, defaultInt, requestedDType, storedDType } from "./dtypes.ts";
import { convertElement, convertTyped, hostDType } from "./host.ts";

/** What functions of arrays take as an operand: arrays, numbers, booleans, typed arrays, bigints, complex numbers `{ re, im }`. */
export type ArrayArg = ArrayLike | bigint | Complex;

/** What `array` takes: an operand, or lists of operands nested to any depth. */
export type Nested = ArrayArg | readonly Nested[];

/** Options of `array`. */
export interface ArrayOptions {
  /** The dtype of the result. Default: that of the values. */
  readonly dtype?: DType;
  /** Whether an NDArray is copied. Default true. */
  readonly copy?: boolean;
}

/** What a value is, for errors. */
export function describeValue(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value !== "object") return typeof value;
  const name = (value as { constructor?: { name?: string } }).constructor?.name;
  return name === undefined || name === "" ? "Object" : name;
}

/** The user's line that leads here, as the `where` of an error. */
export function here(): readonly string[] {
  const line = userLine();
  return line === undefined ? [] : [`at ${line}`];
}

/** The same elements in another dtype; the array itself if nothing changes. */
export function cast(x: NDArray, newDtype: DType, weakType = false): NDArray {
  const { aval } = x;
  return aval.dtype === newDtype && aval.weakType === weakType ? x : convertElementType(x, { newDtype, weakType });
}

/** The error for a value that stands where an array is expected. */
export function notAnArray(value: unknown, name: string, position: number): Error {
  if (typeof value === "object" && value !== null && brand in value) {
    return new DuplicateLibraryError({
      what: `${name} was given an array that another copy of this library made`,
      fix: "make sure that the package is installed once (npm ls adjoint), and imported by one name",
    });
  }
  return new ArgumentError({
    what: `${name} requires ndarray or scalar arguments, got ${describeValue(value)} at position ${position}.`,
    fix: Array.isArray(value) ? "make an array of the list with jnp.array([...])" : "pass an array or a number",
  });
}

/** A bigint as a weak integer. */
function bigintScalar(value: bigint): NDArray {
  const dtype = defaultInt();
  checkRange(value, dtype);
  return scalar(value, dtype, true);
}

function checkRange(value: number | bigint, dtype: DType): void {
  const [low, high] = integerRange(dtype);
  if (value >= low && value <= high) return;
  throw new ArgumentError({
    what: `the integer ${value} is out of bounds for ${dtype}`,
    fix: config.enableX64
      ? "use a wider dtype"
      : 'use a wider dtype, or enable 64 bits: config.update("enableX64", true)',
  });
}

/**
 * An operand as an array: NDArrays as they are, numbers and bigints as weak scalars, typed arrays as vectors. `name` and
 * `position` say where the operand stands, for the error.
 * @throws ArgumentError for anything else; nested lists become arrays through `array` only.
 */
export function asArray(x: unknown, name = "asArray", position = 0): NDArray {
  if (isNDArray(x)) return x;
  if (typeof x === "number") return scalar(x, defaultFloat(), true);
  if (typeof x === "boolean") return scalar(x, "bool");
  if (typeof x === "bigint") return bigintScalar(x);
  if (isTypedArray(x)) return arrayOfTyped(x, undefined);
  if (isComplexValue(x)) return scalar(x, defaultComplex(), true);
  throw notAnArray(x, name, position);
}

/** The dtype of complex numbers that no operand decides. */
const defaultComplex = (): DType => complexDType(defaultFloat());

/** A concrete array that owns `data`. @throws BackendError for a dtype that cannot be stored. */
function store(shape: Shape, dtype: DType, data: TypedArray): NDArray {
  const aval = makeAval(shape, dtype);
  const backend = getBackend();
  if (!backend.supports(dtype)) throw unsupported(backend, aval);
  return fromTypedArray(aval, data);
}

function arrayOfTyped(data: TypedArray, dtype: DType | undefined): NDArray {
  const from = typedArrayDType(data);
  const to = dtype ?? storedDType(from);
  const host = hostDType(to);
  let elements: TypedArray;
  if (host !== from) elements = convertTyped(data, from, host);
  else elements = data instanceof Uint8ClampedArray ? new Uint8Array(data) : data.slice();
  return cast(store([data.length], host, elements), to);
}

const place = (path: readonly number[]): string => path.map((i) => `[${i}]`).join("");

/** The shape of the lists, without that of the arrays in them: along first entries. */
function listShape(value: Nested): number[] {
  const shape: number[] = [];
  for (let v: Nested | undefined = value; Array.isArray(v); v = v[0]) shape.push(v.length);
  return shape;
}

type Leaf = number | boolean | bigint | Complex | TypedArray | NDArray;

const leafShape = (leaf: Leaf): Shape => (isNDArray(leaf) ? leaf.aval.shape : isTypedArray(leaf) ? [leaf.length] : []);

function ragged(depth: number, shape: Shape, path: readonly number[], what: string): ShapeError {
  return new ShapeError({
    what: `setting an array element with a sequence. The requested array has an inhomogeneous shape after ${depth} dimensions. The detected shape was ${formatShape(shape.slice(0, depth))} + inhomogeneous part: ${what} at ${place(path)}`,
    fix: "give all lists at one depth the same length",
  });
}

function badElement(value: unknown, path: readonly number[]): Error {
  if (typeof value === "object" && value !== null && brand in value) return notAnArray(value, "array", 0);
  const shown = typeof value === "string" ? JSON.stringify(value) : describeValue(value);
  return new ArgumentError({
    what:
      value === null || value === undefined
        ? `${shown} is not a valid value for jnp.array${path.length === 0 ? "" : `, at ${place(path)}`}`
        : `Value ${shown}${path.length === 0 ? "" : ` at ${place(path)}`} is not a valid array element. Only numbers, booleans, bigints and arrays are.`,
    fix:
      typeof value === "string"
        ? "convert texts to numbers first, for example with Number(text)"
        : "pass numbers, lists of numbers, or arrays",
  });
}

/** All leaves in row-major order. @throws ShapeError if the lists are ragged; ArgumentError for other values. */
function collect(value: Nested, shape: Shape, leaves: Leaf[], path: number[]): void {
  const depth = path.length;
  if (Array.isArray(value)) {
    const list = value as readonly Nested[];
    if (depth >= shape.length)
      throw ragged(depth, shape, path, `a list of length ${list.length} where there are numbers elsewhere`);
    if (list.length !== shape[depth]) {
      throw ragged(depth, shape, path, `a list of length ${list.length} where others have length ${shape[depth]}`);
    }
    for (let i = 0; i < list.length; i++) {
      path.push(i);
      collect(list[i]!, shape, leaves, path);
      path.pop();
    }
    return;
  }
  const leaf = value as Leaf;
  if (
    typeof leaf !== "number" &&
    typeof leaf !== "boolean" &&
    typeof leaf !== "bigint" &&
    !isNDArray(leaf) &&
    !isTypedArray(leaf) &&
    !isComplexValue(leaf)
  ) {
    throw badElement(leaf, path);
  }
  if (depth < shape.length)
    throw ragged(depth, shape, path, `a ${describeValue(leaf)} where there are lists elsewhere`);
  if (leaves.length > 0 && !equalShapes(leafShape(leaf), leafShape(leaves[0]!))) {
    const [first, other] = [leafShape(leaves[0]!), leafShape(leaf)].map(formatShape);
    throw ragged(depth, shape, path, `an element of shape ${other} where others have shape ${first}`);
  }
  leaves.push(leaf);
}

/** The dtype that a list of leaves has by itself. Beside arrays numbers are weak, as in arithmetic. */
function leavesDType(leaves: readonly Leaf[]): DType {
  let numbers = 0;
  let integral = true;
  let bigints = 0;
  let complexes = 0;
  const strong = new Map<string, { readonly dtype: DType; readonly weakType: boolean }>();
  for (const leaf of leaves) {
    if (typeof leaf === "number") {
      numbers++;
      if (!Number.isInteger(leaf)) integral = false;
    } else if (typeof leaf === "bigint") bigints++;
    else if (isComplexValue(leaf)) complexes++;
    else {
      const dtype =
        typeof leaf === "boolean" ? "bool" : isNDArray(leaf) ? leaf.aval.dtype : storedDType(typedArrayDType(leaf));
      const weakType = isNDArray(leaf) && leaf.aval.weakType;
      strong.set(`${dtype} ${weakType}`, { dtype, weakType });
    }
  }
  const types = [...strong.values()];
  const onlyValues = !leaves.some((leaf) => typeof leaf === "object" && !isComplexValue(leaf));
  if (complexes > 0 && onlyValues) return defaultComplex();
  if (complexes > 0) types.push({ dtype: defaultComplex(), weakType: true });
  if (numbers > 0 && onlyValues) return defaultFloat();
  if (numbers > 0) types.push({ dtype: integral ? defaultInt() : defaultFloat(), weakType: true });
  if (bigints > 0) types.push({ dtype: defaultInt(), weakType: true });
  return types.length === 0 ? defaultFloat() : promote(types, config.enableX64).dtype;
}

/** A number of a list as an element of the dtype that the user asked for. @throws ArgumentError if it does not fit. */
function elementOf(value: number | bigint | boolean, dtype: DType): number | bigint {
  const number = typeof value === "boolean" ? Number(value) : value;
  if (isInteger(dtype)) {
    if (Number.isNaN(number)) {
      throw new ArgumentError({
        what: `cannot convert NaN to ${dtype}`,
        fix: "use a floating point dtype",
      });
    }
    const whole = typeof number === "number" && Number.isFinite(number) ? Math.trunc(number) : number;
    checkRange(whole, dtype);
    return convertElement(whole, dtype);
  }
  return convertElement(number, dtype);
}

/** A complex array of numbers: first all real parts, then all imaginary ones. */
function fillComplex(leaves: readonly Leaf[], shape: Shape, dtype: DType): NDArray {
  const inner = leafShape(leaves[0] ?? 0);
  const elements = sizeOf(shape) * sizeOf(inner);
  const data = newTypedArray(dtype, elements) as Float32Array | Float64Array;
  let at = 0;
  for (const leaf of leaves) {
    if (isTypedArray(leaf)) {
      data.set(convertTyped(leaf, typedArrayDType(leaf), realDType(dtype)) as Float64Array, at);
      at += leaf.length;
    } else [data[at], data[elements + at++]] = partsOf(leaf as number | Complex);
  }
  return store([...shape, ...inner], dtype, data);
}

function fill(leaves: readonly Leaf[], shape: Shape, dtype: DType): NDArray {
  if (isComplex(dtype)) return fillComplex(leaves, shape, dtype);
  if (leaves.some(isComplexValue)) {
    throw new ArgumentError({
      what: `complex numbers do not fit into an array of ${dtype}`,
      fix: 'use the dtype "complex64", or pass their real parts',
    });
  }
  const inner = leafShape(leaves[0] ?? 0);
  const host = hostDType(dtype);
  const data = newTypedArray(host, sizeOf(shape) * sizeOf(inner));
  const target = data as { [i: number]: number | bigint };
  let at = 0;
  for (const leaf of leaves) {
    if (isTypedArray(leaf)) {
      const from = typedArrayDType(leaf);
      data.set((from === host ? leaf : convertTyped(leaf, from, host)) as never, at);
      at += leaf.length;
    } else if (host === "float32" || host === "float64") target[at++] = Number(leaf as number);
    else target[at++] = elementOf(leaf as number | bigint | boolean, host);
  }
  return cast(store([...shape, ...inner], host, data), dtype);
}

/** Arrays (and numbers beside them) along new axes. */
function stack(leaves: readonly Leaf[], shape: Shape, dtype: DType): NDArray {
  const inner = leafShape(leaves[0]!);
  const rows = leaves.map((leaf) => reshape(cast(asArray(leaf, "array"), dtype), { newSizes: [1, ...inner] }));
  const joined = rows.length === 1 ? rows[0]! : concatenate(rows, { dimension: 0 });
  return reshape(joined, { newSizes: [...shape, ...inner] });
}

/** The dtype of a second argument that is a dtype or options. */
function readOptions(given: DType | ArrayOptions | undefined): {
  readonly dtype: DType | undefined;
  readonly copy: boolean;
} {
  const options = typeof given === "string" ? { dtype: given } : given;
  checkOptions("array", options, ["dtype", "copy"]);
  const { dtype, copy: copied = true } = options ?? {};
  return { dtype: dtype === undefined || dtype === null ? undefined : requestedDType(dtype, "array"), copy: copied };
}

/**
 * An array from JavaScript's values: a number, a boolean, a bigint, a complex number `{ re, im }`, a typed array, an NDArray,
 * or lists of them nested to any depth.
 *
 * Numbers give float32, since JavaScript cannot tell 1 from 1.0; a single number gives a weakly typed scalar. Typed arrays
 * keep their type (64-bit ones are narrowed while `enableX64` is off), lists of booleans give bool, bigints int32, and
 * arrays inside lists are stacked. `dtype` says it otherwise.
 *
 * @throws ShapeError if lists are ragged, with the place. @throws ArgumentError for values that are no numbers, and for
 * integers that do not fit the dtype. @throws DTypeError for an unknown dtype.
 * @example
 * jnp.array([[1, 2], [3, 4]])                      // float32[2,2]
 * jnp.array([1, 2, 3], { dtype: "int32" })         // int32[3]
 * jnp.array([x.sum(), x.max()])                    // two scalars, stacked
 * jnp.array([{ re: 1, im: 2 }, 3])                 // complex64[2]: [1.+2.j 3.+0.j]
 */
export function array(value: Nested, options?: DType | ArrayOptions): NDArray {
  const { dtype, copy: copied } = readOptions(options);
  if (isNDArray(value)) {
    const result = dtype === undefined ? value : cast(value, dtype);
    return copied && result === value ? copy(value) : result;
  }
  if (isTypedArray(value)) return arrayOfTyped(value, dtype);
  if (!Array.isArray(value)) {
    if (typeof value !== "number" && typeof value !== "boolean" && typeof value !== "bigint" && !isComplexValue(value))
      throw badElement(value, []);
    if (dtype === undefined) return asArray(value, "array");
    return fill([value], [], dtype);
  }
  const shape = listShape(value);
  const leaves: Leaf[] = [];
  collect(value, shape, leaves, []);
  const target = dtype ?? leavesDType(leaves);
  return leaves.some(isNDArray) ? stack(leaves, shape, target) : fill(leaves, shape, target);
}
