/**
 * `lax`: the operations under `numpy`, strict: dtypes must be equal and shapes too, but for scalars and JavaScript's
 * numbers, which take the dtype of the array beside them.
 */
import "../array/install.ts";

export { stopGradient } from "../api/stop.ts";
export { cond, switch } from "./cond.ts";
export * from "./elementwise.ts";
export * from "./gather.ts";
export * as linalg from "./linalg.ts";
export { foriLoop, type MapOptions, map, type WhileOptions, whileLoop } from "./loop.ts";
export * from "./reduction.ts";
export { type ScanOptions, scan } from "./scan.ts";
export {
  broadcast,
  broadcastedIota,
  broadcastInDim,
  broadcastShapes,
  collapse,
  concatenate,
  dynamicIndexInDim,
  dynamicSlice,
  dynamicSliceInDim,
  dynamicUpdateSlice,
  dynamicUpdateSliceInDim,
  expandDims,
  full,
  fullLike,
  indexInDim,
  iota,
  pad,
  reshape,
  rev,
  slice,
  sliceInDim,
  squeeze,
  transpose,
} from "./shape.ts";
