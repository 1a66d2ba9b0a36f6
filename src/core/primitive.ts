/**
 * What a primitive is: one object that holds every rule. A missing rule does not compile; what does not exist is
 * written ("nonlinear", "zero"), never left out.
 */
import type { Aval } from "../types/aval.ts";
import type { DType, TypedArray } from "../types/dtype.ts";
import type { Shape } from "../types/shape.ts";
import type { Assemble } from "./assembler.ts";
import { scalarLike } from "./constant.ts";
import type { Expr, ExprBuilder } from "./expr.ts";
import type { Effect, Jaxpr } from "./jaxpr.ts";
import { NDArray } from "./ndarray.ts";
import { bind } from "./trace.ts";

/** What primitives accept: arrays, and JavaScript's numbers, which take the dtype of the first array beside them. */
export type Operand = NDArray | number;

/** A tangent or cotangent; `null` is the symbolic zero. */
export type Tangent = NDArray | null;

/** A batch dimension; `null` for a value that is not batched. */
export type BatchDimension = number | null;

/** Stands for an operand in which the program being transposed is linear. */
export class Linear {
  readonly aval: Aval;
  constructor(aval: Aval) {
    this.aval = aval;
  }
}

/** Whether an operand of a transpose rule is one of those to find cotangents for. */
export function isLinear(x: NDArray | Linear): x is Linear {
  return x instanceof Linear;
}

/** The axis that vmap adds. */
export interface BatchAxis {
  readonly size: number;
  /** The user's name for it (`axisName`), if any. */
  readonly name: string | undefined;
}

/** A whole jvp rule: results, and a tangent or zero for each. */
export type JvpRule<P> = (
  primals: readonly NDArray[],
  tangents: readonly Tangent[],
  params: P,
) => readonly [readonly NDArray[], readonly Tangent[]];

/** One argument's share of the tangent of a single result. Never called for a zero tangent. The core adds the shares and
 *  broadcasts each to the result's shape. */
export type ArgumentJvp<P> = (tangent: NDArray, primals: readonly NDArray[], params: P, result: NDArray) => NDArray;

/** Results, and the linear map from the non-zero tangents (in order) to tangents of the results. */
export type LinearizeRule<P> = (
  primals: readonly NDArray[],
  nonzero: readonly boolean[],
  params: P,
) => readonly [readonly NDArray[], (tangents: readonly NDArray[]) => readonly Tangent[]];

/** Whether a checkpoint keeps the results of an operation instead of computing them again. */
export type Saveable = (primitive: { readonly name: string }, avals: readonly Aval[], params: unknown) => boolean;

/**
 * An operation in two, for a checkpoint that saves some of what its program computes: `first` computes the results and,
 * behind them, what is saved; `second` computes the results from the operands and, behind them, what was saved.
 */
export interface SavedParts<P> {
  readonly first: P;
  readonly second: P;
  /** Types of what is saved, as results of the first operation. */
  readonly saved: readonly Aval[];
}

/** Cuts an operation that carries a program in two; undefined if it computes nothing that is saved. */
export type SaveRule<P> = (params: P, saveable: Saveable) => SavedParts<P> | undefined;

/** Reads one element of an operand at an index: one int32 expression an axis. */
export type Reader = (index: readonly Expr[]) => Expr;

export type ReduceOp = "add" | "mul" | "max" | "min" | "and" | "or" | "xor" | "argmax" | "argmin";
export type WindowOp = "add" | "max" | "min" | "argmax" | "argmin";
export type CumulativeOp = "add" | "mul" | "max" | "min" | "logaddexp";
export type ScatterOp = "set" | "add" | "mul" | "min" | "max";

/** Dimension numbers of a contraction, as in `lax.dotGeneral`. */
export interface DotDimensions {
  readonly lhsContracting: readonly number[];
  readonly rhsContracting: readonly number[];
  readonly lhsBatch: readonly number[];
  readonly rhsBatch: readonly number[];
}

/** A function of the host's in the middle of a program: from the elements of its operands to those of its results. It owns
 *  what it is given, and gives away what it returns. */
export type HostFunction = (data: readonly TypedArray[]) => readonly TypedArray[];

