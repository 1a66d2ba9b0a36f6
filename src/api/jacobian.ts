/** Whole derivatives: `jacfwd`, `jacrev`, `hessian`. */
import type { NDArray } from "../core/ndarray.ts";
import { Linear } from "../core/primitive.ts";
import { checkOptions, DTypeError } from "../errors/index.ts";
import { sub } from "../prims/arithmetic.ts";
import { convertElementType } from "../prims/cast.ts";
import { eq } from "../prims/compare.ts";
import { instantiate, iota } from "../prims/fill.ts";
import { reshape } from "../prims/movement.ts";
import { slice } from "../prims/slicing.ts";
import { jvpFlat } from "../transforms/jvp.ts";
import { linearizeFlat } from "../transforms/linearize.ts";
import { backward } from "../transforms/transpose.ts";
import { materialiseBatch, vmapFlat } from "../transforms/vmap.ts";
import { unflatten, unflattenEach } from "../tree/flatten.ts";
import type { TreeStructure } from "../tree/structure.ts";
import type { Args, ArrayLike, Traced } from "../tree/types.ts";
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
}

/** A tree like the output, whose leaves are trees like the arguments. */
type Product<O, T> = O extends ArrayLike ? T : O extends object ? { -readonly [K in keyof O]: Product<O[K], T> } : O;

/** The type of a Jacobian: the tree of the output, with the tree of the chosen arguments at each leaf. */
export type JacobianOf<A extends readonly unknown[], O, N> = Product<Traced<O>, GradientOf<A, N>>;

type Settings = Required<JacobianOptions>;

function readOptions(caller: string, given: Argnums | JacobianOptions | undefined): Settings {
  const options =
    typeof given === "number" || Array.isArray(given)
      ? { argnums: given as Argnums }
      : (given as JacobianOptions | undefined);
  const allowed = ["argnums", "hasAux", "holomorphic", ...(caller === "jacrev" ? ["allowInt"] : [])];
  checkOptions(caller, options, allowed);
  const { argnums = 0, hasAux = false, holomorphic = false, allowInt = false } = options ?? {};
  checkArgnums(caller, argnums);
  return { argnums, hasAux, holomorphic, allowInt };
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

/** The standard basis of the space of these arrays: for each an array of shape [total size, ...shape]. */
function standardBasis(avals: readonly { readonly shape: Shape; readonly dtype: DType }[]): NDArray[] {
  const total = avals.reduce((sum, a) => sum + sizeOf(a.shape), 0);
  let start = 0;
  return avals.map(({ shape, dtype }) => {
    const size = sizeOf(shape);
    const rows = iota([], { dtype: "int32", shape: [total, size], dimension: 0 });
    const columns = iota([], { dtype: "int32", shape: [total, size], dimension: 1 });
    const shifted = start === 0 ? rows : sub(rows, start);
    start += size;
    const ones = convertElementType(eq(shifted, columns), { newDtype: dtype, weakType: false });
    return reshaped(ones, [total, ...shape]);
  });
}

const reshaped = (x: NDArray, shape: Shape): NDArray =>
  equalShapes(x.aval.shape, shape) ? x : reshape(x, { newSizes: shape });

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
    const values = batched.slice(count);
    checkDTypes("jacfwd", "output", values.slice(0, count), settings);
    const jacobians = batched.slice(0, count).map((d, i) => {
      const { shape } = values[i]!.aval;
      const columns = materialiseBatch(d, dims[i]!, total, shape.length);
      const pieces = cutAxis(columns, shape.length, sizes).map((piece, k) =>
        reshaped(piece, [...shape, ...primals[k]!.aval.shape]),
      );
      return argumentTree(settings, structures, pieces);
    });
    const result = unflatten(out(), jacobians);
    return settings.hasAux ? [result, rebuildAux(values.slice(count))] : result;
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
    const total = sizes.reduce((a, b) => a + b, 0);
    const basis = standardBasis(outputs.map((y) => y.aval));
    const moving = primals.filter((_, i) => inexact[i]);
    const [batched, dims] = vmapFlat(
      (cotangents) =>
        backward(
          linear,
          [...residuals, ...moving.map((x) => new Linear(x.aval))],
          nonzeroOut.flatMap((b, i) => (b ? [i < count ? cotangents[i]! : null] : [])),
        )
          .slice(residuals.length)
          .map((ct, i) => instantiate(ct, moving[i]!.aval)),
      basis,
      basis.map(() => 0),
      { size: total, name: undefined },
    );
    let next = 0;
    // For each argument its rows, cut into one piece for each output.
    const pieces = primals.map((x, i) => {
      if (!inexact[i]) return outputs.map((y) => float0Zeros([...y.aval.shape, ...x.aval.shape]));
      const k = next++;
      const rows = materialiseBatch(batched[k]!, dims[k]!, total, 0);
      return cutAxis(rows, 0, sizes).map((piece, o) => reshaped(piece, [...outputs[o]!.aval.shape, ...x.aval.shape]));
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
  const { argnums, hasAux, holomorphic } = readOptions("hessian", options);
  const settings = { argnums, hasAux, holomorphic } as JacobianOptions & { readonly hasAux?: false };
  return named(jacfwd(jacrev(f, settings), settings) as UserFunction, f);
}
