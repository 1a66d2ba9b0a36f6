"""numpy_functions.json: about two hundred jax.numpy functions, called on small fixed inputs.

A case is {"fn", "args", "kwargs", "out"}, keywords in NumPy's spelling; "out" is an array, or a list where the function
gives several; "error" instead of "out" where JAX refuses. Names with a dot are those of jnp.linalg.
"""

from functools import reduce as fold

from common import encode, f32, jax, np, write

jnp = jax.numpy
cases = []


def call(fn, *args, x64=False, note=None, **kwargs):
    case = {"fn": fn, "args": encode(args), "kwargs": encode(kwargs)}
    if x64:
        case["x64"] = True
    if note:
        case["note"] = note
    device = lambda v: jnp.asarray(v) if isinstance(v, np.ndarray) else [device(w) for w in v] if isinstance(v, list) else v
    with jax.enable_x64(x64):
        try:
            out = fold(getattr, fn.split("."), jnp)(*[device(a) for a in args], **{k: device(v) for k, v in kwargs.items()})
            case["out"] = encode(out if not hasattr(out, "_fields") else tuple(out))
        except (TypeError, ValueError, IndexError) as e:
            case["error"] = [type(e).__name__, str(e).split("\n")[0]]
            print("refused:", fn, [np.shape(a) if isinstance(a, np.ndarray) else a for a in args], kwargs, case["error"][1][:90])
    cases.append(case)


F = lambda *v: np.array(v, np.float32)
I = lambda *v: np.array(v, np.int32)
B = lambda *v: np.array(v, bool)
nan, inf = np.nan, np.inf
v, w = f32(5, seed=1), f32(5, seed=2)
m, n = f32(3, 4, seed=3), f32(4, 2, seed=4)
t = f32(2, 3, 4, seed=5)
sq = f32(3, 3, seed=6)
spd = (sq @ sq.T + 3 * np.eye(3)).astype(np.float32)
im = (np.arange(12, dtype=np.int32).reshape(3, 4) * 7) % 5 - 2
bm = im > 0
hard = F(nan, inf, -inf, 0.0, -0.0, 1.5, -2.5)
nm = np.where(m > 1, nan, m).astype(np.float32)

# creation
for fn in ("zeros", "ones", "empty"):
    if fn != "empty":
        for shape in (3, (2, 3), (), (0, 2)):
            call(fn, shape)
        call(fn, (2,), dtype="int32")
        call(fn, (2,), dtype="bool")
        call(fn + "_like", m)
        call(fn + "_like", I(1, 2), dtype="float32")
        call(fn + "_like", m, shape=(2,))
call("full", (2, 3), 1.5), call("full", 3, 2), call("full", (2,), True), call("full", (2, 2), F(1, 2)), call("full", (2,), 1.7, dtype="int32")
call("full_like", m, 3), call("full_like", I(1, 2), 2.7), call("full_like", I(1, 2), 2.5, dtype="float32")
for a in ((3,), (0,), (2, 5), (5, 2), (1, 10, 3), (5, 0, -2), (3.0,), (0.0, 1.0, 0.25), (0, 1, 0.1), (1.5, 5.0), (-2, 3), (0, 5, 2.5), (10, 0, -3)):
    call("arange", *a)
call("arange", 4, dtype="float32"), call("arange", 0, 2, 0.3, dtype="float32"), call("arange", 3, dtype="int8"), call("arange", 5, x64=True), call("arange", 0, 1, 0.1, x64=True)
for a in ((0, 1), (0, 1, 5), (2, -3, 4), (0, 10, 1), (0, 10, 0), (0.1, 0.9, 7), (-1e6, 1e6, 3), (0, 1, 11), (1, 2, 2)):
    call("linspace", *a)
