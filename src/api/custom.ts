/** Derivative rules of the user's own: `customJvp`, `customVjp`, `customGradient`. */
import { customJvpCall, type FlatJvpRule } from "../control/customjvp.ts";
import { customVjpCall, type FlatBackward, type FlatForward } from "../control/customvjp.ts";
import { hoistConstants } from "../core/jaxpr.ts";
import type { NDArray } from "../core/ndarray.ts";
import type { Tangent } from "../core/primitive.ts";
import { checkOptions, DTypeError, ShapeError, TransformError, TreeError } from "../errors/index.ts";
import { instantiate } from "../prims/fill.ts";
import { stage } from "../transforms/stage.ts";
import { addTangents } from "../transforms/tangent.ts";
import { flattenArrays, unflatten } from "../tree/flatten.ts";
import type { TreeStructure } from "../tree/structure.ts";
import type { Arg, Args, Traced } from "../tree/types.ts";
import { formatAval, sameType, tangentAval } from "../types/aval.ts";
import { checkFunction, flatFunction, flattenToArrays, functionName, named, type UserFunction } from "./flat.ts";

/** Options of `customJvp` and `customVjp`. */
export interface CustomOptions {
  /** Arguments that are not differentiated: they are passed to the rules as they are, before all others. */
  readonly nondiffArgnums?: number | readonly number[];
}

function nondifferentiable(options: CustomOptions | undefined, count: number): Set<number> {
  const { nondiffArgnums = [] } = options ?? {};
  const list = typeof nondiffArgnums === "number" ? [nondiffArgnums] : nondiffArgnums;
  return new Set(list.map((n) => (n < 0 ? n + count : n)));
}

/** A call's arguments: fixed ones for the rules, and the function of the others. */
function separate(f: UserFunction, args: readonly unknown[], options: CustomOptions | undefined) {
  const fixed = nondifferentiable(options, args.length);
  const statics = args.filter((_, i) => fixed.has(i));
  const moving = args.filter((_, i) => !fixed.has(i));
  const rest = named((...given: unknown[]) => {
    let next = 0;
    return f(...args.map((arg, i) => (fixed.has(i) ? arg : given[next++])));
  }, f);
  return { statics, moving, rest };
}

function missingRule(kind: string, f: UserFunction, method: string): TransformError {
  return new TransformError({
    what: `No ${kind.toUpperCase()} defined for custom_${kind} function ${functionName(f)} using ${method}.`,
    fix: `call .${method}(...) on the function before differentiating it`,
  });
}

/** A function with a forward-mode rule. */
export interface CustomJvp<A extends readonly unknown[], O> {
  (...args: Args<A>): Traced<O>;
  /**
   * Sets the rule: `rule(primals, tangents)` (after the non-differentiated arguments, if any) returns
   * `[output, outputTangent]`. It must be linear in the tangents; it then serves forward and reverse mode, to any order.
   */
  defjvp(
    rule: (
      primals: { readonly [K in keyof A]: Traced<A[K]> },
      tangents: { readonly [K in keyof A]: Traced<A[K]> },
    ) => readonly [Arg<Traced<O>>, Arg<Traced<O>>],
  ): void;
  defjvp(rule: (...args: never[]) => readonly [unknown, unknown]): void;
  /**
   * Sets one rule for each argument: `(tangent, output, ...primals)` gives that argument's share of the output tangent;
   * `null` where there is none.
   */
  defjvps(...rules: readonly (((...args: never[]) => unknown) | null)[]): void;
}

function readTree(role: string, f: UserFunction, value: unknown, structure: TreeStructure): readonly NDArray[] {
  const flat = flattenToArrays(value);
  if (flat.structure.key === structure.key) return flat.leaves;
  throw new TreeError({
    what: `Custom JVP rule for ${functionName(f)} must produce primal and tangent outputs with equal container (pytree) structures: ${role} has ${flat.structure}, expected ${structure}`,
    fix: "return [output, outputTangent], both like the function's output",
  });
}

