"""complex.json: complex numbers and Fourier transforms.

Each case holds its text in Python and in TypeScript, its operands by name, and what JAX computes from them: "out" is a list
of arrays. `x64` says whether 64-bit types were enabled. The operands are c, d (complex vectors or arrays), r (real).
"""

from common import array, jax, np, write

jnp, lax = jax.numpy, jax.lax
cases = []
rng = np.random.default_rng(7)


def emit(id, python, typescript, operands, x64=False):
    with jax.enable_x64(x64):
        given = {k: jnp.asarray(v) for k, v in operands.items()}
        f = eval(f"lambda {', '.join(given)}: {python}", {"jnp": jnp, "lax": lax, "jax": jax, "np": np})
        out = f(*given.values())
        leaves = jax.tree.leaves(out)
        cases.append(
            {
                "id": id,
                "python": python,
                "typescript": typescript,
                "x64": x64,
                "operands": {k: array(v, weak=False) for k, v in given.items()},
                "out": [array(v, weak=False) for v in leaves],
            }
        )


def cplx(shape, dtype):
    return (rng.normal(size=shape) + 1j * rng.normal(size=shape)).astype(dtype)


def on(x, *ys):
    """Points on and beside the axes, where functions have their branch cuts, each side of them by a signed zero."""
    return np.array([complex(a, b) for a, b in [x, *ys]])


points = on(
    (1, 2), (-3, 0.5), (0.25, -0.75), (-0.5, -2), (2, 0.0), (2, -0.0), (-2, 0.0), (-2, -0.0), (0.0, 2), (-0.0, 2), (0.0, -2),
    (-0.0, -2), (0.5, 0.0), (0.5, -0.0), (-0.5, 0.0), (0.0, 0.5), (0.0, -0.5), (1e-8, 1e-8), (1, 1e-9), (30, 1), (-30, -2),
)  # fmt: skip
large = on((1e18, 1e17), (-1e15, 1e18), (1e-18, -1e-17))

unary = {
    "exp": 0, "log": 1, "sqrt": 1, "rsqrt": 0, "sin": 0, "cos": 0, "tan": 0, "sinh": 0, "cosh": 0, "tanh": 0, "asin": 0,
    "acos": 0, "atan": 0, "asinh": 0, "acosh": 0, "atanh": 0, "log1p": 0, "expm1": 0, "exp2": 0, "logistic": 0, "square": 0,
    "abs": 1, "sign": 1, "neg": 1, "real": 1, "imag": 1, "conj": 1,
}  # fmt: skip
for x64, dtype in ((False, np.complex64), (True, np.complex128)):
    bits = 128 if x64 else 64
    for fn, far in unary.items():
        z = points
        if fn in ("rsqrt", "log1p"):
            z = z[np.abs(z) > 1e-6]
        z = np.concatenate([z, large]) if far else z
        emit(f"lax.{fn} of complex{bits}", f"lax.{fn}(c)", f"lax.{fn}(c)", {"c": z.astype(dtype)}, x64)
    pair = {"c": cplx((6,), dtype), "d": cplx((6,), dtype)}
    for fn in ("add", "sub", "mul", "div", "pow", "eq", "ne", "max", "min"):
        emit(f"lax.{fn} of complex{bits}", f"lax.{fn}(c, d)", f"lax.{fn}(c, d)", pair, x64)
    for y in (-3, -1, 0, 1, 2, 5):
        emit(f"integer power {y} of complex{bits}", f"c ** {y}", f"c.pow({y})", {"c": pair["c"]}, x64)
    emit(f"half power of complex{bits}", "c ** 0.5", "c.pow(0.5)", {"c": pair["c"]}, x64)
    emit(f"division of large and small complex{bits}", "c / d", "c.div(d)", {"c": large.astype(dtype), "d": (large[::-1] * 2).astype(dtype)}, x64)

