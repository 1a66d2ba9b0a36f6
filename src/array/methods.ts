/// <reference lib="esnext.disposable" preserve="true" />
/**
 * The methods of NDArray: a closed set with short names, for what people chain. Each is a function of this room with the
 * array as its first argument; the types stand `install.ts` puts the functions onto the prototype.
 */
import type { DType, TypedArray } from "../types/dtype.ts";
import type { Shape } from "../types/shape.ts";
import type { DotOptions } from "./contraction.ts";
import type { ArrayArg } from "./convert.ts";
import type { Index } from "./indices.ts";
import type { NestedScalars, Scalar } from "./read.ts";
import type { ExtremeOptions, LogicalReduceOptions, ReduceOptions } from "./reduction.ts";
import type { ArgOptions, CumulativeOptions } from "./running.ts";
import type { Axis } from "./static.ts";
import type { MeanOptions, VarianceOptions } from "./statistics.ts";
import type { Updater } from "./update.ts";

declare module "../core/ndarray.ts" {
  interface NDArray {
    /** this + y, broadcast; `jnp.add`. @throws ShapeError if the shapes do not fit. @example x.add(1) */
    add(y: ArrayArg): NDArray;
    /** this - y, broadcast; `jnp.subtract`. @throws ShapeError if the shapes do not fit. @example x.sub(y) */
    sub(y: ArrayArg): NDArray;
    /** this times y, element by element, broadcast; `jnp.multiply`. @throws ShapeError if the shapes do not fit. @example x.mul(2) */
    mul(y: ArrayArg): NDArray;
    /** this / y, floating point, broadcast; `jnp.divide`. @throws ShapeError if the shapes do not fit. @example x.div(x.sum()) */
    div(y: ArrayArg): NDArray;
    /** The remainder of this / y with the sign of y; `jnp.remainder`. @throws ShapeError if the shapes do not fit. @example i.mod(3) */
    mod(y: ArrayArg): NDArray;
    /** The quotient rounded down; `jnp.floorDivide`. @throws ShapeError if the shapes do not fit. @example i.floorDivide(2) */
    floorDivide(y: ArrayArg): NDArray;
    /**
     * this to the power y; `jnp.power`. A whole number is applied by repeated squaring.
     * @throws DTypeError for integers to a negative number. @throws ShapeError if the shapes do not fit. @example x.pow(2)
     */
    pow(y: ArrayArg): NDArray;
    /** -this; `jnp.negative`. @throws DTypeError for booleans. @example x.neg() */
    neg(): NDArray;
    /** The absolute value; `jnp.abs`. @example x.abs().max() */
    abs(): NDArray;
    /** e to the power this; `jnp.exp`. @example x.exp() */
    exp(): NDArray;
    /** The natural logarithm; `jnp.log`. -inf at 0, NaN below. @example x.log() */
    log(): NDArray;
    /** The square root; `jnp.sqrt`. NaN below 0. @example x.sqrt() */
    sqrt(): NDArray;
    /** The hyperbolic tangent; `jnp.tanh`. @example x.tanh() */
    tanh(): NDArray;

    /** Whether elements are equal; booleans; `jnp.equal`. @throws ShapeError if the shapes do not fit. @example x.equal(0) */
    equal(y: ArrayArg): NDArray;
    /** Whether elements differ; booleans; `jnp.notEqual`. @throws ShapeError if the shapes do not fit. @example x.notEqual(0) */
    notEqual(y: ArrayArg): NDArray;
    /** this < y; booleans; `jnp.less`. @throws ShapeError if the shapes do not fit. @example x.less(0) */
    less(y: ArrayArg): NDArray;
    /** this <= y; booleans; `jnp.lessEqual`. @throws ShapeError if the shapes do not fit. @example x.lessEqual(0) */
    lessEqual(y: ArrayArg): NDArray;
    /** this > y; booleans; `jnp.greater`. @throws ShapeError if the shapes do not fit. @example x.greater(0) */
    greater(y: ArrayArg): NDArray;
    /** this >= y; booleans; `jnp.greaterEqual`. @throws ShapeError if the shapes do not fit. @example x.greaterEqual(0) */
    greaterEqual(y: ArrayArg): NDArray;
    /** Both, for booleans; bit by bit for integers; `jnp.bitwiseAnd`. @throws DTypeError for floats. @example x.greater(0).and(x.less(1)) */
    and(y: ArrayArg): NDArray;
    /** Either, for booleans; bit by bit for integers; `jnp.bitwiseOr`. @throws DTypeError for floats. @example a.or(b) */
    or(y: ArrayArg): NDArray;
    /** Exactly one, for booleans; bit by bit for integers; `jnp.bitwiseXor`. @throws DTypeError for floats. @example a.xor(b) */
    xor(y: ArrayArg): NDArray;
    /** Not, for booleans; bit by bit for integers; `jnp.bitwiseNot`. @throws DTypeError for floats. @example mask.not() */
    not(): NDArray;

