/**
 * Arithmetic: sums, products, quotients, extremes, signs, powers and roots, element by element. Operands have equal
 * dtypes and equal shapes, or rank 0 beside any shape; the derivatives are JAX's, operation by operation.
 */
import { scalarLike } from "../core/constant.ts";
import type { NDArray } from "../core/ndarray.ts";
import { type Binary, definePrimitive, isLinear, type Operation, type Planes, type Unary } from "../core/primitive.ts";
import { ArgumentError, DTypeError } from "../errors/index.ts";
import { formatAval } from "../types/aval.ts";
import { isComplex, isInteger, realDType } from "../types/dtype.ts";
import { convertElementType } from "./cast.ts";
import { eq, ge } from "./compare.ts";
import { conj, real as realPart } from "./complex.ts";
import { log } from "./exponential.ts";
import {
  extremePlanes,
  modulus,
  powerPlanes,
  product,
  quotient,
  rsqrtPlanes,
  signPlanes,
  sqrtPlanes,
} from "./planes.ts";
import { floor } from "./rounding.ts";
import {
  bitsDType,
  type Category,
  checkAccepted,
  elementwise,
  elementwiseShape,
  floating,
  inexact,
  known,
  notDifferentiable,
  numeric,
  real,
  transposeSum,
  where,
} from "./rules.ts";

/** -x. Numeric dtypes; unsigned integers wrap. @example lax.neg(jnp.array(2)) // -2.0 */
export const neg: Unary = /* @__PURE__ */ definePrimitive({
  name: "neg",
  arity: 1,
  type: (avals) => elementwise("neg", numeric, avals),
  jvp: "linear",
  transpose: (ct) => [neg(ct)],
  batch: "elementwise",
  lower: { kind: "map", expr: (b, [x]) => b.neg(x!) },
  complex: "planes",
  laws: { dtypes: ["float32", "int32"] },
});

/** x + y. Numeric dtypes. @example lax.add(jnp.array([1, 2]), jnp.array([3, 4])) // [4. 6.] */
export const add: Binary = /* @__PURE__ */ definePrimitive({
  name: "add",
  arity: 2,
  type: (avals) => elementwise("add", numeric, avals, { similar: "add" }),
  jvp: [(t) => t, (t) => t],
  transpose: (ct, operands) => transposeSum(ct, operands, (c) => c),
  batch: "elementwise",
  lower: { kind: "map", expr: (b, [x, y]) => b.add(x!, y!) },
  complex: "planes",
  laws: { dtypes: ["float32", "int32", "uint32"] },
});

/** x + y for the sums of tangents and cotangents, which derivatives are made of. */
export const addAny: Binary = /* @__PURE__ */ definePrimitive({
  name: "add_any",
  arity: 2,
  type: (avals) => elementwise("add_any", inexact, avals),
  jvp: [(t) => t, (t) => t],
  transpose: (ct, operands) => transposeSum(ct, operands, (c) => c),
  batch: "elementwise",
  lower: { kind: "map", expr: (b, [x, y]) => b.add(x!, y!) },
  complex: "planes",
  laws: {},
});

/** x - y. Numeric dtypes. @example lax.sub(jnp.array([1, 2]), jnp.array([3, 5])) // [-2. -3.] */
export const sub: Binary = /* @__PURE__ */ definePrimitive({
  name: "sub",
  arity: 2,
  type: (avals) => elementwise("sub", numeric, avals, { similar: "subtract" }),
  jvp: [(t) => t, (t) => neg(t)],
  transpose: (ct, operands) => transposeSum(ct, operands, neg),
  batch: "elementwise",
  lower: { kind: "map", expr: (b, [x, y]) => b.sub(x!, y!) },
  complex: "planes",
  laws: { dtypes: ["float32", "int32", "uint32"] },
});

