// A program of ten thousand scalar equations, beside the same formula as a loop in JavaScript; and a large sparse Hessian,
// beside the gradient whose price is its measure.
import { bell } from "./inputs.mjs";

const [steps, h] = [2000, 0.01];

/** A pendulum by the symplectic Euler method; five equations a step. */
function pendulum(state) {
  for (let i = 0; i < steps; i++) {
    state[1] -= h * Math.sin(state[0]);
    state[0] += h * state[1];
  }
  return state;
}
const scalars = {
  unit: "ms",
  tolerance: 1e-2,
  inputs: () => ({ start: { data: Float32Array.of(1, 0.5), shape: [2] } }),
  expect: ({ start }) => {
    const state = pendulum(Float64Array.from(start.data));
    return { size: 2, at: (i) => state[i] };
  },
  adjoint: ({ numpy, jit }, { start }) => {
    const f = jit((start) => {
      let [angle, speed] = [start.get(0), start.get(1)];
      for (let i = 0; i < steps; i++) {
        speed = numpy.subtract(speed, numpy.multiply(numpy.sin(angle), h));
        angle = numpy.add(angle, numpy.multiply(speed, h));
      }
      return numpy.stack([angle, speed]);
    });
    return () => f(start);
  },
  javascript: (_, { start }) => {
    const state = new Float64Array(2);
    return () => {
      state.set(start);
      return pendulum(state);
    };
  },
};

const variables = 10_000;
/** A chain of springs that stiffen: its Hessian has three diagonals. */
const chain = (numpy, slice) => (x) => {
  const stretch = numpy.subtract(x.get(slice(1, null)), x.get(slice(0, -1)));
  return numpy.sum(numpy.add(numpy.power(stretch, 4), numpy.power(stretch, 2)));
};
const springs = { unit: "ms", inputs: () => ({ x: bell(1, [variables]) }) };
const bend = (data, i) => 12 * (data[i + 1] - data[i]) ** 2 + 2;

export const rows = [
  { name: "10,000 scalar equations", family: "Scalars and sparsity", ...scalars },
  {
    name: "10,000 scalar equations, first call",
    family: "Compilation",
    kind: "cold",
    ...scalars,
    javascript: undefined,
  },
  {
    name: "gradient of 10,000 springs",
    family: "Scalars and sparsity",
    ...springs,
    expect: ({ x: { data } }) => {
      const force = (i) => 4 * (data[i + 1] - data[i]) ** 3 + 2 * (data[i + 1] - data[i]);
      return {
        size: variables,
        at: (i) => (i > 0 ? force(i - 1) : 0) - (i < variables - 1 ? force(i) : 0),
      };
    },
    adjoint: ({ numpy, slice, grad, jit }, { x }) => {
      const f = jit(grad(chain(numpy, slice)));
      return () => f(x);
    },
  },
  {
    name: "banded Hessian of 10,000 springs",
    family: "Scalars and sparsity",
    ...springs,
    // Three diagonals, row by row.
    expect: ({ x: { data } }) => ({
      size: 3 * variables - 2,
      at: (k) => {
        const row = Math.floor((k + 1) / 3);
        const column = row + ((k + 1) % 3) - 1;
        if (column !== row) return -bend(data, Math.min(row, column));
        return (row > 0 ? bend(data, row - 1) : 0) + (row < variables - 1 ? bend(data, row) : 0);
      },
    }),
    adjoint: ({ numpy, slice, experimental }, { x }) => {
      const f = experimental.sparseHessian(chain(numpy, slice));
      return () => f(x).values;
    },
  },
];
