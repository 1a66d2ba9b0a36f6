/** Functions of functions: `vectorize` on vmap, functions along and over axes, and functions by cases. */

import { checkFunction, named, type UserFunction } from "../api/flat.ts";
import { vmap } from "../api/vmap.ts";
import { type ArrayArg, asArray, cast, here } from "../array/convert.ts";
import { promoteShapes } from "../array/promotion.ts";
import { expandDims } from "../array/shape.ts";
import { staticInteger } from "../array/static.ts";
import { isNDArray, type NDArray } from "../core/ndarray.ts";
import { ArgumentError, checkOptions, OptionError, ShapeError } from "../errors/index.ts";
import { broadcastTo, squeeze } from "../prims/movement.ts";
import { sliceAlong } from "../prims/slicing.ts";
import type { Traced } from "../tree/types.ts";
import { broadcastShapes, canonicalAxis, formatShape } from "../types/shape.ts";
import { range } from "../util/list.ts";
import { choosing, shaped } from "./operand.ts";

/** Options of `vectorize`. */
export interface VectorizeOptions {
  /** The core axes of arguments and results, such as "(n,m),(m)->(n)". Default: all are scalars. */
  readonly signature?: string;
  /** The places of arguments that are passed on as they are. */
  readonly excluded?: readonly number[];
}

interface Signature {
  readonly inputs: readonly (readonly string[])[];
  readonly outputs: readonly (readonly string[])[];
}

const core = String.raw`\((?:\w+(?:,\w+)*)?\)`;
const signatureForm = new RegExp(`^(?:${core}(?:,${core})*)?->${core}(?:,${core})*$`);

function parseSignature(signature: string): Signature {
  const text = signature.replace(/\s+/g, "");
  if (!signatureForm.test(text)) {
    throw new OptionError({
      what: `not a valid gufunc signature: ${JSON.stringify(signature)}`,
      where: here(),
      fix: 'write one list of axes for each argument and result, for example "(n,m),(m)->(n)"',
    });
  }
  const lists = (side: string): string[][] =>
    [...side.matchAll(/\(([^)]*)\)/g)].map(([, names]) => (names === "" ? [] : names!.split(",")));
  const [left, right] = text.split("->") as [string, string];
  return { inputs: lists(left), outputs: lists(right) };
}

/** Notes the lengths of core axes, which are the last ones. @throws ShapeError where one name has two lengths. */
function noteSizes(x: NDArray, names: readonly string[], sizes: Map<string, number>, what: string): void {
  const { shape } = x.aval;
  if (shape.length < names.length) {
    throw new ShapeError({
      what: `${what} with shape ${formatShape(shape)} does not have enough dimensions for all core dimensions (${names.join(", ")})`,
      where: here(),
      fix: "pass an array with at least the axes of the signature",
    });
  }
  names.forEach((name, i) => {
    const size = shape[shape.length - names.length + i]!;
    const known = /^\d+$/.test(name) ? Number(name) : sizes.get(name);
    if (known !== undefined && known !== size) {
      throw new ShapeError({
        what: `inconsistent size for core dimension "${name}": ${size} vs ${known}, in ${what} with shape ${formatShape(shape)}`,
        where: here(),
        fix: "axes of one name must be equally long",
      });
    }
    sizes.set(name, size);
  });
}

/**
 * A function of scalars, or of arrays with the core axes of `signature`, as one that broadcasts over all other axes, by
 * NumPy's rules. The function is mapped with `vmap`: it runs once, on all elements together.
 *
 * @throws OptionError for a signature of the wrong form. @throws ShapeError where arguments do not fit it or do not broadcast.
 * @example
 * const relu = jnp.vectorize((x) => jnp.where(x.greater(0), x, 0));
 * const matvec = jnp.vectorize((m, v) => m.dot(v), { signature: "(n,m),(m)->(n)" });
 */
export function vectorize<A extends readonly NDArray[], O>(
  f: (...args: A) => O,
  options?: VectorizeOptions,
): (...args: { [K in keyof A]: ArrayArg }) => Traced<O>;
export function vectorize<A extends readonly unknown[], O>(
  f: (...args: A) => O,
  options?: VectorizeOptions,
): (...args: unknown[]) => Traced<O>;
export function vectorize(f: UserFunction, options: VectorizeOptions = {}): UserFunction {
  checkFunction("vectorize", f);
  checkOptions("vectorize", options, ["signature", "excluded"]);
  const excluded = new Set((options.excluded ?? []).map((i) => staticInteger(i, "an entry of excluded")));
  const signature = options.signature === undefined ? undefined : parseSignature(options.signature);

  return named((...args: unknown[]): unknown => {
    const places = range(args.length).filter((i) => !excluded.has(i));
    const inputs = signature?.inputs ?? places.map(() => []);
    if (inputs.length !== places.length) {
      throw new ArgumentError({
        what: `wrong number of positional arguments: expected ${inputs.length}, got ${places.length}`,
        where: here(),
        fix: "pass one argument for each list of the signature",
      });
    }
    const arrays = places.map((i) => asArray(args[i], "vectorize", i));
    const sizes = new Map<string, number>();
    for (const [i, x] of arrays.entries()) noteSizes(x, inputs[i]!, sizes, `argument ${places[i]}`);
    const loops = arrays.map((x, i) => x.aval.shape.slice(0, x.aval.shape.length - inputs[i]!.length));
    const loop = broadcastShapes(...loops);

    // Axes of length 1 broadcast: they are left out, so that the function is not mapped over that argument there.
    const squeezed = arrays.map((x, i) => {
      const single = range(loops[i]!.length).filter((d) => loops[i]![d] === 1);
      return single.length === 0 ? x : squeeze(x, { dimensions: single });
    });
    let mapped: (...xs: NDArray[]) => unknown = (...xs) => {
      const full = [...args];
      places.forEach((place, i) => {
        full[place] = xs[i];
      });
      const result = f(...full);
      checkResults(result, signature, sizes);
      return result;
    };
    const single: number[] = [];
    for (let d = loop.length - 1; d >= 0; d--) {
      const axes = loops.map((own) => ((own[d - (loop.length - own.length)] ?? 1) === 1 ? null : 0));
      if (axes.every((axis) => axis === null)) single.unshift(d);
      else mapped = vmap(mapped as UserFunction, { inAxes: axes }) as typeof mapped;
    }
    const result = mapped(...squeezed);
    if (single.length === 0) return result;
    return Array.isArray(result)
      ? result.map((y) => expandDims(y as NDArray, single))
      : expandDims(result as NDArray, single);
  }, f);
}

