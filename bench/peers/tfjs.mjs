// @tensorflow/tfjs on its Wasm backend.
export async function load() {
  const { default: library } = await import("@tensorflow/tfjs");
  await import("@tensorflow/tfjs-backend-wasm");
  if (!(await library.setBackend("wasm"))) throw new Error("the Wasm backend did not start");
  return library;
}

export const place = (library, { data, shape }) => library.tensor(data, shape);

/** Operations run before they return; results are freed by hand. */
export function finish(value) {
  if (Array.isArray(value)) for (const x of value) finish(x);
  else value.dispose();
  return undefined;
}

export const read = (value) => value.dataSync();
