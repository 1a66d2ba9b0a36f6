/**
 * Einstein summation. In: subscripts and arrays. Out: one contraction after another, in an order chosen greedily, each a
 * `dotGeneral` between what must be summed or has been.
 */
import { type ArrayArg, cast, here } from "../array/convert.ts";
import { requestedDType } from "../array/dtypes.ts";
import { promoteDTypes } from "../array/promotion.ts";
import { isNDArray, type NDArray } from "../core/ndarray.ts";
import { ArgumentError, checkOptions, ShapeError } from "../errors/index.ts";
import { dotGeneral } from "../prims/dot.ts";
import { permuted, squeeze } from "../prims/movement.ts";
import { reduceOr, reduceSum } from "../prims/reduce.ts";
import { pad, sliceAlong } from "../prims/slicing.ts";
import { type DType, isTypedArray } from "../types/dtype.ts";
import { formatShape } from "../types/shape.ts";
import { range } from "../util/list.ts";
import { constant, shaped } from "./operand.ts";

/** Options of `einsum`. */
export interface EinsumOptions {
  /** Accepted for JAX's sake: the order of contractions is always chosen. */
  readonly optimize?: boolean | string;
  /** Accepted for JAX's sake: products are always computed in the precision of the result. */
  readonly precision?: string | null;
  /** The dtype in which is accumulated, and of the result. */
  readonly preferredElementType?: DType | null;
}

/** An operand with the label of each axis. */
interface Labelled {
  readonly array: NDArray;
  readonly labels: readonly string[];
}

function invalid(what: string, fix: string): ArgumentError {
  return new ArgumentError({ what: `einsum: ${what}`, where: here(), fix });
}

/** The labels of one term. An ellipsis stands for the leading ones of `broadcast`, aligned at the right. */
function termLabels(term: string, rank: number, position: number, ellipsisRank: number): string[] {
  const dots = term.indexOf("...");
  const letters = dots < 0 ? term : term.slice(0, dots) + term.slice(dots + 3);
  if (!/^[A-Za-z]*$/.test(letters)) {
    throw invalid(
      `subscripts ${JSON.stringify(term)} hold other characters than letters and one ellipsis`,
      'write for example "ij,jk->ik"',
    );
  }
  const hidden = rank - letters.length;
  if (dots < 0 ? hidden !== 0 : hidden < 0) {
    throw invalid(
      `operand ${position} has ${rank} axes, but its subscripts ${JSON.stringify(term)} name ${letters.length}`,
      "name each axis by one letter; an ellipsis stands for the rest",
    );
  }
  if (dots < 0) return [...letters];
  const labels = range(hidden).map((i) => `.${ellipsisRank - hidden + i}`);
  return [...term.slice(0, dots), ...labels, ...term.slice(dots + 3)];
}

interface Parsed {
  readonly operands: readonly Labelled[];
  readonly output: readonly string[];
  /** The length of each label's axes; those of length 1 broadcast. */
  readonly sizes: ReadonlyMap<string, number>;
}

function parse(subscripts: string, arrays: readonly NDArray[]): Parsed {
  const text = subscripts.replace(/\s+/g, "");
  const [left, right, ...more] = text.split("->") as [string, string?, ...string[]];
  const terms = left.split(",");
  if (more.length > 0)
    throw invalid(`subscripts ${JSON.stringify(subscripts)} have more than one arrow`, "write one ->");
  if (terms.length !== arrays.length) {
    throw invalid(
      `subscripts ${JSON.stringify(subscripts)} name ${terms.length} operands, but ${arrays.length} were given`,
      "separate the operands' subscripts by commas",
    );
  }
  const hidden = terms.map((term, i) =>
    term.includes("...") ? arrays[i]!.aval.shape.length - term.replace("...", "").length : 0,
  );
  const ellipsisRank = Math.max(0, ...hidden);
  const operands = terms.map((term, i) => ({
    array: arrays[i]!,
    labels: termLabels(term, arrays[i]!.aval.shape.length, i, ellipsisRank),
  }));

  const sizes = new Map<string, number>();
  const uses = new Map<string, number>();
  operands.forEach(({ array, labels }, i) => {
    labels.forEach((label, d) => {
      const size = array.aval.shape[d]!;
      const known = sizes.get(label);
      uses.set(label, (uses.get(label) ?? 0) + 1);
      if (known === undefined || known === 1) sizes.set(label, size);
      else if (size !== 1 && size !== known) {
        throw new ShapeError({
          what: `einsum: Size of label '${label}' for operand ${i} (${known}) does not match previous terms (${size}).`,
          where: here(),
          fix: "axes with the same letter must be equally long, or have length 1",
        });
      }
    });
  });

  const ellipsis = range(ellipsisRank).map((i) => `.${i}`);
  if (right === undefined) {
    // NumPy's rule: what occurs once, in alphabetical order, behind the axes of the ellipsis.
    const once = [...uses.keys()].filter((label) => !label.startsWith(".") && uses.get(label) === 1);
    return { operands, output: [...ellipsis, ...once.sort()], sizes };
  }
  const output = termLabels(
    right,
    right.replace("...", "").length + (right.includes("...") ? ellipsisRank : 0),
    -1,
    ellipsisRank,
  );
  const stray = output.find((label) => !sizes.has(label));
  if (stray !== undefined)
    throw invalid(`output subscript '${stray}' is in no operand`, "name only axes of operands behind the arrow");
  if (new Set(output).size !== output.length) {
    throw invalid(`output subscripts ${JSON.stringify(right)} name an axis twice`, "name each axis of the result once");
  }
  return { operands, output, sizes };
}

