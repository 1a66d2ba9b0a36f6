"""linalg.json: linear algebra in both precisions, with gradients in the wider one.

A case names a function, its operands and options; `out` has the results in float32, `out64` in float64, `grad64` the
gradients of sum(sin(result)) over all results with respect to each operand of floats. Results that are determined up to
sign only are put together again: choSolve takes the mean of its matrix and the transpose; eigh is v sin(w) v^T beside w, svd is u sin(s) v^T beside s.
"""

from common import array, encode, jax, np, write

jnp = jax.numpy
la, sl, ll = jnp.linalg, jax.scipy.linalg, jax.lax.linalg
cases = []


def m(*shape, seed=0):
    r = np.random.RandomState(seed)
    return np.round(r.uniform(-2, 2, shape) * 64) / 64


def spd(*shape, seed=0):
    x = m(*shape, seed=seed)
    return x @ np.swapaxes(x, -1, -2) + np.eye(shape[-1])


def sym(*shape, seed=0):
    x = m(*shape, seed=seed)
    return x + np.swapaxes(x, -1, -2)


def eigh(a, **kw):
    w, v = la.eigh(a, **kw)
    return w, (v * jnp.sin(w)[..., None, :]) @ v.mT


def svd(a):
    u, s, vt = la.svd(a, full_matrices=False)
    return s, (u * jnp.sin(s)[..., None, :]) @ vt


FUNCTIONS = {"eigh": eigh, "svd": svd, "choSolve": lambda a, b, **kw: sl.cho_solve(sl.cho_factor((a + a.mT) / 2, **kw), b)}
NAMES = {"vectorNorm": "vector_norm", "matrixNorm": "matrix_norm", "matrixPower": "matrix_power", "matrixRank": "matrix_rank", "solveTriangular": "solve_triangular", "blockDiag": "block_diag", "triangularSolve": "triangular_solve", "symmetrizeInput": "symmetrize_input", "unitDiagonal": "unit_diagonal", "leftSide": "left_side", "transposeA": "transpose_a", "upperTriangular": "upper_triangular"}
pyname = lambda n: NAMES.get(n, n)


def call(fn, *args, module=la, room="numpy", differentiate=True, **kwargs):
    f = FUNCTIONS.get(fn) or getattr(module, pyname(fn))
    kw = {pyname(k): v for k, v in kwargs.items()}
    g = lambda *xs: jax.tree.leaves(f(*xs, **kw))
    case = {"fn": fn, "room": room, "args": [array(np.asarray(x, np.float64)) for x in args], "kwargs": encode(kwargs)}
    case["out"] = [array(y, weak=False) for y in g(*[jnp.asarray(x, jnp.float32) for x in args])]
    with jax.enable_x64(True):
        xs = [jnp.asarray(x, jnp.float64) for x in args]
        case["out64"] = [array(y, weak=False) for y in g(*xs)]
        if differentiate:
            loss = lambda *v: sum(jnp.sum(jnp.sin(y)) for y in g(*v) if y.dtype == jnp.float64)
            case["grad64"] = [array(d, weak=False) for d in jax.grad(loss, argnums=tuple(range(len(xs))))(*xs)]
    cases.append(case)


A3, A4, A5, B2 = m(3, 3, seed=1), m(4, 4, seed=2), m(5, 5, seed=3), m(2, 3, 3, seed=4)
call("solve", A3, m(3, seed=5)), call("solve", A4, m(4, 2, seed=6)), call("solve", B2, m(2, 3, 2, seed=7)), call("solve", A3, m(2, 3, 2, seed=8)), call("solve", B2, m(3, 2, seed=9)), call("solve", B2, m(3, seed=9))
call("inv", A3), call("inv", B2), call("inv", A5)
for a in (m(1, 1, seed=1), m(2, 2, seed=1), A3, A4, A5, B2, m(2, 4, 4, seed=5)):
    call("det", a), call("slogdet", a)
R3 = np.array([[1, 2, 3, 1], [2, 4, 6, 2], [1, 0, 1, 3], [0, 1, 1, -1.0]])
call("det", R3), call("det", np.arange(9.0).reshape(3, 3)), call("slogdet", np.zeros((2, 2)), differentiate=False)
call("inv", np.zeros((2, 2)), differentiate=False), call("inv", np.ones((2, 2)), differentiate=False)
call("cholesky", spd(3, 3, seed=1)), call("cholesky", spd(2, 4, 4, seed=2)), call("cholesky", spd(3, 3, seed=1), upper=True), call("cholesky", spd(3, 3, seed=4) + np.triu(A3, 1)), call("cholesky", -np.eye(2), differentiate=False)
call("qr", A3), call("qr", m(5, 3, seed=2)), call("qr", m(2, 4, 2, seed=2)), call("qr", m(3, 5, seed=2), differentiate=False), call("qr", m(4, 2, seed=2), differentiate=False, mode="complete"), call("qr", m(4, 3, seed=2), mode="r")
call("eigh", sym(3, 3, seed=1)), call("eigh", sym(5, 5, seed=2)), call("eigh", sym(2, 4, 4, seed=3)), call("eigvalsh", sym(4, 4, seed=5)), call("eigh", np.eye(3), differentiate=False), call("eigh", A3)
call("svd", A3), call("svd", m(5, 3, seed=3)), call("svd", m(3, 5, seed=3)), call("svd", m(2, 4, 3, seed=4)), call("svd", np.ones((3, 3)), differentiate=False), call("svdvals", m(4, 6, seed=5))
call("pinv", m(4, 3, seed=1)), call("pinv", m(3, 4, seed=1)), call("pinv", m(2, 3, 3, seed=2)), call("pinv", np.outer([1, 2, 3.0], [1, -1.0]))
call("lstsq", m(5, 3, seed=1), m(5, seed=2)), call("lstsq", m(5, 3, seed=1), m(5, 2, seed=2)), call("lstsq", m(3, 5, seed=1), m(3, seed=2))
for o in (None, 1, 2, 3, 0, -1, np.inf, -np.inf):
    d = o != 0
    call("norm", m(5, seed=1), ord=o, differentiate=d), call("norm", m(3, 4, seed=1), ord=o, axis=1, differentiate=d)
