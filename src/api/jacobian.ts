/** Whole derivatives: `jacfwd`, `jacrev`, `hessian`. */
import { scanLoop } from "../control/scan.ts";
import { evaluate } from "../core/evaluate.ts";
import { hoistConstants } from "../core/jaxpr.ts";
import type { NDArray } from "../core/ndarray.ts";
import { Linear } from "../core/primitive.ts";
import { ArgumentError, checkOptions, DTypeError } from "../errors/index.ts";
import { add, mul, sub } from "../prims/arithmetic.ts";
import { convertElementType } from "../prims/cast.ts";
import { eq } from "../prims/compare.ts";
import { instantiate, iota } from "../prims/fill.ts";
import { moveaxis, reshape } from "../prims/movement.ts";
import { slice, sliceAlong } from "../prims/slicing.ts";
import { jvpFlat } from "../transforms/jvp.ts";
import { linearizeFlat } from "../transforms/linearize.ts";
import { stage } from "../transforms/stage.ts";
import { backward } from "../transforms/transpose.ts";
import { materialiseBatch, vmapFlat } from "../transforms/vmap.ts";
import { unflatten, unflattenEach } from "../tree/flatten.ts";
import type { TreeStructure } from "../tree/structure.ts";
import type { Args, ArrayLike, Traced } from "../tree/types.ts";
import { makeAval } from "../types/aval.ts";
import { type DType, isComplex, isFloating, isInexact } from "../types/dtype.ts";
import { equalShapes, type Shape, sizeOf } from "../types/shape.ts";
import { type Argnums, checkArgnums, resolveArgnums } from "./argnums.ts";
import {
  checkAuxiliaryPair,
  checkFunction,
  checkSynchronous,
  flattenToArrays,
  functionName,
  named,
  takeAuxiliary,
  type UserFunction,
} from "./flat.ts";
import { float0Zeros } from "./float0.ts";
import type { GradientOf } from "./grad.ts";

/** Options of `jacfwd`, `jacrev` and `hessian`. */
export interface JacobianOptions<N extends Argnums = Argnums> {
  /** Which positional arguments to differentiate by. Default 0. */
  readonly argnums?: N;
  /** The function returns `[output, aux]`; so does the result: `[jacobian, aux]`. */
  readonly hasAux?: boolean;
  /** The function is holomorphic: complex inputs and outputs. */
  readonly holomorphic?: boolean;
  /** `jacrev` only: allow integer arguments; their part has dtype float0. */
  readonly allowInt?: boolean;
  /**
   * How many columns (for `jacrev` rows) are computed at a time, in a loop. Default: all at once. Intermediate values then
   * need memory for so many only; the Jacobian itself is the same. `hessian` passes it on to `jacfwd`.
   */
  readonly chunkSize?: number;
}

/** A tree like the output, whose leaves are trees like the arguments. */
type Product<O, T> = O extends ArrayLike ? T : O extends object ? { -readonly [K in keyof O]: Product<O[K], T> } : O;

/** The type of a Jacobian: the tree of the output, with the tree of the chosen arguments at each leaf. */
export type JacobianOf<A extends readonly unknown[], O, N> = Product<Traced<O>, GradientOf<A, N>>;

type Settings = Required<Omit<JacobianOptions, "chunkSize">> & { readonly chunkSize: number | undefined };

function readOptions(caller: string, given: Argnums | JacobianOptions | undefined): Settings {
  const options =
    typeof given === "number" || Array.isArray(given)
      ? { argnums: given as Argnums }
      : (given as JacobianOptions | undefined);
  const allowed = ["argnums", "hasAux", "holomorphic", "chunkSize", ...(caller === "jacrev" ? ["allowInt"] : [])];
  checkOptions(caller, options, allowed);
  const { argnums = 0, hasAux = false, holomorphic = false, allowInt = false, chunkSize } = options ?? {};
  checkArgnums(caller, argnums);
  if (chunkSize !== undefined && (!Number.isInteger(chunkSize) || chunkSize < 1)) {
    throw new ArgumentError({
      what: `${caller} chunkSize must be a positive integer, got ${String(chunkSize)}`,
      fix: "give the number of basis vectors to take at once, or leave it out",
    });
  }
  return { argnums, hasAux, holomorphic, allowInt, chunkSize };
}

