/** `scipy`: solvers and minimisers. */
import "../array/install.ts";

export * as optimize from "./optimize.ts";
export * as sparse from "./sparse/index.ts";