/** A convolution: `batch`, `feature` and spatial axes of each array, and how the window moves. See `lax.convGeneralDilated`. */
export interface Convolution {
  readonly windowStrides: readonly number[];
  readonly padding: readonly (readonly [low: number, high: number])[];
  readonly lhsDilation: readonly number[];
  readonly rhsDilation: readonly number[];
  readonly dimensionNumbers: ConvolutionDimensions;
  readonly featureGroupCount: number;
  readonly batchGroupCount: number;
}

/** Axes of a convolution's arrays. */
export interface ConvolutionDimensions {
  /** Batch axis, feature axis, spatial axes of the left operand. */
  readonly lhsSpec: readonly number[];
  /** Output feature axis, input feature axis, spatial axes of the kernel. */
  readonly rhsSpec: readonly number[];
  /** Batch axis, feature axis, spatial axes of the result. */
  readonly outSpec: readonly number[];
}

/** Windows over an array, one entry an axis. */
export interface Windows {
  readonly windowDimensions: readonly number[];
  readonly windowStrides: readonly number[];
  readonly padding: readonly (readonly [low: number, high: number])[];
  readonly baseDilation: readonly number[];
  readonly windowDilation: readonly number[];
}

/**
 * An algorithm that no loop over expressions describes: a factorisation, say. Its operands and results are whole arrays,
 * row-major; it works on scratch memory, and is told what it needs to know as a list of numbers. A backend with an assembler
 * lends it; operands, results and scratch memory then lie in the assembler's memory.
 */
export interface OpaqueKernel {
  readonly name: string;
  /** How many doubles of scratch memory it needs. Their contents at the start are unspecified. */
  readonly scratch: (sizes: readonly number[]) => number;
  /** About how many operations it takes. */
  readonly flops: (sizes: readonly number[]) => number;
  /** Reads the inputs, and writes all of the outputs. */
  readonly compute: (
    inputs: readonly TypedArray[],
    outputs: readonly TypedArray[],
    sizes: readonly number[],
    scratch: Float64Array,
    assemble?: Assemble,
  ) => void;
}

/** How a primitive is computed. Few kinds, so that each backend knows all; see docs/internals. */
export type Lowering<P> =
  /** One scalar expression an element; operands of rank 0 stand beside any shape. Several results: a list. */
  | {
      readonly kind: "map";
      readonly expr: (b: ExprBuilder, xs: readonly Expr[], params: P, avals: readonly Aval[]) => Expr | readonly Expr[];
    }
  /** The result's elements are the first operand's, found by an index map: free. */
  | {
      readonly kind: "view";
      readonly index: (b: ExprBuilder, index: readonly Expr[], params: P, aval: Aval) => readonly Expr[];
    }
  /** The same elements in row-major order under another shape: free. */
  | { readonly kind: "reshape" }
  /** One element of the result at an index, from elements of the operands at computed indices (which must be in bounds). */
  | {
      readonly kind: "gather";
      readonly element: (
        b: ExprBuilder,
        read: readonly Reader[],
        index: readonly Expr[],
        params: P,
        avals: readonly Aval[],
      ) => Expr;
    }
  /** The operands one after another along one axis. */
  | { readonly kind: "concatenate"; readonly axis: (params: P) => number }
  /** Combines the first operand over axes. `argmax` and `argmin` give the first position of the extreme (NaN counts as extreme), in `params`' index dtype. */
  | { readonly kind: "reduce"; readonly op: ReduceOp; readonly axes: (params: P) => readonly number[] }
  /** Running combination along one axis. */
  | {
      readonly kind: "cumulative";
      readonly op: CumulativeOp;
      readonly axis: (params: P) => number;
      readonly reverse: (params: P) => boolean;
    }
  /** Sums of products over contracted axes. */
  | { readonly kind: "contract"; readonly dimensions: (params: P) => DotDimensions }
  /** Sums of products of windows of the first operand with the second. */
  | { readonly kind: "convolve"; readonly convolution: (params: P) => Convolution }
  /** Combines the elements of each window of the first operand; outside of it is the operation's neutral element.
   *  `argmax` and `argmin` give the row-major number of the first extreme within the window, as int32. */
  | { readonly kind: "reduceWindow"; readonly op: WindowOp; readonly windows: (params: P) => Windows }
  /** Rows along one axis in ascending order of the first `keys` operands, all operands moving together; stable; NaN last. */
  | { readonly kind: "sort"; readonly axis: (params: P) => number; readonly keys: (params: P) => number }
  /**
   * Operand 0 with elements of the last operand (the updates) combined into it, in row-major order of the updates.
   * `site` gives the place for the update at an index, and whether it is inside: others are dropped.
   */
  | {
      readonly kind: "scatter";
      readonly op: ScatterOp;
      readonly site: (
        b: ExprBuilder,
        read: readonly Reader[],
        index: readonly Expr[],
        params: P,
        avals: readonly Aval[],
      ) => { readonly index: readonly Expr[]; readonly inside: Expr };
    }
  /** An algorithm of the host's. */
  | {
      readonly kind: "opaque";
      readonly kernel: OpaqueKernel;
      readonly sizes: (params: P, avals: readonly Aval[]) => readonly number[];
    }
  /** Written in terms of other primitives. */
  | { readonly kind: "expand"; readonly expand: (operands: readonly NDArray[], params: P) => readonly NDArray[] }
  /** A function of the host's, called in the order of the equations. `compiled`: it becomes a step of a program, which is
   *  where a primitive may refuse; otherwise it is called at once. */
  | {
      readonly kind: "callback";
      readonly host: (params: P, operands: readonly Aval[], compiled: boolean) => HostFunction;
    }
  /** A program run once: its inputs are the operands. `isolated`: none of its equations is merged with equal ones outside. */
  | { readonly kind: "call"; readonly jaxpr: (params: P) => Jaxpr; readonly isolated?: (params: P) => boolean }
  /** A program run `length` times. Its inputs are constants, carries, and rows of the remaining operands; its outputs are
   *  carries, and rows that are stacked. */
  | { readonly kind: "loop"; readonly loop: (params: P) => LoopLowering }
  /** One program of several, chosen by operand 0 (int32), applied to the other operands. */
  | { readonly kind: "branch"; readonly branches: (params: P) => readonly Jaxpr[] }
  /** A program run while another says so. Operands: condition's constants, body's constants, carries. */
  | { readonly kind: "while"; readonly while: (params: P) => WhileLowering };