/** A function of the chosen arguments' leaves. */
interface Restricted {
  readonly primals: readonly NDArray[];
  readonly structures: readonly TreeStructure[];
  readonly call: (leaves: readonly NDArray[]) => NDArray[];
  readonly out: () => TreeStructure;
  readonly rebuildAux: (arrays: readonly NDArray[]) => unknown;
}

function restrict(caller: string, f: UserFunction, options: Settings, args: readonly unknown[]): Restricted {
  const positions = resolveArgnums(caller, options.argnums, args.length);
  const flats = args.map(flattenToArrays);
  const others = flats.map((flat) => unflatten(flat.structure, flat.leaves));
  const structures = positions.map((p) => flats[p]!.structure);
  let out: TreeStructure | undefined;
  let rebuildAux: (arrays: readonly NDArray[]) => unknown = () => undefined;
  return {
    primals: positions.flatMap((p) => flats[p]!.leaves),
    structures,
    call: (leaves) => {
      const full = [...others];
      const own = unflattenEach(structures, leaves);
      positions.forEach((p, k) => {
        full[p] = own[k];
      });
      let output = f(...full);
      let extra: readonly NDArray[] = [];
      if (options.hasAux) {
        const [value, aux] = checkAuxiliaryPair(caller, f, output);
        const taken = takeAuxiliary(aux);
        rebuildAux = taken.rebuild;
        extra = taken.arrays;
        output = value;
      } else checkSynchronous(caller, f, output);
      const flat = flattenToArrays(output);
      out = flat.structure;
      return [...flat.leaves, ...extra];
    },
    out: () => out!,
    rebuildAux: (arrays) => rebuildAux(arrays),
  };
}

function checkDTypes(caller: string, role: "input" | "output", arrays: readonly NDArray[], options: Settings): void {
  for (const { aval } of arrays) {
    const { dtype } = aval;
    if (options.holomorphic) {
      if (isComplex(dtype)) continue;
      throw new DTypeError({
        what: `${caller} with holomorphic=True requires ${role}s with complex dtype, but got ${dtype}`,
        fix: "convert with astype, or leave holomorphic out",
      });
    }
    const fine =
      caller === "jacrev"
        ? role === "input"
          ? isInexact(dtype) || options.allowInt
          : isFloating(dtype)
        : isFloating(dtype) || role === "output";
    if (fine) continue;
    const wanted = caller === "jacrev" && role === "input" ? "real- or complex-valued" : "real-valued";
    const family = caller === "jacrev" && role === "input" ? "inexact" : "floating";
    throw new DTypeError({
      what: `${caller} requires ${wanted} ${role}s (${role} dtype that is a sub-dtype of np.${family}), but got ${dtype}`,
      fix: isComplex(dtype) ? "use holomorphic, or jvp and vjp" : `convert the ${role} with astype("float32")`,
    });
  }
}

/**
 * The standard basis of the space of these arrays: for each an array of shape [total size, ...shape]. Or `count` vectors of
 * it, from number `from` on.
 */
function standardBasis(
  avals: readonly { readonly shape: Shape; readonly dtype: DType }[],
  count: number = avals.reduce((sum, a) => sum + sizeOf(a.shape), 0),
  from?: NDArray,
): NDArray[] {
  let start = 0;
  return avals.map(({ shape, dtype }) => {
    const size = sizeOf(shape);
    const numbers = iota([], { dtype: "int32", shape: [count, size], dimension: 0 });
    const rows = from === undefined ? numbers : add(numbers, from);
    const columns = iota([], { dtype: "int32", shape: [count, size], dimension: 1 });
    const shifted = start === 0 ? rows : sub(rows, start);
    start += size;
    const ones = convertElementType(eq(shifted, columns), { newDtype: dtype, weakType: false });
    return reshaped(ones, [count, ...shape]);
  });
}

const reshaped = (x: NDArray, shape: Shape): NDArray =>
  equalShapes(x.aval.shape, shape) ? x : reshape(x, { newSizes: shape });

/**
 * Applies a function of (a basis vector's arrays) to the whole standard basis: for each of its results an array with a leading
 * axis over the basis. In chunks, the basis is made piece by piece inside of a loop.
 */
