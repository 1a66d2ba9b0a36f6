/** Loops: `whileLoop`, `foriLoop` and `map`. */
import { checkFunction, checkSynchronous, flattenToArrays, type UserFunction } from "../api/flat.ts";
import { vmap } from "../api/vmap.ts";
import { whileLoop as whilePrimitive } from "../control/while.ts";
import { hoistConstants } from "../core/jaxpr.ts";
import type { NDArray } from "../core/ndarray.ts";
import { isConcrete } from "../core/trace.ts";
import { ArgumentError, checkOptions, DTypeError, ShapeError, TreeError } from "../errors/index.ts";
import { add } from "../prims/arithmetic.ts";
import { convertElementType } from "../prims/cast.ts";
import { lt } from "../prims/compare.ts";
import { full } from "../prims/fill.ts";
import { reshape } from "../prims/movement.ts";
import { concatenate, sliceAlong } from "../prims/slicing.ts";
import { peek } from "../runtime/array.ts";
import { type Staged, stage } from "../transforms/stage.ts";
import { formatPath, leafPaths, unflatten } from "../tree/flatten.ts";
import type { TreeStructure } from "../tree/structure.ts";
import type { Arg, ArrayLike, Traced } from "../tree/types.ts";
import { type Aval, formatAval, sameType } from "../types/aval.ts";
import { isInteger } from "../types/dtype.ts";
import { cond } from "./cond.ts";
import { scan } from "./scan.ts";

/** Options of `whileLoop`. */
export interface WhileOptions {
  /** An upper bound of the number of trips. With it the loop differentiates in reverse, at the cost of running as a scan
   *  of that length whose trips do nothing once the condition fails. */
  readonly maxSteps?: number;
}

interface TracedCarry extends Staged {
  readonly out: TreeStructure;
}

function traceOn(caller: string, f: UserFunction, structure: TreeStructure, avals: readonly Aval[]): TracedCarry {
  let out: TreeStructure | undefined;
  const staged = stage(
    (args) => {
      const result = f(unflatten(structure, args));
      checkSynchronous(caller, f, result);
      const flat = flattenToArrays(result);
      out = flat.structure;
      return flat.leaves;
    },
    avals,
    caller,
  );
  return { ...staged, out: out! };
}

function checkCarry(caller: string, before: readonly Aval[], body: TracedCarry, structure: TreeStructure): void {
  if (body.out.key !== structure.key) {
    throw new TreeError({
      what: `${caller} body function carry input and carry output must have the same pytree structure, but they differ: the input carry has structure ${structure}, the output carry ${body.out}`,
      fix: "return a carry with the same lists and keys as the initial value",
    });
  }
  const paths = leafPaths(structure);
  const differences = before.flatMap((aval, i) => {
    const result = body.jaxpr.outputs[i]!.aval;
    if (sameType(aval, result)) return [];
    const why = aval.dtype !== result.dtype ? "the dtypes do not match" : "the shapes do not match";
    return [
      `the input carry${formatPath(paths[i]!)} has type ${formatAval(aval)} but the corresponding output carry component has type ${formatAval(result)}, so ${why}`,
    ];
  });
  if (differences.length === 0) return;
  throw new (differences[0]!.endsWith("dtypes do not match") ? DTypeError : ShapeError)({
    what: `${caller} body function carry input and carry output must have equal types, but they differ:`,
    where: differences,
    fix: "convert the initial value or the returned carry so that both have one type",
  });
}

function checkCondition(aval: Aval | undefined, count: number): void {
  if (count === 1 && aval!.shape.length === 0 && aval!.dtype === "bool") return;
  throw new DTypeError({
    what: `whileLoop condition function must return a boolean scalar, but returned ${count === 1 ? formatAval(aval!) : `${count} values`}`,
    fix: "return a comparison of scalars, such as i.less(10)",
  });
}

