/** Branches: `cond` and `switch`. */
import { checkFunction, checkSynchronous, flattenToArrays, functionName, type UserFunction } from "../api/flat.ts";
import { condBranches } from "../control/cond.ts";
import { config } from "../core/config.ts";
import { evaluate } from "../core/evaluate.ts";
import { hoistConstants, type Jaxpr } from "../core/jaxpr.ts";
import type { NDArray } from "../core/ndarray.ts";
import { isConcrete } from "../core/trace.ts";
import { ArgumentError, DTypeError, ShapeError, TreeError } from "../errors/index.ts";
import { convertElementType } from "../prims/cast.ts";
import { ne } from "../prims/compare.ts";
import { full } from "../prims/fill.ts";
import { clamp } from "../prims/select.ts";
import { peek } from "../runtime/array.ts";
import { type Staged, stage, stageClosed } from "../transforms/stage.ts";
import { formatPath, leafPaths, unflatten } from "../tree/flatten.ts";
import type { TreeStructure } from "../tree/structure.ts";
import type { Arg, ArrayLike, Traced } from "../tree/types.ts";
import { type Aval, formatAval, sameType } from "../types/aval.ts";
import { isInteger } from "../types/dtype.ts";

interface Branch extends Staged {
  readonly out: TreeStructure;
}