/** The planes of an operand: real and imaginary part. A real operand has an imaginary part of zero. */
export type Planes = readonly [re: Expr, im: Expr];

/** How a primitive acts where an operand or result is complex. Backends know real numbers only: see `compile/planes.ts`. */
export type ComplexRule<P> =
  /** On real and imaginary parts alike; real operands take part in both. */
  | "planes"
  /** For maps: one scalar expression for each plane of the result, which is one if the result is real. */
  | ((b: ExprBuilder, xs: readonly Planes[], params: P) => readonly Expr[])
  /** In terms of other primitives. */
  | { readonly expand: (operands: readonly NDArray[], params: P) => readonly NDArray[] }
  /** By another lowering, whose operands and results are the planes of the primitive's own, one after another. */
  | { readonly lower: (params: P, operands: readonly Aval[], results: readonly Aval[]) => Lowering<P> };

export interface LoopLowering {
  readonly jaxpr: Jaxpr;
  readonly constants: number;
  readonly carries: number;
  readonly length: number;
  readonly reverse: boolean;
}

export interface WhileLowering {
  readonly condition: Jaxpr;
  readonly conditionConstants: number;
  readonly body: Jaxpr;
  readonly bodyConstants: number;
}

/** An operand of a law's example. Values are drawn from `domain` (default [-2, 2]; integers from [-5, 5]). */
export interface LawOperand {
  readonly shape: Shape;
  /** Default: each dtype of `Laws.dtypes`. */
  readonly dtype?: DType;
  readonly domain?: readonly [number, number];
  /** The values themselves, in row-major order, instead of drawn ones. */
  readonly values?: readonly number[];
}

/** How the laws test a primitive. */
export interface Laws<P> {
  /** Dtypes of operands that name none. Default: float32. float64 is always added where float32 is. */
  readonly dtypes?: readonly DType[];
  /** Interval of the drawn values, for all operands or one each. */
  readonly domain?: readonly [number, number] | readonly (readonly [number, number])[];
  /** How far backends may be from the reference, in units in the last place. Default 1. */
  readonly ulp?: number;
  /** Operands and parameters to try. Default for elementwise primitives: a table of shapes, with rank 0 beside arrays. */
  readonly cases?: readonly { readonly operands: readonly LawOperand[]; readonly params: P }[];
  /** False where finite differences mean nothing (kinks, piecewise constant functions with jumps). Default true. */
  readonly smooth?: boolean;
}

