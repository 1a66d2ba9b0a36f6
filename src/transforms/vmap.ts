/** Vectorisation: operations on one example become operations on a batch. */
import { axisEffect, withAxis } from "../core/axis.ts";
import { evaluate } from "../core/evaluate.ts";
import { type Jaxpr, memoised } from "../core/jaxpr.ts";
import { NDArray } from "../core/ndarray.ts";
import type { BatchAxis, BatchDimension, Primitive } from "../core/primitive.ts";
import { bind, currentTrace, Trace, untilEnd, withTrace } from "../core/trace.ts";
import { broadcastInDim, moveaxis } from "../prims/movement.ts";
import { withShape } from "../types/aval.ts";
import { bits, inserted, range, without } from "../util/list.ts";
import { stageClosed } from "./stage.ts";

/** The payload of a batched tracer. */
interface Batched {
  readonly value: NDArray;
  readonly dim: number;
}

/** A value repeated along a new axis. */
export function batchAt(x: NDArray, size: number, at: number): NDArray {
  const shape = inserted(x.aval.shape, at, size);
  return broadcastInDim(x, { shape, broadcastDimensions: without(range(shape.length), at) });
}

class BatchTrace extends Trace {
  private readonly parent: Trace;
  readonly axis: BatchAxis;
  constructor(parent: Trace, axis: BatchAxis, description: string) {
    super(description);
    this.parent = parent;
    this.axis = axis;
  }

  override origin(x: NDArray): string | undefined {
    const { value } = x.payload as Batched;
    return value.trace.origin(value);
  }

  process<P>(primitive: Primitive<P>, operands: readonly NDArray[], params: P): NDArray[] {
    const values: NDArray[] = [];
    const dims: BatchDimension[] = [];
    let batched = false;
    for (const x of operands) {
      if (x.trace === this) {
        const { value, dim } = x.payload as Batched;
        values.push(value);
        dims.push(dim);
        batched = true;
      } else {
        values.push(x);
        dims.push(null);
      }
    }
    return withTrace(this.parent, () => {
      if (!batched && !this.isNamedIn(primitive, params)) return bind(primitive, values, params);
      const [results, resultDims] =
        primitive.batch === "elementwise"
          ? batchElementwise(primitive, this.axis.size, values, dims, params)
          : primitive.batch(this.axis, values, dims, params);
      return results.map((y, i) => this.wrap(y, resultDims[i]!));
    });
  }

  /** Whether the operation refers to this axis by name, so that it must be handled here also with unbatched operands. */
  private isNamedIn<P>(primitive: Primitive<P>, params: P): boolean {
    if (this.axis.name === undefined || primitive.effects === undefined) return false;
    return primitive.effects(params).includes(axisEffect(this.axis.name));
  }

  wrap(value: NDArray, dim: BatchDimension): NDArray {
    if (dim === null) return value;
    const aval = withShape(value.aval, without(value.aval.shape, dim));
    return this.note(new NDArray(aval, this, { value, dim } satisfies Batched));
  }

  unwrap(x: NDArray): [NDArray, BatchDimension] {
    if (x.trace !== this) return [x, null];
    const { value, dim } = x.payload as Batched;
    return [value, dim];
  }
}

/** Elementwise operations: batch dimensions go to the front, operands of rank 0 stay beside arrays. */
function batchElementwise<P>(
  primitive: Primitive<P>,
  size: number,
  operands: readonly NDArray[],
  dims: readonly BatchDimension[],
  params: P,
): [NDArray[], BatchDimension[]] {
  const ranks = operands.map((x, i) => x.aval.shape.length - (dims[i] === null ? 0 : 1));
  const rank = Math.max(...ranks);
  const first = dims[0]!;
  const aligned =
    first !== null &&
    operands.every(
      (x, i) => (dims[i] === first && ranks[i] === rank) || (dims[i] === null && x.aval.shape.length === 0),
    );
  if (aligned)
    return [
      bind(primitive, operands, params),
      primitive.multipleResults ? batchDims(primitive, operands, params, first) : [first],
    ];
  const example = operands.findIndex((_, i) => ranks[i] === rank);
  const exampleShape =
    dims[example] === null ? operands[example]!.aval.shape : without(operands[example]!.aval.shape, dims[example]!);
  const prepared = operands.map((x, i) => {
    const dim = dims[i]!;
    if (dim === null) return x.aval.shape.length === 0 ? x : batchAt(x, size, 0);
    if (ranks[i] === rank) return moveaxis(x, dim, 0);
    return broadcastInDim(x, { shape: [size, ...exampleShape], broadcastDimensions: [0] });
  });
  const results = bind(primitive, prepared, params);
  return [results, results.map(() => 0)];
}

function batchDims<P>(primitive: Primitive<P>, operands: readonly NDArray[], params: P, dim: number): BatchDimension[] {
  return primitive
    .types(
      operands.map((x) => x.aval),
      params,
    )
    .map(() => dim);
}

/**
 * Maps a function of flat arguments over the given dimensions. Results have their batch dimension where the rules left
 * it, or null if they do not depend on the batch.
 */
export function vmapFlat(
  f: (args: readonly NDArray[]) => readonly NDArray[],
  args: readonly NDArray[],
  dims: readonly BatchDimension[],
  axis: BatchAxis,
  description = "vmap",
): [NDArray[], BatchDimension[]] {
  const trace = new BatchTrace(currentTrace(), axis, description);
  return untilEnd([trace], () => {
    try {
      const outputs = withAxis(axis.name, axis.size, () =>
        withTrace(trace, () => f(args.map((x, i) => trace.wrap(x, dims[i]!)))),
      );
      const pairs = outputs.map((y) => trace.unwrap(y));
      return [pairs.map((p) => p[0]), pairs.map((p) => p[1])];
    } finally {
      trace.live = false;
    }
  });
}

/** A result with its batch dimension at `to`; repeated along it if it has none. */
export function materialiseBatch(x: NDArray, dim: BatchDimension, size: number, to: number): NDArray {
  return dim === null ? batchAt(x, size, to) : moveaxis(x, dim, to);
}

/** A closed jaxpr over batches: batched arguments and results have their batch dimension in front. */
export interface BatchedJaxpr {
  readonly jaxpr: Jaxpr;
  readonly batchedOut: readonly boolean[];
}

/** Batches a closed jaxpr. `force` asks for some results to be batched even if they do not depend on the batch. */
export function batchJaxpr(
  jaxpr: Jaxpr,
  axis: BatchAxis,
  batched: readonly boolean[],
  force: readonly boolean[],
): BatchedJaxpr {
  const key = `batch ${axis.size} ${axis.name ?? ""} ${bits(batched)} ${bits(force)}`;
  return memoised(jaxpr, key, () => {
    let batchedOut: boolean[] = [];
    const result = stageClosed(
      (args) => {
        const dims = batched.map((b) => (b ? 0 : null));
        const [ys, resultDims] = vmapFlat((xs) => evaluate(jaxpr, xs), args, dims, axis);
        batchedOut = resultDims.map((d, i) => d !== null || force[i]!);
        return ys.map((y, i) => (batchedOut[i] ? materialiseBatch(y, resultDims[i]!, axis.size, 0) : y));
      },
      jaxpr.inputs.map((v, i) => (batched[i] ? withShape(v.aval, [axis.size, ...v.aval.shape]) : v.aval)),
      "vmap",
    );
    return { jaxpr: result, batchedOut };
  });
}