for o in (None, 1, -1, 2, -2, np.inf, -np.inf, "fro", "nuc"):
    call("norm", m(3, 4, seed=2), ord=o), call("norm", m(2, 3, 3, seed=3), ord=o, axis=(2, 0), keepdims=o == "nuc")
    if o != "nuc":
        call("cond", A3, **({} if o is None else {"p": o}))
call("norm", m(2, 3, 2, seed=1)), call("vectorNorm", m(2, 3, seed=1), ord=1), call("vectorNorm", m(2, 3, seed=1), axis=0, keepdims=True), call("matrixNorm", m(2, 3, 3, seed=1)), call("matrixNorm", m(2, 3, 3, seed=1), ord="nuc")
for n in (0, 1, 2, 3, 5, -1, -3):
    call("matrixPower", A3, n=n)
call("matrixRank", A3, differentiate=False), call("matrixRank", np.ones((3, 3)), differentiate=False), call("matrixRank", np.zeros((2, 2)), differentiate=False), call("matrixRank", R3, differentiate=False), call("cond", np.zeros((2, 2)), differentiate=False)
call("tensorinv", m(2, 2, 4, seed=1), ind=2), call("tensorsolve", m(2, 3, 6, seed=1), m(2, 3, seed=2)), call("trace", B2), call("trace", A4, offset=1), call("diagonal", B2), call("cross", m(2, 3, seed=1), m(2, 3, seed=2))
S = lambda fn, *a, **k: call(fn, *a, module=sl, room="scipy", **k)
S("choSolve", spd(3, 3, seed=1), m(3, seed=2)), S("choSolve", spd(3, 3, seed=1), m(3, 2, seed=2), lower=True)
for trans in (0, 1):
    for lower in (False, True):
        S("solveTriangular", A4 + 3 * np.eye(4), m(4, 2, seed=1), trans=trans, lower=lower)
S("solveTriangular", A4 + 3 * np.eye(4), m(4, seed=1), unitDiagonal=True)
S("expm", A3), S("expm", np.zeros((2, 2))), S("expm", 0.01 * A4), S("expm", 5 * A3), S("expm", B2), S("expm", np.triu(A3), upperTriangular=True)
S("blockDiag", A3, m(1, 2, seed=1), m(2, seed=3)), S("toeplitz", m(3, seed=1)), S("toeplitz", m(3, seed=1), m(4, seed=2))
L = lambda fn, *a, **k: call(fn, *a, module=ll, room="lax", **k)
for left in (False, True):
    for ta in (False, True):
        L("triangularSolve", A3 + 3 * np.eye(3), m(3, 3, seed=9), leftSide=left, transposeA=ta, lower=ta == left)
L("cholesky", spd(3, 3, seed=6)), L("lu", A4), L("lu", m(4, 2, seed=1)), L("lu", m(2, 4, seed=1)), L("lu", B2), L("cholesky", spd(40, 40, seed=1), differentiate=False)
for p in (False, True):
    with jax.threefry_partitionable(p):
        key = jax.random.key(7)
        for kw in ({"n": 3}, {"n": 2, "m": 4}, {"n": 4, "m": 2, "shape": [2]}):
            k2 = dict(kw, shape=tuple(kw.get("shape", ())))
            cases.append({"fn": "orthogonal", "room": "random", "args": [], "kwargs": encode(kw), "partitionable": p, "out": [array(jax.random.orthogonal(key, **k2))]})
        mean, cov = np.array([1, -1, 0.5], np.float32), spd(3, 3, seed=3).astype(np.float32)
        for shape in (None, [2], [2, 2]):
            cases.append({"fn": "multivariateNormal", "room": "random", "args": [array(mean), array(cov)], "kwargs": {} if shape is None else {"shape": shape}, "partitionable": p, "out": [array(jax.random.multivariate_normal(key, mean, cov, shape=None if shape is None else tuple(shape)))]})
write("linalg", cases)
