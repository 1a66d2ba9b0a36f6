/**
 * Which elements of a function's result depend on which elements of its argument: the pattern of its Jacobian, without a single
 * number. The function is linearized at an argument that is not known, and each value of the linear program carries, for each
 * of its elements, the set of the input elements that may move it. What is not understood is taken to depend on everything, so
 * the pattern may be too large, but never too small.
 */
import { customLinear } from "../control/customvjp.ts";
import { evaluate, literalArray } from "../core/evaluate.ts";
import { type Atom, hoistConstants, type Jaxpr, Literal, type Var } from "../core/jaxpr.ts";
import { NDArray } from "../core/ndarray.ts";
import type { Primitive, ScatterOp } from "../core/primitive.ts";
import { bind, isConcrete, rootTrace, Trace, withTrace } from "../core/trace.ts";
import { mul } from "../prims/arithmetic.ts";
import { dynamicSlice, dynamicUpdateSlice } from "../prims/dynamic.ts";
import { gather } from "../prims/gather.ts";
import type { ScatterParams } from "../prims/scatter.ts";
import { selectN } from "../prims/select.ts";
import { pad } from "../prims/slicing.ts";
import { gatherOfScatter, windowSizes } from "../prims/windows.ts";
import { fromTypedArray, peek } from "../runtime/array.ts";
import { linearizeFlat } from "../transforms/linearize.ts";
import { stage } from "../transforms/stage.ts";
import { type Aval, makeAval } from "../types/aval.ts";
import { rowMajorStrides, type Shape, sizeOf } from "../types/shape.ts";

/** A sparse pattern: row i has the columns `columns[starts[i]]` to `columns[starts[i + 1] - 1]`, ascending. */
export interface SparsityPattern {
  readonly shape: readonly [rows: number, columns: number];
  readonly starts: Int32Array;
  readonly columns: Int32Array;
}

// biome-ignore lint/suspicious/noExplicitAny: primitives of every parameter type
type AnyPrimitive = Primitive<any>;

/** Sets of numbers by their number: equal unions are made once. Number 0 is the empty set. */
class Sets {
  private readonly members: Int32Array[] = [new Int32Array(0)];
  private readonly unions = new Map<number, number>();
  private readonly known = new Map<string, number>();

  add(sorted: Int32Array): number {
    const key = sorted.join();
    let id = this.known.get(key);
    if (id === undefined) {
      id = this.members.push(sorted) - 1;
      this.known.set(key, id);
    }
    return id;
  }

  of(id: number): Int32Array {
    return this.members[id]!;
  }

  union(a: number, b: number): number {
    if (a === b || b === 0) return a;
    if (a === 0) return b;
    const key = a < b ? a * 2 ** 26 + b : b * 2 ** 26 + a;
    let id = this.unions.get(key);
    if (id === undefined) {
      id = this.add(merge(this.of(a), this.of(b)));
      this.unions.set(key, id);
    }
    return id;
  }

  all(ids: Iterable<number>): number {
    let sum = 0;
    for (const id of new Set(ids)) sum = this.union(sum, id);
    return sum;
  }
}

function merge(a: Int32Array, b: Int32Array): Int32Array {
  const result = new Int32Array(a.length + b.length);
  let [i, j, n] = [0, 0, 0];
  while (i < a.length || j < b.length) {
    const next = j >= b.length || (i < a.length && a[i]! <= b[j]!) ? a[i]! : b[j]!;
    if (a[i] === next) i++;
    if (b[j] === next) j++;
    result[n++] = next;
  }
  return result.slice(0, n);
}

/** What is known of a value of the linear program: itself, if it does not depend on the argument; the set of each element. */
interface Known {
  readonly aval: Aval;
  readonly value: NDArray | undefined;
  /** Undefined where all are empty. */
  readonly sets: Int32Array | undefined;
}

const data = (x: Known): Int32Array => x.sets ?? new Int32Array(sizeOf(x.aval.shape));

/** Primitives whose results are elements of their floating point operands, at places that integer operands say. */
const selections: ReadonlySet<AnyPrimitive> = /* @__PURE__ */ new Set<AnyPrimitive>([
  gather,
  dynamicSlice,
  dynamicUpdateSlice,
  pad,
]);

class Analysis {
  private readonly sets: Sets;
  constructor(sets: Sets) {
    this.sets = sets;
  }

  run(jaxpr: Jaxpr, args: readonly Known[]): Known[] {
    const environment = new Map<Var, Known>();
    const read = (atom: Atom): Known =>
      atom instanceof Literal
        ? { aval: atom.aval, value: withTrace(rootTrace, () => literalArray(atom)), sets: undefined }
        : environment.get(atom)!;
    [...jaxpr.constants, ...jaxpr.inputs].forEach((v, i) => void environment.set(v, args[i]!));
    for (const { primitive, inputs, params, outputs } of jaxpr.equations) {
      const results = this.equation(
        primitive,
        inputs.map(read),
        params,
        outputs.map((v) => v.aval),
      );
      results.forEach((y, i) => void environment.set(outputs[i]!, y));
    }
    return jaxpr.outputs.map(read);
  }

