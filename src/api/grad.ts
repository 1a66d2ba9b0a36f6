/** Gradients: `grad` and `valueAndGrad`. */

import { scalar } from "../core/constant.ts";
import type { NDArray } from "../core/ndarray.ts";
import { Linear } from "../core/primitive.ts";
import { describeOrigin } from "../core/trace.ts";
import { ArgumentError, checkOptions, DTypeError, ShapeError } from "../errors/index.ts";
import { instantiate } from "../prims/fill.ts";
import { linearizeFlat } from "../transforms/linearize.ts";
import { backward } from "../transforms/transpose.ts";
import { unflatten, unflattenEach } from "../tree/flatten.ts";
import type { Args, ArrayLike, Traced } from "../tree/types.ts";
import { formatAval } from "../types/aval.ts";
import { isComplex, isFloating, isInexact, isInteger } from "../types/dtype.ts";
import { formatShape } from "../types/shape.ts";
import { type Argnums, checkArgnums, resolveArgnums } from "./argnums.ts";
import {
  argumentNames,
  checkAuxiliaryPair,
  checkFunction,
  checkSynchronous,
  type Flat,
  flattenToArrays,
  functionName,
  named,
  takeAuxiliary,
  type UserFunction,
} from "./flat.ts";
import { float0Zeros } from "./float0.ts";

/** Options of `grad` and `valueAndGrad`. */
export interface GradOptions<N extends Argnums = Argnums> {
  /** Which positional arguments to differentiate by. A list gives a list of gradients, in its order. Default 0. */
  readonly argnums?: N;
  /** The function returns `[output, aux]`; aux is passed through and not differentiated. */
  readonly hasAux?: boolean;
  /** The function is holomorphic: complex inputs and output. */
  readonly holomorphic?: boolean;
  /** Allow integer and boolean arguments; their gradients have dtype float0. */
  readonly allowInt?: boolean;
}

/** The gradient of the arguments chosen by N. */
export type GradientOf<A extends readonly unknown[], N> = N extends readonly number[]
  ? { -readonly [K in keyof N]: Traced<A[N[K] & number]> }
  : Traced<A[N & number]>;

const optionNames = ["argnums", "hasAux", "holomorphic", "allowInt"];

/** The options of a call, where the second argument may also be argnums themselves. */
function readOptions(caller: string, given: Argnums | GradOptions | undefined): Required<GradOptions> {
  const options =
    typeof given === "number" || Array.isArray(given)
      ? { argnums: given as Argnums }
      : (given as GradOptions | undefined);
  checkOptions(caller, options, optionNames);
  const { argnums = 0, hasAux = false, holomorphic = false, allowInt = false } = options ?? {};
  checkArgnums(caller, argnums);
  return { argnums, hasAux, holomorphic, allowInt };
}

const leavesBefore = (flats: readonly Flat[], position: number): number =>
  flats.slice(0, position).reduce((sum, flat) => sum + flat.leaves.length, 0);

function checkInput(caller: string, x: NDArray, name: () => string, options: Required<GradOptions>): void {
  const { dtype } = x.aval;
  if (options.holomorphic) {
    if (isComplex(dtype)) return;
    throw new DTypeError({
      what: `${caller} with holomorphic=True requires inputs with complex dtype, but got ${dtype} for ${name()}`,
      fix: "convert the argument to complex64, or leave holomorphic out",
    });
  }
  if (isInexact(dtype) || (options.allowInt && (isInteger(dtype) || dtype === "bool"))) return;
  throw new DTypeError({
    what: `${caller} requires real- or complex-valued inputs (input dtype that is a sub-dtype of np.inexact), but got ${dtype} for ${name()}`,
    fix: 'convert the argument with astype("float32"), choose another by argnums, or set allowInt',
  });
}

/** A static value as a whole argument has nothing to differentiate by. */
function checkTree(caller: string, { structure }: Flat, value: unknown, position: number): void {
  if (structure.kind !== "static") return;
  if (typeof value === "boolean") {
    throw new DTypeError({
      what: `${caller} requires real- or complex-valued inputs (input dtype that is a sub-dtype of np.inexact), but got bool for argument ${position}`,
      fix: "booleans in arguments are static: differentiate by another argument",
    });
  }
  const shown = typeof value === "string" ? JSON.stringify(value) : `argument ${position}`;
  throw new ArgumentError({
    what: `${caller}: ${shown} of type ${typeof value} is not a valid array type, so there is no gradient for argument ${position}`,
    fix: "choose the argument to differentiate by with argnums; others may be anything",
  });
}

