"""printing.json: str() and repr() of jnp arrays, under the default print options and under several others.

A case has an array (or an `expression` where it is large), `options` (np.set_printoptions keywords, absent for the
defaults), and the two texts. `x64` where the array is 64 bits wide.
"""

from common import array, encode, f32, jax, np, write

jnp = jax.numpy
cases = []
F = lambda *v: np.array(v, np.float32)
I = lambda *v: np.array(v, np.int32)


def show(x, expression=None, **options):
    wide = getattr(x, "dtype", None) in (np.float64, np.int64, np.uint64)
    with jax.enable_x64(wide):
        a = jnp.asarray(x)
        case = {"array": array(a)} if expression is None else {"expression": expression}
        if wide:
            case["x64"] = True
        if options:
            case["options"] = encode(options)
        with np.printoptions(**options):
            case.update(str=str(a), repr=repr(a))
    cases.append(case)


SCALARS = [0.0, -0.0, 1.0, -1.5, 0.1, 1 / 3, 3.1415927, 1e-3, 1e-4, 9.9999e-5, 1e-5, 1e-10, 123456.78, 1e7, 12345678.0, 99999999.0, 1e8, 1e9, 1e15, 1e16, 1e17, 3.4e38, 1e-38, 1e-45, np.inf, -np.inf, np.nan, 16777216.0, 0.30000001, 100.0]
VECTORS = [
    F(), F(1), F(1, 2, 3), F(1, 2.5, 3), F(0.1, 0.2, 0.3), F(-1, 2, -3), F(-0.0, 0), F(1e-4, 1), F(1e-5, 1), F(9.999e-5, 1), F(1, 1000), F(1, 1001), F(0.5, 500.5), F(0.1, 1000), F(1e8, 1), F(99999999, 1), F(123456789), F(1e-10, 1e10),
    F(1e20, 2e20), F(1.5e-7, 2.25e-7), F(np.nan, 1, 2), F(np.inf, 1), F(-np.inf, 1.5, np.nan), F(np.nan), F(np.inf, -np.inf), F(np.nan, 1e-9), F(1 / 3, 2 / 3), F(100, 10, 1), F(0, 0, 0), F(0, 1e-5), F(0, 1e5), F(3.4e38, -3.4e38), F(1e-45, 1e-40), F(1.1, 22.22, 333.333),
    F(0.1234567, 12.34567), F(-1e-5, 1e5), F(1e3, 1e6), F(1e5, 1.5), F(123456.7, 0.001), F(16777216, 1), F(*np.linspace(0, 1, 7)), F(*np.linspace(-1, 1, 20)), F(*np.arange(30)), F(*(np.arange(40) / 7)), F(*np.logspace(-6, 6, 9)), F(*np.logspace(-2, 2, 12)), F(*np.geomspace(1, 1e7, 8)),
    f32(3, 4, seed=1), f32(2, 3, 2, seed=2), f32(2, 2, 2, 2, seed=3), f32(1, 1), f32(3, 1, seed=4), f32(1, 3, seed=5), f32(5, 11, seed=6), f32(2, 25, seed=7), f32(3, 4, seed=8) * 1e-5, (f32(3, 3, seed=9) * 1e6).astype(np.float32), np.float32(np.random.RandomState(1).randn(4, 5)), np.float32(np.random.RandomState(2).randn(3, 3, 3)),
    np.float32(np.random.RandomState(3).randn(10)), np.float32(np.random.RandomState(4).randn(6)), np.float32(np.random.RandomState(5).randn(7)), np.float32(np.random.RandomState(6).randn(2, 6)), np.float32(np.random.RandomState(7).randn(2, 7)), np.float32(np.random.RandomState(8).rand(3, 2)), np.eye(3, dtype=np.float32), np.ones((2, 3, 4), np.float32),
    np.zeros((0, 3), np.float32), np.zeros((3, 0), np.float32), np.zeros((2, 0, 3), np.float32), F(np.nan, -1.5, np.inf).reshape(3, 1), F(1, np.nan, 3, 4).reshape(2, 2),
    I(), I(1), I(1, -2, 300), I(0, 0), I(2**31 - 1, -(2**31)), np.arange(12, dtype=np.int32).reshape(3, 4), np.arange(24, dtype=np.int32).reshape(2, 3, 4), np.arange(-20, 20, dtype=np.int32), np.arange(60, dtype=np.int32).reshape(3, 20) * 1000, np.zeros((0,), np.int32), np.int32(7), np.int32(-7),
    np.array([0, 4294967295], np.uint32), np.array([[3456789012, 1], [0, 42]], np.uint32), np.array([1, 255], np.uint8), np.array([-128, 127], np.int8), np.array([1000, -1000], np.int16), np.uint32(5),
    np.array([True, False]), np.array([[True], [False]]), np.array(True), np.array([True, True]), np.zeros((0,), bool), np.array([True] * 30),
    np.array([1.5, 0.1, 65504], np.float16), np.array(0.1, np.float16), np.array([0.1, 1 / 3]), np.array(0.1), np.array([1e-5, 1.0]), np.array([1 / 3, 1e10]), np.array([2**53, -1], np.int64), np.random.RandomState(0).randn(5), np.random.RandomState(0).randn(2, 3), np.array(1e16), np.array([1e16, 1]), np.array([np.pi] * 4), np.array([1 + 2j, -0.5j], np.complex64), np.array(1 + 2j, np.complex64), np.array([1.5 + 1e-5j, 2], np.complex64),
]
for s in SCALARS:
    show(np.float32(s))