  private equation(
    primitive: AnyPrimitive,
    operands: readonly Known[],
    params: unknown,
    out: readonly Aval[],
  ): Known[] {
    const unknown = (aval: Aval): Known => ({ aval, value: undefined, sets: undefined });
    if (operands.every((x) => x.sets === undefined)) {
      if (operands.some((x) => x.value === undefined)) return out.map(unknown);
      const values = withTrace(rootTrace, () =>
        bind(
          primitive,
          operands.map((x) => x.value!),
          params,
        ),
      );
      return values.map((value) => ({ aval: value.aval, value, sets: undefined }));
    }
    const found = primitive === customLinear ? undefined : this.structured(primitive, operands, params, out);
    if (found !== undefined) return found;
    const everything = this.sets.all(operands.flatMap((x) => [...new Set(x.sets ?? [])]));
    return out.map((aval) => ({ ...unknown(aval), sets: new Int32Array(sizeOf(aval.shape)).fill(everything) }));
  }

  /** Sets of the results, where the way the primitive is computed tells them. */
  private structured(
    primitive: AnyPrimitive,
    operands: readonly Known[],
    params: unknown,
    out: readonly Aval[],
  ): Known[] | undefined {
    const { lower } = primitive;
    const give = (sets: Int32Array): Known[] => [{ aval: out[0]!, value: undefined, sets }];
    switch (lower.kind) {
      case "map": {
        const sets = this.elementwise(primitive, operands, sizeOf(out[0]!.shape));
        return out.map((aval) => ({ aval, value: undefined, sets }));
      }
      case "view":
      case "reshape":
      case "concatenate":
        return give(this.moved(primitive, operands, params)!);
      case "gather": {
        const sets = selections.has(primitive) ? this.moved(primitive, operands, params) : undefined;
        return sets === undefined ? undefined : give(sets);
      }
      case "reduce":
        return give(this.combined(operands[0]!, lower.axes(params)));
      case "cumulative":
        return give(this.running(operands[0]!, lower.axis(params), lower.reverse(params)));
      case "contract":
        return give(this.contracted(operands[0]!, operands[1]!, lower.dimensions(params)));
      case "scatter":
        return this.scattered(lower.op, operands, params as ScatterParams, give);
      case "call":
        return this.run(lower.jaxpr(params), operands);
      case "expand": {
        const { jaxpr, constants } = stage(
          (xs) => lower.expand(xs, params),
          operands.map((x) => x.aval),
          "sparsity",
        );
        const given = constants.map((c): Known => ({ aval: c.aval, value: c, sets: undefined }));
        return this.run(hoistConstants(jaxpr), [...given, ...operands]);
      }
      case "branch": {
        const results = lower.branches(params).map((branch) => this.run(branch, operands.slice(1)));
        return out.map((aval, i) => {
          const sets = results.reduce<Int32Array>(
            (sum, result) => this.joined(sum, data(result[i]!)),
            new Int32Array(sizeOf(aval.shape)),
          );
          return { aval, value: undefined, sets };
        });
      }
      case "loop": {
        const { jaxpr, constants, carries, length, reverse } = lower.loop(params);
        const rows = operands.slice(constants + carries);
        let carry = operands.slice(constants, constants + carries);
        const stacked: Int32Array[][] = out.slice(carries).map(() => new Array(length));
        for (let trip = 0; trip < length; trip++) {
          const at = reverse ? length - 1 - trip : trip;
          const results = this.run(jaxpr, [
            ...operands.slice(0, constants),
            ...carry,
            ...rows.map((x) => this.rowOf(x, at)),
          ]);
          carry = results.slice(0, carries);
          results.slice(carries).forEach((y, i) => {
            stacked[i]![at] = data(y);
          });
        }
        const columns = stacked.map((list, i): Known => {
          const aval = out[carries + i]!;
          const sets = new Int32Array(sizeOf(aval.shape));
          list.forEach((row, t) => void sets.set(row, t * row.length));
          return { aval, value: undefined, sets };
        });
        return [...carry, ...columns];
      }
      default:
        return undefined;
    }
  }

  private joined(a: Int32Array, b: Int32Array): Int32Array {
    return a.map((id, i) => this.sets.union(id, b[i]!));
  }

