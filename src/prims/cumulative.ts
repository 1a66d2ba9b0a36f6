/**
 * Running sums, products, extremes and log-sum-exps along an axis. Only the sum is linear; the tangents of the others
 * come from a parallel prefix scan of values together with their tangents, in JAX's order, which decides how ties share.
 */
import type { NDArray } from "../core/ndarray.ts";
import {
  type ArgumentJvp,
  type CumulativeOp,
  definePrimitive,
  type Laws,
  type Lowering,
  type Operation,
  type PrimitiveSpec,
} from "../core/primitive.ts";
import { AxisError, DTypeError } from "../errors/index.ts";
import { isInexact } from "../types/dtype.ts";
import { formatShape } from "../types/shape.ts";
import { abs, add, div, max, min, mul, neg, sub } from "./arithmetic.ts";
import { checkNumber } from "./axes.ts";
import { convertElementType } from "./cast.ts";
import { eq, ne } from "./compare.ts";
import { exp, log1p } from "./exponential.ts";
import { full, onesLike, zerosLike } from "./fill.ts";
import { rev } from "./movement.ts";
import { selectN } from "./select.ts";
import { concatenate, pad, sliceAlong } from "./slicing.ts";

/** Parameters of the cumulative operations. */
export interface CumulativeParams {
  readonly axis: number;
  /** From the end to the start. */
  readonly reverse: boolean;
}

type Cumulative = Operation<1, CumulativeParams>;
type CumulativeSpec = PrimitiveSpec<1, CumulativeParams>;

function typed(name: string): CumulativeSpec["type"] {
  return ([x], { axis }) => {
    checkNumber(name, x!);
    if (!Number.isInteger(axis) || axis < 0 || axis >= x!.shape.length) {
      throw new AxisError({
        what: `axis ${axis} is out of bounds for array of shape ${formatShape(x!.shape)}`,
        fix: "count axes from 0",
      });
    }
    return x!;
  };
}

function batching(op: () => Cumulative): CumulativeSpec["batch"] {
  return (_axis, [x], [dim], { axis, reverse }) => [op()(x!, { axis: axis < dim! ? axis : axis + 1, reverse }), dim!];
}

const lowering = (op: CumulativeOp): Lowering<CumulativeParams> => ({
  kind: "cumulative",
  op,
  axis: ({ axis }) => axis,
  reverse: ({ reverse }) => reverse,
});

const show: NonNullable<CumulativeSpec["show"]> = ({ axis, reverse }) => [
  ["axis", axis],
  ["reverse", reverse],
];

const cases: NonNullable<Laws<CumulativeParams>["cases"]> = [
  { operands: [{ shape: [5] }], params: { axis: 0, reverse: false } },
  { operands: [{ shape: [6] }], params: { axis: 0, reverse: true } },
  { operands: [{ shape: [2, 3] }], params: { axis: 0, reverse: false } },
  { operands: [{ shape: [2, 7, 2] }], params: { axis: 1, reverse: true } },
  { operands: [{ shape: [3, 1] }], params: { axis: 1, reverse: false } },
];

/** A value with its tangent. */
type Dual = readonly [value: NDArray, tangent: NDArray];

/** Combines two neighbours, elementwise. */
type Combine = (a: Dual, b: Dual) => Dual;

const each = (x: Dual, f: (y: NDArray) => NDArray): Dual => [f(x[0]), f(x[1])];

/** a[0], b[0], a[1], b[1], ... along an axis; b is as long as a or shorter by one. */
function interleave(a: NDArray, b: NDArray, axis: number): NDArray {
  const longer = a.shape[axis]! > b.shape[axis]!;
  const spread = (x: NDArray, low: number, high: number): NDArray =>
    pad(x, full([], 0, x.dtype), {
      paddingConfig: x.shape.map((_, d) => (d === axis ? ([low, high, 1] as const) : ([0, 0, 0] as const))),
    });
  return add(spread(a, 0, longer ? 0 : 1), spread(b, 1, longer ? 1 : 0));
}

/**
 * The parallel prefix scan: neighbours are combined in pairs, the pairs are scanned, which gives the results at odd
 * places; those at even places are an odd one combined with one more element.
 */
