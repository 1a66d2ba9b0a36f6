/** `experimental`: what may still change. */
import "../array/install.ts";

export { type JetOptions, jet, type SeriesOf } from "./jet.ts";
export { type OdeOptions, odeint } from "./ode.ts";
export {
  SparseMatrix,
  type SparseOptions,
  type SparsityPattern,
  sparseHessian,
  sparseJacobian,
  sparsityPattern,
} from "./sparse.ts";
