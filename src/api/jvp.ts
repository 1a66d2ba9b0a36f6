/** Directional derivatives and their transposes: `jvp`, `linearize`, `vjp`, `linearTranspose`. */
import { evaluate } from "../core/evaluate.ts";
import { isNDArray, type NDArray } from "../core/ndarray.ts";
import { Linear, type Tangent } from "../core/primitive.ts";
import { ArgumentError, checkOptions, DTypeError, ShapeError, TreeError } from "../errors/index.ts";
import { instantiate } from "../prims/fill.ts";
import { jvpFlat } from "../transforms/jvp.ts";
import { linearizeFlat } from "../transforms/linearize.ts";
import { stage } from "../transforms/stage.ts";
import { backward } from "../transforms/transpose.ts";
import { flattenArrays, unflatten } from "../tree/flatten.ts";
import type { TreeStructure } from "../tree/structure.ts";
import type { Arg, Args, Traced } from "../tree/types.ts";
import { type Aval, formatAval, sameType, tangentAval } from "../types/aval.ts";
import { isInexact } from "../types/dtype.ts";
import { formatShape } from "../types/shape.ts";
import {
  type Auxiliary,
  checkAuxiliaryPair,
  checkFunction,
  flatFunction,
  flattenToArrays,
  flattenToAvals,
  functionName,
  takeAuxiliary,
  type UserFunction,
} from "./flat.ts";
import { float0Zeros } from "./float0.ts";
import { toTangentLeaf } from "./leaf.ts";

/** Options of `jvp`. */
export interface AuxOptions {
  /** The function returns `[output, aux]`. */
  readonly hasAux?: boolean;
}

/** A function with auxiliary data as a flat one: arrays of aux are extra results. */
function withAuxiliary(caller: string, f: UserFunction, structure: TreeStructure, hasAux: boolean) {
  if (!hasAux) {
    const flat = flatFunction(caller, f, structure);
    return { call: flat.call, structure: flat.structure, aux: (): unknown => undefined };
  }
  let out: TreeStructure | undefined;
  let auxiliary: Auxiliary | undefined;
  return {
    call: (leaves: readonly NDArray[]): NDArray[] => {
      const [value, aux] = checkAuxiliaryPair(caller, f, f(...(unflatten(structure, leaves) as unknown[])));
      const flat = flattenToArrays(value);
      out = flat.structure;
      auxiliary = takeAuxiliary(aux);
      return [...flat.leaves, ...auxiliary.arrays];
    },
    structure: (): TreeStructure => out!,
    aux: (results: readonly NDArray[]): unknown => auxiliary!.rebuild(results.slice(out!.leafCount)),
  };
}

/** What errors say of a tangent or cotangent that does not fit the value that it belongs to. */
interface Wording {
  readonly role: "tangent" | "cotangent";
  readonly tree: (given: TreeStructure, expected: TreeStructure) => string;
  readonly shape: (given: Aval, expected: Aval) => string;
  /** `value` is the type of the primal or output. */
  readonly dtype: (given: Aval, expected: Aval, value: Aval) => string;
}

const ofJvp: Wording = {
  role: "tangent",
  tree: (given, expected) =>
    `primal and tangent arguments to jvp must have the same tree structure; primals have tree structure ${expected} whereas tangents have tree structure ${given}.`,
  shape: (given, expected) =>
    `jvp called with different primal and tangent shapes; got primal shape ${formatShape(expected.shape)} and tangent shape as ${formatShape(given.shape)}`,
  dtype: (given, expected, value) =>
    `primal and tangent arguments to jvp do not match; dtypes must be equal, or in case of int/bool primal dtype the tangent dtype must be float0. Got primal dtype ${value.dtype} and so expected tangent dtype ${expected.dtype}, but got tangent dtype ${given.dtype} instead.`,
};

