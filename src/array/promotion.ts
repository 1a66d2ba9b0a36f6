/**
 * Operands of a function brought to one dtype and one shape: JAX's promotion of dtypes, NumPy's broadcasting. Numbers
 * beside arrays are weak and become scalars of the common dtype at once, so that no conversion is left in a program.
 */
import { config } from "../core/config.ts";
import { scalar } from "../core/constant.ts";
import { isNDArray, type NDArray } from "../core/ndarray.ts";
import { getExecutor, isConcrete } from "../core/trace.ts";
import { ArgumentError, DTypeError, ShapeError } from "../errors/index.ts";
import { broadcastTo } from "../prims/movement.ts";
import {
  type DType,
  dtypeKind,
  integerRange,
  isComplex,
  isComplexValue,
  isInexact,
  isInteger,
  isTypedArray,
} from "../types/dtype.ts";
import { type Promoted, promote } from "../types/promotion.ts";
import { equalShapes, formatShape, type Shape } from "../types/shape.ts";
import { type ArrayArg, asArray, cast, notAnArray } from "./convert.ts";
import { defaultFloat, defaultInt, inexactDType, numericDType, storedDType, warnOnce } from "./dtypes.ts";

type Item = NDArray | number | bigint;

/** Checked operands; only numbers and bigints are not arrays yet. */
function prepare(name: string, xs: readonly unknown[]): Item[] {
  return xs.map((x, i) => {
    if (isNDArray(x) || typeof x === "number" || typeof x === "bigint") return x;
    if (typeof x === "boolean" || isTypedArray(x) || isComplexValue(x)) return asArray(x);
    throw notAnArray(x, name, i);
  });
}

/** Whether an integer has a place in int32 or in the dtype of an integer array beside it. */
function fitsInteger(value: number | bigint, arrays: readonly NDArray[]): boolean {
  const fits = (dtype: DType): boolean => {
    const [low, high] = integerRange(dtype);
    return value >= low && value <= high;
  };
  return fits(defaultInt()) || arrays.some((x) => isInteger(x.aval.dtype) && fits(x.aval.dtype));
}

/** The type of a number beside arrays: integral ones are weak integers, others weak floats. */
function numberType(value: number | bigint, arrays: readonly NDArray[]): Promoted {
  if (typeof value === "bigint") {
    if (fitsInteger(value, arrays)) return { dtype: defaultInt(), weakType: true };
    throw new ArgumentError({
      what: `the integer ${value} is out of bounds for ${defaultInt()}`,
      fix: "use a number, or an array of a wider dtype",
    });
  }
  const integral = Number.isInteger(value) && !Object.is(value, -0) && arrays.length > 0 && fitsInteger(value, arrays);
  return { dtype: integral ? defaultInt() : defaultFloat(), weakType: true };
}

const order = "biufc";

/** @throws DTypeError where `numpyDtypePromotion` is strict and dtypes differ. */
function checkStrict(types: readonly Promoted[]): void {
  if (config.numpyDtypePromotion !== "strict") return;
  const strong = [...new Set(types.filter((t) => !t.weakType).map((t) => t.dtype))];
  const rank = (dtype: DType): number => order.indexOf(dtypeKind(dtype));
  const mixed = strong.length === 1 && types.some((t) => t.weakType && rank(t.dtype) > Math.max(rank(strong[0]!), 2));
  const ofBooleans = strong.length === 1 && strong[0] === "bool" && types.some((t) => t.weakType);
  if (strong.length < 2 && !mixed && !ofBooleans) return;
  throw new DTypeError({
    what: `Input dtypes (${types.map((t) => `'${t.dtype}'`).join(", ")}) have no available implicit dtype promotion path when numpyDtypePromotion is "strict"`,
    fix: 'convert the operands with astype, or set config.update("numpyDtypePromotion", "standard")',
  });
}

function typeOf(items: readonly Item[]): Promoted {
  const arrays = items.filter(isNDArray);
  const types = items.map((x) => (isNDArray(x) ? x.aval : numberType(x, arrays)));
  if (types.length > 1) checkStrict(types);
  return promote(types, config.enableX64);
}