function mapBasis(
  avals: readonly { readonly shape: Shape; readonly dtype: DType }[],
  chunkSize: number | undefined,
  f: (vector: readonly NDArray[]) => readonly NDArray[],
): NDArray[] {
  const total = avals.reduce((sum, a) => sum + sizeOf(a.shape), 0);
  const whole = (basis: readonly NDArray[], size: number): NDArray[] => {
    const [batched, dims] = vmapFlat(
      f,
      basis,
      basis.map(() => 0),
      { size, name: undefined },
    );
    return batched.map((y, i) => materialiseBatch(y, dims[i]!, size, 0));
  };
  if (chunkSize === undefined || chunkSize >= total) return whole(standardBasis(avals), total);
  const chunks = Math.ceil(total / chunkSize);
  const { jaxpr, constants } = stage(
    ([chunk]) => whole(standardBasis(avals, chunkSize, mul(chunk!, chunkSize)), chunkSize),
    [makeAval([], "int32")],
    "a chunk of a Jacobian",
  );
  const numbers = iota([], { dtype: "int32", shape: [chunks], dimension: 0 });
  const stacked = scanLoop([...constants, numbers], {
    jaxpr: hoistConstants(jaxpr),
    constants: constants.length,
    carries: 0,
    length: chunks,
    reverse: false,
    unroll: 1,
  });
  // Vectors beyond the last are zero: their results are cut off.
  return stacked.map((y) => sliceAlong(reshaped(y, [chunks * chunkSize, ...y.aval.shape.slice(2)]), 0, 0, total));
}

/** Forward mode in chunks: the values and the residuals once, the linear part in a loop. */
function jacfwdInChunks(
  f: UserFunction,
  primals: readonly NDArray[],
  call: (leaves: readonly NDArray[]) => NDArray[],
  chunkSize: number,
): { values: readonly NDArray[]; columns: (i: number, axis: number) => NDArray } {
  const description = `jacfwd of ${functionName(f)}`;
  const marks = primals.map(() => true);
  const { results, nonzeroOut, linear, residuals } = linearizeFlat(call, primals, marks, [], description);
  const rows = mapBasis(
    primals.map((x) => x.aval),
    chunkSize,
    (tangents) => {
      const outputs = evaluate(linear, [...residuals, ...tangents]);
      let next = 0;
      return results.map((y, i) => instantiate(nonzeroOut[i] ? outputs[next++]! : null, y.aval));
    },
  );
  return { values: results, columns: (i, axis) => moveaxis(rows[i]!, 0, axis) };
}

/** Cuts axis `axis` of an array into pieces of these sizes. */
function cutAxis(x: NDArray, axis: number, sizes: readonly number[]): NDArray[] {
  if (sizes.length === 1) return [x];
  const { shape } = x.aval;
  let start = 0;
  return sizes.map((size) => {
    const startIndices = shape.map((_, d) => (d === axis ? start : 0));
    start += size;
    const limitIndices = shape.map((n, d) => (d === axis ? start : n));
    return slice(x, { startIndices, limitIndices, strides: null });
  });
}

/** A list of trees, or the one tree where argnums is a single number. */
function argumentTree(options: Settings, structures: readonly TreeStructure[], leaves: readonly NDArray[]): unknown {
  const trees = unflattenEach(structures, leaves);
  return typeof options.argnums === "number" ? trees[0] : trees;
}

/**
 * The Jacobian by forward mode, one column for each input element: good for functions with few inputs and many outputs.
 * The result has shape `[...output.shape, ...input.shape]`; for trees it is the tree of the output whose leaves are trees
 * of the argument.
 * @throws DTypeError for inputs that are not real; ArgumentError for argnums without an argument.
 * @example jacfwd((x: NDArray) => x.mul(x))(jnp.array([1, 2])); // [[2. 0.] [0. 4.]]
 */
