// A recurrent network of width 32 over 1000 steps: the gradient by its weights, by scan where there is one.
import { bell } from "./inputs.mjs";

const [steps, width] = [1000, 32];
const inputs = () => ({ w: bell(1, [width, width], 1 / Math.sqrt(width)), x: bell(2, [steps, width]) });

/** Backpropagation through time of the mean over the steps of |h|^2. */
function expect({ w, x }) {
  const [steps] = x.shape;
  const states = [new Float64Array(width)];
  for (let t = 0; t < steps; t++) {
    states.push(
      Float64Array.from({ length: width }, (_, j) => {
        let z = x.data[t * width + j];
        for (let i = 0; i < width; i++) z += states[t][i] * w.data[i * width + j];
        return Math.tanh(z);
      }),
    );
  }
  const gradient = new Float64Array(width * width);
  let later = new Float64Array(width);
  for (let t = steps; t > 0; t--) {
    const h = states[t];
    const d = h.map((value, j) => (later[j] + (2 * value) / steps) * (1 - value * value));
    later = new Float64Array(width);
    for (let i = 0; i < width; i++) {
      for (let j = 0; j < width; j++) {
        gradient[i * width + j] += states[t - 1][i] * d[j];
        later[i] += w.data[i * width + j] * d[j];
      }
    }
  }
  return { size: width * width, at: (i) => gradient[i] };
}

function adjoint({ numpy, lax, jit, grad }, { w, x }) {
  const loss = (w, x) => {
    const step = ([h, total], row) => {
      const next = numpy.tanh(numpy.add(numpy.dot(h, w), row));
      return [[next, numpy.add(total, numpy.sum(numpy.multiply(next, next)))], null];
    };
    const [[, total]] = lax.scan(step, [numpy.zeros(width), 0], x);
    return numpy.divide(total, steps);
  };
  const f = jit(grad(loss));
  return () => f(w, x);
}

function jaxjs({ numpy, jit, grad }, { w, x }) {
  const loss = (w, x) => {
    let h = numpy.zeros([width]);
    let total = numpy.zeros([]);
    for (let t = 0; t < steps; t++) {
      h = numpy.tanh(numpy.dot(h, w.ref).add(x.ref.slice(t)));
      total = total.add(numpy.sum(h.ref.mul(h.ref)));
    }
    h.dispose();
    w.dispose();
    x.dispose();
    return total.div(steps);
  };
  const f = jit(grad(loss));
  return () => f(w.ref, x.ref);
}

function tfjs(tf, { w, x }) {
  const loss = (w) => {
    let h = tf.zeros([1, width]);
    let total = tf.scalar(0);
    for (const row of tf.split(x, steps)) {
      h = tf.tanh(tf.matMul(h, w).add(row));
      total = total.add(tf.sum(h.mul(h)));
    }
    return total.div(steps);
  };
  return () => tf.tidy(() => tf.grad(loss)(w));
}

const jax = `
def loss(w, x):
  def step(carry, row):
    h, total = carry
    h = jnp.tanh(h @ w + row)
    return (h, total + jnp.sum(h * h)), None
  (_, total), _ = jax.lax.scan(step, (jnp.zeros(${width}), 0.0), x)
  return total / ${steps}
f = jax.jit(jax.grad(loss))
return lambda: f(w, x)`;

const common = { unit: "ms", tolerance: 1e-3, inputs, expect: (given) => expect(given), adjoint, jaxjs, tfjs, jax };

/** The same network written out step by step, for what a step costs without a loop around it. */
const few = 50;
const unrolled = {
  inputs: () => {
    const { w, x } = inputs();
    return { w, x: { data: x.data.slice(0, few * width), shape: [few, width] } };
  },
  expect: (given) => expect(given),
  adjoint: ({ numpy, jit, grad }, { w, x }) => {
    const loss = (w, x) => {
      let h = numpy.zeros(width);
      let total = numpy.array(0);
      for (let t = 0; t < few; t++) {
        h = numpy.tanh(numpy.add(numpy.dot(h, w), x.get(t)));
        total = numpy.add(total, numpy.sum(numpy.multiply(h, h)));
      }
      return numpy.divide(total, few);
    };
    const f = jit(grad(loss));
    return () => f(w, x);
  },
};

export const rows = [
  { name: "RNN of 1000 steps, gradient", family: "Training", ...common },
  { name: `RNN of ${few} steps written out, gradient`, family: "Training", unit: "ms", tolerance: 1e-3, ...unrolled },
  { name: "RNN of 1000 steps, first call", family: "Compilation", kind: "cold", ...common },
];