/** A parameter as JAX's jaxpr text shows it; lists are tuples, null is None, `{ text }` is verbatim. */
export type ShownParam =
  | number
  | bigint
  | boolean
  | string
  | null
  | Jaxpr
  | { readonly text: string }
  | readonly ShownParam[];

/** A primitive, with its rules in the form that transformations use. */
export interface Primitive<P> {
  readonly name: string;
  readonly multipleResults: boolean;
  /** Types of all results. */
  readonly types: (avals: readonly Aval[], params: P) => readonly Aval[];
  readonly jvp: "linear" | "zero" | JvpRule<P> | readonly (ArgumentJvp<P> | "zero")[];
  readonly linearize: "jvp" | LinearizeRule<P>;
  readonly split: ((operands: readonly NDArray[], params: P) => readonly NDArray[]) | undefined;
  readonly transpose:
    | "nonlinear"
    | ((cotangents: readonly Tangent[], operands: readonly (NDArray | Linear)[], params: P) => readonly Tangent[]);
  readonly batch:
    | "elementwise"
    | ((
        axis: BatchAxis,
        operands: readonly NDArray[],
        dims: readonly BatchDimension[],
        params: P,
      ) => readonly [readonly NDArray[], readonly BatchDimension[]]);
  readonly dce:
    | ((
        used: readonly boolean[],
        params: P,
      ) =>
        | { readonly inputs: readonly boolean[]; readonly outputs: readonly boolean[]; readonly params: P }
        | undefined)
    | undefined;
  readonly save: SaveRule<P> | undefined;
  readonly effects: ((params: P) => readonly Effect[]) | undefined;
  readonly lower: Lowering<P>;
  readonly complex: ComplexRule<P> | undefined;
  readonly show: ((params: P, avals: readonly Aval[]) => readonly (readonly [string, ShownParam])[]) | undefined;
  readonly laws: Laws<P>;
}

interface CommonSpec<P> {
  /** As jaxprs print it: JAX's name. */
  readonly name: string;
  /** How linearization gets the derivative: by splitting the jvp rule, or by a rule. Default "jvp". */
  readonly linearize?: "jvp" | LinearizeRule<P>;
  /** Operands known and unknown in one operation that carries a program: default, all of it becomes unknown. */
  readonly split?: (operands: readonly NDArray[], params: P) => readonly NDArray[];
  /** For primitives that carry programs: which operands and results remain when only some results are used. Default:
   *  all or nothing. Returns undefined if nothing changes. */
  readonly dce?: NonNullable<Primitive<P>["dce"]>;
  /** For primitives that carry programs: how a checkpoint saves what these compute. Default: all results or none. */
  readonly save?: SaveRule<P>;
  readonly effects?: (params: P) => readonly Effect[];
  readonly lower: Lowering<P>;
  /** How it acts on complex numbers. Default: not at all, but for primitives that carry programs, which need not say. */
  readonly complex?: ComplexRule<P>;
  /** Parameters in JAX's jaxpr text, in JAX's names and order. Default: none. */
  readonly show?: NonNullable<Primitive<P>["show"]>;
  readonly laws: Laws<P>;
}

/** The specification of a primitive with one result. */
export interface PrimitiveSpec<A extends number | "variadic", P> extends CommonSpec<P> {
  /** Number of operands; "variadic" primitives take a list. */
  readonly arity: A;
  /** Type of the result, or an error. */
  readonly type: (avals: readonly Aval[], params: P) => Aval;
  /** "linear": the tangent is the operation applied to the tangents. "zero": there is none. Else a rule (or "zero") for
   *  each argument, or one whole rule. */
  readonly jvp: "linear" | "zero" | JvpRule<P> | readonly (ArgumentJvp<P> | "zero")[];
  /** Cotangents of the linear operands, from the result's; null for the others. An operand of rank 0 that was broadcast may
   *  get a cotangent of the result's shape: the core sums it. */
  readonly transpose:
    | "nonlinear"
    | ((cotangent: NDArray, operands: readonly (NDArray | Linear)[], params: P) => readonly Tangent[]);
  /** "elementwise", or the result and its batch dimension. */
  readonly batch:
    | "elementwise"
    | ((
        axis: BatchAxis,
        operands: readonly NDArray[],
        dims: readonly BatchDimension[],
        params: P,
      ) => readonly [NDArray, BatchDimension]);
}

