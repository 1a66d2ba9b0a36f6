// A perceptron of three layers: one training step, compiled, and what its first call costs.
import { bell } from "./inputs.mjs";

const batch = 128;
const widths = [784, 512, 256, 10];
const rate = 0.1;
const names = ["w1", "b1", "w2", "b2", "w3", "b3"];

function inputs() {
  const layers = [0, 1, 2].flatMap((l) => [
    [names[2 * l], bell(l + 1, [widths[l], widths[l + 1]], Math.sqrt(2 / widths[l]))],
    [names[2 * l + 1], bell(l + 4, [widths[l + 1]], 0.1)],
  ]);
  const labels = { data: new Float32Array(batch * 10), shape: [batch, 10] };
  for (let i = 0; i < batch; i++) labels.data[i * 10 + ((i * 7) % 10)] = 1;
  return { ...Object.fromEntries(layers), x: bell(7, [batch, widths[0]]), y: labels };
}

/** c += a b, where a is n x k or, with `left`, the transpose of a k x n matrix; `right` transposes b. */
function addProduct(c, a, b, n, k, m, left = false, right = false) {
  for (let i = 0; i < n; i++) {
    for (let p = 0; p < k; p++) {
      const factor = left ? a[p * n + i] : a[i * k + p];
      if (right) for (let j = 0; j < m; j++) c[i * m + j] += factor * b[j * k + p];
      else for (let j = 0; j < m; j++) c[i * m + j] += factor * b[p * m + j];
    }
  }
  return c;
}

/** The loss and the new parameters, in double precision. */
function expect({ x, y, ...parameters }) {
  const given = names.map((name) => Float64Array.from(parameters[name].data));
  const layers = [Float64Array.from(x.data)];
  for (let l = 0; l < 3; l++) {
    const out = new Float64Array(batch * widths[l + 1]);
    out.forEach((_, i) => {
      out[i] = given[2 * l + 1][i % widths[l + 1]];
    });
    addProduct(out, layers[l], given[2 * l], batch, widths[l], widths[l + 1]);
    layers.push(l < 2 ? out.map((v) => Math.max(v, 0)) : out);
  }
  const logits = layers[3];
  let loss = 0;
  let delta = new Float64Array(logits.length);
  for (let i = 0; i < batch; i++) {
    const line = logits.subarray(i * 10, i * 10 + 10);
    const total = line.reduce((a, b) => a + Math.exp(b), 0);
    line.forEach((v, j) => {
      const label = y.data[i * 10 + j];
      loss -= (label * (v - Math.log(total))) / batch;
      delta[i * 10 + j] = (Math.exp(v) / total - label) / batch;
    });
  }
  const updated = [];
  for (let l = 2; l >= 0; l--) {
    const [n, m] = [widths[l], widths[l + 1]];
    const weights = addProduct(new Float64Array(n * m), layers[l], delta, n, batch, m, true);
    const bias = new Float64Array(m);
    delta.forEach((d, i) => {
      bias[i % m] += d;
    });
    updated.unshift(
      given[2 * l].map((w, i) => w - rate * weights[i]),
      given[2 * l + 1].map((b, i) => b - rate * bias[i]),
    );
    const before = layers[l];
    if (l > 0) {
      delta = addProduct(new Float64Array(batch * n), delta, given[2 * l], batch, m, n, false, true).map((d, i) =>
        before[i] > 0 ? d : 0,
      );
    }
  }
  const all = [loss, ...updated.flatMap((part) => Array.from(part))];
  return { size: all.length, at: (i) => all[i] };
}

function adjoint({ numpy, jit, valueAndGrad }, { x, y, ...parameters }) {
  const layer = (h, w, b) => numpy.add(numpy.matmul(h, w), b);
  const loss = ([w1, b1, w2, b2, w3, b3], x, y) => {
    const h1 = numpy.maximum(layer(x, w1, b1), 0);
    const h2 = numpy.maximum(layer(h1, w2, b2), 0);
    const logits = layer(h2, w3, b3);
    const total = numpy.sum(numpy.exp(logits), -1, { keepdims: true });
    return numpy.multiply(numpy.sum(numpy.multiply(y, numpy.subtract(logits, numpy.log(total)))), -1 / batch);
  };
  const step = jit((given, x, y) => {
    const [value, gradients] = valueAndGrad(loss)(given, x, y);
    return [value, ...given.map((w, i) => numpy.subtract(w, numpy.multiply(gradients[i], rate)))];
  });
  const given = names.map((name) => parameters[name]);
  return () => step(given, x, y);
}

function jaxjs({ numpy, jit, valueAndGrad }, { x, y, ...parameters }) {
  const layer = (h, w, b) => numpy.matmul(h, w).add(b);
  const loss = ([w1, b1, w2, b2, w3, b3], x, y) => {
    const h1 = numpy.maximum(layer(x, w1, b1), 0);
    const h2 = numpy.maximum(layer(h1, w2, b2), 0);
    const logits = layer(h2, w3, b3);
    const total = numpy.sum(numpy.exp(logits.ref), -1, { keepdims: true });
    return numpy.sum(y.mul(logits.sub(numpy.log(total)))).mul(-1 / batch);
  };
  const step = jit((given, x, y) => {
    const [value, gradients] = valueAndGrad(loss)(
      given.map((w) => w.ref),
      x,
      y,
    );
    return [value, ...given.map((w, i) => w.sub(gradients[i].mul(rate)))];
  });
  return () =>
    step(
      names.map((name) => parameters[name].ref),
      x.ref,
      y.ref,
    );
}

function tfjs(tf, { x, y, ...parameters }) {
  const layer = (h, w, b) => tf.matMul(h, w).add(b);
  const loss = (w1, b1, w2, b2, w3, b3) => {
    const h1 = tf.relu(layer(x, w1, b1));
    const h2 = tf.relu(layer(h1, w2, b2));
    const logits = layer(h2, w3, b3);
    const total = tf.sum(tf.exp(logits), -1, true);
    return tf.sum(y.mul(logits.sub(tf.log(total)))).mul(-1 / batch);
  };
  const given = names.map((name) => parameters[name]);
  return () =>
    tf.tidy(() => {
      const { value, grads } = tf.valueAndGrads(loss)(given);
      return [value, ...given.map((w, i) => w.sub(grads[i].mul(rate)))];
    });
}

const jax = `
def loss(given, x, y):
  w1, b1, w2, b2, w3, b3 = given
  h1 = jnp.maximum(x @ w1 + b1, 0)
  h2 = jnp.maximum(h1 @ w2 + b2, 0)
  logits = h2 @ w3 + b3
  return jnp.sum(y * (logits - jnp.log(jnp.sum(jnp.exp(logits), -1, keepdims=True)))) * (-1 / ${batch})
@jax.jit
def step(given, x, y):
  value, gradients = jax.value_and_grad(loss)(given, x, y)
  return [value] + [w - ${rate} * g for w, g in zip(given, gradients)]
given = [${names}]
return lambda: step(given, x, y)`;

const common = { unit: "ms", tolerance: 1e-3, inputs, expect, adjoint, jaxjs, tfjs, jax };
const products = [784 * 512, 512 * 256, 256 * 10];

export const rows = [
  {
    name: "MLP training step, jit",
    family: "Training",
    // Two products a layer, and a third for the gradient of the inputs in all layers but the first.
    flops: 2 * batch * (3 * (products[1] + products[2]) + 2 * products[0]),
    ...common,
  },
  { name: "MLP training step, first call", family: "Compilation", kind: "cold", ...common },
];
