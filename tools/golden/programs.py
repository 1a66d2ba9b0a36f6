"""programs.json: small random programs under random stacks of transforms. Their meaning is written in README.md.

Every program runs in float32 and in float64; a case is kept only if the two agree to 1e-4 of the result's size, so that
whatever disagrees with it is wrong and not merely rounding.
"""

import random as pyrandom

from common import array, encode, jax, np, write

jnp, lax = jax.numpy, jax.lax
CASES = 420


# --- the meaning of a step ------------------------------------------------------------------------------------------
# Each takes the values of its arguments and its params; "sqrt" and "log" and friends are written out as several steps.

def take_slice(x, start, stop, step):
    return x[tuple(slice(a, b, c) for a, b, c in zip(start, stop, step))]


OPS = {
    "add": lambda x, y: jnp.add(x, y),
    "subtract": lambda x, y: jnp.subtract(x, y),
    "multiply": lambda x, y: jnp.multiply(x, y),
    "divide": lambda x, y: jnp.divide(x, y),
    "maximum": lambda x, y: jnp.maximum(x, y),
    "minimum": lambda x, y: jnp.minimum(x, y),
    "power": lambda x, exponent: jnp.power(x, exponent),
    "sin": jnp.sin,
    "cos": jnp.cos,
    "tanh": jnp.tanh,
    "exp": jnp.exp,
    "log": jnp.log,
    "sqrt": jnp.sqrt,
    "sigmoid": jax.nn.sigmoid,
    "negative": jnp.negative,
    "where_greater": lambda x, y, a, b: jnp.where(jnp.greater(x, y), a, b),
    "sum": lambda x, axis, keepdims: jnp.sum(x, axis=axis, keepdims=keepdims),
    "mean": lambda x, axis, keepdims: jnp.mean(x, axis=axis, keepdims=keepdims),
    "max": lambda x, axis, keepdims: jnp.max(x, axis=axis, keepdims=keepdims),
    "min": lambda x, axis, keepdims: jnp.min(x, axis=axis, keepdims=keepdims),
    "prod": lambda x, axis, keepdims: jnp.prod(x, axis=axis, keepdims=keepdims),
    "var": lambda x, axis, keepdims: jnp.var(x, axis=axis, keepdims=keepdims),
    "dot": lambda x, y: jnp.dot(x, y),
    "matmul": lambda x, y: jnp.matmul(x, y),
    "reshape": lambda x, shape: jnp.reshape(x, shape),
    "transpose": lambda x, axes: jnp.transpose(x, axes),
    "broadcast_to": lambda x, shape: jnp.broadcast_to(x, shape),
    "concatenate": lambda *xs, axis: jnp.concatenate(xs, axis=axis),
    "stack": lambda *xs, axis: jnp.stack(xs, axis=axis),
    "slice": take_slice,
    "take": lambda x, indices, axis: jnp.take(x, np.array(indices), axis=axis),
    "cumsum": lambda x, axis: jnp.cumsum(x, axis=axis),
    "sort": lambda x, axis: jnp.sort(x, axis=axis),
    "flip": lambda x, axis: jnp.flip(x, axis=axis),
    "clip": lambda x, low, high: jnp.clip(x, low, high),
    "softmax": lambda x, axis: jax.nn.softmax(x, axis=axis),
    "expand_dims": lambda x, axis: jnp.expand_dims(x, axis),
    "squeeze": lambda x, axis: jnp.squeeze(x, axis),
    "constant": lambda value: jnp.float32(value) if not jax.config.jax_enable_x64 else jnp.float64(value),
}


def program_function(steps, outputs, n_inputs):
    """The function that a program denotes: of its inputs, to its one output."""

    def f(*inputs):
        values = list(inputs)
        for s in steps:
            values.append(OPS[s["op"]](*[values[r] for r in s["args"]], **s.get("params", {})))
        return values[outputs]

    return f


# --- random programs ------------------------------------------------------------------------------------------------