/** An item in the common type. Known scalars are made anew instead of being converted by an operation. */
function convert(item: Item, { dtype, weakType }: Promoted): NDArray {
  if (!isNDArray(item))
    return scalar(isInteger(dtype) || typeof item === "bigint" ? wrap(item, dtype) : item, dtype, weakType);
  const { aval } = item;
  if (aval.dtype === dtype && aval.weakType === weakType) return item;
  const exact =
    aval.dtype === dtype || isComplex(dtype) || (isInteger(aval.dtype) && (isInteger(dtype) || dtype === "float32"));
  if (exact && aval.shape.length === 0 && isConcrete(item)) {
    const value = getExecutor().scalar(item);
    if (value !== undefined) return scalar(value, dtype, weakType);
  }
  return cast(item, dtype, weakType);
}

/** An integer in the range of a dtype, modulo its size; a number for dtypes that are no integers. */
function wrap(value: number | bigint, dtype: DType): number | bigint {
  if (!isInteger(dtype)) return Number(value);
  const [low, high] = integerRange(dtype);
  if (value >= low && value <= high) return value;
  const size = high - low + 1n;
  const wrapped = (((BigInt(value) - low) % size) + size) % size;
  return wrapped + low;
}

/** The error for arithmetic on arrays that have no values, or on keys. */
function checkArithmetic(name: string, items: readonly Item[]): void {
  const dtypes = items.filter(isNDArray).map((x) => x.aval.dtype);
  if (dtypes.includes("float0")) {
    throw new DTypeError({
      what: `Called ${name} with a float0 array. float0s do not support any operations by design because they are not compatible with non-trivial vector spaces.`,
      fix: "gradients of integers and booleans are float0: differentiate with respect to a float argument",
    });
  }
  if (dtypes.includes("key<fry>") && items.length > 1) {
    const shown = items.map((x) => (isNDArray(x) ? x.aval.dtype : numberType(x, []).dtype)).join(", ");
    throw new DTypeError({
      what: `${name} does not accept dtypes ${shown}.`,
      fix: "keys are opaque: draw numbers with random.normal(key) and the like, or use random.keyData(key)",
    });
  }
}

function promoteTo(name: string, xs: readonly ArrayArg[], change: (dtype: DType) => DType): NDArray[] {
  const items = prepare(name, xs);
  checkArithmetic(name, items);
  const { dtype, weakType } = typeOf(items);
  const target = { dtype: change(dtype), weakType };
  return items.map((x) => convert(x, target));
}

const same = (dtype: DType): DType => dtype;

/** Operands in their common dtype. A result is weak if all of them are. */
export function promoteDTypes(name: string, ...xs: readonly ArrayArg[]): NDArray[] {
  return promoteTo(name, xs, same);
}

/** Operands in the floating point (or complex) dtype that their common dtype leads to. */
export function promoteInexact(name: string, ...xs: readonly ArrayArg[]): NDArray[] {
  return promoteTo(name, xs, inexactDType);
}

/** Operands in their common dtype, booleans as integers. */
export function promoteNumeric(name: string, ...xs: readonly ArrayArg[]): NDArray[] {
  return promoteTo(name, xs, numericDType);
}

function checkRanks(name: string, shapes: readonly Shape[]): void {
  if (config.numpyRankPromotion === "allow") return;
  const text = shapes.map(formatShape).join(" ");
  if (config.numpyRankPromotion === "warn") {
    warnOnce(
      `Following NumPy automatic rank promotion for ${name} on shapes ${text}. Set config.update("numpyRankPromotion", "allow") to disable this warning.`,
    );
    return;
  }
  throw new ShapeError({
    what: `Operands could not be broadcast together for ${name} on shapes ${text} and with the config option numpyRankPromotion="raise"`,
    fix: "add axes of length 1 where they are missing, for example with x.get(null, ellipsis)",
  });
}