call("linspace", 0, 1, 5, endpoint=False), call("linspace", 0, 10, 6, dtype="int32"), call("linspace", 0, 1, 4, retstep=True), call("linspace", F(0, 1), F(1, 5), 3), call("linspace", F(0, 1), F(1, 5), 3, axis=-1)
call("linspace", 0, 1, 7, x64=True)
call("logspace", 0, 3, 4), call("logspace", 0, 1, 5, endpoint=False), call("logspace", 0, 4, 5, base=2.0)
call("geomspace", 1, 1000, 4), call("geomspace", 1, 256, 9), call("geomspace", 0.5, 2, 3, endpoint=False)
for a in ((3,), (2, 3), (3, 2, 1), (3, 3, -1), (2, 4, 5)):
    call("eye", *a)
call("eye", 3, k=1), call("eye", 2, dtype="int32"), call("identity", 3), call("identity", 2, dtype="int32")
call("tri", 3), call("tri", 3, 4), call("tri", 3, 4, 1), call("tri", 3, 4, -1), call("tri", 2, dtype="int32")
for fn in ("tril", "triu"):
    for k in (0, 1, -1, 2, -4):
        call(fn, m, k=k)
    call(fn, t), call(fn, im)
for k in (0, 1, -1):
    call("diag", F(1, 2, 3), k=k), call("diag", m, k=k), call("diagonal", m, offset=k), call("diagflat", F(1, 2), k=k), call("trace", m, offset=k)
call("diagonal", t, axis1=1, axis2=2), call("diagonal", t, offset=1, axis1=0, axis2=2), call("trace", t, axis1=1, axis2=2), call("trace", im)
call("fill_diagonal", m, 9.0, inplace=False)
call("vander", F(1, 2, 3)), call("vander", F(1, 2, 3), N=2), call("vander", F(1, 2, 3), increasing=True)
call("meshgrid", F(1, 2, 3), F(4, 5)), call("meshgrid", F(1, 2, 3), F(4, 5), indexing="ij"), call("meshgrid", F(1, 2), F(4, 5), sparse=True), call("meshgrid", F(1, 2), I(3, 4), F(5, 6)), call("meshgrid", F(1, 2))
call("tril_indices", 3), call("triu_indices", 3, 1), call("tril_indices", 3, -1, 4), call("diag_indices", 3), call("indices", (2, 3))
for fn in ("bartlett", "blackman", "hamming", "hanning"):
    call(fn, 5), call(fn, 1)
call("kaiser", 5, 3.0)

# elementwise
for fn in ("negative", "positive", "absolute", "abs", "fabs", "sign", "floor", "ceil", "trunc", "rint", "sqrt", "cbrt", "square", "reciprocal", "exp", "exp2", "expm1",
           "log", "log2", "log10", "log1p", "sin", "cos", "tan", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh", "arcsinh", "arccosh", "arctanh", "degrees", "radians",
           "deg2rad", "rad2deg", "sinc", "isnan", "isinf", "isfinite", "isposinf", "isneginf", "signbit", "logical_not", "conj", "real", "imag", "angle", "nan_to_num", "i0", "spacing"):
    call(fn, np.concatenate([F(0.5, -0.25, 1, 2, -3), hard]))
for fn in ("negative", "absolute", "sign", "sqrt", "square", "exp", "sin", "floor", "reciprocal", "isnan", "logical_not", "real", "rint", "bitwise_not", "invert", "bitwise_count", "degrees", "log", "fabs", "trunc", "ceil"):
    call(fn, I(-3, 0, 1, 2, 7))
for fn in ("logical_not", "invert", "sin", "sqrt", "absolute", "isnan", "exp", "square", "negative", "sign", "floor"):
    call(fn, B(True, False))
call("modf", F(1.5, -2.25, 3, inf)), call("frexp", F(1.5, -8, 0, 0.3)), call("divmod", F(5, -5, 5.5), F(3, 3, -2)), call("divmod", I(5, -5, 7), I(3, 3, -2))
for d in (0, 1, 2, -1):
    call("round", F(1.2345, -2.5, 3.5, 15.55, 125), decimals=d)
    call("around", F(0.5, 1.5, 1e10), decimals=d)
call("round", I(15, 25, -15)), call("nan_to_num", hard, nan=1.0, posinf=2.0, neginf=-2.0), call("unwrap", F(0, 3, 6, 9, 1, -5)), call("ldexp", F(1.5, -2, 0.75), I(1, 2, -3))

