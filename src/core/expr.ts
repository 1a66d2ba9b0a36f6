/**
 * The scalar vocabulary: expressions that primitives lower to and backends compute, one element at a time. A closed
 * list; a backend implements each entry for the dtypes that it stores. Nodes are plain data and shared: the builder
 * makes each distinct node once, so an expression is a directed acyclic graph.
 *
 * Semantics (the reference backend is their living definition):
 * - float32 results are the correctly rounded or nearly rounded ones of exact arithmetic; nothing is flushed to zero.
 * - `max` and `min` propagate NaN; `round` goes to nearest even; `rem` has the sign of the dividend.
 * - Integers wrap. Division truncates; x / 0 is -1 (all ones), x rem 0 is x, INT_MIN / -1 is INT_MIN.
 * - Shifts by at least the width give 0 (`shiftRightArithmetic`: the sign).
 * - `cast` float to integer truncates and saturates, NaN becomes 0; integer to integer wraps; to bool is `!= 0`.
 * - Comparisons give bool; `and`, `or`, `xor`, `not` on bool are logical, on integers bitwise.
 * - `pow(x, 0)` and `pow(1, y)` are 1, also for NaN.
 */
import { type DType, dtypeKind, integerRange } from "../types/dtype.ts";

export type UnaryOp =
  | "neg"
  | "abs"
  | "floor"
  | "ceil"
  | "round"
  | "trunc"
  | "sqrt"
  | "exp"
  | "exp2"
  | "expm1"
  | "log"
  | "log1p"
  | "sin"
  | "cos"
  | "tan"
  | "asin"
  | "acos"
  | "atan"
  | "sinh"
  | "cosh"
  | "tanh"
  | "asinh"
  | "acosh"
  | "atanh"
  | "cbrt"
  | "not"
  | "popcount"
  | "clz";

export type BinaryOp =
  | "add"
  | "sub"
  | "mul"
  | "div"
  | "rem"
  | "max"
  | "min"
  | "pow"
  | "atan2"
  | "and"
  | "or"
  | "xor"
  | "shiftLeft"
  | "shiftRightLogical"
  | "shiftRightArithmetic"
  | "eq"
  | "ne"
  | "lt"
  | "le"
  | "gt"
  | "ge";

/** `constant` has `value`; `index` is loop variable number `value`; `counter` the trip number of the enclosing loop step
 *  numbered `value`; `load` reads element `args[0]` of buffer `value`; `select` has args [condition, yes, no]. */
export type ExprOp = UnaryOp | BinaryOp | "select" | "cast" | "bitcast" | "constant" | "index" | "counter" | "load";

export interface Expr {
  readonly op: ExprOp;
  readonly dtype: DType;
  readonly args: readonly Expr[];
  /** A constant's value (bigint for 64-bit integers), or the number of a loop, loop variable or buffer. */
  readonly value: number | bigint;
  /** Distinct for each node of a builder, growing from arguments to users. */
  readonly id: number;
}

const comparisons: ReadonlySet<ExprOp> = /* @__PURE__ */ new Set(["eq", "ne", "lt", "le", "gt", "ge"]);

const heavy: ReadonlySet<ExprOp> = /* @__PURE__ */ new Set([
  "exp",
  "exp2",
  "expm1",
  "log",
  "log1p",
  "sin",
  "cos",
  "tan",
  "asin",
  "acos",
  "atan",
  "sinh",
  "cosh",
  "tanh",
  "asinh",
  "acosh",
  "atanh",
  "cbrt",
  "pow",
  "atan2",
  "div",
  "rem",
  "sqrt",
]);

const smallInt = (e: Expr): number | undefined =>
  e.op === "constant" && typeof e.value === "number" && e.dtype === "int32" ? e.value : undefined;

/**
 * Makes expressions. Equal nodes are made once; constants of int32 are folded and sums of indices kept in the order in
 * which they were built, so that index maps composed of several views stay short.
 */
export class ExprBuilder {
  private readonly nodes = new Map<string, Expr>();

  /** An estimate of the operations in all distinct nodes made so far; a transcendental function counts as several. */
  work = 0;

  private node(op: ExprOp, dtype: DType, args: readonly Expr[], value: number | bigint = 0): Expr {
    let key = `${op} ${dtype} ${Object.is(value, -0) ? "-0" : value}`;
    for (const a of args) key += ` ${a.id}`;
    let node = this.nodes.get(key);
    if (node === undefined) {
      node = { op, dtype, args, value, id: this.nodes.size };
      this.work += heavy.has(op) ? 10 : 1;
      this.nodes.set(key, node);
    }
    return node;
  }

