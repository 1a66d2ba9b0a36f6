// Synchronous loops, in which no finalizer ever runs: time a step, its growth from the first quarter to the last, and the
// largest size of the process.
import { bell, uniform } from "./inputs.mjs";

const [count, width] = [256, 16];

export const rows = [
  {
    name: "4000 eager training steps",
    family: "Synchronous loops",
    unit: "us",
    kind: "loop",
    steps: 4000,
    tolerance: 1e-3,
    inputs: () => ({ w: bell(1, [width]), x: bell(2, [count, width]), y: bell(3, [count]) }),
    expect: ({ w, x, y }, steps) => {
      let state = Float64Array.from(w.data);
      for (let s = 0; s < steps; s++) {
        const gradient = new Float64Array(width);
        for (let i = 0; i < count; i++) {
          let error = -y.data[i];
          for (let j = 0; j < width; j++) error += x.data[i * width + j] * state[j];
          for (let j = 0; j < width; j++) gradient[j] += (2 * error * x.data[i * width + j]) / count;
        }
        state = state.map((value, j) => value - 0.01 * gradient[j]);
      }
      return { size: width, at: (i) => state[i] };
    },
    adjoint: ({ numpy, grad }, { w, x, y }) => {
      const loss = (w) => {
        const error = numpy.subtract(numpy.dot(x, w), y);
        return numpy.mean(numpy.multiply(error, error));
      };
      return { state: w, step: (w) => numpy.subtract(w, numpy.multiply(grad(loss)(w), 0.01)) };
    },
    jaxjs: ({ numpy, grad }, { w, x, y }) => {
      const loss = (w) => {
        const error = numpy.dot(x.ref, w).sub(y.ref);
        return numpy.mean(error.ref.mul(error));
      };
      return { state: w, step: (w) => w.ref.sub(grad(loss)(w).mul(0.01)), finish: (w) => w.ref.dataSync() };
    },
    tfjs: (tf, { w, x, y }) => {
      const loss = (w) => tf.mean(tf.square(tf.dot(x, w).sub(y)));
      const step = (w) => {
        const next = tf.tidy(() => w.sub(tf.grad(loss)(w).mul(0.01)));
        w.dispose();
        return next;
      };
      return { state: w, step };
    },
    jax: `loss = lambda w: jnp.mean((x @ w - y) ** 2)
return w, lambda w: w - 0.01 * jax.grad(loss)(w)`,
  },
  {
    name: "eager x*0.99 + 1 on 4 MB",
    family: "Synchronous loops",
    unit: "ms",
    kind: "loop",
    steps: 2000,
    inputs: () => ({ x: uniform(1, [1e6]) }),
    expect: ({ x }, steps) => ({ size: 1e6, at: (i) => 100 + (x.data[i] - 100) * 0.99 ** steps }),
    adjoint: ({ numpy }, { x }) => ({ state: x, step: (x) => numpy.add(numpy.multiply(x, 0.99), 1) }),
    jaxjs: (_, { x }) => ({ state: x, step: (x) => x.mul(0.99).add(1), finish: (x) => x.ref.dataSync() }),
    tfjs: (tf, { x }) => {
      const step = (x) => {
        const next = tf.tidy(() => x.mul(0.99).add(1));
        x.dispose();
        return next;
      };
      return { state: x, step };
    },
    numpy: "return x, lambda x: x * np.float32(0.99) + np.float32(1)",
    jax: "return x, lambda x: x * 0.99 + 1",
  },
];
