/** V8's own, which the notebooks' runner asks for. */
interface ErrorConstructor {
  stackTraceLimit?: number;
}
