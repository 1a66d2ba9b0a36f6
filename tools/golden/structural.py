"""structural.json: the structural primitives (movement, slices, gather and scatter, reductions, contractions, sorting).

Each case names a primitive as this library exports it, its `params` in this library's spelling, `inputs` and `outputs`;
`shown`, the parameters as JAX's jaxpr text shows them; and, where a convention decides derivatives, `tangents` of the
inputs (null for those without one) with the tangents of the outputs, `tangentsOut`.
"""

import re

from common import array, f32, jax, np, write

jnp, lax = jax.numpy, jax.lax
cases = []
nan, inf = np.nan, np.inf


def F(*v):
    return np.array(v, np.float32)


def I(*v):
    return np.array(v, np.int32)


def i32(*shape, seed=0, low=-9, high=9):
    return np.random.RandomState(seed).randint(low, high + 1, shape).astype(np.int32)


def shown(f, inputs):
    """What stands between the brackets of the equation, on one line."""
    eqns = jax.make_jaxpr(f)(*inputs).eqns
    if not eqns:  # an operation that changes nothing
        return None
    eqn = eqns[0]
    text = re.sub(r"\s+", " ", str(eqn)).split(" = ", 1)[1]
    match = re.match(r"[a-z_-]+\[(.*)\]", text)
    return match.group(1).strip() if match else ""


def add(primitive, params, inputs, f, tangents=None):
    inputs = [jnp.asarray(x) for x in inputs]
    as_list = lambda y: list(y) if isinstance(y, (list, tuple)) else [y]
    case = {"primitive": primitive, "params": params, "inputs": [array(x, weak=False) for x in inputs]}
    case["outputs"] = [array(y, weak=False) for y in as_list(f(*inputs))]
    text = shown(f, inputs)
    if text is not None:
        case["shown"] = text
    if tangents is not None:
        float0 = lambda x: np.zeros(x.shape, jax.dtypes.float0)
        ts = [float0(x) if t is None else jnp.asarray(t) for x, t in zip(inputs, tangents)]
        _, out = jax.jvp(lambda *xs: as_list(f(*xs)), tuple(inputs), tuple(ts))
        case["tangents"] = [None if t is None else array(np.asarray(t)) for t in tangents]
        case["tangentsOut"] = [None if t.dtype == jax.dtypes.float0 else array(t, weak=False) for t in out]
    cases.append(case)


# ---- movement
def broadcast(x, shape, dims):
    params = {"shape": shape, "broadcastDimensions": dims}
    add("broadcastInDim", params, [x], lambda x: lax.broadcast_in_dim_p.bind(x, shape=tuple(shape), broadcast_dimensions=tuple(dims), sharding=None))


broadcast(F(1, 2, 3), [2, 3], [1])
broadcast(F(1, 2, 3), [3, 2], [0])
broadcast(F(7).reshape(()), [2, 2], [])
broadcast(I(7).reshape(()), [], [])
broadcast(f32(2, 1, 3), [2, 4, 1, 3], [0, 2, 3])
broadcast(f32(3, 1), [3, 4], [0, 1])
broadcast(np.array([[True], [False]]), [2, 2], [0, 1])
broadcast(f32(0, 2), [3, 0, 2], [1, 2])

for x, sizes in [(f32(2, 3), [6]), (f32(6), [3, 2]), (f32(), [1, 1]), (i32(2, 3, 2), [4, 3]), (f32(0, 3), [3, 0, 2])]:
    add("reshape", {"newSizes": sizes}, [x], lambda x: lax.reshape_p.bind(x, new_sizes=tuple(sizes), dimensions=None, sharding=None))
for x, perm in [(f32(2, 3), [1, 0]), (f32(2, 3, 4), [2, 0, 1]), (f32(2, 3, 4), [1, 2, 0]), (i32(2, 3, 4, 1), [3, 1, 0, 2]), (f32(), [])]:
    add("transpose", {"permutation": perm}, [x], lambda x: lax.transpose_p.bind(x, permutation=tuple(perm)))
