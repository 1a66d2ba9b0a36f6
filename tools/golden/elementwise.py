"""elementwise.json: every elementwise lax primitive on ordinary and extreme inputs, with derivatives and true values.

A case holds whole arrays: `out` is JAX's result, `jvp[k]` its derivative along argument k (tangent 1), `true` the value
without JAX's rounding (float64 digits for float32 inputs), `jvp64` the derivative evaluated in float64. `xla_quirk` and
`jvp_quirk` name the elements where XLA on a CPU is not a model: {"flush": [i], "inexact": [[i, ulps]], "differs": [i]}; "flush" are those that
differ because XLA takes subnormal numbers for zero, "inexact" are more than 4 ulp (derivatives: 16) off, "differs" are
infinite or NaN on one side only.
"""

import math

import scipy.special
from common import array, encode, jax, np, write

jnp, lax = jax.numpy, jax.lax
L = np.longdouble

HALVES = [0.49999997, 0.5, 0.50000006, 1.5, 2.5, 3.5, 4.5]
NEAR = [0.1, 0.25, 0.3, 0.75, 0.99, 0.99999994, 1, 1.0000001, 2, 3, 5, 9, 10]
TRIG = [math.pi / 4, math.pi / 2, math.pi, 2 * math.pi, 355.0, 1e5, 1e8, 1e10, 1e20, 1e30]
SMALL = [1e-3, 1e-4, 1e-5, 1e-7, 1e-10, 1e-20, 1e-30]
LARGE = [20, 50, 87, 88.7, 88.8, 103, 104.5, 1e3, 1e4, 8388607.5, 8388608, 16777217]
F32 = [0, 1e-45, 1e-40, 1.1754942e-38, 1.1754944e-38, 3e38, 3.4028235e38]
F64 = [0, 5e-324, 1e-310, 2.2250738585072014e-308, 1e-300, 1e-100, 300, 709.7, 709.9, 746, 4503599627370495.5, 1e100, 1e300, 1.7e308]
SPECIAL = [math.inf, math.nan]


def unary_inputs(dtype):
    rest = np.random.RandomState(5).uniform(0, 4, 9).astype(np.float32).tolist()
    own = F32 if dtype == "float32" else F64
    p = np.array([*own, *SMALL, *HALVES, *NEAR, *LARGE, *TRIG, *SPECIAL, *rest], dtype)
    return np.concatenate([p, -p[~np.isnan(p)]])


def binary_inputs(dtype):
    tiny, huge = ([1e-40, 1.1754944e-38], [3e38]) if dtype == "float32" else ([1e-310, 2.2250738585072014e-308], [1e308])
    v = np.array([0, -0.0, *tiny, -tiny[0], 0.1, 0.5, -0.5, 1, -1, 2, -2, 3, -2.5, 1e5, -7.25, *huge, math.inf, -math.inf, math.nan], dtype)
    x, y = (a.reshape(-1) for a in np.meshgrid(v, v, indexing="ij"))
    r = np.random.RandomState(6).uniform(0.05, 6, (2, 25)).astype(np.float32)
    return np.concatenate([x, r[0].astype(dtype)]), np.concatenate([y, r[1].astype(dtype)])


def each(f):
    """A float64 truth from the math module, element by element, with its exceptions turned into IEEE values."""

    def g(x):
        def one(v):
            try:
                return f(v)
            except OverflowError:
                return math.inf
            except ValueError:
                return math.nan

        return np.array([one(float(v)) for v in x.reshape(-1)]).reshape(x.shape)

    return g


def lgamma(v):
    return math.inf if v <= 0 and v == math.floor(v) else math.lgamma(v)


def digamma(x):
    pole = (x <= 0) & (x == np.floor(x))
    return np.where(pole & (x != 0), np.nan, scipy.special.digamma(x))


# name -> (truth in long double, or None) ; "wide" truths serve float64 as well as float32.
WIDE = dict(
    exp=np.exp, exp2=np.exp2, log=np.log, expm1=np.expm1, log1p=np.log1p, tanh=np.tanh, sin=np.sin, cos=np.cos, tan=np.tan,
    asin=np.arcsin, acos=np.arccos, atan=np.arctan, sinh=np.sinh, cosh=np.cosh, asinh=np.arcsinh, acosh=np.arccosh,
    atanh=np.arctanh, sqrt=np.sqrt, cbrt=np.cbrt, logistic=lambda x: 1 / (1 + np.exp(-x)), rsqrt=lambda x: 1 / np.sqrt(x),
    neg=np.negative, sign=np.sign, floor=np.floor, ceil=np.ceil, abs=np.abs, square=lambda x: x * x,
)
NARROW = dict(erf=each(math.erf), erfc=each(math.erfc), lgamma=each(lgamma), digamma=digamma, erf_inv=scipy.special.erfinv)