/** The specification of a primitive with a list of results. */
export interface ManyPrimitiveSpec<P> extends CommonSpec<P> {
  readonly types: Primitive<P>["types"];
  readonly jvp: "linear" | "zero" | JvpRule<P>;
  readonly transpose: Primitive<P>["transpose"];
  readonly batch: Primitive<P>["batch"];
}

type Parameter<P> = [P] extends [null] ? [] : [params: P];

/** A primitive of one result, which is also the function that applies it. */
export type Operation<A extends number | "variadic", P = null> = Primitive<P> &
  (A extends 1
    ? (x: Operand, ...params: Parameter<P>) => NDArray
    : A extends 2
      ? (x: Operand, y: Operand, ...params: Parameter<P>) => NDArray
      : A extends 3
        ? (x: Operand, y: Operand, z: Operand, ...params: Parameter<P>) => NDArray
        : (operands: readonly Operand[], ...params: Parameter<P>) => NDArray);

/** A primitive of several results: called with a list of operands, returns a list. */
export type ManyOperation<P = null> = Primitive<P> &
  ((operands: readonly Operand[], ...params: Parameter<P>) => NDArray[]);

/** An elementwise function of one argument. */
export type Unary = Operation<1>;
/** An elementwise function of two arguments. */
export type Binary = Operation<2>;

function lift(operands: readonly Operand[]): readonly NDArray[] {
  for (const x of operands) {
    if (typeof x !== "number") continue;
    const array = operands.find((y) => y instanceof NDArray);
    return operands.map((y) => (typeof y === "number" ? scalarLike(y, array as NDArray | undefined) : y));
  }
  return operands as readonly NDArray[];
}

function install<F extends (...args: never[]) => unknown, P>(call: F, rules: Primitive<P>): F & Primitive<P> {
  const { name, ...rest } = rules;
  Object.defineProperty(call, "name", { value: name });
  return Object.assign(call, rest) as F & Primitive<P>;
}

/**
 * Defines a primitive with one result: an object with all its rules that is also the function which applies it.
 * Annotate the constant (`export const sin: Unary = ...`), since rules name each other.
 */
export function definePrimitive<A extends number | "variadic", P = null>(spec: PrimitiveSpec<A, P>): Operation<A, P> {
  const { type, transpose, batch, arity } = spec;
  const rules: Primitive<P> = {
    name: spec.name,
    multipleResults: false,
    types: (avals, params) => [type(avals, params)],
    jvp: spec.jvp,
    linearize: spec.linearize ?? "jvp",
    split: spec.split,
    transpose: transpose === "nonlinear" ? transpose : (cts, operands, params) => transpose(cts[0]!, operands, params),
    batch:
      batch === "elementwise"
        ? batch
        : (axis, operands, dims, params) => {
            const [result, dim] = batch(axis, operands, dims, params);
            return [[result], [dim]];
          },
    dce: spec.dce,
    save: spec.save,
    effects: spec.effects,
    lower: spec.lower,
    complex: spec.complex,
    show: spec.show,
    laws: spec.laws,
  };
  const call =
    arity === "variadic"
      ? (operands: readonly Operand[], params: P = null as P) => bind(primitive, lift(operands), params)[0]!
      : arity === 1
        ? (x: Operand, params: P = null as P) => bind(primitive, lift([x]), params)[0]!
        : arity === 2
          ? (x: Operand, y: Operand, params: P = null as P) => bind(primitive, lift([x, y]), params)[0]!
          : (x: Operand, y: Operand, z: Operand, params: P = null as P) => bind(primitive, lift([x, y, z]), params)[0]!;
  const primitive = install(call, rules) as unknown as Operation<A, P>;
  return primitive;
}

/** Defines a primitive with a list of results. */
export function defineManyPrimitive<P = null>(spec: ManyPrimitiveSpec<P>): ManyOperation<P> {
  const rules: Primitive<P> = {
    name: spec.name,
    multipleResults: true,
    types: spec.types,
    jvp: spec.jvp,
    linearize: spec.linearize ?? "jvp",
    split: spec.split,
    transpose: spec.transpose,
    batch: spec.batch,
    dce: spec.dce,
    save: spec.save,
    effects: spec.effects,
    lower: spec.lower,
    complex: spec.complex,
    show: spec.show,
    laws: spec.laws,
  };
  const call = (operands: readonly Operand[], params: P = null as P) => bind(primitive, lift(operands), params);
  const primitive = install(call, rules) as unknown as ManyOperation<P>;
  return primitive;
}