/** x y. Numeric dtypes. Linear in each operand. @example lax.mul(jnp.array([1, 2]), jnp.array([3, 4])) // [3. 8.] */
export const mul: Binary = /* @__PURE__ */ definePrimitive({
  name: "mul",
  arity: 2,
  type: (avals) => elementwise("mul", numeric, avals, { similar: "multiply" }),
  jvp: [(t, [, y]) => mul(t, y!), (t, [x]) => mul(x!, t)],
  transpose: (ct, [x, y]) =>
    isLinear(x!) ? [mul(ct, known("mul", y!)), null] : [null, isLinear(y!) ? mul(known("mul", x!), ct) : null],
  batch: "elementwise",
  lower: { kind: "map", expr: (b, [x, y]) => b.mul(x!, y!) },
  complex: (b, [x, y]) => product(b, x!, y!),
  laws: { dtypes: ["float32", "int32", "uint32"] },
});

/**
 * x / y. Numeric dtypes; integers truncate towards zero, and x / 0 is -1. Linear in x.
 * @example lax.div(jnp.array([1, 2]), jnp.array([2, 4])) // [0.5 0.5]
 */
export const div: Binary = /* @__PURE__ */ definePrimitive({
  name: "div",
  arity: 2,
  type: (avals) => elementwise("div", numeric, avals, { similar: "divide" }),
  jvp: [(t, [, y]) => div(t, y!), (t, [x, y]) => mul(mul(neg(t), x!), integerPow(y!, { y: -2 }))],
  transpose: (ct, [, y]) => [div(ct, known("div", y!)), null],
  batch: "elementwise",
  lower: { kind: "map", expr: (b, [x, y]) => b.div(x!, y!) },
  complex: (b, [x, y]) => quotient(b, x!, y!),
  laws: {
    dtypes: ["float32", "int32", "uint32"],
    domain: [
      [-2, 2],
      [0.5, 3],
    ],
  },
});

/**
 * The remainder of x / y, with the sign of x. Integers and floats; for integers x rem 0 is x.
 * @example lax.rem(jnp.array([-7, 7]), jnp.array([3, 3])) // [-1.  1.]
 */
export const rem: Binary = /* @__PURE__ */ definePrimitive({
  name: "rem",
  arity: 2,
  type: (avals) => elementwise("rem", real, avals, { similar: "fmod" }),
  jvp: [(t) => t, (t, [x, y]) => mul(neg(t), mul(sign(div(x!, y!)), floor(abs(div(x!, y!)))))],
  transpose: "nonlinear",
  batch: "elementwise",
  lower: { kind: "map", expr: (b, [x, y]) => b.rem(x!, y!) },
  laws: {
    dtypes: ["float32", "int32", "uint32"],
    domain: [
      [-5, 5],
      [0.6, 1.7],
    ],
  },
});

const comparable: readonly Category[] = ["integer", "floating", "complexfloating", "bool"];

/** The share of an extreme's tangent that belongs to x: 1 where x alone is the extreme, 1/2 at a tie, else 0. */
function share(x: NDArray, extreme: NDArray, y: NDArray): NDArray {
  return div(where(eq(x, extreme), 1, 0, extreme), where(eq(y, extreme), 2, 1, extreme));
}

/**
 * The larger of x and y; NaN if either is. Where they are equal, each gets half of the gradient.
 * @example lax.max(jnp.array([1, 4]), jnp.array([3, 2])) // [3. 4.]
 */
export const max: Binary = /* @__PURE__ */ definePrimitive({
  name: "max",
  arity: 2,
  type: (avals) => elementwise("max", comparable, avals, { similar: "maximum" }),
  jvp: [
    (t, [x, y], _params, result) => mul(t, share(x!, result, y!)),
    (t, [x, y], _params, result) => mul(t, share(y!, result, x!)),
  ],
  transpose: "nonlinear",
  batch: "elementwise",
  lower: { kind: "map", expr: (b, [x, y]) => (x!.dtype === "bool" ? b.or(x!, y!) : b.max(x!, y!)) },
  complex: (b, [x, y]) => extremePlanes(b, x!, y!, "gt"),
  laws: { dtypes: ["float32", "int32", "uint32", "bool"] },
});

/**
 * The smaller of x and y; NaN if either is. Where they are equal, each gets half of the gradient.
 * @example lax.min(jnp.array([1, 4]), jnp.array([3, 2])) // [1. 2.]
 */
