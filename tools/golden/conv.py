"""conv.json: convolutions and windowed reductions.

`kind` says what a case holds:
  conv      `fn` of lax, `lhs`, `rhs`, `args` after them and `kwargs`; `out`, and for floats `grad_lhs` and `grad_rhs`,
            the gradients of sum(sin(out))
  vmap      the same with `in_axes`; `out` of jax.vmap(fn, in_axes), its gradients likewise
  window    lax.reduce_window: `x`, `init`, `computation`, `args` after them, `kwargs`; `out`, and for floats `grad`, the
            gradient of sum(out * w) with w = 1, 2, 3, ..., and `jvp` along 1, 2, 3, ...
  pads      padtype_to_pads of `args`
  numbers   conv_dimension_numbers of `args`
  error     `error`, what JAX says of such a call; `shapes` of the operands and `dtypes`
  text      `text`, the jaxpr of a function that the test writes down under the case's `id`
"""

from common import array, encode, f32, jax, np, write

jnp, lax = jax.numpy, jax.lax
cases = []


def total(f):
    return lambda *a: jnp.sum(jnp.sin(f(*a)))


def named(x):
    return {"lhsSpec": list(x.lhs_spec), "rhsSpec": list(x.rhs_spec), "outSpec": list(x.out_spec)}


def conv(id, lhs, rhs, *args, fn="conv_general_dilated", dtype="float32", in_axes=None, **kwargs):
    n = len(cases)
    if dtype == "bool":
        a, b = (f32(*s, seed=n + k) > 0.7 for k, s in enumerate((lhs, rhs)))
    elif dtype == "int32":
        a, b = (np.round(f32(*s, seed=n + k) * 3).astype(np.int32) for k, s in enumerate((lhs, rhs)))
    else:
        a, b = (f32(*s, seed=n + k).astype(dtype) for k, s in enumerate((lhs, rhs)))
    case = {"id": id, "kind": "conv", "fn": fn, "lhs": array(a), "rhs": array(b), "args": encode(args), "kwargs": encode(kwargs)}
    f = lambda x, w: getattr(lax, fn)(x, w, *args, **kwargs)
    if in_axes is not None:
        case["kind"], case["in_axes"] = "vmap", list(in_axes)
        f = jax.vmap(f, in_axes)
    if dtype == "float64":
        case["x64"] = True
    with jax.enable_x64(dtype == "float64"):
        case["out"] = array(f(a, b))
        if dtype.startswith("float"):
            case["grad_lhs"], case["grad_rhs"] = (array(g) for g in jax.grad(total(f), (0, 1))(jnp.asarray(a), jnp.asarray(b)))
    cases.append(case)


