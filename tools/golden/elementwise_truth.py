"""Writes tests/golden/elementwise_truth.json: inputs and exact values of the elementwise functions of real numbers.

Inputs are numbers of float32 and of float64; values are computed with 60 digits (mpmath) and rounded to float64.
Rows are [x, value] or [x, y, value]; infinities and NaN are strings.
"""
import json
import math
import os

import numpy as np
from mpmath import mp, mpf
import mpmath as mm

mp.dps = 60
rng = np.random.default_rng(7)
inf, nan = math.inf, math.nan


def guard(f):
    def g(*xs):
        try:
            v = f(*xs)
        except (ZeroDivisionError, ValueError):
            return nan
        return nan if isinstance(v, mm.mpc) else v
    return g


def lgamma(x):
    if x <= 0 and x == mm.floor(x):
        return inf
    return mm.log(abs(mm.gamma(x))) if x < 0 else mm.loggamma(x).real if isinstance(mm.loggamma(x), mm.mpc) else mm.loggamma(x)


def digamma(x):
    return nan if x <= 0 and x == mm.floor(x) else mm.psi(0, x)


def erf_inv(x):
    if abs(x) >= 1:
        return inf * int(x) if abs(x) == 1 else nan
    if x == 0:
        return mpf(0)
    y = mm.erfinv(x)
    # Newton, in case mpmath's precision was not enough near 1.
    for _ in range(3):
        r = (mm.erfc(abs(y)) - (1 - abs(x))) if abs(x) > 0.5 else (mm.erf(y) - x)
        if abs(x) > 0.5:
            y = mm.sign(y) * (abs(y) + r / (2 / mm.sqrt(mm.pi) * mm.exp(-y * y)))
        else:
            y = y - r / (2 / mm.sqrt(mm.pi) * mm.exp(-y * y))
    return y


def hurwitz(s, q):
    """Also for q below 0, where s must be whole."""
    total = mpf(0)
    while q < 1:
        total += q ** (-int(s)) if s == int(s) else q ** -s
        q += 1
    return total + mm.zeta(s, q)


def polygamma(m, x):
    return digamma(x) if m == 0 else (-1) ** (int(m) + 1) * mm.factorial(int(m)) * hurwitz(m + 1, x)


def round_afz(x):
    return keep_sign(mm.sign(x) * mm.floor(abs(x) + mpf(1) / 2), x)


def keep_sign(value, x):
    """mpmath has no -0."""
    return -0.0 if value == 0 and x < 0 else value


def log_uniform(lo, hi, n=24):
    return np.exp(rng.uniform(np.log(lo), np.log(hi), n))


def both(xs):
    return np.concatenate([xs, -np.asarray(xs)])


def u(lo, hi, n=24):
    return rng.uniform(lo, hi, n)


wide = both(log_uniform(1e-30, 1e30, 16))
near_one = [1 - 2.0**-k for k in (2, 4, 7, 12, 20, 24)]
gammas = np.concatenate([log_uniform(1e-20, 0.9), u(0.5, 3.5, 40), u(3, 12), log_uniform(12, 1e15), [1, 2, 3, 7.5, 8, 1.0000001, 1.9999999, 1.4616321]])
special = [0.0, -0.0, inf, -inf, nan]

