"""Polynomials of src/prims/special.ts and src/prims/gamma.ts: Chebyshev interpolation in high precision.

Prints, for each function, the coefficients (highest first) for float32 and float64, and the largest relative error.
"""
from mpmath import bernoulli, cos, erf, erfc, euler, exp, factorial, findroot, loggamma, mp, mpf, pi, psi, sqrt

mp.dps = 60


def interpolate(f, lo, hi, degree):
    """Monomial coefficients (lowest first) in x of the interpolant at Chebyshev nodes of [lo, hi]."""
    n = degree + 1
    mid, half = (mpf(lo) + hi) / 2, (mpf(hi) - lo) / 2
    nodes = [cos(pi * (k + mpf(1) / 2) / n) for k in range(n)]
    values = [f(mid + half * s) for s in nodes]
    cheb = [2 / mpf(n) * sum(v * cos(j * pi * (k + mpf(1) / 2) / n) for k, v in enumerate(values)) for j in range(n)]
    cheb[0] /= 2
    # Chebyshev to monomials in s, then s = (x - mid) / half.
    t0, t1 = [mpf(1)], [mpf(0), mpf(1)]
    s = [mpf(0)] * n
    for j in range(n):
        for i, c in enumerate(t0):
            s[i] += cheb[j] * c
        t2 = [mpf(0)] + [2 * c for c in t1]
        for i, c in enumerate(t0):
            t2[i] -= c
        t0, t1 = t1, t2
    x = [mpf(0)] * n
    for c in reversed(s):
        # x = x * (X - mid) / half + c
        y = [mpf(0)] * n
        for i in range(n - 1):
            y[i + 1] += x[i] / half
        for i in range(n):
            y[i] -= x[i] * mid / half
        y[0] += c
        x = y
    return x


def text(value, dtype="float64"):
    """The shortest decimal that gives the nearest number of the dtype."""
    return mp.nstr(value, 9, min_fixed=-3, max_fixed=3) if dtype == "float32" else repr(float(value)).replace("e-0", "e-")


def report(name, f, lo, hi, degree32, degree64, error=None):
    """`error(value, approximation, x)` measures the error; default relative."""
    for dtype, degree in (("float32", degree32), ("float64", degree64)):
        c = interpolate(f, lo, hi, degree)
        worst = mpf(0)
        for k in range(401):
            x = lo + (mpf(hi) - lo) * k / 400
            p = sum(a * x**i for i, a in enumerate(c))
            v = f(x)
            worst = max(worst, abs(error(v, p, x)) if error else abs(p / v - 1))
        print(f"{name} {dtype}: degree {degree}, error {mp.nstr(worst, 3)}")
        print("  [" + ", ".join(text(a, dtype) for a in reversed(c)) + "],")


tiny = mpf(10) ** -40
# erf(x) = x + x * e(x * x) for |x| < 1
report("erf", lambda u: (erf(sqrt(u + tiny)) / sqrt(u + tiny) - 1), 0, 1, 6, 11, lambda v, p, x: (p - v))


# erfc(x) = exp(-x * x) / (1 + 2 x) * r((x - c) / (x + c)) for x >= 1
def erfcx(c):
    def f(t):
        x = c * (1 + t) / (1 - t)
        return (1 + 2 * x) * exp(x * x) * erfc(x)
    return f


report("erfc, c = 3, x <= 10.06", erfcx(mpf(3)), mpf(-2) / 4, mpf("7.06") / mpf("13.06"), 8, 8)
report("erfc, c = 4, x <= 27.3", erfcx(mpf(4)), mpf(-3) / 5, mpf("23.3") / mpf("31.3"), 19, 19)

# lgamma(y) = (y - 1) (y - 2) p(y - 2) on [1, 3]
def gamma_quotient(t):
    if abs(t) < mpf(10) ** -30:
        return 1 - euler
    if abs(t + 1) < mpf(10) ** -30:
        return euler
    return loggamma(2 + t).real / (t * (t + 1))


report("lgamma", gamma_quotient, -1, 1, 12, 26)

# digamma(y) = (y - root) q(y - 2) on [1, 3]
root = findroot(lambda x: psi(0, x), mpf("1.4616"))
print("root", mp.nstr(root, 40))


def digamma_quotient(t):
    y = 2 + t
    return psi(1, root) if abs(y - root) < mpf(10) ** -30 else psi(0, y) / (y - root)


report("digamma", digamma_quotient, -1, 1, 13, 28)

# Zeta: Euler and Maclaurin's B(2j) / (2j)!
print("zeta [" + ", ".join(text(bernoulli(2 * j) / factorial(2 * j)) for j in range(1, 13)) + "]")
# Stirling: B(2k) / (2k (2k - 1)), and for digamma B(2k) / (2k)
for name, scale in (("lgamma", lambda k: 2 * k * (2 * k - 1)), ("digamma", lambda k: 2 * k)):
    print(f"{name} tail [" + ", ".join(text(bernoulli(2 * k) / scale(k)) for k in range(10, 0, -1)) + "]")
