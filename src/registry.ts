/**
 * Every primitive in one table, by the name that jaxprs print. The laws, the documentation and the jaxpr parser read it;
 * nothing that is shipped imports it.
 */
import { checkpointCall } from "./control/checkpoint.ts";
import { condBranches } from "./control/cond.ts";
import { customJvpCall } from "./control/customjvp.ts";
import { customLinear, customVjpCall } from "./control/customvjp.ts";
import { customVmapCall } from "./control/customvmap.ts";
import { jitCall } from "./control/jit.ts";
import { linearCallProgram } from "./control/linearcall.ts";
import { linearSolve } from "./control/linearsolve.ts";
import { scanLoop } from "./control/scan.ts";
import { whileLoop } from "./control/while.ts";
import type { Primitive } from "./core/primitive.ts";
import { log1mexpElements, reluElements } from "./nn/kinks.ts";
import { logaddexp2Elements, logaddexpElements } from "./numpy/logaddexp.ts";
import { sincAtZero } from "./numpy/special.ts";
import {
  abs,
  add,
  addAny,
  cbrt,
  div,
  integerPow,
  max,
  min,
  mul,
  neg,
  nextafter,
  pow,
  rem,
  rsqrt,
  sign,
  sqrt,
  square,
  sub,
} from "./prims/arithmetic.ts";
import {
  and,
  clz,
  not,
  or,
  populationCount,
  shiftLeft,
  shiftRightArithmetic,
  shiftRightLogical,
  xor,
} from "./prims/bitwise.ts";
import { debugCallback, ioCallback, pureCallback } from "./prims/callback.ts";
import { bitcastConvertType, convertElementType, reducePrecision } from "./prims/cast.ts";
import { check } from "./prims/check.ts";
import { cholesky } from "./prims/cholesky.ts";
import { allGather, allToAll, axisIndex, pmax, pmin, ppermute, psum, reduceScatter } from "./prims/collective.ts";
import { eq, ge, gt, le, lt, ne } from "./prims/compare.ts";
import { complex, conjugate, imag, real } from "./prims/complex.ts";
import { convGeneralDilated } from "./prims/conv.ts";
import { copy } from "./prims/copy.ts";
import { cumlogsumexp, cummax, cummin, cumprod, cumsum } from "./prims/cumulative.ts";
import { dotGeneral } from "./prims/dot.ts";
import { dynamicSlice, dynamicUpdateSlice } from "./prims/dynamic.ts";
import { eigh } from "./prims/eigh.ts";
import { exp, exp2, expm1, log, log1p, logistic } from "./prims/exponential.ts";
import { fft } from "./prims/fft.ts";
import { iota } from "./prims/fill.ts";
import { digamma, lgamma, polygamma, zeta } from "./prims/gamma.ts";
import { gather } from "./prims/gather.ts";
import { acosh, asinh, atanh, cosh, sinh, tanh } from "./prims/hyperbolic.ts";
import { lu } from "./prims/lu.ts";
import { broadcastInDim, reshape, rev, squeeze, transpose } from "./prims/movement.ts";
import { name } from "./prims/name.ts";
import { qr } from "./prims/qr.ts";
import { randomUnwrap, randomWrap, threefry2x32 } from "./prims/random.ts";
import {
  argmax,
  argmin,
  reduceAnd,
  reduceMax,
  reduceMin,
  reduceOr,
  reduceProd,
  reduceSum,
  reduceXor,
} from "./prims/reduce.ts";
import {
  reduceWindowArgmax,
  reduceWindowArgmin,
  reduceWindowMax,
  reduceWindowMin,
  reduceWindowSum,
  selectAndGatherAdd,
  selectAndScatterAdd,
} from "./prims/reducewindow.ts";
import { ceil, floor, isFinite as isFiniteNumber, round } from "./prims/rounding.ts";
import { scatter, scatterAdd, scatterMax, scatterMin, scatterMul } from "./prims/scatter.ts";
import { clamp, selectN } from "./prims/select.ts";
import { concatenate, pad, slice } from "./prims/slicing.ts";
import { sort } from "./prims/sort.ts";
import { erf, erfc, erfInv } from "./prims/special.ts";
import { stopGradient } from "./prims/stop.ts";
import { svd } from "./prims/svd.ts";
import { triangularSolve } from "./prims/triangular.ts";
import { acos, asin, atan, atan2, cos, sin, tan } from "./prims/trigonometric.ts";

