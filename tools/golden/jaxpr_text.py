"""jaxpr_text.json: how JAX prints jaxprs of functions that use lax alone, beside our spelling of the same functions.

`typescript` is an expression in our API, with `lax`, `grad`, `vmap`, `jit`, `jvp`, `np` (dtype-free array literals) in scope
and the arguments described by `inputs` as [dtype, shape]; `text` is str(jax.make_jaxpr(f)(*inputs)).
"""

import re

from common import array, jax, np, write

jnp, lax = jax.numpy, jax.lax
grad, vmap, jit = jax.grad, jax.vmap, jax.jit
cases = []


def add(id, f, typescript, *inputs, consts=None, note=None):
    specs = [(s, "float32") if not (len(s) == 2 and isinstance(s[0], str)) else (s[1], s[0]) for s in inputs]
    args = [jnp.zeros(shape, dtype) for shape, dtype in specs]
    case = {"id": id, "typescript": typescript, "inputs": [[d, list(s)] for s, d in specs], "text": str(jax.make_jaxpr(f)(*args))}
    names = re.findall(r"(?<![\w.])([a-z]+):(?=[a-z]+\d*\[)", case["text"])
    if len(set(names)) < len(names):
        case["quirk"] = "one name is bound twice: JAX shares variables between a jaxpr and the ones inside it"
    if "np.int" in case["text"]:
        case["quirk"] = "a NumPy integer shows in a parameter"
    if consts:
        case["constants"] = {k: array(v) for k, v in consts.items()}
    if note:
        case["note"] = note
    cases.append(case)


S, V, M = (), (3,), (2, 3)
U = {
    "neg": "neg", "sign": "sign", "floor": "floor", "ceil": "ceil", "is_finite": "isFinite", "exp": "exp", "exp2": "exp2", "log": "log", "expm1": "expm1", "log1p": "log1p", "tanh": "tanh",
    "logistic": "logistic", "sin": "sin", "cos": "cos", "tan": "tan", "asin": "asin", "acos": "acos", "atan": "atan", "sinh": "sinh", "cosh": "cosh", "asinh": "asinh", "acosh": "acosh", "atanh": "atanh",
    "erf": "erf", "erfc": "erfc", "erf_inv": "erfInv", "lgamma": "lgamma", "digamma": "digamma", "abs": "abs", "sqrt": "sqrt", "rsqrt": "rsqrt", "cbrt": "cbrt", "square": "square",
}
for name, ours in U.items():
    add(name, lambda x: getattr(lax, name)(x), f"(x) => lax.{ours}(x)", V)
for y in (-1, 0, 1, 2, 3):
    add(f"integer_pow {y}", lambda x: lax.integer_pow(x, y), f"(x) => lax.integerPow(x, {y})", V)
for name in ("add", "sub", "mul", "div", "rem", "max", "min", "pow", "atan2", "nextafter", "eq", "ne", "lt", "le", "gt", "ge"):
    add(name, lambda x, y: getattr(lax, name)(x, y), f"(x, y) => lax.{name}(x, y)", V, V)
for name, ours in (("bitwise_and", "bitwiseAnd"), ("bitwise_or", "bitwiseOr"), ("bitwise_xor", "bitwiseXor"), ("shift_left", "shiftLeft"), ("shift_right_logical", "shiftRightLogical"), ("shift_right_arithmetic", "shiftRightArithmetic")):
    add(name, lambda x, y: getattr(lax, name)(x, y), f"(x, y) => lax.{ours}(x, y)", ("int32", V), ("int32", V))
for name, ours in (("bitwise_not", "bitwiseNot"), ("population_count", "populationCount"), ("clz", "clz")):
    add(name, lambda x: getattr(lax, name)(x), f"(x) => lax.{ours}(x)", ("int32", V))
add("round away", lambda x: lax.round(x), "(x) => lax.round(x)", V)
add("round even", lambda x: lax.round(x, lax.RoundingMethod.TO_NEAREST_EVEN), '(x) => lax.round(x, "toNearestEven")', V)