export function jacfwd<A extends readonly NDArray[], O, const N extends Argnums>(
  f: (...args: A) => O,
  argnums: N,
): (...args: Args<A>) => JacobianOf<A, O, N>;
export function jacfwd<A extends readonly NDArray[], O, const N extends Argnums = 0>(
  f: (...args: A) => O,
  options?: JacobianOptions<N> & { readonly hasAux?: false },
): (...args: Args<A>) => JacobianOf<A, O, N>;
export function jacfwd<A extends readonly unknown[], O, const N extends Argnums>(
  f: (...args: A) => O,
  argnums: N,
): (...args: Args<A>) => JacobianOf<A, O, N>;
export function jacfwd<A extends readonly unknown[], O, const N extends Argnums = 0>(
  f: (...args: A) => O,
  options?: JacobianOptions<N> & { readonly hasAux?: false },
): (...args: Args<A>) => JacobianOf<A, O, N>;
export function jacfwd<A extends readonly unknown[], O, X, const N extends Argnums = 0>(
  f: (...args: A) => readonly [O, X],
  options: JacobianOptions<N> & { readonly hasAux: true },
): (...args: Args<A>) => [JacobianOf<A, O, N>, X];
export function jacfwd(f: UserFunction, options?: Argnums | JacobianOptions): UserFunction {
  checkFunction("jacfwd", f);
  const settings = readOptions("jacfwd", options);
  return named((...args: unknown[]) => {
    const { primals, structures, call, out, rebuildAux } = restrict("jacfwd", f, settings, args);
    checkDTypes("jacfwd", "input", primals, settings);
    const sizes = primals.map((x) => sizeOf(x.aval.shape));
    const total = sizes.reduce((a, b) => a + b, 0);
    const basis = standardBasis(primals.map((x) => x.aval));
    if (settings.chunkSize !== undefined) {
      const pushed = jacfwdInChunks(f, primals, call, settings.chunkSize);
      return assemble(pushed.values, pushed.columns);
    }
    // One forward pass for each basis vector, all at once: primals are not batched, so their part runs once.
    let count = 0;
    const axis = { size: total, name: undefined };
    const [batched, dims] = vmapFlat(
      (tangents) => {
        const [ys, dys] = jvpFlat(call, primals, tangents, `jacfwd of ${functionName(f)}`);
        count = out().leafCount;
        return [...dys.slice(0, count).map((d, i) => instantiate(d, ys[i]!.aval)), ...ys];
      },
      basis,
      basis.map(() => 0),
      axis,
    );
    return assemble(batched.slice(count), (i, to) => materialiseBatch(batched[i]!, dims[i]!, total, to));

    /** The result from values and columns: `columnsOf(i, axis)` gives those of output i along an axis. */
    function assemble(values: readonly NDArray[], columnsOf: (i: number, axis: number) => NDArray): unknown {
      const outputs = values.slice(0, out().leafCount);
      checkDTypes("jacfwd", "output", outputs, settings);
      const jacobians = outputs.map(({ aval: { shape } }, i) => {
        const pieces = cutAxis(columnsOf(i, shape.length), shape.length, sizes).map((piece, k) =>
          reshaped(piece, [...shape, ...primals[k]!.aval.shape]),
        );
        return argumentTree(settings, structures, pieces);
      });
      const result = unflatten(out(), jacobians);
      return settings.hasAux ? [result, rebuildAux(values.slice(outputs.length))] : result;
    }
  }, f);
}

/**
 * The Jacobian by reverse mode, one row for each output element: good for functions with many inputs and few outputs.
 * Shapes and trees as for `jacfwd`.
 * @throws DTypeError for inputs or outputs that are not real.
 * @example jacrev((x: NDArray) => x.mul(x))(jnp.array([1, 2])); // [[2. 0.] [0. 4.]]
 */