// biome-ignore lint/suspicious/noExplicitAny: primitives of every parameter type
export type Registry = Readonly<Record<string, Primitive<any>>>;

/** The primitives by name. */
export const registry: Registry = {
  abs,
  acos,
  acosh,
  add,
  add_any: addAny,
  all_gather: allGather,
  all_to_all: allToAll,
  and,
  argmax,
  argmin,
  asin,
  asinh,
  atan,
  atan2,
  atanh,
  axis_index: axisIndex,
  bitcast_convert_type: bitcastConvertType,
  broadcast_in_dim: broadcastInDim,
  cbrt,
  ceil,
  check,
  cholesky,
  clamp,
  clz,
  complex,
  concatenate,
  cond: condBranches,
  conj: conjugate,
  conv_general_dilated: convGeneralDilated,
  convert_element_type: convertElementType,
  copy,
  cos,
  cosh,
  cumlogsumexp,
  cummax,
  cummin,
  cumprod,
  cumsum,
  custom_jvp_call: customJvpCall,
  custom_lin: customLinear,
  custom_linear_solve: linearSolve,
  custom_vjp_call: customVjpCall,
  custom_vmap_call: customVmapCall,
  debug_callback: debugCallback,
  digamma,
  div,
  dot_general: dotGeneral,
  dynamic_slice: dynamicSlice,
  dynamic_update_slice: dynamicUpdateSlice,
  eigh,
  eq,
  erf,
  erf_inv: erfInv,
  erfc,
  exp,
  exp2,
  expm1,
  fft,
  floor,
  gather,
  ge,
  gt,
  imag,
  integer_pow: integerPow,
  io_callback: ioCallback,
  iota,
  is_finite: isFiniteNumber,
  jit: jitCall,
  le,
  lgamma,
  linear_call: linearCallProgram,
  log,
  log1mexp: log1mexpElements,
  log1p,
  logaddexp: logaddexpElements,
  logaddexp2: logaddexp2Elements,
  logistic,
  lt,
  lu,
  max,
  min,
  mul,
  name,
  ne,
  neg,
  nextafter,
  not,
  or,
  pad,
  pmax,
  pmin,
  polygamma,
  population_count: populationCount,
  pow,
  pure_callback: pureCallback,
  ppermute,
  psum,
  qr,
  random_unwrap: randomUnwrap,
  random_wrap: randomWrap,
  real,
  reduce_and: reduceAnd,
  reduce_max: reduceMax,
  reduce_min: reduceMin,
  reduce_or: reduceOr,
  reduce_precision: reducePrecision,
  reduce_prod: reduceProd,
  reduce_scatter: reduceScatter,
  reduce_sum: reduceSum,
  reduce_window_argmax: reduceWindowArgmax,
  reduce_window_argmin: reduceWindowArgmin,
  reduce_window_max: reduceWindowMax,
  reduce_window_min: reduceWindowMin,
  reduce_window_sum: reduceWindowSum,
  reduce_xor: reduceXor,
  relu: reluElements,
  rem,
  remat2: checkpointCall,
  reshape,
  rev,
  round,
  rsqrt,
  scan: scanLoop,
  scatter,
  "scatter-add": scatterAdd,
  "scatter-max": scatterMax,
  "scatter-min": scatterMin,
  "scatter-mul": scatterMul,
  select_and_gather_add: selectAndGatherAdd,
  select_and_scatter_add: selectAndScatterAdd,
  select_n: selectN,
  shift_left: shiftLeft,
  shift_right_arithmetic: shiftRightArithmetic,
  shift_right_logical: shiftRightLogical,
  sign,
  sin,
  sinc_at_zero: sincAtZero,
  sinh,
  slice,
  sort,
  sqrt,
  square,
  squeeze,
  stop_gradient: stopGradient,
  sub,
  svd,
  tan,
  tanh,
  threefry2x32,
  transpose,
  triangular_solve: triangularSolve,
  while: whileLoop,
  xor,
  zeta,
};
