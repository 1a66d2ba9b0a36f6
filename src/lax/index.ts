/**
 * `lax`: the operations under `numpy`, strict: dtypes must be equal and shapes too, but for scalars and JavaScript's
 * numbers, which take the dtype of the array beside them.
 */
import "../array/install.ts";

export { stopGradient } from "../api/stop.ts";
export { type AssociativeScanOptions, associativeScan } from "./associative.ts";
export {
  type Declared,
  type IoCallbackOptions,
  ioCallback,
  type PureCallbackOptions,
  pureCallback,
  type VmapMethod,
} from "./callback.ts";
export {
  type AllGatherOptions,
  type AllToAllOptions,
  type AxisName,
  allGather,
  allToAll,
  axisIndex,
  axisSize,
  type PsumScatterOptions,
  pmax,
  pmean,
  pmin,
  ppermute,
  pshuffle,
  psum,
  psumScatter,
  pswapaxes,
} from "./collective.ts";
export { cond, switch } from "./cond.ts";
export {
  type ConvDimensionNumbers,
  type ConvDimensions,
  type ConvOptions,
  type ConvTransposeOptions,
  conv,
  convDimensionNumbers,
  convGeneralDilated,
  convTranspose,
  convWithGeneralPadding,
  type Padding,
  type PaddingName,
  type Pads,
  padtypeToPads,
  type ReduceWindowOptions,
  reduceWindow,
  type WindowComputation,
} from "./conv.ts";
export * from "./elementwise.ts";
export { fft } from "./fft.ts";
export * from "./gather.ts";
export type { AxisIndexGroups, GroupOptions } from "./groups.ts";
export {
  type CustomRootOptions,
  customLinearSolve,
  customRoot,
  type LinearSolveOptions,
} from "./implicit.ts";
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