/** The main diagonals of the square matrices in the last two axes, in their place. */
export function diagonalOf(x: NDArray): NDArray {
  const { shape } = x.aval;
  const rank = shape.length;
  const n = shape[rank - 1]!;
  const rest = shape.slice(0, -2);
  if (n === 0) return shaped(x, [...rest, 0]);
  // Elements of the diagonal are n + 1 apart: with n more of them at the end they are the first column of n + 1.
  const flat = shaped(x, [...rest, n * n]);
  const longer = pad(flat, constant(0, x.aval.dtype), {
    paddingConfig: [...rest.map((): [number, number, number] => [0, 0, 0]), [0, n, 0]],
  });
  const grid = shaped(longer, [...rest, n, n + 1]);
  return shaped(sliceAlong(grid, rank - 1, 0, 1), [...rest, n]);
}

const sumOver = (x: NDArray, axes: readonly number[]): NDArray =>
  axes.length === 0 ? x : x.aval.dtype === "bool" ? reduceOr(x, { axes }) : reduceSum(x, { axes });

/** An operand without repeated labels, without axes of length 1 that broadcast, and without axes nobody else needs. */
function simplified(
  { array, labels }: Labelled,
  sizes: ReadonlyMap<string, number>,
  needed: ReadonlySet<string>,
): Labelled {
  const single = range(labels.length).filter((d) => array.aval.shape[d] === 1 && sizes.get(labels[d]!) !== 1);
  let x = single.length === 0 ? array : squeeze(array, { dimensions: single });
  let names = labels.filter((_, d) => !single.includes(d));
  for (;;) {
    const second = names.findIndex((label, d) => names.indexOf(label) < d);
    if (second < 0) break;
    const first = names.indexOf(names[second]!);
    const others = range(names.length).filter((d) => d !== first && d !== second);
    const label = names[first]!;
    x = diagonalOf(permuted(x, [...others, first, second]));
    names = [...others.map((d) => names[d]!), label];
  }
  const summed = range(names.length).filter((d) => !needed.has(names[d]!));
  return { array: sumOver(x, summed), labels: names.filter((_, d) => !summed.includes(d)) };
}

/** The sum of products of two operands over the labels that nobody needs any more. */
function contractPair(a: Labelled, b: Labelled, needed: ReadonlySet<string>, dtype: DType): Labelled {
  const shared = a.labels.filter((label) => b.labels.includes(label));
  const batch = shared.filter((label) => needed.has(label));
  const summed = shared.filter((label) => !needed.has(label));
  const places = (x: Labelled, names: readonly string[]): number[] => names.map((label) => x.labels.indexOf(label));
  const array = dotGeneral(a.array, b.array, {
    dimensionNumbers: [
      [places(a, summed), places(b, summed)],
      [places(a, batch), places(b, batch)],
    ],
    precision: null,
    preferredElementType: dtype,
  });
  const free = (x: Labelled): string[] => x.labels.filter((label) => !shared.includes(label));
  return { array, labels: [...batch, ...free(a), ...free(b)] };
}

/** Labels that the output or other operands have. */
function neededBeside(
  operands: readonly Labelled[],
  output: readonly string[],
  ...without: readonly number[]
): Set<string> {
  return new Set([...output, ...operands.flatMap((x, i) => (without.includes(i) ? [] : x.labels))]);
}

const volume = (labels: Iterable<string>, sizes: ReadonlyMap<string, number>): number =>
  [...labels].reduce((n, label) => n * sizes.get(label)!, 1);

