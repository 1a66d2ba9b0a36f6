/** The modified Bessel function `i0` and the normalised `sinc`. */
import type { ArrayArg } from "../array/convert.ts";
import { cast } from "../array/convert.ts";
import { promoteInexact } from "../array/promotion.ts";
import type { Expr, ExprBuilder } from "../core/expr.ts";
import type { NDArray } from "../core/ndarray.ts";
import { definePrimitive, type Operation } from "../core/primitive.ts";
import { abs, add, div, mul, sqrt } from "../prims/arithmetic.ts";
import { eq, lt } from "../prims/compare.ts";
import { exp } from "../prims/exponential.ts";
import { checkAccepted, elementwise, floating, inexact } from "../prims/rules.ts";
import { sin } from "../prims/trigonometric.ts";
import { dtypeBytes } from "../types/dtype.ts";
import { choosing, constant } from "./operand.ts";

/** Where the power series of i0 hands over to the asymptotic one. */
const handover = 20;

/**
 * The modified Bessel function of the first kind of order 0: the sum over k of (x/2)^2k / k!^2.
 *
 * Far from 0 it is exp(|x|) / sqrt(2 pi |x|) times the sum of ((2k-1)!!)^2 / (k! (8 |x|)^k). Both series are summed from
 * their small end.
 * @throws DTypeError for complex numbers.
 * @example jnp.i0(jnp.array([0, 1])) // [1.        1.2660658]
 */
export function i0(x: ArrayArg): NDArray {
  const given = promoteInexact("i0", x)[0]!;
  checkAccepted("i0", floating, given.aval);
  const half = dtypeBytes(given.aval.dtype) === 2;
  const a = half ? cast(given, "float32") : given;
  const { dtype } = a.aval;
  const one = constant(1, dtype);
  const terms = dtype === "float64" ? 45 : 30;

  const quarter = mul(mul(a, a), constant(0.25, dtype));
  let near: NDArray = one;
  for (let k = terms; k > 0; k--) near = add(one, mul(mul(quarter, constant(1 / (k * k), dtype)), near));

  const length = abs(a);
  const isNear = lt(length, constant(handover, dtype));
  const large = choosing(isNear, constant(handover, dtype), length);
  const inverse = div(one, large);
  let far: NDArray = one;
  for (let k = 30; k > 0; k--) far = add(one, mul(mul(inverse, constant((2 * k - 1) ** 2 / (8 * k), dtype)), far));
  const scale = div(exp(large), sqrt(mul(constant(2 * Math.PI, dtype), large)));

  const result = choosing(isNear, near, mul(scale, far));
  return half ? cast(result, given.aval.dtype, given.aval.weakType) : result;
}

const atZero = (b: ExprBuilder, x: Expr, order: number): Expr =>
  b.add(b.mul(x, b.like(0, x)), b.like(order % 2 === 1 ? 0 : (-1) ** (order / 2) / (order + 1), x));

/**
 * The derivative of order k of sin(x) / x at 0, whatever x is (NaN for NaN): 0 for odd k, (-1)^(k/2) / (k + 1) for even.
 * Its own derivative is the one of the next order, so that `sinc` has all derivatives at 0.
 */
export const sincAtZero: Operation<1, { readonly order: number }> = /* @__PURE__ */ definePrimitive<
  1,
  { readonly order: number }
>({
  name: "sinc_at_zero",
  arity: 1,
  type: (avals) => elementwise("sinc_at_zero", inexact, avals),
  jvp: [(t, [x], { order }) => mul(t, sincAtZero(x!, { order: order + 1 }))],
  transpose: "nonlinear",
  batch: "elementwise",
  lower: { kind: "map", expr: (b, [x], { order }) => atZero(b, x!, order) },
  complex: (b, [x], { order }) => [atZero(b, x![0], order), b.mul(x![1], b.like(0, x![1]))],
  show: ({ order }) => [["order", order]],
  laws: {
    smooth: false,
    cases: [0, 1, 2].map((order) => ({ operands: [{ shape: [3] }], params: { order } })),
  },
});

/**
 * sin(pi x) / (pi x), and 1 at 0. All derivatives at 0 are right: the first is 0, the second -pi^2 / 3.
 * @example jnp.sinc(jnp.array([0, 0.5, 1])) // [ 1.0000000e+00  6.3661975e-01 -2.7827534e-08]
 */
export function sinc(x: ArrayArg): NDArray {
  const a = promoteInexact("sinc", x)[0]!;
  const { dtype } = a.aval;
  const isZero = eq(a, constant(0, dtype));
  const angle = mul(constant(Math.PI, dtype), a);
  const safe = choosing(isZero, constant(1, dtype), angle);
  return choosing(isZero, sincAtZero(angle, { order: 0 }), div(sin(safe), safe));
}
