/**
 * Taylor mode: the coefficients of f(x(t)) from those of x(t), all orders in one pass. Inside, a value is its Taylor
 * polynomial c0 + c1 t + ... + cK t^K; each operation maps polynomials to polynomials, truncated at order K. Nested forward
 * mode would take 2^K times the work of the function, this takes about K^2 times.
 */
import { checkFunction, checkSynchronous, flattenToArrays, functionName, type UserFunction } from "../api/flat.ts";
import { checkpointCall } from "../control/checkpoint.ts";
import { customJvpCall } from "../control/customjvp.ts";
import { customVjpCall } from "../control/customvjp.ts";
import { customVmapCall } from "../control/customvmap.ts";
import { jitCall } from "../control/jit.ts";
import { linearCallProgram } from "../control/linearcall.ts";
import { evaluate } from "../core/evaluate.ts";
import type { Jaxpr } from "../core/jaxpr.ts";
import { NDArray } from "../core/ndarray.ts";
import type { Primitive, Tangent } from "../core/primitive.ts";
import { bind, currentTrace, Trace, withTrace } from "../core/trace.ts";
import { ArgumentError, checkOptions, DTypeError, ShapeError, TransformError } from "../errors/index.ts";
import { abs, div, integerPow, max, min, mul, neg, sqrt, square, sub } from "../prims/arithmetic.ts";
import { convertElementType } from "../prims/cast.ts";
import { cummax, cummin } from "../prims/cumulative.ts";
import { dotGeneral } from "../prims/dot.ts";
import { dynamicSlice, dynamicUpdateSlice } from "../prims/dynamic.ts";
import { exp, log, logistic } from "../prims/exponential.ts";
import { instantiate, ones, zeros } from "../prims/fill.ts";
import { gather } from "../prims/gather.ts";
import { cosh, sinh, tanh } from "../prims/hyperbolic.ts";
import { reduceMax, reduceMin } from "../prims/reduce.ts";
import { scatterAdd } from "../prims/scatter.ts";
import { clamp, selectN } from "../prims/select.ts";
import { sort } from "../prims/sort.ts";
import { cos, sin } from "../prims/trigonometric.ts";
import { applyJvp } from "../transforms/jvp.ts";
import { addTangents, broadcastTangent } from "../transforms/tangent.ts";
import { unflatten } from "../tree/flatten.ts";
import type { ArrayLike, Traced } from "../tree/types.ts";
import { formatAval, sameType } from "../types/aval.ts";
import { isInexact } from "../types/dtype.ts";

/** Coefficients 0 to K of a Taylor polynomial; null for zero, never for coefficient 0. */
type Series = readonly Tangent[];

/** Polynomials of the results from those of the operands. */
type Rule = (operands: readonly Series[], params: never, order: number) => readonly Series[];

// biome-ignore lint/suspicious/noExplicitAny: primitives of every parameter type
type AnyPrimitive = Primitive<any>;

/** A product, and a multiple, of coefficients that may be zero. */
const product = (x: Tangent, y: Tangent): Tangent => (x === null || y === null ? null : mul(x, y));
const scaled = (x: Tangent, by: number): Tangent => (x === null || by === 1 ? x : mul(x, by));
const negated = (x: Tangent): Tangent => (x === null ? null : neg(x));
const minus = (x: Tangent, y: Tangent): Tangent => (y === null ? x : x === null ? neg(y) : sub(x, y));

/** The sum of terms for j = from, ..., to. */
function total(from: number, to: number, term: (j: number) => Tangent): Tangent {
  let sum: Tangent = null;
  for (let j = from; j <= to; j++) sum = addTangents(sum, term(j));
  return sum;
}

/** Coefficient k of the product of two polynomials. */
const convolved = (x: Series, y: Series, k: number): Tangent => total(0, k, (j) => product(x[j]!, y[k - j]!));

/**
 * The y with $y' = w x'$: $k y_k = \sum_{j=1}^k j x_j w_{k-j}$. `weight(k, ...)` gives $w_k$, for which the coefficients of y up
 * to k are there.
 */
