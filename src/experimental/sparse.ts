/**
 * Sparse Jacobians and Hessians. Columns that share no row are computed together, by one derivative in the direction of their
 * sum: a matrix of n columns costs as many derivatives as its pattern needs colours, which for a band is its width.
 */
import { checkFunction, flattenToArrays, type UserFunction } from "../api/flat.ts";
import { grad } from "../api/grad.ts";
import { jit } from "../api/jit.ts";
import { evaluate } from "../core/evaluate.ts";
import type { NDArray } from "../core/ndarray.ts";
import { Linear } from "../core/primitive.ts";
import { ArgumentError, checkOptions, OptionError, ShapeError } from "../errors/index.ts";
import { take, zeros } from "../numpy/index.ts";
import { convertElementType } from "../prims/cast.ts";
import { instantiate } from "../prims/fill.ts";
import { reshape } from "../prims/movement.ts";
import { fromTypedArray } from "../runtime/array.ts";
import { linearizeFlat } from "../transforms/linearize.ts";
import { backward } from "../transforms/transpose.ts";
import { materialiseBatch, vmapFlat } from "../transforms/vmap.ts";
import type { ArrayLike } from "../tree/types.ts";
import { type Aval, avalNumber, formatAval, makeAval } from "../types/aval.ts";
import { sizeOf } from "../types/shape.ts";
import { patternOf, type SparsityPattern } from "./sparsity.ts";

export type { SparsityPattern } from "./sparsity.ts";

/** A sparse matrix: element k stands in row `rows[k]` and column `columns[k]`, row by row. */
export class SparseMatrix {
  readonly shape: readonly [rows: number, columns: number];
  readonly rows: Int32Array;
  readonly columns: Int32Array;
  /** The elements: they are traced where the argument was. */
  readonly values: NDArray;
  /** How many derivatives were computed for it: colours of the pattern. */
  readonly colors: number;

  /** @internal */
  constructor(
    shape: readonly [number, number],
    rows: Int32Array,
    columns: Int32Array,
    values: NDArray,
    colors: number,
  ) {
    this.shape = shape;
    this.rows = rows;
    this.columns = columns;
    this.values = values;
    this.colors = colors;
  }

  /** The whole matrix, with its zeros. */
  toDense(): NDArray {
    const [m, n] = this.shape;
    const places = Int32Array.from(this.rows, (row, k) => row * n + this.columns[k]!);
    const flat = zeros([m * n], { dtype: this.values.dtype })
      .at(integers(places))
      .set(this.values);
    return reshape(flat, { newSizes: [m, n] });
  }
}

/** Options of `sparseJacobian`. */
export interface SparseOptions {
  /** "forward" computes groups of columns, "reverse" groups of rows; default: whichever needs fewer. */
  readonly mode?: "forward" | "reverse";
  /** The pattern, if it is known: it must hold every element that is not zero. Default: found by `sparsityPattern`. */
  readonly pattern?: SparsityPattern;
}

const integers = (data: Int32Array): NDArray => fromTypedArray(makeAval([data.length], "int32"), data);

function oneArray(caller: string, role: string, value: unknown): NDArray {
  const { leaves } = flattenToArrays(value);
  if (leaves.length === 1) return leaves[0]!;
  throw new ArgumentError({
    what: `${caller}: the ${role} must be one array, but it has ${leaves.length}`,
    fix: "make one vector of a tree with flattenUtil.ravelPytree",
  });
}

const asFlat =
  (caller: string, f: UserFunction) =>
  (x: NDArray): NDArray =>
    oneArray(caller, "result", f(x));

/** The same pattern by columns. */
function transposed({ shape: [m, n], starts, columns }: SparsityPattern): SparsityPattern {
  const ends = new Int32Array(n + 1);
  for (const j of columns) ends[j + 1]!++;
  for (let j = 0; j < n; j++) ends[j + 1]! += ends[j]!;
  const rows = new Int32Array(columns.length);
  const next = ends.slice();
  for (let i = 0; i < m; i++) for (let k = starts[i]!; k < starts[i + 1]!; k++) rows[next[columns[k]!]!++] = i;
  return { shape: [n, m], starts: ends, columns: rows };
}

