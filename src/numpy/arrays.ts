/** The half of `numpy` that makes, rearranges, indexes, orders and searches arrays. The other half, `math.ts`, computes. */
export { type ArrayArg, type ArrayOptions, array, type Nested } from "../array/convert.ts";
export { type RepeatOptions, repeat } from "../array/repeat.ts";
export { type ArgOptions, argmax, argmin } from "../array/running.ts";
export { astype, matrixTranspose, moveaxis, swapaxes } from "../array/shape.ts";
export type { Axis } from "../array/static.ts";
export { type PackbitsOptions, packbits, type UnpackbitsOptions, unpackbits } from "./bits.ts";
export {
  atleast1d,
  atleast2d,
  atleast3d,
  broadcastArrays,
  broadcastShapes,
  broadcastTo,
  ndim,
  permuteDims,
  rollaxis,
  shape,
  size,
} from "./broadcast.ts";
export { type ChooseOptions, choose, select, where } from "./choose.ts";
export {
  type AsarrayOptions,
  asarray,
  type CreationOptions,
  copy,
  empty,
  emptyLike,
  type FrombufferOptions,
  frombuffer,
  full,
  fullLike,
  type LikeOptions,
  ones,
  onesLike,
  zeros,
  zerosLike,
} from "./creation.ts";
export * from "./dtypes.ts";
export { delete, insert, type Places, type TrimZerosOptions, trimZeros } from "./edit.ts";
export { type CountNonzeroOptions, countNonzero, nanargmax, nanargmin } from "./extremes.ts";
export { type FromfunctionOptions, fromfunction } from "./fromfunction.ts";
export {
  diagIndices,
  diagIndicesFrom,
  ix_,
  type MeshgridOptions,
  maskIndices,
  meshgrid,
  type RavelMultiIndexOptions,
  ravelMultiIndex,
  type TriangleOptions,
  trilIndices,
  trilIndicesFrom,
  triuIndices,
  triuIndicesFrom,
  unravelIndex,
} from "./grids.ts";
export {
  type BincountOptions,
  type BinEdgesOptions,
  type BinRange,
  type Bins,
  bincount,
  type HistogramddOptions,
  type HistogramOptions,
  histogram,
  histogram2d,
  histogramBinEdges,
  histogramdd,
} from "./histogram.ts";
export {
  type ArrayList,
  append,
  type Blocks,
  block,
  columnStack,
  concat,
  concatenate,
  dstack,
  hstack,
  type JoinOptions,
  stack,
  vstack,
} from "./join.ts";
export {
  type DiagonalOptions,
  diag,
  diagflat,
  diagonal,
  type EyeOptions,
  eye,
  type FillDiagonalOptions,
  fillDiagonal,
  identity,
  tri,
  tril,
  triu,
  type VanderOptions,
  vander,
} from "./matrices.ts";
export {
  argwhere,
  type CompressOptions,
  compress,
  extract,
  flatnonzero,
  type NonzeroOptions,
  nonzero,
} from "./nonzero.ts";
export { type PadMode, type PadOptions, type PadPairs, pad } from "./pad.ts";
export {
  type ArangeOptions,
  arange,
  type GeomspaceOptions,
  geomspace,
  type IndicesOptions,
  indices,
  type LinspaceOptions,
  type LogspaceOptions,
  linspace,
  logspace,
} from "./ranges.ts";
export { flip, fliplr, flipud, type RollOptions, type Rot90Options, resize, roll, rot90, tile } from "./rearrange.ts";
export {
  type DigitizeOptions,
  digitize,
  type InterpOptions,
  interp,
  type SearchsortedOptions,
  searchsorted,
} from "./search.ts";
export {
  type IntersectOptions,
  type IsinOptions,
  intersect1d,
  isin,
  type SetOptions,
  setdiff1d,
  setxor1d,
  union1d,
} from "./sets.ts";
export { expandDims, type OrderOptions, ravel, reshape, squeeze, transpose } from "./shape.ts";
export {
  type ArgsortOptions,
  argpartition,
  argsort,
  lexsort,
  partition,
  type SortOptions,
  sort,
  type TopKOptions,
  topK,
} from "./sort.ts";
export { arraySplit, dsplit, hsplit, type Sections, split, unstack, vsplit } from "./split.ts";
export {
  type PutAlongAxisOptions,
  type PutOptions,
  put,
  putAlongAxis,
  type TakeAlongAxisOptions,
  type TakeMode,
  type TakeOptions,
  take,
  takeAlongAxis,
} from "./take.ts";
export {
  type SizeOptions,
  type UniqueOptions,
  unique,
  uniqueAll,
  uniqueCounts,
  uniqueInverse,
  uniqueValues,
} from "./unique.ts";
export { bartlett, blackman, hamming, hanning, kaiser } from "./windows.ts";