for x, dims in [(f32(1, 3), [0]), (f32(2, 1, 3, 1), [3, 1]), (i32(1), [0])]:
    add("squeeze", {"dimensions": dims}, [x], lambda x: lax.squeeze_p.bind(x, dimensions=tuple(dims)))
for x, dims in [(f32(4), [0]), (f32(2, 3, 2), [2, 0]), (i32(2, 3), []), (f32(0, 2), [0, 1])]:
    add("rev", {"dimensions": dims}, [x], lambda x: lax.rev_p.bind(x, dimensions=tuple(dims)))
for dtype, shape, dim in [("int32", [4], 0), ("float32", [2, 3], 1), ("uint8", [2, 300], 1), ("int8", [3, 2], 0), ("uint32", [0], 0)]:
    params = {"dtype": dtype, "shape": shape, "dimension": dim}
    add("iota", params, [], lambda: lax.iota_p.bind(dtype=np.dtype(dtype), shape=tuple(shape), dimension=dim, sharding=None))

# ---- slices
for x, start, limit, strides in [
    (f32(5), [1], [4], None), (f32(7), [1], [7], [3]), (f32(6), [0], [6], [4]), (i32(3, 4), [1, 0], [3, 3], [1, 2]),
    (f32(3, 4), [2, 1], [2, 3], None), (f32(), [], [], None), (f32(5, 4, 3), [0, 1, 2], [5, 4, 3], [2, 3, 5]),
]:
    tup = lambda v: None if v is None else tuple(v)
    params = {"startIndices": start, "limitIndices": limit, "strides": strides}
    add("slice", params, [x], lambda x: lax.slice_p.bind(x, start_indices=tup(start), limit_indices=tup(limit), strides=tup(strides)))
for x, config in [
    (F(1, 2, 3), [[1, 2, 0]]), (F(1, 2, 3), [[0, 0, 2]]), (F(1, 2, 3, 4, 5), [[-1, -2, 0]]), (F(1, 2, 3, 4), [[-2, 1, 1]]),
    (F(1, 2, 3, 4), [[1, -3, 1]]), (F(1, 2, 3, 4), [[-3, -3, 2]]), (f32(2, 3), [[1, 0, 1], [-1, 2, 0]]), (i32(2, 3), [[0, 1, 0], [2, -1, 3]]),
    (f32(0), [[1, 2, 3]]), (f32(0, 2), [[2, 0, 0], [1, 1, 1]]), (f32(), []), (F(1, 2), [[-2, 0, 0]]), (F(1), [[2, 2, 5]]), (F(1, 2), [[-3, 5, 0]]),
    (F(1, 2), [[4, -5, 0]]),
]:
    value = np.asarray(9, x.dtype)
    add("pad", {"paddingConfig": config}, [x, value], lambda x, v: lax.pad_p.bind(x, v, padding_config=tuple(map(tuple, config))))
for xs, dim in [
    ([f32(2), f32(3, seed=1)], 0), ([i32(2, 1), i32(2, 3, seed=1), i32(2, 2, seed=2)], 1), ([f32(0, 2), f32(2, 2), f32(0, 2), f32(1, 2, seed=3)], 0),
    ([f32(2, 2)], 1), ([f32(2, 0)], 1), ([np.array([True]), np.array([False, True])], 0),
]:
    add("concatenate", {"dimension": dim}, xs, lambda *xs: lax.concatenate_p.bind(*xs, dimension=dim))
for x, starts, sizes in [
    (f32(5), I(2), [2]), (f32(5), I(4), [3]), (f32(5), I(-7), [3]), (f32(5), np.array([200], np.uint8), [3]), (f32(5), np.array([2**32 - 1], np.uint32), [2]),
    (f32(3, 4), I(-1, 1), [2, 3]), (i32(3, 4), I(1, 9), [3, 1]), (f32(), I(), []), (f32(300), np.array([100], np.int8), [2]), (f32(300), np.array([-5], np.int8), [2]),
    (f32(2, 3), I(1, 1), [0, 2]),
]:
    add("dynamicSlice", {"sliceSizes": sizes}, [x, *starts], lambda x, *s: lax.dynamic_slice_p.bind(x, *s, slice_sizes=tuple(sizes)))
