/** `nn`: activation functions, softmax and its kin, attention, and initializers of weights. Names and derivatives are JAX's. */
import "../array/install.ts";

export {
  celu,
  elu,
  gelu,
  glu,
  hardSigmoid,
  hardSilu,
  hardSwish,
  hardTanh,
  identity,
  leakyRelu,
  log1mexp,
  logSigmoid,
  mish,
  relu,
  relu6,
  selu,
  sigmoid,
  silu,
  softplus,
  softSign,
  sparsePlus,
  sparseSigmoid,
  squareplus,
  swish,
  tanh,
} from "./activations.ts";
export { type AttentionOptions, dotProductAttention } from "./attention.ts";
export * as initializers from "./initializers.ts";
export {
  type LogmeanexpOptions,
  type LogsumexpOptions,
  logmeanexp,
  logSoftmax,
  logsumexp,
  type OneHotOptions,
  oneHot,
  type SoftmaxOptions,
  type StandardizeOptions,
  softmax,
  standardize,
} from "./normalization.ts";
