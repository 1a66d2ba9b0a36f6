"""Writes tests/golden/printing.json: arrays, print options, and the text that NumPy and JAX make of them.

Run with NumPy 2.4 and JAX 0.10: python3 tools/golden/printing.py

A case holds "dtype", "shape", the data, "options" (NumPy's names), and the
texts "str" and "repr"; some also "separator", "prefix", "suffix" and the text "array2string". The data are either "data"
(numbers; "nan", "inf", "-inf" and "-0.0" as strings; 64-bit integers as strings; complex numbers as two numbers) or
"arange" with n, scale and offset: element i is i * scale + offset, which the dtype holds exactly.
"""

import json
import math
import pathlib

import jax
import jax.numpy as jnp
import numpy as np
from jax._src.lax.lax import _convert_element_type

rng = np.random.default_rng(20240607)
cases = []

FLOATS = ("float32", "float16", "bfloat16")
INTS = ("int32", "int8", "int16", "uint8", "uint16", "uint32")


def encode(value):
    if math.isnan(value):
        return "nan"
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    if value == 0 and math.copysign(1, value) < 0:
        return "-0.0"
    return int(value) if value == int(value) and abs(value) < 1e15 else value


def encode_data(x):
    flat = np.asarray(x).reshape(-1)
    if flat.dtype.kind == "c":
        return [encode(float(part)) for z in flat for part in (z.real, z.imag)]
    if flat.dtype in (np.int64, np.uint64):
        return [str(v) for v in flat.tolist()]
    if flat.dtype.kind in "biu":
        return flat.tolist()
    return [encode(float(v)) for v in flat]


def add(values, dtype, shape=None, weak=False, arange=None, array2string=None, **options):
    x = jnp.asarray(np.asarray(values).astype(jnp.dtype(dtype)))
    assert x.dtype == jnp.dtype(dtype), (x.dtype, dtype)
    if shape is not None:
        x = x.reshape(shape)
    x = _convert_element_type(x, weak_type=True) if weak else x
    case = {"dtype": dtype, "shape": list(x.shape)}
    if arange is None:
        case["data"] = encode_data(x)
    else:
        case["arange"] = arange
    if weak:
        case["weak"] = True
    if options:
        case["options"] = {k: "inf" if v == math.inf else v for k, v in options.items()}
    with np.printoptions(**options):
        case["str"] = str(x)
        case["repr"] = repr(x)
        if array2string is not None:
            case.update(array2string)
            case["array2string"] = np.array2string(np.asarray(x), **array2string)
    cases.append(case)


def add_arange(n, dtype, shape, scale=1, offset=0, **options):
    values = np.arange(n) * scale + offset
    assert (values.astype(jnp.dtype(dtype)).astype(np.float64) == values).all()
    add(values, dtype, shape, arange={"n": n, "scale": scale, "offset": offset}, **options)


def random_shape(most=24):
    while True:
        shape = [int(rng.integers(1, 7)) for _ in range(rng.choice([0, 1, 1, 1, 2, 2, 3, 4]))]
        if len(shape) == 1 and rng.random() < 0.3:
            shape = [int(rng.integers(8, 30))]
        if math.prod(shape) <= most:
            return shape


def random_floats(n, dtype):
    kind = rng.integers(0, 9)
    if kind == 0:
        v = rng.normal(size=n)
    elif kind == 1:
        v = rng.integers(-50, 50, size=n) / rng.choice([1.0, 2.0, 4.0, 8.0, 10.0, 100.0])
    elif kind == 2:
        v = rng.normal(size=n) * 10.0 ** rng.integers(-6, 10, size=n)
    elif kind == 3:
        v = rng.normal(size=n) * 10.0 ** float(rng.integers(-12, 12))
    elif kind == 4:
        v = rng.integers(0, 2, size=n).astype(float)
    elif kind == 5:
        v = np.round(rng.normal(size=n) * 100, rng.integers(0, 4))
    elif kind == 6:
        v = rng.random(size=n)
    elif kind == 7:
        v = 2.0 ** rng.integers(-30, 31, size=n)
    else:
        v = rng.integers(1, 2000, size=n) * 10.0 ** float(rng.integers(-6, 6))
    if rng.random() < 0.25:
        v = np.where(rng.random(n) < 0.3, rng.choice([np.nan, np.inf, -np.inf, -0.0, 0.0], size=n), v)
    with np.errstate(over="ignore"):
        return v.astype(jnp.dtype(dtype))


