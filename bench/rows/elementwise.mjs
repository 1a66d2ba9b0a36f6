// Chains of elementwise operations, compiled: limited by transcendental functions, or by memory.
import { uniform } from "./inputs.mjs";

const square = (name, n) => ({
  name,
  family: "Elementwise, jit",
  unit: "ms",
  bytes: 8 * n,
  inputs: () => ({ x: uniform(1, [n]) }),
  expect: ({ x }) => ({ size: n, at: (i) => x.data[i] ** 2 + 1 }),
  adjoint: ({ numpy, jit }, { x }) => {
    const f = jit((x) => numpy.add(numpy.multiply(x, x), 1));
    return () => f(x);
  },
  jaxjs: ({ jit }, { x }) => {
    const f = jit((x) => x.ref.mul(x).add(1));
    return () => f(x.ref);
  },
  tfjs:
    (tf, { x }) =>
    () =>
      tf.tidy(() => x.mul(x).add(1)),
  numpy: "return lambda: x * x + 1",
  jax: "f = jax.jit(lambda x: x * x + 1)\nreturn lambda: f(x)",
});

export const rows = [
  {
    name: "sin(x)*2 + exp(-x*x) 1e6",
    family: "Elementwise, jit",
    unit: "ms",
    inputs: () => ({ x: uniform(1, [1e6], -4, 4) }),
    expect: ({ x }) => ({ size: 1e6, at: (i) => Math.sin(x.data[i]) * 2 + Math.exp(-(x.data[i] ** 2)) }),
    adjoint: ({ numpy, jit }, { x }) => {
      const f = jit((x) => numpy.add(numpy.multiply(numpy.sin(x), 2), numpy.exp(numpy.negative(numpy.multiply(x, x)))));
      return () => f(x);
    },
    jaxjs: ({ numpy, jit }, { x }) => {
      const f = jit((x) =>
        numpy
          .sin(x.ref)
          .mul(2)
          .add(numpy.exp(x.ref.mul(x).neg())),
      );
      return () => f(x.ref);
    },
    tfjs:
      (tf, { x }) =>
      () =>
        tf.tidy(() =>
          tf
            .sin(x)
            .mul(2)
            .add(tf.exp(x.mul(x).neg())),
        ),
    numpy: "return lambda: np.sin(x) * 2 + np.exp(-x * x)",
    jax: "f = jax.jit(lambda x: jnp.sin(x) * 2 + jnp.exp(-x * x))\nreturn lambda: f(x)",
  },
  square("x*x + 1 1e6", 1e6),
  square("x*x + 1 1e7", 1e7),
];
