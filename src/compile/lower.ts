/**
 * From a jaxpr to a program: equations become scalar expressions, and expressions become kernels where memory is needed:
 * for results, for operands of contractions, sorts and loops, and for what is used often and costs something.
 */
import { type Expr, ExprBuilder } from "../core/expr.ts";
import { type Atom, type Equation, type Jaxpr, Literal, Var } from "../core/jaxpr.ts";
import type { HostFunction } from "../core/primitive.ts";
import type { Aval } from "../types/aval.ts";
import { type DType, isComplex } from "../types/dtype.ts";
import { equalShapes, type Shape, sizeOf } from "../types/shape.ts";
import { range } from "../util/list.ts";
import { lowerCallback } from "./callback.ts";
import { copyTo, lowerBranch, lowerLoop, lowerWhile } from "./control.ts";
import { lowerConvolve, lowerReduceWindow } from "./convolve.ts";
import { contractIdentity } from "./identity.ts";
import { flattenCalls } from "./inline.ts";
import type { BufferSpec, Kernel, Program, Step, Store } from "./ir.ts";
import {
  lowerConcatenate,
  lowerContract,
  lowerCumulative,
  lowerOpaque,
  lowerReduce,
  lowerScatter,
  lowerSort,
  lowerTransposedContract,
} from "./kernel.ts";
import { planWorkspace } from "./plan.ts";
import { reshapeIndex, splitsOnly } from "./reshape.ts";
import { dropUnreadStores } from "./store.ts";
import { tileRows } from "./tile.ts";
import { linearIndex, type Place, placedValue, Value } from "./value.ts";

/** A value used more than once is computed once if an element costs more than this many operations. */
const sharedCost = 2;
/** No expression grows beyond this many operations, or this many functions deep. */
const largestCost = 600;
const deepest = 150;

/** Map kernels over one iteration space that are not yet emitted: their values can still be used as expressions. */
interface OpenGroup {
  readonly shape: Shape;
  readonly stores: Store[];
  readonly members: { readonly value: Value; readonly place: Place }[];
}

/** Everything that lowering one program shares. */
export class Lowering {
  readonly b: ExprBuilder = new ExprBuilder();
  readonly buffers: BufferSpec[] = [];
  /** What callback steps call. */
  readonly functions: HostFunction[] = [];
  counters = 0;
  epoch = 0;
  private steps: Step[] = [];
  private group: OpenGroup | undefined;

  /** Room for a value. */
  newBuffer(dtype: DType, size: number): number {
    this.buffers.push({ dtype, size });
    return this.buffers.length - 1;
  }

  /** Appends a step after everything that was written before it. */
  emit(step: Kernel | Step): void {
    this.flush();
    this.steps.push(step);
  }

  /** Steps emitted by `body`, as the inside of a loop or branch. */
  nested(body: () => void): Step[] {
    this.flush();
    const outer = this.steps;
    this.steps = [];
    body();
    this.flush();
    const inner = this.steps;
    this.steps = outer;
    return inner;
  }

  /** Emits the open group: its values are in memory from now on. */
  flush(): void {
    const group = this.group;
    if (group === undefined) return;
    this.group = undefined;
    this.steps.push({ kind: "map", shape: group.shape, stores: group.stores });
    for (const { value, place } of group.members) value.settle(this.b, place);
    this.epoch++;
  }

  /** The loop variables of a kernel over `rank` axes. */
  loops(rank: number): Expr[] {
    return range(rank).map((i) => this.b.index(i));
  }

  /** Puts a value into memory: at a given place, or wherever there is room. */
  place(value: Value, wanted?: Place): Place {
    if (value.place !== undefined && wanted === undefined) return value.place;
    const { shape, dtype } = value.aval;
    const target = wanted ?? { buffer: this.newBuffer(dtype, sizeOf(shape)), offset: undefined };
    if (sizeOf(shape) === 0) {
      value.settle(this.b, target);
      return target;
    }
    if (this.group !== undefined && !equalShapes(this.group.shape, shape)) this.flush();
    const index = this.loops(shape.length);
    const store = {
      buffer: target.buffer,
      index: linearIndex(this.b, shape, index, target.offset),
      value: value.element(index),
    };
    if (this.group === undefined) this.group = { shape, stores: [], members: [] };
    this.group.stores.push(store);
    if (value.place === undefined) {
      this.group.members.push({ value, place: target });
      // Within the group the expression itself may be used; elsewhere a load, which ends the group first.
      this.deferSettling(value, target);
    }
    return target;
  }