unary = {
    # name: (function, inputs, values at [0, -0, inf, -inf, nan])
    "sign": (mm.sign, wide, [0.0, -0.0, 1, -1, nan]),
    "abs": (abs, wide, [0, 0, inf, inf, nan]),
    "square": (lambda x: x * x, both(log_uniform(1e-15, 1e15)), [0, 0, inf, inf, nan]),
    "sqrt": (mm.sqrt, log_uniform(1e-30, 1e30), [0, -0.0, inf, nan, nan]),
    "rsqrt": (lambda x: 1 / mm.sqrt(x), log_uniform(1e-30, 1e30), [inf, -inf, 0, nan, nan]),
    "cbrt": (lambda x: mm.sign(x) * mm.cbrt(abs(x)), wide, [0, -0.0, inf, -inf, nan]),
    "exp": (mm.exp, np.concatenate([u(-80, 80), u(-1, 1)]), [1, 1, inf, 0, nan]),
    "exp2": (lambda x: mpf(2) ** x, np.concatenate([u(-120, 120), u(-1, 1)]), [1, 1, inf, 0, nan]),
    "expm1": (mm.expm1, np.concatenate([u(-20, 80), both(log_uniform(1e-12, 1))]), [0, -0.0, inf, -1, nan]),
    "log": (mm.log, np.concatenate([log_uniform(1e-30, 1e30), u(0.5, 2)]), [-inf, -inf, inf, nan, nan]),
    "log1p": (mm.log1p, np.concatenate([u(-0.99, 3), both(log_uniform(1e-12, 0.5))]), [0, -0.0, inf, nan, nan]),
    "logistic": (lambda x: 1 / (1 + mm.exp(-x)), np.concatenate([u(-80, 80), u(-5, 5)]), [0.5, 0.5, 1, 0, nan]),
    "sin": (mm.sin, np.concatenate([u(-100, 100), both(log_uniform(1e-9, 3, 12))]), [0, -0.0, nan, nan, nan]),
    "cos": (mm.cos, np.concatenate([u(-100, 100), u(-3, 3)]), [1, 1, nan, nan, nan]),
    "tan": (mm.tan, np.concatenate([u(-100, 100), both(log_uniform(1e-9, 1.5, 12))]), [0, -0.0, nan, nan, nan]),
    "asin": (mm.asin, np.concatenate([u(-1, 1), both(log_uniform(1e-9, 1, 12)), [1, -1]]), [0, -0.0, nan, nan, nan]),
    "acos": (mm.acos, np.concatenate([u(-1, 1), near_one, [1, -1]]), [math.pi / 2, math.pi / 2, nan, nan, nan]),
    "atan": (mm.atan, wide, [0, -0.0, math.pi / 2, -math.pi / 2, nan]),
    "sinh": (mm.sinh, np.concatenate([u(-80, 80), both(log_uniform(1e-9, 2, 12))]), [0, -0.0, inf, -inf, nan]),
    "cosh": (mm.cosh, np.concatenate([u(-80, 80), u(-2, 2)]), [1, 1, inf, inf, nan]),
    "tanh": (mm.tanh, np.concatenate([u(-20, 20), both(log_uniform(1e-9, 2, 12))]), [0, -0.0, 1, -1, nan]),
    "asinh": (mm.asinh, both(log_uniform(1e-9, 1e15)), [0, -0.0, inf, -inf, nan]),
    "acosh": (mm.acosh, np.concatenate([1 + log_uniform(1e-3, 1), log_uniform(2, 1e15), [1]]), [nan, nan, inf, nan, nan]),
    "atanh": (mm.atanh, np.concatenate([u(-1, 1), both(log_uniform(1e-9, 0.9, 12)), near_one]), [0, -0.0, nan, nan, nan]),
    "erf": (mm.erf, np.concatenate([u(-4, 4, 40), both(log_uniform(1e-20, 7, 20)), [1, -1, 0.99999994, 30]]), [0, -0.0, 1, -1, nan]),
    "erfc": (mm.erfc, np.concatenate([u(-4, 4, 40), u(1, 9.1, 40), u(0.4, 1.2, 20), [1, 0.5, -30, 40]]), [1, 1, 0, 2, nan]),
    "erfInv": (erf_inv, np.concatenate([u(-1, 1, 60), both(log_uniform(1e-12, 0.5, 12)), near_one, [1, -1, 1.5]]), [0, -0.0, nan, nan, nan]),
    "lgamma": (lgamma, gammas, [inf, inf, inf, inf, nan]),
    "lgamma negative": (lgamma, np.concatenate([-u(0, 1, 16), -u(1, 9, 24), [-1, -2, -1e-20, -2.5]]), [inf, inf, inf, inf, nan]),
    "digamma": (digamma, gammas, [nan, nan, inf, nan, nan]),
    "digamma negative": (digamma, np.concatenate([-u(0, 9, 40), [-1, -2, -1e-10, -2.5]]), [nan, nan, inf, nan, nan]),
    "floor": (mm.floor, both(log_uniform(1e-3, 1e9)), [0, -0.0, inf, -inf, nan]),
    "ceil": (lambda x: keep_sign(mm.ceil(x), x), both(log_uniform(1e-3, 1e9)), [0, -0.0, inf, -inf, nan]),
    "round AWAY_FROM_ZERO": (round_afz, np.concatenate([both(log_uniform(1e-3, 1e9)), [0.5, 1.5, 2.5, -0.5, -1.5, 0.49999997, 8388609.0]]), [0, -0.0, inf, -inf, nan]),
    "round TO_NEAREST_EVEN": (lambda x: keep_sign(mm.nint(x), x), np.concatenate([both(log_uniform(1e-3, 1e9)), [0.5, 1.5, 2.5, -0.5, -1.5, 0.49999997, 8388609.0]]), [0, -0.0, inf, -inf, nan]),
    "integerPow 5": (lambda x: x**5, both(log_uniform(1e-5, 1e5)), [0, -0.0, inf, -inf, nan]),
    "integerPow -3": (lambda x: 1 / x**3, both(log_uniform(1e-5, 1e5)), [inf, -inf, 0, -0.0, nan]),
}

