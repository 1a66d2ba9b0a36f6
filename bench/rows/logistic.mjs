// Logistic regression: a gradient for every example, and a Hessian.
import { bell, signs } from "./inputs.mjs";

const [count, width] = [1000, 100];
const inputs = () => ({ w: bell(1, [width], 0.1), x: bell(2, [count, width]), y: signs(3, [count]) });

/** sigmoid(-y x.w) of each example. */
function doubts({ w, x, y }) {
  return Float64Array.from({ length: count }, (_, i) => {
    let z = 0;
    for (let j = 0; j < width; j++) z += x.data[i * width + j] * w.data[j];
    return 1 / (1 + Math.exp(y.data[i] * z));
  });
}

const loss =
  ({ numpy }) =>
  (w, x, y) =>
    numpy.log(numpy.add(1, numpy.exp(numpy.negative(numpy.multiply(y, numpy.dot(x, w))))));

export const rows = [
  {
    name: "jit(vmap(grad)), 1000 examples",
    family: "Training",
    unit: "ms",
    tolerance: 1e-3,
    inputs,
    expect: (given) => {
      const doubt = doubts(given);
      const { x, y } = given;
      return {
        size: count * width,
        at: (i) => -y.data[Math.floor(i / width)] * doubt[Math.floor(i / width)] * x.data[i],
      };
    },
    adjoint: (a, { w, x, y }) => {
      const f = a.jit(a.vmap(a.grad(loss(a)), { inAxes: [null, 0, 0] }));
      return () => f(w, x, y);
    },
    jaxjs: ({ numpy, jit, vmap, grad }, { w, x, y }) => {
      const f = jit(
        vmap(
          grad((w, x, y) => numpy.log(numpy.exp(y.mul(numpy.dot(x, w)).neg()).add(1))),
          [null, 0, 0],
        ),
      );
      return () => f(w.ref, x.ref, y.ref);
    },
    jax: `f = jax.jit(jax.vmap(jax.grad(lambda w, x, y: jnp.log(1 + jnp.exp(-y * jnp.dot(x, w)))), (None, 0, 0)))
return lambda: f(w, x, y)`,
  },
  {
    name: "jit(hessian), 100 parameters",
    family: "Training",
    unit: "ms",
    tolerance: 2e-3,
    inputs,
    expect: (given) => {
      const doubt = doubts(given);
      const { x } = given;
      return {
        size: width * width,
        at: (place) => {
          let sum = 0;
          for (let i = 0; i < count; i++) {
            const [a, b] = [Math.floor(place / width), place % width];
            sum += doubt[i] * (1 - doubt[i]) * x.data[i * width + a] * x.data[i * width + b];
          }
          return sum / count;
        },
      };
    },
    adjoint: (a, { w, x, y }) => {
      const f = a.jit(a.hessian((w, x, y) => a.numpy.mean(loss(a)(w, x, y))));
      return () => f(w, x, y);
    },
    // Its Hessian takes functions of one array.
    jaxjs: ({ numpy, jit, hessian }, { w, x, y }) => {
      const f = jit(hessian((w) => numpy.mean(numpy.log(numpy.exp(y.ref.mul(numpy.dot(x.ref, w)).neg()).add(1)))));
      return () => f(w.ref);
    },
    jax: `f = jax.jit(jax.hessian(lambda w, x, y: jnp.mean(jnp.log(1 + jnp.exp(-y * jnp.dot(x, w))))))
return lambda: f(w, x, y)`,
  },
];