function checkOutput(caller: string, f: UserFunction, y: NDArray, holomorphic: boolean): void {
  if (y.aval.shape.length > 0) {
    throw new ShapeError({
      what: `Gradient only defined for scalar-output functions. Output had shape: ${formatShape(y.aval.shape)}.`,
      where: [describeOrigin(y) ?? `the function is ${functionName(f)}`],
      fix: "reduce the output, for example with .sum() or .mean(), extract one element, or use jacrev or jacfwd",
    });
  }
  const { dtype } = y.aval;
  if (holomorphic ? isComplex(dtype) : isFloating(dtype)) return;
  throw new DTypeError({
    what: holomorphic
      ? `${caller} with holomorphic=True requires outputs with complex dtype, but got ${formatAval(y.aval)}`
      : `${caller} requires real-valued outputs (output dtype that is a sub-dtype of np.floating), but got ${dtype}`,
    fix: isComplex(dtype) ? "for complex outputs use jacrev or vjp" : 'convert the output with astype("float32")',
  });
}

/** A scalar function's value, gradient and auxiliary data. */
interface Evaluated {
  readonly value: NDArray;
  readonly aux: unknown;
  readonly gradient: unknown;
}

function differentiate(
  caller: string,
  f: UserFunction,
  options: Required<GradOptions>,
  args: readonly unknown[],
): Evaluated {
  const positions = resolveArgnums(caller, options.argnums, args.length);
  const flats = args.map(flattenToArrays);
  const chosen = positions.map((p) => flats[p]!);
  positions.forEach((p) => {
    checkTree(caller, flats[p]!, args[p], p);
    flats[p]!.leaves.forEach((x, i) => {
      checkInput(
        caller,
        x,
        () => argumentNames(f, flattenToArrays(args).structure)[leavesBefore(flats, p) + i]!,
        options,
      );
    });
  });
  const structures = chosen.map((flat) => flat.structure);
  const primals = chosen.flatMap((flat) => flat.leaves);
  const others = flats.map((flat) => unflatten(flat.structure, flat.leaves));
  let rebuildAux: ((arrays: readonly NDArray[]) => unknown) | undefined;
  const { results, nonzeroOut, linear, residuals } = linearizeFlat(
    (leaves) => {
      const full = [...others];
      const own = unflattenEach(structures, leaves);
      positions.forEach((p, k) => {
        full[p] = own[k];
      });
      let result = f(...full);
      const extra: NDArray[] = [];
      if (options.hasAux) {
        const [value, aux] = checkAuxiliaryPair(caller, f, result);
        const taken = takeAuxiliary(aux);
        rebuildAux = taken.rebuild;
        extra.push(...taken.arrays);
        result = value;
      } else checkSynchronous(caller, f, result);
      const output = singleOutput(f, result);
      checkOutput(caller, f, output, options.holomorphic);
      return [output, ...extra];
    },
    primals,
    primals.map((x) => isInexact(x.aval.dtype)),
    [],
    `${caller} of ${functionName(f)}`,
  );
  const value = results[0]!;
  const differentiable = primals.filter((x) => isInexact(x.aval.dtype));
  const one = scalar(1, value.aval.dtype, value.aval.weakType);
  const cotangents = backward(
    linear,
    [...residuals, ...differentiable.map((x) => new Linear(x.aval))],
    nonzeroOut.flatMap((b, i) => (b ? [i === 0 ? one : null] : [])),
  ).slice(residuals.length);
  let next = 0;
  const gradients = primals.map((x) =>
    isInexact(x.aval.dtype) ? instantiate(cotangents[next++]!, x.aval) : float0Zeros(x.aval.shape),
  );
  const trees = unflattenEach(structures, gradients);
  return {
    value,
    aux: rebuildAux?.(results.slice(1)),
    gradient: typeof options.argnums === "number" ? trees[0] : trees,
  };
}

function singleOutput(f: UserFunction, output: unknown): NDArray {
  const { leaves, structure } = flattenToArrays(output);
  if (structure.kind === "leaf") return leaves[0]!;
  throw new ShapeError({
    what: `Gradient only defined for scalar-output functions. Output was ${
      structure.kind === "none" || structure.kind === "static" ? String(output) : `a tree: ${structure}`
    }.`,
    where: [`the function is ${functionName(f)}`],
    fix:
      structure.kind === "none"
        ? "return the value from the function"
        : "return one scalar; for other results use hasAux: return [value, aux]",
  });
}

/**
 * The gradient of a scalar function: a function of the same arguments that returns, for the argument `argnums` (default
 * 0), a tree like it, which holds the partial derivatives of the output.
 *
 * The output must have shape () and a floating dtype. Gradients have the dtype of their arguments. Gradients compose:
 * `grad(grad(f))`, `vmap(grad(f))`, `jit(grad(f))`. See https://docs.jax.dev/en/latest/_autosummary/jax.grad.html.
 *
 * @throws ShapeError for an output that is not a scalar; DTypeError for integer inputs or outputs; ArgumentError for
 * argnums that the call has no argument for.
 * @example
 * const f = (x: NDArray) => x.pow(3);
 * console.log(grad(f)(2)); // 12.0
 */