/**
 * Runs `body` on the carry while `condition` of it holds. The carry (a tree) keeps its structure, shapes and dtypes. Forward
 * mode only, unless `maxSteps` is given.
 * @throws TreeError, ShapeError or DTypeError if the carry changes its type, or if the condition is not a boolean scalar.
 * @example lax.whileLoop((x) => x.less(10), (x) => x.mul(2), 1) // 16.0
 */
export function whileLoop<const C>(
  condition: (carry: NoInfer<Traced<C>>) => ArrayLike,
  body: (carry: NoInfer<Traced<C>>) => Arg<Traced<C>>,
  init: C,
  options: WhileOptions = {},
): Traced<C> {
  checkFunction("whileLoop", condition);
  checkFunction("whileLoop", body);
  checkOptions("whileLoop", options, ["maxSteps"]);
  const start = flattenToArrays(init);
  let carry = [...start.leaves];
  const trace = (): TracedCarry =>
    traceOn(
      "whileLoop",
      body as UserFunction,
      start.structure,
      carry.map((x) => x.aval),
    );
  let traced = trace();
  if (traced.out.key === start.structure.key) {
    const settled = carry.map((x, i) => {
      const out = traced.jaxpr.outputs[i]!.aval;
      if (!x.aval.weakType || (out.weakType && out.dtype === x.aval.dtype)) return x;
      return convertElementType(x, { newDtype: out.dtype, weakType: out.weakType });
    });
    if (settled.some((x, i) => x !== carry[i])) {
      carry = settled;
      traced = trace();
    }
  }
  const avals = carry.map((x) => x.aval);
  checkCarry("whileLoop", avals, traced, start.structure);
  const test = traceOn("whileLoop", condition as UserFunction, start.structure, avals);
  checkCondition(test.jaxpr.outputs[0]?.aval, test.jaxpr.outputs.length);
  if (options.maxSteps !== undefined) {
    const initial = unflatten(start.structure, carry) as Traced<C>;
    return boundedLoop(condition as UserFunction, body as UserFunction, initial, options.maxSteps) as Traced<C>;
  }
  const outputs = whilePrimitive([...test.constants, ...traced.constants, ...carry], {
    condition: hoistConstants(test.jaxpr),
    conditionConstants: test.constants.length,
    body: hoistConstants(traced.jaxpr),
    bodyConstants: traced.constants.length,
  });
  return unflatten(start.structure, outputs) as Traced<C>;
}

function boundedLoop(condition: UserFunction, body: UserFunction, init: unknown, maxSteps: number): unknown {
  if (!Number.isInteger(maxSteps) || maxSteps < 0) {
    throw new ArgumentError({
      what: `whileLoop maxSteps must be a non-negative integer, got ${maxSteps}`,
      fix: "give an upper bound of the number of trips",
    });
  }
  const trip = (carry: unknown): unknown =>
    cond(
      condition(carry) as ArrayLike,
      (c: unknown) => body(c),
      (c: unknown) => c as never,
      carry,
    );
  const [last] = scan((carry: never) => [trip(carry) as never, null], init as never, null, { length: maxSteps });
  return last;
}

const isStatic = (x: unknown): x is number => typeof x === "number";

/** A bound as a number if it is known now. */
function knownBound(x: ArrayLike): number | undefined {
  if (isStatic(x)) return x;
  const [leaf] = flattenToArrays([x]).leaves;
  return leaf !== undefined && isConcrete(leaf) && leaf.aval.shape.length === 0 ? Number(peek(leaf)[0]) : undefined;
}

/**
 * Runs `body(i, carry)` for i = lower, ..., upper - 1. Bounds that are JavaScript numbers make a scan, which differentiates
 * in reverse; traced bounds make a while loop. The index is int32.
 * @example lax.foriLoop(0, 5, (i, sum) => sum.add(i), 0) // 10.0
 */