/** A colour for each column, so that no row has two columns of one colour; greedily, in order. */
function colorColumns(pattern: SparsityPattern): { readonly colors: Int32Array; readonly count: number } {
  const byColumn = transposed(pattern);
  const n = pattern.shape[1];
  const colors = new Int32Array(n).fill(-1);
  const taken: number[] = [];
  let count = 0;
  for (let j = 0; j < n; j++) {
    for (let p = byColumn.starts[j]!; p < byColumn.starts[j + 1]!; p++) {
      const i = byColumn.columns[p]!;
      for (let q = pattern.starts[i]!; q < pattern.starts[i + 1]!; q++) {
        const color = colors[pattern.columns[q]!]!;
        if (color >= 0) taken[color] = j;
      }
    }
    // A column without elements needs no derivative.
    if (byColumn.starts[j] === byColumn.starts[j + 1]) continue;
    let color = 0;
    while (taken[color] === j) color++;
    colors[j] = color;
    count = Math.max(count, color + 1);
  }
  return { colors, count };
}

/** For each colour the sum of its basis vectors: an array of shape [count, ...shape]. */
function seeds(colors: Int32Array, count: number, aval: Aval): NDArray {
  const data = new Float32Array(count * colors.length);
  colors.forEach((color, j) => {
    if (color >= 0) data[color * colors.length + j] = 1;
  });
  const ones = fromTypedArray(makeAval([count, ...aval.shape], "float32"), data);
  return aval.dtype === "float32" ? ones : convertElementType(ones, { newDtype: aval.dtype, weakType: false });
}

/** How the elements of a matrix are computed: what there is to know before any number. */
interface Plan {
  readonly pattern: SparsityPattern;
  readonly forward: boolean;
  /** The colour of each column, or of each row in reverse mode. */
  readonly colors: Int32Array;
  readonly count: number;
  /** The row of each element, in the pattern's order. */
  readonly rows: Int32Array;
}

function planOf(f: (x: NDArray) => NDArray, aval: Aval, options: SparseOptions): Plan {
  const pattern = options.pattern ?? patternOf(f, aval);
  const byColumns = options.mode === "reverse" ? undefined : colorColumns(pattern);
  const byRows = options.mode === "forward" ? undefined : colorColumns(transposed(pattern));
  const forward = byRows === undefined || (byColumns !== undefined && byColumns.count <= byRows.count);
  const rows = new Int32Array(pattern.columns.length);
  for (let i = 0; i < pattern.shape[0]; i++) rows.fill(i, pattern.starts[i]!, pattern.starts[i + 1]!);
  return { pattern, forward, rows, ...(forward ? byColumns : byRows)! };
}

/** The elements of the matrix, by one derivative a colour. */
function elementsOf(caller: string, f: (x: NDArray) => NDArray, x: NDArray, plan: Plan): NDArray {
  const { pattern, forward, colors, count, rows } = plan;
  const { results, nonzeroOut, linear, residuals } = linearizeFlat(([v]) => [f(v!)], [x], [true], [], caller);
  const y = results[0]!;
  const [m, n] = [sizeOf(y.aval.shape), sizeOf(x.aval.shape)];
  if (pattern.shape[0] !== m || pattern.shape[1] !== n) {
    throw new ShapeError({
      what: `${caller}: the pattern has shape (${pattern.shape.join(", ")}), but the matrix (${m}, ${n}): the argument is ${formatAval(x.aval)}, the result ${formatAval(y.aval)}`,
      fix: "find the pattern with sparsityPattern for the same function and argument",
    });
  }
  if (count === 0 || !nonzeroOut[0]) return zeros([rows.length], { dtype: y.dtype });
  const [[products], [dim]] = vmapFlat(
    ([seed]) =>
      forward
        ? evaluate(linear, [...residuals, seed!])
        : [instantiate(backward(linear, [...residuals, new Linear(x.aval)], [seed!]).at(-1)!, x.aval)],
    [seeds(colors, count, forward ? x.aval : y.aval)],
    [0],
    { size: count, name: undefined },
  );
  const compressed = reshape(materialiseBatch(products!, dim!, count, 0), { newSizes: [count * (forward ? m : n)] });
  // Row i of column j is what the derivative for the colour of j gives in row i: no other column of that colour has it.
  const { columns } = pattern;
  const places = rows.map((i, k) => (forward ? colors[columns[k]!]! * m + i : colors[i]! * n + columns[k]!));
  return take(compressed, integers(places));
}