add("identity", lambda x: x, "(x) => x", V)
add("constant result", lambda x: 1.0, "(x) => 1", V)
add("unused argument", lambda x, y: lax.sin(y), "(x, y) => lax.sin(y)", V, M)
add("dead equation", lambda x: (lax.sin(x), lax.cos(x))[1], "(x) => (lax.sin(x), lax.cos(x))", S)
add("scalar literal", lambda x: lax.mul(lax.sin(x), 2.0), "(x) => lax.mul(lax.sin(x), 2)", S)
add("scalar literal beside an array", lambda x: lax.mul(lax.sin(x), 2.0), "(x) => lax.mul(lax.sin(x), 2)", V)
add("literal on the left", lambda x: lax.sub(1.0, x), "(x) => lax.sub(1, x)", V)
add("literals of many sizes", lambda x: lax.add(lax.mul(x, 1e-10), 123456789.0), "(x) => lax.add(lax.mul(x, 1e-10), 123456789)", S)
add("literal 0.1", lambda x: lax.mul(x, 0.1), "(x) => lax.mul(x, 0.1)", S)
add("literal 1e10", lambda x: lax.mul(x, 1e10), "(x) => lax.mul(x, 1e10)", S)
add("literal inf", lambda x: lax.max(x, -jnp.inf), "(x) => lax.max(x, -Infinity)", S)
add("literal nan", lambda x: lax.add(x, jnp.nan), "(x) => lax.add(x, NaN)", S)
add("literal negative", lambda x: lax.mul(x, -1.5), "(x) => lax.mul(x, -1.5)", S)
add("integer literal", lambda x: lax.add(x, 7), "(x) => lax.add(x, 7)", ("int32", V))
add("literal pi", lambda x: lax.mul(x, float(np.pi)), "(x) => lax.mul(x, Math.PI)", S)
add("two outputs", lambda x: (lax.sin(x), lax.cos(x)), "(x) => [lax.sin(x), lax.cos(x)]", S)
add("one output twice", lambda x: (x, x), "(x) => [x, x]", S)
add("outputs of dict", lambda x: {"b": lax.sin(x), "a": x}, "(x) => ({ b: lax.sin(x), a: x })", S)
add("three arguments", lambda x, y, z: lax.add(lax.mul(x, y), z), "(x, y, z) => lax.add(lax.mul(x, y), z)", V, V, V)
C = np.array([1, 2, 3], np.float32)
D = np.array([[1, 2, 3], [4, 5, 6]], np.float32)
add("array constant", lambda x: lax.add(x, C), "(x) => lax.add(x, C)", V, consts={"C": C})
add("two array constants", lambda x: lax.add(lax.mul(x, C), lax.sin(C)), "(x) => lax.add(lax.mul(x, C), lax.sin(C))", V, consts={"C": C}, note="what depends on constants alone is computed while tracing or staged, as the text shows")
add("matrix constant", lambda x: lax.mul(D, lax.sin(x)), "(x) => lax.mul(D, lax.sin(x))", M, consts={"D": D})

