// Matrix products.
import { uniform } from "./inputs.mjs";

function expected(n) {
  return ({ x, y }) => ({
    size: x.data.length,
    at: (place) => {
      const matrix = Math.floor(place / (n * n)) * n * n;
      const i = Math.floor((place % (n * n)) / n);
      const j = place % n;
      let sum = 0;
      for (let k = 0; k < n; k++) sum += x.data[matrix + i * n + k] * y.data[matrix + k * n + j];
      return sum;
    },
  });
}

const product = (name, n, batch = []) => ({
  name,
  family: "Contractions",
  unit: "ms",
  flops: 2 * n ** 3 * (batch[0] ?? 1),
  inputs: () => ({ x: uniform(1, [...batch, n, n]), y: uniform(2, [...batch, n, n]) }),
  expect: expected(n),
  adjoint:
    ({ numpy }, { x, y }) =>
    () =>
      numpy.matmul(x, y),
  jaxjs:
    ({ numpy }, { x, y }) =>
    () =>
      numpy.matmul(x.ref, y.ref),
  tfjs:
    (tf, { x, y }) =>
    () =>
      tf.matMul(x, y),
  numpy: "return lambda: x @ y",
  jax: "return lambda: jnp.matmul(x, y)",
});

export const rows = [
  product("matmul 1024", 1024),
  product("matmul 1023", 1023),
  product("matmul 257", 257),
  product("matmul 8 x 64", 64, [8]),
];