function prefixScan(combine: Combine, x: Dual, axis: number): Dual {
  const n = x[0].shape[axis]!;
  if (n < 2) return x;
  const evens = each(x, (y) => sliceAlong(y, axis, 0, n - 1, 2));
  const odds = each(x, (y) => sliceAlong(y, axis, 1, n, 2));
  const oddResults = prefixScan(combine, combine(evens, odds), axis);
  const pairs = oddResults[0].shape[axis]!;
  const before = n % 2 === 0 ? each(oddResults, (y) => sliceAlong(y, axis, 0, pairs - 1)) : oddResults;
  const after =
    n > 2
      ? combine(
          before,
          each(x, (y) => sliceAlong(y, axis, 2, n, 2)),
        )
      : undefined;
  const evenResults = [0, 1].map((i) => {
    const first = sliceAlong(x[i]!, axis, 0, 1);
    return after === undefined ? first : concatenate([first, after[i]!], { dimension: axis });
  });
  return [interleave(evenResults[0]!, oddResults[0], axis), interleave(evenResults[1]!, oddResults[1], axis)];
}

/** The tangent of a cumulative operation, by a scan of values with tangents. */
function scannedTangent(combine: Combine): ArgumentJvp<CumulativeParams> {
  return (dx, [x], { axis, reverse }) => {
    const turned = (y: NDArray): NDArray => (reverse ? rev(y, { dimensions: [axis] }) : y);
    return turned(prefixScan(combine, [turned(x!), turned(dx)], axis)[1]);
  };
}

/** Running products of ever longer stretches, for numbers of which kernels know none. */
function productOfShifts(x: NDArray, axis: number, reverse: boolean): NDArray {
  const turned = (y: NDArray): NDArray => (reverse ? rev(y, { dimensions: [axis] }) : y);
  const n = x.shape[axis]!;
  let result = turned(x);
  for (let shift = 1; shift < n; shift *= 2) {
    const before = sliceAlong(result, axis, 0, n - shift);
    const paddingConfig = x.shape.map((_, d) => [d === axis ? shift : 0, 0, 0] as const);
    result = mul(pad(before, full([], 1, x.dtype), { paddingConfig }), result);
  }
  return turned(result);
}

const multiplied: Combine = ([a, da], [b, db]) => [mul(a, b), add(mul(da, b), mul(a, db))];

/** The larger or smaller of two; at ties each tangent counts half. */
function extreme(op: (a: NDArray, b: NDArray) => NDArray): Combine {
  return ([a, da], [b, db]) => {
    const y = op(a, b);
    const attains = (x: NDArray): NDArray => convertElementType(eq(x, y), { newDtype: da.dtype, weakType: false });
    const [byA, byB] = [attains(a), attains(b)];
    const one = onesLike(byA);
    return [y, add(mul(da, div(byA, add(one, byB))), mul(db, div(byB, add(one, byA))))];
  };
}

/** log(exp(a) + exp(b)) without overflow; infinities of one sign and NaN are added. */
const logAddExp: Combine = ([a, da], [b, db]) => {
  const difference = sub(a, b);
  const y = selectN([ne(difference, difference), add(max(a, b), log1p(exp(neg(abs(difference))))), add(a, b)]);
  // An infinite value has itself as its only share: exp(0), not exp(infinity - infinity).
  const finite = (x: NDArray): NDArray =>
    selectN([eq(x, full(x.shape, Number.POSITIVE_INFINITY, x.dtype)), x, zerosLike(x)]);
  const share = (x: NDArray): NDArray => exp(sub(finite(x), finite(y)));
  return [y, add(mul(da, share(a)), mul(db, share(b)))];
};

/**
 * `lax.cumsum`: running sums along an axis.
 *
 * @throws DTypeError if the operand does not hold numbers. @throws AxisError if the axis does not exist.
 * @example cumsum(x, { axis: 0, reverse: false })
 */
export const cumsum: Cumulative = /* @__PURE__ */ definePrimitive<1, CumulativeParams>({
  name: "cumsum",
  arity: 1,
  type: /* @__PURE__ */ typed("cumsum"),
  jvp: "linear",
  transpose: (ct, _operands, { axis, reverse }) => [cumsum(ct, { axis, reverse: !reverse })],
  batch: /* @__PURE__ */ batching(() => cumsum),
  lower: /* @__PURE__ */ lowering("add"),
  complex: "planes",
  show,
  laws: { dtypes: ["float32", "int32"], ulp: 8, cases },
});

