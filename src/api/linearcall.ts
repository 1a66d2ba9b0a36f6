/** Linear functions with a transpose of the user's own: `linearCall`. */
import { linearCallProgram } from "../control/linearcall.ts";
import { type Jaxpr, Var } from "../core/jaxpr.ts";
import { DTypeError, ShapeError, TreeError } from "../errors/index.ts";
import { type Staged, stage } from "../transforms/stage.ts";
import { unflatten } from "../tree/flatten.ts";
import type { TreeStructure } from "../tree/structure.ts";
import type { Arg, Traced } from "../tree/types.ts";
import { type Aval, formatAval, sameType } from "../types/aval.ts";
import { checkFunction, checkSynchronous, flattenToArrays, functionName, type UserFunction } from "./flat.ts";

interface Program extends Staged {
  readonly out: TreeStructure;
}

/** A function of two trees as a program. */
function trace(f: UserFunction, first: TreeStructure, second: TreeStructure, avals: readonly Aval[]): Program {
  let out: TreeStructure | undefined;
  const staged = stage(
    (args) => {
      const result = f(
        unflatten(first, args.slice(0, first.leafCount)),
        unflatten(second, args.slice(first.leafCount)),
      );
      checkSynchronous("linearCall", f, result);
      const flat = flattenToArrays(result);
      out = flat.structure;
      return flat.leaves;
    },
    avals,
    `linearCall of ${functionName(f)}`,
  );
  return { ...staged, out: out! };
}

/** A program with what it closed over, and what another one did, as leading inputs. */
function closed({ jaxpr }: Staged, before: readonly Aval[], after: readonly Aval[]): Jaxpr {
  const fresh = (avals: readonly Aval[]): Var[] => avals.map((aval) => new Var(aval));
  return { ...jaxpr, constants: [], inputs: [...fresh(before), ...jaxpr.constants, ...fresh(after), ...jaxpr.inputs] };
}

/**
 * A linear function with a transpose of one's own: gives `fun(residualArgs, linearArgs)`, and where it is transposed, as reverse
 * mode does, `funTranspose(residualArgs, cotangents)` is called instead, which returns cotangents like `linearArgs`. The
 * transpose of that is `fun` again. JAX's `jax.custom_derivatives.linear_call`; unlike there, `vmap` passes through.
 *
 * `fun` must be linear in `linearArgs`, which nobody checks; in the residuals it need not be, and they cannot be
 * differentiated.
 * @throws TreeError, ShapeError or DTypeError if the transpose returns anything but cotangents like `linearArgs`;
 * TransformError if the residuals are differentiated.
 * @example
 * const scaled = (r: NDArray, x: NDArray) => linearCall((r, x) => x.div(r), (r, ct) => ct.div(r), r, x);
 * grad(scaled, 1)(4, 3) // 0.25
 */
export function linearCall<R, L, O>(
  fun: (residuals: Traced<R>, linear: Traced<L>) => O,
  funTranspose: (residuals: Traced<R>, cotangents: Traced<O>) => Arg<L>,
  residualArgs: R,
  linearArgs: L,
): Traced<O>;
export function linearCall(
  fun: UserFunction,
  funTranspose: UserFunction,
  residualArgs: unknown,
  linearArgs: unknown,
): unknown {
  checkFunction("linearCall", fun);
  checkFunction("linearCall", funTranspose);
  const residual = flattenToArrays(residualArgs);
  const linear = flattenToArrays(linearArgs);
  const avalsOf = (xs: readonly { readonly aval: Aval }[]): Aval[] => xs.map((x) => x.aval);
  const forward = trace(fun, residual.structure, linear.structure, [
    ...avalsOf(residual.leaves),
    ...avalsOf(linear.leaves),
  ]);
  const back = trace(funTranspose, residual.structure, forward.out, [
    ...avalsOf(residual.leaves),
    ...forward.jaxpr.outputs.map((atom) => atom.aval),
  ]);
  checkTranspose(funTranspose, back, linear.structure, avalsOf(linear.leaves));
  const [own, other] = [avalsOf(forward.constants), avalsOf(back.constants)];
  const outputs = linearCallProgram([...forward.constants, ...back.constants, ...residual.leaves, ...linear.leaves], {
    name: functionName(fun),
    residuals: own.length + other.length + residual.leaves.length,
    jaxpr: closed(forward, [], other),
    transposed: closed(back, own, []),
  });
  return unflatten(forward.out, outputs);
}

function checkTranspose(f: UserFunction, back: Program, expected: TreeStructure, avals: readonly Aval[]): void {
  const where = [`the transpose is ${functionName(f)}`];
  if (back.out.key !== expected.key) {
    throw new TreeError({
      what: `transpose output pytree structure must match that of linear inputs, got output structure ${back.out} and input structure ${expected}.`,
      where,
      fix: "return cotangents in a tree like linearArgs",
    });
  }
  back.jaxpr.outputs.forEach(({ aval }, i) => {
    if (sameType(aval, avals[i]!)) return;
    throw new (aval.dtype === avals[i]!.dtype ? ShapeError : DTypeError)({
      what: `Expected cotangent type ${formatAval(avals[i]!)} but got ${formatAval(aval)}`,
      where,
      fix: "sum or broadcast the cotangent to the argument's shape, and convert its dtype",
    });
  });
}