export const min: Binary = /* @__PURE__ */ definePrimitive({
  name: "min",
  arity: 2,
  type: (avals) => elementwise("min", comparable, avals, { similar: "minimum" }),
  jvp: [
    (t, [x, y], _params, result) => mul(t, share(x!, result, y!)),
    (t, [x, y], _params, result) => mul(t, share(y!, result, x!)),
  ],
  transpose: "nonlinear",
  batch: "elementwise",
  lower: { kind: "map", expr: (b, [x, y]) => (x!.dtype === "bool" ? b.and(x!, y!) : b.min(x!, y!)) },
  complex: (b, [x, y]) => extremePlanes(b, x!, y!, "lt"),
  laws: { dtypes: ["float32", "int32", "uint32", "bool"] },
});

/**
 * |x|. Signed integers, floats, and complex numbers, whose result is real. The derivative at 0 is 1, as in JAX.
 * @example lax.abs(jnp.array(-2)) // 2.0
 */
export const abs: Unary = /* @__PURE__ */ definePrimitive({
  name: "abs",
  arity: 1,
  type: (avals) =>
    elementwise("abs", ["floating", "complexfloating", "signedinteger"], avals, { dtype: realDType(avals[0]!.dtype) }),
  jvp: [
    (t, [x], _params, result) => {
      const { dtype } = x!.aval;
      if (!isComplex(dtype)) return where(ge(x!, 0), t, neg(t), t);
      const size = convertElementType(result, { newDtype: dtype, weakType: false });
      return realPart(mul(t, div(conj(x!), nonZero(size))));
    },
  ],
  transpose: "nonlinear",
  batch: "elementwise",
  lower: { kind: "map", expr: (b, [x]) => b.abs(x!) },
  complex: (b, [x]) => [modulus(b, x!)],
  laws: { dtypes: ["float32", "int32"] },
});

/**
 * -1, 0 or 1; zeros keep their sign and NaN stays NaN. Of complex numbers x / |x|, and 0 at 0. Numeric dtypes.
 * @example lax.sign(jnp.array(-3)) // -1.0
 */
export const sign: Unary = /* @__PURE__ */ definePrimitive({
  name: "sign",
  arity: 1,
  type: (avals) => elementwise("sign", numeric, avals),
  jvp: "zero",
  transpose: "nonlinear",
  batch: "elementwise",
  lower: {
    kind: "map",
    expr: (b, [x]) => {
      const zero = b.like(0, x!);
      return b.select(b.gt(x!, zero), b.like(1, x!), b.select(b.lt(x!, zero), b.like(-1, x!), x!));
    },
  },
  complex: signPlanes,
  laws: { dtypes: ["float32", "int32", "uint32"], smooth: false },
});

/** x squared. Numeric dtypes. @example lax.square(jnp.array(3)) // 9.0 */
export const square: Unary = /* @__PURE__ */ definePrimitive({
  name: "square",
  arity: 1,
  type: (avals) => elementwise("square", numeric, avals),
  jvp: [(t, [x]) => mul(t, mul(2, x!))],
  transpose: "nonlinear",
  batch: "elementwise",
  lower: { kind: "map", expr: (b, [x]) => b.mul(x!, x!) },
  complex: (b, [x]) => product(b, x!, x!),
  laws: { dtypes: ["float32", "int32"] },
});

function nonZero(x: NDArray): NDArray {
  return where(eq(x, 0), 1, x, x);
}

/**
 * x to the power y. x is inexact; y has the dtype of x, or is an integer. `pow(x, 0)` is 1.
 * For an integer y the derivative with respect to x is 0 where y is 0; for a float y it is y x^(y - 1) everywhere.
 * @example lax.pow(jnp.array([2, 3]), jnp.array([3, 2])) // [8. 9.]
 */
