// Inputs of the rows: the same numbers in every run and for every library.

function generator(seed) {
  let state = seed * 2654435761 + 1;
  return () => {
    // The mixing step of a 32-bit hash.
    state = (state + 0x6d2b79f5) | 0;
    let z = Math.imul(state ^ (state >>> 15), state | 1);
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
    return ((z ^ (z >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Numbers in [low, high). */
export function uniform(seed, shape, low = -1, high = 1) {
  const next = generator(seed);
  const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => low + (high - low) * next());
  return { data, shape };
}

/** About normal numbers: the sum of four uniform ones, with the variance that is asked for. */
export function bell(seed, shape, deviation = 1) {
  const next = generator(seed);
  const scale = deviation * Math.sqrt(3);
  const data = Float32Array.from(
    { length: shape.reduce((a, b) => a * b, 1) },
    () => scale * (next() + next() + next() + next() - 2),
  );
  return { data, shape };
}

/** -1 or 1. */
export function signs(seed, shape) {
  const { data } = uniform(seed, shape);
  return { data: data.map((x) => (x < 0 ? -1 : 1)), shape };
}