for x, update, starts in [
    (f32(5), f32(2, seed=1), I(1)), (f32(5), f32(2, seed=1), I(9)), (f32(5), f32(5, seed=1), I(3)), (f32(3, 4), f32(2, 1, seed=1), I(-3, 2)),
    (i32(3, 4), i32(1, 4, seed=1), I(1, 7)), (f32(), f32(seed=1), I()), (f32(5), f32(0), I(1)), (f32(4, 3, 2), f32(2, 3, 1, seed=1), I(1, 0, 1)),
]:
    add("dynamicUpdateSlice", None, [x, update, *starts], lambda x, u, *s: lax.dynamic_update_slice_p.bind(x, u, *s))

# ---- gather and scatter
MODES = {"clip": lax.GatherScatterMode.CLIP, "fill": lax.GatherScatterMode.FILL_OR_DROP, "promise_in_bounds": lax.GatherScatterMode.PROMISE_IN_BOUNDS}
DEFAULT = object()


def gather(x, indices, offset, collapsed, index_map, sizes, mode, operand_batch=(), indices_batch=(), fill=DEFAULT):
    if mode == "fill" and fill is DEFAULT:  # as lax.gather fills it in
        kind = x.dtype.kind
        fill_in = nan if kind == "f" else True if kind == "b" else int(np.iinfo(x.dtype).max if kind == "u" else np.iinfo(x.dtype).min)
        fill = None
    else:
        fill = fill_in = None if fill is DEFAULT else fill
    d = {"offsetDims": offset, "collapsedSliceDims": collapsed, "startIndexMap": index_map, "operandBatchingDims": list(operand_batch), "startIndicesBatchingDims": list(indices_batch)}
    params = {"dimensionNumbers": d, "sliceSizes": sizes, "mode": mode, "fillValue": fill}
    numbers = lax.GatherDimensionNumbers(*map(tuple, d.values()))
    add("gather", params, [x, indices], lambda x, i: lax.gather_p.bind(
        x, i, dimension_numbers=numbers, slice_sizes=tuple(sizes), mode=MODES[mode], fill_value=fill_in, unique_indices=False, indices_are_sorted=False))


for mode in MODES:
    gather(f32(3, 4), I(2, 0, 2, -1, 3, 99).reshape(6, 1), [1], [0], [0], [1, 4], mode)
    gather(f32(3, 4), I(1, 0, 3, 1, -1, 0, 2, 2).reshape(4, 2), [0, 1], [], [1, 0], [2, 2], mode)
    gather(f32(3, 4), I(1, 0, 3, 1, -1, 0, 2, 2).reshape(2, 2, 2), [0, 2], [], [1, 0], [2, 3], mode)
    gather(f32(3, 4), I(3, 0, 1, 1, 2, 9).reshape(3, 2, 1), [], [1], [1], [1, 1], mode, [0], [0])
    gather(f32(2, 3, 4), I(3, 0, 1, 1, 2, 9).reshape(3, 2, 1), [2], [], [2], [1, 1, 2], mode, [0, 1], [1, 0])
    gather(f32(5), I(2), [0], [], [0], [3], mode)
    gather(f32(5), np.array([[1], [255], [4]], np.uint8), [], [0], [0], [1], mode)
    gather(f32(5), np.array([[1], [2**32 - 1], [4]], np.uint32), [], [0], [0], [1], mode)
    gather(f32(300), np.array([[100], [-1]], np.int8), [], [0], [0], [1], mode)
    gather(i32(4, 2), I(5, 1).reshape(2, 1), [0], [0], [0], [1, 2], mode)
    gather(f32(4, 2), np.zeros((0, 1), np.int32), [1], [0], [0], [1, 2], mode)
    gather(f32(4, 2), np.zeros((3, 0), np.int32), [1, 2], [], [], [4, 1], mode)
    gather(f32(3, 4, 2), I(0, 5, 2).reshape(3, 1), [0, 2], [1], [1], [3, 1, 1], mode)