r = rng.normal(size=(6,)).astype(np.float32)
c, d = cplx((6,), np.complex64), cplx((6,), np.complex64)
m, n = cplx((3, 4), np.complex64), cplx((4, 2), np.complex64)
tied = np.array([1 + 2j, 1 - 2j, 0.5 + 9j, 1 + 2j, -3j, 1 + 0j], np.complex64)

# The functions of jnp.
for python, typescript, operands in [
    ("jnp.real(r)", "jnp.real(r)", {"r": r}),
    ("jnp.imag(r)", "jnp.imag(r)", {"r": r}),
    ("jnp.conj(c)", "jnp.conj(c)", {"c": c}),
    ("jnp.angle(c)", "jnp.angle(c)", {"c": c}),
    ("jnp.angle(c, deg=True)", "jnp.angle(c, { deg: true })", {"c": c}),
    ("jnp.angle(r)", "jnp.angle(r)", {"r": r}),
    ("jnp.iscomplex(c)", "jnp.iscomplex(c)", {"c": tied}),
    ("jnp.isreal(c)", "jnp.isreal(c)", {"c": tied}),
    ("jnp.isreal(r)", "jnp.isreal(r)", {"r": r}),
    ("jnp.isfinite(c)", "jnp.isfinite(c)", {"c": np.array([1, np.inf, complex(0, np.nan)], np.complex64)}),
    ("jnp.isinf(c)", "jnp.isinf(c)", {"c": np.array([1, np.inf, complex(0, np.nan)], np.complex64)}),
    ("jnp.isnan(c)", "jnp.isnan(c)", {"c": np.array([1, np.inf, complex(0, np.nan)], np.complex64)}),
    ("jnp.absolute(c)", "jnp.absolute(c)", {"c": c}),
    ("jnp.less(c, d)", "jnp.less(c, d)", {"c": tied, "d": tied[::-1]}),
    ("jnp.greater_equal(c, d)", "jnp.greaterEqual(c, d)", {"c": tied, "d": tied[::-1]}),
    ("jnp.sort(c)", "jnp.sort(c)", {"c": tied}),
    ("jnp.argsort(c)", "jnp.argsort(c)", {"c": tied}),
    ("jnp.unique(c)", "jnp.unique(c)", {"c": tied}),
    ("jnp.round(c, 1)", "jnp.round(c, 1)", {"c": c}),
    ("jnp.sum(c)", "jnp.sum(c)", {"c": c}),
    ("jnp.prod(c)", "jnp.prod(c)", {"c": c}),
    ("jnp.prod(c, axis=1)", "jnp.prod(c, 1)", {"c": m}),
    ("jnp.cumsum(c)", "jnp.cumsum(c)", {"c": c}),
    ("jnp.cumprod(c)", "jnp.cumprod(c)", {"c": c}),
    ("jnp.mean(c, axis=0)", "jnp.mean(c, 0)", {"c": m}),
    ("jnp.var(c)", "jnp.var(c)", {"c": c}),
    ("jnp.std(c, axis=1)", "jnp.std(c, 1)", {"c": m}),
    ("jnp.dot(c, d)", "jnp.dot(c, d)", {"c": m, "d": n}),
    ("jnp.matmul(r, c)", "jnp.matmul(r, c)", {"r": rng.normal(size=(2, 3)).astype(np.float32), "c": m}),
    ("jnp.vdot(c, d)", "jnp.vdot(c, d)", {"c": c, "d": d}),
    ("jnp.vecdot(c, d)", "jnp.vecdot(c, d)", {"c": c, "d": d}),
    ("jnp.inner(c, d)", "jnp.inner(c, d)", {"c": c, "d": d}),
    ("jnp.outer(c, d)", "jnp.outer(c, d)", {"c": c, "d": d}),
    ("jnp.einsum('ij,jk->ki', c, d)", 'jnp.einsum("ij,jk->ki", c, d)', {"c": m, "d": n}),
    ("jnp.linalg.norm(c)", "jnp.linalg.norm(c)", {"c": c}),
    ("jnp.linalg.norm(c, axis=0)", "jnp.linalg.norm(c, { axis: 0 })", {"c": m}),
    ("jnp.linalg.matrix_power(c, 3)", "jnp.linalg.matrixPower(c, 3)", {"c": cplx((3, 3), np.complex64)}),
    ("jnp.cov(c)", "jnp.cov(c)", {"c": m}),
    ("jnp.corrcoef(c)", "jnp.corrcoef(c)", {"c": m}),
    ("jnp.convolve(c, d)", "jnp.convolve(c, d)", {"c": c, "d": d[:3]}),
    ("jnp.correlate(c, d, mode='full')", 'jnp.correlate(c, d, { mode: "full" })', {"c": c, "d": d[:3]}),
    ("jnp.correlate(c, d)", "jnp.correlate(c, d)", {"c": c[:2], "d": d}),
    ("jnp.polyval(c, d)", "jnp.polyval(c, d)", {"c": c[:3], "d": d}),
    ("jnp.isclose(c, d)", "jnp.isclose(c, d)", {"c": tied, "d": tied + np.complex64(1e-7j)}),
    ("jnp.nan_to_num(c)", "jnp.nanToNum(c)", {"c": np.array([1, complex(np.inf, -np.inf), complex(0, np.nan)], np.complex64)}),
    ("jnp.where(r > 0, c, 0)", "jnp.where(r.greater(0), c, 0)", {"r": r, "c": c}),
    ("jnp.take(c, jnp.array([2, 0]))", 'jnp.take(c, jnp.array([2, 0], "int32"))', {"c": c}),
    ("jnp.pad(c, 1)", "jnp.pad(c, 1)", {"c": m}),
    ("jnp.roll(c, 2)", "jnp.roll(c, 2)", {"c": c}),
    ("jnp.concatenate([c, d])", "jnp.concatenate([c, d])", {"c": c, "d": d}),
    ("jnp.trace(c)", "jnp.trace(c)", {"c": m}),
    ("jnp.reciprocal(c)", "jnp.reciprocal(c)", {"c": c}),
    ("c.at[jnp.array([0, 0])].add(1j)", 'c.at(jnp.array([0, 0], "int32")).add({ re: 0, im: 1 })', {"c": c}),
    ("c.at[1].set(2 - 3j)", "c.at(1).set({ re: 2, im: -3 })", {"c": c}),
    ("c.astype('float32')", 'c.astype("float32")', {"c": c}),
    ("c.astype('int32')", 'c.astype("int32")', {"c": c * 10}),
    ("c.astype(bool)", 'c.astype("bool")', {"c": np.array([0, 1j, 2], np.complex64)}),
    ("r.astype('complex64')", 'r.astype("complex64")', {"r": r}),
    ("r + c", "r.add(c)", {"r": r, "c": c}),
    ("r * (1 + 2j)", "r.mul({ re: 1, im: 2 })", {"r": r}),
    ("jnp.arange(3) * 1j", "jnp.arange(3).mul({ re: 0, im: 1 })", {}),
    ("jnp.arange(3, dtype='complex64')", 'jnp.arange(3, { dtype: "complex64" })', {}),
    ("lax.complex(r, r)", "lax.complex(r, r)", {"r": r}),
    ("lax.conj(r)", "lax.conj(r)", {"r": r}),
]:  # fmt: skip
    emit(python, python, typescript, operands)

