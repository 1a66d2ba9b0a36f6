/**
 * `random`: JAX's random numbers, bit for bit in both layouts of Threefry (`config.threefryPartitionable`). Functions of a
 * key: the same key gives the same numbers, everywhere; `split` makes new ones.
 */
import "../array/install.ts";

export { foldIn, split } from "./bits.ts";
export {
  bernoulli,
  bits,
  type CategoricalOptions,
  type ChoiceOptions,
  categorical,
  choice,
  permutation,
  rademacher,
  randint,
} from "./discrete.ts";
export { clone, type Key, key, keyData, keyImpl, PRNGKey, wrapKeyData } from "./key.ts";
export {
  type CovarianceMethod,
  type MultivariateNormalOptions,
  multivariateNormal,
  type OrthogonalOptions,
  orthogonal,
} from "./matrices.ts";
export {
  cauchy,
  exponential,
  type FloatOptions,
  gumbel,
  laplace,
  logistic,
  lognormal,
  maxwell,
  normal,
  type Parameter,
  pareto,
  rayleigh,
  type SamplingMode,
  truncatedNormal,
  uniform,
  weibullMin,
} from "./uniform.ts";