add("broadcast_in_dim", lambda x: lax.broadcast_in_dim(x, (2, 3), (1,)), "(x) => lax.broadcastInDim(x, [2, 3], [1])", V)
add("broadcast_in_dim scalar", lambda x: lax.broadcast_in_dim(x, (2, 3), ()), "(x) => lax.broadcastInDim(x, [2, 3], [])", S)
add("broadcast", lambda x: lax.broadcast(x, (4, 2)), "(x) => lax.broadcast(x, [4, 2])", V)
add("full", lambda x: lax.add(x, lax.full((3,), 2.0)), "(x) => lax.add(x, lax.full([3], 2))", V)
add("iota", lambda x: lax.add(x, lax.iota(jnp.float32, 3)), '(x) => lax.add(x, lax.iota("float32", 3))', V)
add("broadcasted_iota", lambda x: lax.add(x, lax.broadcasted_iota(jnp.float32, (2, 3), 1)), '(x) => lax.add(x, lax.broadcastedIota("float32", [2, 3], 1))', M)
add("reshape", lambda x: lax.reshape(x, (3, 2)), "(x) => lax.reshape(x, [3, 2])", M)
add("transpose", lambda x: lax.transpose(x, (1, 0)), "(x) => lax.transpose(x, [1, 0])", M)
add("squeeze", lambda x: lax.squeeze(x, (0,)), "(x) => lax.squeeze(x, [0])", (1, 3))
add("expand_dims", lambda x: lax.expand_dims(x, (0,)), "(x) => lax.expandDims(x, [0])", V)
add("rev", lambda x: lax.rev(x, (0, 1)), "(x) => lax.rev(x, [0, 1])", M)
add("concatenate", lambda x, y: lax.concatenate([x, y], 0), "(x, y) => lax.concatenate([x, y], 0)", M, M)
add("pad", lambda x: lax.pad(x, 0.0, ((1, 2, 0), (0, 0, 1))), "(x) => lax.pad(x, 0, [[1, 2, 0], [0, 0, 1]])", M)
add("slice", lambda x: lax.slice(x, (0, 1), (2, 3)), "(x) => lax.slice(x, [0, 1], [2, 3])", M)
add("slice strided", lambda x: lax.slice(x, (0, 0), (2, 3), (1, 2)), "(x) => lax.slice(x, [0, 0], [2, 3], [1, 2])", M)
add("slice_in_dim", lambda x: lax.slice_in_dim(x, 1, 3, axis=1), "(x) => lax.sliceInDim(x, 1, 3, 1, 1)", M, note="arguments: start, limit, stride, axis")
add("select", lambda c, x, y: lax.select(c, x, y), "(c, x, y) => lax.select(c, x, y)", ("bool", V), V, V)
add("select_n", lambda c, x, y: lax.select_n(c, x, y), "(c, x, y) => lax.selectN(c, x, y)", ("bool", V), V, V)
add("clamp", lambda x: lax.clamp(0.0, x, 1.0), "(x) => lax.clamp(0, x, 1)", V)
add("convert_element_type", lambda x: lax.convert_element_type(x, jnp.int32), '(x) => lax.convertElementType(x, "int32")', V)
add("convert from bool", lambda x: lax.convert_element_type(x, jnp.float32), '(x) => lax.convertElementType(x, "float32")', ("bool", V))
add("convert to the same", lambda x: lax.convert_element_type(x, jnp.float32), '(x) => lax.convertElementType(x, "float32")', V)
add("bitcast_convert_type", lambda x: lax.bitcast_convert_type(x, jnp.int32), '(x) => lax.bitcastConvertType(x, "int32")', V)
add("stop_gradient", lambda x: lax.mul(lax.stop_gradient(x), x), "(x) => lax.mul(lax.stopGradient(x), x)", S)
for name, ours in (("reduce_sum", "reduceSum"), ("reduce_max", "reduceMax"), ("reduce_min", "reduceMin"), ("reduce_prod", "reduceProd")):
    add(name, lambda x: getattr(lax, name)(x, (0,)), f"(x) => lax.{ours}(x, [0])", M)
    add(name + " all", lambda x: getattr(lax, name)(x, (0, 1)), f"(x) => lax.{ours}(x, [0, 1])", M)
for name, ours in (("reduce_and", "reduceAnd"), ("reduce_or", "reduceOr")):
    add(name, lambda x: getattr(lax, name)(x, (0,)), f"(x) => lax.{ours}(x, [0])", ("bool", M))
add("argmax", lambda x: lax.argmax(x, 1, jnp.int32), '(x) => lax.argmax(x, 1, "int32")', M)
add("argmin", lambda x: lax.argmin(x, 0, jnp.int32), '(x) => lax.argmin(x, 0, "int32")', M)
for name in ("cumsum", "cumprod", "cummax", "cummin", "cumlogsumexp"):
    add(name, lambda x: getattr(lax, name)(x, axis=1), f"(x) => lax.{name}(x, 1)", M)
add("cumsum reverse", lambda x: lax.cumsum(x, axis=0, reverse=True), "(x) => lax.cumsum(x, 0, true)", M)
add("sort", lambda x: lax.sort(x, dimension=1), "(x) => lax.sort(x, 1)", M)
add("top_k", lambda x: lax.top_k(x, 2), "(x) => lax.topK(x, 2)", V)
add("dot_general", lambda x, y: lax.dot_general(x, y, (((1,), (0,)), ((), ()))), "(x, y) => lax.dotGeneral(x, y, [[[1], [0]], [[], []]])", M, (3, 4))
add("dot_general batched", lambda x, y: lax.dot_general(x, y, (((2,), (1,)), ((0,), (0,)))), "(x, y) => lax.dotGeneral(x, y, [[[2], [1]], [[0], [0]]])", (5, 2, 3), (5, 3, 4))
add("dot", lambda x, y: lax.dot(x, y), "(x, y) => lax.dot(x, y)", M, V)
add("dynamic_slice", lambda x, i: lax.dynamic_slice(x, (i,), (2,)), "(x, i) => lax.dynamicSlice(x, [i], [2])", V, ("int32", S))
add("dynamic_update_slice", lambda x, u, i: lax.dynamic_update_slice(x, u, (i,)), "(x, u, i) => lax.dynamicUpdateSlice(x, u, [i])", V, (2,), ("int32", S))

