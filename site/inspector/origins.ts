// Where the equations of a printed jaxpr come from. In go a jaxpr and its text; out come the equations that stand on each
// line, so that each line can be led back to the line of the cell that it was written on.

/** What is read of a jaxpr; a part of the library's own type. */
export interface PrintedJaxpr {
  readonly inputs: readonly { readonly aval: unknown }[];
  readonly equations: readonly PrintedEquation[];
  readonly outputs: readonly unknown[];
}

export interface PrintedEquation {
  readonly primitive: {
    readonly name: string;
    show?(params: never, avals: readonly never[]): readonly (readonly [string, unknown])[];
  };
  readonly inputs: readonly { readonly aval: unknown }[];
  readonly params: unknown;
  readonly outputs: readonly unknown[];
  readonly source: { readonly stack?: string | undefined } | undefined;
}

const isJaxpr = (value: unknown): value is PrintedJaxpr =>
  typeof value === "object" && value !== null && "equations" in value && "outputs" in value;

/** The jaxprs within an equation, in the order in which they are printed. */
function innerJaxprs({ primitive, params, inputs }: PrintedEquation): PrintedJaxpr[] {
  const collect = (value: unknown): PrintedJaxpr[] =>
    Array.isArray(value) ? value.flatMap(collect) : isJaxpr(value) ? [value] : [];
  const avals = inputs.map(({ aval }) => aval as never);
  return (primitive.show?.(params as never, avals) ?? []).flatMap(([, value]) => collect(value));
}

/** All equations, those of inner jaxprs included; a jaxpr that is used several times counts once. */
export function countEquations(top: PrintedJaxpr): number {
  const seen = new Set<PrintedJaxpr>();
  const count = (jaxpr: PrintedJaxpr): number => {
    if (seen.has(jaxpr)) return 0;
    seen.add(jaxpr);
    return jaxpr.equations.reduce(
      (sum, equation) => sum + 1 + innerJaxprs(equation).reduce((inner, each) => inner + count(each), 0),
      0,
    );
  };
  return count(top);
}

/** The equations in the order in which they are printed: jaxprs that are shared stand before the one that uses them. */
function printed(top: PrintedJaxpr): PrintedEquation[] {
  const counts = new Map<PrintedJaxpr, number>();
  const queue = [top];
  for (const jaxpr of queue) {
    const weight = jaxpr !== top && jaxpr.equations.length > 10 ? 2 : 1;
    counts.set(jaxpr, (counts.get(jaxpr) ?? 0) + weight);
    for (const equation of jaxpr.equations) queue.push(...innerJaxprs(equation));
  }
  const shared = [...counts].filter(([jaxpr, count]) => count > 1 && jaxpr !== top).map(([jaxpr]) => jaxpr);
  const body = (jaxpr: PrintedJaxpr): PrintedEquation[] =>
    jaxpr.equations.flatMap((equation) => [
      equation,
      ...innerJaxprs(equation).flatMap((inner) => (shared.includes(inner) ? [] : body(inner))),
    ]);
  return [...shared.reverse().flatMap(body), ...body(top)];
}

/**
 * The equations that begin on each line of the text, but for those without a result. Undefined if text and jaxpr do not
 * agree: it is better to say nothing of where a line comes from than something wrong.
 */
export function equationsByLine(top: PrintedJaxpr, text: string): PrintedEquation[][] | undefined {
  const equations = printed(top).filter(({ outputs }) => outputs.length > 0);
  let next = 0;
  const lines = text.split("\n").map((line) => {
    const found: PrintedEquation[] = [];
    for (const [, name] of line.matchAll(/(?<!let \w+) = ([\w.:-]+)/g)) {
      const equation = equations[next++];
      if (equation === undefined || equation.primitive.name !== name) return undefined;
      found.push(equation);
    }
    return found;
  });
  return next === equations.length && lines.every((line) => line !== undefined) ? lines : undefined;
}