pairs = lambda xs, ys: list(zip(xs, ys))
binary = {
    # name: (function, inputs, extreme rows)
    "add": (lambda x, y: x + y, pairs(wide, rng.permutation(wide)), [[inf, -inf, nan]]),
    "sub": (lambda x, y: x - y, pairs(wide, rng.permutation(wide)), [[inf, inf, nan]]),
    "mul": (lambda x, y: x * y, pairs(u(-9, 9), u(-9, 9)), [[inf, 0, nan]]),
    "div": (lambda x, y: x / y, pairs(u(-9, 9), u(-9, 9)), [[1, 0, inf], [-1, 0, -inf], [0, 0, nan]]),
    "rem": (lambda x, y: mm.sign(x) * mm.fmod(abs(x), abs(y)), pairs(u(-99, 99), u(-9, 9)), [[5, 0, nan], [inf, 2, nan], [3, inf, 3]]),
    "max": (max, pairs(u(-9, 9), u(-9, 9)), [[nan, 1, nan], [1, nan, nan], [inf, 2, inf]]),
    "min": (min, pairs(u(-9, 9), u(-9, 9)), [[nan, 1, nan], [1, nan, nan], [inf, 2, 2]]),
    "pow": (lambda x, y: x**y, pairs(log_uniform(1e-3, 1e3, 40), u(-8, 8, 40)) + [(-2, 3), (-2, -3), (2, 10)], [[-2, 0.5, nan], [nan, 0, 1], [1, nan, 1], [0, 0, 1], [0, -1, inf]]),
    "atan2": (lambda x, y: mm.atan2(x, y), pairs(wide, rng.permutation(wide)), [[0, -1, math.pi], [-0.0, -1, -math.pi], [inf, inf, math.pi / 4]]),
    "polygamma": (polygamma, pairs(rng.integers(0, 7, 80), np.concatenate([u(2, 12, 40), log_uniform(0.01, 1000, 40)])) + [(12, 2.5)], [[1, 0, inf], [2, 0, nan], [1, -3, inf], [1.5, 2, nan], [-1, 2, nan]]),
    "polygamma negative": (polygamma, pairs(rng.integers(0, 7, 40), -u(0.1, 12, 40)) + [(15, 3.5)], []),
    "zeta negative": (hurwitz, pairs(rng.integers(2, 6, 40), -u(0.1, 12, 40)), []),
    "zeta": (hurwitz, pairs(u(1.1, 20, 60), log_uniform(0.1, 300, 60)), [[1, 2, inf], [0.5, 2, nan], [2, 0, inf], [3, -2, nan], [2.5, -0.5, nan]]),
}


def plain(v):
    v = float(v)
    return v if math.isfinite(v) and not (v == 0 and math.copysign(1, v) < 0) else {"inf": "Infinity", "-inf": "-Infinity", "nan": "NaN", "-0.0": "-0"}[str(v)]


def rows(f, inputs, extremes, dtype):
    g = guard(f)
    out = []
    for xs in inputs:
        xs = [float(dtype(x)) for x in np.atleast_1d(xs)]
        out.append([*map(plain, xs), plain(g(*(mpf(x) for x in xs)))])
    return out + [[plain(v) for v in row] for row in extremes]


truth = {}
for dtype in (np.float32, np.float64):
    table = {}
    for name, (f, inputs, ends) in unary.items():
        table[name] = rows(f, np.asarray(inputs, dtype=np.float64), list(zip(special, ends)), dtype)
    for name, (f, inputs, extremes) in binary.items():
        table[name] = rows(f, inputs, extremes, dtype)
    truth[dtype.__name__] = table

path = os.path.join(os.path.dirname(__file__), "../../tests/golden/elementwise_truth.json")
with open(path, "w") as file:
    file.write("{\n" + ",\n".join(
        json.dumps(d) + ": {\n" + ",\n".join(f"{json.dumps(n)}: {json.dumps(r, separators=(',', ':'))}" for n, r in t.items()) + "\n}"
        for d, t in truth.items()) + "\n}\n")