    /**
     * The sum over axes, or of all elements; `jnp.sum`. Options: axis, keepdims, where, initial, dtype, promoteIntegers.
     * @throws AxisError if an axis does not exist. @example x.sum(0)
     */
    sum(axis?: Axis | ReduceOptions, options?: ReduceOptions): NDArray;
    /** The product over axes; `jnp.prod`. Options as for `sum`. @throws AxisError if an axis does not exist. @example x.prod() */
    prod(axis?: Axis | ReduceOptions, options?: ReduceOptions): NDArray;
    /** The mean over axes; `jnp.mean`. Options: axis, keepdims, where, dtype. @throws AxisError if an axis does not exist. @example x.mean(-1) */
    mean(axis?: Axis | MeanOptions, options?: MeanOptions): NDArray;
    /** The variance over axes; `jnp.var`. Options: those of `mean`, ddof, mean. @throws AxisError if an axis does not exist. @example x.var({ ddof: 1 }) */
    var(axis?: Axis | VarianceOptions, options?: VarianceOptions): NDArray;
    /** The standard deviation over axes; `jnp.std`. Options as for `var`. @throws AxisError if an axis does not exist. @example x.std(0) */
    std(axis?: Axis | VarianceOptions, options?: VarianceOptions): NDArray;
    /**
     * The largest element over axes; `jnp.max`. Options: axis, keepdims, where, initial.
     * @throws ShapeError over no elements. @throws AxisError if an axis does not exist. @example x.max(1)
     */
    max(axis?: Axis | ExtremeOptions, options?: ExtremeOptions): NDArray;
    /** The smallest element over axes; `jnp.min`. Options and errors as for `max`. @example x.min() */
    min(axis?: Axis | ExtremeOptions, options?: ExtremeOptions): NDArray;
    /** The position of the largest element; `jnp.argmax`. Options: axis, keepdims. @throws ShapeError over no elements. @example logits.argmax(-1) */
    argmax(axis?: number | null | ArgOptions, options?: ArgOptions): NDArray;
    /** The position of the smallest element; `jnp.argmin`. Options and errors as for `argmax`. @example x.argmin() */
    argmin(axis?: number | null | ArgOptions, options?: ArgOptions): NDArray;
    /** Whether any element is not zero; `jnp.any`. Options: axis, keepdims, where. @throws AxisError if an axis does not exist. @example mask.any() */
    any(axis?: Axis | LogicalReduceOptions, options?: LogicalReduceOptions): NDArray;
    /** Whether no element is zero; `jnp.all`. Options and errors as for `any`. @example mask.all(0) */
    all(axis?: Axis | LogicalReduceOptions, options?: LogicalReduceOptions): NDArray;
    /** Running sums along an axis, or of all elements; `jnp.cumsum`. Options: axis, dtype. @throws AxisError if the axis does not exist. @example x.cumsum(0) */
    cumsum(axis?: number | null | CumulativeOptions, options?: CumulativeOptions): NDArray;