def ulps(a, b):
    """Distance in representable numbers between two arrays of one float type."""
    i, mask = (np.int32, 0x7FFFFFFF) if a.dtype == np.float32 else (np.int64, 0x7FFFFFFFFFFFFFFF)

    def order(v):
        n = v.view(i).astype(object)
        return np.where(n < 0, -(n & mask), n)

    return np.abs(order(a) - order(b))


def quirk(out, true, bound, args):
    """Where JAX's `out` differs from `true` rounded to its dtype; "flush" where an input or the true value is subnormal."""
    low = np.zeros(out.shape, bool)
    for a in args:
        if a.dtype.kind == "f":
            low |= (a != 0) & (np.abs(a) < np.finfo(a.dtype).tiny)
    with np.errstate(all="ignore"):
        t = np.asarray(true).astype(out.dtype)
    tiny = np.finfo(out.dtype).tiny
    flush, inexact, differs = [], [], []
    for i, (o, w) in enumerate(zip(out, t)):
        if np.isnan(o) and np.isnan(w) or o == w:
            continue
        if low[i] or abs(w) < tiny and abs(o) <= tiny:
            flush.append(i)
        elif not (np.isfinite(o) and np.isfinite(w)):
            differs.append(i)
        else:
            d = ulps(out[i : i + 1], t[i : i + 1])[0]
            if d > bound:
                inexact.append([i, d if d < 10**6 else 10**6])
    found = {"flush": flush, "inexact": inexact, "differs": differs}
    return {k: v for k, v in found.items() if v}


def run(name, args, kwargs=None, truth=None, differentiable=True):
    kwargs = kwargs or {}
    dtype = str(args[0].dtype)
    f = lambda *a: getattr(lax, name)(*a, **kwargs)
    shown = {k: v.name if hasattr(v, "name") else v for k, v in kwargs.items()}
    wide = any(a.dtype in (np.float64, np.int64) for a in args)
    with jax.enable_x64(wide):
        xs = [jnp.asarray(a) for a in args]
        try:
            out = np.asarray(f(*xs))
        except TypeError as e:  # a dtype that the primitive does not take
            cases.append({"fn": name, "dtype": dtype, "args": encode(args), "kwargs": encode(shown), "error": str(e)})
            return
        case = {"fn": name, "dtype": dtype, "args": encode(args), "kwargs": encode(shown), "out": array(out)}
        floats = [i for i, x in enumerate(xs) if x.dtype.kind == "f"]
        jvps = jvp_columns(f, xs, floats) if differentiable and floats and out.dtype.kind == "f" else None
    if wide:
        case["x64"] = True
    if truth is not None:
        with np.errstate(all="ignore"):
            true = truth(*args)
            case["true"] = array(np.asarray(true).astype(np.float64))
        q = quirk(out, true, 4, args)
        if q:
            case["xla_quirk"] = q
    if jvps:
        case["jvp"] = [array(t) if t is not None else None for t in jvps]
        if dtype == "float32":
            with jax.enable_x64(True):
                ys = [jnp.asarray(a.astype(np.float64) if a.dtype == np.float32 else a) for a in args]
                exact = jvp_columns(f, ys, floats)
            case["jvp64"] = [array(t) if t is not None else None for t in exact]
            case["jvp_quirk"] = [quirk(np.asarray(t), np.asarray(e), 16, args) if t is not None else {} for t, e in zip(jvps, exact)]
    cases.append(case)


def jvp_columns(f, xs, floats):
    out = []
    for k in range(len(xs)):
        if k not in floats:
            out.append(None)
            continue
        g = lambda v: f(*xs[:k], v, *xs[k + 1 :])
        out.append(np.asarray(jax.jvp(g, (xs[k],), (jnp.ones_like(xs[k]),))[1]))
    return out


def exact(f):
    return lambda *a: f(*(x.astype(L) for x in a))


