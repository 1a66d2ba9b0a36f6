/**
 * Complex programs become real ones, since kernels and backends know real numbers only: each complex variable is replaced by
 * two, its real and its imaginary plane. How a primitive acts on them is its own key `complex`; primitives that carry
 * programs hand the planes on, and their programs are split when they are lowered.
 */
import type { ExprBuilder } from "../core/expr.ts";
import { type Atom, type Equation, type Jaxpr, Literal, makeJaxprData, Var } from "../core/jaxpr.ts";
import type { HostFunction, Lowering, Planes } from "../core/primitive.ts";
import { DTypeError } from "../errors/index.ts";
import type { Aval } from "../types/aval.ts";
import { isComplex, newTypedArray, partsOf, realDType, type TypedArray } from "../types/dtype.ts";

// biome-ignore lint/suspicious/noExplicitAny: equations hold parameters of every type
type Rule = Lowering<any>;

const isComplexAtom = ({ aval }: Atom): boolean => isComplex(aval.dtype);

/** Whether an equation has complex operands or results. */
export function isComplexEquation({ inputs, outputs }: Equation): boolean {
  return inputs.some(isComplexAtom) || outputs.some(isComplexAtom);
}

const realAval = (aval: Aval): Aval => ({ ...aval, dtype: realDType(aval.dtype) });

function unsupported({ primitive, inputs, outputs }: Equation): DTypeError {
  const { dtype } = [...inputs, ...outputs].find(isComplexAtom)!.aval;
  return new DTypeError({
    what: `${primitive.name} of ${dtype} values is not supported`,
    fix: "compute with the real and the imaginary part: jnp.real(x), jnp.imag(x)",
  });
}

/** A host function of complex arrays as one of their planes. */
function ofPlanes(host: HostFunction, operands: readonly Aval[], results: readonly Aval[]): HostFunction {
  return (data) => {
    let next = 0;
    const whole = operands.map(({ dtype }): TypedArray => {
      const first = data[next++]!;
      if (!isComplex(dtype)) return first;
      const joined = newTypedArray(dtype, first.length);
      joined.set(first as never);
      joined.set(data[next++]! as never, first.length);
      return joined;
    });
    return host(whole).flatMap((y, i) =>
      isComplex(results[i]!.dtype) ? [y.slice(0, y.length / 2), y.slice(y.length / 2)] : [y],
    );
  };
}

/** A lowering whose program, which is split too, gets planes. `widths`: how many planes each operand has. */
function carrying(lower: Rule, { inputs, outputs }: Equation, widths: readonly number[]): Rule | undefined {
  const planes = (from: number, count: number): number =>
    widths.slice(from, from + count).reduce((sum, width) => sum + width, 0);
  const avals = inputs.map((a) => a.aval);
  switch (lower.kind) {
    case "loop":
      return {
        kind: "loop",
        loop: (params) => {
          const loop = lower.loop(params);
          const { constants, carries } = loop;
          return { ...loop, constants: planes(0, constants), carries: planes(constants, carries) };
        },
      };
    case "while":
      return {
        kind: "while",
        while: (params) => {
          const loop = lower.while(params);
          const { conditionConstants, bodyConstants } = loop;
          return {
            ...loop,
            conditionConstants: planes(0, conditionConstants),
            bodyConstants: planes(conditionConstants, bodyConstants),
          };
        },
      };
    case "branch":
      return lower;
    case "callback":
      return {
        kind: "callback",
        host: (params, _avals, compiled) =>
          ofPlanes(
            lower.host(params, avals, compiled),
            avals,
            outputs.map((v) => v.aval),
          ),
      };
    default:
      return undefined;
  }
}

class Splitter {
  readonly equations: Equation[] = [];
  private readonly environment = new Map<Var, readonly Atom[]>();

  read(atom: Atom): readonly Atom[] {
    if (!isComplexAtom(atom)) return [atom];
    if (atom instanceof Var) return this.environment.get(atom)!;
    return partsOf(atom.value).map((x) => new Literal(x, realAval(atom.aval)));
  }

