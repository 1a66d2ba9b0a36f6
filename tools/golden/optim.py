"""optim.json: Optax's optimizers over ten steps, its schedules and its losses, on fixed gradients.

An optimizer case holds the updates of every step; the parameters move along. Names are Optax's; `kwargs` are numbers.
"""

import optax
from common import array, encode, f32, jax, np, write

jnp = jax.numpy
PINNED = "0.2.8"
if optax.__version__ != PINNED:
    raise SystemExit(f"the golden values are those of optax=={PINNED}, but optax=={optax.__version__} is installed")

cases = []
params = {"b": jnp.asarray(f32(3, seed=1)), "w": jnp.asarray(f32(2, 3, seed=2))}
gradients = [{"b": jnp.asarray(f32(3, seed=10 + t)), "w": jnp.asarray(f32(2, 3, seed=30 + t))} for t in range(10)]
gradients[4]["b"] = gradients[4]["b"] * 10
gradients[6]["w"] = gradients[6]["w"] * 0


def run(kind, name, transformation, args, kwargs, **more):
    p, state, steps = params, transformation.init(params), []
    for g in gradients:
        u, state = transformation.update(g, state, p)
        p = optax.apply_updates(p, u)
        steps.append([array(u["b"]), array(u["w"])])
    cases.append({"kind": kind, "fn": name, "args": encode(args), "kwargs": encode(kwargs), "out": steps, **more})


def t(name, *args, **kwargs):
    run("transformation", name, getattr(optax, name)(*args, **kwargs), args, kwargs)


for name in ("sgd", "sign_sgd", "adam", "nadam", "adamw", "amsgrad", "adamax", "rmsprop", "adagrad", "adadelta", "lion", "lamb"):
    t(name, 0.125)
t("sgd", 0.125, momentum=0.9), t("sgd", 0.125, momentum=0.9, nesterov=True)
t("adam", 0.125, b1=0.8, b2=0.95, eps=1e-3, eps_root=1e-4), t("adam", 0.125, nesterov=True)
t("adamw", 0.125, weight_decay=0.25), t("lion", 0.125, b1=0.7, weight_decay=0.5), t("lamb", 0.125, weight_decay=0.25)
t("rmsprop", 0.125, momentum=0.5), t("rmsprop", 0.125, momentum=0.5, nesterov=True), t("rmsprop", 0.125, centered=True, eps=0.01, initial_scale=0.5)
t("rmsprop", 0.125, eps_in_sqrt=False, bias_correction=True, decay=0.75, eps=1e-3), t("adagrad", 0.125, initial_accumulator_value=0.0)
t("adadelta", 1.0, rho=0.5, weight_decay=0.25)
t("ema", 0.9), t("ema", 0.9, debias=False), t("clip", 1.0), t("clip_by_global_norm", 2.5), t("clip_by_block_rms", 1.0)
t("scale", -0.5), t("identity"), t("scale_by_sign"), t("set_to_zero"), t("add_decayed_weights", 0.5)
t("scale_by_trust_ratio"), t("scale_by_trust_ratio", min_norm=1.5, trust_coefficient=0.5, eps=0.25)
for partitionable in (False, True):
    with jax.threefry_partitionable(partitionable):
        run("noise", "add_noise", optax.add_noise(0.5, 0.55, 3), [0.5, 0.55, 3], {}, partitionable=partitionable)
run("multi_steps", "multi_steps", optax.MultiSteps(optax.adam(0.125), 3), [3], {})
run("multi_steps", "multi_steps", optax.MultiSteps(optax.adam(0.125), 3, use_grad_mean=False), [3], {"use_grad_mean": False})


def s(name, *args, **kwargs):
    schedule = getattr(optax, name)(*args, **kwargs)
    counts = list(range(0, 26))
    values = jnp.stack([jnp.asarray(schedule(jnp.asarray(c, jnp.int32)), jnp.float32) for c in counts])
    cases.append({"kind": "schedule", "fn": name, "args": encode(args), "kwargs": encode(kwargs), "out": array(values)})


s("constant_schedule", 0.25), s("linear_schedule", 1.0, 0.25, 10), s("linear_schedule", 0.0, 1.0, 10, transition_begin=5)
s("polynomial_schedule", 1.0, 0.125, 2, 10), s("polynomial_schedule", 1.0, 0.125, 0.5, 10, transition_begin=3)
s("exponential_decay", 1.0, 5, 0.5), s("exponential_decay", 1.0, 5, 0.5, staircase=True, transition_begin=2)
s("exponential_decay", 1.0, 5, 0.5, end_value=0.25), s("exponential_decay", 1.0, 5, 1.5, end_value=2.0)
s("cosine_decay_schedule", 1.0, 20), s("cosine_decay_schedule", 1.0, 20, alpha=0.25, exponent=2.0)
s("warmup_cosine_decay_schedule", 0.0, 1.0, 5, 20), s("warmup_cosine_decay_schedule", 0.25, 1.0, 5, 20, end_value=0.125)
s("cosine_onecycle_schedule", 20, 1.0), s("cosine_onecycle_schedule", 20, 1.0, pct_start=0.5, div_factor=10.0, final_div_factor=100.0)
pieces = {5: 0.5, 10: 0.25}
case = array(jnp.stack([jnp.asarray(optax.piecewise_constant_schedule(1.0, pieces)(c), jnp.float32) for c in range(26)]))
cases.append({"kind": "schedule", "fn": "piecewise_constant_schedule", "args": [1, {"5": 0.5, "10": 0.25}], "kwargs": {}, "out": case})

x, y = f32(4, 5, seed=3), f32(4, 5, seed=4)
y[0, 0] = x[0, 0]
p, q = np.asarray(jax.nn.softmax(x)), np.array(jax.nn.softmax(y))
q[1] = [0, 0.5, 0.5, 0, 0]
labels, signs = np.array([0, 3, 4, 1], np.int32), np.sign(y).astype(np.float32)


def loss(name, *args, **kwargs):
    f = lambda first: getattr(optax.losses, name)(first, *map(jnp.asarray, args[1:]), **kwargs)
    first = jnp.asarray(args[0])
    gradient = jax.grad(lambda v: jnp.sum(jnp.sin(f(v))))(first)
    cases.append({"kind": "loss", "fn": name, "args": encode(args), "kwargs": encode(kwargs), "out": array(f(first)), "grad": array(gradient)})


loss("l2_loss", x, y), loss("l2_loss", x), loss("squared_error", x, y), loss("huber_loss", x, y), loss("huber_loss", x, y, delta=0.5)
loss("log_cosh", x, y), loss("softmax_cross_entropy", x, q), loss("softmax_cross_entropy", x, q, axis=0)
loss("softmax_cross_entropy_with_integer_labels", x, labels), loss("sigmoid_binary_cross_entropy", x, q), loss("hinge_loss", x, signs)
loss("cosine_similarity", x, y), loss("cosine_similarity", x, y, epsilon=2.0), loss("cosine_distance", x, y, axis=0)
loss("kl_divergence", np.log(p), q), loss("kl_divergence", np.log(p), q, axis=0)
loss("kl_divergence_with_log_targets", np.log(p), np.asarray(jax.nn.log_softmax(y)))
cases.append({"kind": "loss", "fn": "smooth_labels", "args": [array(np.eye(4, dtype=np.float32)), 0.25], "kwargs": {}, "out": array(optax.smooth_labels(jnp.eye(4), 0.25))})

write("optim", cases, optax=optax.__version__)
