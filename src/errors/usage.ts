/** Failures of use: shapes, dtypes, axes, options, trees, indices, memory. */
import { AdjointError } from "./base.ts";

/** Shapes that do not fit together, or a result of the wrong shape. */
export class ShapeError extends AdjointError {}

/** A dtype that the operation does not accept, or dtypes that must be equal and are not. */
export class DTypeError extends AdjointError {}

/** An axis out of range, repeated, or of the wrong kind. */
export class AxisError extends AdjointError {}

/** An option that does not exist, or a value that it does not take. */
export class OptionError extends AdjointError {}

/** A pytree of the wrong structure. */
export class TreeError extends AdjointError {}

/** An index of the wrong kind or number. */
export class IndexingError extends AdjointError {}

/**
 * An argument of the wrong kind or number: a value that cannot become an array, something else where a function is wanted,
 * argument numbers that the call has no argument for.
 */
export class ArgumentError extends AdjointError {}

/** JavaScript's operators (`+`, `-x`, `x > 0`) applied to an array: they do not compute with arrays. */
export class OperatorError extends AdjointError {}

/** A transformation that an operation does not support: a derivative that does not exist, a missing batching rule. */
export class TransformError extends AdjointError {}

/** The name of a mapped axis, as in `lax.psum(x, "i")`, where no `vmap` with this name is at work. NameError in JAX. */
export class UnboundAxisError extends AdjointError {}

/** A jaxpr or program that breaks the rules of its language. */
export class JaxprTypeError extends AdjointError {}

/** A text that is not a jaxpr. */
export class JaxprSyntaxError extends AdjointError {}

/** An array whose memory was given away (donated) or deleted. */
export class DeletedArrayError extends AdjointError {}

/** No memory left, or a request above the limit of the backend. */
export class MemoryLimitError extends AdjointError {}

/** Something that this backend cannot do: a dtype it cannot store, an operation it has no kernel for. */
export class BackendError extends AdjointError {}

/** A second copy of the library met an array of the first. */
export class DuplicateLibraryError extends AdjointError {}

/** A `check` that failed: thrown where it stands, or by `error.throw()` of `checkify`. */
export class CheckError extends AdjointError {}

/** `debugNans` or `debugInfs` is on and an operation produced a NaN or an infinity. */
export class FloatingPointError extends AdjointError {}