/** Plans kept for one function; the oldest go first. */
const mostPlans = 64;

/** Patterns are found, coloured and compiled once for each type of argument. */
function sparseDerivative(
  caller: string,
  f: (x: NDArray) => NDArray,
  options: SparseOptions,
): (x: ArrayLike) => SparseMatrix {
  const plans = new Map<number, Plan>();
  const planFor = (aval: Aval): Plan => {
    const key = avalNumber(aval);
    let plan = plans.get(key);
    if (plan === undefined) {
      plan = planOf(f, aval, options);
      if (plans.size >= mostPlans) plans.delete(plans.keys().next().value!);
      plans.set(key, plan);
    }
    return plan;
  };
  const compiled = jit((x: NDArray) => elementsOf(caller, f, x, planFor(x.aval)));
  return (argument) => {
    const x = oneArray(caller, "argument", argument);
    const { pattern, rows, count } = planFor(x.aval);
    return new SparseMatrix(pattern.shape, rows, pattern.columns, compiled(x), count);
  };
}

function checkSparseOptions(caller: string, options: SparseOptions): void {
  checkOptions(caller, options, ["mode", "pattern"]);
  const { mode } = options;
  if (mode === undefined || mode === "forward" || mode === "reverse") return;
  throw new OptionError({ what: `${caller} mode cannot be ${String(mode)}`, fix: 'use "forward" or "reverse"' });
}

/**
 * The pattern of the Jacobian of f at arguments like x: which elements of the result may depend on which of the argument, both
 * in row-major order. It holds for every argument of the same shape. Values are not looked at, but for constants: where a
 * known array is zero, nothing passes.
 * @throws ArgumentError if the argument or result is not one array.
 * @example sparsityPattern((x: NDArray) => x.mul(x), jnp.ones(3)).columns // Int32Array [0, 1, 2]
 */
export function sparsityPattern(f: (x: NDArray) => NDArray, x: ArrayLike): SparsityPattern {
  checkFunction("sparsityPattern", f);
  return patternOf(asFlat("sparsityPattern", f), oneArray("sparsityPattern", "argument", x).aval);
}

/**
 * The Jacobian of a function from one array to one array as a sparse matrix, at the cost of as many directional derivatives as
 * its pattern needs colours. Axes are taken in row-major order. As with `jit`, the function is traced once for each type of
 * argument: its pattern is found and coloured, and the derivatives compiled.
 * @throws ArgumentError if the argument or result is not one array; ShapeError if a given pattern has another shape.
 * @example
 * const jacobian = sparseJacobian((x: NDArray) => x.get(slice(1, null)).sub(x.get(slice(0, -1))))(jnp.ones(1000));
 * jacobian.colors; // 2
 */
export function sparseJacobian(
  f: (x: NDArray) => NDArray,
  options: SparseOptions = {},
): (x: ArrayLike) => SparseMatrix {
  checkFunction("sparseJacobian", f);
  checkSparseOptions("sparseJacobian", options);
  return sparseDerivative("sparseJacobian", asFlat("sparseJacobian", f), options);
}

/**
 * The Hessian of a scalar function of one array as a sparse matrix: products with as many vectors as its pattern needs colours,
 * each of a few times the cost of a gradient. For a banded Hessian that is the width of the band, however many variables.
 * @throws ArgumentError if the argument is not one array; ShapeError if a given pattern has another shape.
 * @example
 * const h = sparseHessian((x: NDArray) => jnp.diff(x).pow(4).sum())(x); // tridiagonal: h.colors is 3
 */
export function sparseHessian(
  f: (x: NDArray) => NDArray,
  options: Omit<SparseOptions, "mode"> = {},
): (x: ArrayLike) => SparseMatrix {
  checkFunction("sparseHessian", f);
  checkOptions("sparseHessian", options, ["pattern"]);
  const gradient = grad(f) as unknown as UserFunction;
  // The matrix is symmetric, so rows need the colours of columns: forward over reverse mode is the cheaper.
  return sparseDerivative("sparseHessian", asFlat("sparseHessian", gradient), { ...options, mode: "forward" });
}