# Derivatives, in JAX's convention: a gradient of a real function is the conjugate of the direction of steepest ascent.
losses = [
    ("jnp.abs(z).sum()", "jnp.abs(z).sum()"),
    ("jnp.real(z * z).sum()", "jnp.real(z.mul(z)).sum()"),
    ("jnp.imag(jnp.exp(z)).sum()", "jnp.imag(jnp.exp(z)).sum()"),
    ("(jnp.conj(z) * z).real.sum()", "jnp.real(jnp.conj(z).mul(z)).sum()"),
    ("jnp.angle(z).sum()", "jnp.angle(z).sum()"),
    ("jnp.abs(jnp.fft.fft(z)).sum()", "jnp.abs(jnp.fft.fft(z)).sum()"),
    ("jnp.abs(jnp.fft.ifft(z)).sum()", "jnp.abs(jnp.fft.ifft(z)).sum()"),
    ("(jnp.fft.irfft(z) ** 3).sum()", "jnp.fft.irfft(z).pow(3).sum()"),
    ("(jnp.fft.irfft(z, 7) ** 3).sum()", "jnp.fft.irfft(z, 7).pow(3).sum()"),
    ("jnp.abs(jnp.prod(z))", "jnp.abs(jnp.prod(z))"),
    ("jnp.abs(jnp.cumprod(z)).sum()", "jnp.abs(jnp.cumprod(z)).sum()"),
    ("jnp.abs(jnp.sort(z)[:2]).sum()", "jnp.abs(jnp.sort(z).get(slice(0, 2))).sum()"),
    ("jnp.var(z)", "jnp.var(z)"),
    ("jnp.linalg.norm(z)", "jnp.linalg.norm(z)"),
]  # fmt: skip
for python, typescript in losses:
    emit(f"grad of {python}", f"jax.grad(lambda z: {python})(c)", f"grad((z) => {typescript})(c)", {"c": c})