conv("one axis", (2, 3, 7), (4, 3, 3), (1,), "SAME")
conv("one axis valid", (2, 3, 7), (4, 3, 3), (2,), "VALID")
conv("same lower", (1, 2, 6), (3, 2, 2), (1,), "SAME_LOWER")
conv("no axis", (2, 3), (4, 3), (), [])
conv("plane", (2, 3, 5, 6), (4, 3, 3, 2), (1, 1), "SAME")
conv("plane strided", (1, 3, 7, 6), (2, 3, 3, 3), (2, 3), "SAME")
conv("float64", (1, 2, 5, 4), (3, 2, 2, 2), (1, 2), [(1, 0), (0, 1)], dtype="float64")
conv("int32", (1, 2, 5, 4), (3, 2, 2, 2), (1, 1), "SAME", dtype="int32")
conv("bool", (1, 2, 5, 4), (3, 2, 2, 2), (1, 1), "SAME", dtype="bool")
conv("negative padding", (2, 2, 9), (3, 2, 3), (2,), [(-2, -1)])
conv("negative and positive padding", (1, 2, 6, 5), (2, 2, 2, 3), (1, 1), [(-1, 2), (3, -2)])
conv("kernel dilated", (1, 2, 9, 8), (3, 2, 3, 2), (1, 2), "SAME", rhs_dilation=(2, 3))
conv("image dilated", (1, 2, 4, 3), (3, 2, 3, 2), (1, 1), [(2, 1), (0, 2)], lhs_dilation=(2, 3))
conv("both dilated, strided", (1, 2, 5, 4), (2, 2, 2, 3), (2, 3), [(1, 2), (4, 3)], lhs_dilation=(3, 2), rhs_dilation=(2, 2))
conv("image dilated and cropped", (1, 2, 5), (2, 2, 2), (1,), [(-2, -3)], lhs_dilation=(3,))
conv("feature groups", (2, 4, 5, 4), (6, 2, 2, 3), (1, 1), "SAME", feature_group_count=2)
conv("feature groups of four", (1, 8, 5), (16, 2, 3), (1,), "SAME", feature_group_count=4)
conv("depthwise", (2, 3, 6, 5), (6, 1, 3, 3), (2, 1), "SAME", feature_group_count=3)
conv("batch groups", (4, 2, 5, 4), (6, 2, 3, 2), (1, 1), "SAME", batch_group_count=2)
conv("batch groups, dilated", (6, 2, 5), (3, 2, 2), (2,), [(1, 1)], rhs_dilation=(2,), batch_group_count=3)
conv("space", (1, 2, 4, 3, 5), (3, 2, 2, 3, 2), (1, 2, 1), "SAME")
conv("images as in memory", (2, 5, 4, 3), (3, 2, 3, 4), (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC"))
conv("images as in memory, groups", (1, 4, 4, 4), (2, 2, 2, 8), (1, 2), "VALID", dimension_numbers=("NHWC", "HWIO", "NHWC"), feature_group_count=2)
conv("axes anywhere", (4, 2, 3, 5), (2, 3, 4, 3), (2, 1), [(1, 0), (0, 2)], dimension_numbers=("HNCW", "WIOH", "CWNH"), rhs_dilation=(1, 2))
conv("axes in another order", (2, 3, 4, 5), (2, 3, 2, 3), (2, 1), "SAME", dimension_numbers=("NCHW", "OIWH", "NWHC"))
conv("one by one", (2, 4, 4, 3), (5, 4, 1, 1), (1, 1), "VALID")
conv("window wider than the image", (1, 2, 3), (2, 2, 5), (1,), "VALID")
conv("empty batch", (0, 2, 5), (3, 2, 2), (1,), "SAME")
conv("preferred type", (1, 2, 5), (3, 2, 2), (1,), "SAME", dtype="int32", preferred_element_type="float32")
conv("wide enough for panels", (1, 8, 7, 6), (8, 8, 3, 3), (1, 1), "SAME")
conv("wide, images as in memory", (1, 7, 6, 8), (3, 3, 8, 8), (2, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC"))
conv("conv", (1, 2, 5, 4), (3, 2, 2, 3), (2, 1), "SAME", fn="conv")
conv("conv_with_general_padding", (1, 2, 5), (3, 2, 2), (1,), [(2, 0)], None, (2,), fn="conv_with_general_padding")
for padding in ("SAME", "VALID"):
    for kernel, stride in ((3, 2), (2, 3), (4, 2), (1, 2)):
        conv(f"transpose {padding} {kernel} {stride}", (1, 4, 2), (kernel, 2, 3), (stride,), padding, fn="conv_transpose")
conv("transpose plane", (1, 3, 4, 2), (3, 2, 2, 3), (2, 2), "SAME", fn="conv_transpose")
conv("transpose with pairs", (1, 4, 2), (3, 2, 3), (2,), [(1, 2)], fn="conv_transpose")
conv("transpose with consistent pairs", (1, 4, 2), (3, 2, 3), (2,), [(1, 0)], fn="conv_transpose", use_consistent_padding=True)
conv("transpose dilated", (1, 4, 2), (3, 2, 3), (2,), "SAME", fn="conv_transpose", rhs_dilation=(2,))
conv("transpose with the kernel of a convolution", (1, 3, 4, 2), (3, 2, 3, 2), (2, 1), "VALID", fn="conv_transpose", transpose_kernel=True)
conv("transpose with letters", (1, 2, 4), (2, 3, 3), (2,), "SAME", fn="conv_transpose", dimension_numbers=("NCH", "IOH", "NCH"))

for axes in ((0, None), (None, 0), (0, 0), (2, 1), (1, 3)):
    at = lambda shape, axis: shape if axis is None else shape[:axis] + (2,) + shape[axis:]
    conv(f"vmap {axes}", at((2, 3, 5), axes[0]), at((2, 3, 2), axes[1]), (1,), "SAME", in_axes=axes)
    conv(f"vmap of feature groups {axes}", at((1, 4, 5), axes[0]), at((4, 2, 2), axes[1]), (2,), "SAME", in_axes=axes, feature_group_count=2)
    conv(f"vmap of batch groups {axes}", at((4, 2, 4), axes[0]), at((4, 2, 2), axes[1]), (1,), "VALID", in_axes=axes, batch_group_count=2)


def window(id, x, init, computation, *args, **kwargs):
    case = {"id": id, "kind": "window", "x": array(x), "init": encode(init), "computation": computation, "args": encode(args), "kwargs": encode(kwargs)}
    x = jnp.asarray(x)
    start = np.array(init, x.dtype) if isinstance(init, float) else init
    f = lambda v: lax.reduce_window(v, start, getattr(lax, computation), *args, **kwargs)
    out = f(x)
    case["out"] = array(out)
    if x.dtype == np.float32:
        weights = jnp.arange(1, out.size + 1, dtype=np.float32).reshape(out.shape)
        along = jnp.arange(1, x.size + 1, dtype=np.float32).reshape(x.shape)
        case["jvp"] = array(jax.jvp(f, (x,), (along,))[1])
        # JAX has no gradient of an extreme over dilated windows, and fails at negative padding.
        cropped = len(args) > 2 and not isinstance(args[2], str) and any(n < 0 for pair in args[2] for n in pair)
        if computation == "add" or not (cropped or any(n > 1 for n in kwargs.get("window_dilation", ()))):
            case["grad"] = array(jax.grad(lambda v: jnp.sum(f(v) * weights))(x))
    cases.append(case)


inf = float("inf")
tied = np.array([1, 1, 1, 2, 2, 3, 3, 3, 0, -1, -1], np.float32)
for computation, init in (("add", 0.0), ("max", -inf), ("min", inf)):
    window(f"{computation} at ties", tied, init, computation, (3,), (1,), "SAME")
    window(f"{computation} at ties, strided", tied, init, computation, (4,), (2,), "VALID")
    window(f"{computation} pooling", f32(2, 2, 6, 5, seed=1), init, computation, (1, 1, 2, 3), (1, 1, 2, 2), "VALID")
    window(f"{computation} pooling, same", f32(1, 2, 5, 5, seed=2), init, computation, (1, 1, 3, 2), (1, 1, 2, 2), "SAME")
    window(f"{computation} pooling, same lower", f32(5, 4, seed=3), init, computation, (2, 2), (1, 1), "SAME_LOWER")
    window(f"{computation} without strides", f32(7, seed=4), init, computation, (3,))
    window(f"{computation} padded and cropped", f32(6, 5, seed=5), init, computation, (2, 3), (1, 2), [(2, 1), (-1, 3)])
    window(f"{computation} of a dilated array", f32(5, seed=6), init, computation, (3,), (1,), [(1, 2)], base_dilation=(2,), window_dilation=(1,))
    window(f"{computation} over dilated windows", f32(9, seed=7), init, computation, (3,), (2,), [(1, 2)], window_dilation=(2,))
    window(f"{computation} wide windows", f32(2, seed=8), init, computation, (5,), (1,), "VALID")
for computation, init in (("add", 0), ("max", -(2**31)), ("min", 2**31 - 1)):
    x = np.round(f32(3, 5, seed=9) * 4).astype(np.int32)
    window(f"{computation} of integers", x, np.int32(init), computation, (2, 2), (1, 2), "SAME")
for computation, init in (("max", False), ("min", True)):
    window(f"{computation} of booleans", f32(3, 5, seed=10) > 0, np.bool_(init), computation, (2, 2), (1, 2), "SAME")

for name in ("SAME", "VALID", "SAME_LOWER"):
    for args in (((5, 6), (3, 2), (2, 1)), ((4, 7), (2, 4), (3, 3)), ((1, 9), (1, 2), (2, 1))):
        cases.append({"id": f"pads {name} {args}", "kind": "pads", "args": encode([*args, name]), "out": encode(lax.padtype_to_pads(*map(np.array, args), name))})
for args in (None, ("NCHW", "OIHW", "NCHW"), ("NHWC", "HWIO", "NHWC"), ("HNCW", "WIOH", "CWNH"), ("NCHW", "OIWH", "NWHC")):
    shapes = (1, 2, 3, 4), (5, 6, 7, 8)
    cases.append({"id": f"numbers {args}", "kind": "numbers", "args": encode([*shapes, args]), "out": named(lax.conv_dimension_numbers(*shapes, args))})


def error(id, lhs, rhs, *args, dtypes=("float32", "float32"), **kwargs):
    x, w = (np.ones(s, d) for s, d in zip((lhs, rhs), dtypes))
    case = {"id": id, "kind": "error", "shapes": [lhs, rhs], "dtypes": dtypes, "args": encode(args), "kwargs": encode(kwargs)}
    try:
        lax.conv_general_dilated(x, w, *args, **kwargs)
    except Exception as e:
        case["error"] = [type(e).__name__, str(e).splitlines()[0]]
        cases.append(case)
    else:
        raise SystemExit(f"{id} is no error")


X, W = (2, 4, 8, 8), (4, 4, 3, 3)
error("dtypes differ", X, W, (1, 1), "SAME", dtypes=("float32", "int32"))
error("strides are too few", X, W, (1,), "VALID")
error("no such padding", X, W, (1, 1), "FULL")
error("ranks differ", X, W[1:], (1, 1), "SAME")
error("padding is too short", X, W, (1, 1), [(0, 0)])
error("no dilation", X, W, (1, 1), "VALID", rhs_dilation=(0, 1))
error("letters differ", X, W, (1, 1), "SAME", dimension_numbers=("NCHW", "OIHW", "NHCX"))
error("letters repeat", X, W, (1, 1), "SAME", dimension_numbers=("NCHH", "OIHH", "NCHH"))
error("a letter is missing", X, W, (1, 1), "SAME", dimension_numbers=("NXHW", "OIHW", "NCHW"))
error("letters are too few", X, W, (1, 1), "SAME", dimension_numbers=("NCH", "OIH", "NCH"))
error("groups do not divide", X, W, (1, 1), "SAME", feature_group_count=3)
error("features do not fit", X, W, (1, 1), "SAME", feature_group_count=2)
error("outputs do not divide", X, (3, 2, 3, 3), (1, 1), "SAME", feature_group_count=2)
error("no groups", X, W, (1, 1), "SAME", batch_group_count=0)
error("batch groups do not divide", (3, 4, 8, 8), W, (1, 1), "SAME", batch_group_count=2)
error("both groups", X, (4, 2, 3, 3), (1, 1), "SAME", feature_group_count=2, batch_group_count=2)
error("padding by name with a dilated image", X, W, (1, 1), "SAME", lhs_dilation=(2, 1))

S = jax.ShapeDtypeStruct
x2, w2 = S((2, 3, 8, 8), np.float32), S((4, 3, 3, 3), np.float32)
pool = lambda v: lax.reduce_window(v, -jnp.inf, lax.max, (1, 1, 2, 2), (1, 1, 2, 2), "SAME")
texts = {
    "conv": (lambda x, w: lax.conv(x, w, (1, 2), "SAME"), x2, w2),
    "dilated": (lambda x, w: lax.conv_general_dilated(x, w, (1, 1), "SAME", rhs_dilation=(2, 1), preferred_element_type=np.float32), x2, w2),
    "gradients of conv": (jax.grad(lambda x, w: jnp.sum(lax.conv(x, w, (1, 2), "SAME")), (0, 1)), x2, w2),
    "max pooling": (pool, x2),
    "tangent of max pooling": (lambda x: jax.jvp(pool, (x,), (x,)), x2),
    "sum pooling": (lambda x: lax.reduce_window(x, 0.0, lax.add, (1, 1, 2, 2), (1, 1, 1, 1), "VALID"), x2),
}
for id, (f, *args) in texts.items():
    cases.append({"id": id, "kind": "text", "text": str(jax.make_jaxpr(f)(*args))})

write("conv", cases)
