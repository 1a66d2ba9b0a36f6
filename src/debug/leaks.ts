/** Looking for tracers that outlive their transformation: `debug.checkingLeaks`. */
import { config } from "../core/config.ts";

/**
 * Runs `body` with `config.checkTracerLeaks` on: when a transformation ends inside of it, tracers that something still holds
 * are an error that names the lines where they were made, also if nobody uses them. Slow: it collects garbage each time. Only
 * in Node, where a program may ask for that; elsewhere nothing is found.
 *
 * @throws UnexpectedTracerError if a tracer has leaked.
 * @example debug.checkingLeaks(() => jit((x: NDArray) => x.mul(2))(3));
 */
export function checkingLeaks<T>(body: () => T): T {
  return config.using({ checkTracerLeaks: true }, body);
}
