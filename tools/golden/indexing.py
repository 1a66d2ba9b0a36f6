"""indexing.json: reads and updates by jnp indices, in a neutral encoding.

An index is a list of items, one for each place between the brackets: an int; null (newaxis); "ellipsis"; {"slice": [start,
stop, step]}; {"array": nested list, "dtype": "int32"}; {"mask": nested list of booleans}; {"bool": true} (a scalar boolean).
"""

from common import array, encode, f32, jax, np, write

jnp = jax.numpy
cases = []

ARRAYS = {
    "scalar": np.float32(2.5),
    "v": f32(5, seed=1),
    "m": f32(3, 4, seed=2),
    "t": f32(2, 3, 4, seed=3),
    "q": f32(2, 3, 2, 2, seed=4),
    "i": np.arange(12, dtype=np.int32).reshape(3, 4) - 5,
    "b": np.array([[True, False], [False, True], [True, True]]),
    "e": np.zeros((0, 3), np.float32),
}


def item(x):
    if x is None or isinstance(x, int) and not isinstance(x, bool):
        return x
    if isinstance(x, bool):
        return {"bool": x}
    if x is Ellipsis:
        return "ellipsis"
    if isinstance(x, slice):
        return {"slice": [x.start, x.stop, x.step]}
    a = np.asarray(x)
    if a.dtype == bool:
        return {"mask": a.tolist()}
    return {"array": a.tolist(), "shape": list(a.shape), "dtype": str(a.dtype)}


def index(ix):
    return [item(v) for v in (ix if isinstance(ix, tuple) else (ix,))]


def read(name, ix, note=None):
    x = jnp.asarray(ARRAYS[name])
    case = {"kind": "read", "array": name, "index": index(ix)}
    try:
        case["out"] = array(x[ix])
        if x.dtype.kind == "f":
            g = lambda v: jnp.sum(jnp.sin(v[ix]))
            case["grad_sum_sin"] = array(jax.grad(g)(x))
    except (IndexError, TypeError, ValueError) as e:
        case["error"] = [type(e).__name__, str(e)]
    if note:
        case["note"] = note
    cases.append(case)


def at(name, ix, op, value=None, **kwargs):
    x = jnp.asarray(ARRAYS[name])
    case = {"kind": "at", "array": name, "index": index(ix), "op": op, "value": encode(value), "kwargs": encode(kwargs)}
    ref = x.at[ix]
    try:
        out = getattr(ref, op)(**kwargs) if op == "get" else getattr(ref, op)(value, **kwargs)
        case["out"] = array(out)
        if x.dtype.kind == "f" and op in ("get", "set", "add", "multiply", "max", "min", "subtract"):
            r = lambda v, w: jnp.sum(jnp.sin(getattr(v.at[ix], op)(w, **kwargs) if op != "get" else v.at[ix].get(**kwargs)))
            if op == "get":
                case["grad_sum_sin"] = [array(jax.grad(r)(x, 0.0))]
            else:
                try:
                    case["grad_sum_sin"] = [array(g) for g in jax.grad(r, (0, 1))(x, jnp.asarray(value, x.dtype))]
                except NotImplementedError as e:
                    case["grad_error"] = str(e).splitlines()[0]
    except (IndexError, TypeError, ValueError) as e:
        case["error"] = [type(e).__name__, str(e)]
    cases.append(case)


I = lambda *v: np.array(v, np.int32)
s_ = np.s_

for ix in (0, 4, -1, -5, 5, 7, -6, -9, None, Ellipsis, True, False):
    read("v", ix)
for ix in (s_[:], s_[1:3], s_[:2], s_[3:], s_[-2:], s_[:-2], s_[1:4:2], s_[::2], s_[::-1], s_[::-2], s_[3:0:-1], s_[-1:-4:-1], s_[4:1:-2],
           s_[2:2], s_[4:2], s_[10:], s_[:10], s_[-10:2], s_[5:0:-1], s_[10:-10:-1], s_[0:1], s_[::7], s_[::-7]):
    read("v", ix)
