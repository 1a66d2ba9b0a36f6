// The long loops, as any engine runs them: the library goes in, and for each tenth of the steps the mean time comes out.
// Nothing is awaited between two steps, so no finalizer runs: memory must be found by other means.

export const loops = {
  eager: "eager x*0.99 + 1 on arrays of 4 MB",
  training: "jitted training steps of a perceptron, 784-128-10, batch 64",
};

/** The state and one step, and a number that says where the loop arrived. */
const programs = {
  eager: ({ numpy }) => ({
    state: numpy.linspace(0, 200, 1e6),
    step: (x) => numpy.add(numpy.multiply(x, 0.99), 1),
    // Each step moves every number to 100 by a hundredth of its distance.
    summary: (x) => numpy.max(numpy.abs(numpy.subtract(x, 100))).item(),
    holds: (distance, steps) => Math.abs(distance - 100 * 0.99 ** steps) < 1e-3,
  }),
  training: ({ numpy, nn, random, jit, valueAndGrad, tree }) => {
    const [k1, k2, k3] = random.split(random.key(0), 3);
    const x = random.normal(k1, [64, 784]);
    const labels = nn.oneHot(numpy.arange(64).mod(10), 10);
    const loss = ({ w1, b1, w2, b2 }) => {
      const logits = numpy.add(numpy.dot(nn.relu(numpy.add(numpy.dot(x, w1), b1)), w2), b2);
      return numpy.negative(numpy.multiply(nn.logSoftmax(logits), labels).sum(1).mean());
    };
    const update = jit(({ parameters }) => {
      const [value, gradient] = valueAndGrad(loss)(parameters);
      return {
        loss: value,
        parameters: tree.map((p, g) => numpy.subtract(p, numpy.multiply(g, 0.01)), parameters, gradient),
      };
    });
    const parameters = {
      w1: numpy.multiply(random.normal(k2, [784, 128]), 0.05),
      b1: numpy.zeros(128),
      w2: numpy.multiply(random.normal(k3, [128, 10]), 0.1),
      b2: numpy.zeros(10),
    };
    return {
      state: { loss: numpy.array(0), parameters },
      step: update,
      summary: ({ loss }) => loss.item(),
      holds: (loss) => loss < 0.05,
    };
  },
};

/**
 * @param {any} library
 * @param {"eager" | "training"} name
 * @param {number} steps
 * @param {(tenth: number) => void} [onTenth] called when a tenth is done, in the middle of the synchronous loop
 */
export function runLoop(library, name, steps, onTenth = () => {}) {
  const { state: first, step, summary, holds } = programs[name](library);
  const tenth = Math.ceil(steps / 10);
  const milliseconds = [];
  let state = first;
  for (let part = 0; part < 10; part++) {
    const begin = performance.now();
    for (let i = 0; i < tenth; i++) state = step(state);
    // Reading waits for whatever is not done yet.
    const value = summary(state);
    milliseconds.push((performance.now() - begin) / tenth);
    onTenth(part);
    if (part === 9) return { steps: 10 * tenth, milliseconds, result: value, right: holds(value, 10 * tenth) };
  }
}