for fn in ("exp", "log", "sqrt", "rsqrt", "sin", "cos", "tan", "sinh", "cosh", "tanh", "asin", "acos", "atan", "asinh", "acosh", "atanh", "log1p", "expm1", "logistic", "square"):  # fmt: skip
    emit(
        f"holomorphic grad of {fn}",
        f"jax.grad(lambda z: lax.{fn}(z).sum(), holomorphic=True)(c)",
        f"grad((z) => lax.{fn}(z).sum(), {{ holomorphic: true }})(c)",
        {"c": c},
    )
real_losses = [
    ("jnp.abs(jnp.fft.rfft(x)).sum()", "jnp.abs(jnp.fft.rfft(x)).sum()"),
    ("jnp.abs(jnp.fft.rfft(x, 5)).sum()", "jnp.abs(jnp.fft.rfft(x, 5)).sum()"),
    ("jnp.abs(jnp.fft.fft(x)).sum()", "jnp.abs(jnp.fft.fft(x)).sum()"),
    ("jnp.abs(jnp.fft.rfft2(x.reshape(2, 3))).sum()", "jnp.abs(jnp.fft.rfft2(x.reshape(2, 3))).sum()"),
    ("jnp.abs(jnp.exp(x * 1j) + x).sum()", "jnp.abs(jnp.exp(x.mul({ re: 0, im: 1 })).add(x)).sum()"),
]
for python, typescript in real_losses:
    emit(f"grad of {python} by a real x", f"jax.grad(lambda x: {python})(r)", f"grad((x) => {typescript})(r)", {"r": r})
emit("holomorphic jacfwd", "jax.jacfwd(lambda z: z * z.sum(), holomorphic=True)(c)", "jacfwd((z) => z.mul(z.sum()), { holomorphic: true })(c)", {"c": c[:3]})
emit("holomorphic jacrev", "jax.jacrev(lambda z: z * z.sum(), holomorphic=True)(c)", "jacrev((z) => z.mul(z.sum()), { holomorphic: true })(c)", {"c": c[:3]})
emit("jvp", "jax.jvp(lambda z: jnp.abs(z) * z, (c,), (d,))", "jvp((z) => jnp.abs(z).mul(z), [c], [d])", {"c": c, "d": d})
emit("vjp", "jax.vjp(lambda z: z * z, c)[1](d)", "vjp((z) => z.mul(z), c)[1](d)", {"c": c, "d": d})
emit("linear transpose of real", "jax.linear_transpose(jnp.real, c)(r)", "linearTranspose(jnp.real, c)(r)", {"c": c, "r": r})
emit("linear transpose of imag", "jax.linear_transpose(jnp.imag, c)(r)", "linearTranspose(jnp.imag, c)(r)", {"c": c, "r": r})
emit("linear transpose of conj", "jax.linear_transpose(jnp.conj, c)(d)", "linearTranspose(jnp.conj, c)(d)", {"c": c, "d": d})