gather(np.arange(4, dtype=np.uint8), I(5, 1).reshape(2, 1), [], [0], [0], [1], "fill")
gather(np.array([False, False]), I(5, 1).reshape(2, 1), [], [0], [0], [1], "fill")
gather(np.arange(4, dtype=np.uint32), I(-1, 1).reshape(2, 1), [], [0], [0], [1], "fill")
gather(f32(4), I(5, 1).reshape(2, 1), [], [0], [0], [1], "fill", fill=3)
gather(f32(4), I(5, 1).reshape(2, 1), [], [0], [0], [1], "fill", fill=0.5)
gather(i32(4), I(5, 1).reshape(2, 1), [], [0], [0], [1], "fill", fill=-7)

SCATTERS = {"scatter": lax.scatter, "scatterAdd": lax.scatter_add, "scatterMul": lax.scatter_mul, "scatterMin": lax.scatter_min, "scatterMax": lax.scatter_max}


def scatter(name, x, indices, updates, window, inserted, index_map, mode, operand_batch=(), indices_batch=(), unique=False, tangents=False):
    d = {"updateWindowDims": window, "insertedWindowDims": inserted, "scatterDimsToOperandDims": index_map, "operandBatchingDims": list(operand_batch), "scatterIndicesBatchingDims": list(indices_batch)}
    params = {"dimensionNumbers": d, "mode": mode, "indicesAreSorted": False, "uniqueIndices": unique}
    numbers = lax.ScatterDimensionNumbers(*map(tuple, d.values()))
    ts = [f32(*x.shape, seed=11), None, f32(*updates.shape, seed=12)] if tangents else None
    add(name, params, [x, indices, updates], lambda x, i, u: SCATTERS[name](x, i, u, numbers, mode=MODES[mode], unique_indices=unique), ts)


for name in SCATTERS:
    for mode in MODES:
        scatter(name, f32(5), I(3, 0, -1, 5, 9).reshape(5, 1), f32(5, seed=1), [], [0], [0], mode)
        scatter(name, f32(3, 4), I(2, -1, 1).reshape(3, 1), f32(3, 3, seed=1), [1], [0], [0], mode)
        scatter(name, i32(4, 4), I(2, 2, 0, 0, 3, 1).reshape(3, 2), i32(2, 3, 2, seed=1), [0, 2], [], [1, 0], mode)
        scatter(name, f32(3, 4), I(3, 0, 1, 2, 2, 9).reshape(3, 2, 1), f32(3, 2, seed=1), [], [1], [1], mode, [0], [0])
        scatter(name, f32(300), np.array([[100], [-1]], np.int8), f32(2, seed=1), [], [0], [0], mode)
        scatter(name, f32(3), np.array([[2**32 - 1], [1]], np.uint32), f32(2, seed=1), [], [0], [0], mode)
        scatter(name, f32(3, 2), I(1), f32(2, 2, seed=1), [0, 1], [], [0], mode)
        scatter(name, f32(3), np.zeros((0, 1), np.int32), f32(0), [], [0], [0], mode)
        scatter(name, f32(2, 3), np.zeros((0,), np.int32), f32(1, 2, seed=1), [0, 1], [], [], mode)
    scatter(name, f32(4, 5), I(0, 1, 1, 1, 1, 0).reshape(3, 2), f32(3, 2, 3, seed=4), [1, 2], [], [0, 1], "fill")  # windows overlap
    if name != "scatterMul":
        x, i = F(1, 2, 3, 2, 1), I(3, 0, 3, 1, 1, 9).reshape(6, 1)
        scatter(name, x, i, F(2, 1, 2, 5, 5, 7), [], [0], [0], "fill", tangents=True)  # ties of all kinds
        scatter(name, f32(3, 4), I(1, 1, 0).reshape(3, 1), f32(3, 3, seed=1), [1], [0], [0], "fill", tangents=True)
        scatter(name, f32(3, 4), I(3, 3, 1, 2, 2, 2).reshape(3, 2, 1), f32(3, 2, seed=1), [], [1], [1], "fill", [0], [0], tangents=True)
    scatter(name, f32(5), I(3, 0, 8).reshape(3, 1), f32(3, seed=1), [], [0], [0], "fill", unique=True, tangents=True)