const inconsistent = (given: Aval, expected: Aval): string =>
  `linearized function called on tangent values inconsistent with the original primal values: got ${formatAval(given)}, but expected ${formatAval(expected)}`;

const ofLinearize: Wording = {
  role: "tangent",
  tree: (given, expected) =>
    `linearized function called on tangent values inconsistent with the original primal values: tangents have tree structure ${given}, but primals ${expected}`,
  shape: inconsistent,
  dtype: inconsistent,
};

const ofPullback = (f: UserFunction): Wording => {
  const type = (given: Aval, expected: Aval, value = expected): string =>
    `unexpected type (e.g. shape/dtype) for argument to VJP function: got ${formatAval(given)}, but expected ${formatAval(expected)} because the corresponding output of the differentiated function ${functionName(f)} had type ${formatAval(value)}`;
  return {
    role: "cotangent",
    tree: (given, expected) =>
      `unexpected tree structure. The argument to a VJP function must match the pytree structure of the output of the differentiated function ${functionName(f)}: got ${given}, but expected ${expected}`,
    shape: type,
    dtype: type,
  };
};

/** Tangents (or cotangents) for values of these types, from a tree of the user. */
function readTangents(words: Wording, tree: unknown, structure: TreeStructure, avals: readonly Aval[]): Tangent[] {
  const [leaves, given] = flattenArrays(tree);
  if (given.key !== structure.key) {
    throw new TreeError({
      what: words.tree(given, structure),
      fix: `give a ${words.role} with the same lists and keys`,
    });
  }
  return leaves.map((leaf, i) => {
    const aval = avals[i]!;
    const expected = tangentAval(aval);
    // Zero stands for the one tangent that integers have.
    if (expected.dtype === "float0" && leaf === 0) return null;
    const t = toTangentLeaf(leaf, aval.dtype);
    if (t.aval.dtype !== expected.dtype) {
      throw new DTypeError({
        what: words.dtype(t.aval, expected, aval),
        fix:
          expected.dtype === "float0"
            ? "integers and booleans have no tangents: pass 0, or differentiate by floating point arguments only"
            : `convert the ${words.role} with astype("${expected.dtype}")`,
      });
    }
    if (!sameType(t.aval, expected)) {
      throw new ShapeError({ what: words.shape(t.aval, expected), fix: `reshape or broadcast the ${words.role}` });
    }
    return expected.dtype === "float0" ? null : t;
  });
}

const zeroOr = (t: Tangent, aval: Aval): NDArray =>
  isInexact(aval.dtype) ? instantiate(t, aval) : float0Zeros(aval.shape);

function checkLists(primals: unknown, tangents: unknown): void {
  if (Array.isArray(primals) && Array.isArray(tangents)) return;
  const describe = (value: unknown): string =>
    Array.isArray(value) ? "list" : isNDArray(value) ? "NDArray" : typeof value;
  throw new ArgumentError({
    what: `primal and tangent arguments to jvp must be tuples or lists; found ${describe(primals)} and ${describe(tangents)}.`,
    fix: "give both as lists with one entry for each argument: jvp(f, [x, y], [dx, dy])",
  });
}

/**
 * Forward mode: the value of `f` and its derivative in the direction of `tangents`,
 * $(f(x), \partial f(x)\, v)$: `[output, outputTangent]`, or `[output, outputTangent, aux]` with `hasAux`.
 *
 * Primals and tangents are lists with one entry an argument; each tangent has the shape and dtype of its primal.
 * @throws TreeError, ShapeError or DTypeError if primals and tangents do not match.
 * @example
 * const [y, dy] = jvp((x: NDArray) => jnp.sin(x), [0.1], [1]);
 */