export function jacrev<A extends readonly NDArray[], O, const N extends Argnums>(
  f: (...args: A) => O,
  argnums: N,
): (...args: Args<A>) => JacobianOf<A, O, N>;
export function jacrev<A extends readonly NDArray[], O, const N extends Argnums = 0>(
  f: (...args: A) => O,
  options?: JacobianOptions<N> & { readonly hasAux?: false },
): (...args: Args<A>) => JacobianOf<A, O, N>;
export function jacrev<A extends readonly unknown[], O, const N extends Argnums>(
  f: (...args: A) => O,
  argnums: N,
): (...args: Args<A>) => JacobianOf<A, O, N>;
export function jacrev<A extends readonly unknown[], O, const N extends Argnums = 0>(
  f: (...args: A) => O,
  options?: JacobianOptions<N> & { readonly hasAux?: false },
): (...args: Args<A>) => JacobianOf<A, O, N>;
export function jacrev<A extends readonly unknown[], O, X, const N extends Argnums = 0>(
  f: (...args: A) => readonly [O, X],
  options: JacobianOptions<N> & { readonly hasAux: true },
): (...args: Args<A>) => [JacobianOf<A, O, N>, X];
export function jacrev(f: UserFunction, options?: Argnums | JacobianOptions): UserFunction {
  checkFunction("jacrev", f);
  const settings = readOptions("jacrev", options);
  return named((...args: unknown[]) => {
    const { primals, structures, call, out, rebuildAux } = restrict("jacrev", f, settings, args);
    checkDTypes("jacrev", "input", primals, settings);
    const inexact = primals.map((x) => isInexact(x.aval.dtype));
    const { results, nonzeroOut, linear, residuals } = linearizeFlat(
      call,
      primals,
      inexact,
      [],
      `jacrev of ${functionName(f)}`,
    );
    const count = out().leafCount;
    const outputs = results.slice(0, count);
    checkDTypes("jacrev", "output", outputs, settings);
    const sizes = outputs.map((y) => sizeOf(y.aval.shape));
    const moving = primals.filter((_, i) => inexact[i]);
    const pulled = mapBasis(
      outputs.map((y) => y.aval),
      settings.chunkSize,
      (cotangents) =>
        backward(
          linear,
          [...residuals, ...moving.map((x) => new Linear(x.aval))],
          nonzeroOut.flatMap((b, i) => (b ? [i < count ? cotangents[i]! : null] : [])),
        )
          .slice(residuals.length)
          .map((ct, i) => instantiate(ct, moving[i]!.aval)),
    );
    let next = 0;
    // For each argument its rows, cut into one piece for each output.
    const pieces = primals.map((x, i) => {
      if (!inexact[i]) return outputs.map((y) => float0Zeros([...y.aval.shape, ...x.aval.shape]));
      return cutAxis(pulled[next++]!, 0, sizes).map((piece, o) =>
        reshaped(piece, [...outputs[o]!.aval.shape, ...x.aval.shape]),
      );
    });
    const jacobians = outputs.map((_, o) =>
      argumentTree(
        settings,
        structures,
        pieces.map((p) => p[o]!),
      ),
    );
    const result = unflatten(out(), jacobians);
    return settings.hasAux ? [result, rebuildAux(results.slice(count))] : result;
  }, f);
}

/** The Jacobian: `jacrev` under another name, as in JAX. */
export const jacobian: typeof jacrev = jacrev;

/** The type of a Hessian: the tree of the output with the chosen arguments' tree twice at each leaf. */
export type HessianOf<A extends readonly unknown[], O, N> = Product<
  Traced<O>,
  Product<GradientOf<A, N>, GradientOf<A, N>>
>;

/**
 * The Hessian, `jacfwd(jacrev(f))`: shape `[...output.shape, ...input.shape, ...input.shape]`; trees nest accordingly.
 * @example hessian((x: NDArray) => x.pow(3).sum())(jnp.array([1, 2])); // [[6. 0.] [0. 12.]]
 */
export function hessian<A extends readonly NDArray[], O, const N extends Argnums>(
  f: (...args: A) => O,
  argnums: N,
): (...args: Args<A>) => HessianOf<A, O, N>;
export function hessian<A extends readonly NDArray[], O, const N extends Argnums = 0>(
  f: (...args: A) => O,
  options?: JacobianOptions<N> & { readonly hasAux?: false },
): (...args: Args<A>) => HessianOf<A, O, N>;
export function hessian<A extends readonly unknown[], O, const N extends Argnums>(
  f: (...args: A) => O,
  argnums: N,
): (...args: Args<A>) => HessianOf<A, O, N>;
export function hessian<A extends readonly unknown[], O, const N extends Argnums = 0>(
  f: (...args: A) => O,
  options?: JacobianOptions<N> & { readonly hasAux?: false },
): (...args: Args<A>) => HessianOf<A, O, N>;
export function hessian<A extends readonly unknown[], O, X, const N extends Argnums = 0>(
  f: (...args: A) => readonly [O, X],
  options: JacobianOptions<N> & { readonly hasAux: true },
): (...args: Args<A>) => [HessianOf<A, O, N>, X];
export function hessian(f: UserFunction, options?: Argnums | JacobianOptions): UserFunction {
  checkFunction("hessian", f);
  const { argnums, hasAux, holomorphic, chunkSize } = readOptions("hessian", options);
  const settings = { argnums, hasAux, holomorphic } as JacobianOptions & { readonly hasAux?: false };
  const outer = chunkSize === undefined ? settings : { ...settings, chunkSize };
  return named(jacfwd(jacrev(f, settings), outer) as UserFunction, f);
}
