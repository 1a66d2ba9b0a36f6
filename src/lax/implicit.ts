/**
 * Solutions of equations, differentiated by the implicit function theorem: `customLinearSolve` for A x = b, `customRoot` for
 * f(x) = 0. How the solution was found has no part in its derivative.
 */
import { checkFunction, checkSynchronous, flattenToArrays, functionName, type UserFunction } from "../api/flat.ts";
import { customJvpCall } from "../control/customjvp.ts";
import { type LinearSolver, linearSolve, type ProgramWithConstants } from "../control/linearsolve.ts";
import { evaluate } from "../core/evaluate.ts";
import { hoistConstants, type Jaxpr } from "../core/jaxpr.ts";
import type { NDArray } from "../core/ndarray.ts";
import { ArgumentError, checkOptions, DTypeError, ShapeError, TreeError } from "../errors/index.ts";
import { neg } from "../prims/arithmetic.ts";
import { convertElementType } from "../prims/cast.ts";
import { instantiate } from "../prims/fill.ts";
import { jvpFlat } from "../transforms/jvp.ts";
import { stage } from "../transforms/stage.ts";
import { transposeJaxpr } from "../transforms/transpose.ts";
import { unflatten } from "../tree/flatten.ts";
import type { TreeStructure } from "../tree/structure.ts";
import type { Arg, Traced } from "../tree/types.ts";
import { type Aval, formatAval, sameType } from "../types/aval.ts";

/** A function of one tree, traced. */
interface TracedFunction {
  readonly jaxpr: Jaxpr;
  readonly constants: readonly NDArray[];
  readonly out: TreeStructure;
}

