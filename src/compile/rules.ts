/** The types of expressions: which operations exist for which dtypes, and what is wrong with a node that breaks a rule. */
import type { BinaryOp, Expr, UnaryOp } from "../core/expr.ts";
import type { CumulativeOp, ReduceOp, ScatterOp } from "../core/primitive.ts";
import { type DType, dtypeBytes, dtypeKind, integerRange } from "../types/dtype.ts";

/** Kinds of dtypes that an operation takes, as letters of `DTypeKind`. */
const unaryKinds: { readonly [op in UnaryOp]: string } = {
  neg: "iuf",
  abs: "iuf",
  floor: "f",
  ceil: "f",
  round: "f",
  trunc: "f",
  sqrt: "f",
  exp: "f",
  exp2: "f",
  expm1: "f",
  log: "f",
  log1p: "f",
  sin: "f",
  cos: "f",
  tan: "f",
  asin: "f",
  acos: "f",
  atan: "f",
  sinh: "f",
  cosh: "f",
  tanh: "f",
  asinh: "f",
  acosh: "f",
  atanh: "f",
  cbrt: "f",
  not: "biu",
  popcount: "iu",
  clz: "iu",
};

const binaryKinds: { readonly [op in BinaryOp]: string } = {
  add: "iuf",
  sub: "iuf",
  mul: "iuf",
  div: "iuf",
  rem: "iuf",
  max: "biuf",
  min: "biuf",
  pow: "f",
  atan2: "f",
  and: "biu",
  or: "biu",
  xor: "biu",
  shiftLeft: "iu",
  shiftRightLogical: "iu",
  shiftRightArithmetic: "iu",
  // Keys, the one opaque dtype of elements, are equal or not.
  eq: "biufo",
  ne: "biufo",
  lt: "biuf",
  le: "biuf",
  gt: "biuf",
  ge: "biuf",
};

const combineKinds: {
  readonly [op in ReduceOp | CumulativeOp | ScatterOp]: string;
} = {
  add: "iuf",
  mul: "iuf",
  max: "biuf",
  min: "biuf",
  and: "biu",
  or: "biu",
  xor: "biu",
  argmax: "biuf",
  argmin: "biuf",
  logaddexp: "f",
  set: "biufo",
};

/** Whether a reduction, running combination or scatter exists for a dtype. */
export function combines(op: ReduceOp | CumulativeOp | ScatterOp, dtype: DType): boolean {
  return combineKinds[op].includes(dtypeKind(dtype));
}

const comparisons: ReadonlySet<string> = /* @__PURE__ */ new Set(["eq", "ne", "lt", "le", "gt", "ge"]);

function constantFault({ dtype, value }: Expr): string | undefined {
  const kind = dtypeKind(dtype);
  const wide = dtype === "int64" || dtype === "uint64" || dtype === "key<fry>";
  if (wide !== (typeof value === "bigint")) return `a constant of ${dtype} holds a ${typeof value}`;
  if (kind === "b") return value === 0 || value === 1 ? undefined : `a constant of bool is ${value}`;
  if (dtype === "float32" && !Object.is(Math.fround(Number(value)), value)) return `${value} is not a float32`;
  if (kind !== "i" && kind !== "u") return undefined;
  if (typeof value === "number" && !Number.isInteger(value)) return `a constant of ${dtype} is ${value}`;
  const [lowest, highest] = integerRange(dtype);
  return BigInt(value) >= lowest && BigInt(value) <= highest ? undefined : `${value} is out of the range of ${dtype}`;
}

/** How many arguments each operation that is neither unary nor binary has. */
const arities: { readonly [op: string]: number } = {
  constant: 0,
  index: 0,
  counter: 0,
  load: 1,
  cast: 1,
  bitcast: 1,
  select: 3,
};

function nodeArity(op: string): number {
  return arities[op] ?? (Object.hasOwn(unaryKinds, op) ? 1 : Object.hasOwn(binaryKinds, op) ? 2 : -1);
}

/** What is wrong with the types of one node, given that its arguments are right; nothing if all is well. */
export function nodeFault(node: Expr): string | undefined {
  const { op, dtype, args } = node;
  const arity = nodeArity(op);
  if (arity < 0) return `there is no operation ${op}`;
  if (args.length !== arity) return `${op} has ${args.length} arguments instead of ${arity}`;
  const types = args.map((arg) => arg.dtype);
  const [first, second] = types;
  switch (op) {
    case "constant":
      return constantFault(node);
    case "index":
    case "counter":
      return dtype === "int32" ? undefined : `${op} has dtype ${dtype} instead of int32`;
    case "load":
      return first === "int32" ? undefined : `the index of a load has dtype ${first} instead of int32`;
    case "select":
      if (first !== "bool") return `the condition of a select has dtype ${first} instead of bool`;
      return second === dtype && types[2] === dtype ? undefined : `select of ${second} and ${types[2]} as ${dtype}`;
    case "cast":
      return castable(first!) && castable(dtype) ? undefined : `there is no cast from ${first} to ${dtype}`;
    case "bitcast":
      // Any byte may not become a boolean, which is 0 or 1.
      return dtypeBytes(first!) === dtypeBytes(dtype) && dtype !== "bool" && dtype !== "float0"
        ? undefined
        : `there is no bitcast from ${first} to ${dtype}`;
  }
  if (arity === 1) {
    if (!unaryKinds[op as UnaryOp].includes(dtypeKind(first!))) return `there is no ${op} of ${first}`;
    return dtype === first ? undefined : `${op} of ${first} has dtype ${dtype}`;
  }
  if (first !== second) return `${op} of ${first} and ${second}, which differ`;
  if (!binaryKinds[op as BinaryOp].includes(dtypeKind(first!))) return `there is no ${op} of ${first}`;
  const result = comparisons.has(op) ? "bool" : first;
  return dtype === result ? undefined : `${op} of ${first} has dtype ${dtype} instead of ${result}`;
}

const castable = (dtype: DType): boolean => dtypeKind(dtype) !== "o";