export function jvp<A extends readonly unknown[], O>(
  f: (...args: A) => O,
  primals: Args<A>,
  tangents: Args<A>,
  options?: AuxOptions & { readonly hasAux?: false },
): [Traced<O>, Traced<O>];
export function jvp<A extends readonly unknown[], O, X>(
  f: (...args: A) => readonly [O, X],
  primals: Args<A>,
  tangents: Args<A>,
  options: AuxOptions & { readonly hasAux: true },
): [Traced<O>, Traced<O>, X];
export function jvp(f: UserFunction, primals: unknown, tangents: unknown, options?: AuxOptions): unknown[] {
  checkFunction("jvp", f);
  checkOptions("jvp", options, ["hasAux"]);
  checkLists(primals, tangents);
  const { leaves, structure } = flattenToArrays(primals);
  const avals = leaves.map((x) => x.aval);
  const directions = readTangents(ofJvp, tangents, structure, avals);
  const flat = withAuxiliary("jvp", f, structure, options?.hasAux ?? false);
  const [results, resultTangents] = jvpFlat(flat.call, leaves, directions, `jvp of ${functionName(f)}`);
  const out = flat.structure();
  const count = out.leafCount;
  const output = unflatten(out, results.slice(0, count));
  const outputTangent = unflatten(
    out,
    results.slice(0, count).map((y, i) => zeroOr(resultTangents[i]!, y.aval)),
  );
  return options?.hasAux ? [output, outputTangent, flat.aux(results)] : [output, outputTangent];
}

/**
 * The value of `f` at `primals`, and its derivative there as a function: `[output, push]`, where `push(...tangents)` is
 * $\partial f(x)\, v$. Calling `push` runs the linear part only.
 * @example
 * const [y, push] = linearize((x: NDArray) => jnp.sin(x), 0.5);
 * push(1); // cos(0.5)
 */
export function linearize<A extends readonly unknown[], O>(
  f: (...args: A) => O,
  ...primals: Args<A>
): [Traced<O>, (...tangents: Args<A>) => Traced<O>] {
  checkFunction("linearize", f);
  const { leaves, structure } = flattenToArrays(primals);
  const avals = leaves.map((x) => x.aval);
  const flat = flatFunction("linearize", f as UserFunction, structure);
  const inexact = avals.map((aval) => isInexact(aval.dtype));
  const { results, nonzeroOut, linear, residuals } = linearizeFlat(
    flat.call,
    leaves,
    inexact,
    [],
    `linearize of ${functionName(f as UserFunction)}`,
  );
  const out = flat.structure();
  const push = (...tangents: readonly unknown[]): Traced<O> => {
    const given = readTangents(ofLinearize, tangents, structure, avals);
    const moving = given
      .filter((_, i) => inexact[i])
      .map((t, i) => instantiate(t, avals.filter((_, k) => inexact[k])[i]!));
    const outputs = evaluate(linear, [...residuals, ...moving]);
    let next = 0;
    return unflatten(
      out,
      results.map((y, i) => zeroOr(nonzeroOut[i] ? outputs[next++]! : null, y.aval)),
    ) as Traced<O>;
  };
  return [unflatten(out, results) as Traced<O>, push];
}

/** The pullback of `vjp`: cotangents of the output to a list of cotangents of the arguments. */
export type Pullback<A extends readonly unknown[], O> = (cotangent: Arg<Traced<O>>) => {
  -readonly [K in keyof A]: Traced<A[K]>;
};

/**
 * Reverse mode: the value of `f`, and the function from cotangents of its output to those of its arguments,
 * $u \mapsto u^T \partial f(x)$: `[output, pull]`, or `[output, pull, aux]` for `vjpWithAux`. `pull` takes one cotangent
 * with the tree of the output and returns a list, one entry an argument.
 * @example
 * const [y, pull] = vjp((x: NDArray, y: NDArray) => jnp.sin(x.mul(y)), 0.5, 2);
 * const [dx, dy] = pull(1);
 */
export function vjp<A extends readonly unknown[], O>(
  f: (...args: A) => O,
  ...primals: Args<A>
): [Traced<O>, Pullback<A, O>] {
  const { output, pull } = vjpOf("vjp", f as UserFunction, primals, false);
  return [output as Traced<O>, pull as Pullback<A, O>];
}

