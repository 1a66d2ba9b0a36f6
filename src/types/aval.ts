/** Abstract values: what is known of an array while a function is traced. */
import { type DType, planeCount, shortDType, tangentDType } from "./dtype.ts";
import { equalShapes, type Shape } from "./shape.ts";

/**
 * Shape and dtype of an array. `weakType` marks values that come from JavaScript's numbers, whose dtype gives way to
 * that of the array beside them.
 */
export interface Aval {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly weakType: boolean;
}

/** An abstract value; strongly typed unless said otherwise. */
export function makeAval(shape: Shape, dtype: DType, weakType = false): Aval {
  return { shape, dtype, weakType };
}

/** Whether shape and dtype agree (weak types may differ). */
export function sameType(a: Aval, b: Aval): boolean {
  return a.dtype === b.dtype && equalShapes(a.shape, b.shape);
}

/** `float32[2,3]`, as error messages write it. */
export function formatAval(aval: Aval): string {
  return `${aval.dtype}[${aval.shape.join(",")}]`;
}

/** `f32[2,3]`, as jaxprs write it. */
export function shortAval(aval: Aval): string {
  return `${shortDType(aval.dtype)}[${aval.shape.join(",")}]`;
}

/** The abstract value of tangents and cotangents: float0 for integers and booleans. */
export function tangentAval(aval: Aval): Aval {
  const dtype = tangentDType(aval.dtype);
  return dtype === aval.dtype ? aval : { ...aval, dtype };
}

/** How many planes values of these types have together. */
export function planesOf(avals: readonly Aval[]): number {
  return avals.reduce((sum, { dtype }) => sum + planeCount(dtype), 0);
}

/** The same type with another shape. */
export function withShape(aval: Aval, shape: Shape): Aval {
  return { shape, dtype: aval.dtype, weakType: aval.weakType };
}

const numbers = new WeakMap<Aval, number>();
const numbersByText = new Map<string, number>();

/** A number for each distinct type (shape, dtype and weak type), for cache keys. */
export function avalNumber(aval: Aval): number {
  let n = numbers.get(aval);
  if (n === undefined) {
    const text = `${aval.dtype} ${aval.weakType} ${aval.shape.join()}`;
    n = numbersByText.get(text);
    if (n === undefined) {
      n = numbersByText.size;
      numbersByText.set(text, n);
    }
    numbers.set(aval, n);
  }
  return n;
}