  private elementwise(primitive: AnyPrimitive, operands: readonly Known[], size: number): Int32Array {
    const result = new Int32Array(size);
    // What is multiplied by a known zero does not move.
    const factors =
      primitive === mul
        ? operands.map((x) => (x.value === undefined ? undefined : peek(x.value)))
        : operands.map(() => undefined);
    // Of a known choice only the chosen case counts.
    const chosen = primitive === selectN && operands[0]!.value !== undefined ? peek(operands[0]!.value) : undefined;
    operands.forEach((x, k) => {
      if (x.sets === undefined) return;
      const { sets } = x;
      const scalar = x.aval.shape.length === 0;
      const factor = factors[1 - k];
      for (let i = 0; i < size; i++) {
        if (factor !== undefined && Number(factor[factor.length === 1 ? 0 : i]) === 0) continue;
        if (chosen !== undefined && Number(chosen[chosen.length === 1 ? 0 : i]) !== k - 1) continue;
        result[i] = this.sets.union(result[i]!, sets[scalar ? 0 : i]!);
      }
    });
    return result;
  }

  /** Runs a primitive that only moves elements on the numbers of their sets. Undefined if it does not know where to. */
  private moved(primitive: AnyPrimitive, operands: readonly Known[], params: unknown): Int32Array | undefined {
    const main = operands[0]!.aval.dtype;
    const given: NDArray[] = [];
    for (const x of operands) {
      if (x.aval.dtype === main) given.push(fromTypedArray(makeAval(x.aval.shape, "int32"), data(x).slice()));
      else if (x.value !== undefined) given.push(x.value);
      else return undefined;
    }
    const plain = primitive === gather ? { ...(params as object), fillValue: 0 } : params;
    const [moved] = withTrace(rootTrace, () => bind(primitive, given, plain));
    return Int32Array.from(peek(moved!) as ArrayLike<number>);
  }

  private combined(x: Known, axes: readonly number[]): Int32Array {
    const { shape } = x.aval;
    const kept = shape.flatMap((_, d) => (axes.includes(d) ? [] : [d]));
    const result = new Int32Array(sizeOf(kept.map((d) => shape[d]!)));
    const outStrides = rowMajorStrides(kept.map((d) => shape[d]!));
    forEachIndex(shape, (index, i) => {
      const at = kept.reduce((sum, d, k) => sum + index[d]! * outStrides[k]!, 0);
      result[at] = this.sets.union(result[at]!, x.sets![i]!);
    });
    return result;
  }

  private running(x: Known, axis: number, reverse: boolean): Int32Array {
    const { shape } = x.aval;
    const stride = rowMajorStrides(shape)[axis]!;
    const result = data(x).slice();
    const size = result.length;
    for (let k = 0; k < size; k++) {
      const i = reverse ? size - 1 - k : k;
      const place = Math.floor(i / stride) % shape[axis]!;
      const before = reverse ? i + stride : i - stride;
      if (reverse ? place < shape[axis]! - 1 : place > 0) result[i] = this.sets.union(result[i]!, result[before]!);
    }
    return result;
  }

  private contracted(
    x: Known,
    y: Known,
    d: {
      readonly lhsContracting: readonly number[];
      readonly rhsContracting: readonly number[];
      readonly lhsBatch: readonly number[];
      readonly rhsBatch: readonly number[];
    },
  ): Int32Array {
    const rest = (a: Known, ...lists: readonly (readonly number[])[]): number[] =>
      a.aval.shape.flatMap((_, k) => (lists.some((l) => l.includes(k)) ? [] : [k]));
    const sides = [
      { x, batch: d.lhsBatch, free: rest(x, d.lhsBatch, d.lhsContracting), summed: d.lhsContracting },
      { x: y, batch: d.rhsBatch, free: rest(y, d.rhsBatch, d.rhsContracting), summed: d.rhsContracting },
    ].map(({ x: operand, batch, free, summed }) => {
      const strides = rowMajorStrides(operand.aval.shape);
      const offsets = (axes: readonly number[]): number[] => {
        let list = [0];
        for (const axis of axes) {
          list = list.flatMap((o) =>
            Array.from({ length: operand.aval.shape[axis]! }, (_, i) => o + i * strides[axis]!),
          );
        }
        return list;
      };
      return {
        sets: operand.sets,
        values: operand.value === undefined ? undefined : peek(operand.value),
        batch: offsets(batch),
        free: offsets(free),
        summed: offsets(summed),
      };
    });
    const [l, r] = [sides[0]!, sides[1]!];
    const result = new Int32Array(l.batch.length * l.free.length * r.free.length);
    let at = 0;
    for (let b = 0; b < l.batch.length; b++) {
      for (const i of l.free) {
        for (const j of r.free) {
          let id = 0;
          for (let k = 0; k < l.summed.length; k++) {
            const [p, q] = [l.batch[b]! + i + l.summed[k]!, r.batch[b]! + j + r.summed[k]!];
            // What is multiplied by a known zero does not move.
            if (l.sets !== undefined && !(r.values !== undefined && Number(r.values[q]) === 0)) {
              id = this.sets.union(id, l.sets[p]!);
            }
            if (r.sets !== undefined && !(l.values !== undefined && Number(l.values[p]) === 0)) {
              id = this.sets.union(id, r.sets[q]!);
            }
          }
          result[at++] = id;
        }
      }
    }
    return result;
  }

