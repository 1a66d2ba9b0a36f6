"""ties.json: values and gradients at ties, kinks and singular points, where a convention decides.

Each case names a function of one array (its text in Python) and holds the value `out`, the gradient of its sum `grad`,
and the forward derivative along ones `jvp`; `hessian` (of the sum) where the second derivative is also a matter of convention.
"""

from common import array, jax, np, write

jnp, lax, nn = jax.numpy, jax.lax, jax.nn
cases = []


def F(*v):
    return np.array(v, np.float32)


def add(id, text, x, hessian=False, note=None):
    f = eval("lambda x: " + text, {"jnp": jnp, "lax": lax, "nn": nn, "np": np, "jax": jax})
    x = jnp.asarray(x)
    total = lambda v: jnp.sum(f(v))
    case = {"id": id, "python": text, "x": array(x), "out": array(f(x))}
    try:
        case["grad"] = array(jax.grad(total)(x))
        case["jvp"] = array(jax.jvp(f, (x,), (jnp.ones_like(x),))[1])
        if hessian:
            case["hessian"] = array(jax.hessian(total)(x))
    except NotImplementedError as e:
        case["grad_error"] = str(e)
    if note:
        case["note"] = note
    cases.append(case)


TIE = F(1, 1, 2, -1)
for fn in ("maximum", "minimum"):
    add(f"jnp.{fn} with a scalar", f"jnp.{fn}(x, 1.0)", TIE)
    add(f"jnp.{fn} with an array", f"jnp.{fn}(x, np.float32([1, 2, 2, -1]))", TIE)
    add(f"jnp.{fn} with itself", f"jnp.{fn}(x, x)", TIE)
    add(f"jnp.{fn} of zeros of both signs", f"jnp.{fn}(x, -x)", F(0.0, -0.0, 1))
    add(f"jnp.{fn} with nan", f"jnp.{fn}(x, 0.0)", F(np.nan, 1, 0))
for fn in ("fmax", "fmin"):
    add(f"jnp.{fn} with a scalar", f"jnp.{fn}(x, 1.0)", TIE)
    add(f"jnp.{fn} with nan", f"jnp.{fn}(x, 0.0)", F(np.nan, 1, 0))
for fn in ("max", "min"):
    add(f"lax.{fn}", f"lax.{fn}(x, np.float32([1, 2, 2, -1]))", TIE, hessian=True)
    add(f"jnp.{fn} all tied", f"jnp.{fn}(x)", F(2, 2, 2))
    add(f"jnp.{fn} two tied", f"jnp.{fn}(x)", F(3, 1, 3, 1, 2))
    add(f"jnp.{fn} one", f"jnp.{fn}(x)", F(3, 1, 2))
    add(f"jnp.{fn} zeros of both signs", f"jnp.{fn}(x)", F(0.0, -0.0, 0.0))
    add(f"jnp.{fn} with nan", f"jnp.{fn}(x)", F(1, np.nan, 2))
    add(f"jnp.{fn} with two nans", f"jnp.{fn}(x)", F(np.nan, np.nan, 2))
    add(f"jnp.{fn} with infinities", f"jnp.{fn}(x)", F(np.inf, -np.inf, np.inf, -np.inf))
    for axis in (0, 1):
        add(f"jnp.{fn} axis {axis}", f"jnp.{fn}(x, axis={axis})", F(1, 2, 2, 1, 1, 2).reshape(2, 3))
    add(f"jnp.nan{fn}", f"jnp.nan{fn}(x)", F(1, np.nan, 2, 2, 1))
    add(f"jnp.{fn} initial tied", f"jnp.{fn}(x, initial=2.0)", F(2, 2, 2))
    add(f"jnp.{fn} where", f"jnp.{fn}(x, where=np.array([True, False, True]), initial=0.0)", F(2, 9, 2))
    add(f"lax.cum{fn}", f"lax.cum{fn}(x)", F(1, 1, 2, 2, 0, 2, -1, -1))
    add(f"lax.cum{fn} reverse", f"lax.cum{fn}(x, reverse=True)", F(1, 1, 2, 2, 0, 2))
    add(f"lax.cum{fn} tie of three", f"lax.cum{fn}(x)", F(1, 1, 1))
add("ptp", "jnp.ptp(x)", F(1, 3, 1, 3))

add("abs at 0", "jnp.abs(x)", F(0.0, -0.0, 1, -1, np.nan), hessian=True)
add("sign", "jnp.sign(x)", F(0.0, -0.0, 1, -1, np.nan))
for fn in ("floor", "ceil", "round", "trunc", "rint"):
    add(fn, f"jnp.{fn}(x)", F(0.5, 1.5, -0.5, 2, -2.5))
