// Linear algebra and Fourier transforms. A result is right if what it stands for gives the input back.
import { places } from "../check.mjs";
import { bell } from "./inputs.mjs";

/** A symmetric matrix with eigenvalues that are well apart from zero. */
function definite(n) {
  const { data } = bell(1, [n, n]);
  const matrix = new Float32Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = i === j ? 1 : 0;
      for (let k = 0; k < n; k++) sum += (data[i * n + k] * data[j * n + k]) / n;
      matrix[i * n + j] = matrix[j * n + i] = sum;
    }
  }
  return { data: matrix, shape: [n, n] };
}

/** Compares products, rebuilt from a result at some places, with what they must be. */
function rebuilt(size, wanted, product) {
  for (const place of places(size)) {
    const difference = Math.abs(product(place) - wanted(place));
    if (!(difference < 2e-3)) return `the result does not give its input back: off by ${difference} at ${place}`;
  }
  return undefined;
}

const sum = (n, term) => {
  let total = 0;
  for (let k = 0; k < n; k++) total += term(k);
  return total;
};

/** A row of `numpy.linalg` on one matrix, whose result is given back by `product(values, i, j, n)`. */
const decomposition = (name, n, product, wanted = (a, i, j) => a[i * n + j]) => ({
  name: `${name} ${n}`,
  family: "Linear algebra, FFT",
  unit: "ms",
  inputs: () => ({ a: definite(n) }),
  verify: (values, { a }) =>
    rebuilt(
      n * n,
      (place) => wanted(a.data, Math.floor(place / n), place % n),
      (place) => product(values, Math.floor(place / n), place % n, a.data),
    ),
  needs: [`numpy.linalg.${name}`],
  adjoint:
    ({ numpy }, { a }) =>
    () =>
      numpy.linalg[name](a),
  jaxjs:
    ({ numpy }, { a }) =>
    () =>
      numpy.linalg[name](a.ref),
  numpy: `return lambda: np.linalg.${name}(a)`,
  jax: `return lambda: jnp.linalg.${name}(a)`,
});

const n = 256;
const m = 128;
const length = 65536;

export const rows = [
  decomposition("cholesky", n, (l, i, j) => sum(n, (k) => l[i * n + k] * l[j * n + k])),
  {
    ...decomposition("solve", n),
    inputs: () => ({ a: definite(n), b: bell(2, [n]) }),
    verify: (x, { a, b }) =>
      rebuilt(
        n,
        (i) => b.data[i],
        (i) => sum(n, (j) => a.data[i * n + j] * x[j]),
      ),
    adjoint:
      ({ numpy }, { a, b }) =>
      () =>
        numpy.linalg.solve(a, b),
    jaxjs:
      ({ numpy }, { a, b }) =>
      () =>
        numpy.linalg.solve(a.ref, b.ref),
    numpy: "return lambda: np.linalg.solve(a, b)",
    jax: "return lambda: jnp.linalg.solve(a, b)",
  },
  decomposition(
    "inv",
    n,
    (x, i, j, a) => sum(n, (k) => a[i * n + k] * x[k * n + j]),
    (_, i, j) => (i === j ? 1 : 0),
  ),
  decomposition("eigh", m, (v, i, j) => sum(m, (k) => v[m + i * m + k] * v[k] * v[m + j * m + k])),
  decomposition("svd", m, (v, i, j) => sum(m, (k) => v[i * m + k] * v[m * m + k] * v[m * m + m + k * m + j])),
  {
    name: "rfft 65536",
    family: "Linear algebra, FFT",
    unit: "ms",
    tolerance: 1e-3,
    inputs: () => ({ x: bell(1, [length]) }),
    expect: ({ x }) => {
      const half = length / 2 + 1;
      return {
        size: 2 * half,
        // Real parts, then imaginary parts.
        at: (i) => {
          const wave = i < half ? Math.cos : (angle) => -Math.sin(angle);
          return sum(length, (t) => x.data[t] * wave((2 * Math.PI * ((t * (i % half)) % length)) / length));
        },
      };
    },
    needs: ["numpy.fft.rfft"],
    adjoint: ({ numpy }, { x }) =>
      Object.assign(() => numpy.fft.rfft(x), { view: (y) => [numpy.real(y), numpy.imag(y)] }),
    jaxjs:
      ({ numpy }, { x }) =>
      () => {
        const { real, imag } = numpy.fft.rfft(x.ref);
        return [real, imag];
      },
    tfjs: (tf, { x }) => Object.assign(() => tf.spectral.rfft(x), { view: (y) => [tf.real(y), tf.imag(y)] }),
    numpy: "return lambda: np.fft.rfft(x)",
    jax: "return lambda: jnp.fft.rfft(x)",
  },
];
