/** All classes of errors. */
export { AdjointError, type ErrorParts } from "./base.ts";
export { checkOptions } from "./options.ts";
export {
  AsyncFunctionError,
  ConcretizationTypeError,
  NonConcreteBooleanIndexError,
  TracerArrayConversionError,
  TracerBoolConversionError,
  TracerIntegerConversionError,
  UnexpectedTracerError,
} from "./tracer.ts";
export {
  ArgumentError,
  AxisError,
  BackendError,
  CheckError,
  DeletedArrayError,
  DTypeError,
  DuplicateLibraryError,
  FloatingPointError,
  IndexingError,
  JaxprSyntaxError,
  JaxprTypeError,
  MemoryLimitError,
  OperatorError,
  OptionError,
  ShapeError,
  TransformError,
  TreeError,
  UnboundAxisError,
} from "./usage.ts";
