// This library, as it was built last, or another build of it: the file in ADJOINT_LIBRARY.
const file = process.env.ADJOINT_LIBRARY ?? new URL("../../dist/node/index.js", import.meta.url).href;

export const load = () => import(file);

export const place = (library, { data, shape }) =>
  shape.length === 1 ? library.numpy.array(data) : library.numpy.reshape(library.numpy.array(data), shape);

// The engine computes before a call returns, and nothing is freed by hand.
export const finish = () => undefined;

export const read = (value) => (typeof value === "number" ? [value] : value.toTypedArray());