export const pow: Binary = /* @__PURE__ */ definePrimitive({
  name: "pow",
  arity: 2,
  type: (avals) => {
    const [x, y] = avals as [(typeof avals)[0], (typeof avals)[0]];
    checkAccepted("pow", inexact, x, 0);
    checkAccepted("pow", numeric, y, 1);
    if (y.dtype !== x.dtype && !isInteger(y.dtype)) {
      throw new DTypeError({
        what: `the first argument to pow must have an inexact dtype (float or complex), and the second argument must have an inexact or integer dtype, and two inexact dtypes must match, but got ${x.dtype} and ${y.dtype} respectively.`,
        fix: "jnp.power is a similar function that does automatic type promotion on inputs",
      });
    }
    return { shape: elementwiseShape("pow", avals), dtype: x.dtype, weakType: x.weakType && y.weakType };
  },
  jvp: [
    (t, [x, y]) => {
      if (y!.dtype === x!.dtype) return mul(t, mul(y!, pow(x!, sub(y!, 1))));
      const exponent = convertElementType(y!, { newDtype: x!.dtype, weakType: false });
      const slope = mul(nonZero(exponent), pow(x!, sub(exponent, 1)));
      return mul(t, where(eq(exponent, 0), 0, slope, exponent));
    },
    (t, [x], _params, result) => mul(t, mul(log(nonZero(x!)), result)),
  ],
  transpose: "nonlinear",
  batch: "elementwise",
  lower: { kind: "map", expr: (b, [x, y]) => b.binary("pow", x!, b.cast(y!, x!.dtype)) },
  complex: (b, [x, y]) => powerPlanes(b, [x!, [b.cast(y![0], x![0].dtype), b.cast(y![1], x![0].dtype)]]),
  laws: {
    ulp: 4,
    cases: [
      { operands: [{ shape: [2, 3], domain: [0.1, 3] }, { shape: [2, 3] }], params: null },
      { operands: [{ shape: [2, 3], domain: [0.1, 3] }, { shape: [] }], params: null },
      { operands: [{ shape: [], domain: [0.1, 3] }, { shape: [4] }], params: null },
      {
        operands: [
          { shape: [5], domain: [0.5, 3] },
          { shape: [5], dtype: "int32", values: [-2, 0, 1, 2, 3] },
        ],
        params: null,
      },
      { operands: [{ shape: [4] }, { shape: [], dtype: "int32", values: [3] }], params: null },
    ],
  },
});

/** The exponent of `integerPow`: an integer, known while tracing. */
export interface IntegerPowParams {
  readonly y: number;
}

/** By repeated squaring, so that results do not depend on how a backend computes powers. */
function repeatedSquaring<T>(x: T, exponent: number, one: T, times: (x: T, y: T) => T, over: (x: T, y: T) => T): T {
  if (exponent === 0) return one;
  let result: T | undefined;
  let factor = x;
  for (let n = Math.abs(exponent); ; factor = times(factor, factor)) {
    // The factor goes last: x cubed is x x times x.
    if (n % 2 === 1) result = result === undefined ? factor : times(result, factor);
    n = Math.floor(n / 2);
    if (n === 0) break;
  }
  return exponent < 0 ? over(one, result!) : result!;
}

/** x to a fixed integer power. Numeric dtypes; integers take no negative powers. */
export const integerPow: Operation<1, IntegerPowParams> = /* @__PURE__ */ definePrimitive<1, IntegerPowParams>({
  name: "integer_pow",
  arity: 1,
  type: (avals, { y }) => {
    const result = elementwise("integer_pow", numeric, avals);
    if (!Number.isSafeInteger(y)) {
      throw new ArgumentError({
        what: `integer_pow takes an integer as its exponent, got ${String(y)}`,
        fix: "use lax.pow for other exponents",
      });
    }
    if (y < 0 && isInteger(result.dtype)) {
      throw new DTypeError({
        what: `Integers cannot be raised to negative powers, got integer_pow(${formatAval(result)}, ${y})`,
        fix: 'convert the operand first: lax.convertElementType(x, "float32")',
      });
    }
    return result;
  },
  jvp: ([x], [t], { y }) => [
    [integerPow(x!, { y })],
    [t === null || y === 0 ? null : y === 1 ? t! : mul(t!, mul(y, y === 2 ? x! : integerPow(x!, { y: y - 1 })))],
  ],
  transpose: "nonlinear",
  batch: "elementwise",
  lower: {
    kind: "map",
    expr: (b, [x], { y }) =>
      repeatedSquaring(
        x!,
        y,
        b.like(1, x!),
        (p, q) => b.mul(p, q),
        (p, q) => b.div(p, q),
      ),
  },
  complex: (b, [x], { y }) =>
    repeatedSquaring<Planes>(
      x!,
      y,
      [b.like(1, x![0]), b.like(0, x![0])],
      (p, q) => product(b, p, q),
      (p, q) => quotient(b, p, q),
    ),
  show: ({ y }) => [["y", y]],
  laws: {
    cases: [
      ...[-3, -1, 0, 1, 2, 3, 7].map((y) => ({
        operands: [{ shape: [2, 3], domain: [0.3, 2] as const }],
        params: { y },
      })),
      ...[0, 1, 2, 5].map((y) => ({ operands: [{ shape: [4], dtype: "int32" as const }], params: { y } })),
      { operands: [{ shape: [] }], params: { y: 4 } },
    ],
  },
});

