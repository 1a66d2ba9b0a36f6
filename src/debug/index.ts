/** `debug`: looking at what programs do. */
export { explainCompile } from "./explain.ts";