function integrate(x: Series, y0: NDArray, order: number, weight: (k: number, y: Series) => Tangent): Tangent[] {
  const y: Tangent[] = [y0];
  const w: Tangent[] = [];
  for (let k = 1; k <= order; k++) {
    w.push(weight(k - 1, y));
    y.push(
      scaled(
        total(1, k, (j) => scaled(product(x[j]!, w[k - j]!), j)),
        1 / k,
      ),
    );
  }
  return y;
}

/** Sine and cosine, or their hyperbolic kin, of which each is the other's derivative up to a sign. */
function pair(sign: 1 | -1, s0: (x: NDArray) => NDArray, c0: (x: NDArray) => NDArray, wanted: 0 | 1): Rule {
  return ([x], _params, order) => {
    const s: Tangent[] = [s0(x![0]!)];
    const c: Tangent[] = [c0(x![0]!)];
    for (let k = 1; k <= order; k++) {
      const derivative = (of: Series): Tangent =>
        scaled(
          total(1, k, (j) => scaled(product(x![j]!, of[k - j]!), j)),
          1 / k,
        );
      const [ds, dc] = [derivative(c), derivative(s)];
      s.push(ds);
      c.push(sign === 1 ? dc : negated(dc));
    }
    return [wanted === 0 ? s : c];
  };
}

const exponential: Rule = ([x], _params, order) => [integrate(x!, exp(x![0]!), order, (k, y) => y[k]!)];
const hyperbolicTangent: Rule = ([x], _params, order) => [
  integrate(x!, tanh(x![0]!), order, (k, y) => {
    const squared = convolved(y, y, k);
    return k === 0 ? minus(ones(y[0]!.aval), squared) : negated(squared);
  }),
];
const logisticFunction: Rule = ([x], _params, order) => [
  integrate(x!, logistic(x![0]!), order, (k, y) => minus(y[k]!, convolved(y, y, k))),
];

/** $x y' = x'$. */
const logarithm: Rule = ([x], _params, order) => {
  const y: Tangent[] = [log(x![0]!)];
  for (let k = 1; k <= order; k++) {
    const rest = total(1, k - 1, (j) => scaled(product(y[j]!, x![k - j]!), j));
    const numerator = minus(x![k]!, scaled(rest, 1 / k));
    y.push(numerator === null ? null : div(numerator, x![0]!));
  }
  return [y];
};

const quotient: Rule = ([a, b], _params, order) => {
  const y: Tangent[] = [div(a![0]!, b![0]!)];
  for (let k = 1; k <= order; k++) {
    const numerator = minus(
      a![k]!,
      total(1, k, (j) => product(b![j]!, y[k - j]!)),
    );
    y.push(numerator === null ? null : div(numerator, b![0]!));
  }
  return [y];
};

/** $y y = x$. */
const squareRoot: Rule = ([x], _params, order) => {
  const y: Tangent[] = [sqrt(x![0]!)];
  const twice = mul(y[0]!, 2);
  for (let k = 1; k <= order; k++) {
    const numerator = minus(
      x![k]!,
      total(1, k - 1, (j) => product(y[j]!, y[k - j]!)),
    );
    y.push(numerator === null ? null : div(numerator, twice));
  }
  return [y];
};

const multiplied = (x: Series, y: Series): Tangent[] => x.map((_, k) => convolved(x, y, k));

/** A whole power, by repeated squaring: it must be right at 0 too. */
const wholePower: Rule = ([x], { y: exponent }: { readonly y: number }, order) => {
  let power: Series | null = null;
  let base: Series = x!;
  for (let n = Math.abs(exponent); n > 0; n >>= 1) {
    if (n & 1) power = power === null ? base : multiplied(power, base);
    if (n > 1) base = multiplied(base, base);
  }
  const one: Series = x!.map((c, k) => (k === 0 ? ones(c!.aval) : null));
  if (power === null) return [one];
  return exponent > 0 ? [power] : quotient([one, power], null as never, order);
};