/** Traces a function of one tree. */
function trace(caller: string, f: UserFunction, structure: TreeStructure, avals: readonly Aval[]): TracedFunction {
  let out: TreeStructure | undefined;
  const { jaxpr, constants } = stage(
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
  return { jaxpr: hoistConstants(jaxpr), constants, out: out! };
}

/** @throws TreeError, ShapeError or DTypeError if what a function returned is not like the value beside it. */
function checkAlike(
  caller: string,
  role: string,
  given: { readonly structure: TreeStructure; readonly avals: readonly Aval[] },
  expected: { readonly structure: TreeStructure; readonly avals: readonly Aval[] },
): void {
  if (given.structure.key !== expected.structure.key) {
    throw new TreeError({
      what: `${role} of ${caller} must return a tree like its argument's, ${expected.structure}, but returned ${given.structure}`,
      fix: "return the same lists and keys",
    });
  }
  given.avals.forEach((aval, i) => {
    const wanted = expected.avals[i]!;
    if (sameType(aval, wanted)) return;
    throw new (aval.dtype === wanted.dtype ? ShapeError : DTypeError)({
      what: `${role} of ${caller} must return values of the types of its argument, but returned ${formatAval(aval)} for ${formatAval(wanted)}`,
      fix: aval.dtype === wanted.dtype ? "return arrays of the same shapes" : `convert with astype("${wanted.dtype}")`,
    });
  });
}

const outputTypes = (traced: TracedFunction, count = traced.jaxpr.outputs.length): readonly Aval[] =>
  traced.jaxpr.outputs.slice(0, count).map((o) => o.aval);

/** Values without weak types, so that programs agree on what they take and return. */
function strong(leaves: readonly NDArray[]): NDArray[] {
  return leaves.map((x) => (x.aval.weakType ? convertElementType(x, { newDtype: x.aval.dtype, weakType: false }) : x));
}

/** The result of a solver: the solution, or `[solution, aux]`. */
function splitAux(caller: string, out: TreeStructure, hasAux: boolean): TreeStructure {
  if (!hasAux) return out;
  if (out.children.length === 2) return out.children[0]!;
  throw new ArgumentError({
    what: `${caller} with hasAux: solve must return a pair, but returned ${out}`,
    fix: "return [solution, aux]",
  });
}

/** A program whose results have the types of `avals`, not weak ones. */
function withStrongResults(f: UserFunction): UserFunction {
  return (...args) => {
    const { leaves, structure } = flattenToArrays(f(...args));
    return unflatten(structure, strong(leaves));
  };
}

/** Options of `customLinearSolve`. */
export interface LinearSolveOptions<T> {
  /** Solves with the transposed matrix: gets `vecmat`, which multiplies by it, and the right-hand side. For reverse mode. */
  readonly transposeSolve?: (vecmat: (x: T) => T, b: T) => unknown;
  /** The matrix is symmetric, so that `solve` serves for the transposed one too. */
  readonly symmetric?: boolean;
  /** `solve` returns `[solution, aux]`; so does `customLinearSolve`. */
  readonly hasAux?: boolean;
}

/**
 * Solves $A x = b$ for x by `solve(matvec, b)`, where `matvec(x)` is $A x$. The solution differentiates by
 * $A\,dx = db - dA\,x$, in forward mode, and in reverse mode if there is a `transposeSolve` or the matrix is symmetric:
 * `solve` itself is never differentiated, so it may be a while loop, or stop early. x and b are trees of the same structure
 * and types.
 * @throws TreeError, ShapeError or DTypeError if `matvec` or `solve` return another kind of value than b; TransformError for
 * reverse mode without `transposeSolve`.
 * @example
 * const x = lax.customLinearSolve((x) => d.mul(x), b, (_matvec, b) => b.div(d), { symmetric: true });
 */
export function customLinearSolve<const T>(
  matvec: (x: Traced<T>) => Arg<Traced<T>>,
  b: T,
  solve: (matvec: (x: Traced<T>) => Traced<T>, b: Traced<T>) => Arg<Traced<T>>,
  options?: LinearSolveOptions<Traced<T>> & { readonly hasAux?: false },
): Traced<T>;
export function customLinearSolve<const T, X>(
  matvec: (x: Traced<T>) => Arg<Traced<T>>,
  b: T,
  solve: (matvec: (x: Traced<T>) => Traced<T>, b: Traced<T>) => readonly [Arg<Traced<T>>, X],
  options: LinearSolveOptions<Traced<T>> & { readonly hasAux: true },
): [Traced<T>, Traced<X>];
export function customLinearSolve(
  matvec: UserFunction,
  b: unknown,
  solve: UserFunction,
  options: Omit<LinearSolveOptions<never>, "transposeSolve"> & { readonly transposeSolve?: UserFunction } = {},
): unknown {
  const caller = "customLinearSolve";
  checkFunction(caller, matvec);
  checkFunction(caller, solve);
  checkOptions(caller, options, ["transposeSolve", "symmetric", "hasAux"]);
  const { transposeSolve, symmetric = false, hasAux = false } = options;
  const { leaves, structure } = flattenToArrays(b);
  const rhs = strong(leaves);
  const avals = rhs.map((x) => x.aval);
  const expected = { structure, avals };
  const count = rhs.length;

  const product = trace(caller, withStrongResults(matvec), structure, avals);
  checkAlike(caller, "matvec", { structure: product.out, avals: outputTypes(product) }, expected);
  const multiply = (program: Jaxpr, constants: readonly NDArray[]) => (x: unknown) =>
    unflatten(structure, evaluate(program, [...constants, ...strong(flattenToArrays(x).leaves)]));

  const solver = (f: UserFunction, times: UserFunction, role: string): TracedFunction => {
    const traced = trace(
      caller,
      withStrongResults((right: unknown) => f(times, right)),
      structure,
      avals,
    );
    const own = splitAux(caller, traced.out, hasAux);
    checkAlike(caller, role, { structure: own, avals: outputTypes(traced, count) }, expected);
    return traced;
  };
  const program = ({ jaxpr, constants }: TracedFunction): ProgramWithConstants => ({
    jaxpr,
    constants: constants.length,
  });
  const solution = solver(solve, multiply(product.jaxpr, product.constants), "solve");
  let transposed: LinearSolver | null = null;
  let transposedConstants: readonly NDArray[] = [];
  if (symmetric && transposeSolve === undefined) {
    transposed = { matvec: program(product), solve: program(solution) };
    transposedConstants = [...product.constants, ...solution.constants];
  } else if (transposeSolve !== undefined) {
    const marks = product.jaxpr.inputs.map((_, i) => i >= product.constants.length);
    const jaxpr = symmetric
      ? product.jaxpr
      : transposeJaxpr(
          product.jaxpr,
          marks,
          avals.map(() => true),
        );
    const back = solver(transposeSolve, multiply(jaxpr, product.constants), "transposeSolve");
    transposed = { matvec: { jaxpr, constants: product.constants.length }, solve: program(back) };
    transposedConstants = [...product.constants, ...back.constants];
  }
  const outputs = linearSolve([...product.constants, ...solution.constants, ...transposedConstants, ...rhs], {
    matvec: program(product),
    solve: program(solution),
    transposed,
  });
  return unflatten(solution.out, outputs);
}

/** Arrays of a tree that must be like another; numbers take its dtypes. */
function readAs(
  tree: unknown,
  role: string,
  expected: { readonly structure: TreeStructure; readonly avals: readonly Aval[] },
): NDArray[] {
  const { leaves, structure } = flattenToArrays(tree);
  const fitted =
    structure.key !== expected.structure.key
      ? leaves
      : leaves.map((x, i) =>
          x.aval.weakType ? convertElementType(x, { newDtype: expected.avals[i]!.dtype, weakType: false }) : x,
        );
  checkAlike("customRoot", role, { structure, avals: fitted.map((x) => x.aval) }, expected);
  return [...fitted];
}

/** Options of `customRoot`. */
export interface CustomRootOptions {
  /** `solve` returns `[root, aux]`; so does `customRoot`. */
  readonly hasAux?: boolean;
}

/**
 * A root of f: x with $f(x) = 0$, by `solve(f, initialGuess)`. It differentiates with respect to what f closes over by the
 * implicit function theorem, $dx = -(\partial f/\partial x)^{-1}\, df$: `tangentSolve(g, y)` solves the linear equation
 * $g(x) = y$, where g is the derivative of f at the root. `solve` itself is never differentiated, and the guess has no
 * derivative. In reverse mode `tangentSolve` is transposed, so it must be linear in y.
 * @throws TreeError, ShapeError or DTypeError if f or `solve` return another kind of value than the guess.
 * @example
 * const squareRoot = (a: NDArray) =>
 *   lax.customRoot((x) => x.mul(x).sub(a), a, newton, (g, y) => y.div(g(1)));
 */
export function customRoot<const T>(
  f: (x: Traced<T>) => Arg<Traced<T>>,
  initialGuess: T,
  solve: (f: (x: Arg<Traced<T>>) => Traced<T>, initialGuess: Traced<T>) => Arg<Traced<T>>,
  tangentSolve: (g: (x: Arg<Traced<T>>) => Traced<T>, y: Traced<T>) => Arg<Traced<T>>,
  options?: CustomRootOptions & { readonly hasAux?: false },
): Traced<T>;
export function customRoot<const T, X>(
  f: (x: Traced<T>) => Arg<Traced<T>>,
  initialGuess: T,
  solve: (f: (x: Arg<Traced<T>>) => Traced<T>, initialGuess: Traced<T>) => readonly [Arg<Traced<T>>, X],
  tangentSolve: (g: (x: Arg<Traced<T>>) => Traced<T>, y: Traced<T>) => Arg<Traced<T>>,
  options: CustomRootOptions & { readonly hasAux: true },
): [Traced<T>, Traced<X>];
export function customRoot(
  f: UserFunction,
  initialGuess: unknown,
  solve: UserFunction,
  tangentSolve: UserFunction,
  options: CustomRootOptions = {},
): unknown {
  const caller = "customRoot";
  for (const each of [f, solve, tangentSolve]) checkFunction(caller, each);
  checkOptions(caller, options, ["hasAux"]);
  const { leaves, structure } = flattenToArrays(initialGuess);
  const guess = strong(leaves);
  const avals = guess.map((x) => x.aval);
  const expected = { structure, avals };
  const count = guess.length;

  const equation = trace(caller, withStrongResults(f), structure, avals);
  checkAlike(caller, "f", { structure: equation.out, avals: outputTypes(equation) }, expected);
  const solution = trace(
    caller,
    withStrongResults((x: unknown) => solve(f, x)),
    structure,
    avals,
  );
  const own = splitAux(caller, solution.out, options.hasAux ?? false);
  checkAlike(caller, "solve", { structure: own, avals: outputTypes(solution, count) }, expected);

  const parameters = equation.constants.length;
  // The operands: what f closes over, what solve closes over, the guess.
  const { jaxpr } = stage(
    (args) => evaluate(solution.jaxpr, args.slice(parameters)),
    [...equation.constants.map((x) => x.aval), ...solution.jaxpr.inputs.map((v) => v.aval)],
    caller,
  );
  const call = (operands: readonly NDArray[]): NDArray[] =>
    customJvpCall(operands, {
      name: functionName(f),
      jaxpr,
      rule: (primals, tangents) => {
        const outputs = call(primals);
        const root = outputs.slice(0, count);
        const constants = primals.slice(0, parameters);
        const none = root.map(() => null);
        const at = (args: readonly NDArray[]): NDArray[] => evaluate(equation.jaxpr, args);
        const [, df] = jvpFlat(at, [...constants, ...root], [...tangents.slice(0, parameters), ...none]);
        if (df.every((t) => t === null)) return [outputs, outputs.map(() => null)];
        const g = (x: unknown): unknown => {
          const direction = readAs(x, "the argument of g", expected);
          const [, image] = jvpFlat(at, [...constants, ...root], [...constants.map(() => null), ...direction]);
          return unflatten(
            structure,
            image.map((t, i) => instantiate(t, avals[i]!)),
          );
        };
        const y = unflatten(
          structure,
          df.map((t, i) => instantiate(t, avals[i]!)),
        );
        const solved = readAs(tangentSolve(g, y), "tangentSolve", expected);
        return [outputs, [...solved.map((t) => neg(t)), ...outputs.slice(count).map(() => null)]];
      },
    });
  return unflatten(solution.out, call([...equation.constants, ...solution.constants, ...guess]));
}
