/**
 * `check`: a condition that must hold. Outside of compiled programs it is looked at where it stands; inside of them
 * `checkify` turns it into a value. Operands are the predicate and what the message shows.
 */
import type { NDArray } from "../core/ndarray.ts";
import { defineManyPrimitive, type ManyOperation } from "../core/primitive.ts";
import { TransformError } from "../errors/index.ts";
import { type Aval, withShape } from "../types/aval.ts";
import { sliceElements, type TypedArray } from "../types/dtype.ts";
import { sizeOf } from "../types/shape.ts";
import { inserted, range, without } from "../util/list.ts";
import { broadcastInDim, moveaxis } from "./movement.ts";

export interface CheckParams {
  /** The number of the message; see `checkify`. */
  readonly site: number;
  /** The error of a failed check, from what the message shows. */
  readonly failure: (payload: readonly TypedArray[], avals: readonly Aval[]) => Error;
}

function batched(x: NDArray, dim: number | null, size: number): NDArray {
  if (dim !== null) return moveaxis(x, dim, 0);
  const shape = inserted(x.aval.shape, 0, size);
  return broadcastInDim(x, { shape, broadcastDimensions: without(range(shape.length), 0) });
}

export const check: ManyOperation<CheckParams> = /* @__PURE__ */ defineManyPrimitive<CheckParams>({
  name: "check",
  types: () => [],
  jvp: (primals, _tangents, params) => [check(primals, params), []],
  transpose: (_cotangents, operands) => operands.map(() => null),
  // The predicate's axes are those of batches: they lead in all operands.
  batch: (axis, operands, dims, params) => [
    check(
      operands.map((x, i) => batched(x, dims[i]!, axis.size)),
      params,
    ),
    [],
  ],
  effects: () => ["check"],
  lower: {
    kind: "callback",
    host: ({ failure }, [predicate, ...avals], compiled) => {
      if (compiled) {
        throw new TransformError({
          what: "Cannot abstractly evaluate a check which was not functionalized. This probably means you tried to stage (jit/scan/...) a `check` without functionalizing it through `checkify`.",
          fix: "write jit(checkify(f)) and look at the error that it returns, or call f without jit",
        });
      }
      const axes = predicate!.shape.length;
      return ([holds, ...payload]) => {
        const failed = (holds as Uint8Array).indexOf(0);
        if (failed < 0) return [];
        const rows = avals.map((aval) => withShape(aval, aval.shape.slice(axes)));
        throw failure(
          payload.map((data, i) => {
            const { dtype, shape } = rows[i]!;
            return sliceElements(data, dtype, failed * sizeOf(shape), (failed + 1) * sizeOf(shape));
          }),
          rows,
        );
      };
    },
  },
  laws: { cases: [] },
});