class Builder:
    def __init__(self, rng, shapes):
        self.rng, self.steps, self.shapes = rng, [], list(shapes)

    def step(self, op, args, **params):
        f = lambda *xs: OPS[op](*xs, **params)
        shape = jax.eval_shape(f, *[jax.ShapeDtypeStruct(self.shapes[a], np.float32) for a in args]).shape
        self.steps.append({"op": op, "args": args, **({"params": params} if params else {})})
        self.shapes.append(tuple(shape))
        return len(self.shapes) - 1

    def pick(self, ok=lambda s: True):
        """An earlier value, the late ones by preference."""
        found = [i for i, s in enumerate(self.shapes) if ok(s)]
        if not found:
            return None
        return found[-1] if self.rng.random() < 0.55 else self.rng.choice(found)

    def positive(self, i):
        """square + 1, for log, sqrt and divisors."""
        return self.step("add", [self.step("multiply", [i, i]), self.step("constant", [], value=1.0)])

    def small(self, i):
        return self.step("tanh", [i])

    def grow(self):
        r = self.rng
        kind = r.choice(
            ["unary"] * 5 + ["binary"] * 6 + ["reduce"] * 3 + ["dot"] * 3 + ["shape"] * 4 + ["join"] * 2 + ["index"] * 3
            + ["scan"] * 2 + ["kink"] * 3 + ["softmax"]
        )
        x = self.pick()
        shape = self.shapes[x]
        axis = r.randrange(-len(shape), len(shape)) if shape else None
        if kind == "unary":
            op = r.choice(["sin", "cos", "tanh", "exp", "log", "sqrt", "sigmoid", "power", "negative"])
            if op in ("log", "sqrt"):
                self.step(op, [self.positive(x)])
            elif op == "exp":
                self.step(op, [self.small(x)])
            elif op == "power":
                self.step(op, [self.small(x)], exponent=r.choice([2, 3])) if r.random() < 0.6 else self.step(op, [self.positive(x)], exponent=r.choice([0.5, 1.5, -1]))
            else:
                self.step(op, [x])
        elif kind in ("binary", "kink"):
            y = self.pick(lambda s: broadcastable(s, shape))
            if kind == "binary":
                op = r.choice(["add", "subtract", "multiply", "divide", "multiply", "add"])
                if op == "divide":
                    y = self.positive(y)
                self.step(op, [x, y] if r.random() < 0.5 or op == "divide" else [y, x])
                return
            op = r.choice(["maximum", "minimum", "where_greater", "clip"])
            if op == "clip":
                self.step("clip", [x], low=-0.75, high=r.choice([0.5, 1.25]))
            elif op == "where_greater":
                a, b = self.step("sin", [x]), self.step("multiply", [y, y])
                self.step(op, [x, y, a, b])
            else:
                self.step(op, [x, y])
        elif kind == "reduce" and shape:
            op = r.choice(["sum", "mean", "max", "min", "prod", "var"])
            if op == "prod":
                x = self.small(x)
            self.step(op, [x], axis=r.choice([axis, axis, None]), keepdims=r.random() < 0.3)
        elif kind == "dot" and shape:
            if len(shape) == 1:
                y = self.pick(lambda s: s and (s[0] == shape[0] if len(s) == 1 else len(s) == 2 and s[0] == shape[0]))
            else:
                y = self.pick(lambda s: len(s) in (1, 2) and (s[0] == shape[-1]))
            if y is None:
                t = self.step("transpose", [x], axes=list(reversed(range(len(shape)))))
                if len(shape) != 2:
                    return
                self.step("matmul", [x, t])
            else:
                self.step("matmul" if r.random() < 0.5 else "dot", [x, y])
        elif kind == "shape" and shape:
            op = r.choice(["reshape", "transpose", "broadcast_to", "expand_dims", "squeeze"])
            n = int(np.prod(shape))
            if op == "reshape":
                pairs = [[a, n // a] for a in range(1, n + 1) if n % a == 0] + [[n]]
                self.step(op, [x], shape=r.choice(pairs))
            elif op == "transpose":
                axes = list(range(len(shape)))
                r.shuffle(axes)
                self.step(op, [x], axes=axes)
            elif op == "broadcast_to" and n <= 9:
                self.step(op, [x], shape=[2, *shape])
            elif op == "expand_dims" and len(shape) < 3:
                self.step(op, [x], axis=r.randrange(-len(shape) - 1, len(shape) + 1))
            elif op == "squeeze" and 1 in shape:
                self.step(op, [x], axis=shape.index(1))
        elif kind == "join" and shape:
            y = self.pick(lambda s: s == shape)
            if np.prod(shape) <= 12:
                self.step(r.choice(["concatenate", "stack"]), [x, y] if r.random() < 0.7 else [y, x, x], axis=axis)
        elif kind == "index" and shape:
            if r.random() < 0.5:
                start, stop, step = [], [], []
                for d in shape:
                    a = r.randrange(0, d)
                    b = r.randrange(a + 1, d + 1)
                    s = r.choice([1, 1, 1, 2])
                    if r.random() < 0.25:
                        a, b, s = None, None, -1
                    start.append(a), stop.append(b), step.append(s)
                self.step("slice", [x], start=start, stop=stop, step=step)
            else:
                d = shape[axis]
                self.step("take", [x], indices=[r.randrange(d) for _ in range(r.choice([1, 2, 3]))], axis=axis)
        elif kind == "scan" and shape:
            self.step(r.choice(["cumsum", "sort", "flip"]), [x], axis=axis)
        elif kind == "softmax" and shape:
            self.step("softmax", [x], axis=axis)

    def numel(self):
        return max(int(np.prod(s)) for s in self.shapes)


def broadcastable(a, b):
    try:
        s = np.broadcast_shapes(a, b)
    except ValueError:
        return False
    return int(np.prod(s)) <= 36


def make_program(rng):
    # The first input is what transforms act on; others are constants to them.
    d = [rng.randrange(1, 5) for _ in range(2)]
    first = rng.choice([(d[0],), (d[0],), (d[0], d[1]), (d[0], d[1]), (), (2, d[0], d[1])[: rng.choice([2, 3])]])
    shapes = [first]
    for _ in range(rng.choice([0, 1, 1, 2])):
        shapes.append(rng.choice([first, first[-1:], (first[-1], 3) if first else (3,), ()]))
    b = Builder(rng, shapes)
    n = rng.randrange(3, 9)
    for _ in range(60):
        if len(b.steps) >= n:
            break
        b.grow()
    if b.numel() > 60:
        return None
    # Drop the steps that the result does not need, and demand that it needs input 0.
    need, last = set(), len(b.shapes) - 1
    stack = [last]
    while stack:
        i = stack.pop()
        if i not in need:
            need.add(i)
            if i >= len(shapes):
                stack.extend(b.steps[i - len(shapes)]["args"])
    if 0 not in need:
        return None
    keep = [i for i in range(len(b.shapes)) if i < len(shapes) or i in need]
    new = {old: k for k, old in enumerate(keep)}
    steps = [{**b.steps[i - len(shapes)], "args": [new[a] for a in b.steps[i - len(shapes)]["args"]]} for i in keep if i >= len(shapes)]
    return shapes, steps, new[last]


# --- the meaning of the transforms ----------------------------------------------------------------------------------

def scalarised(f):
    return lambda x, *rest: jnp.sum(jnp.sin(f(x, *rest)))


def tangent_for(shape):
    """The fixed tangent or cotangent for a shape: element i of the flattened array is cos(1 + i)."""
    n = int(np.prod(shape))
    return jnp.cos(1.0 + jnp.arange(n, dtype=jnp.result_type(float))).reshape(shape)


def apply_vjp(f):
    def g(x, *rest):
        out, pull = jax.vjp(lambda v: f(v, *rest), x)
        return pull(tangent_for(out.shape))[0]

    return g


def apply_linearize(f):
    def g(x, *rest):
        _, push = jax.linearize(lambda v: f(v, *rest), x)
        return push(tangent_for(x.shape))

    return g


def vmapped(f):
    return lambda x, *rest: jax.vmap(f, in_axes=(0,) + (None,) * len(rest))(x, *rest)


def vmapped_last(f):
    return lambda x, *rest: jax.vmap(f, in_axes=(-1,) + (None,) * len(rest), out_axes=-1)(x, *rest)


TRANSFORMS = {
    "jit": jax.jit,
    "vmap": vmapped,
    "vmap_last": vmapped_last,
    "grad": lambda f: jax.grad(scalarised(f)),
    "jvp": lambda f: lambda x, *rest: jax.jvp(lambda v: f(v, *rest), (x,), (tangent_for(x.shape),))[1],
    "vjp": apply_vjp,
    "linearize": apply_linearize,
    "jacfwd": jax.jacfwd,
    "jacrev": jax.jacrev,
    "hessian": lambda f: jax.hessian(scalarised(f)),
    "checkpoint": jax.checkpoint,
}

STACKS = [
    [], ["jit"], ["grad"], ["grad"], ["jit", "grad"], ["grad", "jit"], ["vmap"], ["vmap", "grad"], ["jvp"], ["vjp"], ["linearize"],
    ["jacfwd"], ["jacrev"], ["hessian"], ["grad", "grad"], ["vmap", "jit", "grad"], ["jit", "vmap", "grad"], ["jacfwd", "jacrev"],
    ["jacrev", "jacfwd"], ["jacfwd", "grad"], ["jacrev", "grad"], ["vmap", "jvp"], ["vmap", "vjp"], ["jvp", "grad"], ["vjp", "grad"],
    ["jvp", "jvp"], ["vjp", "jvp"], ["jvp", "vjp"], ["grad", "vmap"], ["jvp", "vmap"], ["vmap", "vmap"], ["vmap", "vmap", "grad"],
    ["vmap_last"], ["vmap_last", "grad"], ["vmap", "jacrev"], ["vmap", "jacfwd"], ["vmap", "hessian"], ["jit", "hessian"],
    ["grad", "checkpoint"], ["jit", "grad", "checkpoint"], ["vmap", "grad", "checkpoint"], ["jacfwd", "grad", "checkpoint"], ["grad", "grad", "grad"], ["grad", "jvp", "vmap"],
    ["linearize", "grad"], ["vmap", "linearize"], ["grad", "vmap", "jit"], ["vmap", "vmap_last"], ["jvp", "vmap", "grad"], ["jit", "jvp", "jit"],
]


def inputs_for(rng, shapes, transforms):
    """Input values; argument 0 gains one axis of size 2 or 3 for every vmap in the stack."""
    r = np.random.RandomState(rng.randrange(2**31))
    shape = list(shapes[0])
    # The innermost transform is applied first, so its axis is the innermost.
    for t in reversed(transforms):
        if t == "vmap":
            shape = [rng.choice([2, 3]), *shape]
        elif t == "vmap_last":
            shape = [*shape, rng.choice([2, 3])]
    grid = lambda s: (np.round(r.uniform(-1.5, 1.5, s) * 256) / 256).astype(np.float32)
    return [grid(shape), *[grid(s) for s in shapes[1:]]]


def evaluate(f, inputs, dtype):
    out = np.asarray(jax.jit(f)(*[jnp.asarray(x, dtype) for x in inputs]))
    assert out.dtype == dtype, out.dtype
    return out


def main():
    rng = pyrandom.Random(20260)
    cases, seen, dropped = [], {}, 0
    while len(cases) < CASES:
        made = make_program(rng)
        if made is None:
            continue
        shapes, steps, output = made
        transforms = STACKS[(len(cases) + dropped) % len(STACKS)]
        inputs = inputs_for(rng, shapes, transforms)
        f = program_function(steps, output, len(shapes))
        for t in reversed(transforms):
            f = TRANSFORMS[t](f)
        try:
            size = int(np.prod(jax.eval_shape(f, *inputs).shape))
        except (TypeError, ValueError) as e:
            raise RuntimeError(f"{steps} {transforms}") from e
        if size > 150:
            continue
        low = evaluate(f, inputs, np.float32)
        with jax.enable_x64(True):
            high = evaluate(f, inputs, np.float64)
        scale = np.maximum(np.abs(high), 1e-2 * np.max(np.abs(high), initial=0))
        good = np.all(np.isfinite(high)) and np.all(np.abs(low - high) <= 1e-4 * scale + 1e-7)
        if not good or np.max(np.abs(high), initial=0) > 1e5:
            dropped += 1
            continue
        # Derivatives that are zero throughout test little: keep a few.
        if size and not np.any(high):
            if seen.get("zero", 0) >= 8:
                continue
            seen["zero"] = seen.get("zero", 0) + 1
        cases.append({
            "id": len(cases), "transforms": transforms, "inputs": [array(x) for x in inputs], "steps": encode(steps), "output": output,
            "out": array(low), "out64": array(high),
        })
    ops = {}
    for c in cases:
        for s in c["steps"]:
            ops[s["op"]] = ops.get(s["op"], 0) + 1
    print(f"dropped {dropped} ill-conditioned; operations {dict(sorted(ops.items()))}")
    write("programs", cases)


main()