CHAIN = lambda x: lax.cos(lax.sin(lax.exp(lax.tanh(lax.sin(x)))))
add("a chain that breaks lines", CHAIN, "(x) => lax.cos(lax.sin(lax.exp(lax.tanh(lax.sin(x)))))", V)
add("a chain that just fits", lambda x: lax.cos(lax.sin(x)), "(x) => lax.cos(lax.sin(x))", V)
for n in (1, 2, 3, 4, 27, 30):
    def many(x, n=n):
        for _ in range(n):
            x = lax.sin(x)
        return x
    add(f"{n} sines", many, "(x) => { for (let k = 0; k < %d; k++) x = lax.sin(x); return x; }" % n, S)
add("many arguments", lambda *xs: xs[0], "(...xs) => xs[0]", *[(100, 200)] * 8)
add("many outputs", lambda x: [lax.mul(x, float(k)) for k in range(12)], "(x) => Array.from({ length: 12 }, (_, k) => lax.mul(x, k))", (100, 200))
add("long parameters", lambda x, y: lax.sin(lax.dot_general(x, y, (((2,), (1,)), ((0,), (0,))))), "(x, y) => lax.sin(lax.dotGeneral(x, y, [[[2], [1]], [[0], [0]]]))", (5, 2, 3), (5, 3, 4))
add("long pad", lambda x: lax.pad(x, 0.0, ((1, 2, 0), (0, 0, 1), (1, 1, 0), (3, 3, 0))), "(x) => lax.pad(x, 0, [[1, 2, 0], [0, 0, 1], [1, 1, 0], [3, 3, 0]])", (2, 2, 2, 2))
add("long slice", lambda x: lax.slice(x, (0, 0, 0, 0), (20, 30, 40, 50), (1, 2, 3, 4)), "(x) => lax.slice(x, [0, 0, 0, 0], [20, 30, 40, 50], [1, 2, 3, 4])", (20, 30, 40, 50))
add("scalar product plus", lambda x, y: lax.add(lax.dot(x, y), 1.0), "(x, y) => lax.add(lax.dot(x, y), 1)", V, V)

add("grad sin", grad(lambda x: lax.sin(x)), "grad((x) => lax.sin(x))", S)
add("grad of a product", grad(lambda x: lax.mul(lax.sin(x), x)), "grad((x) => lax.mul(lax.sin(x), x))", S)
add("grad exp", grad(lambda x: lax.exp(x)), "grad((x) => lax.exp(x))", S)
add("grad tanh", grad(lambda x: lax.tanh(x)), "grad((x) => lax.tanh(x))", S)
add("grad log", grad(lambda x: lax.log(x)), "grad((x) => lax.log(x))", S)
add("grad div", grad(lambda x, y: lax.div(x, y), (0, 1)), "grad((x, y) => lax.div(x, y), { argnums: [0, 1] })", S, S)
add("grad sum of squares", grad(lambda x: lax.reduce_sum(lax.mul(x, x), (0,))), "grad((x) => lax.reduceSum(lax.mul(x, x), [0]))", V)
add("grad grad sin", grad(grad(lambda x: lax.sin(x))), "grad(grad((x) => lax.sin(x)))", S)
add("grad integer_pow", grad(lambda x: lax.integer_pow(x, 3)), "grad((x) => lax.integerPow(x, 3))", S)
add("grad max", grad(lambda x: lax.max(x, 0.0)), "grad((x) => lax.max(x, 0))", S)
add("grad dot", grad(lambda w, x: lax.reduce_sum(lax.dot(x, w), (0,))), "grad((w, x) => lax.reduceSum(lax.dot(x, w), [0]))", V, M)
add("jvp sin", lambda x, t: jax.jvp(lax.sin, (x,), (t,)), "(x, t) => jvp(lax.sin, [x], [t])", S, S)
add("jvp mul", lambda x, y, t, u: jax.jvp(lax.mul, (x, y), (t, u)), "(x, y, t, u) => jvp(lax.mul, [x, y], [t, u])", S, S, S, S)
add("value and grad", jax.value_and_grad(lambda x: lax.sin(x)), "valueAndGrad((x) => lax.sin(x))", S)
add("vmap sin", vmap(lambda x: lax.sin(x)), "vmap((x) => lax.sin(x))", V)
add("vmap dot", vmap(lambda x, y: lax.dot(x, y), (0, None)), "vmap((x, y) => lax.dot(x, y), { inAxes: [0, null] })", (5, 3), V)
add("vmap dot both", vmap(lambda x, y: lax.dot(x, y)), "vmap((x, y) => lax.dot(x, y))", (5, 3), (5, 3))
add("vmap reduce", vmap(lambda x: lax.reduce_max(x, (0,))), "vmap((x) => lax.reduceMax(x, [0]))", (5, 3))
add("vmap add unbatched", vmap(lambda x, y: lax.add(x, y), (0, None)), "vmap((x, y) => lax.add(x, y), { inAxes: [0, null] })", (5, 3), V)
add("vmap out_axes 1", vmap(lambda x: lax.sin(x), out_axes=1), "vmap((x) => lax.sin(x), { outAxes: 1 })", (5, 3))
add("vmap grad", vmap(grad(lambda x: lax.sin(x))), "vmap(grad((x) => lax.sin(x)))", V)
def f(x):
    return lax.sin(x)
