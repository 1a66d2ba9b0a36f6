/** Functions of the host on complex arrays, which programs hold as planes. */
import type { HostFunction } from "../core/primitive.ts";
import type { Aval } from "../types/aval.ts";
import { isComplex, newTypedArray, type TypedArray } from "../types/dtype.ts";

/** A host function of whole arrays as one of their planes: an array's memory is its planes, one after the other. */
export function ofPlanes(host: HostFunction, operands: readonly Aval[], results: readonly Aval[]): HostFunction {
  return (data) => {
    let next = 0;
    const whole = operands.map(({ dtype }): TypedArray => {
      const first = data[next++]!;
      if (!isComplex(dtype)) return first;
      const joined = newTypedArray(dtype, first.length);
      joined.set(first as never);
      joined.set(data[next++]! as never, first.length);
      return joined;
    });
    return host(whole).flatMap((y, i) =>
      isComplex(results[i]!.dtype) ? [y.slice(0, y.length / 2), y.slice(y.length / 2)] : [y],
    );
  };
}