for v in VECTORS:
    show(v)
show(np.zeros(2, np.float32).astype(jnp.bfloat16)), show(F(1.5, 0.1, 3).astype(jnp.bfloat16)), show(np.float32(0.1).astype(jnp.bfloat16))
for n in (9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21):  # the last line nears the margin: where the dtype goes
    show(np.arange(n, dtype=np.float32)), show(np.arange(n, dtype=np.int32) + 100)
for x in (3.0, 2, True, 1e-7):
    cases.append({"weak": encode(x), "str": str(jnp.asarray(x)), "repr": repr(jnp.asarray(x))})
for text in ("np.arange(1001, dtype=np.float32)", "np.arange(1000, dtype=np.float32)", "np.arange(2000, dtype=np.int32)", "np.arange(1200, dtype=np.float32).reshape(30, 40)", "np.arange(1200, dtype=np.float32).reshape(3, 400)", "np.arange(1200, dtype=np.float32).reshape(400, 3)",
             "np.arange(1200, dtype=np.int32).reshape(10, 10, 12)", "np.arange(1200, dtype=np.float32).reshape(2, 3, 200) / 7", "np.arange(4096, dtype=np.float32).reshape(8, 8, 8, 8)", "np.linspace(0, 1, 1500, dtype=np.float32)", "np.zeros((1001,), np.float32)", "np.zeros((50, 50), bool)", "np.ones((1, 1001), np.float32)", "np.arange(1001, dtype=np.float32) * 1e5",
             "np.arange(1100, dtype=np.uint8)", "np.arange(1002, dtype=np.float32).reshape(6, 167) - 500"):
    show(eval(text), expression=text)

SAMPLE = [F(), np.float32(0.1234567), F(1, 2, 3), F(0.1234567, 12.34567, -3.5), F(1e-5, 1), F(1e-10, 1e10), F(1e8, 1.23456), F(np.nan, -1.5, np.inf), F(1 / 3, 2 / 3, 1), np.float32(np.random.RandomState(3).randn(3, 4)), np.float32(np.random.RandomState(4).randn(20)), I(1, -2, 300), np.arange(30, dtype=np.int32), np.array([True, False])]
OPTIONS = [
    {"precision": 3}, {"precision": 2, "suppress": True}, {"precision": 0}, {"precision": 12}, {"suppress": True}, {"precision": 4, "suppress": True}, {"threshold": 5}, {"threshold": 5, "edgeitems": 1}, {"threshold": 10, "edgeitems": 2, "precision": 3}, {"linewidth": 40}, {"linewidth": 120},
    {"floatmode": "fixed"}, {"floatmode": "fixed", "precision": 3}, {"floatmode": "unique"}, {"floatmode": "maxprec"}, {"floatmode": "maxprec_equal"}, {"floatmode": "maxprec_equal", "precision": 3}, {"sign": "+"}, {"sign": " "}, {"nanstr": "NaN", "infstr": "Infinity"},
]
for o in OPTIONS:
    for v in SAMPLE:
        show(v, **o)
write("printing", cases)