# ---- reductions
REDUCTIONS = {"reduceSum": lax.reduce_sum, "reduceProd": lax.reduce_prod, "reduceMax": lax.reduce_max, "reduceMin": lax.reduce_min}
SPECIAL = F(1, nan, -1, 2, 2, 1, -0.0, 0.0, inf, -inf, 3, 3).reshape(6, 2)
for name, f in REDUCTIONS.items():
    for x, axes in [(f32(4), [0]), (f32(2, 3), [1]), (f32(2, 3, 2), [0, 2]), (f32(2, 3, 2), [2, 0]), (i32(2, 3), [0, 1]), (f32(0, 2), [0]), (i32(0), [0]), (f32(2, 0), [0]), (SPECIAL, [1])]:
        add(name, {"axes": axes}, [x], lambda x: f(x, tuple(axes)))
    for x, axes in [(F(1, 2, 2, 2), [0]), (F(2, 0, 3, -1, 4), [0]), (F(2, 0, 0, -1), [0]), (f32(2, 3, 2), [0, 2]), (F(3, 3, 1, 3, 0, 3).reshape(2, 3), [0])]:
        add(name, {"axes": axes}, [x], lambda x: f(x, tuple(axes)), [f32(*x.shape, seed=11)])
for name, f in {"reduceAnd": lax.reduce_and, "reduceOr": lax.reduce_or, "reduceXor": lax.reduce_xor}.items():
    for x, axes in [(i32(2, 3) > 0, [1]), (i32(2, 3, 2) > -5, [0, 2]), (i32(3, 2), [0]), (np.zeros((0, 2), bool), [0]), (np.arange(9, dtype=np.uint8).reshape(3, 3), [0])]:
        add(name, {"axes": axes}, [x], lambda x: f(x, tuple(axes)))
for name, f in {"argmax": lax.argmax, "argmin": lax.argmin}.items():
    for x, axis, dtype in [(f32(5), 0, "int32"), (f32(2, 3, 2), 1, "int32"), (F(1, 3, 2, 3, 1), 0, "uint8"), (SPECIAL, 0, "int32"), (SPECIAL, 1, "int32"), (i32(3, 4), 1, "int32"), (F(nan, 1, nan), 0, "int32"), (F(1, nan, nan, inf), 0, "int32"), (i32(4) > 0, 0, "int32"), (F(-0.0, 0.0), 0, "int32")]:
        add(name, {"axes": [axis], "indexDtype": dtype}, [x], lambda x: f(x, axis, np.dtype(dtype)))

# ---- running reductions
for name, f in {"cumsum": lax.cumsum, "cumprod": lax.cumprod, "cummax": lax.cummax, "cummin": lax.cummin, "cumlogsumexp": lax.cumlogsumexp}.items():
    for reverse in (False, True):
        for x, axis in [(f32(5), 0), (f32(2, 3), 0), (f32(2, 7, 2), 1), (f32(3, 1), 1), (f32(0), 0), (i32(2, 4), 1), (SPECIAL, 0)]:
            if name == "cumlogsumexp" and x.dtype != np.float32:
                continue
            add(name, {"axis": axis, "reverse": reverse}, [x], lambda x: f(x, axis, reverse))
        for x, axis in [(f32(2, 7, 2), 1), (f32(1), 0), (f32(2), 0), (f32(3), 0), (f32(8), 0), (F(1, 1, 2, 2, 0, 2, -1, -1), 0), (F(1, 1, 1, 1, 1), 0), (F(2, 0, 3, 0, -1), 0), (f32(0), 0)]:
            add(name, {"axis": axis, "reverse": reverse}, [x], lambda x: f(x, axis, reverse), [f32(*x.shape, seed=11)])
        if name == "cumlogsumexp":
            for x in [F(-inf, 1, 2, -inf), F(1, inf, 2), F(inf, inf), F(-inf, -inf, 0), F(100, -100, 100, 300)]:
                add(name, {"axis": 0, "reverse": reverse}, [x], lambda x: f(x, 0, reverse), [f32(*x.shape, seed=11)])