# Transformations.
emit("vmap of fft", "jax.vmap(jnp.fft.fft, 1)(c)", "vmap((z) => jnp.fft.fft(z), 1)(c)", {"c": m})
emit("vmap of a product", "jax.vmap(lambda z: z * jnp.conj(z).sum())(c)", "vmap((z) => z.mul(jnp.conj(z).sum()))(c)", {"c": m})
emit("jit", "jax.jit(lambda z, w: (z * w, jnp.abs(z), z))(c, d)", "jit((z, w) => [z.mul(w), jnp.abs(z), z])(c, d)", {"c": c, "d": d})
emit("scan", "lax.scan(lambda s, z: (s * z + 1, jnp.abs(s) + z), c[0], c)", "lax.scan((s, z) => [s.mul(z).add(1), jnp.abs(s).add(z)], c.get(0), c)", {"c": c})
emit("grad through scan", "jax.grad(lambda c: jnp.abs(lax.scan(lambda s, z: (s * z + 1, s), c[0], c)[0]))(c)", "grad((c) => jnp.abs(lax.scan((s, z) => [s.mul(z).add(1), s], c.get(0), c)[0]))(c)", {"c": c})
emit("while loop", "lax.while_loop(lambda z: jnp.abs(z).sum() < 100, lambda z: z * z, c)", "lax.whileLoop((z) => jnp.abs(z).sum().less(100), (z) => z.mul(z), c)", {"c": c})
emit("cond", "lax.cond(r[0] > 0, lambda z: z * 2, lambda z: jnp.conj(z), c)", "lax.cond(r.get(0).greater(0), (z) => z.mul(2), (z) => jnp.conj(z), c)", {"r": r, "c": c})
emit("custom_jvp", "jax.jvp(jax.jit(lambda z: jnp.sinc(z)), (c,), (d,))", "jvp(jit((z) => jnp.sinc(z)), [c], [d])", {"c": c, "d": d})
emit("associative scan", "lax.associative_scan(jnp.multiply, c)", "lax.associativeScan(jnp.multiply, c)", {"c": c})

