"""dtypes_and_casts.json: lax.convert_element_type and lax.bitcast_convert_type between all pairs of common dtypes.

Floats that do not fit an integer type are left out: what a cast makes of them is the platform's. `finfo` and `iinfo` too.
"""

from common import array, jax, np, write

jnp, lax = jax.numpy, jax.lax
VALUES = {
    "float32": [0, -0.0, 1, -1, 0.5, -0.5, 1.5, -1.5, 2.5, 99.99, -100.7, 127, 1e-40, 65504, 16777217, 2147483520, 3e38],
    "float64": [0, -0.0, 1, -1, 0.1, 1.5, -2.5, 99.99, 127, 16777217, 1e-50, 1e300, 2147483647.0, 4294967295.0],
    "float16": [0, 1, -1.5, 0.1, 65504],
    "bfloat16": [0, 1, -1.5, 0.1, 256],
    "int32": [0, 1, -1, 127, 128, -129, 255, 256, 65535, 65536, 16777217, 2**31 - 1, -(2**31)],
    "uint32": [0, 1, 127, 255, 256, 65536, 16777217, 2**31, 2**32 - 1],
    "int8": [0, 1, -1, 127, -128],
    "uint8": [0, 1, 127, 128, 255],
    "int16": [0, 1, -1, 255, 256, 32767, -32768],
    "uint16": [0, 1, 255, 256, 32768, 65535],
    "int64": [0, 1, -1, 2**31, 2**53 + 1, 2**63 - 1, -(2**63)],
    "uint64": [0, 1, 2**32, 2**64 - 1],
    "bool": [False, True],
}
FLOATS = ("float32", "float64", "float16", "bfloat16")
WIDE = ("float64", "int64", "uint64")


def fits(x, dtype):
    info = jnp.iinfo(dtype)
    return np.isfinite(x) and int(info.min) <= np.trunc(np.float64(x)) <= int(info.max)


cases = []
for src, values in VALUES.items():
    for dst in VALUES:
        x64 = src in WIDE or dst in WIDE
        with jax.enable_x64(x64):
            with np.errstate(over="ignore"):
                x = np.array(values, np.float64 if src == "bfloat16" else src).astype(jnp.dtype(src))
            if src in FLOATS and dst not in FLOATS and dst != "bool":
                x = np.array([v for v in x if fits(v, dst)], x.dtype)
            if src in FLOATS and dst == "bool":
                x = np.concatenate([x, np.array([np.nan], x.dtype)])
            if src in FLOATS and dst in FLOATS:
                x = np.concatenate([x, np.array([np.inf, -np.inf, np.nan], x.dtype)])
            out = lax.convert_element_type(jnp.asarray(x), dst)
            case = {"fn": "convert_element_type", "from": src, "to": dst, "x": array(x), "out": array(out)}
            sub = [i for i, v in enumerate(x.astype(np.float64)) if src != "bool" and x.dtype.kind not in "iub" and v != 0 and abs(v) < float(jnp.finfo(x.dtype).tiny)]
            if sub and dst in (*FLOATS, "bool"):
                case["xla_quirk"] = {"flush": sub}
        if x64:
            case["x64"] = True
        cases.append(case)

BITS = {
    ("float32", "int32"): [0, -0.0, 1, -1.5, 3.4028235e38, 1e-45, np.inf, -np.inf],
    ("float32", "uint32"): [0, -0.0, 1, -1.5, 1e-45, np.inf],
    ("int32", "float32"): [0, 1, 1065353216, -(2**31), 2139095040, 2139095039],
    ("uint32", "float32"): [0, 1065353216, 2**31, 1],
    ("int32", "uint32"): [0, -1, 2**31 - 1, -(2**31)],
    ("uint32", "int32"): [0, 2**32 - 1, 2**31],
    ("float64", "int64"): [0, 1, -2.5, np.inf],
    ("int64", "float64"): [0, 4607182418800017408, 1],
    ("int8", "uint8"): [-1, 127, -128],
    ("uint16", "int16"): [65535, 1],
    ("float16", "uint16"): [1, -2, 0.1],
    ("bfloat16", "uint16"): [1, -2, 0.1],
    ("uint32", "uint16"): [65537, 4294901760],
    ("uint32", "uint8"): [67305985, 4294967295],
    ("float32", "uint8"): [1, -1.5],
}
for (src, dst), values in BITS.items():
    with jax.enable_x64("64" in src):
        x = np.array(values, np.float64 if src == "bfloat16" else src).astype(jnp.dtype(src))
        out = lax.bitcast_convert_type(jnp.asarray(x), dst)
        case = {"fn": "bitcast_convert_type", "from": src, "to": dst, "x": array(x), "out": array(out)}
        if "64" in src:
            case["x64"] = True
        cases.append(case)
with jax.enable_x64(False):
    x = np.array([[1, 2, 3, 4], [255, 0, 255, 0]], np.uint8)
    cases.append({"fn": "bitcast_convert_type", "from": "uint8", "to": "uint32", "x": array(x), "out": array(lax.bitcast_convert_type(jnp.asarray(x), jnp.uint32))})

for d in FLOATS:
    i = jnp.finfo(d)
    info = {k: array(np.asarray(getattr(i, k), np.float64))["data"][0] for k in ("eps", "max", "min", "tiny", "smallest_subnormal", "resolution")}
    cases.append({"fn": "finfo", "dtype": d, **info, "bits": i.bits, "nmant": i.nmant, "nexp": i.nexp, "precision": i.precision})
for d in VALUES:
    if d not in FLOATS and d != "bool":
        i = jnp.iinfo(d)
        cases.append({"fn": "iinfo", "dtype": d, "min": str(int(i.min)), "max": str(int(i.max)), "bits": i.bits})
write("dtypes_and_casts", cases)
