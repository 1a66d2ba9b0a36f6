/**
 * The logarithm of the gamma function, its derivatives, and Hurwitz's zeta function, element by element, for floating
 * point dtypes. Between 1 and 3 there are polynomials (Chebyshev interpolants) that are exact at the zeros; arguments up
 * to 8 are shifted there, larger ones have Stirling's series, negative ones are reflected.
 */
import { scalarLike } from "../core/constant.ts";
import type { Expr, ExprBuilder } from "../core/expr.ts";
import { type Binary, definePrimitive, type Unary } from "../core/primitive.ts";
import { add, mul } from "./arithmetic.ts";
import { elementwise, floating, inSinglePrecision, notDifferentiable } from "./rules.ts";

/** log(gamma(y)) / ((y - 1) (y - 2)) in y - 2 for y from 1 to 3; highest coefficient first, here and below. */
const gammaQuotient32: readonly number[] = [
  1.80915131e-5, -3.85804752e-5, 2.38816073e-5, -5.28397356e-5, 1.91739687e-4, -4.25154131e-4, 9.12594484e-4,
  -2.10224243e-3, 4.99899609e-3, -0.0123849432, 0.0329649878, -0.100317275, 0.422784335,
];
const gammaQuotient64: readonly number[] = [
  1.4756784497956257e-9, -3.045083104616406e-9, -3.6707781973177215e-9, 7.546982106044216e-9, 1.4354602538186547e-8,
  -2.9689377236178223e-8, 8.980752931319328e-9, -1.9155798912805917e-8, 1.0090082501416391e-7, -2.1160209415295267e-7,
  3.9829198619176525e-7, -8.417878185566207e-7, 1.8101965374585382e-6, -3.851628024568635e-6, 8.221641184688458e-6,
  -1.7660549436859962e-5, 3.816898383928973e-5, -8.30953205143401e-5, 0.00018255262896164608, -0.0004057073767183402,
  0.0009153769228592748, -0.0021081308352055112, 0.00499864116468036, -0.012384192193336401, 0.03296500062115597,
  -0.10031730167435421, 0.42278433509846713,
];

/** digamma(y) / (y - digammaRoot) in y - 2 for y from 1 to 3. */
const digammaQuotient32: readonly number[] = [
  -1.1036304e-4, 2.20856402e-4, -5.58361144e-5, 1.12410224e-4, -7.58197001e-4, 1.52395472e-3, -2.70920573e-3,
  5.49150369e-3, -0.0113436279, 0.0234577031, -0.0495507039, 0.108999259, -0.260738958, 0.785307545,
];
const digammaQuotient64: readonly number[] = [
  9.518171739147029e-9, -1.903635721105846e-8, -3.093398948520762e-8, 6.186795491568026e-8, 1.0053608396456935e-7,
  -2.0107270819670245e-7, -2.9145119207885333e-8, 5.8285994586065274e-8, 4.290253291489252e-7, -8.580896982578119e-7,
  1.238910144497479e-6, -2.4781719030311023e-6, 5.253172898961469e-6, -1.0509526063726006e-5, 2.089802780670172e-5,
  -4.182492865527941e-5, 8.377787676220672e-5, -0.00016781978030629567, 0.0003364327195465597, -0.0006753127085218515,
  0.0013581421476875015, -0.0027395729429329422, 0.005552254174526186, -0.011338432550277753, 0.02344730959760139,
  -0.049551032917745826, 0.10899991701762814, -0.26073895468300085, 0.7853075386041053,
];
/** The zero of digamma: the nearest number of the dtype, and what is left. */
const digammaRoot32: readonly [number, number] = [1.4616321325302124, 1.24381499e-8];
const digammaRoot64: readonly [number, number] = [1.4616321449683622, 9.549995429965697e-17];

/** Bernoulli's numbers B(2k) / (2k (2k - 1)), k from 10 to 1. */
const stirling: readonly number[] = [
  -1.3924322169059011, 0.17964437236883057, -0.029550653594771242, 0.00641025641025641, -0.0019175269175269174,
  0.0008417508417508417, -0.0005952380952380953, 0.0007936507936507937, -0.002777777777777778, 0.08333333333333333,
];
/** B(2k) / (2k), k from 10 to 1. */
const stirlingSlope: readonly number[] = [
  -26.456212121212122, 3.0539543302701198, -0.4432598039215686, 0.08333333333333333, -0.021092796092796094,
  0.007575757575757576, -0.004166666666666667, 0.003968253968253968, -0.008333333333333333, 0.08333333333333333,
];
/** B(2j) / (2j)!, j from 1 to 12. */
const eulerMaclaurin: readonly number[] = [
  0.08333333333333333, -0.001388888888888889, 3.306878306878307e-5, -8.267195767195768e-7, 2.08767569878681e-8,
  -5.284190138687493e-10, 1.3382536530684679e-11, -3.3896802963225827e-13, 8.586062056277845e-15,
  -2.174868698558062e-16, 5.5090028283602295e-18, -1.3954464685812522e-19,
];