  private deferSettling(value: Value, place: Place): void {
    const own = value.element(this.loops(value.aval.shape.length));
    const identity = this.loops(value.aval.shape.length);
    value.depth = 0;
    value.redirect((index) => {
      if (index.every((i, d) => i === identity[d])) return own;
      this.flush();
      return this.b.load(place.buffer, linearIndex(this.b, value.aval.shape, index, place.offset), value.aval.dtype);
    });
  }

  takeSteps(): Step[] {
    this.flush();
    return this.steps;
  }
}

/** Lowers the equations of a flat program whose inputs are these values; returns its outputs. */
export function lowerEquations(
  context: Lowering,
  jaxpr: Jaxpr,
  inputs: readonly Value[],
  targets: ReadonlyMap<Var, Place> = new Map(),
): Value[] {
  const { b } = context;
  const uses = new Map<Atom, number>();
  const count = (atom: Atom): void => void uses.set(atom, (uses.get(atom) ?? 0) + 1);
  for (const equation of jaxpr.equations) for (const atom of new Set(equation.inputs)) count(atom);
  for (const atom of jaxpr.outputs) count(atom);
  // Matrices that are read once, with their axes exchanged.
  const exchanged = new Set<Atom>();
  for (const {
    primitive,
    params,
    inputs: [x],
  } of jaxpr.equations) {
    if (primitive.lower.kind !== "view" || uses.get(x!) !== 1 || x!.aval.shape.length !== 2) continue;
    const [i, j] = [b.index(0), b.index(1)];
    const index = primitive.lower.index(b, [i, j], params, x!.aval);
    if (index.length === 2 && index[0] === j && index[1] === i) exchanged.add(x!);
  }
  const environment = new Map<Var, Value>();
  jaxpr.inputs.forEach((v, i) => void environment.set(v, inputs[i]!));
  const read = (atom: Atom): Value =>
    atom instanceof Literal
      ? new Value(context, atom.aval, () => b.constant(atom.value as number | bigint | boolean, atom.aval.dtype), 0, 0)
      : environment.get(atom)!;
  for (const equation of jaxpr.equations) {
    const operands = equation.inputs.map(read);
    const results = lowerEquation(context, equation, operands, targets, exchanged.has(equation.outputs[0]!));
    results.forEach((value, i) => {
      const variable = equation.outputs[i]!;
      environment.set(variable, value);
      if (value.place !== undefined) return;
      const target = targets.get(variable);
      const isArray = value.aval.shape.length > 0;
      if (target !== undefined) context.place(value, target);
      else if (value.depth > deepest || (isArray && (uses.get(variable) ?? 0) > 1 && value.cost > sharedCost)) {
        context.place(value);
      }
      if (isArray && value.cost > largestCost) {
        context.place(value);
        context.flush();
      }
    });
  }
  return jaxpr.outputs.map(read);
}