for ix in (I(0, 2), I(-1, -5), I(4, 4, 0), I(0, 5, 100), I(-6, -100), I([0, 1], [2, 3]), np.zeros((0,), np.int32), np.array(3, np.int32),
           np.array([1, 2], np.uint8), np.array([True, False, True, False, True]), np.zeros(5, bool), np.ones(5, bool)):
    read("v", ix)
read("v", np.array([True, False]), note="a mask of the wrong length")
read("v", np.array([0.0, 1.0], np.float32), note="float index")
read("v", s_[0, 0], note="too many indices")
read("v", s_[..., ...], note="two ellipses")
read("v", s_[::0], note="step 0")

for ix in (s_[0], s_[-1], s_[2, 3], s_[-1, -1], s_[3, 0], s_[0, 9], s_[:, 0], s_[:, -1], s_[1, :], s_[1:], s_[:, 1:3], s_[::-1, ::2], s_[..., 0],
           s_[0, ...], s_[...], s_[None], s_[:, None], s_[:, None, :], s_[None, ..., None], s_[..., None], s_[1:2, None, 2], s_[0:0], s_[:, 5:],
           s_[::2, ::-1], s_[2:0:-1, 3:0:-2], s_[(0, 1)], s_[()], s_[True], s_[None, 0], s_[0, None, 1]):
    read("m", ix)
row, col = I(0, 2), I(1, 3)
for ix in (row, (row, col), (row, 1), (1, col), (row, slice(None)), (slice(None), col), (row[:, None], col), (row[:, None], I(0, 1, 2)), (row, slice(1, 3)),
           (slice(None, None, -1), col), (Ellipsis, col), (row, Ellipsis), (None, row), (row, None), (row, None, col), (I(0, -1, 5), I(-1, 4, 0)),
           (I(-4, 3), slice(None)), (slice(0, 2), I(0, 9)), I([0, 1], [1, 2]), (I([0, 1], [1, 2]), I(3)), (np.array(1, np.int32), col), (slice(1, 1), col)):
    read("m", ix)
mask = np.array([True, False, True])
cols = np.array([False, True, True, False])
full = ARRAYS["m"] > 0
for ix in (mask, (mask, 0), (mask, slice(1, 3)), (slice(None), cols), (slice(0, 2), cols), full, (mask, I(0, 2)), (mask, cols), ~np.ones((3, 4), bool), (None, mask), (Ellipsis, cols), (0, cols), (mask, None)):
    read("m", ix)
read("m", np.ones((3, 3), bool), note="mask of the wrong shape")
read("m", (row, I(0, 1, 2)), note="index arrays do not broadcast")
read("m", (0, 0, 0), note="too many indices")

for ix in (s_[0], s_[1, 2], s_[1, 2, 3], s_[:, 1], s_[:, :, 2], s_[..., 2], s_[0, ..., 1], s_[:, 0:2, ::2], s_[::-1, ::-1, ::-1], s_[None, :, None], s_[1, None, ..., 0],
           s_[:, -1:, -2:], s_[..., None, 0], s_[1:, 1:, 1:]):
    read("t", ix)
a, b, c = I(0, 1), I(2, 0), I(3, 1)
for ix in ((a, b, c), (a, b), (a, slice(None), c), (slice(None), b, c), (a, slice(None), slice(0, 2)), (slice(None), b), (slice(None), slice(None), c), (slice(None), b, slice(1, 3)),
           (a, 1, slice(None)), (0, slice(None), c), (a, Ellipsis, c), (a, None, c), (a, None, slice(None), c), (slice(None), 1, c), (a, slice(None), 2), (1, slice(None), 2), (0, b, None, c), (0, None, b), (None, a, b),
           (a[:, None], b, slice(None)), (a[:, None], slice(None), c), (slice(None), b[:, None], c), (a, slice(1, 3), c), (I(0, 5), slice(None, None, -1), I(-1, -9)), (I([0, 1], [1, 0]), slice(None), I(0, 3)),
           (np.array([True, False]), slice(None), c[:1]), (np.array([True, True]), slice(None), c), (slice(None), np.array([True, False, True])), (slice(None), ARRAYS["t"][0] > 0), (ARRAYS["t"][..., 0] > 0), (ARRAYS["t"] > 0), (ARRAYS["t"][..., 0] > 0, 1)):
    read("t", ix)