/** As many of the last coefficients as the precision needs from 8 on. */
function seriesFor(x: Expr, coefficients: readonly number[]): readonly number[] {
  return x.dtype === "float64" ? coefficients : coefficients.slice(-4);
}

/** `step` as often as it takes to bring arguments from below 8 under 3: y, and whether this step is one of them. */
function shiftBelowThree(b: ExprBuilder, x: Expr, step: (next: Expr, moves: Expr) => void): Expr {
  let y = x;
  for (let i = 0; i < 5; i++) {
    const moves = b.ge(y, b.like(3, x));
    const next = b.sub(y, b.like(1, x));
    step(next, moves);
    y = b.select(moves, next, y);
  }
  return y;
}

/** The distance to the nearest integer of a number that is not negative. */
function fraction(b: ExprBuilder, a: Expr): Expr {
  const above = b.sub(a, b.unary("floor", a));
  return b.min(above, b.sub(b.like(1, a), above));
}

function lgammaExpr(b: ExprBuilder, x: Expr): Expr {
  const k = (n: number): Expr => b.like(n, x);
  const a = b.abs(x);
  const negative = b.lt(x, k(0));
  const small = b.lt(a, k(1));
  const large = b.ge(a, k(8));
  // gamma(a) = product gamma(y). Below 1, y stands for 1 + a and is never formed, since a may vanish beside 1.
  let product = k(1);
  const y = shiftBelowThree(b, a, (next, moves) => {
    product = b.select(moves, b.mul(product, next), product);
  });
  const minusOne = b.select(small, a, b.sub(y, k(1)));
  const minusTwo = b.sub(b.select(small, a, y), b.select(small, k(1), k(2)));
  const quotient = b.polynomial(minusTwo, x.dtype === "float64" ? gammaQuotient64 : gammaQuotient32);
  const core = b.mul(b.mul(minusOne, minusTwo), quotient);
  // Stirling: (a - 1/2) (log a - 1) + (log(2 pi) - 1) / 2 + ...
  const logarithm = b.unary("log", b.select(large, a, product));
  const inverse = b.div(k(1), a);
  const tail = b.mul(inverse, b.polynomial(b.mul(inverse, inverse), seriesFor(x, stirling)));
  const leading = b.mul(b.sub(a, k(0.5)), b.sub(logarithm, k(1)));
  const asymptotic = b.add(leading, b.add(k(0.4189385332046727), tail));
  const value = b.select(small, core, b.select(large, asymptotic, b.add(core, logarithm)));
  // Below 1 log(a) is still to be taken off. Reflected: gamma(-a) = -pi / (a sin(pi a) gamma(a)).
  const sine = b.div(b.unary("sin", b.mul(k(Math.PI), fraction(b, a))), k(Math.PI));
  const reflected = b.mul(sine, b.select(small, k(1), a));
  const rest = b.unary("log", b.select(negative, reflected, b.select(small, a, k(1))));
  const result = b.sub(b.select(negative, b.neg(value), value), rest);
  // At a pole that is huge, both parts are infinite and their difference would be NaN.
  const pole = b.and(negative, b.eq(a, b.unary("floor", a)));
  return b.select(b.or(pole, b.eq(a, k(Infinity))), k(Infinity), result);
}