/**
 * `vjp` of a function that returns `[output, aux]`: `[output, pull, aux]`. JAX writes `vjp(f, ..., has_aux=True)`.
 * @example const [y, pull, aux] = vjpWithAux((x: NDArray) => [x.pow(2), x.mul(10)] as const, 3);
 */
export function vjpWithAux<A extends readonly unknown[], O, X>(
  f: (...args: A) => readonly [O, X],
  ...primals: Args<A>
): [Traced<O>, Pullback<A, O>, X] {
  const { output, pull, aux } = vjpOf("vjpWithAux", f as UserFunction, primals, true);
  return [output as Traced<O>, pull as Pullback<A, O>, aux as X];
}

function vjpOf(
  caller: string,
  f: UserFunction,
  primals: readonly unknown[],
  hasAux: boolean,
): { output: unknown; pull: (cotangent: unknown) => unknown; aux: unknown } {
  checkFunction(caller, f);
  const { leaves, structure } = flattenToArrays(primals);
  const flat = withAuxiliary(caller, f, structure, hasAux);
  const inexact = leaves.map((x) => isInexact(x.aval.dtype));
  const { results, nonzeroOut, linear, residuals } = linearizeFlat(
    flat.call,
    leaves,
    inexact,
    [],
    `${caller} of ${functionName(f)}`,
  );
  const out = flat.structure();
  const outputs = results.slice(0, out.leafCount);
  const words = ofPullback(f);
  const pull = (cotangent: unknown): unknown => {
    const given = readTangents(
      words,
      cotangent,
      out,
      outputs.map((y) => y.aval),
    );
    const moving = leaves.filter((_, i) => inexact[i]).map((x) => new Linear(x.aval));
    const cotangents = backward(
      linear,
      [...residuals, ...moving],
      nonzeroOut.flatMap((b, i) => (b ? [given[i] ?? null] : [])),
    ).slice(residuals.length);
    let next = 0;
    return unflatten(
      structure,
      leaves.map((x, i) => (inexact[i] ? instantiate(cotangents[next++]!, x.aval) : float0Zeros(x.aval.shape))),
    );
  };
  return { output: unflatten(out, outputs), pull, aux: flat.aux(results) };
}

/**
 * The transpose of a linear function: for $f(x) = A x$ the function $u \mapsto A^T u$ (no conjugation). The primals say
 * only shapes and dtypes, so descriptions (`ShapeDtypeStruct`) do. Returns a list, one entry an argument.
 * @throws TransformError if the function is not linear.
 * @example
 * const transposed = linearTranspose((x: NDArray) => jnp.dot(A, x), x);
 * const [y] = transposed(u);
 */
export function linearTranspose<A extends readonly unknown[], O>(
  f: (...args: A) => O,
  ...primals: { [K in keyof A]: unknown }
): Pullback<A, O> {
  checkFunction("linearTranspose", f);
  const { avals, structure } = flattenToAvals(primals);
  const flat = flatFunction("linearTranspose", f as UserFunction, structure);
  const { jaxpr, constants } = stage(flat.call, avals, "linearTranspose");
  const out = flat.structure();
  const outAvals = jaxpr.outputs.map((o) => o.aval);
  const words = ofPullback(f as UserFunction);
  const hoisted = { ...jaxpr, constants: [], inputs: [...jaxpr.constants, ...jaxpr.inputs] };
  return ((cotangent: unknown) => {
    const given = readTangents(words, cotangent, out, outAvals);
    const cotangents = backward(hoisted, [...constants, ...avals.map((aval) => new Linear(aval))], given).slice(
      constants.length,
    );
    return unflatten(
      structure,
      cotangents.map((ct, i) => zeroOr(ct, avals[i]!)),
    );
  }) as Pullback<A, O>;
}
