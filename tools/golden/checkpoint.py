"""checkpoint.json: what JAX keeps and what it computes again, for functions under checkpoint with each policy.

Each case names a function (its twin is in tests/transforms/checkpoint.test.ts) and a policy. "saved" are the lines of
print_saved_residuals without files and lines, sorted, without those of literals; "again" says how often a primitive stands
in the program that the backward pass runs (remat2 with differentiated=True), at any depth; "grad" is the gradient with
respect to the first argument.
"""

import contextlib
import io
import re
from collections import Counter

import jax.ad_checkpoint
from common import encode, f32, jax, write

jnp, lax = jax.numpy, jax.lax
P = jax.checkpoint_policies
named = jax.ad_checkpoint.checkpoint_name


def network(w1, w2, x):
    h = named(jnp.sin(w1 @ x), "h")
    return jnp.sum(jnp.cos(w2 @ h) * h)


def loop(x, ws):
    def body(c, w):
        return named(jnp.tanh(w @ c), "h"), None

    return jnp.sum(lax.scan(body, x, ws)[0])


def nested(x, w):
    inner = jax.jit(lambda y: jnp.sin(named(jnp.cos(w @ y), "c")))
    return jnp.sum(named(inner(x), "s") * x)


def branch(x, w):
    return lax.cond(x[0] > 0, lambda y: jnp.sum(jnp.sin(w @ y)), lambda y: jnp.sum(jnp.cos(y) * y), x)


def batched(x, w):
    return jnp.sum(jax.vmap(lambda a, b: jnp.tanh(jnp.sin(b @ a)))(x, w))


FUNCTIONS = {
    "network": (network, [f32(4, 3, seed=1), f32(4, 4, seed=2), f32(3, seed=3)]),
    "loop": (loop, [f32(3, seed=4), f32(5, 3, 3, seed=5)]),
    "nested": (nested, [f32(3, seed=6), f32(3, 3, seed=7)]),
    "branch": (branch, [abs(f32(3, seed=8)) + 0.5, f32(2, 3, seed=9)]),
    "batched": (batched, [f32(4, 3, seed=10), f32(4, 2, 3, seed=11)]),
}

POLICIES = {
    "none": None,
    "everythingSaveable": P.everything_saveable,
    "nothingSaveable": P.nothing_saveable,
    "dotsSaveable": P.dots_saveable,
    "dotsWithNoBatchDimsSaveable": P.dots_with_no_batch_dims_saveable,
    "saveOnlyTheseNames h c": P.save_only_these_names("h", "c"),
    "saveAnyNamesButThese h c": P.save_any_names_but_these("h", "c"),
    "saveAnythingExceptTheseNames h c s": P.save_anything_except_these_names("h", "c", "s"),
    "saveFromBothPolicies dots h c": P.save_from_both_policies(P.dots_saveable, P.save_only_these_names("h", "c")),
}

COUNTED = {"sin", "cos", "tanh", "dot_general"}


def residuals(f, args):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        jax.ad_checkpoint.print_saved_residuals(f, *args)
    lines = [re.sub(r" from /\S+", "", line) for line in out.getvalue().splitlines()]
    return sorted(line for line in lines if "from a literal" not in line)


def inner(params):
    for value in params.values():
        for each in value if isinstance(value, (list, tuple)) else [value]:
            if hasattr(each, "eqns"):
                yield each
            elif hasattr(each, "jaxpr"):
                yield each.jaxpr


def count(jaxpr, into, inside):
    for eqn in jaxpr.eqns:
        here = inside or (eqn.primitive.name == "remat2" and eqn.params["differentiated"])
        if inside and eqn.primitive.name in COUNTED:
            into[eqn.primitive.name] += 1
        for program in inner(eqn.params):
            count(program, into, here)
    return into


cases = []
for name, (f, args) in FUNCTIONS.items():
    for text, policy in POLICIES.items():
        g = jax.checkpoint(f, policy=policy)
        program = jax.make_jaxpr(jax.grad(g))(*args).jaxpr
        cases.append(
            {
                "function": name,
                "policy": text,
                "args": [encode(a) for a in args],
                "saved": residuals(g, args),
                "again": dict(sorted(count(program, Counter(), False).items())),
                "grad": encode(jax.grad(g)(*args)),
            }
        )
write("checkpoint", cases)
