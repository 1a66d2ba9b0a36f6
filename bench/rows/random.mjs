// A million random numbers from a key.
function moments(mean, deviation) {
  return (values) => {
    const n = values.length;
    if (n !== 1e6) return `${n} elements, not 1000000`;
    const average = values.reduce((a, b) => a + b, 0) / n;
    const spread = Math.sqrt(values.reduce((a, b) => a + (b - average) ** 2, 0) / n);
    if (Math.abs(average - mean) < 0.01 && Math.abs(spread - deviation) < 0.01) return undefined;
    return `mean ${average.toFixed(4)} and deviation ${spread.toFixed(4)}, not ${mean} and ${deviation.toFixed(4)}`;
  };
}

const draw = (name, mean, deviation, tfjs, numpy) => ({
  name: `${name} 1e6`,
  family: "Random numbers",
  unit: "ms",
  inputs: () => ({}),
  verify: moments(mean, deviation),
  needs: [`random.${name}`],
  adjoint: ({ random }) => {
    const key = random.key(1);
    return () => random[name](key, [1e6]);
  },
  jaxjs: ({ random }) => {
    const key = random.key(1);
    return () => random[name](key.ref, [1e6]);
  },
  tfjs,
  numpy: `generator = np.random.default_rng(1)\nreturn lambda: generator.${numpy}(size=1000000, dtype=np.float32)`,
  jax: `key = jax.random.key(1)\nreturn lambda: jax.random.${name}(key, (1000000,))`,
});

export const rows = [
  draw("uniform", 0.5, Math.sqrt(1 / 12), (tf) => () => tf.randomUniform([1e6], 0, 1, "float32", 1), "random"),
  draw("normal", 0, 1, (tf) => () => tf.randomNormal([1e6], 0, 1, "float32", 1), "standard_normal"),
];
