/** Descriptions of arrays without elements, for tracing. */
import { DTypeError } from "../errors/index.ts";
import type { Aval } from "../types/aval.ts";
import { checkDType, type DType, narrowDType } from "../types/dtype.ts";
import { formatShape, type Shape, sizeOf } from "../types/shape.ts";
import { showAsText } from "../util/inspect.ts";
import { config } from "./config.ts";

/**
 * Shape and dtype of an array that need not exist. `evalShape` returns them; `makeJaxpr`, `evalShape`, `linearTranspose`
 * and `jit(f).lower` accept them in place of arrays.
 * @example evalShape(f, new ShapeDtypeStruct([3, 2], "float32"))
 */
export class ShapeDtypeStruct {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly weakType: boolean;

  /** @throws DTypeError for an unknown dtype. */
  constructor(shape: Shape, dtype: DType, options: { readonly weakType?: boolean } = {}) {
    if (!Array.isArray(shape) || shape.some((n) => !Number.isInteger(n) || n < 0)) {
      throw new DTypeError({
        what: `a shape is a list of sizes, but got ${String(shape)}`,
        fix: 'write new ShapeDtypeStruct([2, 3], "float32")',
      });
    }
    const checked = checkDType(dtype);
    this.shape = Object.freeze([...shape]);
    this.dtype = config.enableX64 ? checked : narrowDType(checked);
    this.weakType = options.weakType ?? false;
  }

  get ndim(): number {
    return this.shape.length;
  }
  get size(): number {
    return sizeOf(this.shape);
  }
  /** @internal */
  get aval(): Aval {
    return { shape: this.shape, dtype: this.dtype, weakType: this.weakType };
  }
  toString(): string {
    return `ShapeDtypeStruct(shape=${formatShape(this.shape)}, dtype=${this.dtype}${this.weakType ? ", weak_type=True" : ""})`;
  }

  static {
    showAsText(ShapeDtypeStruct);
  }
}
