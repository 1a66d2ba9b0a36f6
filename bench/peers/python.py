"""Rows for NumPy or JAX: one request a line on standard input, one answer a line on standard output.

Times as measure.mjs does. Arguments: the library, the number of threads.
"""

import json
import os
import sys
import time

library, threads = sys.argv[1], int(sys.argv[2])
# OpenBLAS halves its speed on some machines where this names an older core.
os.environ.pop("OPENBLAS_CORETYPE", None)
os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = str(threads)
os.environ["JAX_PLATFORMS"] = "cpu"
if hasattr(os, "sched_setaffinity"):
    # XLA makes a thread for each core that the process may use.
    os.sched_setaffinity(0, set(sorted(os.sched_getaffinity(0))[:threads]))

start = time.perf_counter()
import numpy as np

if library == "jax":
    import jax
    import jax.numpy as jnp
import_milliseconds = (time.perf_counter() - start) * 1e3


def flat(value):
    """The elements of a result as float64; of a complex one, real parts and imaginary parts one after another."""
    if isinstance(value, (tuple, list)):
        return np.concatenate([flat(x) for x in value])
    value = np.asarray(value)
    if np.iscomplexobj(value):
        return np.concatenate([value.real.ravel(), value.imag.ravel()]).astype(np.float64)
    return value.astype(np.float64).ravel()


def prepare(code, inputs):
    names = {"np": np}
    if library == "jax":
        names |= {"jax": jax, "jnp": jnp}
    text = f"def setup({', '.join(inputs)}):\n" + "\n".join("  " + line for line in code.splitlines())
    exec(text, names)
    return names["setup"](**inputs)


def measure(call, budget):
    def timed(repetitions):
        begin = time.perf_counter()
        for _ in range(repetitions):
            call()
        return (time.perf_counter() - begin) * 1e3

    repetitions, begin = 1, time.perf_counter()
    while True:
        last = timed(repetitions)
        if last < budget["sample"]:
            repetitions = min(repetitions * 2, int(repetitions * budget["sample"] / last) + 1)
        if (time.perf_counter() - begin) * 1e3 >= budget["warmUp"] and last >= budget["sample"] / 2:
            break
    if last > budget["longest"]:
        return {"median": last, "spread": 0, "samples": 1}
    times, begin = [], time.perf_counter()

    def goes_on(elapsed):
        return (
            not times
            or (elapsed < budget["longest"] and len(times) < budget["fewest"])
            or (elapsed < budget["total"] and len(times) < budget["most"])
        )

    while goes_on((time.perf_counter() - begin) * 1e3):
        times.append(timed(repetitions) / repetitions)
    low, median, high = np.percentile(times, [25, 50, 75])
    return {"median": median, "spread": (high - low) / 2 / median, "samples": len(times)}


def measure_loop(loop, steps):
    state, step = loop
    quarter, times = -(-steps // 4), []
    for _ in range(4):
        begin = time.perf_counter()
        for _ in range(quarter):
            state = step(state)
        if library == "jax":
            jax.block_until_ready(state)
        times.append((time.perf_counter() - begin) * 1e3 / quarter)
    import resource

    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return state, {
        "median": sum(times) / 4,
        "growth": times[3] / times[0],
        "megabytes": megabytes,
        "steps": 4 * quarter,
    }


def answer(request):
    if request["kind"] == "import":
        return {"median": import_milliseconds}
    inputs = {
        name: np.fromfile(given["file"], dtype=np.float32).reshape(given["shape"])
        for name, given in request["inputs"].items()
    }
    if library == "jax":
        inputs = {name: jnp.asarray(x) for name, x in inputs.items()}
    prepared = prepare(request["code"], inputs)
    if request["kind"] == "loop":
        state, result = measure_loop(prepared, request["steps"])
        flat(state).tofile(request["result"])
        return result
    call = (lambda: jax.block_until_ready(prepared())) if library == "jax" else prepared
    begin = time.perf_counter()
    first = call()
    result = {"median": (time.perf_counter() - begin) * 1e3}
    flat(first).tofile(request["result"])
    return result if request["kind"] == "cold" else measure(call, request["budget"])


for line in sys.stdin:
    try:
        reply = answer(json.loads(line))
    except Exception as error:
        reply = {"error": f"{type(error).__name__}: {error}".splitlines()[0][:200]}
    print(json.dumps(reply), flush=True)
