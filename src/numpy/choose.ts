/** Choices between arrays, element by element: by conditions, or by a number. */
import { type ArrayArg, asArray, cast } from "../array/convert.ts";
import { promoteDTypes } from "../array/promotion.ts";
import { isNDArray, type NDArray } from "../core/ndarray.ts";
import { ArgumentError, IndexingError, OptionError, ShapeError } from "../errors/index.ts";
import { broadcastTo, squeeze } from "../prims/movement.ts";
import { clamp, selectN } from "../prims/select.ts";
import { sliceAlong } from "../prims/slicing.ts";
import { broadcastShapes } from "../types/shape.ts";
import { range } from "../util/list.ts";
import { checkChoice, readArguments, requireConcrete, type Trailing } from "./arguments.ts";
import { concreteElements } from "./concrete.ts";
import { type NonzeroOptions, nonzero } from "./nonzero.ts";
import { checkIntegers, choosing, constant, operand, truth, wideIndices } from "./operand.ts";
import { wrappedIndices } from "./take.ts";

/** Operands in one dtype. Numbers count as numbers beside arrays, also where a condition is the only array. */
function promotedCases(name: string, cases: readonly ArrayArg[]): NDArray[] {
  return cases.some(isNDArray)
    ? promoteDTypes(name, ...cases)
    : promoteDTypes(name, ...cases.map((c, i) => operand(c, name, i)));
}

/**
 * Element by element `x` where the condition holds, else `y`; all three broadcast. A condition that is not boolean holds
 * where it is not zero. Both sides are computed, and a NaN on the side not taken reaches the derivative: guard the
 * argument too, not only the result.
 *
 * With one argument: where the condition holds, as one array of indices for each axis; the number of places must be known,
 * or be given as `size`, as for `nonzero`.
 * @throws ShapeError if the shapes do not broadcast. @throws ConcretizationTypeError for a traced condition alone, without `size`.
 * @example jnp.where(x.greater(0), x, 0)
 */
export function where(condition: ArrayArg, x: ArrayArg, y: ArrayArg): NDArray;
export function where(condition: ArrayArg, options?: NonzeroOptions): NDArray[];
export function where(condition: ArrayArg, ...args: readonly unknown[]): NDArray | NDArray[] {
  if (args.length === 0 || (args.length === 1 && isOptionsObject(args[0]))) {
    return nonzero(condition, (args[0] ?? {}) as NonzeroOptions);
  }
  if (args.length === 3 && isOptionsObject(args[2])) {
    throw new OptionError({
      what: "size and fill_value arguments cannot be used in three-term where function.",
      fix: "leave the options out: the result has the operands' shape",
    });
  }
  const [x, y] = args;
  if (args.length > 2 || x === undefined || x === null || y === undefined || y === null) {
    throw new ArgumentError({
      what: "Either both or neither of the x and y arguments should be provided to jax.numpy.where.",
      fix: "write where(condition, x, y), or where(condition) for the indices",
    });
  }
  const which = truth(asArray(condition, "where", 0));
  const [yes, no] = promotedCases("where", [x as ArrayArg, y as ArrayArg]) as [NDArray, NDArray];
  const shape = broadcastShapes(which.aval.shape, yes.aval.shape, no.aval.shape);
  const lifted = (z: NDArray): NDArray => (z.aval.shape.length === 0 ? z : broadcastTo(z, shape));
  const result = choosing(lifted(which), lifted(yes), lifted(no));
  return broadcastTo(result, shape);
}

const isOptionsObject = (value: unknown): boolean =>
  typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;

/**
 * Element by element, the choice whose condition is the first to hold; `default` (0) where none does. All broadcast.
 * @throws ArgumentError unless there are as many conditions as choices, and at least one.
 * @example jnp.select([x.less(0), x.greater(1)], [0, 1], x) // clips to [0, 1]
 */