    /**
     * The same elements under another shape; `jnp.reshape`. One length may be -1.
     * @throws ShapeError if the sizes differ. @example x.reshape(2, -1)
     */
    reshape(...shape: readonly number[] | readonly [Shape]): NDArray;
    /** All elements as a vector; `jnp.ravel`. @example x.ravel() */
    ravel(): NDArray;
    /** All elements as a vector, as `ravel`. @example x.flatten() */
    flatten(): NDArray;
    /** The axes in another order, or reversed; `jnp.transpose`. @throws AxisError if it is no permutation. @example x.transpose(1, 0, 2) */
    transpose(...axes: readonly number[] | readonly [readonly number[] | null]): NDArray;
    /** The axes reversed. @example X.T */
    readonly T: NDArray;
    /** The last two axes exchanged. @throws ShapeError for fewer than two axes. @example batch.mT */
    readonly mT: NDArray;
    /** Without axes of length 1: those named, or all; `jnp.squeeze`. @throws ShapeError if an axis is longer. @example x.get(null).squeeze(0) */
    squeeze(axis?: Axis): NDArray;
    /** With two axes exchanged; `jnp.swapaxes`. @throws AxisError if one does not exist. @example x.swapaxes(0, 1) */
    swapaxes(axis1: number, axis2: number): NDArray;
    /** The same values in another dtype. @throws DTypeError for an unknown one. @example x.astype("int32") */
    astype(dtype: DType): NDArray;
    /** Limited to an interval; either bound may be left out; `jnp.clip`. @example x.clip(0, 1) */
    clip(min?: ArrayArg | null, max?: ArrayArg | null): NDArray;
    /** Rounded to a number of decimals, halves to even; `jnp.round`. @example x.round(2) */
    round(decimals?: number): NDArray;

    /** The dot product, by `jnp.dot`'s rules. @throws ShapeError if the summed axes differ. @example X.dot(w) */
    dot(y: ArrayArg, options?: DotOptions): NDArray;
    /** The matrix product over the last two axes; `jnp.matmul`: Python's `x @ y`. @throws ShapeError if the shapes do not fit. @example X.matmul(W) */
    matmul(y: ArrayArg, options?: DotOptions): NDArray;

    /**
     * The elements at an index, as NumPy's `x[...]`: integers, `slice(start, stop, step)`, `null` for a new axis, `ellipsis`, arrays or lists
     * of integers, masks. Indices outside are clamped.
     * @throws IndexingError for too many entries, or entries of the wrong kind. @throws NonConcreteBooleanIndexError for traced masks.
     * @example
     * x.get(0)                        // x[0]
     * x.get(slice(1, 3), -1)          // x[1:3, -1]
     * x.get(ellipsis, null)           // x[..., None]
     */
    get(...index: readonly Index[]): NDArray;
    /**
     * Places to be updated, in a new array: JAX's `x.at[...]`. Reading is `get`; JavaScript's own `at` of lists reads, this one does not.
     * @example
     * x.at(0).set(1)
     * counts.at(ids).add(1)
     */
    at(...index: readonly Index[]): Updater;

    /**
     * The one element of an array of size 1, or the one at a flat position: a number, a boolean, a bigint for 64-bit integers, `{ re, im }` for
     * complex numbers. The type parameter says which; numbers by default.
     * @throws ConcretizationTypeError while traced. @throws ShapeError for several elements. @example loss(w).item()
     */
    item<T extends Scalar = number>(index?: number): T;
    /** The elements as nested lists. @throws TracerArrayConversionError while traced. @example x.tolist() */
    tolist<T = NestedScalars>(): T;
    /** A copy of the elements, row by row. @throws TracerArrayConversionError while traced. @example x.toTypedArray() */
    toTypedArray(): TypedArray;
    /** NumPy's `str`; while traced, the type. @example x.toString() // "[1. 2. 3.]" */
    toString(): string;
    /** The elements as nested lists, for JSON.stringify. @throws TracerArrayConversionError while traced. */
    toJSON(): NestedScalars;

    /** An array of the same elements with memory of its own. @example x.copy() */
    copy(): NDArray;
    /** Returns the memory at once; using the array afterwards is an error. Nobody needs it. @throws ConcretizationTypeError while traced. */
    delete(): void;
    /** Whether the elements are gone, by `delete` or donation. */
    isDeleted(): boolean;
    /** Waits until the elements have been computed. @example await x.blockUntilReady() */
    blockUntilReady(): Promise<NDArray>;
    /** `using x = ...`: deletes the array at the end of the block. */
    [Symbol.dispose](): void;
    /** The rows along the first axis. @throws IndexingError for an array of rank 0. @example const [a, b] = x */
    [Symbol.iterator](): Generator<NDArray, void, undefined>;
    /** A known array of one element as a number, any array as text; else an error that names the method to use. */
    [Symbol.toPrimitive](hint: "number"): number;
    [Symbol.toPrimitive](hint: "string"): string;
    [Symbol.toPrimitive](hint: string): number | string;
  }
}