/**
 * A function whose derivative is given by a rule. Calls, `jit`, `vmap` and `scan` treat it like the original.
 * @throws TransformError when it is differentiated before a rule is set.
 * @example
 * const f = customJvp((x: NDArray) => jnp.exp(x));
 * f.defjvp(([x], [dx]) => { const y = f(x); return [y, y.mul(dx)]; });
 */
export function customJvp<A extends readonly NDArray[], O>(
  f: (...args: A) => O,
  options?: CustomOptions,
): CustomJvp<A, O>;
export function customJvp<A extends readonly unknown[], O>(
  f: (...args: A) => O,
  options?: CustomOptions,
): CustomJvp<A, O>;
export function customJvp(f: UserFunction, options?: CustomOptions): CustomJvp<unknown[], unknown> {
  checkFunction("customJvp", f);
  checkOptions("customJvp", options, ["nondiffArgnums"]);
  let rule: UserFunction | undefined;
  const call = (...args: unknown[]): unknown => {
    const { statics, moving, rest } = separate(f, args, options);
    const { leaves, structure } = flattenToArrays(moving);
    const flat = flatFunction("customJvp", rest, structure);
    const { jaxpr, constants } = stage(
      flat.call,
      leaves.map((x) => x.aval),
      `customJvp of ${functionName(f)}`,
    );
    const out = flat.structure();
    const flatRule: FlatJvpRule = (primals, tangents) => {
      if (rule === undefined) throw missingRule("jvp", f, "defjvp");
      refuseClosedOver(f, tangents.slice(0, constants.length));
      const xs = primals.slice(constants.length);
      const ts = tangents.slice(constants.length).map((t, i) => instantiate(t, xs[i]!.aval));
      const result = rule(...statics, unflatten(structure, xs), unflatten(structure, ts)) as unknown;
      if (!Array.isArray(result) || result.length !== 2) {
        throw new TreeError({
          what: `Custom JVP rule for ${functionName(f)} must produce a pair (list or tuple of length two) representing primal and tangent outputs`,
          fix: "return [output, outputTangent]",
        });
      }
      const ys = readTree("the primal output", f, result[0], out);
      const dys = readTree("the tangent output", f, result[1], out);
      ys.forEach((y, i) => {
        const expected = tangentAval(y.aval);
        if (expected.dtype === "float0" || sameType(expected, dys[i]!.aval)) return;
        throw new (expected.dtype === dys[i]!.aval.dtype ? ShapeError : DTypeError)({
          what: `Custom JVP rule must produce primal and tangent outputs with corresponding shapes and dtypes. Expected ${formatAval(expected)} (tangent type of ${formatAval(y.aval)}) but got ${formatAval(dys[i]!.aval)}.`,
          where: [`the rule is that of ${functionName(f)}`],
          fix: "give the tangent the type of the output",
        });
      });
      return [ys, dys];
    };
    const outputs = customJvpCall([...constants, ...leaves], {
      name: functionName(f),
      jaxpr: hoistConstants(jaxpr),
      rule: flatRule,
    });
    return unflatten(out, outputs);
  };
  return Object.assign(named(call as UserFunction, f), {
    defjvp: (given: UserFunction) => {
      checkFunction("defjvp", given);
      rule = given;
    },
    defjvps: (...rules: readonly (UserFunction | null)[]) => {
      rule = (...args: unknown[]) => {
        const [primals, tangents] = args.slice(-2) as [unknown[], unknown[]];
        const output = (call as UserFunction)(...args.slice(0, -2), ...primals);
        const { leaves, structure } = flattenToArrays(output);
        let sum: Tangent[] = leaves.map(() => null);
        rules.forEach((each, i) => {
          if (each === null || i >= tangents.length) return;
          const share = flattenToArrays(each(tangents[i], output, ...primals)).leaves;
          sum = sum.map((s, k) => addTangents(s, share[k]!));
        });
        return [
          output,
          unflatten(
            structure,
            sum.map((s, k) => instantiate(s, leaves[k]!.aval)),
          ),
        ];
      };
    },
  }) as unknown as CustomJvp<unknown[], unknown>;
}

