/** Ordinary differential equations: `odeint`, with the derivative of the solution by the adjoint equation. */
import { closureConvert } from "../api/closure.ts";
import { customVjp } from "../api/custom.ts";
import { checkFunction, flattenToArrays, type UserFunction } from "../api/flat.ts";
import { vjp } from "../api/jvp.ts";
import { ravelPytree } from "../api/ravel.ts";
import { vmap } from "../api/vmap.ts";
import type { NDArray } from "../core/ndarray.ts";
import { isConcrete } from "../core/trace.ts";
import { ArgumentError, checkOptions, DTypeError, OptionError, ShapeError, TreeError } from "../errors/index.ts";
import { scan } from "../lax/scan.ts";
import { asarray, concatenate, dot, stack, zerosLike } from "../numpy/index.ts";
import { sliceAlong } from "../prims/slicing.ts";
import { peek } from "../runtime/array.ts";
import { isPlainObject, unflatten } from "../tree/flatten.ts";
import type { Traced } from "../tree/types.ts";
import { formatAval } from "../types/aval.ts";
import { isInexact } from "../types/dtype.ts";
import { suggest } from "../util/suggest.ts";
import { type Control, rungeKutta } from "./rungekutta.ts";

/** Options of `odeint`. */
export interface OdeOptions {
  /** The error of a step may be `atol` plus this part of the solution. Default 1.4e-8. */
  readonly rtol?: number;
  /** The error that a step may have where the solution is zero. Default 1.4e-8. */
  readonly atol?: number;
  /** The most steps between two times. Default: as many as it takes. */
  readonly mxstep?: number;
  /** The longest step. Default: as long as the error allows. */
  readonly hmax?: number;
}

const optionNames = ["rtol", "atol", "mxstep", "hmax"];

/** The arguments, and the options behind them: an object that has options and nothing else. */
function separateOptions(f: UserFunction, args: readonly unknown[]): [readonly unknown[], OdeOptions] {
  const last = args[args.length - 1];
  if (!isPlainObject(last)) return [args, {}];
  const keys = Object.keys(last);
  // What f does not take as an argument, and reads like options, are misspelt ones.
  const isMisspelt = args.length > f.length - 2 && keys.some((key) => suggest(key, optionNames) !== undefined);
  if (!isMisspelt && !keys.some((key) => optionNames.includes(key))) return [args, {}];
  checkOptions("odeint", last, optionNames);
  return [args.slice(0, -1), last as OdeOptions];
}

function readControl(options: OdeOptions): Control {
  const { rtol = 1.4e-8, atol = 1.4e-8, mxstep = Number.POSITIVE_INFINITY, hmax = Number.POSITIVE_INFINITY } = options;
  const control = { rtol, atol, mxstep, hmax };
  for (const [name, value] of Object.entries(control)) {
    if (typeof value === "number" && value >= 0 && (value > 0 || name === "rtol" || name === "atol")) continue;
    throw new OptionError({
      what: `odeint: ${name} must be a positive number, but got ${String(value)}`,
      fix: "tolerances are parts and absolute errors, such as 1e-6",
    });
  }
  return control;
}

/** The derivative of a state, flat. */
type FlatField = (y: NDArray, t: NDArray, args: readonly NDArray[]) => NDArray;

/**
 * Solutions at all times. Their cotangents go backwards along the adjoint equation (Pontryagin et al. 1962): between two times
 * the cotangent a of the state moves by da/dt = -a df/dy, that of the arguments by -a df/dargs; the state itself is integrated
 * backwards too, so that nothing need be kept but the solutions.
 */
function solve(f: FlatField, y0: NDArray, times: NDArray, args: readonly NDArray[], control: Control): NDArray {
  const odeintSolution = (y0: NDArray, times: NDArray, args: NDArray[]): NDArray =>
    rungeKutta((y, t) => f(y, t, args), y0, times, control);
  const solution = customVjp(odeintSolution);
  const moves = args.map((x) => isInexact(x.dtype));

  const adjoint = (
    [ys, times, args]: readonly [NDArray, NDArray, NDArray[]],
    cotangents: NDArray,
  ): readonly [NDArray, NDArray, (NDArray | null)[]] => {
    const moving = args.filter((_, i) => moves[i]);
    const field = (y: NDArray, t: NDArray, given: readonly NDArray[]): NDArray => {
      let next = 0;
      return f(
        y,
        t,
        args.map((x, i) => (moves[i] ? given[next++]! : x)),
      );
    };
    const [, unravel] = ravelPytree([ys.get(0), ys.get(0), ...moving]);
    const augmented: FlatField = (state, t, given) => {
      const [y, a] = unravel(state) as unknown as NDArray[];
      const [slope, pull] = vjp((y: NDArray, ...given: NDArray[]) => field(y, t, given), y!, ...given) as unknown as [
        NDArray,
        (a: NDArray) => NDArray[],
      ];
      return ravelPytree([slope, ...pull(a!).map((ct) => ct.neg())])[0];
    };
    const back = (
      [a, sums]: readonly [NDArray, readonly NDArray[]],
      [y, t, before, cotangent]: readonly [NDArray, NDArray, NDArray, NDArray],
    ) => {
      const now = a.add(cotangent);
      const [state] = ravelPytree([y, now, ...sums]);
      const moved = solve(augmented, state, stack([t, before]), moving, control);
      const [, earlier, ...grown] = unravel(moved.get(1)) as unknown as NDArray[];
      return [[earlier!, grown], dot(cotangent, field(y, t, moving))] as const;
    };
    const count = times.shape[0]!;
    const later = (x: NDArray): NDArray => sliceAlong(x, 0, 1, count);
    const zeros = [zerosLike(ys.get(0)), moving.map((x) => zerosLike(x))];
    const rows = [later(ys), later(times), sliceAlong(times, 0, 0, count - 1), later(cotangents)];
    const [[a, sums], timeCotangents] = scan(back as never, zeros as never, rows as never, {
      reverse: true,
    }) as unknown as [[NDArray, NDArray[]], NDArray];
    // A later start with the same state is the same as to move the state against its slope.
    const start = dot(a, field(ys.get(0), times.get(0), moving)).neg();
    let next = 0;
    return [
      a.add(cotangents.get(0)),
      concatenate([start.reshape(1), timeCotangents]),
      moves.map((b) => (b ? sums[next++]! : null)),
    ];
  };

  solution.defvjp(
    ((y0: NDArray, times: NDArray, args: NDArray[]) => {
      const ys = solution(y0, times, args as never) as NDArray;
      return [ys, [ys, times, args]];
    }) as never,
    adjoint as never,
  );
  return solution(y0, times, args as never) as NDArray;
}