function traceBranch(caller: string, f: UserFunction, structure: TreeStructure, avals: readonly Aval[]): Branch {
  let out: TreeStructure | undefined;
  const staged = stage(
    (args) => {
      const result = f(...(unflatten(structure, args) as unknown[]));
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

function checkBranches(caller: string, branches: readonly Branch[], functions: readonly UserFunction[]): void {
  const first = branches[0]!;
  branches.slice(1).forEach((branch, k) => {
    const names = `branch 0 (${functionName(functions[0]!)}) and branch ${k + 1} (${functionName(functions[k + 1]!)})`;
    if (branch.out.key !== first.out.key) {
      throw new TreeError({
        what: `${caller} branch outputs must have the same pytree structure, but they differ: ${names} return ${first.out} and ${branch.out}`,
        fix: "return the same lists and keys from all branches",
      });
    }
    const paths = leafPaths(first.out);
    first.jaxpr.outputs.forEach((a, i) => {
      const b = branch.jaxpr.outputs[i]!;
      if (sameType(a.aval, b.aval)) return;
      const dtypes = a.aval.dtype !== b.aval.dtype;
      throw new (dtypes ? DTypeError : ShapeError)({
        what: `${caller} branches must have equal output types but they differ: the output${formatPath(paths[i]!)} of ${names} has types ${formatAval(a.aval)} and ${formatAval(b.aval)}, so the ${dtypes ? "dtypes" : "shapes"} do not match`,
        fix: dtypes ? "convert the outputs with astype" : "make the shapes equal",
      });
    });
  });
}

/** Branches over one list of operands: what each closed over comes first, for all. */
function joinConstants(branches: readonly Branch[]): { jaxprs: Jaxpr[]; constants: NDArray[] } {
  const constants = [...new Set(branches.flatMap((b) => b.constants))];
  const jaxprs = branches.map((b) => {
    const own = b.constants.map((c) => constants.indexOf(c));
    const hoisted = hoistConstants(b.jaxpr);
    return stageClosed(
      (args) => evaluate(hoisted, [...own.map((i) => args[i]!), ...args.slice(constants.length)]),
      [...constants, ...b.jaxpr.inputs].map((x) => x.aval),
      "cond",
    );
  });
  return { jaxprs, constants };
}

function branchOf(
  caller: string,
  index: NDArray,
  functions: readonly UserFunction[],
  operands: readonly unknown[],
): unknown {
  const { leaves, structure } = flattenToArrays(operands);
  const avals = leaves.map((x) => x.aval);
  const branches = functions.map((f) => traceBranch(caller, f, structure, avals));
  checkBranches(caller, branches, functions);
  // Weakly typed results beside strongly typed ones become strong.
  const strong = branches[0]!.jaxpr.outputs.map((_, i) => branches.some((b) => !b.jaxpr.outputs[i]!.aval.weakType));
  const { jaxprs, constants } = joinConstants(branches);
  const settled = jaxprs.map((jaxpr) => {
    if (jaxpr.outputs.every((o, i) => !o.aval.weakType || !strong[i])) return jaxpr;
    return stageClosed(
      (args) =>
        evaluate(jaxpr, args).map((y, i) =>
          y.aval.weakType && strong[i] ? convertElementType(y, { newDtype: y.aval.dtype, weakType: false }) : y,
        ),
      jaxpr.inputs.map((v) => v.aval),
      caller,
    );
  });
  const outputs = condBranches([index, ...constants, ...leaves], { branches: settled });
  return unflatten(branches[0]!.out, outputs);
}

/**
 * One of two functions of the operands, chosen by a scalar predicate (boolean or number). Both are traced and must return
 * the same types; compiled, only one runs. Under `vmap` with a batched predicate both run, and each example selects.
 * @throws TreeError, ShapeError or DTypeError if the branches return different types.
 * @example lax.cond(x.greater(0), (x) => jnp.sqrt(x), (x) => x.neg(), x)
 */
export function cond<Operands extends readonly unknown[], T>(
  predicate: ArrayLike,
  onTrue: (...operands: { [K in keyof Operands]: Traced<Operands[K]> }) => T,
  onFalse: (...operands: { [K in keyof Operands]: Traced<Operands[K]> }) => Arg<NoInfer<T>>,
  ...operands: Operands
): Traced<T> {
  checkFunction("cond", onTrue);
  checkFunction("cond", onFalse);
  const known = typeof predicate === "boolean" ? predicate : undefined;
  const leaf = known === undefined ? flattenToArrays([predicate]).leaves[0] : full([], known ? 1 : 0, "bool");
  if (leaf === undefined || leaf.aval.shape.length > 0) {
    throw new ShapeError({
      what: `Pred must be a scalar, got ${leaf === undefined ? String(predicate) : `an array of type ${formatAval(leaf.aval)}`}`,
      fix: "reduce it with any() or all(), or use jnp.where for elementwise choices",
    });
  }
  const truth = leaf.aval.dtype === "bool" ? leaf : ne(leaf, 0);
  if (config.disableJit && isConcrete(truth)) {
    const chosen = peek(truth)[0] ? onTrue : onFalse;
    return (chosen as UserFunction)(...(operands as readonly unknown[])) as Traced<T>;
  }
  const index = convertElementType(truth, { newDtype: "int32", weakType: false });
  return branchOf("cond", index, [onFalse as UserFunction, onTrue as UserFunction], operands) as Traced<T>;
}

/**
 * One of several functions of the operands, chosen by an integer, which is clamped to those that exist.
 * @throws ArgumentError without branches; DTypeError if the index is not an integer scalar.
 * @example lax.switch(i, [(x) => x, (x) => x.mul(2)], x)
 */
function switch_<Operands extends readonly unknown[], T>(
  index: ArrayLike,
  branches: readonly ((...operands: { [K in keyof Operands]: Traced<Operands[K]> }) => T)[],
  ...operands: Operands
): Traced<T> {
  if (branches.length === 0)
    throw new ArgumentError({ what: "Empty branch sequence", fix: "give at least one function" });
  for (const branch of branches) checkFunction("switch", branch);
  const x = typeof index === "number" ? full([], index, "int32") : flattenToArrays([index]).leaves[0]!;
  if (x.aval.shape.length > 0 || !isInteger(x.aval.dtype)) {
    throw new DTypeError({
      what: `Index must be a scalar integer, got ${formatAval(x.aval)}`,
      fix: 'convert it with astype("int32")',
    });
  }
  if (branches.length === 1) return (branches[0] as UserFunction)(...(operands as readonly unknown[])) as Traced<T>;
  const wide = x.aval.dtype === "int32" ? x : convertElementType(x, { newDtype: "int32", weakType: false });
  const clamped = clamp(full([], 0, "int32"), wide, full([], branches.length - 1, "int32"));
  return branchOf("switch", clamped, branches as readonly UserFunction[], operands) as Traced<T>;
}

export { switch_ as switch };