function checkResults(result: unknown, signature: Signature | undefined, sizes: Map<string, number>): void {
  if (signature === undefined) return;
  const results = Array.isArray(result) ? result : [result];
  if (results.length !== signature.outputs.length) {
    throw new ArgumentError({
      what: `output signature lists ${signature.outputs.length} results, but the function returned ${results.length}`,
      where: here(),
      fix: "return a list with one array for each",
    });
  }
  results.forEach((y, i) => {
    if (isNDArray(y)) noteSizes(y, signature.outputs[i]!, sizes, `result ${i}`);
  });
}

/**
 * A function of vectors applied along one axis: the axis is replaced by those of the function's result. Further arguments
 * are passed on.
 * @throws AxisError if the axis does not exist.
 * @example jnp.applyAlongAxis((v) => v.sum(), 0, jnp.ones([2, 3])) // [2. 2. 2.]
 */
export function applyAlongAxis<O>(
  func1d: (vector: NDArray, ...args: never[]) => O,
  axis: number,
  arr: ArrayArg,
  ...args: readonly unknown[]
): Traced<O> {
  checkFunction("applyAlongAxis", func1d);
  const x = asArray(arr, "applyAlongAxis");
  const rank = x.aval.shape.length;
  const at = canonicalAxis(staticInteger(axis, "'axis' argument of jnp.applyAlongAxis"), rank);
  let mapped: UserFunction = (vector: NDArray) => func1d(vector, ...(args as never[]));
  for (let i = 1; i < rank - at; i++) mapped = vmap(mapped, { inAxes: i, outAxes: -1 });
  for (let i = 0; i < at; i++) mapped = vmap(mapped);
  return mapped(x) as Traced<O>;
}

/**
 * A function of an array and an axis applied for one axis after another. It may keep the axis, with whatever length, or
 * drop it; then it comes back with length 1.
 * @throws ShapeError if a result has another rank.
 * @example jnp.applyOverAxes((x, axis) => jnp.sum(x, axis), x, [0, 2])
 */
export function applyOverAxes(
  func: (x: NDArray, axis: number) => NDArray,
  a: ArrayArg,
  axes: number | readonly number[],
): NDArray {
  checkFunction("applyOverAxes", func);
  let x = asArray(a, "applyOverAxes");
  const rank = x.aval.shape.length;
  for (const axis of typeof axes === "number" ? [axes] : axes) {
    const at = canonicalAxis(staticInteger(axis, "'axes' argument of jnp.applyOverAxes"), rank);
    const y = func(x, at);
    if (y.aval.shape.length === rank) x = y;
    else if (y.aval.shape.length === rank - 1) x = expandDims(y, at);
    else {
      throw new ShapeError({
        what: `function is not returning an array of the correct shape: ${formatShape(y.aval.shape)} for ${formatShape(x.aval.shape)} and axis ${at}`,
        where: here(),
        fix: "keep the axis, or drop it",
      });
    }
  }
  return x;
}

/**
 * A function by cases: where a condition holds, the function (or the number) at its place; where several do, the last one;
 * where none does, the additional last one, or 0. Functions see scalars, and run for all elements.
 * @throws ArgumentError unless there are as many functions as conditions, or one more. @throws ShapeError if a condition does
 * not broadcast to x.
 * @example jnp.piecewise(x, [x.less(0), x.greaterEqual(0)], [(v) => v.neg(), (v) => v.mul(2)])
 */
export function piecewise(
  x: ArrayArg,
  condlist: NDArray | readonly ArrayArg[],
  funclist: readonly (ArrayArg | ((x: NDArray, ...args: never[]) => NDArray))[],
  ...args: readonly unknown[]
): NDArray {
  const a = asArray(x, "piecewise");
  const { shape, dtype } = a.aval;
  const conditions = isNDArray(condlist)
    ? range(condlist.aval.shape[0] ?? 0).map((i) =>
        shaped(sliceAlong(condlist, 0, i, i + 1), condlist.aval.shape.slice(1)),
      )
    : condlist.map((c, i) => asArray(c, "piecewise", i));
  const [n, m] = [conditions.length, funclist.length];
  if (m !== n && m !== n + 1) {
    throw new ArgumentError({
      what: `with ${n} condition(s), either ${n} or ${n + 1} functions are expected; got ${m}`,
      where: here(),
      fix: "give one function a condition, and one more for the rest",
    });
  }
  const branch = (f: (typeof funclist)[number]): NDArray => {
    const y =
      typeof f === "function" ? vectorize((v: NDArray) => f(v, ...(args as never[])))(a) : asArray(f, "piecewise");
    return broadcastTo(cast(y, dtype), shape);
  };
  let result = branch(m === n + 1 ? funclist[n]! : 0);
  conditions.forEach((condition, i) => {
    const [held, kept, other] = promoteShapes("piecewise", cast(condition, "bool"), branch(funclist[i]!), result);
    result = choosing(held!, kept!, other!);
  });
  return result;
}
