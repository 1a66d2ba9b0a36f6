// Moving elements: a transpose that is written out, and a sort.
import { bell, uniform } from "./inputs.mjs";

export const rows = [
  {
    name: "transpose 1024^2",
    family: "Movement",
    unit: "ms",
    bytes: 2 ** 23,
    inputs: () => ({ x: uniform(1, [1024, 1024]) }),
    expect: ({ x }) => ({ size: 2 ** 20, at: (i) => x.data[(i % 1024) * 1024 + Math.floor(i / 1024)] }),
    adjoint: ({ numpy, jit }, { x }) => {
      const f = jit((x) => numpy.transpose(x));
      return () => f(x);
    },
    jaxjs: ({ numpy, jit }, { x }) => {
      const f = jit((x) => numpy.transpose(x));
      return () => f(x.ref);
    },
    tfjs:
      (tf, { x }) =>
      () =>
        tf.transpose(x),
    numpy: "return lambda: np.ascontiguousarray(x.T)",
    jax: "f = jax.jit(jnp.transpose)\nreturn lambda: f(x)",
  },
  {
    name: "sort 1e6",
    family: "Movement",
    unit: "ms",
    tolerance: 0,
    inputs: () => ({ x: bell(1, [1e6]) }),
    expect: ({ x }) => {
      const sorted = x.data.slice().sort();
      return { size: 1e6, at: (i) => sorted[i] };
    },
    needs: ["numpy.sort"],
    adjoint:
      ({ numpy }, { x }) =>
      () =>
        numpy.sort(x),
    jaxjs:
      ({ numpy }, { x }) =>
      () =>
        numpy.sort(x.ref),
    numpy: "return lambda: np.sort(x)",
    jax: "return lambda: jnp.sort(x)",
  },
];
