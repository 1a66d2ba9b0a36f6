/** Batching rules of the user's own: `customVmap` and `sequentialVmap`. */
import { customVmapCall, type FlatVmapRule } from "../control/customvmap.ts";
import { scanLoop } from "../control/scan.ts";
import { hoistConstants } from "../core/jaxpr.ts";
import type { NDArray } from "../core/ndarray.ts";
import { DTypeError, ShapeError, TransformError, TreeError } from "../errors/index.ts";
import { stage } from "../transforms/stage.ts";
import { flatten, unflatten } from "../tree/flatten.ts";
import type { TreeStructure } from "../tree/structure.ts";
import type { Arg, Args, Traced } from "../tree/types.ts";
import { type Aval, formatAval, sameType, withShape } from "../types/aval.ts";
import { checkFunction, flatFunction, flattenToArrays, functionName, likewise, type UserFunction } from "./flat.ts";

/** Whether each array of a tree is batched: a tree like it of booleans. */
export type Batched<T> = T extends NDArray | number | bigint
  ? boolean
  : T extends readonly unknown[] | object
    ? { readonly [K in keyof T]: Batched<T[K]> }
    : T;

/** A function with a batching rule. */
export interface CustomVmap<A extends readonly unknown[], O> {
  (...args: Args<A>): Traced<O>;
  /**
   * Sets the rule, and returns it: `rule(axisSize, inBatched, ...args)` gets the arguments of a whole batch, those that are
   * batched with the batch dimension in front, and returns `[output, outBatched]`. `inBatched` has a tree of booleans for
   * each argument; `outBatched` is one like the output.
   */
  defVmap<
    R extends (axisSize: number, inBatched: Batched<A>, ...args: A) => readonly [Arg<Traced<O>>, Batched<Traced<O>>],
  >(rule: R): R;
}

/** What a rule returned, as lists. */
function readRule(
  f: UserFunction,
  rule: UserFunction,
  result: unknown,
  out: TreeStructure,
  avals: readonly Aval[],
  size: number,
): readonly [readonly NDArray[], readonly boolean[]] {
  const name = functionName(rule);
  if (!Array.isArray(result) || result.length !== 2) {
    throw new TreeError({
      what: `custom vmap rule (${name}) for ${functionName(f)} must return a pair: the output, and which of its arrays are batched`,
      fix: "return [output, true] if the output is one array",
    });
  }
  const values = flattenToArrays(result[0]);
  if (values.structure.key !== out.key) {
    throw new TreeError({
      what: `structure of output returned by custom vmap rule (${name}) does not match that of original custom-vmapped function. Original output: ${out}, rule output: ${values.structure}`,
      fix: "return an output like that of the function, with batch dimensions in front",
    });
  }
  const [marks] = flatten(result[1]);
  const pattern = unflatten(
    out,
    values.leaves.map(() => true),
  );
  if (flatten(pattern)[1].key !== flatten(result[1])[1].key || !marks.every((b) => typeof b === "boolean")) {
    throw new TreeError({
      what: `structure of output value and output batching specification returned by custom vmap rule (${name}) do not match. Output values: ${values.structure}, batching spec: ${flatten(result[1])[1]}`,
      fix: "give a boolean for each array of the output",
    });
  }
  const batched = marks as readonly boolean[];
  values.leaves.forEach(({ aval }, i) => {
    const own = avals[i]!;
    const expected = batched[i] ? withShape(own, [size, ...own.shape]) : own;
    if (sameType(aval, expected)) return;
    throw new (aval.dtype === expected.dtype ? ShapeError : DTypeError)({
      what: `custom vmap rule (${name}) for ${functionName(f)} returned ${formatAval(aval)} for an output that must be ${formatAval(expected)}: the function's ${formatAval(own)}${batched[i] ? ` with the batch of ${size} in front` : ", which it says is not batched"}`,
      fix: "put the batch dimension in front of batched outputs, and say for each whether it is batched",
    });
  });
  return [values.leaves, batched];
}

/**
 * A function whose batching is given by a rule: `vmap` calls the rule once for the whole batch, instead of batching each
 * operation. Everything else treats it like the original: `jit`, loops, `checkpoint`, forward mode (whose batches are the
 * derivative of the rule). Reverse mode needs a `customVjp` around it. JAX's `jax.custom_batching.custom_vmap`.
 *
 * @throws TransformError when it is batched before a rule is set, when it is differentiated in reverse, or when it closes over
 * a batched value; TreeError, ShapeError or DTypeError if the rule returns anything but a batch of the function's output.
 * @example
 * const solve = customVmap((a: NDArray, b: NDArray) => jnp.dot(a, b));
 * solve.defVmap((axisSize, [aBatched, bBatched], a, b) => [jnp.matmul(a, b).add(100), true]);
 * vmap(solve, [null, 1])(jnp.eye(2), jnp.eye(2)) // [[101. 100.] [100. 101.]]
 */