function checkTimes(times: NDArray): void {
  if (times.ndim !== 1 || times.shape[0] === 0) {
    throw new ShapeError({
      what: `odeint takes the times as a vector, but got ${formatAval(times.aval)}`,
      fix: "give the times at which the solution is wanted, the first that of y0: jnp.linspace(0, 1, 11)",
    });
  }
  if (!isConcrete(times) || times.shape[0] === 1) return;
  const known = Array.from(peek(times) as ArrayLike<number>, Number);
  const pairs = known.slice(1).map((t, i) => [known[i]!, t] as const);
  if (pairs.every(([a, b]) => a < b) || pairs.every(([a, b]) => a > b)) return;
  throw new ArgumentError({
    what: "odeint: the times must be strictly increasing, or strictly decreasing",
    fix: "sort them, and name each once",
  });
}

/**
 * The solution of y' = f(y, t, ...args) with y = y0 at the first of the times `t`, at all of them: for each array of `y0` one
 * with a first axis as long as `t`. JAX's `jax.experimental.ode.odeint`. Options stand behind the arguments, as an object
 * of options alone.
 *
 * The method is that of Dormand and Prince, of order five, with steps as long as the tolerances allow; steps end at the times
 * wanted. Reverse mode integrates the adjoint equation backwards: it needs memory for the solutions only, whatever the
 * number of steps; its error is controlled by the same tolerances. Derivatives exist with respect to y0, t, the arguments and
 * what `f` closes over, in reverse mode to any order, and not in forward mode. `vmap` takes as many steps as its slowest example.
 *
 * What is not reached, because of `mxstep` or because steps became too short for the dtype, is NaN. Decreasing times are
 * allowed too. In float32 tolerances below 1e-6 ask for more than rounding allows over long times.
 * @throws ArgumentError for known times in no order; TreeError, ShapeError or DTypeError if f does not return a tree like y0 of
 * floating dtypes; OptionError.
 * @example
 * const decay = (y: NDArray, t: NDArray, rate: NDArray) => y.mul(rate).neg();
 * experimental.odeint(decay, 1, jnp.array([0, 1, 2]), 0.5, { rtol: 1e-5, atol: 1e-6 }).round(3) // [1. 0.607 0.368]
 */
export function odeint<const Y>(
  f: (y: Traced<Y>, t: NDArray, ...args: never[]) => unknown,
  y0: Y,
  t: unknown,
  ...args: readonly unknown[]
): Traced<Y> {
  checkFunction("odeint", f);
  const [given, options] = separateOptions(f as UserFunction, args);
  const control = readControl(options);
  const [flat, unravel] = ravelPytree(y0);
  if (!flattenToArrays(y0).leaves.every((x) => isInexact(x.dtype))) {
    throw new DTypeError({
      what: "odeint: y0 must be of floating dtypes, since it moves continuously",
      fix: 'convert it with astype("float32")',
    });
  }
  const start = flat.weakType ? flat.astype(flat.dtype) : flat;
  const times = asarray(t as NDArray).astype(flat.dtype);
  checkTimes(times);
  const example = unravel(start);
  const [converted, closedOver] = closureConvert(f as UserFunction, example, times.get(0), ...given);
  const { leaves, structure } = flattenToArrays(given);
  const field: FlatField = (y, t, all) => {
    const own = unflatten(structure, all.slice(0, leaves.length)) as unknown[];
    const slope = converted(unravel(y), t, ...own, ...all.slice(leaves.length));
    checkSlope(slope, y0);
    const [vector] = ravelPytree(slope);
    return vector.dtype === y.dtype && !vector.weakType ? vector : vector.astype(y.dtype);
  };
  const ys = solve(field, start, times, [...leaves, ...closedOver], control);
  return vmap(unravel as never)(ys as never) as Traced<Y>;
}

function checkSlope(slope: unknown, y0: unknown): void {
  const [own, expected] = [flattenToArrays(slope), flattenToArrays(y0)];
  if (own.structure.key !== expected.structure.key) {
    throw new TreeError({
      what: `odeint: f must return a tree like y0, ${expected.structure}, but returned ${own.structure}`,
      fix: "return the time derivative of each array of the state",
    });
  }
  own.leaves.forEach((x, i) => {
    const { shape } = expected.leaves[i]!;
    if (x.shape.length === shape.length && x.shape.every((n, d) => n === shape[d])) return;
    throw new ShapeError({
      what: `odeint: f must return arrays of the shapes of y0, but returned ${formatAval(x.aval)} for ${formatAval(expected.leaves[i]!.aval)}`,
      fix: "return the time derivative of each array of the state",
    });
  });
}
