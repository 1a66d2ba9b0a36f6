"""nn_functions.json: jax.nn with gradients, and jax.nn.initializers under both layouts of the random numbers.

A function case has `out`, and `grad`: the gradient of sum(sin(out)) with respect to the first argument.
"""

from common import array, encode, f32, jax, np, write

jnp, nn = jax.numpy, jax.nn
cases = []
F = lambda *v: np.array(v, np.float32)
X = F(-100, -20, -7, -6, -3, -2.5, -1, -0.5, -1e-3, -0.0, 0, 1e-3, 0.5, 1, 1.0000001, 2.5, 3, 6, 6.5, 20, 100)
m, t = f32(3, 4, seed=1), f32(2, 3, 4, seed=2)


def call(fn, *args, differentiate=True, **kwargs):
    f = lambda x: getattr(nn, fn)(x, *args[1:], **kwargs)
    x = jnp.asarray(args[0])
    out = f(x)
    case = {"fn": fn, "args": encode(args), "kwargs": encode(kwargs), "out": encode(out)}
    if differentiate and x.dtype == jnp.float32 and isinstance(out, jax.Array) and out.dtype == jnp.float32:
        case["grad"] = array(jax.grad(lambda v: jnp.sum(jnp.sin(f(v))))(x))
        with jax.enable_x64(True):
            wide = jnp.asarray(np.asarray(x, np.float64))
            g = lambda v: getattr(nn, fn)(v, *args[1:], **kwargs)
            try:
                case["out64"] = array(g(wide))
                case["grad64"] = array(jax.grad(lambda v: jnp.sum(jnp.sin(g(v))))(wide))
            except (TypeError, ValueError):
                pass
    cases.append(case)


for fn in ("relu", "relu6", "sigmoid", "softplus", "soft_sign", "silu", "swish", "mish", "log_sigmoid", "leaky_relu", "hard_sigmoid", "hard_silu", "hard_swish", "hard_tanh", "elu", "celu",
           "selu", "gelu", "squareplus", "sparse_plus", "sparse_sigmoid", "tanh", "identity"):
    call(fn, X)
    call(fn, F(np.inf, -np.inf, np.nan), differentiate=False)
call("log1mexp", F(1e-5, 0.1, 0.6931472, 1, 5, 50))
call("leaky_relu", X, 0.2), call("leaky_relu", X, negative_slope=0.0), call("elu", X, 0.5), call("celu", X, 2.0), call("gelu", X, approximate=False), call("gelu", X, approximate=True), call("squareplus", X, 1.0)
for axis in (-1, 0):
    for fn in ("softmax", "log_softmax", "logsumexp", "glu", "standardize", "logmeanexp"):
        if fn == "glu" and axis == 0:
            continue
        call(fn, m, axis=axis)
    call("softmax", t, axis=axis), call("logsumexp", t, axis=axis, keepdims=True)
for fn in ("softmax", "log_softmax", "logsumexp", "standardize"):
    call(fn, F(1000, 1001, 999)), call(fn, F(-np.inf, 0, 1), differentiate=False), call(fn, F(3))
call("softmax", m, axis=(0, 1)), call("logsumexp", m, axis=(0, 1)), call("logsumexp", m, axis=None), call("log_softmax", t, axis=(1, 2)), call("glu", t, axis=2), call("glu", f32(4, 3), axis=0)
mask = m > -0.5
call("softmax", m, where=mask), call("log_softmax", m, where=mask, differentiate=False), call("logsumexp", m, axis=1, where=mask), call("logsumexp", m, axis=1, b=np.abs(m)), call("logsumexp", m, axis=1, b=m, return_sign=True), call("logsumexp", F(-np.inf, -np.inf), differentiate=False), call("logsumexp", F(np.inf, 1), differentiate=False)
call("standardize", m, axis=-1, epsilon=1e-3), call("standardize", t, axis=(1, 2)), call("standardize", m, mean=m.mean(-1, keepdims=True), variance=m.var(-1, keepdims=True)), call("standardize", m, where=mask)
I = np.array([0, 2, 1, 3, -1, 5], np.int32)
call("one_hot", I, 4), call("one_hot", I, 4, dtype="int32"), call("one_hot", I.reshape(2, 3), 3), call("one_hot", I, 4, axis=0), call("one_hot", np.int32(1), 3), call("one_hot", I.reshape(2, 3), 4, axis=1), call("one_hot", F(0, 1, 2), 3, differentiate=False)
q, k, v = f32(1, 3, 2, 4, seed=3), f32(1, 3, 2, 4, seed=4), f32(1, 3, 2, 4, seed=5)
call("dot_product_attention", q, k, v), call("dot_product_attention", q, k, v, is_causal=True), call("dot_product_attention", q, k, v, scale=0.5)

INITS = [
    ("zeros", {}, (2, 3)), ("ones", {}, (2, 3)), ("constant", {"value": 0.5}, (2, 2)),
    ("uniform", {}, (2, 3)), ("uniform", {"scale": 1.0}, (3,)), ("normal", {}, (2, 3)), ("normal", {"stddev": 2.0}, (3,)), ("truncated_normal", {}, (2, 3)), ("truncated_normal", {"stddev": 1.0}, (5,)),
    *[(n, {}, s) for n in ("glorot_uniform", "glorot_normal", "he_uniform", "he_normal", "lecun_uniform", "lecun_normal", "xavier_uniform", "xavier_normal", "kaiming_uniform", "kaiming_normal") for s in ((3, 4), (2, 3, 4))],
    *[("variance_scaling", {"scale": sc, "mode": mode, "distribution": d}, (3, 4)) for sc, mode, d in ((1.0, "fan_in", "normal"), (2.0, "fan_out", "uniform"), (0.5, "fan_avg", "truncated_normal"), (1.0, "fan_geo_avg", "uniform"))],
    ("glorot_uniform", {"in_axis": 0, "out_axis": 1}, (3, 4)), ("he_normal", {"in_axis": -1, "out_axis": -2}, (3, 4)), ("lecun_normal", {"in_axis": -2, "out_axis": -1, "batch_axis": 0}, (2, 3, 4)),
    ("orthogonal", {}, (3, 3)), ("orthogonal", {"scale": 2.0}, (4, 2)), ("orthogonal", {}, (2, 4)), ("delta_orthogonal", {}, (3, 2, 3)),
]
for partitionable in (False, True):
    with jax.threefry_partitionable(partitionable):
        for name, kwargs, shape in INITS:
            make = getattr(nn.initializers, name)
            f = make if name in ("zeros", "ones") else make(**kwargs)
            key = jax.random.PRNGKey(42)
            cases.append({"fn": "initializers." + name, "kwargs": encode(kwargs), "key": [0, 42], "threefry_partitionable": partitionable, "shape": list(shape), "out": array(f(key, shape, jnp.float32))})
write("nn_functions", cases)