/** An operation that is linear in each of two operands. */
const bilinear =
  (primitive: AnyPrimitive): Rule =>
  ([x, y], params) => [
    x!.map((_, k) =>
      total(0, k, (j) =>
        x![j] === null || y![k - j] === null ? null : bind(primitive, [x![j]!, y![k - j]!], params)[0]!,
      ),
    ),
  ];

/** An operation that is linear near almost every point: its derivative there, applied to each coefficient. */
const piecewiseLinear =
  (primitive: AnyPrimitive): Rule =>
  (operands, params, order) => {
    const primals = operands.map((x) => x[0]!);
    let results: readonly NDArray[] = [];
    const rows: (readonly Tangent[])[] = [];
    for (let k = 1; k <= order; k++) {
      const [values, tangents] = applyJvp(
        primitive,
        primals,
        operands.map((x) => x[k]!),
        params,
      );
      results = values;
      rows.push(tangents);
    }
    return results.map((y, i) => [y, ...rows.map((row) => row[i]!)]);
  };

/** A program is run with polynomials, operation by operation. */
const inlined =
  (trace: JetTrace, jaxpr: Jaxpr) =>
  (operands: readonly NDArray[]): NDArray[] =>
    withTrace(trace, () => evaluate(jaxpr, operands));

const programs: ReadonlySet<AnyPrimitive> = /* @__PURE__ */ new Set<AnyPrimitive>([
  jitCall,
  customJvpCall,
  customVjpCall,
  customVmapCall,
  linearCallProgram,
  checkpointCall,
]);

/** Primitives with a rule of their own; made when first needed. */
let table: ReadonlyMap<AnyPrimitive, Rule> | undefined;

const makeTable = (): ReadonlyMap<AnyPrimitive, Rule> =>
  new Map<AnyPrimitive, Rule>([
    [exp, exponential],
    [log, logarithm],
    [sin, pair(-1, sin, cos, 0)],
    [cos, pair(-1, sin, cos, 1)],
    [sinh, pair(1, sinh, cosh, 0)],
    [cosh, pair(1, sinh, cosh, 1)],
    [tanh, hyperbolicTangent],
    [logistic, logisticFunction],
    [div, quotient],
    [sqrt, squareRoot],
    [square, ([x]) => [multiplied(x!, x!)]],
    [integerPow, wholePower],
    ...[mul, dotGeneral].map((primitive): [AnyPrimitive, Rule] => [primitive, bilinear(primitive)]),
    ...[
      abs,
      clamp,
      cummax,
      cummin,
      dynamicSlice,
      dynamicUpdateSlice,
      gather,
      max,
      min,
      reduceMax,
      reduceMin,
      scatterAdd,
      selectN,
      sort,
    ].map((primitive): [AnyPrimitive, Rule] => [primitive, piecewiseLinear(primitive)]),
  ]);

/** Linear operations go through coefficient by coefficient. */
const linear =
  (primitive: AnyPrimitive): Rule =>
  (operands, params, order) => {
    const columns: (readonly NDArray[] | null)[] = [];
    for (let k = 0; k <= order; k++) {
      const given = operands.map((x) => x[k]!);
      columns.push(
        k > 0 && given.every((c) => c === null)
          ? null
          : bind(
              primitive,
              given.map((c, i) => instantiate(c, operands[i]![0]!.aval)),
              params,
            ),
      );
    }
    return columns[0]!.map((_, i) => columns.map((column) => (column === null ? null : column[i]!)));
  };

/**
 * Any elementwise operation whose derivative is known: $y' = \sum_i f_i(x)\, x_i'$, where the polynomials of the partial
 * derivatives $f_i$ are found in the same way, to one order less.
 */
