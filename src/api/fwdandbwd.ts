/** The two halves of reverse mode as functions of their own: `fwdAndBwd`. */
import { evaluate } from "../core/evaluate.ts";
import type { Jaxpr } from "../core/jaxpr.ts";
import type { NDArray } from "../core/ndarray.ts";
import { checkOptions, DTypeError, ShapeError, TreeError } from "../errors/index.ts";
import { stage } from "../transforms/stage.ts";
import { unflatten } from "../tree/flatten.ts";
import { registerPytreeNode } from "../tree/registry.ts";
import type { TreeStructure } from "../tree/structure.ts";
import type { Arg, Args, Traced } from "../tree/types.ts";
import { type Aval, formatAval, sameType } from "../types/aval.ts";
import { isInexact } from "../types/dtype.ts";
import { type Argnums, checkArgnums, resolveArgnums } from "./argnums.ts";
import { checkFunction, flattenToArrays, likewise, named, type UserFunction } from "./flat.ts";
import { jit } from "./jit.ts";
import { vjp, vjpWithAux } from "./jvp.ts";

/** How cotangents go back: the same object for all calls of one compiled program. */
interface BackwardProgram {
  /** (residuals, cotangents of the output) to cotangents of the arguments. */
  readonly jaxpr: Jaxpr;
  readonly out: TreeStructure;
  readonly outAvals: readonly Aval[];
  readonly results: TreeStructure;
}

/** What the forward function keeps for the backward one. A tree of arrays, so that it passes through transformations. */
export class Residuals {
  readonly arrays: readonly NDArray[];
  /** @internal */
  readonly program: BackwardProgram;

  /** @internal */
  constructor(arrays: readonly NDArray[], program: BackwardProgram) {
    this.arrays = arrays;
    this.program = program;
  }

  static {
    registerPytreeNode(
      Residuals,
      (r: Residuals) => ({ children: r.arrays, aux: r.program }),
      (program, arrays) => new Residuals(arrays as NDArray[], program as BackwardProgram),
    );
  }
}

/** Options of `fwdAndBwd`. */
export interface FwdAndBwdOptions {
  /** With respect to which arguments cotangents are wanted. Default 0. */
  readonly argnums?: Argnums;
  /** The function returns `[output, aux]`; then `fwd` gives `[output, residuals, aux]`. */
  readonly hasAux?: boolean;
  /** Compile both functions, each once. Default true. */
  readonly jitted?: boolean;
}

/**
 * The forward and the backward pass as two functions: `fwd(...args)` gives `[output, residuals]`, and `bwd(residuals, cotangent)`
 * a list of cotangents, one for each argument in `argnums`. Like `vjp`, whose pullback is a new function at each call; these
 * two are compiled once, also where they are called from different places. JAX's `jax.fwd_and_bwd`.
 * @throws DTypeError if an argument in `argnums` is not of a floating dtype; TreeError or ShapeError for a cotangent that is
 * not like the output.
 * @example
 * const [fwd, bwd] = fwdAndBwd((w: NDArray, x: NDArray) => jnp.sin(w.mul(x)), { argnums: [0, 1] });
 * const [y, residuals] = fwd(0, 3);
 * bwd(residuals, 1)[0] // 3.0
 */
export function fwdAndBwd<A extends readonly unknown[], O>(
  f: (...args: A) => O,
  options?: FwdAndBwdOptions & { readonly hasAux?: false },
): [
  fwd: (...args: Args<A>) => [Traced<O>, Residuals],
  bwd: (residuals: Residuals, cotangent: Arg<Traced<O>>) => NDArray[],
];
export function fwdAndBwd<A extends readonly unknown[], O, X>(
  f: (...args: A) => readonly [O, X],
  options: FwdAndBwdOptions & { readonly hasAux: true },
): [
  fwd: (...args: Args<A>) => [Traced<O>, Residuals, Traced<X>],
  bwd: (residuals: Residuals, cotangent: Arg<Traced<O>>) => NDArray[],
];
export function fwdAndBwd(f: UserFunction, options: FwdAndBwdOptions = {}): [UserFunction, UserFunction] {
  checkFunction("fwdAndBwd", f);
  checkOptions("fwdAndBwd", options, ["argnums", "hasAux", "jitted"]);
  const { argnums = 0, hasAux = false, jitted = true } = options;
  checkArgnums("fwdAndBwd", argnums);
  const fwd = likewise((...args: unknown[]): unknown => {
    const places = resolveArgnums("fwdAndBwd", argnums, args.length);
    const moving = places.map((i) => args[i]);
    checkFloating(moving);
    const partial = named((...given: unknown[]) => {
      const all = [...args];
      places.forEach((place, k) => void all.splice(place, 1, given[k]));
      return f(...all);
    }, f);
    const [output, pull, aux] = hasAux
      ? vjpWithAux(partial as (...given: unknown[]) => [unknown, unknown], ...(moving as never[]))
      : [...vjp(partial, ...(moving as never[])), null];
    const { leaves, structure: out } = flattenToArrays(output);
    const outAvals = leaves.map((x) => x.aval);
    let results: TreeStructure | undefined;
    const { jaxpr, constants } = stage(
      (cotangents) => {
        const flat = flattenToArrays(pull(unflatten(out, cotangents) as never));
        results = flat.structure;
        return flat.leaves;
      },
      outAvals,
      "fwdAndBwd",
    );
    const residuals = new Residuals(constants, { jaxpr, out, outAvals, results: results! });
    return hasAux ? [output, residuals, aux] : [output, residuals];
  }, f);
  const bwd = (residuals: Residuals, cotangent: unknown): unknown => {
    const { jaxpr, out, outAvals, results } = residuals.program;
    const { leaves, structure } = flattenToArrays(cotangent);
    if (structure.key !== out.key) {
      throw new TreeError({
        what: `bwd of fwdAndBwd: the cotangent has structure ${structure}, but the output ${out}`,
        fix: "give a cotangent like the output of fwd",
      });
    }
    leaves.forEach(({ aval }, i) => {
      if (sameType(aval, outAvals[i]!)) return;
      throw new (aval.dtype === outAvals[i]!.dtype ? ShapeError : DTypeError)({
        what: `bwd of fwdAndBwd: expected a cotangent of type ${formatAval(outAvals[i]!)}, but got ${formatAval(aval)}`,
        fix: "give a cotangent like the output of fwd",
      });
    });
    return unflatten(results, evaluate(jaxpr, [...residuals.arrays, ...leaves]));
  };
  return jitted ? [jit(fwd as never) as UserFunction, jit(bwd as never) as UserFunction] : [fwd, bwd as UserFunction];
}

function checkFloating(args: readonly unknown[]): void {
  const wrong = flattenToArrays(args).leaves.find((x) => !isInexact(x.aval.dtype));
  if (wrong === undefined) return;
  throw new DTypeError({
    what: `fwdAndBwd requires real-valued inputs (input dtype that is a sub-dtype of np.floating), but got ${wrong.aval.dtype}`,
    fix: "leave the argument out of argnums, or convert it to a floating dtype",
  });
}