x, y = np.concatenate([v, F(0, -0.0, nan, inf, 1, -7)]), np.concatenate([w, F(1, 0, 1, inf, 1, 2)])
for fn in ("add", "subtract", "multiply", "divide", "true_divide", "floor_divide", "remainder", "mod", "fmod", "power", "float_power", "maximum", "minimum", "fmax", "fmin", "arctan2", "hypot",
           "copysign", "heaviside", "logaddexp", "logaddexp2", "nextafter", "equal", "not_equal", "less", "less_equal", "greater", "greater_equal", "logical_and", "logical_or", "logical_xor", "isclose", "array_equal"):
    call(fn, x, y)
    call(fn, m, v[:4])
for fn in ("add", "subtract", "multiply", "divide", "floor_divide", "remainder", "fmod", "power", "maximum", "minimum", "arctan2", "logaddexp", "equal", "less", "logical_and", "gcd", "lcm", "bitwise_and", "bitwise_or", "bitwise_xor", "left_shift", "right_shift"):
    call(fn, I(-7, 7, 6, -6, 1), I(2, 2, 3, 4, 5))
    call(fn, im, I(1, 2, 3, 1))
for fn in ("floor_divide", "remainder", "divide", "fmod"):
    call(fn, I(1, -1, 0), I(0, 0, 0))
for fn in ("add", "subtract", "multiply", "divide", "maximum", "equal", "less", "logical_and", "logical_xor", "bitwise_and", "bitwise_or", "bitwise_xor", "power"):
    call(fn, B(True, True, False, False), B(True, False, True, False))
for fn in ("add", "multiply", "subtract", "divide", "power", "maximum", "less"):
    call(fn, I(1, 2, 3), F(0.5, 1.5, 2.5)), call(fn, v, 2), call(fn, 2, v), call(fn, I(1, 2, 3), 2.5), call(fn, B(True, False), 2), call(fn, I(1, 2), 3), call(fn, 1, 2), call(fn, 1.5, 2)
call("power", 2, I(0, 1, 3)), call("power", I(2, 3), I(3, 2)), call("power", F(-8, 4), 1 / 3), call("power", I(2, 3), -1, note="a negative integer power of integers")
call("add", f32(3, 1), f32(1, 4)), call("add", f32(2, 3), f32(3, 2), note="shapes do not broadcast"), call("multiply", t, f32(3, 1)), call("subtract", f32(), m)
call("clip", v, -0.5, 0.5), call("clip", v, -0.5), call("clip", v, max=0.5), call("clip", v, min=0.0), call("clip", im, 0, 1), call("clip", m, F(-1, 0, -0.5, 1), 1.0), call("clip", v, 1.0, -1.0), call("clip", I(1, 5), 1.5, 3.5), call("clip", hard, -1, 1)
call("where", bm, m, 0.0), call("where", v > 0, v, w), call("where", B(True, False), 1, 2), call("where", B(True, False), 1.5, I(1, 2)), call("where", np.array([[True], [False]]), v, w), call("where", I(0, 1, 2), F(1, 2, 3), F(4, 5, 6))
call("where", v > 0, size=4), call("where", v > 0, size=2, fill_value=-1), call("where", v > 0)
call("select", [v > 1, v > 0], [v, w], -1.0), call("select", [v > 0], [v]), call("isin", I(1, 2, 3, 4), I(2, 4)), call("isin", I(1, 2), I(2, 4), invert=True)
call("allclose", v, v), call("allclose", v, v + np.float32(1e-3)), call("allclose", v, v + np.float32(1e-3), atol=1e-2), call("allclose", hard, hard), call("allclose", hard, hard, equal_nan=True), call("isclose", hard, hard, equal_nan=True), call("isclose", F(1, 1e-9), F(1.000001, 2e-9)), call("isclose", F(1, 2), F(1.1, 2), rtol=0.2), call("array_equiv", F(1, 1), F(1)), call("array_equal", hard, hard, equal_nan=True), call("array_equal", v, w[:3])