add("sqrt at 0", "jnp.sqrt(x)", F(0, 1, 4))
add("sqrt of a negative", "jnp.sqrt(x)", F(-1, 0))
add("rsqrt at 0", "lax.rsqrt(x)", F(0, 1))
add("cbrt at 0", "jnp.cbrt(x)", F(0, 1, -8))
add("sqrt of square", "jnp.sqrt(x * x)", F(0, 1, -2))
add("log at 0", "jnp.log(x)", F(0, 1, -1))
add("reciprocal at 0", "jnp.reciprocal(x)", F(0, 1))
add("x * log(x) at 0", "x * jnp.log(x)", F(0, 1))
add("xlogy at 0", "jax.scipy.special.xlogy(x, 0.0)", F(0, 1))
add("xlogy of itself at 0", "jax.scipy.special.xlogy(x, x)", F(0, 1))
add("entr at 0", "jax.scipy.special.entr(x)", F(0, 1, 0.5))
add("sinc at 0", "jnp.sinc(x)", F(0, 1, 0.5), hessian=True)
add("asin at the ends", "jnp.arcsin(x)", F(-1, 0, 1))
add("acosh at 1", "jnp.arccosh(x)", F(1, 2))
add("atanh at the ends", "jnp.arctanh(x)", F(-1, 0, 1))
add("atan2 at the origin", "jnp.arctan2(x, np.float32([0, 0, 1]))", F(0, 1, 0))
add("atan2 second argument at the origin", "jnp.arctan2(np.float32([0, 0, 1]), x)", F(0, 1, 0))
add("hypot at the origin", "jnp.hypot(x, np.float32([0, 1]))", F(0, 0))
add("rem at multiples", "jnp.remainder(x, 2.0)", F(0, 2, 3, -2, -3))
add("fmod at multiples", "jnp.fmod(x, 2.0)", F(0, 2, 3, -2, -3))
add("rem second argument", "lax.rem(np.float32([4, 5, -5]), x)", F(2, 2, 2))
add("floor_divide", "jnp.floor_divide(x, 2.0)", F(0, 2, 3, -3))
add("copysign", "jnp.copysign(x, np.float32([1, -1, -1]))", F(0, 2, -3))
add("heaviside", "jnp.heaviside(x, 0.5)", F(-1, 0, 1))
add("nan_to_num", "jnp.nan_to_num(x)", F(np.nan, np.inf, -np.inf, 1))

for fn in ("relu", "relu6", "leaky_relu", "elu", "selu", "celu", "hard_tanh", "hard_sigmoid", "hard_swish", "softplus", "silu",
           "gelu", "soft_sign", "log_sigmoid", "sigmoid", "mish", "squareplus"):
    add(f"nn.{fn} at kinks", f"nn.{fn}(x)", F(-6, -3, -1, -0.0, 0, 1, 3, 6, 100, -100))
add("nn.relu second derivative", "nn.relu(x) ** 2", F(-1, 0, 1), hessian=True)
add("max(x, 0)", "jnp.maximum(x, 0)", F(-1, 0, 1))

add("clip at bounds", "jnp.clip(x, -1.0, 1.0)", F(-2, -1, 0, 1, 2))
add("clip lower bound alone", "jnp.clip(x, -1.0)", F(-2, -1, 0))
add("clip upper bound alone", "jnp.clip(x, max=1.0)", F(0, 1, 2))
add("clip with respect to the bound", "jnp.clip(np.float32([-2, -1, 0, 1, 2]), x, 3.0)", F(-1, -1, -1, 1, 2))
add("clip equal bounds", "jnp.clip(x, 1.0, 1.0)", F(0, 1, 2))
add("lax.clamp at bounds", "lax.clamp(np.float32(-1), x, np.float32(1))", F(-2, -1, 0, 1, 2))
add("lax.clamp with respect to the lower bound", "lax.clamp(x, np.float32([-2, -1, 0]), np.float32([1, 1, 1]))", F(-1, -1, -1))
add("lax.clamp with respect to the upper bound", "lax.clamp(np.float32([-1, -1, -1]), np.float32([0, 1, 2]), x)", F(1, 1, 1))