function lowerEquation(
  context: Lowering,
  equation: Equation,
  operands: readonly Value[],
  targets: ReadonlyMap<Var, Place>,
  isExchanged: boolean,
): readonly Value[] {
  const { b } = context;
  const { primitive, params } = equation;
  const lower = primitive.lower;
  const avals = operands.map((x) => x.aval);
  const results = equation.outputs.map((v) => v.aval);
  const aval = results[0]!;
  const cost = 1 + operands.reduce((sum, x) => sum + x.cost, 0);
  const depth = 1 + operands.reduce((most, x) => Math.max(most, x.depth), 0);
  const target = (i: number): Place | undefined => targets.get(equation.outputs[i]!);
  switch (lower.kind) {
    case "map": {
      const elements = (index: readonly Expr[]) => {
        const xs = operands.map((x) => x.element(x.aval.shape.length === 0 ? [] : index));
        return lower.expr(b, xs, params, avals);
      };
      const before = b.work;
      const identity = context.loops(aval.shape.length);
      // Built here for the usual index: later uses find it, and long chains need no deep recursion.
      elements(identity);
      const total = cost + Math.max(0, b.work - before - 1);
      return results.map((result, r) => {
        const value = new Value(
          context,
          result,
          (index) => {
            const e = elements(index);
            return Array.isArray(e) ? e[r]! : (e as Expr);
          },
          total,
          depth,
        );
        value.element(identity);
        return value;
      });
    }
    case "view": {
      const [x] = operands as [Value];
      // What costs something is computed before it is repeated.
      const isRepeated = x.aval.shape.length > 0 && sizeOf(aval.shape) > sizeOf(x.aval.shape);
      if (isRepeated && x.cost > sharedCost) context.place(x);
      const viewCost = x.place === undefined && !isRepeated ? x.cost : Math.min(x.cost, sharedCost);
      return [new Value(context, aval, (index) => x.element(lower.index(b, index, params, x.aval)), viewCost, depth)];
    }
    case "reshape":
      return [lowerReshape(context, operands[0]!, aval, depth)];
    case "gather":
      return [
        new Value(
          context,
          aval,
          (index) =>
            lower.element(
              b,
              operands.map((x) => (i) => x.element(i)),
              index,
              params,
              avals,
            ),
          cost + 4,
          depth,
        ),
      ];
    case "concatenate":
      return [lowerConcatenate(context, operands, aval, lower.axis(params), target(0))];
    case "reduce":
      return [lowerReduce(context, operands[0]!, aval, lower.op, lower.axes(params), target(0))];
    case "cumulative":
      return [
        lowerCumulative(context, operands[0]!, aval, lower.op, lower.axis(params), lower.reverse(params), target(0)),
      ];
    case "contract": {
      const [x, y] = operands as [Value, Value];
      const dimensions = lower.dimensions(params);
      const same = contractIdentity(context, x, y, aval, dimensions);
      const isMatrix = dimensions.lhsBatch.length === 0 && x.aval.shape.length === dimensions.lhsContracting.length + 1;
      if (same === undefined && isExchanged && isMatrix) {
        return [lowerTransposedContract(context, x, y, aval, dimensions)];
      }
      return [same ?? lowerContract(context, x, y, aval, dimensions, target(0))];
    }
    case "convolve":
      return [lowerConvolve(context, operands[0]!, operands[1]!, aval, lower.convolution(params), target(0))];
    case "reduceWindow":
      return [lowerReduceWindow(context, operands[0]!, aval, lower.op, lower.windows(params), target(0))];
    case "sort":
      return lowerSort(context, operands, results, lower.axis(params), lower.keys(params));
    case "scatter":
      return [lowerScatter(context, operands, aval, lower, params, target(0))];
    case "callback":
      return lowerCallback(context, operands, results, lower.host(params, avals, true));
    case "opaque":
      return lowerOpaque(context, operands, results, lower.kernel, lower.sizes(params, avals));
    case "loop":
      return lowerLoop(context, operands, results, lower.loop(params));
    case "while":
      return lowerWhile(context, operands, results, lower.while(params));
    case "branch":
      return lowerBranch(context, operands, results, lower.branches(params));
    case "call":
    case "expand":
      throw new Error(`${primitive.name} must be flattened before it is lowered`);
  }
}

function lowerReshape(context: Lowering, x: Value, aval: Aval, depth: number): Value {
  const { b } = context;
  const from = x.aval.shape;
  if (sizeOf(aval.shape) > 0 && x.place === undefined && splitsOnly(from, aval.shape)) {
    return new Value(context, aval, (index) => x.element(reshapeIndex(b, from, aval.shape, index)), x.cost, depth);
  }
  const place = context.place(x);
  // The place may belong to a group that is still open: its loads must come after it.
  context.flush();
  return placedValue(context, aval, place);
}

/** What becomes of each output of a program. */
export type OutputSource =
  /** Output number `index` of the program. */
  | { readonly kind: "output"; readonly index: number }
  /** The argument itself. */
  | { readonly kind: "input"; readonly index: number }
  | { readonly kind: "literal"; readonly literal: Literal };

export interface Lowered {
  readonly program: Program;
  /** Which arguments (constants first, then inputs) the program reads, in its order. */
  readonly arguments: readonly number[];
  readonly outputs: readonly OutputSource[];
}

/** The atoms of a program without complex numbers, together as those of the program that it was made from. */
function planes<A extends Atom>(atoms: readonly Atom[], flat: readonly A[]): (readonly A[])[] {
  let next = 0;
  return atoms.map(({ aval }) => {
    const start = next;
    next += isComplex(aval.dtype) ? 2 : 1;
    return flat.slice(start, next);
  });
}

