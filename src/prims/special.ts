/**
 * The error function, its complement and its inverse, element by element, for floating point dtypes. They are
 * polynomials in the scalar vocabulary, with one set of coefficients for float32 and one for float64. Those of erf and
 * erfc are Chebyshev interpolants; those of erfInv are M. Giles's ("Approximating the erfinv function", 2010), which
 * decide the last digits of normally distributed random numbers.
 */
import { scalarLike } from "../core/constant.ts";
import type { Expr, ExprBuilder } from "../core/expr.ts";
import { definePrimitive, type Unary } from "../core/primitive.ts";
import { mul, neg, square } from "./arithmetic.ts";
import { exp } from "./exponential.ts";
import { elementwise, floating, inSinglePrecision } from "./rules.ts";

/** erf(x) / x - 1 as a polynomial in x * x, for |x| <= 1; highest coefficient first, here and below. */
const erfQuotient32: readonly number[] = [
  7.87587506e-5, -8.01686429e-4, 5.18908742e-3, -0.026854212, 0.112835947, -0.376126267, 0.128379166,
];
const erfQuotient64: readonly number[] = [
  -7.795898827002142e-10, 1.3720064546777686e-8, -1.6208483801871705e-7, 1.6447424703317362e-6, -1.492473690741966e-5,
  0.00012055294904839707, -0.0008548325975389692, 0.0052239776071164225, -0.02686617064323777, 0.11283791670945006,
  -0.3761263890318354, 0.12837916709551256,
];

/** (1 + 2x) exp(x * x) erfc(x) as a polynomial in (x - center) / (x + center), from 1 to where erfc(x) underflows. */
interface Tail {
  readonly center: number;
  readonly end: number;
  readonly coefficients: readonly number[];
}
const erfcTail32: Tail = {
  center: 3,
  end: 10.06,
  coefficients: [
    1.69745242e-3, 2.09199079e-3, -0.0236971788, 0.0683938574, -0.119283413, 0.12963881, -0.0475618765, -0.135620978,
    1.25300806,
  ],
};
const erfcTail64: Tail = {
  center: 4,
  end: 27.3,
  coefficients: [
    5.2154093420342845e-8, 5.9317826718763346e-8, -7.474798757499861e-7, 2.9257861377934484e-7, 5.65753032910128e-6,
    -1.121532434141505e-5, -2.437899501816702e-5, 0.00015061812597652924, -0.00019926149362971927,
    -0.0007577723868570426, 0.005031970682190422, -0.016197734183072507, 0.037167515475561214, -0.06633036580280267,
    0.09373283500135529, -0.10103906603664967, 0.06809705425462514, 0.015379652102624507, -0.13962111684056205,
    1.2329951186255526,
  ],
};

/** x without the lower half of its mantissa, so that its square is exact. */
function upperHalf(b: ExprBuilder, x: Expr): Expr {
  if (x.dtype === "float64") return b.cast(b.cast(x, "float32"), "float64");
  return b.bitcast(b.and(b.bitcast(x, "uint32"), b.constant(0xfffff000, "uint32")), "float32");
}

/** erf(x) - x for |x| <= 1. */
function erfExcess(b: ExprBuilder, x: Expr): Expr {
  const coefficients = x.dtype === "float64" ? erfQuotient64 : erfQuotient32;
  return b.mul(x, b.polynomial(b.mul(x, x), coefficients));
}

/** erfc(x) for x >= 1. */
function erfcOfLarge(b: ExprBuilder, x: Expr): Expr {
  const { center, end, coefficients } = x.dtype === "float64" ? erfcTail64 : erfcTail32;
  const a = b.max(b.like(1, x), b.min(x, b.like(end, x)));
  // exp(-a * a) in two parts: rounding a * a would lose as many digits as a * a has before the point.
  const h = upperHalf(b, a);
  const rest = b.mul(b.sub(h, a), b.add(h, a));
  const gaussian = b.mul(b.unary("exp", b.neg(b.mul(h, h))), b.unary("exp", rest));
  const t = b.div(b.sub(a, b.like(center, a)), b.add(a, b.like(center, a)));
  return b.mul(gaussian, b.div(b.polynomial(t, coefficients), b.add(b.like(1, a), b.add(a, a))));
}