def g(x):
    return lax.mul(lax.sin(x), 2.0)
def h(x, y):
    return lax.add(lax.sin(x), y)
add("jit", jit(f), "jit(function f(x) { return lax.sin(x); })", S)
add("jit two equations", jit(g), "jit(function g(x) { return lax.mul(lax.sin(x), 2); })", V)
add("jit two arguments", lambda x: lax.cos(jit(h)(x, x)), "(x) => lax.cos(jit(function h(x, y) { return lax.add(lax.sin(x), y); })(x, x))", S)
jg = jit(g)
add("jit used twice", lambda x: jg(jg(x)), "((jg) => (x) => jg(jg(x)))(jit(function g(x) { return lax.mul(lax.sin(x), 2); }))", S)
add("jit inside jit", jit(lambda x: lax.cos(jit(f)(x))), "jit((x) => lax.cos(jit(function f(x) { return lax.sin(x); })(x)))", S, note="the outer function has no name: JAX prints <lambda>")
add("jit with two outputs", jit(lambda x: (lax.sin(x), lax.cos(x))), "jit((x) => [lax.sin(x), lax.cos(x)])", S)
add("grad of jit", grad(jit(f)), "grad(jit(function f(x) { return lax.sin(x); }))", S)
add("vmap of jit", vmap(jit(f)), "vmap(jit(function f(x) { return lax.sin(x); }))", V)

add("scan", lambda c, xs: lax.scan(lambda c, x: (lax.add(c, x), lax.mul(c, x)), c, xs), "(c, xs) => lax.scan((c, x) => [lax.add(c, x), lax.mul(c, x)], c, xs)", S, V)
add("scan of length", lambda c: lax.scan(lambda c, _: (lax.sin(c), c), c, None, length=4), "(c) => lax.scan((c) => [lax.sin(c), c], c, null, { length: 4 })", S)
add("cond", lambda p, x: lax.cond(p, lambda x: lax.sin(x), lambda x: lax.cos(x), x), "(p, x) => lax.cond(p, (x) => lax.sin(x), (x) => lax.cos(x), x)", ("bool", S), S)
add("switch", lambda i, x: lax.switch(i, [lax.sin, lax.cos, lax.tan], x), "(i, x) => lax.switch(i, [lax.sin, lax.cos, lax.tan], x)", ("int32", S), S)
add("while_loop", lambda x: lax.while_loop(lambda x: lax.lt(x, 10.0), lambda x: lax.mul(x, 2.0), x), "(x) => lax.whileLoop((x) => lax.lt(x, 10), (x) => lax.mul(x, 2), x)", S)
add("fori_loop static", lambda x: lax.fori_loop(0, 4, lambda i, x: lax.sin(x), x), "(x) => lax.foriLoop(0, 4, (i, x) => lax.sin(x), x)", S)
add("checkpoint", grad(jax.checkpoint(lambda x: lax.sin(lax.sin(x)))), "grad(checkpoint((x) => lax.sin(lax.sin(x))))", S)


@jax.custom_jvp
def cj(x):
    return lax.sin(x)


cj.defjvp(lambda primals, tangents: (cj(primals[0]), lax.mul(tangents[0], 3.0)))
add("custom_jvp", lambda x: cj(x), None, S, note="text alone")

write("jaxpr_text", cases)