# Fourier transforms.
for n in [*range(1, 41), 97, 100, 128, 1009]:
    for x64 in (False, True):
        dtype = np.complex128 if x64 else np.complex64
        if not x64 and n not in (1, 2, 3, 4, 5, 7, 8, 12, 16, 17, 30, 100):
            continue
        z = cplx((n,), dtype)
        emit(f"fft of length {n}", "jnp.fft.fft(c)", "jnp.fft.fft(c)", {"c": z}, x64)
        if n > 200:
            continue
        emit(f"ifft of length {n}", "jnp.fft.ifft(c)", "jnp.fft.ifft(c)", {"c": z}, x64)
        emit(f"rfft of length {n}", "jnp.fft.rfft(r)", "jnp.fft.rfft(r)", {"r": z.real}, x64)
        emit(f"irfft to length {n}", f"jnp.fft.irfft(c, {n})", f"jnp.fft.irfft(c, {n})", {"c": z[: n // 2 + 1]}, x64)
box = cplx((2, 3, 4), np.complex64)
for python, typescript, operands in [
    ("jnp.fft.fft(r)", "jnp.fft.fft(r)", {"r": r}),
    ("jnp.fft.fft(c, 8)", "jnp.fft.fft(c, 8)", {"c": c}),
    ("jnp.fft.fft(c, 4)", "jnp.fft.fft(c, 4)", {"c": c}),
    ("jnp.fft.fft(c, axis=0, norm='ortho')", 'jnp.fft.fft(c, { axis: 0, norm: "ortho" })', {"c": m}),
    ("jnp.fft.ifft(c, norm='forward')", 'jnp.fft.ifft(c, { norm: "forward" })', {"c": m}),
    ("jnp.fft.rfft(r, norm='forward')", 'jnp.fft.rfft(r, { norm: "forward" })', {"r": r}),
    ("jnp.fft.irfft(c, norm='ortho')", 'jnp.fft.irfft(c, { norm: "ortho" })', {"c": c}),
    ("jnp.fft.hfft(c)", "jnp.fft.hfft(c)", {"c": c}),
    ("jnp.fft.hfft(c, 7, norm='ortho')", 'jnp.fft.hfft(c, 7, { norm: "ortho" })', {"c": c}),
    ("jnp.fft.ihfft(r)", "jnp.fft.ihfft(r)", {"r": r}),
    ("jnp.fft.ihfft(r, 5, norm='ortho')", 'jnp.fft.ihfft(r, 5, { norm: "ortho" })', {"r": r}),
    ("jnp.fft.fft2(c)", "jnp.fft.fft2(c)", {"c": box}),
    ("jnp.fft.ifft2(c, axes=(0, 1))", "jnp.fft.ifft2(c, { axes: [0, 1] })", {"c": box}),
    ("jnp.fft.rfft2(r)", "jnp.fft.rfft2(r)", {"r": box.real}),
    ("jnp.fft.irfft2(c)", "jnp.fft.irfft2(c)", {"c": box}),
    ("jnp.fft.irfft2(c, s=(3, 5))", "jnp.fft.irfft2(c, { s: [3, 5] })", {"c": box}),
    ("jnp.fft.fftn(c)", "jnp.fft.fftn(c)", {"c": box}),
    ("jnp.fft.fftn(c, axes=(2, 0))", "jnp.fft.fftn(c, { axes: [2, 0] })", {"c": box}),
    ("jnp.fft.ifftn(c, s=(4, 3))", "jnp.fft.ifftn(c, { s: [4, 3] })", {"c": box}),
    ("jnp.fft.rfftn(r)", "jnp.fft.rfftn(r)", {"r": box.real}),
    ("jnp.fft.irfftn(c)", "jnp.fft.irfftn(c)", {"c": box}),
    ("jnp.fft.irfftn(c, s=(2, 3, 5), norm='ortho')", 'jnp.fft.irfftn(c, { s: [2, 3, 5], norm: "ortho" })', {"c": box}),
    ("jnp.fft.fftfreq(7)", "jnp.fft.fftfreq(7)", {}),
    ("jnp.fft.fftfreq(8, d=0.1)", "jnp.fft.fftfreq(8, { d: 0.1 })", {}),
    ("jnp.fft.rfftfreq(7)", "jnp.fft.rfftfreq(7)", {}),
    ("jnp.fft.rfftfreq(8, d=0.1)", "jnp.fft.rfftfreq(8, { d: 0.1 })", {}),
    ("jnp.fft.fftshift(r)", "jnp.fft.fftshift(r)", {"r": r[:5]}),
    ("jnp.fft.ifftshift(r)", "jnp.fft.ifftshift(r)", {"r": r[:5]}),
    ("jnp.fft.fftshift(c, axes=1)", "jnp.fft.fftshift(c, { axes: 1 })", {"c": m}),
    ("lax.fft(c, 'FFT', (3, 4))", 'lax.fft(c, "FFT", [3, 4])', {"c": box}),
    ("lax.fft(c, 'IRFFT', (6,))", 'lax.fft(c, "IRFFT", [6])', {"c": box}),
]:  # fmt: skip
    emit(python, python, typescript, operands)

write("complex", cases)