function refuseClosedOver(f: UserFunction, tangents: readonly Tangent[]): void {
  if (tangents.every((t) => t === null)) return;
  throw new TransformError({
    what: `${functionName(f)} has a custom derivative rule and closes over a value that is being differentiated`,
    fix: "pass the value as an argument, so that the rule can say what its derivative is",
  });
}

/** A function with a reverse-mode rule. */
export interface CustomVjp<A extends readonly unknown[], O> {
  (...args: Args<A>): Traced<O>;
  /**
   * Sets the rule. `forward(...args)` returns `[output, residuals]`; `backward(residuals, cotangent)` (after the
   * non-differentiated arguments, if any) returns a list with one cotangent for each differentiated argument, `null` for
   * zero.
   */
  defvjp<R>(
    forward: (...args: A) => readonly [O, R],
    backward: (residuals: R, cotangent: Traced<O>) => { readonly [K in keyof A]: Arg<A[K]> | null },
  ): void;
  defvjp(
    forward: (...args: never[]) => readonly [unknown, unknown],
    backward: (...args: never[]) => readonly unknown[],
  ): void;
}

/**
 * A function whose reverse-mode derivative is given by a pair of rules. Forward mode through it is an error.
 * @throws TransformError when it is differentiated before rules are set, or by forward mode.
 * @example
 * const clip = customVjp((x: NDArray) => x);
 * clip.defvjp((x) => [x, null], (_residuals, ct) => [jnp.clip(ct, -1, 1)]);
 */
export function customVjp<A extends readonly NDArray[], O>(
  f: (...args: A) => O,
  options?: CustomOptions,
): CustomVjp<A, O>;
export function customVjp<A extends readonly unknown[], O>(
  f: (...args: A) => O,
  options?: CustomOptions,
): CustomVjp<A, O>;
export function customVjp(f: UserFunction, options?: CustomOptions): CustomVjp<unknown[], unknown> {
  checkFunction("customVjp", f);
  checkOptions("customVjp", options, ["nondiffArgnums"]);
  let forwardRule: UserFunction | undefined;
  let backwardRule: UserFunction | undefined;
  const call = (...args: unknown[]): unknown => {
    const { statics, moving, rest } = separate(f, args, options);
    const { leaves, structure } = flattenToArrays(moving);
    const flat = flatFunction("customVjp", rest, structure);
    const { jaxpr, constants } = stage(
      flat.call,
      leaves.map((x) => x.aval),
      `customVjp of ${functionName(f)}`,
    );
    const out = flat.structure();
    let residualStructure: TreeStructure | undefined;
    const forward: FlatForward = (primals) => {
      if (forwardRule === undefined) throw missingRule("vjp", f, "defvjp");
      const { rest: run } = separate(forwardRule, args, options);
      const result = run(...(unflatten(structure, primals.slice(constants.length)) as unknown[])) as unknown;
      if (!Array.isArray(result) || result.length !== 2) {
        throw new TreeError({
          what: `Custom VJP fwd rule for ${functionName(f)} must produce a pair (list or tuple of length two)`,
          fix: "return [output, residuals]",
        });
      }
      const results = flattenToArrays(result[0]);
      if (results.structure.key !== out.key) {
        throw new TreeError({
          what: `Custom VJP fwd rule for ${functionName(f)} must produce a pair whose first element is like the function's output: expected ${out}, got ${results.structure}`,
          fix: "return [output, residuals]",
        });
      }
      const residuals = flattenToArrays(result[1]);
      residualStructure = residuals.structure;
      return { results: results.leaves, residuals: residuals.leaves };
    };
    const backward: FlatBackward = (residuals, cotangents) => {
      const result = backwardRule!(
        ...statics,
        unflatten(residualStructure!, residuals),
        unflatten(out, cotangents),
      ) as unknown;
      return [...constants.map(() => null), ...readCotangents(f, result, moving, structure, leaves)];
    };
    const outputs = customVjpCall([...constants, ...leaves], {
      name: functionName(f),
      jaxpr: hoistConstants(jaxpr),
      forward,
      backward,
    });
    return unflatten(out, outputs);
  };
  return Object.assign(named(call as UserFunction, f), {
    defvjp: (fwd: UserFunction, bwd: UserFunction) => {
      checkFunction("defvjp", fwd);
      checkFunction("defvjp", bwd);
      forwardRule = fwd;
      backwardRule = bwd;
    },
  }) as unknown as CustomVjp<unknown[], unknown>;
}

