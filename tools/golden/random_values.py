"""random_legacy.json and random_partitionable.json: keys and draws under both layouts of the threefry counters."""

from common import array, encode, f32, jax, np, write

jnp, random = jax.numpy, jax.random


def cases():
    out = []

    def add(fn, key, *args, x64=False, **kwargs):
        with jax.enable_x64(x64):
            k = jnp.asarray(np.array(key, dtype=np.uint32))
            case = {"fn": fn, "key": list(key), "args": encode(args), "kwargs": encode(kwargs)}
            dt = lambda v: getattr(jnp, v) if isinstance(v, str) and v in DTYPES else v
            try:
                r = getattr(random, fn)(k, *[dt(a) for a in args], **{n: dt(v) for n, v in kwargs.items()})
                case["out"] = encode(r)
            except Exception as e:
                raise RuntimeError(f"{fn} {args} {kwargs}") from e
            if x64:
                case["x64"] = True
            out.append(case)

    K0, K42, K7 = (0, 0), (0, 42), (3456789012, 987654321)

    for x64 in (False, True):
        for seed in (0, 1, 42, -1, 2**31 - 1, -(2**31), 2**32 + 5, 2**32 - 1, 1701):
            with jax.enable_x64(x64):
                case = {"fn": "PRNGKey", "seed": seed, "out": array(random.PRNGKey(seed))}
                case["key_data"] = array(random.key_data(random.key(seed)))
                if seed == 2**32 + 5 and not x64:
                    case["note"] = "with x64 off an eager Python int is masked to 32 bits: the key is that of seed 5"
                if x64:
                    case["x64"] = True
                out.append(case)

    for key in (K0, K42, K7):
        for n in (1, 2, 3, 4, 5, 7):
            add("split", key, n)
        for shape in ((2,), (2, 3), (3, 1, 2), ()):
            add("split", key, shape)
        for data in (0, 1, 2, 42, 2**31 - 1, 2**32 - 1):
            add("fold_in", key, data)

    # Many subkeys, as a training loop makes them.
    chain, k = [], random.PRNGKey(0)
    for _ in range(6):
        k, s = random.split(k)
        chain.append({"key": array(k), "subkey": array(s), "normal": array(random.normal(s, (2,)))})
    out.append({"fn": "chain", "seed": 0, "out": chain})

    for dtype in ("uint8", "uint16", "uint32"):
        for shape in ((), (1,), (2,), (3,), (4,), (5,), (7,), (8,), (13,), (2, 3), (3, 5), (0,), (2, 0, 3)):
            add("bits", K42, shape, dtype)
        add("bits", K7, (9,), dtype)
        add("bits", K7, (10,), dtype)
    for shape in ((), (1,), (2,), (3,), (5,), (2, 3)):
        add("bits", K42, shape, "uint64", x64=True)
    add("bits", K42, (3,), "uint32", x64=True)

    shapes = ((), (1,), (2,), (3,), (4,), (5,), (2, 3), (3, 3), (1, 5, 2))
    for shape in shapes:
        add("uniform", K0, shape)
        add("normal", K0, shape)
    add("uniform", K42, (41,))
    add("normal", K42, (101,))
    add("normal", K7, (50,))
    for lo, hi in ((-1.0, 1.0), (0.0, 10.0), (-3.5, -1.25), (2.0, 2.0), (1e-6, 1e6), (0.1, 0.3), (-1e30, 1e30), (0.0, 1e-40)):
        add("uniform", K7, (11,), minval=lo, maxval=hi)
    add("uniform", K7, (2, 3), minval=np.array([0, 1, 2], np.float32), maxval=np.array([[1], [4]], np.float32))
    for dtype in ("float16", "bfloat16"):
        add("uniform", K42, (7,), dtype)
        add("normal", K42, (7,), dtype)
    for shape in ((), (3,), (4,), (2, 3)):
        add("uniform", K42, shape, "float64", x64=True)
        add("normal", K42, shape, "float64", x64=True)
    add("uniform", K7, (5,), "float64", -2.0, 3.0, x64=True)
    add("normal", K7, (33,), "float64", x64=True)
    add("uniform", K7, (5,), "float32", x64=True)
    add("normal", K42, (3,), "complex64")

    for lo, hi in ((0, 10), (0, 2), (-5, 5), (0, 256), (3, 4), (5, 5), (7, 3), (0, 1000003), (-(2**31), 2**31 - 1), (0, 2**31 - 1)):
        for shape in ((), (5,), (2, 3)):
            add("randint", K42, shape, lo, hi)
    for dtype, lo, hi in (
        ("uint32", 0, 10), ("uint32", 5, np.uint32(4000000000)), ("uint8", 0, 255), ("uint8", 0, 256), ("int8", -128, 128),
        ("int8", -3, 3), ("int16", -1000, 1000), ("uint16", 0, 65536),
    ):
        add("randint", K42, (7,), lo, hi, dtype)
    add("randint", K7, (2, 3), np.array([0, 10, 100], np.int32), np.array([[10], [1000]], np.int32))
    add("randint", K42, (5,), 0, 10, "int64", x64=True)
    add("randint", K42, (5,), -(10**12), 10**12, "int64", x64=True)
    add("randint", K42, (5,), 0, 10, "int32", x64=True)

    add("bernoulli", K0)
    for p in (0.5, 0.1, 0.0, 1.0, 0.9):
        add("bernoulli", K42, p, (11,))
    add("bernoulli", K42, np.array([0.1, 0.5, 0.9, 0.3], np.float32))
    add("bernoulli", K42, np.array([0.1, 0.5, 0.9, 0.3], np.float32), (3, 4))
    add("bernoulli", K42, 0.3, (5,), mode="high")

    p5 = np.array([0.1, 0.2, 0.4, 0.05, 0.25], np.float32)
    a5 = np.array([10, 20, 30, 40, 50], np.int32)
    for replace in (True, False):
        add("choice", K42, 5, (4,), replace=replace)
        add("choice", K42, 5, (), replace=replace)
        add("choice", K42, 5, (4,), replace=replace, p=p5)
        add("choice", K42, a5, (2, 2), replace=replace)
        add("choice", K42, a5, (2, 2), replace=replace, p=p5)
        add("choice", K42, f32(3, 4), (2,), replace=replace, axis=0)
        add("choice", K42, f32(3, 4), (3,), replace=replace, axis=1)
        add("choice", K42, f32(3, 4), (2,), replace=replace, axis=-1, p=p5[:4] / p5[:4].sum())
    add("choice", K7, 100, (20,), replace=False)
    add("choice", K7, 100, (20,))

    for n in (0, 1, 2, 3, 5, 8, 33):
        add("permutation", K42, n)
    add("permutation", K7, 2000)  # two rounds of sorting
    out[-1]["out"].update(shape=[64], data=out[-1]["out"]["data"][:64])
    out[-1]["note"] = "out is the first 64 of 2000"
    add("permutation", K42, a5)
    add("permutation", K42, f32(7))
    for axis in (0, 1, -1):
        add("permutation", K42, f32(3, 4), axis)
        add("permutation", K42, f32(3, 4), axis, independent=True)
    add("permutation", K42, f32(2, 3, 2), 1)

    logits = f32(3, 5, seed=3)
    for axis in (-1, 0, 1):
        add("categorical", K42, logits, axis)
    add("categorical", K42, logits[0])
    add("categorical", K42, logits[0], shape=(7,))
    add("categorical", K42, logits, shape=(4, 3))
    add("categorical", K42, logits, axis=0, shape=(2, 5))
    add("categorical", K42, np.array([-np.inf, 0.0, 1.0], np.float32), shape=(6,))
    add("categorical", K42, logits[0], shape=(3,), replace=False)

    for shape in ((), (5,), (2, 3), (16,)):
        for fn in ("gumbel", "exponential", "laplace", "logistic", "rademacher", "cauchy"):
            add(fn, K42, shape)
    for fn in ("gumbel", "exponential", "laplace", "logistic", "cauchy"):
        add(fn, K7, (5,), "float64", x64=True)
    add("gumbel", K42, (5,), mode="high")
    for lo, hi in ((-2.0, 2.0), (-1.0, 1.0), (0.0, 3.0), (2.0, 5.0), (-np.inf, 0.0), (-0.001, 0.001)):
        add("truncated_normal", K42, lo, hi, (9,))
    add("truncated_normal", K42, np.array([-1.0, 0.0], np.float32), np.array([1.0, 2.0], np.float32))
    add("truncated_normal", K7, -2.0, 2.0, (5,), "float64", x64=True)
    add("rademacher", K42, (7,), "float32")

    for a in (0.3, 1.0, 2.5, 20.0):
        add("gamma", K42, a, (4,))
        add("loggamma", K42, a, (4,))
    add("gamma", K42, np.array([0.5, 1.5, 3.0], np.float32))
    add("beta", K42, 2.0, 3.0, (4,))
    add("beta", K42, 0.5, 0.5, (4,))
    add("dirichlet", K42, np.array([0.5, 1.0, 2.0], np.float32), (2,))
    add("poisson", K42, 3.0, (6,))
    add("poisson", K42, 50.0, (6,))
    add("poisson", K42, 0.0, (3,))
    add("binomial", K42, 10.0, 0.3, (5,))
    add("binomial", K42, 100.0, 0.4, (5,))
    add("geometric", K42, 0.3, (5,))
    add("multivariate_normal", K42, np.zeros(2, np.float32), np.array([[2, 0.5], [0.5, 1]], np.float32), (3,))
    add("t", K42, 3.0, (4,))
    add("chisquare", K42, 4.0, (4,))
    add("f", K42, 4.0, 6.0, (4,))
    add("maxwell", K42, (4,))
    add("double_sided_maxwell", K42, 0.5, 2.0, (4,))
    add("rayleigh", K42, 1.5, (4,))
    add("weibull_min", K42, 2.0, 1.5, (4,))
    add("pareto", K42, 2.0, (4,))
    add("triangular", K42, 0.0, 0.3, 1.0, (5,))
    add("wald", K42, 1.5, (4,))
    add("lognormal", K42, 0.5, (4,))
    add("generalized_normal", K42, 1.5, (4,))
    add("ball", K42, 3, 2.0, (2,))
    add("orthogonal", K42, 3)

    # vmap over keys draws what a loop draws.
    keys = random.split(random.PRNGKey(9), 3)
    out.append({"fn": "vmap_normal", "keys": array(keys), "shape": [2], "out": array(jax.vmap(lambda k: random.normal(k, (2,)))(keys))})
    return out


DTYPES = {"uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64", "float16", "bfloat16", "float32", "float64", "complex64"}

for partitionable in (False, True):
    with jax.threefry_partitionable(partitionable):
        write("random_partitionable" if partitionable else "random_legacy", cases(), threefry_partitionable=partitionable)