/** Room for all planes of a value. */
function newBuffer(context: Lowering, atoms: readonly Atom[]): number {
  const { dtype, shape } = atoms[0]!.aval;
  return context.newBuffer(dtype, atoms.length * sizeOf(shape));
}

/** Where a plane lies in a value's buffer. */
function planePlace(context: Lowering, buffer: number, { aval }: Atom, plane: number): Place {
  return { buffer, offset: plane === 0 ? undefined : context.b.int(plane * sizeOf(aval.shape)) };
}

/** Lowers a whole program. Outputs that are arguments or literals are not copied. */
export function lowerJaxpr(source: Jaxpr, name: string): Lowered {
  const jaxpr = flattenCalls(source);
  const context = new Lowering();
  const { b } = context;
  const read = new Set<Atom>();
  for (const equation of jaxpr.equations) for (const atom of equation.inputs) read.add(atom);
  const operands = planes([...source.constants, ...source.inputs], jaxpr.inputs);
  const used = operands.map((_, i) => i).filter((i) => operands[i]!.some((v) => read.has(v)));
  const inputBuffers = used.map((i) => newBuffer(context, operands[i]!));
  const inputs = operands.flatMap((variables, i) => {
    const at = used.indexOf(i);
    return variables.map((v, plane) =>
      at < 0
        ? new Value(context, v.aval, () => b.int(0), 0, 0)
        : placedValue(context, v.aval, planePlace(context, inputBuffers[at]!, v, plane)),
    );
  });
  const targets = new Map<Var, Place>();
  const outputBuffers: number[] = [];
  const outputIndex = new Map<string, number>();
  const numbers = new Map<Atom, number>();
  const numberOf = (atom: Atom): number => {
    if (!numbers.has(atom)) numbers.set(atom, numbers.size);
    return numbers.get(atom)!;
  };
  /** Values and the places in outputs where they must be. */
  const wanted: { readonly at: number; readonly target: Place }[] = [];
  let position = 0;
  const outputs = planes(source.outputs, jaxpr.outputs).map((atoms, i): OutputSource => {
    const first = position;
    position += atoms.length;
    const literal = source.outputs[i]!;
    if (literal instanceof Literal) return { kind: "literal", literal };
    if (atoms.length === 1 && atoms[0] instanceof Literal) return { kind: "literal", literal: atoms[0] };
    const input = operands.findIndex((v) => v.length === atoms.length && v.every((plane, k) => plane === atoms[k]));
    if (input >= 0) return { kind: "input", index: input };
    const key = atoms.map(numberOf).join();
    let index = outputIndex.get(key);
    if (index === undefined) {
      index = outputBuffers.length;
      outputIndex.set(key, index);
      const buffer = newBuffer(context, atoms);
      outputBuffers.push(buffer);
      atoms.forEach((atom, plane) => {
        const target = planePlace(context, buffer, atom, plane);
        wanted.push({ at: first + plane, target });
        if (atom instanceof Var && !targets.has(atom) && !jaxpr.inputs.includes(atom)) targets.set(atom, target);
      });
    }
    return { kind: "output", index };
  });
  const values = lowerEquations(context, jaxpr, inputs, targets);
  context.flush();
  for (const { at, target } of wanted) {
    // A value that lies elsewhere (a view of an argument, the result of a sort or loop) is copied to its output.
    const { place } = values[at]!;
    if (place?.buffer !== target.buffer || place.offset !== target.offset) copyTo(context, values[at]!, target);
    context.flush();
  }
  const kept = new Set([...inputBuffers, ...outputBuffers]);
  const results = new Set(outputBuffers);
  const steps = tileRows(context, dropUnreadStores(context.takeSteps(), results), results);
  const { workspace, bytes } = planWorkspace(steps, context.buffers, (buffer) => !kept.has(buffer));
  const program: Program = {
    name,
    buffers: context.buffers,
    inputs: inputBuffers,
    outputs: outputBuffers,
    constants: new Map(),
    workspace,
    workspaceBytes: bytes,
    steps,
    counters: context.counters,
    ...(context.functions.length > 0 ? { functions: context.functions } : {}),
  };
  return { program, arguments: used, outputs };
}
