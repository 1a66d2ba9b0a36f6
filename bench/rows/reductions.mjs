// Sums, softmax and running sums.
import { bell, uniform } from "./inputs.mjs";

export const rows = [
  {
    name: "sum 1e7",
    family: "Reductions",
    unit: "ms",
    bytes: 4e7,
    tolerance: 1e-6,
    inputs: () => ({ x: uniform(1, [1e7], 0, 0.2) }),
    expect: ({ x }) => ({ size: 1, at: () => x.data.reduce((a, b) => a + b, 0) }),
    adjoint:
      ({ numpy }, { x }) =>
      () =>
        numpy.sum(x),
    jaxjs:
      ({ numpy }, { x }) =>
      () =>
        numpy.sum(x.ref),
    tfjs:
      (tf, { x }) =>
      () =>
        tf.sum(x),
    numpy: "return lambda: np.sum(x)",
    jax: "return lambda: jnp.sum(x)",
  },
  {
    name: "softmax 1024^2, jit",
    family: "Reductions",
    unit: "ms",
    inputs: () => ({ x: bell(1, [1024, 1024], 2) }),
    expect: ({ x }) => ({
      size: 2 ** 20,
      at: (i) => {
        const line = x.data.subarray(i & ~1023, (i & ~1023) + 1024);
        const largest = line.reduce((a, b) => Math.max(a, b));
        return Math.exp(x.data[i] - largest) / line.reduce((a, b) => a + Math.exp(b - largest), 0);
      },
    }),
    needs: ["nn.softmax"],
    adjoint: ({ nn, jit }, { x }) => {
      const f = jit((x) => nn.softmax(x));
      return () => f(x);
    },
    jaxjs: ({ nn, jit }, { x }) => {
      const f = jit((x) => nn.softmax(x));
      return () => f(x.ref);
    },
    tfjs:
      (tf, { x }) =>
      () =>
        tf.softmax(x),
    numpy:
      "def f():\n  e = np.exp(x - x.max(axis=-1, keepdims=True))\n  return e / e.sum(axis=-1, keepdims=True)\nreturn f",
    jax: "f = jax.jit(jax.nn.softmax)\nreturn lambda: f(x)",
  },
  {
    name: "cumsum 1e6",
    family: "Reductions",
    unit: "ms",
    // NumPy adds one after another in float32.
    tolerance: 1e-3,
    inputs: () => ({ x: uniform(1, [1e6], 0, 1) }),
    expect: ({ x }) => ({ size: 1e6, at: (i) => x.data.subarray(0, i + 1).reduce((a, b) => a + b, 0) }),
    adjoint:
      ({ numpy }, { x }) =>
      () =>
        numpy.cumsum(x),
    jaxjs:
      ({ numpy }, { x }) =>
      () =>
        numpy.cumsum(x.ref),
    tfjs:
      (tf, { x }) =>
      () =>
        tf.cumsum(x),
    numpy: "return lambda: np.cumsum(x)",
    jax: "f = jax.jit(jnp.cumsum)\nreturn lambda: f(x)",
  },
];