/** The shape to which shapes broadcast. @throws ShapeError that names the function. */
export function commonShape(name: string, shapes: readonly Shape[]): Shape {
  const rank = Math.max(...shapes.map((s) => s.length));
  const result = new Array<number>(rank).fill(1);
  for (const shape of shapes) {
    shape.forEach((n, d) => {
      const at = rank - shape.length + d;
      if (result[at] === 1) result[at] = n;
      else if (n !== 1 && n !== result[at]) {
        throw new ShapeError({
          what: `${name} got incompatible shapes for broadcasting: ${shapes.map(formatShape).join(", ")}.`,
          fix: "align the shapes at the right: each pair of lengths must be equal, or one of them 1",
        });
      }
    });
  }
  return result;
}

/**
 * Operands broadcast to one shape; those of rank 0 stay as they are, since primitives accept them beside any shape.
 * @throws ShapeError if shapes do not fit, or if ranks differ while `numpyRankPromotion` is "raise".
 */
export function promoteShapes(name: string, ...xs: readonly NDArray[]): NDArray[] {
  const shapes = xs.map((x) => x.aval.shape).filter((s) => s.length > 0);
  const first = shapes[0];
  if (first === undefined || shapes.every((s) => equalShapes(s, first))) return [...xs];
  if (shapes.some((s) => s.length !== first.length))
    checkRanks(
      name,
      xs.map((x) => x.aval.shape),
    );
  const shape = commonShape(name, shapes);
  return xs.map((x) => (x.aval.shape.length === 0 ? x : broadcastTo(x, shape)));
}

/** Whether two operands can go into a primitive as they are: the common case, tested cheaply. */
function alike(x: ArrayArg, y: ArrayArg): boolean {
  if (!isNDArray(x) || !isNDArray(y)) return false;
  const a = x.aval;
  const b = y.aval;
  return (
    a.dtype === b.dtype &&
    a.weakType === b.weakType &&
    dtypeKind(a.dtype) !== "o" &&
    storedDType(a.dtype) === a.dtype &&
    (a.shape.length === 0 || b.shape.length === 0 || equalShapes(a.shape, b.shape))
  );
}

/** A number beside a strongly typed array that decides the dtype, as a scalar; undefined where it is not that simple. */
function besides(x: ArrayArg, n: ArrayArg): NDArray | undefined {
  if (typeof n !== "number" || !isNDArray(x) || x.aval.weakType) return undefined;
  const { dtype } = x.aval;
  if (dtype === "float32" || (dtype === "int32" && (n | 0) === n && !Object.is(n, -0))) return scalar(n, dtype);
  return undefined;
}

/** Two operands that need no promotion, or only that of a number: the common cases, found cheaply. */
function quick(xs: readonly ArrayArg[]): NDArray[] | undefined {
  if (xs.length !== 2) return undefined;
  const [x, y] = xs as readonly [ArrayArg, ArrayArg];
  if (alike(x, y)) return [x as NDArray, y as NDArray];
  const right = besides(x, y);
  if (right !== undefined) return [x as NDArray, right];
  const left = besides(y, x);
  return left === undefined ? undefined : [left, y as NDArray];
}

/** Operands of one dtype and one shape (or rank 0), as elementwise functions want them. `name` stands in errors. */
export function promoteArgs(name: string, ...xs: readonly ArrayArg[]): NDArray[] {
  return quick(xs) ?? promoteShapes(name, ...promoteDTypes(name, ...xs));
}

/** The same, in a floating point (or complex) dtype. */
export function promoteArgsInexact(name: string, ...xs: readonly ArrayArg[]): NDArray[] {
  const found = quick(xs);
  if (found !== undefined && isInexact(found[0]!.aval.dtype)) return found;
  return promoteShapes(name, ...promoteInexact(name, ...xs));
}

/** The same, booleans as integers. */
export function promoteArgsNumeric(name: string, ...xs: readonly ArrayArg[]): NDArray[] {
  const found = quick(xs);
  if (found !== undefined && found[0]!.aval.dtype !== "bool") return found;
  return promoteShapes(name, ...promoteNumeric(name, ...xs));
}