for ix in ((a, slice(None), I(1, 0), slice(None)), (slice(None), b, slice(None), I(0, 1)), (slice(None), b, I(0, 1)), (a, b, slice(None), I(0, 1)), (slice(None), b, I(0, 1), 0), (a, slice(None), slice(None), I(0, 1)), (0, slice(None), I(0, 1), None, I(1, 1)), (Ellipsis, I(0, 1), slice(None)), (slice(None), 1, None, I(0, 1))):
    read("q", ix)
for ix in (s_[...], s_[()], s_[None], s_[None, ..., None], s_[True], s_[False]):
    read("scalar", ix)
read("scalar", 0, note="too many indices")
for ix in (s_[0], s_[:, 1], s_[::-1, ::2], (row, col), ARRAYS["i"] > 0, I(7, -7)):
    read("i", ix)
for ix in (s_[0], s_[:, 1], (I(0, 1), I(1, 0)), I(9)):
    read("b", ix)
for ix in (s_[:], s_[:, 1], s_[0:2], I(), np.zeros((0,), np.int32), s_[0]):
    read("e", ix)

OPS = ("set", "add", "subtract", "multiply", "divide", "power", "min", "max")
for op in OPS:
    for ix in (0, -1, 5, -6, -9, s_[1:3], s_[::-2], I(0, 2), I(1, 1), I(0, 5, -9), np.array([True, False, True, False, False])):
        at("v", ix, op, np.float32(3))
    at("v", I(0, 2), op, np.array([2, 3], np.float32))
    at("m", s_[1], op, np.array([1, 2, 3, 4], np.float32))
    at("m", s_[:, 1], op, np.float32(2))
    at("m", s_[:, 1:3], op, np.array([[1], [2], [3]], np.float32))
    at("i", (row, col), op, np.array([2, 3], np.int32))
at("v", I(1, 1, 1), "set", np.array([5, 5, 5], np.float32))
at("v", I(1, 1, 2), "add", np.array([1, 10, 100], np.float32))
at("v", I(1, 1, 2), "multiply", np.array([2, 3, 4], np.float32))
at("v", I(1, 1, 2), "max", np.array([-2, 3, 4], np.float32))
at("m", (row, col), "add", np.float32(1))
at("m", (row[:, None], col), "set", np.arange(4, dtype=np.float32).reshape(2, 2))
at("m", (row, slice(None)), "set", np.arange(8, dtype=np.float32).reshape(2, 4))
at("m", (slice(None), col), "add", np.array([10, 20], np.float32))
at("m", (slice(None, None, -1), col), "set", np.arange(6, dtype=np.float32).reshape(3, 2))
at("m", s_[::-1, ::2], "set", np.arange(6, dtype=np.float32).reshape(3, 2))
at("m", s_[1:, None], "set", np.float32(1))
at("m", s_[..., -1], "add", np.array([1, 2, 3], np.float32))
at("m", mask, "set", np.float32(0))
at("m", full, "set", np.float32(0))
at("m", full, "add", np.float32(1))
at("m", (mask, cols), "set", np.float32(7))
at("t", (a, slice(None), c), "set", np.arange(6, dtype=np.float32).reshape(2, 3))
at("t", (slice(None), b, c), "add", np.arange(4, dtype=np.float32).reshape(2, 2))
at("t", (a, slice(1, 3), 0), "set", np.float32(9))
at("t", s_[..., 0], "set", np.arange(6, dtype=np.float32).reshape(2, 3))
at("t", s_[1, :, ::-1], "add", np.arange(4, dtype=np.float32))
at("scalar", (), "add", np.float32(1))
at("scalar", Ellipsis, "set", np.float32(1))
at("b", (0, 1), "set", True)
at("i", 0, "set", np.int32(9))
at("e", s_[:], "add", np.float32(1))
at("v", s_[2:2], "set", np.float32(1))
at("m", s_[0], "set", np.arange(3, dtype=np.float32))  # shapes do not broadcast

