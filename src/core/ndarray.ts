/**
 * NDArray: the one class of array values, concrete or traced. It holds what is known (`aval`), the trace that made it,
 * and a payload that only that trace looks into: memory for the root trace, a variable for staging, a primal with its
 * tangent for jvp, a value with its batch dimension for vmap. All places that dispatch see one hidden class.
 *
 * Methods (`add`, `get`, `item`, ...) are declared in `methods.ts` and installed by the room `array`.
 */
import type { Aval } from "../types/aval.ts";
import type { DType } from "../types/dtype.ts";
import { type Shape, sizeOf } from "../types/shape.ts";
import type { Trace } from "./trace.ts";

/** Arrays of any copy of the library carry this brand, so that a second copy can be told apart from a wrong argument. */
export const brand: unique symbol = Symbol.for("adjoint.NDArray");

/**
 * An array: numbers of one dtype in a shape. It cannot be changed; each operation makes a new one. `jnp.array`, `jnp.zeros` and
 * the like make arrays, and what a transformation calls a function with has the same methods. For what has no method there
 * are the functions of `jnp`.
 */
export class NDArray {
  /** @internal */
  readonly aval: Aval;
  /** @internal */
  readonly trace: Trace;
  /** @internal */
  readonly payload: unknown;

  /** @internal Users make arrays with `jnp.array`, `jnp.zeros` and the like. */
  constructor(aval: Aval, trace: Trace, payload: unknown) {
    this.aval = aval;
    this.trace = trace;
    this.payload = payload;
  }

  /** The lengths of the axes. */
  get shape(): Shape {
    return this.aval.shape;
  }
  /** The type of the elements. */
  get dtype(): DType {
    return this.aval.dtype;
  }
  /** Whether the dtype gives way to that of other operands, as for values made from JavaScript's numbers. */
  get weakType(): boolean {
    return this.aval.weakType;
  }
  /** The number of axes. */
  get ndim(): number {
    return this.aval.shape.length;
  }
  /** The number of elements. */
  get size(): number {
    return sizeOf(this.aval.shape);
  }
}

Object.defineProperty(NDArray.prototype, brand, { value: true });

/** Whether a value is an array of this copy of the library. */
export function isNDArray(value: unknown): value is NDArray {
  return value instanceof NDArray;
}