# ---- contraction
def dot(x, y, contracting, batch, preferred=None):
    params = {"dimensionNumbers": [contracting, batch], "precision": None, "preferredElementType": preferred}
    numbers = tuple(tuple(map(tuple, pair)) for pair in (contracting, batch))
    add("dotGeneral", params, [x, y], lambda x, y: lax.dot_general(x, y, numbers, preferred_element_type=preferred and np.dtype(preferred)))


for make in (f32, i32):
    dot(make(3), make(3, seed=1), [[0], [0]], [[], []])
    dot(make(2, 3), make(3, 4, seed=1), [[1], [0]], [[], []])
    dot(make(3, 2), make(4, 3, seed=1), [[0], [1]], [[], []])
    dot(make(2), make(3, seed=1), [[], []], [[], []])
    dot(make(2, 3, 4), make(2, 4, 3, seed=1), [[2], [1]], [[0], [0]])
    dot(make(3, 2, 4), make(4, 5, 2, seed=1), [[2], [0]], [[1], [2]])
    dot(make(2, 3, 4), make(4, 2, 5, seed=1), [[2, 0], [0, 1]], [[], []])
    dot(make(2, 3, 4, 2), make(3, 2, 4, 2, seed=1), [[2], [2]], [[3, 0], [1, 3]])
    dot(make(2, 0), make(0, 3), [[1], [0]], [[], []])
    dot(make(), make(2, seed=1), [[], []], [[], []])
dot(i32(2, 3).astype(np.int8), i32(3, 2, seed=1).astype(np.int8), [[1], [0]], [[], []], "int32")
dot(f32(2, 3), f32(3, 2, seed=1), [[1], [0]], [[], []], "float32")
dot(i32(2, 3), f32(3, 2, seed=1), [[1], [0]], [[], []])
dot(i32(2, 3) > 0, i32(3, 2, seed=1) > 0, [[1], [0]], [[], []])
dot(F(1, nan, 2), F(1, 0, 0), [[0], [0]], [[], []])

# ---- sorting
def sort(xs, dim, keys, tangents=None):
    params = {"dimension": dim, "isStable": True, "numKeys": keys}
    add("sort", params, xs, lambda *xs: lax.sort_p.bind(*xs, dimension=dim, is_stable=True, num_keys=keys), tangents)


sort([F(3, 1, nan, -0.0, 0.0, -inf, inf, nan, -1)], 0, 1)
sort([F(3, 1, nan, -0.0, 0.0, -inf, 0.0, nan, -0.0), I(0, 1, 2, 3, 4, 5, 6, 7, 8)], 0, 1)
sort([f32(3, 4)], 0, 1)
sort([f32(3, 4), f32(3, 4, seed=1)], 1, 1)
sort([I(2, 1, 2, 1, 1, 2), F(3, 2, 1, nan, 2, 1), F(1, 2, 3, 4, 5, 6)], 0, 2)
sort([I(2, 1, 2, 1, 1, 2), F(3, 2, 1, 0, 2, 1), F(1, 2, 3, 4, 5, 6)], 0, 3)
sort([np.array([True, False, True, False]), I(1, 2, 3, 4)], 0, 1)
sort([np.array([200, 3, 255, 0], np.uint8)], 0, 1)
sort([np.array([2**31, 3, 2**32 - 1, 0], np.uint32)], 0, 1)
sort([i32(2, 3, 4)], 1, 1)
sort([f32(0)], 0, 1)
sort([F(3, 1, 2, 1)], 0, 1, [f32(4, seed=11)])
sort([i32(3, 4), f32(3, 4, seed=1)], 1, 1, [None, f32(3, 4, seed=11)])

write("structural", cases)
