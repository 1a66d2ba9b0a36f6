/** Leaves of trees as arrays. */
import { array } from "../array/convert.ts";
import { config } from "../core/config.ts";
import { scalar } from "../core/constant.ts";
import { isNDArray, type NDArray } from "../core/ndarray.ts";
import { DuplicateLibraryError } from "../errors/index.ts";
import type { ArrayLeaf } from "../tree/flatten.ts";
import { type DType, isInexact } from "../types/dtype.ts";

/** A leaf as an array. Numbers are weakly typed float32 (float64 with x64), since JavaScript cannot tell 1 from 1.0. */
export function toArrayLeaf(leaf: ArrayLeaf): NDArray {
  if (isNDArray(leaf)) return leaf;
  if (typeof leaf === "number") return scalar(leaf, config.enableX64 ? "float64" : "float32", true);
  if (typeof leaf === "bigint") return scalar(leaf, config.enableX64 ? "int64" : "int32", true);
  if (!ArrayBuffer.isView(leaf)) throw duplicateLibrary();
  return array(leaf);
}

function duplicateLibrary(): DuplicateLibraryError {
  return new DuplicateLibraryError({
    what: "an array of another copy of adjoint was passed to a function of this one",
    fix: "let all packages share one copy: deduplicate the dependency, or mark adjoint as external in the bundler",
  });
}

/** A tangent or cotangent as an array: a number takes the dtype of the value that it belongs to. */
export function toTangentLeaf(leaf: ArrayLeaf, dtype: DType): NDArray {
  return typeof leaf === "number" && isInexact(dtype) ? scalar(leaf, dtype) : toArrayLeaf(leaf);
}