# reductions
for fn in ("sum", "prod", "max", "min", "mean", "var", "std", "ptp", "argmax", "argmin", "median", "amax", "amin", "count_nonzero", "all", "any"):
    call(fn, v), call(fn, m), call(fn, m, axis=0), call(fn, m, axis=-1), call(fn, t, axis=1, keepdims=True), call(fn, im), call(fn, im, axis=1), call(fn, np.float32(3))
    if fn not in ("argmax", "argmin"):
        call(fn, t, axis=(0, 2)), call(fn, m, keepdims=True), call(fn, t, axis=(0, -1), keepdims=True), call(fn, t, axis=())
    call(fn, bm, axis=0)
    call(fn, F(1, nan, 3)), call(fn, F(inf, -inf, 1))
    call(fn, np.zeros((0,), np.float32)), call(fn, np.zeros((0, 3), np.float32), axis=0), call(fn, np.zeros((3, 0), np.float32), axis=0), call(fn, m, axis=2, note="axis out of range")
for fn in ("sum", "prod", "max", "min", "mean", "var", "std", "all", "any"):
    kw = {"initial": 0.5} if fn in ("max", "min", "sum", "prod") else {}
    call(fn, m, axis=0, where=bm, **kw)
    call(fn, m, where=np.array([True, False, True, True]), **kw)
for fn in ("sum", "prod", "max", "min"):
    call(fn, m, axis=1, initial=2.0), call(fn, im, initial=1)
for dt in ("float32", "int32", "int8"):
    call("sum", im, dtype=dt), call("prod", I(1, 2, 3), dtype=dt), call("cumsum", im[0], dtype=dt)
call("mean", im, dtype="float32"), call("sum", bm), call("sum", np.array([200, 100], np.uint8)), call("sum", np.array([100, 100], np.int8)), call("sum", np.array([1, 2], np.float16)), call("mean", np.array([200, 100], np.uint8))
for ddof in (0, 1, 2):
    call("var", m, axis=0, ddof=ddof), call("std", v, ddof=ddof), call("var", v, ddof=ddof, keepdims=True)
call("var", v, correction=1), call("std", v, correction=1), call("var", F(3), ddof=1), call("var", m, axis=0, mean=m.mean(0, keepdims=True))
call("average", v), call("average", v, weights=np.abs(w)), call("average", m, axis=0, weights=F(1, 2, 3)), call("average", m, axis=1, weights=np.abs(m)), call("average", v, weights=np.abs(w), returned=True)
for fn in ("nansum", "nanprod", "nanmax", "nanmin", "nanmean", "nanvar", "nanstd", "nanmedian", "nanargmax", "nanargmin"):
    call(fn, nm), call(fn, nm, axis=0), call(fn, nm, axis=1, keepdims=True), call(fn, F(nan, nan)), call(fn, v)
for fn in ("nancumsum", "nancumprod"):
    call(fn, F(1, nan, 3)), call(fn, nm, axis=1)
call("nanquantile", F(1, nan, 3, 7), 0.5), call("nanpercentile", nm, 30, axis=0), call("nanvar", nm, axis=0, ddof=1)
for q in (0.0, 0.25, 0.5, 0.9, 1.0):
    call("quantile", v, q), call("percentile", v, q * 100)
for method in ("linear", "lower", "higher", "midpoint", "nearest"):
    call("quantile", v, 0.3, method=method), call("percentile", m, 40, axis=1, method=method)
call("quantile", m, F(0.1, 0.5, 0.9), axis=0), call("quantile", m, F(0.1, 0.5), axis=1, keepdims=True), call("quantile", t, 0.5, axis=(0, 2)), call("quantile", F(1, nan, 2), 0.5), call("median", t, axis=(0, 1)), call("median", F(1, 2, 3, 4)), call("quantile", I(1, 2, 3), 0.5)

# cumulative, differences
for fn in ("cumsum", "cumprod"):
    call(fn, v), call(fn, m), call(fn, m, axis=0), call(fn, t, axis=-2), call(fn, im, axis=1), call(fn, bm, axis=0), call(fn, np.zeros((0,), np.float32)), call(fn, F(1, nan, 2))
