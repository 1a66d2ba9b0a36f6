/** Loops and branches: programs inside the program, over memory that the trips share. */
import type { Expr } from "../core/expr.ts";
import type { Jaxpr } from "../core/jaxpr.ts";
import type { LoopLowering, WhileLowering } from "../core/primitive.ts";
import { type Aval, withShape } from "../types/aval.ts";
import { sizeOf } from "../types/shape.ts";
import { flattenCalls } from "./inline.ts";
import { type Lowering, lowerEquations } from "./lower.ts";
import { type Place, placedValue, Value } from "./value.ts";

/** Operands are computed before the loop, not again in each trip. */
function settled(context: Lowering, values: readonly Value[]): Value[] {
  const result = values.map((x) => {
    if (x.aval.shape.length > 0 || x.cost > 0) context.place(x);
    return x;
  });
  context.flush();
  return result;
}

/** Fresh memory that starts as a copy of a value. */
function carryPlace(context: Lowering, initial: Value): Place {
  const place: Place = { buffer: context.newBuffer(initial.aval.dtype, sizeOf(initial.aval.shape)), offset: undefined };
  copyTo(context, initial, place);
  return place;
}

/** Writes a value to a place. */
export function copyTo(context: Lowering, x: Value, place: Place): void {
  context.place(new Value(context, x.aval, (index) => x.element(index), x.cost, x.depth + 1), place);
}

/** New carries replace the old ones after all have been computed. */
function replaceCarries(context: Lowering, next: readonly Value[], places: readonly Place[]): void {
  const temporaries = next.map((x): Place => {
    const place = { buffer: context.newBuffer(x.aval.dtype, sizeOf(x.aval.shape)), offset: undefined };
    copyTo(context, x, place);
    return place;
  });
  context.flush();
  next.forEach((x, i) => void copyTo(context, placedValue(context, x.aval, temporaries[i]!), places[i]!));
  context.flush();
}

/** A program run a known number of times. */
export function lowerLoop(
  context: Lowering,
  operands: readonly Value[],
  results: readonly Aval[],
  loop: LoopLowering,
): Value[] {
  const { b } = context;
  const { constants, carries, length, reverse } = loop;
  const jaxpr = flattenCalls(loop.jaxpr);
  const values = settled(context, operands);
  const carryPlaces = values.slice(constants, constants + carries).map((x) => carryPlace(context, x));
  context.flush();
  const stacked = results
    .slice(carries)
    .map((aval): Place => ({ buffer: context.newBuffer(aval.dtype, sizeOf(aval.shape)), offset: undefined }));
  const counter = context.counters++;
  const trip: Expr = reverse ? b.sub(b.int(length - 1), b.counter(counter)) : b.counter(counter);
  const body = context.nested(() => {
    const inputs = [
      ...values.slice(0, constants),
      ...values.slice(constants, constants + carries).map((x, i) => placedValue(context, x.aval, carryPlaces[i]!)),
      ...values.slice(constants + carries).map((x) => {
        const aval = withShape(x.aval, x.aval.shape.slice(1));
        const at = b.mul(trip, b.int(sizeOf(aval.shape)));
        const { buffer, offset } = context.place(x);
        return placedValue(context, aval, { buffer, offset: offset === undefined ? at : b.add(offset, at) });
      }),
    ];
    const outputs = lowerEquations(context, jaxpr, inputs);
    outputs.slice(carries).forEach((y, i) => {
      const row = stacked[i]!;
      copyTo(context, y, { buffer: row.buffer, offset: b.mul(trip, b.int(sizeOf(y.aval.shape))) });
    });
    replaceCarries(context, outputs.slice(0, carries), carryPlaces);
  });
  if (length > 0) context.emit({ kind: "loop", counter, length, body });
  return results.map((aval, i) => placedValue(context, aval, i < carries ? carryPlaces[i]! : stacked[i - carries]!));
}

/** A program run while another says so. */
export function lowerWhile(
  context: Lowering,
  operands: readonly Value[],
  results: readonly Aval[],
  loop: WhileLowering,
): Value[] {
  const values = settled(context, operands);
  const { conditionConstants, bodyConstants } = loop;
  const initial = values.slice(conditionConstants + bodyConstants);
  const carryPlaces = initial.map((x) => carryPlace(context, x));
  context.flush();
  const carried = (): Value[] => initial.map((x, i) => placedValue(context, x.aval, carryPlaces[i]!));
  const predicate: Place = { buffer: context.newBuffer("bool", 1), offset: undefined };
  const condition = context.nested(() => {
    const [go] = lowerEquations(context, flattenCalls(loop.condition), [
      ...values.slice(0, conditionConstants),
      ...carried(),
    ]);
    copyTo(context, go!, predicate);
  });
  const body = context.nested(() => {
    const constants = values.slice(conditionConstants, conditionConstants + bodyConstants);
    replaceCarries(
      context,
      lowerEquations(context, flattenCalls(loop.body), [...constants, ...carried()]),
      carryPlaces,
    );
  });
  context.emit({ kind: "while", condition, predicate: predicate.buffer, body });
  return results.map((aval, i) => placedValue(context, aval, carryPlaces[i]!));
}

/** One program of several. */
export function lowerBranch(
  context: Lowering,
  operands: readonly Value[],
  results: readonly Aval[],
  branches: readonly Jaxpr[],
): Value[] {
  const values = settled(context, operands);
  const selector: Place = { buffer: context.newBuffer("int32", 1), offset: undefined };
  copyTo(context, values[0]!, selector);
  context.flush();
  const places = results.map(
    (aval): Place => ({ buffer: context.newBuffer(aval.dtype, sizeOf(aval.shape)), offset: undefined }),
  );
  const steps = branches.map((branch) =>
    context.nested(() => {
      const outputs = lowerEquations(context, flattenCalls(branch), values.slice(1));
      outputs.forEach((y, i) => void copyTo(context, y, places[i]!));
    }),
  );
  context.emit({ kind: "branch", selector: selector.buffer, branches: steps });
  return results.map((aval, i) => placedValue(context, aval, places[i]!));
}