/**
 * `lax.cumprod`: running products along an axis. The derivative is right where factors are zero.
 *
 * @throws DTypeError if the operand does not hold numbers. @throws AxisError if the axis does not exist.
 * @example cumprod(x, { axis: 0, reverse: false })
 */
export const cumprod: Cumulative = /* @__PURE__ */ definePrimitive<1, CumulativeParams>({
  name: "cumprod",
  arity: 1,
  type: /* @__PURE__ */ typed("cumprod"),
  jvp: [/* @__PURE__ */ scannedTangent(multiplied)],
  transpose: "nonlinear",
  batch: /* @__PURE__ */ batching(() => cumprod),
  lower: /* @__PURE__ */ lowering("mul"),
  complex: { expand: ([x], { axis, reverse }) => [productOfShifts(x!, axis, reverse)] },
  show,
  laws: {
    dtypes: ["float32", "int32"],
    ulp: 8,
    cases: /* @__PURE__ */ cases.concat([
      { operands: [{ shape: [5], values: [2, 0, 3, 0, -1] }], params: { axis: 0, reverse: false } },
    ]),
  },
});

/**
 * `lax.cummax`: the largest element so far along an axis; NaN from the first NaN on. At ties the derivative is shared.
 *
 * @throws DTypeError if the operand does not hold numbers. @throws AxisError if the axis does not exist.
 * @example cummax(x, { axis: 0, reverse: false })
 */
export const cummax: Cumulative = /* @__PURE__ */ definePrimitive<1, CumulativeParams>({
  name: "cummax",
  arity: 1,
  type: /* @__PURE__ */ typed("cummax"),
  jvp: [/* @__PURE__ */ scannedTangent(/* @__PURE__ */ extreme((a, b) => max(a, b)))],
  transpose: "nonlinear",
  batch: /* @__PURE__ */ batching(() => cummax),
  lower: /* @__PURE__ */ lowering("max"),
  show,
  laws: { dtypes: ["float32", "int32"], cases },
});

/**
 * `lax.cummin`: the smallest element so far along an axis; NaN from the first NaN on. At ties the derivative is shared.
 *
 * @throws DTypeError if the operand does not hold numbers. @throws AxisError if the axis does not exist.
 * @example cummin(x, { axis: 0, reverse: false })
 */
export const cummin: Cumulative = /* @__PURE__ */ definePrimitive<1, CumulativeParams>({
  name: "cummin",
  arity: 1,
  type: /* @__PURE__ */ typed("cummin"),
  jvp: [/* @__PURE__ */ scannedTangent(/* @__PURE__ */ extreme((a, b) => min(a, b)))],
  transpose: "nonlinear",
  batch: /* @__PURE__ */ batching(() => cummin),
  lower: /* @__PURE__ */ lowering("min"),
  show,
  laws: { dtypes: ["float32", "int32"], cases },
});

/**
 * `lax.cumlogsumexp`: log of the running sums of exp(x) along an axis, without overflow.
 *
 * @throws DTypeError if the operand is not floating point or complex. @throws AxisError if the axis does not exist.
 * @example cumlogsumexp(x, { axis: 0, reverse: false })
 */
export const cumlogsumexp: Cumulative = /* @__PURE__ */ definePrimitive<1, CumulativeParams>({
  name: "cumlogsumexp",
  arity: 1,
  type: (avals, params) => {
    const { dtype } = avals[0]!;
    if (!isInexact(dtype)) {
      throw new DTypeError({
        what: `logaddexp requires floating-point or complex inputs; got ${dtype}`,
        fix: 'convert the operand first: x.astype("float32")',
      });
    }
    return typed("cumlogsumexp")(avals, params);
  },
  jvp: [/* @__PURE__ */ scannedTangent(logAddExp)],
  transpose: "nonlinear",
  batch: /* @__PURE__ */ batching(() => cumlogsumexp),
  lower: /* @__PURE__ */ lowering("logaddexp"),
  show,
  laws: { ulp: 16, cases },
});