  define(v: Var): readonly Var[] {
    if (!isComplexAtom(v)) return [v];
    const aval = realAval(v.aval);
    const planes = [new Var(aval), new Var(aval)];
    this.environment.set(v, planes);
    return planes;
  }

  private emit(equation: Equation, inputs: readonly Atom[], outputs: readonly Var[], lower?: Rule): void {
    const { primitive } = equation;
    // The copy of a function's properties lacks its name.
    const changed = lower === undefined ? primitive : { ...primitive, name: primitive.name, lower };
    this.equations.push({ ...equation, primitive: changed, inputs, outputs });
  }

  /** x y for an operation that is linear in both. */
  private bilinear(equation: Equation, [x, y]: readonly (readonly Atom[])[], [re, im]: readonly Var[]): void {
    const product = (a: Atom, b: Atom): Var => {
      const v = new Var(re!.aval);
      this.emit(equation, [a, b], [v]);
      return v;
    };
    const [a, b] = x as [Atom, Atom?];
    const [c, d] = y as [Atom, Atom?];
    const terms = (p: Var | undefined, q: Var | undefined): Var[] => [p, q].filter((v) => v !== undefined);
    const real = terms(product(a, c), b && d && product(b, d));
    const imaginary = terms(d && product(a, d), b && product(b, c));
    this.emit(equation, real, [re!], { kind: "map", expr: (f, [p, q]) => (q === undefined ? p! : f.sub(p!, q)) });
    this.emit(equation, imaginary, [im!], { kind: "map", expr: (f, [p, q]) => (q === undefined ? p! : f.add(p!, q)) });
  }

  append(equation: Equation): void {
    if (!isComplexEquation(equation)) {
      this.equations.push(equation);
      return;
    }
    const { complex, lower } = equation.primitive;
    const operands = equation.inputs.map((a) => this.read(a));
    const results = equation.outputs.map((v) => this.define(v));
    const widths = operands.map((planes) => planes.length);
    const program = carrying(lower, equation, widths);
    if (program !== undefined) this.emit(equation, operands.flat(), results.flat(), program);
    else if (complex === "bilinear") this.bilinear(equation, operands, results[0]!);
    else if (complex === "planes" && lower.kind === "opaque") this.emit(equation, operands.flat(), results.flat(), lower);
    else if (complex === "planes" && lower.kind === "sort") {
      const keys = (params: unknown): number => operands.slice(0, lower.keys(params)).flat().length;
      this.emit(equation, operands.flat(), results.flat(), { ...lower, keys });
    } else if (complex === "planes") {
      for (const plane of [0, 1]) {
        this.emit(
          equation,
          operands.map((planes) => planes[plane] ?? planes[0]!),
          results.map((planes) => planes[plane]!),
        );
      }
    } else if (typeof complex === "function") {
      const avals = equation.inputs.map((a) => a.aval);
      this.emit(equation, operands.flat(), results.flat(), {
        kind: "map",
        expr: (b: ExprBuilder, xs, params) => {
          let next = 0;
          const pairs = widths.map((width): Planes => {
            const re = xs[next++]!;
            return [re, width === 2 ? xs[next++]! : b.like(0, re)];
          });
          const [re, im] = complex(b, pairs, params, avals);
          return im === undefined ? re! : [re!, im];
        },
      });
    } else throw unsupported(equation);
  }
}

/** A flat program without complex numbers: operands and results that were complex are two, plane by plane. */
export function splitComplex(jaxpr: Jaxpr): Jaxpr {
  const { inputs, equations, outputs } = jaxpr;
  if (![...inputs, ...outputs].some(isComplexAtom) && !equations.some(isComplexEquation)) return jaxpr;
  const splitter = new Splitter();
  const planes = inputs.flatMap((v) => splitter.define(v));
  for (const equation of equations) splitter.append(equation);
  const results = outputs.flatMap((atom) => splitter.read(atom));
  return makeJaxprData([], planes, splitter.equations, results);
}
