/**
 * JAX's promotion of dtypes: the least upper bound in a lattice that has, beside the dtypes, three weak types for
 * JavaScript's scalars.
 *
 *     bool -> int* -> u8 -> u16 -> u32 -> u64 -> float* -> bf16 -> f32 -> f64 -> c128
 *                  -> i8 -> i16 -> i32 -> i64 ->        -> f16  ->     -> complex* -> c64 -> c128
 *
 * (u8 -> i16, u16 -> i32, u32 -> i64; float* -> complex*; f32 -> c64.)
 * See https://docs.jax.dev/en/latest/type_promotion.html.
 */
import { DTypeError } from "../errors/index.ts";
import type { Aval } from "./aval.ts";
import { type DType, dtypeKind, type NumericDType, narrowDType } from "./dtype.ts";

type Node = NumericDType | "int*" | "float*" | "complex*";

const edges: { readonly [N in Node]: readonly Node[] } = {
  bool: ["int*"],
  "int*": ["uint8", "int8"],
  uint8: ["int16", "uint16"],
  uint16: ["int32", "uint32"],
  uint32: ["int64", "uint64"],
  uint64: ["float*"],
  int8: ["int16"],
  int16: ["int32"],
  int32: ["int64"],
  int64: ["float*"],
  "float*": ["complex*", "bfloat16", "float16"],
  bfloat16: ["float32"],
  float16: ["float32"],
  float32: ["float64", "complex64"],
  float64: ["complex128"],
  "complex*": ["complex64"],
  complex64: ["complex128"],
  complex128: [],
};

const upperBounds = new Map<Node, ReadonlySet<Node>>();
function boundsOf(node: Node): ReadonlySet<Node> {
  let bounds = upperBounds.get(node);
  if (bounds === undefined) {
    const set = new Set<Node>([node]);
    for (const next of edges[node]) for (const bound of boundsOf(next)) set.add(bound);
    bounds = set;
    upperBounds.set(node, bounds);
  }
  return bounds;
}

const joins = new Map<string, Node>();
function join(a: Node, b: Node): Node {
  if (a === b) return a;
  const key = `${a} ${b}`;
  let result = joins.get(key);
  if (result === undefined) {
    const boundsA = boundsOf(a);
    const common = [...boundsOf(b)].filter((n) => boundsA.has(n));
    // The least of the common bounds is the one whose own bounds are all of them.
    result = common.find((n) => common.every((m) => boundsOf(n).has(m)))!;
    joins.set(key, result);
  }
  return result;
}

function nodeOf(dtype: DType, weakType: boolean): Node {
  const kind = dtypeKind(dtype);
  if (kind === "o") {
    throw new DTypeError({
      what: `${dtype} values do not take part in arithmetic`,
      fix: dtype === "float0" ? "gradients of integers are float0: they have no value" : "use random.keyData(key)",
    });
  }
  if (!weakType || kind === "b") return dtype as NumericDType;
  return kind === "c" ? "complex*" : kind === "f" ? "float*" : "int*";
}

/** Dtype and weak type of a result of mixed operands. */
export interface Promoted {
  readonly dtype: DType;
  readonly weakType: boolean;
}

/**
 * The type of a result computed from operands of these types. With x64 off, 64-bit results are narrowed.
 * A lone type stays as it is, weak or not.
 */
export function promote(avals: readonly Pick<Aval, "dtype" | "weakType">[], x64: boolean): Promoted {
  const first = avals[0]!;
  let alike = true;
  for (const a of avals) if (a.dtype !== first.dtype || a.weakType !== first.weakType) alike = false;
  if (alike) return { dtype: x64 ? first.dtype : narrowDType(first.dtype), weakType: first.weakType };
  let node = nodeOf(first.dtype, first.weakType);
  for (let i = 1; i < avals.length; i++) node = join(node, nodeOf(avals[i]!.dtype, avals[i]!.weakType));
  switch (node) {
    case "int*":
      return { dtype: x64 ? "int64" : "int32", weakType: true };
    case "float*":
      return { dtype: x64 ? "float64" : "float32", weakType: true };
    case "complex*":
      return { dtype: x64 ? "complex128" : "complex64", weakType: true };
    default:
      return { dtype: x64 ? node : narrowDType(node), weakType: false };
  }
}

/** The dtype of results that mix two strongly typed dtypes: `promoteTypes("int32", "float32")` is "float32". */
export function promoteTypes(a: DType, b: DType): DType {
  const node = join(nodeOf(a, false), nodeOf(b, false));
  switch (node) {
    case "int*":
      return "int64";
    case "float*":
      return "float64";
    case "complex*":
      return "complex128";
    default:
      return node;
  }
}