OOB = I(0, 5, -6, -1, 4, 100)
for mode in ("fill", "clip", "promise_in_bounds", "drop", None):
    at("v", OOB, "get", mode=mode)
    at("m", (I(0, 3), I(-5, 1)), "get", mode=mode)
    at("i", I(0, 3), "get", mode=mode)
    at("b", I(0, 3), "get", mode=mode)
    for op in ("set", "add", "multiply", "min", "max"):
        at("v", I(0, 5, -6, -1), op, np.array([1, 2, 3, 4], np.float32), mode=mode)
        at("m", (slice(None), I(1, 7)), op, np.float32(2), mode=mode)
at("v", OOB, "get", mode="fill", fill_value=-1.0)
at("i", OOB, "get", mode="fill", fill_value=99)
at("v", 9, "get", mode="fill", fill_value=7.0)
at("v", 9, "get", mode="clip")
at("v", I(0, 2), "get", indices_are_sorted=True, unique_indices=True)
at("v", I(0, 2), "set", np.float32(4), indices_are_sorted=True, unique_indices=True)


def call(fn, args, **kwargs):
    case = {"kind": "call", "fn": fn, "args": encode(args), "kwargs": encode(kwargs)}
    try:
        case["out"] = encode(getattr(jnp, fn)(*args, **kwargs))
    except (IndexError, TypeError, ValueError) as e:
        case["error"] = [type(e).__name__, str(e)]
    cases.append(case)


v, m, t, i = ARRAYS["v"], ARRAYS["m"], ARRAYS["t"], ARRAYS["i"]
for mode in (None, "fill", "clip", "wrap"):
    for x, axis in ((v, None), (v, 0), (m, None), (m, 0), (m, 1), (m, -1), (i, 0), (t, 1)):
        call("take", (x, I(0, -1, 2, 7, -9)), axis=axis, mode=mode)
    call("take", (m, np.int32(1)), axis=0, mode=mode)
    call("take", (m, np.int32(9)), axis=0, mode=mode)
    call("take", (m, I([0, 1], [2, 0])), axis=1, mode=mode)
    if mode != "wrap":
        call("take_along_axis", (m, I([0, 3], [1, 9], [-1, -9])), axis=1, mode=mode)
call("take", (v, I(0, 9)), mode="fill", fill_value=-5.0)
call("take", (np.array([True, False]), I(0, 9)), mode="fill")
call("take", (np.array([1, 2], np.uint8), I(0, 9)), mode="fill")
call("take_along_axis", (m, I([0], [1], [2])), axis=1)
call("take_along_axis", (m, I([0, 1, 2, 0],)), axis=0)
call("take_along_axis", (m, I([0, 1, 2, 0], [1, 1, 1, 1])), axis=0)
call("take_along_axis", (v, I(3, 0)), axis=None)
call("take_along_axis", (m, I(0, 5)), axis=None)
call("take_along_axis", (t, np.zeros((2, 1, 4), np.int32) + 2), axis=1)
call("take_along_axis", (t, np.zeros((1, 1, 2), np.int32)), axis=-1)
call("put_along_axis", (m, I([0], [1], [2]), np.float32(9)), axis=1, inplace=False)
for mode in ("raise", "wrap", "clip"):
    call("choose", (I(0, 1, 2, 1), [I(1, 2, 3, 4), I(10, 20, 30, 40), I(100, 200, 300, 400)]), mode=mode) if mode != "raise" else None

write("indexing", cases, arrays={k: array(x) for k, x in ARRAYS.items()})
