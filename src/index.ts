/** The public names of Adjoint. */
import "./array/install.ts";

export type { Argnums } from "./api/argnums.ts";
export { type CheckpointOptions, checkpoint, checkpoint as remat } from "./api/checkpoint.ts";
export { closureConvert } from "./api/closure.ts";
export {
  type CustomJvp,
  type CustomOptions,
  type CustomVjp,
  customGradient,
  customJvp,
  customVjp,
} from "./api/custom.ts";
export { type Batched, type CustomVmap, customVmap, sequentialVmap } from "./api/custombatching.ts";
export { blockUntilReady, deviceGet, devicePut, type Fetched } from "./api/device.ts";
export { type FwdAndBwdOptions, fwdAndBwd, type Residuals } from "./api/fwdandbwd.ts";
export { type GradientOf, type GradOptions, grad, valueAndGrad } from "./api/grad.ts";
export {
  type HessianOf,
  hessian,
  type JacobianOf,
  type JacobianOptions,
  jacfwd,
  jacobian,
  jacrev,
} from "./api/jacobian.ts";
export { type Described, evalShape, type MakeJaxprOptions, makeJaxpr } from "./api/jaxpr.ts";
export { type JitFunction, type JitOptions, jit } from "./api/jit.ts";
export { type AuxOptions, jvp, linearize, linearTranspose, type Pullback, vjp, vjpWithAux } from "./api/jvp.ts";
export { linearCall } from "./api/linearcall.ts";
export { CompiledFunction, Lowered, type MemoryAnalysis, type Stage } from "./api/lower.ts";
export { type CheckpointPolicy, checkpointName, checkpointPolicies } from "./api/policies.ts";
export { gnvp, hvp } from "./api/products.ts";
export type { KernelProfile, Profile } from "./api/profile.ts";
export * as flattenUtil from "./api/ravel.ts";
export { printSavedResiduals, type SavedResidual, savedResiduals } from "./api/residuals.ts";
export { stopGradient } from "./api/stop.ts";
export { type Axes, type VmapOptions, vmap } from "./api/vmap.ts";
export { repr } from "./array/show.ts";
export { ellipsis, slice } from "./array/slice.ts";
export { type Config, config, type Settings } from "./core/config.ts";
export { NDArray } from "./core/ndarray.ts";
export { defineManyPrimitive, definePrimitive } from "./core/primitive.ts";
export { ClosedJaxpr } from "./core/print.ts";
export { ShapeDtypeStruct } from "./core/struct.ts";
export * as debug from "./debug/index.ts";
export * as errors from "./errors/index.ts";
export * as experimental from "./experimental/index.ts";
export * as lax from "./lax/index.ts";
export * as nn from "./nn/index.ts";
export * as numpy from "./numpy/index.ts";
export * as optim from "./optim/index.ts";
export * as random from "./random/index.ts";
export { backendNames, defaultBackend } from "./runtime/device.ts";
export * as scipy from "./scipy/index.ts";
export * as tree from "./tree/index.ts";
export * as treeUtil from "./tree/index.ts";
export type { Arg, Args, ArrayLike, Traced } from "./tree/types.ts";
export type { DType, NumericDType, TypedArray } from "./types/dtype.ts";
export type { Shape } from "./types/shape.ts";
export { formatShape } from "./types/shape.ts";

/** The version of this library. */
export const version = "0.1.0";