def random_options(chance=0.35):
    o = {}
    pick = lambda: rng.random() < chance
    if pick():
        o["precision"] = int(rng.integers(0, 12))
    if pick():
        o["floatmode"] = str(rng.choice(["fixed", "unique", "maxprec", "maxprec_equal"]))
    if pick():
        o["suppress"] = bool(rng.random() < 0.8)
    if pick():
        o["sign"] = str(rng.choice(["-", "+", " "]))
    if rng.random() < chance / 2:
        o["linewidth"] = int(rng.choice([0, 10, 20, 33, 40, 60, 100]))
    if rng.random() < chance / 3:
        o["threshold"] = int(rng.integers(0, 20))
        o["edgeitems"] = int(rng.integers(1, 4))
    if rng.random() < chance / 3:
        o["nanstr"] = str(rng.choice(["NaN", "-", "missing", "not a number"]))
        o["infstr"] = str(rng.choice(["Infinity", "oo"]))
    return o


def random_cases(count, floats, ints, complexes):
    for _ in range(count):
        dtype = str(rng.choice(floats))
        shape = random_shape()
        add(random_floats(math.prod(shape), dtype), dtype, shape, weak=rng.random() < 0.1, **random_options())
    for _ in range(count // 6):
        dtype = str(rng.choice(ints))
        shape = random_shape()
        info = np.iinfo(dtype)
        most = min(int(info.max), 10 ** int(rng.integers(1, 19)))
        least = max(int(info.min), -most) if rng.random() < 0.5 else 0
        v = rng.integers(least, most, size=math.prod(shape), dtype=dtype, endpoint=True)
        add(v, dtype, shape, weak=rng.random() < 0.1, **random_options())
    for _ in range(count // 4):
        dtype = str(rng.choice(complexes))
        shape = random_shape(12)
        part = "float32" if dtype == "complex64" else "float64"
        n = math.prod(shape)
        v = np.empty(n, dtype)
        v.real = random_floats(n, part)
        v.imag = random_floats(n, part)
        add(v, dtype, shape, **random_options())


def scalars(floats, complexes):
    for dtype in floats:
        for v in (0.0, -0.0, 1.0, -2.5, 0.1, 1 / 3, 123456.0, 999999.0, 1e6, 1234567.0, 16777216.0, 1e8, 123456789.0,
                  1e15, 9999999999999998.0, 1e16, 1e22, 1e-3, 1e-4, 9.9e-5, 1e-5, 3e-8, 1e-40, 5e-324, 1e300,
                  999.0, 1000.0, 65504.0, math.nan, math.inf, -math.inf):
            with np.errstate(over="ignore"):
                add(v, dtype, **({"precision": 3} if rng.random() < 0.3 else {}))
    for dtype in complexes:
        for v in (0j, 1 + 2j, complex(-0.0, 1), complex(0.0, -0.0), complex(-0.0, -0.0), 0.1 - 0.25j, 1e6 + 1e-5j,
                  complex(math.nan, math.inf), complex(-math.inf, math.nan), 1e16 - 1j, complex(0, 1 / 3)):
            add(v, dtype)


def layouts(floats, ints):
    for dtype in (*floats, *ints):
        add_arange(60, dtype, (60,))
        add_arange(60, dtype, (3, 20))
        add_arange(48, dtype, (2, 2, 3, 4))
        add_arange(100, dtype, (2, 50), linewidth=40)
        for shape in ((0,), (0, 3), (3, 0, 2)):
            add([], dtype, shape)
    for dtype in (*floats[:1], *ints[:1]):
        # The line with the dtype: one length after the other across the point where it no longer fits.
        for n in range(14, 28):
            add_arange(n, dtype, (n,))
            add_arange(2 * n, dtype, (2, n))
        add_arange(1000, dtype, (1000,))
        add_arange(1001, dtype, (1001,))
        add_arange(1001, dtype, (1001,), 0.125 if dtype in floats else 3, -7)
        add_arange(10000, dtype, (100, 100), 0.5 if dtype in floats else 3)
        add_arange(200000, dtype, (10, 200, 100))
        add_arange(2000, dtype, (2, 1000))
        add_arange(2000, dtype, (1000, 2))
        add_arange(4096, dtype, (8, 8, 8, 8), edgeitems=1)
        add_arange(4096, dtype, (8, 8, 8, 8), edgeitems=2, linewidth=50)
        add_arange(2000, dtype, (2000,), edgeitems=12)
        add_arange(1200, dtype, (4, 300), threshold=math.inf, linewidth=120)
        add_arange(20, dtype, (20,), threshold=0, edgeitems=2)
        add_arange(1 << 20, dtype, (1 << 20,), 1, -(1 << 19))
        # A huge element that is not shown must not widen those that are.
        v = np.arange(1200) % 10
        v[600] = 10 ** 6
        add(v[580:620], dtype, threshold=10)
    for n, shape in ((24, (4, 6)), (30, (30,)), (12, (2, 2, 3)), (1, ())):
        for extra in ({"separator": ", "}, {"separator": ","}, {"separator": " | ", "prefix": "values = "},
                      {"prefix": "x" * 30, "suffix": "y" * 20}, {"separator": ",\t", "suffix": ";"}):
            add(np.arange(n) * 0.37, floats[0], shape, array2string=extra)
    for w in range(0, 100, 7):
        add(np.arange(25) * 1.5, floats[0], linewidth=w)
        add(np.arange(24) * 1.5, floats[0], (2, 3, 4), linewidth=w)


def precisions(floats):
    """Values whose rounding is a tie or crosses a power of ten, at every precision."""
    sets = ([0.5, 1.5, 2.5, 3.5], [0.125, 0.375, 0.0625, 1.03125], [0.95, 0.995, 0.9995, 9.9996], [1e-5, 1.2345678],
            [0.3, 0.12345678], [0.0005, 0.0015, 0.25], [math.pi, math.e, -1 / 3], [99999.5, 12345.678], [5e-7, 4.5e7],
            [2.0 ** -24, 2.0 ** -14, 0.1], [9.5, 99.5, 0.45])
    for dtype in floats:
        for v in sets:
            for mode in ("maxprec", "maxprec_equal", "fixed", "unique"):
                with np.errstate(over="ignore"):
                    add(v, dtype, precision=int(rng.integers(0, 7)), floatmode=mode, suppress=bool(rng.random() < 0.3))
        with np.errstate(over="ignore"):
            for v in ([1000.0, 1.0], [1001.0, 1.0], [999.5, 1.0], [999999.0, 999.0], [1e6, 1e5], [1e8, 1e7], [99999999.0, 1e5],
                      [1e-4, 1e-3], [9.999e-5], [1e-4], [math.nan], [-math.inf], [math.nan, -math.inf, 0.5], [0.0, -0.0], [],
                      [1e-40, 1e-38], [1e30, 1e-30], [65504.0], [6e-8], [1000.0, 1.0005], [1e-310], [1e-300, 1e300]):
                add(v, dtype)
                add(v, dtype, suppress=True, sign="+")


def ratios():
    """Greatest and least whose ratio exceeds 1000 by so little that it is 1000 in their dtype: no exponents yet."""
    for dtype, greatest in (("float32", 1.0), ("float16", 0.9)):
        found = 0
        while found < 4:
            least = np.asarray(rng.random() * greatest + 0.01, dtype)
            most = np.asarray(1000 * float(least), dtype)
            if most / least == 1000 and float(most) / float(least) > 1000 and (dtype == "float32" or most < 1000):
                add([float(most), float(least)], dtype)
                found += 1
            if found and dtype == "float16":
                add([float(np.nextafter(most, np.asarray(np.inf, dtype))), float(least)], dtype)


def bools():
    for shape in ((), (1,), (5,), (2, 3), (30,)):
        add(rng.random(shape) < 0.5, "bool")
        add(rng.random(shape) < 0.5, "bool", sign="+", linewidth=30)


def part(floats, ints, complexes, count):
    random_cases(count, floats, ints, complexes)
    scalars(floats, complexes)
    layouts(floats, ints)
    precisions(floats)


bools()
ratios()
part(FLOATS, INTS, ("complex64",), 420)
for name in ("int4", "uint4", "float8_e4m3fn", "float8_e5m2"):
    add([1, 2, 7, 0], name)
    add([1, 2, 7, 0], name, (2, 2), sign="+")
    add(3, name)
jax.config.update("jax_enable_x64", True)
part(("float64",), ("int64", "uint64"), ("complex128",), 300)

target = pathlib.Path(__file__).resolve().parents[2] / "tests" / "golden" / "printing.json"
lines = ",\n".join(json.dumps(case, ensure_ascii=True, separators=(",", ":")) for case in cases)
target.write_text("[\n" + lines + "\n]\n")
print(f"{len(cases)} cases, {target.stat().st_size} bytes")