/** The backward rule's answer: a list with one tree an argument, `null` for a whole zero. */
function readCotangents(
  f: UserFunction,
  result: unknown,
  args: readonly unknown[],
  structure: TreeStructure,
  leaves: readonly NDArray[],
): Tangent[] {
  if (!Array.isArray(result) || result.length !== args.length) {
    throw new TreeError({
      what: `Custom VJP bwd rule must produce an output with the same container (pytree) structure as the args tuple of the primal function, and in particular must produce a list of length equal to the number of arguments to the primal function, but got ${Array.isArray(result) ? `a list of length ${result.length}` : "no list"} for ${args.length} differentiated arguments`,
      where: [`the rule is that of ${functionName(f)}`],
      fix: "return a list such as [dx, dy]; null stands for zero",
    });
  }
  let next = 0;
  return structure.children.flatMap((child, i): Tangent[] => {
    const expected = leaves.slice(next, next + child.leafCount);
    next += child.leafCount;
    if (result[i] === null || result[i] === undefined) return expected.map(() => null);
    const [, given] = flattenArrays(result[i]);
    if (given.key !== child.key) {
      throw new TreeError({
        what: `Custom VJP bwd rule for ${functionName(f)}: the cotangent of argument ${i} has structure ${given}, but the argument has ${child}`,
        fix: "return cotangents with the trees of the arguments",
      });
    }
    return flattenToArrays(result[i]).leaves.map((ct, k) => {
      const aval = tangentAval(expected[k]!.aval);
      if (aval.dtype === "float0") return null;
      if (!sameType(ct.aval, aval)) {
        throw new (ct.aval.dtype === aval.dtype ? ShapeError : DTypeError)({
          what: `Custom VJP bwd rule must produce an output with the same type as the args tuple of the primal function, but at output[${i}] the bwd rule produced an output of type ${formatAval(ct.aval)} corresponding to an input of type ${formatAval(expected[k]!.aval)}, so the ${ct.aval.dtype === aval.dtype ? "shapes" : "dtypes"} do not match`,
          where: [`the rule is that of ${functionName(f)}`],
          fix: "sum or broadcast the cotangent to the argument's shape, and convert its dtype",
        });
      }
      return ct;
    });
  });
}

/**
 * A function that returns its output together with its own pullback: `f(...args)` gives `[output, pull]`, where
 * `pull(cotangent)` gives a list of cotangents (or one, for a function of one argument).
 * @example
 * const square = customGradient((x: NDArray) => [x.mul(x), (ct: NDArray) => ct.mul(x).mul(2)]);
 */
export function customGradient<A extends readonly unknown[], O>(
  f: (...args: A) => readonly [O, (cotangent: Traced<O>) => unknown],
): (...args: Args<A>) => Traced<O> {
  checkFunction("customGradient", f);
  const run = f as UserFunction;
  const wrapped = customVjp(
    named((...args: unknown[]) => (run(...args) as readonly unknown[])[0], run) as (...args: unknown[]) => unknown,
  );
  // The pullback is run again from the arguments, which are all that it can depend on.
  wrapped.defvjp(
    ((...args: unknown[]) => [(run(...args) as readonly unknown[])[0], args]) as never,
    ((args: unknown[], cotangent: unknown) => {
      const pull = (run(...args) as readonly unknown[])[1] as UserFunction;
      const result = pull(cotangent);
      return args.length === 1 && !Array.isArray(result) ? [result] : (result as readonly unknown[]);
    }) as never,
  );
  return wrapped as unknown as (...args: Args<A>) => Traced<O>;
}