add("where", "jnp.where(x > 0, x * 2, x * 3)", F(-1, 0, 1))
add("where of sqrt: the nan trap", "jnp.where(x > 0, jnp.sqrt(x), 0.0)", F(0, 1, -1))
add("where, the safe form", "jnp.where(x > 0, jnp.sqrt(jnp.where(x > 0, x, 1.0)), 0.0)", F(0, 1, -1))
add("where of the division", "jnp.where(x == 0, 1.0, jnp.sin(x) / x)", F(0, 1))
add("select", "jnp.select([x < 0, x == 0], [x * 2, x * 5], x * 7)", F(-1, 0, 1))

W = "np.float32([1, 10, 100, 1000, 10000])"
for n, x in (("ties", F(2, 1, 2, 1, 0)), ("zeros of both signs", F(0.0, -0.0, 0.0, -0.0, 1)), ("nan", F(np.nan, 1, -1, np.nan, 0))):
    add(f"sort with {n}", f"jnp.sort(x) * {W}", x)
    add(f"sort descending with {n}", f"jnp.sort(x, descending=True) * {W}", x)
    add(f"take by argsort with {n}", f"x[jnp.argsort(x)] * {W}", x)
add("top_k with ties", "lax.top_k(x, 3)[0] * np.float32([1, 10, 100])", F(2, 1, 2, 2, 0))
add("argmax with ties", "x[jnp.argmax(x)]", F(1, 3, 3, 2))
add("argmin with ties", "x[jnp.argmin(x)]", F(1, 3, 1, 2))
add("argmax with nan", "x[jnp.argmax(x)]", F(1, np.nan, 3))
for n, x in (("odd", F(3, 1, 2)), ("even", F(4, 1, 2, 3)), ("ties", F(2, 2, 2, 1)), ("two", F(1, 1))):
    add(f"median {n}", "jnp.median(x)", x)
for q in (0.0, 0.25, 0.5, 0.9, 1.0):
    add(f"quantile {q}", f"jnp.quantile(x, {q})", F(5, 1, 3, 3, 2))
for m in ("lower", "higher", "midpoint", "nearest"):
    add(f"quantile {m}", f"jnp.quantile(x, 0.4, method='{m}')", F(5, 1, 3, 4))

for n, x in (("no zero", F(2, 3, 4)), ("one zero", F(2, 0, 4)), ("two zeros", F(0, 3, 0)), ("three zeros", F(0, 0, 0)), ("one", F(5))):
    add(f"prod, {n}", "jnp.prod(x)", x, hessian=True)
    add(f"cumprod, {n}", "jnp.cumprod(x)", x, hessian=True)
add("prod over an axis with zeros", "jnp.prod(x, axis=0)", F(0, 2, 3, 0, 5, 0).reshape(2, 3))
add("cumprod reverse with a zero", "lax.cumprod(x, reverse=True)", F(2, 0, 4))
add("prod of nothing", "jnp.prod(x)", np.zeros((0,), np.float32))
add("sum of nothing", "jnp.sum(x)", np.zeros((0,), np.float32))
add("cumlogsumexp", "lax.cumlogsumexp(x)", F(-np.inf, 0, 1, 1))
add("cumsum", "jnp.cumsum(x)", F(1, 2, 3))

add("norm at 0", "jnp.linalg.norm(x)", F(0, 0))
add("norm", "jnp.linalg.norm(x)", F(3, 4))
add("norm ord 1 at 0", "jnp.linalg.norm(x, ord=1)", F(0, 1, -1))
add("norm ord inf tied", "jnp.linalg.norm(x, ord=jnp.inf)", F(2, -2, 1))
add("norm ord 3", "jnp.linalg.norm(x, ord=3)", F(2, -2, 1))
add("norm ord 0", "jnp.linalg.norm(x, ord=0)", F(2, 0, 1))
add("std of equal values", "jnp.std(x)", F(2, 2, 2))
add("var of equal values", "jnp.var(x)", F(2, 2, 2), hessian=True)
add("std", "jnp.std(x)", F(1, 2, 4))

for y in (0, 1, 2, 3, -1, 0.5, 1.5, 0.0, 1.0, 2.0):
    add(f"x ** {y!r}", f"x ** {y!r}", F(0, 1, 2), hessian=True)
    add(f"jnp.power(x, {y!r})", f"jnp.power(x, {y!r})", F(0, 1, 2))
    add(f"lax.pow(x, {y!r})", f"lax.pow(x, {y!r})", F(0, 1, 2))