call("cumulative_sum", v), call("cumulative_sum", v, include_initial=True), call("cumulative_prod", m, axis=1, include_initial=True)
call("diff", v), call("diff", m, axis=0), call("diff", v, n=2), call("diff", v, prepend=0.0, append=F(1, 2)), call("diff", B(True, False, False)), call("diff", v, n=0), call("ediff1d", v), call("ediff1d", v, to_begin=F(0), to_end=F(1, 2))
call("gradient", v), call("gradient", v, 0.5), call("gradient", m), call("gradient", m, axis=1), call("gradient", v, F(0, 1, 3, 4, 6)), call("trapezoid", v), call("trapezoid", v, dx=0.5), call("trapezoid", v, F(0, 1, 3, 4, 6)), call("trapezoid", m, axis=0)

# contractions
for a, b in ((v, w), (m, n), (m, v[:4]), (f32(3, seed=9), m), (t, n), (t, v[:4]), (np.float32(2), m), (im, im.T), (bm, bm.T), (im, n), (f32(2, 3, 4), f32(5, 4, 2)), (np.zeros((2, 0), np.float32), np.zeros((0, 3), np.float32)), (m, m)):
    call("dot", a, b)
    call("matmul", a, b)
call("matmul", t, f32(2, 4, 5)), call("matmul", f32(1, 3, 4), f32(5, 4, 2)), call("matmul", f32(2, 1, 3, 4), f32(5, 4, 2)), call("matmul", f32(4), t.transpose(0, 2, 1)[:, :, :]), call("matmul", f32(3), t), call("matvec", m, v[:4]), call("vecmat", f32(3), m), call("vecdot", m, m), call("vecdot", t, t, axis=1)
for axes in (0, 1, 2):
    call("tensordot", f32(3, 4), f32(4, 3) if axes == 1 else f32(3, 4), axes=axes)
call("tensordot", t, f32(4, 3, 2), axes=([2, 1], [0, 1])), call("tensordot", t, f32(3, 5), axes=(1, 0)), call("tensordot", t, f32(3, 4, 5), axes=2), call("tensordot", v, w, axes=1)
call("inner", v, w), call("inner", m, f32(2, 4)), call("outer", v, w[:3]), call("outer", m, v), call("vdot", v, w), call("vdot", m, m), call("kron", F(1, 2), F(3, 4, 5)), call("kron", f32(2, 2), f32(2, 3)), call("kron", m, F(1, 2))
call("cross", F(1, 2, 3), F(4, 5, 6)), call("cross", f32(2, 3), f32(2, 3, seed=8)), call("cross", f32(3, 2), f32(3, 2, seed=8), axis=0), call("cross", F(1, 2), F(3, 4))
sizes = dict(zip("abcdijklmn", (2, 3, 2, 2, 3, 4, 2, 3, 2, 2)))
for spec in ("i,i->", "i,j->ij", "ij->ji", "ij,jk->ik", "ij,jk", "ij,jk->ki", "ij->", "ij->i", "ij->j", "ii->i", "ii->", "ii", "bij,bjk->bik", "bij,jk->bik", "abij,abjk->abik", "ijk,k->ij", "ij,ij->ij", "ij,ij->i", "ij,ij->",
             "ij,jk,kl->il", "i,ij,j->", "ij,kj->ik", "ijk->kji", "...ij,...jk->...ik", "...i,...i->...", "ijk,jil->kl", "ji", "abc,cd,db->a", "i,i->i", "bi,bj->bij", "aab->b", "ij,j", "a,b,c->abc", "iij->ij", "bijk,bjl->bikl", "i...->...", "ij,i->ij"):
    ins = spec.split("->")[0].split(",")
    shape = lambda s: [2 if p == "." else sizes[p] for p in s.replace("...", ".")]
    call("einsum", spec, *[f32(*shape(s), seed=20 + k) for k, s in enumerate(ins)])
call("einsum", "ij,jk->ik", im, im.T), call("einsum", "ij, jk -> ik", m, n), call("linalg.multi_dot", [m, n, f32(2, 3)])

# shape
for shape in ((4, 3), (2, 6), (-1,), (2, -1), (12,), (1, 12, 1), (3, 2, 2), -1, 12):
    call("reshape", m, shape)