/** The pair whose contraction leaves the least memory behind; at ties the one with the least work, then the first. */
function cheapestPair(
  operands: readonly Labelled[],
  output: readonly string[],
  sizes: ReadonlyMap<string, number>,
): [number, number] {
  let best: [number, number] = [0, 1];
  let bestCost = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let i = 0; i < operands.length; i++) {
    for (let j = i + 1; j < operands.length; j++) {
      const [a, b] = [operands[i]!.labels, operands[j]!.labels];
      const union = new Set([...a, ...b]);
      const needed = neededBeside(operands, output, i, j);
      const left = volume(
        [...union].filter((label) => needed.has(label)),
        sizes,
      );
      const cost = [left - volume(a, sizes) - volume(b, sizes), volume(union, sizes)];
      if (cost[0]! < bestCost[0]! || (cost[0] === bestCost[0] && cost[1]! < bestCost[1]!)) {
        best = [i, j];
        bestCost = cost;
      }
    }
  }
  return best;
}

function readOperands(args: readonly unknown[]): {
  readonly operands: readonly ArrayArg[];
  readonly options: EinsumOptions;
} {
  const last = args[args.length - 1];
  const hasOptions =
    typeof last === "object" && last !== null && !isNDArray(last) && !isTypedArray(last) && !Array.isArray(last);
  const options = (hasOptions ? last : {}) as EinsumOptions;
  checkOptions("einsum", options, ["optimize", "precision", "preferredElementType"]);
  return { operands: (hasOptions ? args.slice(0, -1) : args) as readonly ArrayArg[], options };
}

/**
 * Einstein summation: each letter names an axis, axes with the same letter go together, and those that are not behind the
 * arrow are summed over. A letter twice in one term reads a diagonal, an ellipsis stands for axes that broadcast. Without
 * an arrow the result has the letters that occur once, in alphabetical order.
 *
 * Three operands or more are contracted pair by pair, the pair first that leaves the smallest arrays behind.
 * @throws ArgumentError for subscripts that do not fit the operands. @throws ShapeError for axes with one letter and
 * different lengths. @throws OptionError for an unknown option.
 * @example
 * jnp.einsum("ij,jk->ik", a, b)            // the product of two matrices
 * jnp.einsum("ii", a)                      // the trace
 * jnp.einsum("...ij,...j->...i", a, v)     // matrices times vectors
 */
export function einsum(subscripts: string, ...args: readonly (ArrayArg | EinsumOptions)[]): NDArray {
  if (typeof subscripts !== "string")
    throw invalid("the first argument must be a text of subscripts", 'write einsum("ij,jk->ik", a, b)');
  const { operands, options } = readOperands(args);
  if (operands.length === 0) throw invalid("no operands were given", 'write einsum("ij,jk->ik", a, b)');
  const arrays = promoteDTypes("einsum", ...operands);
  const { dtype: own, weakType } = arrays[0]!.aval;
  const asked = options.preferredElementType ?? null;
  const dtype = asked === null ? own : requestedDType(asked, "einsum");
  const { operands: terms, output, sizes } = parse(subscripts, arrays);

  let rest: Labelled[] = terms.map((x, i) => simplified(x, sizes, neededBeside(terms, output, i)));
  while (rest.length > 1) {
    const [i, j] = rest.length === 2 ? [0, 1] : cheapestPair(rest, output, sizes);
    const product = contractPair(rest[i]!, rest[j]!, neededBeside(rest, output, i, j), dtype);
    rest = [...rest.filter((_, k) => k !== i && k !== j), product];
    // What just one operand still had may be needed by none now.
    rest = rest.map((x, k) => simplified(x, sizes, neededBeside(rest, output, k)));
  }
  const { array, labels } = rest[0]!;
  const ordered = permuted(
    array,
    output.map((label) => labels.indexOf(label)),
  );
  return cast(ordered, dtype, asked === null && weakType);
}

/** A shape with its labels, for reading contraction orders. */
const described = (x: Labelled): string => `${x.labels.join("")}${formatShape(x.array.aval.shape)}`;

/**
 * The order in which `einsum` contracts: for each step the places of the two operands among those that are left (the result
 * goes to the end), and a description of the operands.
 * @throws As `einsum`.
 * @example jnp.einsumPath("ij,jk,kl->il", a, b, c)[0] // [[0, 1], [0, 1]]
 */
export function einsumPath(
  subscripts: string,
  ...args: readonly (ArrayArg | EinsumOptions)[]
): [path: [number, number][], description: string] {
  const { operands } = readOperands(args);
  const { operands: terms, output, sizes } = parse(subscripts, promoteDTypes("einsumPath", ...operands));
  const path: [number, number][] = [];
  let rest: Labelled[] = [...terms];
  while (rest.length > 1) {
    const [i, j] = rest.length === 2 ? [0, 1] : cheapestPair(rest, output, sizes);
    path.push([i, j]);
    const needed = neededBeside(rest, output, i, j);
    const labels = [...new Set([...rest[i]!.labels, ...rest[j]!.labels])].filter((label) => needed.has(label));
    rest = [...rest.filter((_, k) => k !== i && k !== j), { array: rest[i]!.array, labels }];
  }
  return [path, `${terms.map(described).join(", ")} -> ${output.join("")}`];
}