function erfExpr(b: ExprBuilder, x: Expr): Expr {
  const one = b.like(1, x);
  const large = b.sub(one, erfcOfLarge(b, b.abs(x)));
  const signed = b.select(b.lt(x, b.like(0, x)), b.neg(large), large);
  return b.select(b.ge(b.abs(x), one), signed, b.add(x, erfExcess(b, x)));
}

function erfcExpr(b: ExprBuilder, x: Expr): Expr {
  const one = b.like(1, x);
  const half = b.like(0.5, x);
  const excess = erfExcess(b, x);
  const below = b.sub(one, b.add(x, excess));
  // Above 1/2, x - 1/2 is exact, and nothing is lost in the difference.
  const above = b.sub(half, b.add(b.sub(x, half), excess));
  const tail = erfcOfLarge(b, b.abs(x));
  const far = b.select(b.lt(x, b.like(0, x)), b.sub(b.like(2, x), tail), tail);
  return b.select(b.ge(b.abs(x), one), far, b.select(b.lt(x, half), below, above));
}

/** Giles's polynomials for w = -log(1 - x * x) below `limit`: in w - `shift`, or in sqrt(w) - `shift`. */
interface Branch {
  readonly limit: number;
  readonly root: boolean;
  readonly shift: number;
  readonly coefficients: readonly number[];
}
const erfInv32: readonly Branch[] = [
  {
    limit: 5,
    root: false,
    shift: 2.5,
    coefficients: [
      2.81022636e-8, 3.43273939e-7, -3.5233877e-6, -4.39150654e-6, 0.00021858087, -0.00125372503, -0.00417768164,
      0.246640727, 1.50140941,
    ],
  },
  {
    limit: Infinity,
    root: true,
    shift: 3,
    coefficients: [
      -0.000200214257, 0.000100950558, 0.00134934322, -0.00367342844, 0.00573950773, -0.0076224613, 0.00943887047,
      1.00167406, 2.83297682,
    ],
  },
];
const erfInv64: readonly Branch[] = [
  {
    limit: 6.25,
    root: false,
    shift: 3.125,
    coefficients: [
      -3.64441206401782e-21, -1.6850591381820166e-19, 1.28584807152564e-18, 1.1157877678025181e-17,
      -1.333171662854621e-16, 2.0972767875968562e-17, 6.637638134358324e-15, -4.054566272975207e-14,
      -8.151934197605472e-14, 2.6335093153082323e-12, -1.2975133253453532e-11, -5.415412054294628e-11,
      1.0512122733215323e-9, -4.112633980346984e-9, -2.9070369957882005e-8, 4.2347877827932404e-7,
      -1.3654692000834679e-6, -1.3882523362786469e-5, 0.00018673420803405714, -0.000740702534166267,
      -0.006033670871430149, 0.24015818242558962, 1.6536545626831027,
    ],
  },
  {
    limit: 16,
    root: true,
    shift: 3.25,
    coefficients: [
      2.2137376921775787e-9, 9.075656193888539e-8, -2.7517406297064545e-7, 1.8239629214389228e-8, 1.5027403968909828e-6,
      -4.013867526981546e-6, 2.9234449089955446e-6, 1.2475304481671779e-5, -4.7318229009055734e-5, 6.828485145957318e-5,
      2.4031110387097894e-5, -0.0003550375203628475, 0.0009532893797373805, -0.0016882755560235047,
      0.002491442096107851, -0.003751208507569241, 0.005370914553590064, 1.0052589676941592, 3.0838856104922208,
    ],
  },
  {
    limit: Infinity,
    root: true,
    shift: 5,
    coefficients: [
      -2.7109920616438573e-11, -2.555641816996525e-10, 1.5076572693500548e-9, -3.789465440126737e-9,
      7.61570120807834e-9, -1.496002662714924e-8, 2.914795345090108e-8, -6.771199775845234e-8, 2.2900482228026655e-7,
      -9.9298272942317e-7, 4.526062597223154e-6, -1.968177810553167e-5, 7.599527703001776e-5, -0.00021503011930044477,
      -0.00013871931833623122, 1.0103004648645344, 4.849906401408584,
    ],
  },
];