call("reshape", m, (5, 2), note="wrong size"), call("reshape", m, (2, 6), order="F"), call("reshape", np.float32(3), (1, 1)), call("reshape", np.zeros((0, 3), np.float32), (3, 0)), call("reshape", m, (-1, -1)), call("reshape", m, (5, -1))
call("ravel", t), call("ravel", m, order="F"), call("transpose", m), call("transpose", t), call("transpose", t, (1, 2, 0)), call("transpose", t, (-1, 0, 1)), call("permute_dims", t, (2, 0, 1)), call("matrix_transpose", t), call("swapaxes", t, 0, 2), call("swapaxes", t, -1, 1), call("moveaxis", t, 0, -1), call("moveaxis", t, [0, 1], [-1, -2]), call("rollaxis", t, 2), call("transpose", t, (0, 0, 1), note="repeated axis")
call("expand_dims", m, 0), call("expand_dims", m, -1), call("expand_dims", m, (0, 2)), call("squeeze", f32(1, 3, 1)), call("squeeze", f32(1, 3, 1), axis=0), call("squeeze", f32(1, 3, 1), axis=(0, -1)), call("squeeze", m, axis=0)
call("broadcast_to", v, (2, 5)), call("broadcast_to", f32(3, 1), (2, 3, 4)), call("broadcast_to", np.float32(2), (2, 2)), call("broadcast_to", v, (5, 2)), call("broadcast_arrays", f32(3, 1), f32(1, 4)), call("broadcast_shapes", (3, 1), (1, 4), (2, 1, 1))
call("atleast_1d", np.float32(1)), call("atleast_2d", v), call("atleast_3d", m), call("atleast_3d", v), call("atleast_2d", np.float32(1), v)
for axis in (0, 1, -1):
    call("concatenate", [m, m[:, :] * 2], axis=axis), call("stack", [m, m * 2], axis=axis), call("flip", m, axis=axis), call("roll", m, 1, axis=axis), call("repeat", m, 2, axis=axis), call("append", m, m, axis=axis)
call("concatenate", [v, w, v]), call("concatenate", [m, f32(3, 2)], axis=1), call("concatenate", [m, n], axis=0, note="shapes differ"), call("concatenate", [I(1, 2), F(1.5)]), call("concatenate", [m, m], axis=None), call("concatenate", [v, m], note="ranks differ"), call("concat", [v, w]), call("stack", [v, w], axis=-1), call("stack", [v, w[:3]])
call("vstack", [v, w]), call("hstack", [v, w]), call("hstack", [m, m]), call("dstack", [m, m]), call("column_stack", [v, w]), call("block", [[f32(2, 2), f32(2, 1)], [f32(1, 2), f32(1, 1)]]), call("append", v, 3.0), call("unstack", m), call("unstack", m, axis=1)
call("split", f32(6), 3), call("split", f32(4, 6), 2, axis=1), call("split", f32(6), [2, 5]), call("split", f32(6), 4, note="does not divide"), call("array_split", f32(7), 3), call("vsplit", f32(4, 3), 2), call("hsplit", f32(4, 6), 3), call("dsplit", f32(2, 2, 4), 2), call("split", f32(6), [0, 3, 9])
call("flip", t), call("flip", t, axis=(0, 2)), call("fliplr", m), call("flipud", m), call("roll", v, 2), call("roll", v, -1), call("roll", m, 3), call("roll", m, (1, 2), axis=(0, 1)), call("roll", v, 12)
for k in (0, 1, 2, 3, -1):
    call("rot90", m, k=k)
call("rot90", t, axes=(1, 2)), call("tile", v, 2), call("tile", m, (2, 1)), call("tile", m, (2, 1, 2)), call("tile", v, (2, 2)), call("repeat", v, 3), call("repeat", m, 2), call("repeat", v, I(1, 0, 2, 1, 3)), call("repeat", v, I(1, 0, 2, 1, 3), total_repeat_length=7), call("repeat", m, I(1, 2, 0), axis=0), call("resize", v, (2, 4)), call("delete", v, 1), call("delete", m, I(0, 2), axis=1), call("insert", v, 1, 9.0), call("insert", m, 1, 9.0, axis=1), call("trim_zeros", F(0, 0, 1, 2, 0))
for mode in ("constant", "edge", "reflect", "symmetric", "wrap", "maximum", "minimum", "mean", "linear_ramp"):
    call("pad", v, 2, mode=mode), call("pad", m, ((1, 0), (2, 1)), mode=mode)
