// Whether a result is right: its elements against plain JavaScript in double precision.

/**
 * All elements of a result (an array or nested lists of them), one after another.
 * @param {(value: unknown) => ArrayLike<number>} read
 */
export function flatten(read, value) {
  const parts = (Array.isArray(value) ? value.flat(9) : [value]).map(read);
  if (parts.length === 1) return parts[0];
  const all = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let next = 0;
  for (const part of parts) {
    all.set(part, next);
    next += part.length;
  }
  return all;
}

/** Some places of a result of so many elements: its ends and others spread over it. */
export function places(size, count = 64) {
  if (size <= count) return Array.from({ length: size }, (_, i) => i);
  return Array.from({ length: count }, (_, i) => Math.round((i * (size - 1)) / (count - 1)));
}

/**
 * What is wrong with a result, or undefined.
 * @param row its `expect(inputs, steps)` gives `size`, the number of elements, and `at(i)`, the element at a place; or its
 * `verify(values, inputs)` says itself what is wrong
 */
export function fault(row, inputs, values, steps) {
  if (row.verify !== undefined) return row.verify(values, inputs);
  if (row.expect === undefined) return undefined;
  const { size, at, where } = row.expect(inputs, steps);
  if (values.length !== size) return `${values.length} elements, not ${size}`;
  const indices = where ?? places(size);
  const wanted = indices.map(at);
  const scale = Math.max(...wanted.map(Math.abs));
  let worst = 0;
  let worstAt = 0;
  indices.forEach((i, k) => {
    // Elements that are small beside the others carry the rounding of the others.
    const error = Math.abs(values[i] - wanted[k]) / Math.max(Math.abs(wanted[k]), 1e-3 * scale, 1e-30);
    if (!(error <= worst)) {
      worst = error;
      worstAt = k;
    }
  });
  if (worst <= (row.tolerance ?? 1e-4)) return undefined;
  return `element ${indices[worstAt]} is ${values[indices[worstAt]]}, not ${Number(wanted[worstAt].toPrecision(7))}`;
}
