/** `scipy.sparse`. */
export * as linalg from "./linalg.ts";
