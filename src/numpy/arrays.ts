/** The half of `numpy` that makes, rearranges, indexes, orders and searches arrays. The other half, `math.ts`, computes. */
export { array, type ArrayArg, type ArrayOptions, type Nested } from "../array/convert.ts";
export { repeat, type RepeatOptions } from "../array/repeat.ts";
export { type ArgOptions, argmax, argmin } from "../array/running.ts";
export { astype, matrixTranspose, moveaxis, swapaxes } from "../array/shape.ts";
export type { Axis } from "../array/static.ts";
export { packbits, type PackbitsOptions, unpackbits, type UnpackbitsOptions } from "./bits.ts";
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
export { choose, type ChooseOptions, select, where } from "./choose.ts";
export {
  asarray,
  type AsarrayOptions,
  copy,
  type CreationOptions,
  empty,
  emptyLike,
  frombuffer,
  type FrombufferOptions,
  full,
  fullLike,
  type LikeOptions,
  ones,
  onesLike,
  zeros,
  zerosLike,
} from "./creation.ts";
export * from "./dtypes.ts";
export { delete, insert, type Places, trimZeros, type TrimZerosOptions } from "./edit.ts";
export { countNonzero, type CountNonzeroOptions, nanargmax, nanargmin } from "./extremes.ts";
export { fromfunction, type FromfunctionOptions } from "./fromfunction.ts";
export {
  diagIndices,
  diagIndicesFrom,
  ix_,
  maskIndices,
  meshgrid,
  type MeshgridOptions,
  ravelMultiIndex,
  type RavelMultiIndexOptions,
  type TriangleOptions,
  trilIndices,
  trilIndicesFrom,
  triuIndices,
  triuIndicesFrom,
  unravelIndex,
} from "./grids.ts";
export {
  bincount,
  type BincountOptions,
  type BinEdgesOptions,
  type BinRange,
  type Bins,
  histogram,
  histogram2d,
  histogramBinEdges,
  histogramdd,
  type HistogramddOptions,
  type HistogramOptions,
} from "./histogram.ts";
export {
  append,
  type ArrayList,
  block,
  type Blocks,
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
  diag,
  diagflat,
  diagonal,
  type DiagonalOptions,
  eye,
  type EyeOptions,
  fillDiagonal,
  type FillDiagonalOptions,
  identity,
  tri,
  tril,
  triu,
  vander,
  type VanderOptions,
} from "./matrices.ts";
export { argwhere, compress, type CompressOptions, extract, flatnonzero, nonzero, type NonzeroOptions } from "./nonzero.ts";
export { pad, type PadMode, type PadOptions, type PadPairs } from "./pad.ts";
export {
  arange,
  type ArangeOptions,
  geomspace,
  type GeomspaceOptions,
  indices,
  type IndicesOptions,
  linspace,
  type LinspaceOptions,
  logspace,
  type LogspaceOptions,
} from "./ranges.ts";
export { flip, fliplr, flipud, resize, roll, type RollOptions, rot90, type Rot90Options, tile } from "./rearrange.ts";
export {
  digitize,
  type DigitizeOptions,
  interp,
  type InterpOptions,
  searchsorted,
  type SearchsortedOptions,
} from "./search.ts";
export {
  intersect1d,
  type IntersectOptions,
  isin,
  type IsinOptions,
  setdiff1d,
  type SetOptions,
  setxor1d,
  union1d,
} from "./sets.ts";
export { expandDims, type OrderOptions, ravel, reshape, squeeze, transpose } from "./shape.ts";
export {
  argpartition,
  argsort,
  type ArgsortOptions,
  lexsort,
  partition,
  sort,
  type SortOptions,
  topK,
  type TopKOptions,
} from "./sort.ts";
export { arraySplit, dsplit, hsplit, type Sections, split, unstack, vsplit } from "./split.ts";
export {
  put,
  putAlongAxis,
  type PutAlongAxisOptions,
  type PutOptions,
  take,
  takeAlongAxis,
  type TakeAlongAxisOptions,
  type TakeMode,
  type TakeOptions,
} from "./take.ts";
export {
  type SizeOptions,
  unique,
  uniqueAll,
  uniqueCounts,
  uniqueInverse,
  type UniqueOptions,
  uniqueValues,
} from "./unique.ts";
export { bartlett, blackman, hamming, hanning, kaiser } from "./windows.ts";
