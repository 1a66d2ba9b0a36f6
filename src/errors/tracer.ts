/** Failures that come from treating a traced value as if its numbers were known. JAX's names. */
import { AdjointError } from "./base.ts";

/** A value was needed while a function is traced, and a traced value has none. */
export class ConcretizationTypeError extends AdjointError {}

/** A traced value, or an array of more than one element, stood where JavaScript wants true or false. */
export class TracerBoolConversionError extends ConcretizationTypeError {}

/** A traced value was converted to numbers: `tolist()`, `toTypedArray()`. */
export class TracerArrayConversionError extends ConcretizationTypeError {}

/** A traced value was used as an index, a size or an axis, which must be known while tracing. */
export class TracerIntegerConversionError extends ConcretizationTypeError {}

/** A boolean mask used as an index must be known while tracing, since the size of the result depends on it. */
export class NonConcreteBooleanIndexError extends ConcretizationTypeError {}

/** A tracer was used after the transformation that made it had ended: it leaked through a side effect. */
export class UnexpectedTracerError extends AdjointError {}

/** An async function, or one that returns a promise, was given to a transformation. */
export class AsyncFunctionError extends AdjointError {}