/** The square root; NaN for negative numbers. @example lax.sqrt(jnp.array(2)) // 1.4142135 */
export const sqrt: Unary = /* @__PURE__ */ definePrimitive({
  name: "sqrt",
  arity: 1,
  type: (avals) => elementwise("sqrt", inexact, avals),
  jvp: [(t, _xs, _params, result) => mul(t, div(0.5, result))],
  transpose: "nonlinear",
  batch: "elementwise",
  lower: { kind: "map", expr: (b, [x]) => b.unary("sqrt", x!) },
  complex: sqrtPlanes,
  laws: { domain: [0.1, 10] },
});

/** 1 / sqrt(x). @example lax.rsqrt(jnp.array(4)) // 0.5 */
export const rsqrt: Unary = /* @__PURE__ */ definePrimitive({
  name: "rsqrt",
  arity: 1,
  type: (avals) => elementwise("rsqrt", inexact, avals),
  jvp: [(t, [x], _params, result) => mul(t, mul(-0.5, div(result, x!)))],
  transpose: "nonlinear",
  batch: "elementwise",
  lower: { kind: "map", expr: (b, [x]) => b.div(b.like(1, x!), b.unary("sqrt", x!)) },
  complex: rsqrtPlanes,
  laws: { domain: [0.1, 10], ulp: 2 },
});

/** The cube root; of negative numbers too. @example lax.cbrt(jnp.array(8)) // 2.0 */
export const cbrt: Unary = /* @__PURE__ */ definePrimitive({
  name: "cbrt",
  arity: 1,
  type: (avals) => elementwise("cbrt", floating, avals),
  jvp: [(t, _xs, _params, result) => mul(t, mul(scalarLike(1 / 3, result), integerPow(result, { y: -2 })))],
  transpose: "nonlinear",
  batch: "elementwise",
  lower: { kind: "map", expr: (b, [x]) => b.unary("cbrt", x!) },
  laws: { domain: [0.1, 10], ulp: 2 },
});

/**
 * The next representable number after x in the direction of y; y itself where they are equal. Has no derivative.
 * @example lax.nextafter(jnp.array(1), jnp.array(2)) // 1.0000001
 */
export const nextafter: Binary = /* @__PURE__ */ definePrimitive({
  name: "nextafter",
  arity: 2,
  type: (avals) => elementwise("nextafter", floating, avals, { similar: "nextafter" }),
  jvp: [
    notDifferentiable("Differentiation rule for 'nextafter' not implemented"),
    notDifferentiable("Differentiation rule for 'nextafter' not implemented"),
  ],
  transpose: "nonlinear",
  batch: "elementwise",
  lower: {
    kind: "map",
    expr: (b, [x, y]) => {
      // The bits of a float, read as an integer, grow with its magnitude.
      const bits = bitsDType(x!.dtype);
      const zero = b.like(0, x!);
      const one = b.constant(1, bits);
      const grows = b.select(b.gt(x!, zero), b.lt(x!, y!), b.gt(x!, y!));
      const next = b.bitcast(b.add(b.bitcast(x!, bits), b.select(grows, one, b.constant(-1, bits))), x!.dtype);
      const smallest = b.bitcast(one, x!.dtype);
      const fromZero = b.select(b.lt(y!, zero), b.neg(smallest), smallest);
      const result = b.select(b.eq(x!, y!), y!, b.select(b.eq(x!, zero), fromZero, next));
      return b.select(b.or(b.ne(x!, x!), b.ne(y!, y!)), b.add(x!, y!), result);
    },
  },
  laws: { smooth: false },
});
