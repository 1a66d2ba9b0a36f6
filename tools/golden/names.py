"""The public names of JAX, for docs/compatibility.md: what there is to be compatible with.

Out: tools/golden/names.json, a list of names for each namespace. A name counts if it is documented as part of JAX's API: a
function (or a class that is used like one), a constant or a dtype. Modules, classes for annotations, abstract dtypes, objects
of primitives (`sin_p`) and contexts for settings do not count.
"""

import json
import os
import types

import jax
import jax.ad_checkpoint
import jax.custom_batching
import jax.custom_derivatives
import jax.numpy as jnp
from jax.experimental import checkify
from jax.extend.core import Primitive

PINNED = "0.10.2"
if jax.__version__ != PINNED:
    raise SystemExit(f"the names are those of jax=={PINNED}, but jax=={jax.__version__} is installed")

CLASSES = {"finfo", "iinfo", "ShapeDtypeStruct", "custom_jvp", "custom_vjp", "custom_vmap", "SymbolicZero"}


def is_dtype(value):
    return type(value).__name__ == "_ScalarMeta"


def counts(name, value):
    if name.startswith("_") or isinstance(value, (types.ModuleType, Primitive)) or is_dtype(value):
        return False
    if isinstance(value, type):
        return name in CLASSES
    if type(value).__name__ in ("State", "SimpleNamespace", "Config", "VoidDType", "_UnionGenericAlias", "GenericAlias"):
        return False
    return callable(value) or isinstance(value, (float, type(None))) or type(value).__name__ in ("CClass", "RClass", "_Mgrid", "_Ogrid", "IndexExpression")


def names(module, extra=lambda name, value: True):
    found = []
    for name in dir(module):
        if counts(name, getattr(module, name)) and extra(name, getattr(module, name)):
            found.append(name)
    return sorted(found)


def typing_only(name, value):
    return name[0].islower() or name == "PRNGKey" or name in CLASSES


spaces = {
    "jax": names(jax, typing_only),
    "jax.numpy": names(jnp),
    "jax.numpy dtypes": sorted(name for name in dir(jnp) if is_dtype(getattr(jnp, name))),
    "jax.numpy.linalg": names(jnp.linalg),
    "jax.numpy.fft": names(jnp.fft),
    "jax.lax": names(jax.lax, typing_only),
    "jax.nn": names(jax.nn),
    "jax.nn.initializers": names(jax.nn.initializers),
    "jax.random": names(jax.random),
    "jax.tree": names(jax.tree),
    "jax.checkpoint_policies": names(jax.checkpoint_policies),
    "jax.ad_checkpoint": names(jax.ad_checkpoint, typing_only),
    "jax.custom_derivatives": names(jax.custom_derivatives, typing_only),
    "jax.custom_batching": names(jax.custom_batching),
    "jax.experimental.checkify": sorted(name for name in dir(checkify) if name[0].islower()),
}
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "names.json")
with open(path, "w", encoding="utf-8") as f:
    lines = []
    for space, found in spaces.items():
        short = f'    "{space}": {json.dumps(found)}'
        lines.append(short if len(short) < 120 else f'    "{space}": ' + json.dumps(found, indent=2).replace("\n", "\n    "))
    f.write(f'{{\n  "jax": "{jax.__version__}",\n  "names": {{\n' + ",\n".join(lines) + "\n  }\n}\n")
print({space: len(found) for space, found in spaces.items()})
