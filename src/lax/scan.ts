/** `scan`: a loop with a carry, whose trips read rows and return rows. */

import { checkFunction, checkSynchronous, flattenToArrays } from "../api/flat.ts";
import { item, origin } from "../array/read.ts";
import { scanLoop } from "../control/scan.ts";
import { hoistConstants } from "../core/jaxpr.ts";
import { isNDArray, type NDArray } from "../core/ndarray.ts";
import { isConcrete } from "../core/trace.ts";
import {
  ArgumentError,
  ConcretizationTypeError,
  checkOptions,
  DTypeError,
  ShapeError,
  TreeError,
} from "../errors/index.ts";
import { convertElementType } from "../prims/cast.ts";
import { type Staged, stage } from "../transforms/stage.ts";
import { formatPath, leafPaths, unflatten } from "../tree/flatten.ts";
import type { TreeStructure } from "../tree/structure.ts";
import type { Arg, Traced } from "../tree/types.ts";
import { type Aval, formatAval, sameType, withShape } from "../types/aval.ts";

/** Options of `scan`. */
export interface ScanOptions {
  /** The number of trips; needed where there are no rows. */
  readonly length?: number;
  /** Run from the last row to the first. */
  readonly reverse?: boolean;
  /** A hint: how many trips to compile together. */
  readonly unroll?: number;
}

/** The number of trips that was asked for. @throws ConcretizationTypeError if it is traced. */
function readLength(length: unknown): number | undefined {
  if (length === undefined || length === null) return undefined;
  if (isNDArray(length) && !isConcrete(length)) {
    throw new ConcretizationTypeError({
      what: `Abstract tracer value encountered where concrete value is expected: traced array with shape ${formatAval(length.aval)}\nThe \`length\` argument to \`scan\` expects a concrete number.`,
      where: origin(length),
      fix: "for a number of trips that is computed use lax.whileLoop or lax.foriLoop; for one that is known give a JavaScript number, or name it in staticArgnums",
    });
  }
  const count = isNDArray(length) ? Number(item(length)) : length;
  if (typeof count === "number" && Number.isInteger(count) && count >= 0) return count;
  throw new ArgumentError({
    what: `scan: length must be a whole number from 0, but got ${String(length)}`,
    fix: "write lax.scan(f, init, null, { length: n })",
  });
}

function tripCount(rows: readonly NDArray[], given: number | undefined): number {
  for (const x of rows) {
    if (x.aval.shape.length === 0) {
      throw new ShapeError({
        what: `scan got value with no leading axis to scan over: ${formatAval(x.aval)}`,
        fix: "rows are read along the first axis: give arrays of rank 1 or more",
      });
    }
  }
  const lengths = [...new Set(rows.map((x) => x.aval.shape[0]!))];
  if (given !== undefined) {
    const other = lengths.find((n) => n !== given);
    if (other !== undefined) {
      throw new ShapeError({
        what: `scan got length argument of ${given} which disagrees with leading axis sizes [${lengths.join(", ")}].`,
        fix: "leave length out, or make them equal",
      });
    }
    return given;
  }
  if (lengths.length === 1) return lengths[0]!;
  if (lengths.length === 0) {
    throw new ArgumentError({
      what: "scan got no values to scan over and `length` not provided.",
      fix: "write lax.scan(f, init, null, { length: n })",
    });
  }
  throw new ShapeError({
    what: `scan got values with different leading axis sizes: ${lengths.join(", ")}.`,
    fix: "all rows need the same leading size",
  });
}

interface Body extends Staged {
  readonly carry: TreeStructure;
  readonly rows: TreeStructure;
}

function traceBody(
  f: (carry: never, x: never) => unknown,
  carryStructure: TreeStructure,
  rowStructure: TreeStructure,
  avals: readonly Aval[],
): Body {
  const carries = carryStructure.leafCount;
  let carry: TreeStructure | undefined;
  let rows: TreeStructure | undefined;
  const staged = stage(
    (args) => {
      const result = f(
        unflatten(carryStructure, args.slice(0, carries)) as never,
        unflatten(rowStructure, args.slice(carries)) as never,
      );
      checkSynchronous("scan", f, result);
      if (!Array.isArray(result) || result.length !== 2) {
        throw new TreeError({
          what: `scan body output must be a pair, got ${Array.isArray(result) ? `a list of ${result.length}` : typeof result}.`,
          fix: "return [carry, y]; y may be null",
        });
      }
      const c = flattenToArrays(result[0]);
      const y = flattenToArrays(result[1]);
      carry = c.structure;
      rows = y.structure;
      return [...c.leaves, ...y.leaves];
    },
    avals,
    "scan",
  );
  return { ...staged, carry: carry!, rows: rows! };
}