export function customVmap<A extends readonly NDArray[], O>(f: (...args: A) => O): CustomVmap<A, O>;
export function customVmap<A extends readonly unknown[], O>(f: (...args: A) => O): CustomVmap<A, O>;
export function customVmap(f: UserFunction): CustomVmap<unknown[], unknown> {
  checkFunction("customVmap", f);
  let rule: UserFunction | undefined;
  const call = (...args: unknown[]): unknown => {
    const { leaves, structure } = flattenToArrays(args);
    const flat = flatFunction("customVmap", f, structure);
    const { jaxpr, constants } = stage(
      flat.call,
      leaves.map((x) => x.aval),
      `customVmap of ${functionName(f)}`,
    );
    const out = flat.structure();
    const outAvals = jaxpr.outputs.map((atom) => atom.aval);
    const flatRule: FlatVmapRule = (size, batched, values) => {
      if (rule === undefined) {
        throw new TransformError({
          what: `No batching rule defined for custom_vmap function ${functionName(f)} using defVmap.`,
          fix: "call .defVmap(...) on the function before batching it",
        });
      }
      if (batched.slice(0, constants.length).includes(true)) {
        throw new TransformError({
          what: `${functionName(f)} has a batching rule of its own and closes over a value that is being batched`,
          fix: "pass the value as an argument, so that the rule can see it",
        });
      }
      const inBatched = unflatten(structure, batched.slice(constants.length)) as unknown[];
      const result = rule(size, inBatched, ...(unflatten(structure, values.slice(constants.length)) as unknown[]));
      return readRule(f, rule, result, out, outAvals, size);
    };
    const outputs = customVmapCall([...constants, ...leaves], {
      name: functionName(f),
      jaxpr: hoistConstants(jaxpr),
      rule: flatRule,
    });
    return unflatten(out, outputs);
  };
  return Object.assign(likewise(call as UserFunction, f), {
    defVmap: (given: UserFunction) => {
      checkFunction("defVmap", given);
      rule = given;
      return given;
    },
  }) as unknown as CustomVmap<unknown[], unknown>;
}

/**
 * A function that `vmap` runs as a loop, one example after another: for functions with effects in an order, or whose batch
 * would not fit into memory. A `customVmap` with that rule; JAX's `jax.custom_batching.sequential_vmap`.
 * @example
 * const f = sequentialVmap((x: NDArray) => x.mul(2));
 * vmap(f)(jnp.arange(3)) // [0 2 4]
 */
export function sequentialVmap<A extends readonly NDArray[], O>(f: (...args: A) => O): CustomVmap<A, O>;
export function sequentialVmap<A extends readonly unknown[], O>(f: (...args: A) => O): CustomVmap<A, O>;
export function sequentialVmap(f: UserFunction): CustomVmap<unknown[], unknown> {
  checkFunction("sequentialVmap", f);
  const wrapped = customVmap(f as (...args: unknown[]) => unknown);
  const rule = (size: number, inBatched: unknown, ...args: unknown[]): readonly [unknown, unknown] => {
    const { leaves, structure } = flattenToArrays(args);
    const marks = flatten(inBatched)[0].filter((mark) => typeof mark === "boolean");
    const constants = leaves.filter((_, i) => !marks[i]);
    const rows = leaves.filter((_, i) => marks[i]);
    const flat = flatFunction("sequentialVmap", wrapped as UserFunction, structure);
    const body = stage(
      (values) => {
        let known = 0;
        let row = constants.length;
        return flat.call(marks.map((b) => (b ? values[row++]! : values[known++]!)));
      },
      [...constants.map((x) => x.aval), ...rows.map(({ aval }) => withShape(aval, aval.shape.slice(1)))],
      `sequentialVmap of ${functionName(f)}`,
    );
    const outputs = scanLoop([...body.constants, ...constants, ...rows], {
      jaxpr: hoistConstants(body.jaxpr),
      constants: body.constants.length + constants.length,
      carries: 0,
      length: size,
      reverse: false,
      unroll: 1,
    });
    const out = flat.structure();
    return [
      unflatten(out, outputs),
      unflatten(
        out,
        outputs.map(() => true),
      ),
    ];
  };
  wrapped.defVmap(rule as never);
  return wrapped as unknown as CustomVmap<unknown[], unknown>;
}