function digammaExpr(b: ExprBuilder, x: Expr): Expr {
  const k = (n: number): Expr => b.like(n, x);
  const double = x.dtype === "float64";
  const a = b.abs(x);
  const negative = b.lt(x, k(0));
  const small = b.lt(a, k(1));
  // digamma(y + 1) = digamma(y) + 1 / y; the sum of the inverses is one fraction.
  let numerator = k(0);
  let denominator = k(1);
  const shifted = shiftBelowThree(b, a, (next, moves) => {
    numerator = b.select(moves, b.add(b.mul(numerator, next), denominator), numerator);
    denominator = b.select(moves, b.mul(denominator, next), denominator);
  });
  const y = b.select(small, b.add(k(1), a), shifted);
  const [root, rest] = double ? digammaRoot64 : digammaRoot32;
  const quotient = b.polynomial(b.sub(y, k(2)), double ? digammaQuotient64 : digammaQuotient32);
  const core = b.mul(b.sub(b.sub(y, k(root)), k(rest)), quotient);
  const inverse = b.div(k(1), a);
  const w = b.mul(inverse, inverse);
  const tail = b.mul(w, b.polynomial(w, seriesFor(x, stirlingSlope)));
  const asymptotic = b.sub(b.unary("log", a), b.add(b.mul(k(0.5), inverse), tail));
  const value = b.select(b.ge(a, k(8)), asymptotic, b.add(core, b.div(numerator, denominator)));
  // Below 1, `value` is digamma(1 + a). Reflected: digamma(-a) = digamma(1 + a) + pi / tan(pi a).
  const turn = b.sub(a, b.unary("round", a));
  const cotangent = b.div(k(Math.PI), b.unary("tan", b.mul(k(Math.PI), turn)));
  const ofNegative = b.add(b.select(small, value, b.add(value, inverse)), cotangent);
  const result = b.select(negative, ofNegative, b.select(small, b.sub(value, inverse), value));
  return b.select(b.and(b.le(x, k(0)), b.eq(x, b.unary("floor", x))), k(NaN), result);
}

/** The sum of (q + k)^-s over k >= 0 for s > 1 and q > 0: some terms, then Euler and Maclaurin's formula. */
function hurwitz(b: ExprBuilder, s: Expr, q: Expr): Expr {
  const k = (n: number): Expr => b.like(n, s);
  const terms = s.dtype === "float64" ? 10 : 8;
  const corrections = s.dtype === "float64" ? 12 : 6;
  const negated = b.neg(s);
  const a = b.add(q, k(terms));
  // a^(1 - s) rather than a^-s first: it is the larger, and may be all that does not underflow.
  const integral = b.binary("pow", a, b.sub(k(1), s));
  const last = b.div(integral, a);
  const inverse = b.div(k(1), a);
  const inverseSquare = b.mul(inverse, inverse);
  let factor = b.mul(s, inverse);
  let correction = k(0);
  for (let j = 0; j < corrections; j++) {
    correction = b.add(correction, b.mul(k(eulerMaclaurin[j]!), factor));
    const rising = b.mul(b.add(s, k(2 * j + 1)), b.add(s, k(2 * j + 2)));
    factor = b.mul(b.mul(factor, inverseSquare), rising);
  }
  let sum = b.add(b.div(integral, b.sub(s, k(1))), b.mul(last, b.add(k(0.5), correction)));
  for (let i = terms - 1; i >= 0; i--) sum = b.add(sum, b.binary("pow", b.add(q, k(i)), negated));
  return sum;
}

function isEven(b: ExprBuilder, n: Expr): Expr {
  const half = b.mul(n, b.like(0.5, n));
  return b.eq(half, b.unary("floor", half));
}

function zetaExpr(b: ExprBuilder, s: Expr, q: Expr): Expr {
  const k = (n: number): Expr => b.like(n, s);
  const positive = b.gt(q, k(0));
  const whole = b.eq(q, b.unary("floor", q));
  const wholePower = b.eq(s, b.unary("floor", s));
  const even = isEven(b, s);
  // For q = -a below 0 the terms with q + k < 0 are those of two positive arguments, r = a - floor(a) and a + 1:
  // zeta(s, q) = zeta(s, 1 - r) + (-1)^s (zeta(s, r) - zeta(s, a + 1)).
  const a = b.select(positive, k(0.5), b.neg(q));
  const r = b.sub(a, b.unary("floor", a));
  const upper = hurwitz(b, s, b.select(positive, q, b.sub(k(1), r)));
  const lower = b.sub(hurwitz(b, s, r), hurwitz(b, s, b.add(a, k(1))));
  const reflected = b.select(even, b.add(upper, lower), b.sub(upper, lower));
  // At the poles both sides go to infinity if s is even, and apart if it is odd.
  const pole = b.select(even, k(Infinity), k(NaN));
  const continued = b.select(whole, pole, b.select(wholePower, reflected, k(NaN)));
  const result = b.select(positive, upper, continued);
  const inside = b.select(b.gt(s, k(1)), result, b.select(b.eq(s, k(1)), k(Infinity), k(NaN)));
  return b.select(b.ne(q, q), q, inside);
}