  private scattered(
    op: ScatterOp,
    [x, indices, updates]: readonly Known[],
    params: ScatterParams,
    give: (sets: Int32Array) => Known[],
  ): Known[] | undefined {
    if (indices!.value === undefined) return undefined;
    const { shape } = x!.aval;
    // Where each update goes: the gather that reads what the scatter writes, applied to the places themselves.
    const places = fromTypedArray(
      makeAval(shape, "int32"),
      Int32Array.from({ length: sizeOf(shape) }, (_, i) => i),
    );
    const d = params.dimensionNumbers;
    const target = withTrace(rootTrace, () =>
      gather(places, indices!.value!, {
        dimensionNumbers: gatherOfScatter(d),
        sliceSizes: windowSizes(d, shape.length, updates!.aval.shape),
        indicesAreSorted: false,
        uniqueIndices: false,
        mode: params.mode === "clip" ? "clip" : "fill",
        fillValue: -1,
      }),
    );
    const result = data(x!).slice();
    const sets = data(updates!);
    const targets = Array.from(peek(target) as ArrayLike<number>);
    // What is overwritten is gone.
    if (op === "set") for (const place of targets) if (place >= 0) result[place] = 0;
    targets.forEach((place, i) => {
      if (place >= 0) result[place] = this.sets.union(result[place]!, sets[i]!);
    });
    return give(result);
  }

  private rowOf(x: Known, at: number): Known {
    const aval = { ...x.aval, shape: x.aval.shape.slice(1) };
    const size = sizeOf(aval.shape);
    const { value } = x;
    const sliced = (v: NDArray): NDArray => fromTypedArray(aval, peek(v).slice(at * size, (at + 1) * size));
    return {
      aval,
      value: value === undefined ? undefined : sliced(value),
      sets: x.sets?.slice(at * size, (at + 1) * size),
    };
  }
}

function forEachIndex(shape: Shape, visit: (index: readonly number[], i: number) => void): void {
  const index = shape.map(() => 0);
  const size = sizeOf(shape);
  for (let i = 0; i < size; i++) {
    visit(index, i);
    for (let d = shape.length - 1; d >= 0 && ++index[d]! === shape[d]; d--) index[d] = 0;
  }
}

/** Values that are not known: operations on them give more of them, all others are computed. */
class UnknownTrace extends Trace {
  value(aval: Aval): NDArray {
    return new NDArray(aval, this, null);
  }
  process<P>(primitive: Primitive<P>, operands: readonly NDArray[], params: P): NDArray[] {
    if (operands.every(isConcrete)) return withTrace(rootTrace, () => bind(primitive, operands, params));
    const { lower } = primitive;
    if (lower.kind === "call") return evaluate(lower.jaxpr(params), operands);
    return primitive
      .types(
        operands.map((x) => x.aval),
        params,
      )
      .map((aval) => this.value(aval));
  }
}

/** The pattern of the Jacobian of a function of one array with one array as its result, both taken in row-major order. */
export function patternOf(f: (x: NDArray) => NDArray, aval: Aval): SparsityPattern {
  const sets = new Sets();
  const trace = new UnknownTrace("sparsity");
  try {
    const x = trace.value(aval);
    const { results, nonzeroOut, linear, residuals } = withTrace(trace, () =>
      linearizeFlat(([v]) => [f(v!)], [x], [true], [], "sparsity"),
    );
    const size = sizeOf(aval.shape);
    const inputs = Int32Array.from({ length: size }, (_, j) => sets.add(Int32Array.of(j)));
    const args = residuals.map((r): Known => ({ aval: r.aval, value: isConcrete(r) ? r : undefined, sets: undefined }));
    const tangent: Known = { aval, value: undefined, sets: inputs };
    const rows = sizeOf(results[0]!.aval.shape);
    const out = nonzeroOut[0] ? data(new Analysis(sets).run(linear, [...args, tangent])[0]!) : new Int32Array(rows);
    const starts = new Int32Array(rows + 1);
    out.forEach((id, i) => {
      starts[i + 1] = starts[i]! + sets.of(id).length;
    });
    const columns = new Int32Array(starts[rows]!);
    out.forEach((id, i) => void columns.set(sets.of(id), starts[i]));
    return { shape: [rows, size], starts, columns };
  } finally {
    trace.live = false;
  }
}