function erfInvExpr(b: ExprBuilder, x: Expr): Expr {
  const square = b.mul(x, x);
  let w = b.neg(b.unary("log1p", b.neg(square)));
  if (x.dtype === "float64") {
    // Near 1 the rounding of x * x is most of 1 - x * x. What it was is known exactly, and corrects the logarithm.
    const h = upperHalf(b, x);
    const l = b.sub(x, h);
    const twice = b.add(h, h);
    const error = b.add(b.add(b.sub(b.mul(h, h), square), b.mul(twice, l)), b.mul(l, l));
    w = b.add(w, b.div(error, b.sub(b.like(1, x), square)));
  }
  const sqrt = b.unary("sqrt", w);
  let result: Expr | undefined;
  for (const { limit, root, shift, coefficients } of (x.dtype === "float64" ? erfInv64 : erfInv32).toReversed()) {
    const p = b.polynomial(b.sub(root ? sqrt : w, b.like(shift, x)), coefficients);
    result = result === undefined ? p : b.select(b.lt(w, b.like(limit, x)), p, result);
  }
  const infinite = b.mul(x, b.like(Infinity, x));
  return b.select(b.eq(b.abs(x), b.like(1, x)), infinite, b.mul(result!, x));
}

/**
 * The error function 2/sqrt(pi) times the integral of exp(-t^2) from 0 to x.
 * @example lax.erf(jnp.array(0.5)) // 0.5204999
 */
export const erf: Unary = /* @__PURE__ */ definePrimitive({
  name: "erf",
  arity: 1,
  type: (avals) => elementwise("erf", floating, avals),
  jvp: [(t, [x]) => mul(scalarLike(2 / Math.sqrt(Math.PI), x!), mul(t, exp(neg(square(x!)))))],
  transpose: "nonlinear",
  batch: "elementwise",
  lower: { kind: "map", expr: (b, xs) => inSinglePrecision(b, xs, (x) => erfExpr(b, x)) },
  laws: { domain: [-4, 4], ulp: 4 },
});

/** 1 - erf(x), accurate where that is small. @example lax.erfc(jnp.array(0.5)) // 0.47950011 */
export const erfc: Unary = /* @__PURE__ */ definePrimitive({
  name: "erfc",
  arity: 1,
  type: (avals) => elementwise("erfc", floating, avals),
  jvp: [(t, [x]) => mul(scalarLike(-2 / Math.sqrt(Math.PI), x!), mul(t, exp(neg(square(x!)))))],
  transpose: "nonlinear",
  batch: "elementwise",
  lower: { kind: "map", expr: (b, xs) => inSinglePrecision(b, xs, (x) => erfcExpr(b, x)) },
  laws: { domain: [-4, 4], ulp: 8 },
});

/** The inverse of erf; infinite at -1 and 1, NaN outside. @example lax.erfInv(jnp.array(0.5)) // 0.47693628 */
export const erfInv: Unary = /* @__PURE__ */ definePrimitive({
  name: "erf_inv",
  arity: 1,
  type: (avals) => elementwise("erf_inv", floating, avals),
  jvp: [(t, _xs, _params, result) => mul(scalarLike(Math.sqrt(Math.PI) / 2, result), mul(t, exp(square(result))))],
  transpose: "nonlinear",
  batch: "elementwise",
  lower: { kind: "map", expr: (b, xs) => inSinglePrecision(b, xs, (x) => erfInvExpr(b, x)) },
  laws: { domain: [-0.9, 0.9], ulp: 8 },
});