  /** A constant. Integers are wrapped to their type; booleans are 0 and 1. */
  constant(value: number | bigint | boolean, dtype: DType): Expr {
    const kind = dtypeKind(dtype);
    if (dtype === "int64" || dtype === "uint64" || dtype === "key<fry>") {
      const wide = BigInt(value);
      return this.node("constant", dtype, [], dtype === "int64" ? BigInt.asIntN(64, wide) : BigInt.asUintN(64, wide));
    }
    let n = Number(value);
    if (kind === "b") n = n === 0 || Number.isNaN(n) ? Number(n !== 0) : 1;
    else if (dtype === "float32") n = Math.fround(n);
    else if (kind === "i" || kind === "u") {
      const [lowest, highest] = integerRange(dtype);
      const span = Number(highest - lowest) + 1;
      n = Math.trunc(n);
      n = n - Math.floor((n - Number(lowest)) / span) * span;
    }
    return this.node("constant", dtype, [], n);
  }
  /** A constant of the same dtype as another expression. */
  like(value: number | bigint | boolean, other: Expr): Expr {
    return this.constant(value, other.dtype);
  }
  /** An int32 constant. */
  int(value: number): Expr {
    return this.node("constant", "int32", [], value);
  }
  /** Loop variable `loop` of the kernel: int32. */
  index(loop: number): Expr {
    return this.node("index", "int32", [], loop);
  }
  /** The trip number of an enclosing loop step: int32. */
  counter(loop: number): Expr {
    return this.node("counter", "int32", [], loop);
  }
  /** Element `index` (int32, in elements) of a buffer. */
  load(buffer: number, index: Expr, dtype: DType): Expr {
    return this.node("load", dtype, [index], buffer);
  }

  unary(op: UnaryOp, x: Expr): Expr {
    return this.node(op, x.dtype, [x]);
  }
  binary(op: BinaryOp, x: Expr, y: Expr): Expr {
    if (x.dtype === "int32") {
      const folded = this.foldIndex(op, x, y);
      if (folded !== undefined) return folded;
    }
    return this.node(op, comparisons.has(op) ? "bool" : x.dtype, [x, y]);
  }

  private foldIndex(op: BinaryOp, x: Expr, y: Expr): Expr | undefined {
    const a = smallInt(x);
    const b = smallInt(y);
    if (a !== undefined && b !== undefined) {
      if (op === "add") return this.int((a + b) | 0);
      if (op === "sub") return this.int((a - b) | 0);
      if (op === "mul") return this.int(Math.imul(a, b));
      if (op === "div" && b > 0) return this.int(Math.trunc(a / b));
      if (op === "rem" && b > 0) return this.int(a % b);
    }
    if (op === "add") return a === 0 ? y : b === 0 ? x : undefined;
    if (op === "sub") return b === 0 ? x : undefined;
    if (op === "mul") return a === 1 ? y : b === 1 ? x : a === 0 || b === 0 ? this.int(0) : undefined;
    if (op === "div") return b === 1 ? x : undefined;
    if (op === "rem") return b === 1 ? this.int(0) : undefined;
    return undefined;
  }

  /** The same operation on other arguments. */
  rebuild(e: Expr, args: readonly Expr[]): Expr {
    return args.length === 2
      ? this.binary(e.op as BinaryOp, args[0]!, args[1]!)
      : this.node(e.op, e.dtype, args, e.value);
  }

  add(x: Expr, y: Expr): Expr {
    return this.binary("add", x, y);
  }
  sub(x: Expr, y: Expr): Expr {
    return this.binary("sub", x, y);
  }
  mul(x: Expr, y: Expr): Expr {
    return this.binary("mul", x, y);
  }
  div(x: Expr, y: Expr): Expr {
    return this.binary("div", x, y);
  }
  rem(x: Expr, y: Expr): Expr {
    return this.binary("rem", x, y);
  }
  max(x: Expr, y: Expr): Expr {
    return this.binary("max", x, y);
  }
  min(x: Expr, y: Expr): Expr {
    return this.binary("min", x, y);
  }
  and(x: Expr, y: Expr): Expr {
    return this.binary("and", x, y);
  }
  or(x: Expr, y: Expr): Expr {
    return this.binary("or", x, y);
  }
  eq(x: Expr, y: Expr): Expr {
    return this.binary("eq", x, y);
  }
  ne(x: Expr, y: Expr): Expr {
    return this.binary("ne", x, y);
  }
  lt(x: Expr, y: Expr): Expr {
    return this.binary("lt", x, y);
  }
  le(x: Expr, y: Expr): Expr {
    return this.binary("le", x, y);
  }
  gt(x: Expr, y: Expr): Expr {
    return this.binary("gt", x, y);
  }
  ge(x: Expr, y: Expr): Expr {
    return this.binary("ge", x, y);
  }
  neg(x: Expr): Expr {
    return this.unary("neg", x);
  }
  abs(x: Expr): Expr {
    return this.unary("abs", x);
  }
  not(x: Expr): Expr {
    return this.unary("not", x);
  }
  /** condition ? yes : no, element by element; both sides are computed. */
  select(condition: Expr, yes: Expr, no: Expr): Expr {
    return yes === no ? yes : this.node("select", yes.dtype, [condition, yes, no]);
  }
  /** The same value in another dtype. */
  cast(x: Expr, dtype: DType): Expr {
    return x.dtype === dtype ? x : this.node("cast", dtype, [x]);
  }
  /** The same bits in another dtype of the same width. */
  bitcast(x: Expr, dtype: DType): Expr {
    return x.dtype === dtype ? x : this.node("bitcast", dtype, [x]);
  }
  /** A polynomial by Horner's rule, highest coefficient first. */
  polynomial(x: Expr, coefficients: readonly number[]): Expr {
    let result = this.like(coefficients[0]!, x);
    for (let i = 1; i < coefficients.length; i++) {
      result = this.add(this.mul(result, x), this.like(coefficients[i]!, x));
    }
    return result;
  }
}
