"""What the golden generators share: how a value becomes JSON, and how a file of cases is written.

In: arrays, scalars and trees of them, as JAX or NumPy give them. Out: one JSON file a theme, one case a line, so that a
changed value is a changed line. Floats are exact: each is written as the shortest decimal of its float64 value, which
reads back as the same bits; the values that JSON cannot hold are strings ("nan", "inf", "-inf", "-0.0"). Integers beyond
2**53 are decimal strings. Complex numbers are pairs [re, im].
"""

import json
import math
import os
import warnings

os.environ.setdefault("JAX_PLATFORMS", "cpu")

import jax  # noqa: E402
import numpy as np  # noqa: E402

PINNED = "0.10.2"
if jax.__version__ != PINNED:
    raise SystemExit(f"the golden values are those of jax=={PINNED}, but jax=={jax.__version__} is installed")

# "Explicitly requested dtype float64 ... will be truncated" is a part of what some cases ask for.
warnings.filterwarnings("ignore", message="Explicitly requested dtype")

OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tests", "golden")
SAFE = 2**53


def number(x):
    """One real number (bool, int or float) as JSON."""
    if isinstance(x, (bool, np.bool_)):
        return bool(x)
    if isinstance(x, (int, np.integer)):
        x = int(x)
        return x if -SAFE <= x <= SAFE else str(x)
    x = float(x)
    if math.isnan(x):
        return "nan"
    if math.isinf(x):
        return "inf" if x > 0 else "-inf"
    if x == 0:
        return "-0.0" if math.copysign(1, x) < 0 else 0
    return int(x) if x == int(x) and abs(x) <= SAFE else x


def array(x, weak=True):
    """An array as {"dtype", "shape", "data"}, with "weak_type": true where it is weakly typed."""
    a = np.asarray(x)
    flat = a.reshape(-1)
    if a.dtype.kind == "c":
        data = [[number(v.real), number(v.imag)] for v in flat]
    elif a.dtype.kind in "biu":
        data = [number(v) for v in flat.tolist()]
    else:
        data = [number(v) for v in flat.astype(np.float64).tolist()]
    out = {"dtype": str(a.dtype), "shape": list(a.shape), "data": data}
    if weak and getattr(x, "weak_type", False):
        out["weak_type"] = True
    return out


def encode(x):
    """A tree of values: arrays by `array`, Python scalars as numbers ({"scalar": "nan"} for the specials), tuples as lists."""
    if x is None or isinstance(x, (bool, str)):
        return x
    if isinstance(x, (int, float)):
        n = number(x)
        return {"scalar": n} if isinstance(n, str) else n
    if isinstance(x, complex):
        return {"scalar": [number(x.real), number(x.imag)]}
    if isinstance(x, (jax.Array, np.ndarray, np.generic)):
        return array(x)
    if isinstance(x, (list, tuple)):
        return [encode(v) for v in x]
    if isinstance(x, dict):
        return {k: encode(v) for k, v in x.items()}
    if isinstance(x, slice):
        return {"slice": [x.start, x.stop, x.step]}
    return str(np.dtype(x))


def f32(*shape, seed=0, low=-2.0, high=2.0):
    """Fixed float32 test input: a multiple of 1/64, so that it prints short and sums exactly."""
    r = np.random.RandomState(seed)
    return (np.round(r.uniform(low, high, shape) * 64) / 64).astype(np.float32)


def write(name, cases, **top):
    """Write tests/golden/<name>.json."""
    dump = lambda v: json.dumps(v, allow_nan=False, separators=(",", ":"), ensure_ascii=False)
    head = {"jax": jax.__version__, **top}
    lines = ["{", *[f"{dump(k)}:{dump(v)}," for k, v in head.items()], '"cases":[']
    lines.append(",\n".join(dump(c) for c in cases))
    text = "\n".join(lines) + "\n]}\n"
    json.loads(text)
    path = os.path.join(OUT, name + ".json")
    os.makedirs(OUT, exist_ok=True)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    print(f"{name}.json: {len(cases)} cases, {len(text) / 1024:.0f} kB")