call("pad", v, (1, 2), constant_values=9.0), call("pad", m, 1, constant_values=((1, 2), (3, 4))), call("pad", v, 7, mode="wrap"), call("pad", v, 7, mode="reflect"), call("pad", im, 1), call("pad", v, (0, 0))

# sorting, searching, sets
for fn in ("sort", "argsort"):
    call(fn, v), call(fn, m), call(fn, m, axis=0), call(fn, hard), call(fn, im, axis=1), call(fn, t, axis=1), call(fn, v, descending=True), call(fn, hard, descending=True), call(fn, bm, axis=0), call(fn, np.zeros((0,), np.float32)), call(fn, I(2, 1, 2, 1, 3, 1)), call(fn, I(2, 1, 2, 1, 3, 1), descending=True)
call("sort", m, axis=None), call("argsort", m, axis=None), call("argsort", I(2, 1, 2, 1), stable=True), call("lexsort", [I(1, 2, 1, 2), I(2, 1, 1, 2)]), call("lexsort", [F(3, 1, 2)]), call("lexsort", [m, m * 0]), call("partition", v, 2), call("argpartition", v, 2), call("flatnonzero", v > 0, size=4)
s5 = F(1, 2, 2, 3, 5)
for side in ("left", "right"):
    call("searchsorted", s5, F(0, 1, 2, 2.5, 5, 6, nan), side=side), call("searchsorted", s5, 2.0, side=side), call("searchsorted", I(1, 3, 5), np.array([[0, 3], [5, 9]], np.int32), side=side)
call("searchsorted", F(3, 1, 2), F(0, 1.5, 4), sorter=I(1, 2, 0)), call("digitize", F(0, 1, 2.5, 9), s5), call("digitize", F(0, 1, 2.5, 9), s5, right=True), call("digitize", F(0, 1, 2.5, 9), s5[::-1].copy())
u = I(3, 1, 2, 3, 1, 7)
call("unique", u), call("unique", u, size=6), call("unique", u, size=3), call("unique", u, size=6, fill_value=-1), call("unique", u, return_index=True, return_inverse=True, return_counts=True), call("unique", u, return_counts=True, size=5), call("unique", F(nan, 1, nan, 1)), call("unique", np.array([[1, 2], [1, 2], [0, 1]], np.int32), axis=0), call("unique_values", u), call("unique_counts", u), call("unique_inverse", u)
call("union1d", u, I(9, 1)), call("intersect1d", u, I(9, 1, 3)), call("setdiff1d", u, I(1)), call("setxor1d", u, I(1, 9)), call("union1d", u, I(9, 1), size=7), call("intersect1d", u, I(9, 1, 3), size=3)
call("nonzero", im), call("nonzero", v > 0, size=3), call("nonzero", v > 0, size=5, fill_value=99), call("nonzero", im > 0, size=4), call("argwhere", im > 0), call("argwhere", im > 0, size=4), call("compress", B(True, False, True), m, axis=0), call("extract", m > 0, m)
call("bincount", I(0, 1, 1, 3)), call("bincount", I(0, 1, 1, 3), length=6), call("bincount", I(0, 1, 1, 3), minlength=6), call("bincount", I(0, 1, 1), weights=F(0.5, 1, 2)), call("bincount", I(0, 5, -1, 2), length=3)
call("histogram", v), call("histogram", v, bins=4), call("histogram", v, bins=3, range=(-2.0, 2.0)), call("histogram", v, bins=F(-2, 0, 1, 2)), call("histogram", v, bins=3, density=True), call("histogram", v, bins=3, weights=np.abs(w)), call("histogram_bin_edges", v, bins=4), call("histogram2d", v, w, bins=3)
call("interp", F(-1, 0, 0.5, 1.5, 2, 3), F(0, 1, 2), F(10, 20, 0)), call("interp", F(-1, 3), F(0, 1, 2), F(10, 20, 0), left=-5.0, right=5.0), call("interp", F(-0.5, 2.5), F(0, 1, 2), F(10, 20, 0), period=2.0), call("interp", F(nan, 1), F(0, 1, 2), F(10, 20, 0))
call("take", m, I(0, 2), axis=1), call("take", v, 1)
call("ravel_multi_index", [I(0, 1), I(1, 2)], (3, 4), mode="clip"), call("unravel_index", I(0, 5, 11), (3, 4)), call("packbits", B(True, False, True, True, False, False, False, True, True)), call("unpackbits", np.array([178, 1], np.uint8))