function polygammaExpr(b: ExprBuilder, m: Expr, x: Expr): Expr {
  const k = (n: number): Expr => b.like(n, x);
  // Factorials up to 12! are exact products; beyond, the exponential of lgamma is good enough.
  let factorial = k(1);
  for (let i = 2; i <= 12; i++) factorial = b.mul(factorial, b.select(b.ge(m, k(i)), k(i), k(1)));
  const order = b.add(m, k(1));
  factorial = b.select(b.gt(m, k(12)), b.unary("exp", lgammaExpr(b, order)), factorial);
  const magnitude = b.mul(factorial, zetaExpr(b, order, x));
  const value = b.select(isEven(b, m), b.neg(magnitude), magnitude);
  const defined = b.and(b.gt(m, k(0)), b.eq(m, b.unary("floor", m)));
  return b.select(b.eq(m, k(0)), digammaExpr(b, x), b.select(defined, value, k(NaN)));
}

/**
 * The logarithm of |gamma(x)|; infinite at 0 and the negative integers.
 * @example lax.lgamma(jnp.array(5)) // 3.1780539
 */
export const lgamma: Unary = /* @__PURE__ */ definePrimitive({
  name: "lgamma",
  arity: 1,
  type: (avals) => elementwise("lgamma", floating, avals),
  jvp: [(t, [x]) => mul(t, digamma(x!))],
  transpose: "nonlinear",
  batch: "elementwise",
  lower: { kind: "map", expr: (b, xs) => inSinglePrecision(b, xs, (x) => lgammaExpr(b, x)) },
  laws: { domain: [0.2, 20], ulp: 8 },
});

/** The derivative of `lgamma`; NaN at 0 and the negative integers. @example lax.digamma(jnp.array(1)) // -0.5772157 */
export const digamma: Unary = /* @__PURE__ */ definePrimitive({
  name: "digamma",
  arity: 1,
  type: (avals) => elementwise("digamma", floating, avals),
  jvp: [(t, [x]) => mul(t, polygamma(scalarLike(1, x!), x!))],
  transpose: "nonlinear",
  batch: "elementwise",
  lower: { kind: "map", expr: (b, xs) => inSinglePrecision(b, xs, (x) => digammaExpr(b, x)) },
  laws: { domain: [0.2, 20], ulp: 8 },
});

/**
 * `polygamma(m, x)`: the m-th derivative of `digamma` at x, for whole m >= 0 (else NaN). Has no derivative in m.
 * @example lax.polygamma(jnp.array(1), jnp.array(2)) // 0.64493406
 */
export const polygamma: Binary = /* @__PURE__ */ definePrimitive({
  name: "polygamma",
  arity: 2,
  type: (avals) => elementwise("polygamma", floating, avals),
  jvp: [
    notDifferentiable("polygamma gradient with respect to m is not supported"),
    (t, [m, x]) => mul(t, polygamma(add(m!, 1), x!)),
  ],
  transpose: "nonlinear",
  batch: "elementwise",
  lower: { kind: "map", expr: (b, xs) => inSinglePrecision(b, xs, (m, x) => polygammaExpr(b, m!, x!)) },
  laws: {
    ulp: 16,
    smooth: false,
    cases: [
      {
        operands: [
          { shape: [4], values: [0, 1, 2, 5] },
          { shape: [4], domain: [0.5, 5] },
        ],
        params: null,
      },
      {
        operands: [
          { shape: [], values: [1] },
          { shape: [3], domain: [0.5, 5] },
        ],
        params: null,
      },
    ],
  },
});

/**
 * Hurwitz's zeta function `zeta(s, q)`: the sum of (q + k)^-s over k >= 0, for s > 1. For q below 0, s must be whole
 * (else NaN). Has no derivative.
 */
export const zeta: Binary = /* @__PURE__ */ definePrimitive({
  name: "zeta",
  arity: 2,
  type: (avals) => elementwise("zeta", floating, avals),
  jvp: [
    notDifferentiable("Differentiation rule for 'zeta' not implemented"),
    notDifferentiable("Differentiation rule for 'zeta' not implemented"),
  ],
  transpose: "nonlinear",
  batch: "elementwise",
  lower: { kind: "map", expr: (b, xs) => inSinglePrecision(b, xs, (s, q) => zetaExpr(b, s!, q!)) },
  laws: {
    ulp: 16,
    smooth: false,
    cases: [
      {
        operands: [
          { shape: [3], domain: [1.5, 6] },
          { shape: [3], domain: [0.5, 5] },
        ],
        params: null,
      },
      {
        operands: [
          { shape: [2], values: [2, 3] },
          { shape: [], domain: [0.5, 5] },
        ],
        params: null,
      },
    ],
  },
});
