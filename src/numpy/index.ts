/**
 * `numpy`, which programs import as `jnp`: NumPy's functions under their names in camelCase, on arrays that can be traced.
 * Options stand in one object at the end; what is commonly given by position may be given so here too.
 */
import "../array/install.ts";

export * from "./arrays.ts";
export * as fft from "./fft/index.ts";
export * as linalg from "./linalg/index.ts";
export * from "./math.ts";
export * from "./printing.ts";