# signal, statistics, polynomials
for mode in ("full", "same", "valid"):
    call("convolve", v, F(1, 2, 3), mode=mode), call("correlate", v, F(1, 2, 3), mode=mode), call("convolve", F(1, 2), v, mode=mode), call("correlate", F(1, 2), v, mode=mode)
call("convolve", I(1, 2, 3), I(0, 1)), call("cov", m), call("cov", m, rowvar=False), call("cov", v, w), call("cov", m, bias=True), call("cov", m, ddof=0), call("cov", v), call("cov", m, aweights=F(1, 2, 1, 1)), call("cov", m, fweights=I(1, 2, 1, 1)), call("corrcoef", m), call("corrcoef", v, w), call("corrcoef", m, rowvar=False)
call("polyval", F(1, 2, 3), 2.0), call("polyval", F(1, 2, 3), v), call("polyadd", F(1, 2), F(1, 2, 3)), call("polysub", F(1, 2), F(1, 2, 3)), call("polymul", F(1, 2), F(1, 2, 3)), call("polyder", F(1, 2, 3)), call("polyint", F(1, 2, 3)), call("polydiv", F(1, 5, 6), F(1, 2)), call("polyfit", F(0, 1, 2, 3), F(1, 3, 5, 7), 1), call("poly", F(1, 2, 3)), call("polyder", F(1, 2, 3, 4), m=2)
call("sum", v, x64=True), call("sin", np.array([0.1, 1e8]), x64=True), call("mean", I(1, 2, 4), x64=True), call("add", I(1), 1.5, x64=True), call("divide", I(1, 2), I(3, 3), x64=True), call("cumsum", I(1, 2), x64=True), call("argmax", v, x64=True), call("arange", 3.0, x64=True), call("zeros", 2, x64=True), call("sum", bm, x64=True), call("linspace", 0, 1, 3, x64=True), call("exp", I(1, 2), x64=True)

# linalg
for ord in (None, 1, 2, 3, inf, -inf, 0):
    call("linalg.norm", v, ord=ord)
for ord in (None, "fro", 1, -1, inf, -inf, 2, "nuc"):
    call("linalg.norm", m, ord=ord)
call("linalg.norm", m, axis=0), call("linalg.norm", m, axis=1, keepdims=True), call("linalg.norm", t, axis=(1, 2)), call("linalg.vector_norm", m, axis=1), call("linalg.matrix_norm", m)
for fn in ("det", "inv", "cholesky", "slogdet", "eigvalsh", "matrix_rank", "pinv"):
    call("linalg." + fn, spd), call("linalg." + fn, np.stack([spd, spd * 2]))
call("linalg.solve", spd, F(1, 2, 3)), call("linalg.solve", spd, f32(3, 2)), call("linalg.matrix_power", spd, 3), call("linalg.matrix_power", spd, -2), call("linalg.svdvals", m), call("linalg.cond", spd), call("linalg.det", m), call("linalg.cholesky", -spd), call("linalg.inv", np.zeros((2, 2), np.float32)), call("linalg.lstsq", n, f32(4)), call("linalg.outer", v, w), call("linalg.cross", F(1, 2, 3), F(4, 5, 6)), call("linalg.det", sq), call("linalg.slogdet", sq), call("linalg.trace", sq), call("linalg.diagonal", sq)

print(len({c["fn"] for c in cases}), "functions")
write("numpy_functions", cases)