export function grad<A extends readonly NDArray[], X, const N extends Argnums = 0>(
  f: (...args: A) => readonly [ArrayLike, X],
  options: GradOptions<N> & { readonly hasAux: true },
): (...args: Args<A>) => [GradientOf<A, N>, X];
export function grad<A extends readonly unknown[], X, const N extends Argnums = 0>(
  f: (...args: A) => readonly [ArrayLike, X],
  options: GradOptions<N> & { readonly hasAux: true },
): (...args: Args<A>) => [GradientOf<A, N>, X];
export function grad<A extends readonly NDArray[], const N extends Argnums>(
  f: (...args: A) => ArrayLike,
  argnums: N,
): (...args: Args<A>) => GradientOf<A, N>;
export function grad<A extends readonly NDArray[], const N extends Argnums = 0>(
  f: (...args: A) => ArrayLike,
  options?: GradOptions<N> & { readonly hasAux?: false },
): (...args: Args<A>) => GradientOf<A, N>;
export function grad<A extends readonly unknown[], const N extends Argnums>(
  f: (...args: A) => ArrayLike,
  argnums: N,
): (...args: Args<A>) => GradientOf<A, N>;
export function grad<A extends readonly unknown[], const N extends Argnums = 0>(
  f: (...args: A) => ArrayLike,
  options?: GradOptions<N> & { readonly hasAux?: false },
): (...args: Args<A>) => GradientOf<A, N>;
export function grad<A extends readonly unknown[], X, const N extends Argnums = 0>(
  f: (...args: A) => readonly (ArrayLike | X)[],
  options: GradOptions<N> & { readonly hasAux: true },
): (...args: Args<A>) => [GradientOf<A, N>, ArrayLike | X];
export function grad(f: UserFunction, options?: Argnums | GradOptions): UserFunction {
  checkFunction("grad", f);
  const settings = readOptions("grad", options);
  return named((...args: unknown[]) => {
    const { gradient, aux } = differentiate("grad", f, settings, args);
    return settings.hasAux ? [gradient, aux] : gradient;
  }, f);
}

/**
 * A scalar function's value together with its gradient: `[value, gradient]`, or `[[value, aux], gradient]` with
 * `hasAux`. Options and errors are those of `grad`.
 * @example
 * const [value, gradient] = valueAndGrad((x: NDArray) => x.pow(2))(3); // 9.0, 6.0
 */
export function valueAndGrad<A extends readonly NDArray[], X, const N extends Argnums = 0>(
  f: (...args: A) => readonly [ArrayLike, X],
  options: GradOptions<N> & { readonly hasAux: true },
): (...args: Args<A>) => [[NDArray, X], GradientOf<A, N>];
export function valueAndGrad<A extends readonly unknown[], X, const N extends Argnums = 0>(
  f: (...args: A) => readonly [ArrayLike, X],
  options: GradOptions<N> & { readonly hasAux: true },
): (...args: Args<A>) => [[NDArray, X], GradientOf<A, N>];
export function valueAndGrad<A extends readonly NDArray[], const N extends Argnums>(
  f: (...args: A) => ArrayLike,
  argnums: N,
): (...args: Args<A>) => [NDArray, GradientOf<A, N>];
export function valueAndGrad<A extends readonly NDArray[], const N extends Argnums = 0>(
  f: (...args: A) => ArrayLike,
  options?: GradOptions<N> & { readonly hasAux?: false },
): (...args: Args<A>) => [NDArray, GradientOf<A, N>];
export function valueAndGrad<A extends readonly unknown[], const N extends Argnums>(
  f: (...args: A) => ArrayLike,
  argnums: N,
): (...args: Args<A>) => [NDArray, GradientOf<A, N>];
export function valueAndGrad<A extends readonly unknown[], const N extends Argnums = 0>(
  f: (...args: A) => ArrayLike,
  options?: GradOptions<N> & { readonly hasAux?: false },
): (...args: Args<A>) => [NDArray, GradientOf<A, N>];
export function valueAndGrad<A extends readonly unknown[], X, const N extends Argnums = 0>(
  f: (...args: A) => readonly (ArrayLike | X)[],
  options: GradOptions<N> & { readonly hasAux: true },
): (...args: Args<A>) => [[NDArray, ArrayLike | X], GradientOf<A, N>];
export function valueAndGrad(f: UserFunction, options?: Argnums | GradOptions): UserFunction {
  checkFunction("valueAndGrad", f);
  const settings = readOptions("valueAndGrad", options);
  return named((...args: unknown[]) => {
    const { value, gradient, aux } = differentiate("valueAndGrad", f, settings, args);
    return [settings.hasAux ? [value, aux] : value, gradient];
  }, f);
}