export function foriLoop<const C>(
  lower: ArrayLike,
  upper: ArrayLike,
  body: (i: NDArray, carry: NoInfer<Traced<C>>) => Arg<Traced<C>>,
  init: C,
): Traced<C> {
  checkFunction("foriLoop", body);
  const run = body as UserFunction;
  const lo = knownBound(lower);
  const hi = knownBound(upper);
  for (const bound of [lo, hi]) {
    if (bound !== undefined && !Number.isInteger(bound)) {
      throw new DTypeError({ what: `foriLoop bounds must be integers, got ${bound}`, fix: "round the bounds" });
    }
  }
  if (isStatic(lower) && isStatic(upper)) {
    const first = full([], lower, "int32");
    const step = ([i, carry]: [NDArray, unknown]): unknown => [[add(i, 1), run(i, carry)], null];
    const [[, last]] = scan(step as never, [first, init] as never, null, {
      length: Math.max(0, upper - lower),
    }) as unknown as [[unknown, Traced<C>], unknown];
    return last;
  }
  const bound = (x: ArrayLike): NDArray => (isStatic(x) ? full([], x, "int32") : flattenToArrays([x]).leaves[0]!);
  const [first, end] = [bound(lower), bound(upper)];
  if (!isInteger(first.aval.dtype) || !isInteger(end.aval.dtype)) {
    throw new DTypeError({
      what: `foriLoop bounds must be integers, got ${formatAval(first.aval)} and ${formatAval(end.aval)}`,
      fix: 'convert them with astype("int32")',
    });
  }
  const carry = [first, end, init];
  const result = whileLoop(
    (([i, n]: [NDArray, NDArray]) => lt(i, n)) as never,
    (([i, n, c]: [NDArray, NDArray, unknown]) => [add(i, 1), n, run(i, c)]) as never,
    carry as never,
  ) as unknown as [NDArray, NDArray, Traced<C>];
  return result[2];
}

/** Options of `map`. */
export interface MapOptions {
  /** Apply the function to this many rows at once, with vmap. */
  readonly batchSize?: number;
}

/**
 * Applies a function to each row of a tree of arrays, one after another, and stacks the results. Unlike `vmap` it needs
 * memory for one row (or `batchSize` rows) at a time.
 * @example lax.map((x) => x.mul(x), jnp.arange(3)) // [0 1 4]
 */
export function map<const X, Y>(f: (x: NoInfer<Traced<X>>) => Y, xs: X, options: MapOptions = {}): Traced<Y> {
  checkFunction("map", f);
  checkOptions("map", options, ["batchSize"]);
  const { batchSize } = options;
  const one = f as UserFunction;
  if (batchSize === undefined)
    return scan(((_: null, x: never) => [null, one(x)]) as never, null as never, xs as never)[1] as Traced<Y>;
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new ArgumentError({
      what: `map batchSize must be a positive integer, got ${batchSize}`,
      fix: "give the number of rows to take at once",
    });
  }
  const { leaves, structure } = flattenToArrays(xs);
  const rows = leaves[0]?.aval.shape[0] ?? 0;
  const whole = rows - (rows % batchSize);
  const many = vmap(one as never) as UserFunction;
  const part = (from: number, to: number): NDArray[] => leaves.map((x) => sliceAlong(x, 0, from, to));
  const pieces: unknown[] = [];
  if (whole > 0) {
    const batches = part(0, whole).map((x) =>
      reshape(x, { newSizes: [whole / batchSize, batchSize, ...x.aval.shape.slice(1)] }),
    );
    const results = flattenToArrays(
      scan(((_: null, x: never) => [null, many(x)]) as never, null as never, unflatten(structure, batches) as never)[1],
    );
    pieces.push(
      unflatten(
        results.structure,
        results.leaves.map((y) => reshape(y, { newSizes: [whole, ...y.aval.shape.slice(2)] })),
      ),
    );
  }
  if (whole < rows || pieces.length === 0) pieces.push(many(unflatten(structure, part(whole, rows))));
  const flats = pieces.map(flattenToArrays);
  if (flats.length === 1) return pieces[0] as Traced<Y>;
  return unflatten(
    flats[0]!.structure,
    flats[0]!.leaves.map((y, i) => concatenate([y, flats[1]!.leaves[i]!], { dimension: 0 })),
  ) as Traced<Y>;
}