add("negative ** 2", "x ** 2", F(-2, -1, -0.0))
add("negative ** 2.0 by an array", "jnp.power(x, np.float32([2, 2, 2]))", F(-2, -1, -0.0))
add("negative ** 0.5", "x ** 0.5", F(-2, -0.0))
for b in (0.0, 1.0, 2.0, -1.0):
    add(f"{b} ** y", f"jnp.power({b}, x)", F(0, 1, 2, -1, 0.5))
add("0 ** y, both arrays", "lax.pow(np.float32([0, 0, 0, 0]), x)", F(0, 1, 2, 0.5))
add("x ** x", "x ** x", F(0, 1, 2))
add("x ** int32 array", "lax.pow(x, np.int32([0, 1, 2]))", F(0, 0, 0))
add("float_power", "jnp.float_power(x, 2)", F(0, 1, -2))
add("square at 0", "jnp.square(x)", F(0.0, -0.0), hessian=True)

INF = F(-np.inf, np.inf, 0, 1, 1000, -1000)
for other in ("-jnp.inf", "jnp.inf", "0.0", "1.0"):
    add(f"logaddexp with {other}", f"jnp.logaddexp(x, {other})", INF)
add("logaddexp tied", "jnp.logaddexp(x, x)", F(0, 1, -1))
add("logaddexp2", "jnp.logaddexp2(x, 1.0)", INF)
for n, x in (("ordinary", F(1, 2, 3)), ("tied", F(1, 1)), ("-inf", F(-np.inf, 0)), ("all -inf", F(-np.inf, -np.inf)), ("inf", F(np.inf, 0)), ("huge", F(1000, 1001)), ("nan", F(np.nan, 0))):
    add(f"logsumexp {n}", "nn.logsumexp(x)", x)
    add(f"softmax {n}", "nn.softmax(x) * np.float32([1, 2, 3])[: len(x)]", x)
    add(f"log_softmax {n}", "nn.log_softmax(x) * np.float32([1, 2, 3])[: len(x)]", x)
add("softmax where", "nn.softmax(x, where=np.array([True, False, True])) * np.float32([1, 2, 3])", F(1, 2, 3))

add("stop_gradient", "lax.stop_gradient(x) * x", F(1, 2))
add("comparisons carry nothing", "(x > 0).astype(jnp.float32) * x", F(-1, 0, 1))
add("int cast carries nothing", "x.astype(jnp.int32).astype(jnp.float32) * x", F(1.5, -2.5))
add("repeated index", "x[np.array([0, 0, 2])] * np.float32([1, 10, 100])", F(1, 2, 3))
add("index out of bounds clamps", "x[np.array([0, 5, -7])] * np.float32([1, 10, 100])", F(1, 2, 3))
add("take out of bounds fills", "jnp.take(x, np.array([0, 5]), mode='fill', fill_value=0.0) * np.float32([1, 10])", F(1, 2, 3))
add("at add repeated", "jnp.zeros(3).at[np.array([0, 0, 1])].add(x) * np.float32([1, 10, 100])", F(1, 2, 3))
add("at set", "x.at[1].set(7.0) * np.float32([1, 10, 100])", F(1, 2, 3))
add("at set with respect to the value", "jnp.zeros(3).at[1].set(x[0] * x[0]) * np.float32([1, 10, 100])", F(3))
add("at multiply", "x.at[np.array([0, 1])].multiply(x[:2]) * np.float32([1, 10, 100])", F(2, 3, 4))
add("at multiply unique", "x.at[np.array([0, 1])].multiply(x[:2], unique_indices=True) * np.float32([1, 10, 100])", F(2, 3, 4))
add("at max tied", "x.at[np.array([0, 1])].max(np.float32([2, 5])) * np.float32([1, 10, 100])", F(2, 3, 4))
add("at min tied", "x.at[np.array([0, 1])].min(np.float32([2, 5])) * np.float32([1, 10, 100])", F(2, 3, 4))
add("dynamic_slice clamps", "lax.dynamic_slice(x, (5,), (2,)) * np.float32([1, 10])", F(1, 2, 3))
add("dynamic_update_slice clamps", "lax.dynamic_update_slice(x, np.float32([9, 9]), (5,)) * np.float32([1, 10, 100])", F(1, 2, 3))
add("interp at knots", "jnp.interp(x, np.float32([0, 1, 2]), np.float32([0, 10, 0]))", F(-1, 0, 0.5, 1, 2, 3))
add("digamma at a pole", "lax.digamma(x)", F(0, -1, 1))
add("lgamma at a pole", "lax.lgamma(x)", F(0, -1, 1, 2))
add("erf_inv at the ends", "lax.erf_inv(x)", F(-1, 0, 1))

write("ties", cases)