export function select(
  condlist: readonly ArrayArg[],
  choicelist: readonly ArrayArg[],
  ...args: Trailing<[defaultValue: ArrayArg], { readonly default?: ArrayArg }>
): NDArray {
  const { default: otherwise = 0 } = readArguments<{ default?: ArrayArg }>("select", args, ["default"]);
  if (condlist.length !== choicelist.length) {
    throw new ArgumentError({
      what: `condlist must have length equal to choicelist (${condlist.length} vs ${choicelist.length})`,
      fix: "give one choice for each condition",
    });
  }
  if (condlist.length === 0)
    throw new ArgumentError({ what: "condlist must be non-empty", fix: "give at least one condition" });
  const [last, ...cases] = promotedCases("select", [otherwise, ...choicelist]);
  const conditions = condlist.map((c, i) => truth(asArray(c, "select", i)));
  const shape = broadcastShapes(...[last!, ...cases, ...conditions].map((x) => x.aval.shape));
  const lifted = (z: NDArray): NDArray => broadcastTo(z, shape);
  let result = lifted(last!);
  for (let i = cases.length - 1; i >= 0; i--) result = choosing(lifted(conditions[i]!), lifted(cases[i]!), result);
  return result;
}

/** Options of `choose`. */
export interface ChooseOptions {
  /** Numbers outside: `"raise"` (the default; `a` must be known) is an error, `"wrap"` counts around, `"clip"` takes the
   *  nearest. */
  readonly mode?: "raise" | "wrap" | "clip";
}

/**
 * From several arrays, element by element, the one whose number stands in `a`. All broadcast against each other.
 * @throws DTypeError unless `a` holds integers. @throws IndexingError for a number outside in mode `"raise"`.
 * @throws ConcretizationTypeError for a traced `a` in mode `"raise"`.
 * @example jnp.choose(which, [x, y, z], { mode: "clip" })
 */
export function choose(
  a: ArrayArg,
  choices: NDArray | readonly ArrayArg[],
  ...args: Trailing<[], ChooseOptions>
): NDArray {
  const { mode = "raise" } = readArguments<ChooseOptions>("choose", args, [], ["mode"]);
  checkChoice("choose", "mode", mode, ["raise", "wrap", "clip"]);
  const which = operand(a, "choose", 0);
  checkIntegers("choose: `a`", which);
  const list = isNDArray(choices) ? rows(choices) : choices;
  if (list.length === 0)
    throw new ArgumentError({ what: "choose needs at least one choice", fix: "pass a list of arrays" });
  const n = list.length;
  const cases = promotedCases("choose", list);
  const wide = wideIndices(which);
  const { dtype } = wide.aval;
  let index: NDArray;
  if (mode === "wrap") index = wrappedIndices(wide, n);
  else if (mode === "clip") index = clamp(constant(0, dtype), wide, constant(n - 1, dtype));
  else {
    requireConcrete(which, "a argument of jnp.choose with mode='raise'", "use mode 'wrap' or 'clip' while tracing");
    const wrong = concreteElements(which).find((i) => i < 0 || i >= n);
    if (wrong !== undefined) {
      throw new IndexingError({
        what: `invalid entry in choice array: ${wrong}`,
        fix: `use numbers from 0 to ${n - 1}, or another mode`,
      });
    }
    index = wide;
  }
  const shape = broadcastShapes(index.aval.shape, ...cases.map((c) => c.aval.shape));
  if (n === 1) return broadcastTo(cases[0]!, shape);
  return selectN([broadcastTo(cast(index, "int32"), shape), ...cases.map((c) => broadcastTo(c, shape))]);
}

/** The slices of an array along its first axis. */
function rows(x: NDArray): NDArray[] {
  if (x.aval.shape.length === 0)
    throw new ShapeError({ what: "choose: an array of choices must have an axis", fix: "pass a list of arrays" });
  return range(x.aval.shape[0]!).map((i) => squeeze(sliceAlong(x, 0, i, i + 1), { dimensions: [0] }));
}