cases = []
for dtype in ("float32", "float64"):
    x = unary_inputs(dtype)
    for name, truth in {**WIDE, **NARROW}.items():
        if name in WIDE:
            run(name, [x], truth=exact(truth))
        else:
            run(name, [x], truth=(lambda v, t=truth: t(v.astype(np.float64))) if dtype == "float32" else None)
    away = lambda v: np.where(np.isfinite(v), np.copysign(np.floor(np.abs(v) + (np.abs(v) % 1 >= 0.5)), v), v)
    run("round", [x], {"rounding_method": lax.RoundingMethod.AWAY_FROM_ZERO}, exact(away))
    run("round", [x], {"rounding_method": lax.RoundingMethod.TO_NEAREST_EVEN}, exact(np.rint))
    run("is_finite", [x])
    for y in (-3, -2, -1, 0, 1, 2, 3, 4, 5, 10):
        run("integer_pow", [x], {"y": y}, lambda v, y=y: v.astype(L) ** y)

    a, b = binary_inputs(dtype)
    own = lambda f: lambda p, q: f(p, q)
    run("pow", [a, b], truth=exact(np.power))
    run("atan2", [a, b], truth=exact(np.arctan2))
    for name, f in dict(add=np.add, sub=np.subtract, mul=np.multiply, div=np.divide, rem=np.fmod, max=np.maximum, min=np.minimum, nextafter=np.nextafter).items():
        run(name, [a, b], truth=own(f), differentiable=name != "nextafter")
    for name in ("eq", "ne", "lt", "le", "gt", "ge"):
        run(name, [a, b])
    run("pow", [a, np.resize(np.array([0, 1, 2, -1, 3, -2, 7], np.int32), a.shape)], truth=lambda p, q: p.astype(L) ** q)

    r = np.random.RandomState(7)
    v = np.array([-math.inf, -3, -1, -0.0, 0, 0.5, 1, 2, math.inf, math.nan], dtype)
    lo, mid, hi = (g.reshape(-1)[::7] for g in np.meshgrid(v, v, v, indexing="ij"))
    run("clamp", [lo, mid, hi])
    run("select_n", [r.rand(lo.size) < 0.5, mid, hi])
    run("select_n", [r.randint(0, 3, lo.size).astype(np.int32), lo, mid, hi])

INTS = dict(
    int32=[0, 1, -1, 2, -2, 3, 7, -7, 31, 32, 33, 255, 46341, 65536, 123456789, -987654321, 2**31 - 1, -(2**31)],
    uint32=[0, 1, 2, 3, 7, 31, 32, 33, 255, 65535, 65536, 123456789, 2**31 - 1, 2**31, 3000000000, 2**32 - 1],
    int8=[0, 1, -1, 2, 7, 8, 9, 16, 100, 127, -128, -100],
    uint8=[0, 1, 2, 7, 8, 9, 16, 100, 128, 200, 255],
    int16=[0, 1, -1, 15, 16, 300, 32767, -32768],
    uint16=[0, 1, 15, 16, 300, 32768, 65535],
    int64=[0, 1, -1, 63, 64, 2**31, 2**40 + 3, -(2**45), 2**63 - 1, -(2**63)],
    uint64=[0, 1, 63, 64, 2**40 + 3, 2**63, 2**64 - 1],
)
for dtype, values in INTS.items():
    v = np.array(values, dtype)
    a, b = (g.reshape(-1) for g in np.meshgrid(v, v, indexing="ij"))
    for name in ("neg", "sign", "abs", "bitwise_not", "population_count", "clz", "square"):
        run(name, [v])
    for y in (0, 1, 2, 3, 5):
        run("integer_pow", [v], {"y": y})
    for name in ("add", "sub", "mul", "div", "rem", "max", "min", "bitwise_and", "bitwise_or", "bitwise_xor",
                 "shift_left", "shift_right_logical", "shift_right_arithmetic", "eq", "ne", "lt", "le", "gt", "ge"):
        run(name, [a, b])
    lo, mid, hi = (g.reshape(-1)[::37] for g in np.meshgrid(v, v, v, indexing="ij"))
    run("clamp", [lo, mid, hi])
    run("select_n", [mid > lo, lo, hi])

t = np.array([False, False, True, True])
u = np.array([False, True, False, True])
for name in ("bitwise_and", "bitwise_or", "bitwise_xor", "eq", "ne", "lt", "le", "gt", "ge", "max", "min"):
    run(name, [t, u])
run("bitwise_not", [u])
run("select_n", [t, u, ~u])

write("elementwise", cases)