function elementwiseRule(primitive: AnyPrimitive): Rule {
  return (operands, params, order) => {
    const argumentRules = primitive.jvp as readonly (((...args: never[]) => NDArray) | "zero")[];
    const moving = operands.flatMap((x, i) =>
      argumentRules[i] !== "zero" && x.slice(1).some((c) => c !== null) ? [i] : [],
    );
    const primals = operands.map((x) => x[0]!);
    const weights =
      order === 0
        ? moving.map((): Series => [])
        : jetFlat(
            (xs) => {
              const y = bind(primitive, xs, params)[0]!;
              return moving.map((i) =>
                (argumentRules[i] as (...args: unknown[]) => NDArray)(ones(xs[i]!.aval), xs, params, y),
              );
            },
            primals,
            operands.map((x) => x.slice(1, order)),
            "jet",
          );
    const y: Tangent[] = [bind(primitive, primals, params)[0]!];
    for (let k = 1; k <= order; k++) {
      const sum = moving.reduce<Tangent>((before, i, n) => {
        const share = total(1, k, (j) => scaled(product(operands[i]![j]!, weights[n]![k - j]!), j));
        return addTangents(before, share === null ? null : broadcastTangent(share, y[0]!.aval.shape));
      }, null);
      y.push(scaled(sum, 1 / k));
    }
    return [y];
  };
}

function ruleOf(primitive: AnyPrimitive): Rule {
  table ??= makeTable();
  const known = table.get(primitive);
  if (known !== undefined) return known;
  if (primitive.jvp === "linear") return linear(primitive);
  if (primitive.jvp === "zero") {
    return (operands, params, order) =>
      bind(
        primitive,
        operands.map((x) => x[0]!),
        params,
      ).map((y) => [y, ...new Array<null>(order).fill(null)]);
  }
  if (Array.isArray(primitive.jvp) && primitive.batch === "elementwise") return elementwiseRule(primitive);
  throw new TransformError({
    what: `jet has no rule for the primitive ${primitive.name}`,
    fix: "write the function without it, or nest jvp for derivatives of higher order",
  });
}

class JetTrace extends Trace {
  private readonly parent: Trace;
  private readonly order: number;
  constructor(parent: Trace, order: number, description: string) {
    super(description);
    this.parent = parent;
    this.order = order;
  }

  override origin(x: NDArray): string | undefined {
    const primal = (x.payload as Series)[0]!;
    return primal.trace.origin(primal);
  }

  wrap(series: Series): NDArray {
    const primal = series[0]!;
    if (!isInexact(primal.aval.dtype) || series.slice(1).every((c) => c === null)) return primal;
    const fitted = series.map((c) => (c === null ? null : broadcastTangent(c, primal.aval.shape)));
    return new NDArray(primal.aval, this, fitted);
  }

  unwrap(x: NDArray): Series {
    return x.trace === this ? (x.payload as Series) : [x, ...new Array<null>(this.order).fill(null)];
  }

  process<P>(primitive: Primitive<P>, operands: readonly NDArray[], params: P): NDArray[] {
    if (operands.every((x) => x.trace !== this)) return withTrace(this.parent, () => bind(primitive, operands, params));
    if (programs.has(primitive)) return inlined(this, (params as { readonly jaxpr: Jaxpr }).jaxpr)(operands);
    return withTrace(this.parent, () =>
      ruleOf(primitive)(
        operands.map((x) => this.unwrap(x)),
        params as never,
        this.order,
      ).map((y) => this.wrap(y)),
    );
  }
}

/** Polynomials of a function of flat arguments. `series` has coefficients 1 to K of each. */
function jetFlat(
  f: (args: readonly NDArray[]) => readonly NDArray[],
  primals: readonly NDArray[],
  series: readonly Series[],
  description: string,
): Series[] {
  const order = series[0]?.length ?? 0;
  const trace = new JetTrace(currentTrace(), order, description);
  try {
    const args = primals.map((x, i) => trace.wrap([x, ...series[i]!]));
    return withTrace(trace, () => f(args)).map((y) => trace.unwrap(y));
  } finally {
    trace.live = false;
  }
}

/** Options of `jet`. */
export interface JetOptions {
  /** Series hold derivatives ($k!$ times the coefficients), which is the default, or else Taylor coefficients. */
  readonly factorialScaled?: boolean;
}

/** A tree with a list of K arrays in place of each array. */
export type SeriesOf<O> = O extends NDArray
  ? NDArray[]
  : O extends object
    ? { -readonly [K in keyof O]: SeriesOf<O[K]> }
    : O;