function checkCarry(
  before: readonly Aval[],
  after: readonly Aval[],
  structure: TreeStructure,
  out: TreeStructure,
): void {
  if (out.key !== structure.key) {
    throw new TreeError({
      what: `scan body function carry input and carry output must have the same pytree structure, but they differ: the input carry has structure ${structure}, the output carry ${out}`,
      fix: "return a carry with the same lists and keys as init",
    });
  }
  const paths = leafPaths(structure);
  const differences = before.flatMap((aval, i) => {
    const result = after[i]!;
    if (sameType(aval, result)) return [];
    const why = aval.dtype !== result.dtype ? "the dtypes do not match" : "the shapes do not match";
    return [
      `the input carry${formatPath(paths[i]!)} has type ${formatAval(aval)} but the corresponding output carry component has type ${formatAval(result)}, so ${why}`,
    ];
  });
  if (differences.length === 0) return;
  throw new (differences[0]!.endsWith("dtypes do not match") ? DTypeError : ShapeError)({
    what: "scan body function carry input and carry output must have equal types, but they differ:",
    where: differences,
    fix: "convert init or the returned carry so that both have one type",
  });
}

/**
 * A loop with a carry: `f(carry, x)` returns `[carry, y]`. Its trips read the rows of `xs` (a tree of arrays, along their
 * first axes; `null` for none) and their `y`s are stacked. Returns `[last carry, stacked ys]`.
 *
 * Compiled, it is one loop inside the program. It differentiates in both modes; reverse mode saves what each trip needs.
 *
 * @throws TreeError, ShapeError or DTypeError if the carry changes its structure, shape or dtype; ShapeError for rows of
 * different number; ArgumentError without rows and length, or for a length that is no whole number;
 * ConcretizationTypeError for a length that is traced.
 * @example
 * const [total, sums] = lax.scan((c, x) => [c.add(x), c.add(x)], 0, jnp.arange(4)); // 6.0, [0. 1. 3. 6.]
 */
export function scan<const C, const X, Y>(
  f: (carry: NoInfer<Traced<C>>, x: NoInfer<Traced<X>>) => readonly [Arg<Traced<C>>, Y],
  init: C,
  xs: X,
  options: ScanOptions = {},
): [Traced<C>, Traced<Y>] {
  checkFunction("scan", f);
  checkOptions("scan", options, ["length", "reverse", "unroll"]);
  const start = flattenToArrays(init);
  const rows = flattenToArrays(xs);
  const length = tripCount(rows.leaves, readLength(options.length));
  const rowAvals = rows.leaves.map((x) => withShape(x.aval, x.aval.shape.slice(1)));
  let carry = [...start.leaves];
  const trace = (): Body =>
    traceBody(f as never, start.structure, rows.structure, [...carry.map((x) => x.aval), ...rowAvals]);
  let body = trace();
  const carryAvals = (): Aval[] => body.jaxpr.outputs.slice(0, carry.length).map((o) => o.aval);
  // A weakly typed start, such as a number, takes the type that the body gives it.
  const settled = carry.map((x, i) => {
    const out = carryAvals()[i];
    if (out === undefined || !x.aval.weakType || (out.weakType && out.dtype === x.aval.dtype)) return x;
    return convertElementType(x, { newDtype: out.dtype, weakType: out.weakType });
  });
  if (body.carry.key === start.structure.key && settled.some((x, i) => x !== carry[i])) {
    carry = settled;
    body = trace();
  }
  checkCarry(
    carry.map((x) => x.aval),
    carryAvals(),
    start.structure,
    body.carry,
  );
  const outputs = scanLoop([...body.constants, ...carry, ...rows.leaves], {
    jaxpr: hoistConstants(body.jaxpr),
    constants: body.constants.length,
    carries: carry.length,
    length,
    reverse: options.reverse ?? false,
    unroll: options.unroll ?? 1,
  });
  return [
    unflatten(body.carry, outputs.slice(0, carry.length)) as Traced<C>,
    unflatten(body.rows, outputs.slice(carry.length)) as Traced<Y>,
  ];
}
