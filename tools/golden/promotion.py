"""promotion.json: the lattice of dtypes, and the dtype and weakness of sums, with x64 off and on.

`promote_types` and `result` cases are [a, b, answer] triples, to stay small. A weak operand is written as "i*", "f*" or
"c*" (a Python int, float or complex). In `result`, the operands are rank-1 arrays or Python scalars and the answer is
[dtype, weak_type] of jnp.add, or null where JAX refuses.
"""

from common import jax, np, write

jnp = jax.numpy
DTYPES = ["bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float16", "bfloat16", "float32", "float64", "complex64", "complex128"]
WEAK = {"i*": 1, "f*": 1.0, "c*": 1j}


def operand(d):
    return WEAK[d] if d in WEAK else jnp.ones((2,), d)


cases = []
for x64 in (False, True):
    with jax.enable_x64(x64):
        pairs = []
        for a in [*DTYPES, "i*", "f*", "c*"]:
            for b in [*DTYPES, "i*", "f*", "c*"]:
                lift = lambda d: {"i*": int, "f*": float, "c*": complex}.get(d, d)
                pairs.append([a, b, str(np.dtype(jnp.promote_types(lift(a), lift(b))))])
        cases.append({"fn": "promote_types", "x64": x64, "pairs": pairs})
        for fn in ("add", "divide", "power", "maximum", "less", "where", "floor_divide"):
            pairs = []
            for a in [*DTYPES, "i*", "f*", "c*"]:
                for b in [*DTYPES, "i*", "f*", "c*"]:
                    if fn != "add" and ("complex" in a + b or "*" in a and "*" in b or "c*" in (a, b) or {"float16", "bfloat16", "int16", "uint16"} & {a, b}):
                        continue
                    f = (lambda p, q: jnp.where(np.True_, p, q)) if fn == "where" else getattr(jnp, fn)
                    try:
                        r = jax.eval_shape(f, operand(a), operand(b)) if "*" not in a + b else f(operand(a), operand(b))
                        pairs.append([a, b, [str(r.dtype), bool(r.weak_type)]])
                    except TypeError:
                        pairs.append([a, b, None])
            cases.append({"fn": fn, "x64": x64, "pairs": pairs})
        unary = []
        for fn in ("sin", "sqrt", "exp", "negative", "abs", "square", "floor", "sum", "prod", "mean", "cumsum", "argmax", "max", "var", "sign"):
            for a in [*DTYPES, "i*", "f*"]:
                try:
                    r = getattr(jnp, fn)(operand(a) if a not in WEAK else jnp.asarray(WEAK[a]))
                    unary.append([fn, a, [str(r.dtype), bool(r.weak_type)]])
                except TypeError:
                    unary.append([fn, a, None])
        cases.append({"fn": "unary", "x64": x64, "pairs": unary})
        made = []
        for text in ("jnp.array(1)", "jnp.array(1.0)", "jnp.array(True)", "jnp.asarray(1)", "jnp.asarray(1.0)", "jnp.array([1, 2])", "jnp.array([1.0])", "jnp.array([1, 2.5])", "jnp.array([True, 2])", "jnp.array(1j)",
                     "jnp.zeros(2)", "jnp.ones(2, int)", "jnp.full((2,), 1)", "jnp.full((2,), 1.0)", "jnp.arange(3)", "jnp.arange(3.0)", "jnp.linspace(0, 1, 3)", "jnp.eye(2)", "jnp.float32(1)", "jnp.int8(1) + 2",
                     "jnp.int32(1) + 1.5", "jnp.asarray(1) + 1", "jnp.asarray(1) + 1.5", "jnp.asarray(1.5) * jnp.ones(2, 'float16')", "jnp.sin(1)", "jnp.add(1, 2)", "jnp.add(1, 2.0)", "jnp.where(True, 1, 2)", "jnp.where(True, 1.0, 2)",
                     "jnp.maximum(1, 2.5)", "jnp.zeros_like(jnp.asarray(1))", "jnp.stack([jnp.asarray(1), jnp.asarray(2)])", "jnp.asarray(1).astype(int)", "jnp.asarray(1.0)[None]", "jnp.sum(jnp.asarray([1, 2]))", "jnp.asarray(2) ** 2",
                     "jnp.asarray(2.0) ** 2", "jnp.reshape(jnp.asarray(1.0), (1,))", "jax.grad(lambda x: x * x)(3.0)", "jax.grad(jnp.sin)(jnp.asarray(1.0))", "jax.jit(lambda x: x)(1.0)", "jax.vmap(lambda x: x * 2)(jnp.ones(2))", "jnp.concatenate([jnp.ones(1, 'int32'), jnp.ones(1)])", "1 + jnp.ones(2, 'uint8')", "jnp.ones(2, bool) + 1", "jnp.ones(2, bool) * 1.5"):
            r = eval(text)
            made.append([text, [str(r.dtype), bool(r.weak_type)]])
        cases.append({"fn": "made", "x64": x64, "pairs": made})
write("promotion", cases)