/**
 * Derivatives of higher order along a curve, by Taylor mode. The arguments are arrays that depend on a number t: `primals`
 * are their values at t = 0, and `series[i]` lists the derivatives of argument i by t, from the first to the K-th. Returns the
 * value of f and its derivatives by t: `[output, outputSeries]`, where `outputSeries` has a list of K arrays for each array of
 * the output.
 *
 * `jit`, `customJvp`, `customVjp` and `checkpoint` are run through; loops have no rule.
 * @throws ArgumentError if the lists do not fit; ShapeError or DTypeError if a term is not like its primal; TransformError for
 * an operation without a rule, which it names.
 * @example
 * const [y, [y1, y2, y3]] = jet(jnp.sin, [0.5], [[1, 0, 0]]); // sin(0.5), cos(0.5), -sin(0.5), -cos(0.5)
 */
export function jet<const A extends readonly unknown[], O>(
  f: (...args: A) => O,
  primals: { readonly [K in keyof A]: ArrayLike },
  series: { readonly [K in keyof A]: readonly ArrayLike[] },
  options: JetOptions = {},
): [Traced<O>, SeriesOf<Traced<O>>] {
  checkFunction("jet", f);
  checkOptions("jet", options, ["factorialScaled"]);
  const { factorialScaled = true } = options;
  const values: readonly unknown[] = primals;
  const lists: readonly (readonly unknown[])[] = series;
  const orders = [...new Set(lists.map((terms) => terms.length))];
  if (!Array.isArray(primals) || !Array.isArray(series) || values.length !== lists.length || orders.length > 1) {
    throw new ArgumentError({
      what: `jet: primals and series must be lists of one length, and all series of one length, but got ${values.length} primals and series of lengths ${lists.map((terms) => terms.length).join(", ")}`,
      fix: "write jet(f, [x], [[dx, d2x]])",
    });
  }
  const order = orders[0] ?? 0;
  const arrays = values.map((x, i) => {
    const { leaves } = flattenToArrays([x]);
    if (leaves.length === 1) return leaves[0]!;
    throw new ArgumentError({
      what: `jet: primal value at position ${i} is not an array`,
      fix: "make the function one of arrays; close over everything else",
    });
  });
  const factorials = Array.from({ length: order + 1 }, () => 1);
  for (let k = 1; k <= order; k++) factorials[k] = factorials[k - 1]! * (factorialScaled ? k : 1);
  const coefficients = arrays.map((x, i) =>
    lists[i]!.map((term, k): Tangent => {
      const given = flattenToArrays([term]).leaves[0]!;
      const { dtype } = x.aval;
      const fitted =
        given.aval.weakType && isInexact(dtype)
          ? convertElementType(given, { newDtype: dtype, weakType: false })
          : given;
      if (!sameType(fitted.aval, x.aval)) {
        throw new (fitted.aval.dtype === dtype ? ShapeError : DTypeError)({
          what: `jet: term ${k} for argument ${i} has type ${formatAval(fitted.aval)}, but the primal value has type ${formatAval(x.aval)}`,
          fix: "give terms of the primal's shape and dtype",
        });
      }
      return scaled(fitted, 1 / factorials[k + 1]!);
    }),
  );
  let structure: ReturnType<typeof flattenToArrays>["structure"] | undefined;
  const results = jetFlat(
    (args) => {
      const output = (f as UserFunction)(...args);
      checkSynchronous("jet", f as UserFunction, output);
      const flat = flattenToArrays(output);
      structure = flat.structure;
      return flat.leaves;
    },
    arrays,
    coefficients,
    `jet of ${functionName(f as UserFunction)}`,
  );
  const terms = results.map((y) =>
    y.slice(1).map((c, k) => (c === null ? zeros(y[0]!.aval) : scaled(c, factorials[k + 1]!)!)),
  );
  return [
    unflatten(
      structure!,
      results.map((y) => y[0]!),
    ) as Traced<O>,
    unflatten(structure!, terms as never) as SeriesOf<Traced<O>>,
  ];
}
