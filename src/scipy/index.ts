/** `scipy`: SciPy's functions, under the names of its modules. */
import "../array/install.ts";

export * as linalg from "./linalg.ts";
export * as optimize from "./optimize.ts";
export * as sparse from "./sparse/index.ts";
