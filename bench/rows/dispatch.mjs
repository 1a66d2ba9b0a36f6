// What one operation costs beside its arithmetic.
const three = () => ({ x: { data: Float32Array.of(1, 2, 3), shape: [3] } });
const expected = (...values) => ({ size: values.length, at: (i) => values[i] });

export const rows = [
  {
    name: "eager add, shape [3]",
    family: "Dispatch",
    unit: "us",
    inputs: three,
    expect: () => expected(2, 4, 6),
    adjoint:
      ({ numpy }, { x }) =>
      () =>
        numpy.add(x, x),
    jaxjs:
      ({ numpy }, { x }) =>
      () =>
        numpy.add(x.ref, x.ref),
    tfjs:
      (tf, { x }) =>
      () =>
        tf.add(x, x),
    numpy: "return lambda: np.add(x, x)",
    jax: "return lambda: jnp.add(x, x)",
  },
  {
    name: "eager multiply by a new scalar",
    family: "Dispatch",
    unit: "us",
    inputs: three,
    expect: () => expected(2, 4, 6),
    adjoint: ({ numpy }, { x }) => {
      let factor = 2;
      return () => {
        const y = numpy.multiply(x, factor);
        factor += 2 ** -20;
        return y;
      };
    },
    jaxjs: (_, { x }) => {
      let factor = 2;
      return () => {
        const y = x.ref.mul(factor);
        factor += 2 ** -20;
        return y;
      };
    },
    tfjs: (tf, { x }) => {
      let factor = 2;
      return () => {
        const y = tf.tidy(() => tf.mul(x, factor));
        factor += 2 ** -20;
        return y;
      };
    },
    numpy:
      "factor = 2.0\ndef f():\n  nonlocal factor\n  y = np.multiply(x, factor)\n  factor += 2.0 ** -20\n  return y\nreturn f",
    jax: "factor = 2.0\ndef f():\n  nonlocal factor\n  y = jnp.multiply(x, factor)\n  factor += 2.0 ** -20\n  return y\nreturn f",
  },
  {
    name: "call of a jitted x + 1, shape [3]",
    family: "Dispatch",
    unit: "us",
    inputs: three,
    expect: () => expected(2, 3, 4),
    adjoint: ({ numpy, jit }, { x }) => {
      const f = jit((x) => numpy.add(x, 1));
      return () => f(x);
    },
    jaxjs: ({ jit }, { x }) => {
      const f = jit((x) => x.add(1));
      return () => f(x.ref);
    },
    jax: "f = jax.jit(lambda x: x + 1)\nreturn lambda: f(x)",
  },
  {
    name: "eager grad(sin)(1.0)",
    family: "Dispatch",
    unit: "us",
    inputs: () => ({}),
    expect: () => expected(Math.cos(1)),
    adjoint:
      ({ numpy, grad }) =>
      () =>
        grad(numpy.sin)(1),
    jaxjs:
      ({ numpy, grad }) =>
      () =>
        grad(numpy.sin)(1),
    tfjs: (tf) => () => tf.tidy(() => tf.grad((x) => tf.sin(x))(tf.scalar(1))),
    jax: "return lambda: jax.grad(jnp.sin)(1.0)",
  },
];
